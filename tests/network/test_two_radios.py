"""Two radios in the whole room: the first has the home network, the second the camera's, and either may be pulled out.

Whatever happens, what the network room promises holds: no password is told to anybody (N1), nonsense is refused with
a sentence (N2), a network is tried with a way back (N3), and the set-up network never takes the camera's radio (N4).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from msgspec.structs import replace

from appliance.control.messages import Done, WifiAttempt, WifiJoin, WifiKeep
from appliance.control.messages import Hotspot as AskHotspot
from appliance.network.camera_radio import AWAY, LENT
from appliance.network.profiles import CAMERA_ID, HOTSPOT_ID
from appliance.network.standin.air import Router
from appliance.network.standin.service import StandInNetworkManager
from appliance.network.standin.state import SECOND_WIFI_PATH, Wireless
from appliance.network.turns import Want
from tests.network.test_camera_radio import CALM, CAMERA, ONE, TURNS, WANTED, both, until  # noqa: F401 - a fixture
from tests.network.test_room import HOME, JOIN, Box, Boxes, air, boxes  # noqa: F401 - fixtures

FIRST, SECOND = "wlan0", "wlan1"


def carried(stand: StandInNetworkManager) -> dict[str, bytes]:
    """What each radio is in."""
    found = {radio.interface: radio.active for radio in stand.state.radios}
    return {name: active.connection.ssid if active and active.is_up else b"" for name, active in found.items()}


def second() -> Wireless:
    return Wireless(SECOND_WIFI_PATH, SECOND)


@pytest.fixture
def pair(both: StandInNetworkManager) -> StandInNetworkManager:  # noqa: F811 - the fixture
    """Two radios; NetworkManager joins what it knows by itself, as the real one does."""
    both.joins_by_itself = True
    both.plug(second())
    return both


APART = {FIRST: HOME.ssid, SECOND: CAMERA.ssid}


@asynccontextmanager
async def settled(boxes: Boxes, stand: StandInNetworkManager) -> AsyncIterator[Box]:  # noqa: F811 - the fixture
    async with boxes(CALM, camera=WANTED, turns=TURNS) as box:
        await until(box, lambda: carried(stand) == APART)
        await until(box, lambda: "of its own" in str(box.room.desk.radio_sentence))
        yield box


async def test_both_are_there_at_once_and_nobody_waits_for_a_turn(
    pair: StandInNetworkManager,
    boxes: Boxes,  # noqa: F811
) -> None:
    async with settled(boxes, pair) as box:
        told, calls = len(box.radio), len(pair.calls)
        for number in range(3):
            box.queue(Want(asked_number=number, asked=number, ready=9))
            box.room.press_is_kept(is_busy=bool(number % 2))
            await box.network()
            await until(box, lambda: not box.room._radio.is_at_work)
        assert carried(pair) == APART
        assert not {"ActivateConnection", "AddAndActivateConnection2"} & set(pair.calls[calls:])
        assert all(lent is None for lent, _ in box.radio), "recording never stood still"
        assert box.radio[told:] == []
        assert box.radio[-1:] in ([], [(None, None)]), "and uploads wait for nothing"


async def test_the_camera_s_radio_is_pulled_out_and_put_back(
    pair: StandInNetworkManager,
    boxes: Boxes,  # noqa: F811
) -> None:
    """With one radio left there are turns, which one that comes back ends."""
    async with settled(boxes, pair) as box:
        pair.unplug(SECOND)
        await until(box, lambda: carried(pair) == {FIRST: CAMERA.ssid} and box.radio[-1:] == [(None, AWAY)])
        await until(box, lambda: "is with the camera" in str(box.room.desk.radio_sentence))

        pair.plug(second())
        await until(box, lambda: carried(pair) == APART)
        await until(box, lambda: box.radio[-1] == (None, None))
        assert all(lent is None for lent, _ in box.radio)
        kept = [one.kind for one in pair.state.connections.values() if one.uuid == CAMERA_ID]
        assert kept == ["volatile"], "the camera's network is nowhere twice, and never on the card"


async def test_a_radio_that_comes_in_the_middle_of_a_turn_ends_it(
    both: StandInNetworkManager,  # noqa: F811
    boxes: Boxes,  # noqa: F811
) -> None:
    both.joins_by_itself = True
    async with boxes(CALM, camera=WANTED, turns=TURNS) as box:
        await until(box, lambda: carried(both) == {FIRST: CAMERA.ssid} and box.radio[-1:] == [(None, AWAY)])
        box.queue(ONE)
        await until(box, lambda: carried(both) == {FIRST: HOME.ssid} and box.radio[-1] == (LENT, None))

        both.plug(second())
        await until(box, lambda: carried(both) == APART and box.radio[-1] == (None, None))


async def test_it_is_pulled_out_in_the_middle_of_a_join(
    both: StandInNetworkManager,  # noqa: F811
    boxes: Boxes,  # noqa: F811
) -> None:
    both.joins_by_itself = True
    async with boxes(CALM, camera=WANTED, turns=TURNS) as box:
        await until(box, lambda: carried(both) == {FIRST: CAMERA.ssid})
        joins = both.calls.count("AddAndActivateConnection2")
        both.is_slow.set()
        both.plug(second())
        await until(box, lambda: both.calls.count("AddAndActivateConnection2") > joins)
        both.unplug(SECOND)
        both.is_slow.clear()
        await until(box, lambda: carried(both) == {FIRST: CAMERA.ssid} and not box.room._radio.is_at_work)
        both.plug(second())
        await until(box, lambda: carried(both) == APART)


async def test_the_home_radio_is_pulled_out(pair: StandInNetworkManager, boxes: Boxes) -> None:  # noqa: F811
    """The one that is left has the camera already: it stays there, and turns begin."""
    async with settled(boxes, pair) as box:
        joins = pair.calls.count("AddAndActivateConnection2")
        pair.unplug(FIRST)
        await until(box, lambda: box.radio[-1:] == [(None, AWAY)])
        assert carried(pair) == {SECOND: CAMERA.ssid}
        assert pair.calls.count("AddAndActivateConnection2") == joins, "the camera is not let go of for that"
        box.queue(ONE)
        await until(box, lambda: carried(pair) == {SECOND: HOME.ssid} and box.radio[-1] == (LENT, None))
        box.queue(Want(asked_number=1))
        await until(box, lambda: carried(pair) == {SECOND: CAMERA.ssid} and box.radio[-1] == (None, AWAY))


async def test_a_network_is_proven_beside_the_camera(pair: StandInNetworkManager, boxes: Boxes) -> None:  # noqa: F811
    """N3: the way back is the first radio's; the camera stays where it is all the while."""
    other = Router(b"garden", "wpa2", "another horse")
    pair.change(lambda state: state.routers.append(replace(other)))
    async with settled(boxes, pair) as box:
        joins = pair.calls.count("AddAndActivateConnection2")
        for password, came_to in (("wrong horse", "failed"), (other.password, "proven")):
            assert isinstance(await box.service.ask(WifiJoin(other.ssid.hex(), password)), WifiAttempt)
            now = (await box.until_state(came_to)).attempt
            await until(box, lambda: carried(pair) == APART)
        assert now is not None
        assert pair.calls.count("AddAndActivateConnection2") == joins + 3, "the wrong one twice, and not the camera"
        await box.service.ask(WifiKeep(now.id))
        await box.until_state("kept")
        assert carried(pair) == {FIRST: other.ssid, SECOND: CAMERA.ssid}
        assert other.password not in _all_that_was_told(box)


async def test_the_set_up_network_leaves_the_camera_s_radio_alone(
    pair: StandInNetworkManager,
    boxes: Boxes,  # noqa: F811
) -> None:
    """N4, and N2 meanwhile."""
    async with settled(boxes, pair) as box:
        assert isinstance(await box.service.ask(AskHotspot(open=True)), Done)
        await box.until_mode("hotspot")
        assert carried(pair)[SECOND] == CAMERA.ssid
        (opened,) = [radio for radio in pair.state.radios if radio.active and radio.active.connection.is_access_point]
        assert (opened.interface, opened.active and opened.active.connection.uuid) == (FIRST, HOTSPOT_ID)
        assert "no such try" in await box.refusal(WifiKeep("x"))
        assert isinstance(await box.service.ask(AskHotspot(open=False)), Done)
        await until(box, lambda: box.room.desk.view.sight.is_open is False)
        assert carried(pair)[SECOND] == CAMERA.ssid
        assert _all_that_was_told(box).count(CAMERA.password) == 0


async def test_a_manager_that_starts_anew_gives_both_back(pair: StandInNetworkManager, boxes: Boxes) -> None:  # noqa: F811
    async with settled(boxes, pair) as box:
        pair.restart()
        pair.change(lambda _: pair._join_by_itself())
        await until(box, lambda: carried(pair) == APART)


def _all_that_was_told(box: Box) -> str:
    return str(msgspec.json.encode([*box.told, box.service.changed()])) + str(box.radio)
