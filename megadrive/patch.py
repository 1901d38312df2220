"""Instruments of the YM2612: :class:`Patch`, and the channels that play them."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
from typing import Any, Self

from megadrive.saves import write_file

OPERATORS = ("S1", "S2", "S3", "S4")
"""The operators as the manual numbers them."""

_GROUP = (0, 2, 1, 3)  # of each operator in the scan's order and in the registers', S1, S3, S2, S4
_TFI_SIZE = 42

# Field: its register, lowest bit and largest value; the struct's field of the same meaning.
_FIELDS = {
    "DT": (0x30, 4, 7, "detune"),
    "MUL": (0x30, 0, 15, "multiple"),
    "TL": (0x40, 0, 127, "total_level"),
    "RS": (0x50, 6, 3, "key_scale"),
    "AR": (0x50, 0, 31, "attack_rate"),
    "AM": (0x60, 7, 1, "am_enable"),
    "D1R": (0x60, 0, 31, "decay_rate"),
    "D2R": (0x70, 0, 31, "sustain_rate"),
    "D1L": (0x80, 4, 15, "sustain_level"),
    "RR": (0x80, 0, 15, "release_rate"),
    "SSG": (0x90, 0, 15, "ssg"),
}
# The same for channels.
_CHANNEL_FIELDS = {
    "feedback": (0xB0, 3, 7),
    "algorithm": (0xB0, 0, 7),
    "pan": (0xB4, 6, 3),
    "ams": (0xB4, 4, 3),
    "pms": (0xB4, 0, 7),
}


def _check(name: str, value: int, most: int) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__") or not 0 <= value <= most:
        raise ValueError(f"{name} is {value!r}, expected an integer from 0 to {most}")
    return int(value)


@dataclasses.dataclass(frozen=True)
class Operator:
    """One operator's part in an instrument, by the names of the manual."""

    DT: int = 0
    """Detune, 0 to 7; 4 to 7 lower the pitch as 0 to 3 raise it."""
    MUL: int = 1
    """Multiple of the channel's frequency, 0 to 15; 0 is a half."""
    TL: int = 127
    """Total level, 0 to 127: attenuation in steps of 0.75 dB."""
    RS: int = 0
    """Rate scaling, 0 to 3."""
    AR: int = 31
    """Attack rate, 0 to 31."""
    AM: int = 0
    """1: the LFO changes the level."""
    D1R: int = 0
    """First decay rate, 0 to 31."""
    D2R: int = 0
    """Second decay rate, 0 to 31."""
    D1L: int = 0
    """Level at which the second decay takes over, 0 to 15, in steps of 3 dB."""
    RR: int = 15
    """Release rate, 0 to 15."""
    SSG: int = 0
    """SSG-EG, 0 to 15; below 8 it is off."""

    def __post_init__(self) -> None:
        for name, (_, _, most, _) in _FIELDS.items():
            _check(name, getattr(self, name), most)


@dataclasses.dataclass(frozen=True)
class Patch:
    """An instrument: all that makes the sound of a channel but pitch and sides.

    Raises
    ------
    ValueError
        If a field is out of its range.

    Examples
    --------
    >>> import megadrive
    >>> from megadrive.patch import Operator, Patch
    >>> bell = Patch(algorithm=4, operators=(Operator(TL=30, MUL=7), Operator(TL=0, D1R=8), Operator(), Operator()))
    >>> chip = megadrive.YM2612()
    >>> chip.channels[0].patch = bell
    >>> chip.channels[0].patch == bell, chip.channels[0].operators[0].MUL
    (True, 7)
    >>> Patch.from_dict(bell.to_dict()) == bell
    True
    """

    algorithm: int = 7
    """How the operators are connected, 0 to 7."""
    feedback: int = 0
    """Of S1 to itself, 0 to 7."""
    ams: int = 0
    """Depth of the LFO's tremolo, 0 to 3."""
    pms: int = 0
    """Depth of the LFO's vibrato, 0 to 7."""
    operators: tuple[Operator, Operator, Operator, Operator] = (Operator(), Operator(), Operator(), Operator())
    """S1, S2, S3 and S4."""

    def __post_init__(self) -> None:
        for name in ("algorithm", "feedback", "ams", "pms"):
            _check(name, getattr(self, name), _CHANNEL_FIELDS[name][2])
        if len(self.operators) != 4 or not all(isinstance(operator, Operator) for operator in self.operators):
            raise ValueError("operators is not a tuple of four Operator, S1 to S4")

    # --------------------------------------------------------------------------------------- files

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dictionary of numbers, ``operators`` being a list of four, for JSON and the like."""
        return dataclasses.asdict(self) | {"operators": [dataclasses.asdict(operator) for operator in self.operators]}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """Return the patch of a dictionary as :meth:`to_dict` gives it; what is missing has its default.

        Raises
        ------
        ValueError
            If a name or value is none that a patch has.
        """
        try:
            operators = tuple(Operator(**operator) for operator in fields.get("operators", [{}] * 4))
            return cls(**{**fields, "operators": operators})
        except (TypeError, AttributeError) as error:
            raise ValueError(f"not a patch: {error}") from None

    def to_tfi(self) -> bytes:
        """Return it as a TFI file (TFM Music Maker), which has no AM, ams and pms."""
        data = [self.algorithm, self.feedback]
        for group in _GROUP:
            o = self.operators[group]
            detune = 3 + (-(o.DT & 3) if o.DT & 4 else o.DT)
            data += [o.MUL, detune, o.TL, o.RS, o.AR, o.D1R, o.D2R, o.RR, o.D1L, o.SSG]
        return bytes(data)

    @classmethod
    def from_tfi(cls, data: bytes) -> Self:
        """Return the patch of a TFI file's contents.

        Raises
        ------
        ValueError
            If it is none: not of 42 bytes, or a value is out of its range.
        """
        if len(data) != _TFI_SIZE:
            raise ValueError(f"a TFI file has {_TFI_SIZE} bytes, this one {len(data)}")
        names = ("MUL", "DT", "TL", "RS", "AR", "D1R", "D2R", "RR", "D1L", "SSG")
        operators = []
        for at in (2, 22, 12, 32):
            fields = dict(zip(names, data[at : at + 10], strict=True))
            detune = _check("detune", fields["DT"], 6) - 3
            fields["DT"] = detune if detune >= 0 else 4 - detune
            operators.append(Operator(**fields))
        return cls(algorithm=data[0], feedback=data[1], operators=tuple(operators))  # type: ignore[arg-type]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a file: TFI if its name ends in ``.tfi``, else JSON."""
        if pathlib.Path(path).suffix.lower() == ".tfi":
            write_file(path, self.to_tfi())
        else:
            write_file(path, json.dumps(self.to_dict(), indent=2).encode() + b"\n")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return the patch of a file that :meth:`save` has written.

        Raises
        ------
        ValueError
            If it is no such file.
        """
        data = pathlib.Path(path).read_bytes()
        if pathlib.Path(path).suffix.lower() == ".tfi":
            return cls.from_tfi(data)
        try:
            fields = json.loads(data)
        except ValueError as error:
            raise ValueError(f"{path} is not a patch: {error}") from None
        if not isinstance(fields, dict):
            raise ValueError(f"{path} is not a patch: it holds no JSON object")
        return cls.from_dict(fields)


# ----------------------------------------------------------------------------------- in a running chip


class ChannelOperator:
    """An operator of a channel: the fields of :class:`Operator`, read from the chip and written to it at once."""

    def __init__(self, channel: Channel, number: int) -> None:
        object.__setattr__(self, "_channel", channel)
        object.__setattr__(self, "_group", _GROUP[number])

    def __getattr__(self, name: str) -> int:
        if name not in _FIELDS:
            raise AttributeError(f"an operator has no field {name!r}, only {', '.join(_FIELDS)}")
        channel: Channel = object.__getattribute__(self, "_channel")
        slot = 6 * object.__getattribute__(self, "_group") + channel.number
        return int(getattr(channel._fields, _FIELDS[name][3])[slot])

    def __setattr__(self, name: str, value: int) -> None:
        if name not in _FIELDS:
            raise AttributeError(f"an operator has no field {name!r}, only {', '.join(_FIELDS)}")
        _check(name, value, _FIELDS[name][2])
        register = _FIELDS[name][0]
        byte = sum(
            (value if field == name else getattr(self, field)) << shift
            for field, (at, shift, _, _) in _FIELDS.items()
            if at == register
        )
        channel: Channel = object.__getattribute__(self, "_channel")
        channel._poke(register + 4 * object.__getattribute__(self, "_group"), byte)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_FIELDS]

    def __repr__(self) -> str:
        return f"<ChannelOperator {' '.join(f'{name}={getattr(self, name)}' for name in _FIELDS)}>"


class Channel:
    """A channel of a YM2612, kernel or model.

    What is set takes effect at once, without the bus, as by :meth:`megadrive.YM2612.poke`.

    Examples
    --------
    >>> import megadrive
    >>> chip = megadrive.YM2612("integrated")
    >>> lead = chip.channels[0]
    >>> lead.patch = megadrive.patch.Patch(algorithm=7, operators=(megadrive.patch.Operator(TL=0),) * 4)
    >>> lead.fnum, lead.block = 1083, 4
    >>> lead.operators[1].TL = 20
    >>> lead.key_on()
    >>> int(chip.run(1000).max())
    765
    """

    def __init__(self, chip: Any, fields: Any, number: int) -> None:
        self._chip = chip
        self._fields = fields
        self.number = number
        """0 to 5."""

    def _poke(self, register: int, value: int) -> None:
        self._chip.poke(self.number // 3 << 8 | register + self.number % 3, value)

    def _get(self, name: str) -> int:
        return int(getattr(self._fields, name)[self.number])

    def _set(self, name: str, value: int) -> None:
        register, _, most = _CHANNEL_FIELDS[name]
        _check(name, value, most)
        byte = 0
        for field, (at, shift, _) in _CHANNEL_FIELDS.items():
            if at == register:
                byte |= (value if field == name else self._get(field)) << shift
        self._poke(register, byte)

    algorithm = property(lambda self: self._get("algorithm"), lambda self, value: self._set("algorithm", value))
    feedback = property(lambda self: self._get("feedback"), lambda self, value: self._set("feedback", value))
    ams = property(lambda self: self._get("ams"), lambda self, value: self._set("ams", value))
    pms = property(lambda self: self._get("pms"), lambda self, value: self._set("pms", value))

    @property
    def pan(self) -> int:
        """Sides on which it is heard: bit 1 left, bit 0 right."""
        return self._get("pan")

    @pan.setter
    def pan(self, value: int) -> None:
        self._set("pan", value)

    @property
    def fnum(self) -> int:
        """Frequency within the octave, 0 to 2047: Hz * 2**20 / sample rate / 2**(block - 1)."""
        return self._get("fnum")

    @fnum.setter
    def fnum(self, value: int) -> None:
        self._set_pitch(_check("fnum", value, 2047), self.block)

    @property
    def block(self) -> int:
        """Octave, 0 to 7."""
        return self._get("block")

    @block.setter
    def block(self, value: int) -> None:
        self._set_pitch(self.fnum, _check("block", value, 7))

    def _set_pitch(self, fnum: int, block: int) -> None:
        self._poke(0xA4, block << 3 | fnum >> 8)
        self._poke(0xA0, fnum & 0xFF)

    @property
    def operators(self) -> tuple[ChannelOperator, ChannelOperator, ChannelOperator, ChannelOperator]:
        """S1 to S4, as they are now."""
        s1, s2, s3, s4 = (ChannelOperator(self, number) for number in range(4))
        return s1, s2, s3, s4

    @property
    def patch(self) -> Patch:
        """The instrument as it stands in the registers now; settable."""
        operators = tuple(Operator(**{name: getattr(o, name) for name in _FIELDS}) for o in self.operators)
        return Patch(self.algorithm, self.feedback, self.ams, self.pms, operators)  # type: ignore[arg-type]

    @patch.setter
    def patch(self, patch: Patch) -> None:
        for name in ("algorithm", "feedback", "ams", "pms"):
            self._set(name, getattr(patch, name))
        for to, operator in zip(self.operators, patch.operators, strict=True):
            for name in _FIELDS:
                setattr(to, name, getattr(operator, name))

    @property
    def keys(self) -> int:
        """Operators whose keys are pressed: bits 0 to 3 for S1 to S4; settable."""
        return sum(self._fields.key_register[6 * group + self.number] << bit for bit, group in enumerate(_GROUP))

    @keys.setter
    def keys(self, value: int) -> None:
        _check("keys", value, 15)
        for bit, group in enumerate(_GROUP):
            self._fields.key_register[6 * group + self.number] = value >> bit & 1
        if self._fields.key_channel == self.number:  # else the last write of $28 would undo it
            self._fields.key_operators = value

    def key_on(self, operators: int = 15) -> None:
        """Press keys: bits 0 to 3 for S1 to S4."""
        self.keys = self.keys | _check("operators", operators, 15)

    def key_off(self) -> None:
        """Release all keys."""
        self.keys = 0

    def __repr__(self) -> str:
        return f"<Channel {self.number + 1} algorithm {self.algorithm}, fnum {self.fnum}, block {self.block}>"


def channels_of(chip: Any, fields: Any) -> tuple[Channel, ...]:
    """Return the six channels of a chip with these fields (``ym2612 *``)."""
    return tuple(Channel(chip, fields, number) for number in range(6))
