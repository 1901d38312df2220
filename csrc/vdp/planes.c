/* planes.c - planes A and B and the window: scroll tables, name tables, patterns.  Handbook 04, 11. */
#include "draw.h"

void draw_hscroll(draw_context *c, vdp_line *line)
{
    static const uint8_t line_mask[4] = { 0, 7, 0xF8, 0xFF };
    const vdp *s = c->s;
    uint32_t table = (uint32_t)(s->registers[13] & 0x3F) << 10;
    uint32_t entry = table + 4u * (uint32_t)(line->line & line_mask[s->registers[11] & 3]);
    line->hscroll[0] = vdp_vram_word(s, entry) & 0x3FF;
    line->hscroll[1] = vdp_vram_word(s, entry + 2) & 0x3FF;
    line->hscroll_read = 1;
}

/* Two neighbouring cells of a name table, one row of pixels, to 16 bytes. */
static inline void fetch_cells(const vdp *s, uint32_t names, unsigned row, int tall, uint8_t *to)
{
    const uint8_t *name = s->vram + (names & 0xFFFC);
    for (int i = 0; i < 2; i++) {
        unsigned word = vdp_word(name + 2 * i);
        uint32_t pattern;
        if (tall)
            pattern = (word & 0x3FF) << 6 | (word & 0x1000 ? row ^ 15 : row) << 2;
        else
            pattern = (word & 0x7FF) << 5 | (word & 0x1000 ? row ^ 7 : row) << 2;
        uint64_t pixels = draw_pattern_row(s->vram + pattern);
        if (word & 0x800)
            pixels = draw_mirror(pixels);
        draw_store(to + 8 * i, pixels | DRAW_BYTES * (word >> 9 & 0x70));
    }
}

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

/* Vertical scroll of a column of the screen when each has its own; -1 is the one left of the screen, for which there
 * is no entry: H40 takes the last two entries ANDed, H32 takes 0. */
static inline unsigned column_vscroll(const vdp *s, int plane, int column)
{
    if (column >= 0)
        return vdp_vsram_word(s, (unsigned)(2 * column + plane));
    return vdp_is_h40(s) ? vdp_vsram_word(s, 38) & vdp_vsram_word(s, 39) : 0;
}

/* Pixels of the plane in one 16-pixel column. */
static inline void fetch_column(const draw_context *c, const vdp_line *line, const plane_layout *l, int plane,
                                int column, int tall, int per_column, uint8_t *to)
{
    const vdp *s = c->s;
    unsigned vscroll = per_column ? column_vscroll(s, plane, column) : line->vscroll[plane];
    unsigned y = (unsigned)line->line;
    if (tall)
        y = 2 * y + c->d->field;
    y += vscroll;
    uint32_t row = (tall ? y >> 4 : y >> 3) & l->row_mask;
    uint32_t cell = 2u * ((uint32_t)column - (line->hscroll[plane] >> 4)) & l->column_mask;
    uint32_t index = (row << l->row_shift & 0xFFF) | cell;
    fetch_cells(s, l->base | index << 1, y & (tall ? 15 : 7), tall, to);
}

/* `to` columns counted from the one left of the screen, which matters only if the scroll moves part of it in. */
static inline void plane_b_columns(const draw_context *c, vdp_line *line, int from, int to, int tall, int per_column)
{
    plane_layout l = layout_of(c->s, 1);
    int fine = line->hscroll[1] & 15;
    uint8_t *pixels = line->plane[1] + fine;
    if (from == 0 && !fine)
        from = 1;
    for (int i = from; i < to; i++)
        fetch_column(c, line, &l, 1, i - 1, tall, per_column, pixels + 16 * i);
}

void draw_plane_b(draw_context *c, vdp_line *line, int to)
{
    const vdp *s = c->s;
    int from = line->columns[1];
    if (from >= to)
        return;
    line->columns[1] = (uint8_t)to;
    if (!vdp_display_on(s)) {
        memset(line->plane[1] + 16 * from + (line->hscroll[1] & 15), 0, 16 * (size_t)(to - from));
        return;
    }
    int per_column = s->registers[11] & 4;
    if (c->d->tall)
        plane_b_columns(c, line, from, to, 1, per_column);
    else if (per_column)
        plane_b_columns(c, line, from, to, 0, 1);
    else
        plane_b_columns(c, line, from, to, 0, 0);
}

/* 1: the whole line lies in the window's vertical range. */
static inline int line_in_window(const vdp *s, int line)
{
    int edge = (s->registers[18] & 31) * 8;
    return s->registers[18] & 0x80 ? line >= edge : line < edge;
}

static inline int column_in_window(const vdp *s, int column)
{
    int edge = s->registers[17] & 31;
    return s->registers[17] & 0x80 ? column >= edge : column < edge;
}

static inline void fetch_window(const draw_context *c, const vdp_line *line, int column, int tall, uint8_t *to)
{
    const vdp *s = c->s;
    unsigned y = (unsigned)line->line;
    uint32_t row = y >> 3 & 31;
    uint32_t names;
    if (vdp_is_h40(s))
        names = ((uint32_t)(s->registers[3] & 0x3C) << 10) + (row << 7);
    else
        names = ((uint32_t)(s->registers[3] & 0x3E) << 10) + (row << 6);
    fetch_cells(s, names + 4u * (uint32_t)column, tall ? (2 * y + c->d->field) & 15 : y & 7, tall, to);
}

static inline void plane_a_columns(const draw_context *c, vdp_line *line, int from, int to, int tall, int per_column)
{
    const vdp *s = c->s;
    plane_layout l = layout_of(s, 0);
    int fine = line->hscroll[0] & 15;
    int all_window = line_in_window(s, line->line);
    for (int i = from; i < to; i++) {
        int column = i - 1;
        uint8_t *pixels = line->plane[0] + 16 * i;
        if (column >= 0 && (all_window || column_in_window(s, column))) {
            fetch_window(c, line, column, tall, pixels);
            line->after_window = 1;
            continue;
        }
        if (column >= 0 || fine)
            fetch_column(c, line, &l, 0, column, tall, per_column, pixels + fine);
        if (line->after_window && fine) {
            /* Right of a left window the column in front has not been fetched: this one shows there too. */
            uint8_t end[16];
            memcpy(end, pixels + fine, 16);
            memcpy(pixels, end + 16 - fine, (size_t)fine);
        }
        line->after_window = 0;
    }
}

void draw_plane_a(draw_context *c, vdp_line *line, int to)
{
    const vdp *s = c->s;
    int from = line->columns[0];
    if (from >= to)
        return;
    if (from == 0) {
        line->vscroll[0] = vdp_vsram_word(s, 0);
        line->vscroll[1] = vdp_vsram_word(s, 1);
    }
    line->columns[0] = (uint8_t)to;
    if (!vdp_display_on(s)) {
        memset(line->plane[0] + 16 * from + (line->hscroll[0] & 15), 0, 16 * (size_t)(to - from));
        line->blank_columns |= (1u << to) - (1u << from);
        line->after_window = 0;
        return;
    }
    int per_column = s->registers[11] & 4;
    if (c->d->tall)
        plane_a_columns(c, line, from, to, 1, per_column);
    else if (per_column)
        plane_a_columns(c, line, from, to, 0, 1);
    else
        plane_a_columns(c, line, from, to, 0, 0);
}
