"""What of a V4L2 camera is taken: which format, size and rate, and who encodes. Pure."""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from msgspec import Struct

from appliance.camera.encoding import SOFTWARE_WARNING
from appliance.camera.v4l2_formats import USUAL_RATE, Mode
from appliance.camera.v4l2_structures import H264_I_PERIOD, REPEAT_SEQ_HEADER, VIDEO_BITRATE

COPIED = {"H264": "h264"}
"""Not HEVC: ffmpeg's V4L2 input does not know it (libavdevice/v4l2-common.c has no such row, up to 7)."""

_RAW = {"YUYV": "yuyv422", "YU12": "yuv420p", "NV12": "nv12", "UYVY": "uyvy422", "RGB3": "rgb24", "BGR3": "bgr24"}
_DECODED = {"MJPG": "mjpeg", "JPEG": "mjpeg"} | _RAW
"""In this order: compressed first, since USB carries 720p30 only so. V4L2's four letters to ffmpeg's `input_format`."""

USABLE = frozenset({*COPIED, *_DECODED})
"""What can be recorded at all; a sensor's raw pattern (`pBAA`) is no picture yet."""

FULL_HD, HD = (1920, 1080), (1280, 720)
SMOOTH = 24.0
"""Pictures a second: below it size is not worth the stutter."""

_ENCODER = re.compile(r"^ V\S{5} (\w+)", re.MULTILINE)
_BITS_PER_PIXEL = 4.5
"""A second: 4 Mbit/s at 720p, 9 Mbit/s at 1080p."""


class Plan(Struct, frozen=True):
    """How a camera is read. `code`: V4L2's four letters; `encoder` None: copied."""

    code: str
    encoder: str | None = None
    warning: str | None = None

    @property
    def input_format(self) -> str:
        """In ffmpeg's words."""
        return (COPIED | _DECODED)[self.code]


def choose_plan(formats: AbstractSet[str], encoders: AbstractSet[str]) -> Plan | None:
    """The cheapest way that touches the pictures least; None when there is none.

    `formats`: V4L2's four-letter codes. `encoders`: ffmpeg's names, those that can work on this machine.
    """
    copied = next((code for code in COPIED if code in formats), None)
    if copied:
        return Plan(copied)
    code = next((code for code in _DECODED if code in formats), None)
    if code and "h264_v4l2m2m" in encoders:
        return Plan(code, "h264_v4l2m2m")
    if code and "libx264" in encoders:
        return Plan(code, "libx264", f"The camera gives {_DECODED[code]}. {SOFTWARE_WARNING}")
    return None


def choose_mode(modes: Iterable[Mode], code: str, most: tuple[int, int]) -> Mode:
    """The best size and rate of those of one format. `most`: no more pixels than this, where there is a choice.

    Smooth before large, then as large as may be, then as near to 30 a second as may be: more costs room for little.
    The smallest of all where all are larger; HD at 30 where nothing is told: ffmpeg asks, and the driver has its way.
    """
    told = [mode for mode in modes if mode.code == code]
    if not told:
        return Mode(code, *HD, USUAL_RATE)
    within = [mode for mode in told if mode.pixels <= most[0] * most[1]]
    smallest = min(mode.pixels for mode in told)
    allowed = within or [mode for mode in told if mode.pixels == smallest]
    return max(allowed, key=lambda mode: (mode.rate >= SMOOTH, mode.pixels, -abs(mode.rate - USUAL_RATE)))


def read_encoders(listing: str) -> frozenset[str]:
    """Names of the video encoders in what `ffmpeg -encoders` prints."""
    return frozenset(_ENCODER.findall(listing))


def controls_for(mode: Mode) -> dict[int, int]:
    """How a camera that encodes should do it: a key frame each second, parameters before each."""
    return {
        VIDEO_BITRATE: bitrate_for(mode.width, mode.height),
        H264_I_PERIOD: max(1, round(mode.rate)),
        REPEAT_SEQ_HEADER: 1,
    }


def bitrate_for(width: int, height: int) -> int:
    """Bits per second that a picture of this size is worth."""
    return round(width * height * _BITS_PER_PIXEL / 1e5) * 100_000


def no_picture(device: str, formats: AbstractSet[str]) -> str:
    """Why such a device cannot be recorded, and what helps."""
    offered = ", ".join(sorted(formats)) or "nothing"
    return (
        f"{device} offers {offered}, which cannot be recorded as it is; a camera on the ribbon cable needs rpicam-vid: "
        "sudo apt install rpicam-apps-lite"
    )
