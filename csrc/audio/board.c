/* board.c - mixing and the board's filters. */
#include "audio.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

#define QUIET 1e-12f                                         /* filter memory below this is 0: keeps denormals away */

#include "eight.h"
#include "board_template.h"
#ifdef HAS_WIDE
#define WIDE
#include "eight.h"
#include "board_template.h"
#define CALL(name, ...) (audio_is_wide() ? name##_wide(__VA_ARGS__) : name##_plain(__VA_ARGS__))
#else
#define CALL(name, ...) name##_plain(__VA_ARGS__)
#endif

static float settle(float value)
{
    return value > -QUIET && value < QUIET ? 0 : value;
}

/* The low-pass behind the mixer: first order. */
static void low_pass(float *memory, float weight, float *samples, int count)
{
    float last = *memory;
    for (int i = 0; i < count; i++) {
        last += weight * (samples[i] - last);
        samples[i] = last;
    }
    *memory = settle(last);
}

/* The low-pass behind the YM2612: second order, transposed direct form II. */
static void fm_low_pass(float *memory, const float *c, float *samples, int count)
{
    float one = memory[0], two = memory[1];
    for (int i = 0; i < count; i++) {
        float in = samples[i], out = c[0] * in + one;
        one = c[1] * in - c[3] * out + two;
        two = c[2] * in - c[4] * out;
        samples[i] = out;
    }
    memory[0] = settle(one);
    memory[1] = settle(two);
}

/* What a constant input leaves in that memory: no step is heard when it begins. */
static void settle_fm_low_pass(float *memory, const float *c, float level)
{
    memory[0] = level * (1 - c[0]);
    memory[1] = level * (c[2] - c[4]);
}

/* 1: nothing but a level that has been there for long enough, which the output capacitors keep back. */
static int is_silent(const audio_out *out, const audio_table *table, const float *levels)
{
    int silent = out->fm_started && table->fm_low_pass[0] >= 1
        && (table->low_pass >= 1 || (out->low_pass[0] == 0 && out->low_pass[1] == 0));
    for (int i = 0; i < 16 && silent; i++)
        silent = out->high_pass_in[i >> 3][i & 7] == levels[i >> 3] && out->high_pass_out[i >> 3][i & 7] == 0;
    return silent;
}

/* 1: what is the same in both channels comes out the same. */
static int are_filters_alike(const audio_out *out)
{
    return memcmp(out->high_pass_in[0], out->high_pass_in[1], sizeof *out->high_pass_in) == 0
        && memcmp(out->high_pass_out[0], out->high_pass_out[1], sizeof *out->high_pass_out) == 0
        && memcmp(out->low_pass, out->low_pass + 1, sizeof *out->low_pass) == 0
        && memcmp(out->fm_low_pass, out->fm_low_pass + 2, 2 * sizeof *out->fm_low_pass) == 0;
}

static void filter(audio_out *out, const audio_table *table, int channel, const float *psg, int count, float *samples)
{
    if (table->fm_low_pass[0] < 1) {
        if (!out->fm_started)
            settle_fm_low_pass(out->fm_low_pass + 2 * channel, table->fm_low_pass, samples[0]);
        fm_low_pass(out->fm_low_pass + 2 * channel, table->fm_low_pass, samples, count);
    }
    CALL(add_psg, samples, psg, table->psg_gain, count);
    if (!out->fm_started)
        for (int i = 0; i < 8; i++)
            out->high_pass_in[channel][i] = samples[0];
    CALL(high_pass, samples, out->high_pass_in[channel], out->high_pass_out[channel], table->high_pass, count);
    for (int i = 0; i < 8; i++)
        out->high_pass_out[channel][i] = settle(out->high_pass_out[channel][i]);
    if (table->low_pass < 1)
        low_pass(out->low_pass + channel, table->low_pass, samples, count);
}

int audio_mix(audio_out *out, const audio_table *table, const int16_t *fm, const float *psg, int count, int moves, float *left,
              float *right)
{
    float levels[2] = {fm[0] * table->fm_gain + psg[0] * table->psg_gain, fm[1] * table->fm_gain + psg[0] * table->psg_gain};
    if (!moves && is_silent(out, table, levels)) {
        memset(left, 0, (size_t)count * sizeof *left);
        return MIXED_SILENCE;
    }
    int alike = CALL(part_channels, fm, table->fm_gain, count, left, right) && are_filters_alike(out);
    filter(out, table, 0, psg, count, left);
    if (alike) {
        memcpy(out->high_pass_in[1], out->high_pass_in[0], sizeof *out->high_pass_in);
        memcpy(out->high_pass_out[1], out->high_pass_out[0], sizeof *out->high_pass_out);
        out->low_pass[1] = out->low_pass[0];
        memcpy(out->fm_low_pass + 2, out->fm_low_pass, 2 * sizeof *out->fm_low_pass);
    } else {
        filter(out, table, 1, psg, count, right);
    }
    out->fm_started = 1;
    return alike ? MIXED_ALIKE : MIXED_APART;
}
