"""The uploader: brings memories to the owner's storage, one after the other, and can tell of each why it waits.

    the shelf's news, a button, a network, a timer ──▶ queue (pure): who is next ──▶ delivery ──▶ ledger ──▶ clearing

Everything is decided in the loop; the ledger is written by its thread before a first byte leaves the box, and as
soon as a copy is proven. Nothing happens while there is nothing to do.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import NoReturn, Protocol

from appliance.clock import Clock
from appliance.memories.model import Entry
from appliance.network.model import Uplink
from appliance.upload.behaviour import month_of
from appliance.upload.book import Book
from appliance.upload.clearing import Clearing, Growth
from appliance.upload.entering import key_of
from appliance.upload.errand import Brake, Errand
from appliance.upload.model import Account, Job, Progress, StorageError
from appliance.upload.outlook import Outlook
from appliance.upload.queue import Queue

LEDGER_PAUSE_S = 30.0


class Kept(Protocol):
    """The memories on the box."""

    async def entries(self) -> list[Entry]:
        """Every kept file."""

    async def entry(self, name: str) -> Entry | None:
        """One kept file."""


class Deliver(Protocol):
    """Brings one file to its place and proves it."""

    async def __call__(
        self,
        job: Job,
        file: Path,
        remote_path: str,
        begun: Callable[[Job], Awaitable[None]],
        on_progress: Callable[[Progress], None],
    ) -> Job:
        """The job, proven. `begun` is awaited with the job as it must be known before its first byte leaves.

        Raises:
            StorageError: with whom it concerns.
        """


class UploadListener(Protocol):
    """Who wants to know how uploads go. Called in the loop; must return at once."""

    def upload_changed(self, name: str, told: Account) -> None:
        """One memory moved on."""

    def upload_shown(self, *, is_under_way: bool, trouble: str | None) -> None:
        """Whether something is on its way, and what needs the owner."""


class Uploader:
    """The owner of what is on its way. `place`: where a file goes, `remote:folder/name`; `folder`: where memories lie."""

    def __init__(
        self,
        *,
        place: Callable[[Entry], str],
        queue: Queue,
        book: Book,
        outlook: Outlook,
        deliver: Deliver,
        brake: Brake,
        kept: Kept,
        growth: Growth,
        clearing: Clearing,
        clock: Clock,
        listener: UploadListener,
        folder: Path,
    ) -> None:
        self._place = place
        self._queue = queue
        self._book = book
        self._outlook = outlook
        self._deliver = deliver
        self._brake = brake
        self._kept = kept
        self._growth = growth
        self._clearing = clearing
        self._clock = clock
        self._listener = listener
        self._folder = folder
        self._is_shelved = asyncio.Event()
        self._is_started = False
        self._news = asyncio.Event()
        self.errand: Errand | None = None
        self.is_yielding = False
        self.trouble: str | None = None
        """Why the list of uploads cannot be kept, if it cannot."""
        self._leaving: str | None = None
        self._month = ""

    # The shelf's news

    def shelved(self, entries: list[Entry]) -> None:
        """All that is kept now."""
        self._is_shelved.set()
        if self._is_started:
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

    def may_grow(self, identity: str) -> bool:
        """Whether nothing of a memory has left the box, nor is about to (promise M7)."""
        return identity != self._leaving and self._queue.may_grow(identity)

    def _changed(self, gone: Iterable[str], entries: Iterable[Entry]) -> None:
        if not self._is_started:
            return  # the start takes all that is there
        gone, entries = list(gone), list(entries)
        for key in gone:
            self._outlook.forget(key)
        self._outlook.look_at(entries)
        self._book.note(self._queue.changed(gone, entries))
        self._news.set()

    # The world's news

    def yield_to_press(self, *, is_busy: bool) -> None:
        """A press goes first: what is under way stands still until its file is made (promise U3)."""
        if is_busy != self.is_yielding:
            self.is_yielding = is_busy
            (self._brake.pause if is_busy else self._brake.resume)()
            self._tell()
        self._news.set()

    def footage_is_late(self, *, is_late: bool) -> None:
        """The newest segment is late, perhaps for our traffic."""
        self._brake.throttle(on=is_late)

    def uplink_changed(self, uplink: Uplink) -> None:
        """The box is in another network, or in none."""
        self._outlook.uplink = uplink
        self._book.note(self._queue.world_changed(self._clock.monotonic_s()))
        if self.errand and not self._outlook.allowed(self.errand.job).may:
            self.errand.call_off()
        self._news.set()

    def configuration_changed(self) -> None:
        """The storage was set up anew."""
        self._book.note(self._queue.configuration_changed(self._clock.monotonic_s()))
        self._news.set()

    # One after the other

    async def run(self, log: Callable[[str], None]) -> NoReturn:
        """Upload for ever. A list that cannot be written holds uploads up, never the recording."""
        while True:
            try:
                await self._live(log)
            except (OSError, sqlite3.Error) as error:
                self.trouble = f"Uploads stand still: their list cannot be written ({error}); is the disk full?"
                log(self.trouble)
                self._is_started = False
                await asyncio.sleep(LEDGER_PAUSE_S)

    async def _live(self, log: Callable[[str], None]) -> NoReturn:
        await self._begin(log)
        while True:
            await self._book.written()
            await self._clear()
            await self._look_at_month()
            chosen = self._queue.next(self._clock.monotonic_s(), self._outlook.allowed)
            if chosen.job is None:
                await self._rest(chosen.again_s)
            elif await self._may_leave(chosen.job):
                await self._bring(chosen.job)

    async def _begin(self, log: Callable[[str], None]) -> None:
        await self._is_shelved.wait()
        left = await self._book.open()
        entries = await self._kept.entries()  # from here on the shelf's news are heard
        self._outlook.look_at(entries)
        self._book.note(self._queue.start(left.jobs, left.gate, entries, self._clock.monotonic_s()))
        self._is_started, self.trouble = True, None
        for sentence in left.told:
            log(sentence)

    async def _rest(self, again_s: float | None) -> None:
        self._tell()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), again_s)
        self._news.clear()

    async def _may_leave(self, job: Job) -> bool:
        """Whether no press is making this memory longer; from here on none will."""
        self._leaving = job.id
        await self._growth.wait_until_quiet()
        if not self._growth.is_growing(job.id):
            return True
        self._leaving = None
        await self._rest(None)
        return False

    async def _bring(self, job: Job) -> None:
        entry = await self._kept.entry(job.name)
        if entry is None or key_of(entry) != job.key:
            return  # it has just been deleted or renamed: the queue knows by now
        path = job.remote_path or self._place(entry)
        work = self._deliver(job, self._folder / job.name, path, self._begun, self._progressed)
        errand = self.errand = Errand(job, asyncio.get_running_loop().create_task(work))
        self._tell()
        try:
            await errand.ended()
        finally:
            self.errand, self._leaving = None, None
        self._note_end(errand)
        await self._book.written()
        await self._book.spend(self._month, errand.unspent_bytes)
        self._tell_of(job.key, entry)

    async def _begun(self, job: Job) -> None:
        """Bytes are about to leave the box: written down before they do, and counted as if all would."""
        assert self.errand
        self.errand.job = job
        self._book.note(self._queue.began(job))
        await self._book.written()
        await self._book.spend(self._month, job.size_bytes)
        self.errand.spent_bytes += job.size_bytes

    def _note_end(self, errand: Errand) -> None:
        if errand.task.cancelled():
            return  # called off: it is in line again, or held
        error = errand.task.exception()
        if error is None:
            self._book.note(self._queue.succeeded(errand.task.result()))
        elif isinstance(error, StorageError):
            self._book.note(self._queue.failed(errand.job.key, error.cause, self._clock.monotonic_s()))
        else:
            raise error

    async def _clear(self) -> None:
        if self._clearing.policy == "keep":
            return
        await self._clearing.clear(list(self._queue.proven_here()))
        await self._book.written()

    async def _look_at_month(self) -> None:
        month = month_of(self._outlook.world)
        if month != self._month:
            self._month = month
            await self._book.look_at_month(month)
        self._outlook.spent_bytes = self._book.spent_bytes

    # What is told

    def _progressed(self, progress: Progress) -> None:
        if self.errand:
            self.errand.moved(progress)
            self._listener.upload_changed(self.errand.job.name, self.errand.account(is_paused=self.is_yielding))

    def _tell(self) -> None:
        gate = self._queue.gate
        needs_owner = gate is not None and gate.cause.blame == "owner" and self._queue.count.pending > 0
        self._listener.upload_shown(
            is_under_way=self.errand is not None,
            trouble=self.trouble or (gate.cause.sentence if gate and needs_owner else None),
        )

    def _tell_of(self, key: str, entry: Entry) -> None:
        self._tell()
        job = self._queue.job(key)
        if job:
            told = account(job, self._outlook.allowed(job), self._queue.gate, self._queue.before(key))
            self._listener.upload_changed(entry.name, told)
