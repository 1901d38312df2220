"""Blocks of the YM2612 model against the kernel: writes of every kind within them, wherever they begin and end."""

from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_ym2612_blocks import Writes, at_once, logs, random_log, state

from megadrive.model.ym2612 import YM2612 as Model
from megadrive.model.ym2612.feedback import feedback_outputs
from megadrive.model.ym2612.tables import SINE, WAVE
from megadrive.ym2612 import VARIANTS, YM2612

seeds = st.integers(0, 2**32 - 1)


def compare(variant: str, log: Writes, rest: int, cuts: list[int]) -> None:
    """Play a log in pieces on both; compare samples and states after each."""
    kernel, model = YM2612(variant), Model(variant)
    end, now = log[-1][0] + rest, 0
    for cut in sorted({min(cut, log[-1][0]) for cut in cuts} | {end}):
        until = cut + (cut == end)  # a write at the very end is made
        part = [(at - now, port, value) for at, port, value in log if now <= at < until]
        expected = at_once(kernel, part, cut - now, heard=True)
        got = model.play(np.array(part, np.uint32).reshape(-1, 3), cut - now)
        assert (got == expected).all()
        assert state(kernel) == bytes(model._buffer), f"at cycle {cut}"
        log = [write for write in log if write[0] >= until]
        now = cut


@given(
    st.sampled_from(VARIANTS), logs, st.sampled_from([0, 24, 500, 20000]), st.lists(st.integers(0, 50000), max_size=4)
)
@example("discrete", random_log(4, 300, True), 0, [634])  # an address and its data in one cycle, before a test register
@example("integrated", random_log(1066, 120, True), 0, [])  # data for an address that is none
@settings(max_examples=40, deadline=None)
def test_model_and_kernel_by_blocks(variant: str, log: Writes, rest: int, cuts: list[int]) -> None:
    compare(variant, log, rest, cuts)


def tune(seed: int) -> Writes:
    """Make a log as music has it: whole instruments, keys, sides, vibrato, the DAC switched on and off."""
    random, at = Random(seed), 0
    log: Writes = []
    for _ in range(random.randrange(2, 12)):
        channel = random.randrange(6)
        part, low = 2 * (channel // 3), channel % 3
        registers = []
        for slot in random.sample(range(0, 16, 4), random.randrange(5)):
            registers += [(part, kind + slot + low) for kind in range(0x30, 0xA0, 0x10)]
        registers += random.sample([(part, 0xB0 + low), (part, 0xB4 + low), (0, 0x22), (0, 0x2B), (0, 0x2A)], 3)
        registers += [(part, 0xA4 + low), (part, 0xA0 + low), (0, 0x28)]
        for port, address in registers:
            value = random.randrange(256)
            if address == 0x28:
                value = random.choice([0xF0, 0xF0, 0]) | channel + channel // 3
            elif address & 0xF0 in (0x40, 0x50):
                value = random.choice([0, 10, 0x1F, 0x1E, 40])
            elif address & 0xF0 == 0x90 and random.random() < 0.5:
                value = 0
            at += random.choice([2, 5, 13, 30])
            log.append((at, port, address))
            at += random.choice([2, 3, 8])
            log.append((at, port + 1, value))
        at += random.choice([30, 1000, 10000, 60000])
    return log


@given(
    st.sampled_from(VARIANTS), st.builds(tune, seeds), st.sampled_from([100, 24 * 2500]), st.lists(seeds, max_size=2)
)
@settings(max_examples=25, deadline=None)
def test_model_and_kernel_on_music(variant: str, log: Writes, rest: int, cuts: list[int]) -> None:
    compare(variant, log, rest, [cut % log[-1][0] for cut in cuts])


@given(seeds, st.integers(1, 300), st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_feedback_is_the_recurrence(seed: int, samples: int, feedback: int) -> None:
    rng = np.random.default_rng(seed)
    phase = (rng.integers(1 << 20) + rng.integers(1 << 16) * np.arange(samples)) >> 10
    attenuation = 8 * (
        rng.integers(0, rng.choice([2, 100, 700])) + np.sort(rng.integers(0, rng.choice([1, 300]), samples))
    )
    outs = np.zeros(2 + samples, np.int16)
    outs[:2] = rng.integers(-8168, 8169, 2)
    modulation = int(rng.integers(-2000, 2000))
    expected, heard = outs[:2].tolist(), modulation
    for angle, level in zip(phase.tolist(), attenuation.tolist(), strict=True):
        expected.append(int(WAVE[SINE[angle + heard & 1023] + level]))
        heard = expected[-1] + expected[-2] >> 10 - feedback
    feedback_outputs(outs, phase, attenuation, modulation, 10 - feedback)
    assert outs.tolist() == expected


@pytest.mark.parametrize("samples", [2, 3, 2047, 2048, 2049, 2050, 4097])
def test_stretches_of_any_length(samples: int) -> None:
    compare("discrete", [*random_log(7, 40, False), (40_000, 0, 0x2A)], 24 * samples, [])
