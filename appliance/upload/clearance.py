"""What may be deleted from the box after its upload. Pure."""

from collections.abc import Iterable, Iterator
from typing import Literal

from appliance.upload.model import Job

Policy = Literal["keep", "delete-when-proven", "delete-oldest-proven"]


def to_delete(
    policy: Policy,
    proven: Iterable[Job],
    *,
    free_bytes: int,
    ring_bytes: int,
    ring_capacity_bytes: int,
    reserve_bytes: int,
    wanted_bytes: int = 0,
) -> list[Job]:
    """The jobs whose files go now, of those on the box, oldest first; never one that is not proven.

    `delete-oldest-proven` deletes as few as let the ring have its whole capacity, and a memory in the making its
    `wanted_bytes`, beside the reserve of the disk.
    """
    candidates = (job for job in proven if job.is_proven and not job.is_gone)
    match policy:
        case "keep":
            return []
        case "delete-when-proven":
            return list(candidates)
    missing_bytes = ring_capacity_bytes + reserve_bytes + wanted_bytes - free_bytes - ring_bytes
    return list(_oldest(candidates, missing_bytes))


def _oldest(candidates: Iterable[Job], missing_bytes: int) -> Iterator[Job]:
    if missing_bytes <= 0:
        return
    for job in candidates:
        yield job
        missing_bytes -= job.size_bytes
        if missing_bytes <= 0:
            return
