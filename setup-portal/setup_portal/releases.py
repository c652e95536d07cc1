"""Which phones on the set-up network hear that all is well, so that their sheet closes and they stay. Pure."""

from collections import OrderedDict

LIFE_S = 3600.0
_MOST = 64


class Releases:
    """Addresses of phones, each for an hour after it asked. Instants are monotonic seconds."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()

    def release(self, address: str, now_s: float) -> None:
        """From now on this phone is told that all is well."""
        self._until[address] = now_s + LIFE_S
        self._until.move_to_end(address)
        while len(self._until) > _MOST:
            self._until.popitem(last=False)

    def has(self, address: str, now_s: float) -> bool:
        """Whether this phone is told so."""
        return self._until.get(address, now_s) > now_s

    def any(self, now_s: float) -> bool:
        """Whether there is one at all: then the pages do not end for want of visitors."""
        return any(until_s > now_s for until_s in self._until.values())
