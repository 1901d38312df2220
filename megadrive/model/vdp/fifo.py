"""Access slots, the write FIFO, the read buffer, and the one place where VRAM, CRAM and VSRAM are written.

Handbook, VDP, sections 3, 4 and 5.  A slot is two pixels and begins at an even H.  Everything between the CPU or the
DMA and the memories moves in the external slots: one byte of VRAM, or one word of CRAM or VSRAM.
"""

from __future__ import annotations

import bisect

from .clocks import LINE
from .draw import NEVER, PLANES, SPRITES
from .timing import H_COUNTER, STEP_BEGIN
from .units import Units

# CD3-CD0
VRAM_READ, VRAM_WRITE, CRAM_WRITE, VSRAM_READ, VSRAM_WRITE, CRAM_READ, VRAM_BYTE_READ = 0, 1, 3, 4, 5, 8, 12

# Transfers
NONE, BUS, FILL, COPY = range(4)

# ------------------------------------------------------------------------------------------------ slots

SLOT = (20, 16)
"""mclk a slot outside HSYNC; H32, H40."""
WRITE_LATENCY = (190, 152)
"""mclk from a CPU write until the word may go out: it is seen to do so in the first free slot 176 mclk later (H40,
board model), the memory access of a slot following its decoding by 24."""
DMA_LATENCY = (60, 48)
"""The same for a word of a DMA: three slots."""

_REFRESH = ([50, 114, 178, 242], [50, 114, 178, 242, 306])
_BLANK_REFRESH = 498
_EXTRA_EXTERNAL = ([256, 258, 288, 484], [320, 322, 462])
_COLUMNS = (16, 20)


def slot_map(h40: bool, blanked: bool) -> str:
    """Return a character for each slot of a line: ``x`` external, ``r`` refresh, ``.`` the chip's own.

    Examples
    --------
    >>> [slot_map(h40, blanked).count("x") for h40 in (True, False) for blanked in (False, True)]
    [18, 204, 16, 166]
    """
    refresh = [*_REFRESH[h40], _BLANK_REFRESH] if blanked else _REFRESH[h40]
    external = [*(2 + 16 * k for k in range(_COLUMNS[h40])), *_EXTRA_EXTERNAL[h40]]
    slots = H_COUNTER[h40][::2]
    # In H40 H jumps within a slot, from $16C to $1C9: that slot is the one of $16C.
    return "".join("r" if h in refresh else "x" if blanked or h in external else "." for h in slots)


SLOT_BEGIN = tuple(begin[::2] for begin in STEP_BEGIN)
"""mclk from the V step to each slot; H32, H40."""
SLOT_MAP = tuple(tuple(slot_map(h40, blanked) for blanked in (False, True)) for h40 in (False, True))
EXTERNAL = tuple(
    tuple([begin for begin, kind in zip(SLOT_BEGIN[h40], kinds, strict=True) if kind == "x"] for kinds in maps)
    for h40, maps in enumerate(SLOT_MAP)
)
"""mclk from the V step to each external slot, by H40 and blanked."""


class Fifo(Units):
    """The FIFO, the read buffer and the memories behind them."""

    # ------------------------------------------------------------------------------- the memories

    def vram_place(self, address: int) -> int:
        """Return where VRAM keeps the byte at `address`: mode 4 exchanges address lines 1 and 9 of its 16 KB."""
        if self.mode5:
            return address & 0xFFFF
        return (address & 0x3DFD) | (address << 8 & 0x200) | (address >> 8 & 2)

    @property
    def sprite_table(self) -> tuple[int, int]:
        """Base and length of the sprite table in VRAM."""
        return ((self.r[5] & 0x7E) << 9, 640) if self.h40 else ((self.r[5] & 0x7F) << 9, 512)

    def _update_sprite_cache(self, clock: int, address: int, value: int) -> None:
        """Follow a write into the present sprite table: bytes 0-3 of its entries are kept in the chip."""
        if address & 4 or not 0 <= address - ((self.r[5] & 0x7E) << 9) < 1024:
            return
        c = self.c
        base, size = self.sprite_table
        offset = address - base
        if not 0 <= offset < size:
            return
        place = (offset >> 3) * 4 + (offset & 3)
        if c.sprite_cache[place] != value:
            self.draw_before(clock, SPRITES)
            c.sprite_cache[place] = value

    def write_vram_byte(self, clock: int, address: int, value: int) -> None:
        """Store one byte."""
        address = self.vram_place(address)
        if self.c.vram[address] != value:
            self.draw_before_vram(clock, address)
            self.c.vram[address] = value
        self._update_sprite_cache(clock, address, value)

    def _write_vram_128k(self, clock: int, address: int, value: int) -> None:
        """Store a word in 128 KB mode: with one VRAM chip the address is scrambled and the low byte alone is stored."""
        place = (
            ((address & 2) >> 1 ^ 1) | (address & 0x400) >> 9 | (address & 0x3FC) | (address & 0x1F800) >> 1
        ) & 0xFFFF
        if self.c.vram[place] != value & 0xFF:
            self.draw_before_vram(clock, place)
            self.c.vram[place] = value & 0xFF
        self._update_sprite_cache(clock, address & 0x1FFFE, value & 0xFF)
        self._update_sprite_cache(clock, address | 1, value >> 8)

    def write_colour(self, clock: int, address: int, value: int) -> None:
        """Store a word of CRAM; mode 4 has 32 words 00BBGGRR, one an address."""
        place, mask = (address >> 1 & 63, 0x0EEE) if self.r[1] & 4 else (address & 31, 0x003F)
        value &= mask
        if self.has_border:
            self.change_border_colour(clock, value)
        if self.c.draw_clock != NEVER:
            self.drawing.change_colour(clock, value)
        self._cram[place] = value

    def write_scroll(self, clock: int, address: int, value: int) -> None:
        """Store a word of VSRAM; there are 40."""
        place = address >> 1 & 63
        if place < 40 and self._vsram[place] != value & 0x07FF:
            self.draw_before(clock, PLANES)
            self._vsram[place] = value & 0x07FF

    def write_word(self, clock: int, code: int, address: int, value: int) -> None:
        """Store a word in CRAM or VSRAM; other codes write nothing."""
        if code == CRAM_WRITE:
            self.write_colour(clock, address, value)
        elif code == VSRAM_WRITE:
            self.write_scroll(clock, address, value)

    # --------------------------------------------------------------------------------------- FIFO

    def push(self, clock: int, value: int) -> None:
        """Put a word at the present address into the FIFO; it may go out at `clock`."""
        c = self.c
        i = c.fifo_write
        c.fifo_data[i] = value
        c.fifo_address[i] = c.address
        # Mode 4 writes CRAM or VRAM, whatever CD0 is.
        c.fifo_code[i] = c.code & 15 if self.r[1] & 4 else c.code & 15 | 1
        c.fifo_clock[i] = clock
        c.fifo_write = (i + 1) & 3
        c.fifo_count += 1

    def _drain(self, clock: int, i: int) -> None:
        """Give a slot to the oldest entry. VRAM takes two, and so do the codes that write nowhere."""
        c = self.c
        code, address, value = c.fifo_code[i], c.fifo_address[i], c.fifo_data[i]
        if code == CRAM_WRITE:
            self.write_colour(clock, address, value)
        elif code == VSRAM_WRITE:
            self.write_scroll(clock, address, value)
        elif code == VRAM_WRITE and self.r[1] & 0x80:
            self._write_vram_128k(clock, address, value)
        elif not c.fifo_half:
            c.fifo_half = 1
            if code == VRAM_WRITE:
                self.write_vram_byte(clock, address, value >> 8)
            return
        elif code == VRAM_WRITE:
            self.write_vram_byte(clock, address ^ 1, value & 0xFF)
        c.fifo_half = 0
        c.fifo_count -= 1
        if c.fill_data and not c.fifo_count and self.fill_armed:
            self.start_fill()

    # -------------------------------------------------------------------------------- read buffer

    @property
    def readable(self) -> bool:
        """The code is one that reads; in mode 4 each one reads VRAM."""
        return not self.c.code & 3 or not self.mode5

    def _prefetch(self) -> None:
        """Give a slot to the read buffer. Bits that a memory does not drive are those of the next FIFO entry."""
        c = self.c
        address = c.address & 0xFFFF
        noise = c.fifo_data[c.fifo_write]
        code = c.code & 15 if self.mode5 else VRAM_READ
        if code == VRAM_READ:
            if not c.read_half:
                c.read_half = 1
                c.read_buffer = c.vram[self.vram_place(address & 0xFFFE)] << 8
                return
            c.read_buffer |= c.vram[self.vram_place(address | 1)]
        elif code == VSRAM_READ:  # beyond the 40 words: what the renderer holds, plane A's full scroll value
            place = address >> 1 & 63
            c.read_buffer = int(self._vsram[place if place < 40 else 0]) | noise & 0xF800
        elif code == CRAM_READ:
            c.read_buffer = int(self._cram[address >> 1 & 63]) | noise & 0xF111
        else:
            c.read_buffer = c.vram[self.vram_place(address ^ 1)] | noise & 0xFF00
        c.read_half = 0
        c.read_wanted = 0
        c.read_ready = 1
        c.address = c.address + self.step & 0x1FFFF

    # -------------------------------------------------------------------------------------- slots

    @property
    def transfer_busy(self) -> bool:
        """Something may move by itself."""
        c = self.c
        return bool(c.fifo_count or c.dma_run or c.read_wanted or c.bus_hold)

    @property
    def _read_runs(self) -> bool:
        c = self.c
        return bool(c.read_wanted) and not c.command_pending and self.readable

    def use_slot(self, clock: int) -> bool:
        """Use an external slot for the FIFO, a fill, a copy or a read; tell whether any of them is going on."""
        c = self.c
        if c.fifo_count:
            oldest = (c.fifo_write - c.fifo_count) & 3
            if c.fifo_clock[oldest] <= clock:
                self._drain(clock, oldest)
        elif self.fill_runs:
            self.fill_slot(clock)
        elif self.copy_runs:
            self.copy_slot(clock)
        elif self._read_runs:
            self._prefetch()
        else:
            return False
        return True

    def next_slot(self) -> int:
        """Return the time of the next slot of the line, or of the line's end."""
        c = self.c
        begins = SLOT_BEGIN[self.h40]
        i = bisect.bisect_left(begins, c.clock - c.line_clock)
        return int(c.line_clock) + (begins[i] if i < len(begins) else LINE)

    def next_external(self) -> int:
        """Return the time of the next external slot of the line, or of the line's end."""
        c = self.c
        slots = EXTERNAL[self.h40][self.blanked]
        i = bisect.bisect_left(slots, c.clock - c.line_clock)
        return int(c.line_clock) + (slots[i] if i < len(slots) else LINE)

    def transfer(self, until: int) -> None:
        """Move what can be moved from the present on and before `until`, within the present line."""
        c = self.c
        while c.clock < until:
            if c.dma_run == BUS:
                self.run_bus_dma(until)
            elif c.bus_hold:  # the 68000 is free again but for the writes that were kept
                if c.dma_clock > c.clock:
                    self._run_slots(min(c.dma_clock, until))
                if c.clock >= c.dma_clock:
                    self.held_write()
            elif c.fifo_count or c.read_wanted or c.dma_run:
                self._run_slots(until)
            else:
                break

    def _run_slots(self, until: int) -> None:
        """Use the external slots before `until`."""
        c, begins = self.c, self.c.fifo_clock
        count = c.fifo_count
        if count and begins[(c.fifo_write - count) & 3] >= until:
            c.clock = until
            return
        start, mode = c.line_clock, self.r[1]
        slots = EXTERNAL[self.r[12] & mode >> 2 & 1][c.vblank or not mode & 0x40]
        i = bisect.bisect_left(slots, c.clock - start)
        end = len(slots) if until - start > slots[-1] else bisect.bisect_left(slots, until - start)
        while i < end:
            count = c.fifo_count
            if count:
                oldest = (c.fifo_write - count) & 3
                ready = begins[oldest] - start
                if slots[i] < ready:
                    i = bisect.bisect_left(slots, ready, i, end)
                else:
                    self._drain(start + slots[i], oldest)
                    i += 1
            elif not (c.dma_run or c.read_wanted):
                break
            elif self.fill_runs and c.draw_clock >= until:
                i += self.fill_slots(start + slots[i], end - i)
            elif self.use_slot(start + slots[i]):
                i += 1
            else:
                break
        c.clock = until
