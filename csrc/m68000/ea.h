/* ea.h - effective addresses: extension words, idle clocks, operands. */

enum mode {
    DATA_REGISTER,    /* Dn */
    ADDRESS_REGISTER, /* An */
    INDIRECT,         /* (An) */
    INCREMENT,        /* (An)+ */
    DECREMENT,        /* -(An) */
    DISPLACEMENT,     /* d16(An) */
    INDEX,            /* d8(An,Xn) */
    ABSOLUTE_WORD,
    ABSOLUTE_LONG,
    PC_DISPLACEMENT,  /* d16(PC) */
    PC_INDEX,         /* d8(PC,Xn) */
    IMMEDIATE
};

/* What the instruction's low six bits name; and bits 11-6, MOVE's destination. */
M68000_INLINE int mode_of(const m68000_context *c)
{
    unsigned mode = c->ir >> 3 & 7;
    return (int)(mode < 7 ? mode : mode + (c->ir & 7));
}

M68000_INLINE int destination_of(const m68000_context *c)
{
    unsigned mode = c->ir >> 6 & 7;
    return (int)(mode < 7 ? mode : mode + (c->ir >> 9 & 7));
}

M68000_INLINE bool is_memory(int mode)
{
    return mode != DATA_REGISTER && mode != ADDRESS_REGISTER && mode != IMMEDIATE;
}

M68000_INLINE bool is_register(int mode)
{
    return mode == DATA_REGISTER || mode == ADDRESS_REGISTER;
}

/* By how much (An)+ and -(An) move: A7 stays even. */
M68000_INLINE uint32_t step_of(int size, unsigned n)
{
    return size == BYTE && n == 7 ? 2 : (uint32_t)size;
}

/* Xn of a brief extension word, as is or sign-extended. */
M68000_INLINE uint32_t index_of(const m68000_context *c, uint32_t word)
{
    uint32_t index = c->cpu->r[word >> 12];
    return (word & 0x800 ? index : sign_extend(index, WORD)) + sign_extend(word, BYTE);
}

/* An address that extension words give, all fetched again behind it. */
M68000_INLINE uint32_t extended_address(m68000_context *c, int mode, unsigned n)
{
    uint32_t base = *address_register(c, n);
    switch (mode) {
    case DISPLACEMENT:
        return base + sign_extend(extension(c), WORD);
    case INDEX:
        idle(c, 2);
        return base + index_of(c, extension(c));
    case ABSOLUTE_WORD:
        return sign_extend(extension(c), WORD);
    case ABSOLUTE_LONG:
        return extension_long(c);
    case PC_DISPLACEMENT:
        base = c->pc + 2;
        return base + sign_extend(extension(c), WORD);
    case PC_INDEX:
        base = c->pc + 2;
        idle(c, 2);
        return base + index_of(c, extension(c));
    default:
        return base;
    }
}

M68000_INLINE int space_of(int mode)
{
    return mode == PC_DISPLACEMENT || mode == PC_INDEX ? PROGRAM : DATA;
}

/* PC as it stands in the microcode when an operand is read, which an address error pushes. */
M68000_INLINE uint32_t pc_at_read(const m68000_context *c, int mode, int size)
{
    switch (mode) {
    case DISPLACEMENT:
    case INDEX:
    case PC_DISPLACEMENT:
    case PC_INDEX:
        return c->pc;
    case DECREMENT:
        return c->pc + (size == LONG ? 2 : 4);
    default:
        return c->pc + 2;
    }
}

/* Read the operand in memory that `mode` with register n names; its address too. */
M68000_INLINE bool read_memory(m68000_context *c, int size, int mode, unsigned n, uint32_t *address, uint32_t *value)
{
    uint32_t *a = address_register(c, n);
    if (c->fast && (mode == INCREMENT || mode == DECREMENT)) {
        c->undo = a;
        c->undo_value = *a;
    }
    if (mode == DECREMENT) {
        idle(c, 2);
        *a -= step_of(size, n);
        *address = *a;
    } else {
        *address = extended_address(c, mode, n);
        if (mode == INCREMENT && size != LONG)
            *a = *address + step_of(size, n);
    }
    TRY(read(c, size, *address, space_of(mode), pc_at_read(c, mode, size), value));
    if (mode == INCREMENT && size == LONG)
        *a = *address + 4;
    return true;
}

M68000_INLINE uint32_t immediate(m68000_context *c, int size)
{
    if (size == LONG)
        return extension_long(c);
    return extension(c);
}

/* Read any source operand. */
M68000_INLINE bool read_source(m68000_context *c, int size, int mode, unsigned n, uint32_t *value)
{
    uint32_t address;
    switch (mode) {
    case DATA_REGISTER:
        *value = *data_register(c, n);
        return true;
    case ADDRESS_REGISTER:
        *value = *address_register(c, n);
        return true;
    case IMMEDIATE:
        *value = immediate(c, size);
        return true;
    default:
        return read_memory(c, size, mode, n, &address, value);
    }
}
