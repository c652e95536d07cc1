"""Files and folders that must still be there after a power cut."""

import fcntl
import os
from pathlib import Path

RESERVE_BYTES = 300_000_000
_PRIVATE = 0o600

Owner = tuple[int, int]
"""User and group."""


class FolderInUseError(Exception):
    """Another supervisor owns the folder. The text is a sentence for the owner."""


class UnusableFolderError(Exception):
    """The folder cannot serve. The text is a sentence for the owner."""


def flush_file(path: Path) -> None:
    """Bring a file's bytes to the card (fdatasync); its name is the folder's business."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fdatasync(handle)
    finally:
        os.close(handle)


def flush_folder(path: Path) -> None:
    """Bring a folder's names to the card (fsync)."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, content: bytes) -> None:
    """Write a whole file and bring it to the card, or leave the earlier one: never half of it.

    The new name is durable once the caller has flushed the folder.
    """
    temporary = path.with_name(unfinished_name(path.name))
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def write_privately(path: Path, content: bytes, owner: Owner | None = None) -> None:
    """The same, for nobody's eyes but the owner's, from the first byte on. `owner`: another user than ours; for root.

    The folder may be that user's, who may have put anything there: no link is followed.
    """
    temporary = path.with_name(unfinished_name(path.name))
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
    with os.fdopen(handle, "wb") as file:
        if owner is not None:
            os.fchown(handle, *owner)
        file.write(content)
        file.flush()
        os.fsync(handle)
    temporary.replace(path)


def unfinished_name(name: str) -> str:
    """What `write_durably` leaves beside a file when it is killed in the middle."""
    return f".{name}.new"


def sweep_unfinished(folder: Path) -> None:
    """Remove what `write_durably` left in a folder when it was killed in the middle."""
    for path in folder.glob(unfinished_name("*")):
        path.unlink()


def free_bytes(path: Path) -> int:
    """What an ordinary user may still write on the file system of `path`."""
    volume = os.statvfs(path)
    return volume.f_bavail * volume.f_frsize


def disk_reserve_bytes(path: Path) -> int:
    """How much of the disk of `path` footage leaves free: the system needs air, on a small disk a twentieth of it."""
    volume = os.statvfs(path)
    return min(RESERVE_BYTES, volume.f_blocks * volume.f_frsize // 20)


class FolderLock:
    """Keeps a second supervisor out of a folder; the kernel lets go of it when we end, however that happens."""

    def __init__(self, folder: Path) -> None:
        """Take the lock.

        Raises:
            FolderInUseError: if another process holds it.
        """
        self._handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._handle)
            raise FolderInUseError(
                f"Another Moment Recorder works in {folder}: stop it first, or give this one other folders."
            ) from error

    def release(self) -> None:
        """Let another supervisor in."""
        os.close(self._handle)


def prepare_folder(folder: Path) -> None:
    """Make the folder if it is missing and see that files can be written there.

    Raises:
        UnusableFolderError: if it cannot be made or written.
    """
    probe = folder / ".write-test"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise UnusableFolderError(
            f"Nothing can be written in {folder} ({error.strerror}): check that the disk is there, "
            "not read-only, and belongs to the user that runs the recorder."
        ) from error


def require_links(source: Path, target: Path) -> None:
    """See that a file in `source` can be hard-linked into `target`: claims live by that.

    Raises:
        UnusableFolderError: if they lie on different file systems, or on one without hard links.
    """
    original, link = source / ".link-test", target / ".link-test"
    link.unlink(missing_ok=True)
    original.write_bytes(b"")
    try:
        os.link(original, link)
    except OSError as error:
        raise UnusableFolderError(
            f"{target} cannot hold hard links to files of {source} ({error.strerror}): "
            "put both folders on one ext4 (or similar) file system."
        ) from error
    finally:
        original.unlink(missing_ok=True)
        link.unlink(missing_ok=True)
