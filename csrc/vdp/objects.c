/* objects.c - sprites of several whole lines at once.
 *
 * Lines whose sprites neither exceed a limit nor are masked show each sprite whole.  So the table is gone through once for the
 * picture, and a cell is expanded once for all of its lines.  The result is the same as that of sprites.c line by line. */
#include "cells.h"

void draw_objects_find(draw_context *c, draw_objects *objects, int first, int end)
{
    const vdp *s = c->s;
    int h40 = vdp_is_h40(s), left = h40 ? 80 : 64;
    unsigned entries = (unsigned)left, link = 0;
    uint32_t table = vdp_sprite_table(s);
    uint8_t sprites[DRAW_ROWS] = { 0 }, cells[DRAW_ROWS] = { 0 };
    objects->first = first;
    objects->end = end;
    objects->count = 0;
    memset(objects->easy + first, 1, (size_t)(end - first));
    do {
        const uint8_t *cached = c->cache + 4 * link;
        draw_object *object = &objects->object[objects->count];
        uint32_t address = table + 8u * link + 4;
        int height = (cached[2] & 3) + 1, width = (cached[2] >> 2 & 3) + 1;
        int y = ((cached[0] << 8 | cached[1]) & 0x1FF) - 128, from = y > first ? y : first;
        int to = y + 8 * height < end ? y + 8 * height : end;
        link = cached[3] & 0x7F;
        if (from >= to)
            continue;
        object->x = (int16_t)((vdp_vram_word(s, address + 2) & 0x1FF) - 128);
        object->y = (int16_t)y;
        object->pattern = vdp_vram_word(s, address);
        object->width = (uint8_t)width;
        object->height = (uint8_t)height;
        objects->count++;
        for (int line = from; line < to; line++) {
            sprites[line]++;
            cells[line] = (uint8_t)(cells[line] + width);
            /* beyond the limits, or sprites behind it are masked */
            if (sprites[line] > (h40 ? 20 : 16) || cells[line] > (h40 ? 40 : 32) || object->x == -128)
                objects->easy[line] = 0;
        }
    } while (link > 0 && link < entries && --left > 0);
}

/* Rows `row` to `row + lines - 1` of a cell, at x; returns not 0 if two opaque pixels meet. */
static inline uint64_t put_rows(uint8_t *to, int x, int width, int inside, uint8_t rows[8][8], int row, int lines)
{
    uint64_t met = 0;
    for (int k = 0; k < lines; k++, to += DRAW_ROW) {
        uint64_t pixels = draw_load(rows[row + k]);
        met |= inside ? draw_put_sprite(to + x, pixels, 0) : draw_put_cut_sprite(to, x, width, pixels);
    }
    return met;
}

/* Lines from..to-1 of one sprite, which are rows of the same cells; `screen` is the first one of them. */
static uint64_t put_object(const vdp *s, const draw_object *object, int from, int to, int width, uint8_t *screen)
{
    uint64_t met = 0;
    unsigned word = object->pattern, height = object->height;
    unsigned across = (unsigned)(from - object->y) >> 3;
    int row = (from - object->y) & 7;
    for (int cell = 0, x = object->x; cell < object->width && x < width; cell++, x += 8) {
        uint8_t rows[8][8];
        if (x <= -8)
            continue;
        unsigned column = (unsigned)(word & 0x800 ? object->width - 1 - cell : cell);
        unsigned pattern = (word + column * height + (word & 0x1000 ? height - 1 - across : across)) & 0x7FF;
        draw_expand_cell(s, (word & 0xF800) | pattern, rows);
        if (x >= 0 && x <= width - 8)
            met |= put_rows(screen, x, width, 1, rows, row, to - from);
        else
            met |= put_rows(screen, x, width, 0, rows, row, to - from);
    }
    return met;
}

/* Lines of an object from `first` on and before `end`. */
static inline int lines_within(const draw_object *object, int first, int end, int *from)
{
    int to = object->y + 8 * object->height;
    *from = object->y > first ? object->y : first;
    return to < end ? to : end;
}

void draw_objects_put(draw_context *c, const draw_objects *objects, draw_band *band, int first, int end)
{
    const vdp *s = c->s;
    const draw_object *last = objects->object + objects->count;
    int width = vdp_is_h40(s) ? 320 : 256, from, low = end, high = first;
    uint64_t met = 0;
    for (const draw_object *object = objects->object; object < last; object++) {
        int to = lines_within(object, first, end, &from);
        if (from >= to)
            continue;
        band->sprites_shown |= ((1u << (to - from)) - 1) << (from - band->first);
        low = from < low ? from : low;
        high = to > high ? to : high;
    }
    if (low >= high)
        return;
    memset(band->sprites[low - band->first], 0, (size_t)(high - low) * sizeof band->sprites[0]);
    for (const draw_object *object = objects->object; object < last; object++) {
        int to = lines_within(object, first, end, &from);
        for (int next; from < to; from = next) { /* row by row of its cells */
            next = from + 8 - ((from - object->y) & 7);
            next = next < to ? next : to;
            met |= put_object(s, object, from, next, width, band->sprites[from - band->first] + DRAW_MARGIN);
        }
    }
    if (met && !c->flagged)
        c->collision = 1;
}
