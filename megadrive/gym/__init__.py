"""Environments for learning: Gymnasium, the extra ``megadrive[gym]``.

Importing this module registers ``MegaDrive-v0`` (give it ``rom=`` or ``integration=``) and
``megadrive/NightHeron-v0``, the built-in game. A game that stable-retro has an integration of is
made by :func:`make_retro`, with its arguments.

>>> import gymnasium
>>> import megadrive.gym
>>> env = gymnasium.make("megadrive/NightHeron-v0", grey=True, scale=4)
>>> observation, info = env.reset(seed=0)
>>> observation.shape
(56, 80)
"""

from __future__ import annotations

from megadrive.media import missing

try:
    import gymnasium as _gymnasium
except ImportError as _error:
    raise ImportError(str(missing("gymnasium", "gym", "megadrive.gym"))) from _error

from megadrive.gym.actions import GENESIS, Actions, ActionSet
from megadrive.gym.env import MegaDriveEnv
from megadrive.gym.integration import Integration
from megadrive.gym.retro import Integrations, Observations, RetroEnv, State, make_retro
from megadrive.gym.scenario import Scenario
from megadrive.gym.starts import make_start
from megadrive.gym.variables import Variable, Variables
from megadrive.gym.vector import MegaDriveVectorEnv

__all__ = [
    "GENESIS",
    "ActionSet",
    "Actions",
    "Integration",
    "Integrations",
    "MegaDriveEnv",
    "MegaDriveVectorEnv",
    "Observations",
    "RetroEnv",
    "Scenario",
    "State",
    "Variable",
    "Variables",
    "make_retro",
    "make_start",
]

_VECTOR = "megadrive.gym.vector:MegaDriveVectorEnv"
_gymnasium.register("MegaDrive-v0", "megadrive.gym.env:MegaDriveEnv", vector_entry_point=_VECTOR)
_gymnasium.register(
    "megadrive/NightHeron-v0",
    "megadrive.gym.env:MegaDriveEnv",
    max_episode_steps=4500,
    kwargs={"integration": "NightHeron-v0", "action_type": "discrete"},
    vector_entry_point=_VECTOR,
)
