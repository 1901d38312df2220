/* mix.c - what the output pins show in a stretch of samples. */
#include "block.h"

/* Add to one side what the pins of a channel add up to in a sample. */
static void mix_channel(int16_t *restrict side, const int16_t *restrict sum, uint32_t samples, int integrated, int on)
{
    uint32_t at, i;

    for (at = 0; at < samples; at += GROUP) {
        const int16_t *restrict from = sum + at;
        int16_t *restrict to = side + at;

        if (integrated) {
            if (on)
                for (i = 0; i < GROUP; i++)
                    to[i] = (int16_t)(to[i] + 3 * from[i]);
        } else if (on) { /* 3 * (sum + 4), or 3 * (sum - 3) below 0 */
            for (i = 0; i < GROUP; i++)
                to[i] = (int16_t)(to[i] + 3 * from[i] + 12 - (from[i] < 0 ? 21 : 0));
        } else {
            for (i = 0; i < GROUP; i++)
                to[i] = (int16_t)(to[i] + 12 - (from[i] < 0 ? 24 : 0));
        }
    }
}

/* What the pins add up to in a sample in which the DAC stands in for channel 6 all the time. */
static void hold_dac(const ym2612 *ym, int32_t level, int32_t *on, int32_t *off)
{
    int32_t sign = level < 0 ? -3 : 3;

    *on = ym->integrated ? 3 * level : 3 * (level < 0 ? level : level + 1) + 3 * sign;
    *off = ym->integrated ? 0 : 4 * sign;
}

/* The same with the DAC changing: cycle by cycle, as show() in cycle.c.  `sum` is what channel 6 itself shows. */
static void follow_dac(const ym2612 *ym, const ym2612_dac_level **dac, const ym2612_dac_level *end, uint32_t first_cycle, int32_t sum,
                       int32_t *on, int32_t *off)
{
    uint32_t cycle;

    *on = *off = 0;
    for (cycle = 0; cycle < 4; cycle++) {
        int32_t value, sign;

        while (*dac + 1 < end && (*dac)[1].cycle <= first_cycle + cycle)
            ++*dac;
        value = (*dac)->level == DAC_OFF ? sum : (*dac)->level;
        sign = value < 0 ? -3 : 3;
        if (ym->integrated) {
            *on += cycle ? value : 0;
        } else {
            *on += cycle == 3 ? 3 * (value < 0 ? value : value + 1) : sign;
            *off += sign;
        }
    }
}

/* Channel 6 or the DAC in its place, which the pins show in cycles 4 to 7. */
static void mix_dac(const ym2612 *ym, uint32_t pan, const int16_t *sum, const ym2612_dac_level **dac, const ym2612_dac_level *end,
                    uint32_t start, uint32_t samples, int16_t *left, int16_t *right)
{
    uint32_t i = 0;

    while (i < samples) {
        uint32_t first_cycle = 24 * (start + i) + 4, until = samples;
        int32_t on, off;

        while (*dac + 1 < end && (*dac)[1].cycle <= first_cycle)
            ++*dac;
        if (*dac + 1 < end) { /* the samples whose four cycles come before the next change */
            uint32_t same = ((*dac)[1].cycle + 16) / 24 - start;

            until = same < samples ? same : samples;
        }
        if (until <= i || (*dac)->level == DAC_OFF) {
            follow_dac(ym, dac, end, first_cycle, sum[i], &on, &off);
            until = i + 1;
        } else {
            hold_dac(ym, (*dac)->level, &on, &off);
        }
        for (; i < until; i++) {
            left[i] = (int16_t)(left[i] + (pan & 2 ? on : off));
            right[i] = (int16_t)(right[i] + (pan & 1 ? on : off));
        }
    }
}

/* Channels 2, 4 and 6 show their sums of two samples ago, the others those of the last one. */
void ym2612_mix(const ym2612 *ym, const ym2612_program *program, const ym2612_voice *voices, const ym2612_dac_level **dac,
                const ym2612_dac_level *dac_end, uint32_t start, uint32_t samples, int16_t *out)
{
    int16_t left[STREAM], right[STREAM];
    int16_t rest = 0;
    uint32_t i, c;
    int dac_on = (*dac)->level != DAC_OFF || (*dac + 1 < dac_end && (*dac)[1].cycle < 24 * (start + samples));

    for (c = 0; c < 6; c++)
        if (voices[c].idle && !ym->integrated && !(c == 5 && dac_on))
            rest += 12;
    for (i = 0; i < STREAM; i++)
        left[i] = right[i] = rest;
    for (c = 0; c < 6; c++) {
        const int16_t *sum = voices[c].sum + (c & 1 ? 0 : 1);

        if (c == 5 && dac_on) {
            mix_dac(ym, program->pan[5], sum, dac, dac_end, start, samples, left, right);
        } else if (!voices[c].idle) { /* the others are in `rest` */
            mix_channel(left, sum, samples, ym->integrated, program->pan[c] & 2);
            mix_channel(right, sum, samples, ym->integrated, program->pan[c] & 1);
        }
    }
    for (i = 0; i < samples; i++) {
        out[2 * i] = left[i];
        out[2 * i + 1] = right[i];
    }
}
