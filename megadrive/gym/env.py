"""The environment: :class:`MegaDriveEnv`."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, SupportsFloat

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.envs.registration import EnvSpec

from megadrive.cartridge import Cartridge
from megadrive.controllers import Pad
from megadrive.gym.actions import Actions, ActionSet, Groups
from megadrive.gym.integration import Integration
from megadrive.gym.runner import Runner
from megadrive.gym.scenario import Evaluate
from megadrive.gym.starts import Start, load, make_start
from megadrive.gym.variables import Variables
from megadrive.machine import MegaDrive

Observation = Any
FrameSkip = int | range | tuple[int, int]
Values = Mapping[str, int]

_MOST_SKIP = 1024


class MegaDriveEnv(gymnasium.Env[Observation, Any]):
    """A game as a Gymnasium environment.

    Parameters
    ----------
    rom : path, bytes or Cartridge, optional
        The game. By default that of the integration, and without one the built-in game with its integration.
    integration : Integration or str, optional
        What the game's variables, rewards and ends are: a name or folder for :meth:`Integration.find`. Without one,
        there are no variables, rewards are 0 and episodes do not end.
    initial_state
        Where episodes begin: a save state, its path, a path of pad states (``.inp``), a list of what is held in each
        frame, or a function that plays; see :func:`megadrive.gym.make_start`. A name is looked for in the integration.
        By default the integration's default state; without one, the moment after power-on.
    obs_type : {"image", "ram", "both"}
        Observations: the picture; work RAM, uint8 (65536,), in console order; or a dict of both.
    grey : bool
        Whether pictures are brightness only, uint8 (height, width), and not (height, width, 3).
    size : (int, int), optional
        Height and width of pictures before `crop`. Games choose theirs and may change it: 256 or 320 pixels in 192 to
        240 rows. Each is centred on this size, black around, or cut to it. By default the size at the start; of a start
        at power-on, (224, 320).
    crop : (int, int, int, int), optional
        Top, left, height and width of the part that is observed; by default the scenario's.
    scale : int
        1 to 16: each value is the mean of `scale` x `scale` pixels; the rest at the right and at the bottom is cut off.
    max_pool : bool
        Whether each pixel is the greater one of the last two frames, which shows what flickers.
    action_type : {"filtered", "all", "discrete", "multi_discrete"} or Actions
        Kind of action space, see :class:`ActionSet`.
    actions : list, optional
        Button combinations, see :class:`ActionSet`; by default the scenario's.
    players : int
        1 or 2.
    frame_skip : int, range or (int, int)
        Frames a step; of a range, or from the first number up to and without the second, one is drawn for each step.
    sticky : float
        Sticky actions: in each frame, what was held before is held on with this probability, until the action gets
        through [Machado et al. 2018].
    random_start : int
        At most so many frames without buttons, a random number of them, before each episode.
    every_frame : bool
        Whether rewards and ends are looked for in every frame, as stable-retro does, and rewards added up to the end;
        else only in the last frame of each step, against that of the step before. A step always runs all of its frames.
    reward, done : callable, optional
        In place of the scenario's: functions of the variables before and now, ``reward(before, now) -> float`` and
        ``done(before, now) -> bool``, which get dicts.
    render_mode : {None, "rgb_array", "human"}
        ``"human"`` opens a window, which needs the extra ``play``, and runs at the console's pace.
    pad : Pad, optional
        What is plugged in; by default what the ROM's header names.
    verify : bool
        Whether the ROM must be the integration's.
    **machine
        Further arguments of :class:`megadrive.MegaDrive`: region, seed, address_errors.

    Attributes
    ----------
    machine : MegaDrive
        The console, to look at and to change.
    integration : Integration or None
        The integration.
    actions : ActionSet
        Actions.

    Notes
    -----
    ``reset(options={"state": start})`` begins this episode elsewhere. `info` has the variables.

    Environments can be copied and pickled, with the state of the console, the random numbers and all else; of a ROM
    that was read from a file, the pickle has the path. The last frame is kept for ``render``. Functions that were
    given must be picklable themselves. A window stays behind.

    Examples
    --------
    >>> env = MegaDriveEnv(obs_type="both", grey=True, scale=2, action_type="discrete")
    >>> observation, info = env.reset(seed=1)
    >>> observation["image"].shape, observation["ram"].shape, env.action_space
    ((112, 160), (65536,), Discrete(18))
    >>> observation, reward, terminated, truncated, info = env.step(3)
    >>> info["lives"], env.actions.meaning(3)
    (2, [['B', 'UP']])
    """

    metadata: dict[str, Any] = {"render_modes": ["human", "rgb_array"], "render_fps": 60}  # noqa: RUF012

    def __init__(
        self,
        rom: str | os.PathLike[str] | bytes | Cartridge | None = None,
        integration: Integration | str | os.PathLike[str] | None = None,
        initial_state: Start = None,
        *,
        obs_type: Literal["image", "ram", "both"] = "image",
        grey: bool = False,
        size: tuple[int, int] | None = None,
        crop: tuple[int, int, int, int] | None = None,
        scale: int = 1,
        max_pool: bool = False,
        action_type: Actions | str = Actions.FILTERED,
        actions: Groups | Sequence[Sequence[str]] | None = None,
        players: int = 1,
        frame_skip: FrameSkip = 4,
        sticky: float = 0.0,
        random_start: int = 0,
        every_frame: bool = True,
        reward: Callable[[Values, Values], SupportsFloat] | None = None,
        done: Callable[[Values, Values], bool] | None = None,
        render_mode: Literal["rgb_array", "human"] | None = None,
        pad: Pad | None = None,
        verify: bool = True,
        **machine: Any,
    ) -> None:
        spec = self._make_spec({**locals(), **machine})
        if obs_type not in ("image", "ram", "both"):
            raise ValueError(f"obs_type is {obs_type!r}, expected 'image', 'ram' or 'both'")
        if render_mode not in (None, "rgb_array", "human"):
            raise ValueError(f"render_mode is {render_mode!r}, expected None, 'rgb_array' or 'human'")
        if not 0 <= sticky < 1:
            raise ValueError(f"sticky is {sticky!r}, expected a probability below 1")
        if isinstance(random_start, bool) or not isinstance(random_start, int) or random_start < 0:
            raise ValueError(f"random_start is {random_start!r}, expected a number of frames, 0 or more")
        if machine.pop("engine", "native") != "native":
            raise ValueError("environments run on the native engine only")
        if rom is None and integration is None:
            integration = "NightHeron-v0"
        if isinstance(integration, os.PathLike):
            integration = os.path.abspath(integration)
        if isinstance(integration, str):
            integration = Integration.find(integration)
        self.integration = integration
        self._skip = _frame_skip(frame_skip)
        self._sticky, self._random_start, self._every_frame = float(sticky), random_start, bool(every_frame)
        self._reward, self._done = reward, done
        self.obs_type, self.render_mode, self.players = obs_type, render_mode, players
        self._set_rules()

        if integration is not None:
            rom = integration.open_rom(rom, verify)
        assert rom is not None
        self._rom = rom if isinstance(rom, Cartridge) else Cartridge(rom)
        self._machine_arguments, self._pad = machine, pad
        self.machine = self._power_on()
        self._start = make_start(self.machine, self._find_start(initial_state))

        scenario_actions = integration.scenario.actions if integration is not None else None
        self.actions = ActionSet(action_type, actions or scenario_actions, players)
        self.action_space = self.actions.space
        self._set_picture(size, crop, grey, scale, max_pool, at_power_on=self.machine.frame_count == 0)
        self.observation_space = self._make_observation_space()
        frames = sum(self._skip) / 2 if isinstance(self._skip, tuple) else self._skip
        self.metadata = {**self.metadata, "render_fps": round(self.machine.frame_rate / frames, 3)}
        self._window: Any = None
        self._kept: npt.NDArray[np.uint8] | None = None
        self._running = False
        self.spec = spec

    # ------------------------------------------------------------------------------------- construction

    def _make_spec(self, arguments: dict[str, Any]) -> EnvSpec | None:
        """Return how gymnasium makes the same environment again; not known of derived classes elsewhere."""
        if type(self).__module__.partition(".")[0] != __name__.partition(".")[0]:
            return None
        for name in ("self", "machine", "settings", "__class__", "arguments"):
            arguments.pop(name, None)
        entry_point = f"{type(self).__module__}:{type(self).__qualname__}"
        return EnvSpec("MegaDrive-v0", entry_point=entry_point, kwargs=arguments)

    def _power_on(self) -> MegaDrive:
        """Return the console with the cartridge in it, just switched on."""
        machine = MegaDrive(self._rom, **self._machine_arguments)
        if self._pad is not None:
            for player in range(2):
                machine.set_pad(player, self._pad)
        return machine

    def _find_start(self, start: Start) -> Start:
        """Return a start in which names of the integration's states have become paths."""
        integration = self.integration
        if integration is None:
            return start
        if start is None:
            name = integration.default_state(self.players)
            return None if name is None else integration.start(name)
        if isinstance(start, str) and (found := integration.start(start)) is not None:
            return found
        return start

    def _set_rules(self) -> None:
        """Take over how rewards and ends are found."""
        self._evaluate: Evaluate | None = None
        integration = self.integration
        if integration is None:
            if self._reward is not None or self._done is not None:
                raise ValueError("reward and done are functions of variables, which only an integration has")
            return
        scenario, variables = integration.scenario, integration.variables
        for script, given, what in (
            (scenario.reward_script, self._reward, "reward"),
            (scenario.done_script, self._done, "done"),
        ):
            if script and given is None:
                raise ValueError(
                    f"the scenario of {integration.name} takes its {what} from a Lua script ({script}), and scripts "
                    f"are not run: give a function, {what}=, or another scenario"
                )
        plain = scenario.compiled(variables.names)
        self._evaluate = plain
        if self._reward is not None or self._done is not None:
            own_reward, own_done, as_dict = self._reward, self._done, variables.as_dict

            def evaluate(before: Sequence[int], now: Sequence[int]) -> tuple[float, bool]:
                reward, done = plain(before, now)
                then, since = as_dict(before), as_dict(now)
                if own_reward is not None:
                    reward = float(own_reward(then, since))
                if own_done is not None:
                    done = bool(own_done(then, since))
                return reward, done

            self._evaluate = evaluate

    def _set_picture(
        self,
        size: tuple[int, int] | None,
        crop: tuple[int, int, int, int] | None,
        grey: bool,
        scale: int,
        max_pool: bool,
        at_power_on: bool,
    ) -> None:
        if size is None and at_power_on:
            size = (224, 320)
        elif size is None:
            self.machine.load_state(self._start)
            self.machine.run_frame(render=True, audio=False)
            height, width = self.machine.frame.shape[:2]
            size = (height if height <= 240 else height // 2, width)  # of interlaced pictures, a field is observed
        if crop is None:
            crop = self._scenario_crop(size)
        self._format = (size, crop, bool(grey), scale, bool(max_pool))
        self._connect()

    def _scenario_crop(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        left, top, width, height = (0, 0, 0, 0) if self.integration is None else self.integration.scenario.crop()
        if not width or left + width > size[1]:
            width = size[1] - left
        if not height or top + height > size[0]:
            height = size[0] - top
        return top, left, height, width

    def _connect(self) -> None:
        """Set up what runs frames and reads variables, for a machine that has just been made."""
        variables = Variables({}) if self.integration is None else self.integration.variables
        most = self._skip if isinstance(self._skip, int) else self._skip[1] - 1
        self._runner = Runner(
            self.machine, *self._format, self.players, variables.offsets, watched=self._every_frame, most=most
        )
        rows = most if self._runner.watched else 1
        self._readers = [variables.reader(self._runner.values(row)) for row in range(rows)]
        self._variables = variables
        self._names = variables.names

    def _make_observation_space(self) -> spaces.Space[Any]:
        image = spaces.Box(0, 255, self._runner.shape, np.uint8)
        ram = spaces.Box(0, 255, self.machine.ram.shape, np.uint8)
        if self.obs_type == "both":
            return spaces.Dict({"image": image, "ram": ram})
        return image if self.obs_type == "image" else ram

    # ------------------------------------------------------------------------------------------ running

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode: the start's state is loaded, and one frame run without buttons, to have a picture.

        Parameters
        ----------
        seed : int, optional
            For the random numbers of `sticky`, `random_start` and ranges of `frame_skip`.
        options : dict, optional
            ``"state"``: where this episode begins, as `initial_state`; bytes cost nothing more than a load.

        Returns
        -------
        observation, info
        """
        super().reset(seed=seed)
        start = (options or {}).get("state")
        if unknown := set(options or {}) - {"state"}:
            raise ValueError(f"options has {', '.join(map(repr, sorted(unknown)))}, expected 'state' only")
        self._load(self._start if start is None else start)
        nothing = (0,) * self.players
        self._held = nothing
        frames = 1 + (int(self.np_random.integers(self._random_start + 1)) if self._random_start else 0)
        for _ in range(frames - 1):
            self._runner.run(nothing, 1, None)
        observation = self._show(nothing, 1)
        self._note(self._readers[0](), self._runner.rows[: len(self._variables.offsets)])
        self._running = True
        return observation, dict(zip(self._names, self._values, strict=True))

    def _load(self, start: Start) -> None:
        if isinstance(start, bytes):
            load(self.machine, start)
        else:
            self.machine.load_state(make_start(self._power_on(), self._find_start(start)))

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Hold buttons for some frames.

        Parameters
        ----------
        action
            One of :attr:`action_space`.

        Returns
        -------
        observation, reward, terminated, truncated, info

        Raises
        ------
        ValueError
            If `action` is not in the action space.
        RuntimeError
            If no episode has begun.
        """
        if not self._running:
            raise RuntimeError("call reset() before step()")
        held = self.actions.masks(action)
        frames = self._skip if isinstance(self._skip, int) else int(self.np_random.integers(*self._skip))
        schedule = held
        if self._sticky:
            schedule, held = self._schedule(held, frames)
        observation = self._show(schedule, frames)
        self._held = held
        if self._evaluate is None:
            return observation, 0.0, False, False, {}
        reward, done = self._judge(self._evaluate, frames)
        return observation, reward, done, False, dict(zip(self._names, self._values, strict=False))

    def _schedule(self, held: tuple[int, ...], frames: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return what is held in each frame, as the last action sticks, and what is held in the end."""
        delay, before = 0, self._held
        while delay < frames and self.np_random.random() < self._sticky:
            delay += 1
        return before * delay + held * (frames - delay), before if delay == frames else held

    def _judge(self, evaluate: Evaluate, frames: int) -> tuple[float, bool]:
        """Return the reward and the end of a step, from the variables in its frames."""
        runner, last = self._runner, self._row
        if not runner.watched:
            frames = 1
        width = len(last)
        rows = runner.rows[: width * frames]
        if self._quiet and rows == last * frames:
            return 0.0, False
        reward, done, now = 0.0, False, self._values
        for read in self._readers[:frames]:
            before, now = now, read()
            if not done:
                gain, done = evaluate(before, now)
                reward += gain
        self._note(now, rows[-width:])
        return reward, done

    def _note(self, values: list[int], row: bytes) -> None:
        """Remember the variables, and whether nothing is rewarded and nothing ends as long as they stay the same."""
        self._values, self._row = values, row
        evaluate = self._evaluate if self._reward is None and self._done is None else None
        self._quiet = evaluate is not None and evaluate(values, values) == (0.0, False)

    def _show(self, schedule: tuple[int, ...], frames: int) -> Observation:
        """Run frames and return the observation after them."""
        runner, kind = self._runner, self.obs_type
        self._kept = None
        if kind == "ram":
            runner.run(schedule, frames, None if self.render_mode is None else runner.scratch)
            observation: Observation = self._copy_ram()
        else:
            image = np.empty(runner.shape, np.uint8)
            runner.run(schedule, frames, image)
            observation = image if kind == "image" else {"image": image, "ram": self._copy_ram()}
        if self.render_mode == "human":
            self._show_window()
        return observation

    def _copy_ram(self) -> npt.NDArray[np.uint8]:
        return np.array(self.machine.ram)

    # ------------------------------------------------------------------------------------------- looking

    def render(self) -> npt.NDArray[np.uint8] | None:
        """Return the last frame, uint8 (height, width, 3), whole and in colour; in the mode ``"human"``, it is on show.

        The size may change with the game's. Without a render mode there is nothing.
        """
        if self.render_mode == "rgb_array":
            return np.array(self.machine.frame if self._kept is None else self._kept)
        if self.render_mode == "human":
            self._show_window()
        else:
            gymnasium.logger.warn("render() shows nothing without a render_mode, such as 'rgb_array'")
        return None

    def _show_window(self) -> None:
        if self._window is None:
            from megadrive.gym.window import EnvWindow

            title = self.integration.name if self.integration is not None else self._rom.header.title
            self._window = EnvWindow(title, self.metadata["render_fps"], self.machine.region == "E")
        self._window.show(self.machine.frame if self._kept is None else self._kept)

    def close(self) -> None:
        """Close the window, if there is one."""
        if self._window is not None:
            self._window.close()
            self._window = None

    # -------------------------------------------------------------------------------------------- states

    def save_state(self) -> bytes:
        """Return the console's state, for :meth:`load_state` and for ``reset(options={"state": ...})``."""
        return self.machine.save_state()

    def load_state(self, state: bytes) -> None:
        """Go on from a state: variables count from there on, and nothing is held that would stick.

        Raises
        ------
        megadrive.StateError
            If it is none of this game.
        """
        load(self.machine, state)
        self._held = (0,) * self.players
        ram = self.machine.ram
        self._note(self._variables.read(ram).tolist(), ram[self._variables.offsets].tobytes())
        self._running = True

    def __getstate__(self) -> dict[str, Any]:
        contents = {name: value for name, value in self.__dict__.items() if name not in _LIVE}
        if self._rom.path is not None:
            contents["_rom"] = self._rom.path
        return {**contents, "machine": self.machine.save_state(), "_kept": self._picture()}

    def __setstate__(self, contents: dict[str, Any]) -> None:
        state = contents.pop("machine")
        self.__dict__.update(contents)
        if not isinstance(self._rom, Cartridge):
            self._rom = Cartridge(self._rom)
        self.machine = self._power_on()
        self.machine.load_state(state)
        self._revive()

    def __deepcopy__(self, memo: dict[int, Any]) -> MegaDriveEnv:
        twin = object.__new__(type(self))
        memo[id(self)] = twin
        memo[id(self._rom)] = self._rom
        contents = {name: value for name, value in self.__dict__.items() if name not in _LIVE}
        twin.__dict__.update(copy.deepcopy(contents, memo))
        twin.machine = self.machine.fork()
        twin._kept = self._picture()
        twin._revive()
        return twin

    def _picture(self) -> npt.NDArray[np.uint8] | None:
        """Return the last frame to be kept for a copy."""
        if self.render_mode is None or not self._running:
            return None
        return np.array(self.machine.frame if self._kept is None else self._kept)

    def _revive(self) -> None:
        """Make anew what is not in a pickle."""
        self._window = None
        self._set_rules()
        self._connect()


# Attributes that belong to one environment: no copy has them, or it makes its own.
_LIVE = ("machine", "_window", "_kept", "_runner", "_readers", "_variables", "_names", "_evaluate")


def _frame_skip(skip: FrameSkip) -> int | tuple[int, int]:
    """Return a number, or the first number and the one after the last."""
    if isinstance(skip, int) and not isinstance(skip, bool) and 1 <= skip <= _MOST_SKIP:
        return skip
    if isinstance(skip, range) and skip.step == 1:
        skip = (skip.start, skip.stop)
    if isinstance(skip, tuple) and len(skip) == 2 and all(isinstance(n, int) for n in skip) and 1 <= skip[0] < skip[1]:
        if skip[1] <= _MOST_SKIP + 1:
            return skip
    raise ValueError(f"frame_skip is {skip!r}, expected 1 to {_MOST_SKIP}, or a range of such numbers")
