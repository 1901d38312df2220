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

typedef struct ym2612_run_state {
    ym2612_stretch stretch;
    ym2612_program program;
    ym2612_voice voices[6];
    ym2612_slot_inputs inputs[24];
    ym2612_log log;
} ym2612_run_state;

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

static void operate(int16_t *out, const uint16_t *phase, const uint16_t *attenuation, uint32_t samples)
{
    uint32_t i;

    for (i = 0; i < samples; i++)
        out[i] = ym2612_wave[ym2612_sine[phase[i] & 1023] + attenuation[i]];
}

static void modulate(uint16_t *restrict phase, const int16_t *restrict by, uint32_t samples)
{
    uint32_t at, i;

    for (at = 0; at < samples; at += GROUP, phase += GROUP, by += GROUP)
        for (i = 0; i < GROUP; i++)
            phase[i] = (uint16_t)(phase[i] + (by[i] >> 1));
}

static void modulate2(uint16_t *restrict phase, const int16_t *restrict by, const int16_t *restrict and_by, uint32_t samples)
{
    uint32_t at, i;

    for (at = 0; at < samples; at += GROUP, phase += GROUP, by += GROUP, and_by += GROUP)
        for (i = 0; i < GROUP; i++)
            phase[i] = (uint16_t)(phase[i] + ((by[i] + and_by[i]) >> 1));
}

/* An operator that hears itself. */
typedef struct ym2612_loop {
    const uint16_t *phase, *attenuation;
    int16_t *s1;                /* at the sample two before the first */
    int32_t shift;
    int32_t first;              /* modulation of the first sample */
} ym2612_loop;

static void run_loops(const ym2612_loop *loops, uint32_t count, uint32_t samples)
{
    uint32_t i, l;
    int32_t modulation[6];

    for (l = 0; l < count; l++)
        modulation[l] = loops[l].first;
    for (i = 0; i < samples; i++) {
        for (l = 0; l < count; l++) {
            const ym2612_loop *loop = loops + l;
            uint32_t phase = loop->phase[i] + (uint32_t)modulation[l];
            int32_t out = ym2612_wave[ym2612_sine[phase & 1023] + loop->attenuation[i]];

            loop->s1[i + 2] = (int16_t)out;
            modulation[l] = (out + loop->s1[i + 1]) >> loop->shift;
        }
    }
}

/* S1 of all channels. */
static void run_s1(ym2612 *ym, ym2612_run_state *run, int heard)
{
    const ym2612_stretch *stretch = &run->stretch;
    const uint8_t *feedback = run->program.feedback;
    ym2612_voice *voices = run->voices;
    uint16_t phase[6][STREAM], attenuation[6][STREAM];
    ym2612_loop loops[6];
    uint32_t samples = stretch->samples;
    uint32_t count = 0;
    uint32_t c;

    for (c = 0; c < 6; c++) {
        ym2612_voice *voice = voices + c;
        int looped = feedback[c] != 0;
        int wanted = heard || looped || run->log.feedback_turns[c];

        voice->s1_on = (uint8_t)ym2612_stream_slot(ym, stretch, &run->log, run->inputs + c, c, wanted ? phase[c] : NULL,
                                                   wanted ? attenuation[c] : NULL);
        if (!voice->s1_on) {
            memset(voice->s1 + 2, 0, sizeof voice->s1 - 4);
        } else if (looped) {
            ym2612_loop *loop = loops + count++;

            loop->phase = phase[c];
            loop->attenuation = attenuation[c];
            loop->s1 = voice->s1;
            loop->shift = 10 - feedback[c];
            loop->first = ym->modulation[c];
        } else {
            phase[c][0] = (uint16_t)(phase[c][0] + ym->modulation[c]);
            operate(voice->s1 + 2, phase[c], attenuation[c], samples);
        }
    }
    run_loops(loops, count, samples);
    for (c = 0; c < 6; c++) {
        int32_t last = voices[c].s1[samples + 1] + voices[c].s1[samples];

        ym->modulation[c] = (int16_t)(feedback[c] ? last >> (10 - feedback[c]) : 0);
    }
}

static void run_s2(ym2612 *ym, ym2612_run_state *run, uint32_t channel)
{
    const ym2612_stretch *stretch = &run->stretch;
    ym2612_voice *voice = run->voices + channel;
    uint16_t phase[STREAM], attenuation[STREAM];
    uint32_t algorithm = run->program.algorithm[channel][1];

    voice->s2_on = (uint8_t)ym2612_stream_slot(ym, stretch, &run->log, run->inputs + 12 + channel, 12 + channel, phase, attenuation);
    if (!voice->s2_on) {
        memset(voice->s2 + 1, 0, sizeof voice->s2 - 2);
        return;
    }
    if (voice->s1_on && (algorithm == 0 || (algorithm >= 3 && algorithm <= 6)))
        modulate(phase, voice->s1 + 2, stretch->samples);
    operate(voice->s2 + 1, phase, attenuation, stretch->samples);
}

static void run_s3(ym2612 *ym, ym2612_run_state *run, uint32_t channel)
{
    const ym2612_stretch *stretch = &run->stretch;
    ym2612_voice *voice = run->voices + channel;
    uint16_t phase[STREAM], attenuation[STREAM];

    voice->s3_on = (uint8_t)ym2612_stream_slot(ym, stretch, &run->log, run->inputs + 6 + channel, 6 + channel, phase, attenuation);
    if (!voice->s3_on) {
        memset(voice->s3, 0, sizeof voice->s3);
        return;
    }
    switch (run->program.algorithm[channel][0]) {
    case 0: case 2: modulate(phase, voice->s2, stretch->samples); break;
    case 1: modulate2(phase, voice->s1 + 1, voice->s2, stretch->samples); break;
    case 5: modulate(phase, voice->s1 + 1, stretch->samples); break;
    }
    operate(voice->s3, phase, attenuation, stretch->samples);
}

static void run_s4(ym2612 *ym, ym2612_run_state *run, uint32_t channel)
{
    const ym2612_stretch *stretch = &run->stretch;
    ym2612_voice *voice = run->voices + channel;
    uint16_t phase[STREAM], attenuation[STREAM];

    voice->s4_on = (uint8_t)ym2612_stream_slot(ym, stretch, &run->log, run->inputs + 18 + channel, 18 + channel, phase, attenuation);
    if (!voice->s4_on) {
        memset(voice->s4, 0, sizeof voice->s4);
        return;
    }
    switch (run->program.algorithm[channel][2]) {
    case 0: case 1: case 4: modulate(phase, voice->s3, stretch->samples); break;
    case 2: modulate2(phase, voice->s1 + 2, voice->s3, stretch->samples); break;
    case 3: modulate2(phase, voice->s2, voice->s3, stretch->samples); break;
    case 5: modulate(phase, voice->s1 + 2, stretch->samples); break;
    }
    operate(voice->s4, phase, attenuation, stretch->samples);
}

static inline int16_t clamped(int value)
{
    int16_t v = (int16_t)value;

    v = v < 255 ? v : 255;
    return v > -256 ? v : -256;
}

/* Channel sums, limited after each addition, in the order S1, S3, S2, S4. */
static void add_carriers(ym2612_voice *voice, const uint8_t *algorithm, uint32_t samples)
{
    uint32_t at, i;

    for (at = 0; at < samples; at += GROUP) {
        const int16_t *s1 = voice->s1 + 2 + at, *s2 = voice->s2 + 1 + at, *s3 = voice->s3 + at, *s4 = voice->s4 + at;
        int16_t sum[GROUP];

        memset(sum, 0, sizeof sum);
        if (algorithm[1] == 7)
            for (i = 0; i < GROUP; i++)
                sum[i] = s1[i] >> 5;
        if (algorithm[2] >= 5)
            for (i = 0; i < GROUP; i++)
                sum[i] = clamped(sum[i] + (s3[i] >> 5));
        if (algorithm[3] >= 4)
            for (i = 0; i < GROUP; i++)
                sum[i] = clamped(sum[i] + (s2[i] >> 5));
        for (i = 0; i < GROUP; i++)
            sum[i] = clamped(sum[i] + (s4[i] >> 5));
        memcpy(voice->sum + 2 + at, sum, sizeof sum);
    }
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
        voices[c].s2[0] = ym->output[12 + c];
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
        int32_t s1 = voice->s1[samples + 1], s2 = voice->s2[samples], s2_before = voice->s2[samples - 1], s3 = voice->s3[samples - 1];
        int32_t sum = 0, modulation = 0;

        switch (algorithm[2]) {
        case 0: case 1: case 4: modulation = s3; break;
        case 2: modulation = s1 + s3; break;
        case 3: modulation = s2_before + s3; break;
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
            ym->output[18] = voice->s4[samples - 1];
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
        voice->s2[0] = voice->s2[samples];
        voice->sum[0] = voice->sum[samples];
        voice->sum[1] = voice->sum[samples + 1];
    }
}

/* Nobody listens to a stretch that others follow: only S1 has to be run, where it hears itself. */
static void run_quiet(ym2612 *ym, ym2612_run_state *run)
{
    uint32_t slot;

    run_s1(ym, run, 0);
    for (slot = 6; slot < 24; slot++)
        ym2612_stream_slot(ym, &run->stretch, &run->log, run->inputs + slot, slot, NULL, NULL);
}

static void run_heard(ym2612 *ym, ym2612_run_state *run)
{
    uint32_t c;

    run_s1(ym, run, 1);
    for (c = 0; c < 6; c++) {
        ym2612_voice *voice = run->voices + c;

        run_s2(ym, run, c);
        run_s3(ym, run, c);
        run_s4(ym, run, c);
        voice->idle = !(voice->s1_on | voice->s2_on | voice->s3_on | voice->s4_on);
        if (voice->idle)
            memset(voice->sum + 2, 0, sizeof voice->sum - 4);
        else
            add_carriers(voice, run->program.algorithm[c], run->stretch.samples);
        voice->idle &= voice->sum[0] == 0 && voice->sum[1] == 0;
    }
}

static void start_run(const ym2612 *ym, ym2612_run_state *run)
{
    uint32_t c, slot;

    memset(run->voices, 0, sizeof run->voices);
    for (c = 0; c < 6; c++) {
        memset(run->program.algorithm[c], ym->algorithm[c], 4);
        run->program.feedback[c] = ym->feedback[c];
        run->program.pan[c] = ym->pan[c];
    }
    for (slot = 0; slot < 24; slot++)
        ym2612_start_inputs(ym, run->inputs + slot, slot);
    ym2612_start_log(&run->log, ym);
}

/* The bus, the timers and the busy flag to the end of the block, and what the writes change into the log. */
static void run_bus(ym2612 *ym, ym2612_run_state *run, int64_t cycles, const uint32_t *writes, int64_t count, int64_t start)
{
    ym2612_log *log = &run->log;
    uint32_t slot;

    for (; count > 0; count--, writes += 3) {
        int64_t at = (int64_t)writes[0] - start;

        if (at > log->now)
            ym2612_advance_ports(ym, log, at - log->now);
        ym2612_write(ym, writes[1], (uint8_t)writes[2]);
    }
    ym2612_advance_ports(ym, log, cycles - log->now);
    ym2612_log_key(ym, log, cycles);
    for (slot = 0; slot < 24; slot++)
        run->inputs[slot].change = log->first[slot];
}

/* The registers of the channels from sample `at` on; returns the sample that has others. */
static int64_t take_turns(ym2612_run_state *run, uint32_t *turn, int64_t at)
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

void ym2612_block(ym2612 *ym, int64_t samples, int16_t *out, int apart, uint32_t muted, const uint32_t *writes, int64_t count,
                  int64_t start)
{
    ym2612_run_state run;
    ym2612_dac_reader dac;
    uint32_t turn = 0, slot;
    int64_t at = 0;
    int test = ym->test_2c & 0x20;
    int16_t sums[6];

    memcpy(sums, ym->accumulator, sizeof sums);
    start_run(ym, &run);
    finish_last_sample(ym, run.voices);
    run_bus(ym, &run, samples * 24, writes, count, start);
    dac.level = run.log.dac_level;
    dac.end = run.log.dac_level + run.log.dac_levels;
    while (at < samples) {
        int quiet = (out == NULL || test) && samples - at > MEMORY;
        int64_t end = quiet ? samples - MEMORY : samples, next = take_turns(&run, &turn, at);
        uint32_t now;

        if (end > at + STRETCH)
            end = at + STRETCH;
        if (end > next)
            end = next;
        now = (uint32_t)(end - at);
        ym2612_plan_stretch(ym, &run.stretch, (uint32_t)at, now, end == samples);
        if (quiet)
            run_quiet(ym, &run);
        else
            run_heard(ym, &run);
        if (out) {
            ym2612_mix(ym, &run.program, run.voices, &dac, (uint32_t)at, now, apart, muted, out);
            out += (apart ? 2 * YM2612_PARTS : 2) * now;
        }
        if (end == samples)
            keep_last_sample(ym, &run);
        else
            carry_over(run.voices, now);
        at = end;
    }
    if (test)
        count_sums(ym, sums, samples);
    for (slot = 0; slot < 24; slot++)
        ym2612_finish_changes(ym, &run.log, run.inputs + slot, slot);
}
