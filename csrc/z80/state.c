/* state.c - the Z80's flag tables and its RESET pin. */
#include "z80/alu.h"

/* Tables of 256 from a constant expression of the index. */
#define PARITY(n) ((0x9669u >> (((n) ^ (n) >> 4) & 15) & 1) << 2)
#define SZ(n) (((n) & (Z80_S | Z80_XY)) | ((n) == 0 ? Z80_Z : 0))
#define SZP(n) (SZ(n) | PARITY(n))
#define INC(n) (SZ(n) | (((n) & 15) == 0 ? Z80_H : 0) | ((n) == 0x80 ? Z80_P : 0))
#define DEC(n) (SZ(n) | (((n) & 15) == 15 ? Z80_H : 0) | ((n) == 0x7F ? Z80_P : 0) | Z80_N)
#define ROW4(F, n) F(n), F((n) + 1), F((n) + 2), F((n) + 3)
#define ROW16(F, n) ROW4(F, n), ROW4(F, (n) + 4), ROW4(F, (n) + 8), ROW4(F, (n) + 12)
#define ROW64(F, n) ROW16(F, n), ROW16(F, (n) + 16), ROW16(F, (n) + 32), ROW16(F, (n) + 48)

const uint8_t z80_sz[256] = {ROW64(SZ, 0), ROW64(SZ, 64), ROW64(SZ, 128), ROW64(SZ, 192)};
const uint8_t z80_szp[256] = {ROW64(SZP, 0), ROW64(SZP, 64), ROW64(SZP, 128), ROW64(SZP, 192)};
const uint8_t z80_inc_flags[256] = {ROW64(INC, 0), ROW64(INC, 64), ROW64(INC, 128), ROW64(INC, 192)};
const uint8_t z80_dec_flags[256] = {ROW64(DEC, 0), ROW64(DEC, 64), ROW64(DEC, 128), ROW64(DEC, 192)};

void z80_reset(z80 *cpu)
{
    cpu->pc = 0;
    cpu->i = cpu->r = 0;
    cpu->im = cpu->iff1 = cpu->iff2 = 0;
    cpu->a = cpu->f = 0xFF;
    cpu->sp = 0xFFFF;
    cpu->q = cpu->ei = cpu->p = cpu->prefix = cpu->deferred = 0;
    cpu->halted = cpu->nmi_pending = 0;
}
