"""Recordings of a running console that play back to the last bit.

A VGM file counts time in 1/44100 s, but a sound chip minds in which of its cycles a write comes. So a recording holds
two things: ordinary commands, which every player can play, and a data block of a type that no chip uses, with the
chips' states at the beginning and the master clock of each write. :class:`megadrive.vgm.VGM` plays the block where
there is one.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from megadrive._core import ffi, lib
from megadrive.audio import FM_CLOCKS, NTSC_CLOCK, PAL_CLOCK, PSG_CLOCKS, AudioOutput
from megadrive.psg import PSG
from megadrive.vgm.commands import LOG_BLOCK, LOG_MARK
from megadrive.vgm.file import RATE, Tags, VGMError
from megadrive.vgm.writer import compose

Samples = npt.NDArray[np.int16]
Clocks = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

PORT_PSG = 4
PORT_FM_RESET = 5
"""Events beside writes to the YM2612's ports 0 to 3: a write to the PSG, the YM2612's reset line."""

YM_CLOCKS = 42
CYCLES = 24
BLOCK = 1 << 14
MOST_AHEAD = 64
"""Samples and ticks by which the chips may have been ahead of the clock when the recording began."""

_VERSION = 1
_HEAD = struct.Struct("<4sBBHqqqqIIIIII")


@dataclasses.dataclass(frozen=True, eq=False)
class Recording:
    """What was written to the sound chips, and what they were before."""

    start: int
    """Master clock at which the recording begins, where the sound had been rendered up to."""
    end: int
    """Master clock at which it ends."""
    clock: npt.NDArray[np.int64]
    """(n,) Master clock of each event, rising."""
    port: npt.NDArray[np.uint8]
    """(n,) 0 to 3: port of the YM2612; 4: PSG; 5: reset of the YM2612."""
    value: npt.NDArray[np.uint8]
    """(n,) Byte written."""
    fm_clock: int
    """Internal cycles that the YM2612 had run."""
    psg_clock: int
    """Ticks that the PSG had run."""
    ym2612: bytes
    """The C core's ``ym2612`` at the beginning."""
    psg: bytes
    """The C core's ``psg`` at the beginning."""
    audio: bytes
    """What :meth:`megadrive.audio.AudioOutput.save` returned at the beginning."""
    fm_ahead: Samples
    """(a, 2) FM samples made already that end after `start`."""
    psg_ahead: Samples
    """(b,) PSG ticks made already that end after `start`."""
    pal: bool
    """Whether it was a 50 Hz console."""

    @property
    def master_clock(self) -> int:
        """Master clock in Hz."""
        return PAL_CLOCK if self.pal else NTSC_CLOCK

    def pack(self) -> bytes:
        """Return the contents of the data block."""
        head = _HEAD.pack(
            LOG_MARK, _VERSION, self.pal, 0, self.start, self.end, self.fm_clock, self.psg_clock, len(self.ym2612),
            len(self.psg), len(self.audio), len(self.fm_ahead), len(self.psg_ahead), len(self.clock),
        )  # fmt: skip
        events = np.empty(len(self.clock), [("delta", "<u4"), ("port", "u1"), ("value", "u1")])
        delta = np.diff(self.clock, prepend=self.start)
        if len(delta) and not 0 <= delta.min() <= delta.max() < 1 << 32:
            raise ValueError("the events' clocks must rise from the start on, by less than 2**32 each")
        events["delta"], events["port"], events["value"] = delta, self.port, self.value
        ahead = self.fm_ahead.astype("<i2").tobytes() + self.psg_ahead.astype("<i2").tobytes()
        return head + self.ym2612 + self.psg + self.audio + ahead + events.tobytes()

    @classmethod
    def unpack(cls, body: bytes) -> Recording | None:
        """Return the recording in a data block; None if it was made by another version of this library.

        Raises
        ------
        VGMError
            If the block is damaged.
        """
        if len(body) < _HEAD.size:
            raise VGMError("offset 0x0 of the recording's block: it ends within its head")
        (_, version, pal, _, start, end, fm_clock, psg_clock, *sizes) = _HEAD.unpack(body[: _HEAD.size])
        fm_size, psg_size, audio_size, fm_ahead, psg_ahead, count = sizes
        want = [ffi.sizeof(name) for name in ("ym2612", "psg", "audio_out")]
        if version != _VERSION or [fm_size, psg_size, audio_size] != want:
            return None
        at = _HEAD.size
        parts = []
        for size in (fm_size, psg_size, audio_size, fm_ahead * 4, psg_ahead * 2, count * 6):
            parts.append(body[at : at + size])
            at += size
        if at != len(body):
            raise VGMError(f"offset {len(body):#x} of the recording's block: it ends here, expected at {at:#x}")
        events = np.frombuffer(parts[5], [("delta", "<u4"), ("port", "u1"), ("value", "u1")])
        recording = cls(
            start=start,
            end=end,
            clock=start + np.cumsum(events["delta"].astype(np.int64)),
            port=events["port"].copy(),
            value=events["value"].copy(),
            fm_clock=fm_clock,
            psg_clock=psg_clock,
            ym2612=parts[0],
            psg=parts[1],
            audio=parts[2],
            fm_ahead=np.frombuffer(parts[3], "<i2").astype(np.int16).reshape(-1, 2),
            psg_ahead=np.frombuffer(parts[4], "<i2").astype(np.int16),
            pal=bool(pal),
        )
        recording._check()
        return recording

    def _check(self) -> None:
        near = MOST_AHEAD * FM_CLOCKS
        wrong = (
            not 0 <= self.start <= self.end < 1 << 56
            or self.end - self.start > 86400 * self.master_clock
            or abs(self.fm_clock * YM_CLOCKS - self.start) > near
            or abs(self.psg_clock * PSG_CLOCKS - self.start) > near
            or len(self.fm_ahead) > MOST_AHEAD
            or len(self.psg_ahead) > MOST_AHEAD * 5
            or (self.port > PORT_FM_RESET).any()
            or not lib.ym2612_valid(_struct("ym2612", self.ym2612))
        )
        if wrong:
            raise VGMError("offset 0x8 of the recording's block: its times or states are damaged")
        try:
            self.output(48000)
        except ValueError as error:
            raise VGMError(f"offset {_HEAD.size:#x} of the recording's block: {error}") from None

    def output(self, sample_rate: int, **options: object) -> AudioOutput:
        """Return the audio output as it was at the beginning."""
        out = AudioOutput(sample_rate, master_clock=self.master_clock, **options)  # type: ignore[arg-type]
        out.load(self.audio)
        if out.clock != self.start:
            raise ValueError("the audio output's clock is not the recording's")
        return out

    def play(self, apart: bool = False) -> Iterator[tuple[Samples, Samples, int]]:
        """Play in blocks: FM samples, PSG ticks and the master clock at which the block ends.

        With `apart`, the samples have a first axis of channels, as :meth:`megadrive.YM2612.run_channels` gives them.
        """
        fm, psg = _Fm(self, apart), _Psg(self, apart)
        now, event = self.start, 0
        while now < self.end:
            then = min(now + BLOCK * FM_CLOCKS, self.end)
            last = int(np.searchsorted(self.clock, then, "right"))
            span = slice(event, last)
            events = self.clock[span], self.port[span], self.value[span]
            yield fm.run(*events, now, then), psg.run(*events, now, then), then
            now, event = then, last


class _Fm:
    """The YM2612 of a recording on its way, and its samples as the console gives them to its output."""

    def __init__(self, recording: Recording, apart: bool) -> None:
        self._chip = _struct("ym2612", recording.ym2612)
        self._clock = recording.fm_clock
        self._output = ffi.new("ym2612_output *") if apart else ffi.NULL
        audio = _struct("audio_out", recording.audio)
        self._left = recording.fm_ahead
        self._last = np.array([list(audio.fm[22:24])], np.int16) if audio.fm_started else self._left[:0]
        if apart:  # of what was before, only the sum is known
            self._left, self._last = (
                np.zeros((len(self._left), 14), np.int16),
                np.zeros((len(self._last), 14), np.int16),
            )

    def run(self, clock: Clocks, port: Bytes, value: Bytes, now: int, then: int) -> Samples:
        """Play the events of a block; return the samples that end in it."""
        cycle = clock // YM_CLOCKS
        start = 0
        for reset in (*np.flatnonzero(port == PORT_FM_RESET).tolist(), None):
            stop = len(port) if reset is None else reset
            writes = np.flatnonzero(port[start:stop] < PORT_PSG) + start
            end = then // YM_CLOCKS if reset is None else int(cycle[reset])
            self._advance(cycle[writes], port[writes], value[writes], end)
            if reset is not None:
                self._reset()
                start = reset + 1
        # after time that nobody heard, the first sample has been there for ever
        samples = _from(self._left, self._samples() - now // FM_CLOCKS)
        count = then // FM_CLOCKS - now // FM_CLOCKS
        self._last = samples[count - 1 : count] if count else self._last
        self._left = samples[count:]
        if self._output:
            return np.ascontiguousarray(samples[:count].reshape(-1, lib.YM2612_PARTS, 2).transpose(1, 0, 2))
        return samples[:count]

    def _samples(self) -> int:
        """Return how many samples there have been since power-on, as the console's core counts them."""
        return -(-(self._clock - int(self._chip.cycle)) // CYCLES)

    def _advance(self, cycle: Clocks, port: Bytes, value: Bytes, end: int) -> None:
        writes = np.stack([np.maximum(cycle - self._clock, 0), port, value], 1).astype(np.uint32)
        cycles = max(end - self._clock, int(writes[-1, 0]) if len(writes) else 0)
        out = np.empty((cycles // CYCLES + 1, 2 * lib.YM2612_PARTS if self._output else 2), np.int16)
        log, to = ffi.from_buffer("uint32_t[]", writes), ffi.from_buffer("int16_t[]", out)
        if self._output:
            made = lib.ym2612_run_output(self._chip, log, len(writes), cycles, self._output, True, to)
        else:
            made = lib.ym2612_run_writes(self._chip, log, len(writes), cycles, to)
        self._clock += cycles
        self._left = np.concatenate([self._left, out[:made]])

    def _reset(self) -> None:
        before = self._samples()
        lib.ym2612_reset(self._chip, self._chip.integrated)
        if self._samples() > before:  # the console holds the last sample over the gap
            held = self._left[-1:] if len(self._left) else self._last
            self._left = np.concatenate([self._left, held])


class _Psg:
    """The same for the PSG."""

    def __init__(self, recording: Recording, apart: bool) -> None:
        self._chip = PSG(_chip=_struct("psg", recording.psg))
        self._clock = recording.psg_clock
        self._apart = apart
        self._left = np.zeros((4, len(recording.psg_ahead)), np.int16) if apart else recording.psg_ahead

    def run(self, clock: Clocks, port: Bytes, value: Bytes, now: int, then: int) -> Samples:
        """Play the events of a block; return the ticks that end in it."""
        mine = port == PORT_PSG
        count = max(then // PSG_CLOCKS - self._clock, 0)
        tick = np.clip(clock[mine] // PSG_CLOCKS - self._clock, 0, count)
        writes = np.stack([tick, value[mine]], 1)
        made = self._chip.render_channels(writes, count) if self._apart else self._chip.render(writes, count)
        self._clock += count
        samples = np.concatenate([self._left, made], -1)
        gap = self._clock - now // PSG_CLOCKS - samples.shape[-1]
        if gap > 0 and samples.shape[-1]:
            samples = np.concatenate([np.repeat(samples[..., :1], gap, -1), samples], -1)
        due = then // PSG_CLOCKS - now // PSG_CLOCKS
        self._left = samples[..., due:]
        return np.ascontiguousarray(samples[..., :due])


def _struct(name: str, data: bytes) -> Any:
    """Return a new C struct of this name with these contents."""
    new = ffi.new(f"{name} *")
    ffi.buffer(new)[:] = data
    return new


def _from(samples: Samples, count: int) -> Samples:
    """Return `samples`, the first one repeated before them until there are `count`."""
    if not 0 < len(samples) < count:
        return samples
    return np.concatenate([np.repeat(samples[:1], count - len(samples), 0), samples])


def compose_recording(recording: Recording, tags: Tags | None = None, packed: bool = False) -> bytes:
    """Return a VGM file of a recording.

    Parameters
    ----------
    recording : Recording
        What was written, and what the chips were before.
    tags : Tags, optional
        Titles.
    packed : bool
        Return a VGZ file.

    Returns
    -------
    bytes
        The file: the registers' contents at the beginning and the writes as commands, and the exact recording.
    """
    fm, psg = _struct("ym2612", recording.ym2612), _struct("psg", recording.psg)
    writes: list[tuple[int, ...]] = _registers(fm, psg)
    address = [fm.mode_address >> 8 & 1, fm.mode_address & 0xFF]
    times = (recording.clock - recording.start) * RATE // recording.master_clock
    for time, port, value in zip(times.tolist(), recording.port.tolist(), recording.value.tolist(), strict=True):
        if port == PORT_PSG:
            writes.append((time, 2, value))
        elif port == PORT_FM_RESET:
            writes += [(time, part, register, value) for part, register, value in _RESET]
        elif port & 1:
            part, register = address
            writes.append((time, part, register, value))
        else:
            address = [port >> 1, value]
    samples = -(-(recording.end - recording.start) * RATE // recording.master_clock)
    return compose(
        writes,
        int(samples),
        tags=tags,
        pal=recording.pal,
        integrated=bool(fm.integrated),
        packed=packed,
        blocks=[(LOG_BLOCK, recording.pack())],
    )


# What a reset does, as far as writes can do it: quick releases, keys and DAC off, both sides of all channels on.
_RESET = [(part, register, 0xFF) for part in (0, 1) for register in range(0x80, 0x90) if register & 3 != 3]
_RESET += [(0, 0x28, channel) for channel in (0, 1, 2, 4, 5, 6)] + [(0, 0x2B, 0)]
_RESET += [(part, register, 0xC0) for part in (0, 1) for register in (0xB4, 0xB5, 0xB6)]


def _registers(fm: Any, psg: Any) -> list[tuple[int, ...]]:
    """Return writes that bring new chips to these registers, as far as registers go, and press the same keys."""
    values = bytearray(fm.registers)
    for channel in range(6):
        at = channel // 3 << 8 | 0xB4 + channel % 3
        values[at] = values[at] & 0x3F | fm.pan[channel] << 6
    mode = (0x22, 0x27, 0x2A, 0x2B)
    writes: list[tuple[int, ...]] = [(0, 0, register, values[register]) for register in mode]
    for part in (0, 1):
        for register in range(0x30, 0xB8):
            # a frequency's high byte is latched and must come first
            order = register ^ 4 if 0xA0 <= register < 0xB0 else register
            if order & 3 != 3:
                writes.append((0, part, order, values[part << 8 | order]))
    for channel in range(6):
        keys = sum(fm.key_register[slot + channel] << bit for slot, bit in ((0, 4), (12, 5), (6, 6), (18, 7)))
        if keys:
            writes.append((0, 0, 0x28, keys | channel + channel // 3))
    for channel in range(3):
        period = psg.period[channel]
        writes += [(0, 2, 0x80 | channel << 5 | period & 15), (0, 2, period >> 4 & 63)]
    writes.append((0, 2, 0xE0 | psg.noise & 7))
    # the register that a data byte goes to comes last
    order_of = [channel for channel in range(4) if channel << 1 | 1 != psg.latch]
    order_of += [psg.latch >> 1] if psg.latch & 1 else []
    for channel in order_of:
        writes.append((0, 2, 0x90 | channel << 5 | psg.attenuation[channel] & 15))
    if psg.latch in (0, 2, 4):
        writes.append((0, 2, 0x80 | psg.latch << 4 | psg.period[psg.latch >> 1] & 15))
    elif psg.latch == 6:
        writes.append((0, 2, 0xE0 | psg.noise & 7))
    return writes
