"""The built-in game, *Night Heron*: its ROM, and a pad player that needs no hands.

The sources are in ``source`` (68000 and Z80 assembly) and ``makers`` (patterns, palettes, sound); ``build.py`` makes
``game.bin`` from them.
"""

from __future__ import annotations

import importlib.resources
import pathlib

from megadrive.controllers import Button

__all__ = ["demo_input", "rom_bytes", "rom_path"]


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
    source = importlib.resources.files(__name__).joinpath("game.bin")
    if isinstance(source, pathlib.Path):
        return source
    import atexit
    import contextlib

    stack = contextlib.ExitStack()
    atexit.register(stack.close)
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
