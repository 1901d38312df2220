/* steps.c - the PSG's ticks at the FM rate.
 *
 * The level of the PSG is made of steps, and a step reaches PSG_STEP samples of the FM rate before it is over, each by a weight that
 * depends on where it lies among them: the sum of the taps of a low-pass kernel that come after it.  A sample is the sum of the steps
 * that are under way, oldest first, and of the level before them, which has no fraction: the same however time is cut.
 */
#include "audio.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

static uint64_t four_ticks(const int16_t *ticks)
{
    uint64_t four;
    memcpy(&four, ticks, sizeof four);
    return four;
}

/* Add what is under way of the steps up to sample `count`, and in `result` the level that they start from. */
static inline ALWAYS_INLINE void add_steps(const audio_table *table, const int16_t *ticks, int length, int64_t first, int count,
                                           float *under_way, float *result)
{
    float over = ticks[0];      /* the level with the steps that are over for sample `done` */
    int done = 0;
    /* A step at tick c is felt first by the sample whose middle is the first at most half a kernel before it: the least k with
     * 21 k + 8 >= 5 (c - PSG_TAPS / 2).  In fifths of ticks, counted from sample -PSG_STEP of this span: */
    uint32_t fifths = (uint32_t)(5 * (first_tick_felt(first) - PSG_TAPS / 2) + 12 - 21 * (first - PSG_STEP));

    for (int at = 1; at < length; at++) {
        while (at + 4 <= length && four_ticks(ticks + at) == four_ticks(ticks + at - 1))
            at += 4;
        if (at == length)
            break;
        if (ticks[at] == ticks[at - 1])
            continue;

        uint32_t place = fifths + 5 * (uint32_t)at, sample = place / 21;
        const float *weights = table->psg_steps + (20 - place % 21) * PSG_STEP;
        eight step, weight, sum;
        float height = (float)(ticks[at] - ticks[at - 1]);
        if (sample >= (uint32_t)count + PSG_STEP)
            break;
        for (int k = 0; k < 8; k++)
            EIGHT_AT(step, k) = height;
        for (int k = 0; k < PSG_STEP; k += 8) {
            EIGHT_LOAD(sum, under_way + sample + k);
            EIGHT_LOAD(weight, weights + k);
            EIGHT_ADD_PRODUCT(sum, step, weight);
            EIGHT_STORE(under_way + sample + k, sum);
        }
        for (; done < (int)sample && done < count; done++)
            result[done] = over;
        over += height;
    }
    for (; done < count; done++)
        result[done] = over;
}

static void add_steps_plain(const audio_table *table, const int16_t *ticks, int length, int64_t first, int count, float *under_way,
                            float *result)
{
    add_steps(table, ticks, length, first, count, under_way, result);
}

WIDE static void add_steps_wide(const audio_table *table, const int16_t *ticks, int length, int64_t first, int count, float *under_way,
                                float *result)
{
    add_steps(table, ticks, length, first, count, under_way, result);
}

int audio_psg_samples(const audio_table *table, const int16_t *ticks, int length, int64_t first, int count, float *result)
{
    float under_way[CHUNK + 2 * PSG_STEP]; /* from PSG_STEP samples before the first on */

    if (memcmp(ticks, ticks + 1, (size_t)(length - 1) * sizeof *ticks) == 0) {
        for (int i = 0; i < count; i++)
            result[i] = ticks[0];
        return 0;
    }
    memset(under_way, 0, (size_t)(count + 2 * PSG_STEP) * sizeof *under_way);
    (audio_is_wide() ? add_steps_wide : add_steps_plain)(table, ticks, length, first, count, under_way, result);
    for (int i = 0; i < count; i++)
        result[i] += under_way[PSG_STEP + i];
    return 1;
}
