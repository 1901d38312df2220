/* audio.h - what the files of the audio output share. */
#ifndef MEGADRIVE_AUDIO_H
#define MEGADRIVE_AUDIO_H

#include "core.h"

#define FM_MCLK 1008     /* one FM sample */
#define HISTORY 400      /* FM-rate samples kept: the longest kernel and one output step at 8000 Hz */
#define MAX_TAPS 384
#define MAX_ROWS 33024   /* coefficients of all rows */
#define PSG_TAPS 96
#define PSG_PHASES 5
#define PSG_HISTORY 160  /* ticks kept: the PSG kernel, which ends FM_DELAY samples back */
#define FM_DELAY 12      /* FM samples: half the PSG kernel, rounded up */

/* FM samples from the start of an output sample back to the place where its kernel has its middle. */
static inline int64_t kernel_delay(const audio_table *table)
{
    return table->taps / 2 + FM_DELAY + 1;
}

/* Four numbers at a time, in vector registers where the compiler has them; the result is the same to the last bit. */
#ifdef __GNUC__
typedef float lanes __attribute__((vector_size(16)));

static inline lanes lanes_load(const float *from)
{
    lanes v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline lanes lanes_between(lanes a, lanes b, float weight)
{
    return a + weight * (b - a);
}

static inline lanes lanes_multiply_add(lanes sum, lanes a, lanes b)
{
    return sum + a * b;
}

static inline float lanes_sum(lanes a, lanes b)
{
    lanes c = a + b;
    return c[0] + c[1] + (c[2] + c[3]);
}
#else
typedef struct lanes {
    float at[4];
} lanes;

static inline lanes lanes_load(const float *from)
{
    lanes v = {{from[0], from[1], from[2], from[3]}};
    return v;
}

static inline lanes lanes_between(lanes a, lanes b, float weight)
{
    for (int i = 0; i < 4; i++)
        a.at[i] = a.at[i] + weight * (b.at[i] - a.at[i]);
    return a;
}

static inline lanes lanes_multiply_add(lanes sum, lanes a, lanes b)
{
    for (int i = 0; i < 4; i++)
        sum.at[i] = sum.at[i] + a.at[i] * b.at[i];
    return sum;
}

static inline float lanes_sum(lanes a, lanes b)
{
    for (int i = 0; i < 4; i++)
        a.at[i] = a.at[i] + b.at[i];
    return a.at[0] + a.at[1] + (a.at[2] + a.at[3]);
}
#endif

#endif
