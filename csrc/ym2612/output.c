/* output.c - the channels apart: what each has added to the sum that the pins show in a sample. */
#include "internal.h"

#define WIDTH (2 * YM2612_PARTS)
#define DAC_PART 6
#define SAMPLES 96              /* of a block at a time */

/* Channels in the order in which the pins show them, four cycles each. */
static const uint8_t shown_channel[6] = {1, 5, 3, 0, 4, 2};

/* What a part adds to each side of a sample while it is silent: on a YM2612, a positive step in each cycle that it is shown. */
static int32_t silence(const ym2612 *ym, uint32_t part)
{
    if (ym->integrated)
        return 0;
    if (ym->test_2c & 0x20)
        return part == DAC_PART ? 24 * 3 : 0;
    return part == (ym->dac_enable ? 5 : DAC_PART) ? 0 : 4 * 3;
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
static int64_t run_cycles(ym2612 *ym, int64_t cycles, ym2612_output *output, int apart, int16_t *out)
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
    int64_t now = 0, samples = 0, i = 0, width = apart ? WIDTH : 2, dac_end = 0;
    int16_t parts[SAMPLES * WIDTH];
    int rested = 1; /* 0: a block was the last thing, so the next sample is run by cycles */

    if (output->clock != ym->clock) { /* the beginning of the sample was not listened to */
        memset(output->part, 0, sizeof output->part);
        if (ym->cycle) {
            uint32_t part = shown_channel[0];

            output->part[2 * part] = ym->sum[0];
            output->part[2 * part + 1] = ym->sum[1];
        }
    }
    while (i < count || now < cycles) {
        int64_t next = i < count && writes[3 * i] < cycles ? writes[3 * i] : cycles, n = 0, last = next;
        int16_t *place = out ? out + width * samples : NULL;

        if (next < now)
            next = now;
        if (i < count && i >= dac_end)
            dac_end = i + ym2612_dac_writes(ym, writes + 3 * i, count - i, now);
        if (ym->cycle == 0 && out && rested) {
            int64_t k = 0, at;

            if (dac_end > i + 1) {
                last = writes[3 * (dac_end - 1)];
                n = ym2612_dac_block(ym, writes + 3 * i, dac_end - i, now, last < cycles ? last : cycles);
            } else {
                int64_t limit = ym2612_block_limit(ym);

                n = (next - now) / 24 - 1;
                n = n > limit ? limit : n;
            }
            n = n > SAMPLES ? SAMPLES : n;
            if (n >= YM2612_SHORTEST_BLOCK) {
                while (i + k < count && writes[3 * (i + k)] < now + 24 * n)
                    k++;
                ym2612_block(ym, n, parts, 1, k ? writes + 3 * i : NULL, k, now);
                for (at = 0; at < n; at++)
                    place = put(ym, parts + WIDTH * at, output->muted, apart, place);
                i += k;
                samples += n;
                now += 24 * n;
                rested = 0;
                continue;
            }
        }
        if (next > now + 24 - ym->cycle)
            next = now + 24 - ym->cycle;
        samples += run_cycles(ym, next - now, output, apart, place);
        rested |= next > now;
        now = next;
        if (i < count && (writes[3 * i] <= now || now >= cycles)) {
            ym2612_write(ym, writes[3 * i + 1], (uint8_t)writes[3 * i + 2]);
            i++;
        }
    }
    output->clock = ym->clock;
    return samples;
}
