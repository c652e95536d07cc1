"""How long to wait before the next try. Pure."""

import random
from collections.abc import Callable

Chance = Callable[[], float]
"""A number from 0 to 1, another one each time."""


def wait_s(failures: int, first_s: float, most_s: float, chance: Chance = random.random) -> float:
    """The wait after so many failures in a row (1 is the first): between half and all of the doubled step."""
    step = min(most_s, first_s * 2.0 ** min(failures - 1, 30))
    return step * (0.5 + 0.5 * chance())


class Backoff:
    """Capped exponential waits with jitter, so that many boxes do not knock at one camera together."""

    def __init__(self, first_s: float, most_s: float, chance: Chance = random.random) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._chance = chance
        self._failures = 0

    def next_s(self) -> float:
        """The wait after one more failure."""
        self._failures += 1
        return wait_s(self._failures, self._first_s, self._most_s, self._chance)

    def reset(self) -> None:
        """It went well: the next failure waits shortly again."""
        self._failures = 0
