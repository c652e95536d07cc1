"""Sizes and lengths of time, in the visitor's language."""

from setup_portal.words import language, say

_GIGABYTE = 1_000_000_000
_HOUR_S = 3600
_MINUTE_S = 60
_DECIMAL_COMMA = ("fr", "ru")


def size(count_bytes: float) -> str:
    """In gigabytes, as cards are sold."""
    return say("%(size)s GB", size=number(count_bytes / _GIGABYTE))


def number(value: float) -> str:
    """With one place after the point, or the comma."""
    text = f"{value:.1f}"
    return text.replace(".", ",") if language() in _DECIMAL_COMMA else text


def length(seconds: float) -> str:
    """As somebody would say it: the two largest units."""
    whole = max(0, round(seconds))
    if whole < _MINUTE_S:
        return say("%(seconds)s s", seconds=whole)
    hours, minutes = whole // _HOUR_S, whole % _HOUR_S // _MINUTE_S
    if not hours:
        return say("%(minutes)s min", minutes=minutes)
    return say("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)


def minutes(count: float) -> str:
    """A count of minutes, which is a whole one nearly always."""
    return f"{count:.0f}" if count == round(count) else number(count)
