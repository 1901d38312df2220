"""Programs that wait in loops: skipping the waiting changes nothing that can be seen."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive import Button, MachineGroup, MegaDrive, Pad

STATUS = 0xC00004
FLAG = 0xFFFF0000  # a byte of work RAM that the interrupt handlers count up
MAIN, HANDLER = 0x300, 0x280


def move_to_vdp(word: int) -> bytes:
    """Return MOVE.W #word,(STATUS)."""
    return struct.pack(">HHI", 0x33FC, word, STATUS)


def to_word(word: int, address: int) -> bytes:
    """Return MOVE.W #word,(address)."""
    return struct.pack(">HHI", 0x33FC, word, address)


def wait_for_status(kind: int, bit: int, until_set: bool) -> bytes:
    """Return one of the loops in which programs wait for a bit of the VDP's status."""
    branch = 0x67 if until_set else 0x66
    test = struct.pack(">HH", 0x0800, bit)  # BTST #bit,D0
    body = {
        0: struct.pack(">HI", 0x3039, STATUS) + test,  # MOVE.W (STATUS).L,D0
        1: struct.pack(">H", 0x3014) + test,  # MOVE.W (A4),D0
        2: struct.pack(">HI", 0x287C, STATUS) + struct.pack(">H", 0x3014) + test,  # MOVEA.L #STATUS,A4 in the loop
        3: struct.pack(">HHH", 0x302C, 0, 0x0240) + struct.pack(">H", 1 << bit),  # MOVE.W 0(A4),D0; ANDI.W #,D0
        4: struct.pack(">HHH", 0x082C, bit & 7, 1 - bit // 8),  # BTST #,d16(A4), a byte
        5: struct.pack(">HH", 0x3014, 0x4E71) + test,  # with a NOP
    }[kind]
    return body + bytes([branch, 0x100 - len(body) - 2])


def wait_for_handler(kind: int) -> bytes:
    """Return one of the loops in which programs wait for an interrupt handler to change a variable."""
    body = {
        0: struct.pack(">HI", 0x4A39, FLAG),  # TST.B (FLAG).L
        1: struct.pack(">H", 0x4A15),  # TST.B (A5)
        2: struct.pack(">HH", 0x1015, 0x4A00),  # MOVE.B (A5),D0; TST.B D0
        3: struct.pack(">HH", 0x0C15, 0),  # CMPI.B #0,(A5)
    }[kind]
    return body + bytes([0x67, 0x100 - len(body) - 2]) + struct.pack(">HI", 0x4239, FLAG)


def wait_for_z80(bit: int, until_set: bool) -> bytes:
    """Return a loop that waits for a bit of the byte of work RAM that the Z80 may count up: BTST #bit,(address).L."""
    return struct.pack(">HHI", 0x0839, bit, 0xFFFF8001) + bytes([0x67 if until_set else 0x66, 0xF6])


def wait_for_counter(kind: int, line: int, condition: int) -> bytes:
    """Return one of the loops in which programs wait for a value of the V counter."""
    body = {
        0: struct.pack(">HHH", 0x0C2C, line, 4),  # CMPI.B #line,4(A4)
        1: struct.pack(">HIHH", 0x1039, STATUS + 4, 0x0C00, line),  # MOVE.B ,D0; CMPI.B #line,D0
        2: struct.pack(">HHHH", 0x302C, 4, 0xE048, 0x0C00) + struct.pack(">H", line),  # MOVE.W 4(A4),D0; LSR.W #8,D0
        3: struct.pack(">HHH", 0x7200 | line & 0x7F, 0xB22C, 4),  # MOVEQ #,D1; CMP.B 4(A4),D1
        4: struct.pack(">HHH", 0x1215, 0xB22C, 4),  # MOVE.B (A5),D1; CMP.B 4(A4),D1: the line that handlers count up
        5: struct.pack(">HH", 0xBC2C, 4),  # CMP.B 4(A4),D6: another line in each round
    }[kind]
    return body + bytes([0x60 | condition, 0x100 - len(body) - 2])


def branch_back(code: bytes, condition: int, wide: bool) -> bytes:
    """Return the code and a branch back to its start."""
    if wide:
        return code + struct.pack(">Hh", 0x6000 | condition << 8, -len(code) - 2)
    return code + bytes([0x60 | condition, 0x100 - len(code) - 2])


def wait_for_pad(turns: int, port: int, bit: int, until_set: bool, wide: bool) -> bytes:
    """Return a loop that waits for a line of an I/O port after some changes of TH: BTST #bit,(address).L."""
    address = 0xA10003 + 2 * port
    code = struct.pack(">HHI", 0x13FC, 0x40, address + 6)  # MOVE.B #$40,(control)
    code += b"".join(struct.pack(">HHI", 0x13FC, 0x40 * (turn & 1), address) for turn in range(turns))
    return code + branch_back(struct.pack(">HHI", 0x0839, bit, address), 6 + until_set, wide)


def transfer(copies: bool, length: int, address: int, kind: int) -> bytes:
    """Return a fill or a copy within VRAM and the wait for its end."""
    words = [0x8F01, 0x9300 | length & 0xFF, 0x9400 | length >> 8, 0x9500, 0x9690, 0x97C0 if copies else 0x9780]
    words += [(0 if copies else 0x4000) | address & 0x3FFF, (0xC0 if copies else 0x80) | address >> 14]
    code = b"".join(move_to_vdp(word) for word in words)
    if not copies:
        code += to_word(0x6655, 0xC00000)
    return code + wait_for_status(kind, 1, False)


def long_of(register: int) -> int:
    """Return MOVE.L D3,Dn or MOVEA.L D3,An."""
    return 0x2003 | register << 9


@st.composite
def any_loop(draw) -> bytes:
    """Return a loop of instructions that store nothing, with a way out: an interrupt handler changes D7."""
    operand = st.sampled_from(
        [bytes.fromhex(code) for code in "00 01 07 14 15 2C0000 2C0004 2D0002 39 346004 356002 3C".split()]
    )
    code = b""
    for _ in range(draw(st.integers(0, 4))):
        ea = draw(operand)
        size = draw(st.integers(0, 1)) if ea[0] != 0x3C else 1
        to = draw(st.integers(0, 3))
        kind = draw(st.integers(0, 7))
        places = [STATUS, STATUS + 4, FLAG, 0xA10001 - size, 0xA10003 - size, 0x200]
        address = struct.pack(">I", draw(st.sampled_from(places)))
        rest = address if ea[0] == 0x39 else b"\x12\x34" if ea[0] == 0x3C else ea[1:]
        if kind == 0:
            code += struct.pack(">H", (0x1000, 0x3000)[size] | to << 9 | ea[0]) + rest  # MOVE
        elif kind <= 2:
            line = draw(st.sampled_from([0x8000, 0x9000, 0xB000, 0xC000, 0xD000]))
            code += struct.pack(">H", line | to << 9 | size << 6 | ea[0]) + rest
        elif kind == 3 and ea[0] != 0x3C:
            code += struct.pack(">H", 0x4A00 | size << 6 | ea[0]) + rest  # TST
        elif kind == 4 and ea[0] != 0x3C:
            code += struct.pack(">HH", 0x0800 | ea[0], draw(st.integers(0, 15))) + rest  # BTST #
        elif kind == 5:
            shift = draw(st.sampled_from([0xE000, 0xE008, 0xE018, 0xE100, 0xE108, 0xE118]))
            code += struct.pack(">H", shift | draw(st.integers(0, 7)) << 9 | draw(st.integers(0, 2)) << 6 | to)
        elif kind == 6:
            code += struct.pack(">H", 0x7000 | to << 9 | draw(st.integers(0, 255)))  # MOVEQ
        else:
            code += struct.pack(">H", long_of(to) if to != 3 else 0x4E71)
        if len(code) > 20:
            break
    last = draw(st.integers(0, 2))
    if last == 0:
        code += struct.pack(">HH", 0x0807, draw(st.integers(0, 2)))  # BTST #,D7
    elif last == 1:
        code += struct.pack(">HH", 0x0C07, draw(st.integers(0, 9)))  # CMPI.B #,D7
    return branch_back(code, draw(st.sampled_from([4, 5, 6, 7, 10, 11])), draw(st.booleans()))


def rom(setup: list[int], waits: list[bytes], delays: list[int], sprites: bytes, z80: bytes = b"") -> bytes:
    """Return a program that does the waits in turn, for ever, while the Z80 runs one of its own, or none."""
    image = bytearray(0x2000)
    vectors = [0xFFFE00, MAIN] + [HANDLER] * 62
    image[:256] = struct.pack(">64I", *vectors)
    image[0x100:0x110] = b"SEGA MEGA DRIVE "
    image[0x1F0:0x1F3] = b"JUE"
    # ADDQ.B #1,(FLAG).L; ADDQ.W #1,D7; ADD.W D0,(FLAG + 2).L: what the loop has read last; RTE
    handler = struct.pack(">HIHHIH", 0x5239, FLAG, 0x5247, 0xD179, FLAG + 2, 0x4E73)
    image[HANDLER : HANDLER + len(handler)] = handler
    code = b"".join(move_to_vdp(word) for word in setup)
    code += struct.pack(">HIHI", 0x287C, STATUS, 0x2A7C, FLAG)  # A4, A5
    code += move_to_vdp(0x8F02) + move_to_vdp(0x6000) + move_to_vdp(0x0003)  # VRAM $E000: the sprite table
    for word in struct.unpack(f">{len(sprites) // 2}H", sprites):
        code += struct.pack(">HHI", 0x33FC, word, 0xC00000)
    if z80:
        code += to_word(0x100, 0xA11100) + to_word(0x100, 0xA11200)
        for at, byte in enumerate(z80):
            code += struct.pack(">HHI", 0x13FC, byte, 0xA00000 + at)
        code += to_word(0, 0xA11200) + to_word(0, 0xA11100) + to_word(0x100, 0xA11200)
    code += struct.pack(">H", 0x46FC) + struct.pack(">H", 0x2000)  # MOVE #$2000,SR
    start = len(code)
    for wait, delay in zip(waits, delays, strict=True):
        code += wait + struct.pack(">H", 0x4E71) * delay
        code += struct.pack(">HH", 0x5246, 0x3606)  # ADDQ.W #1,D6; MOVE.W D6,D3
    code += struct.pack(">Hh", 0x6000, start - len(code) - 2)
    image[MAIN : MAIN + len(code)] = code
    return bytes(image)


status_waits = st.builds(
    wait_for_status, st.integers(0, 5), st.sampled_from([3, 3, 3, 2, 2, 9, 5, 6, 1]), st.booleans()
)
handler_waits = st.one_of(
    st.builds(wait_for_handler, st.integers(0, 3)), st.builds(wait_for_z80, st.integers(0, 3), st.booleans())
)
counter_waits = st.builds(wait_for_counter, st.integers(0, 5), st.integers(0, 255), st.sampled_from([2, 5, 6, 6, 6]))
transfers = st.builds(
    transfer, st.booleans(), st.sampled_from([1, 2, 30, 400, 3000, 0xFFFF]),
    st.sampled_from([0, 0x4000, 0xDFF0, 0xE008]), st.integers(0, 5),
)  # fmt: skip
pad_waits = st.builds(
    wait_for_pad, st.integers(0, 8), st.integers(0, 1), st.integers(0, 6), st.booleans(), st.booleans()
)
stops = st.just(struct.pack(">HH", 0x4E72, 0x2000))  # STOP #$2000
z80_programs = st.sampled_from(
    [
        b"",
        bytes.fromhex("18 FE"),  # JR to itself
        bytes.fromhex("3A 00 80 10 FB 06 40 18 F7"),  # LD A,($8000): the ROM; DJNZ; LD B,64; JR
        bytes.fromhex("21 00 60" + "36 01" * 9 + "3C 32 01 80 10 FE 18 F8"),  # the bank of RAM; INC A; LD ($8001),A
    ]
)
sprite = st.builds(
    lambda y, size, link, x: struct.pack(">HBBHH", y, size, link, 0x0001, x),
    st.integers(100, 300), st.integers(0, 15), st.integers(0, 8), st.integers(100, 460),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([0x8C81, 0x8C00]),
    st.sampled_from([0x8174, 0x8164, 0x8134, 0x817C, 0x8154]),
    st.sampled_from([0x8004, 0x8014]),
    st.integers(0x8A00, 0x8AFF),
    st.lists(
        st.one_of(status_waits, handler_waits, counter_waits, transfers, pad_waits, any_loop(), stops),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.integers(0, 40), min_size=4, max_size=4),
    st.one_of(st.lists(sprite, min_size=1, max_size=8), st.lists(sprite, min_size=30, max_size=30)),
    z80_programs,
    st.sampled_from([Pad.THREE_BUTTON, Pad.SIX_BUTTON]),
    st.lists(st.integers(0, 0xFFF), min_size=8, max_size=8),
)
def test_waiting_is_skipped_without_a_trace(width, display, hint, lines, waits, delays, sprites, z80, pad, pressed):
    setup = [0x8004, 0x8154, width, 0x8570, hint, lines, display]
    program = rom(setup, waits, delays[: len(waits)], b"".join(sprites), z80)
    skipping, plain = MegaDrive(program), MegaDrive(program)
    plain._md.plain = 1
    for md in (skipping, plain):
        md.set_pad(0, pad)
    for frame in range(4):
        for md in (skipping, plain):
            for player in range(2):
                md.set_buttons(player, Button(pressed[2 * frame + player]))
            md.run_frame()
        assert skipping.state_hash() == plain.state_hash()
        assert (skipping.frame == plain.frame).all()
        assert (skipping.audio == plain.audio).all()


def test_waiting_for_a_line_that_memory_says():
    """Each interrupt makes it another one, which let the loop go on before."""
    program = rom([0x8004, 0x8174, 0x8C81], [wait_for_counter(4, 0, 6)], [0], b"")
    skipping, plain = MegaDrive(program), MegaDrive(program)
    plain._md.plain = 1
    for _ in range(6):
        skipping.run_frame()
        plain.run_frame()
        assert skipping.state_hash() == plain.state_hash()


def test_waiting_for_a_line_costs_few_turns():
    """Even through the lines in which the counter jumps, and while the Z80 takes the bus all the time."""
    reads = bytes.fromhex("3A 00 80 18 FB")  # LD A,($8000): the ROM
    md = MegaDrive(rom([0x8004, 0x8174, 0x8C81], [wait_for_counter(0, 100, 6)] * 2, [40, 40], b"", reads))
    md.run_frames(4)
    before = md._md.polling.reads
    md.run_frame()
    assert md._md.polling.reads - before < 40


def test_waiting_costs_few_turns():
    """A frame of waiting is 3,500 turns of these loops; those that are left are counted by their reads of the VDP."""
    waits = [wait_for_status(0, 3, True), wait_for_status(0, 3, False)]
    md = MegaDrive(rom([0x8004, 0x8144, 0x8C81], waits, [0, 0], b""))
    md.run_frames(4)
    before = md._md.polling.reads
    md.run_frame()
    assert md._md.polling.reads - before < 262 * 4


def test_waiting_for_a_fill_costs_few_turns():
    """In a picture full of sprites that collide, where a byte of the fill takes 190 mclk and a turn 200."""
    sprites = b"".join(struct.pack(">HBBHH", 128 + 32 * (i // 2), 15, i + 1, 1, 200) for i in range(14))
    md = MegaDrive(rom([0x8004, 0x8174, 0x8C81, 0x8570], [transfer(False, 6000, 0x4000, 1)], [0], sprites))
    md.run_frames(4)
    before = md._md.polling.reads
    md.run_frame()
    assert md._md.polling.reads - before < 300


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("pad", [Pad.THREE_BUTTON, Pad.SIX_BUTTON])
def test_waiting_for_a_button_costs_few_turns(wide, pad):
    """A frame of it is 3,300 turns; a pad of six buttons forgets within the first frame how often TH has moved."""
    md = MegaDrive(rom([0x8004, 0x8144], [wait_for_pad(4, 0, 4, False, wide)], [0], b""))  # until B is pressed
    md.set_pad(0, pad)
    md.run_frames(4)
    before = md._md.polling.reads
    md.run_frame()
    assert md._md.polling.reads == before
    assert not md._md.state.cpu.r[6] & 0xFFFF
    md.set_buttons(0, Button.B)
    md.run_frame()
    assert md._md.state.cpu.r[6] & 0xFFFF


def test_a_button_that_a_group_presses_ends_waiting():
    """Between two frames of one step, in which nothing else of the machine is looked at."""
    waits = [wait_for_pad(4, 0, 4, until_set, True) for until_set in (False, True)]
    program = rom([0x8004, 0x8144], waits, [0, 0], b"")
    buttons = [Button.B, 0, 0, Button.B, Button.B, 0, Button.B, 0]
    plain = MegaDrive(program)
    plain._md.plain = 1
    for held in buttons:
        plain.set_buttons(0, Button(held))
        plain.run_frame()
    with MachineGroup(program, 1, threads=1) as group:
        group.step([[[held] for held in buttons]], frames=len(buttons))
        assert group.state_hashes() == [plain.state_hash()]


@pytest.mark.parametrize("wide", [False, True])
def test_a_z80_that_writes_to_an_io_port_ends_waiting(wide):
    """The 68000 waits for TH, which is an output and which the Z80 lets fall and rise."""
    z80 = bytes.fromhex("21 00 60" + "".join(f"36 0{0x142 >> bit & 1}" for bit in range(9)))  # the bank of $A10000
    z80 += bytes.fromhex("C6 40 32 03 80 10 FE 10 FE 18 F5")  # ADD A,$40; LD ($8003),A; DJNZ twice; JR
    waits = [wait_for_pad(0, 0, 6, until_set, wide) for until_set in (False, True)]
    skipping, plain = (MegaDrive(rom([0x8004, 0x8144], waits, [0, 0], b"", z80)) for _ in range(2))
    plain._md.plain = 1
    for _ in range(10):
        skipping.run_frame()
        plain.run_frame()
        assert skipping.state_hash() == plain.state_hash()
    assert plain._md.state.cpu.r[6] & 0xFFFF > 2


def test_a_branch_to_an_odd_address():
    """With address errors off it goes to the even one before it; the bytes from the odd one on would be a loop, too."""
    # MOVEQ #$70,D0 eight times; MOVEQ #$60,D0; LSR.W #7,D0; BRA to the first instruction's second byte.  Read from
    # there: MOVEQ #$70,D0 eight times; BRA back to the first of them.
    program = rom([0x8004, 0x8174, 0x8C81], [b"\x70" * 17 + bytes.fromhex("60 EE48 60EB")], [0], b"")
    skipping, plain = MegaDrive(program, address_errors=False), MegaDrive(program, address_errors=False)
    plain._md.plain = 1
    for md in (skipping, plain):
        md.run_frames(4)
    assert skipping.state_hash() == plain.state_hash()


def test_waiting_goes_on_after_a_load():
    """A state that is taken in the middle of a loop carries nothing of what is known of the loop."""
    program = rom([0x8004, 0x8174, 0x8C81], [wait_for_status(0, 3, True), wait_for_counter(0, 100, 6)], [0, 0], b"")
    skipping, other = MegaDrive(program), MegaDrive(program)
    for _ in range(4):
        skipping.run_frame()
        other.load_state(skipping.save_state())
        skipping.run_frame()
        other.run_frame()
        assert skipping.state_hash() == other.state_hash()
        assert skipping.fork().state_hash() == other.state_hash()


def test_plain_is_asked_for_by_the_environment(monkeypatch):
    monkeypatch.setenv("MEGADRIVE_PLAIN", "1")
    assert MegaDrive(rom([], [], [], b""))._md.plain == 1
    monkeypatch.setenv("MEGADRIVE_PLAIN", "0")
    assert MegaDrive(rom([], [], [], b""))._md.plain == 0


def test_the_state_does_not_tell_how_far_the_68000_was_last_let_run():
    md = MegaDrive(rom([0x8004, 0x8174, 0x8C81], [wait_for_status(0, 3, True)], [0], b""))
    for _ in range(3):
        md.run_frame()
        assert md._md.state.cpu.deadline == md._md.state.cpu.clock
