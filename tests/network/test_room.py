"""The whole room, asked as the control socket asks it, against the stand-in on a bus of its own."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from appliance.clock import SystemClock
from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Done,
    Hotspot,
    Network,
    NetworkAnswer,
    NetworkChanged,
    NetworkRequest,
    SetCountry,
    WifiAttempt,
    WifiDrop,
    WifiForget,
    WifiJoin,
    WifiKeep,
    WifiKnown,
    WifiKnownAnswer,
    WifiPrefer,
    WifiScan,
    WifiScanAnswer,
)
from appliance.network.attempts import ATTEMPT, COUNTRY, HOST_NAME, PROVEN
from appliance.network.joining import no_storage
from appliance.network.profiles import ADDRESS, Wanted
from appliance.network.room import NetworkRoom
from appliance.network.setup_mode import Plan
from appliance.network.standin.air import Router
from appliance.network.standin.service import StandInNetworkManager
from appliance.network.standin.state import HOME_ADDRESS
from appliance.network.turns import TurnPlan, Want
from appliance.service.network import NetworkService
from tests.network.conftest import PATIENCE_S
from tests.network.test_joining import PASSPHRASE, QUICK
from tests.stands.avahi import avahi
from tests.stands.private_bus import PrivateBus

EAGER = Plan("by-itself", settle_s=0.0, grace_s=0.0, lost_after_s=0.0)
PASSWORD = "correct horse"
HOME = Router(b"home", "wpa2", PASSWORD)
JOIN = WifiJoin(b"home".hex(), PASSWORD)


class Box:
    """A room that runs, and what it told."""

    def __init__(
        self,
        address: str,
        folder: Path,
        plan: Plan,
        *,
        kept: str = "network",
        name: str = "",
        sight_s: float = 15.0,
        camera: Wanted | None = None,
        turns: TurnPlan | None = None,
    ) -> None:
        self.folder = folder
        self.told: list[NetworkChanged] = []
        self.radio: list[tuple[str | None, str | None]] = []
        self.want = Want()
        self.asked_for: tuple[str, ...] = ()
        self.moved = asyncio.Event()
        self._thread = ThreadPoolExecutor(1)
        self.room = NetworkRoom(
            plan=plan,
            directory=folder / kept,
            hotspot_file=folder / "hotspot.json",
            host_name=name,
            address=address,
            sys=folder,
            patience=replace(QUICK, sight_s=sight_s),
            clock=SystemClock(),
            thread=self._thread,
            listener=self,
            wants=self._wants,
            reach=no_storage,
            camera=camera,
            turns=turns,
        )
        self.service = NetworkService(self.room)

    def radio_moved(self, lent: str | None, away: str | None) -> None:
        self.radio.append((lent, away))
        self.moved.set()

    def _wants(self, names: tuple[str, ...]) -> Want:
        self.asked_for = names
        return self.want

    def queue(self, want: Want) -> None:
        """What waits for the home network is this from now on."""
        self.want = want
        self.room.look_again()

    def network_changed(self) -> None:
        self.told.append(self.service.changed())
        self.moved.set()

    async def network(self) -> NetworkAnswer:
        answer = await self.service.ask(Network())
        assert isinstance(answer, NetworkAnswer)
        return answer

    async def until(self, is_so: Callable[[NetworkAnswer], bool]) -> NetworkAnswer:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so(now := await self.network()):
                self.moved.clear()
                await self.moved.wait()
        return now

    async def until_mode(self, mode: str) -> NetworkAnswer:
        return await self.until(lambda now: now.mode == mode)

    async def until_state(self, state: str) -> NetworkAnswer:
        return await self.until(lambda now: now.attempt is not None and now.attempt.state == state)

    async def refusal(self, request: NetworkRequest) -> str:
        with pytest.raises(RefusedError) as refused:
            await self.service.ask(request)
        return refused.value.sentence

    async def known(self) -> list[str]:
        answer = await self.service.ask(WifiKnown())
        assert isinstance(answer, WifiKnownAnswer)
        return [one.name for one in answer.networks]

    @contextlib.asynccontextmanager
    async def living(self) -> AsyncIterator["Box"]:
        life = asyncio.create_task(self.room.run())
        try:
            yield self
            assert not life.done(), "the room never ends by itself"
        finally:
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)
            self._thread.shutdown()


@pytest.fixture
def air(bus: PrivateBus, tmp_path: Path) -> Iterator[StandInNetworkManager]:
    (tmp_path / "hotspot.json").write_text(json.dumps({"name": "Moment-K7QD", "passphrase": PASSPHRASE}))
    with StandInNetworkManager(bus.address) as stand:
        stand.state.routers.append(replace(HOME))
        stand.start()
        yield stand


Boxes = Callable[..., contextlib.AbstractAsyncContextManager[Box]]


@pytest.fixture
def boxes(bus: PrivateBus, air: StandInNetworkManager, tmp_path: Path) -> Boxes:
    return lambda plan=EAGER, **more: Box(bus.address, tmp_path, plan, **more).living()


async def test_from_the_first_start_to_the_home_network(air: StandInNetworkManager, boxes: Boxes) -> None:
    async with boxes() as box:
        now = await box.until_mode("hotspot")
        assert now.hotspot is not None
        assert (now.hotspot.name, now.hotspot.address, now.hotspot.reason) == ("Moment-K7QD", ADDRESS, "first-start")
        scanned = await box.service.ask(WifiScan())
        assert isinstance(scanned, WifiScanAnswer)
        assert [(one.name, one.security, one.is_known) for one in scanned.networks] == [("home", "wpa2", False)]

        begun = await box.service.ask(JOIN)
        assert isinstance(begun, WifiAttempt)
        assert "is being tried" in await box.refusal(JOIN)

        proven = await box.until_state("proven")
        assert proven.attempt is not None
        assert (proven.attempt.id, proven.attempt.addresses) == (begun.id, [HOME_ADDRESS])
        assert (proven.mode, await box.known()) == ("hotspot", [])
        assert f"http://{HOME_ADDRESS}/" in proven.dashboard

        assert isinstance(await box.service.ask(WifiKeep(begun.id)), Done)
        assert isinstance(await box.service.ask(WifiKeep(begun.id)), Done)  # a double click
        kept = await box.until_state("kept")
        assert kept.mode == "joined"
        assert kept.joined is not None
        assert (kept.joined.name, kept.joined.addresses, kept.internet) == ("home", [HOME_ADDRESS], "full")
        assert await box.known() == ["home"]
        assert {event.mode for event in box.told} >= {"hotspot", "trying", "joined"}


@pytest.mark.parametrize(("is_quiet", "listens"), [(False, 1), (True, 2)])
async def test_where_nothing_is_heard_it_listens_once_more_before_it_opens(
    boxes: Boxes, air: StandInNetworkManager, is_quiet: bool, listens: int
) -> None:
    air.state.routers[0].is_on = not is_quiet
    async with boxes() as box:
        await box.until_mode("hotspot")

    assert air.calls.count("RequestScan") == listens


async def test_a_wrong_password_comes_back_with_its_reason(boxes: Boxes) -> None:
    async with boxes() as box:
        await box.until_mode("hotspot")
        await box.service.ask(WifiJoin(b"home".hex(), "wrong horse"))

        failed = await box.until_state("failed")

        assert failed.attempt is not None
        assert failed.attempt.reason == "wrong-password"
        assert "password of home is wrong" in failed.attempt.sentence
        assert failed.mode == "hotspot"
        assert "There is no such try" in await box.refusal(WifiKeep("x"))
        assert "does not wait to be kept" in await box.refusal(WifiKeep(failed.attempt.id))


async def test_whatever_fails_at_the_beginning_the_room_lives(
    boxes: Boxes, air: StandInNetworkManager, caplog: pytest.LogCaptureFixture
) -> None:
    async with boxes(kept="no\0folder") as box:  # a path that no call takes: each of them fails in a way nobody foresaw
        await box.until_mode("hotspot")
        assert "Moment-K7QD" in (await box.network()).sentence
    assert "could not take up what was left" in caplog.text


async def test_a_folder_that_cannot_be_made_is_told_and_the_room_lives(
    boxes: Boxes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "network").write_text("a file where a folder should be")
    async with boxes() as box:
        await box.until_mode("hotspot")
    assert "what the network room keeps cannot be read or written: File exists" in caplog.text


async def test_the_box_s_name_is_left_for_root(boxes: Boxes, tmp_path: Path) -> None:
    left = tmp_path / "network" / HOST_NAME
    async with boxes() as box:
        await box.until_mode("hotspot")
        assert not left.exists(), "the name that every box has needs no word"
    async with boxes(name="porch") as box:
        await box.until_mode("hotspot")
        assert left.read_text() == "porch\n"
    async with boxes() as box:
        await box.until_mode("hotspot")
        assert left.read_text() == "\n"
    async with boxes(Plan("never"), name="barn") as box:
        await box.until(lambda now: now.mode != "no-manager")
    assert left.read_text() == "\n", "where the network is not ours, neither is the machine's name"


async def test_what_is_proven_is_kept_by_itself(boxes: Boxes) -> None:
    async with boxes(replace(EAGER, keep_after_s=0.2)) as box:
        await box.until_mode("hotspot")
        await box.service.ask(JOIN)

        assert (await box.until_state("kept")).mode == "joined"


async def test_a_power_cut_between_proof_and_keeping_loses_nothing(
    boxes: Boxes, air: StandInNetworkManager, tmp_path: Path
) -> None:
    async with boxes() as box:
        await box.until_mode("hotspot")
        await box.service.ask(JOIN)
        await box.until_state("proven")
    folder = tmp_path / "network"
    assert folder.stat().st_mode & 0o077 == 0
    assert PASSWORD not in (folder / ATTEMPT).read_text()
    await asyncio.to_thread(air.restart)

    async with boxes() as box:
        now = await box.until_state("proven")
        assert now.attempt is not None
        await box.until_mode("hotspot")
        await box.service.ask(WifiKeep(now.attempt.id))
        await box.until_state("kept")
        assert not (folder / PROVEN).exists()


async def test_a_power_cut_in_a_trial_is_told(boxes: Boxes, air: StandInNetworkManager) -> None:
    async with boxes() as box:
        await box.until_mode("hotspot")
        air.is_slow.set()
        await box.service.ask(JOIN)
        await box.until_mode("trying")
        async with asyncio.timeout(PATIENCE_S):
            while not (box.folder / "network" / ATTEMPT).exists():  # noqa: ASYNC110 - in another thread
                await asyncio.sleep(0.01)
    air.is_slow.clear()

    async with boxes() as box:
        now = await box.until_state("failed")
        assert now.attempt is not None
        assert now.attempt.reason == "interrupted"


async def test_what_was_proven_can_be_dropped(boxes: Boxes, tmp_path: Path) -> None:
    async with boxes() as box:
        await box.until_mode("hotspot")
        begun = await box.service.ask(JOIN)
        assert isinstance(begun, WifiAttempt)
        await box.until_state("proven")

        await box.service.ask(WifiDrop(begun.id))

        assert (await box.network()).attempt is None
        assert not (tmp_path / "network" / PROVEN).exists()


async def test_a_network_that_goes_away_opens_the_set_up_network_and_is_joined_when_it_is_back(
    boxes: Boxes, air: StandInNetworkManager
) -> None:
    async with boxes(replace(EAGER, retry_after_s=0.2)) as box:
        await box.until_mode("hotspot")
        begun = await box.service.ask(JOIN)
        assert isinstance(begun, WifiAttempt)
        await box.until_state("proven")
        await box.service.ask(WifiKeep(begun.id))
        await box.until_mode("joined")

        await asyncio.to_thread(air.forget_home)
        lost = await box.until_mode("hotspot")
        assert lost.hotspot is not None
        assert lost.hotspot.reason == "lost"
        await asyncio.to_thread(air.change, lambda state: setattr(state.routers[0], "is_on", True))

        await box.until_mode("joined")


async def test_who_asks_gets_the_set_up_network_and_can_close_it(boxes: Boxes) -> None:
    async with boxes(Plan("asked")) as box:
        await box.until_mode("lost")
        await box.service.ask(Hotspot(open=True))
        await box.until_mode("hotspot")
        await box.service.ask(Hotspot(open=False))
        await box.until_mode("lost")
        assert "opens" in box.service.ask_set_up()


def is_in(name: str, now: NetworkAnswer) -> bool:
    return now.joined is not None and now.joined.name == name


async def test_known_networks_are_ordered_and_forgotten(boxes: Boxes, air: StandInNetworkManager) -> None:
    air.state.routers.append(Router(b"work", "open"))
    async with boxes(replace(EAGER, keep_after_s=0.0)) as box:
        await box.until_mode("hotspot")
        for ssid, password in ((b"home", PASSWORD), (b"work", "")):
            await box.service.ask(WifiJoin(ssid.hex(), password))
            await box.until(partial(is_in, ssid.decode()))
            await box.until_state("kept")
        assert await box.known() == ["work", "home"]  # what was joined last goes first
        listed = await box.service.ask(WifiKnown())
        assert isinstance(listed, WifiKnownAnswer)
        ids = {one.name: one.id for one in listed.networks}

        await box.service.ask(WifiPrefer([ids["home"]]))
        assert await box.known() == ["home", "work"]
        await box.service.ask(WifiForget(ids["work"]))
        assert await box.known() == ["home"]
        assert "does not know" in await box.refusal(WifiForget(ids["work"]))
        assert "does not know" in await box.refusal(WifiPrefer(["x"]))


async def test_a_networkmanager_that_vanishes_is_waited_for(boxes: Boxes, air: StandInNetworkManager) -> None:
    async with boxes() as box:
        await box.until_mode("hotspot")

        await asyncio.to_thread(air.stop)
        gone = await box.until_mode("no-manager")
        assert "NetworkManager" in gone.sentence
        for request in (JOIN, Hotspot(open=True), WifiKnown()):
            assert "NetworkManager" in await box.refusal(request)
        await asyncio.to_thread(air.start)

        await box.until_mode("hotspot")


async def test_a_machine_without_networkmanager_says_so_and_nothing_else(bus: PrivateBus, tmp_path: Path) -> None:
    async with Box(bus.address, tmp_path, EAGER).living() as box:
        assert (await box.network()).mode == "no-manager"
        scanned = await box.service.ask(WifiScan(fresh=True))
        assert isinstance(scanned, WifiScanAnswer)
        assert (scanned.networks, scanned.age_s) == ([], None)
        assert scanned.sentence


async def test_whoever_starts_before_networkmanager_does_not_say_that_it_is_missing(
    boxes: Boxes, air: StandInNetworkManager
) -> None:
    await asyncio.to_thread(air.stop)
    async with boxes(sight_s=2 * PATIENCE_S) as box:
        await asyncio.sleep(10 * QUICK.settle_s)
        assert box.told == []
        await asyncio.to_thread(air.start)
        await box.until_mode("hotspot")
    assert box.told[0].mode != "no-manager"


async def test_after_a_while_it_is_missing(bus: PrivateBus, tmp_path: Path) -> None:
    async with Box(bus.address, tmp_path, EAGER, sight_s=0.1).living() as box:
        async with asyncio.timeout(PATIENCE_S):
            await box.moved.wait()
        assert [told.mode for told in box.told] == ["no-manager"]


async def test_a_network_that_is_not_ours_is_left_alone(
    boxes: Boxes, air: StandInNetworkManager, tmp_path: Path
) -> None:
    async with boxes(Plan("never")) as box:
        await box.until_mode("lost")
        for request in (JOIN, Hotspot(open=True), SetCountry("DE")):
            assert "network.set_up" in await box.refusal(request)
    assert not air.hotspots
    assert not (tmp_path / "network").exists()


async def test_without_its_password_file_the_set_up_network_says_what_is_missing(boxes: Boxes, tmp_path: Path) -> None:
    (tmp_path / "hotspot.json").unlink()
    async with boxes() as box:
        now = await box.until(lambda now: "password is missing" in now.sentence)
        assert now.mode != "hotspot"


async def test_the_country_is_kept_and_switches_the_radio_on(
    boxes: Boxes, air: StandInNetworkManager, tmp_path: Path
) -> None:
    air.state.is_enabled = False
    async with boxes(Plan("asked")) as box:
        await box.until_mode("blocked")

        await box.service.ask(SetCountry("DE"))

        assert (await box.until_mode("lost")).country == "DE"
        assert (tmp_path / "network" / COUNTRY).read_text() == "DE\n"


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (WifiJoin(b"home".hex(), "short"), "too short"),
        (WifiJoin(b"home".hex(), ""), "needs its password"),
        (WifiJoin(b"school".hex(), PASSWORD), "user name"),
        (WifiJoin(b"cafe".hex(), PASSWORD), "no password"),
    ],
)
async def test_what_cannot_work_is_refused_before_the_phone_loses_its_network(
    boxes: Boxes, air: StandInNetworkManager, request_: WifiJoin, words: str
) -> None:
    air.state.routers += [Router(b"school", "enterprise"), Router(b"cafe", "open")]
    async with boxes() as box:
        await box.until_mode("hotspot")

        assert words in await box.refusal(request_)
        assert (await box.network()).mode == "hotspot"


async def test_a_scan_that_is_not_made_shows_the_list_of_before(boxes: Boxes, air: StandInNetworkManager) -> None:
    async with boxes() as box:
        await box.until_mode("hotspot")
        air.manners["RequestScan"] = "refuses"

        scanned = await box.service.ask(WifiScan(fresh=True))

        assert isinstance(scanned, WifiScanAnswer)
        assert [one.name for one in scanned.networks] == ["home"]
        assert "heard before" in (scanned.sentence or "")


async def test_a_phone_in_the_set_up_network_is_noticed(boxes: Boxes, tmp_path: Path) -> None:
    async with boxes() as box:
        now = await box.until_mode("hotspot")
        assert now.hotspot is not None
        assert not now.hotspot.has_phone


async def test_the_pages_are_told_where_avahi_says_and_else_under_the_machines_name(
    boxes: Boxes, bus: PrivateBus
) -> None:
    async with boxes() as box:
        own = f"http://{socket.gethostname()}.local/"
        await box.until(lambda now: now.dashboard[0] == own)
        async with avahi(bus.address, "moment.local") as stand:
            stand.rename("moment-2.local")
            now = await box.until(lambda now: now.dashboard[0] == "http://moment-2.local/")
            assert now.host_name == "moment-2"
        await box.until(lambda now: now.dashboard[0] == own)
