"""What is answered about the owner's storages, and the questions of their set-up."""

from typing import Protocol

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Answer,
    Backend,
    BackendsAnswer,
    Done,
    Question,
    Ready,
    Remote,
    RemotesAnswer,
    SignIn,
    Step,
    StorageAbort,
    StorageBackends,
    StorageBegin,
    StorageRemotes,
    StorageRemove,
    StorageReply,
    StorageRequest,
    StorageTest,
    StorageTested,
)
from appliance.control.values import as_message
from appliance.storage import model


class StorageRoom(Protocol):
    """Who sets storages up and looks at them. Every call raises `StorageRefusedError` when it cannot be done."""

    async def backends(self) -> list[model.Backend]:
        """What can be set up."""

    async def remotes(self) -> list[model.Remote]:
        """What is set up."""

    async def test(self, remote: str) -> model.Tested:
        """Write a small file at `name` or `name:folder`, read it back, delete it."""

    async def begin(self, name: str, kind: str, parameters: dict[str, str]) -> model.Step:
        """Begin to set up a storage."""

    async def answer(self, session: str, value: str) -> model.Step:
        """Go on with it."""

    async def abort(self, session: str) -> None:
        """Give it up."""

    async def remove(self, name: str) -> None:
        """Forget a storage."""

    async def link(self, path: str) -> str:
        """A public address of the file at `name:folder/file`."""


class Storage:
    """Asks the storage room."""

    def __init__(self, room: StorageRoom) -> None:
        self._room = room

    async def ask(self, request: StorageRequest) -> Answer:
        """The answer to one request."""
        try:
            return await self._ask(request)
        except model.StorageRefusedError as refused:
            raise RefusedError(str(refused)) from refused

    async def _ask(self, request: StorageRequest) -> Answer:  # noqa: PLR0911 - a table: one line for each request
        match request:
            case StorageBackends():
                return BackendsAnswer([as_message(backend, Backend) for backend in await self._room.backends()])
            case StorageRemotes():
                return RemotesAnswer([as_message(remote, Remote) for remote in await self._room.remotes()])
            case StorageTest(remote):
                return as_message(await self._room.test(remote), StorageTested)
            case StorageBegin(name, kind, parameters):
                return step_message(await self._room.begin(name, kind, parameters))
            case StorageReply(session, value):
                return step_message(await self._room.answer(session, value))
            case StorageAbort(session):
                await self._room.abort(session)
                return Done("Given up; nothing of it remains.")
            case StorageRemove(name):
                await self._room.remove(name)
                return Done(f"{name} is forgotten; the files in it stay where they are.")


def step_message(step: model.Step) -> Step:
    """A step of a set-up as clients see it."""
    match step:
        case model.Question():
            return as_message(step, Question)
        case model.SignIn():
            return as_message(step, SignIn)
        case model.Ready():
            return as_message(step, Ready)
