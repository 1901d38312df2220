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
    c->undo = NULL;
    c->outside = 0;
    c->code = read_page(c, c->pc);
    return c->code != NULL && (c->pc & 0xffff) <= 0x10000 - LONGEST_FETCH;
}

M68000_INLINE void undo(const m68000_context *c)
{
    if (c->undo != NULL)
        *c->undo = c->undo_value;
}

#ifdef M68000_THREADED

M68000_INLINE uint64_t queue_of(const m68000_context *c)
{
    return (uint64_t)(c->irc << 16 | c->ir) << 32 | c->pc;
}

#define ARGUMENTS m68000 *cpu, void *bus, uint32_t pc, uint32_t ir, uint32_t irc, int64_t clock
typedef void fast_instruction(ARGUMENTS);
static fast_instruction begin_again, at_deadline;
#define OUTSIDE_ARGUMENTS m68000 *cpu, void *bus, uint32_t address, uint32_t value, uint64_t queue, int64_t clock
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
        if (begin_fast(c) && (call)) {                        \
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

#define M68000_OPCODE(index, call)                                                              \
    static void fast_##index(ARGUMENTS)                                                         \
    {                                                                                           \
        m68000_context context = {.cpu = cpu, .bus = bus, .pc = pc, .ir = ir, .irc = irc,       \
                                  .clock = clock, .sample = clock}, *c = &context;              \
        if (M68000_LIKELY(begin_fast(c) && (call))) {                                           \
            if (M68000_LIKELY(c->clock < cpu->deadline)) {                                      \
                fast[m68000_decode[c->ir]](cpu, bus, c->pc, c->ir, c->irc, c->clock);           \
            } else {                                                                            \
                cpu->sample_clock = c->sample;                                                  \
                at_deadline(cpu, bus, c->pc, c->ir, c->irc, c->clock);                          \
            }                                                                                   \
        } else if (c->outside == BYTE) {                                                        \
            byte_outside(cpu, bus, c->outside_address, c->outside_value, queue_of(c), c->clock); \
        } else if (c->outside == WORD) {                                                        \
            word_outside(cpu, bus, c->outside_address, c->outside_value, queue_of(c), c->clock); \
        } else if (c->outside == LONG) {                                                        \
            long_outside(cpu, bus, c->outside_address, c->outside_value, queue_of(c), c->clock); \
        } else {                                                                                \
            undo(c);                                                                            \
            begin_again(cpu, bus, pc, ir, irc, clock);                                          \
        }                                                                                       \
    }
#define M68000_ENTRY(index)
#include "m68000_fast.h"
#undef M68000_OPCODE
#undef M68000_ENTRY

#endif
#endif

/* --- from one to the next ------------------------------------------------------------------------------------------- */

#if defined(M68000_THREADED) && !defined(M68000_COMPACT)

/* The second half of a MOVE to what is not in a page; `queue`: pc, ir, irc. */
M68000_INLINE void go_outside(OUTSIDE_ARGUMENTS, int size)
{
    m68000_context context = {.cpu = cpu, .bus = bus, .pc = (uint32_t)queue, .ir = queue >> 32 & 0xffff,
                              .irc = (uint32_t)(queue >> 48), .clock = clock, .sample = clock}, *c = &context;
    finish_move(c, size, address, value);
    if (M68000_LIKELY(c->clock < cpu->deadline)) {
        fast[m68000_decode[c->ir]](cpu, bus, c->pc, c->ir, c->irc, c->clock);
    } else {
        cpu->sample_clock = c->sample;
        at_deadline(cpu, bus, c->pc, c->ir, c->irc, c->clock);
    }
}

static void byte_outside(OUTSIDE_ARGUMENTS)
{
    go_outside(cpu, bus, address, value, queue, clock, BYTE);
}

static void slow_word_outside(OUTSIDE_ARGUMENTS)
{
    go_outside(cpu, bus, address, value, queue, clock, WORD);
}

static void slow_long_outside(OUTSIDE_ARGUMENTS)
{
    go_outside(cpu, bus, address, value, queue, clock, LONG);
}

/* The same if the bus takes the write at once, else with a call of it. */
M68000_INLINE void try_outside(OUTSIDE_ARGUMENTS, int size, rest_of_move *slow_outside)
{
    if (!M68000_WRITE_AT_ONCE(bus, size, address, value, clock)) {
        slow_outside(cpu, bus, address, value, queue, clock);
        return;
    }
    clock += size == LONG ? 8 : 4;
    m68000_context context = {.cpu = cpu, .bus = bus, .pc = (uint32_t)queue, .ir = queue >> 32 & 0xffff,
                              .irc = (uint32_t)(queue >> 48), .clock = clock, .sample = clock - 4}, *c = &context;
    set_logic_flags(cpu, size, value);
    begin_fast(c);
    end_move(c, size);
    if (M68000_LIKELY(c->clock < cpu->deadline)) {
        fast[m68000_decode[c->ir]](cpu, bus, c->pc, c->ir, c->irc, c->clock);
    } else {
        cpu->sample_clock = c->sample;
        at_deadline(cpu, bus, c->pc, c->ir, c->irc, c->clock);
    }
}

static void word_outside(OUTSIDE_ARGUMENTS)
{
    try_outside(cpu, bus, address, value, queue, clock, WORD, slow_word_outside);
}

static void long_outside(OUTSIDE_ARGUMENTS)
{
    try_outside(cpu, bus, address, value, queue, clock, LONG, slow_long_outside);
}

/* The slow path of an instruction. */
M68000_COLD static void begin_again(ARGUMENTS)
{
    m68000_context context = {.cpu = cpu, .bus = bus, .pc = pc, .ir = ir, .irc = irc, .clock = clock, .sample = clock};
    if (!slow[m68000_decode[ir]](&context))
        return;
    if (context.clock < cpu->deadline) {
        fast[m68000_decode[context.ir]](cpu, bus, context.pc, context.ir, context.irc, context.clock);
    } else {
        cpu->sample_clock = context.sample;
        at_deadline(cpu, bus, context.pc, context.ir, context.irc, context.clock);
    }
}

/* Whether the run goes on; an interrupt that is asserted has moved the deadline, which then is no longer the bus's. */
static void at_deadline(ARGUMENTS)
{
    if (M68000_AT_DEADLINE(cpu, bus, pc, ir, &clock)) {
        fast[m68000_decode[ir]](cpu, bus, pc, ir, irc, clock);
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
    fast[m68000_decode[cpu->ir]](cpu, bus, cpu->pc, cpu->ir, cpu->irc, cpu->clock);
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
