/* operators.c - outputs of operators over a stretch of samples. */
#include "block.h"

/* Upper 10 bits of a phase that moves on.  Sixteen bits at a time: the lower halves only say when they carry. */
static void ramp(uint16_t *restrict stream, uint32_t samples, uint32_t position, uint32_t step)
{
    uint16_t high[GROUP];
    int16_t low[GROUP];         /* with the top bit turned over, so that signed numbers compare as unsigned ones */
    uint32_t at, i;

    for (i = 0; i < GROUP; i++) {
        high[i] = (uint16_t)((i * step) >> 16);
        low[i] = (int16_t)((i * step) ^ 0x8000);
    }
    for (at = 0; at < samples; at += GROUP, stream += GROUP, position += GROUP * step) {
        uint16_t top = (uint16_t)(position >> 16);
        int16_t most = (int16_t)(~position ^ 0x8000);

        for (i = 0; i < GROUP; i++)
            stream[i] = (uint16_t)((uint16_t)(top + high[i] + (low[i] > most ? 1 : 0)) >> 6);
    }
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
    uint32_t i = 0, r, samples = runs->run[runs->count - 1].end;

    ym2612_write_phases(phase, runs);
    if (by && and_by)
        modulate_by_two(phase, samples, by, and_by);
    else if (by || and_by)
        modulate(phase, samples, by ? by : and_by);
    for (r = 0; r < runs->count; r++) {
        const ym2612_run_of_samples *run = runs->run + r;
        const int16_t *wave = ym2612_wave + run->attenuation;
        uint32_t end = run->end;

        if (run->attenuation == YM2612_SILENT << 3) {
            memset(out + i, 0, (end - i) * sizeof *out);
            i = end;
            continue;
        }
        for (; i + 4 <= end; i += 4) {
            out[i] = wave[ym2612_sine[phase[i]]];
            out[i + 1] = wave[ym2612_sine[phase[i + 1]]];
            out[i + 2] = wave[ym2612_sine[phase[i + 2]]];
            out[i + 3] = wave[ym2612_sine[phase[i + 3]]];
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
        uint32_t i; \
        starts \
        for (i = 1; i < samples; i++) { \
            steps \
        } \
    }

/* A phase at which an operator is silent may be any number: it is looked up all the same. */
static inline int32_t loop_output(ym2612_loops *loops, uint32_t k, uint32_t i, int32_t modulation)
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
