"""Looking back: what the ring still holds, and keeping any part of it.

Instants are seconds since 1970 by the box's own clock of now, also for footage that was recorded before that was set.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from appliance.control.messages.base import Answer, Request, Title

MOST_SEGMENTS = 2000
"""In one answer: 2 hours and 46 minutes of segments of 5 s."""

WallTime = Annotated[float, Meta(ge=0, le=253_402_300_799)]
"""Up to the year 9999."""

Cursor = Annotated[str, Meta(max_length=40, pattern=r"^[0-9]{1,18}-[0-9]{1,18}\Z")]


class Ring(Request, frozen=True):
    """What does the ring hold of the time from `since_s` to `until_s`? Neither: all.

    `after`: the `next` of the answer before, for what follows it.
    """

    since_s: WallTime | None = None
    until_s: WallTime | None = None
    after: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST_SEGMENTS)] = MOST_SEGMENTS


class Keep(Request, frozen=True):
    """Keep this stretch of the ring as a memory, named by its end. `wait`: until the file is whole."""

    start_s: WallTime
    end_s: WallTime
    title: Title = ""
    wait: bool = False


class RingSegment(Struct, frozen=True):
    """A few seconds of footage: MPEG-TS that begins on a key frame."""

    epoch: int
    """Within an epoch footage follows without a gap and in one format, and time stamps run on."""
    number: int
    start_s: float
    duration_s: float
    """Of the one that is open: so far."""
    path: str
    """Below `directory`. It may be gone before it is opened: the ring goes on."""
    size_bytes: int
    is_open: bool = False


class RingGap(Struct, frozen=True):
    """Time without footage between two segments of this answer, or before the first of it."""

    start_s: float
    length_s: float | None
    """None: nobody can know."""
    reason: str


class RingAnswer(Answer, frozen=True, tag="ring"):
    """To `Ring`, oldest first."""

    directory: str
    segments: list[RingSegment]
    gaps: list[RingGap]
    start_s: float | None
    """Of all that the ring holds; None when it is empty."""
    end_s: float | None
    time_quality: Literal["trusted", "provisional"]
    """`provisional`: the box does not know the time of day; distances are right, dates are not."""
    next: str | None = None
    """There is more after this: ask again with it as `after`."""
