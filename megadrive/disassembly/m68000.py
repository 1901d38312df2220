"""The 68000's instructions as text.

Each row of the table is a first word, a mnemonic and operands (M68000 Programmer's Reference Manual, chapter 8). Of the
first word, 0 and 1 stand for themselves, and letters for fields:

====  =================================================================================================================
ss    size: 00 b, 01 w, 10 l; 11 does not match
z     size: 0 w, 1 l
r, n  register numbers; mmm nnn is an effective address, RRR MMM that of a MOVE's destination
c     condition
q     1 to 8, with 0 for 8
v     vector or displacement
====  =================================================================================================================

Operands: Dr An ... registers; (Ar)+ -(An) d16(An) as they are written; ``ea:class`` effective address of a class of
modes; #size immediate of the instruction's size, #b #w #q #v; label branch target; list register list.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from megadrive.disassembly.instruction import Instruction, Reader, Symbols, number, signed

_ROWS = """
0000 0000 0011 1100  ori.b     #b,ccr
0000 0000 0111 1100  ori.w     #w,sr
0000 0010 0011 1100  andi.b    #b,ccr
0000 0010 0111 1100  andi.w    #w,sr
0000 1010 0011 1100  eori.b    #b,ccr
0000 1010 0111 1100  eori.w    #w,sr
0000 0000 ssmm mnnn  ori.S     #size,ea:data-alterable
0000 0010 ssmm mnnn  andi.S    #size,ea:data-alterable
0000 0100 ssmm mnnn  subi.S    #size,ea:data-alterable
0000 0110 ssmm mnnn  addi.S    #size,ea:data-alterable
0000 1010 ssmm mnnn  eori.S    #size,ea:data-alterable
0000 1100 ssmm mnnn  cmpi.S    #size,ea:data-alterable
0000 1000 0000 0nnn  btst.l    #bit32,Dn
0000 1000 00mm mnnn  btst.b    #bit8,ea:memory
0000 1000 0100 0nnn  bchg.l    #bit32,Dn
0000 1000 01mm mnnn  bchg.b    #bit8,ea:memory-alterable
0000 1000 1000 0nnn  bclr.l    #bit32,Dn
0000 1000 10mm mnnn  bclr.b    #bit8,ea:memory-alterable
0000 1000 1100 0nnn  bset.l    #bit32,Dn
0000 1000 11mm mnnn  bset.b    #bit8,ea:memory-alterable
0000 rrr1 0z00 1nnn  movep.Z   d16(An),Dr
0000 rrr1 1z00 1nnn  movep.Z   Dr,d16(An)
0000 rrr1 0000 0nnn  btst.l    Dr,Dn
0000 rrr1 00mm mnnn  btst.b    Dr,ea:memory+immediate
0000 rrr1 0100 0nnn  bchg.l    Dr,Dn
0000 rrr1 01mm mnnn  bchg.b    Dr,ea:memory-alterable
0000 rrr1 1000 0nnn  bclr.l    Dr,Dn
0000 rrr1 10mm mnnn  bclr.b    Dr,ea:memory-alterable
0000 rrr1 1100 0nnn  bset.l    Dr,Dn
0000 rrr1 11mm mnnn  bset.b    Dr,ea:memory-alterable
0001 RRRM MMmm mnnn  move.b    ea:data,to:data-alterable
0011 RRR0 01mm mnnn  movea.w   ea:any,AR
0011 RRRM MMmm mnnn  move.w    ea:any,to:data-alterable
0010 RRR0 01mm mnnn  movea.l   ea:any,AR
0010 RRRM MMmm mnnn  move.l    ea:any,to:data-alterable
0100 0000 11mm mnnn  move.w    sr,ea:data-alterable
0100 0100 11mm mnnn  move.w    ea:data,ccr
0100 0110 11mm mnnn  move.w    ea:data,sr
0100 0000 ssmm mnnn  negx.S    ea:data-alterable
0100 0010 ssmm mnnn  clr.S     ea:data-alterable
0100 0100 ssmm mnnn  neg.S     ea:data-alterable
0100 0110 ssmm mnnn  not.S     ea:data-alterable
0100 1000 00mm mnnn  nbcd      ea:data-alterable
0100 1000 0100 0nnn  swap      Dn
0100 1000 01mm mnnn  pea       ea:control
0100 1000 1z00 0nnn  ext.Z     Dn
0100 1000 1zmm mnnn  movem.Z   list,ea:control-alterable-decrement
0100 1100 1zmm mnnn  movem.Z   ea:control-increment,list
0100 1010 1111 1100  illegal
0100 1010 11mm mnnn  tas       ea:data-alterable
0100 1010 ssmm mnnn  tst.S     ea:data-alterable
0100 rrr1 10mm mnnn  chk.w     ea:data,Dr
0100 rrr1 11mm mnnn  lea       ea:control,Ar
0100 1110 0100 vvvv  trap      #v
0100 1110 0101 0nnn  link      An,#displacement
0100 1110 0101 1nnn  unlk      An
0100 1110 0110 0nnn  move.l    An,usp
0100 1110 0110 1nnn  move.l    usp,An
0100 1110 0111 0000  reset
0100 1110 0111 0001  nop
0100 1110 0111 0010  stop      #w
0100 1110 0111 0011  rte
0100 1110 0111 0101  rts
0100 1110 0111 0110  trapv
0100 1110 0111 0111  rtr
0100 1110 10mm mnnn  jsr       ea:control
0100 1110 11mm mnnn  jmp       ea:control
0101 cccc 1100 1nnn  dbC       Dn,label16
0101 cccc 11mm mnnn  sC        ea:data-alterable
0101 qqq0 ssmm mnnn  addq.S    #q,ea:alterable
0101 qqq1 ssmm mnnn  subq.S    #q,ea:alterable
0110 cccc vvvv vvvv  bC.L      label
0111 rrr0 vvvv vvvv  moveq     #signed,Dr
1000 rrr0 11mm mnnn  divu.w    ea:data,Dr
1000 rrr1 11mm mnnn  divs.w    ea:data,Dr
1000 rrr1 0000 0nnn  sbcd      Dn,Dr
1000 rrr1 0000 1nnn  sbcd      -(An),-(Ar)
1000 rrr0 ssmm mnnn  or.S      ea:data,Dr
1000 rrr1 ssmm mnnn  or.S      Dr,ea:memory-alterable
1001 rrrz 11mm mnnn  suba.Z    ea:any,Ar
1001 rrr1 ss00 0nnn  subx.S    Dn,Dr
1001 rrr1 ss00 1nnn  subx.S    -(An),-(Ar)
1001 rrr0 ssmm mnnn  sub.S     ea:any,Dr
1001 rrr1 ssmm mnnn  sub.S     Dr,ea:memory-alterable
1011 rrrz 11mm mnnn  cmpa.Z    ea:any,Ar
1011 rrr1 ss00 1nnn  cmpm.S    (An)+,(Ar)+
1011 rrr0 ssmm mnnn  cmp.S     ea:any,Dr
1011 rrr1 ssmm mnnn  eor.S     Dr,ea:data-alterable
1100 rrr0 11mm mnnn  mulu.w    ea:data,Dr
1100 rrr1 11mm mnnn  muls.w    ea:data,Dr
1100 rrr1 0000 0nnn  abcd      Dn,Dr
1100 rrr1 0000 1nnn  abcd      -(An),-(Ar)
1100 rrr1 0100 0nnn  exg       Dr,Dn
1100 rrr1 0100 1nnn  exg       Ar,An
1100 rrr1 1000 1nnn  exg       Dr,An
1100 rrr0 ssmm mnnn  and.S     ea:data,Dr
1100 rrr1 ssmm mnnn  and.S     Dr,ea:memory-alterable
1101 rrrz 11mm mnnn  adda.Z    ea:any,Ar
1101 rrr1 ss00 0nnn  addx.S    Dn,Dr
1101 rrr1 ss00 1nnn  addx.S    -(An),-(Ar)
1101 rrr0 ssmm mnnn  add.S     ea:any,Dr
1101 rrr1 ssmm mnnn  add.S     Dr,ea:memory-alterable
1110 0000 11mm mnnn  asr.w     ea:memory-alterable
1110 0001 11mm mnnn  asl.w     ea:memory-alterable
1110 0010 11mm mnnn  lsr.w     ea:memory-alterable
1110 0011 11mm mnnn  lsl.w     ea:memory-alterable
1110 0100 11mm mnnn  roxr.w    ea:memory-alterable
1110 0101 11mm mnnn  roxl.w    ea:memory-alterable
1110 0110 11mm mnnn  ror.w     ea:memory-alterable
1110 0111 11mm mnnn  rol.w     ea:memory-alterable
1110 qqq0 ss00 0nnn  asr.S     #q,Dn
1110 qqq1 ss00 0nnn  asl.S     #q,Dn
1110 qqq0 ss00 1nnn  lsr.S     #q,Dn
1110 qqq1 ss00 1nnn  lsl.S     #q,Dn
1110 qqq0 ss01 0nnn  roxr.S    #q,Dn
1110 qqq1 ss01 0nnn  roxl.S    #q,Dn
1110 qqq0 ss01 1nnn  ror.S     #q,Dn
1110 qqq1 ss01 1nnn  rol.S     #q,Dn
1110 rrr0 ss10 0nnn  asr.S     Dr,Dn
1110 rrr1 ss10 0nnn  asl.S     Dr,Dn
1110 rrr0 ss10 1nnn  lsr.S     Dr,Dn
1110 rrr1 ss10 1nnn  lsl.S     Dr,Dn
1110 rrr0 ss11 0nnn  roxr.S    Dr,Dn
1110 rrr1 ss11 0nnn  roxl.S    Dr,Dn
1110 rrr0 ss11 1nnn  ror.S     Dr,Dn
1110 rrr1 ss11 1nnn  rol.S     Dr,Dn
"""

# modes: 0 Dn, 1 An, 2 (An), 3 (An)+, 4 -(An), 5 d16(An), 6 d8(An,Xn), 7 abs.w, 8 abs.l, 9 d16(pc), 10 d8(pc,Xn), 11 #
_CLASSES = {
    "any": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
    "data": {0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
    "memory": {2, 3, 4, 5, 6, 7, 8, 9, 10},
    "memory+immediate": {2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
    "alterable": {0, 1, 2, 3, 4, 5, 6, 7, 8},
    "data-alterable": {0, 2, 3, 4, 5, 6, 7, 8},
    "memory-alterable": {2, 3, 4, 5, 6, 7, 8},
    "control": {2, 5, 6, 7, 8, 9, 10},
    "control-increment": {2, 3, 5, 6, 7, 8, 9, 10},
    "control-alterable-decrement": {2, 4, 5, 6, 7, 8},
}
_BRIEF = 0xF8FF  # of a brief extension word the 68000 ignores bits 10-8
_CONDITIONS = ("t", "f", "hi", "ls", "cc", "cs", "ne", "eq", "vc", "vs", "pl", "mi", "ge", "lt", "gt", "le")
_REGISTERS = [*(f"d{n}" for n in range(8)), *(f"a{n}" for n in range(8))]


class _NoInstruction(Exception):
    """Bytes that are none, or of which some are missing."""


def _mode(mode: int, register: int) -> int:
    return mode if mode < 7 else 7 + register


class _Row:
    """A row of the table."""

    def __init__(self, line: str) -> None:
        groups = line.split()
        bits = "".join(groups[:4])
        self.mask = int(re.sub("[^01]", "0", re.sub("[01]", "1", bits)), 2)
        self.value = int(re.sub("[^01]", "0", bits), 2)
        self.fields = {
            letter: (15 - bits.rindex(letter), (1 << bits.count(letter)) - 1) for letter in set(bits) - set("01")
        }
        self.mnemonic = groups[4]
        # commas between operands, not those within parentheses: there are none
        self.operands = groups[5].split(",") if len(groups) > 5 else []

    def field(self, word: int, letter: str) -> int:
        shift, mask = self.fields[letter]
        return word >> shift & mask

    def matches(self, word: int) -> bool:
        if word & self.mask != self.value or ("s" in self.fields and self.field(word, "s") == 3):
            return False
        for operand in self.operands:
            kind, _, name = operand.partition(":")
            if not name:
                continue
            letters = "mn" if kind == "ea" else "MR"
            mode = _mode(self.field(word, letters[0]), self.field(word, letters[1]))
            if mode not in _CLASSES[name] or (mode == 1 and self.size(word) == "b"):
                return False
        return True

    def size(self, word: int) -> str:
        """Return b, w or l."""
        suffix = self.mnemonic.partition(".")[2]
        if suffix == "S":
            return "bwl"[self.field(word, "s")]
        return "wl"[self.field(word, "z")] if suffix == "Z" else suffix


_TABLE: dict[int, list[_Row]] = {line: [] for line in range(16)}
for _line in _ROWS.split("\n"):
    if _line:
        _TABLE[int(_line[:4], 2)].append(_Row(_line))


@functools.lru_cache(maxsize=65536)
def _find(word: int) -> _Row | None:
    return next((row for row in _TABLE[word >> 12] if row.matches(word)), None)


def is_defined(word: int) -> bool:
    """Tell whether a word is the first one of an instruction.

    Examples
    --------
    >>> is_defined(0x4E71), is_defined(0x4E7B)
    (True, False)
    """
    return _find(word) is not None


def canonical(data: bytes) -> bytes:
    """Return an instruction's bytes with 0 for all bits that the CPU does not look at.

    Examples
    --------
    >>> canonical(bytes.fromhex("0600 1234")).hex()  # addi.b #$34,d0
    '06000034'
    """
    decoder = _Decoder(lambda at: data[at] if at < len(data) else None, 0, {})
    try:
        decoder.decode()
    except _NoInstruction:
        return data
    return decoder.canonical


class _Decoder:
    """Decodes one instruction."""

    def __init__(self, read: Reader, address: int, symbols: Symbols) -> None:
        self.read = read
        self.start = self.at = address
        self.symbols = symbols
        self.data = b""
        self.canonical = b""
        self.target: int | None = None

    def fetch(self, mask: int = 0xFFFF) -> int:
        """Return the next word, those bits of it that the CPU looks at."""
        high, low = self.read(self.at), self.read(self.at + 1)
        if high is None or low is None:
            raise _NoInstruction
        self.data += bytes((high, low))
        self.at += 2
        word = (high << 8 | low) & mask
        self.canonical += word.to_bytes(2, "big")
        return word

    def fetch_long(self) -> int:
        high = self.fetch()
        return high << 16 | self.fetch()

    def place(self, address: int, suffix: str = "") -> str:
        """Write an address."""
        name = self.symbols.get(address & 0xFFFFFF)
        return (f"${address:x}" if name is None else name) + suffix

    def decode(self) -> Instruction:
        self.word = self.fetch()
        row = _find(self.word)
        if row is None:
            raise _NoInstruction
        self.row = row
        self.size = row.size(self.word)
        if row.mnemonic == "bC.L":
            return self.branch()
        mnemonic = row.mnemonic.replace(".S", f".{self.size}").replace(".Z", f".{self.size}")
        if "C" in mnemonic:
            mnemonic = mnemonic.replace("C", _CONDITIONS[row.field(self.word, "c")])
        operands = self.operands()
        return Instruction(self.start, self.data, mnemonic, ",".join(operands), self.target)

    def operands(self) -> list[str]:
        written = self.row.operands
        if "list" in written:  # the list is the word before the address's own
            mask = self.fetch()
            decrement = self.row.field(self.word, "m") == 4
            return [_list(mask, decrement) if one == "list" else self.operand(one) for one in written]
        return [self.operand(one) for one in written]

    def branch(self) -> Instruction:
        condition = self.row.field(self.word, "c")
        name = ("bra", "bsr")[condition] if condition < 2 else "b" + _CONDITIONS[condition]
        near = self.row.field(self.word, "v")
        distance = signed(near, 8) if near else signed(self.fetch(), 16)
        self.target = (self.start + 2 + distance) & 0xFFFFFFFF
        name += ".s" if near else ".w"
        return Instruction(self.start, self.data, name, self.place(self.target), self.target)

    def operand(self, text: str) -> str:
        def field(letter: str) -> int:
            return self.row.field(self.word, letter)

        if text.startswith("ea:"):
            return self.effective_address(field("m"), field("n"))
        if text.startswith("to:"):
            return self.effective_address(field("M"), field("R"))
        if match := re.fullmatch(r"(-?\(?)([DA])([rnR])(\)?\+?)", text):
            before, bank, letter, after = match.groups()
            return f"{before}{bank.lower()}{field(letter)}{after}"
        if text == "d16(An)":
            return f"{number(signed(self.fetch(), 16))}(a{field('n')})"
        if text == "label16":
            self.target = (self.start + 2 + signed(self.fetch(), 16)) & 0xFFFFFFFF
            return self.place(self.target)
        if text.startswith("#"):
            return "#" + number(self.immediate(text[1:]))
        return text

    def immediate(self, kind: str) -> int:
        field = self.row.field
        if kind == "size":
            kind = self.size
        if kind == "b":
            return self.fetch(0xFF)
        if kind == "w":
            return self.fetch()
        if kind == "l":
            return self.fetch_long()
        if kind == "q":
            return field(self.word, "q") or 8
        if kind == "v":
            return field(self.word, "v")
        if kind == "signed":
            return signed(field(self.word, "v"), 8)
        if kind == "displacement":
            return signed(self.fetch(), 16)
        return self.fetch(31 if kind == "bit32" else 7)

    def effective_address(self, mode: int, register: int) -> str:
        match _mode(mode, register):
            case 0:
                return f"d{register}"
            case 1:
                return f"a{register}"
            case 2:
                return f"(a{register})"
            case 3:
                return f"(a{register})+"
            case 4:
                return f"-(a{register})"
            case 5:
                return f"{number(signed(self.fetch(), 16))}(a{register})"
            case 6:
                word = self.fetch(_BRIEF)
                return f"{number(signed(word & 0xFF, 8))}(a{register},{_index(word)})"
            case 7:
                return self.absolute(signed(self.fetch(), 16) & 0xFFFFFFFF, ".w")
            case 8:
                return self.absolute(self.fetch_long(), ".l")
            case 9:
                base = self.at
                address = (base + signed(self.fetch(), 16)) & 0xFFFFFFFF
                if self.row.mnemonic in ("jmp", "jsr"):
                    self.target = address
                return self.place(address, "(pc)")
            case 10:
                base = self.at
                word = self.fetch(_BRIEF)
                return f"{self.place((base + signed(word & 0xFF, 8)) & 0xFFFFFFFF)}(pc,{_index(word)})"
            case _:
                return "#" + number(self.immediate("size"))

    def absolute(self, address: int, suffix: str) -> str:
        if self.row.mnemonic in ("jmp", "jsr"):
            self.target = address
        return self.place(address, suffix)


def _index(word: int) -> str:
    """Write the index register of a brief extension word."""
    return f"{_REGISTERS[word >> 12]}.{'wl'[word >> 11 & 1]}"


def _list(mask: int, reverse: bool) -> str:
    """Write MOVEM's registers: bit 0 is D0, or A7 if reversed."""
    chosen = [bool(mask >> (15 - n if reverse else n) & 1) for n in range(16)]
    return "/".join([*_runs(chosen, 0), *_runs(chosen, 8)]) or "#0"


def _runs(chosen: list[bool], first: int) -> Iterator[str]:
    n = first
    while n < first + 8:
        if chosen[n]:
            last = n
            while last + 1 < first + 8 and chosen[last + 1]:
                last += 1
            yield _REGISTERS[n] if n == last else f"{_REGISTERS[n]}-{_REGISTERS[last]}"
            n = last
        n += 1


def disassemble(read: Reader, address: int, symbols: Symbols) -> Instruction | None:
    """Disassemble the instruction at an even address; None if there is not even a word."""
    try:
        return _Decoder(read, address, symbols).decode()
    except _NoInstruction:
        high, low = read(address), read(address + 1)
    if high is None:
        return None
    if low is None:
        return Instruction(address, bytes((high,)), "dc.b", f"${high:02x}", defined=False)
    return Instruction(address, bytes((high, low)), "dc.w", f"${high << 8 | low:04x}", defined=False)
