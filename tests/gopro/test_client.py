"""The client against a camera that answers over real HTTP, well and badly."""

import time
from collections.abc import Callable

import pytest

from appliance.gopro.client import GoProClient, NonsenseError, RefusedError
from appliance.gopro.http import CameraHttp, NoAnswerError
from appliance.gopro.line import HUNG_AFTER_S, HungError, Line
from appliance.standins.gopro import GoProStandIn
from tests.stands.gopro import StandInFactory

Say = Callable[[GoProClient], object]


def client_of(camera: GoProStandIn, limit_s: float = 5.0) -> GoProClient:
    return GoProClient(CameraHttp(camera.address, limit_s))


def paths(camera: GoProStandIn) -> list[str]:
    return [path for _, path in camera.asked]


@pytest.mark.parametrize("model", ["HERO9", "HERO10", "HERO12", "HERO13"])
def test_every_model_says_who_and_how_it_is(gopro: StandInFactory, model: str) -> None:
    camera = gopro(model)
    client = client_of(camera)
    assert client.version() == "2.0"
    assert client.info().model_name == f"{model} Black"
    assert client.info().firmware_version == camera.camera.kind.firmware
    state = client.state()
    assert (state.is_ready, state.battery_percent, state.card) == (True, 87, "ok")


def test_500_for_what_is_so_already_is_no_error(gopro: StandInFactory) -> None:
    camera = gopro("HERO10", is_wired=True)
    client = client_of(camera)
    client.control_by_wire(on=True)
    client.control_by_wire(on=True)
    assert client.state().has_wired_control
    camera.faults.refuses.add("/gopro/camera/control")
    client.control_by_wire(on=True)
    with pytest.raises(RefusedError):
        client.control_by_wire(on=False)


def test_a_setting_that_is_refused_names_what_would_do(gopro: StandInFactory) -> None:
    with pytest.raises(RefusedError, match=r"it takes Off, Low, Auto \(403\)"):
        client_of(gopro()).set_option(135, 99)


def test_what_a_setting_takes_is_set(gopro: StandInFactory) -> None:
    camera = gopro()
    client_of(camera).set_option(2, 1)
    assert camera.camera.settings[2] == 1


@pytest.mark.parametrize(("model", "knows_zones"), [("HERO10", False), ("HERO12", True)])
def test_the_clock_is_told_in_local_time(
    gopro: StandInFactory, monkeypatch: pytest.MonkeyPatch, model: str, knows_zones: bool
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        camera = gopro(model)
        client_of(camera).set_clock(1_784_550_896.7, knows_zones=knows_zones)
    finally:
        monkeypatch.undo()
        time.tzset()
    zone = " tzone=120 dst=1" if knows_zones else ""
    assert camera.camera.time_told == f"date=2026_07_20 time=14_34_56{zone}"


def test_a_webcam_that_fails_says_so(gopro: StandInFactory) -> None:
    with pytest.raises(RefusedError):
        client_of(gopro("HERO13")).start_webcam(None)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("refuses", RefusedError), ("hangs", NoAnswerError), ("drops", NoAnswerError), ("babbles", NonsenseError)],
)
def test_bad_answers_have_a_name_and_an_end(gopro: StandInFactory, fault: str, expected: type[Exception]) -> None:
    camera = gopro()
    client = client_of(camera, limit_s=2.0)
    getattr(camera.faults, fault).add("/")
    with pytest.raises(expected):
        client.state()
    camera.faults.heal()
    assert client.state().is_ready, "the same client goes on"


def test_a_camera_that_is_away_has_a_name_too(free_port: int) -> None:
    with pytest.raises(NoAnswerError):
        GoProClient(CameraHttp(f"127.0.0.1:{free_port}")).state()


async def test_an_answer_without_end_ends_the_line(gopro: StandInFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte by byte it never is silent for long; the limit is 8 s in earnest."""
    assert HUNG_AFTER_S == 8.0
    monkeypatch.setattr("appliance.gopro.line.HUNG_AFTER_S", 1.0)
    camera = gopro()
    camera.faults.dribbles.add("/")
    line = Line(camera.address)
    with pytest.raises(HungError):
        await line.call(lambda client: client.state())
    camera.faults.heal()
    await line.close()
