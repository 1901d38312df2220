/* stream.c - phase and attenuation of single slots over a stretch of samples. */
#include "stream.h"
#include "envelope.h"
#include "phase.h"

static uint32_t lowest_bit(uint64_t set)
{
#if defined(__GNUC__)
    return (uint32_t)__builtin_ctzll(set);
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

/* The LFO steps when the bits of the period are all set in the divider, which counts samples. */
static void step_lfo_samples(ym2612 *ym, ym2612_stretch *stretch)
{
    uint32_t samples = stretch->samples;
    uint32_t period = ym2612_lfo_period[ym->lfo_rate];
    uint32_t at = 0;

    if (ym->lfo_count && !ym->lfo_mask) { /* switched off at the end of the last sample */
        ym->lfo_count = 0;
        if (samples > 1)
            add_segment(stretch, 1, 0);
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
            add_segment(stretch, at, ym->lfo_count);
    }
}

/* $21 bit 1: the divider counts cycles. */
static void step_lfo_cycles(ym2612 *ym, ym2612_stretch *stretch)
{
    uint32_t period = ym2612_lfo_period[ym->lfo_rate];
    uint32_t at;

    for (at = 1; at <= stretch->samples; at++) {
        uint32_t before = ym->lfo_count, left = 24;

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
        if (ym->lfo_count != before && at < stretch->samples)
            add_segment(stretch, at, ym->lfo_count);
    }
}

static void plan_lfo(ym2612 *ym, ym2612_stretch *stretch)
{
    stretch->segments = 0;
    add_segment(stretch, 0, ym->lfo_count);
    if (ym->test_21 & 2)
        step_lfo_cycles(ym, stretch);
    else
        step_lfo_samples(ym, stretch);
    stretch->segment_start[stretch->segments] = stretch->samples;
    ym->lfo_pm = stretch->lfo_pm[stretch->segments - 1];
    ym->lfo_am = stretch->lfo_am[stretch->segments - 1];
}

/* As ym2612_step_eg_timer() over whole samples.  $21 bit 5 has cleared the timer before anybody looks. */
static void plan_ticks(ym2612 *ym, ym2612_stretch *stretch)
{
    uint32_t samples = stretch->samples;
    uint32_t at = stretch->first_tick = (4u - ym->eg_divider) % 3;
    uint32_t tick;
    uint32_t lock = ym->eg_lock, low = ym->eg_low, timer = ym->eg_timer;
    int cleared = ym->test_21 & 0x20;

    memset(stretch->ticks_with_lock, 0, sizeof stretch->ticks_with_lock);
    for (tick = 0; at < samples; tick++, at += 3) {
        if (at >= 2) {
            lock = timer ? lowest_bit(timer) + 1 : 0;
            low = timer & 3;
        }
        stretch->lock[tick] = (uint8_t)lock;
        stretch->low[tick] = (uint8_t)low;
        stretch->ticks_with_lock[lock] |= (uint64_t)1 << tick;
        timer = cleared ? 0 : timer == 4095 ? 1 : timer + 1;
    }
    if (at < samples + 2 && at >= 2) { /* the latch comes two samples before the tick */
        lock = timer ? lowest_bit(timer) + 1 : 0;
        low = timer & 3;
    }
    ym->eg_lock = (uint8_t)lock;
    ym->eg_low = (uint8_t)low;
    ym->eg_timer = (uint16_t)timer;
    ym->eg_divider = (uint8_t)((ym->eg_divider + samples) % 3);
}

void ym2612_plan_stretch(ym2612 *ym, ym2612_stretch *stretch, uint32_t start, uint32_t samples, int last)
{
    stretch->start = start;
    stretch->samples = samples;
    stretch->last = last != 0;
    plan_ticks(ym, stretch);
    plan_lfo(ym, stretch);
}

/* The ticks in which an envelope of this rate steps. */
static uint64_t active_ticks(const ym2612_stretch *stretch, uint32_t rate, uint32_t state)
{
    const uint64_t *set = stretch->ticks_with_lock;
    uint32_t octave = rate >> 2;

    if (rate < 2 || (state == ATTACK && rate >= 62))
        return 0;
    if (rate >= 48)
        return ~(uint64_t)0;
    return set[12 - octave] | (rate & 2 ? set[13 - octave] : 0) | (rate & 1 ? set[14 - octave] : 0);
}

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
    uint32_t hold;              /* sample whose phase is not stepped any more, or none */
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
    uint64_t active;

    if (level == 1023 && state == RELEASE && !ssg) {
        show_level(ym, track, from, to, 1023);
        return to;
    }
    rate = envelope_rate(ym, slot, state, key_code);
    active = active_ticks(stretch, rate, state);
    while (from < to) {
        uint32_t shown = (uint32_t)(invert ? 512 - level : level) & 1023;
        uint32_t next_state = state;
        int faded = 0;
        uint32_t first, tick, at;
        uint64_t coming;

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
            active = active_ticks(stretch, rate, state);
            continue;
        }
        first = from <= stretch->first_tick ? 0 : (from - stretch->first_tick + 2) / 3;
        coming = first < TICKS ? active >> first : 0;
        tick = coming ? first + lowest_bit(coming) : 0;
        at = stretch->first_tick + 3 * tick;
        if (coming == 0 || at >= to) {
            show_level(ym, track, from, to, shown);
            from = to;
            break;
        }
        show_level(ym, track, from, at + 1, shown);
        from = at + 1;
        {
            uint32_t increment = envelope_increment(rate, stretch->lock[tick], stretch->low[tick]);

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
    clocks.lock = is_tick ? stretch->lock[tick] : 0;
    clocks.low = is_tick ? stretch->low[tick] : 0;
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
    track->follows_lfo = track->stretch->segments > 1 && (track->am_shift < 8 || track->inputs->pms);
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
    track.hold = stretch->last && slot >= 19 ? samples - 1 : STRETCH;
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
    if (track.hold < STRETCH) {
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
