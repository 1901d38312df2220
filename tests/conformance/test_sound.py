"""Sound of the corpus' ROMs against that of another emulator: loudness over time, and spectrum.

``golden/sound_drivers.npz`` holds what Genesis Plus GX (stable-retro 0.9) gives for SGDK's sound test, by driver and
button: ``NAME_envelope`` (rms of the mono mix per 20 ms) and ``NAME_bands`` (log10 power in 32 bands per 0.5 s), as the
corpus has them for other ROMs. It is a peer and not the truth: its resampler and its mixing levels differ.
"""

import itertools
import json
import pathlib

import numpy as np
import numpy.typing as npt
import pytest

from megadrive import Button, MegaDrive
from megadrive.vgm import VGM

Floats = npt.NDArray[np.float64]

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "sound_drivers.npz"
BITS = ["B", "A", "MODE", "START", "UP", "DOWN", "LEFT", "RIGHT", "C"]

DRIVERS = ("pcm", "dpcm2", "pcm4", "xgm", "xgm2")
"""SGDK's drivers in the order in which Right comes to them."""

RUNS = {
    "pcm_A": 0.85,
    "dpcm2_A": 0.75,
    "dpcm2_B": 0.7,
    "pcm4_A": 0.9,
    "pcm4_START": 0.4,  # a quiet noise on the lowest bit of the DAC
    "xgm_A": 0.95,
    "xgm_B": 0.95,
    "xgm_C": 0.95,
    "xgm2_B": 0.95,
}
"""Least correlation of the envelopes."""

KNOWN = {
    "airstriker.md": "its driver runs before it has a tune and writes junk to the YM2612's test registers, which puts "
    "the DAC on all channels; Genesis Plus GX has no test registers",
}


def features(samples: npt.NDArray[np.int16], rate: int) -> tuple[Floats, Floats]:
    mono = samples.astype(np.float64).mean(1)
    hop, segment = rate // 50, rate // 2
    envelope = np.sqrt((mono[: len(mono) // hop * hop].reshape(-1, hop) ** 2).mean(1))
    parts = mono[: len(mono) // segment * segment].reshape(-1, segment) * np.hanning(segment)
    power = np.abs(np.fft.rfft(parts, axis=1)) ** 2 * (22050 / segment) ** 2  # as at 44.1 kHz
    edges, frequencies = np.geomspace(60, 16000, 33), np.fft.rfftfreq(segment, 1 / rate)
    bands = [power[:, (frequencies >= a) & (frequencies < b)].sum(1) for a, b in itertools.pairwise(edges)]
    return envelope, np.log10(np.stack(bands, 1) + 1)


def agreement(ours: tuple[Floats, Floats], theirs: tuple[Floats, Floats]) -> tuple[float, float]:
    """Return the correlation of the envelopes at the best lag, and how far apart the loud bands are in log10."""
    best = -1.0
    for lag in range(-25, 26):
        a, b = ours[0][max(0, lag) :], theirs[0][max(0, -lag) :]
        n = min(len(a), len(b))
        if a[:n].std() > 0:
            best = max(best, float(np.corrcoef(a[:n], b[:n])[0, 1]))
    n = min(len(ours[1]), len(theirs[1]))
    loud = theirs[1][:n] > theirs[1][:n].max() - 4
    apart = (ours[1][:n] - theirs[1][:n])[loud]
    return best, float(np.abs(apart - np.median(apart)).mean())


def held_buttons(run: str, frames: int = 240) -> list[Button]:
    """Go to the driver, press the button, and listen."""
    driver, button = run.split("_")
    held = [Button(0)] * 120
    for _ in range(DRIVERS.index(driver) + 1):
        held += [Button.RIGHT] * 3 + [Button(0)] * 20
    return held + [Button[button]] * 3 + [Button(0)] * frames


@pytest.mark.parametrize("run", RUNS)
def test_sound_drivers(corpus: pathlib.Path, run: str) -> None:
    md, sound = MegaDrive(corpus / "roms" / "sgdk_snd_sound-test.bin"), []
    for buttons in held_buttons(run):
        md.set_buttons(0, buttons)
        md.run_frame(render=False)
        sound.append(md.audio.copy())
    with np.load(GOLDEN) as golden:
        theirs = golden[f"{run}_envelope"].astype(float), golden[f"{run}_bands"].astype(float)
    correlation, apart = agreement(features(np.concatenate(sound), md.sample_rate), theirs)
    assert correlation > RUNS[run] and apart < 0.35


def test_a_recorded_driver_plays_the_same(corpus: pathlib.Path) -> None:
    """PCM by the Z80, music on both chips: the recording is the sound."""
    md = MegaDrive(corpus / "roms" / "sgdk_snd_sound-test.bin")
    sound, recorder = [], None
    for at, buttons in enumerate(held_buttons("xgm_B", frames=100)):
        if at == 180:
            recorder = md.record_vgm()
            sound.clear()
        md.set_buttons(0, buttons)
        md.run_frame(render=False)
        sound.append(md.audio.copy())
    assert recorder is not None
    assert (VGM(recorder.stop()).render() == np.concatenate(sound)).all()
    assert np.concatenate(sound).std() > 200


def compare(corpus: pathlib.Path, entry: dict[str, str], seconds: int) -> None:
    path = corpus / "frames" / str(entry["input"])
    held = [int(line, 16) for line in path.read_text().split()] if entry["input"] else []
    md, sound = MegaDrive(corpus / "roms" / entry["rom"]), []
    for frame in range(60 * seconds):
        pad = held[frame] if frame < len(held) else 0
        buttons = (Button[name] for bit, name in enumerate(BITS) if pad >> bit & 1)
        md.set_buttons(0, sum(buttons, Button(0)))
        md.run_frame(render=False)
        sound.append(md.audio.copy())
    with np.load(corpus / "frames" / entry["audio"]) as file:
        theirs = file["envelope"][: 50 * seconds], file["bands"][: 2 * seconds]
    correlation, apart = agreement(features(np.concatenate(sound), md.sample_rate), theirs)
    assert correlation >= 0.75 and apart <= 0.6, (entry["audio"], correlation, apart)


def music(corpus: pathlib.Path) -> list[dict[str, str]]:
    entries = json.loads((corpus / "frames" / "index.json").read_text())
    return [entry for entry in entries if "audio" in entry and entry["rom"] not in KNOWN]


def test_music(corpus: pathlib.Path) -> None:
    for entry in music(corpus):
        if not entry["input"]:
            compare(corpus, entry, 10)


@pytest.mark.long
def test_music_in_full(corpus: pathlib.Path) -> None:
    for entry in music(corpus):
        compare(corpus, entry, 25)
