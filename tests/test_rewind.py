"""What was pushed comes back, in little memory."""

import itertools
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

import megadrive
from megadrive import Button, Rewind

edits = st.lists(st.tuples(st.integers(0, 202), st.binary(min_size=1, max_size=12)), max_size=6)


@given(st.binary(min_size=203, max_size=203), st.lists(edits, max_size=20), st.integers(0, 40))
def test_what_was_pushed_comes_back(first: bytes, changes: list[list[tuple[int, bytes]]], early: int) -> None:
    past = Rewind()
    states = [first]
    for change in changes:
        state = bytearray(states[-1])
        for place, value in change:
            state[place : place + len(value)] = value[: len(state) - place]
        states.append(bytes(state))
    for count, state in enumerate(states):
        past.push(state)
        if count == early:  # going back and on again
            assert past.pop() == state
            past.push(state)
    assert len(past) == len(states)
    assert [past.pop() for _ in states] == states[::-1]
    assert past.pop() is None
    assert (len(past), past.nbytes) == (0, 0)


def test_the_oldest_are_forgotten() -> None:
    past = Rewind(limit=10_000)
    states = [os.urandom(1000) for _ in range(50)]
    for state in states:
        past.push(state)
        assert past.nbytes <= 10_000
    assert 5 < len(past) < 12
    back = list(itertools.takewhile(lambda state: state is not None, iter(past.pop, None)))
    assert back == states[: -len(back) - 1 : -1]


def test_a_state_of_another_length_begins_anew() -> None:
    past = Rewind()
    past.push(b"x" * 20)
    past.push(b"y" * 30)
    assert (past.pop(), past.pop()) == (b"y" * 30, None)


@pytest.mark.parametrize("title", [True, False])
def test_ten_minutes_fit_in_a_hundred_megabytes(title: bool) -> None:
    md = megadrive.MegaDrive(megadrive.builtin_rom())
    for frame in range(0 if title else 400):
        md.set_buttons(0, Button.START if frame % 60 < 4 else Button(0))
        md.run_frames(1, render=False)
    past = Rewind()
    hashes = []
    for frame in range(300):
        md.set_buttons(0, (Button.UP, Button.RIGHT, Button.DOWN, Button.B)[frame // 40 % 4])
        past.push(md.save_state())
        hashes.append(md.state_hash())
        md.run_frame(render=False, audio=False)
    first = len(md.save_state())
    assert (past.nbytes - first) / 299 * 36_000 + first < 100e6
    for wanted in reversed(hashes):
        state = past.pop()
        assert state is not None
        md.load_state(state)
        assert md.state_hash() == wanted
