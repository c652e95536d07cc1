"""(g) One memory on its way to a storage, beside bare `rclone copyto` of the same file to the same server."""

import os
import resource
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from msgspec import Struct, field

from appliance.bench.deliveries import delivery_rows
from appliance.bench.materials import BITS_PER_S, run
from appliance.bench.report import Measurement, Row, median, row
from appliance.bench.sending import Kind, Parcel, Storage, send
from appliance.bench.stage import Stage
from appliance.bench.storages import storage, told, where_it_lies
from appliance.clock import SystemClock
from appliance.durable import flush_file
from appliance.storage.rclone import find_rclone
from appliance.upload.transfer import Transfer

RATIO_TO_BARE = 1 / 0.95
"""Of the times: a throughput of 95 %."""


class Sent(Struct, frozen=True):
    """One file on its way. `cpu_s`: of the processes that sent it."""

    took_s: float
    cpu_s: float


class Turns(Struct):
    """Many times each way."""

    ours: list[Sent] = field(default_factory=list)
    bare: list[Sent] = field(default_factory=list)
    gentle: list[Sent] = field(default_factory=list)
    """Bare, at the priority that ours has."""
    same_flags: list[Sent] = field(default_factory=list)


async def measure(stage: Stage) -> Measurement:
    """A memory of 3 minutes to WebDAV and to S3; a quick run keeps to WebDAV."""
    parcel = await stage.once(memory_file)
    rows: list[Row] = []
    sides: list[tuple[Kind, int]] = [("webdav", stage.size(9, 1)), ("s3", stage.size(5, 1))]
    for kind, repeats in sides[: stage.size(2, 1)]:
        async with storage(stage, kind, parcel.size_bytes) as where:
            stage.say(f"sending {parcel.megabytes} to {kind}, {repeats} times each way")
            rows += _rows(f"{kind}, {parcel.megabytes}", parcel, await _repeat(where, parcel, repeats))
            rows += await delivery_rows(where, parcel, stage.size(3, 1))
    version = (await told([find_rclone(), "version"])).partition("\n")[0]
    remarks = [*_REMARKS, where_it_lies(parcel.size_bytes), f"{version}."]
    return Measurement("g", "Throughput of a transfer", rows, remarks)


_REMARKS = (
    (
        "Medians of runs that took turns. Ours is `Transfer.send`, from the call to its return: rclone with small "
        "buffers at the lowest priority of processor and disk, its log read meanwhile. The bound is a throughput of "
        "95 % of the other side's."
    ),
    (
        "Bare: `rclone copyto FILE REMOTE` with rclone's defaults; the same behind `nice -n 19 ionice -c 3`; and the "
        "very command line of ours without its priority and its limit of memory. On a machine with other work ours "
        "yields, and the plain bare one does not."
    ),
    (
        "A delivery looks first whether the file is there, sends it, looks what arrived, and moves it where names are "
        "seen early. Each of these steps is a rclone of its own; what the storage can do is asked once and not in it."
    ),
)


async def memory_file(stage: Stage) -> Parcel:
    """A file of the size of 3 minutes at 8 Mbit/s and its sound; what is in it makes no difference to a copy."""
    size_bytes = int(stage.size(180, 10) * (BITS_PER_S + 400_000) / 8)
    path = stage.new_folder("upload") / "memory.mp4"
    path.write_bytes(os.urandom(size_bytes))
    flush_file(path)
    return Parcel(path, size_bytes)


async def _repeat(where: Storage, parcel: Parcel, repeats: int) -> Turns:
    """Each way takes its turn in every round; who begins changes, after the first."""
    found, transfer = Turns(), Transfer(where.rclone, SystemClock())
    ways = [
        (found.ours, partial(send, where, transfer, parcel)),
        (found.bare, partial(_send_barely, where, parcel, where.bare)),
        (found.gentle, partial(_send_barely, where, parcel, where.gentle)),
        (found.same_flags, partial(_send_barely, where, parcel, where.as_ours)),
    ]
    for _ in range(repeats):
        for times, work in ways:
            times.append(await _timed(work))
        ways = [*ways[1:], ways[0]]
    return found


async def _send_barely(where: Storage, parcel: Parcel, argv: Callable[[Path, str], list[str]]) -> None:
    name = where.new_name()
    await run(argv(parcel.path, name))
    where.take_away(name, parcel.size_bytes)


async def _timed(send: Callable[[], Awaitable[None]]) -> Sent:
    began_s, before_s = time.perf_counter(), _children_cpu_s()
    await send()
    return Sent(time.perf_counter() - began_s, _children_cpu_s() - before_s)


def _children_cpu_s() -> float:
    """Of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _rows(what: str, parcel: Parcel, found: Turns) -> list[Row]:
    ours_s = _median_s(found.ours)

    def beside(times: list[Sent], name: str, bound: float | None = None) -> Row:
        return row(f"{what}: sent", ours_s, "s", reference=_median_s(times), reference_is=name, ratio_at_most=bound)

    return [
        beside(found.bare, "bare, defaults", RATIO_TO_BARE),
        beside(found.gentle, "bare, defaults, at our priority", RATIO_TO_BARE),
        beside(found.same_flags, "bare, our flags"),
        row(f"{what}: throughput", parcel.size_bytes / 1e6 / ours_s, "MB/s"),
        row(
            f"{what}: processor time of it",
            median([one.cpu_s for one in found.ours]),
            "s",
            reference=median([one.cpu_s for one in found.bare]),
            reference_is="bare, defaults",
        ),
    ]


def _median_s(times: list[Sent]) -> float:
    return median([one.took_s for one in times])
