"""From what the chips give to samples in a file: mixed, resampled, cut to length, faded."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from megadrive.audio import AudioOutput, Filter

Samples = npt.NDArray[np.int16]


class Settings(NamedTuple):
    """Of the output."""

    sample_rate: int
    filter: Filter
    psg_level: float

    def output(self, master_clock: int, start: int = 0) -> AudioOutput:
        """Return a new output that begins at a master clock."""
        out = AudioOutput(self.sample_rate, self.filter, self.psg_level, master_clock)
        out.skip(start)
        return out


class Track:
    """One stream of samples.

    Parameters
    ----------
    settings : Settings
        Rate, filter and level.
    master_clock : int
        In Hz.
    psg_clock : int, optional
        Master clock of a PSG that has one of its own.
    start : int
        Master clock at which it begins.
    steady : int, optional
        Samples at full loudness; without it nothing is cut off, not even the filters' delay.
    total : int
        Samples with the fading out that follows.
    volume : float
        Factor.
    """

    def __init__(
        self,
        settings: Settings,
        master_clock: int,
        psg_clock: int | None = None,
        start: int = 0,
        steady: int | None = None,
        total: int = 0,
        volume: float = 1.0,
    ) -> None:
        self._clock, self._psg_clock = master_clock, psg_clock
        self._out = settings.output(master_clock, start)
        self._psg_out = None if psg_clock is None else settings.output(psg_clock)
        self._steady, self._total, self._volume = steady, total, volume
        self._at = 0 if steady is None else -self._out.count(round(self._out.delay * master_clock))

    @property
    def over(self) -> bool:
        """Whether all samples have been given."""
        return self._steady is not None and self._at >= self._total

    def add(self, fm: Samples | None, psg: Samples | None, end: int) -> list[Samples]:
        """Take FM samples and PSG ticks up to the master clock `end`; return the samples they give, in a list.

        The list is empty as long as there is nothing but the filters' delay.
        """
        if self._psg_out is None:
            block = self._out.render(end, fm, psg)
        else:
            assert self._psg_clock is not None
            tone = self._psg_out.render(end * self._psg_clock // self._clock, psg=psg)
            block = self._out.render(end, fm)
            n = min(len(block), len(tone))
            block = np.clip(block[:n].astype(np.int32) + tone[:n], -32768, 32767).astype(np.int16)
        if self._steady is None:
            return [block]
        first, self._at = self._at, self._at + len(block)
        block = block[max(-first, 0) : max(len(block) - max(self._at - self._total, 0), 0)]
        first = max(first, 0)
        if self._volume != 1 or first + len(block) > self._steady:
            fading = max(self._total - self._steady, 1)
            gain = self._volume * np.clip(1 - (first + np.arange(len(block)) - self._steady) / fading, 0, 1)
            block = np.clip(np.round(block * gain[:, None]), -32768, 32767).astype(np.int16)
        return [block] if len(block) else []
