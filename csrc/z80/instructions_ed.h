/* instructions_ed.h - the ED page: block, port, 16-bit and interrupt instructions.  Part of template.h. */

/* A block instruction that repeats jumps back to its prefix. */
Z80_INLINE void repeat(z80_context *c)
{
    idle(c, 5);
    c->pc = (uint16_t)(c->pc - 2);
    c->cpu->wz = (uint16_t)(c->pc + 1);
    z80_repeat_flags(c);
}

Z80_INLINE void block_load(z80_context *c, int step, int repeats)
{
    uint16_t hl = c->hl, de = z80_de(c);
    uint8_t value = read(c, hl);
    write(c, de, value);
    idle(c, 2);
    c->hl = (uint16_t)(hl + step);
    z80_set_de(c, (uint16_t)(de + step));
    z80_block_load_flags(c, value);
    if (repeats && (c->f & Z80_P)) {
        repeat(c);
        turns_of_block_load(c, step);
    }
}

Z80_INLINE void block_compare(z80_context *c, int step, int repeats)
{
    uint16_t hl = c->hl;
    uint8_t value = read(c, hl);
    idle(c, 5);
    c->hl = (uint16_t)(hl + step);
    c->cpu->wz = (uint16_t)(c->cpu->wz + step);
    z80_block_compare_flags(c, value);
    if (repeats && (c->f & Z80_P) && !(c->f & Z80_Z)) repeat(c);
}

static inline void block_in(z80_context *c, int step, int repeats)
{
    uint16_t bc = z80_bc(c), hl = c->hl;
    idle(c, 1);
    uint8_t value = in(c, bc);
    write(c, hl, value);
    c->hl = (uint16_t)(hl + step);
    c->cpu->wz = (uint16_t)(bc + step);
    c->cpu->b--;
    z80_block_port_flags(c, value, (uint8_t)(c->cpu->c + step));
    if (!repeats || !c->cpu->b) return;
    repeat(c);
    z80_repeat_port_flags(c, value);
}

static inline void block_out(z80_context *c, int step, int repeats)
{
    uint16_t hl = c->hl;
    idle(c, 1);
    uint8_t value = read(c, hl);
    c->cpu->b--;
    out(c, z80_bc(c), value);
    c->hl = (uint16_t)(hl + step);
    c->cpu->wz = (uint16_t)(z80_bc(c) + step);
    z80_block_port_flags(c, value, z80_low(c->hl));
    if (!repeats || !c->cpu->b) return;
    repeat(c);
    z80_repeat_port_flags(c, value);
}

/* IN r,(C): flags from the byte. */
static inline uint8_t in_c(z80_context *c)
{
    uint8_t value = in(c, z80_bc(c));
    c->cpu->wz = (uint16_t)(z80_bc(c) + 1);
    z80_set_flags(c, (c->f & Z80_C) | z80_szp[value]);
    return value;
}

static inline void out_c(z80_context *c, uint8_t value)
{
    out(c, z80_bc(c), value);
    c->cpu->wz = (uint16_t)(z80_bc(c) + 1);
}

Z80_INLINE uint16_t load16(z80_context *c) /* LD rr,(nn) */
{
    uint16_t address = operand16(c);
    c->cpu->wz = (uint16_t)(address + 1);
    return read16(c, address);
}

Z80_INLINE void store16(z80_context *c, uint16_t value) /* LD (nn),rr */
{
    uint16_t address = operand16(c);
    c->cpu->wz = (uint16_t)(address + 1);
    write16(c, address, value);
}

/* RLD (left) and RRD: a nibble goes round through A and (HL). */
Z80_INLINE void rotate_digit(z80_context *c, int left)
{
    uint16_t hl = c->hl;
    unsigned value = read(c, hl), low = c->a & 0x0F;
    idle(c, 4);
    write(c, hl, (uint8_t)(left ? value << 4 | low : low << 4 | value >> 4));
    c->a = (uint8_t)((c->a & 0xF0) | (left ? value >> 4 : value & 0x0F));
    c->cpu->wz = (uint16_t)(hl + 1);
    z80_set_flags(c, (c->f & Z80_C) | z80_szp[c->a]);
}

static inline void load_ir(z80_context *c, uint8_t value) /* LD A,I and LD A,R */
{
    idle(c, 1);
    c->a = value;
    c->cpu->p = 1;
    z80_set_flags(c, (c->f & Z80_C) | z80_sz[value] | (c->cpu->iff2 ? Z80_P : 0));
}

static inline void return_from_interrupt(z80_context *c) /* RETN, RETI */
{
    c->cpu->deferred = c->cpu->iff1 != c->cpu->iff2;
    c->cpu->iff1 = c->cpu->iff2;
    return_from_call(c, 1);
}

/* Those that programs use so often that they get the fast path. */
#define Z80_ED_PAGE                                                                              \
    Z80_OP(4, 2, ALWAYS, idle(c, 7); z80_sbc16(c, z80_bc(c)))                                    \
    Z80_OP(5, 2, ALWAYS, idle(c, 7); z80_sbc16(c, z80_de(c)))                                    \
    Z80_OP(6, 2, ALWAYS, idle(c, 7); z80_sbc16(c, c->hl))                                        \
    Z80_OP(7, 2, ALWAYS, idle(c, 7); z80_sbc16(c, c->cpu->sp))                                   \
    Z80_OP(4, A, ALWAYS, idle(c, 7); z80_adc16(c, z80_bc(c)))                                    \
    Z80_OP(5, A, ALWAYS, idle(c, 7); z80_adc16(c, z80_de(c)))                                    \
    Z80_OP(6, A, ALWAYS, idle(c, 7); z80_adc16(c, c->hl))                                        \
    Z80_OP(7, A, ALWAYS, idle(c, 7); z80_adc16(c, c->cpu->sp))                                   \
    Z80_OP(4, 3, RAM_NN_WORD, store16(c, z80_bc(c)))                                             \
    Z80_OP(5, 3, RAM_NN_WORD, store16(c, z80_de(c)))                                             \
    Z80_OP(6, 3, RAM_NN_WORD, store16(c, c->hl))                                                 \
    Z80_OP(7, 3, RAM_NN_WORD, store16(c, c->cpu->sp))                                            \
    Z80_OP(4, B, READ_NN_WORD, z80_set_bc(c, load16(c)))                                          \
    Z80_OP(5, B, READ_NN_WORD, z80_set_de(c, load16(c)))                                          \
    Z80_OP(6, B, READ_NN_WORD, c->hl = load16(c))                                                 \
    Z80_OP(7, B, READ_NN_WORD, c->cpu->sp = load16(c))                                            \
    Z80_OP(4, 4, ALWAYS, z80_neg(c))                                                             \
    Z80_OP(4, 7, ALWAYS, idle(c, 1); c->cpu->i = c->a)                                           \
    Z80_OP(4, F, ALWAYS, idle(c, 1); z80_store_refresh(c); c->cpu->r = c->a)                     \
    Z80_OP(6, 7, RAM_OPERAND, rotate_digit(c, 0))                                                \
    Z80_OP(6, F, RAM_OPERAND, rotate_digit(c, 1))                                                \
    Z80_OP(A, 1, READ_OPERAND, block_compare(c, 1, 0))                                           \
    Z80_OP(A, 9, READ_OPERAND, block_compare(c, -1, 0))                                          \
    Z80_OP(B, 1, READ_OPERAND, block_compare(c, 1, 1))                                           \
    Z80_OP(B, 9, READ_OPERAND, block_compare(c, -1, 1))                                          \
    Z80_OP(A, 0, READ_HL_WRITE_DE, block_load(c, 1, 0))                                             \
    Z80_OP(A, 8, READ_HL_WRITE_DE, block_load(c, -1, 0))                                            \
    Z80_OP(B, 0, READ_HL_WRITE_DE, block_load(c, 1, 1))                                             \
    Z80_OP(B, 8, READ_HL_WRITE_DE, block_load(c, -1, 1))
