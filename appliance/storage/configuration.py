"""rclone's configuration file, kept by us: private, whole at every instant, one section changed at a time.

rclone writes it too, whenever a token is refreshed, and locks nothing. So a change is made from what the file holds
at that moment, and made anew when the file changed in between. Blocks.
"""

import contextlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

from appliance.durable import flush_folder, unfinished_name, write_durably
from appliance.storage.model import Remote, StorageRefusedError
from appliance.storage.sections import is_encrypted, remotes_in, section_of, with_section, without_section

PRIVATE = 0o600
_TRIES = 20

Change = Callable[[bytes], bytes]


class Configuration:
    """One configuration file; it may not exist yet, and a link is followed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def remotes(self) -> list[Remote]:
        """The storages that are set up; the file is made private if it is not.

        Raises:
            StorageRefusedError: if the file is encrypted or cannot be read.
        """
        return remotes_in(self._content())

    def require(self, name: str) -> Remote:
        """A storage that is set up.

        Raises:
            StorageRefusedError: if there is none of this name.
        """
        remotes = self.remotes()
        for remote in remotes:
            if remote.name == name:
                return remote
        known = ", ".join(remote.name for remote in remotes) or "none yet"
        raise StorageRefusedError(f"There is no storage {name!r}. Set up: {known}.")

    def require_free(self, name: str) -> None:
        """See that a name is not taken.

        Raises:
            StorageRefusedError: if it is.
        """
        if any(remote.name == name for remote in self.remotes()):
            raise StorageRefusedError(f"There is a storage {name!r} already: choose another name, or remove it first.")

    def take(self, name: str, other: Path) -> Remote:
        """Put the section `name` of another file into this one.

        Raises:
            StorageRefusedError: if the name is taken, the other file has no such section, or nothing can be written.
        """
        section = section_of(_read(other), name)
        if section is None:
            raise StorageRefusedError(f"Nothing was noted for {name!r}: begin again.")

        def change(content: bytes) -> bytes:
            self.require_free(name)
            return with_section(content, section)

        self._change(change)
        return self.require(name)

    def remove(self, name: str) -> None:
        """Take the section `name` out.

        Raises:
            StorageRefusedError: if there is none, or nothing can be written.
        """
        self.require(name)
        self._change(lambda content: without_section(content, name))

    def _content(self) -> bytes:
        self._tighten()
        content = _read(self._path)
        if is_encrypted(content):
            raise StorageRefusedError(
                f"{self._path} is encrypted, and the box has nobody to ask for its password: "
                "decrypt it with `rclone config encryption remove`."
            )
        return content

    def _change(self, change: Change) -> None:
        try:
            path = self._path.resolve()
            path.parent.mkdir(parents=True, exist_ok=True)
            for _ in range(_TRIES):
                if self._try(path, change):
                    return
        except OSError as error:
            raise StorageRefusedError(f"{self._path} cannot be written ({error.strerror}).") from error
        raise StorageRefusedError(f"{self._path} is being changed by somebody else all the time: try again.")

    def _tighten(self) -> None:
        """Take the file away from everybody but its owner, should somebody have left it open."""
        with contextlib.suppress(OSError):
            if stat.S_ISREG(mode := self._path.stat().st_mode) and stat.S_IMODE(mode) != PRIVATE:
                self._path.chmod(PRIVATE)

    def _try(self, path: Path, change: Change) -> bool:
        """Whether the file did not change while the new one was brought to the card beside it."""
        before = self._content()
        staged = path.with_name(f"{path.name}.staged")
        for name in (staged.name, unfinished_name(staged.name)):
            _make_private(path.with_name(name))
        try:
            write_durably(staged, change(before))
            if self._content() != before:
                return False
            staged.replace(path)
        finally:
            staged.unlink(missing_ok=True)
            path.with_name(unfinished_name(staged.name)).unlink(missing_ok=True)
        flush_folder(path.parent)
        return True


def _make_private(path: Path) -> None:
    """An empty file that is private before anything is written into it."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise StorageRefusedError(f"{path} cannot be read ({error.strerror}).") from error
