"""One button in real time: its edges, and the holds that are asked over the control socket."""

import asyncio
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count

from appliance.panel.alarm import Alarm, MonotonicClock
from appliance.panel.gestures import Gesture, Outcome, Released


class ButtonWatch:
    """Drives one gesture by one timer, and hands its outcomes to `report`."""

    def __init__(self, gesture: Gesture, clock: MonotonicClock, report: Callable[[Outcome], None]) -> None:
        self._gesture = gesture
        self._clock = clock
        self._report = report
        self._alarm = Alarm(clock, self._advance)
        self._ups: list[tuple[float, str]] = []
        self._waiting: list[asyncio.Future[int]] = []
        self._hold_numbers = count(1)

    def held_at_start(self) -> None:
        self._gesture.held_at_start(self._clock(), "button")
        self._set_alarm()

    def edge(self, at_s: float, *, is_down: bool) -> None:
        self._release_due(at_s)
        self._tell((self._gesture.down if is_down else self._gesture.up)(at_s, "button"))
        self._set_alarm()

    def hold(self, hold_s: float) -> asyncio.Future[int]:
        """Hold from now on; the future has the steps when the press is over, whoever else holds it longer."""
        holder = f"hold {next(self._hold_numbers)}"
        now_s = self._clock()
        released = asyncio.get_running_loop().create_future()
        self._release_due(now_s)
        self._tell(self._gesture.down(now_s, holder))
        self._waiting.append(released)
        heappush(self._ups, (now_s + hold_s, holder))
        self._set_alarm()
        return released

    def keep_down(self, holder: str, hold_s: float) -> None:
        """Hold as `holder` for so long from now on; it may be said again before that is over."""
        now_s = self._clock()
        self._release_due(now_s)
        self._forget(holder)
        self._tell(self._gesture.down(now_s, holder))
        heappush(self._ups, (now_s + hold_s, holder))
        self._set_alarm()

    def let_go(self, holder: str) -> asyncio.Future[int]:
        """That one lets go now; the future is as that of `hold`, or done where no press goes on."""
        now_s = self._clock()
        released = asyncio.get_running_loop().create_future()
        self._release_due(now_s)
        self._forget(holder)
        self._waiting.append(released)
        self._tell(self._gesture.up(now_s, holder))
        if not self._gesture.is_pressed and not released.done():
            self._waiting.remove(released)
            released.set_result(0)
        self._set_alarm()
        return released

    def stop(self) -> None:
        self._release_due(self._clock())
        self._tell(self._gesture.finish(self._clock()))
        self._alarm.set(None)

    def _advance(self, now_s: float) -> None:
        self._release_due(now_s)
        self._tell(self._gesture.tick(now_s))
        self._set_alarm()

    def _release_due(self, now_s: float) -> None:
        """Asked holds end at the instant that was asked, however late the loop is."""
        while self._ups and self._ups[0][0] <= now_s:
            self._tell(self._gesture.up(*heappop(self._ups)))

    def _forget(self, holder: str) -> None:
        self._ups = [up for up in self._ups if up[1] != holder]
        heapify(self._ups)

    def _set_alarm(self) -> None:
        deadlines_s = [self._gesture.next_deadline_s, *(at_s for at_s, _ in self._ups[:1])]
        self._alarm.set(min((at_s for at_s in deadlines_s if at_s is not None), default=None))

    def _tell(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            self._report(outcome)
            if isinstance(outcome, Released):
                waiting, self._waiting = self._waiting, []
                for released in waiting:
                    if not released.done():  # its caller may have gone
                        released.set_result(outcome.steps)
