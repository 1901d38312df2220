"""Sine, exponential and the small tables of the chip."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

GROUPS = ("S1", "S3", "S2", "S4")
"""The operators in the order in which the scan comes to them: slot = group * 6 + channel."""

ATTACK, DECAY, SUSTAIN, RELEASE = range(4)

SILENCE = 832
"""Attenuation from which on an operator's output is 0."""

# The two ROMs: quarter of a sine and one octave, both logarithmic; the formulas give all words of the die.
LOGSIN = np.round(-256 * np.log2(np.sin((2 * np.arange(256) + 1) * np.pi / 1024))).astype(np.int64)
EXP = np.round((2 ** (np.arange(256) / 256) - 1) * 1024).astype(np.int64)


def _sine() -> npt.NDArray[np.int64]:
    """Return for each 10-bit phase 2 * log sine, plus 1 in the negative half."""
    phase = np.arange(1024)
    quarter = np.where(phase & 0x100, ~phase, phase) & 0xFF
    sine: npt.NDArray[np.int64] = 2 * LOGSIN[quarter] + (phase >> 9)
    return sine


def _wave() -> npt.NDArray[np.int16]:
    """Return the outputs for log sine + attenuation << 2, in the format of :func:`_sine`.

    The attenuation may be any sum of an envelope, a total level and AM; the chip's own ends at 1023, where nothing is
    heard any more.
    """
    level = np.arange(LOGSIN[0] + (1 + 1023 + (127 << 3) + 126 << 2))
    out = ((EXP[~level & 0xFF] | 0x400) << 2) >> (level >> 8)
    return np.stack([out, -out], 1).ravel().astype(np.int16)


SINE = _sine()
WAVE = _wave()

LFO_PERIODS = (108, 77, 71, 67, 62, 44, 8, 5)
"""Samples per step of the LFO, by rate."""

AM_SHIFTS = (7, 3, 1, 0)
"""How far AM is shifted right, by sensitivity."""

# Vibrato adds two copies of fnum >> 4, shifted by these, by depth and step; 7 shifts it out altogether.
VIBRATO = (
    ((7, 7, 7, 7, 7, 7, 7, 7), (7, 7, 7, 7, 7, 7, 7, 7)),
    ((7, 7, 7, 7, 7, 7, 7, 7), (7, 7, 7, 7, 2, 2, 2, 2)),
    ((7, 7, 7, 7, 7, 7, 1, 1), (7, 7, 7, 2, 2, 2, 7, 7)),
    ((7, 7, 7, 7, 1, 1, 1, 1), (7, 7, 2, 2, 7, 7, 2, 2)),
    ((7, 7, 7, 1, 1, 1, 1, 0), (7, 7, 2, 7, 7, 7, 2, 7)),
    ((7, 7, 1, 1, 0, 0, 0, 0), (7, 7, 7, 2, 7, 7, 2, 1)),
    ((7, 7, 1, 1, 0, 0, 0, 0), (7, 7, 7, 2, 7, 7, 2, 1)),
    ((7, 7, 1, 1, 0, 0, 0, 0), (7, 7, 7, 2, 7, 7, 2, 1)),
)

DETUNES = (16, 17, 19, 20, 22, 24, 27, 29)
"""Mantissas of the detune: half an octave above the other, four key codes each."""

FAST = ((0, 0, 0, 0), (1, 0, 0, 0), (1, 0, 1, 0), (1, 1, 1, 0))
"""What the rates from 48 on add to the envelope's increment, by rate & 3 and timer & 3."""

# By group and algorithm, who modulates: 1 is S1, 2 is S3, 4 is S2.
MODULATORS = ((1, 1, 1, 1, 1, 1, 1, 1), (4, 5, 4, 0, 0, 1, 0, 0), (1, 0, 0, 1, 1, 1, 1, 0), (2, 2, 3, 6, 2, 1, 0, 0))

FIRST_CARRIER = (3, 3, 3, 3, 2, 1, 1, 0)
"""The first group that is heard, by algorithm; so are those after it."""

SHOWN = (1, 5, 3, 0, 4, 2)
"""Channels in the order in which the pins show them, four cycles each."""
