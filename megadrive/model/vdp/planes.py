"""Planes A and B, the window, and the pattern rows that everything is made of.

A *layer pixel* is one byte: colour in bits 3-0 (0 is transparent), palette in bits 5-4, priority in bit 6.
Bits 5-0 are the colour's index in CRAM.  Palette and priority are there for transparent pixels too: shadow looks at
the priority of both planes, and the debug register can show what lies under transparent pixels.

All functions work on a stretch of lines at once: ``lines`` holds the line numbers (0 is the top of the picture),
``rows`` the picture rows that belong to them, which are different in interlace mode 2 only: row = 2 * line + field.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from .history import VideoMemory
from .state import Bytes, Flags, Ints, Longs, VDPState, Words

# Palette and priority in each of 8 pixels, by the upper bits of a name.
_ATTRIBUTES = np.array([(top << 4) * 0x0101010101010101 for top in range(8)], np.uint64)


def picture_rows(state: VDPState, lines: Ints, field: int) -> Ints:
    """Return the picture row that each line draws in a field."""
    return 2 * lines + field if state.double_resolution else lines


def with_attribute(rows: Longs, name: Ints | Words) -> Bytes:
    """Put palette and priority of a name (or sprite) word into 8-pixel rows; return bytes, shape (..., 8)."""
    rows = rows | _ATTRIBUTES.take(name >> 13 & 7)
    return rows.view(np.uint8).reshape(*rows.shape, 8)


def cells(
    state: VDPState, name: Ints | Words, row: Ints | Words, vram: VideoMemory | None = None, at: Ints | int = 0
) -> Bytes:
    """Draw row ``row`` of the cells that name table words name; return layer pixels, shape (..., 8).

    With ``vram`` patterns are those of the times ``at`` of the pairs of cells.
    """
    name, row = name.astype(np.uint16, copy=False), row.astype(np.uint16, copy=False)
    if state.double_resolution:
        place = (name & 0x3FF) << 4 | (name >> 12 & 1) * 15 ^ row
    else:
        place = (name & 0x7FF) << 3 | (name >> 12 & 1) * 7 ^ row
    mirrored = (name & 0x0800) << 3
    if vram is not None and vram.changed:
        at = np.broadcast_to(at, (len(place), place.shape[1] // 2)).repeat(2, 1)
        return with_attribute(vram.pattern_rows(place, mirrored, at), name)
    return with_attribute(state.pattern_rows().take(place | mirrored), name)


# By the two bits of the width: how far the row is shifted to the left, what of it counts, and of the column's bits 6-5.
_ROW_SHIFT, _ROW_MASK, _COLUMN_MASK = (
    np.array(of, np.uint16) for of in ((0, 1, 0, 2), (0x7F, 0x7E, 0, 0x7C), (0, 1, 0, 3))
)


def names_of_pairs(pairs: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint16]:
    """Return two words from each of the longs that hold them, side by side: uint16 (lines, 2 * n)."""
    words = np.empty((*pairs.shape, 2), np.uint16)
    words[..., 0], words[..., 1] = pairs >> 16, pairs & 0xFFFF
    return words.reshape(len(pairs), -1)


def name_index(size: int | Ints, row: Ints, column: Ints) -> Ints:
    """Position of a cell in a plane's name table, by the rule of the chip's address logic.

    Parameters
    ----------
    size : int or int array
        R16: plane width in bits 1-0, height in bits 5-4.
    row, column : int arrays
        Cell coordinates in the plane, 7 bits.

    Returns
    -------
    int array
        Number of the name table's word, 12 bits.
    """
    size = np.asarray(size, np.uint16)
    hsize, vsize = size & 3, size >> 4 & 3
    row = row & (0x1F | (vsize & 1) << 5 | (vsize & 2) << 5)
    # Width 10: every row is the first one.
    upper = row << _ROW_SHIFT[hsize] & _ROW_MASK[hsize] | column >> 5 & _COLUMN_MASK[hsize]
    index: Ints = upper << 5 | column & 0x1F
    return index


def hscroll(state: VDPState, lines: Ints) -> tuple[Ints, Ints]:
    """Read the horizontal scroll of planes A and B for each line from the table in VRAM."""
    entry = (state.hscroll_table >> 1) + 2 * (lines & state.hscroll_mask)
    return state.vram_words[entry].astype(np.intp) & 0x3FF, state.vram_words[entry + 1].astype(np.intp) & 0x3FF


def inhibited(vscroll: Ints, columns: Ints) -> Ints:
    """Return what is left of plane A's scroll of the whole screen in each column if R0.7 is set.

    It keeps mode 4's right columns from scrolling; in mode 5 it clears the low bits at H = 192 to 255 and 448 to 511
    (w519 of the YM7101's netlist).
    """
    return np.where((columns < 0) | (columns >= 12) & (columns < 16), vscroll & 0x700, vscroll)


def vscroll(state: VDPState, plane: int) -> Ints:
    """Vertical scroll of the columns from -1 (the partial one left of the screen) to the right edge.

    With one scroll value for the whole plane the result may have one element only.  Column -1 has no entry of its own:
    in H40 it takes the last values of A and B ANDed, in H32 zero.
    """
    vsram = state.vsram.astype(np.intp)
    if not state.column_vscroll:
        whole = vsram[plane : plane + 1]
        return inhibited(whole, np.arange(-1, state.width // 16)) if plane == 0 and state.register(0) & 0x80 else whole
    left = vsram[38] & vsram[39] if state.h40 else 0
    return np.concatenate(([left], vsram[plane : state.width // 8 : 2]))


def scrolled_columns(
    state: VDPState, table: int | Ints, rows: Ints, scroll_x: Ints, scroll_y: Ints, columns: Ints,
    size: int | Ints | None = None, vram: VideoMemory | None = None, at: Ints | int = 0,
) -> Bytes:  # fmt: skip
    """Draw 16-pixel columns of a scroll plane, before the fine scroll moves them.

    Parameters
    ----------
    table : int or int (lines, 1)
        VRAM address of the name table.
    rows, scroll_x : int (lines,)
        Picture row and horizontal scroll of each line.
    scroll_y : int that broadcasts to (lines, columns)
        Vertical scroll.
    columns : int (columns,)
        Columns of the screen; -1 is the one left of it.
    size : int that broadcasts to (lines, columns), optional
        R16, if it is not what it is now.
    vram : VideoMemory, optional
        VRAM at the times ``at`` (lines, columns), if it is not what it is now.

    Returns
    -------
    uint8 (lines, 16 * columns)
        Layer pixels.  Drawn from column -1 on, screen pixel x of a line lies at 16 + x - (scroll_x & 15).
    """
    columns, rows = columns.astype(np.uint16), rows.astype(np.uint16)
    cell_column = 2 * columns - (scroll_x.astype(np.uint16)[:, None] >> 4 << 1) & 0x7F
    y = rows[:, None] + scroll_y.astype(np.uint16)
    if state.double_resolution:
        cell_row, row = y >> 4 & 0x7F, y & 15
    else:
        cell_row, row = y >> 3 & 0x7F, y & 7
    # A column is two cells whose names lie side by side.
    size = state.register(16) if size is None else size
    address = np.asarray(table).astype(np.uint16) | name_index(size, cell_row, cell_column) << 1
    pairs = (vram or VideoMemory(state)).longs(address >> 2, at)
    name = names_of_pairs(pairs)
    return cells(state, name, row.repeat(2, 1) if row.shape[1] > 1 else row, vram, at).reshape(len(rows), -1)


def fine_scrolled(strip: Bytes, scroll_x: Ints) -> Bytes:
    """Move each line of a strip to the right by the low 4 bits of its scroll; return uint8 (lines, width)."""
    width = strip.shape[1] - 16
    fine = scroll_x & 15
    if (fine == fine[0]).all():
        return strip[:, 16 - fine[0] : 16 - fine[0] + width]
    moved: Bytes = sliding_window_view(strip, width, axis=1)[np.arange(len(strip)), 16 - fine]
    return moved


def window_lines(state: VDPState, lines: Ints) -> Flags:
    """Tell which lines belong to the window over their whole width (R18)."""
    split = (state.register(18) & 0x1F) * 8
    return lines >= split if state.register(18) & 0x80 else lines < split


def window_columns(state: VDPState) -> tuple[int, int]:
    """Return the range of pixels that the window takes in the other lines (R17)."""
    split = min((state.register(17) & 0x1F) * 16, state.width)
    return (split, state.width) if state.register(17) & 0x80 else (0, split)


def window_cells(state: VDPState, lines: Ints, rows: Ints, cell_columns: Ints) -> Bytes:
    """Draw columns of cells of the window: it does not scroll and has 32 cells in a row in H32, 64 in H40."""
    row_length = 64 if state.h40 else 32
    index = (lines >> 3)[:, None] * row_length + cell_columns
    name = state.vram_words[(state.window_table >> 1) + index].astype(np.intp)
    row = (rows & (15 if state.double_resolution else 7))[:, None]
    return cells(state, name, row).reshape(len(lines), -1)


def with_window(state: VDPState, lines: Ints, rows: Ints, strip: Bytes, scroll_x: Ints) -> Bytes:
    """Put the window into plane A, whose columns from -1 on are given; return layer pixels, uint8 (lines, width)."""
    pixels = fine_scrolled(strip, scroll_x)
    whole = window_lines(state, lines)
    start, end = window_columns(state)
    if start == end and not whole.any():
        return pixels

    pixels = pixels.copy()
    window = window_cells(state, lines, rows, np.arange(state.width // 8))
    if start == 0 and 0 < end < state.width:
        # The column that the window's right edge cuts was not fetched: where its rest would show, the pixels of the
        # next column come out 16 pixels too early.
        fine = scroll_x & 15
        x = np.arange(end, end + 16)
        early = np.minimum(x + 32 - fine[:, None], strip.shape[1] - 1)
        cut = x < end + fine[:, None]
        pixels[:, end : end + 16] = np.where(cut, np.take_along_axis(strip, early, 1), pixels[:, end : end + 16])
    pixels[:, start:end] = window[:, start:end]
    pixels[whole] = window[whole]
    return pixels


def scroll_planes(state: VDPState, lines: Ints, rows: Ints) -> tuple[Bytes, Bytes]:
    """Draw plane A, with the window in it, and plane B over whole lines.

    Returns
    -------
    a, b : uint8 (lines, width)
        Layer pixels.
    """
    count = len(lines)
    # Both planes in one go: lines of A, then of B.
    tables = np.array([state.plane_a_table, state.plane_b_table]).repeat(count)[:, None]
    scroll_x = np.concatenate(hscroll(state, lines))
    scroll_y = np.stack(np.broadcast_arrays(vscroll(state, 0), vscroll(state, 1))).repeat(count, 0)
    columns = np.arange(-1, state.width // 16)
    strip = scrolled_columns(state, tables, np.tile(rows, 2), scroll_x, scroll_y, columns)
    a = with_window(state, lines, rows, strip[:count], scroll_x[:count])
    return a, fine_scrolled(strip[count:], scroll_x[count:])
