"""Whole programs: with everything done at once that can be, and with nothing of it, a console is the same."""

import random

import pytest
from console_program import Program
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive import Button, MegaDrive, model

randoms = st.randoms(use_true_random=False)


def check(source: random.Random, frames: int) -> None:
    """Compare with a plain machine one that draws and sounds always or never, and one that also moves about."""
    rom, region = Program(source).rom(), source.choice("UUE")
    plain, steady, moved = (MegaDrive(rom, region=region) for _ in range(3))
    plain._md.plain = 1
    heard = source.random() < 0.4
    for _ in range(frames):
        change = source.randint(0, 19)
        if change == 0:
            moved.load_state(moved.save_state())
        elif change == 1:
            moved = moved.fork()
        elif change == 2:
            other = MegaDrive(rom, region=region)
            other.run_frames(source.randint(0, 2))
            other.load_state(moved.save_state())
            moved = other
        elif change == 3:
            buttons = Button(source.randint(0, 255))
            for md in (plain, steady, moved):
                md.set_buttons(0, buttons)
        elif change == 4 and source.random() < 0.3:
            for md in (plain, steady, moved):
                md.reset()
        plain.run_frame(render=heard, audio=heard)
        steady.run_frame(render=heard, audio=heard)
        moved.run_frame(render=source.random() < 0.5, audio=source.random() < 0.5)
        assert steady.state_hash() == plain.state_hash()
        assert moved.state_hash() == plain.state_hash()
        if heard:
            assert (steady.frame == plain.frame).all()
            assert (steady.audio == plain.audio).all()


def check_model(source: random.Random, frames: int) -> None:
    """Compare a plain machine with one whose VDP is the Python model, which is not called for everything."""
    rom, region = Program(source).rom(), source.choice("UUE")
    plain, modelled = MegaDrive(rom, region=region), MegaDrive(rom, region=region)
    plain._md.plain = 1
    modelled._md.plain = source.randint(0, 1)
    modelled.replace_chips(vdp=model.VDP)
    for _ in range(frames):
        plain.run_frame(render=False, audio=False)
        modelled.run_frame(render=source.random() < 0.3, audio=False)
        assert modelled.state_hash() == plain.state_hash()


@settings(max_examples=40, deadline=None)
@given(randoms)
def test_a_console_is_as_if_nothing_were_skipped(source):
    check(source, 12)


@settings(max_examples=15, deadline=None)
@given(randoms)
def test_a_console_with_the_python_vdp_is_the_same(source):
    check_model(source, 4)


@pytest.mark.long
def test_many_consoles():
    for seed in range(1500):
        check(random.Random(seed), 40)


@pytest.mark.long
def test_many_consoles_with_the_python_vdp():
    for seed in range(300):
        check_model(random.Random(seed), 8)
