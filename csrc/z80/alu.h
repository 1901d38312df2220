/* alu.h - registers in pairs, flags, and arithmetic: everything of the Z80 that does not touch the bus.
 *
 * The functions are small and inlined into the instructions of template.h.  Bits 5 and 3 of F are called Y and X;
 * unless a comment says otherwise they are bits 5 and 3 of the result.
 */
#ifndef MEGADRIVE_Z80_ALU_H
#define MEGADRIVE_Z80_ALU_H

#include "core.h"

enum {
    Z80_C = 0x01,               /* carry */
    Z80_N = 0x02,               /* subtraction */
    Z80_P = 0x04,               /* parity or overflow */
    Z80_X = 0x08,
    Z80_H = 0x10,               /* half carry */
    Z80_Y = 0x20,
    Z80_Z = 0x40,
    Z80_S = 0x80,
    Z80_XY = 0x28,
    Z80_SZP = 0xC4
};

extern const uint8_t z80_sz[256];  /* S, Z, Y and X of a byte */
extern const uint8_t z80_szp[256]; /* the same with its parity */

/* ---- pairs ---- */

static inline uint16_t z80_pair(uint8_t high, uint8_t low) { return (uint16_t)(high << 8 | low); }
static inline uint16_t z80_af(const z80 *cpu) { return z80_pair(cpu->a, cpu->f); }
static inline uint16_t z80_bc(const z80 *cpu) { return z80_pair(cpu->b, cpu->c); }
static inline uint16_t z80_de(const z80 *cpu) { return z80_pair(cpu->d, cpu->e); }
static inline uint16_t z80_hl(const z80 *cpu) { return z80_pair(cpu->h, cpu->l); }

static inline void z80_set_af(z80 *cpu, uint16_t value) { cpu->a = (uint8_t)(value >> 8), cpu->f = (uint8_t)value; }
static inline void z80_set_bc(z80 *cpu, uint16_t value) { cpu->b = (uint8_t)(value >> 8), cpu->c = (uint8_t)value; }
static inline void z80_set_de(z80 *cpu, uint16_t value) { cpu->d = (uint8_t)(value >> 8), cpu->e = (uint8_t)value; }
static inline void z80_set_hl(z80 *cpu, uint16_t value) { cpu->h = (uint8_t)(value >> 8), cpu->l = (uint8_t)value; }

/* ---- HL, or IX or IY after a prefix: `index` points to the index register or is null ---- */

static inline uint16_t z80_index(const z80 *cpu, const uint16_t *index) { return index ? *index : z80_hl(cpu); }

static inline void z80_set_index(z80 *cpu, uint16_t *index, uint16_t value)
{
    if (index)
        *index = value;
    else
        z80_set_hl(cpu, value);
}

static inline uint8_t z80_index_high(const z80 *cpu, const uint16_t *index)
{
    return index ? (uint8_t)(*index >> 8) : cpu->h;
}

static inline uint8_t z80_index_low(const z80 *cpu, const uint16_t *index) { return index ? (uint8_t)*index : cpu->l; }

static inline void z80_set_index_high(z80 *cpu, uint16_t *index, uint8_t value)
{
    if (index)
        *index = z80_pair(value, (uint8_t)*index);
    else
        cpu->h = value;
}

static inline void z80_set_index_low(z80 *cpu, uint16_t *index, uint8_t value)
{
    if (index)
        *index = z80_pair((uint8_t)(*index >> 8), value);
    else
        cpu->l = value;
}

/* The register that bits 2-0 of an opcode name; null for 6, which is memory. */
static inline uint8_t *z80_register(z80 *cpu, uint8_t opcode)
{
    switch (opcode & 7) {
    case 0: return &cpu->b;
    case 1: return &cpu->c;
    case 2: return &cpu->d;
    case 3: return &cpu->e;
    case 4: return &cpu->h;
    case 5: return &cpu->l;
    case 7: return &cpu->a;
    default: return 0;
    }
}

/* R counts in seven bits; bit 7 stays as LD R,A left it. */
static inline void z80_refresh(z80 *cpu, int64_t count)
{
    cpu->r = (uint8_t)((cpu->r & 0x80) | ((cpu->r + count) & 0x7F));
}

/* An instruction that computes flags leaves them in Q as well, where SCF and CCF look; all others leave Q = 0. */
static inline void z80_set_flags(z80 *cpu, unsigned flags) { cpu->f = cpu->q = (uint8_t)flags; }

/* ---- 8-bit arithmetic ---- */

static inline void z80_add(z80 *cpu, uint8_t value, unsigned carry)
{
    unsigned sum = cpu->a + value + carry;
    unsigned overflow = (cpu->a ^ sum) & (value ^ sum) & 0x80;
    z80_set_flags(cpu, z80_sz[sum & 0xFF] | sum >> 8 | ((cpu->a ^ value ^ sum) & Z80_H) | overflow >> 5);
    cpu->a = (uint8_t)sum;
}

static inline unsigned z80_difference(z80 *cpu, uint8_t value, unsigned borrow)
{
    unsigned result = (unsigned)cpu->a - value - borrow;
    unsigned overflow = (cpu->a ^ value) & (cpu->a ^ result) & 0x80;
    z80_set_flags(cpu, z80_sz[result & 0xFF] | (result >> 8 & Z80_C) | ((cpu->a ^ value ^ result) & Z80_H) |
                           overflow >> 5 | Z80_N);
    return result & 0xFF;
}

static inline void z80_sub(z80 *cpu, uint8_t value, unsigned borrow)
{
    cpu->a = (uint8_t)z80_difference(cpu, value, borrow);
}

static inline void z80_cp(z80 *cpu, uint8_t value) /* Y and X of the operand */
{
    z80_difference(cpu, value, 0);
    z80_set_flags(cpu, (cpu->f & ~(unsigned)Z80_XY) | (value & Z80_XY));
}

static inline void z80_and(z80 *cpu, uint8_t value) { cpu->a &= value, z80_set_flags(cpu, z80_szp[cpu->a] | Z80_H); }
static inline void z80_xor(z80 *cpu, uint8_t value) { cpu->a ^= value, z80_set_flags(cpu, z80_szp[cpu->a]); }
static inline void z80_or(z80 *cpu, uint8_t value) { cpu->a |= value, z80_set_flags(cpu, z80_szp[cpu->a]); }

static inline uint8_t z80_inc(z80 *cpu, uint8_t value)
{
    uint8_t result = (uint8_t)(value + 1);
    z80_set_flags(cpu, (cpu->f & Z80_C) | z80_sz[result] | ((result & 0x0F) == 0 ? Z80_H : 0) |
                           (result == 0x80 ? Z80_P : 0));
    return result;
}

static inline uint8_t z80_dec(z80 *cpu, uint8_t value)
{
    uint8_t result = (uint8_t)(value - 1);
    z80_set_flags(cpu, (cpu->f & Z80_C) | z80_sz[result] | ((value & 0x0F) == 0 ? Z80_H : 0) |
                           (value == 0x80 ? Z80_P : 0) | Z80_N);
    return result;
}

static inline void z80_neg(z80 *cpu)
{
    uint8_t value = cpu->a;
    cpu->a = 0;
    z80_sub(cpu, value, 0);
}

static inline void z80_daa(z80 *cpu)
{
    unsigned correction = 0, carry = cpu->f & Z80_C;
    if ((cpu->f & Z80_H) || (cpu->a & 0x0F) > 9) correction = 0x06;
    if (carry || cpu->a > 0x99) correction |= 0x60, carry = Z80_C;
    uint8_t result = (uint8_t)(cpu->f & Z80_N ? cpu->a - correction : cpu->a + correction);
    z80_set_flags(cpu, z80_szp[result] | ((cpu->a ^ result) & Z80_H) | (cpu->f & Z80_N) | carry);
    cpu->a = result;
}

static inline void z80_cpl(z80 *cpu)
{
    cpu->a = (uint8_t)~cpu->a;
    z80_set_flags(cpu, (cpu->f & (Z80_SZP | Z80_C)) | Z80_H | Z80_N | (cpu->a & Z80_XY));
}

/* Y and X of SCF and CCF come from A, or from A and F if the instruction before has left Q = 0. */
static inline void z80_scf(z80 *cpu, uint8_t previous_q)
{
    z80_set_flags(cpu, (cpu->f & Z80_SZP) | (((previous_q ^ cpu->f) | cpu->a) & Z80_XY) | Z80_C);
}

static inline void z80_ccf(z80 *cpu, uint8_t previous_q)
{
    unsigned carry = cpu->f & Z80_C;
    z80_set_flags(cpu, (cpu->f & Z80_SZP) | (((previous_q ^ cpu->f) | cpu->a) & Z80_XY) | (carry ? Z80_H : Z80_C));
}

/* ---- 16-bit arithmetic: H from bit 11, Y and X of the high byte ---- */

static inline uint16_t z80_add16(z80 *cpu, uint16_t left, uint16_t right)
{
    uint32_t sum = (uint32_t)left + right;
    cpu->wz = (uint16_t)(left + 1);
    z80_set_flags(cpu, (cpu->f & Z80_SZP) | (sum >> 8 & Z80_XY) | ((left ^ right ^ sum) >> 8 & Z80_H) | sum >> 16);
    return (uint16_t)sum;
}

static inline void z80_adc16(z80 *cpu, uint16_t value)
{
    uint32_t hl = z80_hl(cpu), sum = hl + value + (cpu->f & Z80_C);
    uint32_t overflow = (hl ^ sum) & (value ^ sum) & 0x8000;
    cpu->wz = (uint16_t)(hl + 1);
    z80_set_flags(cpu, (sum >> 8 & (Z80_S | Z80_XY)) | ((sum & 0xFFFF) ? 0 : Z80_Z) |
                           ((hl ^ value ^ sum) >> 8 & Z80_H) | overflow >> 13 | sum >> 16);
    z80_set_hl(cpu, (uint16_t)sum);
}

static inline void z80_sbc16(z80 *cpu, uint16_t value)
{
    uint32_t hl = z80_hl(cpu), result = hl - value - (cpu->f & Z80_C);
    uint32_t overflow = (hl ^ value) & (hl ^ result) & 0x8000;
    cpu->wz = (uint16_t)(hl + 1);
    z80_set_flags(cpu, (result >> 8 & (Z80_S | Z80_XY)) | ((result & 0xFFFF) ? 0 : Z80_Z) |
                           ((hl ^ value ^ result) >> 8 & Z80_H) | overflow >> 13 | (result >> 16 & Z80_C) | Z80_N);
    z80_set_hl(cpu, (uint16_t)result);
}

/* ---- rotates, shifts and bits ---- */

/* RLCA, RRCA, RLA, RRA: as the two-byte forms, but S, Z and P stay. */
static inline void z80_rotate_a(z80 *cpu, unsigned result, unsigned carry)
{
    cpu->a = (uint8_t)result;
    z80_set_flags(cpu, (cpu->f & Z80_SZP) | (cpu->a & Z80_XY) | carry);
}

/* The operation in bits 5-3 of a CB opcode below $40: RLC RRC RL RR SLA SRA SLL SRL. */
static inline uint8_t z80_shift(z80 *cpu, unsigned operation, uint8_t value)
{
    unsigned result, carry = operation & 1 ? value & 1 : value >> 7;
    switch (operation & 7) {
    case 0: result = value << 1 | value >> 7; break;
    case 1: result = value >> 1 | value << 7; break;
    case 2: result = value << 1 | (cpu->f & Z80_C); break;
    case 3: result = value >> 1 | (cpu->f & Z80_C) << 7; break;
    case 4: result = value << 1; break;
    case 5: result = value >> 1 | (value & 0x80); break;
    case 6: result = value << 1 | 1; break;  /* SLL, undocumented: shifts in a 1 */
    default: result = value >> 1; break;
    }
    z80_set_flags(cpu, z80_szp[result & 0xFF] | carry);
    return (uint8_t)result;
}

/* BIT: Y and X from `seen`, which is the register, or the high byte of WZ for an operand in memory. */
static inline void z80_bit(z80 *cpu, unsigned bit, uint8_t value, uint8_t seen)
{
    unsigned tested = value & 1u << bit;
    z80_set_flags(cpu, (cpu->f & Z80_C) | Z80_H | (seen & Z80_XY) | (tested ? tested & Z80_S : Z80_Z | Z80_P));
}

/* ---- flags of the block instructions ---- */

/* LDI, LDD: BC counts down; Y and X are bits 1 and 3 of A + the byte. */
static inline void z80_block_load_flags(z80 *cpu, uint8_t value)
{
    unsigned n = (unsigned)cpu->a + value;
    z80_set_bc(cpu, (uint16_t)(z80_bc(cpu) - 1));
    z80_set_flags(cpu, (cpu->f & (Z80_S | Z80_Z | Z80_C)) | (n << 4 & Z80_Y) | (n & Z80_X) |
                           (z80_bc(cpu) ? Z80_P : 0));
}

/* CPI, CPD: Y and X are bits 1 and 3 of A - the byte - H. */
static inline void z80_block_compare_flags(z80 *cpu, uint8_t value)
{
    unsigned result = (unsigned)cpu->a - value;
    unsigned half = (cpu->a ^ value ^ result) & Z80_H;
    unsigned n = result - (half >> 4);
    z80_set_bc(cpu, (uint16_t)(z80_bc(cpu) - 1));
    z80_set_flags(cpu, (cpu->f & Z80_C) | Z80_N | half | (z80_sz[result & 0xFF] & (Z80_S | Z80_Z)) |
                           (n << 4 & Z80_Y) | (n & Z80_X) | (z80_bc(cpu) ? Z80_P : 0));
}

/* INI, IND, OUTI, OUTD after B was counted down; `other` is C + 1 or C - 1 for input, L for output. */
static inline void z80_block_port_flags(z80 *cpu, uint8_t value, uint8_t other)
{
    unsigned k = (unsigned)value + other;
    z80_set_flags(cpu, z80_sz[cpu->b] | (k > 255 ? Z80_H | Z80_C : 0) | (value >> 6 & Z80_N) |
                           (z80_szp[(k & 7) ^ cpu->b] & Z80_P));
}

/* A block instruction that will repeat is interrupted by its own jump back: Y and X are those of the PC's high byte. */
static inline void z80_repeat_flags(z80 *cpu) { z80_set_flags(cpu, (cpu->f & ~(unsigned)Z80_XY) | (cpu->pc >> 8 & Z80_XY)); }

/* INIR, INDR, OTIR, OTDR that repeat: B is counted once more through the ALU, which disturbs H and P.
 * Found in the SingleStepTests z80 traces, which it explains completely. */
static inline void z80_repeat_port_flags(z80 *cpu, uint8_t value)
{
    unsigned f, disturbed = cpu->b;
    z80_repeat_flags(cpu);
    f = cpu->f;
    if (f & Z80_C) {
        f &= ~(unsigned)Z80_H;
        if (value & 0x80) {
            disturbed = cpu->b - 1u;
            if ((cpu->b & 0x0F) == 0) f |= Z80_H;
        } else {
            disturbed = cpu->b + 1u;
            if ((cpu->b & 0x0F) == 0x0F) f |= Z80_H;
        }
    }
    if (!(z80_szp[disturbed & 7] & Z80_P)) f ^= Z80_P;
    z80_set_flags(cpu, f);
}

#endif
