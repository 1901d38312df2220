"""What the players hold: keyboard and game controllers."""

from __future__ import annotations

from typing import Any

import sdl2

from megadrive.controllers import Button
from megadrive.frontend import keys

_STICK = 12000
"""Deflection of a stick, of 32767, from which it counts as a direction."""


class Pads:
    """Keyboard and game controllers of two players; controllers may come and go."""

    def __init__(self) -> None:
        self._keys: set[int] = set()
        self._controllers: dict[int, Any] = {}  # by SDL's instance number, in the order of plugging in
        sdl2.SDL_InitSubSystem(sdl2.SDL_INIT_GAMECONTROLLER)

    def handle(self, event: Any) -> str | None:
        """Take an event; returns a message if a controller came or went."""
        if event.type == sdl2.SDL_KEYDOWN:
            self._keys.add(event.key.keysym.sym)
        elif event.type == sdl2.SDL_KEYUP:
            self._keys.discard(event.key.keysym.sym)
        elif event.type == sdl2.SDL_WINDOWEVENT and event.window.event == sdl2.SDL_WINDOWEVENT_FOCUS_LOST:
            self._keys.clear()
        elif event.type == sdl2.SDL_CONTROLLERDEVICEADDED:
            return self._add(event.cdevice.which)
        elif event.type == sdl2.SDL_CONTROLLERDEVICEREMOVED:
            controller = self._controllers.pop(event.cdevice.which, None)
            if controller:
                sdl2.SDL_GameControllerClose(controller)
                return "controller unplugged"
        return None

    def _add(self, device: int) -> str | None:
        controller = sdl2.SDL_GameControllerOpen(device)
        if not controller:
            return None
        number = int(sdl2.SDL_JoystickInstanceID(sdl2.SDL_GameControllerGetJoystick(controller)))
        if number in self._controllers:  # SDL counts how often it was opened
            sdl2.SDL_GameControllerClose(controller)
            return None
        self._controllers[number] = controller
        player = list(self._controllers).index(number)
        name = (sdl2.SDL_GameControllerName(controller) or b"controller").decode(errors="replace")
        return f"player {player + 1}: {name}" if player < 2 else f"{name}: not used, two are in use"

    def held(self, player: int) -> Button:
        """Return what a player, 0 or 1, holds."""
        buttons = Button(0)
        for key, button in keys.PLAYERS[player].items():
            if key in self._keys:
                buttons |= button
        controllers = list(self._controllers.values())
        if player < len(controllers):
            buttons |= _controller(controllers[player])
        for pair in (Button.UP | Button.DOWN, Button.LEFT | Button.RIGHT):
            if pair in buttons:  # a pad cannot be pressed on both sides
                buttons &= ~pair
        return buttons

    def holds(self, command: keys.Command) -> bool:
        """Whether the key of a command is held."""
        return any(keys.COMMANDS.get(key) is command for key in self._keys)

    def close(self) -> None:
        """Give the controllers back."""
        for controller in self._controllers.values():
            sdl2.SDL_GameControllerClose(controller)
        self._controllers.clear()


def _controller(controller: Any) -> Button:
    buttons = Button(0)
    for number, button in keys.CONTROLLER.items():
        if sdl2.SDL_GameControllerGetButton(controller, number):
            buttons |= button
    x = sdl2.SDL_GameControllerGetAxis(controller, sdl2.SDL_CONTROLLER_AXIS_LEFTX)
    y = sdl2.SDL_GameControllerGetAxis(controller, sdl2.SDL_CONTROLLER_AXIS_LEFTY)
    for value, low, high in ((x, Button.LEFT, Button.RIGHT), (y, Button.UP, Button.DOWN)):
        if value < -_STICK:
            buttons |= low
        elif value > _STICK:
            buttons |= high
    return buttons
