"""What one transfer costs: anonymous memory of its child, and its time beside a bare `rclone copyto`.

python -m tests.stands.weighed_transfer [MEGABYTES]
"""

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

from appliance.child import Child
from appliance.clock import SystemClock
from appliance.storage.rclone import Rclone, find_rclone
from appliance.upload.backends import low_memory_flags
from appliance.upload.transfer import Transfer
from tests.stands.storage_servers import Kind, serve

KINDS: tuple[Kind, ...] = ("webdav", "sftp", "s3")


def main(megabytes: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "memory.mp4")
        file.write_bytes(os.urandom(megabytes * 1_000_000))
        for kind in KINDS:
            asyncio.run(weigh(kind, file, megabytes * 1_000_000))


async def weigh(kind: Kind, file: Path, size_bytes: int) -> None:
    """Ours and the bare one in turn, three times; the best of each counts."""
    there = file.parent / kind
    (there / "moments").mkdir(parents=True)
    with serve(kind, there) as storage:
        config = file.parent / f"{kind}.conf"
        config.write_text(storage.section())
        rclone = Rclone(config, find_rclone())
        ours_s, bare_s, most_kb = [], [], 0
        for _ in range(3):
            transfer = Transfer(rclone, SystemClock(), prefix=())
            watch = asyncio.create_task(most_anonymous_kb(transfer))
            flags = low_memory_flags(kind)
            sending = transfer.send(file, "garage:moments/a.mp4", size_bytes=size_bytes, flags=flags)
            ours_s.append(await timed(sending))
            most_kb = max(most_kb, await watch)
            bare_s.append(await timed(bare(rclone, file)))
    ratio = min(bare_s) / min(ours_s)
    sys.stdout.write(f"{kind}: {most_kb / 1024:.1f} MiB anonymous, {ratio:.2f} of the bare throughput\n")


async def bare(rclone: Rclone, file: Path) -> None:
    argv = [rclone.binary, "copyto", f"--config={rclone.config}", "--ignore-times", str(file), "garage:moments/b.mp4"]
    assert await (await Child.start(argv)).wait() == 0


async def timed(work: Awaitable[None]) -> float:
    began_s = time.monotonic()
    await work
    return time.monotonic() - began_s


async def most_anonymous_kb(transfer: Transfer) -> int:
    """The most that the child held at any look, until it ended."""
    most_kb, pid = 0, None
    while pid is None or transfer.pid is not None:
        pid = transfer.pid or pid
        await asyncio.sleep(0.05)
        most_kb = max(most_kb, anonymous_kb(pid))
    return most_kb


def anonymous_kb(pid: int | None) -> int:
    try:
        found = re.search(r"^Anonymous:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
