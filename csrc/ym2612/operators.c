/* operators.c - outputs of operators over a stretch of samples. */
#include "block.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#ifdef YM2612_HAS_WIDE
#include <immintrin.h>
#endif

/* Samples from..end-1 of `out`, whose attenuation has its place in `wave`. */
static inline void look_up_twice(int16_t *restrict out, const uint16_t *restrict phase, const int16_t *wave, size_t from, size_t end)
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

/* The same from a whole period. */
static inline void look_up(int16_t *restrict out, const uint16_t *restrict phase, const int16_t *restrict period, size_t from, size_t end)
{
    size_t i = from;
#if defined(__SSE2__)
    for (; i + 8 <= end; i += 8) {
        const uint16_t *eight = phase + i;
        __m128i all = _mm_cvtsi32_si128((uint16_t)period[eight[0]]);

        all = _mm_insert_epi16(all, period[eight[1]], 1);
        all = _mm_insert_epi16(all, period[eight[2]], 2);
        all = _mm_insert_epi16(all, period[eight[3]], 3);
        all = _mm_insert_epi16(all, period[eight[4]], 4);
        all = _mm_insert_epi16(all, period[eight[5]], 5);
        all = _mm_insert_epi16(all, period[eight[6]], 6);
        all = _mm_insert_epi16(all, period[eight[7]], 7);
        _mm_storeu_si128((__m128i *)(void *)(out + i), all);
    }
#endif
    for (; i < end; i++)
        out[i] = period[phase[i]];
}

#define TEMPLATE "operators_template.h"
#include "twice.h"

void ym2612_write_phases(uint16_t *phase, const ym2612_slot_runs *runs)
{
    CALL(write_phases, phase, runs, NULL, NULL);
}

void ym2612_operate(int16_t *out, const ym2612_slot_runs *runs, const int16_t *by, const int16_t *and_by)
{
    CALL(operate, out, runs, by, and_by);
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

void ym2612_add_loop(ym2612_loops *loops, const ym2612_slot_runs *runs)
{
    uint32_t k = loops->count++, start, end = 0, r = 0, count = 0;

    ym2612_write_phases(loops->phase[k], runs);
    ym2612_write_attenuations(loops->attenuation[k], runs);
    while (r < runs->count) {
        uint32_t attenuation = runs->run[r].attenuation;

        start = end;
        do {
            end = runs->run[r++].end;
        } while (r < runs->count && runs->run[r].attenuation == attenuation);
        if (end - start >= WORTH_A_PERIOD) {
            loops->run_start[k][count] = (uint16_t)start;
            loops->run_end[k][count++] = (uint16_t)end;
        }
    }
    loops->runs[k] = (uint16_t)count;
}

void ym2612_run_loops(ym2612_loops *loops, uint32_t samples)
{
    uint32_t k;

    if (!loops->count)
        return;
    for (k = 0; k < loops->count; k++) { /* a phase at which an operator is silent may be any number: it is looked up all the same */
        uint32_t phase = (uint32_t)loops->phase[k][0] + (uint32_t)loops->modulation[k];

        loops->out[k][2] = ym2612_wave[(uint32_t)ym2612_sine[phase & 1023] + loops->attenuation[k][0]];
    }
    CALL(run_loops, loops, samples);
}
