"""Running the frames of a step: one machine as a group of one, with the group's pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from megadrive._core import ffi, lib
from megadrive.machine import MegaDrive

_MOST_SIZE = (240, 320)
_BYTES = ffi.typeof("uint8_t[]")


class Runner:
    """What runs the frames of a machine and makes an observation of the last picture, in C.

    Parameters
    ----------
    md : MegaDrive
        The machine.
    size : (int, int)
        Height and width on which pictures are centred.
    crop : (int, int, int, int)
        Top, left, height and width of the part that is wanted.
    grey : bool
        Brightness instead of R, G and B.
    scale : int
        How many rows by how many columns become one value, their mean.
    max_pool : bool
        Whether values are the greater ones of the last two frames.
    players : int
        For how many players buttons are given.
    offsets : int64 array (m,)
        Bytes of work RAM that are wanted after each frame.
    watched : bool
        Whether after each frame of a run, or only after its last.
    most : int
        Most frames of a run.

    Attributes
    ----------
    shape : tuple of int
        Of an observation.
    scratch : uint8 array
        Room for an observation that nobody wants.
    watched : bool
        Whether :meth:`values` has a row for each frame.
    rows : cffi buffer
        All rows, one behind the other; its slices are bytes.
    """

    def __init__(
        self,
        md: MegaDrive,
        size: tuple[int, int],
        crop: tuple[int, int, int, int],
        grey: bool,
        scale: int,
        max_pool: bool,
        players: int,
        offsets: npt.NDArray[np.int64],
        watched: bool,
        most: int,
    ) -> None:
        _check(size, crop, scale)
        self._machine = md
        self._use = md._use
        rows, columns = crop[2] // scale, crop[3] // scale
        self.shape: tuple[int, ...] = (rows, columns) if grey else (rows, columns, 3)
        self.scratch = np.empty(self.shape, np.uint8)

        self._group = group = ffi.new("md_group *")
        group.machines = ffi.cast("uint8_t *", md._md)
        group.count = 1
        picture = group.picture
        picture.height, picture.width = size
        picture.top, picture.left = crop[:2]
        picture.part_height, picture.part_width = rows * scale, columns * scale
        picture.scale, picture.stack = scale, 1
        picture.grey, picture.pool = grey, max_pool
        self._next, self._empty = ffi.new("uint16_t[1]"), ffi.new("uint8_t[1]", [1])
        group.history_next, group.history_empty = self._next, self._empty
        self._pool: Any = ffi.gc(lib.md_pool_new(1), lib.md_pool_free)
        self._buttons = ffi.new("uint16_t[]", most * players)
        self._result = ffi.new("int64_t[1]")
        self._step = step = ffi.new("md_group_step *")
        step.buttons, step.result = self._buttons, self._result
        step.players = players
        self.watched = watched and most > 1 and len(offsets) > 0
        step.watched = self.watched
        self._players = players
        self._offsets = ffi.new("uint16_t[]", offsets.tolist())
        self._width = len(offsets)
        self._values = ffi.new("uint8_t[]", max(most * self._width, 1))
        self.rows = ffi.buffer(self._values)
        self._last_buttons: tuple[int, ...] = ()
        self._last_frames = 0
        group.addresses, group.address_count = self._offsets, self._width
        step.values = self._values if self._width else ffi.NULL

    def values(self, row: int) -> memoryview:
        """Return where the wanted bytes stand: a row for each frame of the last run, or row 0 alone."""
        return memoryview(self.rows)[row * self._width : (row + 1) * self._width]

    def run(self, buttons: tuple[int, ...], frames: int, picture: npt.NDArray[np.uint8] | None) -> None:
        """Run frames.

        Parameters
        ----------
        buttons : tuple of int
            What is held, of each player; or that for each frame.
        frames : int
            How many frames.
        picture : uint8 array, optional
            Where the observation goes, of :attr:`shape` and contiguous; without, nothing is drawn.

        Raises
        ------
        RuntimeError
            If another thread uses the machine, or something in it needs Python in every frame.
        """
        step = self._step
        if buttons != self._last_buttons or frames != self._last_frames:
            self._buttons[0 : len(buttons)] = buttons
            step.frames = frames
            step.changing = len(buttons) > self._players
            self._last_buttons, self._last_frames = buttons, frames
        step.pictures = ffi.NULL if picture is None else ffi.from_buffer(_BYTES, picture)
        with self._use:
            busy = lib.md_group_run(self._pool, self._group, step)
        if busy >= 0:
            raise RuntimeError("an environment's machine can have no chips in Python, and no VGM recording going on")
        if self._result[0] < 0:
            raise ValueError("the YM2612's state was written with values that the chip cannot have")


def _check(size: tuple[int, int], crop: tuple[int, int, int, int], scale: int) -> None:
    numbers = (*size, *crop, scale)
    if len(numbers) != 7 or any(isinstance(n, bool) or not isinstance(n, int) for n in numbers):
        raise ValueError(f"size {size!r}, crop {crop!r} and scale {scale!r} must be 2, 4 and 1 whole numbers")
    if not (1 <= size[0] <= _MOST_SIZE[0] and 1 <= size[1] <= _MOST_SIZE[1]):
        raise ValueError(f"size is {size}, expected a height and width of at most {_MOST_SIZE}")
    top, left, height, width = crop
    if min(top, left) < 0 or top + height > size[0] or left + width > size[1]:
        raise ValueError(f"crop is {crop}, expected top, left, height and width inside {size}")
    if not 1 <= scale <= 16 or min(height, width) < scale:
        raise ValueError(
            f"scale is {scale}, expected 1 to 16, and at most the part's {height} rows and {width} columns"
        )
