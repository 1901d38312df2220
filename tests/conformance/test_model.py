"""The Python chips in the machine, on the corpus' ROMs: what they make must be what the kernels make."""

import numpy as np
import pytest

import megadrive
from megadrive import Button, MegaDrive, model
from megadrive.game import demo_input


def roms(corpus):
    return sorted(path for path in (corpus / "roms").iterdir() if path.is_file())


def held(frame):
    return (Button.START if frame % 90 in range(60, 66) else Button(0)) | (Button.A if frame % 30 < 5 else Button(0))


def test_whole_pictures_from_the_shared_state(corpus):
    """On every ROM, at several moments, the model draws the kernel's picture from the same state."""
    for path in roms(corpus):
        md = MegaDrive(path)
        drawn = model.VDP(_chip=md._md.vdp, _owner=md._md)
        for _ in range(4):
            for frame in range(45):
                md.set_buttons(0, held(frame + md.frame_count))
                md.run_frame(render=False, audio=False)
            assert np.array_equal(drawn.draw_frame(), md.vdp.draw_frame()), (path.name, md.frame_count)


def moving(frame):
    """Buttons that also move things about."""
    return held(frame) | (Button.LEFT, Button.UP, Button.RIGHT, Button.DOWN)[frame // 40 % 4]


def engines_agree(rom, frames, buttons, **chips):
    native = MegaDrive(rom)
    modelled = MegaDrive(rom, engine="native" if chips else "model")
    if chips:
        modelled.replace_chips(**chips)
    for frame in range(frames):
        for md in (native, modelled):
            md.set_buttons(0, buttons(frame))
            md.run_frame()
        assert np.array_equal(native.frame_indexed, modelled.frame_indexed), (rom, frame)
        assert np.array_equal(native.frame, modelled.frame), (rom, frame)
        assert np.array_equal(native.audio, modelled.audio), (rom, frame)
        assert native.state_hash() == modelled.state_hash(), (rom, frame)


def test_the_vdp_agrees_on_every_rom(corpus):
    """The Python VDP takes a console over in mid-game: the same pictures, colours and state."""
    for path in roms(corpus):
        native, modelled = MegaDrive(path), MegaDrive(path)
        for frame in range(150):
            native.set_buttons(0, held(frame))
            native.run_frame(render=False, audio=False)
        modelled.replace_chips(vdp=model.VDP)
        modelled.load_state(native.save_state())
        for frame in range(150, 154):
            for md in (native, modelled):
                md.set_buttons(0, held(frame))
                md.run_frame(audio=False)
            assert np.array_equal(native.frame_indexed, modelled.frame_indexed), (path.name, frame)
            assert np.array_equal(native.frame, modelled.frame), (path.name, frame)
            assert native.state_hash() == modelled.state_hash(), (path.name, frame)


def test_engines_agree_on_the_built_in_game():
    engines_agree(megadrive.builtin_rom(), 40, demo_input)


def test_engines_agree_on_games(corpus):
    for name in ("sgdk_game_platformer.bin", "miniplanets_remix_rev04.bin", "sgdk_fx_hilight-shadow.bin"):
        engines_agree(corpus / "roms" / name, 20, held)


@pytest.mark.long
@pytest.mark.parametrize("chips", [{}, {"vdp": model.VDP}], ids=["all", "vdp"])
def test_engines_agree_on_every_rom(corpus, chips):
    for path in roms(corpus):
        engines_agree(path, 600, moving, **chips)
