"""Programs of the Z80: its quick ways (skipped waiting, code for plain memory) change nothing that can be seen."""

import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from megadrive import MegaDrive

MAIN = 0x300
FLAG = 0x1F80  # a byte of Z80 RAM that the 68000 sets now and then
COUNT = 0x1F82  # what the interrupt handler counts
STATUS = 0x4000


def poke(address: int, value: int) -> bytes:
    """Return Z80 code: LD A,value; LD (address),A."""
    return struct.pack("<BBBH", 0x3E, value, 0x32, address)


def fm(register: int, value: int) -> bytes:
    return poke(STATUS, register) + poke(STATUS + 1, value)


def jr(condition: int, body: bytes) -> bytes:
    """Return the body and a JR back to its start."""
    return body + bytes([condition, 0x100 - len(body) - 2])


def wait_for_status(kind: int, bit: int, until_set: bool) -> bytes:
    """Return one of the loops in which sound drivers wait for a timer or for the end of busy."""
    again = 0x28 if until_set else 0x20
    mask, test = 1 << bit, 0x47 | bit << 3
    load = struct.pack("<BH", 0x3A, STATUS)
    loops = {
        0: jr(again, load + bytes([0xE6, mask])),  # LD A,(STATUS); AND
        1: b"\x21" + struct.pack("<H", STATUS) + jr(again, bytes([0xCB, test - 1])),  # BIT b,(HL)
        2: jr(again, bytes([0xFD, 0xCB, 0, test - 1])),  # BIT b,(IY+0)
        3: jr(again, b"\xd9" + load + b"\xd9" + bytes([0xC5, 0x01, 0x34, 0x12, 0xC1, 0xCB, test])),  # EXX, PUSH, POP
        4: jr(again, load + bytes([0x57, 0xDD, 0x7E, 1, 0x7A, 0xCB, test])),  # and a byte of RAM
        5: jr(
            again, struct.pack("<BH", 0x3A, STATUS + 2) + bytes([0xE6, mask])
        ),  # a port that shows it only for a time
        6: jr(again, b"\xed\x5f\x4f" + load + bytes([0xCB, test])),  # LD A,R; LD C,A
    }
    return fm(0x27, 0x15 if bit == 0 else 0x2A) + loops[kind]


def wait_for_flag(kind: int) -> bytes:
    load = struct.pack("<BH", 0x3A, FLAG)
    loops = {
        0: jr(0x28, load + b"\xb7"),  # LD A,(FLAG); OR A
        1: b"\x21" + struct.pack("<H", FLAG) + jr(0x28, b"\x7e\xb7"),
        2: b"\x21" + struct.pack("<H", FLAG) + jr(0x28, b"\xcb\x46"),
        3: jr(0x28, load + b"\xb7" + b"\x00" * 60),
        4: b"\x06\x20" + jr(0x28, load + b"\x05\x20\x01\x04\xb7"),  # counts on for a while
    }
    return loops[kind] + poke(FLAG, 0)


def wait_for_interrupt(kind: int) -> bytes:
    """Return a wait for the picture's interrupt."""
    before = struct.pack("<BHB", 0x3A, COUNT, 0x4F)  # LD A,(COUNT); LD C,A
    return {
        0: b"\xfb\x76",  # EI; HALT
        1: b"\xf3\xed\x5e\x21" + struct.pack("<H", COUNT) + b"\xfb\x76",  # IM 2, vector $FF
        2: before + b"\xfb" + jr(0x28, struct.pack("<BHB", 0x3A, COUNT, 0xB9)),  # CP C
        3: before + jr(0x28, b"\xfb\xf3" + struct.pack("<BHB", 0x3A, COUNT, 0xB9)),  # EI; DI within the loop
    }[kind]


def one_of(codes: str) -> st.SearchStrategy[int]:
    return st.sampled_from(bytes.fromhex(codes))


def opcodes() -> st.SearchStrategy[bytes]:
    """Draw instructions that stay where they are: loads, sums, stack, blocks; memory in upper RAM and outside."""
    loads_and_sums = bytes(code for code in range(0x40, 0xC0) if code != 0x76).hex()
    plain = one_of(loads_and_sums + "0304050708090B0F17191C1F27292F3435373F 0A121AD9EB3C3D232B39")
    byte, pointer = st.integers(0, 255), one_of("011121")
    far = st.sampled_from([0x0000, 0x4000, 0x7F12, 0x8000, 0x9123])
    return st.one_of(
        plain.map(lambda code: bytes([code])),
        st.tuples(one_of("060E161E3EC6D6E6CEFE"), byte).map(bytes),
        st.tuples(st.just(0xCB), byte).map(bytes),
        st.tuples(st.just(0xED), one_of("424A525A626A727A445F57676FA0A1A8")).map(bytes),
        st.tuples(one_of("DDFD"), one_of("7E468696BE34357770"), st.integers(0, 1)).map(bytes),
        one_of("247C8594092923448004").map(lambda code: bytes([0xDD, 0xE5, 0xDD, code, 0xDD, 0xE1])),
        st.tuples(st.just(0xDD), st.just(0xCB), st.integers(0, 3), byte).map(bytes),
        st.tuples(pointer, byte, st.integers(0x10, 0x1E)).map(bytes),
        st.tuples(pointer, far).map(lambda pair: struct.pack("<BH", *pair)),
        one_of("C5D5E5F5").map(lambda code: bytes([code, code - 4])),  # PUSH, POP
        st.tuples(st.integers(1, 40), one_of("B0B8")).map(
            lambda pair: bytes.fromhex("210012 110014 01") + bytes([pair[0], 0, 0xED, pair[1]])
        ),
        st.just(bytes.fromhex("CD3000 F7 C43000")),  # calls of a RET
        byte.map(lambda count: bytes([0x06, count, 0x10, 0xFE])),  # LD B; DJNZ
        byte.map(lambda count: bytes([0x3E, count, 0x3D, 0x20, 0xFD])),  # LD A; DEC A; JR NZ
        st.tuples(st.just(0x3E), st.integers(0, 1)).map(lambda pair: bytes(pair) + b"\x32\x00\x60"),  # the bank
        st.tuples(st.sampled_from([0x0000, 0x1FFF, 0x3FFF, 0x9234, 0xFFFF]), one_of("C1D1E1")).map(  # POP elsewhere
            lambda pair: struct.pack("<BHBBH", 0x31, pair[0], pair[1], 0x31, 0x1F00)
        ),
        st.sampled_from([0x0010, 0x3FFF, 0x4000, 0x8000, 0xBEEF]).map(lambda at: struct.pack("<BBH", 0xED, 0x5B, at)),
        st.tuples(st.just(0xFD), st.just(0xCB), st.integers(0, 3), byte).map(bytes),  # IY: the YM2612
        st.just(bytes.fromhex("DDFDDD00 ED00")),
    )


def vdp_ports() -> st.SearchStrategy[bytes]:
    """Draw accesses to the VDP through the Z80's window, but no reads of data, which may never end."""
    ports = st.sampled_from([0x7F04, 0x7F05, 0x7F07, 0x7F08, 0x7F09])
    reads = ports.map(lambda port: struct.pack("<BHBH", 0x3A, port, 0x32, 0x1F90))  # LD A,(port); LD (nn),A
    mode = st.tuples(ports, st.sampled_from([1, 2, 4, 8])).map(
        lambda pair: jr(0x28, struct.pack("<BHBB", 0x3A, pair[0], 0xE6, pair[1]))  # AND n; JR Z
    )
    registers = st.sampled_from([0x80, 0x81, 0x87, 0x8A, 0x8B, 0x8D, 0x8F, 0x91, 0x92, 0x40, 0xC0])
    writes = st.one_of(
        registers.map(lambda value: poke(0x7F04, value)),
        st.integers(0, 255).map(lambda value: poke(0x7F00, value)),
        st.integers(0, 255).map(lambda value: poke(0x7F11, value)),
    )
    many = st.tuples(st.integers(1, 255), st.one_of(reads, writes)).map(
        lambda pair: bytes([0x06, pair[0]]) + jr(0x10, pair[1])  # LD B; DJNZ
    )
    return st.one_of(reads, mode, writes, many)


def driver(timers: tuple[int, int], parts: list[bytes], ends: bytes) -> bytes:
    """Return a Z80 program that does the parts in turn, for ever or once."""
    image = bytearray(0x1000)
    image[0:3] = b"\xc3\x00\x01"
    image[0x30] = 0xC9
    handler = struct.pack("<BBHBBHBBB", 0xF5, 0x3A, COUNT, 0x3C, 0x32, COUNT, 0xF1, 0xFB, 0xC9)
    image[0x38 : 0x38 + len(handler)] = handler
    code = struct.pack("<BBHBB", 0xF3, 0x31, 0x1F00, 0xED, 0x56)  # DI; LD SP; IM 1
    code += struct.pack("<BBHBBH", 0xDD, 0x21, 0x1800, 0xFD, 0x21, STATUS)  # LD IX; LD IY
    code += fm(0x24, timers[0]) + fm(0x26, timers[1])
    start = 0x100 + len(code)
    # parts may leave IX anywhere: set again before each
    code += b"".join(struct.pack("<BBH", 0xDD, 0x21, 0x1800) + part for part in parts)
    code += ends or struct.pack("<BH", 0xC3, start)
    image[0x100 : 0x100 + len(code)] = code
    image[0xFF00 & 0xFFF : 0xF02] = b"\x38\x00"
    return bytes(image)


def rom(program: bytes, delays: list[int], touches: list[int]) -> bytes:
    """Return a program of the 68000 that starts the Z80 and now and then takes its bus."""
    image = bytearray(0x4000)
    image[:256] = struct.pack(">64I", 0xFFFE00, MAIN, *[0x280] * 62)
    image[0x100:0x110] = b"SEGA MEGA DRIVE "
    image[0x1F0:0x1F3] = b"JUE"
    image[0x280:0x282] = b"\x4e\x73"
    image[0x2000 : 0x2000 + len(program)] = program

    def move_word(value: int, address: int) -> bytes:
        return struct.pack(">HHI", 0x33FC, value, address)

    def move_byte(value: int, address: int) -> bytes:
        return struct.pack(">HHI", 0x13FC, value, address)

    take = move_word(0x100, 0xA11100)
    give = move_word(0, 0xA11100)
    code = move_word(0x8144, 0xC00004) + move_word(0x8004, 0xC00004)
    code += take + move_word(0x100, 0xA11200)
    code += struct.pack(">HIHI", 0x41F9, 0x2000, 0x43F9, 0xA00000)  # LEA
    code += struct.pack(">HH", 0x303C, len(program) - 1) + struct.pack(">HHH", 0x12D8, 0x51C8, 0xFFFC)
    code += move_word(0, 0xA11200) + give + move_word(0x100, 0xA11200)
    start = len(code)
    for delay, touch in zip(delays, touches, strict=True):
        code += struct.pack(">HHHH", 0x323C, delay, 0x51C9, 0xFFFE)  # MOVE #,D1; DBRA
        code += {
            0: take + move_byte(1, 0xA00000 + FLAG) + give,
            1: take + give,
            2: struct.pack(">HI", 0x1039, 0xA11100),  # is looked at
            3: take + move_byte(0x2A, 0xA04000) + move_byte(delay & 255, 0xA04001) + give,
            4: take + struct.pack(">HI", 0x1039, 0xA04000) + give,
            5: move_byte(0x9F, 0xC00011),
            6: move_word(0, 0xA11200) + move_word(0x100, 0xA11200),  # reset
            7: move_word(0x8A00 | delay & 15, 0xC00004) + move_word(0x8014, 0xC00004),  # interrupts of lines
            # waits for the picture's end while the Z80 may take its bus: BTST #3 of the status, BEQ
            8: struct.pack(">HIIH", 0x3039, 0xC00004, 0x08000003, 0x67F4),
            9: struct.pack(">HIIH", 0x3039, 0xC00004, 0x08000002, 0x66F4),  # for the blank of lines to end
            10: struct.pack(">HIIH", 0x1039, 0xC00008, 0x0C000000 | delay & 0x7F, 0x66F4),  # for a line
            11: struct.pack(">HIH", 0x33C0, 0xC00000, 0x3003) * 3,  # MOVE.W D0 to the VDP's data; MOVE.W D3,D0
        }[touch]
    code += struct.pack(">Hh", 0x6000, start - len(code) - 2)
    image[MAIN : MAIN + len(code)] = code
    return bytes(image)


waits = st.one_of(
    st.builds(wait_for_status, st.integers(0, 6), st.sampled_from([0, 1, 7]), st.booleans()),
    st.builds(wait_for_flag, st.integers(0, 4)),
    st.builds(wait_for_interrupt, st.integers(0, 3)),
)
work = st.lists(opcodes(), min_size=1, max_size=20).map(b"".join)
touches = st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 11)), min_size=1, max_size=6)
endings = st.sampled_from([b"", b"", b"\x18\xfe", b"\xfb\x18\xfe", b"\x76", b"\xf3\x76"])


def check(program: bytes, frames: int, cmos: bool = False) -> None:
    skipping, plain = MegaDrive(program), MegaDrive(program)
    for md in (skipping, plain):
        md._md.state.ym2612.integrated = cmos
    plain._md.plain = 1
    for _ in range(frames):
        for md in (skipping, plain):
            md.run_frame()
        assert skipping.z80.pc == plain.z80.pc
        assert skipping.state_hash() == plain.state_hash()
        assert (skipping.audio == plain.audio).all()


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(0xC0, 0xFF), st.integers(0x80, 0xFF)),
    st.lists(st.one_of(waits, waits, work), min_size=1, max_size=6),
    endings,
    touches,
)
def test_waiting_of_the_z80_is_skipped_without_a_trace(timers, parts, ends, touches):
    check(rom(driver(timers, parts, ends), *map(list, zip(*touches, strict=True))), 4)


@settings(max_examples=60, deadline=None)
@given(st.lists(work, min_size=1, max_size=5), touches)
@example([b"\xdd\xcb\x00\x00"], [(0, 7)])
def test_programs_in_plain_memory_do_the_same_as_elsewhere(parts, touches):
    check(rom(driver((0, 0), parts, b""), *map(list, zip(*touches, strict=True))), 3)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(0xC0, 0xFF), st.integers(0x80, 0xFF)),
    st.lists(st.one_of(waits, vdp_ports(), vdp_ports()), min_size=1, max_size=6),
    touches,
)
def test_both_processors_at_the_vdp(timers, parts, touches):
    check(rom(driver(timers, parts, b""), *map(list, zip(*touches, strict=True))), 4)


def pause(states: int) -> bytes:
    """Return code that takes so many T states, at least 13."""
    odd = {0: b"", 1: b"\x06\x00\x03", 2: b"\x03", 3: b"\x06\x00"}[states % 4]  # LD B,n 7; INC BC 6
    return odd + b"\x00" * ((states - {0: 0, 1: 13, 2: 6, 3: 7}[states % 4]) // 4)


def fm_traffic() -> st.SearchStrategy[bytes]:
    """Draw bursts of writes to the YM2612 and reads of its status, which are kept in RAM."""
    register = st.sampled_from(
        [0x00, 0x21, 0x22, 0x24, 0x26, 0x27, 0x27, 0x28, 0x2A, 0x2A, 0x2B, 0x2C, 0x40, 0xA0, 0xB4]
    )
    value = st.one_of(st.sampled_from([0x00, 0x05, 0x0A, 0x0F, 0x15, 0x1F, 0x2A, 0x2F, 0x35, 0x3F]), st.integers(0, 63))
    port = st.sampled_from([0, 0, 0, 1, 2, 3])
    load = bytes.fromhex("210040")  # LD HL,$4000
    keep = b"\x12\x1c"  # LD (DE),A; INC E
    write = st.tuples(register, value, st.sampled_from([0, 0, 0, 2])).map(
        lambda w: load + (b"\x2c\x2c" if w[2] else b"") + bytes([0x36, w[0], 0x2C, 0x36, w[1]])  # LD (HL),n; INC L
    )
    # only flags are cleared, of a chip that is known not to be busy
    clear = st.tuples(st.sampled_from([0x0F, 0x1F, 0x2F, 0x3F]), st.integers(84, 95)).map(
        lambda w: (
            load
            + b"\x7e"
            + pause(120)
            + b"\x7e"
            + bytes([0x36, 0x27, 0x2C, 0x36, w[0], 0x2D])
            + pause(w[1] - 4)
            + b"\x7e"
            + keep
        )
    )
    data = st.tuples(port, value).map(lambda w: poke(STATUS + w[0], w[1]))
    both = st.tuples(register, value).map(lambda w: struct.pack("<BBBBH", 0x21, *w, 0x22, STATUS))  # LD (nn),HL
    read = st.one_of(
        port.map(lambda at: struct.pack("<BH", 0x3A, STATUS + at) + keep),
        st.just(load + b"\x7e" + keep),
        st.just(b"\x01\x00\x40\x0a" + keep),  # LD BC; LD A,(BC)
        st.just(b"\xfd\x7e\x00" + keep),  # LD A,(IY+0)
        st.just(load + b"\xcb\x7e\xf5\xc1\x79" + keep),  # BIT 7; PUSH AF; POP BC; LD A,C
    )
    delay = st.one_of(
        st.integers(0, 8).map(lambda count: b"\x00" * count),
        st.integers(1, 255).map(lambda count: bytes([0x06, count, 0x10, 0xFE])),
    )
    # busy ends 34 cycles after data, of 2.8 T states each
    exact = st.tuples(register, value, st.integers(84, 95)).map(
        lambda w: load + bytes([0x36, w[0], 0x2C, 0x36, w[1], 0x2D]) + pause(w[2] - 4) + b"\x7e" + keep
    )
    window = st.tuples(st.sampled_from([0x8000, 0x8001, 0xFFFE]), st.sampled_from([b"\x7e", b"\xcb\x46", b"\x86"])).map(
        lambda pair: struct.pack("<BH", 0x21, pair[0]) + pair[1] + keep
    )
    bank = st.integers(0, 1).map(lambda bit: poke(0x6000, bit))
    return st.one_of(write, write, exact, exact, clear, data, both, read, read, read, delay, window, bank)


@settings(max_examples=150, deadline=None)
@given(
    st.tuples(st.integers(0xF0, 0xFF), st.integers(0xF8, 0xFF)),
    st.booleans(),
    st.lists(st.lists(fm_traffic(), min_size=1, max_size=24).map(b"".join), min_size=1, max_size=8),
    touches,
)
def test_the_ym2612_answers_the_z80_at_once_as_it_would(timers, cmos, parts, touches):
    """Busy and flags are foreseen over the Z80's own writes, in any order, with the 68000 coming in between."""
    start = b"\x11\x00\x19" + fm(0x27, 0x3F)  # LD DE: where the reads go
    program = rom(driver(timers, [start, *parts], b""), *map(list, zip(*touches, strict=True)))
    check(program, 3, cmos)


@pytest.mark.parametrize("turns", [200, 1700])
def test_a_wait_for_the_blank_ends_when_the_z80_turns_the_display_off(turns):
    """Then the 68000 takes the Z80's bus, which stops its counting."""
    delay = b"\x01" + struct.pack("<H", turns) + jr(0x20, b"\x0b\x78\xb1")  # LD BC; DEC BC; LD A,B; OR C; JR NZ
    count = b"\x21\x00\x18" + jr(0x18, b"\x34")  # LD HL; INC (HL); JR
    check(rom(driver((0, 0), [delay + poke(0x7F04, 0x81) + count], b""), [0, 0], [8, 0]), 6)


@pytest.mark.long
def test_every_rom_of_the_corpus_is_the_same_with_all_skipping_and_without(corpus):
    for path in sorted((corpus / "roms").iterdir()):
        skipping, plain = MegaDrive(path), MegaDrive(path)
        plain._md.plain = 1
        for md in (skipping, plain):
            md.run_frames(400)
        assert skipping.state_hash() == plain.state_hash(), path.name


def skipped(parts: list[bytes], ends: bytes) -> MegaDrive:
    """Return a machine whose Z80 has been left alone for some frames."""
    md = MegaDrive(rom(driver((0x80, 0xC0), parts, ends), [0xFFFF], [2]))
    md.run_frames(4)  # the 68000 comes in the sixth
    return md


def test_a_z80_that_stands_still_is_not_run():
    for ends in (b"\x18\xfe", b"\xf3\x76", b"\x00\x18\xfd"):
        assert skipped([], ends)._md.z80_polling.until > 1 << 40


def test_a_wait_for_a_timer_ends_in_time():
    """Its turns are known up to the clock at which the timer's flag comes."""
    md = skipped([wait_for_status(0, 0, True)], b"")
    assert md._md.z80_polling.period == 32  # LD A,(nn) 13, AND n 7, JR 12
