/* operators_template.h - the inner part of operators.c, for every machine and, with WIDE defined, for those with AVX2. */

/* Upper 10 bits of a phase that moves on, modulated by half of `by` and `and_by`, each NULL if there is none. */
TARGET static inline void NAME(ramp)(uint16_t *restrict phase, uint32_t samples, uint32_t position, uint32_t step,
                                     const int16_t *restrict by, const int16_t *restrict and_by)
{
    uint32_t at;
#if defined(WIDE)
    const __m256i ten = _mm256_set1_epi16(1023), all = _mm256_set1_epi32((int)(GROUP * step));
    const __m256i counts = _mm256_setr_epi32(0, 1, 2, 3, 8, 9, 10, 11); /* in the order in which they are packed */
    __m256i low = _mm256_add_epi32(_mm256_set1_epi32((int)position), _mm256_mullo_epi32(counts, _mm256_set1_epi32((int)step)));
    __m256i high = _mm256_add_epi32(low, _mm256_set1_epi32((int)(4 * step)));

    for (at = 0; at < samples; at += GROUP, phase += GROUP) {
        __m256i sixteen = _mm256_packus_epi32(_mm256_srli_epi32(low, 22), _mm256_srli_epi32(high, 22));

        if (by) {
            __m256i sum = _mm256_loadu_si256((const __m256i *)(const void *)(by + at));

            if (and_by) /* 14 bits each, so the sum has a place in 16 */
                sum = _mm256_add_epi16(sum, _mm256_loadu_si256((const __m256i *)(const void *)(and_by + at)));
            sixteen = _mm256_and_si256(_mm256_add_epi16(sixteen, _mm256_srai_epi16(sum, 1)), ten);
        }
        _mm256_storeu_si256((__m256i *)(void *)phase, sixteen);
        low = _mm256_add_epi32(low, all);
        high = _mm256_add_epi32(high, all);
    }
#elif defined(__SSE2__)
    __m128i next[4];
    const __m128i ten = _mm_set1_epi16(1023), all = _mm_set1_epi32((int)(GROUP * step));
    uint32_t i;

    next[0] = _mm_set_epi32((int)(position + 3 * step), (int)(position + 2 * step), (int)(position + step), (int)position);
    for (i = 1; i < 4; i++)
        next[i] = _mm_add_epi32(next[i - 1], _mm_set1_epi32((int)(4 * step)));
    for (at = 0; at < samples; at += GROUP, phase += GROUP) {
        for (i = 0; i < 2; i++) {
            __m128i eight = _mm_packs_epi32(_mm_srli_epi32(next[2 * i], 22), _mm_srli_epi32(next[2 * i + 1], 22));

            if (by) {
                __m128i sum = _mm_loadu_si128((const __m128i *)(const void *)(by + at + 8 * i));

                if (and_by) /* 14 bits each, so the sum has a place in 16 */
                    sum = _mm_add_epi16(sum, _mm_loadu_si128((const __m128i *)(const void *)(and_by + at + 8 * i)));
                eight = _mm_and_si128(_mm_add_epi16(eight, _mm_srai_epi16(sum, 1)), ten);
            }
            _mm_storeu_si128((__m128i *)(void *)(phase + 8 * i), eight);
            next[2 * i] = _mm_add_epi32(next[2 * i], all);
            next[2 * i + 1] = _mm_add_epi32(next[2 * i + 1], all);
        }
    }
#else
    uint32_t i;

    for (at = 0; at < samples; at += GROUP, phase += GROUP, position += GROUP * step)
        for (i = 0; i < GROUP; i++) {
            int32_t sum = !by ? 0 : and_by ? by[at + i] + and_by[at + i] : by[at + i];

            phase[i] = (uint16_t)(((position + i * step) >> 22) + (uint32_t)(sum >> 1)) & 1023;
        }
#endif
}

/* Those in which a slot is silent are any. */
TARGET static inline void NAME(write_phases)(uint16_t *phase, const ym2612_slot_runs *runs, const int16_t *by, const int16_t *and_by)
{
    uint32_t from = 0, r = 0;

    while (r < runs->count) {
        const ym2612_run_of_samples *first = runs->run + r, *run = first;
        uint32_t start = from;

        do {
            from = run->end;
            run++;
            r++;
        } while (r < runs->count && run->step == first->step && run->position == first->position + (from - start) * first->step);
        if (first->attenuation == YM2612_SILENT << 3 && run == first + 1)
            memset(phase + start, 0, (from - start) * sizeof *phase);
        else
            NAME(ramp)(phase + start, from - start, first->position, first->step, by ? by + start : NULL,
                       and_by ? and_by + start : NULL);
    }
}

/* A whole period of outputs at one attenuation (<< 3). */
TARGET static inline void NAME(make_period)(int16_t *restrict period, uint32_t attenuation)
{
    const int16_t *quarter = ym2612_octave[attenuation >> 3 & 63];
    uint32_t shift = attenuation >> 9, i;
#if defined(WIDE)
    const __m256i zero = _mm256_setzero_si256();
    const __m256i turned = _mm256_setr_epi8(14, 15, 12, 13, 10, 11, 8, 9, 6, 7, 4, 5, 2, 3, 0, 1,
                                            14, 15, 12, 13, 10, 11, 8, 9, 6, 7, 4, 5, 2, 3, 0, 1);
    const __m128i by = _mm_cvtsi32_si128((int)shift);

    for (i = 0; i < 256; i += 16) {
        __m256i rise = _mm256_srl_epi16(_mm256_loadu_si256((const __m256i *)(const void *)(quarter + i)), by);
        __m256i fall = _mm256_permute4x64_epi64(_mm256_shuffle_epi8(rise, turned), 0x4E);

        _mm256_storeu_si256((__m256i *)(void *)(period + i), rise);
        _mm256_storeu_si256((__m256i *)(void *)(period + 496 - i), fall);
        _mm256_storeu_si256((__m256i *)(void *)(period + 512 + i), _mm256_sub_epi16(zero, rise));
        _mm256_storeu_si256((__m256i *)(void *)(period + 1008 - i), _mm256_sub_epi16(zero, fall));
    }
#else
    for (i = 0; i < 256; i++) {
        period[i] = (int16_t)(quarter[i] >> shift);
        period[512 + i] = (int16_t)-period[i];
    }
    for (i = 0; i < 256; i++) {
        period[511 - i] = period[i];
        period[1023 - i] = period[512 + i];
    }
#endif
}

TARGET static void NAME(operate)(int16_t *restrict out, const ym2612_slot_runs *runs, const int16_t *by, const int16_t *and_by)
{
    uint16_t phase[STREAM + GROUP];
    int16_t period[1024];
    size_t start = 0, end;
    uint32_t r = 0;

    if (by && and_by)
        NAME(write_phases)(phase, runs, by, and_by);
    else if (by || and_by)
        NAME(write_phases)(phase, runs, by ? by : and_by, NULL);
    else
        NAME(write_phases)(phase, runs, NULL, NULL);
    for (; r < runs->count; start = end) {
        uint32_t attenuation = runs->run[r].attenuation;

        do {
            end = runs->run[r++].end;
        } while (r < runs->count && runs->run[r].attenuation == attenuation);
        if (attenuation == YM2612_SILENT << 3) {
            memset(out + start, 0, (end - start) * sizeof *out);
        } else if (end - start >= WORTH_A_PERIOD) {
            NAME(make_period)(period, attenuation);
            look_up(out, phase, period, start, end);
        } else {
            look_up_twice(out, phase, ym2612_wave + attenuation, start, end);
        }
    }
}

/* Samples from..to-1 of loops; the modulation follows from the two samples before.  TWICE: by two tables, else by the loops' periods. */
#define LOOP(k) int16_t *restrict out##k = loops->out[k] + 2; int32_t now##k = out##k[(int32_t)from - 1], before##k = out##k[(int32_t)from - 2];
#define STEP(k, wave) do { \
        uint32_t phase = ((uint32_t)loops->phase[k][i] + (uint32_t)((now##k + before##k) >> loops->shift[k])) & 1023; \
        before##k = now##k; \
        now##k = wave(k); \
        out##k[i] = (int16_t)now##k; \
    } while (0)
#define ONCE(k) loops->period[k][phase]
#define TWICE(k) ym2612_wave[(uint32_t)ym2612_sine[phase] + loops->attenuation[k][i]]
#define RUN_LOOPS(name, starts, steps) \
    TARGET static void NAME(name)(ym2612_loops *loops, uint32_t from, uint32_t to) \
    { \
        size_t i; \
        starts \
        for (i = from; i < to; i++) { \
            steps \
        } \
    }
#define RUN_ALL_LOOPS(name, W) \
    RUN_LOOPS(name##_1, LOOP(0), STEP(0, W);) \
    RUN_LOOPS(name##_2, LOOP(0) LOOP(1), STEP(0, W); STEP(1, W);) \
    RUN_LOOPS(name##_3, LOOP(0) LOOP(1) LOOP(2), STEP(0, W); STEP(1, W); STEP(2, W);) \
    RUN_LOOPS(name##_4, LOOP(0) LOOP(1) LOOP(2) LOOP(3), STEP(0, W); STEP(1, W); STEP(2, W); STEP(3, W);) \
    RUN_LOOPS(name##_5, LOOP(0) LOOP(1) LOOP(2) LOOP(3) LOOP(4), STEP(0, W); STEP(1, W); STEP(2, W); STEP(3, W); STEP(4, W);) \
    RUN_LOOPS(name##_6, LOOP(0) LOOP(1) LOOP(2) LOOP(3) LOOP(4) LOOP(5), \
              STEP(0, W); STEP(1, W); STEP(2, W); STEP(3, W); STEP(4, W); STEP(5, W);) \
    TARGET static void NAME(name)(ym2612_loops *loops, uint32_t from, uint32_t to) \
    { \
        switch (loops->count) { \
        case 1: NAME(name##_1)(loops, from, to); break; \
        case 2: NAME(name##_2)(loops, from, to); break; \
        case 3: NAME(name##_3)(loops, from, to); break; \
        case 4: NAME(name##_4)(loops, from, to); break; \
        case 5: NAME(name##_5)(loops, from, to); break; \
        default: NAME(name##_6)(loops, from, to); \
        } \
    }
RUN_ALL_LOOPS(loop_once, ONCE)
RUN_ALL_LOOPS(loop_twice, TWICE)
#undef LOOP
#undef STEP
#undef ONCE
#undef TWICE
#undef RUN_LOOPS
#undef RUN_ALL_LOOPS

/* Where all loops have long runs, from sample `at` on: returns the beginning of the first such place, and *end. */
static uint32_t NAME(find_runs)(const ym2612_loops *loops, uint32_t *run, uint32_t at, uint32_t samples, uint32_t *end)
{
    uint32_t k = 0, found = 0;

    while (found < loops->count) { /* so many loops agree on `at` */
        while (run[k] < loops->runs[k] && loops->run_end[k][run[k]] < at + WORTH_A_PERIOD)
            run[k]++;
        if (run[k] == loops->runs[k])
            return samples;
        if (loops->run_start[k][run[k]] > at) {
            at = loops->run_start[k][run[k]];
            found = 0;
        }
        found++;
        k = k + 1 < loops->count ? k + 1 : 0;
    }
    *end = samples;
    for (k = 0; k < loops->count; k++)
        *end = loops->run_end[k][run[k]] < *end ? loops->run_end[k][run[k]] : *end;
    return at;
}

TARGET static void NAME(run_loops)(ym2612_loops *loops, uint32_t samples)
{
    uint32_t run[6] = {0}, made[6] = {0}, at = 1, end = 1, k;

    while (end < samples) {
        uint32_t start = NAME(find_runs)(loops, run, at, samples, &end);

        if (at < start)
            NAME(loop_twice)(loops, at, start);
        if (start == samples)
            return;
        for (k = 0; k < loops->count; k++)
            if (made[k] != run[k] + 1) {
                NAME(make_period)(loops->period[k], loops->attenuation[k][start]);
                made[k] = run[k] + 1;
            }
        NAME(loop_once)(loops, start, end);
        at = end;
    }
}
