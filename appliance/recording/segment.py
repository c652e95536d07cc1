"""What recording hands to the rooms downstream: segments and epochs, as values.

All instants are seconds on this boot's monotonic clock. Footage of earlier boots has been shifted to its place
before it, so it may lie below zero.
"""

from typing import NamedTuple

from msgspec import Struct


class Key(NamedTuple):
    """Which segment: epochs are numbered for ever, segments within their epoch. Keys sort by time."""

    epoch: int
    number: int

    @property
    def path(self) -> str:
        """Where it lies below the ring's folder."""
        return f"{self.epoch:08d}/{self.number:06d}.ts"

    @property
    def file_name(self) -> str:
        """Its name where segments of several epochs lie together."""
        return file_name(self.epoch, self.number)


def file_name(epoch: int, number: int) -> str:
    """The name of a segment where segments of several epochs lie together: `00000012-000034.ts`."""
    return "%08d-%06d.ts" % (epoch, number)  # noqa: UP031 - a press makes hundreds, and an f-string takes twice as long


class Segment(Struct, frozen=True, gc=False):
    """A few seconds of footage in one MPEG-TS file, starting on a key frame."""

    epoch: int
    number: int
    start_s: float
    end_s: float
    size_bytes: int
    is_whole: bool = True
    """Whether its writer ended it; otherwise its last frame may be cut off."""

    @property
    def key(self) -> Key:
        return Key(self.epoch, self.number)

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


class OpenSegment(Struct, gc=False):
    """The segment that is being written."""

    epoch: int
    number: int
    start_s: float
    size_bytes: int = 0

    @property
    def key(self) -> Key:
        return Key(self.epoch, self.number)


class Epoch(Struct, frozen=True):
    """One run of the cutter: from the camera's connection to its end."""

    number: int
    boot_id: str
    began_s: float
    """On the monotonic clock of its own boot."""
    wall_offset_s: float
    """What to add to that clock for seconds since 1970, as far as was known."""
    wall_is_trusted: bool
    camera: str
    reason: str
    """Why the footage before it had ended: what the owner is told of the gap."""


def gap_is_known(before: Epoch, after: Epoch) -> bool:
    """Whether the time between two epochs can be measured: one boot, or two with trusted wall clocks."""
    return before.boot_id == after.boot_id or (before.wall_is_trusted and after.wall_is_trusted)
