/* operators.c - outputs of operators over a stretch of samples. */
#include "block.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Upper 10 bits of a phase that moves on, modulated by half of `by` and `and_by`, each NULL if there is none. */
static inline void ramp(uint16_t *restrict phase, uint32_t samples, uint32_t position, uint32_t step, const int16_t *restrict by,
                        const int16_t *restrict and_by)
{
    uint32_t at, i;
#if defined(__SSE2__)
    __m128i next[4];
    const __m128i ten = _mm_set1_epi16(1023), all = _mm_set1_epi32((int)(GROUP * step));

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
    for (at = 0; at < samples; at += GROUP, phase += GROUP, position += GROUP * step)
        for (i = 0; i < GROUP; i++) {
            int32_t sum = !by ? 0 : and_by ? by[at + i] + and_by[at + i] : by[at + i];

            phase[i] = (uint16_t)(((position + i * step) >> 22) + (uint32_t)(sum >> 1)) & 1023;
        }
#endif
}

static inline void write_phases(uint16_t *phase, const ym2612_slot_runs *runs, const int16_t *by, const int16_t *and_by)
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
            ramp(phase + start, from - start, first->position, first->step, by ? by + start : NULL, and_by ? and_by + start : NULL);
    }
}

void ym2612_write_phases(uint16_t *phase, const ym2612_slot_runs *runs)
{
    write_phases(phase, runs, NULL, NULL);
}

static void write_modulated(uint16_t *phase, const ym2612_slot_runs *runs, const int16_t *by)
{
    write_phases(phase, runs, by, NULL);
}

static void write_twice_modulated(uint16_t *phase, const ym2612_slot_runs *runs, const int16_t *by, const int16_t *and_by)
{
    write_phases(phase, runs, by, and_by);
}

/* Samples from..end-1 of `out`, whose attenuation has its place in `wave`. */
static inline void look_up(int16_t *restrict out, const uint16_t *restrict phase, const int16_t *wave, size_t from, size_t end)
{
    size_t i = from;
#if defined(__SSE2__)
    for (; i + 8 <= end; i += 8) {
        const uint16_t *eight = phase + i;
        __m128i all = _mm_cvtsi32_si128((uint16_t)wave[ym2612_sine[eight[0]]]);

        all = _mm_insert_epi16(all, wave[ym2612_sine[eight[1]]], 1);
        all = _mm_insert_epi16(all, wave[ym2612_sine[eight[2]]], 2);
        all = _mm_insert_epi16(all, wave[ym2612_sine[eight[3]]], 3);
        all = _mm_insert_epi16(all, wave[ym2612_sine[eight[4]]], 4);
        all = _mm_insert_epi16(all, wave[ym2612_sine[eight[5]]], 5);
        all = _mm_insert_epi16(all, wave[ym2612_sine[eight[6]]], 6);
        all = _mm_insert_epi16(all, wave[ym2612_sine[eight[7]]], 7);
        _mm_storeu_si128((__m128i *)(void *)(out + i), all);
    }
#endif
    for (; i < end; i++)
        out[i] = wave[ym2612_sine[phase[i]]];
}

void ym2612_operate(int16_t *restrict out, const ym2612_slot_runs *runs, const int16_t *by, const int16_t *and_by)
{
    uint16_t phase[STREAM + GROUP];
    size_t i = 0;
    uint32_t r;

    if (by && and_by)
        write_twice_modulated(phase, runs, by, and_by);
    else if (by || and_by)
        write_modulated(phase, runs, by ? by : and_by);
    else
        ym2612_write_phases(phase, runs);
    for (r = 0; r < runs->count; r++) {
        const ym2612_run_of_samples *run = runs->run + r;
        size_t end = run->end;

        if (run->attenuation == YM2612_SILENT << 3)
            memset(out + i, 0, (end - i) * sizeof *out);
        else
            look_up(out, phase, ym2612_wave + run->attenuation, i, end);
        i = end;
    }
}

static void fill(uint16_t *stream, uint32_t samples, uint32_t value)
{
    uint32_t at, i;

    for (at = 0; at < samples; at += GROUP, stream += GROUP)
        for (i = 0; i < GROUP; i++)
            stream[i] = (uint16_t)value;
}

void ym2612_write_attenuations(uint16_t *attenuation, const ym2612_slot_runs *runs)
{
    uint32_t i = 0, r;

    for (r = 0; r < runs->count; r++) {
        fill(attenuation + i, runs->run[r].end - i, runs->run[r].attenuation);
        i = runs->run[r].end;
    }
}

#define LOOP(k) \
    int32_t now##k = loop_output(loops, first + (k), 0, loops->modulation[first + (k)]); \
    int32_t before##k = loops->out[first + (k)][1];
#define STEP(k) do { \
        int32_t out = loop_output(loops, first + (k), i, (now##k + before##k) >> loops->shift[first + (k)]); \
        before##k = now##k; \
        now##k = out; \
    } while (0)
#define RUN_LOOPS(name, starts, steps) \
    static void name(ym2612_loops *loops, uint32_t first, uint32_t samples) \
    { \
        size_t i; \
        starts \
        for (i = 1; i < samples; i++) { \
            steps \
        } \
    }

/* A phase at which an operator is silent may be any number: it is looked up all the same. */
static inline int32_t loop_output(ym2612_loops *loops, uint32_t k, size_t i, int32_t modulation)
{
    const int16_t *wave = ym2612_wave + loops->attenuation[k][i];
    int16_t out = wave[ym2612_sine[((uint32_t)loops->phase[k][i] + (uint32_t)modulation) & 1023]];

    loops->out[k][2 + i] = out;
    return out;
}

RUN_LOOPS(run_1_loop, LOOP(0), STEP(0);)
RUN_LOOPS(run_2_loops, LOOP(0) LOOP(1), STEP(0); STEP(1);)
RUN_LOOPS(run_3_loops, LOOP(0) LOOP(1) LOOP(2), STEP(0); STEP(1); STEP(2);)
RUN_LOOPS(run_4_loops, LOOP(0) LOOP(1) LOOP(2) LOOP(3), STEP(0); STEP(1); STEP(2); STEP(3);)
RUN_LOOPS(run_5_loops, LOOP(0) LOOP(1) LOOP(2) LOOP(3) LOOP(4), STEP(0); STEP(1); STEP(2); STEP(3); STEP(4);)
RUN_LOOPS(run_6_loops, LOOP(0) LOOP(1) LOOP(2) LOOP(3) LOOP(4) LOOP(5), STEP(0); STEP(1); STEP(2); STEP(3); STEP(4); STEP(5);)

void ym2612_run_loops(ym2612_loops *loops, uint32_t samples)
{
    switch (loops->count) {
    case 1: run_1_loop(loops, 0, samples); break;
    case 2: run_2_loops(loops, 0, samples); break;
    case 3: run_3_loops(loops, 0, samples); break;
    case 4: run_4_loops(loops, 0, samples); break;
    case 5: run_5_loops(loops, 0, samples); break;
    case 6: run_6_loops(loops, 0, samples); break;
    }
}
