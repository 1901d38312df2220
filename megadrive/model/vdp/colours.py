"""Colour indices to RGB."""

from __future__ import annotations

import numpy as np

from .state import Bytes, VDPState

#: Output of the DAC's 15 levels, 0-255, as TmEE measured it on a console.
LEVELS = np.array([0, 29, 52, 70, 87, 101, 116, 130, 144, 158, 172, 187, 206, 228, 255], np.uint8)

#: Master System levels, 2 bits: the lowest and highest level and two taps of their own (blue's lower one differs).
MODE4_LEVELS = np.array([[0, 85, 170, 255], [0, 85, 170, 255], [0, 102, 170, 255]], np.uint8)


def _colours_of_all_words(bits: int) -> Bytes:
    """RGB values of all CRAM words, at normal intensity, in shadow, and twice highlighted: uint8 (4, 4096, 3)."""
    words = np.arange(4096)
    components = np.stack([words >> 1, words >> 5, words >> 9], 1) & bits
    colours: Bytes = LEVELS[np.stack([2 * components, components, 7 + components, 7 + components])]
    return colours


#: With R0.2 = 0 only the lowest bit of each component reaches the DAC.
_COLOURS = _colours_of_all_words(1), _colours_of_all_words(7)


def palette(state: VDPState) -> Bytes:
    """Return the RGB values of all picture pixels: uint8 (256, 3)."""
    cram = state.cram.astype(np.uint16)
    if not state.mode5:
        components = np.stack([cram & 3, cram >> 2 & 3, cram >> 4 & 3], 1)
        return np.tile(MODE4_LEVELS[np.arange(3), components], (4, 1))
    return _COLOURS[state.r[0] >> 2 & 1][:, cram & 0x0FFF].reshape(256, 3)


def changed_palette(state: VDPState, before: Bytes, index: int, word: int) -> Bytes:
    """Return a palette of mode 5 in which one word of CRAM has changed."""
    changed = before.copy()
    changed.reshape(4, 64, 3)[:, index] = _COLOURS[state.r[0] >> 2 & 1][:, word & 0x0FFF]
    return changed


def word_colour(state: VDPState, word: int) -> Bytes:
    """Return the RGB value of a word as it is written to CRAM, at normal intensity: uint8 (3,)."""
    if not state.mode5:
        return MODE4_LEVELS[np.arange(3), [word & 3, word >> 2 & 3, word >> 4 & 3]]
    rgb: Bytes = _COLOURS[state.r[0] >> 2 & 1][0, word & 0x0FFF]
    return rgb


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
