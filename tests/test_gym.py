"""The Gymnasium environment: its contract, observations, actions, frames, copies."""

from __future__ import annotations

import copy
import pathlib
import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("gymnasium", reason="gymnasium is not installed (extra gym)")

import gymnasium
from gymnasium.utils.env_checker import check_env, data_equivalence

from megadrive import Button, MegaDrive, StateError, builtin_rom
from megadrive.gym import (
    GENESIS,
    Actions,
    ActionSet,
    Integration,
    Integrations,
    MegaDriveEnv,
    Observations,
    RetroEnv,
    State,
    make_retro,
)
from megadrive.gym.actions import BUTTONS

Array = np.ndarray[Any, Any]
EVERYTHING: dict[str, Any] = {
    **{"obs_type": "both", "grey": True, "scale": 4, "max_pool": True, "sticky": 0.25, "frame_skip": range(2, 5)},
    **{"render_mode": "rgb_array", "random_start": 10, "action_type": "multi_discrete", "players": 2},
}


@pytest.fixture(scope="module")
def flight() -> MegaDriveEnv:
    """Return an environment of the built-in game; tests copy it."""
    return MegaDriveEnv(frame_skip=1)


def hashes(env: MegaDriveEnv) -> str:
    return env.machine.state_hash()


# ------------------------------------------------------------------------------------------ the contract


@pytest.mark.parametrize(
    "arguments", [{}, {"obs_type": "ram", "action_type": "all"}, EVERYTHING], ids=["image", "ram", "everything"]
)
def test_check_env(arguments: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(MegaDriveEnv(**arguments))
        check_env(gymnasium.make("megadrive/NightHeron-v0", **arguments).unwrapped)


def test_registered_ids() -> None:
    env = gymnasium.make("MegaDrive-v0", rom=str(builtin_rom()), frame_skip=2)
    observation, info = env.reset(seed=1)
    assert observation.shape == (224, 320, 3) and info == {}
    assert env.step(env.action_space.sample())[1:3] == (0.0, False)
    assert env.unwrapped.metadata["render_fps"] == pytest.approx(29.96, abs=0.01)
    env = gymnasium.make("megadrive/NightHeron-v0")
    assert env.spec is not None and env.spec.max_episode_steps == 4500
    assert env.action_space == gymnasium.spaces.Discrete(18)


def test_a_flight_ends_and_rewards_are_the_scores() -> None:
    env = MegaDriveEnv(obs_type="ram", action_type="discrete", every_frame=True)
    info = env.reset(seed=5)[1]
    assert info["lives"] == 2 and info["mode"] == 1 and info["score"] == 0
    total, lost, lives, done, steps = 0.0, 0, 2, False, 0
    while not done and steps < 6000:
        observation, reward, done, truncated, info = env.step(1 if steps % 8 else 0)
        lost += max(0, lives - info["lives"])
        lives = info["lives"]
        total += reward
        steps += 1
    assert done and not truncated and info["mode"] == 2
    assert total == pytest.approx(info["score"] * 0.01 - 5 * lost, abs=1e-3)
    assert bytes(observation[0x8000:0x8004]).hex() == f"{info['score']:08d}"


def test_reset_and_seed(flight: MegaDriveEnv) -> None:
    env = MegaDriveEnv(sticky=0.4, frame_skip=(1, 4), random_start=7, obs_type="ram")
    runs = []
    for seed in (3, 3, 4):
        observation, _ = env.reset(seed=seed)
        env.action_space.seed(1)
        runs.append([observation.tobytes()] + [env.step(env.action_space.sample())[0].tobytes() for _ in range(20)])
    assert runs[0] == runs[1] != runs[2]


def test_step_before_reset_and_wrong_arguments() -> None:
    env = MegaDriveEnv()
    with pytest.raises(RuntimeError, match=r"call reset\(\)"):
        env.step(env.action_space.sample())
    env.reset()
    for bad in (np.ones(11, np.int8), 3, "A", np.full(12, 2), np.full(12, 0.5)):
        with pytest.raises(ValueError, match="action is"):
            env.step(bad)
    with pytest.raises(ValueError, match="options has 'stat'"):
        env.reset(options={"stat": b""})
    with pytest.raises(StateError):
        env.reset(options={"state": b"nothing"})
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"obs_type": "sound"}, "obs_type"),
        ({"render_mode": "ansi"}, "render_mode"),
        ({"sticky": 1.0}, "sticky"),
        ({"frame_skip": 0}, "frame_skip"),
        ({"frame_skip": (3, 3)}, "frame_skip"),
        ({"frame_skip": True}, "frame_skip"),
        ({"random_start": -1}, "random_start"),
        ({"scale": 17}, "scale"),
        ({"crop": (0, 0, 225, 320)}, "crop"),
        ({"crop": (0, 0, 8)}, "crop"),
        ({"size": (241, 320)}, "size"),
        ({"players": 3}, "players"),
        ({"action_type": "analogue"}, "kind of actions"),
        ({"actions": [[["FIRE"]]]}, "no button 'FIRE'"),
        ({"actions": 5}, "actions are 5"),
        ({"engine": "model"}, "native"),
    ]
    for arguments, message in wrong:
        with pytest.raises(ValueError, match=message):
            MegaDriveEnv(**arguments)
    with pytest.raises(ValueError, match="only an integration has"):
        MegaDriveEnv(builtin_rom(), reward=lambda before, now: 0.0)


# ------------------------------------------------------------------------------------------ observations


def plain(frame: Array, size: tuple[int, int], crop: tuple[int, ...], grey: bool, scale: int) -> Array:
    """Return what an observation must be, in plain numpy."""
    field = np.zeros((*size, 3), np.uint8)
    for axis in range(2):
        have, want = frame.shape[axis], size[axis]
        if have > want:
            frame = np.take(frame, range((have - want) // 2, (have - want) // 2 + want), axis)
    top, left = ((size[axis] - frame.shape[axis]) // 2 for axis in range(2))
    field[top : top + frame.shape[0], left : left + frame.shape[1]] = frame
    part = field[crop[0] : crop[0] + crop[2], crop[1] : crop[1] + crop[3]].astype(np.int64)
    if grey:
        part = (part @ np.array([9798, 19235, 3735]) + (1 << 14)) >> 15
    rows, columns = part.shape[0] // scale, part.shape[1] // scale
    part = part[: rows * scale, : columns * scale]
    blocks = part.reshape(rows, scale, columns, scale, *part.shape[2:]).sum((1, 3))
    return ((blocks + scale * scale // 2) // (scale * scale)).astype(np.uint8)


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(st.integers(180, 240), st.integers(200, 320)),
    st.tuples(st.integers(0, 90), st.integers(0, 90), st.integers(8, 90), st.integers(8, 110)),
    st.booleans(),
    st.integers(1, 8),
)
def test_pictures(size: tuple[int, int], crop: tuple[int, int, int, int], grey: bool, scale: int) -> None:
    env = MegaDriveEnv(size=size, crop=crop, grey=grey, scale=scale, render_mode="rgb_array")
    observation, _ = env.reset()
    assert env.observation_space.contains(observation)
    assert np.array_equal(observation, plain(env.render(), size, crop, grey, scale))


def test_max_pool_is_of_the_last_two_frames(flight: MegaDriveEnv) -> None:
    env = MegaDriveEnv(max_pool=True, frame_skip=3)
    env.reset()
    action = env.action_space.sample()
    twin = copy.deepcopy(flight)
    twin.reset()
    frames = [twin.step(action)[0] for _ in range(3)]
    assert np.array_equal(env.step(action)[0], np.maximum(frames[1], frames[2]))
    assert hashes(env) == hashes(twin)


def test_ram_and_both_are_what_the_console_has(flight: MegaDriveEnv) -> None:
    env = MegaDriveEnv(obs_type="both")
    observation, _ = env.reset()
    kept = observation["ram"].copy()
    assert np.array_equal(kept, env.machine.ram) and np.array_equal(observation["image"], env.machine.frame)
    env.step(env.action_space.sample())
    assert np.array_equal(observation["ram"], kept) and not np.array_equal(kept, env.machine.ram)


def test_nothing_that_is_looked_at_changes_the_run() -> None:
    ends = set()
    for arguments in ({}, {"obs_type": "ram"}, {"grey": True, "scale": 2}, {"every_frame": False, "max_pool": True}):
        env = MegaDriveEnv(frame_skip=5, sticky=0.3, **arguments)
        env.reset(seed=9)
        env.action_space.seed(9)
        for _ in range(30):
            env.step(env.action_space.sample())
        ends.add(hashes(env))
    assert len(ends) == 1


def test_narrow_pictures_have_their_own_size(corpus: pathlib.Path) -> None:
    env = MegaDriveEnv(corpus / "roms" / "SpriteMaskingTestRom.bin", initial_state=[(Button(0), Button(0))] * 60)
    assert env.reset()[0].shape[1] in (256, 320)
    assert env.observation_space.shape == env.machine.frame.shape


# ----------------------------------------------------------------------------------------------- actions


def test_kinds_of_actions() -> None:
    every = ActionSet("all")
    assert every.masks(np.ones(12, np.int8)) == (0xFFF,)
    for i, name in enumerate(BUTTONS):
        assert every.masks(np.eye(12, dtype=np.int8)[i]) == (int(Button[name]),)
    filtered = ActionSet("filtered")
    both = np.zeros(12, np.int8)
    both[[BUTTONS.index("UP"), BUTTONS.index("DOWN"), BUTTONS.index("B")]] = 1
    assert filtered.meaning(both) == [["B"]]
    discrete, multi = ActionSet("discrete"), ActionSet(Actions.MULTI_DISCRETE)
    assert discrete.space == gymnasium.spaces.Discrete(126)
    assert multi.space == gymnasium.spaces.MultiDiscrete([3, 3, 14])
    for number in range(126):
        parts = np.array([number % 3, number // 3 % 3, number // 9])
        assert discrete.masks(number) == multi.masks(parts) == (discrete.table[number],)
    two = ActionSet("discrete", [["A"], [], ["B", "UP"]], players=2)
    assert two.space == gymnasium.spaces.Discrete(9)
    assert two.meaning(np.int64(5)) == [["B", "UP"], ["A"]]
    assert [one.masks(action) for one, action in ((discrete, 0), (multi, np.zeros(3, int)))] == [(0,), (0,)]
    for number in (-1, 126, 1.5, None):
        with pytest.raises(ValueError, match="action is"):
            discrete.masks(number)
    with pytest.raises(TypeError, match="only discrete"):
        multi.table  # noqa: B018


def test_actions_agree_with_stable_retro() -> None:
    stable_retro = pytest.importorskip("stable_retro", reason="stable-retro is not installed (extra bench)")
    game = "Airstriker-Genesis-v0"
    for players in (1, 2):
        for kind in stable_retro.Actions:
            if players == 2 and kind.name == "MULTI_DISCRETE":
                continue  # stable-retro takes parts of the wrong length
            theirs = stable_retro.make(game, use_restricted_actions=kind, players=players, render_mode=None)
            ours = ActionSet(kind, players=players)
            theirs.action_space.seed(players)
            try:
                assert ours.space == theirs.action_space
                for _ in range(200):
                    action = theirs.action_space.sample()
                    arrays = [[name in held for name in BUTTONS] for held in ours.meaning(action)]
                    assert np.array_equal(arrays, theirs.action_to_array(action))
            finally:
                theirs.close()


@given(
    st.lists(st.lists(st.lists(st.sampled_from(BUTTONS), max_size=3), min_size=1, max_size=4), min_size=1, max_size=4)
)
def test_filtered_actions_are_those_of_the_groups(groups: list[list[list[str]]]) -> None:
    if not any(button for group in groups for combination in group for button in combination):
        return
    actions = ActionSet("filtered", groups)
    actions.space.seed(1)
    for _ in range(5):
        action = actions.space.sample()
        held = sum(1 << i for i, value in enumerate(action) if value)
        expected = 0
        for choices in actions.combinations:
            mask = int(np.bitwise_or.reduce(choices))
            expected |= held & mask if held & mask in choices else 0
        assert set(actions.meaning(action)[0]) == {name for i, name in enumerate(BUTTONS) if expected >> i & 1}


def test_players_have_pads_of_their_own() -> None:
    env = MegaDriveEnv(players=2, action_type="all", frame_skip=1)
    env.reset()
    action = np.zeros(24, np.int8)
    action[BUTTONS.index("LEFT")] = action[12 + BUTTONS.index("C")] = 1
    env.step(action)
    assert list(env.machine._md.state.io.buttons) == [Button.LEFT, Button.C]


# ------------------------------------------------------------------------------------------------ frames


def test_sticky_actions_hold_frame_by_frame() -> None:
    env = MegaDriveEnv(sticky=0.5, frame_skip=4, action_type="all")
    env.reset(seed=0)
    delays = []
    for _ in range(3000):
        env._held = (0,)
        schedule, held = env._schedule((int(Button.B),), 4)
        assert list(schedule) == sorted(schedule) and len(schedule) == 4
        delays.append(schedule.count(0))
        assert held == schedule[-1:]
    shares = np.bincount(delays, minlength=5) / len(delays)
    assert shares == pytest.approx([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 16], abs=0.04)


def test_steps_of_many_frames_are_steps_of_one(flight: MegaDriveEnv) -> None:
    env, twin = MegaDriveEnv(frame_skip=6), copy.deepcopy(flight)
    env.reset()
    twin.reset()
    env.action_space.seed(2)
    for _ in range(40):
        action = env.action_space.sample()
        observation, reward, done, _, info = env.step(action)
        rewards = [twin.step(action) for _ in range(6)]
        assert reward == pytest.approx(sum(step[1] for step in rewards))
        assert np.array_equal(observation, rewards[-1][0]) and info == rewards[-1][4]
        assert done == any(step[2] for step in rewards)


def test_a_step_counts_up_to_its_end() -> None:
    arguments: dict[str, Any] = {
        "reward": lambda before, now: now["x"] - before["x"],
        "done": lambda before, now: now["x"] >= 62,
        "action_type": "discrete",
    }
    right = next(
        i
        for i in range(18)
        if ActionSet("discrete", Integration.find("NightHeron-v0").scenario.actions).meaning(i) == [["RIGHT"]]
    )
    slow, fast = (MegaDriveEnv(frame_skip=n, **arguments) for n in (1, 40))
    slow.reset()
    total, done = 0.0, False
    while not done:
        _, reward, done, _, info = slow.step(right)
        total += reward
    fast.reset()
    _, reward, done, _, later = fast.step(right)
    assert done and reward == total and later["x"] > info["x"]


# ------------------------------------------------------------------------------------------------ copies


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([{}, EVERYTHING, {"obs_type": "ram", "sticky": 0.5}]))
def test_copies_go_on_alike(seed: int, arguments: dict[str, Any]) -> None:
    env = MegaDriveEnv(**arguments)
    env.reset(seed=seed)
    env.action_space.seed(seed)
    for _ in range(seed % 30):
        env.step(env.action_space.sample())
    twins = [pickle.loads(pickle.dumps(env)), copy.deepcopy(env)]
    if env.render_mode == "rgb_array":
        assert all(np.array_equal(twin.render(), env.render()) for twin in twins)
    spaces = [twin.action_space.sample() for twin in twins]
    assert data_equivalence(spaces[0], spaces[1])
    actions = [env.action_space.sample() for _ in range(10)]
    results = [[one.step(action) for action in actions] for one in (*twins, env)]
    assert data_equivalence(results[0], results[1]) and data_equivalence(results[1], results[2])
    assert len({hashes(one) for one in (*twins, env)}) == 1


def test_copies_before_the_first_reset_and_without_a_file() -> None:
    env = MegaDriveEnv(pathlib.Path(builtin_rom()).read_bytes(), render_mode="rgb_array")
    for twin in (pickle.loads(pickle.dumps(env)), copy.deepcopy(env)):
        assert np.array_equal(twin.reset(seed=1)[0], env.reset(seed=1)[0])


def test_states() -> None:
    env = MegaDriveEnv(frame_skip=2)
    env.reset()
    for _ in range(30):
        env.step(env.action_space.sample())
    state, before = env.save_state(), hashes(env)
    action = env.action_space.sample()
    after = [env.step(action)[1:] for _ in range(5)]
    env.load_state(state)
    assert hashes(env) == before
    assert [env.step(action)[1:] for _ in range(5)] == after
    env.reset(options={"state": state})
    env.reset(options={"state": lambda md: md.run_frames(30)})
    assert env.machine.frame_count == 31
    env.reset(options={"state": "Flight"})
    again = env.machine.frame_count
    env.reset()
    assert env.machine.frame_count == again > 100


def test_threads_do_not_share_one() -> None:
    env = MegaDriveEnv()
    env.reset()
    with env.machine._use, pytest.raises(RuntimeError, match="used by another thread"):
        env.step(env.action_space.sample())


def test_human_without_a_display_goes_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    env = MegaDriveEnv(render_mode="human", frame_skip=200)
    env.reset()
    assert env.render() is None
    told = capsys.readouterr().err
    if told:  # a system that has windows without these variables shows it
        assert told.count("NightHeron-v0 is not shown") == 1
    env.close()
    env.close()


def test_human_shows_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sdl2", reason="PySDL2 is not installed (extra play)")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    env = MegaDriveEnv(render_mode="human", frame_skip=1)
    env.reset()
    for _ in range(4):
        env.step(env.action_space.sample())
    assert env._window is not None and env._window._window is not None
    assert pickle.loads(pickle.dumps(env)).step(env.action_space.sample())
    env.close()
    assert env._window is None


# ------------------------------------------------------------------------------------------ make_retro


def test_make_retro_with_the_built_in_game() -> None:
    env = make_retro("NightHeron-v0", State.DEFAULT, use_restricted_actions=Actions.DISCRETE, obs_type=Observations.RAM)
    assert isinstance(env, RetroEnv) and env.statename == "Flight" and env.buttons == list(BUTTONS)
    observation, info = env.reset(seed=1)
    assert np.array_equal(observation.reshape(-1, 2)[:, ::-1].ravel(), env.machine.ram)
    assert np.array_equal(observation, env.get_ram())
    assert env.data.lookup_all() == info and env.data.lookup_value("lives") == 2
    env.set_value("lives", 4)
    assert env.step(0)[4]["lives"] == 4
    assert env.get_action_meaning(2) == ["UP"] and env.action_to_array(2)[0].sum() == 1
    assert env.get_screen().shape == (224, 320, 3) and env.data.crop_info() == (0, 0, 0, 0)
    assert env.data.list_variables()["lives"] == {"address": 0xFF8010, "type": ">u2"}
    state = env.em.get_state()
    assert env.em.set_state(state) and not env.em.set_state(b"") and state == env.save_state()
    assert env.em.get_resolution() == (320, 224) and env.em.get_screen_rate() == pytest.approx(59.92, abs=0.01)
    assert np.array_equal(env.em.get_screen(), env.get_screen())
    env.initial_state = state
    env.reset()
    assert env.data.lookup_value("lives") == 4
    env.load_state("Flight")
    env.reset()
    assert env.data.lookup_value("lives") == 2
    for twin in (pickle.loads(pickle.dumps(env)), copy.deepcopy(env)):
        assert twin.data.lookup_value("lives") == 2 and hashes(twin) == hashes(env)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env)
    power_on = make_retro("NightHeron-v0", State.NONE, inttype=Integrations.ALL)
    power_on.reset()
    assert power_on.machine.frame_count == 1 and power_on.statename is None
    with pytest.raises(ValueError, match="record"):
        make_retro("NightHeron-v0", record=True)


def test_airstriker_as_stable_retro_has_it() -> None:
    stable_retro = pytest.importorskip("stable_retro", reason="stable-retro is not installed (extra bench)")
    env = make_retro(
        "Airstriker-Genesis-v0",
        stable_retro.State.DEFAULT,
        inttype=stable_retro.data.Integrations.STABLE,
        use_restricted_actions=stable_retro.Actions.FILTERED,
        obs_type=stable_retro.Observations.IMAGE,
        render_mode="rgb_array",
    )
    theirs = stable_retro.make("Airstriker-Genesis-v0", render_mode=None)
    try:
        assert env.action_space == theirs.action_space and env.observation_space == theirs.observation_space
        assert env.button_combos == theirs.button_combos
        assert env.data.list_variables() == theirs.data.list_variables()
    finally:
        theirs.close()
    observation, info = env.reset(seed=1)
    assert info == {"gameover": 9, "lives": 3, "score": 0}
    fire = np.zeros(12, np.int8)
    fire[BUTTONS.index("B")] = 1
    total = 0.0
    for frame in range(1500):
        observation, reward, done, _, info = env.step(fire if frame % 10 < 5 else np.zeros(12, np.int8))
        total += reward
        assert not done
    assert total == info["score"] > 0
    assert np.array_equal(observation, env.render())


def test_a_machine_that_needs_python_is_refused() -> None:
    from megadrive import model

    env = MegaDriveEnv()
    env.reset()
    env.machine.replace_chips(psg=model.PSG)
    with pytest.raises(RuntimeError, match="no chips in Python"):
        env.step(env.action_space.sample())


def test_a_missing_gymnasium_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib
    import sys

    import megadrive.gym

    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(ImportError, match=r"pip install 'megadrive\[gym\]'"):
        importlib.reload(megadrive.gym)


def test_groups_of_the_console() -> None:
    assert ActionSet("discrete", GENESIS).space == ActionSet("discrete").space
    assert isinstance(MegaDriveEnv().machine, MegaDrive)
