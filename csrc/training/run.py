"""Run machines, so that gcc sees what is worth its while: ``python run.py MODULE COUNTS``.

MODULE is the extension built with ``-fprofile-generate``; when it ends, what was counted is left in the folder COUNTS.
"""

import importlib.util
import itertools
import pathlib
import sys
from collections.abc import Iterator

HERE = pathlib.Path(__file__).resolve().parent


def import_package(module: str) -> None:
    """Import megadrive from the source tree with this extension module."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(HERE.parents[1]))
    spec = importlib.util.spec_from_file_location("megadrive._core", module)
    assert spec is not None and spec.loader is not None
    extension = importlib.util.module_from_spec(spec)
    sys.modules["megadrive._core"] = extension
    spec.loader.exec_module(extension)


def held_buttons() -> Iterator[int]:
    """Yield what is held in each frame: a direction for a second, fire, and in the beginning START now and then."""
    from megadrive import Button

    directions = (Button.RIGHT, Button.UP, Button(0), Button.LEFT, Button.DOWN)
    for frame in itertools.count():
        held = directions[frame // 60 % len(directions)]
        if frame // 4 % 2:
            held |= Button.A
        if frame < 960 and frame % 240 >= 234:
            held |= Button.START
        yield held


def train() -> None:
    """Run the built-in game and the program guest.s, with pictures and sound and without."""
    from megadrive import MegaDrive, builtin_rom

    for rom, turns in ((builtin_rom(), 8), ((HERE / "guest.bin").read_bytes(), 4)):
        md = MegaDrive(rom)
        held = held_buttons()
        for look in (True, False) * turns:
            for _ in range(80):
                md.set_buttons(0, next(held))
                md.run_frame(render=look, audio=look)
        md.load_state(md.save_state())


if __name__ == "__main__":
    module, counts = sys.argv[1:]
    for old in pathlib.Path(counts).glob("*.gcda"):
        old.unlink()
    import_package(module)
    train()
