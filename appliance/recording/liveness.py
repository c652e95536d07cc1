"""Does recording go on, so that the watchdog may be fed? Judged by what it brings about. Pure.

A camera that is off for hours is no fault of ours, and a new start would not bring it back. Three things are, and a
new start may cure them: a loop that hangs, "recording" without a segment that closes, a connection that neither brings
footage nor is given up.
"""

from msgspec import Struct

from appliance.recording.freshness import State


class Signs(Struct, frozen=True):
    """What recording has brought about until now."""

    state: State
    last_closed_s: float | None
    """When the last segment ended (monotonic)."""
    restarts: int
    """How many connections to the camera are over."""
    is_paused: bool = False
    """Whether recording was told to stand still; who told it so goes on within limits of its own."""


class Liveness:
    """Compares the signs with those at which the watchdog was last fed."""

    def __init__(self) -> None:
        self._fed: Signs | None = None

    def is_alive(self, now: Signs) -> bool:
        """Whether something happened since this was last true: a segment, or the end of a vain connection."""
        before = self._fed
        is_new = before is None or now.last_closed_s != before.last_closed_s
        is_trying = before is not None and now.state != "recording" and now.restarts != before.restarts
        if is_new or is_trying or now.is_paused:
            self._fed = now
            return True
        return False
