/* internal.h - what the files of the YM2612 share.
 *
 *   chip.c       reset, run
 *   ports.c      bus and timers by themselves; the status
 *   registers.c  from the bus to the registers
 *   cycle.c      one internal cycle, exact for all that a program may do
 *   writes.c     running while writes come in: chooses between single cycles and blocks
 *   block.c      many whole samples at once
 *   changes.c    which sample of a block finds a written register changed, for each slot
 *   stream.c     phase and attenuation of one slot over a stretch of samples
 *   operators.c  outputs of operators over a stretch
 *   quiet.c      samples to which nobody listens
 *   sums.c       sums of channels, and what they add to the pins
 *   mix.c        what the output pins show in a block
 *   output.c     the channels apart
 *   validity.c   states from outside
 *   envelope.h   one step of a slot's envelope
 *   phase.h      the phase step of a slot
 *   counters.c   timers, LFO and envelope timer
 *   tables.py    sine and exponential: writes the tables when the library is built
 *
 * megadrive.h tells what happens in which cycle.
 */
#ifndef MEGADRIVE_YM2612_INTERNAL_H
#define MEGADRIVE_YM2612_INTERNAL_H

#include "core.h"

enum { ATTACK, DECAY, SUSTAIN, RELEASE };

/* Attenuation (10 bits) from which on an operator's output is 0. */
#define YM2612_SILENCE 832

/* Log sine of a 10-bit phase, shifted left by 1; bit 0: negative half. */
extern const uint16_t ym2612_sine[1024];
/* Output for log sine + (attenuation << 3), in the format above. */
extern const int16_t ym2612_wave[2 * 6400];

/* Outputs in the first quarter of a period at attenuations 0-63; each further 64 halve them. */
extern const int16_t ym2612_octave[64][256];

/* What a YM2612 adds to a sample in a cycle in which a pin shows nothing but the sign; positive also if it is silent. */
#define YM2612_STEP 3

/* Output of an operator, 14 bits signed. */
static inline int32_t operator_output(uint32_t phase10, uint32_t attenuation)
{
    return ym2612_wave[ym2612_sine[phase10 & 1023] + ((attenuation & 1023) << 3)];
}

static inline uint32_t limit_attenuation(uint32_t attenuation)
{
    return attenuation < 1023 ? attenuation : 1023;
}

static inline int32_t clamp9(int32_t value)
{
    return value < -256 ? -256 : value > 255 ? 255 : value;
}

/* The four counter values that a slot's step depends on. */
typedef struct ym2612_clocks {
    uint32_t tick;              /* 1 in samples in which envelopes step */
    uint32_t lock;              /* 1 + lowest bit set in the envelope timer */
    uint32_t low;               /* its bits 1-0 */
    uint32_t lfo_pm;
    uint32_t lfo_am;
} ym2612_clocks;

/* Frequency of a slot, as fetched before its step. */
typedef struct ym2612_pitch {
    uint32_t fnum, block, key_code;
} ym2612_pitch;

/* What a block keeps of the writes that come in while it lasts: changes.h. */
typedef struct ym2612_log ym2612_log;

/* registers.c */
enum { BUS_ADDRESS = 1, BUS_DATA = 2 };
uint32_t ym2612_note(uint32_t fnum); /* bits 1-0 of the key code */
void ym2612_store_slot(ym2612 *ym, uint32_t slot, uint32_t address, uint8_t data);
void ym2612_store_channel(ym2612 *ym, uint32_t channel, uint32_t address, uint8_t data);
void ym2612_write_mode(ym2612 *ym, uint32_t address, uint8_t data);
uint32_t ym2612_sample_bus(ym2612 *ym);
/* With a log, what reaches a register goes there. */
void ym2612_move_data(ym2612 *ym, ym2612_log *log, uint32_t cycle, int64_t cycles);
void ym2612_store_registers(ym2612 *ym, uint32_t cycle, uint32_t seen);
/* Is there anything for ym2612_store_registers() to do? */
static inline int is_storing(const ym2612 *ym, uint32_t seen)
{
    return seen || (ym->fm_data && (ym->store_left || ym->data != (ym->bus & 0xFF)));
}

/* counters.c */
extern const uint8_t ym2612_lfo_period[8]; /* samples, by LFO rate */
void ym2612_step_timers(ym2612 *ym, uint32_t cycle);
void ym2612_advance_timers(ym2612 *ym, uint32_t cycle, int64_t cycles);
/* The timers while nobody but the bus needs them: `timers` knows when their flags rise, and the counters stay behind. */
void ym2612_start_timers(ym2612_timers *timers, int64_t clock, uint32_t cycle);
/* Bring the counters up to `clock`. */
void ym2612_bring_timers(ym2612 *ym, ym2612_timers *timers, int64_t clock);
/* The flags at `clock`; *until: before which they stay, if nothing is written. */
uint32_t ym2612_timer_flags(ym2612 *ym, ym2612_timers *timers, int64_t clock, int64_t *until);
/* $27 is written in the cycle at `clock`.  Returns 0, and changes nothing that is seen, if it does more to the timers than to clear flags. */
int ym2612_clear_flags(ym2612 *ym, ym2612_timers *timers, int64_t clock, uint32_t data);
static inline int are_timers_overflowing(const ym2612 *ym)
{
    return ym->timer_reload[0] | ym->timer_reload[1] | ym->timer_overflow[0] | ym->timer_overflow[1] | (ym->test_21 & 4);
}
/* 1 if the timers do nothing but count, and look at $27 in cycle 2. */
static inline int are_timers_counting(const ym2612 *ym)
{
    uint8_t events[6];

    _Static_assert(offsetof(ym2612, timer_reload) == offsetof(ym2612, timer_clear) + 2
                   && offsetof(ym2612, timer_overflow) == offsetof(ym2612, timer_clear) + 4, "in a row");
    memcpy(events, (const uint8_t *)ym + offsetof(ym2612, timer_clear), sizeof events);
    return memcmp(events, "\0\0\0\0\0", sizeof events) == 0 && !(ym->test_21 & 4);
}
/* 1 if there is nothing new in $27 either. */
static inline int are_timers_settled(const ym2612 *ym)
{
    return are_timers_counting(ym) && memcmp(ym->timer_load, ym->timer_running, sizeof ym->timer_load) == 0;
}
void ym2612_step_eg_timer(ym2612 *ym, uint32_t cycle);
void ym2612_latch_lfo(ym2612 *ym);
void ym2612_step_lfo(ym2612 *ym, uint32_t increment);

/* cycle.c: returns the samples that ended */
int64_t ym2612_cycles(ym2612 *ym, int64_t cycles, int16_t *out);

/* block.c: the samples that can be run as a block now, of what is there now */
int64_t ym2612_block_limit(const ym2612 *ym);
/* `out` may be NULL; if `apart`, it takes the parts; those in the set `muted` are left silent.  `writes` are `count` writes
 * (cycle, port, value), the block beginning at `start`.  Fields that the next sample writes before it reads them are not kept up: run that one by cycles. */
void ym2612_block(ym2612 *ym, int64_t samples, int16_t *out, int apart, uint32_t muted, const uint32_t *writes, int64_t count,
                  int64_t start);

/* writes.c: ym2612_run_writes for whoever hears the parts; `output` NULL: nobody does */
int64_t ym2612_run_heard(ym2612 *ym, const uint32_t *writes, int64_t count, int64_t cycles, ym2612_output *output, int apart,
                         int16_t *out);
/* output.c: ym2612_cycles with the parts */
int64_t ym2612_cycles_apart(ym2612 *ym, int64_t cycles, ym2612_output *output, int apart, int16_t *out);
/* Samples for which a block is worth its preparation. */
#define YM2612_SHORTEST_BLOCK 4
/* Cycles of a block fit in 32 bits. */
#define YM2612_LONGEST_BLOCK (1 << 26)

#endif
