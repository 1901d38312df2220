"""The window: the picture in its right shape, the help page and messages over it."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import sdl2

from megadrive.frontend import NoWindow, font

_MOST_WIDTH, _MOST_HEIGHT = 320, 480
_LINES = 240


class Area(NamedTuple):
    """A rectangle in the window, in its pixels."""

    x: int
    y: int
    width: int
    height: int


def fit(window: tuple[int, int], lines: int, aspect: float, integer: bool) -> Area:
    """Return where the picture goes: as large as can be, in its shape, in the middle.

    Parameters
    ----------
    window : (int, int)
        Width and height of the window in pixels.
    lines : int
        Lines of the picture.
    aspect : float
        Width of the picture by its height.
    integer : bool
        Whether each line is to become the same whole number of lines, if the window is large enough.
    """
    width, height = window
    tall = min(float(height), width / aspect)
    if integer and tall >= lines:
        tall = tall // lines * lines
    wide = min(width, max(1, round(tall * aspect)))
    high = min(height, max(1, round(tall)))
    return Area((width - wide) // 2, (height - high) // 2, wide, high)


class Window:
    """A window with a picture.

    Parameters
    ----------
    title : str
        Its title.
    scale : int
        Lines of the window per line of the picture, at first.
    fullscreen : bool
        Whether to start on the whole screen.
    frame_rate : float
        Of the game: the screen's refresh is waited for if it is not slower.

    Raises
    ------
    NoWindow
        If there is no display.
    """

    def __init__(self, title: str, scale: int, fullscreen: bool, frame_rate: float) -> None:
        _look_for_display()
        if sdl2.SDL_InitSubSystem(sdl2.SDL_INIT_VIDEO) != 0:
            raise NoWindow(f"there is no display for a window ({_error()})")
        sdl2.SDL_SetHint(sdl2.SDL_HINT_RENDER_SCALE_QUALITY, b"nearest")
        self.integer = True
        self.fullscreen = False
        self._window: Any = sdl2.SDL_CreateWindow(
            title.encode(),
            sdl2.SDL_WINDOWPOS_CENTERED,
            sdl2.SDL_WINDOWPOS_CENTERED,
            _LINES * scale * 4 // 3,
            _LINES * scale,
            sdl2.SDL_WINDOW_RESIZABLE | sdl2.SDL_WINDOW_ALLOW_HIGHDPI,
        )
        if not self._window:
            raise NoWindow(f"the window cannot be opened ({_error()})")
        self._renderer: Any = self._make_renderer(frame_rate)
        self._picture = self._texture(sdl2.SDL_PIXELFORMAT_RGB24, _MOST_WIDTH, _MOST_HEIGHT)
        self._texts: dict[tuple[str, ...], tuple[Any, int, int]] = {}
        sdl2.SDL_EventState(sdl2.SDL_DROPFILE, sdl2.SDL_ENABLE)
        if fullscreen:
            self.toggle_fullscreen()

    def _make_renderer(self, frame_rate: float) -> Any:
        mode = sdl2.SDL_DisplayMode()
        index = sdl2.SDL_GetWindowDisplayIndex(self._window)
        known = sdl2.SDL_GetCurrentDisplayMode(max(index, 0), ctypes.byref(mode)) == 0
        refresh = sdl2.SDL_RENDERER_PRESENTVSYNC if known and mode.refresh_rate >= frame_rate - 1 else 0
        for flags in (refresh, 0, sdl2.SDL_RENDERER_SOFTWARE):
            renderer = sdl2.SDL_CreateRenderer(self._window, -1, flags)
            if renderer:
                return renderer
        raise NoWindow(f"nothing can be drawn in the window ({_error()})")

    def _texture(self, pixels: int, width: int, height: int) -> Any:
        texture = sdl2.SDL_CreateTexture(self._renderer, pixels, sdl2.SDL_TEXTUREACCESS_STREAMING, width, height)
        if not texture:
            raise NoWindow(f"nothing can be drawn in the window ({_error()})")
        return texture

    def set_title(self, title: str) -> None:
        """Change the title."""
        sdl2.SDL_SetWindowTitle(self._window, title.encode())

    def toggle_fullscreen(self) -> None:
        """Go to the whole screen, or back."""
        self.fullscreen = not self.fullscreen
        flags = sdl2.SDL_WINDOW_FULLSCREEN_DESKTOP if self.fullscreen else 0
        sdl2.SDL_SetWindowFullscreen(self._window, flags)
        sdl2.SDL_ShowCursor(sdl2.SDL_DISABLE if self.fullscreen else sdl2.SDL_ENABLE)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        width, height = ctypes.c_int(), ctypes.c_int()
        sdl2.SDL_GetRendererOutputSize(self._renderer, ctypes.byref(width), ctypes.byref(height))
        return max(width.value, 1), max(height.value, 1)

    def show(self, frame: npt.NDArray[np.uint8], aspect: float, page: list[str], message: str) -> None:
        """Draw everything.

        Parameters
        ----------
        frame : uint8 array (height, width, 3)
            The picture; its rows may be apart.
        aspect : float
            Its width by its height as shown.
        page : list of str
            Lines of a page in the middle; none if empty.
        message : str
            A line at the bottom; none if empty.
        """
        height, width, _ = frame.shape
        source = sdl2.SDL_Rect(0, 0, width, height)
        sdl2.SDL_UpdateTexture(self._picture, source, frame.ctypes.data, frame.strides[0])
        lines = height // 2 if height > 300 else height
        area = sdl2.SDL_Rect(*fit(self.size, lines, aspect, self.integer))
        sdl2.SDL_SetRenderDrawColor(self._renderer, 0, 0, 0, 255)
        sdl2.SDL_RenderClear(self._renderer)
        sdl2.SDL_RenderCopy(self._renderer, self._picture, source, area)
        wide, high = self.size
        if page:
            self._text(tuple(page), lambda w, h: ((wide - w) // 2, (high - h) // 2))
        if message:
            self._text((message,), lambda w, h: (8, high - h - 8))
        sdl2.SDL_RenderPresent(self._renderer)

    def _text(self, lines: tuple[str, ...], place: Any) -> None:
        if lines not in self._texts:
            if len(self._texts) >= 8:
                sdl2.SDL_DestroyTexture(self._texts.pop(next(iter(self._texts)))[0])
            picture = font.draw(list(lines))
            texture = self._texture(sdl2.SDL_PIXELFORMAT_RGBA32, picture.shape[1], picture.shape[0])
            sdl2.SDL_SetTextureBlendMode(texture, sdl2.SDL_BLENDMODE_BLEND)
            sdl2.SDL_UpdateTexture(texture, None, picture.ctypes.data, picture.strides[0])
            self._texts[lines] = texture, picture.shape[1], picture.shape[0]
        texture, width, height = self._texts[lines]
        wide, high = self.size
        scale = max(1, min(high // max(_LINES, height), wide // width))
        x, y = place(width * scale, height * scale)
        sdl2.SDL_RenderCopy(self._renderer, texture, None, sdl2.SDL_Rect(x, y, width * scale, height * scale))

    def pixels(self) -> npt.NDArray[np.uint8]:
        """Return what the window shows, if the renderer still has it: uint8 (height, width, 3)."""
        width, height = self.size
        pixels = np.zeros((height, width, 3), np.uint8)
        sdl2.SDL_RenderReadPixels(
            self._renderer, None, sdl2.SDL_PIXELFORMAT_RGB24, pixels.ctypes.data, pixels.strides[0]
        )
        return pixels

    def close(self) -> None:
        """Close the window."""
        for texture, _, _ in self._texts.values():
            sdl2.SDL_DestroyTexture(texture)
        self._texts.clear()
        sdl2.SDL_DestroyTexture(self._picture)
        sdl2.SDL_DestroyRenderer(self._renderer)
        sdl2.SDL_DestroyWindow(self._window)


def _look_for_display() -> None:
    """Raise NoWindow where SDL would draw into the void, or complain in its own words."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in names):
        raise NoWindow("there is no display for a window (neither DISPLAY nor WAYLAND_DISPLAY is set)")


def _error() -> str:
    return str(sdl2.SDL_GetError().decode(errors="replace")) or "SDL does not say why"
