"""The small font and the large letters of the title."""

from __future__ import annotations

import itertools
import math

import numpy as np

from megadrive.game.makers.solid import outline
from megadrive.game.makers.tiles import Pixels

# rows of five pixels, from the top, as strings of '#' and '.'
GLYPHS: dict[str, str] = {
    "A": ".###. #...# #...# ##### #...# #...# #...#",
    "B": "####. #...# #...# ####. #...# #...# ####.",
    "C": ".###. #...# #.... #.... #.... #...# .###.",
    "D": "####. #...# #...# #...# #...# #...# ####.",
    "E": "##### #.... #.... ####. #.... #.... #####",
    "F": "##### #.... #.... ####. #.... #.... #....",
    "G": ".###. #...# #.... #.### #...# #...# .####",
    "H": "#...# #...# #...# ##### #...# #...# #...#",
    "I": ".###. ..#.. ..#.. ..#.. ..#.. ..#.. .###.",
    "J": "..### ...#. ...#. ...#. ...#. #..#. .##..",
    "K": "#...# #..#. #.#.. ##... #.#.. #..#. #...#",
    "L": "#.... #.... #.... #.... #.... #.... #####",
    "M": "#...# ##.## #.#.# #.#.# #...# #...# #...#",
    "N": "#...# ##..# #.#.# #..## #...# #...# #...#",
    "O": ".###. #...# #...# #...# #...# #...# .###.",
    "P": "####. #...# #...# ####. #.... #.... #....",
    "Q": ".###. #...# #...# #...# #.#.# #..#. .##.#",
    "R": "####. #...# #...# ####. #.#.. #..#. #...#",
    "S": ".#### #.... #.... .###. ....# ....# ####.",
    "T": "##### ..#.. ..#.. ..#.. ..#.. ..#.. ..#..",
    "U": "#...# #...# #...# #...# #...# #...# .###.",
    "V": "#...# #...# #...# #...# .#.#. .#.#. ..#..",
    "W": "#...# #...# #...# #.#.# #.#.# ##.## #...#",
    "X": "#...# #...# .#.#. ..#.. .#.#. #...# #...#",
    "Y": "#...# #...# .#.#. ..#.. ..#.. ..#.. ..#..",
    "Z": "##### ....# ...#. ..#.. .#... #.... #####",
    "0": ".###. #...# #..## #.#.# ##..# #...# .###.",
    "1": "..#.. .##.. ..#.. ..#.. ..#.. ..#.. .###.",
    "2": ".###. #...# ....# ..##. .#... #.... #####",
    "3": ".###. #...# ....# ..##. ....# #...# .###.",
    "4": "...#. ..##. .#.#. #..#. ##### ...#. ...#.",
    "5": "##### #.... ####. ....# ....# #...# .###.",
    "6": ".###. #.... #.... ####. #...# #...# .###.",
    "7": "##### ....# ...#. ..#.. ..#.. .#... .#...",
    "8": ".###. #...# #...# .###. #...# #...# .###.",
    "9": ".###. #...# #...# .#### ....# ....# .###.",
    ".": "..... ..... ..... ..... ..... .##.. .##..",
    ",": "..... ..... ..... ..... .##.. .##.. .#...",
    ":": "..... .##.. .##.. ..... .##.. .##.. .....",
    "-": "..... ..... ..... .###. ..... ..... .....",
    "!": "..#.. ..#.. ..#.. ..#.. ..#.. ..... ..#..",
    "?": ".###. #...# ....# ..##. ..#.. ..... ..#..",
    "/": "....# ....# ...#. ..#.. .#... #.... #....",
    "'": "..#.. ..#.. .#... ..... ..... ..... .....",
    "+": "..... ..#.. ..#.. ##### ..#.. ..#.. .....",
    "*": "..... #.#.# .###. ##### .###. #.#.# .....",
    "(": "...#. ..#.. .#... .#... .#... ..#.. ...#.",
    ")": ".#... ..#.. ...#. ...#. ...#. ..#.. .#...",
    "%": "##..# ##.#. ..#.. ..#.. .#.## #..## .....",
    "=": "..... ..... ##### ..... ##### ..... .....",
    "<": "...## ..##. .##.. ##... .##.. ..##. ...##",  # an arrow head
    ">": "##... .##.. ..##. ...## ..##. .##.. ##...",
}
FIRST, LAST = 32, 95


def glyph(character: str, shades: tuple[int, ...], drop: int, ground: int = 0) -> Pixels:
    """Draw a character, 8 x 8, shaded from top to bottom, with a drop shadow."""
    cell = np.full((8, 8), ground, dtype=np.uint8)
    rows = GLYPHS.get(character, "").split()
    for shadow in (True, False):
        for y, row in enumerate(rows):
            for x, mark in enumerate(row):
                if mark != "#":
                    continue
                if shadow:
                    cell[min(7, y + 1), x + 2] = drop
                else:
                    cell[y, x + 1] = shades[min(len(shades) - 1, y * len(shades) // 7)]
    return cell


Stroke = tuple[str, tuple[float, ...]]

# strokes in a unit box: lines (x0, y0, x1, y1), arcs (cx, cy, rx, ry, from, to): degrees, clockwise from right
LETTERS: dict[str, tuple[Stroke, ...]] = {
    "N": (("line", (0.0, 1.0, 0.0, 0.0)), ("line", (0.0, 0.0, 1.0, 1.0)), ("line", (1.0, 1.0, 1.0, 0.0))),
    "I": (("line", (0.5, 0.0, 0.5, 1.0)), ("line", (0.22, 0.0, 0.78, 0.0)), ("line", (0.22, 1.0, 0.78, 1.0))),
    "G": (("arc", (0.5, 0.5, 0.5, 0.5, 0.0, 305.0)), ("line", (1.0, 0.52, 0.55, 0.52))),
    "H": (("line", (0.0, 0.0, 0.0, 1.0)), ("line", (1.0, 0.0, 1.0, 1.0)), ("line", (0.0, 0.55, 1.0, 0.55))),
    "T": (("line", (0.0, 0.0, 1.0, 0.0)), ("line", (0.5, 0.0, 0.5, 1.0))),
    "E": (
        ("line", (0.05, 0.0, 0.05, 1.0)), ("line", (0.05, 0.0, 0.95, 0.0)),
        ("line", (0.05, 0.55, 0.75, 0.55)), ("line", (0.05, 1.0, 0.95, 1.0)),
    ),
    "R": (
        ("line", (0.0, 0.0, 0.0, 1.0)), ("line", (0.0, 0.0, 0.6, 0.0)), ("arc", (0.6, 0.28, 0.4, 0.28, -90.0, 90.0)),
        ("line", (0.6, 0.56, 0.0, 0.56)), ("line", (0.45, 0.56, 1.0, 1.0)),
    ),
    "O": (("arc", (0.5, 0.5, 0.5, 0.5, 0.0, 360.0)),),
}  # fmt: skip


def _points(stroke: Stroke, box: tuple[float, float, float, float]) -> list[tuple[float, float]]:
    kind, v = stroke
    x0, y0, w, h = box
    if kind == "line":
        return [(x0 + v[0] * w, y0 + v[1] * h), (x0 + v[2] * w, y0 + v[3] * h)]
    steps = 24
    result = []
    for i in range(steps + 1):
        angle = math.radians(v[4] + (v[5] - v[4]) * i / steps)
        result.append((x0 + (v[0] + v[2] * math.cos(angle)) * w, y0 + (v[1] + v[3] * math.sin(angle)) * h))
    return result


def large(letter: str) -> Pixels:
    """Draw a letter of the title, 24 x 32: a bevelled stroke from cream over amber to red."""
    picture = np.zeros((32, 24), dtype=np.uint8)
    n = 4
    ys, xs = np.mgrid[0 : 32 * n, 0 : 24 * n]
    px, py = (xs + 0.5) / n, (ys + 0.5) / n
    distance = np.full(px.shape, 99.0)
    for stroke in LETTERS[letter]:
        points = _points(stroke, (4.6, 5.0, 13.6, 20.5))
        for (ax, ay), (bx, by) in itertools.pairwise(points):
            dx, dy = bx - ax, by - ay
            t = np.clip(((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
            ex, ey = px - ax - t * dx, py - ay - t * dy
            # thicker upright than across, as a broad pen draws
            distance = np.minimum(distance, np.sqrt(ex * ex * 0.62 + ey * ey * 1.15))
    cover = (np.round(distance, 6) < 2.11).reshape(32, n, 24, n).sum(axis=(1, 3))
    solid = cover * 2 >= n * n
    for y in range(32):
        t = (y - 3) / 25.0
        for x in range(24):
            if not solid[y, x]:
                continue
            level = t + (((x + y) & 1) - 0.5) * 0.1
            colour = 5 if level < 0.22 else 4 if level < 0.30 else 13 if level < 0.52 else 12 if level < 0.74 else 8
            if y and not solid[y - 1, x]:
                colour = 5
            elif y < 31 and not solid[y + 1, x]:
                colour = 7
            picture[y, x] = colour
    return outline(picture, 1)
