"""S1, which hears its own last two outputs: the one true recurrence.

It is solved by trying. Outputs are made from what is thought of the outputs before them, all at once, again and again;
each time at least one more is right, and as loud as feedback usually is, an error shrinks at every step. What remains
is gone through one by one.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt

from megadrive.model.ym2612.tables import SINE, WAVE

Array = npt.NDArray[Any]

PIECE = 16
"""Samples that are gone through one by one before it is looked whether the rest is right already."""

PATIENCE = 1
"""Trials before it is looked, after every second one, what they bring; two that do not bring enough are the last."""

THREE_SINES = np.tile(SINE, 3)
"""The sine for phases that feedback has moved: it hears up to two periods, and an index below 0 counts from the end."""

WIDE_WAVE = WAVE.astype(np.int64)

_sine: list[int] = SINE.tolist()
_wave: list[int] = WAVE.tolist()


def feedback_outputs(outs: Array, phase: Array, attenuation: Array, modulation: int, shift: int) -> None:
    """Make the outputs of S1.

    Parameters
    ----------
    outs
        int16 (2 + n,): the outputs of the last two samples, behind which the new ones come.
    phase, attenuation
        (n,): 10 bits and more of the phase; 8 times the attenuation.
    modulation
        What the first sample hears.
    shift
        How far the sum of two outputs is shifted to the right.
    """
    outs[2] = _wave[_sine[int(phase[0]) + modulation & 1023] + int(attenuation[0])]
    if len(phase) == 1:
        return
    attenuation = attenuation[1:]
    phase = phase[1:] & 1023
    made, tried = np.zeros(2 + len(phase), np.int64), np.empty(2 + len(phase), np.int64)
    made[:2] = tried[:2] = outs[1:3]
    wrong = len(phase)
    for trial in count():
        index = made[1:-1] + made[:-2]
        index >>= shift
        index += phase
        index = THREE_SINES.take(index)
        index += attenuation
        WIDE_WAVE.take(index, out=tried[2:], mode="clip")
        made, tried = tried, made
        if trial & 1 and trial > PATIENCE:
            different = made != tried
            before, wrong = wrong, int(np.count_nonzero(different))
            if wrong == 0:
                outs[1:] = made
                return
            if before - wrong < len(phase) >> 4 and trial > PATIENCE + 2:
                break
    # An output, and the one that follows, is in doubt if the one before it is not what it was made from.
    doubts = np.flatnonzero(different[2:-1]) + 1
    outs[1:] = _repaired(made.tolist(), phase.tolist(), attenuation.tolist(), shift, doubts.tolist())


def _repaired(outs: list[int], phase: list[int], attenuation: list[int], shift: int, doubts: list[int]) -> list[int]:
    """Return right outputs, behind two that are; those in doubt, and all that follow from them, may be wrong."""
    sine, wave, end, samples = _sine, _wave, 0, len(phase)
    for doubt in doubts:
        at = max(doubt, end)
        wrong = at <= doubt + 1
        while wrong and at < samples:
            before, last, made = outs[at], outs[at + 1], []
            for angle, level in zip(phase[at : at + PIECE], attenuation[at : at + PIECE], strict=True):
                out = wave[sine[angle + (last + before >> shift) & 1023] + level]
                made.append(out)
                before, last = last, out
            end = at + len(made)
            wrong = outs[end : end + 2] != [before, last]
            outs[at + 2 : end + 2] = made
            at = end
    return outs
