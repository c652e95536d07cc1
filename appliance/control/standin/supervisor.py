"""What stands behind the stand-in's socket, and the thread that it runs in."""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Answer,
    AnyRequest,
    BoxRequest,
    BoxStatus,
    CameraRequest,
    CardLife,
    CardStatus,
    Event,
    Memories,
    MemoriesStatus,
    Memory,
    NetworkRequest,
    RecordingStatus,
    Ring,
    RingStatus,
    ServiceRequest,
    SettingsRequest,
    Status,
    StatusAnswer,
    StorageRequest,
    UploadRequest,
)
from appliance.control.server import Server, Tell
from appliance.control.standin.box import StandInBox
from appliance.control.standin.camera import StandInCameras
from appliance.control.standin.memories import AVAILABLE_S, StandInMemories
from appliance.control.standin.network import StandInNetwork
from appliance.control.standin.settings import StandInSettings
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

_TURNS = 10
"""Of the loop, until a client that has just knocked is let in: asyncio loses it when its server closes meanwhile."""


class StandInService(StandInMemories):
    """A `Service` with nothing behind it. `asked` has every request with a content, in order.

    `refusals` and `delays_s`, by the word that a request is tagged with ("ring"), make it misbehave: a refusal with
    that sentence, an answer only after so many seconds. `refusal` and `delay_s` do so for every request.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[AnyRequest] = []
        self.refusal: str | None = None
        self.refusals: dict[str, str] = {}
        self.delay_s = 0.0
        self.delays_s: dict[str, float] = {}
        self.upload = StandInUpload(lambda: [memory.name for memory in self.kept[::-1]])
        self.storage = StandInStorage()
        self.network = StandInNetwork()
        self.settings = StandInSettings()
        self.cameras = StandInCameras()
        self.box = StandInBox()

    async def ask(self, request: ServiceRequest, tell: Tell) -> Answer:
        if request.__struct_fields__ and request != Memories():
            self.asked.append(request)
        await self._misbehave(str(request.__struct_config__.tag))
        return await self._answered(request, tell)

    async def _misbehave(self, word: str) -> None:
        await asyncio.sleep(self.delays_s.get(word, self.delay_s))
        if refusal := self.refusals.get(word, self.refusal):
            raise RefusedError(refusal)

    async def _answered(self, request: ServiceRequest, tell: Tell) -> Answer:  # noqa: PLR0911 - a table
        if isinstance(request, Status):
            return await self.status()
        if isinstance(request, Ring):
            return self.ring.answer(request)
        if isinstance(request, UploadRequest):
            return await self.upload.ask(request)
        if isinstance(request, StorageRequest):
            return await self.storage.ask(request)
        if isinstance(request, NetworkRequest):
            return await self.network.ask(request)
        if isinstance(request, SettingsRequest):
            return self.settings.answer(request)
        if isinstance(request, CameraRequest):
            return self.cameras.answer(request)
        if isinstance(request, BoxRequest):
            return self.box.answer(request)
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
            machine=self.box.machine,
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
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        await self._server.stop()

    def publish(self, event: Event) -> None:
        """Tell every subscriber, from any thread."""
        self._loop.call_soon_threadsafe(self._server.publish, event)

    def call(self, what: Callable[..., None], *arguments: object) -> None:
        """Change something behind the socket, from any thread."""
        self._loop.call_soon_threadsafe(what, *arguments)
