"""An uploader without storage: an upload that is asked for goes through its states at once."""

import asyncio
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    CancelUpload,
    Departed,
    DepartedAnswer,
    DepartedMemory,
    Event,
    MemoryUpload,
    Share,
    ShareAnswer,
    UploadAnswer,
    UploadChanged,
    UploadProgress,
    UploadRequest,
    UploadState,
    UploadStatus,
)
from appliance.control.messages import Upload as UploadNow
from appliance.control.standin.paging import page_of

REMOTE = "garage:moments"
KEPT = MemoryUpload("kept", "It stays here until somebody asks.", proof=None, remote_path=None)
_PARTS = 4


class StandInUpload:
    """Knows a state for every name that was asked for, `kept` for all others."""

    def __init__(self, names: Callable[[], list[str]]) -> None:
        self.publish: Callable[[Event], None] = lambda _: None
        """Where events go."""
        self.states: dict[str, MemoryUpload] = {}
        self.departed: list[DepartedMemory] = []
        self.trouble: str | None = None
        """When set, an upload is refused with this sentence."""
        self.parks: dict[str, str] = {}
        """Names that never arrive, and why."""
        self.is_frozen = False
        """When set, what is asked for waits."""
        self._names = names
        self._playing: set[asyncio.Task[None]] = set()

    def of(self, name: str) -> MemoryUpload:
        """What is told of one memory."""
        return self.states.get(name, KEPT)

    def status(self) -> UploadStatus:
        """What is told of all."""
        counts = {state: sum(u.state == state for u in self.states.values()) for state in _STATES}
        return UploadStatus(
            REMOTE, "idle", None, counts["waiting"], counts["parked"], counts["proven"], spent_bytes=1_200_000_000
        )

    async def ask(self, request: UploadRequest) -> UploadAnswer | DepartedAnswer | ShareAnswer:
        """The answer to one request."""
        match request:
            case UploadNow():
                return UploadAnswer(self._begin(request.names))
            case CancelUpload():
                return UploadAnswer(self._cancel(request.names))
            case Departed():
                page, following = page_of(self.departed, request.before, request.limit)
                return DepartedAnswer([*page], following)
            case Share():
                return self._share(request.name)

    def _begin(self, names: list[str]) -> list[str]:
        if self.trouble is not None:
            raise RefusedError(self.trouble)
        wanted = [name for name in self._known(names) if self.of(name).state != "proven"]
        for name in wanted:
            self.move(name, MemoryUpload("waiting", "Others go first.", proof=None, remote_path=None))
        if not self.is_frozen:
            playing = asyncio.get_running_loop().create_task(self._play(wanted))
            self._playing.add(playing)
            playing.add_done_callback(self._playing.discard)
        return wanted

    def _cancel(self, names: list[str]) -> list[str]:
        stopped = [name for name in self._known(names) if self.of(name).state in {"waiting", "uploading"}]
        for name in stopped:
            self.move(name, KEPT)
        return stopped

    def _share(self, name: str) -> ShareAnswer:
        if name not in {memory.name for memory in self.departed}:
            self._known([name])
        if self.of(name).state != "proven" and name in self._names():
            raise RefusedError(f"{name} is not at the storage yet: upload it first.")
        return ShareAnswer(name, f"https://storage.example/s/{name}")

    def _known(self, names: list[str]) -> list[str]:
        kept = self._names()
        for name in names:
            if name not in kept:
                raise RefusedError(f"There is no memory {name}.")
        return names or kept

    async def _play(self, names: list[str]) -> None:
        for name in names:
            for step in self._way(name):
                await asyncio.sleep(0)
                self.move(name, step)

    def _way(self, name: str) -> Iterator[MemoryUpload]:
        path = f"{REMOTE}/{name}"
        uploading = MemoryUpload("uploading", "It is on its way.", proof=None, remote_path=path)
        for part in range(_PARTS + 1):
            yield replace(uploading, progress=UploadProgress(part * 1_000_000, _PARTS * 1_000_000, 2e6, _PARTS - part))
        if name in self.parks:
            yield MemoryUpload("parked", self.parks[name], proof=None, remote_path=path)
        else:
            yield MemoryUpload("proven", None, "sha256", path)

    def move(self, name: str, to: MemoryUpload) -> None:
        """A memory moves on, and subscribers hear of it."""
        self.states[name] = to
        self.publish(UploadChanged(name, to.state, to.reason, to.progress))


_STATES: tuple[UploadState, ...] = ("kept", "waiting", "uploading", "proven", "parked")
