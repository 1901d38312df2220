"""Many environments in one: they do what single ones do."""

import copy
import pickle

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium", reason="gymnasium is missing: pip install 'megadrive[gym]'")

from gymnasium.vector import AutoresetMode, SyncVectorEnv  # noqa: E402
from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from megadrive import Button, MegaDrive  # noqa: E402
from megadrive.gym import MegaDriveEnv, make_retro  # noqa: E402
from megadrive.gym.vector import MegaDriveVectorEnv  # noqa: E402

GAME = "NightHeron-v0"
MODES = list(AutoresetMode)
few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def dies_soon(before, now):
    """End episodes by chance of the game, which nobody plays well here."""
    return now["score"] > before["score"] or now["lives"] < before["lives"]


def assert_same(ours, theirs):
    assert type(ours) is type(theirs)
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for key in ours:
            assert_same(ours[key], theirs[key])
    elif ours.dtype == object:
        for a, b in zip(ours, theirs, strict=True):
            assert (a is None) == (b is None)
            if a is not None:
                assert_same(a, b)
    else:
        assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
        assert (ours == theirs).all()


def compare(n, mode, steps, seed, limit=None, make=MegaDriveEnv, **settings):
    """Drive both with the same actions and compare everything they return; gives the number of episodes that ended."""

    def single():
        env = make(**settings)
        return env if limit is None else gymnasium.wrappers.TimeLimit(env, limit)

    theirs = SyncVectorEnv([single] * n, autoreset_mode=mode)
    ours = MegaDriveVectorEnv(n, make, threads=2, autoreset_mode=mode, max_episode_steps=limit, **settings)
    assert ours.observation_space == theirs.observation_space and ours.action_space == theirs.action_space
    assert ours.metadata["autoreset_mode"] is mode
    space = ours.action_space
    space.seed(seed)
    for mine, other in zip(ours.reset(seed=seed), theirs.reset(seed=seed), strict=True):
        assert_same(mine, other)
    endings = 0
    for _ in range(steps):
        actions = space.sample()
        mine, other = ours.step(actions), theirs.step(actions)
        for a, b in zip(mine, other, strict=True):
            assert_same(a, b)
        assert ours.observation_space.contains(mine[0])
        ended = mine[2] | mine[3]
        endings += ended.sum()
        if mode is AutoresetMode.DISABLED and ended.any():
            again = ours.reset(options={"reset_mask": ended}), theirs.reset(options={"reset_mask": ended.copy()})
            for a, b in zip(*again, strict=True):
                assert_same(a, b)
    ours.close()
    return endings


@pytest.mark.parametrize("mode", MODES)
def test_single_environments_side_by_side(mode):
    limit = {AutoresetMode.NEXT_STEP: None, AutoresetMode.SAME_STEP: 9, AutoresetMode.DISABLED: 7}[mode]
    options = {"integration": GAME, "grey": True, "scale": 4, "action_type": "discrete", "frame_skip": 12}
    assert compare(3, mode, 30, 5, limit=limit, done=dies_soon, **options) > 2


@few
@given(
    mode=st.sampled_from(MODES),
    seed=st.integers(0, 1000),
    options=st.fixed_dictionaries(
        {
            "obs_type": st.sampled_from(["image", "ram", "both"]),
            "frame_skip": st.sampled_from([1, 4, (2, 9)]),
            "sticky": st.sampled_from([0.0, 0.25, 0.9]),
            "random_start": st.sampled_from([0, 5]),
            "every_frame": st.booleans(),
            "max_pool": st.booleans(),
            "scale": st.sampled_from([1, 3]),
            "grey": st.booleans(),
            "action_type": st.sampled_from(["all", "filtered", "discrete", "multi_discrete"]),
            "players": st.sampled_from([1, 2]),
            "crop": st.sampled_from([None, (10, 20, 30, 300)]),
        }
    ),
)
def test_single_environments_side_by_side_with_any_options(mode, seed, options):
    compare(2, mode, 12, seed, limit=5, integration=GAME, **options)


def test_a_retro_environment():
    compare(2, AutoresetMode.SAME_STEP, 8, 3, limit=4, make=make_retro, game=GAME, obs_type="ram")


def test_threads_change_nothing():
    several = [
        MegaDriveVectorEnv(
            5, integration=GAME, grey=True, scale=4, stack=2, sticky=0.3, threads=threads, done=dies_soon
        )
        for threads in (1, 2, 3)
    ]
    for envs in several:
        envs.action_space.seed(1)
        envs.reset(seed=7)
    for _ in range(15):
        results = [envs.step(envs.action_space.sample()) for envs in several]
        for other in results[1:]:
            for a, b in zip(results[0], other, strict=True):
                assert_same(a, b)


def test_a_stack_begins_anew_with_each_episode():
    envs = MegaDriveVectorEnv(2, integration=GAME, grey=True, scale=8, stack=3, max_episode_steps=4)
    plain = MegaDriveVectorEnv(2, integration=GAME, grey=True, scale=8, max_episode_steps=4)
    first, _ = envs.reset(seed=1)
    seen = [plain.reset(seed=1)[0]] * 3
    assert envs.single_observation_space.shape == (3, 28, 40)
    assert (first == np.stack(seen, axis=1)).all()
    for _ in range(11):
        actions = envs.action_space.sample()
        stack, *_ = envs.step(actions)
        picture, *_, begun = plain.step(actions)
        seen = [*seen[1:], picture]
        if envs._steps[0] == 0:
            seen = [picture] * 3
        assert (stack == np.stack(seen, axis=1)).all()
    assert begun


def test_starts_of_single_episodes():
    md = MegaDrive(MegaDriveEnv(integration=GAME).machine.cartridge)
    envs = MegaDriveVectorEnv(3, integration=GAME, obs_type="ram")
    envs.reset(options={"states": [None, [(Button.A, Button(0))] * 5, md.save_state()]})
    assert envs.group.frame_count[[1, 2]].tolist() == [6, 1]
    assert envs.group.frame_count[0] > 6
    envs.step(envs.action_space.sample())
    before = envs.group.state_hashes()
    envs.reset(options={"state": md.save_state(), "reset_mask": np.array([False, True, False])})
    after = envs.group.state_hashes()
    assert envs.group.frame_count[1] == 1 and (before[0], before[2]) == (after[0], after[2])
    for options in ({"speed": 1}, {"states": [None]}, {"states": [None] * 3, "state": b""}):
        with pytest.raises(ValueError, match=r"options|states"):
            envs.reset(options=options)


def test_pictures_of_all():
    envs = MegaDriveVectorEnv(2, integration=GAME, obs_type="ram", render_mode="rgb_array")
    envs.reset(seed=0)
    envs.step(envs.action_space.sample())
    frames = envs.render()
    assert len(frames) == 2 and frames[0].shape == (224, 320, 3) and len(np.unique(frames[0])) > 5
    assert MegaDriveVectorEnv(1, integration=GAME).render() is None


def test_old_observations_stay_unless_no_copies_are_wanted():
    for copied in (True, False):
        envs = MegaDriveVectorEnv(2, integration=GAME, scale=4, copy=copied)
        first, _ = envs.reset(seed=0)
        second = envs.step(envs.action_space.sample())[0]
        assert np.shares_memory(first, second) == (not copied)


def test_observations_that_somebody_holds_are_not_written_again():
    envs = MegaDriveVectorEnv(2, integration=GAME, scale=4, obs_type="both")
    held = [envs.reset(seed=0)[0]]
    copies = [held[0]["image"].copy()]
    part = None
    for _ in range(8):
        held.append(envs.step(envs.action_space.sample())[0])
        copies.append(held[-1]["image"].copy())
        if len(held) == 5:
            part, first = held[2]["image"][1, 3:9], held[2]["image"][1, 3:9].copy()
            del held[1:3], copies[1:3]
    assert all((one["image"] == copy).all() for one, copy in zip(held, copies, strict=True))
    assert (part == first).all()


def test_made_by_gymnasium():
    envs = gymnasium.make_vec("megadrive/NightHeron-v0", num_envs=2, scale=4, autoreset_mode="SameStep")
    assert isinstance(envs, MegaDriveVectorEnv)
    observations, _ = envs.reset(seed=0)
    assert observations.shape == (2, 56, 80, 3) and envs.spec.id == "megadrive/NightHeron-v0"
    wrapped = gymnasium.wrappers.vector.RecordEpisodeStatistics(envs)
    wrapped.reset(seed=1)
    wrapped.step(wrapped.action_space.sample())
    wrapped.close()


def test_bad_arguments():
    for options in (
        {"num_envs": 0}, {"threads": 0}, {"stack": 0}, {"autoreset_mode": "never"}, {"max_episode_steps": 0},
        {"render_mode": "human"}, {"frame_skip": 0}, {"sticky": 2},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"never|" + ("n is" if "num_envs" in options else next(iter(options)))):
            MegaDriveVectorEnv(**{"num_envs": 2, "integration": GAME, **options})
    with pytest.raises(TypeError, match="MegaDriveEnv"):
        MegaDriveVectorEnv(2, lambda: 5)


def test_bad_calls():
    envs = MegaDriveVectorEnv(
        3, integration=GAME, action_type="discrete", autoreset_mode="Disabled", max_episode_steps=2
    )
    mask = np.array([True, False, False])
    with pytest.raises(RuntimeError, match="reset"):
        envs.step([0, 0, 0])
    with pytest.raises(ValueError, match="first reset"):
        envs.reset(options={"reset_mask": mask})
    with pytest.raises(ValueError, match="seeds"):
        envs.reset(seed=[1, 2])
    envs.reset(seed=0)
    for bad, what in (([0, 0], "expected one for each"), (5, "expected one for each"), ([0, 99, 0], "environment 1")):
        with pytest.raises(ValueError, match=what):
            envs.step(bad)
    for bad, kind in (([True] * 3, TypeError), (np.zeros(3, bool), ValueError), (np.ones(2, bool), ValueError)):
        with pytest.raises(kind, match="reset_mask"):
            envs.reset(options={"reset_mask": bad})
    envs.step([0, 1, 2])
    envs.reset(options={"reset_mask": mask})
    envs.step([0, 1, 2])
    with pytest.raises(RuntimeError, match="environment 1, 2 has ended"):
        envs.step([0, 1, 2])


@pytest.mark.parametrize("twin_of", [copy.deepcopy, lambda envs: pickle.loads(pickle.dumps(envs))])
def test_copies_go_on_alike(twin_of):
    envs = MegaDriveVectorEnv(
        3, integration=GAME, action_type="discrete", grey=True, scale=8, stack=3, sticky=0.3, random_start=20,
        obs_type="both", autoreset_mode="SameStep", max_episode_steps=7, render_mode="rgb_array",
    )  # fmt: skip
    envs.reset(seed=4)
    for actions in ([1, 2, 3], [4, 5, 6]):
        envs.step(actions)
    twin = twin_of(envs)
    assert all(np.array_equal(mine, other) for mine, other in zip(envs.render(), twin.render(), strict=True))
    for k in range(8):
        for mine, other in zip(envs.step([k, 7, 17 - k]), twin.step([k, 7, 17 - k]), strict=True):
            assert_same(mine, other)
    assert envs.group.state_hashes() == twin.group.state_hashes()
    assert all(np.array_equal(mine, other) for mine, other in zip(envs.render(), twin.render(), strict=True))
    envs.step([0, 0, 0])
    assert envs.group.state_hashes() != twin.group.state_hashes()
