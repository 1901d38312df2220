"""The Sega Mega Drive / Genesis as a Python library."""

from megadrive.cartridge import Cartridge
from megadrive.controllers import Button, Pad
from megadrive.errors import MegaDriveError, RomError, StateError
from megadrive.machine import MegaDrive

__all__ = ["Button", "Cartridge", "MegaDrive", "MegaDriveError", "Pad", "RomError", "StateError"]
