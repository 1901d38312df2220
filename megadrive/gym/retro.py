"""What programs written for stable-retro expect: :func:`make_retro`.

>>> import megadrive.gym
>>> env = megadrive.gym.make_retro("NightHeron-v0", use_restricted_actions=megadrive.gym.Actions.DISCRETE)
>>> observation, info = env.reset(seed=0)
>>> observation.shape, env.get_action_meaning(7)
((224, 320, 3), ['B', 'LEFT'])
"""

from __future__ import annotations

import enum
import os
import pathlib
import warnings
from collections.abc import Iterable
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from megadrive.cartridge import Cartridge
from megadrive.errors import StateError
from megadrive.gym.actions import BUTTONS, Actions
from megadrive.gym.env import MegaDriveEnv
from megadrive.gym.integration import Integration
from megadrive.gym.starts import Start, make_start


class State(enum.Enum):
    """Where episodes begin, if it is no name."""

    DEFAULT = -1
    """In the default state of the game's metadata."""
    NONE = 0
    """At power-on."""


class Observations(enum.Enum):
    """What is observed."""

    IMAGE = 0
    """The picture."""
    RAM = 1
    """Work RAM."""


class Integrations(enum.Flag):
    """Which of stable-retro's folders of integrations are looked into."""

    STABLE = 1
    EXPERIMENTAL_ONLY = 2
    CONTRIB_ONLY = 4
    CUSTOM_ONLY = 8
    EXPERIMENTAL = 3
    CONTRIB = 5
    CUSTOM = 9
    ALL = 15
    DEFAULT = 1


class GameData:
    """The variables of a running environment, by the names that stable-retro gives to what can be done with them."""

    def __init__(self, env: RetroEnv) -> None:
        self._env = env

    def lookup_value(self, name: str) -> int:
        """Return a variable's value."""
        return self._env.game.variables[name].decode(self._env.machine.ram)

    def lookup_all(self) -> dict[str, int]:
        """Return the values of all variables."""
        variables = self._env.game.variables
        return variables.as_dict(variables.read(self._env.machine.ram).tolist())

    def set_value(self, name: str, value: int) -> None:
        """Write a variable into work RAM."""
        self._env.game.variables[name].encode(self._env.machine.ram, value)

    def list_variables(self) -> dict[str, dict[str, Any]]:
        """Return address and type of all variables."""
        variables = self._env.game.variables.items()
        return {name: {"address": one.address, "type": one.type} for name, one in variables}

    def crop_info(self, player: int = 0) -> tuple[int, int, int, int]:
        """Return left, top, width and height of what a player sees; 0 is all there is."""
        return self._env.game.scenario.crop(player)

    def valid_actions(self) -> list[list[int]]:
        """Return the combinations of buttons that are allowed, as bits."""
        return self._env.actions.combinations


class Emulator:
    """The console of an environment, by the names that stable-retro gives to what can be done with it."""

    def __init__(self, env: RetroEnv) -> None:
        self._env = env

    def get_state(self) -> bytes:
        """Return a save state."""
        return self._env.machine.save_state()

    def set_state(self, state: bytes) -> bool:
        """Load a save state; True if it is one of this game."""
        try:
            self._env.machine.load_state(state)
        except StateError:
            return False
        return True

    def get_screen(self) -> npt.NDArray[np.uint8]:
        """Return the last frame drawn: uint8 (height, width, 3)."""
        return np.array(self._env.machine.frame)

    def get_resolution(self) -> tuple[int, int]:
        """Return width and height of the last frame drawn."""
        height, width = self._env.machine.frame.shape[:2]
        return width, height

    def get_screen_rate(self) -> float:
        """Return frames per second."""
        return self._env.machine.frame_rate


class RetroEnv(MegaDriveEnv):
    """An environment that programs written for stable-retro can use; see :func:`make_retro`.

    Attributes
    ----------
    gamename, statename : str
        The game and the name of the state in which episodes begin, or None.
    buttons : list of str
        Names of the buttons, in the order of actions.
    button_combos : list of list of int
        Combinations of buttons that are allowed, as bits.
    data : GameData
        The variables.
    em : Emulator
        The console.
    initial_state : bytes
        The save state with which episodes begin; it may be set.
    """

    system = "Genesis"
    buttons = list(BUTTONS)  # noqa: RUF012
    num_buttons = len(BUTTONS)

    def __init__(
        self,
        game: str,
        state: State | str | None = State.DEFAULT,
        scenario: str | None = None,
        info: str | None = None,
        use_restricted_actions: Actions = Actions.FILTERED,
        record: bool | str = False,
        players: int = 1,
        inttype: Any = Integrations.DEFAULT,
        obs_type: Observations | str = Observations.IMAGE,
        render_mode: Literal["human", "rgb_array"] | None = None,
        *,
        rom: str | os.PathLike[str] | bytes | Cartridge | None = None,
        folders: Iterable[str | os.PathLike[str]] = (),
        initial_state: Start = None,
        console_ram: bool = False,
        **settings: Any,
    ) -> None:
        spec = self._make_spec({**locals(), **settings})
        if record:
            raise ValueError(
                "record makes movies (.bk2) that only stable-retro's cores can play; they are not made here"
            )
        kinds, more = _kinds(inttype)
        self.game = Integration.find(game, [*folders, *more], kinds, info or "data", scenario or "scenario")
        self.gamename = game
        self.statename: str | None = None
        if initial_state is None:
            self.statename, initial_state = _start(self.game, state, players)
        self._swaps_ram = not console_ram
        settings = {"frame_skip": 1, "address_errors": False, **settings}
        kind = getattr(obs_type, "name", obs_type)
        super().__init__(
            rom,
            self.game,
            _power_on if initial_state is None else initial_state,
            action_type=use_restricted_actions,
            players=players,
            obs_type=cast(Any, kind.lower() if isinstance(kind, str) else kind),
            render_mode=render_mode,
            **settings,
        )
        self.spec = spec

    def _copy_ram(self) -> npt.NDArray[np.uint8]:
        ram = self.machine.ram
        return swapped(ram) if self._swaps_ram else np.array(ram)

    @property
    def initial_state(self) -> bytes:
        """The save state with which episodes begin; it may be set."""
        return self._start

    @initial_state.setter
    def initial_state(self, state: bytes) -> None:
        self._start = make_start(self._power_on(), state)

    @property
    def data(self) -> GameData:
        """The variables."""
        return GameData(self)

    @property
    def em(self) -> Emulator:
        """The console."""
        return Emulator(self)

    @property
    def button_combos(self) -> list[list[int]]:
        """Combinations of buttons that are allowed, as bits in the order of :attr:`buttons`."""
        return self.actions.combinations

    def load_state(self, state: bytes | str, inttype: Any = Integrations.DEFAULT) -> None:
        """Let episodes begin in a state of this name from now on; or go on at once from a save state, bytes."""
        if isinstance(state, str):
            self.statename, start = _start(self.game, state, self.players)
            self._start = make_start(self._power_on(), start)
        else:
            super().load_state(state)

    def set_value(self, name: str, value: int) -> None:
        """Write a variable into work RAM."""
        self.data.set_value(name, value)

    def get_ram(self) -> npt.NDArray[np.uint8]:
        """Return work RAM as it is observed: uint8 (65536,)."""
        return self._copy_ram()

    def get_screen(self, player: int = 0) -> npt.NDArray[np.uint8]:
        """Return a player's part of the last frame drawn: uint8 (height, width, 3)."""
        frame = self.machine.frame
        left, top, width, height = self.game.scenario.crop(player)
        right = left + width if width and left + width <= frame.shape[1] else frame.shape[1]
        bottom = top + height if height and top + height <= frame.shape[0] else frame.shape[0]
        return np.array(frame[top:bottom, left:right])

    def action_to_array(self, action: Any) -> list[npt.NDArray[np.uint8]]:
        """Return the buttons that each player holds, as 0 and 1 in the order of :attr:`buttons`."""
        return [np.array([name in held for name in BUTTONS], np.uint8) for held in self.actions.meaning(action)]

    def get_action_meaning(self, action: Any) -> Any:
        """Return the names of the buttons that are held; of two players, for each."""
        meaning = self.actions.meaning(action)
        return meaning[0] if self.players == 1 else meaning


def swapped(ram: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return RAM, uint8 (..., even number), with the bytes of each word exchanged."""
    words = ram.view(np.uint16)
    turned = words << 8  # with shifts, faster than byteswap()
    turned |= words >> 8
    return turned.view(np.uint8)


def make_retro(game: str, state: State | str | None = State.DEFAULT, **settings: Any) -> RetroEnv:
    """Make an environment as ``stable_retro.make`` does, with its arguments and its integrations.

    Parameters
    ----------
    game : str
        Name of the game, for example ``"Airstriker-Genesis-v0"``, or the path of its folder.
    state : State or str
        Where episodes begin. A name stands for ``NAME.mdstate`` or ``NAME.inp`` in the game's folder, or it is a path.
        stable-retro's own states, made by another emulator, cannot be loaded; where the default state has no other
        file, episodes begin at power-on, with a warning.
    **settings
        ``scenario``, ``info``, ``use_restricted_actions``, ``players``, ``inttype``, ``obs_type``, ``render_mode`` as
        for ``stable_retro.make``, whose enumerations are understood, too; ``render_mode`` is None by default.
        ``rom``: the game, if it is not in the folder; ``folders``: where to look for integrations first;
        ``initial_state``: anything that :func:`megadrive.gym.make_start` takes; ``console_ram=True``: observations of
        RAM have its bytes in the console's order, and not those of each word exchanged as stable-retro's.
        Any further argument of :class:`MegaDriveEnv`, among them ``frame_skip``, here 1 by default, and those of
        :class:`megadrive.MegaDrive`; ``address_errors`` is False by default.

    Raises
    ------
    FileNotFoundError
        If there is no such integration or state, or no ROM.
    StateError
        If the state is one of another emulator.
    ValueError
        If the scenario's reward or end is a Lua script, or `record` is asked for.

    Notes
    -----
    The reward is the first player's. Each step is one frame unless ``frame_skip`` says otherwise.

    Examples
    --------
    >>> env = make_retro("NightHeron-v0", obs_type=Observations.RAM)
    >>> env.reset(seed=0)[0].shape
    (65536,)
    """
    return RetroEnv(game, state, **settings)


def _power_on(_: Any) -> None:
    """Begin where the power is switched on."""


def _kinds(inttype: Any) -> tuple[list[str], list[str]]:
    """Return which folders of stable-retro are meant, and other folders."""
    paths = getattr(inttype, "paths", None)
    if isinstance(paths, list):
        known = {"stable", "experimental", "contrib"}
        return [path for path in paths if path in known], [path for path in paths if path not in known]
    value = inttype.value if isinstance(getattr(inttype, "value", None), int) else Integrations.STABLE.value
    names = {1: "stable", 2: "experimental", 4: "contrib"}
    return [names[bit] for bit in (4, 2, 1) if value & bit], []


def _start(game: Integration, state: Any, players: int) -> tuple[str | None, Start]:
    """Return the name of a state and what stands for it."""
    if state is None or getattr(state, "name", None) == "NONE":
        return None, None
    if getattr(state, "name", None) == "DEFAULT":
        name = game.default_state(players)
        if name is None:
            return None, None
        found = game.start(name)
        if found is None:
            warnings.warn(
                f"{game.name} has no {name}.mdstate or {name}.inp (its {name}.state is another emulator's): episodes "
                "begin at power-on; initial_state= begins them elsewhere",
                stacklevel=5,
            )
        return name, found
    if not isinstance(state, str):
        raise TypeError(f"state is {state!r}, expected a name, State.DEFAULT or State.NONE")
    found = game.start(state)
    if found is None and pathlib.Path(state).is_file():
        found = pathlib.Path(state)
    if found is None:
        name = state.removesuffix(".state")
        if game.path(f"{name}.state") is not None:
            raise StateError(
                f"{game.path(f'{name}.state')} is a state of Genesis Plus GX, which only that emulator can load; put "
                f"{name}.mdstate (MegaDrive.save_state) or {name}.inp (pad states from power-on) beside it"
            )
        raise FileNotFoundError(f"{game.name} has no state {name!r}; it has {', '.join(game.states()) or 'none'}")
    return state, found
