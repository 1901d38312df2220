"""Write the tables of sine and exponential of the YM2612's operators: ym2612_tables.c, into the folder given."""

import sys
from collections.abc import Iterable
from math import log2, pi, sin
from pathlib import Path

# these formulas give the 256 words of each ROM on the die exactly
LOGSIN = [round(-256 * log2(sin((2 * i + 1) * pi / 1024))) for i in range(256)]
EXP = [round(1024 * (2 ** (i / 256) - 1)) for i in range(256)]


def output(level: int) -> int:
    """Return what a level below full swing, in 1/256 of an octave, comes to: 14 bits without the sign."""
    return (EXP[~level & 255] | 1024) << 2 >> (level >> 8)


def table(declaration: str, values: Iterable[int | str]) -> str:
    return f"const {declaration} = {{\n" + "".join(f"{value}," for value in values) + "\n};\n"


def main() -> None:
    quarters = [LOGSIN, LOGSIN[::-1]] * 2
    sine = [2 * level + (i >= 2) for i, quarter in enumerate(quarters) for level in quarter]
    wave = [sign * output(level) for level in range(6400) for sign in (1, -1)]
    octave = [[output(level + 4 * attenuation) for level in LOGSIN] for attenuation in range(64)]
    text = '#include "ym2612/internal.h"\n'
    text += table("uint16_t ym2612_sine[1024]", sine)
    text += table("int16_t ym2612_wave[2 * 6400]", wave)
    text += table("int16_t ym2612_octave[64][256]", ("{" + ",".join(map(str, row)) + "}\n" for row in octave))
    Path(sys.argv[1], "ym2612_tables.c").write_text(text)


if __name__ == "__main__":
    main()
