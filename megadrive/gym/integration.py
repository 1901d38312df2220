"""Integrations of games: what stable-retro keeps in a game's folder, read as it is.

=================== =========================================================================================
``data.json``       the variables: addresses in work RAM and types, see `megadrive.gym.variables`
``scenario.json``   rewards, the end of an episode, crop and actions, see `megadrive.gym.scenario`
``metadata.json``   name of the state in which episodes begin
``rom.sha``         SHA-1 of the ROM, a line for each that will do
``rom.md``          the ROM
=================== =========================================================================================

Its ``.state`` files are Genesis Plus GX's own. In their place, of the same name before the dot:

=================== =========================================================================================
``NAME.mdstate``    a save state of this package (:meth:`megadrive.MegaDrive.save_state`), gzip-packed or not
``NAME.inp``        pad states from power-on to the same place (`megadrive.inputs`)
=================== =========================================================================================

Lua scripts are not run: a scenario whose reward or end is one needs a function instead, or another scenario.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import pathlib
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from megadrive.cartridge import Cartridge
from megadrive.errors import RomError
from megadrive.game import rom_path as builtin_rom
from megadrive.gym.scenario import Scenario
from megadrive.gym.variables import Variable, Variables

ENVIRONMENT = "MEGADRIVE_INTEGRATIONS"
"""Environment variable: folders of integrations, in which games are looked for before all others."""

_BUNDLED = pathlib.Path(__file__).parent / "games"
_ROM_ENDINGS = (".md", ".bin", ".gen", ".smd", ".68k", ".sgd")
_KINDS = {"stable": "stable", "experimental": "experimental", "contrib": "contrib"}


class Integration:
    """A game's folder, or folders that complete each other.

    Parameters
    ----------
    folder : path or sequence of paths
        Each file is taken from the first of them that has it.
    data, scenario : str
        Name of the file of variables and of the scenario, without ``.json``; or, with it, a path.

    Attributes
    ----------
    folders : tuple of Path
        The folders.
    name : str
        The first folder's name.
    variables : Variables
        From ``data.json``. What is not in work RAM or of no known type is left out with a warning, as stable-retro
        leaves it out without one.
    scenario : Scenario
        From ``scenario.json``.
    metadata : dict
        From ``metadata.json``; empty if there is none.
    hashes : tuple of str
        From ``rom.sha``.

    Raises
    ------
    FileNotFoundError
        If the folder, the data or the scenario does not exist.
    ValueError
        If a file is not what it should be; the message names it.

    Examples
    --------
    >>> game = Integration.find("NightHeron-v0")
    >>> game.variables["lives"]
    Variable(address=16744464, type='>u2', mask=18446744073709551615)
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
        data: str = "data",
        scenario: str = "scenario",
    ) -> None:
        given = [folder] if isinstance(folder, (str, os.PathLike)) else list(folder)
        self.folders = tuple(pathlib.Path(one) for one in given)
        for one in self.folders:
            if not one.is_dir():
                raise FileNotFoundError(f"there is no folder {one}")
        if not self.folders:
            raise ValueError("an integration needs a folder")
        self.name = self.folders[0].name
        data_path, scenario_path = self._named(data), self._named(scenario)
        self.variables = _read_variables(data_path)
        try:
            self.scenario = Scenario.from_json(_read_json(scenario_path))
            missing = sorted(self.scenario.names() - set(self.variables))
            if missing:
                raise ValueError(f"it looks at {', '.join(missing)}, which {data_path} does not have in work RAM")
        except ValueError as error:
            raise ValueError(f"{scenario_path}: {error}") from None
        metadata = self.path("metadata.json")
        self.metadata = {} if metadata is None else _read_json(metadata)
        hashes = self.path("rom.sha")
        self.hashes = () if hashes is None else tuple(hashes.read_text().lower().split())

    @classmethod
    def find(
        cls,
        game: str,
        folders: Iterable[str | os.PathLike[str]] = (),
        kinds: Sequence[str] = ("stable",),
        data: str = "data",
        scenario: str = "scenario",
    ) -> Integration:
        """Find a game's integration by its name.

        Parameters
        ----------
        game : str
            For example ``"Airstriker-Genesis-v0"``; the version may be left out. Or the path of its folder.
        folders : iterable of paths
            Folders of integrations, to look in first. After them come those of :data:`ENVIRONMENT`, those of an
            installed stable-retro, which is not imported, and the package's own.
        kinds : sequence of str
            Of ``"stable"``, ``"experimental"`` and ``"contrib"``: which of stable-retro's.
        data, scenario : str
            As in :class:`Integration`.

        Raises
        ------
        FileNotFoundError
            If there is none; the message says where it was looked for.
        ValueError
            If the game is one for another console.
        """
        if os.sep in game or "/" in game:
            return cls([game, *_bundled(pathlib.Path(game).name)], data, scenario)
        places = _places(folders, kinds)
        for name in (game, f"{game}-v0"):
            found = [place / name for place in places if (place / name).is_dir()]
            if found:
                console = name.removesuffix("-v0").rpartition("-")[2]
                if console in ("Nes", "Snes", "Sms", "GameBoy", "Atari2600", "PCEngine", "32x", "SCD", "Saturn"):
                    raise ValueError(f"{game} is a game for another console, {console}")
                return cls([*found, *(own for own in _bundled(name) if own not in found)], data, scenario)
        looked = ", ".join(str(place) for place in places)
        raise FileNotFoundError(f"there is no integration of {game!r}; it was looked for in {looked}")

    def path(self, file: str) -> pathlib.Path | None:
        """Return the path of a file of the integration, or None."""
        return next((folder / file for folder in self.folders if (folder / file).is_file()), None)

    def _named(self, name: str) -> pathlib.Path:
        path = pathlib.Path(name) if name.endswith(".json") else self.path(f"{name}.json")
        if path is None or not path.is_file():
            where = ", ".join(str(folder) for folder in self.folders)
            raise FileNotFoundError(f"there is no {name.removesuffix('.json')}.json in {where}")
        return path

    def open_rom(self, rom: str | os.PathLike[str] | bytes | Cartridge | None = None, verify: bool = True) -> Cartridge:
        """Return the game's cartridge.

        Parameters
        ----------
        rom
            The ROM; by default the file ``rom.md`` of the folder.
        verify : bool
            Whether it must be one of ``rom.sha``.

        Raises
        ------
        FileNotFoundError
            If there is no ROM.
        RomError
            If it is not the game's.
        """
        if rom is None and self.metadata.get("rom") == "built-in":
            rom = builtin_rom()
        if rom is None:
            rom = next((path for ending in _ROM_ENDINGS if (path := self.path(f"rom{ending}"))), None)
            if rom is None:
                raise FileNotFoundError(
                    f"there is no ROM of {self.name}: give one with rom=, or put it into {self.folders[-1]} as rom.md"
                )
        cartridge = rom if isinstance(rom, Cartridge) else Cartridge(rom)
        if verify and self.hashes:
            plain = cartridge.image[: cartridge.size].tobytes()
            found = hashlib.sha1(plain, usedforsecurity=False).hexdigest()
            if found not in self.hashes:
                raise RomError(
                    f"this is not the ROM of {self.name}: its SHA-1 is {found}, expected {' or '.join(self.hashes)}"
                )
        return cartridge

    def states(self) -> list[str]:
        """Return the names of the places where episodes can begin here."""
        found = {
            path.stem for folder in self.folders for path in folder.iterdir() if path.suffix in (".mdstate", ".inp")
        }
        return sorted(found)

    def default_state(self, players: int = 1) -> str | None:
        """Return the name of the state that the metadata name for so many players."""
        for_players = self.metadata.get("default_player_state")
        if isinstance(for_players, list) and players <= len(for_players):
            return str(for_players[players - 1])
        state = self.metadata.get("default_state")
        return state if isinstance(state, str) else None

    def start(self, name: str) -> pathlib.Path | None:
        """Return the file of a place where episodes can begin, a save state or else pad states; None without one."""
        name = name.removesuffix(".state").removesuffix(".mdstate").removesuffix(".inp")
        return self.path(f"{name}.mdstate") or self.path(f"{name}.inp")

    def __repr__(self) -> str:
        return f"<Integration {self.name}, {len(self.variables)} variables>"


def _bundled(name: str) -> list[pathlib.Path]:
    """Return the package's own folder of a game, if there is one; the version may be missing from its name."""
    return [folder for folder in (_BUNDLED / f"{name.removesuffix('-v0')}-v0",) if folder.is_dir()]


def _places(folders: Iterable[str | os.PathLike[str]], kinds: Sequence[str]) -> list[pathlib.Path]:
    """Return the folders of integrations that exist."""
    places = [pathlib.Path(folder) for folder in folders]
    places += [pathlib.Path(folder) for folder in os.environ.get(ENVIRONMENT, "").split(os.pathsep) if folder]
    for kind in kinds:
        if kind not in _KINDS:
            raise ValueError(f"the kind of integrations is {kind!r}, expected one of {', '.join(_KINDS)}")
    roots = []
    if os.environ.get("RETRO_DATA_PATH"):
        roots.append(pathlib.Path(os.environ["RETRO_DATA_PATH"]))
    for package in ("stable_retro", "retro"):
        spec = importlib.util.find_spec(package)
        if spec is not None:
            roots += [pathlib.Path(where) / "data" for where in spec.submodule_search_locations or ()]
    places += [root / kind for root in roots for kind in kinds]
    places.append(_BUNDLED)
    return [place for place in places if place.is_dir()]


def _read_json(path: pathlib.Path) -> dict[str, Any]:
    """Read the first value of a JSON file, which must be an object."""
    try:
        value, _ = json.JSONDecoder().raw_decode(path.read_text("utf-8-sig").lstrip())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise ValueError(f"{path} is not a JSON object")
    return value


def _read_variables(path: pathlib.Path) -> Variables:
    info = _read_json(path).get("info")
    if not isinstance(info, dict):
        raise ValueError(f"{path} has no object 'info'")
    variables = {}
    for name, spec in info.items():
        try:
            address, kind, mask = spec["address"], spec["type"], spec.get("mask", (1 << 64) - 1)
            if not isinstance(kind, str) or any(isinstance(n, bool) or not isinstance(n, int) for n in (address, mask)):
                raise TypeError
        except (KeyError, TypeError, AttributeError):
            raise ValueError(f"{path}: the variable {name!r} is {spec!r}, expected an address and a type") from None
        try:
            variables[name] = Variable(address, kind, mask)
        except ValueError as error:
            warnings.warn(f"{path}: the variable {name!r} is left out: {error}", stacklevel=4)
    return Variables(variables)
