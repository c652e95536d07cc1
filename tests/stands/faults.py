"""What can be wrong with a connection, as values for the faulty proxy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clean:
    """Nothing is wrong."""


@dataclass(frozen=True)
class Latency:
    """Every chunk comes late."""

    seconds: float


@dataclass(frozen=True)
class Reset:
    """The connection is reset (RST)."""

    after_bytes: int = 0


@dataclass(frozen=True)
class Stall:
    """The connection stays open, and nothing moves on it any more."""

    after_bytes: int = 0


@dataclass(frozen=True)
class Corrupt:
    """One byte is inverted."""

    at_byte: int


@dataclass(frozen=True)
class HalfClose:
    """The server is told that the client has ended; the client is still listened to, in vain."""

    after_bytes: int = 0


@dataclass(frozen=True)
class Refuse:
    """Nobody listens."""


@dataclass(frozen=True)
class Portal:
    """A Wi-Fi that wants a sign-in first: a page for every request, or the way to it."""

    redirects: bool = False


@dataclass(frozen=True)
class Answer:
    """Requests of some methods (none named: all) whose path holds `path` are answered in the server's place."""

    status: int
    methods: tuple[str, ...] = ()
    path: str = ""
    body: bytes = b""


@dataclass(frozen=True)
class Truncate:
    """Of every PUT only the first bytes reach the server, which says that all is well."""

    keep_bytes: int


Fault = Clean | Latency | Reset | Stall | Corrupt | HalfClose | Refuse | Portal | Answer | Truncate
