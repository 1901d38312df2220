/* psg.c - the SN76489 as it is built into the VDP: three square waves, a noise shift register, four attenuators.
 *
 * Bytes to the write port:
 *   1 cc t dddd   latch channel cc; t = 1 its attenuation, t = 0 its period (tone) or its control (noise); low 4 bits
 *   0 x dddddd    more for the latched register: bits 9-4 of a period, else the low bits once again
 *
 * A channel toggles when its counter has reached the period, then every `period` ticks, so that any number of ticks
 * is run in closed form, and a level is written once per half wave.
 */
#include "core.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define NOISE 3
#define LFSR_START 0x8000
#define WHITE_LENGTH 57337 /* shifts after which white noise repeats, whatever the register held: 7 * 8191 */
#define LATCH_START 3 /* attenuation of tone 2: 315-5313A and 315-5660, measured by Eke */

/* 8191 * 10^(-a / 10): steps of 2 dB, the last one silence (SN76489AN data sheet). */
static const int16_t volumes[16] = {8191, 6506, 5168, 4105, 3261, 2590, 2057, 1634,
                                    1298, 1031, 819,  651,  517,  411,  326,  0};

/* When a square wave toggles: at the tick `first` (counted from 1), then every `period` ticks. */
typedef struct wave {
    int64_t first, period;
} wave;

static wave wave_of(const psg *chip, int channel)
{
    wave w;
    if (channel < NOISE)
        w.period = chip->period[channel];
    else
        w.period = (chip->noise & 3) == 3 ? 0 : 0x10 << (chip->noise & 3);
    if (w.period == 0)
        w.period = 1;
    w.first = w.period - chip->counter[channel] + 1;
    if (w.first < 1)
        w.first = 1;
    return w;
}

static int64_t toggles(wave w, int64_t ticks)
{
    return ticks < w.first ? 0 : 1 + (ticks - w.first) / w.period;
}

static void advance_wave(psg *chip, int channel, int64_t ticks)
{
    wave w = wave_of(chip, channel);
    int64_t count = toggles(w, ticks);
    if (count)
        chip->counter[channel] = (uint16_t)(1 + (ticks - w.first) % w.period);
    else
        chip->counter[channel] = (uint16_t)(chip->counter[channel] + ticks);
    chip->output[channel] = (uint8_t)((chip->output[channel] ^ count) & 1);
}

static void add(int16_t *out, int64_t from, int64_t to, int16_t volume)
{
    for (int64_t tick = from; tick < to; tick++)
        out[tick] = (int16_t)(out[tick] + volume);
}

static void draw_tone(const psg *chip, int channel, int64_t ticks, int16_t *out)
{
    int16_t volume = volumes[chip->attenuation[channel] & 15];
    wave w = wave_of(chip, channel);
    int high = chip->output[channel] & 1;
    int64_t from = 0, to = w.first - 1;
    if (!volume)
        return;
    for (;;) {
        if (to > ticks)
            to = ticks;
        if (high)
            add(out, from, to, volume);
        if (to == ticks)
            return;
        high = !high;
        from = to;
        to += w.period;
    }
}

/* Shift the noise register `count` times.  White noise feeds bits 0 and 3 back, so that 13 shifts can be made at once. */
static void shift(psg *chip, int64_t count)
{
    uint32_t bits = chip->lfsr;
    if (chip->noise & 4) {
        count %= WHITE_LENGTH;
        for (; count >= 13; count -= 13)
            bits = bits >> 13 | ((bits ^ bits >> 3) & 0x1FFF) << 3;
        for (; count > 0; count--)
            bits = bits >> 1 | ((bits ^ bits >> 3) & 1) << 15;
    } else {
        count &= 15;
        bits = (bits >> count | bits << (16 - count)) & 0xFFFF;
    }
    chip->lfsr = (uint16_t)bits;
}

/* `bits` after eight shifts. */
static inline uint32_t shifted_by_eight(uint32_t bits, uint32_t white)
{
    uint32_t back = white ? bits >> 3 : 0;
    return bits >> 8 | ((bits ^ back) & 0xFF) << 8;
}

#if defined(__SSE2__)

/* Eight bits, each for two ticks. */
static inline void add_eight_bits(int16_t *out, uint32_t bits, int16_t volume)
{
    const __m128i places = _mm_set_epi16(128, 64, 32, 16, 8, 4, 2, 1);
    __m128i set = _mm_cmpeq_epi16(_mm_and_si128(_mm_set1_epi16((short)(bits & 0xFF)), places), places);
    __m128i levels = _mm_and_si128(set, _mm_set1_epi16(volume)), *to = (__m128i *)(void *)out;
    _mm_storeu_si128(to, _mm_add_epi16(_mm_loadu_si128(to), _mm_unpacklo_epi16(levels, levels)));
    _mm_storeu_si128(to + 1, _mm_add_epi16(_mm_loadu_si128(to + 1), _mm_unpackhi_epi16(levels, levels)));
}

#else

static inline void add_eight_bits(int16_t *out, uint32_t bits, int16_t volume)
{
    for (int i = 0; i < 16; i++)
        out[i] = (int16_t)(out[i] + (volume & -(int32_t)(bits >> (i >> 1) & 1)));
}

#endif

/* The register shifts when the square wave of its source rises. */
static void run_noise(psg *chip, int64_t ticks, int16_t *out)
{
    int source = (chip->noise & 3) == 3 ? NOISE - 1 : NOISE;
    wave w = wave_of(chip, source);
    int high = chip->output[source] & 1;
    int16_t volume = volumes[chip->attenuation[NOISE] & 15];
    if (!out || !volume) {
        shift(chip, (toggles(w, ticks) + !high) / 2);
        return;
    }
    int64_t from = 0, to = (high ? w.first + w.period : w.first) - 1;
    uint32_t bits = chip->lfsr, white = chip->noise >> 2 & 1;
    while (to < ticks) {
        if (w.period == 1 && to - from == 2 && to + 14 < ticks) {
            add_eight_bits(out + from, bits, volume);
            bits = shifted_by_eight(bits, white);
            from += 16;
            to += 16;
            continue;
        }
        int16_t level = (int16_t)(volume & -(int32_t)(bits & 1)); /* a bit that nobody can guess: no branch on it */
        add(out, from, to, level);
        bits = bits >> 1 | ((bits ^ (bits >> 3 & white)) & 1) << 15;
        from = to;
        to += 2 * w.period;
    }
    add(out, from, ticks, (int16_t)(volume & -(int32_t)(bits & 1)));
    chip->lfsr = (uint16_t)bits;
}

/* `stride` apart, each channel that is not muted adds its levels to what is in `out`. */
static void run(psg *chip, int64_t ticks, int16_t *out, int64_t stride, uint32_t muted)
{
    if (ticks <= 0)
        return;
    run_noise(chip, ticks, out && !(muted >> NOISE & 1) ? out + NOISE * stride : NULL);
    for (int channel = 0; channel < 4; channel++) {
        if (out && channel < NOISE && !(muted >> channel & 1))
            draw_tone(chip, channel, ticks, out + channel * stride);
        advance_wave(chip, channel, ticks);
    }
    chip->clock = (int64_t)((uint64_t)chip->clock + (uint64_t)ticks);
}

void psg_reset(psg *chip)
{
    memset(chip, 0, sizeof *chip);
    for (int channel = 0; channel < 4; channel++) {
        chip->attenuation[channel] = 15;
        chip->counter[channel] = 1;
    }
    chip->output[NOISE] = 1; /* the netlist (Nuked-PSG): its counter overflows once while reset is let go */
    chip->lfsr = LFSR_START;
    chip->latch = LATCH_START;
}

void psg_write(psg *chip, uint8_t value)
{
    if (value & 0x80)
        chip->latch = value >> 4 & 7;
    int channel = chip->latch >> 1 & 3;
    if (chip->latch & 1) {
        chip->attenuation[channel] = value & 15;
    } else if (channel == NOISE) {
        chip->noise = value & 7;
        chip->lfsr = LFSR_START;
    } else if (value & 0x80) {
        chip->period[channel] = (uint16_t)((chip->period[channel] & 0x3F0) | (value & 15));
    } else {
        chip->period[channel] = (uint16_t)((chip->period[channel] & 15) | (value & 63) << 4);
    }
}

void psg_run_muted(psg *chip, int64_t ticks, int16_t *out, uint32_t muted)
{
    if (out && ticks > 0)
        memset(out, 0, (size_t)ticks * sizeof *out);
    run(chip, ticks, out, 0, muted);
}

void psg_run(psg *chip, int64_t ticks, int16_t *out)
{
    psg_run_muted(chip, ticks, out, 0);
}

void psg_run_channels(psg *chip, int64_t ticks, int16_t *out)
{
    if (ticks > 0)
        memset(out, 0, (size_t)ticks * 4 * sizeof *out);
    run(chip, ticks, out, ticks, 0);
}

int32_t psg_channel_level(const psg *chip, int channel) { return volumes[chip->attenuation[channel & 3] & 15]; }

int32_t psg_level(const psg *chip)
{
    int32_t sum = chip->lfsr & 1 ? volumes[chip->attenuation[NOISE] & 15] : 0;
    for (int channel = 0; channel < NOISE; channel++)
        sum += chip->output[channel] & 1 ? volumes[chip->attenuation[channel] & 15] : 0;
    return sum;
}
