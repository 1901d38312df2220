/* The 68000 on the console's bus. */
#include "machine.h"

#include "m68000/context.h"
#include "vdp/vdp.h"

/* The VDP's interrupts are autovectored: the acknowledge becomes a cycle synchronous to the 68000's E clock, a tenth
 * of its clock, and takes 10 to 19 clocks (handbook 02 section 5).  The phase counts from reset. */
#define E_PERIOD 10
#define VPA_SETUP 10

/* Address bits that select the VDP's data port. */
#define VDP_DATA_MASK 0xE700FC
#define VDP_DATA 0xC00000

static uint16_t console_read_word(m68000_context *c, uint32_t address)
{
    megadrive *md = c->bus;
    const uint8_t *page = md->read_page[address >> 16];
    if (page)
        return m68000_get_word(page + (address & 0xFFFF));
    m68000_flush(c);
    uint16_t value = md_68k_read(c->bus, address, 3);
    m68000_reload(c);
    return value;
}

static uint8_t console_read_byte(m68000_context *c, uint32_t address)
{
    megadrive *md = c->bus;
    const uint8_t *page = md->read_page[address >> 16];
    if (page)
        return page[address & 0xFFFF];
    m68000_flush(c);
    uint16_t value = md_68k_read(c->bus, address, address & 1 ? 1 : 2);
    m68000_reload(c);
    return (uint8_t)(address & 1 ? value : value >> 8);
}

/* A word to the data port of the VDP that has no effect yet; 0: it may have one. */
static inline int write_later(megadrive *md, int64_t clock, uint16_t value)
{
    int64_t mclk = (clock + BUS_ACCESS_CLOCKS) * MD_MCLK_PER_68K;
    return !md->vdp_other.chip && !md->plain && mclk < md->light_clock && vdp_accept_word(&md->vdp, mclk, value);
}

static void console_write_word(m68000_context *c, uint32_t address, uint16_t value)
{
    megadrive *md = c->bus;
    uint8_t *page = md->write_page[address >> 16];
    if (page) {
        m68000_put_word(page + (address & 0xFFFF), value);
        return;
    }
    if ((address & VDP_DATA_MASK) == VDP_DATA && write_later(md, c->clock, value))
        return;
    m68000_flush(c);
    md_68k_write(c->bus, address, value, 3);
    m68000_reload(c);
}

static void console_write_byte(m68000_context *c, uint32_t address, uint8_t value)
{
    megadrive *md = c->bus;
    uint8_t *page = md->write_page[address >> 16];
    if (page) {
        page[address & 0xFFFF] = value;
        return;
    }
    m68000_flush(c);
    md_68k_write(c->bus, address, (uint16_t)(value << 8 | value), address & 1 ? 1 : 2);
    m68000_reload(c);
}

/* The same for what lies in no page: the writes of which programs make the most. */
static inline void console_write_outside(m68000_context *c, uint32_t address, uint16_t value)
{
    megadrive *md = c->bus;
    if (M68000_UNLIKELY(md->write_page[address >> 16])) { /* the first half of a long has mapped it */
        console_write_word(c, address, value);
        return;
    }
    if ((address & VDP_DATA_MASK) == VDP_DATA && write_later(md, c->clock, value))
        return;
    m68000_flush(c);
    if ((address & 0xE700F8) == 0xC00000)
        md_68k_write_vdp(md, address & 0x1E, value);
    else
        md_68k_write(md, address, value, 3);
    m68000_reload(c);
}

#ifdef M68000_THREADED
/* Words to the VDP's data port that need no call. */
M68000_INLINE bool write_at_once(megadrive *md, int size, uint32_t address, uint32_t value, int64_t clock)
{
    int64_t first = (clock + BUS_ACCESS_CLOCKS) * MD_MCLK_PER_68K, second = first + 4 * MD_MCLK_PER_68K;
    if ((address & (VDP_DATA_MASK | (size == LONG ? 2 : 0))) != VDP_DATA || md->vdp_other.chip || md->plain
        || second >= md->light_clock)
        return false;
    return size == LONG ? vdp_accept_two(&md->vdp, first, second, value) : vdp_accept_now(&md->vdp, first, (uint16_t)value);
}
#define M68000_WRITE_AT_ONCE(bus, size, address, value, clock) write_at_once(bus, size, address, value, clock)
#endif

/* What ends a run is looked at again: 1 if it goes on. */
static inline bool goes_on(m68000 *cpu, const megadrive *md)
{
    if (md->state.hold_clock >= 0 || md->state.locked || md->failed)
        return false;
    cpu->deadline = md->run_until < md->state.refresh_clock ? md->run_until : md->state.refresh_clock;
    return true;
}

static unsigned acknowledge(m68000_context *c, unsigned level)
{
    megadrive *md = c->bus;
    m68000_flush(c);
    int64_t start = c->clock;
    const unsigned phase = (uint64_t)(start + VPA_SETUP) % E_PERIOD;
    md->state.cpu.clock += VPA_SETUP - 4 + (phase ? E_PERIOD - phase : 0);
    md_vdp_acknowledge(md, (start + BUS_ACCESS_CLOCKS) * MD_MCLK_PER_68K);
    goes_on(c->cpu, md);                /* the level has fallen, with nothing behind it */
    m68000_reload(c);
    return 24 + level;
}

/* `place`: an address in the memory that the program lies in. */
M68000_INLINE bool pass_refresh(m68000 *cpu, megadrive *md, uint32_t place, uint32_t ir, int64_t *clock)
{
    *clock += refresh_wait(place) + refresh_of_ram(cpu, place, ir);
    next_refresh(md, place, *clock);
    return *clock < cpu->deadline;
}

M68000_INLINE bool refresh_in_run(m68000 *cpu, megadrive *md, uint32_t pc, uint32_t ir, int64_t *clock)
{
    const int64_t deadline = cpu->deadline;
    if (deadline != md->state.refresh_clock || deadline >= md->run_until || md->failed)
        return false;
    return in_work_ram(pc) ? pass_refresh(cpu, md, 0xFF0000, ir, clock) : pass_refresh(cpu, md, 0, ir, clock);
}

M68000_INLINE void poll_again(m68000_context *c, uint32_t target)
{
    megadrive *md = c->bus;
    m68000 *cpu = c->cpu;
    if (target == md->polling.refused[target >> 1 & 15])
        return;
    m68000_flush(c);
    cpu->sample_clock = c->sample;
    if (!md_polling_again(md, target))
        return;
    c->pc = cpu->pc;
    c->ir = cpu->ir;
    c->irc = cpu->irc;
    c->code = (uintptr_t)md->read_page[c->pc >> 16 & 0xFF] - (c->pc & 0xFFFF0000);
    c->clock = cpu->clock;
    c->sample = cpu->sample_clock;
}

#define M68000_NAME(name) console_##name
#define M68000_BUS(chip) ((void *)((uint8_t *)(chip) - offsetof(megadrive, state.cpu)))
#define M68000_READ_PAGE(bus, address) (((megadrive *)(bus))->read_page[(address) >> 16])
#define M68000_WRITE_PAGE(bus, address) (((megadrive *)(bus))->write_page[(address) >> 16])
#define M68000_FETCH(c, address, fc) ((void)(fc), console_read_word(c, address))
#define M68000_READ_WORD(c, address, fc) ((void)(fc), console_read_word(c, address))
#define M68000_READ_BYTE(c, address, fc) ((void)(fc), console_read_byte(c, address))
#define M68000_WRITE_WORD(c, address, value, fc) ((void)(fc), console_write_word(c, address, value))
#define M68000_WRITE_BYTE(c, address, value, fc) ((void)(fc), console_write_byte(c, address, value))
#define M68000_WRITE_OUTSIDE_WORD(c, address, value, fc) ((void)(fc), console_write_outside(c, address, value))
#define M68000_WRITE_OUTSIDE_BYTE(c, address, value, fc) ((void)(fc), console_write_byte(c, address, value))
#define M68000_GOES_ON(cpu, bus) goes_on(cpu, bus)
#define M68000_ACKNOWLEDGE(c, level) acknowledge(c, level)
#define M68000_AT_DEADLINE(cpu, bus, pc, ir, clock) refresh_in_run(cpu, bus, pc, ir, clock)
#define M68000_LOOP_AGAIN(c, target) poll_again(c, target)
#define M68000_RUN_BEGINS(cpu, bus) md_polling_resume(bus)
#define M68000_TAS_WRITES 0             /* the arbiter does not complete the read-modify-write (Gargoyles, Ex-Mutants) */
#include "m68000/template.h"

void md_68k_run(megadrive *md)
{
    console_run(&md->state.cpu, md);
}

void md_68k_reset(megadrive *md)
{
    console_reset(&md->state.cpu, md);
}
