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
        self._greatest: Any = 1
        if self.kind is Actions.DISCRETE:
            self._greatest = self._each**players - 1
            self._table = self._make_table() if self._each <= _MOST_CACHED else None
            self._alone = (
                [(held,) for held in self._table.tolist()] if self._table is not None and players == 1 else None
            )
        elif self.kind is Actions.MULTI_DISCRETE:
            self._greatest = np.array(sizes * players) - 1
            self._choices = [_console(np.array(choices)) for choices in self.combinations]
        else:
            self._pressed = self._make_pressed()

    def _make_table(self) -> npt.NDArray[np.uint16]:
        return _console(np.array([self._of_number(number) for number in range(self._each)]))

    def _make_pressed(self) -> npt.NDArray[np.uint16]:
        """Return what is held for each set of buttons that one player presses."""
        pressed = np.arange(1 << len(BUTTONS))
        if self.kind is Actions.ALL:
            return _console(pressed)
        bits = np.zeros_like(pressed)
        for mask, choices in self._groups:
            bits |= np.where(np.isin(pressed & mask, choices), pressed & mask, 0)
        return _console(bits)

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
        return self._make_table() if self._table is None else self._table.copy()

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
            held.append(int(_console(self._of_number(one)) if self._table is None else self._table[one]))
        return tuple(held)

    def _of_array(self, action: Any) -> tuple[int, ...]:
        array = np.asarray(action)
        whole = array.astype(self.space.dtype) if array.dtype.kind in "biu" else array
        if not self.space.contains(whole) or not np.array_equal(array, whole):
            raise ValueError(f"action is {action!r}, expected one of {self.space}")
        if len(self._held) >= _MOST_CACHED:
            self._held.clear()
        parts = array.reshape(self.players, -1)
        held: list[int] = self._holding(parts).tolist()
        self._held.update(zip((part.tobytes() for part in parts), held, strict=True))
        return tuple(held)

    def masks_of_many(self, actions: Any) -> npt.NDArray[np.uint16] | None:
        """Return what each player holds, for many actions at once.

        Parameters
        ----------
        actions : array of integers or bool
            Elements of :attr:`space` along the first axis.

        Returns
        -------
        uint16 array (n, players), or None
            Bits of :class:`megadrive.Button`. None if `actions` is something else, or one of them is none of the space:
            :meth:`masks` tells for each.

        Examples
        --------
        >>> ActionSet("discrete", [[[], ["B"]], [[], ["A"]]]).masks_of_many(np.arange(4)).tolist()
        [[0], [16], [64], [80]]
        """
        shape = self.space.shape or ()
        if not isinstance(actions, np.ndarray) or actions.dtype.kind not in "biu" or actions.shape[1:] != shape:
            return None
        if not actions.ndim or not actions.size:
            return None
        if actions.min() < 0 or (actions > self._greatest).any():
            return None
        if self.kind is Actions.DISCRETE:
            if self._table is None or actions.dtype.kind == "b":
                return None
            powers = [self._each**player for player in range(self.players)]
            held: npt.NDArray[np.uint16] = self._table[actions.astype(np.intp)[:, np.newaxis] // powers % self._each]
            return held
        return self._holding(actions.reshape(len(actions), self.players, -1))

    def _holding(self, parts: npt.NDArray[Any]) -> npt.NDArray[np.uint16]:
        """Return what is held, uint16 (...), for one player's parts of array actions (..., width)."""
        held: npt.NDArray[np.uint16]
        if self.kind is Actions.MULTI_DISCRETE:
            numbers = np.moveaxis(parts.astype(np.intp), -1, 0)
            held = self._choices[0][numbers[0]]
            for choices, column in zip(self._choices[1:], numbers[1:], strict=True):
                held = held | choices[column]
        else:
            held = self._pressed[(parts != 0) @ _PLACES]
        return held

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


_PLACES = 1 << np.arange(len(BUTTONS))


def _console(bits: Any) -> npt.NDArray[np.uint16]:
    """Return bits of :data:`BUTTONS`, a number or array of them, as those of :class:`megadrive.Button`."""
    held = np.zeros(np.shape(bits), np.uint16)
    for bit, button in enumerate(_CONSOLE):
        held |= np.where(bits >> bit & 1, button, 0).astype(np.uint16)
    return held
