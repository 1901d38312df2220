"""Compiles the tunes: text in ``music/*.txt`` to the bytes that the Z80 driver plays.

A tune has sections: ``[tempo slots]``, ``[pattern name]`` and ``[track FM1]`` with notes below. Notes are
``c d e f g a b`` with ``+`` or ``-``, a length (4 = quarter, dots as usual), ``&length`` to hold on; ``r`` rests,
``l`` sets the length, ``o < >`` the octave, ``@name`` the instrument or envelope, ``v`` the attenuation, ``p`` 1 right,
2 left, 3 both, ``p3+n`` with vibrato depth n, ``q`` ticks of silence after a note, ``{name}`` plays a pattern,
``!`` is where the track begins again. Drums are sixteenths: ``k K`` kick (with hat), ``s S`` snare, ``h`` hat,
``o`` open hat, ``.`` nothing.
"""

from __future__ import annotations

import pathlib
import re
from dataclasses import dataclass, field

TICKS = 96  # in a whole note
TRACKS = ("FM1", "FM2", "FM3", "FM4", "FM5", "DRUM", "PSG1", "PSG2")
SEMITONE = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
DRUMS = {"k": 0x01, "K": 0x11, "s": 0x02, "S": 0x12, "h": 0x10, "o": 0x20}
TOKEN = re.compile(
    r"\s+|(?P<note>[a-gr])(?P<sign>[+-]?)(?P<len>\d*)(?P<dots>\.*)|&(?P<hold>\d+)(?P<hdots>\.*)|@(?P<inst>\w+)"
    r"|(?P<cmd>[lovpq])(?P<num>\d+)(?:\+(?P<extra>\d))?|(?P<shift>[<>])|\{(?P<call>\w+)\}|(?P<loop>!)"
)


@dataclass
class Instrument:
    """An FM instrument (29 bytes) or a PSG envelope."""

    name: str
    data: bytes
    psg: bool


@dataclass
class Stream:
    """Bytes with addresses still to be filled in."""

    data: bytearray = field(default_factory=bytearray)
    fixes: list[tuple[int, str]] = field(default_factory=list)

    def address(self, name: str) -> None:
        """Append the address of a pattern or of this stream's loop point."""
        self.fixes.append((len(self.data), name))
        self.data += b"\0\0"


def instruments(text: str) -> dict[str, Instrument]:
    """Read the instruments: ``fm name algorithm feedback`` and four operator lines, or ``psg name levels...``."""
    found: dict[str, Instrument] = {}
    rows = [line.split("#")[0].split() for line in text.splitlines()]
    lines = [row for row in rows if row]
    position = 0
    while position < len(lines):
        kind, name, *rest = lines[position]
        position += 1
        if kind == "psg":
            found[name] = Instrument(name, bytes([*(int(v) for v in rest), 0x80]), True)
            continue
        algorithm, feedback = int(rest[0]), int(rest[1])
        operators = [[int(v) for v in lines[position + i]] for i in range(4)]
        position += 4
        out = bytearray()
        for register in range(7):
            for operator in (0, 2, 1, 3):  # the chip's order: S1 S3 S2 S4
                dt, mul, tl, ks, ar, am, d1r, d2r, sl, rr = operators[operator]
                out.append((dt << 4 | mul, tl, ks << 6 | ar, am << 7 | d1r, d2r, sl << 4 | rr, 0)[register])
        out.append(feedback << 3 | algorithm)
        found[name] = Instrument(name, bytes(out), False)
    return found


def _ticks(length: str, dots: str, default: int) -> int:
    if not length:
        return default
    whole = TICKS // int(length)
    return whole + (whole // 2 if dots else 0)


def _lengths(ticks: int) -> list[int]:
    return [240] * (ticks // 240) + ([ticks % 240] if ticks % 240 else [])


def compile_part(text: str, order: dict[str, int], is_track: bool) -> Stream:
    """Compile one pattern or track."""
    stream = Stream()
    octave, default, looped = 4, TICKS // 4, False
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None or match.end() == position:
            raise ValueError(f"not understood: {text[position : position + 20]!r}")
        position = match.end()
        if match["note"]:
            ticks = _ticks(match["len"], match["dots"], default)
            value = 0x60
            if match["note"] != "r":
                value = octave * 12 + SEMITONE[match["note"]] + {"+": 1, "-": -1, "": 0}[match["sign"]]
            first, *more = _lengths(ticks)
            stream.data += bytes([value, first])
            for part in more:
                stream.data += bytes([0x60 if value == 0x60 else 0x61, part])
        elif match["hold"]:
            for part in _lengths(_ticks(match["hold"], match["hdots"], default)):
                stream.data += bytes([0x61, part])
        elif match["inst"]:
            stream.data += bytes([0x70, order[match["inst"]]])
        elif match["cmd"]:
            number = int(match["num"])
            if match["cmd"] == "l":
                default = _ticks(match["num"], "", default)
            elif match["cmd"] == "o":
                octave = number
            elif match["cmd"] == "p":
                stream.data += bytes([0x72, number << 6 | int(match["extra"] or 0)])
            else:
                stream.data += bytes([{"v": 0x71, "q": 0x73}[match["cmd"]], number])
        elif match["shift"]:
            octave += 1 if match["shift"] == ">" else -1
        elif match["call"]:
            stream.data.append(0x74)
            stream.address(match["call"])
        elif match["loop"]:
            looped = True
            stream.fixes.append((-len(stream.data), "!here"))
    _end(stream, is_track, looped)
    return stream


def compile_drums(text: str, is_track: bool) -> Stream:
    """Compile a drum pattern or track."""
    stream = Stream()
    looped = False
    for token in re.findall(r"\{\w+\}|!|\S", text):
        if token.startswith("{"):
            stream.data.append(0x74)
            stream.address(token[1:-1])
        elif token == "!":
            looped = True
            stream.fixes.append((-len(stream.data), "!here"))
        elif token == ".":
            if len(stream.data) >= 2 and stream.data[-1] < 200 and stream.data[-2] < 0x70:
                stream.data[-1] += TICKS // 16
            else:
                stream.data += bytes([0x60, TICKS // 16])
        else:
            stream.data += bytes([DRUMS[token], TICKS // 16])
    _end(stream, is_track, looped)
    return stream


def _end(stream: Stream, is_track: bool, looped: bool) -> None:
    if not is_track:
        stream.data.append(0x75)
    elif looped:
        stream.data.append(0x76)
        stream.address("!")
    else:
        stream.data.append(0x77)


def compile_tune(path: pathlib.Path, known: dict[str, Instrument], base: int) -> bytes:
    """Compile a tune for an address in the Z80's memory.

    Raises
    ------
    ValueError
        If the text is not understood.
    """
    sections = re.findall(r"^\[([^\]]+)\]\s*\n(.*?)(?=^\[|\Z)", path.read_text(), re.M | re.S)
    text = {name: "\n".join(line.split(";")[0] for line in body.splitlines()) for name, body in sections}
    tempo = next(int(name.split()[1]) for name in text if name.startswith("tempo"))
    used = [name for name in known if any(f"@{name}" in body for body in text.values())]
    order = {name: [u for u in used if known[u].psg == known[name].psg].index(name) for name in used}
    streams: dict[str, Stream] = {}
    for name, body in text.items():
        kind, _, rest = name.partition(" ")
        if kind == "tempo":
            continue
        if kind == "drums" or rest == "DRUM":
            streams[rest] = compile_drums(body, kind == "track")
        else:
            streams[rest] = compile_part(body, order, kind == "track")
    header = 5 + 2 * len(TRACKS)
    tables = {kind: [known[u] for u in used if known[u].psg == kind] for kind in (False, True)}
    image = bytearray(header + 2 * len(used))
    image[0] = tempo
    place = header
    data_at: dict[str, int] = {}
    for kind in (False, True):
        image[1 + 2 * kind : 3 + 2 * kind] = (base + place).to_bytes(2, "little")
        for slot, instrument in enumerate(tables[kind]):
            data_at[instrument.name] = base + len(image)
            image[place + 2 * slot : place + 2 * slot + 2] = (base + len(image)).to_bytes(2, "little")
            image += instrument.data
        place += 2 * len(tables[kind])
    at: dict[str, int] = {}
    for name, stream in streams.items():
        at[name] = base + len(image)
        image += stream.data
    for name, stream in streams.items():
        loop = next((-offset for offset, target in stream.fixes if target == "!here"), 0)
        for offset, target in stream.fixes:
            if target != "!here":
                value = at[name] + loop if target == "!" else at[target]
                where = at[name] - base + offset
                image[where : where + 2] = value.to_bytes(2, "little")
    for number, track in enumerate(TRACKS):
        if track in at:
            image[5 + 2 * number : 7 + 2 * number] = at[track].to_bytes(2, "little")
    return bytes(image)


def _row(label: str, values: list[int]) -> str:
    lines = [f"{label}:"]
    for start in range(0, len(values), 16):
        lines.append("          .byte " + ",".join(str(v) for v in values[start : start + 16]))
    return "\n".join(lines) + "\n"


def note_tables() -> str:
    """Return the frequencies of the notes C0..B7 for the YM2612 (high byte first) and the PSG (low four bits first)."""
    fm: list[int] = []
    psg: list[int] = []
    for note in range(96):
        hertz = 440.0 * 2.0 ** ((note % 12 - 9) / 12) * 2.0 ** (note // 12 - 4)
        number = round(round(hertz * 144 * 2**21 / 7670454 / 2 ** (note // 12), 6))
        fm += [note // 12 << 3 | number >> 8, number & 255]
        period = max(1, min(1023, round(round(111860.8 / hertz, 6))))
        psg += [period & 15, period >> 4]
    return _row("fm_notes", fm) + _row("psg_notes", psg)
