"""Colour indices to RGB."""

from __future__ import annotations

import array

import numpy as np
import numpy.typing as npt

from .clocks import COLOUR_ZERO, LAST_PIXEL, LINE, PIXEL
from .state import Bytes, VDPState

#: Output of the DAC's 15 levels, 0-255, as TmEE measured it on a console.
LEVELS = np.array([0, 29, 52, 70, 87, 101, 116, 130, 144, 158, 172, 187, 206, 228, 255], np.uint8)

#: Master System levels, 2 bits: the lowest and highest level and two taps of their own (blue's lower one differs).
MODE4_LEVELS = np.array([[0, 85, 170, 255], [0, 85, 170, 255], [0, 102, 170, 255]], np.uint8)


_WORDS = np.arange(4096)


def _mode5_colours(bits: int) -> Bytes:
    """RGB values of all CRAM words, at normal intensity, in shadow, and twice highlighted: uint8 (4, 4096, 3)."""
    components = np.stack([_WORDS >> 1, _WORDS >> 5, _WORDS >> 9], 1) & bits
    colours: Bytes = LEVELS[np.stack([2 * components, components, 7 + components, 7 + components])]
    return colours


def _mode4_colours() -> Bytes:
    components = np.stack([_WORDS, _WORDS >> 2, _WORDS >> 4], 1) & 3
    return np.stack(4 * [MODE4_LEVELS[np.arange(3), components]])


DIM, FULL, MODE4 = range(3)
"""Kinds of colours: with R0.2 = 0 only the lowest bit of each component reaches the DAC."""
COLOURS = np.stack([_mode5_colours(1), _mode5_colours(7), _mode4_colours()])
"""RGB values by kind, intensity (normal, shadow, highlight) and word of CRAM: uint8 (3, 4, 4096, 3)."""
_COLOUR_LIST = COLOURS.reshape(-1, 3)
_COLOUR_LONGS = np.pad(_COLOUR_LIST, ((0, 0), (0, 1))).view(np.uint32).ravel()  # faster to look up
_SHADES = np.arange(0, 1 << 14, 1 << 12)[:, None]
NO_DOT = -1
_FEW = 8  # changes up to which the stretches between them are coloured one by one


def kind_of(state: VDPState) -> int:
    """Tell of which kind the colours are now."""
    return state.register(0) >> 2 & 1 if state.mode5 else MODE4


def palette(state: VDPState) -> Bytes:
    """Return the RGB values of all picture pixels: uint8 (256, 3)."""
    colours: Bytes = COLOURS[kind_of(state)][:, state.cram & 0x0FFF].reshape(256, 3)
    return colours


def word_colour(state: VDPState, word: int) -> Bytes:
    """Return the RGB value of a word of CRAM at normal intensity: uint8 (3,)."""
    colour: Bytes = COLOURS[kind_of(state), 0, word & 0x0FFF]
    return colour


def to_rgb(state: VDPState, picture: Bytes) -> Bytes:
    """Turn picture pixels into RGB with the present colours.

    Parameters
    ----------
    picture : uint8 (height, width)
        Picture pixels as :func:`draw_frame` returns them.

    Returns
    -------
    uint8 (height, width, 3)

    Examples
    --------
    >>> from megadrive.model.vdp import VDPState, draw_frame
    >>> state = VDPState()
    >>> state.registers[:2] = 0x04, 0x04
    >>> state.cram[0] = 0x0EEE
    >>> to_rgb(state, draw_frame(state))[0, 0]
    array([255, 255, 255], dtype=uint8)
    """
    return palette(state)[picture]


def _without_fourth(longs: npt.NDArray[np.uint32]) -> Bytes:
    """Return the first three bytes of each long, one component after the other: the fastest way."""
    four, rgb = longs.view(np.uint8).reshape(-1, 4), np.empty((len(longs), 3), np.uint8)
    for component in range(3):
        rgb[:, component] = four[:, component]
    return rgb


class ColourLog:
    """What has changed the colours since the picture's last pixels were turned into RGB."""

    def __init__(self, state: VDPState) -> None:
        self.state = state
        # mclk since the V step into line 0; H40; kind of the colours before; the word written to CRAM, or none
        self._entries = array.array("q")
        self._cram: list[bytes] = []  # before each of them
        self._r, self._cram_now = state.r, state.cram_bytes.tobytes

    def change(self, time: int, word: int = NO_DOT) -> None:
        """Note that `word` is about to be written to CRAM, or that any of the colours may change and leave no dot."""
        r = self._r
        mode5 = r[1] & 4
        self._entries.extend((time, r[12] & mode5 >> 2, r[0] >> 2 & 1 if mode5 else MODE4, word))
        self._cram.append(self._cram_now())

    def write(self, writes: list[tuple[int, int, int]], since: int) -> None:
        """Note writes to CRAM, as (mclk, place, word), and make them; line 0 began at `since`, no dot is shown yet."""
        r = self._r
        mode5 = r[1] & 4
        h40, kind = r[12] & mode5 >> 2, r[0] >> 2 & 1 if mode5 else MODE4
        entries: list[int] = []
        before = self._cram
        cram = bytearray(self._cram_now())
        for clock, place, word in writes:
            entries += clock - since, h40, kind, word
            before.append(bytes(cram))
            cram[2 * place], cram[2 * place + 1] = word >> 8, word & 0xFF
        self._entries.extend(entries)
        self.state.cram_bytes[:] = cram

    def rgb(self, pixels: Bytes, first: int, end: int, width: int) -> Bytes:
        """Turn picture pixels into RGB, each with the colours of its time, and drop what is over with them.

        Parameters
        ----------
        pixels : uint8 (n,)
            Pixels of the picture from number ``first`` on.
        first, end : int
            Numbers of pixels; those from ``end`` on are not shown yet.
        width : int
            Pixels in a line.

        Returns
        -------
        uint8 (n, 3)
        """
        if not self._entries:
            colours = kind_of(self.state) << 14 | self.state.cram & 0x0FFF
            return _without_fourth(_COLOUR_LONGS.take(_SHADES + colours).ravel().take(pixels))
        time, h40, kind, word = np.array(self._entries, np.intp).reshape(-1, 4).T
        line = np.maximum(0, (time - LAST_PIXEL) // LINE + 1)
        time = time - LINE * line - np.array(COLOUR_ZERO)[h40]
        x = np.clip(-(-time // np.array(PIXEL)[h40]), 0, np.where(h40, 320, 256))
        at = line * width + x
        over = int(np.count_nonzero(at < end))
        edges = np.maximum.accumulate(at[:over]).clip(first, first + len(pixels)) - first
        # The colours before each change, and after the last one.
        cram = b"".join([*self._cram, self.state.cram_bytes.tobytes()][: over + 1])
        kinds = np.append(kind, kind_of(self.state))[: over + 1]
        colours = kinds[:, None] << 14 | np.frombuffer(cram, ">u2").reshape(-1, 64) & 0x0FFF
        # Pixels in shadow or highlight, which may be none, look further behind in the stretch's colours.
        shades = _SHADES if over < _FEW or pixels.max() >= 0x40 else _SHADES[:1]
        longs = _COLOUR_LONGS.take(shades + colours[:, None]).reshape(over + 1, -1)
        if over < _FEW:
            bounds = [0, *edges.tolist(), len(pixels)]
            shown = np.concatenate(
                [
                    present.take(pixels[start:stop])
                    for present, start, stop in zip(longs, bounds, bounds[1:], strict=False)
                ]
            )
        else:
            size = longs.shape[1]
            span = np.repeat(np.arange(0, size * (over + 1), size), np.diff(edges, prepend=0, append=len(pixels)))
            span += pixels
            shown = longs.ravel().take(span)
        rgb = _without_fourth(shown)
        # CRAM has one port: the pixel at the output shows the word that is written.
        dots = np.flatnonzero((word != NO_DOT) & (time >= 0) & (x < width) & (at >= first) & (at < end))
        rgb[at[dots] - first] = _COLOUR_LIST[kind[dots] << 14 | word[dots]]
        del self._entries[: 4 * over], self._cram[:over]
        return rgb
