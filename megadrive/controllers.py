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
    """What is plugged into a controller port.

    Light guns see the beam of the television pass the pixel that :meth:`MegaDrive.set_aim` names. Games expect the
    Menacer and the Justifier on the second port. Buttons:

    =============  ========================================================================
    MENACER        A is the trigger; B, C and START
    JUSTIFIER      A is the trigger; START. The first (blue) gun only
    LIGHT_PHASER   A is the trigger. The Master System's
    =============  ========================================================================
    """

    NONE = 0
    THREE_BUTTON = 1
    SIX_BUTTON = 2
    MENACER = 3
    JUSTIFIER = 4
    LIGHT_PHASER = 5
