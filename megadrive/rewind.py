"""The past of a machine, to go back to."""

from __future__ import annotations

import zlib
from collections import deque

import numpy as np
import numpy.typing as npt

_WORD = np.dtype(np.uint64)  # what is compared at a time; a difference has one byte of mask for each


class Rewind:
    """Save states, the last of which comes back first.

    Only the last is kept whole; of each other, the bytes in which it differs from the one after it, compressed. Ten
    minutes of a game, a state for each frame, take 15 to 45 MB.

    Parameters
    ----------
    limit : int
        Bytes of memory to use, about; the oldest states are forgotten.

    Examples
    --------
    >>> import megadrive
    >>> md = megadrive.MegaDrive(megadrive.builtin_rom())
    >>> past = megadrive.Rewind()
    >>> for _ in range(3):
    ...     past.push(md.save_state())
    ...     md.run_frame()
    >>> md.load_state(past.pop())
    >>> md.frame_count, len(past)
    (2, 2)
    """

    def __init__(self, limit: int = 96 << 20) -> None:
        self._limit = limit
        self._last: npt.NDArray[np.uint64] | None = None
        self._length = 0
        self._differences: deque[bytes] = deque()
        self._size = 0

    def __len__(self) -> int:
        return len(self._differences) + (self._last is not None)

    @property
    def nbytes(self) -> int:
        """Bytes that the remembered states take."""
        return self._size + (0 if self._last is None else self._last.nbytes)

    def clear(self) -> None:
        """Forget everything."""
        self._last = None
        self._differences.clear()
        self._size = 0

    def push(self, state: bytes) -> None:
        """Remember a state.

        Parameters
        ----------
        state : bytes
            What :meth:`MegaDrive.save_state` returned. One of another length, that is of another machine, makes the
            past begin anew.
        """
        if self._length != len(state):
            self.clear()
            self._length = len(state)
        new = np.frombuffer(state + bytes(-len(state) % _WORD.itemsize), _WORD)
        if self._last is not None:
            difference = _pack(self._last ^ new)
            self._differences.append(difference)
            self._size += len(difference)
        self._last = new
        while self._differences and self.nbytes > self._limit:
            self._size -= len(self._differences.popleft())

    def pop(self) -> bytes | None:
        """Return the last state and forget it; None if there is none."""
        if self._last is None:
            return None
        state = self._last
        if self._differences:
            difference = self._differences.pop()
            self._size -= len(difference)
            self._last = state ^ _unpack(difference, len(state))
        else:
            self._last = None
        return state.tobytes()[: self._length]


def _pack(difference: npt.NDArray[np.uint64]) -> bytes:
    """Return the words that are not zero: their distances, masks of the bytes that are not zero, and those bytes."""
    changed = np.flatnonzero(difference)
    values = difference[changed].view(np.uint8)
    mask = values != 0
    distances = np.diff(changed, prepend=0).astype(np.uint32)
    parts = (np.array([len(changed)], np.uint32), distances, np.packbits(mask), values[mask])
    return zlib.compress(b"".join(part.tobytes() for part in parts), 1)


def _unpack(packed: bytes, words: int) -> npt.NDArray[np.uint64]:
    data = zlib.decompress(packed)
    count = int(np.frombuffer(data, np.uint32, 1)[0])
    distances = np.frombuffer(data, np.uint32, count, 4)
    mask = np.unpackbits(np.frombuffer(data, np.uint8, count, 4 + 4 * count)).view(bool)
    values = np.zeros(count * _WORD.itemsize, np.uint8)
    values[mask] = np.frombuffer(data, np.uint8, offset=4 + 5 * count)
    difference = np.zeros(words, _WORD)
    difference[np.cumsum(distances, dtype=np.int64)] = values.view(_WORD)
    return difference
