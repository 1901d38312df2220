"""What surrounds the picture: 13 pixels left of it, 14 right of it, and some lines above and below.

Handbook, VDP, sections 7.2 and 16.  The border shows the backdrop at normal intensity.  Writes to R7 and CRAM show
there at their pixel and leave dots, as in the picture.  A frame ends after the last line of its picture, so the border
below that it shows is the one below the picture before.

Drawn up to the time of each change of what it depends on, and at the end of the frame.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from megadrive._core import lib

from .clocks import COLOUR_ZERO, LINE, PIXEL
from .colours import word_colour
from .state import Bytes, VDPState

LEFT, RIGHT = 13, 14
"""Pixels beside the picture."""
PICTURE_END = 280
"""mclk from the V step into the line after the picture to the end of the frame."""
FIRST_LOOK_UP = tuple(zero - LEFT * pixel for zero, pixel in zip(COLOUR_ZERO, PIXEL, strict=True))
"""mclk from the V step into a line to the look-up of the first pixel of its left border; H32, H40."""

# Lines above and below: what 3 blank lines, 3 of VSYNC and 13 blank ones leave.  240 lines at 60 Hz roll without any
# vertical blanking.
_LINES = {
    (192, False): (27, 24), (192, True): (54, 48), (224, False): (11, 8), (224, True): (38, 32),
    (240, False): (0, 0), (240, True): (30, 24),
}  # fmt: skip


def border_lines(state: VDPState) -> tuple[int, int]:
    """Return how many lines of border there are above and below the picture in the present mode.

    Examples
    --------
    >>> state = VDPState()
    >>> state.registers[1] = 0x04
    >>> border_lines(state)
    (11, 8)
    """
    return _LINES[state.lines, bool(state.c.pal)]


def border_index(state: VDPState) -> int:
    """Return the colour index of the border.

    Debug register 0 can show a layer in the backdrop's place, which is taken to hold nothing here.
    """
    return 0 if state.mode5 and state.debug & 0x180 else state.backdrop


def with_border(state: VDPState, picture: Bytes) -> Bytes:
    """Return a frozen picture with its border."""
    rows = 2 if len(picture) > 240 else 1
    above, below = border_lines(state)
    edges = ((above * rows, below * rows), (LEFT, RIGHT))
    return np.pad(picture, edges, constant_values=border_index(state))


class Border:
    """The border of the frame that is being drawn.

    Parameters
    ----------
    state : VDPState
        The chip's state.
    c : cffi ``vdp_border *``
        Where the rows go.
    indexed : uint8 (VDP_BORDER_ROWS, VDP_BORDER_STRIDE)
    rgb : uint8 (VDP_BORDER_ROWS, VDP_BORDER_STRIDE, 3)
        The rows in it.
    """

    def __init__(self, state: VDPState, c: Any, indexed: Bytes, rgb: Bytes) -> None:
        self.state = state.again()
        self.c = c
        self.indexed, self.rgb = indexed, rgb

    def draw(self, clock: int) -> None:
        """Draw what is looked up before `clock`; backdrop, colours or width are about to change."""
        state, b = self.state, self.c
        vdp = state.c
        if b.frame_clock != vdp.frame_clock:
            self._begin_frame()
        if clock <= b.clock:
            return
        above, below = border_lines(state)
        odd = self._tall and bool(vdp.odd_field)
        start = self._picture_start()
        # The field changes in the first line below a picture, of whose field that border still is.  A picture that goes
        # on to the wrap of V has nothing below.
        if vdp.frame and not (start is not None and start - LINE <= vdp.frame_clock):
            row = lib.VDP_BORDER_BELOW + (self._tall and not odd)
            self._draw_lines(range(row, row + 2 * below, 2), False, vdp.frame_clock - PICTURE_END, clock)
        if start is not None:
            row = lib.VDP_BORDER_ABOVE + odd
            rows = range(row + 2 * (above - 1), row - 2, -2)
            self._draw_lines(rows, False, start - above * LINE, clock)
            row = lib.VDP_BORDER_BESIDE + odd
            self._draw_lines(range(row, row + 2 * state.lines, 2), True, start, clock)
        b.clock = clock

    def change_colour(self, clock: int, word: int) -> None:
        """Note that a word is about to be written to CRAM: the pixel at the output shows it."""
        self.draw(clock)
        red, green, blue = word_colour(self.state, word).tolist()
        self.c.dot_clock, self.c.dot_colour = clock, red | green << 8 | blue << 16

    def finish(self, clock: int) -> None:
        """End the frame."""
        b = self.c
        self.draw(clock)
        b.above, b.below = border_lines(self.state)
        b.index = border_index(self.state)
        red, green, blue = self._colour(b.index).tolist()
        b.colour = red | green << 8 | blue << 16
        b.filled = 0

    @property
    def _tall(self) -> bool:
        return bool(self.state.c.interlace == 3) and self.state.mode5

    def _colour(self, index: int) -> npt.NDArray[np.uint8]:
        return word_colour(self.state, int(self.state.cram[index]))

    def _begin_frame(self) -> None:
        b = self.c
        b.frame_clock = b.clock = self.state.c.frame_clock
        b.dot_clock = -1
        if not self._tall:  # else the rows of the other field stay
            b.drawn = bytes(lib.VDP_BORDER_ROWS)

    def _picture_start(self) -> int | None:
        """Return when line 0 of the next picture begins, or of the present one; None: that is not known yet."""
        c = self.state.c
        if not c.vblank or c.picture_clock >= c.frame_clock:  # it is going on, or its last right border is
            return int(c.picture_clock)
        if c.v_counter >= 0x180:  # V has jumped, or does not
            return int(c.line_clock + (0x200 - c.v_counter) * LINE)
        return None

    def _pixels_before(self, time: int) -> int:
        """Count pixels of a line, from its left border on, that are looked up before `time` mclk after its V step."""
        h40 = self.state.h40
        past = time - FIRST_LOOK_UP[h40]
        return min(max(0, -(-past // PIXEL[h40])), LEFT + self.state.width + RIGHT)

    def _draw_lines(self, rows: range, beside_picture: bool, start: int, to: int) -> None:
        """Draw lines, the first of which began at `start`, from where the border has come to up to `to`."""
        b, state = self.c, self.state
        begin = b.clock
        first = max(0, (begin - start) // LINE - 2)
        end = min(len(rows), (to - start) // LINE + 1)
        if first >= end:
            return
        index = border_index(state)
        colour = self._colour(index)
        right = LEFT + state.width
        for n in range(first, end):
            row, time = rows[n], start + n * LINE
            x, stop = self._pixels_before(begin - time), self._pixels_before(to - time)
            if x >= stop:
                continue
            b.drawn[row] = 2 if state.h40 else 1
            spans = [slice(x, min(stop, LEFT)), slice(max(x, right), stop)] if beside_picture else [slice(x, stop)]
            for span in spans:
                self.indexed[row, span] = index
                self.rgb[row, span] = colour
            self._put_dot(row, time, x, stop, to, range(LEFT, right) if beside_picture else range(0))

    def _put_dot(self, row: int, time: int, x: int, stop: int, to: int, picture: range) -> None:
        """Put the dot where it belongs, if that has just been drawn; nothing of it shows in the picture here."""
        b = self.c
        if not time + FIRST_LOOK_UP[self.state.h40] <= b.dot_clock < to:
            return
        dot = self._pixels_before(b.dot_clock - time)
        if x <= dot < stop:
            if dot not in picture:
                self.rgb[row, dot] = [b.dot_colour & 0xFF, b.dot_colour >> 8 & 0xFF, b.dot_colour >> 16]
            b.dot_clock = -1
