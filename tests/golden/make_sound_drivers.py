"""Make ``sound_drivers.npz``: ``python make_sound_drivers.py sgdk_snd_sound-test.bin``; needs the extra ``bench``.

Genesis Plus GX, as stable-retro's wheel brings it, goes to each driver of SGDK's sound test and plays.
"""

import multiprocessing
import pathlib
import shutil
import sys
import tempfile

import numpy as np

FOLDER = pathlib.Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "conformance"))

import test_sound  # noqa: E402

BITS = ["B", "A", "MODE", "START", "UP", "DOWN", "LEFT", "RIGHT", "C", "Y", "X", "Z"]


def play(job: tuple[str, str]) -> dict[str, np.ndarray]:
    """Return the features of one run; a process has one emulator in its life."""
    import stable_retro

    run, rom = job
    emulator, sound = stable_retro.RetroEmulator(rom), []
    for buttons in test_sound.held_buttons(run):
        names = {button.name for button in buttons} if buttons else set()
        emulator.set_button_mask([name in names for name in BITS], 0)
        emulator.step()
        sound.append(np.array(emulator.get_audio()))
    envelope, bands = test_sound.features(np.concatenate(sound), round(emulator.get_audio_rate()))
    return {f"{run}_envelope": envelope.astype(np.float32).round(1), f"{run}_bands": bands.astype(np.float16)}


if __name__ == "__main__":
    made: dict[str, np.ndarray] = {}
    with tempfile.TemporaryDirectory() as folder:
        copy = f"{folder}/game.md"  # stable-retro picks its core by the file's ending
        shutil.copy(sys.argv[1], copy)
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            for result in pool.imap(play, [(run, copy) for run in test_sound.RUNS]):
                made |= result
    np.savez_compressed(FOLDER / "sound_drivers.npz", **made)
