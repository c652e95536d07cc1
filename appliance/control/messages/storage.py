"""Setting up and looking at the owner's storages.

A set-up is a conversation: `StorageBegin` is answered by a step, every `StorageReply` by the next one, until a step
says `Ready`. What a client says in it may be a secret: it is never shown, not even where a request is.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from appliance.control.messages.base import Answer, Request

REMOTE_NAME = r"^[A-Za-z0-9_][A-Za-z0-9_.+@-]{0,63}\Z"
"""What a new storage may be called: what rclone allows, without blanks."""

RemoteName = Annotated[str, Meta(max_length=64, pattern=REMOTE_NAME)]
AnyRemote = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f:/]+\Z")]
"""A storage that is there: it may have been named by hand."""

Place = Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"^[^\x00-\x1f\x7f]+\Z")]
"""`name` or `name:folder`."""

Kind = Annotated[str, Meta(max_length=40, pattern=r"^[a-z0-9][a-z0-9 _-]*\Z")]
Key = Annotated[str, Meta(max_length=64, pattern=r"^[a-z0-9_]+\Z")]
Value = Annotated[str, Meta(max_length=8192)]
Session = Annotated[str, Meta(max_length=128, pattern=r"^[A-Za-z0-9_.-]+\Z")]


class StorageBackends(Request, frozen=True):
    """Which kinds of storage can be set up?"""


class StorageRemotes(Request, frozen=True):
    """Which storages are set up?"""


class StorageTest(Request, frozen=True):
    """Write a small file there, read it back, and delete it."""

    remote: Place


class StorageBegin(Request, frozen=True):
    """Set up a storage; `parameters` are answers that are known already."""

    name: RemoteName
    kind: Kind
    parameters: Annotated[dict[Key, Value], Meta(max_length=100)] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"StorageBegin(name={self.name!r}, kind={self.kind!r}, …)"


class StorageReply(Request, frozen=True):
    """The answer to the last step of a set-up."""

    session: Session
    value: Value

    def __repr__(self) -> str:
        return "StorageReply(…)"


class StorageAbort(Request, frozen=True):
    """Give a set-up up; nothing of it remains."""

    session: Session


class StorageRemove(Request, frozen=True):
    """Forget a storage; the files in it stay."""

    name: AnyRemote


class Backend(Struct, frozen=True):
    """A kind of storage. `rank`: its place among the most used, from 1; None for all others."""

    kind: str
    title: str
    signs_in: bool
    """Whether the owner signs in at the provider's web page."""
    rank: int | None = None


class Remote(Struct, frozen=True):
    """A storage that is set up."""

    name: str
    kind: str


class Space(Struct, frozen=True):
    """Bytes; None where the storage does not tell."""

    free_bytes: int | None
    total_bytes: int | None


class Choice(Struct, frozen=True):
    """One of the answers that are offered."""

    value: str
    meaning: str


class BackendsAnswer(Answer, frozen=True, tag="storage-backends"):
    """To `StorageBackends`."""

    backends: list[Backend]


class RemotesAnswer(Answer, frozen=True, tag="storage-remotes"):
    """To `StorageRemotes`."""

    remotes: list[Remote]


class StorageTested(Answer, frozen=True, tag="storage-test"):
    """To `StorageTest`: it went well. `proof`: how an upload there will be proven."""

    remote: str
    took_s: float
    proof: str
    space: Space


class Question(Answer, frozen=True):
    """Step: the next thing that has to be known. `trouble`: what was wrong with the answer before."""

    session: str
    key: str
    text: str
    kind: Literal["text", "secret", "yes-no", "number"]
    choices: list[Choice]
    must_choose: bool
    """Whether nothing but the choices is accepted."""
    is_required: bool
    default: str
    trouble: str | None = None


class SignIn(Answer, frozen=True):
    """Step: the owner opens `url`, agrees, and replies with the address of the page that they land on."""

    session: str
    url: str
    text: str
    trouble: str | None = None


class Ready(Answer, frozen=True):
    """Step, the last: the storage is set up."""

    remote: Remote
