"""Registers of a CPU as attributes: what the 68000's and the Z80's Python objects share."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any, overload


def checked(name: str, value: int, maximum: int) -> int:
    """Return `value` as an int.

    Raises
    ------
    TypeError, ValueError
        If it is no integer from 0 to `maximum`.
    """
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}, expected an integer") from None
    if not 0 <= number <= maximum:
        raise ValueError(f"{name} is {number}, expected 0 to {maximum}")
    return number


class Register:
    """An integer field of a CPU's state struct, which its object has as ``_cpu``."""

    def __init__(self, field: str, maximum: int, doc: str) -> None:
        self.field = field
        self.maximum = maximum
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, view: None, owner: type) -> Register: ...
    @overload
    def __get__(self, view: Any, owner: type) -> int: ...
    def __get__(self, view: Any, owner: type) -> Register | int:
        return self if view is None else int(getattr(view._cpu, self.field))

    def __set__(self, view: Any, value: int) -> None:
        setattr(view._cpu, self.field, checked(self.name, value, self.maximum))


class Pair:
    """Two bytes of a CPU's state struct as a word."""

    def __init__(self, high: str, low: str) -> None:
        self.high = high
        self.low = low
        self.__doc__ = f"Register pair {high.upper()}{low.upper()}, 16 bits."

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, view: None, owner: type) -> Pair: ...
    @overload
    def __get__(self, view: Any, owner: type) -> int: ...
    def __get__(self, view: Any, owner: type) -> Pair | int:
        if view is None:
            return self
        return int(getattr(view._cpu, self.high)) << 8 | int(getattr(view._cpu, self.low))

    def __set__(self, view: Any, value: int) -> None:
        word = checked(self.name, value, 0xFFFF)
        setattr(view._cpu, self.high, word >> 8)
        setattr(view._cpu, self.low, word & 0xFF)


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the values of two states that are not equal, by name; None where one has no such value."""
    names = [*one, *(name for name in other if name not in one)]
    return {name: (one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)}
