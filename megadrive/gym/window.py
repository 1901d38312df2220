"""A window that shows an environment's frames at the console's pace."""

from __future__ import annotations

import ctypes
import time

import numpy as np
import numpy.typing as npt

_ASPECT = 4 / 3


class EnvWindow:
    """A window on a game.

    Parameters
    ----------
    title : str
        Its title.
    rate : float
        Frames that are shown in a second.

    Raises
    ------
    megadrive.frontend.NoWindow
        If there is no display, or PySDL2 is not installed.
    """

    def __init__(self, title: str, rate: float) -> None:
        from megadrive.frontend import NoWindow

        try:
            import sdl2

            from megadrive.frontend.window import Window
        except ImportError:
            raise NoWindow("render_mode 'human' needs PySDL2: pip install 'megadrive[play]'") from None
        self._sdl2 = sdl2
        self._window: Window | None = Window(title, 3, False, rate)
        self._period = 1 / rate
        self._next = time.perf_counter()

    def show(self, frame: npt.NDArray[np.uint8]) -> None:
        """Show a frame when its time has come; nothing happens once the window has been closed."""
        if self._window is None:
            return
        event = self._sdl2.SDL_Event()
        while self._sdl2.SDL_PollEvent(ctypes.byref(event)):
            if event.type == self._sdl2.SDL_QUIT:
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
