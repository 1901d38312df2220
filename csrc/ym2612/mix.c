/* mix.c - what the output pins show in a stretch of samples. */
#include "block.h"

/* Sides of a stretch. */
typedef struct ym2612_sides {
    int16_t left[STREAM], right[STREAM];
} ym2612_sides;

/* Where a part goes. */
typedef struct ym2612_place {
    int16_t *left, *right;      /* the same, if both sides have the same of it */
    int muted;                  /* 1: nothing of it is added */
} ym2612_place;

static ym2612_place place_of(ym2612_sides *sides, uint32_t muted, uint32_t part)
{
    ym2612_place place = {sides->left, sides->right, muted >> part & 1};

    return place;
}

/* In samples from..end-1. */
static void add_all(const ym2612_place *to, uint32_t from, uint32_t end, int32_t left, int32_t right)
{
    uint32_t i;

    for (i = from; i < end; i++)
        to->left[i] = (int16_t)(to->left[i] + left);
    if (to->right != to->left)
        for (i = from; i < end; i++)
            to->right[i] = (int16_t)(to->right[i] + right);
}

static void add(const ym2612_place *to, uint32_t from, uint32_t end, uint32_t pan, int32_t on, int32_t off)
{
    if (!to->muted)
        add_all(to, from, end, pan & 2 ? on : off, pan & 1 ? on : off);
}

/* A silent part of a YM2612 still has the steps of its cycles. */
static int32_t silence(const ym2612 *ym, int32_t cycles)
{
    return ym->integrated ? 0 : cycles * YM2612_STEP;
}

static void add_silence(const ym2612 *ym, const ym2612_place *to, uint32_t from, uint32_t end, int32_t cycles)
{
    add_all(to, from, end, silence(ym, cycles), silence(ym, cycles));
}

/* The next change of the DAC's level, as a cycle. */
static uint32_t next_change(const ym2612_dac_reader *dac)
{
    return dac->level + 1 < dac->end ? dac->level[1].cycle : UINT32_MAX;
}

static int32_t level_in(ym2612_dac_reader *dac, uint32_t cycle)
{
    while (next_change(dac) <= cycle)
        dac->level++;
    return dac->level->level;
}

/* What the pins add up to in four cycles that show `value`. */
static void hold(const ym2612 *ym, int32_t value, int32_t *on, int32_t *off)
{
    int32_t sign = value < 0 ? -3 : 3;

    *on = ym->integrated ? 3 * value : 3 * (value < 0 ? value : value + 1) + 3 * sign;
    *off = ym->integrated ? 0 : 4 * sign;
}

/* The four cycles of a sample, from `first` on, among which the DAC changes. */
static void mix_dac_cycles(const ym2612 *ym, uint32_t pan, int32_t sum, ym2612_dac_reader *dac, uint32_t first, uint32_t i,
                           const ym2612_place *channel, const ym2612_place *converter)
{
    uint32_t cycle;

    for (cycle = 0; cycle < 4; cycle++) {
        int32_t level = level_in(dac, first + cycle), value = level == DAC_OFF ? sum : level, on, off;
        int32_t sign = value < 0 ? -3 : 3;

        if (ym->integrated) {
            on = cycle ? value : 0;
            off = 0;
        } else {
            on = cycle == 3 ? 3 * (value < 0 ? value : value + 1) : sign;
            off = sign;
        }
        add(level == DAC_OFF ? channel : converter, i, i + 1, pan, on, off);
    }
}

/* The first sample whose four cycles do not all come before the next change of the DAC. */
static uint32_t first_changed(const ym2612_dac_reader *dac, uint32_t start, uint32_t samples)
{
    uint32_t change = next_change(dac), until;

    if (change == UINT32_MAX)
        return samples;
    until = (change - 8) / 24 + 1 - start;
    return until < samples ? until : samples;
}

/* mix_dac() where channel 6 and the DAC go to the same place: what the pins show is put together first. */
static void mix_dac_together(const ym2612 *ym, uint32_t pan, const int16_t *sum, ym2612_dac_reader *dac, uint32_t start, uint32_t samples,
                             const ym2612_place *to)
{
    int16_t shown[STREAM + 8];
    uint32_t i = 0, until, k, at;

    memset(shown + samples, 0, GROUP * sizeof *shown);
    for (; i < samples; i = until) {
        uint32_t first = 24 * (start + i) + 4;
        int32_t level = level_in(dac, first), zero = -silence(ym, 4);

        if (next_change(dac) <= first + 3) {
            mix_dac_cycles(ym, pan, sum[i], dac, first, i, to, to);
            add_all(to, i, i + 1, zero, zero); /* what a 0 is about to add */
            shown[i] = 0;
            until = i + 1;
            continue;
        }
        until = first_changed(dac, start, samples);
        if (level == DAC_OFF)
            memcpy(shown + i, sum + i, (until - i) * sizeof *sum);
        else
            for (at = i; at < until; at += 8) /* a few more: what follows is still to be written, or nobody looks */
                for (k = 0; k < 8; k++)
                    shown[at + k] = (int16_t)level;
    }
    ym2612_mix_channel(to->left, shown, samples, ym->integrated, pan & 2);
    if (to->right != to->left)
        ym2612_mix_channel(to->right, shown, samples, ym->integrated, pan & 1);
}

/* Channel 6 or the DAC in its place, which the pins show in cycles 4 to 7; the DAC may change in each: as show() in cycle.c. */
static void mix_dac(const ym2612 *ym, uint32_t pan, const int16_t *sum, ym2612_dac_reader *dac, uint32_t start, uint32_t samples,
                    const ym2612_place *channel, const ym2612_place *converter)
{
    ym2612_dac_reader ahead = *dac;
    uint32_t i = 0;

    if (channel->left == converter->left && !channel->muted && !converter->muted) {
        mix_dac_together(ym, pan, sum, dac, start, samples, channel);
        return;
    }
    if (channel->muted || converter->muted)
        for (i = 0; i < samples; i++) {
            const ym2612_place *place = level_in(&ahead, 24 * (start + i + 1)) == DAC_OFF ? channel : converter;

            if (place->muted) /* as what is on at the end of the sample */
                add_silence(ym, place, i, i + 1, 4);
        }
    i = 0;
    while (i < samples) {
        uint32_t first = 24 * (start + i) + 4, until = i + 1;
        int32_t level = level_in(dac, first), on, off;

        if (next_change(dac) <= first + 3) {
            mix_dac_cycles(ym, pan, sum[i], dac, first, i, channel, converter);
        } else {
            if (level != DAC_OFF)
                until = first_changed(dac, start, samples);
            hold(ym, level == DAC_OFF ? sum[i] : level, &on, &off);
            add(level == DAC_OFF ? channel : converter, i, until, pan, on, off);
        }
        i = until;
    }
}

/* $2C bit 5: the DAC on all channels and in all cycles. */
static void mix_test(const ym2612 *ym, const ym2612_program *program, ym2612_dac_reader *dac, uint32_t start, uint32_t samples,
                     const ym2612_place *converter)
{
    static const uint8_t shown[6] = {1, 5, 3, 0, 4, 2}; /* channels, each for four cycles */
    uint32_t i, cycle, before = UINT32_MAX;

    for (i = 0; i < samples; i++) {
        uint32_t first = 24 * (start + i), last = first + 23;

        if (converter->muted) {
            add_silence(ym, converter, i, i + 1, 24);
            continue;
        }

        if (before < i && dac->level->cycle <= first - 24 && next_change(dac) > last) { /* alike up to `until` */
            uint32_t until = next_change(dac) == UINT32_MAX ? samples : next_change(dac) / 24 - start;
            int16_t left = converter->left[before], right = converter->right[before];

            for (until = until < samples ? until : samples; i < until; i++) {
                converter->left[i] = left;
                converter->right[i] = right;
            }
            before = --i;
            continue;
        }
        before = i;
        for (cycle = 0; cycle < 24; cycle++) {
            int32_t level = level_in(dac, first + cycle);
            int32_t other = ym->integrated ? 0 : level < 0 ? -3 : 3;

            add(converter, i, i + 1, program->pan[shown[cycle >> 2]],
                ym->integrated ? level : 3 * (level < 0 ? level : level + 1), other);
        }
    }
}

/* Channels 2, 4 and 6 show their sums of two samples ago, the others those of the last one. */
static const int16_t *shown_sums(const ym2612_voice *voices, uint32_t channel)
{
    return voices[channel].sum + (channel & 1 ? 0 : 1);
}

static void mix_voice(const ym2612 *ym, const ym2612_program *program, const ym2612_voice *voices, uint32_t channel,
                      uint32_t samples, const ym2612_place *to)
{
    const int16_t *sum = shown_sums(voices, channel);

    if (to->muted) {
        add_silence(ym, to, 0, samples, 4);
        return;
    }
    ym2612_mix_channel(to->left, sum, samples, ym->integrated, program->pan[channel] & 2);
    if (to->right != to->left)
        ym2612_mix_channel(to->right, sum, samples, ym->integrated, program->pan[channel] & 1);
}

/* What is the same on both sides is added up once. */
static void mix_together(const ym2612 *ym, const ym2612_program *program, const ym2612_voice *voices, ym2612_dac_reader *dac,
                         uint32_t start, uint32_t samples, int dac_on, uint32_t muted, int16_t *out)
{
    ym2612_sides sides;
    int16_t both[STREAM], rest = 0;
    uint32_t i, c, mixed = 0;
    int is_wide = 0;

    for (c = 0; c < 6; c++) {
        if ((voices[c].idle || muted >> c & 1) && !(c == 5 && dac_on)) {
            rest = (int16_t)(rest + silence(ym, 4));
        } else {
            mixed |= 1u << c;
            is_wide |= program->pan[c] % 3 != 0;
        }
    }
    for (i = 0; i < STREAM; i++)
        both[i] = rest;
    if (is_wide)
        memset(&sides, 0, sizeof sides);
    for (c = 0; c < 6; c++) {
        ym2612_place place = place_of(&sides, muted, c), converter;

        if (!(mixed >> c & 1))
            continue;
        if (program->pan[c] % 3 == 0)
            place.left = place.right = both;
        converter = place;
        converter.muted = muted >> 6 & 1;
        if (c == 5 && dac_on)
            mix_dac(ym, program->pan[5], shown_sums(voices, 5), dac, start, samples, &place, &converter);
        else
            mix_voice(ym, program, voices, c, samples, &place);
    }
    ym2612_pair(out, both, is_wide ? sides.left : NULL, sides.right, samples);
}

void ym2612_mix(const ym2612 *ym, const ym2612_program *program, const ym2612_voice *voices, ym2612_dac_reader *dac, uint32_t start,
                uint32_t samples, int apart, uint32_t muted, int16_t *out)
{
    ym2612_sides sides[YM2612_PARTS];
    ym2612_place place[YM2612_PARTS];
    int dac_on = level_in(dac, 24 * start) != DAC_OFF || next_change(dac) <= 24 * (start + samples);
    int test = ym->test_2c & 0x20;
    uint32_t part, i, parts = apart ? YM2612_PARTS : 1;

    if (!test && !apart) {
        mix_together(ym, program, voices, dac, start, samples, dac_on, muted, out);
        return;
    }
    memset(sides, 0, parts * sizeof *sides);
    for (part = 0; part < YM2612_PARTS; part++)
        place[part] = place_of(sides + (apart ? part : 0), muted, part);
    if (test) {
        mix_test(ym, program, dac, start, samples, place + 6);
    } else {
        for (part = 0; part < (dac_on ? 5u : 6u); part++)
            mix_voice(ym, program, voices, part, samples, place + part);
        if (dac_on)
            mix_dac(ym, program->pan[5], shown_sums(voices, 5), dac, start, samples, place + 5, place + 6);
    }
    for (i = 0; i < samples; i++)
        for (part = 0; part < parts; part++) {
            *out++ = sides[part].left[i];
            *out++ = sides[part].right[i];
        }
}
