"""Transfers from the 68000's bus, fill, copy.

Handbook, VDP, section 6.  Length (R19, R20) and source (R21, R22) are the registers themselves, counted as the transfer
goes on; R23 does not change, so a source on the 68000's bus wraps within 128 KB.  A bus transfer holds the 68000 from
the command until its last source word has been read.  What the interrupted instruction still writes meanwhile (the
second half of a MOVE.L) is kept and made then.
"""

from __future__ import annotations

import bisect

from megadrive._core import ffi

from .clocks import LINE
from .fifo import CRAM_WRITE, DMA_LATENCY, SLOT, SLOT_BEGIN, SLOT_MAP, VRAM_WRITE, VSRAM_WRITE
from .units import Units

NONE, BUS, FILL, COPY = range(4)
DMA_START = 5
"""Slots from the command to the first source read (88 mclk on a board)."""
HELD_WRITE = 28
"""mclk from the release of the bus to a held write, and between two."""


class Dma(Units):
    """The three kinds of transfer."""

    @property
    def dma_length(self) -> int:
        """R20:R19."""
        return int(self.r[20] << 8 | self.r[19])

    @property
    def dma_source(self) -> int:
        """R22:R21."""
        return int(self.r[22] << 8 | self.r[21])

    @property
    def bus_dma_runs(self) -> bool:
        """Source words are still to be read."""
        return bool(self.c.dma_run == BUS)

    @property
    def fill_armed(self) -> bool:
        """A fill command has been given and waits for its first data word."""
        c = self.c
        return bool(c.code & 0x20) and self.r[23] & 0xC0 == 0x80 and c.dma_run == NONE

    @property
    def fill_runs(self) -> bool:
        """A fill has got its data."""
        return bool(self.c.dma_run == FILL)

    @property
    def copy_runs(self) -> bool:
        """A copy moves only if CD4 is set; else it never ends."""
        return self.c.dma_run == COPY and bool(self.c.code & 0x10)

    def start_dma(self, clock: int) -> None:
        """Begin what the second control word with CD5 asks for; a fill waits for its data."""
        c = self.c
        kind = self.r[23] >> 6
        if kind < 2:
            c.dma_run = BUS
            c.dma_clock = clock + DMA_START * SLOT[self.h40]
            if not c.bus_hold:
                c.bus_hold = 1
                c.bus_hold_clock = clock
        elif kind == 3:
            c.dma_run = COPY
            c.copy_half = 0

    def start_fill(self) -> None:
        """Fill from the next slot on: the data has gone out of the FIFO."""
        self.c.dma_run = FILL

    def _count(self) -> None:
        """Count one word or byte; length 0 is 65536. The end clears CD5 and CD4."""
        c = self.c
        source, length = self.dma_source + 1 & 0xFFFF, self.dma_length - 1 & 0xFFFF
        self.r[21], self.r[22] = source & 0xFF, source >> 8
        self.r[19], self.r[20] = length & 0xFF, length >> 8
        c.address = c.address + self.r[15] & 0x1FFFF
        if not length:
            c.dma_run = NONE
            c.code &= 15

    # --------------------------------------------------------------------------- fill and copy

    def fill_slot(self, clock: int) -> None:
        """Write one byte, the high one of the word written last; CRAM and VSRAM get a word, that of four writes ago.

        Other targets get nothing, but the length counts.
        """
        c = self.c
        last = (c.fifo_write - 1) & 3
        if c.fifo_code[last] == VRAM_WRITE:
            self.write_vram_byte(clock, c.address ^ 1, c.fifo_data[last] >> 8)
        else:
            self.write_word(clock, c.fifo_code[last], c.address, c.fifo_data[c.fifo_write])
        self._count()

    def copy_slot(self, clock: int) -> None:
        """Read a byte in one slot and write it in the next."""
        c = self.c
        c.copy_half ^= 1
        if c.copy_half:
            c.copy_byte = c.vram[self.dma_source ^ 1]
        else:
            self.write_vram_byte(clock, c.address ^ 1, c.copy_byte)
            self._count()

    # ------------------------------------------------------------------------ from the 68000's bus

    def read_source(self) -> int:
        """Read the next word from the 68000's bus."""
        chip = self._chip
        if chip.dma_read == ffi.NULL:
            return 0
        return int(chip.dma_read(chip.bus, (self.r[23] & 0x7F) << 17 | self.dma_source << 1))

    def run_bus_dma(self, until: int) -> None:
        """Drain the FIFO in external slots before `until` and fill it in any but a refresh and the one after it."""
        c = self.c
        start = c.line_clock
        h40 = self.h40
        kinds, begins = SLOT_MAP[h40][self.blanked], SLOT_BEGIN[h40]
        first = bisect.bisect_left(begins, c.clock - start)
        end = bisect.bisect_left(begins, until - start)
        for slot in range(first, end):
            time = start + begins[slot]
            if kinds[slot] == "x":
                self.use_slot(time)
            held = kinds[slot] == "r" or (slot and kinds[slot - 1] == "r")
            if c.fifo_count < 4 and time >= c.dma_clock and not held:
                self.push(time + DMA_LATENCY[h40], self.read_source())
                self._count()
                if not self.bus_dma_runs:
                    self._release_bus(time)
                    c.clock = time + 1
                    return
        c.clock = until

    def _release_bus(self, clock: int) -> None:
        c = self.c
        if c.held_count:
            c.dma_clock = clock + HELD_WRITE
        else:
            c.bus_hold = 0
            c.bus_release_clock = clock

    def held_write(self) -> None:
        """Make a port write of the instruction that the transfer had interrupted."""
        c = self.c
        if c.held_count:
            port, value = c.held_port[0], c.held_value[0]
            if port & 0x1C == 0 and c.fifo_count == 4:
                c.dma_clock = c.clock + SLOT[self.h40]  # as the CPU would wait
                return
            c.held_count -= 1
            c.held_port = [*c.held_port[1:4], 0]
            c.held_value = [*c.held_value[1:4], 0]
            self.port_write(port, value)
        if not self.bus_dma_runs:
            self._release_bus(c.clock)

    def release_bound(self) -> int:
        """Return a time before which the bus is certainly not released; asked again from there."""
        c = self.c
        if not self.bus_dma_runs:
            return int(c.dma_clock) + 1
        words = self.dma_length or 65536
        slots = (words - 5) * (1 if c.code & 15 in (CRAM_WRITE, VSRAM_WRITE) else 2)
        per_line = 205 if self.blanked else 18
        if slots > per_line:
            return int(c.clock) + slots // per_line * LINE - LINE // 2
        return max(int(c.dma_clock), int(c.clock)) + 16 * (words - 1) + 1
