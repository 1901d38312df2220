/* multiply.h - MULU, MULS, DIVU, DIVS, CHK.  Times: Jorge Cwik's analysis of the microcode. */

/* read, p, n(34 + 2 for each 1 (MULU), each 01 or 10 (MULS) in the source with a 0 appended). */
M68000_INLINE bool multiply(m68000_context *c, bool is_signed, int source)
{
    uint32_t value;
    TRY(read_source(c, WORD, source, low_register(c), &value));
    uint32_t *d = data_register(c, high_register(c));
    value &= 0xffff;
    uint32_t ones = is_signed ? (value << 1 ^ value) & 0xffff : value;
    if (is_signed)
        *d = sign_extend(value, WORD) * sign_extend(*d, WORD);
    else
        *d = value * (*d & 0xffff);
    set_logic_flags(c->cpu, LONG, *d);
    prefetch(c);
    idle(c, 34 + 2 * (int)count_ones(ones));
    return true;
}

/* Clocks of a division without overflow, beyond the source. */
M68000_INLINE int divu_clocks(uint32_t dividend, uint32_t divisor)
{
    int cycles = 38;
    divisor <<= 16;
    for (int i = 0; i < 15; i++) {
        bool top = dividend >> 31;
        dividend <<= 1;
        if (top) {
            dividend -= divisor;
        } else {
            cycles += 2;
            if (dividend >= divisor) {
                dividend -= divisor;
                cycles--;
            }
        }
    }
    return 2 * cycles;
}

M68000_INLINE int divs_clocks(uint32_t quotient, bool negative_dividend, bool negative_divisor)
{
    int cycles = 6 + 55 + (negative_dividend ? 1 : 0);
    if (!negative_divisor)
        cycles += negative_dividend ? 1 : -1;
    return 2 * (cycles + 15 - (int)count_ones(quotient & 0xfffe));
}

/* What overflow leaves: the register as it was. */
M68000_INLINE void set_overflow_flags(m68000 *cpu)
{
    cpu->flag_n = 0x80000000u;
    cpu->flag_z = 1;
    cpu->flag_v = 0x80000000u;
    cpu->flag_c = 0;
}

/* read, n, p; by zero: read, n8, exception. */
M68000_INLINE bool divide(m68000_context *c, bool is_signed, int source)
{
    uint32_t divisor, quotient, remainder;
    int clocks;
    TRY(read_source(c, WORD, source, low_register(c), &divisor));
    uint32_t *d = data_register(c, high_register(c)), dividend = *d;
    divisor &= 0xffff;
    if (divisor == 0) { /* N and Z as real ones leave them (cputest of WinUAE's author, on Amigas) */
        set_logic_flags(c->cpu, WORD, is_signed ? 0 : dividend >> 16);
        idle(c, 8);
        return trap(c, VECTOR_ZERO_DIVIDE, c->pc + 2);
    }
    if (is_signed) {
        bool negative_dividend = dividend >> 31, negative_divisor = divisor >> 15;
        if (negative_dividend)
            dividend = 0 - dividend;
        if (negative_divisor)
            divisor = 0x10000 - divisor;
        if (dividend >> 16 >= divisor) {
            set_overflow_flags(c->cpu);
            idle(c, negative_dividend ? 14 : 12);
            prefetch(c);
            return true;
        }
        quotient = dividend / divisor;
        remainder = dividend % divisor;
        clocks = divs_clocks(quotient, negative_dividend, negative_divisor);
        bool negative = negative_dividend != negative_divisor;
        if (quotient > (negative ? 0x8000u : 0x7fffu)) {
            set_overflow_flags(c->cpu);
            idle(c, clocks - 4);
            prefetch(c);
            return true;
        }
        if (negative)
            quotient = 0 - quotient;
        if (negative_dividend)
            remainder = 0 - remainder;
    } else {
        if (dividend >> 16 >= divisor) {
            set_overflow_flags(c->cpu);
            idle(c, 6);
            prefetch(c);
            return true;
        }
        quotient = dividend / divisor;
        remainder = dividend % divisor;
        clocks = divu_clocks(dividend, divisor);
    }
    *d = remainder << 16 | (quotient & 0xffff);
    set_logic_flags(c->cpu, WORD, quotient);
    idle(c, clocks - 4);
    prefetch(c);
    return true;
}

/* In range: read, n6 p.  Dn > bound, or Dn - bound overflows: n8, exception.  Else Dn < 0: n10, exception. */
M68000_INLINE bool chk(m68000_context *c, int source)
{
    uint32_t bound;
    TRY(read_source(c, WORD, source, low_register(c), &bound));
    uint32_t value = *data_register(c, high_register(c));
    int32_t signed_value = (int16_t)value, signed_bound = (int16_t)bound;
    set_logic_flags(c->cpu, WORD, value); /* N and Z as real ones leave them (cputest of WinUAE's author, on Amigas) */
    if (signed_value > signed_bound || signed_value < 0) {
        idle(c, signed_value > signed_bound || signed_value - signed_bound < -0x8000 ? 8 : 10);
        return trap(c, VECTOR_CHK, c->pc + 2);
    }
    idle(c, 6);
    prefetch(c);
    return true;
}
