"""How long a card lasts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.card.life import REWRITES, Life, judge

GB, TB = 10**9, 10**12
DAY_S = 86_400.0


def told(written_bytes: int = 0, *, recent_bytes: int = 86_400 * 10**6, rated: float | None = 10) -> Life:
    return judge(
        size_bytes=32 * GB,
        written_bytes=written_bytes,
        recent_bytes=recent_bytes,
        recent_s=DAY_S,
        rated_terabytes=rated,
    )


def test_a_day_of_eight_megabits_a_second_on_an_ordinary_card_of_32_gb() -> None:
    life = told(86_400 * 10**6, rated=None)

    assert life.bytes_a_day == 86_400_000_000
    assert (life.rated_bytes, life.is_guessed) == (9_600 * GB, True)
    assert life.months_left == 3.6
    assert life.sentence == "At this rate the card lasts for another 3 months of recording day and night."


@pytest.mark.parametrize(
    ("written_tb", "rated", "words"),
    [
        (0, 700, "lasts for another 20 years and more of recording"),
        (0, 100, "lasts for another 3 years of recording"),
        (0, 50, "lasts for another 19 months of recording"),
        (5, 10, "In about a month of recording day and night as much"),
        (9, 10, "In about 11 days of recording"),
        (9.95, 10, "In about a day of recording"),
        (10, 10, "As much has been written to the card as it is made for: copy what you want to keep"),
        (12, 10, "put in a new one before it fails."),
    ],
)
def test_it_is_told_in_plain_words(written_tb: float, rated: float, words: str) -> None:
    assert words in (told(int(written_tb * TB), rated=rated).sentence or "")


@pytest.mark.parametrize(("recent_bytes", "recent_s"), [(10 * GB, 599.0), (0, DAY_S), (0, 0.0)])
def test_too_little_to_tell_by(recent_bytes: int, recent_s: float) -> None:
    life = judge(size_bytes=GB, written_bytes=GB, recent_bytes=recent_bytes, recent_s=recent_s, rated_terabytes=None)

    assert (life.bytes_a_day, life.months_left, life.sentence) == (None, None, None)


def test_a_worn_card_is_told_at_once() -> None:
    life = judge(size_bytes=GB, written_bytes=REWRITES * GB, recent_bytes=0, recent_s=0.0, rated_terabytes=None)

    assert life.months_left == 0
    assert (life.sentence or "").startswith("As much has been written to the card as it is made for")


@given(
    written_bytes=st.integers(0, 10**16),
    recent_bytes=st.integers(0, 10**15),
    recent_s=st.floats(0, 1e9),
    rated_terabytes=st.none() | st.floats(0.001, 100_000),
    more_bytes=st.integers(0, 10**15),
)
def test_what_is_written_never_makes_a_card_last_longer(
    written_bytes: int, recent_bytes: int, recent_s: float, rated_terabytes: float | None, more_bytes: int
) -> None:
    def after(more_bytes: int) -> Life:
        return judge(
            size_bytes=32 * GB,
            written_bytes=written_bytes + more_bytes,
            recent_bytes=recent_bytes + more_bytes,
            recent_s=recent_s,
            rated_terabytes=rated_terabytes,
        )

    lives = after(0), after(more_bytes)

    for life in lives:
        assert (life.sentence is None) == (life.months_left is None)
        assert life.months_left is None or life.months_left >= 0
        assert not re.search(r"\b[01] (days|months|years)|nan|inf", life.sentence or "")
        if life.written_bytes >= life.rated_bytes:
            assert life.months_left == 0
        elif life.months_left is not None and life.bytes_a_day:
            lasts_bytes = life.months_left * 30.44 * life.bytes_a_day
            left_bytes = life.rated_bytes - life.written_bytes
            assert lasts_bytes == pytest.approx(left_bytes, rel=1e-9, abs=2 * life.bytes_a_day)
    if lives[0].months_left is not None and lives[1].months_left is not None:
        assert lives[1].months_left <= lives[0].months_left
