/* writes.c - running while register writes come in.
 *
 * Blocks of whole samples take nearly all writes with them.  What they do not: test bits, a new LFO rate, CSM mode, and bytes that
 * come so fast after each other that the chip does not see all of them.  Those are run by single cycles. */
#include "changes.h"

/* Does a block know what a data write to this mode register does? */
static int is_block_write(const ym2612 *ym, uint32_t address, uint32_t value)
{
    if (address == 0x2A || address >= 0x30)
        return 1;
    switch (address) {
    case 0x21: return value == ym->test_21;
    case 0x22: return (value & 15) == ((ym->lfo_mask ? 8u : 0u) | ym->lfo_rate);
    case 0x27: return ym->channel3_mode != 2 && value >> 6 != 2;
    case 0x2C: return value == ym->test_2c;
    default: return 1;
    }
}

/* Is there room in the log for a data write?  The timers need none. */
static int is_room(uint32_t address, uint32_t value, uint32_t *mode, int *others, int *dac)
{
    if (address == 0x2A)
        return --*dac >= 0;
    if ((address & 0x1FC) == 0x24 && (address != 0x27 || value >> 6 == *mode))
        return 1;
    if (address == 0x27)
        *mode = value >> 6;
    return --*others >= 0;
}

/* Samples from `now` on, all over before `end`, that can be a block; *taken: the writes that come in during it. */
static int64_t block_length(const ym2612 *ym, const uint32_t *writes, int64_t count, int64_t now, int64_t end, int64_t *taken)
{
    int64_t samples = (end - now) / 24, limit = ym2612_block_limit(ym), k, stop;
    int64_t last_address = ym->address_strobe ? -1 : -2, last_data = ym->data_strobe ? -1 : -2; /* cycles of writes */
    uint32_t address = ym->mode_address, mode = ym->channel3_mode;
    int others = YM2612_BLOCK_WRITES, dac = YM2612_BLOCK_DAC_WRITES;

    if (samples > limit)
        samples = limit;
    stop = 24 * samples;
    for (k = 0; k < count && samples > 0; k++, writes += 3) {
        int64_t at = writes[0] > now ? writes[0] - now : 0;
        uint32_t value = writes[2] & 0xFF;

        if (at >= stop)
            break;
        if (writes[1] & 1) {
            if (at < last_data + 2 || at == last_address || (!(writes[1] & 2) && !is_block_write(ym, address, value))
                || !is_room(address, value, &mode, &others, &dac)) {
                samples = at / 24;
                break;
            }
            last_data = at;
        } else {
            if (at < last_address + 2 || at == last_data) {
                samples = at / 24;
                break;
            }
            address = (writes[1] & 2) << 7 | value;
            last_address = at;
        }
    }
    writes -= 3 * k;
    while (k > 0 && (int64_t)writes[3 * k - 3] >= now + 24 * samples)
        k--;
    *taken = k;
    return samples;
}

int64_t ym2612_run_heard(ym2612 *ym, const uint32_t *writes, int64_t count, int64_t cycles, ym2612_output *output, int apart,
                         int16_t *out)
{
    int64_t now = 0, samples = 0, i = 0, width = apart ? 2 * YM2612_PARTS : 2;
    uint32_t muted = output && !apart ? output->muted : 0;

    while (i < count || now < cycles) {
        int16_t *place = out ? out + width * samples : NULL;
        int64_t next;

        if (ym->cycle == 0 && cycles - now >= 24 * (YM2612_SHORTEST_BLOCK + 1)) {
            int64_t taken, block = block_length(ym, writes + 3 * i, count - i, now, cycles - 24, &taken);

            if (block >= YM2612_SHORTEST_BLOCK) {
                ym2612_block(ym, block, place, apart, muted, writes + 3 * i, taken, now);
                i += taken;
                samples += block;
                now += 24 * block;
                place = out ? out + width * samples : NULL;
            }
        }
        next = now + 24 - ym->cycle;
        if (next > cycles)
            next = cycles;
        if (i < count && writes[3 * i] < next)
            next = writes[3 * i] > now ? writes[3 * i] : now;
        samples += output ? ym2612_cycles_apart(ym, next - now, output, apart, place) : ym2612_cycles(ym, next - now, place);
        now = next;
        if (i < count && (writes[3 * i] <= now || now >= cycles)) {
            ym2612_write(ym, writes[3 * i + 1], (uint8_t)writes[3 * i + 2]);
            i++;
        }
    }
    return samples;
}

int64_t ym2612_run_writes(ym2612 *ym, const uint32_t *writes, int64_t count, int64_t cycles, int16_t *out)
{
    return ym2612_run_heard(ym, writes, count, cycles, NULL, 0, out);
}
