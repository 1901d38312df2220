/* decimal.h - ABCD, SBCD, NBCD, with the flags and the digits above 9 as the chip has them. */

M68000_INLINE void set_decimal_flags(m68000 *cpu, uint32_t result, uint32_t carry, uint32_t overflow)
{
    cpu->flag_n = result << 24;
    cpu->flag_z |= result << 24;
    cpu->flag_v = overflow << 24;
    cpu->flag_c = cpu->flag_x = carry >> 7 & 1;
}

M68000_INLINE uint32_t add_decimal(m68000 *cpu, uint32_t s, uint32_t d)
{
    s &= 0xff;
    d &= 0xff;
    uint32_t sum = d + s + cpu->flag_x;
    uint32_t binary_carry = ((d & s) | (~sum & d) | (~sum & s)) & 0x88;
    uint32_t decimal_carry = (((sum + 0x66) ^ sum) & 0x110) >> 1;
    uint32_t correction = (binary_carry | decimal_carry) - ((binary_carry | decimal_carry) >> 2);
    uint32_t result = sum + correction;
    set_decimal_flags(cpu, result, binary_carry | (sum & ~result), ~sum & result);
    return result;
}

M68000_INLINE uint32_t subtract_decimal(m68000 *cpu, uint32_t s, uint32_t d)
{
    s &= 0xff;
    d &= 0xff;
    uint32_t difference = d - s - cpu->flag_x;
    uint32_t borrow = ((~d & s) | (difference & ~d) | (difference & s)) & 0x88;
    uint32_t result = difference - (borrow - (borrow >> 2));
    set_decimal_flags(cpu, result, borrow | (~difference & result), difference & ~result);
    return result;
}

enum decimal { ABCD, SBCD };

M68000_INLINE uint32_t compute_decimal(m68000 *cpu, int operation, uint32_t s, uint32_t d)
{
    return operation == ABCD ? add_decimal(cpu, s, d) : subtract_decimal(cpu, s, d);
}

/* ABCD, SBCD Dy,Dx: p n2. */
M68000_INLINE bool decimal_registers(m68000_context *c, int operation)
{
    uint32_t *d = data_register(c, high_register(c));
    set_low(d, BYTE, compute_decimal(c->cpu, operation, *data_register(c, low_register(c)), *d));
    prefetch(c);
    idle(c, 2);
    return true;
}

/* ABCD, SBCD -(Ay),-(Ax): n2 r r p w. */
M68000_INLINE bool decimal_memory(m68000_context *c, int operation)
{
    uint32_t source, value, address;
    idle(c, 2);
    TRY(read_backwards(c, BYTE, low_register(c), &address, &source));
    TRY(read_backwards(c, BYTE, high_register(c), &address, &value));
    value = compute_decimal(c->cpu, operation, source, value);
    prefetch(c);
    return write(c, BYTE, address, value, 0);
}

/* NBCD: Dn p n2; memory: read, p w. */
M68000_INLINE bool nbcd(m68000_context *c, int mode)
{
    uint32_t address, value;
    if (mode == DATA_REGISTER) {
        uint32_t *d = data_register(c, low_register(c));
        set_low(d, BYTE, subtract_decimal(c->cpu, *d, 0));
        prefetch(c);
        idle(c, 2);
        return true;
    }
    TRY(read_memory(c, BYTE, mode, low_register(c), &address, &value));
    TRY(can_write(c, BYTE, address));
    value = subtract_decimal(c->cpu, value, 0);
    prefetch(c);
    return write(c, BYTE, address, value, 0);
}
