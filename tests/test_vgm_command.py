"""``megadrive vgm``, and stems."""

import pathlib
import wave

import numpy as np
import pytest

import megadrive
from megadrive import MegaDrive, cli
from megadrive.vgm import VGM, Tags, compose

TUNE = [(0, 2, value) for value in (0x8E, 0x0F, 0x90, 0xA5, 0x03, 0xB4, 0xE4, 0xF0)] + [
    (0, part, register, value)
    for part in (0, 1)
    for register, value in zip(
        bytes.fromhex("3c 4c 5c 8c b0 b4 a4 a0"), bytes.fromhex("01 00 1f 0f 07 c0 22 3a"), strict=True
    )
]
TUNE += [(10, 0, 0x28, 0x80), (4000, 0, 0x28, 0x84), (9000, 2, 0xFF), (9000, 2, 0x9F)]


def samples(path: pathlib.Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


@pytest.fixture
def tune(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "tune.vgm"
    path.write_bytes(compose(TUNE, 22050, loop=11025, tags=Tags(title="Ring", author="Someone")))
    return path


def test_wav(tune: pathlib.Path, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["vgm", str(tune), "-o", str(tmp_path / "a.wav"), "--loops", "3", "--rate", "32000"]
    assert cli.main(words) == 0
    out = capsys.readouterr().out
    for text in ("Ring", "Someone", "length  0.5 s, repeats from 0.2 s", "YM2612 7670454 Hz, SN76489", "a.wav"):
        assert text in out
    assert (samples(tmp_path / "a.wav") == VGM(tune).render(32000, loops=3)).all()


def test_stems(tune: pathlib.Path, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["vgm", str(tune), "-o", str(tmp_path / "s.wav"), "--stems", "--filter", "model 1"]) == 0
    heard = {path.stem: samples(path) for path in tmp_path.glob("s-*.wav")}
    assert set(heard) == {"s-fm1", "s-fm4", "s-tone1", "s-tone2", "s-noise"}
    whole = VGM(tune).render(filter="model 1").astype(int)
    assert np.abs(sum(part.astype(int) for part in heard.values()) - whole).max() <= 5
    assert capsys.readouterr().out.count("sound ") == 5


def test_stems_of_a_recording_add_up(tmp_path: pathlib.Path) -> None:
    md = MegaDrive(megadrive.builtin_rom())
    md.run_frames(70)
    with md.record_vgm(tmp_path / "r.vgm"):
        md.run_frames(200)
    music = VGM(tmp_path / "r.vgm")
    blocks = list(music.stem_blocks())
    parts = {name: np.concatenate([block[name] for block in blocks]) for name in music.stems}
    assert len(parts) == 11
    total = sum(part.astype(int) for part in parts.values())
    whole = music.render().astype(int)
    assert total.shape == whole.shape and np.abs(total - whole)[2000:].max() <= 6


def test_stems_of_another_board() -> None:
    data = bytearray(compose(TUNE, 22050))
    data[0x2C:0x30], data[0x0C:0x10] = (8_000_000).to_bytes(4, "little"), (4_000_000).to_bytes(4, "little")
    music = VGM(bytes(data))
    blocks = list(music.stem_blocks())
    total = sum(np.concatenate([block[name] for block in blocks]).astype(int) for name in music.stems)
    assert np.abs(total - music.render().astype(int)).max() <= 6


def test_only_looking(tune: pathlib.Path, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["vgm", str(tune)]) == 0
    assert "Ring" in capsys.readouterr().out and list(tmp_path.iterdir()) == [tune]


def test_what_goes_wrong(tune: pathlib.Path, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.vgm"
    bad.write_bytes(tune.read_bytes()[:-30])
    for words, message in [
        ([str(bad)], "offset 0x"),
        ([str(tmp_path / "none.vgm")], "none.vgm"),
        ([str(tune), "--stems"], "--stems needs -o"),
        ([str(tune), "-o", str(tmp_path / "no" / "a.wav")], "no folder"),
        ([str(tune), "-o", str(tmp_path / "a.wav"), "--loops", "0"], "loops is 0"),
        ([str(tune), "-o", str(tmp_path / "a.wav"), "--rate", "5"], "sample_rate is 5"),
    ]:
        assert cli.main(["vgm", *words]) == 1
        assert message in capsys.readouterr().err


def test_foreign_chips_are_named(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray(compose(TUNE, 10_000))
    data[0x30:0x34] = (3_579_545).to_bytes(4, "little")
    (tmp_path / "f.vgm").write_bytes(data)
    assert cli.main(["vgm", str(tmp_path / "f.vgm")]) == 0
    assert "warning: YM2151 is left out" in capsys.readouterr().err


def test_progress_bar(tune: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With somebody watching, a bar goes to standard error, with or without the extra."""
    from megadrive.vgm import command

    monkeypatch.setattr(command, "_LONG", 0.1)
    for module in ({}, {"rich": None, "rich.console": None, "rich.progress": None}):
        with monkeypatch.context() as patch:
            for name, value in module.items():
                patch.setitem(__import__("sys").modules, name, value)
            patch.setattr("sys.stderr.isatty", lambda: True, raising=False)
            assert cli.main(["vgm", str(tune), "-o", str(tmp_path / "p.wav")]) == 0
