/* runs.c - many slots at once.  Copies and words of the bus for VRAM only at a time when nothing is drawn, so that no change has
 * to wait for its pixel.
 *
 * A stretch of slots, for copies without a refresh among them, is gone through as one loop over memory.
 * What comes of it, clocks included, is what the same slots do one by one (fifo.c). */
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

/* Words in a row, as the 68000's bus has them, to even addresses of VRAM one after the other; 0: they do not lie so. */
static int copy_words(const vdp_chip *chip, const target *t, uint32_t from, uint32_t to, int words)
{
    const uint8_t *page = chip->dma_pages ? chip->dma_pages[from >> 16 & 0xFF] : NULL;
    uint32_t bytes = 2 * (uint32_t)words;
    to &= 0xFFFF;
    if (!page || to & 1 || (from & 0xFFFE) + bytes > 0x10000 || to + bytes > 0x10000)
        return 0;
    memcpy(t->vram + to, page + (from & 0xFFFE), bytes);
    uint32_t first = to > t->table ? to - t->table : 0, end = to + bytes > t->table ? to + bytes - t->table : 0;
    if (end > t->size)
        end = t->size;
    for (uint32_t offset = first; offset < end;) {
        if (!(offset & 7) && end - offset >= 4) {
            memcpy(t->cache + (offset >> 1), t->vram + t->table + offset, 4);
            offset += 8;
        } else {
            if (!(offset & 4))
                t->cache[(offset >> 3) * 4 + (offset & 3)] = t->vram[t->table + offset];
            offset++;
        }
    }
    return 1;
}

/* The first refresh of a blanked line that is not before `slot`, if there is one. */
static inline int next_refresh(int h40, int slot)
{
    const int first = h40 ? 38 : 31;
    return slot <= first ? first : first + ((slot - first + 31) & ~31);
}

/* Words that go out of the full FIFO in slots from *slot on and before `end`, at most `most`.  Each leaves room for one that is
 * read in its second slot; if that comes right after a refresh, in the next one, in which the word after it goes out: so it is
 * not the last.  `fetched`: the slots in which the last ones are read, by the word's number modulo 8. */
static int count_words(int h40, int *slot, int end, int most, int fetched[8])
{
    const uint8_t *external = vdp_external_slot[h40][1];
    int counted = 0, at = *slot;
    for (int words = 0; words < most;) {
        int first = external[at], stop = next_refresh(h40, first), whole = ((stop < end ? stop : end) - first) / 2;
        if (whole > 0) {
            whole = whole < most - words ? whole : most - words;
            for (int k = whole < 8 ? 0 : whole - 8; k < whole; k++)
                fetched[(words + k) & 7] = first + 2 * k + 1;
            counted = words += whole;
            *slot = at = first + 2 * whole;
            continue;
        }
        int second = external[first + 1], late = second != first + 1;
        if (second >= end)
            break;
        fetched[words++ & 7] = second + late;
        at = second + 1;
        if (!late) {
            counted = words;
            *slot = at;
        }
    }
    return counted;
}

/* The bus feeds the FIFO.  Returns the slots used. */
static int run_bus(vdp_chip *chip, int64_t line_clock, int slot, int end)
{
    vdp *s = chip->state;
    int h40 = vdp_is_h40(s), fetched[8], next = slot;
    if (!vdp_blanked(s) || !steady(s, line_clock + vdp_slot_offset(h40, slot)))
        return 0;
    int words = count_words(h40, &next, end, but_the_last(s, 256), fetched), first = words < 4 ? 0 : words - 4;
    if (words < 2)
        return 0;
    target t = target_of(s);
    uint16_t source = vdp_dma_source(s);
    uint32_t bank = (uint32_t)(s->registers[23] & 0x7F) << 17, address = s->address, step = s->registers[15];
    for (int k = 0; k < words - first; k++) { /* those that are in the FIFO */
        unsigned i = (s->fifo_write + (unsigned)k) & 3;
        put_byte(&t, s->fifo_address[i], (uint8_t)(s->fifo_data[i] >> 8));
        put_byte(&t, s->fifo_address[i] ^ 1, (uint8_t)s->fifo_data[i]);
    }
    if (step == 2 && copy_words(chip, &t, bank | (uint32_t)source << 1, address, first)) {
        address = (address + 2 * (uint32_t)first) & 0x1FFFF;
        source = (uint16_t)(source + first);
    } else {
        for (int k = 0; k < first; k++, source++) {
            uint16_t word = vdp_dma_word(chip, bank | (uint32_t)source << 1);
            put_byte(&t, address, (uint8_t)(word >> 8));
            put_byte(&t, address ^ 1, (uint8_t)word);
            address = (address + step) & 0x1FFFF;
        }
    }
    for (int k = first; k < words; k++, source++) {
        unsigned i = (s->fifo_write + (unsigned)k) & 3;
        s->fifo_data[i] = vdp_dma_word(chip, bank | (uint32_t)source << 1);
        s->fifo_address[i] = address;
        s->fifo_clock[i] = line_clock + vdp_slot_offset(h40, fetched[k & 7]) + VDP_DMA_LATENCY(h40);
        address = (address + step) & 0x1FFFF;
    }
    s->fifo_write = (uint8_t)((s->fifo_write + words) & 3);
    set_counters(s, source, (uint16_t)(vdp_dma_length(s) - words), address);
    return next - slot;
}

/* The bus feeds the FIFO with words for CRAM or VSRAM, each of which leaves in one slot; all slots but the refresh, and the one after
 * it, may read a word. */
int vdp_run_words(vdp_chip *chip, int slot, int end)
{
    vdp *s = chip->state;
    const unsigned target = s->code & 15;
    int left = but_the_last(s, 65535), h40 = vdp_is_h40(s), at = slot;
    unsigned count = s->fifo_count, in = s->fifo_write;
    if (!left || (target != VDP_CODE_CRAM && target != VDP_CODE_VSRAM) || !vdp_is_mode5(s) || s->fifo_half)
        return 0;
    for (unsigned i = in - count; i != in; i++)
        if (s->fifo_code[i & 3] != VDP_CODE_CRAM && s->fifo_code[i & 3] != VDP_CODE_VSRAM)
            return 0;
    const char *map = vdp_slot_map[h40][vdp_blanked(s)];
    const int latency = VDP_DMA_LATENCY(h40);
    const uint32_t bank = (uint32_t)(s->registers[23] & 0x7F) << 17, step = s->registers[15];
    uint16_t source = vdp_dma_source(s);
    uint32_t address = s->address;
    int words = 0;
    for (; at < end && words < left; at++) {
        const int64_t clock = s->line_clock + vdp_slot_offset(h40, at);
        if (map[at] == 'r')
            continue;
        if (count && map[at] == 'x' && s->fifo_clock[(in - count) & 3] <= clock) {
            const unsigned i = (in - count--) & 3;
            vdp_write_word(chip, clock, s->fifo_code[i], s->fifo_address[i], s->fifo_data[i]);
        }
        if (count < 4 && clock >= s->dma_clock && !(at && map[at - 1] == 'r')) {
            const unsigned i = in++ & 3;
            s->fifo_data[i] = vdp_dma_word(chip, bank | (uint32_t)source++ << 1);
            s->fifo_address[i] = address;
            s->fifo_code[i] = (uint8_t)target;
            s->fifo_clock[i] = clock + latency;
            address = (address + step) & 0x1FFFF;
            count++;
            words++;
        }
    }
    s->fifo_count = (uint8_t)count;
    s->fifo_write = in & 3;
    set_counters(s, source, (uint16_t)(vdp_dma_length(s) - words), address);
    return at - slot;
}

/* Bytes that are there already have no effect. */
static int run_fill(vdp_chip *chip, int64_t line_clock, int slot, int end)
{
    vdp *s = chip->state;
    unsigned last = (s->fifo_write - 1) & 3u;
    int h40 = vdp_is_h40(s), most = but_the_last(s, 65535), bytes = 0, next = slot;
    if (s->fifo_code[last] != VDP_CODE_VRAM)
        return 0;
    const uint8_t *external = vdp_external_slot[h40][vdp_blanked(s)];
    const target t = target_of(s);
    const int undrawn = s->draw_clock == VDP_NEVER;
    const uint8_t value = (uint8_t)(s->fifo_data[last] >> 8);
    uint32_t address = s->address, step = s->registers[15];
    for (int at = slot; at < end && bytes < most; at = external[next], bytes++) {
        const uint32_t place = (address ^ 1) & 0xFFFF;
        if (undrawn)
            put_byte(&t, place, value);
        else if (t.vram[place] != value || place - t.table < t.size)
            vdp_write_vram_byte(chip, line_clock + vdp_slot_offset(h40, at), place, value);
        address = (address + step) & 0x1FFFF;
        next = at + 1;
    }
    set_counters(s, (uint16_t)(vdp_dma_source(s) + bytes), (uint16_t)(vdp_dma_length(s) - bytes), address);
    return next - slot;
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

/* External slots up to the next refresh or `end`; the first one is `slot`. */
static int external_slots(const vdp *s, int slot, int end)
{
    const uint8_t *external = vdp_external_slot[vdp_is_h40(s)][vdp_blanked(s)];
    int stop = slot;
    while (stop < end && external[stop] == stop)
        stop++;
    return stop - slot;
}

int vdp_run_transfer(vdp_chip *chip, int slot, int end)
{
    vdp *s = chip->state;
    if (s->draw_clock == VDP_NEVER)
        vdp_forget_flags(chip);
    switch (s->dma_run) {
    case VDP_DMA_BUS: return run_bus(chip, s->line_clock, slot, end);
    case VDP_DMA_FILL: return run_fill(chip, s->line_clock, slot, end);
    default: return vdp_copy_runs(s) ? run_copy(s, external_slots(s, slot, end)) : 0;
    }
}
