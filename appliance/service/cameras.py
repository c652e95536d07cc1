"""What is answered about cameras: which there are, and how one looks just now."""

import asyncio
from collections.abc import Awaitable, Callable

from appliance.camera.choose import CameraKind, choose_source
from appliance.camera.finders import Findings
from appliance.camera.picture import picture_of_camera, picture_of_file
from appliance.camera.ranking import is_wired
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
from appliance.found import Found
from appliance.recording.store import RingStore
from appliance.settings.hiding import hide, reveal
from appliance.settings.model import CameraSettings

OLDEST_S = 60.0
"""A picture of what was recorded earlier is none of now."""
KNOWN_S = 600.0
"""What was found around may be told again for so long to whoever does not ask for a fresh look."""
MOST_WAITING = 3
"""A page asks for the pictures of all cameras at once; they are taken one after the other."""
_TOO_MANY = "Several pictures are just being taken: try again in some seconds."
_NO_URL = "This camera has no address yet: write it first."
_STARS = "Stars stand for the password of the camera that is recorded, at its address only: write this one in full."
_OVER_AIR = "There is no picture of it yet: a camera over the air is seen once it is recorded."
_NETWORKED = frozenset({"rtsp", "mpegts-udp"})

Here = tuple[CameraKind, str]
"""A camera by its kind and the word that names it: device, URL or address."""


class CameraDesk:
    """`recorded`: the settings of the camera that is recorded, `name`: what it is called, `taken`: what `auto` took.

    `look_here`: at the box's own cameras; `look_around`: at all others. The camera that is recorded is never opened a
    second time: its picture is the newest key frame of the ring.
    """

    def __init__(
        self,
        *,
        recorded: CameraSettings,
        name: Callable[[], str],
        taken: Callable[[], Found | None],
        store: RingStore,
        clock: Clock,
        look_here: Callable[[], Awaitable[Findings]],
        look_around: Callable[[], Awaitable[Findings]],
    ) -> None:
        self._recorded = recorded
        self._name = name
        self._taken = taken
        self._store = store
        self._clock = clock
        self._look_here = look_here
        self._look_around = look_around
        self._order = asyncio.Lock()
        self._looking = asyncio.Lock()
        self._around: Findings | None = None
        self._around_s = 0.0
        self._waiting = 0

    async def ask(self, request: CameraRequest) -> CamerasAnswer | PictureAnswer:
        """The answer to one request."""
        match request:
            case Cameras(fresh):
                return await self._cameras(is_fresh=fresh)
            case Picture():
                return await self._in_turn(request)

    async def _cameras(self, *, is_fresh: bool) -> CamerasAnswer:
        asked_s = self._clock.monotonic_s()
        async with self._looking:  # who asks meanwhile gets the same look
            age_s = asked_s - self._around_s
            if self._around is None or age_s > (0 if is_fresh else KNOWN_S):
                self._around, self._around_s = await self._look_around(), self._clock.monotonic_s()
            around = self._around
        here = await self._look_here()
        found = [*here.cameras, *around.cameras]
        troubles = [*here.troubles, *around.troubles]
        return CamerasAnswer(candidates(self._recorded, self._name(), found, self._taken()), troubles)

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
        kind, word = self._in_full(request)
        try:
            if (kind, word) in self._in_use():
                return await self._newest()
            if not _is_at_hand(kind, word):
                raise RefusedError(_OVER_AIR)
            source = choose_source(
                kind=kind, url=word, device=word, address=word, audio="none", transport=self._recorded.transport
            )
            return PictureAnswer(source.name, await picture_of_camera(source), age_s=0.0)
        except CameraTroubleError as trouble:
            raise RefusedError(str(trouble)) from trouble

    def _in_use(self) -> list[Here]:
        """What the camera that is recorded is known by."""
        taken = self._taken()
        return [here_of(self._recorded), *([(taken.kind, taken.address)] if taken else [])]

    async def _newest(self) -> PictureAnswer:
        newest = self._store.ring.newest
        age_s = self._clock.monotonic_s() - newest.start_s if newest else OLDEST_S
        if newest is None or age_s >= OLDEST_S:
            raise RefusedError(f"{self._name()} shows nothing just now: `moment status` tells why.")
        jpeg = await picture_of_file(self._store.folder.path(newest.key), self._name())
        return PictureAnswer(self._name(), jpeg, round(age_s, 3))

    def _in_full(self, request: Picture) -> Here:
        recorded = self._recorded
        if request.kind is None:
            return here_of(recorded)
        if request.kind in _NETWORKED and not request.url:
            raise RefusedError(_NO_URL)
        url = reveal(request.url, recorded.url)
        if url is None:
            raise RefusedError(_STARS)
        return request.kind, _word(request.kind, url, request.device or recorded.device, request.address)


def here_of(camera: CameraSettings) -> Here:
    """What the camera of these settings is known by. Pure."""
    return camera.kind, _word(camera.kind, camera.url, camera.device, camera.address)


def candidates(recorded: CameraSettings, name: str, found: list[Found], taken: Found | None = None) -> list[Camera]:
    """The one that is recorded first, then what was found, `auto` and the test pattern last. Pure.

    `taken`: what `auto` records now.
    """
    kind, word = here_of(recorded)
    own = next((one for one in found if (one.kind, one.address) == (kind, word)), None)
    first = Camera(
        kind,
        own.name if own else name,
        url=hide(word) if kind in _NETWORKED else "",
        device=word if kind == "v4l2" else "",
        address=recorded.address if kind not in {"v4l2", *_NETWORKED} else "",
        is_recorded=True,
        abilities=[*own.abilities] if own else [],
    )
    others = [_camera(one, taken) for one in found if one is not own]
    made_up = [Camera("auto", "the best that is found"), Camera("test-pattern", "test pattern")]
    return [first, *others, *(one for one in made_up if one.kind != kind)]


def _camera(found: Found, taken: Found | None) -> Camera:
    is_device = found.kind == "v4l2"
    return Camera(
        found.kind,
        found.name,
        device=found.address if is_device else "",
        address="" if is_device else found.address,
        abilities=[*found.abilities],
        is_taken=taken is not None and (taken.kind, taken.address) == (found.kind, found.address),
        trouble=found.trouble,
    )


def _word(kind: CameraKind, url: str, device: str, address: str) -> str:
    """Which of the words names a camera of this kind."""
    if kind in {"auto", "test-pattern", "rpicam"}:
        return ""
    return url if kind in _NETWORKED else device if kind == "v4l2" else address


def _is_at_hand(kind: CameraKind, word: str) -> bool:
    """Whether a look at it costs no radio."""
    if kind in {"gopro", "gopro-legacy", "snapcam"}:
        return is_wired(Found(kind, "", word))
    return kind != "auto"


__all__ = ["CameraDesk", "candidates", "here_of"]
