"""A camera of this machine (USB or ribbon cable), through Video4Linux.

Written after the kernel's and ffmpeg's documentation; what could not be tried without a camera is said in the tests.
"""

import asyncio
import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterable
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import ffmpeg
from msgspec import Struct

from appliance.camera.encoding import (
    COPIED_PICTURE,
    PARAMETERS_IN_EVERY_KEY_FRAME,
    SOFTWARE_WARNING,
    board_picture,
    software_picture,
)
from appliance.camera.local_sound import with_sound
from appliance.camera.microphone import Microphone, find_microphone
from appliance.camera.rpicam import RpicamCamera, rpicam_program
from appliance.camera.source import CameraTroubleError, Footage
from appliance.camera.v4l2_device import Device, opened
from appliance.camera.v4l2_formats import (
    USUAL_RATE,
    Mode,
    can_encode_h264,
    formats_of,
    modes_of,
    set_controls,
)
from appliance.camera.v4l2_structures import H264_I_PERIOD, REPEAT_SEQ_HEADER, VIDEO_BITRATE
from appliance.child import Child

_COPIED = {"H264": "h264"}
"""Not HEVC: ffmpeg's V4L2 input does not know it (libavdevice/v4l2-common.c has no such row, up to 7)."""

_RAW = {"YUYV": "yuyv422", "YU12": "yuv420p", "NV12": "nv12", "UYVY": "uyvy422", "RGB3": "rgb24", "BGR3": "bgr24"}
_DECODED = {"MJPG": "mjpeg", "JPEG": "mjpeg"} | _RAW
"""In this order: compressed first, since USB carries 720p30 only so. V4L2's four letters to ffmpeg's `input_format`."""

USABLE = frozenset({*_COPIED, *_DECODED})
"""What can be recorded at all; a sensor's raw pattern (`pBAA`) is no picture yet."""

FULL_HD, HD = (1920, 1080), (1280, 720)
SMOOTH = 24.0
"""Pictures a second: below it size is not worth the stutter."""

_ENCODER = re.compile(r"^ V\S{5} (\w+)", re.MULTILINE)
_QUEUE = 1024
"""Packets that wait between the threads of two live inputs."""
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
        return (_COPIED | _DECODED)[self.code]


def choose_plan(formats: AbstractSet[str], encoders: AbstractSet[str]) -> Plan | None:
    """The cheapest way that touches the pictures least; None when there is none.

    `formats`: V4L2's four-letter codes. `encoders`: ffmpeg's names, those that can work on this machine.
    """
    copied = next((code for code in _COPIED if code in formats), None)
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


class Look(Struct, frozen=True):
    """What a device told of itself."""

    formats: frozenset[str]
    modes: tuple[Mode, ...]


def look_at(device: Device) -> Look:
    """All that a choice needs; asked of an open device."""
    formats = frozenset(formats_of(device))
    return Look(formats, tuple(mode for code in sorted(formats & USABLE) for mode in modes_of(device, code)))


class V4l2Camera:
    """The camera at `device`; rpicam-vid's, where the device gives no picture and that program is there.

    `audio`: an ALSA device ("hw:1"), "none", or "auto": the microphone in its housing, else any.
    `board_encoder`: the memory-to-memory device that makes H.264, where the board has one.
    """

    latency_s = 0.7
    start_limit_s = 12.0

    def __init__(
        self, *, device: str, audio: str = "auto", board_encoder: Path = Path("/dev/video11"), root: Path = Path("/")
    ) -> None:
        self._device = device
        self._microphone = Microphone(audio, partial(find_microphone, device, root))
        self._board_encoder = board_encoder
        self._ribbon = RpicamCamera(audio=audio, root=root)
        self.name = f"camera at {device}"

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        try:
            plan, mode = await self._plan()
        except CameraTroubleError:
            if rpicam_program() is None:
                raise
            async with self._ribbon.connect() as footage:
                yield footage
            return
        async with self._microphone.epoch() as sound:
            footage = self.footage(plan, mode, sound)
            yield footage

    async def _plan(self) -> tuple[Plan, Mode]:
        look = await asyncio.to_thread(self._look)
        plan = choose_plan(look.formats, frozenset() if look.formats & _COPIED.keys() else await self._encoders())
        if plan is None:
            raise CameraTroubleError(no_picture(self._device, look.formats))
        mode = choose_mode(look.modes, plan.code, HD if plan.encoder else FULL_HD)
        if plan.encoder is None:
            await asyncio.to_thread(self._tell, mode)
        return plan, mode

    def _look(self) -> Look:
        with opened(Path(self._device)) as device:
            return look_at(device)

    def _tell(self, mode: Mode) -> None:
        with opened(Path(self._device)) as device:
            set_controls(device, controls_for(mode))

    def footage(self, plan: Plan, mode: Mode, sound: str | None = None) -> Footage:
        """What ffmpeg must be told to carry `plan` out. `sound`: an ALSA device."""
        picture = ffmpeg.input(
            self._device,
            f="v4l2",
            input_format=plan.input_format,
            video_size=(mode.width, mode.height),
            framerate=f"{mode.rate:g}",
            thread_queue_size=_QUEUE,
        )
        warning = plan.warning or self._microphone.warning
        return with_sound(Footage((picture["v:0"],), _picture_options(plan, mode), warning), sound)

    async def _encoders(self) -> frozenset[str]:
        child = await Child.start(["ffmpeg", "-hide_banner", "-nostdin", "-encoders"], output=PIPE)
        try:
            listing = (await child.output.read()).decode(errors="replace")
        finally:
            await child.stop()
        encoders = read_encoders(listing)
        has_board_encoder = await asyncio.to_thread(can_encode_h264, self._board_encoder)
        return encoders if has_board_encoder else encoders - {"h264_v4l2m2m"}


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


def _picture_options(plan: Plan, mode: Mode) -> dict[str, str | int]:
    bitrate = bitrate_for(mode.width, mode.height)
    if plan.encoder is None:
        return COPIED_PICTURE | PARAMETERS_IN_EVERY_KEY_FRAME
    if plan.encoder == "h264_v4l2m2m":
        return board_picture(max(1, round(mode.rate)), bitrate)
    return software_picture(bitrate)
