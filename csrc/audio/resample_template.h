/* resample_template.h - the inner part of resample.c, for one kind of eight.h. */

/* The totals of both channels, each (0 + 4 + (1 + 5)) + (2 + 6 + (3 + 7)). */
EIGHT_TARGET static inline void EIGHT_NAME(add_up)(const eight *left, const eight *right, float *totals)
{
#ifdef HAS_SHUFFLE
    typedef float four __attribute__((vector_size(16)));
    four l[2], r[2], pairs;
    memcpy(l, left, sizeof l);
    memcpy(r, right, sizeof r);
    l[0] += l[1];
    r[0] += r[1];
    pairs = __builtin_shufflevector(l[0], r[0], 0, 2, 4, 6) + __builtin_shufflevector(l[0], r[0], 1, 3, 5, 7);
    pairs = __builtin_shufflevector(pairs, pairs, 0, 2, 0, 2) + __builtin_shufflevector(pairs, pairs, 1, 3, 1, 3);
    memcpy(totals, &pairs, 2 * sizeof *totals);
#else
    float l[8], r[8];
    memcpy(l, left, sizeof l);
    memcpy(r, right, sizeof r);
    totals[0] = l[0] + l[4] + (l[1] + l[5]) + (l[2] + l[6] + (l[3] + l[7]));
    totals[1] = r[0] + r[4] + (r[1] + r[5]) + (r[2] + r[6] + (r[3] + r[7]));
#endif
}

/* Both channels at `weight` of the way from one row of the kernel to the next. */
EIGHT_TARGET static inline void EIGHT_NAME(convolve)(const float *row, int taps, float weight, const float *left, const float *right,
                                                     float *totals)
{
    eight left_sum, right_sum;
    EIGHT_ALL(left_sum, 0);
    EIGHT_ALL(right_sum, 0);
    for (int i = 0; i < taps; i += 8) {
        eight a, b, l, r;
        EIGHT_LOAD(a, row + i);
        EIGHT_LOAD(b, row + taps + i);
        EIGHT_LOAD(l, left + i);
        EIGHT_LOAD(r, right + i);
        EIGHT_BETWEEN(a, b, weight);
        EIGHT_ADD_PRODUCT(left_sum, a, l);
        EIGHT_ADD_PRODUCT(right_sum, a, r);
    }
    EIGHT_NAME(add_up)(&left_sum, &right_sum, totals);
}

/* The same of one channel, for both. */
EIGHT_TARGET static inline void EIGHT_NAME(convolve_one)(const float *row, int taps, float weight, const float *samples, float *totals)
{
    eight sum;
    float s[8];
    EIGHT_ALL(sum, 0);
    for (int i = 0; i < taps; i += 8) {
        eight a, b, x;
        EIGHT_LOAD(a, row + i);
        EIGHT_LOAD(b, row + taps + i);
        EIGHT_LOAD(x, samples + i);
        EIGHT_BETWEEN(a, b, weight);
        EIGHT_ADD_PRODUCT(sum, a, x);
    }
    memcpy(s, &sum, sizeof s);
    totals[0] = totals[1] = s[0] + s[4] + (s[1] + s[5]) + (s[2] + s[6] + (s[3] + s[7]));
}

/* `count` output samples from `at` and `part` on; see audio_resample(). */
EIGHT_TARGET static void EIGHT_NAME(resample)(const audio_table *table, int64_t *at, int64_t *part, int32_t count, const float *left,
                                              const float *right, int64_t quiet, int16_t *samples)
{
    int taps = table->taps;
    places p;
    float totals[2 * BATCH];

    while (count > 0) {
        int32_t batch = count < BATCH ? count : BATCH, i = 0;
        find_places(table, at, part, batch, &p);
        if (left == right && taps == FEWEST_TAPS)
            for (; i < batch && p.at[i] < quiet; i++)
                EIGHT_NAME(convolve_one)(table->kernel + p.row[i] * FEWEST_TAPS, FEWEST_TAPS, p.weight[i], left + p.at[i], totals + 2 * i);
        else if (taps == FEWEST_TAPS)
            for (; i < batch && p.at[i] < quiet; i++)
                EIGHT_NAME(convolve)(table->kernel + p.row[i] * FEWEST_TAPS, FEWEST_TAPS, p.weight[i], left + p.at[i], right + p.at[i],
                                     totals + 2 * i);
        else
            for (; i < batch && p.at[i] < quiet; i++)
                EIGHT_NAME(convolve)(table->kernel + p.row[i] * taps, taps, p.weight[i], left + p.at[i], right + p.at[i], totals + 2 * i);
        round_all(totals, 2 * i, samples);
        memset(samples + 2 * i, 0, 2 * (size_t)(batch - i) * sizeof *samples);
        samples += 2 * batch;
        count -= batch;
    }
}
