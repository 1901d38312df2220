"""Many whole samples at once, while no write is on its way.

Operators are run one after the other over a stretch of samples. That is possible because only S1 hears itself: S2
follows from S1, S3 from S1 and S2, S4 from all of them.
"""

from __future__ import annotations

import numpy as np

from megadrive.model.ym2612.changes import DATA_OF_BLOCKS
from megadrive.model.ym2612.cycle import DAC_PART, STEP, clamp
from megadrive.model.ym2612.stream import NUMBERS, Array, Streams, Stretch
from megadrive.model.ym2612.tables import FIRST_CARRIER, SINE, WAVE

STRETCH = len(NUMBERS)
"""Samples that are run at once, so that arrays stay in the cache."""

MANY = 1 << 62


class Voice:
    """Outputs of a channel's operators, with those of the samples before: two of S1 and of the sum, one of S2."""

    def __init__(self) -> None:
        self.s1: Array = np.zeros(2, np.int64)
        self.s2: Array = np.zeros(1, np.int64)
        self.s3: Array = np.zeros(0, np.int64)
        self.s4: Array = np.zeros(0, np.int64)
        self.sum: Array = np.zeros(2, np.int64)


class Block(Streams):
    """Samples by the block."""

    def block_limit(self) -> int:
        """Return the samples that a block may have now.

        None while a register is on its way that a block cannot take, or a test bit is set; else all up to the next key
        that timer A presses.
        """
        if self.cycle or (self.is_storing() and self.address & 0xFF not in DATA_OF_BLOCKS):
            return 0
        if self.data_strobe & 1 and (self.address_strobe or self.mode_address & 0xFF not in DATA_OF_BLOCKS):
            return 0
        if self.test_21 or self.test_2c & 0x20 or self.csm_key:
            return 0
        if self.channel3_mode == 2 and not self.timers_settled():
            return 0
        if self.channel3_mode == 2 and self.timer_running[0]:
            return 1023 - self.timer_count[0]
        return MANY

    def run_block(self, samples: int, writes: list[tuple[int, int, int]]) -> Array:
        """Run whole samples; int16 (samples, 7, 2).

        Writes (cycle, port, value) are those that :meth:`block_writes` lets pass. Fields that the next sample writes
        before it reads them are not kept up: run that one by cycles.
        """
        voices = [Voice() for _ in range(6)]
        self.finish_last_sample(voices)
        dac = self.dac_values(24 * samples, *self.run_bus(24 * samples, writes))
        self.clock += 24 * samples
        parts = []
        for start in range(0, samples, STRETCH):
            now = min(STRETCH, samples - start)
            stretch = self.plan(start, now, start + now == samples)
            for channel, voice in enumerate(voices):
                self.run_voice(stretch, channel, voice)
            parts.append(self.mix(voices, dac[start : start + now]))
            if stretch.last:
                self.keep_last_sample(voices)
            for voice in voices:
                voice.s1, voice.s2, voice.sum = voice.s1[-2:], voice.s2[-1:], voice.sum[-2:]
        self.finish_changes(samples)
        return np.concatenate(parts)

    # ----------------------------------------------------------------------------------- operators

    def run_voice(self, stretch: Stretch, channel: int, voice: Voice) -> None:
        """Run a channel's operators and sum them up."""
        n, algorithm, feedback = stretch.samples, self.algorithm[channel], self.feedback[channel]
        silence = np.zeros(n, np.int64)

        def output(slot: int, *modulators: Array) -> Array:
            stream = self.stream(stretch, slot)
            if stream is None:
                return silence
            phase, attenuation = stream
            if modulators:
                phase = phase + (sum(modulators[1:], modulators[0]) >> 1)
            return self.outputs(phase, attenuation)

        first = self.modulation[channel]
        stream = self.stream(stretch, channel)
        if stream is None:
            s1 = silence
        elif feedback:
            s1 = self.feedback_outputs(*stream, first, int(voice.s1[1]), 10 - feedback)
        else:
            stream[0][0] += first
            s1 = self.outputs(*stream)
        voice.s1 = np.concatenate([voice.s1, s1])
        self.modulation[channel] = int(voice.s1[-2:].sum()) >> 10 - feedback if feedback else 0
        before1, before2 = voice.s1[1:-1], voice.s2[-1:]

        s2 = output(12 + channel, *([s1] if algorithm in (0, 3, 4, 5, 6) else []))
        voice.s2 = np.concatenate([before2, s2])
        before2 = voice.s2[:-1]
        s3 = output(6 + channel, *{0: [before2], 1: [before1, before2], 2: [before2], 5: [before1]}.get(algorithm, []))
        s4_by = {0: [s3], 1: [s3], 2: [s1, s3], 3: [before2, s3], 4: [s3], 5: [s1]}
        s4 = output(18 + channel, *s4_by.get(algorithm, []))
        voice.s3, voice.s4 = s3, s4

        total = silence
        for out in (s1, s3, s2, s4)[FIRST_CARRIER[algorithm] :]:
            if out is not silence:
                total = np.minimum(np.maximum(total + (out >> 5), -256), 255)
        voice.sum = np.concatenate([voice.sum, total])

    def outputs(self, phase: Array, attenuation: Array) -> Array:
        """Return the outputs of an operator for a phase of any width and its attenuation."""
        out: Array = WAVE.take(SINE.take(phase & 1023) + (attenuation << 3))
        return out

    def feedback_outputs(self, phase: Array, attenuation: Array, modulation: int, last: int, shift: int) -> Array:
        """Return the outputs of S1 as it modulates itself: the one true recurrence."""
        sine, wave, outs = self.sine, self.wave, [0] * len(phase)
        for at, (angle, level) in enumerate(zip(phase.tolist(), (attenuation << 3).tolist(), strict=True)):
            outs[at] = out = wave[sine[angle + modulation & 1023] + level]
            modulation = out + last >> shift
            last = out
        return np.array(outs, np.int64)

    # -------------------------------------------------------------------------------------- output

    def dac_values(self, cycles: int, since: list[int], values: list[int]) -> Array:
        """Return the DAC's value in cycles 4 to 7 of each sample: (samples, 4)."""
        shown = np.arange(0, cycles, 24)[:, None] + np.arange(4, 8)
        bits: Array = np.array(values)[np.searchsorted(since, shown, "right") - 1]
        signed: Array = bits - (bits & 0x100) * 2
        return signed

    def mix(self, voices: list[Voice], dac: Array) -> Array:
        """Return what each channel and the DAC add to what the pins show: int16 (samples, 7, 2).

        Channels 2, 4 and 6 show their sums of two samples ago, the others those of the last one. A YM3438 shows a value
        in the last three of four cycles; a YM2612 in the last one, and in all a step of its sign.
        """
        samples = len(dac)
        out = np.zeros((samples, 7, 2), np.int16)
        for channel, voice in enumerate(voices):
            start = 0 if channel & 1 else 1
            values = voice.sum[start : start + samples, None]
            part = channel
            if channel == 5 and self.dac_enable:
                part, values = DAC_PART, dac
            if self.silenced >> part & 1:
                out[:, part] = self.silence(part)
                continue
            if self.integrated:
                on: Array = 3 * values[:, 0] if values.shape[1] == 1 else values[:, 1:].sum(1)
                muted: Array = np.zeros(samples, np.int64)
            else:
                signs = np.where(values < 0, -STEP, STEP)
                muted = signs.sum(1) * (4 // values.shape[1])
                on = muted - signs[:, -1] + 3 * (values[:, -1] + (values[:, -1] >= 0))
            out[:, part, 0] = on if self.pan[channel] & 2 else muted
            out[:, part, 1] = on if self.pan[channel] & 1 else muted
        return out

    # ------------------------------------------------------------------------- where the scan stands

    def finish_last_sample(self, voices: list[Voice]) -> None:
        """Run what the first cycles of a sample still do for the last one: outputs of slots 19 to 23, sums of S4."""
        attenuation = self.waiting_level + self.waiting_am + (self.waiting_total_level << 3)
        self.attenuation[23] = min(attenuation, 1023)
        for slot in range(19, 24):
            self.operate(slot)
        for channel, voice in enumerate(voices):
            voice.s1 = np.array([self.s1_before[channel], self.output[channel]])
            voice.s2 = np.array([self.output[12 + channel]])
            total = clamp(self.accumulator[channel] + (self.output[18 + channel] >> 5))
            voice.sum = np.array([self.channel_output[channel], total])

    def keep_last_sample(self, voices: list[Voice]) -> None:
        """Leave the last sample as the scan leaves it: the S4 of channels 2 to 6 is still to come."""
        for channel, voice in enumerate(voices):
            s1, s2, before2, s3 = int(voice.s1[-1]), int(voice.s2[-1]), int(voice.s2[-2]), int(voice.s3[-1])
            algorithm = self.algorithm[channel]
            by = {0: s3, 1: s3, 2: s1 + s3, 3: before2 + s3, 4: s3, 5: s1}
            self.modulation[18 + channel] = by.get(algorithm, 0) >> 1
            total = 0
            for out in (s1, s3, s2)[FIRST_CARRIER[algorithm] :]:
                total = clamp(total + (out >> 5))
            self.accumulator[channel] = total
            self.channel_output[channel] = int(voice.sum[-2])
            self.s1_before[channel] = int(voice.s1[-2])
            self.output[channel], self.output[6 + channel], self.output[12 + channel] = s1, s3, s2
        self.output[18] = int(voices[0].s4[-1])
