"""What is answered about presses and the memories that they become."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Protocol

from msgspec.structs import replace

from appliance.announcer import Announcer
from appliance.clock import Clock
from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Answer,
    Delete,
    Deleted,
    DeletedAnswer,
    DeletedMemory,
    Describe,
    Done,
    Hold,
    HoldAnswer,
    Keep,
    MemoriesAnswer,
    Memory,
    MemoryRequest,
    MemoryUpload,
    Press,
    Save,
    SaveAnswer,
    Undelete,
)
from appliance.control.messages import Gap as GapMessage
from appliance.control.messages import Memories as MemoriesRequest
from appliance.control.server import Tell
from appliance.control.values import as_message
from appliance.memories.archive import is_memory_name
from appliance.memories.descriptions import Description
from appliance.memories.keeper import Keeper
from appliance.memories.model import Entry, Gap
from appliance.memories.moment import Moment, NotSavedError
from appliance.memories.shelf import Deleted as DeletedFile
from appliance.memories.shelf import Described, Shelf
from appliance.panel.panel import Panel
from appliance.service.cursor import read_cursor, write_cursor
from appliance.service.lookback import WallTime
from appliance.service.portions import in_portions
from appliance.upload.model import Account

OLDEST_PRESS_S = 60.0
"""A client may say when its press was, but not of long ago."""

_SMALLEST_TOLD_S = 1.0
_TITLE_OF_ANOTHER = "It was kept before: if it has a title already, it keeps that one."
_log = logging.getLogger(__name__)
EVERYTHING = 1_000_000
"""More memories than a card holds."""


class Uploads(Protocol):
    """Who knows of the way of the memories to the storage."""

    def account(self, entry: Entry) -> Account:
        """Of one file, how far it is."""


class Memories:
    """Asks the keeper, the shelf and the panel. `folder`: where the files lie, as clients are told."""

    def __init__(
        self,
        *,
        keeper: Keeper,
        shelf: Shelf,
        panel: Panel,
        clock: Clock,
        announcer: Announcer,
        uploads: Uploads,
        folder: str,
    ) -> None:
        self._keeper = keeper
        self._shelf = shelf
        self._panel = panel
        self._clock = clock
        self._announcer = announcer
        self._uploads = uploads
        self._folder = folder
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, request: MemoryRequest, tell: Tell) -> Answer:
        """The answer to one request."""
        try:
            return await self._ask(request, tell)
        except OSError as error:
            raise RefusedError(f"Nothing was changed: the card does not take it ({error.strerror}).") from error

    async def _ask(self, request: MemoryRequest, tell: Tell) -> Answer:  # noqa: PLR0911 - a table
        match request:
            case Save():
                return await self._save(request, tell)
            case Press():
                return await self._press(request)
            case Hold():
                return await self._hold(request)
            case Keep():
                return await self._keep(request, tell)
            case MemoriesRequest():
                return await self._list(request)
            case Describe():
                return await self._describe(request)
            case Delete():
                return await self._delete(request.name)
            case Undelete():
                return await self._undelete(request.name)
            case Deleted():
                return await self._deleted(request)

    async def _save(self, request: Save, tell: Tell) -> SaveAnswer:
        moment = self._keeper.save(request.minutes, self._pressed_at_s(request.pressed_at_s))
        return await self._awaited(moment, tell, wait=request.wait)

    async def _awaited(self, moment: Moment, tell: Tell, *, wait: bool) -> SaveAnswer:
        await self._secured(moment)
        if not wait:
            return self._answer(moment)
        with self._announcer.listening(tell, lambda: _identity(moment)):
            return self._whole_answer(moment, await asyncio.shield(moment.finished))

    async def _keep(self, request: Keep, tell: Tell) -> SaveAnswer:
        time = WallTime(self._clock)
        start_s, end_s = time.at_s(request.start_s), min(time.at_s(request.end_s), time.now_s)
        if start_s >= end_s:
            raise RefusedError("NOT SAVED: A stretch ends after it begins, and it begins before now.")
        footage_s = self._keeper.footage_s(start_s, end_s)
        title = request.title.strip()
        moment = self._keeper.keep(start_s, end_s, title)
        answer = await self._awaited(moment, tell, wait=False)
        remarks = [told_of_stretch(end_s - start_s, footage_s, footage_s if moment.inside else moment.available_s)]
        if title and moment.inside:
            self._start(self._entitle(moment, title))
            remarks.append(_TITLE_OF_ANOTHER)
        whole = await self._awaited(moment, tell, wait=True) if request.wait else answer
        return replace(whole, remark=" ".join(filter(None, remarks)) or None)

    async def _entitle(self, moment: Moment, title: str) -> None:
        """A stretch that an earlier memory holds gives that one its title; the archive may be busy for long."""
        try:
            entries = await asyncio.shield(moment.finished)
            await self._shelf.entitle(entries[-1].id, title)
        except (NotSavedError, OSError) as error:
            _log.warning("The title of a part that was kept before could not be written: %s", error)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _press(self, request: Press) -> SaveAnswer | Done:
        if request.button == "upload":
            await self._panel.hold("upload", request.hold_s)
            return Done(f"The upload button was held for {request.hold_s:g} s.")
        await self._panel.hold("save", request.hold_s)
        return await self._after_press()

    async def _hold(self, request: Hold) -> SaveAnswer | HoldAnswer:
        if request.hold_s:
            self._panel.keep_down("save", request.holder, request.hold_s)
            return as_message(self._announcer.last_count, HoldAnswer)
        await self._panel.let_go("save", request.holder)
        return await self._after_press()

    async def _after_press(self) -> SaveAnswer:
        await self._keeper.wait_until_quiet()
        moment = self._announcer.last_press
        if moment is None:
            raise RefusedError("The save button is stuck: free it first.")
        await self._secured(moment)
        return self._answer(moment)

    async def _list(self, request: MemoriesRequest) -> MemoriesAnswer:
        if request.name is not None:
            found = await self._shelf.find(request.name)
            return MemoriesAnswer([self._message(*found)] if found else [])
        limit = EVERYTHING if request.limit is None else request.limit
        page = await self._shelf.page(read_cursor(request.before), limit + 1)
        has_more = len(page) > limit
        told = await in_portions(page[:limit], lambda one: self._message(*one))
        return MemoriesAnswer(told, next=_cursor(page[limit - 1][0]) if has_more else None)

    async def _deleted(self, request: Deleted) -> DeletedAnswer:
        limit = EVERYTHING if request.limit is None else request.limit
        page = await self._shelf.deleted(read_cursor(request.before), limit + 1)
        told = [_deleted_message(one) for one in page[:limit]]
        following = write_cursor(*page[limit - 1].place) if len(page) > limit else None
        return DeletedAnswer(told, self._shelf.deleted_count, following)

    async def _describe(self, request: Describe) -> Done:
        entry, _ = await self._found(request.name)
        await self._shelf.describe(entry.id, Description(request.title.strip(), request.note.strip()))
        return Done(f"{request.name} is described.")

    async def _delete(self, name: str) -> Done:
        entry, _ = await self._found(name)
        if self._keeper.is_growing(entry.id):
            raise RefusedError(f"{name} is just growing longer by a newer press: wait until that is done.")
        if self._uploads.account(entry).state == "uploading":
            raise RefusedError(
                f"{name} is on its way to the storage: cancel that first with `moment upload --cancel {name}`."
            )
        if not await self._shelf.discard(name):
            raise _no_memory(name)
        return Done(f"{name} is deleted.")

    async def _undelete(self, name: str) -> Done:
        entry = await self._shelf.take_back(name)
        if entry is None:
            raise RefusedError(f"{name} cannot be taken back: it was never deleted, or it is gone for good.")
        return Done(f"{name} is back." if entry.name == name else f"{name} is back, as {entry.name}.")

    async def _found(self, name: str) -> Described:
        if not is_memory_name(name):
            raise RefusedError(f"{name} is not the name of a memory: `moment memories` lists them.")
        found = await self._shelf.find(name)
        if found is None:
            raise _no_memory(name)
        return found

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

    def _message(self, entry: Entry, said: Description) -> Memory:
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
            title=said.title,
            note=said.note,
            cause=entry.press.cause,
        )


def told_of_stretch(asked_s: float, footage_s: float, new_s: float) -> str | None:
    """What the owner is told of a stretch that does not become a memory as a whole; None if it does. Pure.

    `footage_s`: what the ring has of it; `new_s`: what of that no earlier memory has.
    """
    told = []
    if asked_s - footage_s >= _SMALLEST_TOLD_S:
        told.append(f"{asked_s - footage_s:.0f} s of that time are not in the ring: overwritten, or not recorded.")
    if footage_s - new_s >= _SMALLEST_TOLD_S:
        told.append(f"{footage_s - new_s:.0f} s of it are in an earlier memory already.")
    return " ".join(told) or None


def _no_memory(name: str) -> RefusedError:
    return RefusedError(f"There is no memory {name}: `moment memories` lists those that are kept.")


def _cursor(last: Entry) -> str:
    return write_cursor(last.press.wall_s, last.name)


def _deleted_message(one: DeletedFile) -> DeletedMemory:
    return DeletedMemory(
        name=one.entry.name,
        title=one.description.title,
        pressed_at=one.entry.press.local_time.isoformat(timespec="milliseconds"),
        size_bytes=one.entry.size_bytes,
        remaining_s=round(one.remaining_s, 3),
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
