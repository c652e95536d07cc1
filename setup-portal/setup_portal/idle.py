"""When the pages may end because nobody looks at them; the next visitor starts them again. Pure."""

from threading import Lock

from setup_portal.releases import Releases


class Idle:
    """Instants are monotonic seconds. Used by several threads."""

    def __init__(self, limit_s: float | None, now_s: float) -> None:
        self._limit_s = limit_s
        self._last_s = now_s
        self._busy = 0
        self._lock = Lock()
        self.releases = Releases()

    def begin(self, now_s: float) -> None:
        """A request came."""
        with self._lock:
            self._busy += 1
            self._last_s = now_s

    def end(self, now_s: float) -> None:
        """It was answered."""
        with self._lock:
            self._busy -= 1
            self._last_s = now_s

    def is_over(self, now_s: float) -> bool:
        """Whether nobody came for long enough, nobody is being answered, and no phone counts on being remembered."""
        with self._lock:
            is_quiet = self._limit_s is not None and not self._busy and now_s - self._last_s >= self._limit_s
            return is_quiet and not self.releases.any(now_s)
