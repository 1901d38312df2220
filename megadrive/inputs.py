"""Files of pad states: what was held in each frame."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterable

from megadrive.controllers import Button

ORDER = ("B", "A", "MODE", "START", "UP", "DOWN", "LEFT", "RIGHT", "C", "Y", "X", "Z")
"""Buttons by bit in a file of pad states, bit 0 first."""

FORMAT = """\
A file of pad states has one line per frame, from the first frame on: a hexadecimal number for player 1 and, after a
space, if wanted, one for player 2. Its bits are 0 B, 1 A, 2 MODE, 3 START, 4 UP, 5 DOWN, 6 LEFT, 7 RIGHT, 8 C, 9 Y,
10 X, 11 Z. Empty lines and what follows a # are ignored. After its last line nothing is held.
"""

_MOST_BYTES = 256 << 20


def read_inputs(path: str | os.PathLike[str]) -> list[tuple[Button, Button]]:
    r"""Read a file of pad states.

    Parameters
    ----------
    path : path
        A file as :data:`FORMAT` describes it.

    Returns
    -------
    list of (Button, Button)
        What players 1 and 2 hold in each frame.

    Raises
    ------
    ValueError
        If a line is not of this form; it says which.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "pads.inp")
    >>> _ = path.write_text("0\n88\n")
    >>> read_inputs(path)[1][0] == Button.START | Button.RIGHT
    True
    """
    with pathlib.Path(path).open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise ValueError(f"{path} is larger than {_MOST_BYTES >> 20} MiB: it is no file of pad states")
    frames = []
    for number, line in enumerate(data.decode("ascii", "replace").splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            if len(words) > 2:
                raise ValueError
            held = [_buttons(int(word, 16)) for word in words]
        except ValueError:
            raise ValueError(
                f"{path}, line {number} is {line[:40]!r}, expected one or two hexadecimal numbers up to fff"
            ) from None
        frames.append((held[0], held[1] if len(held) == 2 else Button(0)))
    return frames


def write_inputs(path: str | os.PathLike[str], frames: Iterable[tuple[Button, Button]]) -> None:
    """Write a file of pad states.

    Parameters
    ----------
    path : path
        The file.
    frames : iterable of (Button, Button)
        What players 1 and 2 hold in each frame.
    """
    lines = [f"{_bits(one):x} {_bits(two):x}" if two else f"{_bits(one):x}" for one, two in frames]
    pathlib.Path(path).write_text("".join(line + "\n" for line in lines))


def _buttons(bits: int) -> Button:
    if not 0 <= bits < 1 << len(ORDER):
        raise ValueError
    held = Button(0)
    for bit, name in enumerate(ORDER):
        if bits >> bit & 1:
            held |= Button[name]
    return held


def _bits(held: Button) -> int:
    return sum(1 << bit for bit, name in enumerate(ORDER) if Button[name] in held)
