"""From the owner's words to a camera."""

from typing import Literal, assert_never

from appliance.camera.mpegts_udp import MpegtsUdpCamera
from appliance.camera.rtsp import RtspCamera
from appliance.camera.source import Source
from appliance.camera.test_pattern import TestPattern
from appliance.camera.v4l2 import V4l2Camera

CameraKind = Literal["test-pattern", "v4l2", "rtsp", "mpegts-udp"]


def choose_source(
    *,
    kind: CameraKind = "test-pattern",
    url: str = "",
    device: str = "/dev/video0",
    audio: str = "auto",
    transport: Literal["tcp", "udp"] = "tcp",
) -> Source:
    """The camera of that kind; a keyword that a kind has no use for is ignored. Nothing is opened yet."""
    match kind:
        case "test-pattern":
            return TestPattern(audio=audio)
        case "v4l2":
            return V4l2Camera(device=device, audio=audio)
        case "rtsp":
            return RtspCamera(url=url, audio=audio, transport=transport)
        case "mpegts-udp":
            return MpegtsUdpCamera(url=url, audio=audio)
        case _:
            assert_never(kind)
