/* flat.c - the Z80 on 64 KiB of memory and 64 Ki ports that are plain buffers. */
#include "z80/context.h"

static inline const z80_bus *flat_bus(const z80_context *c) { return c->bus; }
static inline uint8_t flat_in(const z80_context *c, uint16_t port) { return flat_bus(c)->ports ? flat_bus(c)->ports[port] : 0xFF; }

static inline void flat_out(z80_context *c, uint16_t port, uint8_t value)
{
    if (flat_bus(c)->ports) flat_bus(c)->ports[port] = value;
}

static uint8_t flat_acknowledge(z80_context *c)
{
    const z80_bus *bus = flat_bus(c);
    if (!bus->acknowledge) return bus->interrupt_byte;
    z80_store(c);
    uint8_t byte = bus->acknowledge(bus->user);
    z80_load(c);
    return byte;
}

#define Z80_NAME(x) flat_##x
#define Z80_FETCH(c, address) flat_bus(c)->memory[address]
#define Z80_READ(c, address) flat_bus(c)->memory[address]
#define Z80_WRITE(c, address, value) (flat_bus(c)->memory[address] = (value))
#define Z80_IN(c, port) flat_in(c, port)
#define Z80_OUT(c, port, value) flat_out(c, port, value)
#define Z80_ACKNOWLEDGE(c) flat_acknowledge(c)
#include "z80/template.h"

void z80_run_flat(z80 *cpu, z80_bus *bus) { flat_run(cpu, bus); }

int32_t z80_step_flat(z80 *cpu, z80_bus *bus)
{
    int64_t start = cpu->clock;
    flat_step(cpu, bus);
    return (int32_t)(cpu->clock - start);
}
