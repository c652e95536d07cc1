"""Proving a network and coming back, by the real adapter against the stand-in on a bus of its own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from appliance.backoff import Backoff
from appliance.network.airwaves import merged
from appliance.network.bus import Signal
from appliance.network.joining import Joining, ReachStorage, no_storage
from appliance.network.link import Link, Match
from appliance.network.model import View
from appliance.network.network_manager import DEVICE, PATH, NetworkManager
from appliance.network.outcome import DeviceState, Reason
from appliance.network.patience import Patience
from appliance.network.profiles import HOTSPOT_ID, TRIAL_ID, JoinSecurity, Wanted, home_id
from appliance.network.proof import Proof
from appliance.network.standin.air import Router
from appliance.network.standin.service import StandInNetworkManager
from appliance.network.standin.state import HOME_ADDRESS
from appliance.network.trace import SUPPLICANT, Tracer
from appliance.network.uplink import NETWORK_MANAGER
from tests.network.conftest import PATIENCE_S, Moved, running, until_in_another_thread
from tests.stands.private_bus import PrivateBus

QUICK = Patience(
    settle_s=0.005,
    look_s=0.005,
    internet_s=0.02,
    scan_s=PATIENCE_S,
    join_s=PATIENCE_S,
    keep_s=PATIENCE_S,
    back_s=PATIENCE_S,
    checkpoint_s=60,
)
PASSPHRASE = "plum-river-tent"
EVERY_BYTE_OF_A_NAME = [bytes(range(start, start + 32)) for start in range(0, 256, 32)]


class Driver:
    """The adapter and who drives it."""

    def __init__(
        self, address: str, limit_s: float = PATIENCE_S, patience: Patience = QUICK, reach: ReachStorage = no_storage
    ) -> None:
        waits = Backoff(0.02, 0.1)
        self.link = Link(NETWORK_MANAGER, address=address, limit_s=limit_s, waits=waits)
        self.supplicant = Link(SUPPLICANT, address=address, limit_s=limit_s, waits=waits)
        self.manager = NetworkManager(self.link, slow_s=limit_s)
        self.joining = Joining(self.manager, Tracer(self.link, self.supplicant), reach, patience)
        self.moved = Moved()
        self.link.watch(self.moved)
        self.supplicant.watch(self.moved)

    @contextlib.asynccontextmanager
    async def driving(self) -> AsyncIterator["Driver"]:
        async with running(self.link), running(self.supplicant):
            await self.moved.until(lambda: self.link.is_present and self.supplicant.is_present)
            yield self

    async def view(self) -> View:
        return await self.manager.view()

    async def open(self) -> None:
        assert await self.joining.open((await self.view()).device, b"Moment-K7QD", PASSPHRASE, 6)

    async def prove(self, wanted: Wanted, *, is_heard: bool = True) -> Proof:
        return await self.joining.prove(wanted, await self.view(), lambda: is_heard)


@pytest.fixture
async def driver(bus: PrivateBus, air: StandInNetworkManager) -> AsyncIterator[Driver]:
    async with Driver(bus.address).driving() as driving:
        yield driving


def have(air: StandInNetworkManager, *routers: Router) -> None:
    air.change(lambda state: state.routers.extend(routers))


HOME = Wanted(b"home", "correct horse", "wpa2")


async def test_it_is_seen_how_the_network_is(air: StandInNetworkManager, driver: Driver) -> None:
    view = await driver.view()

    assert (view.sight.has_manager, view.sight.has_radio, view.sight.is_blocked, view.sight.knows) == (
        True,
        True,
        False,
        False,
    )
    assert (view.interface, view.internet, view.sight.station) == ("wlan0", "none", "none")

    air.change(lambda state: setattr(state, "has_wire", True))
    assert (await driver.view()).sight.is_wired

    air.change(lambda state: setattr(state, "is_enabled", False))
    assert (await driver.view()).sight.is_blocked
    await driver.manager.switch_radio_on()
    assert not (await driver.view()).sight.is_blocked

    air.change(lambda state: state.radios.clear())
    assert not (await driver.view()).sight.has_radio


@pytest.mark.parametrize("ssid", EVERY_BYTE_OF_A_NAME)
async def test_names_of_any_bytes_come_over_the_bus(air: StandInNetworkManager, driver: Driver, ssid: bytes) -> None:
    have(air, Router(ssid, "open"))

    points = await driver.joining.scan((await driver.view()).device)
    proof = await driver.prove(Wanted(ssid, "", "open"))

    assert [heard.ssid for heard in merged(points or [])] == [ssid]
    assert proof.is_proven


async def test_the_set_up_network_is_opened_and_seen(air: StandInNetworkManager, driver: Driver) -> None:
    await driver.open()

    view = await driver.view()
    assert view.sight.is_open
    assert view.connection == HOTSPOT_ID
    assert view.addresses == ()
    assert air.hotspots[0]["802-11-wireless-security"]["psk"] == ("s", PASSPHRASE)
    await driver.manager.deactivate(view.active)


@pytest.mark.parametrize("security", ["open", "owe", "wpa2", "mixed", "wpa3"])
async def test_a_right_password_proves_a_network_and_the_set_up_network_is_back(
    air: StandInNetworkManager, driver: Driver, security: JoinSecurity
) -> None:
    password = "" if security in {"open", "owe"} else "correct horse"
    have(air, Router(b"home", security, password))
    await driver.open()

    proof = await driver.prove(Wanted(b"home", password, security))

    assert proof == Proof(is_proven=True, reason=None, addresses=(HOME_ADDRESS,), internet="full")
    view = await driver.view()
    assert view.sight.is_open
    assert not view.sight.knows
    assert [one.kind for one in air.state.connections.values()] == ["volatile"]
    assert not air.state.checkpoints


@pytest.mark.parametrize(
    "case",
    [
        (Router(b"home", "wpa2", "another"), HOME, True, "wrong-password"),
        (Router(b"home", "mixed", "another"), Wanted(b"home", "correct horse", "mixed"), True, "wrong-password"),
        (Router(b"home", "wpa3", "another"), Wanted(b"home", "correct horse", "wpa3"), True, "wrong-password"),
        (Router(b"away"), HOME, False, "not-found"),
        (Router(b"home", "enterprise"), HOME, True, "rejected"),
        (Router(b"home", "wpa2", "correct horse", gives_address=False), HOME, True, "no-address"),
    ],
)
async def test_what_fails_says_why_and_the_set_up_network_is_back(
    air: StandInNetworkManager, driver: Driver, case: tuple[Router, Wanted, bool, Reason]
) -> None:
    router, wanted, is_heard, reason = case
    have(air, router)
    await driver.open()

    proof = await driver.prove(wanted, is_heard=is_heard)

    assert proof == Proof(is_proven=False, reason=reason)
    assert (await driver.view()).sight.is_open


@pytest.mark.parametrize(
    ("router", "reason", "tries"),
    [
        (Router(b"home", "wpa2", "correct horse", late=1), None, 2),
        (Router(b"home", "mixed", "correct horse", late=1), None, 2),
        (Router(b"home", "wpa2", "correct horse", late=2), "wrong-password", 2),
        (Router(b"home", "wpa2", "another"), "wrong-password", 2),
        (Router(b"home", "wpa2", "correct horse", late=1, gives_address=False), "no-address", 2),
        (Router(b"home", "wpa3", "another"), "wrong-password", 1),  # the router's own word
    ],
)
async def test_a_password_that_may_only_seem_wrong_is_tried_once_more(
    air: StandInNetworkManager, driver: Driver, router: Router, reason: Reason | None, tries: int
) -> None:
    have(air, router)

    proof = await driver.prove(Wanted(b"home", "correct horse", "wpa3" if router.security == "wpa3" else "mixed"))

    assert (proof.is_proven, proof.reason) == (reason is None, reason)
    assert air.calls.count("AddAndActivateConnection2") == tries
    assert not air.state.connections


async def test_a_second_try_without_an_answer_leaves_the_first_ones_word(
    bus: PrivateBus, air: StandInNetworkManager
) -> None:
    have(air, Router(b"home", "wpa2", "another"))

    def rest(signal: Signal) -> None:
        if signal.body[0] == DeviceState.FAILED:
            air.is_slow.set()

    driver = Driver(bus.address, patience=replace(QUICK, join_s=0.5, back_s=0.01))
    driver.link.hear(Match(DEVICE, "StateChanged", under=f"{PATH}/Devices"), rest)
    async with driver.driving():
        proof = await driver.prove(HOME)

    assert proof.reason == "wrong-password"
    assert air.calls.count("AddAndActivateConnection2") == 2


async def test_a_known_network_and_a_camera_get_a_second_try_too(air: StandInNetworkManager, driver: Driver) -> None:
    have(air, Router(b"home", "wpa2", "correct horse", late=1), Router(b"SnapCam", "wpa2", "123456789", late=1))
    device = (await driver.view()).device

    assert await driver.joining.keep(HOME, device, 5)
    assert (await driver.joining.visit(Wanted(b"SnapCam", "123456789", "wpa2"), device)).is_proven


async def test_what_the_supplicant_told_before_is_heard_though_its_way_is_slower(
    air: StandInNetworkManager, driver: Driver
) -> None:
    have(air, Router(b"home", "wpa3", "another"))
    assert driver.supplicant._bus
    loop, slow = asyncio.get_running_loop(), driver.supplicant._bus

    def read_on(signal: Signal) -> None:
        if signal.body[0] == DeviceState.FAILED:
            loop.call_later(0.1, loop.add_reader, slow._fd, slow._message_reader)

    driver.link.hear(Match(DEVICE, "StateChanged", under=f"{PATH}/Devices"), read_on)
    loop.remove_reader(slow._fd)

    assert (await driver.prove(Wanted(b"home", "correct horse", "wpa3"))).reason == "wrong-password"


@pytest.mark.parametrize(
    ("connectivity", "reason"), [(1, "no-internet"), (3, "no-internet"), (2, "sign-in-page"), (0, None)]
)
async def test_a_network_without_internet_is_proven_with_a_remark(
    air: StandInNetworkManager, driver: Driver, connectivity: int, reason: Reason | None
) -> None:
    have(air, Router(b"home", "open", connectivity=connectivity))

    proof = await driver.prove(Wanted(b"home", "", "open"))

    assert (proof.is_proven, proof.reason) == (True, reason)


@pytest.mark.parametrize(
    ("connectivity", "answer", "reason"),
    [
        (4, True, None),
        (4, False, "no-storage"),
        (4, None, None),
        (1, True, None),
        (3, False, "no-internet"),
        (2, True, "sign-in-page"),
        (0, False, "no-storage"),
    ],
)
async def test_the_storage_is_asked_from_the_network_that_is_tried(
    bus: PrivateBus, air: StandInNetworkManager, connectivity: int, answer: bool | None, reason: Reason | None
) -> None:
    have(air, Router(b"home", "open", connectivity=connectivity))
    asked_in: list[tuple[str, ...]] = []

    async def reach() -> bool | None:
        asked_in.append((await driven.view()).addresses)
        return answer

    driven = Driver(bus.address, reach=reach)
    async with driven.driving():
        await driven.open()
        proof = await driven.prove(Wanted(b"home", "", "open"))

    assert (proof.is_proven, proof.reason) == (True, reason)
    assert asked_in == ([] if reason == "sign-in-page" else [(HOME_ADDRESS,)])


async def test_a_storage_that_keeps_silent_is_given_up_before_the_way_back_is_taken(
    bus: PrivateBus, air: StandInNetworkManager
) -> None:
    have(air, Router(b"home", "open"))
    driver = Driver(bus.address, patience=replace(QUICK, storage_s=0.01), reach=asyncio.Event().wait)
    async with driver.driving():
        proof = await driver.prove(Wanted(b"home", "", "open"))

    assert (proof.is_proven, proof.reason) == (True, "no-storage")
    most_s = Patience().join_s + Patience().internet_s + Patience().storage_s + Patience().back_s
    assert most_s < Patience().checkpoint_s


async def test_a_hidden_network_is_joined_by_its_name(air: StandInNetworkManager, driver: Driver) -> None:
    have(air, Router(b"home", "wpa2", "correct horse", is_hidden=True))

    points = await driver.joining.scan((await driver.view()).device, b"home")
    proof = await driver.prove(Wanted(b"home", "correct horse", "wpa2", is_hidden=True))

    assert merged(points or []) == []
    assert proof.is_proven


async def test_what_is_kept_takes_the_place_of_what_was_known_and_keeps_its_password(
    air: StandInNetworkManager, driver: Driver
) -> None:
    have(air, Router(b"home", "wpa2", "correct horse"))
    device = (await driver.view()).device
    assert not await driver.joining.keep(Wanted(b"home", "wrong horse", "wpa2"), device, 5)
    assert await driver.joining.keep(HOME, device, 5)

    (known,) = await driver.manager.known()
    assert (known.id, known.ssid, known.priority) == (home_id(b"home"), b"home", 5)
    await driver.manager.prefer(known, 9)

    (stored,) = air.state.connections.values()
    assert stored.kind == "disk"
    assert stored.settings["802-11-wireless-security"]["psk"] == ("s", "correct horse")
    assert stored.settings["connection"]["autoconnect-priority"] == ("i", 9)
    assert (await driver.view()).sight.station == "joined"

    await driver.manager.delete(known.path)
    assert not await driver.manager.known()


async def test_an_open_network_can_be_preferred_too(air: StandInNetworkManager, driver: Driver) -> None:
    have(air, Router(b"cafe", "open"))
    assert await driver.joining.keep(Wanted(b"cafe", "", "open"), (await driver.view()).device, 1)
    (known,) = await driver.manager.known()

    await driver.manager.prefer(known, 7)

    assert [one.priority for one in await driver.manager.known()] == [7]


async def test_a_trial_that_is_cancelled_comes_back(air: StandInNetworkManager, driver: Driver) -> None:
    have(air, Router(b"home", "wpa2", "correct horse"))
    await driver.open()
    view = await driver.view()
    air.is_slow.set()
    trial = asyncio.create_task(driver.joining.prove(HOME, view, lambda: True))
    await called(air, 2, "AddAndActivateConnection2")
    trial.cancel()
    air.is_slow.clear()

    with pytest.raises(asyncio.CancelledError):
        await trial
    await settle(driver)
    assert not air.state.checkpoints


async def called(air: StandInNetworkManager, times: int, call: str) -> None:
    await until_in_another_thread(lambda: air.calls.count(call) >= times)


async def settle(driver: Driver) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not (await driver.view()).sight.is_open:  # noqa: ASYNC110 - in another thread
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "call", ["CheckpointCreate", "AddAndActivateConnection2", "CheckpointRollback", "CheckConnectivity"]
)
@pytest.mark.parametrize("manner", ["refuses", "silent"])
async def test_a_networkmanager_that_refuses_or_falls_silent_breaks_nothing(
    bus: PrivateBus, air: StandInNetworkManager, call: str, manner: str
) -> None:
    have(air, Router(b"home", "wpa2", "correct horse"))
    async with Driver(bus.address, limit_s=0.3).driving() as driver:
        view = await driver.view()
        air.manners[call] = manner  # type: ignore[assignment]  # one of them

        proof = await driver.joining.prove(HOME, view, lambda: True)

        expected = {"CheckpointRollback": None, "CheckConnectivity": None}
        failure: Reason | None = "rejected" if manner == "refuses" else "no-manager"
        assert proof.reason == expected.get(call, failure)


async def test_a_networkmanager_that_starts_anew_in_the_middle_is_told(
    air: StandInNetworkManager, driver: Driver
) -> None:
    have(air, Router(b"home", "wpa2", "correct horse"))
    view = await driver.view()
    air.is_slow.set()
    trial = asyncio.create_task(driver.joining.prove(HOME, view, lambda: True))
    await called(air, 1, "AddAndActivateConnection2")
    await asyncio.to_thread(air.restart)
    air.is_slow.clear()

    assert (await trial).reason == "no-manager"


async def test_what_an_earlier_life_left_in_the_middle_is_tidied(air: StandInNetworkManager, driver: Driver) -> None:
    await driver.joining.keep(HOME, (await driver.view()).device, 0)
    (known,) = air.state.connections.values()
    known.settings["connection"]["uuid"] = ("s", TRIAL_ID)
    assert not await driver.manager.known()  # a trial is nothing that the box knows

    await driver.manager.tidy()

    assert not air.state.connections
