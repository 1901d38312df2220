"""What lies in the VDP's memories, as pictures for people who look: patterns, planes, window, sprites, palette.

All pictures are picture pixels as in :func:`~.frame.draw_frame` (CRAM index in bits 5-0) unless said otherwise; give
them to :func:`~.colours.to_rgb`.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from megadrive.vdp import check_integer

from . import colours, mode4, planes
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
    pixels: Bytes = dataclasses.field(repr=False)
    """Colour indices, uint8 (height, width); bits 3-0 are 0 where it is transparent."""


def is_mode4(state: VDPState) -> bool:
    """Tell whether R1.2 and R0.2 choose mode 4; a chip of which no register has been set is looked at as in mode 5."""
    return not state.mode5 and bool(state.register(0) & 0x04)


def _field(field: int) -> int:
    if field not in (0, 1):
        raise ValueError(f"field is {field!r}, expected 0 or 1")
    return int(field)


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
        2048 cells of 8x8, in interlace mode 2 1024 cells of 8x16, in mode 4 512 cells of 8x8, which know two palettes.

    Raises
    ------
    TypeError
        If the palette or the number of columns is no integer.
    ValueError
        If the palette or the number of columns is out of range.

    Examples
    --------
    >>> patterns(VDPState()).shape
    (512, 256)
    """
    palette, columns = check_integer("palette", palette), check_integer("columns", columns)
    mode5 = not is_mode4(state)
    palettes = 4 if mode5 else 2
    if not 0 <= palette < palettes:
        raise ValueError(f"palette must be 0 to {palettes - 1}, not {palette}")
    if not 1 <= columns <= 2048:
        raise ValueError(f"columns must be 1 to 2048, not {columns}")
    height = 16 if state.double_resolution else 8
    count = 65536 // (4 * height) if mode5 else 512
    rows = -(-count // columns)
    name = np.arange(rows * columns)
    row = np.arange(height)[None, :]
    if mode5:
        pixels = planes.cells(state, (name % count | palette << 13)[:, None], row)
    else:
        pixels = mode4.pattern_pixels(state, (name % count)[:, None], row) | np.uint8(palette << 4)
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
        If there is no such plane; mode 4 has "a" only.

    Examples
    --------
    >>> state = VDPState()
    >>> state.registers[16] = 0x01
    >>> plane(state, "a").shape
    (256, 512)
    """
    if is_mode4(state):
        if which != "a":
            raise ValueError(f'mode 4 has one plane, "a", not {which!r}')
        return mode4.whole_plane(state)
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
    if is_mode4(state):
        return _mode4_sprites(state)
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


def _mode4_sprites(state: VDPState) -> list[Sprite]:
    y, x, pattern, height = mode4.sprite_table(state)
    found = []
    for number in range(len(y)):
        rows = np.arange(height)
        pixels = mode4.pattern_pixels(state, pattern[number] + (rows >> 3), rows & 7) | np.uint8(mode4.SPRITE_PALETTE)
        top = int(y[number]) + 1
        found.append(
            Sprite(
                number, int(x[number]), top - 256 if top > 240 else top, 8, height, int(pattern[number]), 1, False,
                False, False, (number + 1) % len(y), pixels,
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
    size = check_integer("size", size)
    if size < 1:
        raise ValueError(f"size must be at least 1, not {size}")
    rgb: Bytes = colours.palette(state)[:64].reshape(4, 16, 3)
    return rgb.repeat(size, 0).repeat(size, 1)


def layers(state: VDPState, field: int = 0) -> dict[str, Bytes]:
    """Draw the layers of a picture, each for itself; in mode 4 plane B is empty.

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
    lines, field = np.arange(state.lines), _field(field)
    if is_mode4(state):
        a = mode4.background(state, lines)
        return {"a": a, "b": np.zeros_like(a), "sprites": mode4.draw_sprites(state, lines).pixels}
    a, b, s = mode5_layers(state, lines, field, table_in_vram(state), False)
    return {"a": a, "b": b, "sprites": s.pixels}


def sources(state: VDPState, field: int = 0) -> Bytes:
    """Tell from which layer each pixel of a picture comes.

    Shadow and highlight, whose operators do not show themselves, and the debug register are not looked at.

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
    if is_mode4(state):
        source[:] = 2  # all of it is opaque, but lets sprites through
        in_front = (drawn["a"] >= PRIORITY) & ((drawn["a"] & COLOUR) != 0)
        source[(drawn["sprites"] != 0) & ~in_front] = 3
    for priority in (0, PRIORITY) if not is_mode4(state) else ():
        for number, layer in enumerate((drawn["b"], drawn["a"], drawn["sprites"]), 1):
            source[((layer & COLOUR) != 0) & ((layer & PRIORITY) == priority)] = number
    if not state.display:
        source[:] = 0
    if state.left_blank:
        source[:, :8] = 0
    return source
