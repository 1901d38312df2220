/* steps.c - the PSG's ticks at the FM rate.
 *
 * The level of the PSG is made of steps, and a step reaches PSG_STEP samples of the FM rate before it is over, each by a weight that
 * depends on where it lies among them: the sum of the taps of a low-pass kernel that come after it.  A sample is the sum of the steps
 * that are under way, oldest first, and of the level before them, which has no fraction: the same however time is cut.
 */
#include "audio.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

#define BLOCK 16

#if defined(__SSE2__)

/* The ticks of four whose bits are set in `set`, counted from `tick`, to `at`; returns how many. */
static inline int add_ticks(unsigned set, int tick, uint16_t *at)
{
    static const uint16_t places[16][4] = {
        { 0 }, { 0 }, { 1 }, { 0, 1 }, { 2 }, { 0, 2 }, { 1, 2 }, { 0, 1, 2 },
        { 3 }, { 0, 3 }, { 1, 3 }, { 0, 1, 3 }, { 2, 3 }, { 0, 2, 3 }, { 1, 2, 3 }, { 0, 1, 2, 3 },
    };
    static const uint8_t counts[16] = { 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4 };
    uint64_t four;
    memcpy(&four, places[set], sizeof four);
    four += 0x0001000100010001u * (unsigned)tick;
    memcpy(at, &four, sizeof four);
    return counts[set];
}

/* All bits of those of eight ticks that are as the one before. */
static inline __m128i are_same(const int16_t *ticks)
{
    return _mm_cmpeq_epi16(_mm_loadu_si128((const __m128i *)(const void *)ticks),
                           _mm_loadu_si128((const __m128i *)(const void *)(ticks - 1)));
}

static inline int steps_of_block(const int16_t *ticks, int tick, uint16_t *at)
{
    __m128i same = _mm_packs_epi16(are_same(ticks + tick), are_same(ticks + tick + 8));
    unsigned differ = (unsigned)_mm_movemask_epi8(same) ^ 0xFFFF;
    if (!differ)
        return 0;
    int steps = add_ticks(differ & 15, tick, at);
    steps += add_ticks(differ >> 4 & 15, tick + 4, at + steps);
    steps += add_ticks(differ >> 8 & 15, tick + 8, at + steps);
    return steps + add_ticks(differ >> 12, tick + 12, at + steps);
}

#else

static int is_steady(const int16_t *ticks)
{
    return memcmp(ticks, ticks - 1, BLOCK * sizeof *ticks) == 0;
}

static inline int steps_of_block(const int16_t *ticks, int tick, uint16_t *at)
{
    int steps = 0;
    if (is_steady(ticks + tick))
        return 0;
    for (int i = tick; i < tick + BLOCK; i++) {
        at[steps] = (uint16_t)i;
        steps += ticks[i] != ticks[i - 1];
    }
    return steps;
}

#endif

/* The ticks, from 1 on, whose level is another than the one before.  Whether a tick of noise is one cannot be guessed, so there is no
 * branch on it. */
static int find_steps(const int16_t *ticks, int length, uint16_t *at)
{
    int steps = 0, tick = 1;

    for (; tick + BLOCK <= length; tick += BLOCK)
        steps += steps_of_block(ticks, tick, at + steps);
    for (; tick < length; tick++) {
        at[steps] = (uint16_t)tick;
        steps += ticks[tick] != ticks[tick - 1];
    }
    return steps;
}

#include "eight.h"
#include "steps_template.h"
#ifdef HAS_WIDE
#define WIDE
#include "eight.h"
#include "steps_template.h"
#endif

int audio_psg_samples(const audio_table *table, const int16_t *ticks, int length, int64_t first, int count, float *result)
{
    float levels[CHUNK + PSG_STEP + 8];
    uint16_t at[CHUNK_TICKS + BLOCK];

    if (memcmp(ticks, ticks + 1, (size_t)(length - 1) * sizeof *ticks) == 0) {
        for (int i = 0; i < count; i++)
            result[i] = ticks[0];
        return 0;
    }
    int steps = find_steps(ticks, length, at);
#ifdef HAS_WIDE
    if (audio_is_wide())
        add_steps_wide(table, ticks, at, steps, first, count, levels);
    else
#endif
        add_steps_plain(table, ticks, at, steps, first, count, levels);
    memcpy(result, levels + PSG_STEP, (size_t)count * sizeof *result);
    return 1;
}
