"""Whether a recorder goes on as if nothing happened, by its own account of its ring."""

import time
from collections.abc import Awaitable, Sequence
from typing import ClassVar

from msgspec import Struct

from appliance.bench.materials import SEGMENT_S
from appliance.bench.processes import cpu_s
from appliance.bench.supervised import Supervised
from appliance.control.client import Client
from appliance.control.messages import Ring, RingAnswer, RingSegment


class Steadiness(Struct, frozen=True):
    """What a recorder did in a while: `lengths_s` of the segments that it closed, the gaps between, what it cost."""

    LATE_S: ClassVar[float] = 0.5
    """A picture comes every 33 ms: this is many of them."""

    lengths_s: list[float]
    gaps: int
    supervisor_percent: float

    @property
    def late(self) -> int:
        """How many of the segments took too long."""
        return sum(length_s > SEGMENT_S + self.LATE_S for length_s in self.lengths_s)


class Watched:
    """A supervisor that records."""

    def __init__(self, supervisor: Supervised) -> None:
        self._supervisor = supervisor

    async def over(self, something: Awaitable[None]) -> Steadiness:
        """What it does while something else is done."""
        pid, since_s, began_s = self._supervisor.pid, time.time(), time.monotonic()
        before_s = cpu_s(pid)
        await something
        percent = (cpu_s(pid) - before_s) / (time.monotonic() - began_s) * 100
        with Client(self._supervisor.socket_path) as client:
            answer = client.ask(Ring(since_s, time.time()))
        return Steadiness(lengths_s(answer.segments), gaps_in(answer, since_s), percent)


def lengths_s(segments: Sequence[RingSegment]) -> list[float]:
    """Of those that are closed, and of the open one if it is too long already. Pure."""
    return [one.duration_s for one in segments if not one.is_open or one.duration_s > SEGMENT_S + Steadiness.LATE_S]


def gaps_in(answer: RingAnswer, since_s: float) -> int:
    """Where footage is missing from an instant on, the end included. Pure."""
    return sum(gap.start_s + (gap.length_s or 0) > since_s for gap in answer.gaps)
