"""Lines and frames, H and V counters, interrupts, the next event.

Handbook, VDP, sections 7, 8, 9 and 12.  A line has 3420 mclk in both widths and begins where the V counter steps, at
H = $14A (H40) or $10A (H32).
"""

from __future__ import annotations

import itertools

from .clocks import LINE
from .units import Units

NEVER = 2**63 - 1

# ------------------------------------------------------------------------------------------ H position

# Lengths of the pixel steps from the V step on.  H40: 8 mclk, but for 34 in HSYNC from H = $1CC on.
_STRETCHED = [8, *[10] * 7, 9, 9, *[10] * 7]
_LENGTHS = ([10] * 342, [*[8] * 38, *_STRETCHED, *_STRETCHED, *[8] * 348])

STEP_BEGIN = tuple(list(itertools.accumulate(lengths[:-1], initial=0)) for lengths in _LENGTHS)
"""mclk from the V step to each pixel step; H32, H40."""

H_COUNTER: tuple[list[int], list[int]] = (
    [*range(0x10A, 0x128), *range(0x1D2, 0x200), *range(0x10A)],
    [*range(0x14A, 0x16D), *range(0x1C9, 0x200), *range(0x14A)],
)
"""H counter, 9 bits, in each pixel step; H32, H40."""


H_READ = tuple(
    [h >> 1 for h, length in zip(counter, lengths, strict=True) for _ in range(length)]
    for counter, lengths in zip(H_COUNTER, _LENGTHS, strict=True)
)
"""H as it is read, half of the counter, at each mclk from the V step on; H32, H40."""


# ------------------------------------------------------------------------------------------- the stages

# What happens within a line, in order of time; most lines begin at HINT.
PICTURE_END, F, ODD, Z80_INT_END, HINT, STEP = range(6)

STAGE_OFFSET = (
    (280, 770, 780, 3350, 3410, LINE),
    (280, 788, 796, 3364, 3412, LINE),
)
"""mclk from the V step to each stage; H32, H40."""
FIRST_HINT = min(offsets[HINT] for offsets in STAGE_OFFSET)

IRQ_DELAY = 21
"""mclk from F, or another event, to the level that a 68000 can sample."""

HB_SET = (280, 228)
HB_CLEAR = (860, 872)
VB_DELAY = (20, 16)
"""VB changes two pixels after the V step."""

# Last V before the jump and first after it, by (PAL, V30); NTSC V30 never jumps.
_V_JUMP = {
    (False, False): (0x0EA, 0x1E5),
    (False, True): (0x200, 0),
    (True, False): (0x102, 0x1CA),
    (True, True): (0x10A, 0x1D2),
}
_V_JUMP_MODE_4 = {False: (0x0DA, 0x1D5), True: (0x0F2, 0x1BA)}
_FIRST_JUMP = 0x0DA


def jump_of_v(pal: bool, mode5: bool, v30: bool, interlace: bool, odd: bool) -> tuple[int, int]:
    """Return the V counter's last value before its jump and the first one after it.

    In interlace the odd field is the longer one.
    """
    last, first = _V_JUMP[pal, v30] if mode5 else _V_JUMP_MODE_4[pal]
    if mode5 and interlace and last != 0x200:
        last, first = last - pal, first - odd
    return last, first


def next_v(v: int, pal: bool, mode5: bool, v30: bool, interlace: bool, odd: bool) -> int:
    """Return the V counter of the next line.

    Examples
    --------
    >>> hex(next_v(0x0EA, pal=False, mode5=True, v30=False, interlace=False, odd=False))
    '0x1e5'
    """
    last, first = jump_of_v(pal, mode5, v30, interlace, odd)
    return first if v == last else v + 1 & 0x1FF


class Timing(Units):
    """Time as the chip sees it: the stages of the line that `clock` has passed, and what each does.

    Attributes
    ----------
    next_irq_clock : int
        mclk at which the 68000 can sample an H interrupt that is the next event; NEVER if it is another one.
    event_after : int
        mclk of the event after that.
    """

    next_irq_clock = NEVER
    event_after = NEVER

    # --------------------------------------------------------------------------------- interrupts

    def update_irq(self, clock: int, delay: int = 0) -> None:
        """Set the level on the IPL pins; a new level is seen `delay` mclk later."""
        c = self.c
        if c.v_pending and self.r[1] & 0x20:
            level = 6
        elif c.h_pending and self.r[0] & 0x10:
            level = 4
        elif c.external_pending and self.r[11] & 0x08:
            level = 2
        else:
            level = 0
        if level != c.irq_level:
            c.irq_clock = self.pins.irq_clock = clock + delay
            c.irq_level = self.pins.irq_level = level

    def acknowledge(self, clock: int) -> None:
        """Clear what the chip asks for now, whatever level the 68000 acknowledges; the pins show it from `clock` on."""
        c = self.c
        self.advance(clock)
        if c.v_pending and self.r[1] & 0x20:
            c.v_pending = 0
        elif c.h_pending and self.r[0] & 0x10:
            c.h_pending = 0
        else:
            c.external_pending = 0
        self.update_irq(clock)
        self.schedule()

    # ------------------------------------------------------------------------------- line by line

    def run(self, clock: int) -> None:
        """Bring the chip up to `clock`."""
        if self.advance(clock):
            self.schedule()

    def advance(self, clock: int) -> bool:
        """Bring the chip up to `clock`; tell whether the next event has to be looked for."""
        c = self.c
        line, stage = c.line_clock, c.line_stage
        changed = c.next_event <= clock + 1
        if clock - line < FIRST_HINT and stage == HINT and not changed:
            # By far the most common case: between two calls nothing happens but that time goes by.
            count = c.fifo_count
            if count or c.dma_run or c.read_wanted or c.bus_hold:
                changed = bool(c.bus_hold)
                waits = count and not c.dma_run and not changed and c.fifo_clock[c.fifo_write - count & 3] >= clock
                if clock > c.clock and not waits:
                    self.transfer(clock)
                    if self.move:
                        self.finish_move()
            if clock > c.clock:
                c.clock = clock
            return bool(changed)
        if (
            stage == STEP
            and c.v_counter < 191
            and LINE <= clock - line < LINE + FIRST_HINT
            and not (c.fifo_count or c.dma_run or c.read_wanted or c.bus_hold or self.move)
        ):
            # A line of the picture begins, and that is all.
            self._begin_line(line + LINE)
            c.clock = clock
            return True
        r = self.r
        now, offsets = c.clock, STAGE_OFFSET[r[12] & r[1] >> 2 & 1]
        if clock - now > LINE:
            self._until(clock)
        changed |= bool(c.bus_hold)
        stages = self._STAGES
        while True:
            if clock - line > 2 * LINE and stage == HINT and not self.transfer_busy:
                self._skip_lines(clock)
                line, now = c.line_clock, c.clock
            time = line + offsets[stage]
            if time > clock:
                break
            if time > now:
                if c.fifo_count or c.dma_run or c.read_wanted or c.bus_hold:
                    self.transfer(time)
                    offsets = STAGE_OFFSET[r[12] & r[1] >> 2 & 1]  # a held write may have changed it
                c.clock = now = time
            c.line_stage = stage + 1
            stages[stage](self, time)
            line, stage = c.line_clock, c.line_stage
            changed = True
        if clock > now:
            if c.fifo_count or c.dma_run or c.read_wanted or c.bus_hold:
                self.transfer(clock)
            c.clock = clock
        if self.move:
            self.finish_move()
        return bool(changed)

    def _skip_lines(self, clock: int) -> None:
        """Pass over lines in which nothing happens but that the H interrupt counter counts down."""
        c = self.c
        v, end = c.v_counter, self.picture_lines
        lines = (clock - c.line_clock) // LINE - 1
        if c.vblank or v + lines >= end:
            lines = 0 if c.vblank or v >= end else end - v - 1
        lines = min(lines, c.hint_counter)
        if lines > 0:
            c.v_counter = v + lines
            c.line_clock += lines * LINE
            c.clock = max(c.clock, c.line_clock)
            c.hint_counter -= lines

    def _end_picture(self, clock: int) -> None:
        c = self.c
        self.draw_before(clock)
        self.finish_border(clock)
        c.draw_clock = NEVER
        c.frame = self.pins.frame = c.frame + 1 & 0xFFFFFFFF
        self.pins.clock = clock
        c.frame_clock = self.pins.frame_clock = clock
        c.interlace = self.pins.interlace = (0, 1, 0, 3)[self.r[12] >> 1 & 3]

    def _set_f(self, clock: int) -> None:
        c = self.c
        c.v_pending = c.z80_int = self.pins.z80_int = 1
        c.z80_int_clock = self.pins.z80_int_clock = clock
        self.update_irq(clock, IRQ_DELAY)

    def _toggle_field(self, clock: int) -> None:
        self.c.odd_field = bool(self.c.interlace) and not self.c.odd_field

    def _end_z80_int(self, clock: int) -> None:
        self.c.z80_int = self.pins.z80_int = 0
        self.c.z80_int_clock = self.pins.z80_int_clock = clock

    def _count_hint(self, clock: int) -> None:
        """Count lines 0-224; in vertical blanking the counter is reloaded on every line."""
        c = self.c
        if not c.vblank and c.hint_counter:
            c.hint_counter -= 1
            return
        c.hint_counter = self.r[10]
        if not c.vblank:
            c.h_pending = 1
            self.update_irq(clock, IRQ_DELAY)

    def _begin_line(self, clock: int) -> None:
        c = self.c
        v = c.v_counter + 1
        if v > _FIRST_JUMP:
            last, first = self._jump_of_v()
            v = first if v == last + 1 else v & 0x1FF
        c.v_counter = v
        c.line_clock = clock
        c.line_stage = HINT
        if v < 192:
            return
        if v == 0x1FF:
            if not c.vblank:  # a V28/V30 switch made the chip miss the end of the picture
                self._end_picture(clock)
            c.vblank = self.pins.vblank = 0
            c.picture_clock = self.pins.picture_clock = clock + LINE
            c.draw_clock = clock
            self.drawing.render = bool(self._chip.render)
        elif v == self.picture_lines:
            c.line_stage = F if c.vblank else PICTURE_END
            c.vblank = self.pins.vblank = 1

    def _jump_of_v(self) -> tuple[int, int]:
        c, mode = self.c, self.r[1]
        return jump_of_v(bool(c.pal), bool(mode & 4), bool(mode & 8), bool(c.interlace), bool(c.odd_field))

    _STAGES = (_end_picture, _set_f, _toggle_field, _end_z80_int, _count_hint, _begin_line)

    # ----------------------------------------------------------------------------- the next event

    def schedule(self) -> None:
        """Find a lower bound of the time at which something that others see changes by itself."""
        c, r = self.c, self.r
        line, v, mode = c.line_clock, c.v_counter, r[1]
        self.next_irq_clock = NEVER
        end = 224 if mode & 12 == 4 else self.picture_lines
        if not c.vblank:
            if v < end:
                following = line + (end - v) * LINE + STAGE_OFFSET[0][PICTURE_END]
            elif v == 0x1FF:
                following = line + (end + 1) * LINE + STAGE_OFFSET[0][PICTURE_END]
            else:
                following = line + LINE
            if r[0] & 0x10 and not c.h_pending:
                lines = c.hint_counter + (c.line_stage > HINT)
                hint = line + lines * LINE + STAGE_OFFSET[r[12] & mode >> 2 & 1][HINT]
                if hint < following:
                    if c.irq_level < 4 and not c.bus_hold:
                        self.next_irq_clock, self.event_after = hint + IRQ_DELAY, following
                    following = hint
        elif c.line_stage < HINT:
            following = line + STAGE_OFFSET[self.h40][c.line_stage]
        else:  # nothing before V = $1FF, unless a new height lies ahead
            if v < end:
                lines = end - v
            else:
                last, first = self._jump_of_v()
                lines = 0x1FF - v - (first - last - 1 if v <= last < 0x200 else 0)
            following = line + max(1, lines) * LINE
        if c.bus_hold:
            following = min(following, self.release_bound())
        c.next_event = self.pins.next_event = following if following > c.clock else c.clock + 1

    # --------------------------------------------------------------------------------- power on

    def power_on(self, pal: bool) -> None:
        """Bring the state to what it is after switching on."""
        c = self.c
        self.clear_state()
        c.pal = pal
        self.r[10] = 0xFF  # acts so until it is written
        c.hint_counter = 0xFF
        c.line_stage = HINT
        self.schedule()
