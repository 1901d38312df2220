/* colours.c - CRAM words to R, G and B.  Handbook 04, 15.
 *
 * Nothing that the chip does depends on colours, so they are looked up when somebody wants to see them; a picture that nobody looks at
 * costs none.  Until then the changes of CRAM are kept with the pixel before which each was made.
 *
 * CRAM has one port: while a word is written to it, the pixel at the output shows that word [handbook 04, 16]. */
#include "draw.h"

#define SHADOW 0x40
#define HIGHLIGHT 0x80
#define DOT 0x8000                      /* in vdp_colour_change.index */
#define LINES_OVERLAP 140           /* mclk: the last pixel of the line above, in either width, has gone by */
#define SHOWN_AHEAD 4                   /* pixels that may have been shown before their time: VDP_REGISTER_DELAY */

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

uint32_t vdp_colour(const vdp *s, uint16_t word)
{
    if (!vdp_is_mode5(s))
        return colour_mode4(word);
    return colour(s->registers[0] & 4 ? word : word & 0x222, 0, 2);
}

static inline void set_colour(vdp_drawing *d, unsigned index, uint32_t rgb)
{
    d->lut[index] = rgb;
    d->lut_second[index] = (uint64_t)rgb << 24;
}

static uint32_t normal_colour(const vdp_drawing *d, uint16_t word)
{
    if (d->lut_kind == COLOURS_MODE4)
        return colour_mode4(word);
    return colour(d->lut_kind == COLOURS_DARK ? word & 0x222 : word, 0, 2);
}

static void update_colour(vdp_drawing *d, unsigned i, uint16_t word)
{
    vdp_set_word(d->lut_cram + 2 * i, word);
    if (d->lut_kind == COLOURS_DARK)
        word &= 0x222;
    if (d->lut_kind == COLOURS_MODE4) {
        set_colour(d, i, colour_mode4(word));
        set_colour(d, i | SHADOW, colour_mode4(word));
        set_colour(d, i | HIGHLIGHT, colour_mode4(word));
    } else {
        set_colour(d, i, colour(word, 0, 2));
        set_colour(d, i | SHADOW, colour(word, 0, 1));
        set_colour(d, i | HIGHLIGHT, colour(word, 7, 1));
    }
}

static void update_colours(vdp_drawing *d, const uint8_t *cram, uint8_t kind)
{
    int all = d->lut_kind != kind;
    if (!all && memcmp(d->lut_cram, cram, sizeof d->lut_cram) == 0)
        return;
    d->lut_kind = kind;
    for (unsigned i = 0; i < 64; i++)
        if (all || memcmp(d->lut_cram + 2 * i, cram + 2 * i, 2) != 0)
            update_colour(d, i, vdp_word(cram + 2 * i));
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

/* -------------------------------------------------------------------------------------- changes of CRAM */

static void begin_colours(vdp_chip *chip)
{
    vdp_drawing *d = &chip->drawing;
    if (d->rgb_lacks && chip->state->interlace == 3) /* the rows of the other field will be seen */
        draw_rgb(d, chip->indexed, chip->rgb, 0, chip->height, 0);
    d->colours_clock = chip->state->picture_clock + 1;
    memcpy(d->cram, chip->state->cram, sizeof d->cram);
    memcpy(d->cram_known, d->cram, sizeof d->cram);
    d->changes = d->changes_made = 0;
    d->rgb_lacks = 0;
    d->rgb_line = d->rgb_pixel = 0;
    d->dot_pixel = -1;
}

void draw_begin_colours(vdp_chip *chip)
{
    if (chip->drawing.colours_clock != chip->state->picture_clock + 1)
        begin_colours(chip);
}

static void add_change(vdp_drawing *d, int line, int pixel, unsigned index, uint16_t word)
{
    d->change[d->changes++] = (vdp_colour_change){ (int16_t)line, (int16_t)pixel, (uint16_t)index, word };
    vdp_set_word(d->cram_known + 2 * (index & 63), word);
}

/* What has been written to CRAM past the chip, by whoever uses it as a library. */
static void add_unsaid_changes(vdp_drawing *d, const vdp *s, int line, int pixel)
{
    for (unsigned i = 0; i < 64; i++)
        if (d->changes < DRAW_CHANGES && memcmp(d->cram_known + 2 * i, s->cram + 2 * i, 2) != 0)
            add_change(d, line, pixel, i, vdp_cram_word(s, i));
}

/* Make room: those that have been made need not be kept. */
static void forget_changes(vdp_drawing *d)
{
    if (!d->changes_made)
        return;
    memcpy(d->cram, d->lut_cram, sizeof d->cram);
    d->changes -= d->changes_made;
    memmove(d->change, d->change + d->changes_made, (size_t)d->changes * sizeof *d->change);
    d->changes_made = 0;
}

/* Draw up to `clock`, which is that pixel, and make the changes up to there.  The state does not show it: nothing that it
 * depends on is drawn early, and whether there is a picture must make no difference. */
static void make_changes(vdp_chip *chip, int64_t clock, int line, int pixel)
{
    vdp_drawing *d = &chip->drawing;
    int64_t before = chip->state->draw_clock;
    vdp_draw(chip, clock);
    if (before < chip->state->draw_clock)
        chip->state->draw_clock = d->clock = before;
    draw_rgb(d, chip->indexed, chip->rgb, d->tall, line, pixel);
    forget_changes(d);
}

/* The first pixel that is not looked up before `clock`; 1: it is the one at the output then. */
int draw_place_of(const vdp *s, int64_t clock, int *line, int *pixel)
{
    int h40 = vdp_is_h40(s), width = draw_width(s), at = 0;
    int64_t past = clock - s->picture_clock, number = past < 0 ? 0 : past / VDP_LINE;
    int time = past < 0 ? 0 : (int)(past % VDP_LINE);
    if (number > 0 && time + VDP_LINE < vdp_pixel_offset(h40, width)) { /* the line before is still being shown */
        number--;
        time += VDP_LINE;
    }
    if (time >= VDP_COLOUR_ZERO(h40))
        at = (time - VDP_COLOUR_ZERO(h40) + VDP_PIXEL(h40) - 1) / VDP_PIXEL(h40);
    *line = (int)number;
    *pixel = at < width ? at : width;
    return time >= VDP_COLOUR_ZERO(h40) && at < width;
}

/* Out of the way of what is mostly done. */
#if defined(__GNUC__)
__attribute__((noinline))
#endif
static void keep_colour(vdp_chip *chip, int64_t clock, unsigned index, uint16_t word)
{
    const vdp *s = chip->state;
    vdp_drawing *d = &chip->drawing;
    int line, pixel;
    if (chip->border)
        vdp_change_border_colour(chip, clock, word);
    if (!chip->render || s->draw_clock == VDP_NEVER)
        return; /* what comes between pictures is there when the next one begins */
    draw_begin_colours(chip);
    if (d->changes == 0 && memcmp(d->cram_known, s->cram, sizeof d->cram_known) != 0) {
        draw_place_of(s, s->draw_clock, &line, &pixel);
        add_unsaid_changes(d, s, line, pixel);
    }
    int dot = draw_place_of(s, clock, &line, &pixel);
    int begun = d->started && d->picture_clock == s->picture_clock && d->clock == s->draw_clock;
    if (line < DRAW_ROWS && begun
        && pixel + SHOWN_AHEAD < d->drawn[d->tall ? 2 * line + d->field : line])
        dot = 0; /* since the line has become a narrow one, pixels that it has shown go by again */
    if (d->changes == DRAW_CHANGES)
        make_changes(chip, clock, line, pixel);
    add_change(d, line, pixel, dot && line < DRAW_ROWS ? index | DOT : index, word);
}

void vdp_change_colour(vdp_chip *chip, int64_t clock, unsigned index, uint16_t word)
{
    const vdp *s = chip->state;
    vdp_drawing *d = &chip->drawing;
    uint64_t past = (uint64_t)clock - (uint64_t)s->picture_clock;
    uint32_t line = (uint32_t)past / VDP_LINE, time = (uint32_t)past % VDP_LINE;
    /* mostly it is one of several, in the H blank before that line's first pixel and after the last one of the line above */
    if (chip->render && !chip->border && s->draw_clock != VDP_NEVER && d->colours_clock == s->picture_clock + 1 && d->changes
        && d->changes < DRAW_CHANGES && past < (uint64_t)VDP_LINE * DRAW_ROWS && time >= LINES_OVERLAP && time < VDP_COLOUR_ZERO(1))
        add_change(d, (int)line, 0, index, word);
    else
        keep_colour(chip, clock, index, word);
}

/* Before pixels from `pixel` on are drawn: what makes colours of them, and what has changed without a word. */
void draw_follow_colours(draw_context *c, int line, int pixel)
{
    const vdp *s = c->s;
    vdp_drawing *d = c->d;
    if (c->colours_followed) /* nothing changes while a call of vdp_draw goes on */
        return;
    c->colours_followed = 1;
    uint8_t kind = !vdp_is_mode5(s) ? COLOURS_MODE4 : s->registers[0] & 4 ? COLOURS_FULL : COLOURS_DARK;
    if (kind != d->kind) {
        if (d->rgb_lacks)
            draw_rgb(d, c->indexed, c->rgb, d->tall, line, pixel);
        d->kind = kind;
    }
    if (memcmp(d->cram_known, s->cram, sizeof d->cram_known) != 0) {
        if (d->changes > DRAW_CHANGES - 64) {
            draw_rgb(d, c->indexed, c->rgb, d->tall, line, pixel);
            forget_changes(d);
        }
        add_unsaid_changes(d, s, line, pixel);
    }
    d->rgb_lacks = 1;
}

/* ------------------------------------------------------------------------------------------- the picture */

static void put_dot(vdp_drawing *d, uint8_t *rgb, int tall)
{
    int row = tall ? 2 * d->dot_line + d->field : d->dot_line;
    if (d->dot_pixel < 0 || d->dot_line >= DRAW_ROWS || d->dot_line > d->rgb_line || (d->dot_line == d->rgb_line && d->dot_pixel >= d->rgb_pixel))
        return;
    if (d->dot_pixel < d->drawn[row]) {
        uint32_t value = normal_colour(d, d->dot_word);
        uint8_t *to = rgb + 3 * (DRAW_STRIDE * row + d->dot_pixel);
        to[0] = (uint8_t)value;
        to[1] = (uint8_t)(value >> 8);
        to[2] = (uint8_t)(value >> 16);
    }
    d->dot_pixel = -1;
}

/* From where rgb has got to, with the colours as they are. */
static void convert_to(vdp_drawing *d, const uint8_t *indexed, uint8_t *rgb, int tall, int line, int pixel)
{
    int y = d->rgb_line, from = d->rgb_pixel;
    if (line < y || (line == y && pixel < from))
        return;
    for (; y <= line && y < DRAW_ROWS; y++, from = 0) {
        int row = tall ? 2 * y + d->field : y, to = d->drawn[row];
        if (y == line && to > pixel)
            to = pixel;
        if (to > from)
            convert(d, indexed + DRAW_STRIDE * row + from, rgb + 3 * (DRAW_STRIDE * row + from), to - from);
    }
    d->rgb_line = (int16_t)line;
    d->rgb_pixel = (int16_t)pixel;
    put_dot(d, rgb, tall);
}

void draw_rgb(vdp_drawing *d, const uint8_t *indexed, uint8_t *rgb, int tall, int line, int pixel)
{
    if (d->changes_made == 0)
        update_colours(d, d->cram, d->kind);
    else if (d->lut_kind != d->kind)
        update_colours(d, d->lut_cram, d->kind);
    for (; d->changes_made < d->changes; d->changes_made++) {
        const vdp_colour_change *change = &d->change[d->changes_made];
        if (change->line > line || (change->line == line && change->pixel > pixel))
            break;
        convert_to(d, indexed, rgb, tall, change->line, change->pixel);
        update_colour(d, change->index & 63, change->word);
        if (change->index & DOT) {
            d->dot_line = change->line;
            d->dot_pixel = change->pixel;
            d->dot_word = change->word;
        }
    }
    convert_to(d, indexed, rgb, tall, line, pixel);
}

const uint64_t *vdp_single_palette(vdp_chip *chip)
{
    vdp_drawing *d = &chip->drawing;
    if (!d->rgb_lacks || !d->finished || d->changes || d->rgb_line || d->rgb_pixel || chip->height > DRAW_ROWS)
        return NULL;
    for (int y = 0; y < chip->height; y++)
        if (d->drawn[y] != chip->width)
            return NULL;
    update_colours(d, d->cram, d->kind);
    return d->lut;
}
