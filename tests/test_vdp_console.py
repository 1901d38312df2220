"""The VDP in the console, as small 68000 programs see it, with the kernel and with the model."""

import pytest
import vdp_program as program

from megadrive import VDP, MegaDrive, model
from megadrive.vdp import NEVER

RESULT = 0xFF8000
engines = pytest.mark.parametrize("engine", ["native", "model"])
chips = pytest.mark.parametrize("chip", [VDP, model.VDP])


def result(md: MegaDrive, index: int = 0) -> int:
    return int.from_bytes(bytes(md.ram[0x8000 + 2 * index : 0x8002 + 2 * index]), "big")


# ---------------------------------------------------------------------------------- reads that never end


@engines
@pytest.mark.parametrize(
    ("command", "locks"),
    [
        ((0x0000, 0x0000), False),  # VRAM read
        ((0x0000, 0x0010), False),  # VSRAM read
        ((0x0000, 0x0020), False),  # CRAM read
        ((0x0000, 0x0030), False),  # 8-bit VRAM read
        ((0x4000, 0x0000), True),  # VRAM write
        ((0xC000, 0x0000), True),  # CRAM write
        ((0x4000, 0x0010), True),  # VSRAM write
        ((0x4000, 0x0020), True),  # invalid
        ((0x0000, 0x0000, 0x8F02), True),  # a register write leaves CD1-0 = 10
    ],
)
def test_a_read_of_the_data_port_without_a_command_to_read_stops_the_68000(engine, command, locks):
    code = program.control(0x8104, 0x8F02, *command) + program.store(RESULT, 1)
    code += program.copy(program.DATA, RESULT + 4) + program.store(RESULT + 2, 1)
    md = MegaDrive(program.rom(code), engine=engine)
    md.run_frames(3)
    assert (result(md, 0), result(md, 1)) == (1, not locks)
    assert md._md.state.locked == locks
    assert md.frame_count == 3  # the picture goes on
    md.reset()
    assert not md._md.state.locked


@engines
def test_the_z80_too(engine):
    # The Z80: LD A,1; LD ($1000),A; LD A,($7F00); LD ($1001),A; wait
    z80 = bytes.fromhex("3E01 320010 3A007F 320110 18FE".replace(" ", ""))
    code = program.control(0x8104, 0x4000, 0x0000) + program.store(0xA11100, 0x100) + program.store(0xA11200, 0x100)
    code += b"".join(program.store_byte(0xA00000 + i, byte) for i, byte in enumerate(z80))
    code += program.store(0xA11200, 0) + program.store(0xA11200, 0x100) + program.store(0xA11100, 0)
    md = MegaDrive(program.rom(code), engine=engine)
    md.run_frames(3)
    assert md.z80_ram[0x1000:0x1002].tolist() == [1, 0]
    assert md._md.state.z80_locked and not md._md.state.locked


@chips
def test_a_chip_alone_tells_that_the_read_does_not_end(chip):
    vdp = chip()
    vdp.write_control(0x8104)
    vdp.write_control(0x4000)
    vdp.write_control(0x0000)
    assert vdp.read(100, 0)[1] == NEVER
    vdp.read_data()
    vdp.write_control(0x0000)
    vdp.write_control(0x0000)
    assert 100 < vdp.read(200, 0)[1] < 20000


# ------------------------------------------------------------------------------------ memories as arrays


@chips
def test_arrays_written_in_mid_picture_count_from_then_on(chip):
    """Also for the status, whose flags are worked out some lines ahead."""
    vdp = chip()
    for word in (0x8104, 0x8144, 0x8C81, 0x8570):  # sprite table at $E000
        vdp.write_control(word)
    vdp.run(262 * 3420 + 20 * 3420)
    assert not vdp.read_status() & 0x60
    # two sprites on line 60 in the same place, opaque
    vdp.vram[0x20:0x40] = 0x11
    for i in range(2):
        entry = [0, 128 + 60, 0, 1 - i, 0, 1, 0, 128 + 50]
        vdp.vram[0xE000 + 8 * i : 0xE008 + 8 * i] = entry
        vdp.sprite_cache[i] = entry[:4]
    vdp.run(262 * 3420 + 50 * 3420)
    assert not vdp.read_status() & 0x60
    vdp.run(262 * 3420 + 62 * 3420)
    assert vdp.read_status() & 0x60 == 0x20
    vdp.sprite_cache[:] = 0
    vdp.run(262 * 3420 + 100 * 3420)
    assert not vdp.read_status() & 0x60
