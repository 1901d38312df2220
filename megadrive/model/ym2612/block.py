"""Many whole samples at once.

Operators are run one after the other over a stretch of samples. That is possible because only S1 hears itself: S2
follows from S1, S3 from S1 and S2, S4 from all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from megadrive.model.ym2612.cycle import clamp
from megadrive.model.ym2612.feedback import feedback_outputs
from megadrive.model.ym2612.mix import Mix
from megadrive.model.ym2612.stream import STRETCH, Array, Stretch
from megadrive.model.ym2612.tables import FIRST_CARRIER, MODULATORS, SINE, WAVE

MANY = 1 << 62


class Piece(NamedTuple):
    """Samples of a channel over which its algorithm and feedback stay, or a single one in which they change."""

    start: int
    end: int
    algorithms: list[int]
    """In each quarter of the scan: see :class:`megadrive.model.ym2612.changes.Turn`."""
    feedback: int
    """In the last quarter, for the sample that follows each one."""


class Block(Mix):
    """Samples by the block."""

    def __init__(self, chip: Any) -> None:
        super().__init__(chip)
        # Outputs by channel and sample, behind those of the samples before: two of S1, one of S2.
        self.s1 = np.zeros((6, 2 + STRETCH), np.int16)
        self.s2 = np.zeros((6, 1 + STRETCH), np.int16)
        self.s3 = np.zeros((6, STRETCH), np.int16)
        self.s4 = np.zeros((6, STRETCH), np.int16)

    def block_limit(self) -> int:
        """Return the samples that a block may have now.

        None while a byte is on the bus or a test bit is set; else all up to the next key that timer A presses.
        """
        if self.cycle or self.address_strobe or self.data_strobe:
            return 0
        if self.test_21 or self.test_2c & 0x20 or self.csm_key or not self.is_timer_regular():
            return 0
        if self.channel3_mode == 2 and not self.timers_settled():
            return 0
        if self.channel3_mode == 2 and self.timer_running[0]:
            return 1023 - self.timer_count[0]
        return MANY

    def run_block(self, samples: int, log: Array) -> Array:
        """Run whole samples, two at least; int16 (7, 2, samples): channels and DAC, left and right.

        Writes (cycle, port, value) are those that :meth:`first_alone` lets pass.
        """
        self._finish_last_sample()
        self.sides = list(self.pan)
        self.run_bus(24 * samples, log)
        self.clock += 24 * samples
        parts = []
        start = 0
        while start < samples:
            now = min(STRETCH, samples - start)
            now -= samples - start - now == 1  # the last stretch has two samples at least
            stretch = self.plan(start, now, start + now == samples)
            sounding = self.run_slots(stretch)
            algorithms = []
            for channel in range(6):
                for piece in self._pieces(stretch, channel):
                    self.run_voice(piece, channel, sounding[channel::6])
                algorithms.append(piece.algorithms)
            parts.append(self.mix(stretch))
            if stretch.last:
                self._keep_last_sample(now, algorithms)
            self.s1[:, :2] = self.s1[:, now : now + 2]
            self.s2[:, :1] = self.s2[:, now : now + 1]
            self.sums[:, :2] = self.sums[:, now : now + 2]
            start += now
        self.finish_changes(samples)
        return np.concatenate(parts, 2) if len(parts) > 1 else parts[0]

    # ----------------------------------------------------------------------------------- operators

    def _pieces(self, stretch: Stretch, channel: int) -> Iterator[Piece]:
        """Cut a stretch where a channel's algorithm or feedback changes."""
        at, turns = 0, self.turns[channel]
        while at < stretch.samples:
            algorithm, feedback = self.algorithm[channel], self.feedback[channel]
            turn = turns[0].sample - stretch.start if turns else MANY
            if turn > at:
                end = min(turn, stretch.samples)
                yield Piece(at, end, [algorithm] * 4, feedback)
                at = end
                continue
            algorithms = [algorithm] * 4
            while turns and turns[0].sample - stretch.start == at:
                _, quarter, data = turns.pop(0)
                self.algorithm[channel], self.feedback[channel] = data & 7, data >> 3 & 7
                algorithms[quarter + 1 :] = [data & 7] * (3 - quarter)
                if quarter < 3:
                    feedback = data >> 3 & 7
            yield Piece(at, at + 1, algorithms, feedback)
            at += 1

    def run_voice(self, piece: Piece, channel: int, sounding: list[bool]) -> None:
        """Run a channel's operators over a piece and sum them up; `sounding` says which do, S1, S3, S2, S4."""
        start, end, algorithms, _ = piece
        s1 = self.s1[channel, 2 + start : 2 + end]
        s3 = self.s3[channel, start:end]
        s2 = self.s2[channel, 1 + start : 1 + end]
        s4 = self.s4[channel, start:end]
        before1, before2 = self.s1[channel, 1 + start : 1 + end], self.s2[channel, start:end]

        self._run_s1(piece, channel, sounding[0])
        by = MODULATORS[2][algorithms[1]]
        self._operate(s2, channel + 12, start, sounding[2], [s1] if by else [])
        by = MODULATORS[1][algorithms[0]]
        self._operate(s3, channel + 6, start, sounding[1], [before1] * (by & 1) + [before2] * (by >> 2))
        by = MODULATORS[3][algorithms[2]]
        modulators = [s1] * (by & 1) + [s3] * (by >> 1 & 1) + [before2] * (by >> 2)
        self._operate(s4, channel + 18, start, sounding[3], modulators)

        heard = [s4] if sounding[3] else []  # S1 starts the sum, S4 ends it
        for group, out in ((2, s2), (1, s3), (0, s1)):
            if sounding[group] and FIRST_CARRIER[algorithms[group + 1]] <= group:
                heard.insert(0, out)
        self._add_up(heard, self.sums[channel, 2 + start : 2 + end])

    def _operate(self, out: Array, slot: int, start: int, sounds: bool, modulators: list[Array]) -> None:
        """Make the outputs of an operator."""
        if not sounds:
            out[:] = 0
            return
        end = start + len(out)
        phase = self.phases[slot, start:end]
        if modulators:
            phase = phase + ((modulators[0] + modulators[1] if len(modulators) > 1 else modulators[0]) >> 1)
        index = SINE.take(phase & 1023)
        index += self.attenuations[slot, start:end]
        WAVE.take(index, out=out, mode="clip")

    def _run_s1(self, piece: Piece, channel: int, sounds: bool) -> None:
        """Make the outputs of S1, and gather what it hears of itself in the sample that follows."""
        start, end, _, feedback = piece
        outs = self.s1[channel, start : 2 + end]
        if not sounds:
            outs[2:] = 0
        elif feedback:
            phase, attenuation = self.phases[channel, start:end], self.attenuations[channel, start:end]
            feedback_outputs(outs, phase, attenuation, self.modulation[channel], 10 - feedback)
        else:
            self.phases[channel, start] += self.modulation[channel]
            self._operate(outs[2:], channel, start, sounds, [])
        self.modulation[channel] = int(outs[-1]) + int(outs[-2]) >> 10 - feedback if feedback else 0

    def _add_up(self, heard: list[Array], total: Array) -> None:
        """Add carriers up to a channel's sum: 9 bits each, and limited to 9 bits after each."""
        if not heard:
            total[:] = 0
            return
        np.right_shift(heard[0], 5, out=total)
        for out in heard[1:]:
            total += out >> 5
            np.minimum(total, 255, out=total)
            np.maximum(total, -256, out=total)

    # ------------------------------------------------------------------------- where the scan stands

    def _finish_last_sample(self) -> None:
        """Run what the first cycles of a sample still do for the last one: outputs of slots 19 to 23, sums of S4."""
        attenuation = self.waiting_level + self.waiting_am + (self.waiting_total_level << 3)
        self.attenuation[23] = min(attenuation, 1023)
        for slot in range(19, 24):
            self.operate(slot)
        for channel in range(6):
            self.s1[channel, :2] = self.s1_before[channel], self.output[channel]
            self.s2[channel, 0] = self.output[12 + channel]
            total = clamp(self.accumulator[channel] + (self.output[18 + channel] >> 5))
            self.sums[channel, :2] = self.channel_output[channel], total

    def _keep_last_sample(self, samples: int, algorithms_of: list[list[int]]) -> None:
        """Leave the last sample as the scan leaves it: the S4 of channels 2 to 6 is still to come."""
        s1 = self.s1[:, samples : samples + 2].tolist()
        s2 = self.s2[:, samples - 1 : samples + 1].tolist()
        s3 = self.s3[:, samples - 1].tolist()
        s4 = self.s4[:, samples - 2 : samples].tolist()
        self.s1_before = [before for before, _ in s1]
        self.output[:6] = [now for _, now in s1]
        self.output[6:12] = s3
        self.output[12:18] = [now for _, now in s2]
        self.output[18:] = [s4[0][1], *(before for before, _ in s4[1:])]
        self.channel_output = self.sums[:, samples].tolist()
        for channel, ((before1, now1), (before2, now2), now3) in enumerate(zip(s1, s2, s3, strict=True)):
            algorithms = algorithms_of[channel]
            by = MODULATORS[1][algorithms[0]]
            self.modulation[6 + channel] = (by & 1) * before1 + (by >> 2) * before2 >> 1
            by = MODULATORS[2][algorithms[1]]
            self.modulation[12 + channel] = by * now1 >> 1
            by = MODULATORS[3][algorithms[2]]
            self.modulation[18 + channel] = (by & 1) * now1 + (by >> 1 & 1) * now3 + (by >> 2) * before2 >> 1
            total = 0
            for group, out in enumerate((now1, now3, now2)):
                if FIRST_CARRIER[algorithms[group + 1]] <= group:
                    total = clamp(total + (out >> 5))
            self.accumulator[channel] = total
        self.shown = self.shown_before = self.channel_output[2]
        self.shown_pan = self.sides[2]
