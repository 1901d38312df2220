"""Play a VGM or VGZ file into WAV files, or show what it is."""

from __future__ import annotations

import argparse
import contextlib
import pathlib
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

_LONG = 5.0  # seconds of music from which a progress bar is worth while


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command line to a parser."""
    parser.add_argument("file", metavar="F.vgm", help="VGM or VGZ file")
    parser.add_argument("-o", "--output", metavar="F.wav", help="write the sound; without it, say what the file is")
    parser.add_argument("--stems", action="store_true", help="a file for each channel heard: F-fm1.wav and so on")
    parser.add_argument("--loops", type=int, default=1, metavar="N", help="play the part that repeats N times")
    parser.add_argument("--fade", type=float, default=0.0, metavar="S", help="seconds of fading out behind a loop")
    parser.add_argument("--rate", type=int, default=48000, metavar="R", help="samples a second; default: %(default)s")
    parser.add_argument("--filter", choices=("raw", "model 1", "model 2"), default="raw", help="low-pass of a board")


def run(options: argparse.Namespace) -> None:
    """Do what a command line asks for."""
    from megadrive.audio import AudioOutput
    from megadrive.media import folder_of
    from megadrive.vgm.file import VGMWarning
    from megadrive.vgm.music import VGM

    if options.stems and not options.output:
        raise ValueError("--stems needs -o F.wav, which the files are named after")
    AudioOutput(options.rate, options.filter)  # complains
    if options.output:
        folder_of(options.output)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VGMWarning)
        music = VGM(options.file)
        print("\n".join(_rows(music)))
        if options.output:
            settings = {"loops": options.loops, "fade": options.fade, "filter": options.filter}
            write: Callable[..., Any] = music.write_stems if options.stems else music.write_wav
            seconds = music.length(options.loops) / 44100 + (options.fade if music.has_loop else 0.0)
            with _progress(seconds, pathlib.Path(options.file).name) as progress:
                written = write(options.output, options.rate, progress=progress, **settings)
            for path in written if options.stems else [options.output]:
                print(f"sound {pathlib.Path(path).absolute()}")
    for text in music.warnings:
        print(f"megadrive: warning: {text}", file=sys.stderr)


def _rows(music: Any) -> Iterator[str]:
    """Return what is known of a file, a line each."""
    tags, header = music.tags, music.header
    for name in ("title", "game", "system", "author", "date"):
        text = getattr(tags, name) or getattr(tags, f"{name}_japanese", "")
        if text:
            yield f"{name:<8}{text}"
    loop = f", repeats from {music.length(0) / 44100:.1f} s" if music.has_loop else ""
    yield f"length  {music.seconds:.1f} s{loop}"
    chips = []
    if header.ym2612_clock:
        chips.append(f"{'YM3438' if header.integrated else 'YM2612'} {header.ym2612_clock} Hz")
    if header.psg_clock:
        chips.append(f"SN76489 {header.psg_clock} Hz")
    yield f"chips   {', '.join(chips) or 'none'}"


@contextlib.contextmanager
def _progress(seconds: float, title: str) -> Iterator[Callable[[float], Any] | None]:
    """Give what shows how far it is, if somebody watches and it may take long."""
    if seconds < _LONG or not sys.stderr.isatty():
        yield None
        return
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ImportError:
        yield lambda done: print(
            f"\r{title}: {min(100 * done / seconds, 100):.0f} %", end="", file=sys.stderr, flush=True
        )
        print(file=sys.stderr)
        return
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=seconds)
        yield lambda done: bar.update(task, completed=min(done, seconds))
