"""`python -m appliance.bench.idle_box FOLDER ROOM`: a process that holds the upload room and waits for nothing.

It says `idle` once there is nothing to do. `ROOM`: `none`, `room`, or `watched` with a watch over the network beside
it, on a bus that is not there.
"""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from appliance.clock import SystemClock
from appliance.memories.archive import Archive
from appliance.memories.model import Entry
from appliance.network.link import Link
from appliance.network.uplink import NETWORK_MANAGER, UplinkWatch
from appliance.storage.rclone import Rclone, find_rclone
from appliance.upload.model import Account
from appliance.upload.room import UploadRoom

NO_ROOM, ROOM, WATCHED = "none", "room", "watched"


class Shelf:
    """The memories of an archive, and nobody who changes them."""

    wanted_bytes = size_bytes = 0
    capacity_bytes = 1 << 30

    def __init__(self, folder: Path) -> None:
        archive = Archive(folder)
        self._entries = {entry.name: entry for entry in archive.open()}
        archive.close()

    async def entries(self) -> list[Entry]:
        return list(self._entries.values())

    async def entry(self, name: str) -> Entry | None:
        return self._entries.get(name)

    async def delete(self, name: str) -> bool:
        return self._entries.pop(name, None) is not None

    async def wait_until_quiet(self) -> None:
        """No press is on its way."""

    def is_growing(self, _: str) -> bool:
        return False


class Listener:
    """Says when there is nothing to do."""

    def upload_changed(self, _: str, told: Account) -> None:
        raise AssertionError(told)

    def upload_shown(self, *, is_under_way: bool, trouble: str | None) -> None:
        assert not is_under_way
        assert trouble is None
        say_idle()


def say_idle() -> None:
    """Tell whoever started us."""
    sys.stdout.write("idle\n")
    sys.stdout.flush()


async def main(folder: Path, room: str) -> None:
    """Be idle until somebody ends us."""
    with ThreadPoolExecutor(1, "uploads") as thread:
        lives = [] if room == NO_ROOM else [_upload(folder, thread)]
        if room == WATCHED:
            link = Link(NETWORK_MANAGER, address=f"unix:path={folder}/no-bus")
            lives += [link.run(), UplinkWatch(link, lambda _: None).run()]
        if not lives:
            say_idle()
        await asyncio.gather(*lives, asyncio.Event().wait())


async def _upload(folder: Path, thread: ThreadPoolExecutor) -> None:
    shelf = Shelf(folder)
    room = UploadRoom(
        remote="bench:moments",
        rclone=Rclone(folder / "rclone.conf", find_rclone()),
        behaviour="manual",
        hours="22:00-06:00",
        networks=[],
        metered=False,
        limit_mbit_s=None,
        monthly_cap_gb=None,
        after_upload="keep",
        layout="{device}/{year}/{month}",
        device="bench",
        order="newest-first",
        reread=False,
        folder=folder,
        reserve_bytes=0,
        kept=shelf,
        growth=shelf,
        ring=shelf,
        clock=SystemClock(),
        thread=thread,
        listener=Listener(),
    )
    room.register.shelved(await shelf.entries())
    await room.run(lambda sentence: print(sentence, file=sys.stderr))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
