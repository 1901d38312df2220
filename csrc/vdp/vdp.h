/* vdp.h - what the files of the VDP share.
 *
 *   ports.c    data, control, status, HV and debug ports; registers; codes
 *   slots.c    access slots as tables
 *   fifo.c     write FIFO, read buffer, the one place where VRAM, CRAM and VSRAM are written, access slots
 *   dma.c      68000 bus transfers, fill, copy
 *   runs.c     the same over many slots at once, while nothing is drawn
 *   timing.c   lines and frames, H and V counters, interrupts, the next event
 *   planes.c   name tables, scroll, window, patterns
 *   scan.c     which sprites lie on which line
 *   sprites.c  scan, attributes, limits, masking
 *   bands.c, objects.c  planes and sprites of several whole lines at once
 *   flags.c    sprite overflow and collision without pixels
 *   compose.c  priority, shadow and highlight, the picture
 *   colours.c  CRAM to R, G, B
 *   border.c   what surrounds the picture, for those who want to see it
 *   latches.c  what changes of VSRAM and R7 leave for lines that are still to be drawn
 *
 * A line has 3420 mclk in both widths.  It begins where the V counter steps (H = $14A in H40, $10A in H32).
 * The pixels of line n come out in the interval that begins with the V step into n, and end 128/140 mclk into
 * the next one.  Handbook 04, sections 7 and 12.
 *
 * Contract of vdp_draw(chip, t): draw, with the present contents of the state, whatever the chip fetches or shows
 * before t and has not drawn yet.  timing.c, fifo.c and ports.c call it (through vdp_draw_before) with
 *   - t = the time of the access, before a byte of VRAM (and so the sprite cache) changes;
 *   - t = the write + VDP_REGISTER_DELAY, before a register changes;
 *   - the time of a status read, or the last time before it at which SOVR and SCOL could change, because it shows and
 *     clears them;
 *   - line_clock + VDP_PICTURE_END in the line that ends the picture, after which `frame` counts up.
 * It returns at once while t <= draw_clock.  Line n of the picture has its V step at picture_clock + 3420 n; the
 * lines run on from 0 (line -1, V = $1FF, before it) to the one where `vblank` is set, so v_counter and line_clock
 * need not be looked at.  With V30 or a missed line 224 the picture may have up to 512 lines; rows beyond the
 * picture's height are not drawn.  timing.c sets picture_clock and draw_clock = its own line_clock when V becomes
 * $1FF, and draw_clock = VDP_NEVER at the end of the picture; in between vdp_draw moves draw_clock forward to a time
 * before which a further call would find nothing to do.  It may change nothing else than draw_clock, its own fields,
 * sprite_overflow and sprite_collision; the flags in the same way whether chip->render is 1 or 0.  If it is 0, what flags cannot
 * depend on may change without a call. */
#ifndef MEGADRIVE_VDP_H
#define MEGADRIVE_VDP_H

#include "core.h"

/* What is needed seldom, or needs less, is kept apart from the rest. */
#ifdef __GNUC__
#define VDP_APART __attribute__((noinline))
#else
#define VDP_APART
#endif

#define VDP_LINE 3420                   /* mclk a line, both widths */
#define VDP_NEVER INT64_MAX

/* mclk from the V step of a line; H40 and H32 [handbook 04, 12] */
#define VDP_HB_SET(h40) ((h40) ? 228 : 280)
#define VDP_HSCROLL_FETCH(h40) ((h40) ? 557 : 500)      /* H = 486: the scroll table is read */
#define VDP_LEFT_COLUMN_FETCH(h40) ((h40) ? 652 : 600)  /* H = 496: name A of the column left of the screen */
/* The line's vertical scroll of the whole screen is taken shortly before its V step, of plane B at H = $143 ($103), of plane A at
 * $149 ($109), when R17 and R18 are, too (w513, w514, w542 and w544 of N. Kunitomi's netlist of the YM7101).  VSRAM changes three
 * pixels after the slot of a write has been decoded, which is the time that counts here. */
#define VDP_VSCROLL_LATCH(h40, plane) ((plane) ? ((h40) ? -80 : -100) : ((h40) ? -32 : -40))
#define VDP_WINDOW_LATCH(h40) ((h40) ? -8 : -10)
#define VDP_H_ZERO(h40) ((h40) ? 780 : 760)             /* H = 0; column k (16 pixels) is fetched at H = 16k */
#define VDP_F_SET(h40) ((h40) ? 788 : 770)              /* line 224: F, V interrupt, Z80 INT */
#define VDP_ODD_TOGGLE(h40) ((h40) ? 796 : 780)
#define VDP_HB_CLEAR(h40) ((h40) ? 872 : 860)
#define VDP_LEFT_BORDER(h40) ((h40) ? 884 : 870)        /* 13 pixels leave the chip from here */
#define VDP_PIXEL_ZERO(h40) ((h40) ? 988 : 1000)        /* pixel 0 leaves the chip (H = $1A, $18) */
#define VDP_COLOUR_ZERO(h40) ((h40) ? 972 : 1000)       /* R7 and CRAM are looked up for pixel 0 (H = $18) */
#define VDP_Z80_INT_END(h40) ((h40) ? 3364 : 3350)
#define VDP_SPRITE_FETCH(h40) ((h40) ? 3372 : 3360)     /* H = 324, 260: first sprite pattern of the next line */
#define VDP_HINT(h40) ((h40) ? 3412 : 3410)             /* one pixel before the V step of the next line */
#define VDP_PIXEL(h40) ((h40) ? 8 : 10)                 /* mclk a pixel, outside HSYNC */
#define VDP_SLOT(h40) ((h40) ? 16 : 20)                 /* mclk a slot, outside HSYNC */
#define VDP_REGISTER_DELAY(h40) ((h40) ? 20 : 25)       /* from a register write to the pixel side [handbook 04, 10] */
/* SOVR and SCOL can change only from VDP_FLAGS_BEGIN, in the line before, to VDP_FLAGS_END: while sprites are searched and
 * their patterns fetched [handbook 04, 4 and 13: H = 324 to 506]. */
#define VDP_FLAGS_BEGIN (-64)
#define VDP_FLAGS_END 741
#define VDP_PICTURE_END 280                             /* line 224: the last right border is over in both widths */

#define VDP_STATUS_DRIVEN 0x03FF        /* bits of a status read that the chip drives */

/* From a write into the FIFO until the entry may go out.  A word that the CPU writes into an empty FIFO is seen to go out
 * in the first free slot 176 mclk later (H40, board model), the memory access of a slot following its decoding by 24;
 * a DMA's word after three slots, with which the rates of the handbook's table come out [handbook 04, 5 and 6.1]. */
#define VDP_WRITE_LATENCY(h40) ((h40) ? 152 : 190)
#define VDP_DMA_LATENCY(h40) ((h40) ? 48 : 60)
#define VDP_DMA_START 5                 /* slots from the command to the first source read (88 mclk on a board) */
#define VDP_HELD_WRITE 28               /* mclk from the release of the bus to a held write, and between two */
#define VDP_READ_PATIENCE 34200         /* mclk: a data read that never gets its word ends after it */

/* A register write that enables a pending interrupt raises the level this much later, and one that disables it lowers it.  The 68000 samples the level at the
 * start of an instruction's last bus cycle.  Counted from the start of the writing cycle (the port sees it up to 14 mclk
 * after that), the prefetch of the instruction that writes begins at 28 mclk and must not see the new level; the last
 * cycle of the next instruction begins at 56 or later and must [handbook 04, 9]. */
#define VDP_ENABLE_DELAY 35

/* From F, or another event, to the level that a 68000 can sample.  A program that reads the status again and again by
 * MOVE.L (An),Dn, twice in 12 clocks, sees F one to three times before the interrupt is taken (testpico, on consoles): that takes
 * more than 2 and less than 6 clocks. */
#define VDP_IRQ_DELAY 21

/* CD3-CD0 of the codes that write */
#define VDP_CODE_VRAM 1
#define VDP_CODE_CRAM 3
#define VDP_CODE_VSRAM 5

enum { VDP_DMA_NONE, VDP_DMA_BUS, VDP_DMA_FILL, VDP_DMA_COPY };

/* ------------------------------------------------------------------------- registers and memories */

static inline int vdp_is_mode5(const vdp *s) { return s->registers[1] >> 2 & 1; }
/* R12.0 sets the number of cells, R12.7 the dot clock; here bit 0 sets both. */
static inline int vdp_is_h40(const vdp *s) { return s->registers[12] & 1 && vdp_is_mode5(s); }
static inline int vdp_display_on(const vdp *s) { return s->registers[1] >> 6 & 1; }

/* Debug register 0: bits 8-6 say what layers are put together (compose.c), bits 14-12 each keep one phase of the sprites from
 * working, so that none shows, bit 9 makes the PSG's output the level of the channel in bits 11-10 (T. Seifert's and theocas'
 * measurements, plutiedev.com/vdp-debug, the netlist of the YM7101).  Other bits, and other debug registers, are kept and have
 * no effect. */
#define VDP_DEBUG_LAYERS 0x01C0
#define VDP_DEBUG_NO_SPRITES 0x7000
#define VDP_DEBUG_PSG 0x0200

/* 1: sprites of mode 5 are searched and fetched. */
static inline int vdp_sprites_on(const vdp *s)
{
    return vdp_display_on(s) && vdp_is_mode5(s) && !(s->debug[0] & VDP_DEBUG_NO_SPRITES);
}

/* Lines of the picture, and the value of V at which it ends. */
static inline int vdp_height(const vdp *s)
{
    return !vdp_is_mode5(s) ? 192 : s->registers[1] & 8 ? 240 : 224;
}

/* 1: every VRAM slot but the refresh is free for the CPU and the DMA. */
static inline int vdp_blanked(const vdp *s) { return s->vblank || !vdp_display_on(s); }

/* What each access to the data port adds to the address: mode 4's step is added to R15 (netlist of the YM7101; VDP notes by
 * J. Fernandez Sanchez). */
static inline uint32_t vdp_step(const vdp *s) { return s->registers[15] + !vdp_is_mode5(s); }

/* Base of the sprite table, and its length in bytes. */
static inline uint32_t vdp_sprite_table(const vdp *s)
{
    return (uint32_t)(s->registers[5] & (vdp_is_h40(s) ? 0x7E : 0x7F)) << 9;
}
static inline uint32_t vdp_sprite_table_size(const vdp *s) { return vdp_is_h40(s) ? 640 : 512; }

static inline uint16_t vdp_word(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline void vdp_set_word(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}
static inline uint16_t vdp_vram_word(const vdp *s, uint32_t address) { return vdp_word(s->vram + (address & 0xFFFE)); }
static inline uint16_t vdp_cram_word(const vdp *s, unsigned index) { return vdp_word(s->cram + 2 * (index & 63)); }
static inline uint16_t vdp_vsram_word(const vdp *s, unsigned index) /* index < 40 */
{
    return vdp_word(s->vsram + 2 * index);
}

/* ---------------------------------------------------------------------------------------- drawing */

void vdp_draw_sanitize(vdp *s); /* bring the drawing's own fields of a foreign state into their ranges */

/* Something changes that sprites may depend on: what is known of flags to come is void. */
static inline void vdp_forget_flags(vdp_chip *chip)
{
    chip->drawing.quiet_clock = 0;
    chip->ahead.started = 0;
}

static inline void vdp_draw_before(vdp_chip *chip, int64_t clock)
{
    if (clock > chip->state->draw_clock)
        vdp_draw(chip, clock);
    vdp_forget_flags(chip);
}

/* The time up to which SOVR and SCOL are known without further drawing, if nothing changes. */
static inline int64_t vdp_quiet_until(const vdp_chip *chip)
{
    const vdp *s = chip->state;
    const vdp_drawing *d = &chip->drawing;
    if (d->quiet_clock > s->draw_clock && d->clock == s->draw_clock && d->picture_clock == s->picture_clock)
        return d->quiet_clock;
    return s->draw_clock;
}

/* Byte `part` of a sprite's table entry is about to become `value`: 0 to 3 of the cache, 6 and 7 of VRAM. */
void vdp_change_sprite(vdp_chip *chip, int64_t clock, unsigned entry, unsigned part, uint8_t value);

/* A byte of VRAM is about to become `value`.  With no picture wanted it has a part in flags only, and in none while no two sprites
 * touch: how long that is so (vdp_quiet_until) depends on where the sprites of the table lie, and on no other VRAM. */
void vdp_draw_before_unseen(vdp_chip *chip, int64_t clock);
static inline void vdp_draw_before_byte(vdp_chip *chip, int64_t clock, uint32_t address, uint8_t value)
{
    uint32_t offset = address - vdp_sprite_table(chip->state);
    if (offset < vdp_sprite_table_size(chip->state) && (offset & 6) == 6)
        vdp_change_sprite(chip, clock, offset >> 3, offset & 7, value);
    else if (chip->render)
        vdp_draw_before(chip, clock);
    else if (clock > vdp_quiet_until(chip))
        vdp_draw_before_unseen(chip, clock);
}

/* Vertical scroll, or R7, is about to change at `clock`: what it was is kept for what is not drawn yet. */
void vdp_change_scroll(vdp_chip *chip, int64_t clock, unsigned index);
void vdp_change_backdrop(vdp_chip *chip, int64_t clock);

/* A word is about to be written to CRAM, and somebody sees it. */
static inline int vdp_shows_colours(const vdp_chip *chip)
{
    return chip->border || (chip->render && chip->state->draw_clock != VDP_NEVER);
}
void vdp_change_colour(vdp_chip *chip, int64_t clock, unsigned index, uint16_t word);

/* R, G and B of a word of CRAM at normal intensity, R in the lowest byte. */
uint32_t vdp_colour(const vdp *s, uint16_t word);

/* border.c; called only if chip->border.  What backdrop and colours depend on is about to change; a word is about to be
 * written to CRAM; the frame ends. */
void vdp_draw_border(vdp_chip *chip, int64_t clock);
void vdp_change_border_colour(vdp_chip *chip, int64_t clock, uint16_t word);
void vdp_finish_border(vdp_chip *chip, int64_t clock);

/* Bring SOVR and SCOL up to `clock`. */
void vdp_draw_flags(vdp_chip *chip, int64_t clock);

/* ----------------------------------------------------------------------------------------- timing */

/* H counter (internal, 9 bits) at `offset` mclk into a line, 0-3419. */
int vdp_h_at(int h40, int offset);
/* The last value up to which the V counter just counts from `v` on. */
unsigned vdp_v_run(const vdp *s, unsigned v);
/* Its value so many lines after `v`, less than a frame, if nothing comes that next_event announces. */
unsigned vdp_v_after(const vdp *s, unsigned v, unsigned lines);
/* The same at `clock`, which is not before s->line_clock, and when its line begins. */
unsigned vdp_v_ahead(const vdp *s, int64_t clock, int64_t *line);
/* mclk into the line at which the pixel step with this number after the V step (0-419, 0-341) begins. */
int vdp_step_offset(int h40, int step);
/* Number of the pixel step that `offset` falls into. */
int vdp_step_at(int h40, int offset);

/* HBLANK at a time that is not before s->line_clock. */
static inline int vdp_hblank_at(const vdp *s, int64_t clock)
{
    uint32_t offset = (uint32_t)(clock - s->line_clock) % VDP_LINE;
    uint32_t h40 = (uint32_t)vdp_is_h40(s);
    return offset >= VDP_HB_SET(h40) && offset < VDP_HB_CLEAR(h40);
}

/* Slots of two pixels, numbered from the V step on, 210 or 171 in a line (slots.c); [H40].  The first external one from a
 * slot on, that number if there is none: [H40][blanked]; mclk at which a slot begins; the first one that begins at or after a
 * multiple of 16 mclk. */
extern const uint8_t vdp_external_slot[2][2][212];
extern const uint16_t vdp_slot_begin[2][212];
extern const uint8_t vdp_slot_near[2][214];

static inline int vdp_slot_offset(int h40, int slot) { return vdp_slot_begin[h40][slot]; }

/* mclk into line n's interval at which pixel x (0-319, 0-255) leaves the chip; may exceed VDP_LINE. */
static inline int vdp_pixel_offset(int h40, int x) { return VDP_PIXEL_ZERO(h40) + x * VDP_PIXEL(h40); }

/* What happens within a line, in order of time.  Most lines begin at the H interrupt counter. */
enum {
    VDP_STAGE_PICTURE_END,  /* line 224: the picture is complete */
    VDP_STAGE_F,            /* line 224: F, V interrupt, Z80 INT on */
    VDP_STAGE_ODD,          /* line 224: the field changes */
    VDP_STAGE_Z80_INT_END,  /* line 224: Z80 INT off */
    VDP_STAGE_HINT,         /* the H interrupt counter is clocked */
    VDP_STAGE_STEP,         /* the V counter steps: the next line */
    VDP_STAGES
};

/* vdp_run without vdp_schedule; 1: something has happened, so next_event may be another. */
int vdp_advance(vdp_chip *chip, int64_t clock);

/* Recompute irq_level and next_event; `delay` mclk pass before a new level is seen. */
void vdp_update_irq(vdp *s, int64_t clock, int delay);
void vdp_schedule(vdp *s);
/* The same after a call of vdp_advance that gave `happened`: next_event stays if nothing has, but lies ahead. */
static inline void vdp_reschedule(vdp *s, int happened)
{
    if (happened)
        vdp_schedule(s);
    else if (s->next_event <= s->clock)
        s->next_event = s->clock + 1;
}

/* -------------------------------------------------------------------------------------- FIFO, DMA */

/* One character for each slot of a line, from the V step on: 'x' external, 'r' refresh, '.' the chip's own. */
extern const char *const vdp_slot_map[2][2]; /* [H40][blanked] */

/* Move what can be moved between s->clock (exclusive) and `until` (inclusive), both in the present line. */
void vdp_transfer(vdp_chip *chip, int64_t until);
/* 1: something may move by itself. */
static inline int vdp_transfer_busy(const vdp *s)
{
    return s->fifo_count | s->dma_run | s->read_wanted | s->bus_hold;
}

/* vdp_advance, quickly where nothing happens. */
static inline int vdp_reach(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    if (clock - s->line_clock >= VDP_HINT(0) || s->line_stage != VDP_STAGE_HINT || vdp_transfer_busy(s))
        return vdp_advance(chip, clock);
    if (clock > s->clock)
        s->clock = clock;
    return 0;
}

/* mclk at which the next slot, or the next external slot, of the line begins, or the line's end. */
int64_t vdp_next_slot(const vdp *s);
int64_t vdp_next_external(const vdp *s);
/* With a full FIFO and no bus DMA: mclk at which the slot begins that makes room, or the line's end. */
int64_t vdp_room_clock(const vdp *s);

/* Put a word at the present address into the FIFO, which has room; it may go out at `clock`. */
static inline void vdp_fifo_push(vdp *s, int64_t clock, uint16_t value)
{
    unsigned i = s->fifo_write & 3u;
    s->fifo_data[i] = value;
    s->fifo_address[i] = s->address;
    s->fifo_code[i] = (uint8_t)((s->code & 15) | !vdp_is_mode5(s)); /* mode 4 writes CRAM or VRAM, whatever CD0 is */
    s->fifo_clock[i] = clock;
    s->fifo_write = (i + 1) & 3;
    s->fifo_count++;
}
void vdp_write_vram_byte(vdp_chip *chip, int64_t clock, uint32_t address, uint8_t value);
void vdp_write_word(vdp_chip *chip, int64_t clock, uint8_t code, uint32_t address, uint16_t value);
int vdp_readable(const vdp *s);

/* What has been let into the FIFO when the CPU finds it full, and words wait that it has had room for (`later`): bring both to
 * `clock`, a time in the present line, when there is nothing else to move. */
void vdp_make_room(vdp_chip *chip, int64_t clock);
/* The words that wait go into the FIFO. */
void vdp_flush_later(vdp_chip *chip, int64_t clock);

/* In the blank a word's second slot begins within this many mclk of the time when it is ready and the word before it has gone:
 * both slots begin within 20 of when they could, and one refresh may come before either. */
#define VDP_BLANK_WORD 60

/* The FIFO has room for it: a word that waits beside it. */
static inline void vdp_put_later(vdp_chip *chip, int64_t clock, uint32_t address, uint8_t code, uint16_t value)
{
    vdp_later *l = chip->later + chip->later_count;
    int64_t ready = clock + chip->later_latency;
    *l = (vdp_later){
        .clock = clock, .bound = (ready > l[-1].bound ? ready : l[-1].bound) + VDP_BLANK_WORD,
        .address = address, .value = value, .code = code,
    };
    if (++chip->later_count == VDP_LATER)
        chip->later_limit = 0;
}

/* 1: nothing goes on at `clock`, in the present line, but the writes of words. */
static inline int vdp_only_waits(const vdp_chip *chip, int64_t clock)
{
    const vdp *s = chip->state;
    return clock - s->line_clock < VDP_HINT(0) && clock >= s->clock && clock >= chip->write_clock
        && s->line_stage == VDP_STAGE_HINT && !(s->dma_run | s->bus_hold | s->read_wanted | (s->code & 0x20)) && vdp_is_mode5(s);
}

/* `ahead` words after the present one, another one can wait beside the FIFO. */
static inline int vdp_takes_later(const vdp_chip *chip, int64_t clock, int ahead)
{
    return chip->later_count + ahead < VDP_LATER && clock < chip->later_limit && clock >= chip->write_clock
        && chip->later[chip->later_count + ahead - 4].bound < clock;
}

static inline void vdp_take_word(vdp_chip *chip, int64_t clock, uint16_t value)
{
    vdp *s = chip->state;
    chip->write_clock = clock;
    s->command_pending = 0;
    if (chip->later_count)
        vdp_put_later(chip, clock, s->address, s->code & 15, value);
    else
        vdp_fifo_push(s, clock + VDP_WRITE_LATENCY(vdp_is_h40(s)), value);
    s->address = (s->address + vdp_step(s)) & 0x1FFFF;
}

/* A word that the CPU writes to the data port while nothing else goes on: it has no effect before its slot, so it waits, with
 * all that are in the FIFO, until that is full or anybody calls for the chip.  In the blank, when words go out sooner than
 * they come, they wait beside the FIFO as long as it is certain to have had room.  0: it is not so simple. */
static inline int vdp_accept_now(vdp_chip *chip, int64_t clock, uint16_t value)
{
    if (chip->later_count ? !vdp_takes_later(chip, clock, 0)
                          : chip->state->fifo_count == 4 || !vdp_only_waits(chip, clock))
        return 0;
    vdp_take_word(chip, clock, value);
    return 1;
}

int vdp_push_two(vdp_chip *chip, int64_t clock, int64_t second, uint32_t value);

/* The same for two words one after the other, the second one at `second`.  0: neither has been taken. */
static inline int vdp_accept_two(vdp_chip *chip, int64_t clock, int64_t second, uint32_t value)
{
    if (chip->later_count == 0)
        return vdp_push_two(chip, clock, second, value);
    if (!vdp_takes_later(chip, clock, 0) || !vdp_takes_later(chip, second, 1))
        return 0;
    vdp *s = chip->state;
    const uint32_t address = s->address, step = s->registers[15];
    const uint8_t code = s->code & 15;
    vdp_put_later(chip, clock, address, code, (uint16_t)(value >> 16));
    vdp_put_later(chip, second, (address + step) & 0x1FFFF, code, (uint16_t)value);
    s->address = (address + 2 * step) & 0x1FFFF;
    chip->write_clock = second;
    s->command_pending = 0;
    return 1;
}

/* The same, with words that wait brought on if they have to be. */
static inline int vdp_accept_word(vdp_chip *chip, int64_t clock, uint16_t value)
{
    if (vdp_accept_now(chip, clock, value))
        return 1;
    if (!vdp_only_waits(chip, clock))
        return 0;
    vdp_make_room(chip, clock);
    if (chip->state->fifo_count == 4)
        return 0;
    vdp_take_word(chip, clock, value);
    return 1;
}

/* Transfer in the slots from `slot`, an external one, of the present line on and before `end`, if it is one that can be made at
 * once; returns how many have been used.  What may make a transfer end, or another begin, is left to the slots one by one. */
int vdp_run_transfer(vdp_chip *chip, int slot, int end);
/* The same for a bus transfer to CRAM or VSRAM, in any slots. */
int vdp_run_words(vdp_chip *chip, int slot, int end);

static inline uint16_t vdp_dma_length(const vdp *s) { return (uint16_t)(s->registers[20] << 8 | s->registers[19]); }
static inline uint16_t vdp_dma_source(const vdp *s) { return (uint16_t)(s->registers[22] << 8 | s->registers[21]); }

/* A word of the 68000's address space. */
static inline uint16_t vdp_dma_word(const vdp_chip *chip, uint32_t address)
{
    const uint8_t *page = chip->dma_pages ? chip->dma_pages[address >> 16 & 0xFF] : NULL;
    if (page)
        return vdp_word(page + (address & 0xFFFE));
    return chip->dma_read ? chip->dma_read(chip->bus, address) : 0;
}

void vdp_dma_start(vdp *s, int64_t clock);
void vdp_dma_fetch(vdp_chip *chip, int64_t clock);
void vdp_dma_held_write(vdp_chip *chip);
void vdp_fill_slot(vdp_chip *chip, int64_t clock);
void vdp_copy_slot(vdp_chip *chip, int64_t clock);

/* A fill command has been given and waits for its first data word. */
static inline int vdp_fill_armed(const vdp *s)
{
    return s->code & 0x20 && (s->registers[23] & 0xC0) == 0x80 && s->dma_run == VDP_DMA_NONE;
}
/* A copy moves only if CD4 is set; else it never ends. */
static inline int vdp_copy_runs(const vdp *s) { return s->dma_run == VDP_DMA_COPY && s->code & 0x10; }

/* A port write at the chip's present time. */
void vdp_port_write(vdp_chip *chip, uint32_t port, uint16_t value);

#endif
