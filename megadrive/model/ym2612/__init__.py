"""The YM2612 and YM3438 in Python and numpy.

One class in layers, each of which is one thing that the chip does:

============== ====================================================================================================
`state`        the fields of the C struct as Python numbers
`registers`    the bus, and the register map
`counters`     timers, LFO, envelope timer
`operators`    phase and envelope of one slot, sample by sample
`cycle`        one internal cycle, exact for writes in any of the 24 of a sample: the specification
`changes`      the bus over many samples: who sees a write from which sample on
`stream`       phase and envelope of one slot over a stretch of samples, as arrays
`feedback`     S1 as it hears itself
`mix`          what the pins show, as arrays
`block`        whole samples, as arrays
============== ====================================================================================================

The layers are joined in :class:`YM2612`; a subclass may replace any method.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from megadrive._core import ffi
from megadrive.model.ym2612.block import Block
from megadrive.model.ym2612.tables import RELEASE
from megadrive.parts import YM2612_PARTS, Parts
from megadrive.patch import Channel, channels_of
from megadrive.ym2612 import CYCLES, MOST_SAMPLES, VARIANTS, check_range, check_variant, check_writes, output_of

STATUS_LIFE = (300_000, 40_000_000)
"""Internal cycles for which the ports hold the status on a YM2612 and on a YM3438, as in Nuked-OPN2."""

SHORTEST_BLOCK = 4
"""Samples for which a block is worth its preparation."""

NO_WRITES = np.empty((0, 3), np.uint32)


class YM2612(Block, Parts):
    """The model of :class:`megadrive.YM2612`, on the same state struct and with the same methods.

    Examples
    --------
    >>> from megadrive import model
    >>> chip = model.YM2612("integrated")
    >>> writes = [(0, 0, 0x2B), (12, 1, 0x80), (24, 0, 0x2A), (36, 1, 0xFF)]
    >>> chip.render(writes, 4)[:, 0]
    array([  0,   0, 762, 762], dtype=int16)
    """

    PARTS = YM2612_PARTS

    def __init__(self, variant: str = "discrete", _chip: Any = None, _owner: Any = None) -> None:
        integrated = check_variant(variant)
        super().__init__(ffi.new("ym2612 *") if _chip is None else _chip)
        self.owner = self.c if _owner is None else _owner
        self._output = output_of(self.owner)
        self._muted = ffi.addressof(self._output, "muted")
        if _chip is None:
            self.c.integrated = integrated
            self.reset()
        else:
            self.load()

    def reset(self) -> None:
        """Do as the /IC pin: silence, all registers 0 but both sides of each channel on. The clock goes on."""
        clock, integrated = self.c.clock, self.c.integrated
        ffi.memmove(self.c, bytes(ffi.sizeof("ym2612")), ffi.sizeof("ym2612"))
        self.c.clock, self.c.integrated = clock, integrated
        self.c.level = self.c.attenuation = [1023] * 24
        self.c.waiting_level = 1023
        self.c.eg_state = [RELEASE] * 24
        self.c.pan = [3] * 6
        self.load()

    # ------------------------------------------------------------------------------------- running

    def write(self, port: int, value: int) -> None:
        """Write a byte to a port (0 and 2 address, 1 and 3 data) at the present time."""
        port, value = check_range("port", port, 3), check_range("value", value, 255)
        self.load()
        self.strobe(port, value)
        self.c.bus, self.c.data_strobe, self.c.address_strobe = self.bus, self.data_strobe, self.address_strobe

    def read(self, port: int) -> int:
        """Read a port: bit 7 busy, 1 timer B, 0 timer A; ports 1 to 3 of a YM2612 hold what port 0 said last."""
        chip = self.c
        if check_range("port", port, 3) == 0 or chip.integrated:
            if chip.test_21 & 0x40:
                self.load()
                chip.status = self.test_status()
            else:
                chip.status = chip.busy << 7 | chip.timer_flag[1] << 1 | chip.timer_flag[0]
            chip.status_until = chip.clock + STATUS_LIFE[chip.integrated]
        return int(chip.status) if chip.status_until > chip.clock else 0

    def test_status(self) -> int:
        """Return what the ports show with bit 6 of $21: internal signals."""
        shift = (self.cycle + 21) % 24
        word = self.shown_before & 0x1FF if self.test_2c & 0x10 else self.output[(self.cycle + 18) % 24] & 0x3FFF
        stepped = int(self.eg_step[(self.cycle + 20) % 24] > 0)
        word |= (self.test_attenuation >> shift & 1 if self.test_21 & 1 else stepped) << 14
        word |= (self.test_phase >> shift & 1) << 15
        return word & 0xFF if self.test_21 & 0x80 else word >> 8

    def run(self, samples: int) -> npt.NDArray[np.int16]:
        """Run, and return the samples that end meanwhile: int16 (samples, 2), left and right."""
        return self.run_cycles(CYCLES * check_range("samples", samples, MOST_SAMPLES))

    def run_cycles(self, cycles: int) -> npt.NDArray[np.int16]:
        """Run internal cycles, and return the samples that end among them: int16 (n, 2)."""
        return self._mixed(NO_WRITES, check_range("cycles", cycles, CYCLES * MOST_SAMPLES))

    def run_channels(self, samples: int) -> npt.NDArray[np.int16]:
        """Run, and return the channels and the DAC apart: int16 (7, samples, 2)."""
        return self.render_channels((), samples)

    def advance(self, cycles: int) -> None:
        """Run internal cycles without sound."""
        self.run_cycles(cycles)

    def render(self, writes: npt.ArrayLike, samples: int) -> npt.NDArray[np.int16]:
        """Run while writes (internal cycle from now, port, value) come in: int16 (samples, 2)."""
        samples = check_range("samples", samples, MOST_SAMPLES)
        return self._mixed(check_writes(writes, samples), CYCLES * samples)

    def play(self, writes: npt.NDArray[np.uint32], cycles: int) -> npt.NDArray[np.int16]:
        """Run internal cycles while writes (cycle from now, port, value) come in: int16 (n, 2)."""
        return self._mixed(writes, cycles)

    def render_channels(self, writes: npt.ArrayLike, samples: int) -> npt.NDArray[np.int16]:
        """Run while writes come in, and return the channels and the DAC apart: int16 (7, samples, 2)."""
        samples = check_range("samples", samples, MOST_SAMPLES)
        return self._play(check_writes(writes, samples), CYCLES * samples).transpose(0, 2, 1)

    def _mixed(self, writes: npt.NDArray[np.uint32], cycles: int) -> npt.NDArray[np.int16]:
        """Run, with silence in the place of what is muted."""
        return np.ascontiguousarray(self._play(writes, cycles, self._muted[0]).sum(0, dtype=np.int16).T)

    def _play(self, writes: npt.NDArray[np.uint32], cycles: int, muted: int = 0) -> npt.NDArray[np.int16]:
        """Run while writes (cycle, port, value) come in: blocks where they can be, else cycle by cycle.

        Returns the parts of each sample, int16 (7, 2, samples), with silence for those in the bits of `muted`.
        """
        self.load()
        self.begin_parts(muted)
        log = writes.astype(np.int64)
        parts: list[npt.NDArray[np.int16]] = []
        now, coming, stop = 0, 0, 0
        while now < cycles or coming < len(log):
            if self.cycle == 0 and cycles - now >= CYCLES * SHORTEST_BLOCK:
                if stop <= coming:  # the first write that no block takes
                    stop = self.first_alone(log, coming)
                until = int(log[stop, 0]) if stop < len(log) else cycles
                samples = min(self.block_limit(), (until - now) // CYCLES)
                if samples >= SHORTEST_BLOCK:
                    end = coming + int(log[coming:stop, 0].searchsorted(now + CYCLES * samples))
                    parts.append(self.run_block(samples, log[coming:end] - (now, 0, 0)))
                    now, coming = now + CYCLES * samples, end
            while coming < len(log) and log[coming, 0] == now:
                self.strobe(*log[coming, 1:].tolist())
                coming += 1
            end = int(log[coming, 0]) if coming < len(log) else cycles
            for _ in range(min(end - now, CYCLES - self.cycle)):
                self.one_cycle()
                now += 1
                if self.cycle == 0:
                    parts.append(np.array(self.heard_parts(), np.int16).reshape(7, 2, 1))
                    self.sum = [0, 0]
        self.store()
        self.part_clock = self.clock
        return np.concatenate(parts, 2) if parts else np.empty((7, 2, 0), np.int16)

    # ----------------------------------------------------------------------------------- registers

    @property
    def variant(self) -> str:
        """The variant: ``"discrete"`` or ``"integrated"``."""
        return VARIANTS[self.c.integrated]

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The six channels: instruments, pitches and keys by name."""
        return channels_of(self, self.c)

    def poke(self, address: int, value: int) -> None:
        """Give a register (0x100 added: part 2) a value at once, without the bus."""
        self.load()
        self.poke_register(check_range("address", address, 0x1FF), check_range("value", value, 255))
        self.store()
