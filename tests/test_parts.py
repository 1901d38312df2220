"""Channels heard apart, and muted: kernels, models, and in the machine."""

from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import megadrive
from megadrive import MegaDrive, model
from megadrive._core import ffi
from megadrive.game import demo_input
from megadrive.psg import PSG
from megadrive.ym2612 import VARIANTS, YM2612

# Notes on all channels, sides, DAC on and off, test bits: what decides who is on the pins.
REGISTERS = st.one_of(
    st.tuples(st.sampled_from([0x28, 0x2A, 0x2B, 0x2C]), st.integers(0, 255)),
    st.tuples(st.sampled_from([0x2B, 0x2B, 0x28]), st.sampled_from([0x80, 0, 0xF0, 0xF1, 0xF2, 0xF4, 0xF5, 0xF6])),
    st.tuples(st.integers(0xB0, 0xB6).filter(lambda a: a & 3 != 3), st.integers(0, 255)),
    st.tuples(st.integers(0x30, 0xA6).filter(lambda a: a & 3 != 3), st.integers(0, 255)),
)


@st.composite
def logs(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    clock, log = 0, []
    for channel in range(3):
        for part in (0, 2):
            for address, value in ((0x50, 0x1F), (0x80, 0x0F), (0x40, 0), (0xB0, 7), (0xA4, 0x22), (0xA0, 0x69)):
                log += [(clock, part, address + channel), (clock + 13, part + 1, value)]
                clock += 40
    for channel in (0, 1, 2, 4, 5, 6):
        log += [(clock, 0, 0x28), (clock + 9, 1, 0x10 | channel)]
        clock += 60
    for _ in range(draw(st.integers(0, 20))):
        clock += draw(st.one_of(st.integers(1, 40), st.integers(1, 2000)))
        part = draw(st.sampled_from([0, 0, 2]))
        address, value = draw(REGISTERS)
        log.append((clock, part, address))
        clock += draw(st.integers(1, 40))
        log.append((clock, part + 1, value))
    return log


def bytes_of(chip: Any) -> bytes:
    return bytes(ffi.buffer(chip.c if isinstance(chip, model.YM2612 | model.PSG) else chip._chip))


@given(logs(), st.sampled_from(VARIANTS), st.integers(0, 127), st.integers(0, 24))
@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])  # too long to be shrunk
def test_parts_add_up_and_muting_leaves_the_rest(
    log: list[tuple[int, int, int]], variant: str, mask: int, odd: int
) -> None:
    samples = log[-1][0] // 24 + 30
    whole, apart, muted = YM2612(variant), YM2612(variant), YM2612(variant)
    modelled, model_apart = model.YM2612(variant), model.YM2612(variant)
    names = [name for bit, name in enumerate(YM2612.PARTS) if mask >> bit & 1]
    muted.muted = modelled.muted = names
    for chip in (whole, apart, muted, modelled, model_apart):
        chip.run_cycles(odd)
    assert muted.muted == frozenset(names)
    sound = whole.render(log, samples)
    parts = apart.render_channels(log, samples)
    assert (parts.sum(0, dtype=np.int16) == sound).all()
    modelled_parts = model_apart.render_channels(log, samples)
    assert (modelled_parts[:, 1:] == parts[:, 1:]).all()  # the model has listened from the beginning
    assert (modelled_parts[:, 0].sum(0) == sound[0]).all()
    rest = muted.render(log, samples)
    assert (modelled.render(log, samples) == rest).all()
    assert bytes_of(whole) == bytes_of(apart) == bytes_of(muted) == bytes_of(modelled) == bytes_of(model_apart)
    heard = [bit for bit in range(7) if not mask >> bit & 1]
    silence = (rest - parts[heard].sum(0, dtype=np.int16))[1:]
    if variant == "integrated":
        assert not silence.any()
    else:  # steps of the ladder: 12 for each channel that has its turn
        assert set(np.unique(silence)) <= {*range(0, 73, 12)}


@pytest.mark.parametrize("kind", [YM2612, model.YM2612])
def test_parts_in_pieces(kind: Any) -> None:
    """However a run is cut, the parts are the same; only what was not listened to is put down to channel 2."""
    log = [(0, 0, 0x2B), (9, 1, 0x80), (20, 0, 0x2A), (33, 1, 0xFF)]
    whole, pieces = kind("integrated"), kind("integrated")
    want = whole.render_channels(log, 50)
    got = [pieces.render_channels(log, 2), *(pieces.run_channels(n) for n in (0, 1, 7, 40))]
    assert (np.concatenate(got, 1) == want).all()
    assert want[6, -1].tolist() == [762, 762] and not want[:6, 5:].any()
    late = kind()
    late.run_cycles(7)
    assert late.run_channels(3)[:, 0, 0].sum() == 72


@pytest.mark.parametrize("kind", [YM2612, model.YM2612])
def test_a_reset_in_the_middle_of_a_sample_starts_the_parts_anew(kind: Any) -> None:
    whole, muted = kind(), kind()
    muted.muted = {"fm6"}
    for chip in (whole, muted):
        chip.run_cycles(24 * 7 + 17)
        chip.reset()
    assert (whole.run(5) == muted.run(5)).all()


@pytest.mark.parametrize("kind", [PSG, model.PSG])
def test_psg_parts(kind: Any) -> None:
    log = [(0, value) for value in (0x85, 0x02, 0x90, 0xA9, 0x00, 0xB3, 0xC1, 0x05, 0xD6, 0xE4, 0xF2)] + [(700, 0xE7)]
    whole, apart, muted = kind(), kind(), kind()
    muted.muted = {"tone2", "noise"}
    sound, parts = whole.render(log, 2000), apart.render_channels(log, 2000)
    assert (parts.sum(0) == sound).all() and all(part.any() for part in parts)
    assert (muted.render(log, 2000) == parts[0] + parts[2]).all()
    more = apart.run_channels(100)
    assert (muted.run(100) == more[0] + more[2]).all()
    whole.run(100)
    states = {
        bytes(ffi.buffer(chip.c if isinstance(chip, model.PSG) else chip._chip)) for chip in (whole, apart, muted)
    }
    assert len(states) == 1


@pytest.mark.parametrize("models", [False, True])
def test_muting_in_the_machine(models: bool) -> None:
    heard, some, none = (MegaDrive(megadrive.builtin_rom()) for _ in range(3))
    for md in (heard, some, none):
        md.run_frames(200)
        if models:
            md.replace_chips(ym2612=model.YM2612, psg=model.PSG)
    some.ym2612.muted = {"dac", "fm2"}
    none.ym2612.muted, none.psg.muted = none.ym2612.PARTS, none.psg.PARTS
    energy = np.zeros(3)
    for md in (heard, some, none):
        md.run_frame(render=False)
    for _ in range(2 if models else 60):
        for i, md in enumerate((heard, some, none)):
            md.set_buttons(0, demo_input(md.frame_count))
            md.run_frame(render=False)
            energy[i] += (np.diff(md.audio.astype(float), axis=0) ** 2).sum()
    assert heard.state_hash() == some.state_hash() == none.state_hash()
    assert 0 < energy[1] < energy[0]
    assert energy[2] < energy[0] * 1e-3
    assert none.fork().ym2612.muted == frozenset(none.ym2612.PARTS)
    none.ym2612.muted, none.psg.muted = (), ()
    assert not none.ym2612.muted


@pytest.mark.parametrize("kind", [YM2612, model.YM2612, PSG, model.PSG])
def test_unknown_parts(kind: Any) -> None:
    chip = kind()
    for wrong in (["fm9"], "fm1", [3]):
        with pytest.raises(ValueError, match="muted has"):
            chip.muted = wrong
    assert chip.muted == frozenset()
