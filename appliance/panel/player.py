"""Brings what the lamp or the buzzer shows to the hardware."""

from collections.abc import Callable
from typing import Protocol

from appliance.panel.alarm import Alarm, MonotonicClock


class Show(Protocol):
    """A level that changes with time."""

    def level(self, now_s: float) -> bool: ...

    def next_change_s(self, now_s: float) -> float | None: ...


class Player:
    """Plays a show by one timer, from `start()` to `stop()`."""

    def __init__(self, show: Show, clock: MonotonicClock, set_level: Callable[[bool], None]) -> None:
        self._show = show
        self._clock = clock
        self._set_level = set_level
        self._alarm = Alarm(clock, self._play)
        self._level: bool | None = None
        self._is_playing = False

    def start(self) -> None:
        self._is_playing = True
        self.refresh()

    def refresh(self) -> None:
        """Something was told to the show."""
        self._play(self._clock())

    def stop(self) -> None:
        self._is_playing = False
        self._alarm.set(None)

    def _play(self, now_s: float) -> None:
        if not self._is_playing:
            return
        level = self._show.level(now_s)
        if level != self._level:
            self._set_level(level)
            self._level = level
        self._alarm.set(self._show.next_change_s(now_s))
