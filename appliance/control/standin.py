"""A supervisor without camera and disk: for tests, and for working on whatever talks to the control socket.

It answers by a real `Server` on a real socket; only what stands behind the socket is made up.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    AnyRequest,
    Asked,
    Delete,
    Done,
    Event,
    Gap,
    MemoriesAnswer,
    MemoriesStatus,
    Memory,
    MemoryChanged,
    Press,
    RecordingStatus,
    RingStatus,
    Save,
    SaveAnswer,
    StatusAnswer,
)
from appliance.control.server import Server

AVAILABLE_S = 150.0
"""The stand-in's ring holds this much."""


class StandInService:
    """A `Service` that keeps its memories in a list. `asked` has every request with a content, in order."""

    def __init__(self) -> None:
        self.asked: list[AnyRequest] = []
        self.kept: list[Memory] = []
        self.trouble: str | None = None
        """When set, a press is refused with this sentence."""

    async def status(self) -> StatusAnswer:
        return StatusAnswer(
            version="0",
            uptime_s=3725.0,
            recording=RecordingStatus("recording", "stand-in", last_segment_age_s=1.5, unflushed_s=2.5, restarts=0),
            ring=RingStatus(
                segments=30, bytes=150_000_000, capacity_bytes=8_000_000_000, seconds=AVAILABLE_S, left_out=[]
            ),
            memories=MemoriesStatus(count=len(self.kept), pending=0),
            lamp="recording",
        )

    async def save(self, request: Save, tell: Callable[[Event], None]) -> SaveAnswer:
        self.asked.append(request)
        if self.trouble is not None:
            raise RefusedError(self.trouble)
        memory = self._keep(180.0 if request.minutes is None else request.minutes * 60)
        if not request.wait:
            return _secured(memory)
        for progress in (0.0, 0.5, 1.0):
            tell(MemoryChanged(memory.id, memory.name, "assembling", progress))
            await asyncio.sleep(0)
        return _whole(memory)

    async def press(self, request: Press) -> SaveAnswer | Done:
        self.asked.append(request)
        if request.button == "upload":
            return Done(f"The upload button asked for {_meaning(request.hold_s).command}.")
        return _secured(self._keep(180.0 * max(1, int(request.hold_s // 3))))

    async def memories(self) -> MemoriesAnswer:
        return MemoriesAnswer(self.kept[::-1])

    async def delete(self, request: Delete) -> Done:
        self.asked.append(request)
        for memory in self.kept:
            if memory.name == request.name:
                self.kept.remove(memory)
                return Done(f"{memory.name} is deleted.")
        raise RefusedError(f"There is no memory {request.name}.")

    def _keep(self, asked_s: float) -> Memory:
        number = len(self.kept) + 1
        name = f"2026-10-01T12-00-{number:02}-MEMORY.mp4"
        got_s = min(asked_s, AVAILABLE_S)
        gaps = [] if got_s == asked_s else [Gap(at_s=0.0, length_s=asked_s - got_s, reason="the ring held no more")]
        memory = Memory(
            name=name,
            path=f"/memories/{name}",
            pressed_at=f"2026-10-01T12:00:{number:02}+02:00",
            asked_s=asked_s,
            got_s=got_s,
            gaps=gaps,
            size_bytes=int(got_s * 1_000_000),
            sha256=f"{number:064x}",
            id=f"m{number}",
            time_quality="trusted",
        )
        self.kept.append(memory)
        return memory


class StandInSupervisor:
    """Runs a server in a thread of its own for as long as the `with` lasts."""

    def __init__(self, socket_path: Path, service: StandInService, allowed_uids: frozenset[int] | None = None) -> None:
        self._server = Server(socket_path, service, frozenset({os.getuid()}) if allowed_uids is None else allowed_uids)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stand-in supervisor")

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


def _meaning(hold_s: float) -> Asked:
    return Asked("set-up-mode" if hold_s >= 10 else "upload-now")  # noqa: PLR2004 - the panel's own rule


def _secured(memory: Memory) -> SaveAnswer:
    return SaveAnswer(
        id=memory.id,
        asked_s=memory.asked_s,
        available_s=AVAILABLE_S,
        secured_ms=1.25,
        state="secured",
        name=memory.name,
    )


def _whole(memory: Memory) -> SaveAnswer:
    return SaveAnswer(
        id=memory.id,
        asked_s=memory.asked_s,
        available_s=AVAILABLE_S,
        secured_ms=1.25,
        state="kept",
        name=memory.name,
        path=memory.path,
        got_s=memory.got_s,
        gaps=memory.gaps,
        sha256=memory.sha256,
        parts=[memory.path],
    )
