"""Assemble the program that training runs: ``python csrc/training/assemble.py``.

Needs the assemblers of the built-in game.
"""

import pathlib
import subprocess
import tempfile

from megadrive.game.build import M68K, Z80

HERE = pathlib.Path(__file__).resolve().parent


def assemble() -> bytes:
    """Return the program out of guest.s and mixer.z80."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        mixer, guest = folder / "mixer", folder / "guest"
        for command in (
            [Z80 + "as", HERE / "mixer.z80", "-o", f"{mixer}.o"],
            [Z80 + "ld", "-Ttext=0", "--entry=0", f"{mixer}.o", "-o", f"{mixer}.coff"],
            [Z80 + "objcopy", "-O", "binary", "-j", ".text", f"{mixer}.coff", f"{mixer}.bin"],
            [M68K + "as", "-m68000", "--register-prefix-optional", "-I", folder, HERE / "guest.s", "-o", f"{guest}.o"],
            [M68K + "ld", "-Ttext=0", "--entry=0", f"{guest}.o", "-o", f"{guest}.elf"],
            [M68K + "objcopy", "-O", "binary", "-j", ".text", f"{guest}.elf", f"{guest}.bin"],
        ):
            subprocess.run(command, check=True)
        return (folder / "guest.bin").read_bytes()


if __name__ == "__main__":
    (HERE / "guest.bin").write_bytes(assemble())
