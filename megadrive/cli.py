"""The command ``megadrive``: play a game, run one without a display, look at a ROM's header, prove a CPU core."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from megadrive import inputs, media
from megadrive.cartridge import Cartridge
from megadrive.controllers import Button
from megadrive.vgm import command as vgm_command

if TYPE_CHECKING:
    from megadrive.machine import MegaDrive

_HEADLESS_FRAMES = 600
_CHUNK = 60  # frames between two looks at the progress bar
_LONG = 300  # frames from which a progress bar is worth while


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="megadrive",
        description="A Sega Mega Drive. Without a command, the built-in game is played.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    machine = argparse.ArgumentParser(add_help=False)
    group = machine.add_argument_group("console")
    group.add_argument(
        "--region", choices=("J", "U", "E"), help="Japan, overseas 60 Hz or Europe 50 Hz; default: the ROM's"
    )
    group.add_argument("--engine", choices=("native", "model"), default="native", help="C kernels or Python models")
    group.add_argument("--seed", type=int, default=0, metavar="N", help="memories at power-on: 0 zeros, else random")
    group.add_argument(
        "--lax", action="store_true", help="no address errors, for programs that depend on lax emulators"
    )

    play = commands.add_parser("play", parents=[machine], help="play in a window", description="Play in a window.")
    play.add_argument("rom", nargs="?", metavar="ROM", help="game: raw, SMD, zip or gz; default: the built-in game")
    play.add_argument("--fullscreen", action="store_true", help="start on the whole screen")
    play.add_argument("--scale", type=int, default=3, metavar="N", help="lines of the window per line of the picture")
    play.add_argument("--mute", action="store_true", help="start without sound")

    run = commands.add_parser(
        "run",
        parents=[machine],
        help="run without a display, into files",
        description="Run a game without a display; picture, sound and video go into files.",
        epilog=inputs.FORMAT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("rom", nargs="?", metavar="ROM", help="game: raw, SMD, zip or gz; default: the built-in game")
    run.add_argument(
        "--frames", type=int, default=_HEADLESS_FRAMES, metavar="N", help="frames to run; default: %(default)s"
    )
    run.add_argument("--screenshot", metavar="F.png", help="write the last frame")
    run.add_argument("--wav", metavar="F.wav", help="write the sound")
    run.add_argument("--video", metavar="F.mp4", help="write picture and sound; needs megadrive[video]")
    run.add_argument("--input", metavar="F", help="file of pad states, see below")

    info = commands.add_parser("info", help="show a ROM's header", description="Show a ROM's header.")
    info.add_argument("rom", metavar="ROM", help="game: raw, SMD, zip or gz")
    info.add_argument("--json", action="store_true", help="as JSON")
    vgm_command.add_arguments(
        commands.add_parser("vgm", help="play a VGM file into a WAV file", description=vgm_command.__doc__)
    )

    verify = commands.add_parser(
        "verify",
        help="run published test cases on a CPU core",
        description="Run SingleStepTests cases (68000 and Z80; binary or JSON, also compressed) on this package's "
        "cores or on others. The exit status is 1 if a case fails or a file is broken.",
    )
    verify.add_argument("path", metavar="PATH", help="file or folder of cases")
    verify.add_argument(
        "--core",
        action="append",
        default=[],
        metavar="MODULE:ADAPTER",
        help="core to test, by its adapter's class (see megadrive.testing.Adapter); may be given more than once",
    )
    verify.add_argument("--jobs", type=int, metavar="N", help="processes; default: one for each CPU")
    verify.add_argument(
        "--show", type=int, default=3, metavar="N", help="failing cases to explain; default: %(default)s"
    )
    verify.add_argument("--full", action="store_true", help="a line for each instruction, however many there are")
    verify.add_argument("--json", metavar="F", help="write the report into a file too, as JSON")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words of the command line after the program's name; by default those of this process.

    Returns
    -------
    int
        Exit status: 0, 1 after an error, 2 for a bad command line, 130 when interrupted from the keyboard.
    """
    try:
        options = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int | None] = {
            None: _default,
            "play": _play,
            "run": _run,
            "info": _info,
            "vgm": vgm_command.run,
            "verify": _verify,
        }[options.command]
        return command(options) or 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # whoever read it has gone
        return 1
    except (OSError, ValueError, RuntimeError) as error:
        print(f"megadrive: {error}", file=sys.stderr)
        return 1


def _machine(options: argparse.Namespace, rom: str | None) -> MegaDrive:
    import megadrive

    return megadrive.MegaDrive(
        megadrive.builtin_rom() if rom is None else rom,
        region=options.region,
        engine=options.engine,
        seed=options.seed,
        address_errors=not options.lax,
    )


# -------------------------------------------------------------------------------------------- playing


def _default(options: argparse.Namespace) -> None:
    """Play the built-in game, in a window or else into files."""
    from megadrive import frontend
    from megadrive.game import demo_input

    parser = _parser()
    try:
        _play(parser.parse_args(["play"]))
    except frontend.NoWindow as error:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="megadrive-"))
        print(f"{error}.\nThe built-in game runs without a window for {_HEADLESS_FRAMES} frames.")
        picture, sound = folder / "screenshot.png", folder / "sound.wav"
        held = [(demo_input(at), Button(0)) for at in range(_HEADLESS_FRAMES)]
        _run(parser.parse_args(["run", "--screenshot", str(picture), "--wav", str(sound)]), held)


def _play(options: argparse.Namespace) -> None:
    from megadrive import frontend

    frontend.play(
        options.rom,
        make=lambda rom: _machine(options, rom),
        fullscreen=options.fullscreen,
        scale=options.scale,
        mute=options.mute,
    )


# -------------------------------------------------------------------------------------------- running


def _run(options: argparse.Namespace, demo: list[tuple[Button, Button]] | None = None) -> None:
    if options.frames < 1:
        raise ValueError(f"--frames is {options.frames}, expected 1 or more")
    for path in (options.screenshot, options.wav, options.video):
        if path is not None:
            media.folder_of(path)
    held = inputs.read_inputs(options.input) if options.input else demo or []
    md = _machine(options, options.rom)
    start = time.perf_counter()
    with contextlib.ExitStack() as stack:
        sinks: list[media.Sink] = []
        if options.wav:
            sinks.append(stack.enter_context(media.WavWriter(options.wav, md.sample_rate)))
        if options.video:
            video = media.VideoWriter(options.video, md.frame_rate, md.sample_rate, md.region == "E")
            sinks.append(stack.enter_context(video))
        for at in _progress(range(options.frames), md.cartridge.header.title):
            if sinks or held:
                last = at == options.frames - 1
                for player in (0, 1):
                    md.set_buttons(player, held[at][player] if at < len(held) else Button(0))
                md.run_frame(render=last or options.video is not None, audio=bool(sinks))
                for sink in sinks:
                    sink.add(md.frame, md.audio)
            elif at % _CHUNK == 0:
                md.run_frames(min(_CHUNK, options.frames - at))
    seconds = time.perf_counter() - start
    if options.screenshot:
        media.write_png(options.screenshot, md.frame)
    print(f"{options.frames} frames in {seconds:.2f} s, {options.frames / seconds:.0f} per second")
    print(f"state {md.state_hash()}")
    for what, path in (("screenshot", options.screenshot), ("sound", options.wav), ("video", options.video)):
        if path:
            print(f"{what} {pathlib.Path(path).absolute()}")


def _progress(frames: range, title: str) -> Iterator[int]:
    """Pass the numbers of frames on and show how far it is, if somebody watches and it may take long."""
    if len(frames) < _LONG or not sys.stderr.isatty():
        yield from frames
        return
    try:
        from rich.console import Console
        from rich.progress import track
    except ImportError:
        for done, at in enumerate(frames):
            if done % _CHUNK == 0:
                print(f"\r{title}: {100 * done // len(frames)} %", end="", file=sys.stderr, flush=True)
            yield at
        print(f"\r{title}: 100 %", file=sys.stderr)
    else:
        yield from track(frames, description=title or "frames", console=Console(stderr=True), update_period=0.2)


# --------------------------------------------------------------------------------------------- looking


def _info(options: argparse.Namespace) -> None:
    cartridge = Cartridge(options.rom)
    header = cartridge.header
    if options.json:
        fields: dict[str, Any] = header._asdict() | {
            "sram": header.sram._asdict() if header.sram else None,
            "regions": sorted(header.regions),
            "size": cartridge.size,
            "crc32": cartridge.crc32,
            "region": cartridge.region,
        }
        print(json.dumps(fields, indent=2, ensure_ascii=False))
        return
    for name, text in _rows(cartridge):
        print(f"{name:<16}{text}")


def _rows(cartridge: Cartridge) -> Iterator[tuple[str, str]]:
    header = cartridge.header
    yield "title", header.title
    if header.domestic_title not in ("", header.title):
        yield "in Japan", header.domestic_title
    yield "console", header.console
    yield "copyright", header.copyright
    yield "serial", header.serial + ("" if header.revision is None else f", revision {header.revision:02}")
    yield "regions", " ".join(sorted(header.regions)) + f" (runs as {cartridge.region})"
    yield "devices", ", ".join(header.device_names)
    yield "size", f"{cartridge.size:,} bytes, CRC-32 {cartridge.crc32:08x}"
    yield "ROM", f"${header.rom_start:06X}-${header.rom_end:06X}"
    yield "work RAM", f"${header.ram_start:06X}-${header.ram_end:06X}"
    verdict = "right" if header.checksum_matches else f"the ROM's is ${header.computed_checksum:04X}"
    yield "checksum", f"${header.checksum:04X}, {verdict}"
    sram = cartridge.sram
    if sram is not None:
        lanes = {"WORD": "both bytes", "EVEN": "even bytes", "ODD": "odd bytes"}[sram.kind.name]
        battery = "with battery" if sram.battery else "without battery"
        yield "cartridge RAM", f"${sram.start:06X}-${sram.end:06X}, {lanes}, {battery}"
    if header.eeprom:
        yield "EEPROM", "serial"
    if header.notes:
        yield "notes", header.notes


# ----------------------------------------------------------------------------------------------- proving


def _verify(options: argparse.Namespace) -> int:
    from megadrive.testing import verify

    sys.path.insert(0, os.getcwd())  # as python -m does: adapters may lie where one works
    with _bar("cases") as progress:
        report = verify(options.path, options.core, options.jobs, options.show, progress)
    print(report.format(options.full), end="")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(report.to_json(), indent=1) + "\n")
    return 0 if report.passed else 1


@contextlib.contextmanager
def _bar(title: str) -> Iterator[Callable[[float], object] | None]:
    """Give a function that shows how far something is, if somebody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ImportError:
        yield lambda share: print(f"\r{title}: {share:.0%}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
    else:
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=1.0)
            yield lambda share: bar.update(task, completed=share)
