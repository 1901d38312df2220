"""The PSG kernel against the figures of the SN76489's documents."""

import numpy as np
import pytest

from megadrive._core import ffi, lib
from megadrive.psg import PSG

WHITE_48 = "000000000000000100000000000010010000000001000001"
FULL = 8191


def chip(*values: int) -> PSG:
    psg = PSG()
    for value in values:
        psg.write(value)
    return psg


def rises(levels: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.diff(levels.astype(int)) > 0) + 1


def test_power_on_is_silent() -> None:
    psg = PSG()
    assert psg.attenuation.tolist() == [15] * 4
    assert psg.period.tolist() == [0] * 3
    assert psg.latch == 3
    assert psg.lfsr == 0x8000
    assert not psg.run(5000).any()


def test_data_byte_after_power_on_goes_to_tone_2_attenuation() -> None:
    psg = chip(0x04)
    assert psg.attenuation.tolist() == [15, 4, 15, 15]


def test_tone_period_254() -> None:
    levels = chip(0x8E, 0x0F, 0x90).run(100_000)
    assert set(np.unique(levels)) == {0, FULL}
    assert set(np.diff(rises(levels))) == {508}
    assert 53_693_175 / 240 / 508 == pytest.approx(440.4, abs=0.05)


@pytest.mark.parametrize("period", [0, 1])
def test_periods_0_and_1_toggle_every_tick(period: int) -> None:
    levels = chip(0x80 | period, 0x00, 0x90).run(1000)
    assert (levels[::2] != levels[1::2]).all()
    assert (levels[2:] == levels[:-2]).all()


def test_latch_and_data_bytes() -> None:
    psg = chip(0x80, 0x3F)
    assert psg.period[0] == 0x3F0
    psg.write(0x8F)
    assert psg.period[0] == 0x3FF
    psg.write(0x40)  # bit 6 is not connected
    assert psg.period[0] == 0x00F


def test_data_byte_to_attenuation_and_noise() -> None:
    psg = chip(0xD5, 0x3A)
    assert psg.attenuation[2] == 0xA
    psg.write(0xE7)
    psg.run(1000)
    assert psg.noise == 7 and psg.lfsr != 0x8000
    psg.write(0x02)
    assert psg.noise == 2 and psg.lfsr == 0x8000


def test_volumes_are_steps_of_2_db() -> None:
    for attenuation in range(15):
        psg = chip(0x80, 0x20, 0x90 | attenuation)
        psg.output[0] = 1
        assert psg.level == pytest.approx(FULL * 10 ** (-attenuation / 10), abs=0.5)
    assert chip(0x9F, 0xBF, 0xDF, 0xFF).run(3000).max() == 0


def test_shorter_period_toggles_at_once_and_longer_extends() -> None:
    psg = chip(0x80, 0x10, 0x90)  # period 256
    psg.run(300)
    assert psg.counter[0] > 16
    before = psg.output[0]
    psg.write(0x85)
    psg.write(0x00)
    psg.run(1)
    assert psg.output[0] != before and psg.counter[0] == 1
    psg.run(3)
    psg.write(0x8A)
    out = psg.output[0]
    psg.run(6)
    assert psg.output[0] == out and psg.counter[0] == 10
    psg.run(1)
    assert psg.output[0] != out


def test_white_noise_begins_as_documented() -> None:
    psg = chip(0xC1, 0x00)  # tone 3 rises every other tick
    psg.run(psg.output[2])
    psg.write(0xE7)
    psg.write(0xF0)
    levels = psg.run(96)
    assert "0" + "".join("01"[int(level > 0)] for level in levels[::2])[:47] == WHITE_48


def test_white_noise_repeats_after_57337_shifts() -> None:
    psg = chip(0xC1, 0x00, 0xE7, 0xF0)
    levels = psg.run(3 * 57337 * 2)
    bits = levels[::2]
    assert (bits[:57337] == bits[57337 : 2 * 57337]).all()
    assert not (bits[:8191] == bits[8191 : 2 * 8191]).all()


def test_periodic_noise_is_a_pulse_in_16_shifts() -> None:
    levels = chip(0xE0, 0xF0).run(20_000)
    assert set(np.diff(rises(levels))) == {512}
    assert levels.mean() == pytest.approx(FULL / 16, rel=0.03)


@pytest.mark.parametrize(("rate", "ticks"), [(0, 32), (1, 64), (2, 128)])
def test_noise_rates(rate: int, ticks: int) -> None:
    levels = chip(0xE0 | rate, 0xF0).run(40_000)
    assert set(np.diff(rises(levels))) == {16 * ticks}


def test_noise_follows_tone_3_even_with_period_0() -> None:
    for period, ticks in ((0, 2), (1, 2), (5, 10), (700, 1400)):
        levels = chip(0xC0 | period & 15, period >> 4, 0xE3, 0xF0).run(100_000)
        assert set(np.diff(rises(levels))) == {16 * ticks}


def test_channels_add_up() -> None:
    log = (0x8E, 0x0F, 0x91, 0xA3, 0x02, 0xB2, 0xC7, 0x01, 0xD3, 0xE4, 0xF0)
    apart = chip(*log).run_channels(20_000)
    assert (apart.sum(0) == chip(*log).run(20_000)).all()
    assert (apart.max(1) > 0).all()


def test_standalone_views_outlive_the_chip() -> None:
    period = chip(0x8E, 0x0F).period
    assert period[0] == 254


def test_registers_are_writable() -> None:
    psg = PSG()
    psg.period[0] = 254
    psg.attenuation[0] = 0
    assert (psg.run(5000) == chip(0x8E, 0x0F, 0x90).run(5000)).all()
    psg.noise = 5
    psg.lfsr = 0x1234
    psg.latch = 6
    assert (psg.noise, psg.lfsr, psg.latch) == (5, 0x1234, 6)


def test_render_places_writes() -> None:
    whole = chip().render([[0, 0x8E], [0, 0x0F], [10, 0x90], [700, 0x9F]], 1000)
    psg = chip(0x8E, 0x0F)
    parts = [psg.run(10)]
    psg.write(0x90)
    parts.append(psg.run(690))
    psg.write(0x9F)
    parts.append(psg.run(300))
    assert (whole == np.concatenate(parts)).all()


@pytest.mark.parametrize("size", [1, 7, 40])
def test_any_bytes_as_a_state_are_harmless(size: int) -> None:
    state = ffi.new("psg *")
    ffi.buffer(state)[:] = bytes([255 if size == 1 else (i * size) & 255 for i in range(ffi.sizeof("psg"))])
    state.clock = 0
    out = ffi.new("int16_t[]", 4000)
    for value in range(256):
        lib.psg_run(state, 4000, out)
        lib.psg_write(state, value)
    assert 0 <= lib.psg_level(state) <= 4 * FULL


@pytest.mark.parametrize("value", [-1, 256, 1000])
def test_write_rejects_what_is_no_byte(value: int) -> None:
    with pytest.raises(ValueError, match="byte"):
        PSG().write(value)


def test_bad_arguments() -> None:
    psg = PSG()
    with pytest.raises(ValueError, match="ticks"):
        psg.run(-1)
    with pytest.raises(ValueError, match="ticks"):
        psg.run(1 << 40)
    with pytest.raises(ValueError, match="must rise"):
        psg.render([[5, 1], [4, 1]], 10)
    with pytest.raises(ValueError, match="must rise"):
        psg.render([[11, 1]], 10)
    with pytest.raises(ValueError, match="byte"):
        psg.render([[1, 256]], 10)
    with pytest.raises(ValueError, match="shape"):
        psg.render([[1, 2, 3]], 10)
    with pytest.raises(ValueError, match="noise"):
        psg.noise = 8
