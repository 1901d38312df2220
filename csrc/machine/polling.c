/* polling.c - loops in which the 68000 only waits, done at once with the same result.
 *
 * Such a loop is a run of at most 32 bytes that ends with a branch back to its start and holds only instructions
 * that read, compute and change nothing but registers and flags.  Its instructions are kept in a form that is quickly
 * followed (md_polling_step), with their times; what they read of the VDP's status and HV counter is worked out without
 * running the VDP, as long as nothing happens there.  The I/O ports show the same as long as nobody writes to them, but for
 * a pad of six buttons some time after TH has moved.
 *
 * Of these only loops without memory are taken: what a turn writes depends on what it reads and on registers that the
 * loop does not write.  So while what is read stays the same, so does every turn, and they are skipped.  HBLANK in the
 * status may change meanwhile if the loop goes on with either value of it: the last turn before the end is followed, and
 * all that a turn leaves behind is the last turn's.  In the same way SOVR and SCOL may come up, which the read clears: then
 * the last two turns are followed.  A fill or a copy is foreseen to be busy for as long as its slots surely take.
 *
 * How long all that is so is kept (md_polling.idle_until): slices that end before it leave the 68000 behind.
 *
 * Times in this file are 68000 clocks unless a name says otherwise. */
#include "polling.h"

#include "machine.h"

#include "io/io.h"
#include "m68000/context.h"
#include "m68000/flags.h"
#include "vdp/vdp.h"

#define HB 4                    /* HBLANK in the status */
#define SOVR_SCOL 0x60

static void refuse(megadrive *md, md_polling_loop *loop)
{
    md->polling.refused[loop->target >> 1 & 15] = loop->target;
    loop->length = 0;
}

static const uint8_t *code_of(const megadrive *md, const md_polling_loop *loop)
{
    const uint8_t *page = md->read_page[loop->target >> 16 & 0xFF];
    const uint8_t *code = page ? page + (loop->target & 0xFFFF) : NULL;
    return code && loop->length && memcmp(code, loop->code, loop->length) == 0 ? code : NULL;
}

/* -------------------------------------------------------------------------------------- what the VDP will show */

typedef struct follower {
    megadrive *md;
    m68000 *cpu;                /* `clock` is that of the beginning of the present instruction */
    md_polling_loop *loop;
    const uint8_t *code;
    const md_polling_step *read; /* the last one in a turn to read the VDP without its being run */
    int64_t status_until;       /* mclk up to which `status` is right but for HBLANK; 0: not looked for */
    int64_t idle_until;         /* mclk up to which all further turns read the same, or go on whatever they read */
    int64_t careless_until;     /* the same, but that the last turns have to be followed with real reads of the status */
    int64_t same_until;         /* mclk up to which all that this turn has read is the same, but for HBLANK */
    uint16_t status;
    uint8_t hblank_reads;       /* times that HBLANK has been read in this turn */
    uint8_t hblank;             /* what it was */
    uint8_t status_reads;       /* times that the status has been read in this turn, really or not */
    uint8_t other_reads;        /* times that something else has really been read in this turn */
    uint8_t careless;           /* with any HBLANK, SOVR and SCOL: as goes_on */
    uint16_t careless_status;   /* the other bits for which that is known, */
    uint16_t trial_status;      /* what a trial reads as status */
    uint8_t v_reads;            /* times that the V counter has been read in this turn */
    uint8_t trial_v;            /* what a trial reads as V counter */
    uint16_t v;                 /* the V counter as it was read, 9 bits */
    uint8_t reads_memory;       /* 1: something else than the VDP has been read */
    uint8_t steady;             /* 1: nothing has changed since md_polling.steady was set, but perhaps the status */
    uint8_t trial;              /* 1: the status is read as trial_status, the V counter as trial_v, and nothing really */
    uint8_t goes_on;            /* with the other value of HBLANK: 0 not known, 1 the loop ends, 2 it goes on */
} follower;

/* mclk from which HBLANK is not what it was at `mclk`. */
static int64_t hblank_changes(const vdp *s, int64_t mclk)
{
    int64_t offset = (mclk - s->line_clock) % VDP_LINE, line = mclk - offset;
    int h40 = vdp_is_h40(s);
    if (offset < VDP_HB_SET(h40))
        return line + VDP_HB_SET(h40);
    if (offset < VDP_HB_CLEAR(h40))
        return line + VDP_HB_CLEAR(h40);
    return line + VDP_LINE + VDP_HB_SET(h40);
}

/* A fill or a copy is surely busy until this mclk, if no vertical blank begins before; 0: there is none, or more than that
 * goes on.  Any slot takes as long as the shortest one; 16 or 18 of an active line are free. */
static int64_t busy_until(const vdp *s)
{
    int units = s->dma_run == VDP_DMA_FILL ? 1 : vdp_copy_runs(s) ? 2 : 0;
    int64_t slots = units * (vdp_dma_length(s) ? (int64_t)vdp_dma_length(s) : 65536) - 2;
    if (!units || s->fifo_count || s->read_wanted || s->bus_hold)
        return 0;
    int64_t short_ones = slots * VDP_SLOT(1), lines = vdp_blanked(s) ? 0 : (slots / 18 - 1) * VDP_LINE;
    return s->clock + (lines > short_ones ? lines : short_ones);
}

/* mclk until which nothing in the status changes but HBLANK, SOVR and SCOL; 0: not known. */
static int64_t status_holds_but_flags(const megadrive *md)
{
    const vdp *s = &md->state.vdp;
    int end = vdp_height(s);
    int64_t busy = vdp_transfer_busy(s) ? busy_until(s) : INT64_MAX;
    if (!vdp_is_mode5(s) || busy <= s->clock || s->command_pending || s->v_counter == 0x1FF || s->v_counter == end)
        return 0;
    int64_t until = busy;
    if (!s->vblank && s->v_counter < end) {
        int64_t vblank = s->line_clock + (int64_t)(end - s->v_counter) * VDP_LINE;
        if (vblank < until)
            until = vblank;
    }
    return until < s->next_event ? until : s->next_event;
}

/* mclk until which the status shows and clears nothing new but HBLANK; 0: not known. */
static int64_t status_holds(const megadrive *md)
{
    const vdp *s = &md->state.vdp;
    if (md->vdp_other.chip)
        return md->vdp_other.status_until;
    if (vdp_transfer_busy(s) && !s->vblank)
        return 0;               /* what sprites show may be just being written */
    int64_t until = status_holds_but_flags(md), quiet = vdp_quiet_until(&md->vdp);
    return quiet < until ? quiet : until;
}

static void look_at_status(follower *f)
{
    const vdp_interface *other = &f->md->vdp_other;
    f->status_until = status_holds(f->md);
    f->status = 0;
    if (f->status_until)
        f->status = (other->chip ? (uint16_t)other->status : vdp_peek_status(&f->md->state.vdp)) & ~HB;
    f->goes_on = f->steady && f->status_until && f->status == f->md->polling.status ? 2 : 0;
    if (f->status & SOVR_SCOL)
        f->status_until = 0;                    /* the read will clear them */
}

static int foresee_status(follower *f, int64_t mclk, unsigned lanes, uint16_t open, uint16_t *word)
{
    if (f->trial) {
        *word = (uint16_t)(f->trial_status | (open & ~VDP_STATUS_DRIVEN));
        return 1;
    }
    if (!f->status_until)
        look_at_status(f);
    if (mclk >= f->status_until)
        return 0;
    f->status_reads++;
    if (lanes & 1) {
        f->hblank = (uint8_t)vdp_hblank_at(&f->md->state.vdp, mclk);
        f->hblank_reads++;
    }
    *word = (uint16_t)(f->status | (f->hblank ? HB : 0) | (open & ~VDP_STATUS_DRIVEN));
    if (f->same_until > f->status_until)
        f->same_until = f->status_until;
    return 1;
}

static int foresee_counter(follower *f, int64_t mclk, unsigned lanes, uint16_t *word)
{
    const vdp *s = &f->md->state.vdp;
    int64_t line, same = 0;
    if (f->trial) {
        *word = (uint16_t)(f->trial_v << 8);
        return lanes == 2;
    }
    if (mclk >= s->next_event || s->interlace)
        return 0;
    if (s->hv_latched) {
        *word = s->hv_latch;
        same = s->next_event;
    } else {
        unsigned v = vdp_v_ahead(s, mclk, &line);
        *word = (uint16_t)((v & 0xFF) << 8 | (lanes == 2 ? 0 : vdp_h_at(vdp_is_h40(s), (int)(mclk - line)) >> 1));
        f->v = (uint16_t)v;
        f->v_reads++;
        if (lanes == 2)
            same = line + VDP_LINE < s->next_event ? line + VDP_LINE : s->next_event;
    }
    if (f->same_until > same)
        f->same_until = same;
    return 1;
}

/* mclk up to which the VDP counts as run: a read before then waits. */
static int64_t vdp_clock(const megadrive *md)
{
    const vdp_interface *other = &md->vdp_other;
    return !other->chip ? md->state.vdp.clock : other->shares ? other->reached : INT64_MAX;
}

/* An I/O port counts as memory. */
static int foresee_io(follower *f, int64_t mclk, unsigned index, uint16_t *word)
{
    io_ports *io = &f->md->state.io;
    int64_t until = io_steady_until(io, mclk, index);
    if (mclk >= until || f->md->light_clock != INT64_MAX)
        return 0;
    *word = (uint16_t)(io_read(io, mclk, index) * 0x101);
    f->reads_memory = 1;
    if (until == INT64_MAX)
        return 1;
    f->other_reads++;
    if (f->same_until > until)
        f->same_until = until;
    return 1;
}

/* What the read of an I/O or VDP port gives, if that is known beforehand. */
static int foresee(follower *f, const md_polling_step *s, uint32_t address, unsigned lanes, uint16_t *word)
{
    int64_t mclk = (f->cpu->clock + s->read_clock + BUS_ACCESS_CLOCKS) * MD_MCLK_PER_68K;
    if (address >> 5 == 0xA10000 >> 5)
        return foresee_io(f, mclk, address >> 1 & 15, word);
    if ((address & 0xE700E0) != 0xC00000 || mclk < vdp_clock(f->md) || mclk >= f->md->light_clock)
        return 0;
    unsigned port = address & 0x1C;
    int known = port == 0x04 ? foresee_status(f, mclk, lanes, s->irc, word)
                             : (port & 0x18) == 0x08 && foresee_counter(f, mclk, lanes, word);
    if (known && !f->trial) {
        f->read = s;
        f->md->polling.seen = mclk;
        f->md->polling.skipped_to = 0;
    }
    return known;
}

/* ------------------------------------------------------------------------------------------------- its turns */

static uint32_t index_of(const m68000 *cpu, uint32_t word)
{
    uint32_t index = cpu->r[word >> 12];
    return (word & 0x800 ? index : sign_extend(index, WORD)) + sign_extend(word, BYTE);
}

static uint32_t operand_address(const m68000 *cpu, const md_polling_step *s)
{
    switch (s->source) {
    case AT_ADDRESS: return cpu->r[s->reg];
    case AT_DISPLACEMENT: return cpu->r[s->reg] + s->value;
    case AT_INDEX: return cpu->r[s->reg] + index_of(cpu, s->index);
    case AT_PC_INDEX: return s->value + index_of(cpu, s->index);
    default: return s->value;
    }
}

/* A read outside plain memory as the 68000 makes it; the waits are added to its clock. */
static uint16_t read_bus(follower *f, const md_polling_step *s, uint32_t address, unsigned lanes)
{
    m68000 *cpu = f->cpu;
    cpu->pc = f->loop->target + (uint32_t)(s + 1)->at - 2;
    cpu->irc = s->irc;
    cpu->clock += s->read_clock;
    uint16_t word = md_68k_read(f->md, address, lanes);
    cpu->clock -= s->read_clock;
    f->status_until = 0;
    f->same_until = 0;
    f->idle_until = 0;
    f->steady = 0;
    if ((address & 0xE700FC) == 0xC00004) {
        f->status_reads++;
        f->read = s;
    } else {
        f->other_reads++;
        f->careless_until = 0;
    }
    return word;
}

/* 0: this is for the core to do. */
static int read_memory(follower *f, const md_polling_step *s, uint32_t *value)
{
    const m68000 *cpu = f->cpu;
    uint32_t address = operand_address(cpu, s) & 0xFFFFFF;
    const uint8_t *page = f->md->read_page[address >> 16];
    if (s->size != BYTE) {
        if (address & cpu->odd_mask || (s->size == LONG && (!page || (address & 0xFFFF) > 0xFFFC)))
            return 0;
        address &= ~1u;
    }
    if (page) {
        const uint8_t *bytes = page + (address & 0xFFFF);
        f->reads_memory = 1;
        *value = s->size == BYTE ? *bytes : s->size == WORD ? m68000_get_word(bytes) : m68000_get_long(bytes);
        return 1;
    }
    unsigned lanes = s->size == WORD ? 3 : address & 1 ? 1 : 2;
    uint16_t word;
    if (!foresee(f, s, address, lanes, &word)) {
        if (f->trial)
            return 0;
        word = read_bus(f, s, address, lanes);
    }
    *value = s->size == WORD ? word : lanes == 1 ? word & 0xFF : word >> 8;
    return 1;
}

/* One instruction but for its clocks; of a branch, nothing.  0: the core has to do it; nothing has changed. */
static int perform(follower *f, const md_polling_step *s)
{
    m68000 *cpu = f->cpu;
    uint32_t value, *to = &cpu->r[s->to];
    switch (s->operation) {
    case DO_NOTHING: case DO_BRANCH:
        return 1;
    case DO_SHIFT:
        set_low(to, s->size, shift_by(cpu, s->detail, s->size, *to, s->second));
        return 1;
    default:
        break;
    }
    if (s->source >= IN_MEMORY) {
        if (!read_memory(f, s, &value))
            return 0;
    } else {
        value = s->source == NUMBER ? s->value : cpu->r[s->reg];
    }
    switch (s->operation) {
    case DO_COMPUTE:
        value = compute(cpu, s->detail, s->size, value, *to);
        if (s->detail != CMP)
            set_low(to, s->size, value);
        break;
    case DO_COMPARE:
        compute(cpu, CMP, s->size, s->second, value);
        break;
    case DO_MOVE:
        set_low(to, s->size, value);
        set_logic_flags(cpu, s->size, value);
        break;
    case DO_MOVE_ADDRESS:
        *to = sign_extend(value, s->size);
        break;
    case DO_TEST:
        set_logic_flags(cpu, s->size, value);
        break;
    default: {
        unsigned bit = s->operation == DO_BIT ? s->second : cpu->r[s->second & 7];
        cpu->flag_z = value & (uint32_t)1 << (bit & (s->source == IN_DATA ? 31 : 7));
        break;
    }
    }
    return 1;
}

/* Whether the loop would go on with this status and V counter. */
static int goes_on_with(const follower *f, unsigned status, unsigned v)
{
    m68000 cpu = *f->cpu;
    follower trial = *f;
    trial.cpu = &cpu;
    trial.trial = 1;
    trial.trial_status = (uint16_t)status;
    trial.trial_v = (uint8_t)v;
    const md_polling_step *s = f->loop->step;
    while (s->operation != DO_BRANCH && perform(&trial, s))
        cpu.clock += s++->clocks;
    return s->operation == DO_BRANCH && condition(&cpu, s->detail);
}

static int goes_on_either_way(follower *f)
{
    if (!f->goes_on)
        f->goes_on = goes_on_with(f, f->status | (f->hblank ? 0 : HB), 0) ? 2 : 1;
    return f->goes_on == 2;
}

/* Whether the loop would go on with this value of the V counter, when a turn reads nothing else: kept with the loop. */
static int goes_on_at(follower *f, unsigned v)
{
    md_polling_loop *loop = f->loop;
    uint64_t bit = (uint64_t)1 << (v & 63);
    unsigned word = v >> 6 & 3;
    if (!(loop->v_known[word] & bit)) {
        loop->v_known[word] |= bit;
        if (goes_on_with(f, f->status, v & 0xFF))
            loop->v_goes_on[word] |= bit;
    }
    return loop->v_goes_on[word] & bit ? 1 : 0;
}

/* What is known of values of the V counter is for other contents of the registers, or of memory. */
static void forget_lines(follower *f)
{
    md_polling_loop *loop = f->loop;
    int same = !f->reads_memory;
    for (unsigned i = 0, inputs = loop->inputs; inputs; i++, inputs >>= 1)
        if (inputs & 1 && loop->v_r[i] != f->cpu->r[i]) {
            loop->v_r[i] = f->cpu->r[i];
            same = 0;
        }
    if (!same) {
        memset(loop->v_known, 0, sizeof loop->v_known);
        memset(loop->v_goes_on, 0, sizeof loop->v_goes_on);
    }
}

/* How many values from `v` on, but at most `most`, let the loop go on. */
static unsigned values_that_go_on(follower *f, unsigned v, unsigned most)
{
    unsigned count = 0;
    while (count < most) {
        uint64_t ones = f->loop->v_goes_on[(v + count) >> 6 & 3] >> ((v + count) & 63);
        unsigned room = 64 - ((v + count) & 63), run = 0;
        if (!(ones & 1)) {
            if (!goes_on_at(f, v + count))
                break;
            run = 1;
        } else {
            while (run + 8 <= room && (ones >> run & 0xFF) == 0xFF)
                run += 8;
            while (run < room && ones >> run & 1)
                run++;
        }
        count += run;
    }
    return count < most ? count : most;
}

/* The lines that follow one in which nothing else than the V counter was read, and in which the loop goes on, too. */
static void count_lines(follower *f)
{
    const vdp *s = &f->md->state.vdp;
    unsigned v = f->v;
    forget_lines(f);
    while (f->same_until < s->next_event) {
        int64_t left = s->next_event - f->same_until;
        unsigned lines = (unsigned)((left + VDP_LINE - 1) / VDP_LINE), first = vdp_v_after(s, v, 1);
        unsigned run = vdp_v_run(s, first) + 1 - first;
        if (run > lines)
            run = lines;
        unsigned found = values_that_go_on(f, first, run);
        f->same_until += (int64_t)found * VDP_LINE;
        if (found < run)
            break;
        v = first + run - 1;
    }
    if (f->same_until > s->next_event)
        f->same_until = s->next_event;
}

/* Turns from step `s` on that end before `end`, with refresh. */
static void skip_turns(follower *f, const md_polling_step *s, int64_t end)
{
    md_polling *polling = &f->md->polling;
    m68000 *cpu = f->cpu;
    const uint32_t period = f->loop->period, pc = f->loop->target;
    int64_t *refresh = &f->md->state.refresh_clock, due = *refresh;
    int64_t clock = md_polling_skip(cpu->clock, end, period, pc, refresh), last = *refresh - refresh_period(pc);
    if (clock == cpu->clock)
        return;
    if (f->read) {
        polling->skipped_to = clock;
        polling->skipped_refresh = *refresh != due && last > clock - period - refresh_wait(pc) ? last : INT64_MAX;
        polling->skipped_step = (uint8_t)(s - f->loop->step);
        polling->read_step = (uint8_t)(f->read - f->loop->step);
    }
    cpu->clock = clock;
    cpu->sample_clock = clock - f->loop->step[f->loop->count - 1].tail;
    cpu->deadline = f->md->run_until < *refresh ? f->md->run_until : *refresh;
}

/* The last read of the VDP in the last one of the turns that were skipped. */
static void find_read(megadrive *md)
{
    md_polling *polling = &md->polling;
    const md_polling_loop *loop = &polling->loop[polling->present];
    const int64_t wait = refresh_wait(loop->target);
    int64_t refresh = polling->skipped_refresh, clock = polling->skipped_to - loop->period - (refresh != INT64_MAX ? wait : 0);
    const md_polling_step *s = &loop->step[polling->skipped_step], *read = &loop->step[polling->read_step];
    for (; s != read; s = s->operation == DO_BRANCH ? loop->step : s + 1) {
        clock += s->clocks;
        if (clock >= refresh) {
            clock += wait;
            refresh = INT64_MAX;
        }
    }
    polling->seen = (clock + read->read_clock + BUS_ACCESS_CLOCKS) * MD_MCLK_PER_68K;
    polling->skipped_to = 0;
}

void md_bring_vdp(megadrive *md)
{
    if (md->polling.skipped_to)
        find_read(md);
    vdp_interface *other = &md->vdp_other;
    if (other->chip && other->reached < md->polling.seen)
        other->reached = md->polling.seen;
    else if (!other->chip && md->state.vdp.clock < md->polling.seen)
        md_sync_vdp(md, md->polling.seen);
}

/* A whole turn has been followed, up to step `s`: skip those that are like it. */
static void skip(follower *f, const md_polling_step *s)
{
    const m68000 *cpu = f->cpu;
    int64_t end = f->md->run_until;
    const uint32_t period = f->loop->period;
    int either_way = f->hblank_reads == 1 && goes_on_either_way(f);
    if (f->hblank_reads && !either_way) {
        int64_t begin = cpu->clock - period - RAM_REFRESH_WAIT; /* before it was read */
        int64_t change = hblank_changes(&f->md->state.vdp, begin * MD_MCLK_PER_68K);
        if (f->same_until > change)
            f->same_until = change;
    }
    if (f->v_reads == 1 && !f->status_until) {
        int64_t line_end = f->same_until;
        count_lines(f);
        either_way = f->same_until > line_end;
    }
    f->idle_until = f->same_until;
    if (end > f->same_until / MD_MCLK_PER_68K)
        end = f->same_until / MD_MCLK_PER_68K;
    if (either_way)
        end -= period + RAM_REFRESH_WAIT;               /* the last turn is followed */
    if (cpu->clock + period >= end)
        return;
    skip_turns(f, s, end);
}

/* A whole turn has been followed that has read nothing but memory and, once, the status.  If it would go on whatever HBLANK,
 * SOVR and SCOL are, skip to two turns before another bit may change: in the first of them the read clears the flags that
 * have come up meanwhile, so that the second one sees what it always does. */
static void skip_careless(follower *f)
{
    const m68000 *cpu = f->cpu;
    const vdp *s = &f->md->state.vdp;
    int64_t end = f->md->run_until;
    const uint32_t period = f->loop->period;
    if (f->status_reads != 1 || f->other_reads || f->v_reads || f->md->vdp_other.chip || f->md->light_clock != INT64_MAX)
        return;
    int64_t until = status_holds_but_flags(f->md);
    if (!until)
        return;
    unsigned status = vdp_peek_status(s) & ~(HB | SOVR_SCOL);
    if (!f->careless || f->careless_status != status) {
        f->careless = 2;
        f->careless_status = (uint16_t)status;
        for (unsigned bits = 0; bits < 8 && f->careless == 2; bits++)
            if (!goes_on_with(f, status | (bits & 1 ? HB : 0) | bits >> 1 << 5, 0))
                f->careless = 1;
    }
    if (f->careless == 1)
        return;
    f->careless_until = until;
    if (end > until / MD_MCLK_PER_68K)
        end = until / MD_MCLK_PER_68K;
    end -= 2 * (period + RAM_REFRESH_WAIT);
    if (cpu->clock + period >= end)
        return;
    skip_turns(f, f->loop->step, end);
    f->status_until = 0;
}

/* The 68000 is at the address `at` bytes behind the loop's first word. */
static void set_queue(follower *f, unsigned at)
{
    f->cpu->pc = f->loop->target + at;
    f->cpu->ir = m68000_get_word(f->code + at);
    f->cpu->irc = m68000_get_word(f->code + at + 2);
}

/* From step `s` on, before which the clock has not reached the deadline. */
static void follow(megadrive *md, md_polling_loop *loop, const uint8_t *code, const md_polling_step *s)
{
    m68000 *cpu = &md->state.cpu;
    follower f = {.md = md, .cpu = cpu, .loop = loop, .code = code};
    unsigned at = s->at;
    int whole = at == 0;        /* the present turn is followed from its beginning on */
    f.same_until = INT64_MAX;
    f.steady = md->polling.steady && loop == &md->polling.loop[md->polling.present]
               && memcmp(cpu->r, md->polling.r, sizeof cpu->r) == 0;
    md->polling.steady = 0;
    md->polling.present = (uint8_t)(loop - md->polling.loop);
    if (f.steady) {                                     /* skipping is possible from within a turn, too */
        look_at_status(&f);
        f.read = &loop->step[md->polling.read_step];
        f.hblank_reads = 1;
        f.same_until = f.status_until;
        if (f.status_until && f.goes_on == 2 && cpu->clock * MD_MCLK_PER_68K >= vdp_clock(md))
            skip(&f, s);
        f.hblank_reads = 0;
        f.same_until = INT64_MAX;
    }
    for (;;) {
        if (!perform(&f, s)) {
            refuse(md, loop);
            break;
        }
        cpu->clock += s->clocks;
        cpu->sample_clock = cpu->clock - s->tail;
        int again = 0;
        if (s->operation != DO_BRANCH) {
            at = (++s)->at;
        } else if (condition(cpu, s->detail)) {
            again = 1;
            s = loop->step;
            at = 0;
        } else {
            const int longer = s->size == WORD ? 2 : -2;        /* than a branch that is taken */
            cpu->clock += longer;
            cpu->sample_clock += longer;
            at = loop->length;
            break;
        }
        if (cpu->clock >= cpu->deadline) {
            set_queue(&f, at);
            if (!md_refresh_in_run(md) || cpu->clock >= cpu->deadline)
                break;
        }
        if (again) {
            if (f.same_until && whole)
                skip(&f, s);
            if (whole && cpu->clock + 4 * loop->period < md->run_until)
                skip_careless(&f);
            f.same_until = INT64_MAX;
            f.hblank_reads = f.v_reads = f.status_reads = f.other_reads = 0;
            whole = 1;
        }
    }
    set_queue(&f, at);
    if (f.idle_until < f.careless_until)
        f.idle_until = f.careless_until;
    /* a slice that ends shortly before then would have the last instruction read beyond it */
    if (at != loop->length && loop->length && cpu->clock >= md->run_until && f.idle_until)
        md->polling.idle_until = f.idle_until - (loop->period + BUS_ACCESS_CLOCKS) * MD_MCLK_PER_68K;
    if (f.goes_on == 2 && !f.reads_memory && at != loop->length) {
        md->polling.steady = 1;
        md->polling.read_step = (uint8_t)(f.read - loop->step);
        md->polling.status = f.status;
        memcpy(md->polling.r, cpu->r, sizeof cpu->r);
    }
}

int md_polling_again(megadrive *md, uint32_t target)
{
    const m68000 *cpu = &md->state.cpu;
    md_polling_loop *loop = &md->polling.loop[target >> 1 & 3];
    const uint8_t *page = md->read_page[target >> 16 & 0xFF], *code;
    if (md->plain || cpu->sr & 0x8000 || target & 1 || cpu->clock >= cpu->deadline || !page)
        return 0;
    if (md->polling.skipped_to && (loop->target != target || loop != &md->polling.loop[md->polling.present]))
        find_read(md);
    if (loop->target != target || !(code = code_of(md, loop))) {
        md->polling.steady = 0;
        if (!md_polling_decode(loop, page, target)) {
            refuse(md, loop);
            return 0;
        }
        code = page + (target & 0xFFFF);
    }
    follow(md, loop, code, loop->step);
    return 1;
}

void md_polling_resume(megadrive *md)
{
    const m68000 *cpu = &md->state.cpu;
    md_polling_loop *loop = &md->polling.loop[md->polling.present];
    uint32_t at = cpu->pc - loop->target;
    const uint8_t *code;
    if (at >= loop->length || md->plain || !(code = code_of(md, loop)))
        return;
    if (cpu->ir != m68000_get_word(code + at) || cpu->irc != m68000_get_word(code + at + 2))
        return;
    for (const md_polling_step *s = loop->step; s < loop->step + loop->count; s++)
        if (s->at == at) {
            follow(md, loop, code, s);
            return;
        }
}
