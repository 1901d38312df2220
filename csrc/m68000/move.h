/* move.h - MOVE, MOVEA, MOVEQ, MOVEM, MOVEP, LEA, PEA, EXG, SWAP, LINK, UNLK, CLR.
 *
 * Bus patterns: p a fetch, r/w a data word, R/W the high word of a long, n an idle time.
 */

/* MOVE.L to an odd address has set the flags only as far as its microcode has come. */
M68000_INLINE void set_move_fault_flags(m68000 *cpu, int source, int destination, uint32_t value)
{
    if (destination == INDIRECT || destination == INCREMENT) {
        if (is_memory(source))
            set_logic_flags(cpu, WORD, value);
    } else if ((destination == DISPLACEMENT || destination == INDEX) && !is_memory(source)) {
        set_nz(cpu, LONG, value);
    } else {
        set_logic_flags(cpu, LONG, value);
    }
}

/* MOVE <source>,<destination>: the source's cycles, then for the destination
 *     Dn, An: p    (An), (An)+: W w p    -(An): p w W    d16(An), abs.W: p W w p    d8(An,Xn): n2 p W w p
 *     abs.L: p W w p p from memory, p p W w p from a register or #
 */
M68000_INLINE bool move(m68000_context *c, int size, int source, int destination)
{
    uint32_t value;
    TRY(read_source(c, size, source, low_register(c), &value));
    const unsigned n = high_register(c);
    uint32_t *a = address_register(c, n), address = *a;
    switch (destination) {
    case DATA_REGISTER:
        set_low(data_register(c, n), size, value);
        break;
    case ADDRESS_REGISTER:
        *a = sign_extend(value, size);
        prefetch(c);
        return true;
    case DECREMENT: {
        uint32_t ir = c->ir;
        address -= step_of(size, n);
        TRY(can_write(c, (unsigned)size, address));
        prefetch(c);
        set_logic_flags(c->cpu, size, value);
        if (size != LONG)
            *a = address;
        else if (!c->fast && is_odd(c, address))
            c->ir = ir;
        TRY(write_backwards(c, size, address, value, c->pc + 2));
        *a = address;
        return true;
    }
    case ABSOLUTE_LONG:
        if (is_memory(source)) {
            uint32_t high = extension(c);
            address = high << 16 | c->irc;
            break;
        }
        /* fall through */
    default:
        address = extended_address(c, destination, n);
        break;
    }
    if (destination != DATA_REGISTER) {
        const bool plain = destination == INDIRECT || destination == INCREMENT;
        if (!can_write(c, (unsigned)size, address))
            return write_outside(c, size, address, value);
        if (!c->fast && size == LONG && M68000_UNLIKELY(is_odd(c, address)))
            set_move_fault_flags(c->cpu, source, destination, value);
        else
            set_logic_flags(c->cpu, size, value);
        TRY(write(c, size, address, value, c->pc + (plain ? 4 : 2)));
        if (destination == INCREMENT)
            *a = address + step_of(size, n);
        if (destination == ABSOLUTE_LONG && is_memory(source))
            fetch(c);
    } else {
        set_logic_flags(c->cpu, size, value);
    }
    prefetch(c);
    return true;
}

/* The rest of a MOVE whose write was not to a page, once that has been made. */
M68000_INLINE void end_move(m68000_context *c, int size)
{
    const int destination = destination_of(c);
    if (destination == INCREMENT)
        *address_register(c, high_register(c)) += step_of(size, high_register(c));
    if (destination == ABSOLUTE_LONG && is_memory(mode_of(c)))
        fetch(c);
    prefetch(c);
}

/* The same from the write on, which is left to the hooks. */
M68000_INLINE void finish_move(m68000_context *c, int size, uint32_t address, uint32_t value)
{
    set_logic_flags(c->cpu, size, value);
    c->fast = false;
    if (size == BYTE) {
        c->sample = c->clock;
        M68000_WRITE_OUTSIDE_BYTE(c, address & 0xffffff, (uint8_t)value, data_fc(c));
        c->clock += 4;
    } else {
        if (size == LONG) {
            M68000_WRITE_OUTSIDE_WORD(c, address & 0xfffffe, (uint16_t)(value >> 16), data_fc(c));
            c->clock += 4;
            address += 2;
        }
        c->sample = c->clock;
        M68000_WRITE_OUTSIDE_WORD(c, address & 0xfffffe, (uint16_t)value, data_fc(c));
        c->clock += 4;
    }
    c->code = code_at(c, c->pc);
    c->fast = M68000_LIKELY(c->code != 0); /* the write may have changed what the page holds */
    end_move(c, size);
}

M68000_INLINE bool moveq(m68000_context *c)
{
    uint32_t value = sign_extend(c->ir, BYTE);
    *data_register(c, high_register(c)) = value;
    set_logic_flags(c->cpu, LONG, value);
    prefetch(c);
    return true;
}

/* CLR reads what it clears: read, p w W; Dn.L: p n2. */
M68000_INLINE bool clr(m68000_context *c, int size, int mode)
{
    uint32_t address, value;
    if (mode == DATA_REGISTER) {
        set_low(data_register(c, low_register(c)), size, 0);
        set_logic_flags(c->cpu, size, 0);
        prefetch(c);
        if (size == LONG)
            idle(c, 2);
        return true;
    }
    TRY(read_memory(c, size, mode, low_register(c), &address, &value));
    TRY(can_write(c, (unsigned)size, address));
    set_logic_flags(c->cpu, size, 0);
    prefetch(c);
    return write_backwards(c, size, address, 0, c->pc);
}

/* --- MOVEM ----------------------------------------------------------------------------------------------------- */

/* p (the mask), the address's extension words, the writes, p.  -(An): from A7 down, each long's low word first. */
M68000_INLINE bool movem_to_memory(m68000_context *c, int size, int mode)
{
    uint32_t mask = extension(c);
    const unsigned n = low_register(c), bytes = (unsigned)size * count_ones(mask);
    if (c->fast) {
        uint32_t address = mode == DECREMENT ? *address_register(c, n) - bytes : extended_address(c, mode, n);
        TRY(can_write(c, bytes, address));
        uint8_t *to = write_page(c, address) + (address & 0xfffe) + (mode == DECREMENT ? bytes : 0);
        for (; mask != 0; mask &= mask - 1) {
            const uint32_t value = c->cpu->r[lowest_bit(mask) ^ (mode == DECREMENT ? 15 : 0)];
            if (mode == DECREMENT)
                to -= size;
            if (size == LONG)
                m68000_put_long(to, value);
            else
                m68000_put_word(to, value);
            if (mode != DECREMENT)
                to += size;
        }
        if (mode == DECREMENT)
            *address_register(c, n) = address;
        c->clock += 2 * bytes;
    } else if (mode == DECREMENT) {
        uint32_t address = *address_register(c, n);
        for (int i = 15; mask != 0; i--, mask >>= 1) {
            if (!(mask & 1))
                continue;
            address -= (uint32_t)size;
            TRY(write_backwards(c, size, address, c->cpu->r[i], c->pc + 4));
        }
        *address_register(c, n) = address;
    } else {
        uint32_t address = extended_address(c, mode, n);
        for (int i = 0; mask != 0; i++, mask >>= 1) {
            if (!(mask & 1))
                continue;
            TRY(write(c, size, address, c->cpu->r[i], c->pc + 4));
            address += (uint32_t)size;
        }
    }
    prefetch(c);
    return true;
}

/* p (the mask), the address's extension words, the reads, one word more, p.  Words are sign-extended. */
M68000_INLINE bool movem_to_registers(m68000_context *c, int size, int mode)
{
    uint32_t mask = extension(c), value;
    const unsigned n = low_register(c);
    uint32_t address = extended_address(c, mode, n);
    const int space = space_of(mode);
    if (c->fast) {
        const unsigned bytes = (unsigned)size * count_ones(mask);
        TRY(can_read(c, bytes + 2, address));
        const uint8_t *from = read_page(c, address) + (address & 0xfffe);
        for (; mask != 0; mask &= mask - 1, from += size)
            c->cpu->r[lowest_bit(mask)] = size == LONG ? m68000_get_long(from) : sign_extend(m68000_get_word(from), WORD);
        address += bytes;
        c->clock += 2 * bytes + 4;
    } else {
        for (int i = 0; mask != 0; i++, mask >>= 1) {
            if (!(mask & 1))
                continue;
            TRY(read(c, size, address, space, c->pc + 4, &value));
            c->cpu->r[i] = sign_extend(value, size);
            address += (uint32_t)size;
        }
        TRY(read(c, WORD, address, space, c->pc + 4, &value));
    }
    if (mode == INCREMENT)
        *address_register(c, n) = address;
    prefetch(c);
    return true;
}

/* --- MOVEP: bytes at every other address, the highest first ------------------------------------------------------ */

M68000_INLINE bool movep_to_memory(m68000_context *c, int size)
{
    uint32_t address = *address_register(c, low_register(c)) + sign_extend(c->irc, WORD);
    uint32_t value = *data_register(c, high_register(c));
    extension(c);
    for (int shift = 8 * size - 8; shift >= 0; shift -= 8, address += 2)
        TRY(write(c, BYTE, address, value >> shift, 0));
    prefetch(c);
    return true;
}

M68000_INLINE bool movep_to_register(m68000_context *c, int size)
{
    uint32_t address = *address_register(c, low_register(c)) + sign_extend(c->irc, WORD);
    uint32_t value = 0, byte;
    extension(c);
    for (int i = 0; i < size; i++, address += 2) {
        TRY(read(c, BYTE, address, DATA, 0, &byte));
        value = value << 8 | byte;
    }
    set_low(data_register(c, high_register(c)), size, value);
    prefetch(c);
    return true;
}

/* --- addresses ---------------------------------------------------------------------------------------------------- */

/* (An): p; others: the extension words, p; indexed: n2 p n2 p. */
M68000_INLINE bool lea(m68000_context *c, int mode)
{
    uint32_t address = extended_address(c, mode, low_register(c));
    if (mode == INDEX || mode == PC_INDEX)
        idle(c, 2);
    *address_register(c, high_register(c)) = address;
    prefetch(c);
    return true;
}

/* As LEA, then W w; abs.W and abs.L push before the last p. */
M68000_INLINE bool pea(m68000_context *c, int mode)
{
    uint32_t address = extended_address(c, mode, low_register(c));
    uint32_t *sp = address_register(c, 7);
    if (mode == INDEX || mode == PC_INDEX)
        idle(c, 2);
    TRY(can_write(c, LONG, *sp - 4));
    *sp -= 4;
    if (mode == ABSOLUTE_WORD || mode == ABSOLUTE_LONG) {
        TRY(write(c, LONG, *sp, address, c->pc + 2));
        prefetch(c);
        return true;
    }
    prefetch(c);
    return write(c, LONG, *sp, address, c->pc);
}

/* --- registers ---------------------------------------------------------------------------------------------------- */

/* EXG: p n2.  `x`, `y`: what is added to the register numbers, 8 for An. */
M68000_INLINE bool exg(m68000_context *c, unsigned x, unsigned y)
{
    uint32_t *one = &c->cpu->r[x + high_register(c)], *other = &c->cpu->r[y + low_register(c)];
    uint32_t value = *one;
    *one = *other;
    *other = value;
    prefetch(c);
    idle(c, 2);
    return true;
}

M68000_INLINE bool swap(m68000_context *c)
{
    uint32_t *d = data_register(c, low_register(c));
    *d = *d >> 16 | *d << 16;
    set_logic_flags(c->cpu, LONG, *d);
    prefetch(c);
    return true;
}

M68000_INLINE bool ext(m68000_context *c, int size)
{
    uint32_t *d = data_register(c, low_register(c));
    set_low(d, size, sign_extend(*d, size / 2));
    set_logic_flags(c->cpu, size, *d);
    prefetch(c);
    return true;
}

/* LINK An,#: p W w p.  LINK A7 pushes A7 as it was. */
M68000_INLINE bool link(m68000_context *c)
{
    uint32_t *sp = address_register(c, 7), *a = address_register(c, low_register(c));
    uint32_t displacement = sign_extend(extension(c), WORD);
    uint32_t value = *a;
    TRY(can_write(c, LONG, *sp - 4));
    *sp -= 4;
    TRY(write(c, LONG, *sp, value, c->pc + 2));
    *a = *sp;
    *sp += displacement;
    prefetch(c);
    return true;
}

/* UNLK An: R r p. */
M68000_INLINE bool unlk(m68000_context *c)
{
    uint32_t *sp = address_register(c, 7), *a = address_register(c, low_register(c)), value;
    TRY(read(c, LONG, *a, DATA, c->pc + 4, &value));
    *sp = *a + 4;
    *a = value;
    prefetch(c);
    return true;
}
