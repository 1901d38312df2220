"""notaz's testpico (github.com/notaz/megadrive, in the public domain), where MEGADRIVE_TESTPICO names its ROM.

It is not in a package registry, so the test cannot fetch it. Without a 32X it skips 12 of its tests.
"""

import os
import re

import pytest

from megadrive import MegaDrive

pytestmark = pytest.mark.long

FRAMES = 1500


def text(md: MegaDrive) -> str:
    """Return what plane A says; the font's first tile is that of a space."""
    base = (int(md.vdp.registers[2]) & 0x38) << 10
    names = (md.vram[base : base + 128 * 28].view(">u2").reshape(28, 64)[:, :40] & 0x7FF).astype(int)
    title = next(row for row in names[2:] if row.any())  # "MD version: ..."
    space = next(int(name) for name in title if name) - ord("M") + 32
    return "\n".join("".join(chr(32 + max(0, c - space) % 96) for c in row).rstrip() for row in names)


@pytest.mark.parametrize("region", ["U", "E"])
@pytest.mark.parametrize("engine", ["native", "model"])
def test_testpico(engine, region):
    path = os.environ.get("MEGADRIVE_TESTPICO")
    if not path:
        pytest.skip("MEGADRIVE_TESTPICO names no ROM")
    md = MegaDrive(path, region=region, engine=engine)
    md.run_frames(FRAMES, render=False)
    passed = re.search(r"(\d+)/(\d+) passed, (\d+) skipped", text(md))
    assert passed, text(md)
    done, every, skipped = map(int, passed.groups())
    assert done == every - skipped, text(md)
