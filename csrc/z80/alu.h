/* alu.h - registers in pairs, flags, and arithmetic: everything of the Z80 that does not touch the bus.
 *
 * The functions are small and inlined into the instructions of template.h.  Bits 5 and 3 of F are called Y and X;
 * unless a comment says otherwise they are bits 5 and 3 of the result.
 */
#ifndef MEGADRIVE_Z80_ALU_H
#define MEGADRIVE_Z80_ALU_H

#include "z80/context.h"

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
extern const uint8_t z80_inc_flags[256]; /* all but carry, of the result of INC, and of DEC */
extern const uint8_t z80_dec_flags[256];

/* ---- pairs ---- */

Z80_INLINE uint16_t z80_pair(uint8_t high, uint8_t low) { return (uint16_t)(high << 8 | low); }
Z80_INLINE uint16_t z80_af(const z80_context *c) { return z80_pair(c->a, c->f); }
Z80_INLINE uint16_t z80_bc(const z80_context *c) { return z80_pair(c->cpu->b, c->cpu->c); }
Z80_INLINE uint16_t z80_de(const z80_context *c) { return z80_pair(c->cpu->d, c->cpu->e); }

Z80_INLINE void z80_set_af(z80_context *c, uint16_t value) { c->a = (uint8_t)(value >> 8), c->f = (uint8_t)value; }

Z80_INLINE void z80_set_bc(z80_context *c, uint16_t value)
{
    c->cpu->b = (uint8_t)(value >> 8), c->cpu->c = (uint8_t)value;
}

Z80_INLINE void z80_set_de(z80_context *c, uint16_t value)
{
    c->cpu->d = (uint8_t)(value >> 8), c->cpu->e = (uint8_t)value;
}

Z80_INLINE uint8_t z80_high(uint16_t pair) { return (uint8_t)(pair >> 8); }
Z80_INLINE uint8_t z80_low(uint16_t pair) { return (uint8_t)pair; }
Z80_INLINE uint16_t z80_with_high(size_t pair, uint8_t value) { return (uint16_t)((size_t)value << 8 | (pair & 0xFF)); }
Z80_INLINE uint16_t z80_with_low(size_t pair, uint8_t value) { return (uint16_t)((pair & 0xFF00) | value); }

/* HL, or after a prefix IX (`index` 1) or IY (2). */
Z80_INLINE uint16_t z80_index(const z80_context *c, int index)
{
    return index == 0 ? c->hl : index == 1 ? c->cpu->ix : c->cpu->iy;
}

Z80_INLINE void z80_set_index(z80_context *c, int index, uint16_t value)
{
    if (index == 0)
        c->hl = value;
    else if (index == 1)
        c->cpu->ix = value;
    else
        c->cpu->iy = value;
}

/* The register that bits 2-0 of an opcode name; 6, which is memory, is none. */
Z80_INLINE uint8_t z80_register(const z80_context *c, unsigned opcode)
{
    switch (opcode & 7) {
    case 0: return c->cpu->b;
    case 1: return c->cpu->c;
    case 2: return c->cpu->d;
    case 3: return c->cpu->e;
    case 4: return z80_high(c->hl);
    case 5: return z80_low(c->hl);
    default: return c->a;
    }
}

Z80_INLINE void z80_set_register(z80_context *c, unsigned opcode, uint8_t value)
{
    switch (opcode & 7) {
    case 0: c->cpu->b = value; break;
    case 1: c->cpu->c = value; break;
    case 2: c->cpu->d = value; break;
    case 3: c->cpu->e = value; break;
    case 4: c->hl = z80_with_high(c->hl, value); break;
    case 5: c->hl = z80_with_low(c->hl, value); break;
    case 7: c->a = value; break;
    default: break;
    }
}

/* An instruction that computes flags leaves them in Q as well, where SCF and CCF look; all others leave Q = 0. */
Z80_INLINE void z80_set_flags(z80_context *c, unsigned flags) { c->f = c->q = (uint8_t)flags; }

/* ---- 8-bit arithmetic ---- */

/* H and V, from the carries into each bit: V if that into bit 7 is not that out of it. */
Z80_INLINE unsigned z80_half_and_overflow(unsigned carries)
{
    return (carries & Z80_H) | ((carries + 0x80) >> 6 & Z80_P);
}

Z80_INLINE void z80_add(z80_context *c, uint8_t value, unsigned carry)
{
    unsigned sum = (unsigned)c->a + value + carry;
    z80_set_flags(c, z80_sz[sum & 0xFF] | sum >> 8 | z80_half_and_overflow((unsigned)c->a ^ value ^ sum));
    c->a = (uint8_t)sum;
}

/* All flags of a difference but S, Z, Y and X. */
Z80_INLINE unsigned z80_borrows(const z80_context *c, uint8_t value, unsigned result)
{
    return (result >> 8 & Z80_C) | z80_half_and_overflow((unsigned)c->a ^ value ^ result) | Z80_N;
}

Z80_INLINE void z80_sub(z80_context *c, uint8_t value, unsigned borrow)
{
    unsigned result = (unsigned)c->a - value - borrow;
    z80_set_flags(c, z80_sz[result & 0xFF] | z80_borrows(c, value, result));
    c->a = (uint8_t)result;
}

Z80_INLINE void z80_cp(z80_context *c, uint8_t value) /* Y and X of the operand */
{
    unsigned result = (unsigned)c->a - value;
    z80_set_flags(c, (z80_sz[result & 0xFF] & (Z80_S | Z80_Z)) | (value & Z80_XY) | z80_borrows(c, value, result));
}

Z80_INLINE void z80_and(z80_context *c, uint8_t value) { c->a &= value, z80_set_flags(c, z80_szp[c->a] | Z80_H); }
Z80_INLINE void z80_xor(z80_context *c, uint8_t value) { c->a ^= value, z80_set_flags(c, z80_szp[c->a]); }
Z80_INLINE void z80_or(z80_context *c, uint8_t value) { c->a |= value, z80_set_flags(c, z80_szp[c->a]); }

Z80_INLINE uint8_t z80_inc(z80_context *c, uint8_t value)
{
    uint8_t result = (uint8_t)(value + 1);
    z80_set_flags(c, (c->f & Z80_C) | z80_inc_flags[result]);
    return result;
}

Z80_INLINE uint8_t z80_dec(z80_context *c, uint8_t value)
{
    uint8_t result = (uint8_t)(value - 1);
    z80_set_flags(c, (c->f & Z80_C) | z80_dec_flags[result]);
    return result;
}

Z80_INLINE void z80_neg(z80_context *c)
{
    uint8_t value = c->a;
    c->a = 0;
    z80_sub(c, value, 0);
}

Z80_INLINE void z80_daa(z80_context *c)
{
    unsigned correction = 0, carry = c->f & Z80_C;
    if ((c->f & Z80_H) || (c->a & 0x0F) > 9) correction = 0x06;
    if (carry || c->a > 0x99) correction |= 0x60, carry = Z80_C;
    uint8_t result = (uint8_t)(c->f & Z80_N ? c->a - correction : c->a + correction);
    z80_set_flags(c, z80_szp[result] | ((c->a ^ result) & Z80_H) | (c->f & Z80_N) | carry);
    c->a = result;
}

Z80_INLINE void z80_cpl(z80_context *c)
{
    c->a = (uint8_t)~c->a;
    z80_set_flags(c, (c->f & (Z80_SZP | Z80_C)) | Z80_H | Z80_N | (c->a & Z80_XY));
}

/* Y and X of SCF and CCF come from A, or from A and F if the instruction before has left Q = 0. */
Z80_INLINE void z80_scf(z80_context *c)
{
    z80_set_flags(c, (c->f & Z80_SZP) | (((c->previous_q ^ c->f) | c->a) & Z80_XY) | Z80_C);
}

Z80_INLINE void z80_ccf(z80_context *c)
{
    unsigned carry = c->f & Z80_C;
    z80_set_flags(c, (c->f & Z80_SZP) | (((c->previous_q ^ c->f) | c->a) & Z80_XY) | (carry ? Z80_H : Z80_C));
}

/* ---- 16-bit arithmetic: H from bit 11, Y and X of the high byte ---- */

Z80_INLINE uint16_t z80_add16(z80_context *c, uint16_t left, uint16_t right)
{
    uint32_t sum = (uint32_t)left + right;
    c->cpu->wz = (uint16_t)(left + 1);
    z80_set_flags(c, (c->f & Z80_SZP) | (sum >> 8 & Z80_XY) | ((left ^ right ^ sum) >> 8 & Z80_H) | sum >> 16);
    return (uint16_t)sum;
}

Z80_INLINE void z80_adc16(z80_context *c, uint16_t value)
{
    uint32_t hl = c->hl, sum = hl + value + (c->f & Z80_C);
    uint32_t overflow = (hl ^ sum) & (value ^ sum) & 0x8000;
    c->cpu->wz = (uint16_t)(hl + 1);
    z80_set_flags(c, (sum >> 8 & (Z80_S | Z80_XY)) | ((sum & 0xFFFF) ? 0 : Z80_Z) |
                           ((hl ^ value ^ sum) >> 8 & Z80_H) | overflow >> 13 | sum >> 16);
    c->hl = (uint16_t)sum;
}

Z80_INLINE void z80_sbc16(z80_context *c, uint16_t value)
{
    uint32_t hl = c->hl, result = hl - value - (c->f & Z80_C);
    uint32_t overflow = (hl ^ value) & (hl ^ result) & 0x8000;
    c->cpu->wz = (uint16_t)(hl + 1);
    z80_set_flags(c, (result >> 8 & (Z80_S | Z80_XY)) | ((result & 0xFFFF) ? 0 : Z80_Z) |
                           ((hl ^ value ^ result) >> 8 & Z80_H) | overflow >> 13 | (result >> 16 & Z80_C) | Z80_N);
    c->hl = (uint16_t)result;
}

/* ---- rotates, shifts and bits ---- */

/* RLCA, RRCA, RLA, RRA: as the two-byte forms, but S, Z and P stay. */
Z80_INLINE void z80_rotate_a(z80_context *c, unsigned result, unsigned carry)
{
    c->a = (uint8_t)result;
    z80_set_flags(c, (c->f & Z80_SZP) | (c->a & Z80_XY) | carry);
}

/* The operation in bits 5-3 of a CB opcode below $40: RLC RRC RL RR SLA SRA SLL SRL. */
Z80_INLINE uint8_t z80_shift(z80_context *c, unsigned operation, uint8_t value)
{
    unsigned result, carry = operation & 1 ? value & 1 : value >> 7;
    switch (operation & 7) {
    case 0: result = value << 1 | value >> 7; break;
    case 1: result = value >> 1 | value << 7; break;
    case 2: result = value << 1 | (c->f & Z80_C); break;
    case 3: result = value >> 1 | (c->f & Z80_C) << 7; break;
    case 4: result = value << 1; break;
    case 5: result = value >> 1 | (value & 0x80); break;
    case 6: result = value << 1 | 1; break;  /* SLL, undocumented: shifts in a 1 */
    default: result = value >> 1; break;
    }
    z80_set_flags(c, z80_szp[result & 0xFF] | carry);
    return (uint8_t)result;
}

/* BIT: Y and X from `seen`, which is the register, or the high byte of WZ for an operand in memory. */
Z80_INLINE void z80_bit(z80_context *c, unsigned bit, uint8_t value, uint8_t seen)
{
    unsigned tested = value & 1u << bit;
    z80_set_flags(c, (c->f & Z80_C) | Z80_H | (seen & Z80_XY) | (tested ? tested & Z80_S : Z80_Z | Z80_P));
}

/* ---- flags of the block instructions ---- */

/* LDI, LDD: BC counts down; Y and X are bits 1 and 3 of A + the byte. */
Z80_INLINE void z80_block_load_flags(z80_context *c, uint8_t value)
{
    unsigned n = (unsigned)c->a + value;
    z80_set_bc(c, (uint16_t)(z80_bc(c) - 1));
    z80_set_flags(c, (c->f & (Z80_S | Z80_Z | Z80_C)) | (n << 4 & Z80_Y) | (n & Z80_X) |
                           (z80_bc(c) ? Z80_P : 0));
}

/* CPI, CPD: Y and X are bits 1 and 3 of A - the byte - H. */
Z80_INLINE void z80_block_compare_flags(z80_context *c, uint8_t value)
{
    unsigned result = (unsigned)c->a - value;
    unsigned half = (c->a ^ value ^ result) & Z80_H;
    unsigned n = result - (half >> 4);
    z80_set_bc(c, (uint16_t)(z80_bc(c) - 1));
    z80_set_flags(c, (c->f & Z80_C) | Z80_N | half | (z80_sz[result & 0xFF] & (Z80_S | Z80_Z)) |
                           (n << 4 & Z80_Y) | (n & Z80_X) | (z80_bc(c) ? Z80_P : 0));
}

/* INI, IND, OUTI, OUTD after B was counted down; `other` is C + 1 or C - 1 for input, L for output. */
Z80_INLINE void z80_block_port_flags(z80_context *c, uint8_t value, uint8_t other)
{
    unsigned k = (unsigned)value + other;
    z80_set_flags(c, z80_sz[c->cpu->b] | (k > 255 ? Z80_H | Z80_C : 0) | (value >> 6 & Z80_N) |
                           (z80_szp[(k & 7) ^ c->cpu->b] & Z80_P));
}

/* A block instruction that will repeat is interrupted by its own jump back: Y and X are those of the PC's high byte. */
Z80_INLINE void z80_repeat_flags(z80_context *c) { z80_set_flags(c, (c->f & ~(unsigned)Z80_XY) | (c->pc >> 8 & Z80_XY)); }

/* INIR, INDR, OTIR, OTDR that repeat: B is counted once more through the ALU, which disturbs H and P.
 * Found in the SingleStepTests z80 traces, which it explains completely. */
Z80_INLINE void z80_repeat_port_flags(z80_context *c, uint8_t value)
{
    unsigned f, disturbed = c->cpu->b;
    z80_repeat_flags(c);
    f = c->f;
    if (f & Z80_C) {
        f &= ~(unsigned)Z80_H;
        if (value & 0x80) {
            disturbed = c->cpu->b - 1u;
            if ((c->cpu->b & 0x0F) == 0) f |= Z80_H;
        } else {
            disturbed = c->cpu->b + 1u;
            if ((c->cpu->b & 0x0F) == 0x0F) f |= Z80_H;
        }
    }
    if (!(z80_szp[disturbed & 7] & Z80_P)) f ^= Z80_P;
    z80_set_flags(c, f);
}

#endif
