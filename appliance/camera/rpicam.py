"""The camera on the ribbon cable where only libcamera drives its sensor: rpicam-vid, which writes into a pipe.

rpicam-vid encodes by the board's encoder and wraps the pictures in MPEG-TS, with the time stamps of the sensor. Options
are those of its documentation (raspberrypi.com, "rpicam-vid", and its `--help`): they are all known since 2023.
"""

import asyncio
import contextlib
import fcntl
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from shutil import which

import ffmpeg

from appliance.camera.encoding import COPIED_PICTURE
from appliance.camera.local_sound import with_sound
from appliance.camera.microphone import Microphone, find_microphone
from appliance.camera.source import CameraTroubleError, Footage
from appliance.camera.troubles import without_secrets
from appliance.child import Child

SIZE, RATE, BITRATE = (1280, 720), 30, 4_000_000
_PROGRAMS = ("rpicam-vid", "libcamera-vid")
"""Its name today, and until 2023."""
_PIPE_BYTES = 1 << 20
"""Two seconds of the stream: the recorder's ffmpeg may be held up for a moment."""
_READER_COMES_S = 4.0
"""The recorder's ffmpeg has loaded by then; a pipe that is let go before would never end for it."""
_LOOK_US = 500_000
_MISSING = "rpicam-vid, which reads the camera on the ribbon cable, is not installed: sudo apt install rpicam-apps-lite"
_NONE = ("no cameras available", "is there no camera?")


def rpicam_program() -> str | None:
    """The program that reads the ribbon cable's camera here; None if there is none."""
    return next((program for program in _PROGRAMS if which(program)), None)


def rpicam_command(program: str, output: Path) -> list[str]:
    """Pictures for ever, with a key frame each second."""
    width, height = SIZE
    return [
        *(program, "--nopreview", "--timeout", "0", "--verbose=0"),
        *("--width", str(width), "--height", str(height), "--framerate", str(RATE)),
        *("--codec", "libav", "--libav-format", "mpegts", "--profile", "main"),
        *("--bitrate", str(BITRATE), "--intra", str(RATE), "--output", str(output)),
    ]


class RpicamCamera:
    """`audio`: as of a V4L2 camera."""

    name = "camera on the ribbon cable"
    latency_s = 0.7
    start_limit_s = 15.0

    def __init__(self, *, audio: str = "auto", root: Path = Path("/")) -> None:
        self._microphone = Microphone(audio, partial(find_microphone, "", root))

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        program = rpicam_program()
        if program is None:
            raise CameraTroubleError(_MISSING)
        with tempfile.TemporaryDirectory(prefix="moment-rpicam-") as folder, _pipe(Path(folder) / "camera") as pipe:
            child = await Child.start(rpicam_command(program, pipe.path))
            ended = asyncio.create_task(child.wait())
            try:
                is_gone = not await pipe.begun(ended)
                ended.add_done_callback(lambda _: asyncio.get_running_loop().call_later(_READER_COMES_S, pipe.let_go))
                if not is_gone:
                    async with self._microphone.epoch() as sound:
                        yield with_sound(self._footage(pipe.path), sound)
                    is_gone = ended.done()
            finally:
                await child.stop()
                await ended
        if is_gone:
            raise CameraTroubleError(why_ended(child.last_words, ended.result()))

    def _footage(self, path: Path) -> Footage:
        camera = ffmpeg.input(str(path), f="mpegts", fflags="+genpts", analyzeduration=_LOOK_US, probesize=1_000_000)
        return Footage((camera["v:0"],), dict(COPIED_PICTURE), self._microphone.warning)


class _Pipe:
    """A named pipe that neither end waits for the other to open, and whose bytes stay, as long as it is held here.

    Once let go it ends for its reader when its writer ends.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path, 0o600)
        self._handle: int | None = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        with contextlib.suppress(OSError):  # users without rights are given less
            fcntl.fcntl(self._handle, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    async def begun(self, ended: "asyncio.Task[int]") -> bool:
        """Wait for the first bytes; False if the writer `ended` before them. Being cancelled leaves nothing behind."""
        handle = self._handle
        assert handle is not None
        loop = asyncio.get_running_loop()
        is_begun: asyncio.Future[bool] = loop.create_future()
        loop.add_reader(handle, _settle, is_begun, True)
        ended.add_done_callback(lambda _: _settle(is_begun, False))
        try:
            return await is_begun
        finally:
            loop.remove_reader(handle)

    def let_go(self) -> None:
        """Hold it no longer; safe to be called again."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def _settle(future: "asyncio.Future[bool]", value: bool) -> None:  # noqa: FBT001 - the future's value
    if not future.done():
        future.set_result(value)


@contextlib.contextmanager
def _pipe(path: Path) -> Iterator["_Pipe"]:
    pipe = _Pipe(path)
    try:
        yield pipe
    finally:
        pipe.let_go()


def why_ended(words: str, code: int) -> str:
    """From rpicam-vid's last words to a sentence. `code`: its exit code, negative for a signal."""
    if any(known in words.lower() for known in _NONE):
        return "No camera is found on the ribbon cable: is it seated at both ends, contacts towards the board's?"
    if "failed to acquire camera" in words.lower() or "device or resource busy" in words.lower():
        return "The camera on the ribbon cable is in use by another program."
    line = next((line for line in reversed(words.splitlines()) if line.strip()), f"exit code {code}")
    return without_secrets(f"rpicam-vid, which reads the camera on the ribbon cable, has ended: {line.strip()[:200]}")
