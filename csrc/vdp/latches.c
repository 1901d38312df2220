/* latches.c - what changes of VSRAM and R7 leave for lines that are still to be drawn.
 *
 * Raster effects change the vertical scroll or the backdrop on every line.  Neither has a part in any flag, and a line's
 * scroll is latched once; so instead of drawing up to each change, what the lines have latched until then is kept. */
#include "draw.h"

static int begin(vdp_chip *chip)
{
    const vdp *s = chip->state;
    vdp_drawing *d = &chip->drawing;
    if (!chip->render || s->draw_clock == VDP_NEVER)
        return 0;
    if (d->latched_clock != s->picture_clock + 1) {
        d->latched_clock = s->picture_clock + 1;
        d->vscroll_lines[0] = d->vscroll_lines[1] = 0;
        d->backdrops = d->backdrops_made = 0;
    }
    return 1;
}

void vdp_change_scroll(vdp_chip *chip, int64_t clock, unsigned index)
{
    const vdp *s = chip->state;
    vdp_drawing *d = &chip->drawing;
    if (index < 2 && begin(chip)) {
        int64_t past = clock - s->picture_clock - VDP_VSCROLL_LATCH(vdp_is_h40(s), index);
        int lines = past <= 0 ? 0 : past > VDP_LINE * (int64_t)DRAW_ROWS ? DRAW_ROWS : (int)((past - 1) / VDP_LINE) + 1;
        for (; d->vscroll_lines[index] < lines; d->vscroll_lines[index]++)
            d->vscroll[d->vscroll_lines[index]][index] = vdp_vsram_word(s, index);
    }
    if (!vdp_is_mode5(s) || (s->registers[11] & 4 && chip->render))
        vdp_draw_before(chip, clock);
}

uint16_t draw_vscroll(const draw_context *c, int line, int plane)
{
    const vdp_drawing *d = c->d;
    if (d->latched_clock == c->picture && line < d->vscroll_lines[plane])
        return d->vscroll[line][plane];
    return vdp_vsram_word(c->s, (unsigned)plane);
}

void draw_scrolls(const draw_context *c, draw_band *band)
{
    const vdp *s = c->s;
    const vdp_drawing *d = c->d;
    for (int i = 0; i < band->count; i++) {
        if (i == 0 || s->registers[11] & 3) {
            draw_hscroll(s, band->first + i, &band->hscroll[0][i], &band->hscroll[1][i]);
        } else {
            band->hscroll[0][i] = band->hscroll[0][0];
            band->hscroll[1][i] = band->hscroll[1][0];
        }
    }
    for (int plane = 0; plane < 2; plane++) {
        uint16_t present = vdp_vsram_word(s, (unsigned)plane);
        int kept = d->latched_clock == c->picture ? d->vscroll_lines[plane] - band->first : 0;
        for (int i = 0; i < band->count; i++)
            band->vscroll[plane][i] = i < kept ? d->vscroll[band->first + i][plane] : present;
    }
}

void vdp_change_backdrop(vdp_chip *chip, int64_t clock)
{
    const vdp *s = chip->state;
    vdp_drawing *d = &chip->drawing;
    int line, pixel, most = (int)(sizeof d->backdrop / sizeof *d->backdrop);
    if (!vdp_is_mode5(s)) {
        vdp_draw_before(chip, clock);
        return;
    }
    if (!begin(chip))
        return;
    if (d->backdrops == most) {
        vdp_draw_before(chip, clock);
        d->backdrops = d->backdrops_made = 0;
        return;
    }
    draw_place_of(s, clock, &line, &pixel);
    d->backdrop[d->backdrops++] = (vdp_backdrop_change){ (int16_t)line, (int16_t)pixel, s->registers[7] };
}

int draw_backdrop_until(draw_context *c, int line, int from, int to)
{
    vdp_drawing *d = c->d;
    c->backdrop = c->s->registers[7];
    if (d->latched_clock != c->picture)
        return to;
    for (; d->backdrops_made < d->backdrops; d->backdrops_made++) {
        const vdp_backdrop_change *change = &d->backdrop[d->backdrops_made];
        if (change->line > line || (change->line == line && change->pixel > from)) {
            c->backdrop = change->value;
            return change->line == line && change->pixel < to ? change->pixel : to;
        }
    }
    return to;
}
