"""The VDP's state as the drawing sees it: memories as arrays, registers by their meaning."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from megadrive import _core

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint16]
Ints = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Longs = npt.NDArray[np.uint64]


NO_SPRITES = 0x7000
"""Bits of debug register 0, each of which keeps one phase of the sprites from working."""

_CODES = {"int64_t": "q", "uint32_t": "I", "uint16_t": "H", "uint8_t": "B"}


def _layout() -> tuple[int, struct.Struct, list[tuple[str, int, int]]]:
    """Return where the struct's fields behind its memories begin, their layout and their names, places and lengths."""
    types = dict(_core.ffi.typeof("vdp").fields)
    names = list(types)
    names = names[names.index("clock") :]
    codes, fields, place = "=", [], 0
    for name in names:
        kind = types[name].type
        length = kind.length if kind.kind == "array" else 0
        codes += f"{length or 1}{_CODES[kind.item.cname if length else kind.cname]}"
        fields.append((name, place, length))
        place += length or 1
    return types["clock"].offset, struct.Struct(codes), fields


_OFFSET, _LAYOUT, _FIELDS = _layout()


class Fields:
    """The fields of the ``vdp`` struct behind its memories, as Python numbers and lists: faster than the struct's own.

    What they mean stands in ``megadrive.h``.  The memories are the struct's.
    """

    __slots__ = ("_struct", "_stored", "sprite_cache", "vram", *(field[0] for field in _FIELDS))

    # What the chip's units use.
    bus_hold: int
    fifo_clock: list[int]
    fifo_address: list[int]
    fifo_data: list[int]
    fifo_code: list[int]

    def __init__(self, pointer: Any) -> None:
        size = _core.ffi.sizeof("vdp")
        self._struct = memoryview(_core.ffi.buffer(pointer, size)).cast("B")[_OFFSET : _OFFSET + _LAYOUT.size]
        self._stored = b""
        self.vram = memoryview(_core.ffi.buffer(pointer.vram)).cast("B")
        self.sprite_cache = memoryview(_core.ffi.buffer(pointer.sprite_cache)).cast("B")
        self.load()

    def load(self) -> None:
        """Take the struct's fields, if they are not what was stored last."""
        now = self._struct.tobytes()
        if now == self._stored:
            return
        values = _LAYOUT.unpack(now)
        for name, place, length in _FIELDS:
            setattr(self, name, list(values[place : place + length]) if length else values[place])

    def store(self) -> None:
        """Give the struct its fields."""
        values: list[int] = []
        for name, _, length in _FIELDS:
            if length:
                values.extend(getattr(self, name))
            else:
                values.append(getattr(self, name))
        self._stored = _LAYOUT.pack(*values)
        self._struct[:] = self._stored


def expand(rows: npt.NDArray[np.uint32]) -> tuple[Longs, Longs]:
    """Return rows of 8 pixels of 4 bits with each pixel in a byte of memory order, and mirrored."""
    pixels = rows.astype(np.uint64)
    for shift, mask in ((16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F)):
        pixels = (pixels | pixels << np.uint64(shift)) & np.uint64(mask)
    return pixels.astype(">u8").view(np.uint64), pixels.astype("<u8").view(np.uint64)


class VDPState:
    """A view of the ``vdp`` struct that the C kernel works on too; nothing is copied.

    Parameters
    ----------
    pointer : cffi ``vdp *``, optional
        The state to look at.  Without it the object has a state of its own, all zero.
    owner : object, optional
        What must stay alive as long as the pointer is used.
    fields : Fields, optional
        The fields behind the memories, if not in the struct itself.

    Attributes
    ----------
    vram : uint8 (65536,)
        Video memory in console byte order.
    cram : >u2 (64,)
        Colours ``0000BBB0GGG0RRR0``.
    vsram : >u2 (40,)
        Vertical scroll, A and B in turn for each 16 pixels.
    registers : uint8 (24,)
        Registers 0 to 23 as last written.
    sprite_cache : uint8 (80, 4)
        Bytes 0-3 of the sprite table's entries as the chip remembers them.
    c : Fields or cffi ``vdp *``
        The fields behind the memories.
    latched_resolution : bool or None
        Interlace mode 2 as the chip has latched it for the picture that it shows; None: what register 12 says counts.

    Examples
    --------
    >>> state = VDPState()
    >>> state.registers[1], state.registers[12] = 0x04, 0x81
    >>> state.width
    320
    """

    def __init__(self, pointer: Any = None, owner: object = None, fields: Fields | None = None) -> None:
        ffi = _core.ffi
        self.pointer: Any = ffi.new("vdp *") if pointer is None else pointer
        self.c: Any = self.pointer if fields is None else fields
        self.owner = self.pointer if owner is None else owner
        # For single registers: faster than the array.
        self.r: Any = memoryview(ffi.buffer(self.pointer.registers)).cast("B")
        self.latched_resolution: bool | None = None

        def array(field: str, dtype: str) -> npt.NDArray[Any]:
            return np.frombuffer(ffi.buffer(getattr(self.pointer, field)), dtype)

        self.vram: Bytes = array("vram", "u1")
        self.cram: Words = array("cram", ">u2")
        self.cram_bytes: Any = memoryview(ffi.buffer(self.pointer.cram)).cast("B")
        self.vsram: Words = array("vsram", ">u2")
        self.vsram_bytes: Any = memoryview(ffi.buffer(self.pointer.vsram)).cast("B")
        self.registers: Bytes = array("registers", "u1")
        self.sprite_cache: Bytes = array("sprite_cache", "u1").reshape(80, 4)
        # The same VRAM as big-endian words (names, scroll tables) and longs (pattern rows).
        self.vram_words: Words = self.vram.view(">u2")
        self.vram_longs: npt.NDArray[np.uint32] = self.vram.view(">u4")
        self._expanded: Longs = np.zeros((2, 16384), np.uint64)
        self._expanded_of: npt.NDArray[np.uint32] | None = None

    def again(self) -> VDPState:
        """Return another view of the same state, which may latch a resolution of its own."""
        return VDPState(self.pointer, self.owner, None if self.c is self.pointer else self.c)

    def pattern_rows(self) -> Longs:
        """Return all of VRAM as rows of 8 pixels, one in each byte of memory order, and mirrored: uint64 (32768,).

        Rows are expanded when they have changed.
        """
        longs = self.vram.view(np.uint32)
        if self._expanded_of is None:
            self._expanded_of = longs.copy()
            changed = np.arange(len(longs))
        else:
            changed = np.flatnonzero(longs != self._expanded_of)
            self._expanded_of[changed] = longs[changed]
        if len(changed):
            self._expanded[0, changed], self._expanded[1, changed] = expand(self.vram_longs[changed])
        return self._expanded.reshape(-1)

    def register(self, number: int) -> int:
        """Return a register's value as a Python integer."""
        value: int = self.r[number]
        return value

    @property
    def mode5(self) -> bool:
        """R1.2, M5: the Mega Drive's own mode; otherwise the Master System's mode 4."""
        return bool(self.r[1] & 0x04)

    @property
    def h40(self) -> bool:
        """R12.0, RS1: 40 cells (320 pixels) in a line, else 32 (256)."""
        r = self.r
        return bool(r[12] & 0x01 and r[1] & 0x04)

    @property
    def width(self) -> int:
        """Pixels in a line."""
        return 320 if self.h40 else 256

    @property
    def lines(self) -> int:
        """Active lines of a field: 224, 240 with R1.3 (V30), 192 in mode 4."""
        mode = self.r[1]
        return 192 if not mode & 0x04 else 240 if mode & 0x08 else 224

    @property
    def display(self) -> bool:
        """R1.6, DISP: 0 shows the backdrop only."""
        return bool(self.r[1] & 0x40)

    @property
    def double_resolution(self) -> bool:
        """R12.2-1, LSM = 11: interlace with cells of 8x16 and twice the rows (interlace mode 2)."""
        if self.latched_resolution is not None:
            return self.latched_resolution
        return self.mode5 and (self.register(12) & 0x06) == 0x06

    @property
    def shadow_highlight(self) -> bool:
        """R12.3, S/TE."""
        return self.mode5 and bool(self.r[12] & 0x08)

    @property
    def left_blank(self) -> bool:
        """R0.5: the leftmost 8 pixels show the backdrop."""
        return bool(self.r[0] & 0x20)

    @property
    def backdrop(self) -> int:
        """R7: colour index of the backdrop (mode 4: always in the sprites' palette)."""
        return self.register(7) & 0x3F if self.mode5 else 0x10 | self.register(7) & 0x0F

    @property
    def plane_a_table(self) -> int:
        """R2: VRAM address of plane A's name table."""
        return (self.register(2) & 0x38) << 10

    @property
    def plane_b_table(self) -> int:
        """R4: VRAM address of plane B's name table."""
        return (self.register(4) & 0x07) << 13

    @property
    def window_table(self) -> int:
        """R3: VRAM address of the window's name table; bit 1 does not count in H40, whose rows are twice as long."""
        return (self.register(3) & (0x3C if self.h40 else 0x3E)) << 10

    @property
    def sprite_table(self) -> int:
        """R5: VRAM address of the sprite table; bit 0 does not count in H40, whose table is twice as long."""
        return (self.register(5) & (0x7E if self.h40 else 0x7F)) << 9

    @property
    def hscroll_table(self) -> int:
        """R13: VRAM address of the horizontal scroll table."""
        return (self.register(13) & 0x3F) << 10

    @property
    def hscroll_mask(self) -> int:
        """R11.1-0: which bits of the line number count in the horizontal scroll table."""
        return (0x00, 0x07, 0xF8, 0xFF)[self.register(11) & 3]

    @property
    def column_vscroll(self) -> bool:
        """R11.2: each 16-pixel column has a vertical scroll of its own."""
        return bool(self.r[11] & 0x04)

    @property
    def debug(self) -> int:
        """Debug register 0.

        Bit 6 disables the layers, bits 8-7 force one (1 sprites, 2 plane A, 3 plane B), bits 14-12 each keep one phase
        of the sprites from working, so that none shows (plutiedev.com/vdp-debug).
        """
        return int(self.c.debug[0])
