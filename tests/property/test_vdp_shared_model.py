"""The Python VDP in a machine that does not call it for everything: to random programs it is the kernel."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive import MegaDrive, model

DATA, CONTROL, COUNTER = 0x00C00000, 0x00C00004, 0x00C00008
RESULTS = 0x00FF0000

words = st.integers(0, 0xFFFF)


def long(value: int) -> list[int]:
    return [value >> 16, value & 0xFFFF]


def write(port: int, value: int) -> list[int]:
    """MOVE.W #value,port"""
    return [0x33FC, value, *long(port)]


def write_long(port: int, value: int) -> list[int]:
    """MOVE.L #value,port"""
    return [0x23FC, *long(value), *long(port)]


def read(port: int) -> list[int]:
    """MOVE.W port,(A0)+"""
    return [0x30F9, *long(port)]


def command(code: int, address: int) -> int:
    return (code & 3) << 30 | (address & 0x3FFF) << 16 | (code & 0x3C) << 2 | address >> 14


def wait(turns: int) -> list[int]:
    """MOVE.W #turns,D1; DBRA D1"""
    return [0x323C, turns, 0x51C9, 0xFFFE]


def poll_status(bit: int, until_set: bool) -> list[int]:
    """MOVE.W #count,D1; loop: MOVE.W status,D0; BTST #bit,D0; DBcc D1,loop: a bit of the status, but not for ever"""
    return [0x323C, 3000, 0x3039, *long(CONTROL), 0x0800, bit, 0x56C9 if until_set else 0x57C9, 0xFFF4]


def poll_plainly() -> list[int]:
    """loop: MOVE.W status,D0; ANDI.W #8,D0; BEQ loop: until vertical blanking"""
    return [0x3039, *long(CONTROL), 0x0240, 8, 0x67F4]


def poll_counter(line: int) -> list[int]:
    """loop: MOVE.B counter,D0; CMPI.B #line,D0; BNE loop: until a line"""
    return [0x1039, *long(COUNTER), 0x0C00, line, 0x66F4]


registers = st.one_of(
    st.sampled_from([0x8004, 0x8014, 0x8006, 0x8016, 0x8144, 0x8164, 0x8174, 0x8114, 0x8134, 0x8C00, 0x8C81, 0x8C89]),
    st.builds(lambda n, v: 0x8000 | n << 8 | v, st.sampled_from([2, 3, 4, 5, 7, 10, 11, 13, 15, 16, 17, 18]),
              st.integers(0, 255)),
    st.builds(lambda v: 0x8A00 | v, st.integers(0, 20)),
)  # fmt: skip
codes = st.sampled_from([1, 3, 5, 1, 3, 5, 0, 4, 8])
steps = st.one_of(
    st.builds(write, st.just(CONTROL), registers),
    st.builds(lambda code, address: write_long(CONTROL, command(code, address)), codes, words),
    st.builds(lambda code, address, value: [*write_long(CONTROL, command(code, address)), *write_long(DATA, value)],
              st.sampled_from([1, 3, 5]), st.integers(0, 0xFF), st.integers(0, 2**32 - 1)),
    st.builds(write, st.just(DATA), words),
    st.builds(write_long, st.just(DATA), st.integers(0, 2**32 - 1)),
    st.sampled_from([read(CONTROL), read(COUNTER), poll_plainly()]),
    st.builds(wait, st.integers(1, 600)),
    st.builds(poll_status, st.sampled_from([1, 2, 3, 5, 6, 7, 9]), st.booleans()),
    st.builds(poll_counter, st.integers(0, 200)),
)  # fmt: skip
small = st.one_of(
    st.builds(lambda code, address, value: [*write_long(CONTROL, command(code, address)), *write_long(DATA, value)],
              st.sampled_from([3, 3, 5, 1]), st.integers(0, 0x7F), st.integers(0, 2**32 - 1)),
    st.builds(write_long, st.just(DATA), st.integers(0, 2**32 - 1)),
    st.builds(write, st.just(CONTROL), registers),
    st.sampled_from([read(COUNTER), read(CONTROL)]),
)  # fmt: skip


def joined(parts: list[list[int]]) -> list[int]:
    return [word for part in parts for word in part]


def rom(program: list[list[int]], horizontal: list[list[int]], vertical: list[list[int]]) -> bytes:
    """Return a program that repeats some steps, with handlers of the H and V interrupts; A0 runs through results."""
    image = np.zeros(0x4000, ">u2")
    image[:4] = *long(0x00FFFFF0), *long(0x400)
    image[0x70 // 2 : 0x74 // 2] = long(0x2000)
    image[0x78 // 2 : 0x7C // 2] = long(0x2800)
    image[0x80:0x88] = np.frombuffer(b"SEGA MEGA DRIVE ", ">u2")
    setup = [
        write(CONTROL, value) for value in (0x8004, 0x8174, 0x8230, 0x8407, 0x8570, 0x8C81, 0x8D3C, 0x8F02, 0x9011)
    ]
    first = [0x41F9, *long(RESULTS), *joined(setup), 0x46FC, 0x2000]  # LEA results,A0; MOVE #$2000,SR
    # CMPA.L #end,A0; BCS over; LEA RESULTS,A0: the results stay in work RAM.
    loop = [*joined(program), 0xB1FC, *long(RESULTS + 0xE000), 0x6506, 0x41F9, *long(RESULTS)]
    code = [*first, *loop]
    code += [0x6000, -2 * len(loop) - 2 & 0xFFFF]  # BRA.W loop
    image[0x200 : 0x200 + len(code)] = code
    for place, steps_of in ((0x1000, horizontal), (0x1400, vertical)):
        handler = [*joined(steps_of), 0x4E73]  # RTE
        image[place : place + len(handler)] = handler
    return image.tobytes()


def agree(image: bytes, seed: int, frames: int) -> None:
    native, modelled = MegaDrive(image), MegaDrive(image)
    modelled.replace_chips(vdp=model.VDP)
    rng = np.random.default_rng(seed)
    native.vram[:] = rng.integers(0, 256, 65536)
    native.run_frame()
    modelled.load_state(native.save_state())
    for frame in range(frames):
        for md in (native, modelled):
            md.run_frame()
        assert np.array_equal(native.frame_indexed, modelled.frame_indexed), frame
        assert np.array_equal(native.frame, modelled.frame), frame
        assert native.state_hash() == modelled.state_hash(), frame


@settings(max_examples=15, deadline=None)
@given(st.lists(steps, max_size=25), st.lists(small, max_size=3), st.lists(small, max_size=4), st.integers(0, 2**32))
def test_programs_see_the_same(program, horizontal, vertical, seed):
    agree(rom(program, horizontal, vertical), seed, 3)


data = st.one_of(
    st.builds(write, st.just(DATA), words), st.builds(write_long, st.just(DATA), st.integers(0, 2**32 - 1))
)
set_address = st.builds(lambda code, address: write_long(CONTROL, command(code, address)),
                        st.sampled_from([3, 3, 3, 5, 1, 0]), st.integers(0, 0x7F))  # fmt: skip
on_each_line = st.lists(
    st.one_of(data, data, set_address, st.builds(wait, st.integers(1, 300)),
              st.builds(lambda v: write(CONTROL, 0x8A00 | v), st.integers(0, 5))), min_size=1, max_size=5,
)  # fmt: skip
rarely = st.lists(
    st.one_of(data, st.builds(wait, st.integers(500, 9000)), st.sampled_from([read(COUNTER), read(CONTROL)]),
              st.sampled_from([write(CONTROL, value) for value in (0x8124, 0x8164, 0x8C00, 0x8C81, 0x8004, 0x8014)])),
    max_size=4,
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(rarely, on_each_line, set_address, st.integers(0, 3), st.sampled_from([0x8F02, 0x8F00, 0x8F04]), words)
def test_line_interrupts_see_the_same(program, horizontal, start, period, step, seed):
    begin = [write(CONTROL, value) for value in (0x8014, 0x8164, 0x8A00 | period, step)]
    agree(rom([*begin, start, wait(5000), *program], horizontal, [start]), seed, 3)


def test_the_fifo_is_as_full_after_a_frame_as_before_it():
    """MOVE.L D1,(A1) over and over: words come faster than they go, also across the picture's end."""
    writes = [0x43F9, *long(DATA), *[0x2281] * 200]
    agree(rom([write(CONTROL, 0x8C81), write_long(CONTROL, command(1, 0x1000)), writes], [], []), 1, 3)
