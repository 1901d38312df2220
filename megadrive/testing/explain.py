"""A failing case as text: disassembly, states before and after, what differs, and the bus side by side."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from megadrive.disassembly import disassemble
from megadrive.testing.cases import M68000_REGISTERS, Z80_REGISTERS, Case, Outcome
from megadrive.testing.compare import Difference, corrected

_WIDTHS = {"sr": 4, "ix": 4, "iy": 4, "sp": 4, "wz": 4, "af_": 4, "bc_": 4, "de_": 4, "hl_": 4}
_FLAGS = {"m68000": "T-S--III---XNZVC", "z80": "SZYHXPNC"}


def explain(
    case: Case,
    outcome: Outcome | None,
    differences: Sequence[Difference],
    labels: tuple[str, str] = ("expected", "found"),
) -> str:
    """Write a case with what a core has made of it, for a person to read.

    Parameters
    ----------
    case : Case
        The case; its final state is in the column ``labels[0]``.
    outcome : Outcome or None
        The core's, in the column ``labels[1]``; None if it has none.
    differences : sequence of Difference
        Of :func:`megadrive.testing.compare`; they are marked.
    labels : (str, str)
        Headings of the columns.

    Returns
    -------
    str
        Lines.

    Examples
    --------
    >>> from megadrive.testing import Case, Outcome, compare, explain
    >>> case = Case("z80", "3c", {"pc": 0, "a": 1}, [(0, 0x3C)], {"pc": 1, "a": 2}, [(0, 0x3C)], cycles=4)
    >>> outcome = Outcome({"pc": 1, "a": 3}, bytearray([0x3C]), 4)
    >>> print(explain(case, outcome, compare(case, outcome)))
    3c
      000000  3c              inc a
      register       before    expected       found
      a                  01          02          03  <
      pc               0000        0001        0001
      ($0000)            3c          3c          3c
      cycles                          4           4
      a is 3, expected 2
    """
    return "\n".join(_lines(corrected(case)[0], outcome, differences, labels))


def disassembly(case: Case, count: int = 1) -> list[str]:
    """Return the instructions that a case executes as lines of text."""
    contents: dict[int, int] = {}
    for address, value in case.initial_memory:
        if case.cpu == "m68000":
            contents |= {address: value >> 8, address + 1: value & 0xFF}
        else:
            contents[address] = value
    address = case.initial["pc"]
    if case.cpu == "m68000":
        for at, word in zip((address, address + 2), case.initial.get("prefetch", ()), strict=False):
            contents |= {at & 0xFFFFFF: word >> 8, at + 1 & 0xFFFFFF: word & 0xFF}
    lines = []
    for _ in range(count):
        try:
            instruction = disassemble(contents.get, address, case.cpu)
        except ValueError:
            break
        lines.append(str(instruction))
        address += instruction.length
    return lines


def _lines(
    case: Case, outcome: Outcome | None, differences: Sequence[Difference], labels: tuple[str, str]
) -> Iterator[str]:
    yield case.name
    for line in disassembly(case):
        yield f"  {line}"
    wrong = {difference.what for difference in differences}
    yield _row("register", "before", *labels)
    names = M68000_REGISTERS if case.cpu == "m68000" else Z80_REGISTERS
    found = outcome.state if outcome is not None else {}
    for name in names:
        if name in case.initial or name in case.final:
            values = [_register(case.cpu, name, state.get(name)) for state in (case.initial, case.final, found)]
            yield _row(name, *values, mark=name in wrong)
            flags = "sr" if case.cpu == "m68000" else "f"
            if name == flags and name in wrong:
                yield _row("", *(_flags(case.cpu, state.get(name)) for state in (case.initial, case.final, found)))
    yield from _memory(case, outcome, wrong)
    if case.cycles is not None:
        given = "-" if outcome is None or outcome.cycles is None else str(outcome.cycles)
        yield _row("cycles", "", str(case.cycles), given, mark="cycles" in wrong)
    if any(difference.aspect == "transactions" for difference in differences):
        yield from _bus(case, outcome, labels)
    for difference in differences:
        if difference.aspect != "transactions":
            yield f"  {difference}"


def _row(name: str, *values: str, mark: bool = False) -> str:
    width = 16 if any(len(value) > 10 for value in values) else 10
    return f"  {name:<11}" + "  ".join(f"{value:>{width}}" for value in values) + ("  <" if mark else "")


def _register(cpu: str, name: str, value: Any) -> str:
    if value is None:
        return "-"
    if name == "prefetch":
        return " ".join(f"{word:04x}" for word in value)
    default = 8 if cpu == "m68000" else 4 if name == "pc" else 2
    return f"{value:0{_WIDTHS.get(name, default)}x}"


def _flags(cpu: str, value: int | None) -> str:
    """Write the status register's bits by their letters."""
    if value is None:
        return "-"
    letters = _FLAGS[cpu]
    return "".join(letter if value >> (len(letters) - 1 - i) & 1 else "." for i, letter in enumerate(letters))


def _memory(case: Case, outcome: Outcome | None, wrong: set[str]) -> Iterator[str]:
    digits, width = (6, 4) if case.cpu == "m68000" else (4, 2)
    before, after = dict(case.initial_memory), dict(case.final_memory)
    given = dict(case.found(outcome.memory)) if outcome is not None else {}
    for address in after:
        what = f"(${address:0{digits}x})"
        values = [
            "-" if contents.get(address) is None else f"{contents[address]:0{width}x}"
            for contents in (before, after, given)
        ]
        if what in wrong or values[0] != values[1] or len(after) <= 16:
            yield _row(what, *values, mark=what in wrong)


def _bus(case: Case, outcome: Outcome | None, labels: tuple[str, str]) -> Iterator[str]:
    expected = [_transaction(case.cpu, one) for one in case.transactions or ()]
    given = [_transaction(case.cpu, one) for one in (outcome.transactions if outcome is not None else None) or ()]
    yield f"  bus: {labels[0]:<34}{labels[1]}"
    for one, other in itertools.zip_longest(expected, given, fillvalue=""):
        yield f"    {one:<36}{other:<36}{'' if one == other else '<'}".rstrip()


def _transaction(cpu: str, one: Sequence[Any]) -> str:
    if cpu == "z80":
        address, data, pins = one
        return f"{'----' if address is None else f'{address:04x}'} {'--' if data is None else f'{data:02x}'} {pins}"
    if one[0] == "n":
        return f"n  {one[1]:>3}"
    text = f"{one[0]:<2} {one[1]:>3} fc{one[2]} {one[3]:06x} "
    if len(one) == 7:
        return text + f"{one[4]:04x} {'U' if one[5] else '-'}{'L' if one[6] else '-'}"
    return text + " ".join(map(str, one[4:]))
