"""What lies in a VDP's memories, as pictures for people who look: :class:`Inspection`, :class:`Picture`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from megadrive.model.vdp.inspect import Sprite
    from megadrive.model.vdp.state import VDPState

_BOX = 255, 255, 0


class Picture(np.ndarray[Any, np.dtype[np.uint8]]):
    """An RGB picture, uint8 (height, width, 3), that a notebook shows.

    Examples
    --------
    >>> picture = np.zeros((2, 3, 3), np.uint8).view(Picture)
    >>> picture._repr_png_()[1:4]
    b'PNG'
    """

    def _repr_png_(self) -> bytes | None:
        from megadrive.media import png

        return png(np.asarray(self)) if self.ndim == 3 and self.size else None


class Inspection:
    """Looking into a VDP without changing it; for :class:`megadrive.VDP` and :class:`megadrive.model.VDP`."""

    _state: Any
    _owner: Any

    def draw_frame(self) -> npt.NDArray[np.uint8]:
        """Draw a whole picture of the present contents."""
        raise NotImplementedError

    def _inspected(self) -> VDPState:
        from megadrive.model.vdp.state import VDPState

        return VDPState(self._state, self._state if self._owner is None else self._owner)

    def _coloured(self, indexed: npt.NDArray[np.uint8]) -> Picture:
        from megadrive.model.vdp.colours import to_rgb

        return to_rgb(self._inspected(), indexed).view(Picture)

    def picture(self) -> Picture:
        """Draw what :meth:`draw_frame` draws, in RGB: uint8 (height, width, 3).

        Examples
        --------
        >>> import megadrive
        >>> vdp = megadrive.VDP()
        >>> vdp.registers[[0, 1, 12]] = 0x04, 0x44, 0x81   # display on, 320 pixels
        >>> vdp.cram[0] = 0x0EEE
        >>> vdp.picture()[0, 0].tolist()
        [255, 255, 255]
        """
        return self._coloured(self.draw_frame())

    def patterns(self, palette: int = 0, columns: int = 32) -> Picture:
        """Draw all patterns in VRAM, in rows of `columns`.

        Parameters
        ----------
        palette : int
            0 to 3.
        columns : int
            Patterns in a row of the picture.

        Returns
        -------
        Picture
            2048 cells of 8x8 pixels, in interlace mode 2 1024 of 8x16, in mode 4 (R1.2 clear, R0.2 set) 512 of 8x8.

        Raises
        ------
        TypeError
            If the palette or the number of columns is no integer.
        ValueError
            If the palette or the number of columns is out of range.

        Examples
        --------
        >>> import megadrive
        >>> megadrive.VDP().patterns().shape
        (512, 256, 3)
        """
        from megadrive.model.vdp import inspect

        return self._coloured(inspect.patterns(self._inspected(), palette, columns) & np.uint8(0x3F))

    def plane(self, which: str) -> Picture:
        """Draw a whole scroll plane, unscrolled, or the window.

        Parameters
        ----------
        which : {"a", "b", "window"}
            The plane.

        Returns
        -------
        Picture
            What is transparent has colour 0 of its palette.

        Raises
        ------
        ValueError
            If there is no such plane; mode 4 has "a" only.

        Examples
        --------
        >>> import megadrive
        >>> vdp = megadrive.VDP()
        >>> vdp.registers[16] = 0x01                       # 64 x 32 cells
        >>> vdp.plane("a").shape
        (256, 512, 3)
        """
        from megadrive.model.vdp import inspect

        return self._coloured(inspect.plane(self._inspected(), which) & np.uint8(0x3F))

    def sprites(self) -> list[Sprite]:
        """Return the sprites that the chip would draw, in list order: the front one first.

        Returns
        -------
        list of megadrive.model.vdp.inspect.Sprite
            Position, box, pattern, attributes and pixels of each.

        Examples
        --------
        >>> import megadrive
        >>> vdp = megadrive.VDP()
        >>> vdp.vram[:8] = 0, 128 + 10, 0x05, 0, 0, 1, 0, 128 + 20   # at (20, 10), 2x2 cells
        >>> [(s.x, s.y, s.width, s.height) for s in vdp.sprites()]
        [(20, 10, 16, 16)]
        """
        from megadrive.model.vdp import inspect

        return inspect.sprites(self._inspected())

    def sprite_boxes(self) -> Picture:
        """Draw the picture with a yellow box around each sprite: uint8 (height, width, 3).

        Examples
        --------
        >>> import megadrive
        >>> vdp = megadrive.VDP()
        >>> vdp.registers[[0, 1, 12]] = 0x04, 0x44, 0x81
        >>> vdp.vram[:8] = 0, 128 + 10, 0x05, 0, 0, 1, 0, 128 + 20
        >>> vdp.sprite_boxes()[10, 20].tolist()
        [255, 255, 0]
        """
        picture = self.picture()
        height, width, _ = picture.shape
        for sprite in self.sprites():
            top, left = sprite.y, sprite.x
            bottom, right = top + sprite.height - 1, left + sprite.width - 1
            rows = slice(max(top, 0), max(min(bottom + 1, height), 0))
            columns = slice(max(left, 0), max(min(right + 1, width), 0))
            for y in (top, bottom):
                if 0 <= y < height:
                    picture[y, columns] = _BOX
            for x in (left, right):
                if 0 <= x < width:
                    picture[rows, x] = _BOX
        return picture

    def palette(self, size: int = 16) -> Picture:
        """Draw the 64 colours as squares, a palette in each row.

        Parameters
        ----------
        size : int
            Side of a square in pixels.

        Returns
        -------
        Picture
            uint8 (4 * size, 16 * size, 3).

        Raises
        ------
        ValueError
            If the size is less than 1.

        Examples
        --------
        >>> import megadrive
        >>> megadrive.VDP().palette(8).shape
        (32, 128, 3)
        """
        from megadrive.model.vdp import inspect

        return inspect.palette(self._inspected(), size).view(Picture)

    def layers(self, field: int = 0) -> dict[str, npt.NDArray[np.uint8]]:
        """Draw the layers of a picture, each for itself; in mode 4 plane B is empty.

        Parameters
        ----------
        field : int
            0 or 1; matters in interlace mode 2 only.

        Returns
        -------
        dict of uint8 (lines, width)
            ``"a"`` (with the window), ``"b"`` and ``"sprites"``: palette and colour in bits 5-0 (colour 0 is
            transparent), priority in bit 6.

        Examples
        --------
        >>> import megadrive
        >>> sorted(megadrive.VDP().layers())
        ['a', 'b', 'sprites']
        """
        from megadrive.model.vdp import inspect

        return inspect.layers(self._inspected(), field)

    def sources(self, field: int = 0) -> npt.NDArray[np.uint8]:
        """Tell from which layer each pixel of a picture comes.

        Parameters
        ----------
        field : int
            0 or 1; matters in interlace mode 2 only.

        Returns
        -------
        uint8 (lines, width)
            0 backdrop, 1 plane B, 2 plane A or window, 3 sprites. Shadow and highlight are not looked at.

        Examples
        --------
        >>> import megadrive
        >>> int(megadrive.VDP().sources().max())
        0
        """
        from megadrive.model.vdp import inspect

        return inspect.sources(self._inspected(), field)

    def _repr_png_(self) -> bytes | None:
        return self.picture()._repr_png_()
