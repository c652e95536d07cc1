"""Waits between tries."""

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.backoff import Backoff

SECONDS = st.floats(0.01, 10.0)


@given(first_s=SECONDS, factor=st.floats(1.0, 1000.0), chances=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=50))
@settings(deadline=None)
def test_waits_double_up_to_the_cap_and_are_jittered_by_half(
    first_s: float, factor: float, chances: list[float]
) -> None:
    most_s = first_s * factor
    left = iter(chances)
    backoff = Backoff(first_s, most_s, chance=lambda: next(left))
    for failures, chance in enumerate(chances):
        step_s = min(most_s, first_s * 2**failures)
        wait_s = backoff.next_s()
        assert step_s / 2 <= wait_s <= step_s
        assert wait_s == step_s * (0.5 + 0.5 * chance)


def test_the_wait_stays_at_the_cap_after_ten_thousand_failures() -> None:
    backoff = Backoff(0.5, 5.0, chance=lambda: 1.0)
    assert [backoff.next_s() for _ in range(10_000)][-9_000:] == [5.0] * 9_000


def test_success_makes_the_next_wait_short_again() -> None:
    backoff = Backoff(0.5, 5.0, chance=lambda: 1.0)
    assert [backoff.next_s() for _ in range(5)] == [0.5, 1.0, 2.0, 4.0, 5.0]
    backoff.reset()
    assert [backoff.next_s() for _ in range(2)] == [0.5, 1.0]


def test_by_default_the_waits_differ_from_box_to_box() -> None:
    waits = [Backoff(8.0, 60.0).next_s() for _ in range(50)]
    assert len(set(waits)) > 40
    assert all(4.0 <= wait <= 8.0 for wait in waits)
