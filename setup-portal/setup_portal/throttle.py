"""How soon a password may be tried again. Pure: instants are monotonic seconds.

A wrong one makes its sender wait, each further one twice as long; many of them from anywhere make everybody wait, but
never so long that the owner is kept out by a neighbour's program.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from setup_portal.arrival import sender

FREE_TRIES = 3
FREE_TRIES_OF_ALL = 20
LONGEST_S = 300.0
LONGEST_OF_ALL_S = 8.0
FORGOTTEN_AFTER_S = 1800.0
_MOST = 256


@dataclass
class _Record:
    wrong: int = 0
    last_s: float = 0.0

    def wait_s(self, now_s: float, free: int, longest_s: float) -> float:
        if self.wrong < free:
            return 0.0
        return max(0.0, self.last_s + min(2.0 ** min(self.wrong - free, 30), longest_s) - now_s)

    def is_old(self, now_s: float) -> bool:
        return now_s - self.last_s > FORGOTTEN_AFTER_S


class Throttle:
    """Counts wrong passwords, by sender (`arrival.sender`) and in all. Used by several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._all = _Record()
        self._by_sender: OrderedDict[str, _Record] = OrderedDict()

    def wait_s(self, address: str, now_s: float) -> float:
        """Seconds until this address may try; 0: at once."""
        with self._lock:
            self._forget(now_s)
            own = self._by_sender.get(sender(address), _Record())
            return max(
                own.wait_s(now_s, FREE_TRIES, LONGEST_S), self._all.wait_s(now_s, FREE_TRIES_OF_ALL, LONGEST_OF_ALL_S)
            )

    def wrong(self, address: str, now_s: float) -> None:
        """A wrong password came from there."""
        with self._lock:
            own = self._by_sender.setdefault(sender(address), _Record())
            self._by_sender.move_to_end(sender(address))
            for record in (own, self._all):
                record.wrong, record.last_s = record.wrong + 1, now_s
            while len(self._by_sender) > _MOST:
                self._by_sender.popitem(last=False)

    def right(self, address: str) -> None:
        """The right one did: what came from there before is forgotten."""
        with self._lock:
            self._by_sender.pop(sender(address), None)

    def _forget(self, now_s: float) -> None:
        for one in [one for one, record in self._by_sender.items() if record.is_old(now_s)]:
            del self._by_sender[one]
        if self._all.is_old(now_s):
            self._all = _Record()
