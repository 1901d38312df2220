"""Live drawing: what is fetched and shown when, while the contents change.

Before anything changes, everything that the chip fetches or shows before that moment is drawn with the contents as
they are, or these are noted.  A line is fetched and shown in the 3420 mclk after the V step into it, give or take:

========================  ==================  ==========================================
mclk (H40)                H                   what
========================  ==================  ==========================================
-3420 .. -2720            from the V step on  its sprites are searched in the cache
-2560 .. -128             10 + 16k            their attributes are fetched
-48 .. 732                324 .. 506          their patterns are fetched, 40 slots
-80 .. -8                 $143, $149          vertical scroll of the whole screen, place of the window
557                       486                 horizontal scroll
652 .. 3212               16k, 16k + 8        planes A and B, 21 columns from H = 496 on
972 .. 3524               $18 + x             its pixels are looked up and shown
========================  ==================  ==========================================

Sprites (``live_sprites``), planes (``live_planes``) and the output each have a cursor.  That of the sprites moves when
what they depend on changes, and lines in which nothing has changed are drawn together, all at once.  Planes and output
do not even move then: they note what has been until when.  Only a change of the mode or of the width moves them all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .clocks import COLOUR_ZERO, LINE, PIXEL, events_before, first_unfinished
from .colours import NO_DOT, ColourLog, palette, word_colour
from .compose import compose
from .live_planes import LivePlanes
from .live_sprites import LiveSprites
from .mode4 import compose as compose_mode4
from .sprites import SCREEN
from .state import Bytes, VDPState

# What is about to change.
SPRITES = 1
"""The sprite cache, R1.6, R5."""
PLANES = 2
"""VSRAM, R1.6, R2-R4, R11, R13, R16-R18."""
OUTPUT = 4
"""R0, R1.6, R7, R12.3, debug register 0."""
COLOURS = 8
"""CRAM, R0.2."""
EVERYTHING = 15
"""Everything, and what else R1 and R12 hold that counts."""

FLAGS, SHOWN = 16, 32
"""For ``Drawing._moved``: the sprite flags are up to date; the output has moved."""

NEVER = 2**63 - 1
_NOTHING = 0, 0
SHOWN_AHEAD = 4
"""Pixels that may have been shown before their time: the registers' delay."""
DISPLAY_DELAY = (95, 60)
"""mclk from the end of a register's delay to the look-up that R1.6 acts on."""


def register_change(number: int, before: int, after: int, mode5: bool = True) -> int:
    """Return what changes, for :meth:`Drawing.draw`, if a register changes its value; 0 if nothing does.

    Examples
    --------
    >>> register_change(7, 0x00, 0x21) == OUTPUT
    True
    """
    if before == after:
        return 0
    if not mode5 or number == 1:
        if mode5 and not (before ^ after) & ~0x70:
            return SPRITES | PLANES | OUTPUT if (before ^ after) & 0x40 else 0
        return EVERYTHING if number <= 9 else 0
    if number == 12:
        return EVERYTHING if (before ^ after) & 0x01 else OUTPUT if (before ^ after) & 0x08 else 0
    if number == 0 and (before ^ after) & 0x80:
        return OUTPUT | COLOURS | PLANES
    return _REGISTERS.get(number, 0)


_REGISTERS = {0: OUTPUT | COLOURS, 5: SPRITES, 7: OUTPUT} | dict.fromkeys((2, 3, 4, 8, 9, 11, 13, 16, 17, 18), PLANES)


class Look(NamedTuple):
    """What the output depends on besides the layers and the colours."""

    backdrop: int
    shadow_highlight: bool
    left_blank: bool
    debug: int


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
        self.state = state.again()
        self.indexed = np.zeros((480, 320), np.uint8) if indexed is None else indexed
        self.rgb = np.zeros((480, 320, 3), np.uint8) if rgb is None else rgb
        self.render = True
        self.width = self.height = 0
        self._clock = NEVER  # mclk up to which has been drawn, or could be
        self._picture_clock = NEVER  # of the picture that is being drawn
        self._field = 0
        self._display = False
        # Changes of the display bit since the output moved, and the last one before that: when it changed and when that
        # shows, mclk since the V step into line 0, and what the bit was.
        self._toggles: list[tuple[int, int, bool]] = []
        self._shown_clock = 0  # when the output has moved, mclk since the V step into line 0
        self._finished = True
        self._moved = 0  # what has come up to _clock
        self._wide = np.zeros(480, np.bool_)  # this row has 320 pixels
        self._drawn = np.zeros(480, np.intp)  # pixels of it that this picture has drawn
        self._sprites = LiveSprites(self.state, 0, 0)
        self._planes = LivePlanes(self.state, 0, 0)
        self._shown = (0, 0)  # line and pixel up to which the output has come
        self._looks: list[tuple[int, Look]] = []  # changes since then: what counted up to this pixel of the picture
        self._colours = ColourLog(self.state)

    def draw(self, clock: int, changing: int = EVERYTHING) -> None:
        """Draw all that the chip fetches and shows before ``clock`` and that depends on what is about to change.

        Called with the present contents, before they change.  Sets the flags ``sprite_overflow`` and
        ``sprite_collision`` of the state if sprites are changing, and moves its ``draw_clock``.

        Parameters
        ----------
        clock : int
            mclk since power-on.
        changing : int
            What is about to change: ``SPRITES``, ``PLANES``, ``OUTPUT``, ``COLOURS`` or ``EVERYTHING``; 0 only moves
            ``draw_clock``.
        """
        time = self._begin(clock)
        if time is None:
            return
        height = self._lines(time)
        over = first_unfinished(time) >= height and not self._finished
        if over or (changing != COLOURS and not self.state.mode5):
            changing = EVERYTHING
        # Times may be equal: what has come up to this one does not move.
        moving = (changing | (SHOWN if changing == EVERYTHING else 0)) & ~self._moved
        self._moved |= moving | (FLAGS if changing & SPRITES else 0)
        if moving & SPRITES:
            self._sprites.run(time, height, True)
        if self.render:
            if moving & SHOWN:
                self._planes.run(time, height)
                self._show(time, height)
            else:
                if moving & PLANES:
                    self._planes.registers.note(time)
                if moving & (OUTPUT | COLOURS):
                    self._note(time, height, moving)
        if over:
            self._finish_picture(height)

    def change_vram(self, clock: int, address: int) -> None:
        """Note that a byte of VRAM is about to change."""
        if self.state.mode5:
            self.draw(clock, SPRITES if self._sprites.uses(address) else 0)
            if self.render and self._clock != NEVER and not self._finished:
                self._planes.vram.note(self._clock - self._picture_clock, address)
        else:
            self.draw(clock)

    def change_colour(self, clock: int, word: int) -> None:
        """Note that a word is about to be written to CRAM; nothing has to be drawn for that."""
        c = self.state.c
        if not self.render or c.draw_clock == NEVER:
            return
        picture_clock = c.picture_clock
        if self._picture_clock != picture_clock or self._clock != c.draw_clock:
            self._begin_picture()
        time = clock - picture_clock
        if self._shown != _NOTHING and not self._leaves_dot(time, word):
            word = NO_DOT
        self._colours.change(time, word)

    def write_colours(self, writes: list[tuple[int, int, int]]) -> bool:
        """Write words to CRAM, as (mclk, place, word), at times not shown yet.

        False: it is not so simple, and nothing has been done.
        """
        c = self.state.c
        if not self.render or c.draw_clock == NEVER:
            return False
        if self._picture_clock != c.picture_clock or self._clock != c.draw_clock:
            self._begin_picture()
        if self._shown != _NOTHING:
            return False
        self._colours.write(writes, c.picture_clock)
        return True

    def _leaves_dot(self, time: int, word: int) -> bool:
        """Tell whether a write to CRAM leaves a dot in what has not been shown yet, and put it where it just was."""
        state, shown = self.state, self._shown
        h40, line = state.h40, first_unfinished(time)
        time -= LINE * line
        pixel = events_before(time, COLOUR_ZERO[h40], PIXEL[h40], state.width)
        if (line, pixel) >= shown:
            return True
        # Further back the line has become a narrow one, and pixels that it has shown go by again.
        if (line, pixel + SHOWN_AHEAD) >= shown and time >= COLOUR_ZERO[h40] and pixel < state.width:
            self.rgb[2 * line + self._field if state.double_resolution else line, pixel] = word_colour(state, word)
        return False

    def update_flags(self, clock: int) -> None:
        """Bring the sprite flags of the state up to ``clock``, for a status read; nothing changes."""
        time = self._begin(clock)
        if time is not None and not self._moved & FLAGS:
            self._moved |= FLAGS
            self._sprites.run(time, self._lines(time), False)

    def flags_hold_until(self) -> int:
        """Return a time up to which the sprite flags, just brought up to date, do not change by themselves."""
        return self._picture_clock + self._sprites.quiet_until(self._clock - self._picture_clock)

    # -------------------------------------------------------------------------------------- picture

    def _begin(self, clock: int) -> int | None:
        """Take up the picture; return mclk since the V step into line 0, None if there is nothing to do."""
        state, c = self.state, self.state.c
        taken_up = self._picture_clock == c.picture_clock and self._clock == c.draw_clock
        if clock <= c.draw_clock:
            # Nothing is missing up to draw_clock, or it is a cursor that had not to move for the changes before.
            return self._clock - self._picture_clock if taken_up and self._clock != NEVER else None
        if not taken_up:
            self._begin_picture()
        if state.display != self._display:
            # R1.6 has changed; that came with the last call's clock.
            time = self._clock - self._picture_clock
            if time == self._shown_clock:
                self._toggles = []
            self._toggles.append((time, time + DISPLAY_DELAY[state.h40], self._display))
            self._display = state.display
        self._clock = c.draw_clock = clock
        self._moved = 0
        return clock - self._picture_clock

    def _lines(self, time: int) -> int:
        """Return the lines of the picture, ``time`` mclk after the V step into line 0.

        Mode 4 ends it at line 192 if it is on when that line begins; a picture that has got further is one of mode 5.
        """
        state = self.state
        if state.mode5 or state.c.vblank or first_unfinished(time) < 192:
            return state.lines
        return 240 if state.registers[1] & 8 else 224

    def _begin_picture(self) -> None:
        c = self.state.c
        self._picture_clock, self._clock = c.picture_clock, c.draw_clock
        self.state.latched_resolution = c.interlace == 3 and self.state.mode5
        self._field = c.odd_field & 1
        self._display = self.state.display
        self._toggles, self._shown_clock = [], NEVER
        self._finished = False
        # In the middle of a picture (a loaded state) drawing goes on with the line before the one that the clock is in.
        line = min(max(0, c.draw_clock - c.picture_clock) // LINE - 1, 480)
        self._sprites = LiveSprites(self.state, line, self._field)
        self._planes = LivePlanes(self.state, line, self._field)
        self._shown = max(line, 0), 0
        self._looks, self._colours = [], ColourLog(self.state)
        self._drawn[:] = 0

    def _finish_picture(self, height: int) -> None:
        self._finished = True
        if not self.render:
            return
        rows = 2 * height if self.state.double_resolution else height
        wide = self._wide[:rows]
        self.width, self.height = 320 if wide.any() else 256, rows
        for row in np.flatnonzero(wide & (self._drawn[:rows] > 0) & (self._drawn[:rows] < 320)).tolist():
            # A line that became a narrow one when it had got too far: the rest of it is border.
            rest = slice(int(self._drawn[row]), 320)
            self.indexed[row, rest] = self.state.backdrop
            self.rgb[row, rest] = palette(self.state)[self.state.backdrop]
        if wide.any() and not wide.all():
            # Rows of 256 pixels in a picture that has wider ones: nearest pixels.
            nearest = np.arange(320) * 4 // 5
            self.indexed[:rows][~wide] = self.indexed[:rows][~wide][:, nearest]
            self.rgb[:rows][~wide] = self.rgb[:rows][~wide][:, nearest]
            wide[:] = True

    # --------------------------------------------------------------------------------------- output

    def _look(self) -> Look:
        state = self.state
        return Look(state.backdrop, state.shadow_highlight, state.left_blank, state.debug)

    def _pixel(self, time: int, height: int) -> tuple[int, int]:
        """Return the line and pixel that are shown at ``time``."""
        line = first_unfinished(time)
        if line >= height:
            return height, 0
        h40 = self.state.h40
        return line, events_before(time - LINE * line, COLOUR_ZERO[h40], PIXEL[h40], self.state.width)

    def _note(self, time: int, height: int, changing: int) -> None:
        """Note what has counted so far, which is about to change."""
        if changing & COLOURS:
            self._colours.change(time)
        if changing & OUTPUT:
            line, x = self._pixel(time, height)
            place = line * self.state.width + x
            if not self._looks or place > self._looks[-1][0]:
                self._looks.append((place, self._look()))

    def _show(self, time: int, height: int) -> None:
        """Show all pixels up to ``time``."""
        width = self.state.width
        self._shown_clock = time
        line, x = self._shown
        start = line * width + min(x, width)
        self._shown = self._pixel(time, height)
        end = self._shown[0] * width + self._shown[1]
        if line >= height or end <= start:
            self._looks, self._toggles = [], self._toggles[-1:]
            if self._shown[0] == line:
                self._shown = line, max(x, self._shown[1])
            return
        looks = [(min(place, end), look) for place, look in self._looks] + [(end, self._look())]
        self._looks = []
        displays = self._displays(height, end)
        self._toggles = self._toggles[-1:]

        first, last = start // width, -(-end // width)
        picture = self._composed(first, last, start, looks, displays)
        rgb = self._colours.rgb(picture.reshape(-1), first * width, end, width)
        self._put(first, last, start, end, picture, rgb.reshape(*picture.shape, 3))

    def _displays(self, height: int, end: int) -> list[tuple[int, bool]]:
        """Return the display bit, which lags behind the rest: what it was up to which pixel, the last one ``end``."""
        displays = []
        changes = [change for change, _, _ in self._toggles[1:]]
        for (_, edge, before), following in zip(self._toggles, [*changes, NEVER], strict=False):
            # A change puts the one before it into effect.
            line, x = self._pixel(min(edge, following), height)
            displays.append((min(line * self.state.width + x, end), before))
        return [*displays, (end, self._display)]

    def _composed(
        self, first: int, end: int, start: int, looks: list[tuple[int, Look]], displays: list[tuple[int, bool]]
    ) -> Bytes:
        """Put the layers of lines together; ``start``, ``looks`` and ``displays`` count pixels of the picture."""
        width = self.state.width
        picture = np.empty((end - first, width), np.uint8)
        backdrop = np.empty_like(picture)
        place = start - first * width
        spans: list[tuple[int, int, Look]] = []  # stretches of the same look but for the backdrop
        for until, look in looks:
            until -= first * width
            if until <= place:
                continue
            backdrop.reshape(-1)[place:until] = look.backdrop
            if spans and spans[-1][2][1:] == look[1:]:
                spans[-1] = spans[-1][0], until, look
            else:
                spans.append((place, until, look))
            place = until
        if not any(display for _, display in displays):
            return backdrop
        for place, until, look in spans:
            rows = slice(place // width, -(-until // width))
            part = self._composed_alike(first + rows.start, first + rows.stop, backdrop[rows], look)
            offset = rows.start * width
            picture.reshape(-1)[place:until] = part.reshape(-1)[place - offset : until - offset]
        place = 0
        for until, display in displays:
            until -= first * width
            if until > place:
                if not display:
                    picture.reshape(-1)[place:until] = backdrop.reshape(-1)[place:until]
                place = until
        return picture

    def _composed_alike(self, first: int, end: int, backdrop: Bytes, look: Look) -> Bytes:
        """Put the layers of lines together with one look, but for the backdrop."""
        width = self.state.width
        a, b = self._planes.pixels[:, first:end, :width]
        s = self._sprites.pixels[first:end, SCREEN : SCREEN + width]
        if self.state.mode5:
            picture = compose(a, b, s, backdrop, look.shadow_highlight, look.debug)
        else:
            picture = compose_mode4(a, s)
        wrong_mode = self._planes.mode4[first:end] == self.state.mode5
        if wrong_mode.any():  # fetched in the other mode
            picture[wrong_mode] = backdrop[wrong_mode]
        blank = self._planes.blank[first:end, 1 : width // 16 + 1]
        if blank.any():
            picture = np.where(blank.repeat(16, 1), backdrop, picture)
        if look.left_blank:
            picture[:, :8] = backdrop[:, :8]
        return picture

    def _put(self, first: int, last: int, start: int, end: int, picture: Bytes, rgb: Bytes) -> None:
        """Put lines into the picture, of the first and last one the part from ``start`` on and up to ``end``."""
        width = self.state.width
        step, field = (2, self._field) if self.state.double_resolution else (1, 0)
        for line in {first, last - 1}:
            left = max(0, start - line * width)
            right = min(width, end - line * width)
            self.indexed[step * line + field, left:right] = picture[line - first, left:right]
            self.rgb[step * line + field, left:right] = rgb[line - first, left:right]
            self._drawn[step * line + field] = right
        rows = slice(step * (first + 1) + field, step * (last - 1) + field, step)
        if last - first > 2:
            self.indexed[rows, :width] = picture[1:-1]
            self.rgb[rows, :width] = rgb[1:-1]
            self._drawn[rows] = width
        self._wide[step * first + field : step * last + field : step] = self.state.h40
