/* registers.c - from the bus to the registers.
 *
 * $21-$2C take effect at once.  Data for the slots and channels waits in a latch until the scan comes to its place: a slot is
 * reached every 12 cycles, a channel every 6.
 */
#include "internal.h"

static uint32_t note(uint32_t fnum)
{
    uint32_t top = fnum >> 7;

    return top < 7 ? 0 : top < 9 ? top - 6 : 3;
}

static void store_slot(ym2612 *ym, uint32_t slot, uint32_t address, uint8_t data)
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

static void store_channel(ym2612 *ym, uint32_t channel, uint32_t address, uint8_t data)
{
    uint8_t high;

    switch (address & 0xFC) {
    case 0xA0:
        high = ym->fnum_latch[0];
        ym->fnum[channel] = (uint16_t)((high & 7) << 8 | data);
        ym->block[channel] = high >> 3 & 7;
        ym->key_code[channel] = (uint8_t)(ym->block[channel] << 2 | note(ym->fnum[channel]));
        break;
    case 0xA4:
        ym->fnum_latch[0] = data & 0x3F;
        break;
    case 0xA8:
        if (channel < 3) {
            high = ym->fnum_latch[1];
            ym->fnum3[channel] = (uint16_t)((high & 7) << 8 | data);
            ym->block3[channel] = high >> 3 & 7;
            ym->key_code3[channel] = (uint8_t)(ym->block3[channel] << 2 | note(ym->fnum3[channel]));
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

static void write_mode(ym2612 *ym, uint32_t address, uint8_t data)
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

/* The end of a cycle: move FM data, then take in what the bus sampling has seen. */
void ym2612_store_registers(ym2612 *ym, uint32_t cycle, uint32_t seen)
{
    uint32_t address_written = seen & BUS_ADDRESS;
    uint32_t data_written = seen & BUS_DATA;

    if (ym->fm_data && ym->store_left) {
        uint32_t part = ym->address >> 8;
        uint32_t number = ym->address & 3;

        if (number != 3) {
            uint32_t channel = part * 3 + number;

            if (cycle % 6 == channel && (ym->address & 0xFF) >= 0xA0)
                store_channel(ym, channel, ym->address, ym->data);
            if (cycle % 12 == channel + (ym->address & 4 ? 6 : 0))
                store_slot(ym, cycle % 12 + (ym->address & 8 ? 12 : 0), ym->address, ym->data);
        }
        ym->store_left--;
    }
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
            write_mode(ym, ym->mode_address, (uint8_t)ym->bus);
        ym->registers[ym->mode_address] = (uint8_t)ym->bus;
    }
    if (address_written)
        ym->mode_address = ym->bus;
    if (ym->fm_data && (data_written || ym->data != (ym->bus & 0xFF))) {
        ym->data = (uint8_t)ym->bus;
        ym->store_left = ym->address >= 0x30 ? 12 : 0;
    }
}

void ym2612_poke(ym2612 *ym, uint32_t address, uint8_t value)
{
    uint32_t channel = (address >> 8 & 1) * 3 + (address & 3);

    ym->registers[address & 0x1FF] = value;
    write_mode(ym, address & 0x1FF, value);
    if ((address & 3) != 3) {
        store_slot(ym, channel + (address & 4 ? 6 : 0) + (address & 8 ? 12 : 0), address, value);
        store_channel(ym, channel, address, value);
    }
}
