"""One HTTP request to a server of this box, over an open connection. No TLS, no redirects, one answer."""

import asyncio
from email.message import Message
from email.parser import BytesHeaderParser

from msgspec import Struct

_MOST_BYTES = 16_000_000
"""rclone's list of providers has 1.1 MB."""


class Answer(Struct, frozen=True):
    """What came back. `location`: where a redirect leads."""

    status: int
    location: str | None
    body: bytes


class NoAnswerError(Exception):
    """The server is gone, or what it says is no HTTP."""


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, target: str, body: bytes = b""
) -> Answer:
    """Send one request and read the answer to its end; the connection is closed then, also on cancel.

    HTTP/1.0 (RFC 1945) ends an answer by closing and knows no chunks.

    Raises:
        NoAnswerError: if the server goes away or talks nonsense.
    """
    head = f"{method} {target} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    try:
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode("ascii") + body)
        await writer.drain()
        return _parse(await _read(reader))
    except OSError as error:
        raise NoAnswerError(str(error)) from error
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := await reader.read(65_536):
        pieces.append(piece)
        size += len(piece)
        if size > _MOST_BYTES:
            raise NoAnswerError("the answer has no end")
    return b"".join(pieces)


def _parse(answer: bytes) -> Answer:
    head, _, body = answer.partition(b"\r\n\r\n")
    status_line, _, fields = head.partition(b"\r\n")
    headers: Message = BytesHeaderParser().parsebytes(fields)
    try:
        status = int(status_line.split()[1])
    except (IndexError, ValueError) as error:
        raise NoAnswerError("there was no answer") from error
    expected = headers.get("Content-Length")
    if expected is not None and expected.isdecimal() and len(body) < int(expected):
        raise NoAnswerError("the answer was cut off")
    return Answer(status, headers.get("Location"), body)
