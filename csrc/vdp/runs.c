/* runs.c - many slots at once: transfers at a time when nothing is drawn, so that no change has to wait for its pixel.
 *
 * A stretch of external slots without a refresh among them is gone through as one loop over memory.  What comes of it,
 * clocks included, is what the same slots do one by one (fifo.c). */
#include "vdp.h"

/* The present VRAM, its sprite table, and what shadows it. */
typedef struct target {
    uint8_t *vram, *cache;
    uint32_t table, size;
} target;

static inline target target_of(vdp *s)
{
    return (target){ s->vram, s->sprite_cache, vdp_sprite_table(s), vdp_sprite_table_size(s) };
}

static inline void put_byte(const target *t, uint32_t address, uint8_t value)
{
    address &= 0xFFFF;
    t->vram[address] = value;
    uint32_t offset = address - t->table;
    if (offset < t->size && !(offset & 4))
        t->cache[(offset >> 3) * 4 + (offset & 3)] = value;
}

static void set_counters(vdp *s, uint16_t source, uint16_t length, uint32_t address)
{
    s->registers[21] = (uint8_t)source;
    s->registers[22] = (uint8_t)(source >> 8);
    s->registers[19] = (uint8_t)length;
    s->registers[20] = (uint8_t)(length >> 8);
    s->address = address;
}

/* At most this many units of a transfer whose end is left to the slots one by one. */
static int but_the_last(const vdp *s, int most)
{
    int left = vdp_dma_length(s) ? vdp_dma_length(s) - 1 : 65535;
    return left < most ? left : most;
}

/* The full FIFO's words are for VRAM, and each is ready when its turn comes, the first one at `clock`. */
static int steady(const vdp *s, int64_t clock)
{
    if (s->dma_clock > clock)
        return 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned entry = (s->fifo_write + i) & 3;
        if (s->fifo_code[entry] != VDP_CODE_VRAM || s->fifo_clock[entry] > clock + 32 * (int64_t)i)
            return 0;
    }
    return 1;
}

/* The bus feeds the FIFO: in every second slot a word has gone out and the next one is read. */
static int run_bus(vdp_chip *chip, int64_t line_clock, int slot, int slots)
{
    vdp *s = chip->state;
    int h40 = vdp_is_h40(s), words = but_the_last(s, slots / 2);
    if (words < 2 || !steady(s, line_clock + vdp_slot_offset(h40, slot)))
        return 0;
    target t = target_of(s);
    uint16_t source = vdp_dma_source(s);
    uint32_t bank = (uint32_t)(s->registers[23] & 0x7F) << 17, address = s->address, step = s->registers[15];
    unsigned i = s->fifo_write;
    for (int k = 0; k < words; k++, source++, i = (i + 1) & 3) {
        uint32_t to = s->fifo_address[i];
        uint16_t word = s->fifo_data[i];
        put_byte(&t, to, (uint8_t)(word >> 8));
        put_byte(&t, to ^ 1, (uint8_t)word);
        s->fifo_data[i] = vdp_dma_word(chip, bank | (uint32_t)source << 1);
        s->fifo_address[i] = address;
        s->fifo_clock[i] = line_clock + vdp_slot_offset(h40, slot + 2 * k + 1) + VDP_DMA_LATENCY(h40);
        address = (address + step) & 0x1FFFF;
    }
    s->fifo_write = (uint8_t)i;
    set_counters(s, source, (uint16_t)(vdp_dma_length(s) - words), address);
    return 2 * words;
}

static int run_fill(vdp *s, int slots)
{
    unsigned last = (s->fifo_write - 1) & 3u;
    int bytes = but_the_last(s, slots);
    if (s->fifo_code[last] != VDP_CODE_VRAM)
        return 0;
    target t = target_of(s);
    uint8_t value = (uint8_t)(s->fifo_data[last] >> 8);
    uint32_t address = s->address, step = s->registers[15];
    for (int k = 0; k < bytes; k++) {
        put_byte(&t, address ^ 1, value);
        address = (address + step) & 0x1FFFF;
    }
    set_counters(s, (uint16_t)(vdp_dma_source(s) + bytes), (uint16_t)(vdp_dma_length(s) - bytes), address);
    return bytes;
}

static int run_copy(vdp *s, int slots)
{
    int bytes = but_the_last(s, slots / 2);
    if (s->copy_half || !bytes)
        return 0;
    target t = target_of(s);
    uint16_t source = vdp_dma_source(s);
    uint32_t address = s->address, step = s->registers[15];
    for (int k = 0; k < bytes; k++, source++) {
        s->copy_byte = s->vram[source ^ 1];
        put_byte(&t, address ^ 1, s->copy_byte);
        address = (address + step) & 0x1FFFF;
    }
    set_counters(s, source, (uint16_t)(vdp_dma_length(s) - bytes), address);
    return 2 * bytes;
}

int vdp_run_transfer(vdp_chip *chip, int slot, int slots)
{
    vdp *s = chip->state;
    vdp_forget_flags(chip);
    switch (s->dma_run) {
    case VDP_DMA_BUS: return run_bus(chip, s->line_clock, slot, slots);
    case VDP_DMA_FILL: return run_fill(s, slots);
    default: return vdp_copy_runs(s) ? run_copy(s, slots) : 0;
    }
}
