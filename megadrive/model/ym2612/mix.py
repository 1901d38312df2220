"""What the pins show of the channels and the DAC, summed over each sample.

Each channel has four cycles of the scan. A YM3438 shows its value in the last three of them. A YM2612 shows it in the
last one, and a step of its sign in the others: the ladder effect. The DAC may change in any cycle.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from megadrive.model.ym2612.cycle import DAC_PART, STEP
from megadrive.model.ym2612.stream import STRETCH, Array, Streams, Stretch

LEFT_RIGHT = (2, 1)
"""Bits of $B4 >> 6."""


class Mix(Streams):
    """From channel sums to samples."""

    def __init__(self, chip: Any) -> None:
        super().__init__(chip)
        self.sums = np.zeros((6, 2 + STRETCH), np.int16)
        """Sums by channel and sample, behind those of the two samples before."""
        self.sides = [3] * 6
        """Sides on which the channels are shown, as a block has come to them."""

    def mix(self, stretch: Stretch) -> Array:
        """Return what each channel and the DAC add to what the pins show: int16 (7, 2, samples)."""
        samples = stretch.samples
        out = np.zeros((7, 2, samples), np.int16)
        # Channels 2, 4 and 6 show their sums of two samples ago, the others those of the last one.
        values = np.empty((6, samples), np.int16)
        values[0::2], values[1::2] = self.sums[0::2, 1 : 1 + samples], self.sums[1::2, :samples]
        if self.integrated:
            on, off = 3 * values, np.zeros_like(values)
        else:
            negative = values < 0
            off = np.where(negative, np.int16(-4 * STEP), np.int16(4 * STEP))
            on = 3 * values + np.where(negative, np.int16(-3 * STEP), np.int16(3 * STEP + 3))
        for channel in range(5):
            self._show(stretch, channel, out[channel], on[channel], off[channel])
        if not (self.dac_enable or len(self.dac_switches) > 1):
            self._show(stretch, 5, out[5], on[5], off[5])
        else:
            self._mix_dac(stretch, out, values[5])
        for part in range(7):
            if self.silenced >> part & 1:
                out[part] = self.silence(part)
        return out

    def _show(self, stretch: Stretch, channel: int, out: Array, on: Array, off: Array) -> None:
        """Put a channel on its sides."""
        for start, end, sides in self._pieces_by_side(stretch, channel):
            for side, bit in enumerate(LEFT_RIGHT):
                out[side, start:end] = (on if sides & bit else off)[start:end]

    def _pieces_by_side(self, stretch: Stretch, channel: int) -> Iterator[tuple[int, int, int]]:
        """Cut a stretch where a channel changes sides."""
        at, coming = 0, self.pans[channel]
        while at < stretch.samples:
            while coming and coming[0][0] - stretch.start <= at:
                self.sides[channel] = coming.pop(0)[1]
            end = min(coming[0][0] - stretch.start, stretch.samples) if coming else stretch.samples
            yield at, end, self.sides[channel]
            at = end

    def _mix_dac(self, stretch: Stretch, out: Array, channel6: Array) -> None:
        """Show the DAC while it is on, else channel 6."""
        shown = by_cycle(self.dac_since, self.dac_values, stretch)
        shown -= (shown & 0x100) * 2
        if len(self.dac_switches) == 1:
            self._show(stretch, 5, out[DAC_PART], *self._pins(shown, np.ones(1, np.int16)))
            return
        since, states = np.array(self.dac_switches).T
        is_on = by_cycle(since, states, stretch)
        sides = list(self._pieces_by_side(stretch, 5))
        for part, values, mask in ((DAC_PART, shown, is_on), (5, np.repeat(channel6[:, None], 4, 1), 1 - is_on)):
            on, off = self._pins(values, mask)
            for start, end, bits in sides:
                for side, bit in enumerate(LEFT_RIGHT):
                    out[part, side, start:end] = (on if bits & bit else off)[start:end]

    def _pins(self, values: Array, mask: Array) -> tuple[Array, Array]:
        """Return what four cycles (n, 4), or those of them where `mask` is 1, add to a side that is on, or off."""
        if self.integrated:
            own = values * mask
            return own[:, 1] + own[:, 2] + own[:, 3], np.zeros(len(values), np.int16)
        signs = np.where(values < 0, np.int16(-STEP), np.int16(STEP)) * mask
        others = signs[:, 0] + signs[:, 1] + signs[:, 2]
        last = values[:, 3] * mask[..., -1]
        return others + 3 * last + (signs[:, 3] > 0) * np.int16(3), others + signs[:, 3]


def by_cycle(since: Array, values: Array, stretch: Stretch) -> Array:
    """Return a value that changes at some cycles of the block, in cycles 4 to 7 of each sample: int16 (samples, 4)."""
    first, end = 24 * stretch.start, 24 * (stretch.start + stretch.samples)
    begin, stop = since.searchsorted([first, end - 1], "right")
    edges = np.append(since[begin - 1 : stop], end)
    edges[0] = first
    cycles = values[begin - 1 : stop].astype(np.int16).repeat(np.diff(edges))
    return cycles.reshape(-1, 24)[:, 4:8].copy()
