"""The front end, on SDL's dummy drivers and a machine that only counts; and once on a real one."""

import os
import pathlib
import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    sdl2 = pytest.importorskip("sdl2", reason="PySDL2 is not installed (extra play)")

from megadrive import frontend
from megadrive.cartridge import Cartridge
from megadrive.controllers import Button, Pad
from megadrive.errors import RomError
from megadrive.frontend import font, keys
from megadrive.frontend.app import App
from megadrive.frontend.keys import Command
from megadrive.frontend.sound import Sound
from megadrive.frontend.window import fit


def make_rom(title: bytes, sram: bool = False) -> bytes:
    rom = bytearray(0x1000)
    rom[0x100:0x104] = b"SEGA"
    rom[0x150 : 0x150 + len(title)] = title
    if sram:
        rom[0x1B0:0x1BC] = bytes.fromhex("5241 f820 00200001 002000ff")
    return bytes(rom)


class Counter:
    """A machine whose state is the number of its frames; each frame has a grey of its own."""

    sample_rate = 48000
    region = "U"

    def __init__(self, cartridge: Cartridge) -> None:
        self.cartridge = cartridge
        self.frame_rate = 60.0
        self.frame_count = 0
        self.buttons = [Button(0), Button(0)]
        self.pads = [Pad.THREE_BUTTON] * 2
        self.sram = np.full(256 if cartridge.sram else 0, 0xFF, np.uint8)
        self.audio = np.zeros((0, 2), np.int16)
        self.resets = 0
        self._pixels = np.zeros((480, 320, 3), np.uint8)

    @property
    def frame(self) -> Any:
        return self._pixels[:224, :256]

    def run_frame(self, render: bool = True, audio: bool = True) -> None:
        self.run_frames(1)
        self.audio = np.full((800 if audio else 0, 2), 100, np.int16)

    def run_frames(self, n: int) -> None:
        self.frame_count += n
        self._pixels[:] = self.frame_count % 256

    def set_buttons(self, player: int, buttons: Button) -> None:
        self.buttons[player] = buttons

    def set_pad(self, player: int, pad: Pad) -> None:
        self.pads[player] = pad

    def reset(self) -> None:
        self.resets += 1

    def save_state(self) -> bytes:
        return self.frame_count.to_bytes(8, "little")

    def load_state(self, data: bytes) -> None:
        self.frame_count = int.from_bytes(data, "little")


@pytest.fixture
def rom(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = tmp_path / "game.md"
    path.write_bytes(make_rom(b"A GAME", sram=True))
    return path


def make(path: str | None) -> Any:
    return Counter(Cartridge(make_rom(b"BUILT IN") if path is None else path))


@pytest.fixture
def app(rom: pathlib.Path) -> Iterator[Any]:
    with App(make, str(rom), False, 2, False) as app:
        app.sound.close()
        app.sound.frame_rate = 1000.0  # do not wait
        yield app


def press(app: Any, key: int, held: bool = True, modifiers: int = 0) -> None:
    event = sdl2.SDL_Event()
    event.type = sdl2.SDL_KEYDOWN if held else sdl2.SDL_KEYUP
    event.key.keysym.sym = key
    event.key.keysym.mod = modifiers
    sdl2.SDL_PushEvent(event)
    app.turn()


def key_of(command: Command) -> int:
    return next(key for key, value in keys.COMMANDS.items() if value is command)


def tap(app: Any, command: Command) -> None:
    press(app, key_of(command))
    press(app, key_of(command), held=False)


# ------------------------------------------------------------------------------------------- shape


@given(
    st.tuples(st.integers(1, 5000), st.integers(1, 3000)),
    st.sampled_from([224, 240]),
    st.floats(1.1, 1.6),
    st.booleans(),
)
def test_the_picture_fits_in_its_shape(window: tuple[int, int], lines: int, aspect: float, integer: bool) -> None:
    area = fit(window, lines, aspect, integer)
    assert area.width <= window[0] and area.height <= window[1]
    assert abs((window[0] - area.width) / 2 - area.x) <= 1
    assert abs((window[1] - area.height) / 2 - area.y) <= 1
    assert area.width == pytest.approx(area.height * aspect, abs=2)
    if integer and area.height >= lines:
        assert area.height % lines == 0
        assert window[1] - area.height < lines or window[0] - area.width < lines * aspect + 2
    if not integer:
        assert window[0] - area.width <= 2 or window[1] - area.height <= 2


# --------------------------------------------------------------------------------------------- game


def test_it_runs_and_shows_frames(app: Any) -> None:
    start = app.md.frame_count
    for _ in range(5):
        app.turn()
    assert app.md.frame_count == start + 5
    app.message = ""
    app._show()
    pixels = app.window.pixels()
    assert (pixels[240, 320] == app.md.frame_count).all()


def test_keys_are_pads(app: Any) -> None:
    for player, names in enumerate(keys.PLAYERS):
        for key, button in names.items():
            press(app, key)
            assert app.md.buttons[player] == button
            assert app.md.buttons[1 - player] == Button(0)
            press(app, key, held=False)
            assert app.md.buttons[player] == Button(0)


def test_opposite_directions_cancel(app: Any) -> None:
    for key in (sdl2.SDLK_LEFT, sdl2.SDLK_RIGHT, sdl2.SDLK_UP, sdl2.SDLK_a):
        press(app, key)
    assert app.md.buttons[0] == Button.UP | Button.A


def test_all_keys_are_let_go_with_the_focus(app: Any) -> None:
    press(app, sdl2.SDLK_a)
    event = sdl2.SDL_Event()
    event.type = sdl2.SDL_WINDOWEVENT
    event.window.event = sdl2.SDL_WINDOWEVENT_FOCUS_LOST
    app.handle(event)
    app.turn()
    assert app.md.buttons[0] == Button(0)


def test_no_key_has_two_meanings() -> None:
    every = [*keys.PLAYERS[0], *keys.PLAYERS[1], *keys.COMMANDS, *keys.SLOTS]
    assert len(every) == len(set(every))
    assert set(keys.COMMANDS.values()) == set(Command)
    for buttons in (*(keys.PLAYERS[player].values() for player in (0, 1)), keys.CONTROLLER.values()):
        assert sorted(buttons) == sorted(Button)


def test_pause_and_frame_advance(app: Any) -> None:
    tap(app, Command.PAUSE)
    at = app.md.frame_count
    for _ in range(3):
        app.turn()
    assert app.md.frame_count == at
    press(app, key_of(Command.ADVANCE))
    assert app.md.frame_count == at + 1
    app.turn()
    assert app.md.frame_count == at + 1
    tap(app, Command.PAUSE)
    assert app.md.frame_count > at + 1


def test_fast_forward(app: Any) -> None:
    at = app.md.frame_count
    press(app, key_of(Command.FAST))
    assert app.md.frame_count > at + 1
    press(app, key_of(Command.FAST), held=False)
    at = app.md.frame_count
    app.turn()
    assert app.md.frame_count == at + 1


def test_rewind_goes_back_to_the_start_and_on(app: Any) -> None:
    for _ in range(100):
        app.turn()
    top = app.md.frame_count
    press(app, key_of(Command.REWIND))
    assert top - 2 <= app.md.frame_count <= top
    for _ in range(20):
        app.turn()
    assert app.md.frame_count == pytest.approx(top - 40, abs=3)
    for _ in range(40):
        app.turn()
    assert app.md.frame_count <= 3
    press(app, key_of(Command.REWIND), held=False)
    at = app.md.frame_count
    app.turn()
    assert app.md.frame_count == at + 1


def test_slots(app: Any, rom: pathlib.Path) -> None:
    press(app, sdl2.SDLK_4)
    tap(app, Command.LOAD)
    assert app.message == "slot 4 is empty"
    press(app, key_of(Command.SAVE))
    at = app.md.frame_count
    assert rom.with_suffix(".state4").exists()
    for _ in range(10):
        app.turn()
    tap(app, Command.LOAD)
    assert app.md.frame_count <= at + 2
    assert app.message == "loaded from slot 4"


def test_screenshot(app: Any, rom: pathlib.Path) -> None:
    tap(app, Command.SCREENSHOT)
    (picture,) = rom.parent.glob("game-*.png")
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert int.from_bytes(data[16:20], "big") == 256


def test_commands_that_only_switch(app: Any) -> None:
    tap(app, Command.RESET)
    assert app.md.resets == 1
    tap(app, Command.MUTE)
    assert app.sound.muted
    tap(app, Command.INTEGER)
    assert not app.window.integer
    tap(app, Command.PADS)
    assert app.md.pads == [Pad.SIX_BUTTON] * 2
    tap(app, Command.FULLSCREEN)
    assert app.window.fullscreen
    press(app, sdl2.SDLK_RETURN, modifiers=sdl2.KMOD_LALT)
    assert not app.window.fullscreen
    before = app.md
    tap(app, Command.POWER)
    assert app.md is not before and app.md.frame_count < 5


def test_help_lists_every_key_and_escape_leaves_it(app: Any) -> None:
    page = "\n".join(keys.help_page(7))
    for command in Command:
        assert command.value in page
    assert "now 7" in page
    plain = app.window.pixels()
    tap(app, Command.HELP)
    assert app.help
    assert (app.window.pixels() == 255).all(2).sum() > 1000 > (plain == 255).all(2).sum() // 10
    tap(app, Command.QUIT)
    assert app.running and not app.help
    tap(app, Command.QUIT)
    assert not app.running


def test_closing_the_window_ends(app: Any) -> None:
    event = sdl2.SDL_Event()
    event.type = sdl2.SDL_QUIT
    sdl2.SDL_PushEvent(event)
    app.run()
    assert not app.running


def test_sram_is_saved_once_in_a_while_and_at_the_end(rom: pathlib.Path) -> None:
    file = rom.with_suffix(".srm")
    with App(make, str(rom), False, 1, True) as app:
        app.turn()
        app._sram_next = 0.0
        app.turn()
        assert not file.exists()  # nothing has changed
        app.md.sram[1] = 1
        app._sram_next = 0.0
        app.turn()
        assert file.read_bytes()[1] == 1
        app.md.sram[1] = 2
    assert file.read_bytes()[1] == 2
    with App(make, str(rom), False, 1, True) as app:
        assert app.md.sram[1] == 2


def test_a_broken_sram_file_is_said_and_not_lost(rom: pathlib.Path) -> None:
    file = rom.with_suffix(".srm")
    file.write_bytes(b"short")
    with App(make, str(rom), False, 1, True) as app:
        assert "5 bytes" in app.message
    assert file.read_bytes() == b"short"


def test_a_dropped_rom_is_played(app: Any, tmp_path: pathlib.Path) -> None:
    other = tmp_path / "other ü.bin"
    other.write_bytes(make_rom(b"OTHER"))
    app.md.sram[1] = 77
    event = sdl2.SDL_Event()
    event.type = sdl2.SDL_DROPFILE
    event.drop.file = os.fsencode(other)
    app.handle(event)
    assert app.md.cartridge.header.title == "OTHER"
    assert (tmp_path / "game.srm").read_bytes()[1] == 77
    (tmp_path / "bad.bin").write_bytes(b"no")
    event.drop.file = os.fsencode(tmp_path / "bad.bin")
    app.handle(event)
    assert "at least 512" in app.message
    assert app.md.cartridge.header.title == "OTHER"


def test_controllers_come_and_go(app: Any) -> None:
    devices = [sdl2.SDL_JoystickAttachVirtual(sdl2.SDL_JOYSTICK_TYPE_GAMECONTROLLER, 6, 15, 0) for _ in range(2)]
    if min(devices) < 0:
        pytest.skip("this SDL has no virtual controllers")
    app.turn()
    first, second = (sdl2.SDL_JoystickOpen(device) for device in devices)
    sdl2.SDL_JoystickSetVirtualButton(first, sdl2.SDL_CONTROLLER_BUTTON_X, 1)
    sdl2.SDL_JoystickSetVirtualAxis(first, sdl2.SDL_CONTROLLER_AXIS_LEFTX, -30000)
    sdl2.SDL_JoystickSetVirtualButton(second, sdl2.SDL_CONTROLLER_BUTTON_START, 1)
    for _ in range(3):
        app.turn()
    assert app.md.buttons == [Button.A | Button.LEFT, Button.START]
    sdl2.SDL_JoystickDetachVirtual(devices[0])
    for _ in range(3):
        app.turn()
    assert app.md.buttons == [Button.START, Button(0)]  # the one that is left moves up
    assert app.message == "controller unplugged"
    sdl2.SDL_JoystickDetachVirtual(0)


def test_sound_sets_the_pace_and_stays_under_60_ms() -> None:
    sound = Sound(48000, 60.0)
    assert sound.has_device
    frame = np.zeros((800, 2), np.int16)
    longest = 0.0
    start = time.perf_counter()
    for _ in range(30):
        sound.queue(frame)
        longest = max(longest, sound.queued() + 512 / 48000)
        sound.wait(True)
    assert time.perf_counter() - start > 0.3
    assert longest < 0.06
    sound.close()
    assert sound.queued() == 0.0


# ---------------------------------------------------------------------------------------- beginning


def test_letters() -> None:
    picture = font.draw(["Ab", "\N{SNOWMAN}"])
    assert picture.shape == (2 * font.HEIGHT + 8, 2 * font.WIDTH + 8, 4)
    assert (picture[:14] == 255).all(2).sum() > 20
    assert (picture[14:] == 255).all(2).sum() == 0


def test_bad_arguments(rom: pathlib.Path, tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="scale"):
        frontend.play(str(rom), make=make, scale=0)
    with pytest.raises(FileNotFoundError):
        frontend.play(tmp_path / "nothing", make=make)
    with pytest.raises(RomError):
        frontend.play(tmp_path, make=make)


def test_no_display(monkeypatch: pytest.MonkeyPatch, rom: pathlib.Path) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(frontend.NoWindow, match="no display"):
        frontend.play(str(rom), make=make)


def test_the_built_in_game_in_a_real_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with App(frontend._make, None, False, 1, True) as app:
        for _ in range(20):
            app.turn()
        assert app.md.frame_count == 21
        tap(app, Command.SAVE)
        hashed = app.md.state_hash()
        assert hashed
        press(app, key_of(Command.REWIND))
        assert app.md.frame_count <= 22
