"""Lists in pages: a name is where the page before ended."""

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Named(Protocol):
    """What a list is of."""

    @property
    def name(self) -> str:
        """Its own."""


N = TypeVar("N", bound=Named)


def page_of(listed: Sequence[N], before: str | None, limit: int | None) -> tuple[Sequence[N], str | None]:
    """What follows `before`, at most so many; and the next page's `before`, if there is one."""
    names = [one.name for one in listed]
    following = listed[names.index(before) + 1 :] if before in names else listed
    page = following[:limit]
    return page, page[-1].name if len(page) < len(following) else None
