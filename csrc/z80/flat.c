/* flat.c - the Z80 on 64 KiB of memory and 64 Ki ports that are plain buffers. */
#include "core.h"

static inline uint8_t flat_read(z80_bus *bus, uint16_t address) { return bus->memory[address]; }
static inline void flat_write(z80_bus *bus, uint16_t address, uint8_t value) { bus->memory[address] = value; }
static inline uint8_t flat_in(z80_bus *bus, uint16_t port) { return bus->ports ? bus->ports[port] : 0xFF; }

static inline void flat_out(z80_bus *bus, uint16_t port, uint8_t value)
{
    if (bus->ports) bus->ports[port] = value;
}

static inline uint8_t flat_acknowledge(z80_bus *bus) { return bus->acknowledge ? bus->acknowledge(bus->user) : bus->interrupt_byte; }

#define Z80_BUS z80_bus
#define Z80_NAME(x) flat_##x##_
#define Z80_FETCH(bus, cpu, address) flat_read(bus, address)
#define Z80_READ(bus, cpu, address) flat_read(bus, address)
#define Z80_WRITE(bus, cpu, address, value) flat_write(bus, address, value)
#define Z80_IN(bus, cpu, port) flat_in(bus, port)
#define Z80_OUT(bus, cpu, port, value) flat_out(bus, port, value)
#define Z80_ACKNOWLEDGE(bus, cpu) flat_acknowledge(bus)
#include "z80/template.h"

void z80_run_flat(z80 *cpu, z80_bus *bus) { flat_run_(cpu, bus); }

int32_t z80_step_flat(z80 *cpu, z80_bus *bus)
{
    int64_t start = cpu->clock;
    flat_step_(cpu, bus);
    return (int32_t)(cpu->clock - start);
}
