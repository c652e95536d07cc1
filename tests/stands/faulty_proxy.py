"""A TCP proxy on loopback that does what bad networks and bad servers do. What it does can be changed at any time.

    with FaultyProxy(storage.port) as proxy:
        proxy.switch(Reset(after_bytes=100_000))

It lives in a thread of its own: tests of every kind and other processes can use it. Bytes are counted for each
connection, from the client to the server; faults of TCP seize connections that are already open, those of HTTP
(`Portal`, `Answer`, `Truncate`) new ones.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

from tests.stands.faults import (
    Answer,
    Clean,
    Corrupt,
    Fault,
    HalfClose,
    Latency,
    Portal,
    Refuse,
    Reset,
    Stall,
    Truncate,
)
from tests.stands.http_faults import answered, last_of_its_connection, parsed

__all__ = [
    "Answer",
    "Clean",
    "Corrupt",
    "Fault",
    "FaultyProxy",
    "HalfClose",
    "Latency",
    "Portal",
    "Refuse",
    "Reset",
    "Stall",
    "Truncate",
]

_CHUNK_BYTES = 16_384
_HEAD_BYTES = 65_536


class FaultyProxy:
    """Stands between a client and the server at `target_port`. `connections`: how many came in."""

    def __init__(self, target_port: int, fault: Fault | None = None) -> None:
        self._target_port = target_port
        self._fault: Fault = fault or Clean()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="faulty-proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._busy: set[asyncio.Task[None]] = set()
        self._switched = asyncio.Event()
        self.port = 0
        self.connections = 0
        self.requests: list[str] = []
        """`METHOD path` of the requests that were looked at, in faults of HTTP."""

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen())
        self.switch(self._fault)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def fault(self) -> Fault:
        return self._fault

    def switch(self, fault: Fault) -> None:
        """From now on, this is wrong. Open connections stay, unless they were stalled, or nobody listens any more."""
        self._do(self._switch(fault))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=_HEAD_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _switch(self, fault: Fault) -> None:
        self._fault = fault
        self._switched.set()
        self._switched = asyncio.Event()
        if isinstance(fault, Refuse):
            await self._end()
        elif self._server is None:
            await self._listen()

    async def _end(self) -> None:
        if self._server:
            for listening in self._server.sockets:
                self._loop.remove_reader(listening.fileno())
            for _ in range(3):  # asyncio loses a connection that it has accepted but not yet handed out (3.11)
                await asyncio.sleep(0)
            self._server.close()
            self._server = None
        for task in (busy := list(self._busy)):
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        self.connections += 1
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._handle(client, to_client)
        finally:
            self._busy.discard(task)
            to_client.transport.abort()

    async def _handle(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        if isinstance(self._fault, Stall) and self._fault.after_bytes == 0:
            await self._stall()
        if isinstance(self._fault, Refuse) or (isinstance(self._fault, Reset) and self._fault.after_bytes == 0):
            reset(to_client)  # one that came in just before nobody listened any more is refused late
            return
        server, to_server = await asyncio.open_connection("127.0.0.1", self._target_port)
        try:
            if isinstance(self._fault, Portal | Answer | Truncate):
                await self._speak_http(client, to_client, server, to_server)
            else:
                await self._pass_on(client, to_client, server, to_server)
        finally:
            to_server.transport.abort()

    async def _pass_on(
        self,
        client: asyncio.StreamReader,
        to_client: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        back = asyncio.create_task(self._pump_back(server, to_client))
        there = asyncio.create_task(self._pump(client, to_client, to_server))
        try:
            await asyncio.wait([back, there], return_when=asyncio.FIRST_COMPLETED)
            if there.done() and isinstance(self._fault, HalfClose):
                await back
        finally:
            back.cancel()
            there.cancel()
            await asyncio.gather(back, there, return_exceptions=True)

    async def _pump(
        self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter, to_server: asyncio.StreamWriter
    ) -> None:
        passed_bytes = 0
        while chunk := await client.read(_CHUNK_BYTES):
            match self._fault:
                case Latency(seconds):
                    await asyncio.sleep(seconds)
                case Reset(after_bytes) if passed_bytes + len(chunk) > after_bytes:
                    reset(to_client)
                    return
                case Stall(after_bytes) if passed_bytes + len(chunk) > after_bytes:
                    await self._stall()
                case HalfClose(after_bytes) if passed_bytes + len(chunk) > after_bytes:
                    to_server.write_eof()
                    return
                case Corrupt(at_byte) if passed_bytes <= at_byte < passed_bytes + len(chunk):
                    chunk = inverted(chunk, at_byte - passed_bytes)
            passed_bytes += len(chunk)
            to_server.write(chunk)
            await to_server.drain()

    async def _pump_back(self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        while chunk := await server.read(_CHUNK_BYTES):
            if isinstance(self._fault, Stall) and self._fault.after_bytes == 0:
                await self._stall()
            to_client.write(chunk)
            await to_client.drain()

    async def _stall(self) -> None:
        await self._switched.wait()
        raise ConnectionAbortedError

    async def _speak_http(
        self,
        client: asyncio.StreamReader,
        to_client: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        """One request a connection."""
        request = parsed(await client.readuntil(b"\r\n\r\n"))
        self.requests.append(f"{request.method} {request.path}")
        answer = answered(self._fault, request)
        if answer is not None:
            await skip(client, request.body_bytes)
            to_client.write(answer)
            await to_client.drain()
            to_client.write_eof()
            await client.read(1)
            return
        kept_bytes = request.body_bytes
        if isinstance(self._fault, Truncate) and request.method == "PUT":
            kept_bytes = min(kept_bytes, self._fault.keep_bytes)
        to_server.write(last_of_its_connection(request, kept_bytes))
        await copy(client, to_server, kept_bytes)
        await skip(client, request.body_bytes - kept_bytes)
        await self._pump_back(server, to_client)


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection by RST: a linger of zero seconds (socket(7))."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def inverted(chunk: bytes, index: int) -> bytes:
    """The chunk with all bits of one byte inverted."""
    return chunk[:index] + bytes([chunk[index] ^ 0xFF]) + chunk[index + 1 :]


async def copy(client: asyncio.StreamReader, to_server: asyncio.StreamWriter, count: int) -> None:
    """Hand on so many bytes."""
    while count > 0:
        chunk = await client.read(min(count, _CHUNK_BYTES))
        if not chunk:
            return
        to_server.write(chunk)
        await to_server.drain()
        count -= len(chunk)


async def skip(client: asyncio.StreamReader, count: int) -> None:
    """Read so many bytes and forget them."""
    while count > 0:
        chunk = await client.read(min(count, _CHUNK_BYTES))
        if not chunk:
            return
        count -= len(chunk)
