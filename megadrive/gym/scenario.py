"""Rewards and ends of episodes, as stable-retro's ``scenario.json`` defines them.

Each frame has its values of the game's variables. A *term* measures one of them, either the value (``"absolute"``) or
its change since the frame before (``"delta"``), and may put an operation on it; most of these compare it with a
reference and give 1 or 0. In a reward, what is measured counts times ``reward`` where it is above zero and times
``penalty`` where it is below. In a condition, a term holds where what is measured is above zero.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.int64]
Evaluate = Callable[[Sequence[int], Sequence[int]], tuple[float, bool]]

_OPERATIONS: dict[str, Callable[[Any, int], Any]] = {
    "equal": lambda value, reference: value == reference,
    "negative-equal": lambda value, reference: value == -reference,
    "not-equal": lambda value, reference: value != reference,
    "less-than": lambda value, reference: value < reference,
    "greater-than": lambda value, reference: value > reference,
    "less-or-equal": lambda value, reference: value <= reference,
    "greater-or-equal": lambda value, reference: value >= reference,
    "nonzero": lambda value, reference: value != 0,
    "zero": lambda value, reference: value == 0,
    "negative": lambda value, reference: value < 0,
    "positive": lambda value, reference: value > 0,
    "sign": lambda value, reference: (value > 0) * 1 - (value < 0) * 1,
}


@dataclasses.dataclass(frozen=True)
class Term:
    """One thing that is measured.

    Attributes
    ----------
    name : str
        The variable.
    delta : bool
        Whether its change counts, and not its value.
    op : str
        Operation; the value itself if empty.
    reference : int
        What it is compared with.
    reward, penalty : float
        What one above and one below zero counts, as 32-bit floating-point numbers.
    """

    name: str
    delta: bool
    op: str = ""
    reference: int = 0
    reward: float = 0.0
    penalty: float = 0.0

    def measure(self, before: Any, now: Any) -> Any:
        """Return what is measured; of int64 arrays, an array."""
        value = now - before if self.delta else now
        return _OPERATIONS[self.op](value, self.reference) if self.op else value


@dataclasses.dataclass(frozen=True)
class Condition:
    """Terms and further conditions of which any, or all, must hold.

    A condition of nothing holds if all must, and does not hold if any must.
    """

    terms: tuple[Term, ...] = ()
    nodes: tuple[Condition, ...] = ()
    all: bool = False

    def names(self) -> set[str]:
        """Return the names of the variables that it looks at."""
        return {term.name for term in self.terms}.union(*(node.names() for node in self.nodes))

    def holds(self, before: Values, now: Values, columns: Mapping[str, int]) -> npt.NDArray[np.bool_]:
        """Tell where it holds, for values (..., k)."""
        held = [
            np.asarray(term.measure(before[..., columns[term.name]], now[..., columns[term.name]]) > 0)
            for term in self.terms
        ] + [node.holds(before, now, columns) for node in self.nodes]
        total = np.full(now.shape[:-1], self.all)
        for one in held:
            total = total & one if self.all else total | one
        return total

    def compiled(self, columns: Mapping[str, int]) -> Callable[[Sequence[int], Sequence[int]], bool]:
        """Return a function of the values before and now."""
        tests = [_test(term, columns[term.name]) for term in self.terms]
        tests += [node.compiled(columns) for node in self.nodes]
        if len(tests) == 1:
            return tests[0]
        if self.all:
            return lambda before, now: all([test(before, now) for test in tests])
        return lambda before, now: any([test(before, now) for test in tests])


def _test(term: Term, column: int) -> Callable[[Sequence[int], Sequence[int]], bool]:
    """Return a function that tells whether a condition's term holds."""
    operation, reference = _OPERATIONS.get(term.op, _value), term.reference
    if term.delta:
        return lambda before, now: operation(now[column] - before[column], reference) > 0
    return lambda before, now: operation(now[column], reference) > 0


def _value(value: int, reference: int) -> int:
    return value


@dataclasses.dataclass(frozen=True)
class Reward:
    """What a player gets in a frame: a constant and the terms, added as 32-bit floating-point numbers."""

    terms: tuple[Term, ...] = ()
    constant: float = 0.0

    def names(self) -> set[str]:
        """Return the names of the variables that it looks at."""
        return {term.name for term in self.terms}

    def evaluate(self, before: Values, now: Values, columns: Mapping[str, int]) -> npt.NDArray[np.float32]:
        """Return the rewards, for values (..., k)."""
        total = np.full(now.shape[:-1], self.constant, np.float32)
        for term in self.terms:
            column = columns[term.name]
            measured = np.asarray(term.measure(before[..., column], now[..., column]))
            single = measured.astype(np.float32)
            total += np.where(measured > 0, single * np.float32(term.reward), single * np.float32(term.penalty))
        return total

    def compiled(self, columns: Mapping[str, int]) -> Callable[[Sequence[int], Sequence[int]], float]:
        """Return a function of the values before and now."""
        terms = [(term, columns[term.name]) for term in self.terms]
        constant = self.constant

        def evaluate(before: Sequence[int], now: Sequence[int]) -> float:
            total = constant
            for term, column in terms:
                measured = term.measure(before[column], now[column])
                if measured:
                    factor = term.reward if measured > 0 else term.penalty
                    # Products and sums of two singles, rounded in double and then to single, are as rounded at once.
                    total = single(total + single(single(measured) * factor))
            return total

        if len(terms) == 1 and constant == 0 and terms[0][0].delta and not terms[0][0].op:
            ((only, place),) = terms

            def evaluate_one(before: Sequence[int], now: Sequence[int]) -> float:
                delta = now[place] - before[place]
                return single(single(delta) * (only.reward if delta > 0 else only.penalty)) if delta else 0.0

            return evaluate_one
        return evaluate if terms else lambda before, now: constant


def single(value: float) -> float:
    """Return the nearest 32-bit floating-point number."""
    if isinstance(value, int) and not -(1 << 53) < value < 1 << 53:
        return float(np.int64(value).astype(np.float32))
    return float(np.float32(value))


@dataclasses.dataclass(frozen=True)
class Scenario:
    """Rewards, the end, and what else a scenario says.

    Attributes
    ----------
    rewards : tuple of Reward
        Of each player.
    done : Condition
        When an episode ends.
    crops : tuple of (int, int, int, int)
        Left, top, width and height of each player's part of the picture; a width or height of 0 is all there is.
    actions : list or None
        Button combinations, as in :class:`megadrive.gym.ActionSet`.
    reward_script, done_script : str
        Names of Lua functions that would take the place of `rewards` and `done`; scripts are not run.

    Examples
    --------
    >>> import numpy as np
    >>> scenario = Scenario.from_json({
    ...     "reward": {"variables": {"score": {"reward": 0.5}}},
    ...     "done": {"variables": {"lives": {"op": "zero"}}},
    ... })
    >>> names = ("lives", "score")
    >>> scenario.compiled(names)([3, 100], [3, 120])
    (10.0, False)
    >>> before, now = np.array([[3, 100], [1, 50]]), np.array([[3, 120], [0, 50]])
    >>> scenario.evaluate(names, before, now)
    (array([10.,  0.], dtype=float32), array([False,  True]))
    """

    rewards: tuple[Reward, ...] = (Reward(),)
    done: Condition = dataclasses.field(default_factory=Condition)
    crops: tuple[tuple[int, int, int, int], ...] = ()
    actions: list[list[list[str]]] | None = None
    reward_script: str = ""
    done_script: str = ""

    @classmethod
    def from_json(cls, manifest: Mapping[str, Any]) -> Scenario:
        """Return the scenario of a parsed ``scenario.json``.

        Raises
        ------
        ValueError
            If a part of it has not the form it must have.
        """
        parts: list[Mapping[str, Any]] = []
        if "reward" in manifest:
            parts.append(_object(manifest["reward"], "reward"))
        for player, part in enumerate(_list(manifest.get("rewards", []), "rewards")):
            part = _object(part, "rewards")
            if player < len(parts):  # the first variable of a name counts
                variables = {**_variables(part), **_variables(parts[player])}
                part = {**parts[player], **part, "variables": variables}
                parts[player] = part
            else:
                parts.append(part)
        done = _object(manifest.get("done", {}), "done")
        actions = manifest.get("actions")
        return cls(
            tuple(_reward(part) for part in parts) or (Reward(),),
            _condition(done),
            _crops(manifest),
            None if actions is None else _actions(actions),
            " ".join(_text(part.get("script")) for part in parts).strip(),
            _text(done.get("script")),
        )

    def names(self) -> set[str]:
        """Return the names of the variables that it looks at."""
        return self.done.names().union(*(reward.names() for reward in self.rewards))

    def reward(self, player: int = 0) -> Reward:
        """Return a player's reward; it is 0 for one of whom the scenario does not speak."""
        return self.rewards[player] if player < len(self.rewards) else Reward()

    def crop(self, player: int = 0) -> tuple[int, int, int, int]:
        """Return left, top, width and height of a player's part of the picture."""
        return self.crops[player] if player < len(self.crops) else (0, 0, 0, 0)

    def evaluate(
        self, names: Sequence[str], before: Values, now: Values, player: int = 0
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
        """Return rewards and ends of many machines at once.

        Parameters
        ----------
        names : sequence of str
            The variables, k of them.
        before, now : int64 array (..., k)
            Their values in the frame before and in this one.
        player : int
            Whose reward.

        Returns
        -------
        float32 array (...), bool array (...)
        """
        columns = {name: column for column, name in enumerate(names)}
        return self.reward(player).evaluate(before, now, columns), self.done.holds(before, now, columns)

    def compiled(self, names: Sequence[str], player: int = 0) -> Evaluate:
        """Return a function that does for one machine, with lists of ints, what :meth:`evaluate` does for many."""
        columns = {name: column for column, name in enumerate(names)}
        reward, done = self.reward(player).compiled(columns), self.done.compiled(columns)
        return lambda before, now: (reward(before, now), done(before, now))


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is {value!r}, expected an object")
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{what} is {value!r}, expected an array")
    return value


def _variables(part: Mapping[str, Any]) -> Mapping[str, Any]:
    return _object(part.get("variables", {}), "variables")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _integer(value: Any) -> int:
    """Return a 64-bit number; 0 for what is none, as stable-retro does."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0
    number = int(value) & (1 << 64) - 1
    return number - (1 << 64) if number >> 63 else number


def _term(name: str, spec: Any, delta: bool) -> Term:
    spec = _object(spec, f"the variable {name!r}")
    measurement, op = _text(spec.get("measurement")), _text(spec.get("op"))
    factors = [spec.get(key, 0) for key in ("reward", "penalty")]
    reward, penalty = (single(float(f)) if isinstance(f, (int, float)) else 0.0 for f in factors)
    return Term(
        name,
        {"absolute": False, "delta": True}.get(measurement, delta),
        op if op in _OPERATIONS else "",
        _integer(spec.get("reference")),
        reward,
        penalty,
    )


def _reward(part: Mapping[str, Any]) -> Reward:
    terms = tuple(_term(name, spec, delta=True) for name, spec in _variables(part).items())
    constant = 0.0
    if "time" in part:
        constant = Reward((_term("time", part["time"], delta=True),)).compiled({"time": 0})([0], [1])
    return Reward(terms, constant)


def _condition(part: Mapping[str, Any]) -> Condition:
    return Condition(
        tuple(_term(name, spec, delta=False) for name, spec in _variables(part).items()),
        tuple(
            _condition(_object(node, f"the node {name!r}"))
            for name, node in _object(part.get("nodes", {}), "nodes").items()
        ),
        part.get("condition") == "all",
    )


def _crops(manifest: Mapping[str, Any]) -> tuple[tuple[int, int, int, int], ...]:
    if "crops" in manifest:
        crops = _list(manifest["crops"], "crops")
    elif "crop" in manifest:
        crops = [manifest["crop"]] * 2
    else:
        return ()
    for crop in crops:
        if not isinstance(crop, list) or len(crop) < 4 or not all(isinstance(n, int) and n >= 0 for n in crop[:4]):
            raise ValueError(f"a crop is {crop!r}, expected [left, top, width, height]")
    return tuple((crop[0], crop[1], crop[2], crop[3]) for crop in crops)


def _actions(value: Any) -> list[list[list[str]]]:
    for group in _list(value, "actions"):
        for combination in _list(group, "actions"):
            if not all(isinstance(button, str) for button in _list(combination, "actions")):
                raise ValueError(f"actions has {combination!r}, expected an array of buttons' names")
    return list(value)
