"""Who goes when: the jobs that are still to be proven, in order, and those of them that rest after a failure. Pure.

No call looks at all jobs: places are found by bisection.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Literal, NamedTuple

from appliance.upload.model import Job

Order = Literal["newest-first", "oldest-first"]


class _Place(NamedTuple):
    """Sorts by asked number, setbacks, press and key; the size is told along."""

    asked: int
    setbacks: int
    pressed: float
    key: str
    size_bytes: int


_Rest = tuple[float, str]


class Line:
    """Keys of jobs: asked for first, the latest question before all; then who failed least; then by the press."""

    def __init__(self, order: Order) -> None:
        self._sign = -1 if order == "newest-first" else 1
        self._ready: list[_Place] = []
        self._sizes: list[tuple[int, str]] = []
        """Of those that are ready, the smallest first."""
        self._resting: list[_Rest] = []
        self._places: dict[str, _Place] = {}
        """Of all jobs here, the resting ones included."""
        self._rests: dict[str, _Rest] = {}
        self.asked = 0
        """How many of all jobs here somebody asked for."""

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        """The keys that may be tried, in order."""
        return (place.key for place in self._ready)

    @property
    def smallest(self) -> str | None:
        """The key of the smallest that may be tried."""
        return self._sizes[0][1] if self._sizes else None

    @property
    def resting(self) -> list[str]:
        """The keys that rest, the soonest due first."""
        return [key for _, key in self._resting]

    @property
    def due_s(self) -> float | None:
        """When the next one has rested enough."""
        return self._resting[0][0] if self._resting else None

    def put(self, job: Job) -> None:
        """Give a job its place, instead of the one it may have; with a trouble it rests until that is due."""
        self.remove(job.key)
        place = _Place(-job.asked_number, job.setbacks, self._sign * job.pressed_wall_s, job.key, job.size_bytes)
        self._places[job.key] = place
        self.asked += place.asked < 0
        if job.trouble is None:
            self._enter(place)
        else:
            self._rests[job.key] = rest = (job.trouble.due_s, job.key)
            insort(self._resting, rest)

    def remove(self, key: str) -> None:
        """Take a job out, if it is here."""
        place, rest = self._places.pop(key, None), self._rests.pop(key, None)
        if place is None:
            return
        self.asked -= place.asked < 0
        if rest:
            del self._resting[bisect_left(self._resting, rest)]
        else:
            del self._ready[bisect_left(self._ready, place)]
            del self._sizes[bisect_left(self._sizes, (place.size_bytes, key))]

    def wake(self, now_s: float) -> None:
        """Those that have rested enough go back to their places."""
        while self._resting and self._resting[0][0] <= now_s:
            _, key = self._resting.pop(0)
            del self._rests[key]
            self._enter(self._places[key])

    def before(self, key: str) -> int | None:
        """How many go before this one; None for one that rests, or is not here."""
        return None if key in self._rests or key not in self._places else bisect_left(self._ready, self._places[key])

    def _enter(self, place: _Place) -> None:
        insort(self._ready, place)
        insort(self._sizes, (place.size_bytes, place.key))
