"""The FM synthesiser: :class:`YM2612`."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import numpy.typing as npt

from megadrive._core import ffi, lib
from megadrive._memory import Memory
from megadrive.parts import YM2612_PARTS, Parts
from megadrive.patch import Channel, channels_of

VARIANTS = ("discrete", "integrated")
"""YM2612 with its ladder effect, and YM3438."""

MOST_SAMPLES = 1 << 25
"""Samples that one call may run: ten minutes."""

CYCLES = 24
"""Internal cycles in a sample."""


class YM2612(Parts):
    """A YM2612 (OPN2) or YM3438 (OPN2C): six channels of four operators each, or five and a DAC.

    It makes one sample in 24 internal cycles, each of 42 master clocks: 53,267.04 samples a second on an NTSC console,
    52,781.17 on a PAL one. A sample is the sum of what its 24 cycles show on the output pins.

    Parameters
    ----------
    variant : {"discrete", "integrated"}
        The YM2612 of the first consoles, or the YM3438, which the ASICs of later ones hold too.

    Raises
    ------
    ValueError
        If `variant` is neither.

    Examples
    --------
    A sine wave of 440 Hz from S4 of channel 1; a write is seen by the cycle that runs next:

    >>> import megadrive
    >>> chip = megadrive.YM2612("integrated")
    >>> log = "3C:01 4C:00 5C:1F 8C:0F B0:07 A4:22 A0:3A 28:80"
    >>> for address, value in (bytes.fromhex(item.replace(":", "")) for item in log.split()):
    ...     chip.write(0, address)
    ...     _ = chip.run(1)
    ...     chip.write(1, value)
    ...     _ = chip.run(2)
    >>> sound = chip.run(1000)
    >>> sound.shape, sound.dtype, int(sound.max())
    ((1000, 2), dtype('int16'), 765)
    """

    PARTS = YM2612_PARTS

    def __init__(self, variant: str = "discrete", _chip: Any = None, _owner: Any = None) -> None:
        integrated = check_variant(variant)
        self._chip = ffi.new("ym2612 *") if _chip is None else _chip
        self._owner = self._chip if _chip is None or _owner is None else _owner
        self._output = output_of(self._owner)
        self._muted = ffi.addressof(self._output, "muted")
        memory = Memory(self._owner, ffi.sizeof(ffi.typeof(self._owner).item))
        chip = self._chip
        self._registers = memory.view(chip.registers).reshape(2, 256)
        self._registers.flags.writeable = False
        self._views = {
            "phase": memory.view(chip.phase, np.uint32),
            "level": memory.view(chip.level, np.uint16),
            "attenuation": memory.view(chip.attenuation, np.uint16),
            "output": memory.view(chip.output, np.int16),
            "eg_state": memory.view(chip.eg_state),
            "key": memory.view(chip.key),
        }
        for view in self._views.values():
            view.flags.writeable = False
        if _chip is None:
            lib.ym2612_reset(chip, integrated)

    def reset(self) -> None:
        """Do as the /IC pin: silence, all registers 0 but both sides of each channel on. :attr:`clock` goes on."""
        lib.ym2612_reset(self._chip, self._chip.integrated)

    # ------------------------------------------------------------------------------------- running

    def write(self, port: int, value: int) -> None:
        """Write a byte to a port at the present time, that is before the next internal cycle.

        Parameters
        ----------
        port : int
            0 address of part 1, 1 data, 2 address of part 2, 3 data.
        value : int
            0 to 255.

        Raises
        ------
        ValueError
            If `port` or `value` is out of range.
        """
        lib.ym2612_write(self._chip, check_range("port", port, 3), check_range("value", value, 255))

    def read(self, port: int) -> int:
        """Read a port: bit 7 busy, bit 1 timer B, bit 0 timer A.

        On a YM2612 only port 0 has the status; the others return what was last read from it, for a quarter of a second.

        Parameters
        ----------
        port : int
            0 to 3.

        Raises
        ------
        ValueError
            If `port` is out of range.

        Examples
        --------
        >>> import megadrive
        >>> chip = megadrive.YM2612()
        >>> chip.write(0, 0x2A)
        >>> chip.advance(12)
        >>> chip.write(1, 0x80)
        >>> chip.advance(2)
        >>> chip.read(0)
        128
        """
        return int(lib.ym2612_read(self._chip, check_range("port", port, 3)))

    def run(self, samples: int) -> npt.NDArray[np.int16]:
        """Run, and return the samples that end meanwhile.

        Parameters
        ----------
        samples : int
            How many, 0 to 2**25.

        Returns
        -------
        int16 (samples, 2)
            Left and right, each the sum of the 9-bit values on that side's pin in 24 internal cycles.

        Raises
        ------
        ValueError
            If `samples` is out of range.
        """
        return self.run_cycles(CYCLES * check_range("samples", samples, MOST_SAMPLES))

    def run_cycles(self, cycles: int) -> npt.NDArray[np.int16]:
        """Run internal cycles, and return the samples that end among them.

        Parameters
        ----------
        cycles : int
            How many, 0 to 24 * 2**25.

        Returns
        -------
        int16 (n, 2)
            As :meth:`run`; n is a 24th of `cycles`, rounded down or up.

        Raises
        ------
        ValueError
            If `cycles` is out of range.
        """
        cycles = check_range("cycles", cycles, CYCLES * MOST_SAMPLES)
        out = np.empty(((self._chip.cycle + cycles) // CYCLES, 2), np.int16)
        to = ffi.from_buffer("int16_t[]", out)
        if self._muted[0]:
            lib.ym2612_run_output(self._chip, ffi.NULL, 0, cycles, self._output, False, to)
        else:
            lib.ym2612_run(self._chip, cycles, to)
        return out

    def run_channels(self, samples: int) -> npt.NDArray[np.int16]:
        """Run, and return the channels apart.

        Parameters
        ----------
        samples : int
            How many, 0 to 2**25.

        Returns
        -------
        int16 (7, samples, 2)
            What channels 1 to 6 and the DAC, which takes the place of channel 6, have added to each sample, muted or
            not; the sum of all seven is what :meth:`run` returns if nothing is muted.

        Raises
        ------
        ValueError
            If `samples` is out of range.

        Examples
        --------
        Each channel of a YM2612 gives 12 in silence, by the ladder effect:

        >>> import megadrive
        >>> megadrive.YM2612().run_channels(100)[:, -1, 0].tolist()
        [12, 12, 12, 12, 12, 12, 0]
        """
        return self.render_channels((), samples)

    def advance(self, cycles: int) -> None:
        """Run internal cycles without sound: the state comes out as :meth:`run_cycles` leaves it.

        Parameters
        ----------
        cycles : int
            How many, 0 to 24 * 2**25.

        Raises
        ------
        ValueError
            If `cycles` is out of range.
        """
        lib.ym2612_run(self._chip, check_range("cycles", cycles, CYCLES * MOST_SAMPLES), ffi.NULL)

    def render(self, writes: npt.ArrayLike, samples: int) -> npt.NDArray[np.int16]:
        """Run while writes come in.

        Parameters
        ----------
        writes : uint32 (n, 3)
            Internal cycle, counted from now, port and value, in order of time; a write comes before the cycle that it
            names.
        samples : int
            How many, 0 to 2**25.

        Returns
        -------
        int16 (samples, 2)
            As :meth:`run`.

        Raises
        ------
        ValueError
            If a write lies outside the span or before the one above it, or its port or value is out of range.

        Examples
        --------
        The DAC, from the second sample on:

        >>> import megadrive
        >>> writes = [(0, 0, 0x2B), (12, 1, 0x80), (24, 0, 0x2A), (36, 1, 0xFF)]
        >>> megadrive.YM2612("integrated").render(writes, 4)[:, 0]
        array([  0,   0, 762, 762], dtype=int16)
        """
        log = check_writes(writes, check_range("samples", samples, MOST_SAMPLES))
        out = np.empty((samples, 2), np.int16)
        start, where = ffi.from_buffer("uint32_t[]", log), ffi.from_buffer("int16_t[]", out)
        if self._muted[0]:
            lib.ym2612_run_output(self._chip, start, len(log), CYCLES * samples, self._output, False, where)
        else:
            lib.ym2612_render(self._chip, start, len(log), samples, where)
        return out

    def render_channels(self, writes: npt.ArrayLike, samples: int) -> npt.NDArray[np.int16]:
        """Run while writes come in, as :meth:`render`; return the channels apart, as :meth:`run_channels`."""
        log = check_writes(writes, check_range("samples", samples, MOST_SAMPLES))
        out = np.empty((samples, len(self.PARTS), 2), np.int16)
        start, where = ffi.from_buffer("uint32_t[]", log), ffi.from_buffer("int16_t[]", out)
        lib.ym2612_run_output(self._chip, start, len(log), CYCLES * samples, self._output, True, where)
        return np.ascontiguousarray(out.transpose(1, 0, 2))

    # ----------------------------------------------------------------------------------- registers

    @property
    def variant(self) -> str:
        """The variant: ``"discrete"`` or ``"integrated"``."""
        return VARIANTS[self._chip.integrated]

    @property
    def clock(self) -> int:
        """Internal cycles since power-on."""
        return int(self._chip.clock)

    @property
    def cycle(self) -> int:
        """Internal cycle within the sample that runs next, 0 to 23."""
        return int(self._chip.cycle)

    @property
    def registers(self) -> npt.NDArray[np.uint8]:
        """Last values written: uint8 (2, 256), part and address; a view, read only (see :meth:`poke`)."""
        return self._registers

    def poke(self, address: int, value: int) -> None:
        """Give a register a value at once, without the bus.

        Parameters
        ----------
        address : int
            The address, plus 0x100 for part 2.
        value : int
            0 to 255.

        Raises
        ------
        ValueError
            If `address` or `value` is out of range.
        """
        lib.ym2612_poke(self._chip, check_range("address", address, 0x1FF), check_range("value", value, 255))

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The six channels: instruments, pitches and keys by name."""
        return channels_of(self, self._chip)

    @property
    def phase(self) -> npt.NDArray[np.uint32]:
        """Phases of the slots (S1 of channels 1 to 6, then S3, S2, S4): uint32 (24,), 20 bits; a view, read only."""
        return self._views["phase"]

    @property
    def level(self) -> npt.NDArray[np.uint16]:
        """Envelopes of the slots: uint16 (24,), 0 is loudest, 1023 off, in steps of 0.09375 dB; a view, read only."""
        return self._views["level"]

    @property
    def attenuation(self) -> npt.NDArray[np.uint16]:
        """Envelopes with total level and AM, as last used: uint16 (24,); a view, read only."""
        return self._views["attenuation"]

    @property
    def output(self) -> npt.NDArray[np.int16]:
        """Last outputs of the operators, by slot: int16 (24,), 14 bits; a view, read only."""
        return self._views["output"]

    @property
    def eg_state(self) -> npt.NDArray[np.uint8]:
        """Envelope states by slot: uint8 (24,), 0 attack, 1 decay, 2 sustain, 3 release; a view, read only."""
        return self._views["eg_state"]

    @property
    def key(self) -> npt.NDArray[np.uint8]:
        """Keys by slot, as the envelopes saw them last: uint8 (24,), 0 or 1; a view, read only."""
        return self._views["key"]

    def __repr__(self) -> str:
        return f"<YM2612 {self.variant}, clock {self.clock}, keys {self.key.reshape(4, 6).any(0).astype(int).tolist()}>"


# -------------------------------------------------------------------------- arguments, for the model too


def check_variant(variant: str) -> bool:
    """Return whether the variant is the integrated one, or raise ValueError if there is none such."""
    if variant not in VARIANTS:
        raise ValueError(f"variant is {variant!r}, expected 'discrete' or 'integrated'")
    return variant == "integrated"


def output_of(owner: Any) -> Any:
    """Return where an owner (``megadrive *``, or a chip alone) keeps what is muted: ``ym2612_output *``."""
    if ffi.typeof(owner) is ffi.typeof("megadrive *"):
        return ffi.addressof(owner, "fm_output")
    return ffi.new("ym2612_output *")


def check_range(name: str, value: int, most: int) -> int:
    """Return the integer `value` if it is 0 to `most`, else raise ValueError (TypeError if it is no integer)."""
    number = operator.index(value)
    if not 0 <= number <= most:
        raise ValueError(f"{name} is {value!r}, expected 0 to {most}")
    return number


def check_writes(writes: npt.ArrayLike, samples: int) -> npt.NDArray[np.uint32]:
    """Return (cycle, port, value) rows as uint32, or raise ValueError where they cannot be played within `samples`."""
    log = np.asarray(writes)
    if log.size == 0:
        return np.empty((0, 3), np.uint32)
    if log.ndim != 2 or log.shape[1] != 3 or not np.issubdtype(log.dtype, np.integer):
        kind = f"shape {log.shape} and type {log.dtype}"
        raise ValueError(f"writes has {kind}, expected integers (n, 3): cycle, port, value")
    wide = log.astype(np.int64)
    if wide[0, 0] < 0 or wide[-1, 0] > CYCLES * samples or (np.diff(wide[:, 0]) < 0).any():
        raise ValueError(f"the cycles of writes must rise from 0 to at most {CYCLES * samples}")
    if ((wide[:, 1] < 0) | (wide[:, 1] > 3)).any():
        raise ValueError("a port in writes is not 0 to 3")
    if ((wide[:, 2] < 0) | (wide[:, 2] > 255)).any():
        raise ValueError("a value in writes is not a byte, 0 to 255")
    return np.ascontiguousarray(wide, np.uint32)
