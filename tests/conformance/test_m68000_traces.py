"""Every case of the SingleStepTests m68000 corpus: registers, stack pointers, prefetch, memory, cycles, bus cycles.

What the corpus has otherwise than the hardware, and how it is compared:

- TAS to memory is one read-modify-write bus cycle of 10 clocks (M68000 User's Manual, section 5.1.3: the address strobe
  stays asserted throughout), which the core gives as "t". The corpus, whose source did not model it, has a read, 2 idle
  clocks and a write: 10 clocks too. The parts are compared with what "t" says.
- The data of a read that ends in an address error ("re") are random in the corpus: the cycle selects nothing.
"""

import lzma
import pathlib
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from megadrive.m68000 import M68000

NAMES = [*(f"d{n}" for n in range(8)), *(f"a{n}" for n in range(7)), "usp", "ssp", "sr", "pc"]
KINDS = ("n", "w", "r", "t", "re", "we")


class Case(NamedTuple):
    name: str
    initial: dict[str, Any]
    memory: list[tuple[int, int]]
    final: dict[str, Any]
    final_memory: list[tuple[int, int]]
    cycles: int
    transactions: list[tuple[Any, ...]]


def read_state(data: bytes, at: int) -> tuple[dict[str, Any], list[tuple[int, int]], int]:
    size = struct.unpack_from("<I", data, at)[0]
    values = struct.unpack_from("<22I", data, at + 8)
    state: dict[str, Any] = dict(zip(NAMES, values, strict=False))
    state["pc"] = (state["pc"] - 4) & 0xFFFFFFFF  # in the file: the address of the next prefetch
    state["prefetch"] = values[19:21]
    words = [struct.unpack_from("<IH", data, at + 96 + 6 * i) for i in range(values[21])]
    return state, words, at + size


def read_cases(path: pathlib.Path) -> Iterator[Case]:
    data = lzma.decompress(path.read_bytes())
    magic, count = struct.unpack_from("<II", data, 0)
    assert magic == 0x1A3F5D71
    at = 8
    for _ in range(count):
        at += 8
        size, _, length = struct.unpack_from("<III", data, at)
        name = data[at + 12 : at + 12 + length].decode()
        initial, memory, at = read_state(data, at + size)
        final, final_memory, at = read_state(data, at)
        _, _, cycles, number = struct.unpack_from("<IIII", data, at)
        at += 16
        transactions: list[tuple[Any, ...]] = []
        for _ in range(number):
            kind, clocks = struct.unpack_from("<BI", data, at)
            at += 5
            if kind == 0:
                transactions.append(("n", clocks))
            else:
                transactions.append((KINDS[kind], clocks, *struct.unpack_from("<5I", data, at)))
                at += 20
        yield Case(name, initial, memory, final, final_memory, cycles, transactions)


def comparable(transactions: list[tuple[Any, ...]], tas: bool) -> list[tuple[Any, ...]]:
    """Leave out the data of bad reads; write the parts of TAS's cycle, less what it reads."""
    result: list[tuple[Any, ...]] = []
    for i, t in enumerate(transactions):
        if t[0] == "re":
            result.append((*t[:4], None, *t[5:]))
        elif t[0] == "t":
            assert t[1] == 10
            result += [("r", 4, *t[2:4], None, *t[5:]), ("n", 2), ("w", 4, *t[2:])]
        elif tas and t[0] == "r" and transactions[i + 1 : i + 2] == [("n", 2)] and t[2] in (1, 5):
            result.append((*t[:4], None, *t[5:]))
        else:
            result.append(t)
    return result


class Runner:
    """Runs cases on one CPU and says what differs."""

    def __init__(self) -> None:
        self.memory = bytearray(1 << 24)
        self.cpu = M68000(self.memory)

    def set_memory(self, words: list[tuple[int, int]]) -> None:
        for address, word in words:
            self.memory[address : address + 2] = word.to_bytes(2, "big")

    def run(self, case: Case, trace: bool) -> Iterator[str]:
        cpu, memory = self.cpu, self.memory
        self.set_memory([(address, 0) for address, _ in case.final_memory])
        self.set_memory(case.memory)
        cpu.stopped = cpu.halted = cpu.trace_pending = 0
        cpu.set_state(case.initial)
        cycles = cpu.step(trace=trace)
        state = cpu.state()
        if cycles != case.cycles:
            yield f"{cycles} cycles, expected {case.cycles}"
        for name, value in case.final.items():
            if state[name] != value:
                yield f"{name} is {state[name]!r}, expected {value!r}"
        for address, word in case.final_memory:
            found = memory[address] << 8 | memory[address + 1]
            if found != word:
                yield f"({address:#08x}) is {found:#06x}, expected {word:#06x}"
        if trace:
            tas = "TAS" in case.name
            found_transactions = comparable(cpu.transactions, tas)
            if found_transactions != comparable(case.transactions, tas):
                yield f"transactions are {found_transactions}, expected {case.transactions}"


def check(corpus: pathlib.Path, first: int, step: int, untraced: int) -> None:
    """Run the cases of some files traced, and one of so many at full speed too."""
    runner = Runner()
    failed = []
    count = 0
    files = sorted((corpus / "m68000").glob("*.bin.xz"))
    assert len(files) == 127
    for file in files[first::step]:
        for case in read_cases(file):
            count += 1
            differences = [*runner.run(case, True)]
            if count % untraced == 0:
                differences += runner.run(case, False)
            if differences:
                failed.append(f"{case.name}: " + "; ".join(differences))
    assert not failed, f"{len(failed)} of {count} cases differ:\n" + "\n".join(failed[:20])
    assert count == 625 * len(files[first::step])


PARTS = 4  # tests that the files are dealt out to, so that they can run in parallel


@pytest.mark.parametrize("part", range(PARTS))
def test_traces(corpus: pathlib.Path, part: int) -> None:
    check(corpus, part, PARTS, 5)


@pytest.mark.long
def test_traces_at_full_speed(corpus: pathlib.Path) -> None:
    check(corpus, 0, 1, 1)
