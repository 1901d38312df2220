"""The VDP kernel's drawing: live pictures, whole pictures, flags; the handbook's cases as examples."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import megadrive
from megadrive._core import ffi, lib

LINE = 3420
PICTURE_END = 280  # mclk into the line after the last, when its border is over
LEVELS = np.array([0, 29, 52, 70, 87, 101, 116, 130, 144, 158, 172, 187, 206, 228, 255], np.uint8)
Bytes = npt.NDArray[np.uint8]


class Screen:
    """A chip whose contents are set directly and whose time is that of its drawing."""

    def __init__(self, render: bool = True) -> None:
        self.chip: Any = ffi.new("vdp_chip *")
        self.state: Any = ffi.new("vdp *")
        self.chip.state = self.state
        self.chip.render = render
        self.registers = self._view("registers", "u1")
        self.vram = self._view("vram", "u1")
        self.cram = self._view("cram", ">u2")
        self.vsram = self._view("vsram", ">u2")
        self.registers[[0, 1, 12, 15]] = 0x04, 0x44, 0x81, 2
        self.registers[[2, 3, 4, 5, 13, 16]] = 0x30, 0x2C, 0x07, 0x54, 0x2A, 0x01
        self.begin()

    def _view(self, name: str, dtype: str) -> Any:
        return np.frombuffer(ffi.buffer(getattr(self.state, name)), dtype)

    @property
    def height(self) -> int:
        return 240 if self.registers[1] & 8 else 224

    def begin(self) -> None:
        """Begin the next picture; the sprite cache holds what is in VRAM."""
        table = (int(self.registers[5]) & (0x7E if self.registers[12] & 1 else 0x7F)) << 9
        entries = self.vram[table + np.arange(640) & 0xFFFF].reshape(80, 8)
        self._view("sprite_cache", "u1").reshape(80, 4)[:] = entries[:, :4]
        self.state.picture_clock += 262 * LINE
        self.state.draw_clock = self.state.picture_clock - LINE

    def draw(self, line: int, mclk: int = 0) -> None:
        """Draw what comes before `mclk` of a line."""
        time = LINE * line + mclk
        self.state.vblank = time >= LINE * (self.height if self.registers[1] & 4 else 192)
        lib.vdp_draw(self.chip, self.state.picture_clock + time)

    def finish(self) -> Bytes:
        self.draw(self.height, PICTURE_END)
        return self.picture()

    def picture(self) -> Bytes:
        indexed = np.frombuffer(ffi.buffer(self.chip.indexed), np.uint8).reshape(480, 320)
        return indexed[: self.chip.height, : self.chip.width].copy()

    def rgb(self) -> Bytes:
        lib.vdp_fill_rgb(self.chip)
        rgb = np.frombuffer(ffi.buffer(self.chip.rgb), np.uint8).reshape(480, 320, 3)
        return rgb[: self.chip.height, : self.chip.width].copy()

    def frame(self) -> Bytes:
        """The whole picture of the present contents."""
        indexed, size = np.zeros((480, 320), np.uint8), ffi.new("uint16_t[2]")
        lib.vdp_draw_frame(self.state, ffi.from_buffer("uint8_t[]", indexed), size, size + 1)
        return indexed[: size[1], : size[0]]

    @property
    def flags(self) -> tuple[int, int]:
        return self.state.sprite_overflow, self.state.sprite_collision

    def clear_flags(self) -> None:
        self.state.sprite_overflow = self.state.sprite_collision = 0

    def pattern(self, number: int, colour: int) -> None:
        """Fill a pattern with a colour."""
        self.vram[32 * number : 32 * number + 32] = colour * 0x11

    def word(self, address: int, value: int) -> None:
        self.vram[address : address + 2] = value >> 8, value & 255

    def sprite(self, number: int, x: int, y: int, size: int, link: int, name: int) -> None:
        """Put a sprite into the table; x and y on the screen, size as in the table."""
        table = 0xA800 + 8 * number
        for i, value in enumerate((y + 128, size << 8 | link, name, x + 128)):
            self.word(table + 2 * i, value)


def random_screen(seed: int, mode4: bool = False) -> Screen:
    """Memories random or sparse, any registers; sprites on the screen more often than not."""
    rng = np.random.default_rng(seed)
    screen = Screen()
    screen.vram[:] = rng.integers(0, 256, 65536) * (rng.random(65536) < rng.choice([0.05, 0.5, 1.0]))
    screen.cram[:] = rng.integers(0, 0x10000, 64) & 0x0EEE
    screen.vsram[:] = rng.integers(0, 0x800, 40)
    registers = screen.registers
    registers[:] = rng.integers(0, 256, 24)
    registers[1] = (0x40 if mode4 else 0x44) | rng.choice([0, 8]) | (2 & registers[1])
    registers[12] = rng.choice([0x00, 0x81]) | rng.choice([0, 0, 2, 6]) | rng.choice([0, 8])
    if rng.random() < 0.5:
        registers[17:19] = 0
    if rng.random() < 0.8:
        table = (int(registers[5]) & (0x7E if registers[12] & 1 else 0x7F)) << 9
        for i in range(64):
            x = 0 if rng.random() < 0.1 else rng.integers(100, 460)
            words = [rng.integers(100, 360), rng.integers(0, 16) << 8 | (i + 1) % 64, rng.integers(0, 0x10000), x]
            screen.vram[table + 8 * i : table + 8 * i + 8] = np.array(words, ">u2").view(np.uint8)
    if rng.random() < 0.2:
        screen.state.debug[0] = int(rng.integers(0, 8)) << 6
    screen.state.interlace = {0: 0, 2: 1, 6: 3}[int(registers[12]) & 6]
    screen.begin()
    return screen


seeds = st.integers(0, 2**32)


# ------------------------------------------------------------------------------------------ properties


@settings(max_examples=40, deadline=None)
@given(seeds, st.booleans(), st.data())
def test_a_picture_drawn_in_pieces_is_the_picture_drawn_at_once(seed, mode4, data):
    whole, pieces, flags_only = (random_screen(seed, mode4) for _ in range(3))
    flags_only.chip.render = False
    end = LINE * 241
    times = data.draw(
        st.one_of(
            st.lists(st.integers(-LINE, end), max_size=50),
            st.builds(
                lambda first, step: list(range(first, end, step)), st.integers(-LINE, LINE), st.integers(1000, 9000)
            ),
        )
    )
    for _ in range(2):  # two fields
        picture = whole.finish()
        seen = [0, 0]
        for time in sorted(times):
            for screen in (pieces, flags_only):
                screen.draw(0, time)
            assert pieces.flags == flags_only.flags
            seen = [a | b for a, b in zip(seen, pieces.flags, strict=True)]
            if time % 3 == 0:
                pieces.clear_flags()
                flags_only.clear_flags()
        assert (pieces.finish() == picture).all()
        assert (pieces.rgb() == whole.rgb()).all()
        flags_only.finish()
        assert pieces.flags == flags_only.flags
        assert whole.flags == tuple(a | b for a, b in zip(seen, pieces.flags, strict=True))
        assert pieces.state.draw_clock == flags_only.state.draw_clock
        for screen in (whole, pieces, flags_only):
            screen.clear_flags()
            screen.begin()
            screen.state.odd_field = 1


@settings(max_examples=30, deadline=None)
@given(seeds, st.booleans())
def test_a_whole_picture_is_the_live_picture_if_nothing_changes(seed, mode4):
    screen = random_screen(seed, mode4)
    before = bytes(ffi.buffer(screen.state))
    frame = screen.frame()
    assert bytes(ffi.buffer(screen.state)) == before
    screen.finish()
    screen.begin()
    screen.state.odd_field = 1
    if not mode4 and screen.state.interlace == 3:
        assert (screen.finish() == frame).all()
    else:
        assert (screen.picture() == frame).all()


@settings(max_examples=30, deadline=None)
@given(seeds, seeds)
def test_colours_are_those_of_the_dac_at_the_pixel(seed, other):
    """CRAM changes in the middle of the picture; rows above have the old colours, rows below the new ones."""
    screen = random_screen(seed)
    screen.registers[0] |= 4
    old = screen.cram.copy()
    screen.draw(100, 500)
    screen.cram[:] = np.random.default_rng(other).integers(0, 0x10000, 64) & 0x0EEE
    picture = screen.finish()
    step = 2 if screen.state.interlace == 3 else 1
    for rows, cram in ((slice(0, 100 * step), old), (slice(100 * step, None), screen.cram)):
        index = picture[rows]
        component = np.stack([cram.astype(int)[index & 63] >> shift & 7 for shift in (1, 5, 9)], -1)
        level = np.where(
            index[..., None] & 64, component, np.where(index[..., None] & 128, component + 7, 2 * component)
        )
        if step == 1:
            assert (screen.rgb()[rows] == LEVELS[level]).all()


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(0, 320), st.integers(0, 0x3F))
def test_the_backdrop_changes_at_the_pixel(seed, x, colour):
    screen = Screen()
    screen.cram[:] = np.random.default_rng(seed).integers(0, 0x10000, 64)
    screen.draw(50, 972 + 8 * x)
    screen.registers[7] = colour
    picture = screen.finish()
    assert (picture[:50] == 0).all() and (picture[50, :x] == 0).all()
    assert (picture[50, x:] == colour).all() and (picture[51:] == colour).all()


# -------------------------------------------------------------------------------------------- examples


def test_a_plane_table_changed_in_mid_line_counts_from_the_next_column():
    screen = Screen()
    for number, table in ((1, 0xC000), (2, 0x8000)):
        screen.pattern(number, number)
        for cell in range(64 * 32):
            screen.word(table + 2 * cell, number)
    screen.draw(10, 780 + 128 * 7 + 20)  # column 7 has been fetched
    screen.registers[2] = 0x20
    picture = screen.finish()
    assert (picture[10, : 16 * 8] == 1).all() and (picture[10, 16 * 8 :] == 2).all()


def test_hscroll_is_latched_for_the_line_and_fine():
    screen = Screen()
    screen.registers[11] = 3
    screen.pattern(1, 1)
    screen.word(0xC000, 1)  # cell 0 of plane A
    for line in range(224):
        screen.word(0xA800 + 4 * line, line)
    screen.registers[5] = 0x70
    screen.begin()
    screen.draw(3, 600)  # line 3 has its scroll
    screen.word(0xA800 + 4 * 3, 100)
    picture = screen.finish()
    for line in range(8):
        assert np.flatnonzero(picture[line]).tolist() == list(range(line, line + 8))


def test_the_column_left_of_the_screen_scrolls_with_the_last_entries_anded():
    screen = Screen()
    screen.registers[11] = 4
    screen.registers[16] = 0x11
    for row in range(64):
        screen.pattern(row + 1, row % 15 + 1)
        for column in range(64):
            screen.word(0xC000 + 128 * row + 2 * column, row + 1)
    screen.word(0xA800, 8)  # both planes 8 pixels to the right
    screen.registers[5] = 0x70
    screen.begin()
    screen.vsram[::2] = 8
    screen.vsram[38:] = 0x18, 0x30  # 38 & 39 = $10
    assert (screen.frame()[0, :8] == 3).all() and (screen.frame()[0, 8:300] == 2).all()
    screen.registers[12] = 0
    screen.begin()
    assert (screen.frame()[0, :8] == 1).all()


def test_left_window_repeats_the_first_column_of_the_plane():
    """Right of a left window the pixels that the fine scroll moves in come from the column 16 pixels further right."""
    screen = Screen()
    for column in range(40):
        screen.pattern(column + 1, column // 2 % 14 + 1)
        for row in range(32):
            screen.word(0xC000 + 128 * row + 2 * column, column + 1)  # plane A: a colour for each 16 pixels
    screen.word(0xA800, 5)
    screen.registers[5] = 0x70
    screen.begin()
    plain = screen.frame()[0]
    assert plain[32:37].tolist() == [2] * 5 and plain[37] == 3
    screen.registers[17] = 2
    cut = screen.frame()[0]
    assert (cut[:32] == 0).all()
    assert cut[32:37].tolist() == [3] * 5 and (cut[37:] == plain[37:]).all()


@pytest.mark.parametrize(
    ("r17", "r18", "inside"),
    [
        (0x05, 0x00, lambda x, y: x < 80),
        (0x85, 0x00, lambda x, y: x >= 80),
        (0x00, 0x03, lambda x, y: y < 24),
        (0x00, 0x83, lambda x, y: y >= 24),
        (0x85, 0x83, lambda x, y: (x >= 80) | (y >= 24)),
        (0x05, 0x03, lambda x, y: (x < 80) | (y < 24)),
        (0x00, 0x00, lambda x, y: x < 0),
        (0x80, 0x00, lambda x, y: x >= 0),
        (0x1F, 0x00, lambda x, y: x >= 0),
    ],
)
@pytest.mark.parametrize("h40", [True, False])
def test_window_range(r17, r18, inside, h40):
    screen = Screen()
    screen.registers[12] = 0x81 if h40 else 0
    screen.registers[17:19] = r17, r18
    screen.pattern(1, 1)
    screen.pattern(2, 2)
    for cell in range(64 * 32):
        screen.word(0xC000 + 2 * cell, 1)
        screen.word(0xB000 + 2 * cell, 2)
    picture = screen.frame()
    y, x = np.indices(picture.shape)
    assert (picture == np.where(inside(x, y), 2, 1)).all()


def test_limits_of_a_line():
    """21 sprites of one cell: 20 show; 11 of four cells: 40 cells show, and the rest of the last one does not."""
    screen = Screen()
    screen.pattern(1, 1)
    for i in range(21):
        screen.sprite(i, 8 * i, 0, 0x0, i + 1 if i < 20 else 0, 1)
    screen.begin()
    picture = screen.finish()
    assert (picture[0, :160] == 1).all() and (picture[0, 160:] == 0).all()
    assert screen.flags == (1, 0)

    screen.clear_flags()
    for i in range(1, 5):
        screen.pattern(i, 1)
    for i in range(11):
        screen.sprite(i, 24 * i + (4 if i == 10 else 0), 0, 0x8 if i < 10 else 0xC, i + 1 if i < 10 else 0, 1)
    screen.begin()
    picture = screen.finish()  # 10 of 3 cells and one of 4: 34 cells
    assert (picture[0, :240] == 1).all() and (picture[0, 244:276] == 1).all() and screen.flags == (0, 0)
    for i in range(10):
        screen.sprite(i, 24 * i, 0, 0xC, i + 1, 1)
    screen.begin()
    assert (screen.finish()[0, 244:] == 1).sum() == 4 and screen.flags[0] == 1  # 40 cells are used: the last is lost


def masked(*sprites: tuple[int, int]) -> Bytes:
    """First line of the second of two lines with sprites of (x in the table, cells); sprites are 1 cell high."""
    screen = Screen()
    for i in range(4):
        screen.pattern(1 + i, 1)
    for i, (x, cells) in enumerate(sprites):
        screen.sprite(i, x - 128, 8, cells - 1 << 2, i + 1 if i + 1 < len(sprites) else 0, 1)
    screen.begin()
    return screen.finish()


def test_masking():
    assert masked((200, 1), (0, 1), (300, 1))[8].tolist().count(1) == 8  # hides what follows
    assert masked((0, 1), (200, 1), (300, 1))[8].tolist().count(1) == 16  # not as the first of the line
    assert masked((1, 1), (0, 1), (300, 1))[8].tolist().count(1) == 0  # x = 1 is off the screen, yet not 0
    overflow = masked(*[(0, 4)] * 10, (200, 1))
    assert overflow[8].tolist().count(1) == 0 and overflow[9].tolist().count(1) == 0  # 41 cells: no room for the last
    # x = 0 and another first: with the dot overflow above, the other is hidden from the second line on
    overflow = masked((0, 4), (200, 1), *[(0, 4)] * 10)
    assert overflow[8].tolist().count(1) == 8 and overflow[9].tolist().count(1) == 0


def test_collision_only_on_the_screen():
    screen = Screen()
    screen.pattern(1, 1)
    screen.sprite(0, -4, 0, 0, 1, 1)
    screen.sprite(1, -12, 0, 0, 2, 1)
    screen.sprite(2, -7, 0, 0, 3, 1)  # meets the second and the first outside, the first inside too
    screen.sprite(3, 100, 0, 0, 0, 1)
    screen.begin()
    screen.finish()
    assert screen.flags == (0, 1)
    screen.clear_flags()
    screen.sprite(2, 316, 0, 0, 3, 1)
    screen.sprite(3, 320, 0, 0, 0, 1)
    screen.begin()
    screen.finish()
    assert screen.flags == (0, 0)


def test_display_off_in_mid_frame_and_on_again():
    screen = Screen()
    screen.pattern(1, 1)
    for cell in range(64 * 32):
        screen.word(0xC000 + 2 * cell, 1)
    screen.registers[7] = 9
    screen.draw(50, 2000)
    screen.registers[1] = 0x04
    screen.draw(60, 2000)
    screen.registers[1] = 0x44
    picture = screen.finish()
    assert (picture[:50] == 1).all() and (picture[51:60] == 9).all() and (picture[61:] == 1).all()
    off, on = np.flatnonzero(picture[50] == 9), np.flatnonzero(picture[60] == 1)
    # 10 pixels after the register's delay; from the next column on whose display bit is still to be looked at
    assert off[0] == -(-(2000 + 60 - 972) // 8) and (picture[50, off[0] :] == 9).all()
    assert on[0] == 16 * -(-(2000 - 780 - 36) // 128) and (picture[60, on[0] :] == 1).all()


def row_of_sprites(count: int) -> Screen:
    """Sprites of 2 x 2 cells side by side, in list order from the left."""
    screen = Screen()
    for i in range(1, 5):
        screen.pattern(i, 1)
    for i in range(count):
        screen.sprite(i, 16 * i, 0, 0x5, (i + 1) % count, 1)
    screen.begin()
    return screen


def test_display_off_in_h_blank_takes_cells_from_the_end_of_the_list():
    screen = row_of_sprites(20)
    screen.draw(5, 100)
    screen.registers[1] = 0x04
    screen.draw(5, 300)
    screen.registers[1] = 0x44
    picture = screen.finish()
    lost = np.flatnonzero(picture[5] == 0)
    assert 0 < len(lost) < 320 and lost[0] + len(lost) == 320 and (picture[6] == 1).all()

    screen = row_of_sprites(8)  # 16 cells: they are fetched in the first 16 slots, from -48 mclk to 192
    screen.draw(5, 193)
    screen.registers[1] = 0x04
    screen.draw(5, 600)
    screen.registers[1] = 0x44
    assert (screen.finish()[5, :128] == 1).all()


def test_attributes_are_fetched_in_the_last_slots():
    """8 sprites: found by slots 12-19 of line 4, the first at 860 + 12 * 128 mclk."""
    for mclk, lost in ((860 + 128 * 12, 0), (860 + 128 * 14 + 1, 3)):
        screen = row_of_sprites(8)
        screen.draw(4, 500)
        screen.registers[1] = 0x04
        screen.draw(4, mclk)
        screen.registers[1] = 0x44
        picture = screen.finish()
        assert (picture[5, : 16 * lost] == 0).all() and (picture[5, 16 * lost : 128] == 1).all()


def test_width_switch_in_mid_frame_stretches_the_narrow_lines():
    screen = Screen()
    screen.pattern(1, 1)
    for cell in range(64 * 32):
        screen.word(0xC000 + 2 * cell, cell % 2)  # every other cell
    screen.registers[12] = 0
    screen.draw(100, 300)
    screen.registers[12] = 0x81
    picture = screen.finish()
    assert picture.shape == (224, 320)
    assert (picture[0] == np.arange(320) * 4 // 5 // 8 % 2).all()
    assert (picture[150] == np.arange(320) // 8 % 2).all()


def test_interlace_2_draws_the_rows_of_its_field():
    screen = Screen()
    screen.registers[12] = 0x87
    screen.state.interlace = 3
    screen.vram[64:128] = np.repeat(np.arange(16), 4) * 0x11  # pattern 1: 16 rows, a colour each
    for cell in range(64 * 32):
        screen.word(0xC000 + 2 * cell, 1)
    screen.begin()
    picture = screen.finish()
    assert picture.shape == (448, 320)
    assert (picture[0:16:2, 0] == range(0, 16, 2)).all() and (picture[1::2] == 0).all()
    screen.begin()
    screen.state.odd_field = 1
    assert (screen.finish()[:16, 0] == range(16)).all()


def test_a_sprite_cut_by_the_left_edge_leaves_its_neighbours():
    """The debug register shows the palettes of transparent pixels too: of the sprite to which each belongs."""
    screen = Screen()
    table = 0xA800
    for entry, (x, attribute) in enumerate([(128 - 2, 0x6000), (128 - 4, 0x2000)]):  # 6 pixels in sight, and 4
        for i, word in enumerate((128, 1 - entry, attribute, x)):
            screen.word(table + 8 * entry + 2 * i, word)
    screen.state.debug[0] = 0x80 | 0x40  # sprites alone
    screen.begin()
    # Of transparent pixels the last sprite's stay: palette 1 in the four that it covers, palette 3 beside them.
    assert screen.finish()[0, :8].tolist() == [0x10] * 4 + [0x30] * 2 + [0] * 2


def test_rows_of_the_other_field_have_their_colours():
    """Nobody has looked at the picture before the first one of interlace 2."""
    screen = Screen()
    screen.registers[7], screen.cram[5] = 5, 0x0E
    screen.finish()
    screen.registers[[7, 12]] = 6, 0x87
    screen.cram[6] = 0xE0
    screen.state.interlace = 3
    screen.begin()
    screen.finish()
    assert screen.rgb()[:224:2].reshape(-1, 3).tolist() == [[0, 255, 0]] * (112 * 320)
    assert screen.rgb()[1:224:2].reshape(-1, 3).tolist() == [[255, 0, 0]] * (112 * 320)


def test_left_column_blank_and_dark_palette():
    screen = Screen()
    screen.pattern(1, 1)
    for cell in range(64 * 32):
        screen.word(0xC000 + 2 * cell, 1)
    screen.cram[1] = 0x0EC2
    screen.registers[[0, 7]] = 0x20, 5
    picture = screen.finish()
    assert (picture[:, :8] == 5).all() and (picture[:, 8:] == 1).all()
    assert screen.rgb()[0, 8].tolist() == [52, 0, 52]  # only the lowest bit of each component


def test_sprite_masking_test_rom(corpus):
    """All nine verdicts in both widths: the picture has only blue, white and green."""
    md = megadrive.MegaDrive(corpus / "roms" / "SpriteMaskingTestRom.bin")
    md.run_frames(120)
    for _ in range(2):
        colours = {tuple(c) for c in np.unique(md.frame.reshape(-1, 3), axis=0).tolist()}
        assert len(colours) == 3 and all(r == 0 or (r, g, b) == (255, 255, 255) for r, g, b in colours)
        md.set_buttons(0, megadrive.Button.C)
        md.run_frames(5)
        md.set_buttons(0, megadrive.Button(0))
        md.run_frames(60)


def test_1536_colours_rom(corpus):
    """Display off in H blank for CRAM writes, after the sprites' patterns and before the first column."""
    md = megadrive.MegaDrive(corpus / "roms" / "TEST1536.BIN")
    md.run_frames(120)
    md.run_frame()
    assert len(np.unique(md.frame.reshape(-1, 3), axis=0)) > 1300
    assert len(np.unique(md.frame[:, :64].reshape(-1, 3), axis=0)) <= 2  # the frame around the colours is whole
