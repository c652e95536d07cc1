"""What ffprobe says of a file of ours. Blocks."""

import subprocess
from pathlib import Path

import msgspec
from msgspec import Struct

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
    duration: str = "0"


class _Format(Struct):
    tags: dict[str, str] = {}


class _File(Struct):
    streams: list[_Stream] = []
    format: _Format = msgspec.field(default_factory=_Format)


def probe(video: Path) -> Probed:
    """Look at a file.

    Raises:
        ProbeError: if it has no picture that can be read.
    """
    entries = "format_tags=comment:stream=codec_type,duration"
    command = ["ffprobe", "-v", "error", "-show_entries", entries, "-of", "json", str(video)]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=LIMIT_S, check=False, stdin=subprocess.DEVNULL)
        file = msgspec.json.decode(answer.stdout, type=_File)
        lengths = [float(stream.duration) for stream in file.streams if stream.codec_type == "video"]
    except (OSError, subprocess.TimeoutExpired, msgspec.DecodeError, ValueError) as error:
        raise ProbeError(f"{video.name} cannot be read: {error}") from error
    if not lengths:
        raise ProbeError(f"{video.name} has no picture: {answer.stderr.decode(errors='replace')[-200:].strip()}")
    return Probed(lengths[0], file.format.tags.get("comment", ""))


def probe_truth(video: Path) -> Truth | None:
    """What a file says about itself; None if it says nothing, or not in our words."""
    try:
        return read_truth(probe(video).comment)
    except ProbeError:
        return None
