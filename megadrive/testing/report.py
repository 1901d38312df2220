"""What came out of running a corpus: counts per instruction, as objects, text and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from megadrive.testing.cases import Case, Outcome

ASPECTS = ("state", "cycles", "transactions")
_MANY = 200  # instructions from which on the text has groups instead


@dataclass
class InstructionResult:
    """One core's results on the cases of one instruction.

    Attributes
    ----------
    core : str
        The adapter's name.
    cpu, instruction : str
        What was tested: for the 68000 the file's name, for the Z80 the opcode bytes.
    cases : int
        Cases that were run.
    compared : Counter
        By aspect ("state", "cycles", "transactions"): how often it was compared.
    wrong : Counter
        By aspect: in how many cases it was wrong.
    failed : int
        Cases in which anything was wrong.
    """

    core: str
    cpu: str
    instruction: str
    cases: int = 0
    compared: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    failed: int = 0

    def add(self, case: Case, outcome: Outcome | None, wrong: Iterable[str]) -> None:
        """Count one case; without an outcome the core has failed altogether."""
        self.cases += 1
        self.compared["state"] += 1
        self.compared["cycles"] += outcome is None or None not in (case.cycles, outcome.cycles)
        if outcome is None or (case.transactions is not None and outcome.transactions is not None):
            self.compared["transactions"] += 1
        if outcome is None:
            wrong = ASPECTS
        self.wrong.update(wrong)
        self.failed += bool([*wrong])

    def merge(self, other: InstructionResult) -> None:
        """Add the counts of the same core and instruction."""
        self.cases += other.cases
        self.compared += other.compared
        self.wrong += other.wrong
        self.failed += other.failed

    def rate(self, aspect: str) -> float | None:
        """Return the share of right cases, 0.0 to 1.0; None if the aspect was not compared."""
        compared = self.compared[aspect]
        return 1 - self.wrong[aspect] / compared if compared else None


@dataclass
class Report:
    """The results of :func:`megadrive.testing.verify`.

    Attributes
    ----------
    results : list of InstructionResult
        By core and instruction.
    failures : list of str
        Explanations of some failing cases.
    errors : list of str
        What was wrong with files; named cores without cases of their CPU.
    skipped : list of str
        Files without cases.
    notes : Counter
        Corrections to cases (:mod:`megadrive.testing.compare`), and how often they were made.
    """

    results: list[InstructionResult] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def cases(self) -> int:
        """Cases that were run."""
        return sum(result.cases for result in self.results)

    @property
    def failed(self) -> int:
        """Cases in which anything was wrong."""
        return sum(result.failed for result in self.results)

    @property
    def passed(self) -> bool:
        """Whether there were cases, all of them are right, and no file was broken."""
        return self.cases > 0 and self.failed == 0 and not self.errors

    def totals(self) -> list[InstructionResult]:
        """Return the sums over all instructions, one for each core."""
        return _sums(self.results, lambda result: "all")

    def to_json(self) -> dict[str, Any]:
        """Return the report as an object for JSON."""
        return {
            "passed": self.passed,
            "cases": self.cases,
            "failed": self.failed,
            "results": [
                {
                    "core": result.core,
                    "cpu": result.cpu,
                    "instruction": result.instruction,
                    "cases": result.cases,
                    "failed": result.failed,
                    "compared": dict(result.compared),
                    "wrong": dict(result.wrong),
                }
                for result in self.results
            ],
            "failures": self.failures,
            "errors": self.errors,
            "skipped": self.skipped,
            "notes": dict(self.notes),
        }

    def format(self, full: bool = False) -> str:
        """Return the report as text.

        Parameters
        ----------
        full : bool
            A line for each instruction, however many there are. Else a core with more than 200 has a line for each
            page of opcodes, and one for each instruction that has failed.
        """
        return "\n".join(self._lines(full)) + "\n"

    def _lines(self, full: bool) -> Iterator[str]:
        for total in self.totals():
            own = [result for result in self.results if result.core == total.core and result.cpu == total.cpu]
            yield f"{total.core} ({total.cpu})"
            yield f"  {'instruction':<18}{'cases':>9}{'state':>10}{'cycles':>10}{'bus':>10}"
            if len(own) > _MANY and not full:
                yield from map(_line, _sums(own, _page))
                yield from map(_line, [result for result in own if result.failed])
            else:
                yield from map(_line, own)
            yield _line(total)
            yield ""
        for failure in self.failures:
            yield f"FAILED {failure}"
            yield ""
        for note, count in sorted(self.notes.items()):
            yield f"note: {count} cases, {note}"
        if self.skipped:
            names = ", ".join(self.skipped[:3]) + (", ..." if len(self.skipped) > 3 else "")
            yield f"note: {len(self.skipped)} files without test cases: {names}"
        for error in self.errors:
            yield f"ERROR {error}"
        if self.passed:
            yield f"{self.cases} cases passed"
        else:
            broken = f", {len(self.errors)} errors" if self.errors else ""
            yield f"{self.failed} of {self.cases} cases failed{broken}"


def _page(result: InstructionResult) -> str:
    """Return the group of a Z80 instruction: its prefixes."""
    words = [word for word in result.instruction.split()[:-1] if word != "__"]
    return "".join(f"{word} " for word in words) + "xx"


def _sums(results: Iterable[InstructionResult], group: Any) -> list[InstructionResult]:
    sums: dict[tuple[str, str, str], InstructionResult] = {}
    for result in results:
        key = (result.core, result.cpu, group(result))
        sums.setdefault(key, InstructionResult(*key)).merge(result)
    return [*sums.values()]


def _line(result: InstructionResult) -> str:
    rates = "".join(_percent(result.rate(aspect), result.wrong[aspect]) for aspect in ASPECTS)
    return f"  {result.instruction:<18}{result.cases:>9}{rates}"


def _percent(rate: float | None, wrong: int) -> str:
    if rate is None:
        return f"{'-':>10}"
    shown = 100 * rate
    return f"{min(shown, 99.99) if wrong else shown:>8.2f} %"
