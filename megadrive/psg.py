"""The sound generator inside the VDP: :class:`PSG`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from megadrive._core import ffi, lib
from megadrive._memory import Memory
from megadrive.parts import PSG_PARTS, Parts

MOST_TICKS = 1 << 26
"""Ticks that one call may run: five minutes."""


class PSG(Parts):
    """An SN76489 as it is built into the VDP: three square waves and a noise, each with an attenuator.

    Its unit of time is the tick, 240 master clocks: 223,721.6 a second on an NTSC console, 221,680.9 on a PAL one.

    Examples
    --------
    A tone of 440.4 Hz (period 254) at full volume, its first 1,000 ticks:

    >>> import megadrive
    >>> psg = megadrive.PSG()
    >>> for value in (0x8E, 0x0F, 0x90):
    ...     psg.write(value)
    >>> int(psg.period[0])
    254
    >>> levels = psg.run(1000)
    >>> levels.dtype, levels.shape, int(levels.max())
    (dtype('int16'), (1000,), 8191)
    """

    PARTS = PSG_PARTS

    def __init__(self, _chip: Any = None, _owner: Any = None) -> None:
        self._chip = ffi.new("psg *") if _chip is None else _chip
        self._owner = self._chip if _chip is None or _owner is None else _owner
        self._muted = muted_of(self._owner)
        memory = Memory(self._owner, ffi.sizeof(ffi.typeof(self._owner).item))
        self._period = memory.view(self._chip.period, np.uint16)
        self._counter = memory.view(self._chip.counter, np.uint16)
        self._attenuation = memory.view(self._chip.attenuation)
        self._output = memory.view(self._chip.output)
        if _chip is None:
            self.reset()

    def reset(self) -> None:
        """Do as at power-on: silence, periods 0."""
        lib.psg_reset(self._chip)

    # ------------------------------------------------------------------------------------- running

    def write(self, value: int) -> None:
        """Write a byte to the chip's port at the present time, that is before the next tick.

        Parameters
        ----------
        value : int
            0 to 255.

        Raises
        ------
        ValueError
            If `value` is not a byte.
        """
        lib.psg_write(self._chip, byte(value))

    def run(self, ticks: int) -> npt.NDArray[np.int16]:
        """Run, and return the level of each tick.

        Parameters
        ----------
        ticks : int
            How many, 0 to 2**26.

        Returns
        -------
        int16 (ticks,)
            The sum of the channels, each 0 or its volume, at most 8191.

        Raises
        ------
        ValueError
            If `ticks` is out of range.
        """
        out = np.empty(count(ticks), np.int16)
        lib.psg_run_muted(self._chip, len(out), ffi.from_buffer("int16_t[]", out), self._muted[0])
        return out

    def run_channels(self, ticks: int) -> npt.NDArray[np.int16]:
        """Run, and return the channels apart.

        Parameters
        ----------
        ticks : int
            How many, 0 to 2**26.

        Returns
        -------
        int16 (4, ticks)
            Levels of tone 1 to 3 and the noise, 0 to 8191, muted or not; their sum is what :meth:`run` returns if
            nothing is muted.
        """
        return self.render_channels((), ticks)

    def advance(self, ticks: int) -> None:
        """Run without sound: the state comes out as :meth:`run` leaves it.

        Parameters
        ----------
        ticks : int
            How many, 0 to 2**62.
        """
        lib.psg_run(self._chip, count(ticks, 1 << 62), ffi.NULL)

    def render(self, writes: npt.ArrayLike, ticks: int) -> npt.NDArray[np.int16]:
        """Run while writes come in.

        Parameters
        ----------
        writes : uint32 (n, 2)
            Tick, counted from now, and value, in order of time; a write comes before the tick that it names.
        ticks : int
            How many, 0 to 2**26.

        Returns
        -------
        int16 (ticks,)
            As :meth:`run`.

        Raises
        ------
        ValueError
            If a write lies outside the span, before the one above it, or is not a byte.

        Examples
        --------
        >>> import megadrive
        >>> levels = megadrive.PSG().render([[0, 0x81], [0, 0x00], [100, 0x90]], 200)
        >>> bool(levels[:100].any()), bool(levels[100:].any())
        (False, True)
        """
        log = write_log(writes, count(ticks))
        out = np.empty(ticks, np.int16)
        where, start, muted = ffi.from_buffer("int16_t[]", out), 0, self._muted[0]
        for tick, value in log.tolist():
            lib.psg_run_muted(self._chip, tick - start, where + start, muted)
            lib.psg_write(self._chip, value)
            start = tick
        lib.psg_run_muted(self._chip, ticks - start, where + start, muted)
        return out

    def render_channels(self, writes: npt.ArrayLike, ticks: int) -> npt.NDArray[np.int16]:
        """Run while writes come in, as :meth:`render`; return the channels apart, as :meth:`run_channels`."""
        log = write_log(writes, count(ticks))
        parts, start = [np.zeros((len(self.PARTS), 0), np.int16)], 0
        for tick, value in [*log.tolist(), (ticks, None)]:
            if tick > start:
                part = np.empty((len(self.PARTS), tick - start), np.int16)
                lib.psg_run_channels(self._chip, tick - start, ffi.from_buffer("int16_t[]", part))
                parts.append(part)
            if value is not None:
                lib.psg_write(self._chip, value)
            start = tick
        return np.concatenate(parts, 1)

    # ----------------------------------------------------------------------------------- registers

    @property
    def clock(self) -> int:
        """Ticks since power-on."""
        return int(self._chip.clock)

    @property
    def level(self) -> int:
        """Level on the output now, 0 to 32764."""
        return int(lib.psg_level(self._chip))

    @property
    def period(self) -> npt.NDArray[np.uint16]:
        """Periods of tone 1 to 3: uint16 (3,), half a wave in ticks, 0 to 1023 (0 acts as 1); a view."""
        return self._period

    @property
    def counter(self) -> npt.NDArray[np.uint16]:
        """Counters of tone 1 to 3 and the noise: uint16 (4,), ticks since the last toggle, with it; a view."""
        return self._counter

    @property
    def attenuation(self) -> npt.NDArray[np.uint8]:
        """Attenuation of tone 1 to 3 and the noise: uint8 (4,), steps of 2 dB, 15 is silence; a view."""
        return self._attenuation

    @property
    def output(self) -> npt.NDArray[np.uint8]:
        """Square waves: uint8 (4,), 0 or 1, of tone 1 to 3 and the noise's divider; a view."""
        return self._output

    @property
    def noise(self) -> int:
        """Noise control: bit 2 white; bits 1-0 rate, 3 = at tone 3's frequency. Setting it starts the noise anew."""
        return int(self._chip.noise)

    @noise.setter
    def noise(self, value: int) -> None:
        if not 0 <= value <= 7:
            raise ValueError(f"noise is {value!r}, expected 0 to 7")
        self._chip.noise = value
        self._chip.lfsr = 0x8000

    @property
    def lfsr(self) -> int:
        """Shift register of the noise, 16 bits; bit 0 is its output."""
        return int(self._chip.lfsr)

    @lfsr.setter
    def lfsr(self, value: int) -> None:
        if not 0 <= value <= 0xFFFF:
            raise ValueError(f"lfsr is {value!r}, expected 0 to 0xFFFF")
        self._chip.lfsr = value

    @property
    def latch(self) -> int:
        """Register that a data byte goes to: channel in bits 2-1, bit 0 set for its attenuation."""
        return int(self._chip.latch)

    @latch.setter
    def latch(self, value: int) -> None:
        if not 0 <= value <= 7:
            raise ValueError(f"latch is {value!r}, expected 0 to 7")
        self._chip.latch = value

    def __repr__(self) -> str:
        return f"<PSG periods {self._period.tolist()}, noise {self.noise}, attenuation {self._attenuation.tolist()}>"


# -------------------------------------------------------------------------- arguments, for the model too


def byte(value: int) -> int:
    """Return `value` if it is a byte, else raise ValueError."""
    if not 0 <= value <= 255:
        raise ValueError(f"value is {value!r}, expected a byte, 0 to 255")
    return int(value)


def muted_of(owner: Any) -> Any:
    """Return where an owner (``megadrive *``, or a chip alone) keeps what is muted: ``uint32_t *``."""
    if ffi.typeof(owner) is ffi.typeof("megadrive *"):
        return ffi.addressof(owner, "psg_muted")
    return ffi.new("uint32_t *")


def count(ticks: int, most: int = MOST_TICKS) -> int:
    """Return `ticks` if one call may run that many, else raise ValueError."""
    if not 0 <= ticks <= most:
        raise ValueError(f"ticks is {ticks!r}, expected 0 to {most}")
    return int(ticks)


def write_log(writes: npt.ArrayLike, ticks: int) -> npt.NDArray[np.int64]:
    """Return (tick, value) rows as int64, or raise ValueError where they cannot be played within `ticks`."""
    log = np.asarray(writes)
    if log.size == 0:
        return np.empty((0, 2), np.int64)
    if log.ndim != 2 or log.shape[1] != 2 or not np.issubdtype(log.dtype, np.integer):
        raise ValueError(f"writes has shape {log.shape} and type {log.dtype}, expected integers (n, 2): tick, value")
    log = log.astype(np.int64)
    if log[0, 0] < 0 or log[-1, 0] > ticks or (np.diff(log[:, 0]) < 0).any():
        raise ValueError(f"the ticks of writes must rise from 0 to at most {ticks}")
    if ((log[:, 1] < 0) | (log[:, 1] > 255)).any():
        raise ValueError("a value in writes is not a byte, 0 to 255")
    return log
