/* resample.c - from the FM rate to the output rate.
 *
 * Each output sample is a sum over `taps` samples, weighted by a row of the kernel between two of the table's.  Eight sums run side
 * by side and come together at the end, in the same order on every machine.
 */
#include "audio.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

#ifdef __has_builtin
#if __has_builtin(__builtin_shufflevector)
#define HAS_SHUFFLE
#endif
#endif

#define FEWEST_TAPS 48          /* at 48 kHz and above */
#define BATCH 256               /* output samples whose places are found at a time */

/* Where a batch of output samples lies: the first tap of each, its row of the kernel, and how far from there to the next row. */
typedef struct places {
    int32_t at[BATCH], row[BATCH];
    float weight[BATCH];
} places;

/* Up to `count` of them, as far as they begin by `limit`; moves on `at` and `part`. */
static int32_t find_places(const audio_table *table, int64_t *at, int64_t *part, int32_t count, int64_t limit, places *p)
{
    int64_t parts = (int64_t)table->rate * FM_MCLK;     /* of one FM sample: at most 192000 * 1008 */
    int64_t room = (limit + 1 - *at) * parts - *part;
    int64_t fit = room > 0 ? (room - 1) / table->master_clock + 1 : 0;
    int32_t whole_step = (int32_t)(table->master_clock / parts), part_step = (int32_t)(table->master_clock % parts);
    int32_t now = (int32_t)*at, rest = (int32_t)*part, all = (int32_t)parts, found = fit < count ? (int32_t)fit : count;
    int32_t rests[BATCH];
    double phases_per_part = (double)table->phases / (double)parts;

    for (int32_t i = 0; i < found; i++) {
        p->at[i] = now;
        rests[i] = rest;
        now += whole_step;
        rest += part_step - all;
        now += rest >= 0;
        rest += rest < 0 ? all : 0;
    }
    for (int32_t i = 0; i < found; i++) {
        double phase = (double)rests[i] * phases_per_part;
        p->row[i] = (int32_t)phase;
        p->weight[i] = (float)(phase - (double)p->row[i]);
    }
    *at = now;
    *part = rest;
    return found;
}

/* Rounded, and limited to 16 bits; before that they have a place in 32. */
static void round_all(const float *values, int32_t count, int16_t *samples)
{
    for (int32_t i = 0; i < count; i++) {
        int32_t value = (int32_t)(values[i] + 32768.5f) - 32768;
        value = value < 32767 ? value : 32767;
        samples[i] = (int16_t)(value > -32768 ? value : -32768);
    }
}

#include "eight.h"
#include "resample_template.h"
#ifdef HAS_WIDE
#define WIDE
#include "eight.h"
#include "resample_template.h"
#endif

int32_t audio_resample(const audio_table *table, audio_place *place, int32_t count, const float *left, const float *right,
                       int64_t oldest, int64_t length, int64_t quiet, int16_t *samples)
{
#ifdef HAS_WIDE
    if (audio_is_wide())
        return resample_wide(table, place, count, left, right, oldest, length, quiet, samples);
#endif
    return resample_plain(table, place, count, left, right, oldest, length, quiet, samples);
}
