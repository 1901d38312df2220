/* fifo.c - access slots, the write FIFO, the read buffer, and the one place where VRAM, CRAM and VSRAM are written.
 *
 * A slot is two pixels and begins at an even H.  Everything between the CPU or the DMA and the memories moves in
 * the external slots: one byte of VRAM, or one word of CRAM or VSRAM. */
#include "vdp.h"

/* Handbook 04, 4: external slots at H = 2+16k, but for the refresh at 50, 114, ..., and a few around the H blank.
 * The H32 slot at H = 288 is placed as on the die; some captures have it at 286. */
const char *const vdp_slot_map[2][2] = {
    {
        "...........x............x..............x.......x.......x.......r......"
        ".x.......x.......x.......r.......x.......x.......x.......r.......x...."
        "...x.......x.......r......xx...",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxrxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxrxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxrxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxrxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxrxxxxxxxxxxx",
    },
    {
        "....................x.........................x.......x.......x......."
        "r.......x.......x.......x.......r.......x.......x.......x.......r....."
        "..x.......x.......x.......r.......x.......x.......x.......r......xx...",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxrxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "rxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxrxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxrxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxrxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxrxxxxxxxxxxx",
    },
};

/* ---------------------------------------------------------------------------------- the memories */

static void update_sprite_cache(vdp_chip *chip, int64_t clock, uint32_t address, uint8_t value)
{
    vdp *s = chip->state;
    uint32_t offset = address - vdp_sprite_table(s);
    if (offset >= vdp_sprite_table_size(s) || offset & 4)
        return;
    uint8_t *cell = &s->sprite_cache[(offset >> 3) * 4 + (offset & 3)];
    if (*cell != value) {
        vdp_draw_before(chip, clock);
        *cell = value;
    }
}

/* Where VRAM keeps the byte at `address`: mode 4 exchanges address lines 1 and 9 of its 16 KB. */
static uint32_t vram_place(const vdp *s, uint32_t address)
{
    if (vdp_is_mode5(s))
        return address & 0xFFFF;
    return (address & 0x3DFD) | (address << 8 & 0x200) | (address >> 8 & 2);
}

void vdp_write_vram_byte(vdp_chip *chip, int64_t clock, uint32_t address, uint8_t value)
{
    vdp *s = chip->state;
    address = vram_place(s, address);
    if (s->vram[address] != value) {
        vdp_draw_before(chip, clock);
        s->vram[address] = value;
    }
    update_sprite_cache(chip, clock, address, value);
}

/* 128 KB mode: two chips would be addressed at once; with one, addresses are scrambled and the low byte alone is
 * stored.  The sprite cache gets the bytes exchanged. */
static void write_vram_128k(vdp_chip *chip, int64_t clock, uint32_t a, uint16_t value)
{
    vdp *s = chip->state;
    uint32_t p = (((a & 2) >> 1) ^ 1) | (a & 0x400) >> 9 | (a & 0x3FC) | (a & 0x1F800) >> 1;
    if (s->vram[p & 0xFFFF] != (uint8_t)value) {
        vdp_draw_before(chip, clock);
        s->vram[p & 0xFFFF] = (uint8_t)value;
    }
    update_sprite_cache(chip, clock, a & 0x1FFFE, (uint8_t)value);
    update_sprite_cache(chip, clock, a | 1, (uint8_t)(value >> 8));
}

/* Mode 4 has 32 words 00BBGGRR, one an address. */
static void write_colour(vdp_chip *chip, int64_t clock, uint32_t address, uint16_t value)
{
    int mode5 = vdp_is_mode5(chip->state);
    uint8_t *p = chip->state->cram + (mode5 ? address & 0x7E : (address & 0x1F) * 2);
    value &= mode5 ? 0x0EEE : 0x003F;
    vdp_change_colour(chip, clock, (unsigned)(p - chip->state->cram) / 2, value);
    vdp_set_word(p, value);
}

static void write_scroll(vdp_chip *chip, int64_t clock, uint32_t address, uint16_t value)
{
    if ((address & 0x7E) >= 0x50)
        return; /* 40 words only */
    uint8_t *p = chip->state->vsram + (address & 0x7E);
    value &= 0x07FF;
    if (vdp_word(p) != value) {
        vdp_change_scroll(chip, clock, (address & 0x7E) / 2);
        vdp_set_word(p, value);
    }
}

/* One word to CRAM or VSRAM; other codes write nothing. */
void vdp_write_word(vdp_chip *chip, int64_t clock, uint8_t code, uint32_t address, uint16_t value)
{
    if (code == VDP_CODE_CRAM)
        write_colour(chip, clock, address, value);
    else if (code == VDP_CODE_VSRAM)
        write_scroll(chip, clock, address, value);
}

/* ------------------------------------------------------------------------------------------- FIFO */

void vdp_fifo_push(vdp *s, int64_t clock, uint16_t value)
{
    unsigned i = s->fifo_write;
    s->fifo_data[i] = value;
    s->fifo_address[i] = s->address;
    s->fifo_code[i] = (s->code & 15) | !vdp_is_mode5(s); /* mode 4 writes CRAM or VRAM, whatever CD0 is */
    s->fifo_clock[i] = clock;
    s->fifo_write = (i + 1) & 3;
    s->fifo_count++;
}

/* VRAM takes two slots, and so do the codes that write nowhere. */
static int takes_two(const vdp *s, unsigned entry)
{
    uint8_t code = s->fifo_code[entry];
    return code != VDP_CODE_CRAM && code != VDP_CODE_VSRAM && !(code == VDP_CODE_VRAM && s->registers[1] & 0x80);
}

/* The oldest entry has gone out. */
static inline void retire(vdp *s)
{
    s->fifo_half = 0;
    s->fifo_count--;
    if (!s->fifo_count && s->fill_data && vdp_fill_armed(s)) {
        s->dma_run = VDP_DMA_FILL;
        s->fill_data = 0;
    }
}

/* An external slot goes to the oldest entry. */
static void drain(vdp_chip *chip, int64_t clock, unsigned i)
{
    vdp *s = chip->state;
    uint8_t code = s->fifo_code[i];
    uint32_t address = s->fifo_address[i];
    if (code == VDP_CODE_CRAM || code == VDP_CODE_VSRAM) {
        vdp_write_word(chip, clock, code, address, s->fifo_data[i]);
    } else if (code == VDP_CODE_VRAM && s->registers[1] & 0x80) {
        write_vram_128k(chip, clock, address, s->fifo_data[i]);
    } else if (!s->fifo_half) {
        s->fifo_half = 1;
        if (code == VDP_CODE_VRAM)
            vdp_write_vram_byte(chip, clock, address, (uint8_t)(s->fifo_data[i] >> 8));
        return;
    } else if (code == VDP_CODE_VRAM) {
        vdp_write_vram_byte(chip, clock, address ^ 1, (uint8_t)s->fifo_data[i]);
    }
    retire(s);
}

/* ------------------------------------------------------------------------------------ read buffer */

/* 1: the code is one that reads; in mode 4 each one reads VRAM. */
int vdp_readable(const vdp *s)
{
    return !(s->code & 3) || !vdp_is_mode5(s);
}

/* CRAM, VSRAM and the 8-bit VRAM read leave bits undriven: they come from the FIFO entry that is written next. */
static void prefetch(vdp_chip *chip)
{
    vdp *s = chip->state;
    uint32_t a = s->address & 0xFFFF;
    uint16_t noise = s->fifo_data[s->fifo_write];
    switch (vdp_is_mode5(s) ? s->code & 15 : 0) {
    case 0:
        if (!s->read_half) {
            s->read_half = 1;
            s->read_buffer = (uint16_t)(s->vram[vram_place(s, a & 0xFFFE)] << 8);
            return;
        }
        s->read_buffer |= s->vram[vram_place(s, a | 1)];
        break;
    case 4: /* beyond the 40 words: what the renderer holds, plane A's full scroll value */
        s->read_buffer = vdp_vsram_word(s, (a & 0x7E) < 0x50 ? (a & 0x7E) / 2 : 0) | (noise & 0xF800);
        break;
    case 8:
        s->read_buffer = vdp_cram_word(s, (a & 0x7E) / 2) | (noise & 0xF111);
        break;
    default:
        s->read_buffer = s->vram[vram_place(s, a ^ 1)] | (noise & 0xFF00);
        break;
    }
    s->read_half = 0;
    s->read_wanted = 0;
    s->read_ready = 1;
    s->address = (s->address + vdp_step(s)) & 0x1FFFF;
}

/* ------------------------------------------------------------------------------------------ slots */

/* 1: an external slot will find something to do, now or later. */
static int work_left(const vdp *s)
{
    return s->fifo_count || s->dma_run == VDP_DMA_BUS || s->dma_run == VDP_DMA_FILL || vdp_copy_runs(s)
           || (s->read_wanted && !s->command_pending && vdp_readable(s));
}

static void external_slot(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    if (s->fifo_count) {
        unsigned oldest = (s->fifo_write - s->fifo_count) & 3u;
        if (s->fifo_clock[oldest] <= clock)
            drain(chip, clock, oldest);
    } else if (s->dma_run == VDP_DMA_FILL) {
        vdp_fill_slot(chip, clock);
    } else if (vdp_copy_runs(s)) {
        vdp_copy_slot(chip, clock);
    } else if (s->read_wanted && !s->command_pending && vdp_readable(s)) {
        prefetch(chip);
    }
}

/* First slot that begins at or after `offset`. */
static inline int slot_from(int h40, int offset)
{
    if (!h40)
        return (offset + 19) / 20;
    if (offset <= 304)
        return (offset + 15) / 16;
    if (offset > 620)
        return 36 + (offset - 636 + 15) / 16;
    int slot = vdp_step_at(1, offset) >> 1;
    return vdp_step_offset(1, 2 * slot) < offset ? slot + 1 : slot;
}

/* First external slot from `slot` on, SLOTS if there is none: what vdp_slot_map shows, as arithmetic.  While the display
 * is on they lie 8 apart but for some around the H blank, and every fourth is the refresh. */
#define SLOTS(h40) ((h40) ? 210 : 171)
static inline int next_external(int h40, int blanked, int slot)
{
    if (blanked)
        return vdp_slot_map[h40][1][slot] == 'r' ? slot + 1 : slot;
    int first = h40 ? 46 : 39, last = h40 ? 190 : 151;
    if (slot > last)
        return slot <= last + 15 ? last + 15 : slot == last + 16 ? slot : SLOTS(h40);
    if (slot <= first) {
        if (!h40)
            return slot <= 11 ? 11 : slot <= 24 ? 24 : first;
        return slot <= 20 ? 20 : first;
    }
    slot = first + ((slot - first + 7) & ~7);
    return (slot - first - 24) & 31 ? slot : slot + 8;
}

int64_t vdp_next_slot(const vdp *s)
{
    int h40 = vdp_is_h40(s), slot = slot_from(h40, (int)(s->clock - s->line_clock));
    return s->line_clock + (vdp_slot_map[h40][0][slot] ? vdp_step_offset(h40, 2 * slot) : VDP_LINE);
}

int64_t vdp_next_external(const vdp *s)
{
    int h40 = vdp_is_h40(s);
    int slot = next_external(h40, vdp_blanked(s), slot_from(h40, (int)(s->clock - s->line_clock)));
    return s->line_clock + (slot < SLOTS(h40) ? vdp_slot_offset(h40, slot) : VDP_LINE);
}

/* The full FIFO's oldest entry takes two slots, or one, once it is ready. */
int64_t vdp_room_clock(const vdp *s)
{
    int h40 = vdp_is_h40(s), blanked = vdp_blanked(s);
    unsigned oldest = (s->fifo_write - s->fifo_count) & 3u;
    int64_t from = s->fifo_clock[oldest] > s->clock ? s->fifo_clock[oldest] : s->clock;
    if (from - s->line_clock >= VDP_LINE)
        return s->line_clock + VDP_LINE;
    int slot = next_external(h40, blanked, slot_from(h40, (int)(from - s->line_clock)));
    if (slot < SLOTS(h40) && takes_two(s, oldest) && !s->fifo_half)
        slot = next_external(h40, blanked, slot + 1);
    return s->line_clock + (slot < SLOTS(h40) ? vdp_slot_offset(h40, slot) : VDP_LINE);
}

/* 1: a transfer goes on that vdp_run_transfer may make, and no change of VRAM has to wait for drawing. */
static int may_run(const vdp *s)
{
    if (s->dma_run == VDP_DMA_NONE || s->draw_clock != VDP_NEVER || !vdp_is_mode5(s) || s->registers[1] & 0x80)
        return 0;
    return s->dma_run == VDP_DMA_BUS ? s->fifo_count == 4 && !s->fifo_half && (s->code & 15) == VDP_CODE_VRAM
                                     : s->fifo_count == 0;
}

/* External slots up to the next refresh or `end`; the first one is `slot`. */
static int external_slots(const char *map, int slot, int end)
{
    int stop = slot;
    while (stop < end && map[stop] == 'x')
        stop++;
    return stop - slot;
}

/* Both bytes of an entry for VRAM, of which neither has gone out, in slots at `clock` and `second`. */
static inline void drain_vram_word(vdp_chip *chip, int64_t clock, int64_t second, unsigned i)
{
    vdp *s = chip->state;
    uint32_t address = s->fifo_address[i] & 0xFFFF, offset = (address & 0xFFFE) - vdp_sprite_table(s);
    uint8_t high = (uint8_t)(s->fifo_data[i] >> 8), low = (uint8_t)s->fifo_data[i];
    uint8_t *vram = s->vram;
    if (offset < vdp_sprite_table_size(s)
        || (s->draw_clock < second && (vram[address] != high || vram[address ^ 1] != low))) {
        vdp_write_vram_byte(chip, clock, address, high);
        vdp_write_vram_byte(chip, second, address ^ 1, low);
    } else {
        if (s->draw_clock >= second)
            vdp_forget_flags(chip);
        vram[address] = high;
        vram[address ^ 1] = low;
    }
    retire(s);
}

/* Entries that the CPU has written, in slots from `slot` on and before `end` of the line at `line`; returns the first slot
 * left. */
static int drain_entries(vdp_chip *chip, int64_t line, int slot, int end)
{
    vdp *s = chip->state;
    int h40 = vdp_is_h40(s), blanked = vdp_blanked(s), plain = vdp_is_mode5(s) && !(s->registers[1] & 0x80);
    while (s->fifo_count) {
        unsigned oldest = (s->fifo_write - s->fifo_count) & 3u;
        int64_t ready = s->fifo_clock[oldest] - line;
        if (ready >= VDP_LINE)
            return end;
        if (ready > vdp_slot_offset(h40, slot))
            slot = slot_from(h40, (int)ready);
        slot = next_external(h40, blanked, slot);
        if (slot >= end)
            return end;
        int second = next_external(h40, blanked, slot + 1);
        if (second < end && plain && !s->fifo_half && s->fifo_code[oldest] == VDP_CODE_VRAM) {
            drain_vram_word(chip, line + vdp_slot_offset(h40, slot), line + vdp_slot_offset(h40, second), oldest);
            slot = second + 1;
        } else {
            drain(chip, line + vdp_slot_offset(h40, slot), oldest);
            slot++;
        }
    }
    return slot;
}

/* Slots from s->clock on and before `until`.  Returns early, with s->clock behind the slot, when a bus DMA ends. */
static void run_slots(vdp_chip *chip, int64_t until)
{
    vdp *s = chip->state;
    int h40 = vdp_is_h40(s), blanked = vdp_blanked(s);
    const char *map = vdp_slot_map[h40][blanked];
    int64_t line = s->line_clock;
    int slot = slot_from(h40, (int)(s->clock - line)), end = slot_from(h40, (int)(until - line));
    while (slot < end && work_left(s)) {
        if (s->fifo_count && s->dma_run != VDP_DMA_BUS) {
            slot = drain_entries(chip, line, slot, end);
            continue;
        }
        /* Source words are read in any slot, but not in the refresh or right after it. */
        int fetch = s->dma_run == VDP_DMA_BUS && s->fifo_count < 4;
        if (!fetch) {
            slot = next_external(h40, blanked, slot);
            if (slot >= end)
                break;
            int used = may_run(s) ? vdp_run_transfer(chip, slot, external_slots(map, slot, end)) : 0;
            if (used) {
                slot += used;
                continue;
            }
        } else if (map[slot] == 'r') {
            slot++;
            continue;
        }
        int64_t t = line + vdp_slot_offset(h40, slot);
        if (map[slot] == 'x')
            external_slot(chip, t);
        if (s->dma_run == VDP_DMA_BUS && s->fifo_count < 4 && t >= s->dma_clock && (!slot || map[slot - 1] != 'r')) {
            vdp_dma_fetch(chip, t);
            if (s->dma_run != VDP_DMA_BUS) {
                s->clock = t + 1;
                return;
            }
        }
        slot++;
    }
    s->clock = until;
}

void vdp_transfer(vdp_chip *chip, int64_t until)
{
    vdp *s = chip->state;
    if (s->fifo_count && s->dma_run == VDP_DMA_NONE && !s->bus_hold) { /* what the CPU writes, mostly */
        if (s->fifo_clock[(s->fifo_write - s->fifo_count) & 3u] >= until) {
            s->clock = until;
            return;
        }
        int64_t line = s->line_clock;
        int h40 = vdp_is_h40(s);
        int slot = drain_entries(chip, line, slot_from(h40, (int)(s->clock - line)), slot_from(h40, (int)(until - line)));
        if (!s->read_wanted && s->dma_run == VDP_DMA_NONE) {
            s->clock = until;
            return;
        }
        if (slot < SLOTS(h40) && line + vdp_slot_offset(h40, slot) < until)
            s->clock = line + vdp_slot_offset(h40, slot);
        else
            s->clock = until;
    }
    while (s->clock < until && vdp_transfer_busy(s)) {
        if (s->bus_hold && s->dma_run != VDP_DMA_BUS) {
            if (s->dma_clock > s->clock)
                run_slots(chip, s->dma_clock < until ? s->dma_clock : until);
            if (s->clock >= s->dma_clock)
                vdp_dma_held_write(chip);
        } else {
            run_slots(chip, until);
        }
    }
}
