/* resample.c - from the FM rate to the output rate.
 *
 * Each output sample is a sum over `taps` samples, weighted by a row of the kernel between two of the table's.  Eight sums run side
 * by side and come together at the end, in the same order on every machine.
 */
#include "audio.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

#ifdef HAS_WIDE
#include <immintrin.h>
#endif

#define FEWEST_TAPS 48          /* at 48 kHz and above */
#define BATCH 256               /* output samples whose places are found at a time */

/* Where a batch of output samples lies: the first tap of each, its row of the kernel, and how far from there to the next row. */
typedef struct places {
    int32_t at[BATCH + 3], row[BATCH + 3];
    float weight[BATCH + 3];
} places;

/* How many of `count` output samples from the place on begin by `limit`. */
static int32_t count_places(const audio_table *table, int64_t at, int64_t part, int32_t count, int64_t limit)
{
    int64_t room = (limit + 1 - at) * table->rate * FM_MCLK - part;
    int64_t fit = room > 0 ? (room - 1) / table->master_clock + 1 : 0;
    return fit < count ? (int32_t)fit : count;
}

/* Limited to 16 bits; before that it has a place in 32. */
static inline int16_t rounded(float exact)
{
    int32_t value = (int32_t)(exact + 32768.5f) - 32768;
    value = value < 32767 ? value : 32767;
    return (int16_t)(value > -32768 ? value : -32768);
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
