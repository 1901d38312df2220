"""The video chip: :class:`VDP`, and what it shares with the Python model."""

from __future__ import annotations

import abc
import operator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from megadrive._core import ffi, lib
from megadrive._memory import Memory
from megadrive.inspection import Inspection

DATA_PORT = 0
CONTROL_PORT = 4
HV_PORT = 8
DEBUG_SELECT_PORT = 0x18
DEBUG_DATA_PORT = 0x1C

Area = Literal["active", "border"]
"""Part of the television's picture: what the chip draws, or the border around it too."""

NEVER = (1 << 63) - 1
"""End of a bus cycle that does not end."""

_FARTHEST = 1 << 34  # mclk that one call of run may cover: more than five minutes


class VDPPorts(Inspection, abc.ABC):
    """What every realisation of the VDP offers: memories, registers, ports, and pictures of what is in it.

    Ports are reached at the chip's present time, which goes on only by :meth:`run`, by a write that finds the FIFO full
    and by a data read that waits for its word. Memories and registers of a chip without a console may be written as
    arrays at any time: that counts from the present on.

    Parameters
    ----------
    pal : bool
        True for the chip of a 50 Hz console.
    memory : buffer, optional
        What DMA from the 68000's bus reads: big-endian words, repeated over the 16 MiB of the address space.
        The buffer is not copied. Without it such a DMA reads zeros.
    _chip, _owner
        A chip inside a console, and the object that owns it; then the other arguments do not count.

    Raises
    ------
    TypeError
        If `memory` is not a buffer.
    ValueError
        If `memory` has less than two bytes.
    """

    def __init__(self, pal: bool = False, memory: Any = None, *, _chip: Any = None, _owner: Any = None) -> None:
        if _chip is None:
            chip = ffi.new("vdp_chip *")
            self._state = ffi.new("vdp *")
            self._allocation = Memory(self._state, ffi.sizeof("vdp"))
            chip.state = self._state
            if memory is not None:
                self._connect(chip, memory)
            self._chip = chip
            self._owner: Any = None
        else:
            self._chip = _chip
            self._owner = _owner
            self._state = _chip.state
            self._allocation = Memory(_owner, ffi.sizeof(ffi.typeof(_owner).item))
        self._registers = self._allocation.view(self._state.registers)
        self._vram = self._allocation.view(self._state.vram)
        self._cram = self._allocation.view(self._state.cram, ">u2")
        self._vsram = self._allocation.view(self._state.vsram, ">u2")
        self._sprite_cache = self._allocation.view(self._state.sprite_cache).reshape(80, 4)
        if _chip is None:
            self._power_on(bool(pal))

    def _connect(self, chip: Any, memory: Any) -> None:
        try:
            data = ffi.from_buffer("uint8_t[]", memory)
        except TypeError as error:
            raise TypeError(f"memory is a {type(memory).__name__}, expected a buffer of bytes") from error
        if len(data) < 2:
            raise ValueError(f"memory has {len(data)} bytes, expected at least 2")
        self._bus = ffi.new("vdp_flat_bus *", {"data": data, "size": len(data)})
        self._bus_memory = data
        chip.bus = self._bus
        chip.dma_read = ffi.addressof(lib, "vdp_read_flat")

    # -------------------------------------------------------------------------------- what engines do

    @abc.abstractmethod
    def _power_on(self, pal: bool) -> None:
        """Bring the state to what it is after switching on."""

    @abc.abstractmethod
    def run(self, clock: int) -> None:
        """Bring the chip up to `clock`, in master clocks since power-on.

        Parameters
        ----------
        clock : int
            A time before :attr:`clock` changes nothing.

        Raises
        ------
        ValueError
            If `clock` is more than five minutes ahead.
        """

    @abc.abstractmethod
    def read(self, clock: int, port: int) -> tuple[int, int]:
        """Read a 16-bit port, as the 68000 does.

        Parameters
        ----------
        clock : int
            Master clocks since power-on; a time before :attr:`clock` counts as that.
        port : int
            Address within the VDP: 0 data, 4 status, 8 HV counter.

        Returns
        -------
        value : int
            16 bits; those that the chip does not drive are 0.
        end : int
            When the bus cycle can end. :data:`NEVER`: data are read while no command to read stands, which stops the
            CPU for good.
        """

    @abc.abstractmethod
    def write(self, clock: int, port: int, value: int) -> int:
        """Write a 16-bit port, as the 68000 does.

        Parameters
        ----------
        clock : int
            Master clocks since power-on; a time before :attr:`clock` counts as that.
        port : int
            Address within the VDP: 0 data, 4 control, $18 debug register select, $1C debug register.
        value : int
            16 bits.

        Returns
        -------
        int
            When the bus cycle can end.
        """

    @abc.abstractmethod
    def acknowledge(self, clock: int) -> None:
        """Tell the chip of an interrupt acknowledge cycle of the 68000.

        Parameters
        ----------
        clock : int
            Master clocks since power-on.
        """

    @abc.abstractmethod
    def th_fall(self, clock: int) -> None:
        """Tell the chip of a falling edge at its TH input, which a light gun makes.

        It latches the HV counter if R0.1 is set, and raises the external interrupt.

        Parameters
        ----------
        clock : int
            Master clocks since power-on.
        """

    @abc.abstractmethod
    def draw_frame(self, area: Area = "active") -> npt.NDArray[np.uint8]:
        """Draw a whole picture of the present contents, as if they had been so all the time; changes nothing.

        Parameters
        ----------
        area : {"active", "border"}
            The picture alone, or with the border around it that a television can show.

        Returns
        -------
        uint8 (height, width)
            Colour number 0-63; bit 6 shadow, bit 7 highlight. A border adds 13 columns left, 14 right, and rows above
            and below: 11 and 8 at 60 Hz, 38 and 32 at 50 Hz, there with a picture of 240 lines 30 and 24.

        Raises
        ------
        ValueError
            If `area` is none of its choices.
        """

    def _until(self, clock: int) -> int:
        clock = check_integer("clock", clock)
        if clock - self.clock > _FARTHEST:
            raise ValueError(f"clock is {clock}, expected at most {_FARTHEST} more than the present {self.clock}")
        return clock

    # ---------------------------------------------------------------------------------------- memories

    @property
    def registers(self) -> npt.NDArray[np.uint8]:
        """Registers 0-23: uint8 (24,); a view. Times and pictures follow a change, interrupts at the next event."""
        return self._registers

    @property
    def vram(self) -> npt.NDArray[np.uint8]:
        """Video RAM: uint8 (65536,); a view. The sprite cache does not follow what is written here."""
        return self._vram

    @property
    def cram(self) -> npt.NDArray[np.uint16]:
        """Colour RAM: big-endian uint16 (64,), 0000BBB0GGG0RRR0; a view."""
        return self._cram

    @property
    def vsram(self) -> npt.NDArray[np.uint16]:
        """Vertical scroll RAM: big-endian uint16 (40,), planes A and B in turn; a view."""
        return self._vsram

    @property
    def sprite_cache(self) -> npt.NDArray[np.uint8]:
        """Bytes 0-3 of the sprite table's 80 entries as the chip remembers them: uint8 (80, 4); a view."""
        return self._sprite_cache

    # --------------------------------------------------------------------------------------------- time

    @property
    def clock(self) -> int:
        """Master clocks since power-on."""
        return int(self._state.clock)

    @property
    def frame_count(self) -> int:
        """Pictures completed since power-on."""
        return int(self._state.frame)

    @property
    def v_counter(self) -> int:
        """V counter of the present line, 9 bits."""
        return int(self._state.v_counter)

    @property
    def irq_level(self) -> int:
        """Interrupt level that the chip asks for: 0, 2 (external), 4 (H) or 6 (V)."""
        return int(self._state.irq_level)

    @property
    def status(self) -> int:
        """Status register, without the effects of reading it; undriven bits 0."""
        return int(lib.vdp_peek_status(self._state))

    # -------------------------------------------------------------------------------------------- ports

    def write_control(self, word: int) -> None:
        """Write a word to the control port.

        Parameters
        ----------
        word : int
            16 bits: a register write ``$8rvv`` or half of a command.

        Examples
        --------
        >>> vdp = VDP()
        >>> vdp.write_control(0x8104)   # mode 5
        >>> vdp.write_control(0x8F02)   # auto-increment
        >>> int(vdp.registers[15])
        2
        """
        self.write(self.clock, CONTROL_PORT, check_word(word))

    def write_data(self, word: int) -> None:
        """Write a word to the data port; it goes out through the FIFO as time goes on.

        Parameters
        ----------
        word : int
            16 bits.

        Examples
        --------
        >>> vdp = VDP()
        >>> vdp.write_control(0x8104)   # mode 5
        >>> vdp.write_control(0x4000)   # write VRAM from 0 on
        >>> vdp.write_control(0x0000)
        >>> vdp.write_data(0x1234)
        >>> vdp.run(3420)
        >>> bytes(vdp.vram[:2]).hex()
        '1234'
        """
        self.write(self.clock, DATA_PORT, check_word(word))

    def read_data(self) -> int:
        """Read a word from the data port; waits for it. Without a command to read, what the buffer holds."""
        return self.read(self.clock, DATA_PORT)[0]

    def read_status(self) -> int:
        """Read the status register, which clears some of it and the half of a command; undriven bits 0."""
        return self.read(self.clock, CONTROL_PORT)[0]

    def read_hv(self) -> int:
        """Read the HV counter: V in the high byte, half of H in the low byte."""
        return self.read(self.clock, HV_PORT)[0]


class VDP(VDPPorts):
    """The VDP in C, alone or inside a console.

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

    def _power_on(self, pal: bool) -> None:
        lib.vdp_power_on(self._chip, pal)

    def _settle(self) -> None:
        # Alone: what was shown so far was made of the memories as they are; they may be written after this call.
        if self._owner is None:
            lib.vdp_settle(self._chip)

    def run(self, clock: int) -> None:  # noqa: D102
        lib.vdp_run(self._chip, self._until(clock))
        self._settle()

    def read(self, clock: int, port: int) -> tuple[int, int]:  # noqa: D102
        value = ffi.new("uint16_t *")
        end = lib.vdp_read(self._chip, self._until(clock), check_port(port), value)
        self._settle()
        return value[0], end

    def write(self, clock: int, port: int, value: int) -> int:  # noqa: D102
        end = int(lib.vdp_write(self._chip, self._until(clock), check_port(port), check_word(value)))
        self._settle()
        return end

    def acknowledge(self, clock: int) -> None:  # noqa: D102
        lib.vdp_acknowledge(self._chip, self._until(clock))
        self._settle()

    def th_fall(self, clock: int) -> None:  # noqa: D102
        lib.vdp_th_fall(self._chip, self._until(clock))
        self._settle()

    def draw_frame(self, area: Area = "active") -> npt.NDArray[np.uint8]:  # noqa: D102
        framed = has_border(area)
        picture = np.zeros((lib.VDP_MAX_HEIGHT, lib.VDP_MAX_WIDTH), np.uint8)
        size = ffi.new("uint16_t[2]")
        lib.vdp_draw_frame(self._state, ffi.from_buffer("uint8_t[]", picture), size, size + 1)
        picture = picture[: size[1], : size[0]]
        if not framed:
            return picture.copy()
        lines = ffi.new("int32_t[2]")
        lib.vdp_border_lines(self._state, lines, lines + 1)
        rows = [n * (2 if len(picture) > 240 else 1) for n in lines]
        index = lib.vdp_border_index(self._state)
        return np.pad(picture, (rows, (lib.VDP_BORDER_LEFT, lib.VDP_BORDER_RIGHT)), constant_values=index)


def has_border(area: str) -> bool:
    """Tell whether a part of the television's picture has a border."""
    if area not in ("active", "border"):
        raise ValueError(f"area is {area!r}, expected 'active' or 'border'")
    return area == "border"


def check_integer(name: str, value: int) -> int:
    """Return an argument as an integer; TypeError if it is none."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}, expected an integer") from None


def check_word(value: int) -> int:
    """Return a 16-bit word; ValueError if it is none."""
    value = check_integer("value", value)
    if not 0 <= value <= 0xFFFF:
        raise ValueError(f"value is {value!r}, expected a 16-bit word, 0 to 65535")
    return value


def check_port(port: int) -> int:
    """Return an address within the VDP; ValueError if it is none."""
    port = check_integer("port", port)
    if not 0 <= port <= 0x1F:
        raise ValueError(f"port is {port!r}, expected an address within the VDP, 0 to 31")
    return port
