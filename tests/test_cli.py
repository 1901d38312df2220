"""The command line."""

import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import wave
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import megadrive
from megadrive import inputs, media
from megadrive.cli import main
from megadrive.controllers import Button


@pytest.fixture
def rom(tmp_path: pathlib.Path) -> pathlib.Path:
    """Return a program that reads the pad of player 1 into work RAM for ever."""
    code = bytes.fromhex(
        "13fc0040 00a10009"  # move.b #$40,$A10009: TH is an output
        "13fc0040 00a10003"  # move.b #$40,$A10003: and high
        "41f9 00ff0000"  # lea $FF0000,a0
        "10f9 00a10003"  # loop: move.b $A10003,(a0)+
        "23c8 00fffff0"  # move.l a0,$FFFFF0
        "b1fc 00ff8000"  # cmpa.l #$FF8000,a0
        "66ec"  # bne loop
        "60fe"  # bra *
    )
    image = bytearray(0x400)
    image[0:8] = bytes.fromhex("00fffff0 00000200")
    image[0x100:0x10F] = b"SEGA MEGA DRIVE"
    image[0x150:0x158] = b"PAD TEST"
    image[0x1F0:0x1F1] = b"U"
    image[0x200 : 0x200 + len(code)] = code
    path = tmp_path / "pad.bin"
    path.write_bytes(image)
    return path


def read_png(data: bytes) -> np.ndarray:
    """Decode a PNG as write_png makes it."""
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    size = int.from_bytes(data[33:37], "big")
    rows = np.frombuffer(zlib.decompress(data[41 : 41 + size]), np.uint8).reshape(height, 1 + 3 * width)
    assert (rows[:, 0] == 0).all()
    return rows[:, 1:].reshape(height, width, 3)


# ----------------------------------------------------------------------------------------------- run


def test_run_writes_what_is_asked_for(
    rom: pathlib.Path, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture, sound = tmp_path / "a.png", tmp_path / "a.wav"
    assert main(["run", str(rom), "--frames", "7", "--screenshot", str(picture), "--wav", str(sound)]) == 0
    out = capsys.readouterr().out
    md = megadrive.MegaDrive(rom)
    samples = 0
    for _ in range(7):
        md.run_frame()
        samples += len(md.audio)
    assert re.search(r"^state ([0-9a-f]{32})$", out, re.M).group(1) == md.state_hash()  # type: ignore[union-attr]
    assert str(picture) in out and str(sound) in out
    assert (read_png(picture.read_bytes()) == md.frame).all()
    with wave.open(str(sound)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 48000)
        assert file.getnframes() == samples > 6 * 48000 / 60


def test_run_is_the_same_however_it_is_watched(
    rom: pathlib.Path, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pads = tmp_path / "none.inp"
    pads.write_text("0\n" * 70)
    states = []
    for extra in ([], ["--wav", str(tmp_path / "x.wav")], ["--input", str(pads)]):
        assert main(["run", str(rom), "--frames", "70", *extra]) == 0
        states.append(capsys.readouterr().out.splitlines()[1])
    assert len(set(states)) == 1


def test_run_holds_the_pads(rom: pathlib.Path, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    pads = tmp_path / "pads.inp"
    pads.write_text("100  # C\n101 8\n\n")
    assert main(["run", str(rom), "--frames", "3", "--input", str(pads)]) == 0
    held = capsys.readouterr().out.splitlines()[1]
    md = megadrive.MegaDrive(rom)
    for buttons in (Button.C, Button.B | Button.C, Button(0)):
        md.set_buttons(0, buttons)
        md.set_buttons(1, Button.START if Button.B in buttons else Button(0))
        md.run_frame()
    assert held == f"state {md.state_hash()}"
    assert md.ram[0] == 0x5F and 0x4F in md.ram[:0x8000] and md.ram[0x7FFF] in (0x7F, 0x4F, 0)


@pytest.mark.skipif(importlib.util.find_spec("av") is None, reason="PyAV is not installed (extra video)")
def test_run_makes_a_video(rom: pathlib.Path, tmp_path: pathlib.Path) -> None:
    import av

    path = tmp_path / "a.mp4"
    assert main(["run", str(rom), "--frames", "30", "--video", str(path)]) == 0
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        assert len(frames) == 30
        assert (frames[0].width, frames[0].height) == (640, 448)
        assert float(container.streams.video[0].average_rate) == pytest.approx(59.92, abs=0.01)
    with av.open(str(path)) as container:
        samples = sum(frame.samples for frame in container.decode(audio=0))
        assert samples == pytest.approx(30 * 48000 / 59.92, rel=0.1)


@pytest.mark.skipif(importlib.util.find_spec("av") is not None, reason="PyAV is installed")
def test_video_without_pyav(rom: pathlib.Path, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(rom), "--video", str(tmp_path / "a.mp4")]) == 1
    assert "pip install 'megadrive[video]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "nothing.bin"], "nothing.bin"),
        (["run", "ROM", "--frames", "0"], "--frames is 0"),
        (["run", "ROM", "--screenshot", "no/such/folder/a.png"], "no folder"),
        (["run", "ROM", "--input", "nothing.inp"], "nothing.inp"),
        (["run", "ROM", "--input", "ROM"], "line 1"),
        (["run", "ROM", "--seed", "-1"], "seed"),
        (["info", "EMPTY"], "at least 512"),
        (["play", "ROM", "--scale", "0"], "scale"),
    ],
)
def test_errors_are_one_line(
    arguments: list[str], message: str, rom: pathlib.Path, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.bin"
    empty.touch()
    places = {"ROM": str(rom), "EMPTY": str(empty)}
    assert main([places.get(word, word) for word in arguments]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith("megadrive: ") and error.count("\n") == 1


@pytest.mark.parametrize("arguments", [["fly"], ["run", "a", "b"], ["run", "--frames", "x"], ["info"]])
def test_bad_command_lines(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage" in capsys.readouterr().err


def test_help_says_how_pads_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--help"]) == 0
    assert inputs.FORMAT.splitlines()[0] in capsys.readouterr().out


# ---------------------------------------------------------------------------------------------- info


def test_info(rom: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(rom)]) == 0
    out = capsys.readouterr().out
    assert "PAD TEST" in out and "1,024 bytes" in out and "runs as U" in out
    assert main(["info", str(rom), "--json"]) == 0
    fields = json.loads(capsys.readouterr().out)
    assert fields["overseas_title"] == "PAD TEST" and fields["regions"] == ["U"]


# ------------------------------------------------------------------------------------------ no window


def test_without_arguments_or_display_the_built_in_game_runs_into_files() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "megadrive"],
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    places = dict(line.split(" ", 1) for line in run.stdout.splitlines() if line.startswith(("screenshot", "sound")))
    picture = pathlib.Path(places["screenshot"])
    assert read_png(picture.read_bytes()).std() > 0
    with wave.open(places["sound"]) as file:
        assert any(file.readframes(file.getnframes()))
    for path in (picture, pathlib.Path(places["sound"])):
        path.unlink()
    picture.parent.rmdir()


# ------------------------------------------------------------------------------------- files of runs


@given(st.lists(st.tuples(st.integers(0, 4095), st.integers(0, 4095)), max_size=50))
def test_pad_states_are_read_as_written(held: list[tuple[int, int]]) -> None:
    import tempfile

    frames = [(Button(one), Button(two)) for one, two in held]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "pads.inp")
        inputs.write_inputs(path, frames)
        assert inputs.read_inputs(path) == frames


@given(st.binary(max_size=60))
def test_any_bytes_are_pad_states_or_one_error(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "pads.inp")
        path.write_bytes(data)
        try:
            inputs.read_inputs(path)
        except ValueError as error:
            assert "line" in str(error)


def test_pad_states_of_the_corpus(corpus: pathlib.Path) -> None:
    frames = inputs.read_inputs(corpus / "frames" / "airstriker.inp")
    assert len(frames) > 100
    assert any(Button.START in one for one, _ in frames)


@pytest.mark.parametrize("shape", [(224, 320), (0, 320, 3), (224, 320, 4)])
def test_png_of_something_else(shape: tuple[int, ...], tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        media.write_png(tmp_path / "a.png", np.zeros(shape, np.uint8))


@pytest.mark.skipif(importlib.util.find_spec("PIL") is None, reason="Pillow is not installed (extra image)")
def test_others_read_our_png(tmp_path: pathlib.Path) -> None:
    from PIL import Image

    frame = np.random.default_rng(1).integers(0, 256, (224, 320, 3), np.uint8)
    media.write_png(tmp_path / "a.png", frame)
    assert (np.asarray(Image.open(tmp_path / "a.png")) == frame).all()


@pytest.mark.parametrize("pal", [False, True])
def test_aspect_is_the_same_in_both_widths_and_interlaced(pal: bool) -> None:
    wide = media.picture_aspect(320, 224, pal)
    assert media.picture_aspect(256, 224, pal) == pytest.approx(wide)
    assert media.picture_aspect(320, 448, pal) == pytest.approx(wide)
    assert wide == pytest.approx(1.584 if pal else 1.306, abs=0.001)
