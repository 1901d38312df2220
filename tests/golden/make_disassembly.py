"""Make disassembly.txt: python tests/golden/make_disassembly.py, with GNU binutils for m68k and Z80 installed.

A line for each kind of instruction: CPU, bytes and text; GNU as has made the bytes of the text.
"""

import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import test_disassembly as tests  # noqa: E402

DIGITS = str.maketrans("0123456789", "0" * 10)


def main() -> None:
    lines: list[str] = []
    for cpu, every, assembler, objcopy, write in (
        (
            "m68000",
            [one for one in tests.every_m68000(tests.EXTENSIONS[1]) if one.data[1] != 0xFF],
            ["m68k-linux-gnu-as", "-m68000", "--register-prefix-optional"],
            "m68k-linux-gnu-objcopy",
            tests.relative,
        ),
        (
            "z80",
            [one for one in tests.every_z80() if one.defined and one.data[:1] not in (b"\xfd",)],
            ["z80-unknown-coff-as", "-march=z80+full"],
            "z80-unknown-coff-objcopy",
            tests.z80_relative,
        ),
    ):
        seen: dict[str, tests.Instruction] = {}
        for one in every:
            seen.setdefault(one.text.translate(DIGITS) if cpu == "m68000" else one.data[:4].hex(), one)
        if cpu == "z80":
            seen = {key: one for key, one in seen.items() if one.data[2:3] != b"\xfa" or len(one.data) < 4}
        chosen = [*seen.values()]
        with tempfile.TemporaryDirectory() as folder:
            made = tests.gnu_bytes(assembler, objcopy, [*map(write, chosen)], pathlib.Path(folder), 16)
        for one, data in zip(chosen, made, strict=True):
            if data[: one.length] == one.data:
                lines.append(f"{cpu}\t{one.data.hex()}\t{one.text}\n")
    (HERE / "disassembly.txt").write_text("".join(lines))
    print(len(lines), "lines")


if __name__ == "__main__":
    main()
