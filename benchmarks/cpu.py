"""Emulated MHz of the CPUs alone against other cores for Python: ``python benchmarks/cpu.py``.

Peers are machine68k (Musashi) and the package z80 (extra ``oracles``). Each program runs on flat memory in one call for
a number of clocks; rounds of all contestants are interleaved, so that a drift of the machine's speed meets all alike.
What counts is the CPU time of the process. The mix is the harmonic mean of the programs: equally many clocks of each.

``--list`` shows the programs.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import megadrive
from megadrive.disassembly import disassemble_range

# Sieve of Eratosthenes; copying by longs, words, bytes and MOVEM; a random generator with shifts, flags and calls.
M68000 = {
    "sieve": "41f900010000303c1fff10fc000151c8fffa7e00720041f9000100004a301800671c2401d48256822601d6820c8300001fff"
    "6e0842303800d68260f0524752810c8100001fff6fce6000ffb6",
    "copy": "41f90002000043f900030000303c03ff22d851c8fffc41f90002000043f900030000303c00ff321832c112d812d851c8fff6"
    "41f90002000043f900030000701f4cd804fe48d104fe43e9002051c8fff26000ffae",
    "arithmetic": "7000223c00003039243c41c64e6d41f9000400003e3c03e73601c6c20683000030392203e08b024303fed7703000b780"
    "e798d18148403800e4449a4464025246610851cfffd46000ffb82f008aa80004ba5066024645201f4e75",
}
M68000_START = 0x1000

# The same for the Z80: a sieve; copying by LDIR, by bytes, with IX and IY, and by POP; a random generator.
Z80 = {
    "sieve": "21004001ff1f3601230b78b120f8210000220030110000210040197eb72826d5626b29232323444d19eb21fe1fb7ed52380b"
    "210040193600eb09eb18edd12a0030232200301321fe1fb7ed5230c9c30001",
    "copy": "210040110050010010edb021004011006006007e1223137e12231310f6dd210040fd2100700600dd7e00fd7701dd7e01fd77"
    "00dd23fd2310eeed7300303100402100800640d17323722310f9ed7b0030c30001",
    "arithmetic": "31003021393001e803c5116d00cd4901113930197cad4f070789273200317ce63f5f16401a8512cb3fcb1991300704cb5828"
    "02cbd4eb2a0231ed52220231ebc10b78b1c20901c30001444d2100007bb7c8cb3f300109cb21cb1018f3",
}
Z80_START = 0x100

Runner = Callable[[int], object]


def our_m68000(code: bytes) -> Runner:
    memory = bytearray(1 << 24)
    memory[M68000_START : M68000_START + len(code)] = code
    cpu = megadrive.M68000(memory)
    cpu.ssp = 0x80000
    cpu.pc = M68000_START
    return cpu.run


def machine68k(code: bytes) -> Runner:
    import machine68k

    machine: Any = machine68k.Machine(machine68k.CPUType.M68000, 1024)
    machine.mem.w_block(M68000_START, code)
    machine.cpu.w_sr(0x2700)
    machine.cpu.w_sp(0x80000)
    machine.cpu.w_pc(M68000_START)

    def run(cycles: int, machine: Any = machine) -> None:
        machine.cpu.execute(cycles)

    return run


def our_z80(code: bytes) -> Runner:
    memory = bytearray(1 << 16)
    memory[Z80_START : Z80_START + len(code)] = code
    cpu = megadrive.Z80(memory)
    cpu.sp, cpu.pc = 0x3000, Z80_START
    return cpu.run


def z80_package(code: bytes) -> Runner:
    import z80

    machine: Any = z80.Z80Machine()
    machine.set_memory_block(Z80_START, code)
    machine.sp, machine.pc = 0x3000, Z80_START

    def run(cycles: int) -> None:
        for _ in range(cycles // 100_000):  # it returns after each of its frames
            machine.ticks_to_stop = 100_000
            machine.run()

    return run


CPUS: dict[str, tuple[dict[str, str], dict[str, Callable[[bytes], Runner]]]] = {
    "68000": (M68000, {"megadrive": our_m68000, "machine68k": machine68k}),
    "Z80": (Z80, {"megadrive": our_z80, "z80": z80_package}),
}


def show() -> None:
    """Print the programs."""
    for cpu, (programs, _) in CPUS.items():
        start = M68000_START if cpu == "68000" else Z80_START
        for name, text in programs.items():
            print(f"{cpu}, {name}")
            data = bytes.fromhex(text)
            kind: Any = "m68000" if cpu == "68000" else "z80"
            for one in disassemble_range(data, start, start + len(data), kind, origin=start):
                print(f"  {one}")


def measure(cpu: str, clocks: int, rounds: int) -> None:
    """Time the contestants on one CPU's programs, and print a table."""
    programs, makers = CPUS[cpu]
    runners: dict[tuple[str, str], Runner] = {}
    for core, make in makers.items():
        try:
            for name, text in programs.items():
                runners[core, name] = make(bytes.fromhex(text))
        except ImportError as error:
            print(f"{core} does not take part: {error}", file=sys.stderr)
    seconds: dict[tuple[str, str], list[float]] = {key: [] for key in runners}
    for one in range(rounds + 1):
        for key, run in runners.items():
            start = time.process_time()
            run(clocks)
            if one:  # the first round warms up
                seconds[key].append(time.process_time() - start)
    cores = list(dict.fromkeys(core for core, _ in runners))
    print(f"\n{cpu}: emulated MHz, median of {rounds} rounds of {clocks / 1e6:.0f} million clocks\n")
    print(f"| program | {' | '.join(cores)} | ratio |\n|---|{'---|' * len(cores)}---|")
    mixes: dict[str, list[float]] = {core: [0.0] * rounds for core in cores}
    for name in [*programs, "mix"]:
        speeds: list[list[float]] = []
        for core in cores:
            if name == "mix":
                speeds.append([len(programs) * clocks / 1e6 / total for total in mixes[core]])
            else:
                mixes[core] = [a + b for a, b in zip(mixes[core], seconds[core, name], strict=True)]
                speeds.append([clocks / 1e6 / spent for spent in seconds[core, name]])
        line = " | ".join(f"{statistics.median(values):,.0f}" for values in speeds)
        ratio = f"{statistics.median(a / b for a, b in zip(*speeds, strict=True)):.2f}" if len(speeds) == 2 else ""
        print(f"| {name} | {line} | {ratio} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--clocks", type=int, default=200, metavar="N", help="millions in a round; default: %(default)s"
    )
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="default: %(default)s")
    parser.add_argument("--list", action="store_true", help="show the programs and end")
    options = parser.parse_args()
    if options.list:
        show()
        return
    for cpu in CPUS:
        measure(cpu, options.clocks * 1_000_000, options.rounds)


if __name__ == "__main__":
    main()
