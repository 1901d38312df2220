/* registers.c - from the bus to the registers.
 *
 * $21-$2C take effect at once.  Data for the slots and channels waits in a latch until the scan comes to its place: a slot is
 * reached every 12 cycles, a channel every 6.
 */
#include "changes.h"

uint32_t ym2612_note(uint32_t fnum)
{
    uint32_t top = fnum >> 7;

    return top < 7 ? 0 : top < 9 ? top - 6 : 3;
}

void ym2612_store_slot(ym2612 *ym, uint32_t slot, uint32_t address, uint8_t data)
{
    switch (address & 0xF0) {
    case 0x30:
        ym->detune[slot] = data >> 4 & 7;
        ym->multiple[slot] = data & 15;
        break;
    case 0x40:
        ym->total_level[slot] = data & 127;
        break;
    case 0x50:
        ym->key_scale[slot] = data >> 6;
        ym->attack_rate[slot] = data & 31;
        break;
    case 0x60:
        ym->am_enable[slot] = data >> 7;
        ym->decay_rate[slot] = data & 31;
        break;
    case 0x70:
        ym->sustain_rate[slot] = data & 31;
        break;
    case 0x80:
        ym->sustain_level[slot] = data >> 4;
        ym->release_rate[slot] = data & 15;
        break;
    case 0x90:
        ym->ssg[slot] = data & 15;
        break;
    }
}

void ym2612_store_channel(ym2612 *ym, uint32_t channel, uint32_t address, uint8_t data)
{
    uint8_t high;

    switch (address & 0xFC) {
    case 0xA0:
        high = ym->fnum_latch[0];
        ym->fnum[channel] = (uint16_t)((high & 7) << 8 | data);
        ym->block[channel] = high >> 3 & 7;
        ym->key_code[channel] = (uint8_t)(ym->block[channel] << 2 | ym2612_note(ym->fnum[channel]));
        break;
    case 0xA4:
        ym->fnum_latch[0] = data & 0x3F;
        break;
    case 0xA8:
        if (channel < 3) {
            high = ym->fnum_latch[1];
            ym->fnum3[channel] = (uint16_t)((high & 7) << 8 | data);
            ym->block3[channel] = high >> 3 & 7;
            ym->key_code3[channel] = (uint8_t)(ym->block3[channel] << 2 | ym2612_note(ym->fnum3[channel]));
        }
        break;
    case 0xAC:
        ym->fnum_latch[1] = data & 0x3F;
        break;
    case 0xB0:
        ym->algorithm[channel] = data & 7;
        ym->feedback[channel] = data >> 3 & 7;
        break;
    case 0xB4:
        ym->pan[channel] = data >> 6;
        ym->ams[channel] = data >> 4 & 3;
        ym->pms[channel] = data & 7;
        break;
    }
}

void ym2612_write_mode(ym2612 *ym, uint32_t address, uint8_t data)
{
    switch (address) {
    case 0x21:
        ym->test_21 = data;
        ym->lfo_changed = 1;
        break;
    case 0x22:
        ym->lfo_mask = data & 8 ? 0x7F : 0;
        ym->lfo_rate = data & 7;
        ym->lfo_changed = 1;
        break;
    case 0x24:
        ym->timer_period[0] = (uint16_t)(data << 2 | (ym->timer_period[0] & 3));
        break;
    case 0x25:
        ym->timer_period[0] = (uint16_t)((ym->timer_period[0] & 0x3FC) | (data & 3));
        break;
    case 0x26:
        ym->timer_period[1] = data;
        break;
    case 0x27:
        ym->channel3_mode = data >> 6;
        ym->timer_load[0] = data & 1;
        ym->timer_load[1] = data >> 1 & 1;
        ym->timer_enable[0] = data >> 2 & 1;
        ym->timer_enable[1] = data >> 3 & 1;
        ym->timer_clear[0] = data >> 4 & 1;
        ym->timer_clear[1] = data >> 5 & 1;
        break;
    case 0x28:
        ym->key_operators = data >> 4;
        ym->key_channel = (data & 3) == 3 ? 255 : (uint8_t)((data & 3) + (data & 4 ? 3 : 0));
        break;
    case 0x2A:
        ym->dac = (uint16_t)((data ^ 0x80) << 1 | (ym->dac & 1));
        break;
    case 0x2B:
        ym->dac_enable = data >> 7;
        break;
    case 0x2C:
        ym->test_2c = data;
        ym->dac = (uint16_t)((ym->dac & 0x1FE) | (data >> 3 & 1));
        break;
    }
}

/* The start of a cycle: has the bus been written?  A write in the very next cycle after another of its kind is not seen.
 * A data write raises busy for 32 cycles; one that comes before they are over does not prolong them. */
uint32_t ym2612_sample_bus(ym2612 *ym)
{
    uint32_t seen = (ym->address_strobe == 1 ? BUS_ADDRESS : 0u) | (ym->data_strobe == 1 ? BUS_DATA : 0u);

    ym->address_strobe = ym->address_strobe << 1 & 2;
    ym->data_strobe = ym->data_strobe << 1 & 2;
    ym->busy = ym->busy_left != 0;
    if (ym->busy_left)
        ym->busy_left--;
    if (seen & BUS_DATA && ym->busy_left == 0)
        ym->busy_left = 32;
    return seen;
}

/* The slot or the channel that `data` is for, -1 if there is none such: the register's own scan cycle, repeated every 12 or 6. */
static int32_t place_of(const ym2612 *ym)
{
    uint32_t number = ym->address & 3, channel = (ym->address >> 8) * 3u + number;

    if (number == 3)
        return -1;
    return (int32_t)((ym->address & 0xFF) >= 0xA0 ? channel : channel + (ym->address & 4 ? 6 : 0));
}

static void put(ym2612 *ym, ym2612_log *log, uint32_t place, int64_t at)
{
    if ((ym->address & 0xFF) >= 0xA0) {
        if (log)
            ym2612_log_channel(ym, log, place, at);
        else
            ym2612_store_channel(ym, place, ym->address, ym->data);
        return;
    }
    place += ym->address & 8 ? 12 : 0;
    if (log)
        ym2612_log_slot(ym, log, place, at);
    else
        ym2612_store_slot(ym, place, ym->address, ym->data);
}

/* FM data moves for `cycles` cycles, with nothing new on the bus. */
void ym2612_move_data(ym2612 *ym, ym2612_log *log, uint32_t cycle, int64_t cycles)
{
    int32_t place;
    uint32_t period, wait;

    if (!ym->fm_data || !ym->store_left)
        return;
    if (cycles > ym->store_left)
        cycles = ym->store_left;
    place = place_of(ym);
    period = (ym->address & 0xFF) >= 0xA0 ? 6 : 12;
    wait = ((uint32_t)place + 24 - cycle) % period;
    if (place >= 0 && wait < cycles)    /* a channel is met twice, and has it all the first time */
        put(ym, log, (uint32_t)place, log ? log->now + wait : 0);
    ym->store_left = (uint8_t)(ym->store_left - cycles);
}

/* The end of a cycle: take in what the bus sampling has seen. */
static void take_bus(ym2612 *ym, uint32_t seen)
{
    uint32_t address_written = seen & BUS_ADDRESS;
    uint32_t data_written = seen & BUS_DATA;

    if (address_written)
        ym->fm_data = 0;
    if (data_written && ym->fm_address)
        ym->fm_data = 1;
    if (address_written) {
        ym->fm_address = (ym->bus & 0xF0) != 0;
        if (ym->fm_address)
            ym->address = ym->bus;
    }
    if (data_written) {
        if (!(ym->bus & 0x100))
            ym2612_write_mode(ym, ym->mode_address, (uint8_t)ym->bus);
        ym->registers[ym->mode_address] = (uint8_t)ym->bus;
    }
    if (address_written)
        ym->mode_address = ym->bus;
    if (ym->fm_data && (data_written || ym->data != (ym->bus & 0xFF))) {
        ym->data = (uint8_t)ym->bus;
        ym->store_left = ym->address >= 0x30 ? 12 : 0;
    }
}

/* The end of a cycle: move FM data, then take in what the bus sampling has seen. */
void ym2612_store_registers(ym2612 *ym, uint32_t cycle, uint32_t seen)
{
    ym2612_move_data(ym, NULL, cycle, 1);
    take_bus(ym, seen);
}

void ym2612_poke(ym2612 *ym, uint32_t address, uint8_t value)
{
    uint32_t channel = (address >> 8 & 1) * 3 + (address & 3);

    ym->registers[address & 0x1FF] = value;
    ym2612_write_mode(ym, address & 0x1FF, value);
    if ((address & 3) != 3) {
        ym2612_store_slot(ym, channel + (address & 4 ? 6 : 0) + (address & 8 ? 12 : 0), address, value);
        ym2612_store_channel(ym, channel, address, value);
    }
}
