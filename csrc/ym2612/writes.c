/* writes.c - running while register writes come in.
 *
 * A write ends a block of samples, because most registers take a cycle-exact while to arrive.  The DAC's byte does not: it is
 * there in the next cycle.  A program that plays samples writes it thousands of times a second, so a run of DAC writes goes
 * through a block. */
#include "internal.h"

#define DAC_DATA 0x2A

/* Cycles between two writes from which on each is seen by itself. */
#define APART 2

/* The number of writes from the first on that concern the DAC alone: its byte, or its address again. */
int64_t ym2612_dac_writes(const ym2612 *ym, const uint32_t *writes, int64_t count, int64_t now)
{
    int64_t n = 0, before = ym->data_strobe & 1 ? now : now - APART; /* a byte that is on the bus came now */

    if (ym->mode_address != DAC_DATA || (ym->address_strobe & 1))
        return 0;
    for (; n < count; n++, writes += 3) {
        int data = (writes[1] & 3) == 1, again = (writes[1] & 3) == 0 && (writes[2] & 0xFF) == DAC_DATA;

        if (!(data || again) || writes[0] < before + APART)
            break;
        before = writes[0];
    }
    return n;
}

/* Samples from `now` on that can be a block: it ends before `last`, with some cycles after its last write. */
int64_t ym2612_dac_block(const ym2612 *ym, const uint32_t *writes, int64_t count, int64_t now, int64_t last)
{
    int64_t samples = (last - now) / 24, limit = ym2612_block_limit(ym), k = count;

    if (samples > limit)
        samples = limit;
    for (; k > 0 && samples > 0; k--) {
        int64_t end = now + 24 * samples, at = writes[3 * (k - 1)];

        if (at <= end - APART)
            break;
        if (at < end) {
            samples--;
            k = count + 1;              /* look at all of them again */
        }
    }
    return samples;
}

int64_t ym2612_run_writes(ym2612 *ym, const uint32_t *writes, int64_t count, int64_t cycles, int16_t *out)
{
    int64_t now = 0, samples = 0, i = 0, dac_end = 0;

    while (i < count || now < cycles) {
        int64_t next = i < count && writes[3 * i] < cycles ? writes[3 * i] : cycles;
        int64_t made;

        if (next < now)
            next = now;
        if (i < count && i >= dac_end)
            dac_end = i + ym2612_dac_writes(ym, writes + 3 * i, count - i, now);
        if (dac_end > i + 1) {
            if (ym->cycle == 0) {
                const uint32_t *from = writes + 3 * i;
                int64_t last = from[3 * (dac_end - 1 - i)], n, k = 0;

                n = ym2612_dac_block(ym, from, dac_end - i, now, last < cycles ? last : cycles);
                if (n >= YM2612_SHORTEST_BLOCK) {
                    while (k < dac_end - i && from[3 * k] < now + 24 * n)
                        k++;
                    ym2612_block(ym, n, out ? out + 2 * samples : NULL, 0, from, k, now);
                    i += k;
                    samples += n;
                    now += 24 * n;
                    continue;
                }
            }
            if (next > now + 24 - ym->cycle)
                next = now + 24 - ym->cycle;
            made = ym2612_cycles(ym, next - now, out ? out + 2 * samples : NULL);
        } else {
            made = ym2612_run(ym, next - now, out ? out + 2 * samples : NULL);
        }
        samples += made;
        now = next;
        if (i < count && (writes[3 * i] <= now || now >= cycles)) {
            ym2612_write(ym, writes[3 * i + 1], (uint8_t)writes[3 * i + 2]);
            i++;
        }
    }
    return samples;
}
