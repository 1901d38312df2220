"""Blocks of samples against single cycles, and the ports of a waiting YM2612 against the chip itself."""

from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive._core import ffi, lib
from megadrive.ym2612 import CYCLES, VARIANTS, YM2612

Writes = list[tuple[int, int, int]]

VALUES: dict[int, list[int]] = {
    0x21: [0, 0, 0, 0x02, 0x04, 0x20, 0x26, 0x08, 0x10, 0x40],
    0x22: [0, 0, 8, 8, 0x0B, 0x0F],
    0x24: [0xF0, 0xFE, 0xFF],
    0x26: [0xF0, 0xFC, 0xFF],
    0x27: [0x00, 0x0F, 0x15, 0x2A, 0x3F, 0x3F, 0x40, 0x85, 0xC5],
    0x28: [0xF0, 0xF1, 0xF2, 0xF4, 0xF5, 0xF6, 0, 1, 2, 4, 5, 6, 0x30, 0xA2, 0xF3],
    0x2B: [0, 0x80],
    0x2C: [0, 0, 0x08, 0x20, 0x78],
    0x40: [0, 1, 8, 24, 100, 127],
    0x50: [0x1F, 0x1E, 0xDF, 0x54, 0x0C],
    0x90: [0, 0, 0, 8, 9, 10, 11, 12, 13, 14, 15],
    0xB4: [0xC0, 0xF7, 0x80, 0x40, 0x33],
}
MODES = [0x22, 0x24, 0x25, 0x26, 0x27, 0x27, 0x28, 0x28, 0x28, 0x28, 0x28, 0x2A, 0x2A, 0x2B]
CHANNELS = [0xA0, 0xA0, 0xA0, 0xA4, 0xA4, 0xA8, 0xAC, 0xB0, 0xB4]
GAPS = [[1, 2, 3, 4], [5, 10, 20, 40], [30, 100, 300], [1, 5, 50, 500, 3000]]


def random_log(seed: int, length: int, tests: bool) -> Writes:
    """Make a log of (cycle, port, value): some of it faster than the chip takes it in."""
    log: Writes = []
    random = Random(seed)
    at, gaps = 0, random.choice(GAPS)
    for _ in range(length):
        kind = random.choice([MODES, CHANNELS, list(range(0x30, 0xA0, 0x10))][random.choice([0, 1, 1, 2, 2])])
        if tests and random.random() < 0.05:
            kind = random.choice([0x21, 0x2C])
        address = kind if kind < 0x30 else kind + random.randrange(16 if kind < 0xA0 else 3)
        part = 0 if kind < 0x30 else 2 * random.randrange(2)
        likely = VALUES.get(kind)
        at += random.choice(gaps)
        log.append((at, part, address))
        at += random.choice([0, 1, 1, 2, 3, 5, 8, 13, 20]) if random.random() < 0.5 else random.randrange(1, 30)
        log.append((at, part + 1, random.choice(likely) if likely else random.randrange(256)))
        while random.random() < 0.1:
            at += random.choice([0, 1, 2, 3, 10, 30])
            log.append((at, part + 1, random.randrange(256)))
    return log


seeds = st.integers(0, 2**32 - 1)
logs = st.builds(random_log, seeds, st.integers(1, 300), st.booleans())


def state(chip: YM2612) -> bytes:
    return bytes(ffi.buffer(chip._chip))


def pointer(samples: npt.NDArray[np.int16]) -> Any:
    return ffi.from_buffer("int16_t[]", samples)


def by_cycles(chip: YM2612, cycles: int) -> npt.NDArray[np.int16]:
    """Run in pieces that are too short for a block."""
    pieces = [chip.run_cycles(min(90, cycles - at)) for at in range(0, cycles, 90)]
    return np.concatenate([chip.run_cycles(0), *pieces])


def written_by_cycles(chip: YM2612, log: Writes, cycles: int) -> npt.NDArray[np.int16]:
    samples, now = [], 0
    for at, port, value in log:
        samples.append(by_cycles(chip, at - now))
        chip.write(port, value)
        now = at
    return np.concatenate([*samples, by_cycles(chip, cycles - now)])


def at_once(chip: YM2612, log: Writes, cycles: int, heard: bool) -> npt.NDArray[np.int16]:
    writes = np.array(log, np.uint32).reshape(-1, 3)
    out = np.zeros((cycles // CYCLES + 1, 2), np.int16)
    where = pointer(out) if heard else ffi.NULL
    made = lib.ym2612_run_writes(chip._chip, ffi.from_buffer("uint32_t[]", writes), len(writes), cycles, where)
    return out[:made]


@given(st.sampled_from(VARIANTS), st.lists(logs, min_size=1, max_size=3), st.sampled_from([0, 1, 24, 100, 5000]))
@settings(max_examples=40, deadline=None)
def test_blocks_are_cycles(variant: str, parts: list[Writes], rest: int) -> None:
    single, block, unheard = YM2612(variant), YM2612(variant), YM2612(variant)
    for log in parts:
        cycles = log[-1][0] + rest
        samples = written_by_cycles(single, log, cycles)
        assert (at_once(block, log, cycles, heard=True) == samples).all()
        at_once(unheard, log, cycles, heard=False)
        assert state(single) == state(block) == state(unheard)


def held_notes(seed: int) -> Writes:
    """Make a log of notes with feedback that decay slowly or fast, with pauses of many samples between few writes."""
    random = Random(seed)
    log: Writes = []

    def write(part: int, address: int, value: int) -> None:
        at = log[-1][0] + random.randrange(3, 40) if log else 0
        log.extend([(at, part, address), (at + 2, part + 1, value)])

    rates = random.choice([[0], [2, 5, 8, 11], [12, 16, 20], [24, 25, 26, 27, 28, 31], list(range(32))])
    for channel in range(6):
        part, low = channel // 3 * 2, channel % 3
        for slot in range(0, 16, 4):
            write(part, 0x40 + slot + low, random.choice([0, 5, 20, 40, 90]))
            write(part, 0x50 + slot + low, random.choice([31, 31, 30, 27, 20, 12]) | random.randrange(4) << 6)
            write(part, 0x60 + slot + low, random.choice(rates))
            write(part, 0x70 + slot + low, random.choice(rates))
            write(part, 0x80 + slot + low, random.randrange(256))
        write(part, 0xA4 + low, random.randrange(64))
        write(part, 0xA0 + low, random.randrange(256))
        write(part, 0xB0 + low, random.randrange(8) | random.choice([0, 3, 5, 6, 7]) << 3)
        write(0, 0x28, 0xF0 | channel % 3 | channel // 3 * 4)
    if random.random() < 0.3:
        write(0, 0x21, 0x20)
    for _ in range(random.randrange(4)):
        at = log[-1][0] + random.randrange(24 * 400)
        log.extend([(at, 0, 0x28), (at + 2, 1, random.choice([0, 0xF0]) | random.choice([0, 1, 2, 4, 5, 6]))])
    return log


@given(st.sampled_from(VARIANTS), seeds, st.integers(0, 24 * 1200))
@settings(max_examples=100, deadline=None)
def test_held_notes_are_cycles(variant: str, seed: int, rest: int) -> None:
    log = held_notes(seed)
    cycles = log[-1][0] + rest
    single, block = YM2612(variant), YM2612(variant)
    samples = written_by_cycles(single, log, cycles)
    assert (at_once(block, log, cycles, heard=True) == samples).all()
    assert state(single) == state(block)


@given(st.sampled_from(VARIANTS), logs, st.integers(1, 127))
@settings(max_examples=25, deadline=None)
def test_parts_of_blocks_are_those_of_cycles(variant: str, log: Writes, muted: int) -> None:
    cycles = log[-1][0] + 3000
    for apart in (False, True):
        width = 14 if apart else 2
        results = []
        for piece in (cycles, 90):
            chip, output = YM2612(variant), ffi.new("ym2612_output *")
            output.muted = muted
            out = np.zeros((cycles // CYCLES + 1, width), np.int16)
            made = now = 0
            for to in sorted({*range(piece, cycles, piece), cycles}):
                writes = np.array([(at - now, *to_port) for at, *to_port in log if now <= at < to], np.uint32)
                made += lib.ym2612_run_output(
                    *(chip._chip, ffi.from_buffer("uint32_t[]", writes.reshape(-1, 3)), len(writes), to - now, output),
                    *(apart, pointer(out[made:])),
                )
                now = to
            results.append(out)
        assert (results[0] == results[1]).all()


@given(st.sampled_from(VARIANTS), logs, seeds)
@settings(max_examples=40, deadline=None)
def test_ports_go_ahead_of_the_chip(variant: str, log: Writes, seed: int) -> None:
    """A copy of which only bus and timers go on answers as the chip, or says that it does not know."""
    random, until = Random(seed), ffi.new("int64_t *")
    chip, ports = YM2612(variant), ffi.new("ym2612_ports *")
    lib.ym2612_start_ports(ports, chip._chip)
    now = 0
    for cycle, port, value in log:
        while random.random() < 0.6:
            at = random.randint(now, cycle)
            chip.advance(at - now)
            now = at
            got = lib.ym2612_status_ports(ports, at, until)
            assert got in (chip.read(0), -1)
            if got < 0:
                assert chip._chip.test_21 & 0x40
                lib.ym2612_start_ports(ports, chip._chip)
            else:
                assert until[0] > at
                now = min(until[0] - 1, cycle)
                chip.advance(now - at)
                assert chip.read(0) == got
        chip.advance(cycle - now)
        now = cycle
        chip.write(port, value)
        lib.ym2612_write_ports(ports, port, value, cycle)


def timer_log(seed: int, length: int) -> Writes:
    """Make a log in which $27 clears flags of timers that overflow every few samples, at any distance from that."""
    random = Random(seed)
    log: Writes = []
    at, running = 0, random.choice([0x0F, 0x0F, 0x05, 0x0B, 0x0A, 0x07])
    registers = [(0x24, 0xFF), (0x25, random.randrange(4)), (0x26, 0xFF - random.randrange(2)), (0x27, running)]
    for address, value in registers:
        log += [(at, 0, address), (at + 3, 1, value)]
        at += random.randrange(5, 40)
    for _ in range(length):
        not_seen = random.random() < 0.1
        at += 1 if not_seen else random.choice([2, random.randrange(2, 60), random.randrange(2, 90)])
        log.append((at, 1, running | random.randrange(4) << 4))
    return log


@given(st.sampled_from(VARIANTS), seeds, st.integers(1, 60), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_flags_are_cleared_without_the_counters(variant: str, seed: int, length: int, rest: int) -> None:
    log = timer_log(seed, length)
    single = YM2612(variant)
    ports, until = ffi.new("ym2612_ports *"), ffi.new("int64_t *")
    lib.ym2612_start_ports(ports, single._chip)
    cycles, waiting = log[-1][0] + rest, list(log)
    for at in range(cycles):
        assert lib.ym2612_status_ports(ports, at, until) == single.read(0)
        while waiting and waiting[0][0] == at:
            _, port, value = waiting.pop(0)
            single.write(port, value)
            lib.ym2612_write_ports(ports, port, value, at)
        single.advance(1)
    for cut in (0, cycles - cycles % CYCLES, log[-1][0] + 1):  # the last: just after a write
        block = YM2612(variant)
        at_once(block, [write for write in log if write[0] < cut], cut, heard=False)
        at_once(block, [(at - cut, port, value) for at, port, value in log if at >= cut], cycles - cut, heard=False)
        block._chip.status_until, block._chip.status = single._chip.status_until, single._chip.status
        assert state(single) == state(block)
