"""Where the next run of a memory begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.memories.seams import Extent, spans

delays = st.floats(0, 0.5)
lengths = st.floats(0.2, 2000)
rates = st.sampled_from([15.0, 24.0, 25.0, 29.97, 30.0, 60.0, 120.0])


@given(delays, delays, lengths, st.floats(-0.3, 0.3), rates)
def test_the_next_picture_comes_whole_frames_later_and_nothing_overlaps(
    delay_s: float, next_delay_s: float, picture_s: float, sound_over_s: float, rate: float
) -> None:
    length_s = delay_s + picture_s + max(0.0, sound_over_s)
    (span_s,) = spans([Extent(length_s, delay_s), Extent(1.0, next_delay_s)], [picture_s, 1.0], 1 / rate)

    frames = (span_s + next_delay_s - delay_s - picture_s) * rate
    assert frames == pytest.approx(round(frames), abs=1e-4)
    assert -0.1 / rate <= span_s - length_s
    assert frames >= -1e-4
    assert span_s - length_s <= max(1 / rate, delay_s + picture_s - next_delay_s - length_s + 1e-6)


def test_runs_without_sound_follow_each_other_at_once() -> None:
    assert spans([Extent(5.0, 0.0)] * 3, [5.0] * 3, 1 / 30) == [5.0, 5.0]


def test_a_single_run_has_no_seam() -> None:
    assert spans([Extent(5.0, 0.0)], [5.0], 1 / 30) == []
