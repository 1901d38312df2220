"""A YM2612 that nobody hears, or of which nobody hears the operators, falls behind; and nobody can tell."""

import functools
import pathlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import megadrive
from megadrive import Button, MegaDrive, model
from megadrive._core import ffi, lib

heard = st.tuples(st.sampled_from(["run", "hear"]), st.integers(0, 9))
others = st.tuples(st.sampled_from(["load", "fork", "reset", "save"]), st.just(0))
steps = st.lists(st.one_of(heard, heard, others), max_size=7)


@functools.cache
def start(rom: pathlib.Path | None) -> MegaDrive:
    """Return a machine that plays."""
    if rom is None:
        md = MegaDrive(megadrive.builtin_rom())
        md.run_frames(90, render=False)
    else:
        md = MegaDrive(rom, address_errors=False)
        for frame in range(240):
            md.set_buttons(0, Button.START if frame % 120 > 100 else Button(0))
            md.run_frames(1, render=False)
    return md


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


def compare(begin: MegaDrive, plan: list[tuple[str, int]], test: bool) -> None:
    lags, plain = begin.fork(), begin.fork()
    plain._md.plain = 1
    for md in (lags, plain):
        if test:
            lib.md_catch_up(md._md)
            lib.ym2612_poke(ffi.addressof(md._md.state, "ym2612"), 0x2C, 0x20)
    one = two = begin.save_state()
    for what, frames in plan:
        lags, one = take(lags, one, what, frames)
        plain, two = take(plain, two, what, frames)
        assert one == two
        if what == "hear":
            assert (lags.audio == plain.audio).all()
    assert lags.state_hash() == plain.state_hash()


@given(steps, st.booleans())
@settings(max_examples=15, deadline=None)
def test_lagging_is_keeping_up(plan: list[tuple[str, int]], test: bool) -> None:
    compare(start(None), plan, test)


@given(steps)
@settings(max_examples=15, deadline=None)
def test_of_a_game_that_leaves_the_test_bits_set(corpus: pathlib.Path, plan: list[tuple[str, int]]) -> None:
    md = start(corpus / "roms" / "airstriker.md")
    lib.md_catch_up(md._md)
    assert md._md.state.ym2612.test_2c & 0x20
    compare(md, plan, False)


@given(steps)
@settings(max_examples=6, deadline=None)
def test_the_model_lags_by_part_of_a_sample(plan: list[tuple[str, int]]) -> None:
    begin = start(None).fork()
    begin.replace_chips(ym2612=model.YM2612)
    compare(begin, plan, False)


def test_what_it_shows_is_held() -> None:
    """The DAC on all channels: samples are alike, and operators wait."""
    md = start(None).fork()
    md._md.plain = 0
    chip = ffi.addressof(md._md.state, "ym2612")
    lib.ym2612_poke(chip, 0x2C, 0x20)
    pair = ffi.new("int16_t[2]")
    lib.ym2612_run(chip, 24 * 5 - chip.cycle, ffi.NULL)
    lib.ym2612_write(chip, 0, 0x40)
    assert not lib.ym2612_holds(chip, pair)
    for dac in (0x80, 0x81, 0x7F, 0, 0xFF):
        for pan in (0xC0, 0x80, 0x40, 0):
            lib.ym2612_poke(chip, 0x2A, dac)
            lib.ym2612_poke(chip, 0xB5, pan)
            lib.ym2612_run(chip, 48, ffi.NULL)
            assert lib.ym2612_holds(chip, pair)
            out = ffi.new("int16_t[20]")
            lib.ym2612_run(chip, 240, out)
            assert list(out) == list(pair) * 10


@pytest.mark.parametrize("audio", [False, True])
def test_it_lags_until_somebody_looks(audio: bool) -> None:
    md = start(None).fork()

    def behind() -> int:
        return md.clock - md._md.state.fm_clock * 42

    md.run_frames(3, render=False, audio=audio)
    assert behind() < 42 * 24 if audio else behind() > 300_000
    md.state_hash()
    assert behind() < 42
    md.run_frames(3, render=False, audio=audio)
    chip = md.ym2612
    md.run_frames(3, render=False, audio=audio)
    assert behind() < 42
    assert chip.registers[0, 0x22] == md.ym2612.registers[0, 0x22]
