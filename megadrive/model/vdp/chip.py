"""The complete chip: :class:`VDP`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from megadrive._core import ffi, lib
from megadrive.vdp import Area, check_integer, check_port, check_word, has_border

from .border import Border, with_border
from .dma import Dma
from .draw import EVERYTHING, NEVER, Drawing
from .frame import draw_frame
from .kept import KeptWrites
from .ports import Ports
from .state import Fields, VDPState
from .timing import Timing

PORTS = ("run", "read", "write", "acknowledge", "th_fall")
_CHECKS: dict[str, Callable[[int], int]] = {
    "clock": functools.partial(check_integer, "clock"), "port": check_port, "value": check_word,
}  # fmt: skip
"""What the console calls."""


class VDP(Ports, KeptWrites, Dma, Timing):
    """The VDP in Python, alone or inside a console; for reading, and for changing by a subclass.

    It works on the same state as :class:`megadrive.VDP`, which is the same chip in C.

    Examples
    --------
    >>> vdp = VDP()
    >>> for word in (0x8104, 0x8144, 0x8C81, 0xC000, 0x0000):   # display on, 320 pixels, CRAM from 0 on
    ...     vdp.write_control(word)
    >>> vdp.write_data(0x0EEE)
    >>> vdp.run(3420)
    >>> hex(vdp.cram[0])
    '0xeee'
    """

    _working = False

    def __init__(self, pal: bool = False, memory: Any = None, *, _chip: Any = None, _owner: Any = None) -> None:
        super().__init__(pal, memory, _chip=_chip, _owner=_owner)
        self._connect_units()
        chip = self._chip
        owner = chip if _owner is None else _owner
        self.drawing = Drawing(
            VDPState(self._state, self._state if _owner is None else _owner, self.c),
            _array(chip.indexed, owner).reshape(lib.VDP_MAX_HEIGHT, lib.VDP_MAX_WIDTH),
            _array(chip.rgb, owner).reshape(lib.VDP_MAX_HEIGHT, lib.VDP_MAX_WIDTH, 3),
        )

        self._border: Border | None = None
        self._alone = _owner is None
        self._single_calls = {name: self._single(getattr(self, name)) for name in PORTS}
        self._call_singly()

    # The state's fields are in `c` only while the chip works: within a call, or from begin() to end().

    def begin(self) -> None:
        """Take the state, for many calls."""
        self.c.load()
        self._working = True
        self.has_border = bool(self._chip.border)
        for name in PORTS:
            delattr(self, name)

    def end(self) -> None:
        """Give the state back."""
        self.c.store()
        self._working = False
        self._call_singly()

    def _call_singly(self) -> None:
        for name, call in self._single_calls.items():
            setattr(self, name, call)

    def _single(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method for calls outside :meth:`begin` and :meth:`end`.

        Memories of a chip without a console may be written from outside after each call: everything up to the present
        is drawn with them as they are.
        """
        signature = inspect.signature(method)

        @functools.wraps(method)
        def single(*arguments: int, **named: int) -> Any:
            given = signature.bind(*arguments, **named).arguments
            checked = {name: _CHECKS[name](value) for name, value in given.items()}
            self.begin()
            try:
                result = method(**checked)
                if self._alone:
                    self.draw_before(self.c.clock)
            finally:
                self.end()
            return result

        return single

    def _connect_units(self) -> None:
        self.c, self.pins = Fields(self._state), self._state
        self.r = memoryview(ffi.buffer(self._state.registers)).cast("B")

    # What megadrive.vdp reads from the struct, which is behind while the chip works.

    @property
    def clock(self) -> int:
        """Master clocks since power-on."""
        return int(self.c.clock) if self._working else super().clock

    @property
    def frame_count(self) -> int:
        """Pictures completed since power-on."""
        return int(self.c.frame) if self._working else super().frame_count

    @property
    def v_counter(self) -> int:
        """V counter of the present line, 9 bits."""
        return int(self.c.v_counter) if self._working else super().v_counter

    @property
    def irq_level(self) -> int:
        """Interrupt level that the chip asks for: 0, 2 (external), 4 (H) or 6 (V)."""
        return int(self.c.irq_level) if self._working else super().irq_level

    @property
    def status(self) -> int:
        """Status register, without the effects of reading it; undriven bits 0."""
        return self.peek_status() if self._working else super().status

    def _power_on(self, pal: bool) -> None:
        self._connect_units()
        self.power_on(pal)
        self.c.store()

    @property
    def border(self) -> Border | None:
        """The border, if it is drawn."""
        c = self._chip.border
        if c == ffi.NULL or not self._chip.render:
            return None
        if self._border is None or self._border.c != c:
            shape = lib.VDP_BORDER_ROWS, lib.VDP_BORDER_STRIDE
            indexed = np.frombuffer(ffi.buffer(c.indexed), np.uint8).reshape(shape)
            rgb = np.frombuffer(ffi.buffer(c.rgb), np.uint8).reshape(*shape, 3)
            self._border = Border(self.drawing.state, c, indexed, rgb)
        return self._border

    def draw_border(self, clock: int) -> None:
        """Draw the border that is looked up before `clock`: what it depends on is about to change."""
        if self.has_border and (border := self.border):
            border.draw(clock)

    def finish_border(self, clock: int) -> None:
        """End the frame's border."""
        if self.has_border and (border := self.border):
            border.finish(clock)

    def clear_state(self) -> None:
        """Set every field of the state to 0."""
        ffi.memmove(self._state, bytes(ffi.sizeof("vdp")), ffi.sizeof("vdp"))
        self.c.load()

    def draw_before(self, clock: int, what: int = EVERYTHING) -> None:
        """Draw what the chip fetches and shows before `clock` and what depends on `what`, which is about to change."""
        # Not only if `clock` is later than draw_clock: what depends on `what` may have to come up to draw_clock yet.
        if self.c.draw_clock != NEVER:
            self.drawing.render = bool(self._chip.render)
            self.drawing.draw(clock, what)
            if self.drawing.width:
                self._chip.width, self._chip.height = self.drawing.width, self.drawing.height

    def draw_before_vram(self, clock: int, address: int) -> None:
        """Draw, or note, what a byte of VRAM has a part in, which is about to change."""
        if self.c.draw_clock != NEVER:
            self.drawing.render = bool(self._chip.render)
            self.drawing.change_vram(clock, address)

    def change_border_colour(self, clock: int, word: int) -> None:
        """Draw the border before a word is written to CRAM, if one is drawn."""
        if self.has_border and (border := self.border):
            border.change_colour(clock, word)

    def draw_frame(self, area: Area = "active") -> npt.NDArray[np.uint8]:
        """Draw a whole picture of the present contents, as if they had been so all the time; changes nothing."""
        if not self._working:
            self.c.load()
        state = self.drawing.state.again()
        return with_border(state, draw_frame(state)) if has_border(area) else draw_frame(state)


def _array(field: Any, owner: Any) -> npt.NDArray[np.uint8]:
    """Return a view of an array in a C struct that keeps `owner` alive."""
    return np.asarray(_Field(field, owner))


class _Field:
    def __init__(self, field: Any, owner: Any) -> None:
        address = int(ffi.cast("uintptr_t", field))
        self.__array_interface__ = {
            "shape": (ffi.sizeof(field),), "typestr": "|u1", "data": (address, False), "version": 3,
        }  # fmt: skip
        self._owner = owner
