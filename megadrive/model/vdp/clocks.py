"""Lines and pixels in master clocks."""

LINE = 3420
"""mclk in a line, in both widths."""
PIXEL = (10, 8)
"""mclk a pixel outside HSYNC; H32, H40."""
COLOUR_ZERO = (1000, 972)
"""mclk from the V step into a line to the look-up of its pixel 0 (H = $18); H32, H40."""
HSCROLL = (500, 557)
"""mclk from the V step into a line to the read of its scroll table (H = 486); H32, H40."""
LAST_PIXEL = 3560
"""mclk from the V step into a line after which nothing of it is fetched or shown."""


def events_before(time: int, first: int, step: int, most: int) -> int:
    """Count the events at first, first + step, ... that lie before ``time``, up to ``most``."""
    return min(max(0, (time - first + step - 1) // step), most)


def first_unfinished(clock: int) -> int:
    """Return the first line that is not over at ``clock`` (mclk since the V step into line 0)."""
    return max(0, (clock - LAST_PIXEL) // LINE + 1)


FLAGS_BEGIN, FLAGS_END = -64, 741
"""mclk from the V step: the sprite flags change only in between, while sprites are searched and fetched."""
