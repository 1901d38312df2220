"""The PSG kernel and the PSG model are the same chip."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive._core import ffi
from megadrive.model.psg import PSG as Model
from megadrive.model.psg import WHITE_LENGTH, noise_bits, shifted
from megadrive.psg import PSG

# Short periods, noise from tone 3 and all data bytes come up often.
BYTES = st.one_of(st.integers(0, 255), st.sampled_from([0x80, 0x81, 0xC0, 0xC1, 0xE3, 0xE7, 0xE4, 0, 1, 0x90, 0xF0]))
LOGS = st.lists(st.tuples(st.integers(0, 700), BYTES), max_size=60)
STATES = st.binary(min_size=ffi.sizeof("psg"), max_size=ffi.sizeof("psg"))


def state(pointer: object) -> bytes:
    return bytes(ffi.buffer(pointer))


@given(LOGS)
@settings(max_examples=80, deadline=None)
def test_same_samples_and_state(log: list[tuple[int, int]]) -> None:
    kernel, python = PSG(), Model()
    for ticks, value in log:
        assert (kernel.run_channels(ticks) == python.run_channels(ticks)).all()
        kernel.write(value)
        python.write(value)
        assert state(kernel._chip) == state(python.c)
        assert kernel.level == python.level


@given(LOGS)
@settings(max_examples=60, deadline=None)
def test_same_state_with_or_without_sound(log: list[tuple[int, int]]) -> None:
    heard, unheard, unheard_model = PSG(), PSG(), Model()
    for ticks, value in log:
        heard.run(ticks)
        unheard.advance(ticks)
        unheard_model.advance(ticks)
        for chip in (heard, unheard, unheard_model):
            chip.write(value)
    assert state(heard._chip) == state(unheard._chip) == state(unheard_model.c)


@given(LOGS, st.integers(0, 1 << 45))
@settings(max_examples=40, deadline=None)
def test_one_long_run_is_many_short_ones(log: list[tuple[int, int]], far: int) -> None:
    writes = np.cumsum([[ticks, 0] for ticks, _ in log], 0, dtype=np.int64).reshape(-1, 2)
    writes[:, 1] = [value for _, value in log]
    total = int(writes[-1, 0]) + 100 if len(writes) else 100
    kernel, python = PSG(), Model()
    assert (kernel.render(writes, total) == python.render(writes, total)).all()
    kernel.advance(far)
    python.advance(far)
    assert state(kernel._chip) == state(python.c)


@given(STATES, LOGS)
@settings(max_examples=60, deadline=None)
def test_same_from_any_state(start: bytes, log: list[tuple[int, int]]) -> None:
    """States come from files too, so any bytes must do, the same for both."""
    kernel, python = PSG(), Model()
    ffi.buffer(kernel._chip)[:] = start
    kernel._chip.clock = 0
    ffi.buffer(python.c)[:] = state(kernel._chip)
    for ticks, value in log:
        assert (kernel.run(ticks) == python.run(ticks)).all()
        kernel.write(value)
        python.write(value)
        assert state(kernel._chip) == state(python.c)


@given(st.integers(0, 0xFFFF), st.integers(0, 200_000), st.booleans())
@settings(max_examples=60, deadline=None)
def test_noise_in_closed_form(lfsr: int, shifts: int, white: bool) -> None:
    bits = noise_bits(lfsr, shifts + 1, white)
    step, expected = lfsr, []
    for _ in range(min(shifts + 1, 500)):
        expected.append(step & 1)
        step = step >> 1 | ((step ^ (step >> 3 if white else 0)) & 1) << 15
    assert bits[: len(expected)].tolist() == expected
    assert shifted(lfsr, shifts, white) == shifted(lfsr, shifts + WHITE_LENGTH * 16, white)
    assert shifted(lfsr, shifts, white) & 1 == bits[-1]
