"""The Python models of the video and sound chips: the specification that the C kernels are held against.

>>> import megadrive
>>> from megadrive import model
>>> md = megadrive.MegaDrive(megadrive.builtin_rom())
>>> md.replace_chips(psg=model.PSG)
>>> md.run_frame()
"""

from megadrive.model.psg import PSG
from megadrive.model.vdp import VDP
from megadrive.model.ym2612 import YM2612

__all__ = ["PSG", "VDP", "YM2612"]
