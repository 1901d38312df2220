"""The 68000 alone: programs, buses, exceptions, interrupts, errors."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import megadrive
from megadrive.m68000 import M68000, M68000Bus
from megadrive.m68000_registers import M68000Registers

SIZE = 1 << 24
PROGRAM, STACK = 0x1000, 0x8000
HANDLERS = 0x2000  # of exceptions: vector n goes to HANDLERS + 16 n


class PythonBus:
    """Memory written in Python, with a record of the accesses."""

    def __init__(self, memory: bytearray) -> None:
        self.memory = memory
        self.accesses: list[tuple[Any, ...]] = []

    def read_byte(self, address: int) -> int:
        self.accesses.append(("r", address))
        return self.memory[address]

    def read_word(self, address: int) -> int:
        assert address % 2 == 0
        self.accesses.append(("r", address))
        return self.memory[address] << 8 | self.memory[address + 1]

    def write_byte(self, address: int, value: int) -> None:
        self.accesses.append(("w", address, value))
        self.memory[address] = value

    def write_word(self, address: int, value: int) -> None:
        assert address % 2 == 0
        self.accesses.append(("w", address, value))
        self.memory[address : address + 2] = value.to_bytes(2, "big")


@pytest.fixture(scope="module")
def memories() -> Iterator[list[bytearray]]:
    yield [bytearray(SIZE) for _ in range(3)]


def words(*values: int) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)


def fill_vectors(memory: bytearray) -> None:
    memory[0:8] = STACK.to_bytes(4, "big") + PROGRAM.to_bytes(4, "big")
    for vector in range(2, 64):
        memory[4 * vector : 4 * vector + 4] = (HANDLERS + 16 * vector).to_bytes(4, "big")
        memory[HANDLERS + 16 * vector : HANDLERS + 16 * vector + 4] = words(0x4E71, 0x4E71)


def machine(*program: int, memory: bytearray | None = None, sr: int = 0x2700) -> M68000:
    memory = bytearray(SIZE) if memory is None else memory
    fill_vectors(memory)
    code = words(*program, 0x4E71, 0x4E71, 0x4E71)
    memory[PROGRAM : PROGRAM + len(code)] = code
    cpu = M68000(memory)
    cpu.reset()
    cpu.usp = 0x7000
    cpu.sr = sr
    return cpu


def word(cpu: M68000, address: int) -> int:
    return int.from_bytes(cpu.memory[address : address + 2], "big")


# ------------------------------------------------------------------------------------------------ programs

REGISTERS = st.lists(
    st.one_of(
        st.integers(0, 0xFFFFFFFF),
        st.sampled_from([PROGRAM + 0x100, STACK - 0x40, 0xFFFE, 0x1FFFE, 0xFFFFFE, 0xFFFFFFFE, 0xFFFFFFFF, 0xFF0001]),
    ),
    min_size=15,
    max_size=15,
)
CODE = st.lists(st.integers(0, 0xFFFF), min_size=4, max_size=40)
STARTS = st.sampled_from([PROGRAM, 0xFFF0, 0xFFF2, 0xFFF4, 0xFFFC, 0xFFFFF0, 0xFFFFFE])


def set_up(memory: bytearray, cpu: M68000, start: int, code: list[int], registers: list[int], sr: int) -> None:
    memory[:] = bytes(SIZE)
    fill_vectors(memory)
    for i, value in enumerate(code):
        at = (start + 2 * i) % SIZE
        memory[at : at + 2] = value.to_bytes(2, "big")
    cpu.sr = sr
    cpu.d[:] = registers[:8]
    cpu.a[:7] = registers[8:]
    cpu.usp, cpu.ssp = 0x7000, STACK
    cpu.jump(start)


@settings(deadline=None, max_examples=60)
@given(start=STARTS, code=CODE, registers=REGISTERS, sr=st.integers(0, 0xFFFF), errors=st.booleans())
def test_every_way_to_run_is_the_same(
    memories: list[bytearray], start: int, code: list[int], registers: list[int], sr: int, errors: bool
) -> None:
    """In one go, step by step, and traced on a bus in Python."""
    go, stepped, slow = memories
    one, other = M68000(go, errors), M68000(stepped, errors)
    bus = PythonBus(slow)
    third = M68000(bus, errors)
    for memory, cpu in zip((go, stepped, slow), (one, other, third), strict=True):
        set_up(memory, cpu, start, code, registers, sr)
    bus.accesses.clear()
    passed = one.run(2000)
    while other.clock < 2000 and not other.halted and not other.stopped:
        before = len(bus.accesses)
        clocks = other.step()
        assert third.step(trace=True) == clocks
        assert third.state() == other.state()
        assert sum(t[1] for t in third.transactions) == clocks
        on_bus = [t for t in third.transactions if t[0] in ("r", "w")]
        locked = sum(t[0] == "t" for t in third.transactions)
        assert len(bus.accesses) - before == len(on_bus) + 2 * locked
    if not other.halted and not other.stopped:
        assert other.clock == passed
    assert one.state() == other.state()
    assert go == stepped == slow


@settings(deadline=None, max_examples=30)
@given(code=CODE, registers=REGISTERS, sr=st.integers(0, 0xFFFF), at=st.integers(0, 30))
def test_a_saved_state_goes_on_the_same(
    memories: list[bytearray], code: list[int], registers: list[int], sr: int, at: int
) -> None:
    memory, copy, _ = memories
    cpu = M68000(memory)
    set_up(memory, cpu, PROGRAM, code, registers, sr)
    for _ in range(at):
        cpu.step()
    other = M68000(copy)
    copy[:] = memory
    other.load_state(cpu.save_state())
    assert other.state() == cpu.state()
    for _ in range(10):
        assert other.step() == cpu.step()
    assert other.save_state() == cpu.save_state()
    assert copy == memory


def test_a_fast_loop_and_the_same_on_a_bus() -> None:
    """MOVEM, MOVE, DBcc and calls across the border of two 64 KiB pages."""
    program = [0x41F9, 0x0001, 0xFFF4, 0x303C, 0x0007, 0x48D8 & 0xFFF8 | 0x10, 0x0707]  # MOVEM.L to (A0)
    cpu = machine(*program[:5], 0x48D0, 0x0707, 0x4CD0, 0x3838, 0x5488, 0x51C8, 0xFFF4)
    bus_memory = bytearray(cpu.memory)
    slow = M68000(PythonBus(bus_memory))
    slow.load_state(cpu.save_state())
    cpu.run(3000)
    slow.run(3000)
    assert slow.save_state()[:64] == cpu.save_state()[:64]
    assert slow.state() == cpu.state()
    assert bus_memory == cpu.memory


# ------------------------------------------------------------------------------------------------ exceptions


@pytest.mark.parametrize("target", [0, 2, 0xFFFC, 0xFFFE, 0x10000, 0xFFFFFC, 0xFFFFFE, 0xFFFFFFFE])
@pytest.mark.parametrize("jump", [0x4ED0, 0x4E90, 0x4E75], ids=["JMP (A0)", "JSR (A0)", "RTS"])
@pytest.mark.parametrize("behind", [-2, 2, 4, 6, 8, 0x4000])
def test_jumps_to_the_ends_of_pages(target: int, jump: int, behind: int) -> None:
    """The same as on a bus, also where JSR's return address is written over the words that it jumps to."""
    memory = bytearray(range(256)) * (SIZE // 256)
    memory[PROGRAM : PROGRAM + 4] = words(jump, 0x4E71)
    stack = (target + behind) % SIZE & ~1
    if jump == 0x4E75:
        for i, byte in enumerate(target.to_bytes(4, "big")):
            memory[(stack + i) % SIZE] = byte
    twin = bytearray(memory)
    cpus = M68000(memory), M68000(PythonBus(twin))
    for cpu in cpus:
        cpu.sr, cpu.a[0], cpu.a[7] = 0x2700, target, stack
        cpu.pc = PROGRAM
        cpu.step()
    assert cpus[0].differences(cpus[1]) == {}
    assert memory == twin


@pytest.mark.parametrize("first", [0x46C0, 0x44C0, 0x027C, 0x003C, 0x4E71, 0x60FE], ids=hex)
@pytest.mark.parametrize("place", [0, 0x10000, 0xFFFFF0])
def test_programs_at_the_beginning_of_a_page(first: int, place: int, memories: list[bytearray]) -> None:
    """What fetches again, for the status register has changed, does so from behind itself."""
    cpus = M68000(memories[0]), M68000(PythonBus(memories[1]))
    for memory, cpu in zip(memories, cpus, strict=False):
        memory[place : place + 8] = words(first, 0x2700, 0x7001, 0x4E71)
        cpu.d[0], cpu.sr, cpu.pc = 0x2704, 0x2700, place
        cpu.run(40)
    assert cpus[0].differences(cpus[1]) == {}


def test_reset_reads_the_vectors() -> None:
    cpu = M68000(bytearray(SIZE))
    fill_vectors(cpu.memory)
    cpu.memory[PROGRAM : PROGRAM + 4] = words(0x4E71, 0x7001)
    cpu.sr = 0
    assert cpu.reset() == 40
    assert (cpu.ssp, cpu.pc, cpu.sr, cpu.prefetch) == (STACK, PROGRAM, 0x2700, (0x4E71, 0x7001))


@pytest.mark.parametrize(
    ("program", "vector", "clocks", "stacked"),
    [
        ([0x4E41], 33, 34, PROGRAM + 2),  # TRAP #1
        ([0x4AFC], 4, 34, PROGRAM),  # ILLEGAL
        ([0xA123], 10, 34, PROGRAM),  # line A
        ([0xF123], 11, 34, PROGRAM),  # line F
        ([0x80FC, 0x0000], 5, 42, PROGRAM + 4),  # DIVU #0,D0
        ([0x4E73], 8, 34, PROGRAM),  # RTE as a user
    ],
)
def test_an_exception_stacks_pc_and_sr(program: list[int], vector: int, clocks: int, stacked: int) -> None:
    sr = 0x0000 if vector == 8 else 0x2700
    cpu = machine(*program, sr=sr)
    assert cpu.step() == clocks
    flags = 0x0004 if vector == 5 else 0  # a division by zero sets them first
    assert cpu.pc == HANDLERS + 16 * vector
    assert cpu.sr == sr | 0x2000 | flags
    assert cpu.ssp == STACK - 6
    assert word(cpu, STACK - 6) == sr | flags
    assert word(cpu, STACK - 4) << 16 | word(cpu, STACK - 2) == stacked


def test_the_trace_exception_is_a_step_of_its_own() -> None:
    cpu = machine(0x7001, 0x7002, sr=0xA700)
    assert (cpu.step(), cpu.pc, cpu.trace_pending) == (4, PROGRAM + 2, 1)
    assert (cpu.step(), cpu.pc, cpu.sr) == (34, HANDLERS + 16 * 9, 0x2700)
    assert word(cpu, STACK - 2) == PROGRAM + 2


def test_trace_follows_trap_but_not_an_illegal_instruction() -> None:
    cpu = machine(0x4E41, sr=0xA700)
    cpu.step()
    assert cpu.trace_pending == 1
    cpu.step()
    assert cpu.pc == HANDLERS + 16 * 9
    cpu = machine(0x4AFC, sr=0xA700)
    cpu.step()
    assert cpu.trace_pending == 0


def test_an_address_error_while_stacking_halts_at_once() -> None:
    cpu = machine(0x4E41)
    cpu.ssp = STACK + 1
    cpu.step()
    assert cpu.halted == 1
    pc = cpu.pc
    assert cpu.step() == 4
    assert cpu.run(100) == 100
    assert cpu.pc == pc
    cpu.reset()
    assert (cpu.halted, cpu.pc) == (0, PROGRAM)


def test_an_odd_address_is_an_error_or_is_not() -> None:
    cpu = machine(0x3010)  # MOVE.W (A0),D0
    cpu.a[0] = 0x3001
    cpu.step()
    assert cpu.pc == HANDLERS + 16 * 3
    cpu = machine(0x3010)
    cpu.memory[0x3000:0x3002] = b"\x12\x34"
    cpu.address_errors = False
    cpu.a[0] = 0x3001
    assert cpu.step() == 8
    assert cpu.d[0] == 0x1234


# ------------------------------------------------------------------------------------------------ interrupts


@pytest.mark.parametrize("level", range(1, 8))
def test_an_interrupt_above_the_mask_is_taken(level: int) -> None:
    for mask in range(8):
        cpu = machine(0x4E71, sr=0x2000 | mask << 8)
        cpu.step()
        cpu.set_irq(level)
        taken = level > mask or level == 7
        assert cpu.step() == (44 if taken else 4)
        if taken:
            assert cpu.pc == HANDLERS + 16 * (24 + level)
            assert cpu.sr == 0x2000 | level << 8
            assert word(cpu, STACK - 6) == 0x2000 | mask << 8
            cpu.step()
            assert cpu.pc == HANDLERS + 16 * (24 + level) + 2, "taken once"


def test_a_level_7_that_goes_away_in_time_is_none() -> None:
    cpu = machine(0x4E71, 0x4E71, sr=0x2700)
    cpu.set_irq(7)
    cpu.set_irq(0)
    cpu.step()
    assert cpu.pc == PROGRAM + 2
    cpu.set_irq(7)
    cpu.step()
    assert cpu.pc == HANDLERS + 16 * 31
    cpu.step()
    assert cpu.pc == HANDLERS + 16 * 31 + 2, "once for each rise"
    cpu.set_irq(3)
    cpu.set_irq(7)
    cpu.step()
    assert (cpu.pc, cpu.ssp) == (HANDLERS + 16 * 31, STACK - 12)


def test_an_interrupt_that_the_last_cycle_causes_waits_for_one_more_instruction() -> None:
    """The pins are sampled at the beginning of an instruction's last bus cycle: before MOVE -(An)'s write."""

    class Device(PythonBus):
        cpu: M68000

        def write_word(self, address: int, value: int) -> None:
            super().write_word(address, value)
            if address == 0x4000:
                self.cpu.set_irq(4)

    for program, steps in (([0x3080, 0x4E71], 1), ([0x3100, 0x4E71], 2)):  # MOVE.W D0,(A0): w p; D0,-(A0): p w
        memory = bytearray(machine(*program).memory)
        bus = Device(memory)
        bus.cpu = cpu = M68000(bus)
        cpu.reset()
        cpu.sr = 0x2000
        cpu.a[0] = 0x4000 + (2 if program[0] == 0x3100 else 0)
        for _ in range(steps):
            cpu.step()
            assert cpu.pc < HANDLERS
        cpu.step()
        assert cpu.pc == HANDLERS + 16 * 28


def test_stop_waits_for_an_interrupt() -> None:
    cpu = machine(0x4E72, 0x2300)
    assert cpu.step() == 4
    assert (cpu.stopped, cpu.sr, cpu.pc) == (1, 0x2300, PROGRAM)
    assert cpu.run(1000) == 1000
    cpu.set_irq(3)
    assert cpu.run(10) == 10
    cpu.set_irq(4)
    cpu.step()
    assert (cpu.stopped, cpu.pc) == (0, HANDLERS + 16 * 28)
    assert word(cpu, STACK - 2) == PROGRAM + 4


def test_a_traced_stop_traps() -> None:
    cpu = machine(0x4E72, 0x2700, sr=0xA700)
    cpu.step()
    cpu.step()
    assert (cpu.stopped, cpu.pc) == (0, HANDLERS + 16 * 9)
    assert word(cpu, STACK - 2) == PROGRAM + 4


def test_a_run_takes_interrupts_as_steps_do() -> None:
    cpu, other = machine(0x4E71, sr=0x2000), machine(0x4E71, sr=0x2000)
    for c in (cpu, other):
        c.step()
        c.set_irq(6)
    cpu.run(100)
    while other.clock < cpu.clock:
        other.step()
    assert cpu.state() == other.state()
    assert word(cpu, STACK - 2) == PROGRAM + 2


# ------------------------------------------------------------------------------------------------ the bus


def test_a_bus_acknowledges_and_hears_reset() -> None:
    class Bus(PythonBus):
        heard: list[object]

        def acknowledge(self, level: int) -> int:
            self.heard.append(level)
            return 40

        def reset(self) -> None:
            self.heard.append("reset")

    memory = bytearray(machine(0x4E70).memory)
    bus = Bus(memory)
    bus.heard = []
    assert isinstance(bus, M68000Bus)
    cpu = M68000(bus)
    cpu.reset()
    cpu.sr = 0x2000
    assert cpu.step() == 132
    cpu.set_irq(5)
    cpu.step()
    assert bus.heard == ["reset", 5]
    assert cpu.pc == HANDLERS + 16 * 40


def test_an_exception_of_the_bus_takes_the_instruction_back() -> None:
    class Bus(PythonBus):
        def write_word(self, address: int, value: int) -> None:
            raise OSError("no such device")

    cpu = M68000(Bus(bytearray(machine(0x7001, 0x3080).memory)))
    cpu.reset()
    cpu.step()
    before = cpu.save_state()
    for _ in range(2):
        with pytest.raises(OSError, match="no such device"):
            cpu.step()
        assert cpu.save_state() == before
    with pytest.raises(OSError, match="no such device"):
        cpu.run(100)
    assert cpu.save_state()[:64] == before[:64]


@pytest.mark.parametrize(
    ("value", "error"), [(0x10000, ValueError), (-1, ValueError), ("x", TypeError), (None, TypeError)]
)
def test_a_bus_that_returns_nonsense_is_told_so(value: Any, error: type[Exception]) -> None:
    class Bus(PythonBus):
        def read_word(self, address: int) -> Any:
            return value

    with pytest.raises(error, match="68000's bus returned"):
        M68000(Bus(bytearray(16))).reset()


def test_a_bus_cannot_step_its_own_cpu() -> None:
    class Bus(PythonBus):
        cpu: M68000

        def read_word(self, address: int) -> int:
            self.cpu.step()
            return 0

    bus = Bus(bytearray(16))
    bus.cpu = M68000(bus)
    with pytest.raises(RuntimeError, match="running"):
        bus.cpu.step()


# ------------------------------------------------------------------------------------------------ registers, errors


def test_stack_pointers_follow_s() -> None:
    cpu = M68000(bytearray(SIZE))
    cpu.ssp, cpu.usp = 0x100, 0x200
    assert cpu.a[7] == 0x100
    cpu.sr = 0x0000
    assert (cpu.a[7], cpu.usp, cpu.ssp) == (0x200, 0x200, 0x100)
    cpu.a[7] = 0x300
    assert cpu.usp == 0x300
    cpu.sr = 0xFFFF
    assert cpu.sr == 0xA71F
    assert cpu.a[7] == 0x100


def test_states_are_read_and_written_by_name() -> None:
    cpu = M68000(bytearray(SIZE))
    values = {f"d{n}": n + 1 for n in range(8)} | {f"a{n}": n + 100 for n in range(7)}
    values |= {"usp": 1000, "ssp": 2000, "sr": 0x0015, "pc": 0x1234, "stopped": 0, "halted": 0, "trace_pending": 1}
    cpu.set_state(values | {"prefetch": (1, 2)})
    assert cpu.state() == values | {"prefetch": (1, 2)}
    assert "pc=$001234" in repr(cpu)
    with pytest.raises(KeyError, match="d8"):
        cpu.set_state({"d8": 1})


def test_setting_pc_fills_the_queue() -> None:
    memory = bytearray(SIZE)
    memory[0x1000:0x1004] = words(0x7001, 0x7202)
    for cpu in (M68000(memory), M68000(PythonBus(memory))):
        cpu.pc = 0x1000
        assert cpu.prefetch == (0x7001, 0x7202)
        cpu.step(), cpu.step()
        assert (cpu.d[0], cpu.d[1]) == (1, 2)
        cpu.set_state({"prefetch": (0x7403, 0x4E71), "pc": 0x1000})
        assert cpu.prefetch == (0x7403, 0x4E71)
        cpu.set_state({"pc": 0x1000})
        assert cpu.prefetch == (0x7001, 0x7202)


def test_a_pc_that_cannot_be_fetched_is_not_set() -> None:
    class Bus(PythonBus):
        def read_word(self, address: int) -> int:
            raise OSError("nothing there")

    cpu = M68000(Bus(bytearray(16)))
    before = cpu.save_state()
    with pytest.raises(OSError, match="nothing there"):
        cpu.pc = 0x1000
    assert cpu.save_state() == before


def test_the_console_s_pc_fills_the_queue_too() -> None:
    md = megadrive.MegaDrive(megadrive.builtin_rom())
    md.ram[0x7000:0x7004] = [0x4E, 0x71, 0x60, 0xFC]
    md.cpu.pc = 0xFF7000
    assert md.cpu.prefetch == (0x4E71, 0x60FC)
    md.cpu.pc = 0x200
    assert md.cpu.prefetch == (
        int(md.rom[0x200]) << 8 | int(md.rom[0x201]),
        int(md.rom[0x202]) << 8 | int(md.rom[0x203]),
    )
    with pytest.raises(ValueError, match="c00000"):
        md.cpu.pc = 0xC00000
    assert md.cpu.pc == 0x200


def test_tas_writes_on_flat_memory_but_not_on_the_console() -> None:
    cpu = machine(0x4AD0)  # TAS (A0)
    cpu.a[0] = 0x3000
    cpu.step()
    assert cpu.memory[0x3000] == 0x80
    md = megadrive.MegaDrive(megadrive.builtin_rom())
    md.ram[0x7000:0x7006] = [0x4A, 0xD0, 0x4A, 0xC1, 0x60, 0xFE]  # TAS (A0); TAS D1; BRA to itself
    md.ram[0x8000] = 0
    md.cpu.a[0], md.cpu.d[1], md.cpu.sr = 0xFF8000, 0, 0x2700
    md.cpu.pc = 0xFF7000
    md.run_frame()
    assert (md.cpu.pc, md.cpu.d[1], int(md.ram[0x8000])) == (0xFF7004, 0x80, 0)


def test_copies_are_the_same_and_go_their_own_ways() -> None:
    cpu = machine(0x7001, 0x31C0, 0x4000)  # MOVEQ #1,D0; MOVE.W D0,$4000
    cpu.step()
    twin = cpu.copy()
    assert twin.differences(cpu) == {}
    assert twin.save_state() == cpu.save_state()
    cpu.step()
    assert (word(cpu, 0x4000), word(twin, 0x4000)) == (1, 0)
    assert cpu.differences(twin)["pc"] == (PROGRAM + 6, PROGRAM + 2)
    bus = PythonBus(bytearray(SIZE))
    assert M68000(bus).copy().memory is bus


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("sr", 0x10000, ValueError),
        ("sr", "x", TypeError),
        ("pc", 1, ValueError),
        ("pc", 1 << 32, ValueError),
        ("usp", -1, ValueError),
        ("prefetch", (1,), ValueError),
        ("prefetch", (1, 0x10000), ValueError),
        ("stopped", 2, ValueError),
        ("clock", -1, ValueError),
    ],
)
def test_bad_values_are_refused(name: str, value: Any, error: type[Exception]) -> None:
    cpu = M68000(bytearray(SIZE))
    before = cpu.save_state()
    with pytest.raises(error):
        setattr(cpu, name, value)
    assert cpu.save_state() == before


def test_banks_are_lists_of_eight() -> None:
    cpu = M68000(bytearray(SIZE))
    cpu.d[2:4] = [1, 2]
    assert cpu.d == [0, 0, 1, 2, 0, 0, 0, 0]
    assert cpu.d[-6] == 1
    for error, action in (
        (IndexError, lambda: cpu.d[8]),
        (ValueError, lambda: cpu.d.__setitem__(0, 1 << 32)),
        (ValueError, lambda: cpu.d.__setitem__(slice(0, 2), [1])),
    ):
        with pytest.raises(error):
            action()


@pytest.mark.parametrize("memory", [bytes(SIZE), bytearray(5), bytearray(SIZE)[::2], 5, None, object(), "x"])
def test_bad_memories_are_refused(memory: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="memory"):
        M68000(memory)


def test_bad_states_are_refused() -> None:
    cpu = M68000(bytearray(SIZE))
    good = cpu.save_state()
    for data in (b"", good[:-1], good + b"\0", bytes([0xFF]) * len(good)):
        with pytest.raises(ValueError, match="state"):
            cpu.load_state(data)
    assert cpu.save_state() == good
    with pytest.raises(ValueError):
        cpu.run(-1)
    with pytest.raises(ValueError):
        cpu.set_irq(8)


def test_a_view_of_another_struct() -> None:
    cpu = M68000(bytearray(SIZE))
    view = M68000Registers(cpu._cpu, owner=cpu)
    view.d[3] = 7
    assert cpu.d[3] == 7
