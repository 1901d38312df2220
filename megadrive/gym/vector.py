"""Many environments at once: :class:`MegaDriveVectorEnv`, over a :class:`megadrive.group.MachineGroup`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from megadrive.group import MachineGroup
from megadrive.gym.env import MegaDriveEnv
from megadrive.gym.retro import swapped

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Observations = Any

_MOST_ROOMS = 3


class MegaDriveVectorEnv(VectorEnv[Observations, Any, Array]):
    """`num_envs` environments with the same game, stepped by C threads in one call.

    Parameters
    ----------
    num_envs : int
        Number of environments.
    env : callable
        What makes one of them: :class:`megadrive.gym.MegaDriveEnv` or :func:`megadrive.gym.make_retro`.
    threads : int, optional
        Threads, see :class:`megadrive.group.MachineGroup`. The results do not depend on it.
    stack : int
        Pictures of the last steps that are observed together, along a new first axis, the latest last.
    autoreset_mode : AutoresetMode or str
        What happens to an environment after the end of its episode. ``"NextStep"``: the next step begins an episode,
        ignores its action and rewards nothing. ``"SameStep"``: the step in which it ends begins one; `infos` has what
        the episode ended with as ``"final_obs"`` and ``"final_info"``. ``"Disabled"``: the caller must call
        ``reset(options={"reset_mask": mask})`` before the next step.
    max_episode_steps : int, optional
        Steps after which an episode is truncated.
    copy : bool
        Whether each step returns new arrays; without, the next step may overwrite them.
    **settings
        For `env`, such as ``integration``, ``frame_skip``, ``grey``, ``scale`` or ``action_type``.

    Attributes
    ----------
    group : MachineGroup
        The consoles, to look at and to change between steps.
    actions : ActionSet
        Actions of one environment.

    Raises
    ------
    ValueError
        If an argument is out of range; ``render_mode="human"`` is none here.

    Notes
    -----
    Environment `i` of ``reset(seed=s)`` does exactly what a single one does after ``reset(seed=s + i)``.

    Such environments can be copied and pickled like single ones.

    ``reset`` takes the options ``"reset_mask"`` (bool array: who begins an episode), ``"state"`` (where, see
    :class:`megadrive.gym.MegaDriveEnv`) and ``"states"`` (a list of such, one for each environment; None: as usual).

    Examples
    --------
    >>> envs = MegaDriveVectorEnv(3, integration="NightHeron-v0", grey=True, scale=2, stack=4, action_type="discrete")
    >>> observations, infos = envs.reset(seed=1)
    >>> observations.shape, envs.single_action_space
    ((3, 4, 112, 160), Discrete(18))
    >>> observations, rewards, terminations, truncations, infos = envs.step([0, 7, 12])
    >>> rewards.shape, infos["lives"].tolist()
    ((3,), [2, 2, 2])
    """

    def __init__(
        self,
        num_envs: int,
        env: Callable[..., MegaDriveEnv] = MegaDriveEnv,
        *,
        threads: int | None = None,
        stack: int = 1,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        max_episode_steps: int | None = None,
        copy: bool = True,
        **settings: Any,
    ) -> None:
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        if max_episode_steps is not None and (not isinstance(max_episode_steps, int) or max_episode_steps < 1):
            raise ValueError(f"max_episode_steps is {max_episode_steps!r}, expected a number from 1 or None")
        if settings.get("render_mode") == "human":
            raise ValueError("many environments are not shown in a window: render_mode is None or 'rgb_array'")
        one = env(**settings)
        if not isinstance(one, MegaDriveEnv):
            raise TypeError(f"env makes a {type(one).__name__}, expected a MegaDriveEnv")
        self._one = one
        self.actions = one.actions
        (height, width), (top, left, rows, columns), grey, scale, max_pool = one._format
        variables = one.integration.variables if one.integration is not None else None
        self._variables = variables
        self.group = MachineGroup(
            one.machine.cartridge,
            num_envs,
            one.machine.region,
            address_errors=bool(one.machine._md.address_errors),
            threads=threads,
            size=(height, width),
            crop=(top, left, rows, columns),
            grey=grey,
            scale=scale,
            max_pool=max_pool,
            stack=stack,
            addresses=None if variables is None else variables.offsets,
        )
        self.num_envs = num_envs
        self.render_mode = one.render_mode
        self.metadata = {**one.metadata, "autoreset_mode": self.autoreset_mode}
        self.single_action_space = one.action_space
        self.action_space = batch_space(one.action_space, num_envs)
        self.single_observation_space = self._observation_space_of(one)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self._copy, self._most_steps = copy, max_episode_steps
        self._image: Array | None = None
        self._ram: Array | None = None
        self._images: list[Array] = []  # used again when nobody holds them: new memory costs more than a picture
        self._rams: list[Array] = []
        self._random: list[np.random.Generator] = []
        self._values = np.zeros((num_envs, 0 if variables is None else len(variables)), np.int64)
        self._held = np.zeros((num_envs, one.players), np.uint16)
        self._steps = np.zeros(num_envs, np.int64)
        self._ended = np.zeros(num_envs, np.bool_)
        self._kept: tuple[npt.NDArray[np.uint8], ...] | None = None  # last frames, from a pickle

    def __getstate__(self) -> dict[str, Any]:
        contents = {**self.__dict__, "_images": [], "_rams": []}
        if self.render_mode is not None and self._random:
            contents["_kept"] = self.render()
        if self._image is not None:
            contents["_image"] = self._image.copy()
        if self._ram is not None:
            contents["_ram"] = self._ram.copy()
        return contents

    def _observation_space_of(self, one: MegaDriveEnv) -> spaces.Space[Any]:
        image = spaces.Box(0, 255, self.group.picture_shape, np.uint8)
        if one.obs_type == "image":
            return image
        if one.obs_type == "ram":
            return one.observation_space
        assert isinstance(one.observation_space, spaces.Dict)
        return spaces.Dict({"image": image, "ram": one.observation_space["ram"]})

    # ------------------------------------------------------------------------------------------ beginning

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observations, dict[str, Any]]:
        """Begin episodes, in all environments or in those of ``options["reset_mask"]``.

        Parameters
        ----------
        seed : int or sequence, optional
            An int: environment `i` gets ``seed + i``; or one for each.
        options : dict, optional
            ``"reset_mask"``, ``"state"`` and ``"states"``, see the class.

        Returns
        -------
        observations, infos
        """
        options = dict(options or {})
        mask = self._reset_mask(options.pop("reset_mask", None))
        states = self._states(options)
        self._seed(seed, mask)
        self._renew(~mask)
        self._begin(mask, states)
        self._ended[mask] = False
        return self._observations(), self._infos(self._values, mask)

    def _reset_mask(self, mask: Any) -> Mask:
        n = self.num_envs
        if mask is None:
            return np.ones(n, np.bool_)
        if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
            raise TypeError(f"reset_mask is {mask!r}, expected a numpy array of bool")
        if mask.shape != (n,) or not mask.any():
            raise ValueError(f"reset_mask is {mask!r}, expected {n} values of which one is True at least")
        if self._image is None and self._ram is None and not mask.all():
            raise ValueError("the first reset begins an episode in all environments: it takes no reset_mask")
        return mask

    def _states(self, options: dict[str, Any]) -> list[bytes] | None:
        """Return where each episode begins, or None if nothing was said."""
        state, states = options.pop("state", None), options.pop("states", None)
        if options:
            names = ", ".join(map(repr, sorted(options)))
            raise ValueError(f"options has {names}, expected 'reset_mask', 'state' and 'states' only")
        if states is None and state is None:
            return None
        if states is None:
            return [self._state(state)] * self.num_envs
        if state is not None or not isinstance(states, (list, tuple)) or len(states) != self.num_envs:
            raise ValueError(f"states is not a list of {self.num_envs} starts, or there is a state beside it")
        return [self._state(one) for one in states]

    def _state(self, start: Any) -> bytes:
        """Return the save state of a start."""
        if start is None:
            return self._one._start
        self._one._load(start)
        return self._one.machine.save_state()

    def _seed(self, seed: int | Sequence[int | None] | None, mask: Mask) -> None:
        n = self.num_envs
        seeds: list[int | None]
        if seed is None or isinstance(seed, (int, np.integer)):
            seeds = [None] * n if seed is None else [int(seed) + i for i in range(n)]
        else:
            seeds = list(seed)
        if len(seeds) != n:
            raise ValueError(f"there are {len(seeds)} seeds, expected one for each of {n} environments")
        if isinstance(seed, (int, np.integer)):
            super().reset(seed=int(seed))
        if not self._random:
            self._random = [seeding.np_random()[0] for _ in range(n)]
        for i, own in enumerate(seeds):
            if own is not None and mask[i]:
                self._random[i] = seeding.np_random(own)[0]

    def _begin(self, mask: Mask, states: list[bytes] | None = None) -> None:
        """Load the starts, and run one frame without buttons to have a picture; before it, as many as are drawn."""
        if states is None:
            self.group.load(self._one._start, mask)
        else:
            for state in set(states):
                self.group.load(state, mask & np.array([own is state or own == state for own in states]))
        most = self._one._random_start
        if most:
            frames = np.array([self._random[i].integers(most + 1) if mask[i] else 0 for i in range(self.num_envs)])
            if frames.any():
                nothing = np.zeros_like(self._held)
                self.group.step(nothing, np.maximum(frames, 1), render=False, which=frames > 0)
        self._held[mask] = 0
        self._run(np.zeros_like(self._held), 1, mask)
        self._values[mask] = self._decoded(self.group.values)[mask]
        self._steps[mask] = 0

    # -------------------------------------------------------------------------------------------- stepping

    def step(self, actions: Any) -> tuple[Observations, Array, Array, Array, dict[str, Any]]:
        """Hold buttons for some frames in each environment.

        Parameters
        ----------
        actions
            One of :attr:`action_space`, or a sequence of single actions.

        Returns
        -------
        observations, rewards, terminations, truncations, infos
            Rewards are float64 (num_envs,), the next two bool (num_envs,). `infos` has each variable as an array with
            the mask of those who have it, ``"_"`` before its name.

        Raises
        ------
        ValueError
            If an action is not in the action space; the message names the environment.
        RuntimeError
            If no episodes have begun, or autoreset is disabled and one has ended.
        """
        if self._image is None and self._ram is None:
            raise RuntimeError("call reset() before step()")
        held = self._buttons(actions)
        over = self._ended.copy()
        if over.any() and self.autoreset_mode is not AutoresetMode.NEXT_STEP:
            who = ", ".join(map(str, np.flatnonzero(over)))
            raise RuntimeError(f"the episode of environment {who} has ended: reset it with the option 'reset_mask'")
        self._renew(None)
        rewards: Array = np.zeros(self.num_envs)
        terminations: Mask = np.zeros(self.num_envs, np.bool_)
        if over.any():
            self._begin(over)
        if not over.all():
            rewards, terminations = self._play(held, ~over)
            self._steps += ~over
        if self._most_steps is None:
            truncations = np.zeros(self.num_envs, np.bool_)
        else:
            truncations = (self._steps >= self._most_steps) & ~over
        ended: Mask = terminations | truncations
        self._ended = ended
        final: dict[str, Any] = {}
        if self.autoreset_mode is AutoresetMode.SAME_STEP and ended.any():
            final = self._final(ended)
            self._begin(ended)
            self._ended = np.zeros_like(ended)
        infos = self._infos(self._values, np.ones(self.num_envs, np.bool_))
        return self._observations(), rewards, terminations, truncations, {**infos, **final}

    def _play(self, held: Array, mask: Mask) -> tuple[Array, Mask]:
        """Run a step of some environments; returns rewards and ends."""
        one = self._one
        skip, sticky, n = one._skip, one._sticky, self.num_envs
        which = None if mask.all() else mask
        if isinstance(skip, int) and not sticky:
            frames: int | Array = skip
            most, buttons = skip, held
        else:
            frames, buttons = self._schedule(held, mask)
            most = int(frames.max())
        every = one._every_frame and one._evaluate is not None and most > 1
        self._run(buttons, frames, which, every)
        self._held = held if which is None else np.where(mask[:, np.newaxis], held, self._held)
        if self._variables is None:
            return np.zeros(n), np.zeros(n, np.bool_)
        now = self._decoded(self.group.values)
        before = self._values[:, np.newaxis]
        if every:
            before = np.concatenate([before, now[:, :-1]], axis=1)
        else:
            now = now[:, np.newaxis]
        self._values = now[:, -1] if which is None else np.where(mask[:, np.newaxis], now[:, -1], self._values)
        return self._evaluate(before, now, frames, mask)

    def _schedule(self, held: Array, mask: Mask) -> tuple[Array, Array]:
        """Draw how long each step is and how long the last action sticks; returns frames and buttons of each frame.

        Where the action never gets through, `held` becomes the last one.
        """
        skip, sticky = self._one._skip, self._one._sticky
        frames, delays = np.ones(self.num_envs, np.int64), np.zeros(self.num_envs, np.int64)
        for i in np.flatnonzero(mask):
            random = self._random[i]
            length = skip if isinstance(skip, int) else int(random.integers(*skip))
            delay = 0
            while sticky and delay < length and random.random() < sticky:
                delay += 1
            frames[i], delays[i] = length, delay
        late = np.arange(frames.max()) < delays[:, np.newaxis]
        buttons = np.where(late[..., np.newaxis], self._held[:, np.newaxis], held[:, np.newaxis])
        stuck = delays == frames
        held[stuck] = self._held[stuck]
        return frames, buttons

    def _evaluate(self, before: Array, now: Array, frames: int | Array, mask: Mask) -> tuple[Array, Mask]:
        """Return rewards and ends, for values (n, frames, k); nothing counts after an end."""
        one = self._one
        if one._evaluate is None or one.integration is None or self._variables is None:
            return np.zeros(self.num_envs), np.zeros(self.num_envs, np.bool_)
        counts = np.broadcast_to(mask[:, np.newaxis], now.shape[:2])
        if now.shape[1] > 1 and not isinstance(frames, int):
            counts = counts & (np.arange(now.shape[1]) < frames[:, np.newaxis])
        if one._reward is None and one._done is None:
            found, dones = one.integration.scenario.evaluate(self._variables.names, before, now)
            gains: Array = found.astype(np.float64)
        else:
            gains, dones = np.zeros(now.shape[:2]), np.zeros(now.shape[:2], np.bool_)
            for i, frame in np.argwhere(counts):
                gains[i, frame], dones[i, frame] = one._evaluate(before[i, frame].tolist(), now[i, frame].tolist())
        ends: Mask = dones & counts
        if now.shape[1] == 1:
            return np.where(mask, gains[:, 0], 0), ends[:, 0]
        over = np.cumsum(ends, axis=1) - ends > 0
        rewards: Array = np.where(counts & ~over, gains, 0).sum(axis=1)
        return rewards, np.asarray(ends.any(axis=1))

    def _buttons(self, actions: Any) -> Array:
        """Return what is held, uint16 (num_envs, players)."""
        n = self.num_envs
        together = self.actions.masks_of_many(actions)
        if together is not None and len(together) == n:
            return together
        try:
            given = list(actions)
        except TypeError:
            given = []
        if len(given) != n:
            raise ValueError(f"actions are {actions!r}, expected one for each of {n} environments")
        held = np.empty((n, self._one.players), np.uint16)
        for i, action in enumerate(given):
            try:
                held[i] = self._one.actions.masks(action)
            except ValueError as error:
                raise ValueError(f"environment {i}: {error}") from None
        return held

    # ------------------------------------------------------------------------------------------ observing

    def _run(self, buttons: Array, frames: int | Array, which: Mask | None, every_frame: bool = False) -> None:
        """Run frames; the observations of those who run are new, those of the others stay."""
        seen = self._image is not None or self.render_mode is not None
        self._kept = None
        self.group.step(
            buttons,
            frames,
            render="last" if seen else False,
            which=which,
            out=self._image,
            ram_out=self._ram,
            every_frame=every_frame,
        )
        if self._ram is not None and getattr(self._one, "_swaps_ram", False):
            chosen = slice(None) if which is None else which
            self._ram[chosen] = swapped(self._ram[chosen])

    def _renew(self, kept: Mask | None) -> None:
        """Make room for observations; those of some environments are kept."""
        if self._one.obs_type != "ram":
            self._image = self._room(self._images, self._image, self.group.picture_shape, kept)
        if self._one.obs_type != "image":
            self._ram = self._room(self._rams, self._ram, (65536,), kept)

    def _room(self, rooms: list[Array], last: Array | None, shape: tuple[int, ...], kept: Mask | None) -> Array:
        if last is not None and not self._copy:
            return last
        for number in range(len(rooms)):
            if sys.getrefcount(rooms[number]) <= 2:  # the list and the argument: nobody looks at this one any more
                new = rooms[number]
                break
        else:
            new = np.empty((self.num_envs, *shape), np.uint8)
            if len(rooms) < _MOST_ROOMS:
                rooms.append(new)
        if last is not None and kept is not None:
            new[kept] = last[kept]
        return new

    def _decoded(self, data: Array) -> Array:
        if self._variables is None:
            return np.zeros((self.num_envs, 0), np.int64)
        values: Array = self._variables.decode(data)
        return values

    def _observations(self) -> Observations:
        if self._one.obs_type == "both":
            return {"image": self._image, "ram": self._ram}
        return self._image if self._one.obs_type == "image" else self._ram

    def _infos(self, values: Array, mask: Mask) -> dict[str, Any]:
        infos: dict[str, Any] = {}
        for column, name in enumerate(() if self._variables is None else self._variables.names):
            infos[name] = np.where(mask, values[:, column], 0)
            infos[f"_{name}"] = mask.copy()
        return infos

    def _final(self, ended: Mask) -> dict[str, Any]:
        """Return what `infos` has of episodes that have ended in this step."""
        observations = np.full(self.num_envs, None, object)
        for i in np.flatnonzero(ended):
            image = None if self._image is None else self._image[i].copy()
            ram = None if self._ram is None else self._ram[i].copy()
            kind = self._one.obs_type
            observations[i] = {"image": image, "ram": ram} if kind == "both" else image if kind == "image" else ram
        return {
            "final_obs": observations,
            "_final_obs": ended.copy(),
            "final_info": self._infos(self._values, ended),
            "_final_info": ended.copy(),
        }

    def render(self) -> tuple[npt.NDArray[np.uint8], ...] | None:
        """Return the last frame of each console, uint8 (height, width, 3), whole and in colour; None without a mode."""
        if self.render_mode is None:
            return None
        return tuple(np.array(machine.frame) for machine in self.group) if self._kept is None else self._kept

    def close_extras(self, **_: Any) -> None:
        """End the group's threads."""
        self.group.close()
        self._one.close()
