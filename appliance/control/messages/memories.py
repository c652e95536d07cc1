"""Keeping the last minutes, and what was kept."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from appliance.control.messages.base import Answer, FileName, Request
from appliance.control.messages.upload import MemoryUpload

MemoryState = Literal["secured", "waiting", "assembling", "kept", "not-saved"]
"""`secured`: the claim is durable. `waiting`: the claim waits for room or another try. `kept`: the file is whole."""


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
    """Delete one memory by its file name."""

    name: FileName


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
    upload: MemoryUpload
    part: int = 1
    parts: int = 1


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


class MemoryChanged(Answer, frozen=True):
    """Event: a memory moved on. `progress` from 0 to 1 while assembling."""

    id: str
    name: str
    state: MemoryState
    progress: float | None = None
    sentence: str | None = None


class Counted(Answer, frozen=True):
    """Event: the held button reached a step; `minutes` are asked for by now."""

    steps: int
    minutes: float
    is_limit: bool = False
    """The ring holds no more."""


class Asked(Answer, frozen=True):
    """Event: the upload button asked for something."""

    command: Literal["upload-now", "set-up-mode"]
