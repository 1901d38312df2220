"""Planes A and B while the contents change: which column of which line is fetched when, and with what.

Nothing is fetched until it has to be shown.  What changes meanwhile is noted: registers and VSRAM as they were before
each change, and what VRAM held (``history``).  So many lines are fetched at once, each column with the contents of its
time.
"""

from __future__ import annotations

import numpy as np

from . import mode4, planes
from .clocks import HSCROLL, LINE, PIXEL, events_before, first_unfinished
from .history import Registers, VideoMemory
from .state import Bytes, Flags, Ints, VDPState

LEFT_COLUMN = (600, 652)
"""mclk: the name of plane A's column left of the screen is fetched (H = 496), and the scroll of the whole screen."""
DISPLAY_ON = (25, 36)
"""mclk after that name's fetch, for each column: the display bit is looked at."""
COLUMNS = (17, 21)
"""Columns in a line, the one left of the screen included."""


class Line:
    """The line whose fetches have begun."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.hscroll: Ints | None = None  # of both planes
        self.vscroll: Ints = np.zeros(2, np.intp)  # of the whole screen
        self.columns = [0, 0]  # fetched of planes A and B, counted from the one left of the screen
        self.shown = 0  # columns of which it is known whether the display was on for them
        self.strip: Bytes = np.zeros((2, 16 * COLUMNS[1]), np.uint8)  # what has been fetched
        self.window: Flags = np.zeros(COLUMNS[1], np.bool_)  # columns of plane A that are window


class LivePlanes:
    """The planes' pixels of a picture in progress.

    Attributes
    ----------
    pixels : uint8 (2, 240, 320)
        Layer pixels of planes A and B.
    blank : bool (240, 21)
        Columns, counted from the one left of the screen, for which the display was off.
    mode4 : bool (240,)
        Lines of which the scroll table was read in mode 4; they have been fetched whole at that moment.
    """

    def __init__(self, state: VDPState, first_line: int, field: int) -> None:
        self.state = state
        self.field = field
        self.pixels = np.zeros((2, 240, 320), np.uint8)
        self.blank = np.zeros((240, COLUMNS[1]), np.bool_)
        self.mode4 = np.zeros(240, np.bool_)
        self.registers = Registers(state)
        self.vram = VideoMemory(state)
        self._next = max(first_line, 0)  # first line not over
        self._line = Line(self._next)

    def run(self, clock: int, height: int) -> None:
        """Fetch what the chip fetches before ``clock`` (mclk since the V step into line 0)."""
        over = min(first_unfinished(clock), height)
        time = clock - LINE * over
        end = over + (over < height and time > HSCROLL[self.state.h40])
        if self._line.number < end:
            if self.state.mode5:
                self._fetch_mode5(over, end, time)
            else:
                self._fetch_mode4(over, end)
        if self._line.number < over:
            self._line = Line(over)
        self.registers.clear()
        self.vram.clear()

    def _fetch_mode4(self, over: int, end: int) -> None:
        """Fetch whole lines of mode 4; one of mode 5 in progress stays as it is."""
        state, first = self.state, self._line.number
        first += self._line.hscroll is not None
        if first >= end:
            return
        self.mode4[first:end] = True
        self.pixels[0, first:end, :256] = (
            mode4.background(state, np.arange(first, end)) if state.display else state.backdrop
        )
        if end > over:
            self._line = Line(over)
            self._line.hscroll = np.zeros(2, np.intp)

    def _fetch_mode5(self, over: int, end: int, time: int) -> None:
        """Fetch the rest of the line in progress, whole lines, and of a last line what comes before `time`."""
        state, line, registers = self.state, self._line, self.registers
        h40 = state.h40
        first, step, most = LEFT_COLUMN[h40], 16 * PIXEL[h40], COLUMNS[h40]
        if self.mode4[line.number]:
            if end - line.number == 1:
                return
            line = self._line = Line(line.number + 1)
        start, shown = line.number, line.shown
        registers.close()
        if registers.any(1, 0x40) or end > over or line.columns != [0, 0]:
            self._fetch(start, end, end > over)
        else:
            self.pixels[:, start:end] = 0
        at = LINE * np.arange(start, end)[:, None] + (first + DISPLAY_ON[h40] + step * np.arange(most))
        blank = np.broadcast_to(registers.take(1, registers.moment(at), 0x40) == 0, at.shape)
        self.blank[start, shown:most] = blank[0, shown:]
        self.blank[start + 1 : end, :most] = blank[1:]
        if end > over:
            line = self._line
            line.columns = [max(line.columns[0], events_before(time, first, step, most)),
                            max(line.columns[1], events_before(time, first + step // 2, step, most))]  # fmt: skip
            line.shown = max(line.shown, events_before(time, first + DISPLAY_ON[h40], step, most))

    def _fetch(self, start: int, end: int, unfinished: bool) -> None:
        """Fetch columns of lines: of the first one those that are missing; the last one may be unfinished."""
        state, line, registers = self.state, self._line, self.registers
        h40, count = state.h40, end - start
        first, step, most = LEFT_COLUMN[h40], 16 * PIXEL[h40], COLUMNS[h40]
        lines = np.arange(start, end)
        rows = planes.picture_rows(state, lines, self.field)
        begin, columns = LINE * lines, np.arange(most)

        def flat(values: Ints) -> Ints:
            """Lines of A, then of B."""
            return np.broadcast_to(values, (2, count, values.shape[-1])).reshape(2 * count, -1)

        # The contents that count for each line and column: numbers of moments, and the times themselves.
        at_scroll = begin + HSCROLL[h40]
        at = np.stack([begin, begin + step // 2])[:, :, None] + (first + step * columns)
        then = registers.moment(at)

        scroll_x = self._hscroll(lines, at_scroll)
        if line.hscroll is not None:
            scroll_x[:, 0] = line.hscroll
        first_moment = np.broadcast_to(registers.moment(at[0, :, 0]), count)
        whole_y = registers.vsram.take(first_moment, 0)[:, :2].T.astype(np.intp)
        if line.columns[0]:
            whole_y[:, 0] = line.vscroll

        tables = np.stack([registers.take(2, then[0], 0x38, 10), registers.take(4, then[1], 0x07, 13)])
        scroll_y = self._vscroll(then, whole_y, columns)
        size = registers.take(16, then)
        strip = planes.scrolled_columns(
            state, flat(tables), np.tile(rows, 2), scroll_x.reshape(-1), flat(scroll_y), columns - 1,
            size=flat(size), vram=self.vram, at=flat(at),
        ).reshape(2, count, -1)  # fmt: skip
        window = self._window(lines, then[0], columns)
        if window is not None:
            cells = self._window_strip(lines, rows, then[0], at[0])
            strip[0] = np.where(window.repeat(16, 1), cells, strip[0])

        for plane in range(2):  # what had been fetched before
            have = min(line.columns[plane], most)
            strip[plane, 0, : 16 * have] = line.strip[plane, : 16 * have]
        have = min(line.columns[0], most)
        if line.window[:have].any() and window is None:
            window = np.zeros((count, most), np.bool_)
        if window is not None:
            window[0, :have] = line.window[:have]

        self._assemble(start, strip, scroll_x & 15, window)
        if unfinished:
            if line.number != end - 1:
                line = self._line = Line(end - 1)
            line.hscroll, line.vscroll = scroll_x[:, -1], whole_y[:, -1]
            line.strip[:, : 16 * most] = strip[:, -1]
            line.window[:most] = False if window is None else window[-1]

    def _hscroll(self, lines: Ints, at: Ints) -> Ints:
        """Read the scroll table: int (2, lines)."""
        registers = self.registers
        then = registers.moment(at)
        mask = np.array([0x00, 0x07, 0xF8, 0xFF])[registers.take(11, then, 3)]
        entry = (registers.take(13, then, 0x3F, 8)) + (lines & mask)
        longs = self.vram.longs(entry, at)
        return np.stack([longs >> 16, longs]).astype(np.intp) & 0x3FF

    def _vscroll(self, then: Ints, whole_y: Ints, columns: Ints) -> Ints:
        """Vertical scroll of each column: int (2, lines, columns or 1)."""
        registers, state = self.registers, self.state
        by_column = registers.take(11, then, 4) != 0
        if not by_column.any():
            return whole_y[:, :, None]
        vsram = registers.vsram.astype(np.intp)
        left = vsram[:, 38] & vsram[:, 39] if state.h40 else np.zeros(len(vsram), np.intp)
        of_columns = np.stack([np.column_stack([left, vsram[:, plane : state.width // 8 : 2]]) for plane in range(2)])
        then = np.broadcast_to(then, (2, whole_y.shape[1], len(columns)))
        return np.where(by_column, of_columns[np.arange(2)[:, None, None], then, columns], whole_y[:, :, None])

    def _window(self, lines: Ints, then: Ints, columns: Ints) -> Flags | None:
        """Tell which columns of plane A are window: bool (lines, columns); None: none is."""
        registers = self.registers
        if not (registers.any(17) or registers.any(18)):
            return None
        below, split = registers.take(18, then, 0x80) != 0, registers.take(18, then, 0x1F, 3)
        whole = (lines[:, None] >= split) == below
        right, edge = registers.take(17, then, 0x80) != 0, registers.take(17, then, 0x1F)
        window: Flags = whole | ((columns > edge) == right)
        window = np.broadcast_to(window, (len(lines), len(columns))).copy()
        window[:, 0] = False
        return window if window.any() else None

    def _window_strip(self, lines: Ints, rows: Ints, then: Ints, at: Ints) -> Bytes:
        """Fetch the window as columns like those of plane A: uint8 (lines, 16 * columns)."""
        state, registers = self.state, self.registers
        h40 = state.h40
        table = registers.take(3, then, 0x3C if h40 else 0x3E, 10)
        columns = np.arange(COLUMNS[h40]) - 1
        columns[0] = 0
        pair = (table >> 2) + (lines >> 3)[:, None] * (32 if h40 else 16) + columns
        name = planes.names_of_pairs(self.vram.longs(pair, at))
        row = (rows & (15 if state.double_resolution else 7))[:, None]
        return planes.cells(state, name, row, self.vram, at).reshape(len(lines), -1)

    def _assemble(self, start: int, strip: Bytes, fine: Ints, window: Flags | None) -> None:
        """Put columns where they are shown."""
        width, lines = self.state.width, slice(start, start + strip.shape[1])
        for plane in range(2):
            self.pixels[plane, lines, :width] = planes.fine_scrolled(strip[plane], fine[plane])
        if window is None:
            return
        a = self.pixels[0, lines, :width].reshape(strip.shape[1], -1, 16)
        columns = strip[0].reshape(strip.shape[1], -1, 16)[:, 1:]
        a[window[:, 1:]] = columns[window[:, 1:]]
        # The column under the window's right edge has not been fetched: the end of the next one shows there too.
        for line, column in np.argwhere(window[:, 1:-1] & ~window[:, 2:]).tolist():
            cut = int(fine[0, line])
            a[line, column + 1, :cut] = columns[line, column + 1, 16 - cut :]
        self.pixels[0, lines, :width] = a.reshape(strip.shape[1], width)
