/* ports.c - data, control, status, HV and debug ports; registers; codes.
 *
 * port & $1C: $00 data, $04 control and status, $08 and $0C HV counter, $18 debug select, $1C debug data.
 * A write to a full FIFO and a read that waits for its data run the chip ahead; the CPU's bus cycle ends when the chip
 * has got there.  Calls with an earlier time than the chip's count as made at the chip's time. */
#include "vdp.h"

/* -------------------------------------------------------------------------------------- registers */

/* Bits of a register whose change pixels or sprites may depend on. */
static uint8_t drawing_bits(unsigned index)
{
    switch (index) {
    case 0: return 0xED;    /* all but IE1 and the HV latch */
    case 1: return 0xCF;    /* all but IE0 and the DMA enable */
    case 10: case 15: case 19: case 20: case 21: case 22: case 23: return 0;
    default: return 0xFF;
    }
}

static uint16_t hv_counter(const vdp *s)
{
    unsigned v = s->v_counter;
    if (s->interlace == 1)
        v = (v & 0xFE) | v >> 8;
    else if (s->interlace == 3)
        v = (v << 1 & 0xFE) | (v >> 7 & 1);
    int h = vdp_h_at(vdp_is_h40(s), (int)(s->clock - s->line_clock));
    return (uint16_t)((v & 0xFF) << 8 | h >> 1);
}

static void latch_hv(vdp *s)
{
    s->hv_latch = hv_counter(s);
    s->hv_latched = 1;
}

enum { DEBUG = 24 }; /* the debug register, after the numbered ones */

/* Those that sprites of mode 5 depend on. */
#define SPRITE_REGISTERS (1u << 0 | 1u << 1 | 1u << 5 | 1u << 12 | 1u << DEBUG)

/* Before a register that pixels depend on changes. */
static void draw_before_change(vdp_chip *chip, unsigned index)
{
    int64_t clock = chip->state->clock + VDP_REGISTER_DELAY(vdp_is_h40(chip->state));
    if (index == 7)
        vdp_change_backdrop(chip, clock);
    else if (chip->render || SPRITE_REGISTERS >> index & 1 || !vdp_is_mode5(chip->state))
        vdp_draw_before(chip, clock);
    if (chip->border)
        vdp_draw_border(chip, clock);
}

/* A16-A14 and CD4-CD2 are held at 0 in mode 4, and no DMA is allowed. */
static void clear_high_command(vdp *s)
{
    s->code &= 3;
    s->address_high = 0;
    s->address &= 0x3FFF;
}

static void write_register(vdp_chip *chip, unsigned index, uint8_t value)
{
    vdp *s = chip->state;
    if (index >= 24 || (index > 10 && !vdp_is_mode5(s)))
        return;
    uint8_t changed = s->registers[index] ^ value;
    if (changed & drawing_bits(index))
        draw_before_change(chip, index);
    s->registers[index] = value;
    if (!vdp_is_mode5(s) && s->dma_run == VDP_DMA_NONE)
        clear_high_command(s);
    if (index == 0 && changed & 2) {
        s->hv_latched = 0;
        if (value & 2)
            latch_hv(s);
    }
    if (index <= 1 || index == 11)
        vdp_update_irq(s, s->clock, VDP_ENABLE_DELAY);
}

/* ------------------------------------------------------------------------------------------ writes */

/* A command is complete. */
static void begin_access(vdp *s, int reads)
{
    s->read_half = 0;
    s->read_ready = 0;
    s->read_wanted = (uint8_t)reads;
}

static void write_control(vdp_chip *chip, uint16_t value)
{
    vdp *s = chip->state;
    if (!s->command_pending) {
        /* Effective at once: A13-A0 and CD1-CD0; a register write changes them too. */
        s->address = s->address_high | (value & 0x3FFFu);
        s->code = (uint8_t)((s->code & 0x3C) | value >> 14);
        if ((value & 0xC000) == 0x8000) {
            write_register(chip, value >> 8 & 0x1F, (uint8_t)value);
        } else if (vdp_is_mode5(s)) {
            s->command_pending = 1;
        } else { /* a whole command */
            clear_high_command(s);
            begin_access(s, s->code == 0);
        }
        return;
    }
    int dma_enabled = s->registers[1] & 0x10;
    s->command_pending = 0;
    s->address_high = (uint32_t)(value & 7) << 14; /* A16 counts in 128 KB mode only, but is kept */
    s->address = s->address_high | (s->address & 0x3FFF);
    uint8_t cd5 = dma_enabled ? value >> 2 & 0x20 : s->code & 0x20;
    s->code = (uint8_t)((s->code & 3) | (value >> 2 & 0x1C) | cd5);
    int dma = cd5 && dma_enabled;
    begin_access(s, !dma && vdp_readable(s));
    if (dma)
        vdp_dma_start(s, s->clock);
}

/* A port write at the chip's present time; the FIFO has room. */
void vdp_port_write(vdp_chip *chip, uint32_t port, uint16_t value)
{
    vdp *s = chip->state;
    switch (port & 0x1C) {
    case 0x00:
        s->command_pending = 0;
        s->fill_data |= (uint8_t)vdp_fill_armed(s);
        vdp_fifo_push(s, s->clock + VDP_WRITE_LATENCY(vdp_is_h40(s)), value);
        s->address = (s->address + vdp_step(s)) & 0x1FFFF;
        break;
    case 0x04:
        write_control(chip, value);
        break;
    case 0x18:
        s->debug_select = value >> 8 & 15;
        break;
    case 0x1C:
        if (s->debug[s->debug_select] != value) {
            if (s->debug_select == 0)
                draw_before_change(chip, DEBUG);
            s->debug[s->debug_select] = value;
        }
        break;
    default:
        break; /* the HV counter's address: the console locks up; harmless here */
    }
}

int64_t vdp_write(vdp_chip *chip, int64_t clock, uint32_t port, uint16_t value)
{
    vdp *s = chip->state;
    int happened = vdp_reach(chip, clock);
    if (s->bus_hold && s->held_count < 4) {
        unsigned i = s->held_count++;
        s->held_port[i] = port & 0x1E;
        s->held_value[i] = value;
        vdp_schedule(s);
        return s->clock;
    }
    /* More than an instruction can have left: wait, as if the bus were not held. */
    while (s->bus_hold)
        happened |= vdp_advance(chip, s->clock + VDP_LINE);
    if ((port & 0x1C) == 0) {
        while (s->fifo_count == 4)
            happened |= vdp_advance(chip, vdp_room_clock(s) + 1);
    }
    vdp_port_write(chip, port, value);
    vdp_reschedule(s, happened || (port & 0x1C) == 4);
    return s->clock;
}

/* ------------------------------------------------------------------------------------------- reads */

uint16_t vdp_peek_status(const vdp *s)
{
    int h40 = vdp_is_h40(s);
    int offset = (int)(s->clock - s->line_clock);
    /* VB changes two pixels after the V step. */
    int vb = s->vblank;
    if (offset < 2 * VDP_PIXEL(h40) && (s->v_counter == 0x1FF || s->v_counter == vdp_height(s)))
        vb = s->v_counter == 0x1FF;
    return (uint16_t)((s->fifo_count == 0) << 9 | (s->fifo_count == 4) << 8 | s->v_pending << 7
                      | s->sprite_overflow << 6 | s->sprite_collision << 5 | s->odd_field << 4
                      | (vb || !vdp_display_on(s)) << 3
                      | (offset >= VDP_HB_SET(h40) && offset < VDP_HB_CLEAR(h40)) << 2
                      | (vdp_fill_armed(s) || s->dma_run) << 1 | s->pal);
}

static uint16_t read_status(vdp_chip *chip)
{
    vdp *s = chip->state;
    int64_t offset = s->clock - s->line_clock;
    int settled = offset > VDP_FLAGS_END && offset < VDP_LINE + VDP_FLAGS_BEGIN;
    vdp_draw_flags(chip, settled ? s->line_clock + VDP_FLAGS_END : s->clock);
    uint16_t value = vdp_peek_status(s);
    s->command_pending = 0;
    s->sprite_overflow = 0;
    s->sprite_collision = 0;
    if (!vdp_is_mode5(s)) {
        s->v_pending = 0;
        vdp_update_irq(s, s->clock, 0);
    }
    return value;
}

/* With a code that writes, or one that reads nothing, no word ever comes and the bus cycle never ends [handbook 04, 3].
 * Returns when it ends. */
static int64_t read_data(vdp_chip *chip, uint16_t *value)
{
    vdp *s = chip->state;
    s->command_pending = 0;
    *value = s->read_buffer;
    if (s->bus_hold)
        return s->clock;
    if (!vdp_readable(s))
        return VDP_NEVER;
    if (!s->read_ready)
        s->read_wanted = 1;
    int64_t patience = s->clock + VDP_READ_PATIENCE;
    while (!s->read_ready && s->clock < patience)
        vdp_advance(chip, vdp_next_external(s) + 1);
    *value = s->read_buffer;
    s->read_ready = 0;
    s->read_wanted = 1;
    return s->clock;
}

/* Bits that the chip does not drive are 0: VDP_STATUS_DRIVEN for the status, all for $18 and $1C. */
int64_t vdp_read(vdp_chip *chip, int64_t clock, uint32_t port, uint16_t *value)
{
    vdp *s = chip->state;
    int happened = vdp_reach(chip, clock) | ((port & 0x1C) == 0);
    int64_t end = s->clock;
    switch (port & 0x1C) {
    case 0x00: end = read_data(chip, value); break;
    case 0x04: *value = read_status(chip); break;
    case 0x08: case 0x0C: *value = s->hv_latched ? s->hv_latch : hv_counter(s); break;
    default: *value = 0; break;
    }
    vdp_reschedule(s, happened);
    return end;
}

/* The TH input falls: the HV counter is latched if R0.1 is set, and the external interrupt becomes pending. */
void vdp_th_fall(vdp_chip *chip, int64_t clock)
{
    vdp *s = chip->state;
    vdp_advance(chip, clock);
    if (s->registers[0] & 2)
        latch_hv(s);
    s->external_pending = 1;
    vdp_update_irq(s, s->clock, VDP_IRQ_DELAY);
    vdp_schedule(s);
}
