/* changes.h - register writes on their way through a block of samples.
 *
 * A block runs the bus first and the operators afterwards.  The bus part brings everything in the state to the end of the block but
 * what the operators still have to go through: for each slot a list of changes with the sample from which the slot finds them, for
 * the channels the samples at which a stretch has to end ("turns"), for the DAC the cycles.
 *
 * The scan reads a register of a slot in one cycle of each sample, so a value that is stored at the end of cycle C and read in
 * cycle r of each sample counts from the first sample n with 24 n + r > C on.
 */
#ifndef MEGADRIVE_YM2612_CHANGES_H
#define MEGADRIVE_YM2612_CHANGES_H

#include "internal.h"

/* Writes that a block may have: each makes at most 4 changes and 3 turns, or changes the DAC once. */
#define YM2612_BLOCK_WRITES 192
#define YM2612_BLOCK_DAC_WRITES 1000

/* What a change changes: a register of the slot ($30-$90), or one of these. */
enum { CHANGE_KEY = 0x28, CHANGE_PITCH = 0xA0, CHANGE_DEPTHS = 0xB4 };

typedef struct ym2612_change {
    uint32_t sample;
    uint16_t next;              /* change of the same slot, 0 none */
    uint16_t value;             /* pitch: fnum | block << 11; depths: as $B4; else the register or the key */
    uint32_t what;
} ym2612_change;

/* TURN_ALGORITHM + q: for what happens in the quarters q to 3 of a channel's sample, see block.c. */
enum { TURN_ALGORITHM, TURN_FEEDBACK = 4, TURN_PAN };

typedef struct ym2612_turn {
    uint32_t sample;
    uint8_t channel, what, value;
    uint8_t reserved;
} ym2612_turn;

/* Level of the DAC from a cycle on, or DAC_OFF. */
#define DAC_OFF (-32768)
typedef struct ym2612_dac_level {
    uint32_t cycle;
    int32_t level;
} ym2612_dac_level;

struct ym2612_log {
    int64_t now;                /* cycle of the block that the bus has come to */
    ym2612_timers timers;       /* clock 0 is the block's first cycle */
    int64_t key_since;          /* the first cycle that may take in the key written last, -1: it is taken in */
    uint32_t changes, turns, dac_levels;
    uint16_t first[24], last[24]; /* change of a slot, 0 none */
    uint8_t feedback_turns[6];  /* 1: the channel's feedback changes */
    uint8_t depth_changes;      /* 1: LFO depths change */
    uint8_t known[24];          /* bit k: latest[slot][k] is valid */
    uint8_t latest[24][7];      /* registers $30-$90 as written last */
    ym2612_change change[4 * YM2612_BLOCK_WRITES + 32];
    ym2612_turn turn[3 * YM2612_BLOCK_WRITES + 8];
    ym2612_dac_level dac_level[YM2612_BLOCK_DAC_WRITES + YM2612_BLOCK_WRITES + 1];
};

void ym2612_start_log(ym2612_log *log, const ym2612 *ym);
/* Bus and timers over the `cycles` cycles of a block that begins at `start`, on the scale of the writes (cycle, port, value). */
void ym2612_run_bus(ym2612 *ym, ym2612_log *log, int64_t cycles, const uint32_t *writes, int64_t count, int64_t start);
/* Data arrives at the end of cycle `at`. */
void ym2612_log_slot(ym2612 *ym, ym2612_log *log, uint32_t slot, int64_t at);
void ym2612_log_channel(ym2612 *ym, ym2612_log *log, uint32_t channel, int64_t at);
/* What the DAC brings to the pins; with $2C bit 5 it is there all the time. */
static inline int32_t dac_pins(const ym2612 *ym)
{
    return ym->dac_enable || (ym->test_2c & 0x20) ? (ym->dac >= 256 ? ym->dac - 512 : ym->dac) : DAC_OFF;
}

#endif
