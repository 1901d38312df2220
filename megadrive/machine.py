"""The console: :class:`MegaDrive`."""

from __future__ import annotations

import operator
import os
from _thread import allocate_lock
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, overload

from megadrive._core import ffi, lib
from megadrive._memory import Blocks, Memory
from megadrive.audio import FILTER_NAMES, PSG_LEVEL, Filter, make_table
from megadrive.cartridge import Cartridge
from megadrive.controllers import Button, Pad
from megadrive.errors import StateError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from megadrive.engines import Chips
    from megadrive.m68000_registers import M68000Registers
    from megadrive.psg import PSG
    from megadrive.vdp import VDP, Area
    from megadrive.vgm.file import Tags
    from megadrive.vgm.recorder import Recorder
    from megadrive.ym2612 import YM2612
    from megadrive.z80 import Z80Registers
else:
    from megadrive._lazy import np

Region = Literal["J", "U", "E"]
Array: TypeAlias = "npt.NDArray[Any]"
Buffer = TypeVar("Buffer")

MASTER_CLOCK = {False: 53_693_175, True: 53_203_424}
"""Master clock in Hz of NTSC (False) and PAL (True) consoles."""

# Version register: bit 7 overseas, bit 6 PAL, bit 5 no expansion unit, bits 3-0 0 (no TMSS).
_VERSION = {"J": 0x20, "U": 0xA0, "E": 0xE0}

_LOAD_ERRORS = {
    lib.MD_LOAD_TRUNCATED: "its length is {have} bytes, expected {want}",
    lib.MD_LOAD_NOT_A_STATE: "it does not begin with a save state's header",
    lib.MD_LOAD_OTHER_VERSION: "it was saved by another version of this library",
    lib.MD_LOAD_OTHER_MACHINE: "it belongs to another ROM, or to a console of another region",
    lib.MD_LOAD_DAMAGED: "its contents are damaged",
}

_machines = Blocks("megadrive")
_uncleared = ffi.new_allocator(should_clear_after_alloc=False)
_ALL_BUTTONS = 0xFFF
_MOST_PAIRS = 14_000  # samples of the longest frame (1,120 lines) at 192 kHz
_AHEAD_BYTES = 16

# What every frame needs, looked up once.
_run_native = lib.md_run_frames
_fill_rgb = lib.vdp_fill_rgb
_NULL = ffi.NULL
_RENDER_ALL, _RENDER_NONE, _RENDER_LAST = lib.MD_RENDER_ALL, lib.MD_RENDER_NONE, lib.MD_RENDER_LAST


class _Use:
    """Lets one thread at a time use a machine; the others do not wait."""

    __slots__ = ("_lock", "_md")

    def __init__(self, md: Any) -> None:
        self._md = md
        self._lock = allocate_lock()

    def __enter__(self) -> Any:
        if not self._lock.acquire(False):
            raise RuntimeError("this MegaDrive is being used by another thread; give each thread a machine of its own")
        return self._md

    def __exit__(self, *exception: object) -> None:
        self._lock.release()


class MegaDrive:
    """A Mega Drive with a cartridge in it, switched on.

    Parameters
    ----------
    rom : path, bytes or Cartridge
        The game; raw, SMD-interleaved, zip or gz.
    region : {None, "J", "U", "E"}
        Japan (60 Hz), overseas 60 Hz or Europe (50 Hz). None takes it from the ROM's header, preferring U, then J.
    engine : {"native", "model"}
        ``"native"`` runs the C kernels of VDP, YM2612 and PSG; ``"model"`` the Python models.
    seed : int
        Memories at power-on: 0 leaves work RAM, Z80 RAM and VRAM zero, another number fills them by xorshift64*.
    sample_rate : int
        Of :attr:`audio`, in Hz, 8000 to 192000.
    audio_filter : {"raw", "model 1", "model 2"}
        The console's low-pass behind the mixer: none, or that of a board; :mod:`megadrive.audio` tells which.
    frame_area : {"active", "border"}
        What :attr:`frame` shows; see :attr:`frame_area`.
    psg_level : float
        The mixing level: a PSG channel's full square as a part of an FM channel's full swing, 0 to 4.
    address_errors : bool
        True: a word access to an odd address is an address error, as on the 68000. False: it goes to the even address,
        for programs that were only ever tried on lax emulators.

    Raises
    ------
    RomError
        If `rom` is not a usable image.
    ValueError
        If another argument is out of range.

    Examples
    --------
    >>> import megadrive
    >>> md = megadrive.MegaDrive(megadrive.builtin_rom())
    >>> md.run_frames(60)
    >>> md.frame.shape
    (224, 320, 3)
    """

    def __init__(
        self,
        rom: str | os.PathLike[str] | bytes | Cartridge,
        region: Region | None = None,
        engine: Literal["native", "model"] = "native",
        seed: int = 0,
        sample_rate: int = 48000,
        address_errors: bool = True,
        audio_filter: Filter = "raw",
        psg_level: float = PSG_LEVEL,
        frame_area: Area = "active",
    ) -> None:
        cartridge = rom if isinstance(rom, Cartridge) else Cartridge(rom)
        region = cartridge.region if region is None else region
        if region not in _VERSION:
            raise ValueError(f"region is {region!r}, expected None, 'J', 'U' or 'E'")
        if engine not in ("native", "model"):
            raise ValueError(f"engine is {engine!r}, expected 'native' or 'model'")
        if not isinstance(seed, int) or not 0 <= seed < 1 << 64:
            raise ValueError(f"seed is {seed!r}, expected an integer from 0 to 2**64 - 1")
        pal = region == "E"
        table = make_table(sample_rate, audio_filter, psg_level, MASTER_CLOCK[pal])

        md = _machines.new()
        md.pal = pal
        md.state.io.version = _VERSION[region]
        pad = Pad.SIX_BUTTON if cartridge.six_button else Pad.THREE_BUTTON
        md.state.io.pad_type = [pad, pad]
        md.address_errors = bool(address_errors)
        md.plain = os.environ.get("MEGADRIVE_PLAIN", "0") not in ("", "0")
        self._cartridge = cartridge
        self._insert(md, cartridge)
        lib.md_connect(md)
        self._set_up(md, table, region, sample_rate)
        if frame_area != "active":
            self.frame_area = frame_area
        lib.md_power_on(md, seed)
        if cartridge.sram is not None:
            size = lib.md_sram_size(md)
            ffi.memmove(md.state.sram, b"\xff" * size, size)
        if engine == "model":
            from megadrive import model

            self.replace_chips(vdp=model.VDP, ym2612=model.YM2612, psg=model.PSG)

    @staticmethod
    def _insert(md: Any, cartridge: Cartridge) -> None:
        md.rom = ffi.from_buffer("uint8_t[]", cartridge._padded)
        md.rom_size = cartridge.size
        md.rom_mask = len(cartridge._padded) - 1
        md.rom_crc = cartridge.crc32
        md.mapper = cartridge.has_mapper
        if cartridge.sram is not None:
            md.sram_kind = cartridge.sram.kind
            md.sram_start = cartridge.sram.start
            md.sram_end = cartridge.sram.end

    def _set_up(self, md: Any, table: Any, region: Region, sample_rate: int) -> None:
        """Take over a struct whose settings stand."""
        self._md = md
        self._screen = ffi.addressof(md, "vdp")
        md.fm_may_lag = 1
        self._table = table
        md.audio_table = table
        self._region: Region = region
        self._sample_rate = sample_rate
        self._use = _Use(md)
        self._held = md.state.io.buttons
        self._out: Any = ffi.NULL  # room for samples, of which the last call has made _count pairs
        self._room = self._count = 0
        self._samples: Array | None = None  # the same room as an array
        self._border: Any = None
        self._chips: Chips | None = None
        self._recorder: Recorder | None = None

    # Made when they are first asked for, by _PARTS below.
    _memory: Memory
    _ram: Array
    _z80_ram: Array
    _vram: Array
    _cram: Array
    _vsram: Array
    _sram: Array
    _rgb: Array
    _indexed: Array
    _cpu: M68000Registers
    _z80: Z80Registers
    _vdp: VDP
    _ym2612: YM2612
    _psg: PSG

    def __getattr__(self, name: str) -> Any:
        make = _PARTS.get(name)
        if make is None or "_md" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        part = self.__dict__[name] = make(self)
        return part

    def _program_word(self, address: int) -> int:
        """Return a word of ROM or RAM that the 68000 would fetch."""
        page = self._md.read_page[address >> 16]
        if page == ffi.NULL:
            raise ValueError(f"there is no ROM or work RAM at ${address:06x} to execute a program from")
        return int(page[address & 0xFFFF]) << 8 | int(page[(address & 0xFFFF) + 1])

    # ------------------------------------------------------------------------------------- running

    def run_frame(self, render: bool = True, audio: bool = True) -> None:
        """Run one video frame.

        Parameters
        ----------
        render : bool
            Whether :attr:`frame` shows the frame; without, it is not drawn.
        audio : bool
            Whether :attr:`audio` holds its sound; without, none is synthesised.

        Notes
        -----
        A frame ends at the end of the picture, before vertical blanking: what a game reads from the pads in its
        vertical interrupt is what was set before the call. The state after it is the same whatever is looked at.
        """
        self._run(1, _RENDER_ALL if render else _RENDER_NONE, audio)

    def run_frames(self, n: int, render: bool | Literal["last"] = "last", audio: bool = False) -> None:
        """Run `n` frames in one call.

        Parameters
        ----------
        n : int
            Number of frames, at least 0.
        render : {True, False, "last"}
            Which frames are drawn.
        audio : bool
            Whether :attr:`audio` holds the sound of all of them.

        Raises
        ------
        ValueError
            If `n` is negative or `render` none of its choices.
        """
        if isinstance(n, bool) or not hasattr(n, "__index__") or n < 0:
            raise ValueError(f"n is {n!r}, expected a number of frames, 0 or more")
        if isinstance(render, bool) or (not isinstance(render, str) and isinstance(render, np.bool_)):
            how = _RENDER_ALL if render else _RENDER_NONE
        elif render == "last":
            how = _RENDER_LAST
        else:
            raise ValueError(f"render is {render!r}, expected True, False or 'last'")
        self._run(int(n), how, audio)

    def _run(self, n: int, render: int, audio: bool) -> None:
        md = self._use.__enter__()  # without `with`, in half the time: a frame takes 80 microseconds
        try:
            if not audio:
                out, room = _NULL, 0
            else:
                if self._room < n * _MOST_PAIRS:
                    self._make_room(n * _MOST_PAIRS)
                out, room = self._out, self._room
            if self._chips is None and self._recorder is None:
                made = _run_native(md, n, render, out, room)
            elif self._recorder is None or not self._recorder.running:
                made = self._run_frames(n, render, out, room)
            else:
                made = self._run_recorded(self._recorder, n, render, audio)
            if made < 0:
                raise ValueError("the YM2612's state was written with values that the chip cannot have")
            self._count = made
            if self._chips is not None and md.failed:
                self._chips.raise_failure()
        finally:
            self._use.__exit__()

    def _make_room(self, pairs: int) -> None:
        """Make room for so many pairs of samples."""
        self._out = _uncleared("int16_t[]", 2 * pairs)
        self._room = pairs
        self._samples = None

    def _run_frames(self, n: int, render: int, out: Any, room: int) -> int:
        if self._chips is not None:
            return self._chips.run_frames(n, render, out, room)
        return int(_run_native(self._md, n, render, out, room))

    def _run_recorded(self, recorder: Recorder, n: int, render: int, audio: bool) -> int:
        """Run frames that a recording takes down one by one."""
        md, count = self._md, 0
        for left in range(n - 1, -1, -1):
            how = _RENDER_NONE if render == _RENDER_LAST and left else render
            out, room = (self._out + 2 * count, self._room - count) if audio else (ffi.NULL, 0)
            made = self._run_frames(1, how, out, room)
            if made < 0:
                return made
            count += made
            recorder.take()
            if md.failed:
                break
        return count

    def reset(self) -> None:
        """Press the reset button: the CPUs and the YM2612 start anew; memories, VDP and PSG stay."""
        with self._use as md:
            lib.md_reset(md)

    # -------------------------------------------------------------------------------------- output

    @property
    def frame(self) -> npt.NDArray[np.uint8]:
        """Last frame drawn: uint8 (height, width, 3), RGB; a view that the next frame overwrites.

        Before the first frame it has no rows. The first frame is short, from line 159 at 60 Hz on (132 at 50 Hz), and
        shows what the chip shows at power-on until the program sets it up: mode 4, 192 rows of 256 pixels of backdrop.
        """
        chip = self._screen
        if self._border is not None:
            lib.vdp_fill_border(chip)
            return self._framed_rgb[: self._border.height, : self._border.width]
        _fill_rgb(chip)
        return self._rgb[: chip.height, : chip.width]

    @property
    def frame_indexed(self) -> npt.NDArray[np.uint8]:
        """Last frame drawn: uint8 (height, width), colour number 0-63, bit 6 shadow, bit 7 highlight; a view."""
        chip = self._screen
        if self._border is not None:
            lib.vdp_fill_border(chip)
            return self._framed_indexed[: self._border.height, : self._border.width]
        return self._indexed[: chip.height, : chip.width]

    @property
    def frame_area(self) -> Area:
        """What :attr:`frame` and :attr:`frame_indexed` show: the picture (``"active"``) or also its ``"border"``.

        The border shows the backdrop's colour, 13 columns left of the picture, 14 right of it, and rows above and
        below: 11 and 8 at 60 Hz, 38 and 32 at 50 Hz, there with a picture of 240 lines 30 and 24. Changes of the colour
        and the dots that writes to the colours leave stand where they were. A frame ends with the last row of its
        picture: the rows below are those below the picture before. Settable; changes in the border are followed from
        then on.

        Raises
        ------
        ValueError
            If set to something else.

        Examples
        --------
        >>> import megadrive
        >>> md = megadrive.MegaDrive(megadrive.builtin_rom(), frame_area="border")
        >>> md.run_frames(60)
        >>> md.frame.shape
        (243, 347, 3)
        """
        return "active" if self._border is None else "border"

    @frame_area.setter
    def frame_area(self, area: Area) -> None:
        from megadrive.vdp import has_border

        wanted = has_border(area)
        if wanted == (self._border is not None):
            return
        with self._use as md:
            self._border = ffi.new("vdp_border *", {"frame_clock": -1}) if wanted else None
            md.vdp.border = self._border if wanted else ffi.NULL
            if wanted:
                memory = Memory(self._border, ffi.sizeof("vdp_border"))
                shape = -1, lib.VDP_BORDER_STRIDE
                self._framed_rgb = memory.view(self._border.framed_rgb).reshape(*shape, 3)
                self._framed_indexed = memory.view(self._border.framed_indexed).reshape(shape)

    @property
    def audio(self) -> npt.NDArray[np.int16]:
        """Sound of the last call of run_frame or run_frames: int16 (n, 2) at :attr:`sample_rate`; a view."""
        if not self._count:
            return np.empty((0, 2), np.int16)
        if self._samples is None:
            self._samples = np.frombuffer(ffi.buffer(self._out), np.int16).reshape(-1, 2)
        return self._samples[: self._count]

    @property
    def sample_rate(self) -> int:
        """Rate of :attr:`audio` in Hz."""
        return self._sample_rate

    @property
    def audio_filter(self) -> Filter:
        """Low-pass that :attr:`audio` has passed."""
        return FILTER_NAMES[self._table.filter]

    @property
    def psg_level(self) -> float:
        """A PSG channel's full square in :attr:`audio`, as a part of an FM channel's full swing."""
        return float(self._table.psg_level) / 1000

    def record_vgm(self, path: str | os.PathLike[str] | None = None, tags: Tags | None = None) -> Recorder:
        """Log what is written to the sound chips from now on, into a VGM file.

        Parameters
        ----------
        path : path, optional
            The file; VGZ if it ends in ``.vgz``. It appears, complete, when the recording is stopped.
        tags : megadrive.vgm.Tags, optional
            Titles; by default the game's name from its header.

        Returns
        -------
        Recorder
            A context manager; or call its ``stop()``, which returns the file's contents.

        Raises
        ------
        RuntimeError
            If a recording is going on.
        FileNotFoundError
            If the file's folder does not exist.

        Notes
        -----
        Every VGM player can play the file. :class:`megadrive.vgm.VGM` plays from it the very samples that the console
        gives when each frame is run with its sound and nothing is muted. Sounds need not be looked at meanwhile. What
        Python code writes to the chips itself, and chips with a state of their own, are not in the recording.

        Examples
        --------
        >>> import megadrive, numpy, tempfile
        >>> from megadrive.vgm import VGM
        >>> md = megadrive.MegaDrive(megadrive.builtin_rom())
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with md.record_vgm(f"{folder}/tune.vgz"):
        ...         md.run_frames(100, audio=True)
        ...     bool(numpy.array_equal(VGM(f"{folder}/tune.vgz").render(), md.audio))
        True
        """
        from megadrive.vgm.file import Tags
        from megadrive.vgm.recorder import SYSTEM, Recorder

        with self._use as md:
            if self._recorder is not None and self._recorder.running:
                raise RuntimeError("a recording is going on; stop it first")
            lib.md_catch_up(md)
            title = self._cartridge.header.title
            self._recorder = Recorder(md, path, Tags(game=title, system=SYSTEM) if tags is None else tags)
            return self._recorder

    # --------------------------------------------------------------------------------------- input

    def set_buttons(self, player: int, buttons: Button | int) -> None:
        """Hold these buttons, and no others, until the next call.

        Parameters
        ----------
        player : int
            0 or 1: the controller port.
        buttons : Button
            Held buttons; X, Y, Z and MODE reach the console only from a 6-button pad (:meth:`set_pad`).

        Raises
        ------
        ValueError
            If there is no such player or no such button.
        """
        if type(buttons) is int and 0 <= buttons <= _ALL_BUTTONS and (player == 0 or player == 1):
            self._held[player] = buttons
        else:
            self._held[_player(player)] = _buttons(buttons)

    def pull_th(self, player: int) -> None:
        """Let a device on a controller port pull its TH line low for a moment, as a light gun does that sees light.

        If the program has enabled the TH interrupt (control register, bit 7) the VDP raises its external interrupt,
        and latches the HV counter if the program has asked for it.

        Parameters
        ----------
        player : int
            0 or 1: the controller port.

        Raises
        ------
        ValueError
            If there is no such player.
        """
        lib.md_th_fall(self._md, _player(player))

    def set_aim(self, player: int, x: int | None, y: int | None = None) -> None:
        """Aim a light gun at a pixel until the next call.

        Parameters
        ----------
        player : int
            0 or 1: the controller port; its gun is plugged in by :meth:`set_pad`.
        x, y : int or None
            Column 0-319 and line 0-239 of the picture without border; in a picture of double rows (interlace) half of
            the row. None, or a place outside of the picture: the gun sees nothing, as before the first call.

        Raises
        ------
        ValueError
            If there is no such player or no picture has such a pixel.

        Notes
        -----
        When the beam has passed there the gun pulls TH low: that latches the HV counter and is an interrupt, if the
        program has asked for them. The Menacer takes 21 microseconds for it, which games allow for. A gun sees the beam
        however dark the picture is.

        Examples
        --------
        >>> import megadrive
        >>> md = megadrive.MegaDrive(megadrive.builtin_rom())
        >>> md.set_pad(1, megadrive.Pad.MENACER)
        >>> md.set_aim(1, 160, 112)
        >>> md.set_buttons(1, megadrive.Button.A)
        >>> md.run_frame()
        """
        io = self._md.state.io
        player = _player(player)
        if x is None and y is None:
            io.aim_line[player] = 0
            return
        if x is None or y is None or not 0 <= x < 320 or not 0 <= y < 240:
            raise ValueError(f"x, y is {x!r}, {y!r}, expected a pixel of the picture, 0-319 and 0-239, or None")
        io.aim_x[player], io.aim_line[player] = int(x), int(y) + 1

    def set_pad(self, player: int, pad: Pad) -> None:
        """Plug a pad or a light gun in, or out.

        By default both ports hold 6-button pads if the ROM's header names them, else 3-button pads.

        Parameters
        ----------
        player : int
            0 or 1: the controller port.
        pad : Pad
            Kind of pad or gun.

        Raises
        ------
        ValueError
            If there is no such player or pad.
        """
        self._md.state.io.pad_type[_player(player)] = Pad(pad)

    # ------------------------------------------------------------------------------------ memories

    @property
    def ram(self) -> npt.NDArray[np.uint8]:
        """Work RAM: uint8 (65536,), $FF0000 first; a view."""
        return self._ram

    @property
    def z80_ram(self) -> npt.NDArray[np.uint8]:
        """RAM of the Z80: uint8 (8192,); a view."""
        return self._z80_ram

    @property
    def vram(self) -> npt.NDArray[np.uint8]:
        """Video RAM: uint8 (65536,); a view."""
        return self._vram

    @property
    def cram(self) -> npt.NDArray[np.uint16]:
        """Colour RAM: big-endian uint16 (64,), 0000BBB0GGG0RRR0; a view."""
        return self._cram

    @property
    def vsram(self) -> npt.NDArray[np.uint16]:
        """Vertical scroll RAM: big-endian uint16 (40,); a view."""
        return self._vsram

    @property
    def sram(self) -> npt.NDArray[np.uint8]:
        """Cartridge RAM by address, both lanes: uint8 (n,), n = 0 where there is none; a view."""
        return self._sram

    @property
    def rom(self) -> npt.NDArray[np.uint8]:
        """The cartridge's ROM: uint8 (n,); a read-only view, shared with forks."""
        return self._cartridge.image[: self._cartridge.size]

    # --------------------------------------------------------------------------------------- chips

    @property
    def cpu(self) -> M68000Registers:
        """Registers of the 68000."""
        return self._cpu

    @property
    def z80(self) -> Z80Registers:
        """Registers of the Z80."""
        return self._z80

    @property
    def vdp(self) -> VDP:
        """The VDP."""
        return self._vdp

    @property
    def ym2612(self) -> YM2612:
        """The YM2612.

        From the first look at it on, it is kept up to the frame; before, it may fall behind while nobody hears it.
        """
        self._md.fm_may_lag = 0
        lib.md_catch_up(self._md)
        return self._ym2612

    @property
    def psg(self) -> PSG:
        """The PSG."""
        return self._psg

    def replace_chips(self, vdp: Any = None, ym2612: Any = None, psg: Any = None) -> None:
        """Put Python chips in the places of the C kernels; None puts the kernel back.

        Parameters
        ----------
        vdp, ym2612, psg
            A class, such as one of `megadrive.model` or a subclass of it: an instance is made on this machine's state,
            with ``cls(_chip=pointer, _owner=machine)``. Or any object with the methods that `megadrive.engines` lists,
            which keeps a state of its own.

        Notes
        -----
        The model works on the same state as the kernel, so either can take over between frames. An exception that a
        chip raises ends the frame early and is raised by run_frame.
        """
        from megadrive.engines import Chips

        with self._use as md:
            lib.md_catch_up(md)
            if self._chips is not None and self._chips.ym2612 is not None and ym2612 is None:
                md.fm_may_lag = 0  # whoever still has the one that is taken out may write to the chip's state
            pointers = {
                "vdp": ffi.addressof(md, "vdp"),
                "ym2612": ffi.addressof(md.state, "ym2612"),
                "psg": ffi.addressof(md.state, "psg"),
            }
            chips = {"vdp": vdp, "ym2612": ym2612, "psg": psg}
            made = {
                name: chip(_chip=pointers[name], _owner=md) if isinstance(chip, type) else chip
                for name, chip in chips.items()
            }
            self._chips = Chips(md, **made)

    @property
    def cartridge(self) -> Cartridge:
        """The cartridge that is plugged in."""
        return self._cartridge

    @property
    def region(self) -> Region:
        """``"J"``, ``"U"`` or ``"E"``."""
        return self._region

    @property
    def frame_count(self) -> int:
        """Frames since power-on."""
        return int(self._md.state.vdp.frame)

    @property
    def clock(self) -> int:
        """Master clocks since power-on."""
        return int(self._md.state.clock)

    @property
    def frame_rate(self) -> float:
        """Nominal frames per second: 262 lines of 3420 master clocks (NTSC) or 313 (PAL)."""
        pal = self._region == "E"
        return MASTER_CLOCK[pal] / (3420 * (313 if pal else 262))

    # -------------------------------------------------------------------------------------- states

    @property
    def state_size(self) -> int:
        """Bytes of what :meth:`save_state` returns; the same for all machines with this ROM."""
        return int(lib.md_save_size(self._md))

    @overload
    def save_state(self, out: None = None) -> bytes: ...
    @overload
    def save_state(self, out: Buffer) -> Buffer: ...
    def save_state(self, out: Any = None) -> Any:
        """Return all that the console is, for :meth:`load_state` on a machine with the same ROM and region.

        Parameters
        ----------
        out : writable buffer, optional
            Where to put it instead of into a new `bytes`: :attr:`state_size` bytes, contiguous; a bytearray or an
            array of uint8, say.

        Returns
        -------
        bytes
            The state; or `out`.

        Raises
        ------
        TypeError
            If `out` is not a writable buffer.
        ValueError
            If `out` has another size.

        Examples
        --------
        >>> import megadrive
        >>> md = megadrive.MegaDrive(megadrive.builtin_rom())
        >>> state = md.save_state()
        >>> md.run_frames(10)
        >>> md.load_state(state)
        >>> md.frame_count
        0
        >>> ring = [bytearray(md.state_size) for _ in range(3)]
        >>> md.save_state(out=ring[0]) is ring[0]
        True
        """
        with self._use as md:
            size = lib.md_save_size(md)
            data = bytes(size) if out is None else out  # new bytes: nobody has seen them yet
            try:
                target = ffi.from_buffer("uint8_t[]", data, out is not None)
            except (TypeError, ValueError, BufferError) as error:
                raise TypeError(f"out is a {type(out).__name__}, expected a writable contiguous buffer") from error
            if len(target) != size:
                raise ValueError(f"out has {len(target)} bytes, expected state_size, which is {size}")
            lib.md_save(md, target)
            return data

    def load_state(self, data: bytes | bytearray | memoryview | Array) -> None:
        """Become what :meth:`save_state` has saved.

        Parameters
        ----------
        data : buffer
            The state, in any contiguous buffer; it is read where it lies.

        Raises
        ------
        StateError
            If `data` is not a save state of this ROM and region; the machine has not changed then.
        TypeError
            If `data` is not a buffer.
        RuntimeError
            If a recording is going on (:meth:`record_vgm`).
        """
        try:
            source = ffi.from_buffer("uint8_t[]", data)
        except (TypeError, ValueError, BufferError) as error:
            raise TypeError(f"a save state is contiguous bytes, not {type(data).__name__}") from error
        if self._recorder is not None and self._recorder.running:
            raise RuntimeError("a VGM recording is going on, which a load would cut; stop it first")
        with self._use as md:
            result = lib.md_load(md, source, len(source))
            if result != lib.MD_LOAD_DONE:
                why = _LOAD_ERRORS[result].format(have=len(source), want=lib.md_save_size(md))
                raise StateError(f"this is not a save state for this machine: {why}")

    def fork(self) -> MegaDrive:
        """Return a second machine in the same state, which shares nothing with this one but the ROM."""
        twin = object.__new__(type(self))
        with self._use as md:
            copy = _machines.new(clear=False)
            lib.md_fork(copy, md)
            twin._cartridge = self._cartridge
            twin._set_up(copy, self._table, self._region, self._sample_rate)
            if self._count:
                twin._make_room(self._count)
                ffi.memmove(twin._out, self._out, 4 * self._count)
                twin._count = self._count
        if self._border is not None:
            twin.frame_area = "border"
            ffi.memmove(twin._border, self._border, ffi.sizeof("vdp_border"))
        if self._chips is not None:
            chips = (self._chips.vdp, self._chips.ym2612, self._chips.psg)
            twin.replace_chips(*(None if chip is None else type(chip) for chip in chips))
        return twin

    def state_hash(self) -> str:
        """Return 32 hexadecimal digits that are equal for equal states of the console (BLAKE2b of the state)."""
        import hashlib

        with self._use as md:
            lib.md_catch_up(md)
            return hashlib.blake2b(self._state_bytes().data, digest_size=16).hexdigest()

    def _state_bytes(self) -> Array:
        size = ffi.offsetof("md_state", "sram") + len(self._sram)
        return self._memory.view(self._md.state)[:size]

    def __repr__(self) -> str:
        return f"<MegaDrive {self._cartridge.header.title!r} region {self._region}, frame {self.frame_count}>"


def _z80_registers(machine: MegaDrive) -> Z80Registers:
    from megadrive.z80 import Z80Registers

    return Z80Registers(ffi.addressof(machine._md.state, "z80"), owner=machine._md)


def _m68000_registers(machine: MegaDrive) -> M68000Registers:
    from megadrive.m68000_registers import M68000Registers

    return M68000Registers(ffi.addressof(machine._md.state, "cpu"), owner=machine._md, fetch=machine._program_word)


def _vdp(machine: MegaDrive) -> VDP:
    from megadrive.vdp import VDP

    return VDP(_chip=ffi.addressof(machine._md, "vdp"), _owner=machine._md)


def _ym2612(machine: MegaDrive) -> YM2612:
    from megadrive.ym2612 import YM2612

    return YM2612(_chip=ffi.addressof(machine._md.state, "ym2612"), _owner=machine._md)


def _psg(machine: MegaDrive) -> PSG:
    from megadrive.psg import PSG

    return PSG(_chip=ffi.addressof(machine._md.state, "psg"), _owner=machine._md)


_PARTS: dict[str, Callable[[MegaDrive], Any]] = {
    "_memory": lambda machine: Memory(machine._md, ffi.sizeof("megadrive")),
    "_ram": lambda machine: machine._memory.view(machine._md.state.ram),
    "_z80_ram": lambda machine: machine._memory.view(machine._md.state.z80_ram),
    "_vram": lambda machine: machine._memory.view(machine._md.state.vdp.vram),
    "_cram": lambda machine: machine._memory.view(machine._md.state.vdp.cram, ">u2"),
    "_vsram": lambda machine: machine._memory.view(machine._md.state.vdp.vsram, ">u2"),
    "_sram": lambda machine: machine._memory.view(machine._md.state.sram)[: int(lib.md_sram_size(machine._md))],
    "_rgb": lambda machine: machine._memory.view(machine._md.vdp.rgb).reshape(-1, lib.VDP_MAX_WIDTH, 3),
    "_indexed": lambda machine: machine._memory.view(machine._md.vdp.indexed).reshape(-1, lib.VDP_MAX_WIDTH),
    "_cpu": _m68000_registers,
    "_z80": _z80_registers,
    "_vdp": _vdp,
    "_ym2612": _ym2612,
    "_psg": _psg,
}


def _player(player: int) -> int:
    if player != 0 and player != 1:
        raise ValueError(f"player is {player!r}, expected 0 or 1")
    return int(player)


def _buttons(buttons: Button | int) -> int:
    held = operator.index(buttons)
    if not 0 <= held <= _ALL_BUTTONS:
        raise ValueError(f"buttons is {buttons!r}, expected a combination of megadrive.Button flags")
    return held
