/* The Z80's programs in its own RAM, where the compiler allows it. */
#ifdef Z80_THREADED
#define Z80_FAST
#endif
#include "z80bus.h"

#ifdef Z80_FAST

#define Z80_STEP(cpu) md_z80_step(machine_of(cpu))
#include "z80/template.h"

int md_z80_run_fast(megadrive *md)
{
    return console_run_fast(&md->state.z80);
}

#else

int md_z80_run_fast(megadrive *md)
{
    (void)md;
    return 0;
}

#endif
