/* z80bus.h - the console's memory as the Z80's core sees it. */
#ifndef MEGADRIVE_MACHINE_Z80BUS_H
#define MEGADRIVE_MACHINE_Z80BUS_H

#include "machine.h"

#include "z80/context.h"

/* The slow path of the core tells polling_z80.c what changes and what is read outside. */
#ifdef Z80_FAST
#define OUTSIDE Z80_INLINE
#define WATCH_READ(md, address) ((void)0)
#define WATCH_WRITE(md) ((void)0)
#else
#define OUTSIDE static
#define WATCH_READ(md, address) md_z80_watch_read(md, address)
#define WATCH_WRITE(md) ((md)->z80_polling.disturbed = 1)
#endif

OUTSIDE uint8_t read_outside(z80_context *c, uint16_t address)
{
    z80_store_clock(c);
    uint8_t value = md_z80_read(c->bus, address);
    WATCH_READ(c->bus, address);
    z80_load_clock(c);
    return value;
}

OUTSIDE void write_outside(z80_context *c, uint16_t address, uint8_t value)
{
    z80_store_clock(c);
    WATCH_WRITE((megadrive *)c->bus);
    md_z80_write(c->bus, address, value);
    z80_load_clock(c);
}

#define Z80_RAM_END 0x4000      /* Z80 RAM is there twice */
#define Z80_RAM_MASK 0x1FFF

Z80_INLINE uint8_t memory_read(z80_context *c, uint16_t address)
{
    megadrive *md = c->bus;
    return address < Z80_RAM_END ? md->state.z80_ram[address & Z80_RAM_MASK] : read_outside(c, address);
}

Z80_INLINE void memory_write(z80_context *c, uint16_t address, uint8_t value)
{
    megadrive *md = c->bus;
    if (address >= Z80_RAM_END) {
        write_outside(c, address, value);
    } else if (md->state.z80_ram[address & Z80_RAM_MASK] != value) {
        md->state.z80_ram[address & Z80_RAM_MASK] = value;
        WATCH_WRITE(md);
    }
}

/* The machine whose Z80 this is. */
static inline megadrive *machine_of(z80 *cpu)
{
    return (megadrive *)((char *)cpu - offsetof(megadrive, state) - offsetof(md_state, z80));
}

/* Nothing is connected to the ports: every peripheral is memory mapped. */
#define Z80_NAME(x) console_##x
#define Z80_FETCH(c, address) memory_read(c, address)
#define Z80_READ(c, address) memory_read(c, address)
#define Z80_WRITE(c, address, value) memory_write(c, address, value)
#define Z80_IN(c, port) ((void)(port), 0xFF)
#define Z80_OUT(c, port, value) ((void)(port), (void)(value))
#define Z80_ACKNOWLEDGE(c) 0xFF
#define Z80_HALT_SKIPS(cpu, bus) ((void)(bus), (cpu)->pc < Z80_RAM_END)
#define Z80_BUS(cpu) machine_of(cpu)
#define Z80_RAM(cpu) (machine_of(cpu)->state.z80_ram)

#endif
