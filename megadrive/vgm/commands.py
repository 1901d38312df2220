"""The commands of a VGM file, turned into register writes with times."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from megadrive.vgm.file import Banks, VGMError

Times = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint32]

PSG_PORT = 2
"""Port of a PSG write; 0 and 1 are the parts of the YM2612."""

LOG_BLOCK = 0x3E
"""Type of the data block that holds a recording's exact writes: no chip's."""
LOG_MARK = b"MDwl"

MOST_STREAM_HZ = 1_000_000

# Operand bytes of the commands that no rule below covers.
_OPERANDS = {0x4F: 1, 0x50: 1, 0x61: 2, 0x62: 0, 0x63: 0, 0x64: 3, 0x66: 0, 0x68: 11, 0x94: 1}
_OPERANDS |= {0x90: 4, 0x91: 4, 0x92: 5, 0x93: 10, 0x95: 4}

# Chips of commands that are left out.
_FOREIGN = {0x30: "second SN76489", 0x4F: "Game Gear stereo", 0x51: "YM2413", 0x54: "YM2151", 0x68: "PCM RAM"}
_FOREIGN |= {0xA2: "second YM2612", 0xA3: "second YM2612", 0xB2: "PWM", 0xC0: "Sega PCM", 0xB1: "RF5C164"}

# Lengths of the commands that are decoded many at a time, 0 for all others; what they wait.
_STEPS = np.zeros(256, np.int64)
_STEPS[[0x50, 0x52, 0x53, 0x61]] = 2, 3, 3, 3
_STEPS[[0x62, 0x63]] = _STEPS[0x70:0x90] = 1
_WAITS = np.zeros(256, np.int64)
_WAITS[[0x62, 0x63]] = 735, 882
_WAITS[0x70:0x90] = np.concatenate([np.arange(1, 17), np.arange(16)])

_LEAST_WINDOW, _MOST_WINDOW = 1 << 8, 1 << 18


def _walk(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Return where commands begin, from 0 on to the first that is not a plain one or not all there, or to the end.

    Jumps from each place to the next are joined to jumps of 2, 4, 8... commands.
    """
    places = np.zeros(1, np.int64)
    if not len(data) or not _STEPS[data[0]]:
        return places
    here = np.arange(len(data) + 1)
    jump = here[:-1] + _STEPS[data]
    jump = np.append(np.where(jump > len(data), here[:-1], jump), len(data))
    while True:
        more = jump[places]
        more = more[more > places[-1]]
        if not len(more):
            return places
        places = np.concatenate([places, more[np.append(True, np.diff(more) > 0)]])
        jump = jump[jump]


def operands(command: int, version: int) -> int | None:
    """Return how many operand bytes a command has; None: there is no such command."""
    if command in _OPERANDS:
        return _OPERANDS[command]
    if 0x30 <= command <= 0x3F:
        return 1
    if 0x40 <= command <= 0x4E:
        return 2 if version >= 0x160 else 1
    if 0x51 <= command <= 0x5F or 0xA0 <= command <= 0xBF:
        return 2
    if 0x70 <= command <= 0x8F:
        return 0
    if 0xC0 <= command <= 0xDF:
        return 3
    return 4 if command >= 0xE0 else None


@dataclasses.dataclass
class StreamCommand:
    """A command of the stream control, 0x90 to 0x95."""

    time: int
    offset: int
    command: int
    body: bytes


@dataclasses.dataclass
class Section:
    """Commands from one offset to another."""

    length: int
    """In samples at 44100 Hz."""
    times: npt.NDArray[np.int64]
    """Of each write, from the section's start."""
    codes: Codes
    """Port << 16 | register << 8 | value."""
    streams: list[StreamCommand]
    pcm: int
    """Position in the PCM bank at its end."""


class Reader:
    """Walks through the commands.

    Parameters
    ----------
    data : bytes
        The unpacked file.
    version : int
        Of the format, which some commands' lengths depend on.
    end : int
        Offset behind the last command.
    warn : callable
        Takes what is left out, as a text.
    """

    def __init__(self, data: bytes, version: int, end: int, warn: Callable[[str], None]) -> None:
        self._data = data
        self._bytes = np.frombuffer(data, np.uint8)
        self._version = version
        self._end = end
        self._warn = warn
        self.banks = Banks()
        self.logs: list[bytes] = []
        self._taken: set[int] = set()

    def read(self, start: int, stop: int | None = None, pcm: int = 0) -> Section:
        """Return the section from `start` to `stop`, or to the end command; `pcm` is the position in the PCM bank."""
        data, at, time = self._data, start, 0
        parts: list[tuple[npt.NDArray[np.int64], Codes]] = []
        streams: list[StreamCommand] = []
        window = _LEAST_WINDOW
        while at != stop:
            if stop is not None and at > stop:
                raise VGMError(f"offset 0x1c: a loop to {stop:#x}, in the middle of a command")
            if at >= self._end:
                raise VGMError(f"offset {at:#x}: the commands end here without an end command (0x66)")
            end = min(at + window, self._end if stop is None else stop)
            places = _walk(self._bytes[at:end])
            if len(places) > 1:
                clock, codes, waited, values = self._decode(at, places[:-1], pcm)
                parts.append((time + clock, codes))
                time += waited
                pcm += values
                at += int(places[-1])
                window = min(window * 2, _MOST_WINDOW) if places[-1] > window // 2 else _LEAST_WINDOW
                continue
            command = data[at]
            if command == 0x67:
                at = self._block(at)
                continue
            count = operands(command, self._version)
            if count is None:
                raise VGMError(f"offset {at:#x}: {command:#04x} is no command")
            if at + 1 + count > self._end:
                raise VGMError(f"offset {at:#x}: the commands end within command {command:#04x}")
            body = data[at + 1 : at + 1 + count]
            if command == 0x66:
                break
            if 0x90 <= command <= 0x95:
                streams.append(StreamCommand(time, at, command, body))
            elif command == 0xE0:
                pcm = int.from_bytes(body, "little")
            elif _STEPS[command] == 0 and not (command == 0x4F and body[0] == 0xFF) and command != 0x64:
                self._warn(f"{_FOREIGN.get(command, f'command {command:#04x}')} is left out")
            at += 1 + count
        return Section(
            length=time,
            times=np.concatenate([part[0] for part in parts] or [np.zeros(0, np.int64)]),
            codes=np.concatenate([part[1] for part in parts] or [np.zeros(0, np.uint32)]),
            streams=streams,
            pcm=pcm,
        )

    def _decode(
        self, at: int, places: npt.NDArray[np.int64], pcm: int
    ) -> tuple[npt.NDArray[np.int64], Codes, int, int]:
        """Return time and code of each write among these commands, the time they take, and how many PCM bytes."""
        first = self._bytes[at + places].astype(np.int64)
        # an operand behind the end belongs to no command of this length
        second, third = (np.take(self._bytes, at + places + i, mode="clip").astype(np.int64) for i in (1, 2))
        waits = np.where(first == 0x61, third << 8 | second, _WAITS[first])
        clock = np.cumsum(waits)
        codes = np.where(first == 0x50, PSG_PORT << 16 | second, (first & 1) << 16 | second << 8 | third)
        dac = first >= 0x80
        values = self._pcm(pcm, int(dac.sum()), at)
        codes[dac] = 0x2A00 | values.astype(np.int64)
        writes = dac | (first == 0x50) | (first == 0x52) | (first == 0x53)
        total = int(clock[-1])
        return (clock - waits)[writes], codes[writes].astype(np.uint32), total, len(values)

    def _pcm(self, position: int, count: int, at: int) -> npt.NDArray[np.uint8]:
        values = self.banks.bank(0)[position : position + count]
        if len(values) < count:
            self._warn(f"DAC writes from offset {at:#x} on read behind the end of the PCM data")
            values = np.concatenate([values, np.full(count - len(values), 0x80, np.uint8)])
        return values

    def _block(self, at: int) -> int:
        """Take in the data block at `at`, once, and return the offset behind it."""
        data = self._data
        if at + 7 > self._end:
            raise VGMError(f"offset {at:#x}: the commands end within a data block's head")
        if data[at + 1] != 0x66:
            raise VGMError(f"offset {at + 1:#x}: {data[at + 1]:#04x} in a data block's head, expected 0x66")
        kind, size = data[at + 2], int.from_bytes(data[at + 3 : at + 7], "little") & 0x7FFFFFFF
        end = at + 7 + size
        if end > self._end:
            raise VGMError(f"offset {at:#x}: a data block of {size} bytes goes on behind the end of the commands")
        if at not in self._taken:
            self._taken.add(at)
            body = data[at + 7 : end]
            if kind == LOG_BLOCK and body[:4] == LOG_MARK:
                self.logs.append(body)
            elif kind < 0x80:
                self.banks.add(kind, body, at)
            else:
                self._warn(f"data block of type {kind:#04x} is left out")
        return end


# -------------------------------------------------------------------------------------------- streams


class Stream:
    """A stream: bytes of a bank that are written to a register at a steady rate, on their own."""

    def __init__(self) -> None:
        self.chip = self.port = self.register = 0
        self.bank = 0
        self.step = 1
        self.base = 0
        self.hertz = 0
        self.running = False
        self.next = 0.0
        """Time of the next write, at 44100 Hz."""
        self.first = 0
        """Where in the bank the piece begins."""
        self.count = 0
        """Writes in the piece."""
        self.done = 0
        self.loop = self.reverse = False

    def start(self, time: float, first: int, count: int, loop: bool, reverse: bool) -> None:
        """Begin a piece."""
        self.first, self.count, self.loop, self.reverse = first, count, loop, reverse
        self.next, self.done, self.running = time, 0, count > 0 and self.hertz > 0

    def set_rate(self, time: float, hertz: int) -> None:
        """Go on at another rate."""
        if self.running and hertz and self.hertz:
            self.next = time + (self.next - time) * self.hertz / hertz
        self.hertz = hertz
        self.running = self.running and hertz > 0

    def writes(self, until: float, banks: Banks) -> tuple[Times, Codes]:
        """Return the writes before the time `until`."""
        nothing = np.zeros(0), np.zeros(0, np.uint32)
        if not self.running or self.next >= until:
            return nothing
        period = 44100 / self.hertz
        n = int(np.ceil((until - self.next) / period))
        if not self.loop:
            n = min(n, self.count - self.done)
        times: Times = self.next + period * np.arange(n, dtype=np.float64)
        index = (self.done + np.arange(n)) % self.count
        if self.reverse:
            index = self.count - 1 - index
        self.next += period * n
        self.done += n
        self.running = self.loop or self.done < self.count
        place, data = self.first + self.base + index * self.step, banks.bank(self.bank)
        inside = place + self.width <= len(data)
        return self._codes(times[inside], place[inside], data)

    @property
    def width(self) -> int:
        """Bytes of one write: a PSG period has two."""
        return 2 if self.chip == 0 and not self.register & 0x10 else 1

    def _codes(self, times: Times, place: npt.NDArray[np.int64], data: npt.NDArray[np.uint8]) -> tuple[Times, Codes]:
        low = data[place].astype(np.uint32)
        if self.chip == 2:
            return times, ((self.port & 1) << 16 | self.register << 8 | low).astype(np.uint32)
        first = (PSG_PORT << 16 | self.register & 0xF0 | low & 0x0F).astype(np.uint32)
        if self.width == 1:
            return times, first
        high = data[place + 1].astype(np.uint32)
        second = (PSG_PORT << 16 | (high & 3) << 4 | low >> 4).astype(np.uint32)
        return np.repeat(times, 2), np.stack([first, second], 1).reshape(-1)


class Streams:
    """All streams of a file."""

    def __init__(self, banks: Banks, warn: Callable[[str], None]) -> None:
        self._banks = banks
        self._warn = warn
        self._streams: dict[int, Stream] = {}

    def writes(self, until: float) -> tuple[Times, Codes]:
        """Return the writes of all streams before the time `until`."""
        parts = [stream.writes(until, self._banks) for stream in self._streams.values()]
        if not parts:
            return np.zeros(0), np.zeros(0, np.uint32)
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])

    def control(self, time: float, command: StreamCommand) -> None:
        """Execute a command; the streams have been brought up to its time."""
        body, number = command.body, command.body[0]
        if command.command == 0x94:
            for key, stream in self._streams.items():
                if number in (0xFF, key):
                    stream.running = False
            return
        if command.command == 0x90:
            if body[1] & 0x7F not in (0, 2) or body[1] & 0x80:
                self._warn(f"a stream to another chip (type {body[1]:#04x}) is left out")
                self._streams.pop(number, None)
                return
            stream = self._streams.setdefault(number, Stream())
            stream.chip, stream.port, stream.register = body[1], body[2], body[3]
            return
        found = self._streams.get(number)
        if found is None:
            return
        if command.command == 0x91:
            found.bank, found.step, found.base = body[1] & 0x3F, body[2] or 1, body[3]
        elif command.command == 0x92:
            hertz = int.from_bytes(body[1:5], "little")
            if hertz > MOST_STREAM_HZ:
                raise VGMError(f"offset {command.offset:#x}: a stream of {hertz} Hz, expected {MOST_STREAM_HZ} at most")
            found.set_rate(time, hertz)
        elif command.command == 0x93:
            self._start(time, found, body)
        else:
            block = self._banks.block(found.bank, int.from_bytes(body[1:3], "little"))
            if block is None:
                self._warn(f"offset {command.offset:#x}: a stream of a data block that does not exist")
                return
            count = -(-block[1] // found.step) if found.width == 1 else block[1] // 2
            found.start(time, block[0], count, bool(body[3] & 1), bool(body[3] & 0x10))

    def _start(self, time: float, stream: Stream, body: bytes) -> None:
        offset, mode = int.from_bytes(body[1:5], "little"), body[5]
        length = int.from_bytes(body[6:10], "little")
        first = stream.first if offset == 0xFFFFFFFF else offset
        left = max(len(self._banks.bank(stream.bank)) - first - stream.base, 0)
        count = -(-left // stream.step)
        if mode & 3 == 1:
            count = min(length, count)
        elif mode & 3 == 2:
            count = min(length * stream.hertz // 1000, count)
        elif mode & 3 == 0:
            count = min(stream.count, count)
        stream.start(time, first, count, bool(mode & 0x80), bool(mode & 0x10))
