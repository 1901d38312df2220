"""Details of the VDP that few programs use: what is latched when, mode 4's port, the debug register."""

from typing import Any

import numpy as np
import pytest
from test_vdp_draw import LINE, PICTURE_END, Screen

import megadrive
from megadrive.model import VDP as ModelVDP

VDPS = [megadrive.VDP, ModelVDP]


def on(vdp: Any, *words: int) -> Any:
    for word in words:
        vdp.write_control(word)
    return vdp


def scroll_stripes(screen: Screen) -> None:
    """Put rows of cells of different colours into both planes: what they show tells their vertical scroll."""
    screen.registers[16] = 0x10
    for row in range(64):
        screen.pattern(row + 1, row % 15 + 1)
        for column in range(32):
            screen.word(0xC000 + 64 * row + 2 * column, row + 1)
            screen.word(0xE000 + 64 * row + 2 * column, 0x4000 | row + 1)
    screen.registers[5] = 0x70


@pytest.mark.parametrize(("h40", "a", "b"), [(True, -32, -80), (False, -40, -100)])
def test_the_scroll_of_the_whole_screen_is_latched_before_the_v_step(h40, a, b):
    """Netlist of the YM7101, run with writes in each slot around: plane B's counts to H = $143, plane A's to $149."""
    for plane, latch in ((0, a), (1, b)):
        screen = Screen()
        screen.registers[12] = 0x81 if h40 else 0
        scroll_stripes(screen)
        if plane:
            screen.registers[2] = 0x08  # a plane A of nothing
        for time, first in ((latch, 40), (latch + 1, 41)):
            screen.vsram[:] = 0
            screen.begin()
            screen.draw(40, time)
            screen.vsram[plane] = 64
            picture = screen.finish() & 15
            line = np.arange(224)
            assert (picture[:, 100] == (line + np.where(line >= first, 64, 0)) // 8 % 64 % 15 + 1).all(), (plane, time)


@pytest.mark.parametrize("h40", [True, False])
def test_the_windows_place_is_latched_at_the_v_step(h40):
    latch = -8 if h40 else -10
    for time, first in ((latch, 40), (latch + 1, 41)):
        screen = Screen()
        screen.registers[12] = 0x81 if h40 else 0
        screen.pattern(1, 1)
        for cell in range(64 * 32):
            screen.word(0xB000 + 2 * cell, 1)
        screen.registers[5] = 0x70
        screen.begin()
        screen.draw(40, time)
        screen.registers[17] = 0x80
        picture = screen.finish()
        assert (picture[:first] == 0).all() and (picture[first:] == 1).all()


def test_r0_7_takes_the_low_scroll_bits_of_four_columns():
    """What keeps mode 4's right columns from scrolling works in mode 5 at H = 192 to 255, on plane A alone."""
    screen = Screen()
    scroll_stripes(screen)
    screen.vsram[:2] = 8, 0
    screen.registers[0] |= 0x80
    picture = screen.frame()[0]
    assert (picture[:192] == 2).all() and (picture[192:256] == 1).all() and (picture[256:] == 2).all()
    screen.registers[2] = 0x08
    screen.vsram[:2] = 0, 8
    assert (screen.frame()[0] & 15 == 2).all()


# ------------------------------------------------------------------------------------------------ mode 4


@pytest.mark.parametrize("make", VDPS)
def test_mode_4_takes_a_command_in_one_word_and_steps_by_r15_and_one(make):
    vdp = on(make(), 0x8104, 0x8F02, 0x8100)
    vdp.write_control(0x4010)
    for word in (0x1234, 0x5678):
        vdp.write_data(word)
    vdp.run(vdp.clock + LINE)
    # the bytes of Master System addresses $10 and $13: R15 + 1 = 3; lines 1 and 9 trade places
    assert vdp.vram[[0x10, 0x11]].tolist() == [0x12, 0x34]
    assert vdp._state.address == 0x16
    vdp.write_control(0x0010)
    assert vdp.read_data() == 0x1234


@pytest.mark.parametrize("make", VDPS)
def test_mode_4_has_32_colours_of_six_bits(make):
    vdp = on(make(), 0x8100, 0x8F00, 0xC01F)
    vdp.write_data(0xFFFF)
    vdp.run(vdp.clock + LINE)
    assert vdp.cram[31] == 0x3F and vdp.cram[:31].sum() == 0


@pytest.mark.parametrize("make", VDPS)
def test_mode_4_clears_the_high_part_of_a_command(make):
    vdp = on(make(), 0x8114, 0x4123, 0x0013)
    assert vdp._state.address == 0xC123 and vdp._state.code == 5
    on(vdp, 0x8110)
    assert vdp._state.address < 0x4000 and vdp._state.code < 4


def test_mode_4_latches_its_vertical_scroll_before_the_picture():
    screen = Screen()
    screen.registers[[1, 2, 5]] = 0x40, 0, 0x7E

    def at(address: int) -> int:
        return ((address & 0x3DFD) | (address << 8 & 0x200) | (address >> 8 & 2)) ^ 1

    for row in range(28):  # a colour for each row of cells
        for line in range(8):
            for plane in range(4):
                screen.vram[at(0x2000 + 32 * row + 4 * line + plane)] = 0xFF if (row % 15 + 1) >> plane & 1 else 0
        for column in range(32):
            name = 0x100 + row
            screen.vram[at(64 * row + 2 * column)] = name & 0xFF
            screen.vram[at(64 * row + 2 * column + 1)] = name >> 8
    screen.vram[at(0x3F00)] = 0xD0
    line = np.arange(192)
    for time, scroll in ((-40, 8), (-39, 0)):  # of line 0, at the earlier of which R9 changes
        screen.registers[9] = 0
        screen.begin()
        screen.draw(0, time)
        screen.registers[9] = 8
        screen.draw(192, PICTURE_END)
        assert (screen.picture()[:, 100] == (line + scroll) // 8 % 15 + 1).all()


# ------------------------------------------------------------------------------------------ debug register


@pytest.mark.parametrize("make", VDPS)
@pytest.mark.parametrize("bit", [12, 13, 14])
def test_debug_bits_hide_the_sprites(make, bit):
    vdp = on(make(), 0x8004, 0x8144, 0x8C81, 0x8570)
    vdp.vram[32:64] = 0x11
    vdp.vram[0xE000:0xE008] = 0, 128, 0, 0, 0, 1, 0, 128
    assert (vdp.draw_frame()[:8, :8] == 1).all()
    vdp.write(vdp.clock, 0x18, 0)
    vdp.write(vdp.clock, 0x1C, 1 << bit)
    assert (vdp.draw_frame() == 0).all()


@pytest.mark.parametrize("engine", ["native", "model"])
def test_debug_bit_9_holds_the_psg_at_a_channels_level(engine):
    """A program lets tone 2 sound, and then makes its level, silence's, and the wave again the output."""
    program: list[int] = []
    for byte in (0xC4, 0x01, 0xD0, 0x9F, 0xBF, 0xFF):  # tone 2: period $14, loudest
        program += [0x13FC, byte, 0x00C0, 0x0011]  # MOVE.B #byte,$C00011
    program += [0x33FC, 0x0000, 0x00C0, 0x0018]  # MOVE.W #0,$C00018
    for value in (0x0A00, 0x0200, 0x0000):
        program += [0x33FC, value, 0x00C0, 0x001C]  # MOVE.W #value,$C0001C
        program += [0x303C, 60000, 0x51C8, 0xFFFE]  # a wait of some frames
    program += [0x60FE]
    rom = bytearray(0x1000)
    rom[0:8] = (0xFF0000).to_bytes(4, "big") + (0x200).to_bytes(4, "big")
    rom[0x100:0x110] = b"SEGA MEGA DRIVE "
    rom[0x200 : 0x200 + 2 * len(program)] = np.array(program, ">u2").tobytes()
    md = megadrive.MegaDrive(bytes(rom), engine=engine)
    change = []
    for _ in range(16):
        md.run_frame(render=False)
        change.append(float(np.abs(np.diff(md.audio[:, 0].astype(int))).mean()) if len(md.audio) else 0)
    assert max(change[2:8]) < 10 and min(change[-3:]) > 100, change
