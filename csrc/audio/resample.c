/* resample.c - from the FM rate to the output rate.
 *
 * Each output sample is a sum over `taps` samples, weighted by a row of the kernel between two of the table's.  Eight sums run side
 * by side and come together at the end, in the same order on every machine.
 */
#include "audio.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

static inline int16_t clip(float value)
{
    value = value < 32767 ? value : 32767;
    value = value > -32768 ? value : -32768;
    return (int16_t)((int32_t)(value + 32768.5f) - 32768);
}

#ifdef __has_builtin
#if __has_builtin(__builtin_shufflevector)
#define HAS_SHUFFLE
#endif
#endif

/* The totals of both channels, each (0 + 4 + (1 + 5)) + (2 + 6 + (3 + 7)). */
static inline ALWAYS_INLINE void add_up(const eight *left, const eight *right, float *totals)
{
#ifdef HAS_SHUFFLE
    typedef float four __attribute__((vector_size(16)));
    four l[2], r[2], pairs;
    memcpy(l, left, sizeof l);
    memcpy(r, right, sizeof r);
    l[0] += l[1];
    r[0] += r[1];
    pairs = __builtin_shufflevector(l[0], r[0], 0, 4, 2, 6) + __builtin_shufflevector(l[0], r[0], 1, 5, 3, 7);
    totals[0] = pairs[0] + pairs[2];
    totals[1] = pairs[1] + pairs[3];
#else
    float l[8], r[8];
    memcpy(l, left, sizeof l);
    memcpy(r, right, sizeof r);
    totals[0] = l[0] + l[4] + (l[1] + l[5]) + (l[2] + l[6] + (l[3] + l[7]));
    totals[1] = r[0] + r[4] + (r[1] + r[5]) + (r[2] + r[6] + (r[3] + r[7]));
#endif
}

/* Both channels at `weight` of the way from one row of the kernel to the next. */
static inline ALWAYS_INLINE void convolve(const float *row, int taps, float weight, const float *left, const float *right,
                                          int16_t *sample)
{
    eight left_sum = {0}, right_sum = {0};
    for (int i = 0; i < taps; i += 8) {
        eight a, b, l, r;
        EIGHT_LOAD(a, row + i);
        EIGHT_LOAD(b, row + taps + i);
        EIGHT_LOAD(l, left + i);
        EIGHT_LOAD(r, right + i);
        EIGHT_BETWEEN(a, b, weight);
        EIGHT_ADD_PRODUCT(left_sum, a, l);
        EIGHT_ADD_PRODUCT(right_sum, a, r);
    }
    float totals[2];
    add_up(&left_sum, &right_sum, totals);
    sample[0] = clip(totals[0]);
    sample[1] = clip(totals[1]);
}

static inline ALWAYS_INLINE int32_t resample(const audio_table *table, int taps, audio_place *place, int32_t count, const float *left,
                                             const float *right, int64_t oldest, int64_t length, int64_t quiet, int16_t *samples)
{
    int64_t parts = (int64_t)table->rate * FM_MCLK, whole_step = table->master_clock / parts;
    int64_t part_step = table->master_clock % parts, limit = length - taps;
    double phases_per_part = (double)table->phases / (double)parts;
    int64_t part = place->part, at = place->whole - kernel_delay(table) - (taps / 2 - 1) - oldest, from = at;
    int32_t written = 0;

    for (; written < count && at <= limit; written++, samples += 2) {
        double phase = (double)part * phases_per_part;
        int row = (int)phase;
        if (at >= quiet)
            samples[0] = samples[1] = 0;
        else
            convolve(table->kernel + row * taps, taps, (float)(phase - row), left + at, right + at, samples);
        at += whole_step;
        part += part_step;
        if (part >= parts) {
            part -= parts;
            at++;
        }
    }
    place->whole += at - from;
    place->part = part;
    return written;
}

#define FEWEST_TAPS 48          /* at 48 kHz and above */

static int32_t resample_plain(const audio_table *table, audio_place *place, int32_t count, const float *left, const float *right,
                              int64_t oldest, int64_t length, int64_t quiet, int16_t *samples)
{
    if (table->taps == FEWEST_TAPS)
        return resample(table, FEWEST_TAPS, place, count, left, right, oldest, length, quiet, samples);
    return resample(table, table->taps, place, count, left, right, oldest, length, quiet, samples);
}

WIDE static int32_t resample_wide(const audio_table *table, audio_place *place, int32_t count, const float *left, const float *right,
                             int64_t oldest, int64_t length, int64_t quiet, int16_t *samples)
{
    if (table->taps == FEWEST_TAPS)
        return resample(table, FEWEST_TAPS, place, count, left, right, oldest, length, quiet, samples);
    return resample(table, table->taps, place, count, left, right, oldest, length, quiet, samples);
}

int32_t audio_resample(const audio_table *table, audio_place *place, int32_t count, const float *left, const float *right,
                       int64_t oldest, int64_t length, int64_t quiet, int16_t *samples)
{
    if (audio_is_wide())
        return resample_wide(table, place, count, left, right, oldest, length, quiet, samples);
    return resample_plain(table, place, count, left, right, oldest, length, quiet, samples);
}
