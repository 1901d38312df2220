"""stable-retro's integrations: variables, scenarios and folders, against stable-retro itself where it is installed."""

from __future__ import annotations

import json
import math
import pathlib
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("gymnasium", reason="gymnasium is not installed (extra gym)")

from megadrive import RomError, StateError, builtin_rom
from megadrive.gym import ActionSet, Integration, Scenario, State, Variable, Variables, make_retro
from megadrive.gym.scenario import single

ORDERS = ("|", "=", "<", ">", "<>", "><", "<=", ">=")
TYPES = [order + kind + width for order in ORDERS for kind in "uidn" for width in "12345678"]
OPERATIONS = (
    *("equal", "negative-equal", "not-equal", "less-than", "greater-than", "less-or-equal"),
    *("greater-or-equal", "nonzero", "zero", "negative", "positive", "sign", "", "nonsense"),
)


def random_ram(seed: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(0, 256, 65536, dtype=np.uint8)


variables = st.builds(
    Variable,
    st.one_of(st.integers(0xFF0000, 0xFF0010), st.integers(0xFFFFF0, 0xFFFFFF)),
    st.sampled_from(TYPES),
    st.one_of(st.just((1 << 64) - 1), st.integers(0, (1 << 64) - 1)),
)


# ----------------------------------------------------------------------------------------------- variables


@given(st.lists(variables, min_size=1, max_size=6), st.integers(0, 99))
def test_ways_to_read_agree(listed: list[Variable], seed: int) -> None:
    ram = random_ram(seed)
    game = Variables({str(i): variable for i, variable in enumerate(listed)})
    values = [variable.decode(ram) for variable in listed]
    assert game.read(ram).tolist() == values
    assert game.read(np.stack([ram, ram])).tolist() == [values, values]
    assert game.reader(memoryview(np.array(ram[game.offsets]).data))() == values


@given(st.sampled_from(TYPES), st.integers(0, 65535), st.integers(0, 10**18))
def test_what_is_written_is_read(kind: str, offset: int, number: int) -> None:
    variable = Variable(0xFF0000 + offset, kind)
    base, width = {"u": 256, "i": 256, "d": 100, "n": 10}[variable.kind], variable.width
    value = number % base**width
    if variable.kind == "i" or (width == 8 and variable.kind == "u"):
        value -= base**width // 2
    ram = random_ram(offset)
    before = ram.copy()
    variable.encode(ram, value)
    assert variable.decode(ram) == value
    assert (ram != before).sum() <= width


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *((">u2", 0x1234), ("<u2", 0x3412), ("=u2", 0x3412), ("|u1", 0x12), (">d2", 1234), ("<d2", 3412), (">n2", 24)),
        *((">u4", 0x12345698), ("<>u4", 0x56981234), ("><u4", 0x34129856), (">=u4", 0x34129856), ("<=u4", 0x98563412)),
        (">u3", 0x123456),
    ],
)
def test_orders_of_bytes(kind: str, value: int) -> None:
    ram = np.zeros(65536, np.uint8)
    ram[:4] = 0x12, 0x34, 0x56, 0x98
    assert Variable(0xFF0000, kind).decode(ram) == value


@pytest.mark.parametrize("bad", ["u2", ">u", ">u9", ">u0", ">x2", "", "?u1"])
def test_unknown_types(bad: str) -> None:
    with pytest.raises(ValueError, match="there is no type"):
        Variable(0xFF0000, bad)


@pytest.mark.parametrize("address", [0, 0xFEFFFF, 0x1000000])
def test_addresses_elsewhere(address: int) -> None:
    with pytest.raises(ValueError, match="not in work RAM"):
        Variable(address, "|u1")


# ----------------------------------------------------------------------------------------------- scenarios

NAMES = ("a", "b", "c")
numbers = st.one_of(st.integers(-3, 3), st.integers(-(1 << 20), 1 << 20))
terms = st.fixed_dictionaries(
    {
        "op": st.sampled_from(OPERATIONS),
        "measurement": st.sampled_from(("delta", "absolute", "")),
        "reference": numbers,
    },
    optional={"reward": st.floats(-100, 100), "penalty": st.one_of(st.integers(-9, 9), st.floats(-1, 1))},
)
tables = st.dictionaries(st.sampled_from(NAMES), terms, max_size=3)
conditions = st.recursive(
    st.fixed_dictionaries({"variables": tables, "condition": st.sampled_from(("any", "all"))}),
    lambda inner: st.fixed_dictionaries(
        {"variables": tables, "nodes": st.dictionaries(st.text("xyz", min_size=1), inner, max_size=3)},
        optional={"condition": st.sampled_from(("any", "all"))},
    ),
    max_leaves=4,
)
scenarios = st.fixed_dictionaries(
    {"reward": st.fixed_dictionaries({"variables": tables}, optional={"time": terms}), "done": conditions}
)
rows = st.lists(numbers, min_size=3, max_size=3)


@given(scenarios, st.lists(st.tuples(rows, rows), min_size=1, max_size=5))
def test_one_and_many_machines_agree(manifest: dict[str, Any], pairs: list[tuple[list[int], list[int]]]) -> None:
    scenario = Scenario.from_json(manifest)
    one = scenario.compiled(NAMES)
    before, now = (np.array([pair[i] for pair in pairs], np.int64) for i in range(2))
    rewards, dones = scenario.evaluate(NAMES, before, now)
    assert rewards.dtype == np.float32 and dones.dtype == np.bool_
    for pair, reward, done in zip(pairs, rewards.tolist(), dones.tolist(), strict=True):
        assert one(*pair) == (reward, done)


def test_conditions_of_nothing() -> None:
    def done(condition: dict[str, Any]) -> bool:
        return Scenario.from_json({"done": condition}).compiled(())([], [])[1]

    assert not done({}) and not done({"condition": "any"}) and done({"condition": "all"})
    assert done({"nodes": {"empty": {"condition": "all"}}})


def test_rewards_of_two_players() -> None:
    scenario = Scenario.from_json({"rewards": [{"variables": {n: {"reward": f}}} for n, f in (("a", 1), ("b", 10))]})
    assert [scenario.compiled(NAMES, player)([0, 0, 0], [2, 3, 4])[0] for player in range(3)] == [2, 30, 0]


@pytest.mark.parametrize(
    "bad", [{"reward": 3}, {"done": {"variables": []}}, {"crop": [1, 2]}, {"actions": "A"}, {"rewards": {}}]
)
def test_wrong_forms_are_named(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(bad)).removesuffix("s") + "|variables"):
        Scenario.from_json(bad)


# --------------------------------------------------------------------------------------- against stable-retro


class Peer:
    """stable-retro's own evaluation, on the work RAM of an emulator that does not run."""

    def __init__(self) -> None:
        import stable_retro

        self.retro = stable_retro
        rom = stable_retro.data.get_romfile_path("Airstriker-Genesis-v0")
        self.emulator = stable_retro.RetroEmulator(rom)

    def load(self, data: pathlib.Path, scenario: pathlib.Path) -> None:
        self.data = self.retro.data.GameData()
        self.emulator.configure_data(self.data)
        self.emulator.step()
        assert self.data.load(str(data), str(scenario))
        self.data.reset()

    def see(self, ram: np.ndarray[Any, np.dtype[np.uint8]], offsets: np.ndarray[Any, np.dtype[np.int64]]) -> None:
        for offset in offsets.tolist():
            self.data.memory.assign(0xFF0000 + offset, "|u1", int(ram[offset]))
        self.data.update_ram()


@pytest.fixture(scope="module")
def peer() -> Any:
    pytest.importorskip("stable_retro", reason="stable-retro is not installed (extra bench)")
    peer = Peer()
    yield peer
    del peer.emulator


def games() -> list[pathlib.Path]:
    stable_retro = pytest.importorskip("stable_retro", reason="stable-retro is not installed (extra bench)")
    return sorted(
        path.parent for path in pathlib.Path(stable_retro.__file__).parent.glob("data/*/*-Genesis*/data.json")
    )


def compare(peer: Peer, data: pathlib.Path, scenario: pathlib.Path, game: Integration, rams: list[Any]) -> None:
    """Show both the same work RAMs and compare all that they make of them."""
    peer.load(data, scenario)
    assert peer.data.valid_actions() == ActionSet("filtered", game.scenario.actions or None).combinations
    assert tuple(peer.data.crop_info(0)) == game.scenario.crop()
    evaluate = game.scenario.compiled(game.variables.names)
    peer.see(rams[0], game.variables.offsets)
    before = game.variables.read(rams[0]).tolist()
    for ram in rams[1:]:
        peer.see(ram, game.variables.offsets)
        now = game.variables.read(ram).tolist()
        assert peer.data.lookup_all() == game.variables.as_dict(now)
        reward, done = evaluate(before, now)
        expected = peer.data.current_reward()
        if len(game.scenario.rewards[0].terms) + bool(game.scenario.rewards[0].constant) <= 2:
            assert reward == expected
        else:  # the order of the terms in a sum is not defined there
            assert math.isclose(reward, expected, rel_tol=1e-5, abs_tol=1e-5) or math.isinf(expected)
        assert done == peer.data.is_done()
        before = now


def test_all_of_stable_retros_games_agree(peer: Peer) -> None:
    """Every scenario without a script that the wheel has, on work RAMs with many small and some random changes."""
    random = np.random.default_rng(1)
    compared = 0
    for folder in games():
        for path in sorted(folder.glob("*.json")):
            manifest = json.loads(path.read_text())
            if not manifest.keys() & {"reward", "rewards", "done"} or "scripts" in manifest:
                continue
            game = Integration(folder, scenario=str(path))
            assert game.variables.names
            rams = [random_ram(compared)]
            for _ in range(6):
                ram = rams[-1].copy()
                chosen = random.choice(game.variables.offsets, 1 + len(game.variables.offsets) // 3)
                ram[chosen] = random.choice([0, 1, 2, 255, *random.integers(0, 256, 4)], len(chosen))
                rams.append(ram)
            compare(peer, folder / "data.json", path, game, rams)
            compared += 1
    assert compared > 300


def test_scripts_are_refused_when_they_are_needed() -> None:
    folder = next(path for path in games() if path.name == "SonicTheHedgehog-Genesis-v0")
    game = Integration(folder, scenario="contest")
    assert game.scenario.reward_script == "lua:contest_reward" and game.scenario.done_script == "lua:contest_done"
    arguments: dict[str, Any] = {"rom": builtin_rom(), "verify": False, "state": State.NONE}
    with pytest.raises(ValueError, match="reward from a Lua script"):
        make_retro("SonicTheHedgehog-Genesis-v0", scenario="contest", **arguments)
    with pytest.raises(ValueError, match="done from a Lua script"):
        make_retro("SonicTheHedgehog-Genesis-v0", scenario="contest", reward=lambda before, now: 0, **arguments)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(NAMES),
        st.builds(
            lambda address, kind, mask: {"address": address, "type": kind, "mask": mask},
            *(st.integers(0xFF0000, 0xFF0008), st.sampled_from(TYPES), st.sampled_from([(1 << 64) - 1, 15, 0xFF0])),
        ),
        min_size=3,
    ),
    scenarios,
    st.integers(0, 1000),
)
def test_any_integration_agrees(
    peer: Peer, tmp_path: pathlib.Path, info: dict[str, Any], manifest: dict[str, Any], seed: int
) -> None:
    (tmp_path / "data.json").write_text(json.dumps({"info": info}))
    (tmp_path / "scenario.json").write_text(json.dumps(manifest))
    random = np.random.default_rng(seed)
    rams = [random_ram(seed) for _ in range(4)]
    for ram in rams:
        ram[:16] = random.choice([0, 1, 255, *random.integers(0, 256, 3)], 16)
    compare(peer, tmp_path / "data.json", tmp_path / "scenario.json", Integration(tmp_path), rams)


# ------------------------------------------------------------------------------------------------- folders


def write(folder: pathlib.Path, **files: Any) -> pathlib.Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {"data": {"info": {}}, "scenario": {}, **files}.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def test_files_of_several_folders(tmp_path: pathlib.Path) -> None:
    first = write(tmp_path / "first" / "Game-Genesis-v0", data={"info": {"x": {"address": 0xFF0000, "type": "|u1"}}})
    (first / "scenario.json").unlink()
    second = write(tmp_path / "second" / "Game-Genesis-v0", scenario={"done": {"variables": {"x": {"op": "zero"}}}})
    (second / "Level.inp").write_text("8\n0\n")
    for name in ("Game-Genesis-v0", "Game-Genesis"):
        game = Integration.find(name, [tmp_path / "first", tmp_path / "second"])
        assert game.folders == (first, second) and game.variables.names == ("x",)
        assert game.states() == ["Level"] and game.start("Level.state") == second / "Level.inp"
    assert Integration.find(str(first), scenario=str(second / "scenario.json")).name == "Game-Genesis-v0"


def test_missing_things_are_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no integration of 'Nothing-Genesis-v0'.*looked for in"):
        Integration.find("Nothing-Genesis-v0", [tmp_path])
    with pytest.raises(FileNotFoundError, match="no folder"):
        Integration(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError, match=r"data\.json"):
        Integration(tmp_path)
    write(tmp_path / "Other-Nes-v0")
    with pytest.raises(ValueError, match="another console, Nes"):
        Integration.find("Other-Nes-v0", [tmp_path])
    game = Integration(
        write(
            tmp_path / "Game",
            scenario={"done": {"variables": {"lives": {"op": "zero"}}}},
            data={"info": {"lives": {"address": 0xFF0000, "type": "|u1"}}},
        )
    )
    with pytest.raises(FileNotFoundError, match=r"no ROM of Game.*rom\.md"):
        game.open_rom()
    with pytest.raises(ValueError, match=r"scenario\.json: it looks at lives"):
        Integration(write(tmp_path / "Game", scenario={"done": {"variables": {"lives": {"op": "zero"}}}}))


def test_rom_is_checked(tmp_path: pathlib.Path) -> None:
    game = Integration(write(tmp_path / "Game"))
    assert game.open_rom(builtin_rom()).header.title == "NIGHT HERON"
    (tmp_path / "Game" / "rom.sha").write_text("0" * 40 + "\n" + "1" * 40 + "\n")
    game = Integration(tmp_path / "Game")
    with pytest.raises(RomError, match="this is not the ROM of Game"):
        game.open_rom(builtin_rom())
    assert game.open_rom(builtin_rom(), verify=False).size


def test_variables_that_cannot_be_read_are_left_out(tmp_path: pathlib.Path) -> None:
    info = {"good": {"address": 0xFF0000, "type": "|u1"}, "far": {"address": 4, "type": "|u1"}}
    folder = write(tmp_path / "Game", data={"info": {**info, "odd": {"address": 0xFF0000, "type": ">u"}}})
    with pytest.warns(UserWarning, match="is left out") as told:
        assert Integration(folder).variables.names == ("good",)
    assert len(told) == 2
    for bad in ({"x": {"type": "|u1"}}, {"x": {"address": "4", "type": "|u1"}}, {"x": 3}, [], None):
        write(folder, data={"info": bad})
        with pytest.raises(ValueError, match=r"data\.json"):
            Integration(folder)
    (folder / "data.json").write_text("[1")
    with pytest.raises(ValueError, match="is not JSON"):
        Integration(folder)


def test_states_of_another_emulator_are_refused(tmp_path: pathlib.Path) -> None:
    import gzip

    folder = write(tmp_path / "Game", metadata={"default_state": "Level"})
    (folder / "Level.state").write_bytes(gzip.compress(b"GENPLUS-GX 1.7.5" + bytes(1000)))
    arguments: dict[str, Any] = {"rom": builtin_rom(), "folders": [tmp_path]}
    with pytest.raises(StateError, match="Genesis Plus GX"):
        make_retro("Game", "Level", **arguments)
    with pytest.raises(StateError, match="Genesis Plus GX"):
        make_retro("Game", initial_state=folder / "Level.state", **arguments)
    with pytest.warns(UserWarning, match="begin at power-on"):
        env = make_retro("Game", **arguments)
    assert env.statename == "Level" and env.machine.frame_count == 0
    (folder / "Level.inp").write_text("0\n" * 9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = make_retro("Game", **arguments)
        env.reset()
    assert env.machine.frame_count == 10
    (folder / "Level.mdstate").write_bytes(gzip.compress(env.save_state()))
    env = make_retro("Game", "Level", **arguments)
    env.reset()
    assert env.machine.frame_count == 11
    with pytest.raises(FileNotFoundError, match=r"no state .Other.. it has Level"):
        make_retro("Game", "Other", **arguments)


@given(st.floats(width=32, allow_nan=False), st.integers(-(1 << 62), 1 << 62))
def test_single(number: float, integer: int) -> None:
    assert single(number) == number
    assert single(integer) == np.int64(integer).astype(np.float32)
