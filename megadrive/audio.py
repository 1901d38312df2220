"""The way from the sound chips' own rates to the samples that are heard.

The PSG is brought to the rate of the FM samples (53,267 a second on an NTSC console), both are mixed in the console's
ratio, pass the capacitors at the console's output (first order, 10 Hz) and, if wanted, the low-passes of a board, and
are resampled.

Both changes of rate are windowed-sinc filters. Measured with tones, as 16-bit samples (tests/test_audio.py holds them):

=================================== ================= ================= =================
From FM samples to                  44.1 kHz          48 kHz            96 kHz
=================================== ================= ================= =================
pass-band, 200 Hz up to             19.27 kHz         20 kHz            20 kHz
its ripple                          0.011 dB          0.011 dB          0.011 dB
all beside the tone, below          -99 dB            -99 dB            -99 dB
stop-band from                      24.83 kHz         26.49 kHz         26.49 kHz, -91 dB
aliases in the pass-band, below     -91 dB            none fall there   none fall there
=================================== ================= ================= =================

The PSG's harmonics keep their levels within 0.1 dB up to 19 kHz, its aliases lie below -89 dB.

========== ========================================================================================================
Filter     What it does
========== ========================================================================================================
"raw"      none: what the chips give
"model 1"  Model 1, VA0 to VA2: first order, 3,390 Hz, behind the mixer (VA3 to VA6 have 2,840 Hz)
"model 2"  Model 2: second order, 6,725 Hz, behind the YM2612 alone; first order, 3,789 Hz, behind the mixer
========== ========================================================================================================

The corners are from jsgroth's analysis of the circuits, as in his emulator jgenesis; nobody has published measured
responses. As to the level of the PSG against the YM2612, which differs from board to board, emulators that are tuned to
consoles have 0.21 (BlastEm), 0.25 (Genesis Plus GX, after a Model 1 VA4; ClownMDEmu) and 0.28 (PicoDrive); 0.25 is the
default for all filters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from megadrive._core import ffi, lib

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    from megadrive._lazy import np

Filter = Literal["raw", "model 1", "model 2"]

FILTERS = {"raw": lib.AUDIO_RAW, "model 1": lib.AUDIO_MODEL1, "model 2": lib.AUDIO_MODEL2}
FILTER_NAMES: dict[int, Filter] = {lib.AUDIO_RAW: "raw", lib.AUDIO_MODEL1: "model 1", lib.AUDIO_MODEL2: "model 2"}
NTSC_CLOCK = 53_693_175
"""Master clock of a 60 Hz console in Hz."""
PAL_CLOCK = 53_203_424
"""Master clock of a 50 Hz console in Hz."""
FM_CLOCKS = 1008
"""Master clocks in one FM sample."""
PSG_CLOCKS = 240
"""Master clocks in one PSG tick."""
PSG_LEVEL = lib.AUDIO_PSG_LEVEL / 1000
"""A PSG channel's full square against an FM channel's full swing."""

_MOST_SAMPLES = 1 << 26


def make_table(
    sample_rate: int, filter: Filter = "raw", psg_level: float = PSG_LEVEL, master_clock: int = NTSC_CLOCK
) -> Any:
    """Return the C core's coefficients of a rate (``audio_table *``), or raise ValueError."""
    if isinstance(sample_rate, bool) or not hasattr(sample_rate, "__index__"):
        raise ValueError(f"sample_rate is {sample_rate!r}, expected an integer from 8000 to 192000 (Hz)")
    if not 8000 <= sample_rate <= 192000:
        raise ValueError(f"sample_rate is {sample_rate!r}, expected an integer from 8000 to 192000 (Hz)")
    if filter not in FILTERS:
        raise ValueError(f"filter is {filter!r}, expected 'raw', 'model 1' or 'model 2'")
    if not 0 <= psg_level <= 4:
        raise ValueError(f"psg_level is {psg_level!r}, expected 0 to 4")
    if not 10_000_000 <= master_clock <= 100_000_000:
        raise ValueError(f"master_clock is {master_clock!r}, expected 10000000 to 100000000 (Hz)")
    room = ffi.new("uint8_t[]", ffi.sizeof("audio_table") + 63)
    start = -int(ffi.cast("uintptr_t", room)) % 64  # its rows are read 32 bytes at a time: none in two cache lines
    table = ffi.from_buffer("audio_table *", memoryview(ffi.buffer(room))[start:])
    if lib.audio_configure(table, master_clock, int(sample_rate), FILTERS[filter], round(psg_level * 1000)):
        raise ValueError("the core does not take these settings")
    return table


class AudioOutput:
    """Mixer, filters and resampler behind the two sound chips.

    Which output samples belong to a span of time depends on the clock alone: up to the master clock ``t`` there are
    ``t * sample_rate // master_clock`` of them.

    Parameters
    ----------
    sample_rate : int
        Of the output, 8000 to 192000 Hz.
    filter : {"raw", "model 1", "model 2"}
        Low-pass of a board, or none: see :mod:`megadrive.audio`.
    psg_level : float
        A PSG channel's full square as a part of an FM channel's full swing, 0 to 4.
    master_clock : int
        In Hz.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> out = AudioOutput(48000)
    >>> fm = np.zeros((889, 2), np.int16)
    >>> out.render(889 * 1008, fm).shape
    (801, 2)
    >>> round(out.pass_band)
    20000
    """

    def __init__(
        self,
        sample_rate: int = 48000,
        filter: Filter = "raw",
        psg_level: float = PSG_LEVEL,
        master_clock: int = NTSC_CLOCK,
    ) -> None:
        self._table = make_table(sample_rate, filter, psg_level, master_clock)
        self._out = ffi.new("audio_out *")
        lib.audio_reset(self._out, 0)

    def render(
        self, clock: int, fm: npt.ArrayLike | None = None, psg: npt.ArrayLike | None = None
    ) -> npt.NDArray[np.int16]:
        """Return the sound of the time up to `clock`.

        Parameters
        ----------
        clock : int
            Master clocks since the beginning.
        fm : int16 (n, 2), optional
            FM samples that end in this time: ``clock // 1008 - self.clock // 1008``; None: the FM chip is silent.
        psg : int16 (m,), optional
            PSG ticks that end in this time: ``clock // 240 - self.clock // 240``.

        Returns
        -------
        int16 (samples, 2)
            Left and right.

        Raises
        ------
        ValueError
            If time runs backwards, or the arrays do not have that many samples.
        """
        out = np.empty((self.count(clock), 2), np.int16)
        fm_array = _samples("fm", fm, clock // FM_CLOCKS - self.clock // FM_CLOCKS, (2,))
        psg_array = _samples("psg", psg, clock // PSG_CLOCKS - self.clock // PSG_CLOCKS, ())
        written = lib.audio_render(
            self._out,
            self._table,
            clock,
            ffi.NULL if fm_array is None else ffi.from_buffer("int16_t[]", fm_array),
            0 if fm_array is None else len(fm_array),
            ffi.NULL if psg_array is None else ffi.from_buffer("int16_t[]", psg_array),
            0 if psg_array is None else len(psg_array),
            ffi.from_buffer("int16_t[]", out),
            len(out),
        )
        return out[:written]

    def skip(self, clock: int) -> None:
        """Leave out the time up to `clock`; what comes next begins from silence, without a step."""
        self._check(clock)
        lib.audio_skip(self._out, clock)

    def save(self) -> bytes:
        """Return what the coming samples depend on beside the chips: filters' memories and the clock."""
        return bytes(ffi.buffer(self._out))

    def load(self, state: bytes) -> None:
        """Go on from what :meth:`save` has returned, at any rate.

        Raises
        ------
        ValueError
            If it is not such a state; nothing has changed then.
        """
        new = ffi.new("audio_out *")
        if len(state) != ffi.sizeof("audio_out"):
            raise ValueError(f"state has {len(state)} bytes, expected {ffi.sizeof('audio_out')}")
        ffi.buffer(new)[:] = state
        if not lib.audio_valid(new):
            raise ValueError("state is damaged: its filters hold what they cannot hold")
        self._out[0] = new[0]

    def count(self, clock: int) -> int:
        """Return how many samples there are from now to `clock`."""
        self._check(clock)
        return int(lib.audio_count(self._table, self._out.clock, clock))

    def _check(self, clock: int) -> None:
        if not self.clock <= clock < 1 << 62:
            raise ValueError(f"clock is {clock!r}, expected {self.clock} (now) or later")

    @property
    def clock(self) -> int:
        """Master clock up to which sound has been rendered or skipped."""
        return int(self._out.clock)

    @property
    def sample_rate(self) -> int:
        """Rate of the output in Hz."""
        return int(self._table.rate)

    @property
    def master_clock(self) -> int:
        """Master clock in Hz."""
        return int(self._table.master_clock)

    @property
    def pass_band(self) -> float:
        """Hz up to which the output is flat (without a low-pass)."""
        return float(self._table.pass_band)

    @property
    def stop_band(self) -> float:
        """Hz from which on nothing comes through; aliases of what lies between fall above the pass band."""
        return float(self._table.stop_band)

    @property
    def delay(self) -> float:
        """Seconds by which the output is late."""
        return int(lib.audio_delay(self._table)) / int(self._table.master_clock)


def resample(
    fm: npt.ArrayLike | None = None,
    psg: npt.ArrayLike | None = None,
    sample_rate: int = 48000,
    filter: Filter = "raw",
    psg_level: float = PSG_LEVEL,
    master_clock: int = NTSC_CLOCK,
) -> npt.NDArray[np.int16]:
    """Mix what the chips gave and bring it to another rate; the delay of the filters is taken out.

    Parameters
    ----------
    fm : int16 (n, 2), optional
        What :meth:`megadrive.YM2612.run` gives, one sample in 1,008 master clocks.
    psg : int16 (m,), optional
        What :meth:`megadrive.PSG.run` gives, one in 240.
    sample_rate, filter, psg_level, master_clock
        As for :class:`AudioOutput`.

    Returns
    -------
    int16 (samples, 2)
        As long as the longer of the two.

    Examples
    --------
    >>> import numpy as np
    >>> resample(psg=np.zeros(223_722, np.int16)).shape
    (48000, 2)
    """
    output = AudioOutput(sample_rate, filter, psg_level, master_clock)
    fm_array = None if fm is None else _samples("fm", fm, None, (2,))
    psg_array = None if psg is None else _samples("psg", psg, None, ())
    end = max(
        0 if fm_array is None else len(fm_array) * FM_CLOCKS, 0 if psg_array is None else len(psg_array) * PSG_CLOCKS
    )
    late = int(lib.audio_delay(output._table))
    lead, samples = output.count(late), output.count(end)
    end = -(-(end + late) // FM_CLOCKS) * FM_CLOCKS + FM_CLOCKS
    return output.render(
        end,
        None if fm_array is None else _pad(fm_array, end // FM_CLOCKS),
        None if psg_array is None else _pad(psg_array, end // PSG_CLOCKS),
    )[lead : lead + samples]


def _samples(
    name: str, values: npt.ArrayLike | None, length: int | None, shape: tuple[int, ...]
) -> npt.NDArray[np.int16] | None:
    if values is None:
        return None
    array = np.asarray(values)
    if array.shape[1:] != shape or array.ndim != 1 + len(shape) or array.dtype != np.int16:
        want = "(n, 2)" if shape else "(n,)"
        raise ValueError(f"{name} has shape {array.shape} and type {array.dtype}, expected int16 {want}")
    if length is not None and len(array) != length:
        raise ValueError(f"{name} has {len(array)} samples, expected {length} in this span of time")
    if len(array) > _MOST_SAMPLES:
        raise ValueError(f"{name} has {len(array)} samples, expected at most {_MOST_SAMPLES}")
    return np.ascontiguousarray(array)


def _pad(array: npt.NDArray[np.int16], length: int) -> npt.NDArray[np.int16]:
    """Hold the last sample until there are `length` of them."""
    if not len(array):
        return np.zeros((length, *array.shape[1:]), np.int16)
    return np.concatenate([array, np.repeat(array[-1:], length - len(array), 0)])
