"""The way of the memories to the owner's storage."""

from typing import Literal

from msgspec import Struct, field

from appliance.control.messages.base import Answer, Cursor, FileName, FileNames, PageSize, Request

UploadState = Literal["kept", "waiting", "uploading", "proven", "parked"]
"""`kept`: stays on the box until somebody asks. `waiting`: needs the world. `parked`: needs the owner."""


class Upload(Request, frozen=True):
    """Upload these memories now, whatever the behaviour; no name at all: everything that is kept."""

    names: FileNames = field(default_factory=list)


class CancelUpload(Request, frozen=True):
    """Stop what is on its way or asked for; it stays on the box. No name at all: everything."""

    names: FileNames = field(default_factory=list)


class Departed(Request, frozen=True):
    """What is proven to be in the storage and no longer on the box? `limit` and `before` as with `Memories`."""

    limit: PageSize | None = None
    before: Cursor | None = None


class Share(Request, frozen=True):
    """Make a link by which anybody can see the copy of a memory at the storage."""

    name: FileName


class UploadProgress(Struct, frozen=True):
    """How far a transfer is."""

    sent_bytes: int
    size_bytes: int
    speed_bytes_s: float
    eta_s: float | None


class MemoryUpload(Struct, frozen=True):
    """`upload` of a memory."""

    state: UploadState
    reason: str | None
    """Why it is not uploaded yet, in one sentence; None when it is proven."""
    proof: str | None
    """How the copy was proven: the name of a hash, `re-read` or `size`."""
    remote_path: str | None
    """`remote:folder/name`; None until the first try."""
    remark: str | None = None
    """What the owner should know, such as another name because the first was taken."""
    progress: UploadProgress | None = None


class UploadStatus(Struct, frozen=True):
    """`upload` of the status. `name`: the file that is on its way."""

    remote: str | None
    state: Literal["off", "idle", "waiting", "uploading", "paused", "parked"]
    sentence: str | None
    waiting: int
    parked: int
    proven: int
    spent_bytes: int
    """Sent in this calendar month."""
    name: str | None = None
    progress: UploadProgress | None = None


class DepartedMemory(Struct, frozen=True):
    """One file that left the box after its copy was proven."""

    id: str
    name: str
    pressed_at: str
    """Press-down instant, ISO 8601 in the box's local time; so is `proven_at`."""
    size_bytes: int
    sha256: str
    remote_path: str | None
    proof: str | None
    proven_at: str | None
    remark: str | None = None


class UploadAnswer(Answer, frozen=True, tag="upload"):
    """To `Upload` and `CancelUpload`: the memories that it made a difference to."""

    names: list[str]


class DepartedAnswer(Answer, frozen=True, tag="departed"):
    """To `Departed`, newest first."""

    departed: list[DepartedMemory]
    next: str | None = None


class ShareAnswer(Answer, frozen=True, tag="share"):
    """To `Share`. Whoever has the link sees the file, until the owner takes it back at the storage."""

    name: str
    link: str


class UploadChanged(Answer, frozen=True):
    """Event: a memory moved on on its way to the storage."""

    name: str
    state: UploadState
    reason: str | None = None
    progress: UploadProgress | None = None
