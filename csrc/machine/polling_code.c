/* polling_code.c - the code of a loop in which the 68000 waits, instruction by instruction, with its times. */
#include "polling.h"

#include "m68000/context.h"
#include "m68000/flags.h"

#define LONGEST_TURN 100        /* clocks: less than a refresh period, so that two refreshes never fall into one */

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
    case 0: s->source = IN_DATA; return 1;
    case 1: s->source = IN_ADDRESS; s->reg += 8; return size != BYTE;
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
    if (!decode_source(r, s, word & 0x3F, BYTE) || s->source == IN_ADDRESS)
        return 0;
    return finish(s, by_register ? DO_BIT_OF_REGISTER : DO_BIT, s->source == IN_DATA || s->source == NUMBER ? 2 : 0);
}

static int decode_compute(reader *r, md_polling_step *s, unsigned word, int operation, int size)
{
    s->detail = (uint8_t)operation;
    s->to = word >> 9 & 7;
    if (!decode_source(r, s, word & 0x3F, size) || (s->source == IN_ADDRESS && (operation == AND || operation == OR)))
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
            if (!decode_source(r, s, word & 0x3F, size) || s->source == IN_ADDRESS || s->source == NUMBER || (word & 0x3F) > 0x39)
                return 0;
            return finish(s, DO_COMPARE, size == LONG && s->source == IN_DATA ? 2 : 0);
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
        s->value = sign_extend(word, BYTE);
        s->size = BYTE;
        if (!s->value) {
            s->value = sign_extend(next_word(r), WORD) - 2;
            s->size = WORD;
        }
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

/* Whether of each register that is read all that the loop writes has been written in the same turn before.  Registers that are
 * read before are the loop's inputs. */
static int has_no_memory(md_polling_loop *loop)
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
                    if (s->source == IN_DATA || s->source == IN_ADDRESS)
                        read[s->reg] = s->operation == DO_BIT || s->operation == DO_BIT_OF_REGISTER ? LONG : s->size;
                    else if (s->source == AT_ADDRESS || s->source == AT_DISPLACEMENT || s->source == AT_INDEX)
                        read[s->reg] = LONG;
                    if (s->source == AT_INDEX || s->source == AT_PC_INDEX)
                        read[s->index >> 12] = LONG;
                }
                for (int i = 0; i < 16; i++) {
                    if (read[i] > known[i] && written[i] > known[i])
                        return 0;
                    if (read[i] > known[i])
                        loop->inputs |= (uint16_t)(1u << i);
                }
            }
            if (writes && written[s->to] < size)
                written[s->to] = (uint8_t)size;
            if (pass == 1 && writes && known[s->to] < size)
                known[s->to] = (uint8_t)size;
        }
    return 1;
}

int md_polling_decode(md_polling_loop *loop, const uint8_t *page, uint32_t target)
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
        s->irc = m68000_get_word(page + r.at);                  /* of an instruction that reads */
        period += s->clocks;
        if (s->operation != DO_BRANCH)
            continue;
        if (r.at - start > M68000_LOOP_BYTES + 2 || s->value + (r.at - start))
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
