/* The Z80 on the console's bus: its memory map, and its cycles on the 68000's bus (handbook 01 sections 3 to 5). */
#include "z80bus.h"

#include "io/io.h"
#include "cartridge/cartridge.h"

static int64_t z80_mclk(const megadrive *md)
{
    return md->state.z80.clock * MD_MCLK_PER_Z80;
}

/* The 68000 loses what `reads` accesses to the window cost; if it is behind, that is noted for when it is brought level. */
static void charge_68k(megadrive *md, int64_t reads)
{
    md_state *state = &md->state;
    if (!reads || state->cpu.stopped)
        return;
    uint64_t sum = state->window_steal + (uint64_t)reads * WINDOW_STEAL;
    state->window_steal = (uint8_t)(sum % MD_MCLK_PER_68K);
    if (md->polling.behind)
        md->polling.stolen += (uint32_t)(sum / MD_MCLK_PER_68K);
    else
        state->cpu.clock += (int64_t)(sum / MD_MCLK_PER_68K);
}

static void settle_window(megadrive *md)
{
    charge_68k(md, md->z80_window_reads);
    md->z80_window_reads = 0;
}

/* Whether the window shows plain memory.  If a DMA has the bus, borrow_bus has more to do. */
static void find_window(megadrive *md)
{
    unsigned bank = md->state.z80_bank;
    const uint8_t *page = bank < WINDOW_END ? md->read_page[bank >> 1] : NULL;
    md->z80_window = page && !md->state.vdp.bus_hold ? page + (bank & 1) * 0x8000 : NULL;
}

/* An access to the window: the T states that the Z80 waits. */
static unsigned wait_for_window(megadrive *md, unsigned wait)
{
    unsigned sum = md->state.window_wait + wait;
    charge_68k(md, 1);
    md->state.window_wait = (uint8_t)(sum % MD_MCLK_PER_Z80);
    return sum / MD_MCLK_PER_Z80;
}

/* The Z80 borrows the 68000's bus for one cycle; it may touch what the 68000 does. */
static void borrow_bus(megadrive *md, unsigned wait)
{
    md_state *state = &md->state;
    md_bring_68k(md);
    if (state->vdp.bus_hold) {
        /* A DMA has the bus.  The VDP may be run ahead to its end, but not out of this slice's frame. */
        uint32_t frame = state->vdp.frame;
        while (state->vdp.bus_hold && state->vdp.frame == frame && !md->failed)
            md_sync_vdp(md, state->vdp.next_event > state->vdp.clock ? state->vdp.next_event : state->vdp.clock + 1);
        int64_t free = state->vdp.bus_hold ? state->vdp.clock : state->vdp.bus_release_clock;
        if (round_up(free, MD_MCLK_PER_Z80) > state->z80.clock)
            state->z80.clock = round_up(free, MD_MCLK_PER_Z80);
    }
    state->z80.clock += wait_for_window(md, wait);
}

static uint8_t lock_up(megadrive *md)
{
    md->state.z80_locked = 1;
    md->state.z80.deadline = INT64_MIN;
    return 0xFF;
}

static uint8_t vdp_byte_read(megadrive *md, uint32_t address)
{
    uint16_t value = 0xFFFF;
    unsigned port = address & 0x1E;
    if (port >= 0x10)
        return 0xFF;
    md_bring_vdp(md);
    int64_t end = md_vdp_read(md, z80_mclk(md), port, &value);
    if (end == INT64_MAX)
        return lock_up(md);
    if (end > md->state.cpu.clock * MD_MCLK_PER_68K)
        md->polling.idle_until = 0;     /* a read of the 68000's would have to wait for the VDP */
    if (round_up(end, MD_MCLK_PER_Z80) > md->state.z80.clock)
        md->state.z80.clock = round_up(end, MD_MCLK_PER_Z80);
    return (uint8_t)(address & 1 ? value : value >> 8);
}

static void vdp_byte_write(megadrive *md, uint32_t address, uint8_t value)
{
    unsigned port = address & 0x1E;
    if (port >= 0x10 && port < 0x18) {
        if (address & 1)
            md_psg_write(md, z80_mclk(md), value);
    } else if (port < 0x08 || port >= 0x18) {
        md->polling.idle_until = 0;
        md_bring_vdp(md);
        int64_t end = md_vdp_write(md, z80_mclk(md), port, (uint16_t)(value << 8 | value));
        if (round_up(end, MD_MCLK_PER_Z80) > md->state.z80.clock)
            md->state.z80.clock = round_up(end, MD_MCLK_PER_Z80);
    }
}

static uint8_t read_window(megadrive *md, uint32_t address)
{
    const uint8_t *page = address < 0xC00000 ? md->read_page[address >> 16] : NULL;
    if (page && !md->state.vdp.bus_hold) {
        md->state.z80.clock += wait_for_window(md, WINDOW_ROM_WAIT);
        return page[address & 0xFFFF];
    }
    borrow_bus(md, address >= 0xC00000 ? WINDOW_VDP_WAIT : WINDOW_ROM_WAIT);
    if (address >= 0xE00000)
        return 0xFF;                    /* work RAM can be written but not read (C. MacDonald) */
    if (page)
        return page[address & 0xFFFF];
    if (address < 0x400000) {
        uint16_t word = cartridge_read(md, address & ~1u);
        return (uint8_t)(address & 1 ? word : word >> 8);
    }
    if (address >= 0xA00000 && address < 0xA10000)
        return lock_up(md);
    if (address >= 0xA10000 && address < 0xA10020) {
        md_follow_light(md, z80_mclk(md));
        return io_read(&md->state.io, z80_mclk(md), (address >> 1) & 15);
    }
    if (address >= 0xC00000)
        return vdp_byte_read(md, address);
    return 0xFF;
}

static void write_window(megadrive *md, uint32_t address, uint8_t value)
{
    borrow_bus(md, address >= 0xC00000 ? WINDOW_VDP_WAIT : WINDOW_ROM_WAIT);
    uint16_t word = (uint16_t)(value << 8 | value);
    if (address < 0xC00000 || address >= 0xE00000)
        md->polling.idle_until = 0;
    if (address >= 0xE00000)
        md->state.ram[address & 0xFFFF] = value;
    else if (address < 0x400000)
        cartridge_write(md, address & ~1u, word, address & 1 ? 1 : 2);
    else if (address >= 0xA00000 && address < 0xA10000)
        lock_up(md);
    else if (address >= 0xA10000 && address < 0xA10020 && (address & 1))
        io_write(&md->state.io, z80_mclk(md), (address >> 1) & 15, value);
    else if (address >= 0xA13000 && address < 0xA13100 && (address & 1))
        cartridge_time_write(md, address, value);
    else if (address >= 0xC00000)
        vdp_byte_write(md, address, value);
}

static uint8_t bus_read(megadrive *md, uint16_t address)
{
    if (address >= 0x8000)
        return read_window(md, (uint32_t)md->state.z80_bank << 15 | (address & 0x7FFF));
    if (address >= 0x7F20)
        return lock_up(md);
    borrow_bus(md, WINDOW_VDP_WAIT);
    return vdp_byte_read(md, address);
}

static void bus_write(megadrive *md, uint16_t address, uint8_t value)
{
    if (address >= 0x8000) {
        write_window(md, (uint32_t)md->state.z80_bank << 15 | (address & 0x7FFF), value);
    } else if (address >= 0x7F20) {
        lock_up(md);
    } else {
        borrow_bus(md, WINDOW_VDP_WAIT);
        vdp_byte_write(md, address, value);
    }
}

/* Beyond its RAM, which ends at $4000. */
uint8_t md_z80_read(megadrive *md, uint16_t address)
{
    if (address < 0x6000)
        return md_fm_read(md, z80_mclk(md), address);
    if (address < 0x7F00)
        return 0xFF;
    settle_window(md);
    uint8_t value = bus_read(md, address);
    find_window(md);
    return value;
}

void md_z80_write(megadrive *md, uint16_t address, uint8_t value)
{
    if (address < 0x6000) {
        md_fm_write(md, z80_mclk(md), address, value);
    } else if (address >= 0x7F00) {
        settle_window(md);
        bus_write(md, address, value);
        find_window(md);
    } else if (address < 0x6100) {
        md->state.z80_bank = (uint16_t)(md->state.z80_bank >> 1 | (value & 1) << 8);
        find_window(md);
    }
}

#include "z80/template.h"

void md_z80_step(megadrive *md)
{
    console_advance(&md->state.z80, md, true);
}

void md_z80_run(megadrive *md)
{
    md_z80_polling *p = &md->z80_polling;
    z80 *cpu = &md->state.z80;
    find_window(md);
    if (md->plain) {
        console_run(cpu, md);
        return;
    }
    if (p->until <= cpu->clock && !p->watching && p->wait)
        p->wait--;
    else
        md_z80_poll(md);
    while (cpu->clock < cpu->deadline)
        if (!md_z80_run_fast(md))
            console_advance(cpu, md, cpu->ei | cpu->p | cpu->deferred); /* behind these it may be fast again */
    if (md->z80_window_reads)
        settle_window(md);
}
