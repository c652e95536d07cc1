"""How long to wait before the next try. Pure."""

import random
from collections.abc import Callable


class Backoff:
    """Capped exponential waits with jitter, so that many boxes do not knock at one camera together."""

    def __init__(self, first_s: float, most_s: float, chance: Callable[[], float] = random.random) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._chance = chance
        self._failures = 0

    def next_s(self) -> float:
        """The wait after one more failure: between half and all of the doubled step."""
        step = min(self._most_s, self._first_s * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return step * (0.5 + 0.5 * self._chance())

    def reset(self) -> None:
        """It went well: the next failure waits shortly again."""
        self._failures = 0
