"""The Z80: its registers, and the CPU alone on 64 KiB of memory or on a bus written in Python."""

from __future__ import annotations

import contextlib
import operator
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeAlias, runtime_checkable

from megadrive._core import ffi, lib
from megadrive._registers import Pair, Register, checked, differences
from megadrive.disassembly import Instruction, disassemble

_SIZE = 0x10000
_MOST_CLOCK = 1 << 60
_MOST_CYCLES = 1 << 40
_SLICE = 1 << 26  # T states between two chances for Python to see an interrupt from the keyboard
_MOST_STATES = 64  # T states of the longest step, 23, with room
_PINS = ["".join(c if bits >> i & 1 else "-" for i, c in enumerate("rwmi")) for bits in range(16)]

_STATE = (  # in the order of the struct
    *("a", "f", "b", "c", "d", "e", "h", "l", "i", "r", "ix", "iy", "sp", "pc", "wz", "af_", "bc_", "de_", "hl_"),
    *("q", "ei", "p", "prefix", "iff1", "iff2", "im", "halted"),
)
_LAYOUT = struct.Struct("=10B9H8B")
_MOST = dict(zip(_STATE, [0xFF] * 10 + [0xFFFF] * 9 + [0xFF, 1, 1, 0xFD, 1, 1, 2, 1], strict=True))
_CYCLE = struct.Struct("=HhBx")

Cycle: TypeAlias = list[Any]
"""One T state: [address bus, data bus or None, pins], as in the SingleStepTests traces."""


class Z80Registers:
    """The registers of a Z80, readable and writable.

    Parameters
    ----------
    cpu
        cffi pointer to the ``z80`` struct.
    owner
        Kept alive as long as this object.

    Examples
    --------
    >>> import megadrive
    >>> z80 = megadrive.Z80(bytearray(65536))
    >>> z80.bc = 0x1234
    >>> hex(z80.b), hex(z80.c)
    ('0x12', '0x34')
    """

    a = Register("a", 0xFF, "Accumulator.")
    f = Register("f", 0xFF, "Flags: S 128, Z 64, Y 32, H 16, X 8, P/V 4, N 2, C 1.")
    b = Register("b", 0xFF, "Register B.")
    c = Register("c", 0xFF, "Register C.")
    d = Register("d", 0xFF, "Register D.")
    e = Register("e", 0xFF, "Register E.")
    h = Register("h", 0xFF, "Register H.")
    l = Register("l", 0xFF, "Register L.")  # noqa: E741 - its name
    i = Register("i", 0xFF, "Interrupt vector register.")
    r = Register("r", 0xFF, "Refresh register: counts opcode fetches in bits 6-0.")
    af = Pair("a", "f")
    bc = Pair("b", "c")
    de = Pair("d", "e")
    hl = Pair("h", "l")
    ix = Register("ix", 0xFFFF, "Index register IX.")
    iy = Register("iy", 0xFFFF, "Index register IY.")
    sp = Register("sp", 0xFFFF, "Stack pointer.")
    pc = Register("pc", 0xFFFF, "Address of the next instruction; when halted, of the byte after the HALT.")
    wz = Register("wz", 0xFFFF, "The hidden register WZ, also called MEMPTR.")
    af_ = Register("af_", 0xFFFF, "Shadow of AF.")
    bc_ = Register("bc_", 0xFFFF, "Shadow of BC.")
    de_ = Register("de_", 0xFFFF, "Shadow of DE.")
    hl_ = Register("hl_", 0xFFFF, "Shadow of HL.")
    q = Register("q", 0xFF, "F if the last instruction computed flags, else 0.")
    iff1 = Register("iff1", 1, "1 while interrupts are enabled.")
    iff2 = Register("iff2", 1, "What RETN puts into iff1.")
    im = Register("im", 2, "Interrupt mode, 0 to 2.")
    ei = Register("ei", 1, "1 if the last instruction was EI.")
    p = Register("p", 1, "1 if the last instruction was LD A,I or LD A,R.")
    halted = Register("halted", 1, "1 after HALT, until an interrupt or reset.")
    clock = Register("clock", _MOST_CLOCK, "T states since power-on.")

    @property
    def prefix(self) -> int:
        """$DD or $FD between two prefixes in a row, when the next step executes with this one; else 0."""
        return int(self._cpu.prefix)

    @prefix.setter
    def prefix(self, value: int) -> None:
        if value not in (0, 0xDD, 0xFD):
            raise ValueError(f"prefix is {value!r}, expected 0, 0xdd or 0xfd")
        self._cpu.prefix = value

    def state(self) -> dict[str, int]:
        """Return all registers by name, for keeping and comparing.

        Returns
        -------
        dict
            ``a f b c d e h l i r``, ``ix iy sp pc wz af_ bc_ de_ hl_``, ``q ei p prefix iff1 iff2 im halted``.
        """
        return dict(zip(_STATE, _LAYOUT.unpack_from(ffi.buffer(self._cpu)), strict=True))

    def set_state(self, values: Mapping[str, int]) -> None:
        """Set the registers that `values` names, as :meth:`state` gives them.

        Raises
        ------
        KeyError
            If there is no register of a name.
        """
        for name, value in values.items():
            if name not in _MOST:
                raise KeyError(f"the Z80 has no register {name!r}")
            if type(value) is not int or not 0 <= value <= _MOST[name]:
                checked(name, value, _MOST[name])
        if values.get("prefix", 0) not in (0, 0xDD, 0xFD):
            raise ValueError(f"prefix is {values['prefix']!r}, expected 0, 0xdd or 0xfd")
        buffer = ffi.buffer(self._cpu)
        state = dict(zip(_STATE, _LAYOUT.unpack_from(buffer), strict=True))
        _LAYOUT.pack_into(buffer, 0, *{**state, **values}.values())

    def differences(self, other: Z80Registers | Mapping[str, int]) -> dict[str, tuple[int | None, int | None]]:
        """Compare with another Z80, or with what :meth:`state` has returned.

        Returns
        -------
        dict
            Of each register that differs its name, and its value here and there; empty if the states are the same.

        Examples
        --------
        >>> import megadrive
        >>> z80 = megadrive.Z80(bytearray(65536))
        >>> before = z80.state()
        >>> z80.step()
        4
        >>> z80.differences(before)
        {'r': (1, 0), 'pc': (1, 0)}
        """
        return differences(self.state(), other.state() if isinstance(other, Z80Registers) else other)

    def __init__(self, cpu: Any, owner: object = None) -> None:
        self._cpu = cpu
        self._owner = owner

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} pc=${self.pc:04x} sp=${self.sp:04x} af=${self.af:04x} bc=${self.bc:04x} "
            f"de=${self.de:04x} hl=${self.hl:04x} ix=${self.ix:04x} iy=${self.iy:04x}>"
        )


@runtime_checkable
class Z80Bus(Protocol):
    """Memory written in Python, for :class:`Z80`.

    A bus may have more methods, which are then used: ``fetch(address)`` for opcodes instead of `read`,
    ``port_read(port)`` and ``port_write(port, value)`` for IN and OUT, and ``acknowledge()``, which returns the byte on
    the data bus while an interrupt is accepted.
    """

    def read(self, address: int) -> int:
        """Return the byte at an address, 0 to 65535."""

    def write(self, address: int, value: int) -> None:
        """Store a byte at an address."""


_Ports: TypeAlias = tuple[Callable[[int], int], Callable[[int, int], object]]


class _Calls:
    """The Python functions of one Z80's bus, and the first exception of one of them."""

    fetch: Callable[[int], int]
    read: Callable[[int], int]
    write: Callable[[int, int], object]
    port_in: Callable[[int], int]
    port_out: Callable[[int, int], object]
    acknowledge: Callable[[], int]

    def __init__(self, bus: Any) -> None:
        self.bus = bus
        self.error: BaseException | None = None


def _byte(name: str, value: Any) -> int:
    """Return what a function of the bus has returned, if it is a byte."""
    if type(value) is not int:
        try:
            value = operator.index(value)
        except TypeError:
            raise TypeError(f"{name} of the Z80's bus returned {value!r}, expected an integer from 0 to 255") from None
    if not 0 <= value <= 0xFF:
        raise ValueError(f"{name} of the Z80's bus returned {value}, expected 0 to 255")
    return int(value)


def _on_error(kind: type, error: BaseException, traceback: Any) -> None:
    """Keep the exception of a bus function and have the instruction taken back."""
    calls: _Calls = ffi.from_handle(traceback.tb_frame.f_locals["calls"])
    if calls.error is None:
        calls.error = error
    calls.bus.failed = 1


# After a failure no further function is called until the instruction has ended.


@ffi.def_extern(onerror=_on_error)  # type: ignore[untyped-decorator, unused-ignore]
def python_z80_fetch(calls: Any, address: int) -> int:
    """Fetch an opcode."""
    python: _Calls = ffi.from_handle(calls)
    return 0xFF if python.error else _byte("fetch", python.fetch(address))


@ffi.def_extern(onerror=_on_error)  # type: ignore[untyped-decorator, unused-ignore]
def python_z80_read(calls: Any, address: int) -> int:
    """Read memory."""
    python: _Calls = ffi.from_handle(calls)
    return 0xFF if python.error else _byte("read", python.read(address))


@ffi.def_extern(onerror=_on_error)  # type: ignore[untyped-decorator, unused-ignore]
def python_z80_write(calls: Any, address: int, value: int) -> None:
    """Write memory."""
    python: _Calls = ffi.from_handle(calls)
    if not python.error:
        python.write(address, value)


@ffi.def_extern(onerror=_on_error)  # type: ignore[untyped-decorator, unused-ignore]
def python_z80_in(calls: Any, port: int) -> int:
    """Read a port."""
    python: _Calls = ffi.from_handle(calls)
    return 0xFF if python.error else _byte("port read", python.port_in(port))


@ffi.def_extern(onerror=_on_error)  # type: ignore[untyped-decorator, unused-ignore]
def python_z80_out(calls: Any, port: int, value: int) -> None:
    """Write a port."""
    python: _Calls = ffi.from_handle(calls)
    if not python.error:
        python.port_out(port, value)


@ffi.def_extern(onerror=_on_error)  # type: ignore[untyped-decorator, unused-ignore]
def python_z80_acknowledge(calls: Any) -> int:
    """Read the data bus in an interrupt acknowledge cycle."""
    python: _Calls = ffi.from_handle(calls)
    return 0xFF if python.error else _byte("acknowledge", python.acknowledge())


def _buffer(name: str, data: Any) -> Any:
    """Return a cffi array over a writable buffer of 65,536 bytes."""
    try:
        array = ffi.from_buffer("uint8_t[]", data, require_writable=True)
    except (TypeError, BufferError, ValueError) as error:
        raise TypeError(f"{name} must be a writable, contiguous buffer of {_SIZE} bytes: {error}") from None
    if len(array) != _SIZE:
        raise ValueError(f"{name} has {len(array)} bytes, expected {_SIZE}")
    return array


class Z80(Z80Registers):
    r"""A Z80 (NMOS) by itself, reset.

    Parameters
    ----------
    memory : writable buffer of 65536 bytes, or Z80Bus
        What the CPU reads and writes: a bytearray, a uint8 array and the like, or an object with ``read(address)`` and
        ``write(address, value)`` methods (:class:`Z80Bus`), which may serve ports and interrupts as well.

    Raises
    ------
    TypeError, ValueError
        If `memory` is neither.

    Examples
    --------
    >>> import megadrive
    >>> memory = bytearray(65536)
    >>> memory[0:3] = b"\x3e\x2a\x47"  # LD A,$2A; LD B,A
    >>> z80 = megadrive.Z80(memory)
    >>> z80.step(), z80.step()
    (7, 4)
    >>> z80.b
    42

    A step on the pins, T state by T state:

    >>> z80.pc = 2
    >>> z80.step(trace=True)
    4
    >>> z80.cycles
    [[2, None, '----'], [2, None, 'r-m-'], [2, 71, '----'], [2, None, '----']]
    """

    def __init__(self, memory: Any) -> None:
        super().__init__(ffi.new("z80 *"))
        self._bus = ffi.new("z80_bus *")
        self._bus.interrupt_byte = 0xFF
        self._trace = ffi.new("z80_cycle[]", _MOST_STATES)
        self._bus.trace = self._trace
        self._bus.trace_size = _MOST_STATES
        self._calls = _Calls(self._bus)
        self._handle = ffi.new_handle(self._calls)
        self._bus.user = self._handle
        self._lock = threading.Lock()
        self._memory = memory
        self._ports: Any = None
        self._buffers: dict[str, Any] = {}
        self._has_calls = False
        try:
            memoryview(memory).release()
        except TypeError:
            self._connect(memory)
        else:
            self._buffers["memory"] = self._bus.memory = _buffer("memory", memory)
        lib.z80_reset(self._cpu)

    def _connect(self, bus: Any) -> None:
        """Use an object's methods."""
        if not isinstance(bus, Z80Bus):
            raise TypeError(
                f"memory is a {type(bus).__name__}, expected a writable buffer of {_SIZE} bytes "
                "or an object with the methods read(address) and write(address, value)"
            )
        calls = self._calls
        calls.read, calls.write = bus.read, bus.write
        calls.fetch = getattr(bus, "fetch", bus.read)
        self._bus.fetch = lib.python_z80_fetch
        self._bus.read = lib.python_z80_read
        self._bus.write = lib.python_z80_write
        if hasattr(bus, "port_read"):
            calls.port_in = bus.port_read
            setattr(self._bus, "in", lib.python_z80_in)
        if hasattr(bus, "port_write"):
            calls.port_out = bus.port_write
            self._bus.out = lib.python_z80_out
        if hasattr(bus, "acknowledge"):
            calls.acknowledge = bus.acknowledge
            self._bus.acknowledge = lib.python_z80_acknowledge
        self._has_calls = True

    # ------------------------------------------------------------------------------------ connections

    @property
    def memory(self) -> Any:
        """The buffer or bus that the CPU was made with."""
        return self._memory

    @property
    def ports(self) -> Any:
        """What IN and OUT reach: a buffer, a pair of callables, or None.

        A writable buffer of 65,536 bytes is indexed by the 16-bit port address; OUT stores where IN reads. A pair is
        ``read(port)``, which returns a byte, and ``write(port, value)``. With None, IN gives $FF and OUT does nothing;
        it is the default, but then the port methods of a bus object are used.
        """
        return self._ports

    @ports.setter
    def ports(self, ports: Any) -> None:
        if isinstance(ports, (tuple, list)):
            if len(ports) != 2 or not all(callable(function) for function in ports):
                raise TypeError("ports must be a buffer or a pair of callables: read(port) and write(port, value)")
            array = None
        else:
            array = None if ports is None else _buffer("ports", ports)
        with self._alone():
            self._bus.ports = ffi.NULL
            setattr(self._bus, "in", ffi.NULL)
            self._bus.out = ffi.NULL
            if array is not None:
                self._bus.ports = array
            elif ports is not None:
                self._calls.port_in, self._calls.port_out = ports
                setattr(self._bus, "in", lib.python_z80_in)
                self._bus.out = lib.python_z80_out
                self._has_calls = True
            self._buffers["ports"] = array
            self._ports = ports

    @property
    def interrupt_byte(self) -> int:
        """Data bus while an interrupt is accepted: an opcode in mode 0, the low half of the vector in mode 2."""
        return int(self._bus.interrupt_byte)

    @interrupt_byte.setter
    def interrupt_byte(self, value: int) -> None:
        self._bus.interrupt_byte = checked("interrupt_byte", value, 0xFF)

    @property
    def irq(self) -> int:
        """Level on the interrupt input: 1 while /INT is asserted."""
        return int(self._cpu.int_line)

    def set_irq(self, level: int) -> None:
        """Assert (1) or release (0) /INT; it is accepted as long as it is asserted and iff1 is 1."""
        self._cpu.int_line = checked("level", level, 1)

    def nmi(self) -> None:
        """Give a pulse on /NMI, which is accepted before the next instruction."""
        self._cpu.nmi_pending = 1

    def reset(self) -> None:
        """Give a pulse on /RESET: pc, i, r, im, iff1 and iff2 become 0, af and sp $FFFF; a halt ends."""
        with self._alone():
            lib.z80_reset(self._cpu)

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
        if error is not None:
            raise error

    def step(self, trace: bool = False) -> int:
        """Execute one instruction, or accept one interrupt.

        Parameters
        ----------
        trace : bool
            Whether to record the pins in :attr:`cycles`.

        Returns
        -------
        int
            T states. A halted CPU executes one NOP. In a row of DD and FD prefixes, each but the last is a step.

        Raises
        ------
        Exception
            What a function of the bus raises. The registers are then as before the instruction.
        """
        if not self._lock.acquire(False):
            raise _in_use()
        try:
            if trace:
                states: int = lib.z80_step_traced(self._cpu, self._bus)
            elif self._has_calls:
                states = lib.z80_step_calls(self._cpu, self._bus)
            else:
                return lib.z80_step_flat(self._cpu, self._bus)  # type: ignore[no-any-return, unused-ignore]
            self._raise()
            return states
        finally:
            self._lock.release()

    def run(self, cycles: int) -> int:
        """Execute instructions until at least `cycles` T states have passed.

        Parameters
        ----------
        cycles : int
            T states, 0 to 2**40.

        Returns
        -------
        int
            T states that have passed: the last instruction is executed to its end.

        Raises
        ------
        Exception
            What a function of the bus raises. The registers are then as before the instruction that failed.

        Examples
        --------
        >>> import megadrive
        >>> z80 = megadrive.Z80(bytearray(65536))
        >>> z80.run(1001)  # NOPs
        1004
        """
        cpu = self._cpu
        with self._alone():
            start = int(cpu.clock)
            end = start + checked("cycles", cycles, _MOST_CYCLES)
            run = lib.z80_run_calls if self._has_calls else lib.z80_run_flat
            while cpu.clock < end:
                cpu.deadline = min(end, cpu.clock + _SLICE)
                run(cpu, self._bus)
                self._raise()
            return int(cpu.clock) - start

    @property
    def cycles(self) -> list[Cycle]:
        """The T states of the last ``step(trace=True)``: lists of address bus, data bus or None, and pins.

        The pins are four letters for RD, WR, MREQ and IORQ, a hyphen where one is not asserted. This is the form of the
        SingleStepTests z80 traces: one T state of each access shows its pins, and data read appear one T state later.
        """
        count = min(int(self._bus.trace_length), _MOST_STATES)
        rows = _CYCLE.iter_unpack(ffi.buffer(self._trace)[0 : count * _CYCLE.size])
        return [[address, None if data < 0 else data, _PINS[pins]] for address, data, pins in rows]

    def disassemble(
        self, address: int | None = None, count: int = 1, symbols: Mapping[int, str] | None = None
    ) -> list[Instruction]:
        r"""Disassemble what the CPU executes next, or the program at an address.

        Parameters
        ----------
        address : int, optional
            By default that of pc.
        count : int
            Number of instructions.
        symbols : mapping of int to str, optional
            Names of addresses.

        Returns
        -------
        list of Instruction

        Examples
        --------
        >>> import megadrive
        >>> z80 = megadrive.Z80(bytearray(b"\x3e\x2a\x18\xfc" + bytes(65532)))
        >>> for instruction in z80.disassemble(count=2):
        ...     print(instruction)
        000000  3e2a            ld a,$2a
        000002  18fc            jr $0000
        """
        memory = self._buffers.get("memory")
        read = memory.__getitem__ if memory is not None else self._calls.fetch
        at = self.pc if address is None else address
        found = []
        for _ in range(checked("count", count, _SIZE)):
            found.append(disassemble(read, at & 0xFFFF, "z80", symbols))
            at += found[-1].length
        return found

    # ----------------------------------------------------------------------------------------- states

    def save_state(self) -> bytes:
        """Return registers, interrupt inputs and clock, for :meth:`load_state`; memory is not part of it."""
        return bytes(ffi.buffer(self._cpu))

    def copy(self, memory: Any = None) -> Z80:
        """Return a second Z80 in the same state.

        Parameters
        ----------
        memory : writable buffer of 65536 bytes or Z80Bus, optional
            Its memory, which is taken as it is. By default a copy of this one's; a bus is shared. The ports of a
            buffer are copied, functions are shared.
        """
        ports = self._ports
        if memory is None:
            memory = bytearray(self._memory) if "memory" in self._buffers else self._memory
        twin = Z80(memory)
        if ports is not None:
            twin.ports = ports if isinstance(ports, (tuple, list)) else bytearray(ports)
        twin.interrupt_byte = self.interrupt_byte
        twin.load_state(self.save_state())
        return twin

    def load_state(self, data: bytes) -> None:
        """Become what :meth:`save_state` has saved.

        Raises
        ------
        ValueError
            If `data` is not the state of a Z80; nothing has changed then.
        """
        if len(data) != ffi.sizeof("z80"):
            raise ValueError(f"the state has {len(data)} bytes, expected {ffi.sizeof('z80')}")
        state = ffi.new("z80 *")
        ffi.buffer(state)[:] = data
        flags = ("iff1", "iff2", "ei", "p", "halted", "int_line", "nmi_pending")
        limits = dict.fromkeys(flags, 1) | {"im": 2, "deferred": 2}
        if any(getattr(state, name) > most for name, most in limits.items()) or state.prefix not in (0, 0xDD, 0xFD):
            raise ValueError("the state is not one of a Z80: a flag in it is out of range")
        if not 0 <= state.clock <= _MOST_CLOCK:
            raise ValueError(f"the state is not one of a Z80: its clock is {state.clock}")
        with self._alone():
            self._cpu[0] = state[0]


def _in_use() -> RuntimeError:
    return RuntimeError("this Z80 is running: another thread, or a function of its bus, is using it")
