/* calls.h - accesses of a Z80 whose memory or ports may be functions. */
#ifndef MEGADRIVE_Z80_CALLS_H
#define MEGADRIVE_Z80_CALLS_H

#include "core.h"

static inline uint8_t calls_fetch(z80_bus *bus, uint16_t address)
{
    return bus->memory ? bus->memory[address] : bus->fetch(bus->user, address);
}

static inline uint8_t calls_read(z80_bus *bus, uint16_t address)
{
    return bus->memory ? bus->memory[address] : bus->read(bus->user, address);
}

static inline void calls_write(z80_bus *bus, uint16_t address, uint8_t value)
{
    if (bus->memory)
        bus->memory[address] = value;
    else
        bus->write(bus->user, address, value);
}

static inline uint8_t calls_in(z80_bus *bus, uint16_t port)
{
    if (bus->ports) return bus->ports[port];
    return bus->in ? bus->in(bus->user, port) : 0xFF;
}

static inline void calls_out(z80_bus *bus, uint16_t port, uint8_t value)
{
    if (bus->ports)
        bus->ports[port] = value;
    else if (bus->out)
        bus->out(bus->user, port, value);
}

static inline uint8_t calls_acknowledge(z80_bus *bus)
{
    return bus->acknowledge ? bus->acknowledge(bus->user) : bus->interrupt_byte;
}

#endif
