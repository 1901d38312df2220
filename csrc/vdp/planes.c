/* planes.c - planes A and B and the window: scroll tables, name tables, patterns.  Handbook 04, 11. */
#include "planes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

void draw_hscroll(const vdp *s, int line, uint16_t *a, uint16_t *b)
{
    static const uint8_t line_mask[4] = { 0, 7, 0xF8, 0xFF };
    uint32_t table = (uint32_t)(s->registers[13] & 0x3F) << 10;
    uint32_t entry = table + 4u * (uint32_t)(line & line_mask[s->registers[11] & 3]);
    *a = vdp_vram_word(s, entry) & 0x3FF;
    *b = vdp_vram_word(s, entry + 2) & 0x3FF;
}

/* A row of pixels of one cell, as it lies in the pattern. */
static inline uint32_t fetch_cell(const vdp *s, unsigned word, unsigned row, int tall)
{
    uint32_t pattern = tall ? (word & 0x3FF) << 6 : (word & 0x7FF) << 5;
    if (word & 0x1000)
        row ^= tall ? 15 : 7;
    uint32_t packed = draw_load_row(s->vram + pattern + 4 * row);
    return word & 0x800 ? draw_mirror_row(packed) : packed;
}

/* Two neighbouring cells of a name table, one row of pixels, to 16 bytes. */
static inline void fetch_cells(const vdp *s, uint32_t names, unsigned row, int tall, uint8_t *to)
{
    const uint8_t *name = s->vram + (names & 0xFFFC);
    unsigned left = vdp_word(name), right = vdp_word(name + 2);
    uint32_t first = fetch_cell(s, left, row, tall), second = fetch_cell(s, right, row, tall);
    uint64_t first_bits = DRAW_BYTES * (left >> 9 & 0x70), second_bits = DRAW_BYTES * (right >> 9 & 0x70);
#if defined(__SSE2__)
    __m128i packed = _mm_unpacklo_epi32(_mm_cvtsi32_si128((int)first), _mm_cvtsi32_si128((int)second));
    __m128i bits = _mm_set_epi64x((long long)second_bits, (long long)first_bits);
    const __m128i nibble = _mm_set1_epi8(15);
    __m128i pixels = _mm_unpacklo_epi8(_mm_and_si128(_mm_srli_epi16(packed, 4), nibble), _mm_and_si128(packed, nibble));
    _mm_storeu_si128((__m128i *)(void *)to, _mm_or_si128(pixels, bits));
#else
    draw_store(to, draw_expand_row(first) | first_bits);
    draw_store(to + 8, draw_expand_row(second) | second_bits);
#endif
}

/* Pixels of the plane in one 16-pixel column. */
static inline void fetch_column(const draw_context *c, const vdp_line *line, const plane_layout *l, int plane,
                                int column, int tall, int per_column, uint8_t *to)
{
    const vdp *s = c->s;
    unsigned vscroll = per_column ? column_vscroll(s, plane, column) : line->vscroll[plane] & vscroll_mask(s, plane, column);
    unsigned y = (unsigned)line->line;
    if (tall)
        y = 2 * y + c->d->field;
    y += vscroll;
    uint32_t names = layout_names(l, tall ? y >> 4 : y >> 3, (uint32_t)column - (line->hscroll[plane] >> 4));
    fetch_cells(s, names, y & (tall ? 15 : 7), tall, to);
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
    int per_column = s->registers[11] & 4;
    if (c->d->tall)
        plane_b_columns(c, line, from, to, 1, per_column);
    else if (per_column)
        plane_b_columns(c, line, from, to, 0, 1);
    else
        plane_b_columns(c, line, from, to, 0, 0);
}

static inline void fetch_window(const draw_context *c, const vdp_line *line, int column, int tall, uint8_t *to)
{
    unsigned y = (unsigned)line->line;
    fetch_cells(c->s, window_names(c->s, line->line, column), tall ? (2 * y + c->d->field) & 15 : y & 7, tall, to);
}

static inline void plane_a_columns(const draw_context *c, vdp_line *line, int from, int to, int tall, int per_column)
{
    const vdp *s = c->s;
    plane_layout l = layout_of(s, 0);
    int fine = line->hscroll[0] & 15;
    int all_window = line_in_window(line->window, line->line);
    for (int i = from; i < to; i++) {
        int column = i - 1;
        uint8_t *pixels = line->plane[0] + 16 * i;
        if (column >= 0 && (all_window || column_in_window(line->window, column))) {
            fetch_window(c, line, column, tall, pixels);
            line->after_window = 1;
            continue;
        }
        if (column >= 0 || fine)
            fetch_column(c, line, &l, 0, column, tall, per_column, pixels + fine);
        if (line->after_window)
            draw_repeat_column(pixels, fine);
        line->after_window = 0;
    }
}

void draw_plane_a(draw_context *c, vdp_line *line, int to)
{
    const vdp *s = c->s;
    int from = line->columns[0];
    if (from >= to)
        return;
    line->columns[0] = (uint8_t)to;
    int per_column = s->registers[11] & 4;
    if (c->d->tall)
        plane_a_columns(c, line, from, to, 1, per_column);
    else if (per_column)
        plane_a_columns(c, line, from, to, 0, 1);
    else
        plane_a_columns(c, line, from, to, 0, 0);
}
