"""The trainer of the examples: its gradient, and that it runs."""

from __future__ import annotations

import importlib.util
import pathlib
from typing import Any

import numpy as np
import pytest

pytest.importorskip("gymnasium", reason="gymnasium is not installed (extra gym)")

PATH = pathlib.Path(__file__).resolve().parent.parent / "examples" / "train.py"


@pytest.fixture(scope="module")
def trainer() -> Any:
    spec = importlib.util.spec_from_file_location("train", PATH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_gradient_is_that_of_the_loss(trainer: Any) -> None:
    random = np.random.default_rng(0)
    network = trainer.Network(6, trainer.choices_of([2, 3]), 5, random)
    network.weights = [w.astype(np.float64) + random.standard_normal(w.shape) / 2 for w in network.weights]
    x, actions, old = random.standard_normal((8, 6)), random.integers(0, 6, 8), random.normal(-1.4, 0.3, 8)
    gains, returns = random.standard_normal((2, 8))

    def loss() -> float:
        _, logs, values = network.forward(x)
        ratio = np.exp(logs[np.arange(8), actions] - old)
        least = np.minimum(ratio * gains, np.clip(ratio, 1 - trainer.CLIP, 1 + trainer.CLIP) * gains)
        entropy = -(np.exp(logs) * logs).sum(1)
        return float(np.mean(-least - trainer.ENTROPY * entropy + trainer.VALUE * (values - returns) ** 2 / 2))

    found: list[Any] = []
    network._step = lambda gradients, rate: found.extend(gradients)
    network.learn(x, actions, old, gains, returns, 1e-3)
    for weights, gradient in zip(network.weights, found, strict=True):
        for place in np.ndindex(weights.shape):
            kept = weights[place]
            weights[place] = kept + 1e-6
            above = loss()
            weights[place] = kept - 1e-6
            assert gradient[place] == pytest.approx((above - loss()) / 2e-6, abs=1e-6)
            weights[place] = kept


def test_choices_are_those_of_the_actions(trainer: Any) -> None:
    from megadrive.gym.actions import BUTTONS

    envs = trainer.make("NightHeron-v0", 1, 1)
    actions = envs.actions
    combinations = actions.combinations
    choices = trainer.choices_of([len(group) for group in combinations])
    assert choices.shape == (8, actions.space.n)
    bits = [bit for group in combinations for bit in group]
    for number, column in enumerate(choices.T):
        names = [name for k, name in enumerate(BUTTONS) if int(column @ bits) >> k & 1]
        assert column.sum() == 3 and sorted(actions.meaning(number)[0]) == sorted(names)


def test_it_trains(trainer: Any) -> None:
    envs = trainer.make("NightHeron-v0", 2, 1)
    shape = envs.single_observation_space.shape
    network, eye = (
        trainer.Network(int(np.prod(shape)), trainer.choices_of([2, 3, 3]), 8, np.random.default_rng(0)),
        trainer.Eye(int(np.prod(shape))),
    )
    before = [w.copy() for w in network.weights]
    curve = trainer.train(network, eye, "NightHeron-v0", 32, 2, 8, 0, 1)
    assert [steps for steps, _, _ in curve] == [16, 32]
    assert all(np.isfinite(w).all() and not np.array_equal(w, b) for w, b in zip(network.weights, before, strict=True))
