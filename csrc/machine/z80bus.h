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

/* Writes that need no call: to the YM2612's queue. */
static inline bool quick_to_write(const megadrive *md, uint16_t address)
{
    return (address & 0xE000) == 0x4000 && md_fm_queues(md);
}

static inline void quick_write(z80_context *c, uint16_t address, uint8_t value)
{
    md_queue_fm(c->bus, z80_now(c) * MD_MCLK_PER_Z80, address & 3, value);
}

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
#ifdef Z80_FAST
    if (quick_to_write(c->bus, address)) {
        quick_write(c, address, value);
        return;
    }
#endif
    z80_store_clock(c);
    WATCH_WRITE((megadrive *)c->bus);
    md_z80_write(c->bus, address, value);
    z80_load_clock(c);
}

/* What one window access costs, in mclk: testpico's timed loops give 3.2 T per cartridge read and 2.5 T per VDP
 * read for the Z80.  The 68000 loses 9.5 clocks (board measurement) while the arbiter lends its bus. */
#define WINDOW_ROM_WAIT 48
#define WINDOW_VDP_WAIT 38
#define WINDOW_STEAL 67
#define WINDOW_END 0x180        /* banks from here on are the VDP's, and work RAM, which cannot be read */

/* One cartridge access more on the account of what the Z80 waits: in T states, of which whole ones leave it. */
static inline unsigned wait_for_rom(md_state *state)
{
    unsigned sum = state->window_wait + WINDOW_ROM_WAIT % MD_MCLK_PER_Z80, more = (sum + 1) / 16;
    state->window_wait = (uint8_t)((sum + more) % 16); /* modulo 15 */
    return WINDOW_ROM_WAIT / MD_MCLK_PER_Z80 + more;
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

/* Reads that need no call: of plain memory through the window while no DMA has the bus, and of a YM2612 status that is known to
 * last. */
static inline bool is_quick(const megadrive *md, uint16_t address, int64_t clock)
{
    if (address >= 0x8000)
        return md->z80_window != NULL;
    return (address & 0xE003) == 0x4000 && clock < md->z80_fm_until;
}

static inline uint8_t quick_read(z80_context *c, uint16_t address)
{
    megadrive *md = c->bus;
    if (address >= 0x8000) {
        c->time += wait_for_rom(&md->state) * Z80_T;
        md->z80_window_reads++;
        return md->z80_window[address & 0x7FFF];
    }
    int64_t now = z80_now(c);
    md->z80_fm_read = now;
    return now < md->z80_fm_change ? md->state.ym2612.status : md->fm_next_status;
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
#define Z80_QUICK(cpu, address, time) is_quick(machine_of(cpu), address, (cpu)->deadline + ((time) >> Z80_T_BITS))
#define Z80_QUICK_READ(c, address) quick_read(c, address)
#define Z80_QUICK_TO_WRITE(cpu, address) quick_to_write(machine_of(cpu), address)
#define Z80_QUICK_WRITE(c, address, value) quick_write(c, address, value)
#define Z80_BUS(cpu) machine_of(cpu)
#define Z80_RAM(cpu) (machine_of(cpu)->state.z80_ram)

#endif
