"""Whole pictures, and stretches of lines, from the contents as they are."""

from __future__ import annotations

import numpy as np

from . import mode4, planes
from .compose import compose
from .sprites import SpriteLines, draw_sprites, no_sprites, table_in_vram
from .state import NO_SPRITES, Bytes, Ints, VDPState


def draw_lines(
    state: VDPState, lines: Ints, field: int, table: Bytes, overflow_before: bool
) -> tuple[Bytes, SpriteLines]:
    """Draw a stretch of whole lines with the present contents.

    Parameters
    ----------
    state : VDPState
        The chip.
    lines : int (n,)
        Consecutive line numbers, 0 the top of the picture.
    field : int
        0 or 1; matters in interlace mode 2 only.
    table : uint8 (80 or 64, 8)
        The sprite table: :func:`~.sprites.table_in_vram` or :func:`~.sprites.table_in_cache`.
    overflow_before : bool
        Dot overflow of the line before the first.

    Returns
    -------
    uint8 (n, width)
        Picture pixels.
    SpriteLines
        Sprite pixels and flags of these lines.
    """
    if not state.display:
        return np.full((len(lines), state.width), state.backdrop, np.uint8), no_sprites(state, len(lines))
    if state.mode5:
        a, b, s = mode5_layers(state, lines, field, table, overflow_before)
        picture = compose(a, b, s.pixels, state.backdrop, state.shadow_highlight, state.debug)
    else:
        s = mode4.draw_sprites(state, lines)
        picture = mode4.compose(mode4.background(state, lines), s.pixels)
    if state.left_blank:
        picture[:, :8] = state.backdrop
    return picture, s


def mode5_layers(
    state: VDPState, lines: Ints, field: int, table: Bytes, overflow_before: bool
) -> tuple[Bytes, Bytes, SpriteLines]:
    """Draw plane A with the window, plane B and the sprites of a stretch of lines, for :func:`draw_lines`."""
    rows = planes.picture_rows(state, lines, field)
    a, b = planes.scroll_planes(state, lines, rows)
    if state.debug & NO_SPRITES:
        return a, b, no_sprites(state, len(lines))
    return a, b, draw_sprites(state, rows, table, overflow_before)


def draw_frame(state: VDPState) -> Bytes:
    """Draw a whole picture from frozen contents: nothing changes from its first line to its last.

    The sprite table is read from VRAM, as if the chip's cache of it were up to date.

    Parameters
    ----------
    state : VDPState
        The chip; it is not changed.

    Returns
    -------
    uint8 (height, width)
        Picture pixels: CRAM index in bits 5-0, shadow in bit 6, highlight in bit 7.  Height is 224 or 240, in interlace
        mode 2 twice that (both fields), in mode 4 192; width 256 or 320.

    Examples
    --------
    >>> state = VDPState()
    >>> state.registers[[0, 1, 12]] = 0x04, 0x44, 0x81
    >>> draw_frame(state).shape
    (224, 320)
    """
    lines = np.arange(state.lines)
    table = table_in_vram(state)
    if not state.double_resolution:
        return draw_lines(state, lines, 0, table, False)[0]
    picture = np.empty((2 * state.lines, state.width), np.uint8)
    for field in range(2):
        picture[field::2] = draw_lines(state, lines, field, table, False)[0]
    return picture
