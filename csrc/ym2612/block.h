/* block.h - what the parts of a block of samples share. */
#ifndef MEGADRIVE_YM2612_BLOCK_H
#define MEGADRIVE_YM2612_BLOCK_H

#include "stream.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(MEGADRIVE_NARROW)
#define YM2612_HAS_WIDE __attribute__((target("avx2,bmi2")))
static inline int ym2612_is_wide(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}
#endif

typedef struct ym2612_voice {
    int16_t s1[2 + STREAM];     /* outputs; the first two are of the samples before */
    int16_t sum[2 + STREAM];    /* channel sums */
    int16_t s2, s2_before, s3, s4; /* the last outputs */
    uint16_t s1_zeros, sum_zeros; /* so many of the stretch are known to be 0 */
    uint8_t s1_on;              /* 0: silent all through the stretch, and all outputs are 0 */
    uint8_t sum_on;             /* 0: all sums are 0 */
    uint8_t idle;               /* 1: so are they all, and the pins show nothing else */
} ym2612_voice;

/* The other operators of the channel that is being run: as in ym2612_voice. */
typedef struct ym2612_others {
    int16_t s2[1 + STREAM];     /* the first one is of the sample before */
    int16_t s3[STREAM];
    int16_t s4[STREAM];
    uint16_t s2_zeros, s3_zeros, s4_zeros;
    uint8_t s2_on, s3_on, s4_on;
} ym2612_others;

/* The registers of the channels during a stretch: only one of a single sample has different values in its quarters. */
typedef struct ym2612_program {
    uint8_t algorithm[6][4];
    uint8_t feedback[6];        /* for the sample after each one of the stretch */
    uint8_t pan[6];
} ym2612_program;

typedef struct ym2612_dac_reader {
    const ym2612_dac_level *level; /* as the last cycle had it */
    const ym2612_dac_level *end;
} ym2612_dac_reader;

/* From so many samples of the same attenuation on, outputs come from a table that is made for it. */
#define WORTH_A_PERIOD 64

/* Operators that hear themselves: each sample waits for the one before, so they are run side by side. */
typedef struct ym2612_loops {
    uint32_t count;
    uint16_t *phase[6];         /* of length STREAM */
    uint16_t attenuation[6][STREAM];
    uint16_t runs[6];           /* that are WORTH_A_PERIOD */
    uint16_t run_start[6][STRETCH / WORTH_A_PERIOD], run_end[6][STRETCH / WORTH_A_PERIOD];
    int16_t *out[6];            /* the first two are of the samples before */
    int16_t period[6][1024];    /* room for outputs of one attenuation each */
    int32_t modulation[6];      /* of the first sample */
    uint32_t shift[6];
} ym2612_loops;

/* operators.c.  Streams may be read and written up to 15 samples further. */
void ym2612_write_phases(uint16_t *phase, const ym2612_slot_runs *runs); /* 10 bits; those in which a slot is silent are any */
void ym2612_write_attenuations(uint16_t *attenuation, const ym2612_slot_runs *runs); /* << 3 */
/* Outputs of an operator whose phase is modulated by half of `by` and `and_by`, each NULL if there is none. */
void ym2612_operate(int16_t *out, const ym2612_slot_runs *runs, const int16_t *by, const int16_t *and_by);
void ym2612_add_loop(ym2612_loops *loops, const ym2612_slot_runs *runs); /* phases and attenuations */
void ym2612_run_loops(ym2612_loops *loops, uint32_t samples);

/* sums.c.  These, too, go up to 15 samples further, but for `out`. */
void ym2612_take_carrier(int16_t *sum, const int16_t *out, uint32_t samples); /* the first in a channel's sum */
void ym2612_add_carrier(int16_t *sum, const int16_t *out, uint32_t samples);
/* Add to one side what the pins of a channel add up to in a sample; `on`: they show it there. */
void ym2612_mix_channel(int16_t *side, const int16_t *sum, uint32_t samples, int integrated, int on);
/* Pairs of samples from what is the same on both sides and, if `left` is not NULL, what is not. */
void ym2612_pair(int16_t *out, const int16_t *both, const int16_t *left, const int16_t *right, uint32_t samples);

typedef struct ym2612_run_state {
    ym2612_stretch stretch;
    ym2612_program program;
    ym2612_voice voices[6];
    ym2612_others others;
    ym2612_slot_inputs inputs[24];
    ym2612_log log;
} ym2612_run_state;

/* block.c */
void ym2612_run_s1(ym2612 *ym, ym2612_run_state *run, uint32_t channels); /* S1 of the channels in a set, over run->stretch */
/* The registers of the channels from sample `at` on; returns the sample that has others.  *turn is 0 at first. */
int64_t ym2612_take_turns(ym2612_run_state *run, uint32_t *turn, int64_t at);
static inline uint32_t ym2612_stretch_end(uint32_t at, uint32_t end, int64_t turn)
{
    if (end > at + STRETCH)
        end = at + STRETCH;
    return turn < end ? (uint32_t)turn : end;
}

/* quiet.c: the first `samples` samples of a block, to which nobody listens: afterwards there is what those that come later depend
 * on, but no outputs other than what S1 hears of itself */
void ym2612_run_quiet(ym2612 *ym, ym2612_run_state *run, uint32_t samples);

/* mix.c: samples `start` to `start + samples` - 1 of the block; `out` takes one pair for each, or YM2612_PARTS pairs;
 * the parts in the set `muted` are silent */
void ym2612_mix(const ym2612 *ym, const ym2612_program *program, const ym2612_voice *voices, ym2612_dac_reader *dac, uint32_t start,
                uint32_t samples, int apart, uint32_t muted, int16_t *out);

#endif
