/* scan.c - what the search for sprites finds, of all lines at once.
 *
 * The table is gone through once, and a set of bits of each line tells which of its sprites lie there; what is written to the
 * table changes the bits of the lines concerned.  The search of a line up to any moment is then a part of its set.  Most lines
 * can set no flag, which their sets tell: lines with the same set need not be looked at again. */
#include "draw.h"

void draw_sprite_lines(const uint8_t entry[3], int rows, int *first, int *end)
{
    int y = (entry[0] << 8 | entry[1]) & 0x1FF;
    if (rows) /* lines of one field: those whose row, 2 line + 256 and one more in the odd one, is not above the sprite */
        y = (((entry[0] << 8 | entry[1]) & 0x3FF) + 2 - rows) / 2;
    y -= 128;
    int below = y + 8 * ((entry[2] & 3) + 1);
    *first = y < 0 ? 0 : y;
    *end = below < DRAW_ROWS ? below : DRAW_ROWS;
}

static void cover(vdp_sprite_scan *scan, unsigned place, const uint8_t entry[3])
{
    const uint64_t bit = (uint64_t)1 << (place & 63);
    int line, end;
    draw_sprite_lines(entry, scan->rows, &line, &end);
    for (; line < end; line++)
        scan->covers[line][place >> 6] |= bit;
}

void draw_scan_make(vdp_sprite_scan *scan, const vdp *s, const uint8_t *cache, int rows)
{
    unsigned entries = (unsigned)draw_entry_limit(s), link = 0, count = 0;
    memset(scan, 0, sizeof *scan);
    scan->rows = (uint8_t)rows;
    memset(scan->order, 0xFF, sizeof scan->order);
    memset(scan->place, 0xFF, sizeof scan->place);
    do {
        if (scan->place[link] != 0xFF)
            scan->loops = 1;
        scan->place[link] = (uint8_t)count;
        scan->order[count] = (uint8_t)link;
        cover(scan, count++, cache + 4 * link);
        link = cache[4 * link + 3] & 0x7F;
    } while (link > 0 && link < entries && count < sizeof scan->order);
    scan->count = (uint8_t)count;
    scan->table = vdp_sprite_table(s);
    scan->h40 = (uint8_t)vdp_is_h40(s);
    scan->valid = 1;
}

/* ---------------------------------------------------------------------------------------- what comes of it */

static uint8_t judge(const vdp_sprite_scan *scan, const vdp *s, const uint8_t *cache, int line)
{
    const int width = draw_width(s), most = draw_sprite_limit(s);
    uint64_t taken[6] = { 0 };
    int cells = 0, sprites = 0, meets = 0;
    for (unsigned half = 0; half < 1u + scan->h40; half++)
        for (uint64_t bits = scan->covers[line][half]; bits; bits &= bits - 1) {
            unsigned entry = scan->order[64 * half + draw_lowest_bit(bits)];
            int across = (cache[4 * entry + 2] >> 2 & 3) + 1;
            cells += across;
            sprites++;
            if (!meets)
                meets = !draw_take_place(taken, (vdp_vram_word(s, scan->table + 8 * entry + 6) & 0x1FF) - 128, across, width);
        }
    return sprites > most || cells > draw_cell_limit(s) ? DRAW_OVERFLOWS : meets ? DRAW_MEETS : DRAW_QUIET;
}

static inline int is_one_at_most(uint64_t a, uint64_t b) { return !(a & (a - 1)) && !(b & (b - 1)) && !(a && b); }

int draw_scan_judge(vdp_sprite_scan *scan, const vdp *s, const uint8_t *cache, int line)
{
    const uint64_t *covers = scan->covers[line];
    uint8_t verdict;
    if (is_one_at_most(covers[0], covers[1]))
        verdict = DRAW_QUIET;
    else if (line > 0 && scan->verdict[line - 1] && !memcmp(covers, scan->covers[line - 1], sizeof scan->covers[0]))
        verdict = scan->verdict[line - 1];
    else
        verdict = judge(scan, s, cache, line);
    return scan->verdict[line] = verdict;
}

/* ------------------------------------------------------------------------------------------------- changes */

static void take_away(vdp_sprite_scan *scan, unsigned place, const uint8_t entry[3])
{
    const uint64_t bit = (uint64_t)1 << (place & 63);
    int line, end;
    draw_sprite_lines(entry, scan->rows, &line, &end);
    for (; line < end; line++) {
        scan->covers[line][place >> 6] &= ~bit;
        if (scan->verdict[line] != DRAW_QUIET) /* with one less, it stays so */
            scan->verdict[line] = DRAW_UNKNOWN;
    }
}

static void forget(vdp_sprite_scan *scan, const uint8_t entry[3])
{
    int line, end;
    draw_sprite_lines(entry, scan->rows, &line, &end);
    if (line < end)
        memset(scan->verdict + line, DRAW_UNKNOWN, (size_t)(end - line));
}

void draw_scan_change(vdp_sprite_scan *scan, const uint8_t *cache, unsigned entry, unsigned part, uint8_t value)
{
    const uint8_t *before = cache + 4 * entry;
    uint8_t now[3];
    if (!scan->valid || scan->place[entry] == 0xFF)
        return;
    if (scan->loops || part == 3) {
        scan->valid = 0;
        return;
    }
    memcpy(now, before, sizeof now);
    if (part < 3) {
        now[part] = value;
        take_away(scan, scan->place[entry], before);
        cover(scan, scan->place[entry], now);
    }
    forget(scan, now);
}
