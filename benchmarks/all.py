"""All benchmarks, one after the other: ``python benchmarks/all.py [ROM ...] [-o FOLDER] [--quick]``.

Writes ``benchmarks.md``, a page of tables with the machine's name, and ``benchmarks.png``, a plot of the comparison
with the peers. Takes some minutes; nothing else should run meanwhile. Needs the extra ``bench``.
"""

from __future__ import annotations

import argparse
import pathlib
import platform
import statistics
import subprocess
import sys

import versus

# Each prints a Markdown table; the arguments are those of a quick run.
SCRIPTS = {
    "Steps of a learning environment": ("gym.py", "--rounds 2 --steps 100"),
    "Many machines": ("scaling.py", "--rounds 2 --frames 1200"),
    "States": ("states.py", ""),
    "Start-up": ("startup.py", ""),
    "CPUs alone": ("cpu.py", "--rounds 2"),
    "VDP alone": ("vdp.py", "--frames 120 --model-frames 20"),
    "Sound chips alone": ("sound.py", "--rounds 2 --seconds 3"),
}


def machine_name() -> str:
    """Return the processor's name, as the system tells it, and the number of cores."""
    name = platform.processor() or platform.machine()
    information = pathlib.Path("/proc/cpuinfo")
    cores = 0
    if information.exists():
        for line in information.read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                name = value.strip()
                cores += 1
    return f"{name}, {cores} cores" if cores else name


def plot(speeds: dict[str, dict[str, list[float]]], path: pathlib.Path) -> None:
    """Draw bars of medians, with the spread of the rounds, by ROM."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    names = list(next(iter(speeds.values())))
    figure, axes = pyplot.subplots(figsize=(9, 1 + 0.25 * len(speeds) * (len(names) + 1)), layout="constrained")
    for row, values in enumerate(speeds.values()):
        for place, name in enumerate(names):
            middle = statistics.median(values[name])
            y = row + place / (len(names) + 1)
            spread = [[middle - min(values[name])], [max(values[name]) - middle]]
            label = name if not row else None
            axes.barh(y, middle, 0.9 / (len(names) + 1), xerr=spread, color=f"C{place}", label=label)
            axes.text(max(values[name]), y, f"  {middle:,.0f}", va="center", fontsize=8)
    axes.set_yticks([row + (len(names) - 1) / 2 / (len(names) + 1) for row in range(len(speeds))], list(speeds))
    axes.invert_yaxis()
    axes.set_xlabel(f"frames per CPU second ({machine_name()})")
    axes.margins(x=0.12)
    figure.legend(loc="outside upper center", ncols=len(names))
    figure.savefig(path, dpi=120)


def main() -> None:
    """Run everything and write the page and the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rom", nargs="*", type=pathlib.Path, help="beside the built-in game and Airstriker")
    parser.add_argument("-o", "--output", type=pathlib.Path, default=pathlib.Path(), help="folder; default: here")
    parser.add_argument("--rounds", type=int, default=5, help="of the comparison with the peers; default: %(default)s")
    parser.add_argument("--quick", action="store_true", help="short runs, to see that everything works")
    arguments = parser.parse_args()
    rounds, frames = (2, 200) if arguments.quick else (arguments.rounds, 600)
    arguments.output.mkdir(parents=True, exist_ok=True)
    speeds = {}
    page = [f"# Benchmarks\n\n{machine_name()}, {platform.system()}, Python {platform.python_version()}\n"]
    for rom in [*versus.default_roms(), *arguments.rom]:
        name = versus.title(rom)
        print(f"versus.py, {name}", file=sys.stderr)
        speeds[name] = versus.compare(rom, rounds, frames, frames)
        page.append(f"## {name}\n\n{versus.table(speeds[name])}\n")
    plot(speeds, arguments.output / "benchmarks.png")
    page.append("![frames per CPU second](benchmarks.png)\n")
    for title, (script, quick) in SCRIPTS.items():
        print(script, file=sys.stderr)
        settings = quick.split() if arguments.quick else []
        command = [sys.executable, str(pathlib.Path(__file__).with_name(script)), *settings]
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if result.returncode:
            page.append(f"## {title}\n\n{script} failed.\n")
        else:
            page.append(f"## {title}\n\n{result.stdout.strip()}\n")
        (arguments.output / "benchmarks.md").write_text("\n".join(page))


if __name__ == "__main__":
    main()
