"""What the memories need of the rooms around them."""

import asyncio
from typing import Protocol

from appliance.memories.model import Entry
from appliance.memories.moment import State
from appliance.recording.segment import Key


class Room(Protocol):
    """The ring, which gives way when the disk is short."""

    @property
    def oldest_key(self) -> Key | None:
        """The first segment that it holds."""

    def make_room(self, wanted_bytes: int = 0) -> "asyncio.Future[None]":
        """Shrink the ring until so much is free beside the reserve, as far as that goes."""


class MemoryListener(Protocol):
    """Who wants to know what becomes of a press. Called in the loop; must return at once."""

    def memory_changed(
        self, identity: str, name: str, state: State, progress: float | None = None, sentence: str | None = None
    ) -> None:
        """A moment moved on."""


class ShelfListener(MemoryListener, Protocol):
    """Who also follows which files are kept. Called in the loop; must return at once."""

    def shelved(self, entries: list[Entry]) -> None:
        """All that is kept now, after a look at the folder."""

    def kept(self, entries: list[Entry], replaced: set[str]) -> None:
        """The files of one memory are whole, in place of all others of the memories `replaced` (ids)."""

    def renamed(self, changed: list[tuple[Entry, Entry]]) -> None:
        """Files have got their true names: (was, is)."""

    def deleted(self, entry: Entry) -> None:
        """A file is gone."""
