"""Periodic noise from an integer hash, and ordered dithering: the same bits on every machine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], dtype=np.float64) / 16.0 + 1 / 32


def hash01(x: Ints, y: Ints, seed: int) -> Floats:
    """Return a number in [0, 1) for each lattice point."""
    h = x.astype(np.uint64) * np.uint64(0x9E3779B1) + y.astype(np.uint64) * np.uint64(0x85EBCA77)
    h &= np.uint64(0xFFFFFFFF)
    h = (h + np.uint64(seed * 0xC2B2AE3D & 0xFFFFFFFF)) & np.uint64(0xFFFFFFFF)
    for multiplier, shift in ((0x7FEB352D, 15), (0x846CA68B, 16)):
        h ^= h >> np.uint64(shift)
        h = (h * np.uint64(multiplier)) & np.uint64(0xFFFFFFFF)
    h ^= h >> np.uint64(16)
    return h.astype(np.float64) / 4294967296.0


def value_noise(x: Floats, y: Floats, period: int, seed: int) -> Floats:
    """Smooth noise in [0, 1) on the unit lattice, periodic in x with an integer period."""
    xi, yi = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    u, v = x - xi, y - yi
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    a = hash01(xi % period, yi, seed)
    b = hash01((xi + 1) % period, yi, seed)
    c = hash01(xi % period, yi + 1, seed)
    d = hash01((xi + 1) % period, yi + 1, seed)
    return np.round((a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v, 9)


def fractal(x: Floats, y: Floats, period: int, seed: int, octaves: int, ridged: bool = False) -> Floats:
    """Sum octaves of value noise; ridged noise has sharp crests. The result is in [0, 1]."""
    total = np.zeros(np.broadcast_shapes(x.shape, y.shape))
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        scale = 1 << octave
        n = value_noise(x * scale + 0 * y, y * scale + 0 * x, period * scale, seed + octave * 17)
        if ridged:
            n = 1 - np.abs(2 * n - 1)
            n = n * n
        total += weight * n
        norm += weight
        weight *= 0.5
    return total / norm


def dither(level: Floats, steps: int) -> Ints:
    """Quantise levels in [0, 1] to 0..steps-1 with a 4 x 4 ordered pattern."""
    h, w = level.shape
    pattern = np.tile(BAYER, (h // 4 + 1, w // 4 + 1))[:h, :w]
    scaled = np.round(np.clip(level, 0.0, 1.0) * (steps - 1), 6)
    return np.clip(np.floor(scaled + pattern), 0, steps - 1).astype(np.int64)
