"""Whole programs: with everything done at once that can be, and with nothing of it, a console is the same."""

import random
import struct

import pytest
import vdp_program
from console_program import (
    BUSREQ,
    FLAG,
    SHARED,
    STATUS,
    Z80_RESET,
    Program,
    bank,
    load,
    loop,
    of_absolute,
    poke,
    poke_fm,
    store,
    words,
    z80_loop,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive import Button, MegaDrive, model

randoms = st.randoms(use_true_random=False)


def check(source: random.Random, frames: int) -> None:
    """Compare with a plain machine one that draws and sounds always or never, and one that also moves about."""
    rom, region = Program(source).rom(), source.choice("UUE")
    plain, steady, moved = (MegaDrive(rom, region=region) for _ in range(3))
    plain._md.plain = 1
    heard = source.random() < 0.4
    for _ in range(frames):
        change = source.randint(0, 19)
        if change == 0:
            moved.load_state(moved.save_state())
        elif change == 1:
            moved = moved.fork()
        elif change == 2:
            other = MegaDrive(rom, region=region)
            other.run_frames(source.randint(0, 2))
            other.load_state(moved.save_state())
            moved = other
        elif change == 3:
            buttons = Button(source.randint(0, 255))
            for md in (plain, steady, moved):
                md.set_buttons(0, buttons)
        elif change == 4 and source.random() < 0.3:
            for md in (plain, steady, moved):
                md.reset()
        plain.run_frame(render=heard, audio=heard)
        steady.run_frame(render=heard, audio=heard)
        moved.run_frame(render=source.random() < 0.5, audio=source.random() < 0.5)
        assert steady.state_hash() == plain.state_hash()
        assert moved.state_hash() == plain.state_hash()
        if heard:
            assert (steady.frame == plain.frame).all()
            assert (steady.audio == plain.audio).all()


def check_model(source: random.Random, frames: int) -> None:
    """Compare a plain machine with one whose VDP is the Python model, which is not called for everything."""
    rom, region = Program(source).rom(), source.choice("UUE")
    plain, modelled = MegaDrive(rom, region=region), MegaDrive(rom, region=region)
    plain._md.plain = 1
    modelled._md.plain = source.randint(0, 1)
    modelled.replace_chips(vdp=model.VDP)
    for _ in range(frames):
        plain.run_frame(render=False, audio=False)
        modelled.run_frame(render=source.random() < 0.3, audio=False)
        assert modelled.state_hash() == plain.state_hash()


@settings(max_examples=40, deadline=None)
@given(randoms)
def test_a_console_is_as_if_nothing_were_skipped(source):
    check(source, 12)


@settings(max_examples=15, deadline=None)
@given(randoms)
def test_a_console_with_the_python_vdp_is_the_same(source):
    check_model(source, 4)


def started(z80: bytes) -> bytes:
    """Return code that has the Z80 run a program."""
    code = vdp_program.store(BUSREQ, 0x100) + vdp_program.store(Z80_RESET, 0x100)
    code += b"".join(vdp_program.store_byte(0xA00000 + at, byte) for at, byte in enumerate(z80))
    return code + b"".join(vdp_program.store(*port) for port in ((Z80_RESET, 0), (BUSREQ, 0), (Z80_RESET, 0x100)))


def again(code: bytes) -> bytes:
    """Return the code and a BRA.W back to its start."""
    return code + struct.pack(">Hh", 0x6000, -len(code) - 2)


def agree(main: bytes, frames: int, handlers: dict[int, bytes] | None = None) -> None:
    quick, plain = (MegaDrive(vdp_program.rom(main, handlers)) for _ in range(2))
    plain._md.plain = 1
    for _ in range(frames):
        for md in (quick, plain):
            md.run_frame(render=False, audio=False)
        assert quick.state_hash() == plain.state_hash()


def test_an_interrupt_is_taken_once_though_the_vdp_is_ahead():
    """The Z80 waits for a word of VRAM during a copy, and so runs the VDP ahead over the picture's end."""
    copy = vdp_program.control(0x8174, 0x8004, 0x8F01, 0x93FF, 0x94FF, 0x97C0, 0x0000, 0x00C0)
    main = copy + started(bytes.fromhex("3A007F 18FB")) + vdp_program.interrupts(0)  # LD A,(data); JR
    md = MegaDrive(vdp_program.rom(main, {6: vdp_program.count(0xFFFF0000)}))
    counts = []
    for _ in range(8):
        md.run_frame(render=False, audio=False)
        counts.append(int(md.ram[1]))
    assert counts == list(range(8))


@pytest.mark.parametrize("z80", ["18FE", "FB76 18FD"])  # JR to itself; EI, HALT, JR
@pytest.mark.parametrize("delay", [0, 5, 100])
def test_an_access_lasts_over_the_end_of_a_frame(z80, delay):
    """The 68000 waits for a word of VRAM during a fill; where a slice would have ended meanwhile does not matter."""
    fill = vdp_program.control(0x8F01, 0x9300, 0x9400, 0x9780, 0x4000, 0x0080) + vdp_program.data(0x1234)
    code = fill + vdp_program.control(0x0000, 0x0000) + vdp_program.copy(vdp_program.DATA, 0xFFFF0000)
    code += words(0x323C, delay, 0x51C9, 0xFFFE)  # MOVE.W #,D1; DBRA
    agree(vdp_program.control(0x8174, 0x8004, 0x8C81) + started(bytes.fromhex(z80)) + again(code), 10)


@pytest.mark.parametrize("delay", [1, 6])
def test_a_slice_ends_just_before_the_picture_begins(delay):
    """A loop reads the status just after the picture's beginning, the Z80 counts seldom, and the 68000 sees it."""
    z80 = bank(0x1FF) + z80_loop(b"\x3c" + store(0x8001) + b"\x06\x00\x10\xfe", 0x18)  # INC A; LD B; DJNZ
    waits = [loop(of_absolute(0x3039, STATUS) + words(0x0800, 3), condition) for condition in (7, 6)]
    code = b"".join(waits) + words(0x4E71) * delay + words(0x323C, 1200)
    code += of_absolute(0x1039, SHARED) + words(0xD640, 0x51C9, 0xFFF6)  # MOVE.B; ADD.W D0,D3; DBRA
    agree(vdp_program.control(0x8174, 0x8004, 0x8C81, 0x8F02) + started(z80) + again(code), 12)


@pytest.mark.parametrize(("timer", "delay"), [(0x48, 2), (0x60, 7), (0xD8, 5)])
def test_a_long_slice_ends_as_short_ones_would(timer, delay):
    """The Z80 waits for a timer, the 68000 reads the status now and then, also just after the picture's beginning."""
    wait = poke_fm(0x27, 0x15) + z80_loop(load(0x4000) + b"\xe6\x01", 0x28)
    z80 = bank(0x1FF) + poke_fm(0x24, timer) + poke_fm(0x25, 0) + z80_loop(wait + b"\x0c\x79" + store(0x8001), 0x18)
    code = of_absolute(0x3039, STATUS) + words(0x4E71) * delay + of_absolute(0x1239, SHARED) + words(0xD641)
    agree(vdp_program.control(0x8174, 0x8004, 0x8C81, 0x8F02) + started(z80) + again(code), 10)


@pytest.mark.parametrize("nops", range(3))
def test_an_interrupt_that_the_z80_brings_about_ends_waiting(nops):
    """The Z80's last read of a slice runs the VDP over an H interrupt, for whose handler the 68000 waits."""
    z80 = z80_loop(load(0x7F05) + bytes(nops) + b"\xe6\x02", 0x28)  # LD A,(status); AND 2; JR Z
    code = loop(of_absolute(0x4A39, FLAG), 7) + of_absolute(0x4239, FLAG)  # TST.B; BEQ; CLR.B
    code += loop(of_absolute(0x3039, STATUS) + words(0x0800, 3), 7)
    handler = of_absolute(0x5239, FLAG) + vdp_program.store_byte(0xC00011, 0x9F)  # ADDQ.B #1; to the PSG
    main = vdp_program.control(0x8154, 0x8014, 0x8A40, 0x8C81) + started(z80) + vdp_program.interrupts(0)
    agree(main + again(code), 40, {4: handler})


@pytest.mark.parametrize(("turns", "nops"), [(13, 6), (102, 3), (169, 11), (225, 1)])
def test_a_read_of_the_z80_can_leave_the_vdp_ahead_of_waiting(turns, nops):
    """The Z80's last read of a slice comes after the 68000's time; the latter's next read of the status is late."""
    z80 = bank(0) + z80_loop(load(0x7F05) + bytes(nops) + load(0x8000) + bytes([6, turns]) + b"\x10\xfe", 0x18)
    code = loop(words(0x287C, 0x00C0, 0x0004, 0x3014, 0x0800, 6), 7)  # MOVEA.L; MOVE.W (A4),D0; BTST, for ever
    agree(vdp_program.control(0x8154, 0x8004, 0x8C81) + started(z80) + code, 10)


@pytest.mark.parametrize("lasts", [0x400, 0x1000, 0xFFFF])  # bytes: less than a frame, two frames, thirty
@pytest.mark.parametrize("device", [0x7F11, 0x4001, 0xA000])  # PSG, YM2612, RAM
def test_a_wait_for_a_long_copy_is_no_long_frame(lasts, device):
    """The Z80 moves a byte of VRAM to a chip as soon as a copy within VRAM lets it, and is far ahead then."""
    z80 = bank(0x1FF) + poke_fm(0x2A, 0x80) + poke_fm(0x2B, 0x80) + poke(0x4000, 0x2A)
    z80 += z80_loop(b"\x21\x00\x7f\x11" + struct.pack("<H", device) + b"\xed\xa0", 0x18)  # LD HL; LD DE; LDI; JR
    length = (0x9300 | lasts & 0xFF, 0x9400 | lasts >> 8)
    copy = vdp_program.control(0x8F01, *length, 0x97C0, 0x0000, 0x00C0)
    main = vdp_program.control(0x8174, 0x8004, 0x8C81, 0x0000, 0x0000) + started(z80)
    rom = vdp_program.rom(main + again(copy + words(0x323C, 3000, 0x51C9, 0xFFFE)))  # MOVE.W #,D1; DBRA
    plain, quick, moved = (MegaDrive(rom) for _ in range(3))
    plain._md.plain = 1
    for _ in range(40):
        before = quick._md.state.clock
        for md in (plain, quick, moved):
            md.run_frame(render=False)
        assert 0 < quick._md.state.clock - before <= 1120 * 3420
        assert quick.state_hash() == plain.state_hash() == moved.state_hash()
        assert (quick.audio == plain.audio).all() and (quick.audio == moved.audio).all()
        moved.load_state(moved.save_state())


@pytest.mark.long
def test_many_consoles():
    for seed in range(1500):
        check(random.Random(seed), 40)


@pytest.mark.long
def test_many_consoles_with_the_python_vdp():
    for seed in range(300):
        check_model(random.Random(seed), 8)
