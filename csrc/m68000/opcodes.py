"""The instruction set of the 68000: which first word is executed by which C function.

``python opcodes.py DIRECTORY`` writes there

* ``m68000_decode.c``: ``m68000_decode``, the number of the specialised instruction for each of the 65536 first words;
* ``m68000_fast.h``: one line ``M68000_OPCODE(index, call)`` for each function of the fast path, and one line
  ``M68000_ENTRY(index)`` for each specialised instruction, in order: its function;
* ``m68000_slow.h``: the same for the slow path, with fewer functions, which look at the addressing modes when they run.

Each row of the table is a pattern of 16 bits, the effective addresses that its ``mmmrrr`` field admits, and the call.
``ss`` is a size field; ``x`` bits (registers, conditions, data) are looked at when the instruction runs.  In the call
``SIZE`` and ``MODE`` stand for constants, as do ``TO=`` for MOVE's destination and ``CC=`` for a condition;
``mode_of(c)`` is for instructions that are rare or long.  The first row that matches a word holds.
"""

import itertools
import pathlib
import re
import sys
from collections.abc import Iterable, Iterator

MODES = {
    "DATA_REGISTER": "000xxx",
    "ADDRESS_REGISTER": "001xxx",
    "INDIRECT": "010xxx",
    "INCREMENT": "011xxx",
    "DECREMENT": "100xxx",
    "DISPLACEMENT": "101xxx",
    "INDEX": "110xxx",
    "ABSOLUTE_WORD": "111000",
    "ABSOLUTE_LONG": "111001",
    "PC_DISPLACEMENT": "111010",
    "PC_INDEX": "111011",
    "IMMEDIATE": "111100",
}
SIZES = {"00": "BYTE", "01": "WORD", "10": "LONG"}

EVERY = set(MODES)
DATA = EVERY - {"ADDRESS_REGISTER"}
ALTERABLE = EVERY - {"PC_DISPLACEMENT", "PC_INDEX", "IMMEDIATE"}
DATA_ALTERABLE = ALTERABLE & DATA
MEMORY_ALTERABLE = DATA_ALTERABLE - {"DATA_REGISTER"}
CONTROL = DATA - {"DATA_REGISTER", "INCREMENT", "DECREMENT", "IMMEDIATE"}
NONE: set[str] = set()

# What has no fast path: it is rare, leaves the run loop, or changes registers between accesses.
SLOW = {
    "cmpm", "decimal_memory", "extended_memory", "illegal", "move_from_usp", "move_to_usp", "movep_to_memory",
    "movep_to_register", "reset", "rtr", "stop", "tas", "trap_instruction", "trapv",
}  # fmt: skip

# Addressing modes that a function of the fast path need not be specialised for: there it looks at them too.
PC_RELATIVE = {"PC_DISPLACEMENT", "PC_INDEX"}
SHARED = {
    "bit_by_immediate": {"DECREMENT", "INDEX"} | PC_RELATIVE,
    "bit_by_register": EVERY - {"DATA_REGISTER"},
    "compute_immediate": {"DECREMENT", "INDEX"},
    "compute_to_memory": {"DECREMENT", "INDEX"},
    "jmp": NONE,
    "jsr": NONE,
    "lea": NONE,
    "move to memory": {"DECREMENT", "INDEX", "ABSOLUTE_WORD", "ABSOLUTE_LONG"} | PC_RELATIVE,
    "movem_to_memory": {"INDEX", "ABSOLUTE_WORD", "ABSOLUTE_LONG"},
    "movem_to_registers": {"INDEX", "ABSOLUTE_WORD", "ABSOLUTE_LONG"} | PC_RELATIVE,
    "pea": {"INDEX", "ABSOLUTE_WORD", "PC_INDEX"},
    "scc": EVERY - {"DATA_REGISTER"},
    "unary": EVERY - {"DATA_REGISTER"},
}

Row = tuple[str, set[str], str]


def rows() -> Iterator[Row]:
    """Give the instruction set: pattern, effective addresses, call."""
    # line 0: immediates and bits
    for operation, bits in {"OR": "000", "AND": "001", "EOR": "101"}.items():
        yield f"0000{bits}000111100", NONE, f"immediate_to_ccr(c, {operation})"
        yield f"0000{bits}001111100", NONE, f"immediate_to_sr(c, {operation})"
    for operation, bits in {"OR": "000", "AND": "001", "SUB": "010", "ADD": "011", "EOR": "101", "CMP": "110"}.items():
        yield f"0000{bits}0ssmmmrrr", DATA_ALTERABLE, f"compute_immediate(c, {operation}, SIZE, MODE)"
    yield "0000xxx100001xxx", NONE, "movep_to_register(c, WORD)"
    yield "0000xxx101001xxx", NONE, "movep_to_register(c, LONG)"
    yield "0000xxx110001xxx", NONE, "movep_to_memory(c, WORD)"
    yield "0000xxx111001xxx", NONE, "movep_to_memory(c, LONG)"
    for operation, bits in {"BTST": "00", "BCHG": "01", "BCLR": "10", "BSET": "11"}.items():
        modes = DATA if operation == "BTST" else DATA_ALTERABLE
        yield f"00001000{bits}mmmrrr", modes - {"IMMEDIATE"}, f"bit_by_immediate(c, {operation}, MODE)"
        yield f"0000xxx1{bits}mmmrrr", modes, f"bit_by_register(c, {operation}, MODE)"

    # lines 1-3: MOVE
    for bits, size in {"01": "BYTE", "11": "WORD", "10": "LONG"}.items():
        sources = DATA if size == "BYTE" else EVERY
        for destination in MODES:
            register, mode = MODES[destination][3:], MODES[destination][:3]
            if destination in ALTERABLE and not (destination == "ADDRESS_REGISTER" and size == "BYTE"):
                yield f"00{bits}{register}{mode}mmmrrr", sources, f"move(c, {size}, MODE, TO={destination})"

    # line 4: one operand, jumps, system
    yield "0100111001110000", NONE, "reset(c)"
    yield "0100111001110001", NONE, "nop(c)"
    yield "0100111001110010", NONE, "stop(c)"
    yield "0100111001110011", NONE, "rte(c)"
    yield "0100111001110101", NONE, "rts(c)"
    yield "0100111001110110", NONE, "trapv(c)"
    yield "0100111001110111", NONE, "rtr(c)"
    yield "010011100100xxxx", NONE, "trap_instruction(c)"
    yield "0100111001010xxx", NONE, "link(c)"
    yield "0100111001011xxx", NONE, "unlk(c)"
    yield "0100111001100xxx", NONE, "move_to_usp(c)"
    yield "0100111001101xxx", NONE, "move_from_usp(c)"
    yield "0100111010mmmrrr", CONTROL, "jsr(c, MODE)"
    yield "0100111011mmmrrr", CONTROL, "jmp(c, MODE)"
    yield "0100000011mmmrrr", DATA_ALTERABLE, "move_from_sr(c, mode_of(c))"
    yield "0100010011mmmrrr", DATA, "move_to_ccr(c, mode_of(c))"
    yield "0100011011mmmrrr", DATA, "move_to_sr(c, mode_of(c))"
    yield "01000000ssmmmrrr", DATA_ALTERABLE, "unary(c, NEGX, SIZE, mode_of(c))"
    yield "01000010ssmmmrrr", DATA_ALTERABLE, "clr(c, SIZE, MODE)"
    yield "01000100ssmmmrrr", DATA_ALTERABLE, "unary(c, NEG, SIZE, MODE)"
    yield "01000110ssmmmrrr", DATA_ALTERABLE, "unary(c, NOT, SIZE, MODE)"
    yield "0100100000mmmrrr", DATA_ALTERABLE, "nbcd(c, mode_of(c))"
    yield "0100100001000xxx", NONE, "swap(c)"
    yield "0100100001mmmrrr", CONTROL, "pea(c, MODE)"
    yield "0100100010000xxx", NONE, "ext(c, WORD)"
    yield "0100100011000xxx", NONE, "ext(c, LONG)"
    for bit, size in enumerate(("WORD", "LONG")):
        yield (f"010010001{bit}mmmrrr", CONTROL & ALTERABLE | {"DECREMENT"}, f"movem_to_memory(c, {size}, MODE)")
        yield f"010011001{bit}mmmrrr", CONTROL | {"INCREMENT"}, f"movem_to_registers(c, {size}, MODE)"
    yield "0100101011mmmrrr", DATA_ALTERABLE, "tas(c, mode_of(c))"
    yield "01001010ssmmmrrr", DATA_ALTERABLE, "tst(c, SIZE, MODE)"
    yield "0100xxx110mmmrrr", DATA, "chk(c, mode_of(c))"
    yield "0100xxx111mmmrrr", CONTROL, "lea(c, MODE)"

    # line 5: ADDQ, SUBQ, Scc, DBcc
    yield "0101000111001xxx", NONE, "dbcc(c, CC=1)"
    yield "0101xxxx11001xxx", NONE, "dbcc(c, condition_of(c))"
    yield "0101xxxx11mmmrrr", DATA_ALTERABLE, "scc(c, MODE)"
    yield "0101xxx0ssmmmrrr", ALTERABLE, "compute_quick(c, ADD, SIZE, MODE)"
    yield "0101xxx1ssmmmrrr", ALTERABLE, "compute_quick(c, SUB, SIZE, MODE)"

    # lines 6 and 7: branches, MOVEQ
    yield "0110000100000000", NONE, "bsr(c, true)"
    yield "01100001xxxxxxxx", NONE, "bsr(c, false)"
    for code in range(16):
        yield f"0110{code:04b}00000000", NONE, f"branch(c, CC={code}, true)"
        yield f"0110{code:04b}xxxxxxxx", NONE, f"branch(c, CC={code}, false)"
    yield "0111xxx0xxxxxxxx", NONE, "moveq(c)"

    # lines 8-D: two operands
    yield "1000xxx100000xxx", NONE, "decimal_registers(c, SBCD)"
    yield "1000xxx100001xxx", NONE, "decimal_memory(c, SBCD)"
    yield "1100xxx100000xxx", NONE, "decimal_registers(c, ABCD)"
    yield "1100xxx100001xxx", NONE, "decimal_memory(c, ABCD)"
    yield "1000xxx011mmmrrr", DATA, "divide(c, false, mode_of(c))"
    yield "1000xxx111mmmrrr", DATA, "divide(c, true, mode_of(c))"
    yield "1100xxx011mmmrrr", DATA, "multiply(c, false, mode_of(c))"
    yield "1100xxx111mmmrrr", DATA, "multiply(c, true, mode_of(c))"
    yield "1100xxx101000xxx", NONE, "exg(c, 0, 0)"
    yield "1100xxx101001xxx", NONE, "exg(c, 8, 8)"
    yield "1100xxx110001xxx", NONE, "exg(c, 0, 8)"
    for operation, bits in {"SUB": "1001", "CMP": "1011", "ADD": "1101"}.items():
        yield f"{bits}xxx011mmmrrr", EVERY, f"compute_address(c, {operation}, WORD, MODE)"
        yield f"{bits}xxx111mmmrrr", EVERY, f"compute_address(c, {operation}, LONG, MODE)"
    for operation, bits in {"SUBX": "1001", "ADDX": "1101"}.items():
        yield f"{bits}xxx1ss000xxx", NONE, f"extended_registers(c, {operation}, SIZE)"
        yield f"{bits}xxx1ss001xxx", NONE, f"extended_memory(c, {operation}, SIZE)"
    yield "1011xxx1ss001xxx", NONE, "cmpm(c, SIZE)"
    for operation, bits in {"OR": "1000", "SUB": "1001", "CMP": "1011", "AND": "1100", "ADD": "1101"}.items():
        modes = DATA if operation in ("OR", "AND") else EVERY
        yield f"{bits}xxx0ssmmmrrr", modes, f"compute_to_register(c, {operation}, SIZE, MODE)"
        if operation != "CMP":
            yield f"{bits}xxx1ssmmmrrr", MEMORY_ALTERABLE, f"compute_to_memory(c, {operation}, SIZE, MODE)"
    yield "1011xxx1ssmmmrrr", DATA_ALTERABLE, "compute_to_memory(c, EOR, SIZE, MODE)"

    # line E: shifts
    for kind, direction in itertools.product(range(4), range(2)):
        operation = ("ASR", "LSR", "ROXR", "ROR", "ASL", "LSL", "ROXL", "ROL")[direction * 4 + kind]
        yield f"11100{kind:02b}{direction}11mmmrrr", MEMORY_ALTERABLE, f"shift_memory(c, {operation}, mode_of(c))"
        yield f"1110xxx{direction}ss0{kind:02b}xxx", NONE, f"shift_by_immediate(c, {operation}, SIZE)"
        yield f"1110xxx{direction}ss1{kind:02b}xxx", NONE, f"shift_by_data_register(c, {operation}, SIZE)"

    # what is left
    yield "1010xxxxxxxxxxxx", NONE, "illegal(c, VECTOR_LINE_A)"
    yield "1111xxxxxxxxxxxx", NONE, "illegal(c, VECTOR_LINE_F)"
    yield "xxxxxxxxxxxxxxxx", NONE, "illegal(c, VECTOR_ILLEGAL)"


def specialise(row: Row) -> Iterator[tuple[str, str, str]]:
    """Give the patterns of a row with sizes and modes put in, and for each the special and the compact call."""
    pattern, modes, call = row
    sizes = SIZES.items() if "ss" in pattern else [("", "")]
    for size_bits, size in sizes:
        sized = pattern.replace("ss", size_bits)
        sized_call = call.replace("SIZE", size)
        compact = re.sub(r"TO=\w+", "destination_of(c)", sized_call.replace("MODE", "mode_of(c)"))
        compact = re.sub(r"CC=\w+", "condition_of(c)", compact)
        special = sized_call.replace("TO=", "").replace("CC=", "")
        name = call.split("(")[0]
        if "TO=" in call and "_REGISTER" not in call:
            name = "move to memory"
        shared = SHARED.get(name, PC_RELATIVE)
        if "mmmrrr" not in pattern:
            yield sized, special, compact
        for mode in MODES:
            if mode in modes and not (mode == "ADDRESS_REGISTER" and size == "BYTE"):
                constant = "mode_of(c)" if mode in shared else mode
                yield sized.replace("mmmrrr", MODES[mode]), special.replace("MODE", constant), compact


def words(pattern: str) -> Iterator[int]:
    """Give the words that match a pattern of 0, 1 and x."""
    fixed = int(pattern.replace("x", "0"), 2)
    free = [1 << (15 - i) for i, bit in enumerate(pattern) if bit == "x"]
    for n in range(1 << len(free)):
        yield fixed | sum(bit for i, bit in enumerate(free) if n >> i & 1)


def decode() -> tuple[dict[str, str], list[int]]:
    """Return the special calls with their compact ones, and for each first word the index of its special call."""
    calls: dict[str, str] = {}
    indices: dict[str, int] = {}
    table = [-1] * 65536
    for row in rows():
        for pattern, special, compact in specialise(row):
            free = [word for word in words(pattern) if table[word] < 0]
            for word in free:
                table[word] = indices.setdefault(special, len(indices))
                calls[special] = compact
    return calls, table


def header(entries: Iterable[str]) -> str:
    """Return the functions that are called, once each, and which of them each entry is."""
    indices: dict[str, int] = {}
    numbers = [indices.setdefault(call, len(indices)) for call in entries]
    lines = [f"M68000_OPCODE({index}, {call})" for call, index in indices.items()]
    return "\n".join(lines + [f"M68000_ENTRY({number})" for number in numbers]) + "\n"


def main(directory: pathlib.Path) -> None:
    """Write the files."""
    calls, table = decode()
    fast = ["false" if call.split("(")[0] in SLOW else call for call in calls]
    (directory / "m68000_fast.h").write_text(header(fast))
    (directory / "m68000_slow.h").write_text(header(calls.values()))
    lines = [", ".join(map(str, table[i : i + 32])) + "," for i in range(0, 65536, 32)]
    text = (
        "#include <stdint.h>\n\nextern const uint16_t m68000_decode[65536];\nconst uint16_t m68000_decode[65536] = {\n"
    )
    (directory / "m68000_decode.c").write_text(text + "\n".join(lines) + "\n};\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
