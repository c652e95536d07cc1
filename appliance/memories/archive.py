"""The folder of memories and its catalogue: files come in, are renamed, deleted, and found again.

Publishing: rename every file to its name, remove the files that it replaces, flush the folder, write the
catalogue. A power cut in between leaves the claim, and start-up does the same steps again.
"""

import errno
import hashlib
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from appliance.durable import UnusableFolderError, flush_folder
from appliance.memories.assembler import TEMPORARY, Made
from appliance.memories.catalogue import Catalogue
from appliance.memories.descriptions import Description, Descriptions
from appliance.memories.model import SUFFIX, Claim, Entry, Press, stem_of
from appliance.memories.trash import Discarded, Trash
from appliance.memories.truth import Truth
from appliance.recording.segment import Key

THUMBNAILS = ".thumbnails"
_DATE_CHARACTERS = len("2026-11-21T10-20-00")


class Archive:
    """Blocks; belongs to one thread, the one that called `open()`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.thumbnails = folder / THUMBNAILS
        self.descriptions = Descriptions(folder)
        self.left_in_trash: list[Discarded] = []
        """What `open()` found there, oldest first."""
        self._trash = Trash(folder)
        self._troubles: list[str] = []
        self._catalogue: Catalogue | None = None

    @property
    def catalogue(self) -> Catalogue:
        assert self._catalogue is not None, "open() comes first"
        return self._catalogue

    def open(self) -> list[Entry]:
        """Open the catalogue, in the thread that will use it, and read it.

        Raises:
            UnusableFolderError: if it cannot be opened.
        """
        try:
            self.thumbnails.mkdir(exist_ok=True)
            self._catalogue = Catalogue(self.folder)
            self._open_what_is_beside()
            return self.entries()
        except (OSError, sqlite3.Error) as error:
            raise UnusableFolderError(
                f"The catalogue in {self.folder} cannot be opened ({error}): is the disk full or damaged?"
            ) from error

    def close(self) -> None:
        """Close the catalogue."""
        self.catalogue.close()

    def entries(self) -> list[Entry]:
        """Every kept file, newest press first."""
        return self.catalogue.entries()

    def page(self, before: tuple[float, str] | None, limit: int) -> list[tuple[Entry, Description]]:
        """At most so many kept files, newest press first, after press and name `before`, and what is said of them."""
        return [(entry, self.descriptions.read(entry.id)) for entry in self.catalogue.page(before, limit)]

    def described(self, name: str) -> tuple[Entry, Description] | None:
        """One file of that name, with what is said of it."""
        entry = self.catalogue.entry(name)
        return (entry, self.descriptions.read(entry.id)) if entry else None

    def entries_of(self, identity: str) -> list[Entry]:
        """The files of one memory, in order of their parts."""
        return self.catalogue.entries_of(identity)

    def entry(self, name: str) -> Entry | None:
        """One file of that name."""
        return self.catalogue.entry(name)

    def count(self) -> int:
        """How many files are kept."""
        return self.catalogue.count()

    def entitle(self, identity: str, title: str) -> bool:
        """Give a memory a title, unless it has another one: then False. Raises OSError if the disk does not take it."""
        said = self.descriptions.read(identity)
        if not said.title:
            self.descriptions.write(identity, Description(title, said.note))
        return said.title in {"", title}

    def publish(self, claim: Claim, made: list[Made]) -> list[Entry]:
        """Give files their names and enter them, in place of the memories that they hold in full.

        Raises:
            OSError: if the disk fails; the same call can be made again.
        """
        replaced = [e for e in self.entries() if e.id in claim.merges or e.claim == claim.folder]
        stem = self._free_stem(claim.stem, {entry.name for entry in replaced})
        entries = [self._entry(stem, one) for one in made]
        for one, entry in zip(made, entries, strict=True):
            one.path.replace(self.folder / entry.name)
            if one.thumbnail:
                one.thumbnail.replace(self.thumbnail(entry.name))
        self.descriptions.unite(claim.id, claim.merges)
        gone = [entry.name for entry in replaced]
        for name in set(gone) - {entry.name for entry in entries}:
            self._unlink(name)
        flush_folder(self.folder)
        self.catalogue.replace(gone, entries)
        self._drop_descriptions(claim)
        return entries

    def finish(self, claim: Claim) -> list[Entry]:
        """What an earlier life had published of a claim when it was cut off; empty unless that was all of it."""
        entries = sorted((e for e in self.entries() if e.claim == claim.folder), key=lambda e: e.part)
        if not entries or len(entries) < entries[0].parts:
            return []
        self.descriptions.unite(claim.id, claim.merges)
        for entry in self.entries():
            if entry.id in claim.merges and entry.claim != claim.folder:
                self.delete(entry.name)
        self._drop_descriptions(claim)
        return entries

    def thumbnail(self, name: str) -> Path:
        """Where a memory's thumbnail lies."""
        return self.thumbnails / f"{name.removesuffix('.mp4')}.jpg"

    def delete(self, name: str) -> Entry | None:
        """Delete one file for good; what it was, or None if there is none of that name.

        What the owner said of it stays: there is a proven copy elsewhere, which may come back into the folder.
        """
        entry = self.catalogue.entry(name)
        if entry:
            self._unlink(name)
            flush_folder(self.folder)
            self.catalogue.replace([name], [])
        return entry

    def discard(self, name: str, boot_id: str, at_s: float) -> Discarded | None:
        """Put one file into the trash; None if there is none of that name.

        Raises:
            OSError: if the disk does not take it; the same call can be made again.
        """
        entry = self.catalogue.entry(name)
        if entry is None:
            return None
        discarded = self._trash.take(entry, self.thumbnail(name), boot_id, at_s)
        try:
            self.catalogue.replace([name], [])
        except sqlite3.Error as error:
            self._trash.untake(discarded, self.thumbnail(name))
            raise OSError(errno.EIO, f"the catalogue: {error}") from error
        return discarded

    def give_back(self, discarded: Discarded) -> Entry:
        """Take one file out of the trash; its entry, with another name if its own was taken meanwhile.

        Raises:
            OSError: if the disk does not take it.
        """
        entry = discarded.entry
        ending = entry.name.removeprefix(entry.stem)
        if (self.folder / entry.name).exists():
            entry = msgspec.structs.replace(entry, name=self._free_stem(entry.stem, set()) + ending)
        self._trash.give_back(discarded, entry.name, self.thumbnail(entry.name))
        self.catalogue.replace([], [entry])
        self._trash.forget(discarded)
        return entry

    def discarded_film(self, discarded: Discarded) -> Path:
        """Where a file in the trash lies; for any thread."""
        return self._trash.film(discarded)

    def empty(self, discarded: list[Discarded]) -> None:
        """Delete these for good, with all that is said of them. Of some the file may be gone already."""
        for one in discarded:
            self._trash.forget(one)
        for identity in {one.entry.id for one in discarded}:
            self._drop_description(identity)

    def redate(self, boot_id: str, wall_offset_s: float, utc_offset_s: int) -> list[tuple[Entry, Entry]]:
        """The time has become known: name the memories of this boot, so far provisional, by it. (was, is) pairs."""
        changed: list[tuple[Entry, Entry]] = []
        stems: dict[str, str] = {}
        entries = self.entries()
        for was in entries:
            if was.press.boot_id != boot_id or was.press.time_quality == "trusted":
                continue
            press = msgspec.structs.replace(
                was.press, wall_s=was.press.at_s + wall_offset_s, utc_offset_s=utc_offset_s, time_quality="trusted"
            )
            stem = stems.get(was.id) or self._free_stem(press.file_stem, {e.name for e in entries if e.id == was.id})
            stems[was.id] = stem
            changed.append((was, self._rename(was, stem, press)))
        return changed

    def reconcile(self, probe: Callable[[Path], Truth | None]) -> list[str]:
        """Make the catalogue tell what the folder holds; a sentence for everything that had to be mended."""
        told, self._troubles = self._troubles, []
        known = {entry.name: entry for entry in self.entries()}
        found = (path for path in self.folder.glob(f"*{SUFFIX}*.mp4") if not path.name.startswith("."))
        present = {path.name: path for path in found if path.is_file()}
        for name in known.keys() - present.keys():
            told.append(f"{name} is gone from the folder: it was taken out of the catalogue")
            self.catalogue.replace([name], [])
        for name, path in present.items():
            if name in known and known[name].size_bytes == path.stat().st_size:
                continue
            try:
                self.catalogue.replace([], [self._found(path, probe(path))])
                told.append(f"{name} was not in the catalogue as it is: it was entered again")
            except OSError as error:
                told.append(f"{name} cannot be read ({error.strerror}): it is left alone")
        return told

    def _open_what_is_beside(self) -> None:
        """Damage to what the owner said or deleted is told, and stops no recording."""
        try:
            self.descriptions.open()
        except OSError as error:
            self._troubles.append(f"The titles and notes of the memories cannot be read ({error}): check the card")
        try:
            self._open_trash()
        except OSError as error:
            self._troubles.append(f"The deleted memories cannot be read ({error}): what lies there stays there")

    def _open_trash(self) -> None:
        """Finish what was cut off of deletions and their undoing."""
        self.left_in_trash, back = self._trash.open()
        self.catalogue.replace([one.entry.name for one in self.left_in_trash if not self._is_there(one.entry)], [])
        self.catalogue.replace([], [entry for entry in back if self.catalogue.entry(entry.name) is None])

    def _is_there(self, entry: Entry) -> bool:
        """Whether the folder has a file of that name, which is another one then."""
        return (self.folder / entry.name).exists()

    def _drop_descriptions(self, claim: Claim) -> None:
        for identity in set(claim.merges) - {claim.id}:
            self._drop_description(identity)

    def _drop_description(self, identity: str) -> None:
        if not self.catalogue.entries_of(identity) and not self._trash.holds(identity):
            self.descriptions.drop(identity)

    def _rename(self, was: Entry, stem: str, press: Press) -> Entry:
        name = stem + was.name.removeprefix(was.stem)  # what follows is "-part2.mp4" or ".mp4"
        (self.folder / was.name).rename(self.folder / name)
        if self.thumbnail(was.name).exists():
            self.thumbnail(was.name).rename(self.thumbnail(name))
        flush_folder(self.folder)
        now = msgspec.structs.replace(was, name=name, press=press)
        self.catalogue.replace([was.name], [now])
        return now

    def _found(self, path: Path, truth: Truth | None) -> Entry:
        """An entry for a file that the catalogue does not know: by its own words, its date by its name."""
        wall_s = _wall_s(path)
        if truth is None:
            nowhere = Key(-1, -1)
            press = Press("", 0.0, wall_s, 0, "provisional")
            truth = Truth(path.stem, "", 1, 1, press, 0.0, 0.0, [], 0.0, nowhere, nowhere)
        elif not path.name.startswith(truth.press.file_stem):  # its date was corrected after it was made
            truth = msgspec.structs.replace(truth, press=msgspec.structs.replace(truth.press, wall_s=wall_s))
        return self._entry_of(path.name, truth, path)

    def _entry(self, stem: str, made: Made) -> Entry:
        name = f"{stem}.mp4" if made.truth.parts == 1 else f"{stem}-part{made.truth.part}.mp4"
        return self._entry_of(name, made.truth, made.path)

    def _entry_of(self, name: str, truth: Truth, path: Path) -> Entry:
        return Entry(
            name=name,
            id=truth.id,
            part=truth.part,
            parts=truth.parts,
            press=truth.press,
            asked_s=truth.asked_s,
            got_s=round(truth.got_s, 3),
            gaps=truth.gaps,
            size_bytes=path.stat().st_size,
            sha256=_sha256(path),
            window_start_s=truth.window_start_s,
            first=truth.first,
            last=truth.last,
            claim=truth.claim,
        )

    def _free_stem(self, wanted: str, ours: set[str]) -> str:
        """The claim's own name, unless a stranger's file has taken it since."""
        taken = {stem_of(p.name) for p in self.folder.glob(f"{wanted}*.mp4") if p.name not in ours}
        return free_stem(wanted, taken)

    def _unlink(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)
        self.thumbnail(name).unlink(missing_ok=True)


def free_stem(wanted: str, taken: set[str]) -> str:
    """`wanted`, or with `-2`, `-3`, … the first that is not taken. Pure."""
    number, stem = 1, wanted
    while stem in taken:
        number += 1
        stem = f"{wanted}-{number}"
    return stem


def _wall_s(path: Path) -> float:
    """The press by a file's name, else the file's own date."""
    try:
        return datetime.strptime(path.name[:_DATE_CHARACTERS], "%Y-%m-%dT%H-%M-%S").astimezone().timestamp()
    except ValueError:
        return path.stat().st_mtime


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_memory_name(name: str) -> bool:
    """Whether a name could be a memory's: nothing else may be deleted through us."""
    return "/" not in name and SUFFIX in name and name.endswith(".mp4") and not name.startswith((".", TEMPORARY))
