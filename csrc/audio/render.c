/* render.c - from FM samples and PSG ticks to output samples: time and inputs. */
#include "audio.h"

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

/* Mix `count` samples, FM sample `first` and on, FM_DELAY back, and put them through the board's filters; see audio_mix(). */
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
    return audio_mix(out, table, fm, psg, count, moves, left, right);
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
    int alike = memcmp(left, right, HISTORY * sizeof *left) == 0;
    int32_t written = 0;
    do {
        int64_t count = least(fm_end - fm_now, CHUNK);
        if (count) {
            int mixed = mix(out, table, &in, fm_now, (int)count, left + HISTORY, right + HISTORY);
            quiet = mixed == MIXED_SILENCE ? quiet : HISTORY + count;
            if (alike && mixed == MIXED_APART) {
                memcpy(right, left, HISTORY * sizeof *left);
                alike = 0;
            } else if (!alike && mixed != MIXED_APART) {
                memcpy(right + HISTORY, left + HISTORY, (size_t)count * sizeof *left);
            }
        }
        fm_now += count;
        int64_t oldest = fm_now - FM_DELAY - count - HISTORY;    /* the FM sample in left[0] */
        written += audio_resample(table, &place, (int32_t)(end - next) - written, left, alike ? left : right, oldest, HISTORY + count,
                                  quiet, samples + 2 * written);
        memmove(left, left + count, HISTORY * sizeof *left);
        if (!alike)
            memmove(right, right + count, HISTORY * sizeof *right);
        quiet = quiet > count ? quiet - count : 0;
    } while (fm_now < fm_end);
    memcpy(out->left, left, sizeof out->left);
    memcpy(out->right, alike ? left : right, sizeof out->right);
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
        good &= out->fm_low_pass[i] >= -limit && out->fm_low_pass[i] <= limit && out->low_pass[i & 1] >= -limit &&
                out->low_pass[i & 1] <= limit;
    for (int i = 0; i < 16; i++)
        good &= out->high_pass_in[i >> 3][i & 7] >= -limit && out->high_pass_in[i >> 3][i & 7] <= limit &&
                out->high_pass_out[i >> 3][i & 7] >= -limit && out->high_pass_out[i >> 3][i & 7] <= limit;
    return good;
}
