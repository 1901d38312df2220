/* arithmetic.h - ADD, SUB, CMP, AND, OR, EOR in all their forms; ADDX, SUBX, CMPM, NEG, NEGX, NOT, TST. */

/* OP <source>,Dn: read, p; .L: n2 behind it after memory (CMP always), n4 after a register or #. */
M68000_INLINE bool compute_to_register(m68000_context *c, int operation, int size, int source)
{
    uint32_t value;
    TRY(read_source(c, size, source, low_register(c), &value));
    uint32_t *d = data_register(c, high_register(c));
    value = compute(c->cpu, operation, size, value, *d);
    if (operation != CMP)
        set_low(d, size, value);
    prefetch(c);
    if (size == LONG)
        idle(c, is_memory(source) || operation == CMP ? 2 : 4);
    return true;
}

/* The second half of an operation whose destination is in memory: p w, .L p w W. */
M68000_INLINE bool compute_memory(m68000_context *c, int operation, int size, int mode, uint32_t source)
{
    uint32_t address, value;
    TRY(read_memory(c, size, mode, low_register(c), &address, &value));
    if (operation != CMP)
        TRY(can_write(c, (unsigned)size, address));
    value = compute(c->cpu, operation, size, source, value);
    prefetch(c);
    if (operation == CMP)
        return true;
    return write_backwards(c, size, address, value, c->pc);
}

/* OP Dn,<destination>.  EOR Dn,Dm: p, .L p n4. */
M68000_INLINE bool compute_to_memory(m68000_context *c, int operation, int size, int mode)
{
    uint32_t source = *data_register(c, high_register(c));
    if (mode != DATA_REGISTER)
        return compute_memory(c, operation, size, mode, source);
    uint32_t *d = data_register(c, low_register(c));
    set_low(d, size, compute(c->cpu, operation, size, source, *d));
    prefetch(c);
    if (size == LONG)
        idle(c, 4);
    return true;
}

/* OP #,<destination>: the immediate's words, then as from a register; CMPI.L #,Dn: n2 instead of n4. */
M68000_INLINE bool compute_immediate(m68000_context *c, int operation, int size, int mode)
{
    uint32_t source = immediate(c, size);
    if (mode != DATA_REGISTER)
        return compute_memory(c, operation, size, mode, source);
    uint32_t *d = data_register(c, low_register(c));
    uint32_t value = compute(c->cpu, operation, size, source, *d);
    if (operation != CMP)
        set_low(d, size, value);
    prefetch(c);
    if (size == LONG)
        idle(c, operation == CMP ? 2 : 4);
    return true;
}

/* ADDQ, SUBQ: Dn p, .L p n4; An p n4, all 32 bits and no flags. */
M68000_INLINE bool compute_quick(m68000_context *c, int operation, int size, int mode)
{
    uint32_t source = ((high_register(c) - 1) & 7) + 1;
    if (mode == ADDRESS_REGISTER) {
        *address_register(c, low_register(c)) += operation == ADD ? source : 0 - source;
        prefetch(c);
        idle(c, 4);
        return true;
    }
    if (mode != DATA_REGISTER)
        return compute_memory(c, operation, size, mode, source);
    uint32_t *d = data_register(c, low_register(c));
    set_low(d, size, compute(c->cpu, operation, size, source, *d));
    prefetch(c);
    if (size == LONG)
        idle(c, 4);
    return true;
}

/* ADDA, SUBA: read, p n4; .L from memory p n2.  CMPA: p n2. */
M68000_INLINE bool compute_address(m68000_context *c, int operation, int size, int source)
{
    uint32_t value;
    TRY(read_source(c, size, source, low_register(c), &value));
    value = sign_extend(value, size);
    uint32_t *a = address_register(c, high_register(c));
    if (operation == CMP)
        compute(c->cpu, CMP, LONG, value, *a);
    else
        *a += operation == ADD ? value : 0 - value;
    prefetch(c);
    idle(c, operation == CMP || (size == LONG && is_memory(source)) ? 2 : 4);
    return true;
}

/* ADDX, SUBX Dy,Dx: p, .L p n4. */
M68000_INLINE bool extended_registers(m68000_context *c, int operation, int size)
{
    uint32_t *d = data_register(c, high_register(c));
    set_low(d, size, compute(c->cpu, operation, size, *data_register(c, low_register(c)), *d));
    prefetch(c);
    if (size == LONG)
        idle(c, 4);
    return true;
}

/* Read -(An) of ADDX and SUBX: a long's low word first. */
M68000_INLINE bool read_backwards(m68000_context *c, int size, unsigned n, uint32_t *address, uint32_t *value)
{
    uint32_t *a = address_register(c, n);
    if (size != LONG) {
        *a -= step_of(size, n);
        *address = *a;
        return read(c, size, *a, DATA, c->pc + 4, value);
    }
    uint32_t high, low;
    TRY(read(c, WORD, *a - 2, DATA, c->pc + 4, &low));
    *a -= 4;
    *address = *a;
    TRY(read(c, WORD, *a, DATA, c->pc + 4, &high));
    *value = high << 16 | low;
    return true;
}

/* ADDX, SUBX -(Ay),-(Ax): n2 r r p w; .L n2 r R r R w p W. */
M68000_INLINE bool extended_memory(m68000_context *c, int operation, int size)
{
    uint32_t source, value, address;
    idle(c, 2);
    TRY(read_backwards(c, size, low_register(c), &address, &source));
    TRY(read_backwards(c, size, high_register(c), &address, &value));
    value = compute(c->cpu, operation, size, source, value);
    if (size != LONG) {
        prefetch(c);
        return write(c, size, address, value, c->pc);
    }
    TRY(write(c, WORD, address + 2, value, c->pc));
    prefetch(c);
    return write(c, WORD, address, value >> 16, c->pc);
}

/* CMPM (Ay)+,(Ax)+: r r p. */
M68000_INLINE bool cmpm(m68000_context *c, int size)
{
    uint32_t source, value;
    uint32_t *y = address_register(c, low_register(c)), *x = address_register(c, high_register(c));
    uint32_t address = *y;
    *y = address + (size == LONG ? 2 : step_of(size, low_register(c)));
    TRY(read(c, size, address, DATA, c->pc + 4, &source));
    if (size == LONG)
        *y = address + 4;
    address = *x;
    TRY(read(c, size, address, DATA, c->pc + 4, &value));
    *x = address + step_of(size, high_register(c));
    compute(c->cpu, CMP, size, source, value);
    prefetch(c);
    return true;
}

/* --- one operand ---------------------------------------------------------------------------------------------------- */

enum unary { NEG, NEGX, NOT };

M68000_INLINE uint32_t compute_unary(m68000 *cpu, int operation, int size, uint32_t value)
{
    switch (operation) {
    case NEG:
        return compute(cpu, SUB, size, value, 0);
    case NEGX:
        return compute(cpu, SUBX, size, value, 0);
    default:
        return compute(cpu, EOR, size, value, 0xffffffff);
    }
}

/* NEG, NEGX, NOT: Dn p, .L p n2; memory: read, p w, .L p w W. */
M68000_INLINE bool unary(m68000_context *c, int operation, int size, int mode)
{
    uint32_t address, value;
    if (mode == DATA_REGISTER) {
        uint32_t *d = data_register(c, low_register(c));
        set_low(d, size, compute_unary(c->cpu, operation, size, *d));
        prefetch(c);
        if (size == LONG)
            idle(c, 2);
        return true;
    }
    TRY(read_memory(c, size, mode, low_register(c), &address, &value));
    TRY(can_write(c, (unsigned)size, address));
    value = compute_unary(c->cpu, operation, size, value);
    prefetch(c);
    return write_backwards(c, size, address, value, c->pc);
}

M68000_INLINE bool tst(m68000_context *c, int size, int mode)
{
    uint32_t value;
    TRY(read_source(c, size, mode, low_register(c), &value));
    set_logic_flags(c->cpu, size, value);
    prefetch(c);
    return true;
}
