"""The built-in game: its ROM, and what it does on the console."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive import Button, Cartridge, MegaDrive, Pad
from megadrive.game import RAM, build, demo_input, rom_bytes, rom_path

FIRST_RECORD = 0x00010000
SPRITES, WINDOW = 0xF000, 0xD000
START_FRAME = 200


def read(md: MegaDrive, name: str) -> int:
    offset, size = RAM[name]
    return int.from_bytes(bytes(md.ram[offset : offset + size]), "big")


def write(md: MegaDrive, name: str, value: int) -> None:
    offset, size = RAM[name]
    md.ram[offset : offset + size] = np.frombuffer(value.to_bytes(size, "big"), dtype=np.uint8)


def play(md: MegaDrive, frames: int, first: int = 0) -> None:
    for frame in range(first, first + frames):
        md.set_buttons(0, demo_input(frame))
        md.run_frame(render=False, audio=False)


def press(md: MegaDrive, button: Button, frames: int = 3) -> None:
    for held in (button, Button(0)):
        md.set_buttons(0, held)
        md.run_frames(frames, render=False)


@pytest.fixture(scope="module")
def flying() -> MegaDrive:
    """Return a machine some seconds into a flight; tests fork it."""
    md = MegaDrive(rom_bytes())
    play(md, START_FRAME + 500)
    assert read(md, "mode") == 1
    return md


def test_rebuilds_to_the_byte() -> None:
    missing = build.missing_tools()
    if missing:
        pytest.skip(f"the assemblers are not installed: {', '.join(missing)}")
    assert build.build() == rom_bytes()


def test_header() -> None:
    cartridge = Cartridge(rom_path())
    header = cartridge.header
    assert header.domestic_title == header.overseas_title == "NIGHT HERON"
    assert header.checksum == header.computed_checksum
    assert header.regions == {"J", "U", "E"}
    assert header.rom_end == len(rom_bytes()) - 1 < 256 * 1024
    assert header.sram is not None and (header.sram.start, header.sram.end) == (0x200001, 0x2003FF)
    assert set("J6") <= set(header.devices)


def test_demo_input_is_checked() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        demo_input(-1)
    assert all(isinstance(demo_input(frame), Button) for frame in range(2000))


def test_title_waits_and_start_begins_a_flight() -> None:
    md = MegaDrive(rom_bytes())
    md.run_frames(150)
    assert read(md, "mode") == 0
    assert len(np.unique(md.frame.reshape(-1, 3), axis=0)) > 60
    press(md, Button.START)
    md.run_frames(60)
    assert read(md, "mode") == 1 and read(md, "demo") == 0 and read(md, "lives") == 2


def test_attract_mode_demonstrates() -> None:
    md = MegaDrive(rom_bytes())
    md.run_frames(1500, render=False)
    assert read(md, "mode") == 1 and read(md, "demo") != 0
    assert read(md, "score") == 0
    press(md, Button.START)
    md.run_frames(60, render=False)
    assert read(md, "mode") == 0


def test_demo_input_scores_and_fills_the_screen() -> None:
    md = MegaDrive(rom_bytes())
    most = 0
    for frame in range(1000):
        md.set_buttons(0, demo_input(frame))
        md.run_frame(render=False, audio=False)
        if frame % 10 == 0:
            most = max(most, len(sprite_chain(md)))
    assert read(md, "score") >= 0x500
    assert most >= 24


def sprite_chain(md: MegaDrive) -> list[int]:
    """Follow the links of the sprite table."""
    found, link = [], 0
    while link not in found and link < 80:
        found.append(link)
        link = int(md.vram[SPRITES + 8 * link + 3]) & 127
        if link == 0:
            break
    return found


def test_window_shows_the_score(flying: MegaDrive) -> None:
    md = flying.fork()
    write(md, "score", 0x00000000)
    md.run_frames(40)
    cells = np.frombuffer(bytes(md.vram[WINDOW + 128 : WINDOW + 256]), dtype=">u2")
    row = [int(cell) & 0x7FF for cell in cells[1:20]]
    zero = row[0]
    assert [cell - zero for cell in row[10:18]] == [0, 0, 0, 1, 0, 0, 0, 0]  # the first record


def test_raster_and_effects_are_in_the_picture(flying: MegaDrive) -> None:
    md = flying.fork()
    md.run_frame()
    left = md.frame[16:, 0].astype(int)
    changes = (np.abs(np.diff(left, axis=0)).sum(1) > 0).sum()
    assert changes > 80  # a colour of its own on nearly each line of the sky and the lake
    assert md.vdp.registers[12] & 8  # shadow and highlight
    assert md.vdp.registers[11] == 3  # scroll by line
    scroll = np.frombuffer(bytes(md.vram[0xF400 : 0xF400 + 896]), dtype=">i2").reshape(-1, 2)
    assert len(np.unique(scroll[:, 0])) > 4 and len(np.unique(scroll[:, 1])) > 6


def test_music_effects_and_samples_are_heard() -> None:
    md = MegaDrive(rom_bytes())
    parts = []
    for frame in range(700):
        md.set_buttons(0, demo_input(frame))
        md.run_frame(render=False)
        parts.append(np.array(md.audio))
    sound = np.concatenate(parts).astype(np.float64).mean(1) / 32768
    second = md.sample_rate
    title, flight = sound[second : 3 * second], sound[6 * second : 11 * second]
    for part in (title, flight):
        assert 0.005 < np.sqrt((part**2).mean()) < 0.5
    power = np.abs(np.fft.rfft(flight * np.hanning(len(flight)))) ** 2
    hertz = np.fft.rfftfreq(len(flight), 1 / second)
    for low, high in ((40, 160), (160, 1500), (5000, 12000)):  # bass and kick, melody, hats
        assert power[(hertz > low) & (hertz < high)].sum() > power.sum() * 1e-5


def melody_place(md: MegaDrive) -> int:
    """Return where the sound driver reads the title's melody, which plays each pattern once in 44 seconds."""
    return int.from_bytes(bytes(md.z80_ram[0x1F01:0x1F03]), "little")


def test_music_keeps_its_tempo_on_both_standards() -> None:
    """The tune follows the YM2612's clock alone, which differs by 1 % between the standards."""
    md = MegaDrive(rom_bytes(), region="U")
    md.run_frames(480, render=False)
    place, seconds = melody_place(md), 480 / md.frame_rate
    md = MegaDrive(rom_bytes(), region="E")
    while melody_place(md) != place and md.frame_count < 600:
        md.run_frame(render=False, audio=False)
    first = md.frame_count / md.frame_rate
    while melody_place(md) == place and md.frame_count < 600:
        md.run_frame(render=False, audio=False)
    assert first * 0.98 < seconds < md.frame_count / md.frame_rate * 1.02


def test_game_keeps_its_speed_on_both_standards() -> None:
    for region, frames in (("U", 300), ("E", 250)):
        md = MegaDrive(rom_bytes(), region=region)
        md.run_frames(20, render=False)
        before = read(md, "ticks")
        md.run_frames(frames, render=False)
        assert abs(read(md, "ticks") - before - 300) <= 5


def test_six_buttons(flying: MegaDrive) -> None:
    for pad, slower in ((Pad.SIX_BUTTON, True), (Pad.THREE_BUTTON, False)):
        md = flying.fork()
        md.set_pad(0, pad)
        md.set_buttons(0, Button(0))
        md.run_frames(10, render=False)
        press(md, Button.Y)
        start = read(md, "player_x")
        md.set_buttons(0, Button.RIGHT)
        md.run_frames(10, render=False)
        moved = (read(md, "player_x") - start) / 65536
        assert (moved < 12) == slower


def test_pause_stops_the_flight(flying: MegaDrive) -> None:
    md = flying.fork()
    md.set_buttons(0, Button(0))
    md.run_frames(3, render=False)
    press(md, Button.START)
    before = [read(md, name) for name in ("score", "player_x", "player_y")]
    md.set_buttons(0, Button.UP | Button.RIGHT)
    md.run_frames(60, render=False)
    assert [read(md, name) for name in ("score", "player_x", "player_y")] == before
    md.set_buttons(0, Button(0))
    md.run_frames(3, render=False)
    press(md, Button.START)
    md.set_buttons(0, Button.UP)
    md.run_frames(20, render=False)
    assert read(md, "player_y") < before[2]


def record(best: int) -> bytes:
    """Return a record as the game writes it."""
    data = b"NHER" + best.to_bytes(4, "big")
    total = 0x5A17
    for byte in reversed(data):
        total = ((total << 3 | total >> 13) & 0xFFFF) + byte & 0xFFFF
    return data + total.to_bytes(2, "big")


def boot_with(saved: bytes) -> MegaDrive:
    md = MegaDrive(rom_bytes())
    md.sram[: 2 * len(saved)] = np.repeat(np.frombuffer(saved, dtype=np.uint8), 2)[: len(md.sram)]
    md.run_frames(12, render=False)
    return md


digits = st.integers(0, 99_999_999).map(lambda n: int(str(n), 16))


@settings(max_examples=8, deadline=None)
@given(digits)
def test_record_is_loaded(best: int) -> None:
    assert read(boot_with(record(best)), "best") == best


@settings(max_examples=8, deadline=None)
@given(st.binary(min_size=10, max_size=40))
def test_garbage_in_the_battery_ram_is_survived(saved: bytes) -> None:
    if saved[:10] == record(int.from_bytes(saved[4:8], "big")):
        return
    assert read(boot_with(saved), "best") == FIRST_RECORD


def test_high_score_is_saved_when_the_flight_ends(flying: MegaDrive) -> None:
    md = flying.fork()
    write(md, "score", 0x00020000)
    write(md, "lives", 0)
    md.set_buttons(0, Button.B | Button.RIGHT)
    for _ in range(40):
        md.run_frames(100, render=False)
        if read(md, "mode") == 2:
            break
    assert read(md, "mode") == 2
    md.run_frames(10, render=False)
    best = read(md, "best")
    assert best > 0x00020000
    saved = bytes(md.sram)
    assert record(best) in (saved[0:20:2], saved[1:21:2])


def test_unexpected_exceptions_show_a_screen(flying: MegaDrive) -> None:
    md = flying.fork()
    md.ram[0x7000:0x7004] = [0x4A, 0xFC, 0x4A, 0xFC]  # ILLEGAL
    md.cpu.pc = 0xFF7000
    md.cpu.prefetch = (0x4AFC, 0x4AFC)
    md.run_frames(5)
    colours = np.unique(md.frame.reshape(-1, 3), axis=0)
    assert len(colours) <= 4
    assert md.cpu.stopped
