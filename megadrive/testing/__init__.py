"""A kit to prove CPU cores with, our own and others: published traces, cores beside each other, random programs.

Run a corpus of SingleStepTests on a core, from Python or as ``megadrive verify PATH --core MODULE:ADAPTER``:

>>> from megadrive import testing
>>> report = testing.verify("no such folder")
Traceback (most recent call last):
    ...
FileNotFoundError: there is no file or folder no such folder

A core is given by an adapter (:class:`Adapter`), a class with a method of a few lines; those of this package's cores
are :class:`MegadriveM68000` and :class:`MegadriveZ80`. Cases are read and written by :func:`read_cases` and
:func:`write_cases`, and made by any core with :func:`record_case`. :mod:`megadrive.testing.strategies` (with
Hypothesis) draws instructions, states and programs.
"""

from megadrive.testing.adapters import (
    MegadriveM68000,
    MegadriveM68000Fast,
    MegadriveZ80,
    MegadriveZ80Fast,
    load_adapter,
    record_case,
)
from megadrive.testing.cases import M68000_REGISTERS, Z80_REGISTERS, Adapter, Case, Outcome, PortLog
from megadrive.testing.compare import Difference, compare, corrected
from megadrive.testing.explain import explain
from megadrive.testing.formats import FormatError, read_cases, write_cases
from megadrive.testing.programs import Program, Start, check_program
from megadrive.testing.report import InstructionResult, Report
from megadrive.testing.runner import verify

__all__ = [
    "M68000_REGISTERS",
    "Z80_REGISTERS",
    "Adapter",
    "Case",
    "Difference",
    "FormatError",
    "InstructionResult",
    "MegadriveM68000",
    "MegadriveM68000Fast",
    "MegadriveZ80",
    "MegadriveZ80Fast",
    "Outcome",
    "PortLog",
    "Program",
    "Report",
    "Start",
    "check_program",
    "compare",
    "corrected",
    "explain",
    "load_adapter",
    "read_cases",
    "record_case",
    "verify",
    "write_cases",
]
