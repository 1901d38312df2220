"""The layers on top of each other: priority, shadow and highlight, the debug register.

A *picture pixel* is one byte: CRAM index in bits 5-0, bit 6 shadow, bit 7 highlight.
"""

from __future__ import annotations

import numpy as np

from .state import Bytes, Flags, VDPState

PRIORITY = 0x40
SHADOW = 0x40
HIGHLIGHT = 0x80
INDEX = 0x3F
COLOUR = 0x0F

#: Sprite pixels that do not show but change the intensity of what is under them: colours 14 and 15 of palette 3.
HIGHLIGHT_OPERATOR = 0x3E
SHADOW_OPERATOR = 0x3F


def compose(state: VDPState, a: Bytes, b: Bytes, s: Bytes) -> Bytes:
    """Put plane A, plane B and the sprites over the backdrop.

    From back to front: backdrop, B, A and sprites of low priority, then B, A and sprites of high priority.

    Parameters
    ----------
    a, b, s : uint8 (lines, width)
        Layer pixels.

    Returns
    -------
    uint8 (lines, width)
        Picture pixels.
    """
    a_opaque, b_opaque, s_opaque = ((layer & COLOUR) != 0 for layer in (a, b, s))
    a_on_b = a_opaque & ((a >= PRIORITY) | ~b_opaque | (b < PRIORITY))
    planes = np.where(a_on_b, a, np.where(b_opaque, b, np.uint8(state.backdrop)))
    sprite_on_top = s_opaque & ((s >= PRIORITY) | (planes < PRIORITY))
    intensity: Bytes = np.zeros_like(s)

    if state.shadow_highlight:
        colour = s & INDEX
        highlighting = sprite_on_top & (colour == HIGHLIGHT_OPERATOR)
        shadowing = sprite_on_top & (colour == SHADOW_OPERATOR)
        sprite_on_top &= colour < HIGHLIGHT_OPERATOR
        # Normal where a plane has priority, even with a transparent pixel; else shadow.
        shadow = (a | b) < PRIORITY
        lit = sprite_on_top & ((s >= PRIORITY) | ((s & COLOUR) == 14))
        intensity[shadow & ~lit | shadowing] = SHADOW
        intensity[highlighting] = np.where(shadow[highlighting], 0, HIGHLIGHT)
    picture: Bytes = np.where(sprite_on_top, s, planes) & np.uint8(INDEX) | intensity

    if state.debug & 0x1C0:
        nothing = ~(a_opaque | b_opaque | s_opaque)
        picture = debugged(state, picture, nothing, a, b, s)
    return picture


def debugged(state: VDPState, picture: Bytes, nothing: Flags, a: Bytes, b: Bytes, s: Bytes) -> Bytes:
    """Apply the debug register: a forced layer's index is ANDed with the picture's, or replaces it.

    ``nothing`` tells where all layers are transparent: there the forced layer replaces the backdrop.
    """
    layer = (None, s, a, b)[state.debug >> 7 & 3]
    if state.debug & 0x40:  # the layers are disabled
        return np.full_like(picture, state.backdrop) if layer is None else layer & np.uint8(INDEX)
    if layer is None:
        return picture
    forced = layer & INDEX
    result: Bytes = picture & np.uint8(0xFF ^ INDEX) | np.where(nothing, forced, picture & forced)
    return result


def blank(state: VDPState, shape: tuple[int, int]) -> Bytes:
    """Lines with the display off: the backdrop at normal intensity."""
    return np.full(shape, state.backdrop, np.uint8)
