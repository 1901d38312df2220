/* compose.c - priority, shadow and highlight, colours: line buffers to the picture.  Handbook 04, 14 and 15. */
#include "draw.h"

#define SHADOW 0x40
#define HIGHLIGHT 0x80

/* ---------------------------------------------------------------------------------------- priority */

/* Mix 16 pixels: back to front backdrop, B low, A low, S low, B high, A high, S high.  Written so that a compiler
 * makes a few operations on 16 bytes of it. */
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

/* Pixels from..to, both multiples of 16, of layers that begin at screen x = 0. */
static void mix_row(const uint8_t *b, const uint8_t *a, const uint8_t *s, uint8_t *to, int from, int end,
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

/* -------------------------------------------------------------------------------------------- colours */

enum { COLOURS_FULL = 1, COLOURS_DARK, COLOURS_MODE4 };

/* DAC levels 0-14 as measured by TmEE, 0-255. */
static const uint8_t levels[15] = { 0, 29, 52, 70, 87, 101, 116, 130, 144, 158, 172, 187, 206, 228, 255 };

/* A CRAM word's colour with every component at level `first` + component * `step`. */
static uint32_t colour(uint16_t word, int first, int step)
{
    uint32_t red = levels[first + (word >> 1 & 7) * step];
    uint32_t green = levels[first + (word >> 5 & 7) * step];
    uint32_t blue = levels[first + (word >> 9 & 7) * step];
    return red | green << 8 | blue << 16;
}

/* Mode 4 has two bits for each component, and taps of the DAC of its own for values 1 and 2 [handbook 04, 15]. */
static uint32_t colour_mode4(uint16_t word)
{
    static const uint8_t red_green[4] = { 0, 85, 170, 255 }, blue[4] = { 0, 102, 170, 255 };
    return red_green[word & 3] | (uint32_t)red_green[word >> 2 & 3] << 8 | (uint32_t)blue[word >> 4 & 3] << 16;
}

static inline void set_colour(vdp_drawing *d, unsigned index, uint32_t rgb)
{
    d->lut[index] = rgb;
    d->lut_second[index] = (uint64_t)rgb << 24;
}

static void update_colours(const vdp *s, vdp_drawing *d, uint8_t kind)
{
    for (unsigned i = 0; i < 64; i++) {
        if (kind == d->lut_kind && memcmp(d->lut_cram + 2 * i, s->cram + 2 * i, 2) == 0)
            continue;
        uint16_t word = vdp_cram_word(s, i);
        if (kind == COLOURS_DARK)
            word &= 0x222;
        if (kind == COLOURS_MODE4) {
            set_colour(d, i, colour_mode4(word));
            set_colour(d, i | SHADOW, colour_mode4(word));
            set_colour(d, i | HIGHLIGHT, colour_mode4(word));
        } else {
            set_colour(d, i, colour(word, 0, 2));
            set_colour(d, i | SHADOW, colour(word, 0, 1));
            set_colour(d, i | HIGHLIGHT, colour(word, 7, 1));
        }
    }
    d->lut_kind = kind;
    memcpy(d->lut_cram, s->cram, sizeof d->lut_cram);
}

/* R, G, B bytes of a span.  Two pixels are put together and stored at once, with two bytes that are overwritten by the
 * next pair; so the last pixels go alone. */
static void convert(const vdp_drawing *d, const uint8_t *from, uint8_t *to, int pixels)
{
#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (; pixels > 8; pixels -= 8, from += 8, to += 24) {
        draw_store(to, d->lut[from[0]] | d->lut_second[from[1]]);
        draw_store(to + 6, d->lut[from[2]] | d->lut_second[from[3]]);
        draw_store(to + 12, d->lut[from[4]] | d->lut_second[from[5]]);
        draw_store(to + 18, d->lut[from[6]] | d->lut_second[from[7]]);
    }
#endif
    for (; pixels > 0; pixels--, from++, to += 3) {
        uint64_t rgb = d->lut[*from];
        to[0] = (uint8_t)rgb;
        to[1] = (uint8_t)(rgb >> 8);
        to[2] = (uint8_t)(rgb >> 16);
    }
}

/* Colours are looked up as late as possible: before one changes, and when somebody wants to see them. */
void draw_rgb(vdp_drawing *d, const uint8_t *indexed, uint8_t *rgb, int tall, int line, int pixel)
{
    int y = d->rgb_line, from = d->rgb_pixel;
    for (; y <= line; y++, from = 0) {
        int row = tall ? 2 * y + d->field : y, to = y < line ? d->drawn[row] : pixel;
        if (to > from)
            convert(d, indexed + DRAW_STRIDE * row + from, rgb + 3 * (DRAW_STRIDE * row + from), to - from);
    }
    d->rgb_line = (int16_t)line;
    d->rgb_pixel = (int16_t)pixel;
}

/* Before pixels from `pixel` on are drawn: follow changes of CRAM and of the palette bit R0.2. */
static void follow_colours(draw_context *c, int line, int pixel)
{
    const vdp *s = c->s;
    vdp_drawing *d = c->d;
    /* not 0, so that the first time counts as a change */
    uint8_t kind = !vdp_is_mode5(s) ? COLOURS_MODE4 : s->registers[0] & 4 ? COLOURS_FULL : COLOURS_DARK;
    if (kind == d->lut_kind && memcmp(d->lut_cram, s->cram, sizeof d->lut_cram) == 0)
        return;
    if (d->rgb_lacks)
        draw_rgb(d, c->indexed, c->rgb, d->tall, line, pixel);
    update_colours(s, d, kind);
}

/* --------------------------------------------------------------------------------------------- output */

/* Pixels of the line that are shown as the backdrop and nothing else. */
static void blank(const draw_context *c, const vdp_line *line, uint8_t *row, int from, int to, int display)
{
    const vdp *s = c->s;
    uint8_t backdrop = draw_backdrop(s);
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
static void force_layer(const vdp *s, const uint8_t *a, const uint8_t *b, const uint8_t *sprites, uint8_t *row, int from,
                        int to)
{
    int layer = s->debug[0] >> 7 & 3, alone = s->debug[0] & 0x40;
    for (int x = from; x < to; x++) {
        uint8_t sprite = sprites ? sprites[x] : 0;
        uint8_t forced = (layer == 1 ? sprite : layer == 2 ? a[x] : b[x]) & 0x3F;
        if (alone)
            row[x] = layer ? forced : draw_backdrop(s);
        else if (layer && !((a[x] | b[x] | sprite) & 15))
            row[x] = (row[x] & 0xC0) | forced;
        else if (layer)
            row[x] &= 0xC0 | forced;
    }
}

void draw_pixels(draw_context *c, vdp_line *line, const uint8_t *a, const uint8_t *b, int to, int display)
{
    const vdp *s = c->s;
    int from = line->pixels;
    if (from >= to)
        return;
    line->pixels = (uint16_t)to;
    if (c->rgb) {
        follow_colours(c, line->line, from);
        c->d->rgb_lacks = 1;
    }
    int y = c->d->tall ? 2 * line->line + c->d->field : line->line;
    uint8_t *row = c->indexed + DRAW_STRIDE * y;
    uint8_t backdrop = draw_backdrop(s);
    int shadows = s->registers[12] & 8;
    display = display && vdp_is_mode5(s) == (line->hscroll_read != DRAW_LINE_MODE4);
    c->d->wide[y] = draw_width(s) == 320;
    c->d->drawn[y] = (uint16_t)to;
    if (display && !vdp_is_mode5(s)) {
        draw_mode4_mix(line, row, from, to);
    } else if (display) {
        const uint8_t *sprites = line->sprites_shown ? line->sprite + DRAW_MARGIN : NULL;
        a += DRAW_MARGIN;
        b += DRAW_MARGIN;
        if ((from | to) & 15) {
            uint8_t whole[DRAW_STRIDE];
            mix_row(b, a, sprites, whole, from & ~15, (to + 15) & ~15, backdrop, shadows);
            memcpy(row + from, whole + from, (size_t)(to - from));
        } else {
            mix_row(b, a, sprites, row, from, to, backdrop, shadows);
        }
        if (s->debug[0] & 0x1C0)
            force_layer(s, a, b, sprites, row, from, to);
    }
    if (!display || line->blank_columns || s->registers[0] & 0x20)
        blank(c, line, row, from, to, display);
}
