/* planes.h - where the cells of planes and window lie; for planes.c and bands.c. */
#ifndef MEGADRIVE_VDP_PLANES_H
#define MEGADRIVE_VDP_PLANES_H

#include "draw.h"

/* How a plane's cells lie in VRAM.  The address rule is the chip's own: row bits that R16 lets through, column bits
 * put over them, 12 bits in all. */
typedef struct plane_layout {
    uint32_t base;
    uint32_t row_mask;          /* of the 7-bit cell row */
    uint32_t column_mask;       /* of the 7-bit cell column */
    int row_shift;              /* cell row to index */
} plane_layout;

static inline plane_layout layout_of(const vdp *s, int plane)
{
    static const uint8_t row_masks[4] = { 0x1F, 0x3F, 0x5F, 0x7F };
    static const uint8_t column_masks[4] = { 31, 63, 31, 127 };
    static const uint8_t shifts[4] = { 5, 6, 5, 7 };
    unsigned width = s->registers[16] & 3, height = s->registers[16] >> 4 & 3;
    plane_layout l;
    l.base = plane ? (uint32_t)(s->registers[4] & 7) << 13 : (uint32_t)(s->registers[2] & 0x38) << 10;
    l.row_mask = width == 2 ? 0 : row_masks[height];
    l.column_mask = column_masks[width];
    l.row_shift = shifts[width];
    return l;
}

/* VRAM address of the names of two neighbouring cells: cell row, and column in units of 16 pixels. */
static inline uint32_t layout_names(const plane_layout *l, uint32_t row, uint32_t column)
{
    uint32_t index = ((row & l->row_mask) << l->row_shift & 0xFFF) | (2u * column & l->column_mask);
    return l->base | index << 1;
}

/* Vertical scroll of a column of the screen when each has its own; -1 is the one left of the screen, for which there
 * is no entry: H40 takes the last two entries ANDed, H32 takes 0. */
static inline unsigned column_vscroll(const vdp *s, int plane, int column)
{
    if (column >= 0)
        return vdp_vsram_word(s, (unsigned)(2 * column + plane));
    return vdp_is_h40(s) ? vdp_vsram_word(s, 38) & vdp_vsram_word(s, 39) : 0;
}

/* Bits of the vertical scroll of the whole screen that count in a column.  R0.7, by which mode 4 keeps its right columns from
 * scrolling, clears the low ones of plane A at H = 192 to 255 and 448 to 511 (w519 of the YM7101's netlist). */
static inline unsigned vscroll_mask(const vdp *s, int plane, int column)
{
    int inhibited = plane == 0 && s->registers[0] & 0x80 && (column < 0 || (column >= 12 && column < 16));
    return inhibited ? 0x700 : 0x7FF;
}

/* 1: the whole line lies in the window's vertical range; `window` is R17 and R18. */
static inline int line_in_window(const uint8_t window[2], int line)
{
    int edge = (window[1] & 31) * 8;
    return window[1] & 0x80 ? line >= edge : line < edge;
}

static inline int column_in_window(const uint8_t window[2], int column)
{
    int edge = window[0] & 31;
    return window[0] & 0x80 ? column >= edge : column < edge;
}

/* VRAM address of the names of the two window cells in a column of 16 pixels. */
static inline uint32_t window_names(const vdp *s, int line, int column)
{
    uint32_t row = (uint32_t)line >> 3 & 31, cells = 4u * (uint32_t)column;
    if (vdp_is_h40(s))
        return ((uint32_t)(s->registers[3] & 0x3C) << 10) + (row << 7) + cells;
    return ((uint32_t)(s->registers[3] & 0x3E) << 10) + (row << 6) + cells;
}

/* Right of a left window the column in front has not been fetched: the one here shows in its place too, where the fine
 * scroll leaves room for it. */
static inline void draw_repeat_column(uint8_t *to, int fine)
{
    uint8_t column[16];
    memcpy(column, to + fine, 16);
    memcpy(to, column + 16 - fine, (size_t)fine);
}

#endif
