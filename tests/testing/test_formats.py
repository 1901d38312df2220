"""Files of test cases: what is written is read again; broken ones are one clear error."""

import copy
import gzip
import json
import lzma
import pathlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive.testing import Case, FormatError, read_cases, write_cases
from megadrive.testing.formats import from_json, to_json

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return [*read_cases(GOLDEN / "m68000.bin.xz")][::50]


@pytest.fixture(scope="module")
def z80_cases() -> list[Case]:
    return [*read_cases(GOLDEN / "z80.jsonl.xz")][::40]


@pytest.mark.parametrize("suffix", [".bin", ".json.bin", ".json", ".jsonl"])
@pytest.mark.parametrize("compression", ["", ".xz", ".gz", ".bz2"])
def test_m68000_cases_are_read_as_written(
    cases: list[Case], suffix: str, compression: str, tmp_path: pathlib.Path
) -> None:
    path = tmp_path / f"some{suffix}{compression}"
    assert write_cases(path, cases) == len(cases)
    assert [*read_cases(path)] == cases
    assert [*read_cases(path, 1, 3)] == cases[1::3]


@pytest.mark.parametrize("suffix", [".json", ".jsonl.xz"])
def test_z80_cases_are_read_as_written(z80_cases: list[Case], suffix: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / f"00{suffix}"
    write_cases(path, z80_cases)
    assert [*read_cases(path)] == z80_cases


def test_binary_files_of_the_corpus_are_written_byte_for_byte(corpus: pathlib.Path, tmp_path: pathlib.Path) -> None:
    for name in ("TAS", "MOVEM.l", "STOP"):
        source = corpus / "m68000" / f"{name}.bin.xz"
        write_cases(tmp_path / "out.bin", read_cases(source))
        assert (tmp_path / "out.bin").read_bytes() == lzma.decompress(source.read_bytes())


def test_json_may_have_words_of_memory_and_t_for_aborted_cycles(cases: list[Case]) -> None:
    """As SingleStepTests/m68000 describes its JSON, and as its decode.py writes it."""
    faults = 0
    for case in cases:
        value = to_json(case)
        for state, memory in ((value["initial"], case.initial_memory), (value["final"], case.final_memory)):
            state["ram"] = [[*cell] for cell in memory]
        for one in value["transactions"]:
            if one[0] in ("re", "we"):
                one[0] = "t"
                faults += 1
        assert from_json(value) == case
    assert faults


def test_the_older_corpus_is_read(cases: list[Case]) -> None:
    case = next(one for one in cases if any(t[0] == "w" and t[5] != t[6] for t in one.transactions or ()))
    value = to_json(case)
    for state in ("initial", "final"):
        value[state]["pc"] -= 4
        value[state]["ram"] = value[state]["ram"][::-1]
    value["transactions"] = [
        one
        if one[0] == "n"
        else [*one[:3], one[3] | (one[4] == ".b" and one[7]), one[4], one[5] >> (8 if one[6:] == [1, 0] else 0)]
        for one in value["transactions"]
    ]
    read = from_json(copy.deepcopy(value))
    assert not read.lanes
    assert (read.initial, read.final) == (case.initial, case.final)
    assert sorted(read.initial_memory) == sorted(case.initial_memory)
    with pytest.raises(ValueError, match="older corpus"):
        to_json(read)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.bin", b"", "does not begin with"),
        ("a.bin", b"\x71\x5d\x3f\x1a\x01\0\0\0", "case 0 of 1 at byte 8"),
        ("a.bin", b"\x71\x5d\x3f\x1a\0\0\0\0x", "1 bytes too many"),
        ("a.bin.xz", b"nothing", "compressed data are broken"),
        ("a.json.gz", b"nothing", "compressed data are broken"),
        ("a.json.gz", gzip.compress(b"[]" * 99)[:-12], "compressed data are broken"),
        ("a.json", b"{", "not JSON"),
        ("a.json", b'{"a": 1}', "not an array"),
        ("a.json", b"[1]", "not an array"),
        ("a.json", b'[{"name": "x"}]', "case 0: it has no 'initial'"),
        ("a.json", b'[{"name": "x", "initial": {"ram": []}, "final": {"ram": [1]}}]', "case 0: not a test case"),
        ("a.json", b'[{"name": "x", "initial": {"ram": [], "aa": 1}, "final": {"ram": []}}]', "no register 'aa'"),
        ("a.jsonl", b'{"name": "x"}\n', "line 1: it has no"),
        ("a.jsonl", b"\n\nnothing\n", "line 3: not a test case"),
        ("a.txt", b"", "not a file of test cases"),
    ],
)
def test_broken_files_are_one_error(name: str, data: bytes, message: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(FormatError, match=message) as error:
        list(read_cases(tmp_path / name))
    assert name in str(error.value)


@pytest.fixture(scope="module")
def binary(cases: list[Case], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("binary") / "a.bin"
    write_cases(path, cases[:3])
    return path.read_bytes()


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 3000), byte=st.integers(0, 255), end=st.integers(0, 5000))
def test_damaged_binary_files_are_an_error_or_cases(
    binary: bytes, tmp_path_factory: pytest.TempPathFactory, at: int, byte: int, end: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.bin"
    data = bytearray(binary)
    data[min(at, len(data) - 1)] = byte
    path.write_bytes(data[:end])
    try:
        assert all(isinstance(case, Case) for case in read_cases(path))
    except FormatError as error:
        assert "damaged.bin" in str(error)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "initial", "final", "ram", "cycles", "pc", "d0", "length"]), inner)
    ),
    max_leaves=12,
)


@given(st.lists(json_values, max_size=2))
def test_any_json_is_an_error_or_cases(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(value))
    try:
        list(read_cases(path))
    except FormatError:
        pass


def test_what_a_format_cannot_hold(cases: list[Case], z80_cases: list[Case], tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="68000 cases only"):
        write_cases(tmp_path / "a.bin", z80_cases)
    with pytest.raises(ValueError, match="must end in"):
        write_cases(tmp_path / "a.txt", cases)
    cases[0].transactions = [("we", 4, 5, 0, None, 1, 1)]
    with pytest.raises(ValueError, match="not known"):
        write_cases(tmp_path / "a.bin", cases[:1])
