"""The Sega Mega Drive / Genesis as a Python library.

>>> import megadrive
>>> md = megadrive.MegaDrive(megadrive.builtin_rom())
>>> md.set_buttons(0, megadrive.Button.START)
>>> md.run_frame()
>>> md.frame.shape, md.frame.dtype
((224, 320, 3), dtype('uint8'))
"""

import importlib
from typing import TYPE_CHECKING, Any

from megadrive.cartridge import Cartridge
from megadrive.controllers import Button, Pad
from megadrive.errors import MegaDriveError, RomError, StateError
from megadrive.game import rom_path as builtin_rom
from megadrive.machine import MegaDrive

if TYPE_CHECKING:
    from megadrive.group import MachineGroup
    from megadrive.m68000 import M68000
    from megadrive.psg import PSG
    from megadrive.rewind import Rewind
    from megadrive.vdp import VDP
    from megadrive.ym2612 import YM2612
    from megadrive.z80 import Z80

__version__ = "0.1.0"

__all__ = [
    "M68000",
    "PSG",
    "VDP",
    "YM2612",
    "Z80",
    "Button",
    "Cartridge",
    "MachineGroup",
    "MegaDrive",
    "MegaDriveError",
    "Pad",
    "Rewind",
    "RomError",
    "StateError",
    "builtin_rom",
]

# What takes time to import and is not needed to run a game.
_LATER = {
    "M68000": "m68000",
    "MachineGroup": "group",
    "PSG": "psg",
    "Rewind": "rewind",
    "VDP": "vdp",
    "YM2612": "ym2612",
    "Z80": "z80",
}


def __getattr__(name: str) -> Any:
    """Import a class, or a module of the package, when it is first asked for."""
    if name in _LATER:
        value = getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
    else:
        try:
            if name.startswith("_"):
                raise ModuleNotFoundError(name=f"{__name__}.{name}")
            value = importlib.import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{name}":
                raise
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
