"""Timers A and B, the LFO and the envelope timer."""

from __future__ import annotations

from megadrive.model.ym2612.registers import Registers
from megadrive.model.ym2612.tables import LFO_PERIODS

TOPS = (1024, 256)
"""Where timers A and B overflow."""


class Counters(Registers):
    """What counts by itself."""

    # ------------------------------------------------------------------------------------- timers

    def step_timers(self, cycle: int) -> None:
        """Step both timers: they count in cycle 1, the flag rises in cycle 2, the period is taken again in cycle 3."""
        for timer in range(2):
            load = self.timer_overflow[timer]
            step = self.test_21 >> 2 & 1
            if cycle == 1:
                if timer == 0:
                    step |= self.timer_running[0]
                else:
                    self.timer_prescaler = self.timer_prescaler + 1 & 15
                    step |= self.timer_running[1] & (self.timer_prescaler == 0)
            elif cycle == 2:
                load |= self.timer_load[timer] & ~self.timer_running[timer] & 1
                self.timer_running[timer] = self.timer_load[timer]
                if timer == 0:
                    self.csm_key = int(self.channel3_mode == 2 and load)
            count = (self.timer_period[timer] if self.timer_reload[timer] else self.timer_count[timer]) + step
            self.timer_reload[timer] = load
            if self.timer_clear[timer]:
                self.timer_flag[timer] = self.timer_clear[timer] = 0
            else:
                self.timer_flag[timer] |= self.timer_overflow[timer] & self.timer_enable[timer]
            self.timer_overflow[timer] = int(count >= TOPS[timer])
            self.timer_count[timer] = count & TOPS[timer] - 1

    def count_timers(self) -> None:
        """Do what :meth:`step_timers` does in cycle 1, if the timers do nothing but count."""
        self.timer_prescaler = self.timer_prescaler + 1 & 15
        for timer in range(2):
            if self.timer_running[timer] and not (timer and self.timer_prescaler):
                count = self.timer_count[timer] + 1
                self.timer_overflow[timer] = int(count >= TOPS[timer])
                self.timer_count[timer] = count & TOPS[timer] - 1

    def timers_counting(self) -> bool:
        """Tell whether the timers do nothing but count, and look at $27 in cycle 2."""
        clear, reload, overflow = self.timer_clear, self.timer_reload, self.timer_overflow
        busy = clear[0] or clear[1] or reload[0] or reload[1] or overflow[0] or overflow[1]
        return not (busy or self.test_21 & 4)

    def timers_settled(self) -> bool:
        """Tell whether there is nothing new in $27 either."""
        return self.timers_counting() and self.timer_load == self.timer_running

    def step_timers_samples(self, samples: int) -> None:
        """Step settled timers over whole samples."""
        self.csm_key = 0
        for timer in range(2):
            steps = samples
            if timer == 1:
                steps = self.timer_prescaler + samples >> 4
                self.timer_prescaler = self.timer_prescaler + samples & 15
            if not self.timer_running[timer]:
                continue
            if self.timer_count[timer] + steps >= TOPS[timer]:
                steps = (steps - TOPS[timer] + self.timer_count[timer]) % (TOPS[timer] - self.timer_period[timer])
                self.timer_count[timer] = self.timer_period[timer]
                self.timer_flag[timer] |= self.timer_enable[timer]
            self.timer_count[timer] += steps

    # ----------------------------------------------------------------------------- envelope timer

    def step_eg_timer(self, cycle: int) -> None:
        """Step the envelope timer: 12 bits, every third sample, its carry added at the bottom half a sample later.

        So it runs from 1 to 4095. `eg_lock` (1 + its lowest bit set) and `eg_low` are latched two samples before the
        envelopes step.
        """
        if cycle == 13:
            self.eg_timer += self.eg_carry
            self.eg_carry = 0
        if self.test_21 & 0x20:
            self.eg_timer &= ~(1 << (cycle + 11) % 12)
        if cycle == 0:
            if self.eg_divider == 2:
                self.eg_lock = (self.eg_timer & -self.eg_timer).bit_length()
                self.eg_low = self.eg_timer & 3
            self.eg_divider = (self.eg_divider + 1) % 3
            if self.eg_divider == 2:
                self.eg_timer = self.eg_timer + 1 & 4095
                self.eg_carry = int(self.eg_timer == 0)

    # ---------------------------------------------------------------------------------------- LFO

    def latch_lfo(self) -> None:
        """Take vibrato and AM for a sample from the LFO's counter."""
        self.lfo_pm = self.lfo_count >> 2
        self.lfo_am = lfo_am(self.lfo_count)

    def step_lfo(self, samples: int) -> None:
        """Step the LFO, by 0 or 1 samples.

        The divider is compared through a mask: it goes on past a period that was shortened until the bits match.
        """
        mask = LFO_PERIODS[self.lfo_rate]
        if self.lfo_divider & mask == mask:
            self.lfo_divider = 0
            self.lfo_count += 1
        else:
            self.lfo_divider = self.lfo_divider + samples & 0xFF
        self.lfo_count &= self.lfo_mask
        self.lfo_changed = 0


def lfo_am(count: int) -> int:
    """Return AM, 0 to 126, for the LFO's counter: a triangle that starts at its top."""
    return (count & 0x3F if count & 0x40 else count & 0x3F ^ 0x3F) << 1
