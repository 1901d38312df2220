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

void z80_run_calls(z80 *cpu, z80_bus *bus) { calls_run_(cpu, bus); }

int32_t z80_step_calls(z80 *cpu, z80_bus *bus)
{
    int64_t start = cpu->clock;
    calls_step_(cpu, bus);
    return (int32_t)(cpu->clock - start);
}
