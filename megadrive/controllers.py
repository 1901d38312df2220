"""Buttons and pads."""

import enum


class Button(enum.IntFlag):
    """Buttons of a pad; held buttons are combined with ``|``.

    X, Y, Z and MODE exist on the 6-button pad only.

    Examples
    --------
    >>> held = Button.A | Button.RIGHT
    >>> Button.A in held
    True
    >>> Button["START"]
    <Button.START: 128>
    """

    UP = 1
    DOWN = 2
    LEFT = 4
    RIGHT = 8
    B = 16
    C = 32
    A = 64
    START = 128
    Z = 256
    Y = 512
    X = 1024
    MODE = 2048


class Pad(enum.IntEnum):
    """What is plugged into a controller port."""

    NONE = 0
    THREE_BUTTON = 1
    SIX_BUTTON = 2
