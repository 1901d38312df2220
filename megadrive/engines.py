"""Python objects in a chip's place: what the C core calls when a chip is not its own kernel.

A chip object has the methods of the class that it stands in for. What the machine calls:

========  ==================================================================================================
VDP       ``run(clock)``, ``read(clock, port) -> (value, end)``, ``write(clock, port, value) -> end``,
          ``acknowledge(clock)``, ``th_fall(clock)``
YM2612    ``write(port, value)``, ``read(port) -> value``, ``run_cycles(cycles) -> int16 (samples, 2)``,
          ``advance(cycles)``, ``reset()``; if it has one, ``play(writes, cycles) -> int16 (samples, 2)`` instead of
          single writes: those of a frame, as (cycle from now, port, value), uint32 (n, 3)
PSG       ``write(value)``, ``run(ticks) -> int16 (ticks,)``, ``advance(ticks)``
========  ==================================================================================================

A chip that has ``begin()`` and ``end()`` is told of the machine's runs: in between nobody else looks at its state, but
for what the machine reacts to.
"""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from megadrive._core import ffi, lib


class Chips:
    """The Python chips in one machine.

    Parameters
    ----------
    md
        The cffi ``megadrive *``.
    vdp, ym2612, psg
        Chip objects; None leaves the kernel in place.
    """

    def __init__(self, md: Any, vdp: Any = None, ym2612: Any = None, psg: Any = None) -> None:
        self._md = md
        self._error: BaseException | None = None
        self.vdp, self.ym2612, self.psg = vdp, ym2612, psg
        self._handle = ffi.new_handle(self)
        for name, chip, calls in (
            ("vdp", vdp, ("run", "read", "write", "acknowledge", "th_fall")),
            ("ym2612", ym2612, ("write", "read", "run", "reset")),
            ("psg", psg, ("write", "run")),
        ):
            interface = getattr(md, f"{name}_other")
            interface.chip = self._handle if chip is not None else ffi.NULL
            for call in calls:
                setattr(interface, call, ffi.addressof(lib, f"python_{name}_{call}"))
        self.called_vdp = _called_vdp(vdp, ffi.addressof(md, "vdp_other"))
        md.ym2612_other.status_is_shared = _shares_status(ym2612)
        md.ym2612_other.play = ffi.addressof(lib, "python_ym2612_play") if hasattr(ym2612, "play") else ffi.NULL

    def run_frames(self, n: int, render: int, out: Any, capacity: int) -> int:
        """Call ``md_run_frames``."""
        told = [chip for chip in (self.called_vdp, self.ym2612, self.psg) if hasattr(chip, "begin")]
        if not told:
            return int(lib.md_run_frames(self._md, n, render, out, capacity))
        lib.md_state_changed(self._md)
        for chip in told:
            chip.begin()
        try:
            return int(lib.md_run_frames(self._md, n, render, out, capacity))
        finally:
            for chip in told:
                chip.end()

    def fail(self, error: BaseException) -> None:
        """Keep the first exception of a chip, and make the run end."""
        if self._error is None:
            self._error = error
        self._md.failed = 1

    def raise_failure(self) -> None:
        """Raise the exception that a chip has raised since the last call, if there is one."""
        self._md.failed = 0
        if self._error is not None:
            error, self._error = self._error, None
            raise error


def _called_vdp(vdp: Any, interface: Any) -> Any:
    """Return what the machine calls for a chip: the model need not be called for everything."""
    interface.shares = 0
    if vdp is None:
        return None
    from megadrive.model.vdp.shared import share

    return share(vdp, interface)


def _shares_status(chip: Any) -> bool:
    """Tell whether a chip is the model, its bus and timers unchanged: then a poll of its status need not run it."""
    if chip is None or not hasattr(chip, "play"):
        return False
    from megadrive.model.ym2612 import YM2612
    from megadrive.model.ym2612.counters import Counters
    from megadrive.model.ym2612.registers import Registers

    if not isinstance(chip, YM2612):
        return False
    kind = type(chip)
    same = all(getattr(kind, name) is getattr(YM2612, name) for name in ("read", "test_status", "write", "play"))
    layers = (name for layer in (Registers, Counters) for name in vars(layer) if not name.startswith("_"))
    return same and all(getattr(kind, name) is getattr(YM2612, name) for name in layers)


def _on_error(kind: type[BaseException], error: BaseException, traceback: types.TracebackType) -> None:
    ffi.from_handle(traceback.tb_frame.f_locals["chips"]).fail(error)


@ffi.def_extern(onerror=_on_error)
def python_vdp_run(chips: Any, clock: int) -> None:
    """Bring the VDP up to `clock`."""
    ffi.from_handle(chips).called_vdp.run(clock)


@ffi.def_extern(onerror=_on_error)
def python_vdp_read(chips: Any, clock: int, port: int, value: Any) -> int:
    """Read a VDP port; give the clock at which the bus cycle can end."""
    value[0], end = ffi.from_handle(chips).called_vdp.read(clock, port)
    return int(end)


@ffi.def_extern(onerror=_on_error)
def python_vdp_write(chips: Any, clock: int, port: int, value: int) -> int:
    """Write a VDP port; give the clock at which the bus cycle can end."""
    return int(ffi.from_handle(chips).called_vdp.write(clock, port, value))


@ffi.def_extern(onerror=_on_error)
def python_vdp_acknowledge(chips: Any, clock: int) -> None:
    """Tell the VDP of an interrupt acknowledge cycle."""
    ffi.from_handle(chips).called_vdp.acknowledge(clock)


@ffi.def_extern(onerror=_on_error)
def python_vdp_th_fall(chips: Any, clock: int) -> None:
    """Tell the VDP of a falling edge of TH."""
    ffi.from_handle(chips).called_vdp.th_fall(clock)


@ffi.def_extern(onerror=_on_error)
def python_ym2612_write(chips: Any, port: int, value: int) -> None:
    """Write a YM2612 port."""
    ffi.from_handle(chips).ym2612.write(port, value)


@ffi.def_extern(onerror=_on_error)
def python_ym2612_read(chips: Any, port: int) -> int:
    """Read a YM2612 port."""
    return int(ffi.from_handle(chips).ym2612.read(port))


@ffi.def_extern(onerror=_on_error)
def python_ym2612_run(chips: Any, cycles: int, out: Any) -> int:
    """Run the YM2612; samples go to `out` unless it is NULL."""
    chip = ffi.from_handle(chips).ym2612
    if out == ffi.NULL:
        chip.advance(cycles)
        return 0
    samples = np.ascontiguousarray(chip.run_cycles(cycles), np.int16)
    ffi.memmove(out, ffi.from_buffer(samples), samples.nbytes)
    return len(samples)


@ffi.def_extern(onerror=_on_error)
def python_ym2612_play(chips: Any, writes: Any, count: int, cycles: int, out: Any) -> int:
    """Run the YM2612 while writes come in; samples go to `out` unless it is NULL."""
    log = np.frombuffer(ffi.buffer(writes, 12 * count), np.uint32).reshape(-1, 3)
    samples = np.ascontiguousarray(ffi.from_handle(chips).ym2612.play(log, cycles), np.int16)
    if out != ffi.NULL:
        ffi.memmove(out, ffi.from_buffer(samples), samples.nbytes)
    return len(samples)


@ffi.def_extern(onerror=_on_error)
def python_ym2612_reset(chips: Any) -> None:
    """Reset the YM2612."""
    ffi.from_handle(chips).ym2612.reset()


@ffi.def_extern(onerror=_on_error)
def python_psg_write(chips: Any, value: int) -> None:
    """Write the PSG."""
    ffi.from_handle(chips).psg.write(value)


@ffi.def_extern(onerror=_on_error)
def python_psg_run(chips: Any, ticks: int, out: Any) -> None:
    """Run the PSG; samples go to `out` unless it is NULL."""
    chip = ffi.from_handle(chips).psg
    if out == ffi.NULL:
        chip.advance(ticks)
        return
    samples = np.ascontiguousarray(chip.run(ticks), np.int16)
    ffi.memmove(out, ffi.from_buffer(samples), samples.nbytes)
