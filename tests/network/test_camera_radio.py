"""One radio, a camera that is a network itself, and a home network: the whole room against the stand-in."""

import asyncio
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from appliance.control.messages import Done, NetworkAnswer, WifiAttempt, WifiJoin, WifiKeep
from appliance.control.messages import Hotspot as AskHotspot
from appliance.network.camera_radio import AWAY, LENT
from appliance.network.model import View
from appliance.network.profiles import CAMERA_ID, Wanted, home_settings
from appliance.network.setup_mode import Plan
from appliance.network.standin.air import Router
from appliance.network.standin.service import StandInNetworkManager
from appliance.network.standin.state import Connection
from appliance.network.turns import TurnPlan, Want
from tests.network.conftest import PATIENCE_S
from tests.network.test_joining import QUICK
from tests.network.test_room import HOME, Box, Boxes, air, boxes  # noqa: F401 - fixtures

CAMERA = Router(b"SnapCam_2264", "wpa2", "123456789")
WANTED = Wanted(CAMERA.ssid, CAMERA.password, "wpa2")
CALM = Plan("by-itself")
TURNS = TurnPlan(first_s=0.0, quiet_s=0.0)
ONE = Want(asked_number=1, asked=1, ready=1)


def ssid_of(stand: StandInNetworkManager) -> bytes:
    active = stand.state.active
    return active.connection.ssid if active and active.is_up else b""


async def until(box: Box, is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            box.room.look_again()
            await asyncio.sleep(0.02)


async def until_with_camera(box: Box, stand: StandInNetworkManager) -> None:
    await until(box, lambda: ssid_of(stand) == CAMERA.ssid and "is with" in str(box.room.desk.radio_sentence))
    assert box.radio[-1] == (None, AWAY)


@pytest.fixture
def both(air: StandInNetworkManager) -> StandInNetworkManager:  # noqa: F811 - the fixture
    """Camera and home on the air, and home is known."""
    profile = home_settings(Wanted(HOME.ssid, HOME.password, "wpa2"), is_trial=False)
    told = {name: {key: (one.signature, one.value) for key, one in part.items()} for name, part in profile.items()}
    path = "/org/freedesktop/NetworkManager/Settings/900"

    def plant(state: object) -> None:
        air.state.routers.append(replace(CAMERA))
        air.state.connections[path] = Connection(path, told, "disk")

    air.change(plant)
    return air


async def sentence(box: Box) -> str:
    answer = await box.network()
    assert isinstance(answer, NetworkAnswer)
    return answer.radio or ""


async def test_a_turn_from_the_button_to_the_camera_again(both: StandInNetworkManager, boxes: Boxes) -> None:  # noqa: F811
    async with boxes(CALM, camera=WANTED, turns=TURNS) as box:
        await until_with_camera(box, both)
        assert await sentence(box) == "The radio is with the camera SnapCam_2264."
        assert box.radio == [(None, AWAY)]
        assert box.asked_for == ("home",)

        box.queue(ONE)
        await until(box, lambda: ssid_of(both) == HOME.ssid and box.radio[-1] == (LENT, None))
        assert box.radio[1][0] == LENT, "recording stands still before the radio leaves"
        assert "a press brings it back" in await sentence(box)

        box.queue(Want(asked_number=1))
        await until_with_camera(box, both)
        kept = [one.uuid for one in both.state.connections.values() if one.uuid == CAMERA_ID]
        assert kept == [CAMERA_ID]
        assert [one.kind for one in both.state.connections.values() if one.uuid == CAMERA_ID] == ["volatile"]


async def test_a_press_brings_the_radio_back_even_from_the_middle_of_a_join(
    both: StandInNetworkManager,
    boxes: Boxes,  # noqa: F811
) -> None:
    async with boxes(CALM, camera=WANTED, turns=TURNS) as box:
        await until_with_camera(box, both)
        box.room._works._joining._patience = replace(QUICK, keep_s=10 * PATIENCE_S)  # nothing else ends the join
        both.is_slow.set()
        box.queue(ONE)
        await until(box, lambda: "ActivateConnection" in both.calls)
        box.room.press_is_kept(is_busy=True)
        await until(box, lambda: both.calls.count("AddAndActivateConnection2") == 2)
        both.is_slow.clear()

        await until(box, lambda: ssid_of(both) == CAMERA.ssid and box.radio[-1] == (None, AWAY))
        box.queue(replace(ONE, asked_number=2))
        await asyncio.sleep(0.1)
        assert both.calls.count("ActivateConnection") == 1, "no turn while a press is kept"
        box.room.press_is_kept(is_busy=False)
        await until(box, lambda: ssid_of(both) == HOME.ssid)


async def test_a_camera_that_is_switched_off_is_looked_for_with_the_recording_free(
    both: StandInNetworkManager,
    boxes: Boxes,  # noqa: F811
) -> None:
    both.change(lambda state: setattr(state.routers[-1], "is_on", False))
    async with boxes(CALM, camera=WANTED, turns=TURNS) as box:
        await until(box, lambda: "RequestScan" in both.calls)
        await until(box, lambda: not box.room._radio.is_at_work)
        assert "is the camera switched on?" in await sentence(box)
        assert all(lent is None for lent, _ in box.radio)
        assert "AddAndActivateConnection2" not in both.calls, "what is not heard is not tried"
        both.change(lambda state: setattr(state.routers[-1], "is_on", True))
        box.room._radio._turns._not_before_s = 0.0
        await until(box, lambda: ssid_of(both) == CAMERA.ssid)


async def test_a_camera_that_tells_of_its_network_itself_is_joined(
    both: StandInNetworkManager,
    boxes: Boxes,  # noqa: F811
) -> None:
    other = Router(b"GP12345678", "wpa3", "another secret")
    both.change(lambda state: state.routers.append(replace(other)))
    async with boxes(CALM, turns=TURNS) as box:
        assert (await box.network()).radio is None
        assert await box.room.join("SnapCam_2264", CAMERA.password) is None
        assert ssid_of(both) == CAMERA.ssid
        assert await box.room.join("SnapCam_2264", CAMERA.password) is None
        assert await box.room.join("GP12345678", other.password) is None
        assert ssid_of(both) == other.ssid
        box.room._patience = replace(QUICK, visit_s=0.5)
        assert "camera's Wi-Fi elsewhere" in str(await box.room.join("elsewhere", "x" * 8))
    async with boxes(Plan("never")) as box:
        assert "may not join" in str(await box.room.join("SnapCam_2264", CAMERA.password))


async def test_a_password_that_the_camera_refuses_is_told_until_it_lets_the_box_in(
    both: StandInNetworkManager,
    boxes: Boxes,  # noqa: F811
) -> None:
    both.change(lambda state: setattr(state.routers[-1], "password", "another secret"))
    async with boxes(CALM, camera=WANTED, turns=TURNS) as box:
        await until(box, lambda: "refuses the password" in str(box.room.desk.radio_sentence))
        assert "network.camera_password" in await sentence(box)
        box.room._patience = replace(QUICK, visit_s=0.5)
        assert "refuses the password" in str(await box.room.join("SnapCam_2264", CAMERA.password))
        both.change(lambda state: setattr(state.routers[-1], "password", CAMERA.password))
        box.room._radio._turns._not_before_s = 0.0
        await until_with_camera(box, both)


async def test_a_camera_that_is_waited_for_is_not_looked_at_all_the_time(boxes: Boxes) -> None:  # noqa: F811
    """Each look costs a dozen questions to NetworkManager, and a small board is busy enough with the camera."""
    async with boxes(CALM, turns=TURNS) as box:
        await box.network()
        manager, looks = box.room._manager, 0
        view = manager.view

        async def counted() -> View:
            nonlocal looks
            looks += 1
            return await view()

        manager.view = counted  # type: ignore[method-assign]
        box.room._patience = replace(QUICK, visit_s=3.0)
        assert await box.room.join("elsewhere", "x" * 8) is not None
        assert 0 < looks < 20


async def test_a_home_that_is_away_costs_one_leg(both: StandInNetworkManager, boxes: Boxes) -> None:  # noqa: F811
    both.change(lambda state: setattr(state.routers[0], "is_on", False))
    async with boxes(CALM, camera=WANTED, turns=TURNS) as box:
        await until_with_camera(box, both)
        box.queue(ONE)
        await until(box, lambda: (LENT, AWAY) in box.radio and box.radio[-1] == (None, AWAY))
        assert ssid_of(both) == CAMERA.ssid


async def test_a_press_ends_a_turn_that_is_at_home(both: StandInNetworkManager, boxes: Boxes) -> None:  # noqa: F811
    """Though memories are on their way, and more of them wait."""
    moving = replace(ONE, is_moving=True)
    async with boxes(CALM, camera=WANTED, turns=TURNS) as box:
        await until_with_camera(box, both)
        box.queue(moving)
        await until(box, lambda: ssid_of(both) == HOME.ssid and box.radio[-1] == (LENT, None))
        box.room.press_is_kept(is_busy=True)
        await until(box, lambda: ssid_of(both) == CAMERA.ssid and box.radio[-1] == (None, AWAY))
        assert (LENT, AWAY) in box.radio, "uploads are told before the radio leaves, recording after it is there"


@pytest.mark.parametrize(
    ("limits", "want"),
    [
        (replace(TURNS, home_s=0.3), replace(ONE, is_moving=True)),
        (replace(TURNS, idle_s=0.3), ONE),
    ],
    ids=["so long at home", "so long at home without anything on its way"],
)
async def test_a_turn_at_home_ends_in_time(
    both: StandInNetworkManager,
    boxes: Boxes,  # noqa: F811
    limits: TurnPlan,
    want: Want,
) -> None:
    async with boxes(CALM, camera=WANTED, turns=limits) as box:
        await until_with_camera(box, both)
        box.queue(want)
        await until(box, lambda: ssid_of(both) == HOME.ssid)
        await until(box, lambda: ssid_of(both) == CAMERA.ssid and box.radio[-1] == (None, AWAY))
        assert both.calls.count("ActivateConnection") == 1, "and a rest follows"


async def test_a_way_home_that_takes_too_long_is_given_up(
    both: StandInNetworkManager,
    boxes: Boxes,  # noqa: F811
) -> None:
    async with boxes(CALM, camera=WANTED, turns=replace(TURNS, join_s=1.0)) as box:
        box.room._works._joining._patience = replace(QUICK, keep_s=10 * PATIENCE_S)  # nothing else ends the join
        await until_with_camera(box, both)
        both.is_slow.set()
        box.queue(ONE)
        await until(box, lambda: "ActivateConnection" in both.calls)
        await until(box, lambda: box.radio[-1][1] == AWAY and both.calls.count("AddAndActivateConnection2") > 1)
        both.is_slow.clear()
        await until(box, lambda: ssid_of(both) == CAMERA.ssid and box.radio[-1] == (None, AWAY))


async def test_a_way_to_the_camera_that_takes_too_long_is_tried_again_with_the_recording_free(
    both: StandInNetworkManager,
    boxes: Boxes,  # noqa: F811
) -> None:
    async with boxes(CALM, camera=WANTED, turns=replace(TURNS, join_s=1.0)) as box:
        box.room._works._joining._patience = replace(QUICK, keep_s=10 * PATIENCE_S)
        await until_with_camera(box, both)
        box.queue(ONE)
        await until(box, lambda: ssid_of(both) == HOME.ssid and box.radio[-1] == (LENT, None))
        both.is_slow.set()
        joins = both.calls.count("AddAndActivateConnection2")
        box.queue(Want(asked_number=1))
        await until(box, lambda: both.calls.count("AddAndActivateConnection2") > joins)
        await until(box, lambda: not box.room._radio.is_at_work and box.radio[-1][0] is None)
        assert "is the camera switched on?" in await sentence(box)
        both.is_slow.clear()
        box.room._radio._turns._not_before_s = 0.0
        await until_with_camera(box, both)


async def test_the_set_up_network_has_the_radio_first(both: StandInNetworkManager, boxes: Boxes) -> None:  # noqa: F811
    async with boxes(CALM, camera=WANTED, turns=TURNS) as box:
        await until_with_camera(box, both)
        assert isinstance(await box.service.ask(AskHotspot(open=True)), Done)
        await box.until_mode("hotspot")
        box.queue(ONE)
        await asyncio.sleep(0.1)
        assert len(both.hotspots) == 1
        assert (await box.network()).mode == "hotspot"
        await box.service.ask(AskHotspot(open=False))
        await until(box, lambda: ssid_of(both) == CAMERA.ssid)


async def test_a_network_can_be_tried_from_the_camera_s(both: StandInNetworkManager, boxes: Boxes) -> None:  # noqa: F811
    async with boxes(CALM, camera=WANTED, turns=TURNS) as box:
        await until_with_camera(box, both)
        assert isinstance(await box.service.ask(WifiJoin(HOME.ssid.hex(), HOME.password)), WifiAttempt)
        proven = await box.until_state("proven")
        assert proven.attempt is not None
        await box.service.ask(WifiKeep(proven.attempt.id))
        await box.until_state("kept")
        await until(box, lambda: ssid_of(both) == CAMERA.ssid)


async def test_a_radio_that_is_not_ours_is_left_alone(both: StandInNetworkManager, boxes: Boxes) -> None:  # noqa: F811
    async with boxes(Plan("never"), camera=WANTED, turns=TURNS) as box:
        box.queue(ONE)
        await box.network()
        await asyncio.sleep(0.1)
        assert (await box.network()).radio is None
        assert not {"RequestScan", "AddAndActivateConnection2", "ActivateConnection"} & set(both.calls)
