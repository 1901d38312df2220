/* polling.c - loops in which the 68000 only waits, skipped with the same result.
 *
 * Such a loop is a run of at most 8 words that ends with a short branch back to its start and holds only instructions
 * that change nothing but data registers, address registers and flags.  One turn of it is a function of the registers and
 * of what it reads.  So if a turn in which only plain memory was read has left the registers as they were, all
 * further ones will, until somebody else gets a chance to write: at the end of the CPU's run at the earliest.
 *
 * A loop whose one operand is the VDP's status is followed through the two values that the status has while nothing
 * happens, in which HBLANK is off and on: once each value has been seen to follow itself and the other, with the same
 * registers whenever the same value was read, the registers are known for every turn up to the next change of another bit.
 * One whose operand is the V counter reads the same value to the end of the line.
 *
 * Times in this file are 68000 clocks unless a name says otherwise. */
#include "machine.h"

#include "vdp/vdp.h"

#define LONGEST_TURN 60         /* so that two refreshes never fall into one */
#define PATIENCE 16             /* misses before a loop is taken for one that works */
#define HB 4                    /* HBLANK in the status */
#define NO_TURN 2
enum { READS_MEMORY, READS_STATUS, READS_V, READS_OTHER };
#define FOLLOWS_ALL 15

/* ------------------------------------------------------------------------------------------ the loop's code */

/* Bytes of extension words of an effective address that can be read, and whether it is in memory; -1: none, or one that
 * moves its register. */
static int operand_bytes(unsigned ea, int size_bytes, uint8_t *operands)
{
    unsigned mode = ea >> 3 & 7, reg = ea & 7;
    if (mode <= 1)
        return 0;
    if (mode == 7 && reg == 4)
        return size_bytes == 4 ? 4 : 2;
    ++*operands;
    switch (mode) {
    case 2: return 0;
    case 5: case 6: return 2;
    case 7: return reg == 1 ? 4 : reg <= 3 ? 2 : -1;
    default: return -1;
    }
}

/* Length in bytes of an instruction that reads and computes but stores nothing; 0: another one. */
static int reading_instruction(unsigned word, uint8_t *operands)
{
    static const uint8_t sizes[4] = { 1, 2, 4, 0 }, move_sizes[4] = { 0, 1, 4, 2 };
    int size = sizes[word >> 6 & 3], immediate = 0, rest;
    switch (word >> 12) {
    case 0x0:
        if ((word & 0xFFC0) == 0x0800) {                        /* BTST # */
            immediate = 2;
            size = 1;
        } else if ((word & 0xF1C0) == 0x0100 && (word & 0x38) != 0x08) {    /* BTST Dn */
            size = 1;
        } else if ((word & 0xFF00) == 0x0C00 && size) {         /* CMPI */
            immediate = size == 4 ? 4 : 2;
        } else if ((word & 0xFF38) == 0x0200 && size) {         /* ANDI #,Dn */
            return size == 4 ? 6 : 4;
        } else {
            return 0;
        }
        break;
    case 0x1: case 0x2: case 0x3:                               /* MOVE to Dn, MOVEA */
        size = move_sizes[word >> 12];
        if ((word >> 6 & 7) > 1 || (size == 1 && (word & 0x1C0)))
            return 0;
        break;
    case 0x4:
        if (word == 0x4E71)
            return 2;                                           /* NOP */
        if ((word & 0xFF00) != 0x4A00 || !size || (word & 0x3F) > 0x39)
            return 0;                                           /* TST */
        break;
    case 0x7:
        return word & 0x100 ? 0 : 2;                            /* MOVEQ */
    case 0x8: case 0x9: case 0xB: case 0xC: case 0xD:           /* OR, SUB, CMP, AND, ADD to Dn */
        if (word & 0x100 || !size)
            return 0;
        break;
    case 0xE:
        return (word & 0xC0) != 0xC0 && !(word & 0x20) ? 2 : 0; /* shifts of Dn by a constant */
    default:
        return 0;
    }
    rest = operand_bytes(word, size, operands);
    return rest < 0 ? 0 : 2 + immediate + rest;
}

static void refuse(md_polling *p, uint32_t target)
{
    p->refused[target >> 1 & 15] = target;
    if (p->target == target)
        p->length = 0;
}

/* Begin to watch the loop at `target`, or refuse it. */
static int watch(md_polling *p, const uint8_t *page, uint32_t target)
{
    uint8_t operands = 0;
    uint32_t at = target & 0xFFFF, end = at;
    while (page && end - at < sizeof p->code && end < 0x10000) {
        unsigned word = vdp_word(page + end);
        if (word >> 12 == 6) {                  /* the branch; any other one would lead out of the loop */
            if ((word & 0xF00) == 0x100 || end + 2 - at != 0x100 - (word & 0xFF))
                break;
            memset(p, 0, offsetof(md_polling, refused));
            p->target = target;
            p->length = (uint8_t)(end + 2 - at);
            p->operands = operands;
            memcpy(p->code, page + at, p->length);
            return 1;
        }
        int length = reading_instruction(word, &operands);
        if (!length)
            break;
        end += (uint32_t)length;
    }
    refuse(p, target);
    return 0;
}

static void miss(md_polling *p)
{
    p->running = 0;
    if (++p->misses > PATIENCE)
        refuse(p, p->target);
}

/* ------------------------------------------------------------------------------------------------- its turns */

static int same_registers(const md_polling_turn *turn, const m68000 *cpu)
{
    return memcmp(turn->r, cpu->r, sizeof turn->r) == 0 && turn->flags[0] == cpu->flag_n
           && turn->flags[1] == cpu->flag_z && turn->flags[2] == cpu->flag_v && turn->flags[3] == cpu->flag_c
           && turn->flags[4] == cpu->flag_x;
}

static void keep_registers(md_polling_turn *turn, const m68000 *cpu)
{
    memcpy(turn->r, cpu->r, sizeof turn->r);
    turn->flags[0] = cpu->flag_n;
    turn->flags[1] = cpu->flag_z;
    turn->flags[2] = cpu->flag_v;
    turn->flags[3] = cpu->flag_c;
    turn->flags[4] = cpu->flag_x;
}

static void set_registers(const md_polling_turn *turn, m68000 *cpu)
{
    memcpy(cpu->r, turn->r, sizeof turn->r);
    cpu->flag_n = turn->flags[0];
    cpu->flag_z = turn->flags[1];
    cpu->flag_v = turn->flags[2];
    cpu->flag_c = turn->flags[3];
    cpu->flag_x = turn->flags[4];
}

static int hblank_at(const vdp *s, int64_t mclk)
{
    int64_t offset = (mclk - s->line_clock) % VDP_LINE;
    int h40 = vdp_is_h40(s);
    return offset >= VDP_HB_SET(h40) && offset < VDP_HB_CLEAR(h40);
}

/* mclk until which the status shows and clears nothing new but HBLANK; 0: not known. */
static int64_t status_holds(const megadrive *md)
{
    const vdp *s = &md->state.vdp;
    int end = vdp_height(s);
    if (md->vdp_other.chip || !vdp_is_mode5(s) || vdp_transfer_busy(s) || s->v_counter == 0x1FF || s->v_counter == end)
        return 0;
    int64_t until = vdp_quiet_until(&md->vdp);
    if (!s->vblank && s->v_counter < end) {
        int64_t vblank = s->line_clock + (int64_t)(end - s->v_counter) * VDP_LINE;
        if (vblank < until)
            until = vblank;
    }
    return until;
}

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

/* Turns of `period` clocks from `clock` on that end before `end`, with refresh.  *refreshed: in the last one. */
static int64_t skip_turns(int64_t clock, int64_t end, int64_t period, uint32_t pc, int64_t *refresh, int *refreshed)
{
    const int64_t wait = refresh_wait(pc);
    *refreshed = 0;
    for (;;) {
        int64_t turns = (*refresh - clock + period - 1) / period, next = clock + turns * period + wait;
        if (next >= end)
            break;
        clock = next;
        *refresh += refresh_period(pc);
        *refreshed = 1;
    }
    int64_t most = (end - 1 - clock) / period, before_refresh = (*refresh - 1 - clock) / period;
    if (most > before_refresh)
        most = before_refresh;
    if (most > 0) {
        clock += most * period;
        *refreshed = 0;
    }
    return clock;
}

void md_polling_read(megadrive *md, unsigned port, uint16_t value, unsigned lanes)
{
    md_polling *p = &md->polling;
    int is_status = (port & 0x1C) == 0x04, is_v = !is_status && lanes == 2;
    p->reads = md->vdp_other.chip ? READS_OTHER : is_status ? READS_STATUS : is_v ? READS_V : READS_OTHER;
    p->value = is_v ? value >> 8 : value;
    p->read_access = p->accesses;
    p->read_clock = md->state.cpu.clock;
}

/* What has been read since the last time at the branch. */
static int reads_in_turn(const md_polling *p)
{
    uint32_t accesses = p->accesses - p->accesses_seen;
    if (accesses == 0)
        return READS_MEMORY;
    return accesses == 1 && p->operands == 1 && p->read_access == p->accesses ? p->reads : READS_OTHER;
}

/* mclk up to which turns that follow turn[turn] read what is known. */
static int64_t reading_holds(const megadrive *md, int turn, int reads)
{
    const md_polling *p = &md->polling;
    const vdp *s = &md->state.vdp;
    if (reads == READS_MEMORY)
        return INT64_MAX;
    if (reads == READS_V)
        return s->line_clock + VDP_LINE;
    if ((vdp_peek_status(s) ^ p->turn[turn].value) & VDP_STATUS_DRIVEN & ~HB)
        return 0;
    int64_t until = status_holds(md);
    if (p->follows != FOLLOWS_ALL || (p->turn[0].value ^ p->turn[1].value) != HB) {
        int64_t change = hblank_changes(s, (p->read_clock + BUS_ACCESS_CLOCKS) * MD_MCLK_PER_68K);
        if (change < until)
            until = change;
    }
    return until;
}

/* After turn[turn], at `clock`: the clocks of turns to skip. */
static int64_t skip(megadrive *md, int64_t clock, int turn, int reads)
{
    md_polling *p = &md->polling;
    int64_t until = reading_holds(md, turn, reads) / MD_MCLK_PER_68K, refresh = md->state.refresh_clock;
    int refreshed, last = turn;
    if (until > md->run_until)
        until = md->run_until;
    int64_t after = skip_turns(clock, until, p->period, p->target, &refresh, &refreshed);
    if (after == clock)
        return 0;
    if (reads == READS_STATUS) {
        int64_t read = (after - p->read_age + BUS_ACCESS_CLOCKS) * MD_MCLK_PER_68K;
        last = hblank_at(&md->state.vdp, read);
        if (refreshed && last != hblank_at(&md->state.vdp, read - refresh_wait(p->target) * MD_MCLK_PER_68K))
            return 0;
        if (last != turn)
            set_registers(&p->turn[last], &md->state.cpu);
    }
    md->state.refresh_clock = refresh;
    md->state.cpu.deadline = md->run_until < refresh ? md->run_until : refresh;
    p->last = (uint8_t)last;
    p->clock = after;
    p->refresh_clock = refresh;
    p->misses = 0;
    return after - clock;
}

/* The first time at the branch in this run: all is known if each turn is and the registers are those after one. */
static int64_t begin_running(megadrive *md, int64_t clock)
{
    md_polling *p = &md->polling;
    p->running = 1;
    p->last = NO_TURN;
    if (p->follows != FOLLOWS_ALL || !p->period)
        return 0;
    for (int turn = 0; turn < 2; turn++)
        if (same_registers(&p->turn[turn], &md->state.cpu))
            return skip(md, clock, turn, READS_STATUS);
    return 0;
}

/* Keep what is seen of a turn.  Gives 1 if it was one that is known. */
static int note_turn(megadrive *md, int turn, int reads)
{
    md_polling *p = &md->polling;
    md_polling_turn *now = &p->turn[turn];
    if (now->met && same_registers(now, &md->state.cpu) && (reads == READS_MEMORY || now->value == p->value)) {
        if (p->last != NO_TURN)
            p->follows |= (uint8_t)(1 << (2 * p->last + turn));
        return 1;
    }
    if (now->met)
        miss(p);
    keep_registers(now, &md->state.cpu);
    now->met = 1;
    now->value = p->value;
    p->follows &= reads != READS_STATUS ? 0 : turn ? 1 << 0 : 1 << 3; /* what does not begin or end with this one */
    return 0;
}

int64_t md_polling_again(megadrive *md, uint32_t target, int64_t clock)
{
    md_polling *p = &md->polling;
    const uint8_t *page = md->read_page[target >> 16 & 0xFF];
    if (md->plain || md->state.cpu.sr & 0x8000 || target & 1)
        return 0;
    if (target != p->target || !p->length || !page || memcmp(page + (target & 0xFFFF), p->code, p->length) != 0)
        if (!watch(p, page, target))
            return 0;
    int undisturbed = p->refresh_clock == md->state.refresh_clock, reads = reads_in_turn(p);
    int turn = reads == READS_STATUS && p->value & HB, same_last = p->last == turn;
    int64_t period = clock - p->clock;
    p->clock = clock;
    p->refresh_clock = md->state.refresh_clock;
    p->accesses_seen = p->accesses;
    if (!p->running)
        return clock < md->state.cpu.deadline ? begin_running(md, clock) : 0;
    if (reads == READS_OTHER) {
        miss(p);
        return 0;
    }
    if (undisturbed) {
        if (p->period != period)
            p->follows = 0;
        p->period = period;
        p->read_age = clock - p->read_clock;
        if (period > LONGEST_TURN)
            refuse(p, target);
    }
    int known = note_turn(md, turn, reads);
    p->last = (uint8_t)turn;
    if (!known || !same_last || !p->period || p->period > LONGEST_TURN || clock >= md->state.cpu.deadline)
        return 0;
    return skip(md, clock, turn, reads);
}
