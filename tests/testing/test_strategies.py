"""What the strategies draw, and properties of both CPUs with it."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from megadrive import M68000, Z80
from megadrive.disassembly import disassemble
from megadrive.testing import (
    Case,
    MegadriveM68000,
    MegadriveM68000Fast,
    MegadriveZ80,
    MegadriveZ80Fast,
    Outcome,
    Program,
    Start,
    check_program,
    strategies,
)

SIZES = {"m68000": 1 << 24, "z80": 1 << 16}


class M68000Bus:
    """Memory in Python."""

    def __init__(self, memory: bytearray) -> None:
        self.memory = memory

    def read_byte(self, address: int) -> int:
        return self.memory[address]

    def read_word(self, address: int) -> int:
        return self.memory[address] << 8 | self.memory[address + 1]

    def write_byte(self, address: int, value: int) -> None:
        self.memory[address] = value

    def write_word(self, address: int, value: int) -> None:
        self.memory[address : address + 2] = value.to_bytes(2, "big")


class Z80Bus:
    def __init__(self, memory: bytearray) -> None:
        self.memory = memory

    def read(self, address: int) -> int:
        return self.memory[address]

    def write(self, address: int, value: int) -> None:
        self.memory[address] = value


def cpu_on(start: Start, memory: bytearray, in_python: bool = False) -> M68000 | Z80:
    """Return a CPU at the start of a program; memory is zero outside of it."""
    for address, byte in start.contents().items():
        memory[address] = byte
    if start.program.cpu == "m68000":
        cpu: M68000 | Z80 = M68000(M68000Bus(memory) if in_python else memory)
    else:
        cpu = Z80(Z80Bus(memory) if in_python else memory)
    cpu.set_state(start.state())
    return cpu


@pytest.fixture(scope="module")
def memories() -> dict[str, list[bytearray]]:
    return {cpu: [bytearray(size) for _ in range(3)] for cpu, size in SIZES.items()}


ANY = st.one_of(strategies.starts("m68000", undefined=True), strategies.starts("z80", undefined=True))
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(start=ANY, at=st.integers(0, 12))
def test_every_way_to_run_a_program_is_the_same(memories: dict[str, list[bytearray]], start: Start, at: int) -> None:
    """In one go, stepped, stepped on a bus in Python, and with the state saved and loaded at any instruction."""
    whole, stepped, slow = memories[start.program.cpu]
    for memory in (whole, stepped, slow):
        memory[:] = bytes(len(memory))
    one, other, third = cpu_on(start, whole), cpu_on(start, stepped), cpu_on(start, slow, in_python=True)
    for number in range(12):
        if number == at:
            twin = other.copy(other.memory)
            assert twin.differences(other) == {}  # type: ignore[arg-type]
            other = twin
        assert other.step() == third.step()
        assert other.state() == third.state()
    one.run(other.clock)
    if not one.state()["halted"] and not one.state().get("stopped"):
        assert one.clock == other.clock
        assert one.state() == other.state()
        assert whole == stepped == slow


M68000_ADAPTERS = MegadriveM68000(), MegadriveM68000Fast()
Z80_ADAPTERS = MegadriveZ80(), MegadriveZ80Fast()


@SLOW
@given(start=strategies.starts("m68000", undefined=True))
def test_the_68000_with_and_without_a_record_of_the_bus(start: Start) -> None:
    check_program(start, *M68000_ADAPTERS, steps=12)


@SLOW
@given(start=strategies.starts("z80", undefined=True))
def test_the_z80_with_and_without_a_record_of_the_pins(start: Start) -> None:
    check_program(start, *Z80_ADAPTERS, steps=12)


@given(strategies.instructions(), strategies.instructions("z80"))
def test_instructions_are_what_their_text_says(one: Any, other: Any) -> None:
    assert one.defined and other.defined
    assert disassemble(one.data).text == one.text
    assert disassemble(other.data, cpu="z80").text == other.text


@given(strategies.instructions("m68000", exclude=("stop", "move")), strategies.instructions("z80", exclude=("ld",)))
def test_instructions_can_be_left_out(one: Any, other: Any) -> None:
    assert one.mnemonic.partition(".")[0] not in ("stop", "move")
    assert other.mnemonic != "ld"


@given(strategies.programs("m68000", min_size=3, max_size=3, origin=0x2000))
def test_programs_have_as_many_instructions_as_were_asked_for(program: Program) -> None:
    assert len(program.instructions) == 3
    assert program.instructions[0].address == 0x2000
    assert re.match(r"Program\('m68000', 0x2000, bytes.fromhex\('[0-9a-f]+'\)  # \n  002000 ", repr(program))


@given(strategies.m68000_states(user=False, odd=False), strategies.z80_states())
def test_states_are_those_of_the_cpus(state: dict[str, int], z80_state: dict[str, int]) -> None:
    assert state["sr"] & 0x2000
    assert all(state[f"a{n}"] % 2 == 0 for n in range(7))
    assert {*state, "pc", "prefetch", "stopped", "halted", "trace_pending"} == set(M68000_ADAPTERS[0].core.state())
    assert {*z80_state, "pc", "halted", "prefix"} == set(Z80_ADAPTERS[0].core.state())


def test_every_instruction_can_be_drawn() -> None:
    for cpu, number in (("m68000", 45_816), ("z80", 252 + 256 + 60 + 2 * (85 + 200))):
        groups = strategies._groups(cpu)  # type: ignore[arg-type]
        assert len({first for group in groups.values() for first in group}) == number
        assert [len(first) for first in groups["nop"]] == [2 if cpu == "m68000" else 1], "the simplest is alone"
        assert next(iter(groups)) == "nop"


class LosesCarry(MegadriveM68000):
    """ADD.W to D1 does not set C."""

    def run(self, case: Case) -> Outcome:
        outcome = super().run(case)
        if case.opcode & 0xF1C0 == 0xD040:
            outcome.state["sr"] &= ~1
        return outcome


def test_a_wrong_core_shrinks_to_one_readable_program() -> None:
    wrong = LosesCarry()

    def fails(start: Start) -> bool:
        try:
            check_program(start, M68000_ADAPTERS[0], wrong)
        except AssertionError:
            return True
        return False

    resting = {name: value for name, value in wrong.core.state().items() if name[0] != "p"}
    registers = st.fixed_dictionaries({"d0": st.integers(0, 0xFFFF), "d1": st.integers(0, 0xFFFF)})
    words = st.sampled_from([0x4E71, 0xD040, 0xD240, 0xD041, 0xD241])
    programs = st.lists(words, min_size=1, max_size=4).map(
        lambda drawn: Program("m68000", 0x1000, b"".join(word.to_bytes(2, "big") for word in drawn))
    )
    starts = st.builds(lambda program, drawn: Start(program, resting | drawn, {}), programs, registers)
    start = find(starts, fails, settings=settings(max_examples=1000, database=None, deadline=None, derandomize=True))
    assert {one.mnemonic for one in start.program.instructions} == {"add.w"}
    with pytest.raises(AssertionError) as error:
        check_program(start, M68000_ADAPTERS[0], wrong)
    text = str(error.value)
    assert "add.w d" in text and "before" in text and "LosesCarry" in text and "sr is $" in text
    assert "add.w" in repr(start) and "d0=" in repr(start)
