"""Steps of four frames with one picture, against stable-retro: ``python benchmarks/gym.py [GAME ...]``.

Both make the same environment of the same integration and are used through Gymnasium's API. A step of ours is
``frame_skip=4``; one of stable-retro's is what its users write, four calls of ``env.step`` with the rewards added. Both
are in play, get the same actions and run in processes of their own; "megadrive" gives pictures of the same size and in
the same colours as stable-retro, which is checked, and the next two rows are what only it offers.

Rounds are interleaved, every other one in reverse order. Speeds are steps per second of CPU time; "times" is the median
of the ratios within rounds, as what else the computer does slows all of a round alike.

Needs the extras ``bench`` and ``gym``. GAME is an integration with a ROM; without, Airstriker from stable-retro's wheel
and the built-in game are run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import pathlib
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

FRAMES = 4
BUTTONS = ["B", "A", "MODE", "START", "UP", "DOWN", "LEFT", "RIGHT", "C", "Y", "X", "Z"]
NAMES = ("megadrive", "megadrive, grey, half size", "megadrive, RAM", "stable-retro")
Step = Callable[[], None]
OURS: dict[str, dict[str, Any]] = {NAMES[0]: {}, NAMES[1]: {"grey": True, "scale": 2}, NAMES[2]: {"obs_type": "ram"}}


def actions() -> Callable[[], np.ndarray]:
    """Return what gives the next action: flying about and firing."""
    count = 0

    def action() -> np.ndarray:
        nonlocal count
        held = {("LEFT", "UP", "RIGHT", "DOWN")[count // 10 % 4]}
        if count % 3:
            held.add("B")
        count += 1
        return np.array([name in held for name in BUTTONS], np.int8)

    return action


def ours(game: str, folder: str, name: str) -> tuple[Step, tuple[int, ...]]:
    """Return what runs a step of this package, and the shape of observations."""
    from megadrive.gym import Actions, make_retro

    state: dict[str, Any] = {"state": "Flight"} if game.startswith("NightHeron") else {}
    settings = {"use_restricted_actions": Actions.ALL, "frame_skip": FRAMES, **state, **OURS[name]}
    env = make_retro(game, folders=[folder], **settings)
    observation, _ = env.reset(seed=0)
    action = actions()

    def step() -> None:
        if env.step(action())[2]:
            env.reset()

    return step, observation.shape


def theirs(game: str, folder: str) -> tuple[Step, tuple[int, ...]]:
    """Return what runs a step of stable-retro, and the shape; without a state of its own, Start is pressed first."""
    import stable_retro

    stable_retro.data.Integrations.add_custom_path(folder)
    env = stable_retro.make(
        game,
        inttype=stable_retro.data.Integrations.ALL,
        use_restricted_actions=stable_retro.Actions.ALL,
        render_mode=None,
    )
    action = actions()

    def begin() -> None:
        env.reset()
        for frame in range(200 if env.initial_state is None else 0):
            env.step(np.array([name == "START" and 150 <= frame < 154 for name in BUTTONS], np.int8))

    def step() -> None:
        held, total, done = action(), 0.0, False
        for _ in range(FRAMES):
            _, reward, done, _, _ = env.step(held)
            total += reward
            if done:
                break
        if done:
            begin()

    begin()
    return step, env.get_screen().shape


def contestant(name: str, game: str, folder: str, pipe: Connection) -> None:
    """Run as many steps as the pipe asks for, and answer with the CPU seconds they took."""
    step, shape = ours(game, folder, name) if name in OURS else theirs(game, folder)
    pipe.send(shape)
    while n := pipe.recv():
        start = time.process_time()
        for _ in range(n):
            step()
        pipe.send(time.process_time() - start)


def compare(game: str, folder: str, rounds: int, steps: int, warm_up: int) -> dict[str, list[float]]:
    """Return steps per CPU second of every contestant, a figure for each round."""
    context = multiprocessing.get_context("spawn")
    speeds: dict[str, list[float]] = {}
    pipes = {}
    for name in NAMES:
        pipe, other = context.Pipe()
        context.Process(target=contestant, args=(name, game, folder, other), daemon=True).start()
        pipes[name] = pipe
    shapes = {name: pipe.recv() for name, pipe in pipes.items()}
    if shapes["megadrive"] != shapes["stable-retro"]:
        raise RuntimeError(f"observations differ: {shapes}")
    for pipe in pipes.values():
        pipe.send(warm_up)
        pipe.recv()
    for number in range(rounds):
        for name, pipe in list(pipes.items())[:: -1 if number % 2 else 1]:
            pipe.send(steps)
            speeds.setdefault(name, []).append(steps / pipe.recv())
    for pipe in pipes.values():
        pipe.send(0)
    return speeds


def table(speeds: dict[str, list[float]]) -> str:
    """Return a Markdown table of medians, spreads and ratios."""
    rows = ["| | 4-frame steps/s, median | min to max | times stable-retro |", "|---|---|---|---|"]
    for name in NAMES:
        values = speeds[name]
        ratio = statistics.median(a / b for a, b in zip(values, speeds["stable-retro"], strict=True))
        median = statistics.median(values)
        rows.append(f"| {name} | {median:,.0f} | {min(values):,.0f} to {max(values):,.0f} | {ratio:.2f} |")
    return "\n".join(rows)


def built_in(folder: pathlib.Path) -> None:
    """Write the built-in game as an integration that both can read."""
    import megadrive
    from megadrive.gym import Integration

    game = Integration.find("NightHeron-v0")
    target = folder / "NightHeron-Genesis-v0"
    target.mkdir()
    for file in ("data.json", "scenario.json", "Flight.inp"):
        shutil.copy(game.path(file) or "", target / file)
    (target / "metadata.json").write_text("{}")
    (target / "rom.sha").write_text("")
    shutil.copy(megadrive.builtin_rom(), target / "rom.md")


def main() -> None:
    """Compare on each game and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("game", nargs="*")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=250, help="in each round")
    parser.add_argument("--warm-up", type=int, default=100, help="steps before the first round")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        built_in(pathlib.Path(folder))
        for game in arguments.game or ["Airstriker-Genesis-v0", "NightHeron-Genesis-v0"]:
            print(f"\n{game}\n")
            print(table(compare(game, folder, arguments.rounds, arguments.steps, arguments.warm_up)), flush=True)


if __name__ == "__main__":
    main()
