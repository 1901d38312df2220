"""Sprites: the walk through the list, the limits of a line, masking, pixels and collision.

The chip spreads this over three lines: it scans the list in its cache of Y, size and link; fetches the rest of the
entries that it found from VRAM; and fetches their pattern rows.  Here the three phases are three groups of array
operations over (sprite, line).
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from .planes import with_attribute
from .state import Bytes, Flags, Ints, VDPState

Array = npt.NDArray[Any]

#: A line of sprites is put together in a buffer that has a place for every X: 9 bits and the width of a sprite.
BUFFER_WIDTH = 512 + 32
#: Where the left edge of the screen lies in it.
SCREEN = 128


NO_MEETINGS: Ints = np.zeros((0, 2), np.intp)


@dataclasses.dataclass
class SpriteLines:
    """What the sprites put into a stretch of lines."""

    pixels: Bytes
    """Layer pixels, uint8 (lines, width)."""
    too_many: Flags
    """For each line: more sprites or cells than it can show (status bit SOVR)."""
    dot_overflow: Flags
    """For each line: more cells than it can show, which lets a first sprite at X = 0 mask on the next line."""
    collision: Flags
    """For each line: two opaque pixels met (status bit SCOL)."""
    scan_overflow: Ints
    """For each line: the step of the search that finds one sprite too many; -1: none does."""
    meetings: Ints
    """(line, cell of that line) of pixels that met an opaque one of another sprite, int (n, 2)."""


def no_sprites(state: VDPState, count: int) -> SpriteLines:
    """Return what the sprites put into lines with the display off: nothing."""
    never: Flags = np.zeros(count, np.bool_)
    pixels = np.zeros((count, state.width), np.uint8)
    return SpriteLines(pixels, never, never, never, np.full(count, -1), NO_MEETINGS)


def limits(state: VDPState) -> tuple[int, int]:
    """Return how many sprites and how many cells of 8 pixels a line can show."""
    return (20, 40) if state.h40 else (16, 32)


def table_in_vram(state: VDPState) -> Bytes:
    """Return the sprite table's entries, uint8 (80 or 64, 8), as they lie in VRAM."""
    entries = 80 if state.h40 else 64
    table: Bytes = state.vram[state.sprite_table + np.arange(8 * entries) & 0xFFFF].reshape(entries, 8)
    return table


def table_in_cache(state: VDPState) -> Bytes:
    """Return the table as a scan sees it: Y, size and link from the chip's cache, the rest from VRAM."""
    table = table_in_vram(state)
    table[:, :4] = state.sprite_cache[: len(table)]
    return table


def list_order(table: Bytes) -> list[int]:
    """Follow the links from entry 0; a link to 0 or past the table's end ends the list, as does its length."""
    links = (table[:, 3] & 0x7F).tolist()
    order = [0]
    while 0 < (link := links[order[-1]]) < len(links) and len(order) < len(links):
        order.append(link)
    return order


def cell_rows(state: VDPState, attribute: Ints, width: Ints, height: Ints, row: Ints, column: Ints) -> Bytes:
    """Fetch one row of pixels of cells of sprites.

    Parameters
    ----------
    attribute : int (n,)
        Third word of the sprite's entry.
    width, height : int (n,)
        The sprite's size in cells.
    row : int (n,)
        Pixel row within the sprite, from the top of its box.
    column : int (n,)
        Cell within the sprite, from the left of its box.

    Returns
    -------
    uint8 (n, 8)
        Layer pixels.
    """
    double = state.double_resolution
    cell_height, row_mask, shift = (16, 0x3F, 4) if double else (8, 0x1F, 3)
    row = np.where(attribute & 0x1000, height * cell_height - 1 - row & row_mask, row)
    # Cell numbers run down the columns of the sprite.
    pattern = attribute + np.where(attribute & 0x0800, width - 1 - column, column) * height + (row >> shift)
    place = (pattern & 0x3FF) << 4 | row & 15 if double else (pattern & 0x7FF) << 3 | row & 7
    return with_attribute(state.pattern_rows().take(place | (attribute & 0x0800) << 3), attribute)


def put(buffer: Bytes, place: Ints, pixels: Bytes) -> Ints:
    """Put cells into a line buffer in list order; return the places of all opaque pixels.

    What is opaque already stays.  Of the new pixels the first opaque one stays; where there is none, the last
    transparent one does.

    Parameters
    ----------
    buffer : uint8 (n,)
        Layer pixels; changed.
    place : int array
        Where the pixels belong in it.
    pixels : uint8 array of the same shape
        Layer pixels.
    """
    free = (buffer[place] & 0x0F) == 0
    opaque = (pixels & 0x0F) != 0
    buffer[place[free]] = pixels[free]
    first = free & opaque
    buffer[place[first][::-1]] = pixels[first][::-1]
    occupied: Ints = place[opaque]
    return occupied


def draw_sprites(state: VDPState, rows: Ints, table: Bytes, overflow_before: bool) -> SpriteLines:
    """Draw the sprites of a stretch of consecutive lines.

    Parameters
    ----------
    rows : int (lines,)
        Picture rows of the lines.
    table : uint8 (80 or 64, 8)
        The sprite table.
    overflow_before : bool
        Dot overflow of the line before the first one.
    """
    sprites_in_line, cells_in_line = limits(state)
    cell_height, row_bits, top = (16, 0x3FF, 256) if state.double_resolution else (8, 0x1FF, 128)

    # The list's entries in order, as columns of (sprite, line) arrays.
    words: Array = table[list_order(table)].view(">u2").astype(np.uint16)
    y, size, attribute, x = (words[:, i, None] for i in range(4))
    x = x & 0x1FF
    width: Array = (size >> 10 & 3) + 1
    height: Array = (size >> 8 & 3) + 1

    # Scan: the first 20 (16) sprites that cover the line.
    row: Array = (rows + top).astype(np.uint16) - y & row_bits
    hit: Array = row < height * cell_height
    seen: Array = np.logical_or.reduce(hit, 1)
    seen[0] = True
    hit = hit[seen]
    row, attribute, x, width, height = (of[seen] for of in (row, attribute, x, width, height))
    found = hit.cumsum(0, np.uint16)
    too_many = found[-1] > sprites_in_line
    hit &= found <= sprites_in_line

    # Their cells, 40 (32) in all.  Sprites that are masked or off the screen use them up too.
    used = (hit * width).cumsum(0, np.int16)
    dot_overflow = used[-1] > cells_in_line
    shown = np.where(hit, np.clip(width + (cells_in_line - used), 0, width), 0)

    # A sprite at X = 0 hides those after it, if one before it had another X or the line before ran out of cells.
    before = np.concatenate(([overflow_before], dot_overflow[:-1]))
    other_x = np.logical_or.accumulate(hit & (x != 0), 0)
    masked = np.logical_or.accumulate(hit & (x == 0) & (other_x | before), 0)
    shown[masked] = 0

    # All cells in list order, into a line buffer that also has room for what lies off the screen.
    sprite, line, column = np.nonzero(shown[:, :, None] > np.arange(4))
    word, left, wide, high = (of.astype(np.intp)[sprite, 0] for of in (attribute, x, width, height))
    pixels = cell_rows(state, word, wide, high, row[sprite, line].astype(np.intp), column)
    buffer = np.zeros((len(rows), BUFFER_WIDTH), np.uint8)
    place = (line * BUFFER_WIDTH + left + 8 * column)[:, None] + np.arange(8)
    opaque_place = put(buffer.reshape(-1), place, pixels)

    # Two opaque pixels on one place of the screen.
    again = np.zeros(len(rows), np.bool_)
    meetings = NO_MEETINGS
    if len(opaque_place) > np.count_nonzero(buffer & 0x0F):
        order = opaque_place.argsort(kind="stable")
        ordered = opaque_place[order]
        later = order[1:][ordered[1:] == ordered[:-1]]
        met_x = opaque_place[later] % BUFFER_WIDTH
        later = later[(met_x >= SCREEN) & (met_x < SCREEN + state.width)]
        cell = np.flatnonzero((pixels & 0x0F) != 0)[later] >> 3
        again[line[cell]] = True
        number = used[sprite[cell], line[cell]] - width[sprite[cell], 0] + column[cell]
        meetings = np.stack([line[cell], number], 1)

    on_screen = buffer[:, SCREEN : SCREEN + state.width]
    scan_overflow = np.where(too_many, np.flatnonzero(seen)[(found > sprites_in_line).argmax(0)], -1)
    return SpriteLines(on_screen, too_many | dot_overflow, dot_overflow, again, scan_overflow, meetings)
