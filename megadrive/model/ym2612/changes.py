"""Register writes that come in during a block of samples: which slot sees them from which sample on.

A slot reads its registers once a sample, in the cycle with its number; its frequency is fetched in the cycle before
that, its key latched in that cycle. So whatever the cycle in which a byte reaches a register, there is a first sample
that knows of it, for each slot by itself.
"""

from __future__ import annotations

from typing import NamedTuple

from megadrive.model.ym2612.cycle import Cycle
from megadrive.model.ym2612.registers import BUSY_CYCLES, key_code

CYCLES = 24

KEY_GROUPS = (0, 12, 6, 18)
"""Slots of a channel in the order of the bits of $28."""

OWN_SLOTS = (8, 2, 14)
"""Slots of channel 3 that $A8, $A9 and $AA belong to."""

DATA_OF_BLOCKS = (
    {0x23, 0x24, 0x25, 0x26, 0x28, 0x29, 0x2A, 0x2D, 0x2E, 0x2F} | set(range(0x21)) | set(range(0x30, 0xB0))
)
"""Registers that may be written during a block; $27 may if it leaves channel 3 as it is."""

Pitch = tuple[int, int, int]


class Change(NamedTuple):
    """What a slot sees from a sample on: a register, or its frequency, or its key."""

    sample: int
    register: tuple[int, int] | None = None
    """Address and data."""
    pitch: Pitch | None = None
    key: int | None = None


class Latch(NamedTuple):
    """A write of $28 that waits for the cycle with its channel's number."""

    cycle: int
    channel: int
    operators: int


class Changes(Cycle):
    """The bus over many samples."""

    changes: list[list[Change]] | None = None
    """By slot, while the bus is run ahead of a block; None: registers take their bytes at once."""

    slot_pitch: list[Pitch]
    """Frequencies of the slots at the sample that a block has come to."""

    bus_cycle = 0
    """Cycle of the block that the bus has come to."""

    def block_writes(self, writes: list[list[int]], start: int) -> int:
        """Return where the writes end, from `start` on, that a block can take with it."""
        address = (self.bus if self.address_strobe & 1 else self.mode_address) & 0xFF
        for index in range(start, len(writes)):
            _, port, value = writes[index]
            if not port & 1:
                address = value
            elif address == 0x27 and value >> 6 == self.channel3_mode != 2:
                continue
            elif address not in DATA_OF_BLOCKS:
                return index
        return len(writes)

    def run_bus(self, cycles: int, writes: list[tuple[int, int, int]]) -> tuple[list[int], list[int]]:
        """Run the bus and the timers alone; note in `changes` what the slots see.

        Return the DAC's values and the cycles from which on they hold.
        """
        changes: list[list[Change]] = [[] for _ in range(CYCLES)]
        self.slot_pitch = [self.pitch(slot) for slot in range(CYCLES)]
        self.changes = changes
        self._dac_since, self._dac_values = [0], [self.dac]
        self._pitches: list[tuple[int, bool, Pitch]] = []
        self._latch: Latch | None = None
        self._timer_cycle = 0
        if self.key_channel < 6 and self.keys_of(self.key_channel) != self.key_operators:
            self._latch = Latch(self.key_channel, self.key_channel, self.key_operators)
        now, coming = 0, 0
        while now < cycles:
            if not (self.address_strobe or self.data_strobe or self.is_storing()):
                now, coming = self._run_free_bus(now, cycles, writes, coming)
            while coming < len(writes) and writes[coming][0] <= now:
                self.strobe(*writes[coming][1:])
                coming += 1
            if now < cycles:
                self.bus_cycle = now
                self.store_registers(now % CYCLES, *self.sample_bus())
                now += 1
        self._latch_keys(cycles)
        self._run_timers(cycles)
        self.changes = None
        for slot_changes in changes:
            slot_changes.sort(key=lambda change: change.sample)
        self.block_changes = changes
        return self._dac_since, self._dac_values

    def _run_free_bus(self, now: int, cycles: int, writes: list[tuple[int, int, int]], coming: int) -> tuple[int, int]:
        """Do at once what cycles do to each write, for as long as nothing else is on the bus then.

        Returns
        -------
        now, coming : int
            Up to which cycle, and the number of the next write.
        """
        count, busy, busy_left = len(writes), self.busy, self.busy_left
        while True:
            at = writes[coming][0] if coming < count else cycles
            if at > now:
                busy = int(busy_left >= at - now)
                busy_left = max(busy_left - at + now, 0)
                now = at
            if now >= cycles:
                break
            _, port, value = writes[coming]
            room = (writes[coming + 1][0] if coming + 1 < count else cycles) - now
            if room < 2:
                break
            bus = (port & 2) << 7 | value
            if not port & 1:
                self.bus = self.mode_address = bus
                self.fm_data = 0
                self.fm_address = int(bus & 0xF0 != 0)
                if self.fm_address:
                    self.address = bus
                taken = 2
            else:
                address = self.mode_address
                taken = 13 if address >= 0x30 else 2
                if not self.fm_address or room < taken:
                    break
                self.bus = bus
                self.fm_data, self.store_left = 1, 0
                self.data = self.registers[address] = value
                busy_left -= busy_left > 0
                if not busy_left:
                    busy_left = BUSY_CYCLES + 1
                else:
                    busy_left += 1
                if bus < 0x100:
                    self.bus_cycle = now
                    self.write_mode(address, value)
                if taken > 2:
                    self._store_data(now, address, value)
            busy = int(busy_left >= taken)
            busy_left = max(busy_left - taken, 0)
            now += taken
            coming += 1
        self.busy, self.busy_left = busy, busy_left
        return now, coming

    def _store_data(self, cycle: int, address: int, value: int) -> None:
        """Store FM data, written in a cycle, when the scan comes to its place."""
        if address & 3 == 3:
            return
        channel = 3 * (address >> 8) + (address & 3)
        if address & 0xFF >= 0xA0:  # it is stored a second time 6 cycles later, which changes nothing
            self.bus_cycle = cycle + 1 + (channel - cycle - 1) % 6
            self.store_channel(channel, address & 0xFF, value)
        else:
            place = channel + (6 if address & 4 else 0)
            self.bus_cycle = cycle + 1 + (place - cycle - 1) % 12
            self.store_slot(place + (12 if address & 8 else 0), address & 0xFF, value)

    def take_changes(self, slot: int, until: int) -> list[Change]:
        """Take out a slot's changes before a sample of the block."""
        changes = self.block_changes[slot]
        count = 0
        while count < len(changes) and changes[count].sample < until:
            count += 1
        taken = changes[:count]
        del changes[:count]
        return taken

    def apply_change(self, slot: int, change: Change) -> None:
        """Let a slot see a change."""
        if change.register is not None:
            super().store_slot(slot, *change.register)
        elif change.pitch is not None:
            self.slot_pitch[slot] = change.pitch
        elif change.key is not None:
            self.key_register[slot] = change.key

    def finish_changes(self, samples: int) -> None:
        """End a block: what no slot has seen yet is in the registers all the same."""
        for change in self.take_changes(0, samples + 1):
            self.apply_change(0, change)
        self.picked_fnum, self.picked_block, self.picked_key_code = self.slot_pitch[0]
        for slot in range(CYCLES):
            for change in self.take_changes(slot, 1 << 62):
                self.apply_change(slot, change)
        for channel, own, (fnum, block, code) in self._pitches:
            if own:
                self.fnum3[channel], self.block3[channel], self.key_code3[channel] = fnum, block, code
            else:
                self.fnum[channel], self.block[channel], self.key_code[channel] = fnum, block, code

    # --------------------------------------------------------------------------------- registers

    def store_slot(self, slot: int, address: int, data: int) -> None:
        """Store $30-$9F, or note when the slot sees it: in its next cycle."""
        if self.changes is None:
            super().store_slot(slot, address, data)
        else:
            sample = (self.bus_cycle - slot) // CYCLES + 1
            self.changes[slot].append(Change(sample, register=(address, data)))

    def store_channel(self, channel: int, address: int, data: int) -> None:
        """Store $A0-$B6, or note when the slots see a frequency: it is fetched in the cycle before theirs."""
        kind = address & 0xFC
        if self.changes is None or kind not in (0xA0, 0xA8):
            super().store_channel(channel, address, data)
            return
        own = kind == 0xA8
        if own and channel > 2:
            return
        high = self.fnum_latch[own]
        fnum, block = (high & 7) << 8 | data, high >> 3 & 7
        pitch = fnum, block, key_code(fnum, block)
        self._pitches.append((channel, own, pitch))
        special = self.channel3_mode != 0
        if own:
            slots = [OWN_SLOTS[channel]] if special else []
        else:
            slots = [channel + group for group in KEY_GROUPS]
            if channel == 2 and special:
                slots = [20]
        for slot in slots:
            sample = (self.bus_cycle - slot + 1) // CYCLES + 1
            self.changes[slot].append(Change(sample, pitch=pitch))

    def write_mode(self, address: int, data: int) -> None:
        """Store $21-$2C; note when the DAC has a value, and when a key is latched."""
        if self.changes is None:
            super().write_mode(address, data)
            return
        if address == 0x2A:
            self.dac = (data ^ 0x80) << 1 | self.dac & 1
            self._dac_since.append(self.bus_cycle + 1)
            self._dac_values.append(self.dac)
            return
        if 0x24 <= address <= 0x27:
            self._run_timers(self.bus_cycle + 1)
        super().write_mode(address, data)
        if address == 0x28:
            self._latch_keys(self.bus_cycle + 1)
            self._latch = None  # one that has not been latched by now is lost
            if self.key_channel < 6:
                sample = (self.bus_cycle - self.key_channel) // CYCLES + 1
                self._latch = Latch(CYCLES * sample + self.key_channel, self.key_channel, self.key_operators)

    def _run_timers(self, until: int) -> None:
        """Run the timers up to a cycle of the block."""
        now = self._timer_cycle
        while now < until:
            cycle = now % CYCLES
            if not self.timers_counting():
                self.step_timers(cycle)
                now += 1
                continue
            if cycle == 1:
                self.count_timers()
                now += 1
                continue
            if cycle == 2:
                if self.timer_load != self.timer_running:
                    self.step_timers(2)
                    now += 1
                    continue
                self.csm_key = 0
            now += -cycle % CYCLES  # nothing happens until cycle 1 of the next sample
            samples = (until - now) // CYCLES
            if samples > 0 and self.timer_load == self.timer_running:
                self.step_timers_samples(samples)
                now += CYCLES * samples
            now += 1
        self._timer_cycle = max(until, self._timer_cycle)

    def _latch_keys(self, until: int) -> None:
        """Note the keys if they are latched before a cycle; S1's slot has had its turn by then."""
        if self._latch is None or self._latch.cycle >= until:
            return
        assert self.changes is not None
        for bit, group in enumerate(KEY_GROUPS):
            slot, sample = self._latch.channel + group, self._latch.cycle // CYCLES + (group == 0)
            self.changes[slot].append(Change(sample, key=self._latch.operators >> bit & 1))
        self._latch = None
