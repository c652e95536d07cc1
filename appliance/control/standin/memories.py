"""Presses without camera and disk: memories are kept in a list."""

import asyncio

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Asked,
    Delete,
    Done,
    Gap,
    Memories,
    MemoriesAnswer,
    Memory,
    MemoryChanged,
    MemoryRequest,
    Press,
    Save,
    SaveAnswer,
)
from appliance.control.server import Tell
from appliance.control.standin.upload import KEPT

AVAILABLE_S = 150.0
"""The stand-in's ring holds this much."""


class StandInMemories:
    """`kept` are the memories, oldest first."""

    def __init__(self) -> None:
        self.kept: list[Memory] = []
        self.trouble: str | None = None
        """When set, a press is refused with this sentence."""

    async def about_memories(self, request: MemoryRequest, tell: Tell) -> SaveAnswer | MemoriesAnswer | Done:
        """The answer to one request."""
        match request:
            case Save():
                return await self.save(request, tell)
            case Press():
                return await self.press(request)
            case Delete():
                return await self.delete(request)
            case Memories():
                return MemoriesAnswer([self.told(memory) for memory in self.kept[::-1]])

    def told(self, memory: Memory) -> Memory:
        """A memory as it is listed."""
        return memory

    async def save(self, request: Save, tell: Tell) -> SaveAnswer:
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
        if request.button == "upload":
            return Done(f"The upload button asked for {_meaning(request.hold_s).command}.")
        return _secured(self._keep(180.0 * max(1, int(request.hold_s // 3))))

    async def delete(self, request: Delete) -> Done:
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
            upload=KEPT,
        )
        self.kept.append(memory)
        return memory


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
