/* draw.c - when what is drawn: the cursors of fetching and showing, whole pictures.  The table is in draw.h; what is done for the
 * flags alone, in flags.c. */
#include "draw.h"

/* mclk from the V step into a line to the sprite pattern slots for that line [handbook 04, 4: H = 324-364, 458, 460,
 * 464-484, 488-494, 498, 506 and 260-286, 290-294, 466-482, 488-494, 498, 506] */
static const int16_t pattern_slots_h40[40] = {
    -48, -32, -16, 0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256,
    272, 288, 304, 342, 362, 382, 400, 420, 440, 460, 478, 498, 518, 538, 576, 596, 616, 636, 668, 732,
};
static const int16_t pattern_slots_h32[32] = {
    -60, -40, -20, 0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 240, 260,
    280, 300, 320, 340, 360, 380, 400, 420, 440, 460, 520, 540, 560, 580, 620, 700,
};

#define FIRST_FETCH (-100)      /* mclk: nothing of a line but its sprite search happens before it */
#define LAST_PIXEL 3560         /* mclk: everything of a line is over */

/* mclk after the fetch of a column's first name: the display bit is looked at.  A write to R1 shows from the next column
 * on that begins 24 pixels later [handbook 04, 10]; pixel 0 leaves the chip 26 or 24 pixels after the fetch, and
 * VDP_REGISTER_DELAY has gone by. */
#define DISPLAY_ON(h40) ((h40) ? 36 : 25)

/* How many of the events at first, first + step, first + 2 step ... lie before `time`; at most `most`. */
static inline int events_before(int time, int first, int step, int most)
{
    if (time <= first)
        return 0;
    int count = (time - first + step - 1) / step;
    return count < most ? count : most;
}

/* Steps of the pixel clock after the V step that begin before `time`, at most `most` (up to 80).  In H40 the clock
 * is slower from step 38 on, in HSYNC: 8, 10 x 7, 9, 9, 10 x 7 mclk, twice [handbook 04, 12]. */
static int steps_before(int h40, int time, int most)
{
    static const uint8_t slow[17] = { 8, 10, 10, 10, 10, 10, 10, 10, 9, 9, 10, 10, 10, 10, 10, 10, 10 };
    if (time >= 3420)
        return most;
    if (!h40)
        return events_before(time, 0, 10, most);
    if (time <= 304)
        return events_before(time, 0, 8, most);
    if (time > 636) {
        int count = 72 + (time - 636 + 7) / 8;
        return count < most ? count : most;
    }
    int count = 38, at = 304;
    while (at < time && count < most) {
        at += slow[(count - 38) % 17];
        count++;
    }
    return count;
}

static int pattern_slots_before(int h40, int time)
{
    const int16_t *slots = h40 ? pattern_slots_h40 : pattern_slots_h32;
    int most = h40 ? 40 : 32, count = 0;
    if (time > 740)
        return most;
    while (count < most && slots[count] < time)
        count++;
    return count;
}

/* Lines of the picture at `past` mclk after the V step into line 0.  Mode 4 ends it at line 192 if it is on when that
 * line begins; a picture that has got further is one of mode 5. */
static int picture_lines(const vdp *s, int64_t past)
{
    if (vdp_is_mode5(s) || s->vblank || past < LAST_PIXEL + 191 * (int64_t)VDP_LINE)
        return vdp_height(s);
    return s->registers[1] & 8 ? 240 : 224;
}

/* ------------------------------------------------------------------------------------------- one line */

static void begin_line(vdp_line *line, int number)
{
    line->line = (int16_t)number;
    line->pixels = 0;
    line->hscroll_read = 0;
    line->columns[0] = line->columns[1] = line->columns_shown = 0;
    line->after_window = 0;
    line->sprites_started = 0;
    line->sprite_slots = 0;
    line->sprite_cells = 0;
    line->sprite_at = 0;
    line->cell_at = 0;
    line->sprites_shown = 0;
    line->overflow = 0;
    line->blank_columns = 0;
    line->latched = 0;
}

/* What the line takes shortly before its V step. */
static void latch(draw_context *c, vdp_line *line, int time)
{
    int h40 = vdp_is_h40(c->s);
    if (line->line == 0 && !(line->latched & 1) && time > VDP_VSCROLL_LATCH(h40, 0))
        c->d->mode4_scroll = c->s->registers[9];
    for (int plane = 0; plane < 2; plane++) {
        if (line->latched >> plane & 1 || time <= VDP_VSCROLL_LATCH(h40, plane))
            continue;
        line->vscroll[plane] = draw_vscroll(c, line->line, plane);
        line->latched |= (uint8_t)(1 << plane);
    }
    if (!(line->latched & 4) && time > VDP_WINDOW_LATCH(h40)) {
        memcpy(line->window, c->s->registers + 17, 2);
        line->latched |= 4;
    }
}

static inline const uint8_t *sprites_of(const vdp_line *line) { return line->sprites_shown ? line->sprite : NULL; }

/* Pixels up to `time`.  R1.6 turned off or on counts from display_clock on. */
static void show(draw_context *c, vdp_line *line, int time, int64_t line_clock)
{
    const vdp *s = c->s;
    vdp_drawing *d = c->d;
    int h40 = vdp_is_h40(s), width = draw_width(s);
    int to = events_before(time, VDP_COLOUR_ZERO(h40), VDP_PIXEL(h40), width);
    if (to <= line->pixels)
        return;
    if (d->display_before != d->display) {
        int64_t until = draw_since(d->display_clock, line_clock);
        if (until > 0) {
            int edge = until > LAST_PIXEL ? DRAW_ALL : (int)until;
            edge = events_before(edge, VDP_COLOUR_ZERO(h40), VDP_PIXEL(h40), width);
            draw_pixels(c, line, line->plane[0], line->plane[1], sprites_of(line), edge < to ? edge : to, d->display_before);
            if (edge > to)
                return;
        }
    }
    draw_pixels(c, line, line->plane[0], line->plane[1], sprites_of(line), to, d->display);
}

/* Sprites of line `number`, up to `time` mclk after the V step into the line before. */
void draw_search_sprites(draw_context *c, int number, int time)
{
    int h40 = vdp_is_h40(c->s);
    vdp_sprite_list *list = &c->d->list[number & 1];
    if (list->line != number)
        draw_sprites_begin(list, number);
    draw_sprites_scan(c, list, steps_before(h40, time, h40 ? 80 : 64));
    draw_sprites_attributes(c, list, events_before(time, 860, h40 ? 128 : 160, h40 ? 20 : 16));
}

/* Patterns of the sprites of line `number`, up to `time` mclk after its V step. */
void draw_fetch_sprites(draw_context *c, int number, int time)
{
    vdp_line *line = &c->d->lines[number & 1];
    if (line->line != number)
        begin_line(line, number);
    draw_sprites_patterns(c, line, pattern_slots_before(vdp_is_h40(c->s), time));
}

/* Sprites of line `number` up to `time` mclk after its V step, and the search for those of the next line.  Line -1 has
 * only the latter. */
void draw_run_sprites(draw_context *c, int number, int time, int height)
{
    if (number >= 0)
        draw_fetch_sprites(c, number, time);
    if (number + 1 < height && time > 0)
        draw_search_sprites(c, number + 1, time);
}

/* The search for a line's sprites has found none. */
static void find_no_sprites(draw_context *c, int number)
{
    int h40 = vdp_is_h40(c->s);
    vdp_sprite_list *list = &c->d->list[number & 1];
    draw_sprites_begin(list, number);
    list->scanned = h40 ? 80 : 64;
    list->slots = h40 ? 20 : 16;
    list->ended = 1;
}

/* run_sprites for `count` whole lines from `number` on that have no sprites and lie above one that has none; 0: it is not so
 * simple.  Each line leaves its traces in c->d until the next but one. */
static int pass_sprites(draw_context *c, int number, int count, int height)
{
    vdp_drawing *d = c->d;
    int end = number + count, searched = end < height ? end : height - 1;
    if (d->list[number & 1].line != number || d->list[number & 1].found || !d->list[number & 1].ended
        || d->list[(number + 1) & 1].line == number + 1 || d->lines[number & 1].line == number)
        return 0;
    if (!vdp_sprites_on(c->s))
        return 0;
    const vdp_sprite_scan *scan = draw_scan(c);
    for (int n = number + 1; n <= searched; n++)
        if (scan->covers[n][0] | scan->covers[n][1])
            return 0;
    for (int n = count > 2 ? end - 2 : number; n < end; n++) {
        vdp_line *line = &d->lines[n & 1];
        if (n > number)
            find_no_sprites(c, n);
        begin_line(line, n);
        line->sprites_started = 1;
        line->sprite_slots = vdp_is_h40(c->s) ? 40 : 32;
    }
    if (searched == end)
        find_no_sprites(c, end);
    return 1;
}

/* The scroll table is read: the mode at this moment is the line's.  In the other mode it shows the backdrop. */
static void read_hscroll(draw_context *c, vdp_line *line)
{
    if (!vdp_is_mode5(c->s)) {
        line->hscroll_read = DRAW_LINE_MODE4;
        draw_mode4_line(c, line);
        return;
    }
    line->hscroll_read = DRAW_LINE_MODE5;
    if (c->render)
        draw_hscroll(c->s, line->line, &line->hscroll[0], &line->hscroll[1]);
}

static void fetch_columns(draw_context *c, vdp_line *line, int time)
{
    const vdp *s = c->s;
    int h40 = vdp_is_h40(s);
    int columns = h40 ? 21 : 17, first = VDP_LEFT_COLUMN_FETCH(h40), step = 16 * VDP_PIXEL(h40);
    int display = vdp_display_on(s), shown = events_before(time, first + DISPLAY_ON(h40), step, columns);
    if (display || line->columns[0] || shown < columns) {
        draw_plane_a(c, line, events_before(time, first, step, columns));
        draw_plane_b(c, line, events_before(time, first + step / 2, step, columns));
    }
    if (shown > line->columns_shown) {
        if (!display)
            line->blank_columns |= (1u << shown) - (1u << line->columns_shown);
        line->columns_shown = (uint8_t)shown;
    }
}

/* Everything of line `number` up to `time`. */
static void run_line(draw_context *c, int number, int time, int64_t line_clock, int height)
{
    const vdp *s = c->s;
    draw_run_sprites(c, number, time, height);
    if (number >= 0)
        latch(c, &c->d->lines[number & 1], time);
    if (number < 0 || time <= VDP_HSCROLL_FETCH(vdp_is_h40(s)))
        return;
    vdp_line *line = &c->d->lines[number & 1];
    if (!line->hscroll_read)
        read_hscroll(c, line);
    if (!c->render)
        return;
    if (vdp_is_mode5(s) && line->hscroll_read == DRAW_LINE_MODE5)
        fetch_columns(c, line, time);
    show(c, line, time, line_clock);
}

/* Easy lines, whose sprites need nothing but what objects.c knows, leave no list.  The last line before others has one again. */
static void know_sprites(draw_context *c, int number)
{
    const draw_objects *objects = c->objects;
    if (objects && number >= objects->first && number < objects->end && c->d->list[number & 1].line != number)
        draw_search_sprites(c, number, DRAW_ALL);
}

/* The lines from `number` on that are easy end here. */
static int easy_until(const draw_context *c, int number, int end)
{
    const draw_objects *objects = c->objects;
    if (!objects || number < objects->first)
        return number;
    end = end < objects->easy_end ? end : objects->easy_end;
    while (number < end && objects->easy[number])
        number++;
    return number;
}

static void draw_easy_lines(draw_context *c, draw_band *band, int from, int end, int plain)
{
    draw_objects_put(c, c->objects, band, from, end);
    if (plain) {
        draw_rows(c, band, from, end);
        return;
    }
    for (int n = from; n < end; n++) {
        vdp_line *line = &c->d->lines[n & 1];
        int i = n - band->first;
        if (line->line != n)
            begin_line(line, n);
        draw_pixels(c, line, draw_band_row(band, 0, i), draw_band_row(band, 1, i), band->sprites_shown >> i & 1 ? band->sprites[i] : NULL,
                    draw_width(c->s), 1);
    }
}

/* The lines of a band in interlace 2, if each plane's have one vertical scroll: those of a plane are the even or the odd rows of its
 * cells. */
static void split_rows(const draw_context *c, draw_band *band)
{
    for (int plane = 0; plane < 2; plane++) {
        uint16_t *vscroll = band->vscroll[plane];
        for (int i = 1; i < band->count; i++)
            if (vscroll[i] != vscroll[0])
                band->count = i;
        band->odd[plane] = (vscroll[0] + c->d->field) & 1;
        for (int i = band->count - 1; i >= 0; i--)
            vscroll[i] = (uint16_t)((vscroll[0] + c->d->field) >> 1);
    }
}

/* Several lines from `number` on, up to `end`, of which nothing is missing yet and nothing has been fetched but
 * sprites.  Returns how many it has drawn: 0 if they have to go one by one. */
static int run_band(draw_context *c, int number, int end, int height)
{
    const vdp *s = c->s;
    vdp_drawing *d = c->d;
    vdp_line *line = &d->lines[number & 1];
    if (!c->render || !vdp_is_mode5(s) || !d->display || !d->display_before || number < 0
        || (line->line == number && line->hscroll_read) || s->registers[0] & 0x80)
        return 0;
    draw_band band;
    band.first = number;
    memcpy(band.window, s->registers + 17, 2);
    band.count = draw_band_lines(band.window, number, end - number);
    draw_scrolls(c, &band);
    for (int i = 0; i < 2 && i < band.count; i++) { /* of which something may have been latched */
        line = &d->lines[(number + i) & 1];
        if (line->line != number + i)
            continue;
        if (line->latched & 4 && memcmp(band.window, line->window, 2) != 0)
            band.count = i;
        for (int plane = 0; plane < 2; plane++)
            if (line->latched >> plane & 1)
                band.vscroll[plane][i] = line->vscroll[plane];
    }
    if (band.count && d->tall)
        split_rows(c, &band);
    if (!band.count)
        return 0;
    if (number == 0 && !(d->lines[0].line == 0 && d->lines[0].latched & 1))
        d->mode4_scroll = s->registers[9];
    draw_band_planes(c, &band);
    band.sprites_shown = 0;
    int count = band.count, plain = draw_is_plain(c);
    if (plain && pass_sprites(c, number, count, height)) {
        draw_rows(c, &band, number, number + count);
        for (int n = number + count - 1; n >= number && n >= number + count - 2; n--)
            d->lines[n & 1].pixels = (uint16_t)draw_width(s);
        return count;
    }
    for (int n = number, next; n < number + count; n = next) {
        next = easy_until(c, n, number + count);
        if (next > n) {
            draw_easy_lines(c, &band, n, next, plain);
            continue;
        }
        next = n + 1;
        line = &d->lines[n & 1];
        know_sprites(c, n);
        if (!pass_sprites(c, n, 1, height))
            draw_run_sprites(c, n, DRAW_ALL, height);
        draw_pixels(c, line, draw_band_row(&band, 0, n - number), draw_band_row(&band, 1, n - number), sprites_of(line),
                    draw_width(s), 1);
    }
    return count;
}

/* The sprites of the lines of which nothing has been searched yet. */
static void find_objects(draw_context *c, draw_objects *objects, int end)
{
    const vdp_drawing *d = c->d;
    int first = d->line + 1;
    for (int i = 0; i < 2; i++)
        first += d->list[first & 1].line == first;
    draw_objects_find(c, objects, first, end);
    c->objects = objects;
}

/* Lines from d->line on up to `clock`, when line 0 has its V step at `start`. */
void draw_picture_lines(draw_context *c, int64_t start, int64_t clock, int height)
{
    vdp_drawing *d = c->d;
    int64_t past = draw_since(clock, start);
    if (past < FIRST_FETCH - VDP_LINE)
        return;
    /* the first line of which something is missing yet */
    int end = past < LAST_PIXEL ? 0 : (past - LAST_PIXEL) / VDP_LINE < height ? (int)((past - LAST_PIXEL) / VDP_LINE) + 1
                                                                            : height;
    if (end > height)
        end = height;
    draw_objects objects;
    if (end - d->line > 3 && !d->tall && vdp_sprites_on(c->s)) {
        if (c->render) {
            find_objects(c, &objects, end);
            objects.easy_end = end < height ? end - 1 : end; /* what comes after needs the traces of the last line */
        }
        if (!c->render) {
            int fresh = d->line < 0 && d->list[0].line < 0; /* nothing has been searched yet */
            int begun = fresh ? 0 : 2 + (d->list[d->line & 1].line == d->line + 2);
            if (fresh)
                d->line = 0;
            for (; begun; begun--, d->line++) /* whose sprites other contents may have a part in */
                draw_run_sprites(c, d->line, DRAW_ALL, height);
            draw_flags(c, end, height);
        }
    }
    while (d->line < height) {
        if (d->display_before != d->display && draw_since(d->display_clock, start) <= (int64_t)VDP_LINE * d->line)
            d->display_before = d->display; /* that was in lines that are complete */
        int done = end - d->line > 1 ? run_band(c, d->line, end, height) : 0;
        if (done) {
            d->line = (int16_t)(d->line + done);
            continue;
        }
        int64_t behind = past - (int64_t)VDP_LINE * d->line;
        int64_t line_clock = (int64_t)((uint64_t)clock - (uint64_t)behind);
        int time = behind > DRAW_ALL ? DRAW_ALL : (int)behind;
        if (time < FIRST_FETCH)
            break;
        know_sprites(c, d->line);
        run_line(c, d->line, time, line_clock, height);
        if (time < LAST_PIXEL) {
            if (time > VDP_LINE + FIRST_FETCH && d->line + 1 < height)
                run_line(c, d->line + 1, time - VDP_LINE, (int64_t)((uint64_t)line_clock + VDP_LINE), height);
            break;
        }
        d->line++;
    }
}

/* --------------------------------------------------------------------------------------- live drawing */

void draw_begin_picture(vdp_chip *chip)
{
    const vdp *s = chip->state;
    vdp_drawing *d = &chip->drawing;
    d->picture_clock = s->picture_clock;
    d->clock = s->draw_clock;
    d->tall = s->interlace == 3 && vdp_is_mode5(s);
    d->field = s->odd_field & 1;
    d->display = d->display_before = (uint8_t)vdp_display_on(s);
    d->display_clock = s->draw_clock;
    d->finished = 0;
    d->mode4_scroll = s->registers[9];
    d->list[0].line = d->list[1].line = -1;
    d->lines[0].line = d->lines[1].line = -1;
    /* In the middle of a picture (a loaded state) drawing goes on with the line that the clock is in. */
    int64_t line = draw_since(s->draw_clock, s->picture_clock) / VDP_LINE;
    d->line = (int16_t)(line > VDP_MAX_HEIGHT ? VDP_MAX_HEIGHT : line < 0 ? -1 : line - 1);
    d->started = 1;
    d->quiet_lines = 0;
    d->quiet_clock = 0;
    chip->ahead.started = 0;
    chip->scan.valid = 0;
    if (chip->render) {
        draw_begin_colours(chip);
        memset(d->drawn, 0, sizeof d->drawn);
        d->rgb_line = d->line < 0 ? 0 : d->line;
        d->rgb_pixel = 0;
    }
}

void vdp_fill_rgb(vdp_chip *chip)
{
    vdp_drawing *d = &chip->drawing;
    chip->want_rgb = 1;
    if (!d->rgb_lacks)
        return;
    if (chip->render && !d->finished) {
        const vdp_line *line = &d->lines[d->line & 1];
        if (d->line >= 0)
            draw_rgb(d, chip->indexed, chip->rgb, d->tall, d->line, line->line == d->line ? line->pixels : 0);
        return;
    }
    draw_rgb(d, chip->indexed, chip->rgb, 0, chip->height, 0); /* a picture of interlace 2 lacks nothing at its end */
    d->rgb_lacks = 0;
}

/* Rows of 256 pixels in a picture that has wider ones: nearest pixels. */
static void widen(vdp_chip *chip, int y)
{
    uint8_t *index = chip->indexed + DRAW_STRIDE * y, *rgb = chip->rgb + 3 * DRAW_STRIDE * y;
    for (int x = DRAW_STRIDE - 1; x >= 0; x--) {
        int from = x * 4 / 5;
        index[x] = index[from];
        memmove(rgb + 3 * x, rgb + 3 * from, 3);
    }
    chip->drawing.wide[y] = 1;
}

/* A line that became a narrow one when it had got too far: the rest of it is border. */
static void end_short_row(vdp_chip *chip, int y)
{
    const vdp *s = chip->state;
    uint8_t backdrop = draw_backdrop(s, s->registers[7]);
    uint32_t colour = vdp_colour(s, vdp_cram_word(s, backdrop));
    for (int x = chip->drawing.drawn[y]; x < DRAW_STRIDE; x++) {
        uint8_t *rgb = chip->rgb + 3 * (DRAW_STRIDE * y + x);
        chip->indexed[DRAW_STRIDE * y + x] = backdrop;
        rgb[0] = (uint8_t)colour;
        rgb[1] = (uint8_t)(colour >> 8);
        rgb[2] = (uint8_t)(colour >> 16);
    }
}

static void finish_picture(vdp_chip *chip, int height)
{
    vdp_drawing *d = &chip->drawing;
    int rows = d->tall ? 2 * height : height, wide = 0;
    d->finished = 1;
    if (!chip->render)
        return;
    d->colours_clock = d->latched_clock = 0;
    for (int y = 0; y < rows; y++) {
        wide += d->wide[y];
        if (d->wide[y] && d->drawn[y] && d->drawn[y] < 320)
            end_short_row(chip, y);
    }
    int mixed = wide && wide < rows;
    if (chip->want_rgb || d->tall || mixed) {
        draw_rgb(d, chip->indexed, chip->rgb, d->tall, height, 0);
        d->rgb_lacks = 0;
    }
    if (mixed)
        for (int y = 0; y < rows; y++)
            if (!d->wide[y])
                widen(chip, y);
    chip->width = wide ? 320 : 256;
    chip->height = (uint16_t)rows;
}

/* The display bit has changed at d->clock, to which the last call has drawn.  Turned off, it blanks 12 pixels after the
 * register was written, of which 2.5 have gone by, and the output is 2 pixels behind the look-up in H40. */
void draw_follow_display(const vdp *s, vdp_drawing *d)
{
    uint8_t display = (uint8_t)vdp_display_on(s);
    if (display == d->display)
        return;
    int h40 = vdp_is_h40(s);
    d->display_before = d->display;
    d->display = display;
    d->display_clock = (int64_t)((uint64_t)d->clock + (h40 ? 60 : 95));
}

void vdp_draw(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    vdp_drawing *d = &chip->drawing;
    if (clock <= s->draw_clock)
        return;
    int64_t quiet = chip->render ? s->draw_clock : draw_quiet_on(chip, clock);
    if (d->picture_clock != s->picture_clock || d->clock != s->draw_clock || !d->started)
        draw_begin_picture(chip);
    int height = picture_lines(s, draw_since(clock, s->picture_clock)), flagged = chip->ahead.started;
    if (flagged)
        draw_ahead(chip, clock, height);
    vdp_forget_flags(chip);
    draw_follow_display(s, d);

    draw_context c = {
        .s = s, .d = d, .cache = s->sprite_cache, .scan = &chip->scan,
        .indexed = chip->indexed, .rgb = chip->rgb, .render = chip->render,
        .picture = s->picture_clock + 1,
        .flagged = (uint8_t)flagged,
    };
    if (!chip->render && (clock <= quiet || (s->sprite_overflow && s->sprite_collision))) {
        /* no flag changes; what comes depends on the sprites of three lines */
        int64_t past = draw_since(clock, s->picture_clock), skip = past / VDP_LINE - 4;
        if (past >= LAST_PIXEL + (height - 1) * (int64_t)VDP_LINE)
            skip = height;
        if (d->line + 1 < skip)
            d->line = (int16_t)(skip < height ? skip : height);
    }
    draw_picture_lines(&c, s->picture_clock, clock, height);
    if (d->line >= height && !d->finished)
        finish_picture(chip, height);
    s->sprite_overflow |= c.overflow;
    s->sprite_collision |= c.collision;
    d->clock = s->draw_clock = clock;
}

void vdp_settle(vdp_chip *chip)
{
    vdp_draw(chip, chip->state->clock);
    vdp_forget_flags(chip);
    chip->scan.valid = 0;
}

/* -------------------------------------------------------------------------------------- whole pictures */

static void draw_field(draw_context *c, int height)
{
    vdp_drawing *d = c->d;
    d->line = -1;
    d->list[0].line = d->list[1].line = -1;
    d->lines[0].line = d->lines[1].line = -1;
    draw_picture_lines(c, 0, (int64_t)VDP_LINE * (height + 2), height);
}

void vdp_draw_frame(const vdp *state, uint8_t *indexed, uint16_t *width, uint16_t *height)
{
    vdp_drawing drawing;
    vdp_sprite_scan scan;
    uint8_t cache[320];
    uint32_t table = vdp_sprite_table(state);
    for (uint32_t entry = 0; entry < 80; entry++)
        for (uint32_t i = 0; i < 4; i++)
            cache[4 * entry + i] = state->vram[(table + 8 * entry + i) & 0xFFFF];
    memset(&drawing, 0, sizeof drawing);
    drawing.display = drawing.display_before = (uint8_t)vdp_display_on(state);
    drawing.tall = vdp_is_mode5(state) && (state->registers[12] & 6) == 6;
    scan.valid = 0;
    draw_context c = {
        .s = state, .d = &drawing, .cache = cache, .scan = &scan, .indexed = indexed, .render = 1,
    };
    int lines = vdp_height(state);
    draw_field(&c, lines);
    if (drawing.tall) {
        drawing.field = 1;
        draw_field(&c, lines);
    }
    *width = (uint16_t)draw_width(state);
    *height = (uint16_t)(drawing.tall ? 2 * lines : lines);
}

void vdp_draw_sanitize(vdp *s)
{
    s->sprite_overflow &= 1;
    s->sprite_collision &= 1;
}
