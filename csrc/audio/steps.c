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

/* What is under way of the steps up to sample `count`, and in `result` the level that they start from.  The sums of the 32 samples
 * from `base` on are kept in registers. */
static inline ALWAYS_INLINE void add_steps(const audio_table *table, const int16_t *ticks, int length, int64_t first, int count,
                                           float *under_way, float *result)
{
    float over = ticks[0];      /* the level with the steps that are over for sample `done` */
    int done = 0;
    uint32_t base = 0, end = (uint32_t)count + PSG_STEP;
    eight a = {0}, b = {0}, c = {0}, d = {0};
    /* A step at tick c is felt first by the sample whose middle is the first at most half a kernel before it: the least k with
     * 21 k + 8 >= 5 (c - PSG_TAPS / 2).  In fifths of ticks, counted from sample -PSG_STEP of this span: */
    uint32_t fifths = (uint32_t)(5 * (first_tick_felt(first) - PSG_TAPS / 2) + 12 - 21 * (first - PSG_STEP));

    for (int at = 1; at < length; at++) {
        if (ticks[at] == ticks[at - 1]) {
            while (at + 4 <= length && four_ticks(ticks + at) == four_ticks(ticks + at - 1))
                at += 4;
            if (at == length || ticks[at] == ticks[at - 1])
                continue;
        }

        uint32_t place = fifths + 5 * (uint32_t)at, sample = place / 21;
        eight step, weight;
        float height = (float)(ticks[at] - ticks[at - 1]);
        if (sample >= end)
            break;
        for (; base + 8 <= sample; base += 8) {
            EIGHT_STORE(under_way + base, a);
            a = b;
            b = c;
            c = d;
            memset(&d, 0, sizeof d);
        }
        const float *weights = table->psg_steps + (20 - place % 21) * PSG_ROW + 8 - (sample - base);
        for (int k = 0; k < 8; k++)
            EIGHT_AT(step, k) = height;
        EIGHT_LOAD(weight, weights);
        EIGHT_ADD_PRODUCT(a, step, weight);
        EIGHT_LOAD(weight, weights + 8);
        EIGHT_ADD_PRODUCT(b, step, weight);
        EIGHT_LOAD(weight, weights + 16);
        EIGHT_ADD_PRODUCT(c, step, weight);
        EIGHT_LOAD(weight, weights + 24);
        EIGHT_ADD_PRODUCT(d, step, weight);
        for (; done < (int)sample && done < count; done++)
            result[done] = over;
        over += height;
    }
    for (; base < end; base += 8) {
        EIGHT_STORE(under_way + base, a);
        a = b;
        b = c;
        c = d;
        memset(&d, 0, sizeof d);
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
    float under_way[CHUNK + PSG_STEP + 8]; /* from PSG_STEP samples before the first on */

    if (memcmp(ticks, ticks + 1, (size_t)(length - 1) * sizeof *ticks) == 0) {
        for (int i = 0; i < count; i++)
            result[i] = ticks[0];
        return 0;
    }
    (audio_is_wide() ? add_steps_wide : add_steps_plain)(table, ticks, length, first, count, under_way, result);
    for (int i = 0; i < count; i++)
        result[i] += under_way[PSG_STEP + i];
    return 1;
}
