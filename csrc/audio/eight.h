/* eight.h - eight numbers at a time, in vector registers where the compiler has them; the result is the same to the last bit.
 *
 * Included before a template, once for every machine and, with WIDE defined, once for those that have registers of eight.
 */
#undef eight
#undef EIGHT_NAME
#undef EIGHT_TARGET
#undef EIGHT_LOAD
#undef EIGHT_STORE
#undef EIGHT_ALL
#undef EIGHT_ADD_PRODUCT
#undef EIGHT_ON_WAY

#if defined(WIDE)
typedef float eight_wide __attribute__((vector_size(32)));
#define eight eight_wide
#define EIGHT_NAME(name) name##_wide
#define EIGHT_TARGET __attribute__((target("avx2")))
#define EIGHT_ALL(to, value) ((to) = (eight){0} + (value))
#define EIGHT_ADD_PRODUCT(sum, a, b) ((sum) += (a) * (b))
#define EIGHT_ON_WAY(a, way, weight) ((a) = (a) + (weight) * (way))
#elif defined(__GNUC__)
typedef float eight_half __attribute__((vector_size(16)));
typedef struct eight_pair {
    eight_half low, high;
} eight_pair;
#define eight eight_pair
#define EIGHT_NAME(name) name##_plain
#define EIGHT_TARGET
#define EIGHT_ALL(to, value) ((to).low = (to).high = (eight_half){0} + (value))
#define EIGHT_ADD_PRODUCT(sum, a, b) ((sum).low += (a).low * (b).low, (sum).high += (a).high * (b).high)
#define EIGHT_ON_WAY(a, way, weight) \
    ((a).low = (a).low + (weight) * (way).low, (a).high = (a).high + (weight) * (way).high)
#else
typedef struct eight_array {
    float at[8];
} eight_array;
#define eight eight_array
#define EIGHT_NAME(name) name##_plain
#define EIGHT_TARGET
#define EIGHT_ALL(to, value) do { for (int k_ = 0; k_ < 8; k_++) (to).at[k_] = (value); } while (0)
#define EIGHT_ADD_PRODUCT(sum, a, b) \
    do { for (int k_ = 0; k_ < 8; k_++) (sum).at[k_] = (sum).at[k_] + (a).at[k_] * (b).at[k_]; } while (0)
#define EIGHT_ON_WAY(a, way, weight) \
    do { for (int k_ = 0; k_ < 8; k_++) (a).at[k_] = (a).at[k_] + (weight) * (way).at[k_]; } while (0)
#endif
#if defined(__GNUC__) && !defined(WIDE)
#define EIGHT_LOAD(to, from) \
    (memcpy(&(to).low, from, sizeof(eight_half)), memcpy(&(to).high, (from) + 4, sizeof(eight_half)))
#define EIGHT_STORE(to, from) \
    (memcpy(to, &(from).low, sizeof(eight_half)), memcpy((to) + 4, &(from).high, sizeof(eight_half)))
#else
#define EIGHT_LOAD(to, from) memcpy(&(to), from, sizeof(eight))
#define EIGHT_STORE(to, from) memcpy(to, &(from), sizeof(eight))
#endif
