/* wide.h - vectors of 16 bytes, which every x86-64 has, and of 32 on a processor that has them.
 *
 * A function marked DRAW_AVX2 may use the latter; it is called only if draw_has_avx2() says so.  Elsewhere neither is defined
 * and plain C does the same. */
#ifndef MEGADRIVE_VDP_WIDE_H
#define MEGADRIVE_VDP_WIDE_H

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__)) && !defined(MEGADRIVE_NARROW)
#include <immintrin.h>
#define DRAW_AVX2 __attribute__((target("avx2")))
static inline int draw_has_avx2(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}
#endif

#endif
