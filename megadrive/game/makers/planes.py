"""The two planes' patterns and name tables, by day and by night."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from megadrive.game.makers import landscape
from megadrive.game.makers.tiles import PRIORITY, VFLIP, TileSet

Table = npt.NDArray[np.int64]

ROWS, COLUMNS = 28, 64
CLOUD_ROW, MOUNTAIN_ROW, HILL_ROW, WATER_ROW, REED_ROW = 4, 9, 13, 19, 25
PAL1, PAL2 = 0x2000, 0x4000


@dataclass(frozen=True)
class Planes:
    """Name tables of 28 x 64 words."""

    a_day: Table
    b_day: Table
    a_night: Table
    b_night: Table


def build(tiles: TileSet) -> Planes:
    """Draw the landscape, add its patterns to the set and lay out both planes."""
    blank = tiles.entry(np.zeros((8, 8), dtype=np.uint8))
    sky_cell = np.zeros((8, 8), dtype=np.uint8)
    sky_cell[:, 1::2] = 15
    sky = tiles.entry(sky_cell) | PAL2

    a = np.full((ROWS, COLUMNS), blank, dtype=np.int64)
    b = np.full((ROWS, COLUMNS), sky, dtype=np.int64)

    clouds = tiles.plane(landscape.clouds())
    for row in range(clouds.shape[0]):
        for column in range(COLUMNS):
            entry = int(clouds[row, (column + 7 * row * 0) % clouds.shape[1]])
            if entry != blank:
                b[CLOUD_ROW + row, column] = entry | PAL1

    mountains = tiles.plane(landscape.mountains())
    high = mountains.shape[0]
    b[WATER_ROW:] = blank
    for row in range(high):
        for column in range(COLUMNS):
            entry = int(mountains[row, column])
            if entry == blank:
                continue
            b[MOUNTAIN_ROW + row, column] = entry | PAL1 | PRIORITY
            mirror = WATER_ROW + high - 1 - row
            if mirror < ROWS:
                b[mirror, column] = (entry ^ VFLIP) | PAL1

    drawn = landscape.hills()
    landscape.cabins(drawn)
    hills = tiles.plane(drawn)
    high = hills.shape[0]
    for row in range(high):
        for column in range(COLUMNS):
            entry = int(hills[row, column % hills.shape[1]])
            if entry == blank:
                continue
            a[HILL_ROW + row, column] = entry | PAL2
            mirror = WATER_ROW + high - 1 - row
            if mirror < REED_ROW:
                a[mirror, column] = (entry ^ VFLIP) | PAL2
    reeds = tiles.plane(landscape.reeds())
    for row in range(reeds.shape[0]):
        for column in range(COLUMNS):
            entry = int(reeds[row, column % reeds.shape[1]])
            if entry != blank:
                a[REED_ROW + row, column] = entry | PAL2

    a_day, b_day, a_night, b_night = a.copy(), b.copy(), a.copy(), b.copy()
    a_day[:WATER_ROW] |= PRIORITY
    b_night[:WATER_ROW] &= ~PRIORITY
    _stars(tiles, b_night, sky)
    return Planes(a_day, b_day, a_night, b_night)


def _stars(tiles: TileSet, table: Table, sky: int) -> None:
    """Put stars into the empty cells of the night's sky."""
    cells: dict[tuple[int, int], npt.NDArray[np.uint8]] = {}
    kinds = 0
    for x, y, bright in landscape.stars():
        row, column = int(y) // 8, int(x) // 8
        if table[row, column] != sky or (row, column) in cells:
            continue
        cell = np.zeros((8, 8), dtype=np.uint8)
        cell[:, 1::2] = 15
        kinds = (kinds + 5) % 12
        sx, sy = (2 + kinds * 3) % 5 + 1, (kinds * 5) % 6 + 1
        cell[sy, sx] = 14
        if bright == 2:
            cell[sy - 1, sx] = cell[sy + 1, sx] = 13
            cell[sy, sx - 1] = cell[sy, sx + 1] = 13
        cells[row, column] = cell
        table[row, column] = tiles.entry(cell) | PAL2
