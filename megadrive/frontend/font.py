"""Letters of 5 x 8 points, and text drawn with them."""

import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT = 6, 9
"""Pixels from one letter, and from one line, to the next."""

# Five columns of each letter from left to right, the top point in bit 0.
_GLYPHS = """
! 00005F0000  " 0007000700  # 147F147F14  $ 242A7F2A12  % 2313086462  & 3649552250  ' 0005030000  ( 001C224100
) 0041221C00  * 14083E0814  + 08083E0808  , 00A0600000  - 0808080808  . 0060600000  / 2010080402  : 0036360000
; 00A6660000  < 0814224100  = 1414141414  > 0041221408  ? 0201510906  @ 324979413E  [ 007F414100  ] 0041417F00
_ 4040404040  0 3E5149453E  1 00427F4000  2 4261514946  3 2141454B31  4 1814127F10  5 2745454539  6 3C4A494930
7 0171090503  8 3649494936  9 064949291E  A 7E1111117E  B 7F49494936  C 3E41414122  D 7F4141221C  E 7F49494941
F 7F09090901  G 3E4149497A  H 7F0808087F  I 00417F4100  J 2040413F01  K 7F08142241  L 7F40404040  M 7F020C027F
N 7F0408107F  O 3E4141413E  P 7F09090906  Q 3E4151215E  R 7F09192946  S 4649494931  T 01017F0101  U 3F4040403F
V 1F2040201F  W 3F4038403F  X 6314081463  Y 0708700807  Z 6151494543  a 2054545478  b 7F48444438  c 3844444420
d 384444487F  e 3854545418  f 087E090102  g 18A4A4A47C  h 7F08040478  i 00447D4000  j 4080847D00  k 7F10284400
l 00417F4000  m 7C04180478  n 7C08040478  o 3844444438  p FC24242418  q 18242424FC  r 7C08040408  s 4854545420
t 043F444020  u 3C4040207C  v 1C2040201C  w 3C4030403C  x 4428102844  y 1CA0A0A07C  z 4464544C44
"""


def _load() -> dict[str, npt.NDArray[np.bool_]]:
    words = _GLYPHS.split()
    glyphs = {}
    for letter, columns in zip(words[::2], words[1::2], strict=True):
        bits = np.unpackbits(np.frombuffer(bytes.fromhex(columns), np.uint8)[:, None], axis=1, bitorder="little")
        glyphs[letter] = bits.T.astype(bool)
    return glyphs


_LETTERS = _load()


def draw(lines: list[str], margin: int = 4, ground: int = 200) -> npt.NDArray[np.uint8]:
    """Return lines of text as a picture.

    Parameters
    ----------
    lines : list of str
        Text; letters that the font lacks are left blank.
    margin : int
        Pixels around the text.
    ground : int
        Opacity of the dark ground, 0 to 255.

    Returns
    -------
    uint8 array (height, width, 4)
        RGBA.
    """
    columns = max((len(line) for line in lines), default=0)
    height, width = len(lines) * HEIGHT + 2 * margin, columns * WIDTH + 2 * margin
    set_ = np.zeros((height, width), bool)
    for row, line in enumerate(lines):
        for column, letter in enumerate(line):
            glyph = _LETTERS.get(letter)
            if glyph is not None:
                y, x = margin + row * HEIGHT, margin + column * WIDTH
                set_[y : y + 8, x : x + 5] = glyph
    picture = np.empty((height, width, 4), np.uint8)
    picture[:] = 10, 14, 30, ground
    picture[set_] = 255, 255, 255, 255
    return picture
