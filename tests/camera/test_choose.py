"""Every kind of the settings gives a camera that keeps the contract's words."""

import pytest

from appliance.camera.choose import CameraKind, choose_source

URLS: dict[CameraKind, str] = {
    "test-pattern": "",
    "v4l2": "",
    "rtsp": "rtsp://mara:geheim@10.0.0.5/live",
    "mpegts-udp": "udp://@:8554",
}


@pytest.mark.parametrize(("kind", "url"), URLS.items())
def test_every_kind_has_a_name_and_limits(kind: CameraKind, url: str) -> None:
    source = choose_source(kind=kind, url=url)

    assert source.name
    assert "geheim" not in source.name
    assert 0 < source.latency_s <= 2
    assert source.latency_s < source.start_limit_s <= 15
