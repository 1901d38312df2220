"""What lies in the VDP's memories, as pictures for people who look: patterns, planes, window, sprites, palette.

All pictures are picture pixels as in :func:`~.frame.draw_frame` (CRAM index in bits 5-0) unless said otherwise; give
them to :func:`~.colours.to_rgb`.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from . import colours, planes
from .compose import COLOUR, PRIORITY
from .frame import mode5_layers
from .sprites import list_order, table_in_vram
from .state import Bytes, VDPState


@dataclasses.dataclass(frozen=True)
class Sprite:
    """One entry of the sprite table, with the box it takes on the screen."""

    number: int
    """Entry in the table."""
    x: int
    """Left edge in screen pixels; may be negative."""
    y: int
    """Top edge in picture rows; may be negative."""
    width: int
    """In pixels."""
    height: int
    """In picture rows."""
    pattern: int
    """First pattern."""
    palette: int
    """0-3."""
    priority: bool
    hflip: bool
    vflip: bool
    link: int
    """The next entry in the list; 0 ends it."""
    pixels: Bytes
    """Colour indices, uint8 (height, width); bits 3-0 are 0 where it is transparent."""


def patterns(state: VDPState, palette: int = 0, columns: int = 32) -> Bytes:
    """Draw all patterns in VRAM, in rows of ``columns``.

    Parameters
    ----------
    state : VDPState
        The chip.
    palette : int
        Palette, 0 to 3.
    columns : int
        Patterns in a row of the picture.

    Returns
    -------
    uint8 (height, 8 * columns)
        2048 cells of 8x8, in interlace mode 2 1024 cells of 8x16.

    Raises
    ------
    ValueError
        If the palette or the number of columns is out of range.

    Examples
    --------
    >>> patterns(VDPState()).shape
    (512, 256)
    """
    if not 0 <= palette <= 3:
        raise ValueError(f"palette must be 0 to 3, not {palette}")
    if not 1 <= columns <= 2048:
        raise ValueError(f"columns must be 1 to 2048, not {columns}")
    height = 16 if state.double_resolution else 8
    count = 65536 // (4 * height)
    rows = -(-count // columns)
    name = np.arange(rows * columns)
    pixels = planes.cells(state, (name % count | palette << 13)[:, None], np.arange(height)[None, :])
    pixels[name >= count] = 0
    return pixels.reshape(rows, columns, height, 8).swapaxes(1, 2).reshape(rows * height, columns * 8)


def plane(state: VDPState, which: str) -> Bytes:
    """Draw a whole plane, unscrolled, or the window.

    Parameters
    ----------
    state : VDPState
        The chip.
    which : {"a", "b", "window"}
        The plane.

    Returns
    -------
    uint8 (height, width)
        Layer pixels: palette and colour in bits 5-0 (colour 0 is transparent), priority in bit 6.

    Raises
    ------
    ValueError
        If there is no such plane.

    Examples
    --------
    >>> state = VDPState()
    >>> state.registers[16] = 0x01
    >>> plane(state, "a").shape
    (256, 512)
    """
    cell = 16 if state.double_resolution else 8
    if which == "window":
        lines = np.arange(32 * 8)
        if state.double_resolution:
            lines = lines.repeat(2)
        rows = np.arange(len(lines))
        return planes.window_cells(state, lines, rows, np.arange(64 if state.h40 else 32))
    if which not in ("a", "b"):
        raise ValueError(f'plane must be "a", "b" or "window", not {which!r}')
    table = state.plane_a_table if which == "a" else state.plane_b_table
    size = state.register(16)
    width = (32, 64, 32, 128)[size & 3]
    height = 1 if size & 3 == 2 else min((32, 64, 64, 128)[size >> 4 & 3], 4096 // width)
    rows = np.arange(height * cell)
    # Vertical size 10 keeps row bit 6 and drops bit 5: rows 32-63 of the picture stand for rows 64-95.
    row = rows // cell
    if size >> 4 & 3 == 2:
        row = row + (row >= 32) * 32
    index = planes.name_index(size, row[:, None], np.arange(width))
    name = state.vram_words[(table >> 1) + index].astype(np.intp)
    return planes.cells(state, name, (rows % cell)[:, None]).reshape(len(rows), -1)


def sprites(state: VDPState) -> list[Sprite]:
    """Return the sprites that the chip would draw, in list order: the front one first.

    Examples
    --------
    >>> state = VDPState()
    >>> state.vram[:8] = 0, 128 + 10, 0x05, 0, 0, 1, 0, 128 + 20   # at (20, 10), 2x2 cells
    >>> sprite, = sprites(state)
    >>> sprite.x, sprite.y, sprite.width, sprite.height
    (20, 10, 16, 16)
    """
    table = table_in_vram(state)
    cell, y_bits, top = (16, 0x3FF, 256) if state.double_resolution else (8, 0x1FF, 128)
    found = []
    for number in list_order(table):
        y, size, name, x = (int(word) for word in table[number].view(">u2"))
        columns, rows = (size >> 10 & 3) + 1, (size >> 8 & 3) + 1
        names = np.arange(columns * rows).reshape(columns, rows).T + name & 0x7FF
        pixels = planes.cells(state, (names | name & 0x6000)[:, None, :], np.arange(cell)[:, None])
        pixels = pixels.reshape(rows * cell, columns * 8)
        hflip, vflip = bool(name & 0x0800), bool(name & 0x1000)
        pixels = pixels[:: -1 if vflip else 1, :: -1 if hflip else 1]
        found.append(
            Sprite(
                number, (x & 0x1FF) - 128, (y & y_bits) - top, columns * 8, rows * cell, name & 0x7FF,
                name >> 13 & 3, bool(name & 0x8000), hflip, vflip, size & 0x7F, pixels,
            )
        )  # fmt: skip
    return found


def palette(state: VDPState, size: int = 16) -> Bytes:
    """Draw the 64 colours as squares, a palette in each row.

    Parameters
    ----------
    state : VDPState
        The chip.
    size : int
        Side of a square in pixels.

    Returns
    -------
    uint8 (4 * size, 16 * size, 3)
        RGB.

    Raises
    ------
    ValueError
        If the size is less than 1.

    Examples
    --------
    >>> palette(VDPState(), 8).shape
    (32, 128, 3)
    """
    if size < 1:
        raise ValueError(f"size must be at least 1, not {size}")
    rgb: Bytes = colours.palette(state)[:64].reshape(4, 16, 3)
    return rgb.repeat(size, 0).repeat(size, 1)


def layers(state: VDPState, field: int = 0) -> dict[str, Bytes]:
    """Draw the layers of a mode 5 picture, each for itself.

    Parameters
    ----------
    state : VDPState
        The chip.
    field : int
        Field to draw, 0 or 1; matters in interlace mode 2 only.

    Returns
    -------
    dict of uint8 (lines, width)
        Layer pixels of ``"a"`` (with the window), ``"b"`` and ``"sprites"``: palette and colour in bits 5-0,
        priority in bit 6.

    Examples
    --------
    >>> sorted(layers(VDPState()))
    ['a', 'b', 'sprites']
    """
    a, b, s = mode5_layers(state, np.arange(state.lines), field, table_in_vram(state), False)
    return {"a": a, "b": b, "sprites": s.pixels}


def sources(state: VDPState, field: int = 0) -> Bytes:
    """Tell from which layer each pixel of a mode 5 picture comes.

    Shadow and highlight, whose operators do not show themselves, are not looked at.

    Parameters
    ----------
    state : VDPState
        The chip.
    field : int
        Field to look at, 0 or 1; matters in interlace mode 2 only.

    Returns
    -------
    uint8 (lines, width)
        0 backdrop, 1 plane B, 2 plane A or window, 3 sprites.

    Examples
    --------
    >>> int(sources(VDPState()).max())
    0
    """
    drawn = layers(state, field)
    source = np.zeros_like(drawn["a"])
    for priority in (0, PRIORITY):
        for number, layer in enumerate((drawn["b"], drawn["a"], drawn["sprites"]), 1):
            source[((layer & COLOUR) != 0) & ((layer & PRIORITY) == priority)] = number
    return source
