/* resample_template.h - the inner part of resample.c, for one kind of eight.h. */

/* The places of the next `found` output samples; moves on `at` and `part`.  Each follows from the one eight before it, so several can be
 * found at once. */
EIGHT_TARGET static void EIGHT_NAME(find_places)(const audio_table *table, int64_t *at, int64_t *part, int32_t found, places *p)
{
    int64_t parts = (int64_t)table->rate * FM_MCLK;     /* of one FM sample: at most 192000 * 1008 */
    int32_t whole_step = (int32_t)(8 * table->master_clock / parts), part_step = (int32_t)(8 * table->master_clock % parts);
    int32_t rests[BATCH], all = (int32_t)parts;
    double phases_per_part = (double)table->phases / (double)parts;
    int64_t whole = *at, rest = *part, step = table->master_clock / parts, step_part = table->master_clock % parts;

    for (int32_t i = 0; i < 8; i++) {
        int64_t is_over = (rest + step_part) >= parts;
        p->at[i] = (int32_t)whole;
        rests[i] = (int32_t)rest;
        whole += step + is_over;
        rest += step_part - (is_over ? parts : 0);
    }
    for (int32_t i = 8; i < found; i++) {
        int32_t over = rests[i - 8] + part_step - all, lacks = -(over < 0); /* all bits: there is no whole sample more */
        rests[i] = over + (all & lacks);
        p->at[i] = p->at[i - 8] + whole_step + 1 + lacks;
    }
    for (int32_t i = 0; i < found; i++) {
        double phase = (double)rests[i] * phases_per_part;
        p->row[i] = (int32_t)phase;
        p->weight[i] = (float)(phase - (double)p->row[i]);
    }
    int64_t way = *part + found * table->master_clock;
    *at += way / parts;
    *part = way % parts;
}

/* Eight sums of each channel, at `weight` of the way from one row of the kernel to the next; `alike`: the channels are the same. */
EIGHT_TARGET static inline void EIGHT_NAME(convolve)(const float *row, int taps, float weight, const float *left, const float *right,
                                                     int alike, eight *left_sum, eight *right_sum)
{
    EIGHT_ALL(*left_sum, 0);
    EIGHT_ALL(*right_sum, 0);
    for (int i = 0; i < taps; i += 8) {
        eight a, way, x;
        EIGHT_LOAD(a, row + 2 * i);
        EIGHT_LOAD(way, row + 2 * i + 8);
        EIGHT_ON_WAY(a, way, weight);
        EIGHT_LOAD(x, left + i);
        EIGHT_ADD_PRODUCT(*left_sum, a, x);
        if (alike)
            continue;
        EIGHT_LOAD(x, right + i);
        EIGHT_ADD_PRODUCT(*right_sum, a, x);
    }
    if (alike)
        *right_sum = *left_sum;
}

/* The totals of both channels of four output samples, each (0 + 4 + (1 + 5)) + (2 + 6 + (3 + 7)). */
EIGHT_TARGET static inline void EIGHT_NAME(put_four)(const eight *left, const eight *right, int16_t *samples)
{
#ifdef WIDE
    __m256 halves[4], all;
    __m256i whole;
    for (int k = 0; k < 4; k++) {
        __m256 l = (__m256)left[k], r = (__m256)right[k];
        halves[k] = _mm256_add_ps(_mm256_permute2f128_ps(l, r, 0x20), _mm256_permute2f128_ps(l, r, 0x31));
    }
    all = _mm256_hadd_ps(_mm256_hadd_ps(halves[0], halves[1]), _mm256_hadd_ps(halves[2], halves[3]));
    /* as rounded() */
    whole = _mm256_sub_epi32(_mm256_cvttps_epi32(_mm256_add_ps(all, _mm256_set1_ps(32768.5f))), _mm256_set1_epi32(32768));
    whole = _mm256_packs_epi32(whole, whole);
    _mm_storeu_si128((__m128i *)(void *)samples,
                     _mm_unpacklo_epi16(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1)));
#else
    for (int k = 0; k < 4; k++) {
        float l[8], r[8];
        memcpy(l, left + k, sizeof l);
        memcpy(r, right + k, sizeof r);
        samples[2 * k] = rounded(l[0] + l[4] + (l[1] + l[5]) + (l[2] + l[6] + (l[3] + l[7])));
        samples[2 * k + 1] = rounded(r[0] + r[4] + (r[1] + r[5]) + (r[2] + r[6] + (r[3] + r[7])));
    }
#endif
}

EIGHT_TARGET static inline void EIGHT_NAME(resample_four)(const audio_table *table, const places *p, int32_t at, int taps,
                                                          const float *left, const float *right, int alike, int16_t *samples)
{
    eight left_sums[4], right_sums[4];
#define CONVOLVE(k) \
    EIGHT_NAME(convolve)(table->kernel + 2 * taps * p->row[at + (k)], taps, p->weight[at + (k)], left + p->at[at + (k)], \
                         right + p->at[at + (k)], alike, left_sums + (k), right_sums + (k))
    CONVOLVE(0);
    CONVOLVE(1);
    CONVOLVE(2);
    CONVOLVE(3);
#undef CONVOLVE
    EIGHT_NAME(put_four)(left_sums, right_sums, samples);
}

/* There are places for three more than `count`. */
EIGHT_TARGET static inline void EIGHT_NAME(resample_batch)(const audio_table *table, const places *p, int32_t count, int taps,
                                                           const float *left, const float *right, int alike, int16_t *samples)
{
    int32_t i = 0;
    for (; i + 4 <= count; i += 4)
        EIGHT_NAME(resample_four)(table, p, i, taps, left, right, alike, samples + 2 * i);
    if (i < count) {
        int16_t last[8];
        EIGHT_NAME(resample_four)(table, p, i, taps, left, right, alike, last);
        memcpy(samples + 2 * i, last, 4 * (size_t)(count - i));
    }
}

/* `count` output samples from `at` and `part` on; see audio_resample(). */
EIGHT_TARGET static void EIGHT_NAME(resample)(const audio_table *table, int64_t *at, int64_t *part, int32_t count, const float *left,
                                              const float *right, int64_t quiet, int16_t *samples)
{
    places p;

    while (count > 0) {
        int32_t batch = count < BATCH ? count : BATCH, heard = batch;
        EIGHT_NAME(find_places)(table, at, part, batch, &p);
        while (heard > 0 && p.at[heard - 1] >= quiet)
            heard--;
        for (int32_t i = heard; heard > 0 && i < heard + 3; i++) {
            p.at[i] = p.at[heard - 1];
            p.row[i] = p.row[heard - 1];
            p.weight[i] = 0;
        }
        if (table->taps != FEWEST_TAPS)
            EIGHT_NAME(resample_batch)(table, &p, heard, table->taps, left, right, 0, samples);
        else if (left == right)
            EIGHT_NAME(resample_batch)(table, &p, heard, FEWEST_TAPS, left, left, 1, samples);
        else
            EIGHT_NAME(resample_batch)(table, &p, heard, FEWEST_TAPS, left, right, 0, samples);
        memset(samples + 2 * heard, 0, 2 * (size_t)(batch - heard) * sizeof *samples);
        samples += 2 * batch;
        count -= batch;
    }
}
