"""Is it really recording? With a simulated clock in 1/64 s, so that sums are exact."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from appliance.recording.freshness import LOST_AFTER_S, Freshness

TICK_S = 1 / 64


class FreshnessMachine(RuleBasedStateMachine):
    """Every word that recording may say to it, in any order that can happen."""

    @initialize(segment_s=st.integers(1, 20), start_limit=st.integers(1, 30))
    def begin(self, segment_s: int, start_limit: int) -> None:
        self.freshness = Freshness(segment_s)
        self.lost_after_s = max(10.0, 2.0 * segment_s)
        self.start_limit_s = float(start_limit)
        self.now_s = 1000.0
        self.connected_s: float | None = None
        self.grew_s: float | None = None
        self.state = "starting"
        assert self.freshness.state == "starting"
        assert self.freshness.look_every_s == max(0.5, segment_s / 4)

    @rule(ticks=st.integers(1, 64 * 12))
    def time_passes(self, ticks: int) -> None:
        self.now_s += ticks * TICK_S

    @precondition(lambda self: self.connected_s is None)
    @rule()
    def connects(self) -> None:
        self.freshness.connecting(self.now_s, self.start_limit_s)
        self.connected_s = self.now_s

    @precondition(lambda self: self.connected_s is not None)
    @rule()
    def grows(self) -> None:
        assert self.freshness.grew(self.now_s) == "recording"
        self.grew_s, self.state = self.now_s, "recording"

    @precondition(lambda self: self.connected_s is not None)
    @rule()
    def ends(self) -> None:
        assert self.freshness.ended("the cable was pulled") == "no-camera"
        self.connected_s = self.grew_s = None
        self.state = "no-camera"

    @rule()
    def looks(self) -> None:
        if self.grew_s is not None and self.now_s - self.grew_s >= 2 * self.freshness.look_every_s:
            self.state = "stalled"
        assert self.freshness.look(self.now_s) == self.state

    @invariant()
    def is_as_documented(self) -> None:
        assert self.freshness.state == self.state
        reason = self.freshness.reason
        if self.state in {"starting", "recording"}:
            assert reason is None
        elif self.state == "no-camera":
            assert reason == "the cable was pulled"
        else:
            assert reason is not None
            assert reason.startswith("no picture has arrived for ")

    @invariant()
    def gives_up_in_time(self) -> None:
        if self.connected_s is None:
            hopeless = False
        elif self.grew_s is None:
            hopeless = self.now_s - self.connected_s >= self.start_limit_s
        else:
            hopeless = self.now_s - self.grew_s >= self.lost_after_s
        assert self.freshness.is_hopeless(self.now_s) == hopeless


FreshnessMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestFreshness = FreshnessMachine.TestCase


@given(
    segment_s=st.integers(2, 30),
    alive_ticks=st.integers(0, 64 * 60),
    data=st.data(),
)
@settings(deadline=None)
def test_a_stream_that_dies_is_told_within_one_segment_length(
    segment_s: int, alive_ticks: int, data: st.DataObject
) -> None:
    """Bytes arrive all the time until the stream dies; looks are `look_every_s` apart, or closer when there is news."""
    freshness = Freshness(segment_s)
    most_ticks = int(freshness.look_every_s / TICK_S)
    freshness.connecting(0.0, 10.0)
    died_s, look_s, seen_s = alive_ticks * TICK_S, 0.0, 0.0
    while True:
        look_s += data.draw(st.integers(max(1, most_ticks - 8), most_ticks)) * TICK_S
        if min(look_s, died_s) > seen_s:
            state, seen_s = freshness.grew(look_s), min(look_s, died_s)
        else:
            state = freshness.look(look_s)
        if look_s <= died_s:
            assert state == "recording"
        if look_s > died_s and state != "recording":
            break
        assert look_s <= died_s + segment_s, "a dead stream was called recording for too long"
    assert look_s <= died_s + segment_s


@given(segment_s=st.integers(2, 30))
@settings(deadline=None)
def test_a_stream_that_breathes_at_every_other_look_is_recording(segment_s: int) -> None:
    """Bytes that come once a look are never called stalled, whatever the order of look and arrival."""
    freshness = Freshness(segment_s)
    freshness.connecting(0.0, 10.0)
    freshness.grew(0.0)
    now_s = 0.0
    for _ in range(10):
        now_s += freshness.look_every_s
        assert freshness.look(now_s) == "recording"
        freshness.grew(now_s)


def test_it_is_starting_until_the_first_bytes_however_long_that_takes() -> None:
    freshness = Freshness(5.0)
    freshness.connecting(0.0, 12.0)
    assert [freshness.look(float(second)) for second in range(1, 100)] == ["starting"] * 99
    assert not freshness.is_hopeless(11.9)
    assert freshness.is_hopeless(12.0)
    freshness.connecting(50.0, 12.0)
    assert not freshness.is_hopeless(61.9)
    assert freshness.grew(62.0) == "recording"


@pytest.mark.parametrize(("segment_s", "lost_after_s"), [(1.0, LOST_AFTER_S), (5.0, LOST_AFTER_S), (8.0, 16.0)])
def test_a_silent_camera_is_stalled_and_then_given_up(segment_s: float, lost_after_s: float) -> None:
    freshness = Freshness(segment_s)
    freshness.connecting(0.0, 12.0)
    freshness.grew(1.0)
    assert freshness.look(1.0 + lost_after_s) == "stalled"
    assert freshness.reason == f"no picture has arrived for {lost_after_s:.0f} s"
    assert not freshness.is_hopeless(0.9 + lost_after_s)
    assert freshness.is_hopeless(1.0 + lost_after_s)


def test_a_new_connection_does_not_hide_that_there_is_no_camera() -> None:
    freshness = Freshness(5.0)
    freshness.connecting(0.0, 12.0)
    freshness.grew(1.0)
    freshness.ended("it was unplugged")
    freshness.connecting(5.0, 12.0)
    assert freshness.look(9.0) == "no-camera"
    assert freshness.reason == "it was unplugged"
    assert freshness.grew(10.0) == "recording"
    assert freshness.reason is None
