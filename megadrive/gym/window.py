"""A window that shows an environment's frames at the console's pace."""

from __future__ import annotations

import ctypes
import sys
import time
from typing import Any

import numpy as np
import numpy.typing as npt

from megadrive.frontend import NoWindow, need_sdl

_ASPECT = 4 / 3


class EnvWindow:
    """A window on a game.

    Parameters
    ----------
    title : str
        Its title.
    rate : float
        Frames that are shown in a second.

    Notes
    -----
    Where there can be no window, a message says so, and the environment runs on unseen: a program that shows what
    it does can be run on a computer without a display.
    """

    def __init__(self, title: str, rate: float) -> None:
        self._window: Any = None
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
        self._window.show(frame, _ASPECT, [], "")

    def close(self) -> None:
        """Close the window."""
        if self._window is not None:
            self._window.close()
            self._window = None


def _open(title: str, rate: float) -> Any:
    need_sdl()
    from megadrive.frontend.window import Window

    return Window(title, 3, False, rate)
