"""The ring: which segments live, and which must go. Pure; every step costs the same however full it is (R3)."""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice

from appliance.recording.segment import Epoch, Key, OpenSegment, Segment

HEADROOM_SEGMENTS = 2
"""Room kept free for the open segment, in newest segments: it has no size until it is closed."""


def allowed_bytes(capacity: int, ring: int, free: int, wanted_free: int) -> int:
    """How large the ring may be: its capacity, or less where the disk is short (the ring yields first)."""
    return max(0, min(capacity, ring + free - wanted_free))


class Ring:
    """Segments in order of time, the open one last."""

    def __init__(self, capacity_bytes: int) -> None:
        self.capacity_bytes = capacity_bytes
        self.epochs: dict[int, Epoch] = {}
        self.open: OpenSegment | None = None
        self._segments: deque[Segment] = deque()
        self._counts: dict[int, int] = {}
        self._closed_bytes = 0
        self._closed_s = 0.0

    def __len__(self) -> int:
        """How many closed segments it holds."""
        return len(self._segments)

    @property
    def size_bytes(self) -> int:
        """All bytes, the open segment's as far as known."""
        return self._closed_bytes + (self.open.size_bytes if self.open else 0)

    @property
    def seconds(self) -> float:
        """Seconds of closed footage, gaps not counted."""
        return self._closed_s

    @property
    def headroom_bytes(self) -> int:
        """Room for what the open segment will still need."""
        newest = self._segments[-1].size_bytes if self._segments else 0
        written = self.open.size_bytes if self.open else 0
        return max(0, HEADROOM_SEGMENTS * newest - written)

    @property
    def oldest(self) -> Segment | None:
        return self._segments[0] if self._segments else None

    @property
    def newest(self) -> Segment | None:
        return self._segments[-1] if self._segments else None

    @property
    def oldest_key(self) -> Key | None:
        """The first segment that is there, be it the open one."""
        first = self.oldest or self.open
        return first.key if first else None

    @property
    def oldest_start_s(self) -> float | None:
        """Since when there is footage."""
        first = self.oldest or self.open
        return first.start_s if first else None

    def begin_epoch(self, epoch: Epoch) -> None:
        """From now on segments are of `epoch`; calling again replaces what is known of it."""
        self.epochs[epoch.number] = epoch

    def begin_segment(self, key: Key, start_s: float) -> OpenSegment:
        """The writer opened a new segment."""
        self.open = OpenSegment(key.epoch, key.number, start_s)
        return self.open

    def end_segment(self, end_s: float, size_bytes: int, *, is_whole: bool = True) -> Segment:
        """The writer closed the open segment."""
        assert self.open is not None
        was = self.open
        segment = Segment(was.epoch, was.number, was.start_s, end_s, size_bytes, is_whole)
        self.open = None
        self.add(segment)
        return segment

    def drop_open(self) -> None:
        """The open segment came to nothing."""
        self.open = None

    def add(self, segment: Segment) -> None:
        """Take a closed segment, newer than all others."""
        assert not self._segments or segment.key > self._segments[-1].key
        self._segments.append(segment)
        self._counts[segment.epoch] = self._counts.get(segment.epoch, 0) + 1
        self._closed_bytes += segment.size_bytes
        self._closed_s += segment.duration_s

    def evict(self, limit_bytes: int) -> list[Segment]:
        """Let go of the oldest segments until the rest, with headroom for the open one, fits `limit_bytes`."""
        gone = []
        while self._segments and self.size_bytes + self.headroom_bytes > limit_bytes:
            segment = self._segments.popleft()
            self._counts[segment.epoch] -= 1
            self._closed_bytes -= segment.size_bytes
            self._closed_s -= segment.duration_s
            gone.append(segment)
        return gone

    def forget_empty_epochs(self, current: int) -> list[int]:
        """Epochs before `current` of which nothing is left; they are forgotten."""
        empty = []
        for number in self.epochs:  # in order: the first that still holds something ends the walk
            if number >= current or self._counts.get(number):
                break
            empty.append(number)
        for number in empty:
            del self.epochs[number]
            self._counts.pop(number, None)
        return empty

    def since(self, start_s: float) -> list[Segment]:
        """Closed segments that end after `start_s`, oldest first."""
        return self._newest_while(lambda segment: segment.end_s > start_s)

    def since_key(self, key: Key) -> list[Segment]:
        """Closed segments from `key` on, oldest first."""
        return self._newest_while(lambda segment: segment.key >= key)

    def page(self, since_s: float, after: Key | None, most: int) -> tuple[Segment | None, list[Segment]]:
        """At most so many closed segments that end after `since_s` and come after `after`, oldest first, and the one
        before them. However full the ring is, what lies before them costs next to nothing.
        """
        begin = bisect_right(self._segments, since_s, key=lambda segment: segment.end_s)
        if after is not None:
            begin = max(begin, bisect_right(self._segments, after, key=lambda segment: segment.key))
        before = self._segments[begin - 1] if begin else None
        return before, list(islice(self._segments, begin, begin + most))

    def _newest_while(self, wanted: Callable[[Segment], bool]) -> list[Segment]:
        found = []
        for segment in reversed(self._segments):
            if not wanted(segment):
                break
            found.append(segment)
        found.reverse()
        return found

    def __iter__(self) -> Iterator[Segment]:
        return iter(self._segments)
