"""The upload room without rclone: a shelf of made-up entries, and deliveries that end as a test wants."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec.structs import replace

from appliance.hours import parse_hours
from appliance.memories.catalogue import Catalogue
from appliance.memories.model import Entry, Press
from appliance.recording.segment import Key
from appliance.upload.behaviour import Behaviour, Rules
from appliance.upload.book import Book
from appliance.upload.clearance import Policy
from appliance.upload.clearing import Clearing
from appliance.upload.desk import Desk
from appliance.upload.ledger import Ledger
from appliance.upload.model import Account, Cause, Job, Progress, StorageError
from appliance.upload.outlook import Outlook
from appliance.upload.queue import Queue
from appliance.upload.register import Register
from appliance.upload.uploader import Uploader
from tests.stands.memory_box import HandClock

PATIENCE_S = 60.0
BEFORE = "an earlier boot"


def entry_of(number: int, *, claim: str = "", boot_id: str = BEFORE, trusted: bool = True) -> Entry:
    """One kept file, later by a minute for each number; `claim` tells longer memories of one id apart."""
    wall_s = 1_795_000_000.0 + 60 * number
    return Entry(
        name=f"memory-{number:03}-MEMORY.mp4",
        id=f"id-{number}",
        part=1,
        parts=1,
        press=Press(boot_id, 60.0 * number, wall_s, 0, "trusted" if trusted else "provisional"),
        asked_s=5.0,
        got_s=5.0,
        gaps=[],
        size_bytes=1000,
        sha256=f"sha-{number}{claim}",
        window_start_s=0.0,
        first=Key(0, number),
        last=Key(0, number),
        claim=claim or f"c-{number}",
    )


class Shelf:
    """Implements `KeptFiles`, and the growth of memories."""

    def __init__(self, folder: Path, entries: list[Entry]) -> None:
        self.folder = folder
        self.by_name = {entry.name: entry for entry in entries}
        self.wanted_bytes = 0
        self.growing: set[str] = set()
        self.quiet = asyncio.Event()
        self.quiet.set()
        self.tells_deleted: Callable[[Entry], None] | None = None

    async def entries(self) -> list[Entry]:
        return list(self.by_name.values())

    async def entry(self, name: str) -> Entry | None:
        return self.by_name.get(name)

    async def delete(self, name: str) -> bool:
        entry = self.by_name.pop(name, None)
        if entry and self.tells_deleted:
            self.tells_deleted(entry)
        return entry is not None

    async def wait_until_quiet(self) -> None:
        await self.quiet.wait()

    def is_growing(self, identity: str) -> bool:
        return identity in self.growing


class Carrier:
    """Delivers when it is told to. `waiting`: jobs whose delivery has begun, by name."""

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Future[str]] = {}
        self.begun: list[str] = []
        self.brakes: list[str] = []
        self._came = asyncio.Event()

    async def deliver(
        self,
        job: Job,
        file: Path,
        remote_path: str,
        begun: Callable[[Job], Awaitable[None]],
        on_progress: Callable[[Progress], None],
    ) -> Job:
        job = replace(job, remote_path=remote_path, is_begun=True)
        await begun(job)
        on_progress(Progress(400, job.size_bytes, 100.0, 6.0))
        self.begun.append(file.name)
        self.waiting[job.name] = asyncio.get_running_loop().create_future()
        self._came.set()
        try:
            proof = await self.waiting[job.name]
        finally:
            del self.waiting[job.name]
        return replace(job, proof=proof, proven_wall_s=5.0)

    async def came(self, name: str) -> None:
        """Return when the delivery of this file has begun."""
        async with asyncio.timeout(PATIENCE_S):
            while name not in self.waiting:
                self._came.clear()
                await self._came.wait()

    def arrives(self, name: str) -> None:
        """The copy is proven."""
        self.waiting[name].set_result("md5")

    def fails(self, name: str, error: BaseException) -> None:
        self.waiting[name].set_exception(error)

    def pause(self) -> None:
        self.brakes.append("pause")

    def resume(self) -> None:
        self.brakes.append("resume")

    def throttle(self, *, on: bool) -> None:
        self.brakes.append(f"throttle {on}")


class Ear:
    """Implements `UploadListener`; remembers, and can be waited for."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Account]] = []
        self.is_under_way = False
        self.trouble: str | None = None
        self._news = asyncio.Event()

    def upload_changed(self, name: str, told: Account) -> None:
        self.told.append((name, told))
        self._news.set()

    def upload_shown(self, *, is_under_way: bool, trouble: str | None) -> None:
        self.is_under_way, self.trouble = is_under_way, trouble
        self._news.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Return when something is so, looking whenever something is told."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                self._news.clear()
                await self._news.wait()


class RingOfBytes:
    """A ring that is as large as it may be."""

    size_bytes = 100
    capacity_bytes = 100


class Depot:
    """One life after the other of the room on one folder."""

    uploader: Uploader
    register: Register
    desk: Desk
    queue: Queue

    def __init__(
        self,
        folder: Path,
        entries: list[Entry],
        *,
        behaviour: Behaviour = "at-once",
        policy: Policy = "keep",
        remote: str = "garage:moments",
        cap_bytes: int | None = None,
        networks: tuple[str, ...] = (),
    ) -> None:
        Catalogue(folder).close()
        self.folder = folder
        self.clock = HandClock()
        self.shelf = Shelf(folder, entries)
        self.carrier = Carrier()
        self.ear = Ear()
        self.log: list[str] = []
        self._behaviour = behaviour
        self._policy: Policy = policy
        self._remote = remote
        self._cap_bytes = cap_bytes
        self._networks = networks
        self._task: asyncio.Task[None] | None = None
        self._thread: ThreadPoolExecutor | None = None

    async def start(self) -> None:
        """A life begins; returns when every kept file has its job."""
        self._thread = ThreadPoolExecutor(1)
        hours = parse_hours("00:00-24:00")
        rules = Rules(self._behaviour, hours, self._networks, False, self._cap_bytes) if self._remote else None
        self.queue = Queue("newest-first", self.clock.boot_id, chance=lambda: 1.0)
        self.book = Book(Ledger(self.folder), self._thread, self._remote)
        outlook = Outlook(rules, self.clock)
        self.register = Register(queue=self.queue, book=self.book, outlook=outlook, kept=self.shelf, clock=self.clock)
        self.shelf.tells_deleted = self.register.deleted
        self.uploader = Uploader(
            place=lambda entry: f"{self._remote}/{entry.name}",
            queue=self.queue,
            book=self.book,
            register=self.register,
            outlook=outlook,
            deliver=self.carrier.deliver,
            brake=self.carrier,
            kept=self.shelf,
            growth=self.shelf,
            clearing=Clearing(
                policy=self._policy,
                kept=self.shelf,
                growth=self.shelf,
                ring=RingOfBytes(),
                folder=self.folder,
                reserve_bytes=0,
                thread=self._thread,
            ),
            clock=self.clock,
            listener=self.ear,
            folder=self.folder,
        )
        self.desk = Desk(
            remote=self._remote,
            queue=self.queue,
            book=self.book,
            register=self.register,
            outlook=outlook,
            uploader=self.uploader,
            kept=self.shelf,
            clock=self.clock,
        )
        self._task = asyncio.get_running_loop().create_task(self.uploader.run(self.log.append))
        self.register.shelved(await self.shelf.entries())
        async with asyncio.timeout(PATIENCE_S):
            await self.register.started()

    async def stop(self) -> None:
        """The life ends as when the process is asked to end."""
        if self._task and self._thread:
            self._task.cancel()
            await asyncio.wait([self._task])
            await self.book.close()
            self._thread.shutdown()
            self._task = None

    @property
    def has_failed(self) -> bool:
        return self._task is not None and self._task.done()

    def account(self, number: int) -> Account:
        return self.desk.account(entry_of(number))


def world(sentence: str = "The network is gone.") -> StorageError:
    """What heals by itself."""
    return StorageError(Cause("world", sentence))


def owner(sentence: str = "The password is wrong.") -> StorageError:
    """What needs the owner."""
    return StorageError(Cause("owner", sentence))


def full_disk() -> sqlite3.OperationalError:
    """What SQLite says when nothing can be written."""
    return sqlite3.OperationalError("database or disk is full")
