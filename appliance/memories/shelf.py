"""The shelf: the kept memories as the owner sees them, page by page, and what the owner does with them.

What is deleted can be taken back for a while, unless its room is needed: the trash gives way before the ring does.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from appliance.clock import Clock
from appliance.memories.archive import Archive
from appliance.memories.descriptions import Description
from appliance.memories.model import Entry
from appliance.memories.trash import Discarded
from appliance.memories.workshop import Workshop
from appliance.recording.store import Spare
from appliance.threads import in_thread

T = TypeVar("T")
UNDO_S = 600.0

Described = tuple[Entry, Description]


class Deleted(Struct, frozen=True):
    """A file that can still be taken back, and for how long."""

    entry: Entry
    description: Description
    remaining_s: float
    place: tuple[float, str]
    """In the list: that instant and a name of its own."""


class Shelf:
    """Asks the archive through its thread; the workshop is told what leaves and what comes back."""

    def __init__(
        self, *, archive: Archive, workshop: Workshop, archivist: Executor, clock: Clock, undo_s: float = UNDO_S
    ) -> None:
        self._archive = archive
        self._workshop = workshop
        self._archivist = archivist
        self._clock = clock
        self._undo_s = undo_s
        self._trash: dict[str, Discarded] = {}
        """By token, oldest first."""
        self._until_s: dict[str, float] = {}
        self._order = asyncio.Lock()

    def start(self) -> Spare:
        """Know what an earlier life left in the trash: of another boot, nobody knows how long ago, so it stays on.

        Who makes room asks what is given back first.
        """
        for discarded in self._archive.left_in_trash:
            self._note(discarded)
        return self._give_way

    async def page(self, before: tuple[float, str] | None, limit: int) -> list[Described]:
        """At most so many kept files, newest press first, after the press and name `before`."""
        return await self._in_archive(self._archive.page, before, limit)

    async def find(self, name: str) -> Described | None:
        """One kept file."""
        return await self._in_archive(self._archive.described, name)

    async def describe(self, identity: str, description: Description) -> None:
        """Say this of a memory, which may still be on its way. Raises OSError if the disk does not take it."""
        await self._in_archive(self._archive.descriptions.write, identity, description)

    async def entitle(self, identity: str, title: str) -> bool:
        """Give a memory a title, unless it has another one: then False. Raises OSError if the disk does not take it."""
        return await self._in_archive(self._archive.entitle, identity, title)

    async def discard(self, name: str) -> bool:
        """Put one file into the trash; False if there is none of that name. Raises OSError."""
        self._workshop.leaves(name)  # first: the archive may be busy, and a press must not count on this file
        discarded = None
        try:
            async with self._order:
                at_s = self._clock.monotonic_s()
                discarded = await self._in_archive(self._archive.discard, name, self._clock.boot_id, at_s)
                if discarded is not None:
                    self._note(discarded)
                    self._workshop.left(discarded.entry)
        finally:
            if discarded is None:
                await self._workshop.stays()
        return discarded is not None

    async def take_back(self, name: str) -> Entry | None:
        """Undo the last deletion of that name; None if that cannot be done any more. Raises OSError."""
        async with self._order:
            found = [one for one in self._trash.values() if one.entry.name == name]
            if not found:
                return None
            self._forget(found[-1])  # nobody empties what is on its way back
            try:
                entry = await self._in_archive(self._archive.give_back, found[-1])
            except OSError:
                self._note(found[-1])
                raise
            return await self._workshop.came_back(entry)

    @property
    def deleted_count(self) -> int:
        """How many can be taken back."""
        return len(self._trash)

    async def deleted(self, before: tuple[float, str] | None = None, limit: int | None = None) -> list[Deleted]:
        """What can be taken back, the last one deleted first; at most so many, after the `place` `before`."""
        places = sorted(((until_s, token) for token, until_s in self._until_s.items()), reverse=True)
        page = [place for place in places if before is None or place < before][:limit]
        entries = [self._trash[token].entry for _, token in page]
        now_s, read = self._clock.monotonic_s(), self._archive.descriptions.read
        said = await self._in_archive(lambda: [read(entry.id) for entry in entries])
        return [
            Deleted(entry, what, max(0.0, place[0] - now_s), place)
            for entry, what, place in zip(entries, said, page, strict=True)
        ]

    def _give_way(self, wanted_bytes: int) -> tuple[int, list[Path]]:
        """Room is short: the oldest deletions become final, until so many bytes are free: how many, and which files.

        Whoever asks unlinks these: the archive's thread may be busy with a long file, and a press may be waiting.
        """
        freed, gone = 0, []
        for discarded in self._trash.values():
            if freed >= wanted_bytes:
                break
            freed += discarded.entry.size_bytes
            gone.append(discarded)
        if gone:
            self._empty(gone)
        return freed, [self._archive.discarded_film(discarded) for discarded in gone]

    def _note(self, discarded: Discarded) -> None:
        is_ours = discarded.boot_id == self._clock.boot_id
        now_s = self._clock.monotonic_s()
        until_s = (discarded.at_s if is_ours else now_s) + self._undo_s
        self._trash[discarded.token] = discarded
        self._until_s[discarded.token] = until_s
        asyncio.get_running_loop().call_later(max(0.0, until_s - now_s), self._expire, discarded)

    def _expire(self, discarded: Discarded) -> None:
        if discarded.token in self._trash:
            self._empty([discarded])

    def _empty(self, gone: list[Discarded]) -> None:
        for discarded in gone:
            self._forget(discarded)
        emptied = asyncio.get_running_loop().run_in_executor(self._archivist, self._archive.empty, gone)
        emptied.add_done_callback(self._emptied)

    def _emptied(self, done: "asyncio.Future[None]") -> None:
        if not done.cancelled() and done.exception() is None:  # else the next start tries again
            self._workshop.room_came()

    def _forget(self, discarded: Discarded) -> None:
        self._trash.pop(discarded.token, None)
        self._until_s.pop(discarded.token, None)

    async def _in_archive(self, work: Callable[..., T], *arguments: object) -> T:
        return await in_thread(self._archivist, work, *arguments)
