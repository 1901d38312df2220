"""Where episodes begin: states, and scripts of buttons that lead to them from power-on."""

from __future__ import annotations

import gzip
import os
import pathlib
import zlib
from collections.abc import Callable, Sequence
from typing import TypeAlias, cast

from megadrive.controllers import Button
from megadrive.errors import StateError
from megadrive.inputs import read_inputs
from megadrive.machine import MegaDrive

Script: TypeAlias = Sequence[tuple[Button, Button]]
Start: TypeAlias = str | os.PathLike[str] | bytes | Script | Callable[[MegaDrive], None] | None

_MOST_BYTES = 64 << 20


def make_start(md: MegaDrive, start: Start) -> bytes:
    """Bring a machine that has just been switched on to where episodes begin, and return its state.

    Parameters
    ----------
    md : MegaDrive
        The machine.
    start
        None: where the power is switched on. Bytes: a save state. A path: a file of one, gzip-packed or not, or a file
        of pad states (``.inp``, see `megadrive.inputs`), which is played from power-on. A list of pairs of buttons: the
        same without a file. A function: it is called with the machine and plays.

    Returns
    -------
    bytes
        A save state.

    Raises
    ------
    StateError
        If it is not a save state of this machine; a state of another emulator never is.
    TypeError
        If `start` is none of these.
    """
    if start is None:
        pass
    elif isinstance(start, bytes):
        load(md, start)
    elif isinstance(start, (str, os.PathLike)):
        path = pathlib.Path(start)
        if path.suffix == ".inp":
            _play(md, read_inputs(path))
        else:
            with path.open("rb") as file:
                load(md, file.read(_MOST_BYTES), str(path))
    elif callable(start):
        start(md)
    elif isinstance(start, Sequence):
        _play(md, cast(Script, start))
    else:
        raise TypeError(f"a start is a save state, its path, a path of pad states, a list or a function, not {start!r}")
    return md.save_state()


def load(md: MegaDrive, data: bytes, name: str = "this") -> None:
    """Load a save state, which may be packed with gzip.

    Raises
    ------
    StateError
        If it is none of this machine.
    """
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise StateError(f"{name} cannot be unpacked: {error}") from error
    if data[:10] == b"GENPLUS-GX":
        raise StateError(
            f"{name} is a state of Genesis Plus GX, which only that emulator can load; make one of your own: play to "
            "the same place and keep MegaDrive.save_state(), or the buttons as a file of pad states (.inp)"
        )
    md.load_state(data)


def _play(md: MegaDrive, script: Script) -> None:
    for one, two in script:
        md.set_buttons(0, one)
        md.set_buttons(1, two)
        md.run_frame(render=False, audio=False)
    md.set_buttons(0, Button(0))
    md.set_buttons(1, Button(0))
