"""The container: header, tags and data blocks of a VGM or VGZ file.

The format is that of "VGM Spec 1.72" (vgmrips.net); offsets in its header count from their own place.
"""

from __future__ import annotations

import dataclasses
import gzip
import os
import struct
import zlib

import numpy as np
import numpy.typing as npt

from megadrive.errors import MegaDriveError

Bytes = npt.NDArray[np.uint8]

MOST_BYTES = 256 << 20
"""Largest file, unpacked."""

RATE = 44100
"""Unit of time in a VGM file: samples a second."""


class VGMError(MegaDriveError, ValueError):
    """A VGM file cannot be played: it says what is wrong, and at which offset."""


class VGMWarning(UserWarning):
    """Something in a VGM file is left out, such as a chip that a Mega Drive does not have."""


@dataclasses.dataclass(frozen=True)
class Tags:
    """The GD3 tag: titles and names in Latin and Japanese letters, empty where not given."""

    title: str = ""
    title_japanese: str = ""
    game: str = ""
    game_japanese: str = ""
    system: str = ""
    system_japanese: str = ""
    author: str = ""
    author_japanese: str = ""
    date: str = ""
    ripper: str = ""
    notes: str = ""


@dataclasses.dataclass(frozen=True)
class Header:
    """What a VGM header says that matters here."""

    version: int
    """As in the file: 0x150 is 1.50."""
    ym2612_clock: int
    """Hz; 0: the chip is not used."""
    psg_clock: int
    """Hz; 0: the chip is not used."""
    integrated: bool
    """The YM2612 is a YM3438."""
    samples: int
    """Length at 44100 Hz, as the header says."""
    loop_samples: int
    data: int
    """Offset of the first command."""
    end: int
    """Offset behind the file's last byte that counts."""
    loop: int
    """Offset at which a loop begins, 0 if there is none."""
    tags: int
    """Offset of the GD3 tag, 0 if there is none."""
    volume: float
    """Factor."""
    foreign: tuple[str, ...]
    """Chips that the header names and a Mega Drive does not have."""


# Clock fields of other chips: offset, name.
_FOREIGN = {
    0x10: "YM2413", 0x30: "YM2151", 0x38: "Sega PCM", 0x40: "RF5C68", 0x44: "YM2203", 0x48: "YM2608", 0x4C: "YM2610",
    0x50: "YM3812", 0x54: "YM3526", 0x58: "Y8950", 0x5C: "YMF262", 0x60: "YMF278B", 0x64: "YMF271", 0x68: "YMZ280B",
    0x6C: "RF5C164", 0x70: "PWM", 0x74: "AY8910", 0x80: "DMG", 0x84: "NES APU", 0x88: "MultiPCM", 0x8C: "uPD7759",
    0x90: "OKIM6258", 0x98: "OKIM6295", 0x9C: "K051649", 0xA0: "K054539", 0xA4: "HuC6280", 0xA8: "C140",
    0xAC: "K053260", 0xB0: "Pokey", 0xB4: "QSound", 0xC0: "WonderSwan", 0xC4: "VSU", 0xC8: "SAA1099", 0xCC: "ES5503",
    0xD0: "ES5506", 0xD8: "X1-010", 0xDC: "C352", 0xE0: "GA20",
}  # fmt: skip


def load(source: str | os.PathLike[str] | bytes | bytearray | memoryview) -> bytes:
    """Return the contents of a file, unpacked if it is gzip (VGZ)."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
    else:
        with open(source, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    if data[:2] == b"\x1f\x8b":
        unpacker = zlib.decompressobj(wbits=31)
        try:
            data = unpacker.decompress(data, MOST_BYTES + 1)
        except zlib.error as error:
            raise VGMError(f"offset 0x0: the gzip data are damaged ({error})") from None
        if not unpacker.eof and len(data) <= MOST_BYTES:
            raise VGMError("offset 0x0: the gzip data end too early")
    if len(data) > MOST_BYTES:
        raise VGMError(f"the file is larger than {MOST_BYTES >> 20} MiB")
    return data


def pack(data: bytes) -> bytes:
    """Return the same file as VGZ; the same bytes on every run."""
    return gzip.compress(data, 9, mtime=0)


def read_header(data: bytes) -> Header:
    """Return the header of an unpacked file, or raise VGMError."""
    if data[:4] != b"Vgm ":
        raise VGMError(f"offset 0x0: {data[:4]!r} is not the mark of a VGM file, b'Vgm '")
    if len(data) < 0x40:
        raise VGMError(f"offset {len(data):#x}: the file ends within its header, which has 64 bytes at least")
    version = _word(data, 0x08)
    start = 0x40
    if version >= 0x150 and _word(data, 0x34):
        start = 0x34 + _word(data, 0x34)
    if not 0x38 <= start < len(data):
        raise VGMError(f"offset 0x34: the commands are said to begin at {start:#x}, the file has {len(data):#x} bytes")

    def field(offset: int) -> int:
        return _word(data, offset) if offset + 4 <= start else 0

    end = 0x04 + _word(data, 0x04)
    if _word(data, 0x04) == 0:
        end = len(data)
    if end > len(data):
        raise VGMError(f"offset {len(data):#x}: the file ends here, its header says at {end:#x}")
    if end <= start:
        raise VGMError(f"offset 0x4: the file is said to end at {end:#x}, before its first command at {start:#x}")
    psg, fm = field(0x0C), field(0x2C) if version >= 0x110 else 0
    if version < 0x110 and field(0x10) > 5_000_000:  # the field served all FM chips then
        fm = field(0x10)
    foreign = [name for offset, name in _FOREIGN.items() if field(offset) and not (offset == 0x10 and version < 0x110)]
    if fm & 1 << 30:
        foreign.append("second YM2612")
    if psg & 1 << 30:
        foreign.append("second SN76489")
    for name, clock, offset in (("YM2612", fm, 0x2C), ("SN76489", psg, 0x0C)):
        hertz = clock & 0x3FFFFFFF
        if hertz and not 1_000_000 <= hertz <= 14_000_000:
            raise VGMError(f"offset {offset:#x}: {hertz} Hz as the {name}'s clock, expected 1 to 14 MHz")
    loop = 0x1C + _word(data, 0x1C) if _word(data, 0x1C) else 0
    if loop and not start <= loop < end:
        raise VGMError(f"offset 0x1c: a loop to {loop:#x}, outside the commands ({start:#x} to {end:#x})")
    volume = data[0x7C] if start > 0x7C and version >= 0x160 else 0
    if volume > 0xC0:
        volume -= 0x101 if volume == 0xC1 else 0x100
    return Header(
        version=version,
        ym2612_clock=fm & 0x3FFFFFFF,
        psg_clock=psg & 0x3FFFFFFF,
        integrated=bool(fm & 1 << 31),
        samples=_word(data, 0x18),
        loop_samples=_word(data, 0x20),
        data=start,
        end=end,
        loop=loop,
        tags=0x14 + _word(data, 0x14) if _word(data, 0x14) else 0,
        volume=2.0 ** (volume / 32),
        foreign=tuple(foreign),
    )


def read_tags(data: bytes, offset: int) -> Tags:
    """Return the GD3 tag at `offset` (0: there is none), or raise VGMError."""
    if not offset:
        return Tags()
    if offset + 12 > len(data) or data[offset : offset + 4] != b"Gd3 ":
        raise VGMError(f"offset {offset:#x}: no GD3 tag here, though the header says so")
    size = _word(data, offset + 8)
    if offset + 12 + size > len(data):
        raise VGMError(f"offset {offset:#x}: the GD3 tag goes on behind the end of the file")
    text = data[offset + 12 : offset + 12 + size // 2 * 2].decode("utf-16-le", "replace").split("\0")
    names = [field.name for field in dataclasses.fields(Tags)]
    return Tags(**dict(zip(names, text, strict=False)))


def write_tags(tags: Tags) -> bytes:
    """Return the GD3 tag as bytes."""
    text = "".join(value + "\0" for value in dataclasses.astuple(tags)).encode("utf-16-le")
    return b"Gd3 " + struct.pack("<II", 0x100, len(text)) + text


# ---------------------------------------------------------------------------------------- data blocks


class Banks:
    """Recorded sound: the data blocks of each type one after the other."""

    def __init__(self) -> None:
        self._parts: dict[int, list[Bytes]] = {}
        self._banks: dict[int, Bytes] = {}
        self._tables: dict[tuple[int, int, int], Bytes] = {}

    def add(self, kind: int, body: bytes, offset: int) -> None:
        """Take in a data block of recorded sound (kind 0x00 to 0x7F); `offset` is for error messages."""
        if kind == 0x7F:
            self._add_table(body, offset)
            return
        data = np.frombuffer(body, np.uint8) if kind < 0x40 else self._unpack(body, offset)
        self._parts.setdefault(kind & 0x3F, []).append(data)
        self._banks.pop(kind & 0x3F, None)

    def bank(self, kind: int) -> Bytes:
        """Return all blocks of a type as one: uint8 (n,)."""
        if kind not in self._banks:
            parts = self._parts.get(kind, [])
            self._banks[kind] = np.concatenate(parts) if parts else np.zeros(0, np.uint8)
        return self._banks[kind]

    def block(self, kind: int, number: int) -> tuple[int, int] | None:
        """Return where a block lies in its bank, (start, length), or None if there is no such block."""
        parts = self._parts.get(kind, [])
        if number >= len(parts):
            return None
        return sum(len(part) for part in parts[:number]), len(parts[number])

    def _add_table(self, body: bytes, offset: int) -> None:
        if len(body) < 6:
            raise VGMError(f"offset {offset:#x}: a decompression table of {len(body)} bytes, expected 6 at least")
        method, _, wide, narrow = body[:4]
        size = int.from_bytes(body[4:6], "little") * (1 if wide <= 8 else 2)
        if len(body) < 6 + size:
            raise VGMError(f"offset {offset:#x}: the decompression table is shorter than it says")
        self._tables[method, wide, narrow] = np.frombuffer(body[6 : 6 + size], np.uint8)

    def _unpack(self, body: bytes, offset: int) -> Bytes:
        """Return a compressed block's data: fields of `narrow` bits, highest first, that stand for `wide` bits each."""
        if len(body) < 10:
            raise VGMError(f"offset {offset:#x}: a compressed data block of {len(body)} bytes, expected 10 at least")
        method, size, wide, narrow, sub, base = struct.unpack("<BIBBBH", body[:10])
        if method not in (0, 1) or not 1 <= wide <= 16 or not 1 <= narrow <= 16 or (method == 0 and sub > 2):
            raise VGMError(f"offset {offset:#x}: unknown compression {method}, {sub} from {narrow} to {wide} bits")
        width = 1 if wide <= 8 else 2
        if size > MOST_BYTES or size // width * narrow > (len(body) - 10) * 8:
            raise VGMError(f"offset {offset:#x}: the compressed data block is shorter than it says")
        bits = np.unpackbits(np.frombuffer(body, np.uint8)[10:])[: size // width * narrow].reshape(-1, narrow)
        values = bits @ (1 << np.arange(narrow - 1, -1, -1, dtype=np.int64))
        if method == 0 and sub == 1:
            values <<= max(wide - narrow, 0)
        elif method == 1 or sub == 2:
            table = self._tables.get((method, wide, narrow))
            entries = None if table is None else table.view("<u2" if width == 2 else "u1").astype(np.int64)
            if entries is None or (len(values) and int(values.max()) >= len(entries)):
                raise VGMError(f"offset {offset:#x}: the compressed data block has no decompression table that fits")
            values = entries[values]
        values = np.cumsum(values) + base if method == 1 else values + base
        values &= (1 << wide) - 1
        data: Bytes = values.astype("<u2" if width == 2 else "u1").view(np.uint8)
        return data


def _word(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "little")
