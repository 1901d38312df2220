/* phase.h - the phase generator: what a slot's phase advances by in one sample. */
#ifndef MEGADRIVE_YM2612_PHASE_H
#define MEGADRIVE_YM2612_PHASE_H

#include "internal.h"

/* Vibrato: the frequency number, 12 bits with one of fraction, moved by the LFO.
 * Each depth adds two shifted copies of fnum >> 4; 7 shifts it out altogether. */
static inline uint32_t vibrato(uint32_t fnum, uint32_t pms, uint32_t pm)
{
    static const uint8_t first[8][8] = {
        {7, 7, 7, 7, 7, 7, 7, 7}, {7, 7, 7, 7, 7, 7, 7, 7}, {7, 7, 7, 7, 7, 7, 1, 1}, {7, 7, 7, 7, 1, 1, 1, 1},
        {7, 7, 7, 1, 1, 1, 1, 0}, {7, 7, 1, 1, 0, 0, 0, 0}, {7, 7, 1, 1, 0, 0, 0, 0}, {7, 7, 1, 1, 0, 0, 0, 0},
    };
    static const uint8_t second[8][8] = {
        {7, 7, 7, 7, 7, 7, 7, 7}, {7, 7, 7, 7, 2, 2, 2, 2}, {7, 7, 7, 2, 2, 2, 7, 7}, {7, 7, 2, 2, 7, 7, 2, 2},
        {7, 7, 2, 7, 7, 7, 2, 7}, {7, 7, 7, 2, 7, 7, 2, 1}, {7, 7, 7, 2, 7, 7, 2, 1}, {7, 7, 7, 2, 7, 7, 2, 1},
    };
    uint32_t step, high, move;

    if (pms == 0)
        return fnum << 1;
    step = pm & 8 ? ~pm & 7 : pm & 7;
    high = fnum >> 4;
    move = (high >> first[pms][step]) + (high >> second[pms][step]);
    if (pms > 5)
        move <<= pms - 5;
    move >>= 2;
    return ((fnum << 1) + (pm & 16 ? 0 - move : move)) & 0xFFF;
}

/* Detune in phase units: a table of eight mantissas by octave and note of the key code. */
static inline uint32_t detune_amount(uint32_t detune, uint32_t key_code)
{
    static const uint8_t mantissa[8] = {16, 17, 19, 20, 22, 24, 27, 29};
    uint32_t depth = detune & 3;
    uint32_t exponent;

    if (depth == 0)
        return 0;
    if (key_code > 28)
        key_code = 28;
    exponent = (key_code >> 2) + 9 + (depth == 1 ? 0 : depth);
    return (uint32_t)mantissa[(exponent & 1) << 2 | (key_code & 3)] >> (9 - (exponent >> 1));
}

static inline uint32_t phase_step(const ym2612 *ym, uint32_t slot, uint32_t pms, const ym2612_pitch *pitch, uint32_t pm)
{
    uint32_t multiple = ym->multiple[slot] ? 2 * (uint32_t)ym->multiple[slot] : 1;
    uint32_t amount = detune_amount(ym->detune[slot], pitch->key_code);
    uint32_t base = vibrato(pitch->fnum, pms, pm) << pitch->block >> 2;

    base += ym->detune[slot] & 4 ? 0 - amount : amount;
    return ((base & 0x1FFFF) * multiple >> 1) & 0xFFFFF;
}

#endif
