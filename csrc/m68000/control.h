/* control.h - branches, jumps, returns, the status register, STOP, RESET, TRAP. */

/* The second fetch at a jump's target, from which the queue is full again; nothing has been written since the first. */
M68000_INLINE bool arrive(m68000_context *c)
{
    if (!c->fast) {
        prefetch(c);
        return true;
    }
    c->ir = c->irc;
    c->irc = c->second;
    c->sample = c->clock;
    c->clock += 4;
    c->pc += 2;
    return true;
}

/* Taken: n2 p p.  Not taken: .B n4 p, .W n4 p p. */
M68000_INLINE bool branch(m68000_context *c, unsigned code, bool wide)
{
    if (condition(c->cpu, code)) {
        uint32_t target = c->pc + 2 + (wide ? sign_extend(c->irc, WORD) : sign_extend(c->ir, BYTE));
        c->loops = wide ? c->irc >= 0x10000 - M68000_LOOP_BYTES : (c->ir & 0xff) >= 0x100 - M68000_LOOP_BYTES;
        idle(c, 2);
        TRY(jump_near(c, target, c->pc + 2));
        return arrive(c);
    }
    idle(c, 4);
    if (wide)
        extension(c);
    prefetch(c);
    return true;
}

/* n2 W w p p. */
M68000_INLINE bool bsr(m68000_context *c, bool wide)
{
    uint32_t target = c->pc + 2 + (wide ? sign_extend(c->irc, WORD) : sign_extend(c->ir, BYTE));
    uint32_t *sp = address_register(c, 7);
    TRY(can_write(c, LONG, *sp - 4));
    TRY(can_jump_near(c, target));
    idle(c, 2);
    *sp -= 4;
    TRY(write(c, LONG, *sp, c->pc + (wide ? 4 : 2), c->pc + 2));
    TRY(jump_near(c, target, target));
    return arrive(c);
}

/* Condition true: n4 p p.  Loop: n2 p p.  Counter at -1: n2 p p p, the first at the target. */
M68000_INLINE bool dbcc(m68000_context *c, unsigned code)
{
    if (condition(c->cpu, code)) {
        idle(c, 4);
        extension(c);
        prefetch(c);
        return true;
    }
    uint32_t *d = data_register(c, low_register(c));
    uint32_t pc = c->pc, target = pc + 2 + sign_extend(c->irc, WORD);
    idle(c, 2);
    TRY(jump_near(c, target, pc + 4));
    set_low(d, WORD, *d - 1);
    if ((*d & 0xffff) != 0xffff)
        return arrive(c);
    c->pc = pc;
    fetch(c);
    prefetch(c);
    return true;
}

/* Where JMP and JSR go, without a fetch for the last extension word. */
M68000_INLINE uint32_t jump_target(m68000_context *c, int mode)
{
    uint32_t base = mode == PC_DISPLACEMENT || mode == PC_INDEX ? c->pc + 2 : *address_register(c, low_register(c));
    switch (mode) {
    case DISPLACEMENT:
    case PC_DISPLACEMENT:
        idle(c, 2);
        return base + sign_extend(c->irc, WORD);
    case INDEX:
    case PC_INDEX:
        idle(c, 6);
        return base + index_of(c, c->irc);
    case ABSOLUTE_WORD:
        idle(c, 2);
        return sign_extend(c->irc, WORD);
    case ABSOLUTE_LONG: {
        uint32_t high = extension(c);
        return high << 16 | c->irc;
    }
    default:
        return base;
    }
}

/* (An) p p; d16, abs.W n2 p p; indexed n6 p p; abs.L p p p. */
M68000_INLINE bool jmp(m68000_context *c, int mode)
{
    uint32_t stacked_pc = c->pc + 2;
    uint32_t target = jump_target(c, mode);
    TRY(jump(c, target, stacked_pc));
    return arrive(c);
}

/* As JMP with W w between the fetches at the target. */
M68000_INLINE bool jsr(m68000_context *c, int mode)
{
    uint32_t target = jump_target(c, mode);
    uint32_t next = c->pc + (mode == INDIRECT ? 2 : 4);
    uint32_t *sp = address_register(c, 7);
    TRY(can_write(c, LONG, *sp - 4));
    TRY(jump(c, target, next));
    *sp -= 4;
    TRY(write(c, LONG, *sp, next, c->pc + 4));
    if (c->fast) /* the write may have changed it */
        c->second = m68000_get_word((const uint8_t *)(c->code + (c->pc + 4)));
    return arrive(c);
}

/* R r p p. */
M68000_INLINE bool rts(m68000_context *c)
{
    uint32_t *sp = address_register(c, 7), target;
    TRY(read(c, LONG, *sp, DATA, c->pc + 2, &target));
    TRY(can_jump(c, target));
    *sp += 4;
    TRY(jump(c, target, c->pc + 2));
    return arrive(c);
}

/* RTR, RTE: r R r p p. */
M68000_INLINE bool rtr(m68000_context *c)
{
    uint32_t *sp = address_register(c, 7), status, target;
    TRY(read(c, WORD, *sp, DATA, c->pc + 2, &status));
    TRY(read(c, LONG, *sp + 2, DATA, c->pc + 2, &target));
    *sp += 6;
    unpack_ccr(c->cpu, status);
    TRY(jump(c, target, c->pc + 2));
    return arrive(c);
}

/* Fast path: whether the run loop need not look at an SR with this value. */
M68000_INLINE bool can_set_status(const m68000_context *c, uint32_t status)
{
    return !c->fast || (!(status & 0x8000) && !c->cpu->nmi && c->cpu->ipl <= (status >> 8 & 7));
}

/* The end of an instruction that has set SR. */
M68000_INLINE bool leave_if_slow(const m68000_context *c)
{
    return c->fast || leave(c);
}

M68000_INLINE bool rte(m68000_context *c)
{
    if (!(c->cpu->sr & 0x2000))
        return privilege_violation(c);
    uint32_t *sp = address_register(c, 7), status, target;
    if (c->fast) {
        const uint8_t *frame = read_page(c, *sp);
        TRY(in_page(c, frame, *sp, 6));
        frame += *sp & 0xfffe;
        status = m68000_get_word(frame);
        target = m68000_get_long(frame + 2);
        c->clock += 12;
    } else {
        TRY(read(c, WORD, *sp, DATA, c->pc + 2, &status));
        TRY(read(c, LONG, *sp + 2, DATA, c->pc + 2, &target));
    }
    TRY(can_set_status(c, status));
    TRY(can_jump(c, target));
    *sp += 6;
    set_status(c->cpu, status);
    TRY(jump(c, target, c->pc + 2));
    arrive(c);
    return leave_if_slow(c);
}

/* --- the status register ------------------------------------------------------------------------------------------ */

/* Dn p n2; memory: read, p w. */
M68000_INLINE bool move_from_sr(m68000_context *c, int mode)
{
    uint32_t address, value;
    if (mode == DATA_REGISTER) {
        set_low(data_register(c, low_register(c)), WORD, pack_sr(c->cpu));
        prefetch(c);
        idle(c, 2);
        return true;
    }
    TRY(read_memory(c, WORD, mode, low_register(c), &address, &value));
    TRY(can_write(c, WORD, address));
    prefetch(c);
    return write(c, WORD, address, pack_sr(c->cpu), c->pc);
}

/* The word behind the instruction is fetched again after SR has changed, for the function code may have. */
M68000_INLINE void refill(m68000_context *c)
{
    c->pc -= 2;
    fetch(c);
    prefetch(c);
}

/* read, n4 p p. */
M68000_INLINE bool move_to_ccr(m68000_context *c, int source)
{
    uint32_t value;
    TRY(read_source(c, WORD, source, low_register(c), &value));
    idle(c, 4);
    unpack_ccr(c->cpu, value);
    refill(c);
    return true;
}

M68000_INLINE bool move_to_sr(m68000_context *c, int source)
{
    uint32_t value;
    if (!(c->cpu->sr & 0x2000))
        return privilege_violation(c);
    TRY(read_source(c, WORD, source, low_register(c), &value));
    TRY(can_set_status(c, value));
    idle(c, 4);
    set_status(c->cpu, value);
    refill(c);
    return leave_if_slow(c);
}

M68000_INLINE uint32_t combine(int operation, uint32_t value, uint32_t source)
{
    return operation == AND ? value & source : operation == OR ? value | source : value ^ source;
}

/* ANDI, ORI, EORI #,CCR: p n8 p p. */
M68000_INLINE bool immediate_to_ccr(m68000_context *c, int operation)
{
    uint32_t value = extension(c);
    idle(c, 8);
    unpack_ccr(c->cpu, combine(operation, pack_ccr(c->cpu), value));
    refill(c);
    return true;
}

M68000_INLINE bool immediate_to_sr(m68000_context *c, int operation)
{
    if (!(c->cpu->sr & 0x2000))
        return privilege_violation(c);
    uint32_t value = combine(operation, pack_sr(c->cpu), extension(c));
    TRY(can_set_status(c, value));
    idle(c, 8);
    set_status(c->cpu, value);
    refill(c);
    return leave_if_slow(c);
}

M68000_INLINE bool move_to_usp(m68000_context *c)
{
    if (!(c->cpu->sr & 0x2000))
        return privilege_violation(c);
    c->cpu->other_sp = *address_register(c, low_register(c));
    prefetch(c);
    return true;
}

M68000_INLINE bool move_from_usp(m68000_context *c)
{
    if (!(c->cpu->sr & 0x2000))
        return privilege_violation(c);
    *address_register(c, low_register(c)) = c->cpu->other_sp;
    prefetch(c);
    return true;
}

/* n4; the queue stays as it is, and pc names STOP until something wakes the CPU. */
M68000_INLINE bool stop(m68000_context *c)
{
    if (!(c->cpu->sr & 0x2000))
        return privilege_violation(c);
    set_status(c->cpu, c->irc);
    c->cpu->stopped = 1;
    c->sample = c->clock;
    idle(c, 4);
    return leave(c);
}

/* n128 p. */
M68000_INLINE bool reset(m68000_context *c)
{
    if (!(c->cpu->sr & 0x2000))
        return privilege_violation(c);
    M68000_RESET_PIN(c);
    idle(c, 128);
    prefetch(c);
    return true;
}

M68000_INLINE bool nop(m68000_context *c)
{
    prefetch(c);
    return true;
}

/* --- traps ----------------------------------------------------------------------------------------------------------- */

/* n4, exception. */
M68000_INLINE bool trap_instruction(m68000_context *c)
{
    idle(c, 4);
    return trap(c, VECTOR_TRAP + (c->ir & 15), c->pc + 2);
}

/* p; if V: exception, which has begun when p fetches from supervisor program. */
M68000_INLINE bool trapv(m68000_context *c)
{
    if (!(c->cpu->flag_v >> 31)) {
        prefetch(c);
        return true;
    }
    c->irc = M68000_FETCH(c, (c->pc + 4) & 0xfffffe, 6);
    c->clock += 4;
    return trap(c, VECTOR_TRAPV, c->pc + 2);
}
