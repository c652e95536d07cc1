"""What the rules see of the world, and so which memory may go now."""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from appliance.clock import Clock
from appliance.memories.model import Entry
from appliance.network.model import UNKNOWN, Uplink
from appliance.upload.behaviour import NO_STORAGE, Rules, Verdict, World, verdict
from appliance.upload.entering import key_of
from appliance.upload.model import Job

DATE_PATIENCE_S = 120.0
"""How long a memory whose date is not known waits for it, unless somebody asked for it; then it goes by the name that
it has. A network that tells the time does so within a minute."""


class Outlook:
    """Belongs to the loop. `rules`: None while no storage is named."""

    def __init__(self, rules: Rules | None, clock: Clock) -> None:
        self.rules = rules
        self.uplink: Uplink = UNKNOWN
        self.spent_bytes = 0
        self.away: str | None = None
        """Why nothing can go for now, whoever asks: the radio is elsewhere."""
        self._clock = clock
        self._undated: dict[str, float] = {}
        """Since when each memory of this boot waits for its date, by its key."""

    @property
    def world(self) -> World:
        """The world now."""
        wall_s = self._clock.wall_s()
        offset = datetime.fromtimestamp(wall_s).astimezone().utcoffset()
        return World(
            wall_s=wall_s,
            utc_offset_s=int(offset.total_seconds()) if offset else 0,
            is_clock_trusted=self._clock.is_trusted(),
            uplink=self.uplink,
            spent_bytes=self.spent_bytes,
        )

    def look_at(self, entries: Iterable[Entry]) -> None:
        """Know which of these files still wait for their date (promise M5)."""
        for entry in entries:
            is_undated = entry.press.time_quality == "provisional" and entry.press.boot_id == self._clock.boot_id
            if is_undated:
                self._undated.setdefault(key_of(entry), self._clock.monotonic_s())
            else:
                self._undated.pop(key_of(entry), None)

    def forget(self, key: str) -> None:
        """The file is gone."""
        self._undated.pop(key, None)

    def allowed(self, job: Job) -> Verdict:
        """Whether this one may go now."""
        if self.rules is None:
            return NO_STORAGE
        if self.away:
            return Verdict(may=False, reason=self.away, holds="all")
        answer = verdict(self.rules, self.world, is_asked=job.asked_number > 0, size_bytes=job.size_bytes)
        waits = answer.may and not job.asked_number and job.key in self._undated
        return self._by_date(job.key) if waits else answer

    def could_go(self, job: Job, uplink: Uplink) -> bool:
        """Whether this one might go now if this were the uplink."""
        if self.rules is None:
            return False
        world = replace(self.world, uplink=uplink)
        return verdict(self.rules, world, is_asked=job.asked_number > 0, size_bytes=job.size_bytes).may

    def _by_date(self, key: str) -> Verdict:
        left_s = self._undated[key] + DATE_PATIENCE_S - self._clock.monotonic_s()
        if left_s <= 0:
            return Verdict(may=True)
        return Verdict(
            may=False, reason="It waits a while for its date: the box does not know the time yet.", again_s=left_s
        )
