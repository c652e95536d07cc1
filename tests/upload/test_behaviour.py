"""May this memory go now?"""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.hours import parse_hours
from appliance.network.model import Uplink
from appliance.upload.behaviour import Behaviour, Rules, Verdict, World, month_of, verdict

HOME = Uplink(is_known=True, is_connected=True, names=("home", "Wired"), is_metered=None, is_behind_portal=False)
UNKNOWN = Uplink(is_known=False, is_connected=False, names=(), is_metered=None, is_behind_portal=False)
OFFLINE = Uplink(is_known=True, is_connected=False, names=(), is_metered=None, is_behind_portal=False)
PORTAL = Uplink(is_known=True, is_connected=True, names=("Hotel",), is_metered=None, is_behind_portal=True)
METERED = Uplink(is_known=True, is_connected=True, names=("phone",), is_metered=True, is_behind_portal=False)
GB = 1_000_000_000
HOUR_S = 3600


def rules(behaviour: Behaviour = "at-once", **others: Any) -> Rules:
    values: dict[str, Any] = {
        "hours": parse_hours("22:00-06:00"),
        "networks": ("home", "office"),
        "metered": False,
        "monthly_cap_bytes": None,
    }
    return Rules(behaviour, **{**values, **others})


def world(at: str = "2026-11-21T23:00", uplink: Uplink = HOME, spent_bytes: int = 0, **others: Any) -> World:
    """The world at a local time, one hour east of Greenwich."""
    wall_s = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() - HOUR_S
    values: dict[str, Any] = {"utc_offset_s": HOUR_S, "is_clock_trusted": True}
    return World(wall_s=wall_s, uplink=uplink, spent_bytes=spent_bytes, **{**values, **others})


def ask(rules: Rules, world: World, *, is_asked: bool = False, size_bytes: int = GB) -> Verdict:
    return verdict(rules, world, is_asked=is_asked, size_bytes=size_bytes)


def reason(answer: Verdict) -> str:
    assert not answer.may
    return answer.reason or ""


@pytest.mark.parametrize("behaviour", get_args(Behaviour))
@pytest.mark.parametrize("uplink", [HOME, UNKNOWN, METERED, OFFLINE, PORTAL])
def test_who_asks_is_served_whatever_the_rules(behaviour: Behaviour, uplink: Uplink) -> None:
    strict = rules(behaviour, networks=("elsewhere",), monthly_cap_bytes=1)
    assert ask(strict, world("2026-11-21T12:00", uplink, 5, is_clock_trusted=False), is_asked=True).may


def test_nothing_goes_by_itself_where_a_sign_in_page_stands_in_the_way() -> None:
    answer = ask(rules(), world(uplink=PORTAL))

    assert "wants a sign-in" in reason(answer)
    assert (answer.again_s, answer.holds) == (None, "unasked")


def test_manual_keeps_it_until_somebody_asks_even_without_a_network() -> None:
    answer = ask(rules("manual"), world(uplink=OFFLINE))

    assert answer.reason == "It stays on the box until you press the upload button."
    assert (answer.may, answer.is_kept, answer.again_s) == (False, True, None)


@pytest.mark.parametrize("uplink", [HOME, UNKNOWN, OFFLINE])
def test_at_once_goes_where_network_manager_knows_of_no_network_too(uplink: Uplink) -> None:
    assert ask(rules(), world(uplink=uplink)).may


def test_scheduled_waits_for_its_hour_and_asks_again_in_time() -> None:
    early = ask(rules("scheduled"), world("2026-11-21T12:00"))
    late = ask(rules("scheduled"), world("2026-11-21T21:50"))

    assert early.reason == "It waits for 22:00, when the hours of upload begin."
    assert (early.may, early.again_s) == (False, 1800)
    assert late.again_s == 600
    assert ask(rules("scheduled"), world("2026-11-22T05:59")).may


def test_the_hours_are_of_local_time_now() -> None:
    """On the night of the change an instant's offset says which hour it is."""
    before = world("2026-10-25T02:30", utc_offset_s=2 * HOUR_S)
    scheduled = rules("scheduled", hours=parse_hours("03:00-04:00"))
    assert ask(scheduled, before).may  # 01:30 UTC is 03:30 in summer time …
    assert not ask(scheduled, world("2026-10-25T02:30")).may  # … and 02:30 in winter time


def test_scheduled_cannot_be_kept_without_the_time_of_day() -> None:
    answer = ask(rules("scheduled"), world("1970-01-01T23:00", is_clock_trusted=False))

    assert "until the box knows the time of day" in reason(answer)
    assert not answer.may
    assert answer.again_s


def test_on_networks_goes_in_the_ones_that_are_named() -> None:
    assert ask(rules("on-networks"), world()).may
    elsewhere = ask(rules("on-networks", networks=("office",)), world())
    assert (elsewhere.may, elsewhere.reason) == (False, "It waits for one of your networks: office.")
    unknown = ask(rules("on-networks"), world(uplink=UNKNOWN))
    assert "without NetworkManager" in reason(unknown)
    assert not unknown.may


def test_a_metered_network_is_spared_unless_it_is_allowed() -> None:
    answer = ask(rules(), world(uplink=METERED))
    assert "does not cost by volume" in reason(answer)
    assert not answer.may
    assert ask(rules(metered=True), world(uplink=METERED)).may


def test_the_monthly_cap_is_kept_to_the_byte() -> None:
    capped = rules(monthly_cap_bytes=20 * GB)
    assert ask(capped, world(spent_bytes=19 * GB)).may
    assert not ask(capped, world(spent_bytes=19 * GB + 1)).may


@pytest.mark.parametrize(
    ("at", "day"),
    [("2026-11-21T23:00", "1 December"), ("2026-12-31T23:59", "1 January"), ("2028-02-01T00:00", "1 March")],
)
def test_a_cap_that_is_used_up_waits_for_the_next_month(at: str, day: str) -> None:
    answer = ask(rules(monthly_cap_bytes=20 * GB), world(at, spent_bytes=20 * GB))

    assert answer.reason == f"The monthly cap of 20 GB is used up until {day}."
    assert (answer.holds, answer.may) == ("unasked", False)
    assert answer.again_s == (60 if "23:59" in at else 1800)


def test_what_is_left_of_the_cap_still_serves_smaller_memories() -> None:
    capped = rules(monthly_cap_bytes=2 * GB)
    large = ask(capped, world(spent_bytes=GB + 1))
    assert large.reason == "It waits for 1 December: it is larger than what is left of the monthly cap of 2 GB."
    assert large.holds == "larger"
    assert ask(capped, world(spent_bytes=GB + 1), size_bytes=GB - 1).may


def test_what_is_larger_than_the_cap_says_so_instead_of_waiting_for_ever() -> None:
    answer = ask(rules(monthly_cap_bytes=GB // 2), world())
    assert answer.is_kept
    assert "larger than the monthly cap of 0.5 GB: press the upload button" in reason(answer)


def test_a_cap_needs_the_date() -> None:
    answer = ask(rules(monthly_cap_bytes=20 * GB), world("1970-01-01T00:00", is_clock_trusted=False))
    assert not answer.may
    assert "monthly cap of 20 GB cannot be kept without it" in reason(answer)


def test_a_month_is_of_local_time() -> None:
    assert month_of(world("2026-12-01T00:30")) == "2026-12"
    assert month_of(world("2026-11-30T23:30")) == "2026-11"


UPLINKS = st.builds(
    Uplink,
    is_known=st.booleans(),
    is_connected=st.booleans(),
    names=st.lists(st.sampled_from(["home", "x"])).map(tuple),
    is_metered=st.sampled_from([None, True, False]),
    is_behind_portal=st.booleans(),
)
WORLDS = st.builds(
    World,
    wall_s=st.floats(0, 4e9),
    utc_offset_s=st.integers(-12, 14).map(lambda hours: hours * HOUR_S),
    is_clock_trusted=st.booleans(),
    uplink=UPLINKS,
    spent_bytes=st.integers(0, 30),
)
RULES = st.builds(
    rules,
    behaviour=st.sampled_from(get_args(Behaviour)),
    metered=st.booleans(),
    monthly_cap_bytes=st.none() | st.integers(1, 30),
)


MEMORIES = st.tuples(st.booleans(), st.integers(0, 40))
"""Whether somebody asked for it, and its size."""


@settings(deadline=None)
@given(RULES, WORLDS, MEMORIES, MEMORIES)
def test_every_refusal_has_a_reason_and_holds_for_whom_it_says(
    rules: Rules, world: World, one: tuple[bool, int], another: tuple[bool, int]
) -> None:
    (is_asked, size_bytes), (is_other_asked, other_bytes) = one, another
    answer = ask(rules, world, is_asked=is_asked, size_bytes=size_bytes)
    other = ask(rules, world, is_asked=is_other_asked, size_bytes=other_bytes)

    assert answer.may == (answer.reason is None)
    if answer.may:
        assert answer.again_s is None
        return
    assert answer.reason
    assert answer.reason.startswith(("It ", "The "))
    assert answer.reason.endswith(".")
    assert answer.again_s is None or 0 < answer.again_s <= 1800
    holds = {
        "all": True,
        "unasked": not is_other_asked,
        "larger": not is_other_asked and other_bytes >= size_bytes,
        "this": False,
    }
    assert not (holds[answer.holds] and other.may)
