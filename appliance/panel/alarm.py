"""One timer of the loop, at an instant of a clock that is passed in."""

import asyncio
from collections.abc import Callable

MonotonicClock = Callable[[], float]


class Alarm:
    """Rings once at the instant that was set last. `ring(now_s)` is never told an instant before that."""

    def __init__(self, clock: MonotonicClock, ring: Callable[[float], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._timer: asyncio.TimerHandle | None = None

    def set(self, at_s: float | None) -> None:
        """Ring at `at_s` and at no other time; None: never."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if at_s is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(loop.time() + at_s - self._clock(), self._fire, at_s)

    def _fire(self, at_s: float) -> None:
        self._timer = None
        self._ring(max(at_s, self._clock()))  # the loop may be a hair early: without this it would ring in circles
