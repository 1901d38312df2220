/* run.h - from one instruction to the next: a switch over each page.  Part of template.h. */

#define Z80_OP(high, low, condition, ...) case 0x##high##low: __VA_ARGS__; break;
#define Z80_INDEX_OP Z80_OP

/* Opcodes that are not listed do nothing for 8 T states. */
static void execute_ed(z80_context *c)
{
    unsigned opcode = fetch(c);
    switch (opcode) {
    Z80_ED_PAGE
    case 0x40: c->cpu->b = in_c(c); break;
    case 0x48: c->cpu->c = in_c(c); break;
    case 0x50: c->cpu->d = in_c(c); break;
    case 0x58: c->cpu->e = in_c(c); break;
    case 0x60: c->hl = z80_with_high(c->hl, in_c(c)); break;
    case 0x68: c->hl = z80_with_low(c->hl, in_c(c)); break;
    case 0x70: in_c(c); break;
    case 0x78: c->a = in_c(c); break;

    case 0x41: out_c(c, c->cpu->b); break;
    case 0x49: out_c(c, c->cpu->c); break;
    case 0x51: out_c(c, c->cpu->d); break;
    case 0x59: out_c(c, c->cpu->e); break;
    case 0x61: out_c(c, z80_high(c->hl)); break;
    case 0x69: out_c(c, z80_low(c->hl)); break;
    case 0x71: out_c(c, 0); break; /* NMOS; CMOS parts put out $FF */
    case 0x79: out_c(c, c->a); break;

    case 0x4C: case 0x54: case 0x5C: case 0x64: case 0x6C: case 0x74: case 0x7C:
        z80_neg(c);
        break;
    case 0x45: case 0x4D: case 0x55: case 0x5D: case 0x65: case 0x6D: case 0x75: case 0x7D:
        return_from_interrupt(c);
        break;
    case 0x46: case 0x4E: case 0x66: case 0x6E: c->cpu->im = 0; break;
    case 0x56: case 0x76: c->cpu->im = 1; break;
    case 0x5E: case 0x7E: c->cpu->im = 2; break;

    case 0x57: load_ir(c, c->cpu->i); break;
    case 0x5F: z80_store_refresh(c); load_ir(c, c->cpu->r); break;

    case 0xA2: block_in(c, 1, 0); break;
    case 0xAA: block_in(c, -1, 0); break;
    case 0xB2: block_in(c, 1, 1); break;
    case 0xBA: block_in(c, -1, 1); break;
    case 0xA3: block_out(c, 1, 0); break;
    case 0xAB: block_out(c, -1, 0); break;
    case 0xB3: block_out(c, 1, 1); break;
    case 0xBB: block_out(c, -1, 1); break;
    default: break;
    }
}

static void execute_prefixed(z80_context *c, unsigned prefix);

static void execute(z80_context *c, unsigned opcode)
{
    const int index = 0;
    switch (opcode) {
#include "z80/instructions.h"
    case 0xCB: execute_cb(c, fetch(c)); break;
    case 0xED: execute_ed(c); break;
    case 0xDD:
    case 0xFD: execute_prefixed(c, opcode); break;
    }
}

/* After DD or FD.  In a row of prefixes the last one counts; each is a step of its own, so that a step always
 * ends, but no interrupt is accepted before the row's end. */
static void execute_prefixed(z80_context *c, unsigned prefix)
{
    const int index = prefix == 0xDD ? 1 : 2;
    unsigned opcode = fetch(c);
    c->cpu->prefix = 0;
    switch (opcode) {
#include "z80/instructions.h"
    case 0xCB: execute_indexed_cb(c, index); break;
    case 0xED: execute_ed(c); break;
    case 0xDD:
    case 0xFD:
        c->cpu->prefix = (uint8_t)opcode;
        c->q = c->previous_q;
        break;
    }
}

#undef Z80_OP
#undef Z80_INDEX_OP

Z80_INLINE void begin_step(z80_context *c)
{
    c->previous_q = c->q;
    c->q = c->cpu->ei = c->cpu->p = c->cpu->deferred = 0;
}

static inline void instruction(z80_context *c)
{
    begin_step(c);
    execute(c, fetch(c));
}

/* ---- interrupts ---- */

static void accept_nmi(z80_context *c)
{
    begin_step(c);
    c->cpu->halted = c->cpu->nmi_pending = 0;
    fetch(c); /* the byte is ignored */
    c->pc = (uint16_t)(c->pc - 1);
    c->cpu->iff1 = 0;
    restart(c, 0x66);
    c->cpu->deferred = 2;
}

static void accept_interrupt(z80_context *c)
{
    if (c->cpu->p) c->f &= (uint8_t)~Z80_P; /* NMOS: LD A,I and LD A,R sample IFF2 as the interrupt clears it */
    begin_step(c);
    c->previous_q = 0;
    c->cpu->halted = c->cpu->iff1 = c->cpu->iff2 = 0;
    uint8_t byte = (uint8_t)Z80_ACKNOWLEDGE(c);
    c->time += Z80_M1 + 2 * Z80_T;
    switch (c->cpu->im) {
    case 0: /* the byte is an opcode */
        c->from_device = true;
        execute(c, byte);
        c->from_device = false;
        break;
    case 1:
        restart(c, 0x38);
        break;
    default:
        idle(c, 1);
        push(c, (uint16_t)c->pc);
        c->pc = c->cpu->wz = read16(c, z80_pair(c->cpu->i, byte));
        break;
    }
}

/* What the next step is, when it is not a plain instruction.  Returns 0 if it is one. */
static int exceptional(z80_context *c)
{
    z80 *cpu = c->cpu;
    if (cpu->prefix) {
        begin_step(c);
        execute_prefixed(c, cpu->prefix);
    } else if (cpu->nmi_pending && cpu->deferred != 2) {
        accept_nmi(c);
    } else if (cpu->int_line && cpu->iff1 && !cpu->ei && !cpu->deferred) {
        accept_interrupt(c);
    } else if (cpu->halted) {
        begin_step(c);
        fetch(c); /* a NOP, whatever the byte is */
        c->pc = (uint16_t)(c->pc - 1);
    } else {
        return 0;
    }
    return 1;
}

static inline void Z80_NAME(step)(z80 *cpu, void *bus)
{
    z80_context context = {.cpu = cpu, .bus = bus};
    z80_load(&context);
    if (!exceptional(&context)) instruction(&context);
    z80_store(&context);
}

/* ---- running ---- */

/* A halted CPU that nothing wakes: all NOPs up to the deadline at once. */
static inline void pass_halt(z80 *cpu)
{
    int64_t nops = (cpu->deadline - cpu->clock - 1) / 4 + 1;
    cpu->q = cpu->ei = cpu->p = cpu->deferred = 0;
    cpu->clock += 4 * nops;
    z80_refresh(cpu, (uint64_t)nops);
}

/* Steps until the deadline, or until one of them may be followed by something else than an instruction. */
static inline void Z80_NAME(advance)(z80 *cpu, void *bus, bool once)
{
    z80_context context = {.cpu = cpu, .bus = bus};
    int woken = cpu->nmi_pending || (cpu->int_line && cpu->iff1 && !cpu->ei);
    if (cpu->halted && !woken && !cpu->prefix && Z80_HALT_SKIPS(cpu, bus)) {
        pass_halt(cpu);
        return;
    }
    z80_load(&context);
    if (!z80_is_disturbed(cpu) || !exceptional(&context)) {
        do
            instruction(&context);
        while (!once && z80_late(&context) < 0 && !z80_is_disturbed(cpu));
    }
    z80_store(&context);
}

static inline void Z80_NAME(run)(z80 *cpu, void *bus)
{
    while (cpu->clock < cpu->deadline) Z80_NAME(advance)(cpu, bus, false);
}
