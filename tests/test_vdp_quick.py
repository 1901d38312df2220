"""The VDP kernel's quick ways against its plain ones: the same chip, driven so that it cannot take them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from megadrive._core import ffi, lib
from megadrive.model.vdp.chip import VDP as Model
from megadrive.vdp import CONTROL_PORT, DATA_PORT, VDP, VDPPorts

LINE = 3420
MEMORY = np.random.default_rng(0).integers(0, 256, 1 << 18, np.uint8)
SPRITES = 0xF800  # sprite table

seeds = st.integers(0, 2**32)


class Lazy(VDP):
    """A chip whose memories nobody writes but itself: it need not draw up to the present after each call."""

    def _settle(self) -> None:
        """Leave everything to be drawn as late as in a console."""


def chip(seed: int, *registers: int, kind: type[VDPPorts] = Lazy, pixels: bool = True) -> Any:
    """Return a chip with random patterns and planes, the display on, just before line 0."""
    vdp = kind(False, MEMORY)
    vdp._chip.render = pixels
    rng = np.random.default_rng(seed)
    vdp.vram[:] = rng.integers(0, 256, 65536)
    vdp.vram[SPRITES : SPRITES + 640] = 0
    vdp.cram[:] = rng.integers(0, 0x1000, 64) & 0x0EEE
    setup = (0x8004, 0x8174, 0x8230, 0x8407, 0x8500 | SPRITES >> 9, 0x8C81, 0x8D3F, 0x8F02, 0x9011)
    for word in (*setup, *registers):
        vdp.write_control(word)
    vdp.run(261 * LINE)
    return vdp


def command(vdp: VDPPorts, clock: int, code: int, address: int) -> None:
    vdp.write(clock, CONTROL_PORT, (code & 3) << 14 | address & 0x3FFF)
    vdp.write(clock, CONTROL_PORT, (code & 0x3C) << 2 | address >> 14)


def end_picture(vdp: VDPPorts) -> None:
    frame = vdp.frame_count
    while vdp.frame_count == frame:
        vdp.run(vdp._state.next_event)


def pictures(vdp: Any) -> tuple[bytes, bytes]:
    """Return what the chip has drawn: indices and colours."""
    lib.vdp_fill_rgb(vdp._chip)
    return bytes(ffi.buffer(vdp._chip.indexed)), bytes(ffi.buffer(vdp._chip.rgb))


def plainly(vdp: Any, clock: int) -> None:
    """Draw up to a time; then nothing is known of what comes, and nothing waits to be drawn."""
    vdp.run(clock)
    lib.vdp_draw(vdp._chip, clock)


# ------------------------------------------------------------------------------------------------ flags


def put_sprites(vdp: Any, seed: int) -> None:
    """A table in whose picture few lines set a flag: two sprites meet somewhere, and some line has too many."""
    rng = np.random.default_rng(seed)
    table = np.zeros((80, 4), int)
    places = rng.permutation(24 * 8)[:40]  # a grid of places that are 8 lines high and 32 pixels wide
    table[:40, 0], table[:40, 3] = 128 + places // 8 * 9, 128 + places % 8 * 36
    table[:40, 1] = rng.integers(0, 4, 40) << 10
    if rng.random() < 0.7:
        table[39, 0], table[39, 3] = table[int(rng.integers(0, 39)), [0, 3]] + rng.integers(0, 8, 2)
    crowd = int(rng.choice([0, 20, 21, 40]))
    table[40 : 40 + crowd, 0] = 128 + rng.integers(0, 224)
    table[40 : 40 + crowd, 3] = 128 + 8 * np.arange(crowd)
    used = 40 + crowd
    table[:used, 1] |= np.arange(1, used + 1) % used
    table[:, 2] = rng.integers(0, 0x8000, 80)
    vdp.vram[SPRITES : SPRITES + 640] = table.astype(">u2").view(np.uint8).reshape(-1)
    vdp.sprite_cache[:] = vdp.vram[SPRITES : SPRITES + 640].reshape(80, 8)[:, :4]


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(200, 20000), st.booleans(), st.sampled_from([0x8C81, 0x8C00]))
def test_status_polls_see_each_flag_in_its_line(seed, step, pixels, width):
    ahead, plain = (chip(seed, width, pixels=pixels) for _ in range(2))
    seen = []
    for vdp in (ahead, plain):
        put_sprites(vdp, seed)
    rng = np.random.default_rng(seed)
    for poll in range(ahead.clock, ahead.clock + 226 * LINE, step):
        clock = poll
        if rng.random() < 0.4:  # where the sprites of a line begin and end to be fetched
            clock += int(rng.choice([-64, 0, 300, 741, 860])) - poll % LINE
        plainly(plain, clock)
        status = [vdp.read(clock, CONTROL_PORT)[0] for vdp in (ahead, plain)]
        assert status[0] == status[1]
        seen.append(status[0] & 0x60)
    assert len(seen) > 20


@pytest.mark.parametrize("pixels", [False, True])
def test_status_polls_see_the_flags_that_the_model_sees(pixels):
    """Lines 60 and 150 set a flag, the others do not; the chip looks ahead over them, and must look again."""
    chips = [chip(1, kind=kind, pixels=pixels) for kind in (Lazy, Model)]
    found = []
    for vdp in chips:
        table = np.zeros((80, 4), int)
        table[:2] = (128 + 60, 1, 0, 200), (128 + 60 + 7, 2, 0, 204)  # meet on one line
        table[2:23, 0], table[2:23, 1], table[2:23, 3] = 128 + 150, np.arange(3, 24) % 23, 128 + 8 * np.arange(21)
        vdp.vram[:32] = 0x11
        vdp.vram[SPRITES : SPRITES + 640] = table.astype(">u2").view(np.uint8).reshape(-1)
        vdp.sprite_cache[:] = vdp.vram[SPRITES : SPRITES + 640].reshape(80, 8)[:, :4]
        polls = range(vdp.clock, vdp.clock + 226 * LINE, 1700)
        found.append([vdp.read(clock, CONTROL_PORT)[0] & 0x60 for clock in polls])
    assert found[0] == found[1]
    assert found[0].count(0x20) == 1 and found[0].count(0x40) == 8  # the 21st sprite is missed on 8 lines


def test_a_flag_that_has_been_read_is_not_set_again_when_its_line_is_drawn():
    """The status is read ahead of drawing; then memories may be written from outside, so all is drawn."""
    vdp = chip(1)
    vdp.vram[:32] = 0x11
    vdp.vram[SPRITES : SPRITES + 16] = np.array([128 + 60, 1, 0, 200, 128 + 60, 0, 0, 204], ">u2").view(np.uint8)
    vdp.sprite_cache[:2] = vdp.vram[SPRITES : SPRITES + 16].reshape(2, 8)[:, :4]
    clock = vdp.clock + 69 * LINE
    assert vdp.read(clock, CONTROL_PORT)[0] & 0x60 == 0x20
    lib.vdp_settle(vdp._chip)
    assert vdp.read(clock, CONTROL_PORT)[0] & 0x60 == 0
    assert vdp.read(clock + 140 * LINE, CONTROL_PORT)[0] & 0x60 == 0


@settings(max_examples=15, deadline=None)
@given(seeds, st.sampled_from([0x8C81, 0x8C00]), st.lists(st.integers(0, 230 * LINE), max_size=4))
def test_flags_without_a_picture_are_those_of_one(seed, width, cuts):
    """Lines whose sprites can set no flag are passed over if nobody looks."""
    drawn, unseen = (chip(seed, width, pixels=pixels) for pixels in (True, False))
    start = drawn.clock
    for vdp in (drawn, unseen):
        put_sprites(vdp, seed)
        for cut in sorted(cuts):
            plainly(vdp, start + cut)
        end_picture(vdp)
    assert bytes(ffi.buffer(drawn._state)) == bytes(ffi.buffer(unseen._state))


def sprite_changes(seed: int, polls: bool, focus: bool) -> list[tuple[int, int, int]]:
    """Return (mclk, address or -1, value): words for the sprite table, and for -1 reads of the status.

    With a focus, edges of few sprites come within a line or two of the beam, and the sprites have few places across.
    """
    rng = np.random.default_rng(seed)
    changes = []
    for _ in range(int(rng.integers(1, 60))):
        line, word = int(rng.integers(-1, 225)), int(rng.choice([0, 0, 1, 2, 3, 3]))
        entry = int(rng.integers(0, 80))
        y = line + int(rng.integers(-40, 60))  # most come near the beam
        if focus:
            line, entry = 100 + int(rng.integers(-9, 10)), int(rng.integers(0, 12))
            y = line + int(rng.integers(-1, 4)) - 8 * int(rng.integers(0, 3))
        value = {
            0: 128 + (y if rng.random() < 0.8 else int(rng.integers(-40, 300))) & 0x1FF,
            1: int(rng.integers(0, 16)) << 8 | ((entry + 1) % 80 if rng.random() < 0.97 else int(rng.integers(0, 80))),
            2: int(rng.integers(0, 0x8000)),
            3: int(rng.integers(0, 480)) if not focus else 128 + 32 * int(rng.integers(0, 9)),
        }[word]
        changes.append(((line + 1) * LINE + int(rng.integers(0, LINE)), SPRITES + 8 * entry + 2 * word, value))
    if polls:
        clocks = rng.integers(0, 226 * LINE, int(rng.integers(1, 12)))
        if focus:
            clocks = 90 * LINE + clocks % (24 * LINE)
        changes += [(int(clock), -1, 0) for clock in clocks]
    return sorted(changes)


@settings(max_examples=80, deadline=None)
@example(286, True, True, 0x8C81)
@example(83154, True, True, 0x8C81)
@given(seeds, st.booleans(), st.booleans(), st.sampled_from([0x8C81, 0x8C00]))
def test_sprites_that_change_within_the_picture(seed, polls, focus, width):
    """Nothing is drawn for a change that concerns other lines, and the search of lines is kept up with it."""
    plain, drawn, unseen = (chip(seed, width, pixels=pixels) for pixels in (True, True, False))
    start = plain.clock
    for vdp in (plain, drawn, unseen):
        put_sprites(vdp, seed)
    for clock, address, value in sprite_changes(seed, polls, focus):
        seen = []
        for vdp in (plain, drawn, unseen):
            now = max(start + clock, vdp.clock)
            if vdp is plain:
                vdp.run(now)
                lib.vdp_settle(vdp._chip)
            if address < 0:
                seen.append(vdp.read(now, CONTROL_PORT)[0])
                continue
            command(vdp, now, 1, address)
            vdp.write(now, DATA_PORT, value)
            for later in range(0, 1200, 40):  # whenever it may go out
                vdp.run(now + later)
                if vdp is plain:
                    lib.vdp_settle(vdp._chip)
        assert seen[1:] == seen[:-1]
    for vdp in (plain, drawn, unseen):
        end_picture(vdp)
    states = [bytes(ffi.buffer(vdp._state)) for vdp in (plain, drawn, unseen)]
    assert states[0] == states[1] == states[2]
    assert pictures(plain) == pictures(drawn)


# ---------------------------------------------------------------------------------------- raster changes


def raster_changes(seed: int, within_lines: bool) -> list[tuple[int, int, int]]:
    """Return (mclk, code or -1, value): words for VSRAM, and for -1 register writes."""
    rng = np.random.default_rng(seed)
    changes = []
    kinds = rng.choice([1, 2, 5, 200], 2)
    for line in range(-1, 225):
        at = (line + 1) * LINE + int(rng.integers(0, LINE) if within_lines else rng.integers(150, 500))
        if line % kinds[0] == 0:
            changes.append((at, 0, int(rng.integers(0, 0x400) if rng.random() < 0.3 else line * 3 & 0x3FF)))
            changes.append((at + 100, 2, int(rng.integers(0, 8))))
        if line % kinds[1] == 0:
            changes.append((at + 200, -1, 0x8700 | int(rng.integers(0, 64))))
        if rng.random() < 0.05:
            word = rng.choice([0x8B00, 0x8B04, 0x8B03, 0x8C00, 0x8C81, 0x8C89, 0x8114, 0x8174, 0x8170, 0x9205, 0x8020])
            changes.append((at + 300, -1, int(word)))
    return sorted(changes)


@settings(max_examples=25, deadline=None)
@given(seeds, st.booleans(), st.booleans())
def test_raster_changes_that_wait_for_their_lines_are_those_drawn_at_once(seed, within_lines, hscroll):
    waiting, plain = (chip(seed, 0x8B03 if hscroll else 0x8B00) for _ in range(2))
    start = waiting.clock
    for clock, address, value in raster_changes(seed, within_lines):
        for vdp in (waiting, plain):
            now = start + clock
            if address < 0:
                if vdp is plain:
                    plainly(vdp, now)
                vdp.write(now, CONTROL_PORT, value)
            else:
                command(vdp, now, 5, address)
                vdp.write(now, DATA_PORT, value)
            if vdp is plain:  # whenever a write may go out
                for later in range(0, 400, 40):
                    plainly(vdp, now + later)
            else:
                vdp.run(now + 360)
    for vdp in (waiting, plain):
        end_picture(vdp)
    assert pictures(waiting) == pictures(plain)
    states = [bytes(ffi.buffer(vdp._state)) for vdp in (waiting, plain)]
    assert states[0] == states[1]


def test_more_backdrops_than_are_kept():
    waiting, plain = (chip(2) for _ in range(2))
    start = waiting.clock
    for i in range(2000):
        for vdp in (waiting, plain):
            now = start + 400 * i
            vdp.write(now, CONTROL_PORT, 0x8700 | i & 0x3F)
            if vdp is plain:
                plainly(vdp, now + 20)
    for vdp in (waiting, plain):
        end_picture(vdp)
    assert pictures(waiting) == pictures(plain)


# -------------------------------------------------------------------------------------------- transfers


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([0x8C81, 0x8C00]), st.sampled_from([0, 2, 2, 3]), st.sampled_from([1, 1, 1, 3, 5]),
    st.sampled_from([0, 1, 2, 2, 4, 128]), st.integers(0, 0xFFFF), st.integers(0, 5000), st.integers(0, 0x3FFFFF),
    st.integers(224 * LINE, 228 * LINE), st.lists(st.integers(1, 4 * LINE), min_size=1, max_size=40),
)  # fmt: skip
def test_a_transfer_at_once_is_the_transfer_in_slices(width, kind, code, step, address, length, source, start, slices):
    """A run over many slots leaves at each time what single slots do."""
    whole, sliced = (chip(3, width, 0x8F00 | step) for _ in range(2))
    for vdp in (whole, sliced):
        vdp.run(vdp._state.picture_clock + start)
        clock = vdp.clock
        values = (length & 0xFF, length >> 8, source & 0xFF, source >> 8 & 0xFF, kind << 6 | source >> 16 & 0x3F)
        for i, value in enumerate(values):
            vdp.write(clock + 56 * i, CONTROL_PORT, 0x9300 + (i << 8) | value)
        command(vdp, clock + 400, code | (0x30 if kind == 3 else 0x20), address)
        if kind == 2:
            vdp.write(clock + 500, DATA_PORT, 0x1234)
    clock = whole.clock
    for wait in slices:
        for at in range(clock + 16, clock + wait, 16):
            sliced.run(at)
        clock += wait
        whole.run(clock)
        sliced.run(clock)
        assert bytes(ffi.buffer(whole._state)) == bytes(ffi.buffer(sliced._state))
