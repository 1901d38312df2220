"""Mode 4, the Master System's: one scrolling plane, 64 sprites, 256 x 192 pixels.

Memory is addressed as the Master System does, 14 bits and bytes.  On this chip address bits 1 and 9 trade places, and
the two bytes of a word lie in the order of the 16-bit bus.
"""

from __future__ import annotations

import numpy as np

from .sprites import NO_MEETINGS, SpriteLines
from .state import Bytes, Flags, Ints, VDPState

SPRITE_PALETTE = 0x10
_END_OF_LIST = 0xD0
_SPRITES_IN_LINE = 8


def memory(state: VDPState, address: Ints) -> Ints:
    """Return the bytes of video memory at Master System addresses."""
    address = address & 0x3FFF
    place = (address & 0x3DFD) | (address << 8 & 0x200) | (address >> 8 & 2)
    byte: Ints = state.vram[place ^ 1].astype(np.intp)
    return byte


def pattern_pixels(state: VDPState, pattern: Ints, row: Ints) -> Bytes:
    """Return the 8 pixels of a row of patterns, shape (..., 8): four bytes hold one bit each of the colours."""
    planes = memory(state, (pattern << 5 | row << 2)[..., None] + np.arange(4))
    bits = planes[..., :, None] >> np.arange(7, -1, -1) & 1
    pixels: Bytes = (bits << np.arange(4)[:, None]).sum(-2).astype(np.uint8)
    return pixels


def _cells(state: VDPState, y: Ints, column: Ints) -> Bytes:
    """Draw rows of pixels of the name table's cells, shape (..., 8)."""
    address = ((state.register(2) & 0x0E) << 10) + (y >> 3) * 64 + column * 2
    name = memory(state, address) | memory(state, address + 1) << 8
    row = np.where(name & 0x0400, 7 - (y & 7), y & 7)
    pixels = pattern_pixels(state, name & 0x1FF, row)
    pixels = np.where((name & 0x0200)[..., None] != 0, pixels[..., ::-1], pixels)
    return (pixels | (name >> 7 & 0x10 | name >> 6 & 0x40)[..., None]).astype(np.uint8)


def background(state: VDPState, lines: Ints, vscroll: int | None = None) -> Bytes:
    """Draw the plane; return colour index in bits 4-0 and priority in bit 6, uint8 (lines, 256).

    R9 is latched before the picture begins: ``vscroll``, if not as it is now.
    """
    vscroll = state.register(9) if vscroll is None else vscroll
    scroll_x = np.where((lines < 16) & bool(state.register(0) & 0x40), 0, state.register(8))
    columns = np.arange(32)
    scroll_y = np.where((columns >= 24) & bool(state.register(0) & 0x80), 0, vscroll)
    y = (lines[:, None] + scroll_y) % 224
    column = columns - (scroll_x[:, None] >> 3) & 31
    pixels = _cells(state, y, column)

    # Fine scroll moves the line to the right; what it leaves free shows the backdrop.
    strip = np.full((len(lines), 8 + 256), state.backdrop, np.uint8)
    strip[:, 8:] = pixels.reshape(len(lines), 256)
    place = 8 - (scroll_x & 7)[:, None] + np.arange(256)
    return np.take_along_axis(strip, place, 1)


def whole_plane(state: VDPState) -> Bytes:
    """Draw the plane unscrolled: colour index in bits 4-0 and priority in bit 6, uint8 (224, 256)."""
    y, column = np.arange(224)[:, None], np.arange(32)
    return _cells(state, y, column).reshape(224, 256)


def sprite_table(state: VDPState) -> tuple[Ints, Ints, Ints, int]:
    """Return Y, X and pattern of the sprites up to the end of the list, and the height of all."""
    table = (state.register(5) & 0x7E) << 7
    y = memory(state, table + np.arange(64))
    entries = np.arange(64)
    ends = np.nonzero(y == _END_OF_LIST)[0]
    if len(ends):
        entries = entries[: ends[0]]
    x = memory(state, table + 0x80 + 2 * entries) - (8 if state.register(0) & 0x08 else 0)
    pattern = memory(state, table + 0x81 + 2 * entries) | (state.register(6) & 0x04) << 6
    height = 8
    if state.register(1) & 0x02:
        height = 16
        pattern = pattern & 0x1FE
    return y[: len(entries)], x, pattern, height


def draw_sprites(state: VDPState, lines: Ints) -> SpriteLines:
    """Draw the sprites: layer pixels with colours of the second palette."""
    y, x, pattern, height = sprite_table(state)
    row = lines - y[:, None] - 1 & 0xFF
    hit = row < height
    found = hit.cumsum(0)
    too_many: Flags = found[-1] > _SPRITES_IN_LINE if len(found) else np.zeros(len(lines), np.bool_)
    hit &= found <= _SPRITES_IN_LINE

    pixels = np.zeros((len(lines), 256), np.uint8)
    collision = np.zeros(len(lines), np.bool_)
    for sprite, line in zip(*np.nonzero(hit), strict=True):
        r = row[sprite, line]
        colours = pattern_pixels(state, pattern[sprite] + (r >> 3), r & 7)
        place = x[sprite] + np.arange(8)
        shown = (place >= 0) & (place < 256) & (colours != 0)
        place, colours = place[shown], colours[shown]
        free = pixels[line, place] == 0
        collision[line] |= not free.all()
        pixels[line, place[free]] = colours[free] | SPRITE_PALETTE
    never = np.zeros(len(lines), np.bool_)
    return SpriteLines(pixels, too_many, never, collision, np.full(len(lines), -1), NO_MEETINGS)


def compose(plane: Bytes, sprites: Bytes) -> Bytes:
    """Put the sprites over the plane; opaque plane pixels with priority are in front of them."""
    in_front = (plane >= 0x40) & ((plane & 0x0F) != 0)
    return np.where((sprites != 0) & ~in_front, sprites, plane & 0x1F).astype(np.uint8)
