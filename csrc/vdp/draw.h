/* draw.h - what the drawing side of the VDP shares: draw.c, flags.c, sprites.c, planes.c, bands.c, objects.c,
 * scan.c, compose.c, colours.c, latches.c, mode4.c.
 *
 * A line of the picture is fetched and shown in the 3420 mclk after the V step into it, give or take:
 *
 *      mclk (H40)      what                                    H
 *      -3420 .. -2720  its sprites are searched in the cache   one table entry a pixel from the V step on
 *      -2560 .. -128   their attributes are fetched            10 + 16k
 *        -48 ..  732   their patterns are fetched              324 .. 506, 40 slots
 *        -80 ..   -8   vertical scroll of the whole screen     $143 (B), $149 (A)
 *         -8           where the window is                     $149
 *        557           horizontal scroll                       486
 *        652 .. 3212   planes A and B, 21 columns              16k and 16k + 8, from 496 on
 *        972 .. 3524   its pixels are looked up and shown      $18 + x
 *
 * Every one of these is a counter that runs up to where the clock has come.  A call of vdp_draw moves all counters;
 * as long as nothing changes they move over many lines at once, and each part then works on a whole line. */
#ifndef MEGADRIVE_VDP_DRAW_H
#define MEGADRIVE_VDP_DRAW_H

#include "vdp.h"

#define DRAW_STRIDE 320                 /* pixels from one row of the buffers to the next */
#define DRAW_MARGIN 16                  /* pixels in a line buffer before screen x = 0 */
/* vdp_line.hscroll_read: the mode that the line has been fetched in */
#define DRAW_LINE_MODE5 1
#define DRAW_LINE_MODE4 2
#define DRAW_ALL 0x3FFFFFFF             /* a time after everything in a line */

/* A sprite of several whole lines: see objects.c. */
typedef struct draw_object {
    int16_t x, y;                       /* on the screen */
    uint16_t pattern;                   /* as in the table */
    uint8_t width, height;              /* cells */
} draw_object;

#define DRAW_ROWS 240
typedef struct draw_objects {
    int first, end;                     /* lines that are known */
    int easy_end;                       /* no line counts as easy from here on */
    int count;                          /* sprites that lie in one of them, in the order of the table's links */
    draw_object object[80];
    uint8_t easy[DRAW_ROWS];            /* 1: on this line each sprite shows whole */
} draw_objects;

/* One call's view of the chip. */
typedef struct draw_context {
    const vdp *s;
    vdp_drawing *d;
    const uint8_t *cache;               /* bytes 0-3 of the sprite table entries */
    vdp_sprite_scan *scan;
    draw_objects *objects;              /* NULL: not looked for */
    uint8_t *indexed, *rgb;             /* rgb may be NULL: no colours */
    int64_t picture;                    /* picture_clock + 1, 0 for a whole picture of the present contents */
    uint8_t render;                     /* 0: no pixels, only flags */
    uint8_t backdrop;                   /* R7 as it was for the pixels that are being drawn */
    uint8_t colours_followed;           /* 1: draw_follow_colours has been called */
    uint8_t flagged;                    /* 1: the flags of what is drawn have been set already */
    uint8_t overflow, collision;        /* set when drawing sets the flags */
} draw_context;

/* draw.c: the cursors; `time` in mclk after the V step into `number`, of the search after that into the line before */
void draw_search_sprites(draw_context *c, int number, int time);
void draw_fetch_sprites(draw_context *c, int number, int time);
void draw_run_sprites(draw_context *c, int number, int time, int height);
void draw_picture_lines(draw_context *c, int64_t start, int64_t clock, int height);
void draw_begin_picture(vdp_chip *chip);
void draw_follow_display(const vdp *s, vdp_drawing *d);

/* flags.c */
void draw_ahead(vdp_chip *chip, int64_t clock, int height); /* chip->ahead, which is started, goes on to `clock` */
void draw_flags(draw_context *c, int end, int height);
int64_t draw_quiet_on(vdp_chip *chip, int64_t clock); /* vdp_quiet_until, after a look at the lines up to `clock` and some more */

/* sprites.c: `to` counts table entries, attribute slots, pattern slots from the start of the line's search or fetch */
void draw_sprites_begin(vdp_sprite_list *list, int line);
void draw_sprites_scan(draw_context *c, vdp_sprite_list *list, int to);
void draw_sprites_attributes(draw_context *c, vdp_sprite_list *list, int to);
void draw_sprites_patterns(draw_context *c, vdp_line *line, int to);
int draw_take_place(uint64_t taken[6], int from, int cells, int width);
int draw_list_is_quiet(const vdp *s, const uint8_t *cache, const vdp_sprite_list *list);
static inline int draw_sprite_limit(const vdp *s) { return vdp_is_h40(s) ? 20 : 16; }
static inline int draw_cell_limit(const vdp *s) { return vdp_is_h40(s) ? 40 : 32; }
static inline int draw_entry_limit(const vdp *s) { return vdp_is_h40(s) ? 80 : 64; }

/* scan.c */
void draw_scan_make(vdp_sprite_scan *scan, const vdp *s, const uint8_t *cache, int rows);
static inline int draw_scan_holds(const vdp_sprite_scan *scan, const vdp *s, int rows)
{
    return scan->valid && scan->h40 == vdp_is_h40(s) && scan->rows == rows && scan->table == vdp_sprite_table(s);
}
/* That of the present contents. */
static inline vdp_sprite_scan *draw_scan(const draw_context *c)
{
    int rows = c->d->tall ? 1 + c->d->field : 0;
    if (!draw_scan_holds(c->scan, c->s, rows))
        draw_scan_make(c->scan, c->s, c->cache, rows);
    return c->scan;
}
/* What can come of a line whose search and fetch happen with the present contents: no flag, no flag but SCOL, any. */
enum { DRAW_UNKNOWN, DRAW_QUIET, DRAW_MEETS, DRAW_OVERFLOWS };
int draw_scan_judge(vdp_sprite_scan *scan, const vdp *s, const uint8_t *cache, int line);
static inline int draw_verdict(vdp_sprite_scan *scan, const vdp *s, const uint8_t *cache, int line)
{
    return scan->verdict[line] ? scan->verdict[line] : draw_scan_judge(scan, s, cache, line);
}
/* Lines first..end-1 on which a sprite lies, if bytes 0 to 2 of its entry are such, of those that there can be; `rows` as in the scan. */
void draw_sprite_lines(const uint8_t entry[3], int rows, int *first, int *end);
/* Byte `part` of an entry is about to become `value`: 0 to 3 of the cache, 6 and 7 of VRAM. */
void draw_scan_change(vdp_sprite_scan *scan, const uint8_t *cache, unsigned entry, unsigned part, uint8_t value);

/* planes.c: `to` counts columns, the first of which is the one left of the screen */
void draw_hscroll(const vdp *s, int line, uint16_t *a, uint16_t *b);
void draw_plane_a(draw_context *c, vdp_line *line, int to);
void draw_plane_b(draw_context *c, vdp_line *line, int to);

/* bands.c: whole lines.  The caller puts in first, count and scrolls. */
#define DRAW_BAND 16                    /* lines, at most */
#define DRAW_ROW 384                    /* bytes of a line buffer */
#define DRAW_SPILL 7                    /* rows above and below a band, for the rest of its cells */
typedef struct draw_band {
    int first, count;                   /* lines */
    uint16_t hscroll[2][DRAW_BAND];
    uint16_t vscroll[2][DRAW_BAND];     /* of the whole screen */
    uint8_t window[2];                  /* R17 and R18 */
    uint8_t odd[2];                     /* in interlace 2: 1: a plane's lines show odd rows of its cells; its scroll is halved */
    uint8_t plane[2][DRAW_SPILL + DRAW_BAND + DRAW_SPILL][DRAW_ROW]; /* see draw_band_row */
    uint32_t sprites_shown;             /* bit k: sprites[k] holds those of line first + k; else it has none */
    uint8_t sprites[DRAW_BAND][DRAW_ROW];
} draw_band;
/* The line buffer of a line, counted from the first one of the band. */
static inline uint8_t *draw_band_row(draw_band *band, int plane, int line) { return band->plane[plane][DRAW_SPILL + line]; }
int draw_band_lines(const uint8_t window[2], int first, int most);
void draw_band_planes(draw_context *c, draw_band *band);

/* objects.c: the sprites of lines first..end-1, all of whose search and fetch happens with the present contents; those of some
 * lines of a band, which must be easy.  Not for interlace 2. */
void draw_objects_find(draw_context *c, draw_objects *objects, int first, int end);
void draw_objects_put(draw_context *c, const draw_objects *objects, draw_band *band, int first, int end);

/* compose.c: `to` counts pixels; a and b are the line buffers of the planes, sprites that of the sprites or NULL; `display` tells
 * whether they are shown or blanked */
void draw_pixels(draw_context *c, vdp_line *line, const uint8_t *a, const uint8_t *b, const uint8_t *sprites, int to, int display);
/* The same for whole lines of a band, if nothing but planes, its sprites and backdrop makes them. */
int draw_is_plain(const draw_context *c);
void draw_rows(draw_context *c, draw_band *band, int first, int end);

/* colours.c: the picture's colours up to a pixel; `tall`: its rows are those of one field */
#define DRAW_CHANGES 1024
void draw_begin_colours(vdp_chip *chip);
void draw_follow_colours(draw_context *c, int line, int pixel);
void draw_rgb(vdp_drawing *d, const uint8_t *indexed, uint8_t *rgb, int tall, int line, int pixel);

int draw_place_of(const vdp *s, int64_t clock, int *line, int *pixel);

/* latches.c: a plane's vertical scroll on a line; sets c->backdrop for pixel `from` of a line and returns the first one, at most `to`,
 * for which it is another */
uint16_t draw_vscroll(const draw_context *c, int line, int plane);
void draw_scrolls(const draw_context *c, draw_band *band); /* as those of its lines are now, unless they have been latched */
int draw_backdrop_until(draw_context *c, int line, int from, int to);

/* mode4.c: what a line fetches, at one time; pixels from..end-1 of it */
void draw_mode4_line(draw_context *c, vdp_line *line);
void draw_mode4_mix(const vdp_line *line, uint8_t *to, int from, int end);

/* mclk from one time to another, whatever a foreign state may hold */
static inline int64_t draw_since(int64_t clock, int64_t start) { return (int64_t)((uint64_t)clock - (uint64_t)start); }

static inline int draw_width(const vdp *s) { return vdp_is_mode5(s) && vdp_is_h40(s) ? 320 : 256; }

/* Colour of the border and of everything transparent; in mode 4 from the sprites' palette. */
static inline uint8_t draw_backdrop(const vdp *s, uint8_t r7)
{
    return vdp_is_mode5(s) ? r7 & 0x3F : (uint8_t)(0x10 | (r7 & 0x0F));
}

/* ------------------------------------------------------------------------------- 8 pixels at once */

/* Number of the lowest bit that is set. */
static inline unsigned draw_lowest_bit(uint64_t v)
{
#ifdef __GNUC__
    return (unsigned)__builtin_ctzll(v);
#else
    unsigned bit = 0;
    for (; !(v & 1); v >>= 1)
        bit++;
    return bit;
#endif
}

static inline uint64_t draw_load(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

static inline void draw_store(uint8_t *p, uint64_t v) { memcpy(p, &v, 8); }

#define DRAW_BYTES 0x0101010101010101u  /* times a byte: that byte eight times */

#if defined(__BYTE_ORDER__) && defined(__ORDER_BIG_ENDIAN__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define DRAW_SHIFT_LEFTWARD(v, bits) ((v) << (bits))    /* pixels move to the left, 8 bits each */
#else
#define DRAW_SHIFT_LEFTWARD(v, bits) ((v) >> (bits))
#endif

/* One row of a pattern as it lies in memory, 4 bytes with two pixels each, the high nibble left: a byte for each pixel. */
static inline uint64_t draw_expand_row(uint32_t packed)
{
#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t v = packed;
    v = (v | v << 16) & 0x0000FFFF0000FFFFu;
    v = (v | v << 8) & 0x00FF00FF00FF00FFu;
    return (v >> 4 & 0x000F000F000F000Fu) | (v & 0x000F000F000F000Fu) << 8;
#else
    uint8_t bytes[4], pixels[8];
    memcpy(bytes, &packed, 4);
    for (int i = 0; i < 4; i++) {
        pixels[2 * i] = bytes[i] >> 4;
        pixels[2 * i + 1] = bytes[i] & 15;
    }
    return draw_load(pixels);
#endif
}

static inline uint32_t draw_load_row(const uint8_t *p)
{
    uint32_t packed;
    memcpy(&packed, p, 4);
    return packed;
}

/* The 8 pixels of a row in reverse order. */
static inline uint32_t draw_mirror_row(uint32_t packed)
{
    packed = packed >> 24 | (packed >> 8 & 0xFF00) | (packed << 8 & 0xFF0000) | packed << 24;
    return (packed >> 4 & 0x0F0F0F0F) | (packed & 0x0F0F0F0F) << 4;
}

/* $FF in each byte whose pixel is opaque (low nibble not 0) */
static inline uint64_t draw_opaque(uint64_t v)
{
    uint64_t high = ((v & DRAW_BYTES * 0x0F) + DRAW_BYTES * 0x7F) & DRAW_BYTES * 0x80;
    return (high - (high >> 7)) | high;
}

#endif
