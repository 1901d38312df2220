"""Python objects in a chip's place: what the C core calls when a chip is not its own kernel."""

from __future__ import annotations

from typing import Any

from megadrive._core import ffi, lib


class Failure:
    """The first exception that a chip has raised, until the run has ended."""

    def __init__(self, md: Any) -> None:
        self._md = md
        self.error: BaseException | None = None

    def note(self, error: BaseException) -> None:
        """Keep the exception and end the run."""
        if self.error is None:
            self.error = error
        self._md.failed = 1


class Slot:
    """A chip object and the machine that it is in."""

    def __init__(self, chip: Any, failure: Failure) -> None:
        self.chip = chip
        self.failure = failure


def _on_error(kind: type, error: BaseException, traceback: Any) -> None:
    """Note an exception of a callback, whose first argument is the slot's handle."""
    ffi.from_handle(traceback.tb_frame.f_locals["slot"]).failure.note(error)


@ffi.def_extern(onerror=_on_error)
def python_vdp_run(slot: Any, clock: int) -> None:
    """Bring the VDP up to `clock`."""
    ffi.from_handle(slot).chip.run(clock)


@ffi.def_extern(onerror=_on_error)
def python_vdp_read(slot: Any, clock: int, port: int, value: Any) -> int:
    """Read a VDP port; returns the clock at which the bus cycle can end."""
    value[0], end = ffi.from_handle(slot).chip.read(clock, port)
    return int(end)


@ffi.def_extern(onerror=_on_error)
def python_vdp_write(slot: Any, clock: int, port: int, value: int) -> int:
    """Write a VDP port; returns the clock at which the bus cycle can end."""
    return int(ffi.from_handle(slot).chip.write(clock, port, value))


@ffi.def_extern(onerror=_on_error)
def python_vdp_acknowledge(slot: Any, clock: int) -> None:
    """Tell the VDP of an interrupt acknowledge cycle."""
    ffi.from_handle(slot).chip.acknowledge(clock)
