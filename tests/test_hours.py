"""Hours of the day."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.hours import DAY_S, hours_trouble, parse_hours

MINUTES = st.integers(0, 24 * 60 - 1)


def text_of(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@settings(deadline=None)
@given(start=MINUTES, end=MINUTES, second=st.integers(0, DAY_S - 1))
def test_the_wait_ends_at_the_first_second_inside(start: int, end: int, second: int) -> None:
    if start == end:
        return
    hours = parse_hours(f"{text_of(start)}-{text_of(end)}")
    inside = {minute % (24 * 60) for minute in range(start, end if end > start else end + 24 * 60)}

    wait_s = hours.wait_s(second)

    assert (wait_s == 0) == (second // 60 in inside)
    then = (second + int(wait_s)) % DAY_S
    assert then // 60 in inside
    if wait_s:
        assert then == start * 60, "at its beginning, not somewhere inside"
    assert hours.start == text_of(start)


@settings(deadline=None)
@given(second=st.floats(0, DAY_S, exclude_max=True))
def test_the_whole_day_never_waits(second: float) -> None:
    assert parse_hours("00:00-24:00").wait_s(second) == 0


def test_the_last_second_counts_and_the_end_does_not() -> None:
    hours = parse_hours("22:00-06:00")
    assert hours.wait_s(6 * 3600 - 0.001) == 0
    assert hours.wait_s(6 * 3600) == 16 * 3600


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("22:00-06:00", None),
        ("", "must look like"),
        ("22-6", "must look like"),
        ("22:00 - 06:00", "must look like"),
        ("24:00-06:00", "must look like"),
        ("22:60-06:00", "must look like"),
        ("22:00-06:00\n", "must look like"),
        ("٢٢:00-06:00", "must look like"),
        ("22:00-24:01", "must end at 24:00 at the latest"),
        ("22:00-22:00", "begins when it ends"),
    ],
)
def test_what_is_wrong_is_told(text: str, said: str | None) -> None:
    trouble = hours_trouble(text)

    assert trouble is None if said is None else said in (trouble or "")
