"""Random programs of a whole console: both processors wait, work, and get in each other's way.

All that is random comes from a ``random.Random``, so that Hypothesis can be behind it.
"""

import random
import struct
from collections.abc import Callable

DATA, STATUS, HV = 0xC00000, 0xC00004, 0xC00008
BUSREQ, Z80_RESET, FM, PSG = 0xA11100, 0xA11200, 0xA04000, 0xC00011
FLAG = 0xFFFF0000  # a byte of work RAM that the interrupt handlers count up
SHARED = 0xFFFF8001  # one that the Z80 writes
Z80_FLAG, Z80_COUNT = 0x1F80, 0x1F82  # Z80 RAM: a byte that the 68000 sets; what the Z80's interrupt counts
MAIN, OTHER, HINT, VINT, Z80_PROGRAM = 0x300, 0x270, 0x3000, 0x3800, 0x3C00
IN_RAM = 0xFFFF1000

# Values of registers between which programs go to and fro.
REGISTERS = [
    0x8004, 0x8014, 0x8014, 0x8006, 0x8144, 0x8164, 0x8174, 0x8174, 0x8154, 0x817C, 0x815C, 0x8134, 0x8114, 0x8C00,
    0x8C81, 0x8C81, 0x8C89, 0x8C83, 0x8C87, 0x8C02, 0x8C06, 0x8F02, 0x8F01, 0x8F00, 0x8F80, 0x8A00, 0x8A01, 0x8A07,
    0x8A40, 0x8AFF, 0x8B00, 0x8B03, 0x8570, 0x8568, 0x8D2C, 0x8D3F, 0x9001, 0x9000, 0x9104, 0x9288, 0x8721,
]  # fmt: skip


def words(*values: int) -> bytes:
    return struct.pack(f">{len(values)}H", *values)


def word_to(value: int, address: int) -> bytes:
    """Return MOVE.W #value,(address).L."""
    return struct.pack(">HHI", 0x33FC, value & 0xFFFF, address)


def long_to(value: int, address: int) -> bytes:
    return struct.pack(">HII", 0x23FC, value, address)


def byte_to(value: int, address: int) -> bytes:
    return struct.pack(">HHI", 0x13FC, value & 0xFF, address)


def of_absolute(opcode: int, address: int) -> bytes:
    return struct.pack(">HI", opcode, address)


def command(code: int, address: int) -> int:
    return (code & 3) << 30 | (address & 0x3FFF) << 16 | (code & 0x3C) << 2 | address >> 14 & 3


def loop(body: bytes, condition: int) -> bytes:
    """Return the body and a branch back to its start: 2 HI, 3 LS, 4 CC, 5 CS, 6 NE, 7 EQ."""
    return body + bytes([0x60 | condition, 0x100 - len(body) - 2])


def z80_loop(body: bytes, branch: int) -> bytes:
    """Return the body and a relative jump back to its start: $10 DJNZ, $18 JR, $20 NZ, $28 Z."""
    return body + bytes([branch, 0x100 - len(body) - 2])


def load(address: int) -> bytes:
    """Return LD A,(address) of the Z80."""
    return struct.pack("<BH", 0x3A, address)


def store(address: int) -> bytes:
    return struct.pack("<BH", 0x32, address)


def poke(address: int, value: int) -> bytes:
    return bytes([0x3E, value]) + store(address)


def poke_fm(register: int, value: int) -> bytes:
    return poke(0x4000, register) + poke(0x4001, value)


def bank(number: int) -> bytes:
    """Return LD HL,$6000 and nine LD (HL),n."""
    return b"\x21\x00\x60" + b"".join(bytes([0x36, number >> bit & 1]) for bit in range(9))


class Program:
    """A program of both processors.

    Parameters
    ----------
    source : random.Random
        What it is made of.
    """

    def __init__(self, source: random.Random) -> None:
        self.n, self.of = source.randint, source.choice
        self.share = source.random

    # ------------------------------------------------------------------------------------- the 68000 waits

    def status_loop(self) -> bytes:
        """A4 points to the status."""
        bit = self.of([3, 3, 3, 2, 2, 9, 8, 5, 6, 1, 7, 4])
        test = words(0x0800, bit)
        body = self.of([
            of_absolute(0x3039, STATUS) + test,
            words(0x3014) + test,
            of_absolute(0x287C, STATUS) + words(0x3014) + test,  # MOVEA.L #,A4 in the loop
            words(0x302C, 0, 0x0240, 1 << bit),
            words(0x082C, bit & 7, 1 - bit // 8),
            words(0x3014, 0x3214) + test,  # twice
            words(0x302C, 4, 0x3014) + test,  # the HV counter before it
            words(0x3014, 0x322C, 4) + test,  # and after it
        ])  # fmt: skip
        return loop(words(0x4E71) * self.of([0, 0, 1, 3]) + body, self.of([6, 7]))

    def counted_status_loop(self) -> bytes:
        """MOVE.W #,D1; MOVE.W status,D0; BTST; DBcc."""
        bit = self.of([3, 3, 2, 9, 1, 7])
        return (
            words(0x323C, self.n(1, 3000))
            + of_absolute(0x3039, STATUS)
            + words(0x0800, bit, self.of([0x56C9, 0x57C9]), 0xFFF4)
        )

    def counter_loop(self) -> bytes:
        line = self.n(0, 255)
        body = self.of([
            words(0x0C2C, line, 4),
            of_absolute(0x1039, HV) + words(0x0C00, line),
            words(0x302C, 4, 0xE048, 0x0C00, line),
            words(0x7200 | line & 0x7F, 0xB22C, 4),
            words(0x0C2C, line, 5),
            words(0x102C, 4, 0xB02C, 4),
        ])  # fmt: skip
        return loop(body, self.of([2, 3, 4, 5, 6, 6, 6, 7]))

    def flag_loop(self) -> bytes:
        """A5 points to the flag, which the loop clears."""
        body = self.of([
            of_absolute(0x4A39, FLAG),
            words(0x4A15),
            words(0x1015, 0x4A00),
            words(0x0C15, 0),
            words(0x1015, 0x3214, 0x4A00),  # and reads the status
        ])  # fmt: skip
        return loop(body, self.of([7, 7, 7, 6])) + of_absolute(0x4239, FLAG)

    def z80_flag_loop(self) -> bytes:
        """Wait for a bit of what the Z80 writes, or for a change."""
        if self.n(0, 1):
            return of_absolute(0x1039, SHARED) + loop(of_absolute(0xB039, SHARED), 7)
        return loop(words(0x0839, self.n(0, 7)) + struct.pack(">I", SHARED), self.of([6, 7]))

    def delay(self) -> bytes:
        return self.of([
            words(0x4E71) * self.n(1, 40),
            words(0x323C, self.n(0, self.of([50, 5000])), 0x51C9, 0xFFFE),  # DBRA
            words(0x7200 | self.n(1, 127)) + loop(words(0x5341), 6),  # SUBQ, BNE
            words(0x323C, self.n(0, 300), 0x4E71, 0x51C9, 0xFFFC),
            words(0x46FC, 0x2000, 0x4E72, self.of([0x2000, 0x2300])),  # STOP
        ])  # fmt: skip

    # -------------------------------------------------------------------------------------- the 68000 works

    def fm_poll(self) -> bytes:
        wait = loop(words(0x0839, self.of([7, 0, 1])) + struct.pack(">I", FM), 6)
        return self.of([b"", wait, loop(of_absolute(0x1039, FM), 11)])

    def fm_write(self) -> bytes:
        register = self.of([0x24, 0x25, 0x26, 0x27, 0x28, 0x2A, 0x2B, 0x30, 0x40, 0xA4, 0xA0, 0xB0, 0xB4, 0x22])
        value = self.of([0x15, 0x2A, 0x3F]) if register == 0x27 else self.n(0, 255)
        return self.fm_poll() + byte_to(register, FM) + self.fm_poll() + byte_to(value, FM + 1)

    def z80_touch(self) -> bytes:
        code = word_to(0x100, BUSREQ)
        code += self.of([b"", loop(struct.pack(">HHI", 0x0839, 0, BUSREQ), 6)])
        for _ in range(self.n(0, 3)):
            code += self.of([
                byte_to(1, 0xA00000 + Z80_FLAG),
                of_absolute(0x1039, 0xA00000 + Z80_COUNT),
                self.fm_write(),
                byte_to(self.n(0, 255), 0xA01900 + self.n(0, 64)),
            ])  # fmt: skip
        return code + word_to(0, BUSREQ)

    def register(self) -> bytes:
        return word_to(self.of(REGISTERS), STATUS)

    def set_address(self) -> bytes:
        return long_to(command(self.of([1, 1, 1, 3, 5]), self.n(0, 0xFFFF)), STATUS)

    def write_data(self) -> bytes:
        again = words(0x3941, 0xFFFC, 0x51C9)  # MOVE.W D1,-4(A4); DBRA
        return self.of([
            b"".join(word_to(self.n(0, 0xFFFF), DATA) for _ in range(self.n(1, 6))),
            b"".join(long_to(self.n(0, 0xFFFFFFFF), DATA) for _ in range(self.n(1, 4))),
            words(0x323C, self.n(0, 400)) + again + words(0xFFFA),
            words(0x323C, self.n(0, 400), 0x2941, 0xFFFC, 0x51C9, 0xFFFA),
            words(0x323C, self.n(0, 100), 0x082C, 0, 0, 0x66F8) + again + words(0xFFF2),  # unless the FIFO is full
            words(0x323C, self.n(0, 60), 0x082C, 1, 0, 0x67F8) + again + words(0xFFF2),  # when it is empty
        ])  # fmt: skip

    def read_data(self) -> bytes:
        code = long_to(command(self.of([0, 0, 4, 8]), self.n(0, 0xFFFF)), STATUS)
        return code + of_absolute(0x3039, DATA) * self.n(1, 4) + words(0xD640)  # ADD.W D0,D3

    def transfer(self) -> bytes:
        """A DMA, a fill or a copy, and perhaps the wait for its end."""
        length, to = self.n(0, self.of([20, 400, 5000])), self.n(0, 0xFFFF)
        settings = [0x8F00 | self.of([1, 2, 2, 0]), 0x9300 | length & 0xFF, 0x9400 | length >> 8]
        kind = self.n(0, 2)
        if kind == 0:
            settings += self.of([[0x9580, 0x9600, 0x9700], [0x9580, 0x9680, 0x977F]])
            code = long_to(command(self.of([1, 1, 3, 5]) | 0x20, to), STATUS)
        else:
            settings += [0x9500 | self.n(0, 255), 0x9600 | self.n(0, 255), 0x97C0 if kind == 1 else 0x9780]
            code = long_to(command(0x30 if kind == 1 else 0x21, to), STATUS)
        if kind == 2:
            code += word_to(self.n(0, 0xFFFF), DATA)
        wait = self.of([b"", loop(words(0x082C, 1, 1), 6), loop(words(0x3014, 0x0800, 1), 6), self.delay()])
        return b"".join(word_to(value, STATUS) for value in settings) + code + wait

    def anything(self) -> bytes:
        return self.of([
            of_absolute(0x3039, STATUS) + words(0xD640),
            of_absolute(0x3039, HV) + words(0xD640),
            of_absolute(0x1039, 0xA10003) + words(0xD640),
            byte_to(0x40, 0xA10009) + byte_to(self.of([0, 0x40]), 0xA10003),
            byte_to(self.n(0x80, 0xFF), PSG),
            words(0x46FC, self.of([0x2000, 0x2000, 0x2300, 0x2500, 0x2700])),
            words(0x303C, self.n(0, 0xFFFF), 0x80FC, self.n(1, 999)),  # DIVU
            self.fm_write(),  # which only the Z80's bus lets through
        ])  # fmt: skip

    def handler(self) -> bytes:
        """Return code that counts, notes what was read last, may do something, and returns."""
        code = of_absolute(0x5239, FLAG) + words(0x5247) + of_absolute(0xD179, FLAG + 2)  # ADDQ.B, ADDQ D7, ADD D0
        for _ in range(self.of([0, 0, 1, 2])):
            code += self.of([
                self.register(),
                of_absolute(0x3A39, self.of([STATUS, HV])),
                byte_to(self.n(0x80, 0xFF), PSG),
                long_to(command(self.of([3, 5, 1]), self.n(0, 0x4F)), STATUS) + long_to(self.n(0, 0xFFFFFFFF), DATA),
                word_to(0x100, BUSREQ) + word_to(0, BUSREQ),
            ])  # fmt: skip
        return code + words(0x4E73)

    # -------------------------------------------------------------------------------------------- the Z80

    def z80_status_loop(self) -> bytes:
        bit = self.of([0, 1, 7])
        test, branch = 0x46 | bit << 3, 0x20 if bit == 7 else self.of([0x20, 0x28])
        return poke_fm(0x27, self.of([0x15, 0x2A, 0x3F])) + self.of([
            z80_loop(load(0x4000) + bytes([0xE6, 1 << bit]), branch),
            b"\x21\x00\x40" + z80_loop(bytes([0xCB, test]), branch),  # BIT b,(HL)
            z80_loop(bytes([0xFD, 0xCB, 0, test]), branch),  # BIT b,(IY)
            z80_loop(load(0x4000) + bytes([0x57, 0xDD, 0x7E, 1, 0x7A, 0xCB, test + 1]), branch),  # and a byte of RAM
        ])  # fmt: skip

    def z80_wait(self) -> bytes:
        now = load(Z80_COUNT) + b"\x4f"  # LD C,A
        return self.of([
            z80_loop(load(Z80_FLAG) + b"\xb7", 0x28) + poke(Z80_FLAG, 0),
            b"\xfb\x76",  # EI; HALT
            now + b"\xfb" + z80_loop(load(Z80_COUNT) + b"\xb9", 0x28),
            now + z80_loop(b"\xfb\xf3" + load(Z80_COUNT) + b"\xb9", 0x28),
            bytes([0x06, self.n(0, 255), 0x10, 0xFE]),
            b"\x01" + struct.pack("<H", self.n(1, 2000)) + z80_loop(b"\x0b\x78\xb1", 0x20),
        ])  # fmt: skip

    def z80_at_vdp(self) -> bytes:
        port = self.of([0x7F04, 0x7F05, 0x7F04, 0x7F06, 0x7F08, 0x7F09])
        value = self.of([0x8F, 0x8A, 0x87, 0x80, 0x81, 0x8B, 0x8D, 0x91, 0x92, 0x40, 0xC0])
        return self.of([
            load(port) + store(0x1F90 + self.n(0, 7)),
            bytes([0x06, self.n(1, 255)]) + z80_loop(load(port), 0x10),
            z80_loop(load(0x7F05) + bytes([0xE6, self.of([8, 8, 4, 2])]), self.of([0x20, 0x28])),
            poke(0x7F04, value),
            poke(0x7F00, self.n(0, 255)) * self.n(1, 8),
            poke(0x7F11, self.n(0x80, 0xFF)),
            bytes([0x06, self.n(1, 255)]) + z80_loop(store(0x7F00), 0x10),
            bank(0x180) + load(0x8000 + self.of([4, 5, 8, 9])),
            load(0x7F00),  # which may never end
        ])  # fmt: skip

    def z80_at_bus(self) -> bytes:
        """Read the cartridge, write work RAM."""
        return self.of([
            bank(0x1FF) + load(0x1F92) + b"\x3c" + store(0x1F92) + store(0x8001),
            bank(0x1FF) + b"\x21\x01\x80\x06" + bytes([self.n(1, 255)]) + z80_loop(b"\x70", 0x10),  # LD (HL),B
            bank(0x1FF) + poke(0x8000 + self.n(0, 1), self.n(0, 255)),
            bank(0) + load(0x8000 + self.n(0, 0x3FFF)),
            bytes([0x06, self.n(1, 255)]) + z80_loop(load(0x8123), 0x10),
            b"\x21\x00\x80\x11\x00\x14\x01" + struct.pack("<H", self.n(1, 300)) + b"\xed\xb0",  # LDIR
        ])  # fmt: skip

    def z80_sound(self) -> bytes:
        samples = b"\x21\x00\x82\x06" + bytes([self.n(1, 255)])
        return self.of([
            poke(0x4000, 0x2A) + samples + z80_loop(b"\x7e\x32\x01\x40\x23" + bytes(self.n(0, 20)), 0x10),
            poke_fm(self.of([0x24, 0x26, 0x27, 0x28, 0x2A, 0x2B, 0xA4, 0xA0, 0x30, 0x40]), self.n(0, 255)),
        ])  # fmt: skip

    def z80(self) -> bytes:
        image = bytearray(0x100)
        image[0:3] = b"\xc3\x00\x01"
        handler = b"\xf5" + load(Z80_COUNT) + b"\x3c" + store(Z80_COUNT) + b"\xf1\xfb\xc9"
        image[0x38 : 0x38 + len(handler)] = handler
        code = b"\xf3\x31\x00\x1f\xed\x56\xdd\x21\x00\x18\xfd\x21\x00\x40"  # DI; LD SP; IM 1; LD IX; LD IY
        code += poke_fm(0x24, self.n(0, 255)) + poke_fm(0x26, self.n(0x80, 0xFF)) + self.of([b"", b"\xfb"])
        start = 0x100 + len(code)
        parts: list[Callable[[], bytes]] = [
            self.z80_status_loop, self.z80_wait, self.z80_wait, self.z80_at_vdp, self.z80_at_vdp, self.z80_at_bus,
            self.z80_at_bus, self.z80_sound,
        ]  # fmt: skip
        code += b"".join(self.of(parts)() for _ in range(self.n(1, 6)))
        code += self.of([b""] * 4 + [b"\x18\xfe", b"\xfb\x18\xfe", b"\x76", b"\xf3\x76"])
        return bytes(image) + code + struct.pack("<BH", 0xC3, start)

    # --------------------------------------------------------------------------------------- the cartridge

    def setup(self) -> bytes:
        settings = [0x8004, 0x8154, 0x8230, 0x8407, 0x8C81, 0x8570, 0x8F02, 0x8D2C, 0x9000, 0x8AFF]
        settings += [self.of([0x8C81, 0x8C00]), self.of([0x8004, 0x8014]), 0x8A00 | self.n(0, 255)]
        code = b"".join(word_to(value, STATUS) for value in settings)
        code += of_absolute(0x287C, STATUS) + of_absolute(0x2A7C, FLAG)
        code += long_to(command(1, 0xE000), STATUS)
        for link in range(self.of([0, 1, 8, 24])):
            code += long_to(self.n(100, 300) << 16 | self.n(0, 15) << 8 | link + 1, DATA)
            code += long_to(0x10000 | self.n(100, 460), DATA)
        return code

    def rom(self) -> bytes:
        """Return the cartridge."""
        image = bytearray(b"\x5a\x81\x3c" * 0x2AAB)[:0x8000]
        image[:256] = struct.pack(">64I", 0xFFFE00, MAIN, *[OTHER] * 26, HINT, OTHER, VINT, *[OTHER] * 33)
        image[0x100:0x110] = b"SEGA MEGA DRIVE "
        image[0x1F0:0x1F3] = b"JUE"
        image[OTHER : OTHER + 2] = words(0x4E73)
        z80 = self.z80()
        for place, code in ((HINT, self.handler()), (VINT, self.handler()), (Z80_PROGRAM, z80)):
            image[place : place + len(code)] = code
        code = self.setup() + word_to(0x100, BUSREQ) + word_to(0x100, Z80_RESET)
        code += struct.pack(">HIHI", 0x41F9, Z80_PROGRAM, 0x43F9, 0xA00000)  # LEA
        code += words(0x303C, len(z80) - 1, 0x12D8, 0x51C8, 0xFFFC)  # MOVE.B (A0)+,(A1)+; DBRA
        code += word_to(0, Z80_RESET) + word_to(0, BUSREQ) + word_to(0x100, Z80_RESET)
        code += word_to(self.of([0x8174, 0x8174, 0x8164, 0x8154, 0x817C, 0x8134]), STATUS) + words(0x46FC, 0x2000)
        parts: list[Callable[[], bytes]] = [
            self.status_loop, self.status_loop, self.status_loop, self.counted_status_loop, self.counter_loop,
            self.counter_loop, self.flag_loop, self.z80_flag_loop, self.z80_flag_loop, self.z80_touch, self.z80_touch,
            self.delay, self.delay, self.register, self.register, self.set_address, self.write_data, self.write_data,
            self.read_data, self.transfer, self.anything, self.anything,
        ]  # fmt: skip
        body = b"".join(self.of(parts)() + words(0x5246, 0x3606) for _ in range(self.n(1, 8)))  # ADDQ, MOVE: D6, D3
        body += self.of([b"", words(0x46FC, 0x2000)])
        start = MAIN + len(code)
        if self.n(0, 4) == 0:  # it goes to work RAM and runs there
            start = IN_RAM
            copy = words(0x303C, len(body) // 2 + 2, 0x32D8, 0x51C8, 0xFFFC) + of_absolute(0x4EF9, IN_RAM)
            source = MAIN + len(code) + 12 + len(copy)
            code += struct.pack(">HIHI", 0x41F9, source, 0x43F9, IN_RAM) + copy
        code += body + of_absolute(0x4EF9, start)  # JMP
        image[MAIN : MAIN + len(code)] = code
        return bytes(image)
