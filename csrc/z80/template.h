/* template.h - the Z80 (NMOS), to be compiled once for each bus it sits on.  One inclusion in one C file.
 *
 * A C file includes z80/context.h, defines the bus by the macros below and includes this file; the instructions are
 * then compiled for that bus, with its accesses inlined.  flat.c and flat.h are the shortest example.
 *
 * What the including file defines (each macro may be the name of a static inline function); `c` is the context, whose
 * c->bus is the pointer given to run:
 *
 *   Z80_NAME(x)                 prefixes a name, for example flat_##x
 *   Z80_FETCH(c, address)       opcode fetch (M1), returns the byte
 *   Z80_READ(c, address)        memory read (operands and data), returns the byte
 *   Z80_WRITE(c, address, value)  memory write
 *   Z80_IN(c, port)             port read with the 16-bit port address, returns the byte
 *   Z80_OUT(c, port, value)     port write
 *   Z80_ACKNOWLEDGE(c)          interrupt acknowledge, returns the byte on the data bus ($FF if nobody drives it)
 *
 * and may define
 *
 *   Z80_IDLE(c, states)         T states without access, which prolong the machine cycle before them
 *   Z80_HALT_SKIPS(cpu, bus)    0 if the fetches of a halted CPU at its pc may not be left out (wait states);
 *                               by default run passes over a halt in one go
 *   Z80_FAST                    compile the fast path only (fast.h), for which are needed:
 *   Z80_RAM(cpu), Z80_RAM_MASK, Z80_RAM_END
 *                               below the address END there is plain memory: the MASK + 1 bytes at Z80_RAM(cpu), repeated
 *   Z80_IN_WINDOW(cpu, address) 1: at this address, beyond END, there is now memory that is read by Z80_WINDOW_READ
 *   Z80_WINDOW_READ(c, address) such a read: without a call, and nothing that ends the run; it may add to c->time
 *   Z80_DEVICE_READS(cpu, address, time), Z80_DEVICE_READ(c, address)
 *                               the same for what is the only access of an instruction that begins at `time` (see
 *                               z80_context)
 *   Z80_DEVICE_WRITES(cpu, address), Z80_DEVICE_WRITE(c, address, value)
 *                               the same for writes
 *   Z80_BUS(cpu)                the pointer given to run
 *   Z80_STEP(cpu)               advance, with `once`, of an instance made without Z80_FAST
 *
 * What it gets:
 *
 *   static void Z80_NAME(run)(z80 *cpu, void *bus)       until cpu->clock >= cpu->deadline
 *   static void Z80_NAME(advance)(z80 *cpu, void *bus, bool once)
 *                                                        one turn of that run: some steps (`once`: one), or all that
 *                                                        is left of a halt
 *   static void Z80_NAME(step)(z80 *cpu, void *bus)      one instruction, interrupt acceptance or NOP of HALT
 *   static int Z80_NAME(run_fast)(z80 *cpu)              with Z80_FAST, instead of these: part of such a run; 0: none
 *
 * Time.  While a hook runs, z80_now(c) is the T state in which its machine cycle begins (T1); the core adds the
 * cycle's length (M1 4, memory 3, port 4, acknowledge 6) after it.  The CPU samples read data in T3.  A hook makes
 * the CPU wait by adding T states to cpu->clock between z80_store_clock and z80_load_clock.  There it may also lower
 * cpu->deadline to end the run after this instruction, and change int_line and nmi_pending.
 *
 * Interrupts.  cpu->int_line is a level: it is accepted at an instruction's end if iff1 is set, except after EI,
 * between a prefix and its opcode, and after a RETN or RETI that changes IFF1 (A. Weissflog, "A new cycle-stepped Z80
 * emulator").  nmi_pending is cleared when the NMI is accepted; an instruction comes between two of them (Visual Z80 Remix).
 * In mode 0, all bytes up to the opcode come from acknowledge cycles; the others are read at pc, which stands still.
 */
#include "z80/alu.h"

#ifndef Z80_IDLE
#define Z80_IDLE(c, states) ((void)0)
#endif
#ifndef Z80_HALT_SKIPS
#define Z80_HALT_SKIPS(cpu, bus) ((void)(bus), 1)
#endif

/* ---- machine cycles ---- */

Z80_INLINE void step_pc(z80_context *c)
{
#ifdef Z80_FAST /* which keeps away from the last address */
    c->pc++;
#else
    c->pc = (c->pc + !c->from_device) & 0xFFFF;
#endif
}

Z80_INLINE uint8_t fetch(z80_context *c)
{
    uint8_t opcode;
#ifdef Z80_FAST
    opcode = Z80_RAM(c->cpu)[c->pc];
#else
    if (c->from_device) { /* a prefix was acknowledged, so its opcode is too */
        opcode = (uint8_t)Z80_ACKNOWLEDGE(c);
        c->time += 2 * Z80_T;
    } else {
        opcode = (uint8_t)Z80_FETCH(c, (uint16_t)c->pc);
    }
#endif
    c->time += Z80_M1;
    step_pc(c);
    return opcode;
}

Z80_INLINE uint8_t read(z80_context *c, uint16_t address)
{
    uint8_t value;
#ifdef Z80_FAST
    if (c->reach == Z80_REACH_RAM)
        value = Z80_RAM(c->cpu)[address & Z80_RAM_MASK];
    else if (c->reach == Z80_REACH_WINDOW)
        value = Z80_WINDOW_READ(c, address);
    else if (c->reach == Z80_REACH_DEVICE)
        value = Z80_DEVICE_READ(c, address);
    else
#endif
        value = (uint8_t)Z80_READ(c, address);
    c->time += 3 * Z80_T;
    return value;
}

Z80_INLINE void write(z80_context *c, uint16_t address, uint8_t value)
{
#ifdef Z80_FAST
    if (c->reach == Z80_REACH_RAM || c->reach == Z80_REACH_WINDOW) /* windows are only read */
        Z80_RAM(c->cpu)[address & Z80_RAM_MASK] = value;
    else if (c->reach == Z80_REACH_DEVICE)
        Z80_DEVICE_WRITE(c, address, value);
    else
#endif
        Z80_WRITE(c, address, value);
    c->time += 3 * Z80_T;
}

static inline uint8_t in(z80_context *c, uint16_t port)
{
    uint8_t value = (uint8_t)Z80_IN(c, port);
    c->time += 4 * Z80_T;
    return value;
}

static inline void out(z80_context *c, uint16_t port, uint8_t value)
{
    Z80_OUT(c, port, value);
    c->time += 4 * Z80_T;
}

Z80_INLINE void idle(z80_context *c, unsigned states)
{
    Z80_IDLE(c, states);
    c->time += states * Z80_T;
}

/* ---- groups of machine cycles ---- */

Z80_INLINE uint8_t operand(z80_context *c)
{
    uint8_t value;
#ifdef Z80_FAST
    value = Z80_RAM(c->cpu)[c->pc];
#else
    value = (uint8_t)Z80_READ(c, (uint16_t)c->pc);
#endif
    c->time += 3 * Z80_T;
    step_pc(c);
    return value;
}

Z80_INLINE uint16_t operand16(z80_context *c)
{
#ifdef Z80_FAST
    const uint8_t *at = Z80_RAM(c->cpu) + c->pc;
    c->pc += 2;
    c->time += 2 * 3 * Z80_T;
    return z80_pair(at[1], at[0]);
#else
    uint8_t low = operand(c);
    return z80_pair(operand(c), low);
#endif
}

Z80_INLINE uint16_t read16(z80_context *c, uint16_t address)
{
    uint8_t low = read(c, address);
    return z80_pair(read(c, (uint16_t)(address + 1)), low);
}

Z80_INLINE void write16(z80_context *c, uint16_t address, uint16_t value)
{
    write(c, address, z80_low(value));
    write(c, (uint16_t)(address + 1), z80_high(value));
}

Z80_INLINE void push(z80_context *c, uint16_t value)
{
    write(c, --c->cpu->sp, z80_high(value));
    write(c, --c->cpu->sp, z80_low(value));
}

Z80_INLINE uint16_t pop(z80_context *c)
{
    uint16_t value = read16(c, c->cpu->sp);
    c->cpu->sp = (uint16_t)(c->cpu->sp + 2);
    return value;
}

/* Address of the operand in memory: HL, or IX + d after reading d. */
Z80_INLINE uint16_t operand_address(z80_context *c, int index)
{
    if (index == 0) return c->hl;
    c->cpu->wz = (uint16_t)(z80_index(c, index) + (int8_t)operand(c));
    idle(c, 5);
    return c->cpu->wz;
}

Z80_INLINE void jump_relative(z80_context *c, int taken)
{
    int8_t distance = (int8_t)operand(c);
    if (!taken) return;
    idle(c, 5);
    c->pc = c->cpu->wz = (uint16_t)(c->pc + (size_t)distance);
}

/* The fast path takes turns of the shortest loops at once; behind each of them the same instruction comes next. */
#ifdef Z80_FAST
#include "z80/turns.h"
#else
#define turns_of_block_load(c, step) ((void)0)
#endif

Z80_INLINE void count_and_jump(z80_context *c) /* DJNZ */
{
    size_t from = c->pc - 1;
    idle(c, 1);
    jump_relative(c, --c->cpu->b);
    c->loop = c->pc == from ? Z80_LOOP_DJNZ : Z80_LOOP_NONE;
}

Z80_INLINE void jump_relative_nz(z80_context *c) /* JR NZ */
{
    size_t from = c->pc - 1;
    jump_relative(c, !(c->f & Z80_Z));
    c->loop = c->pc + 1 == from ? Z80_LOOP_DEC : Z80_LOOP_NONE;
}

Z80_INLINE void jump(z80_context *c, int taken)
{
    c->cpu->wz = operand16(c);
    if (taken) c->pc = c->cpu->wz;
}

Z80_INLINE void call(z80_context *c, int taken)
{
    uint16_t target = operand16(c);
    c->cpu->wz = target;
    if (!taken) return;
    idle(c, 1);
    push(c, (uint16_t)c->pc);
    c->pc = target;
}

Z80_INLINE void restart(z80_context *c, uint16_t target)
{
    idle(c, 1);
    push(c, (uint16_t)c->pc);
    c->pc = c->cpu->wz = target;
}

Z80_INLINE void return_from_call(z80_context *c, int taken)
{
    if (taken) c->pc = c->cpu->wz = pop(c);
}

/* ---- statements of several opcodes ---- */

Z80_INLINE void store_immediate(z80_context *c, int index) /* LD (HL),n; n is read while IX + d is added */
{
    uint16_t address = c->hl;
    if (index) address = c->cpu->wz = (uint16_t)(z80_index(c, index) + (int8_t)operand(c));
    uint8_t value = operand(c);
    if (index) idle(c, 2);
    write(c, address, value);
}

Z80_INLINE void count_memory(z80_context *c, int index, int down)
{
    uint16_t address = operand_address(c, index);
    uint8_t value = read(c, address);
    idle(c, 1);
    write(c, address, down ? z80_dec(c, value) : z80_inc(c, value));
}

Z80_INLINE void store_a(z80_context *c) /* LD (nn),A */
{
    uint16_t address = operand16(c);
    write(c, address, c->a);
    c->cpu->wz = z80_pair(c->a, (uint8_t)(address + 1));
}

Z80_INLINE void load_a(z80_context *c) /* LD A,(nn) */
{
    uint16_t address = operand16(c);
    c->a = read(c, address);
    c->cpu->wz = (uint16_t)(address + 1);
}

Z80_INLINE void add_to_index(z80_context *c, int index, uint16_t value)
{
    idle(c, 7);
    z80_set_index(c, index, z80_add16(c, z80_index(c, index), value));
}

Z80_INLINE void exchange_with_stack(z80_context *c, int index)
{
    uint16_t word = read16(c, c->cpu->sp), old = z80_index(c, index);
    idle(c, 1);
    write(c, (uint16_t)(c->cpu->sp + 1), z80_high(old));
    write(c, c->cpu->sp, z80_low(old));
    idle(c, 2);
    z80_set_index(c, index, word);
    c->cpu->wz = word;
}

Z80_INLINE void exchange_af(z80_context *c)
{
    uint16_t word = c->cpu->af_;
    c->cpu->af_ = z80_af(c);
    z80_set_af(c, word);
}

Z80_INLINE void exchange_de(z80_context *c)
{
    uint16_t word = z80_de(c);
    z80_set_de(c, c->hl);
    c->hl = word;
}

Z80_INLINE void exchange_all(z80_context *c) /* EXX */
{
    uint16_t word = c->cpu->bc_;
    c->cpu->bc_ = z80_bc(c);
    z80_set_bc(c, word);
    word = c->cpu->de_;
    c->cpu->de_ = z80_de(c);
    z80_set_de(c, word);
    word = c->cpu->hl_;
    c->cpu->hl_ = (uint16_t)c->hl;
    c->hl = word;
}

static inline void in_a(z80_context *c) /* IN A,(n) */
{
    uint16_t port = z80_pair(c->a, operand(c));
    c->a = in(c, port);
    c->cpu->wz = (uint16_t)(port + 1);
}

static inline void out_a(z80_context *c) /* OUT (n),A */
{
    uint16_t port = z80_pair(c->a, operand(c));
    out(c, port, c->a);
    c->cpu->wz = z80_pair(c->a, (uint8_t)(port + 1));
}

#include "z80/instructions_cb.h"
#include "z80/instructions_ed.h"
#ifdef Z80_FAST
#include "z80/fast.h"
#else
#include "z80/run.h"
#endif
