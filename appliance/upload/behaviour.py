"""May this memory go now? The owner's rules against the world. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from appliance.hours import DAY_S, Hours
from appliance.network.model import Uplink

Behaviour = Literal["manual", "at-once", "scheduled", "on-networks"]

_ASK_AGAIN_S = 1800.0
"""Clocks are put right, and twice a year hours are left out: no wait for a time of day is longer at one go."""
_CLOCK_S = 60.0
"""Nothing tells when the clock becomes right: it is asked for."""


class World(Struct, frozen=True):
    """What the rules look at. `utc_offset_s`: of local time now; `spent_bytes`: sent in this calendar month."""

    wall_s: float
    utc_offset_s: int
    is_clock_trusted: bool
    uplink: Uplink
    spent_bytes: int

    @property
    def local_time(self) -> datetime:
        """Local time, as a value without a time zone."""
        return datetime.fromtimestamp(self.wall_s, UTC).replace(tzinfo=None) + timedelta(seconds=self.utc_offset_s)


class Rules(Struct, frozen=True):
    """What the owner wants. `metered`: whether a network that costs by volume may be used."""

    behaviour: Behaviour
    hours: Hours
    networks: tuple[str, ...]
    metered: bool
    monthly_cap_bytes: int | None


class Verdict(Struct, frozen=True):
    """Whether a memory may go, and if not: why, in one sentence for the owner."""

    may: bool
    reason: str | None = None
    again_s: float | None = None
    """Seconds until it is worth asking again; None: only an event changes it."""
    holds: Literal["all", "unasked", "larger", "this"] = "this"
    """Which memories get the same refusal: all, all that nobody asked for, those at least as large, this one."""
    is_kept: bool = False
    """Nothing but the owner's word will send it: it stays on the box."""


GO = Verdict(may=True)

NO_STORAGE = Verdict(
    may=False, reason="It stays on the box: [upload] remote names no storage.", holds="all", is_kept=True
)
"""For everything, while no storage is named."""


def verdict(rules: Rules, world: World, *, is_asked: bool, size_bytes: int) -> Verdict:
    """Whether a memory of this size may go now. Who asks for it has a try at once, whatever the rules.

    A network that NetworkManager knows nothing of may be one all the same: a try tells, and costs next to nothing.
    """
    if not is_asked and rules.behaviour == "manual":
        reason = "It stays on the box until you press the upload button."
        return Verdict(may=False, reason=reason, holds="unasked", is_kept=True)
    if is_asked:
        return GO
    if world.uplink.is_known and world.uplink.is_behind_portal:
        return _not_now("It waits for the internet: this network wants a sign-in on its own web page first.")
    return _by_cost(rules, world, size_bytes) or _by_behaviour(rules, world) or GO


def month_of(world: World) -> str:
    """`2026-11`: the calendar month, in local time as far as it is known."""
    return f"{world.local_time:%Y-%m}"


def _by_behaviour(rules: Rules, world: World) -> Verdict | None:
    match rules.behaviour:
        case "scheduled":
            return _by_hours(rules.hours, world)
        case "on-networks":
            return _by_name(rules.networks, world.uplink)
    return None


def _by_hours(hours: Hours, world: World) -> Verdict | None:
    if not world.is_clock_trusted:
        return _no_clock("the hours of upload")
    since_midnight_s = (world.wall_s + world.utc_offset_s) % DAY_S
    wait_s = hours.wait_s(since_midnight_s)
    if not wait_s:
        return None
    return _not_now(f"It waits for {hours.start}, when the hours of upload begin.", min(wait_s, _ASK_AGAIN_S))


def _by_name(networks: tuple[str, ...], uplink: Uplink) -> Verdict | None:
    if not uplink.is_known:
        return _not_now("It waits: without NetworkManager the box cannot tell which network it is in.")
    if set(networks) & set(uplink.names):
        return None
    return _not_now(f"It waits for one of your networks: {', '.join(networks)}.")


def _by_cost(rules: Rules, world: World, size_bytes: int) -> Verdict | None:
    if world.uplink.is_known and world.uplink.is_metered and not rules.metered:
        return _not_now("It waits for a network that does not cost by volume ([upload] metered).")
    if rules.monthly_cap_bytes is None:
        return None
    return _by_cap(rules.monthly_cap_bytes, world, size_bytes)


def _by_cap(cap_bytes: int, world: World, size_bytes: int) -> Verdict | None:
    cap = f"monthly cap of {cap_bytes / 1e9:g} GB"
    if size_bytes > cap_bytes:
        reason = f"It is larger than the {cap}: press the upload button to send it all the same."
        return Verdict(may=False, reason=reason, holds="larger", is_kept=True)
    if not world.is_clock_trusted:
        return _no_clock(f"the {cap}")
    if world.spent_bytes + size_bytes <= cap_bytes:
        return None
    turn = _next_month(world.local_time)
    again_s = min((turn - world.local_time).total_seconds(), _ASK_AGAIN_S)
    day = f"{turn.day} {turn:%B}"
    if world.spent_bytes >= cap_bytes:
        return _not_now(f"The {cap} is used up until {day}.", again_s)
    reason = f"It waits for {day}: it is larger than what is left of the {cap}."
    return Verdict(may=False, reason=reason, again_s=again_s, holds="larger")


def _next_month(now: datetime) -> datetime:
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


def _no_clock(what: str) -> Verdict:
    return _not_now(f"It waits until the box knows the time of day: {what} cannot be kept without it.", _CLOCK_S)


def _not_now(reason: str, again_s: float | None = None) -> Verdict:
    return Verdict(may=False, reason=reason, again_s=again_s, holds="unasked")
