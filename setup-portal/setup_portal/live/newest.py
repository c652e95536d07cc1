"""The newest picture: asked of the recorder while somebody looks, every few seconds at most, once for all visitors."""

import time
from collections.abc import Callable
from threading import Lock

OLDEST_S = 10.0
WAIT_S = 20.0
"""How long a second visitor waits for the picture that is being taken for the first."""


class Newest:
    """`now`: monotonic seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._jpeg = b""
        self._taken_s = 0.0
        self._lock = Lock()

    def jpeg(self, take: Callable[[], bytes]) -> bytes:
        """A JPEG that is a few seconds old at most, if it can be had; else an older one, or nothing.

        What `take` raises is raised.
        """
        if self._is_fresh:
            return self._jpeg
        if not self._lock.acquire(timeout=0 if self._jpeg else WAIT_S):
            return self._jpeg
        try:
            if not self._is_fresh:
                self._jpeg, self._taken_s = take(), self._now()
            return self._jpeg
        finally:
            self._lock.release()

    @property
    def _is_fresh(self) -> bool:
        return bool(self._jpeg) and self._now() - self._taken_s < OLDEST_S
