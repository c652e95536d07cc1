"""What ffprobe says of a file of ours. Blocks."""

import subprocess
from pathlib import Path

import msgspec
from msgspec import Struct

from appliance.decoding import UnreadableError, decoded
from appliance.memories.joining import PROTOCOLS, concatenation
from appliance.memories.seams import Extent
from appliance.memories.truth import Truth, read_truth

LIMIT_S = 60


class ProbeError(Exception):
    """The file is not a video that can be read."""


class Probed(Struct):
    """The picture's length and the `comment` tag."""

    duration_s: float
    comment: str


class _Stream(Struct):
    codec_type: str = ""
    start_time: str = "0"
    duration: str = "0"


class _Format(Struct):
    start_time: str = "0"
    duration: str = "0"
    tags: dict[str, str] = {}


class _File(Struct):
    streams: list[_Stream] = []
    format: _Format = msgspec.field(default_factory=_Format)


def probe(video: Path) -> Probed:
    """Look at a file.

    Raises:
        ProbeError: if it has no picture that can be read.
    """
    file, picture = _look(video.name, str(video), "format_tags=comment:stream=codec_type,duration")
    return Probed(_seconds(video.name, picture.duration), file.format.tags.get("comment", ""))


def probe_extent(run_list: Path) -> Extent:
    """Look at a run.

    Raises:
        ProbeError: if it has no picture that can be read.
    """
    name = run_list.name
    file, picture = _look(name, concatenation(run_list), "format=start_time,duration:stream=codec_type,start_time")
    delay_s = _seconds(name, picture.start_time) - _seconds(name, file.format.start_time)
    return Extent(_seconds(name, file.format.duration), delay_s)


def _look(name: str, address: str, entries: str) -> tuple[_File, _Stream]:
    """What was asked of a file, and of its picture."""
    command = ["ffprobe", "-v", "error", "-protocol_whitelist", PROTOCOLS, "-show_entries", entries, "-of", "json"]
    try:
        answer = subprocess.run(
            [*command, address], capture_output=True, timeout=LIMIT_S, check=False, stdin=subprocess.DEVNULL
        )
        file = decoded(answer.stdout, _File)
    except (OSError, subprocess.TimeoutExpired, UnreadableError) as error:
        raise ProbeError(f"{name} cannot be read: {error}") from error
    for stream in file.streams:
        if stream.codec_type == "video":
            return file, stream
    raise ProbeError(f"{name} has no picture: {answer.stderr.decode(errors='replace')[-200:].strip()}")


def _seconds(name: str, told: str) -> float:
    try:
        return float(told)
    except ValueError as error:
        raise ProbeError(f"{name} cannot be read: {error}") from error


def probe_truth(video: Path) -> Truth | None:
    """What a file says about itself; None if it says nothing, or not in our words."""
    try:
        return read_truth(probe(video).comment)
    except ProbeError:
        return None
