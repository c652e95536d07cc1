"""(h) What the child that sends a file holds of the memory that no file stands behind, at its most."""

import asyncio
from collections.abc import Callable, Coroutine

from appliance.bench.materials import ToolFailedError
from appliance.bench.processes import anonymous_mib
from appliance.bench.report import Measurement, Row, row
from appliance.bench.sending import Kind, Parcel, Storage, send
from appliance.bench.stage import Stage
from appliance.bench.storages import storage, where_it_lies
from appliance.child import Child
from appliance.clock import SystemClock
from appliance.upload.transfer import Transfer

MOST_MIB = 20
_EVERY_S = 0.02
_KINDS: tuple[Kind, ...] = ("webdav", "s3", "sftp")


async def measure(stage: Stage) -> Measurement:
    """300 MB to WebDAV, S3 and SFTP, several times each."""
    size_bytes, repeats = stage.size(300_000_000, 30_000_000), stage.size(5, 1)
    parcel = _hollow(stage, size_bytes)
    rows = []
    for kind in _KINDS:
        stage.say(f"watching the memory of {kind}, {repeats} times each way")
        async with storage(stage, kind, size_bytes) as where:
            rows.append(await _compare(where, parcel, repeats))
    return Measurement(
        "h",
        "Anonymous memory of the transfer child",
        rows,
        [
            (
                f"`Anonymous` of /proc/PID/smaps_rollup, looked at every {_EVERY_S * 1000:.0f} ms; the most of "
                f"{repeats} transfers. The pages of rclone's own file are not in it: the kernel can drop them."
            ),
            f"The file has {parcel.megabytes}: S3 is sent in parts from 200 MiB on.",
            "Bare: `rclone copyto FILE REMOTE` with rclone's defaults.",
            where_it_lies(size_bytes),
        ],
    )


def _hollow(stage: Stage, size_bytes: int) -> Parcel:
    """A file without a block on the disk."""
    path = stage.new_folder("upload") / "memory.mp4"
    with path.open("wb") as file:
        file.truncate(size_bytes)
    return Parcel(path, size_bytes)


async def _compare(where: Storage, parcel: Parcel, repeats: int) -> Row:
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(repeats):
        ours.append(await _ours(where, parcel))
        bare.append(await _bare(where, parcel))
    return row(
        f"{where.kind}: anonymous memory, most",
        max(ours),
        "MiB",
        reference=max(bare),
        reference_is="bare, defaults",
        at_most=MOST_MIB,
    )


async def _ours(where: Storage, parcel: Parcel) -> float:
    transfer = Transfer(where.rclone, SystemClock())
    return await _watch(lambda: transfer.pid, send(where, transfer, parcel))


async def _bare(where: Storage, parcel: Parcel) -> float:
    name = where.new_name()
    child = await Child.start(where.bare(parcel.path, name))
    most_mib = await _watch(lambda: child.pid, _ended(child))
    where.take_away(name, parcel.size_bytes)
    return most_mib


async def _ended(child: Child) -> None:
    try:
        if await child.wait() != 0:
            raise ToolFailedError(f"rclone failed: {child.last_words}")
    finally:
        await child.stop()


async def _watch(pid: Callable[[], int | None], work: Coroutine[None, None, None]) -> float:
    """The most that was seen while `work` was done."""
    task = asyncio.create_task(work)
    most_mib = 0.0
    while not task.done():
        found = pid()
        most_mib = max(most_mib, anonymous_mib(found) if found else 0.0)
        await asyncio.wait([task], timeout=_EVERY_S)
    await task
    return most_mib
