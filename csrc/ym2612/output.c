/* output.c - the channels apart: what each has added to the sum that the pins show in a sample. */
#include "internal.h"

#define WIDTH (2 * YM2612_PARTS)
#define DAC_PART 6
#define SAMPLES 96              /* of a block at a time */

/* Channels in the order in which the pins show them, four cycles each. */
static const uint8_t shown_channel[6] = {1, 5, 3, 0, 4, 2};

/* One sample from its parts to `out`; returns the next place. */
static int16_t *put(const int16_t *part, int apart, int16_t *out)
{
    uint32_t i;

    if (!out)
        return NULL;
    if (apart) {
        memcpy(out, part, WIDTH * sizeof *part);
        return out + WIDTH;
    }
    out[0] = out[1] = 0;
    for (i = 0; i < WIDTH; i++)
        out[i & 1] = (int16_t)(out[i & 1] + part[i]);
    return out + 2;
}

/* Cycle by cycle: what the sum grows by is of the part that is on the pins. */
static int64_t run_cycles(ym2612 *ym, int64_t cycles, ym2612_output *output, int apart, int16_t *out)
{
    int64_t samples = 0;

    for (; cycles > 0; cycles--) {
        uint32_t turn = ym->cycle >> 2;
        uint32_t part = (ym->test_2c & 0x20) || (turn == 1 && ym->dac_enable) ? DAC_PART : shown_channel[turn];
        int muted = output->muted >> part & 1;
        int16_t before[2] = {ym->sum[0], ym->sum[1]}, pair[2];
        int ended = (int)ym2612_cycles(ym, 1, pair);
        const int16_t *after = ended ? pair : ym->sum;
        uint32_t side;

        for (side = 0; side < 2; side++) {
            int32_t grown = muted ? (ym->integrated ? 0 : 3) : after[side] - before[side];

            output->part[2 * part + side] = (int16_t)(output->part[2 * part + side] + grown);
        }
        if (ended) {
            out = put(output->part, apart, out);
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
                ym2612_block(ym, n, parts, output, k ? writes + 3 * i : NULL, k, now);
                for (at = 0; at < n; at++)
                    place = put(parts + WIDTH * at, apart, place);
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
