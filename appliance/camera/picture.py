"""One picture: of a camera that is not recorded just now, or of a file of footage. JPEG, within a time limit."""

import asyncio
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import ffmpeg

from appliance.camera.source import CameraTroubleError, Source
from appliance.camera.troubles import explain
from appliance.child import GENTLY, Child

WIDTH = 640
MOST_BYTES = 256 * 1024
FILE_LIMIT_S = 10.0
_DECODER_S = 15.0
"""Beyond what a camera takes to begin: the decoder's start, on a busy board."""
_QUIET = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error")


async def picture_of_camera(source: Source) -> bytes:
    """Connect to a camera for its first picture.

    Raises:
        CameraTroubleError: it cannot be reached, or shows nothing in time.
    """
    limit_s = source.start_limit_s + _DECODER_S
    try:
        async with asyncio.timeout(limit_s), source.connect() as footage:
            return await _taken(footage.streams[0], source.name)
    except TimeoutError:
        raise CameraTroubleError(f"{source.name} shows no picture within {limit_s:.0f} s.") from None


async def picture_of_file(path: Path, name: str) -> bytes:
    """The first key frame of a file.

    Raises:
        CameraTroubleError: there is none in it, or it is gone.
    """
    try:
        async with asyncio.timeout(FILE_LIMIT_S):
            return await _taken(ffmpeg.input(str(path), skip_frame="nokey")["v:0"], name)
    except TimeoutError:
        raise CameraTroubleError(f"The picture of {name} could not be made within {FILE_LIMIT_S:.0f} s.") from None


async def _taken(stream: Any, name: str) -> bytes:
    child = await Child.start([*GENTLY, *picture_command(stream)], output=PIPE)
    try:
        jpeg = await _read(child)
        code = await child.wait() if jpeg is not None else 0
    finally:
        await child.stop(patience_s=1.0)
    if jpeg is None:
        raise CameraTroubleError(f"The picture of {name} is too large to be shown.")
    if not jpeg:
        raise CameraTroubleError(explain(child.last_words, code, name))
    return jpeg


async def _read(child: Child) -> bytes | None:
    """What it wrote; None if that is too much."""
    found = b""
    while chunk := await child.output.read(64 * 1024):
        found += chunk
        if len(found) > MOST_BYTES:
            return None
    return found


def picture_command(stream: Any) -> list[str]:
    """Ffmpeg's arguments: one small JPEG on the standard output."""
    small = stream.filter("scale", f"min({WIDTH},iw)", -2)
    output = ffmpeg.output(small, "pipe:1", f="mjpeg", **{"frames:v": 1, "q:v": 5, "pix_fmt": "yuvj420p"})
    return [str(word) for word in output.global_args(*_QUIET).compile()]
