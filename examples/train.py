"""Learn to play, in some minutes: ``python examples/train.py [GAME] [--steps N] [--seed S]``.

Proximal policy optimisation [Schulman et al. 2017] in numpy, of a network with one hidden layer that sees the picture
in grey, at an eighth of its size, and how it has changed since the step before. Many consoles run at once in C threads.

GAME is an integration with a ROM, by default the built-in game; ``Airstriker-Genesis-v0`` is in stable-retro's wheel.
Before and after learning, the policy plays the same number of episodes; a learning curve is printed in between, and
``--curve FILE.csv`` keeps it. Needs the extra ``gym``.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import time
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the matrices are small, and the consoles have the other cores

import numpy as np
import numpy.typing as npt

from megadrive.gym.vector import MegaDriveVectorEnv

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

ACTIONS = [[[], ["UP"], ["DOWN"]], [[], ["LEFT"], ["RIGHT"]], [[], ["B"]]]
GAMMA, LAMBDA = 0.98, 0.95
CLIP, ENTROPY, VALUE = 0.2, 0.01, 0.5
EPOCHS, BATCH = 4, 256


def make(game: str, n: int, threads: int | None) -> MegaDriveVectorEnv:
    """Return `n` environments; sticky actions and random starts make every episode another one."""
    from megadrive.gym import MegaDriveEnv, make_retro

    settings: dict[str, Any] = {
        **{"action_type": "discrete", "actions": ACTIONS, "frame_skip": 4, "sticky": 0.25, "random_start": 60},
        **{"grey": True, "scale": 8},
    }
    if game.startswith("NightHeron"):
        settings |= {"integration": game}
        env: Any = MegaDriveEnv
    else:
        settings["use_restricted_actions"] = settings.pop("action_type")
        settings |= {"game": game}
        env = make_retro
    return MegaDriveVectorEnv(
        n, env, threads=threads, stack=2, autoreset_mode="SameStep", max_episode_steps=2250, **settings
    )


class Network:
    """Policy and value: one hidden layer, trained by Adam.

    An action is a choice in each of some groups of buttons, by chances of their own: what is learned of a button holds
    whatever else is pressed. `choices` is 1 where an action (column) makes a choice (row).
    """

    def __init__(self, inputs: int, choices: Floats, hidden: int, random: np.random.Generator) -> None:
        def weights(rows: int, columns: int, size: float) -> Floats:
            return np.asarray(random.standard_normal((rows, columns)) * size / np.sqrt(rows), np.float32)

        self.weights = [
            *(weights(inputs, hidden, 1.0), np.zeros(hidden, np.float32)),
            *(weights(hidden, len(choices) + 1, 0.01), np.zeros(len(choices) + 1, np.float32)),
        ]
        self.choices = choices
        self._mean = [np.zeros_like(w) for w in self.weights]
        self._square = [np.zeros_like(w) for w in self.weights]
        self._count = 0

    def forward(self, x: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the hidden layer, the logarithms of the actions' probabilities, and values."""
        into, bias, out, shift = self.weights
        hidden = np.maximum(x @ into + bias, 0)
        both = hidden @ out + shift
        logits = both[:, :-1] @ self.choices
        logits -= logits.max(1, keepdims=True)
        return hidden, logits - np.log(np.exp(logits).sum(1, keepdims=True)), both[:, -1]

    def learn(self, x: Floats, actions: Integers, old: Floats, gains: Floats, returns: Floats, rate: float) -> None:
        """Go a step down the gradient of the clipped loss."""
        hidden, logs, values = self.forward(x)
        n, chances = len(x), np.exp(logs)
        rows = np.arange(n)
        ratio = np.exp(logs[rows, actions] - old)
        inside = np.where(gains > 0, ratio < 1 + CLIP, ratio > 1 - CLIP)
        slope = chances * (gains * ratio * inside)[:, np.newaxis]
        slope[rows, actions] -= gains * ratio * inside
        slope += ENTROPY * chances * (logs - (chances * logs).sum(1, keepdims=True))
        back: Any = np.concatenate([slope @ self.choices.T, VALUE * (values - returns)[:, np.newaxis]], axis=1) / n
        inner = (back @ self.weights[2].T) * (hidden > 0)
        self._step([x.T @ inner, inner.sum(0), hidden.T @ back, back.sum(0)], rate)

    def _step(self, gradients: list[Floats], rate: float) -> None:
        norm = np.sqrt(sum(float((g * g).sum()) for g in gradients))
        scale = min(1.0, 0.5 / (norm + 1e-8))
        self._count += 1
        for weights, mean, square, gradient in zip(self.weights, self._mean, self._square, gradients, strict=True):
            gradient = gradient * np.float32(scale)
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient * gradient - square)
            corrected = mean / (1 - 0.9**self._count)
            weights -= (rate * corrected / (np.sqrt(square / (1 - 0.999**self._count)) + 1e-5)).astype(np.float32)


def choices_of(sizes: list[int]) -> Floats:
    """Return the choices of all actions, numbered as those of a Discrete space: the first group changes fastest."""
    actions = np.arange(np.prod(sizes))
    rows = []
    for size in sizes:
        rows += [actions % size == choice for choice in range(size)]
        actions //= size
    return np.array(rows, np.float32)


class Eye:
    """What is out of the ordinary in a picture, and in its difference to the one before."""

    def __init__(self, inputs: int) -> None:
        self.mean, self.square, self.count = np.zeros(inputs), np.zeros(inputs), 0

    def see(self, pictures: npt.NDArray[np.uint8], learn: bool = False) -> Floats:
        """Return what is seen of pictures (n, 2, height, width): (n, inputs)."""
        last, before = pictures[:, 1].astype(np.float32), pictures[:, 0].astype(np.float32)
        x = np.stack([last, last - before], axis=1).reshape(len(pictures), -1)
        if learn:
            self.count += 1
            share = max(1 / self.count, 0.0005)
            self.mean += share * (x.mean(0) - self.mean)
            self.square += share * ((x**2).mean(0) - self.square)
        deviation = np.sqrt(np.maximum(self.square - self.mean**2, 0)) + 2
        return np.asarray(np.clip((x - self.mean) / deviation, -5, 5), np.float32)


def choose(logs: Floats, random: np.random.Generator) -> Integers:
    """Return an action for each row, drawn by its probabilities."""
    return np.asarray(np.argmax(logs + random.gumbel(size=logs.shape), axis=1), np.int64)


class Scores:
    """Rewards of whole episodes."""

    def __init__(self, n: int) -> None:
        self._sums = np.zeros(n)
        self.ended: list[float] = []

    def add(self, rewards: npt.NDArray[Any], over: npt.NDArray[np.bool_]) -> None:
        """Add the rewards of a step."""
        self._sums += rewards
        self.ended += self._sums[over].tolist()
        self._sums[over] = 0


def play(network: Network, eye: Eye, game: str, episodes: int, seed: int, threads: int | None) -> list[float]:
    """Return what one episode in each of so many environments earns."""
    envs = make(game, episodes, threads)
    random = np.random.default_rng(seed)
    pictures, _ = envs.reset(seed=seed)
    earned, going = np.zeros(episodes), np.ones(episodes, np.bool_)
    while going.any():
        actions = choose(network.forward(eye.see(pictures))[1], random)
        pictures, rewards, ends, cuts, _ = envs.step(actions)
        earned += rewards * going
        going &= ~(ends | cuts)
    envs.close()
    return earned.tolist()


def train(
    network: Network, eye: Eye, game: str, steps: int, n: int, length: int, seed: int, threads: int | None
) -> list[tuple[int, float, float]]:
    """Train, and return the curve: steps so far, seconds so far, mean reward of the last episodes."""
    envs = make(game, n, threads)
    random = np.random.default_rng(seed)
    pictures, _ = envs.reset(seed=seed)
    x = eye.see(pictures, learn=True)
    scores, curve, start = Scores(n), [], time.perf_counter()
    size, discounted = 1.0, np.zeros(n)
    rounds = max(1, steps // (n * length))
    for count in range(rounds):
        seen = np.empty((length, *x.shape), np.float32)
        done_actions = np.empty((length, n), np.int64)
        logs, values, rewards = (np.empty((length, n), np.float32) for _ in range(3))
        overs = np.empty((length, n), np.bool_)
        for t in range(length):
            _, probabilities, values[t] = network.forward(x)
            actions = choose(probabilities, random)
            seen[t], done_actions[t], logs[t] = x, actions, probabilities[np.arange(n), actions]
            pictures, rewards[t], ends, cuts, _ = envs.step(actions)
            overs[t] = ends | cuts
            scores.add(rewards[t], overs[t])
            discounted = discounted * GAMMA + rewards[t]
            size += 0.001 * (float((discounted**2).mean()) - size)
            discounted[overs[t]] = 0
            x = eye.see(pictures, learn=True)
        rewards /= np.sqrt(size) + 1e-6
        gains = np.empty_like(rewards)
        ahead, gain = network.forward(x)[2], np.zeros(n, np.float32)
        for t in range(length - 1, -1, -1):
            goes_on = ~overs[t]
            gain = rewards[t] + GAMMA * ahead * goes_on - values[t] + GAMMA * LAMBDA * goes_on * gain
            gains[t], ahead = gain, values[t]
        returns = (gains + values).reshape(-1)
        flat = gains.reshape(-1)
        flat = (flat - flat.mean()) / (flat.std() + 1e-6)
        rate = 1e-3 * (1 - count / rounds)
        for _ in range(EPOCHS):
            order = random.permutation(n * length)
            for first in range(0, len(order), BATCH):
                part = order[first : first + BATCH]
                all_seen = seen.reshape(len(order), -1)
                network.learn(
                    all_seen[part],
                    done_actions.reshape(-1)[part],
                    logs.reshape(-1)[part],
                    flat[part],
                    returns[part],
                    rate,
                )
        done, last = (count + 1) * n * length, scores.ended[-50:]
        mean = float(np.mean(last)) if last else float("nan")
        curve.append((done, time.perf_counter() - start, mean))
        if count % max(1, rounds // 20) == 0 or count == rounds - 1:
            found = f"{mean:8.2f} in the last {len(last)} episodes" if last else "no episode has ended yet"
            print(f"{done:9,} steps {curve[-1][1]:6.0f} s  {found}", flush=True)
    envs.close()
    return curve


def main() -> None:
    """Play, train, play again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("game", nargs="?", default="NightHeron-v0")
    parser.add_argument("--steps", type=int, default=400_000, help="of four frames")
    parser.add_argument("--envs", type=int, default=32)
    parser.add_argument("--length", type=int, default=64, help="steps between two updates")
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--episodes", type=int, default=32, help="played before and after")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--curve", type=pathlib.Path)
    given = parser.parse_args()
    envs = make(given.game, 1, 1)
    inputs = int(np.prod(envs.single_observation_space.shape or ()))
    choices = choices_of([len(group) for group in envs.actions.combinations])
    network = Network(inputs, choices, given.hidden, np.random.default_rng(given.seed))
    eye = Eye(inputs)
    envs.close()

    def show(when: str) -> None:
        earned = play(network, eye, given.game, given.episodes, given.seed + 1000, given.threads)
        error = np.std(earned) / np.sqrt(len(earned))
        print(f"{when}: {np.mean(earned):.2f} +- {error:.2f} in {len(earned)} episodes", flush=True)

    show("before")
    curve = train(network, eye, given.game, given.steps, given.envs, given.length, given.seed, given.threads)
    show("after")
    if given.curve:
        lines = [f"{steps},{seconds:.1f},{mean:.3f}\n" for steps, seconds, mean in curve]
        given.curve.write_text("steps,seconds,mean_reward\n" + "".join(lines))


if __name__ == "__main__":
    main()
