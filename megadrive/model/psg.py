"""The SN76489 as it is built into the VDP, in numpy: whole stretches between two writes at a time.

========== ==================================================================================
Byte       Meaning
========== ==================================================================================
1 cc t dddd latch channel cc; t = 1 its attenuation, t = 0 its period (tone) or control (noise)
0 x dddddd  more for the latched register: bits 9-4 of a period, else the low bits once again
========== ==================================================================================

Each channel has a counter that counts ticks from 1. At the start of a tick, a counter that has reached the period
restarts and the channel's square wave toggles. The noise's own divider does the same with 16, 32 or 64; when it, or
tone 3 in mode 3, rises, the shift register shifts. All levels are one-sided: 0 or the channel's volume.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from megadrive._core import ffi
from megadrive.parts import PSG_PARTS, Parts
from megadrive.psg import byte, count, muted_of, write_log

Array = npt.NDArray[Any]

VOLUMES = np.round(8191 * 10 ** (-np.arange(16) / 10)).astype(np.int16)
"""Volume of each attenuation: steps of 2 dB, the last one silence (SN76489AN data sheet)."""
VOLUMES[15] = 0

NOISE = 3
WHITE = 4
FROM_TONE_3 = 3
LFSR_START = 0x8000
WHITE_LENGTH = 57337  # shifts after which white noise repeats, whatever the register held: 7 * 8191
LATCH_START = 3  # attenuation of tone 2: 315-5313A and 315-5660, measured by Eke


class Wave(NamedTuple):
    """A square wave from now on: it toggles at the tick `first` (counted from 1), then every `period` ticks."""

    first: int
    period: int
    high: int

    def toggled(self, ticks: int) -> int:
        """Return how often it has toggled after so many ticks."""
        return 0 if ticks < self.first else 1 + (ticks - self.first) // self.period

    def rising(self) -> Wave:
        """Return the wave that toggles where this one goes from 0 to 1."""
        return Wave(self.first + self.period * self.high, 2 * self.period, 0)

    def spread(self, values: Array, ticks: int) -> Array:
        """Return for each tick one of the values: the first, and after each toggle the next one."""
        if len(values) == 1:
            return values.repeat(ticks)
        lengths = np.full(len(values), self.period)
        lengths[0] = self.first - 1
        lengths[-1] = ticks + 1 - self.first - (len(values) - 2) * self.period
        return values.repeat(lengths)


class PSG(Parts):
    """The model of :class:`megadrive.PSG`, on the same state struct and with the same methods.

    Examples
    --------
    >>> import megadrive.model
    >>> psg = megadrive.model.PSG()
    >>> for value in (0x81, 0x00, 0x90):
    ...     psg.write(value)
    >>> psg.run(4)
    array([8191,    0, 8191,    0], dtype=int16)
    """

    PARTS = PSG_PARTS

    def __init__(self, _chip: Any = None, _owner: Any = None) -> None:
        self.c: Any = ffi.new("psg *") if _chip is None else _chip
        self.owner = self.c if _owner is None else _owner
        self._muted = muted_of(self.owner)
        if _chip is None:
            self.reset()

    def reset(self) -> None:
        """Do as at power-on: silence, periods 0."""
        self.c.clock = self.c.noise = 0
        self.c.period = [0] * 3
        self.c.counter = [1] * 4
        self.c.attenuation = [15] * 4
        self.c.output = [0, 0, 0, 1]  # the netlist (Nuked-PSG): the noise's counter overflows as reset is let go
        self.c.lfsr = LFSR_START
        self.c.latch = LATCH_START

    # ------------------------------------------------------------------------------------- running

    def write(self, value: int) -> None:
        """Write a byte to the chip's port at the present time, that is before the next tick."""
        chip, value = self.c, byte(value)
        first = value & 0x80
        if first:
            chip.latch = value >> 4 & 7
        channel, attenuation = chip.latch >> 1 & 3, chip.latch & 1
        if attenuation:
            chip.attenuation[channel] = value & 15
        elif channel == NOISE:
            chip.noise = value & 7
            chip.lfsr = LFSR_START
        elif first:
            chip.period[channel] = chip.period[channel] & 0x3F0 | value & 15
        else:
            chip.period[channel] = chip.period[channel] & 15 | (value & 63) << 4

    def run(self, ticks: int) -> npt.NDArray[np.int16]:
        """Run, and return the level of each tick: int16 (ticks,)."""
        levels = np.zeros(count(ticks), np.int16)
        for channel, part in self._run(ticks, True):
            if not self._muted[0] >> channel & 1:
                levels += part
        return levels

    def run_channels(self, ticks: int) -> npt.NDArray[np.int16]:
        """Run, and return the channels apart: int16 (4, ticks), tone 1 to 3 and the noise."""
        levels = np.zeros((4, count(ticks)), np.int16)
        for channel, part in self._run(ticks, True):
            levels[channel] = part
        return levels

    def advance(self, ticks: int) -> None:
        """Run without sound: the state comes out as :meth:`run` leaves it."""
        self._run(count(ticks, 1 << 62), False)

    def _run(self, ticks: int, heard: bool) -> list[tuple[int, Array]]:
        """Run, and return the channels that are not silent, if they are wanted, with their levels."""
        parts: list[tuple[int, Array]] = []
        if ticks == 0:
            return parts
        chip = self.c
        waves = [self.wave(channel) for channel in range(4)]
        toggles = [wave.toggled(ticks) for wave in waves]
        shift = waves[2 if chip.noise & 3 == FROM_TONE_3 else NOISE].rising()
        shifts = shift.toggled(ticks)
        white = bool(chip.noise & WHITE)
        if heard:
            for channel, attenuation in enumerate(chip.attenuation):
                volume = VOLUMES[attenuation & 15]
                if volume and channel == NOISE:
                    parts.append((NOISE, shift.spread(noise_bits(chip.lfsr, shifts + 1, white) * volume, ticks)))
                elif volume:
                    wave = waves[channel]
                    numbers = np.arange(wave.high, wave.high + toggles[channel] + 1)
                    parts.append((channel, wave.spread((numbers & 1).astype(np.int16) * volume, ticks)))
        if shifts:
            chip.lfsr = shifted(chip.lfsr, shifts, white)
        chip.counter = [
            1 + (ticks - wave.first) % wave.period if turns else before + ticks
            for wave, turns, before in zip(waves, toggles, chip.counter, strict=True)
        ]
        chip.output = [wave.high + turns & 1 for wave, turns in zip(waves, toggles, strict=True)]
        chip.clock += ticks
        return parts

    def render(self, writes: npt.ArrayLike, ticks: int) -> npt.NDArray[np.int16]:
        """Run while writes (tick from now, value) come in: int16 (ticks,)."""
        log = write_log(writes, count(ticks))
        return np.concatenate(list(self._pieces(log, ticks, self.run)))

    def render_channels(self, writes: npt.ArrayLike, ticks: int) -> npt.NDArray[np.int16]:
        """Run while writes come in, and return the channels apart: int16 (4, ticks)."""
        log = write_log(writes, count(ticks))
        return np.concatenate(list(self._pieces(log, ticks, self.run_channels)), 1)

    def _pieces(self, log: Array, ticks: int, run: Callable[[int], Array]) -> Iterator[Array]:
        """Run between the writes."""
        now = 0
        for tick, value in log.tolist():
            if tick > now:
                yield run(tick - now)
            self.write(value)
            now = tick
        yield run(ticks - now)

    # --------------------------------------------------------------------------------- the channels

    def wave(self, channel: int) -> Wave:
        """Return the square wave of a tone, or of the noise's divider (channel 3)."""
        chip = self.c
        if channel < NOISE:
            period = chip.period[channel]
        else:
            period = 0 if chip.noise & 3 == FROM_TONE_3 else 0x10 << (chip.noise & 3)
        period = max(period, 1)
        first = max(period - chip.counter[channel] + 1, 1)
        return Wave(first, period, chip.output[channel] & 1)

    # ----------------------------------------------------------------------------------- registers

    @property
    def clock(self) -> int:
        """Ticks since power-on."""
        return int(self.c.clock)

    @property
    def level(self) -> int:
        """Level on the output now, 0 to 32764."""
        chip = self.c
        high = [chip.output[0] & 1, chip.output[1] & 1, chip.output[2] & 1, chip.lfsr & 1]
        return sum(int(VOLUMES[a & 15]) for a, bit in zip(chip.attenuation, high, strict=True) if bit)


def noise_bits(lfsr: int, n: int, white: bool) -> Array:
    """Return the output before the first shift and after each of n - 1 shifts.

    The register shifts right. Bit 15 takes bit 0 (periodic), or bit 0 xor bit 3 (white), so that output i + 16 is
    output i, or output i xor output i + 3. Squared over GF(2) again and again, the rule spans 16 * 2**k outputs,
    of which it gives 13 * 2**k at once.
    """
    start = (lfsr >> np.arange(16) & 1).astype(np.int16)
    if not white:
        return np.resize(start, n)
    bits, scale = start, 1
    while len(bits) < n:
        while len(bits) >= 32 * scale:
            scale *= 2
        end = len(bits) - 16 * scale
        bits = np.concatenate([bits, bits[end : end + 13 * scale] ^ bits[end + 3 * scale : end + 16 * scale]])
    return bits[:n]


def shifted(lfsr: int, shifts: int, white: bool) -> int:
    """Return the shift register after so many shifts."""
    shifts %= WHITE_LENGTH if white else 16
    if shifts < 100:
        for _ in range(shifts):
            lfsr = lfsr >> 1 | ((lfsr ^ lfsr >> 3 if white else lfsr) & 1) << 15
        return lfsr
    bits = noise_bits(lfsr, shifts + 16, white)[-16:]
    return int((bits.astype(np.int64) << np.arange(16)).sum())
