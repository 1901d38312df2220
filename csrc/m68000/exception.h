/* exception.h - exception processing: stack frames, vectors, address errors, interrupts, reset.
 *
 * Everything here runs out of line, on the CPU's struct: an instruction stores its context first.
 */

enum {
    VECTOR_ADDRESS_ERROR = 3,
    VECTOR_ILLEGAL = 4,
    VECTOR_ZERO_DIVIDE = 5,
    VECTOR_CHK = 6,
    VECTOR_TRAPV = 7,
    VECTOR_PRIVILEGE = 8,
    VECTOR_TRACE = 9,
    VECTOR_LINE_A = 10,
    VECTOR_LINE_F = 11,
    VECTOR_TRAP = 32
};

/* SR but for the flags. */
M68000_INLINE void set_system_byte(m68000 *cpu, uint32_t status)
{
    if (M68000_UNLIKELY((status ^ cpu->sr) & 0x2000))
        m68000_set_sr(cpu, (uint16_t)status);
    else
        cpu->sr = status & 0xa71f;
}

/* SR whole, while flags lie unpacked. */
M68000_INLINE void set_status(m68000 *cpu, uint32_t status)
{
    set_system_byte(cpu, status);
    unpack_ccr(cpu, status);
}

/* S on, T off; gives SR as it was. */
M68000_INLINE uint32_t enter_supervisor(m68000 *cpu)
{
    uint32_t status = pack_sr(cpu);
    set_system_byte(cpu, (status & ~0x8000u) | 0x2000);
    return status;
}

/* Fetch at the address in a vector: R r p n2 p. */
static bool enter_handler(m68000_context *c, unsigned vector)
{
    const uint8_t *page = read_page(c, vector * 4);
    uint32_t target;
    if (page != NULL) {
        target = m68000_get_long(page + vector * 4);
        c->clock += 8;
        c->sample = c->clock - 4;
    } else {
        uint32_t high = bus_read_word(c, vector * 4, data_fc(c));
        target = high << 16 | bus_read_word(c, vector * 4 + 2, data_fc(c));
    }
    if (is_odd(c, target))
        return fault(c, target, 0, program_fc(c) | STATUS_READ | STATUS_NOT_INSTRUCTION, target);
    page = read_page(c, target);
    if (in_page(c, page, target & ~(uint32_t)1, 4)) {
        page += target & 0xfffe;
        c->pc = target & ~(uint32_t)1;
        c->ir = m68000_get_word(page);
        c->irc = m68000_get_word(page + 2);
        c->clock += 10;
        c->sample = c->clock - 4;
        return true;
    }
    c->pc = (target & ~(uint32_t)1) - 4;
    fetch(c);
    idle(c, 2);
    prefetch(c);
    return true;
}

/* A word pushed at an odd address. */
static bool stack_fault(m68000_context *c, uint32_t address, uint32_t value)
{
    return fault(c, address, value, data_fc(c) | STATUS_NOT_INSTRUCTION, c->pc + 4);
}

/* The short frame and the handler's fetches, w W w R r p n2 p; leaves the run loop. */
M68000_COLD static void process_exception(m68000 *cpu, void *bus, unsigned vector, uint32_t stacked_pc)
{
    m68000_context context, *c = &context;
    load(c, cpu, bus);
    uint32_t status = enter_supervisor(cpu);
    unsigned fc = data_fc(c);
    uint32_t sp = cpu->r[15] - 6;
    if (is_odd(c, sp)) {
        stack_fault(c, sp + 4, stacked_pc & 0xffff);
        return;
    }
    cpu->r[15] = sp;
    bus_write_word(c, sp + 4, stacked_pc, fc);
    bus_write_word(c, sp, status, fc);
    bus_write_word(c, sp + 2, stacked_pc >> 16, fc);
    if (enter_handler(c, vector))
        store(c);
}

/* An instruction's exception, after its own cycles.  Always false. */
M68000_INLINE bool trap(m68000_context *c, unsigned vector, uint32_t stacked_pc)
{
    if (c->fast)
        return false;
    store(c);
    process_exception(c->cpu, c->bus, vector, stacked_pc);
    return false;
}

/* An instruction that is not executed is not traced either: n4, exception. */
M68000_INLINE bool refuse(m68000_context *c, unsigned vector)
{
    if (c->fast)
        return false;
    c->cpu->trace_pending = 0;
    idle(c, 4);
    return trap(c, vector, c->pc);
}

M68000_INLINE bool privilege_violation(m68000_context *c)
{
    return refuse(c, VECTOR_PRIVILEGE);
}

M68000_INLINE bool illegal(m68000_context *c, unsigned vector)
{
    return refuse(c, vector);
}

/* Frame, from low addresses: status word, address (2), IR, SR, PC (2).  n8, seven writes, R r p n2 p. */
M68000_COLD static void address_error(m68000 *cpu, void *bus, uint32_t status_word, uint32_t ir, uint32_t stacked_pc,
                                      uint32_t address)
{
    m68000_context context, *c = &context;
    load(c, cpu, bus);
    cpu->trace_pending = 0;
    if (cpu->halted) /* a second one: the caller's own error is being processed */
        return;
    uint32_t status = enter_supervisor(cpu);
    unsigned fc = data_fc(c);
    uint32_t sp = cpu->r[15] - 14;
    if (is_odd(c, sp)) {
        cpu->halted = 1;
        return;
    }
    cpu->r[15] = sp;
    idle(c, 8);
    bus_write_word(c, sp + 12, stacked_pc, fc);
    bus_write_word(c, sp + 8, status, fc);
    bus_write_word(c, sp + 10, stacked_pc >> 16, fc);
    bus_write_word(c, sp + 6, ir, fc);
    bus_write_word(c, sp + 4, address, fc);
    bus_write_word(c, sp, (ir & 0xffe0) | status_word, fc);
    bus_write_word(c, sp + 2, address >> 16, fc);
    cpu->halted = 1; /* an error from here on finds the CPU dead */
    if (enter_handler(c, VECTOR_ADDRESS_ERROR)) {
        cpu->halted = 0;
        store(c);
    }
}

/* STOP ends: the queue holds its operand, which the next fetches replace. */
M68000_INLINE void wake(m68000 *cpu)
{
    if (cpu->stopped) {
        cpu->stopped = 0;
        cpu->pc += 4;
    }
}

/* n4, exception. */
static void trace_exception(m68000 *cpu, void *bus)
{
    m68000_context context, *c = &context;
    cpu->trace_pending = 0;
    wake(cpu);
    load(c, cpu, bus);
    idle(c, 4);
    trap(c, VECTOR_TRACE, cpu->pc);
}

/* The level that the last instruction has sampled. */
M68000_INLINE unsigned sampled_level(const m68000 *cpu)
{
    return cpu->ipl_clock <= cpu->sample_clock ? cpu->ipl : cpu->ipl_before;
}

M68000_INLINE bool interrupt_is_due(const m68000 *cpu)
{
    return sampled_level(cpu) > (cpu->sr >> 8 & 7u) || (cpu->nmi && cpu->ipl_clock <= cpu->sample_clock);
}

M68000_INLINE bool interrupt_is_asserted(const m68000 *cpu)
{
    return cpu->ipl > (cpu->sr >> 8 & 7) || cpu->nmi || interrupt_is_due(cpu);
}

/* n6 w (PC low), acknowledge, n4, w (SR) w (PC high), R r p n2 p. */
static void interrupt(m68000 *cpu, void *bus)
{
    m68000_context context, *c = &context;
    unsigned level = sampled_level(cpu); /* one that rises from now on waits, though the chip that asks may not know it */
    wake(cpu);
    load(c, cpu, bus);
    uint32_t status = enter_supervisor(cpu);
    unsigned fc = data_fc(c);
    uint32_t sp = cpu->r[15] - 6;
    idle(c, 6);
    if (is_odd(c, sp)) {
        stack_fault(c, sp + 4, c->pc & 0xffff);
        return;
    }
    cpu->r[15] = sp;
    uint8_t *frame = write_page(c, sp);
    const bool plain = in_page(c, frame, sp, 6);
    if (plain) {
        frame += sp & 0xfffe;
        m68000_put_word(frame + 4, c->pc);
        c->clock += 4;
    } else {
        bus_write_word(c, sp + 4, c->pc, fc);
    }
    if (level == 7)
        cpu->nmi = 0;
    unsigned vector = M68000_ACKNOWLEDGE(c, level);
    c->clock += 4;
    cpu->sr = (uint16_t)((cpu->sr & 0xf8ff) | level << 8);
    idle(c, 4);
    if (plain) {
        m68000_put_word(frame, status);
        m68000_put_word(frame + 2, c->pc >> 16);
        c->clock += 8;
    } else {
        bus_write_word(c, sp, status, fc);
        bus_write_word(c, sp + 2, c->pc >> 16, fc);
    }
    if (enter_handler(c, vector & 0xff))
        store(c);
}
