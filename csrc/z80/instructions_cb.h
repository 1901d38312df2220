/* instructions_cb.h - rotates, shifts and bit instructions: CB, and DD CB d and FD CB d.  Part of template.h. */

/* What a CB opcode makes of a byte; BIT only sets flags.  `seen` is what BIT copies Y and X from. */
Z80_INLINE uint8_t cb_result(z80_context *c, unsigned opcode, uint8_t value, uint8_t seen)
{
    unsigned bit = opcode >> 3 & 7;
    switch (opcode >> 6) {
    case 0: return z80_shift(c, bit, value);
    case 1: z80_bit(c, bit, value, seen); return value;
    case 2: return (uint8_t)(value & ~(1u << bit));
    default: return (uint8_t)(value | 1u << bit);
    }
}

/* Returns the byte that a register may get as well. */
Z80_INLINE uint8_t cb_memory(z80_context *c, unsigned opcode, uint16_t address)
{
    uint8_t value = read(c, address);
    idle(c, 1);
    value = cb_result(c, opcode, value, z80_high(c->cpu->wz));
    if (opcode >> 6 != 1) write(c, address, value);
    return value;
}

Z80_INLINE void execute_cb(z80_context *c, unsigned opcode)
{
    if ((opcode & 7) == 6) {
        cb_memory(c, opcode, c->hl);
    } else {
        uint8_t value = z80_register(c, opcode);
        value = cb_result(c, opcode, value, value);
        if (opcode >> 6 != 1) z80_set_register(c, opcode, value);
    }
}

/* DD CB d opcode: the last byte is read as data; the result goes to memory and to the register that it names. */
Z80_INLINE void execute_indexed_cb(z80_context *c, int index)
{
    uint16_t address = (uint16_t)(z80_index(c, index) + (int8_t)operand(c));
    c->cpu->wz = address;
    unsigned opcode = operand(c);
    idle(c, 2);
    uint8_t value = cb_memory(c, opcode, address);
    if (opcode >> 6 != 1) z80_set_register(c, opcode, value);
}
