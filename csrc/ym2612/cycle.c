/* cycle.c - one internal cycle. */
#include "envelope.h"
#include "phase.h"

/* Modulation of a slot's next output.  Outputs of the operators that are scanned before it are of this sample, others of the
 * last one.  S2 always shows its previous output here: it is made after S3 and S4 have gathered theirs. */
static int32_t modulation(const ym2612 *ym, uint32_t slot)
{
    uint32_t channel = slot % 6;
    uint32_t algorithm = ym->algorithm[channel];
    int32_t s1 = ym->output[channel], s3 = ym->output[channel + 6], s2 = ym->output[channel + 12];

    switch (slot / 6) {
    case 0: /* S1: feedback from its last two outputs */
        return ym->feedback[channel] ? (s1 + ym->s1_before[channel]) >> (10 - ym->feedback[channel]) : 0;
    case 1: /* S3 */
        switch (algorithm) {
        case 0: case 2: return s2 >> 1;
        case 1: return (s1 + s2) >> 1;
        case 5: return s1 >> 1;
        default: return 0;
        }
    case 2: /* S2 */
        return algorithm == 0 || (algorithm >= 3 && algorithm <= 6) ? s1 >> 1 : 0;
    default: /* S4 */
        switch (algorithm) {
        case 0: case 1: case 4: return s3 >> 1;
        case 2: return (s1 + s3) >> 1;
        case 3: return (s2 + s3) >> 1;
        case 5: return s1 >> 1;
        default: return 0;
        }
    }
}

static void step_operator(ym2612 *ym, uint32_t slot)
{
    uint32_t phase = (ym->phase[slot] >> 10) + (uint32_t)ym->modulation[slot];
    int32_t out = operator_output(phase, ym->attenuation[slot]);

    if (ym->test_21 & 0x10) { /* bit 13 of the magnitude inverted */
        int32_t magnitude = (out < 0 ? -out : out) ^ 0x2000;
        out = (phase & 0x200 ? -magnitude : magnitude) & 0x3FFF;
        out -= out & 0x2000 ? 0x4000 : 0;
    }
    if (slot < 6)
        ym->s1_before[slot] = ym->output[slot];
    ym->output[slot] = (int16_t)out;
    if (ym->phase_reset[slot])
        ym->phase[slot] = 0;
    else
        ym->phase[slot] = ((ym->test_21 & 8 ? 0 : ym->phase[slot]) + ym->phase_step[slot]) & 0xFFFFF;
}

/* The sum of a channel is started by its S1 and finished by its S4.  $2C bit 5 makes all of them count instead. */
static void accumulate(ym2612 *ym, uint32_t slot)
{
    static const uint8_t first_carrier[8] = {3, 3, 3, 3, 2, 1, 1, 0}; /* group */
    uint32_t channel = slot % 6;
    uint32_t group = slot / 6;
    int test = ym->test_2c & 0x20;
    int32_t sum = ym->accumulator[channel];
    int32_t add = test ? 1 : 0;

    if (group == 0 || test)
        ym->channel_output[channel] = (int16_t)sum;
    if (!test) {
        if (group == 0)
            sum = 0;
        /* the groups are in the order S1, S3, S2, S4; algorithm 4 leaves S3 out */
        if (group >= first_carrier[ym->algorithm[channel]])
            add = ym->output[slot] >> 5;
    }
    ym->accumulator[channel] = (int16_t)clamp9(sum + add);
}

/* The pins show each channel for four cycles.  A YM3438 is silent in the first of them.  A YM2612 shows the channel in the last and a
 * step of its sign in the others, and makes 0 positive: the ladder effect. */
static void show(ym2612 *ym, uint32_t cycle)
{
    static const uint8_t order[6] = {1, 5, 3, 0, 4, 2};
    int test = ym->test_2c & 0x20;
    int32_t value, own, other;

    ym->shown_before = ym->shown;
    if ((cycle & 3) == 0) {
        uint32_t channel = order[cycle >> 2];
        if (!test)
            ym->shown = ym->channel_output[channel];
        ym->shown_pan = ym->pan[channel];
    }
    value = ym->shown;
    if (test || (cycle >> 2 == 1 && ym->dac_enable))
        value = ym->dac >= 256 ? ym->dac - 512 : ym->dac;
    if (ym->integrated) {
        own = test || (cycle & 3) != 0 ? value : 0;
        other = 0;
    } else {
        other = value < 0 ? -3 : 3;
        own = test || (cycle & 3) == 3 ? 3 * (value < 0 ? value : value + 1) : other;
    }
    ym->sum[0] = (int16_t)(ym->sum[0] + (ym->shown_pan & 2 ? own : other));
    ym->sum[1] = (int16_t)(ym->sum[1] + (ym->shown_pan & 1 ? own : other));
}

static void finish_attenuation(ym2612 *ym, uint32_t slot)
{
    uint32_t attenuation = (ym->test_21 & 0x20 ? 0 : ym->waiting_level) + (uint32_t)ym->waiting_am;

    if (!(ym->channel3_mode == 2 && slot % 6 == 2)) /* CSM puts the total level into the envelope */
        attenuation += (uint32_t)ym->waiting_total_level << 3;
    ym->attenuation[slot] = (uint16_t)limit_attenuation(attenuation);
}

static void step_slot(ym2612 *ym, uint32_t slot)
{
    ym2612_clocks clocks = {ym->eg_divider == 2, ym->eg_lock, ym->eg_low, ym->lfo_pm, ym->lfo_am};
    ym2612_pitch pitch = {ym->picked_fnum, ym->picked_block, ym->picked_key_code};
    ym2612_loudness shown;
    int csm = slot % 6 == 2 && ym->csm_key;

    ym->phase_step[slot] = phase_step(ym, slot, &pitch, ym->lfo_pm);
    shown = envelope_step(ym, slot, &clocks, pitch.key_code, csm);
    ym->waiting_level = (uint16_t)shown.level;
    ym->waiting_am = (uint8_t)shown.am;
    ym->waiting_total_level = ym->total_level[slot];
}

static void latch_key(ym2612 *ym, uint32_t slot)
{
    ym->key_latch[slot] = ym->key_register[slot] | (slot % 6 == 2 ? ym->csm_key : 0);
    if (slot == ym->key_channel) {
        ym->key_register[slot] = ym->key_operators & 1;
        ym->key_register[slot + 12] = ym->key_operators >> 1 & 1;
        ym->key_register[slot + 6] = ym->key_operators >> 2 & 1;
        ym->key_register[slot + 18] = ym->key_operators >> 3 & 1;
    }
}

int ym2612_cycle(ym2612 *ym, int16_t *out)
{
    uint32_t cycle = ym->cycle;
    uint32_t seen;

    if (cycle == 0)
        ym2612_latch_lfo(ym);
    ym2612_step_eg_timer(ym, cycle);
    if (cycle == 2) {
        ym->test_phase = ym->phase[21] & 1023;
        ym->test_attenuation = ym->attenuation[0];
    }
    seen = ym2612_sample_bus(ym);
    ym2612_step_timers(ym, cycle);
    latch_key(ym, cycle);

    show(ym, cycle);
    accumulate(ym, (cycle + 18) % 24);
    ym->modulation[(cycle + 6) % 24] = (int16_t)modulation(ym, (cycle + 6) % 24);
    step_operator(ym, (cycle + 19) % 24);
    finish_attenuation(ym, (cycle + 23) % 24);
    step_slot(ym, cycle);
    ym2612_pick_pitch(ym, (cycle + 1) % 24);
    ym2612_step_lfo(ym, cycle == 23 || (ym->test_21 & 2));
    ym2612_store_registers(ym, cycle, seen);

    if (ym->status_life)
        ym->status_life--;
    ym->clock++;
    ym->cycle = (uint8_t)(cycle == 23 ? 0 : cycle + 1);
    if (cycle != 23)
        return 0;
    if (out) {
        out[0] = ym->sum[0];
        out[1] = ym->sum[1];
    }
    ym->sum[0] = ym->sum[1] = 0;
    return 1;
}
