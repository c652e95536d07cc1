"""Is it really recording? Judged by bytes that reach the disk, never by a living process (promise R4). Pure."""

from typing import Literal

State = Literal["starting", "recording", "stalled", "no-camera"]

IMPATIENT_LOOK_S = 0.1
"""While nothing has arrived: the owner waits for the lamp."""

LOST_AFTER_S = 10.0
"""A camera that has been silent for so long is not waited for: the connection is made anew."""


class Freshness:
    """The recording state, with the clock passed in.

    A look at the open segment's size every `look_every_s` tells a dead stream after at most three looks,
    which is less than one segment length for segments of two seconds or more.
    """

    def __init__(self, segment_s: float) -> None:
        self.look_every_s = max(0.5, segment_s / 4)
        self.state: State = "starting"
        self.reason: str | None = None
        self._lost_after_s = max(LOST_AFTER_S, 2 * segment_s)
        self._connected_s: float | None = None
        self.grew_s: float | None = None
        """When new bytes were last seen in this connection."""
        self._start_limit_s = 0.0

    @property
    def next_look_s(self) -> float:
        """When to look at the open segment again: sooner while its first bytes are waited for."""
        is_waiting = self._connected_s is not None and self.grew_s is None
        return IMPATIENT_LOOK_S if is_waiting else self.look_every_s

    def connecting(self, now_s: float, start_limit_s: float) -> None:
        """A camera connection begins; its first bytes may take `start_limit_s`."""
        self._connected_s, self.grew_s = now_s, None
        self._start_limit_s = start_limit_s

    def grew(self, now_s: float) -> State:
        """New bytes are on disk."""
        self.grew_s = now_s
        return self._turn("recording", None)

    def ended(self, reason: str) -> State:
        """The connection is over."""
        self._connected_s = self.grew_s = None
        return self._turn("no-camera", reason)

    def look(self, now_s: float) -> State:
        """Time has passed without news."""
        if self.grew_s is not None and now_s - self.grew_s >= 2 * self.look_every_s:
            silent_s = now_s - self.grew_s
            return self._turn("stalled", f"no picture has arrived for {silent_s:.0f} s")
        return self.state

    def is_hopeless(self, now_s: float) -> bool:
        """Whether the connection should be given up and made anew."""
        if self._connected_s is None:
            return False
        if self.grew_s is None:
            return now_s - self._connected_s >= self._start_limit_s
        return now_s - self.grew_s >= self._lost_after_s

    def _turn(self, state: State, reason: str | None) -> State:
        self.state, self.reason = state, reason
        return state


class LastGasp:
    """Tells a stream that flows from the last frame of a dead one.

    ffmpeg hands out its last frame when it gives up, seconds after the stream fell silent (tried with RTSP): bytes that
    come after a silence count only when more follow them.
    """

    def __init__(self, look_every_s: float) -> None:
        self._silence_s = 1.5 * look_every_s
        self._grew_s: float | None = None

    def connecting(self) -> None:
        """A camera connection begins: its first bytes count."""
        self._grew_s = None

    def may_be(self, now_s: float) -> bool:
        """Whether the bytes that were just seen may be the last ones."""
        before_s, self._grew_s = self._grew_s, now_s
        return before_s is not None and now_s - before_s > self._silence_s
