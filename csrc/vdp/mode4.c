/* mode4.c - mode 4, the Master System's: one plane, 64 sprites, 256 x 192.  Handbook 04, 17.
 *
 * A line is fetched at one time, that of the horizontal scroll, sprites included: what changes in the middle of a line
 * comes out one line later, except colours, backdrop and display; R9, the vertical scroll, is taken before line 0. */
#include "draw.h"

/* A byte of VRAM by its Master System address: bits 1 and 9 trade places, the bytes of a word too. */
static inline unsigned byte_at(const vdp *s, unsigned address)
{
    return s->vram[((address & 0x3DFD) | (address << 8 & 0x200) | (address >> 8 & 2)) ^ 1];
}

/* Pixel `x` of a row of a pattern, whose four bytes hold one bit each of eight colours. */
static void pattern_row(const vdp *s, unsigned pattern, unsigned row, uint8_t *colours)
{
    unsigned planes[4], address = pattern << 5 | row << 2;
    for (unsigned i = 0; i < 4; i++)
        planes[i] = byte_at(s, address + i);
    for (int x = 0; x < 8; x++) {
        unsigned colour = 0;
        for (int i = 0; i < 4; i++)
            colour |= (planes[i] >> (7 - x) & 1) << i;
        colours[x] = (uint8_t)colour;
    }
}

/* Colour in bits 0-3, palette in bit 4, priority in bit 6; the fine scroll leaves the backdrop at the left. */
static void fetch_plane(const vdp *s, uint8_t vscroll, vdp_line *line)
{
    int number = line->line;
    unsigned scroll = number < 16 && s->registers[0] & 0x40 ? 0 : s->registers[8];
    uint8_t *to = line->plane[0] + DRAW_MARGIN + (scroll & 7);
    memset(line->plane[0] + DRAW_MARGIN, draw_backdrop(s, s->registers[7]), 8);
    for (unsigned column = 0; column < 32; column++, to += 8) {
        unsigned y = (unsigned)number + (column >= 24 && s->registers[0] & 0x80 ? 0u : vscroll);
        y %= 224;
        unsigned address = ((s->registers[2] & 0x0Eu) << 10) + (y >> 3) * 64 + ((column - (scroll >> 3)) & 31) * 2;
        unsigned name = byte_at(s, address) | byte_at(s, address + 1) << 8;
        uint8_t colours[8];
        pattern_row(s, name & 0x1FF, name & 0x400 ? 7 - (y & 7) : y & 7, colours);
        for (int x = 0; x < 8; x++)
            to[x] = (uint8_t)(colours[name & 0x200 ? 7 - x : x] | (name >> 7 & 0x10) | (name >> 6 & 0x40));
    }
}

static void fetch_sprites(draw_context *c, vdp_line *line)
{
    const vdp *s = c->s;
    unsigned table = (s->registers[5] & 0x7Eu) << 7, height = s->registers[1] & 2 ? 16 : 8;
    int found = 0;
    for (unsigned i = 0; i < 64; i++) {
        unsigned y = byte_at(s, table + i);
        if (y == 0xD0)
            break;
        unsigned row = ((unsigned)line->line - y - 1) & 0xFF;
        if (row >= height)
            continue;
        if (++found > 8) {
            c->overflow = 1;
            break;
        }
        int left = (int)byte_at(s, table + 0x80 + 2 * i) - (s->registers[0] & 8 ? 8 : 0);
        unsigned pattern = byte_at(s, table + 0x81 + 2 * i) | (s->registers[6] & 4u) << 6;
        if (height == 16)
            pattern &= 0x1FE;
        uint8_t colours[8];
        pattern_row(s, pattern + (row >> 3), row & 7, colours);
        if (!line->sprites_shown)
            memset(line->sprite, 0, sizeof line->sprite);
        line->sprites_shown = 1;
        for (int x = 0; x < 8; x++) {
            uint8_t *to = &line->sprite[DRAW_MARGIN + left + x];
            if (!colours[x] || left + x < 0 || left + x >= 256)
                continue;
            if (*to)
                c->collision = 1;
            else
                *to = colours[x] | 0x10;
        }
    }
}

void draw_mode4_line(draw_context *c, vdp_line *line)
{
    line->sprites_shown = 0;
    if (!vdp_display_on(c->s)) {
        memset(line->plane[0], draw_backdrop(c->s, c->s->registers[7]), sizeof line->plane[0]);
        return;
    }
    fetch_sprites(c, line);
    if (c->render)
        fetch_plane(c->s, c->d->mode4_scroll, line);
}

void draw_mode4_mix(const vdp_line *line, uint8_t *to, int from, int end)
{
    const uint8_t *plane = line->plane[0] + DRAW_MARGIN, *sprite = line->sprite + DRAW_MARGIN;
    for (int x = from; x < end; x++) {
        int in_front = plane[x] & 0x40 && plane[x] & 15;
        to[x] = line->sprites_shown && sprite[x] && !in_front ? sprite[x] : plane[x] & 0x1F;
    }
}
