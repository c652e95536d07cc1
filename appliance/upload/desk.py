"""The desk of the upload: what the owner wants of it, and what is told."""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Literal

from appliance.clock import Clock
from appliance.memories.model import Entry
from appliance.network.model import Uplink
from appliance.network.turns import Want
from appliance.upload.accounts import account
from appliance.upload.behaviour import NO_STORAGE
from appliance.upload.book import Book
from appliance.upload.entering import key_of
from appliance.upload.model import Account, Job, Summary, UploadRefusedError
from appliance.upload.outlook import Outlook
from appliance.upload.queue import Queue
from appliance.upload.register import Kept, Register
from appliance.upload.uploader import Uploader


class Desk:
    """Answers in the loop. `remote`: as the settings name it; empty if they do not."""

    def __init__(
        self,
        *,
        remote: str,
        queue: Queue,
        book: Book,
        register: Register,
        outlook: Outlook,
        uploader: Uploader,
        kept: Kept,
        clock: Clock,
    ) -> None:
        self._remote = remote
        self._queue = queue
        self._book = book
        self._register = register
        self._outlook = outlook
        self._uploader = uploader
        self._kept = kept
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    # What the owner wants

    def ask_all(self, log: Callable[[str], None]) -> None:
        """Everything that is kept goes as soon as can be; what comes of that is told to `log`."""
        task = asyncio.get_running_loop().create_task(self._ask_all(log))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def ask(self, names: list[str]) -> list[str]:
        """These go now, or all for none; the names of those that are not proven yet, once it is written down.

        Raises:
            UploadRefusedError: with a sentence.
        """
        self._require_storage()
        await self._register.started()
        taken = self._ask([await self._job(name) for name in names] if names else self._queue.unproven())
        await self._book.written()
        return taken

    async def cancel(self, names: list[str]) -> list[str]:
        """These, or all for none, stay on the box until somebody asks; the names of those that are not proven.

        Raises:
            UploadRefusedError: with a sentence.
        """
        await self._register.started()
        errand = self._uploader.errand
        jobs = [await self._job(name) for name in names] if names else self._queue.unproven()
        held = [job for job in jobs if not job.is_proven]
        self._book.note(self._queue.hold([job.key for job in held]))
        if errand and errand.job.key in {job.key for job in held}:
            errand.call_off()
        await self._book.written()
        return [job.name for job in held]

    # Questions

    def account(self, entry: Entry) -> Account:
        """Where a memory is, or why it is not uploaded yet."""
        job, errand = self._queue.job(key_of(entry)), self._uploader.errand
        if job is None:
            return _unlisted(has_storage=self._outlook.rules is not None)
        if errand and errand.job.key == job.key:
            return errand.account(is_paused=self._uploader.is_yielding)
        return account(job, self._outlook.allowed(job), self._queue.gate, self._queue.before(job.key))

    def summary(self) -> Summary:
        """How the upload as a whole stands."""
        errand, moving, parked = self._uploader.errand, self._moving, self._parked
        return Summary(
            remote=self._remote or None,
            state=self._state(moving, parked),
            sentence=self._sentence(moving),
            waiting=max(0, moving - parked - (errand is not None)),
            parked=parked,
            proven=self._queue.count.proven,
            spent_bytes=self._book.spent_bytes,
            name=errand.job.name if errand else None,
            progress=errand.progress if errand else None,
        )

    def want(self, networks: tuple[str, ...]) -> Want:
        """What could go if the box were in a network that the owner calls one of these."""
        gate = self._queue.gate
        if gate and gate.needs_owner:
            return Want()
        home = Uplink(is_known=True, is_connected=True, names=networks, is_metered=None, is_behind_portal=False)
        ready = [job for job in self._queue.unproven() if _is_well(job) and self._outlook.could_go(job, home)]
        asked = [job.asked_number for job in ready if job.asked_number]
        return Want(max(asked, default=0), len(asked), len(ready), is_moving=self._uploader.errand is not None)

    def departed(self) -> list[Job]:
        """Proven, and no longer on the box: newest press first."""
        return self._queue.departed()

    # Inside

    @property
    def _moving(self) -> int:
        """How many are to go sooner or later without another word of the owner."""
        rules, count = self._outlook.rules, self._queue.count
        return 0 if rules is None else count.asked if rules.behaviour == "manual" else count.pending

    @property
    def _parked(self) -> int:
        gate = self._queue.gate
        return self._moving if gate and gate.needs_owner else 0

    def _state(self, moving: int, parked: int) -> Literal["off", "idle", "waiting", "uploading", "paused", "parked"]:
        if self._outlook.rules is None:
            return "off"
        if self._uploader.errand:
            return "paused" if self._uploader.is_yielding else "uploading"
        return "idle" if not moving else "parked" if parked else "waiting"

    def _sentence(self, moving: int) -> str | None:
        if self._uploader.trouble or not moving:
            return self._uploader.trouble
        return self._queue.gate.cause.sentence if self._queue.gate else None

    async def _ask_all(self, log: Callable[[str], None]) -> None:
        try:
            log(f"upload asked for: {len(await self.ask([]))} to go")
        except (UploadRefusedError, OSError, sqlite3.Error) as error:
            log(f"upload asked for: {error}")

    def _ask(self, jobs: list[Job]) -> list[str]:
        wanted = [job for job in jobs if not job.is_proven]
        self._book.note(self._queue.ask([job.key for job in wanted], self._clock.monotonic_s()))
        self._uploader.wake()
        return [job.name for job in wanted]

    async def _job(self, name: str) -> Job:
        entry = await self._kept.entry(name)
        job = self._queue.job(key_of(entry)) if entry else None
        if job is None:
            raise UploadRefusedError(f"There is no memory {name}: `moment memories` lists those that are kept.")
        return job

    def _require_storage(self) -> None:
        if self._outlook.rules is None:
            raise UploadRefusedError(
                "No storage is set up: `moment storage add` does it, and [upload] remote in the settings names it."
            )


def _is_well(job: Job) -> bool:
    """Whether nothing of its own keeps it on the box."""
    return not job.is_held and not job.is_gone and (job.trouble is None or job.trouble.cause.blame == "world")


def _unlisted(*, has_storage: bool) -> Account:
    """What is told of a file before the list of uploads is read."""
    if not has_storage:
        return Account("kept", NO_STORAGE.reason, None, None)
    return Account(
        "waiting", "It waits a moment: the box has just started and looks what is to be uploaded.", None, None
    )
