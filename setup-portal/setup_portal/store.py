"""What the pages remember, in a folder of their own: a file each, whole or not at all, for the pages' user only."""

import os
import secrets
from pathlib import Path
from threading import RLock
from typing import TypeVar

import msgspec

Kept = TypeVar("Kept", bound=msgspec.Struct)


class Store:
    """A folder. What cannot be read any more counts as not there; it is kept aside, not overwritten."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.lock = RLock()
        """For whoever reads, changes and writes."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def read(self, name: str, kind: type[Kept]) -> Kept:
        """The content of a file, or what `kind()` is without one."""
        path = self._folder / f"{name}.json"
        try:
            return msgspec.json.decode(path.read_bytes(), type=kind)
        except FileNotFoundError:
            return kind()
        except (OSError, ValueError, RecursionError):
            self._put_aside(path)
            return kind()

    def write(self, name: str, content: msgspec.Struct) -> None:
        """Bring a file to the card before the answer goes out.

        Raises:
            OSError: the card is full or cannot be written.
        """
        self._write(self._folder / f"{name}.json", msgspec.json.format(msgspec.json.encode(content)))

    def key(self) -> bytes:
        """32 random bytes that are this box's own: what forms are signed with."""
        path = self._folder / "key"
        with self.lock:
            try:
                kept = path.read_bytes()
            except OSError:
                kept = b""
            if len(kept) != _KEY_BYTES:
                kept = secrets.token_bytes(_KEY_BYTES)
                self._write(path, kept)
        return kept

    def _write(self, path: Path, content: bytes) -> None:
        temporary = path.with_name(f".{path.name}.new")
        with self.lock:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            _flush_folder(self._folder)

    def _put_aside(self, path: Path) -> None:
        try:
            path.replace(path.with_suffix(".damaged"))
        except OSError:
            return


_KEY_BYTES = 32


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
