"""What the kernel knows about the card: read when somebody asks, from a handful of small files in /sys.

ext4 counts what was ever written to it (Documentation/ABI/testing/sysfs-fs-ext4, `lifetime_write_kbytes`). The count
reaches the card with the superblock: when it is unmounted, and every hour (fs/ext4/super.c,
`ext4_maybe_update_superblock`). What a life of less than an hour wrote before its power cut is not in it.
"""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from appliance.card.life import Life, judge

_SECTOR_BYTES = 512
"""`size` in /sys/block counts these, whatever the disk's own are."""


class Card(Struct, frozen=True):
    """The card as it is now."""

    name: str | None
    """As it calls itself, such as `SC32G`; only where its slot asks it."""
    made: str | None
    """Month and year of its making, such as `03/2023`."""
    size_bytes: int
    data_bytes: int
    """The whole file system of the footage."""
    free_bytes: int
    """What footage may still take of it."""
    life: Life


class Meter:
    """Looks at the disk on which a folder lies."""

    def __init__(
        self,
        folder: Path,
        *,
        rated_terabytes: float | None,
        monotonic_s: Callable[[], float],
        sys: Path = Path("/sys"),
    ) -> None:
        """Note what was written so far: the rate is counted from here on."""
        self._folder = folder
        self._rated_terabytes = rated_terabytes
        self._monotonic_s = monotonic_s
        self._part = _block_device(folder, sys)
        self._counter = sys / "fs/ext4" / self._part.name / "lifetime_write_kbytes"
        self._began_s = monotonic_s()
        self._began_bytes = self._written_bytes() or 0

    def read(self) -> Card | None:
        """How it is now; None where the folder lies on nothing that counts what is written to it."""
        written_bytes = self._written_bytes()
        if written_bytes is None:
            return None
        disk = self._part.parent if (self._part / "partition").exists() else self._part
        volume = os.statvfs(self._folder)
        size_bytes = int(_line(disk / "size") or 0) * _SECTOR_BYTES
        return Card(
            _line(disk / "device/name"),
            _line(disk / "device/date"),
            size_bytes,
            volume.f_blocks * volume.f_frsize,
            volume.f_bavail * volume.f_frsize,
            judge(
                size_bytes=size_bytes,
                written_bytes=written_bytes,
                recent_bytes=written_bytes - self._began_bytes,
                recent_s=self._monotonic_s() - self._began_s,
                rated_terabytes=self._rated_terabytes,
            ),
        )

    def _written_bytes(self) -> int | None:
        kilobytes = _line(self._counter)
        return None if kilobytes is None else int(kilobytes) * 1024


def _block_device(folder: Path, sys: Path) -> Path:
    device = folder.stat().st_dev
    return (sys / "dev/block" / f"{os.major(device)}:{os.minor(device)}").resolve()


def _line(file: Path) -> str | None:
    with contextlib.suppress(OSError):
        return file.read_text().strip()
    return None
