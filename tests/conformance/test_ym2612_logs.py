"""Register logs of one second against the samples of a gate-level reference, for both variants of the chip."""

import pathlib

import numpy as np
import numpy.typing as npt
import pytest

from megadrive.model.ym2612 import YM2612 as Model
from megadrive.ym2612 import VARIANTS, YM2612

LOGS = [
    *("tone", "alg0", "alg1", "alg2", "alg3", "alg4", "alg5", "alg6", "alg7", "feedback", "detune", "lfo", "ssg"),
    *("ch3", "csm", "dac", "retrigger", "slides", "everything"),
]


def load(corpus: pathlib.Path, log: str) -> dict[str, npt.NDArray[np.int64]]:
    path = corpus / "ym2612" / f"{log}.npz"
    if not path.is_file():
        pytest.skip(f"the register log is absent ({path})")
    with np.load(path) as file:
        return dict(file)


def check(chip: YM2612 | Model, data: dict[str, npt.NDArray[np.int64]], variant: str, samples: int) -> None:
    writes = data["writes"][data["writes"][:, 0] < 24 * samples]
    got = chip.render(writes, samples)
    different = np.flatnonzero((got != data[variant][:samples]).any(1))
    assert not len(different), f"{len(different)} samples differ, the first is {different[0]}"


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("log", LOGS)
def test_kernel(corpus: pathlib.Path, log: str, variant: str) -> None:
    data = load(corpus, log)
    check(YM2612(variant), data, variant, len(data[variant]))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("log", LOGS)
def test_model(corpus: pathlib.Path, log: str, variant: str) -> None:
    """The model runs until it has seen 300 writes, at most 8,000 samples."""
    data = load(corpus, log)
    writes = data["writes"]
    samples = min(8000, int(writes[min(300, len(writes) - 1), 0]) // 24)
    check(Model(variant), data, variant, samples)


@pytest.mark.long
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("log", LOGS)
def test_model_in_full(corpus: pathlib.Path, log: str, variant: str) -> None:
    data = load(corpus, log)
    check(Model(variant), data, variant, len(data[variant]))
