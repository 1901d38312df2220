"""Save states that are damaged, foreign or random."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import megadrive
from megadrive import MegaDrive, StateError


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
    at = data.draw(st.integers(48, len(state) - 1))
    state[at] ^= 1 << data.draw(st.integers(0, 7))
    refused(machine, state, "damaged")


def sealed(state: bytearray) -> bytes:
    """Return the state with a checksum that fits, as an attacker would."""
    from megadrive._core import ffi, lib

    body = bytes(state[48:])
    checksum = lib.md_checksum(ffi.from_buffer("uint8_t[]", body), len(body))
    state[40:48] = int(checksum).to_bytes(8, "little")
    return bytes(state)


@given(st.integers(0, 2**32), st.integers(1, 4000))
@settings(max_examples=60, deadline=None)
def test_random_contents_do_no_harm(machine, seed, count):
    """A forged state is refused, or runs: without a crash and without a hang."""
    random = np.random.default_rng(seed)
    md = machine.fork()
    state = bytearray(md.save_state())
    for at in random.integers(48, len(state), count):
        state[at] = random.integers(0, 256)
    try:
        md.load_state(sealed(state))
    except StateError:
        return
    md.run_frames(3, render=True, audio=True)
    md.save_state()
