"""Files that belong to a game: cartridge RAM, save states, screenshots; written so that a crash loses nothing."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import secrets
import sys
from typing import TYPE_CHECKING

from megadrive.errors import StateError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from megadrive.cartridge import Cartridge
    from megadrive.machine import MegaDrive


def write_file(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file as a whole or not at all.

    The data go to a temporary file beside it, which replaces it only when they are on the disk: after a crash, there is
    either the old file or the new one.

    Parameters
    ----------
    path : path
        The file; its folder is made if it does not exist.
    data : bytes
        All of its contents.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if hasattr(os, "O_DIRECTORY"):  # the new name is safe only when the folder is, too
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def user_folder() -> pathlib.Path:
    """Return the folder for files of games that have none of their own, by the system's custom."""
    if sys.platform == "win32":
        base = pathlib.Path(os.environ.get("APPDATA") or pathlib.Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = pathlib.Path.home() / "Library" / "Application Support"
    else:
        base = pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local" / "share")
    return base / "megadrive"


def game_path(cartridge: Cartridge, ending: str) -> pathlib.Path:
    """Return the path of a file that belongs to a game.

    Parameters
    ----------
    cartridge : Cartridge
        The game. Its files lie beside its ROM, or in :func:`user_folder` if it was not read from a file or nothing can
        be written there.
    ending : str
        What follows the ROM's name, with the dot.
    """
    rom = cartridge.path
    if rom is not None and os.access(rom.parent, os.W_OK) and not _packaged(rom):
        return rom.with_name(rom.stem + ending)
    title = re.sub(r"[^A-Za-z0-9]+", "-", cartridge.header.title).strip("-").lower() or "game"
    return user_folder() / f"{title}-{cartridge.crc32:08x}{ending}"


def _packaged(rom: pathlib.Path) -> bool:
    """Whether a ROM lies inside this package, where nothing should be written."""
    return pathlib.Path(__file__).resolve().parent in rom.resolve().parents


def sram_path(cartridge: Cartridge) -> pathlib.Path:
    """Return where the game's cartridge RAM is kept: ``NAME.srm``."""
    return game_path(cartridge, ".srm")


def state_path(cartridge: Cartridge, slot: int) -> pathlib.Path:
    """Return where a save state slot is kept: ``NAME.state0`` and so on."""
    if not 0 <= slot <= 9:
        raise ValueError(f"slot is {slot}, expected 0 to 9")
    return game_path(cartridge, f".state{slot}")


def save_sram(md: MegaDrive, path: str | os.PathLike[str] | None = None) -> pathlib.Path | None:
    """Write the cartridge's RAM to a file.

    Parameters
    ----------
    md : MegaDrive
        The machine.
    path : path, optional
        By default that of :func:`sram_path`.

    Returns
    -------
    Path or None
        The file; None if the cartridge has no RAM that outlives the power.
    """
    sram = md.cartridge.sram
    if sram is None or not sram.battery or not len(md.sram):
        return None
    path = sram_path(md.cartridge) if path is None else pathlib.Path(path)
    write_file(path, md.sram.tobytes())
    return path


def load_sram(md: MegaDrive, path: str | os.PathLike[str] | None = None) -> bool:
    """Fill the cartridge's RAM from a file.

    Parameters
    ----------
    md : MegaDrive
        The machine.
    path : path, optional
        By default that of :func:`sram_path`. The file holds either all bytes by address, or, for RAM on one byte of
        each word, only those. What is longer, as some programs write it, is cut off.

    Returns
    -------
    bool
        Whether there was a file (and the cartridge has RAM).

    Raises
    ------
    ValueError
        If the file is too short; the RAM has not changed then.
    """
    sram = md.cartridge.sram
    if sram is None or not len(md.sram):
        return False
    path = sram_path(md.cartridge) if path is None else pathlib.Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(1 << 20)
    except FileNotFoundError:
        return False
    _fill(md.sram, data, sram.kind.name)
    return True


def _fill(memory: npt.NDArray[np.uint8], data: bytes, kind: str) -> None:
    whole = len(memory)
    if len(data) >= whole:
        memory[:] = bytearray(data[:whole])
    elif len(data) == whole // 2 and kind != "WORD":
        memory[(1 if kind == "ODD" else 0) :: 2] = bytearray(data)
    else:
        raise ValueError(f"the file of cartridge RAM has {len(data)} bytes, expected {whole}")


def save_slot(md: MegaDrive, slot: int) -> pathlib.Path:
    """Write a save state to a slot, 0 to 9; returns the file."""
    path = state_path(md.cartridge, slot)
    write_file(path, md.save_state())
    return path


def load_slot(md: MegaDrive, slot: int) -> None:
    """Load the save state in a slot, 0 to 9.

    Raises
    ------
    StateError
        If there is none, or it is not one of this machine; the machine has not changed then.
    """
    path = state_path(md.cartridge, slot)
    try:
        with path.open("rb") as file:
            data = file.read(64 << 20)
    except FileNotFoundError:
        raise StateError(f"slot {slot} is empty") from None
    md.load_state(data)
