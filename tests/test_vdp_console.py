"""The VDP in the console, as small 68000 programs see it, with the kernel and with the model."""

import pytest
import vdp_program as program

from megadrive import VDP, Button, MegaDrive, Pad, model
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
    assert md.frame_count == 3  # the picture goes on, and all clocks
    assert abs(md._md.state.refresh_clock - md._md.state.cpu.clock) < 1000
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


@pytest.mark.parametrize("address", [0xDFF2, 0xE000, 0xE00A, 0xE27C])
@pytest.mark.parametrize("words", [5, 90, 330])
def test_a_dma_into_the_sprite_table_reaches_the_cache(address, words):
    length = (0x9300 | words & 0xFF, 0x9400 | words >> 8)
    main = program.control(0x8134, 0x8C81, 0x8F02, 0x8570) + program.interrupts(3)
    command = (*length, 0x9500, 0x9600, 0x9700, 0x4000 | address & 0x3FFF, 0x0080 | address >> 14)
    md = MegaDrive(program.rom(main, {6: program.control(*command)}))
    md.run_frames(3)
    vram = md.vram[address : address + 2 * words]
    assert bytes(vram) == bytes(md.rom[: 2 * words])
    assert md.vdp.sprite_cache.tolist() == md.vram[0xE000:0xE280].reshape(80, 8)[:, :4].tolist()


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


# -------------------------------------------------------------------------------------------- light guns

PORT_2, CONTROL_2 = 0xA10005, 0xA1000B


def gun_program(h40: bool, output: int) -> bytes:
    """Return a program that keeps the HV counter that a gun on port 2 latches, and counts its interrupts.

    The handler also keeps the port's pins; `output` is what the program drives.
    """
    handler = program.copy(program.HV, RESULT) + program.count(RESULT + 2) + program.copy_byte(PORT_2, RESULT + 5)
    main = program.store_byte(PORT_2, output) + program.store_byte(CONTROL_2, 0xB0)
    main += program.control(0x8006, 0x8144, 0x8C81 if h40 else 0x8C00, 0x8B08) + program.interrupts(1)
    return program.rom(main, {2: handler})


@engines
@pytest.mark.parametrize("h40", [True, False])
@pytest.mark.parametrize(("x", "y"), [(0, 0), (100, 80), (255, 222)])
@pytest.mark.parametrize(
    ("pad", "output", "delay"),
    [(Pad.MENACER, 0x00, 1136), (Pad.JUSTIFIER, 0x00, 176), (Pad.LIGHT_PHASER, 0x30, 0)],
)
def test_a_light_gun_latches_the_counters(engine, h40, x, y, pad, output, delay):
    md = MegaDrive(gun_program(h40, output), engine=engine)
    md.set_pad(1, pad)
    md.run_frames(3)
    assert (result(md, 0), result(md, 1)) == (0, 0)
    md.set_aim(1, x, y)
    md.set_buttons(1, Button.A)
    md.run_frames(1)
    time = (988 + 8 * x if h40 else 1000 + 10 * x) + delay
    line, time = y + time // 3420, time % 3420
    vdp = VDP()
    for word in (0x8104, 0x8C81 if h40 else 0x8C00):
        vdp.write_control(word)
    want = vdp.read(262 * 3420 + line * 3420 + time, 8)[0]
    assert result(md, 0) == want
    assert result(md, 1) == 1
    md.run_frames(1)
    latched = pad != Pad.LIGHT_PHASER  # the program does not reset the gun
    assert result(md, 1) == 2 - latched
    pins = {Pad.MENACER: 0x02, Pad.JUSTIFIER: 0x02, Pad.LIGHT_PHASER: 0x2F}[pad]
    assert md.ram[0x8005] & 0x0F == pins & 0x0F
    if latched:
        assert not md.ram[0x8005] & 0x40
    md.set_aim(1, None)
    md.run_frames(2)
    assert result(md, 1) == 2 - latched


@pytest.mark.parametrize(("pad", "enable", "reset"), [(Pad.MENACER, 0x00, 0x20), (Pad.JUSTIFIER, 0x00, 0x10)])
def test_a_gun_keeps_th_low_until_it_is_reset(pad, enable, reset):
    handler = program.count(RESULT) + program.store_byte(PORT_2, reset) + program.copy_byte(PORT_2, RESULT + 2)
    handler += program.store_byte(PORT_2, enable)
    main = program.store_byte(PORT_2, enable) + program.store_byte(CONTROL_2, 0xB0)
    main += program.control(0x8006, 0x8144, 0x8B08) + program.interrupts(1)
    md = MegaDrive(program.rom(main, {2: handler}))
    md.set_pad(1, pad)
    md.run_frames(2)
    md.set_aim(1, 30, 30)
    md.run_frames(5)
    assert result(md) == 5
    assert md.ram[0x8002] & 0x40


def test_a_gun_that_is_not_enabled_sees_nothing():
    for pad, output in ((Pad.MENACER, 0x20), (Pad.JUSTIFIER, 0x10), (Pad.JUSTIFIER, 0x20)):
        md = MegaDrive(gun_program(True, output))
        md.set_pad(1, pad)
        md.set_aim(1, 100, 100)
        md.run_frames(3)
        assert result(md, 1) == 0


@pytest.mark.parametrize(
    ("pad", "identity"), [(Pad.MENACER, 0x0), (Pad.JUSTIFIER, 0x1), (Pad.LIGHT_PHASER, 0xF), (Pad.THREE_BUTTON, 0xD)]
)
def test_programs_know_a_gun_by_its_identity(pad, identity):
    """D3 or D2, D1 or D0 with TH high, then with TH low."""
    main = program.store_byte(CONTROL_2, 0x40)
    for i, th in enumerate((0x40, 0x00)):
        main += program.store_byte(PORT_2, th) + program.copy_byte(PORT_2, RESULT + i)
    md = MegaDrive(program.rom(main))
    md.set_pad(1, pad)
    md.run_frames(3)
    nibbles = [int(value) & 15 for value in md.ram[0x8000:0x8002]]
    assert sum(((n & 12 > 0) << 1 | (n & 3 > 0)) << 2 * (1 - i) for i, n in enumerate(nibbles)) == identity


def test_sgdk_knows_the_guns(corpus):
    for pad, name in ((Pad.MENACER, "Menacer"), (Pad.JUSTIFIER, "Justifier")):
        md = MegaDrive(corpus / "roms" / "sgdk_joy-test.bin")
        md.set_pad(1, pad)
        md.run_frames(300)
        names = md.vram[0xE000:].view(">u2").reshape(-1, 64)[:28, :40] & 0x7FF
        text = "\n".join("".join(chr((c - 0x5A0 + 0x20) % 128) for c in row) for row in names.astype(int))
        assert name in text, text


def test_guns_are_part_of_the_state_and_leave_pictures_alone():
    md = MegaDrive(gun_program(True, 0))
    md.set_pad(1, Pad.MENACER)
    md.set_aim(1, 200, 200)
    md.run_frames(2)
    state = md.save_state()
    md.run_frames(2)
    after = md.state_hash()
    md.load_state(state)
    md.run_frames(2, render=False)
    assert md.state_hash() == after
    assert md.fork().state_hash() == after


def test_bad_aims():
    md = MegaDrive(gun_program(True, 0))
    for arguments in ((2, 0, 0), (0, -1, 0), (0, 320, 0), (0, 0, 240), (0, 5, None), (0, None, 5)):
        with pytest.raises(ValueError, match="expected"):
            md.set_aim(*arguments)
    with pytest.raises(ValueError, match="Pad"):
        md.set_pad(1, 6)


# ---------------------------------------------------------------------------------------- the first frame


@engines
@pytest.mark.parametrize(("region", "line"), [("U", 0x9F), ("E", 0x84)])
def test_the_first_frame_is_short_and_of_the_mode_at_power_on(engine, region, line):
    """The 68000 starts within a picture, and the chip is in mode 4 with the display off until a program sets it up."""
    md = MegaDrive(program.rom(b""), region=region, engine=engine)
    assert md.frame.shape == (0, 0, 3)
    assert md.clock // 3420 == line
    md.run_frame()
    assert md.frame.shape == (192, 256, 3)
    assert md.clock == 192 * 3420 + 280
    assert not md.frame.any()
    assert md.frame_count == 1
    md = MegaDrive(program.rom(program.control(0x8104)), region=region, engine=engine)
    md.run_frame()
    assert md.frame.shape == (224, 256, 3)
    assert md.clock == 224 * 3420 + 280


# ------------------------------------------------------------------------------------------- interrupts


@engines
@pytest.mark.parametrize("z80", [False, True])
def test_no_h_interrupt_is_lost_while_a_program_polls_the_hv_counter(engine, z80):
    main = program.control(0x8014, 0x8104, 0x8A00)
    if z80:
        main += program.store(0xA11200, 0x100)
    main += program.interrupts(3) + bytes.fromhex("103900C0000860F8")  # MOVE.B (HV),D0; BRA
    md = MegaDrive(program.rom(main, {4: program.count(RESULT)}), engine=engine)
    md.run_frames(2, render=False)
    counts = []
    for _ in range(3):
        before = result(md)
        md.run_frames(1, render=False)
        counts.append(result(md) - before)
    assert counts == [225] * 3


def poll_v(line: int) -> bytes:
    """Return a loop until V is read as `line`: CMPI.B #line,(HV); BNE."""
    return bytes.fromhex("0C39") + bytes([0, line]) + program.HV.to_bytes(4, "big") + bytes.fromhex("66F6")


def race(*code: bytes) -> MegaDrive:
    """Run code in line 226 with both interrupts pending; the handlers count (H at RESULT, V at RESULT + 4) and keep HV.

    At RESULT + 8: the status after it.
    """
    hint = program.copy(program.HV, RESULT + 2) + program.count(RESULT)
    vint = program.copy(program.HV, RESULT + 6) + program.count(RESULT + 4)
    main = program.control(0x8004, 0x8144, 0x8C81, 0x8A00) + poll_v(100) + poll_v(226) + b"".join(code)
    main += program.interrupts(7) + program.copy(program.CONTROL, RESULT + 8)
    md = MegaDrive(program.rom(main, {4: hint, 6: vint}))
    md.run_frames(3)
    return md


def test_an_h_interrupt_that_races_with_a_v_interrupt_clears_that():
    """Fatal Rewind; testpico, "irq ack h-v 2": both are enabled by two instructions, and the first one's is taken."""
    md = race(program.interrupts(0), program.control(0x8014, 0x8164), bytes.fromhex("700151C8FFFE"))
    assert (result(md, 0), result(md, 2)) == (2, 0)
    assert result(md, 1) >> 8 == 226
    assert not result(md, 4) & 0x80


def test_disabling_a_v_interrupt_comes_too_late_for_the_next_sample():
    """testpico, "irq ack v-h 2": it is taken, but the chip clears nothing, so it comes again; then H."""
    wait = bytes.fromhex("303C001751C8FFFE")
    md = race(
        program.interrupts(0), bytes.fromhex("207C00C0000430BC816430BC8144"), wait, program.control(0x8164, 0x8014)
    )
    assert (result(md, 0), result(md, 2)) == (1, 2)
    assert result(md, 1) >> 8 == 227
    assert not result(md, 4) & 0x80


def test_v_comes_before_h_when_the_cpu_unmasks_both():
    """testpico, "irq both unmask" and "irq ack v-h"."""
    md = race(program.control(0x8014, 0x8164), program.interrupts(5), bytes.fromhex("303C004051C8FFFE"))
    assert (result(md, 0), result(md, 2)) == (0, 1)
    md = race(program.control(0x8014, 0x8164), program.interrupts(0), bytes.fromhex("303C004051C8FFFE"))
    assert (result(md, 0), result(md, 2)) == (1, 1)
    assert (result(md, 1) >> 8, result(md, 3) >> 8) == (226, 226)
    assert result(md, 3) & 0xFF < result(md, 1) & 0xFF  # V first


# ------------------------------------------------------------------------------------------ fill, 128 KB


@engines
@pytest.mark.parametrize("words", [0, 1, 2, 3, 4])
def test_a_fill_waits_for_a_word_that_is_written_after_its_command(engine, words):
    """Words that are still in the FIFO do not start it (testpico, "dma fill src incr", at some times)."""
    code = program.control(0x8154, 0x8C81, 0x8F02) + poll_v(50)
    code += program.control(0x9302, 0x9400, 0x9780) + program.control(0x4200, 0x0000) + program.data(*[0x5555] * words)
    code += program.control(0x4100, 0x0080) + program.data(0x1122)
    md = MegaDrive(program.rom(code), engine=engine)
    md.run_frames(3)
    assert bytes(md.vram[0x100:0x106]).hex() == "112200110011"[:12]


@chips
def test_address_line_16_of_a_command_is_kept_for_the_128_kb_mode(chip):
    """testpico, "vdp 128k addr bit16"."""
    vdp = chip()
    for word in (0x8114, 0x8F00, 0x4100, 0x0004):  # VRAM $10100: A16 does not count yet
        vdp.write_control(word)
    vdp.write_data(0x0708)
    vdp.run(1 << 14)
    assert bytes(vdp.vram[0x100:0x102]).hex() == "0708"
    for word in (0x8194, 0x4100):
        vdp.write_control(word)
    vdp.write_data(0x3344)
    vdp.run(1 << 15)
    assert bytes(vdp.vram[0x8100:0x8102]).hex() == "0044"
    assert bytes(vdp.vram[0x100:0x102]).hex() == "0708"
