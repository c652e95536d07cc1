"""Presses without camera and disk: memories are kept in a list."""

import asyncio

from msgspec.structs import replace

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Answer,
    Asked,
    Delete,
    Deleted,
    DeletedAnswer,
    DeletedMemory,
    Describe,
    Done,
    Gap,
    Hold,
    HoldAnswer,
    Keep,
    Memories,
    MemoriesAnswer,
    Memory,
    MemoryChanged,
    MemoryRequest,
    Press,
    PressRequest,
    Save,
    SaveAnswer,
    Undelete,
)
from appliance.control.server import Tell
from appliance.control.standin.paging import page_of
from appliance.control.standin.ring import StandInRing
from appliance.control.standin.upload import KEPT

AVAILABLE_S = 150.0
"""The stand-in's ring holds this much."""


class StandInMemories:
    """`kept` are the memories, oldest first; `trash` those that were deleted."""

    def __init__(self) -> None:
        self.ring = StandInRing()
        self.kept: list[Memory] = []
        self.trash: list[Memory] = []
        self.trouble: str | None = None
        """When set, a press is refused with this sentence."""
        self.holds: dict[str, int] = {}
        """How often each holder that holds the button has said so: each time counts as one step."""

    async def about_memories(self, request: MemoryRequest | PressRequest, tell: Tell) -> Answer:  # noqa: PLR0911 - a table
        """The answer to one request."""
        match request:
            case Save():
                return await self.save(request, tell)
            case Press():
                return await self.press(request)
            case Hold():
                return self.hold(request)
            case Delete():
                return await self.delete(request)
            case Keep():
                return await self.keep(request, tell)
            case Memories():
                return self._page(request)
            case Describe():
                return self._describe(request)
            case Undelete():
                return self._undelete(request.name)
            case Deleted():
                return self._deleted_page(request)

    def told(self, memory: Memory) -> Memory:
        """A memory as it is listed."""
        return memory

    async def save(self, request: Save, tell: Tell) -> SaveAnswer:
        if self.trouble is not None:
            raise RefusedError(self.trouble)
        memory = self._keep(180.0 if request.minutes is None else request.minutes * 60)
        return await self._answer(memory, tell, wait=request.wait)

    async def keep(self, request: Keep, tell: Tell) -> SaveAnswer:
        if self.trouble is not None:
            raise RefusedError(self.trouble)
        asked_s, got_s = request.end_s - request.start_s, self.ring.seconds_within(request)
        memory = replace(self._keep(asked_s), title=request.title, cause="stretch", got_s=got_s)
        self.kept[-1] = memory
        said = await self._answer(memory, tell, wait=request.wait)
        lost_s = asked_s - got_s
        return replace(said, remark=f"{lost_s:.0f} s of it are not in the ring any more.") if lost_s > 1 else said

    async def _answer(self, memory: Memory, tell: Tell, *, wait: bool) -> SaveAnswer:
        if not wait:
            return _secured(memory)
        for progress in (0.0, 0.5, 1.0):
            tell(MemoryChanged(memory.id, memory.name, "assembling", progress))
            await asyncio.sleep(0)
        return _whole(memory)

    async def press(self, request: Press) -> SaveAnswer | Done:
        if request.button == "upload":
            return Done(f"The upload button asked for {_meaning(request.hold_s).command}.")
        return _secured(self._keep(180.0 * max(1, int(request.hold_s // 3))))

    def hold(self, request: Hold) -> HoldAnswer | SaveAnswer:
        if self.trouble is not None:
            raise RefusedError(self.trouble)
        if request.hold_s:
            steps = self.holds[request.holder] = self.holds.get(request.holder, 0) + 1
            return HoldAnswer(steps, steps * 3.0)
        return _secured(self._keep(180.0 * self.holds.pop(request.holder, 1)))

    async def delete(self, request: Delete) -> Done:
        for memory in self.kept:
            if memory.name == request.name:
                self.kept.remove(memory)
                self.trash.append(memory)
                return Done(f"{memory.name} is deleted.")
        raise RefusedError(f"There is no memory {request.name}.")

    def _page(self, request: Memories) -> MemoriesAnswer:
        if request.name is not None:
            return MemoriesAnswer([self.told(memory) for memory in self.kept if memory.name == request.name])
        page, following = page_of(self.kept[::-1], request.before, request.limit)
        return MemoriesAnswer([self.told(memory) for memory in page], following)

    def _deleted_page(self, request: Deleted) -> DeletedAnswer:
        page, following = page_of(self.trash[::-1], request.before, request.limit)
        return DeletedAnswer([_deleted(memory) for memory in page], len(self.trash), following)

    def _describe(self, request: Describe) -> Done:
        for place, memory in enumerate(self.kept):
            if memory.name == request.name:
                self.kept[place] = replace(memory, title=request.title, note=request.note)
                return Done(f"{memory.name} is described.")
        raise RefusedError(f"There is no memory {request.name}.")

    def _undelete(self, name: str) -> Done:
        for memory in self.trash:
            if memory.name == name:
                self.trash.remove(memory)
                self.kept.append(memory)
                return Done(f"{name} is back.")
        raise RefusedError(f"{name} cannot be taken back any more.")

    def _keep(self, asked_s: float) -> Memory:
        number = len(self.kept) + len(self.trash) + 1
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


def _deleted(memory: Memory) -> DeletedMemory:
    return DeletedMemory(memory.name, memory.title, memory.pressed_at, memory.size_bytes, remaining_s=540.0)


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
