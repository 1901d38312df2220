"""Assembles z80test from its sources, which are written for sjasm, with GNU as: reads its directives and macros."""

import pathlib
import re
import subprocess
from collections.abc import Iterator

ORIGIN = 0x8000


class Source:
    """Translates one of the programs (z80full.asm and others) into GNU as, knowing some symbols."""

    def __init__(self, folder: pathlib.Path, symbols: dict[str, int]) -> None:
        self.folder = folder
        self.symbols = symbols  # from an earlier assembly: operands with % and / are worked out here
        self.numbers: dict[str, int] = {}  # of equ
        self.macros: dict[str, list[str]] = {}
        self.scope = "start"
        self.vectors = 0
        self.register_a = 0

    def file(self, name: str) -> Iterator[str]:
        yield from self.lines((self.folder / name).read_text().splitlines())

    def lines(self, lines: list[str]) -> Iterator[str]:
        going = [True]  # for each open if: whether its lines count
        done = [True]  # whether one of its branches has counted
        macro: str | None = None
        for raw in lines:
            line = re.sub(r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$).*", "", raw).rstrip()
            words = line.split(None, 2)
            if not words:
                continue
            word = words[0].lower()
            if macro is not None:
                if word == "endm":
                    macro = None
                else:
                    self.macros[macro].append(line)
            elif word == "if":
                going.append(going[-1] and bool(self.condition(line.split(None, 1)[1])))
                done.append(going[-1])
            elif word == "else":
                going[-1] = going[-2] and not done[-1]
            elif word == "endif":
                going.pop(), done.pop()
            elif not going[-1]:
                continue
            elif word == "macro":
                macro = words[1]
                self.macros[macro] = []
            else:
                yield from self.line(line)

    def condition(self, text: str) -> int:
        text = re.sub(r"!(?!=)", " not ", text).replace("&", " and ").replace("|", " or ")
        return int(eval(text, {"__builtins__": {}}, dict(self.numbers)))

    def line(self, line: str) -> Iterator[str]:
        label = re.match(r"([.\w]+):?\s*", line)
        rest = line.strip()
        if not line[0].isspace() and label:
            name, rest = label[1], line[label.end() :]
            if rest.startswith("equ"):
                expression = self.symbol(rest[3:].strip())
                if re.fullmatch(r"[\d\s+*()-]+|0x[0-9a-f]+", expression) or re.fullmatch(r"[\w+]+", expression):
                    known = {**self.symbols, **self.numbers}
                    if all(word.isdigit() or word in known for word in re.findall(r"\w+", expression)):
                        self.numbers[name] = int(eval(expression, {"__builtins__": {}}, known))
                yield f" .set {name}, {self.numbers.get(name, self.worked_out(expression))}"
                return
            if name == ".veccount":
                return
            if not name.startswith("."):
                self.scope = name
            yield f"{self.symbol(name)}:"
        if rest:
            yield from self.statement(rest)

    def symbol(self, text: str) -> str:
        """Write local names in full: .loop of test, and test.loop, as test__loop."""
        text = re.sub(r"(?<![\w.])\.(\w+)", lambda match: f"{self.scope}__{match[1]}", text)
        return re.sub(r"\b([a-z]\w*)\.(\w+)", r"\1__\2", text)

    def worked_out(self, expression: str) -> str:
        if "%" not in expression and "/" not in expression:
            return expression
        names = {name: 0 for name in re.findall(r"[a-z_]\w*", expression)} | self.symbols | self.numbers
        return str(int(eval(expression.replace("/", "//"), {"__builtins__": {}}, names)))

    def statement(self, text: str) -> Iterator[str]:
        word, _, rest = text.partition(" ")
        word, rest = word.lower(), rest.strip()
        if word == "org":
            return
        if word == "include":
            yield from self.file(rest)
        elif word in ("db", "dz"):
            values = [self.value(item) for item in re.findall(r"\"[^\"]*\"|[^,]+", rest)]
            yield " .byte " + ",".join([*values, "0"] if word == "dz" else values)
        elif word == "dw":
            yield " .word " + self.symbol(rest)
        elif word == "ds":
            yield " .space " + self.worked_out(self.symbol(rest))
        elif word == "align":
            yield " .balign " + rest
        elif word == "name":
            yield from self.statement("dz " + rest)
        elif word == "testname":
            yield from self.lines(self.macros[word])
        elif word in ("flags", "vec", "crcs", "combine"):
            yield from getattr(self, word)([item.strip() for item in rest.split(",")])
        else:
            operands = [self.worked_out(self.symbol(item)) for item in rest.split(",")] if rest else []
            if word == "ex" and operands == ["af", "af"]:
                operands = ["af", "af'"]
            if word in ("add", "adc", "sbc") and len(operands) == 1:
                operands = ["a", *operands]
            yield f" {word} " + ",".join(operands)

    def value(self, item: str) -> str:
        item = item.strip()
        if item.startswith('"'):
            return ",".join(str(ord(character)) for character in item[1:-1])
        return self.worked_out(self.symbol(item))

    # ---- macros of testmacros.asm and idea.asm

    def flags(self, items: list[str]) -> Iterator[str]:
        bits = "".join(items[1::2])
        yield f" .byte {int(bits, 2) if self.numbers['maskflags'] else 0xFF}"

    def vec(self, items: list[str]) -> Iterator[str]:
        ops, values = items[:4], dict(zip(items[4::2], items[5::2], strict=True))
        after_ccf, place = self.numbers["postccf"], self.vectors % 3
        self.vectors += 1
        a = int(values["a"], 0)
        if after_ccf:
            if place == 0:
                self.register_a = 0
                stops = [i for i in (1, 2, 3) if ops[i] == "stop"]
                at = stops[-1] if stops else 4
                ops = [op for i, op in enumerate(ops) if i != at]
                ops.insert(at, "tail")
                ops = [*ops, "0"][:5]
            else:
                ops = [*ops, "0"]
                self.register_a |= a
            if place == 2:
                a |= ~self.register_a & 0x28
        yield " .byte " + ",".join(self.value(op) for op in ops)
        yield f" .byte {values['f']},{a}"
        names = [values[name] for name in ("bc", "de", "hl", "ix", "iy", "mem", "sp")]
        yield " .word " + ",".join(self.symbol(name) for name in names)

    def crcs(self, items: list[str]) -> Iterator[str]:
        values = dict(zip(items[::2], items[1::2], strict=True))
        number = self.numbers
        kind = ("doc" if number["maskflags"] else "all") + ("flags" if number["onlyflags"] else "")
        kind = "ccf" if number["postccf"] else "mptr" if number["memptr"] else kind
        yield " .byte " + ",".join(str(byte) for byte in int(values[kind], 0).to_bytes(4, "big"))

    def combine(self, items: list[str]) -> Iterator[str]:
        base, count, offset, last = [*items, "0", "1"][:4] if len(items) < 4 else items
        count = self.worked_out(count)
        number = int(eval(count, {"__builtins__": {}}, dict(self.numbers)))
        for i in range(number):
            yield from (" ld a,(bc)", " xor (hl)", " ex de,hl", " xor (hl)")
            yield f" ld ({self.symbol(base)}+{offset}+{i}),a"
            if i < number - 1 or last == "0":
                yield from (" inc c", " inc e", " inc l")


def assemble(folder: pathlib.Path, name: str, work: pathlib.Path) -> bytes:
    """Return the program NAME.asm, to be loaded at 32768.

    The first assembly finds out where everything lies, the second has the operands that depend on it.
    """
    symbols: dict[str, int] = {}
    for _ in range(2):
        text = "\n".join(Source(folder, symbols).file(f"{name}.asm")) + "\n"
        (work / "all.s").write_text(text)
        run = subprocess.run(
            ["z80-unknown-coff-as", "-march=z80", "-o", work / "all.o", work / "all.s"], capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr[:2000]
        link = ["z80-unknown-coff-ld", "-Ttext", hex(ORIGIN), "-o", work / "all.out", work / "all.o"]
        run = subprocess.run([*link, "-e", "main"], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr[:2000]
        table = subprocess.run(["z80-unknown-coff-nm", work / "all.out"], capture_output=True, text=True, check=True)
        rows = [line.split() for line in table.stdout.splitlines()]
        symbols = {row[2]: int(row[0], 16) for row in rows if len(row) == 3}
    subprocess.run(
        ["z80-unknown-coff-objcopy", "-O", "binary", "-j", ".text", work / "all.out", work / "all.bin"], check=True
    )
    return (work / "all.bin").read_bytes()
