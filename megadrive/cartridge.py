"""Cartridges: ROM images, their headers, and cartridge RAM."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import zlib

import numpy as np
import numpy.typing as npt

from megadrive._core import lib
from megadrive.errors import RomError

_PAGE = 0x10000


@dataclasses.dataclass(frozen=True)
class Sram:
    """Battery RAM of a cartridge.

    Attributes
    ----------
    kind : int
        1 both bytes of a word, 2 even bytes, 3 odd bytes.
    start, end : int
        First and last address as the 68000 sees them.
    """

    kind: int
    start: int
    end: int


@dataclasses.dataclass(frozen=True)
class Header:
    """What a ROM says of itself at $100."""

    title: str
    regions: frozenset[str]
    devices: str


class Cartridge:
    """A ROM image and what its board holds.

    Attributes
    ----------
    image : uint8 array
        ROM padded with $FF to a power of two, at least 64 KiB; read-only.
    size : int
        Bytes before padding.
    crc32 : int
        CRC-32 of the ROM.
    header : Header
    sram : Sram or None
    region : str
        The region to run it in by default.
    six_button : bool
        Whether the header names the 6-button pad.
    has_mapper : bool
        Whether the board has the Sega bank mapper.
    """

    def __init__(self, rom: str | os.PathLike[str] | bytes) -> None:
        data = rom if isinstance(rom, bytes) else pathlib.Path(rom).read_bytes()
        if len(data) < 0x200:
            raise RomError(f"the ROM has {len(data)} bytes, expected at least 512")
        self.size = len(data)
        self.crc32 = zlib.crc32(data)
        padded = max(_PAGE, 1 << (self.size - 1).bit_length())
        image: npt.NDArray[np.uint8] = np.full(padded, 0xFF, np.uint8)
        image[: self.size] = np.frombuffer(data, np.uint8)
        image.flags.writeable = False
        self.image = image
        self.header = Header(
            data[0x150:0x180].decode("ascii", "replace").strip(),
            frozenset(data[0x1F0:0x200].decode("ascii", "replace")) & {"J", "U", "E"},
            data[0x190:0x1A0].decode("ascii", "replace"),
        )
        self.region = next((r for r in "UJE" if r in self.header.regions), "U")
        self.six_button = "6" in self.header.devices
        self.has_mapper = self.size > 0x400000
        self.sram: Sram | None = None
        if data[0x1B0:0x1B2] == b"RA":
            start, end = (int.from_bytes(data[i : i + 4], "big") for i in (0x1B4, 0x1B8))
            kind = {0: lib.MD_SRAM_WORD, 2: lib.MD_SRAM_EVEN, 3: lib.MD_SRAM_ODD}.get(data[0x1B2] >> 3 & 3, 0)
            if kind and start < end < 0x400000:
                self.sram = Sram(kind, start, end)
