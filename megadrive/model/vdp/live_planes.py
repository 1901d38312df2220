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
"""mclk: the name of plane A's column left of the screen is fetched (H = 496)."""
VSCROLL_LATCH = ((-40, -32), (-100, -80))
"""mclk: the vertical scroll of the whole screen is taken, plane A's at H = $149 ($109), plane B's at $143 ($103); VSRAM
changes three pixels after the slot of a write has been decoded, which is the time that counts here."""
WINDOW_LATCH = (-10, -8)
"""mclk: R17 and R18 are taken (H = $149, $109)."""
DISPLAY_ON = (25, 36)
"""mclk after that name's fetch, for each column: the display bit is looked at."""
COLUMNS = (17, 21)
"""Columns in a line, the one left of the screen included."""


class Latches:
    """What lines take shortly before their V step; None: not yet."""

    def __init__(self) -> None:
        self.vscroll: list[int | None] = [None, None]  # of the whole screen
        self.window: tuple[int, int] | None = None  # R17 and R18


class Line:
    """The line whose fetches have begun."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.hscroll: Ints | None = None  # of both planes
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
        self._latches: dict[int, Latches] = {}  # of lines that have not been fetched whole
        self._mode4_scroll: int | None = state.register(9) if first_line > 0 else None  # R9 as latched

    def run(self, clock: int, height: int) -> None:
        """Fetch what the chip fetches before ``clock`` (mclk since the V step into line 0)."""
        latch = VSCROLL_LATCH[0][self.state.h40]
        if self._mode4_scroll is None and clock > latch:
            self.registers.close()
            self._mode4_scroll = int(self.registers.take(9, self.registers.moment(np.array([latch])))[0])
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
        self._latch(over, clock, height)
        self.registers.clear()
        self.vram.clear()

    def _latch(self, over: int, clock: int, height: int) -> None:
        """Keep what lines that are not over have taken before ``clock``."""
        h40, registers = self.state.h40, self.registers
        self._latches = {number: of for number, of in self._latches.items() if number >= over}
        for number in range(over, min(over + 2, height)):
            time = clock - LINE * number
            if time <= min(VSCROLL_LATCH[1]):
                break
            latches = self._latches.setdefault(number, Latches())
            if latches.window:
                continue
            registers.close()
            for plane, latch in enumerate(VSCROLL_LATCH):
                if latches.vscroll[plane] is None and time > latch[h40]:
                    then = int(registers.moment(np.array([LINE * number + latch[h40]]))[0])
                    latches.vscroll[plane] = int(registers.vsram[then, plane])
            if time > WINDOW_LATCH[h40]:
                moment = registers.moment(np.array([LINE * number + WINDOW_LATCH[h40]]))
                latches.window = int(registers.take(17, moment)[0]), int(registers.take(18, moment)[0])

    def _fetch_mode4(self, over: int, end: int) -> None:
        """Fetch whole lines of mode 4; one of mode 5 in progress stays as it is."""
        state, first = self.state, self._line.number
        first += self._line.hscroll is not None
        if first >= end:
            return
        self.mode4[first:end] = True
        self.pixels[0, first:end, :256] = (
            mode4.background(state, np.arange(first, end), self._mode4_scroll) if state.display else state.backdrop
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
        whole_y = self._latched_vscroll(lines)

        tables = np.stack([registers.take(2, then[0], 0x38, 10), registers.take(4, then[1], 0x07, 13)])
        scroll_y = self._vscroll(then, whole_y, columns)
        size = registers.take(16, then)
        strip = planes.scrolled_columns(
            state, flat(tables), np.tile(rows, 2), scroll_x.reshape(-1), flat(scroll_y), columns - 1,
            size=flat(size), vram=self.vram, at=flat(at),
        ).reshape(2, count, -1)  # fmt: skip
        window = self._window(lines, columns)
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
            line.hscroll = scroll_x[:, -1]
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
        whole_y = whole_y[:, :, None]
        if registers.any(0) and (inhibited := registers.take(0, then[0], 0x80) != 0).any():
            a = np.where(inhibited, planes.inhibited(whole_y[0], columns - 1), whole_y[0])
            whole_y = np.stack(np.broadcast_arrays(a, whole_y[1]))
        if not by_column.any():
            return whole_y
        vsram = registers.vsram.astype(np.intp)
        left = vsram[:, 38] & vsram[:, 39] if state.h40 else np.zeros(len(vsram), np.intp)
        of_columns = np.stack([np.column_stack([left, vsram[:, plane : state.width // 8 : 2]]) for plane in range(2)])
        then = np.broadcast_to(then, (2, whole_y.shape[1], len(columns)))
        return np.where(by_column, of_columns[np.arange(2)[:, None, None], then, columns], whole_y)

    def _latched_vscroll(self, lines: Ints) -> Ints:
        """Return the vertical scroll of the whole screen as each line has latched it: int (2, lines)."""
        whole_y = np.empty((2, len(lines)), np.intp)
        for plane, latch in enumerate(VSCROLL_LATCH):
            then = np.broadcast_to(self.registers.moment(LINE * lines + latch[self.state.h40]), len(lines))
            whole_y[plane] = self.registers.vsram[then, plane]
            for number, latches in self._latches.items():
                if lines[0] <= number <= lines[-1] and (latched := latches.vscroll[plane]) is not None:
                    whole_y[plane, number - lines[0]] = latched
        return whole_y

    def _window(self, lines: Ints, columns: Ints) -> Flags | None:
        """Tell which columns of plane A are window: bool (lines, columns); None: none is."""
        registers = self.registers
        latched = [
            (number - int(lines[0]), *of.window)
            for number, of in self._latches.items()
            if lines[0] <= number <= lines[-1] and of.window
        ]
        if not (registers.any(17) or registers.any(18) or latched):
            return None
        then = np.broadcast_to(registers.moment(LINE * lines + WINDOW_LATCH[self.state.h40]), len(lines))
        r17, r18 = (registers.take(number, then)[:, None].copy() for number in (17, 18))
        for at, horizontal, vertical in latched:
            r17[at], r18[at] = horizontal, vertical
        whole = (lines[:, None] >= (r18 & 0x1F) << 3) == (r18 & 0x80 != 0)
        window: Flags = whole | ((columns > r17 & 0x1F) == (r17 & 0x80 != 0))
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
