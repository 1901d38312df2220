"""Writing VGM files."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from megadrive.vgm.file import Tags, pack, write_tags

YM2612_CLOCK = {False: 7_670_454, True: 7_600_489}
"""Clock of the YM2612 in Hz as VGM headers give it: NTSC (False) and PAL (True)."""
PSG_CLOCK = {False: 3_579_545, True: 3_546_895}

_HEADER = 0x100


def compose(
    writes: Iterable[tuple[int, ...]],
    samples: int,
    loop: int | None = None,
    tags: Tags | None = None,
    pal: bool = False,
    integrated: bool = False,
    packed: bool = False,
    blocks: Iterable[tuple[int, bytes]] = (),
) -> bytes:
    """Return a VGM file.

    Parameters
    ----------
    writes : iterable of (time, port, register, value) or (time, 2, value)
        Time at 44100 Hz, rising; port 0 and 1 are the parts of the YM2612, 2 is the PSG.
    samples : int
        Length at 44100 Hz.
    loop : int, optional
        Time at which the part that repeats begins.
    tags : Tags, optional
        Titles.
    pal : bool
        The clocks are those of a 50 Hz console.
    integrated : bool
        The YM2612 is a YM3438.
    packed : bool
        Return a VGZ file.
    blocks : iterable of (type, contents)
        Data blocks, which come first.

    Returns
    -------
    bytes
        The file, of version 1.71.

    Raises
    ------
    ValueError
        If times fall, or a write or the loop lies outside the file.

    Examples
    --------
    >>> compose([(0, 2, 0x9F)], 44100)[:4]
    b'Vgm '
    """
    if loop is not None and not 0 <= loop < samples:
        raise ValueError(f"loop is {loop!r}, expected 0 to {samples - 1}")
    body, now, loop_at = bytearray(), 0, 0
    for kind, contents in blocks:
        body += bytes([0x67, 0x66, kind]) + struct.pack("<I", len(contents)) + contents
    for time, port, *rest in writes:
        if not now <= time <= samples:
            raise ValueError(f"a write at {time}, expected {now} (the one before it) to {samples}")
        if loop is not None and not loop_at and time >= loop:
            body += _wait(loop - now)
            now, loop_at = loop, _HEADER + len(body)
        body += _wait(time - now)
        now = time
        if port == 2 and len(rest) == 1:
            body += bytes([0x50, rest[0]])
        elif port in (0, 1) and len(rest) == 2:
            body += bytes([0x52 + port, rest[0], rest[1]])
        else:
            got = (time, port, *rest)
            raise ValueError(f"a write {got}, expected (time, port, register, value) or (time, 2, value)")
    if loop is not None and not loop_at:
        body += _wait(loop - now)
        now, loop_at = loop, _HEADER + len(body)
    body += _wait(samples - now) + b"\x66"
    gd3 = write_tags(tags) if tags is not None else b""
    header = bytearray(_HEADER)
    header[:4] = b"Vgm "

    def put(offset: int, value: int) -> None:
        struct.pack_into("<I", header, offset, value)

    put(0x04, _HEADER + len(body) + len(gd3) - 0x04)
    put(0x08, 0x171)
    put(0x0C, PSG_CLOCK[pal])
    put(0x14, _HEADER + len(body) - 0x14 if gd3 else 0)
    put(0x18, samples)
    put(0x1C, loop_at - 0x1C if loop_at else 0)
    put(0x20, samples - loop if loop is not None else 0)
    put(0x24, 50 if pal else 60)
    struct.pack_into("<HBB", header, 0x28, 0x0009, 16, 0)
    put(0x2C, YM2612_CLOCK[pal] | integrated << 31)
    put(0x34, _HEADER - 0x34)
    data = bytes(header + body) + gd3
    return pack(data) if packed else data


def _wait(samples: int) -> bytes:
    """Return commands that wait, the shortest there are."""
    out = bytearray()
    while samples > 0:
        if samples in (735, 882):
            out.append(0x62 if samples == 735 else 0x63)
            break
        if samples <= 16:
            out.append(0x6F + samples)
            break
        step = min(samples, 0xFFFF)
        out += b"\x61" + step.to_bytes(2, "little")
        samples -= step
    return bytes(out)
