"""The H and V counters in every mode, whole, from the handbook's tables (VDP, section 7); kernel and model."""

import itertools

import pytest

from megadrive import VDP, model

LINE = 3420
chips = pytest.mark.parametrize("chip", [VDP, model.VDP])

# H as read (half of the counter): first and last values of its two runs.
H = {"H40": ((0x00, 0xB6), (0xE4, 0xFF)), "H32": ((0x00, 0x93), (0xE9, 0xFF))}
WIDTH = {"H40": 0x8C81, "H32": 0x8C00}
# V (9 bits): last value before the jump and first after it, in the even field or progressive, and in the odd field; and
# the lines of a frame.
V = {
    (False, "V28", 0): ((0x0EA, 0x1E5), None, 262),
    (False, "V30", 0): ((0x1FF, 0x000), None, 512),
    (True, "V28", 0): ((0x102, 0x1CA), None, 313),
    (True, "V30", 0): ((0x10A, 0x1D2), None, 313),
    (False, "mode 4", 0): ((0x0DA, 0x1D5), None, 262),
    (True, "mode 4", 0): ((0x0F2, 0x1BA), None, 313),
    (False, "V28", 1): ((0x0EA, 0x1E5), (0x0EA, 0x1E4), 525),
    (False, "V30", 1): ((0x1FF, 0x000), (0x1FF, 0x000), 1024),
    (True, "V28", 1): ((0x101, 0x1CA), (0x101, 0x1C9), 625),
    (True, "V30", 1): ((0x109, 0x1D2), (0x109, 0x1D1), 625),
}
V |= {(pal, mode, 3): value for (pal, mode, lsm), value in V.items() if lsm == 1}
MODE = {"V28": 0x8104, "V30": 0x810C, "mode 4": 0x8100}


def lines(jump: tuple[int, int]) -> list[int]:
    """Return V of all lines of a field from line 0 on."""
    last, first = jump
    return [*range(last + 1), *(range(first, 0x200) if first else [])]


def read_v(v: int, lsm: int) -> int:
    """Return V as it is read: in interlace with its highest bit in bit 0, in interlace 2 doubled."""
    return {0: v & 0xFF, 1: v & 0xFE | v >> 8, 3: v << 1 & 0xFE | v >> 7 & 1}[lsm]


@chips
@pytest.mark.parametrize(("pal", "mode", "lsm"), V)
@pytest.mark.parametrize("width", WIDTH)
def test_v(chip, width, pal, mode, lsm):
    even, odd, total = V[pal, mode, lsm]
    vdp = chip(pal=pal)
    for word in (0x8104, WIDTH[width] | {0: 0, 1: 2, 3: 6}[lsm], MODE[mode]):
        vdp.write_control(word)
    state = vdp._state
    while not (state.v_counter == 0 and vdp.frame_count >= 2):
        vdp.run(state.line_clock + LINE)
    start = state.line_clock
    fields = []
    for _ in range(2):
        seen = []
        while not seen or state.v_counter:
            assert vdp.read_hv() >> 8 == read_v(state.v_counter, lsm)
            seen.append(int(state.v_counter))
            vdp.run(state.line_clock + LINE)
        fields.append((int(state.odd_field), seen))
    # ODD changes at the end of a picture, before the jump
    expected = {0: lines(even), 1: lines(odd or even)}
    for parity, seen in fields:
        assert seen == expected[parity]
    assert [parity for parity, _ in fields] in ([[0, 1], [1, 0]] if lsm else [[0, 0]])
    assert state.line_clock - start == total * LINE * (1 if lsm else 2)


@chips
@pytest.mark.parametrize("pal", [False, True])
@pytest.mark.parametrize("mode", ["V28", "V30"])
@pytest.mark.parametrize("lsm", [0x00, 0x02, 0x06])
@pytest.mark.parametrize("width", WIDTH)
def test_h(chip, width, pal, mode, lsm):
    """Every value in its order, whatever else is set; V steps at H = $A5 or $85."""
    vdp = chip(pal=pal)
    for word in (MODE[mode], WIDTH[width] | lsm):
        vdp.write_control(word)
    vdp.run(5 * LINE)
    step = 4 if width == "H40" else 5  # mclk: two for each of the shortest pixels
    seen = [vdp.read(5 * LINE + t, 8)[0] & 0xFF for t in range(0, LINE, step)]
    (first, last), (again, end) = H[width]
    order = [value for value, _ in itertools.groupby(seen)]
    at = {"H40": 0xA5, "H32": 0x85}[width]
    assert order == [*range(at, last + 1), *range(again, end + 1), *range(first, at)]


def test_worked_check_at_the_vertical_interrupt():
    """Handbook, section 18: V = $E0, H = 0 when F is set."""
    vdp = VDP()
    for word in (0x8104, 0x8C81):
        vdp.write_control(word)
    end = 224 * LINE + 788
    assert vdp.read(end, 8)[0] == 0xE000
    assert vdp.status & 0x80
