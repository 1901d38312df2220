"""The Python VDP's drawing: what must hold for all contents, and the handbook's tables as examples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive.model.vdp import VDPState, compose, draw_frame, draw_lines, inspect, planes, sprites, to_rgb
from megadrive.model.vdp.colours import palette


def fresh(**registers: int) -> VDPState:
    """Return a state in mode 5, H40, display on; registers by name (r0=...)."""
    state = VDPState()
    state.registers[[0, 1, 12, 15]] = 0x04, 0x44, 0x81, 2
    for name, value in registers.items():
        state.registers[int(name[1:])] = value
    return state


@st.composite
def states(draw: st.DrawFn) -> VDPState:
    """Draw a state whose memories are random, dense or sparse, and whose registers make sense often enough."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    state = VDPState()
    state.vram[:] = rng.integers(0, 256, 65536)
    density = draw(st.sampled_from([0.02, 0.3, 1.0]))
    state.vram[rng.random(65536) > density] = 0
    state.cram[:] = rng.integers(0, 0x10000, 64) & 0x0EEE
    state.vsram[:] = rng.integers(0, 0x800, 40)
    state.registers[:] = rng.integers(0, 256, 24)
    state.registers[0] &= 0x24
    state.registers[1] = 0x44 | draw(st.sampled_from([0, 8]))
    state.registers[12] = (
        draw(st.sampled_from([0x00, 0x81])) | draw(st.sampled_from([0, 2, 6])) | draw(st.sampled_from([0, 8]))
    )
    if draw(st.booleans()):
        # A table with sprites that are on the screen, linked to each other at random.
        table = state.vram[state.sprite_table + np.arange(640) & 0xFFFF].reshape(80, 8)
        double = state.double_resolution
        y = rng.integers(100, 128 + 240, 80) * (2 if double else 1)
        words = np.stack([y, rng.integers(0, 16, 80) << 8 | rng.permutation(80), rng.integers(0, 65536, 80)], 1)
        x = np.where(rng.random(80) < 0.1, 0, rng.integers(90, 460, 80))
        table[:, :6] = words.astype(">u2").view(np.uint8).reshape(80, 6)
        table[:, 6:] = x.astype(">u2")[:, None].view(np.uint8)
        state.vram[state.sprite_table + np.arange(640) & 0xFFFF] = table.reshape(-1)
    if draw(st.booleans()):
        state.c.debug[0] = draw(st.integers(0, 7)) << 6 | draw(st.sampled_from([0, 0, 0, 0x1000, 0x6000]))
    return state


@settings(max_examples=30, deadline=None)
@given(states(), st.lists(st.integers(1, 239), max_size=4), st.integers(0, 1))
def test_stretches_of_lines_make_the_same_picture_as_all_at_once(state, cuts, field):
    lines = np.arange(state.lines)
    table = sprites.table_in_vram(state)
    whole, all_sprites = draw_lines(state, lines, field, table, False)
    overflow = False
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), 240], strict=True):
        part = lines[start:end]
        if len(part) == 0:
            continue
        picture, s = draw_lines(state, part, field, table, overflow)
        assert (picture == whole[start:end]).all()
        for flags in ("too_many", "dot_overflow", "collision"):
            assert (getattr(s, flags) == getattr(all_sprites, flags)[start:end]).all()
        overflow = bool(s.dot_overflow[-1])


@settings(max_examples=15, deadline=None)
@given(states())
def test_frame_has_the_fields_of_interlace_mode_2_and_changes_nothing(state):
    before = bytes(state.vram), bytes(state.registers), bytes(state.sprite_cache)
    picture = draw_frame(state)
    assert before == (bytes(state.vram), bytes(state.registers), bytes(state.sprite_cache))
    assert picture.dtype == np.uint8
    assert picture.shape == (state.lines * (2 if state.double_resolution else 1), state.width)
    if not state.shadow_highlight:
        assert picture.max() < 64
    assert to_rgb(state, picture).shape == (*picture.shape, 3)


@settings(max_examples=15, deadline=None)
@given(states())
def test_sources_and_layers_agree_with_the_picture(state):
    state.c.debug[0] = 0
    state.registers[0] &= 0xDF
    state.registers[12] &= 0xF1  # no shadow and highlight, no interlace
    picture, source, layers = draw_frame(state), inspect.sources(state), inspect.layers(state)
    for number, name in enumerate(("b", "a", "sprites"), 1):
        assert (picture[source == number] == layers[name][source == number] & 0x3F).all()
    assert (picture[source == 0] == state.backdrop).all()


def composed(a: int, b: int, s: int, backdrop: int, shadow_highlight: bool) -> int:
    """One pixel, as the handbook's section 14 says it."""
    if not shadow_highlight and s & 15:
        layers = [(s, "s")]
    else:
        layers = [(s, "s")] if s & 15 else []
    layers += [(layer, name) for layer, name in ((a, "a"), (b, "b")) if layer & 15]
    layers.sort(key=lambda item: item[0] < 64)  # priority first; stable
    index, top = layers[0] if layers else (backdrop, "")
    if not shadow_highlight:
        return index & 63
    shadow = not (a | b) & 64
    if top == "s":
        if index & 63 in (62, 63):
            under = next((layer for layer, name in layers if name != "s"), backdrop) & 63
            if index & 63 == 63:
                return under | 64
            return under if shadow else under | 128
        if index & 15 == 14 or index & 64:
            return index & 63
    return index & 63 | (64 if shadow else 0)


pixels = st.builds(
    lambda p, q, c: p << 6 | q << 4 | c, st.integers(0, 1), st.integers(0, 3), st.sampled_from([0, 1, 14, 15])
)


@given(st.lists(st.tuples(pixels, pixels, pixels), min_size=1, max_size=50), st.integers(0, 63), st.booleans())
def test_composition_is_the_handbooks_for_every_pixel(columns, backdrop, shadow_highlight):
    a, b, s = np.array(columns, np.uint8).T[:, None, :]
    want = [composed(*column, backdrop, shadow_highlight) for column in columns]
    assert compose.compose(a, b, s, backdrop, shadow_highlight)[0].tolist() == want


def test_debug_register_forces_a_layer():
    a, b, s = (np.array([[v]], np.uint8) for v in (0x31, 0x23, 0x00))
    for debug, want in (
        (0x000, 0x31),
        (0x100, 0x31),
        (0x180, 0x21),
        (0x040, 5),
        (0x140, 0x31),
        (0x1C0, 0x23),
        (0x0C0, 0),
    ):
        assert compose.compose(a, b, s, 5, debug=debug)[0, 0] == want


@pytest.mark.parametrize(
    ("size", "width", "height"),
    [
        *[(0x00, 32, 32), (0x01, 64, 32), (0x03, 128, 32), (0x10, 32, 64), (0x11, 64, 64), (0x13, 128, 32)],
        *[(0x30, 32, 128), (0x31, 64, 64), (0x33, 128, 32), (0x02, 32, 1), (0x32, 32, 1), (0x21, 64, 32)],
    ],
)
def test_plane_sizes(size, width, height):
    """Cells that lie a plane's size apart are the same one, and within the size each cell has a name of its own."""
    row, column = np.mgrid[0:128, 0:128]
    index = planes.name_index(size, row, column) & 0xFFF
    assert (index == index[row % height, column % width]).all()
    assert len(np.unique(index)) == width * height


def test_plane_size_20_keeps_row_bit_6_only():
    row, column = np.mgrid[0:128, 0:32]
    index = planes.name_index(0x20, row, column)
    assert (index == ((row & 0x5F) * 32 + column)).all()


def test_levels_of_the_dac():
    state = fresh()
    state.cram[:8] = np.arange(8) << 1 | np.arange(8)[::-1] << 5 | np.arange(8) << 9
    rgb = palette(state)
    normal, shadow = [0, 52, 87, 116, 144, 172, 206, 255], [0, 29, 52, 70, 87, 101, 116, 130]
    highlight = [130, 144, 158, 172, 187, 206, 228, 255]
    for start, levels in ((0, normal), (64, shadow), (128, highlight)):
        assert rgb[start : start + 8, 0].tolist() == levels
        assert rgb[start : start + 8, 1].tolist() == levels[::-1]
        assert rgb[start : start + 8, 2].tolist() == levels
    state.registers[0] = 0
    assert set(palette(state)[:8, 0].tolist()) == {0, 52}


def test_display_off_and_left_column_show_the_backdrop():
    state = fresh(r7=0x2A, r2=0x30, r4=0x07, r5=0x7C, r13=0x3C)
    state.vram[0:32] = 0x11
    state.registers[0] |= 0x20
    picture = draw_frame(state)
    assert (picture[:, :8] == 0x2A).all()
    assert (picture[:, 8:] == 0x01).all()
    state.registers[1] = 0x04
    assert (draw_frame(state) == 0x2A).all()


# ---------------------------------------------------------------------------------------- scrolling


def numbered_planes(state: VDPState, table: int, names: np.ndarray) -> None:
    """Fill a name table; pattern n (1-15) is all colour n."""
    for colour in range(16):
        state.vram[32 * colour : 32 * colour + 32] = colour * 0x11
    words = state.vram[table : table + 2 * names.size].view(">u2")
    words[:] = names.reshape(-1)


def test_line_scroll_moves_right_and_wraps():
    state = fresh(r2=0x30, r4=0x07, r11=0x03, r13=0x3C, r16=0x01)
    numbered_planes(state, 0xC000, np.tile(np.arange(64) % 15 + 1, (32, 1)))
    scroll = np.arange(224) * 5
    state.vram[0xF000 : 0xF000 + 4 * 224].view(">u2")[::2] = scroll
    state.vram[0xE000:0xF000] = 0
    x = np.arange(320)
    want = ((x - scroll[:, None]) % 512 // 8) % 15 + 1
    assert (draw_frame(state) == want).all()


def test_column_scroll_and_the_column_left_of_the_screen():
    state = fresh(r2=0x30, r4=0x07, r11=0x04, r13=0x3C, r16=0x01)
    numbered_planes(state, 0xC000, np.tile(np.arange(32)[:, None] % 15 + 1, (1, 64)))
    state.vram[0xF000:0xF002].view(">u2")[0] = 5
    state.vsram[::2] = np.arange(20) * 8
    state.vsram[38:40] = 0x60, 0x50  # AND: 0x40 = 8 cells
    column = (np.arange(320) - 5) // 16
    scroll = np.where(column < 0, 8, np.where(column == 19, 12, column))
    want = (np.arange(224)[:, None] // 8 + scroll) % 32 % 15 + 1
    assert (draw_frame(state) == want).all()
    state.registers[12] = 0
    assert (draw_frame(state)[:, :5] == (np.arange(224)[:, None] // 8) % 32 % 15 + 1).all()


def test_window_and_what_its_left_edge_does_to_the_plane():
    state = fresh(r2=0x30, r3=0x28, r4=0x07, r13=0x3C, r16=0x01, r17=0x03, r18=0x02)
    numbered_planes(state, 0xC000, np.tile(np.arange(64) // 2 % 14 + 2, (32, 1)))
    state.vram[0xA000:0xB000].view(">u2")[:] = 1
    state.vram[0xF000:0xF002].view(">u2")[0] = 6
    picture = draw_frame(state)
    assert (picture[:16] == 1).all()  # two rows of cells
    assert (picture[16:, :48] == 1).all()  # three columns
    x = np.arange(48, 320)
    x[:6] += 16  # 6 pixels of the column that belongs 16 pixels further right
    assert (picture[16:, 48:] == (x - 6) // 16 % 14 + 2).all()
    state.registers[17], state.registers[18] = 0x80 | 18, 0x80 | 27
    picture = draw_frame(state)
    assert (picture[:216, 288:] == 1).all() and (picture[216:] == 1).all()
    assert (picture[:216, 6:288] == (np.arange(6, 288) - 6) // 16 % 14 + 2).all()


# ------------------------------------------------------------------------------------------ sprites


def sprite_table(state: VDPState, entries: list[tuple[int, int, int, int, int]]) -> None:
    """Write entries (x, y, size code, attribute, link), x and y as on the screen; pattern 1 is all colour 1."""
    state.registers[5] = 0x78
    state.vram[32:64] = 0x11
    for number, (x, y, size, attribute, link) in enumerate(entries):
        words = state.vram[0xF000 + 8 * number : 0xF008 + 8 * number].view(">u2")
        words[:] = y + 128, size << 8 | link, attribute, x + 128


def chain(xs: list[int], size: int = 0) -> list[tuple[int, int, int, int, int]]:
    """Sprites on line 10 at these places, linked in order; palette tells their place in the list."""
    return [(x, 10, size, 1 | (i & 3) << 13, (i + 1) % len(xs)) for i, x in enumerate(xs)]


def drawn(state: VDPState, lines: range = range(10, 18), before: bool = False) -> sprites.SpriteLines:
    return sprites.draw_sprites(state, np.array(lines), sprites.table_in_vram(state), before)


@pytest.mark.parametrize(("mode", "limit"), [(0x81, 20), (0x00, 16)])
def test_only_so_many_sprites_in_a_line(mode, limit):
    state = fresh(r12=mode)
    sprite_table(state, chain([8 * i for i in range(limit)]))
    s = drawn(state)
    assert not s.too_many.any() and (s.pixels[:, : 8 * limit] != 0).all()
    sprite_table(state, chain([8 * i for i in range(limit + 1)]))
    s = drawn(state)
    assert s.too_many.all() and not s.dot_overflow.any()
    assert (s.pixels[:, : 8 * limit] != 0).all() and (s.pixels[:, 8 * limit :] == 0).all()


@pytest.mark.parametrize(("mode", "limit"), [(0x81, 40), (0x00, 32)])
def test_only_so_many_cells_in_a_line(mode, limit):
    state = fresh(r12=mode)
    state.vram[32:160] = 0x11
    full = limit // 4
    sprite_table(state, chain([-128 + 1] * (full - 1) + [0], size=0x0C))  # off the screen they count too
    s = drawn(state)
    assert not s.too_many.any() and (s.pixels[:, :32] != 0).all()
    sprite_table(state, chain([-128 + 1] * (full - 1) + [0, 40], size=0x0C))
    s = drawn(state)
    assert s.too_many.all() and s.dot_overflow.all() and (s.pixels[:, 40:] == 0).all()


def test_sprite_at_x_0_masks_those_after_it():
    state = fresh()
    sprite_table(state, chain([20, -128, 40]))
    assert drawn(state).pixels.any(0).nonzero()[0].tolist() == list(range(20, 28))
    sprite_table(state, chain([-128, 40]))  # not as the first
    assert drawn(state).pixels.any(0).nonzero()[0].tolist() == list(range(40, 48))
    s = drawn(state, before=True)  # but after a line that ran out of cells, and on the next line only
    assert not s.pixels[0].any() and s.pixels[1].any()
    sprite_table(state, chain([-128, 40, -128, 60]))
    assert drawn(state).pixels.any(0).nonzero()[0].tolist() == list(range(40, 48))


def test_collision_is_of_opaque_pixels_on_the_screen():
    state = fresh()
    for xs, want in (([10, 17], True), ([10, 18], False), ([-8, -7], False), ([-7, -6], True), ([320, 321], False)):
        sprite_table(state, chain(xs))
        assert drawn(state).collision.tolist() == [want] * 8
    sprite_table(state, chain([10, 10]))
    state.vram[32:64] = 0
    assert not drawn(state).collision.any()


def test_first_sprite_is_in_front_and_flips():
    state = fresh()
    sprite_table(state, [(0, 0, 5, 0x2002, 1), (4, 0, 5, 0x4002, 2), (100, 0, 5, 0x6002 | 0x1800, 0)])
    state.vram[64:192] = np.arange(128) // 8 % 15 + 1 << 4  # a colour for each two pixel rows; right pixels transparent
    s = drawn(state, range(16))
    assert (s.pixels[:, :16:2] >> 4 == 1).all()
    assert (s.pixels[:, 16:20:2] >> 4 == 2).all()
    mirrored = s.pixels[::-1, 100:116][:, ::-1] & 15
    assert (mirrored == s.pixels[:, :16] & 15).all()


def test_list_ends_at_0_past_the_table_and_after_all_entries():
    table = np.zeros((80, 8), np.uint8)
    table[:3, 3] = 2, 0, 1
    assert sprites.list_order(table) == [0, 2, 1]
    table[1, 3] = 80
    assert sprites.list_order(table) == [0, 2, 1]
    table[1, 3] = 2
    assert len(sprites.list_order(table)) == 80
