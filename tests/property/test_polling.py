"""Programs that wait in loops: skipping the waiting changes nothing that can be seen."""

import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive import MegaDrive

STATUS = 0xC00004
FLAG = 0xFFFF0000  # a byte of work RAM that the interrupt handlers count up
MAIN, HANDLER = 0x300, 0x280


def move_to_vdp(word: int) -> bytes:
    """Return MOVE.W #word,(STATUS)."""
    return struct.pack(">HHI", 0x33FC, word, STATUS)


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


def rom(setup: list[int], waits: list[bytes], delays: list[int], sprites: bytes) -> bytes:
    """Return a program that does the waits in turn, for ever."""
    image = bytearray(0x2000)
    vectors = [0xFFFE00, MAIN] + [HANDLER] * 62
    image[:256] = struct.pack(">64I", *vectors)
    image[0x100:0x110] = b"SEGA MEGA DRIVE "
    image[0x1F0:0x1F3] = b"JUE"
    # ADDQ.B #1,(FLAG).L; ADDQ.W #1,D7; RTE
    handler = struct.pack(">HIHH", 0x5239, FLAG, 0x5247, 0x4E73)
    image[HANDLER : HANDLER + len(handler)] = handler
    code = b"".join(move_to_vdp(word) for word in setup)
    code += struct.pack(">HIHI", 0x287C, STATUS, 0x2A7C, FLAG)  # A4, A5
    code += move_to_vdp(0x8F02) + move_to_vdp(0x6000) + move_to_vdp(0x0003)  # VRAM $E000: the sprite table
    for word in struct.unpack(f">{len(sprites) // 2}H", sprites):
        code += struct.pack(">HHI", 0x33FC, word, 0xC00000)
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
handler_waits = st.builds(wait_for_handler, st.integers(0, 3))
sprite = st.builds(
    lambda y, size, link, x: struct.pack(">HBBHH", y, size, link, 0x0001, x),
    st.integers(100, 300), st.integers(0, 15), st.integers(0, 8), st.integers(100, 460),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([0x8C81, 0x8C00]),
    st.sampled_from([0x8174, 0x8164, 0x8134, 0x817C, 0x8154]),
    st.sampled_from([0x8004, 0x8014]),
    st.integers(0x8A00, 0x8AFF),
    st.lists(st.one_of(status_waits, handler_waits), min_size=1, max_size=4),
    st.lists(st.integers(0, 40), min_size=4, max_size=4),
    st.lists(sprite, min_size=1, max_size=8),
)
def test_waiting_is_skipped_without_a_trace(width, display, hint, lines, waits, delays, sprites):
    setup = [0x8004, 0x8154, width, 0x8570, hint, lines, display]
    program = rom(setup, waits, delays[: len(waits)], b"".join(sprites))
    skipping, plain = MegaDrive(program), MegaDrive(program)
    plain._md.plain = 1
    for _ in range(4):
        for md in (skipping, plain):
            md.run_frame()
        assert skipping.state_hash() == plain.state_hash()
        assert (skipping.frame == plain.frame).all()
        assert (skipping.audio == plain.audio).all()


def test_waiting_costs_few_turns():
    """A frame of waiting is 3,500 turns of these loops; those that are left are counted by their reads of the VDP."""
    waits = [wait_for_status(0, 3, True), wait_for_status(0, 3, False)]
    md = MegaDrive(rom([0x8004, 0x8144, 0x8C81], waits, [0, 0], b""))
    md.run_frames(4)
    before = md._md.polling.accesses
    md.run_frame()
    assert md._md.polling.accesses - before < 262 * 4


def test_a_branch_to_an_odd_address():
    """With address errors off it goes to the even one before it: here NOP; BRA."""
    program = rom([0x8004, 0x8174, 0x8C81], [bytes.fromhex("4E71 60FD")], [0], b"")
    skipping, plain = MegaDrive(program, address_errors=False), MegaDrive(program, address_errors=False)
    plain._md.plain = 1
    for md in (skipping, plain):
        md.run_frames(4)
    assert skipping.state_hash() == plain.state_hash()


def test_plain_is_asked_for_by_the_environment(monkeypatch):
    monkeypatch.setenv("MEGADRIVE_PLAIN", "1")
    assert MegaDrive(rom([], [], [], b""))._md.plain == 1
    monkeypatch.setenv("MEGADRIVE_PLAIN", "0")
    assert MegaDrive(rom([], [], [], b""))._md.plain == 0
