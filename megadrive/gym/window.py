"""A window that shows an environment's frames at the console's pace."""

from __future__ import annotations

import ctypes
import sys
import time
from typing import Any

import numpy as np
import numpy.typing as npt

from megadrive.frontend import NoWindow, need_sdl
from megadrive.media import picture_aspect


class EnvWindow:
    """A window on a game.

    Parameters
    ----------
    title : str
        Its title.
    rate : float
        Frames that are shown in a second.
    pal : bool
        Whether the console is a 50 Hz one.

    Notes
    -----
    Where there can be no window, a message says so, and the environment runs on unseen: a program that shows what
    it does can be run on a computer without a display.
    """

    def __init__(self, title: str, rate: float, pal: bool) -> None:
        self._window: Any = None
        self._pal = pal
        try:
            self._window = _open(title, rate)
        except NoWindow as reason:
            print(f"{title} is not shown: {reason}", file=sys.stderr)
        self._period = 1 / rate
        self._next = time.perf_counter()

    def show(self, frame: npt.NDArray[np.uint8]) -> None:
        """Show a frame when its time has come; nothing happens once the window has been closed."""
        if self._window is None:
            return
        import sdl2

        event = sdl2.SDL_Event()
        while sdl2.SDL_PollEvent(ctypes.byref(event)):
            if event.type == sdl2.SDL_QUIT:
                self.close()
                return
        now = time.perf_counter()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(self._next, now - self._period) + self._period
        height, width, _ = frame.shape
        if height:  # before the first frame there is nothing
            self._window.show(frame, picture_aspect(width, height, self._pal), [], "")

    def close(self) -> None:
        """Close the window."""
        if self._window is not None:
            self._window.close()
            self._window = None


def _open(title: str, rate: float) -> Any:
    need_sdl()
    from megadrive.frontend.window import Window

    return Window(title, 3, False, rate)
