"""Palettes and the colours of sky and water line by line, for each time of the day and the steps between.

Colours are RGB levels 0..7 as floats until they become CRAM words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Colour = tuple[float, float, float]

TOP, HORIZON, BOTTOM = 16, 152, 224
BLEND_STEPS = 16  # tables from one time of the day to the next, the first being the time itself


@dataclass(frozen=True)
class Time:
    """One time of the day."""

    sky: tuple[tuple[int, Colour], ...]  # (line, colour) stops from TOP to HORIZON
    water: tuple[tuple[int, Colour], ...]  # stops from HORIZON to BOTTOM; shown at half intensity
    rock: tuple[Colour, Colour]  # far mountains, in shade and lit
    snow: tuple[Colour, Colour]
    haze: Colour  # what the mountains fade to at their feet
    cloud: tuple[Colour, Colour]  # underside and lit rim
    forest: tuple[Colour, Colour]
    shore: tuple[Colour, Colour]
    reed: Colour
    light: Colour  # windows on the shore, stars


TIMES = (
    Time(  # sunset
        sky=(
            (16, (1.3, 0.9, 3.0)), (52, (2.9, 1.3, 3.6)), (88, (5.6, 2.2, 3.0)),
            (116, (7, 3.7, 1.9)), (138, (7, 5.3, 2.4)), (152, (7, 6.3, 3.8)),
        ),
        water=(
            (152, (7, 6.2, 4.4)), (166, (7, 4.6, 3.4)), (188, (5.4, 2.8, 4.4)),
            (224, (2.2, 1.8, 4.6)),
        ),
        rock=((1.6, 0.9, 2.5), (5.6, 2.7, 2.6)),
        snow=((3.4, 2.2, 4.2), (7, 5.6, 4.4)),
        haze=(6.3, 3.9, 2.9),
        cloud=((3.6, 1.6, 3.4), (7, 4.6, 3.2)),
        forest=((0.4, 0.4, 1.0), (3.2, 2.0, 1.2)),
        shore=((1.6, 0.9, 1.2), (6.2, 3.6, 1.6)),
        reed=(1.0, 0.5, 0.9), light=(7, 6, 3),
    ),
    Time(  # dusk
        sky=(
            (16, (0.3, 0.4, 1.7)), (60, (1.2, 0.8, 2.9)), (100, (2.9, 1.4, 3.5)),
            (128, (5.0, 2.3, 3.0)), (152, (6.6, 3.9, 2.8)),
        ),
        water=(
            (152, (6.4, 3.8, 3.6)), (168, (4.6, 2.4, 4.2)), (192, (2.4, 1.7, 4.4)),
            (224, (1.0, 1.2, 3.6)),
        ),
        rock=((0.8, 0.6, 2.0), (3.2, 1.6, 2.8)),
        snow=((1.9, 1.5, 3.4), (5.0, 3.4, 4.4)),
        haze=(4.4, 2.3, 3.1),
        cloud=((1.5, 0.9, 2.8), (5.4, 2.6, 3.4)),
        forest=((0.2, 0.2, 0.8), (1.7, 1.1, 1.5)),
        shore=((0.7, 0.5, 1.1), (3.4, 1.9, 1.9)),
        reed=(0.5, 0.3, 0.8), light=(7, 5, 2),
    ),
    Time(  # night, in the levels that shadow halves
        sky=(
            (16, (0.0, 0.5, 2.6)), (70, (0.2, 1.2, 4.0)), (116, (0.9, 2.4, 5.4)),
            (152, (2.4, 4.2, 6.6)),
        ),
        water=(
            (152, (2.2, 4.0, 6.4)), (172, (1.0, 2.6, 5.4)), (200, (0.2, 1.4, 4.0)),
            (224, (0.0, 0.8, 2.8)),
        ),
        rock=((0.4, 0.9, 2.6), (2.6, 3.4, 5.4)),
        snow=((1.8, 2.6, 4.8), (5.4, 6.2, 7)),
        haze=(1.8, 3.2, 5.8),
        cloud=((0.5, 1.3, 3.6), (3.4, 4.4, 6.4)),
        forest=((0.0, 0.3, 1.2), (1.0, 2.0, 3.2)),
        shore=((0.3, 0.8, 1.8), (2.2, 3.2, 4.4)),
        reed=(0.0, 0.3, 1.0), light=(7, 7, 4),
    ),
    Time(  # dawn
        sky=(
            (16, (1.5, 2.6, 5.2)), (64, (3.2, 3.9, 6.0)), (104, (5.6, 4.6, 5.8)),
            (132, (7, 5.2, 4.9)), (152, (7, 6.4, 5.0)),
        ),
        water=(
            (152, (7, 6.6, 5.8)), (170, (6.4, 5.6, 6.4)), (196, (4.0, 4.8, 6.8)),
            (224, (2.0, 3.8, 6.2)),
        ),
        rock=((1.9, 2.1, 4.0), (6.0, 4.2, 4.6)),
        snow=((4.0, 4.2, 6.0), (7, 6.4, 6.0)),
        haze=(6.0, 4.8, 5.2),
        cloud=((4.4, 4.0, 5.8), (7, 6.6, 6.4)),
        forest=((0.4, 1.0, 1.5), (2.4, 3.4, 2.2)),
        shore=((1.4, 1.6, 1.6), (5.2, 4.8, 3.0)),
        reed=(0.6, 1.0, 1.0), light=(7, 6.4, 4),
    ),
)  # fmt: skip
NIGHT = 2


def to_cram(colour: npt.NDArray[np.int64] | tuple[int, int, int]) -> int:
    """Return a colour of integer levels as the CRAM word 0000BBB0GGG0RRR0."""
    r, g, b = (min(7, max(0, int(c))) for c in colour)
    return b << 9 | g << 5 | r << 1


def _mix(a: Colour, b: Colour, t: float) -> Colour:
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def _ramp(stops: tuple[tuple[int, Colour], ...], first: int, end: int) -> Floats:
    lines = np.arange(first, end, dtype=np.float64)
    xs = np.array([float(line) for line, _ in stops])
    return np.stack([np.interp(lines, xs, np.array([c[i] for _, c in stops])) for i in range(3)], 1)


def gradient(time: Time) -> Floats:
    """Return the wanted colour of each of the 224 lines, shape (224, 3)."""
    sky = _ramp(time.sky, 0, HORIZON)
    return np.concatenate([sky, _ramp(time.water, HORIZON, BOTTOM)])


def raster(colours: Floats) -> npt.NDArray[np.int64]:
    """Choose two CRAM words for each line, shape (224, 2).

    The first is the backdrop. The second shows in every other column of the sky's pattern: the two together make half
    steps; the rounding errors of each channel go on to the next line. The first alone averages to the same colour.
    """
    table = np.zeros((len(colours), 2), dtype=np.int64)
    error = np.zeros(3)
    for line, wanted in enumerate(np.round(colours, 6)):
        target = wanted + error
        halves = np.floor(target * 2 + 0.5003)
        halves = np.clip(halves, 0, 14)
        low = np.floor(halves / 2)
        odd = halves - low * 2
        phase = np.array([line, line + 1, line]) & 1  # green against red and blue: less flicker of brightness
        first = np.where(phase == 0, low, low + odd)
        second = low + odd - (first - low)
        error = np.clip(target - halves / 2, -0.5, 0.5)
        table[line] = to_cram(first.astype(np.int64)), to_cram(second.astype(np.int64))
    return table


def far_palette(time: Time) -> Floats:
    """Palette 1: 1-5 rock, 6-8 snow, 9-11 haze, 12-15 cloud."""
    colours: list[Colour] = [(0.0, 0.0, 0.0)]
    colours += [_mix(_mix(*time.rock, i / 4), time.haze, 0.12) for i in range(5)]
    colours += [_mix(*time.snow, i / 2) for i in range(3)]
    middle = _mix(*time.rock, 0.35)
    colours += [_mix(middle, time.haze, t) for t in (0.45, 0.72, 0.95)]
    colours += [_mix(*time.cloud, i / 3) for i in range(4)]
    return np.array(colours)


def near_palette(time: Time) -> Floats:
    """Palette 2: 1-6 forest, 7-10 shore and meadow, 11-13 reeds, 14 lights; 15 is the sky's second colour."""
    colours: list[Colour] = [(0.0, 0.0, 0.0)]
    colours += [_mix(*time.forest, i / 5) for i in range(6)]
    colours += [_mix(*time.shore, i / 3) for i in range(4)]
    colours += [time.reed, _mix(time.reed, time.shore[1], 0.25), _mix(time.reed, time.shore[1], 0.55)]
    colours += [time.light, (0.0, 0.0, 0.0)]
    return np.array(colours)


def _words(colours: Floats) -> list[int]:
    return [to_cram(c) for c in np.floor(np.round(colours, 6) + 0.5003).astype(np.int64)]


@dataclass(frozen=True)
class Scene:
    """What the game loads for one step: 224 lines of two words, and palettes 1 and 2."""

    lines: npt.NDArray[np.int64]
    far: list[int]
    near: list[int]


def scenes() -> list[Scene]:
    """Return BLEND_STEPS scenes for each time, on the way to the next one.

    The night is stored twice over: on the way to it and from it in plain levels, where it is itself (step 0)
    in levels that the shadow mode halves. Only the sky and land change scale, the water lies in shadow always.
    """
    result = []
    for index, time in enumerate(TIMES):
        after = TIMES[(index + 1) % len(TIMES)]
        for step in range(BLEND_STEPS):
            t = step / BLEND_STEPS
            parts = []
            for pick in (gradient, far_palette, near_palette):
                a, b = pick(time), pick(after)
                if pick is gradient:
                    scale_a, scale_b = np.ones((224, 1)), np.ones((224, 1))
                    half = np.where(np.arange(224)[:, None] < HORIZON, 0.5, 1.0)
                else:
                    scale_a, scale_b = np.ones((16, 1)), np.ones((16, 1))
                    half = np.full((16, 1), 0.5)
                if index == NIGHT and step:
                    scale_a = half
                if index + 1 == NIGHT:
                    scale_b = half
                parts.append(a * scale_a * (1 - t) + b * scale_b * t)
            result.append(Scene(raster(parts[0]), _words(parts[1]), _words(parts[2])))
    return result


PLAYER_PALETTE = (  # palette 0: 1 outline, 2-5 cream, 6-9 red, 10-11 glass, 12-13 amber, 14 bolts; 15 is the sky
    (0, 0, 0), (0, 0, 1), (3, 3, 4), (5, 5, 5), (6, 6, 6), (7, 7, 7), (2, 0, 1), (4, 0, 1),
    (6, 1, 1), (7, 3, 2), (1, 3, 5), (3, 6, 7), (6, 4, 0), (7, 6, 1), (4, 7, 7), (0, 0, 0),
)  # fmt: skip
ENEMY_PALETTE = (  # palette 3: 1 outline, 2-5 moths and paper, 6-10 fire, 11-13 steel; 14 and 15 are operators
    (0, 0, 0), (1, 0, 1), (2, 1, 3), (3, 2, 5), (5, 4, 6), (7, 6, 7), (4, 0, 0), (6, 2, 0),
    (7, 4, 0), (7, 6, 2), (7, 7, 6), (0, 2, 2), (1, 4, 4), (4, 6, 5), (7, 7, 7), (0, 0, 0),
)  # fmt: skip


def fixed() -> list[int]:
    """Return palettes 0 and 3, which no time of the day changes."""
    return [to_cram(c) for c in PLAYER_PALETTE + ENEMY_PALETTE]
