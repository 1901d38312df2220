"""The main loop of the front end."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import sdl2

from megadrive import saves
from megadrive.controllers import Pad
from megadrive.errors import MegaDriveError
from megadrive.frontend import keys
from megadrive.frontend.keys import Command
from megadrive.frontend.pads import Pads
from megadrive.frontend.sound import Sound
from megadrive.frontend.window import Window
from megadrive.media import picture_aspect, write_png
from megadrive.rewind import Rewind

if TYPE_CHECKING:
    from megadrive.machine import MegaDrive

_MESSAGE_SECONDS = 2.5
_SRAM_SECONDS = 10.0
_REWIND_FRAMES = 2
"""Frames between two states of the past; going back, one is shown per frame: twice as fast as it was played."""

_LATE_SECONDS = 0.008
"""Seconds of queued sound under which a picture is left out."""

_UNSEEN_SECONDS = 0.1
"""Longest time between two pictures."""

_FAST_SECONDS = 0.015
_FAST_FRAMES = 4


class App:
    """A game being played in a window.

    Parameters
    ----------
    make : callable
        Makes a machine from a ROM's path, or from None with the built-in game.
    rom : str or None
        The game.
    fullscreen, scale, mute
        As in :func:`megadrive.frontend.play`.
    """

    def __init__(
        self, make: Callable[[str | None], MegaDrive], rom: str | None, fullscreen: bool, scale: int, mute: bool
    ) -> None:
        self._make = make
        self.rom = rom
        self.md = make(rom)
        self.window = Window("megadrive", scale, fullscreen, self.md.frame_rate)
        self.pads = Pads()
        self.sound = Sound(self.md.sample_rate, self.md.frame_rate)
        self.sound.muted = mute
        self.past = Rewind()
        self.running = True
        self.paused = False
        self.help = False
        self.slot = 0
        self.message = ""
        self._message_end = 0.0
        self._advance = False
        self._shown = 0.0
        self._frames = 0
        self._sram = b""
        self._sram_next = 0.0
        self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # ----------------------------------------------------------------------------------------- a game

    def _begin(self) -> None:
        """Take over a new machine."""
        self.past.clear()
        self.six_button = self.md.cartridge.six_button
        title = self.md.cartridge.header.title or "megadrive"
        self.window.set_title(title)
        self.say(f"{title} - F1 shows the keys")
        with self._reporting():
            saves.load_sram(self.md)
        self._sram = self.md.sram.tobytes()
        self._sram_next = time.monotonic() + _SRAM_SECONDS
        self.md.run_frame(audio=False)

    def open(self, rom: str | None) -> None:
        """Play another game; the present one goes on if it cannot be played."""
        with self._reporting():
            md = self._make(rom)
            self.save_sram()
            self.md, self.rom = md, rom
            if (md.sample_rate, md.frame_rate) != (self.sound.rate, self.sound.frame_rate):
                muted = self.sound.muted
                self.sound.close()
                self.sound = Sound(md.sample_rate, md.frame_rate)
                self.sound.muted = muted
            self._begin()

    def save_sram(self) -> None:
        """Write the cartridge's RAM to its file, if it has changed."""
        self._sram_next = time.monotonic() + _SRAM_SECONDS
        sram = self.md.sram.tobytes()
        if sram != self._sram:
            with self._reporting():
                saves.save_sram(self.md)
                self._sram = sram

    def say(self, message: str) -> None:
        """Show a message for a while."""
        self.message = message
        self._message_end = time.monotonic() + _MESSAGE_SECONDS

    @contextlib.contextmanager
    def _reporting(self) -> Any:
        """Show what goes wrong with files instead of ending the game."""
        try:
            yield
        except (OSError, MegaDriveError, ValueError) as error:
            self.say(str(error))

    # -------------------------------------------------------------------------------------- main loop

    def run(self) -> None:
        """Play until the window is closed."""
        while self.running:
            self.turn()

    def turn(self) -> None:
        """Do what is to be done for one picture on the screen."""
        event = sdl2.SDL_Event()
        while sdl2.SDL_PollEvent(event):
            self.handle(event)
        for player in (0, 1):
            self.md.set_buttons(player, self.pads.held(player))
        audible = fast = late = False
        if self.pads.holds(Command.REWIND):
            self._back()
        elif self.paused and not self._advance:
            pass
        elif self.pads.holds(Command.FAST):
            fast = True
            self._fast()
        else:
            audible = True
            late = not self.paused and self._late()
            self._forward(render=not late)
        self._advance = False
        now = time.monotonic()
        if now > self._message_end:
            self.message = ""
        if now > self._sram_next:
            self.save_sram()
        if not late:
            self._show()
        if not fast:
            self.sound.wait(audible)

    def _late(self) -> bool:
        """Whether sound is about to run dry, so that a picture is better left out, but not too many in a row."""
        return (
            self.sound.has_device
            and self.sound.queued() < _LATE_SECONDS
            and time.monotonic() - self._shown < _UNSEEN_SECONDS
        )

    def _forward(self, render: bool = True) -> None:
        self._remember()
        self.md.run_frame(render=render)
        self.sound.queue(self.md.audio)

    def _fast(self) -> None:
        end = time.monotonic() + _FAST_SECONDS
        while True:
            self._remember(_FAST_FRAMES)
            self.md.run_frames(_FAST_FRAMES)
            if time.monotonic() > end:
                break

    def _remember(self, frames: int = 1) -> None:
        self._frames += frames
        if self._frames >= _REWIND_FRAMES:
            self._frames = 0
            self.past.push(self.md.save_state())

    def _back(self) -> None:
        state = self.past.pop()
        if state is None:
            self.say("the beginning of what is remembered")
            return
        self.md.load_state(state)
        self.md.run_frame(audio=False)  # for its picture
        self.md.load_state(state)
        self.say("rewind")

    def _show(self) -> None:
        self._shown = time.monotonic()
        frame = self.md.frame
        height, width, _ = frame.shape
        message = self.message or ("pause" if self.paused else "")
        page = keys.help_page(self.slot) if self.help else []
        self.window.show(frame, picture_aspect(width, height, self.md.region == "E"), page, message)

    # --------------------------------------------------------------------------------------- commands

    def handle(self, event: Any) -> None:
        """Take one event of SDL."""
        note = self.pads.handle(event)
        if note:
            self.say(note)
        if event.type == sdl2.SDL_QUIT:
            self.running = False
        elif event.type == sdl2.SDL_DROPFILE:
            self.open(os.fsdecode(event.drop.file))
        elif event.type == sdl2.SDL_KEYDOWN:
            self._key(event.key.keysym.sym, event.key.keysym.mod, bool(event.key.repeat))

    def _key(self, key: int, modifiers: int, repeated: bool) -> None:
        if key == sdl2.SDLK_RETURN and modifiers & sdl2.KMOD_ALT:
            self.window.toggle_fullscreen()
            return
        if key in keys.SLOTS:
            self.slot = keys.SLOTS[key]
            self.say(f"slot {self.slot}")
            return
        command = keys.COMMANDS.get(key)
        if command is not None and command not in keys.HOLD and (not repeated or command is Command.ADVANCE):
            self.do(command)

    def do(self, command: Command) -> None:
        """Carry a command out."""
        match command:
            case Command.HELP:
                self.help = not self.help
            case Command.PAUSE:
                self.paused = not self.paused
            case Command.ADVANCE:
                self.paused = self._advance = True
            case Command.SAVE:
                with self._reporting():
                    saves.save_slot(self.md, self.slot)
                    self.say(f"saved to slot {self.slot}")
            case Command.LOAD:
                with self._reporting():
                    saves.load_slot(self.md, self.slot)
                    self.say(f"loaded from slot {self.slot}")
            case Command.SCREENSHOT:
                self._screenshot()
            case Command.RESET:
                self.md.reset()
                self.say("reset")
            case Command.POWER:
                self.open(self.rom)
            case Command.FULLSCREEN:
                self.window.toggle_fullscreen()
            case Command.INTEGER:
                self.window.integer = not self.window.integer
                self.say(f"integer scaling {'on' if self.window.integer else 'off'}")
            case Command.MUTE:
                self.sound.muted = not self.sound.muted
                self.say(f"sound {'off' if self.sound.muted else 'on'}")
            case Command.PADS:
                self.six_button = not self.six_button
                for player in (0, 1):
                    self.md.set_pad(player, Pad.SIX_BUTTON if self.six_button else Pad.THREE_BUTTON)
                self.say(f"{6 if self.six_button else 3}-button pads")
            case Command.QUIT:
                if self.help:
                    self.help = False
                else:
                    self.running = False

    def _screenshot(self) -> None:
        stamp = time.strftime("%Y%m%d-%H%M%S")
        path = saves.game_path(self.md.cartridge, f"-{stamp}-{self.md.frame_count}.png")
        with self._reporting():
            write_png(path, self.md.frame)
            self.say(f"screenshot {path}")

    def close(self) -> None:
        """Save the cartridge's RAM and close the window."""
        self.save_sram()
        self.pads.close()
        self.sound.close()
        self.window.close()
        sdl2.SDL_Quit()
