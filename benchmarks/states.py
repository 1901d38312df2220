"""What save states and forks cost: ``python benchmarks/states.py [ROM]``.

A ROM (by default the built-in game) is played for some seconds; then each row is timed, in interleaved rounds, by the
CPU time of the process; medians over the rounds are shown with the least and the most.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import megadrive


def contestants(md: megadrive.MegaDrive) -> dict[str, Callable[[], object]]:
    """Return what is timed, by its name."""
    state, room = md.save_state(), bytearray(md.state_size)

    def both() -> None:
        md.save_state(out=room)
        md.load_state(room)

    def fork_and_run() -> None:
        md.fork().run_frame(render=False, audio=False)

    return {
        "`save_state()`": md.save_state,
        "`save_state(out=buffer)`": lambda: md.save_state(out=room),
        "`load_state(state)`": lambda: md.load_state(state),
        "`save_state(out=buffer)`, `load_state(buffer)`": both,
        "`fork()`": md.fork,
        "`fork()`, a frame that nobody looks at": fork_and_run,
        "`state_hash()`": md.state_hash,
    }


def measure(rom: str | None = None, rounds: int = 21, calls: int = 200) -> dict[str, list[float]]:
    """Return microseconds of CPU time per call, a figure for each round."""
    md = megadrive.MegaDrive(megadrive.builtin_rom() if rom is None else rom)
    for frame in range(600):
        md.set_buttons(0, megadrive.Button.START if frame % 240 in range(100, 108) else 0)
        md.run_frame(audio=frame > 590)
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, call in contestants(md).items():
            start = time.process_time()
            for _ in range(calls):
                call()
            times.setdefault(name, []).append((time.process_time() - start) / calls * 1e6)
    return times


def rows(rom: str | None = None) -> list[tuple[str, str, str]]:
    """Return name, median, and least to most, in microseconds."""
    return [
        (name, f"{statistics.median(values):.1f}", f"{min(values):.1f} to {max(values):.1f}")
        for name, values in measure(rom).items()
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rom", nargs="?")
    print("| | µs of CPU time, median | least to most |\n|---|---|---|")
    for row in rows(parser.parse_args().rom):
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
