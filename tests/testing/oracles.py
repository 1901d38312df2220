"""Adapters of cores from PyPI (extra "oracles"), and what they are known to do otherwise than the hardware.

    cd tests/testing && megadrive verify CORPUS --core oracles:M68000Python --core oracles:Musashi

Figures are for the corpus of tests/conformance; test_oracles.py looks after them with the traces of tests/golden.
"""

from typing import Any

from megadrive.testing import Case, Outcome, PortLog


class _Watched:
    """Callbacks for m68000-python: memory, and a record of the bus with the clocks between two cycles."""

    def __init__(self) -> None:
        self.memory = bytearray(1 << 24)
        self.cpu: Any = None
        self.start()

    def start(self) -> None:
        self.log: list[tuple[Any, ...]] = []
        self.clock = 0

    def note(self, kind: str, cycles: int, fc: int, address: int, data: int | None, strobes: int) -> None:
        begin = self.cpu.step_clocks - cycles
        self.idle_until(begin)
        self.clock = begin + cycles
        self.log.append((kind, cycles, fc, address & 0xFFFFFE, data, strobes >> 1, strobes & 1))

    def idle_until(self, clock: int) -> None:
        if clock > self.clock:
            self.log.append(("n", clock - self.clock))
            self.clock = clock

    def byte(self, kind: str, fc: int, address: int, value: int) -> None:
        self.note(kind, 4, fc, address, value if address & 1 else value << 8, 1 if address & 1 else 2)

    def read_byte(self, address: int, fc: int) -> int:
        value = self.memory[address]
        self.byte("r", fc, address, value)
        return value

    def read_word(self, address: int, fc: int) -> int:
        value = self.memory[address] << 8 | self.memory[address + 1]
        self.note("r", 4, fc, address, value, 3)
        return value

    def write_byte(self, address: int, value: int, fc: int) -> None:
        self.memory[address] = value
        self.byte("w", fc, address, value)

    def write_word(self, address: int, value: int, fc: int) -> None:
        self.memory[address : address + 2] = value.to_bytes(2, "big")
        self.note("w", 4, fc, address, value, 3)

    def address_error(self, address: int, write: bool, fc: int) -> None:
        self.idle_until(self.cpu.step_clocks)  # the aborted cycle is not counted yet
        self.clock += 4
        self.log.append(("we" if write else "re", 4, fc, address & 0xFFFFFE, None, 1, 1))


class M68000Python:
    """m68000-python 0.1: no known deviation in states, cycles and transactions.

    It does not tell the data of an aborted write, which are not compared.
    """

    cpu = "m68000"

    def __init__(self) -> None:
        from m68000_python import M68000CPU, CPUState

        self.state_type = CPUState
        self.bus = bus = _Watched()
        self.core = bus.cpu = M68000CPU(
            *(bus.read_byte, bus.read_word, bus.write_byte, bus.write_word),
            function_codes=True,
            address_error=bus.address_error,
        )

    def restore(self, state: dict[str, Any]) -> None:
        self.core.restore_state(
            self.state_type(
                d=tuple(state[f"d{n}"] for n in range(8)),
                a=tuple(state[f"a{n}"] for n in range(7)),
                **{name: state[name] for name in ("usp", "ssp", "sr", "pc")},
                ir=state["prefetch"][0],
                irc=state["prefetch"][1],
            )
        )

    @staticmethod
    def state(now: Any) -> dict[str, Any]:
        state = {f"d{n}": value for n, value in enumerate(now.d)} | {f"a{n}": value for n, value in enumerate(now.a)}
        state |= {name: getattr(now, name) for name in ("usp", "ssp", "sr", "pc")}
        return state | {"prefetch": (now.ir, now.irc)}

    def run(self, case: Case) -> Outcome:
        case.load(self.bus.memory)
        self.restore(case.initial)
        self.bus.start()
        cycles = self.core.step()
        self.bus.idle_until(cycles)
        return Outcome(self.state(self.core.capture_state()), self.bus.memory, cycles, self.bus.log)


class _MachineMemory:
    """machine68k's memory, by index."""

    def __init__(self, memory: Any) -> None:
        self.memory = memory

    def __getitem__(self, address: int) -> int:
        return int(self.memory.r8(address))

    def __setitem__(self, address: int, value: int) -> None:
        self.memory.w8(address, value)


class Musashi:
    """machine68k 0.4: Musashi, a fast core written by hand, without prefetch queue and transactions.

    DEVIATIONS has what it does otherwise.
    """

    cpu = "m68000"
    # by file of the corpus: share of cases without address errors and what is wrong in them
    DEVIATIONS = """
    address errors          are not raised: a word access to an odd address is made (all 55,606 published cases)
    ABCD SBCD NBCD          N and V; results of digits above 9; a test ROM run on consoles (bcd-verifier) decides
    CHK                     Z, V, C keep or take other values; 2 clocks
    DIVU DIVS               N and Z after an overflow (which Blood Shot needs); clocks of all of them
    LINK A7                 pushes A7 as it was, not as it is after the push
    STOP                    pc is behind it already
    MULS                    2 clocks for some factors
    ADD AND OR SUB .L       with an immediate or register source: 2 clocks; ADDA, SUBA, BCHG, BCLR, BSET, BTST too
    TAS to memory           clocks
    """
    WRONG_STATE = frozenset(("ABCD", "SBCD", "NBCD", "CHK", "DIVU", "DIVS", "LINK", "STOP"))

    def __init__(self) -> None:
        import machine68k

        self.machine = machine68k.Machine(machine68k.CPUType.M68000, 16384)
        self.stopped = False
        self.memory = _MachineMemory(self.machine.mem)
        self.registers = [getattr(machine68k.Register, name) for name in (*(f"D{n}" for n in range(8)),)]
        self.registers += [getattr(machine68k.Register, f"A{n}") for n in range(7)]

    def run(self, case: Case) -> Outcome:
        core, initial = self.machine.cpu, case.initial
        if self.stopped:
            core.pulse_reset()
            core.execute(1)
        self.stopped = case.opcode == 0x4E72
        case.load(self.memory)
        for offset, word in enumerate(initial["prefetch"]):
            self.machine.mem.w16(initial["pc"] + 2 * offset & 0xFFFFFE, word)
        core.w_sr(initial["sr"])  # before the stack pointers: which of them A7 is depends on it
        core.w_isp(initial["ssp"])
        core.w_usp(initial["usp"])
        names = [*(f"d{n}" for n in range(8)), *(f"a{n}" for n in range(7))]
        for register, name in zip(self.registers, names, strict=True):
            core.w_reg(register, initial[name])
        core.w_pc(initial["pc"])
        cycles = core.execute(1)
        state = {name: core.r_reg(register) for register, name in zip(self.registers, names, strict=True)}
        state |= {"sr": core.r_sr(), "pc": core.r_pc(), "ssp": core.r_isp(), "usp": core.r_usp()}
        return Outcome(state, self.memory, getattr(cycles, "cycles", cycles))


class Z80Python:
    """z80-python 0.4: exact in states and T states but for one thing; it has no pins."""

    cpu = "z80"
    DEVIATIONS = """
    DD or FD before SCF, CCF   bits 3 and 5 of F: Q is that of the instruction before, where the prefix has cleared it
    """
    WRONG_STATE = frozenset(("dd 37", "dd 3f", "fd 37", "fd 3f"))
    NAMES = ("a", "f", "b", "c", "d", "e", "h", "l", "i", "r", "ix", "iy", "sp", "pc", "wz", "q", "im", "iff1", "iff2")
    SHADOWS = ("af_", "bc_", "de_", "hl_")

    def __init__(self) -> None:
        from z80_python import Z80CPU, CPUState

        self.state_type = CPUState
        self.memory = bytearray(65536)
        self.core = Z80CPU(self.memory.__getitem__, self.memory.__setitem__)

    def run(self, case: Case) -> Outcome:
        initial, ports = case.initial, PortLog(case)
        case.load(self.memory)
        self.core.read_port, self.core.write_port = ports.read, ports.write
        values = {name: initial[name] for name in self.NAMES}
        values |= {name: bool(initial[name]) for name in ("iff1", "iff2")}
        values |= {name.rstrip("_") + "_alt": initial[name] for name in self.SHADOWS}
        self.core.restore_state(self.state_type(**values))
        cycles = self.core.step()
        now = self.core.capture_state()
        state = {name: int(getattr(now, name)) for name in self.NAMES}
        state |= {name: getattr(now, name.rstrip("_") + "_alt") for name in self.SHADOWS}
        return Outcome(state, self.memory, cycles, None, ports.log)


class Z80Package:
    """The package z80 1.2 (Kosarev): fast, without Q.

    DEVIATIONS has what it does otherwise.
    """

    cpu = "z80"
    DEVIATIONS = """
    SCF, CCF                bits 3 and 5 of F: it has no register Q
    LDIR LDDR CPIR CPDR     bits 3 and 5 of F while repeating (they are those of pc's high byte)
    INIR INDR OTIR OTDR     H, P/V and bits 3 and 5 of F while repeating
    INI IND and repeating   WZ
    """
    WRONG_STATE = frozenset(
        f"{prefix}{code:02x}"
        for prefix, codes in {
            **dict.fromkeys(("", "dd ", "fd "), (0x37, 0x3F)),
            "ed ": (0xA2, 0xAA, 0xB0, 0xB1, 0xB2, 0xB3, 0xB8, 0xB9, 0xBA, 0xBB),
        }.items()
        for code in codes
    )
    NAMES = ("a", "f", "b", "c", "d", "e", "h", "l", "i", "ix", "iy", "sp", "pc")
    FRAME = 100_000  # T states after which its counter begins again

    def __init__(self) -> None:
        import z80

        self.core = z80.Z80Machine()
        self.memory = self.core.memory

    def run(self, case: Case) -> Outcome:
        core, initial, ports = self.core, case.initial, PortLog(case)
        case.load(self.memory)
        core.set_input_callback(ports.read)
        core.set_output_callback(ports.write)
        for name in self.NAMES:
            setattr(core, name, initial[name])
        for pair in ("af", "bc", "de", "hl"):
            setattr(core, f"alt_{pair}", initial[pair + "_"])
        core.ir = initial["i"] << 8 | initial["r"]
        core.halted = False
        for name in ("iff1", "iff2"):
            setattr(core, name, initial[name])
        core._Z80State__int_mode[0] = initial["im"]
        core._StateBase__wz[:] = initial["wz"].to_bytes(2, "little")
        before = core.frame_tick
        for _ in range(2 if core.memory[initial["pc"]] in (0xDD, 0xFD) else 1):  # a prefix is an instruction to it
            core.ticks_to_stop = 1
            core.run()
        state = {name: getattr(core, name) for name in self.NAMES}
        state |= {pair + "_": getattr(core, f"alt_{pair}") for pair in ("af", "bc", "de", "hl")}
        state |= {"iff1": int(core.iff1), "iff2": int(core.iff2), "im": core._Z80State__int_mode[0]}
        state |= {"r": core.ir & 0xFF, "wz": int.from_bytes(core._StateBase__wz, "little")}
        cycles = (core.frame_tick - before) % self.FRAME
        return Outcome(state, self.memory, cycles, None, ports.log)
