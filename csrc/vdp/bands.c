/* bands.c - planes A and B and the window of several whole lines at once.
 *
 * Lines between two changes mostly show the same cells as their neighbours, so a name is read once and its pattern
 * expanded once for all the lines of a band.  The result is the same as that of planes.c line by line. */
#include "cells.h"
#include "planes.h"

/* Two neighbouring cells, expanded for the line buffers: 8 rows of 16 pixels. */
typedef struct cell_pair {
    uint8_t empty;              /* 1: nothing has been expanded yet */
    uint8_t words[4];           /* the names of those that have */
    uint8_t rows[8][16];
} cell_pair;

#if defined(__SSE2__)

static inline void expand_pair_narrow(const vdp *s, cell_pair *pair)
{
    __m128i left[4], right[4];
    draw_cell_vectors(s, vdp_word(pair->words), left);
    draw_cell_vectors(s, vdp_word(pair->words + 2), right);
    for (int i = 0; i < 4; i++) {
        _mm_storeu_si128((__m128i *)(void *)pair->rows[2 * i], _mm_unpacklo_epi64(left[i], right[i]));
        _mm_storeu_si128((__m128i *)(void *)pair->rows[2 * i + 1], _mm_unpackhi_epi64(left[i], right[i]));
    }
}

#ifdef DRAW_AVX2

/* Rows 0, 1, 4, 5 and 2, 3, 6, 7 of one cell. */
static inline DRAW_AVX2 void expand_cell_wide(const vdp *s, unsigned word, __m256i rows[2])
{
    const __m256i nibble = _mm256_set1_epi8(15), bits = _mm256_set1_epi8((char)(word >> 9 & 0x70));
    __m256i packed = _mm256_loadu_si256((const __m256i *)(const void *)(s->vram + ((word & 0x7FF) << 5)));
    __m256i left = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(packed, 4), nibble), bits);
    __m256i right = _mm256_or_si256(_mm256_and_si256(packed, nibble), bits);
    rows[0] = _mm256_unpacklo_epi8(left, right);
    rows[1] = _mm256_unpackhi_epi8(left, right);
    if (word & 0x800) {
        const __m256i reverse = _mm256_set_epi64x(0x08090A0B0C0D0E0F, 0x0001020304050607, 0x08090A0B0C0D0E0F, 0x0001020304050607);
        rows[0] = _mm256_shuffle_epi8(rows[0], reverse);
        rows[1] = _mm256_shuffle_epi8(rows[1], reverse);
    }
    if (word & 0x1000) {
        __m256i first = _mm256_permute4x64_epi64(rows[1], 0x1B);
        rows[1] = _mm256_permute4x64_epi64(rows[0], 0x1B);
        rows[0] = first;
    }
}

static DRAW_AVX2 void expand_pair_wide(const vdp *s, cell_pair *pair)
{
    __m256i left[2], right[2];
    expand_cell_wide(s, vdp_word(pair->words), left);
    expand_cell_wide(s, vdp_word(pair->words + 2), right);
    for (int i = 0; i < 2; i++) {
        __m256i even = _mm256_unpacklo_epi64(left[i], right[i]), odd = _mm256_unpackhi_epi64(left[i], right[i]);
        _mm_storeu_si128((__m128i *)(void *)pair->rows[2 * i], _mm256_castsi256_si128(even));
        _mm_storeu_si128((__m128i *)(void *)pair->rows[2 * i + 1], _mm256_castsi256_si128(odd));
        _mm_storeu_si128((__m128i *)(void *)pair->rows[2 * i + 4], _mm256_extracti128_si256(even, 1));
        _mm_storeu_si128((__m128i *)(void *)pair->rows[2 * i + 5], _mm256_extracti128_si256(odd, 1));
    }
}

#endif

static inline void expand_pair(const vdp *s, cell_pair *pair)
{
#ifdef DRAW_AVX2
    if (draw_has_avx2()) {
        expand_pair_wide(s, pair);
        return;
    }
#endif
    expand_pair_narrow(s, pair);
}

#else

static inline void expand_pair(const vdp *s, cell_pair *pair)
{
    for (unsigned i = 0; i < 2; i++) {
        unsigned word = vdp_word(pair->words + 2 * i), flip = word & 0x1000 ? 7 : 0;
        for (unsigned row = 0; row < 8; row++) {
            const uint8_t *pattern = s->vram + ((word & 0x7FF) << 5) + 4 * (row ^ flip);
            uint32_t packed = draw_load_row(pattern);
            uint64_t pixels = draw_expand_row(word & 0x800 ? draw_mirror_row(packed) : packed);
            draw_store(pair->rows[row] + 8 * i, pixels | DRAW_BYTES * (word >> 9 & 0x70));
        }
    }
}

#endif

/* Even or odd rows of two cells of interlace 2. */
static void expand_tall_pair(const vdp *s, cell_pair *pair, unsigned odd)
{
    for (unsigned i = 0; i < 2; i++) {
        unsigned word = vdp_word(pair->words + 2 * i), flip = word & 0x1000 ? 15 : 0;
        for (unsigned row = 0; row < 8; row++) {
            uint32_t packed = draw_load_row(s->vram + ((word & 0x3FF) << 6) + 4 * ((2 * row + odd) ^ flip));
            uint64_t pixels = draw_expand_row(word & 0x800 ? draw_mirror_row(packed) : packed);
            draw_store(pair->rows[row] + 8 * i, pixels | DRAW_BYTES * (word >> 9 & 0x70));
        }
    }
}

/* Lines of a band that show the same row of cells. */
typedef struct row_group {
    int first, lines;
    int row;                    /* of pixels within the cells, of the first line */
    int even;                   /* 1: each line has the row after that of the line above, and the same fine scroll */
    uint32_t cells;             /* row of cells */
} row_group;

/* How the lines of a band take what they show from the cells of a column. */
typedef struct band_rows {
    int count;
    int top;                    /* 1: its first line is the first one of the band */
    int tall;                   /* in interlace 2, 1: even rows of the cells, 2: odd ones; else 0 */
    row_group groups[DRAW_BAND];
    uint8_t rows[DRAW_BAND], fine[DRAW_BAND];
} band_rows;

/* Line k shows plane row y + k + vscroll[k]; b->fine has been put in. */
static void group_rows(band_rows *b, unsigned y, const uint16_t *vscroll, int lines)
{
    b->count = 0;
    if (memcmp(b->fine, b->fine + 1, (size_t)(lines - 1)) == 0
        && memcmp(vscroll, vscroll + 1, (size_t)(lines - 1) * sizeof *vscroll) == 0) {
        unsigned at = y + vscroll[0];
        for (int k = 0, next; k < lines; k = next, at = (at | 7) + 1) {
            next = k + 8 - (int)(at & 7) < lines ? k + 8 - (int)(at & 7) : lines;
            b->groups[b->count++] = (row_group){ k, next - k, (int)(at & 7), 1, at >> 3 };
        }
        return;
    }
    for (int k = 0; k < lines; k++) {
        unsigned at = y + (unsigned)k + vscroll[k];
        b->rows[k] = at & 7;
        if (k && b->groups[b->count - 1].cells == at >> 3) {
            row_group *group = &b->groups[b->count - 1];
            group->even &= b->fine[k] == b->fine[k - 1] && b->rows[k] == b->rows[k - 1] + 1;
            group->lines++;
        } else {
            b->groups[b->count++] = (row_group){ k, 1, (int)(at & 7), 1, at >> 3 };
        }
    }
}

/* The lines of two neighbouring cells, whose names lie at `words`. */
static inline void put_cells(const vdp *s, cell_pair *pair, const uint8_t *words, const band_rows *b, const row_group *group,
                             uint8_t *to)
{
    if (pair->empty || memcmp(pair->words, words, 4) != 0) {
        pair->empty = 0;
        memcpy(pair->words, words, 4);
        if (b->tall)
            expand_tall_pair(s, pair, (unsigned)b->tall - 1);
        else
            expand_pair(s, pair);
    }
    int k = group->first, end = k + group->lines;
    if (group->even) {
        const uint8_t *from = pair->rows[group->row];
        to += DRAW_ROW * k + b->fine[k];
        if (group->lines == 8)
            for (k = 0; k < 8; k++)
                memcpy(to + DRAW_ROW * k, from + 16 * k, 16);
        else
            for (; k < end; k++, to += DRAW_ROW, from += 16)
                memcpy(to, from, 16);
        return;
    }
    for (; k < end; k++)
        memcpy(to + DRAW_ROW * k + b->fine[k], pair->rows[b->rows[k]], 16);
}

#ifdef DRAW_AVX2

/* The rows of four neighbouring cells: 32 pixels each. */
typedef struct cell_rows {
    __m256i row[8];
} cell_rows;

/* A pattern turned over as its name says. */
static inline DRAW_AVX2 __m256i flipped(const uint8_t *pattern, unsigned word)
{
    __m256i cell = _mm256_loadu_si256((const __m256i *)(const void *)pattern);
    if (word & 0x1000)
        cell = _mm256_permutevar8x32_epi32(cell, _mm256_set_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    if (word & 0x800) {
        const __m256i nibble = _mm256_set1_epi8(15), reverse = _mm256_set_epi32(0x0C0D0E0F, 0x08090A0B, 0x04050607, 0x00010203,
                                                                                0x0C0D0E0F, 0x08090A0B, 0x04050607, 0x00010203);
        cell = _mm256_shuffle_epi8(cell, reverse);
        cell = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(cell, 4), nibble), _mm256_slli_epi16(_mm256_and_si256(cell, nibble), 4));
    }
    return cell;
}

/* Four rows of four cells: `even` has them of cells 0 and 2, `odd` of 1 and 3. */
static inline DRAW_AVX2 void expand_four_rows(__m256i even, __m256i odd, __m256i even_bits, __m256i odd_bits, __m256i *rows)
{
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i left = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(even, 4), nibble), even_bits);
    __m256i right = _mm256_or_si256(_mm256_and_si256(even, nibble), even_bits);
    __m256i even_01 = _mm256_unpacklo_epi8(left, right), even_23 = _mm256_unpackhi_epi8(left, right);
    left = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(odd, 4), nibble), odd_bits);
    right = _mm256_or_si256(_mm256_and_si256(odd, nibble), odd_bits);
    __m256i odd_01 = _mm256_unpacklo_epi8(left, right), odd_23 = _mm256_unpackhi_epi8(left, right);
    rows[0] = _mm256_unpacklo_epi64(even_01, odd_01);
    rows[1] = _mm256_unpackhi_epi64(even_01, odd_01);
    rows[2] = _mm256_unpacklo_epi64(even_23, odd_23);
    rows[3] = _mm256_unpackhi_epi64(even_23, odd_23);
}

static inline DRAW_AVX2 __m256i two_halves(const uint8_t *low, const uint8_t *high)
{
    __m128i first = _mm_loadu_si128((const __m128i *)(const void *)low), second = _mm_loadu_si128((const __m128i *)(const void *)high);
    return _mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1);
}

/* `names` are four as they lie in VRAM. */
static inline DRAW_AVX2 void expand_cells(const vdp *s, uint64_t names, cell_rows *cells)
{
    uint64_t words = __builtin_bswap64(names);  /* the leftmost one on top */
    const uint8_t *pattern[4] = { s->vram + (words >> 43 & 0xFFE0), s->vram + (words >> 27 & 0xFFE0), s->vram + (words >> 11 & 0xFFE0),
                                  s->vram + (words << 5 & 0xFFE0) };
    const __m256i all = _mm256_set1_epi64x((long long)names), priority_and_palette = _mm256_set1_epi8(0x70);
    const __m256i even_names = _mm256_set_epi64x(0x0404040404040404, 0x0404040404040404, 0, 0);
    const __m256i odd_names = _mm256_set_epi64x(0x0606060606060606, 0x0606060606060606, 0x0202020202020202, 0x0202020202020202);
    __m256i even_bits = _mm256_and_si256(_mm256_srli_epi16(_mm256_shuffle_epi8(all, even_names), 1), priority_and_palette);
    __m256i odd_bits = _mm256_and_si256(_mm256_srli_epi16(_mm256_shuffle_epi8(all, odd_names), 1), priority_and_palette);
    if (words & 0x1800180018001800u) {
        __m256i cell[4];
        for (int i = 0; i < 4; i++)
            cell[i] = flipped(pattern[i], (unsigned)(words >> (48 - 16 * i)) & 0xFFFF);
        expand_four_rows(_mm256_permute2x128_si256(cell[0], cell[2], 0x20), _mm256_permute2x128_si256(cell[1], cell[3], 0x20),
                         even_bits, odd_bits, cells->row);
        expand_four_rows(_mm256_permute2x128_si256(cell[0], cell[2], 0x31), _mm256_permute2x128_si256(cell[1], cell[3], 0x31),
                         even_bits, odd_bits, cells->row + 4);
        return;
    }
    expand_four_rows(two_halves(pattern[0], pattern[2]), two_halves(pattern[1], pattern[3]), even_bits, odd_bits, cells->row);
    expand_four_rows(two_halves(pattern[0] + 16, pattern[2] + 16), two_halves(pattern[1] + 16, pattern[3] + 16), even_bits, odd_bits,
                     cells->row + 4);
}

/* Whether a group takes all eight rows of its cells, those above its lines only at the top of the band, where there is room for
 * them; those below lie where groups to come are put, or below the band. */
static inline int takes_whole_cells(const band_rows *b, const row_group *group)
{
    return group->even && group->lines > 2 && (group->row == 0 || (b->top && group->first == 0));
}

/* Where a row of cells goes that is not taken whole. */
typedef struct row_places {
    int count;
    uint8_t row[DRAW_BAND];
    uint16_t at[DRAW_BAND];
} row_places;

static inline void find_rows(row_places *places, const band_rows *b, const row_group *group)
{
    places->count = group->lines;
    for (int i = 0; i < group->lines; i++) {
        int k = group->first + i;
        places->row[i] = (uint8_t)(group->even ? group->row + i : b->rows[k]);
        places->at[i] = (uint16_t)(DRAW_ROW * k + b->fine[k]);
    }
}

static inline DRAW_AVX2 void put_cell_rows(const cell_rows *cells, const row_places *places, int whole, uint8_t *to)
{
    if (whole) {
        for (int k = 0; k < 8; k++)
            _mm256_storeu_si256((__m256i *)(void *)(to + DRAW_ROW * k), cells->row[k]);
        return;
    }
    for (int i = 0, count = places->count; i < count; i++)
        _mm256_storeu_si256((__m256i *)(void *)(to + places->at[i]), cells->row[places->row[i]]);
}

/* Names of the cells of two columns, as they lie in VRAM; those of the first one lie at `at` in their row. */
static inline uint64_t names_of_two(const uint8_t *row, uint32_t at, uint32_t mask)
{
    uint8_t names[8];
    uint64_t all;
    memcpy(names, row + ((at & mask) << 1), 4);
    memcpy(names + 4, row + (((at + 2) & mask) << 1), 4);
    memcpy(&all, names, 8);
    return all;
}

static inline DRAW_AVX2 void put_cells_wide(const vdp *s, const row_places *places, int whole, const uint8_t *row, uint32_t at,
                                            uint32_t mask, int columns, uint8_t *to)
{
    uint64_t known = names_of_two(row, at, mask);
    cell_rows cells;
    expand_cells(s, known, &cells);
    for (;;) {
        put_cell_rows(&cells, places, whole, to);
        columns -= 2;
        if (columns <= 0)
            return;
        to += 32;
        at += 4;
        uint64_t names = names_of_two(row, at, mask);
        if (names != known) {
            known = names;
            expand_cells(s, names, &cells);
        }
    }
}

/* A group of lines from the names in `row` on, `columns` columns, two at a time. */
static DRAW_AVX2 void put_group_wide(const vdp *s, const band_rows *b, const row_group *group, const uint8_t *row, uint32_t at,
                                     uint32_t mask, int columns, uint8_t *to)
{
    row_places places;
    if (takes_whole_cells(b, group)) {
        to += DRAW_ROW * (group->first - group->row) + b->fine[group->first];
        put_cells_wide(s, &places, 1, row, at, mask, columns, to);
    } else {
        find_rows(&places, b, group);
        put_cells_wide(s, &places, 0, row, at, mask, columns, to);
    }
}

/* put_columns, two of them at a time: the last one of an odd number has another one beside it. */
static DRAW_AVX2 void put_columns_wide(const vdp *s, const plane_layout *l, const band_rows *b, uint32_t scroll, int first, int end,
                                       uint8_t *to)
{
    for (int g = 0; g < b->count; g++) {
        const row_group *group = b->groups + g;
        const uint8_t *row = s->vram + layout_names(l, group->cells, 0);
        uint32_t at = 2u * ((uint32_t)first - scroll);
        put_group_wide(s, b, group, row, at, l->column_mask, end - first, to + 16 * (first + 1));
    }
}

#endif

/* Columns first..end-1 of the plane; `to` is where the one left of the screen goes. */
static void put_columns(const vdp *s, const plane_layout *l, const band_rows *b, uint32_t scroll, int first, int end, uint8_t *to)
{
    cell_pair pair;
    pair.empty = 1;
    for (int g = 0; g < b->count; g++) {
        const row_group *group = b->groups + g;
        uint32_t row = layout_names(l, group->cells, 0);
        for (int column = first; column < end; column++)
            put_cells(s, &pair, s->vram + (row | ((2u * ((uint32_t)column - scroll)) & l->column_mask) << 1), b, group,
                      to + 16 * (column + 1));
    }
}

/* The same with room for one column more. */
static void put_many_columns(const vdp *s, const plane_layout *l, const band_rows *b, uint32_t scroll, int first, int end, uint8_t *to)
{
#ifdef DRAW_AVX2
    if (!b->tall && draw_has_avx2()) {
        put_columns_wide(s, l, b, scroll, first, end, to);
        return;
    }
#endif
    put_columns(s, l, b, scroll, first, end, to);
}

/* The same with a vertical scroll for each column. */
static void put_scrolled_columns(const draw_context *c, const plane_layout *l, band_rows *b, int plane, int line, int lines,
                                 uint32_t scroll, int first, int end, uint8_t *to)
{
    const vdp *s = c->s;
    for (int column = first; column < end; column++) {
        uint16_t vscroll[DRAW_BAND];
        unsigned y = column_vscroll(s, plane, column);
        if (b->tall) {
            y += c->d->field;
            b->tall = 1 + (int)(y & 1);
            y >>= 1;
        }
        for (int k = 0; k < lines; k++)
            vscroll[k] = (uint16_t)y;
        group_rows(b, (unsigned)line, vscroll, lines);
        put_columns(s, l, b, scroll, column, column + 1, to);
    }
}

#ifdef DRAW_AVX2

/* An even number of columns of the window. */
static DRAW_AVX2 void put_window_wide(const vdp *s, const band_rows *b, int first, int end, uint8_t *to)
{
    for (int g = 0; g < b->count; g++) {
        const row_group *group = b->groups + g;
        const uint8_t *row = s->vram + (window_names(s, (int)(8 * group->cells), first) & 0xFFFC);
        put_group_wide(s, b, group, row, 0, UINT32_MAX, end - first, to + 16 * (first + 1));
    }
}

#endif

/* Columns first..end-1 of the window. */
static void put_window(const vdp *s, const band_rows *b, int first, int end, uint8_t *to)
{
#ifdef DRAW_AVX2
    int columns = (end - first) & ~1;
    if (columns && !b->tall && draw_has_avx2()) {
        put_window_wide(s, b, first, first + columns, to);
        first += columns;
    }
#endif
    cell_pair pair;
    pair.empty = 1;
    for (int g = 0; g < b->count; g++)
        for (int column = first; column < end; column++)
            put_cells(s, &pair, s->vram + (window_names(s, (int)(8 * b->groups[g].cells), column) & 0xFFFC), b, b->groups + g,
                      to + 16 * (column + 1));
}

/* Lines from..from+lines of the band, which have the same coarse horizontal scroll. */
static void put_plane(const draw_context *c, draw_band *band, int plane, int from, int lines)
{
    const vdp *s = c->s;
    int width = vdp_is_h40(s) ? 20 : 16, line = band->first + from;
    int window = width, window_end = width; /* columns first..end-1 */
    plane_layout l = layout_of(s, plane);
    uint32_t scroll = band->hscroll[plane][from] >> 4;
    uint8_t any_fine = 0, *to = draw_band_row(band, plane, from);
    band_rows rows;
    rows.top = from == 0;
    rows.tall = c->d->tall ? 1 + band->odd[plane] : 0;
    for (int i = 0; i < lines; i++) {
        rows.fine[i] = band->hscroll[plane][from + i] & 15;
        any_fine |= rows.fine[i];
    }
    if (plane == 0 && line_in_window(band->window, line)) {
        window = 0;
    } else if (plane == 0 && band->window[0]) {
        int edge = band->window[0] & 31;
        edge = edge < width ? edge : width;
        window = band->window[0] & 0x80 ? edge : 0;
        window_end = band->window[0] & 0x80 ? width : edge;
    }
    int beside[2][2] = { { any_fine ? -1 : 0, window }, { window_end, width } };
    if (window == 0 && window_end == width)
        beside[0][0] = 0;
    for (int i = 0; i < 2; i++) {
        if (beside[i][0] >= beside[i][1])
            continue;
        if (s->registers[11] & 4) {
            put_scrolled_columns(c, &l, &rows, plane, line, lines, scroll, beside[i][0], beside[i][1], to);
        } else {
            group_rows(&rows, (unsigned)line, band->vscroll[plane] + from, lines);
            put_many_columns(s, &l, &rows, scroll, beside[i][0], beside[i][1], to);
        }
    }
    if (window < window_end) { /* over the last column left of it, which the fine scroll moves into it */
        static const uint16_t none[DRAW_BAND];
        band_rows window_rows;
        window_rows.top = rows.top;
        window_rows.tall = c->d->tall ? 1 + c->d->field : 0;
        memset(window_rows.fine, 0, sizeof window_rows.fine);
        group_rows(&window_rows, (unsigned)line, none, lines);
        put_window(s, &window_rows, window, window_end, to);
        if (window_end < width)
            for (int k = 0; k < lines; k++)
                draw_repeat_column(to + DRAW_ROW * k + 16 * (window_end + 1), rows.fine[k]);
    }
}

void draw_band_planes(draw_context *c, draw_band *band)
{
    for (int plane = 0; plane < 2; plane++) {
        const uint16_t *hscroll = band->hscroll[plane];
        if (memcmp(hscroll, hscroll + 1, (size_t)(band->count - 1) * sizeof *hscroll) == 0) {
            put_plane(c, band, plane, 0, band->count);
            continue;
        }
        for (int from = 0, to; from < band->count; from = to) {
            to = from + 1;
            while (to < band->count && band->hscroll[plane][to] >> 4 == band->hscroll[plane][from] >> 4)
                to++;
            put_plane(c, band, plane, from, to - from);
        }
    }
}

int draw_band_lines(const uint8_t window[2], int first, int most)
{
    if (most > DRAW_BAND)
        most = DRAW_BAND;
    int edge = (window[1] & 31) * 8; /* the window does not begin or end within a band */
    return first < edge && edge < first + most ? edge - first : most;
}
