"""Cartridges: wrappings, headers, and files of cartridge RAM."""

import gzip
import io
import os
import pathlib
import random
import tracemalloc
import types
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive import saves
from megadrive.cartridge import MOST_BYTES, Cartridge, Header, Sram, SramKind
from megadrive.errors import RomError, StateError


def make_rom(size: int = 0x8000, **fields: bytes) -> bytearray:
    """Return a ROM with a header; `fields` are named by their offset, x150=b"TITLE"."""
    rom = bytearray(random.Random(size).randbytes(size))
    rom[0x100:0x200] = b" " * 0x100
    rom[0x100:0x110] = b"SEGA MEGA DRIVE "
    rom[0x1A0:0x1B0] = bytes.fromhex("00000000") + (size - 1).to_bytes(4, "big") + bytes.fromhex("00FF000000FFFFFF")
    for name, value in fields.items():
        offset = int(name[1:], 16)
        rom[offset : offset + len(value)] = value
    return rom


def smd(rom: bytes) -> bytes:
    """Interleave a ROM as a copier does."""
    header = bytearray(512)
    header[8:10] = b"\xaa\xbb"
    blocks = [rom[at : at + 0x4000] for at in range(0, len(rom), 0x4000)]
    return bytes(header) + b"".join(block[1::2] + block[0::2] for block in blocks)


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


# ------------------------------------------------------------------------------------------ wrappings


@given(st.integers(1, 4), st.binary(min_size=1, max_size=64))
@settings(max_examples=20, deadline=None)
def test_every_wrapping_holds_the_same_rom(blocks: int, noise: bytes) -> None:
    rom = make_rom(blocks * 0x4000)
    rom[0x300 : 0x300 + len(noise)] = noise
    raw = bytes(rom)
    wrappings = [raw, smd(raw), bytes(512) + raw]
    wrappings += [gzip.compress(wrapping) for wrapping in wrappings]
    wrappings += [zipped(("read.me", b"x" * 100_000), ("game.SMD", wrapping)) for wrapping in wrappings[:3]]
    for wrapping in wrappings:
        cartridge = Cartridge(wrapping)
        assert cartridge.image[: cartridge.size].tobytes() == raw
        assert cartridge.image.size == max(0x10000, 1 << (len(raw) - 1).bit_length())
        assert (cartridge.image[cartridge.size :] == 0xFF).all()


def test_smd_without_a_name_is_known_by_the_copiers_mark() -> None:
    rom = make_rom(0x4000, x100=b"????????????????")
    assert Cartridge(smd(bytes(rom))).image[:0x4000].tobytes() == bytes(rom)


def test_a_rom_of_odd_size_stays_as_it_is() -> None:
    rom = bytes(make_rom(0x4200))
    assert Cartridge(rom).size == 0x4200


def test_paths_and_buffers(tmp_path: pathlib.Path) -> None:
    rom = make_rom()
    path = tmp_path / "a game.bin"
    path.write_bytes(rom)
    for source in (path, str(path), bytes(rom), rom, memoryview(rom)):
        assert Cartridge(source).crc32 == Cartridge(bytes(rom)).crc32
    assert Cartridge(path).path == path
    with pytest.raises(ValueError, match="read-only"):
        Cartridge(path).image[0] = 0


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped(("bomb.bin", data))])
def test_bombs_do_not_unfold(pack: Any) -> None:
    bomb = pack(bytes(MOST_BYTES * 4))
    tracemalloc.start()
    with pytest.raises(RomError, match="32 MiB"):
        Cartridge(bomb)
    assert tracemalloc.get_traced_memory()[1] < 3 * MOST_BYTES
    tracemalloc.stop()


def test_too_large(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a hole
    with pytest.raises(RomError, match="32 MiB"):
        Cartridge(path)


@pytest.mark.parametrize("size", [0, 1, 0x1FF])
def test_too_small(size: int) -> None:
    with pytest.raises(RomError, match="at least 512"):
        Cartridge(bytes(size))


def test_what_is_no_file(tmp_path: pathlib.Path) -> None:
    with pytest.raises(RomError, match="not a file"):
        Cartridge(tmp_path)
    with pytest.raises(FileNotFoundError):
        Cartridge(tmp_path / "nothing")
    for wrong in (None, 5, 1.5, ["x"]):
        with pytest.raises(TypeError, match="rom"):
            Cartridge(wrong)  # type: ignore[arg-type]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(RomError, match="not a file"):
            Cartridge(tmp_path / "pipe")


@given(st.binary(max_size=2000), st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b", b"\x1f\x8b\x08"]))
@settings(max_examples=200, deadline=None)
def test_noise_is_a_rom_or_one_error(noise: bytes, start: bytes) -> None:
    try:
        cartridge = Cartridge(start + noise)
    except RomError as error:
        assert str(error)
    else:
        assert cartridge.region in "JUE"
        assert str(cartridge)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_archives_are_one_error(data: st.DataObject) -> None:
    pack = data.draw(st.sampled_from([gzip.compress, lambda rom: zipped(("game.bin", rom))]))
    archive = bytearray(pack(bytes(make_rom(0x1000))))
    archive = archive[: data.draw(st.integers(4, len(archive)))]
    at = data.draw(st.integers(4, len(archive)))
    archive[at : at + 1] = data.draw(st.binary(max_size=3))
    try:
        Cartridge(bytes(archive))
    except RomError as error:
        assert str(error)


def test_an_encrypted_or_empty_zip() -> None:
    archive = bytearray(zipped(("game.bin", bytes(make_rom()))))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive[archive.index(mark) + flags] |= 1
    with pytest.raises(RomError, match="zip"):
        Cartridge(bytes(archive))
    with pytest.raises(RomError, match="zip"):
        Cartridge(zipped(("folder/", b"")))


# --------------------------------------------------------------------------------------------- header


def test_header_fields() -> None:
    rom = make_rom(
        0x8000,
        x110=b"(C)TEST 1993.JAN",
        x120="テスト".encode("shift_jis") + b"   TEST",
        x150=b"TEST   GAME\0\0",
        x180=b"GM 00012345-07",
        x190=b"J6M",
        x1B0=b"RA\xf8\x20" + bytes.fromhex("00200001 00203FFF"),
        x1C8=b"a note",
        x1F0=b"JE",
    )
    total = sum(int.from_bytes(rom[at : at + 2], "big") for at in range(0x200, 0x8000, 2)) & 0xFFFF
    rom[0x18E:0x190] = total.to_bytes(2, "big")
    cartridge = Cartridge(bytes(rom))
    header = cartridge.header
    assert header == Header(
        console="SEGA MEGA DRIVE",
        copyright="(C)TEST 1993.JAN",
        domestic_title="テスト TEST",
        overseas_title="TEST GAME",
        serial="GM 00012345",
        revision=7,
        checksum=total,
        computed_checksum=total,
        rom_start=0,
        rom_end=0x7FFF,
        ram_start=0xFF0000,
        ram_end=0xFFFFFF,
        devices="J6M",
        regions=frozenset("JE"),
        sram=Sram(SramKind.ODD, 0x200001, 0x203FFF, True),
        eeprom=False,
        notes="a note",
    )
    assert header.title == "TEST GAME"
    assert header.checksum_matches
    assert header.device_names == ("3-button pad", "6-button pad", "mouse")
    assert (cartridge.region, cartridge.six_button, cartridge.has_mapper) == ("J", True, False)


@pytest.mark.parametrize(
    ("field", "regions"),
    [
        (b"JUE", "JUE"),
        (b"U", "U"),
        (b"E", "E"),  # not the digit 14
        (b"J  E", "JE"),
        (b"EUROPE", "E"),
        (b"USA", "U"),
        (b"4", "U"),
        (b"8", "E"),
        (b"1", "J"),
        (b"F", "JUE"),
        (b"C", "UE"),
        (b"0", ""),
        (b"", ""),
        (b"\xff\x00zz", ""),
    ],
)
def test_regions(field: bytes, regions: str) -> None:
    assert Cartridge(bytes(make_rom(x1F0=field))).header.regions == frozenset(regions)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("5241 e020 00200000 0020ffff", SramKind.WORD),
        ("5241 f020 00200000 00203ffe", SramKind.EVEN),
        ("5241 f820 00200001 00203fff", SramKind.ODD),
        ("5241 b820 00200001 00203fff", SramKind.ODD),  # no battery
        ("5241 e840 00200001 00200001", None),  # EEPROM
        ("5241 f820 00203fff 00200001", None),
        ("5241 f820 ffffffff ffffffff", None),
        ("5241 0020 00200001 00203fff", None),
        ("2020 f820 00200001 00203fff", None),
    ],
)
def test_sram(field: str, kind: SramKind | None) -> None:
    cartridge = Cartridge(bytes(make_rom(x1B0=bytes.fromhex(field))))
    assert (cartridge.sram and cartridge.sram.kind) == kind
    assert cartridge.header.eeprom == ("e840" in field)
    if cartridge.sram:
        assert cartridge.sram.battery == ("b820" not in field)


@given(st.binary(min_size=0x100, max_size=0x100))
@settings(max_examples=200, deadline=None)
def test_garbage_headers(header: bytes) -> None:
    rom = make_rom(0x400, x100=header)
    cartridge = Cartridge(bytes(rom))
    assert cartridge.header.regions <= frozenset("JUE")
    sram = cartridge.sram
    assert sram is None or (0 < sram.start < sram.end < 0x400000 and sram.end - sram.start < 0x10000)
    assert cartridge.header.title.isprintable()


def test_large_roms_have_the_mapper() -> None:
    assert not Cartridge(bytes(0x400000)).has_mapper
    assert Cartridge(bytes(0x400002)).has_mapper
    assert Cartridge(bytes(make_rom(x100=b"SEGA SSF"))).has_mapper


def test_roms_of_the_corpus(corpus: pathlib.Path) -> None:
    for path in sorted((corpus / "roms").iterdir()):
        cartridge = Cartridge(path)
        assert cartridge.size == path.stat().st_size
        assert "SEGA" in cartridge.header.console or path.stem == "gen_test_interlace2"


# ---------------------------------------------------------------------------------------------- saves


def machine(cartridge: Cartridge, sram: np.ndarray[Any, Any] | None = None) -> Any:
    """Return what the functions of saves look at."""
    state = {"data": b"a state"}

    def load_state(data: bytes) -> None:
        state["data"] = data

    return types.SimpleNamespace(
        cartridge=cartridge,
        sram=np.zeros(0, np.uint8) if sram is None else sram,
        save_state=lambda: state["data"],
        load_state=load_state,
    )


@pytest.fixture
def cartridge(tmp_path: pathlib.Path) -> Cartridge:
    path = tmp_path / "game.md"
    path.write_bytes(make_rom(x1B0=bytes.fromhex("5241 f820 00200001 002000ff")))
    return Cartridge(path)


def test_write_file_is_all_or_nothing(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new folder" / "file"
    saves.write_file(path, b"old")
    saves.write_file(path, b"new")
    assert path.read_bytes() == b"new"
    monkeypatch.setattr(os, "fsync", lambda descriptor: (_ for _ in ()).throw(OSError("no room")))
    with pytest.raises(OSError, match="no room"):
        saves.write_file(path, b"lost")
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == ["file"]


def test_sram_goes_and_comes(cartridge: Cartridge, tmp_path: pathlib.Path) -> None:
    sram = np.full(0x100, 0xFF, np.uint8)
    md = machine(cartridge, sram)
    assert not saves.load_sram(md)
    sram[1::2] = np.arange(0x80)
    assert saves.save_sram(md) == tmp_path / "game.srm"
    kept = sram.copy()
    sram[:] = 0
    assert saves.load_sram(md)
    assert (sram == kept).all()
    (tmp_path / "game.srm").write_bytes(bytes(range(0x80)))  # only the odd bytes
    sram[:] = 0xFF
    assert saves.load_sram(md)
    assert (sram == kept).all()
    (tmp_path / "game.srm").write_bytes(b"short")
    with pytest.raises(ValueError, match="5 bytes, expected 256"):
        saves.load_sram(md)
    assert (sram == kept).all()


def test_no_sram_no_file(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "plain.md"
    path.write_bytes(make_rom())
    md = machine(Cartridge(path))
    assert saves.save_sram(md) is None
    assert not saves.load_sram(md)
    assert os.listdir(tmp_path) == ["plain.md"]


def test_slots(cartridge: Cartridge, tmp_path: pathlib.Path) -> None:
    md = machine(cartridge)
    with pytest.raises(StateError, match="slot 3 is empty"):
        saves.load_slot(md, 3)
    assert saves.save_slot(md, 3) == tmp_path / "game.state3"
    md.load_state(b"another")
    saves.load_slot(md, 3)
    assert md.save_state() == b"a state"
    with pytest.raises(ValueError, match="slot"):
        saves.save_slot(md, 10)


def test_games_without_a_file_have_the_users_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path))
    cartridge = Cartridge(bytes(make_rom(x150=b"A/B: ../C")))
    path = saves.sram_path(cartridge)
    assert path.parent == saves.user_folder()
    assert path.name == f"a-b-c-{cartridge.crc32:08x}.srm"
