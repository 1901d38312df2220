/* instructions.h - the page without prefix, and the same page after DD or FD.  Part of template.h.
 *
 * `index` is null for the plain page.  After DD or FD it points to IX or IY, which then stands for HL:
 * H and L are its halves, (HL) becomes (IX+d); an instruction with (IX+d) still means the real H and L.
 */

/* Cases of the seven registers in bits 2-0, each with `value` to use. */
#define Z80_EACH_REGISTER(base, statement)                                                  \
    case (base) + 0: value = cpu->b; statement; break;                                       \
    case (base) + 1: value = cpu->c; statement; break;                                       \
    case (base) + 2: value = cpu->d; statement; break;                                       \
    case (base) + 3: value = cpu->e; statement; break;                                       \
    case (base) + 4: value = z80_index_high(cpu, index); statement; break;                   \
    case (base) + 5: value = z80_index_low(cpu, index); statement; break;                    \
    case (base) + 7: value = cpu->a; statement; break;

/* An operation of A with a register, (HL) or an immediate byte. */
#define Z80_EACH_OPERAND(base, immediate, statement)                                         \
    Z80_EACH_REGISTER(base, statement)                                                       \
    case (base) + 6:                                                                         \
        value = Z80_NAME(read)(bus, cpu, Z80_NAME(address)(bus, cpu, index)); statement; break; \
    case (immediate): value = Z80_NAME(operand)(bus, cpu); statement; break;

/* Cases of the eight conditions in bits 5-3, with `taken` to use. */
#define Z80_EACH_CONDITION(base, statement)                                                  \
    case (base) + 0x00: taken = !(cpu->f & Z80_Z); statement; break;                         \
    case (base) + 0x08: taken = cpu->f & Z80_Z; statement; break;                            \
    case (base) + 0x10: taken = !(cpu->f & Z80_C); statement; break;                         \
    case (base) + 0x18: taken = cpu->f & Z80_C; statement; break;                            \
    case (base) + 0x20: taken = !(cpu->f & Z80_P); statement; break;                         \
    case (base) + 0x28: taken = cpu->f & Z80_P; statement; break;                            \
    case (base) + 0x30: taken = !(cpu->f & Z80_S); statement; break;                         \
    case (base) + 0x38: taken = cpu->f & Z80_S; statement; break;

/* INC r, DEC r and LD r,n of a register that is a plain byte. */
#define Z80_COUNT_AND_LOAD(base, reg)                                                        \
    case (base) + 0: reg = z80_inc(cpu, reg); break;                                         \
    case (base) + 1: reg = z80_dec(cpu, reg); break;                                         \
    case (base) + 2: reg = Z80_NAME(operand)(bus, cpu); break;

static void Z80_NAME(prefixed)(Z80_BUS *bus, z80 *cpu, uint8_t prefix, uint8_t previous_q);

Z80_INLINE void Z80_NAME(page)(Z80_BUS *bus, z80 *cpu, uint8_t opcode, uint16_t *index, uint8_t previous_q)
{
    uint8_t value;
    uint16_t address, word;
    int taken;

    switch (opcode) {
    /* ---- 8-bit loads ---- */
    Z80_EACH_REGISTER(0x40, cpu->b = value)
    Z80_EACH_REGISTER(0x48, cpu->c = value)
    Z80_EACH_REGISTER(0x50, cpu->d = value)
    Z80_EACH_REGISTER(0x58, cpu->e = value)
    Z80_EACH_REGISTER(0x60, z80_set_index_high(cpu, index, value))
    Z80_EACH_REGISTER(0x68, z80_set_index_low(cpu, index, value))
    Z80_EACH_REGISTER(0x78, cpu->a = value)
    case 0x46: cpu->b = Z80_NAME(read)(bus, cpu, Z80_NAME(address)(bus, cpu, index)); break;
    case 0x4E: cpu->c = Z80_NAME(read)(bus, cpu, Z80_NAME(address)(bus, cpu, index)); break;
    case 0x56: cpu->d = Z80_NAME(read)(bus, cpu, Z80_NAME(address)(bus, cpu, index)); break;
    case 0x5E: cpu->e = Z80_NAME(read)(bus, cpu, Z80_NAME(address)(bus, cpu, index)); break;
    case 0x66: cpu->h = Z80_NAME(read)(bus, cpu, Z80_NAME(address)(bus, cpu, index)); break;
    case 0x6E: cpu->l = Z80_NAME(read)(bus, cpu, Z80_NAME(address)(bus, cpu, index)); break;
    case 0x7E: cpu->a = Z80_NAME(read)(bus, cpu, Z80_NAME(address)(bus, cpu, index)); break;
    case 0x70: Z80_NAME(write)(bus, cpu, Z80_NAME(address)(bus, cpu, index), cpu->b); break;
    case 0x71: Z80_NAME(write)(bus, cpu, Z80_NAME(address)(bus, cpu, index), cpu->c); break;
    case 0x72: Z80_NAME(write)(bus, cpu, Z80_NAME(address)(bus, cpu, index), cpu->d); break;
    case 0x73: Z80_NAME(write)(bus, cpu, Z80_NAME(address)(bus, cpu, index), cpu->e); break;
    case 0x74: Z80_NAME(write)(bus, cpu, Z80_NAME(address)(bus, cpu, index), cpu->h); break;
    case 0x75: Z80_NAME(write)(bus, cpu, Z80_NAME(address)(bus, cpu, index), cpu->l); break;
    case 0x77: Z80_NAME(write)(bus, cpu, Z80_NAME(address)(bus, cpu, index), cpu->a); break;
    case 0x36: /* LD (HL),n; n is read while IX + d is added */
        if (index) {
            address = cpu->wz = (uint16_t)(*index + (int8_t)Z80_NAME(operand)(bus, cpu));
            value = Z80_NAME(operand)(bus, cpu);
            Z80_NAME(idle)(bus, cpu, 2);
        } else {
            address = z80_hl(cpu);
            value = Z80_NAME(operand)(bus, cpu);
        }
        Z80_NAME(write)(bus, cpu, address, value);
        break;
    case 0x02: /* LD (BC),A */
        Z80_NAME(write)(bus, cpu, z80_bc(cpu), cpu->a);
        cpu->wz = z80_pair(cpu->a, (uint8_t)(cpu->c + 1));
        break;
    case 0x12: /* LD (DE),A */
        Z80_NAME(write)(bus, cpu, z80_de(cpu), cpu->a);
        cpu->wz = z80_pair(cpu->a, (uint8_t)(cpu->e + 1));
        break;
    case 0x32: /* LD (nn),A */
        address = Z80_NAME(operand16)(bus, cpu);
        Z80_NAME(write)(bus, cpu, address, cpu->a);
        cpu->wz = z80_pair(cpu->a, (uint8_t)(address + 1));
        break;
    case 0x0A: /* LD A,(BC) */
        cpu->a = Z80_NAME(read)(bus, cpu, z80_bc(cpu));
        cpu->wz = (uint16_t)(z80_bc(cpu) + 1);
        break;
    case 0x1A: /* LD A,(DE) */
        cpu->a = Z80_NAME(read)(bus, cpu, z80_de(cpu));
        cpu->wz = (uint16_t)(z80_de(cpu) + 1);
        break;
    case 0x3A: /* LD A,(nn) */
        address = Z80_NAME(operand16)(bus, cpu);
        cpu->a = Z80_NAME(read)(bus, cpu, address);
        cpu->wz = (uint16_t)(address + 1);
        break;

    /* ---- INC, DEC and LD with a byte ---- */
    Z80_COUNT_AND_LOAD(0x04, cpu->b)
    Z80_COUNT_AND_LOAD(0x0C, cpu->c)
    Z80_COUNT_AND_LOAD(0x14, cpu->d)
    Z80_COUNT_AND_LOAD(0x1C, cpu->e)
    Z80_COUNT_AND_LOAD(0x3C, cpu->a)
    case 0x24: z80_set_index_high(cpu, index, z80_inc(cpu, z80_index_high(cpu, index))); break;
    case 0x25: z80_set_index_high(cpu, index, z80_dec(cpu, z80_index_high(cpu, index))); break;
    case 0x26: z80_set_index_high(cpu, index, Z80_NAME(operand)(bus, cpu)); break;
    case 0x2C: z80_set_index_low(cpu, index, z80_inc(cpu, z80_index_low(cpu, index))); break;
    case 0x2D: z80_set_index_low(cpu, index, z80_dec(cpu, z80_index_low(cpu, index))); break;
    case 0x2E: z80_set_index_low(cpu, index, Z80_NAME(operand)(bus, cpu)); break;
    case 0x34:
    case 0x35:
        address = Z80_NAME(address)(bus, cpu, index);
        value = Z80_NAME(read)(bus, cpu, address);
        Z80_NAME(idle)(bus, cpu, 1);
        value = opcode & 1 ? z80_dec(cpu, value) : z80_inc(cpu, value);
        Z80_NAME(write)(bus, cpu, address, value);
        break;

    /* ---- 8-bit arithmetic ---- */
    Z80_EACH_OPERAND(0x80, 0xC6, z80_add(cpu, value, 0))
    Z80_EACH_OPERAND(0x88, 0xCE, z80_add(cpu, value, cpu->f & Z80_C))
    Z80_EACH_OPERAND(0x90, 0xD6, z80_sub(cpu, value, 0))
    Z80_EACH_OPERAND(0x98, 0xDE, z80_sub(cpu, value, cpu->f & Z80_C))
    Z80_EACH_OPERAND(0xA0, 0xE6, z80_and(cpu, value))
    Z80_EACH_OPERAND(0xA8, 0xEE, z80_xor(cpu, value))
    Z80_EACH_OPERAND(0xB0, 0xF6, z80_or(cpu, value))
    Z80_EACH_OPERAND(0xB8, 0xFE, z80_cp(cpu, value))
    case 0x07: z80_rotate_a(cpu, (unsigned)cpu->a << 1 | cpu->a >> 7, cpu->a >> 7); break;
    case 0x0F: z80_rotate_a(cpu, (unsigned)cpu->a << 7 | cpu->a >> 1, cpu->a & 1u); break;
    case 0x17: z80_rotate_a(cpu, (unsigned)cpu->a << 1 | (cpu->f & Z80_C), cpu->a >> 7); break;
    case 0x1F: z80_rotate_a(cpu, (cpu->f & Z80_C) << 7 | cpu->a >> 1, cpu->a & 1u); break;
    case 0x27: z80_daa(cpu); break;
    case 0x2F: z80_cpl(cpu); break;
    case 0x37: z80_scf(cpu, previous_q); break;
    case 0x3F: z80_ccf(cpu, previous_q); break;

    /* ---- 16-bit loads and arithmetic ---- */
    case 0x01: z80_set_bc(cpu, Z80_NAME(operand16)(bus, cpu)); break;
    case 0x11: z80_set_de(cpu, Z80_NAME(operand16)(bus, cpu)); break;
    case 0x21: z80_set_index(cpu, index, Z80_NAME(operand16)(bus, cpu)); break;
    case 0x31: cpu->sp = Z80_NAME(operand16)(bus, cpu); break;
    case 0x22: Z80_NAME(store16)(bus, cpu, z80_index(cpu, index)); break;
    case 0x2A: z80_set_index(cpu, index, Z80_NAME(load16)(bus, cpu)); break;
    case 0xF9: Z80_NAME(idle)(bus, cpu, 2); cpu->sp = z80_index(cpu, index); break;
    case 0x03: Z80_NAME(idle)(bus, cpu, 2); z80_set_bc(cpu, (uint16_t)(z80_bc(cpu) + 1)); break;
    case 0x13: Z80_NAME(idle)(bus, cpu, 2); z80_set_de(cpu, (uint16_t)(z80_de(cpu) + 1)); break;
    case 0x23: Z80_NAME(idle)(bus, cpu, 2); z80_set_index(cpu, index, (uint16_t)(z80_index(cpu, index) + 1)); break;
    case 0x33: Z80_NAME(idle)(bus, cpu, 2); cpu->sp++; break;
    case 0x0B: Z80_NAME(idle)(bus, cpu, 2); z80_set_bc(cpu, (uint16_t)(z80_bc(cpu) - 1)); break;
    case 0x1B: Z80_NAME(idle)(bus, cpu, 2); z80_set_de(cpu, (uint16_t)(z80_de(cpu) - 1)); break;
    case 0x2B: Z80_NAME(idle)(bus, cpu, 2); z80_set_index(cpu, index, (uint16_t)(z80_index(cpu, index) - 1)); break;
    case 0x3B: Z80_NAME(idle)(bus, cpu, 2); cpu->sp--; break;
    case 0x09:
    case 0x19:
    case 0x29:
    case 0x39: /* ADD HL,rr */
        word = z80_index(cpu, index);
        Z80_NAME(idle)(bus, cpu, 7);
        z80_set_index(cpu, index, z80_add16(cpu, word, opcode == 0x09 ? z80_bc(cpu) : opcode == 0x19 ? z80_de(cpu)
                                                     : opcode == 0x29 ? word : cpu->sp));
        break;

    /* ---- stack and exchanges ---- */
    case 0xC1: z80_set_bc(cpu, Z80_NAME(pop)(bus, cpu)); break;
    case 0xD1: z80_set_de(cpu, Z80_NAME(pop)(bus, cpu)); break;
    case 0xE1: z80_set_index(cpu, index, Z80_NAME(pop)(bus, cpu)); break;
    case 0xF1: z80_set_af(cpu, Z80_NAME(pop)(bus, cpu)); break;
    case 0xC5: Z80_NAME(idle)(bus, cpu, 1); Z80_NAME(push)(bus, cpu, z80_bc(cpu)); break;
    case 0xD5: Z80_NAME(idle)(bus, cpu, 1); Z80_NAME(push)(bus, cpu, z80_de(cpu)); break;
    case 0xE5: Z80_NAME(idle)(bus, cpu, 1); Z80_NAME(push)(bus, cpu, z80_index(cpu, index)); break;
    case 0xF5: Z80_NAME(idle)(bus, cpu, 1); Z80_NAME(push)(bus, cpu, z80_af(cpu)); break;
    case 0xE3: /* EX (SP),HL */
        word = Z80_NAME(read16)(bus, cpu, cpu->sp);
        Z80_NAME(idle)(bus, cpu, 1);
        Z80_NAME(write)(bus, cpu, (uint16_t)(cpu->sp + 1), z80_index_high(cpu, index));
        Z80_NAME(write)(bus, cpu, cpu->sp, z80_index_low(cpu, index));
        Z80_NAME(idle)(bus, cpu, 2);
        z80_set_index(cpu, index, word);
        cpu->wz = word;
        break;
    case 0x08: word = cpu->af_; cpu->af_ = z80_af(cpu); z80_set_af(cpu, word); break;
    case 0xEB: word = z80_de(cpu); z80_set_de(cpu, z80_hl(cpu)); z80_set_hl(cpu, word); break; /* never IX */
    case 0xD9: /* EXX */
        word = cpu->bc_; cpu->bc_ = z80_bc(cpu); z80_set_bc(cpu, word);
        word = cpu->de_; cpu->de_ = z80_de(cpu); z80_set_de(cpu, word);
        word = cpu->hl_; cpu->hl_ = z80_hl(cpu); z80_set_hl(cpu, word);
        break;

    /* ---- jumps ---- */
    Z80_EACH_CONDITION(0xC2, Z80_NAME(jump)(bus, cpu, taken))
    Z80_EACH_CONDITION(0xC4, Z80_NAME(call)(bus, cpu, taken))
    Z80_EACH_CONDITION(0xC0, Z80_NAME(idle)(bus, cpu, 1); if (taken) Z80_NAME(return)(bus, cpu))
    case 0xC3: Z80_NAME(jump)(bus, cpu, 1); break;
    case 0xCD: Z80_NAME(call)(bus, cpu, 1); break;
    case 0xC9: Z80_NAME(return)(bus, cpu); break;
    case 0xE9: cpu->pc = z80_index(cpu, index); break;
    case 0x18: Z80_NAME(jump_relative)(bus, cpu, 1); break;
    case 0x20: Z80_NAME(jump_relative)(bus, cpu, !(cpu->f & Z80_Z)); break;
    case 0x28: Z80_NAME(jump_relative)(bus, cpu, cpu->f & Z80_Z); break;
    case 0x30: Z80_NAME(jump_relative)(bus, cpu, !(cpu->f & Z80_C)); break;
    case 0x38: Z80_NAME(jump_relative)(bus, cpu, cpu->f & Z80_C); break;
    case 0x10: Z80_NAME(idle)(bus, cpu, 1); cpu->b--; Z80_NAME(jump_relative)(bus, cpu, cpu->b); break;
    case 0xC7: case 0xCF: case 0xD7: case 0xDF: case 0xE7: case 0xEF: case 0xF7: case 0xFF:
        Z80_NAME(restart)(bus, cpu, opcode & 0x38);
        break;

    /* ---- ports and control ---- */
    case 0xDB: /* IN A,(n) */
        address = z80_pair(cpu->a, Z80_NAME(operand)(bus, cpu));
        cpu->a = Z80_NAME(in)(bus, cpu, address);
        cpu->wz = (uint16_t)(address + 1);
        break;
    case 0xD3: /* OUT (n),A */
        address = z80_pair(cpu->a, Z80_NAME(operand)(bus, cpu));
        Z80_NAME(out)(bus, cpu, address, cpu->a);
        cpu->wz = z80_pair(cpu->a, (uint8_t)(address + 1));
        break;
    case 0x00: break;
    case 0x76: cpu->halted = 1; break;
    case 0xF3: cpu->iff1 = cpu->iff2 = 0; break;
    case 0xFB: cpu->iff1 = cpu->iff2 = cpu->ei = 1; break;

    /* ---- prefixes ---- */
    case 0xCB:
        if (index)
            Z80_NAME(execute_indexed_cb)(bus, cpu, *index);
        else
            Z80_NAME(execute_cb)(bus, cpu);
        break;
    case 0xED: Z80_NAME(execute_ed)(bus, cpu); break;
    case 0xDD:
    case 0xFD: Z80_NAME(prefixed)(bus, cpu, opcode, previous_q); break;
    }
}

Z80_INLINE void Z80_NAME(execute)(Z80_BUS *bus, z80 *cpu, uint8_t opcode, uint8_t previous_q)
{
    Z80_NAME(page)(bus, cpu, opcode, 0, previous_q);
}

static void Z80_NAME(execute_indexed)(Z80_BUS *bus, z80 *cpu, uint8_t opcode, uint16_t *index, uint8_t previous_q)
{
    Z80_NAME(page)(bus, cpu, opcode, index, previous_q);
}

/* After DD or FD.  In a row of prefixes the last one counts; each is a step of its own, so that a step always
 * ends, but no interrupt is accepted before the row's end. */
static void Z80_NAME(prefixed)(Z80_BUS *bus, z80 *cpu, uint8_t prefix, uint8_t previous_q)
{
    uint8_t opcode = Z80_NAME(fetch)(bus, cpu);
    if (opcode == 0xDD || opcode == 0xFD) {
        cpu->prefix = opcode;
        cpu->q = previous_q;
        return;
    }
    cpu->prefix = 0;
    Z80_NAME(execute_indexed)(bus, cpu, opcode, prefix == 0xDD ? &cpu->ix : &cpu->iy, previous_q);
}
