/* chip.c - reset, ports and run of the YM2612. */
#include <stddef.h>
#include "internal.h"

_Static_assert(sizeof(ym2612) == offsetof(ym2612, reserved_end) + sizeof(((ym2612 *)0)->reserved_end), "no hidden padding");

void ym2612_reset(ym2612 *ym, int integrated)
{
    int64_t clock = ym->clock;
    int i;

    memset(ym, 0, sizeof *ym);
    ym->clock = clock;
    ym->integrated = integrated != 0;
    ym->waiting_level = 1023;
    for (i = 0; i < 24; i++) {
        ym->level[i] = 1023;
        ym->attenuation[i] = 1023;
        ym->eg_state[i] = RELEASE;
    }
    for (i = 0; i < 6; i++)
        ym->pan[i] = 3;
}

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

/* Time goes on for the bus and the timers alone. */
static void step_ports(ym2612 *ym)
{
    uint32_t cycle = ym->cycle;
    uint32_t seen = ym2612_sample_bus(ym);

    ym2612_step_timers(ym, cycle);
    if (is_storing(ym, seen))
        ym2612_store_registers(ym, cycle, seen);
    ym->cycle = (uint8_t)(cycle == 23 ? 0 : cycle + 1);
    ym->clock++;
}

static uint8_t status_at(const ym2612 *ym, int64_t clock)
{
    ym2612 ahead;
    int64_t cycles;
    int busy;

    if (ym->address_strobe == 1 || ym->data_strobe == 1 || !are_timers_settled(ym) || (ym->test_21 & 0x40)) {
        int everything = ym->test_21 & 0x40;

        ahead = *ym;
        while (ahead.clock < clock) {
            if (everything) {
                ym2612_cycles(&ahead, 1, NULL);
            } else {
                step_ports(&ahead);
                if (ahead.test_21 & 0x40) { /* this write makes the port show more: start again */
                    ahead = *ym;
                    everything = 1;
                } else if (ahead.address_strobe != 1 && ahead.data_strobe != 1 && are_timers_settled(&ahead)) {
                    break;
                }
            }
        }
        if (ahead.test_21 & 0x40)
            return test_status(&ahead);
        ym = &ahead;
    }
    cycles = clock - ym->clock;
    busy = cycles > 0 ? ym->busy_left >= cycles : ym->busy;
    return (uint8_t)(busy << 7 | ym2612_timer_flag(ym, 1, cycles) << 1 | ym2612_timer_flag(ym, 0, cycles));
}

uint8_t ym2612_read_at(ym2612 *ym, uint32_t port, int64_t clock)
{
    if (clock < ym->clock)
        clock = ym->clock;
    if ((port & 3) == 0 || ym->integrated) {
        ym->status = status_at(ym, clock);
        /* how long the ports of the NMOS and of the CMOS part hold their charge, in internal cycles: as in Nuked-OPN2 */
        ym->status_until = clock + (ym->integrated ? 40000000 : 300000);
    }
    return ym->status_until > clock ? ym->status : 0;
}

uint8_t ym2612_read(ym2612 *ym, uint32_t port)
{
    return ym2612_read_at(ym, port, ym->clock);
}

int64_t ym2612_run(ym2612 *ym, int64_t cycles, int16_t *out)
{
    int64_t samples = 0;

    while (cycles > 0) {
        int64_t now = 24 - ym->cycle;

        if (cycles >= 24 * YM2612_SHORTEST_BLOCK) {
            int64_t block = ym2612_block_limit(ym);

            if (block > cycles / 24 - 1)
                block = cycles / 24 - 1;
            if (block >= YM2612_SHORTEST_BLOCK - 1) {
                ym2612_block(ym, block, out ? out + 2 * samples : NULL, 0, NULL, 0, 0);
                samples += block;
                cycles -= 24 * block;
            }
        }
        if (now > cycles)
            now = cycles;
        samples += ym2612_cycles(ym, now, out ? out + 2 * samples : NULL);
        cycles -= now;
    }
    return samples;
}

void ym2612_render(ym2612 *ym, const uint32_t *writes, int64_t count, int64_t samples, int16_t *out)
{
    ym2612_run_writes(ym, writes, count, 24 * samples, out);
}
