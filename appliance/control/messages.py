"""What is said on the control socket: one JSON object a line, typed, tagged by `do` (asked) or `is` (answered).

A connection may ask any number of things, one after the other. Every request gets exactly one `Answer` line;
a waiting `save` and a `subscribe` send `Event` lines before (or instead of) it.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

RecordingState = Literal["starting", "recording", "stalled", "no-camera"]
MemoryState = Literal["secured", "waiting", "assembling", "kept", "not-saved"]
"""`secured`: the claim is durable. `waiting`: the claim waits for room or another try. `kept`: the file is whole."""


class Request(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag=str.lower):
    """Asked by a client."""


class Status(Request, frozen=True):
    """How are you?"""


class Save(Request, frozen=True):
    """Keep the last minutes. `minutes`: None takes one step. `pressed_at_s`: monotonic instant of the press."""

    minutes: Annotated[float, Meta(gt=0, le=1440)] | None = None
    wait: bool = False
    pressed_at_s: float | None = None


class Press(Request, frozen=True):
    """Hold the save button for `hold_s` seconds, through the very gesture machine of the panel."""

    hold_s: Annotated[float, Meta(ge=0, le=600)]
    button: Literal["save", "upload"] = "save"


class Memories(Request, frozen=True):
    """What have you kept?"""


class Delete(Request, frozen=True):
    """Delete one memory by its file name, which is a name and never a path."""

    name: Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^/\x00]+$")]


class Subscribe(Request, frozen=True):
    """Send every event from now on; there is no answer line."""


class Gap(Struct, frozen=True):
    """Missing footage inside a memory."""

    at_s: float
    """Where, in seconds of the memory's file."""
    length_s: float | None
    """How much is missing; None when nobody can know (a restart without a clock)."""
    reason: str


class Memory(Struct, frozen=True):
    """One file that was kept."""

    name: str
    path: str
    pressed_at: str
    """Press-down instant, ISO 8601 with the offset of local time."""
    asked_s: float
    got_s: float
    gaps: list[Gap]
    size_bytes: int
    sha256: str
    id: str
    time_quality: Literal["trusted", "provisional"]
    part: int = 1
    parts: int = 1


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


class Answer(Struct, frozen=True, tag_field="is", tag=str.lower):
    """Says the supervisor, once for every request."""


class StatusAnswer(Answer, frozen=True, tag="status"):
    """To `Status`."""

    version: str
    uptime_s: float
    recording: RecordingStatus
    ring: RingStatus
    memories: MemoriesStatus
    lamp: str


class SaveAnswer(Answer, frozen=True, tag="save"):
    """To `Save` and `Press`. The last five fields are filled when the file is whole."""

    id: str
    asked_s: float
    available_s: float
    secured_ms: float
    state: MemoryState
    name: str
    extends: str | None = None
    """The earlier memory that grows by this press."""
    path: str | None = None
    got_s: float | None = None
    gaps: list[Gap] | None = None
    sha256: str | None = None
    parts: list[str] = field(default_factory=list)


class MemoriesAnswer(Answer, frozen=True, tag="memories"):
    """To `Memories`, newest first."""

    memories: list[Memory]


class Done(Answer, frozen=True, tag="done"):
    """It is done."""

    sentence: str


class Refused(Answer, frozen=True, tag="refused"):
    """It was not done; one sentence says why and what helps."""

    sentence: str


class RecordingChanged(Answer, frozen=True, tag="recording-changed"):
    """Event: the recording state changed."""

    state: RecordingState
    reason: str | None = None


class MemoryChanged(Answer, frozen=True, tag="memory-changed"):
    """Event: a memory moved on. `progress` from 0 to 1 while assembling."""

    id: str
    name: str
    state: MemoryState
    progress: float | None = None
    sentence: str | None = None


class Counted(Answer, frozen=True, tag="counted"):
    """Event: the held button reached a step; `minutes` are asked for by now."""

    steps: int
    minutes: float
    is_limit: bool = False
    """The ring holds no more."""


class Asked(Answer, frozen=True, tag="asked"):
    """Event: the upload button asked for something."""

    command: Literal["upload-now", "set-up-mode"]


Event = RecordingChanged | MemoryChanged | Counted | Asked
AnyRequest = Status | Save | Press | Memories | Delete | Subscribe
AnyAnswer = StatusAnswer | SaveAnswer | MemoriesAnswer | Done | Refused | Event
