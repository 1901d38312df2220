"""Samples per second of CPU time of the sound chips: ``python benchmarks/sound.py``.

The kernel and the Python model of the YM2612 and of the PSG, and ymfm (PyPI: ymfm-py) in the same process, all on the
same registers. Rounds are interleaved, so that a drift of the machine's speed meets all alike; the table has medians.

Needs the extra ``bench``; without ymfm-py, only this package is measured.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

import megadrive
from megadrive import model

RATE = 53_693_175 / 1008
TICKS = 53_693_175 / 240
CYCLES = 24

Write = tuple[int, int, int, int]  # sample, part, register, value

VOICES = (
    # algorithm and feedback; per operator, S1 to S4: $30, $40, $50, $60, $70, $80, $90
    (0x2C, ((0x71, 0x23, 0x5F, 0x05, 0x02, 0x11, 0), (0x0D, 0x2D, 0x99, 0x05, 0x02, 0x11, 0),
            (0x33, 0x26, 0x5F, 0x05, 0x02, 0x11, 0), (0x01, 0x00, 0x94, 0x07, 0x02, 0xA6, 0))),
    (0x3A, ((0x01, 0x28, 0x1F, 0x0C, 0x00, 0x33, 0), (0x02, 0x1C, 0x1F, 0x08, 0x04, 0x44, 0),
            (0x53, 0x22, 0x1F, 0x0A, 0x01, 0x25, 0), (0x01, 0x04, 0x1F, 0x06, 0x03, 0x36, 0))),
    (0x3D, ((0x02, 0x18, 0x12, 0x00, 0x00, 0x0F, 0), (0x01, 0x08, 0x10, 0x00, 0x00, 0x08, 0),
            (0x62, 0x10, 0x0F, 0x80, 0x00, 0x08, 0), (0x31, 0x10, 0x11, 0x00, 0x00, 0x08, 0))),
)  # fmt: skip


def voice(at: int, channel: int, number: int) -> list[Write]:
    """Return the writes that set a channel's instrument, LFO on it."""
    part, low = divmod(channel, 3)
    connection, operators = VOICES[number % len(VOICES)]
    writes = [(at, part, 0xB0 + low, connection), (at, part, 0xB4 + low, 0xD2)]
    for group, values in zip((0, 8, 4, 12), operators, strict=True):
        writes += [(at, part, 0x30 + 0x10 * kind + group + low, value) for kind, value in enumerate(values)]
    return writes


def pitch(at: int, channel: int, fnum: int, block: int) -> list[Write]:
    part, low = divmod(channel, 3)
    return [(at, part, 0xA4 + low, block << 3 | fnum >> 8), (at, part, 0xA0 + low, fnum & 255)]


def one_voice(samples: int) -> list[Write]:
    """Return a single note that is held."""
    return [*voice(0, 0, 2), *pitch(10, 0, 1083, 4), (20, 0, 0x28, 0xF0)]


def six_channels(samples: int) -> list[Write]:
    """Return music on all six channels: a note each eighth of a second, vibrato by fnum 60 times a second, LFO on."""
    writes = [(0, 0, 0x22, 0x0B)]
    for channel in range(6):
        writes += voice(2 + channel, channel, channel)
    frame, rng = int(RATE / 60), np.random.default_rng(1)
    fnum = [1083] * 6
    for index, at in enumerate(range(40, samples - 40, frame)):
        for channel in range(6):
            key = channel + channel // 3
            if (index + channel) % 8 == 0:
                fnum[channel] = int(rng.integers(644, 1288))
                writes += [(at, 0, 0x28, key), *pitch(at + 3, channel, fnum[channel], 2 + channel // 2)]
                writes.append((at + 6, 0, 0x28, 0xF0 | key))
            elif channel in (1, 4):
                writes += pitch(at, channel, fnum[channel] + index % 5, 2 + channel // 2)
    return sorted(writes, key=lambda write: write[0])


def dac(samples: int) -> list[Write]:
    """Return six_channels() with recorded sound at 13 kHz in the place of channel 6."""
    wave = (128 + 100 * np.sin(np.arange(samples // 4 - 8) * 0.1)).astype(int).tolist()
    stream = [(0, 0, 0x2B, 0x80), *((4 * i + 8, 0, 0x2A, value) for i, value in enumerate(wave))]
    return sorted([*six_channels(samples), *stream], key=lambda write: write[0])


def bus(writes: list[Write]) -> np.ndarray:
    """Return the writes as the ports see them: uint32 (n, 3), spaced so that the chip takes all of them in."""
    rows, free = [], 0
    for sample, part, register, value in writes:
        at = max(free, sample * CYCLES)
        rows += [(at, 2 * part, register), (at + 3, 2 * part + 1, value)]
        free = at + (28 if register == 0x28 else 6 if register < 0x30 else 16)
    return np.array(rows, np.uint32)


def ours(kind: type, writes: list[Write]) -> Callable[[int], None]:
    log = bus(writes)
    return lambda samples: kind("discrete").render(log[log[:, 0] < CYCLES * samples], samples)


def ymfm(writes: list[Write]) -> Callable[[int], None] | None:
    """Return what runs ymfm; its samples go into an array, as ours do."""
    try:
        import ymfm as peer
    except ImportError:
        return None

    def run(samples: int) -> None:
        chip = peer.YM2612(7_670_454)
        out, now = np.empty((samples, chip.outputs), np.int32), 0
        for sample, part, register, value in writes:
            if sample >= samples:
                break
            if sample > now:
                chip.generate_into(out[now:sample])
                now = sample
            chip.write(2 * part, register)
            chip.write(2 * part + 1, value)
        chip.generate_into(out[now:samples])

    return run


def psg(kind: type) -> Callable[[int], None]:
    rng = np.random.default_rng(2)

    def run(ticks: int) -> None:
        times = np.sort(rng.integers(0, ticks, ticks // 1000))
        values = rng.integers(128, 256, len(times))
        kind().render(np.stack([times, values], 1), ticks)

    return run


def seconds_of(run: Callable[[int], None], count: int) -> float:
    start = time.process_time()
    run(count)
    return time.process_time() - start


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=10.0, help="of sound in each round; the models have a tenth")
    arguments = parser.parse_args()
    samples = int(arguments.seconds * RATE)
    contests: list[tuple[str, str, Callable[[int], None], int, float]] = []
    for name, make in (("one voice", one_voice), ("six busy channels", six_channels), ("six, with DAC", dac)):
        writes = make(samples)
        contests.append((f"YM2612, {name}", "kernel", ours(megadrive.YM2612, writes), samples, RATE))
        contests.append((f"YM2612, {name}", "model", ours(model.YM2612, writes), samples // 10, RATE))
        peer = ymfm(writes)
        if peer is not None:
            contests.append((f"YM2612, {name}", "ymfm", peer, samples, RATE))
    ticks = int(arguments.seconds * TICKS)
    contests.append(("PSG", "kernel", psg(megadrive.PSG), ticks, TICKS))
    contests.append(("PSG", "model", psg(model.PSG), ticks // 10, TICKS))

    speeds: dict[int, list[float]] = {}
    for _ in range(arguments.rounds):
        for index, (_, _, run, count, _) in enumerate(contests):
            speeds.setdefault(index, []).append(count / seconds_of(run, count))
    print("| what | who | samples/s, median | min to max | times real time |\n|---|---|---|---|---|")
    for index, (what, who, _, _, rate) in enumerate(contests):
        values = speeds[index]
        median = statistics.median(values)
        spread = f"{min(values):,.0f} to {max(values):,.0f}"
        print(f"| {what} | {who} | {median:,.0f} | {spread} | {median / rate:,.1f} |")


if __name__ == "__main__":
    main()
