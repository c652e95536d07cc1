"""From NetworkManager's properties to an uplink."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.network.model import UNKNOWN, Uplink
from appliance.network.uplink import uplink_from

WIFI = {"Id": "preconfigured", "Type": "802-11-wireless"}


def seen(state: int = 70, primary: str = "/a", **more: object) -> Uplink:
    return uplink_from({"State": state, "PrimaryConnection": primary, **more}, {}, {})


@pytest.mark.parametrize(
    ("state", "primary", "is_connected"),
    [
        (10, "/", False),  # asleep
        (20, "/", False),  # disconnected
        (30, "/a", False),  # disconnecting
        (40, "/", False),  # the first connection comes up
        (40, "/a", True),  # a second one comes up
        (50, "/", False),  # local: no default route
        (60, "/a", True),  # site: a route, but the world was not reached
        (70, "/a", True),  # global
        (70, "/", True),  # by something that NetworkManager does not call a connection
    ],
)
def test_connected_is_who_has_a_way_out(state: int, primary: str, is_connected: bool) -> None:
    assert seen(state, primary).is_connected == is_connected
    assert seen(state, primary).is_known


def test_a_networkmanager_that_knows_nothing_says_nothing() -> None:
    assert seen(0, Connectivity=4, Metered=2) == UNKNOWN


@pytest.mark.parametrize(
    ("metered", "is_metered"), [(0, None), (1, True), (2, False), (3, True), (4, False), (5, None)]
)
def test_a_guess_of_the_cost_counts(metered: int, is_metered: bool | None) -> None:
    assert seen(Metered=metered).is_metered is is_metered


@pytest.mark.parametrize("connectivity", range(5))
def test_only_a_portal_is_a_portal(connectivity: int) -> None:
    assert seen(60, Connectivity=connectivity).is_behind_portal == (connectivity == 2)


@pytest.mark.parametrize(
    ("ssid", "names"),
    [
        (b"home", ("home", "preconfigured")),
        ("Café ☕".encode(), ("Café ☕", "preconfigured")),
        (b"caf\xe9", ("caf\ufffd", "preconfigured")),
        (b"nul\0inside", ("nul\0inside", "preconfigured")),
        (b"", ("preconfigured",)),  # hidden
        (b"preconfigured", ("preconfigured",)),
    ],
)
def test_a_network_is_called_by_its_ssid_and_by_its_connection(ssid: bytes, names: tuple[str, ...]) -> None:
    assert uplink_from({"State": 70}, WIFI, {"Ssid": ssid}).names == names


ANYTHING = st.dictionaries(
    st.sampled_from(["State", "Connectivity", "Metered", "PrimaryConnection", "Id", "Type", "Ssid", "Other"]),
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.lists(st.integers()),
)


@settings(deadline=None)
@given(ANYTHING, ANYTHING, ANYTHING)
def test_whatever_it_tells_becomes_an_uplink(
    manager: dict[str, object], active: dict[str, object], access_point: dict[str, object]
) -> None:
    uplink = uplink_from(manager, active, access_point)
    assert all(uplink.names)
    assert len(set(uplink.names)) == len(uplink.names)
    if not uplink.is_known:
        assert uplink == UNKNOWN
