"""Actions: from what an agent says to the buttons that are held."""

from __future__ import annotations

import enum
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from megadrive.controllers import Button
from megadrive.inputs import ORDER

BUTTONS = ORDER
"""Buttons in the order of actions."""

Groups = Sequence[Sequence[Sequence[str]]]

GENESIS: list[list[list[str]]] = [
    [[], ["UP"], ["DOWN"]],
    [[], ["LEFT"], ["RIGHT"]],
    [
        *([], ["A"], ["B"], ["C"], ["X"], ["Y"], ["Z"]),
        *(["A", "B"], ["B", "C"], ["A", "X"], ["B", "Y"], ["C", "Z"], ["X", "Y"], ["Y", "Z"]),
    ],
]
"""Combinations of buttons that make sense in most games, as stable-retro has them: one of each group is held."""

_MOST_CACHED = 1 << 14


class Actions(enum.Enum):
    """Kinds of action spaces; the names and values are stable-retro's."""

    ALL = 0
    """An array of 0 and 1 for every button."""
    FILTERED = 1
    """The same; but of each group, buttons that make none of its combinations are not held."""
    DISCRETE = 2
    """A number for every choice of a combination from each group."""
    MULTI_DISCRETE = 3
    """The number of a combination for each group."""


class ActionSet:
    """An action space and what its actions hold.

    Parameters
    ----------
    kind : Actions or str
        Kind of space; a name in lower case will do.
    groups : list of lists of combinations, or list of combinations
        Groups of combinations, each a list of names of buttons; by default :data:`GENESIS`. A plain list of
        combinations is one group.
    players : int
        1 or 2. Actions of both are joined: arrays one behind the other; of a Discrete space the first player's is
        the remainder by the number of actions of one.

    Attributes
    ----------
    space : gymnasium.Space
        The action space.
    combinations : list of list of int
        Of each group, its combinations as bits of :data:`BUTTONS`: in the order of these bits, groups in the order
        of all their bits. This is the order of Discrete and MultiDiscrete actions, as in stable-retro.

    Raises
    ------
    ValueError
        If there is no such kind or button, or not 1 or 2 players.

    Examples
    --------
    >>> actions = ActionSet("discrete", [[[], ["LEFT"], ["RIGHT"]], [[], ["B"]]])
    >>> actions.space, actions.meaning(5)
    (Discrete(6), [['B', 'RIGHT']])
    """

    def __init__(
        self,
        kind: Actions | str = Actions.FILTERED,
        groups: Groups | Sequence[Sequence[str]] | None = None,
        players: int = 1,
    ) -> None:
        self.kind = _kind(kind)
        if players not in (1, 2):
            raise ValueError(f"players is {players!r}, expected 1 or 2")
        self.players = players
        by_bits: dict[int, list[int]] = {}
        for group in _nested(GENESIS if groups is None else groups):
            choices = sorted({sum({1 << _bit(button) for button in combination}) for combination in group})
            mask = 0
            for choice in choices:
                mask |= choice
            by_bits.setdefault(mask, choices)
        self._groups = sorted(by_bits.items())
        self.combinations = [choices for _, choices in self._groups]
        sizes = [len(choices) for choices in self.combinations]
        self._each = int(np.prod(sizes, dtype=np.int64))
        self.space: spaces.Space[Any]
        if self.kind is Actions.DISCRETE:
            self.space = spaces.Discrete(self._each**players)
        elif self.kind is Actions.MULTI_DISCRETE:
            self.space = spaces.MultiDiscrete(sizes * players)
        else:
            self.space = spaces.MultiBinary(len(BUTTONS) * players)
        self._held: dict[bytes, int] = {}
        self._table = self._make_table() if self.kind is Actions.DISCRETE and self._each <= _MOST_CACHED else None

        self._alone = [(held,) for held in self._table] if self._table is not None and players == 1 else None

    def _make_table(self) -> list[int]:
        return [_console(self._of_number(number)) for number in range(self._each)]

    def _of_number(self, number: int) -> int:
        bits = 0
        for choices in self.combinations:
            number, choice = divmod(number, len(choices))
            bits |= choices[choice]
        return bits

    @property
    def table(self) -> npt.NDArray[np.uint16]:
        """What each action of one player's Discrete space holds: uint16 (actions,), bits of :class:`megadrive.Button`.

        Raises
        ------
        TypeError
            If the space is not discrete.
        """
        if self.kind is not Actions.DISCRETE:
            raise TypeError(f"actions are {self.kind.name.lower()}, and only discrete ones have a table")
        return np.array(self._table if self._table is not None else self._make_table(), np.uint16)

    def masks(self, action: Any) -> tuple[int, ...]:
        """Return what each player holds.

        Parameters
        ----------
        action
            An element of :attr:`space`.

        Returns
        -------
        tuple of int
            Bits of :class:`megadrive.Button` for each player.

        Raises
        ------
        ValueError
            If `action` is none of the space.
        """
        if self.kind is Actions.DISCRETE:
            return self._of_discrete(action)
        try:
            key = action.tobytes()
            if self.players == 1:
                return (self._held[key],)
            half = len(key) // 2
            return self._held[key[:half]], self._held[key[half:]]
        except (AttributeError, KeyError):
            return self._of_array(action)

    def _of_discrete(self, action: Any) -> tuple[int, ...]:
        try:
            number = operator.index(action)
        except TypeError:
            number = -1
        if self._alone is not None and 0 <= number < self._each:
            return self._alone[number]
        if not 0 <= number < self._each**self.players:
            raise ValueError(f"action is {action!r}, expected a number from 0 to {self._each**self.players - 1}")
        held = []
        for _ in range(self.players):
            number, one = divmod(number, self._each)
            held.append(self._table[one] if self._table is not None else _console(self._of_number(one)))
        return tuple(held)

    def _of_array(self, action: Any) -> tuple[int, ...]:
        array = np.asarray(action)
        whole = array.astype(self.space.dtype) if array.dtype.kind in "biu" else array
        if not self.space.contains(whole) or not np.array_equal(array, whole):
            raise ValueError(f"action is {action!r}, expected one of {self.space}")
        if len(self._held) >= _MOST_CACHED:
            self._held.clear()
        held = []
        for part in np.split(array, self.players):
            held.append(_console(self._bits(part)))
            self._held[part.tobytes()] = held[-1]
        return tuple(held)

    def _bits(self, part: npt.NDArray[Any]) -> int:
        """Return the bits of :data:`BUTTONS` that one player holds."""
        bits = 0
        if self.kind is Actions.MULTI_DISCRETE:
            for choice, choices in zip(part.tolist(), self.combinations, strict=True):
                bits |= choices[choice]
            return bits
        pressed = sum(1 << bit for bit, value in enumerate(part.tolist()) if value)
        if self.kind is Actions.ALL:
            return pressed
        for mask, choices in self._groups:
            if pressed & mask in choices:
                bits |= pressed & mask
        return bits

    def meaning(self, action: Any) -> list[list[str]]:
        """Return the names of the buttons that each player holds."""
        return [[name for name in BUTTONS if held & Button[name]] for held in self.masks(action)]

    def __repr__(self) -> str:
        return f"<ActionSet {self.kind.name} {self.space}, players {self.players}>"


def _kind(kind: Any) -> Actions:
    """Return the kind of a name, or of a member of this or of stable-retro's enumeration."""
    name = getattr(kind, "name", kind)
    if isinstance(name, str) and name.upper() in Actions.__members__:
        return Actions[name.upper()]
    names = ", ".join(repr(one.lower()) for one in Actions.__members__)
    raise ValueError(f"the kind of actions is {kind!r}, expected one of {names}")


def _nested(groups: Any) -> Groups:
    """Return groups of combinations; a plain list of combinations becomes one group."""
    try:
        if groups and any(isinstance(part, str) for combination in groups for part in combination):
            groups = [groups]
        if groups and all(not isinstance(c, str) for group in groups for c in group) and any(map(len, groups)):
            return [[list(combination) for combination in group] for group in groups]
    except TypeError:
        pass
    raise ValueError(f"actions are {groups!r}, expected combinations such as [[], ['LEFT', 'B']], or groups of them")


def _bit(button: str) -> int:
    if button not in BUTTONS:
        raise ValueError(f"there is no button {button!r}; there are {', '.join(BUTTONS)}")
    return BUTTONS.index(button)


_CONSOLE = [int(Button[name]) for name in BUTTONS]


def _console(bits: int) -> int:
    """Return bits of :data:`BUTTONS` as those of :class:`megadrive.Button`."""
    return sum(button for bit, button in enumerate(_CONSOLE) if bits >> bit & 1)
