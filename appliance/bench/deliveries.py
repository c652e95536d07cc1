"""What a whole delivery takes beside its transfer, and how much of that is rclone being started."""

import time
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from appliance.bench.report import Row, median, row
from appliance.bench.sending import Parcel, Storage
from appliance.bench.storages import told
from appliance.child import GENTLY
from appliance.clock import SystemClock
from appliance.upload.delivery import Delivery
from appliance.upload.model import Job
from appliance.upload.remote import RemoteStore
from appliance.upload.transfer import Transfer

_STARTS = 5


class Delivered(Struct, frozen=True):
    """One delivery: all of it, its transfer, and how often rclone was started for the rest."""

    total_s: float
    sending_s: float
    starts: int
    proof: str | None


async def delivery_rows(where: Storage, parcel: Parcel, repeats: int) -> list[Row]:
    """Deliveries under new names, looked at closely."""
    with ThreadPoolExecutor(1, "uploads") as thread:
        store = RemoteStore(where.rclone, thread)
        delivery = Delivery(store, Transfer(where.rclone, SystemClock()), SystemClock())
        await store.facts(where.path(""))
        found = [await _deliver(where, delivery, parcel) for _ in range(repeats)]
    start_s = median([await _start(where) for _ in range(_STARTS)])
    starts = found[0].starts
    total_s, sending_s = median([one.total_s for one in found]), median([one.sending_s for one in found])
    what = f"{where.kind}: whole delivery, proven by {found[0].proof}"
    return [
        row(what, total_s, "s", reference=sending_s, reference_is="of it the transfer"),
        row(f"{where.kind}: of it looking, proving and moving", total_s - sending_s, "s"),
        row(
            f"{where.kind}: starts of rclone for that, {starts} of them",
            starts * start_s,
            "s",
            reference=start_s,
            reference_is="`rclone version` at our priority",
        ),
    ]


async def _deliver(where: Storage, delivery: Delivery, parcel: Parcel) -> Delivered:
    where.rclone.calls.clear()
    name = where.new_name()
    job = Job(key=name, id=name, name=name, pressed_wall_s=0.0, size_bytes=parcel.size_bytes, sha256="")
    began_s = time.perf_counter()
    done = await delivery.deliver(job, parcel.path, where.path(name), _begun)
    total_s = time.perf_counter() - began_s
    where.take_away(name, parcel.size_bytes)
    at = next(number for number, call in enumerate(where.rclone.calls) if call.command == "copyto")
    sending_s = where.rclone.calls[at + 1].at_s - where.rclone.calls[at].at_s
    return Delivered(total_s, sending_s, len(where.rclone.calls) - 1, done.proof)


async def _begun(_: Job) -> None:
    """Nobody writes it down: what that takes is told of the queue."""


async def _start(where: Storage) -> float:
    began_s = time.perf_counter()
    await told([*GENTLY, where.rclone.binary, "version"])
    return time.perf_counter() - began_s
