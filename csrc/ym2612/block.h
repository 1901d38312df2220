/* block.h - what the parts of a block of samples share. */
#ifndef MEGADRIVE_YM2612_BLOCK_H
#define MEGADRIVE_YM2612_BLOCK_H

#include "stream.h"

typedef struct ym2612_voice {
    int16_t s1[2 + STREAM];     /* outputs; the first two are of the samples before */
    int16_t s2[1 + STREAM];
    int16_t s3[STREAM];
    int16_t s4[STREAM];
    int16_t sum[2 + STREAM];    /* channel sums */
    uint8_t s1_on, s2_on, s3_on, s4_on; /* 0: silent all through the stretch, and all outputs are 0 */
    uint8_t sum_on;             /* 0: all sums are 0 */
    uint8_t idle;               /* 1: so are they all, and the pins show nothing else */
} ym2612_voice;

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

/* mix.c: samples `start` to `start + samples` - 1 of the block; `out` takes one pair for each, or YM2612_PARTS pairs;
 * the parts in the set `muted` are silent */
void ym2612_mix(const ym2612 *ym, const ym2612_program *program, const ym2612_voice *voices, ym2612_dac_reader *dac, uint32_t start,
                uint32_t samples, int apart, uint32_t muted, int16_t *out);

#endif
