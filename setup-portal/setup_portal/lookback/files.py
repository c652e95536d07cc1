"""A segment's file, and the part of it that a player asks for."""

import io
import os
from pathlib import Path
from typing import BinaryIO


class Part(io.RawIOBase):
    """The bytes from `start` up to `stop` of a file, as if they were one. Closes the file."""

    def __init__(self, file: BinaryIO, start: int, stop: int) -> None:
        self._file = file
        self._start, self._stop = start, stop
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell() - self._start

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: self._start, os.SEEK_CUR: self._file.tell(), os.SEEK_END: self._stop}[whence]
        self._file.seek(max(self._start, origin + offset))
        return self.tell()

    def readinto(self, into: "memoryview | bytearray") -> int:  # type: ignore[override] # all that is handed in here
        data = self._file.read(max(0, min(len(into), self._stop - self._file.tell())))
        into[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def opened(directory: str, path: str) -> BinaryIO | None:
    """A file of the ring; None if it has gone. Nothing outside of the ring's folder is opened, and no link followed."""
    folder = Path(directory)
    within = Path(path)
    if within.is_absolute() or ".." in within.parts:
        return None
    try:
        handle = os.open(folder / within, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    return os.fdopen(handle, "rb")
