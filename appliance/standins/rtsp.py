"""The RTSP server of a SnapCam: one viewer, a PLAY that must be repeated, and a network that mixes its packets up."""

import asyncio
import random
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from appliance.child import Child
from appliance.standins.film import Film, transport_stream

_CLOCK_HZ = 90_000
_SOURCE = 0x5A9CA11


class Faults(Struct):
    """What is wrong with it now; may be changed while it runs.

    `refuses`: the status of every answer, 0 for none. `describes`: another SDP than its own; `describes_nothing`: it
    does not know DESCRIBE. `hangs`: requests are taken and not answered; `closes`: it hangs up instead; `babbles`: it
    says something else. `is_silent`: PLAY is accepted, and nothing sent.
    `loss`, `twice`: which part of the packets is lost, or comes twice. `mixes`: how many packets a packet may be late.
    """

    refuses: int = 0
    describes: bytes = b""
    describes_nothing: bool = False
    hangs: bool = False
    closes: bool = False
    babbles: bool = False
    is_silent: bool = False
    loss: float = 0.0
    twice: float = 0.0
    mixes: int = 0


class Request(NamedTuple):
    """One, as it came."""

    method: str
    url: str
    headers: dict[str, str]


class RtspServer:
    """Inside `running()` it can be reached at `host` and `port`.

    `port`: 0 is any, known from then on. `payload`: what it sends. `forgets_after_s`: without another PLAY it sends no
    more.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.3",
        port: int = 0,
        film: Film | None = None,
        payload: Literal["mpegts", "h264"] = "mpegts",
        forgets_after_s: float = 12.0,
        first_sequence: int = 65_400,
        seed: int = 0,
    ) -> None:
        self.faults = Faults()
        self.requests: list[Request] = []
        self.played_thrice = asyncio.Event()
        self.host = host
        self.port = port
        self._film = film or Film(size="1280x720")
        self._payload = payload
        self._forgets_after_s = forgets_after_s
        self._sequence = first_sequence
        self._dice = random.Random(seed)  # noqa: S311 - chance, no secret
        self._served: set[asyncio.Task[None]] = set()
        self._ports: dict[str, int] = {}
        self._sending: asyncio.Task[None] | None = None
        self._ending: list[asyncio.Task[None]] = []
        self._played_s = 0.0
        self._late: list[tuple[int, bytes, int]] = []
        self._writers: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["RtspServer"]:
        """Its port is known from then on."""
        server = await asyncio.start_server(self._take, self.host, self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self._stop()
            for task in self._served:
                task.cancel()
            await asyncio.gather(*self._served, *self._ending, return_exceptions=True)

    def hang_up(self) -> None:
        """Close every connection early."""
        for writer in self._writers:
            writer.close()

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._served.add(task)
        task.add_done_callback(self._served.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    request = _read((await reader.readuntil(b"\r\n\r\n")).decode(errors="replace"))
                    self.requests.append(request)
                    if self.faults.hangs:
                        continue
                    if self.faults.closes:
                        break
                    writer.write(self._answer(request, writer.get_extra_info("peername")[0]))
                    await writer.drain()
        finally:
            self._writers.discard(writer)
            writer.close()
            self._stop()

    def _answer(self, request: Request, viewer: str) -> bytes:
        if self.faults.babbles:
            return b"HTTP/1.0 400 Bad Request\r\n\r\n"
        status, headers, body = self.faults.refuses or 200, {"CSeq": request.headers.get("cseq", "0")}, b""
        if request.method == "DESCRIBE" and self.faults.describes_nothing:
            status = 501
        elif status == 200:  # noqa: PLR2004 - OK
            body = self._obey(request, viewer, headers)
        headers |= {"Content-Type": "application/sdp", "Content-Length": str(len(body))} if body else {}
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"RTSP/1.0 {status} -\r\n{told}\r\n".encode() + body

    def _obey(self, request: Request, viewer: str, headers: dict[str, str]) -> bytes:
        if request.method == "DESCRIBE":
            return self.faults.describes or self._description()
        if request.method == "SETUP":
            track = request.url.rpartition("=")[2]
            self._ports[track] = int(request.headers["transport"].rpartition("=")[2].partition("-")[0])
            headers |= {"Transport": request.headers["transport"], "Session": "12345678;timeout=60"}
        if request.method == "PLAY":
            self._played_s = time.monotonic()
            if [request.method for request in self.requests].count("PLAY") == 3:  # noqa: PLR2004 - see its name
                self.played_thrice.set()
            if self._sending is None:
                self._sending = asyncio.create_task(self._send(viewer))
        if request.method == "TEARDOWN":
            self._stop()
        return b""

    def _description(self) -> bytes:
        media = {"mpegts": ["m=video 0 RTP/AVP 33"], "h264": ["m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000"]}
        return "\r\n".join(
            ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=SnapCam", "t=0 0", *media[self._payload], "a=control:trackID=1", ""]
        ).encode()

    def _stop(self) -> None:
        """Its ffmpeg takes its time to end; it is told once."""
        if self._sending:
            self._sending.cancel()
            self._ending.append(self._sending)
            self._sending = None

    async def _send(self, viewer: str) -> None:
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            out, _ = await loop.create_datagram_endpoint(_Mouth, local_addr=(self.host, 0))
            stack.callback(out.close)
            packets = self._transport_packets() if self._payload == "mpegts" else self._picture_packets()
            async for packet in packets:
                is_forgotten = time.monotonic() - self._played_s > self._forgets_after_s
                if not is_forgotten and not self.faults.is_silent:
                    for ready in self._through_the_air(packet):
                        out.sendto(ready, (viewer, self._ports["1"]))

    async def _transport_packets(self) -> AsyncIterator[bytes]:
        async with transport_stream(self._film) as datagrams:
            async for datagram in datagrams:
                stamp = int(time.monotonic() * _CLOCK_HZ) & 0xFFFFFFFF
                head = bytes([0x80, 33]) + bytes(2) + stamp.to_bytes(4, "big") + _SOURCE.to_bytes(4, "big")
                yield self._numbered(head + datagram)

    async def _picture_packets(self) -> AsyncIterator[bytes]:
        """As ffmpeg packs them: single NAL units, STAP-A and FU-A."""
        heard: asyncio.Queue[bytes] = asyncio.Queue()
        ear, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Ear(heard), local_addr=(self.host, 0)
        )
        url = f"rtp://{self.host}:{ear.get_extra_info('sockname')[1]}?rtcpport=9&pkt_size=1400"
        child = await Child.start([*self._film.source(), "-bsf:v", "dump_extra", "-f", "rtp", url], output=PIPE)
        try:
            while True:
                yield self._numbered(await heard.get())
        finally:
            await child.stop(0.5)
            ear.close()

    def _numbered(self, packet: bytes) -> bytes:
        """With a number of this server's own."""
        self._sequence = (self._sequence + 1) % 65_536
        return packet[:2] + self._sequence.to_bytes(2, "big") + packet[4:]

    def _through_the_air(self, packet: bytes) -> list[bytes]:
        """What arrives now: perhaps nothing, perhaps some of before."""
        copies = 2 if self._dice.random() < self.faults.twice else 1
        if self._dice.random() < self.faults.loss:
            copies = 0
        self._late = [(left - 1, late, number) for left, late, number in self._late]
        self._late += [(self._dice.randint(0, self.faults.mixes), packet, number) for number in range(copies)]
        ready = [late for left, late, _ in self._late if left <= 0]
        self._late = [entry for entry in self._late if entry[0] > 0]
        return ready


class _Mouth(asyncio.DatagramProtocol):
    def error_received(self, exc: Exception) -> None:
        """The viewer is gone."""


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, heard: "asyncio.Queue[bytes]") -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, _addr: tuple[str | Any, int]) -> None:
        self._heard.put_nowait(data)


def _read(text: str) -> Request:
    first, *lines = text.strip().split("\r\n")
    method, url, *_ = [*first.split(" "), "", ""]
    pairs = (line.partition(":") for line in lines)
    return Request(method, url, {name.strip().lower(): value.strip() for name, _, value in pairs})
