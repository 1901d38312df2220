"""The console as a whole."""

import gc
import threading

import numpy as np
import pytest

import megadrive
from megadrive import Button, MegaDrive, Pad
from megadrive.game import demo_input


def played(frames: int, **options: object) -> MegaDrive:
    md = MegaDrive(megadrive.builtin_rom(), **options)  # type: ignore[arg-type]
    play(md, frames)
    return md


def play(md: MegaDrive, frames: int, render: bool = False, audio: bool = False) -> None:
    for _ in range(frames):
        md.set_buttons(0, demo_input(md.frame_count))
        md.run_frame(render, audio)


def test_picture_and_sound_of_the_built_in_game():
    md = played(400)
    md.run_frame()
    assert md.frame.shape == (224, 320, 3) and md.frame.dtype == np.uint8
    assert len(np.unique(md.frame.reshape(-1, 3), axis=0)) > 20
    assert md.frame_indexed.shape == (224, 320)
    md.run_frames(60, audio=True)
    assert md.audio.dtype == np.int16 and md.audio.shape[1] == 2
    assert np.abs(md.audio.astype(int)).max() > 500


def test_samples_add_up_to_the_rate():
    md = MegaDrive(megadrive.builtin_rom(), sample_rate=44100)
    start, total = md.clock, 0
    for _ in range(50):
        md.run_frame(render=False)
        total += len(md.audio)
    elapsed = (md.clock - start) / 53_693_175
    assert abs(total - elapsed * 44100) <= 1


@pytest.mark.parametrize(("region", "lines", "version"), [("J", 262, 0x20), ("U", 262, 0xA0), ("E", 313, 0xE0)])
def test_region(region, lines, version):
    md = MegaDrive(megadrive.builtin_rom(), region=region)
    md.run_frames(2)
    before = md.clock
    md.run_frame()
    assert md.clock - before == lines * 3420
    assert md._md.state.io.version == version
    assert md.region == region


def test_looking_changes_nothing():
    seen, unseen = played(0), played(0)
    for _ in range(5):
        play(seen, 40, render=True, audio=True)
        play(unseen, 40)
        assert seen.state_hash() == unseen.state_hash()
    seen.run_frame()
    unseen.run_frames(1, render="last", audio=True)
    assert (seen.frame == unseen.frame).all()


def test_run_frames_is_run_frame_repeated():
    one, many = played(200), played(200)
    sound = []
    for _ in range(30):
        one.run_frame()
        sound.append(one.audio.copy())
    many.run_frames(30, render="last", audio=True)
    assert one.state_hash() == many.state_hash()
    assert (one.frame == many.frame).all()
    assert (np.concatenate(sound) == many.audio).all()
    many.run_frames(0)
    assert one.state_hash() == many.state_hash()


def test_seed_fills_memories():
    zero, a, b, again = (MegaDrive(megadrive.builtin_rom(), seed=seed) for seed in (0, 1, 2, 1))
    assert not zero.ram.any() and not zero.z80_ram.any() and not zero.vram.any()
    assert (a.ram != b.ram).mean() > 0.9
    assert a.state_hash() == again.state_hash() != b.state_hash()


def test_state_goes_on_identically():
    md = played(150)
    md.run_frame(audio=True)
    state = md.save_state()
    twin = md.fork()
    other = MegaDrive(megadrive.builtin_rom())
    other.load_state(state)
    results = []
    for machine in (md, twin, other):
        sound = []
        for _ in range(60):
            machine.set_buttons(0, demo_input(machine.frame_count))
            machine.run_frame()
            sound.append(machine.audio.copy())
        results.append((machine.state_hash(), machine.frame.copy(), np.concatenate(sound)))
    md.load_state(state)
    assert md.save_state() == state
    for state_hash, frame, sound in results[1:]:
        assert state_hash == results[0][0]
        assert (frame == results[0][1]).all()
        assert (sound == results[0][2]).all()


def test_fork_shares_nothing_but_the_rom():
    md = played(50)
    twin = md.fork()
    before = twin.state_hash()
    play(md, 20)
    md.ram[:] = 0
    assert twin.state_hash() == before
    assert np.shares_memory(md.rom, twin.rom)


def test_reset_starts_the_program_again():
    md = played(300)
    md.ram[0x8000] = 0x5A
    clock = md.clock
    md.reset()
    assert md.clock == clock
    assert md.cpu.pc == int.from_bytes(bytes(md.rom[4:8]), "big")
    md.run_frames(100)
    assert md.frame_count == 400


def test_views_are_live_and_outlive_the_machine():
    md = played(10)
    ram, vram, cram = md.ram, md.vram, md.cram
    ram[0x1234] = 0x77
    assert md.save_state() != played(10).save_state()
    cram[1] = 0x0EEE
    assert md.vdp.cram[1] == 0x0EEE
    assert (cram.shape, cram.dtype.str, md.vsram.shape) == ((64,), ">u2", (40,))
    assert (ram.shape, vram.shape, md.z80_ram.shape) == ((65536,), (65536,), (8192,))
    with pytest.raises(ValueError, match="read-only"):
        md.rom[0] = 1
    del md
    gc.collect()
    assert ram[0x1234] == 0x77
    ram[:] = 1
    vram[:] = 2


def test_registers_can_be_written():
    md = played(10)
    md.cpu.d[3] = 0x12345678
    assert md.cpu.d[3] == 0x12345678
    md.z80.ix = 0xBEEF
    assert md.z80.ix == 0xBEEF
    md.vdp.registers[7] = 5
    assert md.vdp.registers[7] == 5


def test_two_threads_one_machine():
    md = played(1)
    errors = []

    def work():
        try:
            md.run_frames(400, render=True)
        except RuntimeError as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors and "another thread" in str(errors[0])


def test_machines_in_threads_are_independent():
    expected = played(120).state_hash()
    hashes = []

    def work():
        hashes.append(played(120).state_hash())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hashes == [expected] * 4


@pytest.mark.parametrize(
    "options",
    [{"region": "X"}, {"engine": "fast"}, {"seed": -1}, {"seed": "1"}, {"sample_rate": 0}, {"sample_rate": 1e9}],
)
def test_bad_arguments(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        MegaDrive(megadrive.builtin_rom(), **options)


def test_bad_calls():
    md = played(1)
    for call in (
        lambda: md.run_frames(-1),
        lambda: md.run_frames(1.5),
        lambda: md.run_frames(1, render="first"),
        lambda: md.set_buttons(2, Button.A),
        lambda: md.set_buttons(0, 1 << 12),
        lambda: md.set_buttons(0, -1),
        lambda: md.set_pad(0, 7),
    ):
        before = md.state_hash()
        with pytest.raises(ValueError):
            call()
        assert md.state_hash() == before


def test_machine_is_small():
    from megadrive._core import ffi

    assert ffi.sizeof("megadrive") + ffi.sizeof("audio_table") <= 2 << 20


def test_state_has_no_padding():
    """States are compared and hashed as bytes: every byte belongs to a field."""
    from megadrive._core import ffi

    def bytes_of(kind):
        if kind.kind == "array":
            return kind.length * bytes_of(kind.item)
        if kind.kind == "struct":
            return sum(bytes_of(field.type) for _, field in kind.fields)
        return ffi.sizeof(kind)

    for name in ("m68000", "z80", "vdp", "ym2612", "psg", "io_ports", "cartridge_state", "md_state"):
        kind = ffi.typeof(name)
        assert bytes_of(kind) == ffi.sizeof(kind), name


def test_a_python_chip_takes_over_and_gives_back():
    class Counting(megadrive.PSG):
        writes = 0

        def write(self, value):
            Counting.writes += 1
            super().write(value)

    md, native = played(300), played(300)
    md.replace_chips(psg=Counting)
    play(md, 60)
    md.replace_chips()
    play(native, 60)
    assert Counting.writes > 0
    assert md.state_hash() == native.state_hash()


def test_an_exception_of_a_python_chip_is_raised():
    class Broken(megadrive.YM2612):
        def write(self, port, value):
            raise ZeroDivisionError("broken chip")

    md = played(0)
    md.replace_chips(ym2612=Broken)
    with pytest.raises(ZeroDivisionError, match="broken chip"):
        md.run_frames(600)
    md.replace_chips()
    md.run_frames(10)


def test_pads():
    md = played(0)
    md.set_pad(1, Pad.SIX_BUTTON)
    md.set_pad(0, Pad.NONE)
    assert list(md._md.state.io.pad_type) == [Pad.NONE, Pad.SIX_BUTTON]


@pytest.mark.parametrize("engine", ["native", "model"])
def test_th_interrupt(engine):
    """A device pulls TH low: with bit 7 of the port's control register set that is an interrupt of level 2."""
    md = played(3, engine=engine)
    md._md.state.vdp.registers[11] |= 8
    md.pull_th(1)
    assert not md._md.state.vdp.external_pending
    md._md.state.io.control[1] |= 0x80
    md.pull_th(1)
    assert md._md.state.vdp.external_pending
    with pytest.raises(ValueError, match="player"):
        md.pull_th(2)
