"""Pictures and sound of the corpus' ROMs against those of other emulators, by the rules of the corpus' own tool.

A picture counts if at most half a percent of its pixels differ from the reference within ten frames of its number: the
emulators take different numbers of frames to boot. Sound counts if the loudness envelopes correlate by 0.75 and the
spectra differ by 0.6 on average (log10 of the power).
"""

import itertools
import json

import numpy as np
import pytest
from PIL import Image

from megadrive import Button, MegaDrive

BITS = ["B", "A", "MODE", "START", "UP", "DOWN", "LEFT", "RIGHT", "C"]
LEVELS = np.array([0, 29, 52, 70, 87, 101, 116, 130, 144, 158, 172, 187, 206, 228, 255])
TO_LEVEL = np.abs(np.arange(256)[:, None] - LEVELS).argmin(1).astype(np.uint8)
WINDOW = 10
LIMIT = 0.005
SOUND_FRAMES = 1500

OTHER_SOUND = {
    "airstriker.npz": "for the same register writes ours is the sound of Nuked-OPN2, a gate-level YM2612",
    "airstriker_in.npz": "as airstriker.npz",
}
"""Sound references, taken from Genesis Plus GX, that a better reference contradicts."""


def pad_states(path):
    return [
        sum((Button[name] for i, name in enumerate(BITS) if int(line, 16) >> i & 1), Button(0))
        for line in path.read_text().split()
    ]


def entries(folder, kind):
    """Group the references of a kind by ROM and input, so that each is run once."""
    grouped = {}
    for entry in json.loads((folder / "index.json").read_text()):
        if kind in entry:
            grouped.setdefault((entry["rom"], entry["input"]), []).append(entry)
    return sorted(grouped.items(), key=str)


def run(corpus, rom, pad, frames, look):
    """Run a ROM with the reference's input; `look` tells what is wanted of a frame and gets it."""
    held = pad_states(corpus / "frames" / pad) if pad else []
    md = MegaDrive(corpus / "roms" / rom)
    for frame in range(1, frames + 1):
        md.set_buttons(0, held[frame - 1] if frame <= len(held) else Button(0))
        look(md, frame)


def compare_pictures(corpus, first, last):
    """Compare the pictures of which the number is within a range."""
    differing, compared = [], 0
    for (rom, pad), group in entries(corpus / "frames", "picture"):
        wanted = {e["frame"]: e["picture"] for e in group if first <= e["frame"] <= last}
        references = {f: np.asarray(Image.open(corpus / "frames" / name)) // 17 for f, name in wanted.items()}
        best = dict.fromkeys(wanted, 1.0)

        def look(md, frame, references=references, best=best):
            near = [f for f in references if abs(f - frame) <= WINDOW and best[f] > LIMIT]
            md.run_frame(render=bool(near), audio=False)
            for f in near:
                if md.frame.shape == references[f].shape:
                    best[f] = min(best[f], float((TO_LEVEL[md.frame] != references[f]).any(-1).mean()))

        run(corpus, rom, pad, max(wanted, default=-WINDOW) + WINDOW, look)
        compared += len(wanted)
        differing += [(wanted[f], best[f]) for f in wanted if best[f] > LIMIT]
    assert compared
    assert not differing


def features(samples, rate):
    """Loudness per 20 ms, and log10 of the power in 32 bands per half second, scaled to 44100 Hz."""
    mono = samples.astype(np.float64).mean(1)
    hop, segment = rate // 50, rate // 2
    envelope = np.sqrt((mono[: len(mono) // hop * hop].reshape(-1, hop) ** 2).mean(1))
    parts = mono[: len(mono) // segment * segment].reshape(-1, segment) * np.hanning(segment)
    power = np.abs(np.fft.rfft(parts, axis=1)) ** 2 * (22050 / segment) ** 2
    edges, frequencies = np.geomspace(60, 16000, 33), np.fft.rfftfreq(segment, 1 / rate)
    bands = [power[:, (frequencies >= a) & (frequencies < b)].sum(1) for a, b in itertools.pairwise(edges)]
    return envelope, np.log10(np.stack(bands, 1) + 1)


def correlation(ours, reference):
    """Return the best one over lags of up to half a second."""
    best = -1.0
    for lag in range(-25, 26):
        a, b = ours[max(0, lag) :], reference[max(0, -lag) :]
        n = min(len(a), len(b))
        if n > 100 and a[:n].std() > 0:
            best = max(best, float(np.corrcoef(a[:n], b[:n])[0, 1]))
    return best


def band_difference(ours, reference):
    """Mean difference of the bands within 40 dB of the loudest, apart from the overall gain."""
    n = min(len(ours), len(reference))
    loud = reference[:n] > reference[:n].max() - 4
    difference = (ours[:n] - reference[:n])[loud]
    return float(np.abs(difference - np.median(difference)).mean())


def compare_sounds(corpus, wanted):
    differing, compared = [], 0
    for (rom, pad), group in entries(corpus / "frames", "audio"):
        names = [e["audio"] for e in group if wanted(e["audio"]) and e["audio"] not in OTHER_SOUND]
        if not names:
            continue
        parts = []
        rate = MegaDrive(corpus / "roms" / rom).sample_rate

        def look(md, frame, parts=parts):
            md.run_frame(render=False)
            parts.append(np.array(md.audio))

        run(corpus, rom, pad, SOUND_FRAMES, look)
        envelope, bands = features(np.concatenate(parts), rate)
        for name in names:
            reference = np.load(corpus / "frames" / name)
            scores = correlation(envelope, reference["envelope"]), band_difference(bands, reference["bands"])
            compared += 1
            if scores[0] < 0.75 or scores[1] > 0.6:
                differing.append((name, *scores))
    assert compared
    assert not differing


def test_pictures(corpus):
    compare_pictures(corpus, 0, 420)


@pytest.mark.long
def test_pictures_of_longer_runs(corpus):
    compare_pictures(corpus, 421, 100_000)


def test_sound_of_a_game(corpus):
    compare_sounds(corpus, lambda name: name == "sgdk_game_platformer_in.npz")


@pytest.mark.long
def test_all_sound(corpus):
    compare_sounds(corpus, lambda name: True)
