"""Phase and attenuation of the slots over a stretch of samples, as rows of two arrays.

The envelope timer runs through 4095 values, each of which lasts for three samples. What it makes an envelope of some
rate go by is therefore a table over 12,285 samples, and a decay is a piece of that table plus a constant.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from megadrive.model.ym2612.changes import Changes
from megadrive.model.ym2612.counters import lfo_am
from megadrive.model.ym2612.operators import Clocks, attack_step, envelope_increment, phase_increment
from megadrive.model.ym2612.tables import AM_SHIFTS, ATTACK, DECAY, LFO_PERIODS, RELEASE, SILENCE, SUSTAIN

Array = npt.NDArray[Any]

STRETCH = 2048
"""Samples that are run at once, so that arrays stay in the cache."""

NUMBERS = np.arange(STRETCH)

_STEPS = np.arange(4096 + STRETCH // 3 + 2)
_TIMER = np.where(_STEPS < 4096, _STEPS, (_STEPS - 1) % 4095 + 1)

TIMER: list[int] = _TIMER.tolist()
"""The envelope timer, step by step, from 0 on; step t is taken in sample 3 t + 2 of the tables."""

LOCKS = [(t & -t).bit_length() for t in TIMER]
"""What the envelopes see of it: 1 + the lowest bit set, and the lowest two bits."""

LOWS: list[int] = (_TIMER & 3).tolist()

_KINDS = 4 * np.array(LOCKS) + LOWS

AM = np.array([lfo_am(count) for count in range(128)])
"""AM by the LFO's counter."""


@cache
def increments(rate: int) -> Array:
    """Return the envelope increments of a rate, by step of the timer."""
    kinds = np.array([[envelope_increment(rate, lock, low) for low in range(4)] for lock in range(14)])
    by_step: Array = kinds.ravel()[_KINDS]
    return by_step


@cache
def falls(rate: int) -> Array:
    """Return how far an envelope of a rate that does not attack has gone before each sample of the timer's steps."""
    steps = np.zeros(3 * len(TIMER) + 1, np.int64)
    steps[3::3] = (1 << increments(rate)) >> 1
    return steps.cumsum()


@lru_cache(1024)
def vibrato_steps(fnum: int, block: int, code: int, detuning: int, multiple: int, depth: int) -> Array:
    """Return what a phase advances by in a sample, by vibrato."""
    return np.array([phase_increment(fnum, block, code, detuning, multiple, depth, pm) for pm in range(32)])


class Stretch(NamedTuple):
    """The counters over a stretch of samples."""

    start: int
    """Its first sample, from the block's beginning."""
    samples: int
    last: bool
    """The block ends with it."""
    clock: int
    """Its first sample in the tables of the envelope timer."""
    lfo_pm: Array
    """By sample, as is `lfo_am`."""
    lfo_am: Array
    still: bool
    """The LFO stands."""

    def is_tick(self, at: int) -> bool:
        """Tell whether the envelopes step in a sample."""
        return (self.clock + at) % 3 == 2

    def clocks(self, at: int) -> Clocks:
        """Return the counters of one sample."""
        step = (self.clock + at) // 3
        return Clocks(self.is_tick(at), LOCKS[step], LOWS[step], int(self.lfo_pm[at]), int(self.lfo_am[at]))


class Streams(Changes):
    """Slots over many samples."""

    def __init__(self, chip: Any) -> None:
        super().__init__(chip)
        self.phases = np.zeros((24, STRETCH), np.int64)
        """Phases by slot and sample; bits from 20 on are any."""
        self.attenuations = np.zeros((24, STRETCH), np.int64)
        """What is not heard may be more than 1023."""

    # ----------------------------------------------------------------------------------- counters

    def is_timer_regular(self) -> bool:
        """Tell whether the envelopes will see what the envelope timer says: a test may have changed it since."""
        step = self.eg_timer
        return not self.eg_carry and (self.eg_divider == 2 or (self.eg_lock, self.eg_low) == (LOCKS[step], LOWS[step]))

    def plan(self, start: int, samples: int, last: bool) -> Stretch:
        """Draw up the counters of the next samples, and step them."""
        clock = 3 * self.eg_timer + (self.eg_divider + 1) % 3
        step, into = divmod(clock + samples, 3)
        self.eg_divider = (self.eg_divider + samples) % 3
        self.eg_timer = TIMER[step]
        latched = step - (into == 0)  # what the next sample latches comes later
        self.eg_lock, self.eg_low = LOCKS[latched], LOWS[latched]
        counts, lengths = self._plan_lfo(start, samples)
        self.lfo_pm, self.lfo_am = counts[-1] >> 2, lfo_am(counts[-1])
        count = np.repeat(counts, lengths)
        return Stretch(start, samples, last, clock, count >> 2, AM[count], len(counts) == 1)

    def _plan_lfo(self, start: int, samples: int) -> tuple[list[int], list[int]]:
        """Return the LFO's counter as runs of samples: values and lengths."""
        counts: list[int] = []
        lengths: list[int] = []
        at = 0
        while at < samples:
            writes = self.lfo_writes
            regular = min(samples, writes[0][0] // 24 - start) if writes else samples
            if at < regular and not self.lfo_count & ~self.lfo_mask:
                at += self._run_lfo(regular - at, counts, lengths)
                continue
            counts.append(self.lfo_count)
            lengths.append(1)
            self.step_lfo(0)
            while writes and writes[0][0] // 24 - start == at and writes[0][0] % 24 < 23:
                cycle, data = writes.pop(0)
                self.store_lfo(data)
                if cycle % 24 < 22:
                    self.step_lfo(0)
            self.step_lfo(1)
            if writes and writes[0][0] // 24 - start == at:
                self.store_lfo(writes.pop(0)[1])
            at += 1
        return counts, lengths

    def _run_lfo(self, samples: int, counts: list[int], lengths: list[int]) -> int:
        """Run the LFO up to its next step, over so many samples at most; return how many."""
        period, divider = LFO_PERIODS[self.lfo_rate], self.lfo_divider
        if divider <= period:
            left = period - divider
        else:
            left = next(n for n in range(256) if divider + n & 0xFF & period == period)
        run = min(left + 1, samples)
        counts.append(self.lfo_count)
        lengths.append(run)
        if run > left:
            self.lfo_divider = 1
            self.lfo_count = self.lfo_count + 1 & self.lfo_mask
        else:
            self.lfo_divider = divider + run & 0xFF
        self.lfo_changed = 0
        return run

    # --------------------------------------------------------------------------------------- slots

    def run_slots(self, stretch: Stretch) -> list[bool]:
        """Run phases and envelopes; return for each slot whether it sounds. Rows of others are not filled.

        In the rows, phases have 10 bits and more, and attenuations are multiplied by 8.

        Slots from 19 on come so late in the scan that their output belongs to the first cycles of the next sample:
        after the last stretch their phase is the one for it, not yet stepped.
        """
        n = stretch.samples
        idle = [self._run_slot(stretch, slot) for slot in range(24)]
        phases, attenuations = self.phases[:, :n], self.attenuations[:, :n]
        if stretch.last:
            self._keep_attenuations(stretch, idle)
        phases >>= 10
        quiet = (attenuations.min(1) >= SILENCE).tolist()
        attenuations <<= 3
        return [not (i or q) for i, q in zip(idle, quiet, strict=True)]

    def _keep_attenuations(self, stretch: Stretch, idle: list[bool]) -> None:
        """Leave the attenuations as the scan has them: that of slot 23 is one sample behind."""
        before, final = np.minimum(self.attenuations[:, stretch.samples - 2 : stretch.samples], 1023).T.tolist()
        self.attenuation = [1023 if i else a for i, a in zip(idle, final, strict=True)]
        if not idle[23]:
            self.attenuation[23] = before[23]
        self.test_attenuation = self.attenuation[0]
        self.waiting_am = self.am(23, self.slot_depths[23][0], int(stretch.lfo_am[-1]))
        self.waiting_total_level = self.total_level[23]

    def _run_slot(self, stretch: Stretch, slot: int) -> bool:
        """Run a slot; return whether it is idle, which leaves its rows as they are."""
        samples = stretch.samples
        hold = samples - 1 if stretch.last and slot >= 19 else -1
        changes = self.take_changes(slot, stretch.start + samples) if self.block_changes[slot] else ()
        if not changes and self.is_idle(slot) and (stretch.still or not self.slot_depths[slot][1]):
            self._run_idle(stretch, slot, hold)
            return True
        at = 0
        for change in changes:
            end = change.sample - stretch.start
            if end > at:
                self._run_piece(stretch, slot, at, end, hold)
                at = end
            self.apply_change(slot, change)
        if at < samples:
            self._run_piece(stretch, slot, at, samples, hold)
        if stretch.last:
            self.key_latch[slot] = self.key_register[slot]
            if slot == 21:
                self.test_phase = int(self.phases[slot, samples - 2]) & 1023
        return False

    def is_steady(self, slot: int) -> bool:
        """Tell whether there is no key event, and SSG-EG has nothing to do but to make steps larger."""
        if self.key[slot] != self.key_register[slot] or (not self.key[slot] and self.eg_state[slot] != RELEASE):
            return False
        if not self.ssg[slot] & 8:
            return self.ssg_direction[slot] == 0
        return self.level[slot] < 512 and self.ssg_direction[slot] <= self.key[slot]

    def is_resting(self, slot: int) -> bool:
        """Tell whether SSG-EG has come to an end, and nothing but the phase moves until there is a key event."""
        shape, level, key, state = self.ssg[slot], self.level[slot], self.key[slot], self.eg_state[slot]
        if level < 512 or key != self.key_register[slot] or not shape & 8 or (key and not shape & 1):
            return False
        direction = self.ssg_direction[slot]
        if direction > key or (key and shape & 3 == 3 and not direction):
            return False
        if key and shape & 7 in (3, 5):  # it holds
            return state != ATTACK and not (state == DECAY and level >> 4 == self.sustain_threshold(slot))
        return level == 1023 and state == RELEASE

    def is_idle(self, slot: int) -> bool:
        """Tell whether a slot has faded out and only its phase goes on."""
        faded = self.level[slot] == 1023 and self.eg_state[slot] == RELEASE and not self.ssg[slot] & 8
        return faded and self.is_steady(slot)

    def _run_idle(self, stretch: Stretch, slot: int, hold: int) -> None:
        """Run a slot that is idle, and whose phase moves evenly."""
        phase, samples, (_, depth) = self.phase[slot], stretch.samples, self.slot_depths[slot]
        step = self.phase_increment(slot, self.slot_pitch[slot], depth, int(stretch.lfo_pm[0]))
        self.phase_step[slot] = step
        self.phase[slot] = phase + step * (samples - (hold >= 0)) & 0xFFFFF
        self.phase_reset[slot] = 0
        if stretch.last:
            self.key_latch[slot] = self.key_register[slot]
            self.eg_step[slot] = 0
            if stretch.is_tick(samples - 1):
                rate = self.envelope_rate(slot, RELEASE, self.slot_pitch[slot][2])
                self.eg_step[slot] = int(increments(rate)[(stretch.clock + samples) // 3 - 1])
            if slot == 21:
                self.test_phase = phase + step * (samples - 2) & 1023
            elif slot == 23:
                self.waiting_level = 1023

    def _run_piece(self, stretch: Stretch, slot: int, at: int, end: int, hold: int) -> None:
        """Run a slot over samples without changes."""
        pitch, (am_depth, pm_depth) = self.slot_pitch[slot], self.slot_depths[slot]
        row, phases = self.attenuations[slot], self.phases[slot]
        total = self.total_level[slot] << 3
        if self.channel3_mode == 2 and slot % 6 == 2:  # CSM has it in the envelope
            total = 0
        even = end
        if stretch.last and end == stretch.samples:  # a step leaves more behind
            even -= slot == 23 or stretch.is_tick(end - 1)
        start = at
        while at < end:
            if at < even and self.is_steady(slot):
                until = self.steady_envelope(stretch, slot, at, even, total)
                self.steady_phase(stretch, slot, at, until, hold)
                self.eg_step[slot] = 0
                at = until
                continue
            if at < even and self.is_resting(slot):
                row[at:even] = total + self.heard_at_rest(slot)
                if self.ssg[slot] & 3:
                    self.steady_phase(stretch, slot, at, even, hold)
                else:  # reset in every sample
                    phases[at], phases[at + 1 : even] = self.phase[slot], 0
                    self.phase_step[slot] = self.phase_increment(slot, pitch, pm_depth, int(stretch.lfo_pm[even - 1]))
                    if at != hold:
                        self.phase[slot] = 0
                    self.phase_reset[slot] = 1
                self.eg_step[slot] = 0
                at = even
                continue
            clocks = stretch.clocks(at)
            self.key_latch[slot] = self.key_register[slot]
            self.phase_step[slot] = self.phase_increment(slot, pitch, pm_depth, clocks.lfo_pm)
            heard = self.envelope_step(slot, clocks, pitch[2], 0)
            if slot == 23:
                self.waiting_level = heard
            row[at] = heard + total
            phases[at] = self.phase[slot]
            if at != hold:
                step = self.phase[slot] + self.phase_step[slot]
                self.phase[slot] = 0 if self.phase_reset[slot] else step & 0xFFFFF
            at += 1
        if am_depth and self.am_enable[slot]:
            row[start:end] += stretch.lfo_am[start:end] >> AM_SHIFTS[am_depth]

    def heard_at_rest(self, slot: int) -> int:
        """Return the level that is heard of a slot that rests."""
        level = self.level[slot]
        inverted = (self.ssg_direction[slot] ^ self.ssg[slot] >> 2) & self.key[slot] & 1
        return 512 - level & 1023 if inverted else level

    def steady_phase(self, stretch: Stretch, slot: int, start: int, end: int, hold: int) -> None:
        """Fill the phase over samples in which it is not reset."""
        phase, count, pitch = self.phase[slot], end - start, self.slot_pitch[slot]
        depth = self.slot_depths[slot][1]
        row = self.phases[slot, start:end]
        self.phase_reset[slot] = 0
        if not depth or stretch.still:
            step = self.phase_step[slot] = self.phase_increment(slot, pitch, depth, int(stretch.lfo_pm[start]))
            self.phase[slot] = phase + step * (count - (end - 1 == hold)) & 0xFFFFF
            np.multiply(NUMBERS[:count], step, out=row)
            row += phase
            return
        steps = vibrato_steps(*pitch, self.detune[slot], self.multiple[slot], depth)[stretch.lfo_pm[start:end]]
        after = steps.cumsum()
        after += phase
        np.subtract(after, steps, out=row)
        self.phase_step[slot] = int(steps[-1])
        self.phase[slot] = int(row[-1] if end - 1 == hold else after[-1]) & 0xFFFFF

    def steady_envelope(self, stretch: Stretch, slot: int, at: int, end: int, total: int) -> int:
        """Fill the attenuation until a sample, or until the slot is not steady any more; return where."""
        code, clock, row = self.slot_pitch[slot][2], stretch.clock, self.attenuations[slot]
        ssg = self.ssg[slot] & 8
        sign, zero = 1, total
        if ssg and (self.ssg_direction[slot] ^ self.ssg[slot] >> 2 & 1) & self.key[slot]:  # inverted
            sign, zero = -1, total + 512
        threshold = self.sustain_threshold(slot)
        state, level = self.eg_state[slot], self.level[slot]
        while at < end and not (ssg and level >= 512):
            following, faded = state, level
            if state == ATTACK:
                if level == 0:
                    following = DECAY
            elif state == DECAY and level >> 4 == threshold:
                following = SUSTAIN
            elif level >= 0x3F0:
                following, faded = RELEASE, 1023
            if (following, faded) != (state, level):  # a change without a step takes one sample
                row[at] = zero + sign * level
                at += 1
                state, level = following, faded
                continue
            rate = self.envelope_rate(slot, state, code)
            if rate < 2 or (level == 1023 and state == RELEASE) or (state == ATTACK and rate >= 62):
                row[at:end] = zero + sign * level
                at = end
                break
            first = clock + at
            if state == ATTACK:
                levels = attack(level, increments(rate)[first // 3 : (clock + end) // 3].tolist())
                level = levels[-1]
                until = min(end, 3 * (first // 3 + len(levels) - 1) - clock) if level == 0 else end
                row[at:until] = (zero + sign * np.array(levels)).repeat(3)[first % 3 : first % 3 + until - at]
            else:
                scale = 4 if ssg else 1
                goal = 512 if ssg else 0x3F0
                if state == DECAY and level >> 4 < threshold:
                    goal = min(goal, threshold << 4)
                fallen = falls(rate)
                before = int(fallen[first])
                until = clock + end
                if int(fallen[until]) - before >= (goal - level + scale - 1) // scale:
                    until = first + int(fallen[first:until].searchsorted(before + (goal - level + scale - 1) // scale))
                part = fallen[first:until]
                until -= clock
                if scale == sign:
                    np.add(part, zero + level - before, out=row[at:until])
                else:
                    row[at:until] = part * (scale * sign) + (zero + sign * (level - scale * before))
                level += scale * (int(fallen[clock + until]) - before)
            at = until
        self.eg_state[slot], self.level[slot] = state, level
        return at


def attack(level: int, steps: list[int]) -> list[int]:
    """Return the level at first and after each step of an attack, up to 0."""
    levels = [level]
    for increment in steps:
        if increment:
            level += attack_step(level, increment)
        levels.append(level)
        if level == 0:
            break
    return levels
