/* shared.c - calls that a VDP which is not the kernel is spared.
 *
 * A call of Python costs as much as hundreds of instructions of the 68000.  A chip that says so (vdp_interface.shares)
 * tells what a read of its status gives, and until when; how many words its FIFO certainly takes, so that writes can wait
 * for the next call; and which interrupt its next event is.  It hears of everything in order and with its time. */
#include "machine.h"

#include "vdp/vdp.h"

#define HB 4                    /* HBLANK in the status */

/* By number: a write has no part in interrupts or in when the next event comes, so it can be made later.  All but 0, 1,
 * 11 and 12. */
#define REGISTERS_LATER 0xFFE7FCu

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
    other->irq_event = 0;
    return 1;
}

int md_shared_read(const megadrive *md, int64_t clock, uint32_t port, uint16_t *value)
{
    const vdp_interface *other = &md->vdp_other;
    const vdp *s = &md->state.vdp;
    if (!other->shares || clock < other->reached)
        return 0;
    if ((port & 0x1C) == 0x04 && clock < other->status_until) {
        *value = (uint16_t)(other->status | (vdp_hblank_at(s, clock) ? HB : 0));
        return 1;
    }
    int64_t line;
    int v;
    if ((port & 0x18) != 0x08 || clock >= s->next_event || s->interlace || (v = vdp_v_ahead(s, clock, &line)) < 0)
        return 0;
    *value = s->hv_latched ? s->hv_latch : (uint16_t)((v & 0xFF) << 8 | vdp_h_at(vdp_is_h40(s), (int)(clock - line)) >> 1);
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
        return REGISTERS_LATER >> (value >> 8 & 0x1F) & 1;
    }
    return 1;
}

int md_shared_write(megadrive *md, int64_t clock, uint32_t port, uint16_t value)
{
    vdp_interface *other = &md->vdp_other;
    const vdp *s = &md->state.vdp;
    if (!other->shares || other->room < 0 || clock < other->reached || clock + 1 >= s->next_event || s->bus_hold
        || other->writes == VDP_KEPT_WRITES || !waits_for_nothing(other, s, port & 0x1C, value))
        return 0;
    other->kept_write[other->writes++] = (vdp_kept_write){ clock, port, value };
    other->status_until = 0;
    other->reached = clock;
    return 1;
}
