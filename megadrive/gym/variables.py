"""Variables of a game: where in work RAM a number stands, and how it is written there.

Types are those of stable-retro's ``data.json``: an order of bytes, a letter and a number of bytes.

======== ===================================================================
``|``    one byte, or least significant byte first
``>``    most significant byte first, as the 68000 stores words and longs
``<``    least significant byte first
``=``    as ``<``
``><``   halves most significant first, bytes in them least significant first
``>=``   as ``><``
``<>``   halves least significant first, bytes in them most significant first
``<=``   as ``<``
``u i``  unsigned; signed
``d``    two decimal digits a byte
``n``    one decimal digit a byte, in its low four bits
======== ===================================================================

stable-retro sees work RAM with the bytes of each word exchanged, as its cores keep it on a little-endian computer, and
undoes that before it applies a type; so the address is the console's and the bytes are in the console's order, as in
:attr:`megadrive.MegaDrive.ram`. ``=`` means what it does on a little-endian computer everywhere.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

RAM_START, RAM_SIZE = 0xFF0000, 0x10000

_TYPE = re.compile(r"([|=]|[<>][<>=]?)([iudn])([1-8])")
_BASE = {"u": 256, "i": 256, "d": 100, "n": 10}
_ALL = (1 << 64) - 1

# What a byte adds, before its place counts: digits above 9 lose their tens.
_BINARY = list(range(256))
_DIGITS = {
    "u": _BINARY,
    "i": _BINARY,
    "d": [byte % 16 % 10 + byte // 16 % 10 * 10 for byte in range(256)],
    "n": [byte % 16 % 10 for byte in range(256)],
}
_KINDS = "uidn"
_DIGIT_TABLE = np.array([_DIGITS[kind] for kind in _KINDS], np.int64)


def _places(order: str, width: int) -> list[int]:
    """Return the place of each byte of a number: 0 is the least significant."""
    half = width // 2
    if order == ">":
        return list(range(width))[::-1]
    if order in ("><", ">="):
        return [width - half + i for i in range(half)] + list(range(width - half))
    if order == "<>":
        return list(range(half))[::-1] + list(range(half, width))[::-1]
    return list(range(width))


def _signed(value: int) -> int:
    """Return the low 64 bits as a signed number."""
    value &= _ALL
    return value - (1 << 64) if value >> 63 else value


@dataclasses.dataclass(frozen=True)
class Variable:
    """A number in work RAM.

    Parameters
    ----------
    address : int
        As the 68000 sees it, $FF0000 to $FFFFFF. A number that reaches beyond the end goes on at the start.
    type : str
        For example ``">u2"``; the module's description has them all.
    mask : int
        Which bits of the value count.

    Raises
    ------
    ValueError
        If there is no such type, or the address is not in work RAM.

    Examples
    --------
    >>> import numpy as np
    >>> ram = np.zeros(65536, np.uint8)
    >>> ram[0x8000:0x8004] = 0x00, 0x01, 0x25, 0x00
    >>> Variable(0xFF8000, ">d4").decode(ram)
    12500
    """

    address: int
    type: str
    mask: int = _ALL

    def __post_init__(self) -> None:
        if _TYPE.fullmatch(self.type) is None:
            raise ValueError(f"there is no type {self.type!r}; expected one such as '|u1', '>i2' or '>d4'")
        if not 0 <= self.address - RAM_START < RAM_SIZE:
            raise ValueError(f"address {self.address:#x} is not in work RAM, $FF0000 to $FFFFFF")

    @property
    def order(self) -> str:
        """Order of bytes: the type without its last two letters."""
        return self.type[:-2]

    @property
    def kind(self) -> str:
        """``"u"``, ``"i"``, ``"d"`` or ``"n"``."""
        return self.type[-2]

    @property
    def width(self) -> int:
        """Number of bytes."""
        return int(self.type[-1])

    @property
    def offsets(self) -> list[int]:
        """Offset of each byte into work RAM."""
        return [(self.address - RAM_START + i) % RAM_SIZE for i in range(self.width)]

    @property
    def weights(self) -> list[int]:
        """What each byte counts."""
        base = _BASE[self.kind]
        return [base**place for place in _places(self.order, self.width)]

    def decode(self, ram: npt.NDArray[np.uint8] | bytes | memoryview) -> int:
        """Return the value.

        Parameters
        ----------
        ram : uint8 array (65536,) or bytes
            Work RAM in console order.
        """
        return self.reader(memoryview(ram.data if isinstance(ram, np.ndarray) else ram))()

    def encode(self, ram: npt.NDArray[np.uint8], value: int) -> None:
        """Write a value; what does not fit is lost, and the mask does not count.

        Parameters
        ----------
        ram : uint8 array (65536,)
            Work RAM in console order.
        value : int
            From -2**63 to 2**64 - 1.
        """
        number = value & _ALL
        for offset, weight in zip(self.offsets, self.weights, strict=True):
            part = number // weight
            if self.kind == "d":
                ram[offset] = part % 10 | part // 10 % 10 << 4
            else:
                ram[offset] = part % (10 if self.kind == "n" else 256)

    def reader(self, memory: memoryview, columns: Mapping[int, int] | None = None) -> Callable[[], int]:
        """Return what reads the value from a memory as it then is, as fast as Python can.

        Parameters
        ----------
        memory : memoryview
            Work RAM in console order.
        columns : mapping of int to int, optional
            If `memory` has some bytes of work RAM only, in rising order: where each offset stands in it.
        """
        places = [columns[offset] for offset in self.offsets] if columns is not None else self.offsets
        first, width, kind = places[0], self.width, self.kind
        if width == 1:
            table = [self._finish(digit) for digit in _DIGITS[kind]]
            return lambda: table[memory[first]]
        if (
            kind in "ui"
            and self.mask == _ALL
            and places[-1] == first + width - 1
            and self.order in ("|", "=", "<", "<=", ">")
        ):
            part = memory[first : first + width]
            signed = kind == "i" or width == 8
            read = int.from_bytes
            if self.order == ">":
                return lambda: read(part, "big", signed=signed)
            return lambda: read(part, "little", signed=signed)
        digits = _DIGITS[kind]
        terms = [(offset, [d * weight for d in digits]) for offset, weight in zip(places, self.weights, strict=True)]
        finish = self._finish
        if kind in "dn" and self.mask == _ALL:
            return lambda: sum([table[memory[offset]] for offset, table in terms])
        return lambda: finish(sum([table[memory[offset]] for offset, table in terms]))

    def _finish(self, total: int) -> int:
        """Give a sum of bytes its sign and its mask."""
        if self.kind == "i" and total >> 8 * self.width - 1:
            total -= 1 << 8 * self.width
        return _signed(total & self.mask)


class Variables(Mapping[str, Variable]):
    """A game's variables by name; they can be read from many work RAMs at once.

    Parameters
    ----------
    variables : mapping of str to Variable
        In the order in which values are listed.

    Attributes
    ----------
    names : tuple of str
        Their names: k of them.
    offsets : int64 array (m,)
        The offsets into work RAM of all bytes that they are made of, each once, in rising order.

    Examples
    --------
    >>> import numpy as np
    >>> game = Variables({"lives": Variable(0xFF0002, ">u2"), "level": Variable(0xFF0003, "|u1")})
    >>> ram = np.zeros((3, 65536), np.uint8)
    >>> ram[:, 3] = 1, 2, 3
    >>> game.read(ram)
    array([[1, 1],
           [2, 2],
           [3, 3]])
    """

    def __init__(self, variables: Mapping[str, Variable]) -> None:
        self._variables = dict(variables)
        self.names = tuple(self._variables)
        every = [offset for variable in self._variables.values() for offset in variable.offsets]
        self.offsets = np.unique(np.array(every, np.int64))
        shape = (len(self.names), 8)
        self._columns = np.zeros(shape, np.int64)
        self._weights = np.zeros(shape, np.int64)
        self._kinds = np.zeros((len(self.names), 1), np.int64)
        self._shifts = np.zeros(len(self.names), np.int64)
        self._masks = np.full(len(self.names), -1, np.int64)
        for row, variable in enumerate(self._variables.values()):
            width = variable.width
            self._columns[row, :width] = np.searchsorted(self.offsets, variable.offsets)
            self._weights[row, :width] = variable.weights
            self._kinds[row] = _KINDS.index(variable.kind)
            self._shifts[row] = 64 - 8 * width if variable.kind == "i" else 0
            self._masks[row] = _signed(variable.mask)

    def __getitem__(self, name: str) -> Variable:
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def __repr__(self) -> str:
        return f"Variables({self._variables!r})"

    def read(self, ram: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        """Return all values.

        Parameters
        ----------
        ram : uint8 array (..., 65536)
            Work RAM in console order, of any number of machines.

        Returns
        -------
        int64 array (..., k)
        """
        return self.decode(ram[..., self.offsets])

    def decode(self, data: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        """Return all values from the bytes at :attr:`offsets` alone.

        Parameters
        ----------
        data : uint8 array (..., m)

        Returns
        -------
        int64 array (..., k)
        """
        digits = _DIGIT_TABLE[self._kinds, data[..., self._columns]]
        totals = (digits * self._weights).sum(-1)
        values: npt.NDArray[np.int64] = (totals << self._shifts >> self._shifts) & self._masks
        return values

    def reader(self, memory: memoryview) -> Callable[[], list[int]]:
        """Return what reads all values from the bytes at :attr:`offsets`, as they then are.

        Parameters
        ----------
        memory : memoryview
            m bytes.
        """
        columns = {offset: column for column, offset in enumerate(self.offsets.tolist())}
        readers = [variable.reader(memory, columns) for variable in self._variables.values()]
        if len(readers) == 1:
            (only,) = readers
            return lambda: [only()]
        if len(readers) == 2:
            one, two = readers
            return lambda: [one(), two()]
        if len(readers) == 3:
            first, second, third = readers
            return lambda: [first(), second(), third()]
        return lambda: [read() for read in readers]

    def as_dict(self, values: Sequence[int]) -> dict[str, int]:
        """Return values by name."""
        return dict(zip(self.names, values, strict=True))
