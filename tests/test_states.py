"""Save states that are damaged, foreign or random."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import megadrive
from megadrive import MegaDrive, StateError
from megadrive._core import ffi, lib

HEADER = 40  # bytes; its last eight are a checksum of all that follows


@pytest.fixture(scope="module")
def machine():
    md = MegaDrive(megadrive.builtin_rom())
    md.run_frames(100)
    return md


def refused(md, data, match):
    before = md.save_state()
    with pytest.raises(StateError, match=match):
        md.load_state(data)
    assert md.save_state() == before


def test_truncated(machine):
    state = machine.save_state()
    for size in (0, 1, 40, 100, len(state) - 1):
        refused(machine, state[:size], "bytes")
    refused(machine, state + b"\0", "bytes")


def test_not_a_state(machine):
    refused(machine, bytes(len(machine.save_state())), "header")
    with pytest.raises(TypeError, match="bytes"):
        machine.load_state("state")
    with pytest.raises(TypeError, match="bytes"):
        machine.load_state(None)


def test_a_state_is_put_where_it_is_wanted(machine):
    state = machine.save_state()
    assert machine.state_size == len(state)
    array = np.zeros((2, len(state)), np.uint8)
    for out in (bytearray(len(state)), array[1], memoryview(bytearray(len(state)))):
        assert machine.save_state(out=out) is out
        assert bytes(out) == state
        machine.load_state(out)
        assert machine.save_state() == state
    assert not array[0].any()


def test_where_a_state_cannot_be_put(machine):
    size = machine.state_size
    for out in (bytes(size), "out", 3, np.zeros((size, 2), np.uint8)[:, 0]):
        with pytest.raises(TypeError, match="writable"):
            machine.save_state(out=out)
    with pytest.raises(TypeError, match="contiguous"):
        machine.load_state(np.zeros((size, 2), np.uint8)[:, 0])
    for wrong in (size - 1, size + 1, 0):
        with pytest.raises(ValueError, match=f"{wrong} bytes, expected state_size"):
            machine.save_state(out=bytearray(wrong))


def test_a_fork_shows_what_its_original_shows(machine):
    """Memory of machines that are gone is used again; nothing of them is left in it."""
    for _ in range(3):
        original = machine.fork()
        original.run_frames(3, audio=True)
        twin = original.fork()
        assert (twin.frame == original.frame).all()
        assert (twin.frame_indexed == original.frame_indexed).all()
        assert (twin.audio == original.audio).all()
        assert twin.save_state() == original.save_state()
        fresh = MegaDrive(megadrive.builtin_rom())
        assert not fresh.frame.size
        assert not fresh.ram.any()
        twin.vram[:] = 1
        twin.ram[:] = 1
        twin.run_frames(2)


def test_other_version(machine):
    state = bytearray(machine.save_state())
    state[8] ^= 0xFF
    refused(machine, state, "version")


def test_other_machine(machine):
    rom = bytearray(machine.rom.tobytes())
    rom[0x1000] ^= 1
    refused(machine, MegaDrive(bytes(rom)).save_state(), "another ROM")
    refused(machine, MegaDrive(megadrive.builtin_rom(), region="E").save_state(), "another ROM")


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_flipped_bit(machine, data):
    state = bytearray(machine.save_state())
    at = data.draw(st.integers(HEADER, len(state) - 1))
    state[at] ^= 1 << data.draw(st.integers(0, 7))
    refused(machine, state, "damaged")


def sealed(state: bytearray) -> bytes:
    """Return the state with a checksum that fits, as an attacker would."""
    body = bytes(state[HEADER:])
    checksum = lib.md_checksum(ffi.from_buffer("uint8_t[]", body), len(body))
    state[HEADER - 8 : HEADER] = int(checksum).to_bytes(8, "little")
    return bytes(state)


def does_no_harm(md: MegaDrive, forged: bytearray) -> None:
    """A forged state is refused, or runs: without a crash and without a hang."""
    try:
        md.load_state(sealed(forged))
    except StateError:
        return
    md.run_frames(3, render=True, audio=True)
    md.load_state(md.save_state())


@given(st.integers(0, 2**32), st.integers(1, 4000))
@settings(max_examples=60, deadline=None)
def test_random_contents_do_no_harm(machine, seed, count):
    random = np.random.default_rng(seed)
    md = machine.fork()
    state = bytearray(md.save_state())
    for at in random.integers(HEADER, len(state), count):
        state[at] = random.integers(0, 256)
    does_no_harm(md, state)


def places(struct, base: int = 0) -> list[tuple[int, int]]:
    """Return offset and size of each number in a struct but for those in large arrays."""
    found = []
    for _, field in struct.fields:
        array = field.type.kind == "array"
        item, count = (field.type.item, field.type.length) if array else (field.type, 1)
        for at in range(base + field.offset, base + field.offset + min(count, 32) * ffi.sizeof(item), ffi.sizeof(item)):
            found += places(item, at) if item.kind == "struct" else [(at, ffi.sizeof(item))]
    return found


extremes = st.sampled_from([0, 1, 0x7F, 0xFF, 2**31, 2**32, 2**62, 2**63, 2**64 - 1])
changes = st.sampled_from([sign * 10**power for sign in (1, -1) for power in range(18)])


@given(st.lists(st.tuples(st.sampled_from(places(ffi.typeof("md_state"))), extremes, changes), min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_wild_numbers_do_no_harm(machine, forged):
    """Each is set to an extreme, or changed by something."""
    md = machine.fork()
    state = bytearray(md.save_state())
    assert sealed(state) == md.save_state()
    for (at, size), value, change in forged:
        number = int.from_bytes(state[HEADER + at :][:size], "little") + change if value == 1 else value
        state[HEADER + at : HEADER + at + size] = (number % 2 ** (8 * size)).to_bytes(size, "little")
    does_no_harm(md, state)


def test_sound_of_another_time_is_refused(machine):
    for late in (1, -1, 10**6, -(10**7)):
        other = machine.fork()
        other._md.audio.clock -= late
        refused(machine, other.save_state(), "damaged")
