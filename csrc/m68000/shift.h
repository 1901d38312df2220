/* shift.h - ASL, ASR, LSL, LSR, ROL, ROR, ROXL, ROXR. */

M68000_INLINE bool shift_register(m68000_context *c, int operation, int size, unsigned count)
{
    uint32_t *d = data_register(c, low_register(c));
    set_low(d, size, shift_by(c->cpu, operation, size, *d, count));
    prefetch(c);
    idle(c, (size == LONG ? 4 : 2) + 2 * (int)count);
    return true;
}

/* OP #,Dy: p n(2 + 2 count), .L n(4 + 2 count). */
M68000_INLINE bool shift_by_immediate(m68000_context *c, int operation, int size)
{
    return shift_register(c, operation, size, ((high_register(c) - 1) & 7) + 1);
}

/* OP Dx,Dy: the same, count modulo 64. */
M68000_INLINE bool shift_by_data_register(m68000_context *c, int operation, int size)
{
    return shift_register(c, operation, size, *data_register(c, high_register(c)) & 63);
}

/* One bit, a word in memory: read, p w. */
M68000_INLINE bool shift_memory(m68000_context *c, int operation, int mode)
{
    uint32_t address, value;
    TRY(read_memory(c, WORD, mode, low_register(c), &address, &value));
    TRY(can_write(c, WORD, address));
    value = shift_by(c->cpu, operation, WORD, value, 1);
    prefetch(c);
    return write(c, WORD, address, value, c->pc);
}
