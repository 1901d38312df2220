/* envelope.h - one step of a slot's envelope, SSG-EG included. */
#ifndef MEGADRIVE_YM2612_ENVELOPE_H
#define MEGADRIVE_YM2612_ENVELOPE_H

#include "internal.h"

/* Rate 0-63 of a slot in an envelope state; 0 if the register rate is 0, which never steps. */
static inline uint32_t envelope_rate(const ym2612 *ym, uint32_t slot, uint32_t state, uint32_t key_code)
{
    uint32_t rate, sum;

    switch (state) {
    case ATTACK: rate = ym->attack_rate[slot]; break;
    case DECAY: rate = ym->decay_rate[slot]; break;
    case SUSTAIN: rate = ym->sustain_rate[slot]; break;
    default: rate = 2u * ym->release_rate[slot] + 1; break;
    }
    if (rate == 0)
        return 0;
    sum = 2 * rate + (key_code >> (3 - ym->key_scale[slot]));
    return sum < 63 ? sum : 63;
}

/* Envelope increment 0-4 in a sample in which the envelopes step. */
static inline uint32_t envelope_increment(uint32_t rate, uint32_t lock, uint32_t low)
{
    static const uint8_t extra[4][4] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {1, 0, 1, 0}, {1, 1, 1, 0}};
    uint32_t increment;

    if (rate < 2)
        return 0;
    if (rate < 48) {
        switch (((rate >> 2) + lock) & 15) {
        case 12: return 1;
        case 13: return rate >> 1 & 1;
        case 14: return rate & 1;
        default: return 0;
        }
    }
    increment = extra[rate & 3][low] + (rate >> 2) - 11;
    return increment < 4 ? increment : 4;
}

static inline int32_t attack_step(int32_t level, uint32_t increment)
{
    return -((((level + 1) << increment) + 31) >> 5);
}

/* What the output sees of the envelope: the level as it was before the step. */
typedef struct ym2612_loudness {
    uint32_t level;             /* inverted by SSG-EG where that applies */
    uint32_t am;
} ym2612_loudness;

/* `csm`: timer A holds the key of this slot down. */
static inline ym2612_loudness envelope_step(ym2612 *ym, uint32_t slot, uint32_t ams, const ym2612_clocks *clocks,
                                            uint32_t key_code, int csm)
{
    static const uint8_t am_shift[4] = {7, 3, 1, 0};
    ym2612_loudness shown;
    int key = ym->key_latch[slot];
    int key_before = ym->key[slot];
    int pressed = key && !key_before;
    uint32_t state = ym->eg_state[slot];
    uint32_t next_state = state;
    int32_t level = ym->level[slot];
    int32_t step = 0;
    uint32_t ssg = ym->ssg[slot];
    int ssg_on = ssg >> 3 & 1;
    int restart = 0, repeat = 0, hold = 0, invert = 0, off, start;
    uint32_t rate = 0, increment;

    if (ssg_on) {
        int direction = ym->ssg_direction[slot];
        if (level >= 512) {
            restart = (ssg & 3) == 0;
            repeat = (ssg & 1) == 0;
            if ((ssg & 3) == 2)
                direction ^= 1;
            if ((ssg & 3) == 3)
                direction = 1;
        }
        hold = key && ((ssg & 7) == 3 || (ssg & 7) == 5);
        direction &= key_before;
        ym->ssg_direction[slot] = (uint8_t)direction;
        invert = (direction ^ (int)(ssg >> 2 & 1)) & key_before;
    } else {
        ym->ssg_direction[slot] = 0;
    }

    shown.level = (uint32_t)(invert ? (512 - level) & 1023 : level);
    shown.am = ym->am_enable[slot] ? clocks->lfo_am >> am_shift[ams] : 0;

    start = pressed || (key_before && repeat);
    if (start || clocks->tick)
        rate = envelope_rate(ym, slot, start ? ATTACK : state, key_code);
    increment = clocks->tick ? envelope_increment(rate, clocks->lock, clocks->low) : 0;
    ym->eg_step[slot] = (uint8_t)increment;
    ym->phase_reset[slot] = (uint8_t)(pressed || restart);

    if (key_before && !key)
        level = (int32_t)shown.level; /* key off: what was heard becomes the level */
    off = ssg_on ? level >= 512 : level >= 0x3F0;

    if (start) {
        next_state = ATTACK;
        if (state == ATTACK && level != 0 && increment && key && rate < 62)
            step = attack_step(level, increment);
        if (rate >= 62)
            level = 0;
    } else {
        switch (state) {
        case ATTACK:
            if (level == 0)
                next_state = DECAY;
            else if (increment && rate < 62 && key)
                step = attack_step(level, increment);
            break;
        case DECAY:
            if (level >> 4 == 2 * (ym->sustain_level[slot] == 15 ? 31 : ym->sustain_level[slot])) {
                next_state = SUSTAIN;
                break;
            }
            /* fall through */
        default:
            if (!off && increment)
                step = 1 << (increment - 1 + (ssg_on ? 2 : 0));
            break;
        }
        if (!key)
            next_state = RELEASE;
    }
    if (csm)
        level |= ym->total_level[slot] << 3;
    if (!start && !hold && state != ATTACK && off) {
        next_state = RELEASE;
        level = 1023;
    }
    ym->key[slot] = (uint8_t)key;
    ym->eg_state[slot] = (uint8_t)next_state;
    ym->level[slot] = (uint16_t)((level + step) & 1023);
    return shown;
}

#endif
