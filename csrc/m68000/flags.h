/* flags.h - the condition codes, and the operations that set all of them.
 *
 * While instructions run, the CCR lies in five words, in the form in which results leave them:
 *     flag_n  N = bit 31            flag_z  Z = (flag_z == 0)       flag_v  V = bit 31
 *     flag_c  C = 0 or 1            flag_x  X = 0 or 1
 * Operands are moved up to bit 31 first, so that all sizes are alike.
 */

M68000_INLINE uint32_t sign_extend(uint32_t value, int size)
{
    return size == BYTE ? (uint32_t)(int32_t)(int8_t)value : size == WORD ? (uint32_t)(int32_t)(int16_t)value : value;
}

/* Replace the low `size` bytes of a register. */
M68000_INLINE void set_low(uint32_t *where, int size, uint32_t value)
{
    if (size == BYTE)
        *where = (*where & 0xffffff00) | (value & 0xff);
    else if (size == WORD)
        *where = (*where & 0xffff0000) | (value & 0xffff);
    else
        *where = value;
}

M68000_INLINE unsigned shift_of(int size)
{
    return size == BYTE ? 24 : size == WORD ? 16 : 0;
}

M68000_INLINE void unpack_ccr(m68000 *cpu, unsigned ccr)
{
    cpu->flag_n = (uint32_t)(ccr >> 3 & 1) << 31;
    cpu->flag_z = ~ccr >> 2 & 1;
    cpu->flag_v = (uint32_t)(ccr >> 1 & 1) << 31;
    cpu->flag_c = ccr & 1;
    cpu->flag_x = ccr >> 4 & 1;
}

M68000_INLINE unsigned pack_ccr(const m68000 *cpu)
{
    return cpu->flag_x << 4 | cpu->flag_n >> 31 << 3 | (unsigned)(cpu->flag_z == 0) << 2 | cpu->flag_v >> 31 << 1 |
           cpu->flag_c;
}

M68000_INLINE uint16_t pack_sr(const m68000 *cpu)
{
    return (uint16_t)((cpu->sr & 0xa700) | pack_ccr(cpu));
}

/* Whether a condition code (the four bits of Bcc, DBcc and Scc) holds. */
M68000_INLINE bool condition(const m68000 *cpu, unsigned code)
{
    bool negative = cpu->flag_n >> 31, zero = cpu->flag_z == 0, overflow = cpu->flag_v >> 31, carry = cpu->flag_c != 0;
    bool less = (cpu->flag_n ^ cpu->flag_v) >> 31, holds;
    switch (code >> 1) {
    case 0: holds = true; break;
    case 1: holds = !carry && !zero; break;
    case 2: holds = !carry; break;
    case 3: holds = !zero; break;
    case 4: holds = !overflow; break;
    case 5: holds = !negative; break;
    case 6: holds = !less; break;
    default: holds = !less && !zero; break;
    }
    return holds != (code & 1);
}

M68000_INLINE void set_nz(m68000 *cpu, int size, uint32_t value)
{
    cpu->flag_n = cpu->flag_z = value << shift_of(size);
}

/* What MOVE and the logical operations do. */
M68000_INLINE void set_logic_flags(m68000 *cpu, int size, uint32_t value)
{
    set_nz(cpu, size, value);
    cpu->flag_v = 0;
    cpu->flag_c = 0;
}

enum operation { ADD, SUB, CMP, AND, OR, EOR, ADDX, SUBX };

/* destination OP source; gives the result in its low `size` bytes. */
M68000_INLINE uint32_t compute(m68000 *cpu, int operation, int size, uint32_t source, uint32_t destination)
{
    const unsigned shift = shift_of(size);
    uint32_t s = source << shift, d = destination << shift, r;
    switch (operation) {
    case ADD:
        r = d + s;
        cpu->flag_v = (s ^ r) & (d ^ r);
        cpu->flag_c = cpu->flag_x = r < s;
        break;
    case SUB:
    case CMP:
        r = d - s;
        cpu->flag_v = (d ^ s) & (d ^ r);
        cpu->flag_c = d < s;
        if (operation == SUB)
            cpu->flag_x = d < s;
        break;
    case ADDX:
        r = d + s + (cpu->flag_x << shift);
        cpu->flag_v = (s ^ r) & (d ^ r);
        cpu->flag_c = cpu->flag_x = ((s & d) | ((s | d) & ~r)) >> 31;
        break;
    case SUBX:
        r = d - s - (cpu->flag_x << shift);
        cpu->flag_v = (d ^ s) & (d ^ r);
        cpu->flag_c = cpu->flag_x = ((s & ~d) | ((s | ~d) & r)) >> 31;
        break;
    default:
        r = operation == AND ? d & s : operation == OR ? d | s : d ^ s;
        cpu->flag_v = 0;
        cpu->flag_c = 0;
        break;
    }
    cpu->flag_n = r;
    if (operation == ADDX || operation == SUBX)
        cpu->flag_z |= r; /* Z is only ever cleared */
    else
        cpu->flag_z = r;
    return r >> shift;
}

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
