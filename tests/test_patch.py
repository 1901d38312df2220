"""Instruments of the YM2612, as objects and in chips."""

import json
import pathlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import megadrive
from megadrive import MegaDrive, model
from megadrive.patch import _FIELDS, Operator, Patch
from megadrive.ym2612 import YM2612

KINDS = [YM2612, model.YM2612]

OPERATOR = st.builds(Operator, **{name: st.integers(0, most) for name, (_, _, most, _) in _FIELDS.items()})
PATCHES = st.builds(
    Patch,
    algorithm=st.integers(0, 7),
    feedback=st.integers(0, 7),
    ams=st.integers(0, 3),
    pms=st.integers(0, 7),
    operators=st.tuples(OPERATOR, OPERATOR, OPERATOR, OPERATOR),
)


@given(PATCHES, st.integers(0, 5), st.sampled_from(KINDS))
def test_what_is_set_is_read(patch: Patch, channel: int, kind: Any) -> None:
    chip = kind()
    chip.channels[channel].patch = patch
    assert chip.channels[channel].patch == patch
    assert chip.channels[channel].pan == 3
    for other in range(6):
        if other != channel:
            assert chip.channels[other].patch == YM2612().channels[0].patch


@given(PATCHES)
def test_a_patch_is_what_the_registers_say(patch: Patch) -> None:
    """Set by name, or by the bus as the manual has it: the same state."""
    named, written = YM2612(), YM2612()
    named.channels[4].patch = patch
    for group, o in zip((0, 8, 4, 12), patch.operators, strict=True):
        for register, value in (
            (0x30, o.DT << 4 | o.MUL),
            (0x40, o.TL),
            (0x50, o.RS << 6 | o.AR),
            (0x60, o.AM << 7 | o.D1R),
            (0x70, o.D2R),
            (0x80, o.D1L << 4 | o.RR),
            (0x90, o.SSG),
        ):
            written.poke(0x100 | register + group + 1, value)
    written.poke(0x1B1, patch.feedback << 3 | patch.algorithm)
    written.poke(0x1B5, 0xC0 | patch.ams << 4 | patch.pms)
    assert (named.registers == written.registers).all()


@given(PATCHES)
def test_dictionaries_and_json(patch: Patch) -> None:
    assert Patch.from_dict(json.loads(json.dumps(patch.to_dict()))) == patch


@given(PATCHES)
def test_tfi(patch: Patch) -> None:
    data = patch.to_tfi()
    back = Patch.from_tfi(data)
    assert len(data) == 42 and back.to_tfi() == data
    assert (back.algorithm, back.feedback) == (patch.algorithm, patch.feedback)
    for a, b in zip(back.operators, patch.operators, strict=True):
        assert (a.TL, a.MUL, a.AR, a.D1L, a.SSG) == (b.TL, b.MUL, b.AR, b.D1L, b.SSG)
        assert a.DT == (b.DT if b.DT != 4 else 0)


def test_tfi_layout() -> None:
    """S1, S3, S2, S4; detune as -3 to 3, plus 3."""
    operators = tuple(Operator(TL=level, DT=5) for level in (1, 2, 3, 4))
    data = Patch(algorithm=4, feedback=6, operators=operators).to_tfi()  # type: ignore[arg-type]
    assert data[:2] == b"\x04\x06"
    assert [data[2 + 10 * i + 2] for i in range(4)] == [1, 3, 2, 4]
    assert data[3] == 2


@pytest.mark.parametrize("name", ["a.tfi", "a.json"])
def test_files(tmp_path: pathlib.Path, name: str) -> None:
    patch = Patch(algorithm=3, operators=(Operator(TL=5), Operator(MUL=3), Operator(DT=7), Operator(RR=2)))
    patch.save(tmp_path / name)
    assert Patch.load(tmp_path / name) == patch


def test_bad_patches(tmp_path: pathlib.Path) -> None:
    for make, message in [
        (lambda: Operator(TL=128), "TL is 128, expected an integer from 0 to 127"),
        (lambda: Operator(AR=1.5), "AR is 1.5"),  # type: ignore[arg-type]
        (lambda: Patch(algorithm=8), "algorithm is 8"),
        (lambda: Patch(operators=(Operator(),) * 3), "four Operator"),  # type: ignore[arg-type]
        (lambda: Patch.from_dict({"volume": 3}), "not a patch"),
        (lambda: Patch.from_dict({"operators": [{"XX": 1}] * 4}), "not a patch"),
        (lambda: Patch.from_dict({"operators": 5}), "not a patch"),
        (lambda: Patch.from_tfi(bytes(41)), "42 bytes, this one 41"),
        (lambda: Patch.from_tfi(bytes([0, 0, 0, 7, *bytes(38)])), "detune is 7"),
        (lambda: Patch.load(tmp_path / "bad.json"), "not a patch"),
        (lambda: Patch.load(tmp_path / "list.json"), "not a patch"),
    ]:
        (tmp_path / "bad.json").write_bytes(b"\xff{")
        (tmp_path / "list.json").write_text("[1]")
        with pytest.raises(ValueError, match=message):
            make()


# --------------------------------------------------------------------------------------- in the chip


@pytest.mark.parametrize("kind", KINDS)
def test_a_tone_by_name(kind: Any) -> None:
    """fnum 1083 in block 4 is 440 Hz."""
    chip = kind("integrated")
    channel = chip.channels[3]
    channel.patch = Patch(algorithm=7, operators=(Operator(), Operator(), Operator(), Operator(TL=0)))
    channel.fnum, channel.block = 1083, 4
    channel.pan = 2
    assert (channel.fnum, channel.block, channel.pan, channel.keys) == (1083, 4, 2, 0)
    channel.key_on(8)
    assert channel.keys == 8
    sound = chip.run(5327)
    assert not sound[:, 1].any()
    wave = sound[:, 0] > 0
    assert abs(int((wave[1:] & ~wave[:-1]).sum()) - 44) <= 1
    channel.key_off()
    chip.run(3000)
    assert not chip.run(100).any()


@pytest.mark.parametrize("kind", KINDS)
def test_keys_stay_as_they_are_set(kind: Any) -> None:
    """The last write of $28 does not undo keys that were set by name."""
    chip = kind()
    for port, value in ((0, 0x28), (1, 0xF0)):
        chip.write(port, value)
        chip.run(2)
    assert chip.channels[0].keys == 15
    chip.channels[0].keys = 5
    chip.channels[1].keys = 6
    chip.run(10)
    assert (chip.channels[0].keys, chip.channels[1].keys) == (5, 6)


@pytest.mark.parametrize("kind", KINDS)
def test_single_fields(kind: Any) -> None:
    chip = kind()
    operator = chip.channels[2].operators[1]
    operator.D1R, operator.AM, operator.TL = 17, 1, 99
    operator.D1R = 18
    assert (operator.D1R, operator.AM, operator.TL, operator.AR) == (18, 1, 99, 0)
    assert chip.channels[2].patch.operators[1] == Operator(D1R=18, AM=1, TL=99, AR=0, RR=0, MUL=0)
    chip.channels[2].feedback = 5
    assert chip.channels[2].patch.feedback == 5
    assert "TL=99" in repr(operator) and "TL" in dir(operator)
    with pytest.raises(ValueError, match="TL is 200"):
        operator.TL = 200
    with pytest.raises(AttributeError, match="no field 'XX'"):
        operator.XX = 1
    with pytest.raises(AttributeError, match="no field"):
        _ = operator.YY
    with pytest.raises(ValueError, match="fnum"):
        chip.channels[0].fnum = 2048


def test_instruments_of_a_running_game() -> None:
    md = MegaDrive(megadrive.builtin_rom())
    md.run_frames(300)
    patches = [channel.patch for channel in md.ym2612.channels]
    assert len(set(patches)) > 2
    chip = YM2612()
    chip.channels[0].patch = patches[0]
    chip.channels[0].fnum, chip.channels[0].block = 1083, 4
    chip.channels[0].key_on()
    assert np.ptp(chip.run(3000)) > 50
