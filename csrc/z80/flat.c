/* flat.c - the Z80 on flat memory: any step, and whole runs. */
#include "z80/flat.h"

static uint8_t flat_acknowledge(z80_context *c)
{
    const z80_bus *bus = flat_bus(c);
    if (!bus->acknowledge) return bus->interrupt_byte;
    z80_store(c);
    uint8_t byte = bus->acknowledge(bus->user);
    z80_load(c);
    return byte;
}

#define Z80_ACKNOWLEDGE(c) flat_acknowledge(c)
#include "z80/template.h"

void z80_step_fast_flat(z80 *cpu) { flat_advance(cpu, ((flat_cpu *)cpu)->bus, true); }

/* As much as goes without interrupts, in plain instructions. */
static void run_fast(z80 *cpu, z80_bus *bus)
{
    flat_cpu fast = {*cpu, bus, bus->memory};
    int64_t most = cpu->clock + Z80_LONGEST_RUN;
    if (fast.cpu.deadline > most) fast.cpu.deadline = most;
    while (fast.cpu.clock < fast.cpu.deadline && z80_run_fast_flat(&fast.cpu)) {
    }
    fast.cpu.deadline = cpu->deadline;
    *cpu = fast.cpu;
}

void z80_run_flat(z80 *cpu, z80_bus *bus)
{
    while (cpu->clock < cpu->deadline) {
        run_fast(cpu, bus);
        if (cpu->clock < cpu->deadline) flat_advance(cpu, bus, Z80_HAS_FAST);
    }
}

int32_t z80_step_flat(z80 *cpu, z80_bus *bus)
{
    int64_t start = cpu->clock;
    flat_step(cpu, bus);
    return (int32_t)(cpu->clock - start);
}
