"""The uploader: brings memories to the owner's storage, one after the other, and can tell of each why it waits.

    the shelf's news, a button, a network, a timer ──▶ queue (pure): who is next ──▶ delivery ──▶ ledger ──▶ clearing

Everything is decided in the loop; the ledger is written by its thread before a first byte leaves the box, and as
soon as a copy is proven. Nothing happens while there is nothing to do.
"""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import NoReturn, Protocol

from appliance.clock import Clock
from appliance.memories.model import Entry
from appliance.network.model import Uplink
from appliance.upload.accounts import account
from appliance.upload.behaviour import month_of
from appliance.upload.book import Book
from appliance.upload.clearing import Clearing, Growth
from appliance.upload.entering import key_of
from appliance.upload.errand import Brake, Errand
from appliance.upload.model import Account, Cause, Job, Progress, StorageError
from appliance.upload.outlook import Outlook
from appliance.upload.queue import Changes, Queue
from appliance.upload.register import Kept, Register

LEDGER_PAUSE_S = 30.0
_log = logging.getLogger(__name__)


Deliver = Callable[
    [Job, Path, str, Callable[[Job], Awaitable[None]], Callable[[Progress], None]], Coroutine[None, None, Job]
]
"""Brings one file to a remote path and gives the job back proven, or raises StorageError. Before the first byte leaves
it awaits the first function with the job as it must be known by then; the second is told of progress."""


class UploadListener(Protocol):
    """Who wants to know how uploads go. Called in the loop; must return at once."""

    def upload_changed(self, name: str, told: Account) -> None:
        """One memory moved on."""

    def upload_shown(self, *, is_under_way: bool, trouble: str | None) -> None:
        """Whether something is on its way, and what needs the owner."""


class Uploader:
    """Owns what is on its way. `place`: where a file goes, `remote:folder/name`; `folder`: where memories lie."""

    def __init__(
        self,
        *,
        place: Callable[[Entry], str],
        queue: Queue,
        book: Book,
        register: Register,
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
        self._register = register
        self._outlook = outlook
        self._deliver = deliver
        self._brake = brake
        self._kept = kept
        self._growth = growth
        self._clearing = clearing
        self._clock = clock
        self._listener = listener
        self._folder = folder
        self.errand: Errand | None = None
        self.is_yielding = False
        self.trouble: str | None = None
        """Why the list of uploads cannot be kept, if it cannot."""
        self._month = ""

    # The world's news

    def wake(self) -> None:
        """Look again who is next."""
        self._register.news.set()

    def yield_to_press(self, *, is_busy: bool) -> None:
        """A press goes first: what is under way stands still until its file is made (promise U3)."""
        if is_busy != self.is_yielding:
            self.is_yielding = is_busy
            (self._brake.pause if is_busy else self._brake.resume)()
            self._tell()
        self.wake()

    def footage_is_late(self, *, is_late: bool) -> None:
        """The newest segment is late, perhaps for our traffic."""
        self._brake.throttle(on=is_late)

    def uplink_changed(self, uplink: Uplink) -> None:
        """The box is in another network, or in none."""
        self._outlook.uplink = uplink
        self._book.note(self._queue.world_changed(self._clock.monotonic_s()))
        if self.errand and not self._outlook.allowed(self.errand.job).may:
            self.errand.call_off()
        self.wake()

    def radio_is_away(self, reason: str | None) -> None:
        """The radio serves somebody else, so that nothing can go; None: it is back."""
        if reason == self._outlook.away:
            return
        self._outlook.away = reason
        if reason and self.errand:
            self.errand.call_off()
        self.wake()

    def configuration_changed(self) -> None:
        """The storage was set up anew."""
        self._book.note(self._queue.configuration_changed(self._clock.monotonic_s()))
        self.wake()

    # One after the other

    async def run(self, log: Callable[[str], None]) -> NoReturn:
        """Upload for ever. A list that cannot be written holds uploads up, never the recording."""
        while True:
            try:
                await self._live(log)
            except (OSError, sqlite3.Error) as error:
                self.trouble = f"Uploads stand still: their list cannot be written ({error}); is the disk full?"
                log(self.trouble)
                self._tell()
                await asyncio.sleep(LEDGER_PAUSE_S)

    async def _live(self, log: Callable[[str], None]) -> NoReturn:
        for sentence in await self._register.start():
            log(sentence)
        self.trouble = None
        while True:
            await self._book.written()
            await self._clear()
            await self._look_at_month()
            chosen = self._queue.next(self._clock.monotonic_s(), self._outlook.allowed)
            if chosen.job is None:
                await self._rest(chosen.again_s)
            elif await self._may_leave(chosen.job):
                await self._bring(chosen.job)

    async def _rest(self, again_s: float | None) -> None:
        self._tell()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._register.news.wait(), again_s)
        self._register.news.clear()

    async def _may_leave(self, job: Job) -> bool:
        """Whether no press is making this memory longer; from here on none will."""
        self._register.leaving = job.id
        await self._growth.wait_until_quiet()
        if not self._growth.is_growing(job.id):
            return True
        self._register.leaving = None
        await self._rest(None)
        return False

    async def _bring(self, job: Job) -> None:
        entry = await self._kept.entry(job.name)
        if entry is None or key_of(entry) != job.key:  # it has just been deleted, or made anew
            self._register.leaving = None
            self._book.note(self._queue.changed([job.key]))
            return
        work = self._deliver(job, self._folder / job.name, self._place(entry), self._begun, self._progressed)
        errand = self.errand = Errand(job, asyncio.get_running_loop().create_task(work))
        self._tell()
        try:
            await errand.ended()
        finally:
            self.errand, self._register.leaving = None, None
        self._note_end(errand)
        await self._book.written()
        await self._book.spend(self._month, errand.unspent_bytes)
        self._tell_of(job.key, entry)

    async def _begun(self, job: Job) -> None:
        """Bytes are about to leave the box: written down before they do, and counted as if all would."""
        assert self.errand
        self.errand.job = job
        assert job.remote_path
        self._book.note(self._queue.began(job.key, job.remote_path))
        await self._book.written()
        await self._book.spend(self._month, job.size_bytes)
        self.errand.spent_bytes += job.size_bytes

    def _note_end(self, errand: Errand) -> None:
        if errand.task.cancelled():
            return  # called off: it is in line again, or held
        error = errand.task.exception()
        if error is None:
            self._book.note(self._succeeded(errand.task.result()))
        elif isinstance(error, sqlite3.Error):
            raise error
        else:
            self._book.note(self._queue.failed(errand.job.key, _cause_of(error), self._clock.monotonic_s()))

    def _succeeded(self, job: Job) -> Changes:
        assert job.proof
        assert job.proven_wall_s is not None
        return self._queue.succeeded(job.key, job.proof, job.proven_wall_s, job.remark, job.remote_path)

    async def _clear(self) -> None:
        if self._clearing.policy != "keep":
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
        needs_owner = gate is not None and gate.needs_owner and self._queue.count.pending > 0
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


def _cause_of(error: BaseException) -> Cause:
    if isinstance(error, StorageError):
        return error.cause
    _log.error("an upload failed", exc_info=error)  # a fault of ours must not end the recording
    return Cause("memory", f"Its upload failed in a way that nobody thought of ({type(error).__name__}).", str(error))
