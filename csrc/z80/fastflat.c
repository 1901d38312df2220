/* fastflat.c - the Z80's programs in flat memory, where the compiler allows it. */
#ifdef Z80_THREADED
#define Z80_FAST
#endif
#include "z80/flat.h"

#ifdef Z80_FAST

#define Z80_RAM_END 0x10000
#define Z80_RAM_MASK 0xFFFF
#define Z80_RAM(cpu) (((flat_cpu *)(cpu))->memory)
#define Z80_BUS(cpu) (((flat_cpu *)(cpu))->bus)
#define Z80_IN_WINDOW(cpu, address) false
#define Z80_WINDOW_READ(c, address) 0xFF
#define Z80_DEVICE_READS(cpu, address, time) false
#define Z80_DEVICE_READ(c, address) 0xFF
#define Z80_DEVICE_WRITES(cpu, address) false
#define Z80_DEVICE_WRITE(c, address, value) ((void)0)
#define Z80_STEP(cpu) z80_step_fast_flat(cpu)
#define Z80_ACKNOWLEDGE(c) 0xFF         /* never here */
#include "z80/template.h"

int z80_run_fast_flat(z80 *cpu) { return flat_run_fast(cpu); }

#else

int z80_run_fast_flat(z80 *cpu)
{
    (void)cpu;
    return 0;
}

#endif
