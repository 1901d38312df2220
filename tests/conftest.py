"""Fixtures that all tests share."""

import os
import pathlib

import pytest
from hypothesis import HealthCheck, settings

# How long something takes says nothing here: the computer may be busy with other things.
settings.register_profile("unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

ROOT = pathlib.Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> pathlib.Path:
    """Return the folder of reference traces and ROMs; skip where there is none."""
    path = pathlib.Path(os.environ.get("MEGADRIVE_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not path.is_dir():
        pytest.skip(f"the corpus is absent (no folder at {path}; set MEGADRIVE_CORPUS)")
    return path
