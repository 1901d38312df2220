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

/* One cycle. */
static void step_ports(ym2612 *ym)
{
    uint32_t cycle = ym->cycle;
    uint32_t seen = ym2612_sample_bus(ym);

    if (cycle == 1 || cycle == 2 || !are_timers_counting(ym))
        ym2612_step_timers(ym, cycle);
    if (is_storing(ym, seen))
        ym2612_store_registers(ym, cycle, seen);
    ym->cycle = (uint8_t)(cycle == 23 ? 0 : cycle + 1);
    ym->clock++;
}

static int is_bus_waiting(const ym2612 *ym)
{
    return ((ym->address_strobe | ym->data_strobe) & 1) || (ym->fm_data && ym->data != (ym->bus & 0xFF));
}

static void advance_ports(ym2612 *ym, int64_t cycles)
{
    int64_t left;

    for (; cycles > 0 && is_bus_waiting(ym); cycles--)
        step_ports(ym);
    if (cycles <= 0)
        return;
    ym->address_strobe = ym->data_strobe = 0;
    ym2612_move_data(ym, NULL, ym->cycle, cycles);
    left = ym->busy_left;
    ym->busy = left >= cycles;
    ym->busy_left = (uint8_t)(left > cycles ? left - cycles : 0);
    ym2612_advance_timers(ym, ym->cycle, cycles);
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

/* The status at `clock` of a chip that gets no more writes; *until: the clock before which it stays as it is. */
static uint8_t settled_status(const ym2612 *ym, int64_t clock, int64_t *until)
{
    int64_t cycles = clock - ym->clock, busy_end = ym->clock + ym->busy_left + 1, end = INT64_MAX;
    uint8_t status;
    int t;

    if (cycles == 0) {
        *until = clock + 1;
        return status_now(ym);
    }
    status = ym->busy_left >= cycles ? 0x80 : 0;
    if (status)
        end = busy_end;
    for (t = 0; t < 2; t++) {
        int64_t rise = ym2612_timer_rise(ym, t);

        if (ym->timer_flag[t] || rise <= cycles)
            status |= (uint8_t)(1 << t);
        else if (rise < end - ym->clock)
            end = ym->clock + rise;
    }
    *until = end;
    return status;
}

int ym2612_status_ports(ym2612 *ports, int64_t clock, int64_t *until)
{
    if (is_bus_waiting(ports) || !are_timers_settled(ports))
        advance_ports(ports, clock - ports->clock);
    return ports->test_21 & 0x40 ? -1 : settled_status(ports, clock, until);
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
    ym2612 ahead;
    int64_t until;
    int status;

    if (clock <= ym->clock)
        return ym2612_show_status(ym, port, ym->test_21 & 0x40 ? test_status(ym) : status_now(ym), ym->clock);
    ahead = *ym;
    status = ym2612_status_ports(&ahead, clock, &until);
    if (status < 0) { /* it shows more than bus and timers */
        ahead = *ym;
        ym2612_run(&ahead, clock - ym->clock, NULL);
        status = ahead.test_21 & 0x40 ? test_status(&ahead) : status_now(&ahead);
    }
    return ym2612_show_status(ym, port, (uint8_t)status, clock);
}

uint8_t ym2612_read(ym2612 *ym, uint32_t port)
{
    return ym2612_read_at(ym, port, ym->clock);
}

void ym2612_write_ports(ym2612 *ports, uint32_t port, uint8_t value, int64_t clock)
{
    advance_ports(ports, clock - ports->clock);
    ym2612_write(ports, port, value);
}
