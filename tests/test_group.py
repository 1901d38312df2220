"""Many machines in one call, and what is made of their pictures."""

import gc
import os
import pickle
import subprocess
import sys
import textwrap
import threading
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_fuzz import program

import megadrive
from megadrive import Button, Cartridge, MegaDrive, Pad, StateError
from megadrive.game import demo_input
from megadrive.group import MachineGroup

BUTTONS = st.integers(0, 0xFFF)
GAME = Cartridge(megadrive.builtin_rom())
few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def formats(draw):
    """Draw what MachineGroup makes of pictures."""
    scale = draw(st.sampled_from([1, 1, 2, 3, 4, 7, 16]))
    height, width = size = draw(st.sampled_from([(224, 320), (240, 320), (224, 256), (99, 300)]))
    rows, columns = (draw(st.one_of(st.just(length), st.integers(scale, length))) for length in size)
    top, left = draw(st.integers(0, height - rows)), draw(st.integers(0, width - columns))
    return {
        "size": size,
        "crop": (top, left, rows, columns),
        "scale": scale,
        "grey": draw(st.booleans()),
        "resample": draw(st.sampled_from(["mean", "nearest"])),
        "max_pool": draw(st.booleans()),
    }


def field(md, size):
    """Return the picture as it is shown on the group's field."""
    picture = md.frame
    if len(picture) > 240:
        picture = picture[md._md.vdp.drawing.field :: 2]
    for axis, length in enumerate(size):
        picture = np.moveaxis(picture, axis, 0)
        missing = length - len(picture)
        if missing < 0:
            picture = picture[-missing // 2 :][:length]
        else:
            picture = np.pad(picture, [(missing // 2, missing - missing // 2), (0, 0), (0, 0)])
        picture = np.moveaxis(picture, 0, axis)
    return picture.copy()


def pixels(md, size, crop, grey, scale, resample, max_pool):
    """Return the wanted part before it is pooled and made smaller by means."""
    top, left, height, width = crop
    part = field(md, size)[top : top + height, left : left + width]
    if grey:
        part = ((part.astype(np.uint32) @ np.array([9798, 19235, 3735], np.uint32) + 16384) >> 15).astype(np.uint8)
    part = part[: height // scale * scale, : width // scale * scale]
    return part[scale // 2 :: scale, scale // 2 :: scale] if resample == "nearest" else part


def observation(parts, size, crop, grey, scale, resample, max_pool):
    """Return what pixels() of one or two frames make."""
    part = np.maximum(*parts) if max_pool and len(parts) == 2 else parts[-1]
    if resample == "nearest" or scale == 1:
        return part
    height, width = part.shape[0] // scale, part.shape[1] // scale
    sums = part.reshape(height, scale, width, scale, -1).sum((1, 3), dtype=np.uint32)
    mean = (sums + scale * scale // 2) // scale**2
    return mean.astype(np.uint8).reshape(height, width, *part.shape[2:])


def assert_same_pictures(rom, option, steps, inputs, **machine):
    """Compare a group with single machines: states, RAM and pictures."""
    n = inputs.shape[1]
    group = MachineGroup(rom, n, threads=2, **option, **machine)
    singles = [MegaDrive(rom, **machine) for _ in range(n)]
    for frames, held in zip(steps, inputs, strict=True):
        pictures = group.step(held, frames)
        for i, md in enumerate(singles):
            md.set_buttons(0, int(held[i, 0]))
            md.set_buttons(1, int(held[i, 1]))
            parts = []
            if frames > 1:
                md.run_frames(frames - 1)
                parts.append(pixels(md, **option))
            md.run_frames(1)
            parts.append(pixels(md, **option))
            assert (pictures[i] == observation(parts, **option)).all()
            assert (group.ram[i] == md.ram).all()
    assert group.state_hashes() == [md.state_hash() for md in singles]


@few
@given(option=formats(), data=st.data())
def test_observations_are_made_of_the_single_machines_pictures(option, data):
    steps = data.draw(st.lists(st.integers(1, 40), min_size=1, max_size=3))
    inputs = np.array(data.draw(st.lists(BUTTONS, min_size=len(steps) * 4, max_size=len(steps) * 4)))
    assert_same_pictures(GAME, option, steps, inputs.reshape(len(steps), 2, 2))


@settings(few, max_examples=25)
@given(option=formats(), seed=st.integers(0, 2**32 - 1), region=st.sampled_from("JUE"))
def test_observations_of_programs_that_change_everything(option, seed, region):
    """Random programs use all modes, change them within pictures, and colours with them."""
    rom = program(np.random.default_rng(seed))
    assert_same_pictures(rom, option, [3, 1, 2, 1, 1], np.zeros((5, 1, 2), np.uint16), region=region)


@pytest.mark.parametrize(
    "name", ["TEST1536.BIN", "sgdk_bitmap_cube-3D.bin", "gen_test_interlace2.bin", "airstriker.md"]
)
def test_observations_of_the_corpus(corpus, name):
    """Colours changed on every line; H32; both fields."""
    option = {
        "size": (224, 320),
        "crop": (0, 0, 224, 320),
        "grey": True,
        "scale": 2,
        "resample": "mean",
        "max_pool": True,
    }
    inputs = np.zeros((4, 1, 2), np.uint16)
    inputs[1:] = Button.START
    assert_same_pictures(corpus / "roms" / name, option, [120, 3, 2, 1], inputs, address_errors=False)


@few
@given(data=st.data(), stack=st.integers(1, 3))
def test_threads_change_nothing(data, stack):
    n = 4
    groups = [
        MachineGroup(GAME, n, seed=range(n), threads=threads, grey=True, scale=4, stack=stack) for threads in (1, 2, 3)
    ]
    kept = groups[0].save(0)
    masks = st.lists(st.booleans(), min_size=n, max_size=n).map(np.array)
    for _ in range(data.draw(st.integers(1, 5))):
        frames = data.draw(st.integers(1, 6))
        shape = data.draw(st.sampled_from([(n,), (n, 1), (n, 2), (n, frames, 1), (n, frames, 2)]))
        held = np.array(data.draw(st.lists(BUTTONS, min_size=int(np.prod(shape)), max_size=int(np.prod(shape)))))
        which, again, loaded = data.draw(masks), data.draw(masks), data.draw(masks)
        render = data.draw(st.sampled_from(["last", False]))
        for group in groups:
            group.reset(again)
            group.load(kept, loaded)
            group.step(held.reshape(shape), frames, which=which, render=render, audio=frames % 2 == 0)
        kept = groups[0].save(int(held.flat[0]) % n)
        for group in groups[1:]:
            assert group.state_hashes() == groups[0].state_hashes()
            assert (group.pictures == groups[0].pictures).all()
            assert all((a == b).all() for a, b in zip(group.audio, groups[0].audio, strict=True))


def test_sound_is_that_of_single_machines():
    group = MachineGroup(GAME, 2, sample_rate=32000)
    md = MegaDrive(GAME, sample_rate=32000)
    for frames in (200, 1, 7):
        group.step(Button.START, frames, audio=True)
        md.set_buttons(0, Button.START)
        md.run_frames(frames, audio=True)
        assert len(md.audio) > 500 * frames
        assert all((sound == md.audio).all() for sound in group.audio)
    group.step(0)
    assert [len(sound) for sound in group.audio] == [0, 0]


def test_buttons_of_each_frame():
    group = MachineGroup(GAME, 2)
    md = MegaDrive(GAME)
    held = np.random.default_rng(3).integers(0, 4096, (2, 30, 2))
    group.step(held, 30)
    for frame in held[1]:
        md.set_buttons(0, int(frame[0]))
        md.set_buttons(1, int(frame[1]))
        md.run_frame()
    assert group.state_hashes()[1] == md.state_hash()


@few
@given(frames=st.lists(st.integers(1, 9), min_size=3, max_size=3), pool=st.booleans(), data=st.data())
def test_each_machine_may_run_a_number_of_frames_of_its_own(frames, pool, data):
    most, addresses = max(frames), [0x8000, 3, 0xFF00, 0xFFFF]
    held = np.array(data.draw(st.lists(BUTTONS, min_size=3 * most, max_size=3 * most))).reshape(3, most, 1)
    group = MachineGroup(GAME, 3, threads=2, max_pool=pool, addresses=addresses)
    group.step(Button.START, 80)
    group.step(held, frames, every_frame=True)
    assert group.values.shape == (3, most, 4)
    for i in range(3):
        md = MegaDrive(GAME)
        md.set_buttons(0, Button.START)
        md.run_frames(80)
        for frame in range(most):
            if frame < frames[i]:
                md.set_buttons(0, int(held[i, frame, 0]))
                before = md.frame.copy()
                md.run_frame()
            assert (group.values[i, frame] == md.ram[addresses]).all()
        assert group.state_hashes()[i] == md.state_hash()
        wanted = np.maximum(before, md.frame) if pool and frames[i] > 1 else md.frame
        assert (group.pictures[i] == wanted).all()


def test_stack_holds_the_last_pictures_and_begins_full():
    group = MachineGroup(GAME, 2, grey=True, scale=8, stack=3)
    plain = MachineGroup(GAME, 2, grey=True, scale=8)
    start = group.save(0)
    seen = []
    for step in range(8):
        if step == 5:
            group.load(start, 1)
            plain.load(start, 1)
        held = [step * 8 & 0xF, step & 0xF]
        stack = group.step(held, 20).copy()
        seen.append(plain.step(held, 20).copy())
        for i in range(2):
            first = 5 if i and step >= 5 else 0
            wanted = [seen[max(first, step - back)][i] for back in (2, 1, 0)]
            assert (stack[i] == wanted).all()
    assert group.picture_shape == (3, 28, 40)


def test_results_go_where_the_caller_wants_them():
    group = MachineGroup(GAME, 3, addresses=[0, 0xFFFF, 0x8001])
    out, ram = np.full((3, 224, 320, 3), 7, np.uint8), np.full((3, 65536), 7, np.uint8)
    group.ram[:, 0xFFFF] = 9
    assert group.step(0, 100, out=out, ram_out=ram, which=[True, False, True]) is out
    assert (out[1] == 7).all() and (ram[1] == 7).all() and len(np.unique(out[0])) > 5
    assert (ram[2] == group.ram[2]).all()
    assert (group.values[[0, 2]] == group.ram[[0, 2]][:, [0, 0xFFFF, 0x8001]]).all()
    assert not group.values[1].any()
    assert group.frame_count.tolist() == [100, 0, 100]
    own = group.step(0)
    assert own is group.pictures and group.step(0) is own
    assert group.step(0, render=False) is None


@pytest.mark.parametrize(
    ("which", "ran"),
    [
        (None, [0, 1, 2]),
        (1, [1]),
        (-1, [2]),
        (slice(1, None), [1, 2]),
        ([2, 0], [0, 2]),
        ([], []),
        ([True, False, True], [0, 2]),
    ],
)
def test_choosing_machines(which, ran):
    group = MachineGroup(GAME, 3)
    group.step(which=which)
    assert np.flatnonzero(group.frame_count).tolist() == ran


def test_members_are_the_machines():
    group = MachineGroup(GAME, 3)
    group.step(Button.START, 50)
    md = group[1]
    assert md is group[-2] and md.frame_count == 50 and [one.frame_count for one in group] == [50] * 3
    assert (md.frame == group.pictures[1]).all()
    md.ram[5] = 77
    assert group.ram[1, 5] == 77 and group.ram[0, 5] != 77
    twin = md.fork()
    md.set_buttons(0, Button.RIGHT)
    md.run_frames(3)
    twin.set_buttons(0, Button.RIGHT)
    twin.run_frames(3)
    assert md.state_hash() == twin.state_hash() == group.state_hashes()[1]
    assert (md.frame == twin.frame).all()
    md.cram[3] = 0x0E0E
    assert group.cram[1, 3] == 0x0E0E and (group.vram[1] == md.vram).all() and (group.z80_ram[1] == md.z80_ram).all()
    ram = group.ram
    del group
    gc.collect()
    md.run_frame()
    assert md.frame_count == 54
    del md
    gc.collect()
    ram[:] = 1


def test_states():
    group = MachineGroup(GAME, 4, seed=[1, 2, 3, 4])
    assert len(set(group.state_hashes())) == 4
    assert group.state_hashes()[2] == MegaDrive(GAME, seed=3).state_hash()
    group.step([0, 1, 2, 4], 30)
    state = group.save(2)
    single = MegaDrive(GAME)
    single.load_state(state)
    assert single.state_hash() == group.state_hashes()[2]
    group.broadcast(2, [0, 3])
    hashes = group.state_hashes()
    assert hashes[0] == hashes[2] == hashes[3] != hashes[1]
    group.load(bytearray(state))
    assert set(group.state_hashes()) == {hashes[2]}
    group.reset(1)
    single.reset()
    hashes = group.state_hashes()
    assert hashes[1] == single.state_hash() != hashes[0]


def test_a_state_gives_the_same_picture_each_time():
    """The game changes colours on many lines: some writes leave their dot in the picture."""
    group = MachineGroup(GAME, 1)
    for frame in range(230):
        held = int(demo_input(frame))
        if frame < 195:
            group.step(held, render=False)
            continue
        state = group.save(0)
        first = group.step(held).copy()
        group.load(state)
        assert (group.step(held) == first).all()


@pytest.mark.parametrize("damage", [b"", b"x" * 400, None])
def test_a_bad_state_changes_no_machine(damage):
    group = MachineGroup(GAME, 3, threads=2)
    group.step(0, 10)
    state = bytearray(group.save(0))
    state[5000] ^= 1
    before = group.state_hashes()
    with pytest.raises(StateError, match="not a save state for these machines"):
        group.load(state if damage is None else damage)
    assert group.state_hashes() == before
    with pytest.raises(TypeError, match="bytes"):
        group.load("state")


def test_a_machine_that_cannot_run_is_named():
    class Slow(megadrive.PSG):
        pass

    group = MachineGroup(GAME, 3, threads=2)
    group[1].replace_chips(psg=Slow)
    with pytest.raises(ValueError, match=r"machine 1 .*Python chips"):
        group.step()
    assert not group.frame_count.any()
    group.step(which=[0, 2])
    group[1].replace_chips()
    with group[2].record_vgm(), pytest.raises(ValueError, match=r"machine 2 .*records"):
        group.step()
    with group[2].record_vgm(), pytest.raises(ValueError, match="machine 2 is recording"):
        group.load(group.save(0))
    group.step()
    assert group.frame_count.tolist() == [2, 1, 2]


def test_a_bad_chip_state_stops_one_machine():
    group = MachineGroup(GAME, 3, threads=2)
    assert group[1].ym2612 is not None  # whoever has looked at a chip may write to it
    group[1]._md.state.ym2612.level[3] = 0xFFFF
    with pytest.raises(ValueError, match="machine 1: the YM2612"):
        group.step(0, 5)
    assert group.frame_count.tolist() == [5, 0, 5]


def test_pads():
    group = MachineGroup(GAME, 2)
    group.set_pad(1, Pad.NONE)
    assert [group[i]._md.state.io.pad_type[1] for i in range(2)] == [0, 0]
    with pytest.raises(ValueError, match="player"):
        group.set_pad(2, Pad.NONE)


@pytest.mark.parametrize(
    "option",
    [
        {"n": 0}, {"n": 2.5}, {"n": True}, {"seed": [1]}, {"seed": -1}, {"threads": 0}, {"threads": 2.0},
        {"crop": (0, 0, 225, 320)}, {"crop": (0, 0, 0, 10)}, {"crop": (-1, 0, 10, 10)}, {"crop": 5}, {"crop": (1, 2)},
        {"scale": 0}, {"scale": 17}, {"scale": 9, "crop": (0, 0, 8, 20)}, {"size": (241, 320)}, {"size": (224, 0)},
        {"size": 224}, {"size": (224,)}, {"resample": "cubic"}, {"stack": 0}, {"stack": 256},
        {"addresses": [65536]}, {"addresses": [-1]}, {"addresses": [0.5]}, {"addresses": [[1]]}, {"region": "X"},
    ],
)  # fmt: skip
def test_bad_construction(option):
    with pytest.raises(ValueError, match=next(iter(option))):
        MachineGroup(GAME, **{"n": 2, **option})


def test_bad_steps():
    group = MachineGroup(GAME, 3)
    out = np.zeros((3, 224, 320, 3), np.uint8)
    frozen = out.copy()
    frozen.flags.writeable = False
    for kind, options in (
        (ValueError, {"frames": 0}), (ValueError, {"frames": 1.5}), (ValueError, {"frames": [1, 2]}),
        (ValueError, {"frames": [1, 2, 0]}), (ValueError, {"frames": [1, 2, 2**40]}), (ValueError, {"frames": "4"}),
        (ValueError, {"render": True}),
        (ValueError, {"buttons": [0, 1]}), (ValueError, {"buttons": 4096}), (ValueError, {"buttons": -1}),
        (ValueError, {"buttons": np.zeros((3, 3), int)}), (ValueError, {"buttons": np.zeros((3, 2, 1), int)}),
        (TypeError, {"buttons": 0.5}),
        (ValueError, {"out": out[:2]}), (ValueError, {"out": out.astype(np.int8)}), (ValueError, {"out": out[:, ::-1]}),
        (ValueError, {"out": frozen}), (TypeError, {"out": b""}), (ValueError, {"ram_out": out}),
        (IndexError, {"which": 3}), (IndexError, {"which": [-4]}), (TypeError, {"which": 0.5}),
        (ValueError, {"which": [True, False]}),
    ):  # fmt: skip
        with pytest.raises(kind):
            group.step(**options)
    for number in (3, -4):
        with pytest.raises(IndexError, match="no machine"):
            group[number]
    assert not group.frame_count.any()


def test_closing():
    with MachineGroup(GAME, 3, threads=3) as group:
        group.step()
    with pytest.raises(ValueError, match="closed"):
        group.step()
    group.close()
    group[0].run_frame()
    assert group.frame_count.tolist() == [2, 1, 1]


def test_two_threads_one_group():
    group = MachineGroup(GAME, 2)
    md = group[0]
    errors = []

    def work(call):
        try:
            call()
        except RuntimeError as error:
            errors.append(str(error))

    calls = [lambda: group.step(0, 300), lambda: group.step(0, 300), lambda: md.run_frames(300), group.state_hashes]
    threads = [threading.Thread(target=work, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors and all("another thread" in error for error in errors)


def test_groups_in_threads_are_independent():
    wanted = MachineGroup(GAME, 2, threads=1)
    wanted.step(3, 60)
    hashes = []

    def work():
        group = MachineGroup(GAME, 2, threads=2)
        for _ in range(15):
            group.step(3, 4)
        hashes.extend(group.state_hashes())

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hashes == wanted.state_hashes() * 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork()")
def test_the_child_of_a_fork_goes_on():
    group = MachineGroup(GAME, 4, threads=3)
    twin = MachineGroup(GAME, 4, threads=1)
    for one in (group, twin):
        one.step(Button.START, 10)
    twin.step(0, 10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads of this process use no Python
        child = os.fork()
    if not child:
        status = 1
        try:
            group.step(0, 10)
            status = 0 if group.state_hashes() == twin.state_hashes() else 2
            del group
            gc.collect()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    group.step(0, 10)
    assert group.state_hashes() == twin.state_hashes()


@pytest.mark.parametrize("ending", ["pass", "threading.Thread(target=busy, daemon=True).start(); time.sleep(0.2)"])
def test_the_interpreter_may_end_at_any_time(ending):
    code = f"""
        import threading, time, megadrive
        group = megadrive.MachineGroup(megadrive.builtin_rom(), 3, threads=3)
        group.step()
        def busy():
            while True:
                group.step(0, 20)
        {ending}
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, timeout=60)


@pytest.mark.parametrize("rom", [GAME, megadrive.builtin_rom()], ids=["bytes", "path"])
def test_a_pickled_group_goes_on_alike(rom):
    group = MachineGroup(rom, 3, seed=[1, 2, 3], grey=True, scale=8, stack=4, max_pool=True, addresses=[0, 4, 9])
    group.set_pad(1, Pad.NONE)
    for held in (0, Button.START, [1, 2, 4], 0, 0):
        group.step(held, frames=30)
    twin = pickle.loads(pickle.dumps(group))
    assert (twin.region, twin.addresses.tolist()) == (group.region, [0, 4, 9])
    assert twin.state_hashes() == group.state_hashes()
    for held in (0, [8, 16, 32]):
        assert np.array_equal(group.step(held, frames=3), twin.step(held, frames=3))
        assert np.array_equal(group.values, twin.values)
    assert twin.state_hashes() == group.state_hashes()
