"""The Python VDP's drawing against the C kernel's, whole pictures and live, pixel for pixel and flag for flag."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_vdp_draw_model import states

from megadrive import _core
from megadrive.model.vdp import VDPState, draw_frame
from megadrive.model.vdp.draw import Drawing

ffi, lib = _core.ffi, _core.lib
pytestmark = pytest.mark.skipif(not hasattr(lib, "vdp_draw_frame"), reason="the C kernel is not built in")


@settings(max_examples=60, deadline=None)
@given(states())
def test_whole_pictures_are_the_kernels(state):
    indexed = np.zeros((480, 320), np.uint8)
    size = ffi.new("uint16_t[2]")
    lib.vdp_draw_frame(state.c, ffi.cast("uint8_t *", ffi.from_buffer(indexed)), size, size + 1)
    picture = draw_frame(state)
    assert picture.shape == (size[1], size[0])
    assert (picture == indexed[: size[1], : size[0]]).all()


def change(rng: np.random.Generator, state: VDPState) -> None:
    """Change something that pixels depend on."""
    kind = rng.integers(0, 8)
    registers = state.registers
    if kind == 0:
        state.cram[rng.integers(0, 64)] = rng.integers(0, 0x10000) & 0x0EEE
    elif kind == 1:
        state.vsram[rng.integers(0, 40)] = rng.integers(0, 0x800)
    elif kind == 2:
        registers[rng.choice([2, 3, 4, 5, 7, 11, 13, 16, 17, 18])] = rng.integers(0, 256)
    elif kind == 3:
        registers[1] ^= 0x40
    elif kind == 4:
        state.vram[rng.integers(0, 65536)] = rng.integers(0, 256)
    elif kind == 5:
        state.vram[state.sprite_table + rng.integers(0, 640) & 0xFFFF] = rng.integers(0, 256)
        state.sprite_cache[rng.integers(0, 80), rng.integers(0, 4)] = rng.integers(0, 256)
    elif kind == 6:
        registers[0] = rng.choice([0x04, 0x24, 0x00])
    else:
        registers[12] = registers[12] & 6 | rng.choice([0x00, 0x81]) | rng.choice([0, 8])


times = st.one_of(
    st.lists(st.integers(-3420, 3420 * 262), max_size=30),
    st.lists(st.integers(3420 * 98, 3420 * 102), max_size=30),
    st.builds(lambda step, at: list(range(at, 3420 * 245, 3420 * step)), st.integers(4, 60), st.integers(-100, 3420)),
)


@settings(max_examples=40, deadline=None)
@given(states(), times, st.integers(0, 2**32), st.integers(0, 3420 * 100), st.booleans(), st.booleans())
def test_live_drawing_is_the_kernels(state, changes, seed, start, in_the_middle, render):
    """Contents change at any time; status reads clear the flags; drawing may begin in the middle of a picture."""
    rng = np.random.default_rng(seed)
    base, c = 10**9, state.c
    c.picture_clock = base
    c.draw_clock = base + start if in_the_middle else base - 3420
    c.interlace = {0: 0, 2: 1, 4: 0, 6: 3}[state.register(12) & 6]
    c.odd_field = int(rng.integers(0, 2))
    state.sprite_cache[:] = state.vram[state.sprite_table + np.arange(640) & 0xFFFF].reshape(80, 8)[:, :4]
    drawing = Drawing(state)
    kernel_state, chip = ffi.new("vdp *"), ffi.new("vdp_chip *")
    chip.state = kernel_state
    drawing.render = chip.render = render
    for time in [*sorted(changes), 3420 * 300]:
        kernel_state[0] = c[0]
        drawing.draw(base + time)
        lib.vdp_draw(chip, base + time)
        for field in ("draw_clock", "sprite_overflow", "sprite_collision"):
            assert getattr(c, field) == getattr(kernel_state, field)
        if rng.random() < 0.2:
            c.sprite_overflow = c.sprite_collision = 0
        change(rng, state)
    if render:
        height, width = drawing.height, drawing.width
        assert (height, width) == (chip.height, chip.width)
        indexed = np.frombuffer(ffi.buffer(chip.indexed), np.uint8).reshape(480, 320)
        rgb = np.frombuffer(ffi.buffer(chip.rgb), np.uint8).reshape(480, 320, 3)
        assert (drawing.indexed[:height, :width] == indexed[:height, :width]).all()
        assert (drawing.rgb[:height, :width] == rgb[:height, :width]).all()
