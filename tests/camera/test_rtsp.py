"""RTSP against a real server (GStreamer's), good and bad."""

import asyncio
from typing import Literal

import pytest

from appliance.camera.rtsp import RtspCamera
from appliance.camera.source import CameraTroubleError
from tests.camera.conftest import Cutter
from tests.conftest import RtspCameraFactory


async def trouble_of(camera: RtspCamera) -> str:
    async with asyncio.timeout(camera.start_limit_s):
        with pytest.raises(CameraTroubleError) as trouble:
            async with camera.connect():
                pass
    sentence = str(trouble.value)
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("transport", ["tcp", "udp"])
async def test_h264_and_aac_are_copied(
    rtsp_camera: RtspCameraFactory, cut: Cutter, transport: Literal["tcp", "udp"]
) -> None:
    camera = RtspCamera(url=rtsp_camera(codec="h264", audio="aac").url, transport=transport)
    recorded = await cut(camera, 2.4)

    assert recorded.codecs() == ["h264", "aac"]
    assert (recorded.footage.options["c:v"], recorded.footage.options["c:a"]) == ("copy", "copy")
    assert recorded.footage.warning is None
    assert recorded.last_words == ""
    assert max(recorded.key_frame_distances_s()) <= 1.1, "the camera's own second, which stretches on a busy machine"
    assert len(recorded.segments) >= 2
    recorded.decode()


async def test_hevc_is_copied_with_its_parameters_before_every_key_frame(
    rtsp_camera: RtspCameraFactory, cut: Cutter
) -> None:
    """The stand tells them in the SDP only. As bare streams, since ffmpeg's MPEG-TS muxer would add them itself."""
    recorded = await cut(RtspCamera(url=rtsp_camera(codec="h265").url), 2.2, "hevc")

    assert recorded.codecs() == ["hevc"]
    assert recorded.footage.options["c:v"] == "copy"
    assert len(recorded.segments) >= 2
    recorded.decode()


async def test_mjpeg_is_encoded_with_a_warning_and_telephone_sound_becomes_aac(
    rtsp_camera: RtspCameraFactory, cut: Cutter
) -> None:
    recorded = await cut(RtspCamera(url=rtsp_camera(codec="mjpeg", audio="pcma").url), 2)

    picture, sound = recorded.streams()
    assert (picture["codec_name"], picture["pix_fmt"], sound["codec_name"]) == ("h264", "yuv420p", "aac")
    assert recorded.footage.warning is not None
    assert "mjpeg" in recorded.footage.warning
    assert max(recorded.key_frame_distances_s()) <= 1.0
    recorded.decode()


async def test_h264_is_copied_while_telephone_sound_is_encoded(rtsp_camera: RtspCameraFactory, cut: Cutter) -> None:
    stand = rtsp_camera(codec="h264", audio="pcma", user="mara", password="ge#heim")
    camera = RtspCamera(url=stand.url.replace("//", "//mara:ge%23heim@"))
    recorded = await cut(camera, 1.5)

    assert recorded.codecs() == ["h264", "aac"]
    assert recorded.footage.options["c:v"] == "copy"
    assert "heim" not in camera.name
    recorded.decode()


async def test_sound_can_be_left_out(rtsp_camera: RtspCameraFactory) -> None:
    async with RtspCamera(url=rtsp_camera(audio="aac").url, audio="none").connect() as footage:
        assert len(footage.streams) == 1
        assert "c:a" not in footage.options


async def test_a_wrong_path_is_told(rtsp_camera: RtspCameraFactory) -> None:
    url = rtsp_camera().url.replace("/live", "/nothing")

    assert "no stream at that address" in await trouble_of(RtspCamera(url=url))


async def test_a_wrong_password_is_told_and_not_repeated(rtsp_camera: RtspCameraFactory) -> None:
    url = rtsp_camera(user="mara", password="geheim").url.replace("//", "//mara:schwach@")
    sentence = await trouble_of(RtspCamera(url=url))

    assert "user name or the password" in sentence
    assert "schwach" not in sentence


async def test_a_refused_port_is_told(free_port: int) -> None:
    assert "refuses the connection" in await trouble_of(RtspCamera(url=f"rtsp://127.0.0.1:{free_port}/live"))


async def test_an_unknown_name_is_told() -> None:
    sentence = await trouble_of(RtspCamera(url="rtsp://no-such-host.invalid/"))

    assert "does not know" in sentence
    assert "no-such-host.invalid" in sentence


async def test_a_frozen_camera_is_told_and_found_again_when_it_thaws(rtsp_camera: RtspCameraFactory) -> None:
    stand = rtsp_camera()
    camera = RtspCamera(url=stand.url)
    stand.freeze()

    assert "gives no answer" in await trouble_of(camera)

    stand.thaw()
    async with camera.connect() as footage:
        assert len(footage.streams) == 1


@pytest.mark.parametrize(
    "url", ["", "http://10.0.0.5/live", "rtsp://", "rtsp:///live", "rtsp://host:99999/", "/dev/video0"]
)
async def test_an_address_that_is_none_is_told_at_once(url: str) -> None:
    assert "rtsp://ADDRESS/PATH" in await trouble_of(RtspCamera(url=url))


async def test_blanks_in_the_address_are_told_without_the_password() -> None:
    camera = RtspCamera(url="rtsp://mara:ge heim@10.0.0.5/live")

    assert "%20" in await trouble_of(camera)
    assert "heim" not in camera.name
