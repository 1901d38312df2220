"""One internal cycle."""

from __future__ import annotations

from megadrive.model.ym2612.operators import Clocks, Operators
from megadrive.model.ym2612.tables import FIRST_CARRIER, MODULATORS, SHOWN, SINE, WAVE

STEP = 3
"""What a YM2612 shows for the sign of a channel in each cycle."""

DAC_PART = 6
"""The DAC among the parts of a sample: behind the six channels."""


class Cycle(Operators):
    """The scan: cycle c steps slot c, and has to do with those before and after it."""

    sine: list[int] = SINE.tolist()
    """Twice the log sine of each phase (10 bits), plus 1 in the negative half."""

    wave: list[int] = WAVE.tolist()
    """Outputs for log sine and 8 times the attenuation, added."""

    part: list[int]
    """What each channel and the DAC, left and right, have added to `sum`: heard apart, it is no part of the state."""

    part_clock = -1
    """Clock up to which `part` holds."""

    silenced = 0
    """Bits of the parts in whose place the sum of the parts has silence."""

    def begin_parts(self, silenced: int) -> None:
        """Go on with the parts of the sample in the making, if its beginning was listened to."""
        self.silenced = silenced
        if self.part_clock != self.clock or self.cycle == 0:
            self.part = [0] * 14
            self.part[2 * SHOWN[0] : 2 * SHOWN[0] + 2] = self.sum

    def heard_parts(self) -> list[int]:
        """Return the parts of the sample that has ended, with silence for some, and start the next one."""
        part, self.part = self.part, [0] * 14
        for number in range(7):
            if self.silenced >> number & 1:
                part[2 * number : 2 * number + 2] = [self.silence(number)] * 2
        return part

    def silence(self, part: int) -> int:
        """Return what a silent part adds to a side of a sample: a step of the ladder in each cycle that it is shown."""
        if self.integrated:
            return 0
        if self.test_2c & 0x20:
            return 24 * STEP if part == DAC_PART else 0
        return 0 if part == (5 if self.dac_enable else DAC_PART) else 4 * STEP

    def one_cycle(self) -> None:
        """Run the cycle that comes next."""
        cycle = self.cycle
        if cycle == 0:
            self.latch_lfo()
        if cycle in (0, 13) or self.test_21:
            self.step_eg_timer(cycle)
        if cycle == 2:
            self.test_phase = self.phase[21] & 1023
            self.test_attenuation = self.attenuation[0]
        address, data = self.sample_bus()
        if cycle in (1, 2) or not self.timers_counting():
            self.step_timers(cycle)
        self.latch_key(cycle)

        self.show(cycle)
        self.accumulate((cycle + 18) % 24)
        self.modulate((cycle + 6) % 24)
        self.operate((cycle + 19) % 24)
        self.finish_attenuation((cycle + 23) % 24)
        self.step_slot(cycle)
        self.picked_fnum, self.picked_block, self.picked_key_code = self.pitch((cycle + 1) % 24)
        if cycle in (0, 23) or self.lfo_changed or self.test_21:
            self.step_lfo(int(cycle == 23 or self.test_21 & 2 != 0))
        if address or data or self.is_storing():
            self.store_registers(cycle, address, data)

        self.clock += 1
        self.cycle = (cycle + 1) % 24

    def step_slot(self, slot: int) -> None:
        """Step a slot's envelope and work out its phase step."""
        clocks = Clocks(self.eg_divider == 2, self.eg_lock, self.eg_low, self.lfo_pm, self.lfo_am)
        pitch = self.picked_fnum, self.picked_block, self.picked_key_code
        self.phase_step[slot] = self.phase_increment(slot, pitch, self.pms[slot % 6], self.lfo_pm)
        self.waiting_level = self.envelope_step(slot, clocks, pitch[2], self.csm_key if slot % 6 == 2 else 0)
        self.waiting_am = self.am(slot, self.ams[slot % 6], self.lfo_am)
        self.waiting_total_level = self.total_level[slot]

    def finish_attenuation(self, slot: int) -> None:
        """Add AM and the total level, which CSM has in the envelope already."""
        attenuation = (0 if self.test_21 & 0x20 else self.waiting_level) + self.waiting_am
        if not (self.channel3_mode == 2 and slot % 6 == 2):
            attenuation += self.waiting_total_level << 3
        self.attenuation[slot] = min(attenuation, 1023)

    def modulate(self, slot: int) -> None:
        """Gather the modulation for a slot's next output.

        Outputs of operators that are scanned before it are of this sample, others of the last one; S2 is always one
        sample old, as it is made after S3 and S4 have gathered theirs.
        """
        group, channel = divmod(slot, 6)
        s1, s3, s2 = self.output[channel], self.output[channel + 6], self.output[channel + 12]
        if group == 0:
            shift = self.feedback[channel]
            self.modulation[slot] = s1 + self.s1_before[channel] >> 10 - shift if shift else 0
        else:
            by = MODULATORS[group][self.algorithm[channel]]
            self.modulation[slot] = (by & 1) * s1 + (by >> 1 & 1) * s3 + (by >> 2) * s2 >> 1

    def operate(self, slot: int) -> None:
        """Make a slot's output and step its phase."""
        phase = (self.phase[slot] >> 10) + self.modulation[slot] & 1023
        out = self.wave[self.sine[phase] + (self.attenuation[slot] << 3)]
        if self.test_21 & 0x10:  # bit 13 of the magnitude inverted
            magnitude = abs(out) ^ 0x2000
            out = (-magnitude if phase & 0x200 else magnitude) & 0x3FFF
            out -= (out & 0x2000) << 1
        if slot < 6:
            self.s1_before[slot] = self.output[slot]
        self.output[slot] = out
        if self.phase_reset[slot]:
            self.phase[slot] = 0
        else:
            self.phase[slot] = (0 if self.test_21 & 8 else self.phase[slot]) + self.phase_step[slot] & 0xFFFFF

    def accumulate(self, slot: int) -> None:
        """Add a slot's output to its channel: S1 starts the sum, S4 ends it. $2C bit 5 makes all sums count instead."""
        group, channel = divmod(slot, 6)
        total = self.accumulator[channel]
        if group == 0 or self.test_2c & 0x20:
            self.channel_output[channel] = total
        if self.test_2c & 0x20:
            total = clamp(total + 1)
        else:
            if group == 0:
                total = 0
            if group >= FIRST_CARRIER[self.algorithm[channel]]:
                total = clamp(total + (self.output[slot] >> 5))
        self.accumulator[channel] = total

    def show(self, cycle: int) -> None:
        """Show a channel on the pins, or the DAC.

        Each channel has four cycles. A YM3438 is silent in the first of them. A YM2612 shows the channel in the last
        and a step of its sign in the others, and makes 0 positive: the ladder effect.
        """
        test = self.test_2c & 0x20
        self.shown_before = self.shown
        if cycle & 3 == 0:
            channel = SHOWN[cycle >> 2]
            if not test:
                self.shown = self.channel_output[channel]
            self.shown_pan = self.pan[channel]
        value = self.shown
        if test or (cycle >> 2 == 1 and self.dac_enable):
            value = self.dac - (self.dac & 0x100) * 2
        if self.integrated:
            other = 0
            own = value if test or cycle & 3 else 0
        else:
            other = -STEP if value < 0 else STEP
            own = 3 * (value + (value >= 0)) if test or cycle & 3 == 3 else other
        left, right = own if self.shown_pan & 2 else other, own if self.shown_pan & 1 else other
        part = DAC_PART if test or (cycle >> 2 == 1 and self.dac_enable) else SHOWN[cycle >> 2]
        self.sum[0] += left
        self.sum[1] += right
        self.part[2 * part] += left
        self.part[2 * part + 1] += right


def clamp(value: int) -> int:
    """Limit a channel's sum to 9 bits."""
    return max(-256, min(255, value))
