"""Hours of the day, such as 22:00-06:00. Pure."""

import re

from msgspec import Struct

DAY_S = 86_400

_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)", re.ASCII)


class Hours(Struct, frozen=True):
    """A span of every day, in seconds after local midnight; it goes over midnight if it ends before it starts."""

    start_s: int
    end_s: int

    @property
    def start(self) -> str:
        """`22:00`."""
        return f"{self.start_s // 3600:02}:{self.start_s % 3600 // 60:02}"

    def wait_s(self, since_midnight_s: float) -> float:
        """Seconds until the span begins; 0 inside of it."""
        length_s = (self.end_s - self.start_s) % DAY_S or DAY_S
        into_s = (since_midnight_s - self.start_s) % DAY_S
        return 0.0 if into_s < length_s else DAY_S - into_s


def parse_hours(text: str) -> Hours:
    """What `HH:MM-HH:MM` says.

    Raises:
        ValueError: if it says no such thing; the text follows the name of the setting.
    """
    form = _FORM.fullmatch(text)
    if not form:
        raise ValueError('must look like "22:00-06:00"')
    start_hour, start_minute, end_hour, end_minute = map(int, form.groups())
    start_s, end_s = start_hour * 3600 + start_minute * 60, end_hour * 3600 + end_minute * 60
    if end_s > DAY_S:
        raise ValueError("must end at 24:00 at the latest")
    if start_s == end_s:
        raise ValueError('begins when it ends; the whole day is "00:00-24:00"')
    return Hours(start_s, end_s)


def hours_trouble(text: str) -> str | None:
    """What is wrong with hours, in words that follow the name of their setting; None if nothing is."""
    try:
        parse_hours(text)
    except ValueError as trouble:
        return str(trouble)
    return None
