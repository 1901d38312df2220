"""Parts of a sound chip that can be heard apart, or not at all."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

YM2612_PARTS = ("fm1", "fm2", "fm3", "fm4", "fm5", "fm6", "dac")
"""Channels of the YM2612, and its DAC, which takes the place of channel 6."""

PSG_PARTS = ("tone1", "tone2", "tone3", "noise")
"""Channels of the PSG."""


class Parts:
    """A chip with parts."""

    PARTS: tuple[str, ...] = ()
    """Their names."""

    _muted: Any
    """``uint32_t *``: bit n is set if part n is muted."""

    @property
    def muted(self) -> frozenset[str]:
        """Names of the parts that are not heard, of :attr:`PARTS`; settable. The chip's state does not depend on it."""
        return frozenset(name for bit, name in enumerate(self.PARTS) if self._muted[0] >> bit & 1)

    @muted.setter
    def muted(self, names: Collection[str]) -> None:
        unknown = [name for name in names if name not in self.PARTS] if not isinstance(names, str) else [names]
        if unknown:
            raise ValueError(f"muted has {unknown[0]!r}, expected a collection of {', '.join(self.PARTS)}")
        self._muted[0] = sum(1 << bit for bit, name in enumerate(self.PARTS) if name in names)
