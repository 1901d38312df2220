"""Random programs and random traffic: whatever a guest does, the host is safe and the machine deterministic.

``python tests/test_fuzz.py FRAMES`` runs that many frames, for a build with sanitizers.
"""

import sys

import numpy as np
import pytest

from megadrive import MegaDrive

FRAMES_A_PROGRAM = 25


def program(random):
    """Return a ROM whose code is random, mixed with accesses that hit the chips."""
    size = int(random.choice([0x400, 0x2000, 0x10000, 0x28000]))
    words = random.integers(0, 0x10000, size // 2).astype(">u2")
    # Vectors into the code; the stack in work RAM. Traps go on somewhere in the ROM, so programs live for long.
    vectors = (random.integers(0x100, size // 2, 64) * 2 % size).astype(">u4")
    vectors[0] = 0xFFFE00
    words[:0x80] = vectors.view(">u2")
    header = np.frombuffer(b"SEGA MEGA DRIVE ", ">u2")
    words[0x80 : 0x80 + len(header)] = header
    words[0x1F0 // 2 : 0x200 // 2] = 0x2020
    words[0x1F0 // 2] = int(random.choice([0x4A20, 0x5520, 0x4520]))
    if random.random() < 0.3:
        words[0x1B0 // 2 : 0x1BC // 2] = np.frombuffer(b"RA\xf8\x20\x00\x20\x00\x01\x00\x20\x3f\xff", ">u2")
    at = 0x100
    while at < len(words) - 8:
        # move.w #value,(address).l: to the VDP, the Z80's half, the ports; move.l as well; then some random words
        kind = random.integers(0, 8)
        if kind < 3:
            port = 0xC00000 + int(random.integers(0, 4)) * 2
            value = int(random.integers(0, 0x10000))
            if random.random() < 0.5:
                value = 0x8000 | int(random.integers(0, 24)) << 8 | value & 0xFF
            words[at : at + 4] = [0x33FC, value, port >> 16, port & 0xFFFF]
        elif kind == 3:
            words[at : at + 5] = [0x23FC, *random.integers(0, 0x10000, 2), 0x00C0, 0x0004]
        elif kind == 4:
            address = int(random.choice([0xA11100, 0xA11200, 0xA04000, 0xA04002, 0xA10008, 0xA130F0, 0xC00010]))
            words[at : at + 4] = [0x33FC, int(random.integers(0, 0x10000)), address >> 16, address & 0xFFFF]
        elif kind == 5:
            address = 0xA00000 + int(random.integers(0, 0x2000))
            words[at : at + 4] = [0x13FC, int(random.integers(0, 256)), address >> 16, address & 0xFFFF]
        elif kind == 6:
            words[at] = 0x6000 | int(random.integers(2, 0xFE)) & 0xFE  # bra
        at += int(random.integers(5, 9))
    return words.tobytes()


def run(seed, frames):
    random = np.random.default_rng(seed)
    rom = program(random)
    options = {"seed": seed, "address_errors": bool(random.integers(0, 2))}
    md, twin = MegaDrive(rom, **options), MegaDrive(rom, **options)
    half = frames // 2
    for _ in range(half):
        md.set_buttons(0, int(random.integers(0, 4096)))
        md.run_frame(render=True, audio=True)
    md.vram[:] = random.integers(0, 256, 65536)
    md.cram[:] = random.integers(0, 4096, 64) & 0xEEE
    md.ram[0x8000:] = random.integers(0, 256, 0x8000)
    md.vdp.registers[:] = random.integers(0, 256, 24)
    twin.load_state(md.save_state())
    fork = md.fork()
    md.run_frames(frames - half, render=True, audio=True)
    twin.run_frames(frames - half, render=False)
    fork.run_frames(frames - half, render=True)
    assert md.state_hash() == twin.state_hash() == fork.state_hash(), seed
    assert (md.frame == fork.frame).all(), seed


@pytest.mark.parametrize("seed", range(1, 25))
def test_random_programs(seed):
    run(seed, FRAMES_A_PROGRAM)


@pytest.mark.parametrize("size", [512, 513, 1000, 65535, 65537, 0x400001])
def test_odd_sizes(size):
    rom = bytearray(np.random.default_rng(size).integers(0, 256, size, np.uint8).tobytes())
    rom[:8] = bytes.fromhex("00fffe00 00000008")
    MegaDrive(bytes(rom)).run_frames(5, render=True, audio=True)


if __name__ == "__main__":
    left, number = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    while left > 0:
        run(number, 200)
        number, left = number + 1, left - 200
        if number % 20 == 0:
            print(number, left, flush=True)
