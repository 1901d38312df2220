"""Many consoles with the same game, run together: :class:`MachineGroup`."""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import operator
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any, Literal, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt

from megadrive._core import ffi, lib
from megadrive.cartridge import Cartridge
from megadrive.controllers import Pad
from megadrive.errors import StateError
from megadrive.machine import _LOAD_ERRORS, _MOST_PAIRS, MegaDrive, Region, _player

Array = npt.NDArray[Any]
Which: TypeAlias = SupportsIndex | slice | Sequence[int] | npt.NDArray[Any] | None
"""Some machines of a group: a number, a slice, numbers, a mask (one bool for each machine), or None for all of them."""

_MOST_MACHINES = 1 << 16
_MOST_THREADS = 1024
_MOST_FRAMES = (1 << 31) - 1
_CACHE_LINE = 64
_MOST_HELD = 0xFFF
_RAM = 65536
_MOST_ROWS = 240


class MachineGroup:
    """`n` Mega Drives with the same cartridge, stepped by a pool of C threads in one call.

    Parameters
    ----------
    rom : path, bytes or Cartridge
        The game, as for :class:`megadrive.MegaDrive`; the machines share it.
    n : int
        Number of machines.
    region, sample_rate, address_errors
        As for :class:`megadrive.MegaDrive`.
    seed : int or sequence of int
        Of the memories at power-on, see :class:`megadrive.MegaDrive`: one for all or one for each machine.
    threads : int, optional
        Threads that run the machines, the calling one among them; by default as many as there are processors, and never
        more than machines. The results do not depend on it.
    size : (int, int)
        Height and width, at most 240 and 320, of the field that pictures are shown on, see the notes.
    crop : (int, int, int, int), optional
        The part of the field that is wanted: top, left, height, width. By default all of it.
    grey : bool
        Luma (ITU-R BT.601, rounded as OpenCV does) instead of R, G and B.
    scale : int
        1 to 16: each value is made of `scale` x `scale` pixels; what is left over at the right and below is cut off.
    resample : {"mean", "nearest"}
        How: their mean, rounded, or the pixel at row and column ``scale // 2``.
    max_pool : bool
        Whether each value is the greater one of those of the last two frames of a step, which shows what flickers.
    stack : int
        1 to 255: pictures of the last steps that are given together, the latest last. After a load or reset, the first
        picture stands in all places.
    addresses : sequence of int, optional
        Offsets of bytes in work RAM that :attr:`values` holds after each step.

    Raises
    ------
    RomError
        If `rom` is not a usable image.
    ValueError
        If another argument is out of range.

    Notes
    -----
    Games choose the size of their picture, and may change it: 256 or 320 pixels in 192 to 240 rows. Observations have
    one size: each picture is centred on a field of `size`, black around; of a larger one, what lies outside is cut off.
    In interlace mode 2 it is the field shown last.

    A machine takes 0.3 MB, and up to 0.6 MB more when pictures and sound are looked at.

    Groups can be copied and pickled, with their machines' states and stacks of pictures, but without what the last step
    has left: pictures, sound and :attr:`values`. Of a ROM that was read from a file, the pickle has the path. Chips in
    Python and what was set on a machine itself stay behind.

    After ``fork()`` of the process, parent and child each go on with a group of their own. Threads end with the group,
    or with :meth:`close`.

    Examples
    --------
    >>> import megadrive
    >>> from megadrive.group import MachineGroup
    >>> group = MachineGroup(megadrive.builtin_rom(), 3, grey=True, scale=2)
    >>> group.step(megadrive.Button.START, frames=4).shape
    (3, 112, 160)
    >>> group.step([0, megadrive.Button.LEFT, megadrive.Button.RIGHT], frames=4).dtype
    dtype('uint8')
    >>> group.ram.shape, group[2].frame_count
    ((3, 65536), 8)
    """

    def __init__(
        self,
        rom: str | os.PathLike[str] | bytes | Cartridge,
        n: int,
        region: Region | None = None,
        seed: int | Sequence[int] | npt.NDArray[np.integer[Any]] = 0,
        sample_rate: int = 48000,
        address_errors: bool = True,
        threads: int | None = None,
        *,
        size: tuple[int, int] = (224, 320),
        crop: tuple[int, int, int, int] | None = None,
        grey: bool = False,
        scale: int = 1,
        resample: Literal["mean", "nearest"] = "mean",
        max_pool: bool = False,
        stack: int = 1,
        addresses: Sequence[int] | npt.NDArray[np.integer[Any]] | None = None,
    ) -> None:
        self._n = _integer("n", n, 1, _MOST_MACHINES)
        seeds = [seed] * self._n if isinstance(seed, (int, np.integer)) else list(seed)
        if len(seeds) != self._n:
            raise ValueError(f"seed has {len(seeds)} numbers, expected one for each of {self._n} machines")
        seeds = [_integer("seed", one, 0, (1 << 64) - 1) for one in seeds]
        self._threads = _threads(threads, self._n)
        first = MegaDrive(rom, region, "native", seeds[0], sample_rate, address_errors)
        self._cartridge = first.cartridge
        self._region: Region = first.region
        self._sample_rate = sample_rate
        self._table = first._table

        picture = {"size": size, "crop": crop, "grey": grey, "scale": scale, "resample": resample}
        self._arguments: dict[str, Any] = {
            **{"region": self._region, "sample_rate": sample_rate, "address_errors": bool(address_errors)},
            **{"threads": threads, **picture, "max_pool": max_pool, "stack": stack, "addresses": addresses},
        }
        self._group = ffi.new("md_group *")
        self._keep: list[Array] = []  # what the struct points to
        self._set_picture(size, crop, grey, scale, resample, max_pool, stack)
        self._set_addresses(addresses)
        self._place(first, seeds)
        self._pool = lib.md_pool_new(self._threads)
        if self._pool == ffi.NULL:
            raise MemoryError("there is no memory for the group's threads")
        self._pool = ffi.gc(self._pool, lib.md_pool_free)

        self._lock = threading.Lock()
        self._release = _Release(self._lock)
        self._members: dict[int, MegaDrive] = {}
        self._step = ffi.new("md_group_step *")
        self._result = np.zeros(self._n, np.int64)
        self._step.result = ffi.from_buffer("int64_t[]", self._result)
        self._pictures: Array | None = None
        self._samples: Array = np.empty((self._n, 0, 2), np.int16)
        self._counts = self._no_counts = np.zeros(self._n, np.int64)

    # ----------------------------------------------------------------------------------- construction

    def _set_picture(
        self,
        size: tuple[int, int],
        crop: tuple[int, int, int, int] | None,
        grey: bool,
        scale: int,
        resample: str,
        max_pool: bool,
        stack: int,
    ) -> None:
        height, width = _integers("size", size, "height, width")
        if not 0 < height <= _MOST_ROWS or not 0 < width <= lib.VDP_MAX_WIDTH:
            raise ValueError(f"size is {size!r}, expected 1 to {_MOST_ROWS} rows and 1 to {lib.VDP_MAX_WIDTH} columns")
        part = (0, 0, height, width) if crop is None else _integers("crop", crop, "top, left, height, width")
        top, left, rows, columns = part
        if top < 0 or left < 0 or rows < 1 or columns < 1 or top + rows > height or left + columns > width:
            raise ValueError(f"crop is {crop!r}, expected a part of a field of {height} rows and {width} columns")
        scale = _integer("scale", scale, 1, 16)
        if rows < scale or columns < scale:
            raise ValueError(f"scale is {scale}, expected no more than the part's {rows} rows and {columns} columns")
        if resample not in ("mean", "nearest"):
            raise ValueError(f"resample is {resample!r}, expected 'mean' or 'nearest'")
        stack = _integer("stack", stack, 1, 255)
        picture = self._group.picture
        picture.height, picture.width = height, width
        picture.top, picture.left, picture.part_height, picture.part_width = part
        picture.scale, picture.stack = scale, stack
        picture.grey, picture.nearest, picture.pool = bool(grey), resample == "nearest", bool(max_pool)
        one = (rows // scale, columns // scale) + (() if grey else (3,))
        self._shape = one if stack == 1 else (stack, *one)
        self._history = np.zeros((self._n, *self._shape) if stack > 1 else 0, np.uint8)
        if stack > 1:
            self._group.history = self._hold("uint8_t[]", self._history)
        self._history_next = np.zeros(self._n, np.uint16)
        self._group.history_next = self._hold("uint16_t[]", self._history_next)
        self._history_empty = np.ones(self._n, np.uint8)
        self._group.history_empty = self._hold("uint8_t[]", self._history_empty)

    def _set_addresses(self, addresses: Sequence[int] | npt.NDArray[np.integer[Any]] | None) -> None:
        wanted = np.asarray([] if addresses is None else addresses)
        good = not wanted.size or (wanted.dtype.kind in "iu" and wanted.min() >= 0 and wanted.max() < _RAM)
        if wanted.ndim != 1 or not good:
            raise ValueError("addresses is not a sequence of offsets in work RAM, 0 to 65535")
        self._addresses = np.ascontiguousarray(wanted, np.uint16)
        self._addresses.flags.writeable = False
        self._values = np.zeros((self._n, len(wanted)), np.uint8)
        if len(wanted):
            self._group.addresses = self._hold("uint16_t[]", self._addresses)
        self._group.address_count = len(wanted)

    def _hold(self, kind: str, array: Array) -> Any:
        self._keep.append(array)
        return ffi.from_buffer(kind, array)

    def _place(self, first: MegaDrive, seeds: list[int]) -> None:
        """Make the machines, as the first one is."""
        size = ffi.sizeof("megadrive")
        stride = -(-size // _CACHE_LINE) * _CACHE_LINE
        self._bytes = _blank(self._n * stride).reshape(self._n, stride)
        group = self._group
        group.machines = self._hold("uint8_t[]", self._bytes)
        group.stride, group.count = stride, self._n
        for i, seed in enumerate(seeds):
            lib.md_group_place(group, i, first._md)
            if seed != seeds[0]:
                lib.md_power_on(self._machine(i), seed)

    def _machine(self, i: int) -> Any:
        """Return the ``megadrive *`` of a machine, which keeps its memory alive."""
        return ffi.from_buffer("megadrive *", self._bytes[i])

    # ----------------------------------------------------------------------------------------- members

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, i: SupportsIndex) -> MegaDrive:
        """Return machine `i`: a :class:`megadrive.MegaDrive`, to be used between the group's steps.

        It is the machine itself, no copy, and may outlive the group. Its picture is the last one that a step made.
        A machine with Python chips or a running recording cannot be stepped by the group.
        """
        number = self._number(i)
        member = self._members.get(number)
        if member is None:
            member = object.__new__(MegaDrive)
            member._cartridge = self._cartridge
            member._set_up(self._machine(number), self._table, self._region, self._sample_rate)
            self._members[number] = member
        return member

    def _number(self, i: SupportsIndex) -> int:
        number = operator.index(i)
        if not -self._n <= number < self._n:
            raise IndexError(f"there is no machine {number} in a group of {self._n}")
        return number % self._n

    def __iter__(self) -> Iterator[MegaDrive]:
        return (self[i] for i in range(self._n))

    def _used(self) -> contextlib.AbstractContextManager[Any]:
        """Take the group and its members for this thread, until the context's end."""
        if not self._lock.acquire(blocking=False):
            raise RuntimeError("this MachineGroup is being used by another thread")
        if self._pool is not None and not self._members:
            return self._release
        with contextlib.ExitStack() as stack:
            stack.push(self._release)
            if self._pool is None:
                raise ValueError("this MachineGroup has been closed")
            for i, member in self._members.items():
                try:
                    stack.enter_context(member._use)
                except RuntimeError as error:
                    raise RuntimeError(f"machine {i} of this MachineGroup is being used by another thread") from error
            return stack.pop_all()

    def _mask(self, which: Which) -> npt.NDArray[np.uint8]:
        """Return 1 for each machine that is meant."""
        mask = np.zeros(self._n, np.uint8)
        if which is None:
            mask[:] = 1
            return mask
        if isinstance(which, slice):
            mask[which] = 1
            return mask
        chosen = np.asarray(which)
        if chosen.dtype == np.bool_:
            if chosen.shape != (self._n,):
                raise ValueError(f"the mask has shape {chosen.shape}, expected ({self._n},)")
            return chosen.astype(np.uint8)
        if chosen.size and chosen.dtype.kind not in "iu":
            raise TypeError(f"machines are chosen by {chosen.dtype} values, expected numbers, a slice or a bool mask")
        if chosen.size and not (-self._n <= chosen.min() and chosen.max() < self._n):
            raise IndexError(f"there is no machine {which!r} in a group of {self._n}")
        mask[chosen.astype(np.intp)] = 1
        return mask

    # ---------------------------------------------------------------------------------------- stepping

    def step(
        self,
        buttons: npt.ArrayLike = 0,
        frames: int | Sequence[int] | npt.NDArray[np.integer[Any]] = 1,
        render: Literal["last", False] = "last",
        audio: bool = False,
        which: Which = None,
        out: npt.NDArray[np.uint8] | None = None,
        ram_out: npt.NDArray[np.uint8] | None = None,
        every_frame: bool = False,
    ) -> npt.NDArray[np.uint8] | None:
        """Run some frames of each machine.

        Parameters
        ----------
        buttons : array_like of int
            Held :class:`megadrive.Button` flags: one number for all, or of shape (n,) for player 0; (n, players) with 1
            or 2 players; or (n, frames, players), where they change from frame to frame. A player who is left out goes
            on holding what they held.
        frames : int or sequence of int
            Number of frames, at least 1: one for all or one for each machine. Where it is given as `frames` in a shape,
            the greatest one counts.
        render : {"last", False}
            Whether a picture is made of the last frame (and of the one before, with `max_pool`).
        audio : bool
            Whether :attr:`audio` holds the sound of the step.
        which : int, slice, sequence of int, mask or None
            Machines to run; the others, and what belongs to them in the results, are left as they are.
        out : uint8 array, optional
            Where pictures go: C-contiguous, of shape (n, *picture_shape). By default an array of the group's.
        ram_out : uint8 array, optional
            (n, 65536), C-contiguous: gets a copy of all work RAM.
        every_frame : bool
            Whether :attr:`values` holds the bytes after each frame, and not only after the last one.

        Returns
        -------
        uint8 array or None
            `out`, or the group's own array, which the next step overwrites: (n, *picture_shape). None without `render`.

        Raises
        ------
        ValueError
            If an argument is not what is expected; nothing has been run then. Or if a machine cannot run: it has Python
            chips or a recording (nothing has been run), or its YM2612 has been given a state that the chip cannot have
            (the others have done their step). The message names it.
        RuntimeError
            If another thread uses the group or one of its machines.

        Examples
        --------
        >>> import megadrive, numpy
        >>> from megadrive.group import MachineGroup
        >>> group = MachineGroup(megadrive.builtin_rom(), 2)
        >>> held = numpy.zeros((2, 4, 1), numpy.uint16)
        >>> held[1, 2:, 0] = megadrive.Button.A
        >>> group.step(held, frames=4).shape
        (2, 224, 320, 3)
        """
        lengths, most = self._frames(frames)
        held, players, changing = self._buttons(buttons, most)
        if render != "last" and render is not False:
            raise ValueError(f"render is {render!r}, expected 'last' or False")
        mask = None if which is None else self._mask(which)
        with self._used():
            if render:
                if out is not None:
                    _check_array("out", out, (self._n, *self._shape))
                else:
                    if self._pictures is None:
                        self._pictures = np.zeros((self._n, *self._shape), np.uint8)
                    out = self._pictures
            else:
                out = None
            if ram_out is not None:
                _check_array("ram_out", ram_out, (self._n, _RAM))
            step = self._step
            step.buttons = ffi.from_buffer("uint16_t[]", held)
            step.players, step.changing, step.frames = players, changing, most
            step.lengths = ffi.NULL if lengths is None else ffi.from_buffer("int32_t[]", lengths)
            step.chosen = ffi.NULL if mask is None else ffi.from_buffer("uint8_t[]", mask)
            step.pictures = ffi.NULL if out is None else ffi.from_buffer("uint8_t[]", out)
            step.ram = ffi.NULL if ram_out is None else ffi.from_buffer("uint8_t[]", ram_out)
            step.values = self._room_for_values(most, every_frame)
            step.watched = bool(every_frame)
            if audio:
                room = most * (_MOST_PAIRS * self._sample_rate // 192_000 + 16)
                if self._samples.shape[1] < room:
                    self._samples = np.empty((self._n, room, 2), np.int16)
                step.audio = ffi.from_buffer("int16_t[]", self._samples)
                step.audio_room = self._samples.shape[1]
            else:
                step.audio = ffi.NULL
            outcome = lib.md_group_run(self._pool, self._group, step)
            if outcome >= 0:
                raise ValueError(
                    f"machine {outcome} has Python chips or records what it plays: threads cannot run it; nothing done"
                )
            self._counts = self._result.clip(0) if audio else self._no_counts
            if outcome == -2:
                bad = ", ".join(str(i) for i in np.flatnonzero(self._result < 0))
                raise ValueError(f"machine {bad}: the YM2612's state was written with values that the chip cannot have")
        return out

    def _frames(self, frames: Any) -> tuple[npt.NDArray[np.int32] | None, int]:
        """Return the frames of each machine, or None if all run the same number, and the greatest of them."""
        if not isinstance(frames, (Sequence, np.ndarray)) or isinstance(frames, str):
            return None, _integer("frames", frames, 1, _MOST_FRAMES)
        lengths = np.asarray(frames)
        if lengths.shape != (self._n,) or lengths.dtype.kind not in "iu":
            raise ValueError(f"frames is {frames!r}, expected an integer or one for each of {self._n} machines")
        _integer("frames", int(lengths.min()), 1, _MOST_FRAMES)
        return lengths.astype(np.int32), _integer("frames", int(lengths.max()), 1, _MOST_FRAMES)

    def _room_for_values(self, frames: int, every_frame: bool) -> Any:
        count = len(self._addresses)
        shape = (self._n, frames, count) if every_frame else (self._n, count)
        if self._values.shape != shape:
            self._values = np.zeros(shape, np.uint8)
        return ffi.from_buffer("uint8_t[]", self._values) if count else ffi.NULL

    def _buttons(self, buttons: npt.ArrayLike, frames: int) -> tuple[npt.NDArray[np.uint16], int, bool]:
        """Return what is held as uint16, the number of players, and whether it changes from frame to frame."""
        if isinstance(buttons, int) and 0 <= buttons <= _MOST_HELD:  # an array has its price
            return np.full(self._n, buttons, np.uint16), 1, False
        given = np.asarray(buttons)
        if given.dtype.kind not in "iub":
            raise TypeError(f"buttons are {given.dtype} values, expected integers")
        n, shape = self._n, given.shape
        good = shape in ((), (n,), (n, 1), (n, 2), (n, frames, 1), (n, frames, 2))
        if not good:
            raise ValueError(f"buttons have shape {shape}, expected ({n},), ({n}, players) or ({n}, {frames}, players)")
        kind = given.dtype.kind
        if given.size and ((kind == "i" and int(given.min()) < 0) or int(given.max()) > _MOST_HELD):
            raise ValueError("buttons has a number that is no combination of megadrive.Button flags")
        if not shape:
            given = np.full(n, given)
        return np.ascontiguousarray(given, np.uint16), shape[-1] if len(shape) > 1 else 1, len(shape) == 3

    @property
    def picture_shape(self) -> tuple[int, ...]:
        """Shape of one machine's observation: (height, width, 3) or (height, width), with a stack (stack, ...)."""
        return self._shape

    @property
    def pictures(self) -> npt.NDArray[np.uint8]:
        """The group's own array of pictures: uint8 (n, *picture_shape), as the last step without `out` has left it."""
        if self._pictures is None:
            self._pictures = np.zeros((self._n, *self._shape), np.uint8)
        return self._pictures

    @property
    def values(self) -> npt.NDArray[np.uint8]:
        """Bytes of work RAM at the chosen addresses, as of the last step: uint8 (n, len(addresses)); a view.

        After a step with `every_frame`, (n, frames, len(addresses)): the bytes after each frame. For a machine that has
        run fewer frames than others, the last ones are repeated.
        """
        return self._values

    @property
    def addresses(self) -> npt.NDArray[np.uint16]:
        """Offsets in work RAM of :attr:`values`."""
        return self._addresses

    @property
    def audio(self) -> list[npt.NDArray[np.int16]]:
        """Sound of the last step, for each machine int16 (samples, 2); views that the next step overwrites."""
        return [self._samples[i, : int(count)] for i, count in enumerate(self._counts)]

    # ---------------------------------------------------------------------------------------- memories

    def _member_view(self, *field: str, dtype: str | type = np.uint8) -> Array:
        """Return an array over the same member of all machines."""
        start = ffi.offsetof("megadrive", "state", *field)
        kind = ffi.typeof("md_state")
        for name in field:
            kind = dict(kind.fields)[name].type
        view = self._bytes[:, start : start + ffi.sizeof(kind)].view(dtype)
        return view if kind.kind == "array" else view[:, 0]

    @property
    def ram(self) -> npt.NDArray[np.uint8]:
        """Work RAM of all machines: uint8 (n, 65536), $FF0000 first; a view, no copy."""
        return self._member_view("ram")

    @property
    def z80_ram(self) -> npt.NDArray[np.uint8]:
        """RAM of the Z80s: uint8 (n, 8192); a view."""
        return self._member_view("z80_ram")

    @property
    def vram(self) -> npt.NDArray[np.uint8]:
        """Video RAM of all machines: uint8 (n, 65536); a view."""
        return self._member_view("vdp", "vram")

    @property
    def cram(self) -> npt.NDArray[np.uint16]:
        """Colour RAM of all machines: big-endian uint16 (n, 64); a view."""
        return self._member_view("vdp", "cram", dtype=">u2")

    @property
    def frame_count(self) -> npt.NDArray[np.uint32]:
        """Frames since power-on: uint32 (n,); a copy."""
        return self._member_view("vdp", "frame", dtype=np.uint32).copy()

    # ------------------------------------------------------------------------------------------ states

    def save(self, i: SupportsIndex) -> bytes:
        """Return all that machine `i` is: see :meth:`megadrive.MegaDrive.save_state`."""
        md = self._machine(self._number(i))
        with self._used():
            data = np.empty(int(lib.md_save_size(md)), np.uint8)
            lib.md_save(md, ffi.from_buffer("uint8_t[]", data))
        return data.tobytes()

    def load(self, state: bytes | bytearray | memoryview, which: Which = None) -> None:
        """Make machines what :meth:`save`, or a MegaDrive's ``save_state``, has saved.

        Parameters
        ----------
        state : bytes
            The state.
        which : int, slice, sequence of int, mask or None
            Machines that become it.

        Raises
        ------
        StateError
            If it is not a state of this ROM and region; no machine has changed then.
        ValueError
            If a machine is recording (:meth:`megadrive.MegaDrive.record_vgm`).
        """
        try:
            source = ffi.from_buffer("uint8_t[]", state)
        except TypeError as error:
            raise TypeError(f"a save state is bytes, not {type(state).__name__}") from error
        mask = self._mask(which)
        with self._used():
            for i in self._members:
                if mask[i] and self._machine(i).sound_log != ffi.NULL:
                    raise ValueError(f"machine {i} is recording, which a load would cut; stop it first")
            if not mask.any():
                return
            chosen = ffi.from_buffer("uint8_t[]", mask)
            self._result[:] = lib.MD_LOAD_DONE
            results = ffi.from_buffer("int64_t[]", self._result)
            lib.md_group_load(self._pool, self._group, chosen, source, len(source), results)
            first = int(np.flatnonzero(mask)[0])
            result = int(self._result[first])
            if result != lib.MD_LOAD_DONE:  # the machines have the same cartridge, so it is wrong for all of them
                why = _LOAD_ERRORS[result].format(have=len(source), want=lib.md_save_size(self._machine(first)))
                raise StateError(f"this is not a save state for these machines: {why}")

    def broadcast(self, i: SupportsIndex, which: Which = None) -> None:
        """Make machines what machine `i` is.

        Parameters
        ----------
        i : int
            The machine that is copied.
        which : int, slice, sequence of int, mask or None
            Machines that become it.
        """
        self.load(self.save(i), which)

    def reset(self, which: Which = None) -> None:
        """Press the reset button of machines: see :meth:`megadrive.MegaDrive.reset`.

        Parameters
        ----------
        which : int, slice, sequence of int, mask or None
            Whose.
        """
        mask = self._mask(which)
        with self._used():
            for i in np.flatnonzero(mask):
                lib.md_reset(self._machine(int(i)))
                self._history_empty[i] = 1

    def set_pad(self, player: int, pad: Pad) -> None:
        """Plug a pad in, or out, at all machines: see :meth:`megadrive.MegaDrive.set_pad`."""
        port, kind = _player(player), Pad(pad)
        with self._used():
            for i in range(self._n):
                self._machine(i).state.io.pad_type[port] = kind

    def state_hashes(self) -> list[str]:
        """Return :meth:`megadrive.MegaDrive.state_hash` of each machine."""
        size = ffi.offsetof("md_state", "sram") + int(lib.md_sram_size(self._machine(0)))
        with self._used():
            for i in range(self._n):
                lib.md_catch_up(self._machine(i))
            return [hashlib.blake2b(one[:size].data, digest_size=16).hexdigest() for one in self._bytes]

    def __getstate__(self) -> dict[str, Any]:
        return {
            "rom": self._cartridge if self._cartridge.path is None else self._cartridge.path,
            "arguments": self._arguments,
            "states": [self.save(i) for i in range(self._n)],
            "history": [one.copy() for one in (self._history, self._history_next, self._history_empty)],
        }

    def __setstate__(self, contents: dict[str, Any]) -> None:
        states = contents["states"]
        MachineGroup.__init__(self, contents["rom"], len(states), **contents["arguments"])
        for i, state in enumerate(states):
            self.load(state, i)
        ours: list[Array] = [self._history, self._history_next, self._history_empty]
        for own, saved in zip(ours, contents["history"], strict=True):
            own[...] = saved

    # ---------------------------------------------------------------------------------------- the rest

    @property
    def cartridge(self) -> Cartridge:
        """The cartridge that is plugged into all of them."""
        return self._cartridge

    @property
    def region(self) -> Region:
        """``"J"``, ``"U"`` or ``"E"``."""
        return self._region

    @property
    def threads(self) -> int:
        """Threads that run the machines, the calling one among them."""
        return self._threads

    def close(self) -> None:
        """End the threads: the group cannot be stepped any more. Machines and arrays that are still held stay."""
        if not self._lock.acquire(blocking=False):
            raise RuntimeError("this MachineGroup is being used by another thread")
        try:
            if self._pool is not None:
                pool, self._pool = self._pool, None
                ffi.release(pool)
        finally:
            self._lock.release()

    def __enter__(self) -> MachineGroup:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        title = self._cartridge.header.title
        return f"<MachineGroup of {self._n} with {title!r} region {self._region}, {self._threads} threads>"


class _Release:
    """Lets go of a lock that has been taken before."""

    __slots__ = ("_lock",)

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        self._lock.release()


def _blank(size: int) -> Array:
    """Return uint8 (size,) of zeros, aligned to pages, which take no memory before they are written.

    numpy's own large arrays ask for huge pages, of which all is there from the first byte on.
    """
    private = {} if sys.platform == "win32" else {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS}
    return np.frombuffer(mmap.mmap(-1, size, **private), np.uint8)


def _integer(name: str, value: Any, least: int, most: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, (bool, np.bool_)) or not least <= number <= most:
        raise ValueError(f"{name} is {value!r}, expected an integer from {least} to {most}")
    return number


def _integers(name: str, value: Any, names: str) -> tuple[int, ...]:
    try:
        numbers = tuple(operator.index(number) for number in value)
    except TypeError:
        numbers = ()
    if len(numbers) != names.count(",") + 1:
        raise ValueError(f"{name} is {value!r}, expected integers: {names}")
    return numbers


def _threads(threads: int | None, n: int) -> int:
    if threads is not None:
        return min(_integer("threads", threads, 1, _MOST_THREADS), n)
    if hasattr(os, "sched_getaffinity"):
        return max(1, min(len(os.sched_getaffinity(0)), n))
    return max(1, min(os.cpu_count() or 1, n))


def _check_array(name: str, array: Any, shape: tuple[int, ...]) -> None:
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{name} is a {type(array).__name__}, expected a numpy array")
    if array.dtype != np.uint8 or array.shape != shape:
        raise ValueError(f"{name} is {array.dtype} {array.shape}, expected uint8 {shape}")
    if not array.flags.c_contiguous or not array.flags.writeable:
        raise ValueError(f"{name} is not a writable C-contiguous array")
