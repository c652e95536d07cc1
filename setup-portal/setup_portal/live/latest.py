"""What was asked of the recorder for one listener serves the others, too: four phones cost it no more than one."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

OLDEST_S = 0.9

T = TypeVar("T")


class Latest(Generic[T]):
    """`now`: monotonic seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._value: T | None = None
        self._taken_s = 0.0
        self._lock = Lock()

    def value(self, take: Callable[[], T]) -> T:
        """Of less than a second ago. What `take` raises is raised, and nothing older is told in its place."""
        with self._lock:
            if self._value is None or self._now() - self._taken_s >= OLDEST_S:
                self._value = None
                taken_s = self._now()
                self._value, self._taken_s = take(), taken_s
            return self._value
