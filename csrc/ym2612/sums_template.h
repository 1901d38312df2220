/* sums_template.h - the inner part of sums.c, for every machine and once more for those with AVX2. */

TARGET static void NAME(take_carrier)(int16_t *restrict sum, const int16_t *restrict out, uint32_t samples)
{
    uint32_t at, i;

    for (at = 0; at < samples; at += GROUP, sum += GROUP, out += GROUP)
        for (i = 0; i < GROUP; i++)
            sum[i] = (int16_t)(out[i] >> 5);
}

TARGET static void NAME(add_carrier)(int16_t *restrict sum, const int16_t *restrict out, uint32_t samples)
{
    uint32_t at, i;

    for (at = 0; at < samples; at += GROUP, sum += GROUP, out += GROUP)
        for (i = 0; i < GROUP; i++)
            sum[i] = clamped(sum[i] + (out[i] >> 5));
}

TARGET static void NAME(mix_channel)(int16_t *restrict side, const int16_t *restrict sum, uint32_t samples, int integrated, int on)
{
    uint32_t at, i;

    for (at = 0; at < samples; at += GROUP) {
        const int16_t *restrict from = sum + at;
        int16_t *restrict to = side + at;

        if (integrated) {
            if (on)
                for (i = 0; i < GROUP; i++)
                    to[i] = (int16_t)(to[i] + 3 * from[i]);
        } else if (on) { /* 3 * (sum + 4), or 3 * (sum - 3) below 0 */
            for (i = 0; i < GROUP; i++)
                to[i] = (int16_t)(to[i] + (int16_t)(3 * from[i]) + 12 + (int16_t)((int16_t)(from[i] >> 15) & -21));
        } else {
            for (i = 0; i < GROUP; i++)
                to[i] = (int16_t)(to[i] + 12 + (int16_t)((int16_t)(from[i] >> 15) & -24));
        }
    }
}
