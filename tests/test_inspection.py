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


@pytest.mark.parametrize("kind", [megadrive.VDP, model.VDP])
def test_mode_4(kind):
    """Patterns, plane, sprites and layers of the Master System's mode, which R1.2 = 0 and R0.2 = 1 choose."""
    vdp = kind()
    vdp.registers[[0, 1, 2, 5, 6]] = 0x04, 0x40, 0x0E, 0x7E, 0x04
    vdp.cram[[1, 17]] = 0x03, 0x0C

    def put(address, *values):
        for i, value in enumerate(values):
            a = address + i
            vdp.vram[((a & 0x3DFD) | (a << 8 & 0x200) | (a >> 8 & 2)) ^ 1] = value

    for row in range(8):
        put(32 + 4 * row, 0xFF)  # pattern 1: colour 1
        put(0x2000 + 4 * row, 0xF0)  # pattern 256: its left half
    put(0x3800 + 64 * 2 + 2 * 3, 0x01)
    put(0x3F00, 19, 0xD0)
    put(0x3F80, 24, 0x00)
    patterns = vdp.patterns()
    assert patterns.shape == (128, 256, 3) and (patterns[:8, 8:16] == (255, 0, 0)).all()
    assert (vdp.patterns(1)[64:72, :4] == (0, 255, 0)).all()
    plane = vdp.plane("a")
    assert plane.shape == (224, 256, 3) and (plane[16:24, 24:32] == (255, 0, 0)).all() and plane.any(-1).sum() == 64
    (sprite,) = vdp.sprites()
    assert (sprite.x, sprite.y, sprite.width, sprite.height, sprite.pattern) == (24, 20, 8, 8, 0x100 & 0x1FF)
    sources = vdp.sources()
    assert (sources == 3).sum() == 32 and (sources[20:28, 24:28] == 3).all() and (sources != 0).all()
    assert (vdp.picture()[20:28, 24:28] == (0, 255, 0)).all()
    for call in (lambda: vdp.plane("b"), lambda: vdp.patterns(2)):
        with pytest.raises(ValueError, match="not"):
            call()


@pytest.mark.parametrize("kind", [megadrive.VDP, model.VDP])
@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda vdp: vdp.patterns("red"), TypeError, "palette"),
        (lambda vdp: vdp.palette(1.5), TypeError, "size"),
        (lambda vdp: vdp.layers(2), ValueError, "field"),
        (lambda vdp: vdp.sources("x"), ValueError, "field"),
        (lambda vdp: vdp.run("x"), TypeError, "clock"),
        (lambda vdp: vdp.run(1.5), TypeError, "clock"),
        (lambda vdp: vdp.write_control("x"), TypeError, "value"),
        (lambda vdp: vdp.read(0, -1), ValueError, "port"),
        (lambda vdp: vdp.write(0, 40, 0), ValueError, "port"),
        (lambda vdp: vdp.acknowledge(None), TypeError, "clock"),
    ],
)
def test_bad_arguments(kind, call, error, match):
    vdp = kind()
    with pytest.raises(error, match=match):
        call(vdp)
    vdp.run(clock=5000)
    assert vdp.clock == 5000


@pytest.mark.parametrize("kind", [megadrive.VDP, model.VDP])
def test_sources_show_only_what_the_screen_shows(kind):
    vdp = kind()
    vdp.registers[[0, 1, 2, 4, 5]] = 0x24, 0x44, 0x30, 0x07, 0x70
    vdp.vram[:32] = 0x11
    assert (vdp.sources()[:, 8:] == 2).all() and (vdp.sources()[:, :8] == 0).all()
    vdp.registers[1] = 0x04
    assert not vdp.sources().any()
