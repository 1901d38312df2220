/* render.c - from FM samples and PSG ticks to output samples. */
#include "audio.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

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

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* FM samples k to k + count - 1: before the block from the history, after it the last one. */
static void fm_samples(const audio_out *out, const input *in, int64_t k, int64_t count, int16_t *to)
{
    int64_t end = k + count, now = k;
    for (; now < end && now < in->fm_start; now++, to += 2) {
        int64_t i = now + FM_DELAY - in->fm_start;
        memcpy(to, i >= 0 ? out->fm + 2 * i : silence, 4);
    }
    if (now < end && now < in->fm_end) {
        int64_t there = least(end, in->fm_end) - now;
        memcpy(to, in->fm + 2 * (now - in->fm_start), 4 * (size_t)there);
        now += there;
        to += 2 * there;
    }
    const int16_t *last = in->fm_end > in->fm_start ? in->fm + 2 * (in->fm_end - 1 - in->fm_start) : out->fm + 2 * (FM_DELAY - 1);
    for (; now < end; now++, to += 2)
        memcpy(to, last, 4);
}

static void psg_ticks(const audio_out *out, const input *in, int64_t tick, int64_t count, int16_t *to)
{
    int64_t end = tick + count, now = tick;
    for (; now < end && now < in->psg_start; now++) {
        int64_t i = now + PSG_HISTORY - in->psg_start;
        *to++ = i >= 0 ? out->psg[i] : 0;
    }
    if (now < end && now < in->psg_end) {
        int64_t there = least(end, in->psg_end) - now;
        memcpy(to, in->psg + (now - in->psg_start), 2 * (size_t)there);
        now += there;
        to += there;
    }
    int16_t last = in->psg_end > in->psg_start ? in->psg[in->psg_end - 1 - in->psg_start] : out->psg[PSG_HISTORY - 1];
    for (; now < end; now++)
        *to++ = last;
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
    fm_samples(out, in, fm_now - FM_DELAY, FM_DELAY, fm);
    psg_ticks(out, in, psg_now - PSG_HISTORY, PSG_HISTORY, psg);
    memcpy(out->fm, fm, sizeof fm);
    memcpy(out->psg, psg, sizeof psg);
}

/* ------------------------------------------------------------------------------- mix and filter */

static float settle(float value)
{
    return value > -QUIET && value < QUIET ? 0 : value;
}

/* What the output capacitors let through of each change; `last` is the sample before. */
static void find_changes(const float *samples, int count, float gain, float last, float *changes)
{
    changes[0] = gain * (samples[0] - last);
    for (int i = 1; i < count; i++)
        changes[i] = gain * (samples[i] - samples[i - 1]);
}

/* The output capacitors. */
static void high_pass(audio_out *out, const audio_table *table, float *left, float *right, int count)
{
    float pole = table->high_pass, gain = (1 + pole) / 2, l = out->high_pass[2], r = out->high_pass[3];
    float left_changes[CHUNK], right_changes[CHUNK];
    if (!count)
        return;
    find_changes(left, count, gain, out->high_pass[0], left_changes);
    find_changes(right, count, gain, out->high_pass[1], right_changes);
    out->high_pass[0] = left[count - 1];
    out->high_pass[1] = right[count - 1];
    for (int i = 0; i < count; i++) {
        left[i] = l = pole * l + left_changes[i];
        right[i] = r = pole * r + right_changes[i];
    }
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

/* 1: nothing but a level that has been there for long enough, which the output capacitors keep back. */
static int is_silent(const audio_out *out, const audio_table *table, float left, float right)
{
    return out->fm_started && table->fm_low_pass[0] >= 1 && out->high_pass[0] == left && out->high_pass[1] == right
        && out->high_pass[2] == 0 && out->high_pass[3] == 0
        && (table->low_pass >= 1 || (out->low_pass[0] == 0 && out->low_pass[1] == 0));
}

/* Mix `count` samples, FM sample `first` and on, FM_DELAY back, and put them through the board's filters.  Returns 0 if they are
 * all 0. */
static int mix(audio_out *out, const audio_table *table, const input *in, int64_t first, int count, float *left, float *right)
{
    float psg[CHUNK];
    int16_t fm[2 * CHUNK], ticks[CHUNK_TICKS];
    int64_t tick = first_tick_felt(first - FM_DELAY);
    int length = (int)(last_tick_felt(first - FM_DELAY + count - 1) + 1 - tick);
    psg_ticks(out, in, tick, length, ticks);
    fm_samples(out, in, first - FM_DELAY, count, fm);
    int moves = audio_psg_samples(table, ticks, length, first - FM_DELAY, count, psg)
        || memcmp(fm, fm + 2, 4 * (size_t)(count - 1)) != 0;
    if (!moves && is_silent(out, table, fm[0] * table->fm_gain + psg[0] * table->psg_gain,
                            fm[1] * table->fm_gain + psg[0] * table->psg_gain)) {
        memset(left, 0, (size_t)count * sizeof *left);
        memset(right, 0, (size_t)count * sizeof *right);
        return 0;
    }
    for (int i = 0; i < count; i++) {
        left[i] = (float)fm[2 * i] * table->fm_gain;
        right[i] = (float)fm[2 * i + 1] * table->fm_gain;
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
    return 1;
}

/* --------------------------------------------------------------------------------------- render */

/* Samples of the history from which on all are 0. */
static int64_t quiet_from(const audio_out *out)
{
    int64_t i = HISTORY;
    while (i > 0 && out->left[i - 1] == 0 && out->right[i - 1] == 0)
        i--;
    return i;
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

    /* where output sample `next` begins */
    int64_t second = next / table->rate, step = next % table->rate;
    int64_t begin = second * table->master_clock + step * table->master_clock / table->rate;
    audio_place place = {begin / FM_MCLK, begin % FM_MCLK * table->rate + step * table->master_clock % table->rate};

    float left[HISTORY + CHUNK], right[HISTORY + CHUNK];
    memcpy(left, out->left, sizeof out->left);
    memcpy(right, out->right, sizeof out->right);
    int64_t quiet = quiet_from(out);
    int32_t written = 0;
    do {
        int64_t count = least(fm_end - fm_now, CHUNK);
        if (count && mix(out, table, &in, fm_now, (int)count, left + HISTORY, right + HISTORY))
            quiet = HISTORY + count;
        fm_now += count;
        int64_t oldest = fm_now - FM_DELAY - count - HISTORY;    /* the FM sample in left[0] */
        const float *other = memcmp(left, right, (size_t)(HISTORY + count) * sizeof *left) == 0 ? left : right;
        written += audio_resample(table, &place, (int32_t)(end - next) - written, left, other, oldest, HISTORY + count, quiet,
                                  samples + 2 * written);
        memmove(left, left + count, HISTORY * sizeof *left);
        memmove(right, right + count, HISTORY * sizeof *right);
        quiet = quiet > count ? quiet - count : 0;
    } while (fm_now < fm_end);
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
