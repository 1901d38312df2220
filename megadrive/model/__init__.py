"""The Python models of the video and sound chips: the specification that the C kernels are held against.

>>> import megadrive
>>> from megadrive import model
>>> md = megadrive.MegaDrive(megadrive.builtin_rom())
>>> md.replace_chips(psg=model.PSG)
>>> md.run_frame()
"""

import numpy as np

from megadrive.model.psg import PSG
from megadrive.model.vdp import VDP
from megadrive.model.ym2612 import YM2612

__all__ = ["PSG", "VDP", "YM2612"]


def _keep_pages() -> None:
    """Let the C library keep the memory of arrays of up to some MB for the next ones.

    glibc returns blocks of more than 128 KB to the system when they are freed, and the pages of the next one, which
    come anew, cost more than what is done with them. The limit follows the largest block that was ever freed
    (mallopt(3), M_MMAP_THRESHOLD).
    """
    np.empty(4 << 20, np.uint8)


_keep_pages()
