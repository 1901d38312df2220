"""Disassemblers against GNU binutils (both ways), Capstone and the committed golden text."""

import pathlib
import re
import shutil
import struct
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import megadrive
from megadrive.disassembly import Instruction, disassemble, disassemble_range, m68000

GOLDEN = pathlib.Path(__file__).parent / "golden" / "disassembly.txt"
EXTENSIONS = ((0x0034, 0x5078, 0x2068, 0x18BC), (0x9874, 0xA064, 0x88CE, 0x7800))
ORIGIN = 0x1000


def tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        package = "binutils-m68k-linux-gnu" if name.startswith("m68k") else "binutils-z80"
        pytest.skip(f"{name} is not installed (Debian package {package})")
    return path


# ---------------------------------------------------------------------------------------------------- 68000


def every_m68000(extensions: tuple[int, ...]) -> Iterator[Instruction]:
    """Give all instructions of the 68000 with some extension words, those bits 0 that the CPU does not look at."""
    for word in range(0x10000):
        if m68000.is_defined(word):
            data = m68000.canonical(struct.pack(">5H", word, *extensions))
            yield disassemble(data, ORIGIN, origin=ORIGIN)


def relative(one: Instruction) -> str:
    """Write addresses that depend on the PC relative to the instruction, as GNU as takes them wherever it lies."""

    def distance(address: str) -> str:
        value = int(address, 16) - one.address
        return f".{(value + (1 << 31)) % (1 << 32) - (1 << 31):+d}"

    text = one.text
    if re.match(r"b(..\.[sw]|ra|sr)|db", text):
        text = re.sub(r"\$([0-9a-f]+)$", lambda match: distance(match[1]), text)
    text = re.sub(r"\$([0-9a-f]+)\(pc", lambda match: distance(match[1]) + "(pc", text)
    return text.replace("$", "0x")


def gnu_bytes(assembler: list[str], objcopy: str, lines: list[str], folder: pathlib.Path, room: int) -> list[bytes]:
    """Assemble lines, each into so many bytes of room."""
    source = "".join(f" {line}\n .org {room * number}\n" for number, line in enumerate(lines, 1))
    (folder / "all.s").write_text(source)
    run = subprocess.run([*assembler, "-o", folder / "all.o", folder / "all.s"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[:2000]
    subprocess.run([objcopy, "-O", "binary", "-j", ".text", folder / "all.o", folder / "all.bin"], check=True)
    data = (folder / "all.bin").read_bytes()
    return [data[i : i + room] for i in range(0, room * len(lines), room)]


def gnu_lines(objdump: list[str], programs: list[bytes], folder: pathlib.Path, filler: bytes) -> dict[int, str]:
    """Disassemble programs of at most 16 bytes, and return bytes and text by number."""
    (folder / "dump.bin").write_bytes(b"".join((data + filler * 16)[:16] for data in programs))
    run = subprocess.run([*objdump, "-Dz", "-b", "binary", folder / "dump.bin"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    found = {}
    for match in re.finditer(r"^\s*([0-9a-f]+):\s+((?:[0-9a-f]{2,4} )+)\s*(.*)$", run.stdout, re.MULTILINE):
        if int(match[1], 16) % 16 == 0:
            found[int(match[1], 16) // 16] = match[2].replace(" ", "") + "\t" + match[3]
    return found


@pytest.mark.parametrize("extensions", [EXTENSIONS[0], pytest.param(EXTENSIONS[1], marks=pytest.mark.long)])
def test_gnu_as_makes_the_same_m68000_bytes(extensions: tuple[int, ...], tmp_path: pathlib.Path) -> None:
    assembler = [tool("m68k-linux-gnu-as"), "-m68000", "--register-prefix-optional"]
    # -1 as a branch's 8-bit distance leads to an odd address: no assembler makes it
    every = [one for one in every_m68000(extensions) if one.data[0] >> 4 != 6 or one.data[1] != 0xFF]
    assert len(every) == 45_816 - 16
    made = gnu_bytes(assembler, tool("m68k-linux-gnu-objcopy"), [relative(one) for one in every], tmp_path, 16)
    for one, data in zip(every, made, strict=True):
        if data[: one.length] != one.data:
            # OP #n,Dn has two encodings, and it prefers the other one: OPI
            assert re.match(r"(add|and|cmp|or|sub)\.[bwl] #", one.text), one
            again = disassemble(data[: one.length], ORIGIN, origin=ORIGIN)
            assert again.text == one.text.replace(".", "i.", 1)


def test_objdump_has_the_same_m68000_lengths(tmp_path: pathlib.Path) -> None:
    every = [*every_m68000(EXTENSIONS[0])]
    objdump = [tool("m68k-linux-gnu-objdump"), "-m", "m68k:68000", "--insn-width=10"]
    lines = gnu_lines(objdump, [one.data for one in every], tmp_path, b"\x4e\x71")
    for number, one in enumerate(every):
        assert lines[number].split("\t")[0] == one.data.hex(), (one, lines[number])


def plain(text: str) -> str:
    """Write numbers in decimal, and nothing that is a matter of taste."""
    text = re.sub(r"(?:\$|0x)([0-9a-f]+)", lambda match: str(int(match[1], 16)), text.replace(", ", ","))
    mnemonic, _, operands = text.partition(" ")
    return f"{mnemonic.partition('.')[0]} {''.join(operands.split())}".strip()


# What Capstone 5 has otherwise, and why it is wrong.
CAPSTONE = {
    "bf": "E8C0-EFFF with mode 3 of a memory shift: bit field instructions of the 68020",
    "target": "an address relative to the PC behind an immediate word: it counts from the instruction + 2",
    "sbcd": "with -(An): it reads an extension word, as PACK has (68020)",
    "move #n,ccr": "it shows the low byte of the word, which is what counts",
    "roxr.b": "by a register: it makes roxr.l #n of it",
}


@pytest.mark.parametrize("extensions", [EXTENSIONS[0], pytest.param(EXTENSIONS[1], marks=pytest.mark.long)])
def test_capstone_says_the_same(extensions: tuple[int, ...]) -> None:
    capstone = pytest.importorskip("capstone", reason="capstone is not installed (extra test)")
    engine = capstone.Cs(capstone.CS_ARCH_M68K, capstone.CS_MODE_BIG_ENDIAN | capstone.CS_MODE_M68K_000)
    for word in range(0x10000):
        data = m68000.canonical(struct.pack(">5H", word, *extensions))
        ours = disassemble(data, ORIGIN, origin=ORIGIN)
        theirs = next(engine.disasm(data + bytes(10 - len(data)), ORIGIN, 1), None)
        if theirs is None or theirs.mnemonic == "dc.w" or theirs.mnemonic.startswith("bf"):
            assert not ours.defined or (word >> 12 == 6 and word & 0xFF == 0xFF), ours  # a branch to an odd address
            continue
        assert ours.defined, f"{ours} is {theirs.mnemonic} {theirs.op_str}"
        text = f"{theirs.mnemonic} {theirs.op_str}"
        if word == 0x4AFC:
            text = "illegal"
        elif ours.mnemonic == "sbcd" and "-(" in ours.operands:
            text = text.partition(", #")[0]
        elif word & 0xF1F8 == 0xE030 or word == 0x44FC:
            text = ours.text
        elif word & 0xF1FF == 0x013C:  # BTST Dn,#n has a byte
            text = text.partition("#")[0] + "#" + str(data[3])
            assert theirs.size == 6
        else:
            assert theirs.size == ours.length, (ours, text)
        if "(pc" in text and (theirs.mnemonic.startswith("movem") or word & 0xFFC0 == 0x0800):
            text = re.sub(r"\$([0-9a-f]+)\(pc", lambda match: f"${(int(match[1], 16) + 2) % (1 << 32):x}(pc", text)
        assert plain(unsigned(ours.text)) == plain(text), (ours, text)


def unsigned(text: str) -> str:
    """Write numbers as Capstone does: short addresses and immediate ones as they stand in the program."""
    text = re.sub(r"\$ffff(\w{4})\.w", r"$\1.w", text)
    bits = 8 if text.startswith("moveq") else 16
    return re.sub(r"#-\$?(\w+)", lambda match: f"#${(1 << bits) - int(match[1], 16):x}", text)


def test_what_the_core_refuses_is_data() -> None:
    """Illegal, line A and line F for the core, and no others, are data for the disassembler."""
    memory = bytearray(1 << 24)
    for vector in (4, 10, 11):
        memory[4 * vector : 4 * vector + 4] = (0x2000 + vector * 16).to_bytes(4, "big")
    cpu = megadrive.M68000(memory)
    for word in range(0x10000):
        cpu.set_state({"sr": 0x2700, "pc": 0x1000, "prefetch": (word, 0), "ssp": 0x8000, "stopped": 0, "halted": 0})
        cpu.a[:7] = [0x4000] * 7
        cpu.step()
        refused = cpu.pc in (0x2000 + vector * 16 for vector in (4, 10, 11))
        assert refused == (not m68000.is_defined(word) or word == 0x4AFC), hex(word)


# ------------------------------------------------------------------------------------------------------ Z80


def every_z80() -> Iterator[Instruction]:
    for tail in (b"\x34\x12\x56\x78", b"\xfa\xa5\xc3\x99"):
        for first in range(256):
            if first not in (0xCB, 0xDD, 0xED, 0xFD):
                yield disassemble(bytes((first,)) + tail, ORIGIN, "z80", origin=ORIGIN)
                continue
            for second in range(256):
                if second != 0xCB or first in (0xCB, 0xED):
                    yield disassemble(bytes((first, second)) + tail, ORIGIN, "z80", origin=ORIGIN)
                    continue
                for last in range(256):
                    yield disassemble(bytes((first, second, tail[0], last)), ORIGIN, "z80", origin=ORIGIN)


def z80_relative(one: Instruction) -> str:
    text = one.text
    if one.mnemonic in ("jr", "djnz"):
        assert one.target is not None
        text = re.sub(r"\$[0-9a-f]{4}$", f".{one.target - one.address:+d}", text)
    return text.replace("$", "0x")


def test_gnu_as_makes_the_same_z80_bytes(tmp_path: pathlib.Path) -> None:
    assembler = [tool("z80-unknown-coff-as"), "-march=z80+full"]
    every = [one for one in every_z80() if one.defined]
    assert len(every) == 2 * (252 + 256 + 60 + 2 * (85 + 200))
    made = gnu_bytes(assembler, tool("z80-unknown-coff-objcopy"), [*map(z80_relative, every)], tmp_path, 8)
    for one, data in zip(every, made, strict=True):
        if data[: one.length] != one.data:  # ED 63 and ED 6B are longer forms of 22 and 2A
            assert one.data[:2] in (b"\xed\x63", b"\xed\x6b"), one
            assert disassemble(data, ORIGIN, "z80", origin=ORIGIN).text == one.text


def test_objdump_says_the_same_of_the_z80(tmp_path: pathlib.Path) -> None:
    every = [one for one in every_z80() if one.defined]
    lines = gnu_lines([tool("z80-unknown-coff-objdump"), "-m", "z80"], [one.data for one in every], tmp_path, b"\0")
    for number, one in enumerate(every):
        data, text = lines[number].split("\t")
        assert data == one.data.hex(), (one, text)
        if one.mnemonic not in ("jr", "djnz"):
            assert plain(one.text) == plain(text).replace("sli ", "sll "), (one, text)


def test_z80_data_says_what_the_cpu_does() -> None:
    for data, text, comment in (
        ("ed4c", "db $ed,$4c", "neg"),
        ("ed00", "db $ed,$00", "nop"),
        ("ed7d", "db $ed,$7d", "retn"),
        ("ed6e", "db $ed,$6e", "im 0"),
        ("ddcb0547", "db $dd,$cb,$05,$47", "bit 0,(ix+5)"),
        ("dddd2100", "db $dd", ""),
        ("dd00", "db $dd", ""),
        ("fdeb", "db $fd", ""),
    ):
        one = disassemble(bytes.fromhex(data), 0, "z80")
        assert (one.text, one.comment, one.defined) == (text, comment, False)


# ---------------------------------------------------------------------------------------------------- both


def test_golden() -> None:
    """Text that GNU as has made these bytes of."""
    lines = GOLDEN.read_text().splitlines()
    assert len(lines) > 1000
    for line in lines:
        cpu, data, text = line.split("\t")
        one = disassemble(bytes.fromhex(data), ORIGIN, cpu, origin=ORIGIN)  # type: ignore[arg-type]
        assert (one.text, one.data.hex()) == (text, data)


@given(st.binary(min_size=1, max_size=40), st.sampled_from(["m68000", "z80"]))
def test_every_byte_belongs_to_one_instruction(data: bytes, cpu: Any) -> None:
    found = [*disassemble_range(data, 0, len(data), cpu)]
    assert b"".join(one.data for one in found) == data
    assert [one.address for one in found] == [sum(o.length for o in found[:i]) for i in range(len(found))]


def test_symbols() -> None:
    names = {0x1234: "table", 0xFFFF8000: "nowhere", 0x1000: "start", 0xFF8000: "ram"}
    for data, text in (
        ("41f900001234", "lea table.l,a0"),
        ("60fe", "bra.s start"),
        ("303a0232", "move.w table(pc),d0"),
        ("303cabcd", "move.w #$abcd,d0"),
        ("31c08000", "move.w d0,ram.w"),
    ):
        assert disassemble(bytes.fromhex(data), 0x1000, symbols=names, origin=0x1000).text == text
    assert disassemble(b"\xc3\x34\x12", 0, "z80", symbols=names).text == "jp table"
    assert disassemble(b"\x3a\x34\x12", 0, "z80", symbols=names).text == "ld a,(table)"


def test_bad_arguments() -> None:
    for arguments, error in (
        ((b"\0\0", 1), ValueError),
        ((b"\0\0", -1), ValueError),
        ((b"\0\0", 2), ValueError),
        ((b"\0\0", 0, "6502"), ValueError),
        ((5, 0), TypeError),
    ):
        with pytest.raises(error):
            disassemble(*arguments)  # type: ignore[arg-type]
    assert disassemble(b"\x4e").text == "dc.b $4e"
    assert disassemble(b"\x30\x3c").text == "dc.w $303c"  # its immediate word is missing


def test_a_cpu_disassembles_its_queue() -> None:
    cpu = megadrive.M68000(bytearray(1 << 24))
    cpu.memory[0x1000:0x1004] = b"\x70\x01\x4e\x75"
    cpu.pc = 0x1000
    cpu.prefetch = (0x4E71, 0x4E71)
    assert [one.text for one in cpu.disassemble(count=2)] == ["nop", "nop"]
    assert cpu.disassemble(0x1002)[0].text == "nop"
    md = megadrive.MegaDrive(megadrive.builtin_rom())
    assert md.cpu.disassemble()[0].address == md.cpu.pc
    assert all(one.defined for one in md.cpu.disassemble(count=20))
