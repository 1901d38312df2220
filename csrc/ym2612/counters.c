/* counters.c - timers A and B, LFO and envelope timer. */
#include "internal.h"

const uint8_t ym2612_lfo_period[8] = {108, 77, 71, 67, 62, 44, 8, 5};

static const uint16_t timer_top[2] = {1024, 256};

/* A counter steps in cycle 1, its flag rises in cycle 2 and it takes the period again in cycle 3.  $21 bit 2: it steps all the time. */
static void step_timer(ym2612 *ym, int t, uint32_t cycle)
{
    int load = ym->timer_overflow[t];
    int step = ym->test_21 >> 2 & 1;
    uint32_t count;

    if (cycle == 1) {
        if (t == 0) {
            step |= ym->timer_running[t];
        } else {
            ym->timer_prescaler = (ym->timer_prescaler + 1) & 15;
            step |= ym->timer_running[t] && ym->timer_prescaler == 0;
        }
    } else if (cycle == 2) {
        load |= ym->timer_load[t] && !ym->timer_running[t];
        ym->timer_running[t] = ym->timer_load[t];
        if (t == 0)
            ym->csm_key = (uint8_t)(ym->channel3_mode == 2 && load);
    }
    count = (uint32_t)(ym->timer_reload[t] ? ym->timer_period[t] : ym->timer_count[t]) + (uint32_t)step;
    ym->timer_reload[t] = (uint8_t)load;
    if (ym->timer_clear[t])
        ym->timer_flag[t] = 0;
    else
        ym->timer_flag[t] |= ym->timer_overflow[t] & ym->timer_enable[t];
    ym->timer_clear[t] = 0;
    ym->timer_overflow[t] = count >= timer_top[t];
    ym->timer_count[t] = (uint16_t)(count & (timer_top[t] - 1u));
}

void ym2612_step_timers(ym2612 *ym, uint32_t cycle)
{
    step_timer(ym, 0, cycle);
    step_timer(ym, 1, cycle);
}

/* A timer that steps all the time, over `cycles` cycles: from a period to the next it takes two cycles more than it counts. */
static void run_fast_timer(ym2612 *ym, int t, uint32_t cycle, int64_t cycles)
{
    int64_t at = cycle, end = cycle + cycles, round = timer_top[t] - ym->timer_period[t] + 1;

    while (at < end) {
        int64_t steps = timer_top[t] - 1 - ym->timer_count[t]; /* that do not overflow */

        if (ym->timer_clear[t] || ym->timer_reload[t] || ym->timer_overflow[t] || ym->timer_load[t] != ym->timer_running[t]
            || steps == 0) {
            step_timer(ym, t, (uint32_t)(at++ % 24));
            continue;
        }
        if (ym->timer_count[t] == ym->timer_period[t] + 1 && end - at >= round) {
            steps = (end - at) / round * round;
            ym->timer_flag[t] |= ym->timer_enable[t];
        } else {
            steps = steps < end - at ? steps : end - at;
            ym->timer_count[t] = (uint16_t)(ym->timer_count[t] + steps);
        }
        if (t == 1)
            ym->timer_prescaler = (uint8_t)((ym->timer_prescaler + (at + steps + 22) / 24 - (at + 22) / 24) & 15);
        if ((at + steps + 21) / 24 > (at + 21) / 24)
            ym->csm_key = 0;
        at += steps;
    }
}

/* Settled timers over `cycles` cycles at the end of which none is just overflowing. */
static void count_timers(ym2612 *ym, uint32_t cycle, uint32_t cycles)
{
    uint32_t samples = (cycle + cycles + 22) / 24 - (cycle + 22) / 24; /* how often cycle 1 is among them */
    int t;

    if ((cycle + cycles + 21) / 24 > (cycle + 21) / 24)
        ym->csm_key = 0;
    for (t = 0; t < 2; t++) {
        uint32_t steps = samples;

        if (t == 1) {
            steps = (ym->timer_prescaler + samples) >> 4;
            ym->timer_prescaler = (uint8_t)((ym->timer_prescaler + samples) & 15);
        }
        if (!ym->timer_running[t])
            continue;
        if (ym->timer_count[t] + steps >= timer_top[t]) {
            steps -= timer_top[t] - (uint32_t)ym->timer_count[t];
            if (steps)
                steps %= timer_top[t] - (uint32_t)ym->timer_period[t];
            ym->timer_count[t] = ym->timer_period[t];
            ym->timer_flag[t] |= ym->timer_enable[t];
        }
        ym->timer_count[t] = (uint16_t)(ym->timer_count[t] + steps);
    }
}

#define LONG_RUN (24u << 20)

/* The timers over `cycles` cycles, of which the first is `cycle`. */
void ym2612_advance_timers(ym2612 *ym, uint32_t cycle, int64_t cycles)
{
    if (ym->test_21 & 4 && ym->channel3_mode != 2) {
        run_fast_timer(ym, 0, cycle, cycles);
        run_fast_timer(ym, 1, cycle, cycles);
        return;
    }
    while (cycles > 0) {
        if ((ym->timer_clear[0] | ym->timer_clear[1]) && !are_timers_overflowing(ym)) { /* in the first cycle, and nothing sets a flag in it */
            ym->timer_flag[0] &= (uint8_t)~ym->timer_clear[0];
            ym->timer_flag[1] &= (uint8_t)~ym->timer_clear[1];
            ym->timer_clear[0] = ym->timer_clear[1] = 0;
        }
        if (are_timers_settled(ym)) {
            uint32_t now = cycles < LONG_RUN ? (uint32_t)cycles : LONG_RUN;
            uint32_t last = (cycle + now) % 24;
            uint32_t rest = last == 2 || last == 3 ? last - 1 : 0; /* cycles 1 and 2: an overflow may be on its way */

            if (rest < now) {
                count_timers(ym, cycle, now - rest);
                cycles -= now - rest;
                cycle = (cycle + now - rest) % 24;
                if (cycles == 0)
                    return;
            }
        }
        ym2612_step_timers(ym, cycle);
        cycle = cycle == 23 ? 0 : cycle + 1;
        cycles--;
    }
}

/* Internal cycles from one on until the flag of a timer that is settled then rises, in the cycle 2 that follows the overflow in cycle 1. */
int64_t ym2612_timer_rise(const ym2612 *ym, int timer, uint32_t cycle)
{
    int64_t steps = timer_top[timer] - ym->timer_count[timer];

    if (!ym->timer_running[timer] || !ym->timer_enable[timer])
        return INT64_MAX;
    if (timer == 1)
        steps = 16 * steps - ym->timer_prescaler;
    if (cycle == 2)
        steps++; /* the first of them goes with a cycle 1 that is over */
    return 24 * steps - (cycle + 21) % 24;
}

/* The envelope timer: 12 bits, stepped every third sample.  Its carry comes back in at the bottom half a sample later, so that
 * it runs from 1 to 4095.  Cycle 0 latches what the slots see, which the die does in cycle 1, before any of them looks. */
void ym2612_step_eg_timer(ym2612 *ym, uint32_t cycle)
{
    if (cycle == 13) {
        ym->eg_timer += ym->eg_carry;
        ym->eg_carry = 0;
    }
    if (ym->test_21 & 0x20)
        ym->eg_timer &= (uint16_t)~(1u << (cycle + 11) % 12);
    if (cycle == 0) {
        if (ym->eg_divider == 2) {
            uint32_t bit = 0;

            while (bit < 12 && !(ym->eg_timer >> bit & 1))
                bit++;
            ym->eg_lock = (uint8_t)(bit < 12 ? bit + 1 : 0);
            ym->eg_low = ym->eg_timer & 3;
        }
        ym->eg_divider = ym->eg_divider == 2 ? 0 : ym->eg_divider + 1;
        if (ym->eg_divider == 2) {
            ym->eg_timer = (ym->eg_timer + 1) & 4095;
            ym->eg_carry = ym->eg_timer == 0;
        }
    }
}

void ym2612_latch_lfo(ym2612 *ym)
{
    ym->lfo_pm = ym->lfo_count >> 2;
    ym->lfo_am = (uint8_t)((ym->lfo_count & 0x40 ? ym->lfo_count & 0x3F : ym->lfo_count ^ 0x3F) << 1);
}

/* The divider is compared through a mask: it goes on past a period that was shortened until the bits match. */
void ym2612_step_lfo(ym2612 *ym, uint32_t increment)
{
    uint32_t mask = ym2612_lfo_period[ym->lfo_rate];

    if ((ym->lfo_divider & mask) == mask) {
        ym->lfo_divider = 0;
        ym->lfo_count++;
    } else {
        ym->lfo_divider = (uint8_t)(ym->lfo_divider + increment);
    }
    ym->lfo_count &= ym->lfo_mask;
    ym->lfo_changed = 0;
}
