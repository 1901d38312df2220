"""The effects on the PSG's third tone and noise: five bytes for each sixtieth of a second."""

from __future__ import annotations

import math

Step = tuple[float, int, int, int]  # frequency in Hz (0: no tone), its attenuation, noise mode or -1, its attenuation


def _bytes(steps: list[Step]) -> list[int]:
    out: list[int] = []
    last_mode = -2
    for hertz, tone, mode, noise in steps:
        period = min(1023, round(111860.8 / hertz)) if hertz else 0
        out += [0xC0 | period & 15, period >> 4, 0xD0 | tone] if period else [0, 0, 0xDF]
        out += [0xE0 | mode if mode >= 0 and mode != last_mode else 0, 0xF0 | (noise if mode >= 0 else 15)]
        last_mode = mode
    return [*out, 0xFF]


def _note(semitones: float) -> float:
    return round(440.0 * math.pow(2.0, semitones / 12.0), 6)


def _arpeggio(notes: list[int], each: int, start: int = 2) -> list[Step]:
    steps: list[Step] = []
    for n, semitone in enumerate(notes):
        steps += [(_note(semitone), min(15, start + k * 2 // each + n // 3), -1, 15) for k in range(each)]
    tail = steps[-1]
    return steps + [(tail[0], min(15, tail[1] + 2 * k), -1, 15) for k in range(1, 6)]


def effects() -> list[tuple[str, int, list[int]]]:
    """Return (name, importance, bytes) in the order of the effects' numbers, from 1."""
    shot = [(1900.0 - 260 * k, 5 + k, -1, 15) for k in range(6)]
    hit = [(520.0 - 60 * k, 4 + 2 * k, 4, 5 + 2 * k) for k in range(4)]
    pickup = _arpeggio([12, 16, 19], 2)
    feather = _arpeggio([5, 9, 12, 17, 21, 24], 3, 1)
    flash: list[Step] = [(300.0 + 130 * k, max(1, 7 - k // 2), 5, 9 - k // 3) for k in range(15)]
    flash += [(2400.0 - 30 * (k % 2), 2 + k * 2 // 3, 4, 3 + k // 2) for k in range(18)]
    pause = _arpeggio([12, 7, 12, 7], 4, 3)
    life = _arpeggio([0, 4, 7, 12, 7, 12, 16, 19], 4, 1)
    burst = [(260.0 / (1 + 0.12 * k), min(15, 3 + k), (4, 5, 6)[min(2, k // 4)], min(15, 1 + k)) for k in range(14)]
    named = (
        ("shot", 1, shot), ("hit", 2, hit), ("pickup", 4, pickup), ("feather", 5, feather),
        ("flash", 6, flash), ("pause", 7, pause), ("life", 8, life), ("burst", 3, burst),
    )  # fmt: skip
    return [(name, importance, _bytes(steps)) for name, importance, steps in named]


def hats() -> list[list[int]]:
    """Return the closed and the open hat as effects."""
    closed = [(0.0, 15, 4, level) for level in (5, 9, 13)]
    opened = [(0.0, 15, 4, level) for level in (4, 5, 7, 8, 10, 11, 13)]
    return [_bytes(closed), _bytes(opened)]
