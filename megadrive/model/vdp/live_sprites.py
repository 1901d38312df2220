"""Sprites while the contents change: search, attribute fetch and pattern fetch step by step."""

from __future__ import annotations

import bisect
import copy
import itertools

import numpy as np

from . import mode4, planes, sprites
from .clocks import FLAGS_BEGIN, FLAGS_END, HSCROLL, LAST_PIXEL, LINE, PIXEL, events_before, first_unfinished
from .state import NO_SPRITES, Bytes, Ints, VDPState

ALL = 2**30
"""A time after everything in a line."""
ATTRIBUTES = 860
"""mclk: the first attribute slot (H = 10), in both widths."""
NEVER = 2**62
FIRST_PATTERN = -60
"""mclk: nothing of a line's pattern fetch happens before it."""

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


def sprites_on(state: VDPState) -> bool:
    """Tell whether mode 5's sprites are searched and fetched; else steps and slots go by with nothing done."""
    return state.display and state.mode5 and not state.debug & NO_SPRITES


class SpriteSearch:
    """Search for the sprites of one line, and the fetch of their attributes."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.scanned = 0  # table entries tested
        self.ended = False
        self.link = 0  # entry tested next
        self.found: list[int] = []
        self.slots = 0  # attribute slots gone by
        self.scroll_read = False  # the line is past the read of its scroll table, where mode 4 fetches it whole
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
        most = sprites.limits(state)[0]
        slots = events_before(time, ATTRIBUTES, 16 * PIXEL[h40], most)
        if slots > self.slots:
            if sprites_on(state):
                # A shift register: with fewer sprites than it has places the first slots find nothing.
                idle = most - len(self.found)
                for entry in self.found[max(0, self.slots - idle) : max(0, slots - idle)]:
                    self._fetch(state, row, entry)
            self.slots = slots
        return too_many

    def cells(self) -> int:
        """Count the cells of all sprites found."""
        return sum(width for _, _, width, _, _ in self.sprites)

    def _scan(self, state: VDPState, row: int, to: int) -> bool:
        steps, self.scanned = to - self.scanned, max(to, self.scanned)
        if self.ended or not sprites_on(state):
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


class PatternFetch:
    """Fetch of the patterns of one line's sprites."""

    def __init__(self, search: SpriteSearch, overflow_above: bool) -> None:
        self.number = search.line
        self.slots = 0  # pattern slots gone by
        self.overflow = False  # not all cells fitted into the line
        self.all_cells = search.cells()
        self.fetched = 0
        # X, attribute word, width, height, row, column of each cell; masked ones have an X of -1.
        self.cells: list[tuple[int, ...]] = []
        masking, hidden = overflow_above, False
        for x, *shape in search.sprites:
            self.cells += [(-1 if hidden else x + 8 * column, *shape, column) for column in range(shape[1])]
            hidden |= masking and x == 0
            masking |= x != 0

    def advance(self, state: VDPState, pixels: Bytes, time: int) -> tuple[bool, bool]:
        """Fetch patterns up to ``time`` mclk after the line's V step into its line buffer.

        Returns
        -------
        overflow, collision : bool
            What happened: the cells did not fit into the line; opaque pixels met.
        """
        limit = sprites.limits(state)[1]
        to = min(bisect.bisect_left(_PATTERN_SLOTS[state.h40], time), limit)
        slots = to - self.slots
        if slots <= 0:
            return False, False
        self.slots = to
        collision = False
        if sprites_on(state):
            cells = self.cells[self.fetched : self.fetched + slots]
            self.fetched += len(cells)
            cells = [cell for cell in cells if cell[0] >= 0]
            if cells:
                collision = self._put(state, pixels, np.array(cells).T)
        if to >= limit and self.all_cells > limit:
            self.overflow = True
        return self.overflow, collision

    @staticmethod
    def _put(state: VDPState, buffer: Bytes, cells: Ints) -> bool:
        x, attribute, width, height, row, column = cells
        pixels = sprites.cell_rows(state, attribute, width, height, row, column)
        place = x[:, None] + np.arange(8)
        on_screen = (place >= sprites.SCREEN) & (place < sprites.SCREEN + state.width)
        before = np.count_nonzero(buffer & 0x0F)
        opaque = sprites.put(buffer, place[on_screen], pixels[on_screen])
        return bool(before + len(opaque) > np.count_nonzero(buffer & 0x0F))


class LiveSprites:
    """The sprites' pixels and flags of a picture in progress.

    Lines that nothing has changed in since the search for their sprites began are drawn all at once; what a poll of the
    status draws is kept as a forecast for as long as nothing changes, so that a program that polls costs little.

    Attributes
    ----------
    pixels : uint8 (240, BUFFER_WIDTH)
        Layer pixels; screen x = 0 lies at ``SCREEN``.
    """

    def __init__(self, state: VDPState, first_line: int, field: int) -> None:
        self.state = state
        self.field = field
        self.pixels = np.zeros((240, sprites.BUFFER_WIDTH), np.uint8)
        self._next = max(first_line, 0)  # first line not over
        self._overflow_above = False  # dot overflow of the line above that one
        self._searches: dict[int, SpriteSearch] = {}  # of lines in progress, step by step
        self._fetches: dict[int, PatternFetch] = {}
        if first_line >= 0:
            self._searches[first_line] = SpriteSearch.empty(first_line)
        self._forecast: sprites.SpriteLines | None = None
        self._forecast_line = 0  # its first line
        self._forecast_height = 0  # and where it ends
        # When it sets the flags, mclk since line 0's V step; and up to when they have been set.
        self._overflows: list[int] = []
        self._collisions: list[int] = []
        self._flagged = 0
        self._used = np.zeros(2048, np.bool_)  # blocks of 32 bytes of VRAM that sprites have been made of
        self._used_is_known = False  # those of the present sprites are among them

    def run(self, clock: int, height: int, changing: bool) -> None:
        """Do what the chip does before ``clock`` (mclk since the V step into line 0); set the flags of the state.

        Parameters
        ----------
        changing : bool
            What the sprites depend on is about to change.  Otherwise the flags are all that is wanted.
        """
        if height != self._forecast_height:
            if self._forecast is not None:
                self.run(clock, self._forecast_height, True)
            self._forecast_height = height
        if not changing:
            for number in self._searches:
                self._step(number, clock - LINE * number, True)
            self._foresee(height)
            self._flag(clock)
            return
        foreseen = self._forecast is not None  # flags of lines that are not in progress step by step
        if foreseen:
            self._flag(clock)
        over = min(first_unfinished(clock), height)
        while self._next < over:
            if self._next in self._searches:
                self._step(self._next, LAST_PIXEL, True)
                del self._searches[self._next]
                self._overflow_above = self._fetches.pop(self._next).overflow
                self._next += 1
            else:
                end = min([over, *self._searches])
                self._take(self._next, end)
                self._next = end
        # While a line is shown, patterns of the next one are fetched, and the one after that is searched for.
        for number in range(self._next, min(self._next + 3, height)):
            time = clock - LINE * number
            if time <= -LINE:
                break
            self._step(number, time, number in self._searches or not foreseen)
        self._forecast = None
        self._overflows = self._collisions = []
        self._used_is_known = False

    def quiet_until(self, clock: int) -> int:
        """Return a time up to which no flag is set if nothing changes; they have been brought up to ``clock``."""
        if self._forecast is None:
            return clock
        line, offset = divmod(clock, LINE)
        settled = offset > FLAGS_END
        until = NEVER
        if any(number >= line + settled for number in self._searches):
            if not settled:
                return clock
            until = (line + 1) * LINE + FLAGS_BEGIN
        for times in self._overflows, self._collisions:
            i = bisect.bisect_left(times, self._flagged)
            if i < len(times) and times[i] < until:
                until = times[i]
        return until

    def _flag(self, clock: int) -> None:
        """Set the flags that the forecast sets before ``clock``."""
        c = self.state.c
        c.sprite_overflow |= _any_between(self._overflows, self._flagged, clock)
        c.sprite_collision |= _any_between(self._collisions, self._flagged, clock)
        self._flagged = clock

    def uses(self, address: int) -> bool:
        """Tell whether a byte of VRAM may belong to the sprite table or to a pattern of a sprite."""
        if not self.state.mode5:
            return True
        if not self._used_is_known:
            self._used_is_known = True
            table = sprites.table_in_cache(self.state)
            start = self.state.sprite_table >> 5
            self._used[start : start + len(table) // 4] = True
            size, pattern = table[:, 2] & 0x0F, table[:, 4:6].view(">u2")[:, 0].astype(np.intp)
            found = [entry for search in self._searches.values() for entry in search.found if entry < len(table)]
            order = [*sprites.list_order(table), *found]
            self._use(pattern[order], size[order] >> 2, (size[order] & 3) + 1)
            fetched = [sprite for search in self._searches.values() for sprite in search.sprites]
            if fetched:
                _, attribute, width, height, _ = np.array(fetched, np.intp).T
                self._use(attribute, width - 1, height)
        return bool(self._used[address >> 5])

    def _use(self, pattern: Ints, columns_before: Ints, height: Ints) -> None:
        """Note the blocks of sprites' patterns; a row may be the last of four cells if Y changes after the search."""
        cells = columns_before * height + 4
        blocks = 2 if self.state.double_resolution else 1
        number = np.arange(16 * blocks)
        block = ((pattern & 0x7FF) * blocks)[:, None] + number & 0x7FF
        self._used[block[number < blocks * cells[:, None]]] = True

    def _step(self, number: int, time: int, flags: bool) -> None:
        """Go on with one line to ``time`` mclk after its V step; set the flags, if that has not been done before."""
        state, c = self.state, self.state.c
        if number not in self._searches:
            self._searches[number] = SpriteSearch(number)
        search = self._searches[number]
        before = c.sprite_overflow, c.sprite_collision
        c.sprite_overflow |= search.advance(state, self.field, time + LINE)
        if time > FIRST_PATTERN:
            self._step_patterns(number, search, time)
        if time > HSCROLL[state.h40] and not search.scroll_read:
            search.scroll_read = True
            if not state.mode5:
                self.pixels[number] = 0
                lines = self._lines(number, number + 1, False)
                self._put(number, lines.pixels)
                c.sprite_overflow |= bool(lines.too_many.any())
                c.sprite_collision |= bool(lines.collision.any())
        if not flags:
            c.sprite_overflow, c.sprite_collision = before

    def _step_patterns(self, number: int, search: SpriteSearch, time: int) -> None:
        c = self.state.c
        if number not in self._fetches:
            self.pixels[number] = 0
            overflow_above = self._overflow_above
            if number > self._next:  # a line above that is not in progress step by step sets no flag
                overflow_above = number - 1 in self._fetches and self._fetches[number - 1].overflow
            self._fetches[number] = PatternFetch(search, overflow_above)
        overflow, collision = self._fetches[number].advance(self.state, self.pixels[number], time)
        c.sprite_overflow |= overflow
        c.sprite_collision |= collision

    def _lines(self, first: int, end: int, overflow_before: bool) -> sprites.SpriteLines:
        state, lines = self.state, np.arange(first, end)
        if state.display and not state.mode5:
            return mode4.draw_sprites(state, lines)
        if not sprites_on(state):
            return sprites.no_sprites(state, end - first)
        rows = planes.picture_rows(state, lines, self.field)
        return sprites.draw_sprites(state, rows, sprites.table_in_cache(state), overflow_before)

    def _take(self, first: int, end: int) -> None:
        """Complete lines that nothing has changed in."""
        if self._forecast is None:
            lines, at = self._lines(first, end, self._overflow_above), 0
            self.state.c.sprite_overflow |= bool(lines.too_many.any())
            self.state.c.sprite_collision |= bool(lines.collision.any())
        else:
            lines, at = self._forecast, first - self._forecast_line
        self._put(first, lines.pixels[at : at + end - first])
        self._overflow_above = bool(lines.dot_overflow[at + end - first - 1])

    def _put(self, first: int, pixels: Bytes) -> None:
        """Put complete lines into the picture."""
        self.pixels[first : first + len(pixels), sprites.SCREEN : sprites.SCREEN + self.state.width] = pixels

    def _foresee(self, height: int) -> None:
        """Draw the lines that are not in progress as if nothing changed any more, and find out when they set flags."""
        if self._forecast is not None:
            return
        state = self.state
        first, overflow = self._next, self._overflow_above
        if self._searches:
            last = max(self._searches)
            first = last + 1
            search = copy.deepcopy(self._searches[last])
            search.advance(state, self.field, ALL)
            overflow = search.cells() > sprites.limits(state)[1]
        self._overflows = self._collisions = []
        self._flagged = -2 * LINE
        if first >= height:
            self._forecast, self._forecast_line = sprites.no_sprites(state, 0), first
            return
        lines = self._forecast = self._lines(first, height, overflow)
        self._forecast_line = first
        if not (lines.too_many.any() or lines.collision.any()):
            return
        start = LINE * np.arange(first, height)
        if not state.mode5:
            self._overflows = (start[lines.too_many] + HSCROLL[0]).tolist()
            self._collisions = (start[lines.collision] + HSCROLL[0]).tolist()
            return
        slots, steps = np.array(_PATTERN_SLOTS[state.h40]), np.array(_STEPS[state.h40])
        found = lines.scan_overflow >= 0
        scan = start[found] - LINE + steps[lines.scan_overflow[found]]
        cells = start[lines.dot_overflow] + slots[sprites.limits(state)[1] - 1]
        self._overflows = np.sort(np.concatenate([scan, cells])).tolist()
        line, cell = lines.meetings.T
        self._collisions = np.unique(start[line] + slots[cell]).tolist()


def _any_between(times: list[int], begin: int, end: int) -> bool:
    return bisect.bisect_left(times, begin) < bisect.bisect_left(times, end)
