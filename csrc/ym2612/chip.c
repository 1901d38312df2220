/* chip.c - reset and run of the YM2612. */
#include <stddef.h>
#include "internal.h"

_Static_assert(sizeof(ym2612) == offsetof(ym2612, reserved_end) + sizeof(((ym2612 *)0)->reserved_end), "no hidden padding");

void ym2612_reset(ym2612 *ym, int integrated)
{
    int64_t clock = ym->clock;
    int i;

    memset(ym, 0, sizeof *ym);
    ym->clock = clock;
    ym->integrated = integrated != 0;
    ym->waiting_level = 1023;
    for (i = 0; i < 24; i++) {
        ym->level[i] = 1023;
        ym->attenuation[i] = 1023;
        ym->eg_state[i] = RELEASE;
    }
    for (i = 0; i < 6; i++)
        ym->pan[i] = 3;
}

int64_t ym2612_run(ym2612 *ym, int64_t cycles, int16_t *out)
{
    return ym2612_run_writes(ym, NULL, 0, cycles, out);
}

void ym2612_render(ym2612 *ym, const uint32_t *writes, int64_t count, int64_t samples, int16_t *out)
{
    ym2612_run_writes(ym, writes, count, 24 * samples, out);
}
