/* machine.h - what connects the chips; internal to csrc/machine/.
 *
 * The 68000 leads: it runs to the next event.  Whoever touches another chip first brings that chip up to the
 * time of that very bus access with one of the sync functions; at the end of a slice everything is brought level.
 * Times are mclk unless a name says otherwise.
 */
#ifndef MEGADRIVE_MACHINE_H
#define MEGADRIVE_MACHINE_H

#include "core.h"

/* Within a 68000 bus cycle of 4 clocks, when a chip sees the access: at the falling edge of S4, where the
 * data strobes are active in reads and in writes. */
#define BUS_ACCESS_CLOCKS 2

void md_sync_z80(megadrive *md, int64_t clock);
void md_sync_fm(megadrive *md, int64_t clock);
void md_sync_psg(megadrive *md, int64_t clock);
void md_sync_vdp(megadrive *md, int64_t clock);

/* Look at what the VDP drives after a call of it: interrupt pins, bus request, next event. */
void md_follow_vdp(megadrive *md);

/* One VDP access of either CPU; `lanes` as in cartridge.h.  They return when the bus cycle can end. */
int64_t md_vdp_read(megadrive *md, int64_t clock, uint32_t address, uint16_t *value);
int64_t md_vdp_write(megadrive *md, int64_t clock, uint32_t address, uint16_t value);
void md_vdp_acknowledge(megadrive *md, int64_t clock);
void md_vdp_th_fall(megadrive *md, int64_t clock);
uint16_t md_dma_read(void *machine, uint32_t address);

/* shared.c: what can be done without a call of a VDP that is not the kernel; 1 if it has been. */
int md_shared_event(megadrive *md, int64_t clock);
int md_shared_read(megadrive *md, int64_t clock, uint32_t port, uint16_t *value);
int md_shared_write(megadrive *md, int64_t clock, uint32_t port, uint16_t value);
int md_shared_acknowledge(megadrive *md, int64_t clock);

/* md_run_frames, when nobody can have touched the state since its last call but for the held buttons. */
int64_t md_run_on(megadrive *md, int64_t n, int render, int16_t *audio, int64_t capacity);

void md_hear_fm(megadrive *md);                 /* the YM2612 is heard from now on */
void md_start_fm(megadrive *md);                /* a frame begins, and ends: the YM2612 is run as far as it has to be */
void md_end_fm(megadrive *md);
void md_forget_fm_writes(megadrive *md);        /* state.ym2612 is another one */
void md_fm_write(megadrive *md, int64_t clock, uint32_t port, uint8_t value);
uint8_t md_fm_read(megadrive *md, int64_t clock, uint32_t port);
uint8_t md_z80_read_status(megadrive *md, int64_t now); /* port 0 of a YM2612 that is the kernel, at the Z80's clock */
void md_psg_write(megadrive *md, int64_t clock, uint8_t value);

/* sound.c: the YM2612's reset line, the log of writes, and the sound of the frame that has just ended. */
void md_fm_reset(megadrive *md, int64_t clock);
void md_log_sound(megadrive *md, int64_t clock, uint32_t port, uint8_t value);
int64_t md_render_audio(megadrive *md, int16_t *audio, int64_t capacity);

/* 68000 bus cycles that do not end in plain memory.  They may advance the CPU's clock (waits). */
uint16_t md_68k_read(megadrive *md, uint32_t address, unsigned lanes);
void md_68k_write(megadrive *md, uint32_t address, uint16_t value, unsigned lanes);

/* A word from the 68000 to the VDP's port at the offset 0 to 6. */
void md_68k_write_vdp(megadrive *md, uint32_t port, uint16_t value);

/* Z80 bus cycles outside its RAM. */
uint8_t md_z80_read(megadrive *md, uint16_t address);
void md_z80_write(megadrive *md, uint16_t address, uint8_t value);

/* Run a CPU until its clock reaches its deadline. */
void md_68k_run(megadrive *md);
void md_z80_run(megadrive *md);
int md_z80_run_fast(megadrive *md);     /* part of it; 0: the next step is not for this */
void md_z80_step(megadrive *md);        /* one step */
void md_z80_poll(megadrive *md);        /* looks whether the Z80 only waits, and skips that */
void md_z80_watch_read(megadrive *md, uint16_t address); /* the Z80 has read outside its RAM */
void md_68k_reset(megadrive *md);

/* A light gun tells at light_clock that it has seen the beam.  Whoever looks at the VDP or the ports, or stops the
 * 68000, has this done first. */
void md_see_light(megadrive *md);
static inline void md_follow_light(megadrive *md, int64_t clock)
{
    while (clock >= md->light_clock)
        md_see_light(md);
}

/* The 68000 has reached the time of a refresh; the same if that comes within its run, which then goes on. */
void md_refresh_68k(megadrive *md);
int md_refresh_in_run(megadrive *md);

/* polling.c: the 68000 has branched back to `target`, or begins a run.  If it only waits there, it is brought on to where it
 * leaves the loop or its run ends; md_polling_again gives 1 if it did anything. */
int md_polling_again(megadrive *md, uint32_t target);
void md_polling_resume(megadrive *md);

/* A 68000 that only waits is not run at the end of a slice in which it sees nothing new (md_polling.behind).  Whoever takes
 * clocks from it, or changes what it may read, calls this first, and then sets polling.idle_until to 0 if it does the
 * latter. */
void md_bring_68k(megadrive *md);

/* The VDP to the last of the 68000's reads for which it was not run: before the Z80 comes, for which that is long past. */
void md_bring_vdp(megadrive *md);

/* The Z80 is brought level at least this often while it runs, so that the 68000 sees what it writes to work RAM and feels
 * the bus cycles it borrows. */
#define SLICE MD_MCLK_PER_LINE

/* Samples at the head of md->fm and md->psg that belong to the coming frame: at most so many. */
#define MD_FM_AHEAD 16
#define MD_PSG_AHEAD 64

static inline int z80_runs(const megadrive *md)
{
    return !md->state.z80_reset && !md->state.z80_busreq && !md->state.z80_locked;
}

static inline int64_t round_up(int64_t clock, int64_t unit)
{
    return (clock + unit - 1) / unit;
}

/* The YM2612's cycle from state.fm_clock in which mclk `clock` lies. */
static inline int64_t md_fm_cycle(const megadrive *md, int64_t clock)
{
    return (int64_t)((uint64_t)clock / MD_MCLK_PER_YM) - md->state.fm_clock;
}

/* The cycle of an access to the YM2612's kernel, from state.fm_clock: one that comes earlier than another counts as made now. */
static inline int64_t md_fm_access(megadrive *md, int64_t clock)
{
    int64_t cycle = md_fm_cycle(md, clock);
    if (md->fm_reach < cycle)
        md->fm_reach = cycle;
    return md->fm_reach;
}

/* 1: a write to the YM2612 need only be queued. */
static inline int md_fm_queues(const megadrive *md)
{
    return !md->sound_log && !md->ym2612_other.chip && md->fm_writes != MD_FM_WRITES;
}

static inline uint32_t *md_queue_fm(megadrive *md, int64_t clock, uint32_t port, uint8_t value)
{
    uint32_t *write = md->fm_write + 3 * (size_t)md->fm_writes;
    write[0] = (uint32_t)md_fm_access(md, clock);
    write[1] = port;
    write[2] = value;
    md->fm_writes++;
    return write;
}

/* An address changes nothing of the status, unless the chip has not seen yet what was written before. */
static inline int md_address_is_quiet(const megadrive *md, const uint32_t *write)
{
    return write != md->fm_write && write[0] >= write[-3] + 2;
}

/* The status that port 0 shows at the chip's clock `at`, if it is known: busy ends by itself. */
static inline int md_fm_status_known(const megadrive *md, int64_t at)
{
    return md->fm_status_until && at < md->fm_next_until;
}

static inline uint8_t md_fm_status(megadrive *md, int64_t at)
{
    ym2612 *chip = &md->state.ym2612;
    uint8_t status = chip->status;
    if (at >= md->fm_status_until) {
        status = md->fm_next_status;
        md->fm_status_until = md->fm_next_until;
    }
    return ym2612_show_status(chip, 0, status, at);
}

/* The first T state of the Z80 in which it finds the YM2612 in this cycle from state.fm_clock, or a later one. */
static inline int64_t md_z80_time(const megadrive *md, int64_t cycle)
{
    const uint32_t ym = MD_MCLK_PER_YM / 3, z80 = MD_MCLK_PER_Z80 / 3;
    return (int64_t)(((uint64_t)(cycle + md->state.fm_clock) * ym + z80 - 1) / z80);
}

/* What the Z80 knows of the YM2612's status without asking is not so any more. */
static inline void md_forget_z80_fm(megadrive *md)
{
    md->z80_fm_until = 0;
    md->z80_fm_mode = 0;
}

/* T states from the beginning of a Z80's instruction to the end of its last read, and more. */
#define LONGEST_Z80_READ 24

/* Before anybody looks at the chip or fm_reach: they learn of what the Z80 has read of the status by itself. */
static inline void md_settle_fm(megadrive *md)
{
    int64_t clock = md->z80_fm_read;
    if (!clock)
        return;
    ym2612 *chip = &md->state.ym2612;
    int64_t cycle = md_fm_cycle(md, clock * MD_MCLK_PER_Z80);
    md->z80_fm_read = 0;
    if (md->fm_reach < cycle)           /* else there were writes since */
        md->fm_reach = cycle;
    if (clock >= md->z80_fm_change && md->fm_status_until)
        md->fm_status_until = md->fm_next_until;
    ym2612_show_status(chip, 0, md->z80_fm_value, chip->clock + cycle);
}

/* The present slice ends at `clock`, or sooner. */
static inline void end_slice(megadrive *md, int64_t clock)
{
    int64_t until = round_up(clock, MD_MCLK_PER_68K);
    if (clock < md->target)
        md->target = clock;
    if (until < md->run_until)
        md->run_until = until;
    if (until < md->state.cpu.deadline)
        md->state.cpu.deadline = until;
}

/* The last time up to `clock` at which a slice would end that is as short as can be. */
static inline int64_t whole_slices(const megadrive *md, int64_t clock)
{
    return clock - (clock - md->state.clock) % SLICE;
}

/* Refresh as the 68000 feels it: running from the cartridge it loses 2 clocks every 128; running from work RAM
 * it loses 3 about every 806 mclk (board measurements, handbook 01 section 6).  Work RAM's refresh is felt by programs in
 * the cartridge too, when they happen to access it within 19 clocks.  Of this only the plainest case is followed: the
 * cartridge's refresh meets an instruction of a fill or copy loop.  By the same figures a loop that clears work RAM loses
 * some hundredth of its time to it; without any of that, programs that clear 64 KB first and then wait for a picture may
 * catch one too early. */
#define ROM_REFRESH_PERIOD 128
#define ROM_REFRESH_WAIT 2
#define RAM_REFRESH_PERIOD 115
#define RAM_REFRESH_WAIT 3

static inline int in_work_ram(uint32_t pc)
{
    return (pc & 0xFFFFFF) >= 0xE00000;
}

static inline int64_t refresh_period(uint32_t pc)
{
    return in_work_ram(pc) ? RAM_REFRESH_PERIOD : ROM_REFRESH_PERIOD;
}

static inline int64_t refresh_wait(uint32_t pc)
{
    return in_work_ram(pc) ? RAM_REFRESH_WAIT : ROM_REFRESH_WAIT;
}

/* What a refresh costs besides, as work RAM's comes with it: the program lies in the cartridge, and the instruction at `pc`,
 * whose first word is `ir`, stores into work RAM as fills and copies do: MOVE, CLR or MOVEM to (An), (An)+ or -(An). */
static inline int64_t refresh_of_ram(const m68000 *cpu, uint32_t pc, uint32_t ir)
{
    unsigned mode = ir >> 3, reg = ir, line = ir >> 12;
    if (line - 1 <= 2) {
        mode = ir >> 6;
        reg = ir >> 9;
    } else if ((ir & 0xFF00) != 0x4200 && (ir & 0xFF80) != 0x4880) {
        return 0;
    }
    mode &= 7;
    reg &= 7;
    return mode - 2 <= 2 && reg != 7 && (cpu->r[8 + reg] & 0xE00000) == 0xE00000 && !in_work_ram(pc) ? RAM_REFRESH_WAIT : 0;
}

/* A refresh has taken its clocks: the next one, and the deadline. */
static inline void next_refresh(megadrive *md, uint32_t pc, int64_t clock)
{
    const int64_t period = refresh_period(pc);
    int64_t *refresh = &md->state.refresh_clock;
    *refresh += period;
    if (*refresh <= clock)
        *refresh = clock + period - (clock - *refresh) % period;
    md->state.cpu.deadline = md->run_until < *refresh ? md->run_until : *refresh;
}

#endif
