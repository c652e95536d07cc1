"""What is answered about the memories that are kept, and those that were deleted."""

from typing import Protocol

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Answer,
    Delete,
    Deleted,
    DeletedAnswer,
    DeletedMemory,
    Describe,
    Done,
    MemoriesAnswer,
    Memory,
    MemoryRequest,
    MemoryUpload,
    Undelete,
)
from appliance.control.messages import Memories as MemoriesRequest
from appliance.control.values import as_message
from appliance.memories.archive import is_memory_name
from appliance.memories.descriptions import Description
from appliance.memories.keeper import Keeper
from appliance.memories.model import Entry
from appliance.memories.shelf import Deleted as DeletedFile
from appliance.memories.shelf import Described, Shelf
from appliance.service.cursor import read_cursor, write_cursor
from appliance.service.moments import gap_message
from appliance.service.portions import in_portions
from appliance.upload.model import Account

EVERYTHING = 1_000_000
"""More memories than a card holds."""


class Uploads(Protocol):
    """Who knows of the way of the memories to the storage."""

    def account(self, entry: Entry) -> Account:
        """Of one file, how far it is."""


class Memories:
    """Asks the shelf. `folder`: where the files lie, as clients are told."""

    def __init__(
        self,
        *,
        keeper: Keeper,
        shelf: Shelf,
        uploads: Uploads,
        folder: str,
    ) -> None:
        self._keeper = keeper
        self._shelf = shelf
        self._uploads = uploads
        self._folder = folder

    async def ask(self, request: MemoryRequest) -> Answer:
        """The answer to one request."""
        try:
            return await self._ask(request)
        except OSError as error:
            raise RefusedError(f"Nothing was changed: the card does not take it ({error.strerror}).") from error

    async def _ask(self, request: MemoryRequest) -> Answer:
        match request:
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
