/* instructions.h - the page without prefix, and the same page after DD or FD: a list of
 *
 *   Z80_OP(high digit, low digit, condition, statements)
 *   Z80_INDEX_OP(...)           the same of an instruction that is another one after a prefix
 *
 * to be included where these are defined.  `index` is 0 for the plain page.  After DD or FD it is 1 or 2, and IX or IY
 * stands for HL: H and L are its halves, (HL) becomes (IX+d); an instruction with (IX+d) still means the real H and L.
 * The condition, one of those in fast.h, is that all accesses are to plain memory; READ_ and WRITE_ take in what is quick
 * to read and to write.
 */

/* Eight opcodes for the operands B C D E H L (HL) A; the first has an opcode that ends with 0, or with 8. */
#define Z80_EACH_OPERAND_0(high, statement)                                                             \
    Z80_OP(high, 0, ALWAYS, statement(c->cpu->b))                                                       \
    Z80_OP(high, 1, ALWAYS, statement(c->cpu->c))                                                       \
    Z80_OP(high, 2, ALWAYS, statement(c->cpu->d))                                                       \
    Z80_OP(high, 3, ALWAYS, statement(c->cpu->e))                                                       \
    Z80_INDEX_OP(high, 4, ALWAYS, statement(z80_high(z80_index(c, index))))                             \
    Z80_INDEX_OP(high, 5, ALWAYS, statement(z80_low(z80_index(c, index))))                              \
    Z80_INDEX_OP(high, 6, READ_OPERAND, statement(read(c, operand_address(c, index))))                   \
    Z80_OP(high, 7, ALWAYS, statement(c->a))
#define Z80_EACH_OPERAND_8(high, statement)                                                             \
    Z80_OP(high, 8, ALWAYS, statement(c->cpu->b))                                                       \
    Z80_OP(high, 9, ALWAYS, statement(c->cpu->c))                                                       \
    Z80_OP(high, A, ALWAYS, statement(c->cpu->d))                                                       \
    Z80_OP(high, B, ALWAYS, statement(c->cpu->e))                                                       \
    Z80_INDEX_OP(high, C, ALWAYS, statement(z80_high(z80_index(c, index))))                             \
    Z80_INDEX_OP(high, D, ALWAYS, statement(z80_low(z80_index(c, index))))                              \
    Z80_INDEX_OP(high, E, READ_OPERAND, statement(read(c, operand_address(c, index))))                   \
    Z80_OP(high, F, ALWAYS, statement(c->a))

#define Z80_FLAG(bit) ((c->f & (bit)) != 0)

/* ---- 8-bit loads ---- */
#define LOAD_B(value) c->cpu->b = value
#define LOAD_C(value) c->cpu->c = value
#define LOAD_D(value) c->cpu->d = value
#define LOAD_E(value) c->cpu->e = value
#define LOAD_A(value) c->a = value
Z80_EACH_OPERAND_0(4, LOAD_B)
Z80_EACH_OPERAND_8(4, LOAD_C)
Z80_EACH_OPERAND_0(5, LOAD_D)
Z80_EACH_OPERAND_8(5, LOAD_E)
Z80_EACH_OPERAND_8(7, LOAD_A)
#define LOAD_H(value) z80_set_index(c, index, z80_with_high(z80_index(c, index), value))
#define LOAD_L(value) z80_set_index(c, index, z80_with_low(z80_index(c, index), value))
Z80_INDEX_OP(6, 0, ALWAYS, LOAD_H(c->cpu->b))
Z80_INDEX_OP(6, 1, ALWAYS, LOAD_H(c->cpu->c))
Z80_INDEX_OP(6, 2, ALWAYS, LOAD_H(c->cpu->d))
Z80_INDEX_OP(6, 3, ALWAYS, LOAD_H(c->cpu->e))
Z80_INDEX_OP(6, 4, ALWAYS, (void)0)
Z80_INDEX_OP(6, 5, ALWAYS, LOAD_H(z80_low(z80_index(c, index))))
Z80_INDEX_OP(6, 6, READ_OPERAND, c->hl = z80_with_high(c->hl, read(c, operand_address(c, index))))
Z80_INDEX_OP(6, 7, ALWAYS, LOAD_H(c->a))
Z80_INDEX_OP(6, 8, ALWAYS, LOAD_L(c->cpu->b))
Z80_INDEX_OP(6, 9, ALWAYS, LOAD_L(c->cpu->c))
Z80_INDEX_OP(6, A, ALWAYS, LOAD_L(c->cpu->d))
Z80_INDEX_OP(6, B, ALWAYS, LOAD_L(c->cpu->e))
Z80_INDEX_OP(6, C, ALWAYS, LOAD_L(z80_high(z80_index(c, index))))
Z80_INDEX_OP(6, D, ALWAYS, (void)0)
Z80_INDEX_OP(6, E, READ_OPERAND, c->hl = z80_with_low(c->hl, read(c, operand_address(c, index))))
Z80_INDEX_OP(6, F, ALWAYS, LOAD_L(c->a))
Z80_INDEX_OP(7, 0, WRITE_OPERAND, write(c, operand_address(c, index), c->cpu->b))
Z80_INDEX_OP(7, 1, WRITE_OPERAND, write(c, operand_address(c, index), c->cpu->c))
Z80_INDEX_OP(7, 2, WRITE_OPERAND, write(c, operand_address(c, index), c->cpu->d))
Z80_INDEX_OP(7, 3, WRITE_OPERAND, write(c, operand_address(c, index), c->cpu->e))
Z80_INDEX_OP(7, 4, WRITE_OPERAND, write(c, operand_address(c, index), z80_high(c->hl)))
Z80_INDEX_OP(7, 5, WRITE_OPERAND, write(c, operand_address(c, index), z80_low(c->hl)))
Z80_INDEX_OP(7, 7, WRITE_OPERAND, write(c, operand_address(c, index), c->a))
Z80_INDEX_OP(3, 6, WRITE_OPERAND, store_immediate(c, index))
Z80_OP(0, 2, WRITE_BC, write(c, z80_bc(c), c->a); c->cpu->wz = z80_pair(c->a, (uint8_t)(c->cpu->c + 1)))
Z80_OP(1, 2, WRITE_DE, write(c, z80_de(c), c->a); c->cpu->wz = z80_pair(c->a, (uint8_t)(c->cpu->e + 1)))
Z80_OP(3, 2, WRITE_NN, store_a(c))
Z80_OP(0, A, READ_BC, c->a = read(c, z80_bc(c)); c->cpu->wz = (uint16_t)(z80_bc(c) + 1))
Z80_OP(1, A, READ_DE, c->a = read(c, z80_de(c)); c->cpu->wz = (uint16_t)(z80_de(c) + 1))
Z80_OP(3, A, READ_NN, load_a(c))

/* ---- INC, DEC and LD with a byte ---- */
Z80_OP(0, 4, ALWAYS, c->cpu->b = z80_inc(c, c->cpu->b))
Z80_OP(0, 5, ALWAYS, c->cpu->b = z80_dec(c, c->cpu->b))
Z80_OP(0, 6, ALWAYS, LOAD_B(operand(c)))
Z80_OP(0, C, ALWAYS, c->cpu->c = z80_inc(c, c->cpu->c))
Z80_OP(0, D, ALWAYS, c->cpu->c = z80_dec(c, c->cpu->c))
Z80_OP(0, E, ALWAYS, LOAD_C(operand(c)))
Z80_OP(1, 4, ALWAYS, c->cpu->d = z80_inc(c, c->cpu->d))
Z80_OP(1, 5, ALWAYS, c->cpu->d = z80_dec(c, c->cpu->d))
Z80_OP(1, 6, ALWAYS, LOAD_D(operand(c)))
Z80_OP(1, C, ALWAYS, c->cpu->e = z80_inc(c, c->cpu->e))
Z80_OP(1, D, ALWAYS, c->cpu->e = z80_dec(c, c->cpu->e))
Z80_OP(1, E, ALWAYS, LOAD_E(operand(c)))
Z80_INDEX_OP(2, 4, ALWAYS, LOAD_H(z80_inc(c, z80_high(z80_index(c, index)))))
Z80_INDEX_OP(2, 5, ALWAYS, LOAD_H(z80_dec(c, z80_high(z80_index(c, index)))))
Z80_INDEX_OP(2, 6, ALWAYS, LOAD_H(operand(c)))
Z80_INDEX_OP(2, C, ALWAYS, LOAD_L(z80_inc(c, z80_low(z80_index(c, index)))))
Z80_INDEX_OP(2, D, ALWAYS, LOAD_L(z80_dec(c, z80_low(z80_index(c, index)))))
Z80_INDEX_OP(2, E, ALWAYS, LOAD_L(operand(c)))
Z80_INDEX_OP(3, 4, RAM_OPERAND, count_memory(c, index, 0))
Z80_INDEX_OP(3, 5, RAM_OPERAND, count_memory(c, index, 1))
Z80_OP(3, C, ALWAYS, c->a = z80_inc(c, c->a))
Z80_OP(3, D, ALWAYS, c->a = z80_dec(c, c->a))
Z80_OP(3, E, ALWAYS, LOAD_A(operand(c)))

/* ---- 8-bit arithmetic ---- */
#define ADD(value) z80_add(c, value, 0)
#define ADC(value) z80_add(c, value, c->f & Z80_C)
#define SUB(value) z80_sub(c, value, 0)
#define SBC(value) z80_sub(c, value, c->f & Z80_C)
#define AND(value) z80_and(c, value)
#define XOR(value) z80_xor(c, value)
#define OR(value) z80_or(c, value)
#define CP(value) z80_cp(c, value)
Z80_EACH_OPERAND_0(8, ADD)
Z80_EACH_OPERAND_8(8, ADC)
Z80_EACH_OPERAND_0(9, SUB)
Z80_EACH_OPERAND_8(9, SBC)
Z80_EACH_OPERAND_0(A, AND)
Z80_EACH_OPERAND_8(A, XOR)
Z80_EACH_OPERAND_0(B, OR)
Z80_EACH_OPERAND_8(B, CP)
Z80_OP(C, 6, ALWAYS, ADD(operand(c)))
Z80_OP(C, E, ALWAYS, ADC(operand(c)))
Z80_OP(D, 6, ALWAYS, SUB(operand(c)))
Z80_OP(D, E, ALWAYS, SBC(operand(c)))
Z80_OP(E, 6, ALWAYS, AND(operand(c)))
Z80_OP(E, E, ALWAYS, XOR(operand(c)))
Z80_OP(F, 6, ALWAYS, OR(operand(c)))
Z80_OP(F, E, ALWAYS, CP(operand(c)))
Z80_OP(0, 7, ALWAYS, z80_rotate_a(c, (unsigned)c->a << 1 | c->a >> 7, c->a >> 7))
Z80_OP(0, F, ALWAYS, z80_rotate_a(c, (unsigned)c->a << 7 | c->a >> 1, c->a & 1u))
Z80_OP(1, 7, ALWAYS, z80_rotate_a(c, (unsigned)c->a << 1 | (c->f & Z80_C), c->a >> 7))
Z80_OP(1, F, ALWAYS, z80_rotate_a(c, (c->f & Z80_C) << 7 | c->a >> 1, c->a & 1u))
Z80_OP(2, 7, ALWAYS, z80_daa(c))
Z80_OP(2, F, ALWAYS, z80_cpl(c))
Z80_OP(3, 7, ALWAYS, z80_scf(c))
Z80_OP(3, F, ALWAYS, z80_ccf(c))

/* ---- 16-bit loads and arithmetic ---- */
Z80_OP(0, 1, ALWAYS, z80_set_bc(c, operand16(c)))
Z80_OP(1, 1, ALWAYS, z80_set_de(c, operand16(c)))
Z80_INDEX_OP(2, 1, ALWAYS, z80_set_index(c, index, operand16(c)))
Z80_OP(3, 1, ALWAYS, c->cpu->sp = operand16(c))
Z80_INDEX_OP(2, 2, RAM_NN_WORD, store16(c, z80_index(c, index)))
Z80_INDEX_OP(2, A, READ_NN_WORD, z80_set_index(c, index, load16(c)))
Z80_INDEX_OP(F, 9, ALWAYS, idle(c, 2); c->cpu->sp = z80_index(c, index))
Z80_OP(0, 3, ALWAYS, idle(c, 2); z80_set_bc(c, (uint16_t)(z80_bc(c) + 1)))
Z80_OP(1, 3, ALWAYS, idle(c, 2); z80_set_de(c, (uint16_t)(z80_de(c) + 1)))
Z80_INDEX_OP(2, 3, ALWAYS, idle(c, 2); z80_set_index(c, index, (uint16_t)(z80_index(c, index) + 1)))
Z80_OP(3, 3, ALWAYS, idle(c, 2); c->cpu->sp++)
Z80_OP(0, B, ALWAYS, idle(c, 2); z80_set_bc(c, (uint16_t)(z80_bc(c) - 1)))
Z80_OP(1, B, ALWAYS, idle(c, 2); z80_set_de(c, (uint16_t)(z80_de(c) - 1)))
Z80_INDEX_OP(2, B, ALWAYS, idle(c, 2); z80_set_index(c, index, (uint16_t)(z80_index(c, index) - 1)))
Z80_OP(3, B, ALWAYS, idle(c, 2); c->cpu->sp--)
Z80_INDEX_OP(0, 9, ALWAYS, add_to_index(c, index, z80_bc(c)))
Z80_INDEX_OP(1, 9, ALWAYS, add_to_index(c, index, z80_de(c)))
Z80_INDEX_OP(2, 9, ALWAYS, add_to_index(c, index, z80_index(c, index)))
Z80_INDEX_OP(3, 9, ALWAYS, add_to_index(c, index, c->cpu->sp))

/* ---- stack and exchanges ---- */
Z80_OP(C, 1, READ_POP, z80_set_bc(c, pop(c)))
Z80_OP(D, 1, READ_POP, z80_set_de(c, pop(c)))
Z80_INDEX_OP(E, 1, READ_POP, z80_set_index(c, index, pop(c)))
Z80_OP(F, 1, READ_POP, z80_set_af(c, pop(c)))
Z80_OP(C, 5, RAM_PUSH, idle(c, 1); push(c, z80_bc(c)))
Z80_OP(D, 5, RAM_PUSH, idle(c, 1); push(c, z80_de(c)))
Z80_INDEX_OP(E, 5, RAM_PUSH, idle(c, 1); push(c, z80_index(c, index)))
Z80_OP(F, 5, RAM_PUSH, idle(c, 1); push(c, z80_af(c)))
Z80_INDEX_OP(E, 3, RAM_POP, exchange_with_stack(c, index))
Z80_OP(0, 8, ALWAYS, exchange_af(c))
Z80_OP(E, B, ALWAYS, exchange_de(c)) /* never IX */
Z80_OP(D, 9, ALWAYS, exchange_all(c))

/* ---- jumps ---- */
#define Z80_EACH_CONDITION(low_clear, low_set, fast, statement)                                         \
    Z80_OP(C, low_clear, fast, statement(c, !Z80_FLAG(Z80_Z)))                                          \
    Z80_OP(C, low_set, fast, statement(c, Z80_FLAG(Z80_Z)))                                             \
    Z80_OP(D, low_clear, fast, statement(c, !Z80_FLAG(Z80_C)))                                          \
    Z80_OP(D, low_set, fast, statement(c, Z80_FLAG(Z80_C)))                                             \
    Z80_OP(E, low_clear, fast, statement(c, !Z80_FLAG(Z80_P)))                                          \
    Z80_OP(E, low_set, fast, statement(c, Z80_FLAG(Z80_P)))                                             \
    Z80_OP(F, low_clear, fast, statement(c, !Z80_FLAG(Z80_S)))                                          \
    Z80_OP(F, low_set, fast, statement(c, Z80_FLAG(Z80_S)))
Z80_EACH_CONDITION(2, A, ALWAYS, jump)
Z80_EACH_CONDITION(4, C, RAM_PUSH, call)
#define RETURN_IF(c, taken) idle(c, 1); return_from_call(c, taken)
Z80_EACH_CONDITION(0, 8, RAM_POP, RETURN_IF)
Z80_OP(C, 3, ALWAYS, jump(c, 1))
Z80_OP(C, D, RAM_PUSH, call(c, 1))
Z80_OP(C, 9, RAM_POP, return_from_call(c, 1))
Z80_INDEX_OP(E, 9, ALWAYS, c->pc = z80_index(c, index))
Z80_OP(1, 8, ALWAYS, jump_relative(c, 1))
Z80_OP(2, 0, ALWAYS, jump_relative_nz(c))
Z80_OP(2, 8, ALWAYS, jump_relative(c, Z80_FLAG(Z80_Z)))
Z80_OP(3, 0, ALWAYS, jump_relative(c, !Z80_FLAG(Z80_C)))
Z80_OP(3, 8, ALWAYS, jump_relative(c, Z80_FLAG(Z80_C)))
Z80_OP(1, 0, ALWAYS, count_and_jump(c))
Z80_OP(C, 7, RAM_PUSH, restart(c, 0x00))
Z80_OP(C, F, RAM_PUSH, restart(c, 0x08))
Z80_OP(D, 7, RAM_PUSH, restart(c, 0x10))
Z80_OP(D, F, RAM_PUSH, restart(c, 0x18))
Z80_OP(E, 7, RAM_PUSH, restart(c, 0x20))
Z80_OP(E, F, RAM_PUSH, restart(c, 0x28))
Z80_OP(F, 7, RAM_PUSH, restart(c, 0x30))
Z80_OP(F, F, RAM_PUSH, restart(c, 0x38))

/* ---- ports and control ---- */
Z80_OP(D, B, NEVER, in_a(c))
Z80_OP(D, 3, NEVER, out_a(c))
Z80_OP(0, 0, ALWAYS, (void)0)
Z80_OP(7, 6, NEVER, c->cpu->halted = 1)
Z80_OP(F, 3, ALWAYS, c->cpu->iff1 = c->cpu->iff2 = 0)
Z80_OP(F, B, NO_INTERRUPT, c->cpu->iff1 = c->cpu->iff2 = 1; c->cpu->ei = c->reach == Z80_REACH_ALL)

#undef Z80_EACH_OPERAND_0
#undef Z80_EACH_OPERAND_8
#undef Z80_EACH_CONDITION
#undef Z80_FLAG
#undef LOAD_B
#undef LOAD_C
#undef LOAD_D
#undef LOAD_E
#undef LOAD_A
#undef LOAD_H
#undef LOAD_L
#undef ADD
#undef ADC
#undef SUB
#undef SBC
#undef AND
#undef XOR
#undef OR
#undef CP
#undef RETURN_IF
