/* polling_turns.c - where the 68000 is after many turns of a waiting loop, by arithmetic.
 *
 * Times are 68000 clocks. */
#include "polling.h"

#include "machine.h"

/* With x clocks from the end of a turn to the next refresh, that comes in the turn that ends `over` = -x mod period clocks
 * behind it, but for its own wait.  From one refresh to the next one x + over is a whole number of turns and x becomes
 * refresh_period - wait - over; so `over` goes down by refresh_period - wait, modulo the turn. */
int64_t md_polling_skip(int64_t clock, int64_t end, uint32_t period, uint32_t pc, int64_t *refresh)
{
    const int64_t wait = refresh_wait(pc), again = refresh_period(pc), first = *refresh + wait;
    if (end > first) {
        uint32_t over = (uint32_t)(*refresh - clock) % period;
        over = over ? period - over : 0;
        uint32_t passed = (uint32_t)((uint64_t)(end - 1 - first) / (uint64_t)again);    /* refreshes but one */
        uint32_t step = period - (uint32_t)(again - wait) % period;
        for (;; passed--) {
            int64_t behind = first + passed * again + (int64_t)((over + (uint64_t)passed * step) % period);
            if (behind < end) {
                clock = behind;
                *refresh += (passed + 1) * again;
                break;
            }
            if (!passed)
                break;
        }
    }
    int64_t most = end - 1 < *refresh - 1 ? end - 1 : *refresh - 1;
    return most > clock ? clock + (uint32_t)(most - clock) / period * period : clock;
}

typedef struct place {
    int64_t clock, refresh;
    const md_polling_step *step;        /* comes next */
} place;

static void pass_refresh(place *at, uint32_t pc)
{
    const int64_t again = refresh_period(pc);
    if (at->clock < at->refresh)
        return;
    at->clock += refresh_wait(pc);
    at->refresh += again;
    if (at->refresh <= at->clock)
        at->refresh = at->clock + again - (at->clock - at->refresh) % again;
}

/* Go on to the first instruction that does not begin before `until`; `begin` is where the first whole turn begins.  Returns how
 * many whole turns there are at least. */
static int64_t go_on(const md_polling_loop *loop, place *at, int64_t until, place *begin)
{
    int64_t turns = 0;
    if (at->clock >= until)
        return 0;
    pass_refresh(at, loop->target);
    begin->step = NULL;
    while (at->clock < until) {
        if (at->step == loop->step && !begin->step) {
            *begin = *at;
            if (at->clock + loop->period < until)
                at->clock = md_polling_skip(at->clock, until, loop->period, loop->target, &at->refresh);
            turns = (at->clock - begin->clock) / (loop->period + RAM_REFRESH_WAIT);
        }
        at->clock += at->step->clocks;
        at->step = at->step->operation == DO_BRANCH ? loop->step : at->step + 1;
        pass_refresh(at, loop->target);
    }
    return turns;
}

/* The last turns are left to be followed: they may see HBLANK, and the first of them clear SOVR and SCOL. */
#define TURNS_LEFT 3

int md_polling_pass_slices(megadrive *md)
{
    md_polling *p = &md->polling;
    m68000 *cpu = &md->state.cpu;
    const md_polling_loop *loop = &p->loop[p->present];
    place begin[sizeof p->slice / sizeof *p->slice], at = { cpu->clock, md->state.refresh_clock, loop->step };
    int64_t turns[sizeof p->slice / sizeof *p->slice], left = 0;
    uint32_t offset = cpu->pc - loop->target;
    int count = p->slices;
    while (at.step < loop->step + loop->count && at.step->at != offset)
        at.step++;
    if (!loop->length || at.step == loop->step + loop->count)
        return 0;
    for (int i = 0; i < count; i++) {
        turns[i] = go_on(loop, &at, p->slice[i].until, &begin[i]);
        at.clock += p->slice[i].stolen;
    }
    for (int i = count - 1; i >= 0; i--) {
        left += turns[i];
        if (turns[i] && left >= TURNS_LEFT) {
            cpu->clock = begin[i].clock;
            md->state.refresh_clock = begin[i].refresh;
            cpu->pc = loop->target;
            cpu->ir = (uint16_t)(loop->code[0] << 8 | loop->code[1]);
            cpu->irc = (uint16_t)(loop->code[2] << 8 | loop->code[3]);
            return i;
        }
    }
    return 0;
}
