"""Programs of a few instructions, run on two cores at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from megadrive.disassembly import Instruction, disassemble_range
from megadrive.testing.adapters import record_case
from megadrive.testing.cases import Adapter, Case, CpuName
from megadrive.testing.compare import compare
from megadrive.testing.explain import explain

_STOP = 0x4E72


@dataclass(frozen=True, slots=True)
class Program:
    """Instructions in memory.

    Attributes
    ----------
    cpu : "m68000" or "z80"
        What executes them.
    address : int
        Of the first one.
    data : bytes
        All of them.
    """

    cpu: CpuName
    address: int
    data: bytes

    @property
    def instructions(self) -> list[Instruction]:
        """The instructions at their addresses."""
        end = self.address + len(self.data)
        return [*disassemble_range(self.data, self.address, end, self.cpu, origin=self.address)]

    def __str__(self) -> str:
        return "\n".join(map(str, self.instructions))

    def __repr__(self) -> str:
        lines = "".join(f"\n  {one}" for one in self.instructions)
        return f"Program({self.cpu!r}, {self.address:#x}, bytes.fromhex({self.data.hex()!r})  # {lines}\n)"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))  # what Hypothesis prints


@dataclass(frozen=True, slots=True)
class Start:
    """A program and what it starts from.

    Attributes
    ----------
    program : Program
        What is executed.
    registers : dict
        All but pc and prefetch.
    memory : dict of int to int
        Bytes elsewhere; those of the program count where both are.
    """

    program: Program
    registers: dict[str, Any]
    memory: dict[int, int]

    def contents(self) -> dict[int, int]:
        """Return all memory, bytes by address."""
        code = {self.program.address + i: byte for i, byte in enumerate(self.program.data)}
        return self.memory | code

    def state(self) -> dict[str, Any]:
        """Return all registers, pc at the program's start."""
        pc = self.program.address
        state = self.registers | {"pc": pc}
        if self.program.cpu == "m68000":
            memory = self.contents()
            state["prefetch"] = tuple(memory.get(pc + i, 0) << 8 | memory.get(pc + i + 1, 0) for i in (0, 2))
        return state

    def __repr__(self) -> str:
        lines = "".join(f"\n  {one}" for one in self.program.instructions)
        registers = ", ".join(f"{name}={value:#x}" for name, value in self.registers.items())
        return f"Start({lines}\n  {registers}\n)"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def check_program(start: Start, reference: Adapter, core: Adapter, steps: int | None = None) -> list[Case]:
    """Run a program on two cores, instruction by instruction, and compare after each.

    Parameters
    ----------
    start : Start
        Program and registers (:func:`megadrive.testing.strategies.starts`).
    reference : Adapter
        Tells what to expect; has to give bus transactions.
    core : Adapter
        What is tested. It begins each instruction with the reference's state.
    steps : int, optional
        Instructions and exceptions; by default as many as the program has instructions.

    Returns
    -------
    list of Case
        What the reference has done.

    Raises
    ------
    AssertionError
        At the first difference, with the program, the states, and the bus side by side.

    Examples
    --------
    >>> import megadrive
    >>> from megadrive.testing import MegadriveZ80, MegadriveZ80Fast, Program, Start, check_program
    >>> registers = {**megadrive.Z80(bytearray(65536)).state(), "a": 5}
    >>> start = Start(Program("z80", 0x4000, bytes([0x3C, 0x47])), registers, {})
    >>> cases = check_program(start, MegadriveZ80(), MegadriveZ80Fast())
    >>> [case.final["b"] for case in cases]
    [0, 6]
    """
    memory = start.contents()
    state = start.state()
    cases: list[Case] = []
    for number in range(len(start.program.instructions) if steps is None else steps):
        case = record_case(reference, f"step {number + 1}", state, memory)
        outcome = core.run(case)
        if case.cpu == "m68000" and outcome.state.get("halted"):
            break  # a double fault; no document tells its cycles
        differences = compare(case, outcome)
        if differences:
            labels = (_label(reference), _label(core))
            raise AssertionError(f"{start.program}\n\n{explain(case, outcome, differences, labels)}")
        cases.append(case)
        if (case.cpu == "m68000" and case.opcode == _STOP) or (case.cpu == "z80" and outcome.state.get("halted")):
            break  # a case cannot tell that a CPU is stopped
        state = case.final
        for address, value in case.final_memory:
            if case.cpu == "m68000":
                memory |= {address: value >> 8, address + 1: value & 0xFF}
            else:
                memory[address] = value
    return cases


def _label(adapter: Adapter) -> str:
    return type(adapter).__name__
