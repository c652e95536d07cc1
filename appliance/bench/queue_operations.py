"""(i) What the queue of uploads takes with 10,000 memories in the catalogue, in memory and until it is on the disk."""

import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TypeVar

from msgspec import Struct, field

from appliance.bench.catalogued import SMALLEST_BYTES, entries
from appliance.bench.queue_stand import FOLDER, Stand
from appliance.bench.report import Measurement, Row, median, percentile, row
from appliance.bench.stage import Stage
from appliance.clock import SystemClock
from appliance.hours import parse_hours
from appliance.memories.model import Entry
from appliance.upload.accounts import account
from appliance.upload.behaviour import Rules
from appliance.upload.model import Account, Cause
from appliance.upload.outlook import Outlook
from appliance.upload.queue import Changes

T = TypeVar("T")

MOST_MS = 10
_UNREADABLE = Cause("memory", "It cannot be read from the card.", "input/output error")


class Written(Struct, frozen=True):
    """Milliseconds of one operation that is written down: what the loop did, all of it, and a bare row beside it."""

    memory_ms: float
    disk_ms: float
    bare_ms: float


class Found(Struct):
    """Of every operation, by its name, what it took each time."""

    written: dict[str, list[Written]] = field(default_factory=lambda: defaultdict(list))
    asked_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Of those that write nothing."""


async def measure(stage: Stage) -> Measurement:
    """10,000 memories, half of them proven."""
    count, repeats, found = stage.size(10_000, 500), stage.size(500, 20), Found()
    async with AsyncExitStack() as closing:
        stand = Stand(stage, count)
        await stand.start(closing)
        stage.say(f"{repeats} memories through a queue of {count:,}")
        starts = [await stand.start_again() for _ in range(stage.size(5, 1))]
        passage = _Passage(stand, found)
        for number, entry in enumerate(entries(repeats, after=count)):
            await passage.bring(entry, stand.entries[2 * number + 1])
        waiting = [job.key for job in stand.queue.unproven()]
        whole = await stand.change(lambda: stand.queue.ask(waiting, stand.now_s()))
    rows = [one for name, times in found.written.items() for one in _written_rows(name, times)]
    rows += [_row(name, times, percent) for name, times in found.asked_ms.items() for percent in (50, 99)]
    rows += [
        *_whole_rows(f"the upload button: {len(waiting):,} are asked for at once", *whole),
        *_whole_rows(f"a start with {count:,}", *(median(times) for times in zip(*starts, strict=True))),
    ]
    how = f"{repeats} memories went all the way through, each beside all others; half of those are proven."
    return Measurement("i", f"Queue of uploads with {count:,} memories", rows, [how, *_REMARKS])


_REMARKS = (
    (
        "Through the real queue, book and ledger, in the catalogue's own file. In memory: what the loop does. On disk: "
        "the same, then written by the ledger's thread and flushed, from the call until it may be told."
    ),
    "Bare: one row of the same content into a small SQLite of its own, flushed, without threads, taking turns.",
    "An entry is looked up by the archivist's thread. A start reads the ledger and the whole catalogue.",
)


class _Passage:
    """The way of a memory through the queue, with a stop watch."""

    def __init__(self, stand: Stand, found: Found) -> None:
        self._stand = stand
        self._found = found
        self._free, self._capped = _outlook(None), _outlook(SMALLEST_BYTES // 2)

    async def bring(self, entry: Entry, other: Entry) -> None:
        """From its file to its proof, with a failure in between. `other`: one that waits."""
        stand, queue, key, path = self._stand, self._stand.queue, self._stand.key(entry), f"{FOLDER}/{entry.name}"
        await self._write("a new memory enters", entry, lambda: queue.changed([], [entry]))
        none = self._ask("next, none of them under the monthly cap", self._none_fits)
        assert none is None
        await self._write("one is asked for", entry, lambda: queue.ask([key], stand.now_s()))
        chosen = self._ask("next, the one that was asked for", lambda: queue.next(stand.now_s(), self._free.allowed))
        assert chosen.job
        assert chosen.job.key == key
        told = self._ask("why one is not uploaded yet", lambda: self._account(other))
        assert told.state == "waiting"
        await self._write("one has begun", entry, lambda: queue.began(key, path))
        await self._write("one has failed", entry, lambda: queue.failed(key, _UNREADABLE, stand.now_s()))
        await self._write("one is proven", entry, lambda: queue.succeeded(key, "md5", 1.0, None, path))
        self._found.asked_ms["look-up of one in the catalogue"].append(await stand.look_up(other.name))

    async def _write(self, name: str, entry: Entry, work: Callable[[], Changes]) -> None:
        memory_ms, disk_ms = await self._stand.change(work)
        self._found.written[name].append(Written(memory_ms, disk_ms, self._stand.write_barely(entry)))

    def _ask(self, name: str, work: Callable[[], T]) -> T:
        began = time.perf_counter()
        answer = work()
        self._found.asked_ms[name].append((time.perf_counter() - began) * 1000)
        return answer

    def _none_fits(self) -> object:
        return self._stand.queue.next(self._stand.now_s(), self._capped.allowed).job

    def _account(self, entry: Entry) -> Account:
        queue, key = self._stand.queue, self._stand.key(entry)
        job = queue.job(key)
        assert job
        return account(job, self._free.allowed(job), queue.gate, queue.before(key))


def _outlook(cap_bytes: int | None) -> Outlook:
    return Outlook(
        Rules("at-once", parse_hours("22:00-06:00"), (), metered=True, monthly_cap_bytes=cap_bytes), SystemClock()
    )


def _written_rows(name: str, times: list[Written]) -> list[Row]:
    disk, bare = [one.disk_ms for one in times], [one.bare_ms for one in times]
    return [
        _row(f"{name}: in memory", [one.memory_ms for one in times], 99),
        _row(f"{name}: on disk", disk, 50, bare),
        _row(f"{name}: on disk", disk, 99, bare),
    ]


def _row(name: str, times: list[float], percent: int, bare: list[float] | None = None) -> Row:
    return row(
        f"{name}, p{percent}",
        percentile(times, percent),
        "ms",
        reference=percentile(bare, percent) if bare else None,
        reference_is=f"bare, p{percent}",
        at_most=MOST_MS if percent > 50 else None,  # noqa: PLR2004 - the median is only told
    )


def _whole_rows(name: str, memory_ms: float, disk_ms: float) -> list[Row]:
    return [row(f"{name}: in memory", memory_ms, "ms"), row(f"{name}: with the disk", disk_ms, "ms")]
