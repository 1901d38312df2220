/* changes.c - which sample of a block finds a written register changed, for each slot. */
#include "changes.h"

/* The first sample that reads it in its cycle `read` (-1: the one before its first) after the end of cycle `stored`. */
static uint32_t first_reader(int64_t stored, int32_t read)
{
    return (uint32_t)(stored - read + 24) / 24;
}

static void add_change(ym2612_log *log, uint32_t slot, uint32_t sample, uint32_t what, uint32_t value)
{
    uint32_t i = ++log->changes;
    ym2612_change *change = log->change + i;

    change->sample = sample;
    change->next = 0;
    change->value = (uint16_t)value;
    change->what = what;
    if (log->first[slot])
        log->change[log->last[slot]].next = (uint16_t)i;
    else
        log->first[slot] = (uint16_t)i;
    log->last[slot] = (uint16_t)i;
}

/* Turns are kept in the order of their samples. */
static void add_turn(ym2612_log *log, uint32_t sample, uint32_t channel, uint32_t what, uint32_t value)
{
    uint32_t i = log->turns++;

    for (; i && log->turn[i - 1].sample > sample; i--)
        log->turn[i] = log->turn[i - 1];
    log->turn[i].sample = sample;
    log->turn[i].channel = (uint8_t)channel;
    log->turn[i].what = (uint8_t)what;
    log->turn[i].value = (uint8_t)value;
    log->turn[i].reserved = 0;
}

void ym2612_start_log(ym2612_log *log, const ym2612 *ym)
{
    log->now = 0;
    ym2612_start_timers(&log->timers, 0, 0);
    log->key_since = 0;
    log->changes = log->turns = 0;
    memset(log->first, 0, sizeof log->first);
    memset(log->last, 0, sizeof log->last);
    memset(log->feedback_turns, 0, sizeof log->feedback_turns);
    log->depth_changes = 0;
    memset(log->known, 0, sizeof log->known);
    log->dac_level[0].cycle = 0;
    log->dac_level[0].level = dac_pins(ym);
    log->dac_levels = 1;
}

/* The scan takes in the key that was written last, if it comes to its channel before cycle `end`.  Comes before whatever else is
 * logged at that time, as the changes of a slot are kept in order. */
static void log_key(ym2612 *ym, ym2612_log *log, int64_t end)
{
    static const uint8_t operator_bit[4] = {0, 2, 1, 3}; /* S1, S3, S2, S4 */
    uint32_t channel = ym->key_channel, i;
    int64_t taken;

    if (log->key_since < 0 || channel > 5)
        return;
    taken = log->key_since + (channel + 24 - (uint32_t)log->key_since % 24) % 24;
    if (taken >= end)
        return;
    log->key_since = -1;
    for (i = 0; i < 4; i++) {
        uint32_t slot = channel + 6 * i;
        uint8_t key = ym->key_operators >> operator_bit[i] & 1;

        if (key != ym->key_register[slot]) {
            ym->key_register[slot] = key;
            add_change(log, slot, first_reader(taken, (int32_t)slot), CHANGE_KEY, key);
        }
    }
}

static uint8_t slot_register(const ym2612 *ym, uint32_t slot, uint32_t kind)
{
    switch (kind) {
    case 3: return (uint8_t)(ym->detune[slot] << 4 | ym->multiple[slot]);
    case 4: return ym->total_level[slot];
    case 5: return (uint8_t)(ym->key_scale[slot] << 6 | ym->attack_rate[slot]);
    case 6: return (uint8_t)(ym->am_enable[slot] << 7 | ym->decay_rate[slot]);
    case 7: return ym->sustain_rate[slot];
    case 8: return (uint8_t)(ym->sustain_level[slot] << 4 | ym->release_rate[slot]);
    default: return ym->ssg[slot];
    }
}

void ym2612_log_slot(ym2612 *ym, ym2612_log *log, uint32_t slot, int64_t at)
{
    static const uint8_t used[7] = {0x7F, 0x7F, 0xDF, 0x9F, 0x1F, 0xFF, 0x0F};
    uint32_t kind = ym->address >> 4 & 15;
    uint8_t value, *latest;

    if (kind < 3 || kind > 9)
        return;
    log_key(ym, log, at + 1);
    value = ym->data & used[kind - 3];
    latest = &log->latest[slot][kind - 3];
    if (!(log->known[slot] >> (kind - 3) & 1)) {
        log->known[slot] |= (uint8_t)(1 << (kind - 3));
        *latest = slot_register(ym, slot, kind);
    }
    if (*latest == value)
        return;
    *latest = value;
    add_change(log, slot, first_reader(at, (int32_t)slot), kind << 4, value);
}

static void log_pitch(ym2612_log *log, uint32_t slot, uint32_t fnum, uint32_t block, int64_t at)
{
    add_change(log, slot, first_reader(at, (int32_t)slot - 1), CHANGE_PITCH, fnum | block << 11);
}

/* Slot of channel 3 for fnum3[i]: S3, S1, S2. */
static const uint8_t slot_of_fnum3[3] = {8, 2, 14};

/* Each sample of a channel has four quarters, see block.c: data arrives at the end of the first cycle of one, and what
 * happens in it has happened by then. */
static void log_algorithm(ym2612_log *log, const ym2612 *ym, uint32_t channel, uint32_t algorithm, uint32_t feedback, int64_t at)
{
    uint32_t sample = (uint32_t)at / 24, quarter = (uint32_t)at % 24 / 6;

    if (algorithm != ym->algorithm[channel]) {
        if (quarter < 3)
            add_turn(log, sample, channel, TURN_ALGORITHM + quarter + 1, ym->algorithm[channel]);
        add_turn(log, sample + 1, channel, TURN_ALGORITHM, ym->algorithm[channel]);
    }
    if (feedback != ym->feedback[channel]) {
        add_turn(log, sample + (quarter == 3), channel, TURN_FEEDBACK, ym->feedback[channel]);
        log->feedback_turns[channel] = 1;
    }
}

void ym2612_log_channel(ym2612 *ym, ym2612_log *log, uint32_t channel, int64_t at)
{
    /* cycle from which on the pins show a channel, when its pan is taken */
    static const uint8_t shown_from[6] = {12, 0, 20, 8, 16, 4};
    uint32_t fnum = ym->fnum[channel], block = ym->block[channel], algorithm = ym->algorithm[channel], i;
    uint32_t feedback = ym->feedback[channel], pan = ym->pan[channel], ams = ym->ams[channel], pms = ym->pms[channel];

    log_key(ym, log, at + 1);
    switch (ym->address & 0xFC) {
    case 0xA0:
        ym2612_store_channel(ym, channel, ym->address, ym->data);
        if (fnum == ym->fnum[channel] && block == ym->block[channel])
            return;
        for (i = channel == 2 && ym->channel3_mode ? 18 : 0; i < 24; i += 6)
            log_pitch(log, i + channel, ym->fnum[channel], ym->block[channel], at);
        return;
    case 0xA8:
        if (channel > 2)
            return;
        fnum = ym->fnum3[channel];
        block = ym->block3[channel];
        ym2612_store_channel(ym, channel, ym->address, ym->data);
        if (ym->channel3_mode && (fnum != ym->fnum3[channel] || block != ym->block3[channel]))
            log_pitch(log, slot_of_fnum3[channel], ym->fnum3[channel], ym->block3[channel], at);
        return;
    case 0xB0:
        ym2612_store_channel(ym, channel, ym->address, ym->data);
        log_algorithm(log, ym, channel, algorithm, feedback, at);
        return;
    case 0xB4:
        ym2612_store_channel(ym, channel, ym->address, ym->data);
        if (pan != ym->pan[channel])
            add_turn(log, first_reader(at, shown_from[channel]), channel, TURN_PAN, ym->pan[channel]);
        if (ams == ym->ams[channel] && pms == ym->pms[channel])
            return;
        log->depth_changes = 1;
        for (i = channel; i < 24; i += 6)
            add_change(log, i, first_reader(at, (int32_t)i), CHANGE_DEPTHS, ym->data);
        return;
    default:
        ym2612_store_channel(ym, channel, ym->address, ym->data);
    }
}

static void log_channel3_mode(ym2612 *ym, ym2612_log *log, uint32_t before)
{
    uint32_t i;

    if (!before == !ym->channel3_mode)
        return;
    for (i = 0; i < 3; i++) {
        uint32_t fnum = ym->channel3_mode ? ym->fnum3[i] : ym->fnum[2];
        uint32_t block = ym->channel3_mode ? ym->block3[i] : ym->block[2];

        log_pitch(log, slot_of_fnum3[i], fnum, block, log->now);
    }
}

static void log_dac(const ym2612 *ym, ym2612_log *log)
{
    int32_t pins = dac_pins(ym);

    if (pins != log->dac_level[log->dac_levels - 1].level) {
        log->dac_level[log->dac_levels].cycle = (uint32_t)log->now + 1;
        log->dac_level[log->dac_levels++].level = pins;
    }
}

/* A data write to a mode register, at the end of cycle `now`. */
static void log_mode(ym2612 *ym, ym2612_log *log)
{
    uint32_t mode = ym->channel3_mode;

    if (ym->mode_address == 0x2A) {
        ym->dac = (uint16_t)(((ym->bus & 0xFF) ^ 0x80) << 1 | (ym->dac & 1));
        log_dac(ym, log);
        return;
    }
    switch (ym->mode_address) {
    case 0x24: case 0x25: case 0x26:
        ym2612_bring_timers(ym, &log->timers, log->now + 1);
        ym2612_write_mode(ym, ym->mode_address, (uint8_t)ym->bus);
        break;
    case 0x27:
        if (!ym2612_clear_flags(ym, &log->timers, log->now, ym->bus & 0xFF)) {
            ym2612_bring_timers(ym, &log->timers, log->now + 1);
            ym2612_write_mode(ym, 0x27, (uint8_t)ym->bus);
        }
        if (mode != ym->channel3_mode) {
            log_key(ym, log, log->now + 1);
            log_channel3_mode(ym, log, mode);
        }
        break;
    case 0x28:
        log_key(ym, log, log->now + 1);
        ym2612_write_mode(ym, 0x28, (uint8_t)ym->bus);
        log->key_since = log->now + 1;
        break;
    case 0x2B:
        ym2612_write_mode(ym, 0x2B, (uint8_t)ym->bus);
        log_dac(ym, log);
        break;
    default:
        ym2612_write_mode(ym, ym->mode_address, (uint8_t)ym->bus);
        ym->lfo_changed = 0;    /* $21 and $22 come with the value that they have: writes.c */
    }
}

/* What ym2612_store_registers() does with an address, and with data. */
static void take_address(ym2612 *ym)
{
    ym->fm_data = 0;
    ym->fm_address = (ym->bus & 0xF0) != 0;
    if (ym->fm_address)
        ym->address = ym->bus;
    ym->mode_address = ym->bus;
}

static void take_data(ym2612 *ym, ym2612_log *log)
{
    ym->fm_data |= ym->fm_address;
    if (!(ym->bus & 0x100) && ym->mode_address < 0x30)
        log_mode(ym, log);
    ym->registers[ym->mode_address] = (uint8_t)ym->bus;
    if (ym->fm_data) {
        ym->data = (uint8_t)ym->bus;
        ym->store_left = ym->address >= 0x30 ? 12 : 0;
    }
}

void ym2612_run_bus(ym2612 *ym, ym2612_log *log, int64_t cycles, const uint32_t *writes, int64_t count, int64_t start)
{
    int64_t now = 0, busy_from = ym->busy ? 0 : 1, busy_until = ym->busy || ym->busy_left ? ym->busy_left + 1 : 0; /* as in ports.c */

    ym->address_strobe = ym->data_strobe = 0;
    for (; count > 0; count--, writes += 3) {
        int64_t at = (int64_t)writes[0] - start;
        uint32_t data = writes[1] & 1;

        if (at < now)
            at = now;
        if (ym->fm_data && ym->store_left) {
            log->now = now;
            ym2612_move_data(ym, log, (uint32_t)now % 24, at + 1 - now);
        }
        log->now = at;
        ym->bus = (uint16_t)((writes[1] & 2) << 7 | (writes[2] & 0xFF));
        now = at + 1;
        if (data) {
            if (at >= busy_until - 2) {
                busy_from = at > busy_until - 2 ? at + 2 : busy_from;
                busy_until = at + 34;
            }
            take_data(ym, log);
        } else {
            take_address(ym);
        }
    }
    if (now == cycles) {                /* with a write in the last one */
        ym->address_strobe = writes[-2] & 1 ? 0 : 2;
        ym->data_strobe = writes[-2] & 1 ? 2 : 0;
    }
    log->now = now;
    if (cycles > now)
        ym2612_move_data(ym, log, (uint32_t)now % 24, cycles - now);
    ym->busy = cycles >= busy_from && cycles < busy_until;
    ym->busy_left = (uint8_t)(busy_until > cycles ? busy_until - cycles - 1 : 0);
    ym2612_bring_timers(ym, &log->timers, cycles);
    log_key(ym, log, cycles);
    log->now = cycles;
    ym->clock += cycles;
}
