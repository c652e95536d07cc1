"""A ring that stands still: half an hour of segments, with one gap."""

from appliance.control.errors import RefusedError
from appliance.control.messages import Keep, Ring, RingAnswer, RingGap, RingSegment

SEGMENT_S = 5.0
GAP_S = 20.0
BEGAN_S = 1_795_000_000.0
"""When its footage begins: in November 2026."""


class StandInRing:
    """`segments` oldest first; whoever wants to play them puts files below `directory`."""

    def __init__(self, directory: str = "/ring") -> None:
        self.directory = directory
        self.segments = [*_epoch(1, 180, BEGAN_S), *_epoch(2, 180, BEGAN_S + 180 * SEGMENT_S + GAP_S)]
        self.gaps = [RingGap(BEGAN_S + 180 * SEGMENT_S, GAP_S, "the camera was away")]
        self.is_dated = True

    def answer(self, request: Ring) -> RingAnswer:
        """The part that is asked for."""
        since_s, until_s = request.since_s or 0.0, request.until_s or float("inf")
        after = tuple(map(int, request.after.split("-"))) if request.after else (-1, -1)
        found = [
            segment
            for segment in self.segments
            if since_s < segment.start_s + segment.duration_s
            and segment.start_s < until_s
            and (segment.epoch, segment.number) > after
        ]
        told = found[: request.limit]
        return RingAnswer(
            self.directory,
            told,
            [gap for gap in self.gaps if told and told[0].start_s <= gap.start_s < told[-1].start_s],
            start_s=self.segments[0].start_s if self.segments else None,
            end_s=_end_s(self.segments[-1]) if self.segments else None,
            time_quality="trusted" if self.is_dated else "provisional",
            next=f"{told[-1].epoch}-{told[-1].number}" if len(found) > len(told) else None,
        )

    def seconds_within(self, request: Keep) -> float:
        """How much footage a stretch has. Raises RefusedError if it has none."""
        parts = (min(_end_s(s), request.end_s) - max(s.start_s, request.start_s) for s in self.segments)
        if not (seconds := sum(part for part in parts if part > 0)):
            raise RefusedError("NOT SAVED: The ring holds nothing of that time any more.")
        return seconds


def _end_s(segment: RingSegment) -> float:
    return segment.start_s + segment.duration_s


def _epoch(number: int, count: int, began_s: float) -> list[RingSegment]:
    return [
        RingSegment(number, n, began_s + n * SEGMENT_S, SEGMENT_S, f"{number:08d}/{n:06d}.ts", 5_000_000)
        for n in range(count)
    ]
