"""Days, hours and minutes that can be looked back at. Pure: instants are Unix seconds, `offset_s` is east of UTC."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

HOUR_S = 3600
DAY_S = 86_400
MOST_DAYS = 31


@dataclass(frozen=True)
class Window:
    """The hour that is shown, or the last one."""

    since_s: float
    until_s: float

    def holds(self, at_s: float) -> bool:
        """Whether an instant is in it."""
        return self.since_s <= at_s < self.until_s


def hour_of(at_s: float, offset_s: int) -> Window:
    """The hour by the clock on the wall."""
    since_s = (at_s + offset_s) // HOUR_S * HOUR_S - offset_s
    return Window(since_s, since_s + HOUR_S)


def days(start_s: float, end_s: float, offset_s: int) -> list[date]:
    """Every day that the ring may hold something of, oldest first; the newest of many."""
    first, last = local(start_s, offset_s).date(), local(end_s, offset_s).date()
    count = min((last - first).days, MOST_DAYS - 1)
    return [last - timedelta(days=back) for back in range(count, -1, -1)]


def hours(day: date, start_s: float, end_s: float, offset_s: int) -> list[float]:
    """When each hour of a day begins that the ring may hold something of."""
    midnight_s = midnight(day, offset_s)
    starts = [midnight_s + HOUR_S * number for number in range(DAY_S // HOUR_S)]
    return [since_s for since_s in starts if since_s + HOUR_S > start_s and since_s <= end_s]


def midnight(day: date, offset_s: int) -> float:
    """When a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=timezone(timedelta(seconds=offset_s))).timestamp()


def local(at_s: float, offset_s: int) -> datetime:
    """An instant by the box's clock on the wall."""
    return datetime.fromtimestamp(at_s, timezone(timedelta(seconds=offset_s)))


def stretch(day: str, begins: str, ends: str, offset_s: int, not_before_s: float) -> tuple[float, float] | None:
    """From when to when, as a form says it; None if it is no day or no times, or if it ends as it begins.

    Times are of `day`, or of the next one where the hour that was shown went past midnight.
    """
    try:
        midnight_s = midnight(date.fromisoformat(day), offset_s)
        start_s, end_s = midnight_s + _seconds(begins), midnight_s + _seconds(ends)
    except (ValueError, OverflowError):
        return None
    if start_s < not_before_s:
        start_s, end_s = start_s + DAY_S, end_s + DAY_S
    if end_s < start_s:
        end_s += DAY_S
    return (start_s, end_s) if start_s < end_s else None


def _seconds(time_of_day: str) -> int:
    said = time.fromisoformat(time_of_day)
    return HOUR_S * said.hour + 60 * said.minute + said.second
