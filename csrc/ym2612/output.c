/* output.c - the channels apart: what each has added to the sum that the pins show in a sample. */
#include "internal.h"

#define WIDTH (2 * YM2612_PARTS)
#define DAC_PART 6

/* Channels in the order in which the pins show them, four cycles each. */
static const uint8_t shown_channel[6] = {1, 5, 3, 0, 4, 2};

/* What a part adds to each side of a sample while it is silent: on a YM2612, a positive step in each cycle that it is shown. */
static int32_t silence(const ym2612 *ym, uint32_t part)
{
    if (ym->integrated)
        return 0;
    if (ym->test_2c & 0x20)
        return part == DAC_PART ? 24 * YM2612_STEP : 0;
    return part == (ym->dac_enable ? 5 : DAC_PART) ? 0 : 4 * YM2612_STEP;
}

int ym2612_shows(const ym2612 *ym, uint32_t port, uint32_t value)
{
    if (ym->test_2c & 0x20)
        return !(port & 1) && (value == 0x21 || (value >= 0x2A && value <= 0x2C) || (value >= 0xB4 && value <= 0xB7));
    if (port & 1)
        return value >> 6 == 2; /* CSM mode, if it goes to $27 */
    return value == 0x21 || value == 0x28 || value == 0x2B || value == 0x2C;
}

static int are_zero(const void *bytes, size_t count)
{
    static const uint8_t zeros[sizeof(int16_t[24])];

    return memcmp(bytes, zeros, count) == 0;
}

/* All operators are silent, and remain so until a key is pressed. */
static int is_silent(const ym2612 *ym)
{
    uint32_t slot, least = 1023;
    int released = 1;

    if (ym->dac_enable || ym->test_21 || ym->channel3_mode == 2 || ym->csm_key || (ym->key_operators && ym->key_channel < 6)
        || ym->waiting_level < 1023)
        return 0;
    if (!are_zero(ym->key_register, 24) || !are_zero(ym->key_latch, 24) || !are_zero(ym->key, 24) || !are_zero(ym->output, 48)
        || !are_zero(ym->s1_before, 12) || !are_zero(ym->accumulator, 12) || !are_zero(ym->channel_output, 12))
        return 0;
    for (slot = 0; slot < 24; slot++) {
        least = ym->level[slot] < least ? ym->level[slot] : least;
        least = ym->attenuation[slot] < YM2612_SILENCE ? 0 : least;
        released &= ym->eg_state[slot] == RELEASE;
    }
    return released && least == 1023;
}

int ym2612_holds(const ym2612 *ym, int16_t pair[2])
{
    int32_t value = ym->dac >= 256 ? ym->dac - 512 : ym->dac;
    int32_t other = ym->integrated ? 0 : value < 0 ? -YM2612_STEP : YM2612_STEP;
    int32_t own = ym->integrated ? value : 3 * (value < 0 ? value : value + 1);
    int32_t left = 0, right = 0;
    uint32_t c;

    if (ym->cycle || ym->address_strobe || ym->data_strobe || ym->store_left || ym2612_shows(ym, 0, ym->address & 0xFF)
        || ym2612_shows(ym, 0, ym->mode_address & 0xFF))
        return 0;
    if (!(ym->test_2c & 0x20)) {
        if (!is_silent(ym))
            return 0;
        pair[0] = pair[1] = (int16_t)(ym->integrated ? 0 : 24 * YM2612_STEP);
        return 1;
    }
    for (c = 0; c < 6; c++) { /* each for four cycles */
        left += 4 * (ym->pan[c] & 2 ? own : other);
        right += 4 * (ym->pan[c] & 1 ? own : other);
    }
    pair[0] = (int16_t)left;
    pair[1] = (int16_t)right;
    return 1;
}

/* One sample from its parts to `out`; returns the next place. */
static int16_t *put(const ym2612 *ym, const int16_t *parts, uint32_t muted, int apart, int16_t *out)
{
    int32_t left = 0, right = 0;
    uint32_t part;

    if (!out)
        return NULL;
    if (apart) {
        memcpy(out, parts, WIDTH * sizeof *parts);
        return out + WIDTH;
    }
    for (part = 0; part < YM2612_PARTS; part++) {
        int is_muted = muted >> part & 1;

        left += is_muted ? silence(ym, part) : parts[2 * part];
        right += is_muted ? silence(ym, part) : parts[2 * part + 1];
    }
    out[0] = (int16_t)left;
    out[1] = (int16_t)right;
    return out + 2;
}

/* Cycle by cycle: what the sum grows by is of the part that is on the pins. */
int64_t ym2612_cycles_apart(ym2612 *ym, int64_t cycles, ym2612_output *output, int apart, int16_t *out)
{
    int64_t samples = 0;

    for (; cycles > 0; cycles--) {
        uint32_t turn = ym->cycle >> 2;
        uint32_t part = (ym->test_2c & 0x20) || (turn == 1 && ym->dac_enable) ? DAC_PART : shown_channel[turn];
        int16_t before[2] = {ym->sum[0], ym->sum[1]}, pair[2];
        int ended = (int)ym2612_cycles(ym, 1, pair);
        const int16_t *after = ended ? pair : ym->sum;
        int16_t *to = output->part + 2 * part;

        to[0] = (int16_t)(to[0] + after[0] - before[0]);
        to[1] = (int16_t)(to[1] + after[1] - before[1]);
        if (ended) {
            out = put(ym, output->part, output->muted, apart, out);
            memset(output->part, 0, sizeof output->part);
            samples++;
        }
    }
    return samples;
}

int64_t ym2612_run_output(ym2612 *ym, const uint32_t *writes, int64_t count, int64_t cycles, ym2612_output *output, int apart,
                          int16_t *out)
{
    int64_t samples;

    if (output->clock != ym->clock || ym->cycle == 0) { /* the beginning of the sample was not listened to */
        memset(output->part, 0, sizeof output->part);
        if (ym->cycle) {
            uint32_t part = shown_channel[0];

            output->part[2 * part] = ym->sum[0];
            output->part[2 * part + 1] = ym->sum[1];
        }
    }
    samples = ym2612_run_heard(ym, writes, count, cycles, output, apart, out);
    output->clock = ym->clock;
    return samples;
}
