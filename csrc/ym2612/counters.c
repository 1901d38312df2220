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

/* Settled timers over `samples` cycles 1. */
static void count_timers(ym2612 *ym, uint32_t samples)
{
    int t;

    for (t = 0; t < 2; t++) {
        uint32_t steps = samples, left;

        if (t == 1) {
            steps = (ym->timer_prescaler + samples) >> 4;
            ym->timer_prescaler = (uint8_t)((ym->timer_prescaler + samples) & 15);
        }
        if (!ym->timer_running[t])
            continue;
        left = timer_top[t] - (uint32_t)ym->timer_count[t];
        if (steps >= left) {
            steps -= left;
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
        /* flags are cleared in the first cycle; nothing sets one in it */
        if ((ym->timer_clear[0] | ym->timer_clear[1]) && !are_timers_overflowing(ym)) {
            ym->timer_flag[0] &= (uint8_t)~ym->timer_clear[0];
            ym->timer_flag[1] &= (uint8_t)~ym->timer_clear[1];
            ym->timer_clear[0] = ym->timer_clear[1] = 0;
        }
        if (are_timers_settled(ym)) {
            uint32_t now = cycles < LONG_RUN ? (uint32_t)cycles : LONG_RUN, end = cycle + now, rounds = end / 24;
            uint32_t last = end - 24 * rounds;
            uint32_t rest = last == 2 || last == 3 ? last - 1 : 0; /* cycles 1 and 2: an overflow may be on its way */

            if (rest < now) {
                /* `rest` leaves cycle 1 to be stepped, unless the first cycle comes after it */
                count_timers(ym, rounds + (last > 3) - (cycle > 1));
                if (ym->csm_key && rounds + (last > 3) > (cycle > 2))
                    ym->csm_key = 0;
                cycles -= now - rest;
                cycle = last - rest;
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
static int64_t timer_rise(const ym2612 *ym, int timer, uint32_t cycle)
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

void ym2612_start_timers(ym2612_timers *timers, int64_t clock, uint32_t cycle)
{
    memset(timers, 0, sizeof *timers);
    timers->clock = timers->cleared = clock;
    timers->scan = clock - cycle;
}

static uint32_t cycle_of(const ym2612_timers *timers)
{
    int64_t cycles = timers->clock - timers->scan;

    return cycles <= UINT32_MAX ? (uint32_t)cycles % 24 : (uint32_t)(cycles % 24);
}

/* Find out when the flags rise, if the timers do nothing but count. */
static int learn(const ym2612 *ym, ym2612_timers *timers)
{
    uint32_t cycle = cycle_of(timers);
    int t;

    if (timers->known || !are_timers_settled(ym))
        return timers->known;
    for (t = 0; t < 2; t++) {
        int64_t cycles = timer_rise(ym, t, cycle);

        timers->rise[t] = cycles == INT64_MAX ? INT64_MAX : timers->clock + cycles;
        timers->period[t] = (int64_t)(t ? 24 * 16 : 24) * (timer_top[t] - ym->timer_period[t]);
    }
    timers->known = 1;
    return 1;
}

static uint8_t flag_at(const ym2612 *ym, const ym2612_timers *timers, int t, int64_t clock)
{
    return clock < timers->cleared ? timers->before[t] : ym->timer_flag[t] | (timers->rise[t] <= clock);
}

void ym2612_bring_timers(ym2612 *ym, ym2612_timers *timers, int64_t clock)
{
    uint8_t flag[2];
    int known = timers->known, t;

    timers->known = 0;
    if (clock <= timers->clock)
        return;
    for (t = 0; t < 2; t++)
        flag[t] = flag_at(ym, timers, t, clock);
    ym2612_advance_timers(ym, cycle_of(timers), clock - timers->clock);
    timers->clock = clock;
    for (t = 0; known && t < 2; t++) {
        ym->timer_flag[t] = flag[t];
        ym->timer_clear[t] = clock < timers->cleared && timers->clears[t];
    }
    timers->cleared = clock;
}

uint32_t ym2612_timer_flags(ym2612 *ym, ym2612_timers *timers, int64_t clock, int64_t *until)
{
    uint32_t flags = 0;
    int t;

    if (!timers->known && !learn(ym, timers)) {
        ym2612_bring_timers(ym, timers, clock);
        if (!learn(ym, timers)) {
            *until = clock + 1;
            return (uint32_t)(ym->timer_flag[1] << 1 | ym->timer_flag[0]);
        }
    }
    *until = clock < timers->cleared ? timers->cleared : INT64_MAX;
    for (t = 0; t < 2; t++) {
        flags |= (uint32_t)flag_at(ym, timers, t, clock) << t;
        if (!(flags >> t) && timers->rise[t] < *until)
            *until = timers->rise[t];
    }
    return flags;
}

int ym2612_clear_flags(ym2612 *ym, ym2612_timers *timers, int64_t clock, uint32_t data)
{
    int t;

    if ((data & 15) != (uint32_t)(ym->timer_load[0] | ym->timer_load[1] << 1 | ym->timer_enable[0] << 2 | ym->timer_enable[1] << 3))
        return 0;
    if (!timers->known) {
        ym2612_bring_timers(ym, timers, clock);
        if (!learn(ym, timers))
            return 0;
    }
    ym->channel3_mode = (uint8_t)(data >> 6);
    if (!(data & 0x30))
        return 1;
    for (t = 0; t < 2; t++)
        timers->before[t] = flag_at(ym, timers, t, clock + 1);
    timers->cleared = clock + 2;        /* as the next cycle sees to it, and lets nothing rise itself */
    for (t = 0; t < 2; t++) {
        int64_t late = timers->cleared - timers->rise[t];

        timers->clears[t] = data >> (4 + t) & 1;
        if (!timers->clears[t])
            continue;
        ym->timer_flag[t] = 0;
        if (late >= 0)
            timers->rise[t] += late < timers->period[t] ? timers->period[t] : (late / timers->period[t] + 1) * timers->period[t];
    }
    return 1;
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
