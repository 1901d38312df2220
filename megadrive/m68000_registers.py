"""The registers of a 68000: of one alone, or of a console's."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, overload

from megadrive._core import ffi, lib
from megadrive._registers import Register, checked, differences
from megadrive.disassembly import Instruction, disassemble

_MOST_CLOCK = 1 << 60
_GENERAL = {f"{'da'[n >> 3]}{n & 7}": n for n in range(15)}  # names and places of what state() has
_OTHERS = ("usp", "ssp", "sr", "pc", "prefetch", "stopped", "halted", "trace_pending")


class RegisterBank(Sequence[int]):
    """Eight 32-bit registers, readable and writable by number or slice."""

    def __init__(self, cpu: Any, name: str, first: int) -> None:
        self._cpu = cpu
        self._name = name
        self._first = first

    def __len__(self) -> int:
        return 8

    def _number(self, n: int) -> int:
        number = operator.index(n)
        if not -8 <= number < 8:
            raise IndexError(f"there is no register {self._name}{number}, expected 0 to 7")
        return self._first + number % 8

    @overload
    def __getitem__(self, n: int) -> int: ...
    @overload
    def __getitem__(self, n: slice) -> list[int]: ...
    def __getitem__(self, n: int | slice) -> int | list[int]:
        if isinstance(n, slice):
            return [int(self._cpu.r[self._first + i]) for i in range(*n.indices(8))]
        return int(self._cpu.r[self._number(n)])

    def __setitem__(self, n: int | slice, value: int | Sequence[int]) -> None:
        if not isinstance(n, slice):
            self._cpu.r[self._number(n)] = checked(f"{self._name}{n}", value, 0xFFFFFFFF)  # type: ignore[arg-type]
            return
        numbers = range(*n.indices(8))
        values = [checked(f"{self._name}{i}", v, 0xFFFFFFFF) for i, v in zip(numbers, value, strict=True)]  # type: ignore[arg-type]
        for i, v in zip(numbers, values, strict=True):
            self._cpu.r[self._first + i] = v

    def __eq__(self, other: object) -> bool:
        return self[:] == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "[" + ", ".join(f"{value:#010x}" for value in self) + "]"


class M68000Registers:
    """The registers of a 68000, readable and writable.

    Parameters
    ----------
    cpu
        cffi pointer to the ``m68000`` struct.
    owner
        Kept alive as long as this object.
    fetch : callable, optional
        Gives the word of program at an even 24-bit address, for the prefetch queue.

    Attributes
    ----------
    d, a : RegisterBank
        D0-D7 and A0-A7, 32 bits each; ``a[7]`` is the stack pointer in use.

    Examples
    --------
    >>> import megadrive
    >>> cpu = megadrive.M68000(bytearray(1 << 24))
    >>> cpu.d[0] = 0x12345678
    >>> cpu.a[7] = 0x1000
    >>> cpu.d
    [0x12345678, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000]
    >>> hex(cpu.ssp), hex(cpu.sr)
    ('0x1000', '0x2700')
    """

    stopped = Register("stopped", 1, "1 after STOP, whose address pc still is, until an interrupt, trace or reset.")
    halted = Register("halted", 1, "1 after a double fault, until reset.")
    trace_pending = Register("trace_pending", 1, "1 if the next step is the trace exception of the last instruction.")
    clock = Register("clock", _MOST_CLOCK, "CPU clocks since power-on.")

    def __init__(self, cpu: Any, owner: object = None, fetch: Callable[[int], int] | None = None) -> None:
        self._cpu = cpu
        self._owner = owner
        self._fetch = fetch
        self.d = RegisterBank(cpu, "d", 0)
        self.a = RegisterBank(cpu, "a", 8)

    @property
    def sr(self) -> int:
        """Status register, 16 bits; a change of S exchanges the stack pointers, bits that do not exist stay 0."""
        return int(self._cpu.sr)

    @sr.setter
    def sr(self, value: int) -> None:
        lib.m68000_set_sr(self._cpu, checked("sr", value, 0xFFFF))

    @property
    def usp(self) -> int:
        """User stack pointer."""
        return int(self._cpu.other_sp if self._cpu.sr & 0x2000 else self._cpu.r[15])

    @usp.setter
    def usp(self, value: int) -> None:
        self._set_sp("usp", value, not self._cpu.sr & 0x2000)

    @property
    def ssp(self) -> int:
        """Supervisor stack pointer."""
        return int(self._cpu.r[15] if self._cpu.sr & 0x2000 else self._cpu.other_sp)

    @ssp.setter
    def ssp(self, value: int) -> None:
        self._set_sp("ssp", value, bool(self._cpu.sr & 0x2000))

    def _set_sp(self, name: str, value: int, in_use: bool) -> None:
        pointer = checked(name, value, 0xFFFFFFFF)
        if in_use:
            self._cpu.r[15] = pointer
        else:
            self._cpu.other_sp = pointer

    @property
    def pc(self) -> int:
        """Address of the instruction that executes next, 32 bits, even.

        Setting it fills the prefetch queue from there, in no time: the two words are read from memory, or with the
        functions of a bus.
        """
        return int(self._cpu.pc)

    @pc.setter
    def pc(self, value: int) -> None:
        address = self._checked_pc(value)
        if self._fetch is not None:
            self.prefetch = [self._fetch((address + i) & 0xFFFFFE) for i in (0, 2)]
        self._cpu.pc = address

    @staticmethod
    def _checked_pc(value: int) -> int:
        address = checked("pc", value, 0xFFFFFFFF)
        if address & 1:
            raise ValueError(f"pc is {address:#x}, expected an even address")
        return address

    @property
    def prefetch(self) -> tuple[int, int]:
        """The queue: the words at pc and at pc + 2 as they were when they were fetched."""
        return int(self._cpu.ir), int(self._cpu.irc)

    @prefetch.setter
    def prefetch(self, words: Sequence[int]) -> None:
        if len(words) != 2:
            raise ValueError(f"prefetch has {len(words)} words, expected 2: those at pc and at pc + 2")
        ir, irc = (checked("prefetch", word, 0xFFFF) for word in words)
        self._cpu.ir, self._cpu.irc = ir, irc

    @property
    def irq(self) -> int:
        """Interrupt level on the IPL pins, 0 to 7."""
        return int(self._cpu.ipl)

    def state(self) -> dict[str, Any]:
        """Return all registers by name, for keeping and comparing.

        Returns
        -------
        dict
            ``d0`` to ``d7``, ``a0`` to ``a6``, ``usp``, ``ssp``, ``sr``, ``pc`` (int), ``prefetch`` (two int),
            ``stopped``, ``halted``, ``trace_pending`` (0 or 1).
        """
        r = ffi.unpack(self._cpu.r, 15)
        values: dict[str, Any] = dict(zip(_GENERAL, r, strict=True))
        return values | {name: getattr(self, name) for name in _OTHERS}

    def set_state(self, values: dict[str, Any]) -> None:
        """Set the registers that `values` names, as :meth:`state` gives them.

        If `pc` is among them and `prefetch` is not, the queue is filled from there.

        Raises
        ------
        KeyError
            If there is no register of a name.
        """
        for name in values:
            if name not in _GENERAL and name not in _OTHERS:
                raise KeyError(f"the 68000 has no register {name!r}")
        if "sr" in values:
            self.sr = values["sr"]
        r = self._cpu.r
        for name, value in values.items():
            if name in _GENERAL:
                r[_GENERAL[name]] = checked(name, value, 0xFFFFFFFF)
            elif name not in ("sr", "pc", "prefetch"):
                setattr(self, name, value)
        if "prefetch" in values:
            self.prefetch = values["prefetch"]
            if "pc" in values:
                self._cpu.pc = self._checked_pc(values["pc"])
        elif "pc" in values:
            self.pc = values["pc"]

    def differences(self, other: M68000Registers | Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
        """Compare with another 68000, or with what :meth:`state` has returned.

        Returns
        -------
        dict
            Of each register that differs its name, and its value here and there; empty if the states are the same.

        Examples
        --------
        >>> import megadrive
        >>> cpu = megadrive.M68000(bytearray(1 << 24))
        >>> before = cpu.state()
        >>> cpu.d[3] = 5
        >>> cpu.differences(before)
        {'d3': (5, 0)}
        """
        return differences(self.state(), other.state() if isinstance(other, M68000Registers) else other)

    def disassemble(
        self, address: int | None = None, count: int = 1, symbols: Mapping[int, str] | None = None
    ) -> list[Instruction]:
        r"""Disassemble what the CPU executes next, or the program at an address.

        Parameters
        ----------
        address : int, optional
            Even address; by default that of pc. At pc, the words in the prefetch queue count, not those in memory.
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
        >>> cpu = megadrive.M68000(bytearray(b"\x70\x2a\x4e\x71" + bytes((1 << 24) - 4)))
        >>> cpu.pc = 0
        >>> for instruction in cpu.disassemble(count=2):
        ...     print(instruction)
        000000  702a            moveq #$2a,d0
        000002  4e71            nop
        """
        queue = {(self.pc + i) & 0xFFFFFF: word for i, word in zip((0, 2), self.prefetch, strict=True)}

        def read(at: int) -> int | None:
            word = queue.get(at & ~1)
            if word is None:
                if self._fetch is None:
                    return None
                word = self._fetch(at & ~1)
            return word & 0xFF if at & 1 else word >> 8

        at = self.pc if address is None else address
        found = []
        for _ in range(checked("count", count, 1 << 24)):
            found.append(disassemble(read, at & 0xFFFFFFFF, "m68000", symbols))
            at += found[-1].length
        return found

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} pc=${self.pc:06x} sr=${self.sr:04x} "
            f"d={' '.join(f'{v:08x}' for v in self.d)} a={' '.join(f'{v:08x}' for v in self.a)}>"
        )
