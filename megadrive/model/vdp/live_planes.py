"""Planes A and B while the contents change: which column of which line is fetched when."""

from __future__ import annotations

import itertools

import numpy as np

from . import mode4, planes
from .clocks import HSCROLL, LINE, PIXEL, events_before, first_unfinished
from .state import Ints, VDPState

LEFT_COLUMN = (600, 652)
"""mclk: the name of plane A's column left of the screen is fetched (H = 496)."""
VSCROLL_LATCH = ((-40, -32), (-100, -80))
"""mclk: the vertical scroll of the whole screen is taken, plane A's at H = $149 ($109), plane B's at $143 ($103); VSRAM
changes three pixels after the slot of a write has been decoded, which is the time that counts here."""
WINDOW_LATCH = (-10, -8)
"""mclk: R17 and R18 are taken (H = $149, $109)."""
FIRST_LATCH = min(VSCROLL_LATCH[1])
DISPLAY_ON = (25, 36)
"""mclk after that name's fetch, for each column: the display bit is looked at."""
MARGIN = 16
"""Where screen x = 0 lies in a row of pixels."""


class Line:
    """How far the fetches of one line have come."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.hscroll: tuple[int, int] | None = None
        self.vscroll: list[int | None] = [None, None]  # of the whole screen, as latched
        self.window: tuple[int, int] | None = None  # R17 and R18, as latched
        self.columns = [0, 0]  # fetched of planes A and B, counted from the one left of the screen
        self.shown = 0  # columns of which it is known whether the display was on for them
        self.after_window = False  # the last column of plane A was window


class LivePlanes:
    """The planes' pixels of a picture in progress.

    Attributes
    ----------
    pixels : uint8 (2, 240, 384)
        Layer pixels of planes A and B; screen x = 0 lies at ``MARGIN``.
    blank : bool (240, 24)
        Columns, counted from the one left of the screen, for which the display was off.
    mode4 : bool (240,)
        Lines of which the scroll table was read in mode 4; they have been fetched whole at that moment.
    """

    def __init__(self, state: VDPState, first_line: int, field: int) -> None:
        self.state = state
        self.field = field
        self.pixels = np.zeros((2, 240, 384), np.uint8)
        self.blank = np.zeros((240, 24), np.bool_)
        self.mode4 = np.zeros(240, np.bool_)
        self._next = max(first_line, 0)  # first line not over
        self._lines: dict[int, Line] = {}  # lines that have been begun
        self.idle_until = 0  # mclk since line 0's V step: nothing is fetched before it

    def run(self, clock: int, height: int) -> None:
        """Fetch what the chip fetches before ``clock`` (mclk since the V step into line 0)."""
        if clock <= self.idle_until:
            return
        over = min(first_unfinished(clock), height)
        while self._next < over:
            if line := self._lines.pop(self._next, None):
                self._latch(line, LINE)
                self._fetch(line, LINE)
                self._next += 1
            else:
                end = min([over, *self._lines])
                self._fetch_lines(self._next, end)
                self._next = end
        self.idle_until = LINE * self._next + FIRST_LATCH
        for number in range(self._next, min(self._next + 2, height)):
            time = clock - LINE * number
            if time <= FIRST_LATCH:
                break
            line = self._lines.setdefault(number, Line(number))
            self._latch(line, time)
            if time > HSCROLL[self.state.h40]:
                self._fetch(line, time)
            elif number == self._next and line.window:
                self.idle_until = LINE * number + min(HSCROLL)

    def _latch(self, line: Line, time: int) -> None:
        """Take what a line takes shortly before its V step, up to ``time`` mclk after it."""
        state, h40 = self.state, self.state.h40
        for plane, latch in enumerate(VSCROLL_LATCH):
            if line.vscroll[plane] is None and time > latch[h40]:
                line.vscroll[plane] = int(state.vsram[plane])
        if line.window is None and time > WINDOW_LATCH[h40]:
            line.window = state.register(17), state.register(18)

    def _fetch_lines(self, first: int, end: int) -> None:
        """Fetch lines that nothing changes in, all at once."""
        state, lines = self.state, np.arange(first, end)
        self.mode4[first:end] = not state.mode5
        if not state.mode5:
            picture = mode4.background(state, lines) if state.display else state.backdrop
            self.pixels[0, first:end, MARGIN : MARGIN + 256] = picture
            return
        self.blank[first:end] = not state.display
        shown = slice(MARGIN, MARGIN + state.width)
        if not state.display:
            self.pixels[:, first:end] = 0
            return
        rows = planes.picture_rows(state, lines, self.field)
        self.pixels[0, first:end, shown], self.pixels[1, first:end, shown] = planes.scroll_planes(state, lines, rows)

    def _fetch(self, line: Line, time: int) -> None:
        """Fetch the scroll values and columns of one line up to ``time`` mclk after its V step."""
        state, number = self.state, np.array([line.number])
        h40 = state.h40
        if line.hscroll is None and not state.mode5:  # not followed column by column
            self._fetch_lines(line.number, line.number + 1)
            line.hscroll = 0, 0
        if self.mode4[line.number] or not state.mode5:
            return
        if line.hscroll is None:
            a, b = planes.hscroll(state, number)
            line.hscroll = int(a[0]), int(b[0])
        rows = planes.picture_rows(state, number, self.field)
        first, step, most = LEFT_COLUMN[h40], 16 * PIXEL[h40], state.width // 16 + 1
        self._fetch_a(line, number, rows, events_before(time, first, step, most))
        start, to = line.columns[1], events_before(time, first + step // 2, step, most)
        if to > start:
            self._fetch_scrolled(line, 1, rows, start, to)
            line.columns[1] = to
        shown = events_before(time, first + DISPLAY_ON[h40], step, most)
        if shown > line.shown:
            self.blank[line.number, line.shown : shown] = not state.display
            line.shown = shown

    def _fetch_a(self, line: Line, number: Ints, rows: Ints, to: int) -> None:
        state, start = self.state, line.columns[0]
        if to <= start:
            return
        line.columns[0] = to
        assert line.window is not None
        pixels = self.pixels[0, line.number]
        left, right = planes.window_columns(state, line.window[0])
        if planes.window_lines(line.window[1], number)[0]:
            left, right = 0, state.width
        windows = [left <= 16 * column < right for column in range(start - 1, to - 1)]
        for is_window, run in itertools.groupby(range(start, to), lambda i: windows[i - start]):
            columns = list(run)
            begin, end = columns[0], columns[-1] + 1
            if is_window:
                cells = np.arange(2 * begin - 2, 2 * end - 2)
                pixels[16 * begin : 16 * end] = planes.window_cells(state, number, rows, cells)[0]
            else:
                self._fetch_scrolled(line, 0, rows, begin, end)
                if line.after_window and line.hscroll:
                    # The column under the window's edge has not been fetched: this one shows there too.
                    fine, at = line.hscroll[0] & 15, 16 * begin
                    pixels[at : at + fine] = pixels[at + 16 : at + 16 + fine].copy()
            line.after_window = is_window

    def _fetch_scrolled(self, line: Line, plane: int, rows: Ints, start: int, to: int) -> None:
        """Fetch columns of a plane."""
        assert line.hscroll is not None
        state = self.state
        at = 16 * start + (line.hscroll[plane] & 15)
        pixels = self.pixels[plane, line.number, at : at + 16 * (to - start)]
        table = state.plane_b_table if plane else state.plane_a_table
        scroll_y = planes.vscroll(state, plane, line.vscroll[plane])
        if len(scroll_y) > 1:
            scroll_y = scroll_y[start:to]
        columns = np.arange(start - 1, to - 1)
        scroll_x = np.array([line.hscroll[plane]])
        pixels[:] = planes.scrolled_columns(state, table, rows, scroll_x, scroll_y, columns)[0]
