"""A window to play in: SDL2 by PySDL2, the extra ``megadrive[play]``.

:func:`play` is all that a program needs; ``examples/play.py`` calls it. The parts:

=========== ====================================================================
`app`       the main loop: what a turn of it does, and the commands
`window`    the picture in its right shape, the help page and messages over it
`sound`     queued sound, which also sets the pace
`pads`      keyboard and game controllers
`keys`      which key does what
`font`      letters for the help page
=========== ====================================================================
"""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

from megadrive.media import missing

if TYPE_CHECKING:
    from megadrive.machine import MegaDrive

__all__ = ["NoWindow", "play"]


class NoWindow(RuntimeError):
    """There can be no window here: no display, or PySDL2 is not installed."""


def play(
    rom: str | os.PathLike[str] | None = None,
    *,
    make: Callable[[str | None], MegaDrive] | None = None,
    fullscreen: bool = False,
    scale: int = 3,
    mute: bool = False,
) -> None:
    """Play in a window, until it is closed.

    Parameters
    ----------
    rom : path, optional
        The game; by default the built-in one.
    make : callable, optional
        Makes a machine from a ROM's path, or from None with the built-in game; by default ``MegaDrive(rom)``.
    fullscreen : bool
        Whether to start on the whole screen.
    scale : int
        Lines of the window per line of the picture, 1 to 16.
    mute : bool
        Whether to start without sound.

    Raises
    ------
    NoWindow
        If there is no display, or PySDL2 is not installed.
    RomError
        If the game is not a usable ROM.
    """
    if not 1 <= scale <= 16:
        raise ValueError(f"scale is {scale}, expected 1 to 16")
    need_sdl()
    from megadrive.frontend.app import App

    with App(make or _make, None if rom is None else os.fspath(rom), fullscreen, scale, mute) as app:
        app.run()


def need_sdl() -> None:
    """Import PySDL2, or raise NoWindow with the name of the extra that brings it."""
    try:
        with warnings.catch_warnings():  # it warns of the libraries that it uses
            warnings.simplefilter("ignore")
            importlib.import_module("sdl2")
    except ImportError:
        raise NoWindow(str(missing("PySDL2", "play", "a window"))) from None


def _make(rom: str | None) -> MegaDrive:
    import megadrive

    return megadrive.MegaDrive(megadrive.builtin_rom() if rom is None else rom)
