"""Hypothesis strategies: instructions, states and programs of both CPUs. Needs the package ``hypothesis``.

What they draw prints as assembly, and shrinks towards ``nop``, register 0 and small numbers. A property of a core:

    from hypothesis import given
    from megadrive.testing import MegadriveM68000, check_program, strategies

    @given(strategies.starts("m68000"))
    def test_my_core(start):
        check_program(start, MegadriveM68000(), MyCore())
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from megadrive.disassembly import Instruction, disassemble, m68000
from megadrive.testing.cases import CpuName
from megadrive.testing.programs import Program, Start

_BYTES = (0, 1, 0x0F, 0x10, 0x7F, 0x80, 0x99, 0xFE, 0xFF)
_WORDS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFE, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF)
_LONGS = (*_WORDS, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFF8000, 0xFFFFFFFE, 0xFFFFFFFF)
_PROGRAM = {"m68000": 0x1000, "z80": 0x4000}  # where programs lie
_VECTORS, _HANDLERS = 0x400, 0x400  # of the 68000: 1 KiB, and an RTE for each behind it
_TAILS = {
    "m68000": st.lists(st.integers(0, 0xFFFF), min_size=4, max_size=4),
    "z80": st.lists(st.integers(0, 0xFF), min_size=4, max_size=4),
}
_DATA = 16  # bytes at what a register points to


def instructions(
    cpu: CpuName = "m68000", exclude: Sequence[str] = (), undefined: bool = False
) -> st.SearchStrategy[Instruction]:
    """Draw one instruction, as it would lie at address 0.

    Parameters
    ----------
    cpu : "m68000" or "z80"
        Whose instruction.
    exclude : sequence of str
        Mnemonics without size that are not drawn, such as ``"stop"``.
    undefined : bool
        Whether words and bytes that are no documented instruction are drawn too.

    Examples
    --------
    >>> from hypothesis import find
    >>> from megadrive.testing import strategies
    >>> find(strategies.instructions(), lambda one: True).text
    'nop'
    >>> "(ix+0)" in find(strategies.instructions("z80"), lambda one: "(ix" in one.text).text
    True
    """
    groups = [group for name, group in _groups(cpu).items() if name not in exclude]
    if undefined:
        groups.append(_undefined(cpu))
    return _instructions(cpu, groups)


@st.composite
def _instructions(draw: st.DrawFn, cpu: CpuName, groups: list[list[bytes]]) -> Instruction:
    first = draw(st.sampled_from(draw(st.sampled_from(groups))))
    return _instruction(cpu, first, draw(_TAILS[cpu]))


def _instruction(cpu: CpuName, first: bytes, tail: list[int]) -> Instruction:
    if cpu == "z80":
        middle, first = first[2:], first[:2]  # DD CB d xx has its displacement before the last byte
        tail = [tail[0], *middle, *tail[1:]] if middle else tail
        return disassemble(first + bytes(tail), 0, "z80")
    data = first + b"".join(word.to_bytes(2, "big") for word in tail)
    # bits that the CPU does not look at are 0, so that the text tells all
    return disassemble(m68000.canonical(disassemble(data, 0).data), 0)


@functools.cache
def _groups(cpu: CpuName) -> dict[str, list[bytes]]:
    """Return the first bytes of all instructions by mnemonic, the simplest first."""
    found: dict[str, list[bytes]] = {"nop": []}
    if cpu == "m68000":
        for word in range(0x10000):
            if m68000.is_defined(word):
                data = word.to_bytes(2, "big") + bytes(8)
                found.setdefault(disassemble(data, 0).mnemonic.partition(".")[0], []).append(data[:2])
        return found
    for first in _z80_openings():
        data = first[:2] + (b"\0" + first[2:] if len(first) == 3 else b"") + bytes(4)
        one = disassemble(data, 0, "z80")
        if one.defined:
            found.setdefault(one.mnemonic, []).append(first)
    return found


@functools.cache
def _undefined(cpu: CpuName) -> list[bytes]:
    if cpu == "m68000":
        return [word.to_bytes(2, "big") for word in range(0x10000) if not m68000.is_defined(word)]
    defined = {first for group in _groups("z80").values() for first in group}
    return [first for first in _z80_openings() if first not in defined]


def _z80_openings() -> list[bytes]:
    """Return what instructions begin with; of DD CB d xx without the d."""
    prefixes = (0xCB, 0xDD, 0xED, 0xFD)
    plain = [bytes((opcode,)) for opcode in range(256) if opcode not in prefixes]
    two = [bytes((prefix, opcode)) for prefix in prefixes for opcode in range(256) if prefix == 0xCB or opcode != 0xCB]
    three = [bytes((prefix, 0xCB, opcode)) for prefix in (0xDD, 0xFD) for opcode in range(256)]
    return plain + two + three


def m68000_states(user: bool = True, odd: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    """Draw the registers of a 68000 as :meth:`megadrive.M68000.state` names them, without pc and prefetch.

    Parameters
    ----------
    user : bool
        Whether user mode is drawn too.
    odd : bool
        Whether address registers and stack pointers may be odd, which makes address errors.
    """
    longs = st.one_of(st.sampled_from(_LONGS), st.integers(0, 0xFFFFFFFF))
    even = st.one_of(st.integers(0x1000, 0x10000), st.integers(0, 0x7FFFFFFF), st.sampled_from([0x7FFE, 0xFFFFF0 >> 1]))
    addresses = even.map(lambda half: 2 * half & 0xFFFFFFFF)
    if odd:
        addresses = st.one_of(addresses, addresses, addresses, longs)
    stacks = st.integers(0x1000, 0x7FFF00).map(lambda half: 2 * half)
    status = st.integers(0, 0x1F).flatmap(
        lambda ccr: st.sampled_from([0x2700, 0x2000, 0x0000, 0x0700] if user else [0x2700, 0x2000]).map(
            lambda system: system | ccr
        )
    )
    registers = {f"d{n}": longs for n in range(8)} | {f"a{n}": addresses for n in range(7)}
    return st.fixed_dictionaries(registers | {"usp": stacks, "ssp": stacks, "sr": status})


def z80_states() -> st.SearchStrategy[dict[str, Any]]:
    """Draw the registers of a Z80 as :meth:`megadrive.Z80.state` names them, without pc."""
    byte = st.one_of(st.sampled_from(_BYTES), st.integers(0, 0xFF))
    word = st.one_of(st.sampled_from(_WORDS), st.integers(0, 0xFFFF))
    flag = st.integers(0, 1)
    registers = {name: byte for name in ("a", "f", "b", "c", "d", "e", "h", "l", "i", "r")}
    registers |= {name: word for name in ("ix", "iy", "sp", "wz", "af_", "bc_", "de_", "hl_")}
    others = {"iff1": flag, "iff2": flag, "im": st.integers(0, 2), "ei": st.just(0), "p": st.just(0)}

    def with_q(state: dict[str, Any], computed: bool) -> dict[str, Any]:
        return state | {"q": state["f"] if computed else 0}

    return st.builds(with_q, st.fixed_dictionaries(registers | others), st.booleans())


def programs(
    cpu: CpuName = "m68000",
    min_size: int = 1,
    max_size: int = 8,
    origin: int | None = None,
    exclude: Sequence[str] = (),
    undefined: bool = False,
) -> st.SearchStrategy[Program]:
    """Draw programs of several instructions.

    Parameters
    ----------
    cpu, exclude, undefined
        As for :func:`instructions`.
    min_size, max_size : int
        Number of instructions.
    origin : int, optional
        Address of the first; by default $1000 (68000) or $4000 (Z80).
    """
    start = _PROGRAM[cpu] if origin is None else origin
    return _programs(cpu, start, st.lists(instructions(cpu, exclude, undefined), min_size=min_size, max_size=max_size))


@st.composite
def _programs(draw: st.DrawFn, cpu: CpuName, start: int, lists: st.SearchStrategy[list[Instruction]]) -> Program:
    return Program(cpu, start, b"".join(one.data for one in draw(lists)))


@st.composite
def starts(
    draw: st.DrawFn,
    /,
    cpu: CpuName = "m68000",
    min_size: int = 1,
    max_size: int = 8,
    exclude: Sequence[str] = (),
    undefined: bool = False,
    **options: bool,
) -> Start:
    """Draw a program with all that it starts from: registers, and data where they point to.

    Parameters
    ----------
    cpu, min_size, max_size, exclude, undefined
        As for :func:`programs`.
    **options
        For :func:`m68000_states`.
    """
    program = draw(programs(cpu, min_size, max_size, None, exclude, undefined))
    registers = draw(m68000_states(**options) if cpu == "m68000" else z80_states())
    data = draw(st.binary(min_size=_DATA, max_size=_DATA))
    memory: dict[int, int] = {}
    vectors: dict[int, int] = {}
    if cpu == "m68000":
        for vector in range(2, 64):
            handler = _HANDLERS + 4 * vector
            vectors |= {4 * vector + i: byte for i, byte in enumerate(handler.to_bytes(4, "big"))}
            vectors |= {handler: 0x4E, handler + 1: 0x73}
        pointers = [registers[name] for name in (*(f"a{n}" for n in range(7)), "usp", "ssp")]
        top = 0xFFFFFF
    else:
        pointers = [registers[high] << 8 | registers[low] for high, low in ("bc", "de", "hl")]
        pointers += [registers[name] for name in ("ix", "iy", "sp")]
        top = 0xFFFF
    for pointer in pointers:
        memory |= {(pointer + i) & top: byte for i, byte in enumerate(data)}
    return Start(program, registers, memory | vectors)
