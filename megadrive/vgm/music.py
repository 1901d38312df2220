"""A VGM file as music: :class:`VGM`."""

from __future__ import annotations

import contextlib
import os
import pathlib
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from megadrive.audio import FM_CLOCKS, NTSC_CLOCK, PAL_CLOCK, PSG_CLOCKS, PSG_LEVEL, Filter
from megadrive.media import WavWriter
from megadrive.parts import PSG_PARTS, YM2612_PARTS
from megadrive.psg import PSG
from megadrive.vgm.commands import PSG_PORT, Codes, Reader, Section, StreamCommand, Streams, Times
from megadrive.vgm.file import RATE, Header, Tags, VGMError, VGMWarning, load, read_header, read_tags
from megadrive.vgm.recording import Recording
from megadrive.vgm.track import Settings, Track
from megadrive.ym2612 import YM2612

Samples = npt.NDArray[np.int16]

YM_CLOCKS = 42
"""Master clocks in one internal cycle of the YM2612."""

BLOCK = 1 << 14
"""FM samples that are made at a time."""

# Internal cycles from a data write to the next address write, so that the chip misses none: it takes in mode
# registers at once, FM registers when their slot comes round (12 cycles), key-on when all slots have (24).
_AFTER_MODE, _AFTER_KEY, _AFTER_FM = 4, 28, 16


class FMChip(Protocol):
    """What a YM2612 must do to play a file: :class:`megadrive.YM2612`, its model, or an object of one's own."""

    def render(self, writes: npt.NDArray[np.uint32], samples: int) -> Samples:
        """Run while writes (internal clock from now, port, value) come in: int16 (samples, 2)."""


class PSGChip(Protocol):
    """What a PSG must do to play a file: :class:`megadrive.PSG`, its model, or an object of one's own."""

    def render(self, writes: npt.NDArray[np.uint32], ticks: int) -> Samples:
        """Run while writes (tick from now, value) come in: int16 (ticks,)."""


class Chips(NamedTuple):
    """What plays a file."""

    ym2612: FMChip | None
    psg: PSGChip | None


class VGM:
    """A VGM or VGZ file.

    Parameters
    ----------
    source : path or bytes
        The file, packed or not.

    Raises
    ------
    VGMError
        If the file is damaged: truncated, with offsets that lead nowhere, or with something that is no command. The
        message names the offset in the unpacked file.
    OSError
        If the file cannot be read.

    Warns
    -----
    VGMWarning
        Once for each thing that is left out, such as a chip that a Mega Drive does not have.

    Examples
    --------
    >>> from megadrive.vgm import VGM, compose
    >>> VGM(compose([(0, 0, 0x28, 0xF0)], 44100)).header.ym2612_clock
    7670454
    """

    def __init__(self, source: str | os.PathLike[str] | bytes | bytearray | memoryview) -> None:
        data = load(source)
        self._warned: list[str] = []
        self._header = header = read_header(data)
        for name in header.foreign:
            self._warn(f"{name} is left out")
        self._tags = read_tags(data, header.tags)
        end = min(header.end, header.tags) if header.tags > header.data else header.end
        self._reader = Reader(data, header.version, end, self._warn)
        self._intro = self._reader.read(header.data, header.loop or None)
        self._recording = self._find_recording()
        self._loop: Section | None = None
        if header.loop:
            self._loop = self._reader.read(header.loop, pcm=self._intro.pcm)
            if not self._loop.length:
                raise VGMError(f"offset 0x1c: the loop at {header.loop:#x} has no length")

    def _find_recording(self) -> Recording | None:
        found = [Recording.unpack(body) for body in self._reader.logs[:1]]
        if found and found[0] is None:
            self._warn("exact recording of another version is left out")
        return found[0] if found else None

    def _warn(self, text: str) -> None:
        if text not in self._warned:
            self._warned.append(text)
            warnings.warn(text, VGMWarning, stacklevel=4)

    # --------------------------------------------------------------------------------- what it is

    @property
    def header(self) -> Header:
        """The header's fields."""
        return self._header

    @property
    def tags(self) -> Tags:
        """Title, game, author and so on; empty where not given."""
        return self._tags

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is left out."""
        return tuple(self._warned)

    @property
    def recording(self) -> Recording | None:
        """The exact recording that the file holds, if it was made by this library."""
        return self._recording

    @property
    def seconds(self) -> float:
        """Length, the loop played once."""
        return self.length(1) / RATE

    @property
    def has_loop(self) -> bool:
        """Whether the file says where it begins anew."""
        return self._loop is not None

    @property
    def master_clock(self) -> int:
        """Master clock in Hz of the console that the file's clocks stand for."""
        hertz = self._header.ym2612_clock * 7 or self._header.psg_clock * 15 or NTSC_CLOCK
        return next((clock for clock in (NTSC_CLOCK, PAL_CLOCK) if abs(hertz - clock) < 1000), hertz)

    def length(self, loops: int = 1) -> int:
        """Return the length in samples at 44100 Hz, the loop played `loops` times."""
        return self._intro.length + (loops * self._loop.length if self._loop else 0)

    def __repr__(self) -> str:
        title = " - ".join(part for part in (self._tags.game, self._tags.title) if part)
        return f"<VGM {title!r} {self.seconds:.1f} s>"

    # ----------------------------------------------------------------------------------- playing

    def blocks(
        self,
        sample_rate: int = 48000,
        loops: int = 1,
        fade: float = 0.0,
        filter: Filter = "raw",
        psg_level: float = PSG_LEVEL,
        chips: Chips | None = None,
    ) -> Iterator[Samples]:
        """Play, a third of a second at a time; parameters as for :meth:`render`.

        An exact recording is played as such, unless `chips` are given: it gives the very samples of the console.
        """
        settings = Settings(sample_rate, filter, psg_level)
        if self._recording is not None and chips is None:
            exact = self._recording.output(sample_rate, filter=filter, psg_level=psg_level)
            for fm, psg, end in self._recording.play():
                yield exact.render(end, fm, psg)
            return
        track = self._track(settings, loops, fade)
        for fm, psg, end in self._native(loops, fade, chips or self.chips()):
            yield from track.add(fm, psg, end)
            if track.over:
                return

    def stem_blocks(
        self,
        sample_rate: int = 48000,
        loops: int = 1,
        fade: float = 0.0,
        filter: Filter = "raw",
        psg_level: float = PSG_LEVEL,
    ) -> Iterator[dict[str, Samples]]:
        """Play as :meth:`blocks`, each channel apart, by the names in :attr:`stems`; they add up to the whole."""
        settings = Settings(sample_rate, filter, psg_level)
        if self._recording is not None:
            start = self._recording.start
            tracks = {name: Track(settings, self._recording.master_clock, start=start) for name in self.stems}
            source = self._recording.play(apart=True)
        else:
            tracks = {name: self._track(settings, loops, fade) for name in self.stems}
            source = self._native(loops, fade, self.chips(), apart=True)
        for fm, psg, end in source:
            blocks: dict[str, list[Samples]] = {}
            for name, track in tracks.items():
                if name in YM2612_PARTS:
                    blocks[name] = track.add(fm[YM2612_PARTS.index(name)], None, end)
                else:
                    blocks[name] = track.add(None, psg[PSG_PARTS.index(name)], end)
            if all(blocks.values()):
                yield {name: block for name, (block,) in blocks.items()}
            if all(track.over for track in tracks.values()):
                return

    @property
    def stems(self) -> tuple[str, ...]:
        """Names of the channels of the chips that the header names."""
        fm = YM2612_PARTS if self._header.ym2612_clock else ()
        return fm + (PSG_PARTS if self._header.psg_clock else ())

    def _track(self, settings: Settings, loops: int, fade: float) -> Track:
        """Return the way of one stream of samples to the output, for a file of plain commands."""
        if isinstance(loops, bool) or not isinstance(loops, (int, np.integer)) or loops < 1:
            raise ValueError(f"loops is {loops!r}, expected 1 or more")
        if not 0 <= fade <= 3600:
            raise ValueError(f"fade is {fade!r}, expected 0 to 3600 (seconds)")
        fade = fade if self._loop else 0.0
        steady = self.length(loops) * settings.sample_rate // RATE
        total = steady + round(fade * settings.sample_rate)
        return Track(
            settings,
            self.master_clock,
            psg_clock=self._psg_clock,
            steady=steady,
            total=total,
            volume=self._header.volume,
        )

    def render(
        self,
        sample_rate: int = 48000,
        loops: int = 1,
        fade: float = 0.0,
        filter: Filter = "raw",
        psg_level: float = PSG_LEVEL,
        chips: Chips | None = None,
    ) -> Samples:
        """Play the whole file.

        Parameters
        ----------
        sample_rate : int
            Of the result, 8000 to 192000 Hz.
        loops : int
            How often the part that repeats is played.
        fade : float
            Seconds of fading out behind that, if there is a part that repeats.
        filter, psg_level
            As for :class:`megadrive.audio.AudioOutput`.
        chips : Chips, optional
            What plays it, by default :meth:`chips`.

        Returns
        -------
        int16 (samples, 2)
            Left and right.

        Raises
        ------
        ValueError
            If an argument is out of range.
        """
        parts = list(self.blocks(sample_rate, loops, fade, filter, psg_level, chips))
        return np.concatenate(parts) if parts else np.zeros((0, 2), np.int16)

    def render_native(self, loops: int = 1, chips: Chips | None = None) -> tuple[Samples, Samples]:
        """Return what the chips themselves give, neither mixed nor resampled.

        Returns
        -------
        int16 (n, 2), int16 (m,)
            FM samples (1,008 master clocks each) and PSG ticks (240 each).
        """
        parts = list(self._native(loops, 0.0, chips or self.chips(), pad=False))
        fm = [part[0] for part in parts] or [np.zeros((0, 2), np.int16)]
        psg = [part[1] for part in parts] or [np.zeros(0, np.int16)]
        return np.concatenate(fm), np.concatenate(psg)

    def write_wav(
        self,
        path: str | os.PathLike[str],
        sample_rate: int = 48000,
        progress: Callable[[float], Any] | None = None,
        **options: Any,
    ) -> None:
        """Play into a WAV file.

        Parameters
        ----------
        path : path
            The file to write.
        sample_rate : int
            In Hz.
        progress : callable, optional
            Takes the seconds that have been written, after each block.
        **options
            As for :meth:`render`.
        """
        done = 0
        with WavWriter(path, sample_rate) as file:
            for block in self.blocks(sample_rate, **options):
                file.write(block)
                done += len(block)
                if progress is not None:
                    progress(done / sample_rate)

    def write_stems(
        self,
        path: str | os.PathLike[str],
        sample_rate: int = 48000,
        progress: Callable[[float], Any] | None = None,
        **options: Any,
    ) -> list[pathlib.Path]:
        """Play into WAV files, one for each channel: ``NAME-fm1.wav`` and so on for a path ``NAME.wav``.

        Parameters
        ----------
        path : path
            What the files are named after.
        sample_rate, progress
            As for :meth:`write_wav`.
        **options
            As for :meth:`stem_blocks`.

        Returns
        -------
        list of Path
            The files; there is none of a channel that is silent throughout.
        """
        base = pathlib.Path(path)
        paths = {name: base.with_name(f"{base.stem}-{name}{base.suffix or '.wav'}") for name in self.stems}
        heard: set[str] = set()
        done = 0
        with contextlib.ExitStack() as stack:
            files = {name: stack.enter_context(WavWriter(paths[name], sample_rate)) for name in self.stems}
            for blocks in self.stem_blocks(sample_rate, **options):
                for name, block in blocks.items():
                    files[name].write(block)
                    if np.abs(block).max(initial=0) > 1:
                        heard.add(name)
                done += len(next(iter(blocks.values()), ()))
                if progress is not None:
                    progress(done / sample_rate)
        for name in self.stems:
            if name not in heard:
                paths[name].unlink()
        return [paths[name] for name in self.stems if name in heard]

    def chips(self) -> Chips:
        """Return new chips of the kinds that the header names."""
        fm = YM2612("integrated" if self._header.integrated else "discrete") if self._header.ym2612_clock else None
        return Chips(fm, PSG() if self._header.psg_clock else None)

    # ---------------------------------------------------------------------------------- in parts

    @property
    def _psg_clock(self) -> int | None:
        """Master clock in Hz of a PSG whose clock is not that of the console's."""
        fm, psg = self._header.ym2612_clock * 7, self._header.psg_clock * 15
        return psg if fm and psg and abs(fm - psg) >= fm // 1000 else None

    def _sections(self, loops: int, fade: float) -> Iterator[Section]:
        yield self._intro
        if self._loop is None:
            return
        section, last = self._loop, self._intro.pcm
        for turn in range(loops + int(np.ceil(fade * RATE / self._loop.length))):
            if turn and section.pcm != last:
                last, section = section.pcm, self._reader.read(self._header.loop, pcm=section.pcm)
            yield section

    def _native(
        self, loops: int, fade: float, chips: Chips, pad: bool = True, apart: bool = False
    ) -> Iterator[tuple[Samples, Samples, int]]:
        """Play in blocks: FM samples, PSG ticks and the master clock at which the block ends.

        With `apart`, the samples have a first axis of channels, and the chips are those of this library.
        """
        clock = self.master_clock
        ticks_clock = self._psg_clock or clock
        events = _Events(self._sections(loops, fade), Streams(self._reader.banks, self._warn))
        pacing = _Pacing()
        end = (self.length(loops) * clock) // RATE + round(fade * clock)
        stop = end + BLOCK * FM_CLOCKS if pad else end
        now = 0
        psg_done = 0
        while now < stop:
            then = min(now + BLOCK * FM_CLOCKS, stop)
            times, codes = events.until(then * RATE / clock)
            samples = then // FM_CLOCKS - now // FM_CLOCKS
            ticks_end = then * ticks_clock // clock // PSG_CLOCKS
            ticks = ticks_end - psg_done
            is_psg = codes >> 16 == PSG_PORT
            fm = np.zeros((len(YM2612_PARTS), samples, 2) if apart else (samples, 2), np.int16)
            psg = np.zeros((len(PSG_PARTS), ticks) if apart else ticks, np.int16)
            if chips.ym2612 is not None:
                cycles = (times[~is_psg] * (clock / YM_CLOCKS / RATE)).astype(np.int64)
                base = now // FM_CLOCKS * 24
                fm_writes = pacing.writes(cycles, codes[~is_psg], base, base + samples * 24)
                play = chips.ym2612.render_channels if apart else chips.ym2612.render  # type: ignore[attr-defined]
                fm = play(fm_writes, samples)
            if chips.psg is not None:
                at = (times[is_psg] * (ticks_clock / PSG_CLOCKS / RATE)).astype(np.int64) - psg_done
                writes = np.stack([np.clip(at, 0, ticks), codes[is_psg] & 0xFF], 1).astype(np.uint32)
                tune = chips.psg.render_channels if apart else chips.psg.render  # type: ignore[attr-defined]
                psg = tune(writes, ticks)
            yield fm, psg, then
            now, psg_done = then, ticks_end


class _Events:
    """All register writes of a piece in order of time."""

    def __init__(self, sections: Iterator[Section], streams: Streams) -> None:
        self._sections = sections
        self._streams = streams
        self._commands: list[tuple[float, StreamCommand]] = []
        self._times: Times = np.zeros(0)
        self._codes: Codes = np.zeros(0, np.uint32)
        self._read = 0
        """Up to where sections have been read, at 44100 Hz."""
        self._over = False

    def until(self, time: float) -> tuple[Times, Codes]:
        """Return the writes before `time` that have not been returned yet."""
        while not self._over and self._read <= time:
            section = next(self._sections, None)
            if section is None:
                self._over = True
                break
            self._times = np.concatenate([self._times, section.times + float(self._read)])
            self._codes = np.concatenate([self._codes, section.codes])
            self._commands += [(self._read + command.time, command) for command in section.streams]
            self._read += section.length
        n = int(np.searchsorted(self._times, time))
        times, codes = [self._times[:n]], [self._codes[:n]]
        self._times, self._codes = self._times[n:], self._codes[n:]
        last = 0
        for at, command in self._commands:
            if at >= time:
                break
            self._add(times, codes, self._streams.writes(at))
            self._streams.control(at, command)
            last += 1
        del self._commands[:last]
        self._add(times, codes, self._streams.writes(time))
        all_times, all_codes = np.concatenate(times), np.concatenate(codes)
        order = np.argsort(all_times, kind="stable")
        return all_times[order], all_codes[order]

    @staticmethod
    def _add(times: list[Times], codes: list[Codes], more: tuple[Times, Codes]) -> None:
        if len(more[0]):
            times.append(more[0])
            codes.append(more[1])


class _Pacing:
    """Writes to the YM2612 as far apart as the chip needs them; those that come too late for a block wait."""

    def __init__(self) -> None:
        self._free = 0
        self._cycles = np.zeros(0, np.int64)
        self._codes: Codes = np.zeros(0, np.uint32)

    def writes(self, cycles: npt.NDArray[np.int64], codes: Codes, start: int, end: int) -> npt.NDArray[np.uint32]:
        """Return address and data writes within [start, end): (internal clock from `start`, port, value)."""
        register = codes >> 8 & 0xFF
        gaps = np.select([register == 0x28, register < 0x30], [_AFTER_KEY, _AFTER_MODE], _AFTER_FM).astype(np.int64)
        before = np.cumsum(gaps) - gaps
        if len(cycles):
            first = np.maximum(cycles, self._free) - before
            cycles = np.maximum.accumulate(first) + before
            self._free = int(cycles[-1] + gaps[-1])
        cycles = np.concatenate([self._cycles, cycles])
        codes = np.concatenate([self._codes, codes])
        n = int(np.searchsorted(cycles, end - 1))
        self._cycles, self._codes = cycles[n:], codes[n:]
        cycles, codes = cycles[:n] - start, codes[:n]
        port = (codes >> 16) * 2
        address = np.stack([cycles, port, codes >> 8 & 0xFF], 1)
        data = np.stack([cycles + 1, port + 1, codes & 0xFF], 1)
        return np.stack([address, data], 1).reshape(-1, 3).astype(np.uint32)
