/* polling_z80.c - programs of the Z80 that only wait, skipped with the same result.
 *
 * What a Z80 program does next is a function of its registers, its RAM and what it reads outside.  So if the registers come
 * back to what they were, and since then no byte of RAM has changed, nothing was written outside, and nothing was read
 * there but a status of the YM2612 that is known to last, then the same turn is repeated: until that status changes, or
 * somebody else touches the Z80's half of the machine or its interrupt pin.  Before that, they bring the Z80
 * up to their time (md_sync_z80); so meanwhile the Z80 need not be run at all.
 *
 * R is not compared, but counts on; a turn that reads it is not skipped.
 *
 * Times in this file are T states. */
#include "machine.h"

#include "z80/context.h"

#define LONGEST_TURN 1200
#define FAR_AWAY ((int64_t)1 << 48)
#define MOST_PATIENCE 255       /* runs from one try to the next while all fail */

static void watch_for(md_z80_polling *p, const z80 *cpu)
{
    p->watching = 1;
    p->disturbed = 0;
    p->status_until = FAR_AWAY;
    p->reads_status = 0;
    p->start = *cpu;
}

static void give_up(md_z80_polling *p)
{
    p->watching = 0;
    p->wait = p->patience;
    p->patience = (uint8_t)(p->patience < MOST_PATIENCE ? 2 * p->patience + 1 : MOST_PATIENCE);
}

/* Equal but for the clock, the deadline and R. */
static int is_same(const z80 *left, const z80 *right)
{
    z80 one = *left, other = *right;
    one.clock = other.clock = one.deadline = other.deadline = 0;
    one.r = other.r = 0;
    return memcmp(&one, &other, sizeof one) == 0;
}

static void found(md_z80_polling *p, const z80 *cpu)
{
    p->watching = 0;
    p->patience = p->wait = 0;
    p->period = cpu->clock - p->start.clock;
    p->refreshes = (uint8_t)((cpu->r - p->start.r) & 0x7F);
    p->until = p->status_until;
}

/* Steps under observation, up to the deadline or as long as there is hope. */
static void watch(megadrive *md)
{
    md_z80_polling *p = &md->z80_polling;
    z80 *cpu = &md->state.z80;
    while (cpu->clock < cpu->deadline) {
        if (cpu->prefix || cpu->nmi_pending || (cpu->int_line && cpu->iff1)) {
            give_up(p);
            return;
        }
        md_z80_step(md);
        if (cpu->halted > p->start.halted) {
            watch_for(p, cpu);
            continue;
        }
        if (p->disturbed || cpu->p || p->status_until <= cpu->clock || cpu->clock - p->start.clock > LONGEST_TURN) {
            give_up(p);
            return;
        }
        if (cpu->pc == p->start.pc && is_same(cpu, &p->start)) {
            found(p, cpu);
            return;
        }
    }
}

/* Whole turns that end before the deadline and before something else is read.  If they read the status, one is left to be run,
 * for what a read leaves behind. */
static void skip(megadrive *md)
{
    const md_z80_polling *p = &md->z80_polling;
    z80 *cpu = &md->state.z80;
    int64_t until = p->until < cpu->deadline ? p->until : cpu->deadline;
    int64_t turns = (until - cpu->clock) / p->period - p->reads_status;
    if (turns <= 0)
        return;
    cpu->clock += turns * p->period;
    z80_refresh(cpu, (uint64_t)(turns & 0x7F) * p->refreshes);
}

/* At the beginning of a run; but not while p->wait says that there is no hope. */
void md_z80_poll(megadrive *md)
{
    md_z80_polling *p = &md->z80_polling;
    z80 *cpu = &md->state.z80;
    if (p->until <= cpu->clock) {
        if (!p->watching)
            watch_for(p, cpu);
        watch(md);
    }
    if (p->until > cpu->clock && cpu->clock < cpu->deadline)
        skip(md);
}

/* The Z80 has read outside its RAM, while it may be watched. */
void md_z80_watch_read(megadrive *md, uint16_t address)
{
    md_z80_polling *p = &md->z80_polling;
    const ym2612 *chip = &md->state.ym2612;
    int is_status = address >= 0x4000 && address < 0x6000 && (!(address & 3) || chip->integrated);
    if (!is_status || !md->fm_status_until) {
        p->disturbed = 1;
        return;
    }
    int64_t left = md->fm_status_until - chip->clock;   /* YM2612 cycles from state.fm_clock */
    if (left < FAR_AWAY) {              /* else no timer runs */
        int64_t until = round_up((md->state.fm_clock + left) * MD_MCLK_PER_YM, MD_MCLK_PER_Z80);
        if (until < p->status_until)
            p->status_until = until;
    }
    p->reads_status = 1;
}
