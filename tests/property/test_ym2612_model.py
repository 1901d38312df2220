"""The YM2612 kernel and the YM2612 model are the same chip, and neither cares how a run is cut."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive._core import ffi, lib
from megadrive.model.ym2612 import YM2612 as Model
from megadrive.ym2612 import VARIANTS, YM2612

Writes = list[tuple[int, int, int]]

VALUES = st.one_of(st.integers(0, 255), st.sampled_from([0, 0x1F, 0x0F, 0xC0, 0xFF, 0x27, 0x3A]))
# Rates and levels that are soon heard, keys of whole channels, timers that overflow soon.
LIKELY: dict[int, st.SearchStrategy[int]] = {
    0x40: st.sampled_from([0, 1, 8, 24, 127]),
    0x50: st.sampled_from([0x1F, 0x1E, 0xDF, 0x54, 0x0C]),
    0x90: st.integers(0, 15),
    0xA4: st.integers(0x10, 0x3F),
    0x21: st.sampled_from([0, 0, 0, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x41, 0xC1]),
    0x22: st.integers(0, 15),
    0x24: st.integers(0xF0, 0xFF),
    0x26: st.integers(0xFC, 0xFF),
    0x27: st.sampled_from([0x00, 0x0F, 0x3F, 0x8F, 0x85, 0x40, 0xC5]),
    0x28: st.sampled_from([0xF0, 0xF0, 0x00, 0xF2, 0x02, 0xF6, 0x30, 0xA2, 0xF3]),
    0x2B: st.sampled_from([0, 0, 0x80]),
    0x2C: st.sampled_from([0, 0, 8, 0x10, 0x20]),
}
MODES = [0x22, 0x24, 0x25, 0x26, 0x27, 0x28, 0x28, 0x28, 0x2A, 0x2B]
KINDS = [*MODES, *range(0x30, 0xA0, 0x10), *range(0xA0, 0xB8, 4)]


@st.composite
def register_writes(draw: st.DrawFn, test_registers: bool = False) -> list[tuple[int, int, int]]:
    """Draw a log of (internal cycles since the last write, port, value)."""
    log = []
    for _ in range(draw(st.integers(1, 40))):
        kind = draw(st.sampled_from([*KINDS, 0x21, 0x2C] if test_registers else KINDS))
        address = kind if kind < 0x30 else kind + draw(st.integers(0, 15 if kind < 0xA0 else 3))
        part = 0 if kind < 0x30 else draw(st.integers(0, 1))
        log.append((draw(st.one_of(st.integers(0, 60), st.integers(0, 3000))), 2 * part, address))
        log.append((draw(st.integers(1, 30)), 2 * part + 1, draw(LIKELY.get(kind, VALUES))))
    return log


@st.composite
def notes(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Draw a log that sets a voice up in full, keys it on, and writes more."""
    log = []

    def put(address: int, value: int) -> None:
        log.append((draw(st.integers(2, 40)), 0, address))
        log.append((draw(st.integers(2, 20)), 1, value))

    channel = draw(st.integers(0, 2))
    put(0x22, draw(st.integers(0, 15)))
    for operator in range(4):
        for kind in range(0x30, 0xA0, 0x10):
            put(kind + 4 * operator + channel, draw(LIKELY.get(kind, VALUES)))
    put(0xA4 + channel, draw(st.integers(0x10, 0x3F)))
    for kind in (0xA0, 0xB0, 0xB4):
        put(kind + channel, draw(VALUES))
    put(0x28, 0xF0 | channel)
    log.append((draw(st.integers(0, 30000)), 0, 0))
    put(0x28, draw(st.sampled_from([channel, 0xF0 | channel])))
    log.append((draw(st.integers(0, 30000)), 0, 0))
    return log + draw(register_writes())


@st.composite
def dac_streams(draw: st.DrawFn) -> Writes:
    """Draw a log that feeds the DAC, with other writes now and then."""
    log = [(draw(st.integers(0, 100)), 0, 0x2B), (9, 1, draw(VALUES)), (9, 0, 0x2A)]
    for _ in range(draw(st.integers(1, 40))):
        gap = draw(st.one_of(st.integers(0, 4), st.integers(30, 300)))
        log.append(
            (gap, *draw(st.one_of(st.tuples(st.just(1), VALUES), st.sampled_from([(0, 0x2A), (3, 5), (0, 0xB0)]))))
        )
    return log


def state(pointer: Any) -> bytes:
    return bytes(ffi.buffer(pointer))


def feed(chip: YM2612 | Model, log: Writes) -> None:
    for gap, port, value in log:
        chip.run_cycles(gap)
        chip.write(port, value)


@given(st.sampled_from(VARIANTS), st.one_of(register_writes(test_registers=True), notes()), st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_model_and_kernel(variant: str, log: Writes, port: int) -> None:
    kernel, model = YM2612(variant), Model(variant)
    for at, (gap, to, value) in enumerate(log):
        assert (kernel.run_cycles(gap) == model.run_cycles(gap)).all()
        assert state(kernel._chip) == state(model.c), f"before write {at}"
        if value & 7 == 0:
            assert kernel.read(port) == model.read(port)
        kernel.write(to, value)
        model.write(to, value)
    assert lib.ym2612_valid(kernel._chip)


@given(st.sampled_from(VARIANTS), notes(), st.integers(1, 24 * 500), st.integers(1, 24 * 40))
@settings(max_examples=60, deadline=None)
def test_cuts_do_not_matter(variant: str, log: Writes, cycles: int, piece: int) -> None:
    whole, cut, unheard = YM2612(variant), YM2612(variant), YM2612(variant)
    for chip in (whole, cut, unheard):
        feed(chip, log)
    samples = whole.run_cycles(cycles)
    pieces = [cut.run_cycles(min(piece, cycles - start)) for start in range(0, cycles, piece)]
    unheard.advance(cycles)
    assert (np.concatenate(pieces) == samples).all()
    assert state(whole._chip) == state(cut._chip) == state(unheard._chip)


@given(st.sampled_from(VARIANTS), register_writes(test_registers=True), st.integers(0, 3), st.integers(0, 30000))
@settings(max_examples=100, deadline=None)
def test_reading_ahead(variant: str, log: Writes, port: int, cycles: int) -> None:
    chip, ahead = YM2612(variant), YM2612(variant)
    feed(chip, log)
    feed(ahead, log)
    value = lib.ym2612_read_at(ahead._chip, port, ahead.clock + cycles)
    chip.advance(cycles)
    assert chip.read(port) == value
    ahead.advance(cycles)
    assert state(chip._chip) == state(ahead._chip)


@given(st.sampled_from(VARIANTS), st.one_of(register_writes(), dac_streams()), st.integers(0, 200))
@settings(max_examples=30, deadline=None)
def test_render_is_run_and_write(variant: str, log: Writes, rest: int) -> None:
    cycles = np.cumsum([gap for gap, _, _ in log])
    samples = int(cycles[-1]) // 24 + rest + 1
    writes = np.array([(at, port, value) for at, (_, port, value) in zip(cycles, log, strict=True)])
    kernel, model, fed = YM2612(variant), Model(variant), YM2612(variant)
    rendered = kernel.render(writes, samples)
    assert (model.render(writes, samples) == rendered).all()
    feed(fed, log)
    fed.advance(24 * samples - int(cycles[-1]))
    assert state(fed._chip) == state(kernel._chip) == state(model.c)


@given(st.binary(min_size=ffi.sizeof("ym2612"), max_size=ffi.sizeof("ym2612")))
@settings(max_examples=30, deadline=None)
def test_random_states_are_not_valid(data: bytes) -> None:
    chip = ffi.new("ym2612 *")
    ffi.memmove(chip, data, len(data))
    assert not lib.ym2612_valid(chip) or data.count(0) > len(data) // 2


@given(register_writes(), st.integers(0, ffi.sizeof("ym2612") - 1), st.integers(0, 255))
@settings(max_examples=100, deadline=None)
def test_any_valid_state_can_run(log: Writes, place: int, value: int) -> None:
    chip = YM2612()
    feed(chip, log)
    ffi.buffer(chip._chip)[place] = bytes([value])
    if lib.ym2612_valid(chip._chip):
        chip.run_cycles(3000)
        assert lib.ym2612_valid(chip._chip)
