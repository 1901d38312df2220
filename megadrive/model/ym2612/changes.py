"""Register writes that come in during a block of samples: which slot sees them from which sample on.

A slot reads its registers once a sample, in the cycle with its number; its frequency is fetched in the cycle before
that, its key latched in that cycle. So whatever the cycle in which a byte reaches a register, there is a first sample
that knows of it, for each slot by itself. For what a channel makes of its operators, see :class:`Turn`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from megadrive.model.ym2612.cycle import Cycle
from megadrive.model.ym2612.registers import BUSY_CYCLES, key_code
from megadrive.model.ym2612.tables import SHOWN

Array = npt.NDArray[Any]
Pitch = tuple[int, int, int]

CYCLES = 24

KEY_GROUPS = (0, 12, 6, 18)
"""Slots of a channel in the order of the bits of $28."""

OWN_SLOTS = (8, 2, 14)
"""Slots of channel 3 that $A8, $A9 and $AA belong to."""

ALONE = (0x21, 0x2C)
"""Registers that no block takes; $27 is one if it changes what channel 3 does, or if timer A presses its keys."""

STORE_CYCLES = 12
"""Cycles within which the scan comes to the place of FM data."""

AHEAD = 1024
"""Writes that are looked through at once."""


class Change(NamedTuple):
    """What a slot sees from a sample on: a register, or its frequency, or its key."""

    sample: int
    register: tuple[int, int] | None = None
    """Address and data; $B4 stands for what slots see of it, the sensitivities to the LFO."""
    pitch: Pitch | None = None
    key: int | None = None


class Turn(NamedTuple):
    """A write of $B0, at the end of cycle 6 * quarter + channel of a sample.

    In these cycles, before that, it is looked up who modulates S3, S2, S4 and, for the next sample, S1; and from the
    second quarter on whether S1, S3 and S2 are heard. So the quarters after this one have the new byte at once.
    """

    sample: int
    quarter: int
    data: int


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

    slot_depths: list[tuple[int, int]]
    """Sensitivities of the slots to AM and vibrato, likewise."""

    bus_cycle = 0
    """Cycle of the block that the bus has come to."""

    def first_alone(self, log: Array, start: int) -> int:
        """Return the first write, from `start` on, that no block takes; or, far enough from it, one before that."""
        part = log[start : start + AHEAD]
        data = (part[:, 1] & 1).astype(bool)
        addresses = latched(np.where(data, -1, part[:, 2]), self.mode_address & 0xFF)
        alone = np.isin(addresses, ALONE)
        if self.silenced:  # what is silent depends on $2B by the sample
            alone |= addresses == 0x2B
        mode = self.channel3_mode
        alone |= (addresses == 0x27) & ((part[:, 2] >> 6 != mode) | (mode == 2))
        alone &= data
        if len(at := np.flatnonzero(~data)) > 1:  # an address in the very next cycle after another is not seen
            alone[at[1:][np.diff(part[at, 0]) < 2]] = True
        alone[1:] |= np.diff(part[:, 0]) == 0  # of two bytes in one cycle, the second goes where the first should
        found = np.flatnonzero(alone)
        return start + (int(found[0]) if len(found) else len(part))

    def run_bus(self, cycles: int, log: Array) -> None:
        """Run the bus and the timers alone over a block; note what slots, channels, DAC and LFO will see."""
        changes: list[list[Change]] = [[] for _ in range(CYCLES)]
        self.slot_pitch = [self.pitch(slot) for slot in range(CYCLES)]
        self.slot_depths = 4 * list(zip(self.ams, self.pms, strict=True))
        self.turns: list[list[Turn]] = [[] for _ in range(6)]
        """By channel."""
        self.pans: list[list[tuple[int, int]]] = [[] for _ in range(6)]
        """By channel, the samples from which it is shown on other sides, and which."""
        self.lfo_writes: list[tuple[int, int]] = []
        """Cycles and data of $22."""
        self._dac_log = [np.array([0])], [np.array([self.dac])]
        self.dac_switches: list[tuple[int, int]] = [(0, self.dac_enable)]
        """Cycles from which the DAC is on or off."""
        self._programs = [f << 3 | a for f, a in zip(self.feedback, self.algorithm, strict=True)]
        self._sides: dict[int, int] = {}
        self._pitches: list[tuple[int, bool, Pitch]] = []
        self._latch: Latch | None = None
        self._timer_cycle = 0
        if self.key_channel < 6 and self.keys_of(self.key_channel) != self.key_operators:
            self._latch = Latch(self.key_channel, self.key_channel, self.key_operators)
        self.changes = changes
        now, coming, count = 0, 0, len(log)
        while now < cycles:
            if not (self.address_strobe or self.data_strobe or self.is_storing()):
                now, coming = self._run_free_bus(now, cycles, log, coming)
            while coming < count and log[coming, 0] <= now:
                self.strobe(int(log[coming, 1]), int(log[coming, 2]))
                coming += 1
            if now < cycles:
                self.bus_cycle = now
                self.store_registers(now % CYCLES, *self.sample_bus())
                now += 1
        self._latch_keys(cycles)
        self._run_timers(cycles)
        self.changes = None
        self.dac_since, self.dac_values = (np.concatenate(column) for column in self._dac_log)
        """Cycles from which the DAC has other values, and which."""
        for slot_changes in changes:
            slot_changes.sort(key=lambda change: change.sample)
        self.block_changes = changes

    def _run_free_bus(self, now: int, cycles: int, log: Array, coming: int) -> tuple[int, int]:
        """Do at once what cycles do to all writes before the first that comes too soon after another.

        Returns
        -------
        now, coming : int
            Up to which cycle, and the number of the next write.
        """
        part = log[coming : coming + AHEAD]
        if not len(part):
            self._count_busy(part, now, cycles)
            return cycles, coming
        times, ports, values = part.T
        following = np.append(times[1:], log[coming + AHEAD, 0] if coming + AHEAD < len(log) else cycles)
        room = following - times
        data = (ports & 1).astype(bool)
        bus = (ports & 2) << 7 | values
        addresses = latched(np.where(data, -1, bus), self.mode_address)
        fm = data & (addresses & 0xF0 != 0)
        slow = fm & (addresses >= 0x30)

        too_soon = np.flatnonzero(room < 2)
        count = int(too_soon[0]) if len(too_soon) else len(part)
        while count and slow[count - 1] and room[count - 1] <= STORE_CYCLES:
            count -= 1
        if data[0] and self.fm_data and not self.fm_address:  # after two bytes in one cycle
            count = 0
        if count == 0:
            at = min(int(times[0]), cycles)
            self._count_busy(times[:0], now, at)
            return at, coming

        last = count - 1
        end = int(times[last]) + (1 + STORE_CYCLES if slow[last] else 2)
        if coming + count == len(log):
            end = cycles
        wanted = data[:count].copy()
        dac = wanted & (addresses[:count] == 0x2A) & (ports[:count] == 1)
        self._log_dac(times[:count][dac], values[:count][dac])
        wanted[dac] = False
        wanted[without_effect(addresses[:count], values[:count], wanted & (ports[:count] == 1))] = False
        for at, port, address, value, is_slow, until in zip(
            *(array[:count][wanted].tolist() for array in (times, ports, addresses, values, slow, following)),
            strict=True,
        ):
            if port == 1:
                self.bus_cycle = at
                self.write_mode(address, value)
            if is_slow:
                self._store_data(at, until, address, value)
        given = np.flatnonzero(data[:count])
        for address, value in zip(addresses[given].tolist(), values[given].tolist(), strict=True):
            self.registers[address] = value

        self.bus = int(bus[last])
        chosen = np.flatnonzero(~data[:count])
        if len(chosen):
            self.mode_address = int(bus[chosen[-1]])
            self.fm_address = int(self.mode_address & 0xF0 != 0)
            self.fm_data = 0
            chosen = chosen[bus[chosen] & 0xF0 != 0]
            if len(chosen):
                self.address = int(bus[chosen[-1]])
        taken = np.flatnonzero(fm[:count])
        if len(taken):
            number = int(taken[-1])
            if data[number:count].all():
                self.fm_data = 1
            self.data = int(values[number])
            self.store_left = max(STORE_CYCLES - int(room[number]), 0) if slow[number] else 0
        self._count_busy(times[given], now, end)
        return end, coming + count

    def _count_busy(self, times: Array, now: int, end: int) -> None:
        """Bring busy from one cycle to another, with data in some of those between."""
        if end <= now:
            return
        since = now - 1 + self.busy_left - BUSY_CYCLES
        for at in times.tolist():
            if at - since >= BUSY_CYCLES:  # what comes while it is up does not prolong it
                since = at
        passed = end - 1 - since
        self.busy = int(0 < passed <= BUSY_CYCLES)
        self.busy_left = max(BUSY_CYCLES - passed, 0)

    def _log_dac(self, times: Array, values: Array) -> None:
        """Note what is written to the DAC."""
        if len(times):
            self._dac_log[0].append(times + 1)
            self._dac_log[1].append((values ^ 0x80) << 1 | self.dac & 1)
            self.dac = int(self._dac_log[1][-1][-1])

    def _store_data(self, cycle: int, until: int, address: int, value: int) -> None:
        """Store FM data, written in a cycle, when the scan comes to its place; unless something is written before."""
        if address & 3 == 3:
            return
        channel = 3 * (address >> 8) + (address & 3)
        if address & 0xFF >= 0xA0:  # it is stored a second time 6 cycles later, which changes nothing
            self.bus_cycle = cycle + 1 + (channel - cycle - 1) % 6
            if self.bus_cycle <= until:
                self.store_channel(channel, address & 0xFF, value)
        else:
            place = channel + (6 if address & 4 else 0)
            self.bus_cycle = cycle + 1 + (place - cycle - 1) % 12
            if self.bus_cycle <= until:
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
            address, data = change.register
            if address == 0xB4:
                self.slot_depths[slot] = data >> 4 & 3, data & 7
            else:
                super().store_slot(slot, address, data)
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
        for channel, data in self._sides.items():
            super().store_channel(channel, 0xB4, data)

    # --------------------------------------------------------------------------------- registers

    def store_slot(self, slot: int, address: int, data: int) -> None:
        """Store $30-$9F, or note when the slot sees it: in its next cycle."""
        if self.changes is None:
            super().store_slot(slot, address, data)
        else:
            sample = (self.bus_cycle - slot) // CYCLES + 1
            self.changes[slot].append(Change(sample, register=(address, data)))

    def store_channel(self, channel: int, address: int, data: int) -> None:
        """Store $A0-$B6, or note when it is seen. A slot's frequency is fetched in the cycle before its own."""
        kind = address & 0xFC
        if self.changes is None or kind in (0xA4, 0xAC):
            super().store_channel(channel, address, data)
            return
        if kind == 0xB0:
            if self._programs[channel] != data & 0x3F:
                self._programs[channel] = data & 0x3F
                sample, cycle = divmod(self.bus_cycle, CYCLES)
                self.turns[channel].append(Turn(sample, cycle // 6, data))
            return
        if kind == 0xB4:
            self._sides[channel] = data
            shown = 4 * SHOWN.index(channel)
            self.pans[channel].append(((self.bus_cycle - shown) // CYCLES + 1, data >> 6))
            for group in KEY_GROUPS:
                slot = channel + group
                sample = (self.bus_cycle - slot) // CYCLES + 1
                self.changes[slot].append(Change(sample, register=(0xB4, data)))
            return
        if kind not in (0xA0, 0xA8):
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
        """Store $21-$2C, or note when it is seen."""
        if self.changes is None:
            super().write_mode(address, data)
            return
        if address == 0x2A:
            self._log_dac(np.array([self.bus_cycle]), np.array([data]))
            return
        if address == 0x22:
            self.lfo_writes.append((self.bus_cycle, data))
            return
        if address == 0x2B:
            self.dac_switches.append((self.bus_cycle + 1, data >> 7))
        if 0x24 <= address <= 0x27:
            self._run_timers(self.bus_cycle + 1)
        super().write_mode(address, data)
        if address == 0x28:
            self._latch_keys(self.bus_cycle + 1)
            self._latch = None  # one that has not been latched by now is lost
            if self.key_channel < 6:
                sample = (self.bus_cycle - self.key_channel) // CYCLES + 1
                self._latch = Latch(CYCLES * sample + self.key_channel, self.key_channel, self.key_operators)

    def store_lfo(self, data: int) -> None:
        """Store $22."""
        super().write_mode(0x22, data)

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


def latched(chosen: Array, before: int) -> Array:
    """Return the address of each write: the last one that is not -1, up to it."""
    last = np.maximum.accumulate(np.where(chosen >= 0, np.arange(len(chosen)), -1))
    addresses: Array = np.where(last < 0, before, chosen[last])
    return addresses


def without_effect(addresses: Array, values: Array, mode: Array) -> Array:
    """Return which writes clear timer flags, or do not, just as the ones before and after do."""
    timers = np.flatnonzero(mode & (addresses >= 0x24) & (addresses <= 0x27))
    if len(timers) < 3:
        return timers[:0]
    again = addresses[timers] << 8 | values[timers]
    again = np.where(addresses[timers] == 0x27, again, -1)
    same = again[1:] == again[:-1]
    found: Array = timers[1:-1][same[1:] & same[:-1] & (again[1:-1] >= 0)]
    return found
