"""Recordings of a running console, and that its sound does not depend on how it is listened to."""

import pathlib

import numpy as np
import numpy.typing as npt
import pytest

import megadrive
from megadrive import Button, MegaDrive, model
from megadrive.game import demo_input
from megadrive.vgm import VGM, Chips, Tags

Sound = npt.NDArray[np.int16]


def run(md: MegaDrive, frames: int, audio: bool = True, reset_at: int = -1) -> Sound:
    parts = [np.zeros((0, 2), np.int16)]
    for frame in range(frames):
        if frame == reset_at:
            md.reset()
        md.set_buttons(0, demo_input(md.frame_count))
        md.run_frame(render=False, audio=audio)
        parts.append(md.audio.copy())
    return np.concatenate(parts)


@pytest.mark.parametrize("region", ["U", "E"])
@pytest.mark.parametrize("unheard", [0, 61])
def test_recording_of_the_built_in_game_gives_its_very_samples(
    tmp_path: pathlib.Path, region: megadrive.machine.Region, unheard: int
) -> None:
    md = MegaDrive(megadrive.builtin_rom(), region=region)
    run(md, unheard, audio=False)
    with md.record_vgm(tmp_path / "game.vgz") as recorder:
        sound = run(md, 260, reset_at=200)
    assert sound.std() > 500
    music = VGM(tmp_path / "game.vgz")
    assert recorder.recording is not None and (recorder.recording.port == 5).any()
    assert (music.render(md.sample_rate) == sound).all()
    assert music.tags.game == md.cartridge.header.title
    assert music.seconds == pytest.approx(recorder.seconds, abs=0.001)
    assert list(tmp_path.iterdir()) == [tmp_path / "game.vgz"]


def test_recording_with_the_models(tmp_path: pathlib.Path) -> None:
    """The same file, byte for byte, whichever realisation of the chips runs."""
    files = []
    for sound_models in (False, True):
        md = MegaDrive(megadrive.builtin_rom(), sample_rate=32000)
        md.run_frames(30)
        if sound_models:
            md.replace_chips(ym2612=model.YM2612, psg=model.PSG)
        recorder = md.record_vgm()
        sound = run(md, 6, reset_at=3)
        files.append(recorder.stop())
        assert (VGM(files[-1]).render(32000) == sound).all()
    assert files[0] == files[1]


def test_many_frames_in_one_call_and_unheard_ones() -> None:
    one, many, unheard = (MegaDrive(megadrive.builtin_rom()) for _ in range(3))
    recorders = [md.record_vgm() for md in (one, many, unheard)]
    sound = np.concatenate([run_plain(one) for _ in range(90)])
    many.run_frames(90, audio=True)
    unheard.run_frames(90)
    assert (many.audio == sound).all()
    files = [recorder.stop() for recorder in recorders]
    assert files[0] == files[1]
    assert (VGM(files[2]).render() == sound).all()


def run_plain(md: MegaDrive) -> Sound:
    md.run_frame(render=False)
    return md.audio.copy()


def test_other_players_hear_about_the_same() -> None:
    """From its plain commands, a recording is as loud at each time; notes that sounded before it are struck anew."""
    md = MegaDrive(megadrive.builtin_rom())
    md.run_frames(500)
    recorder = md.record_vgm()
    run(md, 240)
    music = VGM(recorder.stop())
    exact, plain = music.render(), music.render(chips=music.chips())
    assert abs(len(exact) - len(plain)) < 48

    def loudness(sound: Sound) -> npt.NDArray[np.float64]:
        mono = sound[48_000 : len(sound) // 2400 * 2400].astype(float).mean(1).reshape(-1, 2400)
        return np.asarray(np.sqrt((mono**2).mean(1)))

    assert np.corrcoef(loudness(exact), loudness(plain))[0, 1] > 0.97
    assert loudness(plain).mean() == pytest.approx(loudness(exact).mean(), rel=0.05)
    assert len(plain[:48_000]) and 0.5 < plain[:48_000].std() / exact[:48_000].std() < 2


def test_start_stop_and_what_is_refused(tmp_path: pathlib.Path) -> None:
    md = MegaDrive(megadrive.builtin_rom())
    state = md.save_state()
    recorder = md.record_vgm(tmp_path / "a.vgm", Tags(title="t"))
    with pytest.raises(RuntimeError, match="a recording is going on"):
        md.record_vgm()
    with pytest.raises(RuntimeError, match="recording is going on"):
        md.load_state(state)
    twin = md.fork()
    twin.run_frame()
    assert "running" in repr(recorder) and recorder.running and recorder.recording is None
    md.run_frame()
    data = recorder.stop()
    assert data == recorder.stop() == (tmp_path / "a.vgm").read_bytes() and not recorder.running
    assert VGM(data).tags == Tags(title="t") and "stopped" in repr(recorder)
    md.load_state(state)
    with pytest.raises(FileNotFoundError, match="no folder"):
        md.record_vgm(tmp_path / "none" / "a.vgm")
    with pytest.raises(ZeroDivisionError), md.record_vgm(tmp_path / "b.vgm"):
        md.run_frames(3)
        _ = 1 / 0
    assert VGM(tmp_path / "b.vgm").seconds == pytest.approx(3 / 60, abs=0.02)


def test_logging_changes_nothing() -> None:
    plain, logged = MegaDrive(megadrive.builtin_rom()), MegaDrive(megadrive.builtin_rom())
    logged.record_vgm()
    assert (run(plain, 60) == run(logged, 60)).all()
    assert plain.state_hash() == logged.state_hash()


# ------------------------------------------------------------------------------- what is heard, and when


def test_sample_count_has_no_drift() -> None:
    """After any number of frames there are as many samples as the clock says, whatever was skipped or reset between."""
    md = MegaDrive(megadrive.builtin_rom(), sample_rate=44100)
    start, total = md.clock, 0
    for frame in range(2000):
        md.set_buttons(0, Button.START if frame % 97 == 5 else Button(0))
        if frame % 400 == 399:
            md.reset()
        before = md.clock
        md.run_frame(render=False)
        want = md.clock * 44100 // 53_693_175 - before * 44100 // 53_693_175
        assert len(md.audio) == want
        total += want
    assert total == md.clock * 44100 // 53_693_175 - start * 44100 // 53_693_175


@pytest.mark.parametrize("heard", [1, 3])
def test_sound_after_unheard_frames_is_in_its_place(heard: int) -> None:
    """A frame's sound is that of the same frame in a run that is heard throughout, but for the start from silence."""
    whole, part = MegaDrive(megadrive.builtin_rom()), MegaDrive(megadrive.builtin_rom())
    run(whole, 500)
    run(part, 500, audio=False)
    for _ in range(4):
        run(part, 3, audio=False)
        run(whole, 3)
        want, got = run(whole, heard), run(part, heard)
        assert len(want) == len(got)
        a, b = np.diff(want[200:, 0].astype(float)), np.diff(got[200:, 0].astype(float))
        assert np.abs(a - b).max() < 40 < a.std()  # all but what the output's capacitors remember
        assert whole.state_hash() == part.state_hash()


def test_chips_of_ones_own_play_the_commands() -> None:
    md = MegaDrive(megadrive.builtin_rom())
    recorder = md.record_vgm()
    md.run_frames(30)
    music = VGM(recorder.stop())
    assert len(music.render(chips=Chips(None, None))) == pytest.approx(len(music.render()), abs=48)


# ----------------------------------------------------------------------------------------- output options


def test_output_options_of_the_machine() -> None:
    """Filter and PSG level are the output's: the state is the same, the sound what AudioOutput makes of it."""
    plain = MegaDrive(megadrive.builtin_rom())
    assert (plain.audio_filter, plain.psg_level) == ("raw", 0.25)
    sound = run(plain, 150)
    for name in ("model 1", "model 2"):
        md = MegaDrive(megadrive.builtin_rom(), audio_filter=name, psg_level=0.5)
        assert (md.audio_filter, md.psg_level) == (name, 0.5)
        with_recorder = md.record_vgm()
        heard = run(md, 150)
        assert md.state_hash() == plain.state_hash() and len(heard) == len(sound)
        assert np.diff(heard.astype(float), axis=0).std() < np.diff(sound.astype(float), axis=0).std()
        assert (VGM(with_recorder.stop()).render(filter=name, psg_level=0.5) == heard).all()
        twin = md.fork()
        assert (run(twin, 2) == run(md, 2)).all() and twin.audio_filter == name
    nan = float("nan")
    for options in ({"audio_filter": "model 3"}, {"psg_level": 5.0}, {"psg_level": nan}, {"sample_rate": 7000}):
        with pytest.raises(ValueError, match="is"):
            MegaDrive(megadrive.builtin_rom(), **options)  # type: ignore[arg-type]
