/* shared.c - calls that a VDP which is not the kernel is spared.
 *
 * A call of Python costs as much as hundreds of instructions of the 68000.  A chip that says so (vdp_interface.shares)
 * tells what a read of its status gives, and until when; how many words its FIFO certainly takes, so that writes can wait
 * for the next call; which interrupt its next event is, and how often that comes.  It hears of everything in order and
 * with its time. */
#include "machine.h"

#include "vdp/vdp.h"

#define HB 4                    /* HBLANK in the status */

/* mclk in which a full FIFO is empty again if the VDP does nothing else: 8 slots, in a line of the picture of 256 or 320
 * pixels, and the latency of the last word. */
#define FIFO_EMPTIES 2040

/* By number: a write has no part in interrupts or in when the next event comes, so it can be made later.  All but 0, 1,
 * 11 and 12. */
#define REGISTERS_LATER 0xFFE7FCu
#define HINT_COUNTER 10

int md_shared_event(megadrive *md, int64_t clock)
{
    vdp_interface *other = &md->vdp_other;
    vdp *s = &md->state.vdp;
    if (!other->shares || !other->irq_event || s->next_event != other->irq_event || clock < other->irq_event
        || clock >= other->event_after - 1)
        return 0;
    s->irq_level = (uint8_t)other->irq_level;
    s->irq_clock = other->irq_clock;
    s->next_event = other->event_after;
    other->hint = other->irq_event;
    other->irq_event = 0;
    return 1;
}

static int keep(vdp_interface *other, int64_t clock, uint32_t port, uint16_t value)
{
    other->kept_write[other->writes++] = (vdp_kept_write){ clock, port, value };
    other->status_until = 0;
    other->reached = other->called = clock;
    return 1;
}

static int may_keep(const megadrive *md, int64_t clock)
{
    const vdp_interface *other = &md->vdp_other;
    const vdp *s = &md->state.vdp;
    return other->shares && other->room >= 0 && clock >= other->reached && clock + 1 < s->next_event && !s->bus_hold
        && other->writes < VDP_KEPT_WRITES;
}

static void empty_fifo(vdp_interface *other, int64_t clock)
{
    if (clock - other->called >= FIFO_EMPTIES)
        other->room = 4;
}

int md_shared_acknowledge(megadrive *md, int64_t clock)
{
    vdp_interface *other = &md->vdp_other;
    vdp *s = &md->state.vdp;
    if (!other->hint || !other->hint_period || s->irq_level != 4 || clock < other->hint || !may_keep(md, clock))
        return 0;
    empty_fifo(other, clock);
    int64_t ahead = ((clock - other->hint) / other->hint_period + 1) * other->hint_period;
    int64_t next = other->hint + ahead;
    s->irq_level = 0;
    s->irq_clock = clock;
    other->hint = 0;
    if (next < other->event_after) {
        s->next_event = other->irq_event = next;
        other->irq_clock += ahead;
    }
    return keep(other, clock, VDP_KEPT_ACKNOWLEDGE, 0);
}

int md_shared_read(megadrive *md, int64_t clock, uint32_t port, uint16_t *value)
{
    vdp_interface *other = &md->vdp_other;
    const vdp *s = &md->state.vdp;
    if (!other->shares || clock < other->reached)
        return 0;
    if ((port & 0x1C) == 0x04 && clock < other->status_until) {
        *value = (uint16_t)(other->status | (vdp_hblank_at(s, clock) ? HB : 0));
        other->reached = clock;
        return 1;
    }
    int64_t line;
    if ((port & 0x18) != 0x08 || clock >= s->next_event || s->interlace)
        return 0;
    unsigned v = vdp_v_ahead(s, clock, &line);
    *value = s->hv_latched ? s->hv_latch : (uint16_t)((v & 0xFF) << 8 | vdp_h_at(vdp_is_h40(s), (int)(clock - line)) >> 1);
    other->reached = clock;
    return 1;
}

static int waits_for_nothing(vdp_interface *other, const vdp *s, uint32_t port, uint16_t value)
{
    if (port == 0x00) {
        if (other->room < 1)
            return 0;
        other->room--;
        other->pending = 0;
        return 1;
    }
    if (port != 0x04)
        return 0;
    if (other->pending) {
        if (value & 0x80)       /* a transfer */
            return 0;
        other->pending = 0;
    } else if (value >> 14 != 2) {
        other->pending = (uint8_t)vdp_is_mode5(s); /* else it is a whole command */
    } else {
        unsigned number = value >> 8 & 0x1F;
        if (number == HINT_COUNTER)
            other->hint_period = 0;
        return REGISTERS_LATER >> number & 1;
    }
    return 1;
}

int md_shared_write(megadrive *md, int64_t clock, uint32_t port, uint16_t value)
{
    vdp_interface *other = &md->vdp_other;
    if (!may_keep(md, clock))
        return 0;
    empty_fifo(other, clock);
    return waits_for_nothing(other, &md->state.vdp, port & 0x1C, value) && keep(other, clock, port, value);
}
