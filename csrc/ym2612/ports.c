/* ports.c - bus and timers by themselves; the status. */
#include "internal.h"

void ym2612_write(ym2612 *ym, uint32_t port, uint8_t value)
{
    ym->bus = (uint16_t)((port & 2) << 7 | value);
    if (port & 1)
        ym->data_strobe |= 1;
    else
        ym->address_strobe |= 1;
}

/* $21 bit 6: the port shows internal signals. */
static uint8_t test_status(const ym2612 *ym)
{
    uint32_t since_latch = (ym->cycle + 21u) % 24; /* the latched values are shifted out, lowest bit first */
    uint32_t low = ym->test_2c & 0x10 ? (uint32_t)ym->shown_before & 0x1FF : (uint32_t)ym->output[(ym->cycle + 18) % 24] & 0x3FFF;
    uint32_t envelope = ym->test_21 & 1 ? (uint32_t)ym->test_attenuation >> since_latch : ym->eg_step[(ym->cycle + 20) % 24] > 0;
    uint32_t word = ((uint32_t)ym->test_phase >> since_latch & 1) << 15 | (envelope & 1) << 14 | low;

    return (uint8_t)(ym->test_21 & 0x80 ? word : word >> 8);
}

static uint8_t status_now(const ym2612 *ym)
{
    return (uint8_t)(ym->busy << 7 | ym->timer_flag[1] << 1 | ym->timer_flag[0]);
}

void ym2612_start_ports(ym2612_ports *ports, const ym2612 *ym)
{
    int64_t clock = ym->clock;

    ports->chip = *ym;
    ym2612_start_timers(&ports->timers, clock, ym->cycle);
    ports->clock = clock;
    ports->written[0] = clock - (ym->address_strobe & 1 ? 0 : ym->address_strobe & 2 ? 1 : 2);
    ports->written[1] = clock - (ym->data_strobe & 1 ? 0 : ym->data_strobe & 2 ? 1 : 2);
    ports->waiting = (uint8_t)((ym->address_strobe == 1 ? BUS_ADDRESS : 0) | (ym->data_strobe == 1 ? BUS_DATA : 0));
    ports->busy_from = ym->busy ? clock : clock + 1;
    ports->busy_until = ym->busy || ym->busy_left ? clock + ym->busy_left + 1 : clock;
    ports->flags_until = clock;
    ports->bus = ym->bus;
    ports->address = ym->mode_address;
    ports->flags = 0;
    memset(ports->reserved, 0, sizeof ports->reserved);
}

/* What ym2612_sample_bus() and ym2612_store_registers() do in the cycle that sees the bus, as far as it concerns the status: busy from
 * the second cycle after it for 32 cycles. */
static inline void see_bus(ym2612_ports *ports)
{
    ym2612 *ym = &ports->chip;
    int64_t clock = ports->clock;
    uint32_t address = ports->address;

    if (ports->waiting & BUS_DATA) {
        if (clock >= ports->busy_until - 2) {
            if (clock > ports->busy_until - 2)
                ports->busy_from = clock + 2;
            ports->busy_until = clock + 34;
        }
        if (!(ports->bus & 0x100) && ((address & 0x1FC) == 0x24 || address == 0x21)) {
            if (address != 0x27 || !ym2612_clear_flags(ym, &ports->timers, clock, ports->bus & 0xFF)) {
                ym2612_bring_timers(ym, &ports->timers, clock + 1);
                ym2612_write_mode(ym, address, (uint8_t)ports->bus);
            }
            ports->flags_until = 0;
        }
    }
    if (ports->waiting & BUS_ADDRESS)
        ports->address = ports->bus;
    ports->waiting = 0;
}

static inline void write_ports(ym2612_ports *ports, uint32_t port, uint8_t value, int64_t clock)
{
    uint32_t kind = port & 1;

    if (ports->waiting && clock > ports->clock)
        see_bus(ports);
    if (clock > ports->written[kind] + 1) /* else the chip does not see it, or it has been counted already */
        ports->waiting |= (uint8_t)(kind ? BUS_DATA : BUS_ADDRESS);
    ports->clock = ports->written[kind] = clock;
    ports->bus = (uint16_t)((port & 2) << 7 | value);
}

void ym2612_write_ports(ym2612_ports *ports, uint32_t port, uint8_t value, int64_t clock)
{
    write_ports(ports, port, value, clock);
}

/* Writes as in ym2612_run_writes, from the chip's `clock` on. */
void ym2612_follow_ports(ym2612_ports *ports, const uint32_t *writes, int64_t count, int64_t clock)
{
    for (; count > 0; count--, writes += 3)
        write_ports(ports, writes[1], (uint8_t)writes[2], clock + writes[0]);
}

/* The timers' flags at `clock`, if what has been written since the last look does not concern them. */
uint8_t ym2612_flags_ports(ym2612_ports *ports, int64_t clock)
{
    ports->flags = (uint8_t)ym2612_timer_flags(&ports->chip, &ports->timers, clock, &ports->flags_until);
    return ports->flags;
}

int ym2612_status_ports(ym2612_ports *ports, int64_t clock, int64_t *until)
{
    int64_t end = INT64_MAX;
    uint32_t status = 0;

    if (ports->waiting) {
        if (clock > ports->clock)
            see_bus(ports);
        else
            end = clock + 1;
    }
    if (ports->chip.test_21 & 0x40)
        return -1;
    if (clock >= ports->flags_until)
        ports->flags = (uint8_t)ym2612_timer_flags(&ports->chip, &ports->timers, clock, &ports->flags_until);
    if (clock < ports->busy_until) {
        int64_t change = clock < ports->busy_from ? ports->busy_from : ports->busy_until;

        status = clock < ports->busy_from ? 0 : 0x80;
        end = end < change ? end : change;
    }
    *until = end < ports->flags_until ? end : ports->flags_until;
    return (int)(status | ports->flags);
}

uint8_t ym2612_show_status(ym2612 *ym, uint32_t port, uint8_t status, int64_t clock)
{
    if ((port & 3) == 0 || ym->integrated) {
        ym->status = status;
        /* how long the ports of the NMOS and of the CMOS part hold their charge, in internal cycles: as in Nuked-OPN2 */
        ym->status_until = clock + (ym->integrated ? 40000000 : 300000);
    }
    return ym->status_until > clock ? ym->status : 0;
}

uint8_t ym2612_read_at(ym2612 *ym, uint32_t port, int64_t clock)
{
    ym2612_ports ahead;
    int64_t until;
    int status;

    if (clock <= ym->clock)
        return ym2612_show_status(ym, port, ym->test_21 & 0x40 ? test_status(ym) : status_now(ym), ym->clock);
    ym2612_start_ports(&ahead, ym);
    status = ym2612_status_ports(&ahead, clock, &until);
    if (status < 0) { /* it shows more than bus and timers */
        ahead.chip = *ym;
        ym2612_run(&ahead.chip, clock - ym->clock, NULL);
        status = ahead.chip.test_21 & 0x40 ? test_status(&ahead.chip) : status_now(&ahead.chip);
    }
    return ym2612_show_status(ym, port, (uint8_t)status, clock);
}

uint8_t ym2612_read(ym2612 *ym, uint32_t port)
{
    return ym2612_read_at(ym, port, ym->clock);
}
