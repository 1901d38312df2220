"""The sprites' patterns, and the tables that tell how a figure is put together from hardware sprites."""

from __future__ import annotations

import math

import numpy as np

from megadrive.game.makers import lettering, models
from megadrive.game.makers.tiles import PRIORITY, Pixels, TileSet

PAL0, PAL3 = 0x0000, 0x6000
Cut = tuple[int, int, int, int]  # x, y, width, height of a piece in its picture
TITLE = "NIGHTHERON"


class Sheet:
    """Collects patterns, symbols and figures."""

    def __init__(self, tiles: TileSet) -> None:
        self.tiles = tiles
        self.symbols: dict[str, int] = {}
        self.lines: list[str] = []

    def figure(self, name: str, pictures: list[Pixels], bits: int, pieces: list[Cut] | None = None) -> None:
        """Add a figure with one or more frames; the origin is the middle of the picture.

        A frame becomes a label ``name_0`` with a word (pieces - 1) and for each piece the words x + 128, y + 128,
        size << 8, pattern. ``name`` labels the list of the frames' addresses.
        """
        labels = []
        for index, picture in enumerate(pictures):
            height, width = picture.shape
            cuts = pieces or [
                (x, y, min(32, width - x), min(32, height - y))
                for y in range(0, height, 32)
                for x in range(0, width, 32)
            ]
            label = f"{name}_{index}"
            self.symbols.setdefault(name.upper(), len(self.tiles) | bits)
            labels.append(label)
            self.lines.append(f"{label}:")
            self.lines.append(f"        .word   {len(cuts) - 1}")
            for x, y, w, h in cuts:
                first = self.tiles.sprite(picture[y : y + h, x : x + w])
                size = (w // 8 - 1) << 10 | (h // 8 - 1) << 8
                left, top = x - width // 2 + 128, y - height // 2 + 128
                self.lines.append(f"        .word   {left}, {top}, 0x{size:04X}, 0x{first | bits:04X}")
        self.lines.append(f"{name}:")
        for label in labels:
            self.lines.append(f"        .long   {label}")

    def source(self) -> str:
        """Return the figures as assembly source."""
        return "\n".join(self.lines) + "\n"


def _title(sheet: Sheet) -> None:
    """Add the letters of the title, each once; a table tells which letter stands where."""
    first: dict[str, int] = {}
    for letter in TITLE:
        if letter not in first:
            first[letter] = sheet.tiles.sprite(lettering.large(letter))
    sheet.lines.append("title_letters:")
    for letter in TITLE:
        sheet.lines.append(f"        .word   0x{first[letter] | PRIORITY | PAL0:04X}")


def build(tiles: TileSet) -> Sheet:
    """Draw all sprites and both fonts."""
    sheet = Sheet(tiles)
    sheet.symbols["TILE_FONT"] = len(tiles)
    for code in range(lettering.FIRST, lettering.LAST + 1):
        tiles.append(lettering.glyph(chr(code), (5, 5, 4, 3), 1))
    sheet.symbols["TILE_STATUS"] = len(tiles)
    for code in range(lettering.FIRST, lettering.LAST + 1):
        tiles.append(lettering.glyph(chr(code), (5, 5, 4, 4), 1, 1))
    sheet.symbols["TILE_LABEL"] = len(tiles)
    for code in range(ord("A"), ord("Z") + 1):
        tiles.append(lettering.glyph(chr(code), (13, 13, 12, 12), 1, 1))
    sheet.symbols["TILE_ICONS"] = len(tiles)
    for icon in _icons():
        tiles.append(icon)

    high0, high3 = PAL0 | PRIORITY, PAL3 | PRIORITY
    _title(sheet)
    planes = [models.seaplane(0.0, 0.0), models.seaplane(-9.0, -7.0), models.seaplane(9.0, 9.0)]
    sheet.figure("fig_plane", planes, high0, [(0, 0, 32, 24), (32, 0, 8, 24)])
    sheet.figure("fig_propeller", [models.propeller(0), models.propeller(1)], high0)
    sheet.figure("fig_moth", [models.moth(a) for a in (60.0, 12.0, -50.0)], high3)
    sheet.figure("fig_lantern", [models.lantern(0), models.lantern(1)], high3)
    sheet.figure("fig_crane", [models.crane(i) for i in range(3)], high3)
    sheet.figure("fig_mine", [models.mine(0), models.mine(1)], high3)
    sheet.figure("fig_airship", [models.airship()], high3)
    sheet.figure("fig_burst", [models.explosion(i) for i in range(6)], high3)
    sheet.figure("fig_spark", [models.spark(i) for i in range(4)], high3)
    sheet.figure("fig_ember", [models.ember(i) for i in range(2)], high3)
    sheet.figure("fig_bolt", [models.bolt()], high0)
    sheet.figure("fig_feather", [models.feather(i) for i in range(2)], high0)
    sheet.figure("fig_orb", [models.orb(i) for i in range(2)], high0)
    sheet.figure("fig_sun", [models.sun()], PAL3, [(x, y, 24, 24) for y in (0, 24) for x in (0, 24)])
    sheet.figure("fig_moon", [models.moon()], PAL3)
    cone = [(0, 16, 32, 16), (32, 8, 32, 32), (64, 0, 32, 24), (64, 24, 32, 24)]
    sheet.figure("fig_beam", [models.beam()], high3, cone)
    sheet.figure("fig_panel", [models.panel()], high3)
    sheet.figure("fig_glitter", [models.glitter(i) for i in range(4)], high3)
    _disc(sheet, "fig_flash", models.operator_disc(31.0, 14), high3)
    return sheet


def _disc(sheet: Sheet, name: str, quarter: Pixels, bits: int) -> None:
    """Add a disc of 64 x 64 from one quarter and its mirror images."""
    first = sheet.tiles.sprite(quarter)
    sheet.lines += [f"{name}_0:", "        .word   3"]
    for x, y, flips in ((0, 0, 0), (-32, 0, 0x0800), (0, -32, 0x1000), (-32, -32, 0x1800)):
        sheet.lines.append(f"        .word   {x + 128}, {y + 128}, 0x0F00, 0x{first | bits | flips:04X}")
    sheet.lines += [f"{name}:", f"        .long   {name}_0"]


def _icons() -> list[Pixels]:
    """Draw the status bar's ground and icons: ground, full and empty lamp, full and empty feather, plane."""
    ground = np.full((8, 8), 1, dtype=np.uint8)
    icons = [ground]
    for bright in (True, False):
        lamp = ground.copy()
        for y in range(8):
            for x in range(8):
                r = math.sqrt((x - 3.5) ** 2 + (y - 3.5) ** 2)
                if r < 3.3:
                    lamp[y, x] = (5 if r < 1.5 else 13 if r < 2.6 else 12) if bright else 6
        icons.append(lamp)
    for bright in (True, False):
        bar = ground.copy()
        bar[1:6, 1:7] = 11 if bright else 6
        if bright:
            bar[1:3, 1:7] = 14
            bar[5, 1:7] = 10
        icons.append(bar)
    rows = ("........", "8...99..", "88..88..", "45555555", ".4445553", "..8888..", "...88...", "........")
    plane = ground.copy()
    for y, row in enumerate(rows):
        for x, mark in enumerate(row):
            if mark != ".":
                plane[y, x] = int(mark)
    icons.append(plane)
    return icons
