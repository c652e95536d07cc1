"""What a GoPro of the old kind needs next, from waking it to the end of its stream. Pure.

asking ──a guest is counted──▶ starting ──accepted──▶ waiting for pictures ──▶ streaming ──silence──▶ trouble
"""

import math
from typing import Literal

from msgspec import Struct

Deed = Literal["wake", "ask", "start", "greet"]
"""`wake`: the magic packet. `ask`: for its status. `start`: the stream, anew. `greet`: the datagram that keeps it."""
Stage = Literal["asking", "starting", "waiting", "streaming"]

_REQUESTS: dict[Stage, list[Deed]] = {
    "asking": ["wake", "ask"],
    "starting": ["start"],
    "waiting": ["start"],
    "streaming": ["ask"],
}

GREET_EVERY_S = 2.5
"""The picture freezes some 25 s after the last one on a HERO5, after 10 s on a MAX (goprowifihack issue 276)."""
PATIENCE_S = 15.0
"""How long it may take until pictures come."""
SILENCE_S = 3.0
_DOUBT_S = 1.5
"""So long without a packet, and it is asked what it does: who records onto its card has to be told that."""
_AGAIN_S = 1.0
_FIRST_PICTURE_S = 4.0


class Status(Struct, frozen=True):
    """`guests`: how many devices the camera counts in its network (31). `is_recording`: onto its own card (10)."""

    guests: int
    is_recording: bool


def hindrance_of(name: str, status: Status) -> str | None:
    """Why the camera of this name sends no pictures now, if its status tells."""
    if status.is_recording:
        return f"{name} records onto its own card and sends no pictures meanwhile; stop it there."
    return None


class Session:
    """One stream. Whoever drives it does what is `due`, tells what came of it, and looks again at `next_s`.

    All times are monotonic seconds.
    """

    def __init__(self, name: str, now_s: float, patience_s: float = PATIENCE_S) -> None:
        self.stage: Stage = "asking"
        self.trouble: str | None = None
        self._name = name
        self._reason = f"{name} does not answer; is it on, with its Wi-Fi on, and is this box in its network?"
        self._give_up_s = now_s + patience_s
        self._request_s = now_s
        self._is_asked = False
        self._greet_s = math.inf

    @property
    def next_s(self) -> float:
        """When to look again, if nothing happens before."""
        return min(self._give_up_s, self._request_s, self._greet_s)

    def due(self, now_s: float) -> list[Deed]:
        """What must be done now. A request (`ask`, `start`) is not due again until it is answered or failed."""
        if now_s >= self._give_up_s and self.trouble is None:
            self.trouble = self._reason
        if self.trouble is not None:
            return []
        deeds: list[Deed] = []
        if now_s >= self._greet_s:
            self._greet_s = now_s + GREET_EVERY_S
            deeds.append("greet")
        if now_s >= self._request_s:
            self._request_s, self._is_asked = math.inf, True
            deeds += _REQUESTS[self.stage]
        return deeds

    def answered(self, status: Status, now_s: float) -> None:
        """The camera has told its status."""
        self._is_asked = False
        if hindrance := hindrance_of(self._name, status):
            self.failed(hindrance, now_s)
        elif status.guests < 1:
            self.failed(
                f"{self._name} answers but does not see this box in its Wi-Fi; switch its Wi-Fi off and on.", now_s
            )
        elif self.stage != "streaming":
            self.stage, self._request_s = "starting", now_s

    def failed(self, sentence: str, now_s: float) -> None:
        """A request came to nothing, and why: that is the reason if nothing comes any more."""
        self._is_asked, self._reason = False, sentence
        if self.stage != "streaming":
            self._request_s = now_s + _AGAIN_S

    def started(self, now_s: float) -> None:
        """The camera has accepted to stream; it is greeted from now on."""
        self._is_asked, self._greet_s = False, now_s
        if self.stage == "streaming":
            return
        self._reason = f"{self._name} accepts to stream, but no picture arrives; does a firewall stop UDP port 8554?"
        self.stage, self._request_s = "waiting", now_s + _FIRST_PICTURE_S

    def heard(self, now_s: float) -> bool:
        """A datagram of the stream came; whether it was the first."""
        if self.stage not in {"waiting", "streaming"}:
            return False
        is_first = self.stage == "waiting"
        self.stage, self._request_s = "streaming", math.inf if self._is_asked else now_s + _DOUBT_S
        self._reason = f"{self._name} has stopped sending; is it still on, charged and near?"
        self._give_up_s = now_s + SILENCE_S
        return is_first
