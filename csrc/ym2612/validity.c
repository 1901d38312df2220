/* validity.c - is a state one that the chip can be in? */
#include "internal.h"

static int all32(const uint32_t *value, int count, uint32_t most)
{
    while (count-- > 0)
        if (*value++ > most)
            return 0;
    return 1;
}

static int all16(const uint16_t *value, int count, uint16_t most)
{
    while (count-- > 0)
        if (*value++ > most)
            return 0;
    return 1;
}

static int all8(const uint8_t *value, int count, uint8_t most)
{
    while (count-- > 0)
        if (*value++ > most)
            return 0;
    return 1;
}

static int between(const int16_t *value, int count, int least, int most)
{
    for (; count-- > 0; value++)
        if (*value < least || *value > most)
            return 0;
    return 1;
}

/* What the scan has in hand. */
static int is_pipeline_valid(const ym2612 *ym)
{
    /* modulation: half the sum of two outputs of 14 bits, or their sum shifted by 3 to 9 */
    return all32(ym->phase, 24, 0xFFFFF) && all32(ym->phase_step, 24, 0xFFFFF) && all16(ym->level, 24, 1023)
        && all16(ym->attenuation, 24, 1023) && between(ym->output, 24, -8192, 8191) && between(ym->modulation, 24, -8192, 8191)
        && between(ym->s1_before, 6, -8192, 8191) && between(ym->accumulator, 6, -256, 255)
        && between(ym->channel_output, 6, -256, 255) && between(&ym->shown, 2, -256, 255)
        && between(ym->sum, 2, -24 * 3 * 256, 24 * 3 * 256) && ym->picked_fnum <= 2047 && ym->picked_block <= 7
        && ym->picked_key_code <= 31 && ym->waiting_level <= 1023 && ym->waiting_am <= 126 && ym->waiting_total_level <= 127
        && ym->shown_pan <= 3 && ym->test_phase <= 1023 && ym->test_attenuation <= 1023 && ym->cycle <= 23;
}

static int are_registers_valid(const ym2612 *ym)
{
    return all8(ym->detune, 24, 7) && all8(ym->multiple, 24, 15) && all8(ym->total_level, 24, 127) && all8(ym->key_scale, 24, 3)
        && all8(ym->attack_rate, 24, 31) && all8(ym->am_enable, 24, 1) && all8(ym->decay_rate, 24, 31)
        && all8(ym->sustain_rate, 24, 31) && all8(ym->sustain_level, 24, 15) && all8(ym->release_rate, 24, 15)
        && all8(ym->ssg, 24, 15) && all16(ym->fnum, 6, 2047) && all8(ym->block, 6, 7) && all8(ym->key_code, 6, 31)
        && all16(ym->fnum3, 3, 2047) && all8(ym->block3, 3, 7) && all8(ym->key_code3, 3, 31) && all8(ym->algorithm, 6, 7)
        && all8(ym->feedback, 6, 7) && all8(ym->pan, 6, 3) && all8(ym->ams, 6, 3) && all8(ym->pms, 6, 7)
        && all8(ym->fnum_latch, 2, 63) && ym->dac <= 511 && ym->dac_enable <= 1 && ym->channel3_mode <= 3
        && (ym->key_channel <= 5 || ym->key_channel == 255) && ym->key_operators <= 15 && all8(ym->key_register, 24, 1);
}

static int is_bus_valid(const ym2612 *ym)
{
    return ym->bus <= 511 && ym->address <= 511 && ym->mode_address <= 511 && ym->address_strobe <= 3 && ym->data_strobe <= 3
        && ym->fm_address <= 1 && ym->fm_data <= 1 && ym->store_left <= 12 && ym->busy <= 1 && ym->busy_left <= 32
        && ym->integrated <= 1 && ym->clock >= 0 && ym->clock < INT64_MAX / 2 && ym->status_until <= ym->clock + 40000000;
}

static int are_envelopes_valid(const ym2612 *ym)
{
    return all8(ym->eg_state, 24, 3) && all8(ym->key, 24, 1) && all8(ym->key_latch, 24, 1) && all8(ym->ssg_direction, 24, 1)
        && all8(ym->phase_reset, 24, 1) && all8(ym->eg_step, 24, 4) && ym->eg_timer <= 4095 && ym->eg_divider <= 2
        && ym->eg_carry <= 1 && ym->eg_lock <= 12 && ym->eg_low <= 3;
}

static int are_counters_valid(const ym2612 *ym)
{
    return (ym->lfo_mask == 0 || ym->lfo_mask == 127) && ym->lfo_rate <= 7 && ym->lfo_count <= 127 && ym->lfo_pm <= 31
        && ym->lfo_am <= 126 && ym->lfo_changed <= 1 && ym->csm_key <= 1 && ym->timer_period[0] <= 1023 && ym->timer_period[1] <= 255
        && ym->timer_count[0] <= 1023 && ym->timer_count[1] <= 255 && all8(ym->timer_load, 2, 1) && all8(ym->timer_running, 2, 1)
        && all8(ym->timer_enable, 2, 1) && all8(ym->timer_clear, 2, 1) && all8(ym->timer_reload, 2, 1)
        && all8(ym->timer_overflow, 2, 1) && all8(ym->timer_flag, 2, 1) && ym->timer_prescaler <= 15;
}

int ym2612_valid(const ym2612 *ym)
{
    uint32_t left = 0;
    uint32_t i;

    for (i = 0; i < sizeof ym->reserved_end; i++)
        left |= ym->reserved_end[i];
    return left == 0 && is_pipeline_valid(ym) && are_registers_valid(ym) && is_bus_valid(ym) && are_envelopes_valid(ym)
        && are_counters_valid(ym);
}
