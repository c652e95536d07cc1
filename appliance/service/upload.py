"""What is answered about the way of the memories to the owner's storage."""

from datetime import datetime
from typing import Protocol

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    CancelUpload,
    Departed,
    DepartedAnswer,
    DepartedMemory,
    Share,
    ShareAnswer,
    UploadAnswer,
    UploadRequest,
)
from appliance.control.messages import Upload as UploadNow
from appliance.memories.model import Entry
from appliance.service.cursor import read_cursor, write_cursor
from appliance.service.portions import in_portions
from appliance.storage.model import StorageRefusedError
from appliance.upload.model import Account, Job, UploadRefusedError


class Links(Protocol):
    """Who makes public links."""

    async def link(self, path: str) -> str:
        """The address. Raises StorageRefusedError with a sentence."""


class Shelf(Protocol):
    """The memories on the box."""

    async def find(self, name: str) -> tuple[Entry, object] | None:
        """One kept file."""


class Uploads(Protocol):
    """Who brings memories to the storage."""

    def account(self, entry: Entry) -> Account:
        """Of one file, how far it is."""

    async def ask(self, names: list[str]) -> list[str]:
        """Upload these now, or all that are kept; the names that were taken up.

        Raises:
            UploadRefusedError: no, with a sentence.
        """

    async def cancel(self, names: list[str]) -> list[str]:
        """Stop these, or all; the names that are stopped. Raises as `ask` does."""

    def departed(self) -> list[Job]:
        """What is proven and no longer on the box, by press and key, newest first."""


class Upload:
    """Asks the uploader; for a link, the storage."""

    def __init__(self, uploads: Uploads, shelf: Shelf, links: Links) -> None:
        self._uploads = uploads
        self._shelf = shelf
        self._links = links

    async def ask(self, request: UploadRequest) -> UploadAnswer | DepartedAnswer | ShareAnswer:
        """The answer to one request."""
        try:
            match request:
                case UploadNow():
                    return UploadAnswer(await self._uploads.ask(request.names))
                case CancelUpload():
                    return UploadAnswer(await self._uploads.cancel(request.names))
                case Departed():
                    return await self._departed(request)
                case Share():
                    return ShareAnswer(request.name, await self._links.link(await self._proven(request.name)))
        except (UploadRefusedError, StorageRefusedError) as refused:
            raise RefusedError(str(refused)) from refused

    async def _departed(self, request: Departed) -> DepartedAnswer:
        before = read_cursor(request.before)
        gone = [job for job in self._uploads.departed() if before is None or _place(job) < before]
        page = gone[: request.limit]
        following = write_cursor(*_place(page[-1])) if len(page) < len(gone) else None
        return DepartedAnswer(await in_portions(page, departed_message), following)

    async def _proven(self, name: str) -> str:
        """Where a memory's proven copy lies, be the memory on the box or not."""
        found = await self._shelf.find(name)
        told = self._uploads.account(found[0]) if found else None
        path = told.remote_path if told and told.state == "proven" else None
        path = path or next((job.remote_path for job in self._uploads.departed() if job.name == name), None)
        if path is None:
            known = f"{name} is not proven to be at the storage: upload it first."
            raise RefusedError(known if found else f"There is no memory {name}: `moment memories` lists them.")
        return path


def _place(job: Job) -> tuple[float, str]:
    return job.pressed_wall_s, job.key


def departed_message(job: Job) -> DepartedMemory:
    """A job whose file has left the box, as clients see it."""
    return DepartedMemory(
        id=job.id,
        name=job.name,
        pressed_at=_local_time(job.pressed_wall_s, "milliseconds"),
        size_bytes=job.size_bytes,
        sha256=job.sha256,
        remote_path=job.remote_path,
        proof=job.proof,
        proven_at=None if job.proven_wall_s is None else _local_time(job.proven_wall_s, "seconds"),
        remark=job.remark,
    )


def _local_time(wall_s: float, timespec: str) -> str:
    return datetime.fromtimestamp(wall_s).astimezone().isoformat(timespec=timespec)
