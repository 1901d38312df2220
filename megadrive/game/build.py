"""Builds the game: makers, assembler, linker, checksum. Needs binutils-m68k-linux-gnu and binutils-z80.

Usage: ``python -m megadrive.game.build [-o game.bin] [--keep FOLDER]``
"""

from __future__ import annotations

import argparse
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np

from megadrive.game.makers import effects, music, palettes, planes, samples, sheet, tables
from megadrive.game.makers.tiles import TileSet, words

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE / "source"
M68K = "m68k-linux-gnu-"
Z80 = "z80-unknown-coff-"
MAX_PATTERNS = 0xC000 // 32
SONG_BASE, SONG_END = 0x1780, 0x1E00  # in the Z80's memory: between the driver and its queue
TOOLS = (M68K + "as", M68K + "ld", M68K + "objcopy", Z80 + "as", Z80 + "ld", Z80 + "objcopy")


def missing_tools() -> list[str]:
    """Return the names of the programs that the build needs and that are not installed."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def _run(*command: str | pathlib.Path) -> None:
    subprocess.run([str(part) for part in command], check=True)


def make_data(folder: pathlib.Path) -> None:
    """Run all makers; write what the assembler includes into a folder."""
    symbols: dict[str, int] = {}
    tiles = TileSet()
    layout = planes.build(tiles)
    for name in ("a_day", "b_day", "a_night", "b_night"):
        (folder / f"plane_{name}.bin").write_bytes(words(getattr(layout, name)))
    sprites = sheet.build(tiles)
    if len(tiles) > MAX_PATTERNS:
        raise RuntimeError(f"{len(tiles)} patterns; there is room for {MAX_PATTERNS}")
    symbols.update(sprites.symbols)
    (folder / "figures.inc").write_text(sprites.source())
    symbols["PATTERN_BYTES"] = len(tiles) * 32
    (folder / "patterns.bin").write_bytes(tiles.to_bytes())
    scenes = bytearray()
    for scene in palettes.scenes():
        scenes += words(scene.lines) + words(scene.far) + words(scene.near)
    (folder / "scenes.bin").write_bytes(bytes(scenes))
    (folder / "palette_fixed.bin").write_bytes(words(palettes.fixed()))
    (folder / "fade.bin").write_bytes(tables.fade())
    (folder / "ripple.bin").write_bytes(tables.ripple())
    (folder / "sines.bin").write_bytes(tables.sines())
    (folder / "angles.bin").write_bytes(tables.angles())
    (folder / "shimmer.bin").write_bytes(tables.shimmer())
    symbols.update(make_sound(folder))
    lines = [f"        .equ    {name}, {value}" for name, value in sorted(symbols.items())]
    (folder / "generated.inc").write_text("\n".join(lines) + "\n")


def make_sound(folder: pathlib.Path) -> dict[str, int]:
    """Make the driver's data, assemble it, compile the tunes; return symbols for the 68000."""
    text = music.note_tables()
    table, data = ["samples:"], []
    symbols = {"SONG_BASE": SONG_BASE}
    for number, (name, wave) in enumerate(samples.SAMPLES, 1):
        packed = samples.pack(wave())
        symbols[f"SAMPLE_{name.upper()}"] = number
        table.append(f"          .word sample_{name}, {len(packed)}")
        data.append(f'sample_{name}: .incbin "{name}.pcm"')
        (folder / f"{name}.pcm").write_bytes(packed)
    text += "\n".join(table + data) + "\n"
    table, rows = ["effects:"], []
    for name, importance, values in effects.effects():
        table.append(f"          .word {importance}, effect_{name}")
        rows.append(f"effect_{name}: .byte " + ",".join(str(v) for v in values))
    closed, opened = effects.hats()
    rows.append(f"hats: .byte 2, {2 + len(closed)}, " + ",".join(str(v) for v in closed + opened))
    text += "\n".join(table + rows) + "\n"
    (folder / "sounddata.z80").write_text(text + f"SONG .equ {SONG_BASE}\n")
    _run(Z80 + "as", "-I", SOURCE, "-I", folder, SOURCE / "driver.z80", "-o", folder / "driver.o")
    _run(Z80 + "ld", "-Ttext=0", "--entry=0", folder / "driver.o", "-o", folder / "driver.coff")
    _run(Z80 + "objcopy", "-O", "binary", "-j", ".text", folder / "driver.coff", folder / "driver.bin")
    size = (folder / "driver.bin").stat().st_size
    if size > SONG_BASE:
        raise RuntimeError(f"the sound driver has {size} bytes; the tune lies at {SONG_BASE}")
    known = music.instruments((HERE / "music" / "instruments.txt").read_text())
    for name in ("title", "flight", "over"):
        tune = music.compile_tune(HERE / "music" / f"{name}.txt", known, SONG_BASE)
        if len(tune) > SONG_END - SONG_BASE:
            raise RuntimeError(f"{name} has {len(tune)} bytes; there is room for {SONG_END - SONG_BASE}")
        (folder / f"{name}.bin").write_bytes(tune)
    return symbols


def assemble(folder: pathlib.Path) -> bytes:
    """Assemble and link the program with the data in a folder; return the ROM without its checksum."""
    _run(
        M68K + "as", "-m68000", "--register-prefix-optional", "--fatal-warnings",
        "-I", SOURCE, "-I", folder, SOURCE / "game.s", "-o", folder / "game.o",
    )  # fmt: skip
    _run(M68K + "ld", "-T", SOURCE / "game.ld", folder / "game.o", "-o", folder / "game.elf")
    _run(M68K + "objcopy", "-O", "binary", "-j", ".text", folder / "game.elf", folder / "game.raw")
    return (folder / "game.raw").read_bytes()


def finish(rom: bytes) -> bytes:
    """Pad to whole 16 KiB with $FF; write the header's end address and checksum."""
    size = -len(rom) // 0x4000 * -0x4000
    image = bytearray(rom + b"\xff" * (size - len(rom)))
    image[0x1A4:0x1A8] = (size - 1).to_bytes(4, "big")
    checksum = int(np.frombuffer(bytes(image[0x200:]), dtype=">u2").astype(np.int64).sum()) & 0xFFFF
    image[0x18E:0x190] = checksum.to_bytes(2, "big")
    return bytes(image)


def build(keep: pathlib.Path | None = None) -> bytes:
    """Build the game from its sources.

    Parameters
    ----------
    keep
        A folder for the intermediate files, or None for a temporary one.

    Returns
    -------
    bytes
        The ROM image.

    Raises
    ------
    RuntimeError
        If the assembler or linker is not installed.
    """
    missing = missing_tools()
    if missing:
        raise RuntimeError(f"not installed: {', '.join(missing)} (Debian: binutils-m68k-linux-gnu, binutils-z80)")
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        make_data(folder)
        return finish(assemble(folder))


def main() -> None:
    """Build the ROM into the package, or where the command line says."""
    parser = argparse.ArgumentParser(description="Build the built-in game.")
    parser.add_argument("-o", "--output", type=pathlib.Path, default=HERE / "game.bin")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for intermediate files")
    arguments = parser.parse_args()
    rom = build(arguments.keep)
    arguments.output.write_bytes(rom)
    print(f"{arguments.output}: {len(rom)} bytes")


if __name__ == "__main__":
    main()
