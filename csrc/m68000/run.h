/* run.h - from one instruction to the next.
 *
 * opcodes.py writes the lists of the functions, M68000_OPCODE(index, call), and of the specialised instructions that they
 * execute, M68000_ENTRY(index); m68000_decode tells which of these each of the 65536 first words is.
 *
 * Threaded, each instruction of the fast path ends with a jump to the next one and the context travels in registers as
 * arguments; this needs a compiler that turns such calls into jumps (M68000_THREADED, set by the build).
 * Otherwise a plain loop calls them.
 */

extern const uint16_t m68000_decode[65536] M68000_HIDDEN;

/* --- the slow path: one function for each kind of instruction ------------------------------------------------------- */

typedef bool slow_instruction(m68000_context *c);

#define M68000_OPCODE(index, call)                 \
    static bool slow_##index(m68000_context *c)    \
    {                                              \
        c->fast = false;                           \
        return call;                               \
    }
#define M68000_ENTRY(index)
#include "m68000_slow.h"
#undef M68000_OPCODE
#undef M68000_ENTRY

static slow_instruction *const slow[] = {
#define M68000_OPCODE(index, call)
#define M68000_ENTRY(index) slow_##index,
#include "m68000_slow.h"
#undef M68000_OPCODE
#undef M68000_ENTRY
};

/* --- the fast path ------------------------------------------------------------------------------------------------- */

#ifndef M68000_COMPACT

/* Five words of program lie behind the instruction's first. */
#define LONGEST_FETCH 14

M68000_INLINE bool begin_fast(m68000_context *c)
{
    c->fast = true;
    c->loops = false;
    c->undo = NULL;
    c->outside = 0;
    return (c->pc & 0xffff) <= 0x10000 - LONGEST_FETCH;
}

M68000_INLINE void undo(const m68000_context *c)
{
    if (c->undo != NULL)
        *c->undo = c->undo_value;
}

#ifdef M68000_THREADED

/* One more word travels beside the pointer to the CPU: where the program lies, or the bus if the CPU's address does not tell it. */
#ifdef M68000_BUS

typedef uintptr_t carried;

M68000_INLINE void take(m68000_context *c, carried code)
{
    c->bus = M68000_BUS(c->cpu);
    c->code = code;
}

M68000_INLINE carried carry(const m68000_context *c)
{
    return c->code;
}

#else

typedef void *carried;

M68000_INLINE void take(m68000_context *c, carried bus)
{
    c->bus = bus;
    c->code = code_at(c, c->pc);
}

M68000_INLINE carried carry(const m68000_context *c)
{
    return c->bus;
}

#endif

M68000_INLINE uint64_t queue_of(const m68000_context *c)
{
    return (uint64_t)(c->irc << 16 | c->ir) << 32 | c->pc;
}

#define ARGUMENTS m68000 *cpu, carried with, uint32_t pc, uint32_t ir, uint32_t irc, int64_t clock
typedef void fast_instruction(ARGUMENTS);
static fast_instruction begin_again, at_deadline, loop_again;
#define OUTSIDE_ARGUMENTS m68000 *cpu, carried with, uint32_t address, uint32_t value, uint64_t queue, int64_t clock
typedef void rest_of_move(OUTSIDE_ARGUMENTS);
static rest_of_move byte_outside, word_outside, long_outside;

#define M68000_OPCODE(index, call) static fast_instruction fast_##index;
#define M68000_ENTRY(index)
#include "m68000_fast.h"
#undef M68000_OPCODE
#undef M68000_ENTRY

#else

typedef bool fast_instruction(m68000_context *c);

#define M68000_OPCODE(index, call)                            \
    static bool fast_##index(m68000_context *state)           \
    {                                                         \
        m68000_context context = *state, *c = &context;       \
        c->code = code_at(c, c->pc);                          \
        if (c->code != 0 && begin_fast(c) && (call)) {        \
            if (c->loops)                                     \
                M68000_LOOP_AGAIN(c, c->pc);                  \
            *state = context;                                 \
            return true;                                      \
        }                                                     \
        undo(c);                                              \
        return false;                                         \
    }
#define M68000_ENTRY(index)
#include "m68000_fast.h"
#undef M68000_OPCODE
#undef M68000_ENTRY

#endif

static fast_instruction *const fast[] = {
#define M68000_OPCODE(index, call)
#define M68000_ENTRY(index) fast_##index,
#include "m68000_fast.h"
#undef M68000_OPCODE
#undef M68000_ENTRY
};

#ifdef M68000_THREADED

/* A value of which the compiler does not know where it comes from. */
#ifdef __GNUC__
#define FORGET(value) __asm__("" : "+r"(value))
#else
#define FORGET(value) ((void)0)
#endif

/* The end of an instruction: the next one, unless the run ends here.  `sample` is mostly a fixed time before `clock`: so it is
 * worked out from that at the deadline, and no instruction keeps it in a register. */
M68000_INLINE void go_on(const m68000_context *c)
{
    m68000 *cpu = c->cpu;
    const int64_t since = c->clock - c->sample;
    int64_t clock = c->clock;
    FORGET(clock);
    if (M68000_LIKELY(clock < cpu->deadline)) {
        fast[m68000_decode[c->ir]](cpu, carry(c), c->pc, c->ir, c->irc, clock);
    } else {
        cpu->sample_clock = clock - since;
        at_deadline(cpu, carry(c), c->pc, c->ir, c->irc, clock);
    }
}

#define M68000_OPCODE(index, call)                                                               \
    static void fast_##index(ARGUMENTS)                                                          \
    {                                                                                            \
        m68000_context context = {.cpu = cpu, .pc = pc, .ir = ir, .irc = irc,                    \
                                  .clock = clock, .sample = clock}, *c = &context;               \
        take(c, with);                                                                           \
        if (M68000_LIKELY(begin_fast(c) && (call))) {                                            \
            if (c->loops)                                                                        \
                loop_again(cpu, carry(c), c->pc, c->ir, c->irc, c->clock);                       \
            else                                                                                 \
                go_on(c);                                                                        \
        } else if (c->outside == BYTE) {                                                         \
            byte_outside(cpu, with, c->outside_address, c->outside_value, queue_of(c), c->clock); \
        } else if (c->outside == WORD) {                                                         \
            word_outside(cpu, with, c->outside_address, c->outside_value, queue_of(c), c->clock); \
        } else if (c->outside == LONG) {                                                         \
            long_outside(cpu, with, c->outside_address, c->outside_value, queue_of(c), c->clock); \
        } else {                                                                                 \
            undo(c);                                                                             \
            begin_again(cpu, with, pc, ir, irc, clock);                                          \
        }                                                                                        \
    }
#define M68000_ENTRY(index)
#include "m68000_fast.h"
#undef M68000_OPCODE
#undef M68000_ENTRY

#endif
#endif

/* --- from one to the next ------------------------------------------------------------------------------------------- */

#if defined(M68000_THREADED) && !defined(M68000_COMPACT)

/* What is not fast is done by functions that leave the state in *cpu, so that no address of a local variable keeps the
 * compiler from ending with a jump: a run of any length needs no more stack than an instruction. */

M68000_INLINE carried carried_at(m68000 *cpu, void *bus)
{
    m68000_context context = {.cpu = cpu, .bus = bus, .pc = cpu->pc}, *c = &context;
    c->code = code_at(c, c->pc);
    return carry(c);
}

/* The instruction that *cpu stands at; begun on the slow path if its program is in no page. */
M68000_INLINE void resume(m68000 *cpu, void *bus)
{
    const carried with = carried_at(cpu, bus);
    if (M68000_LIKELY(with != 0))
        fast[m68000_decode[cpu->ir]](cpu, with, cpu->pc, cpu->ir, cpu->irc, cpu->clock);
    else
        begin_again(cpu, with, cpu->pc, cpu->ir, cpu->irc, cpu->clock);
}

/* Behind an instruction that has left the state in *cpu. */
M68000_INLINE void go_on_from(m68000 *cpu, void *bus)
{
    if (M68000_LIKELY(cpu->clock < cpu->deadline))
        resume(cpu, bus);
    else
        at_deadline(cpu, carried_at(cpu, bus), cpu->pc, cpu->ir, cpu->irc, cpu->clock);
}

M68000_INLINE void *bus_of(m68000 *cpu, carried with)
{
    m68000_context context = {.cpu = cpu, .pc = cpu->pc};
    take(&context, with);
    return context.bus;
}

/* The context of a MOVE before its write; `queue`: pc, ir, irc. */
M68000_INLINE m68000_context in_move(OUTSIDE_ARGUMENTS)
{
    m68000_context context = {.cpu = cpu, .pc = (uint32_t)queue, .ir = queue >> 32 & 0xffff,
                              .irc = (uint32_t)(queue >> 48), .clock = clock, .sample = clock};
    (void)address, (void)value;
    take(&context, with);
    return context;
}

/* The second half of a MOVE to what is not in a page. */
#define WRITE_SLOWLY(name, size)                                                                 \
    M68000_NOINLINE static void write_##name##_slowly(OUTSIDE_ARGUMENTS)                         \
    {                                                                                            \
        m68000_context context = in_move(cpu, with, address, value, queue, clock);               \
        finish_move(&context, size, address, value);                                             \
        store(&context);                                                                         \
    }
WRITE_SLOWLY(byte, BYTE)
WRITE_SLOWLY(word, WORD)
WRITE_SLOWLY(long, LONG)
#undef WRITE_SLOWLY

static void byte_outside(OUTSIDE_ARGUMENTS)
{
    write_byte_slowly(cpu, with, address, value, queue, clock);
    go_on_from(cpu, bus_of(cpu, with));
}

/* The same if the bus takes the write at once, else with a call of it. */
M68000_INLINE void try_outside(OUTSIDE_ARGUMENTS, int size, rest_of_move *write_slowly)
{
    m68000_context context = in_move(cpu, with, address, value, queue, clock), *c = &context;
    if (!M68000_WRITE_AT_ONCE(c->bus, size, address, value, clock)) {
        write_slowly(cpu, with, address, value, queue, clock);
        go_on_from(cpu, c->bus);
        return;
    }
    c->clock += size == LONG ? 8 : 4;
    c->sample = c->clock - 4;
    set_logic_flags(cpu, size, value);
    begin_fast(c);
    end_move(c, size);
    go_on(c);
}

static void word_outside(OUTSIDE_ARGUMENTS)
{
    try_outside(cpu, with, address, value, queue, clock, WORD, write_word_slowly);
}

static void long_outside(OUTSIDE_ARGUMENTS)
{
    try_outside(cpu, with, address, value, queue, clock, LONG, write_long_slowly);
}

/* Behind a branch back by a few words. */
static void loop_again(ARGUMENTS)
{
    m68000_context context = {.cpu = cpu, .pc = pc, .ir = ir, .irc = irc, .clock = clock, .sample = clock - 4}, *c = &context;
    take(c, with);
    M68000_LOOP_AGAIN(c, pc);
    go_on(c);
}

M68000_NOINLINE static bool run_slowly(ARGUMENTS)
{
    m68000_context context = {.cpu = cpu, .pc = pc, .ir = ir, .irc = irc, .clock = clock, .sample = clock};
    take(&context, with);
    if (!slow[m68000_decode[ir]](&context))
        return false;
    store(&context);
    return true;
}

/* The slow path of an instruction. */
M68000_COLD static void begin_again(ARGUMENTS)
{
    if (run_slowly(cpu, with, pc, ir, irc, clock))
        go_on_from(cpu, bus_of(cpu, with));
}

/* Whether the run goes on; an interrupt that is asserted has moved the deadline, which then is no longer the bus's. */
static void at_deadline(ARGUMENTS)
{
    if (M68000_AT_DEADLINE(cpu, bus_of(cpu, with), pc, ir, &clock)) {
        if (M68000_LIKELY(with != 0))
            fast[m68000_decode[ir]](cpu, with, pc, ir, irc, clock);
        else
            begin_again(cpu, with, pc, ir, irc, clock);
        return;
    }
    cpu->pc = pc;
    cpu->ir = (uint16_t)ir;
    cpu->irc = (uint16_t)irc;
    cpu->clock = clock;
}

#endif

/* Instructions until the deadline, or until one leaves. */
static void run_instructions(m68000 *cpu, void *bus)
{
#if defined(M68000_THREADED) && !defined(M68000_COMPACT)
    resume(cpu, bus);
#else
    m68000_context context;
    load(&context, cpu, bus);
    for (;;) {
        const unsigned instruction = m68000_decode[context.ir];
        context.sample = context.clock;
#ifdef M68000_COMPACT
        if (!slow[instruction](&context))
            return;
#else
        if (!fast[instruction](&context) && !slow[instruction](&context))
            return;
#endif
        if (context.clock < cpu->deadline)
            continue;
        cpu->sample_clock = context.sample;
        if (M68000_AT_DEADLINE(cpu, bus, context.pc, context.ir, &context.clock))
            continue;
        store(&context);
        return;
    }
#endif
}

/* One instruction. */
static void run_one(m68000 *cpu, void *bus)
{
    int64_t deadline = cpu->deadline;
    cpu->trace_pending = cpu->sr >> 15;
    cpu->deadline = INT64_MIN;
    run_instructions(cpu, bus);
    cpu->deadline = deadline;
}

/* One exception that comes before the next instruction, if there is any. */
static bool take_exception(m68000 *cpu, void *bus)
{
    if (cpu->trace_pending)
        trace_exception(cpu, bus);
    else if (interrupt_is_due(cpu))
        interrupt(cpu, bus);
    else
        return false;
    return true;
}

M68000_INLINE void pack_flags(m68000 *cpu)
{
    cpu->sr = pack_sr(cpu);
    cpu->flag_n = cpu->flag_z = cpu->flag_v = cpu->flag_c = cpu->flag_x = 0;
}

void M68000_NAME(step)(m68000 *cpu, void *bus)
{
    unpack_ccr(cpu, cpu->sr);
    if (cpu->halted) {
        cpu->clock += 4;
    } else if (!take_exception(cpu, bus)) {
        if (cpu->stopped) {
            cpu->clock += 4;
            cpu->sample_clock = cpu->clock;
        } else {
            run_one(cpu, bus);
        }
    }
    pack_flags(cpu);
}

/* A stopped or halted CPU waits till the deadline, or till the interrupt that wakes it. */
static bool wait_stopped(m68000 *cpu)
{
    if (M68000_LIKELY(!(cpu->halted | cpu->stopped)))
        return false;
    if (!cpu->halted && (cpu->trace_pending || interrupt_is_due(cpu)))
        return false;
    bool wakes = !cpu->halted && interrupt_is_asserted(cpu);
    int64_t until = wakes && cpu->ipl_clock < cpu->deadline ? cpu->ipl_clock : cpu->deadline;
    if (cpu->clock < until)
        cpu->clock = until;
    cpu->sample_clock = cpu->clock;
    return true;
}

void M68000_NAME(run)(m68000 *cpu, void *bus)
{
    unpack_ccr(cpu, cpu->sr);
    while (cpu->clock < cpu->deadline) {
        if (wait_stopped(cpu) || take_exception(cpu, bus))
            continue;
        if (cpu->sr & 0x8000 || interrupt_is_asserted(cpu)) {
            run_one(cpu, bus); /* something may come behind this instruction */
            if (!M68000_GOES_ON(cpu, bus))
                break;
            continue;
        }
        M68000_RUN_BEGINS(cpu, bus);
        if (cpu->clock < cpu->deadline)
            run_instructions(cpu, bus);
        if (cpu->stopped)
            break; /* the caller may know how long */
    }
    pack_flags(cpu);
}

#ifndef M68000_NO_RESET
void M68000_NAME(reset)(m68000 *cpu, void *bus)
{
    m68000_context context, *c = &context;
    m68000_set_sr(cpu, (uint16_t)((cpu->sr & 0x1f) | 0x2700));
    cpu->stopped = cpu->halted = cpu->trace_pending = cpu->nmi = 0;
    load(c, cpu, bus);
    idle(c, 14);
    uint32_t high = bus_read_word(c, 0, program_fc(c));
    cpu->r[15] = high << 16 | bus_read_word(c, 2, program_fc(c));
    high = bus_read_word(c, 4, program_fc(c));
    uint32_t target = high << 16 | bus_read_word(c, 6, program_fc(c));
    c->pc = target & ~(uint32_t)1;
    if (is_odd(c, target)) {
        cpu->halted = 1;
    } else {
        c->pc -= 4;
        fetch(c);
        idle(c, 2);
        prefetch(c);
    }
    store(c);
}
#endif
