"""One file on its way: a single `rclone copyto` at the lowest priority, which can be paused, slowed and ended."""

import asyncio
import signal
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct, field

from appliance.child import GENTLY, Child
from appliance.clock import Clock
from appliance.decoding import decoded_or_none
from appliance.storage.rclone import ENVIRONMENT, Rclone
from appliance.upload.causes import read_cause
from appliance.upload.model import Cause, Progress, StorageError
from appliance.upload.pace import Pace, Patience

Tell = Callable[[Progress], None]
"""Called in the loop, about once a second; must return at once and not raise."""

_FLAGS = (
    "--buffer-size=0",  # 15 MB instead of 31 MB anonymous
    "--use-mmap",  # chunks are given back at once: 19 MiB instead of 21 anonymous with S3
    "--transfers=1",
    "--checkers=1",
    "--multi-thread-streams=0",
    "--stats=1s",
    "--stats-log-level=NOTICE",
    "--no-traverse",
    "--ignore-times",  # it is to be copied, whatever lies there
    "--ignore-checksum",  # the proof is ours; rclone's would read the file from the card once more
)
_KEPT_LINES = 50


class Limits(Struct, frozen=True):
    """When a transfer is given up. Standing still does not count."""

    at_least_s: float = 120.0
    slowest_bytes_s: float = 8_000.0
    stall_s: float = 180.0

    def whole_s(self, size_bytes: int, limit_mbit_s: float | None) -> float:
        """What a file of this size is given; twice what it must take under a limit of ours."""
        slowest = self.slowest_bytes_s
        if limit_mbit_s is not None:
            slowest = min(slowest, limit_mbit_s * 1e6 / 8 / 2)
        return self.at_least_s + size_bytes / slowest


class _Moving(Struct, frozen=True):
    bytes: int = 0
    speed: float = 0.0
    eta: float | None = None


class _Stats(Struct, frozen=True):
    bytes: int = 0
    speed: float = 0.0
    transferring: list[_Moving] = field(default_factory=list)


class _StatsLine(Struct, frozen=True):
    stats: _Stats


class Transfer:
    """Sends one file at a time. `pause`, `resume` and `throttle` hold for what is sent later, too."""

    def __init__(
        self,
        rclone: Rclone,
        clock: Clock,
        *,
        limit_mbit_s: float | None = None,
        limits: Limits | None = None,
        prefix: Sequence[str] = GENTLY,
    ) -> None:
        self._rclone = rclone
        self._clock = clock
        self._limit_mbit_s = limit_mbit_s
        self._limits = limits or Limits()
        self._prefix = prefix
        self._pace = Pace()
        self._child: Child | None = None
        self._patience: Patience | None = None
        self._is_running = False
        self._changed = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The process that is sending."""
        return self._child.pid if self._child else None

    def pause(self) -> None:
        """Stand still from now on, with the connection open."""
        self._pace.pause(on=True)
        self._apply()

    def resume(self) -> None:
        """Go on."""
        self._pace.pause(on=False)
        self._apply()

    def throttle(self, *, on: bool) -> None:
        """Run a quarter of the time only."""
        self._pace.throttle(self._clock.monotonic_s(), on=on)
        self._apply()

    async def send(
        self,
        local: Path,
        target: str,
        *,
        size_bytes: int,
        flags: Sequence[str] = (),
        in_place: bool = False,
        tell: Tell | None = None,
    ) -> None:
        """Copy `local` to the path `target` (`remote:folder/name`). Cancelling it ends the child.

        Args:
            local: the file, which nobody changes.
            target: where to; what lies there is overwritten.
            size_bytes: the size of the file.
            flags: more flags for rclone.
            in_place: whether `target` is a temporary name already, so that rclone needs none of its own.
            tell: told how far it is.

        Raises:
            StorageError: if it did not arrive. Whether something lies at `target` then is unknown.
        """
        words: deque[str] = deque(maxlen=_KEPT_LINES)
        hear = _Hearing(size_bytes, words, tell, self._moved)
        child = await Child.start(self._argv(local, target, flags, in_place), environment=ENVIRONMENT, hear=hear)
        now_s = self._clock.monotonic_s()
        whole_s = self._limits.whole_s(size_bytes, self._limit_mbit_s)
        self._child, self._is_running = child, True
        self._patience = Patience(now_s, whole_s, self._limits.stall_s)
        try:
            self._apply()
            cause = await self._follow(child)
        finally:
            self._child = self._patience = None
            child.send(signal.SIGCONT)  # one that stands still would not hear that it is to end
            code = await child.stop()
        storage = target.partition(":")[0]
        if cause or code != 0:
            raise StorageError(cause or read_cause(words, code, storage))

    def _argv(self, local: Path, target: str, flags: Sequence[str], in_place: bool) -> list[str]:  # noqa: FBT001
        more = [*_FLAGS, *flags]
        if in_place:
            more.append("--inplace")
        if self._limit_mbit_s is not None:
            more.append(f"--bwlimit={max(1, round(self._limit_mbit_s * 1e6 / 8))}B")
        return [*self._prefix, *self._rclone.argv("copyto", *more, str(local.absolute()), target)]

    async def _follow(self, child: Child) -> Cause | None:
        """Until the child has ended, or has had its time."""
        ending = asyncio.create_task(child.wait())
        try:
            while not ending.done():
                self._apply()
                self._changed.clear()
                assert self._patience
                now_s = self._clock.monotonic_s()
                left_s = self._patience.left_s(now_s)
                if left_s == 0:
                    return Cause(
                        "world", "Nothing moved on the way to the storage any more; the upload is tried again."
                    )
                waits = [wait for wait in (left_s, self._pace.next_change_s(now_s)) if wait is not None]
                await self._wait(ending, min(waits) if waits else None)
        finally:
            ending.cancel()
        return None

    async def _wait(self, ending: "asyncio.Task[int]", timeout_s: float | None) -> None:
        changed = asyncio.create_task(self._changed.wait())
        try:
            await asyncio.wait([ending, changed], timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()

    def _apply(self) -> None:
        """Let the child run or stand still, as it should now."""
        now_s = self._clock.monotonic_s()
        should = self._pace.may_run(now_s)
        if self._child and self._patience and should != self._is_running:
            self._child.send(signal.SIGCONT if should else signal.SIGSTOP)
            self._patience.set_running(now_s, on=should)
            self._is_running = should
        self._changed.set()

    def _moved(self) -> None:
        if self._patience:
            self._patience.moved(self._clock.monotonic_s())


class _Hearing:
    """Listens to rclone: progress is told, all else is kept for the cause."""

    def __init__(self, size_bytes: int, words: deque[str], tell: Tell | None, moved: Callable[[], None]) -> None:
        self._size_bytes = size_bytes
        self._words = words
        self._tell = tell
        self._moved = moved
        self._most_bytes = 0
        """What rclone counts, which begins anew in none of its own tries."""

    def __call__(self, line: str) -> None:
        stats = read_stats(line)
        if stats is None:
            self._words.append(line)
            return
        if stats.bytes > self._most_bytes:
            self._most_bytes = stats.bytes
            self._moved()
        if self._tell:
            self._tell(progress_of(stats, self._size_bytes))


def read_stats(line: str) -> _Stats | None:
    """The statistics in a line of rclone's log, if it is such a line."""
    if '"stats"' not in line:
        return None
    told = decoded_or_none(line, _StatsLine)
    return told.stats if told else None


def progress_of(stats: _Stats, size_bytes: int) -> Progress:
    """How far the one file is; bytes that rclone had to send twice count once."""
    one = stats.transferring[0] if stats.transferring else _Moving(stats.bytes, stats.speed)
    sent_bytes = min(max(0, one.bytes), size_bytes)
    return Progress(sent_bytes, size_bytes, max(0.0, one.speed), one.eta)
