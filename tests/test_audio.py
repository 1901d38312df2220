"""The audio output: time, frequency response, aliases, levels."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive._core import ffi, lib
from megadrive.audio import NTSC_CLOCK, PAL_CLOCK, AudioOutput, Filter, resample
from megadrive.psg import PSG

FM_RATE = NTSC_CLOCK / 1008
FM_PEAK = 4608  # six channels
GAIN = 6  # output steps per FM unit
RATES = [8000, 22050, 32000, 44100, 48000, 96000, 192000]
Floats = npt.NDArray[np.float64]


def sine(frequency: float, seconds: float, peak: float = 4600) -> npt.NDArray[np.int16]:
    wave = np.round(peak * np.sin(2 * np.pi * frequency * np.arange(int(seconds * FM_RATE)) / FM_RATE))
    return np.stack([wave, wave], 1).astype(np.int16)


def spectrum(samples: npt.NDArray[np.int16]) -> Floats:
    """Return the amplitude in each bin of 1 / length; a window keeps leakage below -150 dB from 12 bins on."""
    window = np.kaiser(len(samples), 22)
    amplitudes: Floats = np.abs(np.fft.rfft(samples * window)) * 2 / window.sum()
    return amplitudes


def tone(samples: npt.NDArray[np.int16], frequency: float, rate: int) -> float:
    window = np.kaiser(len(samples), 22)
    wave = np.exp(-2j * np.pi * frequency / rate * np.arange(len(samples)))
    return float(2 * np.abs((samples * window * wave).sum()) / window.sum())


def db(ratio: float) -> float:
    return float(20 * np.log10(max(ratio, 1e-12)))


# ---------------------------------------------------------------------------------------------- quality


@pytest.mark.parametrize("rate", RATES)
def test_pass_band_is_flat_and_clean(rate: int) -> None:
    output = AudioOutput(rate)
    for part in (0.02, 0.3, 0.7, 0.999):
        frequency = part * output.pass_band
        out = resample(sine(frequency, 0.5), sample_rate=rate)[rate // 10 : -rate // 50, 0]
        assert abs(db(tone(out, frequency, rate) / (4600 * GAIN))) < 0.1
        rest = spectrum(out)
        bins = np.arange(len(rest))
        near = np.abs(bins - frequency / rate * len(out)) < 16
        rest[near | (bins < 16)] = 0
        assert db(rest.max() / (4600 * GAIN)) < -90


@pytest.mark.parametrize("rate", RATES)
def test_what_lies_above_does_not_fold_into_the_pass_band(rate: int) -> None:
    output = AudioOutput(rate)
    for frequency in np.linspace(max(output.stop_band, rate - output.pass_band), 26_600, 5):
        if frequency <= 26_600:
            out = resample(sine(frequency, 0.5), sample_rate=rate)[rate // 10 : -rate // 50, 0]
            heard = spectrum(out)[16 : int(output.pass_band / rate * len(out))]
            assert db(heard.max() / (4600 * GAIN)) < -80


@pytest.mark.parametrize(("rate", "pass_band", "stop_band"), [(44100, 19268, 24832), (48000, 20000, 26491)])
def test_stated_figures(rate: int, pass_band: int, stop_band: int) -> None:
    """The figures in the documentation of megadrive.audio."""
    output = AudioOutput(rate)
    assert (round(output.pass_band), round(output.stop_band)) == (pass_band, stop_band)
    for frequency in (200, 1000, 6000, 15_000, pass_band):
        out = resample(sine(frequency, 0.5), sample_rate=rate)[rate // 10 : -rate // 50, 0]
        assert abs(db(tone(out, frequency, rate) / (4600 * GAIN))) < 0.0115
        rest = spectrum(out)
        bins = np.arange(len(rest))
        rest[(np.abs(bins - frequency / rate * len(out)) < 16) | (bins < 16)] = 0
        assert db(rest.max() / (4600 * GAIN)) < -99
    for frequency in np.linspace(rate - pass_band, 26_600, 6) if rate - pass_band < 26_600 else []:
        out = resample(sine(frequency, 0.5), sample_rate=rate)[rate // 10 : -rate // 50, 0]
        heard = spectrum(out)[16 : int(pass_band / rate * len(out))]
        assert db(heard.max() / (4600 * GAIN)) < -91


def test_stop_band_at_96_khz() -> None:
    out = resample(sine(26_550, 0.5), sample_rate=96_000)[9600:-2000, 0]
    assert db(tone(out, 26_550, 96_000) / (4600 * GAIN)) < -91


def test_1_khz_is_as_clean_as_its_samples() -> None:
    """What is not the tone is what its rounding to FM samples has added, 81 dB below it."""
    out = resample(sine(1000, 1.0))[4800:43_200, 0].astype(np.float64)
    turn = 2 * np.pi * np.arange(len(out)) / 48
    basis = np.stack([np.cos(turn), np.sin(turn)], 1)
    parts = np.linalg.lstsq(basis, out, rcond=None)[0]
    rest = out - basis @ parts
    assert np.hypot(*parts) == pytest.approx(4600 * GAIN, rel=0.001)
    assert db(float(np.hypot(*parts)) / np.sqrt(2) / float(rest.std())) > 81


def test_full_band_at_48_khz() -> None:
    assert AudioOutput(48000).pass_band == 20000
    assert AudioOutput(44100).pass_band > 19000


def test_sweep_keeps_its_level() -> None:
    seconds, end = 2.0, 20_000
    time = np.arange(int(seconds * FM_RATE)) / FM_RATE
    wave = np.round(4000 * np.sin(np.pi * end / seconds * time**2)).astype(np.int16)
    out = resample(np.stack([wave, wave], 1))[:, 0].astype(np.float64)
    envelope = np.sqrt(2 * (out[: len(out) // 960 * 960].reshape(-1, 960) ** 2).mean(1))
    assert np.abs(20 * np.log10(envelope[2:-2] / (4000 * GAIN))).max() < 0.15


@pytest.mark.parametrize("period", [1, 2, 3, 6, 7, 9, 25, 254])
def test_psg_square_has_its_harmonics_and_no_others(period: int) -> None:
    psg = PSG()
    for value in (0x80 | period & 15, period >> 4, 0x90):
        psg.write(value)
    out = resample(psg=psg.run(150_000))[6000:-500, 0]
    full = 0.25 * 1536 * GAIN / 2
    pitch = NTSC_CLOCK / 480 / period
    rest = spectrum(out)
    bins = np.arange(len(rest))
    for harmonic in range(1, 200, 2):
        if harmonic * pitch < 19_000:
            want = full * 4 / np.pi / harmonic
            assert abs(db(tone(out, harmonic * pitch, 48000) / want)) < 0.13  # a tick is held: 0.1 dB at 19 kHz
        rest[np.abs(bins - harmonic * pitch / 48000 * len(out)) < 16] = 0
    assert db(rest[16 : int(20_000 / 48000 * len(out))].max() / full) < -89


# ----------------------------------------------------------------------------------------------- levels


def test_psg_against_fm() -> None:
    """A PSG channel's square is a quarter of an FM channel's full swing, from lowest to highest level."""
    square = np.repeat([0, 8191], 112)[np.arange(100_000) % 224].astype(np.int16)
    fm = np.where(np.arange(24_000) * 4.2 % 224 < 112, -768, 768).astype(np.int16)
    psg_out = resample(psg=square)[4000:-500, 0].astype(float)
    fm_out = resample(np.stack([fm, fm], 1))[4000:-500, 0].astype(float)
    assert psg_out.std() / fm_out.std() == pytest.approx(0.25, rel=0.02)
    louder = resample(psg=square, psg_level=0.5)[4000:-500, 0].astype(float)
    assert louder.std() / psg_out.std() == pytest.approx(2, rel=0.001)


def test_loudest_sound_is_clipped_not_wrapped() -> None:
    fm = np.full((3000, 2), 32767, np.int16)
    fm[:100] = 0
    fm[1500:] = -32768
    out = resample(fm)
    assert out.max() == 32767 and out.min() == -32768
    turn = int(1500 * 1008 / NTSC_CLOCK * 48000)
    assert (out[200 : turn - 50] > 0).all() and (out[turn + 50 : -200] < 0).all()


def test_six_full_channels_are_not_clipped() -> None:
    out = resample(sine(1000, 0.2, FM_PEAK))
    assert 27_000 < np.abs(out.astype(int)).max() < 32_000


def test_direct_current_is_removed() -> None:
    fm = np.full((int(FM_RATE), 2), 72, np.int16)  # the ladder's offset of six idle channels
    fm[:1000] = 0
    out = resample(fm)
    assert np.abs(out[1000:1500]).max() > 300
    assert np.abs(out[-1000:]).max() <= 1


def test_channels_stay_apart() -> None:
    fm = sine(1000, 0.2)
    fm[:, 1] = 0
    out = resample(fm)
    assert out[:, 0].std() > 15_000 and not out[:, 1].any()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([32000, 44100, 48000, 96000]), st.integers(1, 2000))
def test_what_is_the_same_on_both_sides_sounds_as_on_one(seed: int, rate: int, alike: int) -> None:
    """A side does not depend on whether the other one differs from it, from some place on."""
    rng = np.random.default_rng(seed)
    left = rng.integers(-FM_PEAK, FM_PEAK, 3000).astype(np.int16)
    right = left.copy()
    right[alike:] = rng.integers(-FM_PEAK, FM_PEAK, 3000 - alike)
    one = resample(np.stack([left, left], 1), sample_rate=rate)
    other = resample(np.stack([right, right], 1), sample_rate=rate)
    both = resample(np.stack([left, right], 1), sample_rate=rate)
    assert (one[:, 0] == one[:, 1]).all()
    assert (both[:, 0] == one[:, 0]).all()
    assert (both[:, 1] == other[:, 1]).all()


@pytest.mark.parametrize("frequency", [300, 1000, 2840, 3390, 3789, 6725, 10_000])
def test_low_pass_of_the_boards(frequency: int) -> None:
    """First order behind the mixer of both; second order behind the YM2612 of a Model 2."""

    def fallen(filter: Filter, fm: bool) -> float:
        wave = sine(frequency, 0.3, 4000)
        ticks = np.round(4000 + 4000 * np.sin(2 * np.pi * frequency * np.arange(67_000) * 240 / NTSC_CLOCK))
        given = {"fm": wave} if fm else {"psg": ticks.astype(np.int16)}
        heard = [tone(resample(**given, filter=f)[5000:-500, 0], frequency, 48000) for f in (filter, "raw")]
        return db(heard[0] / heard[1])

    def first(corner: float) -> float:
        return float(-10 * np.log10(1 + (frequency / corner) ** 2))

    second = float(-10 * np.log10(1 + (frequency / 6725) ** 4))
    for fm in (True, False):
        assert fallen("model 1", fm) == pytest.approx(first(3390), abs=0.6)
        assert fallen("model 2", fm) == pytest.approx(first(3789) + (second if fm else 0), abs=0.9)


@pytest.mark.parametrize("name", ["raw", "model 1", "model 2"])
def test_filters_begin_without_a_click(name: Filter) -> None:
    """A level that is there from the beginning has been there for ever."""
    out = resample(np.full((3000, 2), 1500, np.int16), filter=name)
    assert np.abs(out.astype(int)).max() <= 1


# ------------------------------------------------------------------------------------------------- time


def delay(impulse: npt.NDArray[np.int16], rate: int) -> float:
    """Return where in time an impulse lies, in samples, from its phase at 2 kHz."""
    wave = np.exp(-2j * np.pi * 2000 / rate * np.arange(len(impulse)))
    period = rate / 2000
    middle = int(np.abs(impulse.astype(int)).argmax())
    angle = np.angle((impulse * wave * np.exp(2j * np.pi * middle / period)).sum())
    return float(middle - angle / (2 * np.pi) * period)


def test_delay_is_as_stated() -> None:
    for rate in (8000, 44100, 48000, 192000):
        output = AudioOutput(rate)
        fm = np.zeros((20_000, 2), np.int16)
        fm[10_000] = 5000
        out = output.render(20_000 * 1008, fm)[:, 0]
        at = (10_000.5 * 1008 / NTSC_CLOCK + output.delay) * rate
        assert delay(out, rate) == pytest.approx(at, abs=rate * 1e-6)


def test_fm_and_psg_are_aligned() -> None:
    """The same impulse in both, at the same master clock, comes out at the same place."""
    fm = np.zeros((4000, 2), np.int16)
    fm[2000] = 1536
    psg = np.zeros(4000 * 21 // 5, np.int16)
    psg[8400:8404] = 32764  # ticks 8400 to 8404.2 are FM sample 2000
    ahead = 0.1 * 240 / NTSC_CLOCK
    a, b = resample(fm)[:, 0], resample(psg=psg)[:, 0]
    assert delay(a, 48000) == pytest.approx(delay(b, 48000) + ahead * 48000, abs=0.01)


CUTS = st.lists(st.integers(0, 400_000), min_size=1, max_size=25)


@given(CUTS, st.integers(8000, 192_000), st.sampled_from([NTSC_CLOCK, PAL_CLOCK]), st.integers(0, 1 << 45))
@settings(max_examples=40, deadline=None)
def test_spans_do_not_matter(cuts: list[int], rate: int, master_clock: int, start: int) -> None:
    """Rendered at once or in any pieces: the same samples, and as many as the clock says."""
    whole, pieces = AudioOutput(rate, master_clock=master_clock), AudioOutput(rate, master_clock=master_clock)
    end = start + sum(cuts)
    noise = np.random.default_rng(1)
    fm = noise.integers(-4000, 4000, (end // 1008 - start // 1008, 2)).astype(np.int16)
    psg = np.repeat(noise.integers(0, 32764, 20), 600)[: end // 240 - start // 240].astype(np.int16)
    psg = np.concatenate([psg, np.zeros(end // 240 - start // 240 - len(psg), np.int16)])
    whole.skip(start)
    pieces.skip(start)
    at_once, parts, clock = whole.render(end, fm, psg), [], start
    for span in cuts:
        then = clock + span
        count = then * rate // master_clock - clock * rate // master_clock
        assert pieces.count(then) == count
        part = pieces.render(
            then,
            fm[clock // 1008 - start // 1008 : then // 1008 - start // 1008],
            psg[clock // 240 - start // 240 : then // 240 - start // 240],
        )
        assert len(part) == count
        parts.append(part)
        clock = then
    # The first input is taken to have been there for ever: it has to be in the first piece.
    if all(start // unit != (start + cuts[0]) // unit for unit in (1008, 240)) or len(cuts) == 1:
        assert (np.concatenate(parts) == at_once).all()


def test_copy_of_the_state_goes_on_identically() -> None:
    rng = np.random.default_rng(2)
    fm = rng.integers(-4000, 4000, (3000, 2)).astype(np.int16)
    one, two = AudioOutput(), AudioOutput()
    one.render(1500 * 1008, fm[:1500])
    ffi.buffer(two._out)[:] = bytes(ffi.buffer(one._out))
    assert lib.audio_valid(two._out)
    assert (one.render(3000 * 1008, fm[1500:]) == two.render(3000 * 1008, fm[1500:])).all()


def test_rate_can_change_between_frames() -> None:
    """What is beside the state does not depend on the rate: a console saved at one goes on at another."""
    fm = sine(1000, 1)
    one, two = AudioOutput(48000), AudioOutput(32000)
    half = len(fm) // 2
    one.render(half * 1008, fm[:half])
    ffi.buffer(two._out)[:] = bytes(ffi.buffer(one._out))
    out = two.render(2 * half * 1008, fm[half : 2 * half])[:, 0].astype(float)
    steady = np.abs(np.diff(out, 2)).max()
    assert steady < 4600 * GAIN * (2 * np.pi * 1000 / 32000) ** 2 * 1.05  # no click anywhere


def test_skip_begins_without_a_click() -> None:
    fm = sine(400, 0.3)
    output = AudioOutput()
    output.render(5000 * 1008, fm[:5000])
    output.skip(9033 * 1008)
    out = output.render(14_033 * 1008, fm[9033:14_033] + np.int16(2000))[:, 0].astype(float)
    assert abs(out[0]) < 2
    assert np.abs(np.diff(out)).max() < 4600 * GAIN * 2 * np.pi * 400 / 48000 * 1.3


def test_invalid_state_is_seen() -> None:
    output = AudioOutput()
    assert lib.audio_valid(output._out)
    for value in (float("nan"), float("inf"), 1e30):
        output._out.left[17] = value
        assert not lib.audio_valid(output._out)
    output._out.left[17] = 0
    output._out.clock = -1
    assert not lib.audio_valid(output._out)


def test_sizes_are_bounded() -> None:
    assert ffi.sizeof("audio_out") <= 8192
    assert ffi.sizeof("audio_table") <= 300 << 10


def test_bad_arguments() -> None:
    for rate in (7999, 192_001, 48000.0, True, None):
        with pytest.raises(ValueError, match="sample_rate"):
            AudioOutput(rate)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="filter"):
        AudioOutput(filter="model 3")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="psg_level"):
        AudioOutput(psg_level=float("nan"))
    with pytest.raises(ValueError, match="master_clock"):
        AudioOutput(master_clock=0)
    output = AudioOutput()
    with pytest.raises(ValueError, match="expected 10 in"):
        output.render(10_080, np.zeros((9, 2), np.int16))
    with pytest.raises(ValueError, match="int16"):
        output.render(10_080, np.zeros((10, 2)))
    with pytest.raises(ValueError, match="int16"):
        output.render(10_080, np.zeros(10, np.int16))
    output.render(10_080)
    with pytest.raises(ValueError, match="or later"):
        output.render(10_079)
    with pytest.raises(ValueError, match="or later"):
        output.skip(-1)
