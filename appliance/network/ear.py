"""What was heard on the air, and how long ago: an open set-up network is deaf, so the list outlives it."""

from appliance.clock import Clock
from appliance.network.airwaves import AccessPoint, Heard, Security, merged
from appliance.network.bus import BusError
from appliance.network.joining import Joining

FRESH_S = 60.0
"""A list that is no older says whether a network is in reach."""


class Ear:
    """Keeps the last list. `points`: what it holds."""

    def __init__(self, joining: Joining, clock: Clock) -> None:
        self._joining = joining
        self._clock = clock
        self._at_s: float | None = None
        self.points: tuple[AccessPoint, ...] = ()

    @property
    def age_s(self) -> float | None:
        """Of the list; None: nobody listened yet."""
        return None if self._at_s is None else self._clock.monotonic_s() - self._at_s

    async def listen(self, device: str, *names: bytes) -> str | None:
        """Scan; a sentence if that cannot be done now: the list stays. `names`: of networks that hide theirs."""
        if not device:
            return "No Wi-Fi is found on this machine, so nothing is heard."
        try:
            points = await self._joining.scan(device, *names)
        except BusError:
            return "The radio is busy or switched off: this is what was heard before."
        if points is None:
            return "The radio did not listen anew in time: this is what was heard before."
        self.points, self._at_s = tuple(points), self._clock.monotonic_s()
        return None

    def heard(self, *ours: str) -> list[Heard]:
        """The list, without networks of these names."""
        return merged(self.points, {name.encode() for name in ours})

    def security_of(self, ssid: bytes) -> Security | None:
        """That of the strongest of this name that can be joined."""
        return next((one.security for one in self.heard() if one.ssid == ssid and one.obstacle is None), None)

    def obstacle_of(self, ssid: bytes) -> str | None:
        """Why none of this name can be joined, if any is heard."""
        named = [one.obstacle for one in self.heard() if one.ssid == ssid]
        return named[0] if named and all(named) else None

    def is_heard(self, ssid: bytes) -> bool:
        """Whether it is in reach, as far as a fresh list says."""
        age_s = self.age_s
        return age_s is not None and age_s <= FRESH_S and any(point.ssid == ssid for point in self.points)
