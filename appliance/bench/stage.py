"""Where a run works: its folder, its size, and what its measurements share."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class Stage:
    """One run. `folder` is ours alone and removed afterwards; `is_quick` makes everything shorter and smaller."""

    def __init__(self, folder: Path, *, is_quick: bool, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.is_quick = is_quick
        self.say = say
        """Tells a human what is going on."""
        self._made: dict[Callable[..., Any], Any] = {}

    def size(self, full: int, quick: int) -> int:
        """How many, how long, how large."""
        return quick if self.is_quick else full

    async def once(self, make: "Callable[[Stage], Awaitable[T]]") -> T:
        """What `make` makes, made for the first who asks and kept for the others."""
        if make not in self._made:
            self._made[make] = await make(self)
        made: T = self._made[make]
        return made

    def new_folder(self, name: str) -> Path:
        """An empty folder."""
        number, folder = 0, self.folder / name
        while folder.exists():
            number += 1
            folder = self.folder / f"{name}-{number}"
        folder.mkdir(parents=True)
        return folder
