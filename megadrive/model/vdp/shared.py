"""What the machine need not call the chip for.

A call of Python costs as much as hundreds of instructions of the 68000.  So the chip says beforehand what a read of the
status gives and until when, how many words the FIFO certainly takes, and which interrupt the next event is
(``vdp_interface`` in ``megadrive.h``); the machine keeps writes that can wait until it calls the chip again.
"""

from __future__ import annotations

import struct
from typing import Any

from megadrive._core import ffi

from .chip import VDP
from .clocks import LINE
from .draw import NEVER

_STATUS_PORT = 0x04
_FLAGS_AND_HBLANK = 0x64
_WRITE = struct.Struct("=qII")

_FIELDS = [name for name, _ in ffi.typeof("vdp_interface").fields]
_FIRST = _FIELDS.index("shares")
(
    _REACHED, _CALLED, _STATUS_UNTIL, _STATUS, _ROOM, _PENDING, _IRQ_EVENT, _IRQ_LEVEL, _IRQ_CLOCK, _EVENT_AFTER,
    _PERIOD, _HINT, _WRITES,
) = (
    _FIELDS.index(name) - _FIRST
    for name in (
        "reached", "called", "status_until", "status", "room", "pending", "irq_event", "irq_level", "irq_clock",
        "event_after", "hint_period", "hint", "writes",
    )
)  # fmt: skip

# What a subclass must have left as it is.
_SAME = (
    "run", "read", "write", "acknowledge", "th_fall", "schedule", "port_write", "peek_status", "hv_counter", "take",
    "advance", "update_irq", "push",
)  # fmt: skip


class SharedVDP:
    """A chip as the machine calls it that knows of what it shares.

    Parameters
    ----------
    vdp : VDP
        The chip.
    interface : cffi ``vdp_interface *``
        Where it says what the machine need not call it for.
    """

    def __init__(self, vdp: VDP, interface: Any) -> None:
        self.vdp = vdp
        begin, end = ffi.offsetof("vdp_interface", "shares"), ffi.offsetof("vdp_interface", "kept_write")
        memory = memoryview(ffi.buffer(interface, ffi.sizeof("vdp_interface"))).cast("B")
        self._said = memory[begin:end].cast("q")
        self._writes = memory[end:]
        self._pins = vdp.pins

    def begin(self) -> None:
        """Begin a run of the machine."""
        self.vdp.begin()
        self._said[_REACHED] = self._said[_CALLED] = self.vdp.c.clock
        self._tell()

    def end(self) -> None:
        """End a run of the machine."""
        if self._said[_WRITES]:
            self._take_writes()
        self.vdp.end()

    def run(self, clock: int) -> None:
        """Bring the chip up to `clock`."""
        if self._said[_WRITES]:
            self._take_writes(clock)
        self.vdp.run(clock)
        self._tell()

    def read(self, clock: int, port: int) -> tuple[int, int]:
        """Read a port."""
        if self._said[_WRITES]:
            self._take_writes(clock)
        vdp = self.vdp
        value, end = vdp.read(clock, port)
        self._tell()
        c, pins = vdp.c, self._pins
        pins.v_counter, pins.line_clock = c.v_counter, c.line_clock
        if port & 0x1C == _STATUS_PORT:
            self._said[_STATUS_UNTIL] = vdp.status_holds_until()
            self._said[_STATUS] = value & ~_FLAGS_AND_HBLANK
        return value, end

    def write(self, clock: int, port: int, value: int) -> int:
        """Write a port."""
        if self._said[_WRITES]:
            self._take_writes(clock)
        end = self.vdp.write(clock, port, value)
        self._tell()
        return end

    def acknowledge(self, clock: int) -> None:
        """Clear the interrupt that the chip asks for."""
        if self._said[_WRITES]:
            self._take_writes(clock)
        self.vdp.acknowledge(clock)
        self._tell()

    def th_fall(self, clock: int) -> None:
        """Take a falling edge of TH."""
        if self._said[_WRITES]:
            self._take_writes(clock)
        self.vdp.th_fall(clock)
        self._tell()

    def _take_writes(self, until: int = 0) -> None:
        """Take the writes and acknowledges that have waited, before the call at ``until``."""
        said = self._said
        count = said[_WRITES]
        said[_WRITES] = 0
        self.vdp.take(list(_WRITE.iter_unpack(self._writes[: _WRITE.size * count])), until)

    def _tell(self) -> None:
        """Say what the machine need not call the chip for, but for the status."""
        vdp, said = self.vdp, self._said
        c = vdp.c
        said[_HINT] = 0
        said[_PERIOD] = 0 if c.external_pending else (vdp.r[10] + 1) * LINE
        said[_PENDING] = c.command_pending
        said[_ROOM] = -1 if c.code & 0x20 or c.dma_run or c.bus_hold else 4 - c.fifo_count
        irq_clock = vdp.next_irq_clock
        if irq_clock != NEVER:
            said[_IRQ_EVENT], said[_IRQ_LEVEL], said[_IRQ_CLOCK] = c.next_event, 4, irq_clock
            said[_EVENT_AFTER] = vdp.event_after
        else:
            said[_IRQ_EVENT] = 0


def share(vdp: Any, interface: Any) -> Any:
    """Return a chip as the machine calls it; one that is not the model as it is, or has a port of its own, as it is."""
    if not isinstance(vdp, VDP) or any(getattr(type(vdp), name) is not getattr(VDP, name) for name in _SAME):
        interface.shares = 0
        return vdp
    interface.shares = 1
    return SharedVDP(vdp, interface)
