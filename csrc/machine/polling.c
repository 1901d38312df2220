/* polling.c - loops in which the 68000 only waits, done at once with the same result.
 *
 * Such a loop is a run of at most 32 bytes that ends with a short branch back to its start and holds only instructions
 * that read, compute and change nothing but registers and flags.  Its instructions are kept in a form that is quickly
 * followed (md_polling_step), with their times; what they read of the VDP's status and HV counter is worked out without
 * running the VDP, as long as nothing happens there.
 *
 * Of these only loops without memory are taken: what a turn writes depends on what it reads and on registers that the
 * loop does not write.  So while what is read stays the same, so does every turn, and they are skipped.  HBLANK in the
 * status may change meanwhile if the loop goes on with either value of it: the last turn before the end is followed, and
 * all that a turn leaves behind is the last turn's.
 *
 * Times in this file are 68000 clocks unless a name says otherwise. */
#include "machine.h"

#include "m68000/context.h"
#include "m68000/flags.h"
#include "vdp/vdp.h"

#define LONGEST_TURN 100        /* less than a refresh period, so that two refreshes never fall into one */
#define HB 4                    /* HBLANK in the status */
#define SOVR_SCOL 0x60
#define LAST_V_BEFORE_JUMP 0xDA /* in all modes the V counter just counts up to here, */
#define FIRST_V_AFTER_JUMP 0x1B0 /* and from here on */

enum { DO_NOTHING, DO_COMPUTE, DO_COMPARE, DO_MOVE, DO_MOVE_ADDRESS, DO_TEST, DO_BIT, DO_BIT_OF_REGISTER, DO_SHIFT, DO_BRANCH };

/* Sources of operands. */
enum { DATA, ADDRESS, NUMBER, AT_ADDRESS, AT_DISPLACEMENT, AT_INDEX, AT_NUMBER, AT_PC_INDEX };

#define IN_MEMORY AT_ADDRESS    /* this source and those behind it */

/* ------------------------------------------------------------------------------------------ the loop's code */

typedef struct reader {
    const uint8_t *page;
    uint32_t at, end;           /* offsets in the page: of the next word; of the first one that is not to be read */
    uint32_t base;              /* address of the page */
} reader;

static uint32_t next_word(reader *r)
{
    uint32_t word = m68000_get_word(r->page + r->at);
    r->at += 2;
    return word;
}

static uint32_t next_number(reader *r, int size)
{
    uint32_t high = next_word(r);
    return size == LONG ? high << 16 | next_word(r) : high;
}

/* The source operand of an instruction whose clocks so far are in the step.  0: none that does not change a register. */
static int decode_source(reader *r, md_polling_step *s, unsigned ea, int size)
{
    unsigned mode = ea >> 3 & 7;
    s->size = (uint8_t)size;
    s->reg = ea & 7;
    int idle = 0, from = (int)r->at;
    if (mode == 7)
        mode += s->reg;
    switch (mode) {
    case 0: s->source = DATA; return 1;
    case 1: s->source = ADDRESS; s->reg += 8; return size != BYTE;
    case 2: s->source = AT_ADDRESS; break;
    case 5: s->source = AT_DISPLACEMENT; s->value = sign_extend(next_word(r), WORD); break;
    case 6: s->source = AT_INDEX; s->index = (uint16_t)next_word(r); idle = 2; break;
    case 7: s->source = AT_NUMBER; s->value = sign_extend(next_word(r), WORD); break;
    case 8: s->source = AT_NUMBER; s->value = next_number(r, LONG); break;
    case 9: s->source = AT_NUMBER; s->value = r->base + r->at; s->value += sign_extend(next_word(r), WORD); break;
    case 10: s->source = AT_PC_INDEX; s->value = r->base + r->at; s->index = (uint16_t)next_word(r); idle = 2; break;
    case 11: s->source = NUMBER; s->value = next_number(r, size); s->clocks += size == LONG ? 8 : 4; return 1;
    default: return 0;
    }
    s->reg += 8;
    s->clocks += (uint8_t)(2 * ((int)r->at - from) + idle);
    s->read_clock = s->clocks;
    s->clocks += size == LONG ? 8 : 4;
    return 1;
}

/* The last fetch of an instruction, and what follows it. */
static int finish(md_polling_step *s, int operation, int idle)
{
    s->operation = (uint8_t)operation;
    s->clocks += (uint8_t)(4 + idle);
    s->tail = (uint8_t)(4 + idle);
    return 1;
}

static int decode_bit_test(reader *r, md_polling_step *s, unsigned word)
{
    int by_register = word & 0x100;
    s->second = by_register ? word >> 9 : next_word(r);
    s->clocks = by_register ? 0 : 4;
    if (!decode_source(r, s, word & 0x3F, BYTE) || s->source == ADDRESS)
        return 0;
    return finish(s, by_register ? DO_BIT_OF_REGISTER : DO_BIT, s->source == DATA || s->source == NUMBER ? 2 : 0);
}

static int decode_compute(reader *r, md_polling_step *s, unsigned word, int operation, int size)
{
    s->detail = (uint8_t)operation;
    s->to = word >> 9 & 7;
    if (!decode_source(r, s, word & 0x3F, size) || (s->source == ADDRESS && (operation == AND || operation == OR)))
        return 0;
    return finish(s, DO_COMPUTE, size != LONG ? 0 : s->source >= IN_MEMORY || operation == CMP ? 2 : 4);
}

/* An instruction that reads and computes but stores nothing, or the branch that ends the loop.  0: another one. */
static int decode_instruction(reader *r, md_polling_step *s)
{
    static const uint8_t sizes[4] = {BYTE, WORD, LONG, 0}, move_sizes[4] = {0, BYTE, LONG, WORD};
    static const uint8_t operations[16] = {[8] = OR, [9] = SUB, [0xB] = CMP, [0xC] = AND, [0xD] = ADD};
    unsigned word = next_word(r), line = word >> 12;
    int size = sizes[word >> 6 & 3];
    s->to = word >> 9 & 7;
    switch (line) {
    case 0x0:
        if ((word & 0xFFC0) == 0x0800 || ((word & 0xF1C0) == 0x0100 && (word & 0x38) != 0x08))
            return (word & 0x13F) != 0x3C && decode_bit_test(r, s, word);
        if ((word & 0xFF00) == 0x0C00 && size) {                /* CMPI */
            s->detail = CMP;
            s->second = next_number(r, size);
            s->clocks = size == LONG ? 8 : 4;
            if (!decode_source(r, s, word & 0x3F, size) || s->source == ADDRESS || s->source == NUMBER || (word & 0x3F) > 0x39)
                return 0;
            return finish(s, DO_COMPARE, size == LONG && s->source == DATA ? 2 : 0);
        }
        if ((word & 0xFF38) == 0x0200 && size) {                /* ANDI #,Dn */
            s->detail = AND;
            s->to = word & 7;
            return decode_source(r, s, 0x3C, size) && finish(s, DO_COMPUTE, size == LONG ? 4 : 0);
        }
        return 0;
    case 0x1: case 0x2: case 0x3:                               /* MOVE to Dn, MOVEA */
        size = move_sizes[line];
        if ((word >> 6 & 7) > 1 || (size == BYTE && word & 0x1C0) || !decode_source(r, s, word & 0x3F, size))
            return 0;
        if (word & 0x40)
            s->to += 8;
        return finish(s, word & 0x40 ? DO_MOVE_ADDRESS : DO_MOVE, 0);
    case 0x4:
        if (word == 0x4E71)
            return finish(s, DO_NOTHING, 0);
        return (word & 0xFF00) == 0x4A00 && size && (word & 0x3F) <= 0x39 && (word & 0x38) != 0x08
               && decode_source(r, s, word & 0x3F, size) && finish(s, DO_TEST, 0);
    case 0x6:
        if ((word & 0xF00) == 0x100)
            return 0;
        s->detail = word >> 8 & 15;
        s->clocks = 6;                                          /* taken: 10 clocks, two fetches at the end */
        return finish(s, DO_BRANCH, 0);
    case 0x7:                                                   /* MOVEQ */
        s->size = LONG;
        s->source = NUMBER;
        s->value = sign_extend(word, BYTE);
        return !(word & 0x100) && finish(s, DO_MOVE, 0);
    case 0x8: case 0x9: case 0xB: case 0xC: case 0xD:
        return !(word & 0x100) && size && decode_compute(r, s, word, operations[line], size);
    case 0xE:                                                   /* shifts of Dn by a constant, but not through X */
        s->detail = (uint8_t)((word >> 8 & 1) << 2 | (word >> 3 & 3));
        if (!size || word & 0x20 || s->detail == ROXL || s->detail == ROXR)
            return 0;
        s->size = (uint8_t)size;
        s->to = word & 7;
        s->second = (((word >> 9) - 1) & 7) + 1;
        return finish(s, DO_SHIFT, (size == LONG ? 4 : 2) + 2 * (int)s->second);
    default:
        return 0;
    }
}

/* Whether of each register that is read all that the loop writes has been written in the same turn before. */
static int has_no_memory(const md_polling_loop *loop)
{
    uint8_t written[16] = {0}, known[16] = {0};
    for (int pass = 0; pass < 2; pass++)
        for (const md_polling_step *s = loop->step; s < loop->step + loop->count - 1; s++) {
            int changes = s->operation == DO_SHIFT || (s->operation == DO_COMPUTE && s->detail != CMP);
            int writes = changes || s->operation == DO_MOVE || s->operation == DO_MOVE_ADDRESS;
            int size = s->operation == DO_MOVE_ADDRESS ? LONG : s->size;
            if (pass == 1) {
                uint8_t read[16] = {0};
                if (changes || s->operation == DO_COMPUTE)
                    read[s->to] = s->size;
                if (s->operation == DO_BIT_OF_REGISTER)
                    read[s->second & 7] = LONG;
                if (s->operation != DO_NOTHING && s->operation != DO_SHIFT) {
                    if (s->source == DATA || s->source == ADDRESS)
                        read[s->reg] = s->operation == DO_BIT || s->operation == DO_BIT_OF_REGISTER ? LONG : s->size;
                    else if (s->source == AT_ADDRESS || s->source == AT_DISPLACEMENT || s->source == AT_INDEX)
                        read[s->reg] = LONG;
                    if (s->source == AT_INDEX || s->source == AT_PC_INDEX)
                        read[s->index >> 12] = LONG;
                }
                for (int i = 0; i < 16; i++)
                    if (read[i] > known[i] && written[i] > known[i])
                        return 0;
            }
            if (writes && written[s->to] < size)
                written[s->to] = (uint8_t)size;
            if (pass == 1 && writes && known[s->to] < size)
                known[s->to] = (uint8_t)size;
        }
    return 1;
}

static int decode(md_polling_loop *loop, const uint8_t *page, uint32_t target)
{
    reader r = {.page = page, .at = target & 0xFFFF, .base = target & ~0xFFFFu};
    uint32_t start = r.at;
    int period = 0;
    memset(loop, 0, sizeof *loop);
    loop->target = target;
    while (loop->count < sizeof loop->step / sizeof *loop->step && r.at - start < M68000_LOOP_BYTES + 2u
           && start < 0x10000 - 64) {
        md_polling_step *s = &loop->step[loop->count++];
        s->at = (uint8_t)(r.at - start);
        if (!decode_instruction(&r, s))
            return 0;
        s->irc = m68000_get_word(page + r.at);
        period += s->clocks;
        if (s->operation != DO_BRANCH)
            continue;
        if (r.at - start > M68000_LOOP_BYTES + 2 || (page[r.at - 1] + (r.at - start)) != 0x100)
            return 0;
        loop->period = (uint8_t)period;
        memcpy(loop->code, page + start, r.at - start);
        if (period > LONGEST_TURN || !has_no_memory(loop))
            return 0;
        loop->length = (uint8_t)(r.at - start);
        return 1;
    }
    return 0;
}

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
    const md_polling_loop *loop;
    const uint8_t *code;
    int64_t status_until;       /* mclk up to which `status` is right but for HBLANK; 0: not looked for */
    int64_t same_until;         /* mclk up to which all that this turn has read is the same, but for HBLANK */
    uint16_t status;
    uint8_t hblank_reads;       /* times that HBLANK has been read in this turn */
    uint8_t hblank;             /* what it was */
    uint8_t reads_memory;       /* 1: something else than the VDP has been read */
    uint8_t steady;             /* 1: nothing has changed since md_polling.steady was set, but perhaps the status */
    uint8_t trial;              /* 1: HBLANK is read the other way round, and nothing really */
    uint8_t goes_on;            /* with the other value of HBLANK: 0 not known, 1 the loop ends, 2 it goes on */
} follower;

static int hblank_at(const vdp *s, int64_t mclk)
{
    uint32_t offset = (uint32_t)(mclk - s->line_clock) % VDP_LINE;
    uint32_t h40 = (uint32_t)vdp_is_h40(s);
    return offset >= VDP_HB_SET(h40) && offset < VDP_HB_CLEAR(h40);
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

/* mclk until which the status shows and clears nothing new but HBLANK; 0: not known. */
static int64_t status_holds(const megadrive *md)
{
    const vdp *s = &md->state.vdp;
    int end = vdp_height(s);
    if (!vdp_is_mode5(s) || vdp_transfer_busy(s) || s->command_pending || s->v_counter == 0x1FF || s->v_counter == end)
        return 0;
    int64_t until = vdp_quiet_until(&md->vdp);
    if (!s->vblank && s->v_counter < end) {
        int64_t vblank = s->line_clock + (int64_t)(end - s->v_counter) * VDP_LINE;
        if (vblank < until)
            until = vblank;
    }
    return until < s->next_event ? until : s->next_event;
}

static int foresee_status(follower *f, int64_t mclk, unsigned lanes, uint16_t open, uint16_t *word)
{
    const vdp *s = &f->md->state.vdp;
    if (!f->status_until) {
        f->status_until = status_holds(f->md);
        f->status = f->status_until ? vdp_peek_status(s) & ~HB : 0;
        f->goes_on = f->steady && f->status_until && f->status == f->md->polling.status ? 2 : 0;
        if (f->status & SOVR_SCOL)
            f->status_until = 0;                /* the read will clear them */
    }
    if (mclk >= f->status_until)
        return 0;
    if (f->trial) {
        f->hblank = !f->hblank;
    } else if (lanes & 1) {
        f->hblank = hblank_at(s, mclk);
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
    int64_t offset = mclk - s->line_clock, line = s->line_clock, same = 0;
    unsigned v = s->v_counter;
    if (mclk >= s->next_event || s->interlace)
        return 0;
    if (s->hv_latched) {
        *word = s->hv_latch;
        same = s->next_event;
    } else {
        if (offset >= VDP_LINE) {
            uint32_t lines = (uint32_t)offset / VDP_LINE;
            if (v + lines > (v < FIRST_V_AFTER_JUMP ? LAST_V_BEFORE_JUMP : 0x1FF))
                return 0;
            v += lines;
            line += (int64_t)lines * VDP_LINE;
            offset -= (int64_t)lines * VDP_LINE;
        }
        *word = (uint16_t)((v & 0xFF) << 8 | (lanes == 2 ? 0 : vdp_h_at(vdp_is_h40(s), (int)offset) >> 1));
        if (lanes == 2)
            same = line + VDP_LINE < s->next_event ? line + VDP_LINE : s->next_event;
    }
    if (f->same_until > same)
        f->same_until = same;
    return 1;
}

/* What a read of a VDP port at `clock` gives, if that is known beforehand. */
static int foresee(follower *f, uint32_t address, unsigned lanes, int64_t clock, uint16_t open, uint16_t *word)
{
    const megadrive *md = f->md;
    int64_t mclk = (clock + BUS_ACCESS_CLOCKS) * MD_MCLK_PER_68K;
    if ((address & 0xE700E0) != 0xC00000 || md->vdp_other.chip || mclk < md->state.vdp.clock || mclk >= md->light_clock)
        return 0;
    unsigned port = address & 0x1C;
    if (port == 0x04)
        return foresee_status(f, mclk, lanes, open, word);
    return (port & 0x18) == 0x08 && foresee_counter(f, mclk, lanes, word);
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
    f->md->polling.accesses++;
    uint16_t word = md_68k_read(f->md, address, lanes);
    cpu->clock -= s->read_clock;
    f->status_until = 0;
    f->same_until = 0;
    f->steady = 0;
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
    if (!foresee(f, address, lanes, cpu->clock + s->read_clock, s->irc, &word)) {
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
        cpu->flag_z = value & (uint32_t)1 << (bit & (s->source == DATA ? 31 : 7));
        break;
    }
    }
    return 1;
}

/* Whether the loop would go on if HBLANK were read the other way round. */
static int goes_on_either_way(follower *f)
{
    if (!f->goes_on) {
        m68000 cpu = *f->cpu;
        follower trial = *f;
        trial.cpu = &cpu;
        trial.trial = 1;
        const md_polling_step *s = f->loop->step;
        while (s->operation != DO_BRANCH && perform(&trial, s))
            cpu.clock += s++->clocks;
        f->goes_on = s->operation == DO_BRANCH && condition(&cpu, s->detail) ? 2 : 1;
    }
    return f->goes_on == 2;
}

/* Turns of `period` clocks from `clock` on that end before `end`, with refresh. */
static int64_t skip_turns(int64_t clock, int64_t end, uint32_t period, uint32_t pc, int64_t *refresh)
{
    const int64_t wait = refresh_wait(pc), refresh_again = refresh_period(pc);
    for (;;) {
        uint32_t turns = ((uint32_t)(*refresh - clock) + period - 1) / period;
        int64_t next = clock + (int64_t)turns * period + wait;
        if (next >= end)
            break;
        clock = next;
        *refresh += refresh_again;
    }
    int64_t most = end - 1 < *refresh - 1 ? end - 1 : *refresh - 1;
    return most > clock ? clock + (uint32_t)(most - clock) / period * period : clock;
}

/* A whole turn has been followed: skip those that are like it. */
static void skip(follower *f)
{
    m68000 *cpu = f->cpu;
    int64_t *refresh = &f->md->state.refresh_clock, end = f->md->run_until;
    const uint32_t period = f->loop->period;
    int either_way = f->hblank_reads == 1 && goes_on_either_way(f);
    if (f->hblank_reads && !either_way) {
        int64_t begin = cpu->clock - period - RAM_REFRESH_WAIT; /* before it was read */
        int64_t change = hblank_changes(&f->md->state.vdp, begin * MD_MCLK_PER_68K);
        if (f->same_until > change)
            f->same_until = change;
    }
    if (end > f->same_until / MD_MCLK_PER_68K)
        end = f->same_until / MD_MCLK_PER_68K;
    if (either_way)
        end -= period + RAM_REFRESH_WAIT;               /* the last turn is followed */
    if (cpu->clock + period >= end)
        return;
    cpu->clock = skip_turns(cpu->clock, end, period, f->loop->target, refresh);
    cpu->sample_clock = cpu->clock - f->loop->step[f->loop->count - 1].tail;
    cpu->deadline = f->md->run_until < *refresh ? f->md->run_until : *refresh;
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
    f.steady = !whole && md->polling.steady && memcmp(cpu->r, md->polling.r, sizeof cpu->r) == 0;
    md->polling.steady = 0;
    md->polling.present = (uint8_t)(loop - md->polling.loop);
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
            cpu->clock -= 2;
            cpu->sample_clock -= 2;
            at = loop->length;
            break;
        }
        if (cpu->clock >= cpu->deadline) {
            set_queue(&f, at);
            if (!md_refresh_in_run(md) || cpu->clock >= cpu->deadline)
                break;
        }
        if (again) {
            if (f.same_until && (whole || (f.steady && f.hblank_reads == 1 && f.goes_on == 2)))
                skip(&f);
            f.same_until = INT64_MAX;
            f.hblank_reads = 0;
            whole = 1;
        }
    }
    set_queue(&f, at);
    if (f.goes_on == 2 && !f.reads_memory && at != loop->length) {
        md->polling.steady = 1;
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
    if (loop->target != target || !(code = code_of(md, loop))) {
        if (!decode(loop, page, target)) {
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
