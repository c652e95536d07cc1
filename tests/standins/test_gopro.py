"""The camera that is none has the quirks of a real one."""

import http.client
import json
import os
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from appliance.standins.gopro import KINDS, GoProStandIn
from appliance.standins.gopro.machine import Camera
from appliance.standins.gopro.paths import Reply, Request, answer
from tests.stands.gopro import StandInFactory

HOST, TARGET = "10.5.5.100", ("10.5.5.100", 8554)


def camera_of(model: str = "HERO12") -> Camera:
    camera = Camera(KINDS[model], is_wired=True)
    camera.wake(0.0)
    return camera


def ask(camera: Camera, path: str, now_s: float = 1.0, **query: object) -> Reply:
    return answer(camera, Request(path, {key: str(value) for key, value in query.items()}, HOST, now_s))


def test_a_press_of_the_shutter_ends_the_preview_whose_status_stays() -> None:
    camera = camera_of()
    ask(camera, "/gopro/camera/stream/start")
    assert camera.sends_to == TARGET
    ask(camera, "/gopro/camera/shutter/start")
    assert camera.sends_to is None
    assert camera.state(1.0)["status"]["32"] == 1
    assert camera.state(1.0)["status"]["10"] == 1
    ask(camera, "/gopro/camera/shutter/stop")
    ask(camera, "/gopro/camera/stream/start", 2.0)
    assert camera.sends_to is None, "a start without a stop changes nothing"
    ask(camera, "/gopro/camera/stream/stop", 2.0)
    ask(camera, "/gopro/camera/stream/start", 2.0)
    assert camera.sends_to == TARGET


def test_no_stream_begins_while_it_records() -> None:
    camera = camera_of()
    ask(camera, "/gopro/camera/shutter/start")
    assert ask(camera, "/gopro/camera/stream/start").status == 500


def test_it_sleeps_when_both_timers_are_over() -> None:
    camera = camera_of()
    camera.settings[59] = 12  # 30 s
    camera.look_at_clock(29.0)
    assert not camera.is_asleep, "its own timer still runs"
    ask(camera, "/gopro/camera/keep_alive", 29.0)
    camera.look_at_clock(38.0)
    assert not camera.is_asleep, "it was kept awake"
    camera.look_at_clock(40.0)
    assert camera.is_asleep


def test_it_does_not_sleep_while_it_records() -> None:
    camera = camera_of()
    ask(camera, "/gopro/camera/shutter/start")
    camera.look_at_clock(1e6)
    assert not camera.is_asleep


def test_control_by_wire_that_is_so_already_is_500() -> None:
    camera = camera_of()
    assert [ask(camera, "/gopro/camera/control/wired_usb", p=p).status for p in (1, 1, 0, 0)] == [200, 500, 200, 500]


def test_a_webcam_wants_no_control_by_wire_and_time_to_settle() -> None:
    camera = camera_of()
    ask(camera, "/gopro/camera/control/wired_usb", p=1)
    assert ask(camera, "/gopro/webcam/start", res=12, fov=0).status == 500
    ask(camera, "/gopro/camera/control/wired_usb", p=0)
    assert ask(camera, "/gopro/webcam/start", 2.0, res=12, fov=0, port=9000).body == {"status": 2, "error": 0}
    assert camera.sends_to == (HOST, 9000)
    ask(camera, "/gopro/webcam/stop", 3.0)
    assert ask(camera, "/gopro/webcam/start", 3.1, res=12).status == 500
    assert ask(camera, "/gopro/webcam/start", 3.5, res=12).status == 200


def test_arguments_out_of_order_are_refused_by_those_who_mind() -> None:
    wrong = {"option": 9, "setting": 2}
    assert ask(camera_of("HERO12"), "/gopro/camera/setting", **wrong).status == 400
    assert ask(camera_of("HERO13"), "/gopro/camera/setting", **wrong).status == 200


@pytest.mark.parametrize("model", KINDS)
def test_each_model_lacks_what_it_lacks(model: str) -> None:
    camera = camera_of(model)
    told = camera.state(1.0)["status"].keys()
    assert not {str(key) for key in KINDS[model].lacks} & told
    for path in KINDS[model].endpoints_missing:
        assert ask(camera, path).status == 404


# Over HTTP


def fetch(camera: GoProStandIn, path: str, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(f"http://{camera.address}{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=5) as response:
        return response.status, response.read()


@pytest.fixture
def card(tmp_path: Path) -> Path:
    (tmp_path / "GX010001.MP4").write_bytes(bytes(range(256)) * 40)
    return tmp_path


@pytest.fixture
def loaded(gopro: StandInFactory, card: Path) -> GoProStandIn:
    camera = gopro()
    camera.card = type(camera.card)(card)
    return camera


def test_the_card_is_listed_with_numbers_as_text(loaded: GoProStandIn) -> None:
    (folder,) = json.loads(fetch(loaded, "/gopro/media/list")[1])["media"]
    assert folder["d"] == "100GOPRO"
    assert (folder["fs"][0]["n"], folder["fs"][0]["s"]) == ("GX010001.MP4", "10240")
    last = json.loads(fetch(loaded, "/gopro/media/last_captured")[1])
    assert last == {"folder": "100GOPRO", "file": "GX010001.MP4"}


def test_files_come_whole_or_by_pieces(loaded: GoProStandIn, card: Path) -> None:
    content = (card / "GX010001.MP4").read_bytes()
    path = "/videos/DCIM/100GOPRO/GX010001.MP4"
    assert fetch(loaded, path) == (200, content)
    assert fetch(loaded, path, Range="bytes=100-199") == (206, content[100:200])
    assert fetch(loaded, path, Range="bytes=10000-") == (206, content[10000:])
    with pytest.raises(urllib.error.HTTPError, match="416"):
        fetch(loaded, path, Range="bytes=10240-")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetch(loaded, path.lower().replace("/videos/dcim", "/videos/DCIM"))


def test_a_file_may_break_off(loaded: GoProStandIn) -> None:
    loaded.faults.breaks_off = True
    with pytest.raises(http.client.IncompleteRead) as broken:
        fetch(loaded, "/videos/DCIM/100GOPRO/GX010001.MP4")
    assert len(broken.value.partial) == 5120


def test_a_deleted_file_is_gone(loaded: GoProStandIn, card: Path) -> None:
    assert fetch(loaded, "/gopro/media/delete/file?path=100GOPRO/GX010001.MP4")[0] == 200
    assert not (card / "GX010001.MP4").exists()
    with pytest.raises(urllib.error.HTTPError, match="400"):
        fetch(loaded, "/gopro/media/delete/file?path=100GOPRO/GX010001.MP4")


def test_a_signal_to_the_camera_is_none_to_what_plays_its_film(gopro: StandInFactory, free_port: int) -> None:
    camera = gopro(stream_port=free_port)
    with camera.lock:
        camera.camera.start_preview(("127.0.0.1", free_port))
    began_s = time.monotonic()
    while camera._stream is None:
        assert time.monotonic() - began_s < 60, "it plays nothing"
        time.sleep(0.02)
    assert os.getpgid(camera._stream._player.pid) != os.getpgid(0)
