"""The past of a game, to go back to."""

from __future__ import annotations

import zlib
from collections import deque

import numpy as np
import numpy.typing as npt


class Rewind:
    """Save states, the last of which comes back first.

    Only the last is kept whole; of each other, what differs from the one after it, compressed.

    Parameters
    ----------
    limit : int
        Bytes of memory to use, about; the oldest states are forgotten.

    Examples
    --------
    >>> past = Rewind()
    >>> past.push(b"first"), past.push(b"other")
    (None, None)
    >>> past.pop(), past.pop(), past.pop()
    (b'other', b'first', None)
    """

    def __init__(self, limit: int = 96 << 20) -> None:
        self._limit = limit
        self._last: npt.NDArray[np.uint8] | None = None
        self._differences: deque[bytes] = deque()
        self._size = 0

    def __len__(self) -> int:
        return len(self._differences) + (self._last is not None)

    def clear(self) -> None:
        """Forget everything."""
        self._last = None
        self._differences.clear()
        self._size = 0

    def push(self, state: bytes) -> None:
        """Remember a state."""
        new = np.frombuffer(state, np.uint8)
        if self._last is not None and len(self._last) != len(new):
            self.clear()
        if self._last is not None:
            difference = zlib.compress((self._last ^ new).tobytes(), 1)
            self._differences.append(difference)
            self._size += len(difference)
            while self._size > self._limit:
                self._size -= len(self._differences.popleft())
        self._last = new

    def pop(self) -> bytes | None:
        """Return the last state and forget it; None if there is none."""
        if self._last is None:
            return None
        state = self._last
        if self._differences:
            difference = self._differences.pop()
            self._size -= len(difference)
            self._last = state ^ np.frombuffer(zlib.decompress(difference), np.uint8)
        else:
            self._last = None
        return state.tobytes()
