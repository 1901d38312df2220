/* context.h - what an instance of the 68000 core and its bus hooks share.
 *
 * The core is a template: the instructions are written once (template.h and the files it includes) and compiled
 * for each bus that they run on.  A C file makes an instance in three steps:
 *
 *     #include "m68000/context.h"
 *     ... its hooks, as static inline functions or macros (below), and M68000_NAME ...
 *     #include "m68000/template.h"
 *
 * and gets these functions (#define M68000_NAME(name) machine_cpu_##name gives the names their prefix):
 *
 *     void M68000_NAME(reset)(m68000 *cpu, void *bus)
 *         What the RESET pin does: supervisor state, mask 7, SSP and PC from the vectors at 0 and 4, prefetch
 *         queue filled; 40 clocks.  D0-D7, A0-A6, USP, `clock` (but for the 40) and the interrupt pins stay.
 *     void M68000_NAME(step)(m68000 *cpu, void *bus)
 *         One instruction or one exception, or 4 clocks of a stopped or halted CPU.
 *     void M68000_NAME(run)(m68000 *cpu, void *bus)
 *         Instructions and exceptions until cpu->clock >= cpu->deadline.  It may return EARLIER (while tracing it
 *         does after each instruction): the caller loops.  A stopped CPU waits till the deadline or the interrupt;
 *         a halted one till the deadline.
 *
 * The hooks.  `c` is the context below, of the instruction that runs; c->bus is the pointer given to run.
 * Addresses have 24 bits, those of words are even.  When a hook is called, c->clock is the time (CPU clocks) at
 * which the bus cycle begins; the core adds the cycle's own 4 clocks afterwards, a hook adds its wait clocks to
 * c->clock.  Function codes: 1 user data, 2 user program, 5 supervisor data, 6 supervisor program.
 *
 *     uint16_t M68000_FETCH(c, address, fc)               one word of program, for the prefetch queue
 *     uint16_t M68000_READ_WORD(c, address, fc)           one word of data (fc 2 or 6: a PC-relative operand)
 *     uint8_t  M68000_READ_BYTE(c, address, fc)
 *     void     M68000_WRITE_WORD(c, address, value, fc)
 *     void     M68000_WRITE_BYTE(c, address, value, fc)
 *     unsigned M68000_ACKNOWLEDGE(c, level)               the interrupt acknowledge cycle: gives the vector number
 *                                                         (24 + level: autovector), adds the clocks beyond 4
 * Optional:
 *     const uint8_t *M68000_READ_PAGE(bus, address)       the 64 KiB at address & 0xff0000 if all of it can be read, and
 *                                                         programs fetched from it, without waits or effects; else NULL
 *     uint8_t *M68000_WRITE_PAGE(bus, address)            the same for writing
 *                                                         Without these two the instance is compact and slow.
 *     void *M68000_BUS(cpu)                               the bus, if the CPU's address tells it
 *     M68000_WRITE_OUTSIDE_WORD(c, address, value, fc)    the same as M68000_WRITE_WORD and _BYTE, for a MOVE to an address
 *     M68000_WRITE_OUTSIDE_BYTE(c, address, value, fc)    that lay in no page when it began
 *     bool M68000_WRITE_AT_ONCE(bus, size, address, value, clock)
 *                                                         before those, for a WORD or LONG at a 32-bit address: true if the
 *                                                         write, whose first cycle begins at `clock`, has been made, without
 *                                                         waits or any effect on the run
 *     bool M68000_GOES_ON(cpu, bus)                       called after an instruction that was run alone, for an interrupt may come
 *                                                         behind it: true if the run may go on, with cpu->deadline set again
 *     bool M68000_AT_DEADLINE(cpu, bus, pc, ir, &clock)   called when the clock has reached cpu->deadline: it may move
 *                                                         both on, the clock to before the deadline, and give true, to
 *                                                         go on without leaving the run.  Not for a deadline that was
 *                                                         lowered for an interrupt, which the run loop takes
 *     M68000_LOOP_AGAIN(c, target)                        called at the end of a branch back by at most
 *                                                         M68000_LOOP_BYTES that was taken (fast path only): what such a
 *                                                         loop does can be done at once by changing the context, the
 *                                                         registers and the flags
 *     M68000_RUN_BEGINS(cpu, bus)                         called before the first instruction of a run, or the first one
 *                                                         behind an exception, with the flags unpacked: may do the same
 *     M68000_TAS_WRITES                                   1 (default) or 0: whether TAS's write reaches memory
 *     M68000_TAS(c, address, fc)                          TAS's whole read-modify-write cycle instead (the core adds
 *                                                         its 10 clocks); gives the byte read
 *     M68000_IDLE(c, clocks)                              called before `clocks` clocks without a bus cycle (compact only)
 *     M68000_BAD_CYCLE(c, address, value, fc, write)      the cycle of an address error, which selects nothing
 *     M68000_NO_RESET                                     if defined, there is no function `reset`
 *     M68000_RESET_PIN(c)                                 the RESET instruction pulls the pin (for 124 clocks)
 *
 * Fast and slow paths.  An instruction whose accesses all lie in such pages is executed by code that knows nothing
 * else.  If that finds another page, an odd address or an exception, it has changed nothing yet, and the instruction is
 * begun again by code that calls the other hooks for every access (those in pages too).  Only a MOVE that writes outside
 * of pages goes on where it is, if it is threaded.  Their calls out of the instance go like this:
 *
 *     static uint16_t read_word(m68000_context *c, uint32_t address, unsigned fc)
 *     {
 *         m68000_flush(c);                                       // clock, pc, irc -> *c->cpu
 *         uint16_t value = machine_read_word(c->bus, address, fc); // sees and may advance cpu->clock, sees cpu->irc
 *         m68000_reload(c);                                      // clock <- *c->cpu
 *         return value;
 *     }
 *     #define M68000_READ_WORD read_word
 *
 * The run loop compares the clock with cpu->deadline after each instruction: an access that causes an event
 * (an interrupt, say) lowers cpu->deadline to its time, or to 0, and the run returns after the instruction.
 *
 * Interrupts.  Whoever drives the pins calls m68000_set_ipl(cpu, level, clock) and, if a run is going on, lowers
 * the deadline to `clock`.  Before each instruction that a run or step begins with, or that follows the deadline, an
 * interrupt is taken if the level was above the mask (7: if it has risen to 7) at sample_clock, the time at which the
 * instruction before sampled the pins: the beginning of its last bus cycle.
 *
 * A setting in m68000: odd_mask 1 (m68000_init's value): an odd word address is an address error; 0: A0 is ignored.
 */
#ifndef MEGADRIVE_M68000_CONTEXT_H
#define MEGADRIVE_M68000_CONTEXT_H

#include <stdbool.h>

#include "core.h"

#if defined(__GNUC__) || defined(__clang__)
#define M68000_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define M68000_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#ifdef M68000_SMALL /* set by the build: compiled in less time, slower */
#define M68000_INLINE static inline __attribute__((unused))
#else
#define M68000_INLINE static inline __attribute__((always_inline, unused))
#endif
#define M68000_COLD __attribute__((cold, noinline))
#define M68000_NOINLINE __attribute__((noinline))
#else
#define M68000_LIKELY(condition) (condition)
#define M68000_UNLIKELY(condition) (condition)
#define M68000_INLINE static inline
#define M68000_COLD
#define M68000_NOINLINE
#endif

#if defined(__GNUC__) && !defined(_WIN32)
#define M68000_HIDDEN __attribute__((visibility("hidden")))
#else
#define M68000_HIDDEN
#endif

#define M68000_LOOP_BYTES 30    /* from the branch's extension word back to the loop's first word */

enum { BYTE = 1, WORD = 2, LONG = 4 };

typedef struct m68000_context {
    m68000 *cpu;
    void *bus;
    uint32_t pc;    /* address of the word in IRC, less 2: of the instruction, until it has prefetched */
    uint32_t ir;    /* the instruction's first word; the next one's after the last prefetch */
    uint32_t irc;   /* last word fetched, next in the queue */
    bool fast;      /* constant wherever it is looked at: all accesses are in pages */
    int64_t clock;  /* CPU clocks: now */
    int64_t sample; /* CPU clocks: the beginning of the last bus cycle so far */
    uintptr_t code; /* fast: what added to pc is where the program lies (code_at); 0: in no page */
    uint32_t second; /* fast: behind the word that a jump has fetched */
    bool loops; /* fast: a short branch back has been taken */
    uint32_t *undo; /* fast: the address register that a source operand has moved, or NULL */
    uint32_t undo_value; /* what it was */
    int outside;    /* fast: MOVE has got as far as its write of so many bytes, which does not go to a page */
    uint32_t outside_address, outside_value;
} m68000_context;

/* Around a call that leaves the instruction's own code: the CPU's struct holds the present time and queue. */
M68000_INLINE void m68000_flush(const m68000_context *c)
{
    c->cpu->clock = c->clock;
    c->cpu->pc = c->pc;
    c->cpu->irc = (uint16_t)c->irc;
}

M68000_INLINE void m68000_reload(m68000_context *c)
{
    c->clock = c->cpu->clock;
}

/* Memory is in the console's byte order, high byte first. */
M68000_INLINE uint16_t m68000_get_word(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

M68000_INLINE uint32_t m68000_get_long(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

M68000_INLINE void m68000_put_word(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

M68000_INLINE void m68000_put_long(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)(value >> 24);
    bytes[1] = (uint8_t)(value >> 16);
    bytes[2] = (uint8_t)(value >> 8);
    bytes[3] = (uint8_t)value;
}

#endif
