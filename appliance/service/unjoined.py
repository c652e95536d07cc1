"""Stands where the uploader and the storage room will be joined in `app.py`; goes with that change."""

# ruff: noqa: ARG002 - the signatures are those of the rooms

from appliance.memories.model import Entry
from appliance.storage.model import Backend, Remote, Step, StorageRefusedError, Tested
from appliance.upload.model import Account, Job, Summary, UploadRefusedError

_SENTENCE = "Nothing can be uploaded yet: this version has no storage."


class NoUploads:
    """Implements `Uploads`."""

    def account(self, entry: Entry) -> Account:
        return Account("kept", _SENTENCE, proof=None, remote_path=None)

    def summary(self) -> Summary:
        return Summary(None, "off", _SENTENCE, waiting=0, parked=0, proven=0, spent_bytes=0)

    async def ask(self, names: list[str]) -> list[str]:
        raise UploadRefusedError(_SENTENCE)

    async def cancel(self, names: list[str]) -> list[str]:
        raise UploadRefusedError(_SENTENCE)

    def departed(self) -> list[Job]:
        return []


class NoStorage:
    """Implements `StorageRoom`."""

    async def backends(self) -> list[Backend]:
        return []

    async def remotes(self) -> list[Remote]:
        return []

    async def test(self, remote: str) -> Tested:
        raise StorageRefusedError(_SENTENCE)

    async def begin(self, name: str, kind: str, parameters: dict[str, str]) -> Step:
        raise StorageRefusedError(_SENTENCE)

    async def answer(self, session: str, value: str) -> Step:
        raise StorageRefusedError(_SENTENCE)

    async def abort(self, session: str) -> None:
        raise StorageRefusedError(_SENTENCE)

    async def remove(self, name: str) -> None:
        raise StorageRefusedError(_SENTENCE)
