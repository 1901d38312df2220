"""Cartridges: ROM images in all their wrappings, their headers, and cartridge RAM."""

from __future__ import annotations

import enum
import os
import stat
import zlib
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from megadrive.errors import RomError

if TYPE_CHECKING:
    import pathlib

    import numpy as np
    import numpy.typing as npt
else:
    from megadrive._lazy import np

MOST_BYTES = 32 << 20
"""Largest ROM that is accepted, in bytes, after unpacking."""

_LEAST_BYTES = 0x200
_PAGE = 0x10000
_MOST_SRAM = 0x10000
_SMD_HEADER = 512
_SMD_BLOCK = 0x4000
_ROM_ENDINGS = (".md", ".bin", ".gen", ".smd", ".68k", ".sgd")
_BANKED_ABOVE = 0x400000
_LONG = 1 << 20  # bytes that are summed more quickly by numpy, even if it has to be imported

Region: TypeAlias = Literal["J", "U", "E"]
_PREFERENCE: tuple[Region, ...] = ("U", "J", "E")

DEVICES = {
    "J": "3-button pad",
    "6": "6-button pad",
    "0": "Master System pad",
    "4": "Team Player",
    "A": "analogue joystick",
    "B": "trackball",
    "C": "CD-ROM",
    "D": "download",
    "F": "floppy drive",
    "G": "Menacer",
    "K": "keyboard",
    "L": "Activator",
    "M": "mouse",
    "P": "printer",
    "R": "serial port",
    "T": "tablet",
    "V": "paddle",
}
"""What the letters of a header's device field stand for."""


class SramKind(enum.IntEnum):
    """Which bytes of a word the cartridge's RAM is wired to."""

    WORD = 1
    EVEN = 2
    ODD = 3


class Sram(NamedTuple):
    """RAM of a cartridge.

    Attributes
    ----------
    kind : SramKind
        Which bytes of each word exist.
    start, end : int
        First and last address as the 68000 sees them.
    battery : bool
        Whether it keeps its contents while the console is off.
    """

    kind: SramKind
    start: int
    end: int
    battery: bool = True


class Header(NamedTuple):
    """What a ROM says of itself at $100-$1FF; nothing of it need be true.

    Attributes
    ----------
    console : str
        Console name, ``"SEGA MEGA DRIVE"`` for example.
    copyright : str
        Maker and date, ``"(C)SEGA 1991.APR"``.
    domestic_title, overseas_title : str
        Titles for Japan and for the rest of the world.
    serial : str
        Product number without the revision, ``"GM 00001009"``.
    revision : int or None
        Number after the serial's hyphen.
    checksum : int
        As stored.
    computed_checksum : int
        Sum of the ROM's words from $200 to its end.
    rom_start, rom_end, ram_start, ram_end : int
        First and last address of the ROM and of work RAM.
    devices : str
        Letters of the supported devices, see :data:`DEVICES`.
    regions : frozenset of str
        Of ``"J"``, ``"U"`` and ``"E"``; empty if the field makes no sense.
    sram : Sram or None
        RAM that the header declares, if it can be one.
    eeprom : bool
        Whether it declares a serial EEPROM.
    notes : str
        The memo field.
    """

    console: str
    copyright: str
    domestic_title: str
    overseas_title: str
    serial: str
    revision: int | None
    checksum: int
    computed_checksum: int
    rom_start: int
    rom_end: int
    ram_start: int
    ram_end: int
    devices: str
    regions: frozenset[str]
    sram: Sram | None
    eeprom: bool
    notes: str

    @property
    def title(self) -> str:
        """The overseas title, or the domestic one if there is none."""
        return self.overseas_title or self.domestic_title

    @property
    def checksum_matches(self) -> bool:
        """Whether the stored checksum is that of the ROM."""
        return self.checksum == self.computed_checksum

    @property
    def device_names(self) -> tuple[str, ...]:
        """The supported devices in words."""
        return tuple(DEVICES[letter] for letter in self.devices if letter in DEVICES)

    @classmethod
    def parse(cls, data: bytes) -> Header:
        """Read the header of a ROM.

        Parameters
        ----------
        data : bytes
            The ROM, at least 512 bytes.
        """
        if len(data) < _LEAST_BYTES:
            raise RomError(f"the ROM has {len(data)} bytes, expected at least {_LEAST_BYTES}")
        serial, revision = _serial(_text(data[0x180:0x18E]))
        rom_end = _long(data, 0x1A4)
        sram, eeprom = _sram(data)
        return cls(
            console=_text(data[0x100:0x110]),
            copyright=_text(data[0x110:0x120]),
            domestic_title=_text(data[0x120:0x150]),
            overseas_title=_text(data[0x150:0x180]),
            serial=serial,
            revision=revision,
            checksum=int.from_bytes(data[0x18E:0x190], "big"),
            computed_checksum=_checksum(data, rom_end),
            rom_start=_long(data, 0x1A0),
            rom_end=rom_end,
            ram_start=_long(data, 0x1A8),
            ram_end=_long(data, 0x1AC),
            devices="".join(c for c in _text(data[0x190:0x1A0]) if c.isalnum()),
            regions=_regions(_text(data[0x1F0:0x200])),
            sram=sram,
            eeprom=eeprom,
            notes=_text(data[0x1C8:0x1F0]),
        )


def _long(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "big")


def _text(field: bytes) -> str:
    """Decode a text field: single spaces, nothing that cannot be printed."""
    decoded = field.decode("shift_jis", "replace")
    return " ".join("".join(c if c.isprintable() and c != "\ufffd" else " " for c in decoded).split())


def _serial(text: str) -> tuple[str, int | None]:
    number, hyphen, revision = text.rpartition("-")
    if hyphen and revision.strip().isascii() and revision.strip().isdigit():
        return number.strip(), int(revision)
    return text, None


def _checksum(data: bytes, rom_end: int) -> int:
    """Add the words from $200 to the ROM's end, which is the header's if it lies inside the image."""
    end = rom_end + 1 if _LEAST_BYTES <= rom_end < len(data) else len(data)
    words = data[_LEAST_BYTES:end]
    if len(words) > _LONG:
        return int(np.frombuffer(words + b"\0" * (len(words) & 1), ">u2").sum(dtype=np.uint64)) & 0xFFFF
    return (sum(words[::2]) * 256 + sum(words[1::2])) & 0xFFFF


_REGION_WORDS = {"EUR": "E", "USA": "U", "AME": "U", "JAP": "J"}
_REGION_BITS = {"J": 0x3, "U": 0x4, "E": 0x8}


def _regions(field: str) -> frozenset[str]:
    """Read the region field: letters, one hexadecimal digit, or a name such as EUROPE.

    A single E is Europe, not the digit 14.
    """
    field = field.upper().replace(" ", "")
    if field[:3] in _REGION_WORDS:
        return frozenset(_REGION_WORDS[field[:3]])
    letters = frozenset(field[:4]) & frozenset("JUE")
    if letters and field[0] in "JUE":
        return letters
    try:
        bits = int(field[:1], 16)
    except ValueError:
        return letters
    return frozenset(region for region, mask in _REGION_BITS.items() if bits & mask)


def _sram(data: bytes) -> tuple[Sram | None, bool]:
    """Read the field of external RAM; returns the RAM and whether there is a serial EEPROM."""
    if data[0x1B0:0x1B2] != b"RA":
        return None, False
    flags, start, end = data[0x1B2], _long(data, 0x1B4), _long(data, 0x1B8)
    if data[0x1B3] == 0x40 or flags == 0xE8:
        return None, True
    kind = {0: SramKind.WORD, 2: SramKind.EVEN, 3: SramKind.ODD}.get(flags >> 3 & 3)
    if kind is None or not flags & 0x80 or not start < end < _BANKED_ABOVE or start < _LEAST_BYTES:
        return None, False
    return Sram(kind, start, min(end, (start & ~1) + _MOST_SRAM - 1), bool(flags & 0x40)), False


class Cartridge:
    """A ROM image and what its board holds.

    Parameters
    ----------
    rom : path or bytes
        The image: raw, or as copiers save it (SMD: interleaved, behind 512 bytes), in either case also inside a zip or
        gz file. Which it is shows from its contents, not from its name.

    Attributes
    ----------
    size : int
        Bytes before padding.
    crc32 : int
        CRC-32 of the ROM, unpacked.
    header : Header
        What the ROM says of itself.
    sram : Sram or None
        Its RAM.
    region : str
        The region to run it in by default: ``"U"`` if the header allows it, else ``"J"``, else ``"E"``.
    six_button : bool
        Whether the header names the 6-button pad.
    has_mapper : bool
        Whether the board has the Sega bank mapper: it is larger than 4 MiB, or the header says so.

    Raises
    ------
    RomError
        If it is not a ROM, is damaged, or larger than 32 MiB.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> rom = bytearray(0x400)
    >>> rom[0x100:0x10F] = b"SEGA MEGA DRIVE"
    >>> rom[0x150:0x155] = b"HELLO"
    >>> rom[0x1F0:0x1F3] = b"JUE"
    >>> cartridge = Cartridge(bytes(rom))
    >>> cartridge.header.title, cartridge.region, cartridge.size
    ('HELLO', 'U', 1024)
    """

    def __init__(self, rom: str | os.PathLike[str] | bytes | bytearray | memoryview) -> None:
        self._file: str | None = None
        if isinstance(rom, (bytes, bytearray, memoryview)):
            data = bytes(rom)
        elif isinstance(rom, (str, os.PathLike)):
            self._file = os.fspath(rom)
            data = _read(self._file)
        else:
            raise TypeError(f"rom is a {type(rom).__name__}, expected a path, bytes or a Cartridge")
        data = _plain(_unpack(data))
        self.header = Header.parse(data)
        self.size = len(data)
        self.crc32 = zlib.crc32(data)
        self._padded = data.ljust(max(_PAGE, 1 << (self.size - 1).bit_length()), b"\xff")
        self.region: Region = next((region for region in _PREFERENCE if region in self.header.regions), "U")
        self.six_button = "6" in self.header.devices
        self.has_mapper = self.size > _BANKED_ABOVE or self.header.console.startswith("SEGA SSF")
        self.sram = self.header.sram

    @property
    def path(self) -> pathlib.Path | None:
        """The file that it was read from."""
        import pathlib

        return None if self._file is None else pathlib.Path(self._file)

    @property
    def image(self) -> npt.NDArray[np.uint8]:
        """ROM padded with $FF to a power of two, at least 64 KiB: uint8, read-only."""
        return np.frombuffer(self._padded, np.uint8)

    def __repr__(self) -> str:
        return f"<Cartridge {self.header.title!r}, {self.size} bytes, CRC-32 {self.crc32:08x}>"


def _too_large(what: str) -> RomError:
    return RomError(f"{what} is larger than {MOST_BYTES >> 20} MiB, the most that a ROM can have")


def _read(path: str) -> bytes:
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise RomError(f"{path} is not a file")
    with open(path, "rb") as file:
        data = file.read(MOST_BYTES + _SMD_HEADER + 1)
    if len(data) > MOST_BYTES + _SMD_HEADER:
        raise _too_large(path)
    return data


def _unpack(data: bytes) -> bytes:
    """Undo zip or gzip, if it is there, without ever holding more than a ROM may have."""
    if data[:4] == b"PK\x03\x04":
        kind, unpack = "zip", _unzip
    elif data[:2] == b"\x1f\x8b":
        kind, unpack = "gzip", _gunzip
    else:
        return data
    unpacked = unpack(data)
    if len(unpacked) > MOST_BYTES + _SMD_HEADER:
        raise _too_large(f"the ROM in the {kind} file")
    return unpacked


def _limited(file: Any) -> bytes:
    with file:
        return bytes(file.read(MOST_BYTES + _SMD_HEADER + 1))


def _gunzip(data: bytes) -> bytes:
    import gzip
    import io

    try:
        return _limited(gzip.GzipFile(fileobj=io.BytesIO(data)))
    except (OSError, EOFError, zlib.error) as error:
        raise RomError(f"the gzip file cannot be unpacked: {error}") from error


def _unzip(data: bytes) -> bytes:
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [entry for entry in archive.infolist() if not entry.is_dir()]
            roms = [entry for entry in files if entry.filename.lower().endswith(_ROM_ENDINGS)]
            if not files:
                raise RomError("the zip file is empty, expected a ROM in it")
            return _limited(archive.open(max(roms or files, key=lambda entry: entry.file_size)))
    except RomError:
        raise
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, ValueError, NotImplementedError) as error:
        raise RomError(f"the zip file cannot be unpacked: {error}") from error


def _plain(data: bytes) -> bytes:
    """Undo what copiers do: 512 bytes before the ROM, and halves of 16 KiB blocks that hold odd and even bytes."""
    if _is_named(data) or len(data) % _SMD_BLOCK != _SMD_HEADER or len(data) == _SMD_HEADER:
        return data
    body = data[_SMD_HEADER:]
    if _is_named(body):
        return body
    blocks = np.frombuffer(body, np.uint8).reshape(-1, 2, _SMD_BLOCK // 2)
    plain = blocks[:, ::-1].transpose(0, 2, 1).tobytes()  # the odd bytes come first
    return plain if _is_named(plain) or data[8:10] == b"\xaa\xbb" else data


def _is_named(data: bytes) -> bool:
    return b"SEGA" in (data[0x100:0x104], data[0x101:0x105])
