"""VGM files: reading, playing, writing, and what is wrong with bad ones."""

import gzip
import pathlib
import struct
import warnings
import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from megadrive._core import ffi
from megadrive.audio import AudioOutput, resample
from megadrive.psg import PSG
from megadrive.vgm import VGM, Chips, Recording, Tags, VGMError, VGMWarning, compose, compose_recording
from megadrive.ym2612 import YM2612

TONE = [(0, 2, 0x8E), (0, 2, 0x0F), (0, 2, 0x90)]

# A sine wave of 440 Hz from S4 of channel 1.
SINE = [
    (0, 0, register, value)
    for register, value in zip(
        bytes.fromhex("3c 4c 5c 8c b0 b4 a4 a0 28"), bytes.fromhex("01 00 1f 0f 07 c0 22 3a 80"), strict=True
    )
]


def file(commands: bytes, **fields: int) -> bytes:
    """Return a file of these commands; fields by offset, as x2c=..., override the header's."""
    data = bytearray(compose([], 0))
    data[0x100:] = commands
    struct.pack_into("<I", data, 0x04, len(data) - 4)
    for name, value in fields.items():
        struct.pack_into("<I", data, int(name[1:], 16), value)
    return bytes(data)


def dac(levels: bytes, *commands: bytes) -> VGM:
    """Return a file that switches the DAC on and has `levels` as its PCM data."""
    block = b"\x67\x66\x00" + struct.pack("<I", len(levels)) + levels
    return VGM(file(block + b"\x52\x2b\x80" + b"".join(commands) + b"\x66"))


def dac_values(music: VGM) -> list[tuple[float, int]]:
    """Return time (at 44100 Hz) and value of the DAC writes."""
    spy = Spy()
    list(music._native(1, 0.0, spy.chips()))
    return [(cycle * 42 / music.master_clock * 44100, value) for cycle, register, value in spy.fm if register == 0x2A]


class Spy:
    """Chips that only note what is written."""

    def __init__(self) -> None:
        self.fm: list[tuple[int, int, int]] = []
        self.psg: list[tuple[int, int]] = []

    def chips(self) -> Chips:
        return Chips(SpyFM(self), SpyPSG(self))


class SpyFM:
    def __init__(self, spy: Spy) -> None:
        self.spy = spy
        self.now = 0

    def render(self, writes: np.ndarray, samples: int) -> np.ndarray:
        assert (np.diff(writes[:, 0].astype(int)) >= 0).all() and (writes[:, 0] < samples * 24).all()
        pairs = zip(writes[::2].tolist(), writes[1::2].tolist(), strict=True)
        for (at, port, register), (_, data_port, value) in pairs:
            assert data_port == port + 1
            self.spy.fm.append((self.now + at, port << 7 | register, value))
        self.now += samples * 24
        return np.zeros((samples, 2), np.int16)


class SpyPSG:
    def __init__(self, spy: Spy) -> None:
        self.spy = spy
        self.now = 0

    def render(self, writes: np.ndarray, ticks: int) -> np.ndarray:
        self.spy.psg += [(self.now + at, value) for at, value in writes.tolist()]
        self.now += ticks
        return np.zeros(ticks, np.int16)


# --------------------------------------------------------------------------------------------- playing


def test_tone_sounds_as_the_chip_does() -> None:
    out = VGM(compose(TONE, 44100)).render(48000)
    assert out.shape == (48000, 2)
    fm, psg = YM2612(), PSG()
    for _, _, value in TONE:
        psg.write(value)
    want = resample(fm.run(53268), psg.run(223_722))
    assert (out[:47000] == want[:47000]).all()


def test_fm_registers_all_arrive() -> None:
    """Writes at one time are spaced so that the chip takes in each of them."""
    music = VGM(compose(SINE, 22050))
    fm, _ = music.render_native()
    slow = YM2612()
    for _, _, register, value in SINE:
        slow.write(0, register)
        slow.run(1)
        slow.write(1, value)
        slow.run(4)
    steady = slow.run(12_000)[4000:, 0].astype(float)
    got = fm[4000:12_000, 0].astype(float)
    assert got.std() == pytest.approx(steady.std(), rel=0.01) and got.std() > 100
    assert np.abs(np.fft.rfft(got)).argmax() == np.abs(np.fft.rfft(steady[:8000])).argmax()


def test_blocks_and_whole_are_the_same() -> None:
    music = VGM(compose([*TONE, *SINE, (30_000, 2, 0x9F)], 100_000))
    assert (np.concatenate(list(music.blocks(44100))) == music.render(44100)).all()


@pytest.mark.parametrize("rate", [8000, 44100, 192_000])
def test_length(rate: int) -> None:
    assert len(VGM(compose(TONE, 44100)).render(rate)) == rate


def test_waits() -> None:
    waits = b"\x61\x10\x27" + b"\x62" + b"\x63" + b"\x70" + b"\x7f"
    music = VGM(file(b"\x50\x9f" + waits + b"\x50\x9e" + b"\x66"))
    assert music.length() == 10_000 + 735 + 882 + 1 + 16
    spy = Spy()
    list(music._native(1, 0.0, spy.chips()))
    times = [round(tick * 240 / music.master_clock * 44100) for tick, _ in spy.psg]
    assert times[0] == 0 and abs(times[1] - music.length()) <= 1


def test_dac_writes_from_the_data_bank() -> None:
    music = dac(bytes(range(100)), b"\x81\x82\x80\x80", b"\xe0\x32\0\0\0", b"\x8f\x70\x81")
    writes = dac_values(music)
    assert [value for _, value in writes] == [0, 1, 2, 3, 50, 51]
    assert [round(time) for time, _ in writes] == [0, 1, 3, 3, 3, 19]


def test_dac_streaming_at_44100_hz_keeps_up() -> None:
    levels = bytes(i & 255 for i in range(20_000))
    writes = dac_values(dac(levels, b"\x81" * 20_000))
    assert len(writes) == 20_000
    times = np.array([time for time, _ in writes])
    assert np.abs(times - np.arange(20_000)).max() < 1.2


def test_loop() -> None:
    music = VGM(compose([*TONE, (1000, 2, 0x9F), (2000, 2, 0x90)], 3000, loop=1000))
    assert music.has_loop and music.length(1) == 3000 and music.length(3) == 7000
    spy = Spy()
    list(music._native(3, 0.0, spy.chips()))
    attenuation = [(round(tick * 240 / music.master_clock * 44100 / 10), v) for tick, v in spy.psg if v & 0xF0 == 0x90]
    assert attenuation == [(0, 0x90), (100, 0x9F), (200, 0x90), (300, 0x9F), (400, 0x90), (500, 0x9F), (600, 0x90)]


def test_loop_in_which_the_dac_goes_on() -> None:
    """The position in the PCM data is not put back by the loop."""
    block = b"\x67\x66\x00" + struct.pack("<I", 100) + bytes(range(100))
    commands = block + b"\x52\x2b\x80" + b"\x81" * 10 + b"\x81" * 10 + b"\x66"
    music = VGM(file(commands, x1c=0x100 + len(block) + 3 + 10 - 0x1C))
    spy = Spy()
    list(music._native(3, 0.0, spy.chips()))
    assert [value for _, register, value in spy.fm if register == 0x2A] == list(range(40))


def test_fade() -> None:
    music = VGM(compose(TONE, 44100, loop=100))
    out = music.render(48000, loops=2, fade=1.0)
    assert len(out) == music.length(2) * 48000 // 44100 + 48000
    levels = np.abs(out.astype(float)).reshape(-1)[: len(out) * 2 // 9600 * 9600].reshape(-1, 9600).mean(1)
    assert levels[-2] < 0.3 * levels[10] and levels[:18].min() > 0.9 * levels[10]


def test_volume_of_the_header() -> None:
    data = bytearray(compose(TONE, 4410))
    loud = VGM(bytes(data)).render().astype(int)
    data[0x7C] = 0xE0  # -32: half
    half = VGM(bytes(data)).render().astype(int)
    assert np.abs(half * 2 - loud).max() <= 1


def test_pal_clock() -> None:
    assert VGM(compose([], 10)).master_clock == 53_693_175
    assert VGM(compose([], 10, pal=True)).master_clock == 53_203_424


def test_clocks_of_another_board() -> None:
    music = VGM(file(bytes.fromhex("508e 500f 5090 6144ac 66".replace(" ", "")), x2c=8_000_000, x0c=4_000_000))
    out = music.render(48000)[4800:43_200, 0]
    peak = np.abs(np.fft.rfft(out * np.hanning(len(out)))).argmax() * 48000 / len(out)
    assert peak == pytest.approx(4_000_000 / 32 / 254, abs=2)


def test_write_wav(tmp_path: pathlib.Path) -> None:
    music, seen = VGM(compose(TONE, 44100)), []
    music.write_wav(tmp_path / "a.wav", 22050, progress=seen.append)
    with wave.open(str(tmp_path / "a.wav")) as f:
        assert (f.getnframes(), f.getframerate(), f.getnchannels()) == (22050, 22050, 2)
        assert f.readframes(22050) == music.render(22050).tobytes()
    assert seen[-1] == 1.0


# --------------------------------------------------------------------------------------------- streams


def test_stream_by_length() -> None:
    setup = b"\x90\x00\x02\x00\x2a" + b"\x91\x00\x00\x01\x00" + b"\x92\x00" + struct.pack("<I", 11025)
    start = b"\x93\x00" + struct.pack("<I", 5) + b"\x01" + struct.pack("<I", 4)
    writes = dac_values(dac(bytes(range(50)), setup, start, b"\x61\x64\x00"))
    assert [value for _, value in writes] == [5, 6, 7, 8]
    assert [round(time) for time, _ in writes] == [0, 4, 8, 12]


def test_stream_of_a_block_looping_backwards_and_stopped() -> None:
    setup = b"\x90\x07\x02\x00\x2a" + b"\x91\x07\x00\x01\x00" + b"\x92\x07" + struct.pack("<I", 22050)
    music = dac(b"\1\2\3", setup, b"\x95\x07\x00\x00\x11", b"\x61\x0e\x00", b"\x94\x07", b"\x61\x64\x00")
    assert [value for _, value in dac_values(music)] == [3, 2, 1, 3, 2, 1, 3]


def test_stream_changes_its_rate() -> None:
    setup = b"\x90\x00\x02\x00\x2a" + b"\x91\x00\x00\x01\x00" + b"\x92\x00" + struct.pack("<I", 4410)
    start = b"\x93\x00" + struct.pack("<I", 0) + b"\x03" + struct.pack("<I", 0)
    faster = b"\x61\x19\x00" + b"\x92\x00" + struct.pack("<I", 8820)
    writes = dac_values(dac(bytes(range(6)), setup, start, faster, b"\x61\x64\x00"))
    assert [value for _, value in writes] == list(range(6))
    assert [round(time, 0) for time, _ in writes] == pytest.approx([0, 10, 20, 28, 32, 38], abs=1)


def test_stream_to_the_psg() -> None:
    block = b"\x67\x66\x00\x03\0\0\0\x01\x02\x0f"
    setup = b"\x90\x00\x00\x00\x90" + b"\x91\x00\x00\x01\x00" + b"\x92\x00" + struct.pack("<I", 100)
    music = VGM(file(block + setup + b"\x95\x00\x00\x00\x00" + b"\x61\x00\x10\x66"))
    spy = Spy()
    list(music._native(1, 0.0, spy.chips()))
    assert [value for _, value in spy.psg] == [0x91, 0x92, 0x9F]


def test_compressed_blocks() -> None:
    copy = struct.pack("<BIBBBH", 0, 4, 8, 4, 0, 0x10) + b"\x12\x34"
    shift = struct.pack("<BIBBBH", 0, 4, 8, 4, 1, 0) + b"\x12\x34"
    table = b"\x00\x02\x08\x02" + struct.pack("<H", 4) + bytes([5, 50, 100, 200])
    lookup = struct.pack("<BIBBBH", 0, 4, 8, 2, 2, 0) + b"\x1b"
    deltas = b"\x01\x00\x08\x02" + struct.pack("<H", 4) + bytes([0, 1, 10, 255])
    dpcm = struct.pack("<BIBBBH", 1, 4, 8, 2, 0, 100) + b"\x1b"
    body = b"".join(
        b"\x67\x66" + bytes([kind]) + struct.pack("<I", len(data)) + data
        for kind, data in ((0x40, copy), (0x40, shift), (0x7F, table), (0x40, lookup), (0x7F, deltas), (0x40, dpcm))
    )
    music = VGM(file(body + b"\x81" * 16 + b"\x66"))
    want = [0x11, 0x12, 0x13, 0x14, 0x10, 0x20, 0x30, 0x40, 5, 50, 100, 200, 100, 101, 111, 110]
    assert [value for _, value in dac_values(music)] == want


# ---------------------------------------------------------------------------------- container and tags


def test_tags_and_packing() -> None:
    tags = Tags(title="Ring", title_japanese="輪", game="Game", author="Someone", date="1991", notes="two\nlines")
    data = compose(TONE, 100, tags=tags, packed=True)
    assert data[:2] == b"\x1f\x8b" and data == compose(TONE, 100, tags=tags, packed=True)
    music = VGM(data)
    assert music.tags == tags
    assert "Ring" in repr(music)


def test_old_versions() -> None:
    data = bytearray(file(b""))
    old = data[:0x40] + b"\x52\x28\x00\x62\x66"
    struct.pack_into("<I", old, 0x04, len(old) - 4)
    struct.pack_into("<I", old, 0x08, 0x101)
    struct.pack_into("<I", old, 0x10, 7_670_454)
    struct.pack_into("<I", old, 0x34, 0)
    music = VGM(bytes(old))
    assert music.header.ym2612_clock == 7_670_454 and music.length() == 735


def test_foreign_chips_are_left_out_with_a_warning() -> None:
    with pytest.warns(VGMWarning) as seen:
        music = VGM(file(b"\x54\x08\x00\x54\x09\x00\xc0\x01\x02\x03\x62\x66", x30=3_579_545))
    assert music.length() == 735
    assert [str(warning.message) for warning in seen] == list(music.warnings)
    assert music.warnings == ("YM2151 is left out", "Sega PCM is left out")
    with pytest.warns(VGMWarning, match="second YM2612"):
        VGM(file(b"\x66", x2c=7_670_454 | 1 << 30))


# ------------------------------------------------------------------------------------------- bad files

GOOD = compose([*TONE, *SINE, (500, 2, 0x9F)], 1000, loop=100, tags=Tags(title="x"), blocks=[(0, bytes(40))])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "offset 0x0"),
        (b"RIFF" + bytes(100), "offset 0x0"),
        (b"Vgm " + bytes(20), "offset 0x18: the file ends within its header"),
        (GOOD[:0x100], "offset 0x34"),
        (GOOD[:-20], "the file ends here"),
        (file(b"\x62"), "offset 0x101: the commands end here"),
        (file(b"\x62\x52\x28"), "offset 0x101: the commands end within command 0x52"),
        (file(b"\x62\x05\x66"), "offset 0x101: 0x05 is no command"),
        (file(b"\x67\x66\x00\xff\x00\x00\x00\x66"), "offset 0x100: a data block of 255 bytes"),
        (file(b"\x67\x01\x00\x00\x00\x00\x00\x66"), "offset 0x101"),
        (file(b"\x67\x66"), "offset 0x100"),
        (file(b"\x62\x66", x1c=0x1000), "offset 0x1c: a loop to 0x101c, outside"),
        (file(b"\x61\x05\x00\x66", x1c=0x101 - 0x1C), "offset 0x1c: a loop to 0x101, in the middle"),
        (file(b"\x62\x66", x1c=0x101 - 0x1C), "offset 0x1c: the loop at 0x101 has no length"),
        (file(b"\x62\x66", x14=0x2000), "offset 0x2014: no GD3 tag"),
        (file(b"\x62\x66", x2c=5), "offset 0x2c: 5 Hz"),
        (file(b"\x67\x66\x40\x0a\0\0\0\x07\1\0\0\0\x08\4\0\0\0\x66"), "offset 0x100: unknown compress"),
        (gzip.compress(GOOD)[:-30], "offset 0x0: the gzip data"),
        (b"\x1f\x8b" + bytes(50), "offset 0x0: the gzip data"),
    ],
    ids=range(19),
)
def test_bad_files_name_the_offset(data: bytes, message: str) -> None:
    with pytest.raises(VGMError) as error:
        VGM(data)
    assert message in str(error.value)


def test_every_truncation_names_an_offset() -> None:
    for length in range(len(GOOD)):
        with pytest.raises(VGMError, match="offset 0x"):
            VGM(GOOD[:length])
    packed = gzip.compress(GOOD)
    for length in range(2, len(packed), 7):
        with pytest.raises(VGMError, match="offset 0x"):
            VGM(packed[:length])


@given(st.integers(0, 0xFF // 4), st.one_of(st.integers(0, 0xFFFFFFFF), st.integers(0, 0x400)))
@settings(max_examples=150, deadline=None)
def test_any_word_in_the_header_does_no_harm(word: int, value: int) -> None:
    """Versions, offsets, clocks, loops: played, refused with an offset, or played without a foreign chip."""
    damaged = bytearray(GOOD)
    struct.pack_into("<I", damaged, 4 * word, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            music = VGM(bytes(damaged))
            next(iter(music.blocks(8000)), None)
        except VGMError as error:
            assert "offset 0x" in str(error)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_files_do_no_harm(data: st.DataObject) -> None:
    damaged = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            music = VGM(bytes(damaged[: data.draw(st.integers(len(damaged) - 40, len(damaged)))]))
        except VGMError as error:
            assert "offset 0x" in str(error)
            return
        for index, _ in enumerate(music.blocks(8000)):
            if index == 2:
                break


COMMANDS = st.one_of(
    st.binary(min_size=1, max_size=8),
    st.builds(
        lambda command, body: bytes([command]) + body,
        st.sampled_from([0x90, 0x91, 0x92, 0x93, 0x95, 0x52, 0x50]),
        st.binary(max_size=12),
    ),
)


@given(st.lists(COMMANDS, max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_commands_do_no_harm(commands: list[bytes]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            music = VGM(file(b"\x67\x66\0\x08\0\0\0abcdefgh" + b"".join(commands) + b"\x62\x66"))
            for index, _ in enumerate(music.blocks(8000)):
                if index == 1:
                    break
        except VGMError as error:
            assert "offset 0x" in str(error)


def test_bad_arguments(tmp_path: pathlib.Path) -> None:
    music = VGM(GOOD)
    for options in ({"loops": 0}, {"fade": -1}, {"sample_rate": 5}, {"filter": "x"}):
        with pytest.raises(ValueError, match=next(iter(options))):
            music.render(**options)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        VGM(tmp_path / "none.vgm")
    with pytest.raises(ValueError, match="a write at 5"):
        compose([(10, 2, 0), (5, 2, 0)], 20)
    with pytest.raises(ValueError, match="loop"):
        compose([], 20, loop=20)


# ------------------------------------------------------------------------------------------ recordings


def record(seed: int, frames: int) -> tuple[Recording, np.ndarray]:
    """Drive chips as a console does, at any master clock; return the recording and the console's own sound."""
    rng = np.random.default_rng(seed)
    fm, psg, output = YM2612(), PSG(), AudioOutput(44100)
    now = int(rng.integers(0, 50_000_000))
    fm.advance(now // 42)
    psg.advance(now // 240)
    output.skip(now)
    events: list[tuple[int, int, int]] = []
    sound: list[np.ndarray] = []
    for frame in range(frames + 2):
        if frame == 2:
            start = (now, bytes(ffi.buffer(fm._chip)), bytes(ffi.buffer(psg._chip)), output.save())
            events.clear()
            sound.clear()
        then = now + 896_040
        clocks = np.sort(rng.integers(now, then, 60)).tolist()
        fm_parts, psg_parts = [], []
        for clock in (*clocks, then):
            fm_parts.append(fm.run_cycles(clock // 42 - fm.clock))
            psg_parts.append(psg.run(clock // 240 - psg.clock))
            if clock == then:
                break
            port = int(rng.choice([0, 0, 1, 1, 2, 3, 4]))
            value = int(rng.choice([rng.integers(0, 256), 0x28, 0xF0, 0xA4, 0x90]))
            events.append((clock, port, value))
            psg.write(value) if port == 4 else fm.write(port, value)
        sound.append(output.render(then, np.concatenate(fm_parts), np.concatenate(psg_parts)))
        now = then
    columns = np.array(events, np.int64).reshape(-1, 3)
    recording = Recording(
        start=start[0],
        end=now,
        clock=columns[:, 0],
        port=columns[:, 1].astype(np.uint8),
        value=columns[:, 2].astype(np.uint8),
        fm_clock=start[0] // 42,
        psg_clock=start[0] // 240,
        ym2612=start[1],
        psg=start[2],
        audio=start[3],
        fm_ahead=np.zeros((0, 2), np.int16),
        psg_ahead=np.zeros(0, np.int16),
        pal=False,
    )
    return recording, np.concatenate(sound)


@pytest.mark.parametrize("seed", range(4))
def test_recording_gives_the_very_samples(seed: int) -> None:
    recording, sound = record(seed, 40)
    music = VGM(compose_recording(recording, Tags(title="x"), packed=True))
    assert sound.std() > 0
    assert (music.render(44100) == sound).all()
    assert music.recording is not None and music.length() == pytest.approx(len(sound), abs=2)


def test_recording_plays_in_other_players_too() -> None:
    """Played from its commands, a recording sounds about the same."""
    recording, _ = record(5, 30)
    music = VGM(compose_recording(recording))
    fm, psg = music.render_native()
    assert len(fm) == pytest.approx(30 * 889, abs=60) and len(psg) == pytest.approx(30 * 3733, abs=300)
    parts = list(music._reader.read(music.header.data).codes)
    assert len(parts) > 30 * 20


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_recordings_do_no_harm(data: st.DataObject) -> None:
    damaged = bytearray(RECORDING)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0x100, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for index, _ in enumerate(VGM(bytes(damaged)).blocks(8000)):
                if index == 3:
                    break
        except VGMError as error:
            assert "offset 0x" in str(error)


RECORDING = compose_recording(record(7, 3)[0])
