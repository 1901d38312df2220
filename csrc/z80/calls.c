/* calls.c - the Z80 on memory and ports that may be functions, such as those of a bus written in Python. */
#include "z80/calls.h"

#define Z80_NAME(x) calls_##x
#define Z80_FETCH(c, address) calls_fetch(c, address)
#define Z80_READ(c, address) calls_read(c, address)
#define Z80_WRITE(c, address, value) calls_write(c, address, value)
#define Z80_IN(c, port) calls_in(c, port)
#define Z80_OUT(c, port, value) calls_out(c, port, value)
#define Z80_ACKNOWLEDGE(c) calls_acknowledge(c)
#define Z80_HALT_SKIPS(cpu, bus) (((z80_bus *)(bus))->memory != 0)
#include "z80/template.h"

/* After a failure the registers are again as before the instruction. */
void z80_run_calls(z80 *cpu, z80_bus *bus)
{
    bus->failed = 0;
    while (cpu->clock < cpu->deadline) {
        z80 before = *cpu;
        calls_advance(cpu, bus, true);
        if (bus->failed) {
            *cpu = before;
            return;
        }
    }
}

int32_t z80_step_calls(z80 *cpu, z80_bus *bus)
{
    z80 before = *cpu;
    bus->failed = 0;
    calls_step(cpu, bus);
    if (bus->failed) *cpu = before;
    return (int32_t)(cpu->clock - before.clock);
}
