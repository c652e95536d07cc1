"""Looking back: whatever the ring holds is told once, page by page, with every gap between."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.control import messages
from appliance.recording.folder import RingFolder
from appliance.recording.ring import Ring
from appliance.recording.segment import Epoch, Key, Segment
from appliance.recording.store import RingStore
from appliance.service.lookback import Lookback
from tests.stands.memory_box import HandClock

NOW_S = 100_000.0
PIECES = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 3.0])), max_size=30)
"""For each segment: whether it begins an epoch, and how long nothing was recorded before it."""


class House:
    def __init__(self, folder: Path) -> None:
        self.clock = HandClock(now_s=NOW_S)
        thread = ThreadPoolExecutor(1)
        self.store = RingStore(
            Ring(1 << 40), RingFolder(folder), card=thread, flusher=thread, clock=self.clock, disk_reserve_bytes=0
        )
        thread.shutdown()
        self.lookback = Lookback(self.store, self.clock)

    def epoch(self, number: int, boot: str = "this boot", reason: str = "") -> None:
        why = reason or f"why {number}"
        self.store.ring.begin_epoch(Epoch(number, boot, 0.0, 0.0, wall_is_trusted=False, camera="c", reason=why))

    def fill(self, pieces: list[tuple[bool, float]]) -> None:
        at_s, epoch, number = 1000.0, 0, -1
        self.epoch(0)
        for is_new, away_s in pieces:
            epoch, number = (epoch + 1, 0) if is_new else (epoch, number + 1)
            self.epoch(epoch)
            at_s += away_s
            self.store.ring.add(Segment(epoch, number, at_s, at_s + 5, 1000))
            at_s += 5

    def ask(self, **asked: float | str | None) -> messages.RingAnswer:
        return asyncio.run(self.lookback.answer(messages.Ring(**asked)))  # type: ignore[arg-type]

    def wall_s(self, at_s: float) -> float:
        return at_s + self.clock.wall_offset_s


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@given(PIECES, st.booleans(), st.integers(1, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_pages_are_the_whole_ring_and_all_its_gaps(
    tmp_path: Path, pieces: list[tuple[bool, float]], is_open: bool, limit: int
) -> None:
    house = House(tmp_path)
    house.fill(pieces)
    if is_open:
        house.store.ring.begin_segment(Key(99, 0), NOW_S - 2)
    whole = house.ask()
    segments, gaps, after = [], [], None
    while True:
        page = house.ask(after=after, limit=limit)
        assert len(page.segments) <= limit
        segments += page.segments
        gaps += page.gaps
        if page.next is None:
            break
        after = page.next

    assert segments == whole.segments
    assert gaps == whole.gaps
    assert [segment.is_open for segment in segments] == [False] * len(pieces) + [True] * is_open
    assert len([g for g in gaps if g.length_s == 3.0]) == len([1 for _, away_s in pieces[1:] if away_s == 3.0])


@given(PIECES, st.floats(990, 1200), st.floats(0, 60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_window_has_what_touches_it(
    tmp_path: Path, pieces: list[tuple[bool, float]], since_s: float, length_s: float
) -> None:
    house = House(tmp_path)
    house.fill(pieces)

    told = house.ask(since_s=house.wall_s(since_s), until_s=house.wall_s(since_s + length_s))

    expected = [one.key for one in house.store.ring if one.end_s > since_s and one.start_s < since_s + length_s]
    assert {Key(s.epoch, s.number) for s in told.segments} ^ set(expected) <= {  # the edges are grains of a float
        s.key for s in house.store.ring if min(abs(s.end_s - since_s), abs(s.start_s - since_s - length_s)) < 1e-5
    }


def test_the_words_of_an_answer(house: House) -> None:
    house.epoch(4, "an earlier boot")
    house.epoch(5, reason="the box was restarted")
    house.store.ring.add(Segment(4, 7, 900.0, 905.0, 1000))
    house.store.ring.add(Segment(5, 0, 905.0, 910.0, 2000))
    house.store.ring.begin_segment(Key(5, 1), 910.0).size_bytes = 10
    house.clock.now_s = 912.5

    told = house.ask()

    at_s = house.wall_s(900.0)
    assert told.segments == [
        messages.RingSegment(4, 7, at_s, 5.0, "00000004/000007.ts", 1000),
        messages.RingSegment(5, 0, at_s + 5, 5.0, "00000005/000000.ts", 2000),
        messages.RingSegment(5, 1, at_s + 10, 2.5, "00000005/000001.ts", 10, is_open=True),
    ]
    assert told.gaps == [messages.RingGap(at_s + 5, None, "the box was restarted")]
    assert (told.start_s, told.end_s, told.next, told.time_quality) == (at_s, at_s + 12.5, None, "trusted")
    assert Path(told.directory).is_absolute()


def test_an_empty_ring_and_a_clock_that_nobody_vouches_for(house: House) -> None:
    house.clock.trusted = False

    told = house.ask()

    assert (told.segments, told.gaps, told.start_s, told.end_s) == ([], [], None, None)
    assert told.time_quality == "provisional"
