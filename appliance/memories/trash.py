"""Deleted memories, until they are deleted for good.

    memories/.trash/5f0c….json    what was deleted and when, durable before anything else happens
    memories/.trash/5f0c….mp4     the file, and beside it its thumbnail

To delete: write the note, move the file here, then take it out of the catalogue. To take it back: move the file, enter
it in the catalogue, remove the note. What a power cut leaves in between, start-up finishes: a file that lies here is
deleted, one that lies in its old place is not. Blocks; belongs to the archive's thread.
"""

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from appliance.decoding import UnreadableError, decoded
from appliance.durable import flush_folder, sweep_unfinished, write_durably
from appliance.memories.model import SUFFIX, Entry

FOLDER = ".trash"


class Discarded(Struct, frozen=True):
    """One file in the trash. `at_s`: when it was deleted, on the monotonic clock of the boot `boot_id`."""

    token: str
    entry: Entry
    boot_id: str
    at_s: float


class Trash:
    """The folder of deleted memories; `open()` comes first."""

    def __init__(self, memories: Path) -> None:
        self._memories = memories
        self._root = memories / FOLDER
        self._ids: dict[str, str] = {}
        """Of the memories whose files are here, by token."""

    def holds(self, identity: str) -> bool:
        """Whether a file of this memory is here."""
        return identity in self._ids.values()

    def film(self, discarded: Discarded) -> Path:
        """Where its file lies."""
        return self._film(discarded.token)

    def open(self) -> tuple[list[Discarded], list[Entry]]:
        """What is deleted, oldest first, and what is not because its deletion broke off or its return did.

        Raises:
            OSError: if the folder cannot be used.
        """
        self._root.mkdir(exist_ok=True)
        sweep_unfinished(self._root)
        self._recover_nameless()
        notes = list(self._notes())
        deleted = [note for note in notes if self._film(note.token).exists()]
        back = [note for note in notes if note not in deleted and self._is_back(note)]
        for note in notes:
            if note not in deleted:
                self._note(note.token).unlink()
                self._picture(note.token).unlink(missing_ok=True)
        self._ids = {note.token: note.entry.id for note in deleted}
        return sorted(deleted, key=lambda note: note.at_s), [note.entry for note in back]

    def take(self, entry: Entry, thumbnail: Path, boot_id: str, at_s: float) -> Discarded:
        """Move a file here; durable on return.

        Raises:
            OSError: if the disk does not take it; all is where it was.
        """
        discarded = Discarded(secrets.token_hex(8), entry, boot_id, at_s)
        write_durably(self._note(discarded.token), msgspec.json.encode(discarded))
        try:
            flush_folder(self._root)
            (self._memories / entry.name).replace(self._film(discarded.token))
            if thumbnail.exists():
                thumbnail.replace(self._picture(discarded.token))
            flush_folder(self._root)
            flush_folder(self._memories)
        except OSError:
            self.untake(discarded, thumbnail)
            raise
        self._ids[discarded.token] = entry.id
        return discarded

    def untake(self, discarded: Discarded, thumbnail: Path) -> None:
        """Put all back that `take` has moved. Of what the disk does not give back, the note tells the next start."""
        token = discarded.token
        self._ids.pop(token, None)
        with contextlib.suppress(OSError):
            if self._picture(token).exists():
                self._picture(token).replace(thumbnail)
            if self._film(token).exists():
                self._film(token).replace(self._memories / discarded.entry.name)
            self._note(token).unlink()

    def give_back(self, discarded: Discarded, name: str, thumbnail: Path) -> None:
        """Move a file back, under `name`; `forget` its note once the catalogue has it.

        Raises:
            OSError: if the disk does not take it.
        """
        if name != discarded.entry.name:  # its name was taken by another one since
            renamed = msgspec.structs.replace(discarded, entry=msgspec.structs.replace(discarded.entry, name=name))
            write_durably(self._note(discarded.token), msgspec.json.encode(renamed))
        if self._picture(discarded.token).exists():
            self._picture(discarded.token).replace(thumbnail)
        self._film(discarded.token).replace(self._memories / name)
        flush_folder(self._memories)
        flush_folder(self._root)

    def forget(self, discarded: Discarded) -> None:
        """Delete for good what is still here of it."""
        for path in (self._film(discarded.token), self._picture(discarded.token), self._note(discarded.token)):
            path.unlink(missing_ok=True)
        self._ids.pop(discarded.token, None)

    def _notes(self) -> Iterator[Discarded]:
        for path in self._root.glob("*.json"):
            try:
                yield msgspec.structs.replace(
                    decoded(path.read_bytes(), Discarded), token=path.name.removesuffix(".json")
                )
            except (OSError, UnreadableError):
                continue  # without its note a file goes back to the memories

    def _recover_nameless(self) -> None:
        known = {note.token for note in self._notes()}
        for path in self._root.glob("*.mp4"):
            token = path.name.removesuffix(".mp4")
            if token not in known:
                path.replace(self._memories / f"recovered-{token}{SUFFIX}.mp4")

    def _is_back(self, note: Discarded) -> bool:
        path = self._memories / note.entry.name
        return path.exists() and path.stat().st_size == note.entry.size_bytes

    def _note(self, token: str) -> Path:
        return self._root / f"{token}.json"

    def _film(self, token: str) -> Path:
        return self._root / f"{token}.mp4"

    def _picture(self, token: str) -> Path:
        return self._root / f"{token}.jpg"
