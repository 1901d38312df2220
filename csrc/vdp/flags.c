/* flags.c - sprite overflow and collision when nobody looks at pixels, and ahead of drawing when the status is read. */
#include "draw.h"

#define QUIET_LINES 8           /* looked ahead for sprites that set a flag; more each time in vain */

/* No pixels are wanted, and lines up to `end` are complete: of all but the last one only those count whose sprites may set
 * a flag.  The sprites of the first line have been searched, those of the others will be if they are needed. */
void draw_flags(draw_context *c, int end, int height)
{
    vdp_drawing *d = c->d;
    const vdp_sprite_scan *scan = c->scan;
    int known = -1;
    for (; d->line < end; d->line++) {
        int n = d->line, last = n == end - 1;
        if (!last) {
            c->overflow |= scan->overflow[n + 1];
            if (draw_sprites_stay_quiet(c, n, c->s->sprite_collision | c->collision, &known))
                continue;
        }
        if (d->list[n & 1].line != n)
            draw_search_sprites(c, n, DRAW_ALL);
        if (last)
            draw_run_sprites(c, n, DRAW_ALL, height);
        else
            draw_fetch_sprites(c, n, DRAW_ALL);
    }
}

/* With `d` at `clock`: look ahead for the first line whose sprites might set a flag.  Of the line that the clock is in the
 * flags are known; the search for the next one's sprites must be over, those of the further ones lie ahead. */
static int64_t find_quiet(vdp_chip *chip, vdp_drawing *d, int64_t clock, int lines)
{
    const vdp *s = chip->state;
    int64_t past = draw_since(clock, s->picture_clock - VDP_LINE);
    int height = vdp_height(s), next = (int)(past / VDP_LINE);
    if (!vdp_is_mode5(s) || s->debug[0] & VDP_DEBUG_NO_SPRITES || d->tall || d->finished
        || !d->display || !d->display_before || next < 0 || next >= height
        || past % VDP_LINE < VDP_FLAGS_END)
        return 0;
    const vdp_sprite_list *list = &d->list[next & 1];
    if (list->line != next || list->slots || (!list->ended && list->scanned < (vdp_is_h40(s) ? 80 : 64)))
        return 0;
    vdp_sprite_scan *scan = &chip->scan;
    draw_context c = { .s = s, .d = d, .cache = s->sprite_cache, .scan = scan };
    int end = next + lines < height ? next + lines : height;
    if (draw_sprites_are_quiet(&c, list->entry, list->found, 0)) {
        int known = -1;
        next++;
        if (next < end && (scan->first > next || scan->end < end))
            draw_sprites_scan_lines(&c, next, end);
        while (next < end && !scan->overflow[next] && draw_sprites_stay_quiet(&c, next, 0, &known))
            next++;
    }
    return next == height ? VDP_NEVER : s->picture_clock + (int64_t)(next - 1) * VDP_LINE + VDP_FLAGS_BEGIN;
}

/* Let `ahead` go on from where drawing is, if it does not already. */
static void begin_ahead(vdp_chip *chip)
{
    const vdp_drawing *d = &chip->drawing;
    vdp_drawing *a = &chip->ahead;
    if (a->started)
        return;
    a->started = 1;
    a->picture_clock = d->picture_clock;
    a->clock = d->clock;
    a->display_clock = d->display_clock;
    a->display = d->display;
    a->display_before = d->display_before;
    a->line = d->line;
    a->tall = d->tall;
    a->field = d->field;
    a->finished = d->finished;
    memcpy(a->list, d->list, sizeof a->list);
    memcpy(a->lines, d->lines, sizeof a->lines);
    draw_follow_display(chip->state, a);
    chip->scan.first = chip->scan.end = 0;
}

/* Flags up to `clock`, at which those of its line are all known, with no pixel drawn: what is to be drawn waits for the
 * next change.  0: it is not so simple. */
static int run_ahead(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    vdp_drawing *d = &chip->drawing, *a = &chip->ahead;
    int64_t past = draw_since(clock, s->picture_clock);
    int height = vdp_height(s);
    if (!chip->render || !vdp_is_mode5(s) || past < 0 || past >= (int64_t)VDP_LINE * height || past % VDP_LINE < VDP_FLAGS_END
        || past % VDP_LINE > VDP_LINE + VDP_FLAGS_BEGIN)
        return 0;
    if (d->picture_clock != s->picture_clock || d->clock != s->draw_clock || !d->started)
        draw_begin_picture(chip);
    if (d->tall || d->finished)
        return 0;
    begin_ahead(chip);
    if (clock > a->clock) {
        draw_context c = { .s = s, .d = a, .cache = s->sprite_cache, .scan = &chip->scan, .flagged = DRAW_NO_LINE };
        draw_lines(&c, s->picture_clock, clock, height);
        s->sprite_overflow |= c.overflow;
        s->sprite_collision |= c.collision;
        a->clock = clock;
        d->flagged = (int16_t)(past / VDP_LINE);
    }
    return 1;
}

void vdp_draw_flags(vdp_chip *chip, int64_t clock)
{
    vdp_drawing *d = &chip->drawing;
    if (clock <= vdp_quiet_until(chip))
        return;
    int lines = d->quiet_clock && d->quiet_lines < 128 ? 2 * d->quiet_lines : QUIET_LINES;
    vdp_drawing *known = &chip->ahead;
    if (!run_ahead(chip, clock)) {
        vdp_draw(chip, clock);
        chip->scan.first = chip->scan.end = 0;
        known = d;
        if (!chip->render && !d->quiet_lines)
            lines = 255;                /* mostly nothing comes of any line */
    }
    int64_t quiet = find_quiet(chip, known, clock, lines);
    d->quiet_lines = (uint8_t)lines;
    d->quiet_clock = quiet > clock ? quiet : clock;
}

void vdp_draw_before_unseen(vdp_chip *chip, int64_t clock)
{
    int64_t line = chip->state->line_clock, offset = clock - line;
    if (offset > VDP_FLAGS_END && offset < VDP_LINE + VDP_FLAGS_BEGIN)
        vdp_draw_flags(chip, line + VDP_FLAGS_END);
    if (clock > vdp_quiet_until(chip))
        vdp_draw_before(chip, clock);
}
