"""The queue of uploads: what is to go next, and what became of every try. Pure: no clock, no disk.

Whatever a call changed it hands back, and the ledger writes exactly that. A failure of the world or of the owner
concerns the storage: it closes the gate for all. One that concerns a memory lets that one rest and the others go on.
"""

import random
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from appliance.backoff import Chance
from appliance.memories.model import Entry
from appliance.upload.accounts import Count
from appliance.upload.behaviour import Verdict
from appliance.upload.entering import job_of, key_of, renewed
from appliance.upload.line import Line, Order
from appliance.upload.model import Cause, Job, Trouble
from appliance.upload.waiting import carried_over, due_now, troubled


class Changes(NamedTuple):
    """What has to be written down. `gate` is told with every change; `drops`: keys of jobs that are no more."""

    saves: list[Job]
    drops: list[str]
    gate: Trouble | None


class Next(NamedTuple):
    """The job to start now; or none until `again_s` seconds are over; or, if that is None too, until an event."""

    job: Job | None
    again_s: float | None


class Queue:
    """All jobs of this box. Knows every proven one too, but looks only at those that are not."""

    def __init__(self, order: Order, boot_id: str, chance: Chance = random.random) -> None:
        self.gate: Trouble | None = None
        """What keeps the storage as a whole from taking anything; open again once it is due."""
        self._boot_id = boot_id
        self._chance = chance
        self._jobs: dict[str, Job] = {}
        self._of_memory: dict[str, set[str]] = {}
        self._line = Line(order)
        self._proven = 0
        self._proven_here: list[tuple[float, str]] = []
        self._last_asked = 0

    # What is on the box

    def start(self, jobs: Iterable[Job], gate: Trouble | None, entries: Iterable[Entry], now_s: float) -> Changes:
        """Begin a life of the process: the jobs as the ledger has them, the files as the catalogue has them.

        A try that was cut off simply goes again: what is on the storage already is found there.
        """
        self.gate = gate and carried_over(gate, now_s, self._boot_id)
        kept = {job.key: job for job in jobs}
        now = {key: self._carried_over(job, now_s) for key, job in kept.items()}
        for job in now.values():
            self._set(job)
        present = list(entries)
        changes = self.changed(now.keys() - {key_of(entry) for entry in present}, present)
        saves = {job.key: job for job in now.values() if job != kept[job.key] and job.key in self._jobs}
        saves |= {job.key: job for job in changes.saves}
        return Changes(list(saves.values()), changes.drops, self.gate)

    def changed(self, gone: Iterable[str], entries: Iterable[Entry] = ()) -> Changes:
        """Files came, have another name, or are gone; all at once for a memory that grew, which stays asked for.

        Of what is gone only the proven jobs are kept: they tell where it went.
        """
        left = [self._jobs[key] for key in gone if key in self._jobs]
        saves = [replace(job, is_gone=True) for job in left if job.is_proven and not job.is_gone]
        drops = [job.key for job in left if not job.is_proven]
        for key in drops:
            self._forget(key)
        grown = {job.id for job in left if not job.is_proven}  # a longer memory takes over the id
        asked = max((job.asked_number for job in left), default=0)
        for entry in entries:
            saves += self._entered(entry, asked if entry.id in grown else 0)
        return self._saved(saves, drops)

    # What somebody wants

    def ask(self, keys: Iterable[str], now_s: float) -> Changes:
        """Somebody asked for these, by button or command: they go first, and now, whatever failed before."""
        wanted = [job for key in keys if (job := self._jobs.get(key)) and not (job.is_proven or job.is_gone)]
        if not wanted:
            return self._saved([])
        self._last_asked += 1
        self._open(now_s)
        asked = (replace(job, asked_number=self._last_asked, is_held=False, setbacks=0) for job in wanted)
        return self._saved([self._at_once(job, now_s) for job in asked])

    def hold(self, keys: Iterable[str]) -> Changes:
        """These stay on the box until somebody asks for them."""
        held = [job for key in keys if (job := self._jobs.get(key)) and not job.is_proven]
        return self._saved([replace(job, asked_number=0, is_held=True) for job in held])

    def world_changed(self, now_s: float) -> Changes:
        """A network came: what the world kept away is tried now, and waits as long as before if it fails again."""
        if self.gate and self.gate.cause.blame == "world":
            self._open(now_s)
        return self._saved([])

    def configuration_changed(self, now_s: float) -> Changes:
        """The storage was set up anew: nothing that failed before counts."""
        self.gate = None
        return self._saved([self._at_once(self._jobs[key], now_s) for key in self._line.resting])

    # What becomes of a try

    def next(self, now_s: float, allowed: Callable[[Job], Verdict]) -> Next:
        """What to start now. `allowed` is not asked about jobs that an earlier answer has refused already."""
        if not len(self._line):
            return Next(None, None)
        if self.gate and now_s < self.gate.due_s:
            return Next(None, self.gate.due_s - now_s)
        self._line.wake(now_s)
        job, again_s = self._first(allowed)
        if job is None and self._line.due_s is not None:
            again_s = _sooner(again_s, self._line.due_s - now_s)
        return Next(job, None if job else again_s)

    def began(self, key: str, remote_path: str) -> Changes:
        """Bytes are about to leave the box for `remote_path`: written down before they do."""
        return self._tried(key, remote_path=remote_path, is_begun=True)

    def failed(self, key: str, cause: Cause, now_s: float) -> Changes:
        """A try came to nothing."""
        job = self._jobs.get(key)
        if cause.blame != "memory":
            self.gate = troubled(self.gate, cause, now_s, self._boot_id, self._chance)
            return self._tried(key, setbacks=job.setbacks + 1 if job else 0)
        trouble = troubled(job.trouble if job else None, cause, now_s, self._boot_id, self._chance)
        return self._tried(key, trouble=trouble)

    def succeeded(
        self, key: str, proof: str, proven_wall_s: float, remark: str | None = None, remote_path: str | None = None
    ) -> Changes:
        """The copy is proven. `remote_path`: where, if that is not where it `began`."""
        self.gate = None
        job = self._jobs.get(key)
        path = remote_path or (job.remote_path if job else None)
        news = {"proof": proof, "proven_wall_s": proven_wall_s, "remark": remark, "remote_path": path}
        return self._tried(key, **news, trouble=None, asked_number=0, is_held=False)

    # Questions

    def job(self, key: str) -> Job | None:
        """What is known of one file."""
        return self._jobs.get(key)

    def jobs_of(self, identity: str) -> list[Job]:
        """The files of one memory."""
        return [self._jobs[key] for key in sorted(self._of_memory.get(identity, ()))]

    def here(self) -> list[str]:
        """The keys of all files that are on the box."""
        return [key for key, job in self._jobs.items() if not job.is_gone]

    def unproven(self) -> list[Job]:
        """All that is not proven, in no order."""
        return [job for job in self._jobs.values() if not job.is_proven]

    def departed(self) -> list[Job]:
        """Proven, and no longer on the box: newest press first."""
        gone = (job for job in self._jobs.values() if job.is_gone)
        return sorted(gone, key=lambda job: (job.pressed_wall_s, job.key), reverse=True)

    def may_grow(self, identity: str) -> bool:
        """Whether no byte of this memory has left the box, so that a longer one may take its place."""
        return not any(job.is_begun or job.is_proven for job in self.jobs_of(identity))

    def before(self, key: str) -> int | None:
        """How many go before this one; None for one that is not in line now."""
        return self._line.before(key)

    @property
    def count(self) -> Count:
        """How many there are of each kind."""
        return Count(pending=len(self._line), asked=self._line.asked, proven=self._proven)

    def proven_here(self) -> Iterator[Job]:
        """The proven ones whose files are still on the box, oldest press first."""
        return (self._jobs[key] for _, key in self._proven_here)

    # Inside

    def _first(self, allowed: Callable[[Job], Verdict]) -> Next:
        again_s: float | None = None
        too_large_bytes: float = float("inf")
        for key in self._line:
            job = self._jobs[key]
            if job.size_bytes >= too_large_bytes and not job.asked_number:
                continue
            answer = allowed(job)
            if answer.may:
                return Next(job, None)
            again_s = _sooner(again_s, answer.again_s)
            if answer.holds == "larger":
                too_large_bytes = job.size_bytes
                answer = self._of_smallest(allowed)
            if answer.holds in {"all", "larger"} or (answer.holds == "unasked" and not job.asked_number):
                break  # those that were asked for stand before all others
        return Next(None, again_s)

    def _of_smallest(self, allowed: Callable[[Job], Verdict]) -> Verdict:
        """Where even the smallest is too large nobody else need be asked about."""
        return allowed(self._jobs[self._line.smallest or ""])

    def _entered(self, entry: Entry, asked: int) -> list[Job]:
        known = self._jobs.get(key_of(entry))
        now = renewed(known, entry) if known else job_of(entry)
        if not now.is_proven:
            now = replace(now, asked_number=max(now.asked_number, asked))
        return [] if now == known else [now]

    def _tried(self, key: str, **news: object) -> Changes:
        """Note the end or the beginning of a try; of a file that was deleted meanwhile nothing is noted."""
        job = self._jobs.get(key)
        return self._saved([replace(job, **news)] if job and not job.is_proven else [])

    def _open(self, now_s: float) -> None:
        self.gate = self.gate and due_now(self.gate, now_s, self._boot_id)

    def _at_once(self, job: Job, now_s: float) -> Job:
        return replace(job, trouble=job.trouble and due_now(job.trouble, now_s, self._boot_id))

    def _carried_over(self, job: Job, now_s: float) -> Job:
        return replace(job, trouble=job.trouble and carried_over(job.trouble, now_s, self._boot_id))

    def _saved(self, saves: list[Job], drops: list[str] | None = None) -> Changes:
        for job in saves:
            self._set(job)
        return Changes(saves, drops or [], self.gate)

    def _set(self, job: Job) -> None:
        self._forget(job.key)
        self._jobs[job.key] = job
        self._of_memory.setdefault(job.id, set()).add(job.key)
        self._last_asked = max(self._last_asked, job.asked_number)
        self._proven += job.is_proven
        if not job.is_proven and not job.is_held:
            self._line.put(job)
        elif job.is_proven and not job.is_gone:
            insort(self._proven_here, (job.pressed_wall_s, job.key))

    def _forget(self, key: str) -> None:
        job = self._jobs.pop(key, None)
        if job is None:
            return
        self._line.remove(key)
        self._proven -= job.is_proven
        if job.is_proven and not job.is_gone:
            del self._proven_here[bisect_left(self._proven_here, (job.pressed_wall_s, key))]
        keys = self._of_memory[job.id]
        keys.discard(key)
        if not keys:
            del self._of_memory[job.id]


def _sooner(one: float | None, other: float | None) -> float | None:
    return one if other is None else other if one is None else min(one, other)
