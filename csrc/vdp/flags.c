/* flags.c - sprite overflow and collision when nobody looks at pixels, and ahead of drawing when the status is read. */
#include "draw.h"

#define QUIET_LINES 8           /* looked ahead for sprites that set a flag; more each time in vain */

/* No pixels are wanted, and lines up to `end` are complete: of all but the last one only those count whose sprites may set
 * a flag.  The sprites of the first line have been searched, those of the others will be if they are needed. */
void draw_flags(draw_context *c, int end, int height)
{
    vdp_drawing *d = c->d;
    vdp_sprite_scan *scan = draw_scan(c);
    for (; d->line < end; d->line++) {
        int n = d->line, last = n == end - 1;
        if (!last) {
            int verdict = draw_verdict(scan, c->s, c->cache, n);
            if (verdict == DRAW_QUIET || (verdict == DRAW_MEETS && c->s->sprite_collision | c->collision))
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

/* ------------------------------------------------------------------------------------------ quiet lines
 *
 * Before quiet_line no line sets a flag, whatever else becomes of it, unless something changes for a line that is being searched
 * or fetched.  Those from quiet_line on have not begun: the present contents count for them. */

static int is_current(const vdp_chip *chip)
{
    const vdp *s = chip->state;
    const vdp_drawing *d = &chip->drawing;
    return d->started && d->clock == s->draw_clock && d->picture_clock == s->picture_clock && s->draw_clock != VDP_NEVER;
}

static int64_t quiet_clock(const vdp *s, int line)
{
    return line >= vdp_height(s) ? VDP_NEVER : s->picture_clock + (int64_t)(line - 1) * VDP_LINE + VDP_FLAGS_BEGIN;
}

/* The first line from `line` on and before `end` that may set a flag. */
static int first_loud(vdp_chip *chip, int line, int end)
{
    const vdp *s = chip->state;
    draw_context c = { .s = s, .d = &chip->drawing, .cache = s->sprite_cache, .scan = &chip->scan };
    vdp_sprite_scan *scan = draw_scan(&c);
    while (line < end && draw_verdict(scan, s, s->sprite_cache, line) == DRAW_QUIET)
        line++;
    return line;
}

int64_t draw_quiet_on(vdp_chip *chip, int64_t clock)
{
    const vdp *s = chip->state;
    vdp_drawing *d = &chip->drawing;
    int64_t quiet = vdp_quiet_until(chip);
    if (clock <= quiet || quiet <= s->draw_clock || d->quiet_line < 0 || !is_current(chip))
        return quiet;
    int height = vdp_height(s), lines = d->quiet_lines < 128 ? d->quiet_lines : 128;
    int end = (int)(draw_since(clock, s->picture_clock) / VDP_LINE) + 2 + lines;
    d->quiet_line = (int16_t)first_loud(chip, d->quiet_line, end < height ? end : height);
    return d->quiet_clock = quiet_clock(s, d->quiet_line);
}

/* With `d` at `clock`: look ahead for the first line whose sprites might set a flag; -1: it is not so simple.  Of the line that the
 * clock is in the flags are known; the search for the next one's sprites must be over, those of the further ones lie ahead. */
static int find_quiet(vdp_chip *chip, const vdp_drawing *d, int64_t clock, int lines)
{
    const vdp *s = chip->state;
    int64_t past = draw_since(clock, s->picture_clock - VDP_LINE);
    int height = vdp_height(s), next = (int)(past / VDP_LINE);
    if (!vdp_is_mode5(s) || s->debug[0] & VDP_DEBUG_NO_SPRITES || d->tall || d->finished
        || !d->display || !d->display_before || next < 0 || next >= height
        || past % VDP_LINE < VDP_FLAGS_END)
        return -1;
    const vdp_sprite_list *list = &d->list[next & 1];
    if (list->line != next || list->slots || (!list->ended && list->scanned < draw_entry_limit(s))
        || !draw_list_is_quiet(s, s->sprite_cache, list))
        return -1;
    return first_loud(chip, next + 1, next + lines < height ? next + lines : height);
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
}

void draw_ahead(vdp_chip *chip, int64_t clock, int height)
{
    vdp *s = chip->state;
    vdp_drawing *a = &chip->ahead;
    draw_context c = { .s = s, .d = a, .cache = s->sprite_cache, .scan = &chip->scan };
    if (clock <= a->clock)
        return;
    draw_picture_lines(&c, s->picture_clock, clock, height);
    s->sprite_overflow |= c.overflow;
    s->sprite_collision |= c.collision;
    a->clock = clock;
}

/* Flags up to `clock` with no pixel drawn: what is to be drawn waits for the next change.  0: it is not so simple. */
static int run_ahead(vdp_chip *chip, int64_t clock)
{
    const vdp *s = chip->state;
    const vdp_drawing *d = &chip->drawing;
    int64_t past = draw_since(clock, s->picture_clock);
    int height = vdp_height(s);
    if (!chip->render || !vdp_is_mode5(s) || past < 0 || past >= (int64_t)VDP_LINE * height || s->draw_clock == VDP_NEVER)
        return 0;
    if (d->picture_clock != s->picture_clock || d->clock != s->draw_clock || !d->started)
        draw_begin_picture(chip);
    if (d->tall || d->finished)
        return 0;
    begin_ahead(chip);
    draw_ahead(chip, clock, height);
    return 1;
}

void vdp_draw_flags(vdp_chip *chip, int64_t clock)
{
    vdp_drawing *d = &chip->drawing;
    if (clock <= draw_quiet_on(chip, clock))
        return;
    int lines = d->quiet_clock && d->quiet_lines < 128 ? 2 * d->quiet_lines : QUIET_LINES;
    vdp_drawing *known = &chip->ahead;
    if (!run_ahead(chip, clock)) {
        vdp_draw(chip, clock);
        known = d;
        if (!chip->render && !d->quiet_lines)
            lines = 255;                /* mostly nothing comes of any line */
    }
    d->quiet_line = (int16_t)find_quiet(chip, known, clock, lines);
    d->quiet_lines = (uint8_t)lines;
    int64_t quiet = d->quiet_line < 0 ? 0 : quiet_clock(chip->state, d->quiet_line);
    if (quiet <= clock)
        d->quiet_line = -1;
    d->quiet_clock = quiet > clock ? quiet : clock;
}

void vdp_draw_before_unseen(vdp_chip *chip, int64_t clock)
{
    int64_t line = chip->state->line_clock, offset = clock - line;
    if (clock <= draw_quiet_on(chip, clock))
        return;
    if (offset > VDP_FLAGS_END && offset < VDP_LINE + VDP_FLAGS_BEGIN)
        vdp_draw_flags(chip, line + VDP_FLAGS_END);
    if (clock > vdp_quiet_until(chip))
        vdp_draw_before(chip, clock);
}

/* ------------------------------------------------------------------------------------- changes of sprites */

static int lies_within(const uint8_t entry[3], int first, int end)
{
    int from, to;
    draw_sprite_lines(entry, 0, &from, &to);
    return from < end && to > first;
}

/* 1: the search for a line has found the entry, maybe where it lay before. */
static int is_found(const vdp_sprite_list *list, int line, unsigned entry)
{
    int i = 0;
    if (list->line != line)
        return 0;
    while (i < list->found && list->entry[i] != entry)
        i++;
    return i < list->found;
}

/* 1: nothing needs to be drawn before: the change has a part only in lines that have been before, without a flag, and in lines to
 * come. */
static int passes(vdp_chip *chip, int64_t clock, unsigned entry, unsigned part, uint8_t value)
{
    const vdp *s = chip->state;
    vdp_drawing *d = &chip->drawing;
    vdp_sprite_scan *scan = &chip->scan;
    const uint8_t *before = s->sprite_cache + 4 * entry;
    uint8_t now[3];
    if (chip->render)
        return 0;
    if (clock > vdp_quiet_until(chip))
        vdp_draw_before_unseen(chip, clock);
    const int64_t quiet = vdp_quiet_until(chip);
    if (clock > quiet || quiet <= s->draw_clock || d->quiet_line < 0 || !is_current(chip) || !draw_scan_holds(scan, s, 0) || scan->loops)
        return 0;
    int64_t past = draw_since(clock, s->picture_clock - VDP_LINE);
    int line = (int)(past / VDP_LINE) - 1, from, end;
    if (past < 0 || is_found(&d->list[(line + 1) & 1], line + 1, entry) || is_found(&d->list[line & 1], line, entry))
        return 0;
    if (scan->place[entry] == 0xFF)
        return 1;
    if (part == 3)
        return 0;
    memcpy(now, before, sizeof now);
    if (part < 3)
        now[part] = value;
    if (lies_within(before, line, line + 2) || lies_within(now, line, line + 2))
        return 0;
    if (d->line < line)
        d->line = (int16_t)line;
    draw_sprite_lines(now, 0, &from, &end);
    if (from < line + 2)
        from = line + 2;
    if (from < end && from < d->quiet_line) {
        d->quiet_line = (int16_t)from;
        d->quiet_clock = quiet_clock(s, from);
    }
    return 1;
}

void vdp_change_sprite(vdp_chip *chip, int64_t clock, unsigned entry, unsigned part, uint8_t value)
{
    if (!passes(chip, clock, entry, part, value))
        vdp_draw_before(chip, clock);
    draw_scan_change(&chip->scan, chip->state->sprite_cache, entry, part, value);
}
