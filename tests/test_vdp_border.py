"""The border around the picture: where it lies, and what shows in it when."""

import numpy as np
import pytest
import vdp_program as program

from megadrive import VDP, MegaDrive, model

LEFT, RIGHT = 13, 14
engines = pytest.mark.parametrize("engine", ["native", "model"])
chips = pytest.mark.parametrize("chip", [VDP, model.VDP])

# Lines above and below the picture, by what is written to R1 and the region.
LINES = {
    (0x8144, "U"): (224, 11, 8),
    (0x814C, "U"): (240, 0, 0),
    (0x8140, "U"): (192, 27, 24),
    (0x8144, "E"): (224, 38, 32),
    (0x814C, "E"): (240, 30, 24),
    (0x8140, "E"): (192, 54, 48),
}
SETUP = (0x8004, 0x8F02, 0xC000, 0x0000)


def colours(*words: int) -> bytes:
    """Return instructions that write these words to CRAM from 0 on."""
    return program.control(0xC000, 0x0000) + program.data(*words)


@engines
@pytest.mark.parametrize("width", [0x8C81, 0x8C00])
@pytest.mark.parametrize(("mode", "region"), LINES)
def test_size_and_colour(engine, width, mode, region):
    """Handbook 04, 7.2 and 16."""
    height, above, below = LINES[mode, region]
    main = program.control(0x8144, *SETUP) + program.data(0x0000, 0x0EEE) + program.control(0x8701, width, mode)
    md = MegaDrive(program.rom(main), region=region, engine=engine, frame_area="border")
    plain = MegaDrive(program.rom(main), region=region, engine=engine)
    for machine in (md, plain):
        machine.run_frames(4, audio=True)
    columns = 320 if width == 0x8C81 and mode != 0x8140 else 256
    assert md.frame.shape == (above + height + below, LEFT + columns + RIGHT, 3)
    assert md.frame_indexed.shape == md.frame.shape[:2]
    shown = slice(above, above + height), slice(LEFT, LEFT + columns)
    assert plain.frame.shape == (height, columns, 3)
    assert (md.frame[shown] == plain.frame).all() and (md.frame_indexed[shown] == plain.frame_indexed).all()
    border = np.ones(md.frame_indexed.shape, np.bool_)
    border[shown] = False
    backdrop = 1 if mode != 0x8140 else 0x11
    assert (md.frame_indexed[border] == backdrop).all()
    assert len(np.unique(md.frame[border], axis=0)) == 1
    assert sum(bool(row) for row in md._md.vdp.border.drawn) == above + height + below  # none is left to guess
    assert md.state_hash() == plain.state_hash()
    assert (md.audio == plain.audio).all()


@chips
@pytest.mark.parametrize(("mode", "region"), LINES)
def test_a_frozen_picture_can_have_a_border(chip, mode, region):
    height, above, below = LINES[mode, region]
    vdp = chip(pal=region == "E")
    for word in (0x8104, 0x8C81, 0x8723, mode):
        vdp.write_control(word)
    columns = 320 if mode != 0x8140 else 256
    assert vdp.draw_frame().shape == (height, columns)
    framed = vdp.draw_frame("border")
    assert framed.shape == (above + height + below, columns + LEFT + RIGHT)
    assert (framed[above : above + height, LEFT : LEFT + columns] == vdp.draw_frame("active")).all()
    assert (framed[:, :LEFT] == (0x23 if mode != 0x8140 else 0x13)).all()
    with pytest.raises(ValueError, match="area"):
        vdp.draw_frame("all")


@chips
def test_rows_are_double_in_interlace_2(chip):
    vdp = chip()
    for word in (0x8144, 0x8C87, 0x8702):
        vdp.write_control(word)
    assert vdp.draw_frame("border").shape == (2 * (11 + 224 + 8), 347)


def changes_program(waits: list[tuple[int, int]], h40: bool) -> bytes:
    """Return a program that writes backdrop colours 1, 2, ... each when V has got somewhere, and a delay later."""
    main = program.control(0x8144, *SETUP) + program.data(*range(0, 32, 2)) + program.control(0x8C81 if h40 else 0x8C00)
    for index, (v, delay) in enumerate(waits):
        # CMPI.B #v,(HV); BNE; MOVE.W #delay,D0; DBRA D0
        main += bytes.fromhex("0C39") + bytes([0, v]) + program.HV.to_bytes(4, "big") + bytes.fromhex("66F6")
        main += bytes.fromhex("303C") + delay.to_bytes(2, "big") + bytes.fromhex("51C8FFFE")
        main += program.control(0x8701 + index)
    return program.rom(main)


@engines
@pytest.mark.parametrize("h40", [True, False])
def test_the_backdrop_changes_at_its_pixel_in_the_border_too(engine, h40):
    """A write takes effect in one place of the scan: what comes before it is of the old colour, the rest of the new."""
    waits = [(230, 3), (250, 0), (20, 0), (21, 24), (100, 9), (200, 20)] * 4
    md = MegaDrive(changes_program(waits, h40), engine=engine, frame_area="border")
    chip = md._md.vdp
    frames = []
    while md.vdp.registers[7] < len(waits):
        md.run_frame(audio=False)
        frames.append(md.frame_indexed.copy())
        assert chip.border.filled
        assert len(frames) < 9
    frames = frames[2:]  # the program has set up the chip
    columns = 347 if h40 else 283
    # the scan from line 224 on: below, above, picture
    for frame in frames:
        assert frame.shape == (243, columns)
        scan = np.concatenate([frame[235:].ravel(), frame[:235].ravel()]).astype(int)
        steps = np.flatnonzero(np.diff(scan))
        assert (np.diff(scan)[steps] == 1).all(), steps
    seen = [int(v) for frame in frames for v in np.unique(frame)]
    assert set(seen) >= set(range(9, len(waits)))


@engines
def test_writes_to_cram_leave_dots(engine):
    """In the border below: a word that is not the backdrop's shows as one pixel."""
    main = program.control(0x8144, *SETUP) + program.data(0x0000, 0x0000) + program.control(0x8C81, 0x8174)
    main += program.interrupts(3)
    handler = program.control(0xC002, 0x0000) + program.data(0x00E0) + program.control(0xC002, 0) + program.data(0)
    md = MegaDrive(program.rom(main, {6: handler}), engine=engine, frame_area="border")
    md.run_frames(4)
    lit = np.argwhere(md.frame.any(-1))
    assert len(lit) == 1 and 235 <= lit[0][0] < 243
    assert md.frame[tuple(lit[0])].tolist() == [0, 255, 0]
    assert not md.frame_indexed.any()


@engines
def test_the_debug_register_shows_a_layer_in_the_place_of_the_border(engine):
    main = program.control(0x8144, *SETUP) + program.data(0x0E00, 0x000E) + program.control(0x8701, 0x8C81)
    for value, index in ((0x0000, 1), (0x0080, 0), (0x0180, 0), (0x0140, 0), (0x0040, 1)):
        code = main + program.store(0xC00018, 0) + program.store(0xC0001C, value)
        md = MegaDrive(program.rom(code), engine=engine, frame_area="border")
        md.run_frames(4)
        assert (md.frame_indexed[:11] == index).all() and (md.frame_indexed[:, :LEFT] == index).all()
        assert md.frame[0, 0].tolist() == ([255, 0, 0] if index else [0, 0, 255])


@engines
def test_frames_not_looked_at_and_loaded_states(engine):
    program_with_changes = changes_program([(230, 3), (20, 0), (100, 9), (200, 20)] * 4, True)
    md = MegaDrive(program_with_changes, engine=engine, frame_area="border")
    md.run_frames(2)
    state = md.save_state()
    md.run_frame()
    seen = md.frame.copy()
    md.run_frames(2)
    md.load_state(state)
    md.run_frame()
    assert (md.frame == seen).all()
    twin = MegaDrive(program_with_changes, engine=engine, frame_area="border")
    twin.run_frames(3, render="last")
    assert (twin.frame == seen).all()
    twin.run_frames(3, render=False)
    assert (twin.frame == seen).all()


def test_switched_on_and_off():
    md = MegaDrive(changes_program([(20, 0)], True))
    assert md.frame_area == "active"
    md.frame_area = "border"
    assert md.frame.shape == (0, 0, 3)
    md.frame_area = "active"
    md.run_frames(3)
    picture = md.frame.copy()
    md.frame_area = "border"
    assert (md.frame[11:235, LEFT:-RIGHT] == picture).all()  # the border as it would be now
    twin = md.fork()
    assert twin.frame_area == "border" and (twin.frame == md.frame).all()
    md.run_frame()
    assert not np.shares_memory(twin.frame, md.frame)
    view = md.frame
    del md
    assert view.shape == (243, 347, 3)
    with pytest.raises(ValueError, match="area"):
        twin.frame_area = "all"
    with pytest.raises(ValueError, match="area"):
        MegaDrive(program.rom(b""), frame_area="none")
