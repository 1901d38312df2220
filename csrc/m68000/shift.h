/* shift.h - ASL, ASR, LSL, LSR, ROL, ROR, ROXL, ROXR. */

enum shift { ASR, LSR, ROXR, ROR, ASL, LSL, ROXL, ROL };

/* Shift the low `size` bytes of `value` by 0 to 63 and set the flags. */
M68000_INLINE uint32_t shift_by(m68000 *cpu, int operation, int size, uint32_t value, unsigned count)
{
    const unsigned bits = 8 * (unsigned)size;
    const uint64_t mask = 0xffffffffu >> (32 - bits);
    uint64_t v = value & mask;
    cpu->flag_v = 0;
    if (count == 0) {
        cpu->flag_c = operation == ROXL || operation == ROXR ? cpu->flag_x : 0;
        set_nz(cpu, size, value);
        return value;
    }
    switch (operation) {
    case ASL:
    case LSL: {
        uint64_t shifted = count > bits ? 0 : v << count;
        cpu->flag_x = cpu->flag_c = shifted >> bits & 1;
        if (operation == ASL) {
            /* V: the bits that pass through the sign, and the one that stays there, are not all alike. */
            uint64_t passing = count >= bits ? mask : ~(mask >> (count + 1)) & mask;
            bool alike = (v & passing) == 0 || (count < bits && (v & passing) == passing);
            cpu->flag_v = alike ? 0 : 0x80000000u;
        }
        v = shifted & mask;
        break;
    }
    case LSR:
        if (count > bits)
            count = bits + 1;
        cpu->flag_x = cpu->flag_c = v >> (count - 1) & 1;
        v >>= count;
        break;
    case ASR: {
        bool negative = v >> (bits - 1);
        if (count > bits)
            count = bits;
        if (negative)
            v |= ~mask;
        cpu->flag_x = cpu->flag_c = v >> (count - 1) & 1;
        v = v >> count & mask;
        break;
    }
    case ROL:
        count %= bits;
        v = (v << count | v >> (bits - count)) & mask;
        cpu->flag_c = v & 1;
        break;
    case ROR:
        count %= bits;
        v = (v >> count | v << (bits - count)) & mask;
        cpu->flag_c = v >> (bits - 1);
        break;
    default: { /* X is a bit above the operand's highest */
        const unsigned all = bits + 1;
        const uint64_t all_mask = mask << 1 | 1;
        v |= (uint64_t)cpu->flag_x << bits;
        count %= all;
        if (operation == ROXL)
            v = (v << count | v >> (all - count)) & all_mask;
        else
            v = (v >> count | v << (all - count)) & all_mask;
        cpu->flag_x = cpu->flag_c = v >> bits & 1;
        v &= mask;
        break;
    }
    }
    set_nz(cpu, size, (uint32_t)v);
    return (uint32_t)v;
}

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
