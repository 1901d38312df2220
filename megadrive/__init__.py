"""The Sega Mega Drive / Genesis as a Python library.

>>> import megadrive
>>> md = megadrive.MegaDrive(megadrive.builtin_rom())
>>> md.set_buttons(0, megadrive.Button.START)
>>> md.run_frame()
>>> md.frame.shape, md.frame.dtype
((224, 320, 3), dtype('uint8'))
"""

from megadrive.cartridge import Cartridge
from megadrive.controllers import Button, Pad
from megadrive.errors import MegaDriveError, RomError, StateError
from megadrive.game import rom_path as builtin_rom
from megadrive.m68000 import M68000
from megadrive.machine import MegaDrive
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
    "MegaDrive",
    "MegaDriveError",
    "Pad",
    "Rewind",
    "RomError",
    "StateError",
    "builtin_rom",
]
