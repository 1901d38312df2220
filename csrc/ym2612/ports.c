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

static uint32_t cycle_at(const ym2612_ports *ports, int64_t clock)
{
    int64_t cycles = clock - ports->chip.clock + ports->chip.cycle;

    if (cycles >= 0 && cycles < UINT32_MAX)
        return (uint32_t)cycles % 24;
    cycles %= 24;
    return (uint32_t)(cycles < 0 ? cycles + 24 : cycles);
}

static void advance_timers_to(ym2612_ports *ports, int64_t clock)
{
    if (clock <= ports->timers)
        return;
    ym2612_advance_timers(&ports->chip, cycle_at(ports, ports->timers), clock - ports->timers);
    ports->timers = clock;
}

/* One cycle.  The timers follow when something of theirs is written. */
static void step_ports(ym2612_ports *ports)
{
    ym2612 *ym = &ports->chip;
    uint32_t cycle = ym->cycle;
    uint32_t seen = ym2612_sample_bus(ym);

    if (seen & BUS_DATA && (ym->mode_address == 0x21 || (ym->mode_address & 0x1FC) == 0x24))
        advance_timers_to(ports, ym->clock + 1);
    if (is_storing(ym, seen))
        ym2612_store_registers(ym, cycle, seen);
    ym->cycle = (uint8_t)(cycle == 23 ? 0 : cycle + 1);
    ym->clock++;
}

static int is_bus_waiting(const ym2612 *ym)
{
    return ((ym->address_strobe | ym->data_strobe) & 1) || (ym->fm_data && ym->data != (ym->bus & 0xFF));
}

static void advance_bus(ym2612_ports *ports, int64_t cycles)
{
    ym2612 *ym = &ports->chip;
    int64_t left;

    for (; cycles > 0 && is_bus_waiting(ym); cycles--)
        step_ports(ports);
    if (cycles <= 0)
        return;
    ym->address_strobe = ym->data_strobe = 0;
    if (ym->fm_data && ym->store_left)
        ym2612_move_data(ym, NULL, ym->cycle, cycles);
    left = ym->busy_left;
    ym->busy = left >= cycles;
    ym->busy_left = (uint8_t)(left > cycles ? left - cycles : 0);
    ym->cycle = (uint8_t)((ym->cycle + cycles) % 24);
    ym->clock += cycles;
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
    ports->chip = *ym;
    ports->timers = ym->clock;
}

int ym2612_status_ports(ym2612_ports *ports, int64_t clock, int64_t *until)
{
    ym2612 *ym = &ports->chip;
    int64_t cycles, end = INT64_MAX;
    uint32_t status;
    int settled, t;

    if (is_bus_waiting(ym))
        advance_bus(ports, clock - ym->clock);
    if (ym->test_21 & 0x40)
        return -1;
    settled = are_timers_settled(ym);
    if (!settled) {
        advance_timers_to(ports, clock);
        settled = are_timers_settled(ym);
    }
    cycles = clock - ym->clock;
    status = cycles == 0 ? (uint32_t)ym->busy << 7 : ym->busy_left >= cycles ? 0x80 : 0;
    if (cycles == 0 || !settled)
        end = clock + 1;
    else if (status)
        end = ym->clock + ym->busy_left + 1;
    for (t = 0; t < 2; t++) {
        if (ym->timer_flag[t]) {
            status |= 1u << t;
        } else if (settled && ym->timer_running[t] && ym->timer_enable[t]) {
            int64_t rise = ports->timers + ym2612_timer_rise(ym, t, cycle_at(ports, ports->timers));

            if (rise <= clock)
                status |= 1u << t;
            else if (rise < end)
                end = rise;
        }
    }
    *until = end;
    return (int)status;
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
        ym2612_start_ports(&ahead, ym);
        ym2612_run(&ahead.chip, clock - ym->clock, NULL);
        status = ahead.chip.test_21 & 0x40 ? test_status(&ahead.chip) : status_now(&ahead.chip);
    }
    return ym2612_show_status(ym, port, (uint8_t)status, clock);
}

uint8_t ym2612_read(ym2612 *ym, uint32_t port)
{
    return ym2612_read_at(ym, port, ym->clock);
}

void ym2612_write_ports(ym2612_ports *ports, uint32_t port, uint8_t value, int64_t clock)
{
    advance_bus(ports, clock - ports->chip.clock);
    ym2612_write(&ports->chip, port, value);
}
