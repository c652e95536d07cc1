"""What is answered about presses and the memories that they become."""

import asyncio
from typing import Protocol

from appliance.announcer import Announcer
from appliance.clock import Clock
from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Delete,
    Done,
    MemoriesAnswer,
    Memory,
    MemoryRequest,
    MemoryUpload,
    Press,
    Save,
    SaveAnswer,
)
from appliance.control.messages import Gap as GapMessage
from appliance.control.messages import Memories as MemoriesRequest
from appliance.control.server import Tell
from appliance.control.values import as_message
from appliance.memories.archive import is_memory_name
from appliance.memories.keeper import Keeper
from appliance.memories.model import Entry, Gap
from appliance.memories.moment import Moment, NotSavedError
from appliance.memories.workshop import Workshop
from appliance.panel.panel import Panel
from appliance.upload.model import Account

OLDEST_PRESS_S = 60.0
"""A client may say when its press was, but not of long ago."""


class Uploads(Protocol):
    """Who knows of the way of the memories to the storage."""

    def account(self, entry: Entry) -> Account:
        """Of one file, how far it is."""


class Memories:
    """Asks the keeper, the workshop and the panel. `folder`: where the files lie, as clients are told."""

    def __init__(
        self,
        *,
        keeper: Keeper,
        workshop: Workshop,
        panel: Panel,
        clock: Clock,
        announcer: Announcer,
        uploads: Uploads,
        folder: str,
    ) -> None:
        self._keeper = keeper
        self._workshop = workshop
        self._panel = panel
        self._clock = clock
        self._announcer = announcer
        self._uploads = uploads
        self._folder = folder

    async def ask(self, request: MemoryRequest, tell: Tell) -> SaveAnswer | MemoriesAnswer | Done:
        """The answer to one request."""
        match request:
            case Save():
                return await self._save(request, tell)
            case Press():
                return await self._press(request)
            case MemoriesRequest():
                return await self._list()
            case Delete():
                return await self._delete(request.name)
            case _:
                raise RefusedError("The recorder cannot do that yet.")

    async def _save(self, request: Save, tell: Tell) -> SaveAnswer:
        moment = self._keeper.save(request.minutes, self._pressed_at_s(request.pressed_at_s))
        await self._secured(moment)
        if not request.wait:
            return self._answer(moment)
        with self._announcer.listening(tell, lambda: _identity(moment)):
            return self._whole_answer(moment, await asyncio.shield(moment.finished))

    async def _press(self, request: Press) -> SaveAnswer | Done:
        if request.button == "upload":
            await self._panel.hold("upload", request.hold_s)
            return Done(f"The upload button was held for {request.hold_s:g} s.")
        await self._panel.hold("save", request.hold_s)
        await self._keeper.wait_until_quiet()
        moment = self._announcer.last_press
        if moment is None:
            raise RefusedError("The save button is stuck: free it first.")
        await self._secured(moment)
        return self._answer(moment)

    async def _list(self) -> MemoriesAnswer:
        return MemoriesAnswer([self._message(entry) for entry in await self._workshop.entries()])

    async def _delete(self, name: str) -> Done:
        if not is_memory_name(name):
            raise RefusedError(f"{name} is not the name of a memory: `moment memories` lists them.")
        entry = next((e for e in await self._workshop.entries() if e.name == name), None)
        if entry and self._keeper.is_growing(entry.id):
            raise RefusedError(f"{name} is just growing longer by a newer press: wait until that is done.")
        if entry and self._uploads.account(entry).state == "uploading":
            raise RefusedError(
                f"{name} is on its way to the storage: cancel that first with `moment upload --cancel {name}`."
            )
        if entry is None or not await self._workshop.delete(name):
            raise RefusedError(f"There is no memory {name}: `moment memories` lists those that are kept.")
        return Done(f"{name} is deleted.")

    async def _secured(self, moment: Moment) -> None:
        try:
            await asyncio.shield(moment.secured)
        except NotSavedError as error:
            raise RefusedError(f"NOT SAVED: {error}") from error

    def _pressed_at_s(self, said_s: float | None) -> float:
        now_s = self._clock.monotonic_s()
        return said_s if said_s is not None and now_s - OLDEST_PRESS_S <= said_s <= now_s else now_s

    def _answer(self, moment: Moment) -> SaveAnswer:
        claim = _host(moment).claim
        inside = moment.inside
        return SaveAnswer(
            id=claim.id if claim else inside.id if inside else "",
            asked_s=round(moment.asked_s, 3),
            available_s=moment.available_s,
            secured_ms=round((moment.secured_s or 0.0) * 1000, 3),
            state="kept" if moment.state == "kept" else "secured",
            name=f"{claim.stem if claim else inside.stem if inside else ''}.mp4",
            extends=_extends(moment),
        )

    def _whole_answer(self, moment: Moment, entries: list[Entry]) -> SaveAnswer:
        entry = entries[-1]  # the part that holds the press
        said = self._answer(moment)
        return SaveAnswer(
            id=entry.id,
            asked_s=said.asked_s,
            available_s=said.available_s,
            secured_ms=said.secured_ms,
            state="kept",
            name=entry.name,
            extends=said.extends,
            path=f"{self._folder}/{entry.name}",
            got_s=round(sum(e.got_s for e in entries), 3),
            gaps=[gap_message(gap) for e in entries for gap in e.gaps],
            sha256=entry.sha256,
            parts=[f"{self._folder}/{e.name}" for e in entries],
        )

    def _message(self, entry: Entry) -> Memory:
        return Memory(
            name=entry.name,
            path=f"{self._folder}/{entry.name}",
            pressed_at=entry.press.local_time.isoformat(timespec="milliseconds"),
            asked_s=entry.asked_s,
            got_s=entry.got_s,
            gaps=[gap_message(gap) for gap in entry.gaps],
            size_bytes=entry.size_bytes,
            sha256=entry.sha256,
            id=entry.id,
            time_quality=entry.press.time_quality,
            upload=as_message(self._uploads.account(entry), MemoryUpload),
            part=entry.part,
            parts=entry.parts,
        )


def _host(moment: Moment) -> Moment:
    while moment.successor:
        moment = moment.successor
    return moment


def _identity(moment: Moment) -> str:
    claim = _host(moment).claim
    return claim.id if claim else ""


def _extends(moment: Moment) -> str | None:
    if moment.inside:
        return moment.inside.stem
    claim = moment.claim
    return claim.stem if claim and (claim.merges or claim.supersedes) else None


def gap_message(gap: Gap) -> GapMessage:
    """A gap as clients see it."""
    return GapMessage(gap.at_s, gap.length_s, gap.reason)
