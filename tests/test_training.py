"""The program that the build runs to see what is worth its while (``csrc/training``)."""

import importlib.util
import pathlib

import pytest

from megadrive import MegaDrive
from megadrive.game import build

TRAINING = pathlib.Path(__file__).parents[1] / "csrc" / "training"
SCENE, SCENES, FRAMES = 0x8004, 5, 64


def test_the_program_is_what_its_source_says() -> None:
    missing = build.missing_tools()
    if missing:
        pytest.skip(f"needs {', '.join(missing)}: install binutils-m68k-linux-gnu and binutils-z80")
    spec = importlib.util.spec_from_file_location("assemble", TRAINING / "assemble.py")
    assert spec is not None and spec.loader is not None
    assemble = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(assemble)
    assert assemble.assemble() == (TRAINING / "guest.bin").read_bytes()


def test_the_program_goes_through_its_scenes_with_sound() -> None:
    md = MegaDrive(TRAINING / "guest.bin")
    scenes, sounding, pictures = set(), 0, set()
    for _ in range(SCENES * FRAMES + 20):
        md.run_frame()
        scenes.add(int(md.ram[SCENE + 1]))
        sounding += bool(md.audio.any())
        pictures.add(md.frame.tobytes())
    assert scenes == set(range(SCENES))
    assert sounding > SCENES * FRAMES - 10
    assert len(pictures) > 250
