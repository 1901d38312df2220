/* run.h - from one instruction to the next.
 *
 * opcodes.py writes the list of the functions, M68000_OPCODE(index, call), and of the specialised instructions that they
 * execute, M68000_ENTRY(index); m68000_decode tells which of these each of the 65536 first words is.
 *
 * Threaded, each instruction ends with a jump to the next one and the context travels in registers as
 * arguments; this needs a compiler that turns such calls into jumps (M68000_THREADED, set by the build).
 * Otherwise a plain loop calls them.
 */

extern const uint16_t m68000_decode[65536];

#ifdef M68000_COMPACT
#define M68000_OPCODES "m68000_compact.h"
#else
#define M68000_OPCODES "m68000_opcodes.h"
#endif

#if defined(M68000_THREADED) && !defined(M68000_COMPACT)
#define ENDS_WITH_JUMP
typedef void handler(m68000 *cpu, void *bus, uint32_t pc, uint32_t ir, uint32_t irc, int64_t clock);
#else
typedef bool handler(m68000_context *c);
#endif

#define M68000_OPCODE(index, call) static handler instruction_##index;
#define M68000_ENTRY(index)
#include M68000_OPCODES
#undef M68000_OPCODE
#undef M68000_ENTRY

static handler *const handlers[] = {
#define M68000_OPCODE(index, call)
#define M68000_ENTRY(index) instruction_##index,
#include M68000_OPCODES
#undef M68000_OPCODE
#undef M68000_ENTRY
};

#ifdef ENDS_WITH_JUMP
#define M68000_OPCODE(index, call)                                                                                  \
    static void instruction_##index(m68000 *cpu, void *bus, uint32_t pc, uint32_t ir, uint32_t irc, int64_t clock)  \
    {                                                                                                               \
        m68000_context context = {cpu, bus, pc, ir, irc, clock, clock}, *c = &context;                              \
        if (M68000_UNLIKELY(!(call)))                                                                               \
            return;                                                                                                 \
        if (M68000_UNLIKELY(c->clock >= cpu->deadline)) {                                                           \
            store(c);                                                                                               \
            return;                                                                                                 \
        }                                                                                                           \
        handlers[m68000_decode[c->ir]](cpu, bus, c->pc, c->ir, c->irc, c->clock);                                   \
    }
#else
#define M68000_OPCODE(index, call)                      \
    static bool instruction_##index(m68000_context *c)  \
    {                                                   \
        return call;                                    \
    }
#endif
#define M68000_ENTRY(index)
#include M68000_OPCODES
#undef M68000_OPCODE
#undef M68000_ENTRY

/* Instructions until the deadline, or until one leaves. */
static void run_instructions(m68000 *cpu, void *bus)
{
#ifdef ENDS_WITH_JUMP
    handlers[m68000_decode[cpu->ir]](cpu, bus, cpu->pc, cpu->ir, cpu->irc, cpu->clock);
#else
    m68000_context context;
    load(&context, cpu, bus);
    while (handlers[m68000_decode[context.ir]](&context)) {
        if (context.clock >= cpu->deadline) {
            store(&context);
            return;
        }
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
    if (!cpu->halted && (!cpu->stopped || cpu->trace_pending || interrupt_is_due(cpu)))
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
            break;
        }
        run_instructions(cpu, bus);
    }
    pack_flags(cpu);
}

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
