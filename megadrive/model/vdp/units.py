"""What the units of the chip ask of each other."""

from __future__ import annotations

import abc
from typing import Any

from megadrive.vdp import VDPPorts

from .draw import EVERYTHING, Drawing


class Units(VDPPorts):
    """The state, and the names by which ``ports``, ``fifo``, ``dma`` and ``timing`` call each other.

    Attributes
    ----------
    c : Fields
        The state but for its memories.
    pins : cffi ``vdp *``
        Where the console looks for the level on the IPL pins and the like: those that change there at once.
    r : memoryview of 24
        Its registers.
    drawing : Drawing
        The picture in progress.
    has_border : bool
        A border is drawn.
    move : Move or None
        Words of a transfer that have moved, but are not in memory yet.
    """

    c: Any
    pins: Any
    r: Any
    drawing: Drawing
    has_border = False
    move: Any = None

    @property
    def mode5(self) -> bool:
        """R1.2: the Mega Drive's own mode, else the Master System's mode 4."""
        return bool(self.r[1] & 4)

    @property
    def h40(self) -> bool:
        """R12.0: the line of 320 pixels; mode 4 has that of 256 only."""
        r = self.r
        return bool(r[12] & 1 and r[1] & 4)

    @property
    def step(self) -> int:
        """What each access to the data port adds to the address: mode 4's step is added to R15 (YM7101's netlist)."""
        r = self.r
        return int(r[15] if r[1] & 4 else r[15] + 1)

    @property
    def picture_lines(self) -> int:
        """Lines of the picture, and the V at which it ends."""
        mode = self.r[1]
        return 192 if not mode & 4 else 240 if mode & 8 else 224

    @property
    def blanked(self) -> bool:
        """Vertical blanking, or the display is off: every slot but the refresh is free."""
        return bool(self.c.vblank) or not self.r[1] & 0x40

    # --------------------------------------------------------------------------------------- chip

    @abc.abstractmethod
    def draw_before(self, clock: int, what: int = EVERYTHING) -> None:
        """Draw what is fetched and shown before `clock` and depends on `what`, which is about to change."""

    @abc.abstractmethod
    def draw_before_vram(self, clock: int, address: int) -> None:
        """Draw, or note, what a byte of VRAM has a part in, which is about to change."""

    @abc.abstractmethod
    def change_border_colour(self, clock: int, word: int) -> None:
        """Draw the border before a word is written to CRAM, if one is drawn."""

    @abc.abstractmethod
    def draw_border(self, clock: int) -> None:
        """Draw the border that is looked up before `clock`, if one is drawn."""

    @abc.abstractmethod
    def finish_border(self, clock: int) -> None:
        """End the frame's border, if one is drawn."""

    @abc.abstractmethod
    def clear_state(self) -> None:
        """Set every field of the state to 0."""

    # ------------------------------------------------------------------------------------- timing

    @abc.abstractmethod
    def advance(self, clock: int) -> bool:
        """Bring the chip up to `clock`; tell whether the next event has to be looked for."""

    @abc.abstractmethod
    def schedule(self) -> None:
        """Find the next event."""

    @abc.abstractmethod
    def acknowledge(self, clock: int) -> None:
        """Clear the interrupt that the chip asks for."""

    @abc.abstractmethod
    def update_irq(self, clock: int, delay: int = 0) -> None:
        """Set the level on the IPL pins."""

    # --------------------------------------------------------------------------------------- FIFO

    @property
    @abc.abstractmethod
    def readable(self) -> bool:
        """The code is one that reads."""

    @property
    @abc.abstractmethod
    def transfer_busy(self) -> bool:
        """Something may move by itself."""

    @abc.abstractmethod
    def transfer(self, until: int) -> None:
        """Move what can be moved before `until`, in the present line."""

    @abc.abstractmethod
    def use_slot(self, clock: int) -> bool:
        """Use an external slot; tell whether anything is going on."""

    @abc.abstractmethod
    def next_slot(self) -> int:
        """Return the time of the next slot."""

    @abc.abstractmethod
    def next_external(self) -> int:
        """Return the time of the next external slot."""

    @abc.abstractmethod
    def push(self, clock: int, value: int) -> None:
        """Put a word into the FIFO."""

    @abc.abstractmethod
    def write_vram_byte(self, clock: int, address: int, value: int) -> None:
        """Store a byte of VRAM."""

    @abc.abstractmethod
    def write_word(self, clock: int, code: int, address: int, value: int) -> None:
        """Store a word of CRAM or VSRAM."""

    @property
    @abc.abstractmethod
    def sprite_table(self) -> tuple[int, int]:
        """Base and length of the sprite table in VRAM."""

    # ---------------------------------------------------------------------------------------- DMA

    @property
    @abc.abstractmethod
    def fill_armed(self) -> bool:
        """A fill waits for its first data word."""

    @property
    @abc.abstractmethod
    def fill_runs(self) -> bool:
        """A fill has got its data."""

    @property
    @abc.abstractmethod
    def copy_runs(self) -> bool:
        """A copy is going on."""

    @property
    @abc.abstractmethod
    def bus_dma_runs(self) -> bool:
        """Source words are still to be read from the 68000's bus."""

    @abc.abstractmethod
    def start_dma(self, clock: int) -> None:
        """Begin a transfer."""

    @abc.abstractmethod
    def start_fill(self) -> None:
        """Begin to fill."""

    @abc.abstractmethod
    def fill_slot(self, clock: int) -> None:
        """Use a slot for a fill."""

    @abc.abstractmethod
    def fill_slots(self, clock: int, most: int) -> int:
        """Use up to `most` slots at once for a fill; return how many."""

    @abc.abstractmethod
    def copy_slot(self, clock: int) -> None:
        """Use a slot for a copy."""

    @abc.abstractmethod
    def run_bus_dma(self, until: int) -> None:
        """Use the slots before `until` for a transfer from the 68000's bus."""

    @abc.abstractmethod
    def finish_move(self) -> None:
        """Store the words of a transfer that have moved but for that."""

    @abc.abstractmethod
    def held_write(self) -> None:
        """Make a port write that a transfer has held up."""

    @abc.abstractmethod
    def release_bound(self) -> int:
        """Return a time before which the bus is not released."""

    # -------------------------------------------------------------------------------------- ports

    @abc.abstractmethod
    def port_write(self, port: int, value: int) -> bool:
        """Write a port at the present time; tell whether the next event has to be looked for."""
