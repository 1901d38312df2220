"""Frames per second of CPU time of the VDP alone, kernel and Python model: ``python benchmarks/vdp.py``.

Four scenes: a still picture; two scrolling planes; 80 moving sprites in 16 x 16 to 32 x 32 pixels; and a raster effect,
scroll and backdrop changed on every line. Then what a register costs that changes within a line. The chips are
driven through their ports; pictures are drawn in RGB.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

import megadrive.model
from megadrive._core import lib
from megadrive.vdp import CONTROL_PORT, DATA_PORT, VDP, VDPPorts

LINE = 3420
FRAME = 262 * LINE
RANDOM = np.random.default_rng(1)
SPRITE_TABLE, HSCROLL_TABLE = 0xF800, 0xFC00

Scene = Callable[[VDPPorts, int, int], None]
"""Port traffic of one frame: chip, number of the frame, mclk at which line 0 begins."""


class Kernel(VDP):
    """The kernel as it is in a console, where nobody writes its memories but itself."""

    def _settle(self) -> None:
        """Leave everything to be drawn when it has to be."""


class Model(megadrive.model.VDP):
    """The model as it is in a console."""

    def __init__(self, pal: bool, memory: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> None:
        super().__init__(pal, memory)
        self._alone = False


def command(chip: VDPPorts, clock: int, code: int, address: int) -> None:
    """Write a command to the control port."""
    chip.write(clock, CONTROL_PORT, (code & 3) << 14 | address & 0x3FFF)
    chip.write(clock, CONTROL_PORT, (code & 0x3C) << 2 | address >> 14)


def still(chip: VDPPorts, frame: int, start: int) -> None:
    """Change nothing."""


def scrolling(chip: VDPPorts, frame: int, start: int) -> None:
    """Move both planes in both directions."""
    clock = start - 20 * LINE
    for code, address in ((1, HSCROLL_TABLE), (5, 0)):
        command(chip, clock, code, address)
        for speed in (1, 2):
            clock += 200
            chip.write(clock, DATA_PORT, frame * speed & 0x3FF)


def sprites(chip: VDPPorts, frame: int, start: int) -> None:
    """Move 80 sprites by a transfer of their table."""
    length, source = 320, 640 * (frame % 64)
    registers = ((19, length & 0xFF), (20, length >> 8), (21, source >> 1 & 0xFF), (22, source >> 9), (23, 0))
    for register, value in registers:
        chip.write(start - 30 * LINE, CONTROL_PORT, 0x8000 | register << 8 | value)
    command(chip, start - 30 * LINE, 0x21, SPRITE_TABLE)


def raster(chip: VDPPorts, frame: int, start: int) -> None:
    """Change the backdrop and the vertical scroll in every line's horizontal blanking."""
    for line in range(224):
        clock = start + line * LINE + 200
        chip.write(clock, CONTROL_PORT, 0x8700 | line + frame & 0x3F)
        command(chip, clock, 5, 0)
        chip.write(clock, DATA_PORT, line + frame & 0xFF)


def registers_within_lines(count: int) -> Scene:
    """Return a scene that changes the backdrop this many times in each line."""

    def scene(chip: VDPPorts, frame: int, start: int) -> None:
        for line in range(224):
            for i in range(count):
                chip.write(start + line * LINE + 1100 + 250 * i, CONTROL_PORT, 0x8700 | line + i + frame & 0x3F)

    return scene


def sprite_tables() -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Return 64 tables of 80 sprites that move."""
    tables = np.zeros((64, 80, 4), ">u2")
    place, speed = RANDOM.integers(0, 512, (80, 2)), RANDOM.integers(-3, 4, (80, 2))
    size, name = RANDOM.choice([0x5, 0xA, 0xF], 80), RANDOM.integers(0, 0x10000, 80)
    for step, table in enumerate(tables):
        at = place + step * speed
        table[:, 0] = 128 + at[:, 1] % 224
        table[:, 1] = size << 8 | (np.arange(80) + 1) % 80
        table[:, 2] = name
        table[:, 3] = 128 + at[:, 0] % 320
    return tables.view(np.uint8).reshape(-1)


def chip_in_use(kind: type[VDPPorts]) -> VDPPorts:
    """Return a chip with random contents and the display on, 320 pixels wide."""
    chip = kind(False, sprite_tables())
    chip.vram[:] = RANDOM.integers(0, 256, 65536)
    chip.vram[SPRITE_TABLE : SPRITE_TABLE + 640] = 0
    chip.cram[:] = RANDOM.integers(0, 0x1000, 64) & 0x0EEE
    for word in (0x8004, 0x8154, 0x8230, 0x8407, 0x8500 | SPRITE_TABLE >> 9, 0x8C81, 0x8D00 | HSCROLL_TABLE >> 10,
                 0x8F02, 0x9011):  # fmt: skip
        chip.write_control(word)
    chip._chip.render = 1
    return chip


def seconds_a_frame(kind: type[VDPPorts], scene: Scene, frames: int) -> float:
    """Return the CPU time of a frame."""
    chip = chip_in_use(kind)
    begin = 0.0
    for frame in range(-2, frames):
        if frame == 0:
            begin = time.process_time()
        start = (frame + 4) * FRAME
        if isinstance(chip, Model):
            chip.begin()
        chip.run(start - 36 * LINE)
        scene(chip, frame & 0x3FF, start)
        chip.run(start + 225 * LINE)
        if isinstance(chip, Model):
            chip.end()
        else:
            lib.vdp_fill_rgb(chip._chip)
    return (time.process_time() - begin) / frames


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=600, help="of the kernel")
    parser.add_argument("--model-frames", type=int, default=60)
    arguments = parser.parse_args()
    kinds = (Kernel, arguments.frames), (Model, arguments.model_frames)
    print("| frames/s | kernel | model |\n|---|---|---|")
    for name, scene in (("still", still), ("scrolling", scrolling), ("80 sprites", sprites), ("raster", raster)):
        speeds = [1 / seconds_a_frame(kind, scene, frames) for kind, frames in kinds]
        print(f"| {name} | {speeds[0]:,.0f} | {speeds[1]:,.0f} |", flush=True)
    costs = []
    for kind, frames in kinds:
        few, many = (seconds_a_frame(kind, registers_within_lines(count), frames) for count in (1, 5))
        costs.append((many - few) / (4 * 224) * 1e6)
    print(f"| a register changed within a line, microseconds | {costs[0]:.2f} | {costs[1]:.0f} |")


if __name__ == "__main__":
    main()
