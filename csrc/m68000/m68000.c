/* m68000.c - what does not depend on the bus. */
#include "core.h"

void m68000_init(m68000 *cpu)
{
    memset(cpu, 0, sizeof *cpu);
    cpu->odd_mask = 1;
    cpu->sr = 0x2700;
}

void m68000_set_sr(m68000 *cpu, uint16_t sr)
{
    if ((sr ^ cpu->sr) & 0x2000) {
        uint32_t sp = cpu->r[15];
        cpu->r[15] = cpu->other_sp;
        cpu->other_sp = sp;
    }
    cpu->sr = sr & 0xa71f;
}

void m68000_set_ipl(m68000 *cpu, uint8_t level, int64_t clock)
{
    level &= 7;
    if (level == cpu->ipl)
        return;
    cpu->nmi = level == 7; /* a 7 that goes away before it was accepted is none */
    if (cpu->ipl_clock <= clock)
        cpu->ipl_before = cpu->ipl;
    cpu->ipl = level;
    cpu->ipl_clock = clock;
}
