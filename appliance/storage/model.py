"""What is said while storage is set up and looked at, as values."""

from typing import Literal

from msgspec import Struct


class Backend(Struct, frozen=True):
    """A kind of storage that rclone can reach. `rank`: its place among the most used, from 1; None for all others."""

    kind: str
    title: str
    signs_in: bool
    """Whether the owner signs in at the provider's web page (OAuth)."""
    rank: int | None = None


class Remote(Struct, frozen=True):
    """A storage that is set up."""

    name: str
    kind: str


class Space(Struct, frozen=True):
    """Bytes; None where the storage does not tell."""

    free_bytes: int | None
    total_bytes: int | None


class Tested(Struct, frozen=True):
    """A small file was written, read back and deleted. `proof`: how an upload there will be proven."""

    remote: str
    took_s: float
    proof: str
    space: Space


class Choice(Struct, frozen=True):
    """One of the answers that are offered."""

    value: str
    meaning: str


class Question(Struct, frozen=True):
    """The next thing that has to be known. `trouble`: what was wrong with the answer before."""

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


class SignIn(Struct, frozen=True):
    """The owner opens `url` in a browser, agrees, and gives the address of the page that they land on as the answer."""

    session: str
    url: str
    text: str
    trouble: str | None = None


class Ready(Struct, frozen=True):
    """The storage is set up and stands in the configuration."""

    remote: Remote


Step = Question | SignIn | Ready


class StorageRefusedError(Exception):
    """It cannot be done; the text is one plain sentence with the cure."""
