"""The built-in game, *Night Heron*: its ROM, and a pad player that needs no hands.

The sources are in ``source`` (68000 and Z80 assembly) and ``makers`` (patterns, palettes, sound); ``build.py`` makes
``game.bin`` from them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from megadrive.controllers import Button

if TYPE_CHECKING:
    import pathlib

__all__ = ["RAM", "demo_input", "rom_bytes", "rom_path"]

RAM: dict[str, tuple[int, int]] = {
    "score": (0x8000, 4),
    "best": (0x8004, 4),
    "player_x": (0x8008, 4),
    "player_y": (0x800C, 4),
    "lives": (0x8010, 2),
    "flashes": (0x8012, 2),
    "gun_level": (0x8014, 2),
    "stage": (0x8016, 2),
    "rank": (0x8018, 2),
    "ticks": (0x801A, 2),
    "vblanks": (0x801C, 2),
    "mode": (0x801E, 1),
    "demo": (0x801F, 1),
}
"""Where the game keeps what others may want to know: offset into ``MegaDrive.ram`` and bytes, big-endian.

Scores are BCD, positions 16.16 fixed point; mode is 0 title, 1 flight, 2 game over; demo is not 0 in a demonstration.
"""


def rom_bytes() -> bytes:
    """Return the game's ROM image.

    Returns
    -------
    bytes
        The image, whole 16 KiB long.

    Examples
    --------
    >>> rom_bytes()[0x100:0x10F]
    b'SEGA MEGA DRIVE'
    """
    import importlib.resources

    return importlib.resources.files(__name__).joinpath("game.bin").read_bytes()


def rom_path() -> pathlib.Path:
    """Return the path of the game's ROM file.

    Returns
    -------
    pathlib.Path
        A file on disk; when the package is imported from an archive, a copy of it that lasts as long as the process.

    Examples
    --------
    >>> rom_path().name
    'game.bin'
    """
    import pathlib

    beside = os.path.join(os.path.dirname(__file__), "game.bin")
    if os.path.isfile(beside):
        return pathlib.Path(beside)
    import atexit
    import contextlib
    import importlib.resources

    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    source = importlib.resources.files(__name__).joinpath("game.bin")
    return stack.enter_context(importlib.resources.as_file(source))


def demo_input(frame: int) -> Button:
    """Return the buttons to hold in a frame so that the game starts and is played for a while.

    Parameters
    ----------
    frame
        Frames since power-on, from 0.

    Returns
    -------
    Button
        What the first player holds: Start at first, then flying in waves with the gun on.

    Raises
    ------
    ValueError
        If the frame is negative.

    Examples
    --------
    >>> demo_input(0)
    <Button: 0>
    """
    if frame < 0:
        raise ValueError(f"frame must be 0 or more, not {frame}")
    if frame < 240:
        return Button.START if 200 <= frame < 204 else Button(0)
    held = Button(0)
    if frame % 64 < 60:
        held |= Button.B
    phase = frame // 24 % 8
    held |= (Button.DOWN, Button.DOWN, Button.RIGHT, Button.UP, Button.UP, Button.LEFT, Button.UP, Button.DOWN)[phase]
    if frame % 900 == 700:
        held |= Button.A
    return held
