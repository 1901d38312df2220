/* timing.c - lines and frames, H and V counters, interrupts, the next event. */
#include "vdp.h"

/* ------------------------------------------------------------------------------------- H position */

/* H40: from H = $1CC, 304 mclk into the line, 34 pixel steps are stretched: twice this pattern of 166 mclk. */
#define STRETCH_STEP 38
#define STRETCH_OFFSET 304
#define STRETCH_LENGTH 166
static const uint8_t stretch_begin[17] = {0, 8, 18, 28, 38, 48, 58, 68, 78, 87, 96, 106, 116, 126, 136, 146, 156};

int vdp_step_offset(int h40, int step)
{
    if (!h40)
        return 10 * step;
    if (step < STRETCH_STEP)
        return 8 * step;
    step -= STRETCH_STEP;
    if (step >= 34)
        return STRETCH_OFFSET + 2 * STRETCH_LENGTH + 8 * (step - 34);
    if (step >= 17)
        return STRETCH_OFFSET + STRETCH_LENGTH + stretch_begin[step - 17];
    return STRETCH_OFFSET + stretch_begin[step];
}

int vdp_step_at(int h40, int offset)
{
    if (!h40)
        return offset / 10;
    if (offset < STRETCH_OFFSET)
        return offset / 8;
    int step = STRETCH_STEP;
    offset -= STRETCH_OFFSET;
    if (offset >= 2 * STRETCH_LENGTH)
        return step + 34 + (offset - 2 * STRETCH_LENGTH) / 8;
    if (offset >= STRETCH_LENGTH) {
        offset -= STRETCH_LENGTH;
        step += 17;
    }
    int i = offset / 10; /* never beyond the answer, at most one short of it */
    if (i < 16 && stretch_begin[i + 1] <= offset)
        i++;
    return step + i;
}

int vdp_h_at(int h40, int offset)
{
    int step = vdp_step_at(h40, offset);
    if (h40)
        return step < 35 ? 0x14A + step : (0x1C9 + step - 35) & 0x1FF;
    return step < 30 ? 0x10A + step : (0x1D2 + step - 30) & 0x1FF;
}

/* ------------------------------------------------------------------------------------- interrupts */

void vdp_update_irq(vdp *s, int64_t clock, int delay)
{
    uint8_t level = 0;
    if (s->v_pending && s->registers[1] & 0x20)
        level = 6;
    else if (s->h_pending && s->registers[0] & 0x10)
        level = 4;
    else if (s->external_pending && s->registers[11] & 0x08)
        level = 2;
    if (level != s->irq_level) {
        s->irq_clock = clock + delay;
        s->irq_level = level;
    }
}

/* The chip does not look at the level that the 68000 acknowledges: it clears what it asks for now.  The pins show it from `clock`
 * on, even if the chip is ahead: else the 68000 would take the same interrupt again until then. */
void vdp_acknowledge(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    vdp_reach(chip, clock);
    if (s->v_pending && s->registers[1] & 0x20)
        s->v_pending = 0;
    else if (s->h_pending && s->registers[0] & 0x10)
        s->h_pending = 0;
    else
        s->external_pending = 0;
    vdp_update_irq(s, clock, 0);
    vdp_schedule(s);
}

/* ---------------------------------------------------------------------------------------- the line */

/* The V counter jumps once a frame: the last value before the jump and the one after it; NTSC V30 never jumps.
 * Handbook 04, 7.2; in interlace the odd field is the longer one. */
typedef struct v_jump_values {
    unsigned last, first;
} v_jump_values;

static inline v_jump_values v_jump(const vdp *s)
{
    v_jump_values jump = { 0x200, 0 };
    int even = s->interlace && !s->odd_field;
    if (!vdp_is_mode5(s)) {
        jump.last = s->pal ? 0xF2 : 0xDA;
        jump.first = s->pal ? 0x1BA : 0x1D5;
    } else if (!s->pal) {
        if (!(s->registers[1] & 8)) {
            jump.last = 0xEA;
            jump.first = s->interlace && !even ? 0x1E4 : 0x1E5;
        }
    } else {
        jump.last = s->registers[1] & 8 ? 0x10A : 0x102;
        jump.first = s->registers[1] & 8 ? 0x1D2 : 0x1CA;
        if (s->interlace) {
            jump.last--;
            jump.first -= !even;
        }
    }
    return jump;
}

static VDP_APART uint16_t next_v(const vdp *s)
{
    v_jump_values jump = v_jump(s);
    return (uint16_t)(s->v_counter == jump.last ? jump.first : (s->v_counter + 1u) & 0x1FF);
}

unsigned vdp_v_run(const vdp *s, unsigned v)
{
    unsigned last = v_jump(s).last;
    return v <= last && last < 0x1FF ? last : 0x1FF;
}

unsigned vdp_v_after(const vdp *s, unsigned v, unsigned lines)
{
    v_jump_values jump = v_jump(s);
    if (v <= jump.last && v + lines > jump.last && jump.last < 0x200)
        return (v + lines - jump.last - 1 + jump.first) & 0x1FF;
    return (v + lines) & 0x1FF;
}

unsigned vdp_v_ahead(const vdp *s, int64_t clock, int64_t *line)
{
    int64_t lines = (clock - s->line_clock) / VDP_LINE;
    *line = s->line_clock + lines * VDP_LINE;
    return vdp_v_after(s, s->v_counter, (unsigned)lines);
}

/* Lines to that of V = $1FF. */
static int lines_of_blank(const vdp *s)
{
    v_jump_values jump = v_jump(s);
    int lines = 0x1FF - s->v_counter;
    return s->v_counter <= jump.last && jump.last < 0x200 ? lines - (int)(jump.first - jump.last) + 1 : lines;
}

static VDP_APART void end_picture(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    vdp_draw_before(chip, clock);
    if (chip->border)
        vdp_finish_border(chip, clock);
    s->draw_clock = VDP_NEVER;
    s->frame++;
    s->frame_clock = clock;
    unsigned lsm = s->registers[12] >> 1 & 3;
    s->interlace = (uint8_t)(lsm == 2 ? 0 : lsm);
}

static void begin_line(vdp_chip *chip)
{
    vdp *s = chip->state;
    s->line_clock += VDP_LINE;
    s->line_stage = VDP_STAGE_HINT;
    if (s->v_counter < 191) {           /* no picture is shorter, and no jump comes before its end */
        s->v_counter++;
        return;
    }
    s->v_counter = next_v(s);
    if (s->v_counter == 0x1FF) {
        if (!s->vblank) /* a V28/V30 switch made the chip miss the end of the picture */
            end_picture(chip, s->line_clock);
        s->vblank = 0;
        s->picture_clock = s->line_clock + VDP_LINE;
        s->draw_clock = s->line_clock;
    } else if (s->v_counter == vdp_height(s)) {
        s->line_stage = s->vblank ? VDP_STAGE_F : VDP_STAGE_PICTURE_END;
        s->vblank = 1;
    }
}

static inline int stage_offset(const vdp *s)
{
    int h40 = vdp_is_h40(s);
    if (s->line_stage == VDP_STAGE_HINT)
        return VDP_HINT(h40);
    switch (s->line_stage) {
    case VDP_STAGE_PICTURE_END: return VDP_PICTURE_END;
    case VDP_STAGE_F: return VDP_F_SET(h40);
    case VDP_STAGE_ODD: return VDP_ODD_TOGGLE(h40);
    case VDP_STAGE_Z80_INT_END: return VDP_Z80_INT_END(h40);
    default: return VDP_LINE;
    }
}

/* The H interrupt counter is clocked. */
static inline void clock_hint(vdp *s, int64_t clock)
{
    if (s->vblank) {
        s->hint_counter = s->registers[10];
    } else if (s->hint_counter) {
        s->hint_counter--;
    } else {
        s->hint_counter = s->registers[10];
        s->h_pending = 1;
        vdp_update_irq(s, clock, VDP_IRQ_DELAY);
    }
}

/* What happens in the line after the picture. */
static VDP_APART void do_vblank_stage(vdp_chip *chip, int64_t clock, unsigned stage)
{
    vdp *s = chip->state;
    switch (stage) {
    case VDP_STAGE_PICTURE_END:
        end_picture(chip, clock);
        break;
    case VDP_STAGE_F:
        s->v_pending = 1;
        s->z80_int = 1;
        s->z80_int_clock = clock;
        vdp_update_irq(s, clock, VDP_IRQ_DELAY);
        break;
    case VDP_STAGE_ODD:
        s->odd_field = s->interlace && !s->odd_field;
        break;
    default: /* VDP_STAGE_Z80_INT_END */
        s->z80_int = 0;
        s->z80_int_clock = clock;
        break;
    }
}

static inline void do_stage(vdp_chip *chip, int64_t clock)
{
    const unsigned stage = chip->state->line_stage++;
    if (stage == VDP_STAGE_HINT)
        clock_hint(chip->state, clock);
    else if (stage >= VDP_STAGE_STEP)
        begin_line(chip);
    else
        do_vblank_stage(chip, clock, stage);
}

/* Whole lines up to `clock` in which the H interrupt counter is clocked and nothing else happens. */
static VDP_APART void skip_lines(vdp *s, int64_t clock)
{
    int64_t lines = (clock - s->line_clock) / VDP_LINE;
    int v = s->v_counter, end = vdp_height(s), free;
    if (!s->vblank) {
        free = v < end ? end - 1 - v : 0;
        if (free > s->hint_counter)
            free = s->hint_counter;
    } else {
        int last = (int)v_jump(s).last;
        free = v < end ? end - 1 - v : v <= last && last < 0x1FF ? last - v : 0x1FE - v;
    }
    if (lines > free)
        lines = free;
    if (lines <= 0)
        return;
    s->hint_counter = s->vblank ? s->registers[10] : (uint8_t)(s->hint_counter - lines);
    s->v_counter = (uint16_t)(v + lines);
    s->line_clock += lines * VDP_LINE;
}

/* Bring slots and the chip's clock to `clock`, in the present line; 1: a DMA that has the bus may have come further. */
static inline int bring_slots(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    int held = 0;
    if (clock <= s->clock)
        return 0;
    if (vdp_transfer_busy(s)) {
        held = s->bus_hold;
        vdp_transfer(chip, clock);
    }
    s->clock = clock;
    return held;
}

/* vdp_advance, if at most one of the stages with which each line ends lies ahead.  0: it is not so. */
static inline int advance_a_stage(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    const int64_t past = clock - s->line_clock;
    if (s->line_stage == VDP_STAGE_HINT) {
        const int offset = VDP_HINT(vdp_is_h40(s));
        if (past < offset || past >= VDP_LINE)
            return 0;
        const int64_t t = s->line_clock + offset;
        bring_slots(chip, t);
        s->line_stage = VDP_STAGE_STEP;
        clock_hint(s, t);
    } else {
        if (s->line_stage != VDP_STAGE_STEP || past < VDP_LINE || past >= VDP_LINE + VDP_HINT(0) || s->v_counter >= 191)
            return 0;
        bring_slots(chip, s->line_clock + VDP_LINE);
        s->v_counter++;
        s->line_clock += VDP_LINE;
        s->line_stage = VDP_STAGE_HINT;
    }
    bring_slots(chip, clock);
    return 1;
}

int vdp_advance(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    int happened = 0;
    if (clock >= chip->write_clock && !chip->later_count && advance_a_stage(chip, clock))
        return 1;
    if (clock < chip->write_clock)
        clock = chip->write_clock;
    if (chip->later_count)
        vdp_flush_later(chip, chip->write_clock);
    while (s->line_stage != VDP_STAGE_HINT || clock - s->line_clock >= VDP_HINT(0)) {
        if (s->line_stage == VDP_STAGE_HINT && clock - s->line_clock >= VDP_LINE && !vdp_transfer_busy(s)) {
            skip_lines(s, clock);
            happened |= s->vblank; /* what lies ahead in a picture is as far as it was */
        }
        int64_t t = s->line_clock + stage_offset(s);
        if (t > clock)
            break;
        happened = 1;
        bring_slots(chip, t);
        do_stage(chip, t);
    }
    return happened | bring_slots(chip, clock);
}

void vdp_run(vdp_chip *chip, int64_t clock)
{
    vdp_reschedule(chip->state, vdp_reach(chip, clock));
}

/* --------------------------------------------------------------------------------- the next event */

/* A lower bound of the time at which the DMA gives the bus back: it is asked for again from there. */
static int64_t release_bound(const vdp *s)
{
    if (s->dma_run != VDP_DMA_BUS)
        return s->dma_clock + 1; /* held port writes are being made */
    int64_t words = vdp_dma_length(s) ? vdp_dma_length(s) : 65536;
    int single = (s->code & 15) == 3 || (s->code & 15) == 5;
    int64_t slots = (words - 5) * (single ? 1 : 2);
    int per_line = vdp_blanked(s) ? 205 : 18;
    if (slots > per_line)
        return s->clock + (slots / per_line) * VDP_LINE - VDP_LINE / 2;
    int64_t slot = s->fifo_count == 4 ? vdp_next_external(s) : vdp_next_slot(s);
    int64_t drained = s->fifo_count + words - 4; /* before the last word finds room */
    int64_t most = single || 2 * drained - 2 < words - 1 ? words - 1 : 2 * drained - 2;
    return (s->dma_clock > slot ? s->dma_clock : slot) + 16 * most + 1;
}

/* The same in the blank, and while a DMA has the bus. */
static VDP_APART void schedule_apart(vdp *s, int64_t next)
{
    int v = s->v_counter, end = vdp_height(s);
    if (s->vblank) {
        if (s->line_stage < VDP_STAGE_HINT) {
            next = s->line_clock + stage_offset(s);
        } else {
            /* nothing before V = $1FF, unless a new height lies ahead */
            int lines = v < end ? end - v : lines_of_blank(s);
            next = s->line_clock + (int64_t)(lines ? lines : 1) * VDP_LINE;
        }
    }
    if (s->bus_hold) {
        int64_t release = release_bound(s);
        if (release < next)
            next = release;
    }
    s->next_event = next > s->clock ? next : s->clock + 1;
}

void vdp_schedule(vdp *s)
{
    int line = (s->v_counter + 1) & 0x1FF, end = vdp_height(s); /* the line that begins next, in the picture */
    int64_t next = s->line_clock + (line <= end ? (end + 1 - line) * VDP_LINE + VDP_PICTURE_END : VDP_LINE);
    if (s->registers[0] & 0x10 && !s->h_pending) {
        int clocks = s->hint_counter + (s->line_stage > VDP_STAGE_HINT); /* the present line's has been */
        int64_t hint = s->line_clock + (clocks * VDP_LINE + VDP_HINT(vdp_is_h40(s)));
        if (hint < next)
            next = hint;
    }
    if (s->vblank | s->bus_hold)
        schedule_apart(s, next);
    else
        s->next_event = next > s->clock ? next : s->clock + 1;
}

/* ------------------------------------------------------------------------------- power on, loading */

void vdp_power_on(vdp_chip *chip, int pal)
{
    vdp *s = chip->state;
    memset(s, 0, sizeof *s);
    s->pal = pal != 0;
    s->registers[10] = 0xFF; /* acts so until it is written */
    s->hint_counter = 0xFF;
    s->line_stage = VDP_STAGE_HINT;
    vdp_schedule(s);
}

static void clamp_clock(int64_t *clock, int64_t low, int64_t high)
{
    if (*clock < low)
        *clock = low;
    if (*clock > high)
        *clock = high;
}

/* Bring a state of unknown origin into the ranges that the code relies on: no index out of range, no endless wait. */
void vdp_sanitize(vdp *s)
{
    clamp_clock(&s->clock, 0, INT64_MAX / 4);
    clamp_clock(&s->line_clock, s->clock - (VDP_LINE - 1), s->clock);
    clamp_clock(&s->picture_clock, s->line_clock - 0x200 * VDP_LINE, s->line_clock + VDP_LINE);
    if (s->draw_clock != VDP_NEVER)
        clamp_clock(&s->draw_clock, s->picture_clock - VDP_LINE, s->clock + 2 * VDP_LINE);
    clamp_clock(&s->irq_clock, 0, s->clock + 2 * VDP_LINE);
    clamp_clock(&s->z80_int_clock, 0, s->clock);
    clamp_clock(&s->frame_clock, 0, s->clock);
    clamp_clock(&s->bus_hold_clock, 0, s->clock);
    clamp_clock(&s->bus_release_clock, 0, s->clock);
    clamp_clock(&s->dma_clock, 0, s->clock + VDP_LINE);
    for (int i = 0; i < 4; i++) {
        clamp_clock(&s->fifo_clock[i], 0, s->clock + VDP_LINE);
        s->fifo_address[i] &= 0x1FFFF;
        s->fifo_code[i] &= 15;
        s->held_port[i] &= 0x1E;
    }
    for (int i = 0; i < 128; i += 2)
        vdp_set_word(s->cram + i, vdp_word(s->cram + i) & 0x0EFF);
    for (int i = 0; i < 80; i += 2)
        vdp_set_word(s->vsram + i, vdp_word(s->vsram + i) & 0x07FF);
    s->address &= 0x1FFFF;
    s->address_high &= 0x1C000;
    s->v_counter &= 0x1FF;
    s->held_count = s->held_count > 4 ? 4 : s->held_count;
    s->fifo_write &= 3;
    s->fifo_count = s->fifo_count > 4 ? 4 : s->fifo_count;
    s->code &= 0x3F;
    s->dma_run &= 3;
    s->debug_select &= 15;
    s->line_stage = s->line_stage >= VDP_STAGES ? VDP_STAGE_STEP : s->line_stage;
    s->irq_level = s->irq_level > 6 ? 6 : s->irq_level & 6;
    uint8_t *flags[] = {&s->fill_data, &s->fifo_half, &s->command_pending, &s->read_wanted, &s->read_half, &s->read_ready,
                        &s->copy_half, &s->v_pending, &s->h_pending, &s->external_pending, &s->hv_latched,
                        &s->vblank, &s->odd_field, &s->pal, &s->z80_int, &s->bus_hold,
                        &s->sprite_overflow, &s->sprite_collision};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        *flags[i] = *flags[i] != 0;
    if (s->dma_run == VDP_DMA_BUS)
        s->bus_hold = 1;
    if (!s->bus_hold)
        s->held_count = 0;
    s->interlace = s->interlace == 1 || s->interlace == 3 ? s->interlace : 0;
    vdp_draw_sanitize(s);
    vdp_schedule(s);
}
