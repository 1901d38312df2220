/* cycle.c - single internal cycles. */
#include "envelope.h"
#include "phase.h"

/* The slots that a cycle has to do with, beside slot `cycle` itself. */
typedef struct ym2612_scan {
    uint8_t added;              /* slot - 6: its output goes to the channel */
    uint8_t modulated;          /* slot + 6: its modulation is gathered */
    uint8_t operated;           /* slot - 5: its output is made */
    uint8_t finished;           /* slot - 1: its attenuation is finished */
    uint8_t next;               /* slot + 1: its frequency is fetched */
    uint8_t channel;
    uint8_t group;
    uint8_t shown;              /* channel whose turn on the pins it is: 2, 6, 4, 1, 5, 3 */
} ym2612_scan;

#define SCAN(c, channel, group, shown) {(c + 18) % 24, (c + 6) % 24, (c + 19) % 24, (c + 23) % 24, (c + 1) % 24, channel, group, shown}
static const ym2612_scan scan_of[24] = {
    SCAN(0, 0, 0, 1),  SCAN(1, 1, 0, 1),  SCAN(2, 2, 0, 1),  SCAN(3, 3, 0, 1),  SCAN(4, 4, 0, 5),  SCAN(5, 5, 0, 5),
    SCAN(6, 0, 1, 5),  SCAN(7, 1, 1, 5),  SCAN(8, 2, 1, 3),  SCAN(9, 3, 1, 3),  SCAN(10, 4, 1, 3), SCAN(11, 5, 1, 3),
    SCAN(12, 0, 2, 0), SCAN(13, 1, 2, 0), SCAN(14, 2, 2, 0), SCAN(15, 3, 2, 0), SCAN(16, 4, 2, 4), SCAN(17, 5, 2, 4),
    SCAN(18, 0, 3, 4), SCAN(19, 1, 3, 4), SCAN(20, 2, 3, 2), SCAN(21, 3, 3, 2), SCAN(22, 4, 3, 2), SCAN(23, 5, 3, 2),
};

/* Which operators modulate another, by group and algorithm: 1 is S1, 2 is S3, 4 is S2.  Outputs of the operators that are scanned
 * before it are of this sample, others of the last one; S2 is always one sample old, as it is made after S3 and S4 have gathered
 * theirs.  The row of S1 is its own: feedback. */
static const uint8_t modulators[4][8] = {
    {1, 1, 1, 1, 1, 1, 1, 1}, {4, 5, 4, 0, 0, 1, 0, 0}, {1, 0, 0, 1, 1, 1, 1, 0}, {2, 2, 3, 6, 2, 1, 0, 0},
};

/* The first group that goes to the channel, by algorithm: those after it do as well. */
static const uint8_t first_carrier[8] = {3, 3, 3, 3, 2, 1, 1, 0};

static int32_t modulation(const ym2612 *ym, uint32_t channel, uint32_t group)
{
    uint32_t by = modulators[group][ym->algorithm[channel]];
    int32_t s1 = ym->output[channel], s3 = ym->output[channel + 6], s2 = ym->output[channel + 12];

    if (group == 0)
        return ym->feedback[channel] ? (s1 + ym->s1_before[channel]) >> (10 - ym->feedback[channel]) : 0;
    return ((s1 & -(int32_t)(by & 1)) + (s3 & -(int32_t)(by >> 1 & 1)) + (s2 & -(int32_t)(by >> 2 & 1))) >> 1;
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
static void accumulate(ym2612 *ym, uint32_t slot, uint32_t channel)
{
    int32_t sum = ym->accumulator[channel];

    if (ym->test_2c & 0x20) {
        ym->channel_output[channel] = (int16_t)sum;
        ym->accumulator[channel] = (int16_t)clamp9(sum + 1);
        return;
    }
    if (slot < 6) {
        ym->channel_output[channel] = (int16_t)sum;
        sum = 0;
    }
    if (slot >= 6u * first_carrier[ym->algorithm[channel]])
        sum = clamp9(sum + (ym->output[slot] >> 5));
    ym->accumulator[channel] = (int16_t)sum;
}

/* The pins show each channel for four cycles.  A YM3438 is silent in the first of them.  A YM2612 shows the channel in the last and a
 * step of its sign in the others, and makes 0 positive: the ladder effect. */
static void show(ym2612 *ym, uint32_t cycle, uint32_t channel)
{
    int test = ym->test_2c & 0x20;
    int32_t value, own, other;

    ym->shown_before = ym->shown;
    if ((cycle & 3) == 0) {
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

static void step_slot(ym2612 *ym, uint32_t slot, uint32_t channel)
{
    ym2612_clocks clocks = {ym->eg_divider == 2, ym->eg_lock, ym->eg_low, ym->lfo_pm, ym->lfo_am};
    ym2612_pitch pitch = {ym->picked_fnum, ym->picked_block, ym->picked_key_code};
    ym2612_loudness shown;

    ym->phase_step[slot] = phase_step(ym, slot, ym->pms[channel], &pitch, ym->lfo_pm);
    shown = envelope_step(ym, slot, ym->ams[channel], &clocks, pitch.key_code, channel == 2 && ym->csm_key);
    ym->waiting_level = (uint16_t)shown.level;
    ym->waiting_am = (uint8_t)shown.am;
    ym->waiting_total_level = ym->total_level[slot];
}

/* Fetch the frequency for the step of a slot, in the cycle before it. */
static void pick_pitch(ym2612 *ym, uint32_t slot, uint32_t channel)
{
    if (channel == 2 && slot < 18 && ym->channel3_mode) {
        uint32_t i = slot == 14 ? 2 : slot == 2; /* S1: 1, S3: 0, S2: 2 */

        ym->picked_fnum = ym->fnum3[i];
        ym->picked_block = ym->block3[i];
        ym->picked_key_code = ym->key_code3[i];
    } else {
        ym->picked_fnum = ym->fnum[channel];
        ym->picked_block = ym->block[channel];
        ym->picked_key_code = ym->key_code[channel];
    }
}

static void latch_key(ym2612 *ym, uint32_t slot, uint32_t channel)
{
    ym->key_latch[slot] = ym->key_register[slot] | (channel == 2 ? ym->csm_key : 0);
    if (slot == ym->key_channel) {
        ym->key_register[slot] = ym->key_operators & 1;
        ym->key_register[slot + 12] = ym->key_operators >> 1 & 1;
        ym->key_register[slot + 6] = ym->key_operators >> 2 & 1;
        ym->key_register[slot + 18] = ym->key_operators >> 3 & 1;
    }
}

static void one_cycle(ym2612 *ym, uint32_t cycle)
{
    const ym2612_scan *scan = scan_of + cycle;
    uint32_t seen = 0;

    if (cycle == 0)
        ym2612_latch_lfo(ym);
    if (cycle == 0 || cycle == 13 || ym->test_21)
        ym2612_step_eg_timer(ym, cycle);
    if (cycle == 2) {
        ym->test_phase = ym->phase[21] & 1023;
        ym->test_attenuation = ym->attenuation[0];
    }
    if (ym->address_strobe | ym->data_strobe | ym->busy | ym->busy_left)
        seen = ym2612_sample_bus(ym);
    if (cycle == 1 || cycle == 2 || !are_timers_counting(ym))
        ym2612_step_timers(ym, cycle);
    latch_key(ym, cycle, scan->channel);

    show(ym, cycle, scan->shown);
    accumulate(ym, scan->added, scan->channel);
    ym->modulation[scan->modulated] = (int16_t)modulation(ym, scan->channel, scan->group == 3 ? 0 : scan->group + 1u);
    step_operator(ym, scan->operated);
    finish_attenuation(ym, scan->finished);
    step_slot(ym, cycle, scan->channel);
    pick_pitch(ym, scan->next, scan->channel == 5 ? 0 : scan->channel + 1u);
    if (cycle == 0 || cycle == 23 || ym->lfo_changed || ym->test_21)
        ym2612_step_lfo(ym, cycle == 23 || (ym->test_21 & 2));
    if (is_storing(ym, seen))
        ym2612_store_registers(ym, cycle, seen);
}

int64_t ym2612_cycles(ym2612 *ym, int64_t cycles, int16_t *out)
{
    uint32_t cycle = ym->cycle;
    int64_t samples = 0;

    ym->clock += cycles;
    for (; cycles > 0; cycles--) {
        one_cycle(ym, cycle);
        if (++cycle == 24) {
            cycle = 0;
            if (out) {
                out[2 * samples] = ym->sum[0];
                out[2 * samples + 1] = ym->sum[1];
            }
            ym->sum[0] = ym->sum[1] = 0;
            samples++;
        }
    }
    ym->cycle = (uint8_t)cycle;
    return samples;
}
