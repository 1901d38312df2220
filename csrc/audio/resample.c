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

#define FEWEST_TAPS 48          /* at 48 kHz and above */

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
