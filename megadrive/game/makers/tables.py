"""Tables: fades, the lake's ripple and shimmer, sines."""

from __future__ import annotations

import math

from megadrive.game.makers.palettes import BOTTOM, HORIZON

LAKE = BOTTOM - HORIZON


def signed(values: list[int]) -> bytes:
    """Return numbers -128..127 as bytes."""
    return bytes(v & 0xFF for v in values)


def _sine(turns: float) -> float:
    return round(math.sin(turns * 2 * math.pi), 9)


def fade() -> bytes:
    """Twelve tables of 256 bytes for half a CRAM word, levels in bits 7-5 and 3-1: nine to black, three to glare."""
    out = bytearray()
    for step in range(12):
        for value in range(256):
            levels = []
            for level in (value >> 5 & 7, value >> 1 & 7):
                dark = (level * (8 - step) * 2 + 8) // 16
                bright = min(7, level + (level < 6) * (step - 8) + (step > 10))
                levels.append(dark if step < 9 else bright)
            out.append(levels[0] << 5 | levels[1] << 1)
    return bytes(out)


def ripple() -> bytes:
    """64 phases of the lake's sideways sway, a byte a line, stronger towards the viewer."""
    out: list[int] = []
    for phase in range(64):
        for line in range(LAKE):
            near = line / LAKE
            wave = _sine(phase / 64 + 9.0 / (0.18 + near)) * 0.7 + _sine(phase / 32 - line / 7) * 0.3
            out.append(math.floor(wave * (0.8 + 3.6 * near) + 0.5003))
    return signed(out)


def shimmer() -> bytes:
    """32 phases of the lines from which the lake takes its colours, as offsets times four."""
    out: list[int] = []
    for phase in range(32):
        for line in range(LAKE):
            near = line / LAKE
            wave = _sine(phase / 32 + 5.0 / (0.12 + near)) + 0.6 * _sine(-phase / 16 + line / 5.3)
            offset = math.floor(wave * (1.0 + 4.5 * near) + 0.5003)
            offset = max(-line, min(LAKE - 1 - line, offset))
            out.append(offset * 4)
    return signed(out)


def sines() -> bytes:
    """256 words: the sine of n / 256 of a turn, times 256."""
    return b"".join((math.floor(_sine(n / 256) * 256 + 0.5003) & 0xFFFF).to_bytes(2, "big") for n in range(256))


def angles() -> bytes:
    """16 x 16 bytes: the angle of (x, y), each 0..15, in 256ths of a turn; row y, column x."""
    out = bytearray()
    for y in range(16):
        for x in range(16):
            out.append(math.floor(math.atan2(y, x) * 128 / math.pi + 0.5003) if x or y else 0)
    return bytes(out)
