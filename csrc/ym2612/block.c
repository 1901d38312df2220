/* block.c - many whole samples at once.
 *
 * Operators are run one after the other over a stretch of samples.  That is possible because only S1 hears itself: S2 follows from
 * S1, S3 from S1 and S2, S4 from all of them.  Phases, envelopes and sums go in groups of 16 without a dependence between samples.
 *
 * The scan looks at a channel's algorithm and feedback in four cycles of a sample, each the first of one of its quarters:
 *   0  modulation of S3
 *   1  modulation of S2; S1 to the sum
 *   2  modulation of S4; S3 to the sum
 *   3  modulation of S1 for the next sample; S2 to the sum
 * A write between two quarters makes a stretch of that one sample.
 */
#include "block.h"

#define ALL_CHANNELS 63

/* Test bits that change phases and outputs. */
#define TEST_21_SLOW 0x18

/* Samples that a block may have: none while a byte on the bus has not been seen, else all up to the next key that timer A presses
 * in CSM mode. */
int64_t ym2612_block_limit(const ym2612 *ym)
{
    if (ym->cycle || (ym->address_strobe & 1) || (ym->data_strobe & 1) || (ym->fm_data && ym->data != (ym->bus & 0xFF)))
        return 0;
    if ((ym->test_21 & TEST_21_SLOW) || (ym->test_21 & 0x20 && (ym->eg_timer || ym->eg_carry)))
        return 0;
    if (ym->channel3_mode == 2) {
        if (!are_timers_settled(ym))
            return 0;
        if (ym->timer_running[0])
            return 1023 - ym->timer_count[0];
    }
    return YM2612_LONGEST_BLOCK;
}

/* If an operator is off for a stretch, its outputs are 0. */
static void switch_output(uint8_t *on, uint16_t *zeros, int now, int16_t *out, uint32_t samples)
{
    uint32_t length = samples + GROUP < STREAM ? samples + GROUP : STREAM;

    if (now) {
        *zeros = 0;
    } else if (*zeros < length) {
        memset(out, 0, length * sizeof *out);
        *zeros = (uint16_t)length;
    }
    *on = (uint8_t)now;
}

void ym2612_run_s1(ym2612 *ym, ym2612_run_state *run, uint32_t channels)
{
    const ym2612_stretch *stretch = &run->stretch;
    const uint8_t *feedback = run->program.feedback;
    uint32_t samples = stretch->samples;
    ym2612_loops loops;
    ym2612_slot_runs runs;
    uint32_t c;

    loops.count = 0;
    for (c = 0; c < 6; c++) {
        ym2612_voice *voice = run->voices + c;
        int on;

        if (!(channels >> c & 1))
            continue;
        on = ym2612_stream_slot(ym, stretch, &run->log, run->inputs + c, c, &runs);
        switch_output(&voice->s1_on, &voice->s1_zeros, on, voice->s1 + 2, samples);
        if (!on)
            continue;
        if (feedback[c]) {
            loops.out[loops.count] = voice->s1;
            loops.phase[loops.count] = (uint16_t *)(voice->sum + 2); /* in which there is nothing yet */
            voice->sum_zeros = 0;
            loops.modulation[loops.count] = ym->modulation[c];
            loops.shift[loops.count] = 10u - feedback[c];
            ym2612_add_loop(&loops, &runs);
        } else {
            ym2612_operate(voice->s1 + 2, &runs, NULL, NULL);
            if (ym->modulation[c]) /* feedback has just been switched off */
                voice->s1[2] = (int16_t)operator_output((runs.run[0].position >> 22) + (uint32_t)ym->modulation[c],
                                                        runs.run[0].attenuation >> 3);
        }
    }
    ym2612_run_loops(&loops, samples);
    for (c = 0; c < 6; c++) {
        const int16_t *last = run->voices[c].s1 + samples;

        if (channels >> c & 1)
            ym->modulation[c] = (int16_t)(feedback[c] ? (last[1] + last[0]) >> (10 - feedback[c]) : 0);
    }
}

/* S2, S3 and S4 of a channel. */
static void run_s2(ym2612 *ym, ym2612_run_state *run, uint32_t channel)
{
    ym2612_voice *voice = run->voices + channel;
    ym2612_others *others = &run->others;
    uint32_t algorithm = run->program.algorithm[channel][1];
    int by_s1 = voice->s1_on && (algorithm == 0 || (algorithm >= 3 && algorithm <= 6));
    ym2612_slot_runs runs;
    int on;

    on = ym2612_stream_slot(ym, &run->stretch, &run->log, run->inputs + 12 + channel, 12 + channel, &runs);
    switch_output(&others->s2_on, &others->s2_zeros, on, others->s2 + 1, run->stretch.samples);
    if (others->s2_on)
        ym2612_operate(others->s2 + 1, &runs, by_s1 ? voice->s1 + 2 : NULL, NULL);
}

static void run_s3(ym2612 *ym, ym2612_run_state *run, uint32_t channel)
{
    ym2612_voice *voice = run->voices + channel;
    ym2612_others *others = &run->others;
    const int16_t *s1 = NULL, *s2 = NULL;
    ym2612_slot_runs runs;
    int on;

    on = ym2612_stream_slot(ym, &run->stretch, &run->log, run->inputs + 6 + channel, 6 + channel, &runs);
    switch_output(&others->s3_on, &others->s3_zeros, on, others->s3, run->stretch.samples);
    if (!others->s3_on)
        return;
    switch (run->program.algorithm[channel][0]) {
    case 0: case 2: s2 = others->s2; break;
    case 1: s1 = voice->s1 + 1; s2 = others->s2; break;
    case 5: s1 = voice->s1 + 1; break;
    }
    ym2612_operate(others->s3, &runs, s1, s2);
}

static void run_s4(ym2612 *ym, ym2612_run_state *run, uint32_t channel)
{
    ym2612_voice *voice = run->voices + channel;
    ym2612_others *others = &run->others;
    const int16_t *by = NULL, *s3 = others->s3_on ? others->s3 : NULL;
    ym2612_slot_runs runs;
    int on;

    on = ym2612_stream_slot(ym, &run->stretch, &run->log, run->inputs + 18 + channel, 18 + channel, &runs);
    switch_output(&others->s4_on, &others->s4_zeros, on, others->s4, run->stretch.samples);
    if (!others->s4_on)
        return;
    switch (run->program.algorithm[channel][2]) {
    case 0: case 1: case 4: break;
    case 2: by = voice->s1_on ? voice->s1 + 2 : NULL; break;
    case 3: by = others->s2; break;
    case 5: by = voice->s1_on ? voice->s1 + 2 : NULL; s3 = NULL; break;
    default: s3 = NULL;
    }
    ym2612_operate(others->s4, &runs, by, s3);
}

/* Channel sums, limited after each addition, in the order S1, S3, S2, S4. */
static void add_carriers(ym2612_voice *voice, const ym2612_others *others, const uint8_t *algorithm, uint32_t samples)
{
    const int16_t *carriers[4];
    uint32_t count = 0, i;

    if (voice->s1_on && algorithm[1] == 7)
        carriers[count++] = voice->s1 + 2;
    if (others->s3_on && algorithm[2] >= 5)
        carriers[count++] = others->s3;
    if (others->s2_on && algorithm[3] >= 4)
        carriers[count++] = others->s2 + 1;
    if (others->s4_on)
        carriers[count++] = others->s4;
    switch_output(&voice->sum_on, &voice->sum_zeros, count != 0, voice->sum + 2, samples);
    if (count)
        ym2612_take_carrier(voice->sum + 2, carriers[0], samples);
    for (i = 1; i < count; i++)
        ym2612_add_carrier(voice->sum + 2, carriers[i], samples);
}

/* The cycles at the start of a sample that still belong to the last one: the outputs of slots 19 to 23, the sums of S4. */
static void finish_last_sample(ym2612 *ym, ym2612_voice *voices)
{
    uint32_t slot, c;

    ym->attenuation[23] = (uint16_t)limit_attenuation((ym->test_21 & 0x20 ? 0u : ym->waiting_level) + ym->waiting_am
                                                      + ((uint32_t)ym->waiting_total_level << 3));
    for (slot = 19; slot < 24; slot++) {
        ym->output[slot] = (int16_t)operator_output((ym->phase[slot] >> 10) + (uint32_t)ym->modulation[slot],
                                                    ym->attenuation[slot]);
        ym->phase[slot] = ym->phase_reset[slot] ? 0 : (ym->phase[slot] + ym->phase_step[slot]) & 0xFFFFF;
    }
    for (c = 0; c < 6; c++) {
        voices[c].s1[0] = ym->s1_before[c];
        voices[c].s1[1] = ym->output[c];
        voices[c].s2 = ym->output[12 + c];
        voices[c].sum[0] = ym->channel_output[c];
        voices[c].sum[1] = (int16_t)clamp9(ym->accumulator[c] + (ym->output[18 + c] >> 5));
    }
}

/* Leave the last sample of the block as the scan leaves it: the S4 of channels 2 to 6 is still to come. */
static void keep_last_sample(ym2612 *ym, const ym2612_run_state *run)
{
    uint32_t samples = run->stretch.samples;
    uint32_t c;

    for (c = 0; c < 6; c++) {
        const ym2612_voice *voice = run->voices + c;
        const uint8_t *algorithm = run->program.algorithm[c];
        int32_t s1 = voice->s1[samples + 1], s2 = voice->s2, s3 = voice->s3;
        int32_t sum = 0, modulation = 0;

        switch (algorithm[2]) {
        case 0: case 1: case 4: modulation = s3; break;
        case 2: modulation = s1 + s3; break;
        case 3: modulation = voice->s2_before + s3; break;
        case 5: modulation = s1; break;
        }
        ym->modulation[18 + c] = (int16_t)(modulation >> 1);
        if (algorithm[1] == 7)
            sum = s1 >> 5;
        if (algorithm[2] >= 5)
            sum = clamp9(sum + (s3 >> 5));
        if (algorithm[3] >= 4)
            sum = clamp9(sum + (s2 >> 5));
        ym->accumulator[c] = (int16_t)sum;
        ym->channel_output[c] = voice->sum[samples];
        ym->s1_before[c] = voice->s1[samples];
        ym->output[c] = (int16_t)s1;
        ym->output[6 + c] = (int16_t)s3;
        ym->output[12 + c] = (int16_t)s2;
        if (c == 0)
            ym->output[18] = voice->s4;
    }
    ym->picked_fnum = ym->fnum[0];
    ym->picked_block = ym->block[0];
    ym->picked_key_code = ym->key_code[0];
}

/* Make the last outputs the first of the next stretch. */
static void carry_over(ym2612_voice *voices, uint32_t samples)
{
    uint32_t c;

    for (c = 0; c < 6; c++) {
        ym2612_voice *voice = voices + c;

        voice->s1[0] = voice->s1[samples];
        voice->s1[1] = voice->s1[samples + 1];
        voice->sum[0] = voice->sum[samples];
        voice->sum[1] = voice->sum[samples + 1];
    }
}

static void run_heard(ym2612 *ym, ym2612_run_state *run)
{
    ym2612_others *others = &run->others;
    uint32_t samples = run->stretch.samples, c;

    ym2612_run_s1(ym, run, ALL_CHANNELS);
    for (c = 0; c < 6; c++) {
        ym2612_voice *voice = run->voices + c;

        others->s2[0] = voice->s2;
        run_s2(ym, run, c);
        run_s3(ym, run, c);
        run_s4(ym, run, c);
        add_carriers(voice, others, run->program.algorithm[c], samples);
        voice->s2_before = others->s2[samples - 1];
        voice->s2 = others->s2[samples];
        voice->s3 = others->s3[samples - 1];
        voice->s4 = others->s4[samples - 1];
        voice->idle = !voice->sum_on && voice->sum[0] == 0 && voice->sum[1] == 0;
    }
}

static void start_run(const ym2612 *ym, ym2612_run_state *run)
{
    uint32_t c, slot;

    for (c = 0; c < 6; c++) {
        ym2612_voice *voice = run->voices + c;

        voice->s1_zeros = voice->sum_zeros = 0;
        voice->s1_on = voice->sum_on = voice->idle = 0;
        memset(run->program.algorithm[c], ym->algorithm[c], 4);
        run->program.feedback[c] = ym->feedback[c];
        run->program.pan[c] = ym->pan[c];
    }
    run->others.s2_zeros = run->others.s3_zeros = run->others.s4_zeros = 0;
    for (slot = 0; slot < 24; slot++)
        ym2612_start_inputs(ym, run->inputs + slot, slot);
    ym2612_start_log(&run->log, ym);
}

int64_t ym2612_take_turns(ym2612_run_state *run, uint32_t *turn, int64_t at)
{
    const ym2612_log *log = &run->log;

    for (; *turn < log->turns && log->turn[*turn].sample <= at; ++*turn) {
        const ym2612_turn *t = log->turn + *turn;
        uint32_t q;

        switch (t->what) {
        case TURN_FEEDBACK: run->program.feedback[t->channel] = t->value; break;
        case TURN_PAN: run->program.pan[t->channel] = t->value; break;
        default:
            for (q = t->what - TURN_ALGORITHM; q < 4; q++)
                run->program.algorithm[t->channel][q] = t->value;
        }
    }
    return *turn < log->turns ? log->turn[*turn].sample : INT64_MAX;
}

/* $2C bit 5: the sums of the channels count, four times a sample. */
static void count_sums(ym2612 *ym, const int16_t *before, int64_t samples)
{
    uint32_t c;

    for (c = 0; c < 6; c++) {
        int64_t sum = before[c] + 4 * samples;

        ym->accumulator[c] = (int16_t)(sum < 255 ? sum : 255);
        ym->channel_output[c] = (int16_t)(sum - 1 < 255 ? sum - 1 : 255);
    }
}

/* The outputs of the last 4 samples hold all that the chip remembers of S2, S3, S4 and the sums. */
#define MEMORY 4

/* The samples from `at` on, with their outputs; `out` is NULL if only the last ones count. */
static void run_outputs(ym2612 *ym, ym2612_run_state *run, uint32_t at, uint32_t samples, ym2612_dac_reader *dac, int apart,
                        uint32_t muted, int16_t *out)
{
    uint32_t turn = 0, end;

    for (; at < samples; at = end) {
        end = ym2612_stretch_end(at, samples, ym2612_take_turns(run, &turn, at));
        ym2612_plan_stretch(ym, &run->stretch, at, end - at, end == samples);
        run_heard(ym, run);
        if (out) {
            ym2612_mix(ym, &run->program, run->voices, dac, at, end - at, apart, muted, out);
            out += (apart ? 2 * YM2612_PARTS : 2) * (end - at);
        }
        if (end == samples)
            keep_last_sample(ym, run);
        else
            carry_over(run->voices, end - at);
    }
}

/* $2C bit 5: the pins show nothing of the operators. */
static void mix_test_pins(const ym2612 *ym, ym2612_run_state *run, uint32_t samples, ym2612_dac_reader *dac, int apart, uint32_t muted,
                          int16_t *out)
{
    const ym2612_program before = run->program;
    uint32_t turn = 0, at, end;

    for (at = 0; at < samples; at = end) {
        end = ym2612_stretch_end(at, samples, ym2612_take_turns(run, &turn, at));
        ym2612_mix(ym, &run->program, run->voices, dac, at, end - at, apart, muted, out);
        out += (apart ? 2 * YM2612_PARTS : 2) * (end - at);
    }
    run->program = before;
}

void ym2612_block(ym2612 *ym, int64_t samples, int16_t *out, int apart, uint32_t muted, const uint32_t *writes, int64_t count,
                  int64_t start)
{
    ym2612_run_state run;
    ym2612_dac_reader dac;
    uint32_t slot, quiet = 0;
    int test = ym->test_2c & 0x20;
    int16_t sums[6];

    memcpy(sums, ym->accumulator, sizeof sums);
    start_run(ym, &run);
    finish_last_sample(ym, run.voices);
    ym2612_run_bus(ym, &run.log, samples * 24, writes, count, start);
    for (slot = 0; slot < 24; slot++)
        run.inputs[slot].change = run.log.first[slot];
    dac.level = run.log.dac_level;
    dac.end = run.log.dac_level + run.log.dac_levels;
    if (out && test)
        mix_test_pins(ym, &run, (uint32_t)samples, &dac, apart, muted, out);
    if ((out == NULL || test) && samples > MEMORY)
        ym2612_run_quiet(ym, &run, quiet = (uint32_t)samples - MEMORY);
    run_outputs(ym, &run, quiet, (uint32_t)samples, &dac, apart, muted, test ? NULL : out);
    if (test)
        count_sums(ym, sums, samples);
    for (slot = 0; slot < 24; slot++)
        ym2612_finish_changes(ym, &run.log, run.inputs + slot, slot);
}
