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

/* What one window access costs, in mclk: testpico's timed loops give 3.2 T per cartridge read and 2.5 T per VDP
 * read for the Z80.  The 68000 loses 9.5 clocks (board measurement) while the arbiter lends its bus. */
#define WINDOW_ROM_WAIT 48
#define WINDOW_VDP_WAIT 38
#define WINDOW_STEAL 67
#define WINDOW_END 0x180        /* banks from here on are the VDP's, and work RAM, which cannot be read */

/* One cartridge access more on the account of what the Z80 waits: in T states, of which whole ones leave it. */
Z80_INLINE unsigned wait_for_rom(md_state *state)
{
    unsigned sum = state->window_wait + WINDOW_ROM_WAIT % MD_MCLK_PER_Z80, more = (sum + 1) / 16;
    state->window_wait = (uint8_t)((sum + more) % 16); /* modulo 15 */
    return WINDOW_ROM_WAIT / MD_MCLK_PER_Z80 + more;
}

/* Accesses that need no call.  Plain memory through the window, while no DMA has the bus: */
Z80_INLINE bool in_window(const megadrive *md, uint16_t address)
{
    return address >= 0x8000 && md->z80_window;
}

Z80_INLINE uint8_t window_read(z80_context *c, uint16_t address)
{
    megadrive *md = c->bus;
    c->time += wait_for_rom(&md->state) * Z80_T;
    md->z80_window_reads++;
    return md->z80_window[address & 0x7FFF];
}

/* A status of the YM2612 that is known to last: */
Z80_INLINE bool device_reads(const megadrive *md, uint16_t address, int64_t clock)
{
    return (address & 0xE003) == 0x4000 && clock < md->z80_fm_until;
}

Z80_INLINE uint8_t device_read(z80_context *c)
{
    megadrive *md = c->bus;
    int64_t now = z80_now(c);
    md->z80_fm_read = now;
    return md->z80_fm_value = now < md->z80_fm_change ? md->z80_fm_status : md->fm_next_status;
}

/* And writes to the YM2612's queue. */
Z80_INLINE bool device_writes(const megadrive *md, uint16_t address)
{
    return (address & 0xE000) == 0x4000 && md_fm_queues(md);
}

/* 1: what has just been written to a data port changes nothing of the status but that it is busy for a while: it was not
 * before, and the address came just before, and is none of the timers' or of the test registers'. */
Z80_INLINE bool makes_busy(const megadrive *md, int64_t now, const uint32_t *write)
{
    const uint32_t *before = write - 3;
    return now < md->z80_fm_until && now >= md->z80_fm_change && !(md->fm_next_status & 0x80) && write != md->fm_write
        && before[1] == write[1] - 1 && (write[1] == 3 || before[2] >= 0x28 || before[2] == 0x22);
}

#define BUSY_CYCLES 34          /* from the write of data to the end of "busy", in internal cycles (ports.c) */

Z80_INLINE void device_write(z80_context *c, uint16_t address, uint8_t value)
{
    megadrive *md = c->bus;
    int64_t now = z80_now(c);
    const uint32_t *write = md_queue_fm(md, now * MD_MCLK_PER_Z80, address & 3, value);
    if (address & 1) {
        md->fm_status_until = 0;
        if (makes_busy(md, now, write)) {
            md->z80_fm_status = md->fm_next_status | 0x80;
            md->z80_fm_change = md_z80_time(md, write[0] + BUSY_CYCLES);
        } else {
            md->z80_fm_until = 0;
        }
    } else if (!md_address_is_quiet(md, write)) {
        md->fm_status_until = md->z80_fm_until = 0;
    }
}

OUTSIDE uint8_t read_outside(z80_context *c, uint16_t address)
{
#ifdef Z80_FAST
    if ((address & 0xE003) == 0x4000 && !((megadrive *)c->bus)->ym2612_other.chip)
        return md_z80_read_status(c->bus, z80_now(c));
#endif
    z80_store_clock(c);
    uint8_t value = md_z80_read(c->bus, address);
    WATCH_READ(c->bus, address);
    z80_load_clock(c);
    return value;
}

OUTSIDE void write_outside(z80_context *c, uint16_t address, uint8_t value)
{
#ifdef Z80_FAST
    if (device_writes(c->bus, address)) {
        device_write(c, address, value);
        return;
    }
#endif
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
#define Z80_IN_WINDOW(cpu, address) in_window(machine_of(cpu), address)
#define Z80_WINDOW_READ(c, address) window_read(c, address)
#define Z80_DEVICE_READS(cpu, address, time) device_reads(machine_of(cpu), address, (cpu)->deadline + ((time) >> Z80_T_BITS))
#define Z80_DEVICE_READ(c, address) device_read(c)
#define Z80_DEVICE_WRITES(cpu, address) device_writes(machine_of(cpu), address)
#define Z80_DEVICE_WRITE(c, address, value) device_write(c, address, value)
#define Z80_BUS(cpu) machine_of(cpu)
#define Z80_RAM(cpu) (machine_of(cpu)->state.z80_ram)

#endif
