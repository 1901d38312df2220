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

    def toggles(self, ticks: Array) -> Array:
        """Return how often it has toggled after so many ticks."""
        return np.where(ticks < self.first, 0, 1 + (ticks - self.first) // self.period)

    def toggled(self, ticks: int) -> int:
        """Return the same for a single number of ticks."""
        return 0 if ticks < self.first else 1 + (ticks - self.first) // self.period

    def rises(self, ticks: Array) -> Array:
        """Return how often it has gone from 0 to 1 after so many ticks."""
        return (self.toggles(ticks) + 1 - self.high) // 2


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
        return self._mixed(self.run_channels(ticks))

    def _mixed(self, channels: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
        heard = [channel for channel in range(len(self.PARTS)) if not self._muted[0] >> channel & 1]
        levels: npt.NDArray[np.int16] = channels[heard].sum(0, dtype=np.int16)
        return levels

    def run_channels(self, ticks: int) -> npt.NDArray[np.int16]:
        """Run, and return the channels apart: int16 (4, ticks), tone 1 to 3 and the noise."""
        time = np.arange(1, count(ticks) + 1, dtype=np.uint32)
        levels = np.zeros((4, ticks), np.int16)
        for channel, attenuation in enumerate(self.c.attenuation):
            volume = VOLUMES[attenuation & 15]
            if volume and channel == NOISE:
                levels[channel] = self._noise_bits(time) * volume
            elif volume:
                wave = self.wave(channel)
                levels[channel] = (wave.toggles(time) + wave.high & 1) * volume
        self.advance(ticks)
        return levels

    def advance(self, ticks: int) -> None:
        """Run without sound: the state comes out as :meth:`run` leaves it."""
        ticks, chip = count(ticks, 1 << 62), self.c
        if ticks == 0:
            return
        source = self.noise_source()
        shifts = (source.toggled(ticks) + 1 - source.high) // 2
        if shifts:
            chip.lfsr = shifted(chip.lfsr, shifts, bool(chip.noise & WHITE))
        for channel in range(4):
            wave = self.wave(channel)
            toggles = wave.toggled(ticks)
            if toggles:
                chip.counter[channel] = 1 + (ticks - wave.first) % wave.period
            else:
                chip.counter[channel] += ticks
            chip.output[channel] = wave.high + toggles & 1
        chip.clock += ticks

    def render(self, writes: npt.ArrayLike, ticks: int) -> npt.NDArray[np.int16]:
        """Run while writes (tick from now, value) come in: int16 (ticks,)."""
        return self._mixed(self.render_channels(writes, ticks))

    def render_channels(self, writes: npt.ArrayLike, ticks: int) -> npt.NDArray[np.int16]:
        """Run while writes come in, and return the channels apart: int16 (4, ticks)."""
        log = write_log(writes, count(ticks))
        parts, now = [], 0
        for tick, value in log.tolist():
            parts.append(self.run_channels(tick - now))
            self.write(value)
            now = tick
        parts.append(self.run_channels(ticks - now))
        return np.concatenate(parts, 1)

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

    def noise_source(self) -> Wave:
        """Return the square wave whose rising edges shift the noise's register."""
        return self.wave(2 if self.c.noise & 3 == FROM_TONE_3 else NOISE)

    def _noise_bits(self, time: Array) -> Array:
        """Return the noise's output at each of these ticks, which count from now."""
        if not len(time):
            return np.zeros(0, np.int16)
        shifts = self.noise_source().rises(time)
        return noise_bits(self.c.lfsr, int(shifts[-1]) + 1, bool(self.c.noise & WHITE))[shifts]

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
    bits = noise_bits(lfsr, shifts + 16, white)[-16:]
    return int((bits.astype(np.int64) << np.arange(16)).sum())
