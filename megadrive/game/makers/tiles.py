"""Patterns: 8 x 8 cells of 4-bit pixels, with or without reuse of equal and mirrored ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

HFLIP, VFLIP, PRIORITY = 0x0800, 0x1000, 0x8000


def pack(cell: Pixels) -> bytes:
    """Return a cell as the 32 bytes the VDP reads: four bytes a row, the left pixel in the high nibble."""
    flat = cell.reshape(-1)
    return bytes((flat[0::2] << 4 | flat[1::2]).astype(np.uint8).tobytes())


class TileSet:
    """Patterns in the order in which they lie in VRAM."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self._known: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self.data)

    def append(self, cell: Pixels) -> int:
        """Add a pattern without looking for an equal one; return its number."""
        self.data.append(pack(cell))
        return len(self.data) - 1

    def entry(self, cell: Pixels) -> int:
        """Return the name table bits (number and flips) that show this cell, adding it if it is new."""
        for flips, variant in (
            (0, cell),
            (HFLIP, cell[:, ::-1]),
            (VFLIP, cell[::-1]),
            (HFLIP | VFLIP, cell[::-1, ::-1]),
        ):
            known = self._known.get(pack(variant))
            if known is not None:
                return known | flips
        number = self.append(cell)
        self._known[self.data[number]] = number
        return number

    def plane(self, pixels: Pixels) -> npt.NDArray[np.int64]:
        """Cut an image into cells; return the name table bits, shape (height / 8, width / 8)."""
        rows, columns = pixels.shape[0] // 8, pixels.shape[1] // 8
        table = np.zeros((rows, columns), dtype=np.int64)
        for row in range(rows):
            for column in range(columns):
                table[row, column] = self.entry(pixels[row * 8 : row * 8 + 8, column * 8 : column * 8 + 8])
        return table

    def sprite(self, pixels: Pixels) -> int:
        """Add an image column by column, as a sprite reads it; return the number of its first pattern."""
        first = len(self.data)
        for column in range(pixels.shape[1] // 8):
            for row in range(pixels.shape[0] // 8):
                self.append(pixels[row * 8 : row * 8 + 8, column * 8 : column * 8 + 8])
        return first

    def to_bytes(self) -> bytes:
        """Return all patterns, 32 bytes each."""
        return b"".join(self.data)


def words(values: npt.NDArray[np.int64] | list[int]) -> bytes:
    """Return numbers as big-endian words."""
    return bytes((np.asarray(values, dtype=np.int64) & 0xFFFF).astype(">u2").tobytes())
