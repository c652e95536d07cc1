"""What the page of an hour shows: where one is, what there is, and where one can go."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec
from flask import url_for

from setup_portal.figures import rough_length
from setup_portal.lookback.footage import Footage
from setup_portal.lookback.times import HOUR_S, Window, days, hour_of, hours, local
from setup_portal.retelling import retold
from setup_portal.words import say, say_many

LAST_S = 600.0
"""Without a wish it begins so long ago: most look for what has just happened."""
STEP_S = 300


@dataclass(frozen=True)
class Link:
    """Somewhere to go. `is_here`: one is there."""

    text: str
    address: str
    is_here: bool = False


@dataclass(frozen=True)
class Hour:
    """Instants are Unix seconds; `offset_s` is the box's time zone, east of UTC."""

    found: Footage
    window: Window
    at_s: float
    offset_s: int

    @classmethod
    def chosen(cls, ends: Footage, from_s: float | None, at_s: float | None, offset_s: int) -> "Hour":
        """The hour that begins at `from_s`, or that `at_s` is in, or the last one of all."""
        end_s = ends.end_s or 0.0
        if from_s is not None:
            window = hour_of(from_s, offset_s)
        elif at_s is not None:
            window = hour_of(at_s, offset_s)
        else:
            window = Window(end_s - HOUR_S, end_s)
        newest_s = max(end_s - LAST_S, ends.start_s or 0.0)
        wished_s = newest_s if at_s is None and window.holds(newest_s) else at_s
        return cls(ends, window, wished_s if wished_s and window.holds(wished_s) else window.since_s, offset_s)

    def with_footage(self, found: Footage) -> "Hour":
        """The same, with what there is. It begins with the first footage, if there is none before."""
        first_s = found.runs[0].start_s if found.runs else self.at_s
        return replace(self, found=found, at_s=max(self.at_s, first_s))

    @property
    def is_there(self) -> bool:
        """Whether there is anything to be seen from `at_s` on."""
        return any(segment.start_s + segment.duration_s > self.at_s for segment in self.found.segments)

    @property
    def source(self) -> dict[str, str]:
        """What is played, for the addresses of the list and the film."""
        return {"since": f"{self.at_s:.3f}", "until": f"{self.window.until_s:.3f}"}

    @property
    def title(self) -> str:
        """Which hour."""
        begins, ends = local(self.window.since_s, self.offset_s), local(self.window.until_s, self.offset_s)
        return f"{begins:%Y-%m-%d, %H:%M}–{ends:%H:%M}"  # noqa: RUF001 - from one to the other

    @property
    def day(self) -> str:
        """Of its beginning."""
        return local(self.window.since_s, self.offset_s).date().isoformat()

    @property
    def begins(self) -> str:
        """What a stretch begins with, unless it is said otherwise."""
        return f"{local(self.at_s, self.offset_s):%H:%M:%S}"

    @property
    def ends(self) -> str:
        """What it ends with."""
        last_s = max((run.start_s + run.seconds for run in self.found.runs), default=self.window.until_s)
        return f"{local(min(last_s, self.window.until_s), self.offset_s):%H:%M:%S}"

    @property
    def bars(self) -> list[tuple[float, float]]:
        """Where there is footage: from which second of the hour, how many."""
        spans = [(run.start_s, run.start_s + run.seconds) for run in self.found.runs]
        cut = [(max(begin, self.window.since_s), min(end, self.window.until_s)) for begin, end in spans]
        return [(round(begin - self.window.since_s, 1), round(end - begin, 1)) for begin, end in cut if begin < end]

    @property
    def runs(self) -> str:
        """For scripts: each run's beginning and seconds, of what is played."""
        played = [
            [segment.start_s, segment.duration_s]
            for segment in self.found.segments
            if segment.start_s + segment.duration_s > self.at_s
        ]
        return msgspec.json.encode(_joined(played)).decode()

    @property
    def summary(self) -> str:
        """The timeline in words."""
        seconds = sum(seconds for _, seconds in self.bars)
        gaps = say_many("%(count)s gap", "%(count)s gaps", len(self.gaps))
        return say("%(length)s of footage, %(gaps)s", length=rough_length(seconds), gaps=gaps)

    @property
    def gaps(self) -> list[str]:
        """What is missing, and why."""
        told = [gap for gap in self.found.gaps if self.window.holds(gap.start_s)]
        return [self._gap(gap.start_s, gap.length_s, gap.reason) for gap in told]

    def _gap(self, start_s: float, length_s: float | None, reason: str) -> str:
        begins = f"{local(start_s, self.offset_s):%H:%M:%S}"
        if length_s is None:
            return say("%(time)s: some time is missing (%(reason)s).", time=begins, reason=retold(reason))
        return say(
            "%(time)s: %(length)s are missing (%(reason)s).",
            time=begins,
            length=rough_length(length_s),
            reason=retold(reason),
        )

    @property
    def days(self) -> list[Link]:
        """The days of the ring."""
        if self.found.start_s is None or self.found.end_s is None:
            return []
        return [self._day(day) for day in days(self.found.start_s, self.found.end_s, self.offset_s)]

    def _day(self, day: date) -> Link:
        starts = hours(day, self.found.start_s or 0.0, self.found.end_s or 0.0, self.offset_s)
        return Link(f"{day:%d.%m.}", self.address(starts[-1] if starts else None), day.isoformat() == self.day)

    @property
    def hours(self) -> list[Link]:
        """The hours of this day."""
        if self.found.start_s is None or self.found.end_s is None:
            return []
        day = local(self.window.since_s, self.offset_s).date()
        starts = hours(day, self.found.start_s, self.found.end_s, self.offset_s)
        return [
            Link(f"{local(start, self.offset_s):%H:%M}", self.address(start), start == self.window.since_s)
            for start in starts
        ]

    @property
    def minutes(self) -> list[Link]:
        """Where one can begin within the hour."""
        first_s = -(-self.window.since_s // STEP_S) * STEP_S
        starts = [first_s + STEP_S * number for number in range(HOUR_S // STEP_S)]
        return [
            Link(f"{local(start, self.offset_s):%H:%M}", self.address(at=start), start <= self.at_s < start + STEP_S)
            for start in starts
            if self.window.holds(start) and self._has_footage(start)
        ]

    def _has_footage(self, start_s: float) -> bool:
        begins = start_s - self.window.since_s
        return any(begin < begins + STEP_S and begins < begin + seconds for begin, seconds in self.bars)

    def address(self, since_s: float | None = None, at: float | None = None) -> str:
        """Of an hour, or of an instant."""
        place: dict[str, Any] = {"at": round(at)} if at is not None else {}
        if since_s is not None:
            place["from"] = round(since_s)  # a word that Python keeps for itself
        return url_for("look_back", **place)


def _joined(spans: list[list[float]]) -> list[list[float]]:
    """Spans that follow each other are one: a script has fewer to go through."""
    joined: list[list[float]] = []
    for start, seconds in spans:
        if joined and abs(joined[-1][0] + joined[-1][1] - start) < 1:
            joined[-1][1] += seconds
        else:
            joined.append([start, seconds])
    return joined
