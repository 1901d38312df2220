"""Many machines in one call, against one machine and against stable-retro: ``python benchmarks/scaling.py [ROM ...]``.

Every contestant has a process of its own, and they take turns: rounds are interleaved, medians compared. Every
machine runs the same few seconds of the game with the same inputs, again and again, so a group does n times the very
work of one machine. Frames per second are of wall time, so nothing else should run meanwhile; the last column is about
CPU time, which other programs disturb less.

The second table needs the extra ``bench``; it is about Airstriker, whose integration stable-retro's wheel brings.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import multiprocessing
import pathlib
import statistics
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import versus

FRAMES = 4  # in each step
STEPS = 75  # until every machine begins again where it began
SIZES = (1, 2, 8, 32)
ENVIRONMENTS = 16
Step = Callable[[int], Any]
Contestant = tuple[Step, Callable[[], Any], int]
"""What runs a step, what goes back to the beginning, and the number of machines."""


def schedule(steps: int) -> list[int]:
    """Return what is held in each step, as bits of megadrive.Button."""
    import megadrive

    masks = {name: int(megadrive.Button[name]) for name in versus.RETRO_BUTTONS}
    frames = itertools.islice(versus.inputs(), 0, steps * FRAMES, FRAMES)
    return [sum(masks[name] for name in held) for held in frames]


def in_play(rom: str) -> bytes:
    """Return the state from which all play: ten seconds after power-on."""
    import megadrive

    md = megadrive.MegaDrive(rom, address_errors=False)
    for held in schedule(150):
        md.set_buttons(0, held)
        md.run_frames(FRAMES, render=False)
    return md.save_state()


def one(rom: str, look: bool) -> Contestant:
    """Return one machine."""
    import megadrive

    md = megadrive.MegaDrive(rom, address_errors=False)
    state = in_play(rom)

    def step(held: int) -> None:
        md.set_buttons(0, held)
        md.run_frames(FRAMES, render="last" if look else False)
        if look:
            _ = md.frame

    return step, lambda: md.load_state(state), 1


def group(rom: str, look: bool, n: int, threads: int) -> Contestant:
    """Return a group."""
    from megadrive.group import MachineGroup

    machines = MachineGroup(rom, n, address_errors=False, threads=threads)
    state = in_play(rom)

    def step(held: int) -> None:
        machines.step(held, FRAMES, render="last" if look else False)

    return step, lambda: machines.load(state), n


def retro() -> Contestant:
    """Return stable-retro's environment: a step is four of its own, of which the last one is looked at."""
    import numpy as np
    import stable_retro

    env = stable_retro.make("Airstriker-Genesis-v0", render_mode=None)
    actions = np.random.default_rng(1).integers(0, 2, (1024, 12)).astype(np.int8)

    def step(number: int) -> None:
        for _ in range(FRAMES):
            *_, terminated, truncated, _ = env.step(actions[number % 1024])
            if terminated or truncated:
                env.reset()

    return step, env.reset, 1


def environment(threads: int) -> Contestant:
    """Return one environment (no threads), or many."""
    import warnings

    import numpy as np

    from megadrive.gym import make_retro
    from megadrive.gym.vector import MegaDriveVectorEnv

    warnings.simplefilter("ignore")
    actions = np.random.default_rng(1).integers(0, 2, (1024, 12)).astype(np.int8)
    if threads:
        envs = MegaDriveVectorEnv(
            ENVIRONMENTS, make_retro, game="Airstriker-Genesis-v0", frame_skip=FRAMES, threads=threads
        )
        same = np.repeat(actions[:, np.newaxis], ENVIRONMENTS, axis=1)
        return lambda number: envs.step(same[number % 1024]), lambda: envs.reset(seed=1), ENVIRONMENTS
    env = make_retro("Airstriker-Genesis-v0", frame_skip=FRAMES)

    def step(number: int) -> None:
        *_, terminated, truncated, _ = env.step(actions[number % 1024])
        if terminated or truncated:
            env.reset()

    return step, lambda: env.reset(seed=1), 1


def contestant(make: Callable[..., Contestant], arguments: tuple[Any, ...], played: bool, pipe: Connection) -> None:
    """Run as many machine-frames as the pipe asks for; answer with wall and CPU seconds a frame of one machine."""
    step, begin, n = make(*arguments)
    held = schedule(STEPS) if played else list(range(STEPS))
    while wanted := pipe.recv():
        turns = max(1, round(wanted / (STEPS * FRAMES * n)))
        wall = cpu = 0.0
        for _ in range(turns):
            begin()
            wall -= time.perf_counter()
            cpu -= time.process_time()
            for one in held:
                step(one)
            wall += time.perf_counter()
            cpu += time.process_time()
        frames = turns * STEPS * FRAMES * n
        pipe.send((wall / frames, cpu / frames))


def compare(
    contestants: dict[str, tuple[Callable[..., Contestant], tuple[Any, ...]]], played: bool, rounds: int, frames: int
) -> dict[str, list[tuple[float, float]]]:
    """Return wall and CPU seconds a frame of every contestant, for each round."""
    context = multiprocessing.get_context("spawn")
    results: dict[str, list[tuple[float, float]]] = {}
    pipes = {}
    for name, (make, arguments) in contestants.items():
        pipe, other = context.Pipe()
        context.Process(target=contestant, args=(make, arguments, played, other), daemon=True).start()
        pipe.send(1)  # the first turn does not count
        pipe.recv()
        pipes[name] = pipe
    for _ in range(rounds):
        for name, pipe in pipes.items():
            pipe.send(frames)
            results.setdefault(name, []).append(pipe.recv())
    for pipe in pipes.values():
        pipe.send(0)
    return results


def table(results: dict[str, list[tuple[float, float]]], base: str) -> str:
    """Return a Markdown table of medians, spreads and ratios."""
    wall = {name: statistics.median(w for w, _ in values) for name, values in results.items()}
    cpu = {name: statistics.median(c for _, c in values) for name, values in results.items()}
    rows = ["| | frames/s, median | min to max | times | of its frames per CPU second |", "|---|---|---|---|---|"]
    for name, values in results.items():
        speeds = [1 / w for w, _ in values]
        rows.append(
            f"| {name} | {1 / wall[name]:,.0f} | {min(speeds):,.0f} to {max(speeds):,.0f} | "
            f"{wall[base] / wall[name]:.2f} | {cpu[base] / cpu[name]:.2f} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Measure and print the tables."""
    import megadrive

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rom", nargs="*", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--frames", type=int, default=2400, help="of all machines together, in each round")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=["machines", "environments"], help="one of the two comparisons")
    arguments = parser.parse_args()
    has_peer = importlib.util.find_spec("stable_retro") is not None
    roms = arguments.rom or (versus.default_roms() if has_peer else [pathlib.Path(str(megadrive.builtin_rom()))])
    for rom in roms if arguments.only != "environments" else []:
        for look in (False, True):
            contestants: dict[str, Any] = {"one machine": (one, (str(rom), look))}
            for n in SIZES:
                for threads in (1, arguments.threads):
                    if threads <= n:
                        name = f"{n} machine{'s' * (n > 1)}, {threads} thread{'s' * (threads > 1)}"
                        contestants[name] = (group, (str(rom), look, n, threads))
            looked = "steps of four frames with one picture" if look else "nothing looked at"
            results = compare(contestants, True, arguments.rounds, arguments.frames)
            print(f"\n{versus.title(rom)}, {looked}\n\n{table(results, 'one machine')}", flush=True)
    if not has_peer or arguments.rom or arguments.only == "machines":
        return
    contestants = {"stable-retro": (retro, ()), "megadrive, one environment": (environment, (0,))}
    for threads in (1, arguments.threads):
        name = f"megadrive, {ENVIRONMENTS} environments, {threads} thread{'s' * (threads > 1)}"
        contestants[name] = (environment, (threads,))
    results = compare(contestants, False, arguments.rounds, arguments.frames)
    print(f"\nAirstriker, steps of four frames with one picture, through Gymnasium\n\n{table(results, 'stable-retro')}")


if __name__ == "__main__":
    main()
