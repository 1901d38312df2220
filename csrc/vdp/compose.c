/* compose.c - priority, shadow and highlight: line buffers to the picture.  Handbook 04, 14. */
#include "draw.h"
#include "wide.h"

#define SHADOW 0x40
#define HIGHLIGHT 0x80

/* ---------------------------------------------------------------------------------------- priority */

/* 16 pixels of the layers: back to front backdrop, B low, A low, S low, B high, A high, S high. */
#if defined(__SSE2__)

#define MIX(name) narrow_##name
#define MIX_INLINE inline
#define MIX_TARGET
#define MIX_PIXELS __m128i
#define MIX_ALL(value) _mm_set1_epi8(value)
#define MIX_LOAD(p) _mm_loadu_si128((const __m128i *)(const void *)(p))
#define MIX_STORE(p, pixels) _mm_storeu_si128((__m128i *)(void *)(p), pixels)
#define MIX_AND(x, y) _mm_and_si128(x, y)
#define MIX_ANDNOT(x, y) _mm_andnot_si128(x, y)
#define MIX_OR(x, y) _mm_or_si128(x, y)
#define MIX_ADD(x, y) _mm_add_epi8(x, y)
#define MIX_EQUAL(x, y) _mm_cmpeq_epi8(x, y)
#define MIX_GREATER(x, y) _mm_cmpgt_epi8(x, y)
#define MIX_CHOOSE(mask, yes, no) _mm_or_si128(_mm_and_si128(mask, yes), _mm_andnot_si128(mask, no))
#define MIX_TRANSPARENT(x) _mm_cmpeq_epi8(_mm_and_si128(x, _mm_set1_epi8(15)), _mm_setzero_si128()) /* $FF where colour 0 is */
#define MIX_ANY(x) (_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_setzero_si128())) != 0xFFFF)
#include "mix.h"
#undef MIX
#undef MIX_INLINE
#undef MIX_TARGET
#undef MIX_PIXELS
#undef MIX_ALL
#undef MIX_LOAD
#undef MIX_STORE
#undef MIX_AND
#undef MIX_ANDNOT
#undef MIX_OR
#undef MIX_ADD
#undef MIX_EQUAL
#undef MIX_GREATER
#undef MIX_CHOOSE
#undef MIX_TRANSPARENT
#undef MIX_ANY

#ifdef DRAW_AVX2
#define MIX(name) wide_##name
#define MIX_INLINE inline DRAW_AVX2
#define MIX_TARGET DRAW_AVX2
#define MIX_PIXELS __m256i
#define MIX_ALL(value) _mm256_set1_epi8(value)
#define MIX_LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define MIX_STORE(p, pixels) _mm256_storeu_si256((__m256i *)(void *)(p), pixels)
#define MIX_AND(x, y) _mm256_and_si256(x, y)
#define MIX_ANDNOT(x, y) _mm256_andnot_si256(x, y)
#define MIX_OR(x, y) _mm256_or_si256(x, y)
#define MIX_ADD(x, y) _mm256_add_epi8(x, y)
#define MIX_EQUAL(x, y) _mm256_cmpeq_epi8(x, y)
#define MIX_GREATER(x, y) _mm256_cmpgt_epi8(x, y)
#define MIX_CHOOSE(mask, yes, no) _mm256_blendv_epi8(no, yes, mask)
#define MIX_TRANSPARENT(x) _mm256_shuffle_epi8(_mm256_set_epi64x(0, 0xFF, 0, 0xFF), x) /* layers have no bit 7 */
#define MIX_ANY(x) (!_mm256_testz_si256(x, x))
#include "mix.h"
#endif

#define plain_rows narrow_rows

#else

/* Written so that a compiler makes a few operations on 16 bytes of it. */
static inline void mix(const uint8_t *restrict b, const uint8_t *restrict a, const uint8_t *restrict s,
                       uint8_t *restrict to, uint8_t backdrop, int sprites, int shadows)
{
    for (int i = 0; i < 16; i++) {
        uint8_t pb = b[i], pa = a[i];
        uint8_t p = pb & 15 ? pb : backdrop;
        /* a pixel covers what lies under it unless it is transparent or the other has priority and it has none */
        uint8_t cover = (uint8_t)((pa & 15 ? 0xFF : 0) & ((p & 0x40) > pa ? 0 : 0xFF));
        p = (uint8_t)((pa & cover) | (p & ~cover));
        uint8_t shadow = (uint8_t)(((pa | pb) & 0x40) ^ 0x40);
        if (!sprites) {
            to[i] = (uint8_t)((p & 0x3F) | (shadows ? shadow : 0));
            continue;
        }
        uint8_t ps = s[i];
        uint8_t visible = (uint8_t)((ps & 15 ? 0xFF : 0) & ((p & 0x40) > ps ? 0 : 0xFF));
        if (!shadows) {
            to[i] = (uint8_t)(((ps & visible) | (p & ~visible)) & 0x3F);
            continue;
        }
        uint8_t brighten = (uint8_t)((ps & 0x3F) == 0x3E ? visible : 0);
        uint8_t darken = (uint8_t)((ps & 0x3F) == 0x3F ? visible : 0);
        uint8_t drawn = (uint8_t)(visible & ~brighten & ~darken);
        p = (uint8_t)(((ps & drawn) | (p & ~drawn)) & 0x3F);
        /* a sprite with priority, or of colour 14, is never in shadow */
        uint8_t lit = (uint8_t)((ps & 0x40 ? drawn : 0) | ((ps & 15) == 14 ? drawn : 0));
        uint8_t highlight = (uint8_t)(brighten & (shadow ? 0 : HIGHLIGHT));
        shadow = (uint8_t)((shadow & ~(lit | brighten)) | (darken & SHADOW));
        to[i] = (uint8_t)(p | shadow | highlight);
    }
}

/* Pixels from..end, both multiples of 16, of a row of layers that begin at screen x = 0. */
static void plain_row(const uint8_t *b, const uint8_t *a, const uint8_t *s, uint8_t *to, int from, int end,
                    uint8_t backdrop, int shadows)
{
    if (s && shadows)
        for (int x = from; x < end; x += 16)
            mix(b + x, a + x, s + x, to + x, backdrop, 1, 1);
    else if (s)
        for (int x = from; x < end; x += 16)
            mix(b + x, a + x, s + x, to + x, backdrop, 1, 0);
    else if (shadows)
        for (int x = from; x < end; x += 16)
            mix(b + x, a + x, a + x, to + x, backdrop, 0, 1);
    else
        for (int x = from; x < end; x += 16)
            mix(b + x, a + x, a + x, to + x, backdrop, 0, 0);
}

static void plain_rows(const uint8_t *b, const uint8_t *a, const uint8_t *s, uint8_t *to, int rows, int from, int end,
                       uint8_t backdrop, int shadows)
{
    for (int row = 0; row < rows; row++)
        plain_row(b + DRAW_ROW * row, a + DRAW_ROW * row, s ? s + DRAW_ROW * row : NULL, to + DRAW_STRIDE * row, from, end, backdrop,
                  shadows);
}

#endif

/* Pixels from..end, both multiples of 16, of `rows` rows of layers that begin at screen x = 0; s is NULL without sprites. */
static void mix_rows(const uint8_t *b, const uint8_t *a, const uint8_t *s, uint8_t *to, int rows, int from, int end, uint8_t backdrop,
                     int shadows)
{
#ifdef DRAW_AVX2
    if (!((from | end) & 31) && draw_has_avx2()) {
        wide_rows(b, a, s, to, rows, from, end, backdrop, shadows);
        return;
    }
#endif
    plain_rows(b, a, s, to, rows, from, end, backdrop, shadows);
}

/* --------------------------------------------------------------------------------------------- output */

/* Pixels of the line that are shown as the backdrop and nothing else. */
static void blank(const draw_context *c, const vdp_line *line, uint8_t *row, int from, int to, int display)
{
    const vdp *s = c->s;
    uint8_t backdrop = draw_backdrop(s, c->backdrop);
    if (!display) {
        memset(row + from, backdrop, (size_t)(to - from));
        return;
    }
    if (line->blank_columns & ~1u)
        for (int x = from; x < to; x++)
            if (line->blank_columns >> (x / 16 + 1) & 1)
                row[x] = backdrop;
    if (s->registers[0] & 0x20)
        for (int x = from; x < to && x < 8; x++)
            row[x] = backdrop;
}

/* Debug register 0: bits 8-7 name a layer that is ANDed with the picture, or with bit 6 set shown instead of it. */
static void force_layer(const draw_context *c, const uint8_t *a, const uint8_t *b, const uint8_t *sprites, uint8_t *row,
                        int from, int to)
{
    const vdp *s = c->s;
    int layer = s->debug[0] >> 7 & 3, alone = s->debug[0] & 0x40;
    for (int x = from; x < to; x++) {
        uint8_t sprite = sprites ? sprites[x] : 0;
        uint8_t forced = (layer == 1 ? sprite : layer == 2 ? a[x] : b[x]) & 0x3F;
        if (alone)
            row[x] = layer ? forced : draw_backdrop(s, c->backdrop);
        else if (layer && !((a[x] | b[x] | sprite) & 15))
            row[x] = (row[x] & 0xC0) | forced;
        else if (layer)
            row[x] &= 0xC0 | forced;
    }
}

/* Pixels from..to-1, which have the same backdrop. */
static void put_pixels(draw_context *c, vdp_line *line, const uint8_t *a, const uint8_t *b, const uint8_t *sprites, uint8_t *row,
                       int from, int to, int display)
{
    const vdp *s = c->s;
    uint8_t backdrop = draw_backdrop(s, c->backdrop);
    int shadows = s->registers[12] & 8;
    if (display && !vdp_is_mode5(s)) {
        draw_mode4_mix(line, row, from, to);
    } else if (display) {
        a += DRAW_MARGIN;
        b += DRAW_MARGIN;
        sprites = sprites ? sprites + DRAW_MARGIN : NULL;
        if ((from | to) & 15) {
            uint8_t whole[DRAW_STRIDE];
            mix_rows(b, a, sprites, whole, 1, from & ~15, (to + 15) & ~15, backdrop, shadows);
            memcpy(row + from, whole + from, (size_t)(to - from));
        } else {
            mix_rows(b, a, sprites, row, 1, from, to, backdrop, shadows);
        }
        if (s->debug[0] & VDP_DEBUG_LAYERS)
            force_layer(c, a, b, sprites, row, from, to);
    }
    if (!display || line->blank_columns || s->registers[0] & 0x20)
        blank(c, line, row, from, to, display);
}

void draw_pixels(draw_context *c, vdp_line *line, const uint8_t *a, const uint8_t *b, const uint8_t *sprites, int to, int display)
{
    const vdp *s = c->s;
    int from = line->pixels;
    if (from >= to)
        return;
    line->pixels = (uint16_t)to;
    if (c->rgb)
        draw_follow_colours(c, line->line, from);
    int y = c->d->tall ? 2 * line->line + c->d->field : line->line;
    uint8_t *row = c->indexed + DRAW_STRIDE * y;
    display = display && vdp_is_mode5(s) == (line->hscroll_read != DRAW_LINE_MODE4);
    c->d->wide[y] = draw_width(s) == 320;
    c->d->drawn[y] = (uint16_t)to;
    if (draw_backdrop_until(c, line->line, from, to) == to && display && !from && !(to & 15) && vdp_is_mode5(s)
        && !line->blank_columns && !(s->registers[0] & 0x20) && !(s->debug[0] & VDP_DEBUG_LAYERS)) {
        mix_rows(b + DRAW_MARGIN, a + DRAW_MARGIN, sprites ? sprites + DRAW_MARGIN : NULL, row, 1, 0, to, c->backdrop & 0x3F,
                s->registers[12] & 8);
        return;
    }
    while (from < to) {
        int end = draw_backdrop_until(c, line->line, from, to);
        put_pixels(c, line, a, b, sprites, row, from, end, display);
        from = end;
    }
}

int draw_is_plain(const draw_context *c)
{
    const vdp *s = c->s;
    const vdp_drawing *d = c->d;
    return vdp_is_mode5(s) && !d->tall && !(s->registers[0] & 0x20) && !(s->debug[0] & VDP_DEBUG_LAYERS)
           && (d->latched_clock != c->picture || d->backdrops_made == d->backdrops);
}

void draw_rows(draw_context *c, draw_band *band, int first, int end)
{
    const vdp *s = c->s;
    vdp_drawing *d = c->d;
    int width = draw_width(s), shadows = s->registers[12] & 8;
    c->backdrop = s->registers[7];
    if (c->rgb)
        draw_follow_colours(c, first, 0);
    memset(d->wide + first, width == 320, (size_t)(end - first));
    for (int y = first; y < end; y++)
        d->drawn[y] = (uint16_t)width;
    for (int y = first, next; y < end; y = next) { /* lines with sprites, lines without */
        int i = y - band->first, shown = band->sprites_shown >> i & 1;
        for (next = y + 1; next < end && (int)(band->sprites_shown >> (next - band->first) & 1) == shown;)
            next++;
        mix_rows(draw_band_row(band, 1, i) + DRAW_MARGIN, draw_band_row(band, 0, i) + DRAW_MARGIN,
                 shown ? band->sprites[i] + DRAW_MARGIN : NULL, c->indexed + DRAW_STRIDE * y, next - y, 0, width, c->backdrop & 0x3F,
                 shadows);
    }
}
