"""What is answered about cameras: which there are, and how one looks just now."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor

from appliance.camera.candidates import Found
from appliance.camera.choose import CameraKind, choose_source
from appliance.camera.picture import picture_of_camera, picture_of_file
from appliance.camera.source import CameraTroubleError
from appliance.clock import Clock
from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Camera,
    CameraRequest,
    Cameras,
    CamerasAnswer,
    Picture,
    PictureAnswer,
)
from appliance.recording.store import RingStore
from appliance.settings.hiding import hide, reveal
from appliance.settings.model import CameraSettings
from appliance.threads import in_thread

OLDEST_S = 60.0
"""A picture of what was recorded earlier is none of now."""
MOST_WAITING = 3
"""A page asks for the pictures of all cameras at once; they are taken one after the other."""
_TOO_MANY = "Several pictures are just being taken: try again in some seconds."
_NO_URL = "This camera has no address yet: write it first."
_STARS = "Stars stand for the password of the camera that is recorded, at its address only: write this one in full."


class CameraDesk:
    """`recorded`: the settings of the camera that is recorded, `name`: what it is called; `find`: the V4L2 cameras.

    The camera that is recorded is never opened a second time: its picture is the newest key frame of the ring.
    """

    def __init__(
        self,
        *,
        recorded: CameraSettings,
        name: str,
        store: RingStore,
        clock: Clock,
        thread: Executor,
        find: Callable[[], list[Found]],
    ) -> None:
        self._recorded = recorded
        self._name = name
        self._store = store
        self._clock = clock
        self._thread = thread
        self._find = find
        self._order = asyncio.Lock()
        self._waiting = 0

    async def ask(self, request: CameraRequest) -> CamerasAnswer | PictureAnswer:
        """The answer to one request."""
        match request:
            case Cameras():
                return CamerasAnswer(candidates(self._recorded, self._name, await in_thread(self._thread, self._find)))
            case Picture():
                return await self._in_turn(request)

    async def _in_turn(self, request: Picture) -> PictureAnswer:
        if self._waiting > MOST_WAITING:
            raise RefusedError(_TOO_MANY)
        self._waiting += 1
        try:
            async with self._order:
                return await self._picture(request)
        finally:
            self._waiting -= 1

    async def _picture(self, request: Picture) -> PictureAnswer:
        kind, url, device = self._in_full(request)
        try:
            if is_same(self._recorded, kind, url, device):
                return await self._newest()
            source = choose_source(kind=kind, url=url, device=device, audio="none", transport=self._recorded.transport)
            return PictureAnswer(source.name, await picture_of_camera(source), age_s=0.0)
        except CameraTroubleError as trouble:
            raise RefusedError(str(trouble)) from trouble

    async def _newest(self) -> PictureAnswer:
        newest = self._store.ring.newest
        age_s = self._clock.monotonic_s() - newest.start_s if newest else OLDEST_S
        if newest is None or age_s >= OLDEST_S:
            raise RefusedError(f"{self._name} shows nothing just now: `moment status` tells why.")
        jpeg = await picture_of_file(self._store.folder.path(newest.key), self._name)
        return PictureAnswer(self._name, jpeg, round(age_s, 3))

    def _in_full(self, request: Picture) -> tuple[CameraKind, str, str]:
        recorded = self._recorded
        if request.kind is None:
            return recorded.kind, recorded.url, recorded.device
        if request.kind in {"rtsp", "mpegts-udp"} and not request.url:
            raise RefusedError(_NO_URL)
        url = reveal(request.url, recorded.url)
        if url is None:
            raise RefusedError(_STARS)
        return request.kind, url, request.device or recorded.device


def is_same(recorded: CameraSettings, kind: CameraKind, url: str, device: str) -> bool:
    """Whether this is the camera that is recorded. Pure."""
    if kind != recorded.kind:
        return False
    return kind == "test-pattern" or (device == recorded.device if kind == "v4l2" else url == recorded.url)


def candidates(recorded: CameraSettings, name: str, found: list[Found]) -> list[Camera]:
    """The one that is recorded first, then what was found here, and the test pattern last. Pure."""
    own = next((one for one in found if recorded.kind == "v4l2" and one.device == recorded.device), None)
    first = Camera(
        recorded.kind,
        own.name if own else name,
        url=hide(recorded.url) if recorded.kind in {"rtsp", "mpegts-udp"} else "",
        device=recorded.device if recorded.kind == "v4l2" else "",
        is_recorded=True,
    )
    others = [Camera("v4l2", one.name, device=one.device, trouble=one.trouble) for one in found if one is not own]
    pattern = [] if recorded.kind == "test-pattern" else [Camera("test-pattern", "test pattern")]
    return [first, *others, *pattern]


__all__ = ["CameraDesk", "candidates", "is_same"]
