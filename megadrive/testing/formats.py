"""Files of test cases: the formats of the SingleStepTests, read and written.

=================  ====================================================================================================
68000, binary      ``NAME.json.bin`` or ``NAME.bin``: SingleStepTests/m68000, as published
68000, JSON        ``NAME.json``: what that repository's decode.py makes of it; or the older SingleStepTests/680x0
Z80, JSON          ``cb 46.json``: an array of cases, SingleStepTests/z80
Z80, JSON lines    ``NAME.jsonl``: one case a line
=================  ====================================================================================================

Each may be compressed, ``.xz``, ``.gz`` or ``.bz2``. JSON lines may hold 68000 cases too.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import pathlib
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, TypeAlias

from megadrive.testing.cases import M68000_REGISTERS, Z80_REGISTERS, Case

Path: TypeAlias = str | os.PathLike[str]

MAGIC = b"\x71\x5d\x3f\x1a"
"""First bytes of a binary file of 68000 cases."""

_MAGIC, _TEST, _NAME, _STATE, _TRANSACTIONS = 0x1A3F5D71, 0xABC12367, 0x89ABCDEF, 0x01234567, 0x456789AB
_KINDS = ("n", "w", "r", "t", "re", "we")
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
_PREFETCHED = 4  # pc in the files is the address of the next prefetch
_OPENERS: dict[str, Callable[..., Any]] = {".xz": lzma.open, ".gz": gzip.open, ".bz2": bz2.open}
_Z80_NAMES = frozenset(Z80_REGISTERS)
_SUFFIXES = (".json.bin", ".bin", ".jsonl", ".json")


class FormatError(ValueError):
    """A file is not what its name says, or is broken."""


def split_name(path: Path) -> tuple[str, str]:
    """Return the name of a file of cases without its suffixes, and the suffix that tells its format, or "".

    Examples
    --------
    >>> from megadrive.testing.formats import split_name
    >>> split_name("m68000/ADD.b.bin.xz"), split_name("cb 46.json"), split_name("README.md")
    (('ADD.b', '.bin'), ('cb 46', '.json'), ('README.md', ''))
    """
    name = pathlib.Path(path).name
    for compression in _OPENERS:
        name = name.removesuffix(compression)
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            return name.removesuffix(suffix), ".bin" if suffix == ".json.bin" else suffix
    return pathlib.Path(path).name, ""


def open_file(path: Path, mode: str = "rb") -> BinaryIO:
    """Open a file that may be compressed."""
    opener = _OPENERS.get(pathlib.Path(path).suffix, open)
    return opener(path, mode)  # type: ignore[no-any-return]


def read_cases(path: Path, part: int = 0, parts: int = 1) -> Iterator[Case]:
    """Read the cases of a file.

    Parameters
    ----------
    path : path
        The format and the compression follow from the name.
    part, parts : int
        Only every `parts`-th case, from number `part` on.

    Yields
    ------
    Case
        In the order of the file.

    Raises
    ------
    FormatError
        If the file is broken: with its name, and the number of the case.
    OSError
        If it cannot be read.
    """
    _, suffix = split_name(path)
    if not suffix:
        raise FormatError(f"{path}: not a file of test cases; their names end in {', '.join(_SUFFIXES)} [.xz .gz .bz2]")
    try:
        if suffix == ".jsonl":
            yield from _read_lines(path, part, parts)
            return
        with open_file(path) as file:
            data = file.read()
    except (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile) as error:
        raise FormatError(f"{path}: the compressed data are broken: {error}") from None
    if suffix == ".bin":
        yield from _read_binary(path, data, part, parts)
    else:
        yield from _read_array(path, data, part, parts)


def write_cases(path: Path, cases: Iterable[Case]) -> int:
    """Write cases into a file, whose name tells format and compression.

    Parameters
    ----------
    path : path
        Ends in ``.bin`` or ``.json.bin`` (68000), ``.json`` or ``.jsonl``, and perhaps ``.xz``, ``.gz`` or ``.bz2``.
    cases : iterable of Case
        All of the same CPU.

    Returns
    -------
    int
        Number of cases.

    Raises
    ------
    ValueError
        If the format cannot hold them.

    Examples
    --------
    >>> import tempfile
    >>> from megadrive.testing import Case, read_cases, write_cases
    >>> cycles = [[0, None, "----"], [0, None, "r-m-"], [0, 0, "----"], [0, None, "----"]]
    >>> case = Case("z80", "00 0000", {"pc": 0}, [(0, 0)], {"pc": 1}, [(0, 0)], 4, cycles)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_cases(folder + "/00.json.gz", [case])
    ...     [*read_cases(folder + "/00.json.gz")] == [case]
    1
    True
    """
    _, suffix = split_name(path)
    every = list(cases)
    if suffix == ".bin":
        data = _binary(every)
    elif suffix:
        texts = [json.dumps(to_json(case), separators=(",", ":")) for case in every]
        text = "\n".join(texts) + "\n" if suffix == ".jsonl" else "[" + ",\n".join(texts) + "]\n"
        data = text.encode()
    else:
        raise ValueError(f"{path}: the name must end in {', '.join(_SUFFIXES)}, and perhaps .xz, .gz or .bz2")
    with open_file(path, "wb") as file:
        file.write(data)
    return len(every)


# ------------------------------------------------------------------------------------------------- binary

_HEAD = struct.Struct("<II")
_REGISTERS = struct.Struct("<22I")
_WORD = struct.Struct("<IH")
_IDLE = struct.Struct("<BI")
_CYCLE = struct.Struct("<BIIIIII")
_BINARY_NAMES = (*(f"d{n}" for n in range(8)), *(f"a{n}" for n in range(7)), "usp", "ssp", "sr", "pc")


class _Broken(Exception):
    """What is wrong, without file and place."""


def _read_binary(path: Path, data: bytes, part: int, parts: int) -> Iterator[Case]:
    if len(data) < 8 or data[:4] != MAGIC:
        raise FormatError(f"{path}: not a binary file of 68000 cases: it does not begin with ${_MAGIC:08x}")
    count = _HEAD.unpack_from(data)[1]
    at = 8
    for number in range(count):
        try:
            size, magic = _HEAD.unpack_from(data, at)
            if magic != _TEST or size < 8:
                raise _Broken("its header is wrong")
            if number % parts == part:
                yield _binary_case(data, at + 8, at + size)
            at += size
        except (struct.error, _Broken, UnicodeDecodeError, IndexError) as error:
            reason = error if isinstance(error, _Broken) else "its data are broken, or the file ends within it"
            raise FormatError(f"{path}: case {number} of {count} at byte {at}: {reason}") from None
    if at != len(data):
        raise FormatError(
            f"{path}: {abs(len(data) - at)} bytes too {'many' if at < len(data) else 'few'} for its {count} cases"
        )


def _block(data: bytes, at: int, expected: int, what: str) -> int:
    """Check a block's header and return the block's end."""
    size, magic = _HEAD.unpack_from(data, at)
    if magic != expected:
        raise _Broken(f"no {what} where it should be")
    if at + size > len(data):
        raise _Broken("the file ends within it")
    return int(at + size)


def _binary_case(data: bytes, at: int, end: int) -> Case:
    after = _block(data, at, _NAME, "name")
    length = int.from_bytes(data[at + 8 : at + 12], "little")
    name = data[at + 12 : at + 12 + length].decode()
    initial, initial_memory, at = _binary_state(data, after)
    final, final_memory, at = _binary_state(data, at)
    after = _block(data, at, _TRANSACTIONS, "transactions")
    cycles, number = _HEAD.unpack_from(data, at + 8)
    at += 16
    transactions: list[tuple[Any, ...]] = []
    for _ in range(number):
        if data[at] == 0:
            transactions.append(("n", _IDLE.unpack_from(data, at)[1]))
            at += 5
        else:
            kind, clocks, fc, address, value, uds, lds = _CYCLE.unpack_from(data, at)
            if kind >= len(_KINDS):
                raise _Broken(f"a transaction of the unknown kind {kind}")
            transactions.append((_KINDS[kind], clocks, fc, address, value, uds, lds))
            at += 25
    if at != after or after > end:
        raise _Broken("its transactions do not have the size that it says")
    return Case("m68000", name, initial, initial_memory, final, final_memory, cycles, transactions)


def _binary_state(data: bytes, at: int) -> tuple[dict[str, Any], list[tuple[int, int]], int]:
    end = _block(data, at, _STATE, "state")
    values = _REGISTERS.unpack_from(data, at + 8)
    state: dict[str, Any] = dict(zip(_BINARY_NAMES, values, strict=False))
    state["pc"] = (state["pc"] - _PREFETCHED) & 0xFFFFFFFF
    state["prefetch"] = values[19:21]
    if end - at != 96 + 6 * values[21]:
        raise _Broken("its memory does not have the size that it says")
    memory = [*_WORD.iter_unpack(data[at + 96 : end])]
    if any(address > 0xFFFFFE or address & 1 for address, _ in memory):
        raise _Broken("a memory address that is odd or has more than 24 bits")
    return state, memory, end


def _binary(cases: list[Case]) -> bytes:
    def block(magic: int, content: bytes) -> bytes:
        return _HEAD.pack(len(content) + 8, magic) + content

    tests = []
    for case in cases:
        if case.cpu != "m68000":
            raise ValueError(f"{case.name}: the binary format holds 68000 cases only")
        if not case.lanes:
            raise ValueError(f"{case.name}: the binary format cannot hold transactions of the older corpus")
        name = case.name.encode()
        states = b""
        for state, memory in ((case.initial, case.initial_memory), (case.final, case.final_memory)):
            values = [state[key] for key in _BINARY_NAMES[:-1]]
            words = b"".join(_WORD.pack(*cell) for cell in memory)
            pc = (state["pc"] + _PREFETCHED) & 0xFFFFFFFF
            states += block(_STATE, _REGISTERS.pack(*values, pc, *state["prefetch"], len(memory)) + words)
        cycles = b""
        for kind, *rest in map(_written, case.transactions or ()):
            cycles += _IDLE.pack(0, *rest) if kind == "n" else _CYCLE.pack(_NUMBERS[kind], *rest)
        cycles = _HEAD.pack(case.cycles or 0, len(case.transactions or ())) + cycles
        test = block(_NAME, len(name).to_bytes(4, "little") + name) + states + block(_TRANSACTIONS, cycles)
        tests.append(block(_TEST, test))
    return _HEAD.pack(_MAGIC, len(tests)) + b"".join(tests)


def _written(one: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a transaction with 0 for the data of an aborted read, if they are not known."""
    if one[0] == "n" or one[4] is not None:
        return one
    if one[0] != "re":
        raise ValueError(f"the data of a {one[0]!r} transaction are not known and cannot be written")
    return (*one[:4], 0, *one[5:])


# --------------------------------------------------------------------------------------------------- JSON


def _read_lines(path: Path, part: int, parts: int) -> Iterator[Case]:
    with open_file(path) as lines:
        for number, line in enumerate(lines):
            if number % parts == part and line.strip():
                yield _decoded(f"{path}: line {number + 1}", line)


def _read_array(path: Path, data: bytes, part: int, parts: int) -> Iterator[Case]:
    try:
        array = json.loads(data)
    except ValueError as error:
        raise FormatError(f"{path}: not JSON: {error}") from None
    if not isinstance(array, list) or (array and not isinstance(array[0], dict)):
        raise FormatError(f"{path}: not an array of test cases")
    for number in range(part, len(array), parts):
        yield _decoded(f"{path}: case {number}", array[number])


def _decoded(where: str, value: Any) -> Case:
    try:
        return from_json(json.loads(value) if isinstance(value, bytes) else value)
    except KeyError as error:
        raise FormatError(f"{where}: it has no {error}") from None
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise FormatError(f"{where}: not a test case: {error}") from None


def from_json(value: dict[str, Any]) -> Case:
    """Make a case of its JSON object.

    Raises
    ------
    KeyError, ValueError, TypeError
        If it is not one.
    """
    initial, final = value["initial"], value["final"]
    if "d0" in initial or "prefetch" in initial:
        return _m68000_from_json(value, initial, final)
    name, cycles = str(value["name"]), value.get("cycles")
    memory = [(address, byte) for address, byte in initial.pop("ram")]
    final_memory = [(address, byte) for address, byte in final.pop("ram")]
    ports = [(port, byte, kind) for port, byte, kind in value.get("ports", ())]
    if not (_Z80_NAMES.issuperset(initial) and _Z80_NAMES.issuperset(final)):
        raise ValueError(f"a Z80 has no register {min(({*initial} | {*final}) - _Z80_NAMES)!r}")
    length = value.get("length") if cycles is None else len(cycles)
    return Case("z80", name, initial, memory, final, final_memory, length, cycles, ports)


def _m68000_from_json(value: dict[str, Any], initial: dict[str, Any], final: dict[str, Any]) -> Case:
    transactions = [tuple(one) for one in value["transactions"]]
    lanes = not any(len(one) == 6 for one in transactions)
    states = []
    for state in (initial, final):
        registers = {key: state[key] for key in M68000_REGISTERS}
        registers["prefetch"] = tuple(state["prefetch"])
        if lanes:
            registers["pc"] = (state["pc"] - _PREFETCHED) & 0xFFFFFFFF
        states.append((registers, _memory_words(state["ram"], lanes)))
    (before, memory), (after, final_memory) = states
    if not lanes:
        memory, final_memory = _same_words(value, memory, final_memory)
    else:
        transactions = [_from_json_transaction(one, after, dict(final_memory)) for one in transactions]
    return Case(
        "m68000", str(value["name"]), before, memory, after, final_memory, value["length"], transactions, lanes=lanes
    )


def _memory_words(cells: list[list[int]], lanes: bool) -> list[tuple[int, int]]:
    """Return words of memory that is given as words, or as bytes."""
    if lanes and not any(address & 1 for address, _ in cells):
        return [(address, word) for address, word in cells]
    words: dict[int, int] = {}
    for address, byte in cells:
        words[address & ~1] = words.get(address & ~1, 0) | byte << (0 if address & 1 else 8)
    return [*words.items()]


def _same_words(
    value: dict[str, Any], memory: list[tuple[int, int]], final_memory: list[tuple[int, int]]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Give the halves of words that only one of the two lists has to the other one too."""
    before = {address: byte for address, byte in value["initial"]["ram"]}
    after = {address: byte for address, byte in value["final"]["ram"]}
    addresses = [*dict(memory), *(address for address, _ in final_memory if address not in dict(memory))]

    def byte(address: int, final: bool) -> int:
        return int((after.get(address, before.get(address, 0))) if final else before.get(address, 0))

    return (
        [(address, byte(address, False) << 8 | byte(address + 1, False)) for address in addresses],
        [(address, byte(address, True) << 8 | byte(address + 1, True)) for address in addresses],
    )


def _from_json_transaction(one: tuple[Any, ...], final: dict[str, Any], memory: dict[int, int]) -> tuple[Any, ...]:
    """Leave out the size, which the strobes tell; find out what a "t" of 4 clocks is.

    decode.py writes "t" for the cycles of address errors too. Whether one was a read stands in bit 4 of the status
    word that the exception pushed.
    """
    if one[0] == "n":
        return one
    kind, cycles, fc, address, _, data, uds, lds = one
    if kind == "t" and cycles == 4:
        kind = "re" if memory.get(final["ssp"] & 0xFFFFFF, 0x10) & 0x10 else "we"
    if kind not in _NUMBERS:
        raise ValueError(f"a transaction of the unknown kind {kind!r}")
    return kind, cycles, fc, address, data, uds, lds


def to_json(case: Case) -> dict[str, Any]:
    """Return the JSON object of a case, in the form of SingleStepTests/m68000's decode.py or SingleStepTests/z80."""
    if case.cpu == "z80":
        value: dict[str, Any] = {
            "name": case.name,
            "initial": case.initial | {"ram": [[*cell] for cell in case.initial_memory]},
            "final": case.final | {"ram": [[*cell] for cell in case.final_memory]},
        }
        if case.transactions is not None:
            value["cycles"] = [[*state] for state in case.transactions]
        elif case.cycles is not None:
            value["length"] = case.cycles
        return value | ({"ports": [[*port] for port in case.ports]} if case.ports else {})
    if not case.lanes:
        raise ValueError(f"{case.name}: cases of the older corpus can be read, not written")
    states = []
    for state, memory in ((case.initial, case.initial_memory), (case.final, case.final_memory)):
        cells = [[address + low, word >> (0 if low else 8) & 0xFF] for address, word in memory for low in (0, 1)]
        pc = (state["pc"] + _PREFETCHED) & 0xFFFFFFFF
        states.append(state | {"pc": pc, "prefetch": [*state["prefetch"]], "ram": cells})
    transactions = []
    for one in map(_written, case.transactions or ()):
        size = [] if one[0] == "n" else [".w" if one[5] + one[6] == 2 else ".b"]
        transactions.append([*one[:4], *size, *one[4:]])
    return {
        "name": case.name,
        "initial": states[0],
        "final": states[1],
        "length": case.cycles,
        "transactions": transactions,
    }
