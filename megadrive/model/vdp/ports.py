"""Data, control, status, HV and debug ports; registers; codes.

Handbook, VDP, sections 2, 3, 5 and 8.  A write to a full FIFO and a read that waits for its data run the chip ahead;
the CPU's bus cycle ends when the chip has got there.  Calls with an earlier time than the chip's count as made at the
chip's time.
"""

from __future__ import annotations

from .clocks import LINE
from .draw import COLOURS, EVERYTHING, NEVER, OUTPUT, PLANES, SPRITES
from .fifo import VRAM_READ, WRITE_LATENCY
from .state import NO_SPRITES
from .timing import H_READ, HB_CLEAR, HB_SET, IRQ_DELAY, VB_DELAY
from .units import Units

REGISTER_DELAY = (25, 20)
"""mclk from a register write to the pixel side; H32, H40."""
ENABLE_DELAY = 35
"""mclk from a register write that enables a pending interrupt to the rise of the level, which the instruction that
writes must not see and the next one must; and from one that disables it to the fall."""
READ_PATIENCE = 34200
"""mclk: a data read that never gets its word ends after it."""

# What the drawing takes from a register, beside everything it takes from R1, R12 and the mode 4 bits of R0.
_DEPENDS = {
    2: PLANES, 3: PLANES, 4: PLANES, 5: SPRITES, 7: OUTPUT, 8: PLANES, 9: PLANES,
    11: PLANES, 13: PLANES, 16: PLANES, 17: PLANES, 18: PLANES,
}  # fmt: skip
# With a part in when something happens next.
_MOVES_EVENTS = (0, 1, 11, 12)
# Bits that nothing drawn depends on: IE1 and the HV latch; IE0 and the DMA enable; whole registers.
_NOT_DRAWN = {0: 0x12, 1: 0x30, 10: 0xFF, 15: 0xFF, 19: 0xFF, 20: 0xFF, 21: 0xFF, 22: 0xFF, 23: 0xFF}


class Ports(Units):
    """What the CPUs see."""

    # ----------------------------------------------------------------------------------- HV counter

    def hv_counter(self) -> int:
        """Return V and half of H; in interlace V is read doubled, with its high bit in bit 0."""
        c = self.c
        v, interlace = c.v_counter, c.interlace
        if interlace:
            v = v & 0xFE | v >> 8 if interlace == 1 else v << 1 & 0xFE | v >> 7 & 1
        return int((v & 0xFF) << 8 | H_READ[self.h40][c.clock - c.line_clock])

    def _latch_hv(self) -> None:
        self.c.hv_latch = self.pins.hv_latch = self.hv_counter()
        self.c.hv_latched = self.pins.hv_latched = 1

    def th_fall(self, clock: int) -> None:
        """Take a falling edge of the TH input: it latches the HV counter if R0.1 is set, and is an interrupt."""
        c = self.c
        self.advance(clock)
        if self.r[0] & 2:
            self._latch_hv()
        c.external_pending = 1
        self.update_irq(c.clock, IRQ_DELAY)
        self.schedule()

    # ------------------------------------------------------------------------------------ registers

    def write_register(self, index: int, value: int) -> None:
        """Set a register; mode 4 has only those up to 10."""
        c = self.c
        if index >= 24 or (index > 10 and not self.mode5):
            return
        changed = self.r[index] ^ value
        if changed & ~_NOT_DRAWN.get(index, 0) & 0xFF:
            what = _DEPENDS.get(index, EVERYTHING)
            if not self.mode5:
                what = EVERYTHING
            elif index == 0 and not changed & ~0x36:
                what = OUTPUT | COLOURS
            elif index == 1 and not changed & ~0x70:
                what = SPRITES | PLANES | OUTPUT
            elif index == 12 and not changed & ~0x7E:
                what = OUTPUT
            self.draw_before(c.clock + REGISTER_DELAY[self.h40], what)
            self.draw_border(c.clock + REGISTER_DELAY[self.h40])
        self.r[index] = value
        if not self.mode5 and not c.dma_run:
            self._clear_high_command()
        if index == 0 and changed & 2:
            c.hv_latched = self.pins.hv_latched = 0
            if value & 2:
                self._latch_hv()
        if index <= 1 or index == 11:
            self.update_irq(c.clock, ENABLE_DELAY)

    # --------------------------------------------------------------------------------------- writes

    def _write_control(self, value: int) -> bool:
        """Write the control port; tell whether the next event has to be looked for."""
        c = self.c
        if not c.command_pending:
            # Effective at once: A13-A0 and CD1-CD0; a register write changes them too.
            c.address = c.address_high | value & 0x3FFF
            c.code = c.code & 0x3C | value >> 14
            if value >> 14 == 2:
                self.write_register(value >> 8 & 0x1F, value & 0xFF)
                return value >> 8 & 0x1F in _MOVES_EVENTS
            if self.mode5:
                c.command_pending = 1
            else:  # a whole command
                self._clear_high_command()
                c.read_half = c.read_ready = 0
                c.read_wanted = c.code == VRAM_READ
            return False
        dma_enabled = bool(self.r[1] & 0x10)
        c.command_pending = 0
        c.address_high = (value & 7) << 14  # A16 counts in 128 KB mode only, but is kept
        c.address = c.address_high | c.address & 0x3FFF
        cd5 = value >> 2 & 0x20 if dma_enabled else c.code & 0x20
        c.code = c.code & 3 | value >> 2 & 0x1C | cd5
        c.read_half = c.read_ready = c.read_wanted = 0
        if cd5 and dma_enabled:
            self.start_dma(c.clock)
            return True
        c.read_wanted = self.readable
        return False

    def _clear_high_command(self) -> None:
        """Clear what is held at 0 in mode 4: A16-A14, CD4-CD2, and the DMA."""
        c = self.c
        c.code &= 3
        c.address_high = 0
        c.address &= 0x3FFF

    def _write_debug(self, value: int) -> None:
        c = self.c
        select = c.debug_select & 15
        if c.debug[select] != value:
            if select == 0:
                what = OUTPUT | SPRITES if (c.debug[0] ^ value) & NO_SPRITES else OUTPUT
                self.draw_before(c.clock + REGISTER_DELAY[self.h40], what)
                self.draw_border(c.clock + REGISTER_DELAY[self.h40])
            c.debug[select] = self.pins.debug[select] = value

    def _write_data(self, value: int) -> None:
        c = self.c
        c.command_pending = 0
        if c.code & 0x20 and self.fill_armed:
            c.fill_data = 1
        self.push(c.clock + WRITE_LATENCY[self.h40], value)
        c.address = c.address + self.step & 0x1FFFF

    def port_write(self, port: int, value: int) -> bool:
        """Write a port at the present time, the FIFO having room; tell whether the next event has to be looked for."""
        c = self.c
        port &= 0x1C
        if port == 0x00:
            self._write_data(value)
        elif port == 0x04:
            return self._write_control(value)
        elif port == 0x18:
            c.debug_select = value >> 8 & 15
        elif port == 0x1C:
            self._write_debug(value)
        # The HV counter's address: the console locks up; harmless here.
        return False

    def write(self, clock: int, port: int, value: int) -> int:
        """Write a 16-bit port, as the 68000 does; return when the bus cycle can end."""
        c = self.c
        changed = self.advance(clock)
        if not port & 0x1C and not c.bus_hold and c.fifo_count < 4:  # by far the most common case
            self._write_data(value)
            if changed:
                self.schedule()
            return int(c.clock)
        if c.bus_hold and c.held_count < 4:
            c.held_port[c.held_count] = port & 0x1E
            c.held_value[c.held_count] = value
            c.held_count += 1
        else:
            while c.bus_hold:  # more than an instruction can have left: wait, as if the bus were not held
                changed = self.advance(c.clock + LINE)
            while not port & 0x1C and c.fifo_count == 4:
                changed = self.advance(self.next_external() + 1)
            changed |= self.port_write(port, value)
        if changed:
            self.schedule()
        return int(c.clock)

    # ---------------------------------------------------------------------------------------- reads

    def _read_status(self) -> int:
        """Return the status; reading it ends a command and clears SOVR and SCOL."""
        c = self.c
        if c.draw_clock != NEVER:
            self.drawing.update_flags(c.clock)
        value = self.peek_status()
        c.command_pending = c.sprite_overflow = c.sprite_collision = 0
        if not self.mode5:
            c.v_pending = 0
            self.update_irq(c.clock)
        return value

    def peek_status(self) -> int:
        """Return the status without the effects of reading it."""
        c = self.c
        h40, offset, v = self.h40, c.clock - c.line_clock, c.v_counter
        vb = bool(c.vblank)
        if offset < VB_DELAY[h40] and v in (0x1FF, self.picture_lines):
            vb = v == 0x1FF
        return int(
            (c.fifo_count == 0) << 9
            | (c.fifo_count == 4) << 8
            | c.v_pending << 7
            | c.sprite_overflow << 6
            | c.sprite_collision << 5
            | c.odd_field << 4
            | (vb or not self.r[1] & 0x40) << 3
            | (HB_SET[h40] <= offset < HB_CLEAR[h40]) << 2
            | (self.fill_armed or bool(c.dma_run)) << 1
            | c.pal
        )

    def status_holds_until(self) -> int:
        """Return a time before which the status, just read, changes nothing but HBLANK; 0: that is not known."""
        c = self.c
        v, end = c.v_counter, self.picture_lines
        if not self.mode5 or self.transfer_busy or c.clock - c.line_clock < VB_DELAY[0] or c.code & 0x20:
            return 0
        until = int(c.next_event)
        if not c.vblank and v != end:
            lines = end - v if v < end else end + 1 if v == 0x1FF else 1
            until = min(until, c.line_clock + lines * LINE)
        if c.draw_clock != NEVER:
            until = min(until, self.drawing.flags_hold_until())
        return until

    def _read_data(self) -> tuple[int, int]:
        """Wait for the prefetched word and ask for the next one; return it and when the bus cycle can end.

        With a code that writes, or one that reads nothing, no word ever comes.
        """
        c = self.c
        c.command_pending = 0
        if c.bus_hold or not self.readable:
            return int(c.read_buffer), int(c.clock) if c.bus_hold else NEVER
        if not c.read_ready:
            c.read_wanted = 1
        patience = c.clock + READ_PATIENCE
        while not c.read_ready and c.clock < patience:
            self.advance(self.next_external() + 1)
        c.read_ready = 0
        c.read_wanted = 1
        return int(c.read_buffer), int(c.clock)

    def read(self, clock: int, port: int) -> tuple[int, int]:
        """Read a 16-bit port, as the 68000 does; return the value, undriven bits 0, and when the bus cycle can end."""
        changed = self.advance(clock)
        port &= 0x1C
        end = int(self.c.clock)
        if port in (0x08, 0x0C):
            value = int(self.c.hv_latch) if self.c.hv_latched else self.hv_counter()
        elif port == 0x04:
            value = self._read_status()
        elif port == 0x00:
            value, end = self._read_data()
            changed = True
        else:
            value = 0
        if changed:
            self.schedule()
        return value, end
