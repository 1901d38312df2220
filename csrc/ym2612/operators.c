/* operators.c - outputs of operators over a stretch of samples. */
#include "block.h"

/* Eight numbers of 16 bits at a time where the compiler has them. */
#ifdef __GNUC__
typedef uint16_t eight_words __attribute__((vector_size(16)));
typedef int16_t eight_signed_words __attribute__((vector_size(16)));
#endif

/* Upper 10 bits of a phase that moves on.  Sixteen bits at a time: the lower halves only say when they carry. */
static void ramp(uint16_t *stream, uint32_t samples, uint32_t position, uint32_t step)
{
    uint32_t at;
#ifdef __GNUC__
    eight_words high[2];
    eight_signed_words low[2];  /* with the top bit turned over, so that signed numbers compare as unsigned ones */
    uint16_t highs[GROUP];
    int16_t lows[GROUP];
    uint32_t i;

    for (i = 0; i < GROUP; i++) {
        highs[i] = (uint16_t)((i * step) >> 16);
        lows[i] = (int16_t)((i * step) ^ 0x8000);
    }
    memcpy(high, highs, sizeof high);
    memcpy(low, lows, sizeof low);
    for (at = 0; at < samples; at += GROUP, stream += GROUP, position += GROUP * step) {
        uint16_t top = (uint16_t)(position >> 16);
        int16_t most = (int16_t)(~position ^ 0x8000);
        eight_words one = (high[0] + top - (eight_words)(low[0] > most)) >> 6;
        eight_words two = (high[1] + top - (eight_words)(low[1] > most)) >> 6;

        memcpy(stream, &one, sizeof one);
        memcpy(stream + 8, &two, sizeof two);
    }
#else
    for (at = 0; at < samples; at++, position += step)
        stream[at] = (uint16_t)(position >> 22);
#endif
}

void ym2612_write_phases(uint16_t *phase, const ym2612_slot_runs *runs)
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
            ramp(phase + start, from - start, first->position, first->step);
    }
}

static void modulate(uint16_t *restrict phase, uint32_t samples, const int16_t *restrict by)
{
    uint32_t at, i;

    for (at = 0; at < samples; at += GROUP, phase += GROUP, by += GROUP)
        for (i = 0; i < GROUP; i++)
            phase[i] = (uint16_t)((phase[i] + (by[i] >> 1)) & 1023);
}

static void modulate_by_two(uint16_t *restrict phase, uint32_t samples, const int16_t *restrict by, const int16_t *restrict and_by)
{
    uint32_t at, i;

    for (at = 0; at < samples; at += GROUP, phase += GROUP, by += GROUP, and_by += GROUP)
        for (i = 0; i < GROUP; i++) /* 14 bits each, so the sum has a place in 16 */
            phase[i] = (uint16_t)((phase[i] + ((int16_t)(by[i] + and_by[i]) >> 1)) & 1023);
}

void ym2612_operate(int16_t *restrict out, const ym2612_slot_runs *runs, const int16_t *by, const int16_t *and_by)
{
    uint16_t phase[STREAM + GROUP];
    size_t i = 0;
    uint32_t r, samples = runs->run[runs->count - 1].end;

    ym2612_write_phases(phase, runs);
    if (by && and_by)
        modulate_by_two(phase, samples, by, and_by);
    else if (by || and_by)
        modulate(phase, samples, by ? by : and_by);
    for (r = 0; r < runs->count; r++) {
        const ym2612_run_of_samples *run = runs->run + r;
        const int16_t *wave = ym2612_wave + run->attenuation;
        size_t end = run->end;

        if (run->attenuation == YM2612_SILENT << 3) {
            memset(out + i, 0, (end - i) * sizeof *out);
            i = end;
            continue;
        }
        for (; i + 4 <= end; i += 4) {
            const uint16_t *four = phase + i;
            int16_t *to = out + i;

            to[0] = wave[ym2612_sine[four[0]]];
            to[1] = wave[ym2612_sine[four[1]]];
            to[2] = wave[ym2612_sine[four[2]]];
            to[3] = wave[ym2612_sine[four[3]]];
        }
        for (; i < end; i++)
            out[i] = wave[ym2612_sine[phase[i]]];
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
