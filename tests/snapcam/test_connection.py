"""An RTSP connection with a server that says strange things, or nothing for days."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from appliance.attending.serving import TroubleError
from appliance.snapcam.connection import MOST_ASKED, Connection


@asynccontextmanager
async def connected_to(*says: bytes) -> AsyncIterator[Connection]:
    """A server that gives one of these to each request, and nothing after the last."""
    left = list(says)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(left.pop(0) if left else b"")

    async with await asyncio.start_server(serve, "127.0.0.1") as server:
        connection = await Connection.open("127.0.0.1", server.sockets[0].getsockname()[1], "It")
        try:
            yield connection
        finally:
            await connection.close()


async def test_answers_that_are_numbered_strangely_mean_the_oldest_question() -> None:
    strange = ("", "CSeq: x\r\n", f"CSeq: {'9' * 5000}\r\n", "CSeq: ²\r\n")
    async with connected_to(*(f"RTSP/1.0 {200 + n} OK\r\n{told}\r\n".encode() for n, told in enumerate(strange))) as it:
        assert [(await it.ask("OPTIONS", "*")).status for _ in strange] == [200, 201, 202, 203]


async def test_a_length_without_end_is_no_rtsp() -> None:
    async with connected_to(f"RTSP/1.0 200 OK\r\nContent-Length: {'9' * 5000}\r\n\r\n".encode()) as it:
        with pytest.raises(TroubleError, match="not as RTSP does"):
            await it.ask("OPTIONS", "*")


async def test_what_is_never_answered_is_forgotten() -> None:
    """PLAY is repeated for days."""
    async with connected_to() as it:
        asked = [it.post("PLAY", "*") for _ in range(3 * MOST_ASKED)]
        assert len(it._asked) == MOST_ASKED
        assert not any(answer.done() for answer in asked[-MOST_ASKED:])
