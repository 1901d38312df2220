/* dma.c - 68000 bus transfers, fill, copy.
 *
 * Length (R19, R20) and source (R21, R22) are the registers themselves, counted as the transfer goes on; R23 does not
 * change, so a 68000 source wraps within 128 KB.  A bus transfer holds the 68000 from the command until its last source
 * word has been read.  What the interrupted instruction still writes meanwhile (the second half of a MOVE.L) is kept and
 * made then. */
#include "vdp.h"

/* Length 0 counts as 65536.  The end clears CD5 and CD4. */
static void advance(vdp *s)
{
    uint16_t next = (uint16_t)(vdp_dma_source(s) + 1), length = (uint16_t)(vdp_dma_length(s) - 1);
    s->registers[21] = (uint8_t)next;
    s->registers[22] = (uint8_t)(next >> 8);
    s->registers[19] = (uint8_t)length;
    s->registers[20] = (uint8_t)(length >> 8);
    s->address = (s->address + vdp_step(s)) & 0x1FFFF;
    if (!length) {
        s->dma_run = VDP_DMA_NONE;
        s->code &= 15;
    }
}

/* The second control word has CD5 set. */
void vdp_dma_start(vdp *s, int64_t clock)
{
    if (!(s->registers[23] & 0x80)) {
        s->dma_run = VDP_DMA_BUS;
        s->dma_clock = clock + VDP_DMA_START * VDP_SLOT(vdp_is_h40(s));
        if (!s->bus_hold) {
            s->bus_hold = 1;
            s->bus_hold_clock = clock;
        }
    } else if (s->registers[23] & 0x40) {
        s->dma_run = VDP_DMA_COPY;
        s->copy_half = 0;
    }
    s->fill_data = 0; /* a fill waits for its data: vdp_fill_armed */
}

static void release_bus(vdp *s, int64_t clock)
{
    if (s->held_count) {
        s->dma_clock = clock + VDP_HELD_WRITE;
    } else {
        s->bus_hold = 0;
        s->bus_release_clock = clock;
    }
}

void vdp_dma_fetch(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    uint32_t address = (uint32_t)(s->registers[23] & 0x7F) << 17 | (uint32_t)vdp_dma_source(s) << 1;
    vdp_fifo_push(s, clock + VDP_DMA_LATENCY(vdp_is_h40(s)), vdp_dma_word(chip, address));
    advance(s);
    if (s->dma_run != VDP_DMA_BUS)
        release_bus(s, clock);
}

/* The 68000 is free again and finishes the instruction that the DMA interrupted. */
void vdp_dma_held_write(vdp_chip *chip)
{
    vdp *s = chip->state;
    if (!s->held_count) {
        release_bus(s, s->clock);
        return;
    }
    uint32_t port = s->held_port[0];
    if ((port & 0x1C) == 0 && s->fifo_count == 4) {
        s->dma_clock = s->clock + VDP_SLOT(vdp_is_h40(s)); /* as the CPU would wait */
        return;
    }
    uint16_t value = s->held_value[0];
    s->held_count--;
    for (int i = 0; i < 3; i++) {
        s->held_port[i] = s->held_port[i + 1];
        s->held_value[i] = s->held_value[i + 1];
    }
    s->held_port[3] = 0;
    s->held_value[3] = 0;
    vdp_port_write(chip, port, value);
    if (s->dma_run != VDP_DMA_BUS)
        release_bus(s, s->clock);
}

/* One free slot of a fill.  VRAM gets the high byte of the word written last; CRAM and VSRAM get the word that the
 * next FIFO entry still holds.  Other targets get nothing, but the length counts. */
void vdp_fill_slot(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    unsigned last = (s->fifo_write - 1) & 3u;
    if (s->fifo_code[last] == VDP_CODE_VRAM)
        vdp_write_vram_byte(chip, clock, s->address ^ 1, (uint8_t)(s->fifo_data[last] >> 8));
    else
        vdp_write_word(chip, clock, s->fifo_code[last], s->address, s->fifo_data[s->fifo_write]);
    advance(s);
}

/* One slot of a copy: a byte is read in one and written in the next. */
void vdp_copy_slot(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    if (!s->copy_half) {
        s->copy_half = 1;
        s->copy_byte = s->vram[vdp_dma_source(s) ^ 1];
        return;
    }
    s->copy_half = 0;
    vdp_write_vram_byte(chip, clock, s->address ^ 1, s->copy_byte);
    advance(s);
}

void vdp_read_source(const vdp_chip *chip, uint32_t first, int32_t count, uint16_t *words)
{
    for (int32_t i = 0; i < count; i++)
        words[i] = chip->dma_read ? chip->dma_read(chip->bus, (first & 0x7F0000) << 1 | ((first + (uint32_t)i) & 0xFFFF) << 1) : 0;
}

uint16_t vdp_read_flat(void *bus, uint32_t address)
{
    const vdp_flat_bus *flat = bus;
    if (flat->size < 2)
        return 0;
    return vdp_word(flat->data + address % (flat->size & ~1u));
}
