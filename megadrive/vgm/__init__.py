"""VGM and VGZ files: logs of what was written to sound chips.

>>> import megadrive.vgm
>>> writes = [(0, 2, 0x8E), (0, 2, 0x0F), (0, 2, 0x90), (44100, 2, 0x9F)]
>>> music = megadrive.vgm.VGM(megadrive.vgm.compose(writes, samples=88200))
>>> music.seconds, music.tags.title
(2.0, '')
>>> music.render(48000).shape
(96000, 2)
"""

from __future__ import annotations

from megadrive.vgm.file import Header, Tags, VGMError, VGMWarning
from megadrive.vgm.music import VGM, Chips
from megadrive.vgm.recorder import Recorder
from megadrive.vgm.recording import Recording, compose_recording
from megadrive.vgm.writer import compose

__all__ = [
    "VGM",
    "Chips",
    "Header",
    "Recorder",
    "Recording",
    "Tags",
    "VGMError",
    "VGMWarning",
    "compose",
    "compose_recording",
]
