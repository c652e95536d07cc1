"""What the stand-in does wrong, one thing after the other, for so long that the box notices and tells it."""

import asyncio
import itertools
from collections.abc import Callable, Sequence

from msgspec import Struct

LASTS_S = 20.0
WELL = "The camera is well again."


def _nothing() -> None:
    """It gets well by itself, or by what the box does."""


class Fault(Struct, frozen=True):
    """`told`: what the camera does, in a sentence. `end`: undoes what `begin` did."""

    told: str
    begin: Callable[[], None]
    end: Callable[[], None] = _nothing


class Misbehaving:
    """`tell` gets each sentence. A fault ends after `lasts_s`, or when the next one begins."""

    def __init__(self, faults: Sequence[Fault], tell: Callable[[str], None], lasts_s: float = LASTS_S) -> None:
        self._faults = itertools.cycle(faults)
        self._tell = tell
        self._lasts_s = lasts_s
        self._current: Fault | None = None
        self._healing: asyncio.TimerHandle | None = None

    def next(self) -> None:
        """Begin the next fault; needs the running loop."""
        if self._current:
            self._current.end()
        if self._healing:
            self._healing.cancel()
        self._current = next(self._faults)
        self._tell(self._current.told)
        self._current.begin()
        self._healing = asyncio.get_running_loop().call_later(self._lasts_s, self._heal)

    def _heal(self) -> None:
        assert self._current
        self._current.end()
        self._current = self._healing = None
        self._tell(WELL)
