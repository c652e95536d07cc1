"""What a press must know of the recording, and what the owner is told when there is nothing to keep."""

from typing import Protocol

from appliance.recording.ring import Ring

NOTHING_RECORDED = "Nothing recorded yet: wait until the lamp shows that it is recording."

NOTHING_OF_THAT_TIME = "The ring holds nothing of that time: it was overwritten, or not recorded."


class Camera(Protocol):
    """What a press must know of the recording."""

    @property
    def latency_s(self) -> float:
        """How far the picture lags behind the world."""

    @property
    def absence(self) -> str | None:
        """Why there is no fresh footage now; None if there is."""


def why_nothing(ring: Ring, camera: Camera) -> str:
    """One sentence for a press that finds no footage."""
    if ring.oldest_start_s is None:
        return f"{NOTHING_RECORDED} ({camera.absence})" if camera.absence else NOTHING_RECORDED
    return f"There is no footage of the last minutes: {camera.absence or 'the camera was away'}."
