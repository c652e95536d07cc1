"""What lies on the card when the boot looks, and what shall lie there instead: values, no file work."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from msgspec import Struct

Shelf = Literal["settings", "connections", "system", "firmware"]
"""`firmware`: the FAT partition; the others are folders on the data partition."""


class Unreadable(NamedTuple):
    """A file that is there and cannot be read. `why`: in the kernel's words."""

    why: str


class Scene(NamedTuple):
    """The files that matter, by shelf and name; a file that is not there has no name here."""

    shelves: Mapping[Shelf, Mapping[str, bytes | Unreadable]]

    def content(self, shelf: Shelf, name: str) -> bytes:
        """What is in the file; nothing if it is not there or cannot be read."""
        content = self.shelves[shelf].get(name, b"")
        return b"" if isinstance(content, Unreadable) else content


class Put(NamedTuple):
    """The file holds this from now on."""

    shelf: Shelf
    name: str
    content: bytes


class Amend(NamedTuple):
    """Bytes of the file are others from now on; its length stays."""

    shelf: Shelf
    name: str
    content: bytes


class Drop(NamedTuple):
    """The file is there no more, nor what it held."""

    shelf: Shelf
    name: str


Action = Put | Amend | Drop


class Part(Struct, frozen=True):
    """What becomes of one of the owner's files: durable `keeping` comes before any `tidying` of the FAT partition.

    `taken` is true once the first is done, `tidied` and `needs_restart` once the second is.
    """

    keeping: list[Action] = []
    tidying: list[Action] = []
    taken: list[str] = []
    tidied: list[str] = []
    troubles: list[str] = []
    needs_restart: bool = False


def owners_name(scene: Scene, name: str) -> str | None:
    """Under which name the file was left: Windows hides endings, and its editor adds `.txt`."""
    return next((found for found in (name, f"{name}.txt") if found in scene.shelves["firmware"]), None)


def doubled(scene: Scene, name: str) -> list[str]:
    """A sentence if it was left twice."""
    if {name, f"{name}.txt"} <= set(scene.shelves["firmware"]):
        return [f"There are both {name} and {name}.txt: {name} was looked at; delete the other one."]
    return []
