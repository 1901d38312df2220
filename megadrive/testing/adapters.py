"""Our own cores as adapters, cases made by a core, and adapters by name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from megadrive.m68000 import M68000
from megadrive.testing.cases import M68000_REGISTERS, Z80_REGISTERS, Adapter, Case, CpuName, Outcome, PortLog
from megadrive.z80 import Z80

AdapterFactory: TypeAlias = Callable[[], Adapter]
"""Gives a new adapter; an adapter's class, mostly."""

_RESTING = {"stopped": 0, "halted": 0, "trace_pending": 0}
_AWAKE = {"halted": 0, "prefix": 0}


class MegadriveM68000:
    """:class:`megadrive.M68000` on flat memory, with bus transactions.

    Parameters
    ----------
    trace : bool
        Whether to record transactions. Without them, the fast code is what is tested.
    """

    cpu: CpuName = "m68000"

    def __init__(self, trace: bool = True) -> None:
        self.trace = trace
        self.memory = bytearray(1 << 24)
        self.core = M68000(self.memory)

    def run(self, case: Case) -> Outcome:
        """Execute the case's instruction."""
        core = self.core
        case.load(self.memory)
        core.set_state(_RESTING | case.initial)
        core.set_irq(0)
        cycles = core.step(trace=self.trace)
        return Outcome(core.state(), self.memory, cycles, core.transactions if self.trace else None)


class MegadriveZ80:
    """:class:`megadrive.Z80` on flat memory, with the pins in each T state.

    Parameters
    ----------
    trace : bool
        Whether to record the pins. Without them, other code is tested.
    """

    cpu: CpuName = "z80"

    def __init__(self, trace: bool = True) -> None:
        self.trace = trace
        self.memory = bytearray(65536)
        self.core = Z80(self.memory)
        self.ports = PortLog()
        self.core.ports = (self.ports.read, self.ports.write)

    def run(self, case: Case) -> Outcome:
        """Execute the case's instruction."""
        core = self.core
        self.ports.start(case)
        case.load(self.memory)
        core.set_state(_AWAKE | case.initial)
        cycles = core.step(trace=self.trace)
        return Outcome(core.state(), self.memory, cycles, core.cycles if self.trace else None, self.ports.log)


class MegadriveM68000Fast(MegadriveM68000):
    """:class:`megadrive.M68000` at full speed, without transactions."""

    def __init__(self) -> None:
        super().__init__(trace=False)


class MegadriveZ80Fast(MegadriveZ80):
    """:class:`megadrive.Z80` at full speed, without pins."""

    def __init__(self) -> None:
        super().__init__(trace=False)


DEFAULT_CORES: dict[str, AdapterFactory] = {"m68000": MegadriveM68000, "z80": MegadriveZ80}
"""The adapters of this package's cores."""


def load_adapter(name: str) -> AdapterFactory:
    """Return the adapter class that ``MODULE:NAME`` names.

    Raises
    ------
    ValueError
        If there is no such module or name, or what it names is not an adapter's class.

    Examples
    --------
    >>> from megadrive.testing import load_adapter
    >>> load_adapter("megadrive.testing:MegadriveZ80")
    <class 'megadrive.testing.adapters.MegadriveZ80'>
    """
    module_name, colon, attribute = name.partition(":")
    if not (module_name and colon and attribute):
        raise ValueError(f"{name!r} is not MODULE:ADAPTER, such as megadrive.testing:MegadriveZ80")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise ValueError(f"{name}: cannot import {module_name}: {error}") from None
    factory = getattr(module, attribute, None)
    if factory is None:
        raise ValueError(f"{name}: {module_name} has no {attribute}")
    if getattr(factory, "cpu", None) not in DEFAULT_CORES or not callable(factory):
        raise ValueError(f"{name}: not an adapter's class: it needs cpu = 'm68000' or 'z80', and a method run(case)")
    return factory  # type: ignore[no-any-return]


def record_case(
    adapter: Adapter,
    name: str,
    initial: dict[str, Any],
    memory: Mapping[int, int],
    inputs: Mapping[int, int] | None = None,
) -> Case:
    """Make a test case: have a core execute one instruction and write down what it does.

    Parameters
    ----------
    adapter : Adapter
        The core. It has to give registers, cycles and transactions.
    name : str
        The case's name.
    initial : dict
        Registers before the instruction.
    memory : mapping
        Bytes by address before it. What it does not have is 0.
    inputs : mapping, optional
        Z80: bytes by port address; others read $FF.

    Returns
    -------
    Case
        With the memory that the instruction touches.

    Raises
    ------
    ValueError
        If the adapter gives no transactions, or none of a register.

    Examples
    --------
    >>> import megadrive
    >>> from megadrive.testing import MegadriveZ80, record_case
    >>> start = megadrive.Z80(bytearray(65536)).state()
    >>> case = record_case(MegadriveZ80(), "LD (HL),A", start | {"a": 7, "h": 1}, {0: 0x77})
    >>> case.cycles, case.final_memory
    (7, [(0, 119), (256, 7)])
    """
    cpu = adapter.cpu
    if cpu == "m68000":
        words = sorted({address & ~1 for address in memory})
        cells = [(address, memory.get(address, 0) << 8 | memory.get(address + 1, 0)) for address in words]
    else:
        cells = sorted(memory.items())
    trial = Case(cpu, name, dict(initial), cells, {}, list(cells))
    if cpu == "z80":
        # ports are answered by address: one run finds out which are read, the next gives their values
        adapter_ports = adapter.run(trial).ports or []
        trial.ports = [(port, (inputs or {}).get(port, 0xFF), kind) for port, _, kind in adapter_ports]
    # What the instruction touches beyond `memory` may hold anything from cases before: a first run tells the
    # addresses, a second one has zeros there.
    for _ in range(2):
        outcome = adapter.run(trial)
        if outcome.transactions is None:
            raise ValueError(f"{name}: the adapter gives no transactions")
        touched = _touched(cpu, outcome.transactions)
        known = dict(trial.initial_memory)
        trial.initial_memory = sorted((known | {address: known.get(address, 0) for address in touched}).items())
        trial.final_memory = list(trial.initial_memory)
    outcome = adapter.run(trial)
    touched = _touched(cpu, outcome.transactions or ())
    names = M68000_REGISTERS if cpu == "m68000" else Z80_REGISTERS
    missing = [register for register in names if register not in outcome.state or register not in initial]
    if missing:
        raise ValueError(f"{name}: there is no register {missing[0]} in the initial or the final state")
    trial.initial = {register: initial[register] for register in names}
    trial.final = {register: outcome.state[register] for register in names}
    queue = {trial.initial["pc"] + i & 0xFFFFFE for i in (0, 2)} if cpu == "m68000" else set()
    trial.initial_memory = [cell for cell in trial.initial_memory if cell[0] in touched | queue]
    trial.final_memory = [(address, 0) for address, _ in trial.initial_memory]
    trial.final_memory = trial.found(outcome.memory)
    trial.cycles, trial.transactions = outcome.cycles, outcome.transactions
    trial.ports = list(outcome.ports or ())
    return trial


def _touched(cpu: str, transactions: Any) -> set[int]:
    """Return the addresses of memory in a core's transactions."""
    if cpu == "m68000":
        return {one[3] for one in transactions if one[0] in ("r", "w", "t") and one[2] != 7}
    return {address for address, _, pins in transactions if "m" in pins}
