"""The Z80's instructions as text, undocumented ones included.

An opcode is decoded by its bit fields x (bits 7-6), y (5-3, with p its upper two bits and q its lowest) and z (2-0),
the way its tables in the Z80 CPU User Manual are laid out. After DD or FD, HL, H and L become IX or IY and their
halves, and (HL) becomes (IX+d). What no assembler would make is data: ED with an opcode it has none for (the CPU does
nothing for 8 T states), further encodings of NEG, RETN, IM and BIT n,(IX+d), which a comment names, and DD or FD before
an opcode that has no HL in it (which it leaves as it is).
"""

from __future__ import annotations

from collections.abc import Callable

from megadrive.disassembly.instruction import Instruction, Reader, Symbols, number, signed

_R = ("b", "c", "d", "e", "h", "l", "(hl)", "a")
_PAIRS = ("bc", "de", "hl", "sp")
_CONDITIONS = ("nz", "z", "nc", "c", "po", "pe", "p", "m")
_OPERATIONS = ("add a,", "adc a,", "sub ", "sbc a,", "and ", "xor ", "or ", "cp ")
_SHIFTS = ("rlc", "rrc", "rl", "rr", "sla", "sra", "sll", "srl")
_ACCUMULATOR = ("rlca", "rrca", "rla", "rra", "daa", "cpl", "scf", "ccf")
_BLOCKS = (
    ("ldi", "cpi", "ini", "outi"),
    ("ldd", "cpd", "ind", "outd"),
    ("ldir", "cpir", "inir", "otir"),
    ("lddr", "cpdr", "indr", "otdr"),
)
_MODES = ("0", "0", "1", "2", "0", "0", "1", "2")  # of ED 46, 4E ... 7E; the first of each is the documented one
_OTHERS = {0x46: 0x46, 0x4E: 0x46, 0x66: 0x46, 0x6E: 0x46, 0x56: 0x56, 0x76: 0x56, 0x5E: 0x5E, 0x7E: 0x5E}
_INDIRECT = ("(bc)", "(de)", None, None)


class _NoInstruction(Exception):
    """Bytes that are none, or of which some are missing."""


class _Mirror(_NoInstruction):
    """Bytes that the CPU takes for another instruction."""


class _Decoder:
    """Decodes one instruction."""

    def __init__(self, read: Reader, address: int, symbols: Symbols) -> None:
        self.read = read
        self.start = self.at = address
        self.symbols = symbols
        self.data = b""
        self.index: str | None = None
        self.indexed = False  # whether the index register has been used
        self.displacement: int | None = None
        self.target: int | None = None

    # ---- operands

    def fetch(self) -> int:
        """Return the next byte."""
        value = self.read(self.at & 0xFFFF)
        if value is None:
            raise _NoInstruction
        self.data += bytes((value,))
        self.at += 1
        return value

    def byte(self) -> str:
        return number(self.fetch())

    def fetch_word(self) -> int:
        low = self.fetch()
        return low | self.fetch() << 8

    def place(self, address: int) -> str:
        """Write an address."""
        return self.symbols.get(address) or f"${address:04x}"

    def word(self) -> str:
        """Write a 16-bit operand."""
        value = self.fetch_word()
        return self.symbols.get(value) or number(value)

    def indirect(self) -> str:
        """Write an address whose contents are meant."""
        return f"({self.place(self.fetch_word())})"

    def jump_target(self) -> str:
        self.target = self.fetch_word()
        return self.place(self.target)

    def relative(self) -> str:
        distance = signed(self.fetch(), 8)
        self.target = (self.at + distance) & 0xFFFF
        return self.place(self.target)

    def memory(self) -> str:
        """Write (HL) or (IX+d)."""
        if self.index is None:
            return "(hl)"
        self.indexed = True
        if self.displacement is None:
            self.displacement = signed(self.fetch(), 8)
        sign = "-" if self.displacement < 0 else "+"
        return f"({self.index}{sign}{number(abs(self.displacement))})"

    def register(self, number_: int, plain: bool = False) -> str:
        """Write an 8-bit operand; `plain`: H and L stay what they are."""
        if number_ == 6:
            return self.memory()
        if self.index is not None and number_ in (4, 5) and not plain:
            self.indexed = True
            return self.index + "hl"[number_ - 4]
        return _R[number_]

    def pair(self, number_: int, stack: str = "sp") -> str:
        """Write a register pair; number 3 is `stack`."""
        if number_ == 2:
            return self.hl()
        return stack if number_ == 3 else _PAIRS[number_]

    def hl(self) -> str:
        if self.index is None:
            return "hl"
        self.indexed = True
        return self.index

    # ---- instructions

    def decode(self) -> Instruction:
        opcode = self.fetch()
        if opcode in (0xDD, 0xFD):
            self.index = "ix" if opcode == 0xDD else "iy"
            opcode = self.fetch()
        if opcode == 0xCB:
            text = self.bits()
        elif opcode == 0xED and self.index is None:
            text = self.extended(self.fetch())
        elif opcode in (0xDD, 0xED, 0xFD):
            raise _NoInstruction
        else:
            pages: tuple[Callable[[int, int], str], ...] = (self.page_0, self.loads, self.arithmetic, self.page_3)
            text = pages[opcode >> 6](opcode >> 3 & 7, opcode & 7)
        if self.index is not None and not self.indexed:
            raise _NoInstruction
        mnemonic, _, operands = text.partition(" ")
        return Instruction(self.start, self.data, mnemonic, operands, self.target)

    def page_0(self, y: int, z: int) -> str:
        p, q = y >> 1, y & 1
        match z:
            case 0:
                if y < 4:
                    return ("nop", "ex af,af'", "djnz ", "jr ")[y] + (self.relative() if y > 1 else "")
                return f"jr {_CONDITIONS[y - 4]},{self.relative()}"
            case 1:
                return f"add {self.hl()},{self.pair(p)}" if q else f"ld {self.pair(p)},{self.word()}"
            case 2:
                if p < 2:
                    return f"ld a,{_INDIRECT[p]}" if q else f"ld {_INDIRECT[p]},a"
                register = self.hl() if p == 2 else "a"
                address = self.indirect()
                return f"ld {register},{address}" if q else f"ld {address},{register}"
            case 3:
                return f"{'dec' if q else 'inc'} {self.pair(p)}"
            case 4 | 5:
                return f"{'inc' if z == 4 else 'dec'} {self.register(y)}"
            case 6:
                return f"ld {self.register(y)},{self.byte()}"
            case _:
                return _ACCUMULATOR[y]

    def loads(self, y: int, z: int) -> str:
        if y == z == 6:
            return "halt"
        memory = 6 in (y, z)
        return f"ld {self.register(y, plain=memory)},{self.register(z, plain=memory)}"

    def arithmetic(self, y: int, z: int) -> str:
        return _OPERATIONS[y] + self.register(z)

    def page_3(self, y: int, z: int) -> str:
        p, q = y >> 1, y & 1
        match z:
            case 0:
                return f"ret {_CONDITIONS[y]}"
            case 1:
                if not q:
                    return f"pop {self.pair(p, 'af')}"
                return ("ret", "exx", "jp ({})", "ld sp,{}")[p].format(self.hl() if p > 1 else "")
            case 2:
                return f"jp {_CONDITIONS[y]},{self.jump_target()}"
            case 3:
                return self.row_3(y)
            case 4:
                return f"call {_CONDITIONS[y]},{self.jump_target()}"
            case 5:
                return f"call {self.jump_target()}" if q else f"push {self.pair(p, 'af')}"
            case 6:
                return _OPERATIONS[y] + self.byte()
            case _:
                self.target = 8 * y
                return f"rst {number(8 * y)}"

    def row_3(self, y: int) -> str:
        """Decode C3 to FB."""
        match y:
            case 0:
                return f"jp {self.jump_target()}"
            case 2:
                return f"out ({self.byte()}),a"
            case 3:
                return f"in a,({self.byte()})"
            case 4:
                return f"ex (sp),{self.hl()}"
            case _:
                return {5: "ex de,hl", 6: "di", 7: "ei"}[y]

    def bits(self) -> str:
        """Decode CB, and DD CB d."""
        if self.index is not None:
            operand = self.memory()
            opcode = self.fetch()
            copy = opcode & 7
        else:
            opcode = self.fetch()
            operand, copy = _R[opcode & 7], 6  # no copy of the result
        x, y = opcode >> 6, opcode >> 3 & 7
        if x == 1:
            text = f"bit {y},{operand}"
            if self.index is not None and copy != 6:
                raise _Mirror(text)
            return text
        operand += "" if copy == 6 else f",{_R[copy]}"
        return f"{_SHIFTS[y]} {operand}" if x == 0 else f"{('', '', 'res', 'set')[x]} {y},{operand}"

    def extended(self, opcode: int) -> str:
        """Decode ED."""
        x, y, z = opcode >> 6, opcode >> 3 & 7, opcode & 7
        if x == 2 and y >= 4 and z < 4:
            return _BLOCKS[y - 4][z]
        if x != 1:
            raise _Mirror("nop")
        p, q = y >> 1, y & 1
        match z:
            case 0:
                return "in f,(c)" if y == 6 else f"in {_R[y]},(c)"
            case 1:
                return "out (c),0" if y == 6 else f"out (c),{_R[y]}"
            case 2:
                return f"{'adc' if q else 'sbc'} hl,{_PAIRS[p]}"
            case 3:
                return f"ld {_PAIRS[p]},{self.indirect()}" if q else f"ld {self.indirect()},{_PAIRS[p]}"
            case 4:
                return self.first(y == 0, "neg")
            case 5:
                return "reti" if y == 1 else self.first(y == 0, "retn")
            case 6:
                return self.first(_OTHERS[opcode] == opcode, f"im {_MODES[y]}")
            case _:
                return self.first(y < 6, ("ld i,a", "ld r,a", "ld a,i", "ld a,r", "rrd", "rld", "nop", "nop")[y])

    @staticmethod
    def first(is_first: bool, text: str) -> str:
        """Return the text of an instruction; if it is another encoding of it, that is data."""
        if not is_first:
            raise _Mirror(text)
        return text


def disassemble(read: Reader, address: int, symbols: Symbols) -> Instruction | None:
    """Disassemble the instruction at an address; None if there is not even a byte."""
    decoder = _Decoder(read, address, symbols)
    try:
        return decoder.decode()
    except _Mirror as other:
        data = ",".join(f"${value:02x}" for value in decoder.data)
        return Instruction(address, decoder.data, "db", data, comment=str(other), defined=False)
    except _NoInstruction:
        value = read(address)
    if value is None:
        return None
    return Instruction(address, bytes((value,)), "db", f"${value:02x}", defined=False)
