"""Test programs that others wrote for CPUs, where a folder named by MEGADRIVE_CPU_TESTS has them.

    mc68000/*.bin             Musashi's own tests (github.com/kstenerud/Musashi, test/mc68000)
    zexdoc.com zexall.com     Frank Cringle's exerciser (GPL; in the first commit of github.com/nickd4/ZEXALL)
    z80test/src/*.asm         the sources of Patrik Rak's z80test (github.com/raxoft/z80test), or z80*.tap

None of them is in a package registry, so the tests cannot fetch them; z80test is assembled here.
"""

import os
import pathlib
import shutil

import pytest
import z80test_source

from megadrive import M68000, Z80

pytestmark = pytest.mark.long

# Musashi's tests that expect what a 68000 does not do, and what decides.
NOT_A_68000 = {
    "abcd": "results of digits above 9 (bcd-verifier, run on consoles)",
    "sbcd": "results of digits above 9 (bcd-verifier, run on consoles)",
    "divs": "N and Z after an overflow (all published cases of DIVS)",
    "divu": "N and Z after an overflow (all published cases of DIVU)",
    "move": "long words at odd addresses, which are address errors",
}
PASS, FAIL = 0x100004, 0x100000


@pytest.fixture(scope="module")
def folder() -> pathlib.Path:
    path = os.environ.get("MEGADRIVE_CPU_TESTS")
    if not path:
        pytest.skip("MEGADRIVE_CPU_TESTS names no folder with CPU test programs")
    return pathlib.Path(path)


def run_musashi_test(program: bytes) -> tuple[bool, bool]:
    """Run one on the machine that they are for (with a 68040); tell whether it reports success, and failure."""
    memory = bytearray(1 << 24)
    memory[0:256] = b"\xde\xad\xbe\xef" * 64
    memory[0:8] = (0x3F0).to_bytes(4, "big") + (0x10000).to_bytes(4, "big")
    memory[0x10000 : 0x10000 + len(program)] = program
    memory[FAIL : FAIL + 4] = b"\xff" * 4
    cpu = M68000(memory)
    cpu.reset()
    for _ in range(100):
        cpu.run(1_000_000)
        if cpu.stopped or cpu.halted:
            break
    return memory[PASS : PASS + 4] == b"\0\0\0\1", memory[FAIL : FAIL + 4] != b"\xff" * 4


def test_musashi_s_tests(folder: pathlib.Path) -> None:
    programs = sorted((folder / "mc68000").glob("*.bin"))
    if not programs:
        pytest.skip(f"no mc68000/*.bin in {folder}")
    for path in programs:
        passed, failed = run_musashi_test(path.read_bytes())
        assert (passed and not failed) == (path.stem not in NOT_A_68000), path.name


class Console:
    """Prints characters that a program gives to a port."""

    def __init__(self) -> None:
        self.text = ""
        self.z80: Z80

    def read(self, port: int) -> int:
        return 0xBF  # what z80test wants to see at the Spectrum's ULA

    def cpm(self, port: int, value: int) -> None:
        """CP/M's functions 2, a character in E, and 9, a string at DE that ends with $."""
        if self.z80.c == 2:
            self.text += chr(self.z80.e)
        elif self.z80.c == 9:
            start = self.z80.de
            self.text += self.z80.memory[start : self.z80.memory.index(b"$", start)].decode("latin-1")

    def spectrum(self, port: int, value: int) -> None:
        self.text += chr(value)


@pytest.mark.parametrize("name", ["zexdoc", "zexall"])
def test_zex(folder: pathlib.Path, name: str) -> None:
    path = folder / f"{name}.com"
    if not path.is_file():
        pytest.skip(f"no {name}.com in {folder}")
    memory = bytearray(0x10000)
    program = path.read_bytes()
    memory[0x100 : 0x100 + len(program)] = program
    memory[0] = 0x76  # HALT: the end
    memory[5:8] = b"\xc3\x00\xf0"  # JP $F000, which is the top of memory for the program, too
    memory[0xF000:0xF003] = b"\xd3\x05\xc9"  # OUT (5),A; RET
    console = Console()
    console.z80 = cpu = Z80(memory)
    cpu.ports = (console.read, console.cpm)
    cpu.pc, cpu.sp = 0x100, 0xF000
    while not cpu.halted:
        cpu.run(1 << 30)
        assert cpu.clock < 1 << 36, console.text
    assert "Tests complete" in console.text
    assert console.text.count("OK") == 67
    assert "ERROR" not in console.text, console.text


def tape_code(data: bytes) -> bytes:
    """Return the last block of a tape, less its flag and checksum."""
    block = b""
    at = 0
    while at + 2 <= len(data):
        length = int.from_bytes(data[at : at + 2], "little")
        block = data[at + 3 : at + 1 + length]
        at += 2 + length
    return block


Z80TEST = ("z80full", "z80doc", "z80flags", "z80docflags", "z80ccf", "z80memptr")


@pytest.mark.parametrize("name", Z80TEST)
def test_z80test(folder: pathlib.Path, name: str, tmp_path: pathlib.Path) -> None:
    """A Spectrum's program at 32768, which prints with RST 16."""
    tape, sources = folder / f"{name}.tap", folder / "z80test" / "src"
    if tape.is_file():
        code = tape_code(tape.read_bytes())
    elif not sources.is_dir():
        pytest.skip(f"no {name}.tap and no z80test/src in {folder}")
    elif shutil.which("z80-unknown-coff-as") is None:
        pytest.skip("z80-unknown-coff-as is not installed (Debian package binutils-z80)")
    else:
        code = z80test_source.assemble(sources, name, tmp_path)
    memory = bytearray(0x10000)
    memory[0x8000 : 0x8000 + len(code)] = code
    memory[0x10:0x13] = b"\xd3\x01\xc9"  # RST 16, print A: OUT (1),A; RET
    memory[0x1601] = 0xC9  # open a channel
    memory[0] = 0x76  # HALT: where it returns to
    console = Console()
    cpu = Z80(memory)
    cpu.ports = (console.read, console.spectrum)
    cpu.pc, cpu.sp = 0x8000, 0x7FF0
    while not cpu.halted:
        cpu.run(1 << 27)
        assert cpu.clock < 1 << 36, console.text
    assert "all tests passed" in console.text, console.text
