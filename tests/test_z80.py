"""The Z80: programs, interrupts, buses and bad arguments.  Single instructions: conformance/test_z80_traces.py."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive.z80 import Z80, Z80Bus

BYTES = ["a", "f", "b", "c", "d", "e", "h", "l", "i", "r", "q"]
WORDS = ["ix", "iy", "sp", "pc", "wz", "af_", "bc_", "de_", "hl_"]
FLAGS = {"iff1": 1, "iff2": 1, "im": 2, "ei": 1, "p": 1}

S, Z, Y, H, X, P, N, C = 128, 64, 32, 16, 8, 4, 2, 1


class Bus:
    """Memory and ports written in Python."""

    def __init__(self, memory: bytes) -> None:
        self.memory = bytearray(memory)
        self.written: list[tuple[int, int]] = []

    def read(self, address: int) -> int:
        return self.memory[address]

    def write(self, address: int, value: int) -> None:
        self.memory[address] = value
        self.written.append((address, value))


@st.composite
def machines(draw: st.DrawFn) -> tuple[bytes, dict[str, int]]:
    """Draw a memory of 64 KiB, mostly random, and registers."""
    noise = random.Random(draw(st.integers(0, 2**32))).randbytes(0x10000)
    program = draw(st.binary(max_size=24))
    registers = {name: draw(st.integers(0, 0xFF)) for name in BYTES}
    registers |= {name: draw(st.integers(0, 0xFFFF)) for name in WORDS}
    registers |= {name: draw(st.integers(0, most)) for name, most in FLAGS.items()}
    memory = bytearray(noise)
    for offset, byte in enumerate(program):
        memory[(registers["pc"] + offset) & 0xFFFF] = byte
    return bytes(memory), registers


def make(memory: object, registers: dict[str, int] | None = None) -> Z80:
    cpu = Z80(memory)
    for name, value in (registers or {}).items():
        setattr(cpu, name, value)
    return cpu


def program(*code: int, **registers: int) -> Z80:
    memory = bytearray(0x10000)
    memory[: len(code)] = bytes(code)
    return make(memory, registers)


# ---------------------------------------------------------------------------------------- properties


@given(machines(), st.integers(0, 3000), st.integers(0, 1), st.booleans())
@settings(max_examples=60, deadline=None)
def test_run_is_the_same_as_steps(machine: tuple[bytes, dict[str, int]], states: int, irq: int, nmi: bool) -> None:
    memory, registers = machine
    one, other = bytearray(memory), bytearray(memory)
    ports, other_ports = bytearray(memory), bytearray(memory)
    whole, stepped = make(one, registers), make(other, registers)
    whole.ports, stepped.ports = ports, other_ports
    for cpu in (whole, stepped):
        cpu.set_irq(irq)
        if nmi:
            cpu.nmi()
    ran = whole.run(states)
    total = 0
    while total < states:
        total += stepped.step()
    assert ran == total == stepped.clock
    assert whole.save_state()[:-8] == stepped.save_state()[:-8]  # the deadline of run is left out
    assert one == other
    assert ports == other_ports


def waiting_loops() -> st.SearchStrategy[bytes]:
    """Draw code with loops whose turns can be taken at once, or that only look like it."""
    byte, short = st.integers(0, 255), st.integers(0, 40)
    decrements = st.sampled_from([0x05, 0x0D, 0x15, 0x1D, 0x25, 0x2D, 0x3D, 0x35, 0x04, 0x06])
    distances = st.sampled_from([0xFD, 0xFD, 0xFD, 0xFE, 0xFC])
    return st.one_of(
        byte.map(lambda count: bytes([0x06, count, 0x10, 0xFE])),  # LD B; DJNZ
        st.tuples(decrements, distances).map(lambda pair: bytes([pair[0], 0x20, pair[1]])),
        st.tuples(decrements, byte).map(lambda pair: bytes([pair[0] + 1, pair[1], pair[0], 0x20, 0xFD])),
        st.tuples(short, short, short, st.sampled_from([0xB0, 0xB8])).map(  # from and to close together, and on itself
            lambda t: bytes([0x21, 0x10 + t[0], 0x01, 0x11, 0x10 + t[1], 0x01, 0x01, t[2], 0x00, 0xED, t[3]])
        ),
        st.tuples(st.sampled_from([0x21, 0x11]), st.integers(0, 0xFFFF)).map(
            lambda t: bytes([t[0], t[1] & 255, t[1] >> 8])
        ),
        st.sampled_from([b"\xed\xb0", b"\xed\xb8", b"\xaf", b"\x37", b"\x3f", b"\x01\x05\x00"]),
    )


@given(
    st.lists(waiting_loops(), min_size=1, max_size=8).map(b"".join),
    machines(),
    st.lists(st.integers(1, 900), max_size=12),
)
@settings(max_examples=150, deadline=None)
def test_turns_at_once_are_the_same_as_steps(
    code: bytes, machine: tuple[bytes, dict[str, int]], lengths: list[int]
) -> None:
    memory, registers = machine
    memory = memory[:0x100] + code + b"\x18\xfe" + memory[0x102 + len(code) :]
    one, other = bytearray(memory), bytearray(memory)
    whole, stepped = (make(own, registers | {"pc": 0x100, "iff1": 0}) for own in (one, other))
    for length in lengths:
        end = stepped.clock + length
        whole.run(length)
        while stepped.clock < end:
            stepped.step()
        assert whole.save_state()[:-8] == stepped.save_state()[:-8]
        assert one == other


@pytest.mark.parametrize("to", [0x10B, 0x10C])
def test_a_block_load_that_overwrites_itself_ends(to: int) -> None:
    code = bytes([0x21, 0x0B, 0x01, 0x11, to & 255, to >> 8, 0x01, 0x00, 0x02, 0x00, 0x00, 0xED, 0xB0, 0x18, 0xFE])
    one, other = (bytearray(bytes(0x100) + code + bytes(0xFEF1)) for _ in range(2))
    whole, stepped = (make(own, {"pc": 0x100, "sp": 0x8000}) for own in (one, other))
    whole.run(600)
    while stepped.clock < 600:
        stepped.step()
    assert whole.save_state()[:-8] == stepped.save_state()[:-8]


@given(machines(), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_a_bus_in_python_is_the_same_as_memory(machine: tuple[bytes, dict[str, int]], states: int) -> None:
    memory, registers = machine
    flat, bus = bytearray(memory), Bus(memory)
    left, right = make(flat, registers), make(bus, registers)
    ports, seen = bytearray(memory), bytearray(memory)
    left.ports = ports
    right.ports = (seen.__getitem__, seen.__setitem__)
    assert left.run(states) == right.run(states)
    assert left.save_state() == right.save_state()
    assert flat == bus.memory
    assert ports == seen


@given(machines(), st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_traced_steps_are_the_same_and_the_trace_has_their_accesses(
    machine: tuple[bytes, dict[str, int]], steps: int
) -> None:
    memory, registers = machine
    flat, bus = bytearray(memory), Bus(memory)
    plain, traced = make(flat, registers), make(bus, registers)
    for _ in range(steps):
        states = plain.step()
        bus.written.clear()
        assert traced.step(trace=True) == states == len(traced.cycles)
        writes = [(address, data) for address, data, pins in traced.cycles if pins == "-wm-"]
        assert writes == bus.written
        assert plain.save_state() == traced.save_state()


@given(machines(), st.integers(0, 500), st.integers(0, 500))
@settings(max_examples=40, deadline=None)
def test_a_saved_state_continues_identically(machine: tuple[bytes, dict[str, int]], before: int, after: int) -> None:
    memory, registers = machine
    first = bytearray(memory)
    cpu = make(first, registers)
    cpu.run(before)
    second = bytearray(first)
    twin = Z80(second)
    twin.load_state(cpu.save_state())
    cpu.run(after)
    twin.run(after)
    assert cpu.save_state() == twin.save_state()
    assert first == second


# ---------------------------------------------------------------------------------------- arithmetic


def signed(value: int) -> int:
    return value - 256 if value > 127 else value


def expected_sum(a: int, b: int, carry: int) -> tuple[int, int]:
    total = a + b + carry
    result = total % 256
    flags = (S if result > 127 else 0) | (Z if result == 0 else 0) | (result & (X | Y)) | (C if total > 255 else 0)
    flags |= H if a % 16 + b % 16 + carry > 15 else 0
    flags |= P if not -128 <= signed(a) + signed(b) + carry <= 127 else 0
    return result, flags


def expected_difference(a: int, b: int, borrow: int) -> tuple[int, int]:
    result = (a - b - borrow) % 256
    flags = (S if result > 127 else 0) | (Z if result == 0 else 0) | (result & (X | Y)) | N
    flags |= C if a < b + borrow else 0
    flags |= H if a % 16 < b % 16 + borrow else 0
    flags |= P if not -128 <= signed(a) - signed(b) - borrow <= 127 else 0
    return result, flags


@pytest.mark.parametrize(
    ("opcode", "expected", "takes_carry"),
    [
        (0x80, expected_sum, False),
        (0x88, expected_sum, True),
        (0x90, expected_difference, False),
        (0x98, expected_difference, True),
    ],
)
def test_sums_and_differences(
    opcode: int, expected: Callable[[int, int, int], tuple[int, int]], takes_carry: bool
) -> None:
    cpu = program(opcode)
    for a in range(0, 256, 3):
        for b in range(256):
            carry = (a ^ b) & 1
            cpu.pc, cpu.a, cpu.b, cpu.f = 0, a, b, carry
            cpu.step()
            assert (cpu.a, cpu.f) == expected(a, b, carry if takes_carry else 0)


def bcd(number: int) -> int:
    return number // 10 << 4 | number % 10


def test_daa_makes_decimal_sums_and_differences() -> None:
    add, subtract = program(0x80, 0x27), program(0x90, 0x27)
    for left in range(100):
        for right in range(100):
            for cpu, result in ((add, left + right), (subtract, left - right)):
                cpu.pc, cpu.a, cpu.b = 0, bcd(left), bcd(right)
                cpu.step()
                cpu.step()
                assert cpu.a == bcd(result % 100)
                assert cpu.f & C == (not 0 <= result < 100)


def test_scf_and_ccf_take_y_and_x_from_a_or_f() -> None:
    after_load = program(0x3E, 0x00, 0x37, f=X | Y)  # LD A,0: computes no flags
    after_load.step(), after_load.step()
    assert after_load.f == X | Y | C
    after_flags = program(0xB7, 0x37, a=0, f=X | Y)  # OR A computes them
    after_flags.step(), after_flags.step()
    assert after_flags.f & (X | Y) == 0


# -------------------------------------------------------------------------------------------- timing


@pytest.mark.parametrize(
    ("code", "registers", "states"),
    [
        ([0x34], {}, 11),  # INC (HL)
        ([0xDD, 0x34, 0], {}, 23),  # INC (IX+d)
        ([0xDD, 0x36, 0, 0], {}, 19),  # LD (IX+d),n
        ([0xE3], {}, 19),  # EX (SP),HL
        ([0xE9], {}, 4),  # JP (HL)
        ([0x10, 0], {"b": 2}, 13),  # DJNZ
        ([0x10, 0], {"b": 1}, 8),
        ([0xC4, 0, 0], {"f": 0}, 17),  # CALL NZ
        ([0xC4, 0, 0], {"f": Z}, 10),
        ([0xC0], {"f": 0}, 11),  # RET NZ
        ([0xC0], {"f": Z}, 5),
        ([0xCB, 0x46], {}, 12),  # BIT 0,(HL)
        ([0xDD, 0xCB, 0, 0x46], {}, 20),  # BIT 0,(IX+d)
        ([0xCB, 0xC6], {}, 15),  # SET 0,(HL)
        ([0xDB, 0], {}, 11),  # IN A,(n)
        ([0xC5], {}, 11),  # PUSH
        ([0xC1], {}, 10),  # POP
        ([0xED, 0x00], {}, 8),  # no instruction
    ],
)
def test_t_states(code: list[int], registers: dict[str, int], states: int) -> None:
    assert program(*code, **registers).step() == states


def test_ldir_of_a_hundred_bytes() -> None:
    cpu = program(0xED, 0xB0, bc=100, hl=0x1000, de=0x2000)
    assert cpu.run(99 * 21 + 16) == 99 * 21 + 16
    assert (cpu.pc, cpu.bc, cpu.hl, cpu.de) == (2, 0, 0x1064, 0x2064)


@pytest.mark.parametrize(
    ("code", "fetches"),
    [([0x00], 1), ([0xCB, 0x00], 2), ([0xED, 0x44], 2), ([0xDD, 0x23], 2), ([0xFD, 0xCB, 0, 0x06], 2)],
)
def test_r_counts_opcode_fetches_in_seven_bits(code: list[int], fetches: int) -> None:
    cpu = program(*code, r=0xFF)
    cpu.step()
    assert cpu.r == 0x80 | fetches - 1


# ---------------------------------------------------------------------------------------- interrupts


@pytest.mark.parametrize(("mode", "states", "target"), [(0, 13, 0x38), (1, 13, 0x38), (2, 19, 0xBEEF)])
def test_interrupt_modes(mode: int, states: int, target: int) -> None:
    cpu = program(im=mode, iff1=1, iff2=1, i=0x12, pc=0x4321, sp=0x8000, r=5)
    cpu.memory[0x12FF:0x1301] = b"\xef\xbe"
    cpu.set_irq(1)
    assert cpu.step(trace=True) == states == len(cpu.cycles)
    assert (cpu.pc, cpu.wz, cpu.iff1, cpu.iff2, cpu.sp, cpu.r) == (target, target, 0, 0, 0x7FFE, 6)
    assert bytes(cpu.memory[0x7FFE:0x8000]) == b"\x21\x43"
    assert [pins for _, _, pins in cpu.cycles[:6]] == ["----", "----", "---i", "---i", "----", "----"]


def test_mode_0_executes_the_byte_on_the_bus() -> None:
    cpu = program(im=0, iff1=1, a=1)
    cpu.interrupt_byte = 0x87  # ADD A,A
    cpu.set_irq(1)
    assert cpu.step() == 6
    assert (cpu.a, cpu.pc, cpu.iff1) == (2, 0, 0)


def test_the_interrupt_is_a_level() -> None:
    cpu = program(im=1, iff1=1, iff2=1, sp=0x8000)
    cpu.memory[0x38:0x3B] = b"\xfb\xed\x4d"  # EI; RETI
    cpu.set_irq(1)
    for _ in range(3):
        assert [cpu.step() for _ in range(3)] == [13, 4, 14]
        assert cpu.pc == 0
    cpu.set_irq(0)
    assert cpu.step() == 4
    assert cpu.pc == 1


def test_no_interrupt_right_after_ei_nor_while_disabled() -> None:
    cpu = program(0xFB, 0xFB, 0x00, 0xF3, im=1)
    cpu.set_irq(1)
    assert [cpu.step() for _ in range(4)] == [4, 4, 4, 13]
    assert cpu.memory[cpu.sp] == 3
    cpu = program(0xFB, 0xF3, 0x00, im=1)
    cpu.set_irq(1)
    assert cpu.run(12) == 12
    assert cpu.pc == 3


def test_halt_waits_for_an_interrupt() -> None:
    cpu = program(0xFB, 0x76, im=1)
    cpu.run(1000)
    assert (cpu.halted, cpu.pc, cpu.clock, cpu.r) == (1, 2, 1000, 1000 // 4 % 128)
    cpu.set_irq(1)
    assert cpu.step() == 13
    assert (cpu.halted, cpu.pc) == (0, 0x38)
    assert cpu.memory[cpu.sp] == 2


def test_a_masked_interrupt_does_not_end_a_halt_but_nmi_does() -> None:
    cpu = program(0x76, im=1, iff1=0, iff2=1)
    cpu.set_irq(1)
    cpu.run(400)
    assert cpu.halted
    cpu.nmi()
    assert cpu.step() == 11
    assert (cpu.halted, cpu.pc, cpu.iff1, cpu.iff2) == (0, 0x66, 0, 1)


def test_nmi_comes_before_an_interrupt_and_retn_restores() -> None:
    cpu = program(im=1, iff1=1, iff2=1, sp=0x8000, pc=0x100)
    cpu.memory[0x66:0x68] = b"\xed\x45"  # RETN
    cpu.set_irq(1)
    cpu.nmi()
    assert [cpu.step() for _ in range(4)] == [11, 14, 4, 13]  # RETN has changed IFF1: an instruction comes first
    assert cpu.pc == 0x38


@pytest.mark.parametrize("opcode", [0x45, 0x4D])
def test_retn_and_reti_that_change_nothing_let_an_interrupt_in_at_once(opcode: int) -> None:
    cpu = program(0xED, opcode, im=1, iff1=1, iff2=1, sp=0x8000)
    cpu.step()
    cpu.set_irq(1)
    assert cpu.step() == 13


def test_an_instruction_comes_between_two_nmis() -> None:
    cpu = program(sp=0x8000)
    cpu.nmi()
    assert cpu.step() == 11
    cpu.nmi()
    assert [cpu.step() for _ in range(2)] == [4, 11]
    assert cpu.sp == 0x7FFC


def test_in_mode_0_the_pc_stands_still() -> None:
    cpu = program(im=0, iff1=1, pc=0x1234, sp=0x8000)
    cpu.memory[0x1234] = 0x56
    cpu.interrupt_byte = 0xCD  # CALL; its operand is what a read at the pc finds
    cpu.set_irq(1)
    assert cpu.step() == 19
    assert (cpu.pc, cpu.wz) == (0x5656, 0x5656)
    assert bytes(cpu.memory[0x7FFE:0x8000]) == b"\x34\x12"


def test_in_mode_0_a_prefix_makes_another_acknowledge_cycle() -> None:
    class Device(Bus):
        given = iter([0xDD, 0x7C])  # LD A,IXH

        def acknowledge(self) -> int:
            return next(self.given)

    cpu = make(Device(bytes(0x10000)), {"im": 0, "iff1": 1, "ix": 0x4200, "pc": 0x1234})
    cpu.set_irq(1)
    assert cpu.step() == 12
    assert (cpu.a, cpu.pc, cpu.r) == (0x42, 0x1234, 2)


INSTRUCTIONS = {  # that matter for interrupts, with their T states
    "NOP": (b"\x00", 4),
    "EI": (b"\xfb", 4),
    "DI": (b"\xf3", 4),
    "RETN": (b"\xed\x45", 14),
    "RETI": (b"\xed\x4d", 14),
    "LD A,I": (b"\xed\x57", 9),
    "LD A,R": (b"\xed\x5f", 9),
    "prefix": (b"\xdd\x00", 8),
    "HALT": (b"\x76", 4),
}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(INSTRUCTIONS)), st.integers(0, 1), st.sampled_from([False, False, False, True])
        ),
        max_size=60,
    ),
    st.sampled_from([1, 2]),
)
@settings(max_examples=200, deadline=None)
def test_when_interrupts_are_accepted(steps: list[tuple[str, int, bool]], mode: int) -> None:
    """Before each step the lines change; the program goes on at the pc with the instruction that the step names."""
    cpu = program(im=mode, i=0x20, sp=0x8000, pc=0x4000)
    iff1 = iff2 = halted = 0
    before = ""  # the last step
    for name, line, nmi in steps:
        code, states = INSTRUCTIONS[name]
        cpu.pc, cpu.sp = 0x4000, 0x8000
        cpu.memory[0x4000:0x4003] = code + bytes(3 - len(code))
        cpu.memory[0x8000:0x8002] = b"\x00\x40"
        cpu.set_irq(line)
        if nmi:
            cpu.nmi()
        pending = bool(cpu._cpu.nmi_pending)
        parity = cpu.f & P
        took = cpu.step()
        if pending and before != "NMI":
            assert (took, cpu.pc) == (11, 0x66)
            iff1, halted, before = 0, 0, "NMI"
        elif line and iff1 and before not in ("EI", "RETN that changes"):
            assert (took, cpu.pc) == ((13, 0x38) if mode == 1 else (19, 0x0000))
            assert cpu.f & P == (0 if before.startswith("LD A") else parity)
            iff1 = iff2 = halted = 0
            before = "INT"
        elif halted:
            assert (took, cpu.pc) == (4, 0x4000)
            before = "HALT"
        else:
            assert took == states
            before = name
            if name in ("EI", "DI"):
                iff1 = iff2 = int(name == "EI")
            elif name in ("RETN", "RETI"):
                before = "RETN that changes" if iff1 != iff2 else "RETN"
                iff1 = iff2
            elif name.startswith("LD A"):
                assert bool(cpu.f & P) == bool(iff2)
            halted = int(name == "HALT")
        assert (cpu.iff1, cpu.iff2, cpu.halted) == (iff1, iff2, halted)


@pytest.mark.parametrize("opcode", [0x57, 0x5F])
def test_an_interrupt_right_after_ld_a_i_clears_parity(opcode: int) -> None:
    cpu = program(0xED, opcode, im=1, iff1=1, iff2=1)
    cpu.step()
    assert cpu.f & P and cpu.p
    cpu.set_irq(1)
    cpu.step()
    assert not cpu.f & P
    later = program(0xED, opcode, 0x00, im=1, iff1=1, iff2=1)
    later.step(), later.step()
    later.set_irq(1)
    later.step()
    assert later.f & P


def test_no_interrupt_within_a_row_of_prefixes() -> None:
    cpu = program(0xDD, 0xFD, 0xDD, 0x21, 0x34, 0x12, im=1, iff1=1)
    cpu.nmi()
    cpu.load_state(program(im=1, iff1=1).save_state())
    assert cpu.step() == 8
    cpu.set_irq(1)
    cpu.nmi()
    assert cpu.step() == 4
    assert cpu.step() == 10
    assert (cpu.ix, cpu.iy) == (0x1234, 0)
    assert cpu.step() == 11


def test_memory_full_of_prefixes_does_not_hang() -> None:
    cpu = Z80(bytearray(b"\xdd" * 0x10000))
    assert cpu.step() <= 8
    assert cpu.run(100_000) == 100_000


def test_reset() -> None:
    cpu = program(0x76, i=1, r=2, im=2, iff1=1, iff2=1, pc=0, sp=5, bc=0x1234)
    cpu.step()
    cpu.reset()
    assert (cpu.pc, cpu.i, cpu.r, cpu.im, cpu.iff1, cpu.iff2, cpu.halted) == (0,) * 7
    assert (cpu.af, cpu.sp, cpu.bc) == (0xFFFF, 0xFFFF, 0x1234)


# --------------------------------------------------------------------------------------- connections


def test_without_ports_in_reads_ff() -> None:
    cpu = program(0xDB, 0x10, 0xD3, 0x10)
    cpu.step(), cpu.step()
    assert cpu.a == 0xFF


def test_port_functions_get_the_whole_address() -> None:
    seen: list[tuple[int, ...]] = []

    def read(port: int) -> int:
        seen.append((port,))
        return 0x5A

    cpu = program(0xDB, 0x10, 0xD3, 0x20, a=0x99)
    cpu.ports = (read, lambda port, value: seen.append((port, value)))
    cpu.run(22)
    assert seen == [(0x9910,), (0x5A20, 0x5A)]
    cpu.ports = None
    cpu.pc = 0
    cpu.step()
    assert cpu.a == 0xFF


def test_a_bus_may_serve_fetches_ports_and_interrupts() -> None:
    class Full(Bus):
        def fetch(self, address: int) -> int:
            return 0xDB if address == 0 else 0x00

        def port_read(self, port: int) -> int:
            return port & 0xFF

        def port_write(self, port: int, value: int) -> None:
            self.written.append((port, value))

        def acknowledge(self) -> int:
            return 0xCF  # RST 8

    bus = Full(bytes([7, 7]) + bytes(0xFFFE))
    assert isinstance(bus, Z80Bus)
    cpu = Z80(bus)
    cpu.step()
    assert cpu.a == 7
    cpu.iff1 = 1
    cpu.set_irq(1)
    cpu.step()
    assert cpu.pc == 8


def test_an_exception_of_the_bus_is_raised_and_takes_the_instruction_back() -> None:
    class Hole(Bus):
        def write(self, address: int, value: int) -> None:
            if address == 0x9000:
                raise LookupError("nobody there")
            super().write(address, value)

    bus = Hole(b"\x00\x22\x00\x90" + bytes(0xFFFC))  # NOP; LD ($9000),HL
    cpu = Z80(bus)
    for _ in range(2):
        with pytest.raises(LookupError, match="nobody there"):
            cpu.run(100)
        assert (cpu.pc, cpu.clock) == (1, 4)
    with pytest.raises(LookupError):
        cpu.step()
    with pytest.raises(LookupError):
        cpu.step(trace=True)
    assert cpu.pc == 1
    assert bus.written == []
    cpu.pc = 0
    assert cpu.step() == 4


@pytest.mark.parametrize(("value", "error"), [(256, ValueError), (-1, ValueError), ("x", TypeError), (None, TypeError)])
def test_a_bus_must_return_bytes(value: object, error: type[Exception]) -> None:
    class Wrong(Bus):
        def read(self, address: int) -> int:
            return value  # type: ignore[return-value]

    with pytest.raises(error, match="expected"):
        Z80(Wrong(bytes(0x10000))).step()


def test_a_bus_function_cannot_run_its_own_cpu() -> None:
    class Loop(Bus):
        cpu: Z80

        def read(self, address: int) -> int:
            return self.cpu.step()

    bus = Loop(bytes(0x10000))
    bus.cpu = Z80(bus)
    with pytest.raises(RuntimeError, match="is running"):
        bus.cpu.step()


def test_arrays_are_memory_too() -> None:
    memory = np.zeros(0x10000, np.uint8)
    memory[:2] = 0x3E, 0x42
    cpu = Z80(memory)
    cpu.step()
    assert cpu.a == 0x42


@pytest.mark.parametrize(
    ("memory", "error"),
    [
        (bytes(0x10000), TypeError),
        (bytearray(0xFFFF), ValueError),
        (bytearray(), ValueError),
        (np.zeros(0x20000, np.uint8)[::2], TypeError),
        (None, TypeError),
        ("x" * 0x10000, TypeError),
        (object(), TypeError),
    ],
)
def test_bad_memory(memory: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="65536"):
        Z80(memory)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("a", 256, ValueError),
        ("a", -1, ValueError),
        ("bc", 0x10000, ValueError),
        ("pc", 1.5, TypeError),
        ("im", 3, ValueError),
        ("iff1", 2, ValueError),
        ("clock", -1, ValueError),
        ("interrupt_byte", 256, ValueError),
        ("ports", (1, 2), TypeError),
        ("ports", (print,), TypeError),
        ("ports", bytearray(5), ValueError),
        ("ports", 5, TypeError),
    ],
)
def test_bad_values(name: str, value: object, error: type[Exception]) -> None:
    cpu = program()
    before = cpu.save_state()
    with pytest.raises(error):
        setattr(cpu, name, value)
    assert cpu.save_state() == before


@pytest.mark.parametrize("states", [-1, (1 << 40) + 1])
def test_bad_run(states: int) -> None:
    with pytest.raises(ValueError, match="cycles"):
        program().run(states)
    with pytest.raises(TypeError, match="cycles"):
        program().run(1.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="level"):
        program().set_irq(2)


@given(st.binary(max_size=80))
def test_a_state_is_loaded_whole_or_not_at_all(data: bytes) -> None:
    cpu = program(bc=0x1234)
    before = cpu.save_state()
    for state in (data, (data + before)[: len(before)], before[: -len(data) or None] + data):
        try:
            cpu.load_state(state)
        except ValueError:
            assert cpu.save_state() == before
        else:
            cpu.run(100)
            cpu.load_state(before)


def test_states_by_name_and_copies() -> None:
    cpu = program(0xED, 0x57, 0xD3, 1, im=1, a=5, i=7)
    cpu.ports = bytearray(0x10000)
    cpu.step()
    twin = cpu.copy()
    assert twin.differences(cpu) == {}
    assert twin.save_state() == cpu.save_state()
    cpu.step()
    assert (cpu.ports[0x0701], twin.ports[0x0701]) == (7, 0)
    assert cpu.differences(twin)["pc"] == (4, 2)
    other = Z80(bytearray(0x10000))
    other.set_state(cpu.state())
    assert other.state() == cpu.state()
    with pytest.raises(KeyError, match="zz"):
        other.set_state({"zz": 1})
    with pytest.raises(ValueError, match="prefix"):
        other.prefix = 1
