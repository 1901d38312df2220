/* table.c - the coefficients of an output rate: windowed-sinc kernels and the poles of the board's filters.
 *
 * The Kaiser window's parameter and length follow Kaiser's formulas for a stop band of 92 dB
 * (PSG: 90 dB):
 * beta = 0.1102 (A - 8.7), transition / sample rate = (A - 8) / (14.36 taps).
 */
#include "audio.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

#define PI 3.14159265358979323846
#define STOP_BAND_DB 92.0
#define PSG_STOP_BAND_DB 90.0
#define PSG_PHASES 5        /* of the PSG's kernel among the ticks */
#define FULL_TAPS 48        /* at 48 kHz and above */
#define FULL_RATE 48000
#define PASS_BAND 20000.0
#define MAX_PHASES 128 /* linear between them: -87 dB at 20 kHz */

#define OUTPUT_GAIN 6.0     /* six FM channels at full swing and the PSG stay within 16 bits */
#define FM_SWING 1536.0     /* lowest to highest level of one FM channel: 3 clocks of 9 bits (YM2612 handbook, DAC) */
#define PSG_SWING 8191.0
#define CAPACITOR_HZ 10.0   /* output coupling: between 5 and 20 Hz on the boards; a guess within that */

/* Sine and exponential from their series, so that every machine gets the same table. */
static double sine(double x)
{
    int64_t turns = (int64_t)(x / (2 * PI) + (x < 0 ? -0.5 : 0.5));
    double term = x - (double)turns * 2 * PI, sum = term, square = term * term;
    for (int n = 2; n < 30; n += 2) {
        term *= -square / (n * (n + 1));
        sum += term;
    }
    return sum;
}

static double exponential(double x)
{
    double term = 1, sum = 1;
    for (int n = 1; n < 40; n++) {
        term *= x / n;
        sum += term;
    }
    return sum;
}

/* Modified Bessel function I0 of 2 * sqrt(square). */
static double bessel(double square)
{
    double term = 1, sum = 1;
    for (int n = 1; n < 60; n++) {
        term *= square / ((double)n * n);
        sum += term;
    }
    return sum;
}

static double kaiser_beta(double decibels)
{
    return 0.1102 * (decibels - 8.7);
}

static double transition(double decibels, int taps)
{
    return (decibels - 8) / (14.36 * taps);
}

/* One phase of a low-pass kernel.  `cutoff` is in cycles per sample, `phase` in samples after tap taps / 2 - 1. */
static void make_row(double *row, int taps, double cutoff, double phase, double beta)
{
    double sum = 0, half = taps / 2.0, edge = beta * beta / 4;
    for (int tap = 0; tap < taps; tap++) {
        double x = tap - (half - 1) - phase, at = 2 * PI * cutoff * x, inside = 1 - x * x / (half * half);
        double sinc = x > -1e-9 && x < 1e-9 ? 1 : sine(at) / at;
        row[tap] = inside < 0 ? 0 : sinc * bessel(edge * inside);
        sum += row[tap];
    }
    for (int tap = 0; tap < taps; tap++)
        row[tap] /= sum;
}

static void make_float_row(float *to, const audio_table *table, double cutoff, int phase)
{
    double row[MAX_TAPS];
    make_row(row, table->taps, cutoff, (double)phase / table->phases, kaiser_beta(STOP_BAND_DB));
    for (int tap = 0; tap < table->taps; tap++)
        to[tap] = (float)row[tap];
}

/* What of a step of the PSG has come through, for each of its places among the FM samples: sample k has its middle at tick
 * (21 k + 8) / 5, and the kernel's place among the ticks repeats after five samples. */
static void make_steps(float *steps)
{
    double kernel[PSG_PHASES][PSG_TAPS];
    for (int phase = 0; phase < PSG_PHASES; phase++)
        make_row(kernel[phase], PSG_TAPS, 5.0 / 42, phase / 5.0, kaiser_beta(PSG_STOP_BAND_DB));
    for (int alignment = 0; alignment < PSG_ALIGNMENTS; alignment++, steps += PSG_ROW)
        for (int sample = 0; sample < PSG_STEP; sample++) {
            int fifths = alignment + 21 * sample, tap = PSG_TAPS - 1 - fifths / PSG_PHASES;
            double sum = 0;
            for (int i = PSG_TAPS - 1; i >= tap && i >= 0; i--)
                sum += kernel[fifths % PSG_PHASES][i];
            steps[8 + sample] = tap <= 0 ? 1 : (float)sum;
            if (sample < 8)
                steps[8 + PSG_STEP + sample] = 1;
        }
}

/* The boards' low-passes by jsgroth's analysis of their circuits (the presets of jgenesis): first order, 3390 Hz, behind the
 * mixer of a Model 1 VA0 to VA2; first order, 3789 Hz, behind that of a Model 2, and second order, 6725 Hz, behind its YM2612
 * alone.  That the latter is a Butterworth filter is a guess. */
static void make_filter(audio_table *table, double fm_rate)
{
    double corner = table->filter == AUDIO_MODEL1 ? 3390 : table->filter == AUDIO_MODEL2 ? 3789 : 0;

    table->low_pass = corner > 0 ? (float)(1 - exponential(-2 * PI * corner / fm_rate)) : 1;
    table->fm_low_pass[0] = 1;
    if (table->filter == AUDIO_MODEL2) {
        double angle = PI * 6725 / fm_rate, k = sine(angle) / sine(angle + PI / 2); /* tangent */
        double norm = 1 / (1 + k * 1.41421356237309505 + k * k);

        table->fm_low_pass[0] = table->fm_low_pass[2] = (float)(k * k * norm);
        table->fm_low_pass[1] = (float)(2 * k * k * norm);
        table->fm_low_pass[3] = (float)(2 * (k * k - 1) * norm);
        table->fm_low_pass[4] = (float)((1 - k * 1.41421356237309505 + k * k) * norm);
    }
    table->high_pass = (float)exponential(-2 * PI * CAPACITOR_HZ / fm_rate);
}

int32_t audio_configure(audio_table *table, int64_t master_clock, int32_t rate, int32_t filter, int32_t psg_level)
{
    if (master_clock < 10000000 || master_clock > 100000000 || rate < 8000 || rate > 192000 || filter < AUDIO_RAW ||
        filter > AUDIO_MODEL2 || psg_level < 0 || psg_level > 4000)
        return -1;
    memset(table, 0, offsetof(audio_table, kernel));
    table->master_clock = master_clock;
    table->rate = rate;
    table->filter = filter;
    table->psg_level = psg_level;
    table->fm_gain = (float)OUTPUT_GAIN;
    table->psg_gain = (float)(OUTPUT_GAIN * FM_SWING / PSG_SWING * psg_level / 1000);

    double fm_rate = (double)master_clock / FM_MCLK;
    int32_t narrow = rate < FULL_RATE ? rate : FULL_RATE;
    table->taps = (FULL_TAPS * FULL_RATE / narrow + 7) / 8 * 8;
    table->phases = MAX_TAPS_OF_ROWS / table->taps - 1;
    if (table->phases > MAX_PHASES)
        table->phases = MAX_PHASES;

    double width = transition(STOP_BAND_DB, table->taps) * fm_rate, pass = (rate - width) / 2;
    if (pass > PASS_BAND)
        pass = PASS_BAND;
    table->pass_band = (float)pass;
    table->stop_band = (float)(pass + width);
    double cutoff = (pass + width / 2) / fm_rate;
    float here[MAX_TAPS], next[MAX_TAPS], *to = table->kernel;
    make_float_row(here, table, cutoff, 0);
    for (int phase = 0; phase < table->phases; phase++) {
        make_float_row(next, table, cutoff, phase + 1);
        for (int tap = 0; tap < table->taps; tap += 8, to += 16)
            for (int k = 0; k < 8; k++) {
                to[k] = here[tap + k];
                to[8 + k] = next[tap + k] - here[tap + k];
            }
        memcpy(here, next, sizeof here);
    }
    make_steps(table->psg_steps);
    make_filter(table, fm_rate);
    return 0;
}
