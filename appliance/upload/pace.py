"""When a transfer may run, and when it has had its time. Pure: the clock is passed in."""

THROTTLE_ROUND_S = 4.0
THROTTLE_RUN_S = 1.0
"""A throttled transfer runs this long of every round."""


class Pace:
    """Whether a transfer may run: not while it is paused, a quarter of the time while it is throttled."""

    def __init__(self) -> None:
        self.is_paused = False
        self._throttled_since_s: float | None = None

    @property
    def is_throttled(self) -> bool:
        return self._throttled_since_s is not None

    def pause(self, *, on: bool) -> None:
        """Let it stand still, or no longer."""
        self.is_paused = on

    def throttle(self, now_s: float, *, on: bool) -> None:
        """Let it run a quarter of the time, or no longer; it begins with a rest."""
        if on != self.is_throttled:
            self._throttled_since_s = now_s if on else None

    def may_run(self, now_s: float) -> bool:
        """Whether it may run at this instant."""
        return not self.is_paused and self._rest_s(now_s) <= 0

    def next_change_s(self, now_s: float) -> float | None:
        """How long this answer holds; None: until somebody changes his mind."""
        if self.is_paused or self._throttled_since_s is None:
            return None
        rest_s = self._rest_s(now_s)
        return rest_s if rest_s > 0 else rest_s + THROTTLE_RUN_S

    def _rest_s(self, now_s: float) -> float:
        """Above 0: so long it rests; else how long it has been running in this round, negated."""
        if self._throttled_since_s is None:
            return 0.0
        into_round_s = (now_s - self._throttled_since_s) % THROTTLE_ROUND_S
        return THROTTLE_ROUND_S - THROTTLE_RUN_S - into_round_s


class Patience:
    """How long a transfer may take in all, and without a byte moving. Only the time counts in which it may run."""

    def __init__(self, now_s: float, whole_limit_s: float, stall_limit_s: float) -> None:
        self._at_s = now_s
        self._whole_limit_s = whole_limit_s
        self._stall_limit_s = stall_limit_s
        self._ran_s = 0.0
        self._moved_at_s = 0.0
        self._is_running = True

    def set_running(self, now_s: float, *, on: bool) -> None:
        """It runs from now on, or stands still."""
        self._count(now_s)
        self._is_running = on

    def moved(self, now_s: float) -> None:
        """Bytes have moved."""
        self._count(now_s)
        self._moved_at_s = self._ran_s

    def left_s(self, now_s: float) -> float | None:
        """How long it may still run before it has had its time (0: it has); None while it stands still."""
        self._count(now_s)
        whole_s = self._whole_limit_s - self._ran_s
        stall_s = self._moved_at_s + self._stall_limit_s - self._ran_s
        left_s = max(0.0, min(whole_s, stall_s))
        return left_s if self._is_running or left_s == 0 else None

    def _count(self, now_s: float) -> None:
        if self._is_running:
            self._ran_s += now_s - self._at_s
        self._at_s = now_s
