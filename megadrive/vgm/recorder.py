"""Recording the sound of a running console: :class:`Recorder`."""

from __future__ import annotations

import os
import pathlib
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from megadrive._core import ffi
from megadrive.saves import write_file
from megadrive.vgm.file import Tags
from megadrive.vgm.recording import Recording, compose_recording

Entries = npt.NDArray[np.uint64]

SYSTEM = "Sega Mega Drive / Genesis"


class Recorder:
    """A recording in progress, as :meth:`megadrive.MegaDrive.record_vgm` starts it.

    Parameters
    ----------
    md
        The cffi ``megadrive *``, between two frames.
    path : path, optional
        The file that :meth:`stop` writes.
    tags : Tags, optional
        Titles.

    Examples
    --------
    >>> import megadrive
    >>> md = megadrive.MegaDrive(megadrive.builtin_rom())
    >>> recorder = md.record_vgm()
    >>> md.run_frames(60)
    >>> data = recorder.stop()
    >>> data[:4], round(recorder.seconds)
    (b'Vgm ', 1)
    """

    def __init__(self, md: Any, path: str | os.PathLike[str] | None = None, tags: Tags | None = None) -> None:
        self.path = None if path is None else pathlib.Path(path)
        if self.path is not None and not self.path.absolute().parent.is_dir():
            raise FileNotFoundError(f"there is no folder {self.path.absolute().parent} for {self.path.name}")
        self.tags = tags
        self._md: Any = md
        self._entries: list[Entries] = []
        self._data: bytes | None = None
        self._recording: Recording | None = None
        state = md.state
        self._start = int(state.clock)
        self._before: dict[str, Any] = {
            "fm_clock": int(state.fm_clock),
            "psg_clock": int(state.psg_clock),
            "ym2612": bytes(ffi.buffer(ffi.addressof(state, "ym2612"))),
            "psg": bytes(ffi.buffer(ffi.addressof(state, "psg"))),
            "audio": bytes(ffi.buffer(ffi.addressof(md, "audio"))),
            "fm_ahead": _ahead(md.fm, md.fm_count, 2),
            "psg_ahead": _ahead(md.psg, md.psg_count, 1)[:, 0],
        }
        self._log: Any = ffi.new("md_sound_log *")
        self._log.start = self._log.fm_clock = self._log.psg_clock = self._start
        md.sound_log = self._log

    def take(self) -> None:
        """Empty the core's log: between two frames, after each of them."""
        log = self._log
        if log.lost:
            raise RuntimeError(f"{log.lost} writes to the sound chips did not fit into the log of one frame")
        if log.count:
            size = 8 * log.count
            self._entries.append(np.frombuffer(bytes(ffi.buffer(log.entry, size)), np.uint64))
            log.count = 0

    def stop(self) -> bytes:
        """End the recording, write the file if there is a path, and return its contents.

        Once stopped, it returns the same again.

        Returns
        -------
        bytes
            A VGM file; VGZ if the path ends in ``.vgz`` or ``.gz``.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        if self._data is None:
            self._recording = self._finish()
            packed = self.path is not None and self.path.suffix.lower() in (".vgz", ".gz")
            self._data = compose_recording(self._recording, self.tags, packed)
            if self.path is not None:
                write_file(self.path, self._data)
        return self._data

    def _finish(self) -> Recording:
        self.take()
        md = self._md
        md.sound_log = ffi.NULL
        self._log = self._md = None
        entries = np.concatenate([*self._entries, np.zeros(0, np.uint64)])
        self._entries = []
        # each chip's entries rise, but a CPU may be ahead of the other by an instruction
        entries = entries[np.argsort(entries >> np.uint64(16), kind="stable")]
        clock = self._start + (entries >> np.uint64(16)).astype(np.int64)
        return Recording(
            start=self._start,
            end=int(max(md.state.clock, clock[-1] if len(clock) else 0)),
            clock=clock,
            port=(entries >> np.uint64(8) & np.uint64(0xFF)).astype(np.uint8),
            value=(entries & np.uint64(0xFF)).astype(np.uint8),
            pal=bool(md.pal),
            **self._before,
        )

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self._md is not None

    @property
    def recording(self) -> Recording | None:
        """What was recorded; None until :meth:`stop`."""
        return self._recording

    @property
    def seconds(self) -> float:
        """Length up to now."""
        if self._recording is not None:
            return (self._recording.end - self._start) / self._recording.master_clock
        return float(self._md.state.clock - self._start) / int(self._md.audio_table.master_clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Recorder {'running' if self.running else 'stopped'}, {self.seconds:.1f} s>"


def _ahead(samples: Any, count: int, width: int) -> npt.NDArray[np.int16]:
    """Return a copy of samples that wait in the core's buffer: int16 (count, width)."""
    data = bytes(ffi.buffer(samples, 2 * width * count))
    return np.frombuffer(data, np.int16).reshape(-1, width).copy()
