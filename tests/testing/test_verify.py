"""The runner, its report, and the command megadrive verify."""

import json
import pathlib
import shutil

import pytest

from megadrive.cli import main
from megadrive.testing import (
    Case,
    MegadriveM68000,
    MegadriveM68000Fast,
    MegadriveZ80,
    MegadriveZ80Fast,
    Outcome,
    compare,
    corrected,
    explain,
    read_cases,
    record_case,
    verify,
    write_cases,
)

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"


class WrongCarry(MegadriveM68000):
    """Forgets the carry of ADD.W to D1."""

    def run(self, case: Case) -> Outcome:
        outcome = super().run(case)
        if case.opcode & 0xF1C0 == 0xD040:
            outcome.state["sr"] &= ~1
            outcome.cycles = 5
            outcome.transactions = [("n", 4)]
        return outcome


class Crashes(MegadriveZ80):
    """Raises an exception for NOP."""

    def run(self, case: Case) -> Outcome:
        if case.name.startswith("00"):
            raise KeyError("no such instruction")
        return super().run(case)


def test_golden_traces_of_independent_cores() -> None:
    """Both CPUs do what m68000-python and z80-python have done (golden/make_traces.py)."""
    report = verify(GOLDEN, [MegadriveM68000, MegadriveM68000Fast, MegadriveZ80, MegadriveZ80Fast], jobs=1)
    assert report.passed, report.format()
    assert [total.cases for total in report.totals()] == [2554, 2554, 1604, 1604]
    assert report.totals()[0].compared["transactions"] == 2554
    assert any(name.endswith("make_traces.py") for name in report.skipped)


def test_a_wrong_core_is_found_and_explained() -> None:
    report = verify(GOLDEN / "m68000.bin.xz", [WrongCarry], jobs=1, show=1)
    assert not report.passed
    [result] = report.results
    assert 0 < result.wrong["state"] < result.wrong["cycles"] == result.wrong["transactions"] == result.failed < 30
    text = report.format()
    assert "FAILED WrongCarry" in text and "add.w" in text
    assert "number of bus transactions" not in text, "they are shown side by side"
    assert "cycles is 5, expected" in text
    assert f"{result.failed} of 2554 cases failed" in text


def test_a_core_that_raises_fails_its_cases_only() -> None:
    report = verify(GOLDEN / "z80.jsonl.xz", [Crashes], jobs=1)
    assert (report.failed, report.results[0].failed) == (1, 1)
    assert "KeyError: 'no such instruction'" in report.format()


def test_processes_find_the_same(tmp_path: pathlib.Path) -> None:
    for number in range(3):
        write_cases(tmp_path / f"{number}.bin.xz", list(read_cases(GOLDEN / "m68000.bin.xz"))[number::100])
    shares: list[float] = []
    several = verify(tmp_path, jobs=2, progress=shares.append)
    alone = verify(tmp_path, jobs=1)
    assert several.passed and several.to_json() == alone.to_json()
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1)


def test_broken_and_other_files_are_told(tmp_path: pathlib.Path) -> None:
    shutil.copy(GOLDEN / "z80.jsonl.xz", tmp_path / "good.jsonl.xz")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "cut.jsonl.xz").write_bytes((GOLDEN / "z80.jsonl.xz").read_bytes()[:5000])
    (tmp_path / "cut.bin.xz").write_bytes((GOLDEN / "m68000.bin.xz").read_bytes()[:5000])
    (tmp_path / "game.bin").write_bytes(bytes(5000))
    (tmp_path / "index.json").write_text('{"picture": []}')
    (tmp_path / "README.md").write_text("")
    report = verify(tmp_path, jobs=1)
    assert report.cases >= 1604 and report.failed == 0 and not report.passed
    assert len(report.errors) == 2 and len(report.skipped) == 3
    text = report.format()
    assert "cut.bin.xz: the compressed data are broken" in text
    assert "2 errors" in text


def test_command(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.json"
    assert main(["verify", str(GOLDEN / "z80.jsonl.xz"), "--jobs", "1", "--json", str(report)]) == 0
    out = capsys.readouterr().out
    assert "dd cb xx" in out and "100.00 %" in out and "1604 cases passed" in out
    assert json.loads(report.read_text())["passed"] is True
    assert main(["verify", str(GOLDEN / "z80.jsonl.xz"), "--jobs", "1", "--full"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 1604


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "there is no file or folder nowhere"),
        ([str(GOLDEN), "--core", "nothing"], "is not MODULE:ADAPTER"),
        ([str(GOLDEN), "--core", "nothing:Core"], "cannot import nothing"),
        ([str(GOLDEN), "--core", "json:Core"], "json has no Core"),
        ([str(GOLDEN), "--core", "json:dumps"], "not an adapter's class"),
        ([str(GOLDEN), "--jobs", "0"], "jobs is 0"),
    ],
)
def test_bad_command_lines(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", *arguments]) == 1
    assert message in capsys.readouterr().err


def test_exit_status_of_failures(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = Case("z80", "00 0", {"pc": 0, "a": 1}, [(0, 0)], {"pc": 1, "a": 2}, [(0, 0)], 4)
    write_cases(tmp_path / "00.json", [case])
    assert main(["verify", str(tmp_path), "--jobs", "1"]) == 1
    assert "a is 1, expected 2" in capsys.readouterr().out
    (tmp_path / "00.json").write_text("[]")
    assert main(["verify", str(tmp_path), "--jobs", "1"]) == 1
    assert "no test cases were found" in capsys.readouterr().out
    core = "megadrive.testing:MegadriveZ80"
    assert main(["verify", str(GOLDEN / "m68000.bin.xz"), "--jobs", "1", "--core", core]) == 1


# ------------------------------------------------------------------------------------------------ comparison


def test_tas_may_be_one_cycle_or_its_parts() -> None:
    case = next(one for one in read_cases(GOLDEN / "m68000.bin.xz") if one.name.startswith("tas (a"))
    assert corrected(case)[1] == "TAS bus cycle"
    outcome = MegadriveM68000().run(case)
    assert [one[0] for one in outcome.transactions or ()] == ["t", "r"]
    assert [one[0] for one in case.transactions or ()] == ["r", "n", "w", "r"]
    assert compare(case, outcome) == []
    outcome.transactions = case.transactions
    assert compare(case, outcome) == []
    outcome.transactions = [
        (*one[:4], one[4] ^ 1, *one[5:]) if one[0] == "w" else one for one in case.transactions or ()
    ]
    assert [difference.aspect for difference in compare(case, outcome)] == ["transactions"]


@pytest.mark.parametrize(
    ("number", "d2", "sr", "wrong", "right", "right_sr"),
    [
        (1583, 0xCDFB7FBE, 0x2719, 0x2E5E4304, 0xCDFB7FF8, 0x270A),
        (1761, 0x417C7E7D, 0x271D, 0x6461D390, 0x417C7EF4, 0x271B),
    ],
)
def test_asl_b_cases_of_the_older_corpus(number: int, d2: int, sr: int, wrong: int, right: int, right_sr: int) -> None:
    """A byte shift cannot change bits 31-8: github.com/SingleStepTests/680x0 issue 4."""
    adapter = MegadriveM68000()
    initial = adapter.core.state() | {"d2": d2, "sr": sr, "pc": 0xC00, "prefetch": (0xE502, 0)}
    initial = {name: initial[name] for name in initial if name not in ("stopped", "halted", "trace_pending")}
    final = initial | {"d2": wrong, "sr": 0x2713 if number == 1583 else 0x271B, "pc": 0xC02, "prefetch": (0, 0)}
    case = Case("m68000", f"e502 [ASL.b Q, D2] {number}", initial, [], final, [], 10, lanes=False)
    outcome = adapter.run(case)
    assert (outcome.state["d2"], outcome.state["sr"]) == (right, right_sr)
    assert corrected(case)[1] == "ASL.b case"
    assert compare(case, outcome) == []


def test_explanation_has_everything() -> None:
    adapter = MegadriveM68000()
    cpu = adapter.core.state() | {"pc": 0x1000, "d1": 0x12345678, "a0": 0x2000, "prefetch": (0xD350, 0x4E71)}
    case = record_case(adapter, "ADD.W D1,(A0)", cpu, {0x2000: 0xF0, 0x2001: 0xFF})
    outcome = adapter.run(case)
    outcome.state["sr"] ^= 1
    outcome.transactions = [*(outcome.transactions or ())][:-1]
    outcome.cycles = None
    text = explain(case, outcome, compare(case, outcome), ("good", "bad"))
    for part in (
        "add.w d1,(a0)",
        "before",
        "good",
        "bad",
        "d1           12345678    12345678    12345678",
        "sr               2700        2711        2710  <",
        "..S..III...X...C",
        "($002000)        f0ff        4777        4777",
        "r    4 fc5 002000 f0ff UL",
        "w    4 fc5 002000 4777 UL",
        "cycles                         12           -",
    ):
        assert part in text, text


def test_a_core_can_make_cases() -> None:
    adapter = MegadriveZ80()
    state = adapter.core.state()
    case = record_case(adapter, "ed 78 0", state | {"b": 0x12, "c": 0x34}, {0: 0xED, 1: 0x78}, {0x1234: 0x5A})
    assert (case.final["a"], case.cycles, case.ports) == (0x5A, 12, [(0x1234, 0x5A, "r")])
    assert compare(case, MegadriveZ80Fast().run(case)) == []
    with pytest.raises(ValueError, match="no transactions"):
        record_case(MegadriveZ80Fast(), "nop", state, {})
