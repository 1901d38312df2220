"""The 68000 alone on 16 MiB of memory or on a bus written in Python."""

from __future__ import annotations

import contextlib
import operator
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeAlias, runtime_checkable

from megadrive._core import ffi, lib
from megadrive._registers import checked
from megadrive.m68000_registers import M68000Registers

_SIZE = 1 << 24
_MOST_CLOCK = 1 << 60
_MOST_CYCLES = 1 << 40
_SLICE = 1 << 26  # clocks between two chances for Python to see an interrupt from the keyboard
_MOST_TRANSACTIONS = 128  # of the longest step, MOVEM.L with an address error, with room
_KINDS = ("n", "w", "r", "t", "re", "we")
_SR_BITS = 0xA71F
_TRANSACTION = struct.Struct("=4B3I")

Transaction: TypeAlias = tuple[str, int] | tuple[str, int, int, int, int, int, int]
"""("n", cycles) without a bus cycle, else (kind, cycles, function code, address, data, UDS, LDS)."""


@runtime_checkable
class M68000Bus(Protocol):
    """Memory written in Python, for :class:`M68000`. Addresses have 24 bits, those of words are even.

    A bus may have more methods, which are then used: ``fetch_word(address)`` for the words of the program instead of
    `read_word`, ``acknowledge(level)``, which returns the vector number of an interrupt that is accepted (24 + level,
    the autovector, if there is no such method), and ``reset()`` for the RESET instruction.
    """

    def read_byte(self, address: int) -> int:
        """Return the byte at an address."""

    def read_word(self, address: int) -> int:
        """Return the 16-bit word at an even address."""

    def write_byte(self, address: int, value: int) -> None:
        """Store a byte."""

    def write_word(self, address: int, value: int) -> None:
        """Store a 16-bit word at an even address."""


class _Calls:
    """The Python functions of one 68000's bus, and the first exception of one of them."""

    fetch_word: Callable[[int], int]
    read_byte: Callable[[int], int]
    read_word: Callable[[int], int]
    write_byte: Callable[[int, int], object]
    write_word: Callable[[int, int], object]
    acknowledge: Callable[[int], int]
    reset: Callable[[], object]

    def __init__(self, bus: Any) -> None:
        self.bus = bus
        self.error: BaseException | None = None


def _returned(name: str, value: Any, maximum: int) -> int:
    """Return what a function of the bus has returned, if it is in range."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} of the 68000's bus returned {value!r}, expected an integer") from None
    if not 0 <= number <= maximum:
        raise ValueError(f"{name} of the 68000's bus returned {number}, expected 0 to {maximum}")
    return number


def _on_error(kind: type, error: BaseException, traceback: Any) -> None:
    """Keep the exception of a bus function and have the instruction taken back."""
    calls: _Calls = ffi.from_handle(traceback.tb_frame.f_locals["calls"])
    if calls.error is None:
        calls.error = error
    calls.bus.failed = 1


@ffi.def_extern(onerror=_on_error)  # type: ignore[untyped-decorator, unused-ignore]
def python_m68000_read(calls: Any, address: int, fc: int, size: int) -> int:
    """Read or fetch a byte or a word."""
    python: _Calls = ffi.from_handle(calls)
    if size == 1:
        return _returned("read_byte", python.read_byte(address), 0xFF)
    if fc & 3 == 2:
        return _returned("fetch_word", python.fetch_word(address), 0xFFFF)
    return _returned("read_word", python.read_word(address), 0xFFFF)


@ffi.def_extern(onerror=_on_error)  # type: ignore[untyped-decorator, unused-ignore]
def python_m68000_write(calls: Any, address: int, value: int, fc: int, size: int) -> None:
    """Write a byte or a word."""
    python: _Calls = ffi.from_handle(calls)
    if size == 1:
        python.write_byte(address, value)
    else:
        python.write_word(address, value)


@ffi.def_extern(onerror=_on_error)  # type: ignore[untyped-decorator, unused-ignore]
def python_m68000_acknowledge(calls: Any, level: int) -> int:
    """Give the vector number of an interrupt."""
    python: _Calls = ffi.from_handle(calls)
    return _returned("acknowledge", python.acknowledge(level), 0xFF)


@ffi.def_extern(onerror=_on_error)  # type: ignore[untyped-decorator, unused-ignore]
def python_m68000_reset(calls: Any) -> None:
    """Tell the bus that the RESET pin is pulled."""
    python: _Calls = ffi.from_handle(calls)
    python.reset()


def _buffer(memory: Any) -> Any:
    """Return a cffi array over a writable buffer of 2**24 bytes."""
    try:
        array = ffi.from_buffer("uint8_t[]", memory, require_writable=True)
    except (TypeError, BufferError, ValueError) as error:
        raise TypeError(f"memory must be a writable, contiguous buffer of {_SIZE} bytes: {error}") from None
    if len(array) != _SIZE:
        raise ValueError(f"memory has {len(array)} bytes, expected {_SIZE}")
    return array


class M68000(M68000Registers):
    r"""A 68000 by itself.

    Its registers are 0 at first, SR is $2700; :meth:`reset` starts it as the hardware starts, or set them.

    Parameters
    ----------
    memory : writable buffer of 2**24 bytes, or M68000Bus
        What the CPU reads and writes: a bytearray, a uint8 array and the like, big-endian as on the bus; or an object
        with the methods ``read_byte(address)``, ``read_word(address)``, ``write_byte(address, value)`` and
        ``write_word(address, value)`` (:class:`M68000Bus`).
    address_errors : bool
        Whether a word access at an odd address is an address error, as in the hardware; else bit 0 is ignored.

    Raises
    ------
    TypeError, ValueError
        If `memory` is neither.

    Examples
    --------
    >>> import megadrive
    >>> memory = bytearray(1 << 24)
    >>> memory[0:8] = b"\x00\x00\x80\x00\x00\x00\x10\x00"  # SSP and PC after reset
    >>> memory[0x1000:0x1006] = b"\x70\x2a\xd1\x40\x4e\x71"  # MOVEQ #42,D0; ADDX.W D0,D0; NOP
    >>> cpu = megadrive.M68000(memory)
    >>> cpu.reset()
    40
    >>> cpu.step(), cpu.d[0]
    (4, 42)
    >>> cpu.step(trace=True), cpu.d[0]
    (4, 84)
    >>> cpu.transactions
    [('r', 4, 6, 4102, 0, 1, 1)]
    """

    def __init__(self, memory: Any, address_errors: bool = True) -> None:
        super().__init__(ffi.new("m68000 *"), fetch=self._fetch_word)
        lib.m68000_init(self._cpu)
        self._bus = ffi.new("m68000_bus *")
        self._trace = ffi.new("m68000_transaction[]", _MOST_TRANSACTIONS)
        self._bus.capacity = _MOST_TRANSACTIONS
        self._traced = 0
        self._calls = _Calls(self._bus)
        self._handle = ffi.new_handle(self._calls)
        self._bus.user = self._handle
        self._lock = threading.Lock()
        self._memory = memory
        self._flat: Any = None
        self.address_errors = address_errors
        try:
            memoryview(memory).release()
        except TypeError:
            self._connect(memory)
        else:
            self._flat = self._bus.memory = _buffer(memory)

    def _connect(self, bus: Any) -> None:
        """Use an object's methods."""
        if not isinstance(bus, M68000Bus):
            raise TypeError(
                f"memory is a {type(bus).__name__}, expected a writable buffer of {_SIZE} bytes "
                "or an object with the methods read_byte, read_word, write_byte and write_word"
            )
        calls = self._calls
        calls.read_byte, calls.read_word = bus.read_byte, bus.read_word
        calls.write_byte, calls.write_word = bus.write_byte, bus.write_word
        calls.fetch_word = getattr(bus, "fetch_word", bus.read_word)
        self._bus.read = lib.python_m68000_read
        self._bus.write = lib.python_m68000_write
        if hasattr(bus, "acknowledge"):
            calls.acknowledge = bus.acknowledge
            self._bus.acknowledge = lib.python_m68000_acknowledge
        if hasattr(bus, "reset"):
            calls.reset = bus.reset
            self._bus.reset = lib.python_m68000_reset

    @property
    def memory(self) -> Any:
        """The buffer or bus that the CPU was made with."""
        return self._memory

    @property
    def address_errors(self) -> bool:
        """Whether a word access at an odd address is an address error; else bit 0 is ignored."""
        return bool(self._cpu.odd_mask)

    @address_errors.setter
    def address_errors(self, on: bool) -> None:
        self._cpu.odd_mask = 1 if on else 0

    def set_irq(self, level: int) -> None:
        """Drive the interrupt pins with a level until the next call; 0 is no interrupt.

        Between steps it counts as there since before the last instruction: the next step accepts it if it is above the
        mask, or 7. A function of the bus that calls it drives the pins when its bus cycle ends.
        """
        running = self._lock.locked()
        clock = self._cpu.clock + 4 if running else self._cpu.sample_clock
        lib.m68000_set_ipl(self._cpu, checked("level", level, 7), clock)

    # ---------------------------------------------------------------------------------------- running

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock, which does not wait."""
        if not self._lock.acquire(False):
            raise _in_use()
        try:
            yield
        finally:
            self._lock.release()

    def _raise(self) -> None:
        error, self._calls.error = self._calls.error, None
        self._bus.failed = 0
        if error is not None:
            raise error

    def reset(self) -> int:
        """Give a pulse on the RESET pin: SSP and PC from addresses 0 and 4, supervisor mode, mask 7; 40 clocks.

        Raises
        ------
        Exception
            What a function of the bus raises; the registers are then as before.
        """
        with self._alone():
            start = int(self._cpu.clock)
            self._bus.transactions = ffi.NULL
            lib.m68000_bus_reset(self._cpu, self._bus)
            self._raise()
            return int(self._cpu.clock) - start

    def jump(self, address: int) -> None:
        """Set pc, which fills the prefetch queue from there, in no time.

        Raises
        ------
        ValueError
            If the address is odd.
        """
        self.pc = address

    def _fetch_word(self, address: int) -> int:
        """Return a word of program."""
        with self._alone():
            if self._flat is not None:
                return int(self._flat[address]) << 8 | int(self._flat[address + 1])
            return _returned("fetch_word", self._calls.fetch_word(address), 0xFFFF)

    def step(self, trace: bool = False) -> int:
        """Execute one instruction, or process one exception: an interrupt, or the trace of the instruction before.

        Parameters
        ----------
        trace : bool
            Whether to record the bus in :attr:`transactions`.

        Returns
        -------
        int
            CPU clocks. A stopped or halted CPU lets 4 clocks pass.

        Raises
        ------
        Exception
            What a function of the bus raises. The registers are then as before the instruction.
        """
        if not self._lock.acquire(False):
            raise _in_use()
        try:
            cpu = self._cpu
            start: int = cpu.clock
            if not trace and self._flat is not None:
                lib.m68000_flat_step(cpu, self._flat)
                return cpu.clock - start  # type: ignore[no-any-return, unused-ignore]
            self._bus.transactions = self._trace if trace else ffi.NULL
            self._bus.count = 0
            lib.m68000_bus_step(cpu, self._bus)
            if trace:
                self._traced = min(int(self._bus.count), _MOST_TRANSACTIONS)
            self._raise()
            return cpu.clock - start  # type: ignore[no-any-return, unused-ignore]
        finally:
            self._lock.release()

    def run(self, cycles: int) -> int:
        r"""Execute instructions until at least `cycles` CPU clocks have passed.

        Parameters
        ----------
        cycles : int
            CPU clocks, 0 to 2**40.

        Returns
        -------
        int
            Clocks that have passed: the last instruction is executed to its end.

        Raises
        ------
        Exception
            What a function of the bus raises. The registers are then as before the instruction that failed.

        Examples
        --------
        >>> import megadrive
        >>> cpu = megadrive.M68000(bytearray(b"\x4e\x71" * (1 << 23)))  # NOPs
        >>> cpu.jump(0x1000)
        >>> cpu.run(1001), hex(cpu.pc)
        (1004, '0x11f6')
        """
        cpu = self._cpu
        with self._alone():
            start = int(cpu.clock)
            end = start + checked("cycles", cycles, _MOST_CYCLES)
            self._bus.transactions = ffi.NULL
            while cpu.clock < end:
                cpu.deadline = min(end, cpu.clock + _SLICE)
                if self._flat is not None:
                    lib.m68000_flat_run(cpu, self._flat)
                else:
                    lib.m68000_bus_run(cpu, self._bus)
                    self._raise()
            return int(cpu.clock) - start

    @property
    def transactions(self) -> list[Transaction]:
        """What the last ``step(trace=True)`` did on the bus, in order.

        Either ``("n", cycles)``, clocks without a bus cycle, or ``(kind, cycles, fc, address, data, uds, lds)``. Kinds
        are "r" read, "w" write, "t" the read-modify-write cycle of TAS (its data are what it writes), "re" and "we"
        the cycle of an address error. Addresses are even; data lie as on the bus, a byte on UDS is 0xab00.
        """
        rows = _TRANSACTION.iter_unpack(ffi.buffer(self._trace)[0 : self._traced * _TRANSACTION.size])
        return [
            (_KINDS[kind], cycles, fc, address, data, uds, lds) if kind else ("n", cycles)
            for kind, fc, uds, lds, cycles, address, data in rows
        ]

    # ----------------------------------------------------------------------------------------- states

    def save_state(self) -> bytes:
        """Return registers, interrupt pins and clock, for :meth:`load_state`; memory is not part of it."""
        return bytes(ffi.buffer(self._cpu))

    def copy(self, memory: Any = None) -> M68000:
        """Return a second 68000 in the same state.

        Parameters
        ----------
        memory : writable buffer of 2**24 bytes or M68000Bus, optional
            Its memory, which is taken as it is. By default a copy of this one's; a bus is shared.

        Examples
        --------
        >>> import megadrive
        >>> cpu = megadrive.M68000(bytearray(1 << 24))
        >>> twin = cpu.copy()
        >>> twin.differences(cpu), twin.memory == cpu.memory, twin.memory is cpu.memory
        ({}, True, False)
        """
        if memory is None:
            memory = self._memory if self._flat is None else bytearray(self._memory)
        twin = M68000(memory)
        twin.load_state(self.save_state())
        return twin

    def load_state(self, data: bytes) -> None:
        """Become what :meth:`save_state` has saved.

        Raises
        ------
        ValueError
            If `data` is not the state of a 68000; nothing has changed then.
        """
        if len(data) != ffi.sizeof("m68000"):
            raise ValueError(f"the state has {len(data)} bytes, expected {ffi.sizeof('m68000')}")
        state = ffi.new("m68000 *")
        ffi.buffer(state)[:] = data
        limits = {"odd_mask": 1, "ipl": 7, "ipl_before": 7, "nmi": 1, "stopped": 1, "halted": 1, "trace_pending": 1}
        if any(getattr(state, name) > most for name, most in limits.items()) or state.sr & ~_SR_BITS or state.pc & 1:
            raise ValueError("the state is not one of a 68000: a value in it is out of range")
        clocks = (state.clock, state.deadline, state.ipl_clock, state.sample_clock)
        if not all(0 <= clock <= 2 * _MOST_CLOCK for clock in clocks):
            raise ValueError("the state is not one of a 68000: a clock in it is out of range")
        with self._alone():
            self._cpu[0] = state[0]


def _in_use() -> RuntimeError:
    return RuntimeError("this 68000 is running: another thread, or a function of its bus, is using it")
