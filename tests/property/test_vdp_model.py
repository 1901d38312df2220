"""The Python VDP against the C kernel: the same port traffic, the same state to the last byte, the same pictures."""

import itertools

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from megadrive._core import ffi, lib
from megadrive.model.vdp.chip import VDP as Model
from megadrive.vdp import VDP, VDPPorts

LINE = 3420
MEMORY = np.random.default_rng(0).integers(0, 256, 1 << 18, np.uint8)

registers = st.one_of(
    st.sampled_from([0x8004, 0x8014, 0x8006, 0x8104, 0x8144, 0x8154, 0x8174, 0x817C, 0x8114, 0x8C00, 0x8C81, 0x8C83,
                     0x8C87, 0x8C89, 0x8F02, 0x8F01, 0x8A00, 0x8A05, 0x8100]),
    st.builds(lambda r, v: 0x8000 | r << 8 | v, st.integers(0, 23), st.integers(0, 255)),
)  # fmt: skip
codes = st.sampled_from([0, 1, 3, 4, 5, 7, 8, 9, 12, 0x21, 0x23, 0x25, 0x27, 0x30, 0x31, 0x20, 0x3F])
waits = st.one_of(st.integers(0, 200), st.integers(0, 4 * LINE), st.sampled_from([0, 100 * LINE, 263 * LINE]))


def command(code: int, address: int) -> list[tuple[str, int]]:
    return [("control", (code & 3) << 14 | address & 0x3FFF), ("control", (code & 0x3C) << 2 | address >> 14)]


def transfer(code: int, address: int, kind: int, length: int, source: int, data: int) -> list[tuple[str, int]]:
    """Set up and start a DMA."""
    values = (length & 0xFF, length >> 8, source & 0xFF, source >> 8 & 0xFF, kind << 6 | source >> 16 & 0x3F)
    setup = [("control", 0x9300 + (i << 8) | value) for i, value in enumerate(values)]
    return [("control", 0x8154), *setup, *command(code, address), *([("data", data)] if kind == 2 else [])]


words = st.integers(0, 0xFFFF)
actions = st.one_of(
    st.builds(lambda w: [("control", w)], registers),
    st.builds(lambda w: [("control", w)], words),
    st.builds(command, codes, words),
    st.builds(lambda values: [("data", v) for v in values], st.lists(words, min_size=1, max_size=8)),
    st.builds(transfer, codes, words, st.integers(0, 3), st.integers(0, 600), st.integers(0, 0x7FFFFF), words),
    st.sampled_from(
        [[("read", 0)], [("read", 4)], [("read", 8)], [("read", 0)] * 3, [("acknowledge", 0)], [("th_fall", 0)]]
    ),
    st.builds(lambda n, v: [("select", n << 8), ("debug", v)], st.sampled_from([0, 0, 1]), words),
)
traffic = st.lists(st.tuples(waits, st.sampled_from([0, 28, 84, 140]), actions), max_size=40)
PORTS = {"data": 0, "control": 4, "select": 0x18, "debug": 0x1C}


def chips(pal: bool, start: int, alone: bool = False) -> tuple[VDPPorts, VDPPorts]:
    """Return a kernel and a model in the same state, with a picture and a border in them.

    Unless they are `alone` they are as in a console: what is shown is drawn only when something changes.
    """
    pair = VDP(pal, MEMORY), Model(pal, MEMORY)
    if not alone:
        pair[0]._owner = pair
        pair[1]._alone = False
    for chip in pair:
        chip._chip.render = 1
        chip._border_memory = ffi.new("vdp_border *", {"frame_clock": -1})
        chip._chip.border = chip._border_memory
        chip.vram[:] = MEMORY[:65536]
        chip.cram[:] = MEMORY[:128].view(">u2") & 0x0EEE
        chip.vsram[:] = MEMORY[128:208].view(">u2") & 0x07FF
        for word in (0x8004, 0x8144, 0x8C81, 0x8F02, 0x8230, 0x8407, 0x8570, 0x8D3C, 0x9011):
            chip.write_control(word)
        chip.run(start)
    return pair


def play(chip: VDPPorts, clock: int, kind: str, value: int) -> object:
    if kind == "read":
        return chip.read(clock, value)
    if kind in ("acknowledge", "th_fall"):
        return getattr(chip, kind)(clock)
    return chip.write(clock, PORTS[kind], value)


def difference(kernel: VDPPorts, model: VDPPorts) -> dict[str, tuple[object, object]]:
    """Return the fields in which two states differ."""
    a, b = kernel._state, model._state
    if bytes(ffi.buffer(a)) == bytes(ffi.buffer(b)):
        return {}
    found = {}
    for name, _ in ffi.typeof("vdp").fields:
        if name == "draw_clock":
            continue  # how far drawing has got is nobody's to see
        x, y = (list(v) if isinstance(v, ffi.CData) else v for v in (getattr(a, name), getattr(b, name)))
        if x != y:
            found[name] = x, y
    return found


def pictures(kernel: VDPPorts, model: VDPPorts) -> bool:
    """Tell whether both have drawn the same."""
    a, b = kernel._chip, model._chip
    for chip in a, b:
        lib.vdp_fill_border(chip)
    for name in ("width", "height", "framed_indexed", "framed_rgb"):
        x, y = getattr(a.border, name), getattr(b.border, name)
        if (bytes(ffi.buffer(x)) != bytes(ffi.buffer(y))) if isinstance(x, ffi.CData) else x != y:
            return False
    if (a.width, a.height) != (b.width, b.height):
        return False
    seen = np.s_[: a.height, : a.width]
    for name, shape in (("indexed", (480, 320)), ("rgb", (480, 320, 3))):
        x, y = (np.frombuffer(ffi.buffer(getattr(chip, name)), np.uint8).reshape(shape)[seen] for chip in (a, b))
        if not (x == y).all():
            return False
    return True


def finish_picture(kernel: VDPPorts, model: VDPPorts) -> None:
    frame = kernel.frame_count
    while kernel.frame_count == frame:
        kernel.run(kernel._state.next_event)
    model.run(kernel.clock)


@settings(max_examples=25, deadline=None)
@given(st.booleans(), st.integers(0, 300 * LINE), st.booleans(), traffic)
def test_same_traffic_same_state(pal, start, alone, accesses):
    kernel, model = chips(pal, start, alone)
    clock = kernel.clock
    for wait, step, access in accesses:
        clock = max(clock, kernel.clock) + wait
        for (kind, value), delay in zip(access, itertools.accumulate(itertools.repeat(step)), strict=False):
            assert play(kernel, clock + delay, kind, value) == play(model, clock + delay, kind, value)
            assert difference(kernel, model) == {}
        clock += step * len(access)
    for _ in range(2):  # the picture in progress and the next one
        finish_picture(kernel, model)
        assert difference(kernel, model) == {}
        assert pictures(kernel, model)


def test_more_changes_of_cram_than_are_kept():
    """A transfer of 65536 words to CRAM, with the display on and off; and the state without a picture is the same."""
    for display in (0x8154, 0x8114):
        kernel, model = chips(False, 20 * LINE)
        blind, _ = chips(False, 20 * LINE)
        blind._chip.render = 0
        for chip in (kernel, model, blind):
            for kind, value in [*transfer(0x23, 0, 0, 0, 0, 0), ("control", display)]:
                play(chip, 20 * LINE, kind, value)
        for _ in range(2):
            finish_picture(kernel, model)
            blind.run(kernel.clock)
            assert difference(kernel, model) == {}
            assert difference(kernel, blind) == {}
            assert pictures(kernel, model)


def test_a_transfer_to_cram_shows_in_the_border():
    kernel, model = chips(False, 200 * LINE)
    for line in (226, 255):
        for chip in (kernel, model):
            chip.run(line * LINE)
            for kind, value in transfer(0x23, 0, 0, 300, 0, 0):
                play(chip, line * LINE, kind, value)
            chip.run(line * LINE + 3 * LINE)
    finish_picture(kernel, model)
    assert difference(kernel, model) == {}
    assert pictures(kernel, model)


def test_a_fill_of_cram_shows_in_the_border_above():
    """Each word leaves a dot, before the backdrop is one of them, too."""
    kernel, model = chips(True, 0, False)
    clock = 300 * LINE
    for kind, value in transfer(35, 1294, 2, 0, 0, 0):
        assert play(kernel, clock, kind, value) == play(model, clock, kind, value)
    finish_picture(kernel, model)
    assert difference(kernel, model) == {}
    assert pictures(kernel, model)


def test_a_moment_in_mode_4_within_horizontal_blanking():
    """As TEST1536 does on each line: display off and mode 4 for 140 mclk, which loses some of a line's sprites."""
    kernel, model = chips(False, 300 * LINE)
    start = kernel._state.picture_clock
    for line in range(10, 220):
        for offset, word in ((3276, 0x8100), (3416, 0x8164)):
            for chip in (kernel, model):
                chip.write(start + line * LINE + offset, 4, word)
    finish_picture(kernel, model)
    assert difference(kernel, model) == {}
    assert pictures(kernel, model)


transfers = st.tuples(
    st.sampled_from([0x8C81, 0x8C00]), st.sampled_from([1, 1, 1, 3, 5, 0]),
    st.sampled_from([0, 1, 2, 2, 3, 4, 64, 128]), words, st.integers(1, 4000), st.integers(0, 0x3FFFFF),
    st.sampled_from([0, 0, 2, 3]), st.lists(words, max_size=6), st.lists(st.integers(0, 20 * LINE), max_size=8),
)  # fmt: skip


def make_transfers(times, start, width, code, step, address, length, source, kind, before, slices):
    """Give a kernel and a model that have made a transfer some times, from the second on into the sprite table."""
    kernel, model = chips(False, start)
    access = [("control", width), ("control", 0x8F00 | step), *command(code, address), *(("data", w) for w in before)]
    for time in range(times):
        clock = kernel.clock
        if time:
            access[0] = ("control", 0x8500 | address >> 9 & 0x7E)
        for i, (name, value) in enumerate([*access, *transfer(code | 0x20, address, kind, length, source, 0x1234)]):
            assert play(kernel, clock + 56 * i, name, value) == play(model, clock + 56 * i, name, value)
            assert difference(kernel, model) == {}
        for wait in [*slices, 50 * LINE]:
            clock = kernel.clock + wait
            kernel.run(clock)
            model.run(clock)
            assert difference(kernel, model) == {}
    return kernel, model


@settings(max_examples=25, deadline=None)
@given(st.integers(224 * LINE, 260 * LINE), transfers)
@example(230 * LINE, (0x8C81, 1, 2, 0xDFF2, 300, 0, 0, [], []))  # into the sprite table
@example(230 * LINE, (0x8C00, 3, 2, 0, 300, 0, 0, [], [100]))  # CRAM
def test_transfers_in_blanking(start, arguments):
    """Long transfers, which the model makes at once where nothing is drawn."""
    make_transfers(1, start, *arguments)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 200 * LINE), transfers)
@example(20 * LINE, (0x8C81, 1, 1, 0x1001, 600, 0, 2, [], []))
def test_transfers_in_the_picture(start, arguments):
    """The same where what changes must be drawn first; the second time a fill finds what it writes."""
    kernel, model = make_transfers(2, start, *arguments)
    finish_picture(kernel, model)
    assert difference(kernel, model) == {}
    assert pictures(kernel, model)


pauses = st.one_of(st.just(0), st.integers(0, 4000), st.integers(480, 640))
words_and_pauses = st.one_of(
    st.lists(st.tuples(pauses, st.sampled_from([3, 3, 3, 5, 1, 0]), st.sampled_from([0, 1, 1, 2, 4])), max_size=9),
    st.integers(480, 640).map(lambda wait: [(wait, 3, 1)]),  # the time of a word's slot is near
    st.integers(0, 2000).map(lambda wait: [(0, 3, 1), (wait, 0, 0)]),  # a read waits behind a word
)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 260 * LINE),
    st.sampled_from([0x8C81, 0x8C00]),
    st.lists(words_and_pauses, min_size=5, max_size=60).map(lambda parts: [step for part in parts for step in part]),
)
@example(114, 0x8C81, [(500, 3, 1)])  # ready just after the slot before the longest gap
def test_words_that_nobody_sees_move_like_others(start, width, steps):
    seen, unseen = (chips(False, start)[0] for _ in range(2))
    unseen._chip.render = 0
    unseen._chip.border = ffi.NULL
    clock = seen.clock
    for i, (wait, code, count) in enumerate([(0, 3, 0), *steps]):
        data = [("data", 99 * i + k) for k in range(count)]
        access = [*command(code, 16 * i), *data] if i else [("control", width)]
        for kind, value in access:
            for chip in (seen, unseen):
                play(chip, clock, kind, value)
            clock = max(clock + 28, seen.clock)
        clock += wait
        for chip in (seen, unseen):
            chip.run(clock)
        assert difference(seen, unseen) == {}
