"""Live drawing: what is fetched and shown when, while the contents change.

Before anything changes, everything that the chip fetches or shows before that moment is drawn with the contents as
they are.  A line is fetched and shown in the 3420 mclk after the V step into it, give or take:

========================  ==================  ==========================================
mclk (H40)                H                   what
========================  ==================  ==========================================
-3420 .. -2720            from the V step on  its sprites are searched in the cache
-2560 .. -128             10 + 16k            their attributes are fetched
-48 .. 732                324 .. 506          their patterns are fetched, 40 slots
557                       486                 horizontal scroll
652                       496                 vertical scroll of the whole screen
652 .. 3212               16k, 16k + 8        planes A and B, 21 columns from H = 496 on
972 .. 3524               $18 + x             its pixels are looked up and shown
========================  ==================  ==========================================

Each of these is a cursor that runs up to where the clock has come.  Lines in which nothing has changed from the search
for their sprites to their last pixel are drawn together, all at once.
"""

from __future__ import annotations

import bisect
import itertools

import numpy as np

from . import planes, sprites
from .colours import palette
from .compose import compose
from .frame import draw_lines
from .state import Bytes, Ints, VDPState

LINE = 3420
"""mclk in a line."""
NEVER = 2**63 - 1
ALL = 2**30
"""A time after everything in a line."""
FIRST_FETCH = -60
"""mclk: nothing of a line but its sprite search happens before it."""
LAST_PIXEL = 3560
"""mclk: everything of a line is over."""
ATTRIBUTES = 860
"""mclk: the first attribute slot (H = 10), in both widths."""

# Of H32 and H40, in mclk from the V step.
HSCROLL = (500, 557)
LEFT_COLUMN = (600, 652)
COLOUR_ZERO = (1000, 972)
PIXEL = (10, 8)
DISPLAY_DELAY = (95, 60)
"""From the end of a register's delay to the look-up that R1.6 acts on: pixels follow 12 pixels after the write."""

# Sprite pattern slots: H = 260-286, 290-294, 466-482, 488-494, 498, 506 and 324-364, 458, 460, 464-484, 488-494,
# 498, 506.
_LAST_SLOTS = [518, 538, 576, 596, 616, 636, 668, 732]
_PATTERN_SLOTS = (
    [*range(-60, 201, 20), *range(240, 281, 20), *range(300, 461, 20), *range(520, 581, 20), 620, 700],
    [*range(-48, 273, 16), 288, 304, 342, 362, 382, 400, 420, 440, 460, 478, 498, *_LAST_SLOTS],
)
# Steps of the pixel clock from the V step on; in H40 it is slower in HSYNC, which begins with step 38.
_HSYNC = [8, *[10] * 7, 9, 9, *[10] * 7] * 2
_STEPS = (
    [10 * step for step in range(64)],
    [*range(0, 304, 8), *itertools.accumulate([304, *_HSYNC]), *range(644, 644 + 8 * 80, 8)][:80],
)


def events_before(time: int, first: int, step: int, most: int) -> int:
    """Count the events at first, first + step, ... that lie before ``time``, up to ``most``."""
    return min(max(0, (time - first + step - 1) // step), most)


class SpriteSearch:
    """Search for the sprites of one line, and the fetch of their attributes."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.scanned = 0  # table entries tested
        self.ended = False
        self.link = 0  # entry tested next
        self.found: list[int] = []
        self.slots = 0  # attribute slots gone by
        self.sprites: list[tuple[int, int, int, int, int]] = []  # X, attribute word, width, height, row

    @classmethod
    def empty(cls, line: int) -> SpriteSearch:
        """Return the search of a line that nothing is known about."""
        search = cls(line)
        search.ended, search.slots = True, ALL
        return search

    def advance(self, state: VDPState, field: int, time: int) -> bool:
        """Go on to ``time`` mclk after the V step into the line before; tell whether there are too many sprites."""
        h40 = state.h40
        row = 2 * self.line + field + 256 if state.double_resolution else self.line + 128
        too_many = self._scan(state, row, bisect.bisect_left(_STEPS[h40], time))
        slots = events_before(time, ATTRIBUTES, 16 * PIXEL[h40], sprites.limits(state)[0])
        if slots > self.slots:
            if state.display:
                for entry in self.found[self.slots : slots]:
                    self._fetch(state, row, entry)
            self.slots = slots
        return too_many

    def _scan(self, state: VDPState, row: int, to: int) -> bool:
        steps, self.scanned = to - self.scanned, max(to, self.scanned)
        if self.ended or not state.display:
            return False
        cell, y_bits = (16, 0x3FF) if state.double_resolution else (8, 0x1FF)
        most, entries = sprites.limits(state)[0], 80 if state.h40 else 64
        for _ in range(steps):
            y_high, y_low, size, link = state.sprite_cache[self.link].tolist()
            y = (y_high << 8 | y_low) & y_bits
            if y <= row < y + ((size & 3) + 1) * cell:
                if len(self.found) >= most:
                    self.ended = True
                    return True
                self.found.append(self.link)
            self.link = link & 0x7F
            if not 0 < self.link < entries:
                self.ended = True
                break
        return False

    def _fetch(self, state: VDPState, row: int, entry: int) -> None:
        y_high, y_low, size, _ = state.sprite_cache[entry].tolist()
        y_bits, row_mask = (0x3FF, 0x3F) if state.double_resolution else (0x1FF, 0x1F)
        address = state.sprite_table + 8 * entry + 4 & 0xFFFF
        attribute, x = state.vram_words[address >> 1 : (address >> 1) + 2].tolist()
        row = row - ((y_high << 8 | y_low) & y_bits) & row_mask
        self.sprites.append((x & 0x1FF, attribute, (size >> 2 & 3) + 1, (size & 3) + 1, row))


class Line:
    """Fetches and output of one line, part by part."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.pixels = 0  # shown so far
        self.hscroll: tuple[int, int] | None = None
        self.vscroll = (0, 0)  # of the whole screen
        self.columns = [0, 0]  # fetched of planes A and B, counted from the one left of the screen
        self.planes = np.zeros((2, 384), np.uint8)  # layer pixels; [16] is screen x = 0
        self.after_window = False  # the last column of plane A was window
        self.blank_columns = np.zeros(24, np.bool_)  # the display was off when column k - 1 was fetched
        self.sprites = np.zeros(sprites.BUFFER_WIDTH, np.uint8)
        self.sprite_slots = 0  # pattern slots gone by
        self.idle_slots = 0  # pattern slots still to go by before the first cell
        self.cells: list[tuple[int, ...]] | None = None  # cells to fetch, in order
        self.cells_fetched = 0
        self.all_cells = 0  # of all sprites found, also those beyond the limit
        self.overflow = False  # not all cells fitted into the line

    # ------------------------------------------------------------------------------------- sprites

    def fetch_sprites(self, state: VDPState, search: SpriteSearch, above_overflow: bool, time: int) -> bool:
        """Fetch patterns of sprites up to ``time``; tell whether opaque pixels met."""
        limit = sprites.limits(state)[1]
        to = min(bisect.bisect_left(_PATTERN_SLOTS[state.h40], time), limit)
        slots = to - self.sprite_slots
        if slots <= 0:
            return False
        self.sprite_slots = to
        if self.cells is None:
            self.cells = self._cells(search, above_overflow)
            self.all_cells = len(self.cells)
            self.idle_slots = max(0, limit - self.all_cells)  # slots that are not needed come first
        collision = False
        if state.display:
            idle = min(slots, self.idle_slots)
            self.idle_slots -= idle
            cells = self.cells[self.cells_fetched : self.cells_fetched + slots - idle]
            self.cells_fetched += len(cells)
            cells = [cell for cell in cells if cell[0] >= 0]
            if cells:
                collision = self._put_cells(state, np.array(cells).T)
        if to >= limit and self.all_cells > limit:
            self.overflow = True
        return collision

    @staticmethod
    def _cells(search: SpriteSearch, above_overflow: bool) -> list[tuple[int, ...]]:
        """List the line's cells as X, attribute word, width, height, row, column; masked ones have an X of -1."""
        cells = []
        masking, hidden = above_overflow, False
        for x, *shape in search.sprites:
            cells += [(-1 if hidden else x + 8 * column, *shape, column) for column in range(shape[1])]
            hidden |= masking and x == 0
            masking |= x != 0
        return cells

    def _put_cells(self, state: VDPState, cells: Ints) -> bool:
        x, attribute, width, height, row, column = cells
        pixels = sprites.cell_rows(state, attribute, width, height, row, column)
        place = x[:, None] + np.arange(8)
        on_screen = (place >= sprites.SCREEN) & (place < sprites.SCREEN + state.width)
        before = np.count_nonzero(self.sprites & 0x0F)
        opaque = sprites.put(self.sprites, place[on_screen], pixels[on_screen])
        return bool(before + len(opaque) > np.count_nonzero(self.sprites & 0x0F))

    # -------------------------------------------------------------------------------------- planes

    def fetch_planes(self, state: VDPState, field: int, time: int) -> None:
        """Fetch the scroll values and columns of both planes up to ``time``."""
        h40 = state.h40
        if time <= HSCROLL[h40]:
            return
        number = np.array([self.number])
        if self.hscroll is None:
            a, b = planes.hscroll(state, number)
            self.hscroll = int(a[0]), int(b[0])
        rows = planes.picture_rows(state, number, field)
        first, step, most = LEFT_COLUMN[h40], 16 * PIXEL[h40], state.width // 16 + 1
        self._fetch_a(state, number, rows, events_before(time, first, step, most))
        to = events_before(time, first + step // 2, step, most)
        start = self.columns[1]
        if to > start:
            self._fetch_scrolled(state, 1, rows, start, to)
            self.columns[1] = to

    def _fetch_a(self, state: VDPState, number: Ints, rows: Ints, to: int) -> None:
        start = self.columns[0]
        if to <= start:
            return
        self.columns[0] = to
        if start == 0:
            self.vscroll = int(state.vsram[0]), int(state.vsram[1])
        if not state.display:
            self._fetch_scrolled(state, 0, rows, start, to)
            self.blank_columns[start:to] = True
            self.after_window = False
            return
        left, right = planes.window_columns(state)
        if planes.window_lines(state, number)[0]:
            left, right = 0, state.width
        windows = [left <= 16 * column < right for column in range(start - 1, to - 1)]
        for is_window, run in itertools.groupby(range(start, to), lambda i: windows[i - start]):
            columns = list(run)
            begin, end = columns[0], columns[-1] + 1
            if is_window:
                cells = np.arange(2 * begin - 2, 2 * end - 2)
                self.planes[0, 16 * begin : 16 * end] = planes.window_cells(state, number, rows, cells)[0]
            else:
                self._fetch_scrolled(state, 0, rows, begin, end)
                if self.after_window and self.hscroll:
                    # The column under the window's edge has not been fetched: this one shows there too.
                    fine = self.hscroll[0] & 15
                    at = 16 * begin
                    self.planes[0, at : at + fine] = self.planes[0, at + 16 : at + 16 + fine].copy()
            self.after_window = is_window

    def _fetch_scrolled(self, state: VDPState, plane: int, rows: Ints, start: int, to: int) -> None:
        """Fetch columns of a plane, or nothing while the display is off."""
        assert self.hscroll is not None
        at = 16 * start + (self.hscroll[plane] & 15)
        pixels = self.planes[plane, at : at + 16 * (to - start)]
        if not state.display:
            pixels[:] = 0
            return
        table = state.plane_b_table if plane else state.plane_a_table
        if state.column_vscroll:
            scroll_y = planes.vscroll(state, plane)[start:to]
        else:
            scroll_y = np.array([self.vscroll[plane]])
        columns = np.arange(start - 1, to - 1)
        scroll_x = np.array([self.hscroll[plane]])
        pixels[:] = planes.scrolled_columns(state, table, rows, scroll_x, scroll_y, columns)[0]

    # -------------------------------------------------------------------------------------- output

    def show(self, state: VDPState, row: Bytes, to: int, display: bool) -> None:
        """Look up and show the pixels up to ``to``."""
        start = self.pixels
        self.pixels = to
        if not display:
            row[start:to] = state.backdrop
            return
        place = slice(16 + start, 16 + to)
        a, b = self.planes[0, None, place], self.planes[1, None, place]
        s = self.sprites[None, sprites.SCREEN + start : sprites.SCREEN + to]
        row[start:to] = compose(state, a, b, s)[0]
        if self.blank_columns.any():
            row[start:to][self.blank_columns[np.arange(start, to) // 16 + 1]] = state.backdrop
        if state.left_blank:
            row[start : min(to, 8)] = state.backdrop


class Drawing:
    """The picture in progress, and the last complete one.

    Parameters
    ----------
    state : VDPState
        The chip's state.
    indexed : uint8 (480, 320), optional
        Where the picture goes, as picture pixels.
    rgb : uint8 (480, 320, 3), optional
        Where the picture goes in RGB.

    Attributes
    ----------
    render : bool
        False: no pixels are drawn, only the flags that drawing sets are kept up.
    width, height : int
        Of the last complete picture.
    """

    def __init__(self, state: VDPState, indexed: Bytes | None = None, rgb: Bytes | None = None) -> None:
        self.state = VDPState(state.c, state.owner)
        self.indexed = np.zeros((480, 320), np.uint8) if indexed is None else indexed
        self.rgb = np.zeros((480, 320, 3), np.uint8) if rgb is None else rgb
        self.render = True
        self.width = self.height = 0
        self._clock = NEVER  # mclk up to which has been drawn
        self._picture_clock = NEVER  # of the picture that is being drawn
        self._line = -1  # first line not completely drawn; -1 before the picture
        self._field = 0
        self._display = self._display_before = False
        self._display_clock = 0  # when display_before ends and the display bit counts
        self._finished = True
        self._wide = np.zeros(480, np.bool_)  # this row has 320 pixels
        self._searches = [SpriteSearch(-1), SpriteSearch(-1)]  # of even and odd lines
        self._lines = [Line(-1), Line(-1)]
        self._colours_of = b""
        self._colours = np.zeros((256, 3), np.uint8)

    def draw(self, clock: int) -> None:
        """Draw all that the chip fetches and shows before ``clock`` and that has not been drawn yet.

        Called with the present contents, before they change.  Sets the flags ``sprite_overflow`` and
        ``sprite_collision`` of the state and moves its ``draw_clock``.

        Parameters
        ----------
        clock : int
            mclk since power-on.
        """
        state, c = self.state, self.state.c
        if clock <= c.draw_clock:
            return
        if self._picture_clock != c.picture_clock or self._clock != c.draw_clock:
            self._begin_picture()
        self._follow_display()
        height = state.lines
        while self._line < height:
            line_clock = self._picture_clock + LINE * self._line
            time = clock - line_clock
            if time < FIRST_FETCH:
                break
            if time >= LAST_PIXEL and self._untouched(line_clock):
                count = min((time - LAST_PIXEL) // LINE + 1, height - self._line)
                self._draw_lines(self._line, count)
                self._line += count
                continue
            self._draw_line(self._line, time, line_clock, height)
            if time < LAST_PIXEL:
                if time > LINE + FIRST_FETCH and self._line + 1 < height:
                    self._draw_line(self._line + 1, time - LINE, line_clock + LINE, height)
                break
            self._line += 1
        if self._line >= height and not self._finished:
            self._finish_picture(height)
        self._clock = c.draw_clock = clock

    def _begin_picture(self) -> None:
        c = self.state.c
        self._picture_clock = c.picture_clock
        self._clock = c.draw_clock
        self.state.latched_resolution = c.interlace == 3
        self._field = c.odd_field & 1
        self._display = self._display_before = self.state.display
        self._display_clock = c.draw_clock
        self._finished = False
        self._searches = [SpriteSearch(-1), SpriteSearch(-1)]
        self._lines = [Line(-1), Line(-1)]
        # In the middle of a picture (a loaded state) drawing goes on with the line that the clock is in.
        line = max(0, c.draw_clock - c.picture_clock) // LINE
        self._line = 480 if line > 480 else line - 1
        if self._line >= 0:
            self._searches[self._line & 1] = SpriteSearch.empty(self._line)

    def _follow_display(self) -> None:
        """Note a change of R1.6, which has come with the last call's clock."""
        if self.state.display != self._display:
            self._display_before, self._display = self._display, self.state.display
            self._display_clock = self._clock + DISPLAY_DELAY[self.state.h40]

    # --------------------------------------------------------------------------------- whole lines

    def _untouched(self, line_clock: int) -> bool:
        """Tell whether nothing of the present line has been drawn, searched for, or is influenced by the past."""
        number = self._line
        if number < 0 or self._lines[number & 1].number == number or self._searches[number & 1].line == number:
            return False
        return self._display == self._display_before or self._display_clock - line_clock <= COLOUR_ZERO[self.state.h40]

    def _overflow_above(self, number: int) -> bool:
        above = self._lines[number + 1 & 1]
        return number > 0 and above.number == number - 1 and above.overflow

    def _draw_lines(self, first: int, count: int) -> None:
        """Draw lines that nothing has changed in."""
        state = self.state
        numbers = np.arange(first, first + count)
        table = sprites.table_in_cache(state)
        before = self._overflow_above(first)
        if self.render:
            picture, s = draw_lines(state, numbers, self._field, table, before)
            rows = planes.picture_rows(state, numbers, self._field)
            self.indexed[rows, : state.width] = picture
            self.rgb[rows, : state.width] = self._palette()[picture]
            self._wide[rows] = state.h40
        elif state.display:
            s = sprites.draw_sprites(state, planes.picture_rows(state, numbers, self._field), table, before)
        else:
            return
        state.c.sprite_overflow |= bool(s.too_many.any())
        state.c.sprite_collision |= bool(s.collision.any())
        last = Line(first + count - 1)
        last.overflow = bool(s.dot_overflow[-1])
        self._lines[last.number & 1] = last

    # ----------------------------------------------------------------------------- parts of a line

    def _draw_line(self, number: int, time: int, line_clock: int, height: int) -> None:
        """Draw a line up to ``time`` mclk after its V step; search for sprites of the next one."""
        state = self.state
        searches, lines = self._searches, self._lines
        if number >= 0:
            if searches[number & 1].line != number:
                # Left over by a line that was drawn as a whole: nothing has changed since.
                searches[number & 1] = SpriteSearch(number)
                state.c.sprite_overflow |= searches[number & 1].advance(state, self._field, ALL)
            if lines[number & 1].number != number:
                lines[number & 1] = Line(number)
            line = lines[number & 1]
            collision = line.fetch_sprites(state, searches[number & 1], self._overflow_above(number), time)
            state.c.sprite_collision |= collision
            state.c.sprite_overflow |= line.overflow
        following = number + 1
        if following < height and 0 < time and (time < LAST_PIXEL or searches[following & 1].line == following):
            if searches[following & 1].line != following:
                searches[following & 1] = SpriteSearch(following)
            state.c.sprite_overflow |= searches[following & 1].advance(state, self._field, time)
        if number >= 0 and self.render:
            line.fetch_planes(state, self._field, time)
            self._show(line, time, line_clock)

    def _show(self, line: Line, time: int, line_clock: int) -> None:
        h40, width = self.state.h40, self.state.width
        to = events_before(time, COLOUR_ZERO[h40], PIXEL[h40], width)
        if to <= line.pixels:
            return
        if self._display_before != self._display:
            until = self._display_clock - line_clock
            edge = ALL if until > LAST_PIXEL else until
            edge = events_before(edge, COLOUR_ZERO[h40], PIXEL[h40], width)
            self._show_pixels(line, min(edge, to), self._display_before)
        self._show_pixels(line, to, self._display)

    def _show_pixels(self, line: Line, to: int, display: bool) -> None:
        start = line.pixels
        if to <= start:
            return
        y = 2 * line.number + self._field if self.state.double_resolution else line.number
        line.show(self.state, self.indexed[y], to, display)
        self._wide[y] = self.state.h40
        self.rgb[y, start:to] = self._palette()[self.indexed[y, start:to]]

    def _palette(self) -> Bytes:
        """Return the colours of all picture pixels as they are now."""
        made_of = self.state.cram.tobytes() + self.state.registers[:2].tobytes()
        if made_of != self._colours_of:
            self._colours_of = made_of
            self._colours = palette(self.state)
        return self._colours

    # -------------------------------------------------------------------------------------- picture

    def _finish_picture(self, height: int) -> None:
        self._finished = True
        if not self.render:
            return
        rows = 2 * height if self.state.double_resolution else height
        wide = self._wide[:rows]
        self.width, self.height = 320 if wide.any() else 256, rows
        if wide.any() and not wide.all():
            # Rows of 256 pixels in a picture that has wider ones: nearest pixels.
            nearest = np.arange(320) * 4 // 5
            self.indexed[:rows][~wide] = self.indexed[:rows][~wide][:, nearest]
            self.rgb[:rows][~wide] = self.rgb[:rows][~wide][:, nearest]
            wide[:] = True
