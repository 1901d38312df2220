"""Frames that nobody looks at: the flags that drawing sets come out as in those that are drawn."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive import MegaDrive

MAIN, HANDLER = 0x300, 0x280
SPRITES, PATTERNS, NAMES = 0xE000, 0x20, 0xC000
DISPLAY_OFF, DISPLAY_ON = 0x8134, 0x8174


def control(*words: int) -> bytes:
    """Return MOVE.W #word,4(A4) for each word."""
    return b"".join(struct.pack(">HHH", 0x397C, word, 4) for word in words)


def command(code: int, address: int) -> bytes:
    return control((code & 3) << 14 | address & 0x3FFF, (code & 0x3C) << 2 | address >> 14)


def write(code: int, address: int, *words: int) -> bytes:
    """Return writes of words to VRAM (code 1), CRAM (3) or VSRAM (5)."""
    return command(code, address) + b"".join(struct.pack(">HH", 0x38BC, word) for word in words)


def fill(address: int, length: int, byte: int) -> bytes:
    words = (0x8F01, 0x9300 | length & 0xFF, 0x9400 | length >> 8, 0x9780)
    return (
        control(*words)
        + command(0x21, address)
        + struct.pack(">HH", 0x38BC, byte << 8)
        + wait_for_dma()
        + control(0x8F02)
    )


def wait_for_dma() -> bytes:
    return struct.pack(">HHHHH", 0x302C, 4, 0x0800, 1, 0x66F6)  # MOVE.W 4(A4),D0; BTST #1,D0; BNE


def wait(turns: int) -> bytes:
    return struct.pack(">HHHh", 0x323C, turns, 0x51C9, -2)  # MOVE.W #turns,D1; DBRA: about 10 clocks a turn


READ_STATUS = struct.pack(">HHHH", 0x302C, 4, 0xE35E, 0xBD40)  # MOVE.W 4(A4),D0; ROL.W #1,D6; EOR.W D6,D0
READ_STATUS = READ_STATUS[:-2] + struct.pack(">HHH", 0xB146, 0x3AC6, 0x4E71)  # EOR.W D0,D6; MOVE.W D6,(A5)+; NOP


def sprite(y: int, size: int, link: int, word: int, x: int) -> bytes:
    return struct.pack(">HBBHH", y, size, link, word, x)


columns = st.sampled_from([0, 128, 128, 133, 160, 161, 200, 440, 447])
lines = st.sampled_from([121, 128, 140, 141, 180, 230, 260, 350, 351])


@st.composite
def tables(draw) -> list[bytes]:
    """Return the sprites of a table: a few that may meet, and perhaps more than a line takes."""
    sprites = [
        (
            draw(lines),
            draw(st.sampled_from([0, 1, 5, 15])),
            draw(st.sampled_from([1, 2, 0x0801, 0x1003])),
            draw(columns),
        )
        for _ in range(draw(st.integers(1, 6)))
    ]
    if draw(st.booleans()):
        y, wide = draw(lines), draw(st.booleans())
        for i in range(draw(st.sampled_from([9, 10, 11]) if wide else st.sampled_from([15, 16, 17, 19, 20, 21]))):
            sprites.append((y, 12, 1, 130 + 33 * i) if wide else (y + i // 18, 0, 1, 128 + 9 * i))
    return [sprite(y, size, (i + 1) % len(sprites), word, x) for i, (y, size, word, x) in enumerate(sprites)]


registers = st.sampled_from(
    [0x8230, 0x8238, 0x8407, 0x8570, 0x8571, 0x8700, 0x8705, 0x8B00, 0x8B04, 0x8C00, 0x8C81, 0x8D3C, 0x9001, 0x9103,
     0x9205, DISPLAY_OFF, DISPLAY_ON, DISPLAY_ON, 0x817C, 0x8004, 0x8006, 0x8170]
)  # fmt: skip
rows = st.sampled_from([0, 0x1111, 0x1111, 0x0001, 0x1000, 0xFFFF])
names = st.builds(lambda at, word: write(1, NAMES + 2 * at, word), st.integers(0, 2047), st.integers(0, 0xFFFF))
patterns = st.builds(lambda at, word: write(1, PATTERNS + 2 * at, word), st.integers(0, 280), rows)
moves = st.one_of(
    st.builds(lambda i, x: write(1, SPRITES + 8 * i + 6, x), st.integers(0, 5), columns),
    st.builds(lambda i, y: write(1, SPRITES + 8 * i, y), st.integers(0, 5), lines),
    st.builds(lambda i, at, word: write(1, SPRITES + 8 * i + at, word), st.integers(0, 5), st.sampled_from([2, 4]),
              st.one_of(st.integers(0, 6), st.integers(0, 0xFFF))),
)  # fmt: skip
actions = st.one_of(
    names, names, patterns, moves, moves, moves,
    st.builds(lambda at, words: write(1, NAMES + 2 * at, *words), st.integers(0, 2047), st.lists(rows, max_size=20)),
    st.builds(lambda word: control(word), registers),
    st.builds(lambda word: control(word), st.sampled_from([0x8570, 0x8571, 0x8C00, 0x8C81, DISPLAY_OFF, DISPLAY_ON])),
    st.just(fill(PATTERNS, 0x400, 0)), st.just(fill(PATTERNS, 0x400, 0x11)),
    st.builds(lambda at, word: write(5, 2 * at, word), st.integers(0, 39), st.integers(0, 0x3FF)),
    st.builds(
        fill, st.sampled_from([NAMES, NAMES + 100, PATTERNS, SPRITES - 40]), st.integers(1, 300), st.integers(0, 255)
    ),
    *[st.just(READ_STATUS)] * 5,
)  # fmt: skip


def program(width: int, table: list[bytes], pattern_rows: list[int], steps: list[tuple[bytes, int]]) -> bytes:
    """Return a ROM that takes the steps again and again."""
    image = bytearray(0x4000)
    image[:256] = struct.pack(">64I", *([0xFFFE00, MAIN] + [HANDLER] * 62))
    image[0x100:0x110] = b"SEGA MEGA DRIVE "
    image[HANDLER : HANDLER + 2] = b"\x4e\x73"
    code = struct.pack(">HIHI", 0x287C, 0xC00000, 0x2A7C, 0xFFFF0000)  # A4: VDP, A5: work RAM
    code += control(0x8004, DISPLAY_OFF, width, 0x8570, 0x8F02)
    words = [word for entry in table for word in struct.unpack(">4H", entry)]
    code += write(1, SPRITES, *words)
    code += write(1, PATTERNS, *(word for word in (pattern_rows * 200)[:200] for _ in range(2)))
    code += control(DISPLAY_ON)
    start = len(code)
    for action, turns in steps:
        code += action + wait(turns)
    code += struct.pack(">HHHh", 0xDAFC, 0, 0x6000, start - len(code) - 6)  # ADDA.W #0,A5; BRA
    image[MAIN : MAIN + len(code)] = code
    return bytes(image)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from([0x8C81, 0x8C81, 0x8C00, 0x8C87]),
    tables(),
    st.lists(rows, min_size=1, max_size=9),
    st.lists(st.tuples(actions, st.one_of(st.integers(0, 30), st.integers(0, 3000))), min_size=1, max_size=25),
)
def test_flags_of_frames_that_nobody_looks_at(width, table, pattern_rows, steps):
    rom = program(width, table, pattern_rows, steps)
    unseen, seen, plain = MegaDrive(rom), MegaDrive(rom), MegaDrive(rom)
    plain._md.plain = 1
    for _ in range(4):
        for md in (unseen, seen, plain):
            md.run_frame(render=md is not unseen, audio=False)
        assert unseen.state_hash() == seen.state_hash()
        assert unseen.state_hash() == plain.state_hash()


def wait_for_line(line: int) -> bytes:
    """Return CMPI.B #line,8(A4); BNE."""
    return struct.pack(">HHHH", 0x0C2C, line, 8, 0x66F8)


# What makes the pair of sprites in lines 100 to 107 meet, and what parts it.
CHANGES = {
    "x": (write(1, SPRITES + 14, 200), write(1, SPRITES + 14, 220)),
    "y": (write(1, SPRITES + 8, 228), write(1, SPRITES + 8, 20)),
    "link": (write(1, SPRITES + 2, 1), write(1, SPRITES + 2, 0)),
    "name": (write(1, SPRITES + 12, 1), write(1, SPRITES + 12, 40)),
    "pattern": (write(1, PATTERNS, *[0x1111] * 16), write(1, PATTERNS, *[0] * 16)),
    "fill": (fill(PATTERNS, 32, 0x11), fill(PATTERNS, 32, 0)),
    "table": (control(0x8570), control(0x8572)),
    "display": (control(DISPLAY_ON), control(DISPLAY_OFF)),
    "names": (write(1, NAMES, *range(16)), write(1, NAMES, *range(16, 32))),
    "planes": (control(0x8230, 0x8D3C, 0x9001), control(0x8238, 0x8D38, 0x9003)),
}


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("width", [0x8C81, 0x8C00])
def test_a_change_at_any_line(kind, width):
    """Two changes in a picture that wait for no other, one of them behind a look at all lines to come."""
    meet, part = CHANGES[kind]
    table = [sprite(228, 0, 1, 1, 200), sprite(228, 0, 0, 1, 200)]
    look = write(1, NAMES + 0x200, 0x1234) + wait(20) + write(1, NAMES + 0x200, 0x4321)
    flags = set()
    for first, second in ((meet, part), (part, meet)):
        for line in (30, 98, 99, 103, 150):
            for before in (b"", look, READ_STATUS):
                steps = [
                    (second + wait_for_line(20) + before + wait_for_line(line) + first + wait_for_line(160), 10),
                    (READ_STATUS + wait_for_line(230), 0),
                ]
                rom = program(width, table, [0x1111] * 8, steps)
                unseen, seen = MegaDrive(rom), MegaDrive(rom)
                for _ in range(3):
                    unseen.run_frame(render=False, audio=False)
                    seen.run_frame(render=True, audio=False)
                    assert unseen.state_hash() == seen.state_hash(), (line, first, before)
                flags.add(seen.cpu.d[0] & 0x20)
    assert flags == ({0, 0x20} if kind not in ("names", "planes") else {0x20})


@pytest.mark.parametrize("y", [120, 121, 122, 128, 351])
def test_more_sprites_than_a_line_takes(y):
    """In one line of the picture only, the first or the last one among them; or in none."""
    table = [sprite(y, 0, (i + 1) % 21, 1, 128 + 9 * i) for i in range(21)]
    rom = program(0x8C81, table, [0x1111] * 8, [(wait_for_line(20) + READ_STATUS * 2, 100)])
    unseen, seen = MegaDrive(rom), MegaDrive(rom)
    for _ in range(3):
        unseen.run_frame(render=False, audio=False)
        seen.run_frame(render=True, audio=False)
        assert unseen.state_hash() == seen.state_hash()
