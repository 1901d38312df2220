"""Words for the data port that wait in the FIFO until somebody looks, against each going its own way."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vdp_program import CONTROL, DATA, HV, control, data, rom, store, store_byte

from megadrive import MegaDrive

LEA_DATA = struct.pack(">HI", 0x41F9, DATA)
DMA_FILL = (0x9340, 0x9400, 0x9780, 0x4000, 0x0080)
DMA_COPY = (0x9320, 0x9400, 0x9540, 0x9600, 0x97C0, 0x2000, 0x00C2)
DMA_BUS = (0x9320, 0x9400, 0x9500, 0x9600, 0x9700, 0x6000, 0x0080)


def command(code: int, address: int) -> bytes:
    return control((code & 3) << 14 | address & 0x3FFF, (code & 0x3C) << 2 | address >> 14)


def wait(turns: int) -> bytes:
    """MOVE.W #turns,D1; DBF D1."""
    return struct.pack(">HHHH", 0x323C, turns, 0x51C9, 0xFFFE)


def stream(turns: int, pause: int, long: bool, first: int, step: int) -> bytes:
    """Store D0 to the data port again and again, with NOPs in between."""
    body = struct.pack(">H", 0x2080 if long else 0x3080) + b"\x4e\x71" * pause + struct.pack(">HI", 0x0680, step)
    return struct.pack(">HIHH", 0x203C, first, 0x323C, turns) + body + struct.pack(">Hh", 0x51C9, -len(body) - 2)


def copy_word(source: int, target: int) -> bytes:
    return struct.pack(">HII", 0x33F9, source, target)


words = st.integers(0, 0xFFFF)
pieces = st.one_of(
    st.builds(
        stream,
        st.integers(0, 60),
        st.integers(0, 12),
        st.booleans(),
        st.integers(0, 2**32 - 1),
        st.integers(0, 2**32 - 1),
    ),
    st.builds(
        command,
        st.sampled_from([1, 1, 1, 3, 5, 0, 4, 9, 7]),
        st.sampled_from([0, 0x20, 0x1FFE, 0x8000, 0xC001, 0xF000, 0xF7F8, 0xFFFC]),
    ),
    st.builds(command, st.just(1), words),
    st.builds(
        lambda n: b"".join(struct.pack(">HII", 0x23FC, i * 0x1234567 & 0xFFFFFFFF, DATA) for i in range(n)),
        st.integers(1, 9),
    ),
    st.builds(lambda word: store_byte(DATA, word & 0xFF), words),
    st.builds(
        control,
        st.sampled_from([0x8F00, 0x8F01, 0x8F02, 0x8F80, 0x8C00, 0x8C81, 0x8134, 0x8174, 0x8114, 0x8154, 0x81F4]),
    ),
    st.builds(
        control,
        st.sampled_from(
            [0x8500, 0x8578, 0x857C, 0x8004, 0x8014, 0x8A05, 0x8B00, 0x8B07, 0x8700, 0x8733, 0x4000, 0xC000]
        ),
    ),
    st.sampled_from([control(*DMA_FILL) + data(0x1234), control(*DMA_COPY), control(*DMA_BUS), control(*DMA_FILL)]),
    st.builds(lambda to: copy_word(CONTROL, 0xFF8000 + to), st.integers(0, 0xFF).map(lambda i: 2 * i)),
    st.builds(lambda to: copy_word(HV, 0xFF8200 + to), st.integers(0, 0xFF).map(lambda i: 2 * i)),
    st.builds(lambda a: command(0, a) + copy_word(DATA, 0xFF8400) + command(1, a), words),
    st.builds(wait, st.integers(0, 400)),
)


@pytest.mark.parametrize("look", ["picture", "nothing"])
@settings(max_examples=40, deadline=None)
@given(st.lists(pieces, min_size=3, max_size=30), st.lists(pieces, max_size=2), st.integers(0, 2**16))
def test_waiting_words_change_nothing(look, parts, at_line, seed):
    main = LEA_DATA + control(0x8004, 0x8174, 0x8230, 0x8407, 0x857C, 0x8C81, 0x8D3F, 0x8F02, 0x9011, 0x8AFF)
    main += struct.pack(">HH", 0x46FC, 0x2300)
    body = b""
    for part in parts:
        if len(body) + len(part) < 0x600:
            body += part
    main += body + struct.pack(">Hh", 0x6000, -len(body) - 2)
    save = b"\x48\xe7\xc0\x00"  # MOVEM.L D0-D1,-(A7); and back
    work = b"".join(at_line)
    handler = save + (work if len(work) <= 0x60 else b"") + store(0xFF9000, 1) + b"\x4c\xdf\x00\x03"
    program = rom(main, {4: handler, 6: handler})
    waiting, plain = (MegaDrive(program, seed=seed) for _ in range(2))
    plain._md.plain = 1
    for _ in range(4):
        for md in (waiting, plain):
            md.run_frame(render=look == "picture", audio=False)
        assert waiting.state_hash() == plain.state_hash()
        if look == "picture":
            np.testing.assert_array_equal(waiting.frame, plain.frame)
    assert waiting.fork().state_hash() == plain.state_hash()


def test_a_word_written_behind_the_end_of_a_frame_is_in_the_state():
    """A frame may end between the two halves of a MOVE.L: the chip has been brought to the second one."""
    main = LEA_DATA + control(0x8004, 0x8134, 0x8C81, 0x8F02) + command(1, 0)
    body = b"".join(struct.pack(">H", 0x2080) + b"\x4e\x71" * (i % 3) for i in range(200))
    program = rom(main + body + struct.pack(">Hh", 0x6000, -len(body) - 2))
    waiting, plain = MegaDrive(program), MegaDrive(program)
    plain._md.plain = 1
    behind = 0
    for _ in range(120):
        for md in (waiting, plain):
            md.run_frame(render=False, audio=False)
        state = waiting._md.state.vdp
        behind += state.clock > state.frame_clock
        assert state.clock == plain._md.state.vdp.clock
        assert waiting.state_hash() == plain.state_hash()
    assert behind > 10
