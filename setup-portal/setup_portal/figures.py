"""Sizes, lengths and dates in the visitor's words."""

from datetime import datetime

from setup_portal.words import language, marked, say

_MONTHS = (
    marked("January"),
    marked("February"),
    marked("March"),
    marked("April"),
    marked("May"),
    marked("June"),
    marked("July"),
    marked("August"),
    marked("September"),
    marked("October"),
    marked("November"),
    marked("December"),
)
_THOUSAND = 1000
_FINE_S = 10
_MINUTE_S = 60
_HOUR_S = 3600
_DECIMAL_COMMA = ("fr", "ru")


def size(size_bytes: float) -> str:
    """Decimal units, as cards and storages count."""
    if size_bytes < _THOUSAND**2:
        return say("%(number)s kB", number=max(1, round(size_bytes / _THOUSAND)))
    if size_bytes < _THOUSAND**3:
        return say("%(number)s MB", number=round(size_bytes / _THOUSAND**2))
    return say("%(number)s GB", number=number(size_bytes / _THOUSAND**3))


def length(seconds: float) -> str:
    """How long something is."""
    whole = round(seconds)
    if whole < _MINUTE_S:
        return say("%(seconds)s s", seconds=number(seconds) if seconds < _FINE_S else whole)
    if whole < _HOUR_S:
        return say("%(minutes)s min %(seconds)s s", minutes=whole // _MINUTE_S, seconds=whole % _MINUTE_S)
    return say("%(hours)s h %(minutes)s min", hours=whole // _HOUR_S, minutes=whole % _HOUR_S // _MINUTE_S)


def rough_length(seconds: float) -> str:
    """How long something is that nobody counts in seconds: those are told of less than a minute only."""
    whole = max(0, round(seconds))
    if whole < _MINUTE_S:
        return say("%(seconds)s s", seconds=whole)
    hours, minutes = whole // _HOUR_S, whole % _HOUR_S // _MINUTE_S
    if not hours:
        return say("%(minutes)s min", minutes=minutes)
    return say("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)


def number(value: float) -> str:
    """At most one digit behind the visitor's decimal sign."""
    text = f"{value:.1f}".removesuffix(".0")
    return text.replace(".", ",") if language() in _DECIMAL_COMMA else text


def day(iso: str) -> str:
    """The day of an instant in ISO 8601; the text itself where it is none."""
    when = _read(iso)
    if when is None:
        return iso
    return say("%(day)s %(month)s %(year)s", day=when.day, month=say(_MONTHS[when.month - 1]), year=when.year)


def moment(iso: str) -> str:
    """Day and time of an instant in ISO 8601, as local as it is written."""
    when = _read(iso)
    return iso if when is None else say("%(day)s, %(time)s", day=day(iso), time=f"{when:%H:%M:%S}")


def _read(iso: str) -> datetime | None:
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        return None
