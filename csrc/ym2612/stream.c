/* stream.c - phase and attenuation of single slots over a stretch of samples. */
#include "stream.h"
#include "envelope.h"
#include "phase.h"

static uint32_t lowest_bit(uint32_t set)
{
#if defined(__GNUC__)
    return (uint32_t)__builtin_ctz(set);
#else
    uint32_t bit = 0;

    while (!(set >> bit & 1))
        bit++;
    return bit;
#endif
}

static void add_segment(ym2612_stretch *stretch, uint32_t start, uint32_t count)
{
    uint32_t i = stretch->segments++;

    stretch->segment_start[i] = start;
    stretch->lfo_pm[i] = (uint8_t)(count >> 2);
    stretch->lfo_am[i] = (uint8_t)((count & 0x40 ? count & 0x3F : count ^ 0x3F) << 1);
}

/* From sample `at` on the LFO's count is another. */
static void change_lfo(ym2612_stretch *stretch, uint32_t at, uint32_t count, int follow)
{
    if (follow && !(stretch->vibrato_only && stretch->lfo_pm[stretch->segments - 1] == count >> 2))
        add_segment(stretch, at, count);
}

/* The LFO steps when the bits of the period are all set in the divider, which counts samples.  Returns the count in the last one. */
static uint32_t step_lfo_samples(ym2612 *ym, ym2612_stretch *stretch, int follow)
{
    uint32_t samples = stretch->samples;
    uint32_t period = ym2612_lfo_period[ym->lfo_rate];
    uint32_t at = 0, shown = ym->lfo_count;

    if (ym->lfo_count && !ym->lfo_mask) { /* switched off at the end of the last sample */
        ym->lfo_count = 0;
        if (samples > 1)
            change_lfo(stretch, 1, shown = 0, follow);
    }
    while (at < samples) {
        uint32_t run = 0; /* samples until the divider is looked at with all bits set */

        if (ym->lfo_divider <= period)
            run = period - ym->lfo_divider;
        else
            while (((ym->lfo_divider + run) & 0xFF & period) != period)
                run++;
        if (run >= samples - at) {
            ym->lfo_divider = (uint8_t)(ym->lfo_divider + samples - at);
            break;
        }
        at += run + 1;
        ym->lfo_divider = 1;
        ym->lfo_count = (ym->lfo_count + 1) & ym->lfo_mask;
        if (at < samples && ym->lfo_mask)
            change_lfo(stretch, at, shown = ym->lfo_count, follow);
    }
    return shown;
}

static void step_lfo_one_sample(ym2612 *ym, uint32_t period)
{
    uint32_t left = 24;

    while (left > 0) {
        if (ym->lfo_divider <= period && period - ym->lfo_divider >= left) {
            ym->lfo_divider = (uint8_t)(ym->lfo_divider + left);
            break;
        }
        if (ym->lfo_divider < period) {
            left -= period - ym->lfo_divider;
            ym->lfo_divider = (uint8_t)period;
        }
        ym2612_step_lfo(ym, 1);
        left--;
    }
    ym->lfo_count &= ym->lfo_mask;
}

/* $21 bit 1: the divider counts cycles. */
static uint32_t step_lfo_cycles(ym2612 *ym, ym2612_stretch *stretch, int follow)
{
    uint32_t period = ym2612_lfo_period[ym->lfo_rate], shown = ym->lfo_count, at = 0;

    while (++at <= stretch->samples) {
        if (!follow && ym->lfo_divider <= period && at < stretch->samples) { /* all but the last sample at once */
            uint64_t cycles = ym->lfo_divider + (uint64_t)24 * (stretch->samples - at);

            ym->lfo_count = (uint8_t)(ym->lfo_count + cycles / (period + 1)) & ym->lfo_mask;
            ym->lfo_divider = (uint8_t)(cycles % (period + 1));
            shown = ym->lfo_count;
            at = stretch->samples;
        }
        step_lfo_one_sample(ym, period);
        if (ym->lfo_count != shown && at < stretch->samples)
            change_lfo(stretch, at, shown = ym->lfo_count, follow);
    }
    return shown;
}

static void plan_lfo(ym2612 *ym, ym2612_stretch *stretch, int follow)
{
    uint32_t last;

    stretch->segments = 0;
    add_segment(stretch, 0, ym->lfo_count);
    if (ym->test_21 & 2)
        last = step_lfo_cycles(ym, stretch, follow);
    else
        last = step_lfo_samples(ym, stretch, follow);
    stretch->segment_start[stretch->segments] = stretch->samples;
    ym->lfo_pm = (uint8_t)(last >> 2);
    ym->lfo_am = (uint8_t)((last & 0x40 ? last & 0x3F : last ^ 0x3F) << 1);
}

static uint32_t timer_after(const ym2612_stretch *stretch, uint32_t ticks)
{
    uint32_t timer = stretch->timer + ticks;

    if (stretch->cleared)
        return ticks ? 0 : stretch->timer;
    return timer <= 4095 ? timer : (timer - 1) % 4095 + 1;
}

static uint32_t lock_of(uint32_t timer)
{
    return timer ? lowest_bit(timer) + 1 : 0;
}

/* As ym2612_step_eg_timer() over whole samples.  $21 bit 5 has cleared the timer before anybody looks. */
static void plan_ticks(ym2612 *ym, ym2612_stretch *stretch)
{
    uint32_t samples = stretch->samples, first = (4u - ym->eg_divider) % 3;
    uint32_t ticks = samples > first ? (samples - 1 - first) / 3 + 1 : 0, next = first + 3 * ticks;

    stretch->first_tick = first;
    stretch->timer = ym->eg_timer;
    stretch->cleared = ym->test_21 >> 5 & 1;
    /* what the slots see is latched two samples before the tick */
    stretch->first_lock = (uint8_t)(first >= 2 ? lock_of(ym->eg_timer) : ym->eg_lock);
    stretch->first_low = first >= 2 ? ym->eg_timer & 3 : ym->eg_low;
    ym->eg_timer = (uint16_t)timer_after(stretch, ticks);
    if (next >= 2 && next < samples + 2) {
        ym->eg_lock = (uint8_t)lock_of(ym->eg_timer);
        ym->eg_low = ym->eg_timer & 3;
    } else if (ticks == 1) {
        ym->eg_lock = stretch->first_lock;
        ym->eg_low = stretch->first_low;
    } else if (ticks > 1) {
        uint32_t last = timer_after(stretch, ticks - 1);

        ym->eg_lock = (uint8_t)lock_of(last);
        ym->eg_low = last & 3;
    }
    ym->eg_divider = (uint8_t)((ym->eg_divider + samples) % 3);
}

void ym2612_plan_stretch(ym2612 *ym, ym2612_stretch *stretch, uint32_t start, uint32_t samples, int last)
{
    stretch->start = start;
    stretch->samples = samples;
    stretch->last = last != 0;
    stretch->vibrato_only = 0;
    plan_ticks(ym, stretch);
    plan_lfo(ym, stretch, 1);
}

void ym2612_plan_quiet(ym2612 *ym, ym2612_stretch *stretch, uint32_t start, uint32_t samples, int vibrato)
{
    stretch->start = start;
    stretch->samples = samples;
    stretch->last = 0;
    stretch->vibrato_only = 1;
    plan_ticks(ym, stretch);
    plan_lfo(ym, stretch, vibrato);
}

uint32_t ym2612_longest_quiet(const ym2612 *ym, int vibrato)
{
    if (!vibrato)
        return YM2612_LONGEST_BLOCK;
    /* the vibrato changes every fourth step, and nearly each sample if the LFO counts cycles */
    return ym->test_21 & 2 ? SEGMENTS : (SEGMENTS - 2) * 4u * 5u;
}

static void clocks_of_tick(const ym2612_stretch *stretch, uint32_t tick, uint32_t *lock, uint32_t *low)
{
    uint32_t timer = timer_after(stretch, tick);

    *lock = tick ? lock_of(timer) : stretch->first_lock;
    *low = tick ? timer & 3 : stretch->first_low;
}

#define NO_TICK UINT32_MAX

/* Rates below 48 step by 1, in the ticks in which the timer's lowest bit set is one of these. */
static uint32_t lowest_bits_of_rate(uint32_t rate)
{
    return (1u | (rate & 2) | (rate & 1) << 2) << (11 - (rate >> 2)) & 0xFFF;
}

/* The first tick from `tick` on in which an envelope of this rate steps. */
static uint32_t next_tick(const ym2612_stretch *stretch, uint32_t rate, uint32_t state, uint32_t tick)
{
    uint32_t bits, unit, timer, step;

    if (rate < 2 || (state == ATTACK && rate >= 62))
        return NO_TICK;
    if (rate >= 48)
        return tick;
    if (tick == 0) {
        if (envelope_increment(rate, stretch->first_lock, 0))
            return 0;
        tick = 1;
    }
    if (stretch->cleared)
        return NO_TICK;
    bits = lowest_bits_of_rate(rate);
    unit = 1u << (11 - (rate >> 2));
    timer = timer_after(stretch, tick);
    step = (timer + unit - 1) & ~(unit - 1);
    if (step <= 4095 && !(bits >> lowest_bit(step) & 1))
        step += unit;
    return tick + (step <= 4095 ? step : 4095 + unit) - timer;
}

/* How often an envelope of a rate below 48 steps from tick `from` to the one before `to`. */
static uint32_t count_steps(const ym2612_stretch *stretch, uint32_t rate, uint32_t from, uint32_t to)
{
    uint32_t bits, timer, steps = 0;

    if (rate < 2 || from >= to)
        return 0;
    if (from == 0) {
        steps = envelope_increment(rate, stretch->first_lock, 0);
        from = 1;
    }
    if (stretch->cleared)
        return steps;
    bits = lowest_bits_of_rate(rate);
    timer = timer_after(stretch, from);
    while (from < to) {
        uint32_t ticks = to - from < 4096 - timer ? to - from : 4096 - timer, left = bits;

        for (; left; left &= left - 1) {
            uint32_t bit = lowest_bit(left);

            steps += ((timer + ticks - 1 + (1u << bit)) >> (bit + 1)) - ((timer - 1 + (1u << bit)) >> (bit + 1));
        }
        from += ticks;
        timer = 1;
    }
    return steps;
}

/* Ticks before sample `at`. */
static uint32_t ticks_before(const ym2612_stretch *stretch, uint32_t at)
{
    return at <= stretch->first_tick ? 0 : (at - stretch->first_tick + 2) / 3;
}

/* No sample. */
#define NOWHERE UINT32_MAX

/* A slot on its way over a stretch. */
typedef struct ym2612_track {
    const ym2612_stretch *stretch;
    ym2612_slot_inputs *inputs;
    ym2612_slot_runs *runs;
    uint32_t slot;
    uint32_t position, step;    /* phase and its step, in the upper 20 bits */
    uint32_t segment;           /* of the LFO */
    uint32_t follows_lfo;       /* 1: phase or attenuation depend on it */
    uint32_t am_shift;          /* 8: AM is off */
    uint32_t total_level;       /* << 3 */
    uint32_t offset;            /* the same and AM, if that stays as it is */
    uint32_t loud;              /* 1: it has been heard in this stretch */
    uint32_t joins;             /* 1: the phase goes on from the last run to the next */
    uint32_t hold;              /* sample whose phase is not stepped any more, or NOWHERE */
    uint32_t no_envelope;       /* 1: $21 bit 5 */
    uint32_t shown_level;       /* of the last sample */
} ym2612_track;

/* The samples up to `to` have this attenuation. */
static void add_run(ym2612_track *track, uint32_t to, uint32_t attenuation)
{
    ym2612_slot_runs *runs = track->runs;
    ym2612_run_of_samples *run = runs->run + runs->count;

    attenuation = (attenuation < YM2612_SILENCE ? attenuation : YM2612_SILENT) << 3;
    if (runs->count && run[-1].attenuation == attenuation
        && (attenuation == YM2612_SILENT << 3 || (track->joins && run[-1].step == track->step))) {
        run[-1].end = to;
        return;
    }
    track->loud |= attenuation != YM2612_SILENT << 3;
    run->end = to;
    run->attenuation = attenuation;
    run->position = track->position;
    run->step = track->step;
    runs->count++;
    track->joins = 1;
}

static uint32_t track_am(const ym2612_track *track)
{
    return track->am_shift < 8 ? (uint32_t)track->stretch->lfo_am[track->segment] >> track->am_shift : 0;
}

static uint32_t track_step(const ym2612 *ym, const ym2612_track *track)
{
    ym2612_slot_inputs *inputs = track->inputs;
    uint8_t pm = inputs->pms ? track->stretch->lfo_pm[track->segment] : 0;

    if (inputs->step_pm != pm) {
        inputs->step_pm = pm;
        inputs->step = phase_step(ym, track->slot, inputs->pms, &inputs->pitch, pm) << 12;
    }
    return inputs->step;
}

/* Samples from..to-1 of a steady slot show `level`. */
static void show_level(ym2612 *ym, ym2612_track *track, uint32_t from, uint32_t to, uint32_t level)
{
    const ym2612_stretch *stretch = track->stretch;
    uint32_t base = track->no_envelope ? 0 : level;

    track->shown_level = level;
    if (!track->follows_lfo) {
        if (track->runs)
            add_run(track, to, base + track->offset);
        track->position += (to - from) * track->step;
        return;
    }
    while (from < to) {
        uint32_t end = stretch->segment_start[track->segment + 1];

        if (end <= from) {
            track->segment++;
            track->step = track_step(ym, track);
            continue;
        }
        end = end < to ? end : to;
        if (track->runs)
            add_run(track, end, base + track->total_level + track_am(track));
        track->position += (end - from) * track->step;
        from = end;
    }
}

/* No key event, and SSG-EG has nothing to do but to make steps larger. */
static int is_steady(const ym2612 *ym, uint32_t slot, uint32_t key)
{
    if (ym->key[slot] != key || (!key && ym->eg_state[slot] != RELEASE))
        return 0;
    if (!(ym->ssg[slot] & 8))
        return ym->ssg_direction[slot] == 0;
    return ym->level[slot] < 512 && ym->ssg_direction[slot] <= key;
}

/* Steps of an envelope, as samples of runs, from the one at `tick` on: as long as the level is neither 0 nor up to `limit`, and they come
 * before sample `to`.  Nothing follows the LFO, and there is no SSG-EG.
 * Returns the sample after the last step. */
static uint32_t step_along(ym2612_track *track, uint32_t from, uint32_t to, uint32_t tick, uint32_t rate, uint32_t state, int32_t limit,
                           int32_t *level)
{
    const ym2612_stretch *stretch = track->stretch;
    uint32_t timer = timer_after(stretch, tick), step = track->step, position = track->position;
    uint32_t offset = track->offset, count = track->runs->count, last = count ? track->runs->run[count - 1].attenuation : 0;
    uint32_t joins = track->joins && count && track->runs->run[count - 1].step == step;
    int32_t now = *level;

    while (tick != NO_TICK) {
        uint32_t at = stretch->first_tick + 3 * tick, increment = 1;
        uint32_t attenuation = (track->no_envelope ? 0 : (uint32_t)now) + offset;

        if (at >= to)
            break;
        attenuation = (attenuation < YM2612_SILENCE ? attenuation : YM2612_SILENT) << 3;
        if (count && attenuation == last && (joins || attenuation == YM2612_SILENT << 3)) { /* as in add_run() */
            track->runs->run[count - 1].end = at + 1;
        } else {
            track->runs->run[count++] = (ym2612_run_of_samples){at + 1, attenuation, position, step};
            track->loud |= attenuation != YM2612_SILENT << 3;
            last = attenuation;
            joins = 1;
        }
        position += (at + 1 - from) * step;
        track->shown_level = (uint32_t)now;
        from = at + 1;
        if (rate >= 48)
            increment = envelope_increment(rate, 0, tick ? timer & 3 : stretch->first_low);
        now += state == ATTACK ? attack_step(now, increment) : 1 << (increment - 1);
        if (now >= limit || now <= 0)
            break;
        if (rate >= 48) {
            tick++;
            timer = stretch->cleared ? 0 : timer < 4095 ? timer + 1 : 1;
        } else {
            tick = next_tick(stretch, rate, state, tick + 1);
        }
    }
    if (track->runs->count != count)
        track->joins = 1;
    track->runs->count = count;
    track->position = position;
    *level = now;
    return from;
}

/* Envelope of a steady slot from one change to the next, up to `to`.  Returns where it ends to be steady. */
static uint32_t steady_envelope(ym2612 *ym, ym2612_track *track, uint32_t from, uint32_t to)
{
    const ym2612_stretch *stretch = track->stretch;
    uint32_t slot = track->slot;
    uint32_t key_code = track->inputs->pitch.key_code;
    uint32_t state = ym->eg_state[slot];
    uint32_t ssg = ym->ssg[slot] & 8;
    uint32_t invert = ssg ? (ym->ssg_direction[slot] ^ (ym->ssg[slot] >> 2 & 1u)) & ym->key[slot] : 0;
    uint32_t sustain = ym->sustain_level[slot] == 15 ? 62 : 2u * ym->sustain_level[slot];
    int32_t level = ym->level[slot];
    uint32_t rate;
    int counted = 0;            /* 1: there is more to this state than to step */

    if (level == 1023 && state == RELEASE && !ssg) {
        show_level(ym, track, from, to, 1023);
        return to;
    }
    rate = envelope_rate(ym, slot, state, key_code);
    while (from < to) {
        uint32_t shown = (uint32_t)(invert ? 512 - level : level) & 1023;
        uint32_t next_state = state;
        int faded = 0;
        uint32_t tick, at;

        if (state == ATTACK) {
            if (level == 0)
                next_state = DECAY;
        } else if (state == DECAY && (uint32_t)level >> 4 == sustain) {
            next_state = SUSTAIN;
        } else if (level >= 0x3F0) {
            next_state = RELEASE;
            if (level == 1023 && state == RELEASE) {
                show_level(ym, track, from, to, shown);
                from = to;
                break;
            }
            level = 1023;
            faded = 1;
        }
        if (next_state != state || faded) {
            show_level(ym, track, from, from + 1, shown);
            from++;
            state = next_state;
            rate = envelope_rate(ym, slot, state, key_code);
            counted = 0;
            continue;
        }
        tick = ticks_before(stretch, from);
        if (!track->runs && state != ATTACK && rate < 48 && !counted) { /* all steps at once, if nothing else happens */
            int32_t most = ssg ? 512 : state == DECAY && level < (int32_t)sustain << 4 ? (int32_t)sustain << 4 : 0x3F0;
            int32_t steps = (int32_t)count_steps(stretch, rate, tick, ticks_before(stretch, to)) << (ssg ? 2 : 0);

            if (!(ssg && state == DECAY) && level + steps < most) {
                level += steps;
                show_level(ym, track, from, to, shown);
                from = to;
                break;
            }
            counted = 1;
        }
        tick = next_tick(stretch, rate, state, tick);
        at = tick == NO_TICK ? to : stretch->first_tick + 3 * tick;
        if (at >= to) {
            show_level(ym, track, from, to, shown);
            from = to;
            break;
        }
        if (track->runs && !ssg && !track->follows_lfo) {
            int32_t limit = state == ATTACK ? 1024 : state == DECAY && level < (int32_t)sustain << 4 ? (int32_t)sustain << 4 : 0x3F0;

            from = step_along(track, from, to, tick, rate, state, limit, &level);
            continue;
        }
        show_level(ym, track, from, at + 1, shown);
        from = at + 1;
        {
            uint32_t lock, low, increment = 1;

            if (rate >= 48) {
                clocks_of_tick(stretch, tick, &lock, &low);
                increment = envelope_increment(rate, lock, low);
            }
            if (state == ATTACK)
                level += attack_step(level, increment);
            else
                level += 1 << (increment - 1 + (ssg ? 2 : 0));
        }
        if (ssg && level >= 512)
            break;
    }
    ym->eg_state[slot] = (uint8_t)state;
    ym->level[slot] = (uint16_t)level;
    return from;
}

/* A steady slot from one change to the next, up to `to`.  Returns where it ends to be steady. */
static uint32_t steady_samples(ym2612 *ym, ym2612_track *track, uint32_t from, uint32_t to)
{
    uint32_t slot = track->slot;

    track->position = ym->phase[slot] << 12; /* wraps where the hardware's 20 bits do */
    while (track->stretch->segment_start[track->segment + 1] <= from)
        track->segment++;
    track->step = track_step(ym, track);
    to = steady_envelope(ym, track, from, to);
    ym->phase_reset[slot] = 0;
    ym->phase_step[slot] = track->step >> 12;
    if (to - 1 == track->hold)
        track->position -= track->step;
    ym->phase[slot] = track->position >> 12;
    return to;
}

/* One sample of a slot, whatever happens in it. */
static void single_sample(ym2612 *ym, ym2612_track *track, uint32_t at)
{
    const ym2612_stretch *stretch = track->stretch;
    const ym2612_slot_inputs *inputs = track->inputs;
    uint32_t slot = track->slot;
    uint32_t tick = at < stretch->first_tick ? 0 : (at - stretch->first_tick) / 3;
    uint32_t is_tick = at >= stretch->first_tick && (at - stretch->first_tick) % 3 == 0;
    ym2612_clocks clocks;
    ym2612_loudness shown;

    while (stretch->segment_start[track->segment + 1] <= at)
        track->segment++;
    clocks.tick = is_tick;
    clocks.lock = clocks.low = 0;
    if (is_tick)
        clocks_of_tick(stretch, tick, &clocks.lock, &clocks.low);
    clocks.lfo_pm = stretch->lfo_pm[track->segment];
    clocks.lfo_am = stretch->lfo_am[track->segment];
    track->position = ym->phase[slot] << 12;
    track->step = track_step(ym, track);
    track->joins = 0;
    ym->key_latch[slot] = inputs->key;
    ym->phase_step[slot] = track->step >> 12;
    shown = envelope_step(ym, slot, inputs->ams, &clocks, inputs->pitch.key_code, 0);
    track->shown_level = shown.level;
    if (track->runs)
        add_run(track, at + 1, (track->no_envelope ? 0 : shown.level) + track->total_level + track_am(track));
    track->joins = 0;
    if (at != track->hold)
        ym->phase[slot] = ym->phase_reset[slot] ? 0 : (ym->phase[slot] + ym->phase_step[slot]) & 0xFFFFF;
}

void ym2612_start_inputs(const ym2612 *ym, ym2612_slot_inputs *inputs, uint32_t slot)
{
    uint32_t channel = slot % 6;

    memset(inputs, 0, sizeof *inputs);
    if (channel == 2 && slot < 18 && ym->channel3_mode) {
        uint32_t i = slot == 14 ? 2 : slot == 2;

        inputs->pitch.fnum = ym->fnum3[i];
        inputs->pitch.block = ym->block3[i];
        inputs->pitch.key_code = ym->key_code3[i];
    } else {
        inputs->pitch.fnum = ym->fnum[channel];
        inputs->pitch.block = ym->block[channel];
        inputs->pitch.key_code = ym->key_code[channel];
    }
    inputs->pms = ym->pms[channel];
    inputs->ams = ym->ams[channel];
    inputs->key = ym->key_register[slot];
    inputs->step_pm = 255;
}

static void take_change(ym2612 *ym, ym2612_slot_inputs *inputs, const ym2612_change *change, uint32_t slot)
{
    switch (change->what) {
    case CHANGE_KEY:
        inputs->key = (uint8_t)change->value;
        break;
    case CHANGE_PITCH:
        inputs->pitch.fnum = change->value & 0x7FF;
        inputs->pitch.block = change->value >> 11;
        inputs->pitch.key_code = inputs->pitch.block << 2 | ym2612_note(inputs->pitch.fnum);
        break;
    case CHANGE_DEPTHS:
        inputs->ams = change->value >> 4 & 3;
        inputs->pms = change->value & 7;
        break;
    default:
        ym2612_store_slot(ym, slot, change->what, (uint8_t)change->value);
    }
    inputs->step_pm = 255;
    inputs->change = change->next;
}

void ym2612_finish_changes(ym2612 *ym, const ym2612_log *log, ym2612_slot_inputs *inputs, uint32_t slot)
{
    while (inputs->change)
        take_change(ym, inputs, log->change + inputs->change, slot);
}

static void look_at_registers(const ym2612 *ym, ym2612_track *track)
{
    static const uint8_t am_shift[4] = {7, 3, 1, 0};
    uint32_t slot = track->slot;

    /* CSM has the total level in the envelope */
    track->total_level = ym->channel3_mode == 2 && slot % 6 == 2 ? 0 : (uint32_t)ym->total_level[slot] << 3;
    track->am_shift = ym->am_enable[slot] ? am_shift[track->inputs->ams] : 8;
    track->follows_lfo = track->stretch->segments > 1 && ((track->am_shift < 8 && !track->stretch->vibrato_only) || track->inputs->pms);
    track->offset = track->total_level + track_am(track);
}

int ym2612_stream_slot(ym2612 *ym, const ym2612_stretch *stretch, const ym2612_log *log, ym2612_slot_inputs *inputs, uint32_t slot,
                       ym2612_slot_runs *runs)
{
    uint32_t samples = stretch->samples;
    uint32_t at = 0;
    ym2612_track track;

    track.stretch = stretch;
    track.inputs = inputs;
    track.runs = runs;
    track.slot = slot;
    track.segment = 0;
    track.loud = track.joins = 0;
    track.no_envelope = ym->test_21 >> 5 & 1;
    track.shown_level = 1023;
    track.hold = stretch->last && slot >= 19 ? samples - 1 : NOWHERE;
    if (runs)
        runs->count = 0;
    look_at_registers(ym, &track);

    while (at < samples) {
        uint32_t until = samples;

        if (inputs->change && log->change[inputs->change].sample <= stretch->start + at) {
            while (inputs->change && log->change[inputs->change].sample <= stretch->start + at)
                take_change(ym, inputs, log->change + inputs->change, slot);
            look_at_registers(ym, &track);
        }
        if (inputs->change && log->change[inputs->change].sample < stretch->start + samples)
            until = log->change[inputs->change].sample - stretch->start;
        if (is_steady(ym, slot, inputs->key))
            at = steady_samples(ym, &track, at, until);
        else
            single_sample(ym, &track, at++);
    }
    if (track.hold != NOWHERE) {
        uint32_t am = track.am_shift < 8 ? (uint32_t)stretch->lfo_am[stretch->segments - 1] >> track.am_shift : 0;

        ym->attenuation[slot] = (uint16_t)limit_attenuation((track.no_envelope ? 0 : track.shown_level) + am + track.total_level);
        if (slot == 23) {
            ym->waiting_level = (uint16_t)track.shown_level;
            ym->waiting_am = (uint8_t)am;
            ym->waiting_total_level = ym->total_level[slot];
        }
    }
    return (int)track.loud;
}
