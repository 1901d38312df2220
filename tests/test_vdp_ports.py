"""The VDP's ports, FIFO and DMA against the figures of the hardware handbook, chapter 4, sections 2 to 6."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive._core import ffi, lib
from megadrive.vdp import VDP

LINE = 3420
H40, H32, DISPLAY_DMA, DMA = 0x8C81, 0x8C00, 0x8154, 0x8114
VRAM_READ, VRAM_WRITE, CRAM_WRITE, VSRAM_READ, VSRAM_WRITE, CRAM_READ, VRAM_BYTE_READ = 0, 1, 3, 4, 5, 8, 12
words16 = st.integers(0, 0xFFFF)


def chip(*registers: int, memory=None) -> VDP:
    vdp = VDP(memory=memory)
    for word in (DMA, H40, 0x8F02, *registers):
        vdp.write_control(word)
    return vdp


def command(vdp: VDP, code: int, address: int) -> None:
    """Write both control words."""
    vdp.write_control((code & 3) << 14 | address & 0x3FFF)
    vdp.write_control((code & 0x3C) << 2 | address >> 14)


def dma(vdp: VDP, code: int, address: int, length: int, source: int = 0) -> None:
    """Start a transfer from the 68000's bus; `source` in bytes."""
    for register, value in ((19, length), (20, length >> 8), (21, source >> 1), (22, source >> 9), (23, source >> 17)):
        vdp.write_control(0x8000 | register << 8 | value & 0xFF)
    command(vdp, code | 0x20, address)


def settle(vdp: VDP) -> None:
    """Run until nothing moves any more."""
    state = vdp._state
    while state.fifo_count or state.dma_run or state.bus_hold:
        vdp.run(vdp.clock + LINE)


def to_line(vdp: VDP, v: int) -> int:
    state = vdp._state
    while True:
        vdp.run(state.line_clock + LINE)
        if state.v_counter == v:
            return int(state.line_clock)


# ------------------------------------------------------------------------------------- words and bytes


@given(st.integers(0, 0xFFFF), words16)
def test_vram_write(address, value):
    vdp = chip()
    command(vdp, VRAM_WRITE, address)
    vdp.write_data(value)
    settle(vdp)
    assert (vdp.vram[address], vdp.vram[address ^ 1]) == (value >> 8, value & 0xFF)
    assert np.count_nonzero(vdp.vram) <= 2


@given(st.integers(0, 0xFFFF), words16)
def test_cram_and_vsram_write(address, value):
    vdp = chip()
    command(vdp, CRAM_WRITE, address)
    vdp.write_data(value)
    command(vdp, VSRAM_WRITE, address)
    vdp.write_data(value)
    settle(vdp)
    cram, vsram = np.zeros(64, np.uint16), np.zeros(64, np.uint16)
    cram[address >> 1 & 63] = value & 0x0EEE
    vsram[address >> 1 & 63] = value & 0x07FF
    assert np.array_equal(vdp.cram, cram)
    assert np.array_equal(vdp.vsram, vsram[:40])


@given(st.integers(0, 0xFFFF), st.integers(0, 255), st.lists(words16, min_size=1, max_size=12))
def test_auto_increment_and_read_back(address, step, values):
    vdp = chip(0x8F00 | step)
    command(vdp, VRAM_WRITE, address)
    expected = np.zeros(65536, np.uint8)
    for i, value in enumerate(values):
        vdp.write_data(value)
        at = (address + i * step) & 0xFFFF
        expected[at], expected[at ^ 1] = value >> 8, value & 0xFF
    command(vdp, VRAM_READ, address)
    for i in range(len(values)):
        at = (address + i * step) & 0xFFFE
        assert vdp.read_data() == int(expected[at]) << 8 | int(expected[at + 1])
    assert np.array_equal(vdp.vram, expected)


def test_undriven_bits_come_from_the_next_fifo_entry():
    vdp = chip()
    vdp.cram[:], vdp.vsram[:] = 0x0246, 0x0357
    vdp.vram[0x100:0x102] = 0x12, 0x34
    command(vdp, VRAM_WRITE, 0x8000)
    for value in (0xFFFF, 0, 0, 0):  # the oldest of the four is written next
        vdp.write_data(value)
    for code, address, value in (
        (CRAM_READ, 0, 0xF357),
        (VSRAM_READ, 0, 0xFB57),
        (VRAM_BYTE_READ, 0x101, 0xFF12),
        (VRAM_BYTE_READ, 0x100, 0xFF34),
    ):
        command(vdp, code, address)
        assert vdp.read_data() == value


def test_vsram_beyond_the_end_reads_the_latch():
    vdp = chip()
    vdp.vsram[:] = np.arange(40) + 0x123
    command(vdp, VSRAM_READ, 0x50)
    assert [vdp.read_data() for _ in range(24)] == [0x123] * 24


@pytest.mark.parametrize(
    ("code", "per_line"), [(CRAM_WRITE, 18), (VSRAM_WRITE, 18), (VRAM_WRITE, 9), (0, 9), (7, 9), (9, 9), (15, 9)]
)
def test_slots_of_each_code(code, per_line):
    """One slot a word to CRAM and VSRAM, two to VRAM and for the codes that write nowhere."""
    vdp = chip(DISPLAY_DMA)
    to_line(vdp, 10)
    command(vdp, code, 0)
    for _ in range(8):
        vdp.write_data(0)
    first = vdp.clock
    for _ in range(10 * per_line):
        vdp.write_data(0)
    assert vdp.clock - first == 10 * LINE


def test_reads_that_hang_a_console_end():
    vdp = chip()
    for code in (VRAM_WRITE, CRAM_WRITE, 7, 9, 11, 15):
        command(vdp, code, 0)
        vdp.read_data()
    command(vdp, VRAM_READ, 0)
    vdp.write_control(0x8F02)  # leaves an invalid code
    vdp.read_data()


# ------------------------------------------------------------------------------------------ control words


def test_first_word_takes_effect_at_once():
    vdp = chip()
    command(vdp, VRAM_WRITE, 0xC000)
    vdp.write_control(0x4124)  # VRAM write $0124, with A15-A14 of before
    vdp.write_data(0xABCD)  # ends the command
    settle(vdp)
    assert bytes(vdp.vram[0xC124:0xC126]) == b"\xab\xcd"


@pytest.mark.parametrize("end", ["data", "read", "status", "hv"])
def test_what_ends_a_command(end):
    vdp = chip()
    command(vdp, VRAM_READ, 0)
    vdp.write_control(0x0010)
    {"data": lambda: vdp.write_data(0), "read": vdp.read_data, "status": vdp.read_status, "hv": vdp.read_hv}[end]()
    assert vdp._state.command_pending == (end == "hv")


def test_register_write_changes_code_and_address():
    vdp = chip()
    command(vdp, CRAM_WRITE, 0xC000)
    vdp.write_control(0x8F04)
    assert (vdp._state.code, vdp._state.address) == (2, 0xC000 | 0x0F04)
    assert vdp._state.command_pending == 0


def test_register_write_ignores_bit_13_and_stops_at_23():
    vdp = chip()
    vdp.write_control(0xAF33)
    assert vdp.registers[15] == 0x33
    before = vdp.registers.copy()
    for number in range(24, 32):
        vdp.write_control(0x8000 | number << 8 | 0xFF)
    assert np.array_equal(vdp.registers, before)


def test_registers_above_10_are_blocked_in_mode_4():
    vdp = VDP()
    for number in range(24):
        if number != 1:
            vdp.write_control(0x8000 | number << 8 | 0x55)
    assert [int(r) for r in vdp.registers] == [0x55, 0, *[0x55] * 9, *[0] * 13]


def test_dma_enable_gates_cd5():
    vdp = chip()
    command(vdp, 0x21, 0)
    assert vdp._state.bus_hold
    settle(vdp)
    vdp.write_control(0x8104)
    command(vdp, 0x21, 0)
    assert not vdp._state.bus_hold
    assert vdp._state.code == 1


# ------------------------------------------------------------------------------------------------- FIFO


def test_fifo_flags_and_wait():
    vdp = chip(DISPLAY_DMA)
    start = to_line(vdp, 100) + 1200
    vdp.run(start)
    command(vdp, VRAM_WRITE, 0)
    assert vdp.status & 0x300 == 0x200
    for flags in (0, 0, 0, 0x100):
        assert vdp.clock == start
        vdp.write_data(0x1234)
        assert vdp.status & 0x300 == flags
    vdp.write_data(0x5678)
    # slots at 1308, 1436: a write is eligible from 152 mclk after it on, so 1436 and 1564 move the first word
    assert vdp.clock == start - 1200 + 1564 + 1
    assert bytes(vdp.vram[0:4]) == b"\x12\x34\0\0"


SLOTS = {
    H40: [322, 796, 924, 1052, 1308, 1436, 1564, 1820, 1948, 2076, 2332, 2460, 2588, 2844, 2972, 3100, 3340, 3356],
    H32: [220, 480, 780, 940, 1100, 1420, 1580, 1740, 2060, 2220, 2380, 2700, 2860, 3020, 3320, 3340],
}


@pytest.mark.parametrize("width", [H40, H32])
def test_active_slots(width):
    """CRAM words go out one a slot."""
    vdp = chip(DISPLAY_DMA, width)
    start = to_line(vdp, 50)
    command(vdp, CRAM_WRITE, 0)
    ends = []
    while vdp.clock < start + 2 * LINE:
        vdp.write_data(0x0EEE)
        ends.append(vdp.clock - 1 - start - LINE)  # the slot that made room
    assert [t for t in ends if 0 <= t < LINE] == SLOTS[width]


@pytest.mark.parametrize(("code", "last"), [(VRAM_WRITE, 223), (CRAM_WRITE, 112)])
def test_2016_words_from_line_0(code, last):
    """testpico: where the CPU's writes end that start in line 0, H40, display on."""
    vdp = chip(DISPLAY_DMA)
    to_line(vdp, 0)
    command(vdp, code, 0)
    for _ in range(2016):
        vdp.run(vdp.clock + 8 * 7)
        vdp.write_data(0)
    assert abs(vdp.v_counter - last) <= 1


def test_read_waits_for_the_fifo():
    vdp = chip(DISPLAY_DMA)
    start = to_line(vdp, 100) + 1200
    vdp.run(start)
    command(vdp, VRAM_WRITE, 0)
    for value in (0x1111, 0x2222, 0x3333, 0x4444):
        vdp.write_data(value)
    command(vdp, VRAM_READ, 6)
    assert vdp.read_data() == 0x4444
    assert vdp.clock == start - 1200 + 2972 + 1  # 8 slots for the words from 1436 on, 2 for the read


# -------------------------------------------------------------------------------------------------- DMA

RATES = {  # bytes (words to CRAM and VSRAM) a line: active H40, active H32, blank H40, blank H32
    "vram": (18, 16, 204, 166),
    "vsram": (18, 16, 198, 161),
    "fill": (18, 16, 204, 166),
    "copy": (9, 8, 102, 83),
}


@pytest.mark.parametrize(("kind", "rates"), RATES.items())
@pytest.mark.parametrize("case", range(4))
def test_dma_rate(kind, rates, case):
    active, width = case < 2, (H40, H32)[case & 1]
    vdp = chip(DISPLAY_DMA if active else DMA, width, 0x8F00, memory=bytes(65536))
    to_line(vdp, 1)
    state = vdp._state
    if kind in ("vram", "vsram"):
        dma(vdp, VRAM_WRITE if kind == "vram" else VSRAM_WRITE, 0, 0)
    else:
        for word in (0x9300, 0x9400, 0x9780 if kind == "fill" else 0x97C0):
            vdp.write_control(word)
        command(vdp, 0x21 if kind == "fill" else 0x30, 0)
        if kind == "fill":
            vdp.write_data(0)
    lengths = []
    for _ in range(14):
        vdp.run(state.line_clock + LINE)
        lengths.append(lib_length(state))
    moved = [a - b for a, b in itertools.pairwise(lengths)]
    expected = rates[case] // 2 if kind == "vram" else rates[case]
    assert sum(moved) == pytest.approx(expected * len(moved), abs=1)


def lib_length(state) -> int:
    return (state.registers[20] << 8 | state.registers[19]) or 65536


@given(
    st.sampled_from([VRAM_WRITE, CRAM_WRITE, VSRAM_WRITE]),
    st.integers(0, 0xFFFF),
    st.integers(1, 200),
    st.integers(0, 0xFFFFFF),
    st.integers(0, 255),
    st.sampled_from([0, 0x10]),
)
@settings(max_examples=50, deadline=None)
def test_bus_dma(code, address, length, source, step, cd4):
    """Every word arrives where it should; the source wraps within 128 KB; CD4 makes no difference."""
    memory = np.random.default_rng(1).integers(0, 256, 1 << 18, np.uint8)
    vdp = chip(0x8F00 | step, memory=memory)
    dma(vdp, code | cd4, address, length, source)
    settle(vdp)
    start = source >> 1 & 0xFFFF
    index = (source & 0xFE0000) + 2 * ((start + np.arange(length)) & 0xFFFF)
    data = memory.view(">u2")[index % (1 << 18) // 2]
    vram, cram, vsram = np.zeros(65536, np.uint8), np.zeros(64, np.uint16), np.zeros(64, np.uint16)
    for i, value in enumerate(data.tolist()):
        at = address + i * step
        if code == VRAM_WRITE:
            vram[at & 0xFFFF], vram[(at & 0xFFFF) ^ 1] = value >> 8, value & 0xFF
        elif code == CRAM_WRITE:
            cram[at >> 1 & 63] = value & 0x0EEE
        else:
            vsram[at >> 1 & 63] = value & 0x07FF
    assert np.array_equal(vdp.vram, vram)
    assert np.array_equal(vdp.cram, cram)
    assert np.array_equal(vdp.vsram, vsram[:40])
    registers = vdp.registers.tolist()
    assert registers[19:21] == [0, 0]
    assert registers[21] | registers[22] << 8 == (start + length) & 0xFFFF
    assert registers[23] == source >> 17 & 0x7F
    assert vdp.status & 2 == 0


def test_bus_dma_length_0_is_65536():
    vdp = chip(memory=b"\x12\x34")
    dma(vdp, VRAM_WRITE, 0, 0)
    settle(vdp)
    assert bytes(vdp.vram) == b"\x12\x34" * 32768


def test_bus_is_released_at_the_last_read():
    vdp = chip(memory=bytes(64))
    start = to_line(vdp, 230) + 2000
    vdp.run(start)
    dma(vdp, VRAM_WRITE, 0, 6)
    state = vdp._state
    assert (state.bus_hold, state.bus_hold_clock) == (1, start)
    while state.bus_hold:
        vdp.run(state.next_event)
    # first read 88 mclk after the command; four fill the FIFO, each further one needs two slots of 16 mclk
    assert 80 <= state.bus_release_clock - start <= 80 + 16 * (3 + 3 + 4)
    assert vdp.status & 0x300 == 0x100


def test_the_rest_of_a_long_write_waits_for_the_dma():
    vdp = chip(memory=bytes(range(64)))
    dma(vdp, VRAM_WRITE, 0x100, 16)
    vdp.write(vdp.clock + 28, 4, 0x4000)
    vdp.write(vdp.clock + 28, 4, 0x0000)
    vdp.write(vdp.clock + 28, 0, 0xBEEF)
    assert vdp._state.held_count == 3
    settle(vdp)
    assert bytes(vdp.vram[0x100:0x120]) == bytes(range(32))
    assert bytes(vdp.vram[0:2]) == b"\xbe\xef"
    assert vdp._state.bus_release_clock >= vdp._state.bus_hold_clock + 3 * 28


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (0x100, {0x100: 0x11, 0x101: 0x22, 0x102: 0x11, 0x107: 0x11, 0x108: 0x11}),
        (0x101, {0x101: 0x11, 0x100: 0x22, 0x105: 0x11, 0x106: 0x11, 0x10B: 0x11}),
    ],
)
def test_fill(address, expected):
    """testpico: increment 3, length 3."""
    vdp = chip(0x8F03, 0x9303, 0x9400, 0x9500, 0x9600, 0x9780)
    command(vdp, 0x21, address)
    assert vdp.status & 0x202 == 0x202
    vdp.write_data(0x1122)
    settle(vdp)
    assert {int(at): int(vdp.vram[at]) for at in np.flatnonzero(vdp.vram)} == expected
    assert vdp.registers[19:23].tolist() == [0, 0, 3, 0]
    assert vdp.status & 2 == 0


def test_fill_of_cram_takes_the_word_of_four_writes_ago():
    vdp = chip(0x9304, 0x9400, 0x9780)
    command(vdp, VRAM_WRITE, 0x8000)
    for value in (0x0222, 0x0444, 0x0666, 0x0888):
        vdp.write_data(value)
    settle(vdp)
    command(vdp, CRAM_WRITE | 0x20, 0)
    vdp.write_data(0x0EEE)  # goes to entry 0; entry 1 is written next
    settle(vdp)
    assert vdp.cram[:6].tolist() == [0x0EEE, 0x0444, 0x0444, 0x0444, 0x0444, 0]


def test_fill_of_an_invalid_target_counts_the_length():
    vdp = chip(0x9310, 0x9400, 0x9780)
    command(vdp, 0x27, 0)
    vdp.write_data(0xFFFF)
    settle(vdp)
    assert not vdp.vram.any() and not vdp.cram.any() and not vdp.vsram.any()
    assert lib_length(vdp._state) == 65536


def test_a_command_during_a_fill_takes_it_along():
    """Netlist of the YM7101: a command without CD5 ends no fill; it goes on at the new address, with the new data."""
    vdp = chip(0x8F01, 0x9300, 0x9402, 0x9780)
    command(vdp, VRAM_WRITE | 0x20, 0x4000)
    vdp.write_data(0xAAAA)
    vdp.run(vdp.clock + LINE)
    left = lib_length(vdp._state)
    assert 0x100 < left < 0x1C0
    vdp.write_control(0x8F02)
    command(vdp, VRAM_WRITE, 0x20)
    vdp.write_data(0x1122)
    settle(vdp)
    assert bytes(vdp.vram[0x20:0x22]) == b"\x11\x22"
    odd = vdp.vram[0x23:0x4000:2]
    assert left - 2 <= np.flatnonzero(odd != 0x11)[0] <= left  # two slots may have come before the data
    assert not vdp.vram[0x22:0x4000:2].any() and vdp.status & 2 == 0


def test_fill_without_dma_enable_is_a_plain_write():
    vdp = chip(0x8104, 0x9310, 0x9400, 0x9780)
    command(vdp, 0x21, 0)
    vdp.write_data(0x1122)
    vdp.run(vdp.clock + 10 * LINE)
    assert bytes(vdp.vram[:4]) == b"\x11\x22\0\0"


@given(words16, words16, st.integers(1, 100), st.integers(0, 4), st.integers(0, 15).filter(lambda c: c & 3 != 2))
@settings(max_examples=50, deadline=None)
def test_copy(source, address, length, step, code):
    """Byte by byte, whatever CD3-CD0 say."""
    vdp = chip(0x8F00 | step)
    vdp.vram[:] = np.random.default_rng(2).integers(0, 256, 65536, np.uint8)
    expected = vdp.vram.copy()
    for i in range(length):
        expected[(address + i * step & 0xFFFF) ^ 1] = expected[(source + i & 0xFFFF) ^ 1]
    for register, value in ((19, length), (20, 0), (21, source & 0xFF), (22, source >> 8), (23, 0xC0)):
        vdp.write_control(0x8000 | register << 8 | value)
    command(vdp, 0x30 | code, address)
    assert vdp.status & 2
    settle(vdp)
    assert np.array_equal(vdp.vram, expected)
    assert vdp.registers[19:23].tolist() == [0, 0, source + length & 0xFF, (source + length & 0xFFFF) >> 8]


def test_sprite_cache_follows_the_table():
    vdp = chip(0x8570)  # table at $E000
    command(vdp, VRAM_WRITE, 0xE000)
    for value in range(0x100, 0x100 + 8):
        vdp.write_data(value)
    settle(vdp)
    assert vdp.sprite_cache[:2].tolist() == [[1, 0, 1, 1], [1, 4, 1, 5]]
    vdp.write_control(0x8578)
    assert vdp.sprite_cache[:2].tolist() == [[1, 0, 1, 1], [1, 4, 1, 5]]  # a new base loads nothing
    command(vdp, VRAM_WRITE, 0xE000)
    vdp.write_data(0xFFFF)
    settle(vdp)
    assert vdp.sprite_cache[0].tolist() == [1, 0, 1, 1]


def test_debug_register():
    vdp = chip()
    vdp.write(0, 0x18, 0x0300)
    vdp.write(0, 0x1C, 0x1234)
    vdp.write(0, 0x18, 0x0000)
    vdp.write(0, 0x1C, 0x0180)
    assert (vdp._state.debug[3], vdp._state.debug[0]) == (0x1234, 0x0180)
    assert vdp.read(0, 0x1C)[0] == 0


# ------------------------------------------------------------------------------------------ from outside


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda v: v.write_control(0x10000), ValueError),
        (lambda v: v.write_data(-1), ValueError),
        (lambda v: v.read(0, 64), ValueError),
        (lambda v: v.write(1 << 62, 0, 0), ValueError),
        (lambda v: VDP(memory=b"1"), ValueError),
        (lambda v: VDP(memory=3), TypeError),
    ],
)
def test_bad_arguments(call, error):
    with pytest.raises(error):
        call(VDP())


def test_views_outlive_the_chip():
    vram = VDP().vram
    vram[:] = 7
    assert vram.sum() == 7 * 65536


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.tuples(st.sampled_from("wrwrwa"), st.integers(0, 31), words16), max_size=20))
def test_any_state_can_be_run(seed, accesses):
    vdp = VDP()
    size = ffi.sizeof("vdp")
    ffi.memmove(vdp._state, np.random.default_rng(seed).bytes(size), size)
    lib.vdp_sanitize(vdp._state)
    vdp._state.clock &= (1 << 40) - 1
    lib.vdp_sanitize(vdp._state)
    for kind, port, word in accesses:
        clock = vdp.clock + word
        if kind == "w":
            vdp.write(clock, port, word)
        elif kind == "r":
            vdp.read(clock, port)
        else:
            vdp.acknowledge(clock)
    frame = vdp.frame_count
    vdp.run(vdp.clock + 1100 * LINE)
    assert vdp.frame_count != frame


# ----------------------------------------------------------------------------------------- CRAM dots


def test_a_write_to_cram_leaves_a_dot():
    """The word goes out in the slot at mclk 2076 of the line, when pixel (2076 - 972) / 8 is looked up."""
    vdp = chip(0x8004, 0x8154)
    vdp._chip.render = 1
    start = to_line(vdp, 0x1FF) + LINE
    vdp.run(start + 100 * LINE)
    command(vdp, CRAM_WRITE, 2 * 40)
    vdp.write(start + 100 * LINE + 1900, 0, 0x00E0)
    vdp.run(start + 225 * LINE)
    lib.vdp_fill_rgb(vdp._chip)
    rgb = np.frombuffer(ffi.buffer(vdp._chip.rgb), np.uint8).reshape(480, 320, 3)[:224]
    lit = np.argwhere(rgb.any(-1))
    assert lit.tolist() == [[100, 138]]
    assert rgb[100, 138].tolist() == [0, 255, 0]


@pytest.mark.parametrize(("height", "width"), [(0x815C, 0x8C87), (0x8154, 0x8C81), (0x815C, 0x8C00)])
def test_more_changes_of_cram_than_are_kept(height, width):
    """A transfer all through the picture: dots inside it, and a state that does not know whether it is drawn."""
    vdps = [chip(0x8004, height, width, 0x8F02, memory=np.arange(1 << 17).astype(np.uint8)) for _ in range(2)]
    vdps[0]._chip.render = 1
    for vdp in vdps:
        start = to_line(vdp, 0x1FF) + LINE
        vdp.run(start)
        dma(vdp, CRAM_WRITE, 0, 0)
        vdp.run(start + 250 * LINE)
    assert bytes(ffi.buffer(vdps[0]._state)) == bytes(ffi.buffer(vdps[1]._state))
    lib.vdp_fill_rgb(vdps[0]._chip)
    rgb = np.frombuffer(ffi.buffer(vdps[0]._chip.rgb), np.uint8).reshape(480, 320, 3)
    assert rgb[vdps[0]._chip.height :].any() == 0
    assert len(np.unique(rgb[:200].reshape(-1, 3), axis=0)) > 20


@pytest.mark.parametrize("line", [1, 100])
def test_colours_written_past_the_chip_come_before_its_own(line):
    vdp = chip(0x8004, 0x8154, 0x8C81, 0x8701)
    vdp._chip.render = 1
    start = to_line(vdp, 0x1FF) + LINE
    vdp.run(start)
    vdp.write_control(0x8702)  # the picture has begun with another backdrop
    vdp.cram[2] = 0x000E
    command(vdp, CRAM_WRITE, 4)
    vdp.write(start + line * LINE + 1900, 0, 0x0EEE)
    vdp.run(start + 225 * LINE)
    lib.vdp_fill_rgb(vdp._chip)
    rgb = np.frombuffer(ffi.buffer(vdp._chip.rgb), np.uint8).reshape(480, 320, 3)
    assert rgb[line - 1, 100].tolist() == [255, 0, 0]
    assert rgb[line + 1, 100].tolist() == [255, 255, 255]


# -------------------------------------------------------------------------------------------- 128 KB


def test_128k_mode_scrambles_a_transfer():
    """Testpico, "dma 128k": the low bytes of the words, in the places of a chip that is half there."""
    source = bytes.fromhex("5a115a225a33") + bytes(10)
    vdp = chip(0x8F02, memory=np.frombuffer(source, np.uint8))
    vdp.vram[0x100:0x108] = range(1, 9)
    vdp.write_control(0x8194)
    dma(vdp, VRAM_WRITE, 0x100, 3)
    settle(vdp)
    assert bytes(vdp.vram[0x100:0x108]).hex() == "2211030405330708"


@given(st.integers(0, 0x1FFFF), words16)
def test_128k_mode_stores_one_byte(address, value):
    vdp = chip(0x8194)
    vdp.write_control(0x4000 | address & 0x3FFF)
    vdp.write_control(address >> 14)
    vdp.write_data(value)
    settle(vdp)
    place = ((address & 2) >> 1 ^ 1) | (address & 0x400) >> 9 | address & 0x3FC | (address & 0x1F800) >> 1
    assert vdp.vram[place] == value & 0xFF
    vdp.vram[place] = 0
    assert not vdp.vram.any()
