"""What a disk holds after a power cut, when its cache forgets: made from a log of everything that was written.

QEMU's blklogwrites keeps the log in the format of the kernel's dm-log-writes (drivers/md/dm-log-writes.c): a superblock
in the first sector, then for each write an entry of one sector, and its data after it. What was written before the last
finished flush is on the disk; of what came later, any part may be.
"""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAGIC = 0x6A736677736872
_SUPER = struct.Struct("<QQQI")  # magic, version, number of entries, sector size
_ENTRY = struct.Struct("<QQQQ")  # sector, number of sectors, flags, length of a mark
FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8


@dataclass(frozen=True)
class Entry:
    """One write or flush. `data_at`: where its bytes lie in the log."""

    sector: int
    sectors: int
    flags: int
    data_at: int


def entries(log: BinaryIO) -> tuple[int, list[Entry]]:
    """The sector's size, and all that was written, in order.

    The superblock's count is brought up to date only at a flush: entries are read for as long as there are any.
    """
    log.seek(0)
    magic, _, _, sector_bytes = _SUPER.unpack(log.read(_SUPER.size))
    assert magic == MAGIC, "no log of writes"
    return sector_bytes, list(_entries(log, sector_bytes))


def _entries(log: BinaryIO, sector_bytes: int) -> Iterator[Entry]:
    at = sector_bytes
    while True:
        log.seek(at)
        head = log.read(_ENTRY.size)
        if not any(head) or len(head) < _ENTRY.size:
            return
        sector, sectors, flags, mark_bytes = _ENTRY.unpack(head)
        data_at = at + sector_bytes
        yield Entry(sector, sectors, flags, data_at)
        has_data = not flags & DISCARD
        at = data_at + (sectors * sector_bytes if has_data else 0) + (sector_bytes if mark_bytes else 0)


def survivors(written: list[Entry], chance: random.Random) -> list[Entry]:
    """What reached the medium: all up to the last flush, and about every second of what came later."""
    flushes = [place for place, entry in enumerate(written) if entry.flags & FLUSH]
    safe = flushes[-1] if flushes else 0
    later = [entry for entry in written[safe:] if entry.flags & FUA or chance.random() < 1 / 2]
    return written[:safe] + later


def replay(log_path: Path, disk_path: Path, chance: random.Random) -> int:
    """Bring a disk, as it was when the log began, to what it holds after the cut. How many writes were forgotten."""
    with log_path.open("rb") as log, disk_path.open("r+b") as disk:
        sector_bytes, written = entries(log)
        kept = survivors(written, chance)
        for entry in kept:
            disk.seek(entry.sector * sector_bytes)
            disk.write(_data(log, entry, sector_bytes))
    return len(written) - len(kept)


def _data(log: BinaryIO, entry: Entry, sector_bytes: int) -> bytes:
    length = entry.sectors * sector_bytes
    if entry.flags & DISCARD:
        return bytes(length)
    log.seek(entry.data_at)
    return log.read(length)
