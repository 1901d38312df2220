"""Disassemblers of the 68000 and the Z80: whole instruction sets, with what is undefined as data.

The syntax is the manufacturers': ``move.w $12(a0,d1.w),d0`` and ``ld a,(ix+5)``, in lower case, with ``$`` for
hexadecimal numbers. Operands relative to the PC, and targets of branches, are shown as the addresses that they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from megadrive.disassembly import m68000, z80
from megadrive.disassembly.instruction import Instruction

__all__ = ["Instruction", "disassemble", "disassemble_range"]

_CPUS = {"m68000": (m68000.disassemble, 1 << 24), "z80": (z80.disassemble, 1 << 16)}


def disassemble(
    memory: Any,
    address: int = 0,
    cpu: Literal["m68000", "z80"] = "m68000",
    symbols: Mapping[int, str] | None = None,
    origin: int = 0,
) -> Instruction:
    r"""Disassemble one instruction.

    Parameters
    ----------
    memory : bytes-like or callable
        Program; or a function that returns the byte at an address.
    address : int
        Where the instruction is; even for the 68000.
    cpu : "m68000" or "z80"
        Whose instruction it is.
    symbols : mapping of int to str, optional
        Names of addresses, which are shown instead of them.
    origin : int
        Address of the first byte of a bytes-like `memory`.

    Returns
    -------
    Instruction
        Its address, bytes and text. What is no instruction is data: a word (68000) or a byte (Z80).

    Raises
    ------
    ValueError
        If the address is odd (68000) or not in memory, or `cpu` is none of the two.

    Examples
    --------
    >>> import megadrive
    >>> megadrive.disassembly.disassemble(b"\x30\x28\x00\x12\x67\xfa", 0).text
    'move.w $12(a0),d0'
    >>> megadrive.disassembly.disassemble(b"\x67\xfa", 0x1000, origin=0x1000, symbols={0xFFC: "again"}).text
    'beq.s again'
    >>> one = megadrive.disassembly.disassemble(b"\xdd\x36\x05\x2a", cpu="z80")
    >>> one.text, one.length
    ('ld (ix+5),$2a', 4)
    """
    if cpu not in _CPUS:
        raise ValueError(f"cpu is {cpu!r}, expected 'm68000' or 'z80'")
    function, size = _CPUS[cpu]
    if not 0 <= address < 1 << 32:
        raise ValueError(f"address is {address}, expected 0 to $ffffffff")
    if cpu == "m68000" and address & 1:
        raise ValueError(f"address is ${address:x}, expected an even one")
    read = _reader(memory, size, origin)
    instruction = function(read, address & (size - 1), symbols or {})
    if instruction is None:
        raise ValueError(f"there is nothing at ${address:x} in memory")
    return instruction


def disassemble_range(
    memory: Any,
    start: int,
    end: int,
    cpu: Literal["m68000", "z80"] = "m68000",
    symbols: Mapping[int, str] | None = None,
    origin: int = 0,
) -> Iterator[Instruction]:
    r"""Disassemble a range, one instruction after the other.

    Parameters
    ----------
    memory, cpu, symbols, origin
        As for :func:`disassemble`.
    start, end : int
        First address; address behind the last instruction, which may extend beyond it.

    Yields
    ------
    Instruction
        In the order of addresses.

    Examples
    --------
    >>> import megadrive
    >>> for one in megadrive.disassembly.disassemble_range(b"\x70\x01\x4e\x75", 0, 4):
    ...     print(one)
    000000  7001            moveq #1,d0
    000002  4e75            rts
    """
    address = start
    while address < end:
        one = disassemble(memory, address, cpu, symbols, origin)
        yield one
        address += one.length


def _reader(memory: Any, size: int, origin: int) -> Callable[[int], int | None]:
    """Return a function that gives bytes by address, and None where there are none."""
    if callable(memory):
        function: Callable[[int], int | None] = memory
        return lambda address: function(address & (size - 1))
    try:
        view = memoryview(memory)
    except TypeError:
        raise TypeError(f"memory is a {type(memory).__name__}, expected bytes or a function of an address") from None
    view = view.cast("B") if view.contiguous else memoryview(bytes(view))

    def read(address: int) -> int | None:
        at = (address & (size - 1)) - origin
        return view[at] if 0 <= at < len(view) else None

    return read
