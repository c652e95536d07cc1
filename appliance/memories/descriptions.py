"""What the owner says of memories, in a small file for each, by the memory's id.

    memories/.descriptions/4f9ff931.json

The files are the only place where it stands, so that nothing is lost when the catalogue is made again, when a memory
gets another name, and when it grows. Blocks; belongs to the archive's thread.
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from appliance.decoding import UnreadableError, decoded
from appliance.durable import flush_folder, sweep_unfinished, write_durably

FOLDER = ".descriptions"
LONGEST_TITLE = 200
LONGEST_NOTE = 4000

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Description(Struct, frozen=True):
    """The owner's words; both empty: nothing is said."""

    title: str = ""
    note: str = ""


NOTHING = Description()


class Descriptions:
    """`open()` comes first."""

    def __init__(self, memories: Path) -> None:
        self._root = memories / FOLDER
        self._present: set[str] = set()
        """Names of the files, so that a memory without one costs nothing."""

    def open(self) -> None:
        """See which memories are described. Raises OSError if the folder cannot be used."""
        self._root.mkdir(exist_ok=True)
        sweep_unfinished(self._root)
        self._present = {path.name for path in self._root.glob("*.json") if not path.name.startswith(".")}

    def read(self, identity: str) -> Description:
        """What is said of a memory; nothing if its file cannot be read."""
        name = _file_name(identity)
        if name not in self._present:
            return NOTHING
        try:
            return decoded((self._root / name).read_bytes(), Description)
        except (OSError, UnreadableError):
            return NOTHING

    def write(self, identity: str, description: Description) -> None:
        """Say this of a memory, in place of what was said before; durable on return.

        Raises:
            OSError: if the disk does not take it; what was said before stays.
        """
        name = _file_name(identity)
        if description == NOTHING:
            self._forget(name)
        else:
            write_durably(self._root / name, msgspec.json.encode(description))
            self._present.add(name)
        flush_folder(self._root)

    def unite(self, identity: str, merged: Iterable[str]) -> None:
        """A memory takes over what is said of those that it grew together with. Doing it again changes nothing."""
        own = said = self.read(identity)
        for other in merged:
            said = joined(said, self.read(other)) if other != identity else said
        if said != own:
            self.write(identity, said)

    def drop(self, identity: str) -> None:
        """The memory is gone for good."""
        self._forget(_file_name(identity))

    def _forget(self, name: str) -> None:
        (self._root / name).unlink(missing_ok=True)
        self._present.discard(name)


def joined(one: Description, other: Description) -> Description:
    """The first title that there is; all other words become part of the note. Pure; joining twice is joining once."""
    title = one.title or other.title
    said = [other.title if other.title != title else "", other.note]
    lines = [one.note, *(words for words in said if words and words not in one.note)]
    return Description(title, "\n".join(filter(None, lines))[:LONGEST_NOTE])


def _file_name(identity: str) -> str:
    """Our own ids are plain; one that a foreign file brings may be anything."""
    plain = identity if _PLAIN.fullmatch(identity) else f"x-{hashlib.sha256(identity.encode()).hexdigest()}"
    return f"{plain}.json"
