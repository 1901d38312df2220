/* twice.h - the functions of TEMPLATE, for every processor and for one with AVX2; CALL takes the one or the other. */
#define TARGET
#define NAME(name) name##_plain
#include TEMPLATE
#ifdef YM2612_HAS_WIDE
#undef TARGET
#undef NAME
#define WIDE
#define TARGET YM2612_HAS_WIDE
#define NAME(name) name##_wide
#include TEMPLATE
#define CALL(name, ...) (ym2612_is_wide() ? name##_wide(__VA_ARGS__) : name##_plain(__VA_ARGS__))
#else
#define CALL(name, ...) name##_plain(__VA_ARGS__)
#endif
