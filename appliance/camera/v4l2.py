"""A camera of this machine (USB or ribbon cable), through Video4Linux.

Written after the kernel's and ffmpeg's documentation; what could not be tried without a camera is said in the tests.
"""

import contextlib
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import ffmpeg
from msgspec import Struct

from appliance.attending.abandoning import Alone
from appliance.camera.encoding import COPIED_PICTURE, PARAMETERS_IN_EVERY_KEY_FRAME, board_picture, software_picture
from appliance.camera.local_sound import with_sound
from appliance.camera.microphone import Microphone, find_microphone
from appliance.camera.rpicam import RpicamCamera, rpicam_program
from appliance.camera.source import CameraTroubleError, Footage
from appliance.camera.v4l2_controls import set_controls
from appliance.camera.v4l2_device import Device, opened
from appliance.camera.v4l2_formats import Mode, can_encode_h264, formats_of, modes_of
from appliance.camera.v4l2_plan import (
    COPIED,
    FULL_HD,
    HD,
    USABLE,
    Plan,
    bitrate_for,
    choose_mode,
    choose_plan,
    controls_for,
    no_picture,
    read_encoders,
)
from appliance.camera.v4l2_structures import CAMERA_TYPES
from appliance.child import Child

_QUEUE = 1024
"""Packets that wait between the threads of two live inputs."""

DRIVER_LIMIT_S = 5.0
"""It answers within milliseconds."""
HANGS = "The camera at {device} does not answer its driver: unplug it, and plug it in again."

T = TypeVar("T")


class Look(Struct, frozen=True):
    """What a device told of itself."""

    formats: frozenset[str]
    modes: tuple[Mode, ...]


def look_at(device: Device) -> Look:
    """All that a choice needs; asked of an open device."""
    formats = frozenset(formats_of(device, CAMERA_TYPES))
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
        self._driver = Alone()
        self.name = f"camera at {device}"

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Footage]:
        async with contextlib.AsyncExitStack() as stack:
            try:
                plan, mode = await self._plan()
            except CameraTroubleError as trouble:
                if rpicam_program() is None:
                    raise
                footage = await self._ribbon_s(stack, trouble)
            else:
                footage = self.footage(plan, mode, await stack.enter_async_context(self._microphone.epoch()))
            yield footage

    async def _ribbon_s(self, stack: contextlib.AsyncExitStack, trouble: CameraTroubleError) -> Footage:
        """The other camera's, where there is one; else the trouble of both: the owner knows which was meant."""
        try:
            return await stack.enter_async_context(self._ribbon.connect())
        except CameraTroubleError as other:
            raise CameraTroubleError(f"{trouble} {other}") from trouble

    async def _plan(self) -> tuple[Plan, Mode]:
        look = await self._ask_driver(self._look)
        plan = choose_plan(look.formats, frozenset() if look.formats & COPIED.keys() else await self._encoders())
        if plan is None:
            raise CameraTroubleError(no_picture(self._device, look.formats))
        mode = choose_mode(look.modes, plan.code, HD if plan.encoder else FULL_HD)
        if plan.encoder is None:
            await self._ask_driver(partial(self._tell, mode))
        return plan, mode

    async def _ask_driver(self, work: Callable[[], T]) -> T:
        try:
            return await self._driver.within(DRIVER_LIMIT_S, work)
        except TimeoutError:
            raise CameraTroubleError(HANGS.format(device=self._device)) from None

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
        has_board_encoder = await self._ask_driver(partial(can_encode_h264, self._board_encoder))
        return encoders if has_board_encoder else encoders - {"h264_v4l2m2m"}


def _picture_options(plan: Plan, mode: Mode) -> dict[str, str | int]:
    bitrate = bitrate_for(mode.width, mode.height)
    if plan.encoder is None:
        return COPIED_PICTURE | PARAMETERS_IN_EVERY_KEY_FRAME
    if plan.encoder == "h264_v4l2m2m":
        return board_picture(max(1, round(mode.rate)), bitrate)
    return software_picture(bitrate)
