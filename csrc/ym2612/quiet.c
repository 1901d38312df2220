/* quiet.c - samples to which nobody listens.
 *
 * Phases and envelopes do not depend on any output, so each slot goes in large steps from one change to the next.  What is left is
 * S1, which hears its own last two outputs.  But it forgets: whatever they were, after some samples with the same phases and
 * attenuations the outputs are mostly the same.  So for the end of the quiet time all that the outputs can be is followed, as a range,
 * from a little earlier on; where it has shrunk to one value, that is the output, and nothing before has to be run.  Where it does
 * not shrink (strong feedback is chaotic), S1 is run from the beginning.
 */
#include "block.h"

/* What two outputs can be, that of the last sample and that of the one before. */
typedef struct ym2612_range {
    int32_t least, most, least_before, most_before;
} ym2612_range;

static int is_known(const ym2612_range *range)
{
    return range->least == range->most && range->least_before == range->most_before;
}

/* All outputs at `count` + 1 phases from `phase` on.  The wave rises and falls between its peaks, at 255.5 and 767.5. */
static void output_range(const int16_t *wave, uint32_t phase, uint32_t count, int32_t *least, int32_t *most)
{
    int32_t first = wave[ym2612_sine[phase & 1023]], last = wave[ym2612_sine[(phase + count) & 1023]];
    uint32_t from = phase & 1023, to = from + count;

    *least = first < last ? first : last;
    *most = first < last ? last : first;
    if (count >= 1023 || (from <= 255 && to >= 255) || to >= 255 + 1024)
        *most = wave[ym2612_sine[255]];
    if (count >= 1023 || (from <= 767 && to >= 767) || to >= 767 + 1024)
        *least = wave[ym2612_sine[767]];
}

static void follow(ym2612_range *range, const uint16_t *phase, const uint16_t *attenuation, uint32_t samples, uint32_t shift)
{
    uint32_t i;

    for (i = 0; i < samples && !is_known(range); i++) {
        int32_t from = (range->least + range->least_before) >> shift, to = (range->most + range->most_before) >> shift;

        range->least_before = range->least;
        range->most_before = range->most;
        output_range(ym2612_wave + attenuation[i], phase[i] + (uint32_t)from, (uint32_t)(to - from), &range->least, &range->most);
    }
    for (; i < samples; i++) {
        uint32_t modulation = (uint32_t)((range->least + range->least_before) >> shift);

        range->least_before = range->most_before = range->least;
        range->least = range->most = ym2612_wave[ym2612_sine[(phase[i] + modulation) & 1023] + attenuation[i]];
    }
}

static void quiet_slot(ym2612 *ym, ym2612_run_state *run, ym2612_slot_inputs *inputs, uint32_t slot, uint32_t samples, int vibrato)
{
    uint32_t at, end;

    for (at = 0; at < samples; at = end) {
        uint32_t most = ym2612_longest_quiet(ym, vibrato);

        end = samples - at < most ? samples : at + most;
        ym2612_plan_quiet(ym, &run->stretch, at, end - at, vibrato);
        ym2612_stream_slot(ym, &run->stretch, &run->log, inputs, slot, NULL);
    }
}

/* The feedback of S1 in units of its period for each of its outputs' full swing: from about 1.5 on, ranges hardly ever shrink. */
static int is_chaotic(const ym2612 *ym, uint32_t channel, uint32_t feedback)
{
    uint32_t attenuation = (ym->test_21 & 0x20 ? 0u : ym->level[channel]) + ((uint32_t)ym->total_level[channel] << 3);
    int32_t peak = ym2612_wave[(attenuation < YM2612_SILENCE ? attenuation : 1023) << 3];

    return peak << feedback > 120000;
}

/* Outputs of a channel's S1 after `samples` samples, from the last `tail` of them.  Returns 0 if that is not enough. */
static int follow_feedback(ym2612 *ym, ym2612_run_state *run, uint32_t channel, uint32_t samples, uint32_t tail, int vibrato)
{
    ym2612 copy = *ym;
    ym2612_slot_inputs inputs = run->inputs[channel];
    ym2612_voice *voice = run->voices + channel;
    ym2612_range range = {-8192, 8191, -8192, 8191};
    ym2612_slot_runs runs;
    uint16_t phase[STREAM + GROUP], attenuation[STREAM + GROUP];
    uint32_t shift = 10u - run->program.feedback[channel];

    quiet_slot(&copy, run, &inputs, channel, samples - tail, vibrato);
    if (is_chaotic(&copy, channel, run->program.feedback[channel]))
        return 0;
    ym2612_plan_stretch(&copy, &run->stretch, samples - tail, tail, 0);
    ym2612_stream_slot(&copy, &run->stretch, &run->log, &inputs, channel, &runs);
    ym2612_write_phases(phase, &runs);
    ym2612_write_attenuations(attenuation, &runs);
    follow(&range, phase, attenuation, tail, shift);
    if (!is_known(&range))
        return 0;
    voice->s1[0] = (int16_t)range.least_before;
    voice->s1[1] = (int16_t)range.least;
    ym->modulation[channel] = (int16_t)((range.least + range.least_before) >> shift);
    return 1;
}

/* The same for a set of channels, sample by sample. */
static void run_feedback(ym2612 *ym, ym2612_run_state *run, uint32_t channels, uint32_t samples)
{
    ym2612 copy = *ym;
    ym2612_program program = run->program;
    ym2612_slot_inputs inputs[6];
    uint32_t turn = 0, at, end, c;

    memcpy(inputs, run->inputs, sizeof inputs);
    for (at = 0; at < samples; at = end) {
        end = ym2612_stretch_end(at, samples, ym2612_take_turns(run, &turn, at));
        ym2612_plan_stretch(&copy, &run->stretch, at, end - at, 0);
        ym2612_run_s1(&copy, run, channels);
        for (c = 0; c < 6; c++)
            if (channels >> c & 1)
                memmove(run->voices[c].s1, run->voices[c].s1 + (end - at), 2 * sizeof(int16_t));
    }
    for (c = 0; c < 6; c++)
        if (channels >> c & 1)
            ym->modulation[c] = copy.modulation[c];
    run->program = program;
    memcpy(run->inputs, inputs, sizeof inputs);
}

#define SHORT_TAIL 96
#define LONG_TAIL 448

/* What S1 hears of itself after `samples` samples. */
static void find_feedback(ym2612 *ym, ym2612_run_state *run, uint32_t samples, int vibrato)
{
    uint32_t channels = 0, c;

    for (c = 0; c < 6; c++) {
        ym2612_voice *voice = run->voices + c;

        if (run->log.feedback_turns[c]
            || (run->program.feedback[c]
                && !(samples > 2 * SHORT_TAIL && follow_feedback(ym, run, c, samples, SHORT_TAIL, vibrato))
                && !(samples > 2 * LONG_TAIL && follow_feedback(ym, run, c, samples, LONG_TAIL, vibrato)))) {
            channels |= 1u << c;
        } else if (!run->program.feedback[c]) {
            voice->s1[0] = voice->s1[1] = 0; /* too long ago to be heard by anybody */
            ym->modulation[c] = 0;
        }
    }
    if (channels)
        run_feedback(ym, run, channels, samples);
}

void ym2612_run_quiet(ym2612 *ym, ym2612_run_state *run, uint32_t samples)
{
    int vibrato = run->log.depth_changes;
    uint32_t slot, at, end;

    for (slot = 0; slot < 6; slot++)
        vibrato |= ym->pms[slot];
    for (slot = 0; slot < 24; slot++)
        vibrato |= run->inputs[slot].pms;
    find_feedback(ym, run, samples, vibrato);
    for (at = 0; at < samples; at = end) {
        uint32_t most = ym2612_longest_quiet(ym, vibrato);

        end = samples - at < most ? samples : at + most;
        ym2612_plan_quiet(ym, &run->stretch, at, end - at, vibrato);
        for (slot = 0; slot < 24; slot++)
            ym2612_stream_slot(ym, &run->stretch, &run->log, run->inputs + slot, slot, NULL);
    }
}
