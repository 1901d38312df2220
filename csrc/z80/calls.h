/* calls.h - accesses of a Z80 whose memory or ports may be functions. */
#ifndef MEGADRIVE_Z80_CALLS_H
#define MEGADRIVE_Z80_CALLS_H

#include "z80/context.h"

/* A function may look at the registers. */
static inline uint8_t calls_fetch(z80_context *c, uint16_t address)
{
    const z80_bus *bus = c->bus;
    if (bus->memory) return bus->memory[address];
    z80_store(c);
    uint8_t opcode = bus->fetch(bus->user, address);
    z80_load(c);
    return opcode;
}

static inline uint8_t calls_read(z80_context *c, uint16_t address)
{
    const z80_bus *bus = c->bus;
    if (bus->memory) return bus->memory[address];
    z80_store(c);
    uint8_t value = bus->read(bus->user, address);
    z80_load(c);
    return value;
}

static inline void calls_write(z80_context *c, uint16_t address, uint8_t value)
{
    const z80_bus *bus = c->bus;
    if (bus->memory) {
        bus->memory[address] = value;
        return;
    }
    z80_store(c);
    bus->write(bus->user, address, value);
    z80_load(c);
}

static inline uint8_t calls_in(z80_context *c, uint16_t port)
{
    const z80_bus *bus = c->bus;
    if (bus->ports) return bus->ports[port];
    if (!bus->in) return 0xFF;
    z80_store(c);
    uint8_t value = bus->in(bus->user, port);
    z80_load(c);
    return value;
}

static inline void calls_out(z80_context *c, uint16_t port, uint8_t value)
{
    const z80_bus *bus = c->bus;
    if (bus->ports) {
        bus->ports[port] = value;
    } else if (bus->out) {
        z80_store(c);
        bus->out(bus->user, port, value);
        z80_load(c);
    }
}

static inline uint8_t calls_acknowledge(z80_context *c)
{
    const z80_bus *bus = c->bus;
    if (!bus->acknowledge) return bus->interrupt_byte;
    z80_store(c);
    uint8_t byte = bus->acknowledge(bus->user);
    z80_load(c);
    return byte;
}

#endif
