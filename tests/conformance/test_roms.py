"""Test programs of the corpus: each reports its own result (the corpus' README tells where)."""

import numpy as np
import pytest

from megadrive import Button, MegaDrive


def word(md, address):
    return int.from_bytes(bytes(md.ram[address & 0xFFFF : (address & 0xFFFF) + 2]), "big")


def text(md, base, first=0, width=64):
    names = md.vram[base : base + 64 * width].view(">u2").reshape(-1, width)[:32, :40] & 0x7FF
    characters = names.astype(int) + first
    return ["".join(chr(c) if 32 <= c < 127 else " " for c in row).rstrip() for row in characters]


def run(md, frames, buttons=lambda frame: Button(0)):
    for frame in range(frames):
        md.set_buttons(0, buttons(frame))
        md.run_frame(render=False, audio=False)


def test_vdp_fifo_testing(corpus):
    md = MegaDrive(corpus / "roms" / "VDPFIFOTesting.bin")
    for _ in range(60):
        run(md, 60, lambda frame: Button.START if frame >= 50 else Button(0))
        if word(md, 0xFF00) == 123:
            break
    assert word(md, 0xFF00) == 123, "not all tests have run"
    assert (word(md, 0xFF08), word(md, 0xFF0A)) == (122, 0)


def test_bcd_verifier(corpus):
    md = MegaDrive(corpus / "roms" / "bcd-verifier-u1.bin")
    run(md, 560)
    assert not md.ram[0xFF00:0xFF18].any()


def test_z80_bus(corpus):
    md = MegaDrive(corpus / "roms" / "gen_test_z80_bus.bin")
    run(md, 600)
    lines = [line for line in text(md, 0x8000) if ":" in line]
    judged = [line for line in lines if line.endswith(("PASS", "FAIL"))]
    assert len(judged) == 8
    assert all(line.endswith("PASS") for line in judged), judged
    assert any("work RAM" in line and line.endswith("4243") for line in lines)
    assert any("reads to work RAM" in line and line.endswith("FFFF") for line in lines)


def test_dma_speed(corpus):
    """Bytes that a DMA moves in a blanking.

    Within what the program's polls of the status leave open; Genesis Plus GX differs by up to 14.
    """
    md = MegaDrive(corpus / "roms" / "dma_speed_test.bin")
    run(md, 3000)
    rows = [line.replace(",", "").split() for line in text(md, 0xC000, first=32)]
    figures = [(int(row[-2]), int(row[-1])) for row in rows if len(row) > 3 and row[-1].isdigit() and row[-2].isdigit()]
    assert len(figures) == 12
    for moved, needed in figures:
        assert abs(moved - needed) <= 10  # a turn of the loop that polls: 20 clocks, 9 slots


@pytest.mark.parametrize("h40", [False, True])
def test_sprite_masking(corpus, h40):
    """All nine verdicts are green: the picture has nothing but blue, white and green. C toggles the width."""
    md = MegaDrive(corpus / "roms" / "SpriteMaskingTestRom.bin")
    run(md, 120)
    if h40:
        run(md, 20, lambda frame: Button.C if frame < 10 else Button(0))
    run(md, 60)
    md.run_frame()
    assert md.frame.shape[1] == (320 if h40 else 256)
    colours = {tuple(int(c) for c in colour) for colour in np.unique(md.frame.reshape(-1, 3), axis=0)}
    assert not [c for c in colours if c[0] > max(c[1], c[2])], f"red verdicts: {colours}"


def test_direct_colour(corpus):
    """CRAM written on every line, shadow and highlight: hundreds of colours in one frame."""
    md = MegaDrive(corpus / "roms" / "TEST1536.BIN")
    run(md, 120)
    md.run_frame()
    assert len(np.unique(md.frame.reshape(-1, 3), axis=0)) >= 500
