"""The drums and the explosion, computed, and packed as differences of four bits."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from megadrive.game.makers.noise import hash01

RATE = 8878.0  # slots of the sound driver a second
DELTAS = (0, 1, 2, 4, 8, 16, 32, 64, -128, -64, -32, -16, -8, -4, -2, -1)
Wave = Callable[[float], float]


def _noise(count: int, seed: int) -> list[float]:
    n = np.arange(count, dtype=np.int64)
    return [float(v) * 2 - 1 for v in hash01(n, n * 0, seed)]


def kick() -> list[float]:
    """Make a sine that falls from 190 to 48 Hz, with a click."""
    out, phase = [], 0.0
    for i in range(1200):
        t = i / RATE
        phase += (48 + 142 * math.exp(-t * 38)) / RATE
        level = min(1.0, (1200 - i) / 200) * math.exp(-t * 13)
        out.append(0.95 * level * math.sin(2 * math.pi * phase) + (0.35 * (1 - i / 16) if i < 16 else 0.0))
    return out


def snare() -> list[float]:
    """Make noise over a short drum tone."""
    noise = _noise(1500, 11)
    out, previous = [], 0.0
    for i in range(1500):
        t = i / RATE
        high = noise[i] - previous * 0.45
        previous = noise[i]
        tone = math.sin(2 * math.pi * 188 * t) * math.exp(-t * 32)
        tone += 0.6 * math.sin(2 * math.pi * 331 * t) * math.exp(-t * 40)
        out.append(min(1.0, (1500 - i) / 300) * (0.5 * high * math.exp(-t * 19) + 0.5 * tone))
    return out


def boom() -> list[float]:
    """Make an explosion: noise through a closing low-pass filter over a deep thud."""
    count = 3600
    noise = _noise(count, 23)
    out, a, b = [], 0.0, 0.0
    for i in range(count):
        t = i / RATE
        k = 0.08 + 0.75 * math.exp(-t * 9)
        a += (noise[i] - a) * k
        b += (a - b) * k
        gain = 1.0 / math.sqrt(k) * 0.62
        thud = math.sin(2 * math.pi * 52 * t) * math.exp(-t * 8) * 0.45
        out.append(min(1.0, (count - i) / 900) * (b * gain * math.exp(-t * 3.4) + thud))
    return out


def pack(wave: list[float]) -> bytes:
    """Encode a wave -1..1 as four-bit differences of eight-bit levels, the high half first, ending at rest."""
    wanted = [max(1, min(255, round(128 + 120 * max(-1.0, min(1.0, round(v, 9)))))) for v in wave]
    wanted += [128] * (8 + len(wanted) % 2)
    level, nibbles = 128, []
    for i, target in enumerate(wanted):
        ahead = wanted[min(i + 1, len(wanted) - 1)]
        best, cost = 0, 1 << 30
        for index, delta in enumerate(DELTAS):
            new = level + delta
            if not 0 <= new <= 255:
                continue
            reach = min(abs(ahead - new - d) for d in DELTAS if 0 <= new + d <= 255)
            c = 4 * (target - new) ** 2 + reach * reach
            if c < cost:
                best, cost = index, c
        level += DELTAS[best]
        nibbles.append(best)
    return bytes(high << 4 | low for high, low in zip(nibbles[::2], nibbles[1::2], strict=True))


SAMPLES = (("kick", kick), ("snare", snare), ("boom", boom))
