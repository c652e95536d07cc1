"""Every kind of the settings gives a camera that keeps the contract's words."""

from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from appliance.camera.auto import LONGEST_START_S, AutoCamera
from appliance.camera.choose import CameraKind, choose_source
from appliance.camera.snapcam import SnapCamera
from appliance.camera.v4l2 import V4l2Camera
from appliance.configured.camera import RadioDoor, camera_source
from appliance.control.messages import CameraKind as Told
from appliance.found import FoundKind
from appliance.settings.model import CameraSettings

URLS: dict[CameraKind, str] = {
    "test-pattern": "",
    "v4l2": "",
    "rtsp": "rtsp://mara:geheim@10.0.0.5/live",
    "mpegts-udp": "udp://@:8554",
    "rpicam": "",
    "gopro": "",
    "gopro-legacy": "",
    "snapcam": "",
}


@pytest.mark.parametrize(("kind", "url"), URLS.items())
def test_every_kind_has_a_name_and_limits(kind: CameraKind, url: str) -> None:
    source = choose_source(kind=kind, url=url)

    assert source.name
    assert "geheim" not in source.name
    assert 0 < source.latency_s <= 3
    assert source.latency_s < source.start_limit_s <= LONGEST_START_S


def test_every_kind_of_the_settings_is_known_everywhere() -> None:
    kinds = set(get_args(CameraKind))

    assert kinds == {*URLS, "auto"}
    assert kinds == set(get_args(Told))
    assert kinds == set(get_args(get_type_hints(CameraSettings)["kind"]))
    assert set(get_args(FoundKind)) <= kinds


async def test_auto_builds_what_it_finds(tmp_path: Path) -> None:
    (tmp_path / "used.json").write_text('{"kind": "v4l2", "name": "Webcam", "address": "/dev/video7"}')
    source = choose_source(kind="auto", remembered=tmp_path / "used.json")

    assert isinstance(source, AutoCamera)
    used = source._used.last
    assert used is not None
    built = source._build(used)
    assert isinstance(built, V4l2Camera)
    assert built.name == "camera at /dev/video7"


class HandRadio:
    """Notes what it is asked for."""

    async def join(self, ssid: str, password: str) -> str | None:
        return f"{ssid} is not heard" if password else None


async def test_the_way_to_the_radio_is_there_before_the_radio() -> None:
    door = RadioDoor()
    source = camera_source(CameraSettings("snapcam"), door)
    assert isinstance(source, SnapCamera)
    assert source._radio is door
    assert await door.join("SnapCam", "x") == "The network is not looked after yet."

    radio = HandRadio()
    assert door.opened(radio) is radio
    assert await door.join("SnapCam", "x") == "SnapCam is not heard"
    assert await door.join("SnapCam", "") is None
