"""What is answered about the way of the memories to the owner's storage."""

from datetime import datetime
from typing import Protocol

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    CancelUpload,
    Departed,
    DepartedAnswer,
    DepartedMemory,
    UploadAnswer,
    UploadRequest,
)
from appliance.control.messages import Upload as UploadNow
from appliance.upload.model import Job, UploadRefusedError


class Uploads(Protocol):
    """Who brings memories to the storage."""

    async def ask(self, names: list[str]) -> list[str]:
        """Upload these now, or all that are kept; the names that were taken up.

        Raises:
            UploadRefusedError: no, with a sentence.
        """

    async def cancel(self, names: list[str]) -> list[str]:
        """Stop these, or all; the names that are stopped. Raises as `ask` does."""

    def departed(self) -> list[Job]:
        """What is proven and no longer on the box, newest first."""


class Upload:
    """Asks the uploader."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads

    async def ask(self, request: UploadRequest) -> UploadAnswer | DepartedAnswer:
        """The answer to one request."""
        try:
            match request:
                case UploadNow():
                    return UploadAnswer(await self._uploads.ask(request.names))
                case CancelUpload():
                    return UploadAnswer(await self._uploads.cancel(request.names))
                case Departed():
                    return DepartedAnswer([departed_message(job) for job in self._uploads.departed()])
                case _:
                    raise RefusedError("The recorder cannot do that yet.")
        except UploadRefusedError as refused:
            raise RefusedError(str(refused)) from refused


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
