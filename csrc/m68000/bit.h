/* bit.h - BTST, BCHG, BCLR, BSET, TAS, Scc. */

enum bit_operation { BTST, BCHG, BCLR, BSET };

M68000_INLINE uint32_t bit_result(m68000 *cpu, int operation, uint32_t value, uint32_t bit)
{
    cpu->flag_z = value & bit;
    switch (operation) {
    case BCHG: return value ^ bit;
    case BCLR: return value & ~bit;
    case BSET: return value | bit;
    default: return value;
    }
}

/* A bit of Dm: p n2, BCLR p n4; BCHG, BCLR and BSET take n2 more for bits 16-31. A bit of memory: read, p, w. */
M68000_INLINE bool bit_operand(m68000_context *c, int operation, int mode, uint32_t number)
{
    uint32_t address = 0, value;
    if (mode == DATA_REGISTER) {
        uint32_t *d = data_register(c, low_register(c));
        number &= 31;
        *d = bit_result(c->cpu, operation, *d, (uint32_t)1 << number);
        prefetch(c);
        idle(c, (operation == BCLR ? 4 : 2) + (operation != BTST && number > 15 ? 2 : 0));
        return true;
    }
    if (mode == IMMEDIATE) {
        value = extension(c);
        bit_result(c->cpu, BTST, value, (uint32_t)1 << (number & 7));
        prefetch(c);
        idle(c, 2);
        return true;
    }
    TRY(read_memory(c, BYTE, mode, low_register(c), &address, &value));
    if (operation != BTST)
        TRY(can_write(c, BYTE, address));
    value = bit_result(c->cpu, operation, value, (uint32_t)1 << (number & 7));
    prefetch(c);
    return operation == BTST || write(c, BYTE, address, value, 0);
}

M68000_INLINE bool bit_by_register(m68000_context *c, int operation, int mode)
{
    return bit_operand(c, operation, mode, *data_register(c, high_register(c)));
}

/* p, then as above. */
M68000_INLINE bool bit_by_immediate(m68000_context *c, int operation, int mode)
{
    return bit_operand(c, operation, mode, extension(c));
}

/* Dn: p.  Memory: t (one cycle of 10 clocks that reads and writes), p. */
M68000_INLINE bool tas(m68000_context *c, int mode)
{
    if (mode == DATA_REGISTER) {
        uint32_t *d = data_register(c, low_register(c));
        set_logic_flags(c->cpu, BYTE, *d);
        *d |= 0x80;
        prefetch(c);
        return true;
    }
    const unsigned n = low_register(c);
    uint32_t *a = address_register(c, n), address;
    if (mode == DECREMENT) {
        idle(c, 2);
        *a -= step_of(BYTE, n);
        address = *a;
    } else {
        address = extended_address(c, mode, n);
        if (mode == INCREMENT)
            *a += step_of(BYTE, n);
    }
#ifdef M68000_TAS
    c->sample = c->clock;
    uint32_t value = M68000_TAS(c, address & 0xffffff, data_fc(c));
    c->clock += 10;
#else
    uint32_t value = bus_read_byte(c, address, data_fc(c));
    c->clock += 2;
    if (M68000_TAS_WRITES)
        bus_write_byte(c, address, value | 0x80, data_fc(c));
    else
        c->clock += 4;
#endif
    set_logic_flags(c->cpu, BYTE, value);
    prefetch(c);
    return true;
}

/* Dn: p if false, p n2 if true.  Memory: read, p w. */
M68000_INLINE bool scc(m68000_context *c, int mode)
{
    uint32_t address, value;
    const bool holds = condition(c->cpu, condition_of(c));
    if (mode == DATA_REGISTER) {
        set_low(data_register(c, low_register(c)), BYTE, holds ? 0xff : 0);
        prefetch(c);
        if (holds)
            idle(c, 2);
        return true;
    }
    TRY(read_memory(c, BYTE, mode, low_register(c), &address, &value));
    TRY(can_write(c, BYTE, address));
    prefetch(c);
    return write(c, BYTE, address, holds ? 0xff : 0, 0);
}
