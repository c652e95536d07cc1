"""RTSP requests and answers as they stand on the wire (RFC 2326). Pure."""

from msgspec import Struct

_HEAD_END = b"\r\n\r\n"
_MOST_BYTES = 65_536
_MOST_DIGITS = 9
_INTERLEAVED = 0x24
_INTERLEAVED_HEAD = 4


class RtspError(Exception):
    """What came is no RTSP."""


class Answer(Struct, frozen=True):
    """`status`: 200 is good. `headers`: by their names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes = b""

    @property
    def is_good(self) -> bool:
        return self.status == 200  # noqa: PLR2004 - OK

    @property
    def session(self) -> str:
        """The session's number, without its time limit; "" if there is none."""
        return self.headers.get("session", "").partition(";")[0].strip()


def request(method: str, url: str, number: int, headers: dict[str, str] | None = None) -> bytes:
    """One request; `number` is its CSeq."""
    lines = [
        f"{method} {url} RTSP/1.0",
        f"CSeq: {number}",
        *(f"{key}: {value}" for key, value in (headers or {}).items()),
    ]
    return "\r\n".join(lines).encode() + _HEAD_END


class Answers:
    """Takes what comes over the connection, in whatever portions, and gives whole answers."""

    def __init__(self) -> None:
        self._rest = b""

    def take(self, portion: bytes) -> list[Answer]:
        """The answers that are whole now.

        Raises:
            RtspError: if what came is none.
        """
        self._rest += portion
        found = []
        while (answer := self._next()) is not None:
            found.append(answer)
        if len(self._rest) > _MOST_BYTES:
            raise RtspError("an answer without an end")
        return found

    def _next(self) -> Answer | None:
        self._pass_over_media()
        head, end, rest = self._rest.partition(_HEAD_END)
        if not end:
            return None
        answer = _read_head(head.lstrip(b"\r\n"))
        length = _length(answer)
        if len(rest) < length:
            return None
        self._rest = rest[length:]
        return Answer(answer.status, answer.headers, rest[:length])

    def _pass_over_media(self) -> None:
        """Packets between the answers (RFC 2326, 10.12): not asked for, but some servers send RTCP so."""
        while self._rest[:1] == bytes([_INTERLEAVED]) and len(self._rest) >= _INTERLEAVED_HEAD:
            size = _INTERLEAVED_HEAD + int.from_bytes(self._rest[2:4], "big")
            if len(self._rest) < size:
                return
            self._rest = self._rest[size:]


def _read_head(head: bytes) -> Answer:
    first, *lines = head.decode("latin-1").split("\r\n")
    protocol, _, rest = first.partition(" ")
    status = rest[:3]
    if not protocol.startswith("RTSP/") or not (status.isascii() and status.isdecimal()):
        raise RtspError("no RTSP")
    pairs = (line.partition(":") for line in lines)
    return Answer(int(status), {name.strip().lower(): value.strip() for name, _, value in pairs})


def number_of(told: str) -> int | None:
    """A number as a header tells it; None if it is none, or of no sense."""
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= _MOST_DIGITS else None


def _length(answer: Answer) -> int:
    length = number_of(answer.headers.get("content-length", "0"))
    if length is None or length > _MOST_BYTES:
        raise RtspError("no length")
    return length
