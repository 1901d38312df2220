/* The 68000's memory map, apart from plain memory (handbook 01 sections 2 to 5). */
#include "machine.h"

#include "cartridge/cartridge.h"
#include "io/io.h"

/* An access to the Z80's half of the machine takes one clock more (Pac-Man 2, Puyo Puyo 2). */
#define Z80_AREA_WAIT 1

#define VDP_DECODE_MASK 0xE700E0        /* address bits that the VDP's select compares */
#define VDP_DECODE 0xC00000

static int64_t access_clock(const megadrive *md)
{
    return (md->state.cpu.clock + BUS_ACCESS_CLOCKS) * MD_MCLK_PER_68K;
}

/* Nobody ends the bus cycle: the 68000 waits until reset. */
static uint16_t lock_up(megadrive *md)
{
    md->state.locked = 1;
    md->state.cpu.deadline = INT64_MIN;
    return md->state.cpu.irc;
}

static void wait_until(megadrive *md, int64_t end)
{
    if (end == INT64_MAX) {
        lock_up(md);
        return;
    }
    int64_t late = end - access_clock(md);
    if (late > 0)
        md->state.cpu.clock += round_up(late, MD_MCLK_PER_68K);
}

static uint8_t z80_area_read(megadrive *md, uint32_t address)
{
    if (md->state.z80_reset || !md->state.z80_busreq)
        return (uint8_t)(md->state.cpu.irc >> 8);
    address &= 0x7FFF;
    if (address < 0x4000)
        return md->state.z80_ram[address & 0x1FFF];
    if (address < 0x6000)
        return md_fm_read(md, access_clock(md), address);
    if (address >= 0x7F00)
        lock_up(md);
    return 0xFF;
}

static void z80_bank_write(megadrive *md, uint8_t value)
{
    md->state.z80_bank = (uint16_t)(md->state.z80_bank >> 1 | (value & 1) << 8);
}

static void z80_area_write(megadrive *md, uint32_t address, uint8_t value)
{
    if (md->state.z80_reset || !md->state.z80_busreq)
        return;
    address &= 0x7FFF;
    if (address < 0x4000)
        md->state.z80_ram[address & 0x1FFF] = value;
    else if (address < 0x6000)
        md_fm_write(md, access_clock(md), address, value);
    else if (address < 0x6100)
        z80_bank_write(md, value);
    else if (address >= 0x7F00)
        lock_up(md);
}

static void set_z80_lines(megadrive *md, uint8_t busreq, uint8_t reset)
{
    int64_t clock = access_clock(md);
    md_sync_z80(md, clock);
    int ran = z80_runs(md);
    if (reset && !md->state.z80_reset) {
        md_fm_reset(md, clock);
        z80_reset(&md->state.z80);
        md->state.z80_locked = 0;
    }
    md->state.z80_busreq = busreq;
    md->state.z80_reset = reset;
    if (!ran && z80_runs(md)) {
        /* The Z80 goes on about one of its clocks after the bus is released (measured by BlastEm's author). */
        int64_t start = round_up(clock, MD_MCLK_PER_Z80) + 1;
        if (md->state.z80.clock < start)
            md->state.z80.clock = start;
        end_slice(md, clock + SLICE - (clock - md->state.clock) % SLICE);
    }
}

static uint16_t system_read(megadrive *md, uint32_t address, unsigned lanes)
{
    uint16_t open = md->state.cpu.irc;
    (void)lanes;
    if (address < 0xA10020) {
        md_follow_light(md, access_clock(md));
        uint8_t value = io_read(&md->state.io, access_clock(md), (address >> 1) & 15);
        return (uint16_t)(value << 8 | value);
    }
    switch (address & 0xFFFF00) {
    case 0xA10000:
    case 0xA11000:
    case 0xA11200:
    case 0xA11300:
    case 0xA12000:
    case 0xA13000:
    case 0xA14000:
    case 0xA14100:
        return open;
    case 0xA11100: {
        md_sync_z80(md, access_clock(md));
        int granted = md->state.z80_busreq && !md->state.z80_reset;
        return (uint16_t)((open & ~0x100) | (granted ? 0 : 0x100));
    }
    default:
        return lock_up(md);
    }
}

static void system_write(megadrive *md, uint32_t address, uint16_t value, unsigned lanes)
{
    if (address < 0xA10020) {
        md_follow_light(md, access_clock(md));
        if (lanes & 1)
            io_write(&md->state.io, access_clock(md), (address >> 1) & 15, (uint8_t)value);
        return;
    }
    switch (address & 0xFFFF00) {
    case 0xA10000:
    case 0xA11000:
    case 0xA11300:
    case 0xA12000:
    case 0xA14000:                      /* TMSS: "SEGA" is taken, nothing is ever locked */
    case 0xA14100:
        break;
    case 0xA11100:
        if (lanes & 2)
            set_z80_lines(md, (value >> 8) & 1, md->state.z80_reset);
        break;
    case 0xA11200:
        if (lanes & 2)
            set_z80_lines(md, md->state.z80_busreq, !((value >> 8) & 1));
        break;
    case 0xA13000:
        if (lanes & 1)
            cartridge_time_write(md, address | 1, (uint8_t)value);
        break;
    default:
        lock_up(md);
    }
}

static uint16_t vdp_area_read(megadrive *md, uint32_t address)
{
    uint16_t value = md->state.cpu.irc;
    unsigned port = address & 0x1E;
    if ((address & VDP_DECODE_MASK) != VDP_DECODE || (port >= 0x10 && port < 0x18))
        return lock_up(md);
    if (port < 0x10)
        wait_until(md, md_vdp_read(md, access_clock(md), port, &value));
    return value;
}

void md_68k_write_vdp(megadrive *md, uint32_t port, uint16_t value)
{
    wait_until(md, md_vdp_write(md, access_clock(md), port, value));
}

static void vdp_area_write(megadrive *md, uint32_t address, uint16_t value, unsigned lanes)
{
    unsigned port = address & 0x1E;
    if ((address & VDP_DECODE_MASK) != VDP_DECODE || (port >= 0x08 && port < 0x10)) {
        lock_up(md);
    } else if (port >= 0x10 && port < 0x18) {
        if (lanes & 1) {
            md_sync_z80(md, access_clock(md));
            md_psg_write(md, access_clock(md), (uint8_t)value);
        }
    } else {
        if (lanes == 2)
            value = (uint16_t)((value & 0xFF00) | value >> 8);
        else if (lanes == 1)
            value = (uint16_t)((value & 0xFF) | value << 8);
        md_68k_write_vdp(md, port, value);
    }
}

uint16_t md_68k_read(megadrive *md, uint32_t address, unsigned lanes)
{
    md->polling.reads++;
    address &= 0xFFFFFE;
    if (address >= 0xE00000)
        return (uint16_t)(md->state.ram[address & 0xFFFF] << 8 | md->state.ram[(address & 0xFFFF) + 1]);
    if (address < 0x400000)
        return cartridge_read(md, address);
    if (address < 0x800000)
        return md->state.cpu.irc & 0xFF00;     /* the "memory test" ROM prints a low byte of 0 here */
    if (address < 0xA00000)
        return lock_up(md);
    if (address < 0xA10000) {
        md_sync_z80(md, access_clock(md));
        md->state.cpu.clock += Z80_AREA_WAIT;
        uint8_t value = z80_area_read(md, lanes == 1 ? address | 1 : address);
        return (uint16_t)(value << 8 | value);
    }
    if (address < 0xA20000)
        return system_read(md, address, lanes);
    if (address < 0xC00000)
        return lock_up(md);
    return vdp_area_read(md, address);
}

void md_68k_write(megadrive *md, uint32_t address, uint16_t value, unsigned lanes)
{
    address &= 0xFFFFFE;
    if (address >= 0xE00000) {
        uint8_t *cell = md->state.ram + (address & 0xFFFF);
        if (lanes & 2)
            cell[0] = (uint8_t)(value >> 8);
        if (lanes & 1)
            cell[1] = (uint8_t)value;
    } else if (address < 0x400000) {
        cartridge_write(md, address, value, lanes);
    } else if (address < 0x800000) {
        return;
    } else if (address < 0xA00000) {
        lock_up(md);
    } else if (address < 0xA10000) {
        md_sync_z80(md, access_clock(md));
        md->state.cpu.clock += Z80_AREA_WAIT;
        if (lanes == 1)
            z80_area_write(md, address | 1, (uint8_t)value);
        else
            z80_area_write(md, address, (uint8_t)(value >> 8));
    } else if (address < 0xA20000) {
        system_write(md, address, value, lanes);
    } else if (address < 0xC00000) {
        lock_up(md);
    } else {
        vdp_area_write(md, address, value, lanes);
    }
}

uint16_t md_dma_read(void *machine, uint32_t address)
{
    megadrive *md = machine;
    address &= 0xFFFFFE;
    const uint8_t *page = md->read_page[address >> 16];
    if (page)
        return (uint16_t)(page[address & 0xFFFF] << 8 | page[(address & 0xFFFF) + 1]);
    if (address < 0x400000)
        return cartridge_read(md, address);
    return md->state.cpu.irc;           /* nothing sensible answers a DMA elsewhere */
}
