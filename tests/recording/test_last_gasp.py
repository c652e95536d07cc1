"""A stream that flows, and the last frame of one that is dead."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.recording.freshness import Freshness, LastGasp

LOOK_S = 1.25


@given(st.lists(st.floats(0.001, 1.5 * LOOK_S), max_size=30))
def test_a_stream_that_grows_at_every_look_flows(waits_s: list[float]) -> None:
    gasp, now_s = LastGasp(LOOK_S), 100.0
    assert not gasp.may_be(now_s)
    for wait_s in waits_s:
        now_s += wait_s * 0.999
        assert not gasp.may_be(now_s)


@given(st.floats(1.6 * LOOK_S, 100), st.floats(0.001, LOOK_S))
def test_bytes_after_a_silence_count_when_more_follow(silence_s: float, wait_s: float) -> None:
    gasp = LastGasp(LOOK_S)
    gasp.may_be(0.0)
    assert gasp.may_be(silence_s)
    assert not gasp.may_be(silence_s + wait_s)


def test_the_first_bytes_of_a_new_connection_count() -> None:
    gasp = LastGasp(LOOK_S)
    gasp.may_be(0.0)
    gasp.connecting()
    assert not gasp.may_be(50.0)


def test_a_dead_stream_is_told_within_a_segment_whatever_ffmpeg_still_writes() -> None:
    """As it was measured: looks 1.25 s apart, the last frame handed out 3.1 s after the stream died."""
    for tenths in range(13):
        freshness = Freshness(5.0)
        gasp = LastGasp(freshness.look_every_s)
        freshness.connecting(0.0, 12.0)
        seen_s, died_s = 0.0, 10.0 + tenths / 10
        for look in range(1, 20):
            now_s = look * freshness.look_every_s
            written_s = died_s + 3.1 if now_s >= died_s + 3.1 else min(now_s, died_s)
            has_grown, seen_s = written_s > seen_s, written_s
            state = freshness.grew(now_s) if has_grown and not gasp.may_be(now_s) else freshness.look(now_s)
            assert (state == "stalled") >= (now_s >= died_s + 5)
            assert (state == "recording") >= (now_s <= died_s)
