"""Pictures as observations: size, crop, grey, smaller by a whole factor."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

Frame = npt.NDArray[np.uint8]


@dataclasses.dataclass(frozen=True)
class Picture:
    """What is made of a frame.

    Parameters
    ----------
    size : (int, int)
        Height and width to which every frame is brought first. One that is smaller stands in the middle, with black
        around it; of one that is larger, the middle is seen. Where the difference is odd, one more is above or left.
    crop : (int, int, int, int), optional
        Top, left, height and width of the part that is seen.
    grey : bool
        Whether R, G and B become one brightness, (77 R + 150 G + 29 B + 128) / 256.
    scale : int
        So many rows by so many columns become their mean. What is left over at the right and at the bottom is cut off.

    Raises
    ------
    ValueError
        If the crop does not lie inside the size, or nothing is left.

    Examples
    --------
    >>> picture = Picture((224, 320), crop=(0, 0, 224, 320), grey=True, scale=4)
    >>> picture.shape
    (56, 80)
    """

    size: tuple[int, int]
    crop: tuple[int, int, int, int] | None = None
    grey: bool = False
    scale: int = 1

    def __post_init__(self) -> None:
        if self.crop is not None:
            top, left, height, width = self.crop
            if min(top, left) < 0 or top + height > self.size[0] or left + width > self.size[1]:
                raise ValueError(f"crop is {self.crop}, expected top, left, height and width inside {self.size}")
        if isinstance(self.scale, bool) or not isinstance(self.scale, int) or self.scale < 1:
            raise ValueError(f"scale is {self.scale!r}, expected a whole number, 1 or more")
        if min(self.shape[:2]) < 1:
            raise ValueError(f"nothing is left of the picture: {self}")

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of what is made: (height, width, 3), or (height, width) of grey."""
        height, width = self.size if self.crop is None else self.crop[2:]
        pixels = height // self.scale, width // self.scale
        return pixels if self.grey else (*pixels, 3)

    def make(self, frame: Frame) -> Frame:
        """Return a new array made of a frame.

        Parameters
        ----------
        frame : uint8 array (height, width, 3)
            As :attr:`megadrive.MegaDrive.frame`.
        """
        if frame.shape[:2] != self.size:
            frame = _fitted(frame, *self.size)
        if self.crop is not None:
            top, left, height, width = self.crop
            frame = frame[top : top + height, left : left + width]
        if self.grey:
            frame = _brightness(frame)
        if self.scale > 1:
            return _mean(frame, self.scale)
        return frame if self.grey else np.array(frame)


def _fitted(frame: Frame, height: int, width: int) -> Frame:
    fitted = np.zeros((height, width, 3), np.uint8)
    rows, row = _overlap(frame.shape[0], height)
    columns, column = _overlap(frame.shape[1], width)
    part = frame[rows, columns]
    fitted[row : row + part.shape[0], column : column + part.shape[1]] = part
    return fitted


def _overlap(have: int, want: int) -> tuple[slice, int]:
    """Return which part of a line of `have` is seen in one of `want`, and where it begins there."""
    if have <= want:
        return slice(0, have), (want - have + 1) // 2
    first = (have - want + 1) // 2
    return slice(first, first + want), 0


def _brightness(frame: Frame) -> Frame:
    total = frame[..., 0] * np.uint16(77)
    total += frame[..., 1] * np.uint16(150)
    total += frame[..., 2] * np.uint16(29)
    total += np.uint16(128)
    return (total >> 8).astype(np.uint8)


def _mean(frame: Frame, scale: int) -> Frame:
    height, width = frame.shape[0] // scale, frame.shape[1] // scale
    blocks = frame[: height * scale, : width * scale]
    rows = blocks[::scale].astype(np.uint32)
    for i in range(1, scale):
        rows += blocks[i::scale]
    total = rows[:, ::scale].copy()
    for i in range(1, scale):
        total += rows[:, i::scale]
    means: Frame = ((total + scale * scale // 2) // (scale * scale)).astype(np.uint8)
    return means
