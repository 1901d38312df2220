"""From the bus to the registers.

$21-$2C take effect at once. Data for the slots and channels waits in a latch until the scan comes to its place: a slot
is reached every 12 cycles, a channel every 6.

========= =====================================================================================================
Address   Register
========= =====================================================================================================
$21       test: 1 LFO steps every cycle, 2 timers too, 3 all phases reset, 4 sign, 5 envelope 0, 6-7, 0 test reads
$22       bit 3 LFO on, 2-0 its rate
$24-$26   timer A bits 9-2; bits 1-0; timer B
$27       bits 7-6 channel 3 mode (0 normal, 2 CSM, else special), 5-4 clear, 3-2 enable, 1-0 load timer B and A
$28       bits 7-4 keys of S4 S3 S2 S1, 2-0 channel (0-2, 4-6)
$2A $2B   DAC data; bit 7 DAC in the place of channel 6
$2C       test: bit 3 bit 0 of the DAC, 4 test reads, 5 DAC on all channels
$30       bits 6-4 detune, 3-0 multiple
$40       bits 6-0 total level
$50       bits 7-6 key scale, 4-0 attack rate
$60       bit 7 AM, 4-0 decay rate
$70       bits 4-0 sustain rate
$80       bits 7-4 sustain level, 3-0 release rate
$90       SSG-EG: bit 3 on, 2 inverted, 1 alternating, 0 once
$A0 $A4   bits 7-0 of the frequency number; before that bits 5-3 block, 2-0 bits 10-8 of the number
$A8 $AC   the same for S3, S1, S2 of channel 3
$B0       bits 5-3 feedback, 2-0 algorithm
$B4       bit 7 left, 6 right, 5-4 AM sensitivity, 2-0 vibrato sensitivity
========= =====================================================================================================
"""

from __future__ import annotations

from megadrive.model.ym2612.state import State

BUSY_CYCLES = 32
NO_CHANNEL = 255


class Registers(State):
    """The bus and what stands behind it."""

    def strobe(self, port: int, value: int) -> None:
        """Write a byte to a port, for the next cycle to see."""
        self.bus = (port & 2) << 7 | value
        if port & 1:
            self.data_strobe |= 1
        else:
            self.address_strobe |= 1

    def sample_bus(self) -> tuple[bool, bool]:
        """Start a cycle: return whether an address and whether data has been written.

        A write in the very next cycle after another of its kind is not seen. A data write raises busy; one that comes
        while it is up does not prolong it.
        """
        address, data = self.address_strobe == 1, self.data_strobe == 1
        self.address_strobe = self.address_strobe << 1 & 2
        self.data_strobe = self.data_strobe << 1 & 2
        self.busy = int(self.busy_left > 0)
        if self.busy_left:
            self.busy_left -= 1
        if data and not self.busy_left:
            self.busy_left = BUSY_CYCLES
        return address, data

    def store_registers(self, cycle: int, address: bool, data: bool) -> None:
        """End a cycle: move FM data, then take in what the bus sampling has seen."""
        if self.fm_data and self.store_left:
            number = self.address & 3
            if number != 3:
                channel = 3 * (self.address >> 8) + number
                if cycle % 6 == channel:
                    self.store_channel(channel, self.address & 0xFF, self.data)
                if cycle % 12 == channel + (6 if self.address & 4 else 0):
                    self.store_slot(cycle % 12 + (12 if self.address & 8 else 0), self.address & 0xFF, self.data)
            self.store_left -= 1
        if address:
            self.fm_data = 0
        if data and self.fm_address:
            self.fm_data = 1
        if address:
            self.fm_address = int(self.bus & 0xF0 != 0)
            if self.fm_address:
                self.address = self.bus
        if data:
            if self.bus < 0x100:
                self.write_mode(self.mode_address, self.bus)
            self.registers[self.mode_address] = self.bus & 0xFF
        if address:
            self.mode_address = self.bus
        if self.fm_data and (data or self.data != self.bus & 0xFF):
            self.data = self.bus & 0xFF
            self.store_left = 12 if self.address >= 0x30 else 0

    def is_storing(self) -> bool:
        """Tell whether FM data may still have to be moved."""
        return bool(self.fm_data and (self.store_left or self.data != self.bus & 0xFF))

    def store_slot(self, slot: int, address: int, data: int) -> None:
        """Store $30-$9F."""
        kind = address & 0xF0
        if kind == 0x30:
            self.detune[slot] = data >> 4 & 7
            self.multiple[slot] = data & 15
        elif kind == 0x40:
            self.total_level[slot] = data & 127
        elif kind == 0x50:
            self.key_scale[slot] = data >> 6
            self.attack_rate[slot] = data & 31
        elif kind == 0x60:
            self.am_enable[slot] = data >> 7
            self.decay_rate[slot] = data & 31
        elif kind == 0x70:
            self.sustain_rate[slot] = data & 31
        elif kind == 0x80:
            self.sustain_level[slot] = data >> 4
            self.release_rate[slot] = data & 15
        elif kind == 0x90:
            self.ssg[slot] = data & 15

    def store_channel(self, channel: int, address: int, data: int) -> None:
        """Store $A0-$B6. One latch holds the upper bits of a frequency number for all channels, another for $A8-$AA."""
        kind = address & 0xFC
        if kind == 0xA0:
            high = self.fnum_latch[0]
            self.fnum[channel] = (high & 7) << 8 | data
            self.block[channel] = high >> 3 & 7
            self.key_code[channel] = key_code(self.fnum[channel], self.block[channel])
        elif kind == 0xA4:
            self.fnum_latch[0] = data & 0x3F
        elif kind == 0xA8 and channel < 3:
            high = self.fnum_latch[1]
            self.fnum3[channel] = (high & 7) << 8 | data
            self.block3[channel] = high >> 3 & 7
            self.key_code3[channel] = key_code(self.fnum3[channel], self.block3[channel])
        elif kind == 0xAC:
            self.fnum_latch[1] = data & 0x3F
        elif kind == 0xB0:
            self.algorithm[channel] = data & 7
            self.feedback[channel] = data >> 3 & 7
        elif kind == 0xB4:
            self.pan[channel] = data >> 6
            self.ams[channel] = data >> 4 & 3
            self.pms[channel] = data & 7

    def write_mode(self, address: int, data: int) -> None:
        """Store $21-$2C."""
        if address == 0x21:
            self.test_21 = data
            self.lfo_changed = 1
        elif address == 0x22:
            self.lfo_mask = 0x7F if data & 8 else 0
            self.lfo_rate = data & 7
            self.lfo_changed = 1
        elif address == 0x24:
            self.timer_period[0] = data << 2 | self.timer_period[0] & 3
        elif address == 0x25:
            self.timer_period[0] = self.timer_period[0] & 0x3FC | data & 3
        elif address == 0x26:
            self.timer_period[1] = data
        elif address == 0x27:
            self.channel3_mode = data >> 6
            self.timer_load = [data & 1, data >> 1 & 1]
            self.timer_enable = [data >> 2 & 1, data >> 3 & 1]
            self.timer_clear = [data >> 4 & 1, data >> 5 & 1]
        elif address == 0x28:
            self.key_operators = data >> 4
            self.key_channel = NO_CHANNEL if data & 3 == 3 else (data & 3) + (3 if data & 4 else 0)
        elif address == 0x2A:
            self.dac = (data ^ 0x80) << 1 | self.dac & 1
        elif address == 0x2B:
            self.dac_enable = data >> 7
        elif address == 0x2C:
            self.test_2c = data
            self.dac = self.dac & 0x1FE | data >> 3 & 1

    def poke_register(self, address: int, data: int) -> None:
        """Store a register at once."""
        self.registers[address] = data
        self.write_mode(address, data)
        if address & 3 != 3:
            channel = 3 * (address >> 8) + (address & 3)
            slot = channel + (6 if address & 4 else 0) + (12 if address & 8 else 0)
            self.store_slot(slot, address & 0xFF, data)
            self.store_channel(channel, address & 0xFF, data)

    # --------------------------------------------------------------------------------------- keys

    def keys_of(self, channel: int) -> int:
        """Return the keys of a channel as $28 has them: S1 in bit 0, then S2, S3, S4."""
        keys = self.key_register
        return keys[channel] | keys[channel + 12] << 1 | keys[channel + 6] << 2 | keys[channel + 18] << 3

    def latch_key(self, slot: int) -> None:
        """Latch the key of a slot; in the cycle with the channel's number, after that, $28 reaches the keys."""
        self.key_latch[slot] = self.key_register[slot] | (self.csm_key if slot % 6 == 2 else 0)
        if slot == self.key_channel:
            for bit, group in enumerate((0, 12, 6, 18)):
                self.key_register[slot + group] = self.key_operators >> bit & 1

    # ---------------------------------------------------------------------------------- frequency

    def pitch(self, slot: int) -> tuple[int, int, int]:
        """Return frequency number, block and key code of a slot."""
        channel = slot % 6
        if channel == 2 and slot < 18 and self.channel3_mode:
            own = {2: 1, 8: 0, 14: 2}[slot]
            return self.fnum3[own], self.block3[own], self.key_code3[own]
        return self.fnum[channel], self.block[channel], self.key_code[channel]


def key_code(fnum: int, block: int) -> int:
    """Return block and the two bits of the note."""
    top = fnum >> 7
    return block << 2 | (0 if top < 7 else top - 6 if top < 9 else 3)
