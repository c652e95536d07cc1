"""How long a card may last, by what was written to it. Pure."""

from msgspec import Struct

REWRITES = 300
"""How often a card of which nothing is known may be written over, from end to end, before it is called worn.

A guess on the safe side. Makers of cards for cameras promise more: SanDisk's High Endurance of 128 GB 117 TB (900
times), Samsung's PRO Endurance of 128 GB 820 TB (6400 times). Ordinary cards come without a promise; their cells are
made for some 500 to 1000 times, of which the card itself spends a part on its own housekeeping.
"""

_TERABYTE = 10**12
_DAY_S = 86_400
_MONTH_DAYS = 30.44
_LEAST_S = 600
"""What the first minutes write, with a ring that is read back and a catalogue that is opened, says little."""
_SOON_MONTHS = 3
_YEARS_FROM_MONTHS = 24
_LONG_YEARS = 20


class Life(Struct, frozen=True):
    """What was written to a card, and what is left of it."""

    written_bytes: int
    rated_bytes: int
    """How much may be written in its life."""
    is_guessed: bool
    """Whether `rated_bytes` is our guess from its size."""
    bytes_a_day: int | None
    """None while there is too little to tell by."""
    months_left: float | None
    """Months of recording day and night; None while there is too little to tell by, 0 when it is worn."""
    sentence: str | None
    """The same in words; None while there is too little to tell by."""


def judge(
    *, size_bytes: int, written_bytes: int, recent_bytes: int, recent_s: float, rated_terabytes: float | None
) -> Life:
    """How a card of `size_bytes` stands, when `recent_bytes` of all that was written came in the last `recent_s`."""
    rated_bytes = REWRITES * size_bytes if rated_terabytes is None else round(rated_terabytes * _TERABYTE)
    is_told = recent_s >= _LEAST_S and recent_bytes > 0
    bytes_a_day = round(recent_bytes * _DAY_S / recent_s) if is_told else None
    left_bytes = max(0, rated_bytes - written_bytes)
    months_left = left_bytes / bytes_a_day / _MONTH_DAYS if bytes_a_day else None if left_bytes else 0.0
    return Life(
        written_bytes,
        rated_bytes,
        is_guessed=rated_terabytes is None,
        bytes_a_day=bytes_a_day,
        months_left=None if months_left is None else round(months_left, 1),
        sentence=None if months_left is None else _sentence(months_left),
    )


def _sentence(months: float) -> str:
    if months <= 0:
        return (
            "As much has been written to the card as it is made for: "
            "copy what you want to keep and put in a new one before it fails."
        )
    if months < _SOON_MONTHS:
        return (
            f"In about {_span(months)} of recording day and night as much will have been written to the card as it is "
            "made for: have a new one ready."
        )
    return f"At this rate the card lasts for another {_span(months)} of recording day and night."


def _span(months: float) -> str:
    if months < 1:
        days = max(1, int(months * _MONTH_DAYS))
        return "a day" if days == 1 else f"{days} days"
    if months < _YEARS_FROM_MONTHS:
        return "a month" if int(months) == 1 else f"{int(months)} months"
    years = int(months / 12)
    return f"{_LONG_YEARS} years and more" if years >= _LONG_YEARS else f"{years} years"
