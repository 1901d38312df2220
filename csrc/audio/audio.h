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

#endif
