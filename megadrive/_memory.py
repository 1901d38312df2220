"""Zero-copy numpy views of C structs, and room for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from megadrive._core import ffi

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    from megadrive._lazy import np


class Memory:
    """Arrays over one C allocation; they keep it alive.

    Parameters
    ----------
    owner
        The cffi pointer that ``ffi.new`` returned, or that ``ffi.gc`` owns.
    size : int
        Bytes of the allocation.
    """

    def __init__(self, owner: Any, size: int) -> None:
        self._base = int(ffi.cast("uintptr_t", owner))
        self._bytes = np.frombuffer(ffi.buffer(owner, size), np.uint8)

    def view(self, field: Any, dtype: str | type | None = None) -> npt.NDArray[Any]:
        """Return the array over an array member of the struct.

        Parameters
        ----------
        field
            cffi array inside the allocation.
        dtype
            Type of the elements, by default uint8; ``">u2"`` for words in console byte order.
        """
        start = int(ffi.cast("uintptr_t", ffi.addressof(field))) - self._base
        return self._bytes[start : start + ffi.sizeof(field)].view(np.uint8 if dtype is None else dtype)


class Blocks:
    """Allocations of one C type that are used again, so that the system need not find and clear pages for each.

    Parameters
    ----------
    kind : str
        The type.
    most : int
        Freed blocks that are kept at most.

    Examples
    --------
    >>> blocks = Blocks("megadrive")
    >>> int(blocks.new().rom_size)
    0
    """

    def __init__(self, kind: str, most: int = 4) -> None:
        self._pointer = f"{kind} *"
        self._words = -(-ffi.sizeof(kind) // 8)
        self._most = most
        self._kept: list[Any] = []
        self._raw = ffi.new_allocator(should_clear_after_alloc=False)
        self._new = ffi.new_allocator(self._take, self._give_back, should_clear_after_alloc=False)
        self._new_cleared = ffi.new_allocator(self._take, self._give_back)

    def _take(self, size: int) -> Any:
        try:
            return self._kept.pop()
        except IndexError:
            return self._raw("uint64_t[]", self._words)

    def _give_back(self, block: Any) -> None:
        if len(self._kept) < self._most:
            self._kept.append(block)

    def new(self, clear: bool = True) -> Any:
        """Return a pointer that owns a struct: all zero, or with any contents."""
        return self._new_cleared(self._pointer) if clear else self._new(self._pointer)
