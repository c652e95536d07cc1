"""How many may sit and listen, or watch, at a time: each holds one of the server's few threads."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Seats:
    """`count` of them, at most `each` for one visitor."""

    def __init__(self, count: int, each: int) -> None:
        self._count = count
        self._each = each
        self._taken: list[str] = []
        self._lock = Lock()

    @contextmanager
    def one_for(self, visitor: str) -> Iterator[bool]:
        """Whether there is a seat: it is the visitor's as long as the context lasts."""
        is_seated = self.take(visitor)
        try:
            yield is_seated
        finally:
            if is_seated:
                self.leave(visitor)

    def take(self, visitor: str) -> bool:
        """Sit down, if there is a seat."""
        with self._lock:
            is_free = len(self._taken) < self._count and self._taken.count(visitor) < self._each
            if is_free:
                self._taken.append(visitor)
            return is_free

    def leave(self, visitor: str) -> None:
        """Stand up again."""
        with self._lock:
            self._taken.remove(visitor)
