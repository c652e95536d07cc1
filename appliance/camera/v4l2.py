"""A camera of this machine (USB or ribbon cable), through Video4Linux.

Written after the kernel's and ffmpeg's documentation; what could not be tried without a camera is said in the tests.
"""

import asyncio
import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import ffmpeg
from msgspec import Struct

from appliance.camera.encoding import (
    COPIED_PICTURE,
    PARAMETERS_IN_EVERY_KEY_FRAME,
    SOFTWARE_WARNING,
    board_picture,
    encoded_sound,
    software_picture,
)
from appliance.camera.source import CameraTroubleError, Footage
from appliance.camera.v4l2_formats import can_encode_h264, pixel_formats
from appliance.child import Child

_COPIED = {"H264": "h264"}
"""Not HEVC: ffmpeg's V4L2 input does not know it (libavdevice/v4l2-common.c has no such row, up to 7)."""

_RAW = {"YUYV": "yuyv422", "YU12": "yuv420p", "NV12": "nv12", "UYVY": "uyvy422", "RGB3": "rgb24", "BGR3": "bgr24"}
_DECODED = {"MJPG": "mjpeg", "JPEG": "mjpeg"} | _RAW
"""In this order: compressed first, since USB carries 720p30 only so. V4L2's four letters to ffmpeg's `input_format`."""

_ENCODER = re.compile(r"^ V\S{5} (\w+)", re.MULTILINE)
_QUEUE = 1024
"""Packets that wait between the threads of two live inputs."""


class Plan(Struct, frozen=True):
    """How a camera is read. `input_format` in ffmpeg's words; `encoder` None: copied."""

    input_format: str
    encoder: str | None = None
    warning: str | None = None


def choose_plan(formats: AbstractSet[str], encoders: AbstractSet[str]) -> Plan | None:
    """The cheapest way that touches the pictures least; None when there is none.

    `formats`: V4L2's four-letter codes. `encoders`: ffmpeg's names, those that can work on this machine.
    """
    for code, name in _COPIED.items():
        if code in formats:
            return Plan(name)
    name = next((name for code, name in _DECODED.items() if code in formats), "")
    if name and "h264_v4l2m2m" in encoders:
        return Plan(name, "h264_v4l2m2m")
    if name and "libx264" in encoders:
        return Plan(name, "libx264", f"The camera gives {name}. {SOFTWARE_WARNING}")
    return None


def read_encoders(listing: str) -> frozenset[str]:
    """Names of the video encoders in what `ffmpeg -encoders` prints."""
    return frozenset(_ENCODER.findall(listing))


class V4l2Camera:
    """The camera at `device`.

    `audio`: an ALSA device ("hw:1"); "auto" and "none" record no sound, since no sound belongs to a V4L2 device.
    `size`, `rate`: asked of the camera, which may choose its nearest. `bitrate`: where we encode, bits per second.
    `board_encoder`: the memory-to-memory device that makes H.264, where the board has one.
    """

    latency_s = 0.7
    start_limit_s = 10.0

    def __init__(
        self,
        *,
        device: str,
        audio: str = "auto",
        size: tuple[int, int] = (1280, 720),
        rate: int = 30,
        bitrate: int = 4_000_000,
        board_encoder: Path = Path("/dev/video11"),
    ) -> None:
        self._device = device
        self._sound_device = None if audio in {"auto", "none"} else audio
        self._size = size
        self._rate = rate
        self._bitrate = bitrate
        self._board_encoder = board_encoder
        self.name = f"camera at {device}"

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        formats = await asyncio.to_thread(pixel_formats, Path(self._device))
        plan = choose_plan(formats, frozenset() if formats & _COPIED.keys() else await self._usable_encoders())
        if plan is None:
            offered = ", ".join(sorted(formats)) or "nothing"
            raise CameraTroubleError(
                f"{self._device} offers {offered}, which cannot be recorded; a camera on the ribbon cable may need "
                "another /dev/video number or a USB camera instead."
            )
        yield self.footage(plan)

    def footage(self, plan: Plan) -> Footage:
        """What ffmpeg must be told to carry `plan` out."""
        streams: tuple[Any, ...] = (self._picture_input(plan)["v:0"],)
        options = self._picture_options(plan)
        if self._sound_device is not None:
            sound = ffmpeg.input(self._sound_device, f="alsa", thread_queue_size=_QUEUE)
            streams += (sound["a:0"],)
            options |= encoded_sound()
        return Footage(streams=streams, options=options, warning=plan.warning)

    def _picture_input(self, plan: Plan) -> Any:
        return ffmpeg.input(
            self._device,
            f="v4l2",
            input_format=plan.input_format,
            video_size=self._size,
            framerate=self._rate,
            thread_queue_size=_QUEUE,
        )

    def _picture_options(self, plan: Plan) -> dict[str, str | int]:
        if plan.encoder is None:
            return COPIED_PICTURE | PARAMETERS_IN_EVERY_KEY_FRAME
        if plan.encoder == "h264_v4l2m2m":
            return board_picture(self._rate, self._bitrate)
        return software_picture(self._bitrate)

    async def _usable_encoders(self) -> frozenset[str]:
        child = await Child.start(["ffmpeg", "-hide_banner", "-nostdin", "-encoders"], output=PIPE)
        try:
            listing = (await child.output.read()).decode(errors="replace")
        finally:
            await child.stop()
        encoders = read_encoders(listing)
        has_board_encoder = await asyncio.to_thread(can_encode_h264, self._board_encoder)
        return encoders if has_board_encoder else encoders - {"h264_v4l2m2m"}
