/* sprites.c - the three phases of a line's sprites: scan, attributes, patterns.  Handbook 04, 13.
 *
 * Nothing advances in steps and slots that go by while the display is off, the chip is in mode 4 or the debug register says
 * so. */
#include "cells.h"

/* The line in the coordinates of the sprite table. */
static inline int sprite_line(const draw_context *c, int line)
{
    return c->d->tall ? 2 * line + c->d->field + 256 : line + 128;
}

static inline int sprite_y(const draw_context *c, const uint8_t *cached)
{
    return (cached[0] << 8 | cached[1]) & (c->d->tall ? 0x3FF : 0x1FF);
}

void draw_sprites_begin(vdp_sprite_list *list, int line)
{
    list->line = (int16_t)line;
    list->scanned = list->ended = list->link = list->found = list->slots = list->count = 0;
}

/* ------------------------------------------------------------------------------------------ scan */

/* Steps from..to-1 of the search, as the scan knows them; `most` sprites fit into a line. */
static void take_found(draw_context *c, vdp_sprite_list *list, const vdp_sprite_scan *scan, int from, int to, int most)
{
    const uint64_t *covers = scan->covers[list->line];
    int found = list->found;
    for (int half = 0; half < 2; half++) {
        int first = from - 64 * half, end = to - 64 * half;
        uint64_t bits = covers[half];
        bits = first >= 64 || end <= 0 ? 0 : first > 0 ? bits >> first << first : bits;
        if (end > 0 && end < 64)
            bits &= ((uint64_t)1 << end) - 1;
        for (; bits; bits &= bits - 1) {
            if (found >= most) {
                c->overflow |= !c->flagged;
                list->found = (uint8_t)found;
                list->ended = 1;
                return;
            }
            list->entry[found++] = scan->order[64 * half + (int)draw_lowest_bit(bits)];
        }
    }
    list->found = (uint8_t)found;
    list->ended = to >= scan->count;
    list->link = list->ended ? 0 : scan->order[to];
}

void draw_sprites_scan(draw_context *c, vdp_sprite_list *list, int to)
{
    const vdp *s = c->s;
    int from = list->scanned, steps = to - from;
    if (steps <= 0)
        return;
    list->scanned = (uint8_t)to;
    if (list->ended || !vdp_sprites_on(s))
        return;
    if (list->line < DRAW_ROWS) {
        const vdp_sprite_scan *scan = draw_scan(c);
        if (scan->order[from] == list->link) { /* else other contents, or a time without display, have had a part in it */
            take_found(c, list, scan, from, to, draw_sprite_limit(s));
            return;
        }
    }
    int line = sprite_line(c, list->line), cell = c->d->tall ? 16 : 8, mask = c->d->tall ? 0x3FF : 0x1FF;
    unsigned most = (unsigned)draw_sprite_limit(s), entries = (unsigned)draw_entry_limit(s), link = list->link, found = list->found;
    const uint8_t *cached = c->cache + 4 * link;
    for (; steps > 0; steps--) {
        int y = (cached[0] << 8 | cached[1]) & mask, height = ((cached[2] & 3) + 1) * cell;
        if (line >= y && line < y + height) {
            if (found >= most) {
                c->overflow |= !c->flagged;
                list->ended = 1;
                break;
            }
            list->entry[found++] = (uint8_t)link;
        }
        unsigned next = cached[3] & 0x7F;
        if (next == 0 || next >= entries) {
            link = 0;
            list->ended = 1;
            break;
        }
        cached += 4;
        if (next != ++link) {           /* mostly it is the entry behind, which need not wait for the link */
            link = next;
            cached = c->cache + 4 * next;
        }
    }
    list->link = (uint8_t)link;
    list->found = (uint8_t)found;
}

/* ------------------------------------------------------------------------------------ attributes */

void draw_sprites_attributes(draw_context *c, vdp_sprite_list *list, int to)
{
    const vdp *s = c->s;
    const vdp_line *line_begun = &c->d->lines[list->line & 1];
    int slot = list->slots;
    if (slot >= to || (line_begun->line == list->line && line_begun->sprites_started))
        return; /* a line that becomes a wide one when its patterns are being fetched gets no more sprites */
    list->slots = (uint8_t)to;
    if (!list->found || !vdp_sprites_on(s))
        return;
    /* The sprites have gone through a shift register of 20 (16): with fewer of them the first slots find nothing. */
    int line = sprite_line(c, list->line), tall = c->d->tall, idle = draw_sprite_limit(s) - list->found;
    for (slot = slot < idle ? idle : slot; slot < to; slot++) {
        int entry = list->entry[slot - idle];
        const uint8_t *cached = c->cache + 4 * entry;
        uint32_t address = vdp_sprite_table(s) + 8u * (uint32_t)entry + 4;
        vdp_sprite *sprite = &list->sprite[list->count++];
        sprite->pattern = vdp_vram_word(s, address);
        sprite->x = (int16_t)((vdp_vram_word(s, address + 2) & 0x1FF) - 128);
        sprite->width = (uint8_t)((cached[2] >> 2 & 3) + 1);
        sprite->height = (uint8_t)((cached[2] & 3) + 1);
        sprite->row = (uint8_t)((line - sprite_y(c, cached)) & (tall ? 0x3F : 0x1F));
    }
}

/* -------------------------------------------------------------------------------------- patterns */

/* Masking and limits of the line, known before the first pattern is fetched. */
static void begin_patterns(draw_context *c, vdp_line *line, vdp_sprite_list *list)
{
    const vdp_line *above = &c->d->lines[(line->line + 1) & 1];
    int overflow_above = line->line > 0 && above->line == line->line - 1 && above->overflow;
    int masking = overflow_above, hidden = 0, cells = 0;
    for (int i = 0; i < list->count; i++) {
        vdp_sprite *sprite = &list->sprite[i];
        cells += sprite->width;
        sprite->masked = (uint8_t)hidden;
        if (sprite->x != -128)
            masking = 1;
        else if (masking)
            hidden = 1;
    }
    line->sprites_started = 1;
    line->sprite_cells = (uint8_t)cells;
}

/* Cells first..end-1 of a sprite's row into the line. */
static void fetch_cells(draw_context *c, vdp_line *line, const vdp_sprite *sprite, int first, int end, int width)
{
    if (sprite->masked)
        return;
    const uint8_t *vram = c->s->vram;
    unsigned height = sprite->height, row = sprite->row, word = sprite->pattern, pattern, in_cell;
    unsigned patterns = c->d->tall ? 0x3FF : 0x7FF;
    int shift = c->d->tall ? 6 : 5, tall = c->d->tall;
    if (word & 0x1000)
        row = (height * (tall ? 16 : 8) - 1 - row) & (tall ? 0x3F : 0x1F);
    pattern = word + (row >> (tall ? 4 : 3));
    in_cell = (row & (tall ? 15 : 7)) << 2;
    uint64_t bits = DRAW_BYTES * (word >> 9 & 0x70), met = 0;
    uint8_t *screen = line->sprite + DRAW_MARGIN;
    for (int cell = first, x = sprite->x + 8 * first; cell < end && x < width; cell++, x += 8) {
        if (x <= -8)
            continue;
        unsigned column = (unsigned)(word & 0x800 ? sprite->width - 1 - cell : cell);
        uint32_t packed = draw_load_row(vram + (((pattern + column * height) & patterns) << shift | in_cell));
        uint64_t pixels = draw_expand_row(word & 0x800 ? draw_mirror_row(packed) : packed) | bits;
        met |= x >= 0 && x <= width - 8 ? draw_put_sprite(screen + x, pixels, 0)
                                          : draw_put_cut_sprite(screen, x, width, pixels);
    }
    if (met && !c->flagged)
        c->collision = 1;
}

/* Take a sprite's place on the screen, a bit for each pixel; 0 if another one has a part of it. */
int draw_take_place(uint64_t taken[6], int from, int cells, int width)
{
    int pixels = 8 * cells;
    if (from < 0) {
        pixels += from;
        from = 0;
    }
    if (pixels <= 0 || from >= width)
        return 1;
    uint64_t bits = ((uint64_t)1 << pixels) - 1;
    int word = from >> 6, bit = from & 63;
    uint64_t low = bits << bit, high = bit ? bits >> (64 - bit) : 0;
    if ((taken[word] & low) | (taken[word + 1] & high))
        return 0;
    taken[word] |= low;
    taken[word + 1] |= high;
    return 1;
}

/* No pixels are wanted and no two sprites of the line can touch: nothing can come of the patterns. */
static int cannot_collide(const vdp_sprite_list *list, int width)
{
    uint64_t taken[6] = { 0 };
    for (int i = 0; i < list->count; i++)
        if (!list->sprite[i].masked && !draw_take_place(taken, list->sprite[i].x, list->sprite[i].width, width))
            return 0;
    return 1;
}

/* Whether these sprites, which the search for a line has found, can set no flag.  Not for interlace 2. */
int draw_list_is_quiet(const vdp *s, const uint8_t *cache, const vdp_sprite_list *list)
{
    uint64_t taken[6] = { 0 };
    int cells = 0;
    for (int i = 0; i < list->found; i++) {
        int across = (cache[4 * list->entry[i] + 2] >> 2 & 3) + 1;
        int x = (vdp_vram_word(s, vdp_sprite_table(s) + 8u * list->entry[i] + 6) & 0x1FF) - 128;
        cells += across;
        if (!draw_take_place(taken, x, across, draw_width(s)))
            return 0;
    }
    return cells <= draw_cell_limit(s);
}

void draw_sprites_patterns(draw_context *c, vdp_line *line, int to)
{
    const vdp *s = c->s;
    int limit = draw_cell_limit(s);
    vdp_sprite_list *list = &c->d->list[line->line & 1];
    int slots = to - line->sprite_slots, whole = line->sprite_slots == 0 && to >= limit;
    if (slots <= 0)
        return;
    line->sprite_slots = (uint8_t)to;
    if (list->line != line->line)
        return;
    if (!list->count && whole) { /* nothing can come of the slots */
        line->sprites_started = 1;
        return;
    }
    if (!line->sprites_started)
        begin_patterns(c, line, list);
    if (vdp_sprites_on(s) && line->sprite_at < list->count) {
        int width = vdp_is_h40(s) ? 320 : 256;
        if (!c->render && whole && (s->sprite_collision | c->collision || cannot_collide(list, width)))
            slots = 0;
        if (slots > 0 && !line->sprites_shown) {
            memset(line->sprite, 0, sizeof line->sprite);
            line->sprites_shown = 1;
        }
        while (slots > 0) {
            const vdp_sprite *sprite = &list->sprite[line->sprite_at];
            int cells = sprite->width - line->cell_at, first = line->cell_at;
            if (cells > slots)
                cells = slots;
            fetch_cells(c, line, sprite, first, first + cells, width);
            slots -= cells;
            line->cell_at = (uint8_t)(first + cells);
            if (first + cells >= sprite->width) {
                line->cell_at = 0;
                if (++line->sprite_at >= list->count)
                    break;
            }
        }
    }
    if (to >= limit && line->sprite_cells > limit) {
        line->overflow = 1;
        c->overflow |= !c->flagged;
    }
}
