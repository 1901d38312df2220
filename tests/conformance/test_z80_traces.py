"""Every case of the SingleStepTests z80 corpus: registers, memory, ports, T states and pins."""

import json
import lzma
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from megadrive.z80 import Z80

PARTS = 4  # tests that the cases are dealt out to, so that they can run in parallel


def cases(corpus: pathlib.Path, first: int, step: int) -> Iterator[dict[str, Any]]:
    with lzma.open(corpus / "z80" / "z80.jsonl.xz", "rt") as lines:
        for number, line in enumerate(lines):
            if number % step == first:
                yield json.loads(line)


class Runner:
    """Runs cases on one CPU and says what differs."""

    def __init__(self) -> None:
        self.memory = bytearray(0x10000)
        self.ports = bytearray(0x10000)
        self.cpu = Z80(self.memory)
        self.cpu.ports = self.ports

    def prepare(self, case: dict[str, Any]) -> None:
        cpu = self.cpu
        cpu.halted = 0
        for name, value in case["initial"].items():
            if name != "ram":
                setattr(cpu, name, value)
        for address, value in case["initial"]["ram"]:
            self.memory[address] = value
        for port, value, direction in case.get("ports", ()):
            self.ports[port] = value if direction == "r" else ~value & 0xFF

    def differences(self, case: dict[str, Any]) -> Iterator[str]:
        for name, value in case["final"].items():
            if name != "ram" and getattr(self.cpu, name) != value:
                yield f"{name} is {getattr(self.cpu, name):#x}, expected {value:#x}"
        for address, value in case["final"]["ram"]:
            if self.memory[address] != value:
                yield f"({address:#06x}) is {self.memory[address]:#04x}, expected {value:#04x}"
        for port, value, _ in case.get("ports", ()):
            if self.ports[port] != value:
                yield f"port {port:#06x} is {self.ports[port]:#04x}, expected {value:#04x}"

    def run(self, case: dict[str, Any]) -> Iterator[str]:
        """Yield what differs, traced and then at full speed."""
        for trace in (True, False):
            self.prepare(case)
            states = self.cpu.step(trace=trace)
            if states != len(case["cycles"]):
                yield f"{states} T states, expected {len(case['cycles'])}"
            if trace and self.cpu.cycles != case["cycles"]:
                yield f"cycles are {self.cpu.cycles}, expected {case['cycles']}"
            yield from self.differences(case)


def check(corpus: pathlib.Path, first: int, step: int, expected: int) -> None:
    runner = Runner()
    failed = []
    count = 0
    for case in cases(corpus, first, step):
        count += 1
        differences = list(runner.run(case))
        if differences:
            failed.append(f"{case['name']}: " + "; ".join(differences))
    assert not failed, f"{len(failed)} of {count} cases differ:\n" + "\n".join(failed[:20])
    assert count == expected


@pytest.mark.parametrize("part", range(PARTS))
def test_traces(corpus: pathlib.Path, part: int) -> None:
    check(corpus, part, PARTS, 64_160 // PARTS)
