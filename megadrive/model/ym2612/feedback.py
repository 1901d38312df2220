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

PIECE = 32
"""Samples that are gone through one by one before it is looked whether the rest is right already."""

PATIENCE = 3
"""Trials until it matters how much each brings; then, it has to be worth its time."""

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
    phase, attenuation, new = phase[1:], attenuation[1:], outs[3:]
    new[:] = 0
    wrong = len(new)
    for trial in count():
        heard = outs[1:-2] + outs[2:-1]
        heard >>= shift
        angle = phase + heard
        angle &= 1023
        index = SINE.take(angle)
        index += attenuation
        tried = WAVE.take(index)
        different = tried != new
        before, wrong = wrong, int(np.count_nonzero(different))
        new[:] = tried
        if wrong == 0:
            return
        if trial >= PATIENCE and (before - wrong) * 32 < len(new) + 64:
            break
    # An output, and the one that follows, is in doubt if the one before it is not what it was made from.
    doubts = np.flatnonzero(different[:-1]) + 1
    outs[1:] = _repaired(outs[1:].tolist(), phase.tolist(), attenuation.tolist(), shift, doubts.tolist())


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
