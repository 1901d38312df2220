"""Small 68000 programs that use the VDP, for tests of the whole console."""

import struct

DATA, CONTROL, HV = 0xC00000, 0xC00004, 0xC00008
FOREVER = struct.pack(">H", 0x60FE)
RTE = struct.pack(">H", 0x4E73)
MAIN, HANDLER = 0x300, 0x200


def control(*words: int) -> bytes:
    """Return MOVE.W #word,($C00004) for each word."""
    return b"".join(struct.pack(">HHI", 0x33FC, word, CONTROL) for word in words)


def data(*words: int) -> bytes:
    """Return MOVE.W #word,($C00000) for each word."""
    return b"".join(struct.pack(">HHI", 0x33FC, word, DATA) for word in words)


def store(address: int, word: int) -> bytes:
    """Return MOVE.W #word,(address)."""
    return struct.pack(">HHI", 0x33FC, word, address)


def store_byte(address: int, byte: int) -> bytes:
    """Return MOVE.B #byte,(address)."""
    return struct.pack(">HHI", 0x13FC, byte, address)


def copy(source: int, target: int) -> bytes:
    """Return MOVE.W (source),(target)."""
    return struct.pack(">HII", 0x33F9, source, target)


def copy_byte(source: int, target: int) -> bytes:
    """Return MOVE.B (source),(target)."""
    return struct.pack(">HII", 0x13F9, source, target)


def count(address: int) -> bytes:
    """Return ADDQ.W #1,(address)."""
    return struct.pack(">HI", 0x5279, address)


def interrupts(mask: int) -> bytes:
    """Return MOVE #mask,SR."""
    return struct.pack(">HH", 0x46FC, 0x2000 | mask << 8)


def rom(main: bytes, handlers: dict[int, bytes] | None = None, region: bytes = b"JUE") -> bytes:
    """Return a program that does `main` and then waits; `handlers` by interrupt level, without their RTE."""
    image = bytearray(0x1000)
    vectors = [0xFFFE00, MAIN] + [HANDLER] * 62
    image[HANDLER : HANDLER + 2] = RTE
    at = HANDLER + 0x800
    for level, code in (handlers or {}).items():
        vectors[24 + level] = at
        image[at : at + len(code) + 2] = code + RTE
        at += len(code) + 2
    image[:256] = struct.pack(">64I", *vectors)
    image[0x100:0x110] = b"SEGA MEGA DRIVE "
    image[0x1F0 : 0x1F0 + len(region)] = region
    image[MAIN : MAIN + len(main) + 2] = main + FOREVER
    return bytes(image)
