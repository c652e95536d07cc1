"""Bundles on their way in. The inbox belongs to the recorder's user: names, kinds and contents of its files are claims.

A bundle is taken out of it by renaming, whatever it is, into a folder of root's; only there it is looked at. Whoever
wrote it may still hold it open, so of its content, too, nothing is used but what was copied first and proven then.
"""

import contextlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from appliance.durable import flush_folder, free_bytes, unfinished_name
from appliance.update.bundle import SUFFIX, read_head
from appliance.update.places import Places
from appliance.update.refusal import RefusedBundleError
from appliance.update.shelf import make_folder

OLDER = f".allow-older{SUFFIX}"
"""How the name of a bundle ends that may be older than what is in use."""

_LONGEST_STEM = 80
_CHUNK_BYTES = 1024**2
_AIR_BYTES = 32 * 1024**2


def deliver(file: Path, inbox: Path, *, is_older_allowed: bool = False) -> str:
    """Copy a bundle into the inbox, whole or not at all; the name by which its outcome is told.

    Raises:
        RefusedBundleError: it is no bundle, or there is no room or no inbox for it.
    """
    try:
        with open_plain(file) as source:
            read_head(source, file.name)
            source.seek(0)
            return _copy(source, file.name, inbox, OLDER if is_older_allowed else SUFFIX)
    except OSError as trouble:
        raise RefusedBundleError(f"{file} cannot be handed in ({trouble.strerror or trouble}).") from None


def take_from_boot_partition(folder: Path, places: Places) -> tuple[list[str], list[str]]:
    """Move every bundle that lies in `folder`, mounted writable, to the inbox.

    Returns what was taken, and troubles, a sentence each. A file leaves the partition only once its copy is durable;
    one that is no bundle stays where it is.
    """
    taken: list[str] = []
    troubles: list[str] = []
    for file in sorted(folder.glob(f"[!.]*{SUFFIX}")):
        try:
            deliver(file, places.inbox, is_older_allowed=file.name.endswith(OLDER))
            file.unlink()
            flush_folder(folder)
            taken.append(f"The update {file.name} was taken over from the card's start partition.")
        except RefusedBundleError as refused:
            troubles.append(refused.sentence)
        except OSError as trouble:
            troubles.append(f"The update {file.name} could not be removed from the card ({trouble.strerror}).")
    return taken, troubles


def take(places: Places) -> Iterator[Path]:
    """Every bundle that waits, one after the other, first those that a power cut left in our hands."""
    make_folder(places.opened)
    places.opened.chmod(0o700)
    while True:
        if not _waiting(places.opened):
            _fetch(places)
        if not (names := _waiting(places.opened)):
            return
        yield places.opened / names[0]
        drop(places.opened / names[0])


def drop(taken: Path) -> None:
    """Done with it, whatever it was."""
    if taken.is_dir() and not taken.is_symlink():
        shutil.rmtree(taken, ignore_errors=True)
    else:
        taken.unlink(missing_ok=True)
    flush_folder(taken.parent)


@contextlib.contextmanager
def open_plain(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file for reading, and nothing else: no link is followed, no pipe is waited for.

    Raises:
        RefusedBundleError: it is something else.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise RefusedBundleError(f"There is no {path}.") from None
    except OSError as trouble:
        raise RefusedBundleError(f"{path.name} cannot be read ({trouble.strerror}).") from None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise RefusedBundleError(f"{path.name} is not a file: take a whole moment-recorder-VERSION{SUFFIX}.")
        yield file


def _waiting(folder: Path) -> list[str]:
    with contextlib.suppress(FileNotFoundError):
        return sorted(
            entry.name for entry in os.scandir(folder) if entry.name.endswith(SUFFIX) and entry.name[0] != "."
        )
    return []


def _fetch(places: Places) -> None:
    """Take the next one out of the inbox, if it is still there, under a name that can be written anywhere."""
    for name in _waiting(places.inbox)[:1]:
        suffix = OLDER if name.endswith(OLDER) else SUFFIX
        with contextlib.suppress(FileNotFoundError):
            (places.inbox / name).rename(places.opened / f"{_stem(name)}{suffix}")
            flush_folder(places.opened)


def _stem(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", name.removesuffix(SUFFIX).removesuffix(".allow-older"))
    return plain.strip(".")[:_LONGEST_STEM] or "bundle"


def _copy(source: BinaryIO, name: str, inbox: Path, suffix: str) -> str:
    size = os.fstat(source.fileno()).st_size
    lacking = size + _AIR_BYTES - free_bytes(inbox)
    if lacking > 0:
        raise RefusedBundleError(f"{name} does not fit on the card, {lacking} bytes are lacking: delete old memories.")
    waiting = inbox / f"{_stem(name)}.{secrets.token_hex(4)}{suffix}"
    temporary = waiting.with_name(unfinished_name(waiting.name))
    try:
        with temporary.open("xb") as copy:
            shutil.copyfileobj(source, copy, _CHUNK_BYTES)
            copy.flush()
            os.fsync(copy.fileno())
        temporary.rename(waiting)
    finally:
        temporary.unlink(missing_ok=True)
    flush_folder(inbox)
    return waiting.name
