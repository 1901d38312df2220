/* audio.h - what the files of the audio output share.
 *
 *   table.c     the coefficients of an output rate
 *   render.c    from FM samples and PSG ticks to output samples: time, inputs
 *   board.c     mixing, filters
 *   steps.c     the PSG's ticks at the FM rate
 *   resample.c  from the FM rate to the output rate
 *   eight.h, *_template.h  the inner loops of these three, for both kinds of registers
 */
#ifndef MEGADRIVE_AUDIO_H
#define MEGADRIVE_AUDIO_H

#include <stddef.h>
#include "core.h"

#define FM_MCLK 1008     /* one FM sample */
#define CHUNK 1024       /* FM samples at a time: more than a frame has */
#define HISTORY 400      /* FM-rate samples kept: the longest kernel and one output step at 8000 Hz */
#define MAX_TAPS 384
#define MAX_TAPS_OF_ROWS 33024 /* of all rows together */
#define PSG_TAPS 96      /* ticks to which an FM sample listens */
#define PSG_ALIGNMENTS 21 /* places of a tick among the FM samples: 21 ticks are 5 samples */
#define PSG_STEP 24      /* FM samples until a step of the PSG has arrived whole */
#define PSG_ROW (8 + PSG_STEP + 8)
#define PSG_HISTORY 160  /* ticks kept: PSG_TAPS and some, which end FM_DELAY samples back */
#define FM_DELAY 12      /* FM samples: half the PSG's kernel, rounded up */
#define CHUNK_TICKS (CHUNK * 21 / 5 + PSG_TAPS + 16)

/* FM samples from the start of an output sample back to the place where its kernel has its middle. */
static inline int64_t kernel_delay(const audio_table *table)
{
    return table->taps / 2 + FM_DELAY + 1;
}

static inline int64_t floor_div(int64_t value, int64_t by)
{
    return value >= 0 ? value / by : -((by - 1 - value) / by);
}

/* FM sample k listens to the ticks around its middle, tick (21 k + 8) / 5.  The tick before the first step that is still under way
 * in sample `first`: */
static inline int64_t first_tick_felt(int64_t first)
{
    return floor_div(21 * (first - PSG_STEP) - 12, 5) + PSG_TAPS / 2;
}

/* The last tick to which sample `last` listens. */
static inline int64_t last_tick_felt(int64_t last)
{
    return floor_div(21 * last + 8, 5) + PSG_TAPS / 2;
}

/* steps.c: FM samples first to first + count - 1 of the PSG.  `ticks` are its levels in the `length` ticks from first_tick_felt(first)
 * to last_tick_felt(first + count - 1).  Returns 0 if it is ticks[0] all the time. */
int audio_psg_samples(const audio_table *table, const int16_t *ticks, int length, int64_t first, int count, float *result);

/* board.c: mix `count` samples (FM: pairs) and put them through the board's filters.  `moves` 0: they are all the same.  MIXED_SILENCE:
 * nothing comes out but 0; MIXED_ALIKE: `left` is of both channels.  Only of MIXED_APART is anything in `right`. */
enum { MIXED_SILENCE, MIXED_ALIKE, MIXED_APART };
int audio_mix(audio_out *out, const audio_table *table, const int16_t *fm, const float *psg, int count, int moves, float *left,
              float *right);

_Static_assert(offsetof(audio_table, kernel) % 64 == 0, "rows in as few cache lines as may be");

/* Where the next output sample begins: whole FM samples, and parts of rate * 1008 of one. */
typedef struct audio_place {
    int64_t whole, part;
} audio_place;

/* resample.c: up to `count` output samples from `place` on, as far as samples of the FM rate are there: left[0] and right[0] are of
 * FM sample `oldest`, `length` are there, and from `quiet` on all are 0; right == left if both are the same.  Returns how
 * many were written. */
int32_t audio_resample(const audio_table *table, audio_place *place, int32_t count, const float *left, const float *right,
                       int64_t oldest, int64_t length, int64_t quiet, int16_t *samples);

/* Whether the machine has registers of eight numbers: see eight.h. */
#if defined(__GNUC__) && defined(__x86_64__) && !defined(MEGADRIVE_NARROW)
#define HAS_WIDE
static inline int audio_is_wide(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}
#endif

#endif
