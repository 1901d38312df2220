"""Cores from PyPI beside ours: on the committed traces, and on drawn programs. Their deviations are in oracles.py."""

from typing import Any

import oracles
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_formats import GOLDEN

from megadrive import M68000
from megadrive.testing import (
    Adapter,
    MegadriveM68000,
    MegadriveZ80,
    Start,
    check_program,
    compare,
    read_cases,
    strategies,
)

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def installed(factory: Any) -> Any:
    try:
        return factory()
    except ImportError as error:
        pytest.skip(f"{error} (extra oracles)")


@pytest.fixture(scope="module")
def m68000_python() -> Adapter:
    return installed(oracles.M68000Python)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def musashi() -> Adapter:
    return installed(oracles.Musashi)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def z80_python() -> Adapter:
    return installed(oracles.Z80Python)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def z80_package() -> Adapter:
    return installed(oracles.Z80Package)  # type: ignore[no-any-return]


def wrong_cases(adapter: Adapter, name: str) -> dict[str, set[str]]:
    """Return what is wrong in the committed cases, by the name of the case."""
    found = {}
    for case in read_cases(GOLDEN / name):
        aspects: set[str] = {difference.aspect for difference in compare(case, adapter.run(case))}
        if aspects:
            found[case.name] = aspects
    return found


def test_golden_traces_are_what_m68000_python_does(m68000_python: Adapter) -> None:
    assert wrong_cases(m68000_python, "m68000.bin.xz") == {}


def test_golden_traces_are_what_z80_python_does(z80_python: Adapter) -> None:
    assert wrong_cases(z80_python, "z80.jsonl.xz") == {}


def test_musashi_is_wrong_only_where_it_is_known_to_be(musashi: Adapter) -> None:
    """And ours agrees with the exact oracle there."""
    ours = MegadriveM68000()
    checked = 0
    for case in read_cases(GOLDEN / "m68000.bin.xz"):
        if any(one[0] in ("re", "we") for one in case.transactions or ()):
            continue
        wrong = [one for one in compare(case, musashi.run(case)) if one.aspect == "state"]
        if wrong:
            mnemonic = case.name.replace(".", " ").split()[0].upper()
            assert mnemonic in oracles.Musashi.WRONG_STATE, (case.name, *map(str, wrong))
            assert compare(case, ours.run(case)) == []
        checked += 1
    assert checked > 2000


def test_the_z80_package_is_wrong_only_where_it_is_known_to_be(z80_package: Adapter) -> None:
    for name, aspects in wrong_cases(z80_package, "z80.jsonl.xz").items():
        assert aspects == {"state"}
        assert name.rsplit(" ", 1)[0] in oracles.Z80Package.WRONG_STATE, name


def test_programs_on_the_exact_68000(m68000_python: Adapter) -> None:
    ours = MegadriveM68000()

    @SLOW
    @given(strategies.starts("m68000", undefined=True, max_size=5))
    def programs(start: Start) -> None:
        check_program(start, m68000_python, ours)

    programs()


def test_programs_on_the_z80_of_z80_python(z80_python: Adapter) -> None:
    """All but SCF and CCF, with which it is wrong behind a prefix."""
    ours = MegadriveZ80()

    @SLOW
    @given(strategies.starts("z80", exclude=("scf", "ccf")))
    def programs(start: Start) -> None:
        check_program(start, ours, z80_python)

    programs()


def test_programs_on_the_z80_package(z80_package: Adapter) -> None:
    ours = MegadriveZ80()
    wrong = ("scf", "ccf", "ldir", "lddr", "cpir", "cpdr", "inir", "indr", "otir", "otdr", "ini", "ind")

    @SLOW
    @given(strategies.starts("z80", exclude=wrong))
    def programs(start: Start) -> None:
        check_program(start, ours, z80_package)

    programs()


LEVELS = st.lists(st.sampled_from([None, None, None, 0, 1, 3, 6, 7]), min_size=16, max_size=16)


def test_interrupts_traces_and_stops_as_on_the_exact_68000(m68000_python: Any) -> None:
    """Lockstep: states, memory, and clocks of all but interrupts, whose acknowledge cycle is the board's."""
    memory = bytearray(1 << 24)
    ours = M68000(memory)
    at_rest = ours.save_state()
    theirs, bus = m68000_python.core, m68000_python.bus

    @SLOW
    @given(strategies.starts("m68000", undefined=True, max_size=6), LEVELS, st.booleans())
    def lockstep(start: Start, levels: list[int | None], trace: bool) -> None:
        contents = start.contents()
        for either in (memory, bus.memory):
            either[:] = bytes(len(either))
            for address, byte in contents.items():
                either[address] = byte
        state = start.state()
        state["sr"] |= trace << 15
        ours.load_state(at_rest)
        ours.set_state(state)
        m68000_python.restore(state)
        for level in levels:
            if level is not None:
                ours.set_irq(level)
                theirs.set_ipl(level)
            bus.start()
            clocks, expected = ours.step(), theirs.step()
            if ours.halted or theirs.halted:
                assert ours.halted == theirs.halted
                return
            now = theirs.capture_state()
            assert ours.differences(m68000_python.state(now)) == {
                name: (getattr(ours, name), None) for name in ("halted", "stopped", "trace_pending")
            }
            assert (ours.stopped, ours.trace_pending) == (now.stopped, now.trace_pending)
            assert clocks == expected or clocks == 44 < expected < 60, "an interrupt that waits for E there"
        assert memory == bus.memory

    lockstep()
