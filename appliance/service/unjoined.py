"""Stands where the uploader and the storage room will be joined in `app.py`; goes with that change."""

# ruff: noqa: ARG002 - the signatures are those of the rooms

from appliance.storage.model import Backend, Remote, Step, StorageRefusedError, Tested

_SENTENCE = "Nothing can be uploaded yet: this version has no storage."


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
