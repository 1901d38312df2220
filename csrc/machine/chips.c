/* The VDP, the YM2612 and the PSG as the machine reaches them: the C kernel, or whatever stands in for it. */
#include "machine.h"

#include "vdp/vdp.h"

#define FM_CYCLES 24                    /* in a sample */
#define VDP_STATUS_PORT 4
#define VDP_STATUS_OPEN 0xFC00          /* status bits that the chip does not drive */

/* What an access needs seldom is kept out of the way of the others. */
#ifdef __GNUC__
#define APART __attribute__((noinline))
#else
#define APART
#endif

/* The chip is behind by samples that are in md->fm already, or that nobody hears. */
static void run_held(megadrive *md)
{
    int64_t cycles = FM_CYCLES * md->fm_held_samples;
    int32_t count = 0, i;
    while (count < md->fm_writes && md->fm_write[3 * count] < cycles)
        count++;
    ym2612_run_writes(&md->state.ym2612, md->fm_write, count, cycles, NULL);
    md->state.fm_clock += cycles;
    md->fm_reach = md->fm_reach > cycles ? md->fm_reach - cycles : 0;
    md->fm_writes -= count;
    memmove(md->fm_write, md->fm_write + 3 * count, 3 * (size_t)md->fm_writes * sizeof *md->fm_write);
    for (i = 0; i < md->fm_writes; i++)
        md->fm_write[3 * i] -= (uint32_t)cycles;
    md->fm_held_samples = 0;
}

/* Run the chip by `cycles` cycles, or further if an access came later. */
static void run_fm(megadrive *md, int64_t cycles)
{
    md_settle_fm(md);
    if (cycles < md->fm_reach)
        cycles = md->fm_reach;
    md->fm_ahead_writes = -1;
    md->fm_status_until = 0;
    md_forget_z80_fm(md);
    md->fm_held = 0;
    if (md->fm_held_samples) {
        cycles -= FM_CYCLES * md->fm_held_samples;
        run_held(md);
    }
    if (cycles <= 0 && !md->fm_writes)
        return;
    int64_t room = (int64_t)(MD_FM_CAPACITY - md->fm_count) * FM_CYCLES;
    int16_t *out = md->want_audio && cycles < room ? md->fm + 2 * md->fm_count : NULL;
    ym2612_interface *other = &md->ym2612_other;
    int64_t samples = other->chip ? md->fm_writes ? other->play(other->chip, md->fm_write, md->fm_writes, cycles, out)
                                                  : other->run(other->chip, cycles, out)
                    : md->fm_output.muted && out
                        ? ym2612_run_output(&md->state.ym2612, md->fm_write, md->fm_writes, cycles, &md->fm_output, 0, out)
                        : ym2612_run_writes(&md->state.ym2612, md->fm_write, md->fm_writes, cycles, out);
    md->fm_writes = 0;
    md->fm_reach = 0;
    if (out)
        md->fm_count += (int32_t)samples;
    md->state.fm_clock += cycles;
}

void md_sync_fm(megadrive *md, int64_t clock)
{
    run_fm(md, md_fm_cycle(md, clock));
}

/* ------------------------------------------------------------------------------------ the YM2612 behind
 *
 * A chip that nobody hears or looks at takes the writes of many frames at once.  One that is heard stays behind by the part of a
 * sample with which a frame ends; and by more while it shows the same in every sample, whatever its operators do.
 */

/* Up to this long, in mclk. */
#define LONGEST_LAG ((int64_t)10 * 53693175)

static int may_lag(const megadrive *md)
{
    return !md->plain && !md->sound_log && !md->ym2612_other.chip
        && md->state.clock - md->state.fm_clock * MD_MCLK_PER_YM < LONGEST_LAG;
}

/* 1: it is behind by a part of a sample at most. */
static int is_level(const megadrive *md)
{
    return md->fm_writes == 0 && md_fm_cycle(md, md->state.clock) < FM_CYCLES;
}

void md_hear_fm(megadrive *md)
{
    if (!md->fm_held && !is_level(md))
        md_catch_up(md);
}

void md_start_fm(megadrive *md)
{
    if (!md->fm_held && is_level(md) && may_lag(md) && !md->fm_output.muted) {
        md->fm_held = (uint8_t)ym2612_holds(&md->state.ym2612, md->fm_pair);
        md->fm_held_writes = 0;
    }
}

/* The frame's samples of a chip that shows the same in all of them.  Returns 0 if it does not. */
static int hold_fm(megadrive *md)
{
    int64_t samples = md_fm_cycle(md, md->state.clock) / FM_CYCLES - md->fm_held_samples;
    if (!md->fm_held || md->fm_output.muted || samples > MD_FM_CAPACITY - md->fm_count)
        return 0;
    for (; md->fm_held_writes < md->fm_writes; md->fm_held_writes++) {
        const uint32_t *write = md->fm_write + 3 * md->fm_held_writes;
        if (ym2612_shows(&md->state.ym2612, write[1], write[2]))
            return 0;
    }
    md->fm_held_samples += samples;
    if (md->want_audio) {
        int16_t *to = md->fm + 2 * md->fm_count, left = md->fm_pair[0], right = md->fm_pair[1];
        for (int64_t i = 0; i < samples; i++) {
            to[2 * i] = left;
            to[2 * i + 1] = right;
        }
        md->fm_count += (int32_t)samples;
    }
    return 1;
}

/* 1: the chip is the Python model, whose state nobody looks at without md_catch_up */
static int ends_with_samples(const megadrive *md)
{
    return md->ym2612_other.chip && md->ym2612_other.status_is_shared && md->ym2612_other.play && !md->plain && !md->sound_log;
}

void md_end_fm(megadrive *md)
{
    int64_t cycles = md_fm_cycle(md, md->state.clock);
    int lags = may_lag(md);
    md_settle_fm(md);
    if (lags && hold_fm(md))
        return;
    if (lags && !md->want_audio && !md->fm_held_samples) {
        md->fm_held = 0;
        return;
    }
    /* the part of a sample; the Python model goes by whole ones, too */
    if ((lags || ends_with_samples(md)) && md->fm_may_lag && !md->fm_held_samples) {
        int64_t whole = cycles - (md->state.ym2612.cycle + cycles) % FM_CYCLES;
        if (whole >= md->fm_reach && whole > 0)
            cycles = whole;
    }
    run_fm(md, cycles);
}

void md_catch_up(megadrive *md)
{
    md_sync_fm(md, md->state.clock);
}

void md_forget_fm_writes(megadrive *md)
{
    md->fm_writes = md->fm_held_writes = 0;
    md->fm_held = 0;
    md->fm_held_samples = 0;
    md->fm_ahead_writes = -1;
    md->fm_reach = md->fm_status_until = 0;
    md->z80_fm_read = 0;
    md_forget_z80_fm(md);
}

/* The VDP's debug register makes the output the level of one channel, whatever its wave does. */
static void hold_psg(const megadrive *md, int16_t *out, int64_t ticks)
{
    int channel = md->state.vdp.debug[0] >> 10 & 3;
    int16_t level = md->psg_muted >> channel & 1 ? 0 : (int16_t)psg_channel_level(&md->state.psg, channel);
    for (int64_t i = 0; i < ticks; i++)
        out[i] = level;
}

void md_sync_psg(megadrive *md, int64_t clock)
{
    int64_t ticks = clock / MD_MCLK_PER_PSG - md->state.psg_clock;
    if (ticks <= 0)
        return;
    int16_t *out = md->want_audio && ticks <= MD_PSG_CAPACITY - md->psg_count ? md->psg + md->psg_count : NULL;
    if (md->psg_other.chip)
        md->psg_other.run(md->psg_other.chip, ticks, out);
    else
        psg_run_muted(&md->state.psg, ticks, out, md->psg_muted);
    if (out && md->state.vdp.debug[0] & VDP_DEBUG_PSG)
        hold_psg(md, out, ticks);
    if (out)
        md->psg_count += (int32_t)ticks;
    md->state.psg_clock += ticks;
}

/* Returns 1 if the write is made. */
static APART int write_fm_apart(megadrive *md, int64_t clock, uint32_t port, uint8_t value)
{
    if (md->sound_log)
        md_log_sound(md, clock, port, value);
    if (md->ym2612_other.chip && !md->ym2612_other.play) {
        md_sync_fm(md, clock);
        md->ym2612_other.write(md->ym2612_other.chip, port, value);
        return 1;
    }
    if (md->fm_writes == MD_FM_WRITES)
        md_sync_fm(md, clock);
    return 0;
}

/* Writes wait until the frame ends, so that the kernel runs over many of them at once. */
void md_fm_write(megadrive *md, int64_t clock, uint32_t port, uint8_t value)
{
    port &= 3;
    md_settle_fm(md);
    md_forget_z80_fm(md);               /* who writes here may be ahead of the Z80 */
    if (!md_fm_queues(md) && write_fm_apart(md, clock, port, value))
        return;
    const uint32_t *write = md_queue_fm(md, clock, port, value);
    if ((port & 1) || !md_address_is_quiet(md, write))
        md->fm_status_until = 0;
}

static APART uint8_t read_fm_other(megadrive *md, int64_t clock, uint32_t port)
{
    md_sync_fm(md, clock);
    if (md->ym2612_other.chip)
        return md->ym2612_other.read(md->ym2612_other.chip, port);
    return ym2612_read(&md->state.ym2612, port);
}

/* A copy of bus and timers goes ahead to the chip's clock `at`. */
static APART uint8_t read_fm_ahead(megadrive *md, int64_t clock, uint32_t port, int64_t at)
{
    ym2612 *chip = &md->state.ym2612;
    ym2612_ports *ahead = &md->fm_ahead;
    if (md->fm_ahead_writes < 0) {
        ym2612_start_ports(ahead, chip);
        md->fm_ahead_writes = 0;
    }
    ym2612_follow_ports(ahead, md->fm_write + 3 * md->fm_ahead_writes, md->fm_writes - md->fm_ahead_writes, chip->clock);
    md->fm_ahead_writes = md->fm_writes;
    int64_t until;
    if (at < ahead->clock + 2)          /* what the Z80 has found out since holds only later */
        ahead->flags_until = 0;
    int status = ym2612_status_ports(ahead, at, &until);
    if (status < 0)
        return read_fm_other(md, clock, port);
    if (port == 0 || chip->integrated) {
        int ends_busy = until == ahead->busy_until && until < ahead->flags_until && !ahead->waiting;
        md->fm_status_until = until;
        md->fm_next_until = ends_busy ? ahead->flags_until : until;
        md->fm_next_status = ahead->flags;
    }
    return ym2612_show_status(chip, port, (uint8_t)status, at);
}

/* What a program that polls the status sees depends on the bus and the timers alone. */
static uint8_t read_fm(megadrive *md, int64_t clock, uint32_t port)
{
    ym2612 *chip = &md->state.ym2612;
    int64_t at = chip->clock + md_fm_access(md, clock);
    if (port == 0 && md_fm_status_known(md, at))
        return md_fm_status(md, at);
    if (at < md->fm_status_until)
        return ym2612_show_status(chip, port, chip->status, at);
    return read_fm_ahead(md, clock, port, at);
}

/* The Z80's `clock` from which on the chip's status is another one than before its own clock `until`. */
static int64_t z80_end_of(const megadrive *md, int64_t until)
{
    int64_t cycle = until - md->state.ym2612.clock;
    return cycle > (int64_t)1 << 48 ? (int64_t)1 << 50 : md_z80_time(md, cycle);
}

/* How long the Z80, which has come to `cycle`, can read the status by itself: not if somebody else has come further. */
static void find_z80_fm(megadrive *md, int64_t cycle)
{
    md_forget_z80_fm(md);
    if (md->state.ym2612.clock + md->fm_reach >= md->fm_status_until || md->fm_reach > cycle)
        return;
    md->z80_fm_status = md->state.ym2612.status;
    if (md->fm_status_until == md->fm_next_until) {
        md->fm_next_status = md->z80_fm_status;
        md->z80_fm_change = 0;
    } else {
        md->z80_fm_change = z80_end_of(md, md->fm_status_until);
    }
    md->z80_fm_until = z80_end_of(md, md->fm_next_until) - LONGEST_Z80_READ;
}

uint8_t md_fm_read(megadrive *md, int64_t clock, uint32_t port)
{
    port &= 3;
    md_settle_fm(md);
    if (md->ym2612_other.chip && !md->ym2612_other.status_is_shared)
        return read_fm_other(md, clock, port);
    uint8_t status = read_fm(md, clock, port);
    find_z80_fm(md, md_fm_cycle(md, md->state.z80.clock * MD_MCLK_PER_Z80));
    return status;
}

/* The last write has only cleared flags, as far as the status is concerned: with that it is known again. */
static int follow_mode(megadrive *md, int64_t now, int64_t at)
{
    ym2612_ports *ahead = &md->fm_ahead;
    const uint32_t *write = md->fm_write + 3 * (md->z80_fm_mode - 1);
    int64_t chip = md->state.ym2612.clock, clock = chip + write[0];
    if (at < clock + 2 || !ym2612_clear_ports(ahead, (uint8_t)write[2], chip + write[-3], clock))
        return 0;
    md->fm_ahead_writes = (int32_t)md->z80_fm_mode;
    md->z80_fm_mode = 0;
    md->fm_next_status = ym2612_flags_ports(ahead, at);
    md->z80_fm_status = md->fm_next_status | 0x80;
    md->z80_fm_read = now;
    md->z80_fm_value = at < ahead->busy_until ? md->z80_fm_status : md->fm_next_status;
    md->z80_fm_change = z80_end_of(md, ahead->busy_until);
    md->z80_fm_until = z80_end_of(md, ahead->flags_until) - LONGEST_Z80_READ;
    return 1;
}

/* What was known ends with a timer's flag: what has been written since then by the Z80 has not changed that. */
static int follow_flags(megadrive *md, int64_t now, int64_t at)
{
    ym2612_ports *ahead = &md->fm_ahead;
    if (now < md->z80_fm_change || md->fm_next_status & 0x80 || at < ahead->flags_until
        || md->z80_fm_until != z80_end_of(md, ahead->flags_until) - LONGEST_Z80_READ)
        return 0;
    md->z80_fm_value = md->fm_next_status = ym2612_flags_ports(ahead, at);
    md->z80_fm_read = now;
    md->z80_fm_change = 0;
    md->z80_fm_until = z80_end_of(md, ahead->flags_until) - LONGEST_Z80_READ;
    return 1;
}

uint8_t md_z80_read_status(megadrive *md, int64_t now)
{
    int64_t cycle = md_fm_cycle(md, now * MD_MCLK_PER_Z80), at = md->state.ym2612.clock + cycle;
    if (md->z80_fm_until ? follow_flags(md, now, at) : md->z80_fm_mode && follow_mode(md, now, at))
        return md->z80_fm_value;
    md_settle_fm(md);
    uint8_t status = read_fm(md, now * MD_MCLK_PER_Z80, 0);
    find_z80_fm(md, cycle);
    return status;
}

void md_psg_write(megadrive *md, int64_t clock, uint8_t value)
{
    if (md->sound_log)
        md_log_sound(md, clock, MD_LOG_PSG, value);
    md_sync_psg(md, clock);
    if (md->psg_other.chip)
        md->psg_other.write(md->psg_other.chip, value);
    else
        psg_write(&md->state.psg, value);
}

void md_follow_vdp(megadrive *md)
{
    const vdp *video = &md->state.vdp;
    m68000 *cpu = &md->state.cpu;
    if (video->irq_level != cpu->ipl) {
        md->polling.idle_until = 0;
        m68000_set_ipl(cpu, video->irq_level, round_up(video->irq_clock, MD_MCLK_PER_68K));
        cpu->deadline = INT64_MIN;
    }
    if (video->z80_int != md->state.z80.int_line) {
        md_sync_z80(md, video->z80_int_clock > md->state.clock ? video->z80_int_clock : md->target);
        md->state.z80.int_line = video->z80_int;
    }
    if (video->bus_hold && md->state.hold_clock < 0) {
        md->state.hold_clock = video->bus_hold_clock;
        cpu->deadline = INT64_MIN;
    }
    if (video->next_event < md->target) {
        int64_t before = whole_slices(md, video->next_event);
        if (md->z80_polling.long_slice && before > cpu->clock * MD_MCLK_PER_68K) { /* as in slice_end */
            end_slice(md, before);
            return;
        }
        int64_t until = round_up(video->next_event, MD_MCLK_PER_68K);
        if (until < md->run_until)
            md->run_until = until;
        if (until < cpu->deadline)
            cpu->deadline = until;
    }
}

static void reach_other(vdp_interface *other, int64_t clock)
{
    if (clock > other->reached)
        other->reached = clock;
    other->called = other->reached;
}

/* A chip that is not the kernel is called for this access: whatever it said before does not count any more.  An access at an
 * earlier time than what it counts as brought to is made then. */
static vdp_interface *call_other(megadrive *md, int64_t *clock)
{
    vdp_interface *other = &md->vdp_other;
    other->status_until = 0;
    reach_other(other, *clock);
    *clock = other->reached;
    return other;
}

void md_sync_vdp(megadrive *md, int64_t clock)
{
    if (!md->vdp_other.chip) {
        vdp_run(&md->vdp, clock);
    } else if (!md_shared_event(md, clock)) {
        vdp_interface *other = call_other(md, &clock);
        other->run(other->chip, clock);
    }
    md_follow_vdp(md);
}

int64_t md_vdp_read(megadrive *md, int64_t clock, uint32_t address, uint16_t *value)
{
    uint32_t port = address & 0x1E;
    int64_t end = clock;
    md_follow_light(md, clock);
    if (!md->vdp_other.chip) {
        end = vdp_read(&md->vdp, clock, port, value);
    } else if (!md_shared_read(md, clock, port, value)) {
        vdp_interface *other = call_other(md, &clock);
        end = other->read(other->chip, clock, port, value);
        if (end != VDP_NEVER)
            reach_other(other, end);
    }
    if ((port & 0x1C) == VDP_STATUS_PORT)
        *value = (uint16_t)((*value & ~VDP_STATUS_OPEN) | (md->state.cpu.irc & VDP_STATUS_OPEN));
    md_follow_vdp(md);
    return end;
}

int64_t md_vdp_write(megadrive *md, int64_t clock, uint32_t address, uint16_t value)
{
    uint32_t port = address & 0x1E;
    int64_t end = clock;
    md_follow_light(md, clock);
    if ((port & 0x1C) == 0x1C) /* the PSG's output may depend on it */
        md_sync_psg(md, clock);
    if (!md->vdp_other.chip) {
        end = vdp_write(&md->vdp, clock, port, value);
    } else if (!md_shared_write(md, clock, port, value)) {
        vdp_interface *other = call_other(md, &clock);
        end = other->write(other->chip, clock, port, value);
        if (end != VDP_NEVER)
            reach_other(other, end);
    }
    md_follow_vdp(md);
    return end;
}

void md_vdp_acknowledge(megadrive *md, int64_t clock)
{
    md_follow_light(md, clock);
    if (!md->vdp_other.chip) {
        vdp_acknowledge(&md->vdp, clock);
    } else if (!md_shared_acknowledge(md, clock)) {
        int64_t now = clock;
        vdp_interface *other = call_other(md, &now);
        other->acknowledge(other->chip, clock);
    }
    md_follow_vdp(md);
}

void md_vdp_th_fall(megadrive *md, int64_t clock)
{
    if (md->vdp_other.chip) {
        vdp_interface *other = call_other(md, &clock);
        other->th_fall(other->chip, clock);
    } else {
        vdp_th_fall(&md->vdp, clock);
    }
    md_follow_vdp(md);
}

/* A device pulls TH of a port low: the VDP sees it if bit 7 of the port's control register lets it through. */
void md_th_fall(megadrive *md, int port)
{
    if (port >= 0 && port <= 2 && md->state.io.control[port] & 0x80)
        md_vdp_th_fall(md, md->state.clock);
}
