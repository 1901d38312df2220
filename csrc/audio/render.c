/* render.c - from FM samples and PSG ticks to output samples. */
#include "audio.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

#define CHUNK 250                                            /* FM samples at a time: 1050 ticks */
#define CHUNK_TICKS (CHUNK * 21 / 5 + 8)
#define QUIET 1e-12f                                         /* filter memory below this is 0: keeps denormals away */

/* What one call works on.  Positions are absolute: FM sample k spans k * 1008 to (k + 1) * 1008 mclk. */
typedef struct input {
    const int16_t *fm, *psg;
    int64_t fm_start, fm_end, psg_start, psg_end;
} input;

static const int16_t silence[2];

/* ------------------------------------------------------------------------------------- time */

/* Output samples complete at `clock`. */
static int64_t samples_at(const audio_table *table, int64_t clock)
{
    int64_t seconds = clock / table->master_clock, rest = clock % table->master_clock;
    return seconds * table->rate + rest * table->rate / table->master_clock;
}

int64_t audio_count(const audio_table *table, int64_t from, int64_t to)
{
    return samples_at(table, to) - samples_at(table, from);
}

int64_t audio_delay(const audio_table *table)
{
    return kernel_delay(table) * FM_MCLK - FM_MCLK / 2;
}

/* ------------------------------------------------------------------------------------ inputs */

/* FM sample k; before the block from the history, after it the last one. */
static const int16_t *fm_sample(const audio_out *out, const input *in, int64_t k)
{
    if (k >= in->fm_end)
        k = in->fm_end - 1;
    if (k >= in->fm_start)
        return in->fm + 2 * (k - in->fm_start);
    k += FM_DELAY - in->fm_start;
    return k >= 0 ? out->fm + 2 * k : silence;
}

static int16_t psg_tick(const audio_out *out, const input *in, int64_t tick)
{
    if (tick >= in->psg_end)
        tick = in->psg_end - 1;
    if (tick >= in->psg_start)
        return in->psg[tick - in->psg_start];
    tick += PSG_HISTORY - in->psg_start;
    return tick >= 0 ? out->psg[tick] : 0;
}

/* The first input after silence is taken to have been there for ever, so that no step is heard. */
static void start(audio_out *out, const input *in)
{
    if (!out->fm_started && in->fm_end > in->fm_start) {
        for (int i = 0; i < FM_DELAY * 2; i++)
            out->fm[i] = in->fm[i & 1];
    }
    if (!out->psg_started && in->psg_end > in->psg_start) {
        for (int i = 0; i < PSG_HISTORY; i++)
            out->psg[i] = in->psg[0];
        out->psg_started = 1;
    }
}

/* Keep the last inputs before the present time, `fm_now` samples and `psg_now` ticks from power-on. */
static void keep_inputs(audio_out *out, const input *in, int64_t fm_now, int64_t psg_now)
{
    int16_t fm[FM_DELAY * 2], psg[PSG_HISTORY];
    for (int i = 0; i < FM_DELAY; i++)
        memcpy(fm + 2 * i, fm_sample(out, in, fm_now - FM_DELAY + i), 2 * sizeof *fm);
    for (int i = 0; i < PSG_HISTORY; i++)
        psg[i] = psg_tick(out, in, psg_now - PSG_HISTORY + i);
    memcpy(out->fm, fm, sizeof fm);
    memcpy(out->psg, psg, sizeof psg);
}

/* ----------------------------------------------------------------------------- PSG to FM rate */

static float dot(const float *a, const float *b, int taps)
{
    lanes even = {0}, odd = {0};
    for (int i = 0; i < taps; i += 8) {
        even = lanes_multiply_add(even, lanes_load(a + i), lanes_load(b + i));
        odd = lanes_multiply_add(odd, lanes_load(a + i + 4), lanes_load(b + i + 4));
    }
    return lanes_sum(even, odd);
}

/* FM samples first to first + count - 1 of the PSG.  The middle of FM sample k lies at tick (21 k + 8) / 5. */
static void decimate(const audio_out *out, const audio_table *table, const input *in, int64_t first, int count,
                     float *result)
{
    float ticks[CHUNK_TICKS + PSG_TAPS];
    int64_t middle = 21 * first + 8 + 5 * 1000, base = middle / 5 - 1000 - (PSG_TAPS / 2 - 1);
    int phase = (int)(middle % 5), at = 0, length = (21 * count + 8) / 5 + PSG_TAPS, i = 0;
    for (; i < length && base + i < in->psg_start; i++)
        ticks[i] = psg_tick(out, in, base + i);
    for (; i < length && base + i < in->psg_end; i++)
        ticks[i] = in->psg[base + i - in->psg_start];
    for (; i < length; i++)
        ticks[i] = psg_tick(out, in, base + i);

    int changes = 0;
    for (i = 1; i < length; i++)
        changes |= ticks[i] != ticks[0];
    for (i = 0; i < count; i++) {
        if (changes || i < PSG_PHASES)
            result[i] = dot(table->psg_kernel + phase * PSG_TAPS, ticks + at, PSG_TAPS);
        else
            result[i] = result[i - PSG_PHASES]; /* a level that does not change: the phases repeat */
        phase += 21;
        at += phase / 5;
        phase %= 5;
    }
}

/* ------------------------------------------------------------------------------- mix and filter */

static float settle(float value)
{
    return value > -QUIET && value < QUIET ? 0 : value;
}

/* The output capacitors. */
static void high_pass(audio_out *out, const audio_table *table, float *left, float *right, int count)
{
    float pole = table->high_pass, gain = (1 + pole) / 2, l = out->high_pass[2], r = out->high_pass[3];
    float last_left = out->high_pass[0], last_right = out->high_pass[1];
    for (int i = 0; i < count; i++) {
        l = pole * l + gain * (left[i] - last_left);
        r = pole * r + gain * (right[i] - last_right);
        last_left = left[i];
        last_right = right[i];
        left[i] = l;
        right[i] = r;
    }
    out->high_pass[0] = last_left;
    out->high_pass[1] = last_right;
    out->high_pass[2] = settle(l);
    out->high_pass[3] = settle(r);
}

/* The low-pass behind the mixer: first order. */
static void low_pass(float *memory, float weight, float *left, float *right, int count)
{
    float l = memory[0], r = memory[1];
    for (int i = 0; i < count; i++) {
        l += weight * (left[i] - l);
        r += weight * (right[i] - r);
        left[i] = l;
        right[i] = r;
    }
    memory[0] = settle(l);
    memory[1] = settle(r);
}

/* The low-pass behind the YM2612: second order, transposed direct form II. */
static void fm_low_pass(float *memory, const float *c, float *samples, int count)
{
    float one = memory[0], two = memory[1];
    for (int i = 0; i < count; i++) {
        float in = samples[i], out = c[0] * in + one;
        one = c[1] * in - c[3] * out + two;
        two = c[2] * in - c[4] * out;
        samples[i] = out;
    }
    memory[0] = settle(one);
    memory[1] = settle(two);
}

/* What a constant input leaves in that memory: no step is heard when it begins. */
static void settle_fm_low_pass(audio_out *out, const float *c, float left, float right)
{
    out->fm_low_pass[0] = left * (1 - c[0]);
    out->fm_low_pass[1] = left * (c[2] - c[4]);
    out->fm_low_pass[2] = right * (1 - c[0]);
    out->fm_low_pass[3] = right * (c[2] - c[4]);
}

/* Mix `count` samples, FM sample `first` and on, FM_DELAY back, and put them through the board's filters. */
static void mix(audio_out *out, const audio_table *table, const input *in, int64_t first, int count, float *left,
                float *right)
{
    float psg[CHUNK];
    decimate(out, table, in, first - FM_DELAY, count, psg);
    for (int i = 0; i < count; i++) {
        int64_t k = first - FM_DELAY + i;
        const int16_t *fm = k >= in->fm_start && k < in->fm_end ? in->fm + 2 * (k - in->fm_start) : fm_sample(out, in, k);
        left[i] = (float)fm[0] * table->fm_gain;
        right[i] = (float)fm[1] * table->fm_gain;
    }
    if (table->fm_low_pass[0] < 1) {
        if (!out->fm_started)
            settle_fm_low_pass(out, table->fm_low_pass, left[0], right[0]);
        fm_low_pass(out->fm_low_pass, table->fm_low_pass, left, count);
        fm_low_pass(out->fm_low_pass + 2, table->fm_low_pass, right, count);
    }
    for (int i = 0; i < count; i++) {
        left[i] += psg[i] * table->psg_gain;
        right[i] += psg[i] * table->psg_gain;
    }
    if (!out->fm_started) {
        out->high_pass[0] = left[0];
        out->high_pass[1] = right[0];
        out->fm_started = 1;
    }
    high_pass(out, table, left, right, count);
    if (table->low_pass < 1)
        low_pass(out->low_pass, table->low_pass, left, right, count);
}

/* ------------------------------------------------------------------------------------- resample */

static int16_t clip(float value)
{
    if (value > 32767)
        return 32767;
    if (value < -32768)
        return -32768;
    return (int16_t)((int32_t)(value + 32768.5f) - 32768);
}

/* Both channels at `weight` of the way from one row of the kernel to the next. */
static void convolve(const float *row, const float *next, float weight, const float *left, const float *right, int taps,
                     int16_t *sample)
{
    lanes left_even = {0}, left_odd = {0}, right_even = {0}, right_odd = {0};
    for (int i = 0; i < taps; i += 8) {
        lanes even = lanes_between(lanes_load(row + i), lanes_load(next + i), weight);
        lanes odd = lanes_between(lanes_load(row + i + 4), lanes_load(next + i + 4), weight);
        left_even = lanes_multiply_add(left_even, even, lanes_load(left + i));
        left_odd = lanes_multiply_add(left_odd, odd, lanes_load(left + i + 4));
        right_even = lanes_multiply_add(right_even, even, lanes_load(right + i));
        right_odd = lanes_multiply_add(right_odd, odd, lanes_load(right + i + 4));
    }
    sample[0] = clip(lanes_sum(left_even, left_odd));
    sample[1] = clip(lanes_sum(right_even, right_odd));
}

int32_t audio_render(audio_out *out, const audio_table *table, int64_t clock, const int16_t *fm, int32_t fm_count,
                     const int16_t *psg, int32_t psg_count, int16_t *samples, int32_t capacity)
{
    if (clock < out->clock || audio_count(table, out->clock, clock) > capacity)
        return -1;
    int64_t next = samples_at(table, out->clock), end = samples_at(table, clock);
    int64_t fm_now = out->clock / FM_MCLK, fm_end = clock / FM_MCLK;
    input in = {fm, psg, fm_now, fm_now + (fm ? fm_count : 0), out->clock / MD_MCLK_PER_PSG, 0};
    in.psg_end = in.psg_start + (psg ? psg_count : 0);
    start(out, &in);

    /* where output sample `next` begins: whole FM samples, and parts of rate * 1008 of one */
    int64_t parts = (int64_t)table->rate * FM_MCLK, second = next / table->rate, step = next % table->rate;
    int64_t begin = second * table->master_clock + step * table->master_clock / table->rate;
    int64_t whole = begin / FM_MCLK;
    int64_t part = begin % FM_MCLK * table->rate + step * table->master_clock % table->rate;
    double phases_per_part = (double)table->phases / (double)parts;

    float left[HISTORY + CHUNK], right[HISTORY + CHUNK];
    memcpy(left, out->left, sizeof out->left);
    memcpy(right, out->right, sizeof out->right);
    int32_t written = 0;
    for (;;) {
        int count = (int)(fm_end - fm_now < CHUNK ? fm_end - fm_now : CHUNK);
        if (count)
            mix(out, table, &in, fm_now, count, left + HISTORY, right + HISTORY);
        fm_now += count;
        int64_t oldest = fm_now - FM_DELAY - count - HISTORY;    /* the FM sample in left[0] */
        int64_t limit = count + HISTORY - table->taps;
        for (; next < end; next++) {
            int64_t at = whole - kernel_delay(table) - (table->taps / 2 - 1) - oldest;
            if (at > limit)
                break;
            double phase = (double)part * phases_per_part;
            int row = (int)phase;
            const float *taps = table->kernel + row * table->taps;
            convolve(taps, taps + table->taps, (float)(phase - row), left + at, right + at, table->taps,
                     samples + 2 * written++);
            part += table->master_clock;
            whole += part / parts;
            part %= parts;
        }
        memmove(left, left + count, HISTORY * sizeof *left);
        memmove(right, right + count, HISTORY * sizeof *right);
        if (fm_now == fm_end)
            break;
    }
    memcpy(out->left, left, sizeof out->left);
    memcpy(out->right, right, sizeof out->right);
    keep_inputs(out, &in, fm_end, clock / MD_MCLK_PER_PSG);
    out->clock = clock;
    return written;
}

/* ---------------------------------------------------------------------------------------- state */

void audio_reset(audio_out *out, int64_t clock)
{
    memset(out, 0, sizeof *out);
    out->clock = clock;
}

void audio_skip(audio_out *out, int64_t clock)
{
    if (clock != out->clock)
        audio_reset(out, clock);
}

int32_t audio_valid(const audio_out *out)
{
    const float limit = 1e6f;
    int good = out->clock >= 0;
    for (int i = 0; i < HISTORY; i++)
        good &= out->left[i] >= -limit && out->left[i] <= limit && out->right[i] >= -limit && out->right[i] <= limit;
    for (int i = 0; i < 4; i++)
        good &= out->high_pass[i] >= -limit && out->high_pass[i] <= limit && out->fm_low_pass[i] >= -limit &&
                out->fm_low_pass[i] <= limit && out->low_pass[i & 1] >= -limit && out->low_pass[i & 1] <= limit;
    return good;
}
