"""The VDP's clockwork against the figures of the hardware handbook, chapter 4, sections 7 to 9 and 12."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive._core import ffi
from megadrive.vdp import VDP

LINE = 3420
IRQ_DELAY = 21  # from an event to the level that the 68000 can sample


def chip(*registers: int, pal: bool = False) -> VDP:
    """Return a VDP in mode 5 with these register writes made at time 0."""
    vdp = VDP(pal=pal)
    for word in (0x8104, *registers):
        vdp.write_control(word)
    return vdp


H40, H32, V30, DISPLAY = 0x8C81, 0x8C00, 0x810C, 0x8144


def to_line(vdp: VDP, v: int) -> int:
    """Run to the next V step into `v`; return its time."""
    state = vdp._state
    while True:
        vdp.run(state.line_clock + LINE)
        if state.v_counter == v:
            return int(state.line_clock)


def runs(values):
    """Return [(value, length), ...]."""
    return [(value, len(list(group))) for value, group in itertools.groupby(values)]


def stretched(h: int) -> int:
    """Length in mclk of an H40 pixel: 34 from $1CC on are stretched."""
    if 0x1CC <= h < 0x1CC + 34:
        return ([8] + [10] * 7 + [9, 9] + [10] * 7)[(h - 0x1CC) % 17]
    return 8


H_SEQUENCE = {
    H40: [*range(0x14A, 0x16D), *range(0x1C9, 0x200), *range(0x14A)],
    H32: [*range(0x10A, 0x128), *range(0x1D2, 0x200), *range(0x10A)],
}


@pytest.mark.parametrize("width", [H40, H32])
def test_h_counter(width):
    vdp = chip(width)
    start = to_line(vdp, 5)
    seen = runs(vdp.read(start + t, 8)[0] for t in range(LINE))
    lengths = [(h >> 1, stretched(h) if width == H40 else 10) for h in H_SEQUENCE[width]]
    want = [(0x500 | h, sum(n for _, n in group)) for h, group in itertools.groupby(lengths, lambda e: e[0])]
    assert seen == want
    assert len(H_SEQUENCE[width]) == (420 if width == H40 else 342)


V_SEQUENCES = {
    (False, "V28"): [*range(0x0EB), *range(0x1E5, 0x200)],
    (False, "V30"): [*range(0x200)],
    (True, "V28"): [*range(0x103), *range(0x1CA, 0x200)],
    (True, "V30"): [*range(0x10B), *range(0x1D2, 0x200)],
    (False, "mode 4"): [*range(0x0DB), *range(0x1D5, 0x200)],
    (True, "mode 4"): [*range(0x0F3), *range(0x1BA, 0x200)],
}


def fields(vdp: VDP, count: int):
    """Return the V counters of `count` rounds from line 0, and ODD at the end of each."""
    to_line(vdp, 0)
    state = vdp._state
    result = []
    for _ in range(count):
        lines = [0]
        while True:
            vdp.run(state.line_clock + LINE)
            if state.v_counter == 0:
                break
            lines.append(state.v_counter)
        result.append((lines, state.odd_field))
    return result


@pytest.mark.parametrize(("pal", "mode"), V_SEQUENCES)
def test_v_counter(pal, mode):
    vdp = chip(*{"V28": [], "V30": [V30], "mode 4": [0x8100]}[mode], pal=pal)
    (lines, odd), (again, _) = fields(vdp, 2)
    assert lines == again == V_SEQUENCES[pal, mode]
    assert len(lines) == {"V28": 262, "mode 4": 262, "V30": 512}[mode] if not pal else len(lines) == 313
    assert odd == 0


@pytest.mark.parametrize(
    ("pal", "v30", "last", "odd_first", "lengths"),
    [
        (False, False, 0x0EA, 0x1E4, {1: 263, 0: 262}),
        (True, False, 0x101, 0x1C9, {1: 313, 0: 312}),
        (True, True, 0x109, 0x1D1, {1: 313, 0: 312}),
    ],
)
@pytest.mark.parametrize("lsm", [0x02, 0x06])
def test_v_counter_interlaced(pal, v30, last, odd_first, lengths, lsm):
    vdp = chip(0x8C81 | lsm, *([V30] if v30 else []), pal=pal)
    to_line(vdp, 0)
    rounds = fields(vdp, 4)
    assert [odd for _, odd in rounds] in ([0, 1, 0, 1], [1, 0, 1, 0])
    for lines, odd in rounds:
        assert lines == [*range(last + 1), *range(odd_first + (not odd), 0x200)]
        assert len(lines) == lengths[odd]


def test_v_counter_read_back():
    for lsm, expected in (
        (0, lambda v: v & 0xFF),
        (2, lambda v: v & 0xFE | v >> 8),
        (6, lambda v: v << 1 & 0xFE | v >> 7 & 1),
    ):
        vdp = chip(0x8C81 | lsm)
        to_line(vdp, 0)
        to_line(vdp, 0)
        state = vdp._state
        for _ in range(262):
            assert vdp.read_hv() >> 8 == expected(state.v_counter)
            vdp.run(state.line_clock + LINE)


@pytest.mark.parametrize(("width", "on", "off"), [(H40, 228, 872), (H32, 280, 860)])
def test_hblank_flag(width, on, off):
    vdp = chip(width, DISPLAY)
    start = to_line(vdp, 100)
    flags = [vdp.read(start + t, 4)[0] & 4 for t in range(LINE)]
    assert runs(flags) == [(0, on), (4, off - on), (0, LINE - off)]


@pytest.mark.parametrize(("width", "delay"), [(H40, 16), (H32, 20)])
@pytest.mark.parametrize("v30", [False, True])
def test_vblank_flag(width, delay, v30):
    vdp = chip(width, 0x814C if v30 else DISPLAY, pal=True)
    end = 240 if v30 else 224
    for line, before in ((end, 0), (0x1FF, 8)):
        start = to_line(vdp, line)
        flags = [vdp.read(start + t, 4)[0] & 8 for t in range(40)]
        assert runs(flags) == [(before, delay), (before ^ 8, 40 - delay)]


def test_vblank_flag_while_display_is_off():
    vdp = chip(H40)
    to_line(vdp, 100)
    assert vdp.status & 8
    vdp.write_control(DISPLAY)
    assert not vdp.status & 8


@pytest.mark.parametrize(
    ("width", "f", "odd", "int_end", "frame_end"), [(H40, 788, 796, 3364, 280), (H32, 770, 780, 3350, 280)]
)
def test_line_224(width, f, odd, int_end, frame_end):
    vdp = chip(width, 0x8164, 0x8C83 if width == H40 else 0x8C02)
    start = to_line(vdp, 224)
    state = vdp._state
    before = state.frame, state.odd_field
    changes = {}
    for t in range(LINE):
        vdp.run(start + t)
        now = {
            "frame": state.frame - before[0],
            "f": vdp.status >> 7 & 1,
            "irq": state.irq_level,
            "z80": state.z80_int,
            "odd": state.odd_field ^ before[1],
        }
        for key, value in now.items():
            changes.setdefault(key, []).append(value)
    assert runs(changes["frame"]) == [(0, frame_end), (1, LINE - frame_end)]
    assert runs(changes["f"]) == [(0, f), (1, LINE - f)]
    assert runs(changes["irq"]) == [(0, f), (6, LINE - f)]
    assert runs(changes["z80"]) == [(0, f), (1, int_end - f), (0, LINE - int_end)]
    assert runs(changes["odd"]) == [(0, odd), (1, LINE - odd)]
    clocks = state.irq_clock - IRQ_DELAY, state.z80_int_clock, state.frame_clock
    assert clocks == (start + f, start + int_end, start + frame_end)


def hints(vdp: VDP, frames: int):
    """Return (V at which it is seen, mclk before the V step) of every H interrupt."""
    state = vdp._state
    end = state.frame + frames
    seen = []
    while state.frame < end:
        vdp.run(state.next_event)
        if state.irq_level == 4:
            at = state.irq_clock - IRQ_DELAY
            vdp.run(at + 10)
            seen.append((state.v_counter, state.line_clock - at))
            vdp.acknowledge(state.clock)
    return seen


@pytest.mark.parametrize(("width", "early"), [(H40, 8), (H32, 10)])
@pytest.mark.parametrize("n", [0, 1, 9, 17, 100, 224, 225, 255])
def test_h_interrupt(width, early, n):
    vdp = chip(width, 0x8014, 0x8A00 | n)
    to_line(vdp, 0x1F0)
    seen = hints(vdp, 1)
    assert seen == [(v, early) for v in range(n, 225, n + 1)]
    if n == 0:
        assert len(seen) == 225


def test_h_interrupt_reload_takes_effect_at_the_next_one():
    vdp = chip(H40, 0x8014, 0x8A11)
    to_line(vdp, 0x1FE)
    to_line(vdp, 0)
    vdp.write_control(0x8AFF)
    assert [v for v, _ in hints(vdp, 1)] == [17]


def test_acknowledge_clears_what_the_chip_asks_for():
    """Handbook 04, 9: V before H, whatever level the CPU acknowledges."""
    vdp = chip(H40, 0x8014, 0x8164, 0x8A00)
    to_line(vdp, 0x1FF)
    vdp.acknowledge(0)
    start = to_line(vdp, 224)
    state = vdp._state
    assert state.irq_level == 4
    vdp.run(start + 788)
    assert state.irq_level == 6 and vdp.status & 0x80
    vdp.acknowledge(start + 900)
    assert state.irq_level == 4 and not vdp.status & 0x80
    vdp.acknowledge(start + 1000)
    assert state.irq_level == 0
    assert state.irq_clock == start + 1000


def test_status_read_keeps_f():
    vdp = chip(H40)
    vdp.run(to_line(vdp, 224) + 788)
    assert vdp.read_status() & 0x80
    assert vdp.read_status() & 0x80


def test_enabling_a_pending_interrupt_is_seen_after_the_next_instruction():
    vdp = chip(H40)
    start = to_line(vdp, 224) + 1000
    vdp.write(start, 4, 0x8124)
    # the writing instruction samples up to 28 mclk after its write, the next one at least 42 mclk after it
    assert vdp.irq_level == 6
    assert start + 28 < vdp._state.irq_clock <= start + 42
    vdp.write(start + 100, 4, 0x8104)
    assert vdp.irq_level == 0


def test_hv_latch():
    vdp = chip(H40)
    vdp.run(100_000)
    vdp.write_control(0x8006)
    latched = vdp.read_hv()
    vdp.run(200_000)
    assert vdp.read_hv() == latched
    vdp.write_control(0x8004)
    assert vdp.read_hv() != latched


def test_forgotten_border_ends_the_frame_at_the_wrap():
    vdp = chip(H40, V30, pal=True)
    to_line(vdp, 230)
    frame = vdp.frame_count
    vdp.write_control(0x8104)
    to_line(vdp, 0x1FE)
    assert vdp.frame_count == frame
    to_line(vdp, 0x1FF)
    assert vdp.frame_count == frame + 1
    to_line(vdp, 0x1FE)
    assert vdp.frame_count == frame + 2


@pytest.mark.parametrize(("pal", "lines"), [(False, 262), (True, 313)])
def test_frame_length(pal, lines):
    vdp = chip(H40, pal=pal)
    ends = []
    while len(ends) < 4:
        frame = vdp.frame_count
        vdp.run(vdp._state.next_event)
        if vdp.frame_count != frame:
            ends.append(vdp._state.frame_clock)
    assert {b - a for a, b in itertools.pairwise(ends)} == {lines * LINE}


# ------------------------------------------------------------------------------------------- properties

words = st.one_of(
    st.sampled_from(
        [
            0x8004,
            0x8014,
            0x8104,
            0x8174,
            0x814C,
            0x817C,
            0x8164,
            0x8C00,
            0x8C81,
            0x8C83,
            0x8C87,
            0x8F02,
            0x8A00,
            0x8A05,
            0x9310,
            0x9400,
            0x9780,
            0x97C0,
            0x9700,
            0x4000,
            0x0080,
            0x0082,
            0x00C0,
            0xC000,
        ]
    ),
    st.integers(0, 0xFFFF),
)
access = st.tuples(st.sampled_from("wwwwdrsha"), words, st.integers(0, 2 * LINE))
SLOTS = ("irq_level", "z80_int", "frame", "bus_hold")


def play(vdp: VDP, kind: str, word: int, clock: int) -> object:
    """Make one access."""
    if kind == "w":
        return vdp.write(clock, 4, word)
    if kind == "d":
        return vdp.write(clock, 0, word)
    if kind == "a":
        return vdp.acknowledge(clock)
    return vdp.read(clock, {"r": 0, "s": 4, "h": 8}[kind])


def state_bytes(vdp: VDP) -> bytes:
    return bytes(ffi.buffer(vdp._state))


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.lists(access, max_size=30), st.lists(st.integers(1, 3000), min_size=1, max_size=20))
def test_slices_do_not_matter(pal, accesses, slices):
    """However often the chip is brought up to date in between, the state comes out the same."""
    whole, sliced = chip(pal=pal), chip(pal=pal)
    clock = 0
    cycle = itertools.cycle(slices)
    for kind, word, wait in accesses:
        clock = max(clock, whole.clock) + wait
        while sliced.clock + (step := next(cycle)) < clock:
            sliced.run(sliced.clock + step)
        assert play(whole, kind, word, clock) == play(sliced, kind, word, clock)
        assert state_bytes(whole) == state_bytes(sliced)
    end = clock + 300 * LINE
    whole.run(end)
    while sliced.clock < end:
        sliced.run(min(end, sliced.clock + 100 * next(cycle)))
    assert state_bytes(whole) == state_bytes(sliced)


@settings(max_examples=40, deadline=None)
@given(st.booleans(), st.lists(access, max_size=20))
def test_nothing_happens_before_the_next_event(pal, accesses):
    vdp = chip(pal=pal)
    state = vdp._state
    clock = 0
    for kind, word, wait in [*accesses, ("h", 0, 270 * LINE)]:
        clock = max(clock, vdp.clock) + wait
        while vdp.clock < clock:
            assert state.next_event > state.clock
            before = [getattr(state, name) for name in SLOTS]
            quiet = min(clock, state.next_event - 1)
            vdp.run(quiet)
            assert [getattr(state, name) for name in SLOTS] == before
            vdp.run(min(clock, quiet + 1))
        play(vdp, kind, word, clock)


def test_time_does_not_run_backwards():
    vdp = chip(H40)
    vdp.run(50_000)
    before = state_bytes(vdp)
    vdp.run(40_000)
    assert state_bytes(vdp) == before
    with pytest.raises(ValueError, match="clock"):
        vdp.run(1 << 60)
