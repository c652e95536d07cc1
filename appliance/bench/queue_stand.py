"""The stand for the queue: a catalogue full of memories, and queue, ledger and book as the upload room builds them."""

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from appliance.bench.catalogued import entries
from appliance.bench.stage import Stage
from appliance.clock import SystemClock
from appliance.memories.archive import Archive
from appliance.memories.model import Entry
from appliance.threads import in_thread
from appliance.upload.book import Book
from appliance.upload.entering import job_of, key_of
from appliance.upload.ledger import Ledger
from appliance.upload.model import Job
from appliance.upload.queue import Changes, Queue

REMOTE = "bench:moments"
FOLDER = f"{REMOTE}/box/2026/11"


class Stand:
    """`count` memories: half of them are proven, half are in line."""

    def __init__(self, stage: Stage, count: int) -> None:
        self.folder = stage.new_folder("queue")
        self.entries = entries(count)
        self._clock = SystemClock()
        self._bare = Bare(self.folder / "bare.sqlite")
        self.queue = self._new_queue()

    async def start(self, closing: AsyncExitStack) -> None:
        """Fill the catalogue and the ledger."""
        self._archivist, uploads = (closing.enter_context(ThreadPoolExecutor(1)) for _ in range(2))
        self.archive = Archive(self.folder)
        await in_thread(self._archivist, self.archive.open)
        closing.push_async_callback(in_thread, self._archivist, self.archive.close)
        await in_thread(self._archivist, self.archive.catalogue.replace, [], self.entries)
        self.book = Book(Ledger(self.folder), uploads, REMOTE)
        await self.book.open()
        closing.push_async_callback(self.book.close)
        closing.callback(self._bare.close)
        proven = [
            msgspec.structs.replace(
                job_of(entry), remote_path=f"{FOLDER}/{entry.name}", is_begun=True, proof="md5", proven_wall_s=1.0
            )
            for entry in self.entries[::2]
        ]
        self.book.note(self.queue.start(proven, None, self.entries, self.now_s()))
        self.book.note(Changes(proven, [], None))
        await self.book.written()

    def now_s(self) -> float:
        """Now, on the monotonic clock."""
        return self._clock.monotonic_s()

    async def start_again(self) -> tuple[float, float]:
        """A new life of the process: milliseconds of the queue, and of all with the reading of what was written."""
        began = time.perf_counter()
        await self.book.close()
        left = await self.book.open()
        present = await in_thread(self._archivist, self.archive.entries)
        read = time.perf_counter()
        self.queue = self._new_queue()
        changes = self.queue.start(left.jobs, left.gate, present, self.now_s())
        started = time.perf_counter()
        assert not changes.saves
        assert not changes.drops
        self.book.note(changes)
        await self.book.written()
        return (started - read) * 1000, (time.perf_counter() - began) * 1000

    async def change(self, work: Callable[[], Changes]) -> tuple[float, float]:
        """Do it and have it written down: milliseconds in memory, and until it is on the disk."""
        began = time.perf_counter()
        changes = work()
        decided = time.perf_counter()
        self.book.note(changes)
        await self.book.written()
        written = time.perf_counter()
        assert changes.saves
        return (decided - began) * 1000, (written - began) * 1000

    async def look_up(self, name: str) -> float:
        """Find one entry in the catalogue, by the archivist's thread: milliseconds."""
        began = time.perf_counter()
        entry = await in_thread(self._archivist, self.archive.entry, name)
        took_ms = (time.perf_counter() - began) * 1000
        assert entry is not None
        assert entry.name == name
        return took_ms

    def write_barely(self, entry: Entry) -> float:
        """Write one job into a small database, flushed: milliseconds."""
        return self._bare.write(job_of(entry))

    def key(self, entry: Entry) -> str:
        """What the queue knows it by."""
        return key_of(entry)

    def _new_queue(self) -> Queue:
        return Queue("newest-first", self._clock.boot_id)


class Bare:
    """What writing down cannot do without: one row, one transaction, one flush."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = full")
        self._database.execute("create table jobs (key text primary key, job text not null) strict")

    def write(self, job: Job) -> float:
        """Milliseconds for one row."""
        text = msgspec.json.encode(job).decode()
        began = time.perf_counter()
        self._database.execute("insert or replace into jobs values (?, ?)", (job.key, text))
        return (time.perf_counter() - began) * 1000

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
