"""The camera contract: what recording may ask of a camera, whatever its kind.

A camera knows how to be reached and what ffmpeg must be told to read it. It knows nothing of segments or
files. One connection lasts for one epoch; whatever a kind needs to keep its camera streaming (keep-alives,
start and stop commands) lives inside `connect()`.
"""

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from msgspec import Struct


class CameraTroubleError(Exception):
    """The camera cannot be reached or read now. The text is one plain sentence for the owner."""


class Footage(Struct, frozen=True):
    """What ffmpeg must be told to read a connected camera.

    `streams`: ffmpeg-python stream nodes in output order, picture first (`ffmpeg.input(...)["v:0"]`, ...).
    `options`: ffmpeg output options as ffmpeg-python keywords (`{"c:v": "copy", "c:a": "copy"}`): codecs and
    bit stream filters only; the container is recording's business.
    `warning`: one sentence for the owner about what this camera costs or lacks, when there is something to say.
    """

    streams: tuple[Any, ...]
    options: dict[str, str | int]
    warning: str | None = None


class Source(Protocol):
    """A camera of some kind."""

    @property
    def name(self) -> str:
        """For humans, without secrets: "RTSP camera at rtsp://10.0.0.5/live"."""

    @property
    def latency_s(self) -> float:
        """How far, at most, its picture usually lags behind the world when it reaches the disk."""

    @property
    def start_limit_s(self) -> float:
        """How long it may take from `connect()` being entered to the first bytes on disk."""

    def connect(self) -> AbstractAsyncContextManager[Footage]:
        """One connection, for one epoch.

        Raises:
            CameraTroubleError: when entered, if the camera cannot be reached or read; when left, if the kind knows
                better than ffmpeg why the stream has ended.
        """
