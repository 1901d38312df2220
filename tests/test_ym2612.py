"""The YM2612: vectors of a gate-level reference, ports, timers, arguments; kernel and model alike."""

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from megadrive._core import ffi
from megadrive.model.ym2612 import YM2612 as Model
from megadrive.ym2612 import CYCLES, VARIANTS, YM2612

Chip = YM2612 | Model
Operator = tuple[int, int, int, int, int, int, int]

CHIPS = [YM2612, Model]
SILENT: Operator = (1, 0x7F, 0x1F, 0, 0, 0x0F, 0)


def put(chip: Chip, address: int, value: int, part: int = 0) -> list[npt.NDArray[np.int16]]:
    """Write a register as the vectors do: address, two samples, data, three samples."""
    chip.write(2 * part, address)
    sound = [chip.run(2)]
    chip.write(2 * part + 1, value)
    return [*sound, chip.run(3)]


def settle(chip: Chip, address: int, value: int) -> None:
    """Write a register and give it a sample's time."""
    chip.write(0, address)
    chip.advance(12)
    chip.write(1, value)
    chip.advance(12)


# ------------------------------------------------------------------------------------ vectors A to D

# Channel, writes before it, operators S1 to S4, fnum, block, $B0, $B4, $28; CRC-32 of integrated and discrete.
VECTORS = {
    "A": (0, [], [SILENT] * 3 + [(1, 0, 0x1F, 0, 0, 0x0F, 0)], 1081, 4, 7, 0xC0, 0xF0, 0xE4737B58, 0x592AAF54),
    "B": (
        *(0, []),
        [
            (0x71, 0x20, 0x1F, 5, 2, 0x15, 0),
            (2, 0x18, 0x5F, 0xA, 3, 0x26, 0),
            (0x33, 0x1C, 0x9F, 8, 4, 0x37, 0),
            (1, 0, 0xDF, 6, 5, 0x48, 0),
        ],
        *(0x269, 5, 5 << 3, 0xC0, 0xF0, 0x23741A52, 0xF72797EC),
    ),
    "C": (
        *(4, [(0x22, 0x0D)]),
        [
            (0x11, 0x10, 0x1B, 0x85, 2, 0x15, 0),
            (0x52, 8, 0x1A, 0x8A, 3, 0x26, 0),
            (0x63, 0x12, 0x19, 0x88, 4, 0x37, 0),
            (1, 4, 0x18, 0x86, 5, 0x48, 0),
        ],
        *(0x4D2, 3, 7 << 3 | 4, 0xE5, 0xF5, 0x09B95568, 0xBBE0D410),
    ),
    "D": (
        *(0, []),
        [
            (1, 0x10, 0x1F, 0xF, 0, 0xF0, 0xE),
            (2, 0x10, 0x1F, 0x10, 0x10, 0xF0, 8),
            (3, 0x10, 0x1F, 0x12, 0x12, 0xF0, 0xA),
            (4, 0x10, 0x1F, 0x14, 0x14, 0xF0, 0xD),
        ],
        *(0x333, 4, 3 << 3 | 7, 0xC0, 0xF0, 0xC909AD54, 0xEF0F5A16),
    ),
}


def play_vector(chip: Chip, vector: tuple[Any, ...]) -> npt.NDArray[np.int16]:
    channel, first, operators, fnum, block, algorithm, sides, key, *_ = vector
    part, number = divmod(channel, 3)
    sound: list[npt.NDArray[np.int16]] = []
    for address, value in first:
        sound += put(chip, address, value)
    for offset, operator in zip((0, 8, 4, 12), operators, strict=True):
        for kind, value in zip(range(0x30, 0xA0, 0x10), operator, strict=True):
            sound += put(chip, kind + offset + number, value, part)
    for address, value in ((0xA4, block << 3 | fnum >> 8), (0xA0, fnum & 0xFF), (0xB0, algorithm), (0xB4, sides)):
        sound += put(chip, address + number, value, part)
    sound += put(chip, 0x28, key)
    return np.concatenate([*sound, chip.run(2000)])


@pytest.mark.parametrize("kind", CHIPS)
@pytest.mark.parametrize("name", VECTORS)
def test_vectors(kind: type[Chip], name: str) -> None:
    for variant, crc in zip(("integrated", "discrete"), VECTORS[name][-2:], strict=True):
        sound = play_vector(kind(variant), VECTORS[name])
        assert zlib.crc32(sound.astype("<i2").tobytes()) == crc


# ---------------------------------------------------------------------------------------------- ports


@pytest.mark.parametrize("kind", CHIPS)
def test_silence(kind: type[Chip]) -> None:
    """Six idle channels of a YM2612 add up to 72, as 0 is a positive step of its converter."""
    assert (kind("discrete").run(50)[2:] == 72).all()
    assert (kind("integrated").run(50) == 0).all()


@pytest.mark.parametrize("kind", CHIPS)
def test_busy_lasts_32_cycles(kind: type[Chip]) -> None:
    chip = kind()
    chip.write(0, 0x30)
    chip.advance(10)
    assert chip.read(0) == 0
    chip.write(1, 0)
    seen = []
    for _ in range(40):
        chip.advance(1)
        seen.append(chip.read(0) >> 7)
    assert seen == [0] + [1] * 32 + [0] * 7


@pytest.mark.parametrize("kind", CHIPS)
def test_status_ports(kind: type[Chip]) -> None:
    """Only port 0 of a YM2612 has the status; the others hold it for a quarter of a second."""
    discrete, integrated = kind("discrete"), kind("integrated")
    for chip in (discrete, integrated):
        settle(chip, 0x2A, 0)
        assert chip.read(3) == (0 if chip is discrete else 0x80)
        assert chip.read(0) == 0x80
        chip.advance(30)
        assert chip.read(2) == (0x80 if chip is discrete else 0)
    discrete.advance(300_000 - 31)
    assert discrete.read(1) == 0x80
    discrete.advance(1)
    assert discrete.read(1) == 0


@pytest.mark.parametrize("kind", CHIPS)
def test_timer_a_period(kind: type[Chip]) -> None:
    """1024 - TA samples, and the flag only rises if it is enabled."""
    chip = kind()
    settle(chip, 0x24, 0xFD)
    settle(chip, 0x25, 0x02)  # TA = 0x3F6: 10 samples
    settle(chip, 0x27, 0x05)
    rises = []
    while len(rises) < 4:
        chip.advance(1)
        if chip.read(0) & 1:
            rises.append(chip.clock)
            settle(chip, 0x27, 0x15)
    assert (np.diff(rises) == 10 * CYCLES).all()
    settle(chip, 0x27, 0x11)
    chip.run(50)
    assert chip.read(0) & 1 == 0


@pytest.mark.parametrize("kind", CHIPS)
def test_timer_b_period(kind: type[Chip]) -> None:
    """256 - TB times 16 samples."""
    chip = kind()
    settle(chip, 0x26, 0xFE)
    settle(chip, 0x27, 0x0A)
    rises = []
    for sample in range(150):
        chip.run(1)
        if chip.read(0) & 2:
            rises.append(sample)
            settle(chip, 0x27, 0x2A)
    assert len(rises) >= 3
    assert set(np.diff(rises[1:])) <= {31, 32}  # each clearing takes a sample of its own


@pytest.mark.parametrize("kind", CHIPS)
def test_dac_replaces_channel_6(kind: type[Chip]) -> None:
    chip = kind("integrated")
    settle(chip, 0x2B, 0x80)
    for value in (0, 0x80, 0xFF):
        settle(chip, 0x2A, value)
        assert (chip.run(3)[-1] == 3 * 2 * (value - 128)).all()
    settle(chip, 0x2C, 8)  # bit 0 of the converter
    assert (chip.run(3)[-1] == 3 * 255).all()
    chip.write(2, 0xB6)
    chip.advance(12)
    chip.write(3, 0x80)
    assert chip.run(3)[-1].tolist() == [765, 0]


@pytest.mark.parametrize("kind", CHIPS)
def test_csm_keys_channel_3(kind: type[Chip]) -> None:
    """Timer A keys channel 3 on for a sample; without it the channel is silent."""
    chip = kind("integrated")
    for offset in range(0, 16, 4):
        for address, value in ((0x32, 1), (0x42, 0), (0x52, 0x1F), (0x82, 0x0F)):
            settle(chip, address + offset, value)
    for high, low in ((0xAC, 0xA8), (0xAD, 0xA9), (0xAE, 0xAA), (0xA6, 0xA2)):
        settle(chip, high, 0x22)
        settle(chip, low, 0x69)
    settle(chip, 0xB2, 7)
    settle(chip, 0x24, 0xF0)
    assert not chip.run(200).any()
    settle(chip, 0x27, 0x81)
    assert np.abs(chip.run(400)[100:]).max() > 100


@pytest.mark.parametrize("kind", CHIPS)
def test_reset_keeps_variant_and_clock(kind: type[Chip]) -> None:
    chip = kind("integrated")
    chip.run(10)
    settle(chip, 0xB0, 0x3F)
    clock = chip.clock
    chip.reset()
    assert chip.variant == "integrated"
    assert chip.clock == clock
    fresh = kind("integrated")
    assert (chip.run(100) == fresh.run(100)).all()


@pytest.mark.parametrize("kind", CHIPS)
def test_poke_is_a_write_without_the_bus(kind: type[Chip]) -> None:
    written, poked = kind(), kind()
    log = ((0x30, 0x71), (0x44, 5), (0x58, 0x9F), (0x8C, 0x25), (0xA4, 0x22), (0xA0, 0x69), (0x26, 0x80))
    for address, value in log:
        settle(written, address, value)
        poked.poke(address, value)
    a, b = (chip.c if isinstance(chip, Model) else chip._chip for chip in (written, poked))
    for name in ("detune", "total_level", "attack_rate", "release_rate", "fnum", "block", "timer_period", "registers"):
        assert bytes(ffi.buffer(getattr(a, name))) == bytes(ffi.buffer(getattr(b, name)))


def test_registers_are_a_view() -> None:
    chip = YM2612()
    settle(chip, 0xB0, 0x3F)
    assert chip.registers[0, 0xB0] == 0x3F
    with pytest.raises(ValueError, match="read-only"):
        chip.registers[0, 0xB0] = 0


# ------------------------------------------------------------------------------------------ arguments


@pytest.mark.parametrize("kind", CHIPS)
def test_bad_arguments(kind: type[Chip]) -> None:
    chip: Any = kind()
    for call, error in [
        (lambda: kind("ym2151"), ValueError),
        (lambda: chip.write(4, 0), ValueError),
        (lambda: chip.write(0, 256), ValueError),
        (lambda: chip.write(0, "a"), TypeError),
        (lambda: chip.read(-1), ValueError),
        (lambda: chip.run(-1), ValueError),
        (lambda: chip.run(1.5), TypeError),
        (lambda: chip.run(1 << 40), ValueError),
        (lambda: chip.run_cycles(-1), ValueError),
        (lambda: chip.poke(0x200, 0), ValueError),
        (lambda: chip.render([(0, 0, 0)], -1), ValueError),
        (lambda: chip.render([(0, 0)], 1), ValueError),
        (lambda: chip.render([(0, 4, 0)], 1), ValueError),
        (lambda: chip.render([(0, 0, 256)], 1), ValueError),
        (lambda: chip.render([(25, 0, 0)], 1), ValueError),
        (lambda: chip.render([(9, 0, 0), (8, 1, 0)], 1), ValueError),
        (lambda: chip.render([(0.5, 0, 0)], 1), ValueError),
    ]:
        with pytest.raises(error):
            call()
    assert chip.run(0).shape == (0, 2)
    assert chip.render([], 3).shape == (3, 2)


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_empty_run_changes_nothing(variant: str) -> None:
    chip = YM2612(variant)
    before = bytes(ffi.buffer(chip._chip))
    chip.run(0)
    chip.advance(0)
    assert bytes(ffi.buffer(chip._chip)) == before
