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

/* How many of `count` output samples from the place on begin by `limit`. */
static int32_t count_places(const audio_table *table, int64_t at, int64_t part, int32_t count, int64_t limit)
{
    int64_t room = (limit + 1 - at) * table->rate * FM_MCLK - part;
    int64_t fit = room > 0 ? (room - 1) / table->master_clock + 1 : 0;
    return fit < count ? (int32_t)fit : count;
}

/* The next `found` of them; moves on `at` and `part`.  Each follows from the one eight before it, so several can be found at once. */
static void find_places(const audio_table *table, int64_t *at, int64_t *part, int32_t found, places *p)
{
    int64_t parts = (int64_t)table->rate * FM_MCLK;     /* of one FM sample: at most 192000 * 1008 */
    int32_t whole_step = (int32_t)(8 * table->master_clock / parts), part_step = (int32_t)(8 * table->master_clock % parts);
    int32_t rests[BATCH], all = (int32_t)parts;
    double phases_per_part = (double)table->phases / (double)parts;
    int64_t whole = *at, rest = *part;

    for (int32_t i = 0; i < 8; i++) {
        p->at[i] = (int32_t)whole;
        rests[i] = (int32_t)rest;
        whole += (rest + table->master_clock) / parts;
        rest = (rest + table->master_clock) % parts;
    }
    for (int32_t i = 8; i < found; i++) {
        int32_t over = rests[i - 8] + part_step - all, lacks = -(over < 0); /* all bits: there is no whole sample more */
        rests[i] = over + (all & lacks);
        p->at[i] = p->at[i - 8] + whole_step + 1 + lacks;
    }
    for (int32_t i = 0; i < found; i++) {
        double phase = (double)rests[i] * phases_per_part;
        p->row[i] = (int32_t)phase;
        p->weight[i] = (float)(phase - (double)p->row[i]);
    }
    int64_t way = *part + found * table->master_clock;
    *at += way / parts;
    *part = way % parts;
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
    int64_t at = place->whole - kernel_delay(table) - (table->taps / 2 - 1) - oldest, from = at;
    count = count_places(table, at, place->part, count, length - table->taps);
    if (at >= quiet) {
        int64_t parts = (int64_t)table->rate * FM_MCLK, way = place->part + count * table->master_clock;
        place->whole += way / parts;
        place->part = way % parts;
        memset(samples, 0, 2 * (size_t)count * sizeof *samples);
        return count;
    }
#ifdef HAS_WIDE
    if (audio_is_wide())
        resample_wide(table, &at, &place->part, count, left, right, quiet, samples);
    else
#endif
        resample_plain(table, &at, &place->part, count, left, right, quiet, samples);
    place->whole += at - from;
    return count;
}
