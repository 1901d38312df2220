"""One disassembled instruction, and how numbers are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Reader: TypeAlias = Callable[[int], int | None]
Symbols: TypeAlias = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction, or data.

    Attributes
    ----------
    address : int
        Of its first byte.
    data : bytes
        Its bytes.
    mnemonic, operands : str
        ``move.w`` and ``d0,d1``.
    target : int or None
        Where it jumps, branches or calls to, if the instruction tells.
    comment : str
        What the CPU does with data, if that is known.
    defined : bool
        False for data.
    """

    address: int
    data: bytes
    mnemonic: str
    operands: str = ""
    target: int | None = None
    comment: str = ""
    defined: bool = True

    @property
    def length(self) -> int:
        """Number of bytes."""
        return len(self.data)

    @property
    def text(self) -> str:
        """Mnemonic and operands."""
        return f"{self.mnemonic} {self.operands}" if self.operands else self.mnemonic

    def __str__(self) -> str:
        comment = f"  ; {self.comment}" if self.comment else ""
        return f"{self.address:06x}  {self.data.hex():<14}  {self.text}{comment}"


def number(value: int) -> str:
    """Write a number: decimal up to 9, else hexadecimal."""
    if value < 0:
        return "-" + number(-value)
    return str(value) if value < 10 else f"${value:x}"


def signed(value: int, bits: int) -> int:
    """Return a two's complement number of some bits as an int."""
    return value - (1 << bits) if value >> (bits - 1) & 1 else value
