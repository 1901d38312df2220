"""Writes and interrupt acknowledges that the chip hears of later, many at a time.

Effects on every line make them: acknowledges, commands, and words of CRAM or VSRAM, which leave the FIFO as soon as
they can.  Up to the end of the picture, their slots are worked out without running the chip; it takes all others one by
one.
"""

from __future__ import annotations

import bisect

from megadrive._core import lib

from .clocks import LINE
from .draw import NEVER
from .fifo import CRAM_WRITE, EXTERNAL, VSRAM_WRITE, WRITE_LATENCY, Fifo
from .timing import HINT, STAGE_OFFSET, STEP

ACKNOWLEDGE = lib.VDP_KEPT_ACKNOWLEDGE
"""An interrupt acknowledge, as a port."""
_CONTROL = 0x04
_QUIET = LINE - 64
"""mclk of a line of the blank in which nothing but words is looked for."""

Kept = tuple[int, int, int]
"""mclk, port, value."""
_Word = tuple[int, int, int, int, int]
"""mclk of the slot and of when the word may go out; code, address, value."""


class KeptWrites(Fifo):
    """What the machine has kept for the next call."""

    def take(self, kept: list[Kept], until: int) -> None:
        """Take what has been kept, in order, before the call at `until`."""
        i, count = 0, len(kept)
        while i < count:
            taken = self._take_plain(kept, i, until)
            if taken == i:
                clock, port, value = kept[i]
                if port == ACKNOWLEDGE:
                    self.acknowledge(clock)
                else:
                    self.write(clock, port, value)
                taken = i + 1
            i = taken

    def _take_plain(self, kept: list[Kept], first: int, until: int) -> int:
        """Take what is so simple from number `first` on; return the number of the first one that is not."""
        c, r = self.c, self.r
        mode, v, line, stage = r[1], c.v_counter, c.line_clock, c.line_stage
        if c.fifo_count or c.read_wanted or c.bus_hold or c.code & 0x20 or not mode & 4 or kept[first][0] < c.clock:
            return first
        if c.dma_run or self.move:
            return first
        end, h40 = self.picture_lines, r[12] & 1
        hint_offset = STAGE_OFFSET[h40][HINT]
        period = (r[10] + 1) * LINE
        if c.vblank:
            if stage != HINT:
                return first
            limit, hint = line + _QUIET, NEVER
        elif (v < end or v == 0x1FF) and stage >= HINT:
            limit = line + (end - v if v < end else end + 1) * LINE
            hint = line + (c.hint_counter + (stage > HINT)) * LINE + hint_offset
        else:
            return first

        code, address, high, pending, step = c.code, c.address, c.address_high, c.command_pending, r[15]
        slots, latency = EXTERNAL[h40][c.vblank or not mode & 0x40], WRITE_LATENCY[h40]
        words: list[_Word] = []
        start, free, acknowledged, clock, i = line, 0, 0, int(c.clock), first
        for time, port, value in kept[first:]:
            if time >= limit:
                break
            if port == ACKNOWLEDGE:
                if hint > time:
                    break
                hint += ((time - hint) // period + 1) * period
                acknowledged = time
            elif port < _CONTROL:
                if code != CRAM_WRITE and code != VSRAM_WRITE:
                    break
                ready = time + latency
                slot = ready if ready > free else free
                if slot - start >= LINE:
                    start += (slot - start) // LINE * LINE
                place = bisect.bisect_left(slots, slot - start)
                if place < len(slots):
                    slot = start + slots[place]
                else:
                    slot = start + LINE + slots[0]
                if slot >= limit:
                    break
                words.append((slot, ready, code, address, value))
                free = slot + 1
                address = address + step & 0x1FFFF
                pending = 0
            elif port & 0x1C != _CONTROL:
                break
            elif pending:
                second = code & 3 | value >> 2 & 0x1C
                if not second & 3:
                    break
                high = (value & 7) << 14
                code, address, pending = second, high | address & 0x3FFF, 0
                c.read_half = c.read_ready = 0
            elif value >> 14 == 2:
                break
            else:
                code, address, pending = code & 0x3C | value >> 14, high | value & 0x3FFF, 1
            clock = time
            i += 1
        if i == first:
            return first

        c.code, c.address, c.address_high, c.command_pending = code, address, high, pending
        c.clock = clock
        if words:
            self._put(words, kept[i][0] if i < len(kept) else until)
        if acknowledged:
            c.h_pending = c.irq_level = self.pins.irq_level = 0
            c.irq_clock = self.pins.irq_clock = acknowledged
        if hint != NEVER:
            # The line that the chip is in, or the one of an H interrupt that has not been acknowledged.
            lines = (min(clock, hint) - line) // LINE
            line += lines * LINE
            past = hint - line != hint_offset and clock - line >= hint_offset
            c.v_counter, c.line_clock, c.line_stage = v + lines & 0x1FF, line, STEP if past else HINT
            c.hint_counter = (hint - hint_offset - line) // LINE - past
        if acknowledged:
            self.schedule()
        return i

    def _put(self, words: list[_Word], until: int) -> None:
        """Put words into the FIFO; those whose slots are before the next access at `until` go out of it."""
        c = self.c
        count = len(words)
        first, entry = max(0, count - 4), c.fifo_write
        for n in range(first, count):
            _, ready, code, address, value = words[n]
            place = entry + n & 3
            c.fifo_data[place] = value
            c.fifo_address[place] = address
            c.fifo_code[place] = code
            c.fifo_clock[place] = ready
        c.fifo_write = entry + count & 3
        out = count
        until = max(until, c.clock)
        while out and words[out - 1][0] >= until:
            out -= 1
        c.fifo_count = count - out
        if 0 < out < count:
            c.clock = max(c.clock, words[out - 1][0] + 1)
        self._take_out(words[:out])

    def _take_out(self, words: list[_Word]) -> None:
        """Store words."""
        plain = not self.has_border and type(self).write_colour is Fifo.write_colour
        if plain and all(word[2] == CRAM_WRITE for word in words):
            colours = [(slot, address >> 1 & 63, value & 0x0EEE) for slot, _, _, address, value in words]
            if self.drawing.write_colours(colours):
                return
        for slot, _, code, address, value in words:
            if code == CRAM_WRITE:
                self.write_colour(slot, address, value)
            else:
                self.write_scroll(slot, address, value)
