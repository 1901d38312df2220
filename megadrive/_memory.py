"""Zero-copy numpy views of C structs."""

from typing import Any

import numpy as np
import numpy.typing as npt

from megadrive._core import ffi


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

    def view(self, field: Any, dtype: str | type = np.uint8) -> npt.NDArray[Any]:
        """Return the array over an array member of the struct.

        Parameters
        ----------
        field
            cffi array inside the allocation.
        dtype
            Type of the elements; ``">u2"`` for words in console byte order.
        """
        start = int(ffi.cast("uintptr_t", ffi.addressof(field))) - self._base
        return self._bytes[start : start + ffi.sizeof(field)].view(dtype)
