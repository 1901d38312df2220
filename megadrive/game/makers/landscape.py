"""The landscape: mountains seen across a lake, wooded shores, clouds and reeds, drawn as palette indices."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt

from megadrive.game.makers.noise import Floats, Ints, dither, fractal, hash01, value_noise
from megadrive.game.makers.tiles import Pixels

WIDTH = 512
MOUNTAIN_TOP, HORIZON = 72, 152


def _shade(colour: Pixels, mask: npt.NDArray[np.bool_], level: Floats, first: int, steps: int) -> None:
    """Set the masked pixels to first + dithered level."""
    tone = dither(level, steps) + first
    colour[mask] = tone[mask].astype(np.uint8)


def mountains() -> Pixels:
    """Draw lines MOUNTAIN_TOP..HORIZON of the far range: a height field seen from the lake, lit from the right."""
    height = HORIZON - MOUNTAIN_TOP
    depth = 120
    x = np.arange(WIDTH, dtype=np.float64)[None, :]
    z = np.arange(depth, dtype=np.float64)[:, None]
    ridge = fractal(x / 64.0, z / 64.0 + 3.0, 8, 21, 5, ridged=True)
    swell = fractal(x / 128.0, z / 90.0, 4, 5, 2)
    far = z / (depth - 1)
    elevation = (ridge * 0.7 + 0.3 * ridge * ridge) * (0.50 + 0.62 * swell) * (0.22 + 0.98 * far)
    elevation = elevation * ((height - 7) / elevation.max())
    light = _light(elevation)
    rows = np.arange(height, dtype=np.float64)
    lit, elev, away = (np.zeros((height, WIDTH)) for _ in range(3))
    ground = np.zeros((height, WIDTH), dtype=bool)
    horizon = np.full(WIDTH, float(height))
    for k in range(depth):
        top = np.round(height - 0.02 * k - elevation[k], 6)
        column = (rows[:, None] >= top[None, :]) & (rows[:, None] < horizon[None, :])
        ground |= column
        lit[column] = np.broadcast_to(light[k], (height, WIDTH))[column]
        elev[column] = np.broadcast_to(elevation[k], (height, WIDTH))[column]
        away[column] = k / depth
        horizon = np.minimum(horizon, np.ceil(top))
    lit = _smooth(lit, ground)
    colour = np.zeros((height, WIDTH), dtype=np.uint8)
    _shade(colour, ground, lit, 1, 5)
    grain = value_noise(x / 6.0 + 0 * rows[:, None], rows[:, None] / 5.0 + 0 * x, 86, 77)
    snow = ground & (elev + (lit - 0.5) * 16 + (grain - 0.5) * 14 > 43)
    _shade(colour, snow, lit, 6, 3)
    haze = np.clip((rows[:, None] - (height - 40)) / 40.0, 0.0, 1.0) * (0.62 + 0.62 * away) + (lit - 0.5) * 0.18
    amount = dither(np.clip(haze, 0.0, 1.0), 4)
    misty = ground & (amount > 0)
    colour[misty] = (8 + amount[misty]).astype(np.uint8)
    return colour


def _light(elevation: Floats) -> Floats:
    """Return how bright each point of a height field is, 0..1, lit from the right and the front."""
    slope_x = (np.roll(elevation, 2, axis=1) - np.roll(elevation, -2, axis=1)) / 4.0  # falling to the right: lit
    slope_z = np.zeros_like(elevation)
    slope_z[1:] = elevation[1:] - elevation[:-1]
    length = np.sqrt(slope_x * slope_x + slope_z * slope_z + 1.4)
    return np.asarray(np.clip(0.46 + 0.62 * (slope_x * 0.95 + slope_z * 0.12) / length, 0.0, 1.0))


def _smooth(level: Floats, mask: npt.NDArray[np.bool_]) -> Floats:
    """Average each masked point with its masked neighbours, so that slopes become facets."""
    weight = mask.astype(np.float64)
    total, count = np.zeros_like(level), np.zeros_like(level)
    for dy in (-1, 0, 1):
        for dx in (-2, -1, 0, 1, 2):
            total += np.roll(level * weight, (dy, dx), axis=(0, 1))
            count += np.roll(weight, (dy, dx), axis=(0, 1))
    average = np.where(mask, total / np.maximum(count, 1.0), 0.0)
    return np.asarray(np.round(np.clip((average - 0.46) * 1.45 + 0.5, 0.0, 1.0), 6), dtype=np.float64)


def _pine(canvas: Pixels, x: int, base: int, tall: int, seed: int) -> None:
    """Draw one pine with its lit side to the right; x wraps around."""
    width = canvas.shape[1]
    for row in range(tall):
        y = base - tall + row
        if y < 0:
            continue
        tier = row % 4
        half = (row * 0.26 + tier * 0.45) * (1.0 if tall > 10 else 0.9)
        n = round(half - 0.2)
        for dx in range(-n, n + 1):
            px = (x + dx) % width
            h = float(hash01(np.array([px]), np.array([y]), seed)[0])
            tone = 1 + (dx > -1) + (dx > n * 0.3) * 1 + (h > 0.72) + (tier == 0 and dx > 0)
            canvas[y, px] = min(6, tone)
    for y in range(base, min(base + 1, canvas.shape[0])):
        canvas[y, x % width] = 1


def hills(width: int = 256, height: int = 48) -> Pixels:
    """Draw the near shore: a hill with pines, a strip of meadow and beach at the waterline."""
    canvas = np.zeros((height, width), dtype=np.uint8)
    x = np.arange(width, dtype=np.float64)[None, :]
    roll = fractal(x / 64.0, np.full((1, 1), 7.3), width // 64, 91, 3)[0]
    top = height - 6 - np.round(np.clip(roll - 0.28, 0.0, 1.0) * 44.0, 6)
    rows = np.arange(height, dtype=np.float64)[:, None]
    land = rows >= np.floor(top)[None, :]
    texture = value_noise(x / 4.0 + 0 * rows, rows / 2.5 + 0 * x, width // 4, 31)
    level = np.clip(0.15 + 0.5 * texture + (rows - top[None, :]) * -0.01, 0.0, 1.0)
    _shade(canvas, land, level, 1, 4)
    order = sorted(range(150), key=lambda i: (i * 37) % 150)
    for layer in range(3):
        for i in order[layer * 50 : layer * 50 + 50]:
            h = [float(hash01(np.array([i]), np.array([k]), 500)[0]) for k in range(4)]
            px = int(h[0] * width)
            density = float(value_noise(np.array([px / 32.0]), np.array([0.5]), width // 32, 8)[0])
            if density < 0.38 and layer > 0:
                continue
            ground = int(top[px]) + int(layer * 3 + h[1] * 5)
            if ground > height - 7:
                ground = height - 7
            _pine(canvas, px, ground + 2, 7 + int(h[2] * 8) + layer * 3, i)
    beach = np.round(fractal(x / 32.0, np.full((1, 1), 2.2), width // 32, 13, 2)[0] * 5.0, 6)
    for px in range(width):
        bank = height - 2 - int(beach[px])
        for y in range(bank, height):
            t = (y - bank + 0.5) / max(1, height - bank)
            canvas[y, px] = 7 + int(dither(np.full((4, 4), min(1.0, t * 0.9)), 4)[y & 3, px & 3])
        canvas[height - 1, px] = 7
    return canvas


def cabins(canvas: Pixels) -> None:
    """Put a few cabins with lit windows and a jetty on the shore."""
    for x, wide in ((40, 12), (58, 9), (181, 13)):
        base = canvas.shape[0] - 5
        for row in range(5):
            for dx in range(-row - 1, wide + row + 1 - 4):
                if 0 <= dx + 2 < wide + 4:
                    canvas[base - 11 + row, (x + dx) % canvas.shape[1]] = 1 if dx < wide // 2 else 3
        for row in range(6):
            for dx in range(wide - 3):
                canvas[base - 6 + row, (x + dx) % canvas.shape[1]] = 8 if dx >= wide // 2 else 7
        for dx in (1, wide - 6):
            for row in (2, 3):
                canvas[base - 6 + row, x + dx] = 14
                canvas[base - 6 + row, x + dx + 1] = 14


CLOUD_BANDS = (0, 13, 27, 40)  # each moves at its own speed: no cloud crosses an edge


def clouds(width: int = 256) -> Pixels:
    """Draw streaky evening clouds in three bands, lit from below right, dithered into nothing at their edges."""
    height = CLOUD_BANDS[-1]
    x = np.arange(width, dtype=np.float64)[None, :]
    y = np.arange(height, dtype=np.float64)[:, None]
    warp = value_noise(x / 32.0 + 0 * y, y / 10.0 + 0 * x, width // 32, 66) * 0.9
    envelope = np.zeros((height, 1))
    for top, end in itertools.pairwise(CLOUD_BANDS):
        for line in range(top, end):
            t = (line + 0.5 - top) / (end - top) * 2 - 1
            envelope[line] = 1 - t * t

    def density(dy: float) -> Floats:
        n = fractal(x / 64.0 + 0 * y, (y + dy) / 9.0 + warp, width // 64, 40, 4)
        return np.asarray(np.clip((n * (0.42 + 0.72 * envelope) - 0.52) * 5.0, 0.0, 1.0))

    here = density(0.0)
    lit = np.clip(0.5 + (here - density(2.0)) * 1.1, 0.0, 1.0)
    colour = np.zeros((height, width), dtype=np.uint8)
    _shade(colour, dither(here, 3) > 0, np.round(lit, 6), 12, 4)
    return colour


def reeds(width: int = 128, height: int = 24) -> Pixels:
    """Draw the foreground: reed blades and cat-tails in front of the water."""
    canvas = np.zeros((height, width), dtype=np.uint8)
    for i in range(90):
        h = [float(hash01(np.array([i]), np.array([k]), 900)[0]) for k in range(5)]
        clump = float(value_noise(np.array([h[0] * 4.0]), np.array([0.5]), 4, 70)[0])
        x0 = h[0] * width
        tall = (5 + h[1] * 17) * (0.25 + 0.9 * clump)
        lean = (h[2] - 0.5) * 9
        tone = 11 + int(h[3] * 2.99)
        for step in range(int(tall * 2)):
            t = step / (tall * 2)
            y = height - 1 - int(t * tall)
            x = int(x0 + lean * t * t) % width
            canvas[y, x] = tone
            if t < 0.4:
                canvas[y, (x + 1) % width] = max(11, tone - 1)
        if h[4] > 0.8 and tall > 9:
            x = int(x0 + lean) % width
            for y in range(height - 1 - int(tall), height - 1 - int(tall) + 5):
                if y >= 0:
                    canvas[y, x] = 11
                    canvas[y, (x + 1) % width] = 12
    bank = value_noise(np.arange(width)[None, :] / 8.0, np.full((1, width), 0.5), width // 8, 71)[0]
    for x in range(width):
        for y in range(height - 1 - int(bank[x] * 3), height):
            canvas[y, x] = 11
    return canvas


def stars(seed: int = 3) -> Ints:
    """Return (x, y, brightness) of the stars between lines 24 and 120."""
    found = []
    for i in range(70):
        h = [float(hash01(np.array([i]), np.array([k]), seed)[0]) for k in range(3)]
        found.append((int(h[0] * WIDTH), 24 + int(math.sqrt(h[1]) * 0 + h[1] * 88), int(h[2] * 3)))
    return np.array(found, dtype=np.int64)
