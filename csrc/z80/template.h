/* template.h - the Z80 (NMOS), to be compiled once for each bus it sits on.
 *
 * A C file defines the bus by the macros below and includes this file; the instructions are then compiled for
 * that bus, with its accesses inlined.  flat.c is the shortest example.
 *
 * What the including file defines (each macro may be the name of a static inline function):
 *
 *   Z80_BUS                             type of the bus; all hooks get a pointer to it
 *   Z80_NAME(x)                         prefixes a name, for example flat_##x
 *   Z80_FETCH(bus, cpu, address)        opcode fetch (M1), returns the byte
 *   Z80_READ(bus, cpu, address)         memory read (operands and data), returns the byte
 *   Z80_WRITE(bus, cpu, address, value) memory write
 *   Z80_IN(bus, cpu, port)              port read with the 16-bit port address, returns the byte
 *   Z80_OUT(bus, cpu, port, value)      port write
 *   Z80_ACKNOWLEDGE(bus, cpu)           interrupt acknowledge, returns the byte on the data bus ($FF if nobody drives it)
 *
 * and may define
 *
 *   Z80_IDLE(bus, cpu, states)          T states without access, which prolong the machine cycle before them
 *   Z80_HALT_SKIPS(bus, cpu)            0 if the fetches of a halted CPU at its pc may not be left out (wait states);
 *                                       by default run passes over a halt in one go
 *
 * What it gets:
 *
 *   static void Z80_NAME(run)(z80 *cpu, Z80_BUS *bus)       until cpu->clock >= cpu->deadline
 *   static void Z80_NAME(step)(z80 *cpu, Z80_BUS *bus)      one instruction, interrupt acceptance or NOP of HALT
 *
 * Time.  While a hook runs, cpu->clock is the T state in which its machine cycle begins (T1); the core adds the
 * cycle's length (M1 4, memory 3, port 4, acknowledge 6) after it.  The CPU samples read data in T3.  A hook makes
 * the CPU wait by adding T states to cpu->clock.  It may set cpu->deadline to end the run after this instruction
 * and cpu->nmi_pending; all registers may be read, and are as the instruction has left them so far.
 *
 * Interrupts.  cpu->int_line is a level: it is accepted at an instruction's end if iff1 is set, except after EI and
 * between a prefix and its opcode.  nmi_pending is cleared when the NMI is accepted.  Both are looked at before
 * every instruction, so hooks may change them too.
 */
#include "z80/alu.h"

#ifndef Z80_IDLE
#define Z80_IDLE(bus, cpu, states) ((void)0)
#endif
#ifndef Z80_HALT_SKIPS
#define Z80_HALT_SKIPS(bus, cpu) 1
#endif

#if defined(__GNUC__)
#define Z80_INLINE static inline __attribute__((always_inline))
#else
#define Z80_INLINE static inline
#endif

/* ---- machine cycles ---- */

static inline uint8_t Z80_NAME(fetch)(Z80_BUS *bus, z80 *cpu)
{
    uint8_t opcode = Z80_FETCH(bus, cpu, cpu->pc);
    cpu->clock += 4;
    cpu->pc++;
    z80_refresh(cpu, 1);
    return opcode;
}

static inline uint8_t Z80_NAME(read)(Z80_BUS *bus, z80 *cpu, uint16_t address)
{
    uint8_t value = Z80_READ(bus, cpu, address);
    cpu->clock += 3;
    return value;
}

static inline void Z80_NAME(write)(Z80_BUS *bus, z80 *cpu, uint16_t address, uint8_t value)
{
    Z80_WRITE(bus, cpu, address, value);
    cpu->clock += 3;
}

static inline uint8_t Z80_NAME(in)(Z80_BUS *bus, z80 *cpu, uint16_t port)
{
    uint8_t value = Z80_IN(bus, cpu, port);
    cpu->clock += 4;
    return value;
}

static inline void Z80_NAME(out)(Z80_BUS *bus, z80 *cpu, uint16_t port, uint8_t value)
{
    Z80_OUT(bus, cpu, port, value);
    cpu->clock += 4;
}

Z80_INLINE void Z80_NAME(idle)(Z80_BUS *bus, z80 *cpu, int states)
{
    (void)bus;
    Z80_IDLE(bus, cpu, states);
    cpu->clock += states;
}

/* ---- groups of machine cycles ---- */

static inline uint8_t Z80_NAME(operand)(Z80_BUS *bus, z80 *cpu) { return Z80_NAME(read)(bus, cpu, cpu->pc++); }

static inline uint16_t Z80_NAME(read16)(Z80_BUS *bus, z80 *cpu, uint16_t address)
{
    uint8_t low = Z80_NAME(read)(bus, cpu, address);
    return z80_pair(Z80_NAME(read)(bus, cpu, (uint16_t)(address + 1)), low);
}

static inline void Z80_NAME(write16)(Z80_BUS *bus, z80 *cpu, uint16_t address, uint16_t value)
{
    Z80_NAME(write)(bus, cpu, address, (uint8_t)value);
    Z80_NAME(write)(bus, cpu, (uint16_t)(address + 1), (uint8_t)(value >> 8));
}

static inline uint16_t Z80_NAME(operand16)(Z80_BUS *bus, z80 *cpu)
{
    uint16_t value = Z80_NAME(read16)(bus, cpu, cpu->pc);
    cpu->pc = (uint16_t)(cpu->pc + 2);
    return value;
}

static inline void Z80_NAME(push)(Z80_BUS *bus, z80 *cpu, uint16_t value)
{
    Z80_NAME(write)(bus, cpu, --cpu->sp, (uint8_t)(value >> 8));
    Z80_NAME(write)(bus, cpu, --cpu->sp, (uint8_t)value);
}

static inline uint16_t Z80_NAME(pop)(Z80_BUS *bus, z80 *cpu)
{
    uint16_t value = Z80_NAME(read16)(bus, cpu, cpu->sp);
    cpu->sp = (uint16_t)(cpu->sp + 2);
    return value;
}

/* Address of the operand in memory: HL, or IX + d after reading d. */
Z80_INLINE uint16_t Z80_NAME(address)(Z80_BUS *bus, z80 *cpu, const uint16_t *index)
{
    if (!index) return z80_hl(cpu);
    cpu->wz = (uint16_t)(*index + (int8_t)Z80_NAME(operand)(bus, cpu));
    Z80_NAME(idle)(bus, cpu, 5);
    return cpu->wz;
}

static inline void Z80_NAME(jump_relative)(Z80_BUS *bus, z80 *cpu, int taken)
{
    int8_t distance = (int8_t)Z80_NAME(operand)(bus, cpu);
    if (!taken) return;
    Z80_NAME(idle)(bus, cpu, 5);
    cpu->pc = cpu->wz = (uint16_t)(cpu->pc + distance);
}

static inline void Z80_NAME(jump)(Z80_BUS *bus, z80 *cpu, int taken)
{
    cpu->wz = Z80_NAME(operand16)(bus, cpu);
    if (taken) cpu->pc = cpu->wz;
}

static inline void Z80_NAME(call)(Z80_BUS *bus, z80 *cpu, int taken)
{
    cpu->wz = Z80_NAME(operand16)(bus, cpu);
    if (!taken) return;
    Z80_NAME(idle)(bus, cpu, 1);
    Z80_NAME(push)(bus, cpu, cpu->pc);
    cpu->pc = cpu->wz;
}

static inline void Z80_NAME(restart)(Z80_BUS *bus, z80 *cpu, uint16_t target)
{
    Z80_NAME(idle)(bus, cpu, 1);
    Z80_NAME(push)(bus, cpu, cpu->pc);
    cpu->pc = cpu->wz = target;
}

static inline void Z80_NAME(return)(Z80_BUS *bus, z80 *cpu) { cpu->pc = cpu->wz = Z80_NAME(pop)(bus, cpu); }

#include "z80/instructions_cb.h"
#include "z80/instructions_ed.h"
#include "z80/instructions.h"

/* ---- interrupts ---- */

static void Z80_NAME(accept_nmi)(Z80_BUS *bus, z80 *cpu)
{
    cpu->q = cpu->ei = cpu->p = cpu->halted = cpu->nmi_pending = 0;
    Z80_NAME(fetch)(bus, cpu); /* the byte is ignored */
    cpu->pc--;
    cpu->iff1 = 0;
    Z80_NAME(restart)(bus, cpu, 0x66);
}

static void Z80_NAME(accept_interrupt)(Z80_BUS *bus, z80 *cpu)
{
    if (cpu->p) cpu->f &= (uint8_t)~Z80_P; /* NMOS: LD A,I and LD A,R sample IFF2 as the interrupt clears it */
    cpu->q = cpu->ei = cpu->p = cpu->halted = 0;
    cpu->iff1 = cpu->iff2 = 0;
    uint8_t byte = Z80_ACKNOWLEDGE(bus, cpu);
    cpu->clock += 6;
    z80_refresh(cpu, 1);
    switch (cpu->im) {
    case 0: /* the byte is an opcode; further bytes of it would come from the pc, which only RST does not need */
        Z80_NAME(execute)(bus, cpu, byte, 0);
        break;
    case 1:
        Z80_NAME(restart)(bus, cpu, 0x38);
        break;
    default:
        Z80_NAME(idle)(bus, cpu, 1);
        Z80_NAME(push)(bus, cpu, cpu->pc);
        cpu->pc = cpu->wz = Z80_NAME(read16)(bus, cpu, z80_pair(cpu->i, byte));
        break;
    }
}

/* ---- running ---- */

/* What the next step is, when it is not a plain instruction.  Returns 0 if it is one. */
static int Z80_NAME(exceptional)(Z80_BUS *bus, z80 *cpu)
{
    if (cpu->prefix) {
        uint8_t previous_q = cpu->q;
        cpu->q = cpu->ei = cpu->p = 0;
        Z80_NAME(prefixed)(bus, cpu, cpu->prefix, previous_q);
    } else if (cpu->nmi_pending) {
        Z80_NAME(accept_nmi)(bus, cpu);
    } else if (cpu->int_line && cpu->iff1 && !cpu->ei) {
        Z80_NAME(accept_interrupt)(bus, cpu);
    } else if (cpu->halted) {
        cpu->q = cpu->ei = cpu->p = 0;
        Z80_NAME(fetch)(bus, cpu); /* a NOP, whatever the byte is */
        cpu->pc--;
    } else {
        return 0;
    }
    return 1;
}

Z80_INLINE void Z80_NAME(instruction)(Z80_BUS *bus, z80 *cpu)
{
    uint8_t previous_q = cpu->q;
    cpu->q = cpu->ei = cpu->p = 0;
    Z80_NAME(execute)(bus, cpu, Z80_NAME(fetch)(bus, cpu), previous_q);
}

static inline void Z80_NAME(step)(z80 *cpu, Z80_BUS *bus)
{
    if (!Z80_NAME(exceptional)(bus, cpu)) Z80_NAME(instruction)(bus, cpu);
}

/* A halted CPU that nothing wakes: all NOPs up to the deadline at once. */
static inline void Z80_NAME(pass_halt)(z80 *cpu)
{
    int64_t nops = (cpu->deadline - cpu->clock - 1) / 4 + 1;
    cpu->q = cpu->ei = cpu->p = 0;
    cpu->clock += 4 * nops;
    z80_refresh(cpu, nops);
}

/* One turn of the run loop: a step, or all that is left of a halt. */
Z80_INLINE void Z80_NAME(advance)(z80 *cpu, Z80_BUS *bus)
{
    if (cpu->prefix | cpu->nmi_pending | cpu->int_line | cpu->halted) {
        int woken = cpu->nmi_pending || (cpu->int_line && cpu->iff1 && !cpu->ei);
        if (cpu->halted && !woken && !cpu->prefix && Z80_HALT_SKIPS(bus, cpu)) {
            Z80_NAME(pass_halt)(cpu);
            return;
        }
        if (Z80_NAME(exceptional)(bus, cpu)) return;
    }
    Z80_NAME(instruction)(bus, cpu);
}

static inline void Z80_NAME(run)(z80 *cpu, Z80_BUS *bus)
{
    while (cpu->clock < cpu->deadline) Z80_NAME(advance)(cpu, bus);
}
