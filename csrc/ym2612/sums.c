/* sums.c - operators to channel sums, sums to the output pins, over a stretch of samples. */
#include "block.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static inline int16_t clamped(int value)
{
    int16_t v = (int16_t)value;

    v = v < 255 ? v : 255;
    return v > -256 ? v : -256;
}

#define TEMPLATE "sums_template.h"
#include "twice.h"

void ym2612_take_carrier(int16_t *sum, const int16_t *out, uint32_t samples)
{
    CALL(take_carrier, sum, out, samples);
}

void ym2612_add_carrier(int16_t *sum, const int16_t *out, uint32_t samples)
{
    CALL(add_carrier, sum, out, samples);
}

void ym2612_mix_channel(int16_t *side, const int16_t *sum, uint32_t samples, int integrated, int on)
{
    CALL(mix_channel, side, sum, samples, integrated, on);
}

void ym2612_pair(int16_t *restrict out, const int16_t *restrict both, const int16_t *restrict left, const int16_t *restrict right,
                 uint32_t samples)
{
    uint32_t i = 0;

#if defined(__SSE2__)
    for (; i + 8 <= samples; i += 8) {
        __m128i l = _mm_loadu_si128((const __m128i *)(const void *)(both + i)), r = l, *to = (__m128i *)(void *)(out + 2 * i);

        if (left) {
            l = _mm_add_epi16(l, _mm_loadu_si128((const __m128i *)(const void *)(left + i)));
            r = _mm_add_epi16(r, _mm_loadu_si128((const __m128i *)(const void *)(right + i)));
        }
        _mm_storeu_si128(to, _mm_unpacklo_epi16(l, r));
        _mm_storeu_si128(to + 1, _mm_unpackhi_epi16(l, r));
    }
#endif
    for (; i < samples; i++) {
        out[2 * i] = (int16_t)(both[i] + (left ? left[i] : 0));
        out[2 * i + 1] = (int16_t)(both[i] + (left ? right[i] : 0));
    }
}
