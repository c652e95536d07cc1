"""What an upload is, as values.

A job is one file of a memory on its way to the storage. It is known by the claim that the file was made from, which
is never used twice and outlives a corrected name; so a memory that grew is another job.
"""

from typing import Literal

from msgspec import Struct

State = Literal["kept", "waiting", "uploading", "proven", "parked"]
"""`kept`: stays on the box until somebody asks. `waiting`: needs the world. `parked`: needs the owner."""

Blame = Literal["world", "owner", "memory"]
"""Whom a failure concerns: `world` heals by itself, `owner` must do something, `memory`: it is about this file only."""


class Cause(Struct, frozen=True):
    """Why a try came to nothing, in one plain sentence for the owner."""

    blame: Blame
    sentence: str
    detail: str = ""
    """What rclone or the server said, for the log."""


class Trouble(Struct, frozen=True):
    """The failures in a row of one job, or of the storage as a whole, and when it may be tried again.

    `due_s` is of the monotonic clock of boot `boot_id`; after a reboot the whole `wait_s` is waited anew.
    """

    cause: Cause
    failures: int
    wait_s: float
    due_s: float
    boot_id: str

    @property
    def needs_owner(self) -> bool:
        return self.cause.blame == "owner"


class Job(Struct, frozen=True):
    """One file that is to reach the storage, as the ledger keeps it."""

    key: str
    """`claim#part`, or `name:…` for a file that says nothing of itself."""
    id: str
    name: str
    pressed_wall_s: float
    size_bytes: int
    sha256: str
    asked_number: int = 0
    """Above 0: somebody asked for it by button or command; the highest was asked for last."""
    is_held: bool = False
    """Its upload was called off: it stays on the box until somebody asks for it."""
    remote_path: str | None = None
    """Where it goes, `remote:folder/name`; None until the first try."""
    is_begun: bool = False
    """Bytes may have left the box: what lies at `remote_path` or beside it may be ours, and the memory cannot grow."""
    setbacks: int = 0
    """Tries that failed for the world's or the owner's reasons: others go before it, lest one file hold up all."""
    trouble: Trouble | None = None
    proof: str | None = None
    """How the copy was proven: the name of a hash, `re-read` or `size`."""
    proven_wall_s: float | None = None
    remark: str | None = None
    """What the owner should know, such as another name because the first was taken."""
    is_gone: bool = False
    """The file is no longer on the box; the job tells where it went."""

    @property
    def is_proven(self) -> bool:
        return self.proof is not None


class Progress(Struct, frozen=True):
    """How far a transfer is."""

    sent_bytes: int
    size_bytes: int
    speed_bytes_s: float
    eta_s: float | None


class Facts(Struct, frozen=True):
    """What a remote can do, as rclone tells. `hashes`: their names as rclone spells them, best first."""

    kind: str
    hashes: tuple[str, ...]
    can_move: bool
    is_atomic: bool
    """Whether an object is seen under its name only when it is whole."""


class RemoteFile(Struct, frozen=True):
    """What lies at a remote path. `hash`: of the kind that was asked for; None if the storage has none for it."""

    size_bytes: int
    hash: str | None = None


class StorageError(Exception):
    """Something with the storage failed; `cause` says whom it concerns."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.sentence)
        self.cause = cause


class Account(Struct, frozen=True):
    """What is told of one memory's upload."""

    state: State
    reason: str | None
    """Why it is not uploaded yet, in one sentence; None when it is proven."""
    proof: str | None
    remote_path: str | None
    remark: str | None = None
    progress: Progress | None = None


class Summary(Struct, frozen=True):
    """What is told of the upload as a whole. `name`: the file that is on its way."""

    remote: str | None
    state: Literal["off", "idle", "waiting", "uploading", "paused", "parked"]
    sentence: str | None
    waiting: int
    parked: int
    proven: int
    spent_bytes: int
    """Sent in this calendar month."""
    name: str | None = None
    progress: Progress | None = None


class UploadRefusedError(Exception):
    """What was asked of the upload cannot be done; the text is one plain sentence with the cure."""
