"""The uplink is followed through whatever NetworkManager and the bus do."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.network.model import UNKNOWN, Uplink
from appliance.network.standin.air import Router
from appliance.network.standin.service import StandInNetworkManager
from appliance.network.standin.state import Section, State
from tests.network.conftest import Follower, be_in
from tests.stands.private_bus import PrivateBus

NOTHING = Uplink(is_known=True, is_connected=False, names=(), is_metered=None, is_behind_portal=False)
HOME = Uplink(
    is_known=True, is_connected=True, names=("home", "netplan-home"), is_metered=False, is_behind_portal=False
)
PHONE = Uplink(is_known=True, is_connected=True, names=("phone",), is_metered=True, is_behind_portal=False)
HOTEL = Uplink(is_known=True, is_connected=True, names=("hotel",), is_metered=False, is_behind_portal=True)
CABLE = Uplink(is_known=True, is_connected=True, names=("eth0",), is_metered=False, is_behind_portal=False)


def join_home(air: StandInNetworkManager) -> None:
    be_in(air, "netplan-home", Router(b"home"))


def join_phone(air: StandInNetworkManager) -> None:
    be_in(air, "phone", Router(b"phone", metered=3))


def join_hotel(air: StandInNetworkManager) -> None:
    be_in(air, "hotel", Router(b"hotel", connectivity=2))


def leave(air: StandInNetworkManager) -> None:
    air.change(lambda state: setattr(state.radios[0], "active", None))


def set_wire(air: StandInNetworkManager, name: str) -> None:
    """In a network by cable; without a name the cable is pulled."""

    def join(state: State) -> None:
        state.has_wire, state.wire = bool(name), name

    air.change(join)


def set_router(air: StandInNetworkManager, **changed: int) -> None:
    """Something of whom the box is in with is different now."""

    def change(state: State) -> None:
        assert state.active
        assert state.active.router
        for name, value in changed.items():
            setattr(state.active.router, name, value)

    air.change(change)


async def test_it_knows_where_it_is_and_hears_of_every_change(bus: PrivateBus, air: StandInNetworkManager) -> None:
    join_home(air)
    async with Follower(bus.address).following() as follower:
        await follower.sees(HOME)
        join_phone(air)
        await follower.sees(PHONE)
        join_hotel(air)
        await follower.sees(HOTEL)
        set_router(air, connectivity=4)  # somebody signed in
        await follower.sees(Uplink(True, True, ("hotel",), is_metered=False, is_behind_portal=False))
        leave(air)
        await follower.sees(NOTHING)
        set_wire(air, "eth0")
        await follower.sees(CABLE)


async def test_a_connection_that_is_renamed_is_told(bus: PrivateBus, air: StandInNetworkManager) -> None:
    set_wire(air, "eth0")
    async with Follower(bus.address).following() as follower:
        await follower.sees(CABLE)
        set_wire(air, "office")
        await follower.sees(Uplink(True, True, ("office",), is_metered=False, is_behind_portal=False))


class OutOfSight(State):
    """No access point can be looked at, though the connection names one."""

    def objects(self) -> dict[str, dict[str, Section]]:
        return {path: told for path, told in super().objects().items() if "AccessPoint" not in path}


async def test_an_access_point_out_of_sight_leaves_the_name_of_the_connection(
    bus: PrivateBus, air: StandInNetworkManager
) -> None:
    air.state = OutOfSight()
    join_home(air)
    async with Follower(bus.address).following() as follower:
        await follower.sees(Uplink(True, True, ("netplan-home",), is_metered=False, is_behind_portal=False))


async def test_many_changes_are_one_reading_and_the_last_one_is_told(
    bus: PrivateBus, air: StandInNetworkManager
) -> None:
    async with Follower(bus.address).following() as follower:
        await follower.sees(NOTHING)
        before = len(air.asked)
        for number in range(300):
            set_wire(air, "" if number % 2 else "eth0")
        join_phone(air)
        await follower.sees(PHONE)
        assert len(air.asked) - before < 30
    assert follower.told == [NOTHING, PHONE]


async def test_it_is_unknown_until_networkmanager_comes_and_when_it_goes(
    bus: PrivateBus, air: StandInNetworkManager
) -> None:
    air.stop()
    join_home(air)
    async with Follower(bus.address).following() as follower:
        assert follower.watch.uplink == UNKNOWN
        air.start()
        await follower.sees(HOME)
        air.stop()
        await follower.sees(UNKNOWN)
        join_phone(air)
        air.start()
        await follower.sees(PHONE)
    assert follower.told == [HOME, UNKNOWN, PHONE]


async def test_a_bus_may_come_late_and_go_and_come_again(tmp_path: Path) -> None:
    private = PrivateBus(tmp_path)
    async with Follower(private.address).following() as follower:
        for _ in range(2):
            with private, StandInNetworkManager(private.address) as air:
                join_home(air)
                air.start()
                await follower.sees(HOME)
                private.kill()
                await follower.sees(UNKNOWN)
    assert follower.told == [HOME, UNKNOWN, HOME, UNKNOWN]


async def test_who_is_refused_knows_nothing_and_asks_again(bus: PrivateBus, air: StandInNetworkManager) -> None:
    join_home(air)
    async with Follower(bus.address).following() as follower:
        await follower.sees(HOME)
        air.manners["GetAll"] = "refuses"
        set_router(air, metered=1)
        await follower.sees(UNKNOWN)
        set_router(air, metered=2)
        air.manners["GetAll"] = "answers"
        await follower.sees(HOME)


async def test_a_silent_networkmanager_is_an_unknown_one(bus: PrivateBus, air: StandInNetworkManager) -> None:
    join_home(air)
    async with Follower(bus.address, limit_s=0.5).following() as follower:
        await follower.sees(HOME)
        air.manners["GetAll"] = "silent"
        set_router(air, metered=1)
        await follower.sees(UNKNOWN)
        air.manners["GetAll"] = "answers"
        await follower.sees(Uplink(True, True, HOME.names, is_metered=True, is_behind_portal=False))


ACTS = {
    "home": (join_home, HOME),
    "phone": (join_phone, PHONE),
    "hotel": (join_hotel, HOTEL),
    "leave": (leave, NOTHING),
    "restart": (StandInNetworkManager.restart, NOTHING),
}


@settings(deadline=None, max_examples=12)
@given(st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=12))
def test_it_ends_at_the_last_network_and_never_tells_of_one_that_never_was(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    asyncio.run(live(tmp_path_factory.mktemp("bus"), names))


async def live(folder: Path, names: list[str]) -> None:
    now = NOTHING
    with PrivateBus(folder) as private, StandInNetworkManager(private.address) as air:
        air.start()
        async with Follower(private.address).following() as follower:
            for name in names:
                act, now = ACTS[name]
                await asyncio.to_thread(act, air)  # so that it falls into the midst of a reading
            await follower.sees(now)
    assert set(follower.told) <= {UNKNOWN, NOTHING, HOME, PHONE, HOTEL}
