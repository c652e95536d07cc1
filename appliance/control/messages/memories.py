"""Keeping the last minutes, and what was kept."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from appliance.control.messages.base import Answer, Cursor, FileName, PageSize, Request, Title
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


class Hold(Request, frozen=True):
    """Hold the save button for the next `hold_s` seconds; said again before they are over, it stays down. 0: let go.

    `holder`: the same for one finger. One that goes away lets go by not saying it again.
    """

    holder: Annotated[str, Meta(min_length=1, max_length=40)]
    hold_s: Annotated[float, Meta(ge=0, le=10)]


class Memories(Request, frozen=True):
    """What have you kept? All of it, newest press first, unless something narrows it down.

    `limit`: at most so many. `before`: the `next` of the answer before, for what follows it. `name`: only that one.
    """

    limit: PageSize | None = None
    before: Cursor | None = None
    name: FileName | None = None


class Describe(Request, frozen=True):
    """Say what a memory is, in the owner's words, in place of what was said before. All parts of a memory share it."""

    name: FileName
    title: Title = ""
    note: Annotated[str, Meta(max_length=4000)] = ""


class Delete(Request, frozen=True):
    """Delete one memory by its file name. For some minutes it can be taken back."""

    name: FileName


class Undelete(Request, frozen=True):
    """Take a deletion back."""

    name: FileName


class Deleted(Request, frozen=True):
    """Which deletions can be taken back? `limit` and `before` as with `Memories`."""

    limit: PageSize | None = None
    before: Cursor | None = None


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
    title: str = ""
    note: str = ""
    cause: Literal["press", "stretch"] = "press"
    """`stretch`: it was chosen from the ring, and `pressed_at` is its end."""


class DeletedMemory(Struct, frozen=True):
    """One file that is deleted, but not yet for good."""

    name: str
    title: str
    pressed_at: str
    size_bytes: int
    remaining_s: float
    """How long it can still be taken back, unless its room is needed before."""


class SaveAnswer(Answer, frozen=True, tag="save"):
    """To `Save`, `Press`, `Keep` and a `Hold` that lets go.

    From `path` on, but for `remark`, fields are filled when the file is whole.
    """

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
    remark: str | None = None
    """What was asked for and is not there any more."""


class HoldAnswer(Answer, frozen=True, tag="hold"):
    """To `Hold`: what is asked for by now. A hold that lets go is answered by `SaveAnswer`."""

    steps: int
    minutes: float
    is_limit: bool = False
    """The ring holds no more."""


class MemoriesAnswer(Answer, frozen=True, tag="memories"):
    """To `Memories`, newest first."""

    memories: list[Memory]
    next: str | None = None
    """There are more after these: ask again with it as `before`."""


class DeletedAnswer(Answer, frozen=True, tag="deleted"):
    """To `Deleted`, the last one deleted first."""

    deleted: list[DeletedMemory]
    count: int
    """How many there are in all."""
    next: str | None = None


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
