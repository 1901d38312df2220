/* fast.h - instructions in plain memory, one function for each opcode.  Part of template.h, if Z80_FAST is defined.
 *
 * Each function ends with a jump to the next instruction's; the context travels in registers as arguments.  This needs a
 * compiler that turns such calls into jumps.  Accesses to data are looked at before anything is changed: if all are to
 * plain memory they need no hook.  Else the function's twins look again, for those that need no call; else the last of them
 * uses the hooks.  What cannot stay here
 * (program elsewhere, interrupts, most of the ED page) is left to an instance made without Z80_FAST.
 *
 * While this runs, the CPU's ei, p, deferred, prefix and halted are 0, and c->base is its deadline unless a hook ends the run.
 */

#define Z80_ARGUMENTS z80 *cpu, size_t pc, int64_t time, size_t a, size_t f, size_t hl
#define Z80_CONTEXT                                                                                       \
    {.cpu = cpu, .bus = Z80_BUS(cpu), .pc = pc, .time = time, .base = cpu->deadline,                      \
     .a = a, .f = f, .hl = hl}

typedef void fast_instruction(Z80_ARGUMENTS);
static fast_instruction *const fast_plain[256], *const fast_cb[256], *const fast_ix[256], *const fast_iy[256];

/* No instruction that begins before this address reads program beyond the first copy of the memory. */
#define LAST_START (Z80_RAM_MASK - 3)

Z80_COLD static void leave_at(Z80_ARGUMENTS, int64_t base)
{
    z80_context context = Z80_CONTEXT;
    context.base = base;
    context.q = cpu->q;
    z80_store(&context);
}

Z80_COLD static void leave(Z80_ARGUMENTS) { leave_at(cpu, pc, time, a, f, hl, cpu->deadline); }

/* The instruction is left to the other instance. */
Z80_COLD static void begin_again(Z80_ARGUMENTS)
{
    leave(cpu, pc, time, a, f, hl);
    Z80_STEP(cpu);
}

/* The conditions in the lists of instructions; `pc` is the address of the opcode, behind any prefix.  `reach` is a constant of
 * the function in which they stand. */
#define PROGRAM(offset) (Z80_RAM(cpu) + pc)[offset]
#define PROGRAM_WORD (size_t)z80_pair(PROGRAM(2), PROGRAM(1))
#define ALWAYS 1
#define NEVER 0
/* EI puts interrupts off by an instruction, which makes no difference as long as none is there and that instruction follows. */
#define NO_INTERRUPT (!cpu->int_line && !cpu->nmi_pending && time + Z80_M1 < 0 && pc < LAST_START)
#define IS_RAM(address) z80_is_ram(address, Z80_RAM_END)
#define RAM(address) (reach == Z80_REACH_RAM && IS_RAM(address))
#define OPERAND                                                                                           \
    (index == 0 ? hl : (uint16_t)((index == 1 ? cpu->ix : cpu->iy) + (int8_t)PROGRAM(1)))
#define BC (uint16_t)(cpu->b << 8 | cpu->c)
#define DE (uint16_t)(cpu->d << 8 | cpu->e)
#define RAM_OPERAND RAM(OPERAND)
#define RAM_BC RAM(BC)
#define RAM_DE RAM(DE)
#define RAM_NN RAM(PROGRAM_WORD)
#define RAM_NN_WORD (reach == Z80_REACH_RAM && PROGRAM_WORD < Z80_RAM_END - 1)
#define RAM_POP (reach == Z80_REACH_RAM && cpu->sp < Z80_RAM_END - 1)
#define RAM_PUSH (reach == Z80_REACH_RAM && (uint32_t)cpu->sp - 2 < Z80_RAM_END - 1)
/* The same for reads and writes elsewhere. */
#define READ(address)                                                                                     \
    (reach == Z80_REACH_RAM      ? IS_RAM(address)                                                        \
     : reach == Z80_REACH_WINDOW ? Z80_IN_WINDOW(cpu, (uint16_t)(address))                                \
                                 : Z80_DEVICE_READS(cpu, (uint16_t)(address), time))
#define READ_WORD(address)                                                                                \
    (reach == Z80_REACH_RAM ? (size_t)(address) < Z80_RAM_END - 1                                         \
                            : reach == Z80_REACH_WINDOW && READ(address) && READ((address) + 1))
#define WRITE(address)                                                                                    \
    (reach == Z80_REACH_RAM ? IS_RAM(address) : reach == Z80_REACH_DEVICE && Z80_DEVICE_WRITES(cpu, (uint16_t)(address)))
#define READ_OPERAND READ(OPERAND)
#define READ_BC READ(BC)
#define READ_DE READ(DE)
#define READ_NN READ(PROGRAM_WORD)
#define READ_NN_WORD READ_WORD(PROGRAM_WORD)
#define READ_POP READ_WORD(cpu->sp)
#define INDEXED_CB (PROGRAM(2) >> 6 == 1 ? READ_OPERAND : RAM_OPERAND) /* BIT only reads */
#define READ_HL_WRITE_DE (reach != Z80_REACH_DEVICE && READ(hl) && IS_RAM(DE))
#define WRITE_OPERAND WRITE(OPERAND)
#define WRITE_BC WRITE(BC)
#define WRITE_DE WRITE(DE)
#define WRITE_NN WRITE(PROGRAM_WORD)

/* The call that ends a function is to become a jump.  For that no local variable may be alive whose address is known
 * elsewhere, so the context ends before (Z80_END_OP); clang has to be told. */
#if defined(__clang__) && defined(__has_attribute)
#if __has_attribute(musttail)
#define Z80_JUMP __attribute__((musttail)) return
#endif
#endif
#ifndef Z80_JUMP
#define Z80_JUMP
#endif

#define Z80_GO_ON                                                                                         \
    do {                                                                                                  \
        if (Z80_LIKELY(time < 0) && Z80_LIKELY(pc <= LAST_START)) {                                       \
            Z80_JUMP fast_plain[Z80_RAM(cpu)[pc]](cpu, pc, time, a, f, hl);                               \
        } else {                                                                                          \
            Z80_JUMP leave(cpu, pc, time, a, f, hl);                                                      \
        }                                                                                                 \
    } while (0)

#define Z80_END_OP pc = c->pc, time = c->time, a = c->a, f = c->f, hl = c->hl

/* Behind a jump to the beginning of a short loop. */
#define Z80_TAKE_TURNS(name, turns)                                                                       \
    Z80_OUTSIDE static void name(Z80_ARGUMENTS)                                                           \
    {                                                                                                     \
        {                                                                                                 \
            z80_context context = Z80_CONTEXT, *c = &context;                                             \
            turns(c);                                                                                     \
            Z80_END_OP;                                                                                   \
        }                                                                                                 \
        Z80_GO_ON;                                                                                        \
    }
Z80_TAKE_TURNS(take_djnz, turns_of_djnz)
Z80_TAKE_TURNS(take_dec, turns_of_dec)

/* An instruction all of whose accesses are to plain memory, if `condition` holds; that reads through the window; whose only
 * access is one to a device that needs no call; and the same with its accesses wherever they go. */
#define Z80_BEGIN_OP(its_reach)                                                                           \
    z80_context context = Z80_CONTEXT, *c = &context;                                                     \
    const int index = Z80_INDEX;                                                                          \
    const uint8_t reach = c->reach = its_reach;                                                           \
    (void)index, (void)reach
#define Z80_DO_OP(...)                                                                                    \
    c->previous_q = cpu->q;                                                                               \
    c->time += Z80_M1;                                                                                    \
    c->pc++;                                                                                              \
    __VA_ARGS__;                                                                                          \
    cpu->q = c->q
#define Z80_OP_WITHIN(kind, its_reach, page, high, low, condition, otherwise, ...)                        \
    kind void page##_##high##low(Z80_ARGUMENTS)                                                           \
    {                                                                                                     \
        unsigned loop;                                                                                    \
        {                                                                                                 \
            Z80_BEGIN_OP(its_reach);                                                                      \
            if (Z80_UNLIKELY(!(condition)))                                                               \
                goto elsewhere;                                                                           \
            Z80_DO_OP(__VA_ARGS__);                                                                       \
            loop = c->loop;                                                                               \
            Z80_END_OP;                                                                                   \
        }                                                                                                 \
        if (loop == Z80_LOOP_NONE)                                                                        \
            Z80_GO_ON;                                                                                    \
        else if (loop == Z80_LOOP_DEC)                                                                    \
            Z80_JUMP take_dec(cpu, pc, time, a, f, hl);                                                   \
        else                                                                                              \
            Z80_JUMP take_djnz(cpu, pc, time, a, f, hl);                                                  \
        return;                                                                                           \
    elsewhere:;                                                                                           \
        Z80_JUMP otherwise##_##high##low(cpu, pc, time, a, f, hl);                                        \
    }
#define Z80_EACH_OP(page, high, low, condition, ...)                                                      \
    Z80_OUTSIDE static void outside_##page##_##high##low(Z80_ARGUMENTS)                                   \
    {                                                                                                     \
        int64_t base;                                                                                     \
        {                                                                                                 \
            Z80_BEGIN_OP(Z80_REACH_ALL);                                                                  \
            Z80_DO_OP(__VA_ARGS__);                                                                       \
            base = c->base;                                                                               \
            Z80_END_OP;                                                                                   \
        }                                                                                                 \
        if (Z80_LIKELY(base == cpu->deadline && !(z80_is_disturbed(cpu) | cpu->ei)))                      \
            Z80_GO_ON;                                                                                    \
        else                                                                                              \
            leave_at(cpu, pc, time, a, f, hl, base);                                                      \
    }                                                                                                     \
    Z80_OP_WITHIN(Z80_OUTSIDE static, Z80_REACH_DEVICE, device_##page, high, low, condition, outside_##page, __VA_ARGS__) \
    Z80_OP_WITHIN(Z80_OUTSIDE static, Z80_REACH_WINDOW, window_##page, high, low, condition, device_##page, __VA_ARGS__) \
    Z80_OP_WITHIN(static, Z80_REACH_RAM, fast_##page, high, low, condition, window_##page, __VA_ARGS__)
#define Z80_FAST_PREFIX(name, table)                                                                      \
    static void name(Z80_ARGUMENTS) { Z80_JUMP table[PROGRAM(1)](cpu, pc + 1, time + Z80_M1, a, f, hl); }

#define Z80_INDEX 0
#undef Z80_INDEX_OP
#define Z80_INDEX_OP Z80_OP
#define Z80_OP(high, low, condition, ...) Z80_EACH_OP(plain, high, low, condition, __VA_ARGS__)
#include "z80/instructions.h"
#undef Z80_OP
Z80_FAST_PREFIX(fast_plain_CB, fast_cb)
Z80_FAST_PREFIX(fast_plain_DD, fast_ix)
Z80_FAST_PREFIX(fast_plain_FD, fast_iy)

#define Z80_OP(high, low, condition, ...) Z80_EACH_OP(ed, high, low, condition, __VA_ARGS__)
Z80_ED_PAGE
#undef Z80_OP
#define Z80_OP(high, low, condition, ...) [0x##high##low] = fast_ed_##high##low,
static fast_instruction *const fast_ed[256] = {Z80_ED_PAGE};
#undef Z80_OP
static void fast_plain_ED(Z80_ARGUMENTS)
{
    fast_instruction *instruction = fast_ed[PROGRAM(1)];
    if (Z80_LIKELY(instruction != NULL))
        Z80_JUMP instruction(cpu, pc + 1, time + Z80_M1, a, f, hl);
    else
        begin_again(cpu, pc, time, a, f, hl);
}

#define Z80_OP(high, low, condition, ...) Z80_EACH_OP(cb, high, low, condition, __VA_ARGS__)
#define Z80_CB_OP(high, low)                                                                              \
    Z80_OP(high, low, (0x##low & 7) != 6 || (0x##high >> 2 == 1 ? READ(hl) : RAM(hl)), execute_cb(c, 0x##high##low))
#define Z80_EACH_LOW(op, high)                                                                            \
    op(high, 0) op(high, 1) op(high, 2) op(high, 3) op(high, 4) op(high, 5) op(high, 6) op(high, 7)       \
    op(high, 8) op(high, 9) op(high, A) op(high, B) op(high, C) op(high, D) op(high, E) op(high, F)
#define Z80_EACH_CODE(op)                                                                                 \
    Z80_EACH_LOW(op, 0) Z80_EACH_LOW(op, 1) Z80_EACH_LOW(op, 2) Z80_EACH_LOW(op, 3)                       \
    Z80_EACH_LOW(op, 4) Z80_EACH_LOW(op, 5) Z80_EACH_LOW(op, 6) Z80_EACH_LOW(op, 7)                       \
    Z80_EACH_LOW(op, 8) Z80_EACH_LOW(op, 9) Z80_EACH_LOW(op, A) Z80_EACH_LOW(op, B)                       \
    Z80_EACH_LOW(op, C) Z80_EACH_LOW(op, D) Z80_EACH_LOW(op, E) Z80_EACH_LOW(op, F)
Z80_EACH_CODE(Z80_CB_OP)
#undef Z80_OP
#undef Z80_INDEX
#undef Z80_INDEX_OP

/* Behind DD and FD; what the prefix does not change is the plain page's. */
#define Z80_OP(high, low, condition, ...)
static void fast_after_prefix(Z80_ARGUMENTS) { begin_again(cpu, pc - 1, time - Z80_M1, a, f, hl); }

#define Z80_INDEX 1
#define Z80_INDEX_OP(high, low, condition, ...) Z80_EACH_OP(ix, high, low, condition, __VA_ARGS__)
#include "z80/instructions.h"
Z80_INDEX_OP(C, B, INDEXED_CB, execute_indexed_cb(c, index))
#undef Z80_INDEX
#undef Z80_INDEX_OP

#define Z80_INDEX 2
#define Z80_INDEX_OP(high, low, condition, ...) Z80_EACH_OP(iy, high, low, condition, __VA_ARGS__)
#include "z80/instructions.h"
Z80_INDEX_OP(C, B, INDEXED_CB, execute_indexed_cb(c, index))
#undef Z80_INDEX
#undef Z80_INDEX_OP
#undef Z80_OP

#define Z80_ENTRY_PLAIN(high, low) fast_plain_##high##low,
#define Z80_ENTRY_CB(high, low) fast_cb_##high##low,
static fast_instruction *const fast_plain[256] = {Z80_EACH_CODE(Z80_ENTRY_PLAIN)};
static fast_instruction *const fast_cb[256] = {Z80_EACH_CODE(Z80_ENTRY_CB)};

#define Z80_OP(high, low, condition, ...) [0x##high##low] = fast_plain_##high##low,
#define Z80_AFTER_PREFIX                                                                                  \
    [0xDD] = fast_after_prefix, [0xED] = fast_after_prefix, [0xFD] = fast_after_prefix,
#define Z80_INDEX_OP(high, low, condition, ...) [0x##high##low] = fast_ix_##high##low,
static fast_instruction *const fast_ix[256] = {
#include "z80/instructions.h"
    [0xCB] = fast_ix_CB, Z80_AFTER_PREFIX
};
#undef Z80_INDEX_OP
#define Z80_INDEX_OP(high, low, condition, ...) [0x##high##low] = fast_iy_##high##low,
static fast_instruction *const fast_iy[256] = {
#include "z80/instructions.h"
    [0xCB] = fast_iy_CB, Z80_AFTER_PREFIX
};
#undef Z80_OP
#undef Z80_INDEX_OP

/* Instructions until the deadline, or until one that has to be looked at.  Returns 0 if the next one is of that kind. */
static inline int Z80_NAME(run_fast)(z80 *cpu)
{
    if (z80_is_disturbed(cpu) | cpu->ei | cpu->p | cpu->deferred || cpu->pc > LAST_START || cpu->deadline - cpu->clock > Z80_LONGEST_RUN)
        return 0;
    fast_plain[Z80_RAM(cpu)[cpu->pc]](cpu, cpu->pc, (cpu->clock - cpu->deadline) * Z80_T, cpu->a, cpu->f,
                                      (size_t)(cpu->h << 8 | cpu->l));
    return 1;
}
