"""What a memory is, as values: the claim that secures it, and the entry of the catalogue when its file is whole.

Monotonic instants belong to the boot named beside them.
"""

from datetime import datetime, timedelta, timezone
from typing import Literal

from msgspec import Struct, field

from appliance.recording.segment import Key, file_name

TimeQuality = Literal["trusted", "provisional"]
Cause = Literal["press", "stretch"]
"""`stretch`: the owner chose it from the ring. It stays as it was chosen."""

SUFFIX = "-MEMORY"


class Gap(Struct, frozen=True):
    """Footage that a memory should have and has not."""

    at_s: float
    """Where, in seconds of the memory's file."""
    length_s: float | None
    """How much is missing; None when nobody can know."""
    reason: str


class Press(Struct, frozen=True):
    """The instant that a memory is named after: when the button went down, or where a stretch of the ring ends."""

    boot_id: str
    at_s: float
    wall_s: float
    """Seconds since 1970, as far as was known."""
    utc_offset_s: int
    time_quality: TimeQuality
    cause: Cause = "press"

    @property
    def local_time(self) -> datetime:
        return datetime.fromtimestamp(self.wall_s, timezone(timedelta(seconds=self.utc_offset_s)))

    @property
    def file_stem(self) -> str:
        """`2026-11-21T10-20-00-MEMORY`: no colons, for FAT and Windows (promise M5)."""
        return f"{self.local_time:%Y-%m-%dT%H-%M-%S}{SUFFIX}"


class ClaimedSegment(Struct, frozen=True, gc=False):
    """A segment that a claim holds a link to; `end_s` is None while it was open when last written down."""

    epoch: int
    number: int
    start_s: float
    end_s: float | None
    is_whole: bool
    size_bytes: int | None = None
    """What its file must have; None while it was open when last written down."""

    @property
    def key(self) -> Key:
        return Key(self.epoch, self.number)

    @property
    def file_name(self) -> str:
        return file_name(self.epoch, self.number)


class Interruption(Struct, frozen=True):
    """Why an epoch of the claim did not follow the one before it without a gap."""

    epoch: int
    reason: str
    is_measured: bool
    """Whether the length of the gap before it can be told."""


class Leading(Struct, frozen=True):
    """An earlier memory's file that leads a longer memory, since the ring no longer has its segments."""

    file: str
    """Its name when it was claimed; the catalogue knows by the id if it has another one since."""
    first: Key
    last: Key
    gaps: list[Gap]
    id: str = ""
    end_s: float | None = None
    """When its last segment ended, if the ring still knew."""


class Claim(Struct, frozen=True):
    """A moment that is secured on disk: links to its segments, and all that is needed to make its file (M2).

    `folder`: name of its folder, never used twice. `stem`: the name of its file, without part and ending.
    """

    folder: str
    id: str
    stem: str
    press: Press
    last_press_s: float
    """The newest press, when an earlier one gave the name."""
    asked_s: float
    window_start_s: float
    segments: list[ClaimedSegment]
    interruptions: list[Interruption]
    trailing_reason: str | None = None
    """Why the footage ends before the press, if it does."""
    merges: list[str] = field(default_factory=list)
    """Ids of earlier memories that this one holds in full and takes the place of (M7)."""
    supersedes: list[str] = field(default_factory=list)
    """Folders of earlier claims that this one holds in full."""
    leading: Leading | None = None
    title: str = ""
    """What the owner calls it: written beside the file once that exists."""

    @property
    def first(self) -> Key:
        """The first segment that its memory is made of."""
        return self.leading.first if self.leading else self.segments[0].key

    @property
    def last(self) -> Key:
        """The last segment that its memory is made of."""
        return self.segments[-1].key


class Entry(Struct, frozen=True):
    """One file in the catalogue. `first` and `last` are the segments that it is made of."""

    name: str
    id: str
    part: int
    parts: int
    press: Press
    asked_s: float
    got_s: float
    gaps: list[Gap]
    size_bytes: int
    sha256: str
    window_start_s: float
    first: Key
    last: Key
    claim: str
    """Folder of the claim that it was made from: start-up knows by it what a power cut left undone."""

    @property
    def stem(self) -> str:
        """The name without part and ending."""
        return stem_of(self.name)


def stem_of(name: str) -> str:
    """A memory's file name without part and ending. Pure."""
    return name.removesuffix(".mp4").split("-part")[0]
