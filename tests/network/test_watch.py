"""The uplink is followed through whatever NetworkManager and the bus do."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.network.model import UNKNOWN, Uplink
from tests.network.conftest import Follower
from tests.stands.network_manager import ACTIVE, PATH, NetworkManagerStand, PrivateBus

NOTHING = Uplink(is_known=True, is_connected=False, names=(), is_metered=None, is_behind_portal=False)
HOME = Uplink(
    is_known=True, is_connected=True, names=("home", "netplan-home"), is_metered=False, is_behind_portal=False
)
PHONE = Uplink(is_known=True, is_connected=True, names=("phone",), is_metered=True, is_behind_portal=False)
HOTEL = Uplink(is_known=True, is_connected=True, names=("hotel",), is_metered=False, is_behind_portal=True)
CABLE = Uplink(is_known=True, is_connected=True, names=("eth0",), is_metered=False, is_behind_portal=False)


def join_home(manager: NetworkManagerStand) -> None:
    manager.join_wifi(b"home", "netplan-home")


def join_phone(manager: NetworkManagerStand) -> None:
    manager.join_wifi(b"phone", "phone", Metered=3)


def join_hotel(manager: NetworkManagerStand) -> None:
    manager.join_wifi(b"hotel", "hotel", State=60, Connectivity=2)


async def test_it_knows_where_it_is_and_hears_of_every_change(bus: PrivateBus, manager: NetworkManagerStand) -> None:
    join_home(manager)
    async with Follower(bus.address).following() as follower:
        await follower.sees(HOME)
        join_phone(manager)
        await follower.sees(PHONE)
        join_hotel(manager)
        await follower.sees(HOTEL)
        manager.change(State=70, Connectivity=4)  # somebody signed in
        await follower.sees(Uplink(True, True, ("hotel",), is_metered=False, is_behind_portal=False))
        manager.leave()
        await follower.sees(NOTHING)
        manager.join_wire("eth0", Metered=2)
        await follower.sees(CABLE)


async def test_a_connection_that_is_renamed_is_told(bus: PrivateBus, manager: NetworkManagerStand) -> None:
    manager.join_wire("eth0")
    (active,) = [path for path in manager.objects if path != PATH]
    async with Follower(bus.address).following() as follower:
        await follower.sees(CABLE)
        manager.change(active, ACTIVE, Id="office")
        await follower.sees(Uplink(True, True, ("office",), is_metered=False, is_behind_portal=False))


async def test_an_access_point_out_of_sight_leaves_the_name_of_the_connection(
    bus: PrivateBus, manager: NetworkManagerStand
) -> None:
    join_home(manager)
    (gone,) = [path for path in manager.objects if "AccessPoint" in path]
    del manager.objects[gone]
    async with Follower(bus.address).following() as follower:
        await follower.sees(Uplink(True, True, ("netplan-home",), is_metered=False, is_behind_portal=False))


async def test_many_changes_are_one_reading_and_the_last_one_is_told(
    bus: PrivateBus, manager: NetworkManagerStand
) -> None:
    async with Follower(bus.address).following() as follower:
        await follower.sees(NOTHING)
        before = len(manager.asked)
        for number in range(300):
            manager.change(Metered=1 + number % 4, State=60)
        join_phone(manager)
        await follower.sees(PHONE)
        assert len(manager.asked) - before < 30
    assert follower.told == [NOTHING, PHONE]


async def test_it_is_unknown_until_networkmanager_comes_and_when_it_goes(
    bus: PrivateBus, manager: NetworkManagerStand
) -> None:
    manager.stop()
    join_home(manager)
    async with Follower(bus.address).following() as follower:
        assert follower.watch.uplink == UNKNOWN
        manager.start()
        await follower.sees(HOME)
        manager.stop()
        await follower.sees(UNKNOWN)
        join_phone(manager)
        manager.start()
        await follower.sees(PHONE)
    assert follower.told == [HOME, UNKNOWN, PHONE]


async def test_a_bus_may_come_late_and_go_and_come_again(tmp_path: Path) -> None:
    private = PrivateBus(tmp_path)
    async with Follower(private.address).following() as follower:
        for _ in range(2):
            with private, NetworkManagerStand(private.address) as manager:
                join_home(manager)
                manager.start()
                await follower.sees(HOME)
                private.kill()
                await follower.sees(UNKNOWN)
    assert follower.told == [HOME, UNKNOWN, HOME, UNKNOWN]


async def test_who_is_refused_knows_nothing_and_asks_again(bus: PrivateBus, manager: NetworkManagerStand) -> None:
    join_home(manager)
    async with Follower(bus.address).following() as follower:
        await follower.sees(HOME)
        manager.manner = "refuses"
        manager.change(Metered=1)
        await follower.sees(UNKNOWN)
        manager.change(Metered=2)
        manager.manner = "answers"
        await follower.sees(HOME)


async def test_a_silent_networkmanager_is_an_unknown_one(bus: PrivateBus, manager: NetworkManagerStand) -> None:
    join_home(manager)
    async with Follower(bus.address, limit_s=1.0).following() as follower:
        await follower.sees(HOME)
        manager.manner = "silent"
        manager.change(Metered=1)
        await follower.sees(UNKNOWN)
        manager.manner = "answers"
        await follower.sees(Uplink(True, True, HOME.names, is_metered=True, is_behind_portal=False))


ACTS = {
    "home": (join_home, HOME),
    "phone": (join_phone, PHONE),
    "hotel": (join_hotel, HOTEL),
    "leave": (NetworkManagerStand.leave, NOTHING),
    "restart": (NetworkManagerStand.restart, None),
}


@settings(deadline=None, max_examples=12)
@given(st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=12))
def test_it_ends_at_the_last_network_and_never_tells_of_one_that_never_was(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    asyncio.run(live(tmp_path_factory.mktemp("bus"), names))


async def live(folder: Path, names: list[str]) -> None:
    now = NOTHING
    with PrivateBus(folder) as private, NetworkManagerStand(private.address) as manager:
        manager.start()
        async with Follower(private.address).following() as follower:
            for name in names:
                act, leads_to = ACTS[name]
                await asyncio.to_thread(act, manager)  # so that it falls into the midst of a reading
                now = leads_to or now
            await follower.sees(now)
    assert set(follower.told) <= {UNKNOWN, NOTHING, HOME, PHONE, HOTEL}
