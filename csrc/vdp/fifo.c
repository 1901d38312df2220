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
        vdp_change_sprite(chip, clock, offset >> 3, offset & 3, value);
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
        vdp_draw_before_byte(chip, clock, address, value);
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
        vdp_draw_before_byte(chip, clock, p & 0xFFFF, (uint8_t)value);
        s->vram[p & 0xFFFF] = (uint8_t)value;
    }
    update_sprite_cache(chip, clock, a & 0x1FFFE, (uint8_t)value);
    update_sprite_cache(chip, clock, a | 1, (uint8_t)(value >> 8));
}

/* Mode 4 has 32 words 00BBGGRR, one an address. */
static inline void write_colour(vdp_chip *chip, int64_t clock, uint32_t address, uint16_t value, int mode5)
{
    uint8_t *p = chip->state->cram + (mode5 ? address & 0x7E : (address & 0x1F) * 2);
    value &= mode5 ? 0x0EEE : 0x003F;
    if (vdp_shows_colours(chip))
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
        write_colour(chip, clock, address, value, vdp_is_mode5(chip->state));
    else if (code == VDP_CODE_VSRAM)
        write_scroll(chip, clock, address, value);
}

/* ------------------------------------------------------------------------------------------- FIFO */

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

#define SLOTS(h40) ((h40) ? 210 : 171)

/* First slot that begins at or after `offset`, less than a line. */
static inline int slot_from(int h40, int offset)
{
    int slot = vdp_slot_near[h40][offset >> 4];
    return slot + (vdp_slot_begin[h40][slot] < offset); /* none is shorter than 16 mclk */
}

/* First external slot from `slot` on, SLOTS if there is none. */
static inline int next_external(int h40, int blanked, int slot)
{
    return vdp_external_slot[h40][blanked][slot];
}

int64_t vdp_next_slot(const vdp *s)
{
    int h40 = vdp_is_h40(s), slot = slot_from(h40, (int)(s->clock - s->line_clock));
    return s->line_clock + vdp_slot_offset(h40, slot);
}

int64_t vdp_next_external(const vdp *s)
{
    int h40 = vdp_is_h40(s);
    int slot = next_external(h40, vdp_blanked(s), slot_from(h40, (int)(s->clock - s->line_clock)));
    return s->line_clock + vdp_slot_offset(h40, slot);
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
    return s->line_clock + vdp_slot_offset(h40, slot);
}

/* 1: a transfer goes on that vdp_run_transfer may make; but for fills, no change of VRAM has to wait for drawing. */
static int may_run(const vdp *s)
{
    if (s->dma_run == VDP_DMA_NONE || !vdp_is_mode5(s) || s->registers[1] & 0x80)
        return 0;
    if (s->dma_run == VDP_DMA_FILL)
        return s->fifo_count == 0;
    if (s->draw_clock != VDP_NEVER)
        return 0;
    return s->dma_run == VDP_DMA_BUS ? s->fifo_count == 4 && !s->fifo_half && (s->code & 15) == VDP_CODE_VRAM
                                     : s->fifo_count == 0;
}

/* What words of VRAM have to do with, apart from VRAM. */
typedef struct word_slots {
    const uint8_t *near, *external;
    const uint16_t *begin;
    int64_t line;               /* mclk at which the line began */
    uint32_t table, size;       /* of the sprites */
    int until;                  /* mclk in the line: slots begin before it */
    int drawn;                  /* slots before it change nothing that is still to be drawn */
} word_slots;

static inline word_slots word_slots_of(const vdp_chip *chip, int64_t line, int until)
{
    const vdp *s = chip->state;
    int h40 = vdp_is_h40(s);
    int64_t free = chip->render ? s->draw_clock : vdp_quiet_until(chip);
    return (word_slots){
        vdp_slot_near[h40], vdp_external_slot[h40][vdp_blanked(s)], vdp_slot_begin[h40], line,
        vdp_sprite_table(s), vdp_sprite_table_size(s), until, free - line > until ? until : -1,
    };
}

/* Entries for VRAM, in mode 5 and with 64 KB, as long as nobody else is concerned: no sprite table, nothing to be drawn first.
 * Slots from `from` on; returns where the first slot left begins. */
static inline int drain_words(vdp *s, const word_slots *w, int from)
{
    unsigned count = s->fifo_count, i = s->fifo_write - count;
    uint8_t *vram = s->vram;
    for (; count; count--, i++) {
        unsigned entry = i & 3;
        int64_t ready = s->fifo_clock[entry] - w->line;
        if (ready >= w->until || s->fifo_code[entry] != VDP_CODE_VRAM)
            break;
        int at = ready > from ? (int)ready : from, slot = w->near[at >> 4];
        slot = w->external[slot + (w->begin[slot] < at)];
        int second = w->begin[w->external[slot + 1]];
        uint32_t address = s->fifo_address[entry] & 0xFFFF;
        uint16_t word = s->fifo_data[entry];
        uint8_t high = (uint8_t)(word >> 8), low = (uint8_t)word;
        if (second >= w->until || (address & 0xFFFE) - w->table < w->size
            || (second > w->drawn && (vram[address] != high || vram[address ^ 1] != low)))
            break;
        vram[address] = high;
        vram[address ^ 1] = low;
        from = second + 1;
    }
    s->fifo_count = (uint8_t)count;
    return from;
}

/* 1: drain_words and drain_colours may be called. */
static inline int drains_plainly(const vdp *s)
{
    return vdp_is_mode5(s) && !(s->registers[1] & 0x80) && !(s->fifo_half | s->fill_data);
}

/* From one external slot to the next, and from the beginning of a line to the first one, it is not longer than this. */
#define LONGEST_GAP 480

/* 1: all that was in the FIFO was for CRAM, nobody sees when it gets there, and all has found its slot between s->clock and `until`,
 * with nothing else to move. */
static inline int drain_unseen(vdp_chip *chip, int64_t until)
{
    vdp *s = chip->state;
    const unsigned count = s->fifo_count;
    const int64_t latest = until - count * LONGEST_GAP;
    if (s->clock >= latest || s->read_wanted || vdp_shows_colours(chip))
        return 0;
    for (unsigned i = s->fifo_write - count; i != s->fifo_write; i++)
        if (s->fifo_code[i & 3] != VDP_CODE_CRAM || s->fifo_clock[i & 3] >= latest)
            return 0;
    for (unsigned i = s->fifo_write - count; i != s->fifo_write; i++)
        write_colour(chip, until, s->fifo_address[i & 3], s->fifo_data[i & 3], 1);
    s->fifo_count = 0;
    return 1;
}

/* Words of CRAM and VSRAM at the head of the FIFO; the same. */
static VDP_APART int drain_colours(vdp_chip *chip, int64_t line, int from, int until)
{
    vdp *s = chip->state;
    const int h40 = vdp_is_h40(s);
    const uint8_t *external = vdp_external_slot[h40][vdp_blanked(s)];
    unsigned count = s->fifo_count, i = s->fifo_write - count;
    for (; count; count--, i++) {
        const unsigned entry = i & 3, code = s->fifo_code[entry];
        if (code != VDP_CODE_CRAM && code != VDP_CODE_VSRAM)
            break;
        int64_t ready = s->fifo_clock[entry] - line;
        if (ready >= until)
            break;
        int slot = external[slot_from(h40, ready > from ? (int)ready : from)];
        int begin = vdp_slot_offset(h40, slot);
        if (begin >= until)
            break;
        if (code == VDP_CODE_CRAM)
            write_colour(chip, line + begin, s->fifo_address[entry], s->fifo_data[entry], 1);
        else
            write_scroll(chip, line + begin, s->fifo_address[entry], s->fifo_data[entry]);
        from = begin + 1;
    }
    s->fifo_count = (uint8_t)count;
    return from;
}

/* Entries that the CPU has written, in slots that begin from `from` on and before `until`, mclk of the line at `line`;
 * returns where the first slot left begins. */
static int drain_entries(vdp_chip *chip, int64_t line, int from, int until)
{
    vdp *s = chip->state;
    int h40 = vdp_is_h40(s), plain = vdp_is_mode5(s) && !(s->registers[1] & 0x80);
    word_slots w = word_slots_of(chip, line, until);
    if (plain && w.drawn == until && chip->render)
        vdp_forget_flags(chip);
    while (s->fifo_count) {
        if (drains_plainly(s)) {
            from = drain_words(s, &w, from);
            from = drain_colours(chip, line, from, until);
            if (!s->fifo_count)
                break;
        }
        unsigned oldest = (s->fifo_write - s->fifo_count) & 3u;
        int64_t ready = s->fifo_clock[oldest] - line;
        if (ready >= until)
            return until;
        int slot = w.external[slot_from(h40, ready > from ? (int)ready : from)];
        if (w.begin[slot] >= until)
            return until;
        drain(chip, line + w.begin[slot], oldest);
        from = w.begin[slot] + 1;
    }
    return from;
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
            int from = drain_entries(chip, line, vdp_slot_offset(h40, slot), vdp_slot_offset(h40, end));
            slot = slot_from(h40, from);
            continue;
        }
        if (s->dma_run == VDP_DMA_BUS) {
            int used = vdp_run_words(chip, slot, end);
            if (used) {
                slot += used;
                continue;
            }
        }
        /* Source words are read in any slot, but not in the refresh or right after it. */
        int fetch = s->dma_run == VDP_DMA_BUS && s->fifo_count < 4;
        if (!fetch) {
            slot = next_external(h40, blanked, slot);
            if (slot >= end)
                break;
            int used = may_run(s) ? vdp_run_transfer(chip, slot, end) : 0;
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
        int from = (int)(s->clock - line);
        if (drains_plainly(s)) {
            if (drain_unseen(chip, until)) {
                s->clock = until;
                return;
            }
            from = drain_colours(chip, line, from, (int)(until - line));
        }
        if (s->fifo_count)
            from = drain_entries(chip, line, from, (int)(until - line));
        if (!s->read_wanted && s->dma_run == VDP_DMA_NONE) {
            s->clock = until;
            return;
        }
        s->clock = line + from;
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

/* Of the words that wait beside the empty FIFO, those from `first` on that have certainly gone before another one was ready, with
 * which slots count again: theirs need not be known.  Returns that one; `first` if there are none, or if it is not so simple. */
static inline const vdp_later *drain_certain(vdp_chip *chip, const word_slots *w, const vdp_later *first, const vdp_later *end)
{
    uint8_t *vram = chip->state->vram;
    const int free = w->drawn == w->until;
    const int64_t until = w->line + w->until;
    const vdp_later *l = first;
    for (; l < end - 1 && l->bound < until && l->code == VDP_CODE_VRAM; l++) {
        uint32_t address = l->address & 0xFFFF;
        uint8_t high = (uint8_t)(l->value >> 8), low = (uint8_t)l->value;
        if ((address & 0xFFFE) - w->table < w->size || (!free && (vram[address] != high || vram[address ^ 1] != low)))
            break;
        vram[address] = high;
        vram[address ^ 1] = low;
    }
    while (l > first && l->clock + chip->later_latency <= l[-1].bound)
        l--;
    return l;
}

/* Of the words that wait beside the empty FIFO all but the last four, as drain_words does it; *first goes on to the one that
 * is left. */
static int drain_later(vdp_chip *chip, const word_slots *w, int from, const vdp_later **first, const vdp_later *end)
{
    vdp *s = chip->state;
    uint8_t *vram = s->vram;
    const vdp_later *l = *first;
    if (end - l > 5)
        l = drain_certain(chip, w, l, end - 4);
    for (; end - l > 4; l++) {
        int ready = (int)(l->clock - w->line) + chip->later_latency;
        if (ready >= w->until || l->code != VDP_CODE_VRAM)
            break;
        int at = ready > from ? ready : from, slot = w->near[at >> 4];
        slot = w->external[slot + (w->begin[slot] < at)];
        int second = w->begin[w->external[slot + 1]];
        uint32_t address = l->address & 0xFFFF;
        uint8_t high = (uint8_t)(l->value >> 8), low = (uint8_t)l->value;
        if (second >= w->until || (address & 0xFFFE) - w->table < w->size
            || (second > w->drawn && (vram[address] != high || vram[address ^ 1] != low)))
            break;
        vram[address] = high;
        vram[address ^ 1] = low;
        from = second + 1;
    }
    s->fifo_write = (uint8_t)((s->fifo_write + (l - *first)) & 3);
    *first = l;
    return from;
}

void vdp_flush_later(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    const vdp_later *l = chip->later + 4, *end = chip->later + chip->later_count;
    chip->later_count = 0;
    if (l >= end)
        return;
    int64_t line = s->line_clock;
    int until = (int)(clock - line);
    int from = drain_entries(chip, line, (int)(s->clock - line), until);
    for (;;) {
        if (!s->fifo_count && end - l > 4 && vdp_is_mode5(s) && !(s->registers[1] & 0x80)) {
            word_slots w = word_slots_of(chip, line, until);
            from = drain_later(chip, &w, from, &l, end);
        }
        for (; l < end && s->fifo_count < 4; l++) {
            unsigned i = s->fifo_write & 3u;
            s->fifo_data[i] = l->value;
            s->fifo_address[i] = l->address;
            s->fifo_code[i] = l->code;
            s->fifo_clock[i] = l->clock + chip->later_latency;
            s->fifo_write = (i + 1) & 3;
            s->fifo_count++;
        }
        if (l == end)
            break;
        from = drain_entries(chip, line, from, until);
    }
    s->clock = line + from;
}

void vdp_make_room(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    vdp_flush_later(chip, clock);
    drain_entries(chip, s->line_clock, (int)(s->clock - s->line_clock), (int)(clock - s->line_clock));
    s->clock = clock;
    int count = s->fifo_count;
    if (count == 0 || count == 4 || !vdp_blanked(s))
        return;
    chip->later_count = 4;
    chip->later_limit = s->line_clock + VDP_HINT(0);
    chip->later_latency = VDP_WRITE_LATENCY(vdp_is_h40(s));
    for (int i = 0; i < 4; i++) { /* those before have gone out */
        int64_t bound = i < 4 - count ? 0 : s->fifo_clock[(s->fifo_write - 4 + i) & 3];
        if (bound && bound < s->clock)
            bound = s->clock;
        if (bound && i && bound < chip->later[i - 1].bound)
            bound = chip->later[i - 1].bound;
        chip->later[i].bound = bound ? bound + VDP_BLANK_WORD : 0;
    }
}

/* vdp_accept_two for words that wait in the FIFO. */
VDP_APART int vdp_push_two(vdp_chip *chip, int64_t clock, int64_t second, uint32_t value)
{
    vdp *s = chip->state;
    const unsigned count = s->fifo_count, i = s->fifo_write & 3u, j = (i + 1) & 3;
    if (count > 2 || !vdp_only_waits(chip, clock) || second - s->line_clock >= VDP_HINT(0))
        return 0;
    const uint32_t address = s->address, step = s->registers[15];
    const int latency = VDP_WRITE_LATENCY(s->registers[12] & 1);
    const uint8_t code = s->code & 15;
    s->fifo_data[i] = (uint16_t)(value >> 16);
    s->fifo_data[j] = (uint16_t)value;
    s->fifo_address[i] = address;
    s->fifo_address[j] = (address + step) & 0x1FFFF;
    s->fifo_clock[i] = clock + latency;
    s->fifo_clock[j] = second + latency;
    s->address = (address + 2 * step) & 0x1FFFF;
    chip->write_clock = second;
    s->fifo_code[i] = s->fifo_code[j] = code;
    s->fifo_write = (i + 2) & 3;
    s->fifo_count = (uint8_t)(count + 2);
    s->command_pending = 0;
    return 1;
}
