"""What stands behind the stand-in's socket, and the thread that it runs in."""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from appliance.control.messages import (
    Answer,
    AnyRequest,
    BoxStatus,
    CardLife,
    CardStatus,
    Event,
    MemoriesStatus,
    Memory,
    NetworkRequest,
    RecordingStatus,
    RingStatus,
    ServiceRequest,
    Status,
    StatusAnswer,
    StorageRequest,
    UploadRequest,
)
from appliance.control.server import Server, Tell
from appliance.control.standin.memories import AVAILABLE_S, StandInMemories
from appliance.control.standin.network import StandInNetwork
from appliance.control.standin.storage import StandInStorage
from appliance.control.standin.upload import StandInUpload

CARD_LIFE = CardLife(
    written_bytes=1_200_000_000_000,
    rated_bytes=9_600_000_000_000,
    is_guessed=True,
    bytes_a_day=86_400_000_000,
    months_left=3.2,
    sentence="At this rate the card lasts for another 3 months of recording day and night.",
)


class StandInService(StandInMemories):
    """A `Service` with nothing behind it. `asked` has every request with a content, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[AnyRequest] = []
        self.upload = StandInUpload(lambda: [memory.name for memory in self.kept[::-1]])
        self.storage = StandInStorage()
        self.network = StandInNetwork()

    async def ask(self, request: ServiceRequest, tell: Tell) -> Answer:
        if request.__struct_fields__:
            self.asked.append(request)
        if isinstance(request, Status):
            return await self.status()
        if isinstance(request, UploadRequest):
            return await self.upload.ask(request)
        if isinstance(request, StorageRequest):
            return await self.storage.ask(request)
        if isinstance(request, NetworkRequest):
            return await self.network.ask(request)
        return await self.about_memories(request, tell)

    def told(self, memory: Memory) -> Memory:
        return replace(memory, upload=self.upload.of(memory.name))

    async def status(self) -> StatusAnswer:
        return StatusAnswer(
            version="0",
            uptime_s=3725.0,
            recording=RecordingStatus("recording", "stand-in", last_segment_age_s=1.5, unflushed_s=2.5, restarts=0),
            ring=RingStatus(
                segments=30, bytes=150_000_000, capacity_bytes=8_000_000_000, seconds=AVAILABLE_S, left_out=[]
            ),
            memories=MemoriesStatus(count=len(self.kept), pending=0),
            upload=self.upload.status(),
            lamp="recording",
            card=CardStatus("SC32G", "03/2023", 32_000_000_000, 30_900_000_000, 22_000_000_000, CARD_LIFE),
            box=BoxStatus("normal", troubles=[], taken=["The Wi-Fi workshop is known from now on."]),
        )


class StandInSupervisor:
    """Runs a server in a thread of its own for as long as the `with` lasts."""

    def __init__(self, socket_path: Path, service: StandInService, allowed_uids: frozenset[int] | None = None) -> None:
        self._server = Server(socket_path, service, frozenset({os.getuid()}) if allowed_uids is None else allowed_uids)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stand-in supervisor")
        service.upload.publish = service.network.publish = self._server.publish

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.start(), self._loop).result()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def publish(self, event: Event) -> None:
        """Tell every subscriber, from any thread."""
        self._loop.call_soon_threadsafe(self._server.publish, event)

    def call(self, what: Callable[..., None], *arguments: object) -> None:
        """Change something behind the socket, from any thread."""
        self._loop.call_soon_threadsafe(what, *arguments)
