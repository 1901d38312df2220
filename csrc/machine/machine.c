/* Power-on, reset and the run loop. */
#include "machine.h"
#include "polling.h"

#include "cartridge/cartridge.h"
#include "io/io.h"
#include "vdp/vdp.h"

/* A slice ends after this time at the latest, even if nothing happens and the Z80 does not run. */
#define LONG_SLICE (600 * MD_MCLK_PER_LINE)

/* A VDP that is farther ahead than this, because an access waits for the end of a long DMA, ends no frame for long; this much is
 * a frame then.  Else one has at most so many lines: of the VDP 800, when a program switches between 28 and 30 rows so that a
 * picture's end is missed. */
#define FRAME_AHEAD (313 * MD_MCLK_PER_LINE)
#define LONGEST_FRAME (1120 * MD_MCLK_PER_LINE)

/* More than the longest step of a Z80 that only waits. */
#define SHORT_SLICE (32 * MD_MCLK_PER_Z80)

void md_connect(megadrive *md)
{
    md->vdp.state = &md->state.vdp;
    md->vdp.write_clock = 0;
    md->vdp.later_count = 0;
    md->vdp.bus = md;
    md->vdp.dma_read = md_dma_read;
    md->vdp.dma_pages = md->read_page;
    md->light_clock = INT64_MAX;
    for (unsigned page = 64; page < 256; page++) {
        int work_ram = page >= 0xE0;
        md->read_page[page] = work_ram ? md->state.ram : NULL;
        md->write_page[page] = work_ram ? md->state.ram : NULL;
    }
    cartridge_map(md);
}

/* xorshift64* (Vigna 2016), the documented source of power-on memory. */
static uint64_t next_random(uint64_t *x)
{
    *x ^= *x >> 12;
    *x ^= *x << 25;
    *x ^= *x >> 27;
    return *x * 0x2545F4914F6CDD1DULL;
}

static void fill_random(uint8_t *memory, size_t size, uint64_t *x)
{
    for (size_t i = 0; i < size; i += 8) {
        uint64_t value = next_random(x);
        for (unsigned k = 0; k < 8; k++)
            memory[i + k] = (uint8_t)(value >> 8 * k);
    }
}

/* The 68000 starts some time after the VDP, always at the same point of the picture: the first HV counter that a program
 * could read was $9F21 at 60 Hz and $8421 at 50 Hz (Eke-Eke, Mega Drive 1 VA4).  H = $42 comes at mclk 1420 of a line in
 * H32; the read comes 50 clocks after the start of the reset. */
static int64_t start_of_68k(const megadrive *md)
{
    return (md->pal ? 0x84 : 0x9F) * MD_MCLK_PER_LINE + 1420 - 50 * MD_MCLK_PER_68K;
}

static void start_clocks(megadrive *md)
{
    md_state *state = &md->state;
    int64_t start = start_of_68k(md);
    vdp_run(&md->vdp, start);
    state->clock = start;
    state->cpu.clock = round_up(start, MD_MCLK_PER_68K);
    state->refresh_clock = state->cpu.clock + ROM_REFRESH_PERIOD;
    state->z80.clock = round_up(start, MD_MCLK_PER_Z80);
    state->fm_clock = start / MD_MCLK_PER_YM;
    state->psg_clock = start / MD_MCLK_PER_PSG;
    audio_reset(&md->audio, start);
}

void md_power_on(megadrive *md, uint64_t seed)
{
    md_state *state = &md->state;
    io_ports ports = state->io;
    uint8_t integrated = state->ym2612.integrated;
    memset(state, 0, offsetof(md_state, sram));
    state->io.version = ports.version;
    for (int i = 0; i < 2; i++) {
        state->io.pad_type[i] = ports.pad_type[i];
        state->io.aim_x[i] = ports.aim_x[i];
        state->io.aim_line[i] = ports.aim_line[i];
    }
    md_connect(md);
    cartridge_power_on(md);
    io_reset(&state->io);
    vdp_power_on(&md->vdp, md->pal);
    m68000_init(&state->cpu);
    state->cpu.odd_mask = md->address_errors;
    ym2612_reset(&state->ym2612, integrated);
    psg_reset(&state->psg);
    z80_reset(&state->z80);
    if (seed) {
        fill_random(state->ram, sizeof state->ram, &seed);
        fill_random(state->z80_ram, sizeof state->z80_ram, &seed);
        fill_random(state->vdp.vram, sizeof state->vdp.vram, &seed);
    }
    state->z80_reset = 1;
    state->hold_clock = -1;
    start_clocks(md);
    md->fm_count = md->psg_count = 0;
    md_forget_fm_writes(md);
    md_68k_reset(md);
}

void md_reset(megadrive *md)
{
    md_state *state = &md->state;
    md_sync_z80(md, state->clock);
    md_fm_reset(md, state->clock);
    state->z80_reset = 1;
    state->z80_busreq = 0;
    state->z80_locked = 0;
    state->locked = 0;
    z80_reset(&state->z80);
    cartridge_power_on(md);
    md_68k_reset(md);
}

static void run_z80(megadrive *md, int64_t clock)
{
    z80 *cpu = &md->state.z80;
    int64_t until = clock / MD_MCLK_PER_Z80;
    if (cpu->clock >= until)
        return;
    cpu->deadline = until;
    if (z80_runs(md)) {
        md->z80_running = 1;
        md_z80_run(md);
        md->z80_running = 0;
    }
    if (cpu->clock < until)
        cpu->clock = until;             /* stopped, held in reset or locked */
}

/* First to the end of the last slice, if a Z80 that only waits was left behind there. */
static void bring_z80(megadrive *md, int64_t clock)
{
    int64_t end = md->z80_polling.left_behind;
    md->z80_polling.left_behind = 0;
    if (end)
        run_z80(md, end);
    run_z80(md, clock);
}

/* The end of the slice would be here if the Z80 had to be brought level as often as can be. */
static int64_t short_slice_end(const megadrive *md, int64_t clock)
{
    return whole_slices(md, clock) + SLICE;
}

void md_sync_z80(megadrive *md, int64_t clock)
{
    md_z80_polling *p = &md->z80_polling;
    if (md->z80_running)
        return;
    bring_z80(md, clock);
    p->until = 0;                       /* whoever asks for this may change what the Z80 sees */
    p->watching = 0;
    if (p->long_slice) {
        p->long_slice = 0;
        end_slice(md, short_slice_end(md, clock));
    }
}

/* The slice ends.  The Z80 is left behind if all that it does is known; but not if it is perhaps there already, by its
 * last instruction. */
static void end_slice_of_z80(megadrive *md, int64_t target)
{
    if (md->z80_polling.until * MD_MCLK_PER_Z80 > target && target - md->state.clock >= SHORT_SLICE)
        md->z80_polling.left_behind = target;
    else
        bring_z80(md, target);
}

void md_refresh_68k(megadrive *md)
{
    md_state *state = &md->state;
    m68000 *cpu = &state->cpu;
    if (!cpu->stopped && !state->locked)
        cpu->clock += refresh_wait(cpu->pc) + refresh_of_ram(cpu, cpu->pc, cpu->ir);
    next_refresh(md, cpu->pc, cpu->clock);
}

int md_refresh_in_run(megadrive *md)
{
    int64_t deadline = md->state.cpu.deadline;
    if (deadline != md->state.refresh_clock || deadline >= md->run_until || md->failed)
        return 0;
    md_refresh_68k(md);
    return 1;
}

/* To the end of the run, with nothing done but refresh. */
static void pass_time(megadrive *md)
{
    m68000 *cpu = &md->state.cpu;
    int64_t *refresh = &md->state.refresh_clock;
    cpu->clock = cpu->sample_clock = cpu->deadline = md->run_until;
    if (*refresh <= cpu->clock) {
        const uint64_t past = (uint64_t)(cpu->clock - *refresh);
        const uint64_t turns = 1 + (in_work_ram(cpu->pc) ? past / RAM_REFRESH_PERIOD : past / ROM_REFRESH_PERIOD);
        *refresh += (int64_t)turns * refresh_period(cpu->pc);
    }
}

/* A stopped 68000 has nothing to do before the next interrupt.  0: it has. */
static int sleep_68k(megadrive *md)
{
    const m68000 *cpu = &md->state.cpu;
    if (!cpu->stopped || cpu->halted || cpu->trace_pending || cpu->nmi || cpu->ipl > (cpu->sr >> 8 & 7) || md->plain)
        return 0;
    pass_time(md);
    return 1;
}

/* The 68000 up to its clock `until`, with refresh. */
static void run_68k_to(megadrive *md, int64_t until)
{
    md_state *state = &md->state;
    m68000 *cpu = &state->cpu;
    md->run_until = until;
    while (cpu->clock < md->run_until && state->hold_clock < 0 && !md->failed) {
        if (state->locked) {
            pass_time(md);
            break;
        }
        if (sleep_68k(md))
            break;
        cpu->deadline = md->run_until < state->refresh_clock ? md->run_until : state->refresh_clock;
        md_68k_run(md);
        if (cpu->clock >= state->refresh_clock)
            md_refresh_68k(md);
    }
}

/* Up to `clock`, with the slices in which it was left behind. */
static void run_68k(megadrive *md, int64_t clock)
{
    md_polling *p = &md->polling;
    p->behind = 0;
    if (p->slices) {
        for (int i = md_polling_pass_slices(md); i < p->slices; i++) {
            run_68k_to(md, p->slice[i].until);
            md->state.cpu.clock += p->slice[i].stolen;
        }
        p->slices = 0;
    }
    p->idle_until = 0;
    run_68k_to(md, round_up(clock, MD_MCLK_PER_68K));
}

void md_bring_68k(megadrive *md)
{
    uint32_t stolen = md->polling.stolen;
    if (!md->polling.behind)
        return;
    md->polling.stolen = 0;
    run_68k(md, md->target);
    md->state.cpu.clock += stolen;
}

/* A slice is over in which the 68000 was left behind; what it has lost there is kept with it. */
static void end_slice_behind(megadrive *md)
{
    md_polling *p = &md->polling;
    if (!p->stolen)
        return;
    if (p->slices == sizeof p->slice / sizeof *p->slice) {
        md_bring_68k(md);
        return;
    }
    p->slice[p->slices++] = (md_polling_slice){ md->run_until, p->stolen };
    p->stolen = 0;
}

/* A DMA that kept the 68000 off its bus has ended: the CPU goes on where it was, that much later. */
static void end_hold(megadrive *md)
{
    md_state *state = &md->state;
    int64_t lost = state->vdp.bus_release_clock - state->hold_clock;
    if (lost > 0)
        state->cpu.clock += round_up(lost, MD_MCLK_PER_68K);
    state->hold_clock = -1;
    if (state->refresh_clock < state->cpu.clock)
        state->refresh_clock = state->cpu.clock + ROM_REFRESH_PERIOD;
}

/* When the light gun on a port next tells that the beam has passed where it is aimed at. */
static int64_t light_of(const md_state *state, int port)
{
    const io_ports *io = &state->io;
    const vdp *video = &state->vdp;
    int h40 = vdp_is_h40(video);
    if (io->pad_type[port] < MD_PAD_MENACER || !io->aim_line[port] || io->aim_line[port] > vdp_height(video)
        || io->aim_x[port] >= (h40 ? 320 : 256))
        return INT64_MAX;
    int64_t clock = video->picture_clock + (int64_t)(io->aim_line[port] - 1) * VDP_LINE + vdp_pixel_offset(h40, io->aim_x[port])
                    + io_light_delay(io, port);
    return clock > io->light_clock[port] && clock >= state->clock ? clock : INT64_MAX;
}

static void find_light(megadrive *md)
{
    int64_t first = light_of(&md->state, 0), second = light_of(&md->state, 1);
    md->light_clock = first < second ? first : second;
}

void md_see_light(megadrive *md)
{
    io_ports *io = &md->state.io;
    int64_t clock = md->light_clock;
    for (int port = 0; port < 2; port++)
        if (light_of(&md->state, port) == clock && io_light(io, port, clock) && io->control[port] & 0x80)
            md_vdp_th_fall(md, clock);
    find_light(md);
}

static inline int has_light_gun(const io_ports *io)
{
    return io->pad_type[0] >= MD_PAD_MENACER || io->pad_type[1] >= MD_PAD_MENACER;
}

/* To then the Z80 does nothing but wait, if nobody comes. */
static inline int64_t z80_waits_until(const megadrive *md)
{
    int64_t until = md->z80_polling.until, most = md->state.clock / MD_MCLK_PER_Z80 + LONG_SLICE;
    return (until < most ? until : most) * MD_MCLK_PER_Z80;
}

/* Where the slice that begins now ends: at the next event, or when the Z80 has to be brought level.  A Z80 that waits does not
 * need that; should it be disturbed meanwhile, the slice ends where it would have ended without this.  The last instruction
 * of a short slice may bring about an event that comes just after it, which then ends no slice: so a long one ends where the last
 * short one before the event would. */
static int64_t slice_end(megadrive *md)
{
    md_state *state = &md->state;
    int gun = has_light_gun(&state->io), runs = z80_runs(md);
    int64_t end = state->clock + (runs || gun ? SLICE : LONG_SLICE);
    md->z80_polling.long_slice = 0;
    if (runs && !gun && z80_waits_until(md) >= end + SLICE) {
        end = z80_waits_until(md) < state->clock + LONG_SLICE ? z80_waits_until(md) : state->clock + LONG_SLICE;
        end = whole_slices(md, end);
        md->z80_polling.long_slice = 1;
    }
    int64_t event = state->vdp.next_event < md->frame_end ? state->vdp.next_event : md->frame_end;
    if (event < end) {
        end = event;
        if (md->z80_polling.long_slice && end >= state->clock + SLICE)
            end = whole_slices(md, end);
    }
    if (gun) {
        find_light(md);
        if (md->light_clock < end)
            end = md->light_clock;
    }
    return end > state->clock ? end : state->clock + 1;
}

static void run_slice(megadrive *md)
{
    md_state *state = &md->state;
    uint32_t frame = state->vdp.frame;
    if (md->polling.behind)
        end_slice_behind(md);
    md->target = slice_end(md);
    if (md->polling.idle_until > md->target && state->vdp.next_event > md->target && state->hold_clock < 0
        && !has_light_gun(&state->io)) {
        md->polling.behind = 1;         /* it only waits, and nothing happens that it could see */
        md->run_until = round_up(md->target, MD_MCLK_PER_68K);
    } else if (state->hold_clock < 0) {
        run_68k(md, md->target);
        if (state->vdp.next_event < md->target && state->vdp.next_event > state->clock)
            md->target = state->vdp.next_event;
        /* the run was to end at an event that an access has brought about meanwhile */
        int64_t reached = md->run_until * MD_MCLK_PER_68K;
        if (reached < md->target)
            md->target = reached > state->clock ? reached : state->clock + 1;
    }
    if (state->vdp.frame != frame && state->vdp.frame_clock > md->target)
        md->target = state->vdp.frame_clock < md->frame_end ? state->vdp.frame_clock : md->frame_end; /* by an access */
    int64_t target = md->target;
    end_slice_of_z80(md, target);
    if (state->vdp.next_event <= target || has_light_gun(&state->io)) { /* else it has nothing to tell */
        md->polling.idle_until = 0;
        md_sync_vdp(md, target);
    }
    md_follow_light(md, target);
    if (state->hold_clock >= 0 && !state->vdp.bus_hold)
        end_hold(md);
    state->clock = target;
}

static void run_frame(megadrive *md)
{
    md_state *state = &md->state;
    uint32_t frame = state->vdp.frame;
    md->frame_end = state->clock + (state->vdp.clock - state->clock > FRAME_AHEAD ? FRAME_AHEAD : LONGEST_FRAME);
    md->polling.idle_until = 0;         /* buttons may have changed */
    md_start_fm(md);
    while (state->vdp.frame == frame && state->clock < md->frame_end && !md->failed)
        run_slice(md);
    if (md->z80_polling.left_behind)
        bring_z80(md, state->clock);
    md_bring_68k(md);
    if (!md->vdp_other.chip && md->vdp.write_clock > state->vdp.clock)
        md_sync_vdp(md, md->vdp.write_clock);
    if (md->vdp_other.chip && md->vdp_other.reached > md->vdp_other.called)
        md_sync_vdp(md, md->vdp_other.reached);
    state->cpu.deadline = state->cpu.clock; /* how far they were last let run is nobody's business */
    state->z80.deadline = state->z80.clock;
    md_end_fm(md);
    md_sync_psg(md, state->clock);
}

int64_t md_run_frames(megadrive *md, int64_t n, int render, int16_t *audio, int64_t capacity)
{
    /* nobody has seen a chip that may fall behind, so nobody has written to it */
    if ((!md->fm_may_lag || md->ym2612_other.chip) && !ym2612_valid(&md->state.ym2612))
        return MD_RUN_BAD_STATE;
    md_state_changed(md);
    return md_run_on(md, n, render, audio, capacity);
}

int64_t md_run_on(megadrive *md, int64_t n, int render, int16_t *audio, int64_t capacity)
{
    int64_t total = 0;
    if (audio)
        md_hear_fm(md);
    for (int64_t i = 0; i < n && !md->failed; i++) {
        md->vdp.render = render == MD_RENDER_ALL || (render == MD_RENDER_LAST && i == n - 1);
        md->want_audio = audio != NULL;
        run_frame(md);
        if (!audio) {
            md->fm_count = md->psg_count = 0;
            audio_skip(&md->audio, md->state.clock);
            continue;
        }
        int64_t count = md_render_audio(md, audio + 2 * total, capacity - total);
        if (count < 0)
            return MD_RUN_NO_ROOM;
        total += count;
    }
    if (!md->fm_may_lag)
        md_catch_up(md);
    return total;
}

void md_state_changed(megadrive *md)
{
    md_state *state = &md->state;
    m68000 *cpu = &state->cpu;
    cpu->pc &= ~1u;
    cpu->sr &= 0xA71F;
    cpu->flag_n = cpu->flag_z = cpu->flag_v = cpu->flag_c = cpu->flag_x = 0;
    cpu->ipl &= 7;
    cpu->ipl_before &= 7;
    cpu->odd_mask = md->address_errors;
    if (state->z80.im > 2)
        state->z80.im = 2;
    md->z80_polling.until = md->z80_polling.left_behind = 0;
    md->polling.idle_until = md->polling.behind = md->polling.slices = 0;
    md->polling.seen = md->polling.skipped_to = 0;
    md->polling.stolen = 0;
    md->z80_window_reads = 0;
    md->z80_polling.watching = md->z80_polling.long_slice = 0;
    vdp_sanitize(&state->vdp);
    for (int i = 0; i < 4; i++) {
        state->psg.attenuation[i] &= 15;
        state->psg.output[i] &= 1;
    }
    for (int i = 0; i < 3; i++)
        state->psg.period[i] &= 0x3FF;
    state->psg.noise &= 7;
    state->psg.latch &= 7;
    state->z80_bank &= 0x1FF;
    state->window_wait %= MD_MCLK_PER_Z80;
    state->window_steal %= MD_MCLK_PER_68K;
    for (int i = 0; i < 2; i++) {
        if (state->io.pad_type[i] > MD_PAD_PHASER)
            state->io.pad_type[i] = MD_PAD_NONE;
        state->io.light[i] &= 1;
        if (state->io.light_clock[i] < 0 || state->io.light_clock[i] > state->clock)
            state->io.light_clock[i] = 0;
        if (state->io.th_clock[i] < 0 || state->io.th_clock[i] > INT64_MAX / 2)
            state->io.th_clock[i] = 0;
        state->io.th_count[i] &= 7;
    }
    md_connect(md);
}

void md_fork(megadrive *to, const megadrive *from)
{
    *to = *from;
    to->vdp_other.chip = to->ym2612_other.chip = to->psg_other.chip = NULL;
    to->sound_log = NULL;
    to->vdp.border = NULL;
    md_connect(to);
}
