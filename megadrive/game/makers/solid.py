"""A small renderer of solids: distance fields, one light, and colour ramps of the palette.

Coordinates are pixels: x to the right, y down, z towards the viewer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from megadrive.game.makers.tiles import Pixels

Floats = npt.NDArray[np.float64]
Vector = tuple[float, float, float]
Distance = Callable[[Floats], Floats]  # points (n, 3) -> (n,)

SAMPLES = 4  # rays along each side of a pixel
LIGHT = (0.42, -0.76, 0.50)


@dataclass(frozen=True)
class Part:
    """A solid and the palette indices of its ramp, dark to bright."""

    distance: Distance
    ramp: tuple[int, ...]


def _length(v: Floats) -> Floats:
    squares = v * v
    return np.asarray(np.sqrt(squares[:, 0] + squares[:, 1] + squares[:, 2]))


def ellipsoid(centre: Vector, radii: Vector, ramp: tuple[int, ...], turn: float = 0.0) -> Part:
    """Make an ellipsoid, turned about the z axis by so many degrees."""
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    r = np.array(radii)

    def distance(p: Floats) -> Floats:
        d = p - np.array(centre)
        q = np.stack([d[:, 0] * c + d[:, 1] * s, d[:, 1] * c - d[:, 0] * s, d[:, 2]], 1)
        k0, k1 = _length(q / r), _length(q / (r * r))
        return np.asarray(k0 * (k0 - 1.0) / np.maximum(k1, 1e-9))

    return Part(distance, ramp)


def capsule(a: Vector, b: Vector, radius_a: float, radius_b: float, ramp: tuple[int, ...]) -> Part:
    """Make a rod with round ends whose radius changes from a to b."""
    pa, ba = np.array(a), np.array(b) - np.array(a)
    square = float(ba[0] * ba[0] + ba[1] * ba[1] + ba[2] * ba[2])

    def distance(p: Floats) -> Floats:
        d = p - pa
        h = np.clip((d[:, 0] * ba[0] + d[:, 1] * ba[1] + d[:, 2] * ba[2]) / square, 0.0, 1.0)
        return np.asarray(_length(d - h[:, None] * ba) - (radius_a + (radius_b - radius_a) * h))

    return Part(distance, ramp)


def box(centre: Vector, half: Vector, edge: float, ramp: tuple[int, ...], turn: float = 0.0) -> Part:
    """Make a box with rounded edges, turned about the z axis by so many degrees."""
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))

    def distance(p: Floats) -> Floats:
        d = p - np.array(centre)
        q = np.stack([d[:, 0] * c + d[:, 1] * s, d[:, 1] * c - d[:, 0] * s, d[:, 2]], 1)
        q = np.abs(q) - np.array(half) + edge
        inside = np.minimum(np.maximum(np.maximum(q[:, 0], q[:, 1]), q[:, 2]), 0.0)
        return np.asarray(_length(np.maximum(q, 0.0)) + inside - edge)

    return Part(distance, ramp)


def _rotation(pitch: float, roll: float, yaw: float) -> Floats:
    """Return the matrix that turns about z (pitch), x (roll) and y (yaw), in degrees."""
    cz, sz = math.cos(math.radians(pitch)), math.sin(math.radians(pitch))
    cx, sx = math.cos(math.radians(roll)), math.sin(math.radians(roll))
    cy, sy = math.cos(math.radians(yaw)), math.sin(math.radians(yaw))
    z = [[cz, -sz, 0.0], [sz, cz, 0.0], [0.0, 0.0, 1.0]]
    x = [[1.0, 0.0, 0.0], [0.0, cx, -sx], [0.0, sx, cx]]
    y = [[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]]

    def times(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
        return [[a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j] for j in range(3)] for i in range(3)]

    return np.array(times(times(z, x), y))


def _apply(matrix: Floats, p: Floats) -> Floats:
    columns = [p[:, 0] * matrix[i, 0] + p[:, 1] * matrix[i, 1] + p[:, 2] * matrix[i, 2] for i in range(3)]
    return np.stack(columns, 1)


def outline(pixels: Pixels, colour: int) -> Pixels:
    """Put a one-pixel border around what is drawn, where there is room."""
    solid = np.pad(pixels > 0, 1)
    near = solid[:-2, 1:-1] | solid[2:, 1:-1] | solid[1:-1, :-2] | solid[1:-1, 2:]
    result = pixels.copy()
    result[near & (pixels == 0)] = colour
    return result


def render(
    parts: list[Part],
    size: tuple[int, int],
    *,
    pitch: float = 0.0,
    roll: float = 0.0,
    yaw: float = 0.0,
    border: int | None = 1,
) -> Pixels:
    """Draw solids around the middle of a (width, height) picture; return palette indices."""
    width, height = size
    matrix = _rotation(pitch, roll, yaw).T
    n = SAMPLES
    xs = (np.arange(width * n) + 0.5) / n - width / 2 + 0.013
    ys = (np.arange(height * n) + 0.5) / n - height / 2 + 0.017
    px, py = np.meshgrid(xs, ys)
    count = px.size
    origin = np.stack([px.ravel(), py.ravel(), np.full(count, 64.0)], 1)
    travelled = np.zeros(count)
    hit = np.zeros(count, dtype=bool)
    alive = np.arange(count)
    for _ in range(70):
        points = origin[alive] - np.stack([0 * travelled[alive], 0 * travelled[alive], travelled[alive]], 1)
        local = _apply(matrix, points)
        step = np.round(np.minimum.reduce([part.distance(local) for part in parts]), 9)
        landed = step < 0.02
        hit[alive[landed]] = True
        travelled[alive] += np.maximum(step * 0.8, 0.01)
        alive = alive[~landed & (travelled[alive] < 128.0)]
        if not alive.size:
            break
    shade = np.zeros(count)
    which = np.full(count, -1)
    if hit.any():
        points = origin[hit] - np.stack([0 * travelled[hit], 0 * travelled[hit], travelled[hit]], 1)
        local = _apply(matrix, points)
        every = np.stack([part.distance(local) for part in parts])
        which[hit] = every.argmin(0)
        normal = np.zeros_like(points)
        for axis in range(3):
            offset = np.zeros(3)
            offset[axis] = 0.05
            for sign in (1, -1):
                moved = _apply(matrix, points + sign * offset)
                normal[:, axis] += sign * np.minimum.reduce([part.distance(moved) for part in parts])
        normal /= np.maximum(_length(normal), 1e-9)[:, None]
        light = normal[:, 0] * LIGHT[0] + normal[:, 1] * LIGHT[1] + normal[:, 2] * LIGHT[2]
        rim = np.clip(1.0 - normal[:, 2], 0.0, 1.0)
        shade[hit] = np.round(np.clip(0.30 + 0.66 * light + 0.12 * rim * (light > 0), 0.0, 0.999), 6)
    picture = np.zeros((height, width), dtype=np.uint8)
    parts_seen = which.reshape(height, n, width, n).transpose(0, 2, 1, 3).reshape(height, width, n * n)
    levels_seen = shade.reshape(height, n, width, n).transpose(0, 2, 1, 3).reshape(height, width, n * n)
    for y in range(height):
        for x in range(width):
            seen = parts_seen[y, x]
            if int((seen >= 0).sum()) * 2 < n * n:
                continue
            part = int(np.bincount(seen[seen >= 0]).argmax())
            levels = sorted(float(v) for v in levels_seen[y, x][seen == part])
            ramp = parts[part].ramp
            picture[y, x] = ramp[int(levels[len(levels) // 2] * len(ramp))]
    return picture if border is None else outline(picture, border)
