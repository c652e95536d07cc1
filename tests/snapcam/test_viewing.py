"""What is said to a SnapCam's server, word for word, by a server that answers what the test wants."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from appliance.attending.serving import TroubleError
from appliance.snapcam.connection import Connection
from appliance.snapcam.sdp import TRANSPORT_STREAM, Track
from appliance.snapcam.viewing import PLAY_EVERY_S, Viewing

SDP = b"v=0\r\nm=video 0 RTP/AVP 33\r\na=control:trackID=1\r\n"
URL = "rtsp://192.168.2.103"
Answering = Callable[[str, str], bytes]


def answer(number: str, status: int = 200, *more: str, body: bytes = b"") -> bytes:
    """`number`: of the request, "" if this server tells none."""
    numbered = [f"CSeq: {number}"] if number else []
    lines = [f"RTSP/1.0 {status} -", *numbered, f"Content-Length: {len(body)}", *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Server:
    """`asked`: the requests, each as its lines."""

    def __init__(self, answering: Answering) -> None:
        self.asked: list[list[str]] = []
        self._news = asyncio.Event()
        self._answering = answering

    def heads(self, name: str) -> list[str]:
        """What each request said under this name."""
        found = [[line for line in lines if line.startswith(f"{name}: ")] for lines in self.asked]
        return [lines[0].partition(": ")[2] if lines else "" for lines in found]

    async def until_asked(self, times: int) -> None:
        async with asyncio.timeout(60):
            while len(self.asked) < times:
                self._news.clear()
                await self._news.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
                self.asked.append(lines)
                self._news.set()
                number = next(line.partition(": ")[2] for line in lines if line.startswith("CSeq"))
                writer.write(self._answering(lines[0].split(" ")[0], number))
        except asyncio.IncompleteReadError:
            writer.close()


@asynccontextmanager
async def viewing(answering: Answering) -> AsyncIterator[tuple[Viewing, Server, Connection]]:
    server = Server(answering)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    connection = await Connection.open("127.0.0.1", listening.sockets[0].getsockname()[1], "SnapCam")
    try:
        yield Viewing(connection, URL, "SnapCam"), server, connection
    finally:
        await connection.close()
        listening.close()


def well(method: str, number: str) -> bytes:
    more = ["Session: 12345678;timeout=60"] if method == "SETUP" else []
    return answer(number, 200, *more, body=SDP if method == "DESCRIBE" else b"")


async def test_the_conversation() -> None:
    """ion-snapcam-stream: SETUP of trackID=1, PLAY of the root with session and range, again every five seconds."""
    async with viewing(well) as (view, server, _):
        tracks = await view.tracks()
        await view.set_up(tracks, [60_784])
        await view.play()
        view.play_again()
        view.tear_down()
        await server.until_asked(5)
    assert [lines[0] for lines in server.asked] == [
        f"DESCRIBE {URL} RTSP/1.0",
        f"SETUP {URL}/trackID=1 RTSP/1.0",
        f"PLAY {URL} RTSP/1.0",
        f"PLAY {URL} RTSP/1.0",
        f"TEARDOWN {URL} RTSP/1.0",
    ]
    assert server.heads("Session") == ["", "", "12345678", "12345678", "12345678"]
    assert server.heads("Range") == ["", "", "npt=0.000-", "npt=0.000-", ""]
    assert server.heads("Transport")[1] == "RTP/AVP;unicast;client_port=60784-60785"
    assert server.heads("CSeq") == ["1", "2", "3", "4", "5"]
    assert PLAY_EVERY_S == 5.0


async def test_a_second_track_is_set_up_in_the_session_of_the_first() -> None:
    async with viewing(well) as (view, server, _):
        await view.set_up([Track("H264", 96, "trackID=1"), Track("MPEG4-GENERIC", 97, "trackID=2")], [5000, 5002])
    assert server.heads("Session") == ["", "12345678"]


@pytest.mark.parametrize("status", [405, 501, 551])
async def test_a_server_that_describes_nothing_sends_a_transport_stream(status: int) -> None:
    async with viewing(lambda _, number: answer(number, status)) as (view, _, _):
        assert await view.tracks() == [TRANSPORT_STREAM]


@pytest.mark.parametrize("refused", ["DESCRIBE", "SETUP", "PLAY"])
async def test_a_refusal_is_told(refused: str) -> None:
    def refusing(method: str, number: str) -> bytes:
        return answer(number, 453) if method == refused else well(method, number)

    async with viewing(refusing) as (view, _, _):
        with pytest.raises(TroubleError, match=r"refuses to send its pictures \(RTSP 453\)"):
            await _all_of(view)


async def _all_of(view: Viewing) -> None:
    await view.set_up(await view.tracks(), [5000])
    await view.play()


@pytest.mark.parametrize(
    ("control", "asked"),
    [
        ("trackID=1", "rtsp://elsewhere/live/trackID=1"),
        ("", "rtsp://elsewhere/live/"),
        ("rtsp://third/a", "rtsp://third/a"),
    ],
)
async def test_where_a_track_is_asked_for(control: str, asked: str) -> None:
    """RFC 2326, C.1.1: below the base that the answer names, unless the track names a whole address."""

    def based(method: str, number: str) -> bytes:
        if method != "DESCRIBE":
            return well(method, number)
        sdp = b"v=0\r\nm=video 0 RTP/AVP 33\r\n" + (f"a=control:{control}\r\n".encode() if control else b"")
        return answer(number, 200, "Content-Base: rtsp://elsewhere/live/", body=sdp)

    async with viewing(based) as (view, server, _):
        await view.set_up(await view.tracks(), [5000])
    assert server.asked[1][0] == f"SETUP {asked} RTSP/1.0"


async def test_answers_without_a_number_are_for_the_oldest_question() -> None:
    statuses = iter([200, 454])
    async with viewing(lambda *_: answer("", next(statuses))) as (_, _, connection):
        first, second = connection.post("PLAY", URL), connection.post("PLAY", URL)
        async with asyncio.timeout(60):
            assert [(await first).status, (await second).status] == [200, 454]
