/* instructions_ed.h - the ED page: block, port, 16-bit and interrupt instructions.  Part of template.h. */

/* A block instruction that repeats jumps back to its prefix. */
static inline void Z80_NAME(repeat)(Z80_BUS *bus, z80 *cpu)
{
    Z80_NAME(idle)(bus, cpu, 5);
    cpu->pc = (uint16_t)(cpu->pc - 2);
    cpu->wz = (uint16_t)(cpu->pc + 1);
    z80_repeat_flags(cpu);
}

static void Z80_NAME(block_load)(Z80_BUS *bus, z80 *cpu, int step, int repeats)
{
    uint16_t hl = z80_hl(cpu), de = z80_de(cpu);
    uint8_t value = Z80_NAME(read)(bus, cpu, hl);
    Z80_NAME(write)(bus, cpu, de, value);
    Z80_NAME(idle)(bus, cpu, 2);
    z80_set_hl(cpu, (uint16_t)(hl + step));
    z80_set_de(cpu, (uint16_t)(de + step));
    z80_block_load_flags(cpu, value);
    if (repeats && (cpu->f & Z80_P)) Z80_NAME(repeat)(bus, cpu);
}

static void Z80_NAME(block_compare)(Z80_BUS *bus, z80 *cpu, int step, int repeats)
{
    uint16_t hl = z80_hl(cpu);
    uint8_t value = Z80_NAME(read)(bus, cpu, hl);
    Z80_NAME(idle)(bus, cpu, 5);
    z80_set_hl(cpu, (uint16_t)(hl + step));
    cpu->wz = (uint16_t)(cpu->wz + step);
    z80_block_compare_flags(cpu, value);
    if (repeats && (cpu->f & Z80_P) && !(cpu->f & Z80_Z)) Z80_NAME(repeat)(bus, cpu);
}

static void Z80_NAME(block_in)(Z80_BUS *bus, z80 *cpu, int step, int repeats)
{
    uint16_t bc = z80_bc(cpu), hl = z80_hl(cpu);
    Z80_NAME(idle)(bus, cpu, 1);
    uint8_t value = Z80_NAME(in)(bus, cpu, bc);
    Z80_NAME(write)(bus, cpu, hl, value);
    z80_set_hl(cpu, (uint16_t)(hl + step));
    cpu->wz = (uint16_t)(bc + step);
    cpu->b--;
    z80_block_port_flags(cpu, value, (uint8_t)(cpu->c + step));
    if (!repeats || !cpu->b) return;
    Z80_NAME(repeat)(bus, cpu);
    z80_repeat_port_flags(cpu, value);
}

static void Z80_NAME(block_out)(Z80_BUS *bus, z80 *cpu, int step, int repeats)
{
    uint16_t hl = z80_hl(cpu);
    Z80_NAME(idle)(bus, cpu, 1);
    uint8_t value = Z80_NAME(read)(bus, cpu, hl);
    cpu->b--;
    Z80_NAME(out)(bus, cpu, z80_bc(cpu), value);
    z80_set_hl(cpu, (uint16_t)(hl + step));
    cpu->wz = (uint16_t)(z80_bc(cpu) + step);
    z80_block_port_flags(cpu, value, cpu->l);
    if (!repeats || !cpu->b) return;
    Z80_NAME(repeat)(bus, cpu);
    z80_repeat_port_flags(cpu, value);
}

/* IN r,(C): flags from the byte. */
static inline uint8_t Z80_NAME(in_c)(Z80_BUS *bus, z80 *cpu)
{
    uint8_t value = Z80_NAME(in)(bus, cpu, z80_bc(cpu));
    cpu->wz = (uint16_t)(z80_bc(cpu) + 1);
    z80_set_flags(cpu, (cpu->f & Z80_C) | z80_szp[value]);
    return value;
}

static inline void Z80_NAME(out_c)(Z80_BUS *bus, z80 *cpu, uint8_t value)
{
    Z80_NAME(out)(bus, cpu, z80_bc(cpu), value);
    cpu->wz = (uint16_t)(z80_bc(cpu) + 1);
}

static inline uint16_t Z80_NAME(load16)(Z80_BUS *bus, z80 *cpu) /* LD rr,(nn) */
{
    uint16_t address = Z80_NAME(operand16)(bus, cpu);
    cpu->wz = (uint16_t)(address + 1);
    return Z80_NAME(read16)(bus, cpu, address);
}

static inline void Z80_NAME(store16)(Z80_BUS *bus, z80 *cpu, uint16_t value) /* LD (nn),rr */
{
    uint16_t address = Z80_NAME(operand16)(bus, cpu);
    cpu->wz = (uint16_t)(address + 1);
    Z80_NAME(write16)(bus, cpu, address, value);
}

/* RLD (left) and RRD: a nibble goes round through A and (HL). */
static inline void Z80_NAME(rotate_digit)(Z80_BUS *bus, z80 *cpu, int left)
{
    uint16_t hl = z80_hl(cpu);
    unsigned value = Z80_NAME(read)(bus, cpu, hl), low = cpu->a & 0x0F;
    Z80_NAME(idle)(bus, cpu, 4);
    Z80_NAME(write)(bus, cpu, hl, (uint8_t)(left ? value << 4 | low : low << 4 | value >> 4));
    cpu->a = (uint8_t)((cpu->a & 0xF0) | (left ? value >> 4 : value & 0x0F));
    cpu->wz = (uint16_t)(hl + 1);
    z80_set_flags(cpu, (cpu->f & Z80_C) | z80_szp[cpu->a]);
}

static inline void Z80_NAME(load_ir)(Z80_BUS *bus, z80 *cpu, uint8_t value) /* LD A,I and LD A,R */
{
    Z80_NAME(idle)(bus, cpu, 1);
    cpu->a = value;
    cpu->p = 1;
    z80_set_flags(cpu, (cpu->f & Z80_C) | z80_sz[value] | (cpu->iff2 ? Z80_P : 0));
}

/* Opcodes that are not listed do nothing for 8 T states. */
static void Z80_NAME(execute_ed)(Z80_BUS *bus, z80 *cpu)
{
    uint8_t opcode = Z80_NAME(fetch)(bus, cpu);
    switch (opcode) {
    case 0x40: cpu->b = Z80_NAME(in_c)(bus, cpu); break;
    case 0x48: cpu->c = Z80_NAME(in_c)(bus, cpu); break;
    case 0x50: cpu->d = Z80_NAME(in_c)(bus, cpu); break;
    case 0x58: cpu->e = Z80_NAME(in_c)(bus, cpu); break;
    case 0x60: cpu->h = Z80_NAME(in_c)(bus, cpu); break;
    case 0x68: cpu->l = Z80_NAME(in_c)(bus, cpu); break;
    case 0x70: Z80_NAME(in_c)(bus, cpu); break;
    case 0x78: cpu->a = Z80_NAME(in_c)(bus, cpu); break;

    case 0x41: Z80_NAME(out_c)(bus, cpu, cpu->b); break;
    case 0x49: Z80_NAME(out_c)(bus, cpu, cpu->c); break;
    case 0x51: Z80_NAME(out_c)(bus, cpu, cpu->d); break;
    case 0x59: Z80_NAME(out_c)(bus, cpu, cpu->e); break;
    case 0x61: Z80_NAME(out_c)(bus, cpu, cpu->h); break;
    case 0x69: Z80_NAME(out_c)(bus, cpu, cpu->l); break;
    case 0x71: Z80_NAME(out_c)(bus, cpu, 0); break; /* NMOS; CMOS parts put out $FF */
    case 0x79: Z80_NAME(out_c)(bus, cpu, cpu->a); break;

    case 0x42: Z80_NAME(idle)(bus, cpu, 7); z80_sbc16(cpu, z80_bc(cpu)); break;
    case 0x52: Z80_NAME(idle)(bus, cpu, 7); z80_sbc16(cpu, z80_de(cpu)); break;
    case 0x62: Z80_NAME(idle)(bus, cpu, 7); z80_sbc16(cpu, z80_hl(cpu)); break;
    case 0x72: Z80_NAME(idle)(bus, cpu, 7); z80_sbc16(cpu, cpu->sp); break;
    case 0x4A: Z80_NAME(idle)(bus, cpu, 7); z80_adc16(cpu, z80_bc(cpu)); break;
    case 0x5A: Z80_NAME(idle)(bus, cpu, 7); z80_adc16(cpu, z80_de(cpu)); break;
    case 0x6A: Z80_NAME(idle)(bus, cpu, 7); z80_adc16(cpu, z80_hl(cpu)); break;
    case 0x7A: Z80_NAME(idle)(bus, cpu, 7); z80_adc16(cpu, cpu->sp); break;

    case 0x43: Z80_NAME(store16)(bus, cpu, z80_bc(cpu)); break;
    case 0x53: Z80_NAME(store16)(bus, cpu, z80_de(cpu)); break;
    case 0x63: Z80_NAME(store16)(bus, cpu, z80_hl(cpu)); break;
    case 0x73: Z80_NAME(store16)(bus, cpu, cpu->sp); break;
    case 0x4B: z80_set_bc(cpu, Z80_NAME(load16)(bus, cpu)); break;
    case 0x5B: z80_set_de(cpu, Z80_NAME(load16)(bus, cpu)); break;
    case 0x6B: z80_set_hl(cpu, Z80_NAME(load16)(bus, cpu)); break;
    case 0x7B: cpu->sp = Z80_NAME(load16)(bus, cpu); break;

    case 0x44: case 0x4C: case 0x54: case 0x5C: case 0x64: case 0x6C: case 0x74: case 0x7C:
        z80_neg(cpu);
        break;
    case 0x45: case 0x4D: case 0x55: case 0x5D: case 0x65: case 0x6D: case 0x75: case 0x7D: /* RETN, RETI */
        cpu->iff1 = cpu->iff2;
        Z80_NAME(return)(bus, cpu);
        break;
    case 0x46: case 0x4E: case 0x66: case 0x6E: cpu->im = 0; break;
    case 0x56: case 0x76: cpu->im = 1; break;
    case 0x5E: case 0x7E: cpu->im = 2; break;

    case 0x47: Z80_NAME(idle)(bus, cpu, 1); cpu->i = cpu->a; break;
    case 0x4F: Z80_NAME(idle)(bus, cpu, 1); cpu->r = cpu->a; break;
    case 0x57: Z80_NAME(load_ir)(bus, cpu, cpu->i); break;
    case 0x5F: Z80_NAME(load_ir)(bus, cpu, cpu->r); break;
    case 0x67: Z80_NAME(rotate_digit)(bus, cpu, 0); break;
    case 0x6F: Z80_NAME(rotate_digit)(bus, cpu, 1); break;

    case 0xA0: Z80_NAME(block_load)(bus, cpu, 1, 0); break;
    case 0xA8: Z80_NAME(block_load)(bus, cpu, -1, 0); break;
    case 0xB0: Z80_NAME(block_load)(bus, cpu, 1, 1); break;
    case 0xB8: Z80_NAME(block_load)(bus, cpu, -1, 1); break;
    case 0xA1: Z80_NAME(block_compare)(bus, cpu, 1, 0); break;
    case 0xA9: Z80_NAME(block_compare)(bus, cpu, -1, 0); break;
    case 0xB1: Z80_NAME(block_compare)(bus, cpu, 1, 1); break;
    case 0xB9: Z80_NAME(block_compare)(bus, cpu, -1, 1); break;
    case 0xA2: Z80_NAME(block_in)(bus, cpu, 1, 0); break;
    case 0xAA: Z80_NAME(block_in)(bus, cpu, -1, 0); break;
    case 0xB2: Z80_NAME(block_in)(bus, cpu, 1, 1); break;
    case 0xBA: Z80_NAME(block_in)(bus, cpu, -1, 1); break;
    case 0xA3: Z80_NAME(block_out)(bus, cpu, 1, 0); break;
    case 0xAB: Z80_NAME(block_out)(bus, cpu, -1, 0); break;
    case 0xB3: Z80_NAME(block_out)(bus, cpu, 1, 1); break;
    case 0xBB: Z80_NAME(block_out)(bus, cpu, -1, 1); break;
    default: break;
    }
}
