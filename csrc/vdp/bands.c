/* bands.c - planes A and B and the window of several whole lines at once.
 *
 * Lines between two changes mostly show the same cells as their neighbours, so a name is read once and its pattern
 * expanded once for all the lines of a band.  The result is the same as that of planes.c line by line. */
#include "planes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* All 8 rows of a cell, ready for the line buffers. */
static inline void expand_cell(const vdp *s, unsigned word, uint8_t *rows)
{
    const uint8_t *pattern = s->vram + ((word & 0x7FF) << 5);
    unsigned attribute = word >> 9 & 0x70;
#if defined(__SSE2__)
    const __m128i nibble = _mm_set1_epi8(15), bits = _mm_set1_epi8((char)attribute);
    for (int i = 0; i < 2; i++) {
        __m128i packed = _mm_loadu_si128((const __m128i *)(const void *)(pattern + 16 * i));
        __m128i left = _mm_or_si128(_mm_and_si128(_mm_srli_epi16(packed, 4), nibble), bits);
        __m128i right = _mm_or_si128(_mm_and_si128(packed, nibble), bits);
        __m128i first, second;
        if (word & 0x800) { /* mirrored: pixels of a byte swapped, then the bytes of a row in reverse order */
            first = _mm_unpacklo_epi8(right, left);
            second = _mm_unpackhi_epi8(right, left);
            first = _mm_shufflehi_epi16(_mm_shufflelo_epi16(first, 0x1B), 0x1B);
            second = _mm_shufflehi_epi16(_mm_shufflelo_epi16(second, 0x1B), 0x1B);
        } else {
            first = _mm_unpacklo_epi8(left, right);
            second = _mm_unpackhi_epi8(left, right);
        }
        _mm_storeu_si128((__m128i *)(void *)(rows + 32 * i), first);
        _mm_storeu_si128((__m128i *)(void *)(rows + 32 * i + 16), second);
    }
#else
    for (int i = 0; i < 8; i++) {
        uint64_t pixels = draw_pattern_row(pattern + 4 * i);
        if (word & 0x800)
            pixels = draw_mirror(pixels);
        draw_store(rows + 8 * i, pixels | DRAW_BYTES * attribute);
    }
#endif
}

/* `lines` lines of two neighbouring cells from pixel row `row` on; the rows of the buffer are DRAW_ROW apart, and
 * moved by the fine scroll of each line. */
static inline void put_cells(const vdp *s, uint32_t names, unsigned row, int lines, const uint8_t *fine, uint8_t *to)
{
    uint8_t cell[64];
    for (int i = 0; i < 2; i++) {
        unsigned word = vdp_word(s->vram + (names & 0xFFFC) + 2 * i);
        unsigned flip = word & 0x1000 ? 7 : 0;
        expand_cell(s, word, cell);
        for (int k = 0; k < lines; k++)
            draw_store(to + DRAW_ROW * k + fine[k] + 8 * i, draw_load(cell + 8 * ((row + (unsigned)k) ^ flip)));
    }
}

/* One column of 16 pixels in lines from..to of the band, the first of which has plane row y. */
static inline void put_column(const vdp *s, const plane_layout *l, uint32_t column, unsigned y, int lines,
                              const uint8_t *fine, uint8_t *to)
{
    while (lines > 0) {
        int rows = 8 - (int)(y & 7);
        if (rows > lines)
            rows = lines;
        put_cells(s, layout_names(l, y >> 3, column), y & 7, rows, fine, to);
        y += (unsigned)rows;
        to += DRAW_ROW * rows;
        fine += rows;
        lines -= rows;
    }
}

static void put_window(const vdp *s, int line, int column, int lines, uint8_t *to)
{
    static const uint8_t no_scroll[8] = { 0 };
    while (lines > 0) {
        int rows = 8 - (line & 7);
        if (rows > lines)
            rows = lines;
        put_cells(s, window_names(s, line, column), (unsigned)line & 7, rows, no_scroll, to);
        line += rows;
        to += DRAW_ROW * rows;
        lines -= rows;
    }
}

/* Lines from..from+lines of the band, which have the same coarse horizontal scroll. */
static void put_plane(const draw_context *c, draw_band *band, int plane, int from, int lines)
{
    const vdp *s = c->s;
    int columns = vdp_is_h40(s) ? 21 : 17, per_column = s->registers[11] & 4;
    int line = band->first + from, window = 0, after_window = 0;
    int all_window = plane == 0 && line_in_window(s, line);
    plane_layout l = layout_of(s, plane);
    uint32_t scroll = band->hscroll[plane][from] >> 4;
    uint8_t fine[DRAW_BAND], any_fine = 0;
    for (int i = 0; i < lines; i++) {
        fine[i] = band->hscroll[plane][from + i] & 15;
        any_fine |= fine[i];
    }
    for (int i = any_fine && !all_window ? 0 : 1; i < columns; i++) {
        int column = i - 1;
        uint8_t *to = band->plane[plane][from] + 16 * i;
        if (plane == 0 && column >= 0)
            window = all_window || column_in_window(s, column);
        if (window) {
            put_window(s, line, column, lines, to);
        } else {
            unsigned vscroll = per_column ? column_vscroll(s, plane, column) : vdp_vsram_word(s, (unsigned)plane);
            put_column(s, &l, (uint32_t)column - scroll, (unsigned)line + vscroll, lines, fine, to);
            if (after_window)
                for (int k = 0; k < lines; k++)
                    draw_repeat_column(to + DRAW_ROW * k, fine[k]);
        }
        after_window = window;
    }
}

void draw_band_planes(draw_context *c, draw_band *band)
{
    for (int plane = 0; plane < 2; plane++) {
        for (int from = 0, to; from < band->count; from = to) {
            to = from + 1;
            while (to < band->count && band->hscroll[plane][to] >> 4 == band->hscroll[plane][from] >> 4)
                to++;
            put_plane(c, band, plane, from, to - from);
        }
    }
}

int draw_band_lines(const vdp *s, int first, int most)
{
    if (most > DRAW_BAND)
        most = DRAW_BAND;
    int edge = (s->registers[18] & 31) * 8; /* the window does not begin or end within a band */
    return first < edge && edge < first + most ? edge - first : most;
}
