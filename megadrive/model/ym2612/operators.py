"""Phase and envelope of one slot, sample by sample."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from megadrive.model.ym2612.counters import Counters
from megadrive.model.ym2612.tables import AM_SHIFTS, ATTACK, DECAY, DETUNES, FAST, RELEASE, SUSTAIN, VIBRATO


class Clocks(NamedTuple):
    """The counters that a slot's step depends on."""

    tick: bool
    lock: int
    low: int
    lfo_pm: int
    lfo_am: int


class Operators(Counters):
    """What each of the 24 slots does once a sample."""

    def phase_increment(self, slot: int, pitch: tuple[int, int, int], depth: int, lfo_pm: int) -> int:
        """Return what a slot's phase advances by in a sample, 20 bits; `depth` is the sensitivity to vibrato."""
        return phase_increment(*pitch, self.detune[slot], self.multiple[slot], depth, lfo_pm if depth else 0)

    def envelope_rate(self, slot: int, state: int, code: int) -> int:
        """Return the rate, 0 to 63, of a slot in a state; 0 if the register's is 0, which never steps."""
        if state == ATTACK:
            rate = self.attack_rate[slot]
        elif state == DECAY:
            rate = self.decay_rate[slot]
        elif state == SUSTAIN:
            rate = self.sustain_rate[slot]
        else:
            rate = 2 * self.release_rate[slot] + 1
        return min(63, 2 * rate + (code >> 3 - self.key_scale[slot])) if rate else 0

    def sustain_threshold(self, slot: int) -> int:
        """Return the level >> 4 at which decay ends."""
        return 62 if self.sustain_level[slot] == 15 else 2 * self.sustain_level[slot]

    def am(self, slot: int, depth: int, lfo_am: int) -> int:
        """Return what AM adds to the attenuation; `depth` is the sensitivity to it."""
        return lfo_am >> AM_SHIFTS[depth] if self.am_enable[slot] else 0

    def envelope_step(self, slot: int, clocks: Clocks, code: int, csm: int) -> int:
        """Step a slot's envelope, SSG-EG included; return the level that is heard: the one before the step.

        `csm` is 1 while timer A holds the key down; then the total level is in the envelope.
        """
        key, before = self.key_latch[slot], self.key[slot]
        pressed = key and not before
        state = self.eg_state[slot]
        level = self.level[slot]
        shape = self.ssg[slot]
        ssg = shape >> 3
        restart = repeat = hold = invert = direction = 0
        if ssg:
            direction = self.ssg_direction[slot]
            if level >= 512:
                restart = shape & 3 == 0
                repeat = shape & 1 == 0
                direction = (direction, direction, direction ^ 1, 1)[shape & 3]
            hold = key and shape & 7 in (3, 5)
            direction &= before
            invert = (direction ^ shape >> 2 & 1) & before
        self.ssg_direction[slot] = direction
        heard = 512 - level & 1023 if invert else level

        start = pressed or (before and repeat)
        rate = self.envelope_rate(slot, ATTACK if start else state, code)
        increment = envelope_increment(rate, clocks.lock, clocks.low) if clocks.tick else 0
        self.eg_step[slot] = increment
        self.phase_reset[slot] = int(pressed or restart)

        if before and not key:  # what was heard becomes the level
            level = heard
        off = level >= (512 if ssg else 0x3F0)
        step = 0
        following = state
        if start or state == ATTACK:
            if start:
                following = ATTACK
            elif level == 0:
                following = DECAY
            if state == ATTACK and level and key and rate < 62 and increment:
                step = attack_step(level, increment)
            if start and rate >= 62:
                level = 0
        elif state == DECAY and level >> 4 == self.sustain_threshold(slot):
            following = SUSTAIN
        elif increment and not off:
            step = (4 if ssg else 1) << increment - 1
        if not key and not start:
            following = RELEASE
        if csm:
            level |= self.total_level[slot] << 3
        if off and not start and not hold and state != ATTACK:
            following, level = RELEASE, 1023
        self.key[slot] = key
        self.eg_state[slot] = following
        self.level[slot] = level + step & 1023
        return heard


@lru_cache(8192)
def phase_increment(fnum: int, block: int, code: int, detuning: int, multiple: int, depth: int, lfo_pm: int) -> int:
    """Return what a phase advances by in a sample, 20 bits."""
    base = vibrato(fnum, depth, lfo_pm) << block >> 2
    amount = detune(detuning & 3, code)
    base += -amount if detuning & 4 else amount
    return ((base & 0x1FFFF) * (2 * multiple or 1) >> 1) & 0xFFFFF


def vibrato(fnum: int, depth: int, lfo_pm: int) -> int:
    """Return the frequency number, 12 bits with one of fraction, moved by the LFO."""
    step = ~lfo_pm & 7 if lfo_pm & 8 else lfo_pm & 7
    first, second = VIBRATO[depth]
    move = (fnum >> 4 >> first[step]) + (fnum >> 4 >> second[step])
    move = move << max(depth - 5, 0) >> 2
    return 2 * fnum + (-move if lfo_pm & 16 else move) & 0xFFF


def detune(depth: int, code: int) -> int:
    """Return what detune adds to or takes from the phase increment."""
    if depth == 0:
        return 0
    code = min(code, 28)
    exponent = (code >> 2) + 9 + (0, 0, 2, 3)[depth]
    return DETUNES[(exponent & 1) << 2 | code & 3] >> 9 - (exponent >> 1)


def envelope_increment(rate: int, lock: int, low: int) -> int:
    """Return the increment, 0 to 4, in a sample in which the envelopes step."""
    if rate < 2:
        return 0
    if rate < 48:
        return (1, rate >> 1 & 1, rate & 1, 0)[min((rate >> 2) + lock + 4 & 15, 3)]
    return min(4, FAST[rate & 3][low] + (rate >> 2) - 11)


def attack_step(level: int, increment: int) -> int:
    """Return the step, negative, of an attack."""
    return (~level << increment) >> 5
