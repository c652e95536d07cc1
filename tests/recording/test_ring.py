"""The ring against a plain list that does the same the slow way."""

import itertools
import sys
from collections import deque
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from appliance.recording.ring import Ring, allowed_bytes
from appliance.recording.segment import Epoch, Key, Segment

SIZES = st.integers(188, 5_000)
BYTES = st.integers(0, 2**40)


def epoch(number: int) -> Epoch:
    return Epoch(number, "boot", 0.0, 0.0, wall_is_trusted=False, camera="camera", reason="why")


class RingMachine(RuleBasedStateMachine):
    """Times are whole numbers of 1/8 s, so that sums of them are exact."""

    def __init__(self) -> None:
        super().__init__()
        self.ring = Ring(50_000)
        self.model: list[Segment] = []
        self.gone: list[Segment] = []
        self.known: list[int] = [0]
        self.forgotten: list[int] = []
        self.ring.begin_epoch(epoch(0))
        self.next_number = 0
        self.now_s = 0.0
        self.limit: int | None = None
        self.open_bytes: int | None = None

    @rule()
    def begins_an_epoch(self) -> None:
        if self.open_bytes is not None:
            self.drops_what_is_open()
        number = self.known[-1] + 1
        self.ring.begin_epoch(epoch(number))
        self.known.append(number)
        self.next_number = 0
        self.now_s += 3

    @precondition(lambda self: self.open_bytes is None)
    @rule()
    def opens(self) -> None:
        opened = self.ring.begin_segment(Key(self.known[-1], self.next_number), self.now_s)
        assert self.ring.open is opened
        self.next_number += 1
        self.open_bytes = 0

    @precondition(lambda self: self.open_bytes is not None)
    @rule(size=SIZES)
    def grows(self, size: int) -> None:
        assert self.ring.open is not None
        assert self.open_bytes is not None
        self.open_bytes += size
        self.ring.open.size_bytes = self.open_bytes

    @precondition(lambda self: self.open_bytes is not None)
    @rule(size=SIZES, eighths=st.integers(0, 80), is_whole=st.booleans())
    def closes(self, size: int, eighths: int, is_whole: bool) -> None:
        assert self.ring.open is not None
        key, start_s = self.ring.open.key, self.ring.open.start_s
        self.now_s += eighths / 8
        segment = self.ring.end_segment(self.now_s, size, is_whole=is_whole)
        assert segment == Segment(key.epoch, key.number, start_s, self.now_s, size, is_whole)
        self.model.append(segment)
        self.open_bytes, self.limit = None, None

    @precondition(lambda self: self.open_bytes is not None)
    @rule()
    def drops_what_is_open(self) -> None:
        self.ring.drop_open()
        self.open_bytes = None

    @rule(limit=st.integers(0, 60_000))
    def evicts(self, limit: int) -> None:
        gone = self.ring.evict(limit)
        assert gone == self.model[: len(gone)], "the oldest go first, in order"
        if gone:
            rest = [gone[-1], *self.model[len(gone) :]]
            assert sum(s.size_bytes for s in rest) + self.wanted_room(rest) > limit, "none went without need"
        del self.model[: len(gone)]
        self.gone += gone
        self.limit = limit if self.model else None

    def wanted_room(self, segments: list[Segment]) -> int:
        return max(2 * segments[-1].size_bytes, self.open_bytes or 0)

    @rule()
    def forgets_empty_epochs(self) -> None:
        current = self.known[-1]
        holding = {segment.epoch for segment in self.model}
        expected = list(itertools.takewhile(lambda n: n < current and n not in holding, self.known))
        assert self.ring.forget_empty_epochs(current) == expected
        self.known = self.known[len(expected) :]
        self.forgotten += expected

    @rule(eighths=st.integers(-8, 400))
    def is_asked_since_when(self, eighths: int) -> None:
        start_s = eighths / 8
        wanted = list(itertools.dropwhile(lambda s: s.end_s <= start_s, self.model))
        assert self.ring.since(start_s) == wanted

    @rule(number=st.integers(0, 20), back=st.integers(0, 3))
    def is_asked_from_a_key(self, number: int, back: int) -> None:
        key = Key(self.known[-1] - back, number)
        assert self.ring.since_key(key) == [s for s in self.model if s.key >= key]

    @invariant()
    def adds_up(self) -> None:
        assert list(self.ring) == self.model
        assert len(self.ring) == len(self.model)
        assert self.ring.size_bytes == sum(s.size_bytes for s in self.model) + (self.open_bytes or 0)
        assert self.ring.seconds == sum(s.duration_s for s in self.model)

    @invariant()
    def never_exceeds_its_limit_while_a_segment_is_written(self) -> None:
        """Up to twice the newest segment: the headroom that was left for it."""
        if self.limit is not None and (self.open_bytes or 0) <= 2 * self.model[-1].size_bytes:
            assert self.ring.size_bytes <= self.limit

    @invariant()
    def knows_its_ends(self) -> None:
        assert self.ring.oldest == (self.model[0] if self.model else None)
        assert self.ring.newest == (self.model[-1] if self.model else None)
        first = self.model[0] if self.model else self.ring.open
        assert self.ring.oldest_start_s == (first.start_s if first else None)

    @invariant()
    def knows_its_epochs(self) -> None:
        holding = {s.epoch for s in self.model} | ({self.ring.open.epoch} if self.ring.open else set())
        assert list(self.ring.epochs) == self.known
        assert holding <= set(self.known)


RingMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestRing = RingMachine.TestCase


@given(capacity=BYTES, ring=BYTES, free=BYTES, wanted_free=BYTES)
@settings(deadline=None)
def test_the_ring_yields_what_the_disk_lacks_and_never_more(
    capacity: int, ring: int, free: int, wanted_free: int
) -> None:
    allowed = allowed_bytes(capacity, ring, free, wanted_free)
    assert 0 <= allowed <= capacity
    free_afterwards = free + max(0, ring - allowed)
    assert free_afterwards >= wanted_free or allowed == 0
    if ring <= capacity and free >= wanted_free:
        assert allowed >= ring
    if allowed < min(ring, capacity):
        assert free_afterwards == wanted_free or allowed == 0, "it gave up more than was asked for"


class CountingDeque(deque[Segment]):
    """Counts every element that is touched."""

    touched = 0

    def __iter__(self) -> Iterator[Segment]:
        for item in super().__iter__():
            self.touched += 1
            yield item

    def __reversed__(self) -> Iterator[Segment]:
        for item in super().__reversed__():
            self.touched += 1
            yield item

    def __getitem__(self, index: Any) -> Any:
        self.touched += min(abs(index), abs(len(self) - index))
        return super().__getitem__(index)

    def popleft(self) -> Segment:
        self.touched += 1
        return super().popleft()

    def append(self, item: Segment) -> None:
        self.touched += 1
        super().append(item)


def full_ring(segments: int) -> tuple[Ring, CountingDeque]:
    ring = Ring(capacity_bytes=(segments + 2) * 1000)
    per_epoch = segments // 4
    for number in range(segments):
        if number % per_epoch == 0:
            ring.begin_epoch(epoch(number // per_epoch))
        ring.add(Segment(number // per_epoch, number, number, number + 1, 1000))
    counted = CountingDeque(ring)
    ring._segments = counted
    counted.touched = 0
    return ring, counted


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python it takes."""
    lines = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return lines


def one_tick(ring: Ring) -> None:
    """All that happens around a segment, and a press for the last three."""
    newest = ring.newest
    assert newest is not None
    ring.begin_segment(Key(newest.epoch, newest.number + 1), newest.end_s)
    ring.end_segment(newest.end_s + 1, 1000)
    assert ring.size_bytes > ring.capacity_bytes - 2000
    assert len(ring.evict(ring.capacity_bytes)) == 1
    ring.forget_empty_epochs(newest.epoch)
    assert len(ring.since(newest.end_s - 2)) == 3
    assert len(ring.since_key(Key(newest.epoch, newest.number - 1))) == 3
    assert ring.seconds > 0
    assert ring.oldest_start_s is not None


def test_a_tick_costs_the_same_however_full_the_ring_is() -> None:
    steps = []
    for segments in (400, 1_600, 25_600):
        ring, counted = full_ring(segments)
        lines = lines_run(lambda ring=ring: one_tick(ring))  # type: ignore[misc]
        steps.append((lines, counted.touched))
    assert steps[0] == steps[1] == steps[2]
    assert steps[0][1] < 20
    assert steps[0][0] > 20, "lines were not counted"
