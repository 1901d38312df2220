"""What a console's CPU reads of the YM2612's status, which is foreseen, against a chip that is run up to each read."""

import struct

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from vdp_program import rom, store, store_byte

from megadrive import MegaDrive, model

FM = 0xA04000
READS = 0xFF8000


class Run(model.YM2612):
    """A model that the console cannot take for the model itself, so it runs it up to each read."""

    def read(self, port: int) -> int:
        return super().read(port)


def wait(turns: int) -> bytes:
    """MOVE.W #turns,D1; DBF D1."""
    return struct.pack(">HHHH", 0x323C, turns, 0x51C9, 0xFFFE)


def write(part: int, address: int, value: int, pause: int) -> bytes:
    return store_byte(FM + 2 * part, address) + b"\x4e\x71" * pause + store_byte(FM + 2 * part + 1, value)


def read(port: int, times: int, pause: int) -> bytes:
    """MOVE.B (port),(A0)+ and some NOPs, again and again."""
    return (struct.pack(">HI", 0x10F9, FM + port) + b"\x4e\x71" * pause) * times


periods = st.sampled_from([0xFF, 0xFE, 0xF0, 3])
modes = st.sampled_from([0x0F, 0x3F, 0x1F, 0x2A, 0x15, 0x05, 0])
timers = st.one_of(
    st.builds(write, st.just(0), st.sampled_from([0x24, 0x25, 0x26]), periods, st.just(0)),
    st.builds(write, st.just(0), st.just(0x27), modes, st.integers(0, 3)),
)
others = st.sampled_from([0x28, 0x30, 0xA4, 0xB4])
pieces = st.one_of(
    timers,
    st.builds(write, st.integers(0, 1), others, st.integers(0, 255), st.integers(0, 4)),
    st.builds(read, st.sampled_from([0, 0, 0, 1, 2]), st.integers(1, 12), st.integers(0, 6)),
    st.builds(read, st.just(0), st.integers(1, 6), st.integers(0, 40)),
    st.builds(wait, st.integers(0, 200)),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(pieces, min_size=6, max_size=30), st.lists(timers, max_size=4))
def test_status_is_that_of_a_chip_that_is_run(parts, first):
    body = b"".join(first)
    for part in parts:
        if len(body) + len(part) < 0x480:
            body += part
    main = store(0xA11200, 0x0100) + store(0xA11100, 0x0100) + struct.pack(">HI", 0x41F9, READS)
    program = rom(main + body)
    foreseen, run = MegaDrive(program), MegaDrive(program)
    run.replace_chips(ym2612=Run)
    for md in (foreseen, run):
        md.run_frames(2)
    seen = [md.ram[READS & 0xFFFF : (READS & 0xFFFF) + 0x400] for md in (foreseen, run)]
    np.testing.assert_array_equal(*seen)


def test_reads_find_busy_and_timers():
    """The program of the property does see what it is about."""
    main = store(0xA11200, 0x0100) + store(0xA11100, 0x0100) + struct.pack(">HI", 0x41F9, READS)
    body = write(0, 0x24, 0xFF, 0) + write(0, 0x25, 3, 0) + write(0, 0x27, 0x05, 0) + read(0, 60, 0)
    md = MegaDrive(rom(main + body))
    md.run_frames(2)
    assert set(md.ram[READS & 0xFFFF : (READS & 0xFFFF) + 60].tolist()) == {0x80, 0, 1}
