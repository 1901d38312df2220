/* cells.h - the 8 rows of a cell, expanded to a byte for each pixel: colour in bits 0-3, palette 4-5, priority 6. */
#ifndef MEGADRIVE_VDP_CELLS_H
#define MEGADRIVE_VDP_CELLS_H

#include "draw.h"
#include "wide.h"

#if defined(__SSE2__)

/* Rows 0-1, 2-3, 4-5, 6-7 of the cell that a name is for. */
static inline void draw_cell_vectors(const vdp *s, unsigned word, __m128i rows[4])
{
    const uint8_t *pattern = s->vram + ((word & 0x7FF) << 5);
    const __m128i nibble = _mm_set1_epi8(15), bits = _mm_set1_epi8((char)(word >> 9 & 0x70));
    for (int i = 0; i < 2; i++) {
        __m128i packed = _mm_loadu_si128((const __m128i *)(const void *)(pattern + 16 * i));
        __m128i left = _mm_or_si128(_mm_and_si128(_mm_srli_epi16(packed, 4), nibble), bits);
        __m128i right = _mm_or_si128(_mm_and_si128(packed, nibble), bits);
        rows[2 * i] = _mm_unpacklo_epi8(left, right);
        rows[2 * i + 1] = _mm_unpackhi_epi8(left, right);
    }
    if (word & 0x800) {
        for (int i = 0; i < 4; i++) { /* pairs of pixels in reverse order, then the pixels of each pair */
            rows[i] = _mm_shufflehi_epi16(_mm_shufflelo_epi16(rows[i], 0x1B), 0x1B);
            rows[i] = _mm_or_si128(_mm_slli_epi16(rows[i], 8), _mm_srli_epi16(rows[i], 8));
        }
    }
    if (word & 0x1000) {
        __m128i first = _mm_shuffle_epi32(rows[0], 0x4E), second = _mm_shuffle_epi32(rows[1], 0x4E);
        rows[0] = _mm_shuffle_epi32(rows[3], 0x4E);
        rows[1] = _mm_shuffle_epi32(rows[2], 0x4E);
        rows[2] = second;
        rows[3] = first;
    }
}

static inline void draw_expand_cell(const vdp *s, unsigned word, uint8_t rows[8][8])
{
    __m128i two[4];
    draw_cell_vectors(s, word, two);
    for (int i = 0; i < 4; i++)
        _mm_storeu_si128((__m128i *)(void *)rows[2 * i], two[i]);
}

#else

static inline void draw_expand_cell(const vdp *s, unsigned word, uint8_t rows[8][8])
{
    unsigned flip = word & 0x1000 ? 7 : 0;
    for (unsigned row = 0; row < 8; row++) {
        uint32_t packed = draw_load_row(s->vram + ((word & 0x7FF) << 5) + 4 * (row ^ flip));
        uint64_t pixels = draw_expand_row(word & 0x800 ? draw_mirror_row(packed) : packed);
        draw_store(rows[row], pixels | DRAW_BYTES * (word >> 9 & 0x70));
    }
}

#endif

/* The 8 pixels of a sprite's row into the line; what is already opaque stays, and so are the bytes `beside` it.  Returns not 0 if
 * two opaque pixels meet. */
static inline uint64_t draw_put_sprite(uint8_t *to, uint64_t pixels, uint64_t beside)
{
    uint64_t there = draw_load(to);
    if (!there) {
        draw_store(to, pixels & ~beside);
        return 0;
    }
    uint64_t opaque = draw_opaque(there);
    draw_store(to, (there & (opaque | beside)) | (pixels & ~opaque));
    return opaque & draw_opaque(pixels);
}

/* The same at an edge of the screen. */
static inline uint64_t draw_put_cut_sprite(uint8_t *screen, int x, int width, uint64_t pixels)
{
    uint64_t beside = 0; /* bytes that are not the cell's */
    if (x < 0) {
        pixels = DRAW_SHIFT_LEFTWARD(pixels, -8 * x);
        beside = ~DRAW_SHIFT_LEFTWARD(~(uint64_t)0, -8 * x);
        x = 0;
    } else {
        pixels &= DRAW_SHIFT_LEFTWARD(~(uint64_t)0, 8 * (x - (width - 8)));
    }
    return draw_put_sprite(screen + x, pixels, beside);
}

#endif
