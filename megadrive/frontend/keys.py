"""Which key does what."""

import enum

import sdl2

from megadrive.controllers import Button


class Command(enum.Enum):
    """What a key can tell the front end to do."""

    HELP = "this page"
    PAUSE = "pause"
    ADVANCE = "next frame, then pause"
    FAST = "fast forward (hold)"
    REWIND = "rewind (hold)"
    SAVE = "save state to the slot"
    LOAD = "load state from the slot"
    SCREENSHOT = "screenshot"
    RESET = "reset"
    POWER = "power off and on"
    FULLSCREEN = "fullscreen"
    INTEGER = "integer scaling"
    MUTE = "sound on or off"
    PADS = "3 or 6-button pads"
    QUIT = "quit"


PLAYERS: tuple[dict[int, Button], dict[int, Button]] = (
    {
        sdl2.SDLK_UP: Button.UP,
        sdl2.SDLK_DOWN: Button.DOWN,
        sdl2.SDLK_LEFT: Button.LEFT,
        sdl2.SDLK_RIGHT: Button.RIGHT,
        sdl2.SDLK_a: Button.A,
        sdl2.SDLK_s: Button.B,
        sdl2.SDLK_d: Button.C,
        sdl2.SDLK_q: Button.X,
        sdl2.SDLK_w: Button.Y,
        sdl2.SDLK_e: Button.Z,
        sdl2.SDLK_RETURN: Button.START,
        sdl2.SDLK_RSHIFT: Button.MODE,
    },
    {
        sdl2.SDLK_i: Button.UP,
        sdl2.SDLK_k: Button.DOWN,
        sdl2.SDLK_j: Button.LEFT,
        sdl2.SDLK_l: Button.RIGHT,
        sdl2.SDLK_f: Button.A,
        sdl2.SDLK_g: Button.B,
        sdl2.SDLK_h: Button.C,
        sdl2.SDLK_r: Button.X,
        sdl2.SDLK_t: Button.Y,
        sdl2.SDLK_y: Button.Z,
        sdl2.SDLK_u: Button.START,
        sdl2.SDLK_o: Button.MODE,
    },
)
"""Keys of the two players."""

CONTROLLER: dict[int, Button] = {
    sdl2.SDL_CONTROLLER_BUTTON_DPAD_UP: Button.UP,
    sdl2.SDL_CONTROLLER_BUTTON_DPAD_DOWN: Button.DOWN,
    sdl2.SDL_CONTROLLER_BUTTON_DPAD_LEFT: Button.LEFT,
    sdl2.SDL_CONTROLLER_BUTTON_DPAD_RIGHT: Button.RIGHT,
    sdl2.SDL_CONTROLLER_BUTTON_X: Button.A,
    sdl2.SDL_CONTROLLER_BUTTON_A: Button.B,
    sdl2.SDL_CONTROLLER_BUTTON_B: Button.C,
    sdl2.SDL_CONTROLLER_BUTTON_LEFTSHOULDER: Button.X,
    sdl2.SDL_CONTROLLER_BUTTON_Y: Button.Y,
    sdl2.SDL_CONTROLLER_BUTTON_RIGHTSHOULDER: Button.Z,
    sdl2.SDL_CONTROLLER_BUTTON_START: Button.START,
    sdl2.SDL_CONTROLLER_BUTTON_BACK: Button.MODE,
}
"""Buttons of a game controller, by the names that SDL gives their places."""

COMMANDS: dict[int, Command] = {
    sdl2.SDLK_F1: Command.HELP,
    sdl2.SDLK_p: Command.PAUSE,
    sdl2.SDLK_n: Command.ADVANCE,
    sdl2.SDLK_TAB: Command.FAST,
    sdl2.SDLK_BACKSPACE: Command.REWIND,
    sdl2.SDLK_F5: Command.SAVE,
    sdl2.SDLK_F7: Command.LOAD,
    sdl2.SDLK_F2: Command.SCREENSHOT,
    sdl2.SDLK_F8: Command.RESET,
    sdl2.SDLK_F9: Command.POWER,
    sdl2.SDLK_F11: Command.FULLSCREEN,
    sdl2.SDLK_F3: Command.INTEGER,
    sdl2.SDLK_F4: Command.MUTE,
    sdl2.SDLK_F6: Command.PADS,
    sdl2.SDLK_ESCAPE: Command.QUIT,
}

SLOTS: dict[int, int] = {sdl2.SDLK_0 + slot: slot for slot in range(10)}

HOLD = frozenset({Command.FAST, Command.REWIND})
"""Commands that last as long as the key is held."""


def help_page(slot: int) -> list[str]:
    """Return the lines of the help page."""
    lines = ["            megadrive: keys", ""]
    lines += [f" {_name(key):<11}{command.value}" for key, command in COMMANDS.items()]
    lines += [f" {'0 to 9':<11}choose the slot (now {slot})", f" {'drop a ROM':<11}on the window to play it", ""]
    lines.append(f" {'':<11}{'player 1':<14}player 2")
    names = [[(button, _name(key)) for key, button in keys.items()] for keys in PLAYERS]
    for title, first, count in (
        ("direction", 0, 4),
        ("A B C", 4, 3),
        ("X Y Z", 7, 3),
        ("START", 10, 1),
        ("MODE", 11, 1),
    ):
        one, two = (" ".join(name for _, name in player[first : first + count]) for player in names)
        lines.append(f" {title:<11}{'arrow keys' if title == 'direction' else one:<14}{two}")
    return [*lines, "", " game controllers: the first is player 1"]


def _name(key: int) -> str:
    name: bytes = sdl2.SDL_GetKeyName(key)
    return {b"Escape": "Esc", b"Return": "Enter"}.get(name, name.decode())
