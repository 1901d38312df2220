/* calls.c - the Z80 on memory and ports that may be functions, such as those of a bus written in Python. */
#include "z80/calls.h"

#define Z80_BUS z80_bus
#define Z80_NAME(x) calls_##x##_
#define Z80_FETCH(bus, cpu, address) calls_fetch(bus, address)
#define Z80_READ(bus, cpu, address) calls_read(bus, address)
#define Z80_WRITE(bus, cpu, address, value) calls_write(bus, address, value)
#define Z80_IN(bus, cpu, port) calls_in(bus, port)
#define Z80_OUT(bus, cpu, port, value) calls_out(bus, port, value)
#define Z80_ACKNOWLEDGE(bus, cpu) calls_acknowledge(bus)
#define Z80_HALT_SKIPS(bus, cpu) ((bus)->memory != 0)
#include "z80/template.h"

/* After a failure the registers are again as before the instruction. */
void z80_run_calls(z80 *cpu, z80_bus *bus)
{
    bus->failed = 0;
    while (cpu->clock < cpu->deadline) {
        z80 before = *cpu;
        calls_advance_(cpu, bus);
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
    calls_step_(cpu, bus);
    if (bus->failed) *cpu = before;
    return (int32_t)(cpu->clock - before.clock);
}
