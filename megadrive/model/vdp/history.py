"""What registers, VSRAM and VRAM held at each moment since the planes were last fetched.

Times are mclk since the V step into line 0.  What changes at a time counts for what is fetched then.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .state import Ints, Longs, VDPState, expand

_SIZE = 24 + 80


class Registers:
    """Registers and VSRAM before each change, and now."""

    def __init__(self, state: VDPState) -> None:
        self.state = state
        self._times: list[int] = []
        self._contents: list[bytes] = []
        self._at: Ints = np.zeros(0, np.intp)
        self._table = np.zeros((1, 24), np.uint8)
        self.vsram: npt.NDArray[np.uint16] = np.zeros((1, 40), np.uint16)

    def note(self, time: int) -> None:
        """Note that something is about to change."""
        self._times.append(time)
        self._contents.append(self._now())

    def clear(self) -> None:
        """Forget all changes."""
        if self._times:
            self._times, self._contents = [], []

    def _now(self) -> bytes:
        now: bytes = self.state.r.tobytes() + self.state.vsram_bytes.tobytes()
        return now

    def close(self) -> None:
        """Take what has been noted as arrays, for the other methods."""
        contents = np.frombuffer(b"".join([*self._contents, self._now()]), np.uint8).reshape(-1, _SIZE)
        self._at = np.array(self._times, np.intp)
        self._table = contents[:, :24].astype(np.intp)
        self.vsram = contents[:, 24:].copy().view(">u2").astype(np.uint16)

    def moment(self, at: Ints) -> Ints:
        """Return the number of the contents that count at each time; without changes, with an axis for planes only."""
        if not len(self._at):
            return np.zeros((len(at), 1, 1) if at.ndim == 3 else (1,) * at.ndim, np.intp)
        return np.searchsorted(self._at, at, "right")

    def take(self, number: int, then: Ints, mask: int = 0xFF, shift: int = 0) -> Ints:
        """Return bits of a register in contents ``then``, shifted to the left."""
        values: Ints = (self._table[:, number] & mask) << shift
        return values.take(then)

    def any(self, number: int, mask: int = 0xFF) -> bool:
        """Tell whether any of these bits of a register was ever 1."""
        return bool((self._table[:, number] & mask).any())


class VideoMemory:
    """VRAM as longs, each as it was at the time of its fetch."""

    def __init__(self, state: VDPState) -> None:
        self.state = state
        self._noted: list[tuple[int, int, int]] = []  # long, time, what it held before
        self._sorted = 0  # how many of them are in the arrays
        self._dirty = np.zeros(16384, np.bool_)
        self._keys: Ints = np.zeros(0, np.intp)
        self._before: npt.NDArray[np.uint32] = np.zeros(0, np.uint32)

    @property
    def changed(self) -> bool:
        """Anything has changed."""
        return bool(self._noted)

    def note(self, time: int, address: int) -> None:
        """Note that a byte is about to change."""
        place = address >> 2
        self._noted.append((place, time, int(self.state.vram_longs[place])))

    def clear(self) -> None:
        """Forget all changes."""
        if self._noted:
            self._noted = []
            self._sorted = 0
            self._dirty[:] = False

    def _sort(self) -> None:
        place, time, before = np.array(self._noted, np.intp).T
        self._dirty[place] = True
        keys = place << 32 | time + (1 << 24)
        order = keys.argsort(kind="stable")
        keys, before = keys[order], before[order]
        first = np.append(True, keys[1:] != keys[:-1])  # of changes at one time
        self._keys, self._before = keys[first], before[first].astype(np.uint32)
        self._sorted = len(self._noted)

    def _changed(self, places: Ints, at: Ints | int) -> tuple[Ints, npt.NDArray[np.uint32]]:
        """Return which of the places held something else at their time, as flat numbers, and what."""
        if self._sorted != len(self._noted):
            self._sort()
        dirty = np.flatnonzero(self._dirty.take(places))
        place, time = places.reshape(-1)[dirty].astype(np.intp), np.broadcast_to(at, places.shape).reshape(-1)[dirty]
        found = np.searchsorted(self._keys, place << 32 | time + (1 << 24), "right")
        there = found < len(self._keys)
        there[there] = self._keys[found[there]] >> 32 == place[there]
        return dirty[there], self._before[found[there]]

    def longs(self, places: Ints, at: Ints | int) -> npt.NDArray[np.uint32]:
        """Return longs as they were: uint32 in the order of numbers."""
        values = self.state.vram_longs.take(places).astype(np.uint32)
        if self._noted:
            changed, before = self._changed(places, at)
            values.reshape(-1)[changed] = before
        return values

    def pattern_rows(self, places: Ints, mirrored: Ints, at: Ints | int) -> Longs:
        """Return rows of 8 pixels as they were, one in each byte of memory order."""
        rows = self.state.pattern_rows().take(places | mirrored)
        if self._noted:
            changed, before = self._changed(places, at)
            plain, mirror = expand(before)
            flip = np.broadcast_to(mirrored, places.shape).reshape(-1)[changed] != 0
            rows.reshape(-1)[changed] = np.where(flip, mirror, plain)
        return rows
