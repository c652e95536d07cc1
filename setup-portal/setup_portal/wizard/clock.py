"""What the phone says about time. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

FIRST_S = 1_790_000_000
LAST_S = 4_102_444_800


def donated(now: str, when: str, zone: str) -> tuple[float, str] | None:
    """Seconds since 1970 and the time zone; None if that cannot be made of it.

    `now`: seconds, as a script tells them. `when`: local date and time, as a form tells them without one.
    """
    try:
        place = ZoneInfo(zone)
        now_s = float(now) if now else datetime.fromisoformat(when).replace(tzinfo=place).timestamp()
    except (ValueError, OSError, KeyError, OverflowError):  # ZoneInfo opens a file of that name
        return None
    return (now_s, zone) if FIRST_S <= now_s <= LAST_S else None
