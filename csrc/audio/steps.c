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

#define BLOCK 8

static int is_steady(const int16_t *ticks)
{
    uint64_t here[2], before[2];
    memcpy(here, ticks, sizeof here);
    memcpy(before, ticks - 1, sizeof before);
    return ((here[0] ^ before[0]) | (here[1] ^ before[1])) == 0;
}

/* The ticks, from 1 on, whose level is another than the one before.  Whether a tick of noise is one cannot be guessed, so there is no
 * branch on it. */
static int find_steps(const int16_t *ticks, int length, uint16_t *at)
{
    int steps = 0, tick = 1;

    for (; tick + BLOCK <= length; tick += BLOCK) {
        if (is_steady(ticks + tick))
            continue;
        for (int i = tick; i < tick + BLOCK; i++) {
            at[steps] = (uint16_t)i;
            steps += ticks[i] != ticks[i - 1];
        }
    }
    for (; tick < length; tick++) {
        at[steps] = (uint16_t)tick;
        steps += ticks[tick] != ticks[tick - 1];
    }
    return steps;
}

/* The levels of samples -PSG_STEP to count - 1.  The 32 from `base` on, counted from the first of these, are kept in registers. */
static inline ALWAYS_INLINE void add_steps(const audio_table *table, const int16_t *ticks, const uint16_t *at, int steps, int64_t first,
                                           int count, float *levels)
{
    /* A step at tick c is felt first by the sample whose middle is the first at most half a kernel before it: the least k with
     * 21 k + 8 >= 5 (c - PSG_TAPS / 2).  In fifths of ticks, counted from sample -PSG_STEP: */
    uint32_t fifths = (uint32_t)(5 * (first_tick_felt(first) - PSG_TAPS / 2) + 12 - 21 * (first - PSG_STEP));
    uint32_t base = 0, end = (uint32_t)count + PSG_STEP;
    float level = ticks[0];     /* with all steps so far, which is what the samples from base + 32 on start from */
    eight a, b, c, d, step, weight;

    EIGHT_ALL(a, level);
    b = c = d = a;
    for (int i = 0; i < steps; i++) {
        uint32_t place = fifths + 5u * at[i], sample = place / 21;
        float height = (float)(ticks[at[i]] - ticks[at[i] - 1]);
        const float *weights;
        if (sample >= end)
            break;
        for (; base + 8 <= sample; base += 8) {
            EIGHT_STORE(levels + base, a);
            a = b;
            b = c;
            c = d;
            EIGHT_ALL(d, level);
        }
        weights = table->psg_steps + (20 - place % 21) * PSG_ROW + 8 - (sample - base);
        EIGHT_ALL(step, height);
        EIGHT_LOAD(weight, weights);
        EIGHT_ADD_PRODUCT(a, step, weight);
        EIGHT_LOAD(weight, weights + 8);
        EIGHT_ADD_PRODUCT(b, step, weight);
        EIGHT_LOAD(weight, weights + 16);
        EIGHT_ADD_PRODUCT(c, step, weight);
        EIGHT_LOAD(weight, weights + 24);
        EIGHT_ADD_PRODUCT(d, step, weight);
        level += height;
    }
    for (; base < end; base += 8) {
        EIGHT_STORE(levels + base, a);
        a = b;
        b = c;
        c = d;
        EIGHT_ALL(d, level);
    }
}

static void add_steps_plain(const audio_table *table, const int16_t *ticks, const uint16_t *at, int steps, int64_t first, int count,
                            float *levels)
{
    add_steps(table, ticks, at, steps, first, count, levels);
}

WIDE static void add_steps_wide(const audio_table *table, const int16_t *ticks, const uint16_t *at, int steps, int64_t first, int count,
                                float *levels)
{
    add_steps(table, ticks, at, steps, first, count, levels);
}

int audio_psg_samples(const audio_table *table, const int16_t *ticks, int length, int64_t first, int count, float *result)
{
    float levels[CHUNK + PSG_STEP + 8];
    uint16_t at[CHUNK_TICKS + 1];

    if (memcmp(ticks, ticks + 1, (size_t)(length - 1) * sizeof *ticks) == 0) {
        for (int i = 0; i < count; i++)
            result[i] = ticks[0];
        return 0;
    }
    int steps = find_steps(ticks, length, at);
    (audio_is_wide() ? add_steps_wide : add_steps_plain)(table, ticks, at, steps, first, count, levels);
    memcpy(result, levels + PSG_STEP, (size_t)count * sizeof *result);
    return 1;
}
