"""How long it takes from nothing to the first frame: ``python benchmarks/startup.py``.

Each round starts fresh interpreters with the bytecode and the files in the caches. A row has the time of the
statements named, without the interpreter's own start, which is a row of its own.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

PROBE = """\
import time
wall, cpu = time.perf_counter(), time.process_time()
{program}
print((time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3)
"""

FIRST_FRAME = "import megadrive; md = megadrive.MegaDrive(megadrive.builtin_rom()); md.run_frame()"

PROGRAMS = {
    "`import megadrive`": "import megadrive",
    "the same, a machine, its first frame": FIRST_FRAME,
    "the same, the frame as an array": f"{FIRST_FRAME}; md.frame.sum()",
    "`import numpy` alone": "import numpy",
}
WHOLE = "an interpreter, and nothing"


def whole() -> tuple[float, float]:
    """Return wall and CPU milliseconds of a Python process that does nothing."""
    code = (
        "import resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        "subprocess.run([sys.executable, '-c', ''])\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print((time.perf_counter() - start) * 1e3, (used.ru_utime + used.ru_stime) * 1e3)\n"
    )
    return run(code)


def run(code: str) -> tuple[float, float]:
    """Run a program in a fresh interpreter and return the two numbers that it prints."""
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    wall, cpu = result.stdout.split()
    return float(wall), float(cpu)


def measure(rounds: int = 15) -> dict[str, list[tuple[float, float]]]:
    """Return wall and CPU milliseconds of each program, a pair for each round."""
    times: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for name, program in PROGRAMS.items():
            times.setdefault(name, []).append(run(PROBE.format(program=program)))
        times.setdefault(WHOLE, []).append(whole())
    return times


def rows() -> list[tuple[str, str, str, str]]:
    """Return name, medians of CPU and wall time, and the CPU times' spread, in milliseconds."""
    table = []
    for name, pairs in measure().items():
        wall, cpu = ([pair[i] for pair in pairs] for i in (0, 1))
        spread = f"{min(cpu):.1f} to {max(cpu):.1f}"
        table.append((name, f"{statistics.median(cpu):.1f}", spread, f"{statistics.median(wall):.1f}"))
    return table


def main() -> None:
    """Print the table."""
    print("| | ms of CPU time, median | least to most | ms of time, median |\n|---|---|---|---|")
    for row in rows():
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
