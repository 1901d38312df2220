"""Exceptions of the 68000: privilege, priorities, tracing, double faults (M68000 User's Manual, chapter 6)."""

import pytest
from test_m68000 import HANDLERS, PROGRAM, STACK, machine, word

import megadrive

USER, SUPERVISOR, TRACE = 0x0000, 0x2000, 0x8000


def handler(vector: int) -> int:
    return HANDLERS + 16 * vector


def stacked(cpu: megadrive.M68000) -> tuple[int, int]:
    """Return SR and PC of the frame on the supervisor stack."""
    return word(cpu, cpu.ssp), word(cpu, cpu.ssp + 2) << 16 | word(cpu, cpu.ssp + 4)


PRIVILEGED = {
    "andi #,sr": [0x027C, 0xFFFF],
    "ori #,sr": [0x007C, 0x0000],
    "eori #,sr": [0x0A7C, 0x0000],
    "move d0,sr": [0x46C0],
    "move (a0),sr": [0x46D0],
    "move a0,usp": [0x4E60],
    "move usp,a0": [0x4E68],
    "reset": [0x4E70],
    "stop": [0x4E72, 0x2700],
    "rte": [0x4E73],
}


@pytest.mark.parametrize("name", PRIVILEGED)
@pytest.mark.parametrize("trace", [0, TRACE])
def test_privileged_instructions_are_refused_to_users(name: str, trace: int) -> None:
    cpu = machine(*PRIVILEGED[name], sr=USER | trace | 0x1F)
    before = cpu.state()
    assert cpu.step() == 34
    assert (cpu.pc, cpu.sr) == (handler(8), SUPERVISOR | 0x1F)
    assert stacked(cpu) == (USER | trace | 0x1F, PROGRAM)
    assert cpu.trace_pending == cpu.stopped == 0, "what is not executed is not traced"
    assert {*cpu.differences(before)} == {"ssp", "sr", "pc", "prefetch"}


@pytest.mark.parametrize("code", [[0x40C0], [0x44C0], [0x027C ^ 0x0040, 0x00FF], [0x4E76], [0x4E77]])
def test_these_are_not_privileged(code: list[int]) -> None:
    """MOVE from SR (on the 68000), MOVE to CCR, ANDI to CCR, TRAPV, RTR."""
    cpu = machine(*code, sr=USER)
    cpu.step()
    assert cpu.sr & 0x2000 == 0


def test_rtr_restores_flags_only() -> None:
    cpu = machine(0x4E77, sr=USER)
    cpu.memory[0x7000:0x7006] = b"\xa7\x1f\x00\x00\x30\x00"
    assert cpu.step() == 20
    assert (cpu.sr, cpu.pc, cpu.usp) == (USER | 0x1F, 0x3000, 0x7006)


# ------------------------------------------------------------------------------------------------- priorities


def interrupted(*program: int, sr: int, level: int = 4) -> megadrive.M68000:
    """Return a CPU that has an interrupt pending since long ago."""
    cpu = machine(*program, sr=sr)
    cpu.set_irq(level)
    return cpu


def test_trace_comes_before_an_interrupt() -> None:
    cpu = machine(0x4E71, 0x4E71, sr=SUPERVISOR | TRACE)
    cpu.step()
    cpu.set_irq(4)
    cpu.step()
    assert (cpu.pc, stacked(cpu)[1]) == (handler(9), PROGRAM + 2)
    assert cpu.step() == 44
    assert (cpu.pc, stacked(cpu)) == (handler(28), (SUPERVISOR, handler(9)))
    assert cpu.sr == SUPERVISOR | 0x400


def test_trap_then_trace_then_interrupt() -> None:
    cpu = machine(0x4E45, sr=USER | TRACE)
    cpu.step()
    cpu.set_irq(2)
    assert (cpu.pc, cpu.trace_pending) == (handler(37), 1)
    cpu.step()
    assert (cpu.pc, stacked(cpu)) == (handler(9), (SUPERVISOR, handler(37)))
    cpu.step()
    assert (cpu.pc, stacked(cpu)) == (handler(26), (SUPERVISOR, handler(9)))


@pytest.mark.parametrize("code", [0x4AFC, 0xA000, 0xF000, 0x4E70])
def test_an_interrupt_comes_before_an_instruction_that_is_refused(code: int) -> None:
    cpu = interrupted(code, sr=USER)
    assert cpu.step() == 44
    assert (cpu.pc, stacked(cpu)) == (handler(28), (USER, PROGRAM))


def test_an_address_error_takes_the_trace_with_it() -> None:
    cpu = machine(0x3010, sr=SUPERVISOR | TRACE)  # MOVE.W (A0),D0
    cpu.a[0] = 0x3001
    cpu.step()
    assert (cpu.pc, cpu.trace_pending, cpu.sr) == (handler(3), 0, SUPERVISOR)
    assert cpu.ssp == STACK - 14


def test_an_interrupt_waits_while_masked_and_is_taken_when_the_mask_falls() -> None:
    cpu = interrupted(0x46FC, 0x2300, 0x4E71, sr=SUPERVISOR | 0x400)  # MOVE #$2300,SR
    cpu.step()
    assert cpu.pc == PROGRAM + 4
    cpu.step()
    assert (cpu.pc, stacked(cpu)) == (handler(28), (SUPERVISOR | 0x300, PROGRAM + 4))


def test_an_interrupt_during_tracing_leaves_t_off_and_rte_brings_it_back() -> None:
    cpu = machine(0x4E71, 0x4E71, 0x4E71, sr=SUPERVISOR | TRACE)
    cpu.memory[handler(9) : handler(9) + 2] = b"\x4e\x73"
    cpu.pc = PROGRAM
    clocks = [cpu.step() for _ in range(6)]  # NOP, trace, RTE, NOP, trace, RTE
    assert clocks == [4, 34, 20, 4, 34, 20]
    assert (cpu.pc, cpu.sr, cpu.trace_pending) == (PROGRAM + 4, SUPERVISOR | TRACE, 0)


def test_t_counts_as_it_was_at_the_start_of_the_instruction() -> None:
    on = machine(0x46FC, 0xA000, 0x4E71, sr=SUPERVISOR)  # MOVE #$A000,SR
    on.step()
    assert on.trace_pending == 0
    on.step()
    assert on.trace_pending == 1
    off = machine(0x46FC, 0x2000, sr=SUPERVISOR | TRACE)
    off.step()
    assert (off.trace_pending, off.sr) == (1, SUPERVISOR)


# ------------------------------------------------------------------------------------------------ double faults


def test_an_odd_vector_of_the_address_error_halts() -> None:
    cpu = machine(0x3010)
    cpu.memory[12:16] = b"\x00\x00\x20\x01"
    cpu.a[0] = 0x3001
    cpu.step()
    assert cpu.halted == 1
    clock = cpu.clock
    cpu.set_irq(7)
    assert [cpu.step() for _ in range(3)] == [4, 4, 4]
    assert cpu.clock == clock + 12, "nothing but a reset leaves it"
    assert cpu.reset() == 40
    assert (cpu.halted, cpu.pc) == (0, PROGRAM)


def test_an_odd_vector_of_another_exception_is_an_address_error() -> None:
    cpu = machine(0x4E40)
    cpu.memory[32 * 4 : 32 * 4 + 4] = b"\x00\x00\x20\x01"
    cpu.step()
    assert (cpu.halted, cpu.pc) == (0, handler(3))
    assert cpu.ssp == STACK - 6 - 14
    assert word(cpu, cpu.ssp + 2) << 16 | word(cpu, cpu.ssp + 4) == 0x2001


def test_reset_with_an_odd_pc_halts() -> None:
    cpu = machine(0x4E71)
    cpu.memory[4:8] = b"\x00\x00\x10\x01"
    cpu.reset()
    assert cpu.halted == 1


# ------------------------------------------------------------------------------------------- flags without rules


@pytest.mark.parametrize(
    ("dividend", "signed", "flags"),
    [
        (0x00000000, False, 0x04),
        (0x0000FFFF, False, 0x04),
        (0x00010000, False, 0x00),
        (0x7FFF0000, False, 0x00),
        (0x80000000, False, 0x08),
        (0x00000000, True, 0x04),
        (0x80000001, True, 0x04),
        (0x12345678, True, 0x04),
    ],
)
@pytest.mark.parametrize("x", [0, 0x10])
def test_flags_of_a_division_by_zero(dividend: int, signed: bool, flags: int, x: int) -> None:
    """N and Z of DIVU are those of the dividend's high word, DIVS has Z; X stays (WinUAE's cputest, on Amigas)."""
    cpu = machine(0x81FC if signed else 0x80FC, 0, sr=SUPERVISOR | 0x0F | x)
    cpu.d[0] = dividend
    assert cpu.step() == 42
    assert (cpu.pc, stacked(cpu)) == (handler(5), (SUPERVISOR | flags | x, PROGRAM + 4))


@pytest.mark.parametrize(("value", "bound", "flags"), [(0, 5, 4), (0, -1, 4), (3, 5, 0), (9, 5, 0), (-1, 5, 8)])
def test_flags_of_chk(value: int, bound: int, flags: int) -> None:
    """N if the value is negative, Z if it is 0; V and C are off (the same)."""
    cpu = machine(0x41BC, bound & 0xFFFF, sr=SUPERVISOR | 0x1F)
    cpu.d[0] = value & 0xFFFF
    cpu.step()
    assert cpu.sr & 0x1F == flags | 0x10
    assert (cpu.pc == handler(6)) == (not 0 <= value <= bound)
