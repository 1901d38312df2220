/* stream.h - phase and attenuation of single slots over a stretch of samples. */
#ifndef MEGADRIVE_YM2612_STREAM_H
#define MEGADRIVE_YM2612_STREAM_H

#include "changes.h"

/* Samples of a stretch in which outputs are made, a frame's at 60 Hz, and stretches of constant LFO in any. */
#define STRETCH 896
#define SEGMENTS STRETCH
/* Streams are filled in groups of 16, which may reach beyond the stretch. */
#define GROUP 16
#define STREAM (STRETCH + GROUP)

/* Samples of a slot in which only its phase moves. */
typedef struct ym2612_run_of_samples {
    uint32_t end;               /* first sample after it */
    uint32_t attenuation;       /* << 3; YM2612_SILENT << 3: nothing is heard, and the phase is not told */
    uint32_t position;          /* phase of the first sample, in the upper 20 bits */
    uint32_t step;
} ym2612_run_of_samples;

#define YM2612_SILENT 1023

typedef struct ym2612_slot_runs {
    uint32_t count;
    ym2612_run_of_samples run[STRETCH];
} ym2612_slot_runs;

typedef struct ym2612_stretch {
    uint32_t start;             /* its first sample in the block */
    uint32_t samples;
    uint32_t last;              /* 1: the block ends with it */
    uint32_t first_tick;        /* the first sample in which envelopes step; then every third */
    uint32_t timer;             /* envelope timer in that one; it goes on by 1 with each, from 4095 to 1 */
    uint8_t first_lock, first_low; /* of the first tick: see ym2612_clocks */
    uint8_t cleared;            /* 1: $21 bit 5 keeps the timer at 0 */
    uint8_t vibrato_only;       /* 1: AM is not followed, and segments end where the vibrato changes */
    uint32_t segments;          /* stretches of constant LFO */
    uint32_t segment_start[SEGMENTS + 2]; /* and the end of the last one */
    uint8_t lfo_pm[SEGMENTS + 1], lfo_am[SEGMENTS + 1];
} ym2612_stretch;

/* Draw up the counters of `samples` samples from `start` on, and step them.  Outputs can be made in at most STRETCH samples. */
void ym2612_plan_stretch(ym2612 *ym, ym2612_stretch *stretch, uint32_t start, uint32_t samples, int last);
/* The same for samples in which nobody makes outputs; `vibrato` 0: nor does any slot follow the LFO. */
void ym2612_plan_quiet(ym2612 *ym, ym2612_stretch *stretch, uint32_t start, uint32_t samples, int vibrato);
/* Samples that ym2612_plan_quiet can take. */
uint32_t ym2612_longest_quiet(const ym2612 *ym, int vibrato);

/* What a slot sees of the registers that it shares with its channel, and how far it is with its changes. */
typedef struct ym2612_slot_inputs {
    ym2612_pitch pitch;
    uint8_t pms, ams, key;
    uint8_t step_pm;            /* LFO that `step` is for; 255: it is not known */
    uint32_t step;              /* of the phase, in the upper 20 bits */
    uint32_t change;            /* next one in the log, 0 none */
} ym2612_slot_inputs;

void ym2612_start_inputs(const ym2612 *ym, ym2612_slot_inputs *inputs, uint32_t slot);
/* Take in what reaches the slot's registers after the last sample that is run. */
void ym2612_finish_changes(ym2612 *ym, const ym2612_log *log, ym2612_slot_inputs *inputs, uint32_t slot);

/* Run one slot's phase and envelope over a stretch.  `runs` takes what its output is made of, and is NULL if nobody looks.
 * Returns 0 if the slot is silent all the time.
 *
 * Slots from 19 on come so late in the scan that their output belongs to the first cycles of the next sample: after the last stretch
 * their phase is the one for it, not yet stepped, and `waiting_...` are what slot 23 leaves behind. */
int ym2612_stream_slot(ym2612 *ym, const ym2612_stretch *stretch, const ym2612_log *log, ym2612_slot_inputs *inputs, uint32_t slot,
                       ym2612_slot_runs *runs);

#endif
