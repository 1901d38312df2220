"""Frames per second of CPU time against other emulators: ``python benchmarks/versus.py [ROM ...]``.

Peers are the cores that stable-retro's wheel brings (Genesis Plus GX and PicoDrive), each in a process of its own; they
run the same ROM with the same inputs. Rounds of all contestants are interleaved, so that a drift of the machine's speed
meets all alike; medians over the rounds are compared.

Needs the extra ``bench``. Without a ROM argument it runs the built-in game, and Airstriker from stable-retro's wheel.
"""

from __future__ import annotations

import argparse
import multiprocessing
import pathlib
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

# Bits of stable-retro's button mask, in the order of its Genesis buttons.
RETRO_BUTTONS = ["B", "A", "MODE", "START", "UP", "DOWN", "LEFT", "RIGHT", "C", "Y", "X", "Z"]
PEERS = {"Genesis Plus GX": ".md", "PicoDrive": ".32x"}  # stable-retro picks its core by the file's ending
Prepare = Callable[[set[str]], Any]
Step = Callable[[Any], None]
OURS = {"megadrive": "all", "megadrive, nothing looked at": "none"}


def inputs() -> Iterator[set[str]]:
    """Yield the buttons held in each frame: Start at times, then moving about and firing."""
    frame = 0
    while True:
        held = set()
        if frame % 240 in range(100, 108):
            held.add("START")
        if frame > 300:
            held.add(("LEFT", "UP", "RIGHT", "DOWN")[frame // 40 % 4])
            if frame % 12 < 6:
                held.add("B" if frame % 300 < 200 else "C")
        yield held
        frame += 1


def peer(rom: str) -> tuple[Prepare, Step]:
    """Return what stable-retro's core wants to know of held buttons, and what runs one frame of it."""
    import stable_retro

    emulator = stable_retro.RetroEmulator(rom)

    def prepare(held: set[str]) -> list[bool]:
        return [name in held for name in RETRO_BUTTONS]

    def step(mask: list[bool]) -> None:
        emulator.set_button_mask(mask, 0)
        emulator.step()

    return prepare, step


def ours(rom: str, look: str) -> tuple[Prepare, Step]:
    """Return the same of this package."""
    import megadrive

    md = megadrive.MegaDrive(rom, address_errors=False)
    masks = {name: int(megadrive.Button[name]) for name in RETRO_BUTTONS}
    seen = look == "all"

    def prepare(held: set[str]) -> int:
        return sum(masks[name] for name in held)

    def step(mask: int) -> None:
        md.set_buttons(0, mask)
        md.run_frame(render=seen, audio=seen)

    return prepare, step


def contestant(name: str, rom: str, pipe: Connection) -> None:
    """Run as many frames as the pipe asks for, and answer with the CPU seconds they took."""
    prepare, step = ours(rom, OURS[name]) if name in OURS else peer(rom)
    held = inputs()
    while n := pipe.recv():
        masks = [prepare(next(held)) for _ in range(n)]
        start = time.process_time()
        for mask in masks:
            step(mask)
        pipe.send(time.process_time() - start)


def compare(rom: pathlib.Path, rounds: int, frames: int, warm_up: int) -> dict[str, list[float]]:
    """Return frames per CPU second of every contestant, a figure for each round."""
    context = multiprocessing.get_context("spawn")
    speeds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        pipes = {}
        for name in [*OURS, *PEERS]:
            path = pathlib.Path(folder) / f"game{PEERS.get(name, '.md')}"
            if not path.exists():
                shutil.copy(rom, path)
            pipe, other = context.Pipe()
            context.Process(target=contestant, args=(name, str(path), other), daemon=True).start()
            pipes[name] = pipe
        for pipe in pipes.values():
            pipe.send(warm_up)
            pipe.recv()
        for _ in range(rounds):
            for name, pipe in pipes.items():
                pipe.send(frames)
                speeds.setdefault(name, []).append(frames / pipe.recv())
        for pipe in pipes.values():
            pipe.send(0)
    return speeds


def table(speeds: dict[str, list[float]]) -> str:
    """Return a Markdown table of medians, spreads and ratios."""
    median = {name: statistics.median(values) for name, values in speeds.items()}
    base = median["megadrive"]
    rows = ["| | frames/s, median | min to max | megadrive is |", "|---|---|---|---|"]
    for name, values in speeds.items():
        ratio = "" if name == "megadrive" else f"{base / median[name]:.2f} times"
        rows.append(f"| {name} | {median[name]:,.0f} | {min(values):,.0f} to {max(values):,.0f} | {ratio} |")
    return "\n".join(rows)


def default_roms() -> list[pathlib.Path]:
    """Return the built-in game, and Airstriker where stable-retro has it."""
    import megadrive

    roms = [pathlib.Path(str(megadrive.builtin_rom()))]
    try:
        import stable_retro
    except ImportError:
        sys.exit("the peers are missing: pip install 'megadrive[bench]'")
    roms += sorted(pathlib.Path(stable_retro.data.get_file_path("Airstriker-Genesis-v0", "rom.md")).parent.glob("*.md"))
    return roms


def title(rom: pathlib.Path) -> str:
    """Return a ROM's name for a table: its file's, or its folder's if that is only called rom."""
    return rom.parent.name if rom.stem == "rom" else rom.stem


def main() -> None:
    """Compare on each ROM and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rom", nargs="*", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--frames", type=int, default=600, help="in each round")
    parser.add_argument("--warm-up", type=int, default=600, help="frames before the first round")
    arguments = parser.parse_args()
    for rom in arguments.rom or default_roms():
        print(f"\n{title(rom)}\n")
        print(table(compare(rom, arguments.rounds, arguments.frames, arguments.warm_up)), flush=True)


if __name__ == "__main__":
    main()
