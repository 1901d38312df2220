"""Pictures of what lies in the VDP, and where the machine offers them."""

import io

import numpy as np
import pytest
from PIL import Image

import megadrive
from megadrive import MegaDrive, model
from megadrive.game import demo_input


@pytest.fixture(scope="module")
def md():
    md = MegaDrive(megadrive.builtin_rom())
    for frame in range(420):
        md.set_buttons(0, demo_input(frame))
        md.run_frame(render=frame == 419, audio=False)
    return md


def test_pictures_of_a_game(md):
    vdp = md.vdp
    before = md.state_hash()
    assert vdp.patterns(2).shape == (512, 256, 3)
    assert vdp.palette().shape == (64, 256, 3)
    for plane in ("a", "b", "window"):
        assert vdp.plane(plane).any()
    with pytest.raises(ValueError, match="plane"):
        vdp.plane("c")
    assert vdp.picture().shape == md.frame.shape
    sprites = vdp.sprites()
    assert sprites
    boxes = (vdp.sprite_boxes() == (255, 255, 0)).all(-1)
    for sprite in sprites:
        if 0 <= sprite.x < 320 and 0 <= sprite.y < 224:
            assert boxes[sprite.y, sprite.x]
    assert set(np.unique(vdp.sources())) <= {0, 1, 2, 3}
    assert md.state_hash() == before


def test_the_sources_tell_the_layer(md):
    indexed, layers, sources = md.vdp.draw_frame() & 0x3F, md.vdp.layers(), md.vdp.sources()
    for number, name in ((1, "b"), (2, "a")):
        shown = sources == number
        assert (indexed[shown] == layers[name][shown] & 0x3F).all()


@pytest.mark.parametrize("kind", [megadrive.VDP, model.VDP])
def test_a_notebook_shows_a_chip(kind):
    vdp = kind()
    vdp.registers[[0, 1, 12]] = 0x04, 0x44, 0x81
    vdp.cram[0] = 0x000E
    picture = np.asarray(Image.open(io.BytesIO(vdp._repr_png_())))
    assert (picture == vdp.picture()).all() and picture[0, 0].tolist() == [255, 0, 0]
    assert Image.open(io.BytesIO(vdp.palette()._repr_png_())).size == (256, 64)
