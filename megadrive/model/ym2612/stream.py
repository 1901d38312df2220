"""Phase and attenuation of one slot over a stretch of samples without writes, as arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from megadrive.model.ym2612.changes import Changes
from megadrive.model.ym2612.counters import lfo_am
from megadrive.model.ym2612.operators import Clocks, attack_step
from megadrive.model.ym2612.tables import ATTACK, DECAY, FAST, LFO_PERIODS, RELEASE, SILENCE, SUSTAIN

Array = npt.NDArray[Any]

_timer = np.arange(4096)
LOCKS = np.array([(int(t) & -int(t)).bit_length() for t in _timer])
"""What the envelopes see of each value of their timer: 1 + the lowest bit set."""

NUMBERS = np.arange(8192)

AM = np.array([lfo_am(count) for count in range(128)])
"""AM by the LFO's counter."""


class Stretch(NamedTuple):
    """The counters over a stretch of samples."""

    start: int
    """Its first sample, from the block's beginning."""
    samples: int
    last: bool
    """The block ends with it."""
    ticks: Array
    """Samples in which envelopes step."""
    lock: Array
    low: Array
    lfo_pm: Array
    """By sample, as is `lfo_am`."""
    lfo_am: Array
    known: dict[int, tuple[Array, Array]]
    """By rate, the samples of the whole stretch in which an envelope of that rate steps, and its increments there."""

    def steps(self, rate: int, start: int) -> tuple[Array, Array]:
        """Return the samples from `start` on in which an envelope of a rate steps, and its increments there."""
        where, increments = self.known.get(rate) or self._find_steps(rate)
        first, end = where.searchsorted((start, self.samples))
        return where[first:end], increments[first:end]

    def _find_steps(self, rate: int) -> tuple[Array, Array]:
        """Find the steps of a rate; only in the whole stretch."""
        increments = self.increments(rate)
        active = np.flatnonzero(increments)
        found = self.known[rate] = self.ticks[active], increments[active]
        return found

    def until(self, end: int) -> Stretch:
        """Return the part of it before a sample."""
        if end == self.samples:
            return self
        return self._replace(samples=end)

    def increments(self, rate: int) -> Array:
        """Return the envelope increments of a rate, by tick."""
        if rate < 2:
            return np.zeros(len(self.ticks), np.int64)
        if rate < 48:
            choices: Array = np.array((1, rate >> 1 & 1, rate & 1, 0))[np.minimum((rate >> 2) + self.lock + 4 & 15, 3)]
            return choices
        fast: Array = np.minimum(4, np.array(FAST[rate & 3])[self.low] + (rate >> 2) - 11)
        return fast

    def clocks(self, at: int) -> Clocks:
        """Return the counters of one sample."""
        tick = int(np.searchsorted(self.ticks, at))
        if tick == len(self.ticks) or self.ticks[tick] != at:
            return Clocks(False, 0, 0, int(self.lfo_pm[at]), int(self.lfo_am[at]))
        return Clocks(True, int(self.lock[tick]), int(self.low[tick]), int(self.lfo_pm[at]), int(self.lfo_am[at]))


class Levels:
    """An envelope in the making: runs of samples at one level."""

    def __init__(self) -> None:
        self.values: list[Array] = []
        self.lengths: list[Array] = []

    def add(self, values: Array | list[int], lengths: Array | list[int]) -> None:
        """Add runs."""
        self.values.append(np.asarray(values, np.int64))
        self.lengths.append(np.asarray(lengths, np.int64))

    def array(self) -> Array:
        """Return the level of each sample."""
        if len(self.values) == 1:
            return self.values[0].repeat(self.lengths[0])
        return np.concatenate(self.values).repeat(np.concatenate(self.lengths))


class Streams(Changes):
    """Slots over many samples."""

    # ----------------------------------------------------------------------------------- counters

    def plan(self, start: int, samples: int, last: bool) -> Stretch:
        """Draw up the counters of the next samples, and step them."""
        first = (4 - self.eg_divider) % 3
        ticks = np.arange(first, samples, 3)
        timer = self.eg_timer + np.arange(len(ticks) + 1)
        timer = np.where(timer > 4095, (timer - 1) % 4095 + 1, timer)
        lock, low = LOCKS[timer], timer & 3
        if first < 2:  # latched already
            lock[0], low[0] = self.eg_lock, self.eg_low
        latched = len(ticks) if first + 3 * len(ticks) < samples + 2 else len(ticks) - 1
        if latched >= 0:
            self.eg_lock, self.eg_low = int(lock[latched]), int(low[latched])
        self.eg_timer = int(timer[-1])
        self.eg_divider = (self.eg_divider + samples) % 3
        counts = self._plan_lfo(samples)
        self.lfo_pm, self.lfo_am = int(counts[-1]) >> 2, int(AM[counts[-1]])
        return Stretch(start, samples, last, ticks, lock[:-1], low[:-1], counts >> 2, AM[counts], {})

    def _plan_lfo(self, samples: int) -> Array:
        """Return the LFO's counter by sample."""
        period = LFO_PERIODS[self.lfo_rate]
        counts, lengths, at = [self.lfo_count], [1], 1
        while at < samples + 1:
            if self.lfo_divider <= period:
                run = period - self.lfo_divider
            else:
                run = next(r for r in range(256) if self.lfo_divider + r & 0xFF & period == period)
            run = min(run, samples + 1 - at)
            self.lfo_count &= self.lfo_mask
            counts.append(self.lfo_count)
            lengths.append(run)
            at += run
            if at == samples + 1:
                self.lfo_divider = self.lfo_divider + run & 0xFF
                break
            self.lfo_divider = 1
            self.lfo_count = self.lfo_count + 1 & self.lfo_mask
            counts.append(self.lfo_count)
            lengths.append(1)
            at += 1
        return np.repeat(counts, lengths)[:samples]

    # --------------------------------------------------------------------------------------- slots

    def stream(self, stretch: Stretch, slot: int) -> tuple[Array, Array] | None:
        """Run a slot; return the upper 10 bits of its phase and its attenuation by sample, or None if it is silent.

        Slots from 19 on come so late in the scan that their output belongs to the first cycles of the next sample:
        after the last stretch their phase is the one for it, not yet stepped.
        """
        hold = stretch.samples - 1 if stretch.last and slot >= 19 else -1
        changes = self.take_changes(slot, stretch.start + stretch.samples)
        if hold < 0 and not changes and self.is_idle(slot):
            step = self.phase_step[slot] = self.phase_increment(slot, self.slot_pitch[slot], 0)
            self.phase[slot] = self.phase[slot] + step * stretch.samples & 0xFFFFF
            self.phase_reset[slot] = 0
            return None
        levels = Levels()
        phases: list[Array] = []
        added: list[Array] = []
        at = 0
        for change in (*changes, None):
            end = stretch.samples if change is None else max(change.sample - stretch.start, 0)
            if end > at:
                self._run_slot(stretch.until(end), slot, at, hold, levels, phases)
                added.append(self._added(stretch, slot, at, end))
                at = end
            if change is not None:
                self.apply_change(slot, change)
        heard = levels.array()
        attenuation = np.minimum(heard + (np.concatenate(added) if len(added) > 1 else added[0]), 1023)
        if hold >= 0:
            self.attenuation[slot] = int(attenuation[-1])
            if slot == 23:
                self.waiting_level = int(heard[-1])
                self.waiting_am = self.am(slot, int(stretch.lfo_am[-1]))
                self.waiting_total_level = self.total_level[slot]
        if attenuation.min() >= SILENCE:
            return None
        return np.concatenate(phases) if len(phases) > 1 else phases[0], attenuation

    def _added(self, stretch: Stretch, slot: int, start: int, end: int) -> Array:
        """Return what total level and AM add to the envelope, by sample."""
        total = self.total_level[slot] << 3
        if self.channel3_mode == 2 and slot % 6 == 2:  # CSM has it in the envelope
            total = 0
        if self.am_enable[slot]:
            shift = self.am(slot, 128).bit_length() - 1
            moving: Array = total + (stretch.lfo_am[start:end] >> 7 - shift)
            return moving
        return np.full(end - start, total)

    def _run_slot(self, stretch: Stretch, slot: int, at: int, hold: int, levels: Levels, phases: list[Array]) -> None:
        """Run a slot from one sample to the end of a stretch without changes."""
        pitch = self.slot_pitch[slot]
        while at < stretch.samples:
            if self.is_steady(slot):
                end = self.steady_envelope(stretch, slot, at, pitch[2], levels)
                phases.append(self.steady_phase(stretch, slot, at, end, pitch, hold))
                at = end
                continue
            clocks = stretch.clocks(at)
            self.key_latch[slot] = self.key_register[slot]
            self.phase_step[slot] = self.phase_increment(slot, pitch, clocks.lfo_pm)
            levels.add([self.envelope_step(slot, clocks, pitch[2], 0)], [1])
            phases.append(np.array([self.phase[slot] >> 10]))
            if at != hold:
                step = self.phase[slot] + self.phase_step[slot]
                self.phase[slot] = 0 if self.phase_reset[slot] else step & 0xFFFFF
            at += 1

    def is_steady(self, slot: int) -> bool:
        """Tell whether there is no key event, and SSG-EG has nothing to do but to make steps larger."""
        if self.key[slot] != self.key_register[slot] or (not self.key[slot] and self.eg_state[slot] != RELEASE):
            return False
        if not self.ssg[slot] & 8:
            return self.ssg_direction[slot] == 0
        return self.level[slot] < 512 and self.ssg_direction[slot] <= self.key[slot]

    def is_idle(self, slot: int) -> bool:
        """Tell whether a slot has faded out and only its phase goes on, evenly."""
        faded = self.level[slot] == 1023 and self.eg_state[slot] == RELEASE and not self.ssg[slot] & 8
        return faded and self.is_steady(slot) and not self.pms[slot % 6]

    def steady_phase(
        self, stretch: Stretch, slot: int, start: int, end: int, pitch: tuple[int, int, int], hold: int
    ) -> Array:
        """Return the upper bits of the phase, and some beyond them, over samples in which it is not reset."""
        phase, count = self.phase[slot], end - start
        self.phase_reset[slot] = 0
        if not self.pms[slot % 6]:
            step = self.phase_step[slot] = self.phase_increment(slot, pitch, 0)
            self.phase[slot] = phase + step * (count - (end - 1 == hold)) & 0xFFFFF
            even: Array = (NUMBERS[:count] * step + phase) >> 10
            return even
        moved = stretch.lfo_pm[start:end]
        by_pm = np.zeros(32, np.int64)
        for pm in set(moved.tolist()):
            by_pm[pm] = self.phase_increment(slot, pitch, pm)
        steps = by_pm[moved]
        after = phase + np.cumsum(steps)
        before = after - steps
        self.phase_step[slot] = int(steps[-1])
        self.phase[slot] = int(before[-1] if end - 1 == hold else after[-1]) & 0xFFFFF
        upper: Array = before >> 10
        return upper

    def steady_envelope(self, stretch: Stretch, slot: int, at: int, code: int, levels: Levels) -> int:
        """Run an envelope until the stretch ends or the slot is not steady any more; return where."""
        samples = stretch.samples
        ssg = self.ssg[slot] & 8
        invert = (self.ssg_direction[slot] ^ self.ssg[slot] >> 2 & 1) & self.key[slot] if ssg else 0
        threshold = self.sustain_threshold(slot)

        def heard(level: Any) -> Any:
            return 512 - level & 1023 if invert else level

        state, level = self.eg_state[slot], self.level[slot]
        while at < samples and not (ssg and level >= 512):
            following, faded = state, level
            if state == ATTACK:
                if level == 0:
                    following = DECAY
            elif state == DECAY and level >> 4 == threshold:
                following = SUSTAIN
            elif level >= 0x3F0:
                following, faded = RELEASE, 1023
            if (following, faded) != (state, level):  # a change without a step takes one sample
                levels.add([heard(level)], [1])
                at += 1
                state, level = following, faded
                continue
            rate = self.envelope_rate(slot, state, code)
            if rate < 2 or (level == 1023 and state == RELEASE) or (state == ATTACK and rate >= 62):
                levels.add([heard(level)], [samples - at])
                at = samples
                break
            where, steps = stretch.steps(rate, at)
            active = len(where)
            if state == ATTACK:
                after = attack(level, steps)
            else:
                after = level + np.cumsum((4 if ssg else 1) << steps - 1)
                count = int(after.searchsorted(512 if ssg else 0x3F0)) + 1  # up to the step that ends it
                if state == DECAY:
                    done = after >> 4 == threshold
                    if done.any():
                        count = min(count, int(done.argmax()) + 1)
                after = after[:count]
            where = where[: len(after)]
            stopped = 0 < len(after) <= active and self._ends(state, int(after[-1]), threshold, ssg)
            end = int(where[-1]) + 1 if stopped else samples
            edges = np.empty(len(after) + (1 if stopped else 2), np.int64)
            edges[0], edges[-1] = at, end
            edges[1 : len(after) + 1] = where + 1
            values = np.empty(len(edges) - 1, np.int64)
            values[0] = level
            values[1:] = after[: len(values) - 1]
            levels.add(heard(values), edges[1:] - edges[:-1])
            level = int(after[-1]) if len(after) else level
            at = end
        self.eg_state[slot], self.level[slot] = state, level
        return at

    @staticmethod
    def _ends(state: int, level: int, threshold: int, ssg: int) -> bool:
        """Tell whether a state ends at this level."""
        if state == ATTACK:
            return level == 0
        return level >= (512 if ssg else 0x3F0) or (state == DECAY and level >> 4 == threshold)


def attack(level: int, increments: Array) -> Array:
    """Return the levels after each step of an attack, up to 0."""
    after = []
    for increment in increments.tolist():
        level += attack_step(level, increment)
        after.append(level)
        if level == 0:
            break
    return np.array(after, np.int64)
