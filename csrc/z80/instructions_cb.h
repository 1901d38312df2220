/* instructions_cb.h - rotates, shifts and bit instructions: CB, and DD CB d and FD CB d.  Part of template.h. */

/* What a CB opcode makes of a byte; BIT only sets flags.  `seen` is what BIT copies Y and X from. */
static inline uint8_t Z80_NAME(cb_result)(z80 *cpu, uint8_t opcode, uint8_t value, uint8_t seen)
{
    unsigned bit = opcode >> 3 & 7;
    switch (opcode >> 6) {
    case 0: return z80_shift(cpu, bit, value);
    case 1: z80_bit(cpu, bit, value, seen); return value;
    case 2: return (uint8_t)(value & ~(1u << bit));
    default: return (uint8_t)(value | 1u << bit);
    }
}

static inline void Z80_NAME(cb_memory)(Z80_BUS *bus, z80 *cpu, uint8_t opcode, uint16_t address, uint8_t *copy)
{
    uint8_t value = Z80_NAME(read)(bus, cpu, address);
    Z80_NAME(idle)(bus, cpu, 1);
    value = Z80_NAME(cb_result)(cpu, opcode, value, (uint8_t)(cpu->wz >> 8));
    if (opcode >> 6 == 1) return;
    if (copy) *copy = value;
    Z80_NAME(write)(bus, cpu, address, value);
}

static void Z80_NAME(execute_cb)(Z80_BUS *bus, z80 *cpu)
{
    uint8_t opcode = Z80_NAME(fetch)(bus, cpu), *reg = z80_register(cpu, opcode);
    if (reg)
        *reg = Z80_NAME(cb_result)(cpu, opcode, *reg, *reg);
    else
        Z80_NAME(cb_memory)(bus, cpu, opcode, z80_hl(cpu), 0);
}

/* DD CB d opcode: the last byte is read as data; the result goes to memory and to the register that it names. */
static void Z80_NAME(execute_indexed_cb)(Z80_BUS *bus, z80 *cpu, uint16_t index)
{
    cpu->wz = (uint16_t)(index + (int8_t)Z80_NAME(operand)(bus, cpu));
    uint8_t opcode = Z80_NAME(operand)(bus, cpu);
    Z80_NAME(idle)(bus, cpu, 2);
    Z80_NAME(cb_memory)(bus, cpu, opcode, cpu->wz, z80_register(cpu, opcode));
}
