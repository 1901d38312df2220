/* context.h - a Z80 within a run: what an instance of the core and its bus hooks share.
 *
 * The registers that almost every instruction uses are kept in the context, the others in *c->cpu.  Before a hook calls
 * code that looks at the CPU, it stores the context:
 *
 *   z80_store, z80_load               all of it
 *   z80_store_clock, z80_load_clock   the clock alone, for code that sees and changes no more than that; the run then
 *                                     ends in time if the deadline has been lowered or an interrupt requested
 */
#ifndef MEGADRIVE_Z80_CONTEXT_H
#define MEGADRIVE_Z80_CONTEXT_H

#include <stdbool.h>

#include "core.h"

#if defined(__GNUC__) || defined(__clang__)
#define Z80_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define Z80_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define Z80_INLINE static inline __attribute__((always_inline, unused))
#define Z80_COLD __attribute__((cold, noinline))
#define Z80_OUTSIDE __attribute__((noinline, unused))
#else
#define Z80_LIKELY(condition) (condition)
#define Z80_UNLIKELY(condition) (condition)
#define Z80_INLINE static inline
#define Z80_COLD
#define Z80_OUTSIDE
#endif

typedef struct z80_context {
    z80 *cpu;
    void *bus;
    int64_t time;   /* T states since `base`, in units of Z80_T, and opcode fetches, which count R, in the bits below */
    int64_t base;   /* T states since power-on: where the run has to end, less than 2**31 from now */
    size_t pc;      /* 16 bits, but for a moment behind the last address */
    size_t a, f;    /* 8 bits */
    size_t hl;      /* 16 bits */
    uint8_t q;      /* F if this instruction has computed flags so far, else 0 */
    uint8_t previous_q; /* the same of the one before */
    bool from_device; /* mode 0: the instruction comes from the interrupting device, and pc stands still */
    uint8_t reach; /* in fast.h: where all accesses to data go */
    uint8_t loop; /* in fast.h: what this instruction has jumped back to may be the beginning of such a loop */
} z80_context;

/* 1: programs in plain memory are run by an instance made with Z80_FAST. */
#ifdef Z80_THREADED
#define Z80_HAS_FAST true
#else
#define Z80_HAS_FAST false
#endif

enum { Z80_LOOP_NONE, Z80_LOOP_DJNZ, Z80_LOOP_DEC };
enum { Z80_REACH_ALL, Z80_REACH_DEVICE, Z80_REACH_WINDOW, Z80_REACH_RAM };

/* What an instruction takes is one small number, so that counting it is one addition, whose sign tells the end of the run. */
#define Z80_T_BITS 20
#define Z80_T ((int64_t)1 << Z80_T_BITS)
#define Z80_M1 (4 * Z80_T + 1)  /* an opcode fetch */
#define Z80_LONGEST_RUN 0x200000 /* T states: fewer fetches than Z80_T */
_Static_assert(-1 >> 1 == -1, "shifts keep the sign");

/* T states since `base`: negative until the run has to end. */
Z80_INLINE int64_t z80_late(const z80_context *c) { return c->time >> Z80_T_BITS; }

Z80_INLINE int64_t z80_now(const z80_context *c) { return c->base + z80_late(c); }

/* R counts in seven bits; bit 7 stays as LD R,A left it. */
static inline void z80_refresh(z80 *cpu, uint64_t count)
{
    cpu->r = (uint8_t)((cpu->r & 0x80) | ((cpu->r + count) & 0x7F));
}

/* Bring R up to date. */
Z80_INLINE void z80_store_refresh(z80_context *c)
{
    int64_t fetches = c->time & (Z80_T - 1);
    z80_refresh(c->cpu, (uint64_t)fetches);
    c->time -= fetches;
}

Z80_INLINE void z80_store(z80_context *c)
{
    z80 *cpu = c->cpu;
    z80_store_refresh(c);
    cpu->clock = z80_now(c);
    cpu->pc = (uint16_t)c->pc;
    cpu->h = (uint8_t)(c->hl >> 8);
    cpu->l = (uint8_t)c->hl;
    cpu->a = (uint8_t)c->a;
    cpu->f = (uint8_t)c->f;
    cpu->q = c->q;
}

Z80_INLINE void z80_load(z80_context *c)
{
    const z80 *cpu = c->cpu;
    int64_t most = cpu->clock + Z80_LONGEST_RUN;
    c->base = cpu->deadline <= cpu->clock ? cpu->clock : cpu->deadline < most ? cpu->deadline : most;
    c->time = (cpu->clock - c->base) * Z80_T;
    c->pc = cpu->pc;
    c->hl = (size_t)(cpu->h << 8 | cpu->l);
    c->a = cpu->a;
    c->f = cpu->f;
    c->q = cpu->q;
}

Z80_INLINE void z80_store_clock(z80_context *c) { c->cpu->clock = z80_now(c); }

Z80_INLINE void z80_load_clock(z80_context *c)
{
    const z80 *cpu = c->cpu;
    int64_t fetches = c->time & (Z80_T - 1);
    if (cpu->deadline <= cpu->clock || (cpu->int_line && cpu->iff1) || cpu->nmi_pending)
        c->base = cpu->clock;
    c->time = fetches + (cpu->clock - c->base) * Z80_T;
}

Z80_INLINE bool z80_is_ram(uint32_t address, uint32_t end) { return address < end; }

/* 1: the next step may be something else than a plain instruction. */
Z80_INLINE int z80_is_disturbed(const z80 *cpu)
{
    return cpu->prefix | cpu->nmi_pending | cpu->halted || (cpu->int_line && cpu->iff1);
}

#endif
