"""The client against a camera that answers over real HTTP, well and badly."""

import asyncio
import contextlib
import itertools
import socketserver
import threading
import time
from collections.abc import Callable

import pytest

from appliance.gopro.client import GoProClient, Info, NonsenseError, RefusedError
from appliance.gopro.http import CameraHttp, NoAnswerError
from appliance.gopro.line import HUNG_AFTER_S, KEEP_ALIVE_EVERY_S, HungError, Line
from appliance.gopro_legacy.control import Control, ControlError
from appliance.standins.gopro import GoProStandIn
from tests.stands.gopro import StandInFactory, count, until

KEEP_ALIVE = "/gopro/camera/keep_alive"
Answering = Callable[[bytes], int]


@pytest.fixture
def answering(running: contextlib.ExitStack) -> Answering:
    """`answering(words)`: a port where every connection is told these words, whatever it asks."""

    def start(words: bytes) -> int:
        class Teller(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request.recv(65_536)
                self.request.sendall(words)

        server = running.enter_context(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Teller))
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        running.callback(server.shutdown)
        return int(server.server_address[1])

    return start


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


def test_a_transfer_that_nobody_ended_is_ended(gopro: StandInFactory) -> None:
    camera = gopro()
    camera.camera.statuses[113] = 1
    client = client_of(camera)
    assert client.state().is_transferring
    client.end_transfer()
    assert not client.state().is_transferring


@pytest.mark.parametrize(
    ("called", "name"),
    [("", "GoPro"), ("HERO12 Black", "HERO12 Black"), ("\nX\0\u202eY ", "X Y"), ("Z" * 9000, "Z" * 40)],
)
def test_what_it_calls_itself_fits_a_sentence(called: str, name: str) -> None:
    assert Info(model_name=called).name == name


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


@pytest.mark.parametrize(
    "words", [b"301 x\r\nLocation: http://[::1\r\n", b"200 x\r\nContent-Encoding: " + b"gzip, " * 20 + b"gzip\r\n"]
)
async def test_a_head_that_makes_no_sense_has_a_name_too(answering: Answering, words: bytes) -> None:
    """These two come through requests as errors of others."""
    port = answering(b"HTTP/1.1 " + words + b"Content-Length: 0\r\n\r\n")
    with pytest.raises(NoAnswerError):
        GoProClient(CameraHttp(f"127.0.0.1:{port}")).state()
    with pytest.raises(ControlError, match="cannot be reached"):
        await Control("127.0.0.1", port, "GoPro").status()


def test_a_camera_that_is_away_has_a_name_too(free_port: int) -> None:
    with pytest.raises(NoAnswerError):
        GoProClient(CameraHttp(f"127.0.0.1:{free_port}")).state()


async def test_a_keep_alive_that_was_not_answered_is_said_again_at_once(gopro: StandInFactory) -> None:
    """Two in a row that are lost would be more than the 3 s after which it sleeps."""
    camera = gopro()
    camera.faults.drops.add(KEEP_ALIVE)
    line = Line(camera.address)
    line.keep_alive()
    await until("some", lambda: count(camera, KEEP_ALIVE) >= 4)
    camera.faults.heal()
    await line.close()
    said_s = [at_s for at_s, path in camera.asked if path == KEEP_ALIVE]
    assert min(after - before for before, after in itertools.pairwise(said_s)) < KEEP_ALIVE_EVERY_S


async def test_a_call_that_was_cut_short_ends_before_the_next_begins(gopro: StandInFactory) -> None:
    """A stop that overtook its start would leave the camera streaming to nobody."""
    line, said = Line(gopro().address), list[str]()
    is_over = threading.Event()

    def start(_: GoProClient) -> None:
        is_over.wait(60)
        said.append("start")

    first = asyncio.create_task(line.call(start))
    await asyncio.sleep(0)
    first.cancel()
    second = asyncio.create_task(line.call(lambda _: said.append("stop")))
    await asyncio.sleep(0.2)
    is_over.set()
    await second
    await line.close()
    assert said == ["start", "stop"]


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
