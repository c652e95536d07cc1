"""From the owner's words to a camera."""

from functools import partial
from pathlib import Path
from typing import Literal, TypedDict, Unpack, assert_never

from appliance.camera.auto import AutoCamera
from appliance.camera.finders import look
from appliance.camera.gopro import GoProCamera
from appliance.camera.gopro_legacy import LegacyGoProCamera
from appliance.camera.look_here import LookHere
from appliance.camera.mpegts_udp import MpegtsUdpCamera
from appliance.camera.radio import Radio
from appliance.camera.rpicam import RpicamCamera
from appliance.camera.rtsp import RtspCamera
from appliance.camera.snapcam import SnapCamera
from appliance.camera.source import Source
from appliance.camera.test_pattern import TestPattern
from appliance.camera.v4l2 import V4l2Camera
from appliance.found import Found, FoundKind

CameraKind = Literal["auto", "test-pattern", "v4l2", "rpicam", "rtsp", "mpegts-udp", "gopro", "gopro-legacy", "snapcam"]


class Words(TypedDict, total=False):
    """What the owner may say of a camera beside its kind; a kind that has no use for a word ignores it."""

    url: str
    device: str
    address: str
    audio: str
    transport: Literal["tcp", "udp"]
    remembered: Path | None
    """Where "auto" keeps which camera it took last."""
    radio: Radio | None
    """Who takes this box into a camera's own Wi-Fi; None: somebody else has to."""


def choose_source(*, kind: CameraKind = "test-pattern", **words: Unpack[Words]) -> Source:
    """The camera of that kind. Nothing is opened yet."""
    match kind:
        case "auto":
            return auto_camera(words.get("audio", "auto"), words.get("remembered"), words.get("radio"))
        case "rtsp":
            return RtspCamera(
                url=words.get("url", ""),
                audio=words.get("audio", "auto"),
                transport=words.get("transport", "tcp"),
            )
        case "mpegts-udp":
            return MpegtsUdpCamera(url=words.get("url", ""), audio=words.get("audio", "auto"))
        case "test-pattern":
            return TestPattern(audio=words.get("audio", "auto"))
        case "v4l2":
            return _found_source("v4l2", words.get("device", "/dev/video0"), words.get("audio", "auto"), None)
    return _found_source(kind, words.get("address", ""), words.get("audio", "auto"), words.get("radio"))


def auto_camera(audio: str, remembered: Path | None, radio: Radio | None) -> AutoCamera:
    """The best that is found here and around."""
    return AutoCamera(
        build=lambda found: _found_source(found.kind, found.address, audio, radio),
        look_here=LookHere(),
        look_around=partial(look),
        remembered=remembered,
    )


def _found_source(kind: FoundKind, address: str, audio: str, radio: Radio | None) -> Source:
    match kind:
        case "v4l2":
            return V4l2Camera(device=address, audio=audio)
        case "rpicam":
            return RpicamCamera(audio=audio)
        case "gopro":
            return GoProCamera(address=address, audio=audio, radio=radio)
        case "gopro-legacy":
            return LegacyGoProCamera(address=address, audio=audio)
        case "snapcam":
            return SnapCamera(address=address, audio=audio, radio=radio)
        case _:
            assert_never(kind)


__all__ = ["CameraKind", "Found", "auto_camera", "choose_source"]
