"""Sound, which also sets the pace of the game."""

from __future__ import annotations

import ctypes
import time

import numpy as np
import numpy.typing as npt
import sdl2

_DEVICE_SAMPLES = 512
_LEAST_QUEUED = 0.025
"""Seconds of sound that are still queued when the next frame is run. With a frame of 50 Hz (20 ms) on top and the
device's own buffer (10.7 ms at 48 kHz), sound is heard at most 56 ms after it was made."""

_STUCK = 0.5


class Sound:
    """An output for sound, by SDL_QueueAudio.

    The game is run when the queue gets low: so sound never runs dry, never lags, and needs no clock of its own. Without
    a device the pace comes from the system's clock.

    Parameters
    ----------
    rate : int
        Samples per second.
    frame_rate : float
        Frames per second.
    """

    def __init__(self, rate: int, frame_rate: float) -> None:
        self.rate = rate
        self.frame_rate = frame_rate
        self.muted = False
        self._next = time.perf_counter()
        self._device = 0
        if sdl2.SDL_InitSubSystem(sdl2.SDL_INIT_AUDIO) == 0:
            wanted = sdl2.SDL_AudioSpec(rate, sdl2.AUDIO_S16SYS, 2, _DEVICE_SAMPLES)
            self._device = sdl2.SDL_OpenAudioDevice(None, 0, ctypes.byref(wanted), None, 0)
        if self._device:
            self._silence(_LEAST_QUEUED)
            sdl2.SDL_PauseAudioDevice(self._device, 0)

    @property
    def has_device(self) -> bool:
        """Whether there is something to hear with."""
        return self._device != 0

    def queued(self) -> float:
        """Return the seconds of sound that wait to be played."""
        return int(sdl2.SDL_GetQueuedAudioSize(self._device)) / (4 * self.rate) if self._device else 0.0

    def queue(self, samples: npt.NDArray[np.int16]) -> None:
        """Add a frame's sound, int16 (n, 2)."""
        if not self._device or not len(samples):
            return
        data = np.ascontiguousarray(samples, np.int16)
        if self.muted:
            data = np.zeros_like(data)
        sdl2.SDL_QueueAudio(self._device, data.ctypes.data, data.nbytes)

    def _silence(self, seconds: float) -> None:
        self.queue(np.zeros((int(seconds * self.rate), 2), np.int16))

    def wait(self, audible: bool) -> None:
        """Wait until it is time for the next frame.

        Parameters
        ----------
        audible : bool
            Whether the frame's sound was queued; if not, the system's clock sets the pace.
        """
        now = time.perf_counter()
        if audible and self._device:
            give_up = now + _STUCK
            while self.queued() > _LEAST_QUEUED:
                sdl2.SDL_Delay(1)
                if time.perf_counter() > give_up:  # the device has died
                    self.close()
                    break
            self._next = time.perf_counter()
            return
        self._next = max(self._next + 1 / self.frame_rate, now - 0.1)
        if self._next > now:
            sdl2.SDL_Delay(int(1000 * (self._next - now)))

    def close(self) -> None:
        """Give the device back."""
        if self._device:
            sdl2.SDL_CloseAudioDevice(self._device)
            self._device = 0
