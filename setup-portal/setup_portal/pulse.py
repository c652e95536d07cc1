"""Whether the recorder answers, for whoever wants to know: the recorder is asked once a second at most, by one of them.

Anybody on the network may want to know, as often as they like; neither the recorder nor the pages are kept busy by it.
"""

from collections.abc import Callable
from threading import Lock

EVERY_S = 1.0


class Pulse:
    """`look`: asks the recorder, for seconds if it hangs. Instants are monotonic seconds. Used by several threads."""

    def __init__(self, look: Callable[[], bool]) -> None:
        self._look = look
        self._is_there = False
        self._at_s = float("-inf")
        self._looking = Lock()

    def is_there(self, now_s: float) -> bool:
        """As of a second ago at most; while somebody else looks, as it was before."""
        if now_s - self._at_s >= EVERY_S and self._looking.acquire(blocking=False):
            try:
                self._is_there = self._look()
                self._at_s = now_s
            finally:
                self._looking.release()
        return self._is_there
