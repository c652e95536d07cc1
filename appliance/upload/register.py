"""The register: the queue kept in step with the shelf, so that every kept file has its job and no other has one."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from appliance.clock import Clock
from appliance.memories.model import Entry
from appliance.upload.book import Book
from appliance.upload.entering import key_of
from appliance.upload.outlook import Outlook
from appliance.upload.queue import Queue


class Kept(Protocol):
    """The memories on the box."""

    async def entries(self) -> list[Entry]:
        """Every kept file."""

    async def entry(self, name: str) -> Entry | None:
        """One kept file."""


class Register:
    """Listens to the shelf. `news` is set whenever something may have changed what goes next."""

    def __init__(self, *, queue: Queue, book: Book, outlook: Outlook, kept: Kept, clock: Clock) -> None:
        self.news = asyncio.Event()
        self.leaving: str | None = None
        """The memory that is about to leave the box, or on its way."""
        self._queue = queue
        self._book = book
        self._outlook = outlook
        self._kept = kept
        self._clock = clock
        self._is_shelved = asyncio.Event()
        self._started = asyncio.Event()

    async def start(self) -> list[str]:
        """Begin with what the shelf and the ledger have, once the shelf is known; what could not be read.

        Raises:
            sqlite3.Error, OSError: if the ledger cannot be read; it can be called again.
        """
        self._started.clear()
        await self._is_shelved.wait()
        left = await self._book.open()
        entries = await self._kept.entries()  # from here on the shelf's news are heard
        self._outlook.look_at(entries)
        self._book.note(self._queue.start(left.jobs, left.gate, entries, self._clock.monotonic_s()))
        self._started.set()
        return left.told

    async def started(self) -> None:
        """Return when every kept file has its job."""
        await self._started.wait()

    def may_grow(self, identity: str) -> bool:
        """Whether nothing of a memory has left the box, nor is about to (promise M7)."""
        return identity != self.leaving and self._queue.may_grow(identity)

    # The shelf's news

    def shelved(self, entries: list[Entry]) -> None:
        """All that is kept now."""
        self._is_shelved.set()
        if self._started.is_set():
            present = {key_of(entry) for entry in entries}
            self._changed([key for key in self._queue.here() if key not in present], entries)

    def kept(self, entries: list[Entry], replaced: set[str]) -> None:
        """The files of one memory are whole, in place of all others of the memories `replaced` (ids)."""
        present = {key_of(entry) for entry in entries}
        earlier = (job.key for identity in replaced for job in self._queue.jobs_of(identity))
        self._changed([key for key in earlier if key not in present], entries)

    def renamed(self, changed: list[tuple[Entry, Entry]]) -> None:
        """Files have got their true names."""
        self._changed([], [now for _, now in changed])

    def deleted(self, entry: Entry) -> None:
        """A file is gone."""
        self._changed([key_of(entry)], [])

    def _changed(self, gone: Iterable[str], entries: Iterable[Entry]) -> None:
        if not self._started.is_set():
            return  # the start takes all that is there
        gone, entries = list(gone), list(entries)
        for key in gone:
            self._outlook.forget(key)
        self._outlook.look_at(entries)
        self._book.note(self._queue.changed(gone, entries))
        self.news.set()
