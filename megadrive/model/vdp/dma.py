"""Transfers from the 68000's bus, fill, copy.

Handbook, VDP, section 6.  Length (R19, R20) and source (R21, R22) are the registers themselves, counted as the transfer
goes on; R23 does not change, so a source on the 68000's bus wraps within 128 KB.  A bus transfer holds the 68000 from
the command until its last source word has been read.  What the interrupted instruction still writes meanwhile (the
second half of a MOVE.L) is kept and made then.
"""

from __future__ import annotations

import bisect
import functools

import numpy as np
import numpy.typing as npt

from megadrive._core import ffi, lib

from .clocks import LINE
from .draw import NEVER
from .fifo import BUS, COPY, CRAM_WRITE, DMA_LATENCY, FILL, NONE, SLOT, SLOT_BEGIN, SLOT_MAP, VRAM_WRITE, VSRAM_WRITE
from .units import Units

IS_EXTERNAL = tuple(tuple([kind == "x" for kind in kinds] for kinds in maps) for maps in SLOT_MAP)
"""Whether each slot is external, by H40 and blanked."""
CAN_FETCH = tuple(
    tuple([kind != "r" and before != "r" for kind, before in zip(kinds, "." + kinds, strict=False)] for kinds in maps)
    for maps in SLOT_MAP
)
"""Whether a source word can be read in each slot: in any but a refresh and the one after it."""
DMA_START = 5
"""Slots from the command to the first source read (88 mclk on a board)."""
HELD_WRITE = 28
"""mclk from the release of the bus to a held write, and between two."""


LONG_TRANSFER = 256
"""More words than a line can move."""


@functools.lru_cache(4096)
def bus_schedule(
    h40: bool,
    blanked: bool,
    first: int,
    last: int,
    to_vram: bool,
    ready: tuple[int, ...],
    half: int,
    ready_at: int,
    left: int,
) -> tuple[int, int, list[int], int]:
    """Find out when words of a transfer from the 68000's bus move, within a line; most lines are alike.

    Parameters
    ----------
    first, last : int
        Slots, the last one excluded.
    to_vram : bool
        Words take two slots.
    ready : tuple of int
        When each word in the FIFO may go out.
    half : int
        1: the first byte of the oldest of them is out.
    ready_at : int
        No word is read before it.
    left : int
        Words still to be read.

    Returns
    -------
    drained : int
        Words that have gone out.
    half : int
        1: and the first byte of another.
    ready : list of int
        When each word may go out, then those that have been read.
    end : int
        Just after the slot in which the last word was read, if it was.
    """
    external, fetch, begins = IS_EXTERNAL[h40][blanked], CAN_FETCH[h40][blanked], SLOT_BEGIN[h40]
    ready_all, drained, end = list(ready), 0, 0
    for slot in range(first, last):
        time = begins[slot]
        if external[slot] and drained < len(ready_all) and ready_all[drained] <= time:
            drained += half or not to_vram
            half = to_vram and not half
        if fetch[slot] and len(ready_all) - drained < 4 and time >= ready_at:
            ready_all.append(time + DMA_LATENCY[h40])
            left -= 1
            if not left:
                end = time + 1
                break
    return drained, int(half), ready_all, end


class Move:
    """Words of a transfer from the 68000's bus that move at times found out in advance, to be stored together.

    It begins with the words in the FIFO. Nothing of it is in the chip's state until :meth:`Dma.finish_move`.
    """

    def __init__(self, waiting: list[int], half: int, left: int) -> None:
        self.waiting = waiting
        """FIFO entries of the words that it begins with, oldest first."""
        self.ready = [0] * len(waiting)
        """When each word in the FIFO may go out."""
        self.half_before = self.half = half
        """The first byte of the oldest word was out, and is out now."""
        self.left = left
        """Words still to be read."""
        self.read = 0
        self.last: list[int] = []
        """When each of the last words that were read may go out."""
        self.drained = 0


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
        c.fill_data = 0
        kind = self.r[23] >> 6
        if kind < 2:
            c.dma_run = BUS
            c.dma_clock = clock + DMA_START * SLOT[self.h40]
            if not c.bus_hold:
                c.bus_hold = self.pins.bus_hold = 1
                c.bus_hold_clock = self.pins.bus_hold_clock = clock
        elif kind == 3:
            c.dma_run = COPY
            c.copy_half = 0

    def start_fill(self) -> None:
        """Fill from the next slot on: the data has gone out of the FIFO."""
        self.c.dma_run = FILL
        self.c.fill_data = 0

    def _count(self, n: int = 1) -> None:
        """Count words or bytes; length 0 is 65536. The end clears CD5 and CD4."""
        c, r = self.c, self.r
        source, length = self.dma_source + n & 0xFFFF, self.dma_length - n & 0xFFFF
        r[21], r[22] = source & 0xFF, source >> 8
        r[19], r[20] = length & 0xFF, length >> 8
        c.address = c.address + n * self.step & 0x1FFFF
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

    def fill_slots(self, clock: int, most: int) -> int:
        """Do what :meth:`fill_slot` does in up to `most` slots from `clock` on, with no picture; return how many."""
        c = self.c
        last = (c.fifo_write - 1) & 3
        if c.fifo_code[last] != VRAM_WRITE or not self.mode5:
            self.fill_slot(clock)
            return 1
        n = min(most, self.dma_length or 65536)
        places = (c.address + self.r[15] * np.arange(n) & 0xFFFF) ^ 1
        self._store(places, np.full(n, c.fifo_data[last] >> 8, np.uint8))
        self._count(n)
        return n

    def _store(self, places: npt.NDArray[np.int_], values: npt.NDArray[np.uint8]) -> None:
        """Store bytes of VRAM, one after the other, while nothing is drawn."""
        self._vram[places] = values
        base, size = self.sprite_table
        offsets = places - base
        cached = (offsets >= 0) & (offsets < size) & (offsets & 4 == 0)
        offsets = offsets[cached]
        self._sprite_cache[offsets >> 3, offsets & 3] = values[cached]

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
        if self._can_move_at_once(until):
            self._move_at_once(until)
            return
        if self.move:
            self.finish_move()
        start = c.line_clock
        h40 = self.h40
        external, fetch, begins = IS_EXTERNAL[h40][self.blanked], CAN_FETCH[h40][self.blanked], SLOT_BEGIN[h40]
        first = bisect.bisect_left(begins, c.clock - start)
        end = bisect.bisect_left(begins, until - start)
        for slot in range(first, end):
            time = start + begins[slot]
            if external[slot]:
                self.use_slot(time)
            if c.fifo_count < 4 and fetch[slot] and time >= c.dma_clock:
                self.push(time + DMA_LATENCY[h40], self.read_source())
                self._count()
                if not self.bus_dma_runs:
                    self._release_bus(time)
                    c.clock = time + 1
                    return
        c.clock = until

    def _can_move_at_once(self, until: int) -> bool:
        """Nothing is drawn, not even the border, and all words go to one of the memories."""
        c, r = self.c, self.r
        code = c.code & 15
        if c.draw_clock < until or (code == CRAM_WRITE and (c.draw_clock != NEVER or self._chip.border)):
            return False
        if self.move:
            return True
        return (
            code in (VRAM_WRITE, CRAM_WRITE, VSRAM_WRITE)
            and r[1] & 0x84 == 0x04
            and all(c.fifo_code[c.fifo_write - 1 - i & 3] == code for i in range(c.fifo_count))
        )

    def _move_at_once(self, until: int) -> None:
        """Do what :meth:`run_bus_dma` does: find out when the words move; they are stored later."""
        c = self.c
        start = c.line_clock
        h40 = self.h40
        begins = SLOT_BEGIN[h40]
        move = self.move
        if not move:
            waiting = [c.fifo_write - c.fifo_count + i & 3 for i in range(c.fifo_count)]
            move = self.move = Move(waiting, c.fifo_half, self.dma_length or 65536)
            move.ready = [c.fifo_clock[i] for i in waiting]
        present = len(move.ready)
        drained, move.half, ready, end = bus_schedule(
            h40,
            self.blanked,
            bisect.bisect_left(begins, c.clock - start),
            bisect.bisect_left(begins, until - start),
            c.code & 15 == VRAM_WRITE,
            tuple([max(-1, clock - start) for clock in move.ready]),
            move.half,
            max(-1, c.dma_clock - start),
            min(move.left, LONG_TRANSFER),
        )
        move.drained += drained
        move.read += len(ready) - present
        move.left -= len(ready) - present
        move.last = [*move.last, *[start + time for time in ready[present:]][-4:]][-4:]
        move.ready = [start + time for time in ready[drained:]]
        if move.left:
            c.clock = until
        else:
            self.finish_move()
            self._release_bus(start + end - 1)
            c.clock = start + end

    def finish_move(self) -> None:
        """Store the words of a transfer that have moved but for that."""
        move, c, r = self.move, self.c, self.r
        self.move = None
        waiting, read, code = move.waiting, move.read, c.code & 15
        words = np.zeros(len(waiting) + read, np.uint16)
        words[: len(waiting)] = [c.fifo_data[i] for i in waiting]
        if read:
            lib.vdp_read_source(
                self._chip,
                (r[23] & 0x7F) << 16 | self.dma_source,
                read,
                ffi.from_buffer("uint16_t[]", words[len(waiting) :]),
            )
        addresses = np.concatenate([[c.fifo_address[i] for i in waiting], c.address + r[15] * np.arange(read)])
        addresses = addresses.astype(np.intp) & 0x1FFFF
        if code == VRAM_WRITE:
            out = move.drained + move.half
            places = (addresses[:out, None] & 0xFFFF ^ [0, 1]).ravel()
            self._store(
                places[move.half_before : len(places) - move.half],
                words[:out].astype(">u2").view(np.uint8)[move.half_before : len(places) - move.half],
            )
        else:
            places, words_out = addresses[: move.drained] >> 1 & 63, words[: move.drained]
            if code == CRAM_WRITE:
                self._cram[places] = words_out & 0x0EEE
            else:
                self._vsram[places[places < 40]] = words_out[places < 40] & 0x07FF
        for i, clock in enumerate(move.last, read - len(move.last)):
            entry, word = c.fifo_write + i & 3, len(waiting) + i
            c.fifo_data[entry], c.fifo_address[entry] = int(words[word]), int(addresses[word])
            c.fifo_code[entry], c.fifo_clock[entry] = code, clock
        c.fifo_write = c.fifo_write + read & 3
        c.fifo_count = len(words) - move.drained
        c.fifo_half = move.half
        if read:
            self._count(read)

    def _release_bus(self, clock: int) -> None:
        c = self.c
        if c.held_count:
            c.dma_clock = clock + HELD_WRITE
        else:
            c.bus_hold = self.pins.bus_hold = 0
            c.bus_release_clock = self.pins.bus_release_clock = clock

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
        single = c.code & 15 in (CRAM_WRITE, VSRAM_WRITE)
        slots = (words - 5) * (1 if single else 2)
        per_line = 205 if self.blanked else 18
        if slots > per_line:
            return int(c.clock) + slots // per_line * LINE - LINE // 2
        slot = self.next_external() if c.fifo_count == 4 else self.next_slot()
        drained = c.fifo_count + words - 4  # before the last word finds room
        slots = words - 1 if single else max(words - 1, 2 * drained - 2)
        return max(int(c.dma_clock), slot) + 16 * slots + 1
