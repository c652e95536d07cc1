"""How the recorder is."""

from typing import Literal

from msgspec import Struct

from appliance.control.messages.base import Answer, Request
from appliance.control.messages.upload import UploadStatus

RecordingState = Literal["starting", "recording", "stalled", "no-camera"]


class Status(Request, frozen=True):
    """How are you?"""


class RecordingStatus(Struct, frozen=True):
    """`recording` of the status."""

    state: RecordingState
    camera: str
    last_segment_age_s: float | None
    unflushed_s: float
    """Seconds of footage that a power cut now would take."""
    restarts: int
    reason: str | None = None
    warning: str | None = None


class RingStatus(Struct, frozen=True):
    """`ring` of the status."""

    segments: int
    bytes: int
    capacity_bytes: int
    seconds: float
    left_out: list[str]
    """Files in the ring's folder that are not footage, a sentence each."""


class MemoriesStatus(Struct, frozen=True):
    """`memories` of the status."""

    count: int
    pending: int
    trouble: str | None = None


class StatusAnswer(Answer, frozen=True, tag="status"):
    """To `Status`."""

    version: str
    uptime_s: float
    recording: RecordingStatus
    ring: RingStatus
    memories: MemoriesStatus
    upload: UploadStatus
    lamp: str


class RecordingChanged(Answer, frozen=True):
    """Event: the recording state changed."""

    state: RecordingState
    reason: str | None = None
