"""A GoPro of the old kind: gpControl over HTTP, a stream that wants to be greeted, an alarm clock for magic packets."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
from msgspec import Struct

from appliance.standins.film import Film, transport_stream

_HEAD_BYTES = 12
_WAKE_BYTES = 6 + 16 * 6
_START, _STOP = "c1=restart", "c1=stop"


class Faults(Struct):
    """What is wrong with it now; may be changed while it runs.

    `hangs`: HTTP is taken and not answered. `refuses`: the status of every answer, 0 for none. `babbles`: no JSON.
    `sees_nobody`: no guest is counted. `is_recording`: onto its card, which ends the stream until it is started anew.
    `is_silent`: accepts, and sends nothing.
    `loss`: which part of the datagrams is lost.
    """

    is_asleep: bool = False
    hangs: bool = False
    refuses: int = 0
    babbles: bool = False
    sees_nobody: bool = False
    is_recording: bool = False
    is_silent: bool = False
    loss: float = 0.0


class LegacyGoPro:
    """Inside `running()` it can be reached at `host`. `freezes_after_s`: without a greeting, as a HERO5 does.

    `control_port`, `greeting_port`, `wake_port`: where it listens; 0 is any, and known from then on.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.2",
        film: Film | None = None,
        stream_port: int = 8554,
        control_port: int = 0,
        greeting_port: int = 0,
        wake_port: int = 0,
        freezes_after_s: float = 25.0,
        firmware: str = "HD5.02.02.70.00",
        seed: int = 0,
    ) -> None:
        self.faults = Faults()
        self.greetings: list[bytes] = []
        self.greeters: set[int] = set()
        """The ports that greetings came from."""
        self.requests: list[str] = []
        self.told_to_stop = asyncio.Event()
        self.wakes = 0
        self.host = host
        self.control_port, self.greeting_port, self.wake_port = control_port, greeting_port, wake_port
        self._film = film or Film()
        self.stream_port = stream_port
        self._freezes_after_s = freezes_after_s
        self._firmware = firmware
        self._wanted_greeting = b"_GPHD_:%d:0:2:0.000000\n" % (firmware[:3] in {"HD8", "HD9"})
        self._dice = random.Random(seed)  # noqa: S311 - chance, no secret
        self._viewer: str | None = None
        self._greeted_s = 0.0
        self._sending: asyncio.Task[None] | None = None
        self._ending: list[asyncio.Task[None]] = []
        self._out: asyncio.DatagramTransport | None = None
        self._answering: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["LegacyGoPro"]:
        """Switched on; its ports are known from then on."""
        loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._take, self.host, self.control_port)
        self.control_port = server.sockets[0].getsockname()[1]
        greeted, woken = (self.host, self.greeting_port), (self.host, self.wake_port)
        self._out, _ = await loop.create_datagram_endpoint(lambda: _Ear(self._greeted), local_addr=greeted)
        alarm, _ = await loop.create_datagram_endpoint(lambda: _Ear(self._woken), local_addr=woken)
        self.greeting_port = self._out.get_extra_info("sockname")[1]
        self.wake_port = alarm.get_extra_info("sockname")[1]
        try:
            yield self
        finally:
            self._stop()
            server.close()
            for task in self._answering:
                task.cancel()
            await asyncio.gather(*self._answering, *self._ending, return_exceptions=True)
            self._out.close()
            alarm.close()

    def fall_asleep(self) -> None:
        """Nothing more comes of it, until a magic packet does."""
        self.faults.is_asleep = True
        self._stop()

    def _woken(self, packet: bytes, _: int) -> None:
        if len(packet) == _WAKE_BYTES and packet.startswith(b"\xff" * 6):
            self.wakes += 1
            self.faults.is_asleep = False

    def _greeted(self, greeting: bytes, port: int) -> None:
        self.greetings.append(greeting)
        self.greeters.add(port)
        if greeting == self._wanted_greeting:
            self._greeted_s = time.monotonic()

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                head = (await reader.readuntil(b"\r\n\r\n")).decode(errors="replace")
                path = head.split(" ")[1]
                self.requests.append(path)
                if not self.faults.is_asleep:
                    await self._answer(path, writer)
        finally:
            writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        if self.faults.hangs:
            await asyncio.sleep(3600)
        status = self.faults.refuses or 200
        body = b"<html>" if self.faults.babbles else msgspec.json.encode(self._obey(path, status, writer))
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    def _obey(self, path: str, status: int, writer: asyncio.StreamWriter) -> dict[str, Any]:
        if status != 200:  # noqa: PLR2004 - OK
            return {"error_code": -3, "error_msg": "500 Internal Server Error", "path_info": path}
        if path.endswith("/status"):
            recording = int(self.faults.is_recording)
            return {"status": {"8": recording, "10": recording, "31": int(not self.faults.sees_nobody), "70": 80}}
        if path.endswith("/info"):
            return {"info": {"model_name": "HERO5 Black", "firmware_version": self._firmware}}
        if _START in path or _STOP in path:
            self._stop()
        if _STOP in path:
            self.told_to_stop.set()
        if _START in path:
            self.told_to_stop.clear()
            self._viewer = writer.get_extra_info("peername")[0]
            self._greeted_s = time.monotonic()
            self._sending = asyncio.create_task(self._send())
        return {}

    def _stop(self) -> None:
        """Its ffmpeg takes its time to end; it is told once."""
        if self._sending:
            self._sending.cancel()
            self._ending.append(self._sending)
            self._sending = None

    async def _send(self) -> None:
        async with transport_stream(self._film) as datagrams:
            async for packets in datagrams:
                if self.faults.is_recording:
                    return
                is_frozen = time.monotonic() - self._greeted_s > self._freezes_after_s
                is_lost = self.faults.is_silent or self._dice.random() < self.faults.loss
                if self._out and not is_frozen and not is_lost:
                    self._out.sendto(bytes(_HEAD_BYTES) + packets, (self._viewer, self.stream_port))


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, heard: Callable[[bytes, int], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._heard(data, addr[1])

    def error_received(self, exc: Exception) -> None:
        """Nobody listens to the stream."""
