"""A test case of one instruction, and what a core makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

CpuName: TypeAlias = Literal["m68000", "z80"]

M68000_REGISTERS = (*(f"d{n}" for n in range(8)), *(f"a{n}" for n in range(7)), "usp", "ssp", "sr", "pc", "prefetch")
"""Names in a 68000's state; pc is the instruction's address, prefetch the words there and behind it."""

Z80_REGISTERS = (
    *("a", "f", "b", "c", "d", "e", "h", "l", "i", "r", "ix", "iy", "sp", "pc", "wz", "af_", "bc_", "de_", "hl_"),
    *("q", "ei", "p", "iff1", "iff2", "im"),
)
"""Names in a Z80's state, as in the SingleStepTests."""


class Memory(Protocol):
    """Bytes by address: a bytearray, an array, or an object that knows ``memory[address]``."""

    def __getitem__(self, address: int, /) -> int:
        """Return the byte at an address."""

    def __setitem__(self, address: int, value: int, /) -> None:
        """Store a byte."""


@dataclass(slots=True)
class Case:
    """One instruction, exception or interrupt: the state before it and the state expected after it.

    Attributes
    ----------
    cpu : "m68000" or "z80"
        What executes it.
    name : str
        Unique within its file.
    initial, final : dict
        Registers by name (:data:`M68000_REGISTERS`, :data:`Z80_REGISTERS`).
    initial_memory, final_memory : list of (int, int)
        All memory that the instruction touches: words at even addresses (68000), bytes (Z80).
    cycles : int or None
        Clocks (68000) or T states (Z80); None: not known.
    transactions : list or None
        The bus: for the 68000 as ``M68000.transactions``, for the Z80 as ``Z80.cycles``; None: not known.
    ports : list of (int, int, str)
        Z80: port address, value, and "r" or "w", in order.
    lanes : bool
        False for cases of the older 68000 corpus, whose transactions have the data of a byte in bits 7-0, and no
        strobes.

    Examples
    --------
    >>> from megadrive.testing import Case
    >>> case = Case("z80", "NOP", {"pc": 0}, [(0, 0)], {"pc": 1}, [(0, 0)], cycles=4)
    >>> memory = bytearray(65536)
    >>> case.load(memory)
    >>> memory[0]
    0
    """

    cpu: CpuName
    name: str
    initial: dict[str, Any]
    initial_memory: list[tuple[int, int]]
    final: dict[str, Any]
    final_memory: list[tuple[int, int]]
    cycles: int | None = None
    transactions: Sequence[Any] | None = None
    ports: list[tuple[int, int, str]] = field(default_factory=list)
    lanes: bool = True

    def load(self, memory: Memory) -> None:
        """Put the memory before the instruction into `memory`; what only the instruction writes becomes 0."""
        contents = dict.fromkeys([address for address, _ in self.final_memory], 0)
        contents.update(self.initial_memory)
        if self.cpu == "m68000":
            for address, value in contents.items():
                memory[address] = value >> 8
                memory[address + 1] = value & 0xFF
        else:
            for address, value in contents.items():
                memory[address] = value

    def found(self, memory: Memory) -> list[tuple[int, int]]:
        """Return what `memory` has at the addresses of `final_memory`."""
        if self.cpu == "m68000":
            return [(address, memory[address] << 8 | memory[address + 1]) for address, _ in self.final_memory]
        return [(address, memory[address]) for address, _ in self.final_memory]

    @property
    def opcode(self) -> int:
        """The 68000's first word."""
        return int(self.initial["prefetch"][0])


@dataclass(slots=True)
class Outcome:
    """What a core has made of a case. What is None, and registers that are not there, are not compared.

    Attributes
    ----------
    state : dict
        Registers by name, as in :class:`Case`.
    memory : Memory
        The core's memory, bytes by address.
    cycles : int or None
        Clocks or T states.
    transactions : list or None
        The bus, as in :class:`Case`.
    ports : list or None
        Accesses to ports, as in :class:`Case`.
    """

    state: dict[str, Any]
    memory: Memory
    cycles: int | None = None
    transactions: Sequence[Any] | None = None
    ports: list[tuple[int, int, str]] | None = None


class Adapter(Protocol):
    """A core that cases are run on.

    Examples
    --------
    All that a core needs to be tested:

    >>> import megadrive
    >>> from megadrive.testing import Case, Outcome
    >>> class MyCore:
    ...     cpu = "z80"
    ...
    ...     def __init__(self):
    ...         self.memory = bytearray(65536)
    ...         self.core = megadrive.Z80(self.memory)  # yours
    ...
    ...     def run(self, case):
    ...         case.load(self.memory)
    ...         for name, value in case.initial.items():
    ...             setattr(self.core, name, value)
    ...         cycles = self.core.step()
    ...         state = {name: getattr(self.core, name) for name in case.final}
    ...         return Outcome(state, self.memory, cycles)
    >>> case = Case("z80", "INC A", {"pc": 0, "a": 1}, [(0, 0x3C)], {"pc": 1, "a": 2}, [(0, 0x3C)], cycles=4)
    >>> megadrive.testing.compare(case, MyCore().run(case))
    []
    """

    cpu: CpuName

    def run(self, case: Case) -> Outcome:
        """Execute the case's one instruction from its initial state."""


class PortLog:
    """Ports that give the values a case has for them, and record what is done.

    Parameters
    ----------
    case : Case, optional
        Its reads are answered in order; beyond them with $FF.
    """

    def __init__(self, case: Case | None = None) -> None:
        self.start(case)

    def start(self, case: Case | None) -> None:
        """Begin a new case with an empty log."""
        self.log: list[tuple[int, int, str]] = []
        self._inputs = [value for _, value, kind in case.ports if kind == "r"] if case and case.ports else []
        self._next = 0

    def read(self, port: int) -> int:
        """Answer an IN."""
        value = self._inputs[self._next] if self._next < len(self._inputs) else 0xFF
        self._next += 1
        self.log.append((port, value, "r"))
        return value

    def write(self, port: int, value: int) -> None:
        """Take an OUT."""
        self.log.append((port, value, "w"))
