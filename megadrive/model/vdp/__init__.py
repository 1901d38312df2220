"""The VDP in Python and numpy, one module for each unit of the chip, named as the C kernel's files are.

``chip``          the whole chip, ``VDP``
``ports``         data, control, status, HV and debug ports; registers; codes
``fifo``          access slots, write FIFO, read buffer, the memories
``dma``           transfers from the 68000's bus, fill, copy
``timing``        lines and frames, H and V counters, interrupts, the next event
``units``         what these ask of each other
``state``         the chip's state, shared with the C kernel, and its registers decoded
``planes``        scroll planes A and B, the window, pattern rows
``sprites``       sprite scan, limits, masking, pixels, collision
``compose``       priority, shadow and highlight, debug register
``colours``       colour indices to RGB through the DAC's levels
``mode4``         the Master System's mode
``frame``         whole pictures from frozen contents
``draw``          live drawing, while the contents change: the output, and what depends on which change
``live_planes``   of that, when which column of the planes is fetched
``history``       of that, what registers, VSRAM and VRAM held at each moment
``live_sprites``  of that, the three phases of the sprites step by step
``shared``        what the machine need not call the chip for
``clocks``        the lines' times
``inspect``       patterns, planes, sprites and palettes as pictures
"""

from .chip import VDP
from .colours import to_rgb
from .draw import Drawing
from .frame import draw_frame, draw_lines
from .state import VDPState

__all__ = ["VDP", "Drawing", "VDPState", "draw_frame", "draw_lines", "to_rgb"]
