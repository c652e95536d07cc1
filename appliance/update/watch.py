"""Is the version on trial well? Pure: it is told what is seen, and when."""

from dataclasses import dataclass
from typing import Literal

from msgspec import Struct


class Patience(Struct, frozen=True):
    """How long a version may take."""

    start_s: float = 180.0
    """To be well for the first time, or again after a relapse."""
    well_s: float = 30.0
    """It has to be well without a break."""


class Seen(Struct, frozen=True):
    """One look at the recorder."""

    version: str
    uptime_s: float
    is_recording: bool
    """With a fresh segment of its own."""


Verdict = Literal["wait", "well", "ill"]


@dataclass
class Watch:
    """One trial, which began at `started_s`."""

    version: str
    must_record: bool
    started_s: float
    patience: Patience
    reason: str = "did not answer"
    """Why it is not well, as of the last look, in words that follow its number."""
    _well_since_s: float | None = None
    _uptime_s: float = 0.0

    def see(self, seen: Seen | None, now_s: float) -> Verdict:
        """Take one look; None is no answer."""
        trouble = self._trouble(seen)
        if trouble:
            self.reason = trouble
            self._well_since_s = None
            return "ill" if now_s - self.started_s >= self.patience.start_s else "wait"
        if self._well_since_s is None:
            self._well_since_s = now_s
        return "well" if now_s - self._well_since_s >= self.patience.well_s else "wait"

    def _trouble(self, seen: Seen | None) -> str | None:
        if seen is None:
            return "did not answer" if self._uptime_s == 0 else "started and then fell silent"
        before_s, self._uptime_s = self._uptime_s, seen.uptime_s
        if seen.version != self.version:
            return f"was asked for and {seen.version} answered"
        if seen.uptime_s < before_s:
            return "kept starting anew"
        if self.must_record and not seen.is_recording:
            return "did not record again"
        return None
