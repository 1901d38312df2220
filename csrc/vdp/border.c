/* border.c - what surrounds the picture.  Handbook 04, 7.2 and 16.
 *
 * 13 pixels left of the picture and 14 right of it, and some lines above and below, show the backdrop at normal intensity.
 * Writes to R7 and CRAM show there at their pixel, and leave dots, as in the picture.  A frame ends after the last line of its
 * picture, so the border below that it shows is the one below the picture before.
 *
 * Drawn up to the time of each change of what it depends on, and at the end of the frame.  None of it is in the state. */
#include "draw.h"

#define BESIDE (VDP_BORDER_LEFT + VDP_BORDER_RIGHT)

void vdp_border_lines(const vdp *s, int32_t *above, int32_t *below)
{
    /* between the border below and the one above lie 3 blank lines, 3 of VSYNC and 13 blank ones */
    if (!vdp_is_mode5(s)) {
        *above = s->pal ? 54 : 27;
        *below = s->pal ? 48 : 24;
    } else if (s->pal) {
        *above = s->registers[1] & 8 ? 30 : 38;
        *below = s->registers[1] & 8 ? 24 : 32;
    } else { /* 240 lines at 60 Hz roll without any vertical blanking */
        *above = s->registers[1] & 8 ? 0 : 11;
        *below = s->registers[1] & 8 ? 0 : 8;
    }
}

/* mclk from the V step into a line to the look-up of the first pixel of its left border */
static int first_look_up(int h40) { return VDP_COLOUR_ZERO(h40) - VDP_BORDER_LEFT * VDP_PIXEL(h40); }

/* Pixels of a line, counted from its left border on, that are looked up before `time` mclk after its V step. */
static int pixels_before(int h40, int64_t time)
{
    int most = BESIDE + (h40 ? 320 : 256);
    int64_t past = time - first_look_up(h40);
    if (past <= 0)
        return 0;
    past = (past + VDP_PIXEL(h40) - 1) / VDP_PIXEL(h40);
    return past < most ? (int)past : most;
}

/* The backdrop.  Debug register 0 can show a layer in its place, which is taken to hold nothing here. */
uint8_t vdp_border_index(const vdp *s)
{
    return vdp_is_mode5(s) && s->debug[0] & 0x180 ? 0 : draw_backdrop(s, s->registers[7]);
}

static void put_colour(uint8_t *to, uint32_t colour)
{
    to[0] = (uint8_t)colour;
    to[1] = (uint8_t)(colour >> 8);
    to[2] = (uint8_t)(colour >> 16);
}

static void fill(vdp_border *b, int row, int from, int to, uint8_t index, uint32_t colour)
{
    if (from >= to)
        return;
    size_t at = (size_t)row * VDP_BORDER_STRIDE + (size_t)from;
    memset(b->indexed + at, index, (size_t)(to - from));
    for (int x = from; x < to; x++, at++)
        put_colour(b->rgb + 3 * at, colour);
}

/* A line that began at `start`: what is looked up from `from` on and before `to`. */
static void draw_line(vdp_chip *chip, int row, int beside_picture, int64_t start, int64_t from, int64_t to)
{
    const vdp *s = chip->state;
    vdp_border *b = chip->border;
    int h40 = vdp_is_h40(s), width = h40 ? 320 : 256;
    int x = pixels_before(h40, from - start), end = pixels_before(h40, to - start);
    if (x >= end)
        return;
    uint8_t index = vdp_border_index(s);
    uint32_t colour = vdp_colour(s, vdp_cram_word(s, index));
    int left_end = beside_picture ? VDP_BORDER_LEFT : end, right = VDP_BORDER_LEFT + width;
    b->drawn[row] = h40 ? 2 : 1;
    fill(b, row, x, end < left_end ? end : left_end, index, colour);
    if (beside_picture)
        fill(b, row, x > right ? x : right, end, index, colour);
    if (b->dot_clock >= start + first_look_up(h40) && b->dot_clock < to) {
        int dot = pixels_before(h40, b->dot_clock - start);
        if (dot >= x && dot < end) {
            if (!beside_picture || dot < VDP_BORDER_LEFT || dot >= right)
                put_colour(b->rgb + 3 * ((size_t)row * VDP_BORDER_STRIDE + (size_t)dot), b->dot_colour);
            b->dot_clock = -1;
        }
    }
}

/* Lines first..end-1 of a part, the first of which began at `start`.  `step` rows from one to the next. */
static void draw_lines(vdp_chip *chip, int row, int step, int beside_picture, int64_t start, int lines, int64_t from, int64_t to)
{
    int64_t first = (from - start) / VDP_LINE - 2, end = (to - start) / VDP_LINE + 1;
    if (first < 0)
        first = 0;
    if (end > lines)
        end = lines;
    for (int64_t n = first; n < end; n++)
        draw_line(chip, row + step * (int)n, beside_picture, start + n * VDP_LINE, from, to);
}

/* When line 0 of the next picture begins, or of the present one; 0: that is not known yet. */
static int picture_start(const vdp *s, int64_t *start)
{
    if (!s->vblank || s->picture_clock >= s->frame_clock) /* it is going on, or its last right border is */
        *start = s->picture_clock;
    else if (s->v_counter >= 0x180) /* V has jumped, or does not */
        *start = s->line_clock + (int64_t)(0x200 - s->v_counter) * VDP_LINE;
    else
        return 0;
    return 1;
}

static int is_tall(const vdp *s) { return s->interlace == 3 && vdp_is_mode5(s); }

static void begin_frame(vdp_chip *chip)
{
    const vdp *s = chip->state;
    vdp_border *b = chip->border;
    b->frame_clock = b->clock = s->frame_clock;
    b->dot_clock = -1;
    if (!is_tall(s)) /* else the rows of the other field stay */
        memset(b->drawn, 0, sizeof b->drawn);
}

void vdp_draw_border(vdp_chip *chip, int64_t clock)
{
    const vdp *s = chip->state;
    vdp_border *b = chip->border;
    if (!chip->render)
        return;
    if (b->frame_clock != s->frame_clock)
        begin_frame(chip);
    if (clock <= b->clock)
        return;
    int64_t picture = 0, before = s->frame_clock - VDP_PICTURE_END;
    int known = picture_start(s, &picture), odd = is_tall(s) && s->odd_field, above, below;
    vdp_border_lines(s, &above, &below);
    /* The field changes in the first line below a picture, of whose field that border still is.  A picture that goes on to the
     * wrap of V has nothing below. */
    if (s->frame && !(known && picture - VDP_LINE <= s->frame_clock))
        draw_lines(chip, VDP_BORDER_BELOW + (is_tall(s) && !odd), 2, 0, before, below, b->clock, clock);
    if (known) {
        int64_t top = picture - (int64_t)above * VDP_LINE;
        draw_lines(chip, VDP_BORDER_ABOVE + 2 * (above - 1) + odd, -2, 0, top, above, b->clock, clock);
        draw_lines(chip, VDP_BORDER_BESIDE + odd, 2, 1, picture, vdp_height(s), b->clock, clock);
    }
    b->clock = clock;
}

/* CRAM has one port: the pixel at the output while a word is written to it shows that word. */
void vdp_change_border_colour(vdp_chip *chip, int64_t clock, uint16_t word)
{
    vdp_draw_border(chip, clock);
    chip->border->dot_clock = clock;
    chip->border->dot_colour = vdp_colour(chip->state, word);
}

void vdp_finish_border(vdp_chip *chip, int64_t clock)
{
    const vdp *s = chip->state;
    vdp_border *b = chip->border;
    if (!chip->render)
        return;
    vdp_draw_border(chip, clock);
    vdp_border_lines(s, &b->above, &b->below);
    b->index = vdp_border_index(s);
    b->colour = vdp_colour(s, vdp_cram_word(s, b->index));
    b->filled = 0;
}

/* ------------------------------------------------------------------------------------------- the whole frame */

/* Pixels of one part of a row, nearest ones if the line had another width. */
static void copy_part(vdp_border *b, int row, size_t to, int from, int pixels, int source_pixels)
{
    const uint8_t *indexed = b->indexed + (size_t)row * VDP_BORDER_STRIDE;
    const uint8_t *rgb = b->rgb + 3 * (size_t)row * VDP_BORDER_STRIDE;
    for (int x = 0; x < pixels; x++) {
        int at = from + x * source_pixels / pixels;
        b->framed_indexed[to + (size_t)x] = b->drawn[row] ? indexed[at] : b->index;
        if (b->drawn[row])
            memcpy(b->framed_rgb + 3 * (to + (size_t)x), rgb + 3 * at, 3);
        else
            put_colour(b->framed_rgb + 3 * (to + (size_t)x), b->colour);
    }
}

/* A row of border; beside the picture, its two ends. */
static void copy_row(vdp_chip *chip, int row, int to_row, const uint8_t *indexed, const uint8_t *rgb)
{
    vdp_border *b = chip->border;
    int width = chip->width, row_width = b->drawn[row] == 1 ? 256 : 320;
    size_t to = (size_t)to_row * VDP_BORDER_STRIDE, right = to + VDP_BORDER_LEFT + (size_t)width;
    copy_part(b, row, to, 0, VDP_BORDER_LEFT, VDP_BORDER_LEFT);
    copy_part(b, row, right, VDP_BORDER_LEFT + row_width, VDP_BORDER_RIGHT, VDP_BORDER_RIGHT);
    to += VDP_BORDER_LEFT;
    if (indexed) {
        memcpy(b->framed_indexed + to, indexed, (size_t)width);
        memcpy(b->framed_rgb + 3 * to, rgb, 3 * (size_t)width);
    } else {
        copy_part(b, row, to, VDP_BORDER_LEFT, width, row_width);
    }
}

void vdp_fill_border(vdp_chip *chip)
{
    const vdp *s = chip->state;
    vdp_border *b = chip->border;
    vdp_fill_rgb(chip);
    if (b->frame_clock < 0 || !chip->height) { /* nothing has been drawn since the border was asked for */
        memset(b->drawn, 0, sizeof b->drawn);
        vdp_border_lines(s, &b->above, &b->below);
        b->index = vdp_border_index(s);
        b->colour = vdp_colour(s, vdp_cram_word(s, b->index));
        b->filled = 0;
    }
    if (b->filled)
        return;
    b->filled = 1;
    int rows = chip->height, step = rows > 240 ? 1 : 2, per_line = step == 1 ? 2 : 1;
    int above = b->above * per_line, below = b->below * per_line;
    b->width = b->height = 0;
    if (!rows)
        return;
    b->width = (uint16_t)(BESIDE + chip->width);
    b->height = (uint16_t)(above + rows + below);
    for (int y = 0; y < above; y++) {
        int k = above - 1 - y; /* from the picture on; in a pair of rows the even field's is the upper one */
        copy_row(chip, VDP_BORDER_ABOVE + (step == 1 ? k ^ 1 : 2 * k), y, NULL, NULL);
    }
    for (int y = 0; y < rows; y++)
        copy_row(chip, VDP_BORDER_BESIDE + step * y, above + y, chip->indexed + (size_t)y * DRAW_STRIDE,
                 chip->rgb + 3 * (size_t)y * DRAW_STRIDE);
    for (int y = 0; y < below; y++)
        copy_row(chip, VDP_BORDER_BELOW + step * y, above + rows + y, NULL, NULL);
}
