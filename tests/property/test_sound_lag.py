"""A YM2612 that nobody hears falls behind, and nobody can tell."""

from hypothesis import given, settings
from hypothesis import strategies as st

import megadrive
from megadrive import MegaDrive

START = MegaDrive(megadrive.builtin_rom())
START.run_frames(90)

heard = st.tuples(st.sampled_from(["run", "hear"]), st.integers(0, 9))
others = st.tuples(st.sampled_from(["load", "fork", "reset", "save"]), st.just(0))
steps = st.lists(st.one_of(heard, heard, others), max_size=7)


def take(md: MegaDrive, saved: bytes, what: str, frames: int) -> tuple[MegaDrive, bytes]:
    match what:
        case "run" | "hear":
            md.run_frames(frames, render=False, audio=what == "hear")
        case "save":
            saved = md.save_state()
        case "load":
            md.load_state(saved)
        case "fork":
            md = md.fork()
        case "reset":
            md.reset()
    return md, saved


@given(steps)
@settings(max_examples=12, deadline=None)
def test_lagging_is_keeping_up(plan: list[tuple[str, int]]) -> None:
    lags, plain = START.fork(), START.fork()
    plain._md.plain = 1
    one = two = START.save_state()
    for what, frames in plan:
        lags, one = take(lags, one, what, frames)
        plain, two = take(plain, two, what, frames)
        assert one == two
        if what == "hear":
            assert (lags.audio == plain.audio).all()
    assert lags.state_hash() == plain.state_hash()


def test_it_lags_until_somebody_looks() -> None:
    md = START.fork()
    md.run_frames(3, render=False)
    assert md._md.state.fm_clock * 42 < md.clock - 300_000
    md.state_hash()
    assert md._md.state.fm_clock * 42 > md.clock - 42
    md.run_frames(3, render=False)
    chip = md.ym2612
    md.run_frames(3, render=False)
    assert md._md.state.fm_clock * 42 > md.clock - 42
    assert chip.registers[0, 0x22] == md.ym2612.registers[0, 0x22]
