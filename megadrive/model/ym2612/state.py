"""The state of the chip as plain Python numbers."""

from __future__ import annotations

import struct
from typing import Any

from megadrive._core import ffi

CODES = {"int64_t": "q", "uint32_t": "I", "uint16_t": "H", "int16_t": "h", "uint8_t": "B"}


def _layout() -> tuple[struct.Struct, list[tuple[str, int, int]]]:
    """Return the struct's layout and, by field, its name, first value and length (0: no array)."""
    codes, fields, place = "=", [], 0
    for name, field in ffi.typeof("ym2612").fields:
        array = field.type.kind == "array"
        length = field.type.length if array else 0
        kind = field.type.item.cname if array else field.type.cname
        codes += f"{length or 1}{CODES[kind]}"
        fields.append((name, place, length))
        place += length or 1
    return struct.Struct(codes), fields


LAYOUT, FIELDS = _layout()


class State:
    """The fields of the C struct ``ym2612``, whose comments in megadrive.h say what they hold, as integers and lists.

    The struct is the truth: a run starts with :meth:`load` and ends with :meth:`store`.
    """

    clock: int
    status_until: int
    phase: list[int]
    phase_step: list[int]
    level: list[int]
    attenuation: list[int]
    output: list[int]
    modulation: list[int]
    s1_before: list[int]
    accumulator: list[int]
    channel_output: list[int]
    shown: int
    shown_before: int
    sum: list[int]
    fnum: list[int]
    fnum3: list[int]
    picked_fnum: int
    waiting_level: int
    test_phase: int
    test_attenuation: int
    bus: int
    address: int
    mode_address: int
    eg_timer: int
    timer_period: list[int]
    timer_count: list[int]
    dac: int
    registers: list[int]
    eg_state: list[int]
    key: list[int]
    key_latch: list[int]
    key_register: list[int]
    ssg_direction: list[int]
    phase_reset: list[int]
    eg_step: list[int]
    detune: list[int]
    multiple: list[int]
    total_level: list[int]
    key_scale: list[int]
    attack_rate: list[int]
    am_enable: list[int]
    decay_rate: list[int]
    sustain_rate: list[int]
    sustain_level: list[int]
    release_rate: list[int]
    ssg: list[int]
    block: list[int]
    key_code: list[int]
    algorithm: list[int]
    feedback: list[int]
    pan: list[int]
    ams: list[int]
    pms: list[int]
    block3: list[int]
    key_code3: list[int]
    fnum_latch: list[int]
    integrated: int
    cycle: int
    address_strobe: int
    data_strobe: int
    fm_address: int
    fm_data: int
    data: int
    store_left: int
    busy: int
    busy_left: int
    status: int
    picked_block: int
    picked_key_code: int
    waiting_am: int
    waiting_total_level: int
    shown_pan: int
    eg_divider: int
    eg_carry: int
    eg_lock: int
    eg_low: int
    lfo_mask: int
    lfo_rate: int
    lfo_divider: int
    lfo_count: int
    lfo_pm: int
    lfo_am: int
    lfo_changed: int
    channel3_mode: int
    csm_key: int
    key_channel: int
    key_operators: int
    timer_load: list[int]
    timer_running: list[int]
    timer_enable: list[int]
    timer_clear: list[int]
    timer_reload: list[int]
    timer_overflow: list[int]
    timer_flag: list[int]
    timer_prescaler: int
    dac_enable: int
    test_21: int
    test_2c: int
    reserved_end: list[int]

    def __init__(self, chip: Any) -> None:
        self.c = chip
        self._buffer = ffi.buffer(chip)
        self._stored = b""

    def load(self) -> None:
        """Take the struct's fields, if they are not what was stored last."""
        now = self._buffer[:]
        if now == self._stored:
            return
        values = LAYOUT.unpack(now)
        for name, place, length in FIELDS:
            setattr(self, name, list(values[place : place + length]) if length else values[place])

    def store(self) -> None:
        """Give the struct its fields."""
        values: list[int] = []
        for name, _, length in FIELDS:
            if length:
                values.extend(getattr(self, name))
            else:
                values.append(getattr(self, name))
        self._stored = LAYOUT.pack(*values)
        self._buffer[:] = self._stored
