"""Makes room on the box: memories that are proven at the storage go, as the owner's policy says (promise M6)."""

from concurrent.futures import Executor
from pathlib import Path
from typing import Protocol

from appliance.durable import free_bytes
from appliance.threads import in_thread
from appliance.upload.clearance import Policy, to_delete
from appliance.upload.in_use import is_in_use
from appliance.upload.model import Job
from appliance.upload.register import Kept


class KeptFiles(Kept, Protocol):
    """The memories on the box, as far as they can be deleted."""

    @property
    def wanted_bytes(self) -> int:
        """What a memory that waits for room needs."""

    async def delete(self, name: str) -> bool:
        """Delete one file; False if there is none of that name."""


class Growth(Protocol):
    """Presses on their way, as far as they make earlier memories longer."""

    async def wait_until_quiet(self) -> None:
        """Return when every claim that was begun is on disk or has failed."""

    def is_growing(self, identity: str) -> bool:
        """Whether a press is on its way that makes this memory longer."""


class RingSize(Protocol):
    """The ring's bytes."""

    @property
    def size_bytes(self) -> int: ...

    @property
    def capacity_bytes(self) -> int: ...


class Clearing:
    """Deletes by `policy` from `folder`, which keeps `reserve_bytes` of its disk free."""

    def __init__(
        self,
        *,
        policy: Policy,
        kept: KeptFiles,
        growth: Growth,
        ring: RingSize,
        folder: Path,
        reserve_bytes: int,
        thread: Executor,
    ) -> None:
        self.policy: Policy = policy
        self._kept = kept
        self._growth = growth
        self._ring = ring
        self._folder = folder
        self._reserve_bytes = reserve_bytes
        self._thread = thread

    async def clear(self, proven: list[Job]) -> list[str]:
        """Delete what may go of the proven files on the box, oldest first: the names of those that went."""
        chosen = to_delete(
            self.policy,
            proven,
            free_bytes=free_bytes(self._folder),
            ring_bytes=self._ring.size_bytes,
            ring_capacity_bytes=self._ring.capacity_bytes,
            reserve_bytes=self._reserve_bytes,
            wanted_bytes=self._kept.wanted_bytes,
        )
        return [job.name for job in chosen if await self._may_go(job) and await self._kept.delete(job.name)]

    async def _may_go(self, job: Job) -> bool:
        """Whether nobody plays the file and no press grows it; else it goes another time."""
        if self._growth.is_growing(job.id):
            return False
        return not await in_thread(self._thread, is_in_use, self._folder / job.name)
