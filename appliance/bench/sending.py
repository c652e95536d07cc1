"""One file on its way to a storage that runs, as the delivery sends it and in bare ways."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from appliance.child import GENTLY
from appliance.storage.rclone import Rclone
from appliance.upload.backends import is_atomic, low_memory_flags
from appliance.upload.transfer import Transfer

Kind = Literal["webdav", "s3", "sftp"]

REMOTE = "bench"
FOLDER = "box"
"""For S3 it is the bucket, which has to be there."""


class Call(Struct, frozen=True):
    """One start of rclone. `at_s`: of the performance counter."""

    at_s: float
    argv: list[str]

    @property
    def command(self) -> str:
        return self.argv[1]


class NotedRclone(Rclone):
    """Notes every command line that is asked of it."""

    def __init__(self, config: Path, binary: str) -> None:
        super().__init__(config, binary)
        self.calls: list[Call] = []

    def argv(self, command: str, *arguments: str) -> list[str]:
        composed = super().argv(command, *arguments)
        self.calls.append(Call(time.perf_counter(), composed))
        return composed


class Storage(Struct, frozen=True):
    """A storage that runs. `folder`: where its files lie; `rclone` knows it as a remote."""

    kind: Kind
    folder: Path
    rclone: NotedRclone
    numbers: Iterator[int]

    @property
    def is_atomic(self) -> bool:
        return is_atomic(self.kind, shows_partial_files=self.kind == "sftp")

    @property
    def flags(self) -> tuple[str, ...]:
        return low_memory_flags(self.kind)

    def new_name(self) -> str:
        """A name that no file had here: the storage may remember those that were taken away."""
        return f"memory-{next(self.numbers)}.mp4"

    def path(self, name: str) -> str:
        """Where a file of that name goes."""
        return f"{REMOTE}:{FOLDER}/{name}"

    def bare(self, file: Path, name: str) -> list[str]:
        """What somebody types who has only read how rclone is called."""
        return [self.rclone.binary, "copyto", f"--config={self.rclone.config}", str(file), self.path(name)]

    def gentle(self, file: Path, name: str) -> list[str]:
        """The same at the priority that ours has."""
        return [*GENTLY, *self.bare(file, name)]

    def as_ours(self, file: Path, name: str) -> list[str]:
        """The command line by which a transfer of ours was sent last, for another name, at an ordinary priority."""
        last = next(call.argv for call in reversed(self.rclone.calls) if call.command == "copyto")
        return [*last[:-2], str(file), self.path(name)]

    def take_away(self, name: str, size_bytes: int) -> None:
        """Make room, without a word to the storage. The file must have come in full."""
        path = self.folder / FOLDER / name
        assert path.stat().st_size == size_bytes
        path.unlink()


class Parcel(Struct, frozen=True):
    """A file that is sent."""

    path: Path
    size_bytes: int

    @property
    def megabytes(self) -> str:
        return f"{self.size_bytes / 1e6:,.0f} MB"


async def send(where: Storage, transfer: Transfer, parcel: Parcel) -> None:
    """Send it as the delivery does, under a new name, and take it away again."""
    name = where.new_name()
    in_place = not where.is_atomic
    size_bytes = parcel.size_bytes
    await transfer.send(parcel.path, where.path(name), size_bytes=size_bytes, flags=where.flags, in_place=in_place)
    where.take_away(name, size_bytes)
