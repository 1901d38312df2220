"""Runs of any length need no more stack than an instruction: every opcode over and over, on a small stack."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

import megadrive

STACK = 128 * 1024
CYCLES = 60_000  # of each opcode: with a frame of 16 bytes an instruction more than the stack holds


def every_z80_opcode() -> None:
    """Each opcode of each page again and again, with HL, IX, IY and SP in memory."""
    for prefix in (b"", b"\xcb", b"\xed", b"\xdd", b"\xfd", b"\xdd\xcb", b"\xfd\xcb"):
        for opcode in range(256):
            code = prefix + (b"\x01" if len(prefix) == 2 else b"") + bytes([opcode])
            cpu = megadrive.Z80(bytearray((code * 65536)[:65536]))
            cpu.hl, cpu.ix, cpu.iy, cpu.sp, cpu.bc, cpu.de = 0x4000, 0x5000, 0x6000, 0x8000, 0xFFFF, 0x9000
            cpu.run(CYCLES)


def many_68000_opcodes() -> None:
    """First words at random in a loop, with address registers before the end of a page; exceptions begin it again."""
    rng = random.Random(1)
    memory = bytearray(1 << 24)
    for vector in range(2, 256):
        memory[vector * 4 : vector * 4 + 4] = struct.pack(">I", 0x1000)
    for _ in range(3000):
        memory[0x1000:0x100A] = struct.pack(">HHHH", rng.randrange(65536), 0x0001, 0xFFFE, 0x60F8) + b"\x60\xf6"
        cpu = megadrive.M68000(memory)
        for n in range(7):
            cpu.a[n] = 0x1FFFE
        cpu.a[7], cpu.sr = 0x28000, 0x2700
        cpu.jump(0x1000)
        cpu.run(CYCLES)


def console_programs() -> None:
    """What leaves the pages of memory: a long over their border, bytes and words to the I/O area and the VDP."""
    moves = ("2039 0000 fffe", "13c0 00a1 0003", "33c0 00a1 1200", "3039 00a1 1100", "33c0 00c0 0000")
    for move in moves:
        rom = bytearray(0x20000)
        rom[0:8] = struct.pack(">II", 0xFF8000, 0x200)
        rom[0x200:0x208] = bytes.fromhex(move + "60f8")  # BRA back
        md = megadrive.MegaDrive(bytes(rom))
        for _ in range(4):
            md.run_frame(False, False)


PARTS: dict[str, Callable[[], None]] = {f.__name__: f for f in (every_z80_opcode, many_68000_opcodes, console_programs)}


@pytest.mark.parametrize("part", PARTS)
def test_small_stack(part: str) -> None:
    """In a process of its own, which an overflow ends."""
    done = subprocess.run([sys.executable, __file__, part], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr[-2000:]


def main(part: str) -> None:
    """Run one part in a thread with a small stack."""
    threading.stack_size(STACK)

    def run() -> None:
        PARTS[part]()
        print("done")

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


if __name__ == "__main__":
    main(sys.argv[1])
