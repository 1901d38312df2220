"""The Python VDP's drawing against the C kernel's, whole pictures and live, pixel for pixel and flag for flag."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from test_vdp_draw_model import states
from test_vdp_model import PORTS, chips, command, difference, finish_picture, pictures, play

from megadrive import _core
from megadrive.model.vdp import VDPState, draw, draw_frame
from megadrive.model.vdp.draw import Drawing

ffi, lib = _core.ffi, _core.lib
PICTURE = 10**9
"""mclk of the V step into line 0."""


@settings(max_examples=60, deadline=None)
@given(states())
def test_whole_pictures_are_the_kernels(state):
    indexed = np.zeros((480, 320), np.uint8)
    size = ffi.new("uint16_t[2]")
    lib.vdp_draw_frame(state.c, ffi.cast("uint8_t *", ffi.from_buffer(indexed)), size, size + 1)
    picture = draw_frame(state)
    assert picture.shape == (size[1], size[0])
    assert (picture == indexed[: size[1], : size[0]]).all()


def change(rng: np.random.Generator, state: VDPState, drawing: Drawing, clock: int) -> None:
    """Change something that pixels depend on, after the drawing has been told what."""
    registers, kind = state.registers, rng.integers(0, 8)
    if kind == 0:
        drawing.draw(clock, draw.COLOURS)
        state.cram[rng.integers(0, 64)] = rng.integers(0, 0x10000) & 0x0EEE
    elif kind == 1:
        drawing.draw(clock, draw.PLANES)
        state.vsram[rng.integers(0, 40)] = rng.integers(0, 0x800)
    elif kind == 2:
        address = state.sprite_table + int(rng.integers(0, 640)) & 0xFFFF
        drawing.change_vram(clock, address)
        state.vram[address] = rng.integers(0, 256)
    elif kind == 3:
        drawing.draw(clock, draw.SPRITES)
        state.sprite_cache[rng.integers(0, 80), rng.integers(0, 4)] = rng.integers(0, 256)
    elif kind == 4:
        address = int(rng.integers(0, 65536))
        drawing.change_vram(clock, address)
        state.vram[address] = rng.integers(0, 256)
    elif kind == 5:
        drawing.draw(clock)
        height = 0x08 if clock < PICTURE + 3420 * 224 else 0  # it counts until the picture of 28 rows is over
        registers[1] ^= rng.choice([0x40, 0x40, 0x40, 0x44, 0x04, height, 0x40 | height])
    elif kind == 6:
        drawing.draw(clock)
        state.c.debug[0] = int(rng.integers(0, 8)) << 6 | int(rng.choice([0, 0, 0x1000, 0x6000]))
    else:
        number = int(rng.choice([0, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16, 17, 18]))
        value = int(rng.integers(0, 256))
        if number == 0:
            value &= 0xA4
        if number == 12:
            value = value & 0x0E | int(rng.choice([0x00, 0x81]))
        drawing.draw(clock, draw.register_change(number, state.register(number), value))
        registers[number] = value


@st.composite
def dots_of_lines(draw: st.DrawFn) -> list[int]:
    """Draw a dot of each line, or of some lines, from one on."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    lines = np.arange(draw(st.integers(0, 230)), 240)
    lines = lines[rng.random(len(lines)) < draw(st.sampled_from([1.0, 1.0, 0.5, 0.1]))]
    times: list[int] = (3420 * lines + rng.integers(-100, 3420, len(lines))).tolist()
    return times


times = st.one_of(
    st.lists(st.integers(-3420, 3420 * 262), max_size=30),
    st.lists(st.integers(3420 * 98, 3420 * 102), max_size=30),
    st.builds(lambda step, at: list(range(at, 3420 * 245, 3420 * step)), st.integers(1, 60), st.integers(-100, 3420)),
    dots_of_lines(),
    dots_of_lines(),
)


@settings(max_examples=120, deadline=None)
@given(states(), times, st.integers(0, 2**32), st.integers(0, 3420 * 100), st.booleans(), st.booleans())
def test_live_drawing_is_the_kernels(state, changes, seed, start, in_the_middle, render):
    """Contents change at any time; status reads clear the flags; drawing may begin in the middle of a picture."""
    rng = np.random.default_rng(seed)
    base, c = PICTURE, state.c
    c.picture_clock = base
    c.draw_clock = base + start if in_the_middle else base - 3420
    c.interlace = {0: 0, 2: 1, 4: 0, 6: 3}[state.register(12) & 6]
    c.odd_field = int(rng.integers(0, 2))
    state.sprite_cache[:] = state.vram[state.sprite_table + np.arange(640) & 0xFFFF].reshape(80, 8)[:, :4]
    drawing = Drawing(state)
    kernel, chip = ffi.new("vdp *"), ffi.new("vdp_chip *")
    chip.state = kernel
    drawing.render = chip.render = render

    def status() -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        return tuple((s.draw_clock, s.sprite_overflow, s.sprite_collision) for s in (c, kernel))

    kernel[0] = c[0]
    for time in sorted(changes):
        lib.vdp_draw(chip, base + time)
        if rng.random() < 0.3:
            drawing.update_flags(base + time)
            model, native = status()
            assert model == native
            for s in (c, kernel):
                s.sprite_overflow = s.sprite_collision = 0
        else:
            change(rng, state, drawing, base + time)
            assert kernel.draw_clock == c.draw_clock
            # Flags of the model may wait for the next status read.
            flags = kernel.sprite_overflow, kernel.sprite_collision
            kernel[0] = c[0]
            kernel.sprite_overflow, kernel.sprite_collision = flags
            chip.scan.valid = 0  # what the kernel keeps up itself when it writes
    drawing.draw(base + 3420 * 300)
    lib.vdp_draw(chip, base + 3420 * 300)
    model, native = status()
    assert model == native
    if render:
        height, width = drawing.height, drawing.width
        assert (height, width) == (chip.height, chip.width)
        lib.vdp_fill_rgb(chip)
        indexed = np.frombuffer(ffi.buffer(chip.indexed), np.uint8).reshape(480, 320)
        rgb = np.frombuffer(ffi.buffer(chip.rgb), np.uint8).reshape(480, 320, 3)
        assert (drawing.indexed[:height, :width] == indexed[:height, :width]).all()
        assert (drawing.rgb[:height, :width] == rgb[:height, :width]).all()


def access(rng: np.random.Generator, table: int) -> list[tuple[str, int]]:
    """Return a write of something that pixels depend on, or a read of the status."""
    kind, value = rng.integers(0, 9), int(rng.integers(0, 0x10000))
    memories = {
        0: (3, 2 * int(rng.integers(0, 64))),
        1: (5, 2 * int(rng.integers(0, 40))),
        2: (5, 2 * int(rng.integers(0, 2))),
        3: (1, table + int(rng.integers(0, 640)) & 0xFFFE),
        4: (1, int(rng.integers(0, 0x8000)) * 2),
    }
    if kind in memories:
        return [*command(*memories[kind]), ("data", value)]
    if kind == 5:
        return [("control", 0x8100 | int(rng.choice([0x44, 0x44, 0x04])))]
    if kind == 6:
        return [("read", PORTS["control"])]
    number = int(rng.choice([0, 2, 3, 4, 5, 7, 7, 7, 8, 9, 11, 12, 13, 16, 17, 18]))
    values = {0: value & 0xA4 | 4, 5: table >> 9, 12: value & 0x8F if value & 1 else value & 0x0E}
    return [("control", 0x8000 | number << 8 | values.get(number, value & 0xFF))]


@settings(max_examples=30, deadline=None)
@given(states(), dots_of_lines(), st.integers(0, 2**32))
def test_writes_on_every_line_make_the_kernels_pictures(state, changes, seed):
    """As in a console: nothing is drawn before it has to be, and a read of the status draws nothing."""
    rng = np.random.default_rng(seed)
    pair = kernel, model = chips(False, 0)
    for chip in pair:
        chip.vram[:], chip.cram[:], chip.vsram[:] = state.vram, state.cram, state.vsram
        for number in (0, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16, 17, 18):
            chip.write_control(0x8000 | number << 8 | state.register(number) | (4 if number == 0 else 0))
        cache = np.frombuffer(ffi.buffer(chip._state.sprite_cache), np.uint8).reshape(80, 4)
        cache[:] = state.vram[state.sprite_table + np.arange(640) & 0xFFFF].reshape(80, 8)[:, :4]
    finish_picture(kernel, model)
    base = kernel.clock + 38 * 3420  # the next picture begins here
    for time in changes:
        for i, (kind, value) in enumerate(access(rng, state.sprite_table)):
            clock = max(base + time, kernel.clock) + 28 * i
            assert play(kernel, clock, kind, value) == play(model, clock, kind, value)
    for _ in range(2):
        finish_picture(kernel, model)
        assert difference(kernel, model) == {}
        assert pictures(kernel, model)
