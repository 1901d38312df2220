"""numpy, imported when it is first used: importing it takes longer than running the first frames.

>>> from megadrive._lazy import np
>>> int(np.zeros(3).sum())
0
"""

from typing import Any


class _Numpy:
    """Stands in for the module."""

    def __getattr__(self, name: str) -> Any:
        import numpy

        value = getattr(numpy, name)
        setattr(self, name, value)
        return value


np: Any = _Numpy()
