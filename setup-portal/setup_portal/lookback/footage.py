"""A stretch of the ring, as the recorder tells it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from appliance.control.client import Client
from appliance.control.messages import Ring, RingAnswer, RingGap, RingSegment

MOST_PAGES = 4
"""Of the recorder's answer: 8000 segments, which are two hours of segments of one second."""
_LAST_NUMBER = 10**17


@dataclass(frozen=True)
class Run:
    """Footage without a gap. Instants are Unix seconds; `segments` follow each other."""

    segments: tuple[RingSegment, ...]

    @property
    def start_s(self) -> float:
        return self.segments[0].start_s

    @property
    def seconds(self) -> float:
        return sum(segment.duration_s for segment in self.segments)


@dataclass(frozen=True)
class Footage:
    """What there is between two instants. `start_s`, `end_s`: of the whole ring; None when it is empty."""

    runs: tuple[Run, ...]
    gaps: tuple[RingGap, ...]
    start_s: float | None
    end_s: float | None
    is_dated: bool
    directory: str

    @property
    def segments(self) -> list[RingSegment]:
        return [segment for run in self.runs for segment in run.segments]


def footage(client: Client, since_s: float, until_s: float) -> Footage:
    """Ask for a stretch. The segment that is being written is left out: a player would find no end in it."""
    answers = list(_pages(client, Ring(max(0.0, since_s), max(0.0, until_s))))
    last = answers[-1]
    segments = [segment for answer in answers for segment in answer.segments if not segment.is_open]
    return Footage(
        runs=tuple(runs(segments)),
        gaps=tuple(gap for answer in answers for gap in answer.gaps),
        start_s=last.start_s,
        end_s=last.end_s,
        is_dated=last.time_quality == "trusted",
        directory=last.directory,
    )


def _pages(client: Client, request: Ring) -> Iterator[RingAnswer]:
    for _ in range(MOST_PAGES):
        answer = client.ask(request)
        yield answer
        if answer.next is None:
            return
        request = Ring(request.since_s, request.until_s, after=answer.next)


def runs(segments: Sequence[RingSegment]) -> Iterator[Run]:
    """Segments of one epoch with no number left out are one run: their time stamps run on."""
    breaks = [place + 1 for place, (one, after) in enumerate(pairwise(segments)) if not _follows(one, after)]
    for begin, end in pairwise([0, *breaks, len(segments)]):
        if begin < end:
            yield Run(tuple(segments[begin:end]))


def _follows(one: RingSegment, after: RingSegment) -> bool:
    return (one.epoch, one.number + 1) == (after.epoch, after.number)


def one_segment(client: Client, epoch: int, number: int) -> tuple[str, RingSegment] | None:
    """The ring's folder and a segment of it; None if it has gone, or is being written."""
    before = f"{epoch}-{number - 1}" if number else f"{epoch - 1}-{_LAST_NUMBER}" if epoch else None
    answer = client.ask(Ring(after=before, limit=1))
    for segment in answer.segments:
        if (segment.epoch, segment.number) == (epoch, number) and not segment.is_open:
            return answer.directory, segment
    return None
