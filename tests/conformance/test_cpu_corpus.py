"""Both CPUs on all published cases that are at hand: states, cycles, bus.

How TAS and the data of aborted reads are compared, and why, is told in megadrive/testing/compare.py.
"""

import pathlib

import pytest

from megadrive.testing import (
    MegadriveM68000,
    MegadriveM68000Fast,
    MegadriveZ80,
    MegadriveZ80Fast,
    Report,
    read_cases,
    verify,
)


def check(report: Report, cores: int, cases: int, instructions: int) -> None:
    assert report.passed, report.format()
    assert len(report.totals()) == cores
    for total in report.totals():
        assert total.cases == cases
    assert len({result.instruction for result in report.results}) == instructions


def test_m68000(corpus: pathlib.Path) -> None:
    report = verify(corpus / "m68000", [MegadriveM68000])
    check(report, 1, 79_375, 127)
    assert report.totals()[0].compared["transactions"] == 79_375


def test_z80(corpus: pathlib.Path) -> None:
    report = verify(corpus / "z80", [MegadriveZ80, MegadriveZ80Fast])
    check(report, 2, 64_160, 1604)
    assert report.totals()[0].compared["transactions"] == 64_160


def test_m68000_at_full_speed(corpus: pathlib.Path) -> None:
    """A part of the cases on the code that has no record of the bus."""
    for path in sorted((corpus / "m68000").glob("*.xz"))[::10]:
        check(verify(path, [MegadriveM68000Fast], jobs=1), 1, 625, 1)


@pytest.mark.long
def test_m68000_all_at_full_speed(corpus: pathlib.Path) -> None:
    check(verify(corpus / "m68000", [MegadriveM68000Fast]), 1, 79_375, 127)


@pytest.mark.long
def test_half_of_the_cases_are_traced_ones(corpus: pathlib.Path) -> None:
    """The trace exception is none of theirs: it belongs to the next step."""
    adapter = MegadriveM68000()
    traced = 0
    for case in read_cases(corpus / "m68000" / "NOP.bin.xz"):
        adapter.run(case)
        assert adapter.core.trace_pending == case.initial["sr"] >> 15
        traced += adapter.core.trace_pending
    assert 250 < traced < 375
