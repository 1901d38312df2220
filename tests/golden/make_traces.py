"""Make the reference traces of this folder: python tests/golden/make_traces.py, with the extra "oracles" installed.

    m68000.bin.xz    one case for each instruction with each combination of addressing modes, by m68000-python
    z80.jsonl.xz     one case for each opcode, by z80-python (states, memory and T states; it has no pins)

The cores that are tested have no part in it. The cases are drawn with a fixed seed.
"""

import pathlib
import random
import sys
from collections.abc import Iterator
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "testing"))

import oracles  # noqa: E402

from megadrive.disassembly import disassemble, m68000  # noqa: E402
from megadrive.testing import Case, record_case, write_cases  # noqa: E402

SEED = 68000
LONGS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def m68000_words(dice: random.Random) -> Iterator[int]:
    """Give a first word for each mnemonic with each combination of kinds of operands."""
    kinds: dict[tuple[str, ...], list[int]] = {}
    for word in range(0x10000):
        if m68000.is_defined(word):
            one = disassemble(word.to_bytes(2, "big") + bytes(8))
            kind = one.operands.translate(str.maketrans("0123456789", "0" * 10))
            kinds.setdefault((one.mnemonic, kind), []).append(word)
    for words in kinds.values():
        yield dice.choice(words)
    yield from (0xA123, 0xF123, 0x4E7B)  # line A, line F, illegal


def m68000_case(adapter: Any, dice: random.Random, word: int) -> Case:
    state: dict[str, Any] = {f"d{n}": dice.choice((*LONGS, dice.getrandbits(32))) for n in range(8)}
    state |= {f"a{n}": dice.getrandbits(32) & ~1 | (dice.random() < 0.04) for n in range(7)}
    state |= {"usp": dice.getrandbits(24) & ~1, "ssp": dice.getrandbits(24) & ~1}
    state["sr"] = dice.choice((0x0000, 0x2000, 0x8000, 0xA000)) | (dice.getrandbits(11) & 0x71F)
    pc = dice.randrange(0x1000, 0xFF0000) & ~1
    words = [word, *(dice.getrandbits(16) & (~1 if dice.random() < 0.9 else ~0) for _ in range(5))]
    data = b"".join(value.to_bytes(2, "big") for value in words)
    memory = {pc + i: byte for i, byte in enumerate(data)}
    for vector in range(2, 48):
        handler = dice.randrange(0x1000, 0xFF0000) & ~1
        memory |= {4 * vector + i: byte for i, byte in enumerate(handler.to_bytes(4, "big"))}
    for pointer in (*(state[f"a{n}"] for n in range(7)), state["usp"], state["ssp"]):
        # longs that may become return addresses: of 24 bits, and even
        pointed = b"".join((dice.getrandbits(24) & ~1).to_bytes(4, "big") for _ in range(4))
        memory |= {(pointer - 4 + i) & 0xFFFFFF: byte for i, byte in enumerate(pointed)}
    name = f"{disassemble(data).text} {word:04x}"
    return record_case(adapter, name, state | {"pc": pc, "prefetch": (words[0], words[1])}, memory)


def z80_openings() -> Iterator[bytes]:
    prefixes = (0xCB, 0xDD, 0xED, 0xFD)
    for opcode in range(256):
        if opcode not in prefixes:
            yield bytes((opcode,))
        yield bytes((0xCB, opcode))
        if opcode & 0xC0 == 0x40 or opcode & 0xE4 == 0xA0:
            yield bytes((0xED, opcode))
        for prefix in (0xDD, 0xFD):
            yield bytes((prefix, 0xCB, opcode))
            if opcode not in prefixes:
                yield bytes((prefix, opcode))


def z80_case(adapter: oracles.Z80Python, dice: random.Random, opening: bytes) -> Case:
    initial: dict[str, Any] = {name: dice.getrandbits(8) for name in ("a", "f", "b", "c", "d", "e", "h", "l", "i", "r")}
    initial |= {name: dice.getrandbits(16) for name in ("ix", "iy", "sp", "pc", "wz", *adapter.SHADOWS)}
    initial |= {"iff1": dice.getrandbits(1), "iff2": dice.getrandbits(1), "im": dice.randrange(3)}
    initial |= {"q": dice.choice((0, initial["f"])), "ei": 0, "p": 0}
    name = f"{opening.hex(' ')} 0" if len(opening) < 3 else f"{opening[:2].hex(' ')} __ {opening[2]:02x} 0"
    if opening.hex(" ") in adapter.WRONG_STATE:
        initial["q"] = 0  # then it makes no difference what a prefix does to it
    code = opening[:2] + (dice.randbytes(1) + opening[2:] if len(opening) == 3 else b"") + dice.randbytes(2)
    adapter.memory[:] = dice.randbytes(0x10000)
    for i, byte in enumerate(code):
        adapter.memory[(initial["pc"] + i) & 0xFFFF] = byte
    before: dict[int, int] = {}

    def read(address: int) -> int:
        before.setdefault(address, adapter.memory[address])
        return adapter.memory[address]

    def write(address: int, value: int) -> None:
        before.setdefault(address, adapter.memory[address])
        adapter.memory[address] = value

    adapter.core.read_byte, adapter.core.write_byte = read, write
    outcome = adapter.run(Case("z80", name, initial, [], {}, [], ports=[(0, dice.getrandbits(8), "r")]))
    final = {register: outcome.state[register] for register in (*adapter.NAMES, *adapter.SHADOWS)}
    after = [(address, adapter.memory[address]) for address in sorted(before)]
    ports = list(outcome.ports or ())
    return Case("z80", name, initial, sorted(before.items()), final, after, outcome.cycles, None, ports)


def main() -> None:
    dice = random.Random(SEED)
    m68000_adapter, z80_adapter = oracles.M68000Python(), oracles.Z80Python()
    cases = []
    for word in m68000_words(dice):
        case = m68000_case(m68000_adapter, dice, word)
        while any(one[0] == "we" for one in case.transactions or ()):  # whose data the oracle does not tell
            case = m68000_case(m68000_adapter, dice, word)
        cases.append(case)
    print(write_cases(HERE / "m68000.bin.xz", cases), "cases of the 68000")
    cases = [z80_case(z80_adapter, dice, opening) for opening in z80_openings()]
    print(write_cases(HERE / "z80.jsonl.xz", cases), "cases of the Z80")


if __name__ == "__main__":
    main()
