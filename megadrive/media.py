"""Pictures, sound and video in files."""

from __future__ import annotations

import fractions
import importlib
import os
import pathlib
import struct
import wave
import zlib
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from megadrive.saves import write_file

Frame = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]


def missing(module: str, extra: str, what: str) -> RuntimeError:
    """Return the error for an extra that is not installed."""
    return RuntimeError(f"{what} needs {module}, which is not installed: pip install 'megadrive[{extra}]'")


def write_png(path: str | os.PathLike[str], frame: Frame) -> None:
    """Write a frame as a PNG file.

    Parameters
    ----------
    path : path
        The file, which should end in ``.png``.
    frame : uint8 array (height, width, 3)
        RGB, as :attr:`MegaDrive.frame`.

    Raises
    ------
    ValueError
        If `frame` is of another shape or type.
    """
    write_file(path, png(frame))


def png(frame: Frame) -> bytes:
    """Return a frame as the contents of a PNG file.

    Parameters
    ----------
    frame : uint8 array (height, width, 3)
        RGB.

    Raises
    ------
    ValueError
        If `frame` is of another shape or type.
    """
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
        raise ValueError(f"frame is {frame.dtype} of shape {frame.shape}, expected uint8 of shape (height, width, 3)")
    height, width, _ = frame.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # a 0 before each row: it is not filtered
    rows[:, 1:] = frame.reshape(height, 3 * width)
    parts = [b"\x89PNG\r\n\x1a\n"]
    for name, body in (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    ):
        parts += [struct.pack(">I", len(body)), name, body, struct.pack(">I", zlib.crc32(name + body))]
    return b"".join(parts)


class Sink(Protocol):
    """Something that takes a run's frames and sound, a frame at a time."""

    def add(self, frame: Frame, samples: Samples) -> None:
        """Take a frame (height, width, 3) and its sound (n, 2)."""

    def close(self) -> None:
        """Finish the file."""


class _Closing:
    """The with statement for a sink."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        raise NotImplementedError


class WavWriter(_Closing):
    """A WAV file: 16 bits, stereo.

    Parameters
    ----------
    path : path
        The file.
    sample_rate : int
        In Hz.
    """

    def __init__(self, path: str | os.PathLike[str], sample_rate: int) -> None:
        self._file = wave.open(str(path), "wb")
        self._file.setnchannels(2)
        self._file.setsampwidth(2)
        self._file.setframerate(sample_rate)

    def add(self, frame: Frame, samples: Samples) -> None:
        """Append the sound of a frame: int16 (n, 2)."""
        self.write(samples)

    def write(self, samples: Samples) -> None:
        """Append samples: int16 (n, 2)."""
        self._file.writeframes(np.ascontiguousarray(samples, "<i2").tobytes())

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class VideoWriter(_Closing):
    """A video file, by PyAV: H.264 and AAC where they are to be had; 640 pixels wide, two lines for each line.

    Parameters
    ----------
    path : path
        The file; its ending says which container.
    frame_rate : float
        Frames per second.
    sample_rate : int
        Of the sound, in Hz.
    pal : bool
        Whether the console is a 50 Hz one, which shows 240 lines and not 224; less lie in the middle.

    Raises
    ------
    RuntimeError
        If PyAV is not installed.
    ValueError
        If there is no container of that name.
    """

    _WIDTH = 640

    def __init__(self, path: str | os.PathLike[str], frame_rate: float, sample_rate: int, pal: bool) -> None:
        try:
            self._av: Any = importlib.import_module("av")
        except ImportError:
            raise missing("PyAV", "video", "a video file") from None
        self._lines = 240 if pal else 224
        try:
            self._container: Any = self._av.open(str(path), "w")
        except ValueError as error:
            raise ValueError(f"{path}: no video format has this ending, expected .mp4 or .mkv ({error})") from None
        rate = fractions.Fraction(frame_rate).limit_denominator(1_000_000)
        self._time_base = 1 / rate
        self._video: Any = self._container.add_stream(self._codec("libx264", "mpeg4"), rate=rate)
        self._video.width, self._video.height = self._WIDTH, 2 * self._lines
        self._video.pix_fmt = "yuv420p"
        aspect = picture_aspect(320, self._lines, pal)
        self._video.codec_context.sample_aspect_ratio = fractions.Fraction(
            aspect * 2 * self._lines / self._WIDTH
        ).limit_denominator(255)
        self._audio: Any = self._container.add_stream("aac", rate=sample_rate)
        self._audio.layout = "stereo"
        self._sample_rate = sample_rate
        self._frames = 0
        self._samples = 0

    def _codec(self, *names: str) -> str:
        return next(name for name in names if name in self._av.codecs_available)

    def add(self, frame: Frame, samples: Samples) -> None:
        """Append a frame (height, width, 3) and its sound (n, 2)."""
        picture = self._av.VideoFrame.from_ndarray(self._framed(frame), format="rgb24")
        picture = picture.reformat(self._WIDTH, 2 * self._lines, "yuv420p", interpolation="POINT")
        picture.pts, picture.time_base = self._frames, self._time_base
        self._frames += 1
        self._container.mux(self._video.encode(picture))
        if len(samples):
            packed = np.ascontiguousarray(samples, np.int16).reshape(1, -1)
            sound = self._av.AudioFrame.from_ndarray(packed, format="s16", layout="stereo")
            sound.sample_rate = self._sample_rate
            sound.pts, sound.time_base = self._samples, fractions.Fraction(1, self._sample_rate)
            self._samples += len(samples)
            self._container.mux(self._audio.encode(sound))

    def _framed(self, frame: Frame) -> Frame:
        """Put a picture in the middle of as many lines as the video has."""
        height, width, _ = frame.shape
        lines = 2 * self._lines if height > 300 else self._lines
        if height >= lines:
            return np.ascontiguousarray(frame)
        framed = np.zeros((lines, width, 3), np.uint8)
        top = (lines - height) // 2
        framed[top : top + height] = frame
        return framed

    def close(self) -> None:
        """Finish the file."""
        for stream in (self._video, self._audio):
            self._container.mux(stream.encode(None))
        self._container.close()


def picture_aspect(width: int, height: int, pal: bool) -> float:
    """Return the width of a picture divided by its height, as a television shows it.

    Parameters
    ----------
    width, height : int
        Of the frame, in pixels; a height over 300 is that of an interlaced picture.
    pal : bool
        Whether the console is a 50 Hz one.

    Notes
    -----
    A pixel lasts 8 master clocks in the 320 pixel mode, 10 in the 256 pixel mode. It would be square at 12 3/11 MHz
    (NTSC) or 14.75 MHz (PAL) halved, as lines are half of an interlaced picture's (ITU-R BT.601's active picture).

    Examples
    --------
    >>> round(picture_aspect(320, 224, pal=False), 2), round(picture_aspect(256, 224, pal=False), 2)
    (1.31, 1.31)
    """
    pixel_clock = (53.203424e6 if pal else 53.693175e6) / (8 if width > 256 else 10)
    square_clock = (14.75e6 if pal else 135e6 / 11) / 2
    lines = height // 2 if height > 300 else height
    return width / lines * square_clock / pixel_clock


def folder_of(path: str | os.PathLike[str]) -> pathlib.Path:
    """Return the folder that a file is to be written to, which must exist."""
    folder = pathlib.Path(path).absolute().parent
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder} for {pathlib.Path(path).name}")
    return folder
